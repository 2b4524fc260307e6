"""The JSON of what is selected as rows: in the source pane with the line numbers of the file and what is wrong marked
in it, in the detail pane with references by the names of their steps."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Problem
from kustui.definition.collection import Document
from kustui.definition.expressions import Function, Path, Reference, Template, parse
from kustui.definition.models import Part
from kustui.definition.source.source import Extent
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.labels import path_namer
from kustui.text.styled_lines import Line
from kustui.tui.widgets.rows import NodeKey, Row, RowBuilder, Rows, node_key

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
    spot = document.spot(pointer) if document.entries or document.apps else None
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
    note = Row(((f"line {line} of the file is very long: shown reformatted", "muted"),))
    key = _KEY.match(text)
    rest = text[key.end() :] if key else text
    try:
        text_shown = json.dumps(json.loads(rest), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):  # cut off, broken, or nested deeper than anybody reads
        text_shown = rest[:_MAX_LINE] + ("…" if cut or len(rest) > _MAX_LINE else "")
    lines = text_shown.split("\n")
    return Rows(len(lines) + 1, lambda index: Row(_highlighted(lines[index - 1], ())) if index else note)


def add_value(builder: RowBuilder, analysis: WorkflowAnalysis, value: object, indent: int) -> None:
    """Add a JSON value, however deep, with its references by the names of their steps."""
    path_name = path_namer(analysis.flow)
    pending: list[Iterator[tuple[str, object]]] = [_members(value)]
    while pending:
        for name, part in pending[-1]:
            depth = indent + 2 * (len(pending) - 1)
            label: Line = ((" " * min(depth, builder.width // 2), ""), (name, "key"), (" ", ""))
            if isinstance(part, (dict, list, tuple)) and part:
                builder.add(*label)
                pending.append(_members(part))
                break
            line = (*label, *_scalar(analysis, part, path_name))
            builder.add(*line, indent=min(depth + 2, builder.width // 2), link=_read_from(analysis, part))
        else:
            pending.pop()


def _members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        return iter(value.items())
    return ((f"{index}", part) for index, part in enumerate(value))  # type: ignore[var-annotated,arg-type]


def _read_from(analysis: WorkflowAnalysis, value: object) -> NodeKey:
    """The step or trigger whose output a value is made of, where it is one alone."""
    paths = parse(value).paths if isinstance(value, str) else ()
    nodes = {analysis.flow.node(path.step) for path in paths if path.step is not None}
    node = nodes.pop() if len(nodes) == 1 else None
    return node_key(analysis.entry, node) if node is not None else ()


def _scalar(analysis: WorkflowAnalysis, value: object, path_name: Callable[[Path], str]) -> Line:
    if not isinstance(value, str):
        return ((json.dumps(value, ensure_ascii=False), "number"),)
    expression = parse(value)
    flow = analysis.flow
    dangling = [path for path in expression.certain_paths if path.step is not None and flow.node(path.step) is None]
    if isinstance(expression, Reference) and expression.paths and not expression.faults:
        (path,) = expression.paths
        if dangling:
            return ((value, "fault"), (" no such step", "error"))
        return (("← ", "muted"), (path_name(path), "string"))
    look = "error" if expression.faults else "string"
    if not isinstance(expression, (Function, Template)):
        return ((json.dumps(value, ensure_ascii=False), look),)
    pieces: list[tuple[str, str]] = []
    at = 0
    for path in sorted(expression.paths, key=lambda path: path.start):
        if path.start < at:
            continue
        pieces.append((value[at : path.start], "muted"))
        pieces.append((value[path.start : path.end], "fault") if path in dangling else (path_name(path), look))
        at = path.end
    pieces.append((value[at:], "muted"))
    return tuple(pieces)


def add_unknown_keys(builder: RowBuilder, part: Part) -> None:
    """Add the keys that kustui does not know, as they are."""
    extra = {key: value for key, value in (part.model_extra or {}).items() if not key.startswith("\0")}
    if extra:
        builder.heading("Other fields")
        for key, value in extra.items():
            text = json.dumps(value, ensure_ascii=False)
            builder.item((key, "key"), (f" {text[:200]}{'…' if len(text) > 200 else ''}", "muted"))
