"""What stands behind a match of the finder: of a workflow its steps, in words; of anything else the JSON around it."""

from __future__ import annotations

import re
from typing import NamedTuple

from kustui.definition.collection import Document, Entry
from kustui.diagrams.labels import part_line, short_action
from kustui.search.ranking import Match
from kustui.text.messages import counted, without_folder
from kustui.text.styled_lines import Line
from kustui.tui.explorer.source_lines import SourceLines
from kustui.tui.explorer.source_rows import FoldedSource, ProblemPlaces
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import Row, Rows

_STEP = re.compile(r"/(?:trigger|steps/\d+)(?=/|$)")


class Preview(NamedTuple):
    rows: Rows
    line: int = 0
    """The row of the match."""


def preview_of(tree: TreeState, match: Match, pointer: str) -> Preview:
    """The rows for a match, whose place is at a pointer of its file."""
    if match.occurrences > 1:
        what = f"{match.occurrences:,} places, of {short_action(match.text)}: Enter lists them"
        return Preview(Rows.of([Row(((what, "muted"),))]))
    collection = tree.snapshot.collection
    entry = collection.by_key.get(match.entry.key) if match.entry is not None else None
    if entry is not None and pointer == entry.item.pointer and match.problem is None:
        return Preview(Rows.of(_workflow_rows(tree, entry)))
    document = collection.document_of(entry) if entry is not None else match.problem and match.problem.document
    if document is None or not document.source.data.strip():
        return Preview(Rows.of([]))
    return _source_preview(tree, document, entry, pointer)


def _workflow_rows(tree: TreeState, entry: Entry) -> list[Row]:
    analysis = tree.analysis(entry)
    place: Line = ((without_folder(entry.source.location(entry.item.extent.start)), "muted"),)
    count: Line = ((counted(len(analysis.workflow.steps), "step"), "heading"),)
    parts = (analysis.workflow.trigger, *analysis.flow.order)
    lines = (part_line(analysis, part, tree.snapshot.collection) for part in parts if part is not None)
    return [Row(count, place), *(Row(line, aside) for line, aside in lines)]


def _source_preview(tree: TreeState, document: Document, entry: Entry | None, pointer: str) -> Preview:
    """The part of a workflow, or else the file, with the value at the pointer."""
    above = entry.item.pointer if entry is not None else ""
    part = _STEP.search(pointer, len(above)) if entry is not None else None
    lines = SourceLines(document, pointer[: part.end()] if part is not None else above)
    source = FoldedSource(lines, ProblemPlaces(document, tree.snapshot.by_document.get(document, ())))
    rows = Rows(source.count, lambda index: Row((source.number(index), *source.pieces(index)), mark=source.sign(index)))
    return Preview(rows, min(lines.line_of(document.spot(pointer).begin), max(0, source.count - 1)))
