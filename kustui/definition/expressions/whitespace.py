"""Whitespace that a template does not put out: what ``~`` takes away, and lines that hold only a block's tag.

Both as in Handlebars 4. Only text that directly touches a tag is affected.
"""

from __future__ import annotations

import re

from kustui.definition.expressions.nodes import Content
from kustui.definition.expressions.tokens import Kind, Piece, Remark, Tag

_REST_OF_LINE = re.compile(r"[ \t]*(\r?\n)?")


def without_whitespace(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, the texts among them without the whitespace that their neighbours take away."""
    return [_trimmed(pieces, at, piece) if isinstance(piece, Content) else piece for at, piece in enumerate(pieces)]


def _trimmed(pieces: list[Piece], at: int, content: Content) -> Content:
    text = content.text
    before = pieces[at - 1] if at else None
    after = pieces[at + 1] if at + 1 < len(pieces) else None
    if isinstance(before, Tag | Remark):
        if before.trims_after:
            text = text.lstrip()
        elif _alone(pieces, at - 1):
            text = text[_end_of_line(text) :]
    if isinstance(after, Tag | Remark):
        if after.trims_before:
            text = text.rstrip()
        elif _alone(pieces, at + 1):
            text = text.rstrip(" \t")
    return content if text == content.text else content._replace(text=text)


def _alone(pieces: list[Piece], at: int) -> bool:
    """Whether the tag at ``at`` is of a kind that puts out nothing itself and has its line to itself."""
    piece = pieces[at]
    if isinstance(piece, Tag) and (piece.kind in (Kind.VALUE, Kind.RAW) or piece.opening.startswith("{{{{")):
        return False
    return _line_begins(pieces, at) and _line_ends(pieces, at)


def _line_begins(pieces: list[Piece], at: int) -> bool:
    if at == 0:
        return True
    before = pieces[at - 1]
    if not isinstance(before, Content):
        return False
    text = before.text.rstrip(" \t")
    return text.endswith("\n") or (not text and at == 1)


def _line_ends(pieces: list[Piece], at: int) -> bool:
    if at + 1 == len(pieces):
        return True
    after = pieces[at + 1]
    if not isinstance(after, Content):
        return False
    found = _REST_OF_LINE.match(after.text)
    return found is not None and (found[1] is not None or (found.end() == len(after.text) and at + 2 == len(pieces)))


def _end_of_line(text: str) -> int:
    found = _REST_OF_LINE.match(text)
    return found.end() if found else 0
