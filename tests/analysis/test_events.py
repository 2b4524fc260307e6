"""What steps cause, and whether their events lead back: held against rehearsals of the events that they would cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis.effects import Effect, Reach
from kustui.analysis.events import changed_names, effects_of, trigger_filter
from kustui.analysis.flow import FlowGraph
from kustui.check.rule import ALWAYS, step, to, when, workflow
from tests.support.definitions import document_of
from tests.support.organisations import starts
from tests.support.runs import UNJUDGED, started, to_the_end
from tests.support.strategies import comparisons, nested_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

Definition = dict[str, Any]


def effects(definition: Definition) -> tuple[Effect, ...]:
    (entry,) = document_of(definition).entries
    return effects_of(FlowGraph(entry.parse().workflow))


def of(action: str, event: str = "kustomer.hooks.form.1.receive", **params: Any) -> list[tuple[str, object]]:
    """The events and fields of a workflow of one step."""
    definition = workflow("W", step("aa", action=action, params=params), event=event)
    return [(effect.event, effect.fields and set(effect.fields)) for effect in effects(definition)]


@pytest.mark.parametrize(
    ("action", "params", "event", "fields"),
    [
        ("conversation.update", {"id": "x", "status": "done"}, "conversation.update", {"status"}),
        ("customer.update", {"custom": {"aStr": 1, "bStr": 2}}, "customer.update", {"custom.aStr", "custom.bStr"}),
        ("conversation.update", {"custom": "/#steps.1.custom"}, "conversation.update", {"custom"}),
        ("conversation.append-tags", {"id": "x", "tags": ["a"]}, "conversation.update", {"tags"}),
        ("conversation.remove-tags", {"id": "x", "tags": ["a"]}, "conversation.update", {"tags"}),
        ("conversation.assign-team", {"id": "x", "team": "t"}, "conversation.update", {"assignedTeams"}),
        ("conversation.assign-user", {"id": "x", "user": "u"}, "conversation.update", {"assignedUsers"}),
        ("customer.append-email", {"id": "x", "email": "e"}, "customer.update", {"emails"}),
        ("customer.merge", {"id": "x", "mergeWith": "y"}, "customer.update", None),
        ("note.create", {"body": "x"}, "note.create", {"body"}),
        ("kobject.create", {"klass": "order", "title": "x"}, "kobject.order.create", {"title"}),
        ("kobject.create-with-customer", {"klass": "order", "title": "x"}, "kobject.order.create", {"title"}),
        ("kobject.update", {"klass": "order", "custom": {"aStr": 1}}, "kobject.order.update", {"custom.aStr"}),
    ],
)  # fmt: skip
def test_a_write_causes_the_event_of_its_object(action: str, params: Definition, event: str, fields: object) -> None:
    assert of(f"kustomer.{action}", **params) == [(f"kustomer.{event}", fields)]


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("kustomer.conversation.find-by-id", {"id": "x"}),
        ("kustomer.conversation.update", {"id": "x"}),
        ("kustomer.kobject.update", {"klass": "/#steps.1.klass", "custom": {}}),
        ("kustomer.kobject.update", {"custom": {"aStr": 1}}),
        ("kustomer.kobject.delete", {"klass": "order", "id": "x"}),
        ("kustomer.event.publish", {"name": "{{steps.1.name}}"}),
        ("kustomer.rest-api.json", {"uri": "https://x.example.com/v1/workflows/w/call", "method": "GET"}),
        ("kustomer.app.shop.update", {"id": "x", "name": "y"}),
    ],
)
def test_what_writes_nothing_that_is_known_causes_nothing(action: str, params: Definition) -> None:
    assert of(action, **params) == []


def test_an_event_is_published_and_a_workflow_called() -> None:
    assert of("kustomer.event.publish", name="kustomer.app.shop.sold", data={})[0][0] == "kustomer.app.shop.sold"
    uri = "https://{{org}}.api.kustomerapp.com/v1/workflows/5f8e14/call"
    assert of("kustomer.rest-api.json", uri=uri, method="post")[0][0] == "kustomer.workflow.5f8e14.call"


@pytest.mark.parametrize(
    ("custom", "condition", "repeats"),
    [
        ({"aStr": "/#steps.1.other"}, when("dne", "/#steps.1.changes.attributes.custom"), Reach.CANNOT),
        ({"aStr": "/#steps.1.other"}, when("exists", "/#steps.1.changes.attributes.custom"), Reach.MAY),
        ({"aStr": "x"}, when("dne", "/#steps.1.changes.attributes.custom.after.aStr"), Reach.CANNOT),
        ({"aStr": "x"}, when("eq", "/#steps.1.changes.attributes.custom.after.aStr", "y"), Reach.CANNOT),
        ({"aStr": "x"}, when("exists", "/#steps.1.changes.attributes.custom.after.bStr"), Reach.CANNOT),
        ({"aStr": "x"}, when("dne", "/#steps.1.changes.attributes.custom.after.bStr"), Reach.MUST),
        ({"aStr": "x"}, when("eq", "/#steps.1.custom.aStr", "x"), Reach.MUST),
        ({"aStr": "x"}, when("neq", "/#steps.1.custom.aStr", "x"), Reach.CANNOT),
        ({"aStr": "x"}, when("exists", "/#steps.1.changes.attributes.updatedAt"), Reach.MAY),
    ],
)
def test_a_filter_asks_for_what_is_written_or_not(custom: Definition, condition: Definition, repeats: Reach) -> None:
    update = step("aa", action="kustomer.conversation.update", params={"id": "/#steps.1.id", "custom": custom})
    (effect,) = effects(workflow("W", update, entry=(to("aa", condition),)))
    assert effect.repeats is repeats


_TAGS, _AFTER = "/#steps.1.tags", "/#steps.1.changes.attributes.tags.after"


@pytest.mark.parametrize(
    ("verb", "params", "condition", "repeats"),
    [
        ("append-tags", {"tags": ["auto"]}, when("not-contains", _TAGS, "auto"), Reach.CANNOT),
        ("append-tags", {"tags": ["auto", "x"]}, when("not-contains", _TAGS, ["auto"]), Reach.CANNOT),
        ("append-tags", {"tags": "auto"}, when("not-contains", _AFTER, "auto"), Reach.CANNOT),
        ("append-tags", {"tags": ["auto"]}, when("not-contains", _TAGS, "vip"), Reach.MAY),
        ("append-tags", {"tags": ["{{steps.1.tag}}"]}, when("not-contains", _TAGS, "auto"), Reach.MAY),
        ("append-tags", {"tags": ["auto"]}, when("contains", _TAGS, "auto"), Reach.MUST),
        ("append-tags", {"tags": ["auto"]}, when("dne", _TAGS), Reach.CANNOT),
        ("append-tags", {"tags": ["auto"]}, when("dne", "/#steps.1.changes.attributes.tags"), Reach.CANNOT),
        ("append-tags", {"tags": ["auto"]}, when("exists", "/#steps.1.changes.attributes.tags"), Reach.MAY),
        ("remove-tags", {"tags": ["auto"]}, when("contains", _TAGS, "auto"), Reach.CANNOT),
        ("remove-tags", {"tags": ["auto"]}, when("contains", _TAGS, "vip"), Reach.MAY),
        ("update", {"tags": ["auto"]}, when("not-contains", _TAGS, "auto"), Reach.CANNOT),
        ("assign-user", {"user": "u"}, when("not-contains", "/#steps.1.assignedUsers", "u"), Reach.CANNOT),
        ("assign-user", {"user": "u"}, when("eq", "/#steps.1.assignedUsers.length", 0), Reach.CANNOT),
        ("assign-user", {"user": "u"}, when("lt", "/#steps.1.assignedUsers.length", "1"), Reach.CANNOT),
        ("assign-user", {"user": "u"}, when("lt", "/#steps.1.assignedUsers.length", 2), Reach.MAY),
        ("update", {"status": "/#steps.1.other"}, when("dne", "/#steps.1.changes.attributes.status"), Reach.CANNOT),
        ("update", {"status": "/#steps.1.other"}, when("exists", "/#steps.1.changes.attributes.status"), Reach.MAY),
        ("update", {"status": "done"}, when("neq", "/#steps.1.changes.attributes.status.after", "done"), Reach.CANNOT),
    ],
)  # fmt: skip
def test_a_write_may_break_the_guard(verb: str, params: Definition, condition: Definition, repeats: Reach) -> None:
    update = step("aa", action=f"kustomer.conversation.{verb}", params={"id": "/#steps.1.id", **params})
    (effect,) = effects(workflow("W", update, entry=(to("aa", condition),)))
    assert effect.repeats is repeats


@pytest.mark.parametrize(
    ("params", "path", "repeats"),
    [
        ({"payload": {"n": 2}}, "n", Reach.CANNOT),
        ({"data": {"n": 2}}, "attributes.data.n", Reach.CANNOT),
        ({"data": {"n": 1}}, "attributes.data.n", Reach.MUST),
        ({"data": {"n": "/#steps.1.n"}}, "attributes.data.n", Reach.MAY),
        ({"data": "/#steps.1"}, "n", Reach.MAY),
    ],
)
def test_what_is_published_is_known(params: Definition, path: str, repeats: Reach) -> None:
    publish = step("aa", action="kustomer.event.publish", params={"name": "kustomer.app.shop.x", **params})
    entry = (to("aa", when("eq", f"/#steps.1.{path}", 1)),)
    (effect,) = effects(workflow("W", publish, event="kustomer.app.shop.x", entry=entry))
    assert effect.repeats is repeats


# Against rehearsals

_WRITTEN = ("x", "y", 1, True)
_READ = ("status", "name", "custom.aStr", "custom.bStr")
_SIDES = ("before", "after")
_CHANGES = "/#steps.1.changes.attributes"
_PATHS = (
    *(f"/#steps.1.{field}" for field in _READ),
    *(f"{_CHANGES}.{field}.{side}" for field in ("status", "name") for side in _SIDES),
    *(f"{_CHANGES}.custom.{side}.{name}" for side in _SIDES for name in ("aStr", "bStr")),
    *(f"{_CHANGES}.status", f"{_CHANGES}.custom", "/#steps.1.other"),
)
_VALUES = st.sampled_from(_WRITTEN)
_FIELDS = st.sampled_from(_READ)
_CONDITIONS = nested_conditions([*comparisons(_PATHS, _WRITTEN), *[ALWAYS] * 100])
_OBJECTS = st.dictionaries(_FIELDS, _VALUES, max_size=4)
_WRITES = st.dictionaries(_FIELDS, st.one_of(_VALUES, st.just("/#steps.1.other")), min_size=1, max_size=3)
_ENTRIES = st.lists(st.builds(to, st.sampled_from(["aa", "bb", "cc"]), _CONDITIONS), min_size=1, max_size=3)
_BRANCHES = st.lists(st.builds(to, st.just("aa"), _CONDITIONS), max_size=2)


@st.composite
def _workflows(draw: st.DrawFn) -> Definition:
    """A workflow on the update of a conversation, which may come to a step that updates it."""
    written = draw(_WRITES)
    update = step("aa", action="kustomer.conversation.update", params={"id": "/#steps.1.id", **_nested(written)})
    entry = tuple(draw(_ENTRIES))
    branch = step("bb", *draw(_BRANCHES))
    return workflow("W", update, branch, step("cc"), entry=entry)


def _nested(fields: Mapping[str, Any]) -> Definition:
    custom = {field.removeprefix("custom."): value for field, value in fields.items() if field.startswith("custom.")}
    return {
        **{field: value for field, value in fields.items() if "." not in field},
        **({"custom": custom} if custom else {}),
    }


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Definition:
    """The changes of an event, those of custom fields one by one."""
    fields = [field for field in after if repr(before.get(field)) != repr(after[field])]
    changes: Definition = {}
    for field in fields:
        sides = {"before": before, "after": after}
        if "." not in field:
            changes[field] = {side: values[field] for side, values in sides.items() if field in values}
        else:
            custom = changes.setdefault("custom", {"before": {}, "after": {}})
            for side, values in sides.items():
                if field in values:
                    custom[side][field.removeprefix("custom.")] = values[field]
    return changes


@settings(max_examples=200, deadline=None)
@given(_workflows(), _OBJECTS, _VALUES)
def test_what_cannot_be_reached_is_not_reached_and_what_must_be_is(
    definition: Definition, before: Definition, other: object
) -> None:
    (effect,) = effects(definition) or (None,)
    if effect is None:
        return  # no run comes to it
    written = {field: other if value == "/#steps.1.other" else value for field, value in _written(definition).items()}
    after = {**before, **written}
    payload = {"id": "c", "other": other, **_nested(after), "changes": {"attributes": _changes(before, after)}}
    state = to_the_end(started(definition, settings=UNJUDGED, **payload))
    if state.question is not None:
        return
    reached = any(entry.node == "aa" for entry in state.trace)
    assert reached or effect.repeats is not Reach.MUST
    if all(repr(before.get(field)) != repr(value) for field, value in written.items()):
        assert not reached or effect.repeats is not Reach.CANNOT


@settings(max_examples=200, deadline=None)
@given(_workflows(), _OBJECTS, _VALUES)
def test_what_cannot_start_a_workflow_does_not_get_a_run_beyond_the_trigger_and_what_must_does(
    definition: Definition, before: Definition, other: object
) -> None:
    flow = FlowGraph(document_of(definition).entries[0].workflow)
    written = {field: other if value == "/#steps.1.other" else value for field, value in _written(definition).items()}
    literals = {field: value for field, value in _written(definition).items() if value != "/#steps.1.other"}
    cause = Effect("xx", "", "kustomer.conversation.update", frozenset(written), literals)
    asks = trigger_filter(flow)
    after = {**before, **written}
    payload = {"id": "c", "other": other, **_nested(after), "changes": {"attributes": _changes(before, after)}}
    state = to_the_end(started(definition, settings=UNJUDGED, **payload))
    if state.question is not None:
        return
    entered = any(entry.node in ("aa", "bb", "cc") for entry in state.trace)
    assert entered or Reach.MUST not in (asks.reach, starts(flow, cause, asks))
    assert not entered or asks.reach is not Reach.CANNOT
    if asks.asks is not None and asks.asks.isdisjoint(changed_names(cause.fields)):
        assert not entered
    if all(repr(before.get(field)) != repr(value) for field, value in written.items()):
        assert not entered or starts(flow, cause, asks) is not Reach.CANNOT


def _written(definition: Definition) -> Definition:
    params = dict(definition["steps"][0]["params"])
    custom = params.pop("custom", {})
    del params["id"]
    return {**params, **{f"custom.{name}": value for name, value in custom.items()}}
