"""The workflows and steps that hold some words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kustui.definition.platform import SCHEDULE_ACTION
from kustui.search.step_texts import StepTexts
from kustui.workspace.snapshot import Snapshot, open_paths
from tests.support.definitions import ALWAYS, a_resource, a_workflow
from tests.support.trees import sample, snapshot_of


def step(id_: str, action: str = "kustomer.note.create", **params: object) -> dict[str, object]:
    return {"id": id_, "action": action, "params": params, "transitions": [{"target": "x", "condition": ALWAYS}]}


def matching(snapshot: Snapshot, words: str) -> dict[str, list[int]]:
    """The numbers of the steps that match, by the name of their workflow; none where only the workflow does."""
    texts = StepTexts(snapshot.collection)
    texts.read()
    matches = texts.matches(words)
    by_key = snapshot.collection.by_key
    return {by_key[key].title: sorted(matches.steps.get(key, ())) for key in matches.workflows}


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("FIRST", [0]),
        ("rest-api", [1]),
        ("status.example.com", [1]),
        ("status = booked", [2]),
        ("tags + vip", [3]),
        ("hello", [0]),
        ("custom.colorstr", [2]),
        ("priority 4", [2]),
        ("greet first", [0]),
    ],
)
def test_a_step_is_found_by_its_name_id_action_and_what_it_does(words: str, numbers: list[int]) -> None:
    steps = [
        step("first", body="Hello you"),
        step("b", "kustomer.rest-api.json", method="POST", uri="https://status.example.com/x"),
        step("c", "kustomer.conversation.update", status="booked", priority=4, custom={"colorStr": "red"}),
        step("d", "kustomer.conversation.append-tags", tags=["vip", "late"]),
    ]
    assert matching(snapshot_of([a_workflow("greet", steps=steps), a_workflow("other", steps=[])]), words) == {
        "greet": numbers
    }


def test_a_word_of_the_workflow_helps_to_find_a_step_but_does_not_make_one_match() -> None:
    snapshot = snapshot_of([a_workflow("greet", steps=[step("a", body="late"), step("b", body="vip")])])
    assert matching(snapshot, "greet") == {"greet": []}
    assert matching(snapshot, "greet vip") == {"greet": [1]}
    assert matching(snapshot, "nobody vip") == {}


def test_the_folder_of_all_files_is_no_word_of_a_workflow(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / "orders" / name).mkdir(parents=True)
        (tmp_path / "orders" / name / "app.json").write_text(json.dumps(a_workflow(f"of {name}", steps=[])))
    snapshot = open_paths([str(tmp_path / "orders")])
    assert matching(snapshot, "orders") == {}
    assert matching(snapshot, "second/app") == {"of second": []}


def test_typing_on_leaves_what_the_whole_text_leaves() -> None:
    texts = StepTexts(sample("organisation-export.json").collection)
    texts.read()
    for text in ("note the", "vip watch, su", "tags + machine", "e a"):
        for end in range(1, len(text) + 1):
            fresh = StepTexts(texts.collection, texts)
            assert texts.matches(text[:end]) == fresh.matches(text[:end])


def test_what_was_not_read_yet_is_found_once_it_is() -> None:
    texts = StepTexts(sample("organisation-export.json").collection)
    assert not texts.matches("machin").steps
    texts.read()
    assert texts.matches("machine").steps


def test_steps_of_every_shape_are_found() -> None:
    broken = a_workflow(
        "odd", steps=[3, None, {"id": 4, "params": []}, {"id": "needle", "meta": 5, "params": {"x": {}}}]
    )
    assert matching(snapshot_of([broken]), "needle") == {"odd": [3]}
    resource = a_resource("greet")
    assert matching(snapshot_of({"data": [resource]}), "hi") == {"greet": [0]}


@pytest.mark.parametrize("words", ["7 d", "1 w", "7 days", "after 1 w", "After 168 h", "10080 min", "s10080 1week"])
def test_a_schedule_is_found_by_its_delay_however_it_is_spelled(words: str) -> None:
    def after(minutes: int) -> dict[str, object]:
        return step(f"s{minutes}", SCHEDULE_ACTION, runAt={"type": "relative", "value": minutes})

    steps = [after(17 * 24 * 60), after(7 * 24 * 60), step("d", body="1 weekend, 7 dwarfs, 1168 h")]
    collection = snapshot_of([a_workflow("a", steps=steps), a_workflow("ends-7-days-later", steps=[])]).collection
    texts = StepTexts(collection)
    texts.read()
    assert texts.matches("7").total
    steps_of = texts.matches(words).steps
    assert [sorted(numbers) for numbers in steps_of.values()] == [[1]]


def test_the_unit_of_delays_is_that_of_the_settings() -> None:
    schedule = step("a", SCHEDULE_ACTION, runAt={"type": "relative", "value": 7})
    texts = StepTexts(snapshot_of([a_workflow("a", steps=[schedule])]).collection, unit=24 * 60)
    texts.read()
    assert texts.matches("1 week").total == 1
