"""What was found, as rows: a heading for each kind, and below it where it is. Made without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.platform import short_name
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.labels import short_action
from kustui.diagrams.styled_lines import Line, width_of
from kustui.search.index_lines import BETWEEN, LineKind
from kustui.search.query import KEYS
from kustui.search.text_search import marked
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.search.ranking import Match, MatchGroup
    from kustui.search.text_search import Stretch

_LEAST = 24
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
_MANY = {LineKind.ACTION: "steps", LineKind.EVENT: "workflows"}


def finder_rows(groups: Sequence[MatchGroup], width: int) -> Iterator[tuple[Row, Match | None]]:
    """Rows for so many cells, each with what it stands for; a heading stands for nothing."""
    for group in groups:
        count = f"the first {len(group.found):,}" if group.more else f"{len(group.found):,}"
        yield Row(((group.kind.value, "heading"), (f" {count}", "muted"))), None
        for found in group.found:
            yield _row(found, width), found


def key_rows() -> Iterator[tuple[Row, str]]:
    """What can stand before a colon, each with the query that begins with it."""
    for key, what in KEYS.items():
        yield Row(((f"  {f'{key}:':<12}", "key"), (what, "muted"))), f"{key}:"


def _row(found: Match, width: int) -> Row:
    aside = _aside(found)
    line: Line = (("  ", ""), *_said(found, width - width_of(aside) - 2))
    if found.problem is not None:
        glyph, look = SEVERITY_GLYPHS[found.problem.severity]
        line = ((f"  {glyph} ", look), *_said(found, width))
    return Row(line, aside)


def _said(found: Match, room: int) -> Line:
    """What a line says; of a long one the part that holds what was found, so that there is room for what stands
    aside."""
    name, between, rest = found.text.partition(BETWEEN)
    looks = _LOOKS[found.kind]
    stretches = found.stretches
    at = len(name) + len(between)
    room = max(_LEAST, room - at)
    if found.kind in (LineKind.TEXT, LineKind.CONDITION) and len(rest) > room:
        last = next((end for start, end in stretches if start >= at), at) - at
        cut = max(0, min(last - room // 2, len(rest) - room)) if last > room - 2 else 0
        stretches = tuple(_moved(stretch, cut, at) for stretch in stretches if not at <= stretch[0] < at + cut)
        rest = ("…" if cut else "") + rest[cut + bool(cut) : cut + room]
        rest = rest[:-1] + "…" if cut + room < len(found.text) - at else rest
    line = marked(((name, looks[0]), (between, ""), (rest, looks[1])), stretches)
    return tuple(("  " if text == BETWEEN else text, look) for text, look in line if text)


def _moved(stretch: Stretch, cut: int, at: int) -> Stretch:
    """Where a stretch is once so many characters are gone from a place on."""
    start, end = stretch
    return (start - cut, end - cut) if start >= at else stretch


def _aside(found: Match) -> Line:
    if found.kind in _MANY and found.times > 1:
        return ((f"{found.times:,} {_MANY[found.kind]}", "muted"),)
    if found.entry is None:
        return ((found.problem.document.path.rpartition("/")[2], "muted"),) if found.problem is not None else ()
    if found.kind is LineKind.WORKFLOW:
        item = found.entry.item
        return (("called" if item.callable else short_name(item.event), "muted"),)
    about = short_action(found.about or None) if found.kind is LineKind.STEP else found.about
    return ((" › ".join(filter(None, (found.entry.title, about))), "muted"),)
