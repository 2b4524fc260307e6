"""Rehearsals in a few words, as the tests of the simulator need them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, document
from kustui.simulate.engine.decisions import Start, Step
from kustui.simulate.engine.engine import advance
from kustui.simulate.engine.organisation import Organisation
from kustui.simulate.engine.state import State, beginning
from kustui.simulate.engine.stepping import stepped
from kustui.simulate.engine.trace import Kind
from kustui.simulate.paths.explore import proposal_of
from kustui.simulate.paths.scenario_from_path import expecting
from kustui.simulate.reports.json import entry_record
from kustui.simulate.scenarios.read import read
from kustui.simulate.scenarios.replay import replay
from kustui.workspace.snapshot import Snapshot, examined

if TYPE_CHECKING:
    from kustui.simulate.engine.trace import Entry
    from kustui.simulate.paths.explore import Path
    from kustui.simulate.scenarios.replay import Replay

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


def follows(stage: Organisation, path: Path) -> bool:
    """Asserts that the scenario of a path, saved and read again, goes that path in all its runs with nothing forced,
    and that its own expectations hold; whether it does. What cannot be gone so has to be said."""
    proposal = proposal_of(stage, path)
    assert (proposal.scenario is None) is (not path.prospect.worlds)
    if proposal.scenario is None:
        return False
    written = expecting(stage, proposal.scenario).model_dump_json(by_alias=True, exclude_unset=True)
    came = replay(read("path.scenario.json", written.encode()), stage, 300)
    assert came.cut or came.held, came.differences
    if proposal.stops:
        assert any(each.broken or each.kind is Kind.LEFT for each in came.entries), proposal.stops
        return False
    runs: dict[int, list[Entry]] = {}
    for each in came.entries:
        if each.run:
            runs.setdefault(each.run, []).append(each)
    numbers = iter(runs.values())
    for number, passage in enumerate(path.prospect.runs):
        found = next(each for each in numbers if each[0].key == passage.member.key)  # others may come between
        legs = [leg for leg in path.prospect.legs if leg.run == number]
        assert [(each.node, each.failure is not None) for each in found] == [(leg.node, leg.fails) for leg in legs]
        if not proposal.forced:
            assert [each.taken for each in found] == [leg.edge.transition.pointer if leg.edge else "" for leg in legs]
            assert not any(each.forced for each in found)
    return not proposal.forced
