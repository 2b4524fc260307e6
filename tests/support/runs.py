"""Rehearsals in a few words, as the tests of the simulator need them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kustui.check.rule import app, called, schedule
from kustui.check.rules import RULES
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, read_document
from kustui.simulate.engine.engine import ExecuteStep, StartEvent, advance
from kustui.simulate.engine.history import run_until_stopped
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports.json import entry_record
from kustui.simulate.scenarios.explore import build_path_scenario
from kustui.simulate.scenarios.file import read
from kustui.simulate.scenarios.path_scenario import with_expectations
from kustui.simulate.scenarios.replay import replay
from kustui.workspace.snapshot import CheckOptions, Snapshot, check_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kustui.simulate.engine.trace import TraceEntry
    from kustui.simulate.scenarios.explore import ExploredPath
    from kustui.simulate.scenarios.replay import Replay

EVENT = "kustomer.conversation.update"
UNJUDGED = Settings(severities=dict.fromkeys(RULES))
"""Without a rule: a rehearsal that shows no problems takes half the time to set up."""
_RING_ID = "5f8e148232731d0015c14658"
RING = app(called("Ring", _RING_ID, schedule("rI1", _RING_ID)))
"""A workflow that schedules itself for ever."""


def ring_scenario(title: str, steps: int) -> bytes:
    """The text of a scenario of so many steps of the ring."""
    content = {"scenario": title, "start": [{"workflow": "Ring"}], "maxSteps": steps, "expect": {"cut": True}}
    return json.dumps(content, indent=2).encode()


def organisation(*definitions: object, settings: Settings | None = None) -> Organisation:
    documents = tuple(
        read_document(f"{index}.json", json.dumps(each).encode()) for index, each in enumerate(definitions)
    )
    snapshot = check_snapshot(Snapshot(Collection(documents)), CheckOptions(settings))
    assert snapshot is not None
    return Organisation(snapshot.analyses, snapshot.by_entry)


def started(*definitions: object, event: str = EVENT, settings: Settings | None = None, **payload: Any) -> State:
    """A rehearsal whose event has happened, so that its runs are waiting."""
    state = advance(initial_state(organisation(*definitions, settings=settings)), StartEvent(payload, event))
    return advance(state, ExecuteStep())


def to_the_end(state: State, most: int = 200) -> State:
    return [state, *run_until_stopped(state, most)][-1]


def entries(state: State) -> list[TraceEntry]:
    return list(state.trace)


def told(state: State) -> list[str]:
    """Each entry as ``T+60 workflow: step → target`` or why it is over."""
    return [
        f"T+{entry.at / 60_000:g} {entry.title or entry.name}: {entry.name if entry.key else len(entry.started)}"
        + (f" → {entry.target}" if entry.target else f" ({entry.ended})" if entry.ended else "")
        for entry in state.trace
    ]


def compact(replay: Replay) -> str:
    """The trace of a rehearsal as one text that is the same byte for byte whenever the rehearsal is."""
    return json.dumps([entry_record(entry) for entry in replay.entries], sort_keys=True)


def ends_in_unhandled_failure(path: ExploredPath) -> bool:
    """Whether the last run ends as a step fails and no error case follows."""
    last = path.workflow_path.steps[-1]
    return last.fails and last.edge is None and last.error_case is None


def handled(paths: Iterable[ExploredPath]) -> list[ExploredPath]:
    """Those on which no step fails without an error case that follows."""
    return [path for path in paths if not ends_in_unhandled_failure(path)]


def follows(stage: Organisation, path: ExploredPath) -> bool:
    """Asserts that the scenario of a path, saved and read again, goes that path in all its runs with nothing forced,
    and that its own expectations hold; whether it does. What cannot be gone so has to be said."""
    path_scenario = build_path_scenario(stage, path)
    assert (path_scenario.scenario is None) is (not path.workflow_path.solutions)
    if path_scenario.scenario is None:
        return False
    written = with_expectations(stage, path_scenario.scenario).model_dump_json(by_alias=True, exclude_unset=True)
    came = replay(read("path.scenario.json", written.encode()), stage, 300)
    assert came.cut or came.held, came.differences
    if path_scenario.stops:
        assert any(each.broken or each.left for each in came.entries), path_scenario.stops
        return False
    runs: dict[int, list[TraceEntry]] = {}
    for each in came.entries:
        if each.run:
            runs.setdefault(each.run, []).append(each)
    numbers = iter(runs.values())
    for number, path_run in enumerate(path.workflow_path.runs):
        found = next(each for each in numbers if each[0].key == path_run.analysis.key)  # others may come between
        steps = [path_step for path_step in path.workflow_path.steps if path_step.run == number]
        if any(path_step.choice == "retry-workflow" for path_step in steps):
            found = found[: len(steps)]  # the path ends there, and the run begins again
        assert [(each.node, each.failure is not None) for each in found] == [
            (path_step.node, path_step.fails) for path_step in steps
        ]
        if not path_scenario.forced:
            assert [each.taken for each in found] == [
                path_step.edge.transition.pointer if path_step.edge else "" for path_step in steps
            ]
            assert not any(each.forced for each in found)
    return not path_scenario.forced
