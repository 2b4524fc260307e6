"""Sessions that follow a scenario, and sessions rebased on an edited definition. No screen in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from kustui.simulate.engine.history import History
from kustui.simulate.engine.state import State
from kustui.simulate.engine.trace import TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioError, ScenarioFile
from kustui.simulate.scenarios.record import TraceTruncatedError, rebase
from kustui.simulate.scenarios.replay import replay, start_scenario
from kustui.tui.rehearsal.session import FollowedScenario, Session


def begin_scenario(session: Session, file: ScenarioFile, key: str) -> Session:
    """At the beginning of a scenario that starts a workflow. Raises ScenarioError."""
    resolved = ResolvedScenario(file, session.organisation)
    history = History((start_scenario(file, session.organisation, resolved),))
    return replace(session, history=history, key=key, scenario=FollowedScenario(file, resolved))


def replay_scenario(session: Session, file: ScenarioFile) -> Session:
    """A scenario replayed to its end, positioned at its first difference if it has any. Raises ScenarioError."""
    states: list[State] = []
    result = replay(file, session.organisation, on_state=states.append)
    resolved = ResolvedScenario(file, session.organisation)
    first = result.differences[0].entry if result.differences else None
    replayed = replace(
        session,
        history=History(tuple(states[:1])),
        key=_first_workflow(session, states[0]),
        scenario=FollowedScenario(file, resolved, result.differences, replayed=True),
    )
    replayed = replayed.after_running(states[1:]) if len(states) > 1 else replayed
    return replayed.at_entry(first) if first is not None else replayed


def _first_workflow(session: Session, state: State) -> str:
    """The workflow that a scenario starts, which gives the rehearsal its name."""
    for due in state.queue.events:
        for key in (due.only_workflow, *session.organisation.listeners(due.event)):
            if key in session.organisation.collection.by_key:
                return key
    return session.key


class RebasedSession(NamedTuple):
    """A session gone through again in another organisation."""

    session: Session
    summary: str
    """What became of it, as a clause for a person."""
    restarted: bool = False
    """Whether it had to begin again."""


def rebase_session(session: Session, organisation: Organisation) -> RebasedSession | None:
    """The session with the definition as it is now; None if its workflow is gone, so that nothing can be rehearsed."""
    if session.scenario is not None and session.scenario.replayed:
        try:
            replayed = replay_scenario(replace(session, organisation=organisation), session.scenario.file)
            return RebasedSession(replayed, "replayed")
        except ScenarioError:
            pass  # it names something that is gone; going through the decisions again says what
    try:
        history = rebase(session.history, organisation)
    except (ScenarioError, TraceTruncatedError) as error:
        if session.key not in organisation.collection.by_key:
            return None
        why = str(error).splitlines()[0] if isinstance(error, TraceTruncatedError) else "what was decided about is gone"
        fresh = replace(Session.begin(organisation, session.key), stop_points=session.stop_points)
        return RebasedSession(fresh, f"it begins again: {why}", restarted=True)
    if session.key not in organisation.collection.by_key:
        return None
    rebased = replace(
        session,
        organisation=organisation,
        history=history,
        scenario=_resolve_again(session.scenario, organisation),
        taken=history.state.taken,
    )
    return RebasedSession(rebased, _compare_traces(session.state.trace, history.state.trace))


def _resolve_again(scenario: FollowedScenario | None, organisation: Organisation) -> FollowedScenario | None:
    if scenario is None:
        return None
    try:
        return FollowedScenario(scenario.file, ResolvedScenario(scenario.file, organisation))
    except ScenarioError:
        return None


def _compare_traces(before: Iterable[TraceEntry], after: Iterable[TraceEntry]) -> str:
    """Whether the rehearsal went the same way again, in words."""
    before, after = [*before], [*after]
    for one, other in zip(before, after, strict=False):
        if _outcome(one) != _outcome(other):
            return f"it goes another way from {other.name or other.title} on"
    if len(after) < len(before):
        return f"it comes to {len(after):,} of {len(before):,} steps"
    return "it goes the same way" if before else "nothing had happened yet"


def _outcome(entry: TraceEntry) -> tuple[object, ...]:
    return entry.kind, entry.title, entry.node, entry.target, entry.ended
