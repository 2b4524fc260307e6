"""What can be copied of what is selected. No screen in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.tui.explorer.selection import Selection

_MOST_JSON = 5_000_000
"""Bytes above which nobody wants it on a clipboard."""
_GLIMPSE = 200
"""Characters of a text that are shown of it."""


class Copyable(NamedTuple):
    """Something to copy: exactly this text, whatever is in it."""

    action: str
    """The id of the action that copies it."""
    what: str
    """What it is: ``id``."""
    glimpse: str
    """What is shown of it before it is chosen."""
    make: Callable[[], str]

    @classmethod
    def of(cls, action: str, what: str, text: str) -> Copyable:
        return cls(action, what, text[:_GLIMPSE], lambda: text)


def copyables(selected: Selection) -> Iterator[Copyable]:
    """What there is of a value of a file."""
    entry, part, document = selected.entry, selected.part, selected.document
    if selected.is_workflow and entry is not None:
        if entry.item.name:
            yield Copyable.of("copy.name", "name", entry.item.name)
        if entry.id:
            yield Copyable.of("copy.id", "id", entry.id)
    elif isinstance(part, Step):
        if part.name != part.id:
            yield Copyable.of("copy.name", "name", part.name)
        if part.id:
            yield Copyable.of("copy.id", "id", part.id)
            yield Copyable.of("copy.reference", "reference", f"/#steps.{part.id}")
    elif part is not None:
        if part.event_name:
            yield Copyable.of("copy.name", "event", part.event_name)
        yield Copyable.of("copy.reference", "reference", f"/#steps.{TRIGGER_ID}")
    start, end = document.spot(selected.pointer).value if document.source.data.strip() else (0, 0)
    if 0 < end - start <= _MOST_JSON:
        data = document.source.data
        beginning = " ".join(data[start : min(end, start + _GLIMPSE)].decode(errors="replace").split())
        yield Copyable("copy.json", "JSON", beginning, lambda: data[start:end].decode(errors="replace"))
    line = document.source.place(selected.offset).line
    yield Copyable.of("copy.place", "file and line", f"{document.path}:{line}")
    if selected.pointer:
        yield Copyable.of("copy.pointer", "pointer", selected.pointer)
