"""What holds of every two states of a workflow: the engine confirms each path that is said to be gone or new."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from kustui.review.divergence import IS_RETRIED, UNDECIDED
from kustui.review.event_runs import Event, Place, Side, run_event
from kustui.review.path_changes import compare_paths
from kustui.simulate.scenarios.file import as_file, scenario_of
from kustui.simulate.scenarios.replay import replay
from tests.support.event_scenarios import scenario_of_event
from tests.support.random_apps import ERROR_CASES, LITERALS, NODES, apps
from tests.support.runs import UNJUDGED, organisation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.review.event_runs import EventRun

SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OUTPUTS = st.dictionaries(st.sampled_from(["a", "b", "id", "length"]), LITERALS, max_size=3)
EVENTS = st.builds(
    Event,
    OUTPUTS,
    st.dictionaries(st.builds(Place, st.sampled_from(NODES), st.just(1)), OUTPUTS, max_size=3),
    st.dictionaries(
        st.builds(Place, st.sampled_from(NODES), st.just(1)), st.just({}) | st.just({"status": 404}), max_size=1
    ),
)


_APPS = apps(ERROR_CASES)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """An app, and the same with some steps and perhaps the entry of its first workflow taken from another one."""
    old, other = draw(_APPS), draw(_APPS)
    new = copy.deepcopy(old)
    first, another = new["workflows"][0], other["workflows"][0]
    if draw(st.booleans()):
        first["trigger"] = another["trigger"]
    for step in another["steps"]:
        if draw(st.booleans()):
            places = [index for index, own in enumerate(first["steps"]) if own["id"] == step["id"]]
            first["steps"][places[0] if places else len(first["steps"]) :] = [
                step,
                *(first["steps"][places[0] + 1 :] if places else ()),
            ]
    if len(first["steps"]) > 1 and draw(st.integers(0, 3)) == 0:
        del first["steps"][draw(st.integers(0, len(first["steps"]) - 1))]
    return old, new


def side(definition: Any, renamed: dict[str, str] | None = None) -> Side:
    stage = organisation(definition, settings=UNJUDGED)
    return Side(stage, stage.analysis(stage.collection.entries[0].key), renamed or {})


def replayed(one: Side, event: Event, run: EventRun) -> tuple[tuple[str, bool], ...]:
    """The steps of the first run of an event, as a scenario makes it."""
    entries = replay(as_file(scenario_of(scenario_of_event(event, run, one))), one.organisation, 200).entries
    steps = tuple((one.id_now(entry.node), entry.failure is not None) for entry in entries if entry.run == 1)
    return steps[: len(run.path.steps)] if run.path.end == IS_RETRIED else steps


@SLOW
@given(pairs(), st.lists(EVENTS, min_size=10, max_size=10))
def test_the_engine_confirms_every_change_and_no_event_takes_a_path_that_is_gone(
    pair: tuple[Any, Any], others: list[Event]
) -> None:
    old, new = map(side, pair)
    note(json.dumps(pair))
    result = compare_paths(old, new)
    gone = {change.old.path for change in result.changes if change.is_gone}
    came = {change.new.path for change in result.changes if change.is_new}
    for change in result.changes:
        note(f"{change.kind} {change.sentence}")
        for one, run in ((old, change.old), (new, change.new)):
            assert replayed(one, change.event, run) == run.path.steps
            assert run.path.end != UNDECIDED
        assert change.old.path != change.new.path
    for event in (*others, *(change.event for change in result.changes)):
        before, now = run_event(old, event), run_event(new, event)
        assert now.path not in gone, event
        assert before.path not in came, event


@SLOW
@given(pairs())
def test_no_part_of_an_event_can_be_left_out(pair: tuple[Any, Any]) -> None:
    old, new = map(side, pair)
    note(json.dumps(pair))
    for change in compare_paths(old, new).changes:
        paths = change.old.path, change.new.path
        for smaller in smaller_events(change.event):
            assert (run_event(old, smaller).path, run_event(new, smaller).path) != paths, smaller


def smaller_events(event: Event) -> Iterator[Event]:
    parts = {"payload": event.payload, "outputs": event.outputs, "failures": event.failures}
    for name, value in parts.items():
        for smaller in without_one(value):
            yield Event(**{**parts, name: smaller})


def without_one(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key in value:
            yield {other: member for other, member in value.items() if other != key}
            for part in without_one(value[key]):
                yield {**value, key: part}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]


@SLOW
@given(apps(ERROR_CASES), st.randoms())
def test_names_order_layout_and_bookkeeping_change_no_behaviour(app: Any, chance: Any) -> None:
    renamed = {"aB3": "zZ9", "eF5": "yY8"}
    text = json.dumps(app, indent=1)
    for before, now in renamed.items():
        text = text.replace(before, now)
    other = json.loads(text)
    first = other["workflows"][0]
    for step in first["steps"]:
        step["meta"] = {"displayName": f"Another {step['id']}"}
    chance.shuffle(first["steps"])
    other["workflows"][0] = {**dict(reversed(first.items())), "name": "renamed", "rev": 7}
    note(json.dumps(app))
    result = compare_paths(side(app, renamed), side(other))
    assert not result.changes, result.changes


@SLOW
@given(pairs())
def test_a_change_is_found_in_both_directions(pair: tuple[Any, Any]) -> None:
    old, new = map(side, pair)
    there, back = compare_paths(old, new), compare_paths(new, old)
    note(json.dumps(pair))
    assert bool(there.changes) is bool(back.changes)
