"""Every path through a workflow, or through all that it schedules, and what each needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.definition.dates import parse_date
from kustui.definition.expressions import in_words
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.engine.state import DEFAULT_START
from kustui.simulate.paths.path_search import PathSearch, PathStep, WorkflowPath
from kustui.simulate.paths.scenario_from_path import PathScenario, scenario_for_path, with_expectations
from kustui.simulate.reports.words import operands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.paths.constraints import Constraint
    from kustui.simulate.paths.path_runs import PathRun
    from kustui.simulate.scenarios.model import Scenario

MAX_PATHS = 100
_NODES_PER_PATH = 60


@dataclass(frozen=True, slots=True)
class DescribedRun:
    """One run of a path."""

    path_run: PathRun
    nodes: tuple[str, ...]
    """The trigger and its steps; last the step that nothing can lead to, where the path contradicts itself there."""
    needs: tuple[str, ...]
    """What has to hold in it, in words; what always holds is left out."""

    @property
    def member(self) -> Member:
        return self.path_run.member

    def name(self, node: str) -> str:
        """What people call the trigger or a step."""
        return name_of(self.member, node)


@dataclass(frozen=True, slots=True)
class ExploredPath:
    """One way through a workflow from its trigger to where the run ends, or on through the runs that it schedules."""

    member: Member
    prospect: WorkflowPath

    @property
    def described_runs(self) -> tuple[DescribedRun, ...]:
        """Its runs in the order in which they begin; one unless schedules are followed."""
        return tuple(self._stretch(number) for number in range(len(self.prospect.runs)))

    @property
    def nodes(self) -> tuple[str, ...]:
        """The trigger and the steps of its first run."""
        return self._stretch(0).nodes

    @property
    def edges(self) -> tuple[str, ...]:
        """The pointers of the ways that its first run takes; the last is empty where the run ends with none."""
        return tuple(_pointer(path_step) for path_step in self.prospect.steps if not path_step.run)

    @property
    def contradicts(self) -> bool:
        """Whether nothing can make a run go it."""
        return not self.prospect.solutions and self.prospect.complete

    @property
    def needs(self) -> tuple[str, ...]:
        """What has to hold on the way, in words; of a later run with its workflow."""
        return tuple(
            f"in {run.member.title}: {need}" if number else need
            for number, run in enumerate(self.described_runs)
            for need in run.needs
        )

    @property
    def not_followed(self) -> tuple[str, ...]:
        """What it schedules and does not go on with, and why, in words."""
        return self.prospect.not_followed

    @property
    def clash(self) -> str:
        """What contradicts itself on it, in words; an empty string where nothing does."""
        found = self.prospect.contradiction
        if found is None:
            return ""
        words = " and ".join(dict.fromkeys(self._wanted(constraint) for constraint in found.constraints))
        if found.verdict is None:
            return words
        seen = ", ".join(operands(found.verdict))
        return f"{words}, and on this path {seen}" if seen else f"{words}, which cannot be"

    def _wanted(self, constraint: Constraint) -> str:
        where = f"in {self.prospect.runs[constraint.scope.run].member.title}: " if len(self.prospect.runs) > 1 else ""
        return f"{where}{'' if constraint.holds else 'not '}{in_words(constraint.comparison)}"

    def _stretch(self, number: int) -> DescribedRun:
        path_run = self.prospect.runs[number]
        steps = [path_step for path_step in self.prospect.steps if path_step.run == number]
        last = (
            steps[-1].edge if steps and not self.prospect.solutions and steps[-1] is self.prospect.steps[-1] else None
        )
        nodes = (*(path_step.node for path_step in steps), *([last.target] if last is not None else []))
        return DescribedRun(
            path_run, nodes, tuple(filter(None, (_need(path_run.member, path_step) for path_step in steps)))
        )


def _pointer(path_step: PathStep) -> str:
    return path_step.edge.transition.pointer if path_step.edge is not None else ""


def _need(member: Member, path_step: PathStep) -> str:
    fails = f"{name_of(member, path_step.node)} fails" if path_step.fails else ""
    if path_step.edge is None:
        written = member.flow.declared_edges.get(path_step.node, ())
        plain = [edge for edge in written if edge.after_failure == path_step.fails]
        return " and ".join(
            filter(None, (fails, f"no way from {name_of(member, path_step.node)} holds" if plain else ""))
        )
    condition = member.conditions.get(path_step.edge.transition.pointer)
    words = in_words(condition) if condition is not None else ""
    return " and ".join(filter(None, (fails, "" if words == "always" else words)))


def name_of(member: Member, node: str) -> str:
    """What people call the trigger or a step."""
    part = member.flow.part(node) if node == TRIGGER_ID or node in member.flow.steps else None
    return part.name if isinstance(part, Step) else "the trigger" if node == TRIGGER_ID else node


@dataclass(frozen=True, slots=True)
class Exploration:
    """The paths from one workflow."""

    member: Member
    paths: tuple[ExploredPath, ...]
    cut: bool
    """Whether there are more."""


def explore_paths(member: Member, most: int = MAX_PATHS, follow: Organisation | None = None) -> Exploration:
    """The distinct paths through a workflow, at most so many; failures where error cases follow.

    With ``follow`` they go on through the workflows of that organisation which are scheduled on the way.
    """
    prospects = PathSearch(
        member,
        {"steps": {}, "variables": {}},
        parse_date(DEFAULT_START) or 0,
        most * _NODES_PER_PATH,
        failures=True,
        follow=follow,
    )
    paths: list[ExploredPath] = []
    for prospect in prospects.from_(TRIGGER_ID):
        if len(paths) == most:
            return Exploration(member, tuple(paths), cut=True)
        paths.append(ExploredPath(member, prospect))
    return Exploration(member, tuple(paths), cut=prospects.budget <= 0)


def chain_heads(organisation: Organisation) -> Iterator[Member]:
    """The workflows that chains begin with: what no other brings about, and of a ring the one that stands first."""
    seen: set[str] = set()
    members = [organisation.member(entry.key) for entry in organisation.collection.entries]
    called = {
        target.key for member in members for target in _scheduled_by(organisation, member) if target is not member
    }
    for member in sorted(members, key=lambda each: each.workflow.callable and each.key in called):
        if member.key in seen:
            continue
        yield member
        pending = [member]
        while pending:
            here = pending.pop()
            if here.key not in seen:
                seen.add(here.key)
                pending.extend(_scheduled_by(organisation, here))


def _scheduled_by(organisation: Organisation, member: Member) -> list[Member]:
    ids = [step.params.get("workflowId") for step in member.flow.steps.values() if step.schedules]
    return [target for id_ in ids if isinstance(id_, str) and (target := organisation.of_id(id_)) is not None]


def build_path_scenario(organisation: Organisation, path: ExploredPath) -> PathScenario:
    """A scenario that goes a path, to start from, and where that has to be forced."""
    first = path.described_runs[0]
    steps = " -> ".join(first.name(node) for node in first.nodes if node != TRIGGER_ID)
    return scenario_for_path(
        organisation, path.prospect, f"{path.member.title}: {'; '.join(path.needs) or steps or 'no step'}"
    )


def scenario_of(organisation: Organisation, path: ExploredPath) -> Scenario | None:
    """That scenario, with all that comes of it as expectations; None where the path contradicts itself."""
    scenario = build_path_scenario(organisation, path).scenario
    return with_expectations(organisation, scenario) if scenario is not None else None
