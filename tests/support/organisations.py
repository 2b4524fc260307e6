"""Small organisations, and their graphs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.effects import Effect, Reach
from kustui.analysis.events import TriggerFilter, reach
from kustui.analysis.flow import FlowGraph
from kustui.analysis.organisation_graph import Kind, Link, Node, OrganisationGraph, Role, Verdict
from kustui.check.checker import check
from kustui.check.rule import step
from kustui.definition.collection import Collection, read_document
from kustui.definition.platform import TRIGGER_ID

Definition = dict[str, Any]
UPDATE, CREATE = "kustomer.conversation.update", "kustomer.note.create"


def analysis_of(*definitions: Definition) -> CollectionAnalysis:
    data = json.dumps(list(definitions)).encode()
    return check(Collection((read_document("org.json", data),)))[0]


def graph_of(*definitions: Definition) -> OrganisationGraph:
    return OrganisationGraph.of(analysis_of(*definitions))


def started_by(graph: OrganisationGraph, effect: Effect) -> Iterator[tuple[Link, Verdict]]:
    """The workflows that listen to what a step causes, each with whether that gets it beyond its trigger."""
    for link in graph.links_from(Node(Kind.EVENT, effect.event), Role.STARTS):
        yield link, graph.verdict(effect, link.target.name)


def starts(flow: FlowGraph, cause: Effect, asks: TriggerFilter) -> Reach:
    """Whether the event of an effect leads a workflow that it starts beyond the trigger, by all that is written."""
    targets = dict.fromkeys(edge.target for edge in flow.edges[TRIGGER_ID])
    answers = reach(flow, cause, [Effect(target, "", "") for target in targets]).values()
    if all(answer is Reach.CANNOT for answer in answers):
        return Reach.CANNOT
    return Reach.MUST if Reach.MUST in answers else asks.reach


def writes(id_: str = "aa", *transitions: Definition, **params: object) -> Definition:
    return step(id_, *transitions, action="kustomer.conversation.update", params={"id": "/#steps.1.id", **params})
