"""Where in a JSON text something is being typed, whether the text parses or not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.lsp.unfinished import place_at
from tests.support.strategies import JSON_VALUES, json_paths

WHOLE = '{"steps": [{"id": "a", "transitions": [{"target": "|", "condition": {"op": "true"}}]}, {"id": "b"}]}'


def at(text: str) -> Any:
    before, _, after = text.partition("|")
    return place_at((before + after).encode(), 0, len(before.encode()))


@pytest.mark.parametrize(
    ("text", "keys", "is_key", "typed"),
    [
        (WHOLE, ("steps", 0, "transitions", 0, "target"), False, ""),
        ('{"steps": [{"id": "a"}, {"tar|get": "x"}]}', ("steps", 1, "tar"), True, "tar"),
        ('{"a": {"b": "x|', ("a", "b"), False, "x"),
        ('{"a": {"b": "x|\n  "c": 1}', ("a", "b"), False, "x"),
        ('{"a": {"b": |', ("a", "b"), False, ""),
        ('{"a": {"b": 1, |', ("a", ""), True, ""),
        ('{"a": [1, 2, |', ("a", 2), False, ""),
        ('{"a": [1, {"b": tr|ue}]', ("a", 1, "b"), False, ""),
        ('{"a": "1" "b|"', ("b",), True, "b"),
        ('{"x": {"a": [}, "b": "|"', ("b",), False, ""),
        ('{"é😀": "\\u00e9|"', ("é😀",), False, "é"),
        ("|", (), False, ""),
        ('"|', (), False, ""),
    ],
)
def test_it_is_known_where_something_is_typed(text: str, keys: tuple[Any, ...], is_key: bool, typed: str) -> None:
    place = at(text)
    assert (place.keys, place.is_key, place.typed) == (keys, is_key, typed)


def test_what_is_written_before_is_there_and_what_is_chosen_takes_the_place_of_the_string() -> None:
    text = '{"params": {"workflowId": "w", "runAt": {"value": 5}, "inputs": {"a": 1, "fo|o"'
    place = at(text)
    assert place.outer[1] == {"workflowId": "w", "runAt": {"value": 5}, "inputs": {"a": 1}}
    data = text.replace("|", "").encode()
    assert data[place.extent.start : place.extent.end] == b"foo"


@given(value=JSON_VALUES, data=st.data())
def test_every_string_of_a_text_that_parses_is_at_its_path(value: Any, data: st.DataObject) -> None:
    mark = "the place that is looked for"
    path = data.draw(st.sampled_from(json_paths(value)))
    if not path:
        return
    part = value
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = mark
    text = json.dumps(value, indent=data.draw(st.sampled_from([None, 2]))).encode()
    place = place_at(text, 0, text.index(mark.encode()) + 3)
    assert (place.keys, place.typed) == (path, mark[:3])


@given(text=st.text(st.sampled_from('{}[],:"\\ab1 \né😀')), data=st.data())
def test_any_text_has_a_place(text: str, data: st.DataObject) -> None:
    raw = text.encode()
    offset = data.draw(st.integers(0, len(raw)))
    place = place_at(raw, 0, offset)
    assert 0 <= place.extent.start <= place.extent.end <= len(raw)
