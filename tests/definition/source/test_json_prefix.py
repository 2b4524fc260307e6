"""How far a text is JSON, beside what Python's parser says of all of it."""

from __future__ import annotations

import json
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.json_prefix import JsonPrefix, json_prefix
from kustui.definition.source.positions import open_brackets
from kustui.definition.source.source import Extent
from tests.benchmarks.growth import counted
from tests.support.strategies import JSON_VALUES, printed_json

LONG = "é" * 40_000
"""What makes the values around it too large to be passed over whole."""
MISTAKES = st.sampled_from(
    [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"',
        "\\",
        "x",
        "1",
        "tru",
        "1e",
        "-",
        "/",
        "// a\n",
        '"a"',
        '"a":',
        "\x01",
        "\\u12",
        " ",
    ]
)
LARGE_VALUES = st.one_of(
    JSON_VALUES,
    st.builds(lambda a, b: [{"a": LONG, "b": a}, [b, LONG], *[[1], {"c": a}] * 3, b], JSON_VALUES, JSON_VALUES),
    st.builds(lambda a, b: {"a": [LONG, {"b": a}], "c": {"d": LONG, "e": [[b]] * 9}, "f": a}, JSON_VALUES, JSON_VALUES),
)


def complaint(text: str) -> tuple[int, str] | None:
    """Where Python's parser stops, and what it says."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos, error.msg
    return None


def prefix_of(text: str) -> JsonPrefix:
    data = text.encode()
    return json_prefix(data, Extent(0, len(data)))


@given(printed_json(LARGE_VALUES), st.data())
def test_a_parser_comes_to_the_same_end_from_where_it_resumes(case: tuple[bytes, Any], data: st.DataObject) -> None:
    text = case[0].decode()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.sampled_from([0, 1, 2, len(text)]))
    text = text[:at] + data.draw(st.one_of(st.just(""), MISTAKES)) + text[at + cut :]
    whole, prefix = complaint(text), prefix_of(text)
    left_out = len(text.encode()[: prefix.resume].decode()) - len(prefix.stand_in)
    part = complaint(prefix.stand_in.decode() + text.encode()[prefix.resume :].decode())
    assert left_out >= 0
    assert (part and (part[0] + left_out, part[1])) == whole
    if whole:
        assert list(prefix.opened) == open_brackets(text.encode(), len(text[: whole[0]].encode()))


@pytest.mark.parametrize(
    ("text", "end", "opened"),
    [
        ("[1, {", 5, (0, 4)),
        ("[1, {}", 6, (0,)),
        ('{"a": "]}"', 10, (0,)),
        ("[] ", 3, ()),
        ("[] x", 3, ()),
        ("", 0, ()),
        ('["{[', 1, (0,)),
        ('{"a" 1}', 5, (0,)),
        ('{"a": 1, "b": tru}', 14, (0,)),
        ("[1, 2, // a\n 3]", 7, (0,)),
        ('[{"a": [1}]', 9, (0, 1, 7)),
    ],
)
def test_the_end_and_the_brackets_open_there_are_found(text: str, end: int, opened: tuple[int, ...]) -> None:
    prefix = prefix_of(text)
    assert (prefix.end, prefix.opened) == (end, opened)


@pytest.mark.parametrize("value", ["1", '"a"', "{}", '{"a": [1]}', "[[]]"])
@pytest.mark.parametrize("opening", ["[", '[1, {"a": ['])
def test_small_values_are_passed_over_many_at_once(value: str, opening: str) -> None:
    text = opening + f"{value}, " * 50_000 + "x"
    prefix = prefix_of(text)
    assert prefix.end == len(text) - 1
    assert prefix.end - prefix.resume < 100_000
    assert counted(lambda: prefix_of(text)) < 1_000


@pytest.mark.parametrize("depth", [1, 300])
@pytest.mark.parametrize("size", [100, 1_000])
def test_the_work_grows_no_faster_than_the_text(size: int, depth: int) -> None:
    value = json.dumps({"a": "x" * size, "b": [1, {"c": [2]}]})
    texts = ["[" * depth + f"{value}," * count + "x" for count in (500, 1_000, 2_000)]
    counts = [counted(partial(prefix_of, text)) for text in texts]
    assert all(more < 2.2 * fewer for fewer, more in pairwise(counts))
