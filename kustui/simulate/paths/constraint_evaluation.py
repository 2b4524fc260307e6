"""Evaluating constraints with values for what is unknown: by the engine's own evaluation, and quicker where a value is
only compared with what is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kustui.analysis.condition_evaluation import Verdict, evaluate_condition
from kustui.analysis.evaluation import EvaluationContext, Failure, resolve
from kustui.analysis.reads import Fields
from kustui.definition.expressions import Reference, expressions_in
from kustui.definition.models import Step
from kustui.definition.operators import asks_equal, compare
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING, Undecided, is_missing, number_of
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.paths.provenance import provenance_of
from kustui.simulate.paths.symbolic import (
    STATUS,
    Constraint,
    OutputKind,
    Scope,
    SymbolicRun,
    SymbolicState,
    ValueOrigin,
    is_of_list,
)

_USUAL_BODY = {"message": "made to fail for this path"}
_MAX_ELEMENTS = 200
"""Beyond this index no list is made up."""

USUAL_STATUS = 500
Values = Mapping[ValueOrigin, Any]


def evaluate_constraint(constraint: Constraint, state: SymbolicState, values: Mapping[ValueOrigin, Any]) -> Verdict:
    """The verdict on the comparison if the origins have these values, by the engine's own evaluation."""
    read = [operand.value for operand in constraint.operands]
    return evaluate_condition(constraint.comparison, evaluation_context(state.runs, constraint.scope, values, read))


def evaluation_context(
    runs: Sequence[SymbolicRun], scope: Scope, values: Mapping[ValueOrigin, Any], read: Any
) -> EvaluationContext:
    """What is read in a scope if the origins have these values. ``read`` holds the expressions that read it."""
    run = runs[scope.run]
    outputs: dict[str, Any] = {}
    # With those of the run, which are not copied: a long one has many.
    steps = LayeredMap(outputs, run.data["steps"])
    if run.outputs.get(TRIGGER_ID) is OutputKind.UNKNOWN and TRIGGER_ID not in steps:
        outputs[TRIGGER_ID] = {}
    for origin, value in values.items():
        if origin.run == scope.run and not origin.failure and value is not MISSING:
            outputs[origin.node] = with_field(steps.get(origin.node, MISSING), origin.fields, value)
    if run.path_run.scheduled_in is not None:
        inputs = run.path_run.inputs
        inputs = resolve(inputs, evaluation_context(runs, run.path_run.scheduled_in, values, inputs))
        outputs[TRIGGER_ID] = inputs if isinstance(inputs, Mapping) else {}
    for step in _transforms_read(run, read) if run.transforms else ():
        outputs[step.id] = {"output": resolve(step.params, EvaluationContext({**run.data, "steps": steps}, run.now))}
    trigger = run.analysis.workflow.trigger
    if trigger is not None and TRIGGER_ID in steps:
        outputs[trigger.id] = steps[TRIGGER_ID]
    error = {"error": failure_of(values, scope.run, scope.failed).error} if scope.failed else {}
    return EvaluationContext({**run.data, "steps": steps, **error}, run.now)


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
    status: int | None = USUAL_STATUS
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


def with_field(
    data: Any, fields: Fields, value: Any, *, overwrite: bool = True, own: dict[int, object] | None = None
) -> Any:
    """The data with a value at a path, objects and lists made on the way. Unless ``overwrite``, it replaces no object
    and no list. Objects are copied, once for all calls with the same ``own``, which holds the copies by their ids."""
    if not fields:
        return value if overwrite or is_missing(data) or not isinstance(data, Mapping | list) else data
    field, *rest = fields
    if field == "length" and not rest:
        return _of_length(data, number_of(value))
    if field.isascii() and field.isdigit() and not (isinstance(data, Mapping) and data):
        return _with_element(data, field, tuple(rest), value, overwrite=overwrite)
    members: dict[str, Any]
    if own is not None and id(data) in own:
        members = data
    else:
        members = dict(data) if isinstance(data, Mapping) else {}
        if own is not None:
            own[id(members)] = members
    members[field] = with_field(members.get(field, MISSING), tuple(rest), value, overwrite=overwrite, own=own)
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


# Many constraints on one value


class LiteralTest(NamedTuple):
    """A constraint that compares one value with what is written down."""

    operator: str
    literal: Any
    place: int
    """Which of the operands the value is."""
    holds: bool

    def answer(self, value: Any) -> bool | None:
        """Whether the comparison holds for a value that is there; None where nobody can tell."""
        answer = compare(self.operator, *((self.literal, value) if self.place else (value, self.literal)))
        return None if isinstance(answer, Undecided) else answer

    @property
    def wants_equal(self) -> bool | None:
        """Whether the value has to be equal to the literal, or must not be; None where it asks anything else."""
        equal = asks_equal(self.operator)
        return None if equal is None else equal is self.holds

    @property
    def wants_text(self) -> bool | None:
        """Whether a text has to be the literal, or must not be it; None where that is not all it says of texts."""
        return self.wants_equal if isinstance(self.literal, str) else None


def literal_test(constraint: Constraint, state: SymbolicState) -> tuple[LiteralTest, ValueOrigin] | None:
    """How a constraint compares the value of an origin with what is written down; None where it does anything else."""
    return state.once(("test", state.number, constraint.key), lambda: _literal_test(constraint, state))


def _literal_test(constraint: Constraint, state: SymbolicState) -> tuple[LiteralTest, ValueOrigin] | None:
    comparison, operands = constraint.comparison, constraint.operands
    if not comparison.known or comparison.meaning.reads != 2 or len(operands) != 2:
        return None
    for place, operand in enumerate(operands):
        path = operand.expression.path if isinstance(operand.expression, Reference) else None
        other = operands[1 - place]
        if path is None or [*expressions_in(other.value)]:
            continue
        read = provenance_of(state.runs, constraint.scope, path.segments)
        if not read.direct or read.opaque or len(read.origins) != 1:
            return None
        origin = read.origins[0]
        if origin.failure or not origin.fields or any(map(is_of_list, origin.fields)):
            return None
        return LiteralTest(comparison.operator, other.value, place, constraint.holds), origin
    return None


class ValueTests:
    """Constraints that one value has to meet, which is that of all of some origins."""

    def __init__(self, constraints: Iterable[Constraint], origins: Sequence[ValueOrigin], state: SymbolicState) -> None:
        self._origins, self._state = origins, state
        self._required: set[str] = set()
        self._excluded: set[str] = set()
        self._of_texts: list[LiteralTest] = []
        self._tests: list[LiteralTest] = []
        self._others: list[Constraint] = []
        self._all: list[Constraint] = [*constraints]
        for constraint in self._all:
            result = literal_test(constraint, state)
            if result is None or result[1] not in origins:
                self._others.append(constraint)
                continue
            test, _ = result
            wanted = test.wants_text
            if wanted is None:
                self._tests.append(test)
                continue
            (self._required if wanted else self._excluded).add(test.literal)
            self._of_texts.append(test)
        # What is above the highest limit is above all of them: what rules out most is tried first.
        limits = {at: limit for at, test in enumerate(self._tests) if (limit := number_of(test.literal)) is not None}
        if limits:
            self._tests[:0] = [self._tests[extreme(limits, key=limits.__getitem__)] for extreme in (max, min)]

    def are_met(self, value: Any) -> bool:
        """Whether a value meets all of them."""
        return self._meets(value, unless_certain=False)

    def any_fails(self, value: Any) -> bool:
        """Whether a value fails one of them for certain."""
        return not self._meets(value, unless_certain=True)

    def _meets(self, value: Any, *, unless_certain: bool) -> bool:
        """Whether it meets all; with ``unless_certain`` also where nobody can tell."""
        if value is MISSING:
            return all(self._is_met(part, value, unless_certain) for part in self._all)
        tests = [self._tests, self._of_texts]
        if isinstance(value, str):  # which is the same as no other text
            if value in self._excluded or self._required - {value}:
                return False
            tests = tests[:1]
        for group in tests:
            for at, test in enumerate(group):
                answer = test.answer(value)
                if answer is not test.holds and not (unless_certain and answer is None):
                    group.insert(0, group.pop(at))  # what rules out one value often rules out the next
                    return False
        return all(self._is_met(part, value, unless_certain) for part in self._others)

    def _is_met(self, constraint: Constraint, value: Any, unless_certain: bool) -> bool:
        holds = evaluate_constraint(constraint, self._state, dict.fromkeys(self._origins, value)).holds
        return holds is constraint.holds or (unless_certain and holds is None)
