"""Rules about the flow of a workflow: its transitions and their conditions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.walks import breadth_first
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Related
from kustui.check.rule import Violation, Violations, app, step, to, when, workflow, workflow_rule
from kustui.config.severity import Severity
from kustui.definition.expressions import AllOf, AnyOf, Comparison, Operand, Unreadable, condition_key, is_plain
from kustui.definition.models import Transition
from kustui.definition.operators import CLOSEST_OPERATOR, OPERATOR_BY_ALIAS, OPERATORS, Family
from kustui.definition.platform import ERROR_ACTIONS, TRIGGER_ID
from kustui.text.messages import Suggestion, counted, did_you_mean, kind, suggestion

_BETWEEN_WORDS = re.compile(r"[\s_-]")
_OF_SOME_VALUES = frozenset({Family.ORDER, Family.DATE})
"""Operators that cannot use every value."""


def _kind(edge: Edge) -> str:
    return "error case" if edge.after_failure else "transition"


@workflow_rule(
    "unknown-target",
    Severity.ERROR,
    "a transition or error case to a step that does not exist",
    "A run that takes it has nowhere to go. Most often the step was renamed or removed.",
    bad=app(workflow("Greet", step("aB3", to("cD5")), step("cD4"))),
    good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
)
def unknown_target(analysis: WorkflowAnalysis) -> Violations:
    if not analysis.knows_all_steps:
        return  # the step may be among those that could not be read
    for edge in analysis.flow.dangling:
        hint = suggestion(edge.target, analysis.step_names, "steps of this workflow")
        intended = analysis.intended_targets[edge.target]
        if intended != (hint.intended or ""):  # nothing else leads to it
            hint = did_you_mean(intended)
        if intended and (intended == edge.source or analysis.flow.leads_to(intended, edge.source)):
            hint = hint._replace(is_certain=False)  # it would be a loop
        message = f'the {_kind(edge)} leads to the unknown step "{edge.target}"'
        if analysis.flow.node(edge.target) is not None:
            message = f"the {_kind(edge)} leads to the trigger, which cannot be a target"
            hint = Suggestion("to start again, schedule the workflow")
        yield Violation(f"{edge.transition.pointer}/target", message, hint, edge.source)


@workflow_rule(
    "no-entry",
    Severity.WARNING,
    "a trigger without transitions, or a workflow without a trigger",
    "A run starts with the trigger's transitions. Without any, the event arrives and nothing happens.",
    bad=app(workflow("Greet", step("aB3"), entry=())),
    good=app(workflow("Greet", step("aB3"))),
)
def no_entry(analysis: WorkflowAnalysis) -> Violations:
    trigger, pointer = analysis.workflow.trigger, analysis.workflow.pointer
    places = (fault.member or fault.pointer for fault in analysis.parsed.faults if fault.rule != "duplicate-key")
    if trigger is None:
        # The body of an update need not have one; one that could not be read is reported already.
        if not analysis.entry.item.partial and not any(f"{pointer}/trigger".startswith(place) for place in places):
            hint = "its eventName names the event that starts a run"
            yield Violation(pointer, "the workflow has no trigger, so nothing starts it", hint)
    elif not trigger.transitions and (
        analysis.fully_parsed or (analysis.knows_all_edges and "transitions" in trigger.given)
    ):
        yield Violation(
            trigger.pointer,
            "the trigger has no transitions, so a run does nothing",
            "add one to the first step",
        )


@workflow_rule(
    "unreachable-step",
    Severity.WARNING,
    "a step that no path leads to from the trigger",
    "It never runs, however often the event occurs. A transition from another unreachable step does not help.",
    bad=app(workflow("Greet", step("aB3"), step("cD4"))),
    good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
)
def unreachable_step(analysis: WorkflowAnalysis) -> Violations:
    flow = analysis.intended_flow
    trigger = analysis.workflow.trigger
    if flow is None or trigger is None or not trigger.transitions:
        return
    # Report only where an unreachable part begins: its other steps are reached once that one is. Of a ring, report the
    # first step. The first pass may start in the middle of a part and find its beginning later, so the second pass
    # goes through the starts in reverse.
    reached = _reached(flow)
    starts = list(_starts(flow, (id_ for id_ in flow.steps if id_ not in reached)))
    for id_ in _starts(flow, reversed(starts)):
        start = flow.steps[id_]
        never = [edge for edge in flow.incoming[id_] if _never_holds(flow, edge)]
        message = f'no path leads from the trigger to step "{start.name}"'
        if never:
            message += f": the condition of the {_kind(never[0])} to it never holds"
        related = (Related("this condition", analysis.document, never[0].transition.pointer),) if never else ()
        hint = "change the condition, or remove the step" if never else "let a transition lead to it, or remove it"
        yield Violation(start.pointer, message, hint, id_, related=related)


def _reached(flow: FlowGraph) -> frozenset[str]:
    """The trigger and the steps that a path leads to from it. A transition that an earlier one shadows counts: that is
    reported by itself."""
    if None not in flow.impossible.values():
        return flow.reachable
    return frozenset(breadth_first((TRIGGER_ID,), partial(_targets, flow)))


def _targets(flow: FlowGraph, node: str) -> Iterator[str]:
    return (edge.target for edge in flow.edges[node] if not _never_holds(flow, edge))


def _never_holds(flow: FlowGraph, edge: Edge) -> bool:
    return flow.impossible.get(edge.transition.pointer, edge.transition) is None


def _starts(flow: FlowGraph, nodes: Iterable[str]) -> Iterator[str]:
    """The nodes that cannot be reached from the nodes before them."""
    seen: set[str] = set()

    def new_targets(node: str) -> Iterator[str]:
        return (target for target in _targets(flow, node) if target not in seen)

    for node in nodes:
        if node in seen:
            continue
        yield node
        seen.update(breadth_first((node,), new_targets))


@workflow_rule(
    "loop",
    Severity.ERROR,
    "transitions that form a loop",
    "Kustomer refuses to save a workflow whose steps form a loop. To repeat something later, schedule a workflow; "
    "it may be the same one.",
    bad=app(workflow("Greet", step("aB3", to("cD4")), step("cD4", to("aB3", when("eq", "/#steps.1.again", True))))),
    good=app(workflow("Greet", step("aB3", to("cD4")), step("cD4"))),
)
def loop(analysis: WorkflowAnalysis) -> Violations:
    flow = analysis.flow
    for steps in flow.loops:
        names = " → ".join((*steps, steps[0]))
        closing = next(edge for edge in flow.edges[steps[-1]] if edge.target == steps[0])
        yield Violation(
            f"{closing.transition.pointer}/target",
            f"the steps form a loop: {names}",
            "Kustomer refuses to save it; to repeat steps, schedule a workflow",
            steps[-1],
        )


@workflow_rule(
    "shadowed-transition",
    Severity.WARNING,
    "a transition that is never taken, because an earlier one always wins or its own condition never holds",
    "Transitions are tried in order and the first whose condition holds is taken. One that "
    "follows a condition that always holds, or one that holds wherever its own does, is never taken.",
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
)
def shadowed_transition(analysis: WorkflowAnalysis) -> Violations:
    flow = analysis.flow
    if not flow.impossible:
        return
    reached = _reached(analysis.intended_flow or flow)
    for node, edges in flow.declared_edges.items():
        for edge in edges:
            pointer = edge.transition.pointer
            if pointer not in flow.impossible:
                continue
            earlier = flow.impossible[pointer]
            if earlier is None:
                target = analysis.intended_targets.get(edge.target, edge.target)
                if node not in reached or (not edge.error_action and target not in reached):
                    continue  # the step is reported as unreachable, or its target as unknown
                yield Violation(
                    pointer,
                    f"this {_kind(edge)} is never taken: its condition never holds",
                    f"change the condition, or remove the {_kind(edge)}",
                    node,
                )
                continue
            message = f"this {_kind(edge)} is never taken: {_why(flow, edge.transition, earlier)}"
            related = (Related("this one is tried first", analysis.document, earlier.pointer),)
            yield Violation(pointer, message, "the first one that holds is taken", node, related=related)


def _why(flow: FlowGraph, transition: Transition, earlier: Transition) -> str:
    """Why an earlier one wins, in a clause."""
    if flow.always_holds(earlier):
        return "an earlier one always holds"
    one, other = (flow.conditions.get(edge.pointer) for edge in (transition, earlier))
    if one is not None and other is not None and condition_key(one) == condition_key(other):
        return "an earlier one has the same condition"
    if earlier.pointer in flow.last_chances:
        return "one of the earlier ones always holds"
    return "an earlier one holds wherever it does"


@workflow_rule(
    "unknown-operator",
    Severity.WARNING,
    "an unknown condition operator",
    "Kustomer has these: " + ", ".join(OPERATORS) + ". What it does with another is not known; most often it is one of "
    "these under the name that another language has for it.",
    bad=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("equals", "/#steps.1.status", "open")),))),
    good=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("eq", "/#steps.1.status", "open")),))),
)
def unknown_operator(analysis: WorkflowAnalysis) -> Violations:
    for node, part in analysis.condition_parts:
        if isinstance(part, Comparison) and not part.known and part.operator not in analysis.settings.operators:
            hint = _suggested_operator(part.operator, (*OPERATORS, *analysis.settings.operators))
            yield Violation(f"{part.pointer}/op", f'unknown operator "{part.operator}"', hint, node)


def _suggested_operator(operator: str, operators: Collection[str]) -> Suggestion:
    words = _BETWEEN_WORDS.sub("", operator.lower())
    if intended := OPERATOR_BY_ALIAS.get(words):
        return did_you_mean(intended, is_certain=True)
    if nearest := CLOSEST_OPERATOR.get(words):
        return Suggestion(f'there is no such operator; the closest is "{nearest}"', nearest)
    return suggestion(operator, operators, "operators", limit=len(operators))


@workflow_rule(
    "operator-arity",
    Severity.WARNING,
    "a condition with too many or too few values for its operator, or with one that it cannot use",
    "A comparison without its second value compares with nothing; a third value is ignored. What is neither a number "
    "nor a date is neither more nor less, neither before nor after.",
    bad=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("eq", "/#steps.1.status")),))),
    good=app(workflow("Tag", step("aB3"), entry=(to("aB3", when("eq", "/#steps.1.status", "open")),))),
)
def operator_arity(analysis: WorkflowAnalysis) -> Violations:
    for node, part in analysis.condition_parts:
        if isinstance(part, (AllOf, AnyOf)) and not part.parts:
            message = f'"{"and" if isinstance(part, AllOf) else "or"}" combines conditions, but there are none'
            yield Violation(f"{part.pointer}/values", message, "add conditions to its values, or remove it", node)
        elif isinstance(part, Comparison) and part.known:
            if not part.arity_holds:
                message = f'"{part.operator}" takes {part.meaning.takes}, found {len(part.operands)}'
                yield Violation(f"{part.pointer}/values", message, _other_values(part), node)
                continue
            for operand in part.compared if part.meaning.family in _OF_SOME_VALUES else ():
                if expected := _usable_by(part, operand):
                    message = f'"{part.operator}" compares {expected}, found {kind(operand.value)}'
                    hint = (
                        "write a date, as 2030-01-31T09:00:00Z" if expected == "dates" else "write a number or a date"
                    )
                    yield Violation(operand.pointer, message, hint, node)


def _other_values(comparison: Comparison) -> str:
    """What to do about values that are too few or too many."""
    missing = comparison.meaning.least - len(comparison.operands)
    if missing > 0:
        return f"add {'the other value' if missing == 1 and comparison.operands else counted(missing, 'value')}"
    return f"remove {counted(len(comparison.operands) - (comparison.meaning.most or 0), 'value')}"


def _usable_by(comparison: Comparison, operand: Operand) -> str:
    """What an operator compares, if a literal is certainly none; else empty. What has digits may be read as a number or
    a date that kustui does not know."""
    family = comparison.meaning.family
    expected = "dates" if family is Family.DATE else "numbers or dates"
    if isinstance(operand.value, str):
        has_digits = any(map(str.isdigit, operand.value))
        return expected if operand.value and not has_digits and is_plain(operand.value) else ""
    return expected if isinstance(operand.value, bool | list | tuple | Mapping) else ""


def unreadable_conditions(analysis: WorkflowAnalysis) -> Violations:
    """Invalid conditions inside other conditions; ``invalid-shape`` reports them."""
    for node, part in analysis.condition_parts:
        if isinstance(part, Unreadable) and analysis.is_readable(part.pointer):
            yield Violation(part.pointer, part.message, part.hint, node)


def unknown_error_actions(analysis: WorkflowAnalysis) -> Violations:
    """Error actions of an unknown type; ``invalid-shape`` reports them, milder than the rest: the list may be old."""
    for node, edges in analysis.flow.declared_edges.items():
        for edge in edges:
            if edge.error_action and edge.error_action not in ERROR_ACTIONS:
                message = f'unknown error action "{edge.error_action}"'
                hint = suggestion(edge.error_action, ERROR_ACTIONS, "error actions")._replace(is_certain=False)
                pointer = f"{edge.transition.pointer}/errorAction/type"
                yield Violation(pointer, message, hint, node, severity=Severity.WARNING)
