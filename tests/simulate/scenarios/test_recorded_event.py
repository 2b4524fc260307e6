"""Events as they travel, and the API's record of a run, as payloads and mocks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.simulate.scenarios.file import ScenarioError
from kustui.simulate.scenarios.record import default_scenario
from kustui.simulate.scenarios.recorded_event import recorded_event
from kustui.simulate.scenarios.replay import Replay, replay
from tests.support.runs import EVENT, organisation

ID = "5f8e148232731d0015c14657"
CHANGES = {"attributes": {"status": {"op": "~", "before": "open", "after": "done"}}, "relationships": {}}
ENVELOPE: dict[str, Any] = {
    "id": "65a1",
    "name": EVENT,
    "org": "5f8e",
    "data": {
        "type": "conversation",
        "id": "c1",
        "attributes": {"status": "done", "tags": ["vip"], "custom": {"@x": 1}},
        "relationships": {
            "customer": {"links": {"self": "/v1/customers/k1"}, "data": {"type": "customer", "id": "k1"}},
            "messages": {"data": [{"type": "message", "id": "m1"}, {"type": "message", "id": "m2"}]},
            "queue": {"data": None},
            "brand": {"links": {"self": "/v1/brands"}},
        },
    },
    "changes": CHANGES,
    "client": "web",
}
FLAT = {
    "id": "c1", "customer": "k1", "messages": ["m1", "m2"], "status": "done", "tags": ["vip"], "custom": {"@x": 1},
    "changes": CHANGES,
}  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        ENVELOPE,
        {"event": ENVELOPE},
        {"data": ENVELOPE},
        {"data": {"attributes": ENVELOPE}},
        {"data": {"type": "event", "id": "x", "attributes": {"event": ENVELOPE}}},
        {**ENVELOPE, "data": {**ENVELOPE["data"], "changes": CHANGES}, "changes": CHANGES},
    ],
)
def test_an_envelope_is_flattened_wherever_it_is(written: dict[str, Any]) -> None:
    event = recorded_event(written)
    assert (event.payload, event.name, event.is_run) == (FLAT, EVENT, False)


@pytest.mark.parametrize("wrap", [lambda it: it, lambda it: {"event": it}, lambda it: {"data": it}])
def test_an_envelope_without_a_name_is_flattened_too(wrap: Any) -> None:
    nameless = {key: value for key, value in ENVELOPE.items() if key not in ("name", "org")}
    assert recorded_event(wrap(nameless)).payload == FLAT


@pytest.mark.parametrize(
    ("written", "payload"),
    [
        ({"data": ENVELOPE["data"], "links": {}}, {key: FLAT[key] for key in FLAT if key != "changes"}),
        (ENVELOPE["data"], {key: FLAT[key] for key in FLAT if key != "changes"}),
        (
            {"name": f"kustomer.workflow.{ID}.call", "data": {"attributes": {"inputs": {"a": 1}, "by": "x"}}},
            {"a": 1},
        ),
        ({"name": f"kustomer.workflow.{ID}.call", "data": {"attributes": {}}}, {}),
        (
            {"name": "kustomer.hooks.form.5f8e.receive", "data": {"id": "h1", "attributes": {"data": {"Order": 7}}}},
            {"id": "h1", "data": {"Order": 7}, "attributes": {"data": {"Order": 7}}},
        ),
    ],
)
def test_what_a_workflow_reads_of_it(written: dict[str, Any], payload: dict[str, Any]) -> None:
    assert recorded_event(written).payload == payload


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"id": "c1", "status": "open"},
        {"id": "c1", "name": "Ann", "data": {"a": 1}},
        {"attributes": {"data": {"Order Number": 7}}},
        {"event": "made.up", "status": "open"},
        {"event": {"at": 1}, "data": [1]},
        {"data": {"type": "x"}, "meta": {"page": 1}},
        {"error": "x", "status": 500},
        {"type": "form", "id": "h1", "attributes": {"data": {"Order": 7}}},
        {"type": "note", "attributes": [1], "id": 1},
    ],
)
def test_a_payload_that_is_no_envelope_stays_as_it_is(payload: dict[str, Any]) -> None:
    event = recorded_event(payload)
    assert (event.payload, event.name, event.is_run) == (payload, "", False)


# A run that has been

WORKFLOW = workflow(
    "W",
    step("aB3", to("cD4", when("eq", "/#steps.aB3.body.ok", True))),
    step("cD4", to("eF5", when("isOpenToday", 1))),
    step("eF5", to("iJ7"), errorCases=[to("kL8", when("eq", "/#error.statusCode", 404)), to("mN9")]),
    *(step(id_) for id_ in ("iJ7", "kL8", "mN9")),
    entry=(to("aB3", when("eq", "/#steps.1.status", "done")),),
)
CONTEXT: dict[str, Any] = {"steps": {"1": FLAT, "aB3": {"body": {"ok": True}}, "cD4": {"id": "x"}}}


def record(error: Any = None, context: Any = CONTEXT, **more: Any) -> dict[str, Any]:
    meta = {"context": context, "attempt": 1, "retry": False, "workflowRev": 3}
    return {"event": ENVELOPE, "error": error, "status": "failed" if error else "completed", "meta": meta, **more}


def again(written: Any, *definitions: Any, workflow: str | None = None) -> Replay:
    there = organisation(*definitions or (WORKFLOW,))
    return replay(default_scenario(there, workflow, ("run.json", json.dumps(written).encode())), there)


def nodes(replayed: Replay) -> list[str]:
    return [entry.node for entry in replayed.entries if entry.run]


GONE = {"statusCode": 404, "message": "gone"}


@pytest.mark.parametrize(
    "written",
    [
        record(GONE),
        record(GONE, context=CONTEXT["steps"]),
        {"data": {"type": "workflow_run", "id": "r1", "attributes": record(GONE)}},
        {"type": "workflow_run", "id": "r1", "attributes": record(GONE)},
        record({"status": 404, "body": {"message": "gone"}}),
        record({"response": {"statusCode": "404", "body": {"message": "gone"}}}),
        record({**GONE, "stepId": "eF5"}),
    ],
)
def test_a_failed_run_fails_again_where_it_did(written: dict[str, Any]) -> None:
    replayed = again(written)
    assert nodes(replayed) == ["1", "aB3", "cD4", "eF5", "kL8"]
    outputs = {entry.node: entry.output for entry in replayed.entries}
    assert (outputs["1"], outputs["aB3"]) == (FLAT, {"body": {"ok": True}})
    failed = next(entry for entry in replayed.entries if entry.node == "eF5")
    assert failed.failure is not None
    assert (failed.failure.status, failed.failure.error["message"]) == (404, "gone")
    assert not replayed.notes


def test_what_of_a_record_is_not_rehearsed_is_noted() -> None:
    unknown = again({"event": ENVELOPE, "error": "it broke", "status": "failed"})
    assert not any(entry.failure for entry in unknown.entries)
    assert [each.message for each in unknown.notes] == [
        "the record has an error, and where it occurred cannot be told: no step is made to fail"
    ]
    gone = again(record(GONE, {"steps": {**CONTEXT["steps"], "zZ9": {}}}))
    assert [each.message for each in gone.notes] == ['the record has outputs that are not used: "W" has no step "zZ9"']


def test_which_step_failed_is_not_guessed() -> None:
    """The next step is one of two, and the condition between them undecided."""
    fork = workflow("W", step("aB3", to("eF5", when("isOpenToday", 1)), to("gH6")), step("eF5"), step("gH6"))
    context = {"steps": {"1": FLAT, "aB3": {}}}
    assert again(record(GONE, context), fork).entries[-1].left
    assert nodes(again(record({**GONE, "step": "gH6"}, context), fork)) == ["1", "aB3", "gH6"]


def test_a_run_that_failed_without_more_ado_fails_again() -> None:
    replayed = again(record("it broke"))
    assert nodes(replayed)[-1] == "mN9"
    assert next(e.failure for e in replayed.entries if e.failure is not None).error == {
        "message": "it broke", "body": "it broke",
    }  # fmt: skip


def test_a_step_that_left_no_output_is_not_the_one_that_failed_where_others_ran_after_it() -> None:
    context = {"steps": {"1": FLAT, "cD4": {"id": "x"}}}
    chain = workflow("W", schedule("aB3", ID, to("cD4")), step("cD4", to("eF5")), step("eF5"))
    replayed = again(record(GONE, context), app(chain, called("C", ID, step("xY9"))))
    assert [entry.node for entry in replayed.entries if entry.failure] == ["eF5"]


def test_a_run_that_came_to_its_end_does_so_again() -> None:
    context = {"steps": {**CONTEXT["steps"], "eF5": {"id": "y"}, "iJ7": {}}}
    assert nodes(again(record(None, context))) == ["1", "aB3", "cD4", "eF5", "iJ7"]


def test_without_the_trigger_in_its_context_the_event_is_flattened() -> None:
    steps = {key: value for key, value in CONTEXT["steps"].items() if key != "1"}
    assert again(record(GONE, {"steps": steps})).entries[1].output == FLAT


def test_the_workflow_is_that_of_the_record_or_of_the_event() -> None:
    other = workflow("V", step("aB3"))
    both = app({**WORKFLOW, "id": "w1"}, {**other, "id": "w2"})
    for chosen in ({"workflowId": "w1"}, {"relationships": {"workflow": {"data": {"type": "workflow", "id": "w1"}}}}):
        assert {entry.title for entry in again(record(GONE, **chosen), both).entries if entry.run} == {"W"}
    with pytest.raises(ScenarioError, match='choose a workflow with --workflow: "W", "V"'):
        again(record(GONE), both)
    assert {entry.title for entry in again(ENVELOPE, both).entries if entry.run} == {"W", "V"}  # as in production
    assert {entry.title for entry in again(ENVELOPE, both, workflow="V").entries if entry.run} == {"V"}


def test_the_event_names_its_workflow() -> None:
    others = app(WORKFLOW, workflow("V", step("aB3"), event="kustomer.note.create"), called("C", ID, step("xY9")))
    assert {entry.title for entry in again(ENVELOPE, others).entries if entry.run} == {"W"}
    call = {"name": f"kustomer.workflow.{ID}.call", "data": {"attributes": {"inputs": {"a": 1}}}}
    replayed = again(call, others)
    assert [(entry.title, entry.output) for entry in replayed.entries][1] == ("C", {"a": 1})
    with pytest.raises(ScenarioError, match="did you mean"):
        again({**ENVELOPE, "name": "kustomer.conversation.updated"}, others)


# A run in which a step failed before another did

ON_ERROR = when("eq", "/#error.statusCode", 404)


def rescue(*error_cases: Any, onward: str = "gH6") -> Any:
    """aB3, which goes on to cD4, or after a failure by these error cases."""
    return workflow(
        "W",
        step("aB3", to(onward), errorCases=[*error_cases]),
        step("cD4", to("eF5")),
        *(step(id_) for id_ in ("eF5", "gH6", "iJ7")),
        entry=(to("aB3"),),
    )


@pytest.mark.parametrize(
    "definition",
    [
        rescue(to("cD4")),
        rescue(to("cD4", ON_ERROR)),
        rescue(to("cD4", when("isOpenToday", 1))),
        rescue(to("iJ7", ON_ERROR), to("cD4", when("exists", "/#error.body.code"))),
        rescue(to("iJ7"), to("cD4")),
        rescue(to("cD4"), onward="cD4"),
        rescue({"condition": ON_ERROR, "errorAction": {"type": "stop-processing"}}, to("cD4")),
        rescue({"condition": when("true", True), "errorAction": {"type": "continue"}}, onward="cD4"),
    ],
)
def test_a_step_whose_error_case_was_taken_fails_too(definition: Any) -> None:
    replayed = again(record(GONE, {"steps": {"1": FLAT, "cD4": {"id": "x"}}}), definition)
    assert nodes(replayed) == ["1", "aB3", "cD4", "eF5"]
    failures = {entry.node: entry.failure for entry in replayed.entries if entry.failure is not None}
    assert [(node, failure.status) for node, failure in failures.items()] == [("aB3", None), ("eF5", 404)]
    assert [each.message for each in replayed.notes] == [
        '"aB3" left no output and its error case was taken: how it failed is not in the record'
    ]
    assert replayed.held


def test_the_error_of_a_run_that_recovered_is_that_of_the_step_that_failed() -> None:
    context = {"steps": {"1": FLAT, "cD4": {"id": "x"}, "eF5": {}}}
    for written in (record(GONE, context), record(GONE, context, status="completed")):
        replayed = again(written, rescue(to("iJ7", when("eq", "/#error.statusCode", 500)), to("cD4", ON_ERROR)))
        assert nodes(replayed) == ["1", "aB3", "cD4", "eF5"]
        assert [entry.failure.status for entry in replayed.entries if entry.failure] == [404]
        assert not any(entry.forced for entry in replayed.entries)
        assert (replayed.held, replayed.notes) == (True, ())
    unknown = again(record(None, context), rescue(to("cD4", ON_ERROR)))
    assert nodes(unknown) == ["1", "aB3", "cD4", "eF5"]
    assert [entry.node for entry in unknown.entries if entry.failure] == ["aB3"]


def test_a_step_that_the_record_names_fails_though_it_left_an_output() -> None:
    context = {"steps": {"1": FLAT, "aB3": {"partial": 1}, "cD4": {}}}
    replayed = again(record({**GONE, "stepId": "aB3"}, context), rescue(to("cD4", ON_ERROR)))
    assert nodes(replayed) == ["1", "aB3", "cD4", "eF5"]
    assert [entry.node for entry in replayed.entries if entry.failure] == ["aB3"]


@pytest.mark.parametrize(
    ("context", "definition"),
    [
        ({"1": FLAT, "aB3": {}, "gH6": {}}, rescue()),  # all on the way have an output
        ({"1": {**FLAT, "status": "open"}}, WORKFLOW),  # the first condition does not hold
        ({"1": FLAT, "aB3": {}, "iJ7": {}}, rescue()),  # nothing leads to a step that ran
    ],
)
def test_a_record_that_cannot_happen_again_is_no_success(context: Any, definition: Any) -> None:
    replayed = again(record(GONE, {"steps": context}), definition)
    assert [each.message for each in replayed.differences][-1] == "the recorded run does not happen again"
    assert replayed.file.scenario.scenario == "the recorded run of W does not happen again"
    assert replayed.notes
    assert again(record(GONE)).held
