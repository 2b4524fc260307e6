"""The strings and keys of files, with their places, as renames look through them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from kustui.analysis.uses import looks_random
from kustui.check.problems import Related
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.source.character_places import extent_within
from kustui.definition.source.positions import Spot, key_of, key_text
from kustui.definition.source.source import Extent
from kustui.fix.edits import TextEdit
from kustui.fix.json_edits import replace_string


class Text(NamedTuple):
    """A string of a file, as a value or as the key of a member."""

    document: Document
    pointer: str
    text: str
    literal: Extent
    is_key: bool = False

    @property
    def key(self) -> str:
        return key_of(self.pointer)

    def edit(self, new: str, start: int = 0, end: int | None = None) -> TextEdit:
        """New text for all of it, or for its characters from ``start`` to ``end``."""
        source = self.document.source
        return replace_string(
            source, self.literal if end is None else extent_within(source, self.literal, start, end), new
        )

    def mentions(self, pattern: re.Pattern[str], edits: list[TextEdit], old: str) -> Iterator[Related]:
        """The places in it where a pattern matches and nothing is changed."""
        for match in pattern.finditer(self.text):
            extent = extent_within(self.document.source, self.literal, *match.span(1))
            if not any(edit.extent.start < extent.end and extent.start < edit.extent.end for edit in edits):
                yield Related(f'"{old}" is not changed here', self.document, self.pointer, extent)


def texts_with(collection: Collection, text: str) -> Iterator[Text]:
    """The strings and keys of everything that may hold a text."""
    for document in collection.documents:
        entries = (entry for entry in document.entries if entry.may_hold(text))
        yield from chain(texts_outside(document), *(texts_of(document, entry) for entry in entries))


def texts_of(document: Document, entry: Entry) -> Iterator[Text]:
    for pointer in entry.pointers:
        yield from _texts_at(document, pointer, entry.spot(pointer))


def texts_outside(document: Document) -> Iterator[Text]:
    """The strings and keys of a file outside of its workflows."""
    for pointer in document.outer_pointers:
        yield from _texts_at(document, pointer, document.spot(pointer))


def _texts_at(document: Document, pointer: str, spot: Spot) -> Iterator[Text]:
    data = document.source.data
    if spot.key is not None:
        yield Text(document, pointer, key_of(pointer), spot.key, is_key=True)
    if data[spot.value.start : spot.value.start + 1] == b'"':
        yield Text(document, pointer, key_text(data[slice(*spot.value)]), spot.value)


def mention(id_: str, noun: str) -> re.Pattern[str]:
    """Finds an id in other text: one that looks random anywhere, an ordinary word only behind what it is the id of."""
    before = r"(?<![\w-])" if looks_random(id_) else rf"{noun}\w*[^\w-]{{1,5}}"
    return re.compile(rf"{before}({re.escape(id_)})(?![\w-])")
