"""What names what, and who uses a part."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kustui.analysis.uses import Use, UseKind, part_at, part_of, targets_at, uses_in, uses_of
from tests.benchmarks.growth import counted
from tests.support.flows import edge, step, workflow
from tests.support.trees import SAMPLE_PATHS, read, sample

if TYPE_CHECKING:
    from kustui.definition.collection import Entry
    from kustui.workspace.snapshot import Snapshot

SCHEDULE = "kustomer.app.scheduler.schedule-workflow"


def snapshot(*, bare: bool = False) -> Snapshot:
    """``first`` reads and schedules; ``second`` is scheduled, and reads what it is given."""
    schema = {"from": "string"} if bare else {"properties": {"from": {"type": "string"}}, "required": ["from"]}
    condition = {"target": "note", "condition": {"op": "equals", "values": ["/#steps.find.status", "open"]}}
    first = workflow(
        "find",
        step("find", "wait", "note"),
        step("note", params={"body": "say {{steps.find.name}} and {{steps.1.id}}"}),
        step("wait", action=SCHEDULE, params={"workflowId": "second", "inputs": {"from": "/#steps.1.id", "x": 1}},
             transitions=[condition]),
    )  # fmt: skip
    trigger = {"eventName": "kustomer.workflow.second.call", "callable": True, "schema": schema,
               "transitions": [edge("tell")]}  # fmt: skip
    second = {"id": "second", "name": "second", "trigger": trigger,
              "steps": [step("tell", params={"to": "/#steps.1.from", "at": "/#steps.1.other"})]}  # fmt: skip
    return read({**first, "id": "first", "name": "first"}, second)


def workflows(of: Snapshot) -> tuple[Entry, ...]:
    return of.collection.entries


def named(of: Snapshot, number: int, pointer: str) -> list[tuple[UseKind, str]]:
    entry = workflows(of)[number]
    return [(use.kind, use.target_pointer) for use in targets_at(uses_in(of.analyses, entry), pointer)]


def users(of: Snapshot, number: int, pointer: str) -> list[tuple[UseKind, str, str]]:
    entry = workflows(of)[number]
    found = uses_of(of.analyses, of.schedules, entry, pointer)
    return [(use.kind, use.node, use.pointer) for use in found]


def test_a_transition_names_its_step_and_an_error_case_does() -> None:
    of = snapshot()
    assert named(of, 0, "/trigger/transitions/0") == [(UseKind.TRANSITION, "/steps/0")]
    assert named(of, 0, "/steps/0/errorCases/0/target") == [(UseKind.ERROR_CASE, "/steps/1")]
    assert named(of, 0, "/steps/2/transitions/0") == [(UseKind.TRANSITION, "/steps/1")]
    assert named(of, 0, "/steps/2/transitions/0/condition") == [(UseKind.REFERENCE, "/steps/0")]


def test_a_value_names_the_steps_that_it_reads() -> None:
    of = snapshot()
    assert named(of, 0, "/steps/1/params/body") == [(UseKind.REFERENCE, "/steps/0"), (UseKind.REFERENCE, "/trigger")]
    assert named(of, 0, "/steps/2/params/inputs/x") == []
    assert named(of, 0, "/name") == []


@pytest.mark.parametrize(
    ("number", "pointer", "part"),
    [
        (1, "/steps/0/params/to", "/trigger/schema/properties/from"),
        (1, "/steps/0/params/at", "/trigger"),
        (0, "/steps/1/params/body", "/steps/0"),
        (0, "/steps/2/transitions/0/target", "/steps/1"),
        (0, "/steps/2/transitions/0", "/steps/2"),
    ],
)
def test_a_value_stands_for_the_part_that_it_names_or_for_the_one_that_it_is_in(
    number: int, pointer: str, part: str
) -> None:
    of = snapshot()
    entry = workflows(of)[number]
    base = entry.item.pointer
    found, at = part_at(of.analyses, entry, f"{base}{pointer}", uses_in(of.analyses, entry))
    assert (found, at.removeprefix(base)) == (entry, part)


def test_a_schedule_names_its_workflow_and_an_input_the_property_that_takes_it() -> None:
    of = snapshot()
    assert named(of, 0, "/steps/2/params") == [(UseKind.SCHEDULE, "")]
    assert (UseKind.INPUT, "/trigger/schema/properties/from") in named(of, 0, "/steps/2/params/inputs/from")


@pytest.mark.parametrize("bare", [False, True])
def test_a_reference_to_an_input_names_its_property(bare: bool) -> None:
    of = snapshot(bare=bare)
    field = "/trigger/schema/from" if bare else "/trigger/schema/properties/from"
    assert named(of, 1, "/steps/0/params/to") == [(UseKind.REFERENCE, field)]
    assert named(of, 1, "/steps/0/params/at") == [(UseKind.REFERENCE, "/trigger")]
    assert users(of, 1, field) == [
        (UseKind.REFERENCE, "tell", "/steps/0/params/to"),
        (UseKind.INPUT, "wait", "/steps/2/params/inputs/from"),
    ]


def test_a_step_is_used_by_what_leads_to_it_and_what_reads_it() -> None:
    assert users(snapshot(), 0, "/steps/0") == [
        (UseKind.TRANSITION, "1", "/trigger/transitions/0/target"),
        (UseKind.REFERENCE, "note", "/steps/1/params/body"),
        (UseKind.REFERENCE, "wait", "/steps/2/transitions/0/condition/values/0"),
    ]


def test_a_workflow_is_used_by_what_schedules_it() -> None:
    assert users(snapshot(), 1, "") == [(UseKind.SCHEDULE, "wait", "/steps/2/params/workflowId")]
    assert users(snapshot(), 0, "") == []


def test_what_can_be_used_holds_a_place() -> None:
    of = snapshot()
    first, second = map(of.analyses.of, workflows(of))
    assert part_of(first, "/steps/1/params/body") == "/steps/1"
    assert part_of(first, "/trigger/eventName") == "/trigger"
    assert part_of(first, "/name") == ""
    assert part_of(second, "/trigger/schema/properties/from/type") == "/trigger/schema/properties/from"
    assert part_of(second, "/trigger/schema") == "/trigger"


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_every_use_stands_where_it_says_and_names_what_is_there(name: str) -> None:
    of = sample(name)
    for entry in of.collection.entries:
        for use in uses_in(of.analyses, entry):
            assert _value(of, use.entry, use.pointer) is not None
            target = _value(of, use.target, use.target_pointer)
            if use.kind in (UseKind.TRANSITION, UseKind.ERROR_CASE):
                assert target["id"] == _value(of, use.entry, use.pointer)
            elif use.kind is UseKind.SCHEDULE:
                assert use.target.id == _value(of, use.entry, use.pointer)
            assert use in _uses_of(of, use)


def _uses_of(of: Snapshot, use: Use) -> list[Use]:
    return list(uses_of(of.analyses, of.schedules, use.target, use.target_pointer))


def _value(of: Snapshot, entry: Entry, pointer: str) -> Any:
    document = of.collection.document_of(entry)
    spot = entry.spot(pointer).value
    assert pointer in set(entry.pointers), pointer
    return json.loads(document.source.data[spot.start : spot.end])


def test_an_input_is_not_looked_for_among_all_values_of_a_workflow_for_each_that_reads_it() -> None:
    def calls(number: int) -> int:
        trigger = {"schema": {"properties": {"from": {"type": "string"}}}, "callable": True, "transitions": []}
        steps = [step(f"s{at}", params={"to": "/#steps.1.from"}) for at in range(number)]
        of = read({"id": "second", "name": "second", "trigger": trigger, "steps": steps})
        (entry,) = workflows(of)
        uses = [*uses_in(of.analyses, entry)]
        assert len([use for use in uses if use.target_pointer.endswith("/from")]) == number
        return counted(lambda: [*uses_in(of.analyses, entry)])

    assert calls(80) < 5 * calls(20)  # 13, if it is
