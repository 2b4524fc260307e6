"""A rehearsal as a scenario: replayed, it makes the same trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustui.definition.dates import iso_date
from kustui.definition.values import to_json_value
from kustui.errors import KustuiError
from kustui.simulate.engine.coverage import Coverage
from kustui.simulate.engine.state import DEFAULT_START
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.engine.queue import QueueItem
    from kustui.simulate.engine.state import State

_MINUTE = 60_000


class TraceTruncatedError(KustuiError):
    """The rehearsal was so long that its beginning is no longer there to be saved."""


def record_scenario(title: str, state: State, entries: Sequence[TraceEntry] | None = None) -> dict[str, Any]:
    """The JSON of a scenario for all that has happened, with expectations that it meets.

    Without ``entries`` the state's own trace is saved. Raises TraceTruncatedError where that has lost its beginning.
    """
    if entries is None:
        if state.trace.dropped:
            raise TraceTruncatedError("the rehearsal is too long to be saved: its first steps are no longer kept")
        entries = tuple(state.trace)
    organisation = state.organisation
    began = iso_date(state.began).replace(".000Z", "Z")
    coverage = Coverage.of(state)
    return {
        "scenario": title,
        **({"begins": began} if began != DEFAULT_START else {}),
        **({"seed": state.seed} if state.seed else {}),
        **({"variables": to_json_value(dict(state.variables))} if state.variables else {}),
        "start": [
            *(_start(organisation, entry) for entry in entries if entry.kind is EntryKind.EVENT and not entry.cause),
            *(_start_of(organisation, due) for due in state.queue.events if not due.cause),
        ],
        **_unless_empty("mocks", (_mock(organisation, entry) for entry in entries if _mocked(entry))),
        **_unless_empty("choices", (choice for entry in entries for choice in _choices(organisation, entry))),
        "expect": {
            "path": _path(organisation, entries),
            "scheduled": [_scheduled(organisation, entry) for entry in entries if entry.scheduled is not None],
            "coverage": {"steps": int(coverage.steps.percent), "transitions": int(coverage.edges.percent)},
        },
    }


def _unless_empty(name: str, parts: Iterable[Any]) -> dict[str, Any]:
    found = list(parts)
    return {name: found} if found else {}


def _start(organisation: Organisation, entry: TraceEntry) -> dict[str, Any]:
    drafted = entry.mark is OutputSource.DRAFTED
    return _beginning(organisation, entry.at, entry.name, entry.key, entry.output, drafted=drafted)


def _start_of(organisation: Organisation, due: QueueItem) -> dict[str, Any]:
    """An event that has not happened yet."""
    return _beginning(organisation, due.at, due.event, due.alone, due.payload, drafted=due.drafted)


def _beginning(
    organisation: Organisation, at: int, event: str, alone: str, payload: Any, *, drafted: bool
) -> dict[str, Any]:
    what = {"workflow": organisation.name_of(alone)} if alone else {"event": event}
    after = {"after": _minutes(at)} if at else {}
    return {**after, **what, "payload": to_json_value(payload), **({"drafted": True} if drafted else {})}


def _mocked(entry: TraceEntry) -> bool:
    return entry.kind is EntryKind.STEP and (
        entry.failure is not None or entry.mark in (OutputSource.MOCKED, OutputSource.DRAFTED)
    )


def _mock(organisation: Organisation, entry: TraceEntry) -> dict[str, Any]:
    place = {**_place(organisation, entry), "invocation": entry.invocation}
    if entry.failure is not None:
        status = {} if entry.failure.status is None else {"status": entry.failure.status}
        body = {} if entry.failure.body is None else {"body": to_json_value(entry.failure.body)}
        return {**place, "fails": {**status, **body}}
    return {
        **place,
        "returns": to_json_value(entry.output),
        **({"drafted": True} if entry.mark is OutputSource.DRAFTED else {}),
    }


def _choices(organisation: Organisation, entry: TraceEntry) -> Iterable[dict[str, Any]]:
    if not entry.run:
        return
    member = organisation.member(entry.key)
    place = {**_place(organisation, entry), "invocation": entry.invocation}
    for pointer, answer in entry.answers.items():
        yield {**place, "at": pointer.removeprefix(member.entry.item.pointer), "answer": to_json_value(answer)}
    if entry.forced:
        edge = next((tried for tried in entry.tried if tried.pointer == entry.taken), None)
        yield {**place, "take": edge.target if edge else None}
    if entry.kind is EntryKind.LEFT:
        yield {**place, "leave": entry.ended}


def _path(organisation: Organisation, entries: Iterable[TraceEntry]) -> list[dict[str, Any]]:
    runs: dict[int, dict[str, Any]] = {}
    for entry in entries:
        if entry.run:
            run = runs.setdefault(entry.run, {"workflow": organisation.name_of(entry.key), "steps": []})
            if entry.kind is EntryKind.STEP:
                run["steps"].append(entry.node)
    return list(runs.values())


def _scheduled(organisation: Organisation, entry: TraceEntry) -> dict[str, Any]:
    told = entry.scheduled
    assert told is not None, "only those that schedule are looked at"
    name = organisation.name_of(told.key) if told.key else told.workflow_id
    return {"workflow": name, "at": _minutes(told.due), "inputs": to_json_value(told.inputs)}


def _place(organisation: Organisation, entry: TraceEntry) -> dict[str, Any]:
    return {"workflow": organisation.name_of(entry.key), "step": entry.node}


def _minutes(milliseconds: int) -> int | float:
    minutes = milliseconds / _MINUTE
    return int(minutes) if minutes.is_integer() else minutes
