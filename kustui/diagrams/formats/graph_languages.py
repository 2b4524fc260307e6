"""``mermaid``, ``dot`` and ``json``: graphs for other programs to draw."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import relative_minutes
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.diagram import Diagram, DiagramNode, DiagramSet, flow_diagram
from kustui.diagrams.glyphs import NodeKind
from kustui.text.signs import ADDED, CHANGED, REMOVED
from kustui.text.terminal_safe import terminal_safe, to_json

# Mermaid

_MERMAID_SHAPES = {
    NodeKind.TRIGGER: ("([", "])"),
    NodeKind.BRANCH: ("{{", "}}"),
    NodeKind.SCHEDULE: ("[/", "/]"),
    NodeKind.MISSING: (">", "]"),
    NodeKind.FIELD: ("[(", ")]"),
    NodeKind.HOST: ("[[", "]]"),
}
# Colours that can be read on a light and on a dark page.
_MERMAID_MARKS = {
    ADDED: ("stroke:#1a7f37,stroke-width:3px", "stroke:#1a7f37"),
    REMOVED: ("stroke:#cf222e,stroke-width:2px,stroke-dasharray:4 3", "stroke:#cf222e"),
    CHANGED: ("stroke:#bf8700,stroke-width:3px", "stroke:#bf8700"),
}
_DOT_MARKS = {
    ADDED: 'color="#1a7f37", style=bold',
    REMOVED: 'color="#cf222e", style=dotted',
    CHANGED: 'color="#bf8700", style=bold',
}
# All that Mermaid, Markdown or HTML could take for theirs. A colon too: Mermaid looks for styles behind one.
_SUSPECT = re.compile(r"[^\w ,.()/='?!+…“”’→⇒\u0080-\U0010ffff-]|_")
_LIST_SIGN = re.compile(r"^[+-](?= )|(?<=^\d)[.)](?= )")
"""What makes a text a list: Mermaid draws none."""


def mermaid(diagram_set: DiagramSet) -> Iterator[str]:
    """A flowchart for Markdown, as code hosts draw it in a pull request."""
    yield "flowchart TD\n"
    if any(node.ends for diagram in diagram_set.diagrams for node in diagram.nodes):
        yield "  classDef last stroke-width:4px\n"
    alone = len(diagram_set.diagrams) == 1
    for number, diagram in enumerate(diagram_set.diagrams):
        if alone:
            yield from _mermaid_graph(diagram, number, "  ")
        else:
            yield f'  subgraph w{number}["{_mermaid_text(diagram.title)}"]\n'
            yield from _mermaid_graph(diagram, number, "    ")
            yield "  end\n"
    for edge in diagram_set.schedule_edges:
        source = _mermaid_ids(diagram_set.diagrams[edge.source], edge.source).get(edge.node)
        if source is not None and edge.source != edge.target:
            yield f"  {source} ==>{_mermaid_label(edge.label)} w{edge.target}\n"
    yield from _mermaid_marks(diagram_set.diagrams)


def _mermaid_marks(diagrams: Sequence[Diagram]) -> Iterator[str]:
    """How the nodes and edges look of which a comparison says something."""
    ids = [_mermaid_ids(diagram, number) for number, diagram in enumerate(diagrams)]
    nodes = [
        (node.mark, of_nodes[node.id])
        for diagram, of_nodes in zip(diagrams, ids, strict=True)
        for node in diagram.nodes
    ]
    edges = [edge.mark for diagram in diagrams for edge in diagram.edges]
    for mark, (node_style, edge_style) in _MERMAID_MARKS.items():
        if marked := [id_ for its_mark, id_ in nodes if its_mark == mark]:
            yield f"  classDef {mark} {node_style}\n  class {','.join(marked)} {mark}\n"
        if numbers := [str(number) for number, its_mark in enumerate(edges) if its_mark == mark]:
            yield f"  linkStyle {','.join(numbers)} {edge_style}\n"


def _mermaid_graph(diagram: Diagram, number: int, indent: str) -> Iterator[str]:
    ids = _mermaid_ids(diagram, number)
    for node in diagram.nodes:
        left, right = _MERMAID_SHAPES.get(node.kind, ("[", "]"))
        yield f'{indent}{ids[node.id]}{left}"{_mermaid_lines(node)}"{right}{":::last" if node.ends else ""}\n'
    for edge in diagram.edges:
        arrow = "-.->" if edge.dashed or edge.mark == REMOVED else "==>" if edge.mark == ADDED else "-->"
        yield f"{indent}{ids[edge.source]} {arrow}{_mermaid_label(edge.label)} {ids[edge.target]}\n"


def _mermaid_ids(diagram: Diagram, number: int) -> dict[str, str]:
    return {node.id: f"w{number}n{index}" for index, node in enumerate(diagram.nodes)}


def _mermaid_lines(node: DiagramNode) -> str:
    name = _mermaid_text(node.sign + node.name) or "#32;"
    return "<br/>".join((name, *map(_mermaid_text, _further_lines(node))))


def _further_lines(node: DiagramNode) -> Iterator[str]:
    """What is written below the name of a node."""
    if node.about:
        yield node.about
    yield from (action.label for action in node.error_actions)


def _mermaid_label(label: str) -> str:
    return f'|"{_mermaid_text(label)}"|' if label else ""


def _mermaid_text(text: str) -> str:
    escaped = _SUSPECT.sub(_mermaid_entity, terminal_safe(text))
    return _LIST_SIGN.sub(_mermaid_entity, escaped)


def _mermaid_entity(match: re.Match[str]) -> str:
    return f"#{ord(match[0])};"


# DOT

_DOT_SHAPES = {
    NodeKind.TRIGGER: "oval",
    NodeKind.BRANCH: "diamond",
    NodeKind.SCHEDULE: "cds",
    NodeKind.MISSING: "octagon",
    NodeKind.FIELD: "note",
    NodeKind.HOST: "component",
}


def dot(diagram_set: DiagramSet) -> Iterator[str]:
    """For Graphviz."""
    yield "digraph kustui {\n"
    yield '  rankdir=TB;\n  compound=true;\n  node [shape=box, fontname="sans-serif"];\n'
    yield '  edge [fontname="sans-serif", fontsize=10];\n'
    alone = len(diagram_set.diagrams) == 1
    for number, diagram in enumerate(diagram_set.diagrams):
        if alone:
            yield from _dot_graph(diagram, number, "  ")
        else:
            yield f"  subgraph cluster_{number} {{\n    label={_dot_text(diagram.title)};\n"
            yield from _dot_graph(diagram, number, "    ")
            yield "  }\n"
    for edge in diagram_set.schedule_edges:
        source, target = diagram_set.diagrams[edge.source], diagram_set.diagrams[edge.target]
        if edge.source != edge.target and target.nodes and any(node.id == edge.node for node in source.nodes):
            ends = f"{_dot_id(edge.source, edge.node)} -> {_dot_id(edge.target, target.nodes[0].id)}"
            yield f"  {ends} [label={_dot_text(edge.label)}, style=bold, lhead=cluster_{edge.target}];\n"
    yield "}\n"


def _dot_graph(diagram: Diagram, number: int, indent: str) -> Iterator[str]:
    for node in diagram.nodes:
        text = _dot_text(node.sign + node.name, *_further_lines(node))
        shape = f", shape={_DOT_SHAPES[node.kind]}" if node.kind in _DOT_SHAPES else ""
        end = ", peripheries=2" if node.ends else ""
        mark = f", {_DOT_MARKS[node.mark]}" if node.mark else ""
        yield f"{indent}{_dot_id(number, node.id)} [label={text}{shape}{end}{mark}];\n"
    for edge in diagram.edges:
        label = [f"label={_dot_text(edge.label)}"] if edge.label else []
        style = [_DOT_MARKS[edge.mark]] if edge.mark else ["style=dashed"] if edge.dashed else []
        attributes = f" [{', '.join((*label, *style))}]" if label or style else ""
        yield f"{indent}{_dot_id(number, edge.source)} -> {_dot_id(number, edge.target)}{attributes};\n"


def _dot_id(number: int, node: str) -> str:
    return _dot_text(f"{number} {node}")


def _dot_text(*lines: str) -> str:
    """A string of DOT: a backslash or an entity in it stands for itself."""
    escaped = (terminal_safe(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def json_text(
    analyses: Iterable[WorkflowAnalysis], lines: ChainLines, schedules: Schedules, *, only_schedules: bool
) -> Iterator[str]:
    """``{"workflows": […], "schedules": […]}``; of some workflows only the schedules that they make."""
    workflows = [_workflow(analysis) for analysis in analyses]
    keys = {workflow["key"] for workflow in workflows}
    calls = [_call(call, lines, schedules) for call in schedules.calls if only_schedules or call.caller in keys]
    parts: dict[str, Any] = {} if only_schedules else {"workflows": workflows}
    yield to_json({**parts, "schedules": calls}, indent=2)
    yield "\n"


def _workflow(analysis: WorkflowAnalysis) -> dict[str, Any]:
    diagram, entry = flow_diagram(analysis), analysis.entry
    return {
        "key": entry.key,
        "name": entry.title,
        "id": entry.id,
        "file": entry.source.path_of(entry.item.extent),
        "line": entry.source.place(entry.item.extent.start).line,
        "vertices": [
            {
                "id": node.id,
                "name": node.name,
                "kind": str(node.kind),
                "about": node.about,
                "ends": node.ends,
                "error_actions": [{"type": action.type, "when": action.label} for action in node.error_actions],
            }
            for node in diagram.nodes
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "when": edge.label, "after_failure": edge.after_failure}
            for edge in diagram.edges
        ],
    }


def _call(call: ScheduleCall, lines: ChainLines, schedules: Schedules) -> dict[str, Any]:
    return {
        "source": call.caller,
        "step": call.step,
        "target": schedules.target(call),
        "workflow_id": call.workflow_id,
        "minutes": relative_minutes(call.run_at, lines.settings.relative_unit_minutes),
        "most_runs": lines.rounds(call, schedules.target(call) or "") or None,
        "when": lines.condition(call),
        "inputs": list(call.inputs),
        "problems": [problem.message for problem in lines.problems(call)],
    }
