"""Pieces of text, as lines of a drawing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kustui.text.styled_lines import changed_cells, width_of, wrapped
from kustui.text.terminal_safe import terminal_safe
from tests.benchmarks.growth import counted

if TYPE_CHECKING:
    from kustui.text.styled_lines import Line


def test_lines_differ_from_the_first_cell_that_looks_different_to_the_last() -> None:
    line: Line = (("漢字", ""), ("ab", "muted"), ("c", ""))
    assert changed_cells(line, line) is None
    assert changed_cells(line, (("漢", ""), ("字a", "muted"), ("bc", ""))) == (2, 5)
    assert changed_cells(line, (("漢字", ""), ("a", "muted"), ("x", "muted"), ("c", ""))) == (5, 5)


@pytest.mark.parametrize("unit", ["漢", "x", "e\u0301", "👨\u200d👩\u200d👧", "का", "\x1b", "漢 "])
def test_wrapping_a_long_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    def steps(count: int) -> int:
        calls = 0

        def count_calls(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += 1

        line: Line = ((unit * count, ""),)
        sys.setprofile(count_calls)
        try:
            lines = [*wrapped(line, 40, 2)]
        finally:
            sys.setprofile(None)
        assert all(width_of(part) <= 40 for part in lines)
        assert "".join(text for part in lines for text, _ in part).replace(" ", "") == (
            terminal_safe(unit * count).replace(" ", "")
        )
        return calls

    assert steps(8_000) < 3 * steps(4_000)


@pytest.mark.parametrize("word", ["x", "é", "…"])
def test_characters_that_each_take_a_cell_are_wrapped_line_by_line(word: str) -> None:
    line: Line = ((word * 8_000, ""),)
    lines = [*wrapped(line, 40)]
    assert [width_of(part) for part in lines] == [40] * 200
    assert counted(lambda: [*wrapped(line, 40)]) < 20 * len(lines)
