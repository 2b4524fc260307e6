"""The rows of the finder: what matches, with what was typed set apart in it, and below it where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kustui.definition.platform import short_name
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.labels import set_apart, short_action
from kustui.search.index_lines import SEPARATOR, LineKind
from kustui.search.query import KEYS
from kustui.search.ranking import Match, MatchGroup
from kustui.text.messages import without_folder
from kustui.text.styled_lines import Line, Piece, Span, StyledRow, fitted, highlighted, width_of

_SHORTEST = 24
"""Characters of a text that are shown in any case."""
_LOOKS = {
    LineKind.WORKFLOW: ("name", "muted"),
    LineKind.STEP: ("", "muted"),
    LineKind.ACTION: ("action", ""),
    LineKind.EVENT: ("event", ""),
    LineKind.CONDITION: ("name", ""),
    LineKind.TEXT: ("key", "string"),
    LineKind.PROBLEM: ("", "muted"),
}
"""How the parts of a line look."""
_OWNERS = {LineKind.ACTION: "steps", LineKind.EVENT: "workflows"}


class MatchLine(NamedTuple):
    row: StyledRow
    choice: Match | str | None = None
    """What it stands for, or a query that it begins; a heading stands for nothing."""


def match_lines(groups: Sequence[MatchGroup]) -> Iterator[MatchLine]:
    """The headings and the matches below them, whose rows are yet to be made."""
    for group in groups:
        count = f"the first {len(group.matches):,}" if group.has_more else f"{len(group.matches):,}"
        yield MatchLine(StyledRow(((group.kind.value, "heading"), (f" {count}", "muted"))))
        for match in group.matches:
            yield MatchLine(StyledRow(), match)


def key_lines() -> Iterator[MatchLine]:
    """What can stand before a colon in a query."""
    for key, meaning in KEYS.items():
        yield MatchLine(StyledRow(((f"  {f'{key}:':<12}", "key"), (meaning, "muted"))), f"{key}:")


def match_row(match: Match, width: int, names: Sequence[str] = ()) -> StyledRow:
    """The row of a match in so many cells, the names of references in it set apart."""
    aside = _aside(match)
    if match.problem is None:
        return StyledRow((("  ", ""), *_text(match, width - width_of(aside) - 6, names)), aside)
    glyph, look = SEVERITY_GLYPHS[match.problem.severity]
    return StyledRow(((f"  {glyph} ", look), *_text(match, width, names)), aside)


def seen(match: Match, width: int) -> int:
    """As many characters of what a line says as a row of so many cells shows the last of: the part with the match."""
    name, separator, _ = match.text.partition(SEPARATOR)
    at = len(name) + len(separator)
    return _first_end(match, at) - at + width


def _first_end(match: Match, at: int) -> int:
    """Where the first of what matches behind a place ends."""
    return next((end for start, end in match.spans if start >= at), at)


def _text(match: Match, room: int, names: Sequence[str]) -> Line:
    """What a line says; of a long one the part with the match, so that there is room at the right."""
    name, separator, rest = match.text.partition(SEPARATOR)
    rest = rest.replace(SEPARATOR, " ")
    looks = _LOOKS[match.kind]
    spans = match.spans
    at = len(name) + len(separator)
    pieces = set_apart(rest, names, looks[1])
    room = max(_SHORTEST, room - at)
    if match.kind in (LineKind.TEXT, LineKind.CONDITION) and len(rest) > room:
        last = _first_end(match, at) - at
        cut = max(0, min(last - room // 2, len(rest) - room)) if last > room - 2 else 0
        spans = tuple(_moved(span, cut, at) for span in spans if not at <= span[0] < at + cut)
        pieces = fitted((*((("…", looks[1]),) if cut else ()), *_without(pieces, cut + bool(cut))), room)
    line = highlighted(((name, looks[0]), (separator, ""), *pieces), spans)
    return tuple(("  " if text == SEPARATOR else text, look) for text, look in line if text)


def _without(line: Line, count: int) -> Iterator[Piece]:
    """A line without so many characters at its beginning."""
    for text, look in line:
        if count < len(text):
            yield text[count:], look
        count = max(0, count - len(text))


def _moved(span: Span, cut: int, at: int) -> Span:
    """Where a span is once so many characters are gone from a place on."""
    start, end = span
    return (start - cut, end - cut) if start >= at else span


def _aside(match: Match) -> Line:
    if match.kind in _OWNERS and match.occurrences > 1:
        return ((f"{match.occurrences:,} {_OWNERS[match.kind]}", "muted"),)
    if match.entry is None:
        return ((without_folder(match.problem.document.path), "muted"),) if match.problem is not None else ()
    if match.kind is LineKind.WORKFLOW:
        item = match.entry.item
        return (("called" if item.callable else short_name(item.event), "muted"),)
    context = short_action(match.context or None) if match.kind is LineKind.STEP else match.context
    return ((" › ".join(filter(None, (match.entry.title, context))), "muted"),)
