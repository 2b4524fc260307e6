"""JSON values one after the other in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.collection import read_document
from kustui.definition.source.outline import Shape
from tests.support.definitions import a_resource, a_workflow, all_faults, document_of, told
from tests.support.strategies import JSON_VALUES

if TYPE_CHECKING:
    from kustui.definition.collection import Document

ONE, TWO, THREE = a_workflow("one"), a_workflow("two"), a_workflow("three")
APP = {"app": "shop", "version": "1.0.0", "title": "Shop"}


def lines(*values: Any) -> str:
    return "".join(f"{json.dumps(value)}\n" for value in values)


def pages(*values: Any) -> str:
    return "".join(f"{json.dumps(value, indent=2)}\n" for value in values)


def titles(document: Document) -> list[str]:
    return [entry.title for entry in document.entries]


@pytest.mark.parametrize("write", [lines, pages, lambda *values: "".join(map(json.dumps, values))])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_value_of_a_stream_may_be_any_shape(write: Any, end: str) -> None:
    values = [ONE, [TWO], a_resource("three"), {**APP, "workflows": [a_workflow("four")]}, {"workflow": {"steps": []}}]
    found = read_document("a.json", write(*values).replace("\n", end).encode())
    assert [entry.item.pointer for entry in found.entries] == ["/0", "/1/0", "/2", "/3/workflows/0", "/4/workflow"]
    assert titles(found)[:4] == ["one", "two", "three", "four"]
    assert (found.shape, list(all_faults(found)), [app.item.pointer for app in found.apps]) == (Shape.LIST, [], ["/3"])


def test_the_resources_of_a_stream_are_an_export() -> None:
    assert document_of(lines(a_resource("one"), a_resource("two"))).shape is Shape.EXPORT


def test_the_values_are_numbered_and_placed_as_those_of_a_list() -> None:
    values = [ONE, {**APP, "workflows": [TWO]}, THREE]
    found, listed = document_of(pages(*values)), document_of(json.dumps(values))
    for pointer in ("/0/name", "/1", "/1/title", "/1/workflows", "/1/workflows/0/steps", "/2", "/2/trigger/eventName"):
        assert json.loads(found.source.text(found.spot(pointer).value)) == json.loads(
            listed.source.text(listed.spot(pointer).value)
        )
    assert found.span("/1/title").start.line == json.dumps(ONE, indent=2).count("\n") + 5
    assert found.spot("").value == (0, len(found.source.data))


@pytest.mark.parametrize(
    ("text", "names", "place"),
    [
        (lines(ONE) + '{"name": "x",\n' + lines(TWO, THREE), ["one", "two", "three"], "2:14-2:14"),
        (lines(ONE, TWO) + '{"name" 5}', ["one", "two"], "3:9-3:10"),
        ('{"name": "x\n' + lines(ONE), ["one"], "1:10"),
        (pages(ONE) + pages(TWO).replace(",", "", 1) + pages(THREE), ["one", "three"], None),
        (pages(ONE) + pages(TWO)[:-2] + pages(THREE), ["one", "three"], None),
        (lines(ONE, TWO) + "Done in 0.12s.\n", ["one", "two"], "3:1-3:2"),
        (lines(ONE)[:-1] + ",\n" + lines(TWO), ["one", "two"], "1:"),
        (lines(ONE) + "null\n" + lines(TWO), ["one", "two"], ""),
        (lines(ONE).strip() + lines(TWO)[:-20], ["one"], None),
    ],
)
def test_a_broken_value_costs_that_value(text: str, names: list[str], place: str | None) -> None:
    found = document_of(text)
    assert titles(found) == names
    faults = told(found)
    assert len(faults) == (place != "")
    assert place is None or not faults or faults[0].startswith(place)
    assert found.is_fully_read == (not faults)
    assert found.spot("/0").value.start == 0


@pytest.mark.parametrize(
    "text",
    [
        lines(ONE)[:-1] + " trailing garbage",
        lines(ONE) + "trailing garbage",
        lines(ONE)[:-1] + ", " + lines(TWO),
        lines(ONE)[:-1] + "}",
        "[\n" + lines(ONE) + lines(TWO) + "]",
        "5 5",
        '"a"\n"b"\n',
    ],
)
def test_what_is_no_stream_is_one_mistake(text: str) -> None:
    found = document_of(text)
    assert (found.shape, found.entries, len(told(found))) == (Shape.BROKEN, (), 1)


@pytest.mark.parametrize("write", [lines, pages])
@pytest.mark.parametrize("name", ["one", "two", "three"])
def test_an_edit_inside_a_value_moves_all_others(write: Any, name: str) -> None:
    text = write(ONE, {**APP, "workflows": [TWO]}, {"workflow": THREE})
    before = read_document("a.json", text.encode())
    for new in (f"{name} and more", "x", f"{name}\\n", f'{name}"'):
        raw = text.replace(f'"name": "{name}"', f'"name": "{new}"').encode()
        now, fresh = read_document("a.json", raw, before), read_document("a.json", raw)
        assert [entry.item for entry in now.entries] == [entry.item for entry in fresh.entries]
        assert (now.values, now.faults, now.shape) == (fresh.values, fresh.faults, fresh.shape)
        assert [app.item for app in now.apps] == [app.item for app in fresh.apps]
        assert now.spot("/2").value == fresh.spot("/2").value


@pytest.mark.parametrize("broken", ["", '{"x": [1,\n'])
def test_a_value_may_go_on_in_a_line_that_begins_like_one(broken: str) -> None:
    on_one = lines(ONE) + broken + lines([TWO, THREE])
    before = read_document("a.json", on_one.encode())
    raw = on_one.replace(": [{", ":\n[\n{").replace("}, {", "},\n{").encode()
    for now in (read_document("a.json", raw), read_document("a.json", raw, before)):
        assert titles(now) == titles(before) == ["one", "two", "three"]
        assert len(now.faults) == bool(broken)


@pytest.mark.parametrize("comment", ["// c\n", "/* { */", "/*\n{\n*/"])
@pytest.mark.parametrize("write", ["1\n?1\n", "1\nnull ?\n1\n", "1\n{?2\n{?2\n1\n", "{?2\n{?2\n", "1?\n1\n{,?}\n"])
def test_comments_may_stand_anywhere_in_a_stream(write: str, comment: str) -> None:
    one = lines(ONE).strip()
    found = document_of(write.replace("1", one).replace("2", one[1:]).replace("{,", '{"a": 1,').replace("?", comment))
    assert titles(found) == ["one"] * (write.count("1") + write.count("2"))
    assert {fault.rule for fault in found.faults} == {"relaxed-json"}


def test_half_a_surrogate_pair_is_no_fault_of_a_stream() -> None:
    found = document_of(lines(ONE) + lines({**TWO, "name": "?"}).replace("?", "\\ud800"))
    assert titles(found) == ["one", "\ufffd"]


def test_many_values_are_split_in_time_that_grows_with_their_number() -> None:
    found = document_of(lines(*({"trigger": {}, "n": number} for number in range(5_000))) + '{"trigger": {' * 5_000)
    assert len(found.entries) == 5_000


@given(st.lists(JSON_VALUES.map(lambda value: {"x": value}), min_size=2, max_size=5), st.sampled_from([None, 1]))
def test_any_objects_one_after_the_other_are_a_stream(values: list[Any], indent: int | None) -> None:
    found = document_of("\n".join(json.dumps(value, indent=indent) for value in values))
    assert len(found.values) == len(values)
    assert [json.loads(found.source.text(extent)) for extent in found.values] == values
