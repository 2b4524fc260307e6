"""Conditions: ``{"op": "eq", "values": ["/#steps.1.status", "open"]}``, nested by and, or, not, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kustui.definition.expressions.operators import OPERATORS, Operator
from kustui.definition.expressions.parse import Expression, parse

MAX_DEPTH = 100
"""How deep conditions may nest: a person's have three or four levels [assumed]."""


@dataclass(frozen=True, slots=True)
class Always:
    """Holds whatever happens."""

    pointer: str


@dataclass(frozen=True, slots=True)
class Never:
    """Cannot hold."""

    pointer: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """``and``: holds when each part does."""

    parts: tuple[Condition, ...]
    pointer: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``or``: holds when at least one part does."""

    parts: tuple[Condition, ...]
    pointer: str


@dataclass(frozen=True, slots=True)
class Not:
    """Holds when its part does not."""

    part: Condition
    pointer: str


@dataclass(frozen=True, slots=True)
class Operand:
    """One value that is compared: any JSON value, and what it stands for where it is a string."""

    value: object
    pointer: str
    expression: Expression | None
    """None where the value is no string; the elements of a list are found by ``expressions_in``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator with its values, as many as there are; also an operator that nobody knows."""

    operator: str
    operands: tuple[Operand, ...]
    pointer: str

    @property
    def known(self) -> bool:
        return self.operator in OPERATORS

    @property
    def meaning(self) -> Operator | None:
        """What is known of the operator."""
        return OPERATORS.get(self.operator)

    @property
    def arity_holds(self) -> bool:
        """Whether the operator takes that many values; True for an unknown one."""
        meaning = self.meaning
        return meaning is None or (
            meaning.least <= len(self.operands) and (meaning.most is None or len(self.operands) <= meaning.most)
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place where a condition should stand and none does."""

    message: str
    pointer: str


Condition = Always | Never | AllOf | AnyOf | Not | Comparison | Unreadable


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
        match part:
            case AllOf(parts) | AnyOf(parts):
                pending.extend(reversed(parts))
            case Not(inner):
                pending.append(inner)
            case _:
                pass


def always_holds(condition: Condition) -> bool:
    """Whether the condition holds whatever happens, for certain."""
    match condition:
        case Always():
            return True
        case AllOf(parts):
            return bool(parts) and all(map(always_holds, parts))
        case AnyOf(parts):
            return any(map(always_holds, parts))
        case Not(part):
            return never_holds(part)
    return False


def never_holds(condition: Condition) -> bool:
    """Whether the condition cannot hold, for certain."""
    match condition:
        case Never():
            return True
        case AllOf(parts):
            return any(map(never_holds, parts))
        case AnyOf(parts):
            return bool(parts) and all(map(never_holds, parts))
        case Not(part):
            return always_holds(part)
    return False


def _condition(op: str, values: Sequence[object], pointer: str, depth: int) -> Condition:
    if depth > MAX_DEPTH:
        return Unreadable(f"conditions nested more than {MAX_DEPTH} levels deep", pointer)
    if op in ("and", "or"):
        parts = tuple(_nested(value, f"{pointer}/values/{at}", depth) for at, value in enumerate(values))
        return AllOf(parts, pointer) if op == "and" else AnyOf(parts, pointer)
    if op == "not":
        if len(values) != 1:
            return Unreadable(f'"not" takes one condition and has {len(values)}', pointer)
        return Not(_nested(values[0], f"{pointer}/values/0", depth), pointer)
    constant = _constant(op, values)
    if constant is not None:
        return Always(pointer) if constant else Never(pointer)
    operands = tuple(_operand(value, f"{pointer}/values/{at}") for at, value in enumerate(values))
    return Comparison(op, operands, pointer)


def _nested(raw: object, pointer: str, depth: int) -> Condition:
    if not isinstance(raw, Mapping):
        return Unreadable("a condition is expected here: an object with op and values", pointer)
    op, values = raw.get("op"), raw.get("values")
    if not isinstance(op, str):
        return Unreadable("this condition has no op", pointer)
    if not isinstance(values, list | tuple):
        return Unreadable("this condition has no list of values", pointer)
    return _condition(op, values, pointer, depth + 1)


def _constant(op: str, values: Sequence[object]) -> bool | None:
    """Whether a condition is decided by itself, and how.

    ``true`` with ``[true]`` always holds [seen], and so it does with ``["true"]``, as values are cast, and
    with no value at all [assumed]. ``false`` with no value, true or false never holds [assumed]. ``true``
    with false contradicts itself and is left undecided; with a reference it asks whether it is true
    [assumed].
    """
    if op == "true" and all(value is True or value == "true" for value in values):
        return True
    if op == "false" and all(isinstance(value, bool) or value in ("true", "false") for value in values):
        return False
    return None


def _operand(value: object, pointer: str) -> Operand:
    return Operand(value, pointer, parse(value) if isinstance(value, str) else None)
