"""Every sign has one meaning, with Unicode and without."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import kustui
from kustui.text.cells import cells
from kustui.text.signs import ARROWHEADS, GLYPHS, LINES, PUNCTUATION, SIGNS, signs_in

GROUPS = [{sign.glyph: sign.ascii for sign in SIGNS}, PUNCTUATION, ARROWHEADS, LINES]
CUTS_AND_QUOTES = {"…", "‹", "“", "”"}
"""Two for each of two meanings: a text is cut off, a text is quoted."""


def test_no_sign_has_two_meanings() -> None:
    assert not [sign for sign, count in Counter(sign.glyph for sign in SIGNS).items() if count > 1]
    assert not [sign for sign, count in Counter(sign.ascii for sign in SIGNS).items() if count > 1]
    assert len({sign.meaning for sign in SIGNS}) == len(SIGNS)


def test_no_sign_is_punctuation_or_an_arrowhead_in_ascii() -> None:
    others = [glyph for group in (PUNCTUATION, ARROWHEADS) for glyph in group if glyph not in CUTS_AND_QUOTES]
    stand_ins = [sign.ascii for sign in SIGNS if sign.glyph != "-"] + [GLYPHS[ord(glyph)] for glyph in others]
    assert not [stand_in for stand_in, count in Counter(stand_ins).items() if count > 1]


def test_no_glyph_stands_in_two_tables() -> None:
    assert len(GLYPHS) == sum(map(len, GROUPS))
    assert all(cells(glyph) == 1 == len(stand_in) for group in GROUPS for glyph, stand_in in group.items())


def test_every_glyph_that_is_drawn_is_in_the_table() -> None:
    folders = ("tui", "diagrams", "workspace")
    files = [file for folder in folders for file in (Path(kustui.__file__).parent / folder).rglob("*.py")]
    glyphs = {glyph for file in files for glyph in re.findall(r"[^\x00-\x7f]", file.read_text(encoding="utf-8"))}
    assert {glyph for glyph in glyphs if ord(glyph) not in GLYPHS and not glyph.isalpha()} == set()


@pytest.mark.parametrize(
    ("pieces", "glyphs"),
    [
        (["● ", "Add a note"], "●"),
        (["  ↯ on failure ", "→ ", "Send"], "→↯"),
        ([" i2", "✗", "an i in a name", "a-b + c"], "✗i"),
        (["? ", "which way?"], "?"),
        (["+", "~", "│", "·"], "+~"),
    ],
)
def test_signs_are_recognised_in_what_is_drawn(pieces: list[str], glyphs: str) -> None:
    assert [sign.glyph for sign in signs_in(pieces)] == [sign.glyph for sign in SIGNS if sign.glyph in glyphs]
