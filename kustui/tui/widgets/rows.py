"""What a pane shows, as values: rows of styled lines, and where each leads. Built and tested without a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from kustui.check.problems import Problem, Related, worst_first
from kustui.definition.collection import Document, Entry
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.text.styled_lines import Line, Piece, StyledRow, fitted, width_of, wrapped

if TYPE_CHECKING:
    from kustui.definition.models import Step, Trigger  # which the first paint does without

MAX_LISTED = 40
"""Elements of a list that are shown; the others are counted."""
_LABEL = 11
"""Cells of the labels at the left."""

BREADCRUMB_SEPARATOR = (" › ", "muted")

_TRIGGER, _STEP = "trigger", "step "
"""How the part of a key begins that says which node of a workflow it is."""

NodeKey = tuple[str, ...]
"""What identifies a node of the tree across reloads; its prefixes are the keys of the nodes above it."""


def workflow_key(entry: Entry) -> NodeKey:
    """The key of a workflow's node."""
    return (entry.source.path, entry.key)


def node_key(entry: Entry, node: str) -> NodeKey:
    """The key of the node of a trigger or step; where ``node`` is empty, that of the workflow."""
    key = workflow_key(entry)
    return (*key, part_name(node)) if node else key


def part_name(node: str) -> str:
    """The last part of the key of a trigger or step."""
    return _TRIGGER if node == TRIGGER_ID else f"{_STEP}{node}"


def node_of(key: NodeKey) -> str:
    """The trigger or step that a node of the tree is, or is a part of; an empty string where it is none."""
    name = key[2] if len(key) > 2 else ""
    return TRIGGER_ID if name == _TRIGGER else name.removeprefix(_STEP) if name.startswith(_STEP) else ""


class Target(Struct, frozen=True):
    """A place in a file: the value of a pointer, and the byte in it that matters."""

    document: Document
    pointer: str
    offset: int

    @classmethod
    def of(cls, place: Problem | Related) -> Target:
        """Where a problem is, or a place that belongs to it."""
        return cls(place.document, place.pointer, place.where().start)

    @classmethod
    def at(cls, document: Document, pointer: str) -> Target:
        """Where the value of a pointer begins."""
        return cls(document, pointer, document.spot(pointer).value.start)

    @property
    def entry(self) -> Entry | None:
        """The workflow that it is, or is a part of."""
        return self.document.entry_at(self.pointer)

    @property
    def is_workflow(self) -> bool:
        return self.entry is not None and self.entry.item.pointer == self.pointer

    @property
    def part(self) -> Trigger | Step | None:
        """The trigger or step that it is; None where it is more or less than one."""
        if self.entry is None:
            return None
        workflow = self.entry.workflow
        parts = (workflow.trigger, *workflow.steps)
        return next((part for part in parts if part is not None and part.pointer == self.pointer), None)


class Row(NamedTuple):
    """One row of a pane."""

    line: Line = ()
    aside: Line = ()
    """At the right edge, left out where there is no room for all of it."""
    mark: Line = ()
    """At the right edge, always shown: the line is cut short for it."""
    link: NodeKey = ()
    """The node of the tree that Enter goes to."""
    target: Target | None = None
    """The place in a file that Enter goes to."""
    whole: Line = ()
    """All of the paragraph that it is one line of; empty where that is the line itself."""
    value: str | None = None
    """The pointer of the value that it shows, in the file of what is selected, where Enter leads elsewhere."""
    kept: int = 0
    """Pieces at the end of the line that stay whole where it is cut."""

    @classmethod
    def of(cls, row: StyledRow, link: NodeKey = ()) -> Row:
        """The row of a drawing."""
        return cls(row.line, row.aside, row.mark, link, kept=row.kept)


def laid_out(row: Row, width: int) -> Line:
    """A row as one line of at most ``width`` cells."""
    return StyledRow(*row[:3], row.kept).arranged(width)


def shorten_breadcrumbs(crumbs: Line, width: int) -> Line:
    """The breadcrumbs that ``width`` cells have room for: the outermost go first, the last one stays."""
    shorter = ((("…", "muted"), *crumbs[index:]) for index, piece in enumerate(crumbs) if piece == BREADCRUMB_SEPARATOR)
    line = crumbs
    while width_of(line) > width and (next_shorter := next(shorter, None)) is not None:
        line = next_shorter
    return line


class Rows(Struct, frozen=True):
    """A fixed number of rows, each made when it is drawn."""

    count: int
    make: Callable[[int], Row]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Rows:
        return cls(len(rows), rows.__getitem__)

    def around(self, index: int, most: int) -> Sequence[int]:
        """So many rows at most, those first that are nearest to an index."""
        last = min(index, self.count - 1)
        near = range(max(0, last - most), min(self.count, last + most))
        return sorted(near, key=lambda row: abs(row - index))[:most]

    def text(self, index: int) -> str:
        """What a row says, without what stands at the right edge."""
        return "".join(text for text, _ in self.make(index).line)


class RowBuilder:
    """Builds the rows of a pane, wrapped to its width."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 16)
        self.rows: list[Row] = []

    def add(
        self,
        *pieces: Piece,
        indent: int = 0,
        link: NodeKey = (),
        target: Target | None = None,
        value: str | None = None,
    ) -> None:
        """One paragraph; continued lines are indented."""
        lines = list(wrapped(pieces, self.width, indent))
        whole = pieces if len(lines) > 1 else ()
        self.rows += (Row(line, link=link, target=target, whole=whole, value=value) for line in lines)

    def line(self, *pieces: Piece) -> None:
        """One line, cut where the pane ends."""
        self.rows.append(Row(fitted(pieces, self.width)))

    def title(self, text: str) -> None:
        self.add((text, "heading"))

    def heading(self, text: str) -> None:
        if self.rows and self.rows[-1].line:
            self.rows.append(Row())
        self.add((text, "heading"))

    def field(self, label: str, *pieces: Piece, link: NodeKey = ()) -> None:
        """A label with its value; nothing if the value is empty."""
        if pieces and any(text for text, _ in pieces):
            self.add((f"{label:<{_LABEL}}", "muted"), *pieces, indent=_LABEL, link=link)

    def labelled(self, label: str, *pieces: Piece, look: str = "muted") -> None:
        """What a label stands for, which is indented as an item is, and may be empty below another of its kind."""
        self.add((f"  {label:<{_LABEL - 2}}", look), *pieces, indent=_LABEL)

    def item(self, *pieces: Piece, link: NodeKey = (), value: str | None = None) -> None:
        self.add(("  ", ""), *pieces, indent=4, link=link, value=value)

    def none(self, text: str) -> None:
        self.item((text, "muted"))

    def problems(self, problems: Iterable[Problem]) -> None:
        """The worst first, each with its hint, its rule and what it relates to."""
        ordered = worst_first(problems)
        for problem in ordered[:MAX_LISTED]:
            glyph, look = SEVERITY_GLYPHS[problem.severity]
            target = Target.of(problem)
            self.add((f"{glyph} ", look), (problem.message, ""), indent=2, target=target)
            if problem.hint:
                self.add(("  ", ""), (problem.hint, "good"), indent=2, target=target)
            self.add((f"  {problem.rule} at {problem.span().start}", "muted"), target=target)
            for related in problem.notes:
                there = Target.of(related)
                self.add(
                    ("  └ ", "muted"),
                    (related.message, ""),
                    (f" {related.path}:{related.span().start}", "muted"),
                    indent=4,
                    target=there,
                )
        if len(ordered) > MAX_LISTED:
            self.none(f"and {len(ordered) - MAX_LISTED} more")
        if ordered:
            self.rows.append(Row())
