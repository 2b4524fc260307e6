"""Which workflows a file holds, found without decoding them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.outline import Shape, outline
from kustui.definition.source.positions import MAX_DEPTH, members, scan
from kustui.definition.source.source import Extent, Source
from tests.support.definitions import a_resource, a_workflow, all_faults, document_of, told
from tests.support.strategies import JSON_VALUES, printed_json

if TYPE_CHECKING:
    from collections.abc import Callable

ONE, TWO = a_workflow("one"), a_workflow("two")
APP = {"app": "shop", "version": "1.0.0", "title": "Shop"}

WITHIN = "/attributes/workflows/0"

SHAPES: list[tuple[Any, Shape, list[str]]] = [
    ({**APP, "workflows": [ONE, TWO]}, Shape.APP, ["/workflows/0", "/workflows/1"]),
    (APP, Shape.APP, []),
    ({"workflows": [ONE]}, Shape.FRAGMENT, ["/workflows/0"]),
    ({"workflows": []}, Shape.FRAGMENT, []),
    (ONE, Shape.WORKFLOW, [""]),
    ({"trigger": {}}, Shape.WORKFLOW, [""]),
    ({"steps": []}, Shape.WORKFLOW, [""]),
    ([ONE, TWO], Shape.LIST, ["/0", "/1"]),
    ([ONE, [TWO, [ONE]]], Shape.LIST, ["/0", "/1/0", "/1/1/0"]),
    (
        [{**APP, "workflows": [ONE]}, TWO, a_resource(), 7, "x", None],
        Shape.LIST,
        ["/0/workflows/0", "/1", "/2"],
    ),
    (a_resource(), Shape.EXPORT, [""]),
    ({"data": a_resource(), "links": {}}, Shape.EXPORT, ["/data"]),
    ({"meta": {}, "data": [a_resource("one"), a_resource("two")]}, Shape.EXPORT, ["/data/0", "/data/1"]),
    ([{"data": a_resource()}, a_resource()], Shape.EXPORT, ["/0/data", "/1"]),
    ({"data": [a_resource(), {"type": "app", "attributes": {}}]}, Shape.EXPORT, ["/data/0"]),
    ({"data": ONE}, Shape.WORKFLOW, ["/data"]),
    ({"data": {**APP, "workflows": [ONE]}}, Shape.APP, ["/data/workflows/0"]),
    ({"data": [ONE]}, Shape.LIST, ["/data/0"]),
    ({"workflows": [a_resource()]}, Shape.FRAGMENT, ["/workflows/0"]),
    ({"workflow": ONE}, Shape.WORKFLOW, ["/workflow"]),
    ({"workflow": {"name": "one"}, "meta": {}}, Shape.WORKFLOW, ["/workflow"]),
    ({"workflow": a_resource()}, Shape.EXPORT, ["/workflow"]),
    ({"data": {"workflow": {"steps": []}}}, Shape.WORKFLOW, ["/data/workflow"]),
    ([{"workflow": ONE}, {"workflow": TWO}], Shape.LIST, ["/0/workflow", "/1/workflow"]),
    ({"attributes": ONE}, Shape.EXPORT, [""]),
    ({"type": "available-app", "attributes": {"name": "shop", "workflows": [ONE]}}, Shape.APP, [WITHIN]),
    ({"type": "app", "attributes": {"name": "shop", "version": "1.0.0"}}, Shape.APP, []),
    ({"data": {"type": "app", "attributes": {"workflows": [ONE]}}}, Shape.APP, [f"/data{WITHIN}"]),
    (
        {"data": [{"type": "app", "attributes": {"workflows": [each]}} for each in (ONE, TWO)]},
        Shape.LIST,
        [f"/data/0{WITHIN}", f"/data/1{WITHIN}"],
    ),
    ({"type": "app", "attributes": {"name": "shop", "workflows": ["5f8e", 7]}}, Shape.APP, []),
    ({"type": "app", "attributes": {"name": "shop", "workflows": None}}, Shape.APP, []),
    ({"app": "node src/app.js", "context": {}}, Shape.NOTHING, []),
    ({"app": "postmark", "channel": "email", "preview": "hello"}, Shape.NOTHING, []),
    ({"workflow": {"stages": []}}, Shape.NOTHING, []),
    ({"app": {"title": "Shop"}, "title": "Shop"}, Shape.NOTHING, []),
    ({"workflows": "Workflows", "hello": "Hello"}, Shape.NOTHING, []),
    ({"workflows": {"title": "Workflows"}, "app": {"title": "Shop"}}, Shape.NOTHING, []),
    ({**ONE, "app": {}}, Shape.WORKFLOW, [""]),
    ({"workflow": "CI", "run": 5}, Shape.NOTHING, []),
    ({"name": "kustui", "scripts": {"steps": 1}}, Shape.NOTHING, []),
    ([], Shape.NOTHING, []),
    ({}, Shape.NOTHING, []),
    ([[], [1, {}]], Shape.NOTHING, []),
    ("text", Shape.NOTHING, []),
    (None, Shape.NOTHING, []),
    (1.5, Shape.NOTHING, []),
]


@pytest.mark.parametrize(("definition", "shape", "pointers"), SHAPES)
@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_every_shape_is_told_and_its_workflows_found(
    definition: Any, shape: Shape, pointers: list[str], indent: int | str | None
) -> None:
    found = document_of(json.dumps(definition, indent=indent) + "\n")
    assert found.shape is shape
    assert [entry.item.pointer for entry in found.entries] == pointers
    assert not found.faults


@pytest.mark.parametrize(("definition", "shape", "pointers"), SHAPES)
def test_a_workflow_stands_where_the_scan_of_the_file_finds_it(
    definition: Any, shape: Shape, pointers: list[str]
) -> None:
    found = document_of(definition)
    spots = scan(found.source.data).spots
    assert [entry.item.extent for entry in found.entries] == [spots[pointer].value for pointer in pointers]


def test_an_id_and_a_name_are_known_before_a_workflow_is_read() -> None:
    (entry,) = document_of({"workflows": [a_workflow("grüße \\ \n😀")]}).entries
    assert entry.item.name == entry.workflow.name == "grüße \\ \n😀"
    assert entry.item.id == entry.workflow.id == "id-of-grüße \\ \n😀"


def test_a_resource_has_its_id_beside_its_attributes() -> None:
    (entry,) = document_of(a_resource("greet", "5f8e")).entries
    assert (entry.item.id, entry.item.name, entry.item.resource) == ("5f8e", "greet", True)
    assert (entry.workflow.id, entry.workflow.name) == ("5f8e", "greet")


@pytest.mark.parametrize("outer", [{}, {"id": None}, {"id": 7}])
def test_a_resource_may_have_its_id_among_its_attributes(outer: dict[str, Any]) -> None:
    (entry,) = document_of({"type": "workflow", **outer, "attributes": ONE}).entries
    assert entry.item.id == entry.workflow.id == "id-of-one"


def test_the_id_beside_the_attributes_is_the_one_that_counts() -> None:
    (entry,) = document_of({"type": "workflow", "id": "outer", "attributes": ONE}).entries
    assert entry.item.id == entry.workflow.id == "outer"


def test_a_workflow_with_a_key_named_attributes_is_still_a_workflow() -> None:
    for definition in ({**ONE, "attributes": {"name": "other"}}, {"workflows": [{**ONE, "attributes": 5}]}):
        (entry,) = document_of(definition).entries
        assert (entry.item.resource, entry.item.name, entry.workflow.name) == (False, "one", "one")


def test_a_workflow_with_a_key_named_app_is_still_a_workflow() -> None:
    found = document_of({**ONE, "app": "shop"})
    assert (found.shape, found.apps) == (Shape.WORKFLOW, ())


@pytest.mark.parametrize("wrap", [lambda workflow: workflow, lambda it: {"type": "workflow", "attributes": it}])
@pytest.mark.parametrize("enabled", [True, False, None])
@pytest.mark.parametrize("called", [True, False])
def test_what_starts_a_workflow_and_whether_it_runs_is_known_before_it_is_read(
    called: bool, enabled: bool | None, wrap: Callable[[Any], Any]
) -> None:
    trigger = {"eventName": "kustomer.workflow.x.call", "callable": called, "transitions": []}
    (entry,) = document_of([wrap({**ONE, "trigger": trigger, "enabled": enabled})]).entries
    assert (entry.item.event, entry.item.callable) == ("kustomer.workflow.x.call", called)
    assert entry.item.callable == entry.workflow.callable
    assert entry.item.enabled == (entry.workflow.enabled is not False)


@pytest.mark.parametrize("trigger", [None, 7, "x", [], {}, {"eventName": 5, "callable": "true"}])
def test_a_trigger_that_says_nothing_starts_nothing(trigger: Any) -> None:
    (entry,) = document_of({"workflows": [{**ONE, "trigger": trigger}]}).entries
    assert (entry.item.event, entry.item.callable) == ("", False)


@pytest.mark.parametrize("odd", [7, 1.5, True, None, [], {}, 10**400])
def test_an_id_or_a_name_that_is_no_text_is_none(odd: Any) -> None:
    (entry,) = document_of([{**ONE, "id": odd, "name": odd}]).entries
    assert (entry.item.id, entry.item.name) == (None, "")
    assert entry.title == "unnamed workflow at 1:2"


def test_numbers_that_python_cannot_hold_are_no_fault() -> None:
    text = json.dumps({**ONE, "id": "?", "rev": "?"}).replace('"?"', "9" * 5000 + "", 1).replace('"?"', "1e999")
    (entry,) = document_of(text).entries
    assert entry.item.name == "one"
    assert [fault.message for fault in entry.parsed.faults] == ["id must be text in quotes, found a huge number"]


def test_workflows_that_are_no_list_are_told() -> None:
    assert told(document_of('{"app": "a", "version": "1", "title": "A",\n "workflows": {"one": {}}}')) == [
        "2:15-2:26 workflows must be a list, found an object"
    ]
    assert told(document_of('{"workflows": null}')) == ["1:15-1:19 workflows must be a list, found null"]


def test_an_element_of_workflows_that_is_no_object_costs_itself() -> None:
    found = document_of('{"workflows": ["é", 5,\n null, [1], ' + json.dumps(ONE) + "]}")
    assert told(found) == [
        '1:16-1:19 a workflow must be an object, found the text "é"',
        "1:21-1:22 a workflow must be an object, found the number 5",
        "2:2-2:6 a workflow must be an object, found null",
        "2:8-2:11 a workflow must be an object, found a list",
    ]
    assert [entry.title for entry in found.entries] == ["one"]


def test_an_element_of_workflows_may_be_any_number() -> None:
    (line,) = told(document_of(f'{{"workflows": [-{"9" * 5000}]}}'))
    assert line.endswith("a workflow must be an object, found a huge number")


def test_a_workflow_that_does_not_even_begin_is_told_once() -> None:
    assert told(document_of({"workflows": [{}]})) == ["1:16-1:18 the workflow has no name"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"app":"a","version":"1","title":"A","app":"b","workflows":[]}', "1:38-1:43"),
        ('{"workflows":[],\n"workflows":[]}', "2:1-2:12"),
        ('{"workflows":[],\n"w\\u006frkflows":[]}', "2:1-2:17"),
        ('{"data":[],"data":[]}', "1:12-1:18"),
        ('[{"workflows":[]},{"workflows":[],"x":1,"x":2}]', "1:41-1:44"),
    ],
)
def test_a_key_given_twice_around_the_workflows_is_told(text: str, place: str) -> None:
    (line,) = told(document_of(text))
    assert line.startswith(place)
    assert line.endswith("is given twice in one object")


def test_workflows_given_twice_are_the_last() -> None:
    found = document_of(f'{{"workflows": [{json.dumps(ONE)}, {{}}], "x": 0, "workflows": [{json.dumps(TWO)}]}}')
    assert [entry.title for entry in found.entries] == ["two"]
    (entry,) = found.entries
    assert found.spot(entry.item.pointer).value == entry.item.extent
    assert len(list(all_faults(found))) == 1


def test_a_key_given_twice_in_an_app_outside_its_workflows_is_told_with_both_places() -> None:
    found = document_of('{"app": "a", "version": "1", "title": "A", "settings": {"x": 1, "x": 2}, "workflows": []}')
    (fault,) = all_faults(found)
    assert (fault.rule, fault.pointer) == ("duplicate-key", "/settings/x")
    assert fault.extent
    assert fault.earlier
    assert found.source.text(fault.earlier) == found.source.text(fault.extent) == '"x"'
    assert fault.earlier.start < fault.extent.start


def test_a_key_given_twice_inside_a_workflow_or_a_resource_is_told_once() -> None:
    text = json.dumps(ONE).replace('"name"', '"name": "zero", "name"')
    assert len(told(document_of(text))) == 1
    assert len(told(document_of(f'{{"workflows": [{text}]}}'))) == 1
    assert len(told(document_of(f'{{"type": "workflow", "id": "a", "id": "b", "attributes": {text}}}'))) == 2


@pytest.mark.parametrize("half", [r"\ud800", r"\uDFFF", r"\ud83d x", r"\\\ud83d", r"\ude00\ud83d"])
def test_half_a_surrogate_pair_is_shown_as_a_replacement_character(half: str) -> None:
    text = json.dumps({"workflows": [{**a_workflow("HALF"), "KEY": 1}]}).replace("HALF", half).replace("KEY", half)
    (entry,) = document_of(text).entries
    for shown in (entry.item.name, entry.workflow.name, *entry.workflow.others):
        assert "\ufffd" in shown
        shown.encode()
    assert entry.item.id == entry.workflow.id
    assert not entry.parsed.faults
    pointer = next(pointer for pointer in entry.pointers if "\ufffd" in pointer)
    assert document_of(text).source.text(document_of(text).spot(pointer).value) == "1"


def test_both_halves_of_a_pair_stay_a_character_beside_half_of_one() -> None:
    (entry,) = document_of(json.dumps({"workflows": [a_workflow("😀 \ud800")]})).entries
    assert entry.item.name == entry.workflow.name == "😀 \ufffd"


def test_half_a_pair_in_the_app_costs_nothing() -> None:
    found = document_of({**APP, "title": "\ud800", "\udfff": {"x": "\ud800"}, "workflows": [ONE]})
    assert found.apps[0].app.title == "\ufffd"
    assert not list(all_faults(found))


def deep_lists(levels: int, inside: Any = "") -> str:
    return "[" * levels + (json.dumps(inside) if inside != "" else "") + "]" * levels


@pytest.mark.parametrize("levels", [1, 30, MAX_DEPTH - 1])
def test_a_workflow_is_found_inside_lists_of_lists(levels: int) -> None:
    (entry,) = document_of(deep_lists(levels, ONE)).entries
    assert entry.item.pointer == "/0" * levels
    assert entry.workflow.name == "one"


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 700, 900, 3_000, 100_000])
@pytest.mark.parametrize("wrap", ["{}", '{{"data": {}}}'])
def test_lists_of_lists_deeper_than_is_read_are_told(levels: int, wrap: str) -> None:
    found = document_of(wrap.format(deep_lists(levels, ONE)))
    assert found.entries == ()
    (line,) = told(found)
    assert line.endswith(f"nested more than {MAX_DEPTH} levels deep from here on")


def test_other_parts_of_a_file_survive_what_is_nested_too_deep_in_one_workflow() -> None:
    deep = {**TWO, "meta": {"x": json.loads(deep_lists(MAX_DEPTH + 100))}}
    found = document_of({"workflows": [deep, ONE]})
    assert [entry.title for entry in found.entries] == ["two", "one"]
    assert len(told(found)) == 1
    assert found.entries[1].workflow.name == "one"


@given(printed_json(st.dictionaries(st.text(max_size=3), JSON_VALUES, max_size=5)))
def test_the_members_of_an_object_stand_where_the_scan_finds_them(case: tuple[bytes, Any]) -> None:
    data, value = case
    whole = scan(data).spots
    found = list(members(data, whole[""].value))
    assert [member.key for member in found] == list(value)
    spots = {spot.key: spot.value for pointer, spot in whole.items() if pointer.count("/") == 1}
    assert {member.name: member.value for member in found} == spots


def test_the_members_of_an_object_include_those_of_the_same_key() -> None:
    data = b' {"a" : [1 ] ,"\\u0061":{} }'
    found = list(members(data, Extent(1, len(data))))
    assert [(member.key, data[slice(*member.value)]) for member in found] == [("a", b"[1 ]"), ("a", b"{}")]


@given(printed_json())
def test_any_json_has_an_outline(case: tuple[bytes, Any]) -> None:
    found = outline(Source("x", case[0]))
    assert found.shape is not Shape.BROKEN


def test_the_steps_of_a_workflow_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[object] = []
    real = msgspec.json.decode

    def decode(*args: Any, **options: Any) -> Any:
        decoded.append(result := real(*args, **options))
        return result

    monkeypatch.setattr(msgspec.json, "decode", decode)
    outline(Source("x", json.dumps({"workflows": [ONE, TWO]}).encode()))
    texts = {value for value in decoded if isinstance(value, str)}
    assert texts == {"id-of-one", "one", "id-of-two", "two", "kustomer.conversation.create"}
    members = [inner for value in decoded if isinstance(value, list) for part in value for inner in part.values()]
    assert members
    assert all(isinstance(inner, msgspec.Raw) for inner in members)
