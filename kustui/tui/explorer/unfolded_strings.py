"""Strings of a line of JSON, unfolded: the lines that they say, or the JSON that they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

_MAX_STRING = 1_000_000
"""Characters of a line whose strings are unfolded."""

TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?(\s*:)?'
    r"|'(?:[^'\\]|\\.)*'?(\s*:)?|`(?:[^`\\]|\\.)*`?|//.*|/\*(?:.*?\*/|.*)"
    r"|-?\d[\d.eE+-]*|\b(?:true|false|null)\b|[A-Za-z_$][\w$]*(\s*:)?|[^\"'`\d\w/-]+|."
)
"""A part of a line of JSON or of a module that has one colour: a string, with its colon if it is a key, a comment, a
number, a word."""


class UnfoldedString(NamedTuple):
    """A string of a line as the lines that it says, or as the JSON that it holds."""

    start: int
    end: int
    """Where its literal begins and ends in the line."""
    rows: Sequence[str]
    is_json: bool
    before: int
    """How many strings before it in the line unfold too."""

    @property
    def title(self) -> str:
        kind = "JSON in a string" if self.is_json else "text"
        return f"{kind}, {len(self.rows):,} line{'s' if len(self.rows) != 1 else ''}"


def unfolded_string(text: str, after: UnfoldedString | None = None) -> UnfoldedString | None:
    """The first string of a line, or the first after another, that says more unfolded: it has line breaks, escapes, or
    JSON in it."""
    if len(text) > _MAX_STRING:
        return None
    start, before = (after.end, after.before + 1) if after is not None else (0, 0)
    for token in TOKEN.finditer(text, start):
        if token[0][0] != '"' or token[1] is not None:
            continue
        try:
            value = json.loads(token[0])
        except ValueError:  # a broken file
            continue
        inner = _json_in(value)
        if inner is not None or value != token[0][1:-1]:
            rows = (inner if inner is not None else value).split("\n")
            lines = tuple(row.removesuffix("\r") for row in rows)
            return UnfoldedString(*token.span(), lines, inner is not None, before)
    return None


def _json_in(value: str) -> str | None:
    """JSON that a string holds, laid out; None where it is none, or a scalar."""
    if value.strip()[:1] not in ("{", "["):
        return None
    try:
        return msgspec.json.format(value.strip().encode(), indent=2).decode()
    except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError):
        return None
