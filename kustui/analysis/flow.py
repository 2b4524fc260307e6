"""The flow graph of a workflow: its trigger and steps as nodes, its transitions and error cases as edges.

Nodes are step ids; the trigger is ``"1"``, as references call it. Edges are transitions and error cases.
A step id given twice names the first, as a reference to it would; the second is a node of nobody's.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis import walks
from kustui.definition.expressions import (
    Comparison,
    Condition,
    Expression,
    Path,
    comparisons_in,
    constant_outcome,
    parse_condition,
)
from kustui.definition.expressions.choices import Choice
from kustui.definition.expressions.parse import HeldString, expressions_among, strings_in
from kustui.definition.models import ErrorCase, Step, Transition, Trigger, Workflow
from kustui.definition.platform import CONTINUE, TRIGGER_ID
from kustui.groups import grouped


class Edge(Struct, frozen=True):
    """An edge: a transition or an error case of ``source``, and the step it leads to.

    An error case with an error action in place of a target leads to no step: its target is empty.
    """

    source: str
    target: str
    transition: Transition
    after_failure: bool = False
    """Whether it is taken after the source has failed: then the source has no output."""
    continues: bool = False
    """Whether it is a transition as it is taken after the step has failed and an error case has continued."""

    @property
    def error_action(self) -> str:
        """The type of its error action; empty for an edge that leads to a step."""
        return self.transition.error_action_type if self.after_failure else ""

    @property
    def destination(self) -> str:
        """The id of the step that it leads to, or its error action in words."""
        return self.transition.destination


class FlowGraph(Struct, frozen=True, eq=False, dict=True, weakref=True):
    """The graph of one workflow. Every property is computed once, on first use."""

    workflow: Workflow
    left_out: frozenset[str] = frozenset()
    """The pointers of transitions and error cases that are not among its edges."""

    @cached_property
    def _successors_of_failure(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """Steps by id, in the file's order; the first of those with the same id."""
        steps: dict[str, Step] = {}
        for step in self.workflow.steps:
            if step.id not in self.trigger_names:
                steps.setdefault(step.id, step)
        return steps

    @cached_property
    def trigger_names(self) -> frozenset[str]:
        """The ids that stand for the trigger; no step can have one of them."""
        trigger = self.workflow.trigger
        return frozenset({TRIGGER_ID, trigger.id} if trigger else {TRIGGER_ID})

    def name_of(self, step: Step) -> str:
        """What people call a step, with its id where they call others the same."""
        return f"{step.name} ({step.id})" if step.name in self.shared_names and step.name != step.id else step.name

    @cached_property
    def shared_names(self) -> frozenset[str]:
        """The names that several steps have."""
        return frozenset(
            name for name, count in Counter(step.name for step in self.workflow.steps).items() if count > 1
        )

    @cached_property
    def duplicates(self) -> tuple[Step, ...]:
        """Steps with the id of an earlier step or of the trigger: no edge can have them as its target."""
        return tuple(step for step in self.workflow.steps if self.steps.get(step.id) is not step)

    def node(self, step_id: str) -> str | None:
        """The node that a reference ``/#steps.<step_id>`` reads, or None if there is none."""
        if step_id in self.steps:
            return step_id
        return TRIGGER_ID if step_id in self.trigger_names else None

    def fields_of_trigger(self, path: Path) -> tuple[str, ...]:
        """The fields that a path reads of the trigger's output; none where it reads anything else."""
        return path.fields if path.step is not None and self.node(path.step) == TRIGGER_ID else ()

    def target_node(self, edge: Edge) -> str:
        """The node that an edge leads to, the trigger too, which no run goes back to; a missing step by its id."""
        return self.node(edge.target) or edge.target

    def is_end(self, node: str) -> bool:
        """Whether a run is over after a step, as nothing leads on from it; the trigger is no end."""
        return node in self.steps and all(edge.error_action for edge in self.declared_edges[node])

    def part(self, node: str) -> Trigger | Step | None:
        """The trigger or step of a node; None only for the trigger of a workflow without one."""
        return self.workflow.trigger if node == TRIGGER_ID else self.steps[node]

    @cached_property
    def edges(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges out of each node along which a run goes to an existing step, in the order in which they are tried.

        Where an error case continues, the step's transitions come once more, as edges after a failure. Other error
        actions lead to no step: a retry is not a loop.
        """
        return {node: self._followed(edges) for node, edges in self.declared_edges.items()}

    def _followed(self, edges: Sequence[Edge]) -> tuple[Edge, ...]:
        if self.left_out:
            edges = [edge for edge in edges if edge.transition.pointer not in self.left_out]
        steps = self.steps
        to_steps = [edge for edge in edges if edge.target in steps and not edge.error_action]
        if CONTINUE in [edge.error_action for edge in edges if edge.after_failure]:
            again = [edge for edge in to_steps if not edge.after_failure]
            to_steps.extend([replace(edge, after_failure=True, continues=True) for edge in again])
        return tuple(to_steps)

    @cached_property
    def dangling(self) -> tuple[Edge, ...]:
        """Edges to a step that does not exist."""
        return tuple(
            edge
            for edges in self.declared_edges.values()
            for edge in edges
            if edge.target not in self.steps and not edge.error_action
        )

    @cached_property
    def declared_edges(self) -> Mapping[str, tuple[Edge, ...]]:
        """All edges out of each node as they are written, dangling ones and error actions included, in the order in
        which they are tried."""
        trigger = self.workflow.trigger
        return {
            TRIGGER_ID: tuple(Edge(TRIGGER_ID, edge.target, edge) for edge in (trigger.transitions if trigger else ())),
            **{
                id_: tuple([Edge(id_, edge.target, edge, type(edge) is ErrorCase) for edge in step.edges])
                for id_, step in self.steps.items()
            },
        }

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """The parsed condition of each transition and error case that has one, by the pointer of the transition; those
        of steps whose id is taken included."""
        return {
            transition.pointer: parse_condition(condition.op, condition.values, f"{transition.pointer}/condition")
            for transition in self.workflow.transitions
            if (condition := transition.condition) is not None
        }

    @cached_property
    def condition_strings(self) -> Mapping[str, Sequence[HeldString]]:
        """The strings in the conditions of transitions and error cases, by the pointer of the transition."""
        return {
            edge.pointer: strings_in(edge.condition.values, f"{edge.pointer}/condition/values")
            for edge in self.workflow.transitions
            if edge.condition is not None and edge.condition.values != (True,)  # most of them
        }

    @cached_property
    def condition_reads(self) -> Mapping[str, Sequence[tuple[str, Expression]]]:
        """The expressions in them, with their pointers, likewise."""
        return {pointer: expressions_among(strings) for pointer, strings in self.condition_strings.items()}

    @cached_property
    def param_strings(self) -> Mapping[str, Sequence[HeldString]]:
        """The strings in the params of each step, by its pointer; those of steps whose id is taken included."""
        return {step.pointer: strings_in(step.params, f"{step.pointer}/params") for step in self.workflow.steps}

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Those of all conditions."""
        return tuple(comparison for condition in self.conditions.values() for comparison in comparisons_in(condition))

    def always_holds(self, transition: Transition) -> bool:
        """Whether the condition of a transition of this workflow always holds."""
        condition = self.conditions.get(transition.pointer)
        return condition is not None and constant_outcome(condition) is True

    def is_otherwise(self, edge: Edge) -> bool:
        """Whether an edge that always holds is one for the rest: others are tried before it."""
        for earlier in self.declared_edges[edge.source]:
            if earlier.transition is edge.transition:
                return False
            if earlier.after_failure == edge.after_failure and earlier.transition.pointer not in self.impossible:
                return True
        return False

    @property
    def impossible(self) -> Mapping[str, Transition | None]:
        """The transitions and error cases that no run takes, by pointer: each with an earlier one that wins instead, or
        with None where its own condition never holds."""
        return self._choices[0]

    @property
    def last_chances(self) -> frozenset[str]:
        """The pointers of the transitions and error cases that are taken by every run that comes to them: always, or
        because none before them was."""
        return self._choices[1]

    @cached_property
    def _choices(self) -> tuple[Mapping[str, Transition | None], frozenset[str]]:
        impossible: dict[str, Transition | None] = {}
        last: set[str] = set()
        trigger, steps = self.workflow.trigger, self.steps.values()
        alternatives = itertools.chain.from_iterable((step.transitions, step.error_cases) for step in steps)
        for tried in (trigger.transitions if trigger else (), *alternatives):
            if tried:
                self._choose(tried, impossible, last)
        return impossible, frozenset(last)

    def _choose(self, tried: Sequence[Transition], impossible: dict[str, Transition | None], last: set[str]) -> None:
        """Finds those of the transitions of a node that are never taken, and the one that is taken at the latest."""
        if len(tried) == 1:  # most are alone
            condition = self.conditions.get(tried[0].pointer)
            outcome = constant_outcome(condition) if condition is not None else None
            if outcome is False:
                impossible[tried[0].pointer] = None
            elif outcome:
                last.add(tried[0].pointer)
            return
        choice = Choice()
        possible: list[Transition] = []
        for transition in tried:
            condition = self.conditions.get(transition.pointer)
            if condition is not None and constant_outcome(condition) is False:
                impossible[transition.pointer] = None
            elif (winner := choice.winner(condition)) is not None:
                impossible[transition.pointer] = possible[winner]
            else:
                possible.append(transition)
                choice.add(condition)
                if choice.is_exhausted:
                    last.add(transition.pointer)

    @property
    def possible(self) -> FlowGraph:
        """The graph without the edges that no run takes."""
        return self._without_impossible if self.impossible else self  # kept, it would be a circle, freed late or never

    @cached_property
    def _without_impossible(self) -> FlowGraph:
        return FlowGraph(self.workflow, frozenset(self.impossible))

    def targets(self, node: str) -> tuple[str, ...]:
        """The steps to which a node leads, in the order in which they are tried."""
        return self._targets[node]

    @cached_property
    def _targets(self) -> Mapping[str, tuple[str, ...]]:
        return {node: tuple([edge.target for edge in edges]) for node, edges in self.edges.items()}

    @cached_property
    def _reverse_postorder(self) -> tuple[str, ...]:
        """The reachable nodes in topological order (except in loops), the trigger first; first edges first."""
        return walks.reverse_postorder((TRIGGER_ID,), self.targets)

    @cached_property
    def order(self) -> tuple[Step, ...]:
        """The steps in flow order, followed by the unreachable ones."""
        reached = [self.steps[node] for node in self._reverse_postorder if node != TRIGGER_ID]
        return (*reached, *self.unreachable)

    @cached_property
    def reachable(self) -> frozenset[str]:
        return frozenset(self._reverse_postorder)

    def is_never_reached(self, node: str) -> bool:
        """Whether no run takes a path to a node; False where there is no trigger, as in the body of an update."""
        return self.workflow.trigger is not None and node not in self.possible.reachable

    @cached_property
    def unreachable(self) -> tuple[Step, ...]:
        """The steps that cannot be reached from the trigger, along their own paths."""
        others = [id_ for id_ in self.steps if id_ not in self.reachable]
        return tuple(self.steps[id_] for id_ in walks.topological_order(others, self.targets))

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges into each node, in the flow order of their sources."""
        incoming: dict[str, list[Edge]] = {node: [] for node in self.declared_edges}
        for node in (*self._reverse_postorder, *(step.id for step in self.unreachable)):
            for edge in self.edges[node]:
                incoming[edge.target].append(edge)
        return {node: tuple(edges) for node, edges in incoming.items()}

    @cached_property
    def _dominators(self) -> Mapping[str, str | None]:
        """The node that has run last of those that always have."""
        return walks.dominators(self._reverse_postorder, lambda node: [edge.source for edge in self.incoming[node]])

    def always_before(self, node: str) -> tuple[str, ...]:
        """What has run before this node on every path from the trigger (its dominators), nearest first.

        Empty for a node that cannot be reached.
        """
        dominators = []
        above = self._dominators.get(node)
        while above is not None:
            dominators.append(above)
            above = self._dominators.get(above)
        return tuple(dominators)

    def has_always_run(self, above: str, node: str) -> bool:
        """Whether ``above`` has run before ``node`` on every path from the trigger, without walking the paths."""
        intervals = self._intervals
        if above == node or above not in intervals or node not in intervals:
            return False
        (enter, leave), (inner, _) = intervals[above], intervals[node]
        return enter < inner < leave

    @cached_property
    def _intervals(self) -> Mapping[str, tuple[int, int]]:
        """When a walk of the dominator tree enters and leaves each node: those below lie between."""
        below = grouped((above, node) for node, above in self._dominators.items() if above is not None)
        entered: dict[str, int] = {}
        intervals: dict[str, tuple[int, int]] = {}
        stack, clock = [TRIGGER_ID], 0
        while stack:
            node = stack.pop()
            if node in entered:
                intervals[node] = (entered[node], clock)
            else:
                entered[node] = clock
                stack.append(node)
                stack.extend(below.get(node, ()))
            clock += 1
        return intervals

    @cached_property
    def failing(self) -> frozenset[str]:
        """The nodes after whose failure a run goes on."""
        return frozenset(edge.source for edges in self.edges.values() for edge in edges if edge.after_failure)

    @cached_property
    def leads_to(self) -> Callable[[str, str], bool]:
        """Whether a node can run after another, after itself only in a loop."""
        return walks.reachability((TRIGGER_ID, *(step.id for step in self.order)), self.targets)

    def success_leads_to(self, node: str, other: str) -> bool:
        """Whether a node can run after another has given an output."""
        targets = {edge.target for edge in self.edges[node] if not edge.after_failure}
        return other in targets or any(self.leads_to(target, other) for target in targets)

    def has_always_succeeded(self, above: str, node: str) -> bool:
        """Whether ``above`` has run and not failed before ``node`` on every path from the trigger."""
        if not self.has_always_run(above, node):
            return False
        return above not in self.failing or node not in self._after_failure(above)

    def _after_failure(self, node: str) -> frozenset[str]:
        """The nodes that can run after this one has failed, until it runs again."""
        if node not in self._successors_of_failure:
            targets = (edge.target for edge in self.edges[node] if edge.after_failure)
            self._successors_of_failure[node] = frozenset(
                walks.breadth_first(targets, lambda here: () if here == node else self.targets(here))
            )
        return self._successors_of_failure[node]

    def path(self, source: str, target: str) -> tuple[Edge, ...]:
        """A shortest path; empty if there is none."""
        nodes = walks.shortest_path(source, target, self.targets)
        return tuple(
            next(edge for edge in self.edges[here] if edge.target == there) for here, there in itertools.pairwise(nodes)
        )

    @cached_property
    def loops(self) -> tuple[tuple[str, ...], ...]:
        """A shortest loop of each strongly connected set of steps, starting with the first of them in flow order."""
        place = {node: index for index, node in enumerate(self._reverse_postorder)}
        if not self.unreachable and all(
            at < place[target] for node, at in place.items() for target in self.targets(node)
        ):
            return ()  # every edge leads onwards, as in most
        unreachable = (step.id for step in self.unreachable)
        return walks.cycles((*self._reverse_postorder, *unreachable), self.targets)
