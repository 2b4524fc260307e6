"""Scenarios: read with every mistake placed, replayed, held against what they expect, and saved."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.definition.folders import is_definition
from kustui.definition.loader import Reader
from kustui.simulate.engine.trace import OutputSource
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.file import ScenarioError, read, read_payload
from kustui.simulate.scenarios.model import schema
from kustui.simulate.scenarios.record import default_scenario, record_scenario
from kustui.simulate.scenarios.replay import Replay, replay
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.documents import BY_NAME
from tests.support.runs import EVENT, compact, organisation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kustui.simulate.scenarios.differences import Difference

SAMPLES = Path(__file__).parents[3] / "samples"
SCENARIOS = sorted(path for path in SAMPLES.rglob("*.scenario.json"))
ID = "5f8e148232731d0015c14657"
CHAIN = app(
    workflow(
        "W", step("aB3", to("cD4", when("eq", "/#steps.aB3.status", "open"))), schedule("cD4", ID, inputs={"a": 1})
    ),
    called("C", ID, step("eF5", params={"body": "{{steps.1.a}}"}), inputs={"a": "number"}),
)


def scenario(**more: Any) -> dict[str, Any]:
    return {"scenario": "It is open", "start": [{"event": EVENT, "payload": {}}], **more}


MOCK = {"workflow": "W", "step": "aB3", "returns": {"status": "open"}}
PATH = [{"workflow": "W", "steps": ["aB3", "cD4"]}, {"workflow": "C", "steps": ["eF5"]}]


def replayed(written: Mapping[str, Any], *definitions: object) -> Replay:
    return replay(read("s.scenario.json", json.dumps(written).encode()), organisation(*definitions or (CHAIN,)))


def differences(**expect: Any) -> list[str]:
    """What comes otherwise than expected, with the number of the entry where it shows."""
    return differences_of(replayed(scenario(mocks=[MOCK], expect=expect)).differences)


def differences_of(found: Sequence[Difference]) -> list[str]:
    return [f"{each.pointer} at {each.entry}: {each.message}" for each in found]


STARTS = '{"scenario": "x", "start": [{"workflow": "W"}],\n'


def mistakes(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as raised:
        replay(read("s.scenario.json", text.encode()), organisation(CHAIN))
    return list(raised.value.lines)


# The shape.


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_a_sample_scenario_is_valid_and_holds(path: Path) -> None:
    jsonschema.validate(json.loads(path.read_text()), schema())
    snapshot = check_snapshot(open_paths([_definition_of(path)]))
    assert snapshot is not None
    found = replay(read(str(path), path.read_bytes()), Organisation(snapshot.analyses, snapshot.by_entry))
    assert found.held, found.differences


def _definition_of(path: Path) -> str:
    """The definition whose name a scenario's begins with."""
    names = [each for each in path.parent.iterdir() if is_definition(each.name) and path.name.startswith(each.stem)]
    return str(max(names, key=lambda each: len(each.name)))


def test_the_scenario_of_the_documents_is_valid() -> None:
    (written,) = BY_NAME["docs/scenarios.md"].blocks("json")
    jsonschema.validate(json.loads(written), schema())
    read("documents.scenario.json", written.encode())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


MUTATIONS = [
    lambda it: it.pop("scenario"),
    lambda it: it.pop("start"),
    lambda it: it.update(start=[]),
    lambda it: it.update(unknown=1),
    lambda it: it.update(scenario=""),
    lambda it: it.update(maxSteps=0),
    lambda it: it["start"][0].update(after=-1),
    lambda it: it["start"][0].update(payload=[]),
    lambda it: it["mocks"][0].pop("step"),
    lambda it: it["mocks"][0].update(invocation=0),
    lambda it: it["mocks"][0].update(invocation="1"),
    lambda it: it["mocks"][0].update(fails={"status": 99}),
    lambda it: it["mocks"][0].update(answers={}),
    lambda it: it["expect"].update(coverage={"steps": 101}),
    lambda it: it["expect"]["path"][0].update(steps="a"),
    lambda it: it["expect"]["scheduled"][0].pop("workflow"),
    lambda it: it["expect"].update(outputs=[{"workflow": "W", "step": "aB3"}]),
]


@pytest.mark.parametrize("mutate", MUTATIONS, ids=range(len(MUTATIONS)))
def test_a_scenario_of_another_shape_is_refused_by_the_schema_and_by_us(mutate: Any) -> None:
    written = json.loads((SAMPLES / "timer-chain.scenario.json").read_text())
    read("s.scenario.json", json.dumps(written).encode())
    mutate(written)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, schema())
    with pytest.raises(ScenarioError):
        read("s.scenario.json", json.dumps(written).encode())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "scenario": "x",\n}', 's.scenario.json:2:18: a comma before the closing }'),
        (
            '{"scenario": "x",\n "start": [{"event": "e"}],\n "moks": []}',
            '3:2: unknown key "moks": did you mean "mocks"?',
        ),
        ('{"scenario": 3, "start": [{"event": "e"}]}', '1:14: "scenario" must be text, found the number 3'),
        ('{"scenario": "x"}', 's.scenario.json:1:1: "start" is missing'),
        ('{"scenario": "x", "start": [{}]}', "1:29: a start has either an"),
        ('{"scenario": "x", "begins": "soon", "start": [{"event": "e"}]}', '1:29: "soon" is not an ISO 8601 date'),
        ('{"scenario": "x", "start": [{"workflow": "WW"}]}', '1:42: unknown workflow "WW" (did you mean'),
        (
            STARTS + '"mocks": [{"workflow": "W", "step": "aB4", "returns": {}}]}',
            '2:37: "W" has no step "aB4" (did you mean "aB3"?)',
        ),
        (
            STARTS + '"choices": [{"workflow": "W", "step": "1", "take": "cD4"}]}',
            '2:52: "1" does not lead to "cD4" (it leads to: aB3)',
        ),
        (
            STARTS + '"mocks": [{"workflow": "W", "step": "aB3"}]}',
            '2:11: a mock either "returns" or "fails"',
        ),
        ('{"scenario": "x"}\n{}', "2:1: text after the end of the JSON value"),
        ('{"a": 1, "a": 2}', '1:10: the key "a" is given twice'),
        ("[" * 100_000, "s.scenario.json:1:"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    assert any(told in line for line in mistakes(text)), mistakes(text)


def test_names_to_choose_from_are_whole_and_each_of_them_can_be_written() -> None:
    name = "a name that is longer than what is quoted of one"
    twice = organisation(app(workflow(name, step("aB3")), workflow(name, step("cD4"))))

    def attempt(workflow: str) -> Replay:
        text = json.dumps({"scenario": "x", "start": [{"workflow": workflow}]})
        return replay(read("s.scenario.json", text.encode()), twice)

    with pytest.raises(ScenarioError) as raised:
        attempt(name)
    listed = raised.value.lines[0].rpartition("(use one of ")[2].removesuffix(")").split(", ")
    runs = [attempt(json.loads(text)).entries[-1].key for text in listed]
    assert len(set(runs)) == 2


# Replaying.


def test_a_mock_stands_for_every_invocation_that_has_none_of_its_own() -> None:
    again = called("C", ID, step("aB3", to("cD4", when("eq", "/#steps.aB3.more", True))), schedule("cD4", ID))
    place = {"workflow": "C", "step": "aB3"}
    written = {
        "scenario": "x",
        "start": [{"workflow": "C"}],
        "mocks": [{**place, "returns": {"more": True}}, {**place, "invocation": 3, "returns": {"more": False}}],
    }
    entries = replayed(written, app(again)).entries
    asked = [entry for entry in entries if entry.node == "aB3"]
    assert [(entry.invocation, entry.target) for entry in asked] == [(1, "cD4"), (2, "cD4"), (3, "")]
    assert {entry.source for entry in asked} == {OutputSource.MOCKED}


def test_a_mock_may_fail_and_a_choice_may_answer_force_or_leave() -> None:
    unknown = when("isOpenToday", 1)
    asks = workflow("W", step("aB3", to("cD4", unknown), errorCases=[to("eF5")]), step("cD4"), step("eF5"))
    place = {"workflow": "W", "step": "aB3"}
    for more, nodes in (  # the step runs in each
        ({"mocks": [{**place, "fails": {"status": 500}}]}, ["aB3", "eF5"]),
        ({"choices": [{**place, "at": "/steps/0/transitions/0/condition", "answer": True}]}, ["aB3", "cD4"]),
        ({"choices": [{**place, "at": "/steps/0/transitions/0/condition", "answer": False}]}, ["aB3"]),
        ({"choices": [{**place, "take": "cD4"}]}, ["aB3", "cD4"]),
        ({"choices": [{**place, "take": None}]}, ["aB3"]),
        ({"choices": [{**place, "leave": "that is enough"}]}, ["aB3"]),
        ({}, ["aB3"]),
    ):
        entries = replayed(scenario(**more), asks).entries
        assert [entry.node for entry in entries[2:]] == nodes, more


def test_events_happen_at_their_times() -> None:
    written = scenario(start=[{"after": 90, "event": EVENT}, {"event": EVENT}, {"after": 30, "workflow": "C"}])
    entries = replayed(written).entries
    assert [(entry.at // 60_000, entry.title) for entry in entries if entry.kind.value == "start"] == [
        (0, "W"), (30, "C"), (60, "C"), (90, "W"), (150, "C"),
    ]  # fmt: skip


def test_a_ring_without_an_end_is_cut_and_said_to_be() -> None:
    ring = app(called("C", ID, schedule("aB3", ID)))
    found = replayed({"scenario": "x", "start": [{"workflow": "C"}], "maxSteps": 7, "expect": {"path": []}}, ring)
    assert (found.cut, len(found.entries)) == (True, 7)
    assert found.differences[-1].message == "stopped after 7 steps, before the end: with runs still to come"
    assert differences_of(found.differences[:1]) == ['/expect/path at 2: "C" runs, but no more runs are expected']


# Expectations.


def test_what_comes_as_expected_is_no_difference() -> None:
    assert not differences(
        path=PATH,
        scheduled=[{"workflow": "C", "at": 60, "inputs": {"a": 1}}],
        outputs=[{"workflow": "W", "step": "aB3", "value": {"status": "open"}}],
        params=[{"workflow": "C", "step": "eF5", "value": {"body": "1"}}],
        notRun=[],
        coverage={"steps": 100, "transitions": 100},
    )


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        (
            {"path": [{"workflow": "W", "steps": ["aB3"]}]},
            '/expect/path/0/steps at 4: "cD4" runs, but the run is expected',
        ),
        ({"path": [{"workflow": "W", "steps": ["cD4"]}]}, '/expect/path/0/steps/0 at 3: "aB3" runs, not "cD4"'),
        (
            {"path": [{"workflow": "W", "steps": ["aB3", "cD4", "aB3"]}]},
            "/expect/path/0/steps/2 at 4: the run ends before",
        ),
        ({"path": PATH[:1]}, '/expect/path at 5: "C" runs, but no more runs are expected'),
        ({"path": [*PATH, PATH[0]]}, '/expect/path/2/workflow at None: "W" does not run'),
        ({"path": [PATH[1]]}, '/expect/path/0/workflow at 2: "W" runs, not "C"'),
        ({"scheduled": []}, '/expect/scheduled at 4: "C" is scheduled, but nothing more is expected'),
        (
            {"scheduled": [{"workflow": "C", "at": 61}]},
            '/expect/scheduled/0/at at 4: "C" is due at T+60 min, not T+61 min',
        ),
        ({"scheduled": [{"workflow": "other"}]}, '/expect/scheduled/0/workflow at 4: "C" is scheduled, not "other"'),
        (
            {"scheduled": [{"workflow": "C", "inputs": {}}]},
            '/expect/scheduled/0/inputs at 4: "C" receives "a" as well',
        ),
        ({"scheduled": [{"workflow": "C", "inputs": {"a": 2}}]}, '"C" receives "a" as 1, not 2'),
        ({"scheduled": [{"workflow": "C"}] * 2}, '/expect/scheduled/1 at None: "C" is not scheduled'),
        (
            {"outputs": [{"workflow": "W", "step": "aB3", "value": {"status": "shut"}}]},
            '"aB3" answers "status" as "open", not',
        ),
        ({"params": [{"workflow": "C", "step": "eF5", "value": {"text": "1"}}]}, '"eF5" is given no "text"'),
        ({"outputs": [{"workflow": "C", "step": "eF5", "invocation": 2, "value": {}}]}, '"eF5" does not run'),
        ({"notRun": [{"workflow": "C", "step": "eF5"}]}, '/expect/notRun/0 at 6: "eF5" runs'),
    ],
)
def test_what_comes_otherwise_is_told_where_it_shows(expect: Any, difference: str) -> None:
    (told,) = differences(**expect)
    assert difference in told


def test_too_little_coverage_is_told() -> None:
    found = replayed(
        scenario(expect={"coverage": {"steps": 90}}, choices=[{"workflow": "W", "step": "1", "take": None}])
    )
    assert [each.message for each in found.differences] == ["0 % of the steps are taken, not 90 %"]


# What holds without having run


ASKS = workflow("W", step("aB3", to("cD4", when("isOpenToday", 1))), step("cD4"))
BREAKS = workflow("W", step("aB3", to("nowhere")))
OFF = {**workflow("W", step("aB3")), "enabled": False}
IDLE = workflow("W", step("aB3"), entry=(to("aB3", when("exists", "/#steps.1.x")),))
PLACE = {"workflow": "W", "step": "aB3"}


@pytest.mark.parametrize("expect", [{}, {"path": [{"workflow": "W", "steps": ["aB3"]}]}, {"scheduled": []},
                                    {"coverage": {"steps": 50}}, {"notRun": [{**PLACE, "step": "cD4"}]}])  # fmt: skip
def test_a_scenario_over_a_run_that_is_left_fails_unless_it_says_so(expect: dict[str, Any]) -> None:
    failed = replayed(scenario(expect=expect), ASKS)
    assert differences_of(failed.differences) == [
        '/expect at 3: the run of "W" is left at "aB3": kustui does not know the operator "isOpenToday"'
    ]
    assert replayed(scenario(expect={**expect, "left": [PLACE]}), ASKS).held
    assert not replayed(scenario(expect={**expect, "left": [{**PLACE, "step": "1"}]}), ASKS).held
    assert not replayed(scenario(expect={**expect, "left": [{**PLACE, "invocation": 2}]}), ASKS).held


def test_the_trigger_is_called_so_and_not_by_the_name_of_its_workflow() -> None:
    asks = workflow("W", step("aB3"), entry=(to("aB3", when("isOpenToday", 1)),))
    trigger = {**PLACE, "step": "1"}
    left = replayed(scenario(), asks)
    assert [each.message for each in left.differences] == [
        'the run of "W" is left at the trigger: kustui does not know the operator "isOpenToday"'
    ]
    expect = {"notRun": [trigger], "outputs": [{**trigger, "value": {"x": 1}}]}
    runs = replayed(scenario(expect=expect), workflow("W", step("aB3")))
    assert [each.message for each in runs.differences] == ['the trigger answers no "x"', "the trigger runs"]


def test_that_a_run_is_left_is_expected_of_one_that_is() -> None:
    at = {**PLACE, "at": "/steps/0/transitions/0/condition", "answer": True}
    found = replayed(scenario(choices=[at], expect={"left": [PLACE]}), ASKS)
    assert differences_of(found.differences) == ['/expect/left/0 at None: no run of "W" is left at "aB3"']


@pytest.mark.parametrize(
    ("definition", "more", "difference"),
    [
        (ASKS, {"expect": {"path": [{"workflow": "W", "steps": ["aB3", "cD4"]}]}}, 'is left at "aB3"'),
        (ASKS, {"choices": [{**PLACE, "leave": "enough"}]}, 'is left at "aB3": enough'),
        (BREAKS, {}, 'the run of "W" breaks off at "aB3"'),
        (OFF, {}, '"kustomer.conversation.update" starts no workflow here'),
        (OFF, {"expect": {"coverage": {"steps": 100}}}, "starts no workflow here"),
        (OFF, {"expect": {"notRun": [PLACE]}}, "starts no workflow here"),
        (IDLE, {"start": [{"event": "kustomer.conversation.updat"}]}, f'(did you mean "{EVENT}"?)'),
        (IDLE, {}, "no step runs, and nothing else is expected"),
        (IDLE, {"expect": {}}, "no step runs, and nothing else is expected"),
        (IDLE, {"expect": {"outputs": [{**PLACE, "value": {}}]}}, '"aB3" does not run'),
        (IDLE, {"expect": {"cut": True}}, "it ends after 2 steps, before it is cut"),
    ],
)
def test_nothing_holds_that_has_not_run(definition: Any, more: dict[str, Any], difference: str) -> None:
    (found,) = replayed(scenario(**more), definition).differences
    assert difference in found.message


def test_that_nothing_runs_holds_where_the_path_says_so() -> None:
    assert replayed(scenario(expect={"path": []}), OFF).held
    assert replayed(scenario(expect={"path": [{"workflow": "W", "steps": []}]}), IDLE).held
    assert replayed(scenario(expect={"notRun": [PLACE]}), IDLE).held
    assert not replayed(scenario(expect={"path": [], "coverage": {"steps": 0}}), OFF).held


def test_something_undecided_is_no_object_that_holds_everything() -> None:
    undecided = step("aB3", params={"text": "/#fn:untilMonday,steps.1.at"})
    for value, holds in (({}, True), ({"text": {}}, False), ({"text": {"undecided": "whatever"}}, True)):
        expect: dict[str, Any] = {"params": [{**PLACE, "value": value}]}
        assert replayed(scenario(expect=expect), workflow("W", undecided)).held is holds


@pytest.mark.parametrize(
    ("expect", "hint"),
    [
        ({"path": [{"workflow": "W", "steps": ["aB4"]}]}, 'no step "aB4" (did you mean "aB3"?)'),
        ({"left": [{**PLACE, "step": "aB4"}]}, 'no step "aB4" (did you mean "aB3"?)'),
        ({"outputs": [{**PLACE, "workflow": "followup", "value": {}}]}, 'unknown workflow "followup" (did you mean'),
    ],
)
def test_an_unknown_name_in_an_expectation_gets_its_hint(expect: dict[str, Any], hint: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        replayed(scenario(expect=expect), app(workflow("W", step("aB3")), workflow("follow-up", step("aB3"))))
    assert hint in str(raised.value)


def test_an_unknown_workflow_that_is_not_scheduled_gets_its_hint() -> None:
    chain = app(workflow("W", schedule("aB3", ID)), called("remind", ID, step("eF5")))
    found = replayed(scenario(expect={"scheduled": [{"workflow": "remnd"}]}), chain)
    assert found.differences[0].message == '"remind" is scheduled, not "remnd" (did you mean "remind"?)'


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"mocks": [{**PLACE, "step": "cD4", "returns": {}}]}, '/mocks/0: this mock is not used: "cD4" does not run'),
        ({"mocks": [{**PLACE, "returns": {}, "invocation": 2}]}, '/mocks/0: this mock is not used: "aB3" runs once'),
        ({"mocks": [{**PLACE, "step": "1", "returns": {}}]}, "the trigger has the payload of its start"),
        ({"mocks": [{**PLACE, "step": "gH6", "fails": {}}]}, '"gH6" has no action'),
        ({"mocks": [{**PLACE, "returns": {}}, {**PLACE, "returns": {}, "invocation": 1}]}, "/mocks/0: this mock is"),
        ({"choices": [{**PLACE, "at": "/steps/9/x", "answer": 1}]}, 'nothing is asked at "/steps/9/x"'),
        (
            {"choices": [{**PLACE, "at": "/steps/0/transitions/0/condition", "answer": "yes"}]},
            "/choices/0: this choice is not used: a condition is answered with true or false",
        ),
        ({"choices": [{**PLACE, "at": "/steps/0/params/nope", "answer": 1}]}, "nothing is asked at"),
        ({"choices": [{**PLACE, "at": "/steps/0/params/text", "answer": 1}]}, ""),
        ({"choices": [{**PLACE, "at": "/steps/0/transitions/0/condition/values/0", "answer": 1}]}, ""),
        ({"choices": [{**PLACE, "step": "cD4", "leave": "x"}]}, '/choices/0: this choice is not used: "cD4" does'),
        ({"choices": [{**PLACE, "take": "eF5"}], "mocks": [{**PLACE, "returns": {}}]}, ""),
    ],
)
def test_a_mock_or_a_choice_that_was_not_used_is_told(more: dict[str, Any], note: str) -> None:
    runs = step("aB3", to("eF5", when("exists", "/#steps.1.x")), to("gH6"), params={"text": "hello"})
    branches = [{"id": "eF5", "transitions": []}, {"id": "gH6", "transitions": []}]
    found = replayed(scenario(**more), workflow("W", runs, *branches, step("cD4")))
    assert found.held
    notes = [f"{each.pointer}: {each.message}" for each in found.notes]
    assert notes == [] if not note else note in notes[0]


def test_that_a_workflow_is_switched_off_is_noted() -> None:
    found = replayed(scenario(start=[{"workflow": "W"}]), OFF)
    assert found.held
    assert [note.message for note in found.notes] == ["the workflow is switched off: Kustomer does not run it"]


def test_a_scheduled_workflow_that_cannot_run_is_noted() -> None:
    off = {**called("C", ID, step("eF5")), "enabled": False}
    expect = {"scheduled": [{"workflow": "C"}]}
    found = replayed(scenario(expect=expect), app(workflow("W", schedule("aB3", ID)), off))
    assert found.held
    assert [note.message for note in found.notes] == ['"C" is scheduled and does not run: the workflow is switched off']


# Saving.


@pytest.mark.parametrize("name", ["timer-chain.json", "broken/missing-input.json", "broken/unknown-operator.json"])
def test_a_saved_rehearsal_makes_the_same_trace_and_meets_its_own_expectations(name: str) -> None:
    snapshot = check_snapshot(open_paths([str(SAMPLES / name)]))
    assert snapshot is not None
    stage = Organisation(snapshot.analyses, snapshot.by_entry)
    first = replay(default_scenario(stage, seed="s"), stage)
    written = record_scenario("again", first.state, first.entries)
    jsonschema.validate(written, schema())
    again = replay(read("s.scenario.json", json.dumps(written).encode()), stage)
    assert again.held, again.differences
    assert compact(again) == compact(first)
    assert written == record_scenario("again", first.state)


def test_replaying_changes_neither_scenario_nor_definition() -> None:
    written = scenario(mocks=[MOCK], expect={"path": PATH})
    before = copy.deepcopy(written)
    file = read("s.scenario.json", json.dumps(written).encode())
    stage = organisation(CHAIN)
    first, second = replay(file, stage), replay(file, stage)
    assert compact(first) == compact(second)
    assert written == before


def test_samples_are_definitions_or_scenarios() -> None:
    assert not any(document.path.endswith(".scenario.json") for document in Reader([str(SAMPLES)]).read().documents)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" + "0" * 400, "9" * 6_000])
def test_a_number_that_no_run_can_hold_is_null_from_the_start(number: str) -> None:
    """It was Infinity in the run and null in what was saved of it: the replay took another course."""
    assert read_payload("event.json", f'{{"a": {number}}}'.encode()) == {"a": None}
    assert read_payload("event.json", b'{"a": 1e308, "b": 9007199254740993}') == {"a": 1e308, "b": 9007199254740993}


def test_keys_that_differ_in_half_a_character_only_are_the_same_key() -> None:
    with pytest.raises(ScenarioError, match=r"p.json:1:15: the key .* is given twice"):
        read_payload("p.json", b'{"\\ud800": 1, "\\ud801": 2, "a": {"b": 1}}')
