"""The regular expressions of a definition, run where none of them can hang.

Kustomer runs JavaScript's [assumed], some of which take longer than anybody waits. Here RE2 runs them, in time linear
to the text and with no clock that would make one rehearsal differ from the next. What RE2 lacks (lookaround,
backreferences) or might read otherwise is Undecided.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from kustui.definition.values import MISSING, Missing, Undecided

LONGEST_PATTERN, LONGEST_TEXT = 1_000, 100_000
"""Characters that are looked at: a person's pattern has a line, and a message some thousands."""

_BLANKS = r"\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
_NO_LINE_END = r"[^\n\r\x{2028}\x{2029}]"
_SAME = frozenset("dDwWbBtnrvf0.*+?^$(){}[]|\\/-")
"""What follows a backslash and means the same in both."""
_GROUP = re.compile(r"\(\?(?!:|<[A-Za-z_]\w*>)")
_PIECE = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\x([0-9A-Fa-f]{2})|\\(.)|(\[\^?\]?)|(\])|(\.)|.", re.DOTALL)


def search(pattern: str, text: str) -> str | Missing | Undecided:
    """The first stretch of a text that a pattern matches; MISSING where none does."""
    if len(text) > LONGEST_TEXT:
        return Undecided(f"the text has more than {LONGEST_TEXT:,} characters")
    compiled = _compiled(pattern)
    if isinstance(compiled, Undecided):
        return compiled
    try:
        match = compiled.search(text)
    except Exception:  # RE2 found no memory for it, or the text is no Unicode
        return Undecided("the regular expression could not be run")
    return MISSING if match is None else str(match.group())


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    if len(pattern) > LONGEST_PATTERN:
        return Undecided(f"the regular expression has more than {LONGEST_PATTERN:,} characters")
    translated = _translated(pattern)
    if isinstance(translated, Undecided):
        return translated
    import re2  # 15 ms

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        return re2.compile(translated, options)
    except Exception:
        return Undecided("kustui cannot run this regular expression")


def _translated(pattern: str) -> str | Undecided:
    """The pattern as RE2 writes what JavaScript means."""
    if _GROUP.search(pattern):
        return Undecided("kustui cannot run a regular expression that looks ahead or behind")
    pieces: list[str] = []
    inside = False
    for piece in _PIECE.finditer(pattern):
        code, byte, escaped, opens, closes, dot = piece.groups()
        if code or byte:
            pieces.append(f"\\x{{{code or byte}}}")
        elif escaped:
            if escaped in "123456789":
                return Undecided("kustui cannot run a regular expression that refers back")
            if escaped in "sS":
                if inside and escaped == "S":
                    return Undecided("kustui cannot run this regular expression")
                pieces.append(_BLANKS if inside else f"[{'^' if escaped == 'S' else ''}{_BLANKS}]")
            elif inside and escaped == "b":
                pieces.append(r"\x{8}")
            elif escaped in _SAME:
                pieces.append(r"\x{0}" if escaped == "0" else piece[0])
            elif escaped.isascii() and (escaped.isalnum() or escaped == "_"):
                return Undecided(f"kustui does not know what \\{escaped} means in Kustomer's regular expressions")
            else:
                pieces.append(re.escape(escaped) if escaped.isascii() else escaped)
        elif opens and not inside:
            if opens.endswith("]"):  # nothing, or anything: RE2 would take the bracket for the first of its characters
                pieces.append(r"[^\x{0}-\x{10ffff}]" if opens == "[]" else r"[\x{0}-\x{10ffff}]")
            else:
                inside = True
                pieces.append(opens)
        elif opens:
            pieces.append("".join(f"\\{each}" if each == "[" else each for each in opens))
            inside = not opens.endswith("]")
        elif closes and inside:
            inside = False
            pieces.append("]")
        elif closes:
            pieces.append(r"\]")
        elif dot and not inside:
            pieces.append(_NO_LINE_END)
        else:
            pieces.append(piece[0])
    return "".join(pieces)
