"""Whether a condition holds in a run, with everything that a person needs to see why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from kustui.analysis.evaluation import EvaluationContext, assumptions_in, evaluate, resolve
from kustui.definition.expressions import AllOf, Always, AnyOf, Comparison, Condition, Never, Operand, Unreadable
from kustui.definition.operators import compare
from kustui.definition.values import Undecided, all_of, any_of


class OperandValue(Struct, frozen=True):
    """An operand, and what it stands for."""

    operand: Operand
    value: Any
    """JSON, MISSING or Undecided."""


class Verdict(Struct, frozen=True):
    """Whether one condition holds, and why."""

    condition: Condition
    holds: bool | None
    """None: undecided."""
    operands: tuple[OperandValue, ...] = ()
    """Those of a comparison that count."""
    parts: tuple[Verdict, ...] = ()
    """The verdicts on the parts of ``and`` and ``or``."""
    why: str = ""
    """Why it is undecided, in a clause."""
    assumed: str = ""
    """What in it is kustui's own reading, in a clause."""
    answered: bool = False
    """Whether a person decided it."""

    @property
    def comparisons(self) -> Iterator[Verdict]:
        """Those within it that compare values, in the order in which they are written."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.comparisons

    @property
    def question(self) -> Verdict | None:
        """The first comparison that leaves it undecided: the answer to that may decide it."""
        if self.holds is not None:
            return None
        if not self.parts:
            return self
        return next((question for part in self.parts if (question := part.question) is not None), None)

    @property
    def assumptions(self) -> Iterator[str]:
        """What in it, and in its parts, is kustui's own reading."""
        if self.assumed:
            yield self.assumed
        for part in self.parts:
            yield from part.assumptions


def evaluate_condition(condition: Condition, context: EvaluationContext) -> Verdict:
    """Whether a condition holds. Every part is evaluated, even where one alone decides: a person wants to see it."""
    answer = context.answers.get(condition.pointer)
    verdict = _evaluate(condition, context)
    if isinstance(answer, bool):
        return Verdict(condition, answer, verdict.operands, verdict.parts, verdict.why, verdict.assumed, answered=True)
    return verdict


def _evaluate(condition: Condition, context: EvaluationContext) -> Verdict:
    match condition:
        case Always():
            return Verdict(condition, True)
        case Never():
            return Verdict(condition, False)
        case Unreadable(message):
            return Verdict(condition, None, why=message)
        case Comparison():
            return _compare(condition, context)
        case AllOf(parts) | AnyOf(parts):
            verdicts = tuple(evaluate_condition(part, context) for part in parts)
            if not verdicts:
                return Verdict(condition, None, why="a group without conditions: its result is not known")
            combine = all_of if isinstance(condition, AllOf) else any_of
            holds = combine(
                Undecided("") if part_verdict.holds is None else part_verdict.holds for part_verdict in verdicts
            )
            return Verdict(condition, holds if isinstance(holds, bool) else condition.outcome, parts=verdicts)


def _compare(comparison: Comparison, context: EvaluationContext) -> Verdict:
    operator = comparison.meaning
    reads = operator.reads if comparison.known else len(comparison.operands)
    operands = tuple(OperandValue(operand, _value(operand, context)) for operand in comparison.operands[:reads])
    if len(operands) < reads:
        why = f"{comparison.operator} compares {reads} values, and has {len(operands)}"
        return Verdict(comparison, None, operands, why=why)
    one, other = (*(operand.value for operand in operands), None, None)[:2]
    holds = compare(comparison.operator, one, other)
    if isinstance(holds, Undecided):
        return Verdict(comparison, None, operands, why=holds.why)
    assumed = operator.assumption(one, other) if operator.seen else f"what {comparison.operator} does"
    read = (text for operand in operands for text in assumptions_in(operand.operand.value))
    return Verdict(comparison, holds, operands, assumed=assumed or next(read, ""))


def _value(operand: Operand, context: EvaluationContext) -> Any:
    if operand.pointer in context.answers:
        return context.answers[operand.pointer]
    if operand.expression is not None:
        return evaluate(operand.expression, context)
    return resolve(operand.value, context, operand.pointer)
