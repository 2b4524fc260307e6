"""Two states of a collection, matched workflow by workflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kustui.review.comparison import Comparison, old_snapshot, read_state
from kustui.review.states import states_of
from kustui.workspace.snapshot import check_snapshot
from tests.support.definitions import a_workflow
from tests.support.flows import step, workflow
from tests.support.history import History


def compared(*words: str) -> Comparison:
    old_state, new_state = states_of(words, None)
    new = check_snapshot(read_state(new_state))
    return Comparison(old_state, new_state, check_snapshot(old_snapshot(old_state, new)), new)


def changes(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(change.kind, change.noun, change.name) for change in comparison.difference.changes]


def flow(*steps: Any, name: str = "flow") -> dict[str, Any]:
    return workflow(steps[0]["id"], *steps, name=name)


def test_what_is_the_same_is_the_same_value(history: History) -> None:
    history.commit(a=flow(step("a")), b=[flow(step("a"), name="x"), flow(step("a"), name="y")])
    history.write(b=[flow(step("a"), name="x"), flow(step("b"), name="y")])
    comparison = compared("HEAD")
    [old_a, old_b], [new_a, new_b] = (snapshot.collection.documents for snapshot in (comparison.old, comparison.new))
    assert old_a is new_a
    assert new_b.entries[0].has_text_of(old_b.entries[0])
    assert [(pair.old is old_b.entries[1], pair.new is new_b.entries[1]) for pair in comparison.pairs] == [(True, True)]


def test_steps_that_were_renamed_are_paired(history: History) -> None:
    history.commit(a=flow(step("a", "b"), step("b", params={"x": 1})))
    history.write(a=flow(step("a", "c"), step("c", params={"x": 1})))
    [pair] = compared("HEAD").pairs
    assert pair.steps == {"b": "c"}


def test_a_workflow_that_moved_to_another_file_and_changed(history: History) -> None:
    history.commit(a=[a_workflow("one"), flow(step("a"), name="two")])
    history.write(a=[a_workflow("one")], b=[flow(step("a", params={"x": 1}), name="two")])
    comparison = compared("HEAD")
    assert ("moved", "workflow", "two") in changes(comparison)
    assert ("changed", "step", "a") in changes(comparison)
    [pair] = comparison.pairs
    assert pair.old is not None
    assert pair.new is not None
    assert (pair.old.source.path, pair.new.source.path) == ("./a.json", "./b.json")


def test_the_order_is_that_of_the_files(history: History) -> None:
    history.commit(a=flow(step("a"), name="x"), b=flow(step("a"), name="y"), c=flow(step("z"), name="gone"))
    history.write(a=flow(step("b"), name="x"), b=flow(step("b"), name="y"), c=None, aa=a_workflow("new"))
    titles = [((pair.new or pair.old).title) for pair in compared("HEAD").pairs]  # type: ignore[union-attr]
    assert titles == ["x", "new", "y", "gone"]


def test_bookkeeping_of_exports_is_no_difference(history: History) -> None:
    export = {**flow({**step("a"), "_id": "1"}), "rev": 1, "updatedAt": "2026-01-01T00:00:00Z"}
    history.commit(a=export)
    history.write(a={**flow({**step("a"), "_id": "2"}), "rev": 2, "modifiedAt": "2026-01-02T00:00:00Z"})
    comparison = compared("HEAD")
    assert changes(comparison) == []
    assert comparison.pairs == ()


def test_problems_new_and_gone(history: History) -> None:
    history.commit(a=flow(step("a", "nowhere")), b=flow(step("a"), name="b"))
    history.write(a=flow(step("a")), b=flow(step("a", "nowhere"), name="b"))
    difference = compared("HEAD").difference
    assert [problem.rule for problem in difference.fixed] == ["unknown-target"]
    assert [(problem.rule, problem.document.path) for problem in difference.new] == [("unknown-target", "./b.json")]


def test_a_state_of_its_own_differs_in_nothing(history: History) -> None:
    history.commit(a=flow(step("a")))
    comparison = compared("HEAD")
    assert comparison.old.collection is comparison.new.collection
    assert not comparison.difference.changes
    assert comparison.pairs == ()


MODULE = """import { id } from './parts/ids';
module.exports = { name: 'flow', trigger: {}, steps: [{ id, action: 'kustomer.x', transitions: [] }] };"""


@pytest.mark.parametrize(
    "words", [["HEAD"], ["HEAD", "a.js"], ["HEAD~1..HEAD", "."], ["../old", "."], ["../old/a.js", "a.js"]]
)
def test_what_a_module_imports_is_read_where_the_module_is(history: History, words: list[str]) -> None:
    for folder in (Path(), Path("../old")):
        (folder / "parts").mkdir(parents=True)
        (folder / "a.js").write_text(MODULE)
        (folder / "parts" / "ids.js").write_text("exports.id = 'before';")
    history.commit()
    Path("parts/ids.js").write_text("exports.id = 'after';")
    history.commit()
    words = ["HEAD~1" if word == "HEAD" else word for word in words]
    pairs = [pair for pair in compared(*words).pairs if pair.old is not None and pair.new is not None]
    assert [[entry.workflow.steps[0].id for entry in (pair.old, pair.new) if entry] for pair in pairs] == [
        ["before", "after"]
    ]
