"""What changed in a workflow, as sentences; and that nothing that changed goes without one."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rule import when
from kustui.definition.collection import Collection
from kustui.definition.keys import BOOKKEEPING_KEYS
from kustui.review.part_changes import PartChange
from kustui.review.value_changes import Identities
from kustui.review.workflow_changes import workflow_changes
from tests.support.definitions import ALWAYS, a_workflow, document_of
from tests.support.strategies import JSON_SAMPLES, WORKFLOW_VALUES, json_paths, mutated_samples

Value = dict[str, Any]
SCHEDULE = "kustomer.app.scheduler.schedule-workflow"
OPEN = when("eq", "/#steps.1.status", "open")
VIP = when("contains", "/#steps.1.tags", "vip")
URGENT = when("contains", "/#steps.1.tags", "urgent")


def analysis_of(workflow: Value, *others: Value) -> WorkflowAnalysis:
    collection = Collection((document_of({"workflows": [workflow, *others]}),))
    return WorkflowAnalysis(collection, collection.entries[0])


def changes(old: Value, new: Value, **steps: str) -> tuple[PartChange, ...]:
    return workflow_changes(analysis_of(old), analysis_of(new), Identities(steps))


def sentences(old: Value, new: Value, **steps: str) -> list[str]:
    return [change.text for change in changes(old, new, **steps)]


def a_step(id_: str = "a", name: str = "", **members: Any) -> Value:
    meta = {"meta": {"displayName": name}} if name else {}
    return {"id": id_, "action": "kustomer.note.create", "params": {"body": "hi"}, "transitions": [], **meta, **members}


def to(target: str, condition: Value = ALWAYS, **members: Any) -> Value:
    return {"target": target, "condition": condition, **members}


def with_step(**members: Any) -> Value:
    return a_workflow(steps=[a_step(name="Send", **members)])


def with_trigger(**members: Any) -> Value:
    workflow = a_workflow()
    workflow["trigger"].update(members)
    return workflow


def with_transitions(*transitions: Value, **members: Any) -> Value:
    others = [a_step("b", "Escalate"), a_step("c", "Close")]
    return a_workflow(steps=[a_step(name="Ask", transitions=[*transitions], **members), *others])


def calling(**params: Any) -> Value:
    call = {"workflowId": "id-of-x", "runAt": {"type": "relative", "value": 60}, "inputs": {"orderId": "1"}, **params}
    return a_workflow(steps=[a_step(name="Book pickup", action=SCHEDULE, params=call)])


def test_a_delay_is_said_as_on_the_screen() -> None:
    old, new = (calling(runAt={"type": "relative", "value": days * 1440}) for days in (1, 2))
    assert sentences(old, new) == ["`Book pickup` waits 2 d instead of 1 d"]


def test_a_blank_at_an_end_of_a_value_is_seen() -> None:
    old, new = with_trigger(), with_trigger(eventName="kustomer.conversation.create ")
    assert sentences(old, new) == ['`greet` starts on "conversation.create " instead of conversation.create']


def test_a_time_that_only_a_run_knows_is_said_as_what_is_read() -> None:
    new = calling(runAt={"type": "date", "value": "/#steps.1.remindAt"})
    assert sentences(calling(), new) == ["`Book pickup` schedules its run at remindAt instead of after 60 min"]


def test_of_ids_that_were_exchanged_only_that_is_said_and_who_names_the_other_step_now() -> None:
    body = {"body": "/#steps.a.id"}
    steps = [a_step("a", "Find", transitions=[to("b")]), a_step("b", "Tell", transitions=[to("c")]), a_step("c", "End")]
    old = a_workflow(steps=[*steps[:2], {**steps[2], "params": body}])
    exchanged = [
        a_step("b", "Find", transitions=[to("a")]),
        a_step("a", "Tell", transitions=[to("c")]),
        {**steps[2], "params": {"body": "/#steps.b.id"}},
    ]
    ids = {"a": "b", "b": "a"}
    both = ["`Find` has the id b instead of a", "`Tell` has the id a instead of b"]
    assert sorted(sentences(old, a_workflow(steps=exchanged), **ids)) == both
    exchanged[2] = {**steps[2], "params": body}
    assert sorted(sentences(old, a_workflow(steps=exchanged), **ids)) == [
        *both,
        "the param `body` of `End` is Tell.id instead of Find.id",
    ]


def test_another_scheduled_workflow_is_said_by_its_title() -> None:
    targets = [a_workflow("x"), a_workflow("y")]
    old, new = (analysis_of(calling(workflowId=f"id-of-{name}"), *targets) for name in "xy")
    assert [change.text for change in workflow_changes(old, new)] == ["`Book pickup` schedules `y` instead of `x`"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, "`Book pickup` no longer passes `orderId`"),
        ({"orderId": "/#steps.1.id"}, '`Book pickup` passes id as `orderId` instead of "1"'),
        ({"orderId": "1", "when": 3}, "`Book pickup` passes 3 as `when` now"),
    ],
)
def test_inputs_are_passed(inputs: Value, expected: str) -> None:
    assert sentences(calling(), calling(inputs=inputs)) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (when("and", OPEN, VIP), OPEN, 'the condition of `Escalate` no longer asks for tags contains "vip"'),
        (OPEN, when("and", OPEN, VIP), 'the condition of `Escalate` asks for tags contains "vip" too'),
        (OPEN, when("or", OPEN, VIP), 'the condition of `Escalate` also holds if tags contains "vip"'),
        (when("or", VIP, OPEN), VIP, 'the condition of `Escalate` no longer holds if status is "open"'),
        (
            when("and", OPEN, VIP),
            when("and", URGENT, OPEN),
            'the condition of `Escalate` asks for tags contains "urgent" instead of tags contains "vip"',
        ),
        (
            when("and", OPEN, when("or", VIP, when("exists", "/#steps.1.vip"))),
            when("and", OPEN, when("or", URGENT, VIP, when("exists", "/#steps.1.vip"))),
            'the condition of `Escalate` accepts tags contains "urgent" as well',
        ),
        (
            when("contains", ["a", "b", "c"], "/#steps.1.status"),
            when("contains", ["b", "a"], "/#steps.1.status"),
            'the list in the condition of `Escalate` no longer holds "c" (… contains status)',
        ),
        (
            when("and", OPEN, when("contains", "/#steps.1.tags", ["a", 1])),
            when("and", OPEN, when("contains", "/#steps.1.tags", [1, "a", "b", True])),
            'the list in the condition of `Escalate` holds "b", true too (tags contains …)',
        ),
        (
            when("or", OPEN, when("contains", "/#steps.1.tags", ["a", "b"])),
            when("or", OPEN, when("contains", "/#steps.1.tags", ["a", "d"])),
            'the list in the condition of `Escalate` holds "d" instead of "b" (tags contains …)',
        ),
        (
            when("contains", "/#steps.1.tags", ["a", "b"]),
            when("not-contains", "/#steps.1.tags", ["a"]),
            'the condition of `Escalate` asks for tags does not contain ["a"] instead of tags contains ["a", "b"]',
        ),
        (
            when("contains", "/#steps.1.tags", ["a", "b"]),
            when("contains", "/#steps.1.tags", ["b", "a"]),
            'the condition of `Escalate` asks for tags contains ["b", "a"] instead of tags contains ["a", "b"]',
        ),
        (ALWAYS, OPEN, 'the condition of `Escalate` asks for status is "open" now; before, it always held'),
        (OPEN, ALWAYS, 'the condition of `Escalate` always holds now; before, it asked for status is "open"'),
        (
            when("and", OPEN, VIP),
            when("or", OPEN, VIP),
            'the condition of `Escalate` asks for status is "open" or tags contains "vip" instead of status is "open" '
            'and tags contains "vip"',
        ),
    ],
)
def test_conditions_are_compared_part_by_part(old: Value, new: Value, expected: str) -> None:
    (change,) = changes(with_transitions(to("b", old)), with_transitions(to("b", new)))
    assert (change.text, change.noun, change.name, change.node) == (expected, "condition", "Ask", "a")
    assert change.old == change.new == "/workflows/0/steps/0/transitions/0/condition"


def test_the_order_of_the_parts_of_a_condition_is_no_difference() -> None:
    old, new = (with_transitions(to("b", when("and", *parts))) for parts in ((OPEN, VIP), (VIP, OPEN)))
    assert not changes(old, new)


def test_a_condition_that_several_lead_by_is_said_with_both_ends() -> None:
    old, new = (with_transitions(to("c", condition), to("b"), errorCases=[to("c")]) for condition in (OPEN, VIP))
    assert sentences(old, new) == [
        'the condition from `Ask` to `Close` asks for tags contains "vip" instead of status is "open"'
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([to("b")], [to("c")], "`Ask` goes to `Close` instead of `Escalate`"),
        ([to("b", OPEN)], [to("c", OPEN)], '`Ask` goes to `Close` instead of `Escalate` if status is "open"'),
        ([], [to("c")], "`Ask` goes to `Close` now"),
        ([to("b")], [], "`Ask` no longer goes to `Escalate`, and a run ends there"),
        ([to("b", OPEN)], [to("b", OPEN), to("c")], "`Ask` also goes to `Close`"),
        ([to("b", OPEN), to("c")], [to("c")], '`Ask` no longer goes to `Escalate` if status is "open"'),
        (
            [to("b", meta={"name": "yes"})],
            [to("b", meta={"name": "no"})],
            "the transition from `Ask` to `Escalate` is called `no` instead of `yes`",
        ),
        (
            [to("b")],
            [to("b", meta={"name": "no"})],
            "the transition from `Ask` to `Escalate` is called `no` now",
        ),
        (
            [to("b", meta={"name": "yes"})],
            [to("b")],
            "the transition from `Ask` to `Escalate` is no longer called `yes`",
        ),
        ([to("b", OPEN), to("c", VIP)], [to("c", VIP), to("b", OPEN)], "`Ask` tries `Close` before `Escalate` now"),
    ],
)
def test_transitions(old: list[Value], new: list[Value], expected: str) -> None:
    assert sentences(with_transitions(*old), with_transitions(*new)) == [expected]


def test_the_order_of_transitions_that_exclude_each_other_is_no_difference() -> None:
    ways = [to("b", OPEN), to("c", when("neq", "/#steps.1.status", "open"))]
    assert not changes(with_transitions(*ways), with_transitions(*reversed(ways)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [to("b")], "a failure of `Ask` leads to `Escalate` now"),
        ([to("b")], [to("c")], "a failure of `Ask` leads to `Close` instead of `Escalate`"),
        (
            [{"condition": ALWAYS, "errorAction": {"type": "continue"}}],
            [{"condition": ALWAYS, "errorAction": {"type": "retry-action"}}],
            "a failure of `Ask` leads to `retry the step` instead of `continue`",
        ),
    ],
)
def test_error_cases(old: list[Value], new: list[Value], expected: str) -> None:
    (change,) = changes(with_transitions(errorCases=old), with_transitions(errorCases=new))
    assert (change.text, change.noun) == (expected, "error case")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"action": None}, "`Send` only branches now; before, it did kustomer.note.create"),
        ({}, {"action": "kustomer.message.create"}, "`Send` does message.create instead of note.create"),
        ({}, {"params": {"body": "ho"}}, 'the param `body` of `Send` is "ho" instead of "hi"'),
        ({}, {"params": {}}, '`Send` no longer has the param `body`, which was "hi"'),
        ({}, {"params": {"body": "hi", "x": [1]}}, "`Send` has the param `x` now: [1]"),
        (
            {"params": {"body": f"Dear {'very ' * 20}old friend"}},
            {"params": {"body": f"Dear {'very ' * 20}good friend"}},
            'the param `body` of `Send` is "…very very good…" instead of "…very very old…"',
        ),
        (
            {"params": {"tags": ["a", "b"]}},
            {"params": {"tags": ["b", "c"]}},
            'the param `tags` of `Send` holds "c" instead of "a"',
        ),
        (
            {"params": {"tags": ["a", "b"]}},
            {"params": {"tags": ["b", "a"]}},
            "the param `tags` of `Send` is in another order",
        ),
        (
            {"params": {"custom": {"a": 1, "b": 2}}},
            {"params": {"custom": {"a": 1, "b": 3}}},
            "the param `custom.b` of `Send` is 3 instead of 2",
        ),
        (
            {"appVersion": "kustomer-^1"},
            {"appVersion": "kustomer-^2"},
            "`Send` needs kustomer-^2 instead of kustomer-^1",
        ),
        ({}, {"future": 1}, "`Send` has the value `future` now: 1"),
    ],
)
def test_steps(old: Value, new: Value, expected: str) -> None:
    assert sentences(with_step(**old), with_step(**new)) == [expected]


def test_a_step_that_came_says_what_it_does() -> None:
    new = with_transitions()
    old = copy.deepcopy(new)
    del old["steps"][1]
    (change,) = changes(old, new)
    assert (change.text, change.kind, change.old) == ('`Escalate` is new: note "hi"', "added", None)
    assert sentences(new, old) == ["`Escalate` is gone"]


def test_a_step_without_a_name_is_said_with_its_action() -> None:
    old, new = (a_workflow(steps=[a_step(params={"body": body})]) for body in ("hi", "ho"))
    assert sentences(old, new) == ['the param `body` of `a` (note.create) is "ho" instead of "hi"']


def test_a_step_is_called_otherwise() -> None:
    assert sentences(with_step(), a_workflow(steps=[a_step(name="Write")])) == ["`Send` is called `Write` now"]


def test_what_names_a_step_by_its_new_id_is_no_difference() -> None:
    old = with_transitions(to("b", when("exists", "/#steps.b.id")), params={"body": "{{steps.b.id}}"})
    new = json.loads(json.dumps(old).replace('"b"', '"z"').replace("steps.b.", "steps.z."))
    assert sentences(old, new, b="z") == ["`Escalate` has the id z instead of b"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            {},
            {"eventName": "kustomer.customer.update"},
            "`greet` starts on customer.update instead of conversation.create",
        ),
        ({}, {"callable": True}, "`greet` can be called by other workflows now"),
        (
            {"schema": {"properties": {"a": {"type": "string"}}}},
            {"schema": {"properties": {"a": {"type": "string"}, "when": {"type": "string"}}, "required": ["when"]}},
            "`greet` takes the input `when` (string, required) now",
        ),
        (
            {"schema": {"properties": {"when": {"type": "string"}}}},
            {"schema": {"properties": {"when": {"type": "string"}}, "required": ["when"]}},
            "`greet` requires the input `when` now",
        ),
        (
            {"schema": {"properties": {"when": {"type": "string"}}}},
            {"schema": {"properties": {"when": {"type": "number"}}}},
            "the input `when` of `greet` is of type number instead of string",
        ),
        ({}, {"schema": {}}, "`greet` has the schema now: {}"),
        (
            {"schema": {"properties": {"a": {}, "b": {}}}},
            {"schema": {"properties": {"a": {}}}},
            "`greet` no longer takes the input `b`",
        ),
    ],
)
def test_the_trigger(old: Value, new: Value, expected: str) -> None:
    assert sentences(with_trigger(**old), with_trigger(**new)) == [expected]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"enabled": False}, "`greet` is no longer enabled"),
        ({"description": "Says hello"}, '`greet` has the description now: "Says hello"'),
        ({"name": "welcome"}, "`welcome` has the name `welcome` instead of `greet`"),
        ({"id": "other"}, "`greet` has the id other instead of id-of-greet"),
        (
            {"response": {"schema": {"properties": {"ok": {"type": "boolean"}}}}},
            "`greet` gives the answer `ok` (boolean) now",
        ),
        ({"replaces": "x"}, '`greet` has the value `replaces` now: "x"'),
    ],
)
def test_the_workflow(new: Value, expected: str) -> None:
    assert sentences(a_workflow(), {**a_workflow(), **new}) == [expected]


def test_wrappers_bookkeeping_and_what_exports_write_out_are_no_difference() -> None:
    workflow = a_workflow()
    export = copy.deepcopy(workflow)
    export |= {"enabled": True, "meta": None, "rev": 3, "updatedAt": "2026-01-01", "description": None}
    export["trigger"] |= {"callable": False}
    export["steps"][0] |= {"errorCases": [], "_id": "1"}
    resource = {"type": "workflow", "id": export.pop("id"), "attributes": export}
    one, other = (Collection((document_of(value),)) for value in (workflow, {"data": [resource]}))
    old, new = (WorkflowAnalysis(collection, collection.entries[0]) for collection in (one, other))
    assert not workflow_changes(old, new)
    assert not workflow_changes(new, old)


# Whatever changed


WORKFLOWS = [workflow for sample in JSON_SAMPLES for workflow in sample["workflows"][:3]]
NOTHING = {"errorCases": [], "params": {}, "callable": False, "enabled": True, "meta": {}}


def says_nothing(path: tuple[Any, ...], value: Any) -> bool:
    """Whether a member may as well not be there, as docs/format.md has it."""
    is_default = path[-1] in NOTHING and repr(value) == repr(NOTHING[path[-1]])
    return value in (None, ...) or is_default or (path == ("trigger", "id") and value == "1")


@st.composite
def edited(draw: st.DrawFn) -> tuple[Value, Value]:
    """A workflow, and the same with one value that is another, gone, or new."""
    old = draw(st.sampled_from(WORKFLOWS))
    new = copy.deepcopy(old)
    paths = [path for path in json_paths(new) if path and path[0] not in BOOKKEEPING_KEYS]
    path = draw(st.sampled_from(paths))
    container = new
    for key in path[:-1]:
        container = container[key]
    was, value = container[path[-1]], draw(WORKFLOW_VALUES)
    match draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            container[path[-1]] = value
        case "remove":
            del container[path[-1]]
            value = ...
        case "add" if isinstance(container, dict):
            was, path = ..., (*path[:-1], f"new{draw(st.integers(0, 99))}")
            container[path[-1]] = value
        case "add":
            container.insert(path[-1], value)
            was = ...
    in_list = isinstance(path[-1], int)
    if not in_list and says_nothing(path, was) and says_nothing(path, value):
        return old, old
    return old, new


def same_json(one: Any, other: Any) -> bool:
    return bool(one == other) and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def normal(value: Any) -> Any:
    """A value without what makes no difference: the order of steps, of parts of conditions, of required names, and of
    transitions, of which a test of its own says when it does."""
    if isinstance(value, list):
        return [normal(member) for member in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, dict):
        return value
    members = {key: normal(member) for key, member in value.items()}
    for key in ("steps", "required", "transitions", "errorCases"):
        if isinstance(members.get(key), list):
            members[key] = sorted(members[key], key=lambda member: json.dumps(member, sort_keys=True))
    if members.get("op") in ("and", "or") and isinstance(members.get("values"), list):
        members["values"] = sorted(members["values"], key=lambda member: json.dumps(member, sort_keys=True))
    return members


@given(edited())
@settings(max_examples=400, deadline=None)
def test_nothing_that_changed_is_silent(pair: tuple[Value, Value]) -> None:
    old, new = pair
    if same_json(normal(old), normal(new)):
        return
    there, here = analysis_of(old), Collection((document_of({"workflows": [new]}),))
    if here.entries:
        found = workflow_changes(there, WorkflowAnalysis(here, here.entries[0]))
        assert found
        assert all(change.text and (change.old or change.new) is not None for change in found)


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same value with the members of objects, the steps and the parts of conditions in another order."""
    if isinstance(value, list):
        return [shuffled(member, chance) for member in value]
    if not isinstance(value, dict):
        return value
    members = {key: shuffled(member, chance) for key, member in value.items()}
    for key, is_set in (("steps", True), ("values", value.get("op") in ("and", "or"))):
        if is_set and isinstance(members.get(key), list):
            chance.shuffle(members[key])
    return dict(chance.sample([*members.items()], len(members)))


@given(st.sampled_from(WORKFLOWS), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_a_reordered_copy_differs_in_nothing(workflow: Value, chance: random.Random) -> None:
    other = shuffled(workflow, chance)
    if len({step["id"] for step in workflow["steps"]}) == len(workflow["steps"]):
        assert not changes(workflow, other)


@given(mutated_samples(), mutated_samples())
@settings(max_examples=60, deadline=None)
def test_whatever_is_compared_gives_sentences(one: Any, other: Any) -> None:
    documents = [document_of(value) for value in (one, other)]
    collections = [Collection((document,)) for document in documents]
    for old in documents[0].entries:
        for new in documents[1].entries:
            before, now = WorkflowAnalysis(collections[0], old), WorkflowAnalysis(collections[1], new)
            assert all(change.text for change in workflow_changes(before, now))


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("old", "new"),
        ("kustomer.workflow.old.call", "kustomer.workflow.new.call"),
        ("kustomer.workflow.an old.id.call", "kustomer.workflow.new.id.call"),
        ("one.kustomer.workflow.old.call or a.b", "one.kustomer.workflow.new.call or a.b"),
        ("{{kustomer.workflow.{{steps.a.id}}.call}}", "{{kustomer.workflow.{{steps.b.id}}.call}}"),
        ("kustomer.workflow.older.call", "kustomer.workflow.older.call"),
        ("old.call", "old.call"),
    ],
)
def test_what_has_another_id_is_called_by_it(text: str, now: str) -> None:
    identities = Identities({"a": "b"}, {"old": "new", "an old.id": "new.id"})
    assert identities.text(text) == now
