"""JSON values as rows of the detail pane, with references by the names of their steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from kustui.analysis.names import path_namer
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import Function, Path, Reference, Template, parse
from kustui.definition.models import Part
from kustui.definition.source.positions import escape
from kustui.text.styled_lines import Line
from kustui.tui.widgets.rows import NodeKey, RowBuilder, node_key


def add_value(builder: RowBuilder, analysis: WorkflowAnalysis, value: object, pointer: str) -> None:
    """Add a JSON value of any depth, naming the steps that it reads. ``pointer``: its place in the file."""
    path_name = path_namer(analysis.flow)
    pending: list[Iterator[tuple[str, object]]] = [_members(value)]
    pointers = [pointer]
    while pending:
        for name, part in pending[-1]:
            place = f"{pointers[-1]}/{escape(name)}"
            depth = 2 * len(pending)
            label: Line = ((" " * min(depth, builder.width // 2), ""), (name, "key"), (" ", ""))
            if isinstance(part, (dict, list, tuple)) and part:
                builder.add(*label, value=place)
                pending.append(_members(part))
                pointers.append(place)
                break
            line = (*label, *_scalar(analysis, part, path_name))
            indented = min(depth + 2, builder.width // 2)
            builder.add(*line, indent=indented, link=_read_from(analysis, part), value=place)
        else:
            pending.pop()
            pointers.pop()


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
    if part.others:
        builder.heading("Other fields")
        for key, value in part.others.items():
            text = json.dumps(value, ensure_ascii=False)
            builder.item((key, "key"), (f" {text[:200]}{'…' if len(text) > 200 else ''}", "muted"))
