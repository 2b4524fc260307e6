"""Apps of two workflows, drawn at random, with mistakes in both."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

from kustui.check.rule import app, called, schedule, step, to, when, workflow

EVENT = "kustomer.conversation.update"
ID = "5f8e148232731d0015c14657"
NODES = ("aB3", "cD4", "eF5", "gH6")
_LITERALS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    "1",
    "",
    "open",
    ["vip"],
    [],
    {},
    {"a": 1},
    10**400,
    "\ud800",
    "\x1b[31m",
)
_EXPRESSIONS = (
    "/#steps.1.a", "/#steps.aB3.a", "/#steps.cD4.a.0.b", "/#steps.eF5.length", "/#error.message", "/#steps",
    "/#error.statusCode", "/#error.body.a", "/#error.a", "/#error",
    "/#fn:parseInt,steps.1.a", "/#fn:parseMoney,steps.1.a", "/#fn:inBusinessHours", "/#variables.v",
    "{{steps.aB3.a}}", "{{math steps.1.a '+' 1}}", "{{{date 'hours' count=1}}}",
    "{{#each steps.1.a}}{{this}}{{/each}}", "{{randomId size=4}}", "{{#if steps.1.a}}", "{{nobody}}",
)  # fmt: skip
_OPERATORS = ("true", "eq", "neq", "exists", "dne", "contains", "gt", "lt", "lt-date", "not-contains", "huh")
_COUNTS = (0, 1, 1, 2, 2, 2, 3)
"""How many values a condition has, each as often as it is to be met with."""
LITERALS: st.SearchStrategy[Any] = st.sampled_from(_LITERALS)
VALUES: st.SearchStrategy[Any] = st.sampled_from((*_LITERALS, *_EXPRESSIONS))


def _comparison(number: int) -> dict[str, Any]:
    """The condition of a number: all in one draw, as most of the time of a test would pass in drawing each part."""
    digits = []
    for base in _DIGITS:
        number, digit = divmod(number, len(base))
        digits.append(base[digit])
    *values, count, op = digits
    return when(op, *values[:count])


_DIGITS: tuple[tuple[Any, ...], ...] = (*((*_LITERALS, *_EXPRESSIONS),) * max(_COUNTS), _COUNTS, _OPERATORS)
COMPARISONS = st.integers(0, math.prod(map(len, _DIGITS)) - 1).map(_comparison)
CONDITIONS: st.SearchStrategy[Any] = (
    st.just(when("true", True))
    | COMPARISONS
    | st.builds(
        lambda op, parts: when(op, *parts), st.sampled_from(["and", "or", "not"]), st.lists(COMPARISONS, max_size=2)
    )
)
WAYS_OF_SAVING = st.lists(st.builds(to, st.sampled_from([*NODES, "nowhere"]), CONDITIONS), max_size=3)
ERROR_ACTIONS = st.sampled_from(["retry-action", "retry-workflow", "continue", "stop-processing", "huh"])
ERROR_CASES = WAYS_OF_SAVING | st.lists(
    st.builds(lambda type_, on: {"condition": on, "errorAction": {"type": type_}}, ERROR_ACTIONS, CONDITIONS),
    max_size=2,
)


# Made once: to make a strategy anew takes longer than to draw from it.
_COUNT_OF_STEPS, _KINDS, _IS_SO = st.integers(1, 4), st.integers(0, 5), st.booleans()
_RUN_AT = st.sampled_from(["relative", "absolute", "huh"])
_SCHEDULED = st.sampled_from([ID, "other", "/#steps.1.a"])
_PUBLISHED = st.sampled_from([EVENT, "other", "/#steps.1.a"])
_INPUTS = st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2)
_PARAMS = st.dictionaries(st.sampled_from(["x", "y"]), VALUES, max_size=2)
_REGEXES = VALUES | st.text(max_size=6)
_VERBS = st.sampled_from(["update", "append-tags", "create", "merge"])
_CHANGES = st.dictionaries(
    st.sampled_from(["id", "status", "tags", "custom"]), VALUES | st.just({"a": "/#steps.1.a"}), max_size=3
)


@st.composite
def steps(draw: st.DrawFn, error_cases: st.SearchStrategy[Any] = WAYS_OF_SAVING) -> list[dict[str, Any]]:
    found = []
    for node in NODES[: draw(_COUNT_OF_STEPS)]:
        edges = draw(WAYS_OF_SAVING)
        match draw(_KINDS):
            case 0:
                run_at = {"type": draw(_RUN_AT), "value": draw(VALUES)}
                inputs = draw(_INPUTS)
                found.append(schedule(node, draw(_SCHEDULED), *edges, inputs=inputs, runAt=run_at))
            case 1:
                params = {"testString": draw(VALUES), "regex": draw(_REGEXES)}
                found.append(step(node, *edges, action="kustomer.regex-match.generic", params=params))
            case 2:
                params = {"name": draw(_PUBLISHED), "data": draw(VALUES)}
                found.append(step(node, *edges, action="kustomer.event.publish", params=params))
            case 3:
                verb = draw(_VERBS)
                params = draw(_CHANGES)
                params |= {"id": "/#steps.1.id"} if draw(_IS_SO) else {}
                found.append(step(node, *edges, action=f"kustomer.conversation.{verb}", params=params))
            case _:
                params = draw(_PARAMS)
                found.append(step(node, *edges, params=params, errorCases=draw(error_cases)))
    return found


@st.composite
def apps(draw: st.DrawFn, error_cases: st.SearchStrategy[Any] = WAYS_OF_SAVING) -> dict[str, Any]:
    """A workflow that an event starts, and one that can be scheduled, with mistakes in both."""
    entry, some_steps = tuple(draw(WAYS_OF_SAVING)) or None, steps(error_cases)
    first = workflow("W", *draw(some_steps), entry=entry)
    return app(first, called("C", ID, *draw(some_steps), inputs={"a": "string"}, required=("a",)))
