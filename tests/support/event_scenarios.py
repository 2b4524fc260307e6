"""The event of a change as a scenario, in which the engine makes its run again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.review.event_runs import Place
from kustui.simulate.paths.symbolic import NOT_CHOSEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.review.event_runs import Event, EventRun, Side


def scenario_of_event(event: Event, run: EventRun, side: Side) -> dict[str, Any]:
    """The scenario, as JSON, in which an event makes the run that it made on a side."""
    workflow = side.organisation.name_of(side.analysis.key)
    mocks = [
        {"workflow": workflow, "step": step, "invocation": place.invocation, **outcome}
        for step, place, outcome in _mocked(event, run, side)
    ]
    start = {"workflow": workflow, "payload": dict(event.payload)}
    return {"scenario": "shown", "start": [start], "mocks": mocks}


def _mocked(event: Event, run: EventRun, side: Side) -> Iterator[tuple[str, Place, dict[str, Any]]]:
    """The executions of steps whose outcome was the event's: the id of the step on that side, and the outcome."""
    ids = {side.id_now(id_): id_ for id_ in (TRIGGER_ID, *side.analysis.flow.steps)}
    invocations: Counter[str] = Counter()
    for node, _ in run.path.steps:
        invocations[node] += 1
        place, id_ = Place(node, invocations[node]), ids[node]
        part = side.analysis.flow.part(id_)
        if not isinstance(part, Step) or part.action is None:
            continue
        if place in event.failures:
            yield id_, place, {"fails": dict(event.failures[place])}
        elif part.action not in NOT_CHOSEN:
            yield id_, place, {"returns": event.outputs.get(place, {})}
