"""The text of an editor, against what its parts say one by one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.lsp.typed_text import Position, Text

ENCODINGS = ("utf-8", "utf-16", "utf-32")
TEXTS = st.text(st.sampled_from('a"{:é한😀𝒳\u2028\t\n\r'), max_size=40)
UNITS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


def units(text: str, encoding: str) -> int:
    return len(text.encode(f"{encoding}-le" if encoding != "utf-8" else encoding)) // UNITS[encoding]


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


@given(text=TEXTS, encoding=st.sampled_from(ENCODINGS), data=st.data())
def test_a_position_leads_to_its_character_and_back(text: str, encoding: str, data: st.DataObject) -> None:
    lines = lines_of(text)
    line = data.draw(st.integers(0, len(lines) - 1))
    before = lines[line][: data.draw(st.integers(0, len(lines[line])))]
    position = Position(line, units(before, encoding))
    kept = Text.of(text, encoding)
    offset = kept.offset(position)
    plain = re.sub(r"\r(?!\n)", "\n", text)
    start = sum(len(match) for match in re.findall(r"[^\n]*\n", plain)[:line])
    assert offset == len((plain[:start] + before).encode())
    assert kept.position(offset) == position


@given(text=TEXTS, encoding=st.sampled_from(ENCODINGS), line=st.integers(0, 9), character=st.integers(0, 50))
def test_any_position_is_somewhere_in_the_text(text: str, encoding: str, line: int, character: int) -> None:
    kept = Text.of(text, encoding)
    offset = kept.offset(Position(line, character))
    assert 0 <= offset <= len(kept)
    assert kept.position(offset) <= Position(line, character)
    kept.data[:offset].decode()  # it never cuts a character


@given(text=TEXTS, new=TEXTS, encoding=st.sampled_from(ENCODINGS), data=st.data())
def test_an_edited_text_is_the_text_that_was_typed(text: str, new: str, encoding: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    kept = Text.of(text, encoding)
    if "\r" in text:
        return  # what an editor counts is what it has made of it
    edited = kept.edited(len(text[:start].encode()), len(text[:end].encode()), new)
    whole = Text.of(text[:start] + new + text[end:], encoding)
    assert edited.data == whole.data
    assert [edited.position(at) for at in range(len(whole))] == [whole.position(at) for at in range(len(whole))]


def test_line_breaks_of_two_characters_are_typed_one_after_the_other() -> None:
    text = Text.of("a\r\nb")
    assert text.edited(1, 3, "").edited(1, 1, "\r").edited(2, 2, "\n").data == b"a\n\nb"
    assert text.edited(0, 1, "").data == b"\r\nb"
    assert text.edited(2, 3, "").data == b"a\nb"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_break", ["\n", ""])
def test_a_long_text_is_kept_in_blocks_and_counted_as_a_whole(encoding: str, line_break: str) -> None:
    line = "é😀 an order\t" * 3 + line_break
    text = Text.of(line * 20_000, encoding)
    assert len(text.blocks) > 5
    whole = line * 20_000
    for at in (0, 1, 3 * 65_536 // 25, len(whole) // 2, len(whole) - 1):
        before = whole[:at]
        position = Position(before.count("\n"), units(before.rpartition("\n")[2], encoding))
        assert text.position(len(before.encode())) == position
        assert text.offset(position) == len(before.encode())
    middle = len(whole[: len(whole) // 2].encode())
    edited = text.edited(middle, middle, "x")
    assert edited.data == text.data[:middle] + b"x" + text.data[middle:]
    assert sum(one is other for one in edited.blocks for other in text.blocks) >= len(text.blocks) - 2


def test_half_a_character_is_replaced() -> None:
    assert Text.of("a\ud83d b").data == b"a? b"
