"""Text is measured as Textual measures it, so that what is drawn below the screen fits on it."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kustui.text.cells import cells, clusters, crop, cut, pad
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import TerminalApp
from tests.support.strategies import ANY_TEXT


@pytest.mark.slow
def test_every_character_is_as_wide_as_on_the_screen() -> None:
    assert TerminalApp.__module__, "loaded: Textual measures by its tables"
    characters = [chr(code) for code in range(0x20, 0x110000) if chr(code).isprintable()]
    assert [each for each in characters if cells(each) != cell_len(each)] == []
    assert [each for each in characters if cells(f"{each}\ufe0f") != cell_len(f"{each}\ufe0f")] == []


@pytest.mark.parametrize("measure", [cells, terminal_safe])
def test_long_texts_are_not_kept(measure: Callable[[str], object]) -> None:
    tracemalloc.start()
    try:
        for number in range(20):
            measure(f"ü{number}" * 5_000)
        assert tracemalloc.get_traced_memory()[0] < 50_000
    finally:
        tracemalloc.stop()


def test_every_occurrence_of_what_a_terminal_obeys_is_spelled_out() -> None:
    assert terminal_safe("a\n\tb\n<\x1b>\u202e\x85ü") == "a↵⇥b↵<^[><U+202E><85>ü"


@given(ANY_TEXT)
def test_every_text_is_as_wide_as_on_the_screen(text: str) -> None:
    assert cells(terminal_safe(text)) == cell_len(terminal_safe(text))


@given(ANY_TEXT, st.integers(0, 20))
def test_what_is_cut_or_padded_has_the_room_it_was_given(text: str, room: int) -> None:
    told = terminal_safe(text)
    assert cells(cut(told, room)) <= room
    assert cells(pad(told, room)) == room
    if cells(told) <= room:
        assert cut(told, room) == told


@given(ANY_TEXT, st.integers(0, 40))
def test_what_is_cropped_is_the_end_of_the_text_of_so_many_cells(text: str, start: int) -> None:
    told = terminal_safe(text)
    found = crop(told, start)
    assert told.endswith(found.lstrip(" "))
    assert sum(map(cells, clusters(found))) == max(0, sum(map(cells, clusters(told))) - start)


def test_vowels_that_stand_beside_their_letter_take_a_cell_as_terminals_give_them_one() -> None:
    syllables = {
        "का": 2,
        "कि": 2,
        "கொ": 2,
        "কা": 2,
        "កា": 2,
        "ကာ": 2,
        "कः": 2,
        "क्षि": 3,
        "कु": 1,
    }  # as tmux moves its cursor
    assert {text: cells(text) for text in syllables} == syllables
    assert {text: cell_len(text) for text in syllables} == syllables
    assert list(clusters("किका")) == ["कि", "का"]


def test_the_tables_are_only_loaded_for_text_that_needs_them() -> None:
    code = (
        "import sys; from kustui.text.cells import cells;"
        "cells('Größe → … ● │'); print('wcwidth' in sys.modules); cells('漢'); print('wcwidth' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_characters_that_are_all_different_are_spelled_out_in_one_go() -> None:
    others = "".join(map(chr, range(0xF0000, 0xF0000 + 40_000)))  # 4 s with a search for each
    assert terminal_safe(f"a{others}é") == f"a{''.join(map(terminal_safe, others))}é"
