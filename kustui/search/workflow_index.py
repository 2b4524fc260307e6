"""What one workflow says, packed: a text for each kind of line, kept for as long as the workflow says the same."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from kustui.search.index_lines import Kind, sayings
from kustui.search.text_search import lowered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.definition.collection import Entry


class Sheet(NamedTuple):
    """The lines of one kind."""

    text: str
    places: array[int]
    """The step of each line."""

    @property
    def lowered(self) -> str:
        return lowered(self.text)


class Leaf(NamedTuple):
    entry: Entry
    sheets: Mapping[Kind, Sheet]

    @classmethod
    def of(cls, entry: Entry) -> Leaf:
        lines: dict[Kind, list[str]] = {kind: [] for kind in Kind}
        places: dict[Kind, array[int]] = {kind: array("L") for kind in Kind}
        for saying in sayings(entry):
            lines[saying.kind].append(saying.text)
            places[saying.kind].append(saying.place)
        return cls(entry, {kind: Sheet("\n".join(lines[kind]), places[kind]) for kind in Kind})
