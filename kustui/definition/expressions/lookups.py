"""A path as a template writes it: ``steps.1.id``, ``this.x``, ``../x``, ``@index``, ``@root.x``, ``[a]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.expressions.nodes import Lookup, Origin
from kustui.definition.expressions.paths import Path
from kustui.definition.expressions.tokens import Token, refuse

if TYPE_CHECKING:
    from collections.abc import Container

_PART = re.compile(r"\[((?:\\\]|[^\]])*+)\]|\.\.|[^./\[]++|")
_PLAIN = re.compile(r"(?!this\b)[\w-]++(?:\.@?(?!this\b)[\w-]++)*+")
_ESCAPE = re.compile(r"\\([\\\]])")


class _Part(NamedTuple):
    """One segment: what it says, where that stands, and whether it is in brackets."""

    text: str
    start: int
    end: int
    bracketed: bool


def read_lookup(token: Token, contexts: int, parameters: Container[str]) -> Lookup:
    """The lookup that a token of kind ``path`` is.

    ``contexts`` counts the blocks around it that replace the context; ``parameters`` are the names of block
    parameters in sight. Raises FaultError where it is malformed.
    """
    if _PLAIN.fullmatch(token.text):  # nearly all of them
        return _plain_lookup(token, contexts, parameters)
    at = token.start
    data = token.text.startswith("@")
    parts, ups, this = _split(token, at + data)
    origin = Origin.THIS if this else Origin.NAME
    if data:
        origin = Origin.DATA
        if parts and parts[0].text == "root" and not ups:
            origin, parts = Origin.ROOT, parts[1:]
        elif not parts:
            refuse("a name is missing after the @", token.start, token.end)
    elif parts and parts[0].text in parameters and not ups and not this:
        origin = Origin.PARAMETER

    for part in parts:
        if part.text in (".", "..", "this") and not part.bracketed:
            refuse(f'"{part.text}" cannot stand inside a path', part.start, part.end, f"write [{part.text}]")
    spans = tuple((part.start, part.end) for part in parts)
    start = parts[0].start - parts[0].bracketed if parts else token.end
    path = Path(tuple(part.text for part in parts), start, token.end, spans)
    return Lookup(path, origin, ups, contexts, token.start, token.end)


def _plain_lookup(token: Token, contexts: int, parameters: Container[str]) -> Lookup:
    """A lookup of names with dots between them."""
    segments = tuple(token.text.split("."))
    spans, at = [], token.start
    for segment in segments:
        spans.append((at, at + len(segment)))
        at += len(segment) + 1
    origin = Origin.PARAMETER if segments[0] in parameters else Origin.NAME
    path = Path(segments, token.start, token.end, tuple(spans))
    return Lookup(path, origin, 0, contexts, token.start, token.end)


def _split(token: Token, at: int) -> tuple[list[_Part], int, bool]:
    """The segments of a path, how many ``../`` stand before them, and whether ``this`` or ``.`` does."""
    parts: list[_Part] = []
    ups, this = 0, False
    text, end = token.text, token.end
    while True:
        found = _PART.match(text, at - token.start)
        written = found.group() if found else ""
        if not written and not parts and not this and text[at - token.start : at - token.start + 1] == ".":
            written = "." if text[at - token.start + 1 : at - token.start + 2] in ("", "/") else ""
        bracketed = written.startswith("[")
        stop = at + len(written)
        if not written:
            _refuse_gap(token, at)
        elif written == ".." and not parts and not this:
            ups += 1
        elif written in ("this", ".") and not parts and not this:
            this = True
        elif bracketed:
            parts.append(_Part(_ESCAPE.sub(r"\1", written[1:-1]), at + 1, stop - 1, True))
        elif written == "..":
            _refuse_gap(token, at + 1)
        else:
            if "@" in written.lstrip("@"):
                inner = at + written.index("@", 1)
                refuse('"@" cannot stand inside a name', inner, inner + 1, f"write [{written}]")
            parts.append(_Part(written, at, stop, False))
        if stop == end:
            return parts, ups, this
        if text[stop - token.start] not in "./":
            refuse("a dot is missing between two names", stop, stop + 1)
        at = stop + 1


def _refuse_gap(token: Token, at: int) -> None:
    if token.text == "@":
        refuse("a name is missing after the @", token.start, token.end)
    if at >= token.end:
        refuse("a name is missing after the last dot", token.end - 1, token.end)
    if at <= token.start + 1:
        refuse("a name is missing before the first dot", token.start, at + 1)
    refuse("a name is missing between two dots", at - 1, at + 1, "remove one of the dots")
