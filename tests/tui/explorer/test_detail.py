"""What is said of each row of the tree, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustui.config.severity import Severity
from kustui.text.styled_lines import width_of
from kustui.tui.explorer.detail import detail_rows
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.widgets.rows import workflow_key
from tests.support.definitions import ALWAYS
from tests.support.flows import callable_workflow, edge, scheduling_workflow, step, workflow
from tests.support.trees import SAMPLE_PATHS, all_open, node, read, sample, text_of, tree_of, with_problems

if TYPE_CHECKING:
    from kustui.tui.tree.tree_state import TreeState
    from kustui.tui.widgets.rows import Row


def rows(tree: TreeState, text: str, width: int = 100) -> list[Row]:
    """The detail of the first row that holds a text."""
    return detail_rows(tree, node(tree, text), width)


def page(tree: TreeState, text: str) -> list[str]:
    return [text_of(row.line) for row in rows(tree, text)]


def below(told: list[str], heading: str) -> list[str]:
    """The lines below a heading, without their indentation."""
    start = told.index(heading) + 1
    end = next((index for index in range(start, len(told)) if told[index][:1] not in (" ",)), len(told))
    return [line.strip() for line in told[start:end]]


@pytest.mark.parametrize("width", [20, 38, 90])
@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_no_line_is_wider_than_the_pane(name: str, width: int) -> None:
    tree = all_open(sample(name))
    for found in tree.nodes:
        told = detail_rows(tree, found, width)
        assert told
        assert [text_of(row.line) for row in told if width_of(row.line) > width] == []


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_every_link_leads_to_a_row(name: str) -> None:
    tree = all_open(sample(name))
    keys = {found.key for found in tree.nodes} | {workflow_key(entry) for entry in tree.snapshot.collection.entries}
    for found in tree.nodes:
        for row in detail_rows(tree, found, 60):
            assert not row.link or row.link in keys


# A workflow


def test_a_workflow_says_when_it_runs_what_it_does_and_whom_it_schedules() -> None:
    tree = tree_of(
        [scheduling_workflow("x", description="Plans it.", meta={"displayName": "Plan"}), callable_workflow("x")]
    )
    told = page(tree, "Plan")
    assert told[:2] == ["Plan", "Plans it."]
    assert "name       w" in told
    assert "runs       on conversation.create" in told
    assert "file       0.json:1" in told
    assert below(told, "Steps (1)")[0].startswith("● schedule s0")
    assert below(told, "Schedules") == ["⇒ x after 60 min"]


def test_a_called_workflow_says_what_it_takes_and_who_schedules_it() -> None:
    target = callable_workflow("x")
    target["trigger"]["schema"] = {"properties": {"foo": {"type": "string"}, "n": {}}, "required": ["foo"]}
    tree = tree_of([scheduling_workflow("x"), target])
    index = tree.reveal(workflow_key(tree.snapshot.collection.by_id["x"]))
    assert index is not None
    told = [text_of(row.line) for row in detail_rows(tree, tree.nodes[index], 100)]
    assert "runs       when called" in told
    assert below(told, "Inputs") == ["foo  string  required", "n"]
    assert below(told, "Scheduled by") == ["← w after 60 min, in step s0"]


def test_a_called_workflow_that_nothing_schedules_says_so() -> None:
    assert below(page(tree_of([callable_workflow("x")]), "x"), "Scheduled by") == ["no workflow that is open here"]


def test_a_workflow_that_is_switched_off_or_empty_says_so() -> None:
    told = page(tree_of(workflow("", enabled=False)), "w")
    assert "switched off: it never runs" in told
    assert "  none: a run does nothing" in told


def test_what_a_workflow_answers_is_told() -> None:
    definition = workflow("", response={"schema": {"properties": {"ok": {"type": "boolean"}}}})
    assert below(page(tree_of(definition), "w"), "Answers") == ["ok  boolean"]


@pytest.mark.parametrize("part", ["w", "◆", "● note.create a", "→ note.create a"])
def test_keys_that_kustui_has_no_word_for_are_shown_as_they_are(part: str) -> None:
    definition = workflow("", step("a", secret=[1, "two"]), secret={"x": None})
    definition["trigger"]["secret"] = True
    definition["trigger"]["transitions"] = [{"target": "a", "condition": ALWAYS, "secret": 2.5}]
    told = below(page(tree_of(definition), part), "Other fields")
    assert told == [
        {"w": 'secret {"x": null}', "◆": "secret true", "●": 'secret [1, "two"]', "→": "secret 2.5"}[part[0]]
    ]


# Its parts


def with_names() -> TreeState:
    condition = {"op": "eq", "values": ["/#steps.find.status", "open"]}
    edges = [{"target": "note", "condition": condition, "meta": {"name": "Open"}}, edge("gone")]
    find = step("find", "", "note", transitions=edges, meta={"displayName": "Find it", "description": "By id."})
    params = {
        "body": "Hello {{steps.find.name}} of {{steps.lost.x}}",
        "id": "/#steps.find.id",
        "all": "/#steps.1",
        "of": "/#steps.lost.y",
        "n": "/#fn:parseInt,steps.find.n",
        "deep": {"list": [1, None, "plain"]},
        "empty": {},
    }
    return tree_of(workflow("find", find, step("note", params=params), step("alone")))


def test_the_trigger_says_who_reads_it_and_where_it_leads() -> None:
    told = page(with_names(), "◆")
    assert "runs       on conversation.create" in told
    assert "event      kustomer.conversation.create" in told
    assert "read as    /#steps.1.…" in told
    assert below(told, "Then") == ["→ Find it"]
    assert below(told, "Read by") == ['← note "Hello {Find it.name} of {lost… note  all of it']


def test_a_step_says_where_it_leads_what_has_run_before_and_who_reads_it() -> None:
    told = page(with_names(), "● Find it")
    assert told[:2] == ["Find it", "By id."]
    assert "does       kustomer.note.create" in told
    assert "id         find" in told
    assert below(told, "Then") == [
        '→ note "Hello {Find it.name} of {lost… note “Open” if Find it.status is "open"',
        "→ gone no such step",
        '↯ on failure → note "Hello {Find it.name} of {lost… note',
    ]
    assert below(told, "Comes from") == ["← the trigger"]
    assert below(told, "Read by")[0].startswith('← Find it → note "Hello {Find it.name} of {lost… note  status')
    told = page(with_names(), '● note "Hello {Find it.name} of {lost… note')
    assert below(told, "Comes from") == [
        '← Find it “Open” if Find it.status is "open"',
        "← Find it when it fails",
    ]
    assert below(told, "Always runs before") == ["Find it"]
    assert below(told, "Then") == ["the run ends", "if it fails, the run ends: it has no error case"]


def test_params_are_told_with_the_names_of_steps_and_what_is_lost_is_marked() -> None:
    found = rows(with_names(), '● note "Hello {Find it.name} of {lost… note')
    told = below([text_of(row.line) for row in found], "Params")
    assert told == [
        "body Hello {{Find it.name}} of {{steps.lost.x}}",
        "id ← Find it.id",
        "all ← the trigger",
        "of /#steps.lost.y no such step",
        "n /#fn:parseInt,Find it.n",
        "deep",
        "list",
        "0 1",
        "1 null",
        '2 "plain"',
        "empty {}",
    ]
    assert [text for row in found for text, look in row.line if look == "fault"] == ["steps.lost.x", "/#steps.lost.y"]


def test_a_step_that_cannot_run_says_why() -> None:
    tree = tree_of(workflow("a", step("a"), step("b"), step("a")))
    assert "no path leads here from the trigger" in page(tree, "● note.create b")
    assert "an earlier step has the same id, so nothing leads here" in page(tree, "the id is taken")


def test_a_branch_says_that_it_does_nothing() -> None:
    told = page(tree_of(workflow("a", step("a", action=None))), "◇")
    assert "does       no action: it only branches" in told


def test_a_transition_says_from_where_to_where_when_and_what_is_tried_before_it() -> None:
    told = page(with_names(), '→ note "Hello {Find it.name} of {lost… note “Open”')
    assert told[0] == "Transition"
    assert "from       Find it" in told
    assert "to         note" in told
    assert "named      Open" in told
    assert 'when       Find it.status is "open"' in told
    assert "tried      first of 2; the first one that holds is taken" in told
    assert below(told, "Condition as written")[0] == 'op "eq"'


def test_an_error_case_is_one() -> None:
    assert page(with_names(), "↯")[0] == "Error case"


def test_an_error_case_without_a_target_says_what_is_done_instead() -> None:
    condition = {"op": "eq", "values": ["/#error.statusCode", 500]}
    tree = tree_of(
        workflow("a", step("a", errorCases=[{"condition": condition, "errorAction": {"type": "retry-action"}}]))
    )
    told = page(tree, "↯ on failure retry the step if error.statusCode is 500")
    assert told[0] == "Error case"
    assert "does       retry the step" in told
    assert below(page(tree, "● note.create a"), "Then")[0] == "↯ on failure retry the step if error.statusCode is 500"


def test_an_error_case_with_both_says_that_the_target_wins_and_shows_what_else_its_action_holds() -> None:
    case = {**edge("b"), "errorAction": {"type": "retry-action", "delay": 5}}
    told = page(tree_of(workflow("a", step("a", errorCases=[case]), step("b"))), "↯ on failure → note.create b")
    assert "to         note.create" not in told
    assert "to         b" in told
    assert any("errorAction retry-action: not taken, as the target wins" in line for line in told)
    assert below(told, "Other fields") == ["delay 5"]


def test_a_way_to_a_step_that_is_not_there_is_marked() -> None:
    found = rows(with_names(), "→ gone")
    assert ("gone", "fault") in [piece for row in found for piece in row.line]
    assert all(not row.link for row in found if "gone" in text_of(row.line))


def test_a_schedule_says_which_inputs_are_given_and_which_are_missing() -> None:
    target = callable_workflow("x")
    target["trigger"]["schema"] = {
        "properties": {"foo": {"type": "string"}, "@foo": {"type": "string"}, "n": {}}, "required": ["foo", "@foo"],
    }  # fmt: skip
    caller = scheduling_workflow("x")
    caller["steps"][0]["params"]["inputs"] = {"foo": "/#steps.1.name"}
    told = page(tree_of([caller, target]), "⇒")
    assert told[:2] == ["Schedules a workflow", "⇒ x after 60 min"]
    assert "in step    s0" in told
    assert below(told, "Inputs") == ["foo ← name"]
    assert below(told, "Its inputs") == ["✓ foo  string", "✗ @foo  string  missing", "n    not given"]


def test_a_schedule_of_a_workflow_that_is_not_there_is_marked() -> None:
    found = rows(tree_of(scheduling_workflow("y")), "⇒")
    assert ("y", "fault") in [piece for row in found for piece in row.line]
    assert below([text_of(row.line) for row in found], "Inputs") == ["none given"]


@pytest.mark.parametrize("named", [None, "/#steps.1.workflow"])
def test_a_schedule_that_only_a_run_can_follow_says_so(named: Any) -> None:
    definition = scheduling_workflow("y")
    definition["steps"][0]["params"]["workflowId"] = named
    assert "only a run can tell" in page(tree_of(definition), "⇒")[1]


# Files and what is wrong with them


def test_an_app_says_what_it_is_called_needs_and_holds() -> None:
    told = page(all_open(sample("orders.json")), "orders.json")
    assert told[0] == "Orderdesk"
    assert "app        orderdesk" in told
    assert any(line.startswith("needs      kustomer-^") for line in told)
    assert any(line.startswith("Workflows (") for line in told)


def test_an_app_without_workflows_is_shown_by_its_name() -> None:
    tree = tree_of({"app": "shop", "version": "1.2.0", "title": "Shop", "actions": [{"name": "pay", "type": "kode"}]})
    (row,) = [TreeRows(tree).row(index) for index in range(len(tree.nodes))]
    assert text_of(row.aside) == "app shop"
    told = page(tree, "0.json")
    assert told[0] == "Shop"
    assert "version    1.2.0" in told
    assert any(line.startswith("pay  kode") for line in below(told, "Actions of the app"))


def test_the_api_s_view_of_an_app_is_shown_by_its_name() -> None:
    tree = tree_of({"data": {"type": "available-app", "attributes": {"name": "shop", "version": "1.2.0"}}})
    assert page(tree, "0.json")[0] == "shop"


def test_a_fault_shows_the_text_around_it() -> None:
    found = rows(tree_of(b'{\n  "a": 1\n  "b": 2\n}'), "✗")
    assert [text_of(row.line) for row in found][-3:] == ["    1 {", '    2   "a": 1', "              ^"]


@pytest.mark.parametrize("before", ["\t", "漢字", "\u202e", "é"])
def test_the_caret_stands_below_the_fault_whatever_is_before_it(before: str) -> None:
    found = rows(tree_of('{"' + before.replace("\t", "") + '": 1,' + "\t" * before.count("\t") + " oops}"), "✗")
    texts = [text_of(row.line) for row in found]
    marked = next(index for index, text in enumerate(texts) if text.strip().startswith("^"))
    column = width_of(((texts[marked - 1].split("oops")[0], ""),))
    assert texts[marked].index("^") == column


def test_what_is_wrong_comes_first_with_its_hint_and_its_place() -> None:
    found = with_problems(
        read([workflow("a", step("a", params={"x": "one", "y": "two"}))]), one=Severity.INFO, two=Severity.ERROR
    )
    told = page(all_open(found), '● create note: x = "one", y = "two" a')
    assert told[0] == "✗ two is wrong"
    assert told[1].strip().startswith("rule at 1:")
    assert told[2] == "i one is wrong"


def test_a_step_without_an_error_case_says_that_the_run_ends_when_it_fails() -> None:
    shown = page(tree_of(workflow("a", step("a"))), "● note.create a")
    assert below(shown, "Then") == ["the run ends", "if it fails, the run ends: it has no error case"]
