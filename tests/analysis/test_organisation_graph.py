"""The graph of an organisation and what is asked of it, against a brute-force reading of the same definitions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kustui.analysis.chains import End
from kustui.analysis.effects import Reach
from kustui.analysis.organisation_graph import Kind, Link, Node, OrganisationGraph, Role
from kustui.analysis.organisation_questions import (
    brings_about,
    leads_to,
    load_of_events,
    never_started,
    ring_hops,
)
from kustui.check.rule import called, schedule, step, to, when, workflow
from tests.support.organisations import CREATE, UPDATE, Definition, analysis_of, graph_of, started_by, writes


def event(name: str) -> Node:
    return Node(Kind.EVENT, name)


def field(name: str) -> Node:
    return Node(Kind.FIELD, name)


def named(graph: OrganisationGraph, name: str) -> Node:
    return next(node for node in graph.nodes(Kind.WORKFLOW) if graph.title(node) == name)


def ends(links: tuple[Link, ...]) -> list[tuple[str, str]]:
    return [(str(link.role), link.target.name) for link in links if link.target.kind is not Kind.WORKFLOW]


def test_a_read_of_what_an_action_gives_is_assumed_and_of_what_an_event_holds_is_not() -> None:
    finds = step("aa", to("bb"), action="kustomer.conversation.find-by-id", params={"id": "/#steps.1.id"})
    reads = step("bb", action="kustomer.customer.find", params={"a": "/#steps.1.status", "b": "/#steps.aa.name"})
    graph = graph_of(workflow("R", finds, reads, event=UPDATE))
    assumed = {link.source.name: link.assumed for link in graph.links_to(named(graph, "R"), Role.READS)}
    assert assumed == {"conversation.status": False, "conversation.name": True}


CHANGED = "/#steps.1.changes.attributes.{}.after"


def on_change(field_name: str) -> tuple[Definition, ...]:
    return (to("aa", when("exists", CHANGED.format(field_name))),)


def test_a_workflow_is_linked_to_what_its_steps_write_publish_and_call() -> None:
    rest = step(
        "cc", action="kustomer.rest-api.json", params={"uri": "https://u:p@API.Example.com:8443/x", "method": "GET"}
    )
    custom = writes("aa", to("bb"), custom={"sizeStr": "x"})
    tags = step("bb", to("cc"), action="kustomer.conversation.append-tags", params={"id": "x", "tags": ["a"]})
    graph = graph_of(workflow("W", custom, tags, rest, event=CREATE))
    own = named(graph, "W")
    assert ends(graph.links_from(own)) == [
        ("publishes", UPDATE),
        ("publishes", UPDATE),
        ("writes", "conversation.custom.sizeStr"),
        ("writes", "conversation.tags"),
        ("calls", "api.example.com:8443"),
    ]
    assert all(link.assumed for link in graph.links_from(own, Role.WRITES, Role.PUBLISHES))
    assert [link.step for link in graph.writers(field("conversation.tags"))] == ["bb"]
    assert list(dict.fromkeys(link.step for link in graph.links_of_workflow[own.name])) == ["1", "aa", "bb", "cc"]


def test_a_field_is_read_from_the_trigger_its_changes_and_what_other_steps_give() -> None:
    find = step("aa", to("bb"), action="kustomer.customer.find-by-id", params={"id": "/#steps.1.customer"})
    note = step("bb", params={"body": "{{steps.aa.custom.tierStr}} {{steps.aa.id}} /#steps.1.tags"})
    graph = graph_of(workflow("W", find, note, entry=on_change("status"), event=UPDATE))
    reads = {(link.source.name, link.step) for link in graph.links_to(named(graph, "W"), Role.READS)}
    assert reads == {("conversation.status", "1"), ("conversation.customer", "aa"), ("customer.custom.tierStr", "bb")}


def test_a_schedule_leads_to_its_workflow_and_to_a_missing_one_by_its_id() -> None:
    graph = graph_of(workflow("W", schedule("aa", "there", to("bb")), schedule("bb", "gone")), called("T", "there"))
    links = graph.links_from(named(graph, "W"), Role.SCHEDULES)
    assert [(link.target.kind, graph.title(link.target)) for link in links] == [
        (Kind.WORKFLOW, "T"),
        (Kind.MISSING, "gone"),
    ]


@pytest.mark.parametrize(
    ("written", "asked", "reach", "reason"),
    [
        ("priority", "status", Reach.CANNOT, "it asks whether status changed, and only priority is written"),
        ("status", "status", Reach.MAY, "it asks whether status changed"),
        ("status", "", Reach.MUST, ""),
    ],
)
def test_a_filter_says_whether_a_write_starts_a_workflow(written: str, asked: str, reach: Reach, reason: str) -> None:
    listener = workflow("L", step("aa"), event=UPDATE, **({"entry": on_change(asked)} if asked else {}))
    graph = graph_of(workflow("W", writes(**{written: "/#steps.1.x"}), event=CREATE), listener)
    (effect,) = (link.effect for link in graph.links_from(named(graph, "W"), Role.PUBLISHES))
    assert effect is not None
    (answer,) = (verdict for link, verdict in started_by(graph, effect) if graph.title(link.target) == "L")
    assert answer == (reach, reason)


def test_what_an_event_brings_about_is_a_tree_over_time() -> None:
    graph = graph_of(
        workflow("W", schedule("aa", "there"), event=CREATE),
        called("T", "there", writes(status="done")),
        workflow("S", step("aa", params={"body": "x"}), event=UPDATE, entry=on_change("status")),
        workflow("P", step("aa", params={"body": "x"}), event=UPDATE, entry=on_change("priority")),
    )
    tree = brings_about(graph, event(CREATE))
    assert [(branch.depth, graph.title(branch.node), branch.due, branch.end) for branch in tree] == [
        (0, CREATE, 0, None),
        (1, "W", 0, None),
        (2, "T", 60, None),
        (3, UPDATE, 60, None),
        (4, "S", 60, None),
        (5, CREATE, 60, End.RING),
        (4, "P", 60, End.CANNOT),
    ]
    back = leads_to(graph, named(graph, "S"))
    assert [graph.title(branch.node) for branch in back] == ["S", UPDATE, "T", "W", CREATE, "S", "P", UPDATE]


def test_what_a_later_write_starts_stands_below_it_where_the_event_is_told_elsewhere() -> None:
    graph = graph_of(
        workflow("A", writes(priority="/#steps.1.x"), event=CREATE),
        workflow("B", writes(status="/#steps.1.x"), event=CREATE),
        workflow("S", step("aa"), event=UPDATE, entry=on_change("status")),
    )
    tree = brings_about(graph, event(CREATE))
    assert [(branch.depth, graph.title(branch.node), branch.end) for branch in tree[1:]] == [
        (1, "A", None),
        (2, UPDATE, None),
        (3, "S", End.CANNOT),
        (1, "B", None),
        (2, UPDATE, End.REPEATED),
        (3, "S", None),
    ]


def test_a_ring_says_the_field_that_closes_it() -> None:
    analysis = analysis_of(
        workflow("A", writes(status="/#steps.1.x", name="n"), event=UPDATE, entry=on_change("priority")),
        workflow("B", writes(priority="/#steps.1.x"), event=UPDATE, entry=on_change("status")),
    )
    (ring,) = analysis.event_rings
    assert [hop.fields for hop in ring_hops(OrganisationGraph.of(analysis), ring)] == [("status",), ("priority",)]


def test_what_nothing_starts_is_named() -> None:
    off = workflow("Off", step("aa"), event=UPDATE) | {"enabled": False}
    graph = graph_of(called("Alone", "alone"), workflow("A", step("aa"), event=UPDATE), off)
    assert [graph.title(node) for node in never_started(graph)] == ["Alone"]


def test_the_load_of_all_chains_shares_one_limit() -> None:
    graph = graph_of(
        workflow("A", schedule("aa", "there"), event=UPDATE),
        workflow("B", schedule("aa", "there"), event=CREATE),
        called("T", "there"),
    )
    alone = load_of_events(graph, {UPDATE: 40})
    both = load_of_events(graph, {UPDATE: 40, CREATE: 40})
    assert (alone.in_the_long_run, alone.over) == (600, None)
    assert (both.in_the_long_run, both.over) == (1200, 60)


def test_only_changed_workflows_are_worked_out_anew() -> None:
    analysis = analysis_of(workflow("A", writes(status="x"), event=CREATE), workflow("B", step("aa"), event=UPDATE))
    before = OrganisationGraph.of(analysis)
    summaries = {key: summary._replace(entry=replace(summary.entry)) for key, summary in analysis.summaries.items()}
    after = OrganisationGraph.of(replace(analysis, summaries=summaries), before)
    assert all(after.links_of_workflow[key] is links for key, links in before.links_of_workflow.items())


def test_the_graph_is_loaded_where_a_map_is_asked_for_alone() -> None:
    code = "import sys, kustui.commands.graph, kustui.check.checker; sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Against brute force

_FIELDS = ("status", "priority", "name")
_EVENTS = (UPDATE, "kustomer.customer.update", CREATE)
_OBJECTS = {UPDATE: "conversation", "kustomer.customer.update": "customer"}


@st.composite
def _organisations(draw: st.DrawFn) -> list[Definition]:
    """Some workflows, each of which writes some fields of objects, and may ask whether a field was changed."""
    organisation = []
    for number in range(draw(st.integers(1, 5))):
        on = draw(st.sampled_from(_EVENTS))
        asked = draw(st.sampled_from(("", *_FIELDS))) if on in _OBJECTS else ""
        written = draw(st.lists(st.tuples(st.sampled_from(sorted(_OBJECTS)), st.sampled_from(_FIELDS)), max_size=2))
        steps = [
            step(f"s{at}", *([to(f"s{at + 1}")] if at + 1 < len(written) else []), action=target,
                 params={"id": "x", name: "/#steps.1.unknown"})
            for at, (target, name) in enumerate(written)
        ]  # fmt: skip
        entry = (to("s0", when("exists", CHANGED.format(asked)) if asked else when("true", True)),) if steps else ()
        organisation.append(workflow(f"W{number}", *steps, event=on, entry=entry))
    return organisation


def _written(definition: Definition) -> set[tuple[str, str]]:
    return {(part["action"], next(key for key in part["params"] if key != "id")) for part in definition["steps"]}


def _asked(definition: Definition) -> str:
    for edge in definition["trigger"]["transitions"]:
        if edge["condition"]["op"] == "exists":
            return str(edge["condition"]["values"][0]).split(".")[4]
    return ""


def _starts(cause: tuple[str, str], definition: Definition) -> bool:
    return definition["trigger"]["eventName"] == cause[0] and _asked(definition) in ("", cause[1])


@settings(max_examples=150, deadline=None)
@given(_organisations(), st.sampled_from(_EVENTS))
def test_what_an_event_brings_about_is_what_brute_force_finds(organisation: list[Definition], begins: str) -> None:
    graph = graph_of(*organisation)
    expected = {number for number, one in enumerate(organisation) if one["trigger"]["eventName"] == begins}
    while True:
        causes = {cause for number in expected for cause in _written(organisation[number])}
        started = {number for number, one in enumerate(organisation) if any(_starts(cause, one) for cause in causes)}
        if started <= expected:
            break
        expected |= started
    tree = brings_about(graph, event(begins))
    reached = {
        graph.title(branch.node)
        for branch in tree
        if branch.node.kind is Kind.WORKFLOW and branch.end is not End.CANNOT
    }
    assert reached == {f"W{number}" for number in expected if organisation[number]["steps"]} | {
        one["name"] for one in organisation if not one["steps"] and one["trigger"]["eventName"] == begins
    }
    assert len(tree) <= 1 + 3 * graph.graph.number_of_edges()


@settings(max_examples=150, deadline=None)
@given(_organisations())
def test_writers_and_readers_are_those_of_the_definitions(organisation: list[Definition]) -> None:
    graph = graph_of(*organisation)
    for object_event, of_object in _OBJECTS.items():
        for name in _FIELDS:
            node = field(f"{of_object}.{name}")
            writers = {graph.title(link.source) for link in graph.writers(node)}
            readers = {graph.title(link.target) for link in graph.readers(node)}
            assert writers == {one["name"] for one in organisation if (object_event, name) in _written(one)}
            assert readers == {
                one["name"]
                for one in organisation
                if one["trigger"]["eventName"] == object_event and _asked(one) == name
            }


@settings(max_examples=150, deadline=None)
@given(_organisations())
def test_a_write_cannot_start_exactly_the_workflows_that_ask_for_other_fields(organisation: list[Definition]) -> None:
    graph = graph_of(*organisation)
    by_name: Mapping[str, Definition] = {one["name"]: one for one in organisation}
    for node in graph.nodes(Kind.WORKFLOW):
        for link in graph.links_from(node, Role.PUBLISHES):
            assert link.effect is not None
            (name,) = link.effect.fields or ("",)
            for started, verdict in started_by(graph, link.effect):
                other = by_name[graph.title(started.target)]
                if other["trigger"]["transitions"]:
                    assert (verdict.reach is not Reach.CANNOT) == _starts((link.effect.event, name), other)


@settings(max_examples=150, deadline=None)
@given(_organisations())
def test_there_is_a_ring_exactly_where_brute_force_comes_round(organisation: list[Definition]) -> None:
    analysis = analysis_of(*organisation)
    causes = [
        (number, cause)
        for number, one in enumerate(organisation)
        for cause in _written(one)
        if not _starts(cause, one)  # a step that starts its own workflow again is reported by itself
    ]
    onward = {
        one: {other for other in causes if _starts(one[1], organisation[other[0]])} for one in causes
    }  # fmt: skip
    comes_round = False
    for one in causes:
        reached = set(onward[one])
        while more := {other for at in reached for other in onward[at]} - reached:
            reached |= more
        comes_round = comes_round or one in reached
    rings = analysis.event_rings
    assert bool(rings) == comes_round
    graph = OrganisationGraph.of(analysis)
    for ring in rings:
        for hop, following in zip(ring_hops(graph, ring), (*ring.causes[1:], ring.causes[0]), strict=True):
            asked = graph.summaries[following.workflow].filter.asks
            assert hop.fields
            assert asked is None or set(hop.fields) <= asked
