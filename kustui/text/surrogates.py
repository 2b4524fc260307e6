"""Escapes that are half a character: JSON lets ``"\\ud800"`` pass; UTF-8, pydantic and terminals do not."""

from __future__ import annotations

import re

# What is no half is passed over first: an escaped backslash, and both halves of a pair.
_HALF = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def mended(text: bytes) -> bytes:
    """The same JSON text with ``\\ufffd`` for each half of a surrogate pair that has no other half.

    Nothing moves, so offsets into the one are offsets into the other.
    """
    if b"\\ud" not in text and b"\\uD" not in text:
        return text
    return _HALF.sub(lambda found: found[1] or rb"\ufffd", text)
