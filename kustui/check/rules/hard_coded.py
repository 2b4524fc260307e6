"""Ids of workflows where no installation will replace them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.examples import app, called, schedule, step, to, workflow
from kustui.check.problems import Related
from kustui.check.rule import Violation, Violations, workflow_rule
from kustui.config.severity import Severity
from kustui.definition.collection import Entry
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import escape

_WORD = re.compile(r"[\w-]{8,}", re.ASCII)
_PLACE_OF_AN_ID = re.compile(r"workflows?[/.]([\w-]+)", re.ASCII)
_BETWEEN_WORDS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) in "_-")}
_HEXADECIMAL = re.compile(r"[0-9a-f]{16,}")


_ID = "5f8e148232731d0015c14657"


def _reading(uri: str) -> object:
    """An app with a step that asks an address."""
    asking = step("bC4", action="kustomer.rest-api.json", params={"uri": uri, "method": "GET"})
    return app(workflow("Watch", schedule("aB3", _ID, to("bC4")), asking), called("Remind", _ID, step("cD4")))


@workflow_rule(
    "hard-coded-id",
    Severity.WARNING,
    "the id of a workflow inside other text",
    "When an app is installed, each of its workflows gets a new id. Kustomer puts it wherever the old one is used "
    "as workflowId or in an eventName, and nowhere else: an address that holds the old id leads nowhere.",
    bad=_reading(f"https://api.example.com/v1/workflows/{_ID}"),
    good=_reading("https://api.example.com/v1/workflows"),
)
def hard_coded_id(analysis: WorkflowAnalysis) -> Violations:
    by_id = analysis.collection.by_id
    if not by_id or analysis.document.shape is Shape.EXPORT or not _may_hold_id(analysis, by_id):
        return  # what is exported is installed already and keeps its ids
    for pointer, node, value in _values(analysis):
        yield from _ids_in(analysis, value, pointer, node)


def _values(analysis: WorkflowAnalysis) -> Iterator[tuple[str, str, object]]:
    """The params of every step and the values of every condition: pointer, node and value."""
    for step_ in analysis.flow.steps.values():
        yield f"{step_.pointer}/params", step_.id, step_.params
    for node, edges in analysis.flow.declared_edges.items():
        for edge in edges:
            if (condition := edge.transition.condition) is not None:
                yield f"{edge.transition.pointer}/condition/values", node, condition.values


def _may_hold_id(analysis: WorkflowAnalysis, by_id: Mapping[str, Entry]) -> bool:
    """Whether any text of a workflow holds an id beside something else. Nearly none does, so all are asked at once."""
    pending: list[Any] = [step_.params for step_ in analysis.flow.steps.values()]
    for edges in analysis.flow.declared_edges.values():
        pending.extend(edge.transition.condition.values for edge in edges if edge.transition.condition is not None)
    texts = []
    while pending:
        part = pending.pop()
        kind = type(part)
        if kind is str:
            if " " in part or "{{" in part or ("/" in part and not part.startswith("/#")):
                texts.append(part)
        elif kind is dict:
            pending.extend(part.values())
        elif kind is list or kind is tuple:
            pending.extend(part)
    # Translating and splitting takes half as long as a regular expression.
    words = " ".join(texts).encode("ascii", "replace").decode().translate(_BETWEEN_WORDS).split()
    return not by_id.keys().isdisjoint(words)


def _id_spans(text: str, by_id: Mapping[str, Entry]) -> list[tuple[int, int]]:
    """Where in a text ids of workflows stand: one that looks like an id, or a word where an id has to stand."""
    spans = {
        word.span() for word in _WORD.finditer(text) if word[0] in by_id and _looks_random(word[0]) and word[0] != text
    }
    if "workflow" in text:
        spans |= {place.span(1) for place in _PLACE_OF_AN_ID.finditer(text) if place[1] in by_id}
    return sorted(spans)


def _looks_random(word: str) -> bool:
    """Whether nobody would write a word by chance."""
    if _HEXADECIMAL.fullmatch(word):
        return True
    has_digit = any(map(str.isdigit, word))
    return has_digit and word != word.lower() and word != word.upper()


def _ids_in(analysis: WorkflowAnalysis, value: object, pointer: str, node: str) -> Violations:
    by_id = analysis.collection.by_id
    pending = [(pointer, value)]
    while pending:
        at, part = pending.pop()
        if isinstance(part, str):
            for start, end in _id_spans(part, by_id):
                entry = by_id[part[start:end]]
                yield Violation(
                    at,
                    f'the id of "{entry.title}" inside other text: installation gives the workflow a new id, and '
                    "leaves this one",
                    "",
                    node,
                    (start, end),
                    related=(
                        Related("the workflow", analysis.collection.document_of(entry), f"{entry.item.pointer}/id"),
                    ),
                )
        elif isinstance(part, dict):
            # An eventName is rewritten with the workflow it names [spec].
            pending.extend((f"{at}/{escape(key)}", member) for key, member in part.items() if key != "eventName")
        elif isinstance(part, list | tuple):
            pending.extend((f"{at}/{index}", element) for index, element in enumerate(part))
