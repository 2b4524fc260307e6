"""Scenarios that come to something else than in an earlier revision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from tests.support.history import History, behaviour_between

ID = "5f8e148232731d0015c14657"
OTHER_ID = "5f8e148232731d0015c14658"


def orders(amount: int = 5, find: str = "find") -> dict[str, Any]:
    return workflow(
        "Orders",
        step(find, to("escalate", when("eq", f"/#steps.{find}.total", amount)), to("note")),
        step("escalate"),
        step("note"),
    )


def scenario(*steps: str, total: int = 5, find: str = "find", **members: Any) -> str:
    expect = {"expect": {"path": [{"workflow": "Orders", "steps": [find, *steps]}]}} if steps else {}
    content = {
        "scenario": "a large order",
        "start": [{"workflow": "Orders", "payload": {}}],
        "mocks": [{"workflow": "Orders", "step": find, "returns": {"total": total}}],
        **expect,
    }
    return json.dumps(content | members)


def changes(*words: str) -> list[tuple[str, str, str, str]]:
    return [(Path(each.path).name, each.kind, each.status, each.words) for each in behaviour_between(*words).scenarios]


def test_a_scenario_that_fails_or_passes_now_is_said_with_its_first_difference(history: History) -> None:
    history.commit(
        orders=orders(),
        **{"large.scenario": scenario("escalate"), "small.scenario": scenario("note", total=4),
           "wrong.scenario": scenario("note")},
    )  # fmt: skip
    history.write(orders=orders(7))
    assert changes("HEAD") == [
        ("large.scenario.json", "fails", "", 'fails now: "note" runs, not "escalate"'),
        ("wrong.scenario.json", "passes", "", 'passes now, and failed before: "escalate" runs, not "note"'),
    ]


def test_one_that_goes_another_way_is_said_even_though_it_passes(history: History) -> None:
    history.commit(orders=orders(), **{"any.scenario": scenario(), "small.scenario": scenario(total=4)})
    history.write(orders=orders(7))
    assert changes("HEAD") == [("any.scenario.json", "elsewhere", "", "note runs instead of escalate")]


def test_one_that_was_changed_with_the_definition_is_replayed_as_it_was_and_as_it_is(history: History) -> None:
    history.commit(orders=orders(), **{"large.scenario": scenario("escalate")})
    history.write(orders=orders(7), **{"large.scenario": scenario("note")})
    assert changes("HEAD") == [("large.scenario.json", "elsewhere", "changed", "note runs instead of escalate")]


def test_scenarios_that_came_or_went_are_replayed_on_both_sides(history: History) -> None:
    history.commit(orders=orders(), **{"went.scenario": scenario("escalate"), "same.scenario": scenario(total=4)})
    history.write(
        orders=orders(7),
        **{"went.scenario": None, "came.scenario": scenario("note"), "bad.scenario": scenario("escalate"),
           "broken.scenario": "{"},
    )  # fmt: skip
    assert [(name, kind, status, words.partition(":")[0]) for name, kind, status, words in changes("HEAD")] == [
        ("bad.scenario.json", "fails", "added", "fails now"),
        ("broken.scenario.json", "unreadable", "added", "cannot be replayed now"),
        ("came.scenario.json", "passes", "added", "passes now, and failed before"),
        ("went.scenario.json", "fails", "removed", "would fail now"),
    ]


def test_one_that_names_what_is_no_longer_there_cannot_be_replayed(history: History) -> None:
    history.commit(orders=orders(), **{"large.scenario": scenario("escalate")})
    history.write(orders=orders(find="look"))
    [(_, kind, _, words)] = changes("HEAD")
    assert kind == "unreadable"
    assert words.startswith("cannot be replayed now: ")
    assert '"Orders" has no step "find"' in words


def test_a_step_that_was_renamed_in_both_changes_nothing(history: History) -> None:
    history.commit(orders=orders(), **{"large.scenario": scenario("escalate")})
    history.write(orders=orders(find="look"), **{"large.scenario": scenario("escalate", find="look")})
    assert changes("HEAD") == []


def chain(minutes: int, name: str = "x", *more: Any, id_: str = ID) -> dict[str, Any]:
    call = schedule("wait", id_, *more, inputs={"name": name}, runAt={"type": "relative", "value": minutes})
    return app(workflow("Orders", call, *(step(edge["target"]) for edge in more)), called("Later", id_, step("note")))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (chain(1440), '"Later" is scheduled for T+1 d instead of T+60 min'),
        (chain(60, "y"), '"Later" receives other inputs'),
        (chain(60, "x", to("more")), 'in "Orders": it goes on to more after wait'),
        (
            app(workflow("Orders", step("wait")), called("Later", ID, step("note"))),
            '"Later" no longer runs; "Later" is no longer scheduled',
        ),
    ],
)
def test_what_is_scheduled_otherwise_is_another_way(history: History, now: Any, expected: str) -> None:
    start = {"scenario": "x", "start": [{"workflow": "Orders", "payload": {}}]}
    history.commit(orders=chain(60), **{"any.scenario": start})
    history.write(orders=now)
    assert [words for _, _, _, words in changes("HEAD")] == [expected]


def test_a_workflow_that_has_another_id_where_it_is_scheduled_too_changes_nothing(history: History) -> None:
    start = {"scenario": "x", "start": [{"workflow": "Orders", "payload": {}}]}
    history.commit(orders=chain(60), **{"any.scenario": start})
    history.write(orders=chain(60, id_=OTHER_ID))
    assert changes("HEAD") == []
