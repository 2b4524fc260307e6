"""What operators come to, as far as that is known without running anything."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from tree_sitter import Node

from kustui.definition.modules.execution import update
from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.static_evaluation import Evaluate, Evaluator
from kustui.definition.modules.static_values import (
    Piece,
    Scalar,
    Text,
    Undefined,
    Unknown,
    Value,
    pieces_of,
    text_of,
    truth_of,
)
from kustui.definition.values import is_number

_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": lambda one, other: one - other * int(one / other),
}


def unary(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    sign, argument = node.children[0].type, node.child_by_field_name("argument")
    if sign == "delete":
        return update(evaluator, file, node)
    value = evaluator.value(file, argument) if argument is not None else None
    origin = file.origin(node)
    if sign == "void":
        return Undefined(origin)
    if sign == "!" and value is not None and (truth := truth_of(value)) is not None:
        return Scalar(origin, not truth, is_literal=False)
    if not isinstance(value, Scalar):
        return evaluator.unknown(file, node)
    number = value.value
    if not is_number(number) or sign not in "+-":
        return evaluator.unknown(file, node)
    return Scalar(origin, -number if sign == "-" else number, value.is_literal)


def binary(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    sign = _sign(node)
    if sign == "+":
        return _sum(evaluator, file, node)
    left, right = (node.child_by_field_name(field) for field in ("left", "right"))
    one = evaluator.value(file, left) if left is not None else None
    if sign in ("||", "??", "&&"):
        return _chosen(evaluator, file, node, sign, one, right)
    other = evaluator.value(file, right) if right is not None else None
    numbers = _numbers(one, other)
    if sign in _ARITHMETIC and len(numbers) == 2:
        return _computed(evaluator, file, node, _ARITHMETIC[sign], *numbers)
    return evaluator.unknown(file, node)


def _chosen(
    evaluator: Evaluator, file: ModuleFile, node: Node, sign: str, one: Value | None, right: Node | None
) -> Value:
    """``||``, ``??`` and ``&&`` of a value that is known."""
    if one is None or right is None or isinstance(one, Unknown):
        return evaluator.unknown(file, node)
    is_nothing = isinstance(one, Undefined) or (isinstance(one, Scalar) and one.value is None)
    goes_on = is_nothing if sign == "??" else truth_of(one) is (sign == "&&")
    return evaluator.value(file, right) if goes_on else one


def _computed(
    evaluator: Evaluator,
    file: ModuleFile,
    node: Node,
    compute: Callable[[float, float], float],
    one: float,
    other: float,
) -> Value:
    try:
        return Scalar(file.origin(node), compute(float(one), float(other)), is_literal=False)
    except (ZeroDivisionError, OverflowError, ValueError):
        return evaluator.unknown(file, node)


def _sum(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    """``a + b + c``: of texts and numbers. However many they are, this is one level."""
    values = [evaluator.value(file, part) for part in _summands(node)]
    numbers = _numbers(*values)
    if len(numbers) == len(values):
        try:
            return Scalar(file.origin(node), sum(map(float, numbers)), is_literal=False)
        except OverflowError:
            return evaluator.unknown(file, node)
    if not any(isinstance(value, Text) for value in values[:2]):  # 1 + 2 + "a" is "3a"
        return evaluator.unknown(file, node)
    pieces: list[Piece] = []
    for value in values:
        own = pieces_of(value, value.origin)
        if own is None:
            return evaluator.unknown(file, node)
        pieces += own
    return text_of(file.origin(node), pieces) or evaluator.unknown(file, node)


def _summands(node: Node) -> Sequence[Node]:
    """The parts of a sum, in their order."""
    parts: list[Node] = []
    at: Node | None = node
    while at is not None and at.type == "binary_expression" and _sign(at) == "+":
        if (right := at.child_by_field_name("right")) is not None:
            parts.append(right)
        at = at.child_by_field_name("left")
    return parts[::-1] if at is None else [at, *parts[::-1]]


def ternary(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    condition = node.child_by_field_name("condition")
    truth = truth_of(evaluator.value(file, condition)) if condition is not None else None
    if truth is None:
        return evaluator.unknown(file, node)
    chosen = node.child_by_field_name("consequence" if truth else "alternative")
    return evaluator.value(file, chosen) if chosen is not None else evaluator.unknown(file, node)


def _sign(node: Node) -> str:
    sign = node.child_by_field_name("operator")
    return sign.type if sign is not None else ""


def _numbers(*values: Value | None) -> Sequence[float]:
    """Those of some values that are numbers."""
    return [value.value for value in values if isinstance(value, Scalar) and is_number(value.value)]


COMPUTED: Mapping[str, Evaluate] = {
    "unary_expression": unary,
    "binary_expression": binary,
    "ternary_expression": ternary,
}
"""By the type of the expression."""
