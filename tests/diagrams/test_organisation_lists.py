"""Lists of workflows, events, fields and hosts: their numbers, orders, groups and columns."""

from __future__ import annotations

from kustui.analysis.organisation_graph import Kind, OrganisationGraph
from kustui.check.rule import called, schedule, step, workflow
from kustui.diagrams.organisation_lists import NAME, by_group, columns_of, in_order, listed_nodes
from tests.support.organisations import CREATE, UPDATE, analysis_of, writes

ANALYSIS = analysis_of(
    workflow("Writer", writes(status="open", priority=2), event=CREATE),
    workflow(
        "Reader",
        step("aa", action="kustomer.customer.find", params={"of": "/#steps.1.status"}),
        schedule("bb", "there"),
        event=UPDATE,
    ),
    workflow("Off", writes(status="open"), event=UPDATE) | {"enabled": False},
    called("Called", "there", step("aa", action="kustomer.rest-api.json", params={"uri": "https://one.example.com/x"})),
)
GRAPH = OrganisationGraph.of(ANALYSIS)


def numbers(kind: Kind, order: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(row.title, row.numbers) for row in in_order(listed_nodes(GRAPH, kind, {}), order)]


def test_the_numbers_are_of_enabled_workflows() -> None:
    assert numbers(Kind.EVENT, "starts") == [("conversation.update", (1, 1)), ("note.create", (1, 0))]
    assert numbers(Kind.FIELD, "written by")[-1] == ("conversation.status", (1, 1))
    assert numbers(Kind.HOST, NAME) == [("one.example.com", (1,))]


def test_a_workflow_is_listed_with_its_problems_schedules_fields_and_size() -> None:
    key = next(key for key, summary in ANALYSIS.summaries.items() if summary.name == "Reader")
    rows = {row.title: row.numbers for row in listed_nodes(GRAPH, Kind.WORKFLOW, {key: 3})}
    assert rows["Reader"] == (3, 1, 1, 0, 1)
    assert rows["Writer"] == (0, 0, 0, 2, 1)


def test_the_largest_of_a_column_comes_first_and_equals_by_name() -> None:
    assert [title for title, _ in numbers(Kind.WORKFLOW, "writes")] == ["Writer", "Off", "Called", "Reader"]
    assert [title for title, _ in numbers(Kind.WORKFLOW, NAME)] == ["Called", "Off", "Reader", "Writer"]


def test_groups_are_of_events_and_objects() -> None:
    workflows = by_group(in_order(listed_nodes(GRAPH, Kind.WORKFLOW, {}), NAME))
    assert [(group, [row.title for row in rows]) for group, rows in workflows] == [
        ("conversation.update", ["Off", "Reader"]),
        ("note.create", ["Writer"]),
        ("", ["Called"]),
    ]
    assert [group for group, _ in by_group(listed_nodes(GRAPH, Kind.FIELD, {}))] == ["conversation"]


def test_the_column_that_is_sorted_by_is_never_left_out() -> None:
    assert columns_of(Kind.WORKFLOW, 80) == ("problems", "schedules", "reads", "writes", "kB")
    assert columns_of(Kind.WORKFLOW, 30, "writes") == ("problems", "writes")
