"""What changed on disk, as rows: what came, went or changed, with old and new text, and the problems."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.styled_lines import Line
from kustui.tui.tree.nodes import ADDED_SIGN, CHANGED_SIGN, change_key
from kustui.tui.widgets.rows import NodeKey, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.check.problems import Problem
    from kustui.workspace.difference import Change, Difference

_SIGNS = {"added": (ADDED_SIGN, "good"), "removed": ("-", "error"), "moved": ("→", "link"), "renamed": ("→", "link")}
_MOST_LINES = 24
"""Lines of one change that are shown."""
_MOST = 200
"""Changes, and problems, that are shown of one save."""


def change_rows(time: str, found: Difference, place_of: Callable[[Problem], NodeKey]) -> tuple[Row, ...]:
    """Rows for a difference that was found at a time. They lead to nodes, so that they keep no file alive."""
    rows: list[Row] = [Row(((f"{time}  ", "muted"), (found.words, "heading")))]
    for change in found.changes[:_MOST]:
        rows.extend(_change(change))
    for problem in found.new[:_MOST]:
        glyph, look = SEVERITY_GLYPHS[problem.severity]
        line: Line = (("  new ", "new"), (f"{glyph} ", look), (problem.message, ""))
        rows.append(Row(line, ((problem.rule, "muted"),), link=place_of(problem)))
    rows.extend(
        Row((("  fixed ✓ ", "good"), (problem.message, "muted")), ((problem.rule, "muted"),))
        for problem in found.fixed[:_MOST]
    )
    left = sum(max(0, len(each) - _MOST) for each in (found.changes, found.new, found.fixed))
    return (*rows, Row(((f"  and {left:,} more", "muted"),))) if left else tuple(rows)


def _change(change: Change) -> Iterator[Row]:
    sign, look = _SIGNS.get(change.kind, (CHANGED_SIGN, "new"))
    link = change_key(change)
    line: Line = ((f"  {sign} ", look), (f"{change.noun} ", "muted"), (change.name, "name"))
    aside: Line = ((change.entry.title, "muted"),) if change.entry and change.noun in ("step", "trigger") else ()
    if change.noun == "workflow" and change.kind == "renamed":
        yield Row((*line, (f", until now {change.before}", "muted")), aside, link=link)
        return
    yield Row((*line, (f" {change.kind}", "muted")), aside, link=link)
    if change.before or change.after:
        yield from (Row(told, link=link) for told in _lines(change.before, change.after))


def _lines(before: str, after: str) -> Iterator[Line]:
    """The lines that are different, with one around them."""
    found = list(difflib.unified_diff(before.split("\n"), after.split("\n"), n=1, lineterm=""))[2:]
    if not before or not after:
        found = [line for line in found if len(line) > 1]
    for line in found[:_MOST_LINES]:
        if line.startswith("@@"):
            continue
        look = {"+": "good", "-": "error"}.get(line[0], "muted")
        yield ((f"      {line[0]} {line[1:]}", look),)
    if len(found) > _MOST_LINES:
        yield ((f"        … {len(found) - _MOST_LINES:,} more lines", "muted"),)
