"""Paths through a workflow, values that go them, and drafts that aim far."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths import drafts
from kustui.simulate.paths.drafts import draft_payload
from kustui.simulate.scenarios.explore import expected_path_scenario, explore_paths
from kustui.simulate.scenarios.file import as_file
from kustui.simulate.scenarios.record import default_scenario
from kustui.simulate.scenarios.replay import replay
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.runs import handled, organisation

SAMPLES = Path(__file__).parents[3] / "samples"
ID = "5f8e148232731d0015c14657"
STATUS = "/#steps.aB3.status"


def paths(*steps: Any, **more: Any) -> list[str]:
    """Each path as its nodes, with ``!`` where it contradicts itself."""
    stage = organisation(workflow("W", *steps, **more))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key))
    return [f"{' '.join(path.nodes[1:])}{'!' if path.is_contradiction else ''}" for path in handled(found.paths)]


def test_every_path_is_told_once_with_those_that_end_early_and_those_that_fail() -> None:
    first = step("aB3", to("cD4", when("eq", STATUS, "open")), errorCases=[to("eF5")])
    assert paths(first, step("cD4", to("eF5")), step("eF5")) == ["aB3 cD4 eF5", "aB3", "aB3 eF5"]


def test_what_has_to_hold_and_what_cannot_is_said_with_the_names_of_steps() -> None:
    first = step("aB3", to("cD4", when("eq", STATUS, "open")), meta={"displayName": "Look it up"})
    second = step("cD4", to("eF5", when("eq", STATUS, "done")))
    stage = organisation(workflow("W", first, second, step("eF5")))
    listed = handled(explore_paths(stage.analysis(stage.collection.entries[0].key)).paths)
    needs = [need for path in listed for need in path.needs]
    assert 'Look it up.status is "open"' in needs
    assert [path.contradiction for path in listed if path.is_contradiction] == [
        'Look it up.status is "open" and Look it up.status is "done"'
    ]


def test_what_is_missing_on_a_path_is_said_with_the_names_of_steps() -> None:
    skipped = step("gH6", to("eF5"), meta={"displayName": "Make it up"})
    first = step("aB3", to("eF5", when("exists", STATUS)), to("gH6"))
    last = step("eF5", to("kL8", when("exists", "/#steps.gH6.id")))
    found = organisation(workflow("W", first, skipped, last, step("kL8")))
    told = {path.contradiction for path in explore_paths(found.analysis(found.collection.entries[0].key)).paths}
    assert "Make it up.id exists, and on this path Make it up.id = missing" in told


@pytest.mark.parametrize(
    ("one", "other", "contradicts"),
    [
        (when("eq", STATUS, "open"), when("eq", STATUS, "done"), True),
        (when("eq", STATUS, "open"), when("neq", STATUS, "open"), True),
        (when("eq", STATUS, "open"), when("neq", STATUS, "done"), False),
        (when("exists", STATUS), when("dne", STATUS), True),
        (when("eq", STATUS, "open"), when("dne", STATUS), True),
        (when("gt", STATUS, 5), when("lt", STATUS, 5), True),
        (when("gt", STATUS, 5), when("lt", STATUS, 6), False),
        (when("gte", STATUS, 5), when("lte", STATUS, 5), False),
        (when("gt", STATUS, 5), when("lte", STATUS, 5), True),
        (when("gt", STATUS, 5), when("eq", STATUS, 4), True),
        (when("gt", STATUS, 5), when("eq", STATUS, "abc"), False),  # what order they have is not known
        (when("lt", STATUS, 5), when("eq", STATUS, "2026-01-05"), False),
        (when("gt", STATUS, 5), when("contains", STATUS, "abc"), False),
        (when("contains", STATUS, ["a", "b"]), when("contains", STATUS, ["b", "c"]), False),
        (when("contains", STATUS, ["a", "b"]), when("contains", STATUS, ["c"]), False),
        (when("contains", STATUS, "vip"), when("contains", STATUS, "new"), False),
        (when("eq", STATUS, False), when("dne", STATUS), False),  # whether nothing counts as false is not known
        (when("matches", STATUS, "^a"), when("matches", STATUS, "^b"), False),  # not Kustomer's
        (when("gt", "/#steps.aB3.items.length", 100), when("exists", STATUS), False),
        (when("eq", "/#steps.aB3.items.99.id", "a"), when("exists", STATUS), False),
        (when("isOpenToday", STATUS), when("eq", STATUS, "x"), False),
        (when("gt", STATUS), when("eq", STATUS, "x"), False),  # more than what?
        (when("exists", "/#steps.aB3.body"), when("eq", "/#steps.aB3.body.id", "a"), False),
    ],
)
def test_a_path_that_contradicts_itself_is_marked_and_no_other(one: Any, other: Any, contradicts: bool) -> None:
    found = paths(step("aB3", to("cD4", one)), step("cD4", to("eF5", other)), step("eF5"))
    routes = ("aB3 cD4 eF5", "aB3 cD4")
    assert any(each.startswith(f"{routes[0]}") and each.endswith("!") for each in found) is contradicts, found


def test_what_a_step_that_was_passed_by_would_have_given_is_missing() -> None:
    ask = step("cD4", to("eF5", when("exists", STATUS)))
    entry = (to("aB3", when("eq", "/#steps.1.x", 1)), to("cD4"))
    assert paths(step("aB3", to("cD4")), ask, step("eF5"), entry=entry) == ["aB3 cD4 eF5", "aB3 cD4", "cD4 eF5!", "cD4"]


def titles(*steps: Any) -> list[str]:
    stage = organisation(workflow("W", *steps))
    return list(explore_paths(stage.analysis(stage.collection.entries[0].key)).titles.values())


def test_a_path_is_called_by_what_others_do_not_need() -> None:
    first = step("aB3", to("cD4", when("eq", STATUS, "open")))
    assert titles(first, step("cD4", to("eF5", when("eq", "/#steps.cD4.n", 1))), step("eF5")) == [
        "W: cD4.n is 1",
        "W: no transition from cD4 holds",
        "W: no transition from aB3 holds",
        "W: aB3 fails",
        "W: cD4 fails",
        "W: eF5 fails",
    ]


def test_paths_that_need_the_same_are_called_by_their_steps_too() -> None:
    long = "x" * 2_000
    edges = (to(target, when("eq", STATUS, f"{long}{target}")) for target in ("cD4", "eF5"))
    first, second, *_ = titles(step("aB3", *edges), step("cD4"), step("eF5"))
    assert first.removesuffix("aB3 -> cD4") == second.removesuffix("aB3 -> eF5") != first


def test_more_paths_than_allowed_are_cut_and_said_to_be() -> None:
    chain = [
        step(f"s{index}", to(f"s{index + 1}", when("eq", f"/#steps.s{index}.a", 1)), to(f"s{index + 1}"))
        for index in range(12)
    ]
    stage = organisation(workflow("W", *chain, step("s12")))
    found = explore_paths(stage.analysis(stage.collection.entries[0].key), most=20)
    assert (found.cut, len(found.paths)) == (True, 20)


@pytest.mark.parametrize("name", ["orders.json", "timer-chain.json", "organisation-export.json"])
def test_the_scenario_of_a_path_goes_it(name: str) -> None:
    snapshot = check_snapshot(open_paths([str(SAMPLES / name)]))
    assert snapshot is not None
    stage = Organisation(snapshot.analyses, snapshot.by_entry)
    count = 0
    for entry in stage.collection.entries[:12]:
        for path in explore_paths(stage.analysis(entry.key)).paths:
            scenario = expected_path_scenario(stage, path)
            assert (scenario is None) == (not path.workflow_path.solutions)
            if scenario is not None:
                came = [each.node for each in replay(as_file(scenario), stage).entries if each.run == 1]
                assert tuple(came) == path.nodes, path.needs
                count += 1
    assert count > 15


def test_nothing_is_forced_where_values_can_be_found() -> None:
    conditions = [
        when("gt", "/#fn:parseInt,steps.aB3.n", 24),
        when("contains", "/#steps.aB3.tags", "vip"),
        when("dne", STATUS),
    ]
    first = step("aB3", *(to("cD4", each) for each in conditions))
    stage = organisation(workflow("W", first, step("cD4")))
    for path in explore_paths(stage.analysis(stage.collection.entries[0].key)).paths:
        scenario = expected_path_scenario(stage, path)
        assert scenario is not None
        assert not scenario.choices


# Drafts.


def draft(*steps: Any, **more: Any) -> dict[str, Any]:
    """What is drafted for the first step."""
    stage = organisation(workflow("W", *steps, **more))
    analysis = stage.analysis(stage.collection.entries[0].key)
    return drafts.draft_output(
        analysis, analysis.flow.steps["aB3"], {"steps": {"1": {"since": "2025-05-05"}}}, 1_767_603_600_000, {}
    )


def reading(*values: str) -> tuple[Any, ...]:
    return step("aB3", to("cD4")), step("cD4", params={str(index): value for index, value in enumerate(values)})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["/#steps.aB3.custom.openBool"], {"custom": {"openBool": True}}),
        (["/#steps.aB3.custom.totalNum"], {"custom": {"totalNum": 1}}),
        (["/#steps.aB3.createdAt"], {"createdAt": "2026-01-05T09:00:00.000Z"}),
        (["/#fn:parseInt,steps.aB3.left"], {"left": "1"}),
        (["/#fn:isValidEmailAddress,steps.aB3.to"], {"to": "ann@example.com"}),
        (["{{dateFormat steps.aB3.day format='LL'}}"], {"day": "2026-01-05T09:00:00.000Z"}),
        (["{{math steps.aB3.a '+' 1}}"], {"a": 1}),
        (["{{#each steps.aB3.parts}}{{number}}{{/each}}"], {"parts": [{"number": "draft-number"}]}),
        (["/#steps.aB3.emails.0.email"], {"emails": [{"email": "ann@example.com"}]}),
        (["/#steps.aB3.items.length"], {"items": ["draft"]}),
        (["/#steps.aB3.a", "/#steps.aB3.a.b"], {"a": {"b": "draft-b"}}),
        (["/#steps.1.other"], {}),
    ],
)  # fmt: skip
def test_an_output_is_drafted_from_what_is_read_of_it(values: list[str], expected: Any) -> None:
    assert draft(*reading(*values)) == expected


def test_a_draft_has_what_it_is_compared_with() -> None:
    routes = [
        when("eq", STATUS, "open"),
        when("eq", "/#steps.aB3.since", "/#steps.1.since"),
        when("gt", "/#steps.aB3.n", 9),
    ]
    assert draft(step("aB3", *(to("cD4", each) for each in routes)), step("cD4")) == {
        "status": "open",
        "since": "2025-05-05",
        "n": 10,
    }


def test_an_answer_over_http_has_its_status() -> None:
    asks = step("aB3", to("cD4"), action="kustomer.rest-api.json")
    assert draft(asks, step("cD4", params={"x": "/#steps.aB3.body.id"})) == {
        "response": {"statusCode": 200},
        "body": {"id": "draft-id"},
    }


def test_the_answer_of_an_own_action_is_drafted_from_its_schema() -> None:
    schema = {"properties": {"code": {"type": "number"}, "body": {"type": "object"}, "ok": {"type": "boolean"}}}
    actions = [{"name": "ask", "outputSchema": schema}]
    asks = step("aB3", to("cD4"), action="kustomer.app.sample.ask")
    stage = organisation(app(workflow("W", asks, step("cD4", params={"x": "/#steps.aB3.body.id"})), actions=actions))
    analysis = stage.analysis(stage.collection.entries[0].key)
    assert drafts.draft_output(analysis, analysis.flow.steps["aB3"], {}, 0, {}) == {
        "code": 1,
        "body": {"id": "draft-id"},
        "ok": True,
    }


def test_the_inputs_of_a_callable_are_drafted_from_its_schema() -> None:
    stage = organisation(app(called("C", ID, step("aB3"), inputs={"n": "number", "ok": "boolean", "id": "string"})))
    assert draft_payload(stage.analysis(stage.collection.entries[0].key)) == {"n": 1, "ok": True, "id": "draft-id"}


def test_drafts_aim_at_the_way_that_goes_farthest() -> None:
    routes = to("cD4", when("eq", STATUS, "done")), to("eF5", when("eq", STATUS, "open"))
    waits = workflow("W", step("aB3", *routes), step("cD4"), schedule("eF5", ID))
    stage = organisation(app(waits, called("C", ID, step("gH6"))))
    assert [entry.node for entry in replay(default_scenario(stage), stage).entries if entry.run] == [
        "1",
        "aB3",
        "eF5",
        "1",
        "gH6",
    ]
