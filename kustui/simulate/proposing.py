"""A scenario for a way through workflows: what it needs is drafted, and whatever it does not do by itself is forced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.models import TRIGGER_ID, Step
from kustui.simulate import drafts
from kustui.simulate.dates import instant
from kustui.simulate.origins import failure_of
from kustui.simulate.plain import plain
from kustui.simulate.prospects import COMPUTED, Leg, Prospect
from kustui.simulate.replaying import begun, played, replay
from kustui.simulate.resolving import resolved
from kustui.simulate.saving import saved
from kustui.simulate.scenario_model import Scenario
from kustui.simulate.scenarios import Cast, as_file
from kustui.simulate.state import BEGAN
from kustui.simulate.surroundings import Surroundings
from kustui.simulate.trace import Kind
from kustui.simulate.values import MISSING
from kustui.simulate.words import why

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.simulate.demands import Fields
    from kustui.simulate.organisation import Member, Organisation
    from kustui.simulate.passages import Passage
    from kustui.simulate.prospects import World
    from kustui.simulate.trace import Entry, Tried

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
    return first or Proposal(None)


def _proposed(organisation: Organisation, prospect: Prospect, world: World, title: str) -> Proposal:
    written = _drafted(organisation, prospect, world, title)
    counts = _invocations(prospect)
    choices: dict[int, dict[str, Any]] = {}
    forced: dict[int, Forced] = {}
    while True:
        scenario = _scenario(written, choices)
        found = _leaves(organisation, prospect, scenario)
        if found is None or found[0] in choices:
            break
        leg = prospect.legs[found[0]]
        place = {"workflow": organisation.name_of(prospect.runs[leg.run].member.key), "step": leg.node}
        target = leg.way.target if leg.way is not None else None
        choices[found[0]] = {**place, "invocation": counts[found[0]], "take": target}
        forced[found[0]] = Forced(prospect.runs[leg.run].member, leg.node, found[1])
    if found is not None:  # not even that helped
        del choices[found[0]], forced[found[0]]
        scenario = _scenario(written, choices)
    stops = found[1] if found is not None else ""
    return Proposal(scenario, tuple(forced.values()), stops)


def _scenario(written: Mapping[str, Any], choices: Mapping[int, Any]) -> Scenario:
    return Scenario.model_validate({**written, **({"choices": [*choices.values()]} if choices else {})})


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


def _leaves(organisation: Organisation, prospect: Prospect, scenario: Scenario) -> tuple[int, str] | None:
    """The leg at which the rehearsal of a scenario first goes another way, and why its run is over there if it is;
    None where it goes the whole way."""
    came = _came(organisation, prospect, scenario)
    at = [0] * len(prospect.runs)
    for index, leg in enumerate(prospect.legs):
        entries = came[leg.run] if leg.run < len(came) else []
        if at[leg.run] >= len(entries) or not _goes(entries[at[leg.run]], leg):
            return index, _instead(entries[min(at[leg.run], len(entries) - 1)]) if entries else "its run does not begin"
        at[leg.run] += 1
    return None


def _instead(entry: Entry) -> str:
    taken = _taken(entry)
    return why(entry) or f"it goes to {taken.target_name if taken is not None else entry.target}"


def _goes(entry: Entry, leg: Leg) -> bool:
    if entry.kind is Kind.LEFT or (entry.failure is not None) is not leg.fails:
        return False
    if leg.way is None:
        return not entry.taken and not entry.broken
    taken = _taken(entry)
    return taken is not None and (
        taken.pointer == leg.way.transition.pointer or (entry.forced and taken.target == leg.way.target)
    )


def _taken(entry: Entry) -> Tried | None:
    return next((each for each in entry.tried if each.pointer == entry.taken), None)


def _came(organisation: Organisation, prospect: Prospect, scenario: Scenario) -> list[list[Entry]]:
    """What happens in each run of the way, in the rehearsal of a scenario; other runs may come between."""
    found: list[list[Entry]] = []
    numbers: dict[int, list[Entry]] = {}
    for entry in _entries(organisation, scenario):
        if entry.run and entry.run not in numbers:
            wanted = len(found) < len(prospect.runs) and prospect.runs[len(found)].member.key == entry.key
            numbers[entry.run] = []
            if wanted:
                found.append(numbers[entry.run])
        if entry.run:
            numbers[entry.run].append(entry)
        if len(found) == len(prospect.runs) and found[-1] and found[-1][-1].ended:
            break
    return found


def _entries(organisation: Organisation, scenario: Scenario) -> Iterator[Entry]:
    file = as_file(scenario)
    cast = Cast(file, organisation)
    count = 0
    for state in played(begun(file, organisation, cast), cast):
        if state.last is not None and len(state.trace) > count:
            count = len(state.trace)
            yield state.last
            if count >= _MOST_STEPS:
                return
