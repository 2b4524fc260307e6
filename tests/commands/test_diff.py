"""``kustui diff`` as somebody at a shell, or a build, meets it."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kustui.definition.source.positions import is_inside
from kustui.review.reports.markdown import MOST_CHARACTERS
from kustui.text.cells import cells
from tests.benchmarks.generate import definition
from tests.support.commands import run_command
from tests.support.definitions import ALWAYS, a_workflow, write_json
from tests.support.diagrams import HOSTILE
from tests.support.mutations import MUTATIONS, SOUND, Definition, Mutation, misspelt_target

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = dict[str, Any]
FORMATS = ("text", "markdown", "json")
CHANCE = st.randoms(use_true_random=False)
SCHEDULE = "kustomer.app.scheduler.schedule-workflow"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit status and standard output."""
    status, output, _ = run_command(capsys, "diff", "--no-config", *arguments)
    return status, output


def calling(minutes: int, name: str = "Book pickup", **members: Any) -> Value:
    params = {"workflowId": "id-of-called", "runAt": {"type": "relative", "value": minutes}, "inputs": {}}
    step = {"id": "a", "action": SCHEDULE, "params": params, "transitions": [], "meta": {"displayName": name}}
    return a_workflow("calling", steps=[step], **members)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """Two files of which one says 1 d where the other says 2 d."""
    monkeypatch.chdir(tmp_path)
    called = a_workflow("called")
    called["trigger"] = {**called["trigger"], "callable": True, "eventName": "kustomer.workflow.id-of-called.call"}
    for name, minutes in (("old", 1440), ("new", 2880)):
        write_json(tmp_path / f"{name}.json", {"workflows": [calling(minutes), called]})
    return "old.json", "new.json"


def test_the_scenarios_beside_two_files_are_those_of_both(
    capsys: pytest.CaptureFixture[str], pair: Sequence[str]
) -> None:
    folder = Path()
    write_json(folder / "other.scenario.json", {"scenario": "s", "start": [{"workflow": "other"}]})
    run_command(capsys, "simulate", "old.json", "--workflow", "calling", "--save", "calling.scenario.json")
    assert run(capsys, "old.json", "old.json", "--exit-code") == (0, "")
    _, output = run(capsys, *pair)
    assert "calling.scenario.json" in output
    assert "other.scenario.json" not in output
    assert 'fails now: "called" is due at T+2 d, not T+1 d' in output
    text = (folder / "old.json").read_text()
    (folder / "new.json").write_text(text)
    assert "scenario" not in run(capsys, *pair)[1]


def test_a_change_is_said_below_its_file_and_workflow(capsys: pytest.CaptureFixture[str], pair: Sequence[str]) -> None:
    status, output = run(capsys, *pair)
    assert status == 0
    assert output.splitlines() == [
        "new.json",
        "  ~ `calling`",
        "      ~ `Book pickup` waits 2 d instead of 1 d",
        "",
        "1 workflow changed",
    ]


def test_a_full_report_has_the_places(capsys: pytest.CaptureFixture[str], pair: Sequence[str]) -> None:
    assert "old.json:27:22 → new.json:27:22\n" in run(capsys, *pair, "--full")[1]
    assert "old.json:27:22 > new.json:27:22\n" in run(capsys, *pair, "--full", "--ascii")[1]


def test_the_status_says_whether_something_differs_where_that_is_asked(
    capsys: pytest.CaptureFixture[str], pair: Sequence[str]
) -> None:
    assert run(capsys, *pair, "--exit-code")[0] == 1
    assert run(capsys, pair[0], pair[0], "--exit-code") == (0, "")
    assert run(capsys, "gone.json", pair[0])[0] == 2


def test_colours_are_those_of_a_difference(capsys: pytest.CaptureFixture[str], pair: Sequence[str]) -> None:
    output = run(capsys, *pair, "--color", "always")[1]
    assert "\x1b[33m~\x1b[0m" in output
    assert "\x1b[36m2 d\x1b[0m" in output
    assert re.sub(r"\x1b\[[\d;]*m", "", output) == run(capsys, *pair)[1]


def test_json_has_both_places_of_each_change(capsys: pytest.CaptureFixture[str], pair: Sequence[str]) -> None:
    value = json.loads(run(capsys, *pair, "--format", "json")[1])
    assert (value["old"], value["new"], value["differs"]) == ("old.json", "new.json", True)
    (workflow,) = value["files"][0]["workflows"]
    assert (workflow["name"], workflow["id"], workflow["kind"]) == ("calling", "id-of-calling", "changed")
    (change,) = workflow["changes"]
    assert {key: change[key] for key in ("kind", "noun", "of", "step", "text")} == {
        "kind": "changed",
        "noun": "delay",
        "of": "Book pickup",
        "step": "a",
        "text": "`Book pickup` waits 2 d instead of 1 d",
    }
    assert change["old"]["file"] == "old.json"
    assert change["new"]["pointer"] == "/workflows/0/steps/0/params/runAt"


def test_markdown_has_both_states_in_a_drawing(capsys: pytest.CaptureFixture[str], pair: Sequence[str]) -> None:
    output = run(capsys, *pair, "--format", "markdown")[1]
    assert output.startswith("<!-- kustui diff -->\n### 1 workflow changed\n")
    assert "- **~** `Book pickup` waits `2 d` instead of `1 d`\n" in output
    assert "```mermaid\nflowchart TD\n" in output
    assert "<details><summary><b>~</b> <code>calling</code>: 1 change</summary>\n\n" in output


def test_the_drawing_marks_no_step_for_another_id_of_what_it_schedules(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name, id_ in (("a", "id-of-called"), ("b", "other-id")):
        caller, called = calling(60), a_workflow("called", id=id_, callable=True)
        caller["steps"][0]["params"]["workflowId"] = id_
        caller["description"] = name
        write_json(tmp_path / f"{name}.json", [caller, called])
    text = run(capsys, str(tmp_path / "a.json"), str(tmp_path / "b.json"))[1]
    assert "~ `called` has the id other-id instead of id-of-called\n" in text
    output = run(capsys, str(tmp_path / "a.json"), str(tmp_path / "b.json"), "--format", "markdown")[1]
    assert "has the id `other-id` instead of `id-of-called`" in output
    assert "mermaid" not in output, "nothing in a drawing is marked"


def test_problems_are_new_or_fixed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good, bad = a_workflow(), a_workflow()
    bad["trigger"]["transitions"] = [{"target": "b", "condition": ALWAYS}]
    for name, value in (("a", good), ("b", bad)):
        write_json(tmp_path / f"{name}.json", value)
    there, back = run(capsys, "a.json", "b.json")[1], run(capsys, "b.json", "a.json")[1]
    assert '  + b.json:9:19: error: the transition leads to the unknown step "b"' in there
    assert '  - b.json:9:19: error: the transition leads to the unknown step "b"' in back
    assert there.splitlines()[-1].startswith("1 workflow changed · 1 new problem")
    assert back.splitlines()[-1].startswith("1 workflow changed · 1 problem fixed")


SHARED = """// What some steps have in common.
exports.note = { id: 'a', action: 'kustomer.x', transitions: [{ target: 'TARGET', condition: CONDITION }] };"""
MODULE = """const { note } = require('./parts/shared');
module.exports = { id: 'w', name: 'flow', trigger: { eventName: 'kustomer.message.create' }, steps: [note] };"""


@pytest.mark.parametrize("words", [["old", "new"], ["old/a.js", "new/a.js"]])
@pytest.mark.parametrize("report", FORMATS)
def test_what_a_module_imports_is_named_by_the_file_it_is_written_in(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: Sequence[str],
    report: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, target in (("old", "gone"), ("new", "lost")):
        (tmp_path / folder / "parts").mkdir(parents=True)
        (tmp_path / folder / "a.js").write_text(MODULE)
        shared = SHARED.replace("TARGET", target).replace("CONDITION", json.dumps(ALWAYS))
        (tmp_path / folder / "parts" / "shared.js").write_text(shared)
    _, output = run(capsys, "--full", "--format", report, *words)
    if report == "json":
        written = json.loads(output)
        (change,) = written["files"][0]["workflows"][0]["changes"]
        old, new = change["old"], change["new"]
        assert [(at["file"], at["line"]) for at in (old, new)] == [
            ("old/parts/shared.js", 2),
            ("new/parts/shared.js", 2),
        ]
        (fixed,), (problem,) = written["problems"]["fixed"], written["problems"]["new"]
        assert [(fixed["file"], fixed["line"]), (problem["file"], problem["line"])] == [
            ("old/parts/shared.js", 2), ("new/parts/shared.js", 2),
        ]  # fmt: skip
        assert [place["file"] for place in (*fixed["related"], *problem["related"])] == ["old/a.js", "new/a.js"]
        return
    assert "old/parts/shared.js:2:" in output
    assert "new/parts/shared.js:2:" in output
    assert "a.js:2:" not in output.replace("shared.js:2:", "")


def test_files_and_workflows_come_go_and_move(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = Path("old"), Path("new")
    for folder, files in (
        (old, {"a.json": [a_workflow("one"), a_workflow("two")], "b.json": [a_workflow("three")]}),
        (new, {"a.json": [a_workflow("one")], "c.json": [a_workflow("two"), calling(60)]}),
    ):
        folder.mkdir()
        for name, workflows in files.items():
            write_json(folder / name, {"workflows": workflows})
    lines = run(capsys, "old", "new")[1].splitlines()
    assert "new/c.json (new)" in lines
    assert "old/b.json (gone)" in lines
    assert "  + `calling` is new: 1 step, on conversation.create" in lines
    assert "  - `three` is gone: 1 step, on conversation.create" in lines
    assert "  ~ `two` was in `old/a.json`" in lines
    assert not any("`one`" in line for line in lines)


def test_a_file_that_is_called_otherwise_is_the_same_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder, name, minutes in (("old", "a", 60), ("new", "b", 90)):
        Path(folder).mkdir()
        write_json(Path(folder, f"{name}.json"), [calling(minutes), a_workflow("one")])
    assert run(capsys, "old", "new")[1].splitlines() == [
        "new/b.json (was old/a.json)",
        "  ~ `calling`",
        "      ~ `Book pickup` waits 90 min instead of 60 min",
        "",
        "1 workflow changed · 1 file renamed",
    ]


def test_a_file_that_cannot_be_read_is_not_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    one = str(write_json(tmp_path / "a.json", {"workflows": [a_workflow()]}))
    (tmp_path / "b.json").write_text(f"{Path(one).read_text()[:-9]}")
    output = run(capsys, one, str(tmp_path / "b.json"))[1]
    assert "(cannot be read now, so that it is not compared)" in output.replace("\n    ", " ")
    assert "is gone" not in output


def test_what_is_long_is_cut_short_and_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def workflow(number: int) -> Value:
        steps = [
            {"id": f"s{at}", "action": "kustomer.note.create", "params": {"body": f"{number}"}, "transitions": []}
            for at in range(40)
        ]
        return a_workflow(steps=steps)

    files = [str(write_json(tmp_path / f"{number}.json", workflow(number))) for number in (1, 2)]
    short, full = run(capsys, *files)[1], run(capsys, *files, "--full")[1]
    assert "      … 34 params (--full lists all)\n" in short
    assert short.count("the param `body`") == 6
    assert full.count("the param `body`") == 40
    assert max(map(cells, short.splitlines())) <= 80


def test_of_too_many_workflows_only_the_first_are_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = []
    for target in ("a", "b"):
        workflows = [a_workflow(f"w{number}", steps=[]) for number in range(43)]
        for workflow in workflows:
            workflow["trigger"]["transitions"][0]["target"] = target
        files.append(str(write_json(tmp_path / f"{target}.json", {"workflows": workflows})))
    left_out = "… the runs of 3 more workflows are not compared (--full compares all)"
    short, full = run(capsys, *files)[1], run(capsys, *files, "--full")[1]
    assert left_out in short
    assert "are not compared" not in full
    assert json.loads(run(capsys, *files, "--format", "json")[1])["not_compared"] == 3


@pytest.mark.slow
def test_markdown_stays_within_what_code_hosts_take(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def definition(word: str) -> Value:
        workflows = []
        for number in range(60):
            steps = [
                {"id": f"s{number}-{at}", "action": "kustomer.note.create", "params": {"body": f"{word} {'x' * 30}"},
                 "transitions": [{"target": f"s{number}-{at + 1}", "condition": ALWAYS}] if at < 30 else []}
                for at in range(31)
            ]  # fmt: skip
            workflows.append(a_workflow(f"w{number}", steps=steps))
        return {"workflows": workflows}

    files = [str(write_json(tmp_path / f"{word}.json", definition(word))) for word in ("old", "new")]
    output = run(capsys, *files, "--format", "markdown")[1]
    assert len(output) <= MOST_CHARACTERS
    assert "more" in output
    assert output.count("<details>") == output.count("</details>")


@pytest.mark.parametrize("report", FORMATS)
def test_names_and_values_are_never_obeyed(capsys: pytest.CaptureFixture[str], tmp_path: Path, report: str) -> None:
    evil = f"```\n</details><script>x</script> @team [x](y) | `a` ``b`` \x1b[31m \u202e {' '.join(HOSTILE[:-1])}"
    files = []
    for at, text in enumerate((evil, f"{evil}!")):
        step = {"id": "a", "action": "kustomer.note.create", "params": {"body": text}, "transitions": []}
        workflow = a_workflow(evil, steps=[{**step, "meta": {"displayName": text}}])
        files.append(str(write_json(tmp_path / f"{at}.json", workflow)))
    output = run(capsys, *files, "--format", report)[1]
    assert "\x1b" not in output
    assert "\u202e" not in output
    if report == "markdown":
        tokens = [
            inner
            for token in MarkdownIt("gfm-like", {"linkify": False}).parse(output)
            for inner in (token, *(token.children or ()))
        ]
        markup = "".join(token.content for token in tokens if token.type in ("html_block", "html_inline", "text"))
        assert not {token.type for token in tokens} & {"link_open", "image"}
        outside = re.sub(r"<code>.*?</code>", "", markup)
        assert "script" not in outside
        assert "@team" not in outside
        assert outside.count("<details>") == outside.count("</details>") == 1


def test_the_wrapper_of_a_workflow_is_no_difference(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    attributes = {key: value for key, value in a_workflow().items() if key != "id"}
    resource = {"type": "workflow", "id": a_workflow()["id"], "attributes": {**attributes, "rev": 7}}
    wrappers = ([a_workflow()], {"workflow": a_workflow()}, {"data": resource}, {"data": [resource], "links": {}})
    one = str(write_json(tmp_path / "one.json", a_workflow()))
    for number, wrapper in enumerate(wrappers):
        other = str(write_json(tmp_path / f"{number}.json", wrapper))
        assert run(capsys, one, other, "--exit-code") == (0, "")


# Any two states


def diff(old: Value, new: Value, folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    files = [str(write_json(folder / f"{name}.json", value)) for name, value in (("old", old), ("new", new))]
    return run(capsys, *files, *options)[1]


@given(SOUND)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_said_of_a_copy_in_another_layout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: Definition
) -> None:
    (tmp_path / "old.json").write_text(json.dumps(value))
    (tmp_path / "new.json").write_text(json.dumps(reordered(value), indent=3, ensure_ascii=False))
    assert run(capsys, str(tmp_path / "old.json"), str(tmp_path / "new.json"), "--exit-code") == (0, "")


def reordered(value: Any) -> Any:
    """The same with the keys of every object the other way round."""
    if isinstance(value, list):
        return [reordered(member) for member in value]
    if isinstance(value, dict):
        return {key: reordered(member) for key, member in reversed(value.items())}
    return value


@given(value=SOUND, mutations=st.lists(st.sampled_from([*MUTATIONS]), min_size=1, max_size=4), chance=CHANCE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(value=definition(3, 6, 1), mutations=[misspelt_target], chance=random.Random(1))
def test_what_was_edited_is_named_and_nothing_else(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    value: Definition,
    mutations: list[Mutation],
    chance: random.Random,
) -> None:
    mutated = copy.deepcopy(value)
    for mutation in mutations:
        mutation(mutated, chance)
    expected = edits(value, mutated)
    report = json.loads(diff(value, mutated, tmp_path, capsys, "--format", "json"))
    parts = [part for file in report["files"] for part in (*file["apps"], *file["workflows"])]
    pointers = {place["pointer"] for part in parts for change in part["changes"] for place in sides(change)}
    assert not bool(expected) or pointers, report
    for pointer in pointers:  # each is at an edit, or right around one
        assert any(is_inside(edit, pointer) or is_inside(pointer, edit) for edit in expected), (pointer, expected)
    for edit in expected:
        assert any(is_inside(edit, pointer) or is_inside(pointer, edit) for pointer in pointers), (edit, pointers)


def sides(change: Value) -> list[Value]:
    return [place for place in (change["old"], change["new"]) if place is not None]


def edits(old: Any, new: Any, pointer: str = "") -> list[str]:
    """The pointers of the values that differ."""
    if type(old) is type(new) is dict:
        keys = {**old, **new}
        return [at for key in keys for at in edits(old.get(key, ...), new.get(key, ...), f"{pointer}/{key}")]
    if type(old) is type(new) is list and len(old) == len(new):
        return [
            at for index, pair in enumerate(zip(old, new, strict=True)) for at in edits(*pair, f"{pointer}/{index}")
        ]
    return [] if old == new else [pointer]


def test_a_workflow_that_is_called_otherwise_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, title in (("old", "before"), ("new", "after")):
        write_json(tmp_path / f"{name}.json", {**a_workflow("same", id="id"), "name": title, "enabled": name == "old"})
    _, text = run(capsys, "old.json", "new.json")
    assert text.splitlines()[:3] == [
        "new.json",
        "  ~ `after` was called `before`",
        "      ~ `after` is no longer enabled",
    ]


def test_a_step_that_is_called_otherwise_as_its_workflow_is_said_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (
        a_workflow(name, id="id", steps=[{"id": "a", "action": "kustomer.x", "meta": {"displayName": name}}])
        for name in ("before", "after")
    )
    text = diff(old, new, tmp_path, capsys)
    assert "  ~ `after` was called `before`\n      ~ `before` is called `after` now\n" in text


def test_a_long_name_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, enabled in (("old", True), ("new", False)):
        write_json(tmp_path / f"{name}.json", {**a_workflow("x" * 5_000, id="id"), "enabled": enabled})
    _, text = run(capsys, "old.json", "new.json")
    assert len(text.splitlines()) < 10


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_runs_that_could_not_all_be_compared_are_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("old", "a"), ("new", "b")):
        ways = [
            {"target": "s", "condition": {"op": "eq", "values": ["/#steps.1.status", f"{value}{number}"]}}
            for number in range(70)
        ]
        step = {"id": "s", "action": "kustomer.note.create", "params": {}, "transitions": []}
        workflow = a_workflow("wide", id="id", steps=[step])
        write_json(tmp_path / f"{name}.json", {**workflow, "trigger": {**workflow["trigger"], "transitions": ways}})
    _, text = run(capsys, "old.json", "new.json", "--format", form)
    assert "compared only in part" in text
