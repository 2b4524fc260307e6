"""Many scenarios replayed: a result for each, those of before wherever nothing has changed that they depend on."""

from __future__ import annotations

import gc
import json
import pickle
import weakref
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.suite import (
    Outcome,
    ReplayOptions,
    ScenarioResult,
    ScenarioText,
    coverage_of,
    read_texts,
    replay_all,
    replay_one,
    reusable_results,
)
from kustui.workspace.snapshot import check_snapshot, open_paths
from tests.support.random_apps import apps
from tests.support.runs import EVENT, organisation

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.simulate.scenarios.replay import Replay

ID = "5f8e148232731d0015c14657"
WATCH = workflow("Watch", step("aB3", to("sC1", when("eq", "/#steps.aB3.status", "open"))), schedule("sC1", ID))
REMIND = called("Remind", ID, step("rE1"))
OTHER = workflow("Other", step("oT1"), event="kustomer.note.create")
BASE = (app(WATCH, REMIND), app(OTHER))


def scenario(title: str = "t", **more: Any) -> ScenarioText:
    content = {"scenario": title, "start": [{"workflow": "Watch"}], **more}
    return ScenarioText(f"{title}.scenario.json", json.dumps(content).encode())


OPEN: dict[str, Any] = {"mocks": [{"workflow": "Watch", "step": "aB3", "returns": {"status": "open"}}]}
SHUT: dict[str, Any] = {"mocks": [{"workflow": "Watch", "step": "aB3", "returns": {"status": "shut"}}]}


def results(texts: list[ScenarioText], stage: Organisation) -> list[ScenarioResult]:
    return list(replay_all(texts, stage))


def reused(text: ScenarioText, before: Organisation, after: Organisation, **options: Any) -> bool:
    """Whether a result stands, which then has to be the one that comes out anew."""
    result = replay_one(text, before)
    fresh = replay_one(text, after, ReplayOptions(**options))
    stands = bool(reusable_results([text], after, [result], ReplayOptions(**options)))
    if stands:
        assert fresh == result
    return stands


def test_there_is_a_result_for_each_in_order_and_one_that_cannot_be_read_ends_nothing(tmp_path: Path) -> None:
    texts = [
        scenario("holds", **OPEN, expect={"scheduled": [{"workflow": "Remind", "at": 60}]}),
        ScenarioText("broken.scenario.json", b'{"scenario": "x",}'),
        scenario("unknown", start=[{"workflow": "Wacth"}]),
        *read_texts([str(tmp_path / "gone.scenario.json")]),
        scenario("differs", **OPEN, expect={"scheduled": []}),
    ]
    holds, broken, unknown, gone, differs = results(texts, organisation(*BASE))
    assert [result.path for result in (holds, broken, unknown, gone, differs)] == [text.path for text in texts]
    assert (holds.outcome, holds.title) == (Outcome.PASSED, "holds")
    assert broken.outcome is unknown.outcome is gone.outcome is Outcome.UNREADABLE
    assert broken.errors[0].startswith("broken.scenario.json:1:17: ")
    assert unknown.errors == ('unknown.scenario.json:1:48: unknown workflow "Wacth" (did you mean "Watch"?)',)
    assert "gone.scenario.json" in gone.errors[0]
    assert differs.outcome is Outcome.FAILED
    assert [(placed.line, placed.message) for placed in differs.differences] == [
        (1, '"Remind" is scheduled, but nothing more is expected')
    ]


def test_a_result_names_the_workflows_that_ran_and_those_that_are_named() -> None:
    stage = organisation(*BASE)
    keys = {entry.item.name: entry.key for entry in stage.collection.entries}
    assert replay_one(scenario(**OPEN), stage).concerns == {keys["Watch"], keys["Remind"]}
    assert replay_one(scenario(**SHUT), stage).concerns == {keys["Watch"]}
    named = scenario(**SHUT, expect={"notRun": [{"workflow": "Other", "step": "oT1"}]})
    assert replay_one(named, stage).concerns == {keys["Watch"], keys["Other"]}


def test_a_run_that_is_left_undecided_is_a_failure_of_its_own_unless_it_is_expected() -> None:
    stage = organisation(app(workflow("Watch", step("aB3"), entry=(to("aB3", when("huh", "/#steps.1.a", 1)),))))
    left = [{"workflow": "Watch", "step": "1"}]
    undecided = replay_one(scenario(), stage)
    assert (undecided.passed, undecided.undecided) == (False, True)
    expected = replay_one(scenario(expect={"left": left}), stage)
    assert (expected.passed, expected.undecided) == (True, False)
    answer = {"workflow": "Watch", "step": "1", "at": "/trigger/transitions/0/condition", "answer": True}
    unmet = replay_one(scenario(choices=[answer], expect={"left": left}), stage)
    assert (unmet.passed, unmet.undecided) == (False, False)


def test_a_result_stands_where_nothing_that_it_depends_on_has_changed() -> None:
    text, before = scenario(**OPEN), organisation(*BASE)
    assert reused(text, before, organisation(*BASE))
    assert reused(text, before, organisation(BASE[0], app(workflow("Other", step("nEw")))))
    assert reused(text, before, organisation(*BASE, app()))
    changed_watch = {**WATCH, "description": "x"}
    assert not reused(text, before, organisation(app(changed_watch, REMIND), BASE[1]))
    assert not reused(text, before, organisation(app(WATCH, called("Remind", ID, step("nEw"))), BASE[1]))
    assert not reused(text, before, organisation(app(WATCH), BASE[1]))
    assert not reused(text, before, organisation(*BASE), most=5)
    assert not reused(text, before, organisation(*BASE), follow_events=True)
    assert not reused(text, before, organisation(*BASE, settings=Settings(relative_unit_minutes=2)))
    result = replay_one(text, before)
    assert not reusable_results([scenario(**OPEN, seed="s")], before, [result])


def test_what_the_app_says_of_its_actions_decides_what_is_drafted_and_its_version_does_not() -> None:
    looks = workflow(
        "Watch", step("aB3", to("cD4", when("exists", "/#steps.aB3.n")), action="kustomer.app.sample.look")
    )

    def stage(default: str, version: str = "1.0.0") -> Organisation:
        schema = {"type": "object", "properties": {"m": {"type": "string", "default": default}}}
        return organisation(app(looks, version=version, actions=[{"name": "look", "outputSchema": schema}]))

    outputs = [replay_one(scenario(), stage(default), render=_outputs).text for default in "ab"]
    assert outputs[0] != outputs[1]
    assert not reused(scenario(), stage("a"), stage("b"))
    assert reused(scenario(), stage("a"), stage("a", "1.0.1"))


def _outputs(replayed: Replay) -> str:
    return repr([entry.output for entry in replayed.entries if entry.node == "aB3"])


def test_a_workflow_that_moves_in_its_file_leaves_the_result_and_its_coverage() -> None:
    text, before = scenario(**OPEN), organisation(app(WATCH, REMIND, OTHER))
    after = organisation(app(OTHER, WATCH, REMIND))
    assert reused(text, before, after)
    result = replay_one(text, before)
    assert coverage_of([result], after).steps == (3, 3)


def test_what_starts_on_an_event_is_decided_by_what_listens_to_it() -> None:
    text = scenario(start=[{"event": EVENT}])
    before = organisation(*BASE)
    assert reused(text, before, organisation(*BASE, app(workflow("New", event="kustomer.note.update"))))
    assert not reused(text, before, organisation(*BASE, app(workflow("New", step("nEw")))))
    by_name = scenario(**OPEN)
    assert reused(by_name, before, organisation(*BASE, app(workflow("New", step("nEw")))))
    assert not reused(by_name, before, organisation(*BASE, app(workflow("Watch", step("nEw")))))


def test_a_schedule_of_a_workflow_that_comes_is_replayed() -> None:
    text, without = scenario(**OPEN), organisation(app(WATCH), app(OTHER))
    assert not reused(text, without, organisation(*BASE))


def test_a_scenario_that_names_what_is_not_there_is_due_as_soon_as_that_comes() -> None:
    text, without = scenario(), organisation(app(OTHER))
    assert replay_one(text, without).outcome is Outcome.UNREADABLE
    assert reused(text, without, organisation(app(OTHER)))
    assert not reused(text, without, organisation(*BASE))
    nothing = scenario(start=[{"event": "kustomer.note.creat"}])
    assert not reused(nothing, organisation(*BASE), organisation(BASE[0]))  # what it is said to be like is gone


def test_the_result_before_is_given_again_and_only_the_others_are_replayed() -> None:
    stage, texts = organisation(*BASE), [scenario("a"), scenario("b")]
    first = results(texts, stage)
    again = list(replay_all([scenario("a"), scenario("b", **OPEN), scenario("c")], stage, first))
    assert again[0] is first[0]
    assert again[1] is not first[1]
    assert [result.path for result in again] == ["a.scenario.json", "b.scenario.json", "c.scenario.json"]


def test_results_are_plain_values_that_another_process_can_send() -> None:
    for result in results([scenario(**OPEN), scenario(start=[{"workflow": "x"}])], organisation(*BASE)):
        assert pickle.loads(pickle.dumps(result)) == result


def test_coverage_is_that_of_all_together_and_of_every_workflow_on_request() -> None:
    stage = organisation(*BASE)
    both = results([scenario("a", **SHUT), scenario("b", **OPEN)], stage)
    assert coverage_of(both[:1], stage).steps == (1, 2)
    assert coverage_of(both, stage).steps == (3, 3)
    every = coverage_of(both, stage, every=True)
    assert [(covered.analysis.title, tuple(covered.steps)) for covered in every.workflows] == [
        ("Watch", (2, 2)),
        ("Remind", (1, 1)),
        ("Other", (0, 1)),
    ]


@given(apps(), apps(), apps(), st.sampled_from(["W", EVENT]), st.booleans())
def test_a_result_that_stands_is_the_one_that_comes_out_anew(
    one: dict[str, Any], other: dict[str, Any], third: dict[str, Any], start: str, follow: bool
) -> None:
    name = one["workflows"][0]["name"]
    started = {"event": EVENT} if start == EVENT else {"workflow": name}
    texts = [scenario(start=[started], followEvents=follow, maxSteps=30)]
    before, mixed = organisation(one, other), {**one, "workflows": [one["workflows"][0], *third["workflows"][1:]]}
    first = list(replay_all(texts, before))
    for definitions in ((one, third), (mixed, other), (one,), (third, one), (one, other)):
        after = organisation(*definitions)
        fresh = list(replay_all(texts, after))
        assert [replace(kept, basis=None) for kept in replay_all(texts, after, first)] == [
            replace(result, basis=None) for result in fresh
        ]


def test_no_organisation_is_kept_for_what_it_was_asked() -> None:
    stage = organisation(*BASE)
    assert results([scenario()], stage)
    kept = weakref.ref(stage)
    del stage
    gc.collect()
    assert kept() is None


def opened(folder: Path) -> Organisation:
    snapshot = check_snapshot(open_paths([str(folder)]))
    return Organisation(snapshot.analyses, snapshot.by_entry)


def put(folder: Path, step_id: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "app.json").write_text(json.dumps({**workflow("Same", step(step_id)), "id": f"id-{step_id}"}))


def test_of_several_workflows_of_a_name_a_scenario_means_the_nearest(tmp_path: Path) -> None:
    for folder, step_id in (("one", "aB3"), ("two", "cD4"), ("two/inner", "eF5")):
        put(tmp_path / folder, step_id)
    stage = opened(tmp_path)
    content = json.dumps({"scenario": "t", "start": [{"workflow": "Same"}]}).encode()

    def ran(folder: str) -> list[str | None]:
        result = replay_one(ScenarioText(str(tmp_path / folder / "t.scenario.json"), content), stage)
        return [stage.collection.by_key[key].id for key in result.workflows]

    expected = {"one": "id-aB3", "two": "id-cD4", "two/inner": "id-eF5", "two/inner/more": "id-eF5"}
    assert {folder: ran(folder) for folder in expected} == {folder: [id_] for folder, id_ in expected.items()}
    ambiguous = replay_one(ScenarioText(str(tmp_path / "three" / "t.scenario.json"), content), stage)
    assert "is ambiguous: 2 workflows have this name" in ambiguous.errors[0]


def test_where_the_workflow_of_a_name_moves_the_scenario_is_replayed(tmp_path: Path) -> None:
    put(tmp_path / "one", "aB3")
    put(tmp_path / "two", "cD4")
    text = ScenarioText(str(tmp_path / "one" / "t.scenario.json"), scenario(start=[{"workflow": "Same"}]).raw)
    before = opened(tmp_path)
    put(tmp_path / "one", "cD4")
    put(tmp_path / "two", "aB3")
    assert not reused(text, before, opened(tmp_path))
