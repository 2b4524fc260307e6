"""The operators of conditions (format.md §3): everything that kustui knows of each is in ``OPERATORS``.

To add one, write what it answers for two values, or use what is here, and its entry in ``OPERATORS``, for example::

    Operator("between", "is between", _between, Family.ORDER, presence=Presence.NEEDS_FIRST, example=_first_of)

Then ``check`` accepts the operator, counts its values and sees where it guards a reference; conditions are read aloud
with it; ``simulate`` evaluates it, and the path search finds values that satisfy it.

The tests here take and compare JSON values, MISSING and Undecided. What a cast of Kustomer's might decide either way is
Undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from kustui.definition import regex
from kustui.definition.values import (
    MISSING,
    Answer,
    Undecided,
    all_of,
    any_of,
    equal,
    is_missing,
    may_be_nothing,
    number_of,
    order_of,
    text_of,
)
from kustui.text.messages import counted, quoted

Test = Callable[[Any, Any], Answer]
"""Whether an operator holds for two values; of an operator that reads one, the second is ignored."""


class Family(Enum):
    """What an operator asks of its values."""

    TRUTH = auto()
    PRESENCE = auto()
    EQUALITY = auto()
    ORDER = auto()
    MEMBERSHIP = auto()
    """Whether the first is an element of the second."""
    CONTAINMENT = auto()
    """Whether the first holds the second."""
    TEXT = auto()
    GROUP = auto()
    """Nothing: it combines conditions."""
    UNKNOWN = auto()


class Presence(Enum):
    """What a condition that holds says about its values being there."""

    TELLS_NOTHING = auto()
    NEEDS_FIRST = auto()
    """It cannot hold where the first is missing [assumed]."""
    NEEDS_BOTH = auto()
    """It cannot hold where just one of its values is missing [assumed]."""
    ASKS = auto()
    """It asks whether the first is there, and holds where it is."""
    ASKS_IF_MISSING = auto()
    """It asks whether the first is there, and holds where it is not."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator, as far as it is known."""

    name: str
    words: str
    """What stands between, or behind, its values when a person reads it."""
    test: Test | None
    """Whether it holds; None for ``and``, ``or`` and ``not``, which combine conditions."""
    family: Family
    least: int = 2
    most: int | None = 2
    """How many values it takes; None: any number. What is over ``reads`` may be there and means nothing."""
    reads: int = 2
    """How many of its values count."""
    seen: bool = False
    """[seen] in real definitions, or else [assumed] to exist."""
    aliases: tuple[str, ...] = ()
    """What other languages call it, in lower case without blanks, hyphens and underscores."""
    presence: Presence = Presence.TELLS_NOTHING
    casts_nothing: bool = False
    """Whether it holds for a missing value beside one that nothing may be cast to, such as "" [assumed]."""
    mirror: str = ""
    """The operator that says the same with the values exchanged; empty where there is none."""
    example: Callable[[Any], Any] = lambda _: MISSING
    """A first value for which it holds beside this second one; MISSING where the second does not tell of one."""

    @property
    def is_equality(self) -> bool:
        """Whether it holds for values that are the same, and for no others."""
        return self.test is equal

    @property
    def is_containment(self) -> bool:
        """Whether it holds for lists that have certain elements."""
        return self.test is _contains

    @property
    def asks_for_first(self) -> bool:
        """Whether it asks if its first value is there."""
        return self.presence in (Presence.ASKS, Presence.ASKS_IF_MISSING)

    @property
    def is_exhausted_by_examples(self) -> bool:
        """Whether its example, and values close to it, stand for all that could satisfy it beside a literal."""
        return self.family in _EXHAUSTED_BY_EXAMPLES

    @property
    def takes(self) -> str:
        """How many values it takes: ``2 values``, ``1 or 2 values``."""
        if self.least == self.most:
            return counted(self.least, "value")
        return f"{self.least} or {self.most} values" if self.most is not None else f"{self.least} or more values"

    def assumption(self, one: Any, other: Any) -> str:
        """What in its answer for two values is kustui's own reading, in a clause; empty where nothing is."""
        match self.family:
            case Family.ORDER if is_missing(one) or is_missing(other):
                return "a missing value is neither more nor less than another"
            case Family.EQUALITY | Family.MEMBERSHIP | Family.CONTAINMENT if is_missing(one) != is_missing(other):
                return "a missing value is like no other"
            case Family.PRESENCE if one is None:
                return "null counts as missing"
        return ""


_EXHAUSTED_BY_EXAMPLES = {Family.TRUTH, Family.PRESENCE, Family.EQUALITY, Family.ORDER, Family.MEMBERSHIP}


def compare(operator: str, one: Any, other: Any = None) -> Answer:
    """Whether the operator of a name holds for two values: JSON, MISSING or Undecided."""
    test = operator_named(operator).test
    if test is None:
        return Undecided(f"kustui does not know the operator {quoted(operator)}")
    try:
        return test(one, other)
    except RecursionError:
        return Undecided("the values are nested too deep to be compared")


def operator_named(name: str) -> Operator:
    """The operator of a name; one of which nothing is known where kustui has never met it."""
    return OPERATORS.get(name) or Operator(name, name, None, Family.UNKNOWN, 0, None)


def other_than(literal: Any) -> Any:
    """A value of the same kind as another, and not the same; MISSING where there is none to think of."""
    match literal:
        case bool():
            return not literal
        case int() | float():
            return literal + 1
        case str() if literal:
            number = number_of(literal)
            return f"other than {literal}" if number is None else text_of(number + 1)
    return MISSING


_ONE_OR_ALL = "whether one of a list is enough, or all {}, is not known"


def _undecided(*values: Any) -> Undecided | None:
    """The first of some values that is undecided."""
    return next((value for value in values if isinstance(value, Undecided)), None)


def _not(test: Test) -> Test:
    def opposite(one: Any, other: Any) -> Answer:
        answer = test(one, other)
        return answer if isinstance(answer, Undecided) else not answer

    return opposite


def _exists(value: Any, _: Any) -> Answer:
    if isinstance(value, Undecided):
        return value
    if value == "" and isinstance(value, str):
        return Undecided("whether an empty text exists is not known")
    return not is_missing(value)


def _contains(whole: Any, part: Any) -> Answer:
    """A list or a text that holds a value; a list may stand on either side [seen]."""
    if undecided := _undecided(whole, part):
        return undecided
    if is_missing(whole) or is_missing(part):
        there = part if is_missing(whole) else whole
        if is_missing(there) or (may_be_nothing(there) and not isinstance(whole, list | tuple)):
            return Undecided("whether nothing contains nothing is not known")
        return equal_to_any(whole, part) if isinstance(whole, list | tuple) else False
    if isinstance(part, list | tuple):
        return _contains_list(whole, part)
    if isinstance(whole, list | tuple):
        return equal_to_any(whole, part)
    if isinstance(whole, Mapping) or isinstance(part, Mapping):
        return Undecided("whether an object contains something is not known")
    return text_of(part) in text_of(whole)


def _contains_list(whole: Any, parts: Sequence[Any]) -> Answer:
    """Answered where it is the same whether one of the parts is enough or each has to be there."""
    any_, all_ = any_of(_contains(whole, part) for part in parts), all_of(_contains(whole, part) for part in parts)
    if isinstance(whole, list | tuple):
        return any_ if any_ is all_ else Undecided(_ONE_OR_ALL.format("have to be there"))
    # A text beside a list is asked to be one of it; that it holds one of it would be another reading.
    among = equal_to_any(parts, whole)
    return among if among is any_ else Undecided("whether it has to be one of the list, or to hold one, is not known")


def equal_to_any(values: Sequence[Any], value: Any) -> Answer:
    """Whether a value is among the elements of a list."""
    return any_of(equal(element, value) for element in values)


def _in(value: Any, values: Any) -> Answer:
    if undecided := _undecided(value, values):
        return undecided
    if is_missing(values):
        return False if not is_missing(value) else Undecided("whether nothing is one of nothing is not known")
    if not isinstance(values, list | tuple):
        same = equal(value, values)
        return True if same is True else Undecided("what it is to be one of a single value is not known")
    if isinstance(value, list | tuple):
        answers = [equal_to_any(values, element) for element in value]
        any_, all_ = any_of(answers), all_of(answers)
        return any_ if any_ is all_ else Undecided(_ONE_OR_ALL.format("have to be"))
    return equal_to_any(values, value)


def _order(holds: Callable[[int], bool]) -> Test:
    def compare(one: Any, other: Any) -> Answer:
        order = order_of(one, other)
        if isinstance(order, Undecided):
            return order
        return order is not None and holds(order)

    return compare


def _edge(test: Callable[[str, str], bool]) -> Test:
    def compare(text: Any, edge: Any) -> Answer:
        for value in (text, edge):
            if isinstance(value, Undecided):
                return value
            if isinstance(value, Mapping | list | tuple):
                return Undecided("what a list or an object begins and ends with is not known")
        if is_missing(text) or is_missing(edge):
            there = edge if is_missing(text) else text
            if may_be_nothing(there) or is_missing(edge):
                return Undecided("whether a text begins and ends with nothing is not known")
            return False
        return test(text_of(text), text_of(edge))

    return compare


def _matches(text: Any, pattern: Any) -> Answer:
    if undecided := _undecided(text, pattern):
        return undecided
    if is_missing(text):
        return False
    if not isinstance(pattern, str) or isinstance(text, Mapping | list | tuple):
        return Undecided("only a text matches a regular expression")
    match = regex.search(pattern, text_of(text))
    return match if isinstance(match, Undecided) else match is not MISSING


def _itself(literal: Any) -> Any:
    return MISSING if literal is None else literal


def _changed_by(difference: int) -> Callable[[Any], Any]:
    def example(literal: Any) -> Any:
        number = number_of(literal)
        return MISSING if number is None else number + difference

    return example


def _holding(literal: Any) -> Any:
    return MISSING if literal is None else list(literal) if isinstance(literal, list | tuple) else [literal]


def _first_of(literal: Any) -> Any:
    return literal[0] if isinstance(literal, list | tuple) and literal else MISSING


_OPERATORS = (
    Operator(
        "true", "is true", lambda value, _: equal(value, True), Family.TRUTH, 0, 1, reads=1, seen=True,
        aliases=("always",), presence=Presence.NEEDS_FIRST, example=lambda _: True,
    ),
    Operator("false", "is false", lambda value, _: equal(value, False), Family.TRUTH, 0, 1, 1, example=lambda _: False),
    # The second value of these two is meaningless; builders write "" there, or repeat the first [seen].
    Operator(
        "exists", "exists", _exists, Family.PRESENCE, 1, reads=1, seen=True, aliases=("isset",), presence=Presence.ASKS
    ),
    Operator(
        "dne", "does not exist", _not(_exists), Family.PRESENCE, 1, reads=1, seen=True,
        aliases=("notexists", "doesnotexist"), presence=Presence.ASKS_IF_MISSING,
    ),
    Operator(
        "eq", "is", equal, Family.EQUALITY, seen=True, aliases=("equals", "equal", "is", "=", "==", "==="),
        presence=Presence.NEEDS_BOTH, casts_nothing=True, mirror="eq", example=_itself,
    ),
    Operator(
        "neq", "is not", _not(equal), Family.EQUALITY,
        aliases=("notequals", "isnot", "notequal", "!=", "!==", "<>"), mirror="neq", example=other_than,
    ),
    Operator("ne", "is not", _not(equal), Family.EQUALITY, mirror="ne", example=other_than),
    Operator(
        "gt", ">", _order(lambda order: order > 0), Family.ORDER, seen=True, aliases=(">", "greaterthan"),
        presence=Presence.NEEDS_FIRST, mirror="lt", example=_changed_by(1),
    ),
    Operator(
        "gte", ">=", _order(lambda order: order >= 0), Family.ORDER, aliases=(">=", "greaterthanorequal"),
        presence=Presence.NEEDS_FIRST, casts_nothing=True, mirror="lte", example=_itself,
    ),
    Operator(
        "lt", "<", _order(lambda order: order < 0), Family.ORDER, aliases=("<", "lessthan"), mirror="gt",
        example=_changed_by(-1),
    ),
    Operator(
        "lte", "<=", _order(lambda order: order <= 0), Family.ORDER, aliases=("<=", "lessthanorequal"), mirror="gte",
        example=_itself,
    ),
    Operator(
        "contains", "contains", _contains, Family.CONTAINMENT, seen=True, aliases=("includes",),
        presence=Presence.NEEDS_BOTH, casts_nothing=True, mirror="in", example=_holding,
    ),
    Operator(
        "dnc", "does not contain", _not(_contains), Family.CONTAINMENT, aliases=("notcontains", "doesnotcontain")
    ),
    Operator(
        "in", "is one of", _in, Family.MEMBERSHIP, aliases=("oneof",), presence=Presence.NEEDS_BOTH,
        casts_nothing=True, example=_first_of,
    ),
    Operator("nin", "is none of", _not(_in), Family.MEMBERSHIP, aliases=("notin",)),
    Operator(
        "startsWith", "starts with", _edge(str.startswith), Family.TEXT, presence=Presence.NEEDS_FIRST,
        casts_nothing=True, example=_itself,
    ),
    Operator(
        "endsWith", "ends with", _edge(str.endswith), Family.TEXT, presence=Presence.NEEDS_FIRST, casts_nothing=True,
        example=_itself,
    ),
    Operator("matches", "matches", _matches, Family.TEXT, aliases=("regex",), presence=Presence.NEEDS_FIRST),
    Operator("and", "and", None, Family.GROUP, 1, None, seen=True, aliases=("&&",)),
    Operator("or", "or", None, Family.GROUP, 1, None, seen=True, aliases=("||",)),
    Operator("not", "not", None, Family.GROUP, 1, 1, reads=1, aliases=("!",)),
)  # fmt: skip

OPERATORS = {operator.name: operator for operator in _OPERATORS}
"""Every operator that is known, by name. One that is not here is reported, and its outcome is undecided."""

OPERATOR_BY_ALIAS = {alias: operator.name for operator in _OPERATORS for alias in operator.aliases}
"""The operator that is meant by what other languages call it."""

OPPOSITES = ({"eq", "neq"}, {"exists", "dne"}, {"contains", "not-contains"})
"""Operators of which exactly one holds for the same values."""
