"""The tree as a value: which rows there are, what they say, where they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.tui.tree.nodes import Kind
from kustui.tui.tree.places import link_of
from kustui.tui.tree.row_order import RowOrder
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import node_key, workflow_key
from kustui.workspace.difference import difference
from kustui.workspace.snapshot import Snapshot, check_snapshot
from tests.benchmarks.growth import counted
from tests.benchmarks.shapes import SHAPES
from tests.support.definitions import ALWAYS, a_workflow
from tests.support.flows import callable_workflow, edge, scheduling_workflow, step, workflow
from tests.support.modules import document_of as module_document
from tests.support.trees import (
    SAMPLE_PATHS,
    all_open,
    node,
    read,
    rows_of,
    sample,
    sample_examined,
    snapshot_of,
    text_of,
    tree_of,
    with_problems,
)

if TYPE_CHECKING:
    from kustui.check.problems import Problem


# Which rows there are


def test_what_only_a_run_of_a_module_knows_has_no_row() -> None:
    text = "module.exports = { app: 'a', version: '1.0.0', title: 'T', workflows: [make(), 5] };"
    snapshot = check_snapshot(Snapshot(Collection((module_document(text),))))
    assert rows_of(TreeState(snapshot))[1:] == ["    ✗ a workflow must be an object, found the number 5"]


def test_a_file_that_is_one_workflow_has_no_row_of_its_own() -> None:
    assert rows_of(TreeState(read(a_workflow("one"), [a_workflow("two")]))) == [
        "▸ one",
        "▾ 1.json",
        "  ▸ two",
    ]


def test_steps_are_told_in_flow_order_each_with_its_ways() -> None:
    definition = workflow("b", step("a"), step("b", "a", "c"), step("c"))
    assert rows_of(tree_of(definition)) == [
        "▾ w",
        "  ▾ ◆ on conversation.create",
        "      → note.create b",
        "  ▾ ● note.create b",
        "      → note.create a",
        "      ↯ on failure → note.create c",
        "    ● note.create a",
        "    ● note.create c",
    ]


def test_names_that_people_gave_are_told_instead_of_ids() -> None:
    named = step("a", meta={"displayName": "Say hello"})
    branch = step("b", "a", action=None)
    condition = {"op": "eq", "values": ["/#steps.a.status", "open"]}
    definition = workflow("b", named, branch)
    definition["trigger"]["transitions"][0] = {"target": "b", "condition": condition, "meta": {"name": "Open"}}
    assert rows_of(tree_of(definition))[1:] == [
        "  ▾ ◆ on conversation.create",
        '      → branch b “Open” if Say hello.status is "open"',
        "  ▾ ◇ branch b",
        "      → Say hello",
        "    ● Say hello",
    ]


def test_what_cannot_run_says_so() -> None:
    found = rows_of(tree_of(workflow("a", step("a"), step("lonely"), step("a"), enabled=False)))
    assert "    ● note.create lonely never reached" in found
    assert "    ● note.create a the id is taken" in found
    tree = tree_of(workflow("a", step("a"), enabled=False))
    assert text_of(TreeRows(tree).row(0).aside) == "switched off"


def test_schedules_stand_below_their_step_even_when_it_is_closed() -> None:
    tree = TreeState(read([scheduling_workflow("x", "y"), callable_workflow("x")]))
    tree.open(1)
    assert rows_of(tree) == [
        "▾ 0.json",
        "  ▾ w",
        "    ▸ ◆ on conversation.create",
        "    ▸ ● schedule s0",
        "        ⇒ x after 60 min",
        "      ● schedule s1",
        "        ⇒ y no such workflow",
        "  ▸ x",
    ]


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_every_row_of_a_sample_is_a_node_of_its_own_and_says_something(name: str) -> None:
    tree = all_open(sample(name))
    keys = [node.key for node in tree.nodes]
    assert len(set(keys)) == len(keys)
    assert all(rows_of(tree))
    for entry in tree.snapshot.collection.entries:
        mine = [node for node in tree.nodes if node.entry is entry]
        flow = tree.analysis(entry).flow
        assert [n.part for n in mine if n.kind is Kind.STEP] == [*flow.order, *flow.duplicates]


@pytest.mark.parametrize(
    "definition",
    [
        [a_workflow("same", id="a"), a_workflow("same", id="b")],
        [a_workflow("one", id="same"), a_workflow("two", id="same")],
        [a_workflow("same", id=None), a_workflow("same", id=None)],
        [a_workflow("x", id="same"), a_workflow("same", id=None)],
    ],
)
def test_workflows_that_share_an_id_or_a_name_are_two_rows(definition: Any) -> None:
    tree = tree_of(definition)
    found = [node.key for node in tree.nodes if node.kind is Kind.WORKFLOW]
    assert len(set(found)) == 2
    for key in found:
        index = tree.reveal(key)
        assert index is not None
        assert tree.nodes[index].key == key


# Opening and closing


def test_a_row_opens_and_closes_by_itself() -> None:
    tree = TreeState(read([a_workflow("one"), a_workflow("two")]))
    before = rows_of(tree)
    tree.open(1)
    assert rows_of(tree)[1:5] == [
        "  ▾ one", "    ▸ ◆ on conversation.create", '      ● note "hi" a', "  ▸ two",
    ]  # fmt: skip
    assert tree.is_open(1)
    tree.open(3)
    assert len(tree.nodes) == 5
    tree.close(1)
    assert rows_of(tree) == before


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_opening_one_by_one_shows_what_is_shown_when_all_is_rebuilt(name: str) -> None:
    tree = all_open(sample(name))
    before = [node.key for node in tree.nodes]
    tree.take(sample(name))
    assert [node.key for node in tree.nodes] == before


def test_everything_below_a_workflow_opens_at_once_and_every_workflow_closes_at_once() -> None:
    tree = TreeState(sample("timer-chain.json"))
    tree.open_all(1)
    assert rows_of(tree)[:6] == rows_of(all_open(sample("timer-chain.json")))[:6]
    tree.close_all()
    assert rows_of(tree) == rows_of(TreeState(sample("timer-chain.json")))


def test_opening_all_of_a_file_opens_the_file() -> None:
    tree = TreeState(sample("timer-chain.json"))
    tree.close(0)
    assert len(tree.nodes) == 1
    tree.open_all(0)
    assert len(tree.nodes) == 5


def test_what_a_row_stands_below_is_its_parent() -> None:
    tree = tree_of([a_workflow("one")])
    assert [tree.parent(index) for index in range(len(tree.nodes))] == [0, 0, 1, 2, 1]


def test_two_files_of_one_workflow_each_have_no_parent() -> None:
    tree = TreeState(read(a_workflow("one"), a_workflow("two")))
    assert [tree.parent(index) for index in range(2)] == [0, 1]


def test_a_hidden_node_is_revealed_by_opening_what_it_stands_below() -> None:
    snapshot = sample("timer-chain.json")
    tree = TreeState(snapshot)
    tree.close(0)
    for target in all_open(snapshot).nodes:
        index = tree.reveal(target.key)
        assert index is not None
        assert tree.nodes[index].key == target.key


def test_a_node_that_is_gone_reveals_the_nearest_above_it() -> None:
    tree = TreeState(sample("timer-chain.json"))
    entry = tree.snapshot.collection.entries[2]
    index = tree.reveal((*node_key(entry, "gone"), "edge 3"))
    assert index is not None
    assert tree.nodes[index].key == workflow_key(entry)
    assert tree.reveal(("no such file", "x")) is None


def test_another_snapshot_keeps_open_what_is_open() -> None:
    first, second = a_workflow("one"), a_workflow("two")
    tree = TreeState(read([first, second]))
    tree.open(2)
    tree.open(3)
    before = rows_of(tree)
    tree.take(read([first, second]))
    assert rows_of(tree) == before
    tree.take(read([a_workflow("zero"), second]))
    assert rows_of(tree) == [before[0], "  ▸ zero", *before[2:]]


# The filter


def test_a_filter_keeps_workflows_with_every_word_in_name_id_event_or_file() -> None:
    tree = TreeState(sample("organisation-export.json"))
    entry = tree.snapshot.collection.entries[7]
    for text in (entry.title.upper(), entry.id or "", f"{entry.title.split()[0]} {entry.id}"):
        tree.set_filter(text)
        shown = [node.entry for node in tree.nodes if node.kind is Kind.WORKFLOW]
        assert entry in shown
        assert len(shown) < len(tree.snapshot.collection.entries)
    tree.end_filter(tree.opened)
    assert rows_of(tree) == rows_of(TreeState(sample("organisation-export.json")))


def test_a_filter_shows_files_that_are_closed_and_hides_those_without_a_match() -> None:
    tree = TreeState(read([a_workflow("one")], [a_workflow("two")], b"{"))
    tree.close(2)
    tree.set_filter("two")
    assert rows_of(tree) == ["▾ 1.json", "  ▸ two"]
    tree.set_filter("nothing like that")
    assert rows_of(tree) == []
    assert tree.first_workflow == 0


# Where rows lead


def test_enter_on_a_schedule_leads_to_the_workflow_and_on_a_transition_to_its_step() -> None:
    tree = tree_of([scheduling_workflow("x", "y"), callable_workflow("x")])
    target = tree.snapshot.collection.by_id["x"]
    assert link_of(tree, node(tree, "⇒ x")) == workflow_key(target)
    assert link_of(tree, node(tree, "⇒ y")) == ()
    assert link_of(tree, node(tree, "→ schedule s1")) == node_key(tree.snapshot.collection.entries[0], "s1")
    assert link_of(tree, node(tree, "● schedule s0")) == ()


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_every_link_of_a_sample_leads_to_a_row(name: str) -> None:
    tree = all_open(sample(name))
    keys = {node.key for node in tree.nodes}
    for found in tree.nodes:
        if link := link_of(tree, found):
            assert link in keys


def test_a_way_to_a_step_that_is_not_there_leads_nowhere() -> None:
    tree = tree_of(workflow("gone", step("a")))
    assert link_of(tree, node(tree, "no such step")) == ()


# What is wrong


def test_what_is_wrong_is_marked_on_its_row_and_on_each_above_it() -> None:
    reading = step("a", "b gone", params={"x": ["lost"]})
    found = with_problems(read([workflow("a", reading, step("b"))]), gone=Severity.ERROR, lost=Severity.WARNING)
    assert rows_of(all_open(found)) == [
        "▾ 0.json ✗",
        "  ▾ w ✗",
        "    ▾ ◆ on conversation.create",
        '        → create note: x = ["lost"] a',
        '    ▾ ● create note: x = ["lost"] a ✗',
        "        → note.create b",
        "        → gone no such step ✗",
        "      ● note.create b",
    ]


def test_a_mark_counts_the_worst() -> None:
    snapshot = read([workflow("a", step("a", params={"x": "one", "y": "two", "z": "three"}))])
    tree = all_open(with_problems(snapshot, one=Severity.WARNING, two=Severity.WARNING, three=Severity.INFO))
    assert rows_of(tree)[1] == "  ▾ w ▲2"
    tree.take(with_problems(snapshot, three=Severity.INFO))
    assert rows_of(tree)[1] == "  ▾ w i"
    tree.take(snapshot)
    assert rows_of(tree)[1] == "  ▾ w"


def test_a_broken_reference_is_marked_once_everything_is_examined() -> None:
    lost = step("a", "gone", params={"x": "/#steps.lost.x"})
    tree = all_open(snapshot_of([workflow("a", lost), scheduling_workflow("y", name="v", id="v")]))
    wrong = [row.strip() for row in rows_of(tree) if row[-1:] in "✗▲" or row[-2:-1] in "✗▲"]
    assert any("gone no such step" in row for row in wrong)
    assert any("create note: x = {lost.x} a" in row for row in wrong)
    assert any("y no such workflow" in row for row in wrong)


def test_what_could_not_be_read_has_a_row_above_the_steps() -> None:
    found = rows_of(tree_of([a_workflow(steps=[{"id": "a", "transitions": 5}])]))
    assert found[2].startswith("      ✗ ")
    assert [row.strip()[0] for row in rows_of(tree_of(b"{"))] == ["▾", "✗"]


@pytest.mark.parametrize("way_in", [[edge("a")], [{"target": "a"}], [{"target": "a", "condition": 5}]])
def test_steps_are_shown_though_a_condition_cannot_be_read(way_in: Any) -> None:
    trigger = {"id": "1", "eventName": "e", "transitions": way_in}
    found = rows_of(tree_of(a_workflow(trigger=trigger)))
    assert '    ● note "hi" a' in found
    always = way_in[0].get("condition") == ALWAYS
    assert ("a condition that could not be read" in "".join(found)) is not always


def test_before_anything_is_examined_nothing_is_marked() -> None:
    snapshot = read([workflow("gone")])
    tree = all_open(Snapshot(snapshot.collection))
    assert all(not TreeRows(tree).row(index).mark for index in range(len(tree.nodes)))


def walk(tree: TreeState, by: int) -> list[Problem]:
    """Where the key for the next problem leads, from the first row on, until it is back where it was first."""
    passed: list[Problem] = []
    here = 0
    current: Problem | None = None
    while (problem := RowOrder(tree).problem_beyond(here, by, current)) is not None:
        index = tree.reveal(tree.key_at(problem.document, problem.pointer))
        assert index is not None
        if problem in passed:
            assert problem == passed[0], "some are passed again and again, and the others never"
            return passed
        passed.append(problem)
        here, current = index, problem
    return passed


@pytest.mark.parametrize("name", ["broken", "orders.json", "broken/unknown-target.json"])
@pytest.mark.parametrize("by", [1, -1])
def test_going_from_problem_to_problem_comes_by_every_one_and_round(name: str, by: int) -> None:
    tree = all_open(sample_examined(name))
    passed = walk(tree, by)
    assert sorted(passed) == sorted(tree.snapshot.problems or ())
    severities = [problem.severity for problem in passed]
    first = severities.index(max(severities) if by > 0 else min(severities))
    turned = severities[first:] + severities[:first]
    assert turned == sorted(severities, reverse=by > 0), "the worst first, from wherever one starts"


@pytest.mark.parametrize("by", [1, -1])
def test_a_step_and_its_transition_that_are_both_wrong_hold_nobody_up(by: int) -> None:
    both = {"id": "a", "transitions": [edge("gone")], "action": "x", "params": {"x": "lost"}}
    found = with_problems(
        read([workflow("a", both, step("b", "nowhere"))]),
        gone=Severity.ERROR, lost=Severity.ERROR, nowhere=Severity.ERROR,
    )  # fmt: skip
    assert len(walk(all_open(found), by)) == 3


def test_a_problem_of_a_second_step_with_an_id_leads_to_that_one() -> None:
    found = with_problems(read([workflow("a", step("a"), step("a", params={"x": "wrong"}))]), wrong=Severity.ERROR)
    tree = all_open(found)
    (problem,) = found.problems or ()
    index = tree.reveal(tree.key_at(problem.document, problem.pointer))
    assert index is not None
    assert "the id is taken" in rows_of(tree)[index]


def test_an_app_without_workflows_has_a_row_for_what_is_wrong_with_it() -> None:
    tree = tree_of({"app": 5, "version": "1.0.0", "title": "t"}, [a_workflow()])
    assert rows_of(tree)[0].startswith("▾ 0.json")
    assert rows_of(tree)[1].strip().startswith("✗")


def test_a_step_that_only_schedules_has_nothing_more_to_open() -> None:
    tree = all_open(sample("broken/missing-input.json"))
    schedules = [node for node in tree.nodes if node.kind is Kind.SCHEDULE]
    steps = [node for node in tree.nodes if any(child.key[:-1] == node.key for child in schedules)]
    assert steps
    assert all(node.opens == bool(node.part.transitions or node.part.error_cases) for node in steps)  # type: ignore[union-attr]


def test_nothing_is_kept_of_what_is_gone() -> None:
    before, now = read([a_workflow("one")]), read([a_workflow("one")], [a_workflow("two"), a_workflow("three")])
    tree = TreeState(before)
    tree.take(now, difference(before, now))
    assert len(tree.changed) == 3
    fewer = read([a_workflow("one")], [a_workflow("two")])
    tree.take(fewer, difference(now, fewer))
    assert sorted(map(len, tree.changed)) == [1, 2]
    tree.take(before, difference(fewer, before))
    assert not tree.changed
    assert tree.expanded == {("0.json",)}


@pytest.mark.parametrize("shape", ["identical_steps", "unreachable_steps", "unknown_targets"])
def test_the_way_to_the_next_problem_takes_no_longer_for_each_where_there_are_more(shape: str) -> None:
    def work(count: int) -> int:
        tree = all_open(snapshot_of(SHAPES[shape].bytes_of(count)))
        assert len(tree.snapshot.problems or ()) >= count - 1
        RowOrder(tree).problem_beyond(0, 1)  # what an analysis takes is not counted
        return counted(lambda: RowOrder(tree).problem_beyond(0, 1))

    assert work(80) < 6 * work(20)
