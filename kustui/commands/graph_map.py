"""``kustui graph --map``: the graph of the organisation, whole or around one node, in each format."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from kustui.analysis.organisation_graph import Kind, Node, OrganisationGraph
from kustui.commands.output import drawn
from kustui.definition.collection import Collection
from kustui.definition.collection_messages import no_workflow_named, workflows_named
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.diagram import DiagramSet
from kustui.diagrams.formats.organisation_json import plain_load, plain_map
from kustui.diagrams.load_lines import parse_rate
from kustui.diagrams.organisation_map import OrganisationMap
from kustui.errors import KustuiError
from kustui.text.messages import closest
from kustui.text.styled_lines import Line, fitted, wrapped
from kustui.text.terminal_safe import to_json
from kustui.workspace.snapshot import Snapshot

_KINDS = {str(kind): kind for kind in Kind if kind is not Kind.MISSING}
_MOST_LISTED = 8


def map_text(
    snapshot: Snapshot, options: Namespace, depth: int, width: int, write: Callable[[Line], str]
) -> Iterator[str]:
    """The map in the format of the options: whole, or ``depth`` links around a node. ``width`` is that of a line of
    text, which ``write`` writes. Raises KustuiError where there is no such node or event."""
    drawing = OrganisationMap.of(snapshot)
    graph = drawing.graph
    centre = node_named(graph, snapshot.collection, options.around) if options.around is not None else None
    per_minute = dict(_rate(graph, given) for given in options.rate)
    chain_lines = ChainLines.of(snapshot)
    if options.format == "text":
        lines = drawing.overview_lines() if centre is None else drawing.around_lines(centre, depth)
        if per_minute:
            load = (part for line in drawing.load(per_minute, chain_lines) for part in wrapped(line, width, 2))
            lines = chain(lines, ((),), load)
        return (write(fitted(line, width)) for line in lines)
    part = graph.around(centre, depth) if centre is not None else None
    if options.format == "json":
        load_of = {"load": plain_load(drawing, per_minute, chain_lines)} if per_minute else {}
        return iter((to_json({**plain_map(drawing, part), **load_of}, indent=2), "\n"))
    less = "--around KIND:NAME" if centre is None else f"--depth {depth - 1}" if depth > 1 else "another --around"
    return drawn(options.format, DiagramSet((drawing.diagram(part),)), less)


def _rate(graph: OrganisationGraph, given: str) -> tuple[str, float]:
    """An event and how often it happens a minute. Raises KustuiError."""
    name, equals, text = given.partition("=")
    rate = parse_rate(text) if equals else None
    if rate is None:
        raise KustuiError(f'--rate "{given}": expected EVENT=RATE, such as conversation.update=100/h, 5/min or 2000/d')
    return _node_called(graph, Kind.EVENT, name).name, rate


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
    return _node_called(graph, kind, name)


def _node_called(graph: OrganisationGraph, kind: Kind, name: str) -> Node:
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
