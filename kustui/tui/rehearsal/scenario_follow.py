"""Sessions that follow a scenario, and one carried over to a definition that was edited meanwhile. No screen here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kustui.simulate.engine.history import History
from kustui.simulate.scenarios.file import ResolvedScenario, ScenarioError
from kustui.simulate.scenarios.record import TraceTruncatedError
from kustui.simulate.scenarios.replay import rebase, replay, start_scenario
from kustui.tui.rehearsal.session import LinkFollowed, Session

if TYPE_CHECKING:
    from kustui.simulate.engine.state import State
    from kustui.simulate.engine.trace import TraceEntry
    from kustui.simulate.organisation import Organisation
    from kustui.simulate.scenarios.file import ScenarioFile


def starting(session: Session, file: ScenarioFile, key: str) -> Session:
    """At the beginning of a scenario that starts a workflow. Raises ScenarioError."""
    cast = ResolvedScenario(file, session.organisation)
    history = History((start_scenario(file, session.organisation, cast),))
    return replace(session, history=history, key=key, follows=LinkFollowed(file, cast))


def following(session: Session, file: ScenarioFile) -> Session:
    """A scenario gone through, looked at where it first comes otherwise than it says, else at its end.

    Raises ScenarioError.
    """
    states: list[State] = []
    came = replay(file, session.organisation, on_state=states.append)
    cast = ResolvedScenario(file, session.organisation)
    first = came.differences[0].entry if came.differences else None
    found = replace(
        session,
        history=History(tuple(states[:1])),
        key=_starting(session, states[0]),
        follows=LinkFollowed(file, cast, came.differences, replayed=True),
    )
    found = found.went(states[1:]) if len(states) > 1 else found
    return found.at_entry(first) if first is not None else found


def _starting(session: Session, state: State) -> str:
    """The workflow that a rehearsal begins with, which gives it its name."""
    for due in state.queue.events:
        for key in (due.only_workflow, *session.organisation.listeners(due.event)):
            if key in session.organisation.collection.by_key:
                return key
    return session.key


class Carried(NamedTuple):
    """What has become of a session in another organisation."""

    session: Session
    told: str
    """In a clause, for a person."""
    lost: bool = False
    """Whether it had to begin again."""


def carried(session: Session, organisation: Organisation) -> Carried | None:
    """The session with the definition as it is now; None where its workflow is gone, and nothing can be rehearsed."""
    if session.follows is not None and session.follows.replayed:
        try:
            return Carried(following(replace(session, organisation=organisation), session.follows.file), "replayed")
        except ScenarioError:
            pass  # it names what is gone: told below, where what was decided is gone through
    try:
        history = rebase(session.history, organisation)
    except (ScenarioError, TraceTruncatedError) as error:
        if session.key not in organisation.collection.by_key:
            return None
        why = str(error).splitlines()[0] if isinstance(error, TraceTruncatedError) else "what was decided about is gone"
        fresh = replace(Session.of(organisation, session.key), stops=session.stops)
        return Carried(fresh, f"it begins again: {why}", lost=True)
    taken = history.state.taken
    if session.key not in organisation.collection.by_key:
        return None
    found = replace(
        session, organisation=organisation, history=history, follows=_cast_again(session, organisation), taken=taken
    )
    return Carried(found, _compared(tuple(session.state.trace), tuple(history.state.trace)))


def _cast_again(session: Session, organisation: Organisation) -> LinkFollowed | None:
    if session.follows is None:
        return None
    try:
        return LinkFollowed(session.follows.file, ResolvedScenario(session.follows.file, organisation))
    except ScenarioError:
        return None


def _compared(before: tuple[TraceEntry, ...], now: tuple[TraceEntry, ...]) -> str:
    """Whether the rehearsal went the same way again."""
    for one, other in zip(before, now, strict=False):
        if (one.kind, one.title, one.node, one.target, one.ended) != (
            other.kind,
            other.title,
            other.node,
            other.target,
            other.ended,
        ):
            return f"it goes another way from {other.name or other.title} on"
    if len(now) < len(before):
        return f"it comes to {len(now):,} of {len(before):,} steps"
    return "it goes the same way" if before else "nothing had happened yet"
