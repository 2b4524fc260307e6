"""What the signs of a drawing mean, as far as they are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.diagrams.pictures import GLYPHS, Kind
from kustui.diagrams.styled_lines import joined

if TYPE_CHECKING:
    from collections.abc import Collection

    from kustui.diagrams.styled_lines import Line

FAILING = "╌"
"""The sign of a way that is only taken after a failure."""
_WORDS = {
    GLYPHS[Kind.TRIGGER]: "start",
    GLYPHS[Kind.STEP]: "step",
    GLYPHS[Kind.BRANCH]: "branch",
    ("◈", "action"): "folded",
    GLYPHS[Kind.SCHEDULE]: "schedule",
    (FAILING, "warning"): "on failure",
}


def legend(signs: Collection[str]) -> Line:
    """Those that are in a drawing, each with its meaning, in one line."""
    meant = [((f"{sign} ", look), (words, "muted")) for (sign, look), words in _WORDS.items() if sign in signs]
    return joined(meant, ("  ", ""))
