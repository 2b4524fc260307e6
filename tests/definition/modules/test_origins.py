"""Places in a module."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial

from kustui.check.rule import app, step, workflow
from kustui.definition.collection import Document, read_document
from kustui.definition.source.character_places import extent_within
from kustui.definition.source.source import Extent
from tests.benchmarks.growth import counted


def _with_lines(count: int) -> Document:
    """A module with a literal of as many lines, which JSON writes in another way."""
    text = json.dumps(app(workflow("Ask", step("aB3", params={"body": "BODY"}))))
    lines = "Hello {{{steps.1.name}}},\n" * count
    return read_document("app.ts", f"export default {text.replace(json.dumps('BODY'), f'`{lines}`')};".encode())


def test_places_in_a_long_text_are_found_as_fast_where_there_are_more() -> None:
    calls = []
    for count in (40, 160):
        document = _with_lines(count)
        literal = document.spot("/workflows/0/steps/0/params/body").value
        parts = [extent_within(document.source, literal, at * 26, at * 26 + 5) for at in range(count)]
        assert document.source.span(parts[-1]).start.line == count
        calls.append(counted(partial(_places, document, parts)))
    assert calls[1] < 5 * calls[0]


def _places(document: Document, extents: Iterable[Extent]) -> None:
    for extent in extents:
        document.source.span(extent)
