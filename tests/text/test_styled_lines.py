"""Pieces of text, as lines of a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.text.styled_lines import changed_cells

if TYPE_CHECKING:
    from kustui.text.styled_lines import Line


def test_lines_differ_from_the_first_cell_that_looks_different_to_the_last() -> None:
    line: Line = (("漢字", ""), ("ab", "muted"), ("c", ""))
    assert changed_cells(line, line) is None
    assert changed_cells(line, (("漢", ""), ("字a", "muted"), ("bc", ""))) == (2, 5)
    assert changed_cells(line, (("漢字", ""), ("a", "muted"), ("x", "muted"), ("c", ""))) == (5, 5)
