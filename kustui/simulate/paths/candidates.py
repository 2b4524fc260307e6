"""Values for what is unknown while a path is searched: which are tried, likely ones first, and evaluating with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from kustui.analysis.condition_evaluation import Verdict, evaluate_condition
from kustui.analysis.evaluation import EvaluationContext, Failure, resolve
from kustui.analysis.reads import Fields
from kustui.definition.dates import MILLISECONDS, date_of, iso_date
from kustui.definition.expressions import Reference, Template, expressions_in
from kustui.definition.expressions.nodes import Content, Lookup, Mustache, Node
from kustui.definition.models import Step
from kustui.definition.operators import Family, operator_named, other_than
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING, instants_of, is_missing, number_of, text_of
from kustui.simulate.paths.provenance import provenance_of, written_expression
from kustui.simulate.paths.symbolic import (
    STATUS,
    Constraint,
    OutputKind,
    Scope,
    SymbolicRun,
    SymbolicState,
    ValueOrigin,
    literals_in,
)

_MAX_NUMBER = 1e300
_USUAL_STATUS = 500
_OTHER_STATUSES = (404, 400, 401, 403, 409, 422, 429, 502, 503, 200)
_USUAL_BODY = {"message": "made to fail for this path"}
_MAX_ELEMENTS = 200
"""Beyond this index no list is made up."""
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
        key = (type(candidate), repr(candidate))
        if key not in tried:
            tried.add(key)
            yield candidate


def _is_status(origin: ValueOrigin) -> bool:
    return origin.failure and origin.fields == STATUS


def _all_candidates(
    origins: Sequence[ValueOrigin], constraints: Sequence[Constraint], state: SymbolicState
) -> Iterator[Any]:
    if (equals := next(_values_equated(constraints, origins, state), None)) is not None:
        yield from _equal_values(equals)
        yield from (True, False, 1, 0, MISSING)
        return
    for constraint in constraints:
        if constraint.holds:
            yield from _examples(constraint, state)
    for origin in origins:
        if not origin.failure:
            yield from state.likely.get((state.runs[origin.run].analysis.key, origin.node, origin.fields), ())
    yield from _usual(origins[0], state)
    compared = [literal for constraint in constraints for literal in literals_in(constraint)]
    compared += [value for constraint in constraints for value in _fixed_values(constraint, state)]
    for constraint in constraints:
        yield from _pieces(constraint, compared, origins, state)
    yield from _near(compared, {constraint.comparison.meaning.family for constraint in constraints}, state)
    yield _containing(constraints)
    yield from (True, False, "draft", 1, 0, [], MISSING)


def _near(compared: Sequence[Any], families: set[Family], state: SymbolicState) -> Iterator[Any]:
    """Values at, beside and between those that a value is compared with."""
    yield from _around(number for value in compared if (number := number_of(value)) is not None)
    if families & {Family.DATE, Family.ORDER}:
        instants = (instant for value in compared for instant in instants_of(value))
        yield from _dates(sorted({*instants, *([state.runs[0].now] if Family.DATE in families else ())}))
        yield from _EXTREMES
    for value in compared:
        yield value
        yield from _unless_missing(other_than(value))
        yield from value if isinstance(value, list | tuple) else [[value]]


def _values_equated(
    constraints: Sequence[Constraint], origins: Sequence[ValueOrigin], state: SymbolicState
) -> Iterator[Any]:
    """What is written down that the value itself has to be like."""
    for constraint in constraints:
        if constraint.holds and constraint.comparison.meaning.is_equality and len(constraint.operands) == 2:
            for index, operand in enumerate(constraint.operands):
                path = operand.expression.path if isinstance(operand.expression, Reference) else None
                other = constraint.operands[1 - index].value
                if path is None or [*expressions_in(other)] or not isinstance(other, str | bool | int | float):
                    continue
                read = provenance_of(state.runs, constraint.scope, path.segments)
                if read.direct and read.origins and read.origins[0] in origins:
                    yield other


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
        yield from (_USUAL_STATUS, *_OTHER_STATUSES)
        return
    depth = len(origin.fields)
    fields = state.runs[origin.run].analysis.inferred_fields.get(origin.node, ())
    below = {field.fields[depth] for field in fields if field.fields[:depth] == origin.fields != field.fields}
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


def _around(compared: Iterator[int | float]) -> Iterator[Any]:
    """The numbers at, beside and between those that a value is compared with."""
    numbers = [*compared]
    for number in numbers:
        yield from (number, number + 1, number - 1, text_of(number), text_of(number + 1), text_of(number - 1))
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


# Evaluating with them


def evaluate_constraint(constraint: Constraint, state: SymbolicState, values: Mapping[ValueOrigin, Any]) -> Verdict:
    """The verdict on the comparison if the origins have these values, by the engine's own evaluation."""
    read = [operand.value for operand in constraint.operands]
    return evaluate_condition(constraint.comparison, evaluation_context(state.runs, constraint.scope, values, read))


def evaluation_context(
    runs: Sequence[SymbolicRun], scope: Scope, values: Mapping[ValueOrigin, Any], read: Any
) -> EvaluationContext:
    """What is read in a scope if the origins have these values. ``read`` holds the expressions that read it."""
    run = runs[scope.run]
    outputs = dict(run.data["steps"])
    if run.outputs.get(TRIGGER_ID) is OutputKind.UNKNOWN:
        outputs.setdefault(TRIGGER_ID, {})
    for origin, value in values.items():
        if origin.run == scope.run and not origin.failure and value is not MISSING:
            outputs[origin.node] = with_field(outputs.get(origin.node, MISSING), origin.fields, value)
    if run.path_run.scheduled_in is not None:
        inputs = run.path_run.inputs
        inputs = resolve(inputs, evaluation_context(runs, run.path_run.scheduled_in, values, inputs))
        outputs[TRIGGER_ID] = inputs if isinstance(inputs, Mapping) else {}
    for step in _transforms_read(run, read) if run.transforms else ():
        outputs[step.id] = {"output": resolve(step.params, EvaluationContext({**run.data, "steps": outputs}, run.now))}
    trigger = run.analysis.workflow.trigger
    if trigger is not None and TRIGGER_ID in outputs:
        outputs[trigger.id] = outputs[TRIGGER_ID]
    error = {"error": failure_of(values, scope.run, scope.failed).error} if scope.failed else {}
    return EvaluationContext({**run.data, "steps": outputs, **error}, run.now)


def _transforms_read(run: SymbolicRun, read: Any) -> Iterator[Step]:
    """The transforms that some expressions read, also through others, in the order in which they have run."""
    needed: set[str] = set()
    for step in (None, *reversed(run.transforms)):  # one that has run before may be read by it
        if step is None or step.id in needed:
            written = read if step is None else step.params
            needed |= {path.step for _, expression in expressions_in(written) for path in expression.paths if path.step}
    yield from (step for step in run.transforms if step.id in needed)


def failure_of(values: Mapping[ValueOrigin, Any], run: int, node: str) -> Failure:
    """How a step fails if the origins have these values."""
    status: int | None = _USUAL_STATUS
    body: Any = _USUAL_BODY
    for origin, value in values.items():
        if (origin.run, origin.node, origin.failure) != (run, node, True):
            continue
        if origin.fields == STATUS:
            status = None if value is MISSING else value
        elif value is MISSING:
            body = without_field(body, origin.fields[1:])
        else:
            body = with_field(body, origin.fields[1:], value)
    return Failure(status, None if body is MISSING else body)


def with_field(data: Any, fields: Fields, value: Any, *, overwrite: bool = True) -> Any:
    """The data with a value at a path, objects and lists made on the way. Unless ``overwrite``, it replaces no object
    and no list."""
    if not fields:
        return value if overwrite or is_missing(data) or not isinstance(data, Mapping | list) else data
    field, *rest = fields
    if field == "length" and not rest:
        return _of_length(data, number_of(value))
    if field.isascii() and field.isdigit() and not (isinstance(data, Mapping) and data):
        return _with_element(data, field, tuple(rest), value, overwrite=overwrite)
    members = dict(data) if isinstance(data, Mapping) else {}
    members[field] = with_field(members.get(field, MISSING), tuple(rest), value, overwrite=overwrite)
    return members


def _with_element(data: Any, digits: str, rest: Fields, value: Any, *, overwrite: bool) -> Any:
    index = int(digits) if len(digits) < 4 else _MAX_ELEMENTS + 1
    if index > _MAX_ELEMENTS:
        return data
    elements = list(data) if isinstance(data, list) else []
    elements += [{} if rest else None for _ in range(index + 1 - len(elements))]
    elements[index] = with_field(elements[index], rest, value, overwrite=overwrite)
    return elements


def _of_length(data: Any, length: Any) -> Any:
    if isinstance(data, str):
        return data
    count = int(length) if isinstance(length, int) and 0 <= length <= _MAX_ELEMENTS else 1
    elements = list(data) if isinstance(data, list) else []
    return [*elements[:count], *("draft" for _ in range(count - len(elements)))]


def without_field(data: Any, fields: Fields) -> Any:
    """The data without what stands at a path through objects; MISSING where that is all of it."""
    if not fields:
        return MISSING
    field, *rest = fields
    if not isinstance(data, Mapping) or field not in data:
        return data
    remaining = without_field(data[field], tuple(rest))
    return {name: remaining if name == field else value for name, value in data.items() if name != field or rest}
