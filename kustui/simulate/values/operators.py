"""What each operator of a condition answers for two values (format.md §3), and how much of that is our reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kustui.analysis.schema_types import may_be_nothing
from kustui.definition.faults import quoted
from kustui.simulate.values import regex
from kustui.simulate.values.casting import Answer, all_of, any_of, equal, ordered, text_of
from kustui.simulate.values.values import MISSING, Undecided, is_missing

Compare = Callable[[Any, Any], Answer]


def _not(answer: Answer) -> Answer:
    return answer if isinstance(answer, Undecided) else not answer


def _exists(value: Any, _: Any) -> Answer:
    if isinstance(value, Undecided):
        return value
    if value == "" and isinstance(value, str):
        return Undecided("whether an empty text exists is not known")
    return not is_missing(value)


def _contains(whole: Any, part: Any) -> Answer:
    """A list or a text that holds a value; a list may stand on either side [seen]."""
    for value in (whole, part):
        if isinstance(value, Undecided):
            return value
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
    one, each = any_of(_contains(whole, part) for part in parts), all_of(_contains(whole, part) for part in parts)
    if isinstance(whole, list | tuple):
        return (
            one if one is each else Undecided("whether one of a list is enough, or all have to be there, is not known")
        )
    # A text beside a list is asked to be one of it; that it holds one of it would be another reading.
    among = equal_to_any(parts, whole)
    return among if among is one else Undecided("whether it has to be one of the list, or to hold one, is not known")


def equal_to_any(values: Sequence[Any], value: Any) -> Answer:
    """Whether a value is among the elements of a list."""
    return any_of(equal(each, value) for each in values)


def _in(value: Any, values: Any) -> Answer:
    for each in (value, values):
        if isinstance(each, Undecided):
            return each
    if is_missing(values):
        return False if not is_missing(value) else Undecided("whether nothing is one of nothing is not known")
    if not isinstance(values, list | tuple):
        same = equal(value, values)
        return True if same is True else Undecided("what it is to be one of a single value is not known")
    if isinstance(value, list | tuple):
        answers = [equal_to_any(values, each) for each in value]
        one, each = any_of(answers), all_of(answers)
        return one if one is each else Undecided("whether one of a list is enough, or all have to be, is not known")
    return equal_to_any(values, value)


def _order(holds: Callable[[int], bool]) -> Compare:
    def compare(one: Any, other: Any) -> Answer:
        order = ordered(one, other)
        if isinstance(order, Undecided):
            return order
        return order is not None and holds(order)

    return compare


def _edge(test: Callable[[str, str], bool]) -> Compare:
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
    for value in (text, pattern):
        if isinstance(value, Undecided):
            return value
    if is_missing(text):
        return False
    if not isinstance(pattern, str) or isinstance(text, Mapping | list | tuple):
        return Undecided("only a text matches a regular expression")
    found = regex.found(pattern, text_of(text))
    return found if isinstance(found, Undecided) else found is not MISSING


OPERATIONS: Mapping[str, Compare] = {
    "true": lambda value, _: equal(value, True),
    "false": lambda value, _: equal(value, False),
    "exists": _exists,
    "dne": lambda value, _: _not(_exists(value, None)),
    "eq": equal,
    "neq": lambda one, other: _not(equal(one, other)),
    "ne": lambda one, other: _not(equal(one, other)),
    "gt": _order(lambda order: order > 0),
    "gte": _order(lambda order: order >= 0),
    "lt": _order(lambda order: order < 0),
    "lte": _order(lambda order: order <= 0),
    "contains": _contains,
    "dnc": lambda whole, part: _not(_contains(whole, part)),
    "in": _in,
    "nin": lambda value, values: _not(_in(value, values)),
    "startsWith": _edge(str.startswith),
    "endsWith": _edge(str.endswith),
    "matches": _matches,
}
"""By operator; ``and``, ``or`` and ``not`` combine conditions and are none of them."""


def compared(operator: str, one: Any, other: Any) -> Answer:
    """Whether an operator holds for two values; what is not known of it, or of them, is Undecided."""
    operation = OPERATIONS.get(operator)
    if operation is None:
        return Undecided(f"kustui does not know the operator {quoted(operator)}")
    try:
        return operation(one, other)
    except RecursionError:
        return Undecided("the values are nested too deep to be compared")


def assumption_of(operator: str, one: Any, other: Any) -> str:
    """What in an answer for these values is our reading, in a clause; an empty string where nothing is."""
    if operator in ("gt", "gte", "lt", "lte") and (is_missing(one) or is_missing(other)):
        return "a missing value is neither more nor less than another"
    if operator in ("eq", "neq", "ne", "contains", "dnc", "in", "nin") and is_missing(one) != is_missing(other):
        return "a missing value is like no other"
    if operator in ("exists", "dne") and one is None:
        return "null counts as missing"
    return ""
