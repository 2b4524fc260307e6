"""A definition that is printed as a module, in whatever style, reads as the JSON does."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kustui.definition.collection import read_document
from kustui.definition.source.source import replace_lone_surrogates
from kustui.definition.values import whole_in_javascript
from tests.support.modules import ModulePrinter
from tests.support.random_apps import apps
from tests.support.strategies import mutated_samples

AS_THEY_ARE = (Phase.explicit, Phase.reuse, Phase.generate)
"""What fails is shown as it was drawn: another definition is printed in another way, so that looking for a smaller one
took minutes and came to little."""


@given(st.one_of(apps(), mutated_samples()), st.integers())
@settings(max_examples=60, deadline=None, phases=AS_THEY_ARE)
def test_a_printed_definition_reads_as_the_json_does(value: Any, seed: int) -> None:
    text = replace_lone_surrogates(json.dumps(value).encode())
    value = json.loads(text)
    try:
        in_a_run = json.loads(text, parse_int=_of_javascript)
    except OverflowError:  # greater than any number: in a module that is not known
        return
    expected = read_document("app.json", text)
    module = ModulePrinter(Random(seed)).module(value)
    document = read_document("app.js", module.encode(errors="replace"))
    if not expected.is_recognized or not (expected.entries or expected.apps):
        return
    assert document.shape is expected.shape, document.faults
    assert json.loads(document.source.data) == in_a_run
    assert [entry.key.replace(".js#", ".json#") for entry in document.entries] == [
        entry.key for entry in expected.entries
    ]
    for entry in document.entries:
        for pointer in entry.pointers:
            source, extent = document.source.written(document.spot(pointer).value)
            assert 0 <= extent.start < extent.end <= len(source.data)


def _of_javascript(digits: str) -> int | float:
    number = whole_in_javascript(int(digits))
    float(number)
    return number
