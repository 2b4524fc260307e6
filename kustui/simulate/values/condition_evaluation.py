"""Whether a condition holds in a run, with everything that a person needs to see why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kustui.definition.expressions import (
    AllOf,
    Always,
    AnyOf,
    Comparison,
    Condition,
    Never,
    Not,
    Operand,
    Unreadable,
    expressions_in,
)
from kustui.definition.operators import compare
from kustui.definition.values import Undecided, all_of, any_of
from kustui.simulate.values.evaluation import EvaluationContext, assumptions_of, evaluate, resolve


@dataclass(frozen=True, slots=True)
class OperandValue:
    """An operand, and what it stood for."""

    operand: Operand
    value: Any
    """A value as JSON has them, MISSING or Undecided."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one condition."""

    condition: Condition
    holds: bool | None
    """None: undecided."""
    operands: tuple[OperandValue, ...] = ()
    """Of a comparison, those that count."""
    parts: tuple[Verdict, ...] = ()
    """Of ``and``, ``or`` and ``not``."""
    why: str = ""
    """Why it is undecided, in a clause."""
    assumed: str = ""
    """What in it is our reading."""
    answered: bool = False
    """Whether a person said how it is to be taken."""

    @property
    def comparisons(self) -> Iterator[Verdict]:
        """Those within it that compare values, in the order in which they are written."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.comparisons

    @property
    def question(self) -> Verdict | None:
        """The first comparison that leaves it undecided: who answers that, may have decided it."""
        if self.holds is not None:
            return None
        for part in self.parts:
            if (question := part.question) is not None:
                return question
        return None if self.parts else self

    @property
    def assumptions(self) -> Iterator[str]:
        """What in it is our reading, that of its parts included."""
        if self.assumed:
            yield self.assumed
        for part in self.parts:
            yield from part.assumptions


def evaluate_condition(condition: Condition, context: EvaluationContext) -> Verdict:
    """Whether a condition holds. Every part is looked at, also where one alone decides: a person wants to see it."""
    answer = context.answers.get(condition.pointer)
    verdict = _decided(condition, context)
    if isinstance(answer, bool):
        return Verdict(condition, answer, verdict.operands, verdict.parts, verdict.why, verdict.assumed, answered=True)
    return verdict


def _decided(condition: Condition, context: EvaluationContext) -> Verdict:
    match condition:
        case Always():
            return Verdict(condition, True)
        case Never():
            return Verdict(condition, False)
        case Unreadable(message):
            return Verdict(condition, None, why=message)
        case Comparison():
            return _compared(condition, context)
        case Not(part):
            verdict = evaluate_condition(part, context)
            return Verdict(condition, None if verdict.holds is None else not verdict.holds, parts=(verdict,))
        case AllOf(parts) | AnyOf(parts):
            verdicts = tuple(evaluate_condition(part, context) for part in parts)
            if not verdicts:
                return Verdict(condition, None, why="a group without conditions: which way it goes is not known")
            combine = all_of if isinstance(condition, AllOf) else any_of
            held = combine(Undecided("") if each.holds is None else each.holds for each in verdicts)
            return Verdict(condition, held if isinstance(held, bool) else None, parts=verdicts)


def _compared(comparison: Comparison, context: EvaluationContext) -> Verdict:
    operator = comparison.meaning
    reads = operator.reads if operator else len(comparison.operands)
    seen = tuple(OperandValue(each, _value(each, context)) for each in comparison.operands[:reads])
    if operator and len(seen) < reads:
        return Verdict(
            comparison, None, seen, why=f"{comparison.operator} compares {reads} values, and has {len(seen)}"
        )
    one, other = (*(each.value for each in seen), None, None)[:2]
    answer = compare(comparison.operator, one, other)
    if isinstance(answer, Undecided):
        return Verdict(comparison, None, seen, why=answer.why)
    assumed = operator.assumption(one, other) if operator and operator.seen else f"what {comparison.operator} does"
    return Verdict(comparison, answer, seen, assumed=assumed or _assumed_in(comparison.operands[:reads]))


def _value(operand: Operand, context: EvaluationContext) -> Any:
    if operand.pointer in context.answers:
        return context.answers[operand.pointer]
    if operand.expression is not None:
        return evaluate(operand.expression, context)
    return resolve(operand.value, context, operand.pointer)


def _assumed_in(operands: tuple[Operand, ...]) -> str:
    for operand in operands:
        if operand.expression is not None:
            for assumed in assumptions_of(operand.expression):
                return assumed
        elif isinstance(operand.value, list | tuple | dict):
            for _, expression in expressions_in(operand.value):
                for assumed in assumptions_of(expression):
                    return assumed
    return ""
