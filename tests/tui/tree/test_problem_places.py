"""Where problems are, told before their workflows are read."""

from __future__ import annotations

import pytest

from kustui.tui.tree.places import key_of_place, problem_place
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import workflow_key
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLE_PATHS, all_open, sample_examined, snapshot_of


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_every_problem_of_a_sample_leads_to_its_own_node(name: str) -> None:
    tree = all_open(sample_examined(name))
    for problem in tree.snapshot.problems or ():
        found = key_of_place(tree, problem_place(tree, problem)) if tree.holds(problem.document) else ()
        assert found == (tree.key_at(problem.document, problem.pointer) if found else ())


def test_a_second_step_of_the_same_id_is_told_from_the_first() -> None:
    tree = TreeState(snapshot_of(workflow("a", step("a"), step("a"))))
    (problem,) = tree.snapshot.problems or ()
    assert problem.rule == "duplicate-step-id"
    assert key_of_place(tree, problem_place(tree, problem))[-1] == "step a /steps/1"


def test_a_problem_is_found_at_its_step_when_others_stand_where_it_stood() -> None:
    wrong = step("a", params={"body": "/#steps.gone.x"})
    before = TreeState(snapshot_of(workflow("a", wrong)))
    (problem,) = before.snapshot.problems or ()
    place = problem_place(before, problem)
    now = TreeState(snapshot_of(workflow("b", step("b", "a"), wrong)))
    assert key_of_place(now, place)[-1] == "step a"


def test_of_a_workflow_that_is_gone_the_place_says_where_it_was() -> None:
    before = TreeState(snapshot_of(workflow("a", step("a", "gone"))))
    (problem,) = before.snapshot.problems or ()
    place = problem_place(before, problem)
    assert key_of_place(TreeState(snapshot_of(workflow("a", step("a"), id="other"))), place) == place[:-1]


def test_a_node_leads_to_itself() -> None:
    tree = TreeState(snapshot_of(workflow("a", step("a"))))
    (entry,) = tree.snapshot.collection.entries
    assert key_of_place(tree, workflow_key(entry)) == workflow_key(entry)
    assert key_of_place(tree, ()) == ()
