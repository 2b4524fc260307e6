"""``mermaid``: a flowchart for Markdown, as code hosts draw it in a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import Kind
from kustui.text.terminal_safe import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.diagrams.diagram import Picture, Sheet, Vertex

_SHAPES = {
    Kind.TRIGGER: ("([", "])"),
    Kind.BRANCH: ("{{", "}}"),
    Kind.SCHEDULE: ("[/", "/]"),
    Kind.MISSING: (">", "]"),
}
# All that Mermaid, Markdown or HTML could take for theirs. A colon too: Mermaid looks for styles behind one.
_SUSPECT = re.compile(r"[^\w ,.()/='?!+…“”’→⇒\u0080-\U0010ffff-]|_")


def mermaid(sheet: Sheet) -> Iterator[str]:
    yield "flowchart TD\n"
    alone = len(sheet.pictures) == 1
    for number, picture in enumerate(sheet.pictures):
        if alone:
            yield from _picture(picture, number, "  ")
        else:
            yield f'  subgraph w{number}["{_escaped(picture.title)}"]\n'
            yield from _picture(picture, number, "    ")
            yield "  end\n"
    for leap in sheet.leaps:
        source = _names(sheet.pictures[leap.source], leap.source).get(leap.vertex)
        if source is not None and leap.source != leap.target:
            yield f"  {source} ==>{_label(leap.words)} w{leap.target}\n"


def _names(picture: Picture, number: int) -> dict[str, str]:
    return {vertex.id: f"w{number}n{index}" for index, vertex in enumerate(picture.vertices)}


def _picture(picture: Picture, number: int, indent: str) -> Iterator[str]:
    names = _names(picture, number)
    for vertex in picture.vertices:
        left, right = _SHAPES.get(vertex.kind, ("[", "]"))
        yield f'{indent}{names[vertex.id]}{left}"{_text(vertex)}"{right}\n'
    for edge in picture.edges:
        arrow = "-.->" if edge.failing else "-->"
        yield f"{indent}{names[edge.source]} {arrow}{_label(edge.words)} {names[edge.target]}\n"


def _text(vertex: Vertex) -> str:
    name = _escaped(vertex.name) or "#32;"
    return f"{name}<br/>{_escaped(vertex.about)}" if vertex.about else name


def _label(words: str) -> str:
    return f'|"{_escaped(words)}"|' if words else ""


def _escaped(text: str) -> str:
    return _SUSPECT.sub(lambda found: f"#{ord(found[0])};", shown(text))
