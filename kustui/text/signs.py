"""The signs that kustui draws: each has one meaning, with Unicode and in ASCII alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class Sign(NamedTuple):
    glyph: str
    ascii: str
    """What stands for it in a terminal without Unicode; as wide as the glyph."""
    look: str
    """The name of its colours, as in a ``Line``."""
    meaning: str
    """What the help says of it."""
    word: str = ""
    """What the legend of a drawing says of it, where it stands in one."""


SIGNS = (
    Sign("▸", "/", "muted", "closed: there is more below it"),
    Sign("▾", "\\", "muted", "open: what is below it is shown"),
    Sign("◆", "@", "event", "trigger: the event that starts a run", "start"),
    Sign("●", "*", "action", "step: what a run does; in a picture of schedules, the run of a workflow", "step"),
    Sign("◇", "%", "action", "step without an action: it only branches", "branch"),
    Sign("◉", "$", "action", "end: the run is over after this step", "end"),
    Sign("◈", "{", "action", "folded step: it hides the steps only it leads to", "folded"),
    Sign("→", ">", "muted", "transition: leads to another step, under a condition"),
    Sign("↯", "&", "warning", "error case: what is done when the step before it fails", "if it fails"),
    Sign("⇒", "=", "event", "schedules another workflow: Enter goes there, [ returns here", "schedule"),
    Sign("╌", ":", "warning", "line taken after a failure, or only under a condition", "on failure"),
    Sign("□", "]", "key", "field of an object, such as conversation.status", "field"),
    Sign("◎", "h", "string", "host: an address outside that steps call", "host"),
    Sign("↺", "U", "warning", "leads back to a row above; of schedules, a ring"),
    Sign("←", "<", "muted", "comes from: what leads to, reads, schedules or passes it"),
    Sign("✗", "!", "error", "error: refused by Kustomer, or certain not to work"),
    Sign("▲", "^", "warning", "warning: probably wrong"),
    Sign("i", "i", "info", "information: worth knowing"),
    Sign("▶", "}", "new", "next: where the rehearsal stands", "next"),
    Sign("✓", "v", "good", "yes: it ran, holds, is given or is well", "run"),
    Sign("╳", "X", "error", "failed: the step failed in this run", "failed"),
    Sign("∙", ",", "muted", "no: it does not hold, or ran only in another run", "another run"),
    Sign("○", "o", "muted", "not run yet", "not run"),
    Sign("■", "#", "error", "breakpoint: a rehearsal stops here", "stop"),
    Sign("◷", "[", "info", "a run that waits its turn"),
    Sign("?", "?", "warning", "only you can decide it, or nobody has"),
    Sign("+", "+", "good", "added since you looked, or since the revision of a review", "added"),
    Sign("~", "~", "new", "changed since then", "changed"),
    Sign("-", "-", "error", "removed since then", "removed"),
    Sign("▌", "|", "", "the selected row"),
)  # fmt: skip

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
CHANGE_SIGNS: Mapping[str, tuple[str, str]] = {ADDED: ("+", "good"), REMOVED: ("-", "error"), CHANGED: ("~", "new")}
"""The sign of what came, went or changed, and its look."""


def mark_of(kind: str) -> str:
    """How a change is marked: what was renamed or moved has changed."""
    return kind if kind in CHANGE_SIGNS else CHANGED


def change_sign(kind: str) -> tuple[str, str]:
    """The sign of a change of a kind, and its look."""
    return CHANGE_SIGNS[mark_of(kind)]


PUNCTUATION = {
    "·": ";", "…": ".", "‹": ".", "›": ")", "“": '"', "”": '"', "’": "'", "–": "-", "×": "x", "↵": "`", "⇥": "_",
}  # fmt: skip
"""What stands between words and in texts, with its stand-in."""
ARROWHEADS = {"▼": "V", "△": "A", "◀": "("}
LINES = {
    "│": "|", "─": "-", "╎": ":", "└": "+", "├": "+", "┤": "+", "┬": "+", "┴": "+", "┼": "+", "┌": "+", "┐": "+",
    "┘": "+", "╮": ".", "╭": ".", "╯": "'", "╰": "'", "━": "#", "┃": "#", "┏": "#", "┓": "#", "┗": "#", "┛": "#",
    "┻": "#", "┳": "#", "┣": "#", "┫": "#", "╋": "#", "┊": "'", "┈": ".", "▔": "-",
    "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
}  # fmt: skip
"""Lines and bars, which mean nothing by themselves."""

GLYPHS = str.maketrans({sign.glyph: sign.ascii for sign in SIGNS} | PUNCTUATION | ARROWHEADS | LINES)
"""Everything that kustui draws with its stand-in, for ``str.translate``; both are one cell wide."""

_ALONE = re.compile(r"\s*([i+~-])\d*\s*|\s*(\?) .*", re.DOTALL)
"""A sign that is a letter or punctuation elsewhere: it makes up the piece, or begins it."""


def signs_in(pieces: Iterable[str]) -> Iterator[Sign]:
    """The signs in some texts, each a piece of one look, in the order of the table."""
    glyphs: set[str] = set()
    for piece in pieces:
        glyphs.update(character for character in piece if not character.isascii())
        if match := _ALONE.fullmatch(piece):
            glyphs.add(match[1] or match[2])
    return (sign for sign in SIGNS if sign.glyph in glyphs)
