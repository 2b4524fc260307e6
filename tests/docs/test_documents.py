"""What the documents promise: their commands run, their links lead somewhere, their examples are right."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rules import RULES
from kustui.cli import main
from kustui.commands import COMMANDS
from kustui.commands.command_line import parser_of
from kustui.config.actions import ACTIONS
from kustui.config.configuration import parse_settings
from kustui.definition.values import MISSING
from kustui.tui.widgets.rows_view import RowsView
from tests.support.documents import BY_NAME, DOCUMENTS, README, ROOT, Document
from tests.support.explorer import CHAIN, explorer
from tests.support.history import commit_history
from tests.support.terminal import SAMPLES, environment

HOOKS = ROOT / ".pre-commit-hooks.yaml"
NAMES = [document.name for document in DOCUMENTS]
WITH_COMMANDS = [document.name for document in DOCUMENTS if document.commands]


def test_the_readme_is_read_in_two_minutes() -> None:
    assert len(README.text.splitlines()) <= 160


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    document = BY_NAME[name]
    for link in document.links:
        if urlsplit(link).scheme:
            continue
        target, _, anchor = link.partition("#")
        path = (document.path.parent / target).resolve() if target else document.path
        assert path.exists(), f"{name}: {link}"
        if anchor:
            assert anchor in Document(path).anchors, f"{name}: {link}"


def test_every_path_of_the_code_that_is_named_exists() -> None:
    for document in DOCUMENTS:
        for path in re.findall(r"`((?:kustui|tests|scripts|screenshots|samples)/[\w./-]*)`", document.prose):
            new = document.name.startswith("docs/add-") or path == "kustui/"  # what the reader writes, or has
            assert (ROOT / path).exists() or new, f"{document.name}: {path}"


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [README]
    while ahead:
        document = ahead.pop()
        if document.name in reached:
            continue
        reached.add(document.name)
        targets = ((document.path.parent / link.partition("#")[0]).resolve() for link in document.links)
        ahead += [Document(target) for target in targets if target.suffix == ".md" and target.is_file()]
    assert {name for name in NAMES if name.startswith("docs/")} <= reached


def test_documents_made_from_the_code_are_current() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/write_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not done.returncode, f"run python scripts/write_docs.py: {done.stdout}{done.stderr}"


def test_the_picture_of_the_layers_is_that_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["kustui"])
    (picture,) = BY_NAME["docs/architecture.md"].blocks("mermaid")
    shown = [name for label in re.findall(r'\["([\w, ]+?)(?:<br/>.*?)?"\]', picture) for name in label.split(", ")]
    assert shown == [name for layer in layers for name in layer.split(" | ")]


# Commands


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_every_command_and_option_exists(name: str) -> None:
    options = {
        command: {name for argument in parser_of(command).arguments() for name in argument.option_strings}
        for command in ("explore", *COMMANDS)
    }
    in_builds = re.findall(r"run: kustui ([^\n#]*)", "\n".join(BY_NAME[name].blocks("yaml")))
    for line in (*BY_NAME[name].commands, *in_builds):
        words = shlex.split(line)
        command = words[0] if words and words[0] in COMMANDS else "explore"
        for word in words[: words.index("--")] if "--" in words else words:
            if word.startswith("--"):
                assert word.partition("=")[0] in options[command], f"kustui {line}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that the documents' commands name."""
    shutil.copytree(SAMPLES, tmp_path / "samples")
    shutil.copy(SAMPLES / "orders.json", tmp_path / "app.json")
    for folder in ("workflows", "more"):
        (tmp_path / folder).mkdir()
    shutil.copy(SAMPLES / "timer-chain.json", tmp_path / "workflows" / "timers.json")
    shutil.copy(SAMPLES / "timer-chain.scenario.json", tmp_path / "workflows" / "late.scenario.json")
    shutil.copy(SAMPLES / "scheduling-pair.json", tmp_path / "more" / "app.json")
    (tmp_path / "order.json").write_text("{}")
    (tmp_path / "run.json").write_text(
        '{"event": {}, "error": "gone", "meta": {"context": {}}, "workflowId": "order-created"}'
    )
    for name in ("old", "new"):
        shutil.copy(SAMPLES / "scheduling-pair.json", tmp_path / f"{name}.json")
    commit_history(tmp_path, tmp_path / "workflows" / "timers.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_every_command_without_a_screen_runs(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = BY_NAME[name].commands
    if not any("--save late.scenario.json" in line for line in commands):
        assert main(["simulate", "app.json", "--workflow", "order-created", "--save", "late.scenario.json"]) == 0
    for line in commands:
        words = shlex.split(line)
        if not words or words[0] not in COMMANDS or "--watch" in words or words[-1] == "-":
            continue
        assert main(words) in (0, 1), f"kustui {line}: {capsys.readouterr().err}"


# Examples


@pytest.mark.parametrize("name", [document.name for document in DOCUMENTS if document.blocks("toml")])
def test_a_configuration_that_is_shown_has_no_mistake(name: str) -> None:
    for block in BY_NAME[name].blocks("toml"):
        parse_settings("kustui.toml", block.encode(), RULES)


@pytest.mark.parametrize("name", [document.name for document in DOCUMENTS if document.blocks("json")])
def test_json_that_is_shown_is_json(name: str) -> None:
    for block in BY_NAME[name].blocks("json"):
        json.loads(block)


def test_the_problem_that_is_shown_is_the_one_that_is_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    (block,) = BY_NAME["docs/check.md"].blocks("json")
    main(["check", "samples/broken/missing-input.json", "--format", "json"])
    assert json.loads(capsys.readouterr().out) == [json.loads(block)]
    main(["check", "samples/broken/missing-input.json"])
    assert capsys.readouterr().out in README.text
    main(["check", "samples/broken/missing-input.json"])
    assert capsys.readouterr().out in BY_NAME["docs/check.md"].text


def test_the_diagram_that_is_shown_is_the_one_that_is_drawn(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    main(["graph", "samples/orders.json", "--workflow", "check-delivery", "--width", "100", "--color", "never"])
    assert capsys.readouterr().out.strip() in README.text


# In a build


@pytest.mark.parametrize(("samples", "status"), [("timer-chain.json", 0), ("broken/missing-input.json", 1)])
def test_the_hook_for_commits_finds_what_is_broken(tmp_path: Path, samples: str, status: int) -> None:
    hook, fixing = _hooks()
    assert {key: fixing[key] for key in fixing.keys() - {"id", "name", "description", "entry"}} == {
        key: hook[key] for key in hook.keys() - {"id", "name", "description", "entry"}
    }
    assert hook["language"] == "python"
    assert hook["pass_filenames"] == "false"  # what schedules what is seen only in all files together
    assert re.search(hook["files"], samples)
    assert re.search(hook["files"], "kustui.toml")
    assert not re.search(hook["files"], "README.md")
    (tmp_path / "app.json").write_bytes((SAMPLES / samples).read_bytes())
    assert _run_hook(hook, tmp_path).returncode == status


def test_the_hook_for_commits_that_fixes_changes_what_is_broken_and_nothing_else(tmp_path: Path) -> None:
    for name in ("broken/missing-input.json", "orders.json"):
        (tmp_path / Path(name).name).write_bytes((SAMPLES / name).read_bytes())
    assert _run_hook(_hooks()[1], tmp_path).returncode == 0
    before, after = (SAMPLES / "broken/missing-input.json").read_text(), (tmp_path / "missing-input.json").read_text()
    assert after == before.replace('"fooAt": "/#steps', '"@fooAt": "/#steps')
    assert after != before
    assert (tmp_path / "orders.json").read_bytes() == (SAMPLES / "orders.json").read_bytes()


def _hooks() -> list[dict[str, str]]:
    hooks = HOOKS.read_text().removeprefix("- ").split("\n- ")
    return [dict(line.strip().split(": ", 1) for line in hook.splitlines() if line.strip()) for hook in hooks]


def _run_hook(hook: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    entry = hook["entry"].replace("kustui", f"{shlex.quote(sys.executable)} -m kustui", 1)
    words = [*shlex.split(entry), *hook["args"].strip("[]").split(", ")]
    return subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


def test_the_report_for_a_repository_is_written_whatever_is_wrong(tmp_path: Path) -> None:
    blocks = BY_NAME["docs/ci.md"].blocks("yaml")
    line = next(line for block in blocks for line in block.splitlines() if "--format sarif" in line)
    words = shlex.split(line.partition("kustui ")[2].replace("kustui.sarif", str(tmp_path / "kustui.sarif")))
    assert main([str(SAMPLES / "broken") if word == "workflows/" else word for word in words]) == 0
    assert '"2.1.0"' in (tmp_path / "kustui.sarif").read_text()


# How to


def python(name: str) -> list[str]:
    return BY_NAME[f"docs/{name}.md"].blocks("python")


def test_the_rule_that_is_shown_works_as_it_stands() -> None:
    from kustui.check.checker import check
    from kustui.check.rules import flow
    from kustui.definition.collection import Collection, read_document

    names = dict(vars(flow))
    exec(python("add-a-rule")[0], names)
    rule = names["long_name"]
    for example, expected in ((rule.bad, 1), (rule.good, 0)):
        collection = Collection((read_document("app.json", json.dumps(example).encode()),))
        assert not check(collection)[1], "another rule finds something"
        analyses = [WorkflowAnalysis(collection, entry) for entry in collection.entries]
        assert sum(len(list(rule.check_workflow(analysis))) for analysis in analyses) == expected


def test_the_rule_about_several_workflows_that_is_shown_works_as_it_stands() -> None:
    from kustui.check.checker import check
    from kustui.check.problems import Related
    from kustui.check.rules import schedules
    from kustui.definition.collection import Collection, read_document

    names = {**vars(schedules), "Related": Related}
    exec(python("add-a-rule")[1], names)
    rule = names["disabled_workflow"]
    for example, expected in ((rule.bad, 1), (rule.good, 0)):
        collection = Collection((read_document("app.json", json.dumps(example).encode()),))
        analysis, problems = check(collection)
        assert not problems, "another rule finds something"
        violations = list(rule.check_collection(analysis))
        assert len(violations) == expected
        assert all(related.span().start.line for violation in violations for related in violation.related)


def test_the_operator_that_is_shown_works_as_it_stands() -> None:
    from kustui.definition import operators

    entry, test, cases = python("add-an-operator")
    names = dict(vars(operators))
    exec(test, names)
    operator = eval(entry, names)
    assert operator.name not in operators.OPERATORS, "it is there now: show another"
    assert operator.test(200, [100, 300]) is True
    assert operator.test(MISSING, [1, 2]) is False
    assert f'"{operator.name}"' in cases


async def test_the_pane_that_is_shown_works_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    from kustui.tui.explorer import views

    names: dict[str, Any] = {}
    exec(python("add-a-pane")[0].replace("if TYPE_CHECKING:", "if False:"), names)
    entry = re.fullmatch(r'_pane\("descriptions", "(.)", ".+"\)\s*', python("add-a-pane")[2])
    assert entry is not None
    assert names["DescriptionsView"].NAME.startswith(f"{entry[1]} ")
    assert not [action.id for action in ACTIONS if entry[1] in action.keys], "it is taken now: show another"
    diagrams = {**views.DIAGRAM_VIEWS, "descriptions": names["DescriptionsView"]}
    monkeypatch.setattr(views, "DIAGRAM_VIEWS", diagrams)
    monkeypatch.setattr(views, "DIAGRAMS", tuple(diagrams))
    monkeypatch.setattr(views, "PANES", (*diagrams, "detail", "source"))
    async with explorer(CHAIN) as ui:
        ui.explorer.panes.enter("descriptions")
        await ui.rest()
        assert ui.focus == "descriptions"
        pane = ui.explorer.query_one("#descriptions", RowsView)
        assert any("Look again in an hour" in row for row in ui.rows(pane))
        first = ui.cursor_row
        await ui.press("j")
        await ui.rest()
        assert ui.cursor_row != first, "the tree follows its cursor"
        await ui.press("enter")
        await ui.rest()
        assert ui.focus == "tree"
