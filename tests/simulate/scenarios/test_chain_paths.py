"""Paths that go on through the workflows which are scheduled on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.simulate.reports.text import paths_report
from kustui.simulate.scenarios.explore import Exploration, build_path_scenario, chain_heads, explore_paths
from tests.support.runs import follows, handled, organisation

if TYPE_CHECKING:
    from kustui.simulate.organisation import Organisation

ID, NEXT = "5f8e148232731d0015c14657", "64b7f2c20e5a4d001a3f9e01"
STATUS, HANDED = "/#steps.aB3.status", "/#steps.1.a"


def chains(*workflows: Any) -> tuple[Organisation, Exploration]:
    stage = organisation(app(*workflows))
    return stage, explore_paths(stage.analysis(stage.collection.entries[0].key), follow=stage)


def told(found: Exploration) -> list[str]:
    """Each path as its runs, with ``!`` where it contradicts itself."""
    return [
        "; ".join(" ".join(run.nodes[1:]) or "-" for run in path.described_runs)
        + ("!" if path.is_contradiction else "")
        for path in handled(found.paths)
    ]


def handing(value: Any, one: Any, other: Any) -> tuple[Any, Any]:
    """One that hands over a value if a condition holds, and one that asks another of it."""
    asks = step("aB3", to("cD4", one))
    gives = schedule("cD4", ID, inputs={"a": value})
    return workflow("W", asks, gives), called(
        "C", ID, step("eF5", to("gH6", other)), step("gH6"), inputs={"a": "string"}
    )


def entering(written: Any, *edges: Any) -> Any:
    return {**written, "trigger": {**written["trigger"], "transitions": list(edges)}}


def test_a_path_goes_on_into_the_run_that_is_scheduled_and_on_from_there() -> None:
    second = called("C", ID, step("eF5", to("gH6", when("exists", "/#steps.1.a"))), schedule("gH6", NEXT))
    first = workflow("W", step("aB3", to("cD4", when("eq", STATUS, "open"))), schedule("cD4", ID, inputs={"a": STATUS}))
    stage, found = chains(first, second, called("D", NEXT, step("iJ7")))
    assert told(found) == ["aB3 cD4; eF5 gH6; iJ7", "aB3 cD4; eF5!", "aB3"]
    (path, *_) = found.paths
    assert [run.analysis.title for run in path.described_runs] == ["W", "C", "D"]
    assert [run.path_run.due / 60_000 for run in path.described_runs] == [0, 60, 120]
    assert path.needs == ('aB3.status is "open"', "in C: a exists")
    assert follows(stage, path)


@pytest.mark.parametrize(
    ("value", "one", "other", "contradicts"),
    [
        (STATUS, when("eq", STATUS, "open"), when("eq", HANDED, "done"), True),
        (STATUS, when("eq", STATUS, "open"), when("eq", HANDED, "open"), False),
        (STATUS, when("eq", STATUS, "open"), when("dne", HANDED), True),
        (STATUS, when("dne", STATUS), when("dne", HANDED), False),
        ({"b": STATUS}, when("eq", STATUS, "open"), when("eq", "/#steps.1.a.b", "done"), True),
        ("/#steps.aB3", when("eq", STATUS, "open"), when("eq", "/#steps.1.a.status", "done"), True),
        ("/#steps.1", when("eq", "/#steps.1.x", 1), when("eq", "/#steps.1.a.x", 2), True),
        ("open", when("true", True), when("eq", HANDED, "done"), True),
        ("open", when("true", True), when("eq", HANDED, "open"), False),
        (4, when("true", True), when("gt", HANDED, 5), True),
        ("/#steps.zZ9.b", when("true", True), when("exists", HANDED), True),
        ("{{steps.aB3.status}}", when("eq", STATUS, "open"), when("eq", HANDED, "open"), False),
        ("is {{steps.aB3.status}}", when("exists", STATUS), when("eq", HANDED, "is open"), False),
        ("/#fn:parseInt,steps.aB3.status", when("eq", STATUS, "5"), when("eq", HANDED, 5), False),
        ("/#variables.v", when("eq", STATUS, "open"), when("eq", HANDED, "done"), False),
    ],
)
def test_what_is_handed_over_is_the_same_value_in_both_workflows(
    value: Any, one: Any, other: Any, contradicts: bool
) -> None:
    stage, found = chains(*handing(value, one, other))
    (path,) = (
        path for path in handled(found.paths) if [run.nodes[-1] for run in path.described_runs] == ["cD4", "gH6"]
    )
    assert path.is_contradiction is contradicts, path.contradiction
    assert (build_path_scenario(stage, path).scenario is None) is contradicts
    if not contradicts:
        assert follows(stage, path) or value == "/#variables.v"


def test_an_input_of_another_name_is_missing_where_it_is_asked() -> None:
    first = workflow("W", schedule("aB3", ID, inputs={"fooAt": "/#steps.1.at"}))
    ask = step("cD4", to("eF5", when("exists", "/#steps.1.@fooAt")))
    _, found = chains(first, called("C", ID, ask, step("eF5"), inputs={"@fooAt": "string"}))
    assert told(found) == ["aB3; cD4 eF5!", "aB3; cD4"]
    assert found.paths[0].contradiction == "in C: @fooAt exists, and on this path @fooAt = missing"


def test_two_that_are_scheduled_run_in_the_order_in_which_they_are_due() -> None:
    late = schedule("aB3", ID, to("cD4"), inputs={"a": "late"})
    soon = schedule("cD4", ID, inputs={"a": "soon"}, runAt={"type": "relative", "value": 5})
    forking = entering(called("C", ID, step("eF5"), step("gH6")), to("eF5", when("eq", HANDED, "soon")), to("gH6"))
    stage, found = chains(workflow("W", late, soon), forking)
    assert [each for each in told(found) if "!" not in each] == ["aB3 cD4; eF5; gH6"]
    assert all(follows(stage, path) for path in found.paths if not path.is_contradiction)


def test_a_ring_is_gone_round_once_and_that_is_said() -> None:
    again = called("C", ID, step("cD4", to("eF5", when("eq", "/#steps.cD4.status", "open"))), schedule("eF5", ID))
    stage, found = chains(workflow("W", schedule("aB3", ID)), again)
    assert told(found) == ["aB3; cD4 eF5", "aB3; cD4"]
    assert found.paths[0].not_followed == ("eF5 schedules C again: a ring is followed once",)
    assert "eF5 schedules C again" in "".join(paths_report(stage, [found]))
    assert follows(stage, found.paths[0])


@pytest.mark.parametrize(
    ("id_", "why"),
    [
        ("/#steps.1.id", "aB3 schedules a workflow known only at run time"),
        ("5f8e148232731d0015c14658", 'aB3 schedules "5f8e148232731d0015c14658", which is not here'),
        (NEXT, "aB3 schedules D, which cannot be called"),
    ],
)
def test_what_is_scheduled_and_not_followed_is_said(id_: str, why: str) -> None:
    off = {**called("D", NEXT, step("cD4")), "enabled": False}
    _, found = chains(workflow("W", schedule("aB3", id_)), off)
    assert told(found) == ["aB3"]
    assert found.paths[0].not_followed == (why,)


def test_more_paths_through_a_chain_than_allowed_are_cut_and_said_to_be() -> None:
    forks = [to(f"s{index}", when("eq", "/#steps.1.n", index)) for index in range(12)]
    targets = [schedule(f"s{index}", ID) for index in range(12)]
    second = entering(called("C", ID, *(step(f"s{index}") for index in range(12))), *forks)
    stage = organisation(app(workflow("W", *targets, entry=tuple(forks)), second))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key), 20, stage)
    assert (found.cut, sum(not path.is_contradiction for path in found.paths)) == (True, 20)


def test_chains_begin_with_what_no_other_schedules_and_a_ring_with_its_first() -> None:
    first = workflow("W", schedule("aB3", ID))
    ring = called("R", "5f8e148232731d0015c14001", schedule("aB3", "5f8e148232731d0015c14002"))
    back = called("S", "5f8e148232731d0015c14002", schedule("aB3", "5f8e148232731d0015c14001"))
    stage = organisation(app(called("C", ID, step("cD4")), first, called("D", NEXT, schedule("aB3", NEXT)), ring, back))
    assert [analysis.title for analysis in chain_heads(stage)] == ["W", "D", "R"]
