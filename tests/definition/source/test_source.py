"""Bytes on disk become text; byte offsets become lines and columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source import source as module
from kustui.definition.source.edits import edit_between
from kustui.definition.source.source import Extent, Place, Source, Span, UndecodableError

TEXT = st.text(st.sampled_from("ab\n\r\té€😀"), max_size=60)


def naive_place(text: str, offset: int) -> Place:
    before = text.encode()[:offset].decode()
    *whole_lines, line = before.split("\n")
    return Place(len(whole_lines) + 1, len(line) + 1)


def boundaries(text: str) -> list[int]:
    return [len(text[:index].encode()) for index in range(len(text) + 1)]


@given(TEXT)
def test_a_place_counts_line_feeds_and_characters(text: str) -> None:
    source = Source("x", text.encode())
    for offset in boundaries(text):
        assert source.place(offset) == naive_place(text, offset)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@given(text=TEXT)
def test_a_place_is_the_same_whatever_the_size_of_the_blocks_counted_before(text: str, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_SIZE", size)
        source = Source("x", text.encode())
        for offset in boundaries(text):
            assert source.place(offset) == naive_place(text, offset)
            assert source.line_at(offset) == Source("x", text.encode()).line_at(offset)


@given(TEXT)
def test_the_line_of_an_offset_is_the_text_between_two_line_feeds(text: str) -> None:
    source = Source("x", text.encode())
    for offset in boundaries(text):
        line = text.split("\n")[naive_place(text, offset).line - 1]
        assert source.line_at(offset) == line.removesuffix("\r")
        assert source.line_start(offset) == offset - len(line.encode()[: offset - source.line_start(offset)])


def test_a_place_far_down_one_long_line_of_many_scripts() -> None:
    text = "é😀ab" * 100_000
    source = Source("x", f"first\n{text}".encode())
    assert source.place(len(source.data)) == Place(2, len(text) + 1)


def test_places_outside_of_the_file_are_its_first_and_its_last() -> None:
    source = Source("x", b"ab\ncd")
    assert source.place(-3) == Place(1, 1)
    assert source.place(99) == Place(2, 3)
    assert source.line_at(99) == "cd"


def test_an_empty_file_has_one_place() -> None:
    assert Source("x", b"").place(0) == Place(1, 1)
    assert Source("x", b"").line_at(0) == ""


def test_a_tab_is_one_character_and_a_carriage_return_belongs_to_no_line() -> None:
    source = Source("x", b'\t"a"\r\n\t"b"\r\n')
    assert source.place(1) == Place(1, 2)
    assert source.place(source.data.index(b"b")) == Place(2, 3)
    assert source.line_at(0) == '\t"a"'


def test_a_span_is_told_by_its_two_places() -> None:
    source = Source("x", 'é\n"naïve"'.encode())
    assert source.span(Extent(3, len(source.data))) == Span(Place(2, 1), Place(2, 8))
    assert source.text(Extent(3, len(source.data))) == '"naïve"'
    assert str(Place(2, 8)) == "2:8"


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("utf-32-le", "UTF-32"),
        ("utf-32-be", "UTF-32"),
    ],
)
@pytest.mark.parametrize("text", ['{"näme": "😀"}', '"你好"', "7", "[]"])
def test_text_is_the_same_in_every_encoding(text: str, codec: str, encoding: str) -> None:
    source = Source.of("x", text.encode(codec))
    assert source.data == text.encode()
    assert source.encoding == encoding


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_of_either_order_is_understood_and_cut_off(mark: str) -> None:
    assert Source.of("x", "\ufeff{}".encode(mark)).data == b"{}"


def test_what_was_cut_off_before_utf_8_is_remembered() -> None:
    assert Source.of("x", b"\xef\xbb\xbf{}").offset == 3
    assert Source.of("x", b"{}").offset == 0


def test_a_byte_that_is_not_utf_8_is_told_with_its_place() -> None:
    with pytest.raises(UndecodableError, match="byte 0xE9 is not UTF-8") as caught:
        Source.of("x", 'ü\n{"name": "caf'.encode() + b'\xe9"}')
    found = caught.value
    assert found.source.span(found.extent) == Span(Place(2, 14), Place(2, 15))
    assert found.source.line_at(found.extent.start) == '{"name": "caf\ufffd"}'


def test_a_byte_order_mark_does_not_move_the_place_of_a_wrong_byte() -> None:
    with pytest.raises(UndecodableError) as caught:
        Source.of("x", b'\xef\xbb\xbf["\xff"]')
    found = caught.value
    assert found.source.place(found.extent.start) == Place(1, 3)


def test_a_character_cut_off_by_the_end_of_the_file_is_told() -> None:
    with pytest.raises(UndecodableError, match="byte 0xE2 is not UTF-8") as caught:
        Source.of("x", b'["' + "€".encode()[:2])
    assert caught.value.extent.end <= len(caught.value.source.data)


@pytest.mark.parametrize("before", range(5))
def test_a_character_may_lie_across_the_pieces_that_are_decoded(before: int) -> None:
    raw = b'"' + b"x" * ((1 << 20) - 1 - before) + "😀€é".encode() + b'"'
    assert Source.of("x", raw).data == raw


@pytest.mark.parametrize("before", range(5))
def test_a_broken_character_across_the_pieces_has_its_place(before: int) -> None:
    length = (1 << 20) - 1 - before
    with pytest.raises(UndecodableError) as caught:
        Source.of("x", b'"' + b"x" * length + "😀".encode()[:3] + b'"')
    assert caught.value.extent.start == length + 1


def test_half_a_utf_16_character_is_told() -> None:
    with pytest.raises(UndecodableError, match="begins like UTF-16 but is not") as caught:
        Source.of("x", '\ufeff["é"]'.encode("utf-16-le") + b"\n")
    found = caught.value
    assert found.source.place(found.extent.start) == Place(1, 6)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_told_at_a_place_inside(raw: bytes) -> None:
    try:
        source, extent = Source.of("x", raw), Extent(0, 0)
    except UndecodableError as error:
        source, extent = error.source, error.extent
        source.text(extent).index("\ufffd")
    source.data.decode()
    assert 0 <= extent.start <= extent.end <= len(source.data)


@given(
    TEXT, st.data(), st.sampled_from((b"", b"a", b"\xff", "€".encode(), "€".encode()[1:], "😀é".encode()[1:4], b"\0"))
)
def test_only_what_was_edited_is_looked_at_for_other_bytes_than_text(
    text: str, data: st.DataObject, put: bytes
) -> None:
    old = text.encode()
    start = data.draw(st.integers(0, len(old)))
    new = old[:start] + put + old[data.draw(st.integers(start, len(old))) :]
    changed = edit_between(old, new).whole_characters(old)
    assert told(new, changed) == told(new, None)


def told(raw: bytes, changed: Extent | None) -> tuple[object, ...]:
    try:
        source = Source.of("x", raw, changed)
    except UndecodableError as error:
        return str(error), error.source.data, error.extent
    return source.data, source.codec, source.mark
