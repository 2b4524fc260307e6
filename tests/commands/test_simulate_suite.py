"""``kustui simulate FOLDER``: many scenarios, their coverage, and scenarios for every path."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import IO, TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.workspace import scenario_pool
from tests.support.commands import run_command
from tests.support.patience import PATIENCE
from tests.support.runs import RING, ring_scenario
from tests.support.terminal import KUSTUI, Terminal, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ID = "5f8e148232731d0015c14657"
OPEN = when("eq", "/#steps.aB3.status", "open")
WATCH = workflow("Watch", step("aB3", to("sC1", OPEN)), schedule("sC1", ID))
REMIND = called("Remind", ID, step("rE1"))
NOTES = workflow("Notes", step("nO1"), event="kustomer.note.create")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write("flows/watch.json", app(WATCH, REMIND))
    write("flows/notes.json", NOTES)
    return tmp_path


def write(path: str, content: Any) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")


def scenario(title: str, status: str = "open", workflow: str = "Watch", **more: Any) -> dict[str, Any]:
    mocks = [{"workflow": "Watch", "step": "aB3", "returns": {"status": status}}] if workflow == "Watch" else []
    return {"scenario": title, "start": [{"workflow": workflow}], "mocks": mocks, **more}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status, output, errors = run_command(capsys, "simulate", *arguments)
    assert "internal error" not in errors
    return status, output, errors


# All of a folder


def test_all_are_replayed_in_order_with_a_summary_and_one_that_cannot_be_read_does_not_end_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", '{"scenario": "B",}')
    write("flows/c.scenario.json", scenario("C", expect={"scheduled": []}))
    write("flows/d.scenario.json", scenario("D", workflow="Ntoes"))
    status, told, errors = run(capsys, "flows")
    assert (status, errors) == (2, "")
    lines = told.splitlines()
    assert [line for line in lines if line.split(" ")[0] in ("passed", "failed", "error")] == [
        "passed flows/a.scenario.json: A",
        "error flows/b.scenario.json: it cannot be replayed",
        "failed flows/c.scenario.json: C: 1 difference",
        "error flows/d.scenario.json: D: it cannot be replayed",
    ]
    assert any(line.startswith("!! flows/b.scenario.json:1:17: a comma before the closing }") for line in lines)
    assert any('unknown workflow "Ntoes" (did you mean "Notes"?)' in line for line in lines)
    assert lines[-1] == "4 scenarios: 1 failed, 2 cannot be replayed, 1 passed"


def test_formats_for_builds_have_what_cannot_be_read_as_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", '{"scenario": "B",}')
    write("flows/c.scenario.json", scenario("C", expect={"scheduled": []}))
    status, told, errors = run(capsys, "flows", "--format", "junit")
    assert status == 2
    assert errors.startswith("kustui: flows/b.scenario.json:1:17: ")
    suite = ElementTree.fromstring(told)
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["errors"]) == ("3", "1", "1")
    cases = {case.attrib["file"]: [part.tag for part in case] for case in suite.iter("testcase")}
    assert cases == {
        "flows/a.scenario.json": [],
        "flows/b.scenario.json": ["error"],
        "flows/c.scenario.json": ["failure"],
    }
    _, told, _ = run(capsys, "flows", "--format", "json")
    records = json.loads(told)
    assert [record["held"] for record in records] == [True, False, False]
    assert records[1]["errors"][0].startswith("flows/b.scenario.json:1:17: ")


def test_a_run_that_is_left_undecided_fails_and_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/odd.json", workflow("Odd", step("oD1"), entry=(to("oD1", when("isOpenToday", 1)),), event="x"))
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", scenario("B", workflow="Odd"))
    status, told, _ = run(capsys, "flows")
    assert status == 1
    assert 'the run of "Odd" is left at the trigger' in told
    assert told.splitlines()[-1] == "2 scenarios: 1 failed (1 left undecided), 1 passed"
    write("flows/b.scenario.json", scenario("B", workflow="Odd", expect={"left": [{"workflow": "Odd", "step": "1"}]}))
    assert run(capsys, "flows")[0] == 0


def test_of_many_those_that_passed_are_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(30):
        expected: dict[str, Any] = {"scheduled": []} if number == 3 else {}
        write(f"flows/{number:02}.scenario.json", scenario(f"S{number}", expect=expected))
    lines = run(capsys, "flows")[1].splitlines()
    assert lines[0].startswith("!! flows/03.scenario.json:")
    assert lines[1:3] == ["failed flows/03.scenario.json: S3: 1 difference", ""]
    assert lines[-1] == "30 scenarios: 1 failed, 29 passed"
    assert "passed flows/04.scenario.json: S4" in run(capsys, "flows", "--trace")[1].splitlines()


def test_a_title_of_any_length_stays_in_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("so " * 100))
    (line,) = run(capsys, "flows")[1].splitlines()
    assert len(line) < 160
    assert line.startswith("passed flows/a.scenario.json: so so so")


def test_several_processes_give_the_same_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    many_scenarios(60)
    write("flows/999.scenario.json", "{")
    status, told, _ = run(capsys, "flows")
    assert status == 2
    assert told.splitlines()[-1] == "61 scenarios: 1 cannot be replayed, 60 passed"
    monkeypatch.setattr(scenario_pool, "TRIAL", 0.0)
    monkeypatch.setattr(scenario_pool, "WORTH_IT", 0.0)
    assert run(capsys, "flows")[1] == told
    suite = ElementTree.fromstring(run(capsys, "flows", "--format", "junit")[1])
    names = [case.attrib["file"] for case in suite.iter("testcase")]
    assert names == [*(f"flows/{number:03}.scenario.json" for number in range(60)), "flows/999.scenario.json"]


# What came accepted as what is expected


def test_scenarios_that_fail_are_updated_in_place_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("A", expect={"scheduled": []}))
    write("flows/b.scenario.json", scenario("B", "shut", expect={"scheduled": []}))
    write("flows/c.scenario.json", "{")
    before = {name: Path(f"flows/{name}.scenario.json").read_text() for name in "abc"}
    status, told, errors = run(capsys, "flows", "--update")
    assert (status, errors) == (2, "kustui: 1 scenario updated\n")
    assert told.splitlines()[-1] == "3 scenarios: 1 cannot be replayed, 2 passed"
    after = {name: Path(f"flows/{name}.scenario.json").read_text() for name in "abc"}
    assert (after["b"], after["c"]) == (before["b"], before["c"])
    assert [each["workflow"] for each in json.loads(after["a"])["expect"]["scheduled"]] == ["Remind"]
    assert after["a"].startswith(before["a"].partition('"scheduled"')[0]), "nothing else is written anew"
    Path("flows/c.scenario.json").unlink()
    assert run(capsys, "flows", "--update") == (0, run(capsys, "flows")[1], "")


def test_what_nobody_has_decided_is_not_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/odd.json", workflow("Odd", step("oD1"), entry=(to("oD1", when("isOpenToday", 1)),), event="x"))
    write("flows/a.scenario.json", scenario("A", workflow="Odd", expect={"path": []}))
    before = Path("flows/a.scenario.json").read_text()
    status, _, errors = run(capsys, "flows", "--update")
    assert status == 1
    assert errors.startswith("kustui: flows/a.scenario.json: not updated: decide how it goes on first")
    assert Path("flows/a.scenario.json").read_text() == before


# Coverage


def test_coverage_counts_every_workflow_and_names_what_no_scenario_takes(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("A", "shut"))
    status, told, _ = run(capsys, "flows", "--coverage", "text")
    assert status == 0
    after = told[told.index("coverage:") :].splitlines()
    assert after[0] == "coverage: 1 of 4 steps (25 %), 1 of 4 transitions (25 %), 1 of 3 workflows run"
    assert "    0 %          0 %  Notes (no scenario runs it)" in after
    lines = Path("flows/watch.json").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if '"id": "sC1"' in text) - 1
    words = " ".join(" ".join(after).split())
    assert f"50 % 50 % Watch: never sC1 (line {line}), aB3 to sC1 (line" in words
    assert "coverage:" not in told[: told.index("coverage:")], "said once"


def test_coverage_as_json_goes_to_a_file_beside_any_report(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", scenario("B", "shut"))
    arguments = ["flows", "--coverage", "json", "--coverage-file", "coverage.json", "--format", "junit"]
    status, told, errors = run(capsys, *arguments)
    assert (status, errors) == (0, "")
    assert ElementTree.fromstring(told).attrib["tests"] == "2"
    coverage = json.loads(Path("coverage.json").read_text())
    assert (coverage["steps"], coverage["transitions"]) == ({"taken": 3, "of": 4}, {"taken": 3, "of": 4})
    watch, remind, notes = sorted(coverage["workflows"], key=lambda each: each["scenarios"], reverse=True)
    assert (watch["workflow"], watch["scenarios"], watch["never"]) == ("Watch", 2, [])
    assert (remind["workflow"], remind["scenarios"]) == ("Remind", 1)
    assert (notes["file"], notes["scenarios"]) == ("flows/notes.json", 0)
    assert [each["name"] for each in notes["never"]] == ["nO1", "trigger to nO1"]


COBERTURA = {
    "coverage": (
        "line-rate branch-rate lines-covered lines-valid branches-covered branches-valid complexity version timestamp",
        "sources packages",
    ),
    "sources": ("", "source"),
    "source": ("", ""),
    "packages": ("", "package"),
    "package": ("name line-rate branch-rate complexity", "classes"),
    "classes": ("", "class"),
    "class": ("name filename line-rate branch-rate complexity", "methods lines"),
    "methods": ("", "method"),
    "lines": ("", "line"),
    "line": ("number hits", "conditions"),
}
"""coverage-04.dtd: the attributes that each element needs, and the elements that it may have, in this order."""


def elements(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Every element, each of the shape that the DTD asks for."""
    for element in root.iter():
        required, children = COBERTURA[element.tag]
        assert set(required.split()) <= set(element.attrib)
        assert {child.tag for child in element} <= set(children.split())
        yield element


def test_coverage_as_cobertura_has_the_shape_of_its_dtd(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", scenario("B", "shut"))
    assert run(capsys, "flows", "--coverage", "cobertura", "--coverage-file", "coverage.xml")[0] == 0
    written = Path("coverage.xml").read_text()
    assert '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">' in written
    root, *_ = elements(ElementTree.fromstring(written))
    assert (root.attrib["branches-covered"], root.attrib["branches-valid"]) == ("3", "4")
    classes = {each.attrib["name"]: each for each in root.iter("class")}
    assert {each.attrib["filename"] for each in classes.values()} == {"flows/watch.json", "flows/notes.json"}
    assert classes["Notes"].attrib["line-rate"] == "0"
    text = Path("flows/watch.json").read_text().splitlines()
    watch = {int(line.attrib["number"]): line.attrib for line in classes["Watch"].iter("line")}
    trigger = next(number for number, line in enumerate(text, 1) if '"trigger": {' in line)
    assert watch[trigger] == {
        "number": str(trigger), "hits": "2", "branch": "true", "condition-coverage": "100% (1/1)"
    }  # fmt: skip
    assert all(text[number - 1].rstrip().endswith("{") for number in watch), "where parts begin"
    assert sorted(line["hits"] for line in watch.values()) == ["1", "1", "2", "2", "2"]


def test_coverage_as_lcov_has_lines_branches_and_workflows(capsys: pytest.CaptureFixture[str]) -> None:
    write("flows/a.scenario.json", scenario("A", "shut"))
    assert run(capsys, "flows", "--coverage", "lcov", "--coverage-file", "coverage.info")[0] == 0
    sections = Path("coverage.info").read_text().split("end_of_record\n")[:-1]
    watch = next(section for section in sections if "SF:flows/watch.json" in section).splitlines()
    lines = [line.partition(":")[::2] for line in watch]
    assert [value for name, value in lines if name == "FNDA"] == ["1,Watch", "0,Remind"]
    assert [value.split(",")[-1] for name, value in lines if name == "BRDA"] == ["1", "0", "-"]
    totals = {name: value for name, value in lines if name in ("FNF", "FNH", "BRF", "BRH", "LF", "LH")}
    assert totals == {"FNF": "2", "FNH": "1", "BRF": "3", "BRH": "1", "LF": "8", "LH": "3"}
    if shutil.which("genhtml"):
        command = ["genhtml", "coverage.info", "--output-directory", "html", "--branch-coverage"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "functions..: 33.3% (1 of 3 functions)" in done.stdout


def test_what_a_definition_holds_is_no_markup_of_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = 'a"<&>\x1b[31m\r\nDA:1,1'
    write("flows/watch.json", app({**WATCH, "name": hostile}, {**NOTES, "name": hostile}))
    write("flows/a.scenario.json", {"scenario": "A", "start": [{"event": "kustomer.note.create"}]})
    for format_ in ("text", "json", "cobertura", "lcov"):
        assert run(capsys, "flows", "--coverage", format_, "--coverage-file", "out")[0] == 0
        written = Path("out").read_bytes()
        assert not {b"\x1b", b"\r"} & {written[at : at + 1] for at in range(len(written))}
        if format_ == "lcov":
            assert not any(line.startswith(b"DA:1,1") for line in written.splitlines())
            names = [line for line in written.decode().splitlines() if line.startswith("FN:")]
            assert len({line.partition(",")[2] for line in names}) == len(names)
        if format_ == "cobertura":
            assert [*elements(ElementTree.fromstring(written))]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["flows", "--coverage", "lcov"],
            "--coverage lcov needs a place of its own: add --coverage-file FILE, or --output FILE",
        ),
        (
            ["flows", "--coverage", "lcov", "--coverage-file", "-"],
            "--coverage lcov needs a place of its own: add --coverage-file FILE, or --output FILE",
        ),
        (
            ["flows", "--coverage", "lcov", "--coverage-file", "x.txt", "--output", "./x.txt"],
            "--output and --coverage-file name the same file: the report and the coverage need one each",
        ),
        (["flows", "--coverage-file", "x"], "--coverage-file needs --coverage"),
        (["flows", "--coverage-file", "-"], "--coverage-file needs --coverage"),
        (["flows", "--coverage", "text", "--explore"], "leave out --explore"),
        (["flows", "--coverage", "text"], "there are none"),
        (["flows", "--update"], "there are none"),
        (["flows", "--update", "--watch"], "run --update without it"),
        (["flows", "--update", "--max-steps", "3"], "leave out --max-steps"),
        (["flows", "--coverage", "html"], "invalid choice"),
    ],
)
def test_options_for_scenarios_that_do_not_go_together(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, errors = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert told in errors


# Scenarios for all paths


def saved(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    status, out, errors = run(capsys, *arguments)
    assert (status, out) == (0, "")
    return errors.removeprefix("kustui: ")


def test_paths_that_a_scenario_takes_are_not_saved_again(capsys: pytest.CaptureFixture[str]) -> None:
    explore = ["flows", "--workflow", "Watch", "--explore", "--save", "paths"]
    assert saved(capsys, *explore) == "paths: 4 scenarios saved\n"
    before = {path.name: path.read_bytes() for path in Path("paths").iterdir()}
    assert saved(capsys, *explore) == "paths: 0 scenarios saved, 4 paths already taken by one\n"
    assert {path.name: path.read_bytes() for path in Path("paths").iterdir()} == before
    Path("paths/Watch-2.scenario.json").unlink()
    edited = json.loads(before["Watch-1.scenario.json"]) | {"scenario": "My own words"}
    write("paths/deep/mine.scenario.json", edited)
    Path("paths/Watch-1.scenario.json").unlink()
    write("paths/Watch-2.scenario.json", "{")
    told = saved(capsys, *explore)
    assert told.startswith("paths/Watch-2.scenario.json:1:2: ")
    assert told.splitlines()[-1] == "paths: 1 scenario saved, 3 paths already taken by one"
    assert Path("paths/Watch-2.scenario.json").read_text() == "{", "nothing is overwritten"
    new = json.loads(Path("paths/Watch-5.scenario.json").read_text())
    assert new == json.loads(before["Watch-2.scenario.json"])
    assert run(capsys, "flows", *map(str, sorted(Path("paths").rglob("*[1345e].scenario.json"))))[0] == 0


def test_a_path_that_comes_with_an_edit_is_saved_beside_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    chain = ["flows/watch.json", "--chain", "--save", "paths"]
    assert saved(capsys, *chain) == "paths: 2 scenarios saved\n"
    late = called("Remind", ID, step("rE1", to("rE2", when("eq", "/#steps.rE1.late", True))), step("rE2"))
    write("flows/watch.json", app(WATCH, late))
    assert saved(capsys, *chain) == "paths: 1 scenario saved, 2 paths already taken by one\n"
    assert saved(capsys, *chain) == "paths: 0 scenarios saved, 3 paths already taken by one\n"
    assert saved(capsys, *chain, "--force") == "paths: 3 scenarios saved\n"


# At a terminal, and after every save


def many_scenarios(count: int) -> None:
    write("flows/ring.json", RING)
    for number in range(count):
        write(f"flows/{number:03}.scenario.json", ring_scenario(f"S{number}", 10).decode())


HASTY = """
import sys
from kustui.cli import main
from kustui.commands import output
from kustui.workspace import scenario_pool

output.WORTH_SHOWING = output.PAUSE = scenario_pool.TRIAL = scenario_pool.WORTH_IT = 0.0
sys.exit(main(["simulate", "flows"]))
"""
"""Takes any suite for long, and as worth other processes."""


def test_a_suite_that_takes_long_says_on_the_terminal_how_far_it_has_come_and_leaves_nothing_of_it(
    folder: Path,
) -> None:
    many_scenarios(40)
    with Terminal(["-c", HASTY], command=[sys.executable], cwd=folder) as terminal:
        terminal.wait_for_bytes(b"replaying: ")
        terminal.wait_for_bytes(b" of 40")
        terminal.ended()
        assert "replaying:" not in terminal.text
        assert "40 scenarios: 40 passed" in terminal.text


@contextmanager
def watching(*arguments: str) -> Iterator[tuple[IO[str], IO[str]]]:
    """Standard output and standard error of ``kustui simulate --watch``."""
    command = [*KUSTUI, "simulate", *arguments, "--watch"]
    unbuffered = environment({"PYTHONUNBUFFERED": "1"})
    with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=unbuffered) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        patience = threading.Timer(PATIENCE, process.kill)  # else who waits for a line would wait for ever
        patience.start()
        try:
            yield process.stdout, process.stderr
        finally:
            patience.cancel()
            process.terminate()


def until(stream: IO[str], end: str) -> list[str]:
    """The lines up to one that begins so."""
    lines = []
    for line in stream:
        lines.append(line.rstrip("\n"))
        if line.startswith(end):
            return lines
    raise AssertionError(lines)


def test_a_save_replays_only_the_scenarios_that_it_concerns_and_says_which() -> None:
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", scenario("B", "shut"))
    write("flows/c.scenario.json", scenario("C", workflow="Notes", expect={"path": []}))
    with watching("flows") as (out, errors):
        assert until(out, "3 scenarios: ")[-1] == "3 scenarios: 1 failed, 2 passed"
        write("flows/watch.json", app(WATCH, called("Remind", ID, step("rE1"), step("rE2"))))
        assert errors.readline() == "kustui: replaying 1 of 3 scenarios: flows/a.scenario.json\n"
        lines = until(out, "3 scenarios: ")
        assert lines[0] == "passed flows/a.scenario.json: A"
        assert lines[1] == "failed flows/c.scenario.json: C: 1 difference"
        assert not any("flows/b.scenario.json" in line or line.startswith("!!") for line in lines)
        write("flows/b.scenario.json", scenario("B", "shut", expect={"scheduled": []}))
        assert errors.readline() == "kustui: replaying 1 of 3 scenarios: flows/b.scenario.json\n"
        assert until(out, "3 scenarios: ")[0] == "passed flows/b.scenario.json: B"
        write("flows/more.json", workflow("More", step("mO1"), event="kustomer.note.update"))
        assert errors.readline() == "kustui: no scenario is concerned\n"
        Path("flows/c.scenario.json").unlink()
        assert errors.readline() == "kustui: no scenario is concerned\n"
        assert until(out, "2 scenarios: ")[-1] == "2 scenarios: 2 passed"


def test_while_a_definition_cannot_be_read_its_fault_is_said_and_nothing_is_replayed() -> None:
    write("flows/a.scenario.json", scenario("A"))
    write("flows/b.scenario.json", scenario("B", "shut"))
    with watching("flows") as (out, errors):
        until(out, "2 scenarios: ")
        write("flows/watch.json", json.dumps(app(WATCH, REMIND))[:-40])
        assert errors.readline().startswith("kustui: skipped flows/watch.json:1:")
        write("flows/watch.json", app({**WATCH, "description": "x"}, REMIND))
        assert errors.readline().startswith("kustui: replaying 2 of 2 scenarios")
        assert until(out, "2 scenarios: ")[-1] == "2 scenarios: 2 passed"
