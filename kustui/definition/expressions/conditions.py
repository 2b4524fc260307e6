"""Conditions: ``{"op": "eq", "values": ["/#steps.1.status", "open"]}``, nested by and, or, not, as a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from msgspec import Struct

from kustui.definition.cases import ANY, Cases, Fact, FactTable, all_cases, any_cases
from kustui.definition.expressions.nodes import Expression, Path
from kustui.definition.expressions.parse import Function, Literal, Reference, expressions_in, parse
from kustui.definition.expressions.templates import Template
from kustui.definition.functions import FUNCTIONS
from kustui.definition.operators import OPERATORS, OPPOSITES, Family, Operator, compare, operator_named
from kustui.definition.possible_values import Term
from kustui.definition.values import MISSING, canonical_json
from kustui.text.terminal_safe import UNKNOWN

_UNKNOWN = f"\\u{ord(UNKNOWN):04x}"  # as JSON has it

MAX_DEPTH = 100
"""How deep conditions may nest: a person's have three or four levels [assumed]."""


class Always(Struct, frozen=True):
    """Holds whatever happens."""

    pointer: str


class Never(Struct, frozen=True):
    """Cannot hold."""

    pointer: str


class AllOf(Struct, frozen=True, dict=True):
    """``and``: holds when each part does."""

    parts: tuple[Condition, ...]
    pointer: str

    @cached_property
    def outcome(self) -> bool | None:
        """Whether it holds, where that is the same for all runs."""
        return _outcome_of(self)

    @cached_property
    def texts(self) -> tuple[frozenset[str], bool]:
        """The texts that it reads, and whether each of its comparisons reads others."""
        return _texts_of_parts(self)


class AnyOf(Struct, frozen=True, dict=True):
    """``or``: holds when at least one part does."""

    parts: tuple[Condition, ...]
    pointer: str

    @cached_property
    def outcome(self) -> bool | None:
        """Whether it holds, where that is the same for all runs."""
        return _outcome_of(self)

    @cached_property
    def texts(self) -> tuple[frozenset[str], bool]:
        """The texts that it reads, and whether each of its comparisons reads others."""
        return _texts_of_parts(self)


class Operand(Struct, frozen=True):
    """One value that is compared: any JSON value, and what it stands for where it is a string."""

    value: object
    pointer: str
    expression: Expression | None
    """None where the value is no string; for those inside lists and objects see ``expressions_in``."""

    @property
    def reads(self) -> bool:
        """Whether it is anything but a literal, so that it need not be the same in every run."""
        if self.expression is not None:
            return not isinstance(self.expression, Literal) or bool(self.expression.embedded)
        return isinstance(self.value, dict | list | tuple) and any(expressions_in(self.value))


class Comparison(Struct, frozen=True):
    """An operator with its values, as many as there are. The operator may be unknown."""

    operator: str
    operands: tuple[Operand, ...]
    pointer: str

    @property
    def meaning(self) -> Operator:
        """What kustui knows of the operator."""
        return operator_named(self.operator)

    @property
    def known(self) -> bool:
        """Whether that is anything."""
        return self.operator in OPERATORS

    @property
    def compared(self) -> tuple[Operand, ...]:
        """Those of its values that count."""
        return self.operands[: self.meaning.reads] if self.known else self.operands

    @property
    def asks_if_there(self) -> bool:
        """Whether it asks if a value is there: ``exists``, ``dne``, or ``eq`` and ``neq`` with null [assumed]."""
        with_null = self.meaning.family is Family.EQUALITY and any(operand.value is None for operand in self.operands)
        return self.meaning.asks_for_first or with_null

    @property
    def arity_holds(self) -> bool:
        """Whether the operator takes that many values; True for an unknown one."""
        most = self.meaning.most
        return self.meaning.least <= len(self.operands) and (most is None or len(self.operands) <= most)


class Unreadable(Struct, frozen=True):
    """Something that stands where a condition has to, and is none."""

    message: str
    pointer: str
    hint: str = 'such as {"op": "exists", "values": ["/#steps.1.id"]}'


Condition = Always | Never | AllOf | AnyOf | Comparison | Unreadable
PathName = Callable[[Path], tuple[str, ...]]


def parse_condition(op: str, values: Sequence[object], pointer: str = "") -> Condition:
    """The tree of a condition. Never raises: what cannot be read is an Unreadable in its place.

    ``pointer`` is that of the condition itself; the parts' pointers continue it: ``/values/0/values/1``.
    """
    return _condition(op, values, pointer, 1)


def parts_of(condition: Condition) -> Iterator[Condition]:
    """A condition and every condition in it, in the order in which they are written."""
    pending = [condition]
    while pending:
        part = pending.pop()
        yield part
        if isinstance(part, (AllOf, AnyOf)):
            pending.extend(reversed(part.parts))


def comparisons_in(condition: Condition) -> Iterator[Comparison]:
    """The comparisons that a condition is made of, in the order in which they are written."""
    return (part for part in parts_of(condition) if isinstance(part, Comparison))


def constant_outcome(condition: Condition) -> bool | None:
    """Whether a condition holds, where that is the same for all runs: what it compares is written down, or its parts
    contradict each other, or leave nothing out. None where it depends on the run."""
    if isinstance(condition, Always):  # most of them
        return True
    if isinstance(condition, (AllOf, AnyOf)):
        return condition.outcome
    return False if isinstance(condition, Never) else None


def _outcome_of(group: AllOf | AnyOf) -> bool | None:
    settling = isinstance(group, AnyOf)
    outcomes = {constant_outcome(part) for part in group.parts}
    if settling in outcomes:
        return settling
    if None not in outcomes:
        return not settling if outcomes else None
    _, each_reads_others = group.texts
    if each_reads_others:
        return None
    table = FactTable()
    for outcome in (False, True):
        if not table.consistent(cases_of(group, not outcome, partial(leaf_cases, table=table))):
            return outcome
    return None


def texts_read(condition: Condition) -> frozenset[str]:
    """The texts that a condition compares and that read something of the run, as they are written."""
    return _texts_of(condition)[0]


def _texts_of(condition: Condition) -> tuple[frozenset[str], bool]:
    if isinstance(condition, Comparison):
        expressions = [operand.expression for operand in condition.compared]
        return frozenset([each.text for each in expressions if each and not isinstance(each, Literal)]), True
    return condition.texts if isinstance(condition, (AllOf, AnyOf)) else (frozenset(), True)


def _texts_of_parts(group: AllOf | AnyOf) -> tuple[frozenset[str], bool]:
    parts = [_texts_of(part) for part in group.parts]
    together = frozenset[str]().union(*(texts for texts, _ in parts))
    return together, all(apart for _, apart in parts) and len(together) == sum(len(texts) for texts, _ in parts)


def cases_of(condition: Condition, holds: bool, of_leaf: Callable[[Comparison | Unreadable, bool], Cases]) -> Cases:
    """What is true where a condition holds, or does not."""
    match condition:
        case Always() | Never():
            return ANY if isinstance(condition, Always) is holds else ()
        case Comparison() | Unreadable():
            return of_leaf(condition, holds)
        case AllOf(parts) | AnyOf(parts):
            alternatives = [cases_of(part, holds, of_leaf) for part in parts]
            return all_cases(alternatives) if isinstance(condition, AllOf) is holds else any_cases(alternatives)


def leaf_cases(leaf: Comparison | Unreadable, holds: bool, table: FactTable) -> Cases:
    """What is true where a comparison holds, or does not, wherever in a run it stands."""
    return (frozenset({fact_of(leaf, holds, table)}),) if isinstance(leaf, Comparison) else ANY


def fact_of(
    comparison: Comparison, holds: bool, table: FactTable, place: str = "", name: PathName = lambda path: path.segments
) -> Fact:
    """That a comparison holds, or does not, as a fact of a table.

    ``place`` distinguishes what may have changed when it is compared again elsewhere; ``name`` gives the same for
    paths that read the same.
    """
    key = condition_key(comparison)
    negated = key.startswith("not ") and comparison.arity_holds
    key = f"{key.removeprefix('not ') if negated else key}{place and f' at {place}'}"
    if key not in table.terms:
        value, at, literal = _compared(comparison, name)
        table.terms[key] = Term(
            comparison.operator, negated, (place, *value) if place and value else value, at, literal
        )
    return Fact(key, holds is not negated)


def _compared(comparison: Comparison, name: PathName) -> tuple[tuple[str, ...], int, object]:
    """What a comparison compares with a literal, which of its operands that is, and the literal."""
    operands = comparison.operands[: comparison.meaning.reads]
    read = [at for at, operand in enumerate(operands) if operand.reads]
    if len(read) == 1 and comparison.known and len(operands) == comparison.meaning.reads:
        literal = operands[1 - read[0]].value if len(operands) > 1 else MISSING
        match operands[read[0]].expression:
            case Reference(paths=(path,)):
                return name(path), read[0], literal
            case Template(text, faults=(), embedded=()):
                return ("", text), read[0], literal
            case Function(text, faults=(), embedded=(), name=function) if function in FUNCTIONS:
                return ("", text), read[0], literal
    return (), 0, MISSING


def condition_key(condition: Condition) -> str:
    """A text that is the same for conditions that say the same: parts of a group in any order, values without meaning
    and parts that decide nothing left out, ``dne`` as the opposite of ``exists``."""
    match condition:
        case Unreadable():
            return f"unreadable {condition.pointer}"
        case Comparison():
            operator = condition.meaning
            values = [canonical_json(operand.value) for operand in condition.compared]  # where 1 is not true
            if any(_UNKNOWN in value for value in values):  # it may be another each time
                values.append(condition.pointer)
            name = OPPOSITES.get(condition.operator, condition.operator)
            if operator.mirror == condition.operator:
                values.sort()
            return f"{'not ' * (name != condition.operator)}{name} {' '.join(values)}"
        case _ if (outcome := constant_outcome(condition)) is not None:
            return str(outcome)
        case AllOf(parts) | AnyOf(parts):
            keys = sorted({condition_key(part) for part in parts if constant_outcome(part) is None})
            word = " and " if isinstance(condition, AllOf) else " or "
            return keys[0] if len(keys) == 1 else f"({word.join(keys)})"
        case Always() | Never():
            return ""


def _condition(op: str, values: Sequence[object], pointer: str, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        return Unreadable(f"conditions nested more than {MAX_DEPTH} levels deep", pointer, "nest fewer of them")
    if op == "true" and len(values) == 1 and values[0] is True:  # most of them
        return Always(pointer)
    if op in ("and", "or"):
        parts = tuple(_nested(value, f"{pointer}/values/{at}", depth) for at, value in enumerate(values))
        return AllOf(parts, pointer) if op == "and" else AnyOf(parts, pointer)
    operands = tuple(_operand(value, f"{pointer}/values/{at}") for at, value in enumerate(values))
    constant = _constant(op, operands)
    if constant is not None:
        return Always(pointer) if constant else Never(pointer)
    return Comparison(op, operands, pointer)


def nested_conditions(comparison: Comparison) -> tuple[Condition, ...]:
    """The conditions that an unknown operator is given, as ``not`` might be; none where it has other values."""
    parts = tuple(_nested(operand.value, "", MAX_DEPTH - 2) for operand in comparison.operands)
    inner = [part for condition in parts for part in parts_of(condition)]
    unclear = any(isinstance(part, Unreadable) or (isinstance(part, Comparison) and not part.known) for part in inner)
    return () if unclear else parts


def _nested(raw: object, pointer: str, depth: int) -> Condition:
    if not isinstance(raw, Mapping):
        return Unreadable("a condition is expected here: an object with op and values", pointer)
    op, values = raw.get("op"), raw.get("values")
    if not isinstance(op, str):
        return Unreadable("this condition has no op", pointer)
    if not isinstance(values, list | tuple):
        return Unreadable("this condition has no list of values", pointer)
    return _condition(op, values, pointer, depth + 1)


def _constant(op: str, operands: Sequence[Operand]) -> bool | None:
    """Whether a condition holds in every run, or in none: where all that its operator compares is written down, as in
    ``true [true]``, ``exists [true, ""]`` [seen], ``eq ["a", "b"]``. None for any other, and where it depends on a cast
    of Kustomer's.

    ``true`` and ``false`` without a value always and never hold [assumed]; what follows their first is meaningless.
    """
    operator = operator_named(op)
    if operator.family is Family.TRUTH and not operands:
        return op == "true"
    compared = operands[: operator.reads]
    too_many = operator.most is not None and len(operands) > operator.most and operator.family is not Family.TRUTH
    if operator.test is None or too_many or len(compared) < operator.reads:
        return None
    if any(operand.reads for operand in compared):
        return None  # it is not the same in every run
    answer = compare(op, *(operand.value for operand in compared))
    return answer if isinstance(answer, bool) else None


def _operand(value: object, pointer: str) -> Operand:
    return Operand(value, pointer, parse(value) if isinstance(value, str) else None)
