"""The source pane: the JSON of what is selected, with the line numbers of the file and what is wrong marked in it."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kustui.check.problems import Problem
from kustui.definition.collection import Document
from kustui.definition.source.source import Extent
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.styled_lines import Line
from kustui.tui.widgets.rows import Row, Rows

_MAX_BYTES = 400_000
"""Bytes that are shown at once: the whole of a workflow, the beginning of a large file."""
_MAX_LINE = 2_000
"""Characters of a line; above them no person wrote it, and the JSON is formatted."""

_KEY = re.compile(r'"(?:[^"\\]|\\.)*"\s*:\s*')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?(\s*:)?|-?\d[\d.eE+-]*|\b(?:true|false|null)\b|[^"\d\w-]+|.')


@dataclass(frozen=True, slots=True)
class _Fault:
    """Characters of one line of the text that are wrong, and how it is marked."""

    start: int
    end: int
    mark: Line


def source_rows(document: Document, pointer: str, problems: Sequence[Problem] = ()) -> Rows:
    """Rows for the value of a pointer, its key included, without the indentation common to all its lines."""
    source = document.source
    if not source.data.strip():
        return Rows.of([Row((("the file is empty", "muted"),))])
    spot = document.spot(pointer) if document.entries or document.app_extent else None
    start, end = (spot.key.start if spot.key else spot.value.start, spot.value.end) if spot else (0, len(source.data))
    cut = end - start > _MAX_BYTES
    text = source.text(Extent(start, min(end, start + _MAX_BYTES)))
    first = source.place(start)
    lines = (" " * (first.column - 1) + text).split("\n")
    faults = _faults(problems, first.line, len(lines))
    if any(len(line) > _MAX_LINE for line in lines):
        return _formatted(text, first.line, cut=cut)
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    digits = len(str(first.line + len(lines)))

    def row(index: int) -> Row:
        if index == len(lines):
            return Row(((f"… {(end - start - _MAX_BYTES) // 1000:,} kB more in the file", "muted"),))
        wrong = faults.get(index, ())
        number = (f"{first.line + index:>{digits}} ", wrong[0].mark[0][1] if wrong else "muted")
        line = lines[index].rstrip("\r")
        # What was cut off the left is cut off the columns of the faults as well.
        pieces = _highlighted(line[indent:], [(fault.start - indent, fault.end - indent) for fault in wrong])
        return Row((number, *pieces), mark=wrong[0].mark if wrong else ())

    def text_of(index: int) -> str:
        return lines[index][indent:] if index < len(lines) else ""

    return Rows(len(lines) + (1 if cut else 0), row, first.line, text_of)


def _faults(problems: Sequence[Problem], first: int, count: int) -> dict[int, tuple[_Fault, ...]]:
    faults: dict[int, tuple[_Fault, ...]] = {}
    for problem in sorted(problems, key=lambda problem: -problem.severity):
        start, end = problem.span()
        if 0 <= start.line - first < count:
            # What is missing has no extent of its own: the character in its place is marked.
            until = max(end.column if end.line == start.line else 0, start.column + 1)
            fault = _Fault(start.column - 1, until - 1, (SEVERITY_GLYPHS[problem.severity],))
            faults[start.line - first] = (*faults.get(start.line - first, ()), fault)
    return faults


def _highlighted(line: str, faults: Sequence[tuple[int, int]]) -> Line:
    return tuple(
        (line[start:end], "fault" if any(a <= start and end <= max(b, a + 1) for a, b in faults) else look)
        for start, end, look in _split(_tokens(line), [edge for fault in faults for edge in fault])
    )


def _tokens(line: str) -> Iterator[tuple[int, int, str]]:
    for token in _TOKEN.finditer(line):
        start, end = token.span()
        text = token.group()
        if token.group(1) is not None:
            key = token.start(1)
            yield start, key, "key"
            yield key, end, "muted"
        elif text[0] == '"':
            yield start, end, "action" if text.startswith('"/#') or "{{" in text else "string"
        elif text[0].isdigit() or text[0] == "-" or text in ("true", "false", "null"):
            yield start, end, "number"
        else:
            yield start, end, "muted"


def _split(tokens: Iterator[tuple[int, int, str]], edges: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    for start, end, look in tokens:
        cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
        for begin, until in itertools.pairwise(cuts):
            yield begin, until, look


def _formatted(text: str, line: int, *, cut: bool) -> Rows:
    """A file that is one long line, such as an API answer saved as it came."""
    note = Row(((f"line {line} of the file is very long: laid out for reading", "muted"),))
    key = _KEY.match(text)
    rest = text[key.end() :] if key else text
    try:
        text_shown = json.dumps(json.loads(rest), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):  # cut off, broken, or nested deeper than anybody reads
        text_shown = rest[:_MAX_LINE] + ("…" if cut or len(rest) > _MAX_LINE else "")
    lines = text_shown.split("\n")
    return Rows(len(lines) + 1, lambda index: Row(_highlighted(lines[index - 1], ())) if index else note)
