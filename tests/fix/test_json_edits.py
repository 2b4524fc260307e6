"""What is added to a JSON text is written as its neighbours are; all else stays as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.collection import Document, read_document
from kustui.definition.source.positions import escape
from kustui.fix.edits import TextEdit, edited
from kustui.fix.json_edits import append_elements, insert_members, remove, remove_member, replace_string


def document(text: str) -> Document:
    return read_document("app.json", text.encode())


def after(edit: TextEdit) -> str:
    return edited(edit.source, [edit]).decode()


@pytest.mark.parametrize(
    ("text", "with_member", "with_first", "with_element"),
    [
        (
            '{"a": {"x": 1}, "l": [1, 2]}',
            '{"a": {"x": 1, "k": {"q": [1, "ä"]}}, "l": [1, 2]}',
            '{"a": {"k": true, "x": 1}, "l": [1, 2]}',
            '{"a": {"x": 1}, "l": [1, 2, "w"]}',
        ),
        (
            '{"a":{"x":1},"l":[]}',
            '{"a":{"x":1,"k":{"q":[1,"ä"]}},"l":[]}',
            '{"a":{"k":true,"x":1},"l":[]}',
            '{"a":{"x":1},"l":["w"]}',
        ),
        (
            '{\r\n\t"a" : {\r\n\t\t"x" : 1\r\n\t},\r\n\t"l" : []\r\n}\r\n',
            '{\r\n\t"a" : {\r\n\t\t"x" : 1,\r\n\t\t"k" : {\r\n\t\t\t"q" : [\r\n\t\t\t\t1,\r\n\t\t\t\t"ä"\r\n\t\t\t]\r\n'
            '\t\t}\r\n\t},\r\n\t"l" : []\r\n}\r\n',
            '{\r\n\t"a" : {\r\n\t\t"k" : true,\r\n\t\t"x" : 1\r\n\t},\r\n\t"l" : []\r\n}\r\n',
            '{\r\n\t"a" : {\r\n\t\t"x" : 1\r\n\t},\r\n\t"l" : [\r\n\t\t"w"\r\n\t]\r\n}\r\n',
        ),
        (
            '{\n    "a": {"x": 1},\n    "l": [1,\n          2]\n}',
            '{\n    "a": {"x": 1, "k": {"q": [1, "ä"]}},\n    "l": [1,\n          2]\n}',
            '{\n    "a": {"k": true, "x": 1},\n    "l": [1,\n          2]\n}',
            '{\n    "a": {"x": 1},\n    "l": [1,\n          2,\n          "w"]\n}',
        ),
    ],
)
def test_what_is_added_looks_as_its_neighbours(text: str, with_member: str, with_first: str, with_element: str) -> None:
    assert after(insert_members(document(text), "/a", {"k": {"q": [1, "ä"]}})) == with_member
    assert after(insert_members(document(text), "/a", {"k": True}, before="x")) == with_first
    assert after(append_elements(document(text), "/l", ["w"])) == with_element


@pytest.mark.parametrize(
    ("text", "pointer", "without"),
    [
        ('{"a": 1, "b": 2}', "/a", '{"b": 2}'),
        ('{"a": 1, "b": 2}', "/b", '{"a": 1}'),
        ('{ "a": 1 }', "/a", "{}"),
        ('{\n  "a": 1,\n  "b": [\n    1\n  ]\n}', "/a", '{\n  "b": [\n    1\n  ]\n}'),
        ('{\n  "a": 1,\n  "b": [\n    1\n  ]\n}', "/b", '{\n  "a": 1\n}'),
        ('{\n  "a": 1,\n  "b": [\n    1\n  ]\n}', "/b/0", '{\n  "a": 1,\n  "b": []\n}'),
        ("[1, 2, 3]", "/1", "[1, 3]"),
    ],
)
def test_what_is_removed_takes_its_comma_along(text: str, pointer: str, without: str) -> None:
    assert after(remove(document(text), pointer)) == without


def test_one_of_two_members_of_the_same_key_is_removed() -> None:
    one = document('{"a": 1, "b": 2, "a": 3}')
    assert after(remove_member(one.source, one.spot("/a").key)) == '{"a": 1, "b": 2}'  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "new", "written"),
    [
        ('{"a": "x"}', 'é"\\\n', '{"a": "é\\"\\\\\\n"}'),
        ('{"a": "\\u00e9"}', "é", '{"a": "\\u00e9"}'),
        ('{"a": "x", "é": "\\u00e9"}', "ü", '{"a": "ü", "é": "\\u00e9"}'),
        ('{"a": "x"}', "\ud800", '{"a": "\\ud800"}'),
    ],
)
def test_a_string_is_escaped_as_the_file_is(text: str, new: str, written: str) -> None:
    one = document(text)
    assert after(replace_string(one.source, one.spot("/a").value, new)) == written


_KEYS = st.text('ab/~"é', min_size=1, max_size=3)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text('ab"\\é\n', max_size=3),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(_KEYS, parts, max_size=3),
    max_leaves=8,
)


@given(
    value=st.dictionaries(_KEYS, _VALUES, max_size=4),
    new=st.dictionaries(_KEYS, _VALUES, min_size=1, max_size=2),
    layout=st.sampled_from([{"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}, {}]),
    is_ascii=st.booleans(),
)
def test_it_is_the_same_as_adding_to_the_value(
    value: dict[str, Any], new: dict[str, Any], layout: dict[str, Any], is_ascii: bool
) -> None:
    new = {key: part for key, part in new.items() if key not in value}
    one = document(json.dumps(value, ensure_ascii=is_ascii, **layout))
    if new:
        text = after(insert_members(one, "", new))
        assert json.loads(text) == {**value, **new}
        if value and not is_ascii:
            assert text == json.dumps({**value, **new}, ensure_ascii=is_ascii, **layout)
    for key in value:
        rest = {other: part for other, part in value.items() if other != key}
        text = after(remove(one, f"/{escape(key)}"))
        assert text == json.dumps(rest, ensure_ascii=is_ascii, **layout)
