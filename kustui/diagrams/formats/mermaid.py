"""``mermaid``: a flowchart for Markdown, as code hosts draw it in a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import NodeKind
from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.diagrams.diagram import Diagram, DiagramNode, DiagramSet

_SHAPES = {
    NodeKind.TRIGGER: ("([", "])"),
    NodeKind.BRANCH: ("{{", "}}"),
    NodeKind.SCHEDULE: ("[/", "/]"),
    NodeKind.MISSING: (">", "]"),
}
# All that Mermaid, Markdown or HTML could take for theirs. A colon too: Mermaid looks for styles behind one.
_SUSPECT = re.compile(r"[^\w ,.()/='?!+…“”’→⇒\u0080-\U0010ffff-]|_")


def mermaid(diagram_set: DiagramSet) -> Iterator[str]:
    yield "flowchart TD\n"
    alone = len(diagram_set.diagrams) == 1
    for number, diagram in enumerate(diagram_set.diagrams):
        if alone:
            yield from _picture(diagram, number, "  ")
        else:
            yield f'  subgraph w{number}["{_escaped(diagram.title)}"]\n'
            yield from _picture(diagram, number, "    ")
            yield "  end\n"
    for edge in diagram_set.schedule_edges:
        source = _names(diagram_set.diagrams[edge.source], edge.source).get(edge.node)
        if source is not None and edge.source != edge.target:
            yield f"  {source} ==>{_label(edge.label)} w{edge.target}\n"


def _names(diagram: Diagram, number: int) -> dict[str, str]:
    return {node.id: f"w{number}n{index}" for index, node in enumerate(diagram.nodes)}


def _picture(diagram: Diagram, number: int, indent: str) -> Iterator[str]:
    names = _names(diagram, number)
    for node in diagram.nodes:
        left, right = _SHAPES.get(node.kind, ("[", "]"))
        yield f'{indent}{names[node.id]}{left}"{_text(node)}"{right}\n'
    for edge in diagram.edges:
        arrow = "-.->" if edge.after_failure else "-->"
        yield f"{indent}{names[edge.source]} {arrow}{_label(edge.label)} {names[edge.target]}\n"


def _text(node: DiagramNode) -> str:
    name = _escaped(node.name) or "#32;"
    return f"{name}<br/>{_escaped(node.about)}" if node.about else name


def _label(words: str) -> str:
    return f'|"{_escaped(words)}"|' if words else ""


def _escaped(text: str) -> str:
    return _SUSPECT.sub(lambda found: f"#{ord(found[0])};", terminal_safe(text))
