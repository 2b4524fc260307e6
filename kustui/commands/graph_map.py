"""``kustui graph --map``: the graph of the organisation, whole or around one node, in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kustui.analysis.organisation_graph import Kind, Node, OrganisationGraph
from kustui.check.checker import collection_analysis
from kustui.commands.output import within_mermaid_limits
from kustui.definition.collection import Collection
from kustui.definition.collection_messages import no_workflow_named, workflows_named
from kustui.diagrams.diagram import DiagramSet
from kustui.diagrams.formats.graph_languages import dot, mermaid
from kustui.diagrams.organisation_map import OrganisationMap
from kustui.errors import KustuiError
from kustui.text.messages import closest
from kustui.text.styled_lines import Line, fitted
from kustui.text.terminal_safe import to_json
from kustui.workspace.snapshot import Snapshot

_KINDS = {str(kind): kind for kind in Kind if kind is not Kind.MISSING}
_MOST_LISTED = 8


def map_text(
    snapshot: Snapshot, format: str, around: str | None, depth: int, text: tuple[int, Callable[[Line], str]]
) -> Iterator[str]:
    """The map in a format. ``text`` is the width of a line of text, and how it is written. Raises KustuiError where
    there is no such node."""
    assert snapshot.settings is not None, "checked"
    analysis = collection_analysis(snapshot.collection, snapshot.results, snapshot.settings)
    graph = OrganisationGraph.of(analysis)
    centre = node_named(graph, snapshot.collection, around) if around is not None else None
    drawing = OrganisationMap(graph, analysis.event_rings, snapshot.settings.relative_unit_minutes)
    if format == "text":
        width, write = text
        lines = drawing.overview_lines() if centre is None else drawing.around_lines(centre, depth)
        return (write(fitted(line, width)) for line in lines)
    part = graph.around(centre, depth) if centre is not None else None
    if format == "json":
        return iter((to_json(drawing.json_of(part), indent=2), "\n"))
    diagrams = DiagramSet((drawing.diagram(part),))
    if format == "mermaid":
        less = "--around KIND:NAME" if centre is None else f"--depth {depth - 1}" if depth > 1 else "another --around"
        return within_mermaid_limits(mermaid(diagrams), less)
    if format == "dot":
        return dot(diagrams)
    from kustui.diagrams.formats.svg import svg

    return svg(diagrams)


def node_named(graph: OrganisationGraph, collection: Collection, text: str) -> Node:
    """The node of ``KIND:NAME``. Raises KustuiError, with the closest name, where there is none."""
    word, colon, name = text.partition(":")
    kind = _KINDS.get(word)
    if kind is None or not colon:
        raise KustuiError(f'--around "{text}": expected {", ".join(f"{known}:NAME" for known in _KINDS)}')
    if kind is Kind.WORKFLOW:
        if not (entries := workflows_named(collection, name)):
            raise KustuiError(no_workflow_named(collection, name))
        return Node(kind, entries[0].key)
    for spelling in (name, f"kustomer.{name}", f"kustomer.app.{name}"):
        if (node := Node(kind, spelling)) in graph:
            return node
    raise KustuiError(_no_node(kind, name, [node.name for node in graph.nodes(kind)]))


def _no_node(kind: Kind, name: str, names: Sequence[str]) -> str:
    """What to say of a name that no node of its kind has."""
    if near := closest(name, names) or closest(f"kustomer.{name}", names):
        return f'unknown {kind} "{name}": did you mean "{near}"?'
    if not names:
        return f'unknown {kind} "{name}": there is no {kind} here'
    similar = [known for known in names if name.lower() in known.lower()] or names
    listed = ", ".join(f'"{known}"' for known in similar[:_MOST_LISTED])
    return f'unknown {kind} "{name}": known: {listed}{", …" if len(similar) > _MOST_LISTED else ""}'
