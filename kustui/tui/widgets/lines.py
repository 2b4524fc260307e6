"""What a pane shows, as values: rows of lines, and where each leads. Built and tested without a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kustui.diagrams.styled_lines import Line as Line
from kustui.diagrams.styled_lines import Piece as Piece
from kustui.diagrams.styled_lines import fitted as fitted
from kustui.diagrams.styled_lines import joined as joined
from kustui.diagrams.styled_lines import plain_ascii as plain_ascii
from kustui.diagrams.styled_lines import set_out
from kustui.diagrams.styled_lines import width_of as width_of
from kustui.diagrams.styled_lines import wrapped as wrapped
from kustui.text.terminal_safe import shown as shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kustui.definition.collection import Document

Key = tuple[str, ...]
"""Who a node of the tree is, across reloads; its prefixes are the nodes it stands below."""


class Target(NamedTuple):
    """A place in a file: the value of a pointer, and the byte in it that matters."""

    document: Document
    pointer: str
    offset: int


class Row(NamedTuple):
    """One row of a pane."""

    line: Line = ()
    aside: Line = ()
    """At the right edge, left out where there is no room for all of it."""
    mark: Line = ()
    """At the right edge, always shown: the line is cut short for it."""
    link: Key = ()
    """The node of the tree that Enter goes to."""
    target: Target | None = None
    """The place in a file that Enter goes to."""


def laid_out(row: Row, width: int) -> Line:
    """A row as one line of at most ``width`` cells."""
    return set_out(row.line, row.aside, row.mark, width)


@dataclass(frozen=True, slots=True)
class Rows:
    """A fixed number of rows, each made when it is drawn."""

    count: int
    make: Callable[[int], Row]
    first_line: int = 0
    """The line of the file that the first row is; 0 where rows are no lines of a file."""
    say: Callable[[int], str] | None = None
    """What a row says, where that is had without making it."""

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Rows:
        return cls(len(rows), rows.__getitem__)

    def text(self, index: int) -> str:
        """What a row says, without what stands at the right edge."""
        if self.say is not None:
            return self.say(index)
        return "".join(text for text, _ in self.make(index).line)
