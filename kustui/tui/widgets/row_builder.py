"""The paper of the detail pane: rows as they are put down, wrapped to its width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.explorer.tree import MARKS
from kustui.tui.widgets.lines import Key, Piece, Row, Target, fitted, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kustui.check.problems import Problem

MANY = 40
"""Elements of a list that are told before the rest is counted."""
_LABEL = 11
"""Cells of the labels at the left."""


class Page:
    """Rows as they are put down, wrapped to the pane's width."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 16)
        self.rows: list[Row] = []

    def put(self, *pieces: Piece, indent: int = 0, link: Key = (), target: Target | None = None) -> None:
        """One paragraph; continued lines are indented."""
        for line in wrapped(pieces, self.width, indent):
            self.rows.append(Row(line, link=link, target=target))

    def line(self, *pieces: Piece) -> None:
        """One line, cut where the pane ends."""
        self.rows.append(Row(fitted(pieces, self.width)))

    def title(self, text: str, look: str = "heading") -> None:
        self.put((text, look))

    def heading(self, text: str) -> None:
        if self.rows and self.rows[-1].line:
            self.rows.append(Row())
        self.put((text, "heading"))

    def field(self, label: str, *pieces: Piece, link: Key = ()) -> None:
        """A label, and beside it what it is for."""
        if pieces and any(text for text, _ in pieces):
            self.put((f"{label:<{_LABEL}}", "muted"), *pieces, indent=_LABEL, link=link)

    def item(self, *pieces: Piece, link: Key = (), indent: int = 2) -> None:
        self.put((" " * indent, ""), *pieces, indent=indent + 2, link=link)

    def none(self, text: str) -> None:
        self.item((text, "muted"))

    def problems(self, problems: Iterable[Problem]) -> None:
        found = sorted(problems, key=lambda problem: -problem.severity)
        for problem in found[:MANY]:
            glyph, look = MARKS[problem.severity]
            where = problem.where()
            target = Target(problem.document, problem.pointer, where.start)
            self.put((f"{glyph} ", look), (problem.message, ""), indent=2, target=target)
            if problem.hint:
                self.put(("  ", ""), (problem.hint, "good"), indent=2, target=target)
            self.put((f"  {problem.rule} at {problem.document.source.place(where.start)}", "muted"), target=target)
            for related in problem.related:
                start = related.where().start
                self.put(
                    ("  └ ", "muted"),
                    (related.message, ""),
                    (f" {related.document.path}:{related.document.source.place(start)}", "muted"),
                    indent=4,
                    target=Target(related.document, related.pointer, start),
                )
        if len(found) > MANY:
            self.none(f"and {len(found) - MANY} more")
        if found:
            self.rows.append(Row())
