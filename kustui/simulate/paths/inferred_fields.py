"""What a workflow reads of an output, and what each reading tells about the value it wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.expressions import (
    Comparison,
    Function,
    Literal,
    Reference,
    Template,
    parts_of,
)
from kustui.definition.expressions.nodes import Block, Call, Lookup, Mustache, Node, Origin, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kustui.definition.expressions import Operand
    from kustui.simulate.engine.organisation import Member

Fields = tuple[str, ...]


class Demand(NamedTuple):
    """One reading of one field."""

    fields: Fields
    """Below the output: ``("custom", "@timerBool")``."""
    kind: str = ""
    """``date``, ``number``, ``number in text``, ``email``, ``phone``, ``list``, or nothing where that is not told."""
    operator: str = ""
    literal: Any = None
    """What the operator compares it with, where that is written down."""
    like: tuple[str, ...] = ()
    """The path whose value it is compared with, from ``steps`` on."""


_BY_FUNCTION = {
    "parseInt": "number in text",
    "parseFloat": "number in text",
    "dateFormat": "date",
    "isValidEmailAddress": "email",
    "isValidPhoneNumber": "phone",
}
_BY_HELPER = {"dateFormat": "date", "dateDiff": "date", "math": "number", "each": "list"}


def demands_on(member: Member, node: str) -> tuple[Demand, ...]:
    """Every reading of what the trigger or a step gives, conditions first: they tell most."""
    return member.demands.get(node, ())


def demands_of(member: Member) -> Mapping[str, tuple[Demand, ...]]:
    """The same of every node that is read; a member keeps them."""
    found: dict[str, list[Demand]] = {}
    for path, demand in _all_demands(member):
        if len(path) > 2 and (node := member.flow.node(path[1])) is not None:
            found.setdefault(node, []).append(demand._replace(fields=path[2:]))
    return {node: tuple(demands) for node, demands in found.items()}


def _all_demands(member: Member) -> Iterator[tuple[tuple[str, ...], Demand]]:
    for condition in member.conditions.values():
        for part in parts_of(condition) if condition is not None else ():
            if isinstance(part, Comparison):
                yield from _of_comparison(part)
    for read in member.reads:
        expression = read.expression
        if isinstance(expression, Function):
            kind = _BY_FUNCTION.get(expression.name, "")
            yield from ((path.segments, Demand((), kind)) for path in expression.paths if path.step)
        elif isinstance(expression, Template):
            yield from _of_nodes(expression.nodes)
        else:
            yield from ((path.segments, Demand(())) for path in expression.paths if path.step)


def _of_comparison(comparison: Comparison) -> Iterator[tuple[tuple[str, ...], Demand]]:
    operands = comparison.operands[: comparison.meaning.reads if comparison.meaning else 2]
    for index, operand in enumerate(operands):
        path = _path_of(operand)
        if not path:
            continue
        other = operands[1 - index] if len(operands) == 2 else None
        like = _path_of(other) if other is not None else ()
        literal = None if other is None or like or _reads(other) else other.value
        operator = comparison.operator if index == 0 else _MIRRORED.get(comparison.operator, "")
        wrapped = "number in text" if isinstance(operand.expression, Function) else ""
        yield path, Demand((), wrapped, operator, literal, like)


_MIRRORED = {
    "eq": "eq", "neq": "neq", "ne": "ne", "gt": "lt", "lt": "gt", "gte": "lte", "lte": "gte", "contains": "in",
}  # fmt: skip


def _path_of(operand: Operand) -> tuple[str, ...]:
    """The path of a step's output that an operand reads, by itself or as a number; empty where it reads none."""
    expression = operand.expression
    if isinstance(expression, Reference) and expression.path is not None and expression.path.step:
        return expression.path.segments
    if isinstance(expression, Function) and expression.name in ("parseInt", "parseFloat") and expression.paths:
        return expression.paths[0].segments if expression.paths[0].step else ()
    if isinstance(expression, Template) and expression.only is not None and expression.only.reads_run:
        return expression.only.path.segments if expression.only.path.step else ()
    return ()


def _reads(operand: Operand) -> bool:
    """Whether an operand is more than what is written down."""
    return operand.expression is not None and not isinstance(operand.expression, Literal)


def _of_nodes(nodes: Iterable[Node], list_: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Demand]]:
    """The readings of a template. ``list_`` is the list that the innermost loop goes through."""
    for node in nodes:
        if isinstance(node, Mustache):
            yield from _of_value(node.value, "", list_)
        elif isinstance(node, Block):
            call = node.call
            yield from _of_call(call, list_)
            analysis = call.arguments[0] if call.arguments else call.callee
            inner = list_
            if call.name == "each" and isinstance(analysis, Lookup):
                inner = (*_segments(analysis, list_), "0")
            yield from _of_nodes(node.body, inner)
            yield from _of_nodes(node.inverse, list_)


def _of_call(call: Call, list_: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Demand]]:
    kind = _BY_HELPER.get(call.name, "")
    if isinstance(call.callee, Lookup) and not call.arguments:
        yield from _of_value(call.callee, "", list_)
    for value in (*call.arguments, *(each.value for each in call.named)):
        yield from _of_value(value, kind, list_)


def _of_value(value: Value, kind: str, list_: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Demand]]:
    if isinstance(value, Call):
        yield from _of_call(value, list_)
    elif isinstance(value, Lookup) and (segments := _segments(value, list_)) and segments[0] == "steps":
        yield segments, Demand((), kind)


def _segments(lookup: Lookup, list_: tuple[str, ...]) -> tuple[str, ...]:
    """The path that a lookup reads, inside a loop that of the list's first element; empty where that is not told."""
    if lookup.reads_run:
        return lookup.path.segments
    if list_ and lookup.contexts and not lookup.up and lookup.origin in (Origin.NAME, Origin.THIS):
        return (*list_, *lookup.path.segments)
    return ()
