"""The workflows of several files as one collection, and where everything in them stands."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.collection import Collection
from kustui.definition.collection_messages import no_workflow_named, unambiguous_name, workflows_named
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import scan
from kustui.definition.source.source import Extent
from tests.support.definitions import a_resource, a_workflow, document_of
from tests.support.strategies import JSON_VALUES, printed_json

APP = {"app": "shop", "version": "1.0.0", "title": "Shop", "env": {"a/b": [1, 2]}}
FILE = json.dumps({**APP, "workflows": [a_workflow("é"), a_workflow("two")]}, indent=2, ensure_ascii=False)


@pytest.mark.parametrize(
    "definition",
    [
        FILE,
        a_workflow(),
        [a_workflow(), [a_workflow()]],
        {"data": [a_resource()], "meta": {"x": [1]}},
        {"a": [1]},
        5,
    ],
)
def test_every_value_of_a_file_stands_where_a_scan_of_the_whole_finds_it(definition: Any) -> None:
    found = document_of(definition)
    for pointer, spot in scan(found.source.data).spots.items():
        assert found.spot(pointer) == spot or (found.spot(pointer).value == spot.value and not spot.key)


@given(printed_json(st.fixed_dictionaries({"meta": JSON_VALUES, "workflows": st.just([a_workflow(), a_workflow()])})))
def test_a_value_around_or_inside_the_workflows_has_its_place(case: tuple[bytes, Any]) -> None:
    found = document_of(case[0])
    assert len(found.entries) == 2
    for pointer, spot in scan(case[0]).spots.items():
        assert found.spot(pointer).value == spot.value


def spelt(found: Any, pointer: str) -> str:
    return str(found.source.text(found.spot(pointer).value))


@pytest.mark.parametrize(
    ("pointer", "nearest"),
    [
        ("/workflows/0/steps/0/params/none/at/all", "/workflows/0/steps/0/params"),
        ("/workflows/1/none", "/workflows/1"),
        ("/workflows/7/name", "/workflows"),
        ("/env/a~1b/5", "/env/a~1b"),
        ("/env/a/b", "/env"),
        ("/none", ""),
    ],
)
def test_what_is_not_there_has_the_place_of_what_would_hold_it(pointer: str, nearest: str) -> None:
    found = document_of(FILE)
    assert found.spot(pointer) == found.spot(nearest)
    assert spelt(found, nearest)[0] in "[{"


def test_a_place_is_told_in_lines_and_columns() -> None:
    found = document_of(FILE)
    start, end = found.span("/workflows/0/name")
    assert FILE.split("\n")[start.line - 1][start.column - 1 : end.column - 1] == '"é"'


@pytest.mark.parametrize("raw", [b"", b" ", b"{", b'{"\\q": 1}', b"\xff", b"[" * 100_000])
def test_every_pointer_into_a_file_that_is_not_readable_is_the_whole(raw: bytes) -> None:
    found = document_of(raw)
    assert found.shape is Shape.BROKEN
    assert found.spot("/a/b").value == found.spot("").value == Extent(0, len(found.source.data))
    assert (found.apps, found.app_faults, found.entries) == ((), (), ())


@given(st.lists(st.tuples(*2 * [st.sampled_from([None, "", "a", "/0", "/1", "#/1", "a#/1", "/1#/1"])]), max_size=6))
def test_every_workflow_of_a_file_has_a_key_of_its_own(
    workflows: list[tuple[str | None, str | None]],
) -> None:
    found = document_of([a_workflow(id=id_, name=name) for id_, name in workflows])
    assert len({entry.key for entry in found.entries}) == len(workflows)


def test_a_workflow_keeps_its_key_when_others_come_and_go() -> None:
    by_id, by_name = a_workflow("one"), a_workflow("two", id=None)
    before = document_of([by_id, by_name])
    after = document_of([a_workflow("new"), {**by_id, "name": "renamed"}, {**by_name, "steps": []}])
    assert [entry.key for entry in before.entries] == [entry.key for entry in after.entries[1:]]


def test_workflows_of_two_files_have_two_keys() -> None:
    one, other = document_of(a_workflow(), "one.json"), document_of(a_workflow(), "other.json")
    collection = Collection((one, other))
    assert len(collection.by_key) == 2
    for document in (one, other):
        (entry,) = document.entries
        assert collection.by_key[entry.key] is entry
        assert collection.document_of(entry) is document


def test_a_collection_lists_its_workflows_file_by_file_and_knows_them_by_id() -> None:
    collection = Collection(
        (
            document_of([a_workflow("one"), a_workflow("two", id=None)], "a.json"),
            document_of([a_workflow("three"), a_workflow("four", id="id-of-one")], "b.json"),
        )
    )
    assert [entry.title for entry in collection.entries] == ["one", "two", "three", "four"]
    assert {id_: entry.title for id_, entry in collection.by_id.items()} == {
        "id-of-one": "one",
        "id-of-three": "three",
    }


@pytest.mark.parametrize(
    ("workflow", "title"),
    [
        (a_workflow("one"), "one"),
        (a_workflow("one", meta={"displayName": "The first"}), "The first"),
        (a_workflow(name="", id="w"), "w"),
        (a_workflow(name=None, id=None), "unnamed workflow at 2:2"),
    ],
)
def test_a_workflow_is_called_by_its_display_name_its_name_its_id_or_its_place(
    workflow: dict[str, Any], title: str
) -> None:
    (entry,) = document_of(f"[\n {json.dumps(workflow)}]").entries
    assert entry.title == title


def test_a_workflow_is_found_by_its_name_also_where_people_call_it_something_else() -> None:
    meta = {"displayName": "two"}
    collection = Collection((document_of([a_workflow("one", id="x", meta=meta), a_workflow("two", id="y")]),))
    one, two = collection.entries
    assert [workflows_named(collection, name) for name in ("one", "two", "x", one.key)] == [
        (one,),
        (two,),
        (one,),
        (one,),
    ]
    assert unambiguous_name(collection, one) == "one"
    assert "one" in no_workflow_named(collection, "onne")


def test_a_reading_is_kept_for_those_that_were_opened_and_only_for_them() -> None:
    (entry,) = document_of(a_workflow()).entries
    assert entry.parse() is not entry.parse()
    assert entry.parsed is entry.parsed
    assert entry.workflow is entry.parsed.workflow


def test_the_first_screen_does_not_pay_for_the_models() -> None:
    program = (
        "import sys; from kustui.definition.collection import read_document;"
        'found = read_document("x", b\'{"app": "a", "workflows": [{"name": "n", "steps": []}], "app": 1}\');'
        "assert found.entries[0].title == 'n' and found.faults;"
        "assert 'pydantic' not in sys.modules and 'kustui.definition.models' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
