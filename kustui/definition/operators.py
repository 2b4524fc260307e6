"""The operators of conditions (format.md §3): everything that kustui knows of each is in ``OPERATORS``.

To add one, write what it answers for two values, or use what is here, and its entry in ``OPERATORS``, for example::

    Operator("between", "is between", _between, Family.ORDER, presence=Presence.NEEDS_FIRST)

Then ``check`` accepts the operator, counts its values and sees where it guards a reference; conditions are read aloud
with it; ``simulate`` evaluates it, and the path search finds values that satisfy it.

The tests here take and compare JSON values, MISSING and Undecided. What a cast of Kustomer's might decide either way is
Undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from msgspec import Struct

from kustui.definition.dates import date_of, iso_date
from kustui.definition.values import (
    MISSING,
    Answer,
    Undecided,
    all_of,
    any_of,
    beside,
    equal,
    instants_of,
    is_missing,
    may_be_nothing,
    number_of,
    order_of,
    text_of,
)
from kustui.text.messages import counted, json_in_words, quoted

Test = Callable[[Any, Any], Answer]
"""Whether an operator holds for two values; of an operator that reads one, the second is ignored."""


class Family(Enum):
    """What an operator asks of its values."""

    TRUTH = auto()
    PRESENCE = auto()
    EQUALITY = auto()
    ORDER = auto()
    CONTAINMENT = auto()
    """Whether the first holds the second."""
    DATE = auto()
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


class Operator(Struct, frozen=True):
    """One operator, as far as it is known."""

    name: str
    words: str
    """What stands between, or behind, its values when a person reads it."""
    test: Test | None
    """Whether it holds; None for ``and`` and ``or``, which combine conditions."""
    family: Family
    least: int = 2
    most: int | None = 2
    """How many values it takes; None: any number. What is over ``reads`` may be there and means nothing."""
    reads: int = 2
    """How many of its values count."""
    seen: bool = False
    """[seen] in real definitions; otherwise what it does is taken from its name [assumed]."""
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
        """How many values it takes: ``2 values``, ``1 or 2 values``, ``0 to 2 values``."""
        if self.least == self.most:
            return counted(self.least, "value")
        if self.most is None:
            return f"{self.least} or more values"
        return f"{self.least} {'or' if self.most == self.least + 1 else 'to'} {self.most} values"

    def assumption(self, one: Any, other: Any) -> str:
        """What in its answer for two values is kustui's own reading, in a clause; empty where nothing is."""
        match self.family:
            case Family.ORDER | Family.DATE if is_missing(one) or is_missing(other):
                return "a missing value is neither more nor less than another"
            case Family.EQUALITY | Family.CONTAINMENT if is_missing(one) != is_missing(other):
                return "a missing value is like no other"
            case Family.PRESENCE if one is None:
                return "null counts as missing"
        return ""


_EXHAUSTED_BY_EXAMPLES = {Family.TRUTH, Family.PRESENCE, Family.EQUALITY, Family.ORDER, Family.DATE}


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


_DAY = 86_400_000
"""In milliseconds."""
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


def _is_truth(value: Any, truth: bool) -> Answer:
    """Whether a value is true, or false. Of most others a cast might make true, but not every cast does."""
    words = isinstance(value, str) and value.strip().lower() in ("true", "false")
    if isinstance(value, bool | Undecided) or is_missing(value) or words:
        return equal(value, truth)
    return Undecided(f"whether {json_in_words(value)} counts as true is not known")


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
    if isinstance(value, str) and (value in values or set(map(type, values)) == {str}):
        return value in values  # a text is the same as no other text
    return any_of(equal(element, value) for element in values)


def _order(holds: Callable[[int], bool]) -> Test:
    def compare(one: Any, other: Any) -> Answer:
        order = order_of(one, other)
        if isinstance(order, Undecided):
            return order
        return order is not None and holds(order)

    return compare


def _date_order(holds: Callable[[int], bool]) -> Test:
    def compare(one: Any, other: Any) -> Answer:
        if undecided := _undecided(one, other):
            return undecided
        if is_missing(one) or is_missing(other):
            return False
        instants = [instants_of(value) for value in (one, other)]
        for value, readings in zip((one, other), instants, strict=True):
            if not readings:
                return Undecided(f"kustui reads no date in {json_in_words(value)}")
        answers = {holds((left > right) - (left < right)) for left in instants[0] for right in instants[1]}
        if len(answers) > 1:
            return Undecided("whether a date in digits counts seconds or milliseconds is not known")
        return answers.pop()

    return compare


def _itself(literal: Any) -> Any:
    return MISSING if literal is None else literal


def _changed_by(difference: int) -> Callable[[Any], Any]:
    def example(literal: Any) -> Any:
        number = number_of(literal)
        return MISSING if number is None else beside(number, difference)

    return example


def _holding(literal: Any) -> Any:
    return MISSING if literal is None else list(literal) if isinstance(literal, list | tuple) else [literal]


def _date_changed_by(milliseconds: int) -> Callable[[Any], Any]:
    def example(literal: Any) -> Any:
        for instant in sorted(instants_of(literal)):
            if date_of(instant + milliseconds) is not None:
                return iso_date(instant + milliseconds)
        return MISSING

    return example


_OPERATORS = (
    Operator("and", "and", None, Family.GROUP, 1, None, seen=True, aliases=("&&", "&", "all", "allof", "every")),
    Operator("or", "or", None, Family.GROUP, 1, None, seen=True, aliases=("||", "|", "any", "anyof", "some", "either")),
    # The second value of the four that read one is meaningless; builders write "" there, or repeat the first [seen].
    Operator(
        "exists", "exists", _exists, Family.PRESENCE, 1, reads=1, seen=True, presence=Presence.ASKS,
        aliases=("isset", "set", "present", "ispresent", "notempty", "isnotempty", "notnull", "isnotnull", "defined"),
    ),
    Operator(
        "dne", "does not exist", _not(_exists), Family.PRESENCE, 1, reads=1, seen=True,
        presence=Presence.ASKS_IF_MISSING,
        aliases=(
            "notexists", "doesnotexist", "notset", "isnotset", "notpresent", "missing", "ismissing", "empty", "isempty",
            "null", "isnull", "blank", "isblank", "undefined",
        ),
    ),
    Operator(
        "true", "is true", lambda value, _: _is_truth(value, True), Family.TRUTH, 0, reads=1, seen=True,
        aliases=("always", "istrue", "truthy"), presence=Presence.NEEDS_FIRST, example=lambda _: True,
    ),
    Operator(
        "false", "is false", lambda value, _: _is_truth(value, False), Family.TRUTH, 0, reads=1,
        aliases=("never", "isfalse", "falsy"), example=lambda _: False,
    ),
    Operator(
        "eq", "is", equal, Family.EQUALITY, seen=True, presence=Presence.NEEDS_BOTH, casts_nothing=True, mirror="eq",
        example=_itself, aliases=("equals", "equal", "equalto", "isequal", "isequalto", "is", "same", "=", "==", "==="),
    ),
    Operator(
        "neq", "is not", _not(equal), Family.EQUALITY, mirror="neq", example=other_than,
        aliases=(
            "ne", "noteq", "notequal", "notequals", "notequalto", "doesnotequal", "isnot", "isnotequal",
            "isnotequalto", "!=", "!==", "<>",
        ),
    ),
    Operator(
        "gt", ">", _order(lambda order: order > 0), Family.ORDER, seen=True, presence=Presence.NEEDS_FIRST,
        mirror="lt", example=_changed_by(1), aliases=(">", "greaterthan", "isgreaterthan", "morethan", "above"),
    ),
    Operator(
        "gte", ">=", _order(lambda order: order >= 0), Family.ORDER, presence=Presence.NEEDS_FIRST, casts_nothing=True,
        mirror="lte", example=_itself,
        aliases=(">=", "ge", "greaterthanorequal", "greaterthanorequalto", "greaterorequal", "atleast"),
    ),
    Operator(
        "lt", "<", _order(lambda order: order < 0), Family.ORDER, mirror="gt", example=_changed_by(-1),
        aliases=("<", "lessthan", "islessthan", "less", "fewerthan", "below"),
    ),
    Operator(
        "lte", "<=", _order(lambda order: order <= 0), Family.ORDER, mirror="gte", example=_itself,
        aliases=("<=", "le", "lessthanorequal", "lessthanorequalto", "lessorequal", "atmost"),
    ),
    Operator(
        "lt-date", "is before", _date_order(lambda order: order < 0), Family.DATE, presence=Presence.NEEDS_BOTH,
        mirror="gt-date", example=_date_changed_by(-_DAY),
        aliases=("before", "isbefore", "datebefore", "beforedate", "datelt", "earlierthan", "olderthan"),
    ),
    Operator(
        "gt-date", "is after", _date_order(lambda order: order > 0), Family.DATE, presence=Presence.NEEDS_BOTH,
        mirror="lt-date", example=_date_changed_by(_DAY),
        aliases=("after", "isafter", "dateafter", "afterdate", "dategt", "laterthan", "newerthan"),
    ),
    Operator(
        "contains", "contains", _contains, Family.CONTAINMENT, seen=True, presence=Presence.NEEDS_BOTH,
        casts_nothing=True, example=_holding,
        aliases=(
            "contain", "include", "includes", "has", "containsany", "in", "isin", "oneof", "isoneof", "isanyof",
            "memberof",
        ),
    ),
    Operator(
        "not-contains", "does not contain", _not(_contains), Family.CONTAINMENT,
        aliases=(
            "dnc", "doesnotcontain", "notcontain", "ncontains", "excludes", "notincludes", "doesnotinclude", "nin",
            "notin", "isnotin", "notoneof", "isnotoneof", "noneof", "isnoneof",
        ),
    ),
)  # fmt: skip

OPERATORS = {operator.name: operator for operator in _OPERATORS}
"""Every operator that Kustomer has [api], by name. One that is not here is reported, and its outcome is undecided."""

OPERATOR_BY_ALIAS = {alias: operator.name for operator in _OPERATORS for alias in operator.aliases}
"""The operator that says what other languages say so, in lower case without blanks, hyphens and underscores."""

CLOSEST_OPERATOR = {
    **dict.fromkeys(("startswith", "startwith", "beginswith", "prefix", "endswith", "endwith", "suffix"), "contains"),
    **dict.fromkeys(("matches", "match", "matchesregex", "regex", "regexp", "=~", "~", "like", "ilike"), "contains"),
    **dict.fromkeys(("notstartswith", "doesnotstartwith", "notendswith", "doesnotendwith"), "not-contains"),
    **dict.fromkeys(("notmatches", "doesnotmatch", "notlike", "!~"), "not-contains"),
    **dict.fromkeys(("not", "!", "nor", "negate"), "false"),
    **dict.fromkeys(("gtedate", "onorafter", "since"), "gt-date"),
    **dict.fromkeys(("ltedate", "onorbefore", "until"), "lt-date"),
    **{"between": "gte", "xor": "or", "eqdate": "eq", "neqdate": "neq"},
}
"""The closest operator to what Kustomer has none for, written likewise."""

OPPOSITES = {"neq": "eq", "dne": "exists", "not-contains": "contains"}
"""Operators that hold for values exactly where another does not, with that one."""


def asks_equal(operator: str) -> bool | None:
    """Whether an operator asks that two values are equal, or that they are not; None where it asks anything else."""
    return True if operator == "eq" else False if OPPOSITES.get(operator) == "eq" else None
