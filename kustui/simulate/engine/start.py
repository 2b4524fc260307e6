"""A rehearsal that nobody has written down: what starts is chosen, and its payload drafted or given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kustui.analysis.workflow_lookup import named, several, unknown
from kustui.definition.dates import parse_date
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import to_json_value
from kustui.errors import KustuiError
from kustui.simulate.engine.state import DEFAULT_START
from kustui.simulate.paths import drafts
from kustui.simulate.paths.draft_targets import target_values
from kustui.simulate.scenarios.json_file import JsonFileError, read_json
from kustui.simulate.scenarios.model import Beginning, Scenario
from kustui.simulate.scenarios.read import as_file
from kustui.text.json_words import kind, quoted

if TYPE_CHECKING:
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.scenarios.read import ScenarioFile

_MOST_LISTED = 20


class RehearsalError(KustuiError):
    """Why nothing can be rehearsed, in lines for a person."""


def default_scenario(
    organisation: Organisation,
    workflow: str | None = None,
    payload: tuple[str, bytes] | None = None,
    seed: str = "",
) -> ScenarioFile:
    """The scenario of one workflow, or of the only event there is, started once. ``payload`` is a file and its bytes.

    Raises RehearsalError.
    """
    members, event = _chosen(organisation, workflow)
    given = None if payload is None else read_payload(*payload)
    start = Beginning(
        event=event or None,
        workflow=None if event else organisation.name_of(members[0].key),
        payload=draft_payload(*members) if given is None else given,
        drafted=given is None,
    )
    title = f"{event or members[0].title} is rehearsed"
    return as_file(Scenario(scenario=title, seed=seed, start=(start,)))


def draft_payload(*members: Member, began: str = DEFAULT_START) -> dict[str, Any]:
    """The payload of an event, from all that the workflows read which it starts; or the inputs of a callable."""
    now = parse_date(began) or 0
    found: dict[str, Any] = {}
    for member in reversed(members):
        targets = target_values(member, TRIGGER_ID, {"steps": {}, "variables": {}}, now)
        found = _merged(found, drafts.payload(member, now, targets))
    written: dict[str, Any] = to_json_value(found)
    return written


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Both, the other's values where both have some."""
    merged = dict(one)
    for name, value in other.items():
        there = merged.get(name)
        merged[name] = _merged(there, value) if isinstance(there, Mapping) and isinstance(value, Mapping) else value
    return merged


def read_payload(path: str, raw: bytes) -> dict[str, Any]:
    """The payload that a file holds. Raises RehearsalError, with the place."""
    try:
        _, value = read_json(path, raw, "a payload")
    except JsonFileError as error:
        raise RehearsalError(*error.lines) from error
    if not isinstance(value, dict):
        raise RehearsalError(f"{path}:1:1: a payload is an object, found {kind(value)}: write {{…}}")
    return value


def find_workflow(organisation: Organisation, workflow: str) -> Member:
    """The one workflow of a name or id. Raises RehearsalError."""
    found = named(organisation.collection, workflow)
    if not found:
        raise RehearsalError(unknown(organisation.collection, workflow))
    if len(found) > 1:
        raise RehearsalError(*several(organisation.collection, workflow, found))
    return organisation.member(found[0].key)


def _chosen(organisation: Organisation, workflow: str | None) -> tuple[list[Member], str]:
    """The workflows that start, and the event that starts them, or an empty string for a single workflow."""
    if workflow is not None:
        return [find_workflow(organisation, workflow)], ""
    entries = organisation.collection.entries
    events = organisation.events
    if len(events) == 1:
        return [organisation.member(key) for key in organisation.listeners(events[0])], events[0]
    if not events and len(entries) == 1:
        return [organisation.member(entries[0].key)], ""
    keys = [key for event in events for key in organisation.listeners(event)] or [entry.key for entry in entries]
    listed = ", ".join(quoted(organisation.name_of(key)) for key in keys[:_MOST_LISTED])
    more = f" and {len(keys) - _MOST_LISTED} more" if len(keys) > _MOST_LISTED else ""
    raise RehearsalError(f"name the one to rehearse with --workflow: {listed}{more}")
