"""Small organisations, and their graphs."""

from __future__ import annotations

import json
from typing import Any

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.organisation_graph import OrganisationGraph
from kustui.check.checker import check
from kustui.check.rule import step
from kustui.definition.collection import Collection, read_document

Definition = dict[str, Any]
UPDATE, CREATE = "kustomer.conversation.update", "kustomer.note.create"


def analysis_of(*definitions: Definition) -> CollectionAnalysis:
    data = json.dumps(list(definitions)).encode()
    return check(Collection((read_document("org.json", data),)))[0]


def graph_of(*definitions: Definition) -> OrganisationGraph:
    return OrganisationGraph.of(analysis_of(*definitions))


def writes(id_: str = "aa", *transitions: Definition, **params: object) -> Definition:
    return step(id_, *transitions, action="kustomer.conversation.update", params={"id": "/#steps.1.id", **params})
