"""The regular expressions of a definition, run by an engine that cannot hang.

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
"""In characters: a pattern that a person writes has a line, and a message some thousands."""

_BLANKS = r"\t\n\v\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
_NO_LINE_END = r"[^\n\r\x{2028}\x{2029}]"
_SAME = frozenset("dDwWbBtnrvf0.*+?^$(){}[]|\\/-")
"""Escapes that mean the same in JavaScript and RE2."""
_GROUP = re.compile(r"\(\?(?!:|<[A-Za-z_]\w*>)")
_PIECE = re.compile(
    r"\\u\{?(?P<code>[0-9A-Fa-f]{4,6})\}?|\\x(?P<byte>[0-9A-Fa-f]{2})|\\(?P<escaped>.)"
    r"|(?P<bracket>\[\^?\]?|\])|(?P<dot>\.)|.",
    re.DOTALL,
)


class _UnsupportedError(Exception):
    """Says in a clause what of a pattern cannot be run."""


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
    try:
        translated = _translated(pattern)
    except _UnsupportedError as error:
        return Undecided(str(error))
    import re2  # 15 ms

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    try:
        return re2.compile(translated, options)
    except Exception:
        return Undecided("kustui cannot run this regular expression")


def _translated(pattern: str) -> str:
    """The pattern in RE2's syntax. Raises _UnsupportedError."""
    if _GROUP.search(pattern):
        raise _UnsupportedError("kustui cannot run a regular expression that looks ahead or behind")
    pieces: list[str] = []
    in_class = False
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        match match.lastgroup:
            case "code" | "byte":
                piece = f"\\x{{{match['code'] or match['byte']}}}"
            case "escaped":
                piece = _escape(match["escaped"], in_class)
            case "bracket":
                piece, in_class = _bracket(piece, in_class)
            case "dot" if not in_class:
                piece = _NO_LINE_END
        pieces.append(piece)
    return "".join(pieces)


def _escape(character: str, in_class: bool) -> str:
    """A character behind a backslash. ``in_class``: it stands in a character class, between brackets."""
    if character in "123456789":
        raise _UnsupportedError("kustui cannot run a regular expression that refers back")
    if character == "s":
        return _BLANKS if in_class else f"[{_BLANKS}]"
    if character == "S":
        if in_class:
            raise _UnsupportedError("kustui cannot run this regular expression")
        return f"[^{_BLANKS}]"
    if character == "b" and in_class:
        return r"\x{8}"
    if character in _SAME:
        return r"\x{0}" if character == "0" else f"\\{character}"
    if character.isascii() and (character.isalnum() or character == "_"):
        raise _UnsupportedError(f"kustui does not know what \\{character} means in Kustomer's regular expressions")
    return re.escape(character) if character.isascii() else character


def _bracket(brackets: str, in_class: bool) -> tuple[str, bool]:
    """``[``, ``[^``, either with the ``]`` that follows, or ``]``; and whether a character class goes on behind it."""
    if brackets == "]":
        return ("]" if in_class else r"\]"), False
    if in_class:
        return brackets.replace("[", r"\["), not brackets.endswith("]")
    if brackets.endswith("]"):  # nothing, or anything: RE2 would take the bracket for the first of its characters
        return (r"[^\x{0}-\x{10ffff}]" if brackets == "[]" else r"[\x{0}-\x{10ffff}]"), False
    return brackets, True
