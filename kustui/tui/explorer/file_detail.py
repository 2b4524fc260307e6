"""What there is to say of a file, and of a place in it that could not be read, for the detail pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustui.diagrams.styled_lines import width_of
from kustui.tui.explorer.value_rows import add_unknown_keys
from kustui.tui.widgets.rows import MAX_LISTED, workflow_key

if TYPE_CHECKING:
    from kustui.definition.collection import Document
    from kustui.definition.source.source import Extent
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import RowBuilder


def put_document(builder: RowBuilder, tree: TreeState, document: Document) -> None:
    app = document.app
    if app is not None:
        builder.title(app.title or app.app or document.path)
        if app.description:
            builder.add((app.description, ""))
        builder.field("app", (app.app, ""))
        builder.field("version", (app.version, ""))
        builder.field("needs", (", ".join(app.dependencies), ""))
    else:
        builder.title(document.path)
    builder.field("file", (document.path, ""))
    encoding = f", {document.source.encoding}" if document.source.encoding != "UTF-8" else ""
    mark = ", begins with a byte-order mark" if document.source.offset else ""
    builder.field("holds", (f"{document.shape.value}{encoding}{mark}", ""))
    for fault in document.faults[:1]:
        if not document.entries:
            put_around(builder, document, document.fault_extent(fault))
    if app is not None:
        _app_parts(builder, app.actions, "Actions of the app")
        add_unknown_keys(builder, app)
    if document.entries:
        builder.heading(f"Workflows ({len(document.entries)})")
        for entry in document.entries[:MAX_LISTED]:
            builder.item((entry.title, "link"), link=workflow_key(entry))
        if len(document.entries) > MAX_LISTED:
            builder.none(f"and {len(document.entries) - MAX_LISTED} more in the tree")
    elif tree.snapshot.collection.documents:
        builder.heading("No workflow to show")


def _app_parts(builder: RowBuilder, actions: tuple[dict[str, Any], ...], title: str) -> None:
    if actions:
        builder.heading(title)
        for action in actions:
            kind = action.get("type")
            builder.item((str(action.get("name", "unnamed")), "action"), (f"  {kind}" if kind else "", "muted"))


def put_around(builder: RowBuilder, document: Document, extent: Extent) -> None:
    """The text around a fault, its line marked."""
    source = document.source
    place = source.place(extent.start)
    builder.heading(f"{document.path}:{place}")
    before = []
    start = extent.start
    for _ in range(2):
        start = source.line_start(start) - 1
        if start < 0:
            break
        before.append(source.line_at(start))
    for offset, text in zip(range(len(before), 0, -1), reversed(before), strict=True):
        builder.line((f"{place.line - offset:>5} ", "muted"), (text, "muted"))
    text = source.line_at(extent.start)
    until = source.place(extent.end)
    end = until.column if until.line == place.line else place.column
    # A long line is shown from a little before the fault.
    cut = max(0, place.column - builder.width // 2) if len(text) > builder.width - 6 else 0
    builder.line((f"{place.line:>5} ", "error"), (text[cut:], ""))
    # Below it in cells: what is wide, or spelt out, takes more than one for a character.
    left = 6 + width_of(((text[cut : place.column - 1], ""),))
    caret = width_of(((text[place.column - 1 : end - 1], ""),))
    builder.line((" " * left, ""), ("^" * max(1, min(caret, builder.width - left)), "error"))
