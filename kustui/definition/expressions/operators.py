"""The operators of a condition: how each is read aloud, and how many values it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    words: str
    """What stands between, or behind, its values when a person reads it."""
    least: int
    most: int | None
    """How many values it takes; None: any number. What is over ``reads`` may be there and means nothing."""
    seen: bool
    """[seen] in real definitions, or else [assumed] to exist."""
    reads: int = 2
    """How many of its values count."""


_SEEN = (
    Operator("true", "is true", 0, 1, True, reads=1),
    Operator("eq", "is", 2, 2, True),
    # The second value of these two is meaningless; builders write "" there, or repeat the first [seen].
    Operator("exists", "exists", 1, 2, True, reads=1),
    Operator("dne", "does not exist", 1, 2, True, reads=1),
    Operator("contains", "contains", 2, 2, True),
    Operator("gt", ">", 2, 2, True),
    Operator("and", "and", 1, None, True),
    Operator("or", "or", 1, None, True),
)
_ASSUMED = (
    Operator("neq", "is not", 2, 2, False),
    Operator("ne", "is not", 2, 2, False),
    Operator("gte", ">=", 2, 2, False),
    Operator("lt", "<", 2, 2, False),
    Operator("lte", "<=", 2, 2, False),
    Operator("dnc", "does not contain", 2, 2, False),
    Operator("nin", "is none of", 2, 2, False),
    Operator("in", "is one of", 2, 2, False),
    Operator("startsWith", "starts with", 2, 2, False),
    Operator("endsWith", "ends with", 2, 2, False),
    Operator("matches", "matches", 2, 2, False),
    Operator("false", "is false", 0, 1, False, reads=1),
    Operator("not", "not", 1, 1, False, reads=1),
)

OPERATORS = {operator.name: operator for operator in (*_SEEN, *_ASSUMED)}
"""Every operator that is known, by name. One that is not here is reported, and its outcome is undecided."""
