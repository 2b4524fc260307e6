"""Where the characters of a string literal are written: an escape takes several bytes, and so do most letters."""

from __future__ import annotations

import re
from array import array

from kustui.definition.source.source import Extent, Source

# Characters that are a byte each, or one that is not: a pair of \u escapes beyond the basic plane, an escape, or
# another character.
_CHARACTERS = re.compile(
    r"(?P<bytes>[\0-\[\]-\x7f]+)"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.",
    re.DOTALL,
)


def extent_within(source: Source, literal: Extent, start: int, end: int) -> Extent:
    """The bytes of characters ``start`` to ``end`` of the string whose literal, quotes included, is given.

    Whatever is no string literal is answered whole.
    """
    if source.data[literal.start : literal.start + 1] != b'"':
        return literal
    places = source.of_literal
    if literal not in places:  # of a long text with many problems the places are worked out once
        places.clear()
        places[literal] = _places_in(source.data[literal.start + 1 : literal.end - 1], literal.start + 1)
    last = len(places[literal]) - 1
    return Extent(places[literal][min(start, last)], places[literal][min(end, last)])


def _places_in(written: bytes, start: int) -> array[int]:
    """Where each character of a string begins, and where the last one ends."""
    places = array("q")
    for match in _CHARACTERS.finditer(written.decode(errors="replace")):
        size = len(match[0].encode())
        places.extend(range(start, start + size) if match["bytes"] else (start,))
        start += size
    places.append(start)
    return places
