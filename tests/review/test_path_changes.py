"""Events that take another path than before: which are reported, by the smallest event, and in which words."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rule import step, to, when, workflow
from kustui.definition.platform import TRIGGER_ID
from kustui.review.affected_paths import Paths
from kustui.review.divergence import ENDS, Path, PathStep
from kustui.review.event_runs import Event, Side, smallest_event
from kustui.review.path_changes import compare_paths
from kustui.simulate.scenarios.file import read
from kustui.simulate.scenarios.replay import replay
from tests.benchmarks.growth import counted
from tests.support.event_scenarios import scenario_of_event
from tests.support.runs import organisation

if TYPE_CHECKING:
    from kustui.review.path_changes import PathComparison

STATUS, TOTAL = "/#steps.1.status", "/#steps.find.total"


def named(name: str, id_: str, *edges: Any, **members: Any) -> dict[str, Any]:
    return {**step(id_, *edges, **members), "meta": {"displayName": name}}


ESCALATE, NOTE = named("Escalate", "escalate", to("note")), named("Add note", "note")
ORDERS = workflow(
    "Orders",
    named("Find order", "find", to("escalate", when("eq", TOTAL, 5)), to("note")),
    ESCALATE,
    NOTE,
    entry=(to("find", when("eq", STATUS, "open")),),
)


def orders(find: dict[str, Any] | None = None, entry: Any = None, *more: dict[str, Any]) -> dict[str, Any]:
    """The same workflow with another first step or entry, or with more steps."""
    changed = copy.deepcopy(ORDERS)
    changed["steps"][0] = find or changed["steps"][0]
    changed["steps"] += more
    changed["trigger"]["transitions"] = [entry] if entry is not None else changed["trigger"]["transitions"]
    return changed


def side(definition: Any, renamed: dict[str, str] | None = None, number: int = 0) -> Side:
    stage = organisation(definition)
    return Side(stage, stage.analysis(stage.collection.entries[number].key), renamed or {})


def compared(old: Any, new: Any, **renamed: str) -> PathComparison:
    return compare_paths(side(old, renamed), side(new))


def sentences(old: Any, new: Any, **renamed: str) -> list[str]:
    return [f"{change.kind}: {change.sentence}" for change in compared(old, new, **renamed).changes]


OPEN = 'with status "open"'


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (ORDERS, []),
        (
            orders(named("Find order", "find", to("note"))),
            [f"gone: {OPEN} and Find order.total 5: Escalate no longer runs"],
        ),
        (
            orders(named("Find order", "find", to("escalate", when("eq", TOTAL, 5)))),
            [f"replaced: {OPEN}: Add note no longer runs; it ends after Find order"],
        ),
        (
            orders(
                named(
                    "Find order",
                    "find",
                    to("escalate", when("and", when("eq", TOTAL, 5), when("eq", "/#steps.1.vip", True))),
                    to("note"),
                )
            ),
            [f"elsewhere: {OPEN} and Find order.total 5: Escalate no longer runs"],
        ),
        (
            orders(None, to("prepare", when("eq", STATUS, "open")), named("Prepare", "prepare", to("find"))),
            [f"replaced: {OPEN}: Prepare runs after the trigger"],
        ),
        (
            orders(None, to("find", when("eq", STATUS, "done"))),
            [
                f"elsewhere: {OPEN}: Find order and Add note no longer run; it ends after the trigger",
                'elsewhere: with status "done": it goes on to Find order and Add note after the trigger',
            ],
        ),
        (
            orders(None, to("find")),
            ["gone: with an empty event: it goes on to Find order and Add note after the trigger"],
        ),
        (
            orders(named("Find order", "find", to("escalate", when("eq", TOTAL, 5)), to("nowhere"))),
            [
                f"gone: {OPEN}: Add note no longer runs; it breaks off at Find order: the transition leads to the "
                'unknown step "nowhere"'
            ],
        ),
        (
            orders(
                named(
                    "Find order", "find", to("escalate", when("eq", TOTAL, 5)), to("note"), errorCases=[to("escalate")]
                )
            ),
            [f"replaced: {OPEN} and Find order failing: it goes on to Escalate and Add note after Find order failing"],
        ),
    ],
)
def test_a_change_is_said_once_with_the_smallest_event_that_shows_it(new: Any, expected: list[str]) -> None:
    assert sentences(ORDERS, new) == expected


def test_what_has_come_back_is_said_in_the_other_direction() -> None:
    without = orders(named("Find order", "find", to("note")))
    assert sentences(without, ORDERS) == [f"new: {OPEN} and Find order.total 5: Escalate runs after Find order"]
    broken = orders(named("Find order", "find", to("nowhere")))
    assert sentences(broken, without) == [f"new: {OPEN}: it no longer breaks off at Find order and goes on to Add note"]


def test_paths_that_part_in_the_same_way_are_one_change() -> None:
    (change,) = compared(ORDERS, orders(named("Find order", "find", to("note")))).changes
    assert change.others == 2  # as the escalation or the note fails


def test_another_look_of_the_same_workflow_changes_no_behaviour() -> None:
    other = copy.deepcopy(ORDERS)
    other["name"] = "Orders, renamed"
    other["steps"].reverse()
    for part in other["steps"]:
        part["meta"] = {"displayName": "Another name", "x": 1}
    assert compared(ORDERS, dict(reversed(other.items()))) == compared(ORDERS, ORDERS)
    assert not compared(ORDERS, other).changes


def test_a_step_that_was_renamed_runs_as_before() -> None:
    new = json.loads(json.dumps(ORDERS).replace('"find"', '"look-up"').replace("steps.find", "steps.look-up"))
    assert not sentences(ORDERS, new, find="look-up")
    new["steps"][0]["transitions"].pop(0)
    assert sentences(ORDERS, new, find="look-up") == [f"gone: {OPEN} and Find order.total 5: Escalate no longer runs"]


def test_what_nobody_can_decide_is_said_and_shows_nothing() -> None:
    new = orders(None, to("find", when("eq", "/#variables.region", "eu")))
    result = compared(ORDERS, new)
    assert not result.changes
    assert [words for words in result.undecided if "region" in words]


def test_of_more_paths_than_are_searched_a_path_is_gone_all_the_same() -> None:
    """Whether one path is there is searched by itself, whatever others there are."""
    many = [
        named(f"Ask {number}", f"ask{number}", to(f"no{number}", when("eq", f"/#steps.1.a{number}", "x")),
              to(f"ask{number + 1}"))
        for number in range(9)
    ]  # fmt: skip
    many += [named(f"No {number}", f"no{number}", to(f"ask{number + 1}")) for number in range(9)]
    last = [named("Last", "ask9", to("escalate", when("exists", "/#steps.1.b"))), ESCALATE, NOTE]
    old = workflow("Many", *many, *last)
    new = workflow("Many", *many, {**last[0], "transitions": []}, *last[1:])
    result = compared(old, new)
    assert result.limits == ("only 60 of the paths through what changed were searched",)
    assert {change.kind for change in result.changes} == {"gone"}
    assert any("Escalate and Add note no longer run; it ends after Last" in each.words for each in result.changes)


def test_an_event_is_a_scenario_that_makes_the_same_runs() -> None:
    new = orders(named("Find order", "find", to("escalate", when("eq", TOTAL, 5)), to("note"), errorCases=[to("note")]))
    old_side, new_side = side(ORDERS), side(new)
    (change,) = compare_paths(old_side, new_side).changes
    for one, run in ((old_side, change.old), (new_side, change.new)):
        content = scenario_of_event(change.event, run, one)
        came = replay(read("a.scenario.json", json.dumps(content).encode()), one.organisation)
        assert [(entry.node, entry.failure is not None) for entry in came.entries if entry.run] == [*run.path.steps]
        assert not came.notes


def test_whether_a_path_is_gone_is_asked_of_no_other_ways_than_those_that_it_takes() -> None:
    """Solving all ways out of a step takes the square of them, and more where each may be refused by several things."""

    def work(ways: int) -> int:
        ids = [f"t{at}" for at in range(ways)]
        kind = when("eq", "/#steps.1.kind", "x")
        edges = (to(id_, when("and", when("eq", STATUS, id_), kind)) for id_ in ids)
        paths = Paths(side(workflow("Wide", step("hub", *edges), *map(step, ids))))
        path = Path(tuple(PathStep(node, fails=False) for node in (TRIGGER_ID, "hub", ids[-1])), ENDS)
        assert not paths.excludes(path)
        return counted(lambda: paths.excludes(path))

    assert work(80) < 4 * work(20)


def test_what_makes_no_difference_is_not_looked_for_once_no_more_may_be_asked() -> None:
    asked = 0

    def still(_: Event) -> bool:
        nonlocal asked
        asked += 1
        return False

    event = Event({f"f{at}": at for at in range(100)}, {}, {})
    assert smallest_event(event, still, lambda: asked < 10) == event
    assert asked == 10
