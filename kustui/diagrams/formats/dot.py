"""``dot``: for Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import NodeKind
from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.diagrams.diagram import Diagram, DiagramSet

_SHAPES = {NodeKind.TRIGGER: "oval", NodeKind.BRANCH: "diamond", NodeKind.SCHEDULE: "cds", NodeKind.MISSING: "octagon"}


def dot(diagram_set: DiagramSet) -> Iterator[str]:
    yield "digraph kustui {\n"
    yield '  rankdir=TB;\n  compound=true;\n  node [shape=box, fontname="sans-serif"];\n'
    yield '  edge [fontname="sans-serif", fontsize=10];\n'
    alone = len(diagram_set.diagrams) == 1
    for number, diagram in enumerate(diagram_set.diagrams):
        if alone:
            yield from _picture(diagram, number, "  ")
        else:
            yield f"  subgraph cluster_{number} {{\n    label={_quoted(diagram.title)};\n"
            yield from _picture(diagram, number, "    ")
            yield "  }\n"
    for edge in diagram_set.schedule_edges:
        source, target = diagram_set.diagrams[edge.source], diagram_set.diagrams[edge.target]
        if edge.source != edge.target and target.nodes and any(node.id == edge.node for node in source.nodes):
            ends = f"{_id(edge.source, edge.node)} -> {_id(edge.target, target.nodes[0].id)}"
            yield f"  {ends} [label={_quoted(edge.label)}, style=bold, lhead=cluster_{edge.target}];\n"
    yield "}\n"


def _picture(diagram: Diagram, number: int, indent: str) -> Iterator[str]:
    for node in diagram.nodes:
        text = _quoted(node.name, node.about) if node.about else _quoted(node.name)
        shape = f", shape={_SHAPES[node.kind]}" if node.kind in _SHAPES else ""
        yield f"{indent}{_id(number, node.id)} [label={text}{shape}];\n"
    for edge in diagram.edges:
        label = [f"label={_quoted(edge.label)}"] if edge.label else []
        style = ["style=dashed"] if edge.after_failure else []
        attributes = f" [{', '.join((*label, *style))}]" if label or style else ""
        yield f"{indent}{_id(number, edge.source)} -> {_id(number, edge.target)}{attributes};\n"


def _id(number: int, node: str) -> str:
    return _quoted(f"{number} {node}")


def _quoted(*lines: str) -> str:
    """A string of DOT: a backslash or an entity in it stands for itself."""
    escaped = (terminal_safe(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
