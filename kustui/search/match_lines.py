"""Matches as styled lines: a heading for each kind, and below it what matches and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kustui.definition.platform import short_name
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.labels import short_action
from kustui.diagrams.styled_lines import Line, Span, StyledRow, highlighted, width_of
from kustui.search.index_lines import SEPARATOR, LineKind
from kustui.search.query import KEYS
from kustui.search.ranking import Match, MatchGroup

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


def match_lines(groups: Sequence[MatchGroup], width: int) -> Iterator[MatchLine]:
    """Lines of so many cells."""
    for group in groups:
        count = f"the first {len(group.matches):,}" if group.has_more else f"{len(group.matches):,}"
        yield MatchLine(StyledRow(((group.kind.value, "heading"), (f" {count}", "muted"))))
        for match in group.matches:
            yield _match_line(match, width)


def key_lines() -> Iterator[MatchLine]:
    """What can stand before a colon in a query."""
    for key, meaning in KEYS.items():
        yield MatchLine(StyledRow(((f"  {f'{key}:':<12}", "key"), (meaning, "muted"))), f"{key}:")


def _match_line(match: Match, width: int) -> MatchLine:
    aside = _aside(match)
    if match.problem is None:
        return MatchLine(StyledRow((("  ", ""), *_text(match, width - width_of(aside) - 2)), aside), match)
    glyph, look = SEVERITY_GLYPHS[match.problem.severity]
    return MatchLine(StyledRow(((f"  {glyph} ", look), *_text(match, width)), aside), match)


def _text(match: Match, room: int) -> Line:
    """What a line says; of a long one the part that contains the match, so that there is room for what stands
    aside."""
    name, separator, rest = match.text.partition(SEPARATOR)
    looks = _LOOKS[match.kind]
    spans = match.spans
    at = len(name) + len(separator)
    room = max(_SHORTEST, room - at)
    if match.kind in (LineKind.TEXT, LineKind.CONDITION) and len(rest) > room:
        last = next((end for start, end in spans if start >= at), at) - at
        cut = max(0, min(last - room // 2, len(rest) - room)) if last > room - 2 else 0
        spans = tuple(_moved(span, cut, at) for span in spans if not at <= span[0] < at + cut)
        rest = ("…" if cut else "") + rest[cut + bool(cut) : cut + room]
        rest = rest[:-1] + "…" if cut + room < len(match.text) - at else rest
    line = highlighted(((name, looks[0]), (separator, ""), (rest, looks[1])), spans)
    return tuple(("  " if text == SEPARATOR else text, look) for text, look in line if text)


def _moved(span: Span, cut: int, at: int) -> Span:
    """Where a span is once so many characters are gone from a place on."""
    start, end = span
    return (start - cut, end - cut) if start >= at else span


def _aside(match: Match) -> Line:
    if match.kind in _OWNERS and match.occurrences > 1:
        return ((f"{match.occurrences:,} {_OWNERS[match.kind]}", "muted"),)
    if match.entry is None:
        return ((match.problem.document.path.rpartition("/")[2], "muted"),) if match.problem is not None else ()
    if match.kind is LineKind.WORKFLOW:
        item = match.entry.item
        return (("called" if item.callable else short_name(item.event), "muted"),)
    context = short_action(match.context or None) if match.kind is LineKind.STEP else match.context
    return ((" › ".join(filter(None, (match.entry.title, context))), "muted"),)
