"""The map of an organisation as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kustui.analysis.organisation_graph import Link, Neighbourhood, OrganisationGraph, Role
from kustui.analysis.organisation_questions import never_started, ring_hops
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.organisation_map import OrganisationMap


def plain_map(drawing: OrganisationMap, around: Neighbourhood | None = None) -> dict[str, Any]:
    """``{"nodes": […], "links": […], "rings": […], "never_started": […]}``; of a part without the last two."""
    graph = drawing.graph
    nodes = graph.nodes() if around is None else around.distances
    return {
        "nodes": [
            {
                "id": str(node),
                "kind": str(node.kind),
                "name": graph.title(node),
                "enabled": graph.is_enabled(node),
                **({"distance": around.distances[node]} if around is not None else {}),
            }
            for node in nodes
        ],
        "links": [_plain_link(link, graph) for link in drawing.links(around)],
        **({} if around is not None else _whole(drawing)),
    }


def plain_load(drawing: OrganisationMap, rates: Mapping[str, float], lines: ChainLines) -> dict[str, Any]:
    """``{"events": {name: an hour}, "at_least": …, "at_most": …}``: runs due in 15 minutes in the long run, null where
    they grow without limit, and the minutes after which some have to wait, null for never."""
    loads = zip(("at_least", "at_most"), drawing.loads(rates, lines), strict=True)
    return {
        "events": {event: rate * 60 for event, rate in rates.items()},
        **{name: {"due": load.in_the_long_run, "over_after": load.over} for name, load in loads},
    }


def _whole(drawing: OrganisationMap) -> Mapping[str, Any]:
    rings = [
        {
            "certain": ring.certain,
            "hops": [
                {
                    "workflow": hop.cause.workflow,
                    "step": hop.cause.effect.step,
                    "event": hop.cause.effect.event,
                    "fields": hop.fields,
                }
                for hop in ring_hops(drawing.graph, ring)
            ],
        }
        for ring in drawing.rings
    ]
    return {"rings": rings, "never_started": [str(node) for node in never_started(drawing.graph)]}


def _plain_link(link: Link, graph: OrganisationGraph) -> dict[str, Any]:
    call, effect = link.call, link.effect
    filtered = graph.summaries[link.workflow].filter.asks if link.role is Role.STARTS else None
    return {
        "role": str(link.role),
        "source": str(link.source),
        "target": str(link.target),
        "workflow": link.workflow,
        "step": link.step,
        "pointer": link.pointer,
        "assumed": link.assumed,
        **({"due": call.due, "inputs": list(call.inputs)} if call is not None else {}),
        **({"fields": sorted(effect.fields) if effect.fields is not None else None} if effect is not None else {}),
        **({"if_changed": sorted(filtered)} if filtered else {}),
    }
