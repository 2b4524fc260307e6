"""The changed behaviour between two states, workflow by workflow."""

from __future__ import annotations

from typing import Any

from kustui.check.rule import step, to, when, workflow
from kustui.review.behaviour import Behaviour
from tests.support.history import History, behaviour_between

TOTAL = "/#steps.find.total"


def test_only_workflows_that_are_there_in_both_states_have_changed_paths(history: History) -> None:
    same, gone = workflow("Same", step("a")), workflow("Gone", step("b"))
    orders = workflow("Orders", step("find", to("note", when("eq", TOTAL, 5))), step("note"))
    history.commit(same=same, gone=gone, orders=orders)
    orders = workflow("Orders", step("look", to("note")), step("note"))
    history.write(gone=None, came=workflow("Came", step("c")), orders=orders)
    [one] = behaviour_between("HEAD").workflows
    assert one.new.title == "Orders"
    assert [change.sentence for change in one.paths.changes]


def test_steps_whose_ids_were_exchanged_run_as_before(history: History) -> None:
    def orders(find: str, note: str, condition: str) -> dict[str, Any]:
        open_ = when("eq", f"/#steps.{condition}.total", 5)
        return workflow("Orders", step(find, to(note, open_), params={"uri": "x"}), step(note, params={"body": "y"}))

    history.commit(a=orders("find", "note", "find"))
    history.write(a=orders("note", "find", "note"))
    assert behaviour_between("HEAD") == Behaviour()
    history.write(a=orders("note", "find", "find"))  # the output of the other step
    assert behaviour_between("HEAD") != Behaviour()


def test_a_step_that_was_renamed_runs_as_before(history: History) -> None:
    history.commit(a=workflow("Orders", step("find", to("note")), step("note")))
    history.write(a=workflow("Orders", step("find", to("write")), step("write")))
    assert behaviour_between("HEAD") == Behaviour()
