"""Where a key of a TOML text stands: ``tomllib`` does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kustui.definition.source.source import Extent

Key = str | int
"""A key of a table, or a place in an array."""
Path = tuple[Key, ...]

_BASIC, _LITERAL = r'"(?:[^"\\\n]|\\.)*"', r"'[^'\n]*'"
_NAME = rf"(?:[A-Za-z0-9_-]+|{_BASIC}|{_LITERAL})"
_DOTTED = rf"{_NAME}(?:[ \t]*\.[ \t]*{_NAME})*"
_HEADER = rf"^[ \t]*(?P<header>\[\[?)[ \t]*(?P<table>{_DOTTED})[ \t]*\]\]?"
_TOKENS = rf"""
    (?P<long>\"\"\"(?:[^\\]|\\.)*?\"{{3,5}}|'''.*?'{{3,5}})
    |\#[^\n]*
    |(?P<key>{_DOTTED})[ \t]*=
    |(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<comma>,)
    |(?P<value>{_BASIC}|{_LITERAL}|[^\s,\[\]{{}}\#=\"']+)"""
_INSIDE = re.compile(_TOKENS, re.DOTALL | re.VERBOSE)
_OUTSIDE = re.compile(f"{_HEADER}|{_TOKENS}", re.DOTALL | re.VERBOSE | re.MULTILINE)
_EACH_NAME = re.compile(_NAME)


def extent_of(text: str, path: Sequence[Key]) -> Extent:
    """The bytes of a key or an array's element, of the nearest above it that there is, else of nothing at the start.

    The text has to be TOML.
    """
    start = end = depth = 0
    for found, *place in _spots(text):
        if len(found) > depth and found == tuple(path[: len(found)]):
            (start, end), depth = place, len(found)
    return Extent(len(text[:start].encode()), len(text[:end].encode()))


def _spots(text: str) -> Iterator[tuple[Path, int, int]]:
    """Every key, table and element with where it begins and ends, in the order of the text."""
    counts: dict[Path, int] = {}  # tables so far of each array of tables
    table: Path = ()
    opened: list[tuple[Path, int | None]] = []  # the brackets around: whose value, and which element of an array
    path: Path = ()  # whose value comes next
    at = 0
    while found := (_INSIDE if opened else _OUTSIDE).search(text, at):
        at = found.end()
        kind, outer = found.lastgroup, opened[-1] if opened else None
        if kind == "table":
            table = ()
            for name in _names(found["table"]):
                table = (*table, name)
                if table in counts and found["header"] == "[":
                    table = (*table, counts[table] - 1)
            if found["header"] == "[[":
                counts[table] = counts.get(table, 0) + 1
                table = (*table, counts[table] - 1)
            yield table, *found.span("table")
        elif kind == "key":
            path = outer[0] if outer else table
            for name in _names(found["key"]):
                path = (*path, name)
                yield path, *found.span("key")
        elif kind == "close" and opened:
            opened.pop()
        elif kind == "comma" and outer and outer[1] is not None:
            opened[-1] = (outer[0], outer[1] + 1)
        elif kind in ("open", "value", "long"):
            here = (*outer[0], outer[1]) if outer and outer[1] is not None else path
            if here != path:
                yield here, *found.span()
            if kind == "open":
                opened.append((here, 0 if found[0] == "[" else None))


def _names(dotted: str) -> Iterator[str]:
    """The names of a dotted key."""
    import tomllib

    for found in _EACH_NAME.finditer(dotted):
        name = found[0]
        yield next(iter(tomllib.loads(f"{name}=0"))) if name[0] in "\"'" else name
