"""What a rule found: a value that the explorer marks and every report prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.source.positions import extent_within

if TYPE_CHECKING:
    from kustui.config.severity import Severity
    from kustui.definition.collection import Document, Entry
    from kustui.definition.source.source import Extent, Span


class Related(NamedTuple):
    """Another place that belongs to a problem: where what it is about is defined."""

    message: str
    document: Document
    pointer: str
    extent: Extent | None = None

    def where(self) -> Extent:
        """Its bytes in the file."""
        return self.extent or self.document.spot(self.pointer).value

    def span(self) -> Span:
        """Its lines and columns."""
        return self.document.source.span(self.where())


class Problem(NamedTuple):
    """One thing wrong. Lines and columns are worked out when asked: most problems are only counted."""

    rule: str
    severity: Severity
    message: str
    document: Document
    hint: str = ""
    pointer: str = ""
    extent: Extent | None = None
    """Its bytes, where the pointer cannot say it."""
    within: tuple[int, int] | None = None
    """Characters of the string at the pointer, where only a part of it is wrong."""
    on_key: bool = False
    """Whether it is the member's key that is wrong, not its value."""
    entry: Entry | None = None
    step: str = ""
    related: tuple[Related, ...] = ()

    def where(self) -> Extent:
        """Its bytes in the file."""
        if self.extent is not None:
            return self.extent
        value, key = self.document.spot(self.pointer)
        if self.on_key and key is not None:
            return key
        return extent_within(self.document.source.data, value, *self.within) if self.within else value

    def span(self) -> Span:
        """Its lines and columns."""
        return self.document.source.span(self.where())
