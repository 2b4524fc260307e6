"""What there is to say of a file, and of a place in it that could not be read, for the detail pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustui.diagrams.styled_lines import width_of
from kustui.tui.explorer.tree import workflow_key
from kustui.tui.widgets.rows import MANY
from kustui.tui.widgets.values import put_unknown

if TYPE_CHECKING:
    from kustui.definition.collection import Document
    from kustui.definition.source.source import Extent
    from kustui.tui.explorer.tree import Tree
    from kustui.tui.widgets.rows import Page


def put_document(page: Page, tree: Tree, document: Document) -> None:
    app = document.app
    if app is not None:
        page.title(app.title or app.app or document.path)
        if app.description:
            page.put((app.description, ""))
        page.field("app", (app.app, ""))
        page.field("version", (app.version, ""))
        page.field("needs", (", ".join(app.dependencies), ""))
    else:
        page.title(document.path)
    page.field("file", (document.path, ""))
    encoding = f", {document.source.encoding}" if document.source.encoding != "UTF-8" else ""
    mark = ", begins with a byte-order mark" if document.source.offset else ""
    page.field("holds", (f"{document.shape.value}{encoding}{mark}", ""))
    for fault in document.faults[:1]:
        if not document.entries:
            put_around(page, document, document.fault_extent(fault))
    if app is not None:
        _app_parts(page, app.actions, "Actions of the app")
        put_unknown(page, app)
    if document.entries:
        page.heading(f"Workflows ({len(document.entries)})")
        for entry in document.entries[:MANY]:
            page.item((entry.title, "link"), link=workflow_key(entry))
        if len(document.entries) > MANY:
            page.none(f"and {len(document.entries) - MANY} more in the tree")
    elif tree.snapshot.collection.documents:
        page.heading("No workflow to show")


def _app_parts(page: Page, actions: tuple[dict[str, Any], ...], title: str) -> None:
    if actions:
        page.heading(title)
        for action in actions:
            kind = action.get("type")
            page.item((str(action.get("name", "unnamed")), "action"), (f"  {kind}" if kind else "", "muted"))


def put_around(page: Page, document: Document, extent: Extent) -> None:
    """The text around a fault, its line marked."""
    source = document.source
    place = source.place(extent.start)
    page.heading(f"{document.path}:{place}")
    before = []
    start = extent.start
    for _ in range(2):
        start = source.line_start(start) - 1
        if start < 0:
            break
        before.append(source.line_at(start))
    for offset, text in zip(range(len(before), 0, -1), reversed(before), strict=True):
        page.line((f"{place.line - offset:>5} ", "muted"), (text, "muted"))
    text = source.line_at(extent.start)
    until = source.place(extent.end)
    end = until.column if until.line == place.line else place.column
    # A long line is shown from a little before the fault.
    cut = max(0, place.column - page.width // 2) if len(text) > page.width - 6 else 0
    page.line((f"{place.line:>5} ", "error"), (text[cut:], ""))
    # Below it in cells: what is wide, or spelt out, takes more than one for a character.
    left = 6 + width_of(((text[cut : place.column - 1], ""),))
    caret = width_of(((text[place.column - 1 : end - 1], ""),))
    page.line((" " * left, ""), ("^" * max(1, min(caret, page.width - left)), "error"))
