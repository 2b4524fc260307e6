"""Values for what is unknown while a path is searched: which are tried, likely ones first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from kustui.analysis.reads import Fields
from kustui.definition.dates import MILLISECONDS, date_of, iso_date
from kustui.definition.expressions import Reference, Template, expressions_in
from kustui.definition.expressions.nodes import Content, Lookup, Mustache, Node
from kustui.definition.operators import Family, operator_named, other_than
from kustui.definition.values import MISSING, beside, instants_of, number_of, text_of
from kustui.simulate.paths.constraint_evaluation import USUAL_STATUS, evaluate_constraint
from kustui.simulate.paths.provenance import provenance_of, written_expression
from kustui.simulate.paths.symbolic import STATUS, Constraint, SymbolicState, ValueOrigin, literals_in

_MAX_NUMBER = 1e300
_OTHER_STATUSES = (404, 400, 401, 403, 409, 422, 429, 502, 503, 200)
_EXTREMES = (-1_000_000, 1_000_000, "2000-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z")
"""More or less than most."""
_DAY = MILLISECONDS["day"]
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


# Which values are tried


def candidates(
    origins: Sequence[ValueOrigin], constraints: Sequence[Constraint], state: SymbolicState
) -> Iterator[Any]:
    """The values that are tried for origins that have the same value; for a status only what it can be."""
    about_status = any(_is_status(origin) for origin in origins)
    tried: set[tuple[type, str]] = set()
    for candidate in _all_candidates(origins, constraints, state):
        status = number_of(candidate) if about_status else None
        if about_status and candidate is not MISSING:
            if not isinstance(status, int) or not 100 <= status <= 599:
                continue
            candidate = status
        if (identity := _identity(candidate)) not in tried:
            tried.add(identity)
            yield candidate


def _identity(value: Any) -> tuple[type, str]:
    """What tells values apart that may be no keys of a dictionary."""
    return type(value), repr(value)


def _is_status(origin: ValueOrigin) -> bool:
    return origin.failure and origin.fields == STATUS


class _Hints(NamedTuple):
    """What a constraint says of the values that meet it."""

    equated: tuple[tuple[ValueOrigin, Any], ...]
    """What is written down that the value of an origin has to be like."""
    refused: tuple[tuple[ValueOrigin, Any], ...]
    """What is written down that it must not be like."""
    examples: tuple[Any, ...]
    fixed: tuple[Any, ...]
    """The values of its operands that are known already."""


def _hints(constraint: Constraint, state: SymbolicState) -> _Hints:
    compared = tuple(_values_compared(constraint, state))
    return _Hints(
        compared if constraint.holds else (),
        () if constraint.holds else compared,
        tuple(_examples(constraint, state)) if constraint.holds else (),
        tuple(_fixed_values(constraint, state)),
    )


def _all_candidates(
    origins: Sequence[ValueOrigin], constraints: Sequence[Constraint], state: SymbolicState
) -> Iterator[Any]:
    hints = [state.once(("hints", state.number, one.key), partial(_hints, one, state)) for one in constraints]
    equated = (value for hint in hints for origin, value in hint.equated if origin in origins)
    if (equals := next(equated, None)) is not None:
        yield from _equal_values(equals)
        yield from (True, False, 1, 0, MISSING)
        return
    for hint in hints:
        yield from hint.examples
    refused = {_identity(value) for hint in hints for origin, value in hint.refused if origin in origins}
    for origin in origins:
        if not origin.failure:
            literals = state.runs[origin.run].analysis.equated_literals.get((origin.node, origin.fields), ())
            yield from (value for value in literals if _identity(value) not in refused)
    yield from _usual(origins[0], state)
    containing = _containing(constraints)
    if containing:  # before many of which each meets one of them at most
        yield containing
    compared = [literal for constraint in constraints for literal in literals_in(constraint)]
    compared += [value for hint in hints for value in hint.fixed]
    for constraint in constraints:
        yield from _pieces(constraint, compared, origins, state)
    yield from _near(compared, {constraint.comparison.meaning.family for constraint in constraints}, state)
    yield containing
    yield from (True, False, "draft", 1, 0, [], MISSING)


def _near(compared: Sequence[Any], families: set[Family], state: SymbolicState) -> Iterator[Any]:
    """Values at, beside and between those that a value is compared with."""
    numbers = [number for value in compared if (number := number_of(value)) is not None]
    yield from _around(numbers)
    if families & {Family.DATE, Family.ORDER}:
        instants = {instant for value in compared for instant in instants_of(value)}
        yield from _dates(sorted(instants | ({state.runs[0].now} if Family.DATE in families else set())))
        if Family.DATE in families:  # a number may be one, too
            yield from _around([*numbers, *sorted(instants)])
        yield from _EXTREMES
    for value in compared:
        yield value
        yield from _unless_missing(other_than(value))
        yield from value if isinstance(value, list | tuple) else [[value]]


def _values_compared(constraint: Constraint, state: SymbolicState) -> Iterator[tuple[ValueOrigin, Any]]:
    """What is written down that the value of an origin itself has to be like, or must not be."""
    if constraint.comparison.meaning.is_equality and len(constraint.operands) == 2:
        for index, operand in enumerate(constraint.operands):
            path = operand.expression.path if isinstance(operand.expression, Reference) else None
            other = constraint.operands[1 - index].value
            if path is None or [*expressions_in(other)] or not isinstance(other, str | bool | int | float):
                continue
            read = provenance_of(state.runs, constraint.scope, path.segments)
            if read.direct and read.origins:
                yield read.origins[0], other


def _equal_values(value: Any) -> Iterator[Any]:
    """A literal, and the values that some cast would make the same of it."""
    yield value
    number = number_of(value)
    if number is not None:
        yield from (number, text_of(number))
        if isinstance(number, int):
            yield f"{number}.0"
    elif isinstance(value, bool):
        yield text_of(value)
    yield [value]


def _examples(constraint: Constraint, state: SymbolicState) -> Iterator[Any]:
    """Values for which the operator holds beside what is written down."""
    first = next(iter(constraint.operands), None)
    reads_first = first is None or bool([*expressions_in(first.value)])
    meaning = constraint.comparison.meaning
    example = (meaning if reads_first else operator_named(meaning.mirror)).example
    for value in (*literals_in(constraint), *_fixed_values(constraint, state)):
        yield from _unless_missing(example(value))


def _usual(origin: ValueOrigin, state: SymbolicState) -> Iterator[Any]:
    """What stands there where there is no constraint."""
    if _is_status(origin):
        yield from (USUAL_STATUS, *_OTHER_STATUSES)
        return
    depth = len(origin.fields)
    inferred = state.runs[origin.run].analysis.inferred_fields.get(origin.node, ())
    below = {fields[depth] for fields in inferred if fields[:depth] == origin.fields != fields}
    if below:
        yield [] if all(name == "length" or name.isdigit() for name in below) else {}
    yield value_by_name(origin.fields, state.runs[0].now) if origin.fields else {}


def _pieces(
    constraint: Constraint, texts: Sequence[Any], origins: Sequence[ValueOrigin], state: SymbolicState
) -> Iterator[str]:
    """What the tags of a template that read the origins stand for where the whole becomes one of some texts."""
    for operand in constraint.operands:
        expression, scope = written_expression(state.runs, constraint.scope, operand.expression)
        if not isinstance(expression, Template) or expression.faults:
            continue
        nodes = expression.nodes
        for text in texts:
            for node, piece in zip(nodes, _split(nodes, text_of(text)), strict=False):
                if isinstance(node, Mustache) and isinstance(node.value, Lookup) and node.value.reads_run:
                    read = provenance_of(state.runs, scope, node.value.path.segments).origins
                    if any(origin in origins for origin in read):
                        yield from (piece, _unescaped(piece))


def _split(nodes: Sequence[Node], text: str) -> list[str]:
    """A text as the nodes of a template would make it, of neighbouring tags the first all; empty if it cannot be."""
    pieces: list[str] = []
    position, tag = 0, -1
    for index, node in enumerate(nodes):
        pieces.append("")
        if not isinstance(node, Content):
            tag = index if tag < 0 else tag
            continue
        at = text.find(node.text, position)
        if index == len(nodes) - 1:
            at = max(at, len(text) - len(node.text)) if text.endswith(node.text) else -1
        if at < position or (at > position and tag < 0):
            return []
        if tag >= 0:
            pieces[tag] = text[position:at]
        position, tag = at + len(node.text), -1
    if tag >= 0:
        pieces[tag] = text[position:]
    return pieces if tag >= 0 or position == len(text) else []


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    from html import unescape  # 10 ms

    return unescape(text)


def _dates(instants: Sequence[int]) -> Iterator[str]:
    """The dates at, beside and between some instants."""
    between = ((earlier + later) // 2 for earlier, later in pairwise(instants))
    for instant in (*(at + shift for at in instants for shift in (0, -_DAY, _DAY)), *between):
        if date_of(instant) is not None:
            yield iso_date(instant)


def _around(numbers: Sequence[int | float]) -> Iterator[Any]:
    """The numbers at, beside and between those that a value is compared with."""
    for number in numbers:
        more, less = beside(number, 1), beside(number, -1)
        yield from (number, more, less, text_of(number), text_of(more), text_of(less))
        yield f"{text_of(number)}.0"
    for lower, upper in pairwise(sorted(numbers)):
        yield (lower + upper) / 2


def _containing(constraints: Sequence[Constraint]) -> list[Any]:
    """A list of everything that the value has to contain."""
    parts: list[Any] = []
    for constraint in constraints:
        if constraint.holds and constraint.comparison.meaning.is_containment:
            for literal in literals_in(constraint):
                parts.extend(literal if isinstance(literal, list | tuple) else [literal])
    return parts


def _unless_missing(value: Any) -> Iterator[Any]:
    if value is not MISSING:
        yield value


def _fixed_values(constraint: Constraint, state: SymbolicState) -> Iterator[Any]:
    """The values of its operands that are known already."""
    for seen in evaluate_constraint(constraint, state, {}).operands:
        expression = seen.operand.expression
        if expression is not None and expression.paths and seen.value is not MISSING:
            yield seen.value


def can_be_written(value: Any) -> bool:
    """Whether a value is the same once it was written as JSON and read again: numbers beyond all measure are not."""
    if isinstance(value, int | float):
        return abs(value) < _MAX_NUMBER
    if isinstance(value, list | tuple):
        return all(map(can_be_written, value))
    return not isinstance(value, Mapping) or all(map(can_be_written, value.values()))


def value_by_name(fields: Fields, now: int) -> Any:
    """A value from nothing but what a field is called; custom fields end with their type [seen]."""
    name = next((field for field in reversed(fields) if not field.isdigit()), "")
    words = [word.lower() for word in _WORDS.findall(name)]
    last = words[-1] if words else ""
    if last in ("at", "date") and name != last:
        return iso_date(now)
    if last == "bool":
        return True
    if last in ("num", "count", "total", "amount", "quantity", "attempt", "round"):
        return 1
    if last in ("tags", "items", "list", "ids") and fields[-1] == name:
        return []
    if last == "email":
        return "ann@example.com"
    if last == "phone":
        return "+12125550100"
    if name == "statusCode":
        return 200
    return f"draft-{name}" if name else "draft"
