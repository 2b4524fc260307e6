"""How the steps of a workflow lead to each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.certainty import holds_always
from kustui.check.closest import hint_of
from kustui.check.examples import app, step, to, when, workflow
from kustui.check.problems import Related, Severity
from kustui.check.rule import Finding, Rule

if TYPE_CHECKING:
    from kustui.check.subjects import Subject
    from kustui.definition.models import Transition
    from kustui.graph.flow import Way


def _kind(way: Way) -> str:
    return "error case" if way.after_failure else "transition"


def _unknown_target(subject: Subject) -> Iterator[Finding]:
    if not subject.whole:
        return  # the step may be one that could not be read
    for way in subject.flow.lost:
        yield Finding(
            f"{way.transition.pointer}/target",
            f'the {_kind(way)} leads to "{way.target}", and there is no such step',
            hint_of(way.target, subject.flow.steps, "steps of this workflow"),
            way.source,
        )


def _no_entry(subject: Subject) -> Iterator[Finding]:
    trigger = subject.workflow.trigger
    if trigger is not None and not trigger.transitions and subject.whole:
        yield Finding(
            trigger.pointer,
            "the trigger has no transition, so a run does nothing",
            "add one to the step with which it begins",
        )


def _unreachable_step(subject: Subject) -> Iterator[Finding]:
    flow = subject.assumed
    trigger = subject.workflow.trigger
    if flow is None or trigger is None or not trigger.transitions:
        return
    for place, lone in enumerate(flow.unreachable):
        # Only where the unreachable part begins: what follows is reached once that is. Of a ring, its first.
        above = [(other, step.id) for other, step in enumerate(flow.unreachable) if lone.id in flow.after(step.id)]
        if all(id_ in flow.after(lone.id) and other >= place for other, id_ in above):
            yield Finding(lone.pointer, f'no path leads from the trigger to step "{lone.name}"', "", lone.id)


def _loop(subject: Subject) -> Iterator[Finding]:
    flow = subject.flow
    for loop in flow.loops:
        names = " → ".join((*loop, loop[0]))
        closing = next(way for way in flow.ways[loop[-1]] if way.target == loop[0])
        yield Finding(
            f"{closing.transition.pointer}/target",
            f"the steps form a loop: {names}",
            "Kustomer refuses to save it; to come back later, schedule a workflow",
            loop[-1],
        )


def _shadowed_transition(subject: Subject) -> Iterator[Finding]:
    for node, ways in subject.flow.written.items():
        for after_failure in (False, True):
            tried = [way.transition for way in ways if way.after_failure is after_failure]
            yield from _shadowed(subject, node, tried)


def _shadowed(subject: Subject, node: str, tried: list[Transition]) -> Iterator[Finding]:
    for index, transition in enumerate(tried):
        for earlier in tried[:index]:
            if holds_always(earlier):
                reason = "an earlier one always holds"
            elif _same(earlier, transition):
                reason = "an earlier one has the same condition"
            else:
                continue
            related = (Related("this one is tried first", subject.document, earlier.pointer),)
            message = f"this way is never taken: {reason}"
            yield Finding(transition.pointer, message, "the first that holds wins", node, related=related)
            break


def _same(one: Transition, other: Transition) -> bool:
    return one.condition is not None and one.condition == other.condition


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
