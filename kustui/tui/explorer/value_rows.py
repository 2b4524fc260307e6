"""A JSON value of a workflow for the detail pane, its references told by the names of their steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kustui.definition.expressions import Function, Path, Reference, Template, parse
from kustui.diagrams.labels import path_namer
from kustui.tui.widgets.rows import node_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.definition.models import Part
    from kustui.diagrams.styled_lines import Line
    from kustui.tui.widgets.rows import NodeKey, RowBuilder


def add_value(builder: RowBuilder, analysis: WorkflowAnalysis, value: object, indent: int) -> None:
    """A JSON value laid out, its references told by the names of their steps; any depth, as no call nests."""
    told_by = path_namer(analysis.flow)
    pending: list[Iterator[tuple[str, object]]] = [_members(value)]
    while pending:
        for name, part in pending[-1]:
            depth = indent + 2 * (len(pending) - 1)
            label: Line = ((" " * min(depth, builder.width // 2), ""), (name, "key"), (" ", ""))
            if isinstance(part, (dict, list, tuple)) and part:
                builder.add(*label)
                pending.append(_members(part))
                break
            line = (*label, *_scalar(analysis, part, told_by))
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


def _scalar(analysis: WorkflowAnalysis, value: object, told_by: Callable[[Path], str]) -> Line:
    if not isinstance(value, str):
        return ((json.dumps(value, ensure_ascii=False), "number"),)
    expression = parse(value)
    flow = analysis.flow
    lost = [path for path in expression.paths if path.step is not None and flow.node(path.step) is None]
    if isinstance(expression, Reference) and expression.paths and not expression.faults:
        (path,) = expression.paths
        if lost:
            return ((value, "fault"), (" no such step", "error"))
        return (("← ", "muted"), (told_by(path), "string"))
    look = "error" if expression.faults else "string"
    if not isinstance(expression, (Function, Template)):
        return ((json.dumps(value, ensure_ascii=False), look),)
    told: list[tuple[str, str]] = []
    at = 0
    for path in sorted(expression.paths, key=lambda path: path.start):
        if path.start < at:
            continue
        told.append((value[at : path.start], "muted"))
        told.append((value[path.start : path.end], "fault") if path in lost else (told_by(path), look))
        at = path.end
    told.append((value[at:], "muted"))
    return tuple(told)


def add_unknown_keys(builder: RowBuilder, part: Part) -> None:
    """Keys that kustui has no word of its own for: kept, and shown as they are."""
    extra = {key: value for key, value in (part.model_extra or {}).items() if not key.startswith("\0")}
    if extra:
        builder.heading("Also written here")
        for key, value in extra.items():
            text = json.dumps(value, ensure_ascii=False)
            builder.item((key, "key"), (f" {text[:200]}{'…' if len(text) > 200 else ''}", "muted"))
