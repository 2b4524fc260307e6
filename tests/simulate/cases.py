"""Rehearsals in a few words, as the tests of the simulator need them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kustui.check.settings import Settings
from kustui.definition.collection import Collection, document
from kustui.simulate.decisions import Start, Step
from kustui.simulate.engine import advance
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports.json import entry_record
from kustui.simulate.running import stepped
from kustui.simulate.state import State, beginning
from kustui.workspace import Snapshot, examined

if TYPE_CHECKING:
    from kustui.simulate.replaying import Replay
    from kustui.simulate.trace import Entry

EVENT = "kustomer.conversation.update"


def organisation(*definitions: object, settings: Settings | None = None) -> Organisation:
    documents = tuple(document(f"{index}.json", json.dumps(each).encode()) for index, each in enumerate(definitions))
    snapshot = examined(Snapshot(Collection(documents)), settings)
    assert snapshot is not None
    return Organisation(snapshot.collection, settings or Settings(), snapshot.by_entry)


def started(*definitions: object, event: str = EVENT, settings: Settings | None = None, **payload: Any) -> State:
    """A rehearsal whose event has happened, so that its runs are waiting."""
    state = advance(beginning(organisation(*definitions, settings=settings)), Start(payload, event))
    return advance(state, Step())


def to_the_end(state: State, most: int = 200) -> State:
    return [state, *stepped(state, most)][-1]


def entries(state: State) -> list[Entry]:
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
