"""Definitions that several tests begin with, and how a fault is read in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustui.definition.collection import Document, read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.definition.source.source import Fault

ALWAYS = {"op": "true", "values": [True]}


def a_workflow(name: Any = "greet", **members: Any) -> dict[str, Any]:
    """A workflow with nothing wrong, but for what ``members`` put in its place."""
    return {
        "id": f"id-of-{name}",
        "name": name,
        "trigger": {
            "id": "1",
            "eventName": "kustomer.conversation.create",
            "transitions": [{"target": "a", "condition": ALWAYS}],
        },
        "steps": [{"id": "a", "action": "kustomer.note.create", "params": {"body": "hi"}, "transitions": []}],
        **members,
    }


def a_resource(name: str = "greet", id_: Any = "resource-id") -> dict[str, Any]:
    """The same workflow as the API answers it."""
    workflow = a_workflow(name)
    del workflow["id"]
    return {"type": "workflow", "id": id_, "attributes": workflow, "links": {"self": "/v1/workflows/1"}}


def document_of(definition: object, path: str = "app.json") -> Document:
    """The document of a definition: bytes as they are, text as UTF-8, anything else as JSON."""
    if isinstance(definition, bytes):
        return read_document(path, definition)
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return read_document(path, text.encode(errors="surrogatepass"))  # half a character makes bytes that are no text


def all_faults(found: Document) -> Iterator[Fault]:
    """Every fault of a file: its own, its app's and its workflows'."""
    yield from found.faults
    yield from found.app_faults
    for entry in found.entries:
        yield from entry.parse().faults


def told(found: Document) -> list[str]:
    """Every fault as ``line:column-line:column message``."""
    spans = ((found.source.span(found.fault_extent(fault)), fault.message) for fault in all_faults(found))
    return [f"{span.start}-{span.end} {message}" for span, message in spans]


def only_fault(found: Document) -> Fault:
    (fault,) = all_faults(found)
    return fault


def write_json(path: Path, definition: Any) -> Path:
    path.write_text(json.dumps(definition, indent=2), encoding="utf-8")
    return path
