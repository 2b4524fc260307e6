"""What a step writes changes the object, whose event starts what listens to it: on request only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis.effects import Reach
from kustui.analysis.organisation_graph import OrganisationGraph
from kustui.check.rule import ALWAYS, app, called, schedule, step, to, when, workflow
from kustui.simulate.engine.cascade import ASSUMED, MOST_EVENTS
from kustui.simulate.engine.engine import AnswerQuestion, SetFailure, SetOutput, StartEvent, advance
from kustui.simulate.engine.history import Coverage
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry
from kustui.simulate.reports.json import entry_record
from tests.benchmarks.growth import counted
from tests.support.organisations import analysis_of, starts, writes
from tests.support.runs import entries, organisation, to_the_end, told
from tests.support.strategies import comparisons, nested_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATED, UPDATED = "kustomer.conversation.create", "kustomer.conversation.update"
STATUS_AFTER = "/#steps.1.changes.attributes.status.after"
ID = "5f8e148232731d0015c14657"


def begun(*workflows: dict[str, Any], event: str = CREATED, follows: bool = True, **payload: Any) -> State:
    first = initial_state(organisation(app(*workflows)), follows_events=follows)
    return advance(first, StartEvent({"id": "c1", **payload}, event))


def followed(*workflows: dict[str, Any], **payload: Any) -> State:
    return to_the_end(begun(*workflows, **payload))


def writer(**params: object) -> dict[str, Any]:
    return workflow("Writer", writes("aa", **params), event=CREATED)


def listener(*conditions: dict[str, Any], event: str = UPDATED, name: str = "Listener") -> dict[str, Any]:
    return workflow(name, step("bb"), entry=tuple(to("bb", condition) for condition in conditions), event=event)


def before_step(state: State, node: str) -> State:
    while state.run is None or state.run.node != node:
        state = to_the_end(state, 1)
    return state


def started(state: State, title: str = "Listener") -> list[TraceEntry]:
    return [entry for entry in state.trace if entry.kind is EntryKind.START and entry.title == title]


# What listens


def test_a_write_starts_the_workflows_whose_filter_holds_and_others_end_at_their_trigger() -> None:
    holds = listener(when("eq", STATUS_AFTER, "done"))
    other = listener(when("eq", STATUS_AFTER, "open"), name="Other")
    state = followed(writer(status="done"), holds, other, status="open")
    assert told(state) == [
        "T+0 kustomer.conversation.create: 1",
        "T+0 Writer: Writer → aa",
        "T+0 Writer: aa (no further steps)",
        "T+0 kustomer.conversation.update: 2",
        "T+0 Listener: Listener → bb",
        "T+0 Listener: bb (no further steps)",
        "T+0 Other: Other (no transition holds)",
    ]
    assert [covered.analysis.title for covered in Coverage.of(state).workflows] == ["Writer", "Listener", "Other"]


def test_it_says_which_step_of_which_run_caused_it_and_that_this_is_assumed() -> None:
    state = followed(writer(status="done"), listener(ALWAYS))
    wrote = entries(state)[2]
    assert wrote.caused is not None
    assert (wrote.caused.event, wrote.caused.of_object, wrote.caused.fields) == (UPDATED, "conversation", ("status",))
    (start,) = started(state)
    assert start.cause == "conversation.update (assumed), by run 1 of Writer, aa"
    assert (start.caused_by, start.source, start.assumed) == (wrote.number, OutputSource.COMPUTED, (ASSUMED,))
    record = entry_record(wrote)["caused"]
    assert record == {"event": UPDATED, "fields": ["conversation.status"], "starts": 1, "assumed": True}
    assert entry_record(start)["caused_by"] == wrote.number


def test_off_nothing_comes_of_a_write() -> None:
    state = to_the_end(begun(writer(status="done"), listener(ALWAYS), follows=False))
    assert [entry.title for entry in entries(state) if entry.run] == ["Writer", "Writer"]
    assert not any("caused" in key for entry in entries(state) for key in entry_record(entry))


def test_runs_that_wait_come_first_and_a_scheduled_run_later() -> None:
    waits = workflow("Waits", step("cc"), event=CREATED)
    later = workflow("Schedules", schedule("dd", ID), event=CREATED)
    state = followed(writer(status="done"), waits, later, called("Called", ID, step("ee")), listener(ALWAYS))
    begun = [entry.title for entry in entries(state) if entry.kind is EntryKind.START]
    assert begun == ["Writer", "Waits", "Schedules", "Listener", "Called"]


def test_a_step_that_fails_or_writes_nothing_causes_nothing() -> None:
    assert not started(followed(writer(), listener(ALWAYS)))
    state = before_step(begun(writer(status="done"), listener(ALWAYS)), "aa")
    assert not started(to_the_end(advance(state, SetFailure(500))))
    nobody = followed(writer(status="done"))
    (caused,) = [entry.caused for entry in nobody.trace if entry.caused]
    assert (caused.starts, nobody.finished) == (0, True)


# What the event says


def test_the_event_has_the_object_as_far_as_it_is_known_and_what_changed_as_evaluated() -> None:
    change = {"status": "/#steps.1.custom.nextStr", "custom": {"aStr": "{{steps.1.name}}!"}}
    state = followed(writer(**change), listener(ALWAYS), name="Ann", status="open", custom={"nextStr": "done"})
    assert entry_record(started(state)[0])["output"] == {
        "name": "Ann",
        "status": "done",
        "custom": {"nextStr": "done", "aStr": "Ann!"},
        "id": "c1",
        "changes": {
            "attributes": {
                "custom": {
                    "before": {"aStr": {"undecided": "what else the conversation holds is not known"}},
                    "after": {"aStr": "Ann!"},
                },
                "status": {"before": "open", "after": "done"},
            }
        },
    }


@pytest.mark.parametrize(
    "asked",
    [
        when("eq", "/#steps.1.priority", 3),
        when("eq", "/#steps.1.custom.other", 3),
        when("eq", "/#steps.1.changes.attributes.status.before", "open"),
        when("exists", "/#steps.1.changes.relationships.queue"),
        when("eq", "{{#each steps.1.custom}}x{{/each}}", "x"),
    ],
)
def test_what_is_not_known_is_asked_and_never_made_up(asked: dict[str, Any]) -> None:
    state = followed(writer(status="done", custom={"aStr": "x"}), listener(asked))
    assert state.question is not None
    assert state.question.why == "what else the conversation holds is not known"
    answered = to_the_end(advance(state, AnswerQuestion(state.question.pointer, value=True)))
    assert [entry.target for entry in started(answered)] == ["bb"]


def test_what_was_not_written_has_not_changed() -> None:
    unchanged = [when("dne", f"/#steps.1.changes.attributes.{path}") for path in ("name", "custom")]
    state = followed(writer(status="done"), listener(*unchanged[:1]), listener(*unchanged[1:], name="Other"))
    assert [entry.target for entry in (*started(state), *started(state, "Other"))] == ["bb", "bb"]


def test_what_had_the_value_before_has_not_changed() -> None:
    state = followed(writer(status="done"), listener(when("dne", STATUS_AFTER)), status="done")
    assert [entry.target for entry in started(state)] == ["bb"]


def test_what_is_partly_known_stays_so_where_it_is_passed_on() -> None:
    on = workflow("Listener", schedule("bb", ID, inputs="/#steps.1"), event=UPDATED)
    target = called("Called", ID, step("cc"), inputs={"n": "string"}, required=("n",))
    target["trigger"]["transitions"] = [to("cc", when("eq", "/#steps.1.n", "x"))]
    state = followed(writer(status="done"), on, target)
    assert state.question is not None
    assert state.question.why == "what else the conversation holds is not known"
    assert not [note for entry in state.trace for note in entry.notes]


def test_custom_fields_of_which_only_some_are_known_are_written_as_that() -> None:
    again = workflow("Again", writes("bb", custom="/#steps.1.custom"), entry=(to("bb", when("exists", STATUS_AFTER)),))
    reads = listener(when("exists", "/#steps.1.changes.attributes.custom.after.other"))
    state = followed(writer(status="done", custom={"1": 2}), again, reads)
    while state.question is not None and len(started(state)) < 2:
        state = to_the_end(advance(state, AnswerQuestion(state.question.pointer, value=False)))
    assert state.question is not None, "the second time other fields may have been written"


def test_a_value_that_is_undecided_is_written_as_unknown() -> None:
    state = followed(writer(status="/#variables.v"), listener(when("eq", STATUS_AFTER, "done")))
    assert state.question is not None


def test_an_object_that_was_created_has_what_was_given_and_the_id_that_the_step_returned() -> None:
    create = step("aa", action="kustomer.conversation.create", params={"name": "New"})
    note = workflow("Writer", create, event="kustomer.note.create")
    state = begun(note, listener(when("eq", "/#steps.1.name", "New"), event=CREATED), event="kustomer.note.create")
    state = to_the_end(advance(before_step(state, "aa"), SetOutput({"id": "c9"})))
    assert [entry.target for entry in started(state)] == ["bb"]
    assert entry_record(started(state)[0])["output"] == {"name": "New", "id": "c9"}


def test_what_was_written_is_known_to_the_next_write_of_any_run() -> None:
    second = workflow("Second", writes("cc", priority=2), entry=(to("cc", when("eq", STATUS_AFTER, "done")),))
    seen = listener(when("eq", "/#steps.1.status", "done"))
    state = followed(writer(status="done"), second, seen, status="open")
    assert [entry.target for entry in started(state)] == ["bb", "bb"], "of both writes"
    assert len(state.objects) == 1


def test_an_object_that_is_looked_up_afterwards_has_what_was_written() -> None:
    find = step("bb", to("cc", when("eq", "/#steps.bb.status", "open")), action="kustomer.conversation.find-by-id",
                params={"id": "/#steps.1.id"})  # fmt: skip
    looks = workflow("Looks", find, step("cc"), event=UPDATED)
    state = followed(writer(status="done", custom={"aStr": "x"}), looks)
    found = entries(state)[-1]
    assert (found.node, found.output) == ("bb", {"status": "done", "custom": {"aStr": "x"}})
    assert (found.source, found.ended) == (OutputSource.DRAFTED, "no transition holds")


def test_what_was_written_of_an_object_is_in_the_same_order_in_every_run() -> None:
    state = followed(writer(**{f"f{letter}": letter for letter in "hgfedcba"}), listener())
    assert [[*fields] for fields in state.objects.values()] == [[f"f{letter}" for letter in "abcdefgh"]]


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("append-tags", ["a"], ["a", "b", "c"]),
        ("append-tags", ["b", "c"], None),
        ("remove-tags", ["a", "b"], ["a"]),
    ],
)
def test_a_list_is_known_where_it_was_known(verb: str, before: list[str], after: list[str] | None) -> None:
    change = step("aa", action=f"kustomer.conversation.{verb}", params={"id": "/#steps.1.id", "tags": ["b", "c"]})
    state = followed(workflow("Writer", change, event=CREATED), listener(ALWAYS), tags=before)
    output = entry_record(started(state)[0])["output"]
    expected = {} if after is None else {"tags": {"before": before, "after": after}}
    assert (output["changes"]["attributes"], output["tags"]) == (expected, after or before)


def test_an_output_that_is_drafted_as_a_list_stays_one() -> None:
    edges = to("zz", when("gt", "/#steps.aa.length", 2))
    state = followed(
        workflow("Writer", step("aa", edges, action="kustomer.conversation.find"), step("zz"), event=CREATED)
    )
    assert isinstance(next(entry for entry in state.trace if entry.node == "aa").output, list)


def test_a_list_of_which_nothing_was_known_is_not_known_after() -> None:
    change = step("aa", action="kustomer.conversation.append-tags", params={"id": "/#steps.1.id", "tags": ["b"]})
    contains = listener(when("contains", "/#steps.1.tags", "b"))
    assert followed(workflow("Writer", change, event=CREATED), contains).question is not None


# Calls by address


def test_a_request_that_calls_a_workflow_starts_it_with_its_data() -> None:
    params = {"method": "POST", "uri": f"https://api.example.com/v1/workflows/{ID}/call", "data": {"n": "/#steps.1.id"}}
    caller = workflow("Writer", step("aa", action="kustomer.rest-api.json", params=params), event=CREATED)
    state = followed(caller, called("Called", ID, step("bb")))
    (start,) = started(state, "Called")
    assert (start.output, start.cause) == ({"n": "c1"}, f"workflow.{ID}.call (assumed), by run 1 of Writer, aa")
    off = {**called("Called", ID, step("bb")), "enabled": False}
    skipped = [entry for entry in followed(caller, off).trace if entry.kind is EntryKind.SKIPPED]
    assert [entry.ended for entry in skipped] == ["the workflow is switched off"]


# Rings


def test_a_ring_of_events_is_not_followed_for_ever_and_the_log_says_so() -> None:
    one = workflow("One", writes("aa", status="a"), entry=(to("aa", when("eq", STATUS_AFTER, "b")),))
    other = workflow("Other", writes("bb", status="b"), entry=(to("bb", when("eq", STATUS_AFTER, "a")),))
    state = to_the_end(begun(one, other, event=UPDATED, changes={"attributes": {"status": {"after": "b"}}}), 1_000)
    assert state.finished
    dropped = [entry.caused.dropped for entry in state.trace if entry.caused and entry.caused.dropped]
    assert dropped == [f"not followed: {MOST_EVENTS} events in a row have led here, which may go on for ever"]
    assert sum(entry.caused is not None for entry in state.trace) == MOST_EVENTS + 1


# Against the graph of the organisation

_WRITTEN = ("x", "y", 1)
_READ = ("status", "name", "custom.aStr", "custom.bStr")
_CHANGES = "/#steps.1.changes.attributes"
_PATHS = (
    *(f"/#steps.1.{field}" for field in _READ),
    *(f"{_CHANGES}.{name}{side}" for name in ("status", "name") for side in ("", ".before", ".after")),
    *(f"{_CHANGES}.custom.{side}.{name}" for side in ("before", "after") for name in ("aStr", "bStr")),
)
_VALUES = st.sampled_from(_WRITTEN)
_FIELDS = st.sampled_from(_READ)
_CONDITIONS = nested_conditions(comparisons(_PATHS, _WRITTEN))
_LISTENERS = st.lists(_CONDITIONS, min_size=1, max_size=2).map(lambda conditions: listener(*conditions))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(_FIELDS, st.one_of(_VALUES, st.just("/#steps.1.other")), min_size=1, max_size=3),
    st.dictionaries(_FIELDS, _VALUES, max_size=4),
    _VALUES,
    _LISTENERS,
)
def test_no_run_gets_beyond_a_trigger_that_it_cannot_and_each_that_must_does(
    written: dict[str, Any], before: dict[str, Any], other: object, listens: dict[str, Any]
) -> None:
    writes_it = writer(**_nested(written))
    state = followed(writes_it, listens, other=other, **_nested(before))
    begun = started(state)
    if not begun or state.question is not None:
        return
    graph = OrganisationGraph.of(analysis_of(writes_it, listens))
    writing, listening = graph.summaries
    (effect,) = graph.summaries[writing].effects
    reach = graph.verdict(effect, listening).reach
    if reach is Reach.MAY:
        reach = starts(graph.flow_of(listening), effect, graph.summaries[listening].filter)
    assert begun[0].target or reach is not Reach.MUST
    values = {field: other if value == "/#steps.1.other" else value for field, value in written.items()}
    if all(repr(before.get(field)) != repr(value) for field, value in values.items()):  # else it did not change
        assert not begun[0].target or reach is not Reach.CANNOT


def _nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    custom = {field.removeprefix("custom."): value for field, value in fields.items() if "." in field}
    plain = {field: value for field, value in fields.items() if "." not in field}
    return {**plain, **({"custom": custom} if custom else {})}


def test_what_a_run_knows_of_an_object_is_not_looked_for_in_all_that_its_steps_gave() -> None:
    def calls(number: int) -> int:
        ways = [[to(f"s{at + 1}")] if at + 1 < number else [] for at in range(number)]
        each = (writes(f"s{at}", *ways[at], id=f"c{at}", status="done") for at in range(number))
        first = begun(workflow("Writer", *each, event=CREATED))
        return counted(lambda: to_the_end(first, number + 3))

    assert calls(200) < 4.4 * calls(50)  # 6, if it is
