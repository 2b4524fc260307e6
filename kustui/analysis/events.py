"""Whether the events that steps cause start a workflow, and how far it comes: what no JSON names, and hurts most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, product

from msgspec import Struct

from kustui.analysis.abstract_run import AbstractRun
from kustui.analysis.effects import CUSTOM, Effect, Reach, effects_of_step, event_data
from kustui.analysis.flow import FlowGraph
from kustui.analysis.guards import unavoidable
from kustui.definition.expressions import Comparison, Operand, Reference
from kustui.definition.operators import OPPOSITES, compare
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import number_of
from kustui.groups import grouped

ANY_FIELD = "*"
_LONGEST_LIST = 1_000
_MOST_KEPT = 3
"""Of so many written fields it is considered that they may have had the value before."""


def effects_of(flow: FlowGraph, heard: frozenset[str] | None = None) -> tuple[Effect, ...]:
    """What the steps of a workflow cause that a run can come to, in flow order, schedules left aside: all of it, or
    calls and the events that are ``heard``, its own among them."""
    if flow.workflow.trigger is None:
        return ()
    event = flow.workflow.trigger.event_name
    wanted = None if heard is None else heard | {event}
    steps = (step for step in flow.order if step.id in flow.possible.reachable)
    effects = [effect for step in steps for effect in effects_of_step(step, wanted)]
    if not effects:
        return ()
    if asked := changes_asked(flow):
        unasked = frozenset(AbstractRun(flow, event_data(Effect("", "", event))).nodes())
        effects = [effect if effect.step in unasked else effect._replace(asks=asked) for effect in effects]
    own = grouped((_what_is_known(effect), effect) for effect in effects if effect.event == event)
    repeats = {step: answer for alike in own.values() for step, answer in reach(flow, alike[0], alike).items()}
    return tuple(effect._replace(repeats=repeats.get(effect.step, Reach.CANNOT)) for effect in effects)


def _what_is_known(effect: Effect) -> tuple[str, frozenset[str] | None, str]:
    """The same for effects that start the same runs."""
    return effect.event, effect.fields, repr(effect.values)


def changes_asked(flow: FlowGraph) -> frozenset[str]:
    """The fields of which the conditions of a workflow ask whether, or how, they have changed."""
    return _changes_asked(flow, flow.declared_edges)


def _changes_asked(flow: FlowGraph, nodes: Iterable[str]) -> frozenset[str]:
    fields = {
        changed_field(flow.fields_of_trigger(path))
        for node in nodes
        for edge in flow.declared_edges[node]
        for _, expression in flow.condition_reads.get(edge.transition.pointer, ())
        for path in expression.paths
        if "changes" in path.segments
    }
    return frozenset(fields - {""})


def changed_field(path: tuple[str, ...]) -> str:
    """The field of ``changes.attributes.custom.after.sizeStr``: ``custom.sizeStr``; empty for any other path."""
    match path:
        case ("changes", "attributes", "custom", _, name, *_):
            return f"{CUSTOM}.{name}"
        case ("changes", "attributes", field, *_):
            return field
    return ""


def changed_names(fields: frozenset[str] | None) -> Iterator[str]:
    """The fields that a filter may ask about where these were written."""
    if fields is None or CUSTOM in fields:
        yield ANY_FIELD
    elif any(name.startswith(f"{CUSTOM}.") for name in fields):
        yield CUSTOM
    yield from fields or ()


class TriggerFilter(Struct, frozen=True):
    """What a trigger asks of an event before its run comes to a step."""

    asks: frozenset[str] | None = None
    """The fields of which one has to have changed; None if it does not matter what has changed."""
    reach: Reach = Reach.MAY
    """Whether an event of which nothing is known leads to a step."""


def trigger_filter(flow: FlowGraph) -> TriggerFilter:
    """The filter of a workflow's trigger. That a field was written is all that it looks at, not what was written."""
    if flow.workflow.trigger is None:
        return TriggerFilter(reach=Reach.CANNOT)
    event = flow.workflow.trigger.event_name
    anything = AbstractRun(flow, event_data(Effect("", "", event, None)))
    if not any(True for _ in anything.targets(TRIGGER_ID)):
        return TriggerFilter(reach=Reach.CANNOT)
    if not anything.is_over_at_once():
        return TriggerFilter(reach=Reach.MUST)
    asked = _changes_asked(flow, (TRIGGER_ID,))
    unchanged = AbstractRun(flow, event_data(Effect("", "", event)))
    filtered = bool(asked) and not any(True for _ in unchanged.targets(TRIGGER_ID))
    return TriggerFilter(asked if filtered else None)


# What an event leads to


def reach(flow: FlowGraph, cause: Effect, effects: Sequence[Effect]) -> Mapping[str, Reach]:
    """Whether the event of an effect, where it starts a workflow, leads to some effects of its steps; by step.

    CANNOT is certain, short of what is assumed of events: among that is that what a step writes counts as changed where
    this keeps runs from coming to the step. MUST leaves failures aside.
    """
    kept = _may_be_kept(cause, changes_asked(flow)) if cause.fields else []
    answers = _answers_about_list(flow, cause)
    reaches = [_reach_with(AbstractRun(flow, event_data(cause), answers=answers), effects)]
    if len(kept) > _MOST_KEPT:
        data = event_data(cause._replace(fields=None, values={}))
        reaches.append(_reach_with(AbstractRun(flow, data, answers=answers), effects))
    else:
        for chosen in product((False, True), repeat=len(kept)):
            if any(chosen):
                keeps = frozenset().union(*compress(kept, chosen))
                run = AbstractRun(flow, event_data(cause, keeps), answers=answers)
                reaches.append(_reach_with(run, effects))
    return {
        step: first if first is Reach.CANNOT or all(other[step] is first for other in reaches) else Reach.MAY
        for step, first in reaches[0].items()
    }


def _reach_with(run: AbstractRun, effects: Sequence[Effect]) -> dict[str, Reach]:
    nodes, ways = frozenset(run.nodes()), run.ways()
    certain = unavoidable(ways, TRIGGER_ID) if TRIGGER_ID in ways else frozenset()
    reaches = {}
    for effect in effects:
        must = effect.asks is None and effect.step in certain
        reaches[effect.step] = Reach.MUST if must else Reach.MAY if effect.step in nodes else Reach.CANNOT
    return reaches


def _answers_about_list(flow: FlowGraph, cause: Effect) -> dict[str, bool]:
    """The outcomes of comparisons, by pointer, that are decided by what an effect adds to a list or takes from it."""
    answers: dict[str, bool] = {}
    if cause.added or cause.removed:
        (field,) = cause.fields or ("",)
        for comparison in flow.comparisons:
            if comparison.operands and (holds := _about_list(flow, comparison, field, cause)) is not None:
                answers[comparison.pointer] = holds
    return answers


def _about_list(flow: FlowGraph, comparison: Comparison, field: str, cause: Effect) -> bool | None:
    fields, value = _read_of_trigger(flow, comparison.operands[0]), None
    if fields[:4] == ("changes", "attributes", field, "after"):
        fields = (field, *fields[4:])
    if len(comparison.operands) > 1:
        value = comparison.operands[1].value
    if fields == (field, "length") and cause.added:
        return _about_length(comparison.operator, len(set(cause.added)), value)
    if fields != (field,):
        return None
    opposite = comparison.operator in OPPOSITES
    match OPPOSITES.get(comparison.operator, comparison.operator):
        case "exists" if cause.added:
            return not opposite
        case "contains":
            elements = value if isinstance(value, list | tuple) else [value]
            for ends, holds in ((cause.added, not opposite), (cause.removed, opposite)):
                if elements and all(element in ends for element in elements):
                    return holds
    return None


def _read_of_trigger(flow: FlowGraph, operand: Operand) -> tuple[str, ...]:
    """The fields of a reference to the trigger's output; none for any other operand."""
    path = operand.expression.path if isinstance(operand.expression, Reference) else None
    return flow.fields_of_trigger(path) if path is not None else ()


def _about_length(operator: str, least: int, limit: object) -> bool | None:
    """The outcome of a comparison of the length of a list that has at least so many elements."""
    number = number_of(limit)
    if number is None or not 0 <= number <= _LONGEST_LIST:
        return None
    outcomes = [compare(operator, length, limit) for length in range(least, max(least, int(number)) + 3)]
    return outcomes[0] if isinstance(outcomes[0], bool) and len(set(outcomes)) == 1 else None


def _may_be_kept(cause: Effect, asked: frozenset[str]) -> list[frozenset[str]]:
    """Written fields that may have had the value before, each or together, where it is asked whether they changed."""
    custom = frozenset(field for field in cause.fields or () if field.startswith(f"{CUSTOM}."))
    literals = [field for field in cause.values if field in asked or (field in custom and CUSTOM in asked)]
    literals.extend(sorted(asked.intersection(cause.fields or ()) - custom - cause.values.keys()))
    unknown = custom - cause.values.keys() if CUSTOM in asked else frozenset()
    return [*(frozenset({field}) for field in literals), *([unknown] if unknown else [])]
