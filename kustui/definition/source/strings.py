"""Where a part of a decoded string stands in the JSON that spells it."""

from __future__ import annotations

import re

from kustui.definition.source.source import Extent

# One character of a string literal: a pair of \u escapes beyond the basic plane, an escape, or a character.
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


def extent_within(data: bytes, literal: Extent, start: int, end: int) -> Extent:
    """The bytes of characters ``start`` to ``end`` of the string whose literal, quotes included, is given.

    Whatever is no string literal is answered whole.
    """
    spelt = data[literal.start + 1 : literal.end - 1].decode(errors="replace")
    if data[literal.start : literal.start + 1] != b'"':
        return literal
    sizes = [len(found.group().encode()) for found in _CHARACTER.finditer(spelt)]
    begin = literal.start + 1
    return Extent(begin + sum(sizes[:start]), begin + sum(sizes[:end]))
