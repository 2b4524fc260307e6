"""A scenario for a way through workflows: what it needs is drafted, and whatever it does not do by itself is forced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.models import TRIGGER_ID, Step
from kustui.simulate.engine.decisions import Force
from kustui.simulate.engine.state import BEGAN
from kustui.simulate.engine.trace import Kind
from kustui.simulate.paths import drafts
from kustui.simulate.paths.path_search import COMPUTED, Leg, Prospect
from kustui.simulate.paths.provenance import failure_of
from kustui.simulate.reports.words import why
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.read import Cast, as_file
from kustui.simulate.scenarios.record import saved
from kustui.simulate.scenarios.replay import begun, carried_on, replay
from kustui.simulate.values.context import Surroundings
from kustui.simulate.values.dates import instant
from kustui.simulate.values.plain import plain
from kustui.simulate.values.resolve import resolved
from kustui.simulate.values.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.analysis.inferred_fields import Fields
    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.engine.trace import Entry
    from kustui.simulate.paths.path_runs import Passage
    from kustui.simulate.paths.path_search import World

_MOST_STEPS = 300
_MOST_WORLDS = 3
"""Combinations that are rehearsed before a way is forced."""


class Forced(NamedTuple):
    """A trigger or a step that no value is known to lead on from."""

    member: Member
    node: str
    why: str
    """What comes of it otherwise, in a clause."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A scenario that goes a way, and how far."""

    scenario: Scenario | None
    """None where the way contradicts itself."""
    forced: tuple[Forced, ...] = ()
    stops: str = ""
    """Why a rehearsal does not come to the way's end even so, in a clause; empty where it does."""


def proposed(organisation: Organisation, prospect: Prospect, title: str) -> Proposal:
    """A scenario that goes a way, its payload and answers drafted, and where they lead elsewhere the way forced."""
    first: Proposal | None = None
    for world in prospect.worlds[:_MOST_WORLDS]:
        found = _proposed(organisation, prospect, world, title)
        if not found.forced and not found.stops:
            return found
        first = first or found
        if world.solution.open:
            break  # the others leave open as much
    return first or Proposal(None)


def _proposed(organisation: Organisation, prospect: Prospect, world: World, title: str) -> Proposal:
    written = _drafted(organisation, prospect, world, title)
    forced, stops = _gone(organisation, prospect, Scenario.model_validate(written))
    counts = _invocations(prospect)
    choices = []
    for index in forced:
        leg = prospect.legs[index]
        place = {"workflow": organisation.name_of(prospect.runs[leg.run].member.key), "step": leg.node}
        target = leg.edge.target if leg.edge is not None else None
        choices.append({**place, "invocation": counts[index], "take": target})
    scenario = Scenario.model_validate({**written, **({"choices": choices} if choices else {})})
    return Proposal(scenario, tuple(forced.values()), stops)


def expecting(organisation: Organisation, scenario: Scenario) -> Scenario:
    """The same with all that comes of it, what it schedules included, written down; as it is where that never ends."""
    came = replay(as_file(scenario), organisation, _MOST_STEPS)
    if came.cut:
        return scenario
    return Scenario.model_validate(saved(scenario.scenario, came.state, came.entries))


def _invocations(prospect: Prospect) -> list[int]:
    """Which time each leg's trigger or step is carried out, in the order of the way."""
    counts: dict[tuple[str, str], int] = {}
    found = []
    for leg in prospect.legs:
        place = (prospect.runs[leg.run].member.key, leg.node)
        counts[place] = counts.get(place, 0) + 1
        found.append(counts[place])
    return found


def _drafted(organisation: Organisation, prospect: Prospect, world: World, title: str) -> dict[str, Any]:
    values = world.solution.values
    began = instant(BEGAN) or 0
    member = prospect.runs[0].member
    payload = drafts.payload(member, began, _aims(world, 0, TRIGGER_ID))
    datas = [_data(payload)]
    mocks = []
    for leg, invocation in zip(prospect.legs, _invocations(prospect), strict=True):
        passage = prospect.runs[leg.run]
        now = began + passage.due
        if leg.run == len(datas):
            datas.append(_handed(passage, datas, now))
        step = passage.member.flow.part(leg.node)
        if not isinstance(step, Step) or step.action is None:
            continue
        place = {"workflow": organisation.name_of(passage.member.key), "step": step.id, "invocation": invocation}
        if leg.fails:
            failure = failure_of(values, leg.run, leg.node)
            told = {"status": failure.status, "body": failure.body}
            mocks.append({**place, "fails": {name: value for name, value in told.items() if value is not None}})
        elif step.action not in COMPUTED:
            output = _output(passage.member, step, datas[leg.run], now, _aims(world, leg.run, step.id))
            datas[leg.run]["steps"][step.id] = output
            mocks.append({**place, "returns": plain(output), "drafted": True})
    return {
        "scenario": title,
        "start": [{"workflow": organisation.name_of(member.key), "payload": plain(payload), "drafted": True}],
        **({"mocks": mocks} if mocks else {}),
    }


def _data(payload: Any) -> dict[str, Any]:
    return {"steps": {TRIGGER_ID: payload}, "variables": {}}


def _handed(passage: Passage, datas: Sequence[Mapping[str, Any]], now: int) -> dict[str, Any]:
    scene = passage.scheduled_in
    assert scene is not None, "all but the first are scheduled"
    handed = resolved(passage.inputs, Surroundings(datas[scene.run], now))
    return _data(handed if isinstance(handed, Mapping) else {})


def _output(member: Member, step: Step, data: Mapping[str, Any], now: int, aims: Mapping[Fields, Any]) -> Any:
    if () in aims and aims[()] != {}:
        return None if aims[()] is MISSING else aims[()]
    return drafts.output(member, step, data, now, {fields: value for fields, value in aims.items() if fields})


def _aims(world: World, run: int, node: str) -> Mapping[Fields, Any]:
    return {
        origin.fields: value
        for origin, value in world.solution.values.items()
        if (origin.run, origin.node, origin.failure) == (run, node, False)
    }


def _gone(organisation: Organisation, prospect: Prospect, scenario: Scenario) -> tuple[dict[int, Forced], str]:
    """The legs at which the rehearsal of a scenario has to be forced, by their place on the way; and why it does not
    come to the way's end even so, or an empty string."""
    file = as_file(scenario)
    cast = Cast(file, organisation)
    itinerary = _Itinerary(prospect)
    forced: dict[int, Forced] = {}
    state = begun(file, organisation, cast)
    while not state.finished and len(state.trace) < _MOST_STEPS and not itinerary.done:
        after = carried_on(state, cast)
        entry = after.last if len(after.trace) > len(state.trace) else None
        index = itinerary.place_of(entry) if entry is not None else None
        if entry is not None and index is not None and not _goes(entry, prospect.legs[index]):
            leg = prospect.legs[index]
            after = carried_on(state, cast, Force(leg.edge.transition.pointer if leg.edge is not None else ""))
            if after.last is None or not _goes(after.last, leg):  # not even that helps
                return forced, _instead(after.last or entry)
            forced[index] = Forced(prospect.runs[leg.run].member, leg.node, _instead(entry))
        state = after
    return forced, "" if itinerary.done else "a run of it does not begin"


class _Itinerary:
    """Which leg of a way is gone with each entry of a rehearsal, in which other runs may come between."""

    def __init__(self, prospect: Prospect) -> None:
        self._runs = prospect.runs
        self._ahead: list[list[int]] = [[] for _ in prospect.runs]
        for index, leg in enumerate(prospect.legs):
            self._ahead[leg.run].append(index)
        self._begun = 0
        self._numbers: dict[int, int | None] = {}

    @property
    def done(self) -> bool:
        return not any(self._ahead)

    def place_of(self, entry: Entry) -> int | None:
        """The place of the leg on the way; None where the entry is none of it."""
        if not entry.run:
            return None
        if entry.run not in self._numbers:
            wanted = self._begun < len(self._runs) and self._runs[self._begun].member.key == entry.key
            self._numbers[entry.run] = self._begun if wanted else None
            self._begun += wanted
        number = self._numbers[entry.run]
        return self._ahead[number].pop(0) if number is not None and self._ahead[number] else None


def _instead(entry: Entry) -> str:
    taken = next((each for each in entry.tried if each.pointer == entry.taken), None)
    return why(entry) or f"it goes to {taken.target_name if taken is not None else entry.target}"


def _goes(entry: Entry, leg: Leg) -> bool:
    if entry.kind is Kind.LEFT or (entry.failure is not None) is not leg.fails:
        return False
    if leg.edge is None:
        return not entry.taken and not entry.broken
    return entry.taken == leg.edge.transition.pointer
