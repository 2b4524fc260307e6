"""What happens in a run, a step at a time (format.md §5, §6)."""

from __future__ import annotations

import json
import random
import tracemalloc
from typing import Any

import pytest
from msgspec.structs import replace

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.definition.platform import RUNS_PER_WINDOW
from kustui.definition.values import MISSING, Undecided
from kustui.simulate.engine.engine import (
    AbandonRun,
    AnswerQuestion,
    ClearOverrides,
    ExecuteStep,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
    advance,
    preview,
    preview_edges,
    start_events,
)
from kustui.simulate.engine.history import Coverage, run_until_stopped
from kustui.simulate.engine.queue import WINDOW, Queue, QueueItem
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.engine.trace import CHUNK, MAX_CHUNKS, EntryKind, OutputSource, Trace
from kustui.simulate.reports.json import entry_record
from tests.support.runs import EVENT, entries, organisation, started, to_the_end, told

ID = "5f8e148232731d0015c14657"
OPEN, DONE = when("eq", "/#steps.1.status", "open"), when("eq", "/#steps.1.status", "done")
UNKNOWN = when("isOpenToday", "/#steps.1.id")


def pointer_of(state: State, target: str) -> str:
    """The pointer of the way from the trigger or step at hand to a step."""
    assert state.run is not None
    assert state.analysis is not None
    (found,) = (edge for edge in state.analysis.flow.declared_edges[state.run.node] if edge.target == target)
    return found.transition.pointer


# Which way a run goes.


def test_the_first_transition_that_holds_wins() -> None:
    state = started(
        workflow("W", step("aB3"), step("cD4"), entry=(to("aB3", DONE), to("cD4"), to("aB3"))), status="open"
    )
    assert told(to_the_end(state)) == [
        "T+0 kustomer.conversation.update: 1",
        "T+0 W: W → cD4",
        "T+0 W: cD4 (no further steps)",
    ]


def test_a_run_is_over_when_no_transition_holds_and_the_trace_has_what_was_compared() -> None:
    state = to_the_end(started(workflow("W", step("aB3"), entry=(to("aB3", DONE),)), status="open"))
    entry = entries(state)[-1]
    assert (entry.ended, state.run, state.finished) == ("no transition holds", None, True)
    (tried,) = entry.tried
    assert tried.verdict is not None
    assert (tried.verdict.holds, [seen.value for seen in tried.verdict.operands]) == (False, ["open", "done"])


def test_an_event_starts_every_enabled_workflow_that_listens_one_after_another() -> None:
    off = {**workflow("Off", step("aB3")), "enabled": False}
    other = workflow("Other", step("aB3"), event="kustomer.note.create")
    state = to_the_end(started(app(workflow("One", step("aB3")), off, other, workflow("Two", step("aB3")))))
    assert [entry.title for entry in entries(state) if entry.kind is EntryKind.START] == ["One", "Two"]


def test_an_event_that_nothing_listens_to_is_told() -> None:
    entry = started(workflow("W", step("aB3")), event="kustomer.note.create").last
    assert entry is not None
    assert entry.notes == ("no enabled workflow here listens to it",)


def test_an_event_can_be_started_while_schedules_are_pending() -> None:
    wait = workflow("W", schedule("aB3", ID))
    state = to_the_end(started(app(wait, called("C", ID, step("cD4")))), 3)
    assert state.queue.runs
    state = to_the_end(advance(state, StartEvent({}, EVENT, after=30 * 60_000)))
    assert [(entry.at // 60_000, entry.title) for entry in entries(state) if entry.kind is EntryKind.START] == [
        (0, "W"),
        (30, "W"),
        (60, "C"),
        (90, "C"),
    ]


# Outputs.


def test_an_output_is_drafted_unless_it_is_given_and_marked_either_way() -> None:
    ask = step("aB3", to("cD4", when("eq", "/#steps.aB3.status", "open")))
    state = to_the_end(started(workflow("W", ask, step("cD4"))), 2)
    drafted = preview(state)
    assert drafted is not None
    assert (drafted.source, drafted.output, drafted.target) == (OutputSource.DRAFTED, {"status": "open"}, "cD4")
    given = preview(advance(state, SetOutput({"status": "shut"})))
    assert given is not None
    assert (given.source, given.output, given.target) == (OutputSource.MOCKED, {"status": "shut"}, "")


def test_what_a_step_adds_is_read_by_later_ones() -> None:
    text = step("cD4", params={"body": "{{{steps.aB3.id}}}", "gone": "/#steps.aB3.gone"})
    state = to_the_end(started(workflow("W", step("aB3", to("cD4")), text)), 2)
    entry = to_the_end(advance(state, SetOutput({"id": "c7"}))).last
    assert entry is not None
    assert entry.params == {"body": "c7"}
    assert [pointer.rpartition("/")[2] for pointer in entry.omitted] == ["gone"]


def test_a_match_is_computed_as_kustomer_would() -> None:
    match = step("aB3", action="kustomer.regex-match.generic", params={"testString": "no 42", "regex": r"\d+"})
    entry = to_the_end(started(workflow("W", match))).last
    assert entry is not None
    assert (entry.source, entry.output) == (OutputSource.COMPUTED, {"match": "42"})


def test_a_variable_is_undecided_unless_somebody_says_what_it_holds() -> None:
    tells = workflow("W", step("aB3", params={"key": "/#variables.v1"}))
    entry = to_the_end(started(tells)).last
    assert entry is not None
    assert isinstance(entry.params["key"], Undecided)
    known = replace(started(tells), variables={"v1": "secret"})
    entry = to_the_end(advance(known, StartEvent({}, EVENT))).last
    assert entry is not None
    assert entry.params == {"key": "secret"}


def test_a_trigger_is_read_as_step_1_whatever_it_calls_itself() -> None:
    odd = workflow("W", step("aB3", params={"x": "/#steps.1.a", "y": "/#steps.start.a"}))
    odd["trigger"]["id"] = "start"
    entry = to_the_end(started(odd, a=7)).last
    assert entry is not None
    assert entry.params == {"x": 7, "y": 7}


def test_a_step_without_an_action_only_branches() -> None:
    branch = {"id": "aB3", "transitions": [to("cD4")]}
    entry = entries(to_the_end(started(workflow("W", branch, step("cD4")))))[-2]
    assert (entry.source, entry.target) == (None, "cD4")


def test_a_published_event_starts_its_workflows_with_its_data() -> None:
    publish = step("aB3", action="kustomer.event.publish", params={"name": "shop.order", "data": {"n": "/#steps.1.n"}})
    listens = workflow("L", step("cD4"), event="shop.order")
    entry = entries(to_the_end(started(app(workflow("W", publish), listens), n=7)))[-2]
    assert (entry.kind, entry.title, entry.output) == (EntryKind.START, "L", {"attributes": {"data": {"n": 7}}})


# Failures.


def test_a_failed_step_takes_its_error_cases_with_the_error_set() -> None:
    gone = when("eq", "/#error.statusCode", 404)
    tell = step("eF5", params={"text": "{{error.message}}"})
    ask = step("aB3", to("cD4"), errorCases=[to("cD4", when("eq", "/#error.statusCode", 500)), to("eF5", gone)])
    state = to_the_end(started(workflow("W", ask, step("cD4"), tell)), 2)
    state = to_the_end(advance(state, SetFailure(404, {"message": "no such order"})))
    failed, told_ = entries(state)[-2:]
    assert (failed.target, failed.failure is not None, len(failed.tried)) == ("eF5", True, 2)
    assert told_.params == {"text": "no such order"}


def test_a_failed_step_without_an_error_case_ends_the_run() -> None:
    state = to_the_end(started(workflow("W", step("aB3", to("cD4")), step("cD4"))), 2)
    entry = to_the_end(advance(state, SetFailure(500))).last
    assert entry is not None
    assert entry.ended == "the step failed and has no error case"


# What cannot be decided is asked.


def test_an_undecided_condition_asks_and_an_answer_goes_on() -> None:
    state = started(workflow("W", step("aB3"), step("cD4"), entry=(to("aB3", UNKNOWN), to("cD4"))))
    asked = advance(advance(state, ExecuteStep()), ExecuteStep())
    assert asked.question is not None
    assert (asked.question.condition, asked.question.why) == (True, 'kustui does not know the operator "isOpenToday"')
    assert len(asked.trace) == 2  # the trigger has run
    for answer, target in ((True, "aB3"), (False, "cD4")):
        entry = advance(advance(asked, AnswerQuestion(asked.question.pointer, answer)), ExecuteStep()).last
        assert entry is not None
        assert entry.target == target


def test_an_undecided_condition_after_one_that_holds_is_not_asked() -> None:
    state = started(workflow("W", step("aB3"), step("cD4"), entry=(to("cD4"), to("aB3", UNKNOWN))))
    assert to_the_end(state).question is None


def test_an_undecided_value_that_the_run_cannot_do_without_is_asked() -> None:
    late = schedule("aB3", ID, runAt={"type": "relative", "value": "/#fn:untilMonday,steps.1.at"})
    state = to_the_end(started(app(workflow("W", late), called("C", ID, step("cD4")))))
    assert state.question is not None
    assert not state.question.condition
    state = to_the_end(advance(state, AnswerQuestion(state.question.pointer, 90)))
    assert told(state)[-1] == "T+90 C: cD4 (no further steps)"


def test_a_run_that_nobody_can_answer_for_is_left_and_the_next_begins() -> None:
    asks = workflow("One", step("aB3"), entry=(to("aB3", UNKNOWN),))
    state = to_the_end(started(app(asks, workflow("Two", step("aB3")))))
    state = to_the_end(advance(state, AbandonRun()))
    assert [entry.kind for entry in entries(state)][1:] == [EntryKind.START, EntryKind.START, EntryKind.STEP]
    assert entries(state)[1].ended == 'kustui does not know the operator "isOpenToday"'
    assert [entry.left for entry in entries(state)][1:] == [True, False, False]


UNDECIDED_AFTER = [
    (schedule("aB3", ID, to("cD4", UNKNOWN), inputs={"a": 1}), "scheduled"),
    (step("aB3", to("cD4", UNKNOWN), action="kustomer.event.publish", params={"name": "made.up"}), "published"),
    (step("aB3", to("cD4", UNKNOWN)), "output"),
    (step("aB3", to("cD4"), to("eF5", UNKNOWN), errorCases=[to("cD4", UNKNOWN)]), "failure"),
]


@pytest.mark.parametrize(("runs", "effect"), UNDECIDED_AFTER, ids=[effect for _, effect in UNDECIDED_AFTER])
def test_a_step_whose_transition_is_undecided_has_run(runs: dict[str, Any], effect: str) -> None:
    state = started(app(workflow("W", runs, step("cD4"), step("eF5")), called("C", ID, step("gH6"))))
    before = advance(advance(state, ExecuteStep()), ExecuteStep())
    if effect == "failure":
        before = advance(before, SetFailure(500))
    asked = advance(before, ExecuteStep())
    assert asked.question is not None
    assert (asked.invocation, asked.run and asked.run.node) == (1, "aB3")
    left = advance(asked, AbandonRun())
    for after in (asked, left):
        assert after.last is not None
        assert after.last.node == "aB3"
        assert getattr(after.last, effect) not in (None, "", MISSING)
        assert len(after.queue.runs) == (effect == "scheduled")
        assert len(after.queue.events) == (effect == "published")
        assert Coverage.of(after).steps.taken == 1
        assert after.invocations.merged["0.json#W"].get("aB3") == 1
        run = after.run or after.last_run
        assert run is not None
        assert ("aB3" in run.outputs) is (effect != "failure")
    assert left.last is not None
    assert (left.last.left, left.last.ended) == (True, asked.question.why)
    # Deciding afterwards is the same as having decided before: it has run once, not twice.
    answer = AnswerQuestion(asked.question.pointer, True)
    late, early = (advance(advance(first, answer), ExecuteStep()) for first in (asked, before))
    assert [entry_record(entry) for entry in late.trace] == [entry_record(entry) for entry in early.trace]
    assert (late.queue, late.invocations, late.taken) == (early.queue, early.invocations, early.taken)


def test_an_event_that_happens_while_a_run_asks_is_not_lost() -> None:
    state = started(workflow("W", step("aB3", to("cD4", UNKNOWN)), step("cD4")))
    asked = to_the_end(state)
    asked = advance(asked, StartEvent({"n": 2}, EVENT))
    assert asked.question is not None
    assert len(asked.queue.starts) == 1
    answered = advance(asked, AnswerQuestion(asked.question.pointer, True))
    assert len(answered.queue.starts) == 1


def test_a_forced_way_is_taken_and_marked_whatever_the_conditions_say() -> None:
    state = started(workflow("W", step("aB3"), step("cD4"), entry=(to("aB3", DONE), to("cD4"))), status="open")
    state = advance(state, ExecuteStep())
    forced = advance(advance(state, ForceEdge(pointer_of(state, "aB3"))), ExecuteStep()).last
    assert forced is not None
    assert (forced.target, forced.forced) == ("aB3", True)
    elsewhere = advance(advance(state, ForceEdge("/steps/0/transitions/0")), ExecuteStep()).last
    assert elsewhere is not None
    assert (elsewhere.target, elsewhere.forced) == ("cD4", False)
    ended = advance(advance(state, ForceEdge("")), ExecuteStep()).last
    assert ended is not None
    assert (ended.target, ended.forced, ended.ended) == ("", True, "forced to end here")


def test_the_table_of_the_step_at_hand_has_every_way_and_what_comes_of_it() -> None:
    edges = to("cD4", when("eq", "/#steps.aB3.status", "open")), to("eF5", UNKNOWN), to("eF5")
    ask = step("aB3", *edges, errorCases=[to("eF5")])
    state = to_the_end(started(workflow("W", ask, step("cD4"), step("eF5"))), 2)
    assert [(tried.target, tried.verdict and tried.verdict.holds) for tried in preview_edges(state)] == [
        ("cD4", True),
        ("eF5", None),
        ("eF5", True),
    ]
    assert [tried.target for tried in preview_edges(advance(state, SetFailure(500)))] == ["eF5"]
    assert preview_edges(to_the_end(state)) == ()


def test_a_plan_is_forgotten_once_asked_to_and_once_carried_out() -> None:
    ask = step("aB3", to("cD4"), errorCases=[])
    state = to_the_end(started(workflow("W", ask, step("cD4"))), 2)
    entry = preview(advance(advance(state, SetFailure(500)), ClearOverrides()))
    assert entry is not None
    assert entry.failure is None
    after = advance(advance(state, SetOutput({"x": 1})), ExecuteStep())
    assert after.run is not None
    assert after.overrides.output is not None
    following = advance(after, ExecuteStep()).last
    assert following is not None
    assert following.source is OutputSource.DRAFTED


# Schedules.


def test_a_scheduled_run_begins_when_it_is_due_with_its_inputs() -> None:
    call = schedule("aB3", ID, inputs={"foo": "/#steps.1.name", "bar": "/#steps.1.gone"})
    state = to_the_end(started(app(workflow("W", call), called("C", ID, step("cD4"))), name="Ann"))
    entry = entries(state)[-2]
    assert (entry.at, entry.kind, entry.output, entry.source) == (
        60 * 60_000,
        EntryKind.START,
        {"foo": "Ann"},
        OutputSource.INPUTS,
    )


def test_the_unit_of_a_relative_run_at_is_a_setting() -> None:
    settings = Settings(relative_unit_minutes=60)
    state = started(app(workflow("W", schedule("aB3", ID)), called("C", ID, step("cD4"))), settings=settings)
    assert to_the_end(state).clock == 60 * 60 * 60_000


def test_a_run_at_may_be_a_date() -> None:
    call = schedule("aB3", ID, runAt={"type": "absolute", "value": "2026-01-05T10:30:00Z"})
    state = to_the_end(started(app(workflow("W", call), called("C", ID, step("cD4")))))
    assert state.clock == 90 * 60_000


@pytest.mark.parametrize(
    ("run_at", "due", "note"),
    [
        (
            {"type": "absolute", "value": "2026-01-05T08:30:00Z"},
            0,
            "runAt lies 30 min in the past, so the run is due at",
        ),
        ("2020-01-05", 0, "in the past"),
        ({"type": "relative", "value": 2, "unit": "hours"}, 2, 'what "unit" does in a runAt is not known'),
        ({"type": "absolute", "value": "2026-01-05T09:00:00Z"}, 0, ""),
    ],
)
def test_what_is_odd_about_a_run_at_is_noted(run_at: Any, due: int, note: str) -> None:
    call = schedule("aB3", ID, runAt=run_at)
    state = to_the_end(started(app(workflow("W", call), called("C", ID, step("cD4")))))
    assert state.clock == due * 60_000
    notes = next(entry for entry in entries(state) if entry.scheduled).notes
    assert note in notes[0] if note else not notes


def test_the_unit_of_a_relative_run_at_is_assumed() -> None:
    definition = app(workflow("W", schedule("aB3", ID)), called("C", ID, step("cD4")))
    for settings, assumed in ((None, "minutes"), (Settings(relative_unit_minutes=60), "units of 60 min")):
        state = to_the_end(started(definition, settings=settings))
        assert f"a relative runAt counts {assumed}" in next(e for e in entries(state) if e.scheduled).assumed


def test_a_workflow_that_is_switched_off_is_rehearsed_with_a_note() -> None:
    off = organisation({**workflow("W", step("aB3")), "enabled": False})
    state = to_the_end(advance(initial_state(off), StartEvent({}, key="0.json#W")))
    assert [entry.node for entry in entries(state)][1:] == ["1", "aB3"]
    assert entries(state)[0].notes == ("the workflow is switched off: Kustomer does not run it",)


@pytest.mark.parametrize("name", [None, "", 3, "/#steps.1.gone", "/#fn:unknown,steps.1.x"])
def test_an_event_without_a_name_is_published_to_nobody_and_noted(name: Any) -> None:
    params = {"data": {}} if name is None else {"name": name, "data": {}}
    entry = to_the_end(started(workflow("W", step("aB3", action="kustomer.event.publish", params=params)))).last
    assert entry is not None
    assert not entry.published
    assert "event" in entry.notes[0]


def test_a_transformation_gives_its_params_back() -> None:
    params = {"status": "/#steps.1.status", "gone": "/#steps.1.gone", "text": "is {{steps.1.status}}"}
    reads = step("cD4", params={"body": "/#steps.aB3.output.text"})
    makes = step("aB3", to("cD4"), action="kustomer.transform.generic", params=params)
    made, read = entries(to_the_end(started(workflow("W", makes, reads), status="open")))[-2:]
    assert (made.output, made.source) == ({"output": {"status": "open", "text": "is open"}}, OutputSource.COMPUTED)
    assert read.params == {"body": "is open"}


def test_a_number_that_javascript_cannot_hold_is_rounded_and_noted() -> None:
    big = step("aB3", params={"a": "/#steps.1.big", "b": 9007199254740993, "c": 2**60, "d": "{{steps.1.big}}"})
    state = to_the_end(started(workflow("W", big), big=12345678901234567890))
    start, entry = entries(state)[-2:]
    assert entry.params == {
        "a": 12345678901234567000,
        "b": 9007199254740992,
        "c": 2**60 + 24,
        "d": "12345678901234567000",
    }
    assert start.notes == (
        "the number 12345678901234567890 cannot be held by JavaScript, which makes it 12345678901234567000",
    )
    assert entry.notes == (
        "the number 9007199254740993 cannot be held by JavaScript, which makes it 9007199254740992",
        "the number 1152921504606846976 cannot be held by JavaScript, which makes it 1152921504606847000",
    )


def test_a_schedule_of_a_workflow_that_is_not_here_goes_on_and_says_so() -> None:
    entry = to_the_end(started(workflow("W", schedule("aB3", ID)))).last
    assert entry is not None
    assert (entry.ended, entry.problem) == ("no further steps", None)
    assert "its run is not rehearsed" in entry.notes[0]


def test_a_switched_off_workflow_never_runs() -> None:
    off = {**called("C", ID, step("cD4")), "enabled": False}
    entry = to_the_end(started(app(workflow("W", schedule("aB3", ID)), off))).last
    assert entry is not None
    assert (entry.kind, entry.ended) == (EntryKind.SKIPPED, "the workflow is switched off")


def test_a_required_input_that_is_missing_is_said_where_it_is_missed() -> None:
    target = called("C", ID, step("cD4"), inputs={"@fooAt": "string"}, required=("@fooAt",))
    state = to_the_end(started(app(workflow("W", schedule("aB3", ID, inputs={"fooAt": "x"})), target)))
    call, start = entries(state)[-3:-1]
    assert call.notes == ('"C" requires "@fooAt", which is not passed',)
    assert start.notes == ('the required input "@fooAt" is missing',)
    assert [problem.rule for problem in call.problems] == ["missing-input"]


def test_many_are_queued_at_once_as_one_after_the_other() -> None:
    due = [5, 0, 3, 3, 0, 9, 5]
    items = [QueueItem(at, number, key="w" * (number % 2)) for number, at in enumerate(due)]
    queue = Queue()
    for item in items:
        queue = queue.plus(item)
    assert Queue().plus(*items) == queue == Queue().plus(*items[:3]).plus(*items[3:])
    stage = organisation(workflow("W", step("first")))
    starts = [StartEvent({"n": at}, EVENT, after=at) for at in due]
    state = initial_state(stage)
    for start in starts:
        state = advance(state, start)
    assert start_events(initial_state(stage), starts).queue == state.queue


def test_a_queue_gives_what_is_due_in_order_whatever_comes_meanwhile_and_earlier_ones_stay() -> None:
    chance, queue, expected, clock = random.Random(1), Queue(), list[QueueItem](), 0
    earlier: list[tuple[Queue, list[QueueItem]]] = []
    kinds = ("w", "")
    for number in range(400):
        earlier.append((queue, expected))
        items = [
            QueueItem(
                clock + chance.randrange(-9, 9), 3 * number + at, key=chance.choice(kinds), cause=chance.choice(kinds)
            )
            for at in range(chance.randrange(4))
        ]
        queue, expected = queue.plus(*items), sorted([*expected, *items])
        taken = queue.next(clock) if chance.randrange(5) else None
        if taken is not None:
            heads = [next((item for item in expected if bool(item.key) is of_run), None) for of_run in (True, False)]
            first = min((item for item in heads if item), key=lambda item: (max(clock, item.at), item.number))
            assert (taken.item, taken.clock) == (first, max(clock, first.at))
            clock, queue, expected = taken.clock, taken.queue, [item for item in expected if item is not first]
    assert len(queue) > 200
    assert all(([*before], len(before)) == (items, len(items)) for before, items in earlier)


def test_a_queue_shares_most_with_those_that_came_before_it() -> None:
    number, queue = 1_000, Queue()
    queues = [queue := queue.plus(QueueItem(at * 7 % 1000, at, key="w")) for at in range(number)]
    queues += [queue := taken.queue for _ in range(number) if (taken := queue.next(10**9)) is not None]
    own = {id(line.items): len(line.items) for each in queues for line in each.runs.lines}
    assert len(queues[-1]) == 0
    assert sum(own.values()) < 20 * number  # 1,000,000, if each has all of it


def test_over_a_thousand_runs_in_a_window_wait_for_the_next_in_order() -> None:
    queue = Queue()
    for number in range(RUNS_PER_WINDOW + 2):
        queue = queue.plus(QueueItem(60_000, number, key="w"))
    queue = queue.plus(QueueItem(120_000, 9_999, event="e"))
    clock, begun = 0, []
    while taken := queue.next(clock):
        clock, queue = taken.clock, taken.queue
        begun.append((taken.clock, taken.item.number, taken.waited))
    assert {at for at, _, _ in begun[:RUNS_PER_WINDOW]} == {60_000}
    assert begun[RUNS_PER_WINDOW:] == [
        (120_000, 9_999, 0),  # an event is no scheduled run, and does not wait
        (WINDOW, RUNS_PER_WINDOW, WINDOW - 60_000),
        (WINDOW, RUNS_PER_WINDOW + 1, WINDOW - 60_000),
    ]


def test_runs_over_the_limit_wait_and_the_trace_says_so() -> None:
    stage = organisation(app(workflow("W", schedule("aB3", ID)), called("C", ID)))
    state = initial_state(stage)
    for _ in range(RUNS_PER_WINDOW + 2):
        state = advance(state, StartEvent({}, EVENT))
    late = [
        (entry.at // 60_000, entry.waited // 60_000)
        for each in run_until_stopped(state, 20_000)
        if (entry := each.last) is not None and entry.waited and each.run is None
    ]
    assert set(late) == {(75, 15)}


def test_a_backlog_is_worked_off_window_by_window_and_what_comes_later_waits_behind_it() -> None:
    queue = Queue()
    for number in range(2 * RUNS_PER_WINDOW + 500):
        queue = queue.plus(QueueItem(0, number, key="w"))
    queue = queue.plus(QueueItem(WINDOW, 9_999, key="w"))  # in time for its window, but for the backlog
    begun: dict[int, list[int]] = {}
    clock = 0
    while taken := queue.next(clock):
        clock, queue = taken.clock, taken.queue
        begun.setdefault(taken.clock // WINDOW, []).append(taken.item.number)
    assert {window: len(numbers) for window, numbers in begun.items()} == {0: 1_000, 1: 1_000, 2: 501}
    assert begun[2][-1] == 9_999


def test_a_window_counts_the_runs_of_all_workflows_together_and_begins_anew_when_none_is_left() -> None:
    queue = Queue()
    for number in range(RUNS_PER_WINDOW + 1):
        queue = queue.plus(QueueItem(0, number, key="w" if number % 2 else "v"))
    queue = queue.plus(QueueItem(3 * WINDOW + 60_000, 9_999, key="v"))
    clock, late = 0, []
    while taken := queue.next(clock):
        clock, queue = taken.clock, taken.queue
        if taken.item.number >= RUNS_PER_WINDOW:
            late.append((taken.clock, taken.waited))
    assert late == [(WINDOW, WINDOW), (3 * WINDOW + 60_000, 0)]


def test_a_run_that_starts_itself_through_an_error_case_never_ends_and_keeps_a_bounded_trace() -> None:
    fails = step("aB3", action="kustomer.rest-api.json", errorCases=[to("cD4", when("eq", "/#error.statusCode", 503))])
    ring = called("C", ID, fails, schedule("cD4", ID, runAt={"type": "relative", "value": 1}))
    state = advance(initial_state(organisation(ring)), StartEvent({}, key=f"0.json#{ID}"))
    while len(state.trace) < 300:
        if state.run is not None and state.run.node == "aB3":
            state = advance(state, SetFailure(503))
        state = advance(state, ExecuteStep())
    assert state.run_count >= 99
    assert (len(state.queue.runs), len(state.waiting)) in ((0, 0), (1, 0))
    assert state.clock == (state.run_count - 1) * 60_000
    assert {entry.failure.status for entry in state.trace if entry.failure is not None} == {503}


def test_an_event_that_brings_itself_about_goes_on_at_the_same_time_until_it_is_cut() -> None:
    publishes = step("aB3", action="kustomer.event.publish", params={"name": EVENT, "data": {}})
    state = to_the_end(started(workflow("W", publishes)), 500)
    assert not state.finished
    assert state.clock == 0
    assert len(state.queue.events) <= 1


@pytest.mark.slow
def test_a_ring_without_end_takes_no_more_memory_the_longer_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kustui.simulate.engine.trace.MAX_CHUNKS", 3)
    stage = organisation(called("C", ID, schedule("aB3", ID, inputs={"n": "{{math steps.1.n '+' 1}}"})))
    state = advance(initial_state(stage), StartEvent({"n": 1}, key=f"0.json#{ID}"))
    held = []
    tracemalloc.start()
    try:
        for _ in range(3):
            goal = len(state.trace) + 1_000
            while len(state.trace) < goal:
                state = advance(state, ExecuteStep())
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[2] - held[1] < 100_000  # 1,000 entries are more than a million bytes
    assert state.last is not None


@pytest.mark.slow
def test_values_that_a_ring_wraps_again_and_again_do_no_harm() -> None:
    ring = called("C", ID, schedule("aB3", ID, inputs={"x": "/#steps.1", "text": "{{steps.[1]}}"}))
    state = to_the_end(advance(initial_state(organisation(ring)), StartEvent({}, key=f"0.json#{ID}")), 1_000)
    assert len(state.trace) > 500  # what doubles with each run has more than fits in memory after fifty
    assert state.last is not None
    assert len(json.dumps(entry_record(state.last))) < 100_000


# What is broken.


@pytest.mark.parametrize(
    ("rule", "definition"),
    [
        ("unknown-target", workflow("W", step("aB3", to("cD5")), step("cD4"))),
        ("malformed-reference", workflow("W", step("aB3", params={"id": "/#step.1"}))),
        ("malformed-template", workflow("W", step("aB3", params={"id": "{{#if steps.1.x}}"}))),
        ("invalid-run-at", app(workflow("W", schedule("aB3", ID, runAt={"type": "relative", "value": -1})))),
        ("unknown-workflow", app(workflow("W", schedule("aB3", ID)))),
        ("loop", workflow("W", step("aB3", to("cD4")), step("cD4", to("aB3")))),
        ("malformed-reference", workflow("W", step("aB3"), entry=(to("aB3", when("eq", "/#steps", 1)),))),
    ],
)
def test_a_run_stops_at_a_broken_place_and_shows_the_problem(rule: str, definition: Any) -> None:
    entry = to_the_end(started(definition)).last
    assert entry is not None
    assert entry.problem is not None
    assert entry.problem.rule == rule
    assert entry.ended == entry.problem.message


def test_a_broken_place_that_no_run_meets_stops_none() -> None:
    state = started(workflow("W", step("aB3"), step("cD4", to("nowhere")), entry=(to("aB3"),)))
    assert told(to_the_end(state))[-1] == "T+0 W: aB3 (no further steps)"


# States are values.


def test_stepping_leaves_earlier_states_as_they_were() -> None:
    state = started(app(workflow("W", schedule("aB3", ID)), called("C", ID, step("cD4"))))
    states = [state, *run_until_stopped(state, 20)]
    before = [told(each) for each in states]
    assert [told(each) for each in [state, *run_until_stopped(state, 20)]] == before
    assert [len(each.trace) for each in states] == [1, 1, 2, 3, 3, 4, 5]


def test_of_a_long_run_each_state_shares_what_it_has_been_through_and_was_given_with_those_before() -> None:
    number = 300
    steps = (step(f"s{at}", *([to(f"s{at + 1}")] if at + 1 < number else [])) for at in range(number))
    states = [*run_until_stopped(started(workflow("W", *steps)), number + 2)]
    assert states[-1].finished
    own = {
        id(layer): len(layer)
        for state in states
        for maps in (
            [each for run in (state.run, state.last_run) if run is not None for each in (run.visited, run.outputs)],
            state.taken.merged.values(),
            state.invocations.merged.values(),
        )
        for each in maps
        for layer in each.layers
    }
    assert sum(own.values()) < 50 * number  # 180,000, if each has all of it


def test_what_was_taken_is_kept_by_workflow() -> None:
    state = to_the_end(started(workflow("W", step("aB3", to("cD4")), step("cD4"), step("eF5"))))
    assert {key: sorted(taken) for key, taken in state.taken.merged.items()} == {
        "0.json#W": ["/steps/0", "/steps/0/transitions/0", "/steps/1", "/trigger", "/trigger/transitions/0"]
    }


def test_coverage_is_that_of_all_rehearsals_together() -> None:
    begun = started(workflow("W", step("aB3"), step("cD4"), entry=(to("aB3", OPEN), to("cD4"))), status="open")
    one = to_the_end(begun)
    other = to_the_end(advance(begun, ExecuteStep()), 0)
    other = to_the_end(advance(other, ForceEdge(pointer_of(other, "cD4"))))
    (covered,) = Coverage.of(one).workflows
    assert (covered.steps, covered.untaken_steps, len(covered.untaken_edges)) == ((1, 2), ("cD4",), 1)
    assert (Coverage.of(one, other).steps, Coverage.of(one, other).edges) == ((2, 2), (2, 2))
    assert Coverage.of().workflows == ()


def test_a_decision_that_means_nothing_changes_nothing() -> None:
    state = to_the_end(started(workflow("W", step("aB3"))))
    for decision in (
        ExecuteStep(),
        SetOutput(1),
        SetFailure(),
        ForceEdge("/x"),
        AnswerQuestion("/x", 1),
        AbandonRun(),
        ClearOverrides(),
    ):
        assert advance(state, decision) is state


def test_a_long_trace_keeps_the_latest_and_counts_all() -> None:
    entry = started(workflow("W", step("aB3"))).last
    assert entry is not None
    trace = Trace()
    most = CHUNK * (MAX_CHUNKS + 3)
    for number in range(most):
        trace = trace.plus(replace(entry, number=number))
    kept = [each.number for each in trace]
    assert len(trace) == most
    assert kept == list(range(most - len(kept), most))
    assert CHUNK * (MAX_CHUNKS - 1) <= len(kept) <= CHUNK * (MAX_CHUNKS + 1)


def test_a_rehearsal_of_an_organisation_has_the_events_that_start_something() -> None:
    found = organisation(app(workflow("W", step("aB3")), called("C", ID, step("cD4"))))
    assert found.events == (EVENT,)
