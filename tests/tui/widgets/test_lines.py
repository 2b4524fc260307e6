"""Rows of text as cells: made harmless, cut, wrapped, put into ASCII."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from kustui.text.styled_lines import Line, fitted, joined, width_of, wrapped
from kustui.text.terminal_safe import pieces_to_ascii, terminal_safe
from kustui.tui.widgets.rows import Row, Rows, laid_out
from tests.benchmarks.growth import counted
from tests.support.strategies import ANY_TEXT

LINES = st.lists(st.tuples(ANY_TEXT, st.sampled_from(["", "muted"])), max_size=5).map(tuple)


def text_of(line: Line) -> str:
    return "".join(text for text, _ in line)


def cells(line: Line) -> int:
    """As wide as it is drawn: piece by piece, made harmless."""
    return sum(cell_len(terminal_safe(text)) for text, _ in line)


# Harmless


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\x00", "^@"),
        ("\x1b[31mred\x1b]0;title\x07", "^[[31mred^[]0;title^G"),
        ("\x7f", "<7F>"),
        ("\x9b31m", "<9B>31m"),
        ("a\tb\nc\rd", "a⇥b↵c^Md"),
        ("\u202egnp.exe", "<U+202E>gnp.exe"),
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("\u200e\u200f\u061c", "<U+200E><U+200F><U+061C>"),
        ("zero\u200bwidth\ufeff\u2060\u200c", "zero<U+200B>width<U+FEFF><U+2060><U+200C>"),
        ("a\u200db", "a<U+200D>b"),
        ("\u200d", "<U+200D>"),
        ("\ud800", "<U+D800>"),
        ("\U000e0041", "<U+E0041>"),
        ("\ue000", "<U+E000>"),
        ("\u2028\u2029\u3000", "<U+2028><U+2029><U+3000>"),
        ("\xad", "<AD>"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_spelt_out(text: str, told: str) -> None:
    assert terminal_safe(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Größe",
        "漢字 한글 かな",
        "😀 🇩🇪 👍🏽",
        "👨‍👩‍👧 ❤️‍🔥 🧑‍⚕️ 🏳️‍🌈",
        "e\u0301",
        "non\u00a0breaking",
        "[bold]x[/]",
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert terminal_safe(text) == text


@given(ANY_TEXT)
def test_nothing_that_is_shown_is_obeyed_and_showing_it_again_changes_nothing(text: str) -> None:
    told = terminal_safe(text)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]", told)
    told.encode()  # no half of a surrogate pair
    assert terminal_safe(told) == told


# Width


@given(LINES, st.integers(-1, 40))
@example((("한" * 9, ""),), 4)
@example((("\u0301", ""), ("abc", "")), 2)
def test_a_fitted_line_is_never_wider_than_its_room(line: Line, width: int) -> None:
    cut = fitted(line, width)
    assert cells(cut) <= max(0, width)
    if width_of(line) <= width:
        assert cut == line
    elif width > 0:
        assert text_of(cut).endswith("…")


@given(LINES, LINES, LINES, st.integers(0, 60))
def test_a_row_is_never_wider_than_its_pane(line: Line, aside: Line, mark: Line, width: int) -> None:
    assert cells(laid_out(Row(line, aside, mark), width)) <= width


def test_what_stands_aside_is_at_the_edge_and_goes_when_there_is_no_room() -> None:
    row = Row((("name", ""),), (("aside", ""),))
    assert text_of(laid_out(row, 15)) == "name      aside"
    assert text_of(laid_out(row, 11)) == "name  aside"
    assert text_of(laid_out(row, 10)) == "name"


def test_a_mark_is_shown_whatever_is_cut_for_it() -> None:
    row = Row((("a long name", ""),), (("aside", ""),), (("✗2", "error"),))
    assert text_of(laid_out(row, 30)) == "a long name           aside ✗2"
    assert text_of(laid_out(row, 10)) == "a long… ✗2"
    assert text_of(laid_out(row, 3)) == " ✗2"
    assert text_of(laid_out(row, 2)) == "…" or text_of(laid_out(row, 2)) == "✗2"


def test_what_is_kept_of_a_line_is_not_cut() -> None:
    row = Row((("⇒ ", "link"), ("a long name", "link"), (" after 7 d", "muted")), mark=(("✗", "error"),), kept=1)
    assert text_of(laid_out(row, 40)) == "⇒ a long name after 7 d                ✗"
    assert text_of(laid_out(row, 20)) == "⇒ a lon… after 7 d ✗"
    assert text_of(laid_out(row, 12)) == "⇒ a long … ✗"  # no room for anything beside it


def test_a_word_of_several_looks_is_not_parted_where_the_look_changes() -> None:
    line = (("if ", ""), ("attributes.email", "key"), (") is", "muted"), (" true", "muted"))
    assert [text_of(part) for part in wrapped(line, 18)] == ["if", "attributes.email)", "is true"]
    assert list(wrapped((("", ""),), 20)) == [()]


def test_a_number_is_not_parted_from_its_unit() -> None:
    assert [text_of(line) for line in wrapped((("it waits after 7 d and 60 min", ""),), 16)] == [
        "it waits after",
        "7 d and 60 min",
    ]


@given(LINES, st.integers(0, 40), st.integers(0, 50))
@example((("a" + "\u00a0" * 50 + "b", ""),), 20, 0)
@example((("x", ""), ("한" * 30, "")), 9, 4)
@example(((" " * 100, ""), ("x", "")), 20, 2)
def test_wrapped_lines_are_never_wider_than_their_room_and_lose_nothing(line: Line, width: int, indent: int) -> None:
    found = list(wrapped(line, width, indent))
    assert all(cells(each) <= max(width, 8) for each in found)
    kept = "".join(text_of(each) for each in found).replace(" ", "")
    assert kept == "".join(terminal_safe(text) for text, _ in line).replace(" ", "")


@given(LINES, st.integers(8, 40))
def test_wrapping_keeps_the_look_of_each_character(line: Line, width: int) -> None:
    def looks(of: Line) -> list[tuple[str, str]]:
        return [(character, look) for text, look in of for character in terminal_safe(text) if character != " "]

    assert [pair for each in wrapped(line, width) for pair in looks(each)] == looks(line)


def test_lines_are_broken_between_words_and_continued_lines_are_indented() -> None:
    found = wrapped((("status is open and ", ""), ("tags contains", "key"), (" vip", "")), 16, 2)
    assert [text_of(each) for each in found] == ["status is open", "  and tags", "  contains vip"]


def test_a_word_longer_than_a_line_is_broken_where_the_line_ends() -> None:
    assert [text_of(each) for each in wrapped((("abcdefghijklmnop", ""),), 8, 2)] == [
        "abcdefgh",
        "  ijklmn",
        "  op",
    ]


def test_nothing_wrapped_is_an_empty_line() -> None:
    assert list(wrapped((), 20)) == [()]


def test_lines_are_joined_with_a_piece_between_them() -> None:
    assert text_of(joined([(("a", ""),), (("b", ""), ("c", ""))], (", ", "muted"))) == "a, bc"
    assert joined([], (", ", "")) == ()


# ASCII


@given(ANY_TEXT)
@example("1\ufe0f\u20e3 👨‍👩‍👧 ❤️")
def test_ascii_is_as_wide_as_what_it_stands_for(text: str) -> None:
    told = "".join(pieces_to_ascii([terminal_safe(text)]))
    assert told.isascii()
    assert cell_len(told) == cell_len(terminal_safe(text))


@pytest.mark.parametrize(
    ("text", "told"), [("é", "e"), ("ﬁx", "fx"), ("漢", "??"), ("→ “x”", '> "x"'), ("😀", "??"), ("Ω", "?")]
)
def test_ascii_keeps_what_can_be_kept(text: str, told: str) -> None:
    assert "".join(pieces_to_ascii([text])) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("read as /#steps.1…", "read as /#steps..."),  # as wide as before
        ("reading a …", "reading ..."),
        ("a name…    12", "a name...  12"),  # the room beside it is taken first
        ("a name…  12", "a na...  12"),
        ("write [ …, … ]     ", "write [ ..., ... ] "),
        ("b… │ c    ", "...| c    "),  # what is drawn beside it does not move
        ("given twice … fix", "given twic... fix"),  # what stands at the edge stays
        ("… › Timer", "... Timer"),
        ("…", "."),
    ],
)
def test_a_cut_is_three_dots_in_ascii(text: str, told: str) -> None:
    assert "".join(pieces_to_ascii([text])) == told
    assert "".join(pieces_to_ascii(list(text))) == told


def test_what_was_cut_already_is_cut_once() -> None:
    assert text_of(fitted((("a text…", ""), (" and more", "")), 8)) == "a text…"
    assert text_of(fitted((("…", ""), ("…", ""), ("b", "")), 2)) == "…"


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 40))
def test_the_rows_around_one_are_the_nearest_whether_it_is_still_there_or_not(
    count: int, index: int, most: int
) -> None:
    around = Rows(count, lambda _: Row()).around(index, most)
    assert around == sorted(range(count), key=lambda row: abs(row - index))[:most]


def test_of_many_rows_only_those_around_one_are_looked_at() -> None:
    rows = Rows(1_000_000, lambda _: Row())
    assert counted(lambda: rows.around(500_000, 10)) < 100
