"""``dot``: for Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import Kind
from kustui.text.terminal_safe import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.diagrams.diagram import Picture, Sheet

_SHAPES = {Kind.TRIGGER: "oval", Kind.BRANCH: "diamond", Kind.SCHEDULE: "cds", Kind.MISSING: "octagon"}


def dot(sheet: Sheet) -> Iterator[str]:
    yield "digraph kustui {\n"
    yield '  rankdir=TB;\n  compound=true;\n  node [shape=box, fontname="sans-serif"];\n'
    yield '  edge [fontname="sans-serif", fontsize=10];\n'
    alone = len(sheet.pictures) == 1
    for number, picture in enumerate(sheet.pictures):
        if alone:
            yield from _picture(picture, number, "  ")
        else:
            yield f"  subgraph cluster_{number} {{\n    label={_quoted(picture.title)};\n"
            yield from _picture(picture, number, "    ")
            yield "  }\n"
    for leap in sheet.leaps:
        source, target = sheet.pictures[leap.source], sheet.pictures[leap.target]
        if leap.source != leap.target and target.vertices and any(each.id == leap.vertex for each in source.vertices):
            ends = f"{_id(leap.source, leap.vertex)} -> {_id(leap.target, target.vertices[0].id)}"
            yield f"  {ends} [label={_quoted(leap.words)}, style=bold, lhead=cluster_{leap.target}];\n"
    yield "}\n"


def _picture(picture: Picture, number: int, indent: str) -> Iterator[str]:
    for vertex in picture.vertices:
        text = _quoted(vertex.name, vertex.about) if vertex.about else _quoted(vertex.name)
        shape = f", shape={_SHAPES[vertex.kind]}" if vertex.kind in _SHAPES else ""
        yield f"{indent}{_id(number, vertex.id)} [label={text}{shape}];\n"
    for edge in picture.edges:
        label = [f"label={_quoted(edge.words)}"] if edge.words else []
        style = ["style=dashed"] if edge.failing else []
        attributes = f" [{', '.join((*label, *style))}]" if label or style else ""
        yield f"{indent}{_id(number, edge.source)} -> {_id(number, edge.target)}{attributes};\n"


def _id(number: int, vertex: str) -> str:
    return _quoted(f"{number} {vertex}")


def _quoted(*lines: str) -> str:
    """A string of DOT: a backslash or an entity in it stands for itself."""
    escaped = (shown(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'
