"""What a workflow reads: every reference, function and template, the fields of step outputs, and what the place of a
read says about the expected value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from kustui.analysis.flow import FlowGraph
from kustui.definition.expressions import (
    Comparison,
    Expression,
    Function,
    Literal,
    Operand,
    Reference,
    Template,
    comparisons_in,
)
from kustui.definition.expressions.nodes import Block, Call, Lookup, Mustache, Node, Origin, Value
from kustui.definition.expressions.parse import expressions_among
from kustui.definition.functions import BLOCKS, FUNCTIONS, HELPERS, NUMBER_IN_TEXT
from kustui.definition.models import Step, Transition
from kustui.definition.operators import Family, operator_named
from kustui.definition.platform import TRIGGER_ID
from kustui.groups import grouped


class Read(Struct, frozen=True):
    """One string that is not a plain literal."""

    node: str
    """The trigger or step it belongs to."""
    pointer: str
    expression: Expression
    transition: Transition | None = None
    """The transition or error case whose condition contains it; None in the params of a step."""


def reads_of(flow: FlowGraph) -> Iterator[Read]:
    """All expressions of a workflow: the trigger's, then those of each step in the order of the file."""
    condition_reads, param_strings = flow.condition_reads, flow.param_strings
    parts = (flow.workflow.trigger, *flow.workflow.steps)
    for part in parts:
        if part is None:
            continue
        node = TRIGGER_ID
        if isinstance(part, Step):
            node = part.id
            for pointer, expression in expressions_among(param_strings[part.pointer]):
                yield Read(node, pointer, expression)
        for edge in part.edges:
            for pointer, expression in condition_reads.get(edge.pointer, ()):
                yield Read(node, pointer, expression, edge)


def reads_from(reads: Iterable[Read], flow: FlowGraph, node: str) -> Iterator[Read]:
    """Those of the reads that read the output of a trigger or step."""
    for read in reads:
        if any(path.step is not None and flow.node(path.step) == node for path in read.expression.paths):
            yield read


# Inferred fields

Fields = tuple[str, ...]
DEEPEST_FIELD = 200
"""Segments of a path: a value that is nested deeper is not made up."""


class InferredField(Struct, frozen=True):
    """What one place that reads a field says about its value."""

    kind: str = ""
    """``date``, ``number``, ``number in text``, ``email``, ``phone``, ``list``, or empty if unknown."""
    operator: str = ""
    literal: Any = None
    """The literal that the operator compares it with, if any."""
    like: tuple[str, ...] = ()
    """The path whose value it is compared with, from ``steps`` on."""


InferredFields = Mapping[Fields, tuple[InferredField, ...]]
"""The fields of an output that are read, ``("custom", "@timerBool")``, each with what the places say that read it."""


def inferred_fields_of(flow: FlowGraph, reads: Iterable[Read]) -> Mapping[str, InferredFields]:
    """The fields that are read of the trigger and of each step, by node; conditions first, as they say most."""
    of_nodes = grouped(
        (node, (path[2:], field))
        for path, field in _all_fields(flow, reads)
        if 2 < len(path) <= DEEPEST_FIELD and (node := flow.node(path[1])) is not None
    )
    return {node: grouped(fields) for node, fields in of_nodes.items()}


def equated_literals_of(inferred: Iterable[InferredField]) -> tuple[str | bool | int | float, ...]:
    """The literals that conditions ask a field for, or rule out."""
    of_equalities = (one.literal for one in inferred if operator_named(one.operator).family is Family.EQUALITY)
    return tuple(dict.fromkeys(literal for literal in of_equalities if isinstance(literal, str | bool | int | float)))


def _all_fields(flow: FlowGraph, reads: Iterable[Read]) -> Iterator[tuple[tuple[str, ...], InferredField]]:
    edges = (edge.transition.pointer for edges in flow.declared_edges.values() for edge in edges)
    for condition in (flow.conditions[pointer] for pointer in edges if pointer in flow.conditions):
        for comparison in comparisons_in(condition):
            yield from _of_comparison(comparison)
    for read in reads:
        expression = read.expression
        if isinstance(expression, Function):
            kind = _input_of(expression.name)
            yield from ((path.segments, InferredField(kind)) for path in expression.paths if path.step)
        elif isinstance(expression, Template):
            yield from _of_nodes(expression.nodes)
        else:
            yield from ((path.segments, InferredField()) for path in expression.paths if path.step)


def _of_comparison(comparison: Comparison) -> Iterator[tuple[tuple[str, ...], InferredField]]:
    operands = comparison.operands[: comparison.meaning.reads]
    for index, operand in enumerate(operands):
        path = _path_of(operand)
        if not path:
            continue
        other = operands[1 - index] if len(operands) == 2 else None
        like = _path_of(other) if other is not None else ()
        literal = None if other is None or like or _reads(other) else other.value
        operator = comparison.operator if index == 0 else comparison.meaning.mirror
        wrapped = NUMBER_IN_TEXT if isinstance(operand.expression, Function) else ""
        yield path, InferredField(wrapped, operator, literal, like)


def _input_of(function: str) -> str:
    return FUNCTIONS[function].input if function in FUNCTIONS else ""


def _path_of(operand: Operand) -> tuple[str, ...]:
    """The path of a step's output that an operand reads, by itself or as a number; empty if it reads none."""
    expression = operand.expression
    if isinstance(expression, Reference) and expression.path is not None and expression.path.step:
        return expression.path.segments
    if isinstance(expression, Function) and _input_of(expression.name) == NUMBER_IN_TEXT and expression.paths:
        return expression.paths[0].segments if expression.paths[0].step else ()
    if isinstance(expression, Template) and expression.only is not None and expression.only.reads_run:
        return expression.only.path.segments if expression.only.path.step else ()
    return ()


def _reads(operand: Operand) -> bool:
    """Whether an operand is not a literal."""
    return operand.expression is not None and not isinstance(operand.expression, Literal)


def _of_nodes(nodes: Iterable[Node], list_: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], InferredField]]:
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


def _of_call(call: Call, list_: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], InferredField]]:
    helper = HELPERS.get(call.name) or BLOCKS.get(call.name)
    kind = helper.input if helper else ""
    if isinstance(call.callee, Lookup) and not call.arguments:
        yield from _of_value(call.callee, "", list_)
    for value in (*call.arguments, *(argument.value for argument in call.named)):
        yield from _of_value(value, kind, list_)


def _of_value(value: Value, kind: str, list_: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], InferredField]]:
    if isinstance(value, Call):
        yield from _of_call(value, list_)
    elif isinstance(value, Lookup) and (segments := _segments(value, list_)) and segments[0] == "steps":
        yield segments, InferredField(kind)


def _segments(lookup: Lookup, list_: tuple[str, ...]) -> tuple[str, ...]:
    """The path that a lookup reads; inside a loop, that of the list's first element. Empty if unknown."""
    if lookup.reads_run:
        return lookup.path.segments
    if list_ and lookup.contexts and not lookup.up and lookup.origin in (Origin.NAME, Origin.THIS):
        return (*list_, *lookup.path.segments)
    return ()
