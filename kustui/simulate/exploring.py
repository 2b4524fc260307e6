"""Every path through a workflow, what it needs, and a scenario that goes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustui.definition.expressions import in_words
from kustui.definition.models import TRIGGER_ID, Step
from kustui.simulate import drafts
from kustui.simulate.dates import instant
from kustui.simulate.plain import plain
from kustui.simulate.prospects import COMPUTED, Leg, Prospect, Prospects
from kustui.simulate.replaying import begun, played, replay
from kustui.simulate.saving import saved
from kustui.simulate.scenario_model import Scenario
from kustui.simulate.scenarios import Cast, as_file
from kustui.simulate.state import BEGAN
from kustui.simulate.trace import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kustui.simulate.demands import Fields
    from kustui.simulate.organisation import Member, Organisation
    from kustui.simulate.prospects import World

MOST_PATHS = 100
_NODES_PER_PATH = 60
_MOST_STEPS = 300
_FAILS = {"status": 500, "body": {"message": "it fails, for the sake of this path"}}


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a workflow from its trigger to where the run ends."""

    member: Member
    prospect: Prospect

    @property
    def nodes(self) -> tuple[str, ...]:
        """The trigger and the steps on it; last the step that nothing can lead to, where it contradicts itself."""
        last = self.prospect.legs[-1].way
        return (*self.prospect.nodes, *([last.target] if last is not None and not self.prospect.worlds else []))

    @property
    def ways(self) -> tuple[str, ...]:
        """The pointers of the ways that it takes; the last is empty where the run ends with none."""
        return tuple(leg.way.transition.pointer if leg.way is not None else "" for leg in self.prospect.legs)

    @property
    def contradicts(self) -> bool:
        """Whether nothing can make a run go it."""
        return not self.prospect.worlds and self.prospect.complete

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to hold on the way, in words; what always holds is left out."""
        return tuple(filter(None, (self._need(leg) for leg in self.prospect.legs)))

    def _need(self, leg: Leg) -> str:
        fails = f"{self._name(leg.node)} fails" if leg.fails else ""
        if leg.way is None:
            ended = self.member.flow.written.get(leg.node, ())
            plain_ways = [way for way in ended if way.after_failure == leg.fails]
            return " and ".join(
                filter(None, (fails, f"no way from {self._name(leg.node)} holds" if plain_ways else ""))
            )
        condition = self.member.conditions.get(leg.way.transition.pointer)
        words = in_words(condition) if condition is not None else ""
        return " and ".join(filter(None, (fails, "" if words == "always" else words)))

    @property
    def clash(self) -> str:
        """What contradicts itself on it, in words; an empty string where nothing does."""
        found = self.prospect.contradiction
        if found is None:
            return ""
        wants = [f"{'' if want.holds else 'not '}{in_words(want.comparison)}" for want in found.wants]
        words = " and ".join(dict.fromkeys(wants))
        return words if found.path else f"{words}: what it reads is missing on this path, or is something else"

    def _name(self, node: str) -> str:
        part = self.member.flow.part(node)
        return part.name if isinstance(part, Step) else "the trigger"


@dataclass(frozen=True, slots=True)
class Exploration:
    """The paths of one workflow."""

    member: Member
    paths: tuple[Path, ...]
    cut: bool
    """Whether there are more."""


def explored(member: Member, most: int = MOST_PATHS) -> Exploration:
    """The distinct paths through a workflow, at most so many; failures where error cases follow."""
    prospects = Prospects(
        member, {"steps": {}, "variables": {}}, instant(BEGAN) or 0, most * _NODES_PER_PATH, failures=True
    )
    paths: list[Path] = []
    for prospect in prospects.from_(TRIGGER_ID):
        if len(paths) == most:
            return Exploration(member, tuple(paths), cut=True)
        paths.append(Path(member, prospect))
    return Exploration(member, tuple(paths), cut=prospects.budget <= 0)


def scenario_of(organisation: Organisation, path: Path) -> Scenario | None:
    """A scenario that goes a path, to start from; None where the path contradicts itself.

    Its payload and mocks are drafts. What no value is known to decide is forced, and so is where the rehearsal of it
    would go another way.
    """
    if not path.prospect.worlds:
        return None
    name = organisation.name_of(path.member.key)
    written = _drafted(path, name, path.prospect.worlds[0])
    forced: dict[str, dict[str, Any]] = {}
    for _ in range(len(path.prospect.legs) + 1):
        scenario = Scenario.model_validate({**written, **({"choices": [*forced.values()]} if forced else {})})
        leg = _leaves(organisation, path, scenario)
        if leg is None or leg.node in forced:
            break
        target = leg.way.target if leg.way is not None else None
        forced[leg.node] = {"workflow": name, "step": leg.node, "invocation": 1, "take": target}
    return _with_expectations(organisation, scenario)


def _with_expectations(organisation: Organisation, scenario: Scenario) -> Scenario:
    """The same with all that comes of it, what it schedules included, written down; as it is where that never ends."""
    came = replay(as_file(scenario), organisation, _MOST_STEPS)
    if came.cut:
        return scenario
    return Scenario.model_validate(saved(scenario.scenario, came.state, came.entries))


def _drafted(path: Path, name: str, world: World) -> dict[str, Any]:
    member, now = path.member, instant(BEGAN) or 0
    aims = _by_node(member, world.solution.values)
    payload = drafts.payload(member, now, aims.get(TRIGGER_ID, {}))
    data: dict[str, Any] = {"steps": {TRIGGER_ID: payload}, "variables": {}}
    mocks = []
    for leg in path.prospect.legs:
        step = member.flow.part(leg.node)
        if not isinstance(step, Step) or step.action is None or step.action in COMPUTED:
            continue
        place = {"workflow": name, "step": step.id, "invocation": 1}
        if leg.fails:
            mocks.append({**place, "fails": _FAILS})
            continue
        output = drafts.output(member, step, data, now, aims.get(step.id, {}))
        data["steps"][step.id] = output
        if output:
            mocks.append({**place, "returns": plain(output), "drafted": True})
    return {
        "scenario": f"{member.title}: {'; '.join(path.needs) or 'its only path'}",
        "start": [{"workflow": name, "payload": plain(payload), "drafted": True}],
        **({"mocks": mocks} if mocks else {}),
    }


def _by_node(member: Member, values: Mapping[tuple[str, ...], Any]) -> Mapping[str, Mapping[Fields, Any]]:
    found: dict[str, dict[Fields, Any]] = {}
    for path, value in values.items():
        node = member.flow.node(path[1])
        if node is not None and path[2:]:
            found.setdefault(node, {})[path[2:]] = value
    return found


def _leaves(organisation: Organisation, path: Path, scenario: Scenario) -> Leg | None:
    """Where the rehearsal of a scenario first goes another way than the path; None where it does not."""
    file = as_file(scenario)
    cast = Cast(file, organisation)
    came: list[str | None] = []
    for state in played(begun(file, organisation, cast), cast):
        entry = state.last
        if entry is None or entry.run != 1:
            continue
        if entry.kind in (Kind.START, Kind.STEP) and len(came) < len(state.trace) - 1:
            came.append(entry.target or None)
        if state.run is None and not state.waiting:
            break
    return _first_difference(path.prospect.legs, came)


def _first_difference(legs: Sequence[Leg], came: Sequence[str | None]) -> Leg | None:
    for index, leg in enumerate(legs):
        target = leg.way.target if leg.way is not None else None
        if index >= len(came) or came[index] != target:
            return leg
    return None
