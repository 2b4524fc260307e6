"""``kustui check --fix``, ``--unsafe-fixes`` and ``--diff``."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kustui.check.rule import app, step, to, workflow
from kustui.cli import main
from tests.benchmarks.shapes import SHAPES
from tests.support.commands import run_command, run_with_input
from tests.support.terminal import environment

ALWAYS = {"op": "true", "values": [True]}


def definition(*targets: str) -> dict[str, Any]:
    edges = [{"target": target, "condition": ALWAYS} for target in targets[-1:]]
    first = {"id": "aB3", "action": "kustomer.note.create", "transitions": edges}
    second = {"id": "cD4", "action": "kustomer.note.create", "transitions": []}
    trigger = {"id": "1", "eventName": "kustomer.note.create", "transitions": [{"target": "aB3", "condition": ALWAYS}]}
    return {"name": "Greet", "trigger": trigger, "steps": [first, second]}


RIGHT = json.dumps(definition("cD4"), indent=2)
WRONG = RIGHT.replace('"target": "cD4"', '"target": "cD5"')
SEVERAL = RIGHT.replace('"values"', '"valuess"', 1).replace('"target": "cD4",', '"target": "cD5"')
"""First it is no JSON; then two things are wrong."""
UNSAFE = RIGHT.replace('"name": "Greet",', '"name": "Hello", "name": "Greet",')


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return run_command(capsys, "check", "--no-cache", *arguments)


def run_with(text: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run with a text on standard input."""
    return run_with_input("check", "--no-cache", *arguments, given=text)


def test_what_is_certain_is_fixed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    assert run(capsys, "app.json", "--fix") == (0, "1 problem fixed; no problems in 1 file\n", "")
    assert (folder / "app.json").read_text() == RIGHT
    assert run(capsys, "app.json", "--fix") == (0, "nothing fixed; no problems in 1 file\n", "")


def test_a_fix_may_show_what_is_wrong_behind_it(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(SEVERAL)
    assert run(capsys, "app.json", "--fix") == (0, "3 problems fixed; no problems in 1 file\n", "")
    assert (folder / "app.json").read_text() == RIGHT


def test_one_syntax_error_behind_the_other_is_fixed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    words = {f"custom{number}": "words" for number in range(30)}
    whole = json.dumps({**definition("cD4"), "meta": words}, indent=2)
    without_commas = whole.replace('",\n', '"\n')
    (folder / "app.json").write_text(without_commas)
    assert run(capsys, "app.json", "--fix")[0] == 0
    assert (folder / "app.json").read_text() == whole


@pytest.mark.parametrize("dependencies", [None, [], ["kustomer-^1.4.8"], ["kustomer-^1.4.8", "sms-^1.0.0"]])
@pytest.mark.parametrize("indent", [None, 2])
def test_apps_of_similar_names_are_all_declared_and_none_is_taken_for_another(
    capsys: pytest.CaptureFixture[str], folder: Path, dependencies: list[str] | None, indent: int | None
) -> None:
    versions = [f"orders_{letter}-^1.0.0" for letter in "abc"]
    steps = [
        step(f"s{at}", *(to(f"s{at + 1}") for _ in versions[at + 1 :][:1]), appVersion=version)
        for at, version in enumerate(versions)
    ]
    value = app(workflow("Ask", *steps))
    declared = value if dependencies is None else {**value, "dependencies": dependencies}
    (folder / "app.json").write_text(json.dumps(declared, indent=indent))
    assert run(capsys, "app.json", "--fix")[1].startswith("3 problems fixed; no problems")
    expected = {**value, "dependencies": [*(dependencies or []), *versions]}
    text = (folder / "app.json").read_text()
    assert json.loads(text) == expected
    assert len(text.splitlines()) == len(json.dumps(expected, indent=indent).splitlines())


def test_what_is_added_to_a_list_of_a_module_is_added_in_its_manner(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    entry = "trigger: { id: '1', eventName: 'kustomer.note.create', transitions: [{ target: 'a', condition: always }] }"
    first = "{ id: 'a', appVersion: 'orders_a-^1.0.0', transitions: [{ target: 'b', condition: always }] }"
    second = "{ id: 'b', appVersion: 'orders_b-^1.0.0', transitions: [] }"
    text = (
        "const always = { op: 'true', values: [true] };\n"
        "module.exports = { app: 'sample', version: '1.0.0', title: 'T', dependencies: ['sms-^1.0.0'],\n"
        f"  workflows: [{{ name: 'Ask', {entry}, steps: [{first}, {second}] }}] }};\n"
    )
    (folder / "app.js").write_text(text)
    assert run(capsys, "app.js", "--fix")[1].startswith("2 problems fixed; no problems")
    added = "'sms-^1.0.0', 'orders_a-^1.0.0', 'orders_b-^1.0.0'"
    assert (folder / "app.js").read_text() == text.replace("'sms-^1.0.0'", added)


def test_more_is_added_to_a_list_than_there_are_rounds(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_bytes(SHAPES["error_readers"].bytes_of(110))
    report = run(capsys, "app.json", "--fix", "--unsafe-fixes")[1]
    assert report.splitlines()[-1].startswith("110 problems fixed; ")
    assert "error-reference" not in report


def test_what_is_left_is_reported_and_decides_the_status(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(UNSAFE.replace('"target": "cD4"', '"target": "cD5"'))
    status, report, errors = run(capsys, "app.json", "--fix")
    assert (status, errors) == (1, "")
    assert "duplicate-key" in report
    assert "[*]" not in report
    assert report.endswith("\n1 problem fixed; 1 error in 1 file; 1 can be fixed with --unsafe-fixes\n")
    assert (folder / "app.json").read_text() == UNSAFE
    assert run(capsys, "app.json", "--fix", "--fail-on", "never")[0] == 0


def test_unsafe_fixes_are_made_where_that_is_wanted(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(UNSAFE)
    assert run(capsys, "app.json", "--fix", "--unsafe-fixes")[:2] == (0, "1 problem fixed; no problems in 1 file\n")
    assert (folder / "app.json").read_text() == RIGHT


def test_the_difference_is_printed_and_nothing_written(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(SEVERAL)
    status, difference, errors = run(capsys, "app.json", "--diff")
    assert (status, errors) == (1, "would fix 3 problems\n")
    lines = [line for line in difference.splitlines() if line.startswith(("-", "+"))]
    assert lines[:2] == ["--- app.json", "+++ app.json"]
    assert sum(line.startswith("+") for line in lines) == 3
    assert (folder / "app.json").read_text() == SEVERAL
    (folder / "app.json").write_text(UNSAFE)
    assert run(capsys, "app.json", "--diff") == (0, "", "nothing would be fixed, 1 more with --unsafe-fixes\n")
    assert run(capsys, "app.json", "--diff", "--unsafe-fixes")[0] == 1


def test_the_report_marks_what_can_be_fixed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    status, report, _ = run(capsys, "app.json")
    assert status == 1
    assert report.splitlines()[0].endswith("[unknown-target] [*]")
    assert report.endswith("\n1 error in 1 file; [*] 1 can be fixed with --fix\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_nothing_else_changes(capsys: pytest.CaptureFixture[str], folder: Path, encoding: str) -> None:
    text = WRONG.replace("\n", "\r\n").replace("  ", "\t").replace("Greet", "Gr\\u00fc\u00dfe")
    (folder / "app.json").write_bytes(text.encode(encoding))
    assert run(capsys, "app.json", "--fix")[0] == 0
    assert (folder / "app.json").read_bytes() == text.replace("cD5", "cD4").encode(encoding)


def test_several_files_are_written(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for name in ("a.json", "b.json"):
        (folder / name).write_text(WRONG)
    (folder / "c.json").write_text(RIGHT)
    before = (folder / "c.json").stat().st_mtime_ns
    assert run(capsys, ".", "--fix")[:2] == (0, "2 problems fixed; no problems in 3 files\n")
    assert {(folder / name).read_text() for name in ("a.json", "b.json", "c.json")} == {RIGHT}
    assert (folder / "c.json").stat().st_mtime_ns == before


def test_what_is_suppressed_is_not_fixed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    (folder / "kustui.toml").write_text(
        '# ours\n[[suppress]]\nrule = "unknown-target"\nreason = "yes"\n\n[[suppress]]\nrule = "loop"\nreason = "no"\n'
    )
    assert run(capsys, ".", "--fix")[:2] == (0, "1 problem fixed; no problems in 1 file\n")
    assert (folder / "app.json").read_text() == WRONG
    assert (folder / "kustui.toml").read_text() == '# ours\n[[suppress]]\nrule = "unknown-target"\nreason = "yes"\n'


def tables(rows: list[str]) -> str:
    return "\n".join(f"[[suppress]]\n{row}\n" for row in rows)


def array(rows: list[str], before: str = "", behind: str = "") -> str:
    elements = [f"{{{row}}}".replace("\n", ", ") for row in rows]
    return f"suppress = [{before}{f',{behind}'.join(elements)}{f',{behind}' if behind and rows else ''}]\n"


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize(
    "written",
    [tables, array, lambda rows: array(rows, "\n", "\n"), lambda rows: array(rows, " # all\n", " # x\n")],
    ids=["tables", "a line", "lines", "lines with comments"],
)
@pytest.mark.parametrize("is_used", [False, True])
def test_all_suppressions_that_hide_nothing_are_removed_at_once(
    capsys: pytest.CaptureFixture[str], folder: Path, count: int, written: Callable[[list[str]], str], is_used: bool
) -> None:
    (folder / "app.json").write_text(WRONG)
    used = ['rule = "unknown-target"\nreason = "yes"'] if is_used else []
    unused = [f'rule = "loop"\nworkflow = "{number}"\nreason = "no"' for number in range(count)]
    (folder / "kustui.toml").write_text("# ours\n" + written(used + unused))
    fixed = count + (not is_used)
    report = run(capsys, ".", "--fix")[1]
    assert report == f"{fixed} problem{'s' if fixed > 1 else ''} fixed; no problems in 1 file\n"
    left = (folder / "kustui.toml").read_text()
    assert tomllib.loads(left).get("suppress", []) == tomllib.loads(written(used)).get("suppress", [])
    if is_used and count == 1 and "x" not in left:
        assert left == "# ours\n" + written(used)


def test_all_entries_of_a_baseline_that_record_nothing_are_removed_at_once(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "app.json").write_text(RIGHT)
    entries = [{"file": "app.json", "workflow": f"W{at}", "step": "", "rule": "loop", "count": 1} for at in range(4)]
    (folder / "baseline.json").write_text(json.dumps({"version": 1, "problems": entries}, indent=2))
    report = run(capsys, "app.json", "--baseline", "baseline.json", "--fix")[1]
    assert report == "4 problems fixed; no problems in 1 file\n"
    assert json.loads((folder / "baseline.json").read_text()) == {"version": 1, "problems": []}


def test_what_a_baseline_records_is_not_fixed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    assert run(capsys, "app.json", "--write-baseline", "baseline.json")[0] == 0
    assert run(capsys, "app.json", "--baseline", "baseline.json", "--fix")[:2] == (
        0,
        "nothing fixed; no problems in 1 file\n",
    )
    assert (folder / "app.json").read_text() == WRONG
    (folder / "app.json").write_text(RIGHT)
    assert run(capsys, "app.json", "--baseline", "baseline.json", "--fix")[:2] == (
        0,
        "1 problem fixed; no problems in 1 file\n",
    )
    assert json.loads((folder / "baseline.json").read_text())["problems"] == []


def test_only_the_rules_that_are_chosen_are_fixed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    assert run(capsys, "app.json", "--fix", "--select", "loop")[0] == 0
    assert (folder / "app.json").read_text() == WRONG


@pytest.mark.parametrize("more", [[], ["--stdin-filename", "app.json"]])
def test_the_text_of_standard_input_goes_to_standard_output(folder: Path, more: list[str]) -> None:
    (folder / "app.json").write_text(WRONG)
    done = run_with(UNSAFE.replace('"target": "cD4"', '"target": "cD5"').encode("utf-8-sig"), "-", "--fix", *more)
    assert done.stdout == UNSAFE.encode("utf-8-sig")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1].startswith("1 problem fixed; 1 error in ")
    assert (folder / "app.json").read_text() == WRONG


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-32-be"])
def test_the_text_of_standard_input_keeps_its_encoding(encoding: str) -> None:
    for mark in ("", "\ufeff"):
        done = run_with(f"{mark}{WRONG}".encode(encoding), "-", "--fix")
        assert done.stdout == f"{mark}{RIGHT}".encode(encoding)


def test_the_text_of_standard_input_comes_back_where_nothing_is_wrong() -> None:
    done = run_with(RIGHT.encode(), "-", "--fix")
    assert (done.returncode, done.stdout, done.stderr) == (0, RIGHT.encode(), b"nothing fixed; no problems in 1 file\n")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes says which fixes to make: add --fix, or --diff to see them"),
        (["--fix", "--watch"], "--watch only reports: run --fix or --diff without it"),
        (
            ["--diff", "--write-baseline", "b.json"],
            "--write-baseline records problems: run --fix or --diff first, without it",
        ),
    ],
)
def test_options_that_exclude_each_other(
    capsys: pytest.CaptureFixture[str], folder: Path, options: list[str], reason: str
) -> None:
    (folder / "app.json").write_text(WRONG)
    assert run(capsys, "app.json", *options) == (2, "", f"kustui: {reason}\n")


def test_json_and_sarif_carry_the_fixes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    (problem,) = json.loads(run(capsys, "app.json", "--format", "json")[1])
    ((edit,),) = [fix["edits"] for fix in problem["fixes"]]
    place = {key: problem[key] for key in ("file", "line", "column", "end_line", "end_column")}
    assert edit == {**place, "text": '"cD4"'}
    (result,) = json.loads(run(capsys, "app.json", "--format", "sarif")[1])["runs"][0]["results"]
    (fix,) = result["fixes"]
    ((replacement,),) = [change["replacements"] for change in fix["artifactChanges"]]
    assert fix["description"]["text"] == 'change "cD5" to "cD4"'
    assert replacement["insertedContent"] == {"text": '"cD4"'}
    assert replacement["deletedRegion"] == result["locations"][0]["physicalLocation"]["region"]


def test_what_is_read_from_the_cache_is_fixed_as_well(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    reports = []
    for _ in range(2):
        assert main(["check", "app.json", "--format", "json"]) == 1
        reports.append(json.loads(capsys.readouterr().out))
    assert reports[0] == reports[1]
    assert reports[1][0]["fixes"]
    assert main(["check", "app.json", "--fix"]) == 0
    assert (folder / "app.json").read_text() == RIGHT


def test_a_check_for_people_loads_nothing_of_the_fixes(folder: Path) -> None:
    (folder / "app.json").write_text(WRONG)
    script = "import sys; from kustui.cli import main; main(['check', 'app.json']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment(), cwd=folder, check=True
    )
    modules = done.stdout.split()
    assert "kustui.check.reports.text" in modules
    assert not [name for name in modules if name.startswith("kustui.fix")]


@pytest.mark.parametrize(
    ("paths", "is_removed"),
    [(["."], True), (["one.json", "two.json"], True), (["one.json"], False), (["two.json", "-"], False)],
)
def test_a_suppression_is_removed_only_where_all_that_it_may_be_about_was_checked(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    paths: list[str],
    is_removed: bool,
) -> None:
    for name in ("one", "two"):
        app = {"app": name, "version": "1.0.0", "title": "T", "workflows": [definition("cD4") | {"name": name}]}
        (folder / f"{name}.json").write_text(json.dumps(app))
    suppressions = '[[suppress]]\nrule = "loop"\nworkflow = "two"\nreason = "r"\n'
    (folder / "kustui.toml").write_text(suppressions)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((folder / "one.json").read_bytes())))
    assert run(capsys, *paths, "--fix")[0] == 0
    assert (folder / "kustui.toml").read_text() == ("" if is_removed else suppressions)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"target": "cD4"', '"target": "aB4"'),
        ('"action": "kustomer.note.create"', '"action": "kustomer.note.create", "params": {"body": "/#steps.cD5.id"}'),
        ('"action": "kustomer.note.create"', '"action": "kustomer.note.create", "params": {"body": "/#steps1.id"}'),
        ('"target": "cD4"', '"target": "\\ud83db"'),
    ],
    ids=["a target that makes a loop", "a step that has not run", "a dot that is missing", "half a surrogate pair"],
)
def test_a_name_is_not_certain_that_would_make_another_problem(
    capsys: pytest.CaptureFixture[str], folder: Path, right: str, wrong: str
) -> None:
    text = json.dumps(definition("cD4"), indent=2).replace(right, wrong, 1)
    text = text.replace('"id": "cD4"', '"id": "\\ud83da"') if "ud83d" in wrong else text
    (folder / "app.json").write_text(text)
    assert run(capsys, "app.json", "--fix")[0] == 1
    assert (folder / "app.json").read_text() == text
