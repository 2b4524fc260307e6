"""``kustui simulate`` as somebody at a shell, or a build, meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import jsonschema
import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from tests.support.commands import run_command, run_with_input
from tests.support.patience import PATIENCE
from tests.support.runs import EVENT
from tests.support.terminal import KUSTUI, SAMPLES, environment

if TYPE_CHECKING:
    from collections.abc import Sequence

ID = "5f8e148232731d0015c14657"
HOSTILE = "[red]x[/] \x1b]0;evil\x07\x1b[31m\u202egnp.\r\n"
CHAIN = app(
    workflow("W", step("aB3", to("cD4", when("eq", "/#steps.aB3.status", "open"))), schedule("cD4", ID)),
    called("C", ID, step("eF5")),
)
HOLDS = {
    "scenario": "It is open",
    "start": [{"workflow": "W"}],
    "mocks": [{"workflow": "W", "step": "aB3", "returns": {"status": "open"}}],
    "expect": {"path": [{"workflow": "W", "steps": ["aB3", "cD4"]}, {"workflow": "C", "steps": ["eF5"]}]},
}
BREAKS = {**HOLDS, "scenario": "It is shut", "expect": {"path": [{"workflow": "W", "steps": ["aB3"]}]}}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write("chain.json", CHAIN)
    write("holds.scenario.json", HOLDS)
    write("breaks.scenario.json", BREAKS)
    return tmp_path


def write(path: str, content: Any) -> None:
    Path(path).write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status, output, errors = run_command(capsys, "simulate", *arguments)
    assert "internal error" not in errors
    return status, output, errors


def test_a_rehearsal_tells_every_step_with_what_is_made_up_marked(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, errors = run(capsys, "chain.json")
    assert (status, errors) == (0, "")
    assert "payload (drafted)" in told
    assert 'returns (drafted): {"status": "open"}' in told
    assert 'yes -> cD4  aB3.status is "open"  [aB3.status = "open"]' in told
    assert "schedules C for T+60 min" in told
    assert "T+60 min  run 2 of C" in told
    assert "coverage: 3 of 3 steps, 3 of 3 transitions" in told


def test_the_mistyped_input_ends_the_chain_and_the_text_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, str(SAMPLES / "broken" / "missing-input.json"))
    assert status == 0
    assert "T+2 h  run 4 of chain-4-of-4" in told
    assert "ended: no transition holds: @fooAt is missing" in told
    assert '"chain-4-of-4" requires "@fooAt", which is not passed' in told


def test_a_run_that_meets_something_broken_fails(capsys: pytest.CaptureFixture[str]) -> None:
    write("broken.json", workflow("W", step("aB3", to("cD5")), step("cD4")))
    status, told, _ = run(capsys, "broken.json")
    assert status == 1
    assert 'ended: the transition leads to the unknown step "cD5"' in told
    assert "problem: broken.json:" in told
    assert "[unknown-target]" in told


def test_a_run_that_cannot_go_on_for_want_of_a_value_fails(capsys: pytest.CaptureFixture[str]) -> None:
    late = schedule("aB3", ID, runAt={"type": "relative", "value": "/#steps.1.gone"})
    write("late.json", app(workflow("W", late), called("C", ID, step("cD4"))))
    write("event.json", "{}")
    status, told, _ = run(capsys, "late.json", "--event", "event.json")
    assert status == 1
    assert "ended: no runAt says when the scheduled workflow runs" in told


def test_which_workflow_is_asked_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    write("two.json", app(workflow("W", step("aB3")), workflow("V", step("aB3"), event="other")))
    assert run(capsys, "two.json") == (2, "", 'kustui: choose a workflow with --workflow: "W", "V"\n')
    assert run(capsys, "two.json", "--workflow", "V")[0] == 0
    status, _, errors = run(capsys, "two.json", "--workflow", "VX")
    assert (status, errors) == (2, 'kustui: unknown workflow "VX": did you mean "V"?\n')


@pytest.mark.parametrize("more", [[], ["--explore"]])
def test_a_name_that_several_have_is_told_with_the_place_of_each_and_what_names_it(
    more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    write("two.json", app(workflow("W", step("aB3")), called("W", ID, step("cD4")), called("V", ID, step("eF5"))))
    status, told, errors = run(capsys, "two.json", "--workflow", "W", *more)
    first, *lines = errors.splitlines()
    assert (status, told, first) == (2, "", 'kustui: "W" is ambiguous: 2 workflows have this name, choose one with:')
    places = [line.partition(' --workflow "')[::2] for line in lines]
    assert [place for place, _ in places] == ["kustui: two.json:6:5:", "kustui: two.json:31:5:"]
    for (_, name), node in zip(places, ("aB3", "cD4"), strict=True):
        assert node in run(capsys, "two.json", "--workflow", name.removesuffix('"'), *more)[1]
    status, _, errors = run(capsys, "two.json", "--workflow", ID, *more)
    assert status == 2
    assert errors.splitlines()[2].endswith('--workflow "V"')


def test_a_workflow_without_name_and_id_is_rehearsed_saved_and_replayed(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [step("aB3", action="kustomer.conversation.find-by-id", params={}, transitions=[]), step("cD4")]
    for path in ("one.json", "two.json"):
        write(path, {"trigger": {"id": "1", "transitions": [to("aB3")]}, "steps": steps})
    name = "one.json#"
    assert run(capsys, "one.json", "two.json", "--workflow", name, "--save", "s.scenario.json")[0] == 0
    assert run(capsys, "one.json", "two.json", "s.scenario.json")[0] == 0


def test_an_event_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    write("one.json", workflow("W", step("aB3", params={"x": "/#steps.1.n"})))
    write("event.json", '{"n": 42}')
    status, told, _ = run(capsys, "one.json", "--event", "event.json")
    assert status == 0
    assert "payload (given)" in told
    assert "x: 42" in told
    write("event.json", "[1]")
    assert run(capsys, "one.json", "--event", "event.json")[2] == (
        "kustui: event.json:1:1: a payload must be an object, found a list: write {…}\n"
    )
    write("event.json", '{"n": 1\n')
    status, _, errors = run(capsys, "one.json", "--event", "event.json")
    assert status == 2
    assert errors.startswith("kustui: event.json:1:")


def test_a_recorded_run_that_does_not_happen_again_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    write("one.json", workflow("W", step("aB3")))
    cases: tuple[tuple[dict[str, Any], int, str], ...]
    cases = (({}, 0, "fails (mocked): 500"), ({"aB3": {}}, 1, "does not happen again"))
    for outputs, status, words in cases:
        record = {"event": {"name": EVENT, "org": "o", "data": {}}, "status": "failed", "error": {"statusCode": 500}}
        write("run.json", {**record, "meta": {"context": {"steps": {"1": {}, **outputs}}}})
        assert run(capsys, "one.json", "--event", "run.json")[::2] == (status, "")
        assert words in run(capsys, "one.json", "--event", "run.json")[1]


def test_a_file_that_cannot_be_read_is_left_out_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    write("cut.json", '{"trigger": {')
    for more in ([], ["--explore"], ["holds.scenario.json"]):
        status, told, errors = run(capsys, "chain.json", "cut.json", *more)
        assert status == 0
        assert told
        assert errors.startswith("kustui: skipped cut.json:1:14: the file ends before the { at 1:13 is closed")


def test_a_list_of_which_an_element_is_wrong_is_not_told_to_be_empty(capsys: pytest.CaptureFixture[str]) -> None:
    write("wrong.scenario.json", {"scenario": "x", "start": [{"workfow": "W"}]})
    errors = run(capsys, "chain.json", "wrong.scenario.json")[2]
    assert errors.splitlines() == ['kustui: wrong.scenario.json:5:7: unknown key "workfow": did you mean "workflow"?']


def test_a_whole_number_of_any_length_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    write("event.json", f'{{"n": {"9" * 6_000}}}')
    assert run(capsys, "chain.json", "--event", "event.json", "--workflow", "W")[0] == 0


def test_a_scenario_that_holds_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "chain.json", "holds.scenario.json") == (0, "passed holds.scenario.json: It is open\n", "")
    assert "run 1 of W" in run(capsys, "chain.json", "holds.scenario.json", "--trace")[1]


def test_one_that_does_not_hold_shows_its_differences_first_and_alone(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "chain.json", "breaks.scenario.json")
    assert status == 1
    first, *_, last = told.splitlines()
    assert first.startswith("!! breaks.scenario.json:")
    assert first.endswith(': "cD4" runs, but the run is expected to have ended')
    assert last.startswith("failed breaks.scenario.json")


def test_with_the_trace_each_difference_stands_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "chain.json", "holds.scenario.json", "breaks.scenario.json", "--trace")
    assert status == 1
    lines = told.splitlines()
    wrong = next(index for index, line in enumerate(lines) if line.startswith("   !!"))
    assert lines[wrong].endswith(': "cD4" runs, but the run is expected to have ended')
    assert "breaks.scenario.json:" in lines[wrong]
    assert any(line.startswith("   cD4") for line in lines[:wrong])
    assert lines[-2:] == ["coverage: 3 of 3 steps, 3 of 3 transitions", "2 scenarios: 1 failed, 1 passed"]


def test_the_order_of_paths_and_scenarios_does_not_matter(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "holds.scenario.json", "chain.json")[0] == 0


def test_a_folder_of_definitions_may_hold_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, ".", "holds.scenario.json")[0] == 0


def test_all_scenarios_of_a_folder_are_replayed(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "deep").mkdir()
    write("deep/third.scenario.json", {**HOLDS, "scenario": "A third"})
    status, told, _ = run(capsys, ".")
    assert status == 1
    assert all(name in told for name in ("It is open", "It is shut", "A third"))
    (folder / "breaks.scenario.json").unlink()
    assert run(capsys, ".")[0] == 0


def test_a_folder_with_scenarios_can_be_rehearsed_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, ".", "--workflow", "W")
    assert (status, "It is shut" in told) == (0, False)


def test_names_to_choose_from_are_whole(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"a long name of a workflow, of which there are several: {letter}" for letter in "ab"]
    write("chain.json", app(*(workflow(name, step("aB3"), event=name[-1]) for name in names)))
    error = run(capsys, "chain.json")[2]
    assert all(f'"{name}"' in error for name in names)


def test_json_is_the_trace_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "chain.json", "breaks.scenario.json", "--format", "json")
    (found,) = json.loads(told)
    assert [*found][:4] == ["scenario", "file", "held", "differences"], "what matters comes first"
    assert [*found][-1] == "trace"
    assert (status, found["held"], found["differences"][0]["entry"]) == (1, False, 4)
    assert [entry["kind"] for entry in found["trace"]] == ["event", "start", "step", "step", "start", "step"]
    assert found["trace"][2]["mark"] == "mocked"
    assert run(capsys, "chain.json", "breaks.scenario.json", "--format", "json")[1] == told


def test_junit_has_a_case_for_each_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "chain.json", "holds.scenario.json", "breaks.scenario.json", "--format", "junit")
    suite = ElementTree.fromstring(told)
    assert status == 1
    assert suite.attrib["failures"] == "1"
    cases = {case.attrib["name"]: case.find("failure") for case in suite.iter("testcase")}
    assert cases["It is open"] is None
    assert cases["It is shut"] is not None


CLOSE = step("aB3", action="kustomer.conversation.update", params={"id": "/#steps.1.id", "status": "done"})
CLOSED = when("eq", "/#steps.1.changes.attributes.status.after", "done")
WRITES = app(
    workflow("Closes", CLOSE, event="kustomer.conversation.create"),
    workflow("Thanks", step("cD4"), entry=(to("cD4", CLOSED),)),
)


def test_events_are_followed_on_request_and_a_scenario_keeps_that(capsys: pytest.CaptureFixture[str]) -> None:
    Path("writes.json").write_text(json.dumps(WRITES))
    alone = ["writes.json", "--workflow", "Closes"]
    status, without, _ = run(capsys, *alone)
    assert (status, "wrote" in without, "Thanks" in without) == (0, False, False)
    status, told, _ = run(capsys, *alone, "--follow-events", "--save", "s.scenario.json")
    lines = " ".join(told.split())
    assert "wrote conversation.status -> event conversation.update (assumed): starts 1 workflow" in lines
    assert "because: conversation.update (assumed), by run 1 of Closes, aB3" in lines
    assert "coverage: 2 of 2 steps" in lines
    assert json.loads(Path("s.scenario.json").read_text())["followEvents"] is True
    assert run(capsys, "writes.json", "s.scenario.json")[0] == 0
    junit = ElementTree.fromstring(run(capsys, "writes.json", "s.scenario.json", "--format", "junit")[1])
    started = "run 2 of Thanks is started: conversation.update (assumed), by run 1 of Closes, aB3"
    assert started in "".join(junit.itertext())


def test_a_scenario_of_before_follows_events_only_where_it_is_asked_to(capsys: pytest.CaptureFixture[str]) -> None:
    Path("writes.json").write_text(json.dumps(WRITES))
    assert run(capsys, "writes.json", "--workflow", "Closes", "--save", "s.scenario.json")[0] == 0
    assert "followEvents" not in Path("s.scenario.json").read_text()
    assert run(capsys, "writes.json", "s.scenario.json")[0] == 0
    status, told, _ = run(capsys, "writes.json", "s.scenario.json", "--follow-events")
    assert (status, '"Thanks" runs, but no more runs are expected' in told) == (1, True)


def test_a_rehearsal_is_saved_and_replayed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "chain.json", "--save", "new.scenario.json")[2] == "new.scenario.json: saved\n"
    assert run(capsys, "chain.json", "new.scenario.json")[:2] == (
        0,
        "passed new.scenario.json: kustomer.conversation.update is rehearsed\n",
    )
    assert run(capsys, "chain.json", "--save", "new.json")[0] == 2


def test_a_file_that_exists_is_replaced_only_with_force(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("holds.scenario.json").read_text()
    told = "kustui: holds.scenario.json: the file already exists: use --force to replace it\n"
    assert run(capsys, "chain.json", "--save", "holds.scenario.json") == (2, "", told)
    assert Path("holds.scenario.json").read_text() == before
    assert run(capsys, "chain.json", "--save", "holds.scenario.json", "--force")[0] == 0
    assert Path("holds.scenario.json").read_text() != before


def test_a_recorded_run_fails_again_and_is_saved_as_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    conversation = {"type": "conversation", "id": "c7", "attributes": {"status": "done"}}
    record = {
        "event": {"name": EVENT, "data": conversation},
        "error": {"statusCode": 502, "message": "gateway is gone"},
        "status": "failed",
        "meta": {"attempt": 1, "context": {"steps": {"aB3": {"status": "open"}}}},
    }
    write("run.json", {"data": {"type": "workflow_run", "id": "r1", "attributes": record}})
    status, told, _ = run(capsys, "chain.json", "--event", "run.json", "--save", "again.scenario.json")
    assert status == 0
    assert "fails (mocked): 502: gateway is gone" in told
    written = json.loads(Path("again.scenario.json").read_text())
    assert written["start"] == [{"workflow": "W", "payload": {"id": "c7", "status": "done"}}]
    assert [(mock["step"], "fails" in mock) for mock in written["mocks"]] == [("aB3", False), ("cD4", True)]
    assert run(capsys, "chain.json", "again.scenario.json")[0] == 0


def test_a_scenario_over_a_run_that_is_left_fails_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    write("odd.json", workflow("W", step("aB3", to("cD4", when("isOpenToday", 1))), step("cD4")))
    odd: dict[str, Any] = {"scenario": "x", "start": [{"event": EVENT}]}
    write("odd.scenario.json", odd)
    where = 'the run of "W" is left at "aB3"'
    for format_, written in (("text", where), ("json", json.dumps(where)[1:-1]), ("junit", where)):
        status, told, _ = run(capsys, "odd.json", "odd.scenario.json", "--format", format_)
        assert (status, written in told) == (1, True), format_
    write("odd.scenario.json", {**odd, "expect": {"left": [{"workflow": "W", "step": "aB3"}]}})
    assert run(capsys, "odd.json", "odd.scenario.json")[0] == 0


def test_an_assumption_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    write("ring.json", app(called("C", ID, schedule("aB3", ID))))
    assert run(capsys, "ring.json", "--max-steps", "9")[1].count("a relative runAt counts minutes") == 1


def test_a_report_is_written_to_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):  # it is made to be written again
        assert run(capsys, "chain.json", "breaks.scenario.json", "--output", "report.txt") == (1, "", "")
    assert Path("report.txt").read_text() == run(capsys, "chain.json", "breaks.scenario.json")[1]


def test_the_schema_is_written_and_takes_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "--schema")
    assert status == 0
    jsonschema.validate(HOLDS, json.loads(told))


def test_every_path_is_listed_and_saved(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "chain.json", "--explore", "--workflow", "W")
    assert status == 0
    assert told.splitlines() == [
        "W: 4 paths",
        "  1  aB3 -> cD4",
        '       if aB3.status is "open"',
        "  2  aB3",
        "       if no transition from aB3 holds",
        "  3  aB3",
        "       if aB3 fails",
        "  4  aB3 -> cD4",
        '       if aB3.status is "open"',
        "       if cD4 fails",
    ]
    assert run(capsys, "chain.json", "--explore", "--save", "paths")[2] == "paths: 6 scenarios saved\n"
    files = sorted(str(path) for path in Path("paths").iterdir())
    assert run(capsys, "chain.json", *files)[0] == 0
    found = json.loads(run(capsys, "chain.json", "--explore", "--format", "json")[1])
    assert [each["steps"] for each in found] == [
        *(["aB3", "cD4"], ["aB3"], ["aB3"], ["aB3", "cD4"]),
        *(["eF5"], ["eF5"]),
    ]


def test_every_path_through_a_chain_is_listed_and_saved(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "chain.json", "--chain")
    assert status == 0
    assert told.splitlines() == [
        "W: 2 paths through its chain",
        "  1  aB3 -> cD4",
        '       if aB3.status is "open"',
        "     T+60 min  C: eF5",
        "  2  aB3",
        "       if no transition from aB3 holds",
    ]
    assert run(capsys, "chain.json", "--chain", "--save", "paths")[2] == "paths: 2 scenarios saved\n"
    files = sorted(str(path) for path in Path("paths").iterdir())
    assert run(capsys, "chain.json", *files)[0] == 0
    first, *_ = json.loads(run(capsys, "chain.json", "--chain", "--format", "json")[1])
    assert first["then"] == [{"workflow": "C", "at": 60, "steps": ["eF5"]}]
    assert (first["forced"], first["stops"], first["notFollowed"], first["cut"]) == ([], "", [], False)


def test_a_path_that_cannot_be_gone_by_itself_says_where_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, str(SAMPLES / "broken" / "missing-input.json"), "--chain")
    assert status == 0
    words = " ".join(told.split())
    assert "must be forced at chain-4-of-4, QqYYm1tFq, else no transition holds: @fooAt is missing" in words
    assert (
        "2 same as 1 up to chain-3-of-4, then T+2 h chain-4-of-4: QqYYm1tFq if no transition from QqYYm1tFq holds"
        in words
    )


def test_workflows_of_the_same_name_are_saved_beside_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    write("two.json", app(called("W", ID, step("aB3")), workflow("w", step("aB3"))))
    assert run(capsys, "two.json", "--explore", "--save", "paths")[2] == "paths: 4 scenarios saved\n"
    assert len(list(Path("paths").iterdir())) == 4


def test_a_ring_is_cut_and_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    write("ring.json", called("C", ID, schedule("aB3", ID)))
    status, told, _ = run(capsys, "ring.json", "--max-steps", "9")
    assert status == 0
    assert "stopped after 9 steps with runs still pending: --max-steps allows more" in told


def test_what_nobody_can_decide_is_told_and_the_run_left(capsys: pytest.CaptureFixture[str]) -> None:
    write("odd.json", workflow("W", step("aB3"), entry=(to("aB3", when("isOpenToday", 1)),)))
    status, told, _ = run(capsys, "odd.json")
    assert status == 0
    assert 'left: kustui does not know the operator "isOpenToday"' in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "there is no definition to rehearse"),
        (["holds.scenario.json"], "there is no definition to rehearse"),
        (["gone.json"], "gone.json: no such file or directory"),
        (["chain.json", "gone.scenario.json"], "gone.scenario.json: no such file or directory"),
        (
            ["chain.json", "holds.scenario.json", "--workflow", "W"],
            "a scenario says what to start: leave out --wor",
        ),
        (["-", "--watch"], "--watch needs files"),
        (["gone.json", "--watch"], "gone.json: no such file or directory"),
        (["chain.json", "--watch", "--save", "x.scenario.json"], "leave out --save"),
        (["chain.json", "--explore", "--follow-events"], "leave out --follow-events"),
        (["chain.json", "--event", "gone.json"], "gone.json: no such file or directory"),
        (["chain.json", "--explore", "--format", "junit"], "--explore checks nothing"),
        (["chain.json", "--max-steps", "0"], "expected a whole number from 1 to 1,000,000, found '0'"),
        (["chain.json", "--config", "gone.toml"], "gone.toml: no such file or directory"),
        (["holds.scenario.json", "other.json"], "other.json holds no workflow"),
        (["chain.json", "--save", "x.json"], "x.json: the name of a scenario must end with .scenario.json"),
        (
            ["chain.json", "--explore", "--save", "chain.json"],
            "chain.json: not a folder, which --explore needs",
        ),
        (["chain.json", "--event", "empty.json"], "empty.json:1:1: the file is empty (write a payload, or remove"),
        (["chain.json", "--event", "comma.json"], "comma.json:1:8: a comma before the closing } (remove the comma)"),
        (["chain.json", "--event", "twice.json"], 'twice.json:1:10: the key "n" is given twice (remove one of them)'),
        (["chain.json", "--event", "folder"], "folder: is a directory"),
        (["-", "--event", "-"], "only one of them can come from standard input"),
        (["chain.json", "--workflow", ""], 'unknown workflow ""'),
        (["empty.json"], "empty.json:1:1: the file is empty (write a definition, or remove the file)"),
        (["steps.json"], "steps.json:1:13: a comma before the closing } (remove the comma)"),
        (["comma.json"], "comma.json holds no workflow"),
        (["folder"], "no definition was found in folder: looked for JSON and for modules"),
        (["chain.json", "empty.scenario.json"], "empty.scenario.json:1:1: the file is empty (write a scenario"),
        (["chain.json", "folder.scenario.json"], "folder.scenario.json: is a directory"),
        (["chain.json", "bad.scenario.json"], 'bad.scenario.json:1:1: "start" is missing'),
    ],
)
def test_what_cannot_be_carried_out_is_said(
    arguments: Sequence[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("other.json", {"some": "thing"})
    for path in ("empty.json", "empty.scenario.json"):
        write(path, "")
    write("comma.json", '{"n": 1,}')
    write("steps.json", '{"steps": [],}')
    write("twice.json", '{"n": 1, "n": 2}')
    for path in ("folder", "folder.scenario.json"):
        Path(path).mkdir()
    write("bad.scenario.json", {"scenario": "x"})
    status, out, errors = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert told in errors


@pytest.mark.parametrize("format_", ["text", "json", "junit"])
def test_what_a_definition_holds_is_shown_and_never_obeyed(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = step("aB3", to("nowhere"), params={HOSTILE: HOSTILE}, meta={"displayName": HOSTILE})
    write("hostile.json", workflow(HOSTILE, hostile, entry=(to("aB3", when("eq", HOSTILE, HOSTILE)),)))
    start = [{"workflow": HOSTILE, "payload": {"x": HOSTILE}}]
    write("h.scenario.json", {"scenario": HOSTILE, "start": start, "expect": {"path": []}})
    for arguments in (["hostile.json"], ["hostile.json", "h.scenario.json"], ["hostile.json", "--explore"]):
        if format_ == "junit" and "--explore" in arguments:
            continue
        _, told, errors = run(capsys, *arguments, "--format", format_)
        assert told
        assert not {"\x1b", "\x07", "\u202e", "\r"} & set(told + errors)


def test_colour_only_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b[" not in run(capsys, "chain.json")[1]
    assert "\x1b[" in run(capsys, "chain.json", "--color", "always")[1]


def test_no_screen_and_no_graph_library_is_loaded() -> None:
    code = (
        "import sys; from kustui.cli import main; main(['simulate', 'chain.json']);"
        "loaded = {'textual', 'rich', 'networkx', 're2'} & set(sys.modules); sys.exit(','.join(sorted(loaded)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment(), timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_has_seen_enough_is_no_mistake() -> None:
    command = f"{' '.join(KUSTUI)} simulate chain.json | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert done.stderr == b""


def test_a_rehearsal_is_saved_even_where_nobody_reads_the_report() -> None:
    command = f"{' '.join(KUSTUI)} simulate chain.json --trace --save new.scenario.json | true"
    subprocess.run(command, shell=True, capture_output=True, env=environment(), timeout=PATIENCE, check=False)
    assert Path("new.scenario.json").exists()


def test_watching_replays_after_every_save_of_a_scenario_or_a_definition() -> None:
    process = subprocess.Popen(
        [*KUSTUI, "simulate", "chain.json", "holds.scenario.json", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment({"PYTHONUNBUFFERED": "1"}),
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "passed holds.scenario.json: It is open\n"
            write("holds.scenario.json", {**HOLDS, "scenario": "It is so"})
            assert process.stdout.readline() == "passed holds.scenario.json: It is so\n"
            write(
                "chain.json", {**CHAIN, "workflows": [*CHAIN["workflows"][:1], called("C", ID, step("eF5", name="n"))]}
            )
            assert process.stdout.readline() == "passed holds.scenario.json: It is so\n"
        finally:
            process.terminate()


def test_watching_a_folder_replays_the_scenarios_that_come_to_it() -> None:
    Path("folder").mkdir()
    Path("folder", "chain.json").write_bytes(Path("chain.json").read_bytes())
    write("folder/holds.scenario.json", HOLDS)
    process = subprocess.Popen(
        [*KUSTUI, "simulate", "folder", "--watch"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment({"PYTHONUNBUFFERED": "1"}),
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "passed folder/holds.scenario.json: It is open\n"
            write("folder/later.scenario.json", {**HOLDS, "scenario": "It came later"})
            lines = [process.stdout.readline() for _ in range(4)]
            assert "passed folder/later.scenario.json: It came later\n" in lines
        finally:
            process.terminate()


def test_nothing_is_rehearsed_while_what_is_watched_is_gone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("folder").mkdir()
    Path("folder", "chain.json").write_bytes(Path("chain.json").read_bytes())
    write("folder/holds.scenario.json", HOLDS)

    class Watched:
        """The folder goes away, which the system says twice."""

        pending = closed = False

        def __init__(self, *_: object, **__: object) -> None:
            self._steps = iter([frozenset[str](), None, frozenset[str](), None])

        def __enter__(self) -> Watched:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def watch_also(self, paths: object) -> None:
            pass

        def take(self, seconds: float | None = None) -> frozenset[str] | None:
            if Path("folder").exists():
                Path("folder").rename("elsewhere")
            try:
                return next(self._steps)
            except StopIteration:
                self.closed = True
                return None

    monkeypatch.setattr("kustui.workspace.watch.ChangeWatcher", Watched)
    _, told, errors = run(capsys, "folder", "--watch")
    assert told == "passed folder/holds.scenario.json: It is open\n"
    assert errors == "kustui: folder: no such file or directory\n"


def test_a_payload_comes_from_standard_input() -> None:
    done = run_with_input("simulate", "chain.json", "--event", "-", given=b'{"id": "from the pipe"}')
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'payload (given): {"id": "from the pipe"}' in done.stdout


def test_a_definition_comes_from_standard_input() -> None:
    done = subprocess.run(
        [*KUSTUI, "simulate", "-"],
        input=json.dumps(CHAIN).encode(),
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
