"""Hypothesis strategies: JSON text, expressions, and definitions that have been damaged at random."""

from __future__ import annotations

import copy
import json
import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from kustui.check.rule import when
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

JSON_KEYS = st.one_of(
    st.text(st.sampled_from('ab~/"\\\n\0é😀{}[]:, '), max_size=5),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
)

JSON_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), JSON_KEYS
)

JSON_VALUES = st.recursive(
    JSON_SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(JSON_KEYS, inner, max_size=4),
    max_leaves=20,
)

BLANKS = st.text(st.sampled_from(" \t\r\n"), max_size=3)


@st.composite
def printed_json(draw: Callable[..., Any], values: st.SearchStrategy[Any] = JSON_VALUES) -> tuple[bytes, Any]:
    """JSON with blanks and escapes wherever it allows them, and the value that it spells."""

    def spell(value: Any) -> str:
        match value:
            case dict():
                members = (f"{spell(key)}{draw(BLANKS)}:{spell(inner)}" for key, inner in value.items())
                text = "{" + ",".join(members) + draw(BLANKS) + "}"
            case list():
                text = "[" + ",".join(map(spell, value)) + draw(BLANKS) + "]"
            case _:
                text = json.dumps(value, ensure_ascii=draw(st.booleans()))
        return f"{draw(BLANKS)}{text}{draw(BLANKS)}"

    value = draw(values)
    return spell(value).encode(), value


def comparisons(paths: Sequence[str], values: Sequence[Any]) -> list[Any]:
    """Conditions that compare one of some paths with one of some values, or ask whether it is there."""
    return [
        *(when(op, path, value) for op in ("eq", "neq") for path in paths for value in values),
        *(when(op, path) for op in ("exists", "dne") for path in paths),
    ]


def nested_conditions(leaves: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Some conditions, and those that combine up to three of them with ``and`` and ``or``, one or two at a time.

    Each is the digits of one number: most of the time of a test would pass in drawing each part by itself.
    """
    digits: tuple[Sequence[Any], ...] = (leaves, leaves, leaves, ("and", "or"), ("and", "or"), _NESTINGS)

    def condition(number: int) -> Any:
        chosen: list[Any] = []
        for base in digits:
            number, digit = divmod(number, len(base))
            chosen.append(base[digit])
        *parts, inner, outer, nesting = chosen
        return nesting(*map(copy.deepcopy, parts), inner, outer)

    return st.integers(0, math.prod(map(len, digits)) - 1).map(condition)


_NESTINGS: Sequence[Callable[..., Any]] = (
    *[lambda a, _b, _c, _inner, _outer: a] * 4,
    lambda a, _b, _c, _inner, outer: when(outer, a),
    *[lambda a, b, _c, _inner, outer: when(outer, a, b)] * 2,
    lambda a, b, _c, inner, outer: when(outer, when(inner, a), b),
    lambda a, b, c, inner, outer: when(outer, when(inner, a, b), c),
    lambda a, b, c, inner, outer: when(outer, a, when(inner, b, c)),
)
"""How three conditions are combined; each as often as it is to be met with."""


ANY_TEXT = st.text(
    st.one_of(
        st.characters(),  # surrogates among them
        st.sampled_from("ab  é한字😀\u0301\u200d\u200b\ufe0f\u00a0\u3000\u202e\x1b\t\n\r‎❤👩🏽🇩🇪→…"),
    ),
    max_size=30,
)

PATH_SEGMENTS = st.from_regex(r"@?[A-Za-z0-9_-]{1,12}", fullmatch=True)

PATHS = st.one_of(
    st.lists(PATH_SEGMENTS, min_size=1, max_size=6).map(lambda rest: ("steps", *rest)),
    st.lists(PATH_SEGMENTS, min_size=1, max_size=3).map(lambda rest: ("variables", *rest)),
    st.lists(PATH_SEGMENTS, max_size=3).map(lambda rest: ("error", *rest)),
)

EXPRESSION_PIECES = st.sampled_from(
    ["/#", "{{", "}}", "{{{", "}}}", "steps", ".", "1", "[", "]", "'", '"', "(", ")", "=", "|", "as", "~",
     "#if", "/if", "else", "@", "this", "..", "/", "fn:", ",", " ", "\n", "\\", "!", "--", "^",
     ">", "&", "error", "a",
     "-", "\x1b", "\ud800", "é"]
)  # fmt: skip

EXPRESSION_TEXTS = st.one_of(st.text(), st.lists(EXPRESSION_PIECES, max_size=25).map("".join))

EXPRESSION_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), EXPRESSION_TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(EXPRESSION_TEXTS, inner, max_size=3)),
    max_leaves=12,
)

JSON_SAMPLES = [
    json.loads((SAMPLES / name).read_text(encoding="utf-8"))
    for name in ("orders.json", "timer-chain.json", "scheduling-pair.json", "broken/unknown-workflow.json")
]

WORKFLOW_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(
            ["1", "", "/#", "/#steps.1.x", "/#steps.gone.x", "{{steps.1.x}}", "{{", "/#fn:parseInt,steps.1.x"]
        ),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)


def json_paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value in a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in members for place in json_paths(part, (*path, key)))]


@st.composite
def mutated_samples(draw: st.DrawFn) -> Any:
    """A sample's first workflows with values replaced and keys deleted at random."""
    definition = copy.deepcopy(draw(st.sampled_from(JSON_SAMPLES)))
    kept = draw(st.integers(0, len(definition["workflows"]) - 1))
    definition["workflows"] = definition["workflows"][kept : kept + 2]
    for _ in range(draw(st.integers(1, 4))):
        possible = [place for place in json_paths(definition) if place]
        if not possible:
            break
        *above, last = draw(st.sampled_from(possible))
        parent = definition
        for key in above:
            parent = parent[key]
        if draw(st.booleans()):
            parent[last] = draw(WORKFLOW_VALUES)
        else:
            del parent[last]
    return definition
