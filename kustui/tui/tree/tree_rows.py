"""What each row of the tree says. No screen in here."""

from __future__ import annotations

from kustui.definition.collection import Document
from kustui.definition.folders import common_folder
from kustui.definition.platform import short_name
from kustui.definition.source.outline import Shape
from kustui.diagrams.glyphs import problem_mark
from kustui.text.messages import counted
from kustui.text.signs import CHANGE_SIGNS
from kustui.text.styled_lines import Line, joined
from kustui.tui.tree.nodes import CHANGED_SIGN, Kind, Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Row, Rows
from kustui.workspace.snapshot import Snapshot


class TreeRows:
    """The rows of a tree, each made when it is drawn."""

    def __init__(self, state: TreeState) -> None:
        self._state = state
        self._marks: dict[NodeKey, Line] = {}
        self._revision = state.revision
        """The revision of the tree that the marks are of."""
        self._folder = ""
        self._snapshot: Snapshot | None = None
        """The snapshot that the folder is of."""

    @property
    def rows(self) -> Rows:
        return Rows(len(self._state.nodes), self.row)

    def row(self, index: int) -> Row:
        node = self._state.nodes[index]
        line, aside = self._line(node)
        if node.removed:
            line = tuple((text, "gone" if look in ("", "name", "heading") else "muted") for text, look in line)
        elif node.document.broken is not None:  # what it was before
            line = tuple((text, "muted") for text, _ in line)
            aside = (("not readable now", "error"),) if node.kind is Kind.DOCUMENT else aside
        elif node.kind is Kind.WORKFLOW and (matching := self._state.matching_steps(node)):
            aside = aside if self._state.shows_children(node) else ((counted(matching, "step"), "new"),)
        sign = "  " if not node.opens else "▾ " if self._state.shows_children(node) else "▸ "
        kept = int(node.kind is Kind.SCHEDULE)  # when it is due
        return Row((("  " * node.depth, ""), (sign, "muted"), *line), aside, self._mark(node), kept=kept)

    def name(self, index: int) -> Line:
        """The glyph and the name of a row; of a step, what tells it from others."""
        node, line = self._state.nodes[index], self.row(index).line
        if node.kind is not Kind.STEP or node.entry is None:
            return line[2:4]
        from kustui.definition.models import Step  # not before the first paint
        from kustui.diagrams import labels

        assert isinstance(node.part, Step)
        return (line[2], *labels.step_label(self._state.analysis(node.entry).flow, node.part))

    def _line(self, node: Node) -> tuple[Line, Line]:
        match node.kind:
            case Kind.DOCUMENT:
                return _document_line(node.document, node.document.path.removeprefix(self._common_folder()))
            case Kind.WORKFLOW:
                return _workflow_line(node)
            case Kind.FAULT:
                return (("✗ ", "error"), (node.part.message, "error")), ()  # type: ignore[union-attr]
            case _:
                from kustui.diagrams import labels  # not before the first paint

                assert node.entry is not None
                return labels.part_line(self._state.analysis(node.entry), node.part, self._state.snapshot.collection)

    def _common_folder(self) -> str:
        if self._snapshot is not self._state.snapshot:
            self._snapshot = self._state.snapshot
            paths = [document.path for document in self._snapshot.collection.documents]
            self._folder = common_folder(paths) if len(paths) > 1 else ""
        return self._folder

    def _mark(self, node: Node) -> Line:
        """The sign of a change, then that of the worst problem at or below a row with how many there are of it."""
        if node.kind is Kind.FAULT:
            return ()
        if self._revision != self._state.revision:
            self._revision = self._state.revision
            self._marks.clear()
        if node.key not in self._marks:
            marks = (self._change(node), problem_mark(self._state.problems(node)), self._failing(node))
            self._marks[node.key] = joined(filter(None, marks), (" ", ""))
        return self._marks[node.key]

    def _failing(self, node: Node) -> Line:
        """How many scenarios fail at or below a row."""
        count = 0 if node.removed else self._state.failing.get(node.key, 0)
        return ((f"{count:,} fail{'s' if count == 1 else ''}", "error"),) if count else ()

    def _change(self, node: Node) -> Line:
        """The sign of a change at a row, or below one that is closed: since the state that a review compares with,
        else since somebody looked."""
        state = self._state
        if state.review is not None and (mark := state.review.mark(node, state.snapshot, state.expanded)):
            return (CHANGE_SIGNS[mark],)
        changed = state.changed
        sign = changed.get(node.key, "")
        if not sign and node.key not in self._state.expanded:
            size = len(node.key)
            sign = CHANGED_SIGN if any(key[:size] == node.key for key in changed) else ""
        return ((sign, "new"),) if sign else ()


def _workflow_line(node: Node) -> tuple[Line, Line]:
    assert node.entry is not None
    item = node.entry.item
    if not item.enabled:
        return ((node.entry.title, "muted"),), (("switched off", "muted"),)
    return ((node.entry.title, "name"),), (("called" if item.callable else short_name(item.event), "muted"),)


def _document_line(document: Document, name: str) -> tuple[Line, Line]:
    if document.shape is Shape.BROKEN:
        return ((name, "error"),), (("not readable", "error"),)
    apps = document.apps
    if apps and not document.entries:
        aside = f"app {apps[0].item.name}" if len(apps) == 1 else counted(len(apps), "app")
        return ((name, "heading"),), ((aside, "muted"),)
    return ((name, "heading"),), ((counted(len(document.entries), "workflow"), "muted"),)
