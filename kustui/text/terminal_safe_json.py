"""JSON that is harmless to a terminal as well."""

from __future__ import annotations

import json
import re

_SUSPECT = re.compile(r"[^\x20-\x7e\n]")


def encoded(value: object, indent: int | None = None) -> str:
    """JSON in which letters of every script stand as they are, and what a terminal would obey is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return text if text.isascii() and "\x7f" not in text else _SUSPECT.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable():
        return character
    halves = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{halves[at : at + 2].hex()}" for at in range(0, len(halves), 2))
