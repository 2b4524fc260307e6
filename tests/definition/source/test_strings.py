"""Where the characters of a string stand in the JSON that spells it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.positions import extent_within
from kustui.definition.source.source import Extent


def spelt(literal: str, start: int, end: int) -> str:
    """The part of a literal that spells these characters of its string."""
    data = f"[{literal}]".encode()
    found = extent_within(data, Extent(1, len(data) - 1), start, end)
    return data[found.start : found.end].decode()


@pytest.mark.parametrize(
    ("literal", "start", "end", "part"),
    [
        ('"abc"', 0, 1, "a"),
        ('"abc"', 1, 3, "bc"),
        ('"abc"', 3, 3, ""),
        (r'"a\nb"', 1, 2, r"\n"),
        (r'"\"x\""', 1, 2, "x"),
        (r'"\\x"', 1, 2, "x"),
        (r'"éx"', 1, 2, "x"),
        (r'"\u00e9x"', 1, 2, "x"),
        (r'"\ud83d\ude00x"', 0, 1, r"\ud83d\ude00"),
        (r'"\ud83d\ude00x"', 1, 2, "x"),
        ('"😀x"', 1, 2, "x"),
        (r'"\ud83dx"', 1, 2, "x"),
        (r'"\ude00\ud83dx"', 2, 3, "x"),
        ('"abc"', 0, 99, "abc"),
    ],
)
def test_characters_are_found_behind_escapes_of_any_length(literal: str, start: int, end: int, part: str) -> None:
    assert spelt(literal, start, end) == part


@pytest.mark.parametrize("literal", ["12", '{"a": "b"}', "null"])
def test_what_is_no_string_is_answered_whole(literal: str) -> None:
    assert spelt(literal, 0, 1) == literal


@given(st.text(max_size=20), st.booleans(), st.data())
def test_what_is_found_spells_the_characters_that_were_asked_for(
    text: str, ascii_only: bool, data: st.DataObject
) -> None:
    text = text.encode(errors="replace").decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = spelt(json.dumps(text, ensure_ascii=ascii_only), start, end)
    assert json.loads(f'"{found}"') == text[start:end]
