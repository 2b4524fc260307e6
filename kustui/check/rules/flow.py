"""How the steps of a workflow lead to each other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kustui.analysis.walks import breadth_first
from kustui.check.examples import app, step, to, when, workflow
from kustui.check.problems import Related
from kustui.check.rule import Finding, Rule
from kustui.config.severity import Severity
from kustui.text.suggestions import hint_of

if TYPE_CHECKING:
    from kustui.analysis.flow import Edge, FlowGraph
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.definition.models import Transition


def _kind(edge: Edge) -> str:
    return "error case" if edge.after_failure else "transition"


def _unknown_target(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    if not analysis.fully_parsed:
        return  # the step may be one that could not be read
    for edge in analysis.flow.dangling:
        meant = analysis.intended_targets[edge.target]
        names = (meant,) if meant else analysis.flow.steps
        hint = hint_of(edge.target, names, "steps of this workflow")
        message = f'the {_kind(edge)} leads to "{edge.target}", and there is no such step'
        if analysis.flow.node(edge.target) is not None:
            message = f"the {_kind(edge)} leads to the trigger, which no step can lead to"
            hint = "to begin again, schedule the workflow"
        yield Finding(f"{edge.transition.pointer}/target", message, hint, edge.source)


def _no_entry(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    trigger = analysis.workflow.trigger
    if trigger is not None and not trigger.transitions and analysis.fully_parsed:
        yield Finding(
            trigger.pointer,
            "the trigger has no transition, so a run does nothing",
            "add one to the step with which it begins",
        )


def _unreachable_step(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    flow = analysis.intended_flow
    trigger = analysis.workflow.trigger
    if flow is None or trigger is None or not trigger.transitions:
        return
    # Only where the unreachable part begins: what follows is reached once that is. Of a ring, its first. A first
    # round may begin below where the part does, and then comes to its beginning later: so the last count first.
    begun = list(_begun(flow, (step.id for step in flow.unreachable)))
    for id_ in _begun(flow, reversed(begun)):
        lone = flow.steps[id_]
        yield Finding(lone.pointer, f'no path leads from the trigger to step "{lone.name}"', "", id_)


def _begun(flow: FlowGraph, nodes: Iterable[str]) -> Iterator[str]:
    """The nodes to which no path leads from those before them."""
    seen: set[str] = set()

    def new_targets(node: str) -> Iterator[str]:
        return (target for target in flow.targets(node) if target not in seen)

    for node in nodes:
        if node in seen:
            continue
        yield node
        seen.update(breadth_first((node,), new_targets))


def _loop(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    flow = analysis.flow
    for loop in flow.loops:
        names = " → ".join((*loop, loop[0]))
        closing = next(edge for edge in flow.edges[loop[-1]] if edge.target == loop[0])
        yield Finding(
            f"{closing.transition.pointer}/target",
            f"the steps form a loop: {names}",
            "Kustomer refuses to save it; to come back later, schedule a workflow",
            loop[-1],
        )


def _shadowed_transition(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    for node, edges in analysis.flow.declared_edges.items():
        for after_failure in (False, True):
            tried = [edge.transition for edge in edges if edge.after_failure is after_failure]
            yield from _shadowed(analysis, node, tried)


def _shadowed(analysis: WorkflowAnalysis, node: str, tried: list[Transition]) -> Iterator[Finding]:
    always: Transition | None = None
    first: dict[str, Transition] = {}
    for transition in tried:
        condition = transition.condition
        # As JSON, where 1 is not true.
        written = json.dumps((condition.op, condition.values), sort_keys=True) if condition else transition.pointer
        same = first.setdefault(written, transition)
        earlier = always or same
        if earlier is not transition:
            reason = "an earlier one always holds" if always else "an earlier one has the same condition"
            related = (Related("this one is tried first", analysis.document, earlier.pointer),)
            message = f"this way is never taken: {reason}"
            yield Finding(transition.pointer, message, "the first that holds wins", node, related=related)
        if always is None and analysis.flow.always_holds(transition):
            always = transition


RULES = (
    Rule(
        "unknown-target",
        Severity.ERROR,
        "a transition or error case to a step that is not there",
        "A run that takes it has nowhere to go. Most often the step was renamed or removed.",
        bad=app(workflow("Greet", step("aB3", to("cD5")), step("cD4"))),
        good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
        look=_unknown_target,
    ),
    Rule(
        "no-entry",
        Severity.WARNING,
        "a trigger without transitions",
        "A run starts with the trigger's transitions. Without one the event comes and nothing is done.",
        bad=app(workflow("Greet", step("aB3"), entry=())),
        good=app(workflow("Greet", step("aB3"))),
        look=_no_entry,
    ),
    Rule(
        "unreachable-step",
        Severity.WARNING,
        "a step that no path leads to from the trigger",
        "It never runs, however often the event comes. That another step which never runs leads to it does not help.",
        bad=app(workflow("Greet", step("aB3"), step("cD4"))),
        good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
        look=_unreachable_step,
    ),
    Rule(
        "loop",
        Severity.ERROR,
        "transitions that form a loop",
        "Kustomer refuses to save a workflow whose steps lead back to each other. What has to be done again later is "
        "done by scheduling a workflow, the same one if need be.",
        bad=app(workflow("Greet", step("aB3", to("cD4")), step("cD4", to("aB3", when("eq", "/#steps.1.again", True))))),
        good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
        look=_loop,
    ),
    Rule(
        "shadowed-transition",
        Severity.WARNING,
        "a transition that is never tried, because an earlier one always wins",
        "Transitions are tried in order and the first whose condition holds is taken. One behind a condition that "
        "always holds, or behind the same condition, is dead.",
        bad=app(
            workflow(
                "Greet",
                step("aB3", to("cD4"), to("eF5", when("eq", "/#steps.1.status", "open"))),
                step("cD4", to("eF5", when("eq", "/#steps.1.status", "done"))),
                step("eF5"),
            )
        ),
        good=app(
            workflow(
                "Greet",
                step("aB3", to("eF5", when("eq", "/#steps.1.status", "open")), to("cD4")),
                step("cD4"),
                step("eF5"),
            )
        ),
        look=_shadowed_transition,
    ),
)
