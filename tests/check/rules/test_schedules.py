"""Calls between workflows: whom, with what, when, and in what rings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kustui.check.rule import ALWAYS, app, called, schedule, step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from tests.support.rules import only, place, places, problems_in, rules_of, told

ID = "5f8e148232731d0015c14657"
OTHER = "60e7c927171e7a6abdc56982"
PARAMS = "/workflows/0/steps/0/params"


def watching(*, step_id: str = "aB3", target: object = ID, **params: object) -> dict[str, Any]:
    return workflow("Watch", schedule(step_id, target, **params))


def taking(required: tuple[str, ...] = (), **types: object) -> dict[str, Any]:
    """A callable workflow with the properties of those types."""
    return called("Remind", ID, step("cD4"), inputs=types, required=required)


def with_schema(schema: object) -> dict[str, Any]:
    target = taking()
    return {**target, "trigger": {**target["trigger"], "schema": schema}}


# unknown-workflow


def test_an_unknown_workflow_is_told_at_its_id() -> None:
    text = json.dumps(app(watching(target=ID[:-1] + "8"), taking())).replace('"workflowId"', '\n"workflowId"')
    problem = only(text)
    assert (problem.rule, place(problem)) == ("unknown-workflow", "2:15-2:41")
    assert problem.message == f'this schedules the unknown workflow "{ID[:-1]}8"'
    assert problem.hint == f'did you mean "{ID}" ("Remind")?'


def test_what_can_be_called_is_listed_where_no_id_is_close() -> None:
    problem = next(each for each in problems_in(app(watching(target="x"), taking())) if each.rule == "unknown-workflow")
    assert problem.hint == f'callable workflows here: {ID} ("Remind")'


@pytest.mark.parametrize(
    ("definition", "severity"),
    [
        (app(watching()), Severity.ERROR),
        ({"workflows": [watching()]}, Severity.WARNING),
        (watching(), Severity.WARNING),
        ({"data": [{"type": "workflow", "id": "w", "attributes": watching()}]}, Severity.WARNING),
    ],
)
def test_only_an_app_has_to_hold_all_its_workflows(definition: object, severity: Severity) -> None:
    assert only(definition).severity is severity


def test_a_workflow_may_be_in_another_file_or_be_known_to_exist() -> None:
    assert rules_of(app(watching()), taking()) == []
    assert rules_of(app(watching()), settings=Settings(external=frozenset({ID}))) == []


@pytest.mark.parametrize("target", ["/#steps.1.next", "{{steps.1.next}}", "/#fn:ifExists,steps.1.next"])
def test_an_id_that_a_run_works_out_is_not_followed(target: str) -> None:
    assert rules_of(app(watching(target=target))) == []


def test_a_misspelt_id_does_not_leave_its_workflow_unscheduled() -> None:
    assert rules_of(app(watching(target=ID[:-1]), taking(required=("a",), a="string"))) == ["unknown-workflow"]


def test_hints_are_left_out_where_most_of_an_organisation_is_elsewhere() -> None:
    callers = [workflow(f"W{number}", schedule("aB3", f"{ID[:-2]}{number:02}")) for number in range(30)]
    hints = {each.hint for each in problems_in(app(*callers, taking())) if each.rule == "unknown-workflow"}
    assert hints == {f'callable workflows here: {ID} ("Remind")'}


# not-callable


def test_a_workflow_that_waits_for_an_event_cannot_be_called() -> None:
    target = {"id": ID, **workflow("Remind", step("cD4"))}
    problem = only(app(watching(inputs={"a": 1}), target))
    assert (problem.rule, problem.pointer) == ("not-callable", f"{PARAMS}/workflowId")
    assert problem.message == '"Remind" is not callable: it starts on "kustomer.conversation.update"'
    assert [each.pointer for each in problem.related] == ["/workflows/1/trigger/eventName"]


def test_a_target_that_could_not_be_read_is_not_judged() -> None:
    assert rules_of(app(watching(), {"id": ID, "name": "Remind", "trigger": []})) == ["invalid-shape"]
    assert rules_of(app(watching(), {"id": ID, "name": "Remind"})) == ["no-entry"]


# missing-input, unknown-input


def test_a_misspelt_input_is_one_problem_at_its_key() -> None:
    text = json.dumps(app(watching(inputs={"fooAt": 1}), taking(("@fooAt",), **{"@fooAt": "string"})))
    text = text.replace('"fooAt"', '\n "fooAt"').replace('"required"', '\n"required"')
    problem = only(text)
    assert (problem.rule, problem.severity, place(problem)) == ("missing-input", Severity.ERROR, "2:2-2:9")
    assert problem.message == '"Remind" requires the input "@fooAt", but is given "fooAt"'
    assert problem.hint == 'did you mean "@fooAt"?'
    assert places(problem) == ["required here 3:14"]


def test_missing_inputs_are_one_problem_at_the_inputs() -> None:
    text = json.dumps(app(watching(inputs={"third": 1}), taking(("one", "two"), one="string", third="string")))
    problem = only(text.replace('"inputs"', '\n"inputs"'))
    assert (problem.rule, place(problem)) == ("missing-input", "2:11-2:23")
    assert problem.message == '"Remind" requires the inputs "one" and "two", which are missing'
    assert [each.message for each in problem.related] == ["required here"] * 2


def test_a_call_without_inputs_misses_them() -> None:
    scheduling = schedule("aB3", ID)
    del scheduling["params"]["inputs"]
    assert told(app(workflow("Watch", scheduling), taking(("one",), one="string"))) == [
        f'missing-input at {PARAMS}/inputs: "Remind" requires the input "one", which is missing'
    ]


def test_a_missing_input_and_an_unknown_one_far_from_it_are_two_mistakes() -> None:
    assert rules_of(app(watching(inputs={"priority": 1}), taking(("orderId",), orderId="string"))) == [
        "missing-input",
        "unknown-input",
    ]


def test_each_misspelt_input_stands_for_one_missing_one() -> None:
    found = told(app(watching(inputs={"startAt": 1, "startsAt": 2}), taking(("startedAt",), startedAt="string")))
    assert [each.split(" at ")[0] for each in found] == ["missing-input", "unknown-input"]


def test_an_unknown_input_is_told_at_its_key() -> None:
    problem = only(app(watching(inputs={"a/b": 1}), taking(one="string", two="string")))
    assert (problem.rule, problem.severity, problem.pointer) == (
        "unknown-input",
        Severity.WARNING,
        f"{PARAMS}/inputs/a~1b",
    )
    assert problem.on_key
    assert problem.message == '"Remind" has no input "a/b"'
    assert problem.hint == "its inputs: one, two"


def test_an_unknown_input_close_to_an_optional_one_was_meant_to_be_that() -> None:
    assert only(app(watching(inputs={"rounds": 1}), taking(round="number"))).hint == 'did you mean "round"?'


def test_a_workflow_without_inputs_says_so() -> None:
    assert only(app(watching(inputs={"rounds": 1}), taking())).hint == "it has no inputs"


@pytest.mark.parametrize(
    "schema",
    [
        {"one": "string"},
        {"properties": {"one": {"type": "string"}}},
        {"properties": {}, "required": ["one"]},
        {"properties": {"two": {"type": "string", "default": "x"}}, "required": ["two"], "additionalProperties": True},
        {"properties": {"one": {}}},
    ],
)
def test_what_a_schema_allows_is_right(schema: object) -> None:
    assert rules_of(app(watching(inputs={"one": "x"}), with_schema(schema))) == []


def test_nothing_is_said_about_inputs_where_the_schema_is_missing_or_broken() -> None:
    target = taking()
    del target["trigger"]["schema"]
    assert rules_of(app(watching(inputs={"one": 1}), target)) == []
    assert rules_of(app(watching(inputs={"one": 1}), with_schema({"required": "one"}))) == ["invalid-shape"]
    assert rules_of(app(watching(inputs={"one": 1}), with_schema([]))) == ["invalid-shape"]


# input-type


@pytest.mark.parametrize(
    ("type_", "value", "found"),
    [
        ("number", "soon", 'must be a number, found the text "soon"'),
        ("integer", [1], "must be a number, found a list"),
        ("number", {}, "must be a number, found an object"),
        ("string", {"a": 1}, "must be text, found an object"),
        ("string", ["a"], "must be text, found a list"),
        ("boolean", "soon", 'must be true or false, found the text "soon"'),
        ("boolean", [], "must be true or false, found a list"),
        ("object", "soon", 'must be an object, found the text "soon"'),
        ("object", 3, "must be an object, found the number 3"),
        ("array", {"a": 1}, "must be a list, found an object"),
    ],
)
def test_a_value_that_no_cast_makes_fit_is_told(type_: str, value: object, found: str) -> None:
    problem = only(app(watching(inputs={"one": value}), taking(one=type_)))
    assert (problem.rule, problem.pointer) == ("input-type", f"{PARAMS}/inputs/one")
    assert problem.message == f'the input "one" of "Remind" {found}'
    assert [each.pointer for each in problem.related] == ["/workflows/1/trigger/schema/properties/one"]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("number", "200"),
        ("number", " -1.5e3 "),
        ("number", ""),
        ("number", True),
        ("number", "{{steps.1.n}}"),
        ("number", "/#steps.1.n"),
        ("number", "/#fn:parseInt,steps.1.n"),
        ("string", 5),
        ("string", False),
        ("boolean", "true"),
        ("boolean", 1),
        ("object", "/#steps.1.n"),
        ("object", '{"a": 1}'),
        ("array", "vip"),
        ("array", ["vip"]),
        ("date", "soon"),
        (["string", "null"], {}),
        ("number", None),
    ],
)
def test_a_value_that_some_cast_makes_fit_is_right(type_: object, value: object) -> None:
    assert rules_of(app(watching(inputs={"one": value}), taking(one=type_))) == []


# invalid-run-at


@pytest.mark.parametrize(
    ("run_at", "at", "message"),
    [
        (None, "", "no runAt says when the scheduled workflow runs"),
        (60, "/runAt", "runAt must be an object, found the number 60"),
        ([60], "/runAt", "runAt must be an object, found a list"),
        ("soon", "/runAt", 'runAt must be an object, found the text "soon"'),
        ({"value": 60}, "/runAt", "runAt has no type"),
        ({"type": "relative"}, "/runAt", "runAt has no value"),
        ({"type": "relativ", "value": 60}, "/runAt/type", 'unknown runAt type "relativ"'),
        ({"type": "relative", "value": -90}, "/runAt/value", "a run cannot be due 90 min ago"),
        ({"type": "relative", "value": "-60"}, "/runAt/value", "a run cannot be due 60 min ago"),
        ({"type": "relative", "value": "a"}, "/runAt/value", 'a relative runAt takes a number, found the text "a"'),
        ({"type": "relative", "value": True}, "/runAt/value", "a relative runAt takes a number, found true"),
        ({"type": "date", "value": "a"}, "/runAt/value", 'a runAt of type date takes a date, found the text "a"'),
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_understood_is_told(run_at: object, at: str, message: str) -> None:
    problem = only(app(watching(runAt=run_at), taking()))
    assert (problem.rule, problem.pointer, problem.message) == ("invalid-run-at", f"{PARAMS}{at}", message)


@pytest.mark.parametrize(
    "run_at",
    [
        {"type": "relative", "value": 0},
        {"type": "relative", "value": 0.5},
        {"type": "relative", "value": "60"},
        {"type": "relative", "value": "/#steps.1.delay"},
        {"type": "/#steps.1.kind", "value": "/#steps.1.delay"},
        {"type": "absolute", "value": "2030-01-31T09:00:00Z"},
        {"type": "absolute", "value": "/#steps.1.due"},
        "2030-01-31",
        "/#steps.1.due",
        "{{steps.1.due}}",
    ],
)
def test_a_time_that_may_be_understood_is_right(run_at: object) -> None:
    assert rules_of(app(watching(runAt=run_at), taking())) == []


def test_a_misspelt_run_at_is_told_at_its_key() -> None:
    scheduling = schedule("aB3", ID)
    scheduling["params"]["runat"] = scheduling["params"].pop("runAt")
    problem = only(app(workflow("Watch", scheduling), taking()))
    assert (problem.pointer, problem.on_key, problem.hint) == (f"{PARAMS}/runat", True, 'did you mean "runAt"?')


def test_the_place_of_a_time_is_exact() -> None:
    text = json.dumps(app(watching(runAt={"type": "relative", "value": -30}), taking()))
    assert place(only(text.replace('"value":', '\n"value":'))) == "2:10-2:13"


# schedule-ring, endless-schedule


def again(name: str, id_: str, target: str, condition: dict[str, Any] = ALWAYS, delay: float = 60) -> dict[str, Any]:
    """A callable workflow that tags, and schedules another where the condition holds."""
    run_at = {"type": "relative", "value": delay}
    return called(name, id_, step("cD4", to("eF5", condition)), schedule("eF5", target, runAt=run_at))


def test_a_workflow_that_always_schedules_itself_never_ends() -> None:
    problem = only(app(watching(), again("Remind", ID, ID)))
    assert (problem.rule, problem.severity, problem.step) == ("endless-schedule", Severity.WARNING, "eF5")
    assert problem.pointer == "/workflows/1/steps/1/params/workflowId"
    assert problem.message == '"Remind" schedules itself again after 60 min, every time: no condition ends it'


def test_a_ring_with_a_delay_of_any_number_of_digits_is_reported() -> None:
    found = problems_in(app(watching(), again("Remind", ID, ID, delay=10**400)))
    assert [problem.rule for problem in found] == ["invalid-run-at", "endless-schedule"]
    assert "after longer than anybody waits" in found[1].message


def test_an_endless_ring_is_told_from_its_first_workflow_with_the_delay_once_round() -> None:
    text = json.dumps(app(watching(), again("One", ID, OTHER, delay=30), again("Two", OTHER, ID, delay=90)))
    problem = only(text.replace('"workflowId"', '\n"workflowId"'))
    assert (problem.rule, place(problem)) == ("endless-schedule", "3:15-3:41")
    assert problem.message == (
        '"One" → "Two" → "One" schedule each other every time, one round in 2 h: no condition ends it'
    )
    assert places(problem) == ['"Two" schedules "One" here 4:15']


def test_a_ring_of_which_one_condition_can_end_is_for_information() -> None:
    definition = app(watching(), again("One", ID, OTHER), again("Two", OTHER, ID, when("gt", "/#steps.cD4.n", 3)))
    problem = only(definition)
    assert (problem.rule, problem.severity) == ("schedule-ring", Severity.INFO)
    assert problem.message == (
        '"One" → "Two" → "One" schedule each other in a ring, one round in 2 h; it continues only while cD4.n > 3'
    )


def test_the_condition_may_stand_some_steps_before_the_call() -> None:
    first, open_ = step("cD4", to("dE5", when("eq", "/#steps.cD4.status", "open"))), step("dE5", to("eF5"))
    target = called("Remind", ID, first, open_, schedule("eF5", ID))
    assert only(app(watching(), target)).message.endswith('it continues only while cD4.status is "open"')


def test_a_ring_that_several_steps_decide_names_the_workflow() -> None:
    split = called("Remind", ID, step("cD4", to("dE5", when("eq", "/#steps.cD4.a", 1)), to("fG6")),
                   step("dE5", to("eF5")), step("fG6", to("eF5", when("eq", "/#steps.cD4.b", 1))),
                   schedule("eF5", ID))  # fmt: skip
    assert only(app(watching(), split)).message.endswith('; a condition in "Remind" can end it')


def test_a_delay_that_only_a_run_knows_is_left_out() -> None:
    target = called("Remind", ID, schedule("eF5", ID, runAt={"type": "relative", "value": "/#steps.1.n"}),
                    inputs={"n": "number"})  # fmt: skip
    assert only(app(watching(), target)).message == (
        '"Remind" schedules itself again, every time: no condition ends it'
    )


def test_the_unit_of_a_delay_can_be_set() -> None:
    seconds = Settings(relative_unit_minutes=1 / 60)
    assert "after 1 min," in only(app(watching(), again("Remind", ID, ID)), settings=seconds).message


def test_a_smaller_ring_without_end_is_told_instead_of_a_larger_one() -> None:
    one = called("One", ID, step("cD4", to("eF5", when("eq", "/#steps.cD4.a", 1))), schedule("eF5", OTHER))
    third = "61af30217e9d3a58d604e52b"
    two = called("Two", OTHER, schedule("cD4", third, to("eF5", when("eq", "/#steps.1.a", 1))),
                 schedule("eF5", ID), inputs={"a": "string"})  # fmt: skip
    three = again("Three", third, OTHER)
    problem = only(app(watching(), one, two, three))
    assert problem.rule == "endless-schedule"
    assert problem.message.startswith('"Two" → "Three" → "Two"')


def test_what_is_switched_off_ends_a_ring() -> None:
    assert rules_of(app(watching(), {**again("Remind", ID, ID), "enabled": False})) == []


def test_a_ring_through_a_workflow_that_cannot_be_called_is_none() -> None:
    looping = {"id": ID, **workflow("Loop", schedule("aB3", ID))}
    assert rules_of(app(looping)) == ["not-callable"]


# never-scheduled


def test_a_callable_workflow_that_nothing_schedules_is_for_information() -> None:
    text = json.dumps(app(taking())).replace('"name"', '\n"name"')
    problem = only(text)
    assert (problem.rule, problem.severity, place(problem)) == ("never-scheduled", Severity.INFO, "2:9-2:17")
    assert problem.message == '"Remind" is callable, but nothing here schedules it'


def test_a_file_that_cannot_be_read_may_schedule_it() -> None:
    assert rules_of(app(taking()), "{") == ["invalid-json"]


def test_a_step_that_cannot_be_read_may_schedule_it() -> None:
    nameless = schedule("aB3", ID)
    del nameless["id"]
    assert rules_of(app(workflow("Watch", nameless, entry=(to("bC4"),)), taking())) == ["invalid-shape"]


# hard-coded-id


def asking(*, target: dict[str, Any] | None = None, id_: str = ID, **params: object) -> dict[str, Any]:
    request = step("bC4", action="kustomer.rest-api.json", params=params)
    first = schedule("aB3", id_, to("bC4"))
    return app(workflow("Watch", first, request), target or called("Remind", id_, step("cD4")))


def test_an_id_inside_text_is_told_where_it_stands() -> None:
    text = json.dumps(asking(body={"data": [{"at": f"https://x.example.com/é/{ID}/call"}]}))
    problem = only(text.replace('"at"', '\n"at"'))
    assert (problem.rule, problem.severity, problem.step) == ("hard-coded-id", Severity.WARNING, "bC4")
    start = 8 + len("https://x.example.com/") + len("\\u00e9/")
    assert place(problem) == f"2:{start}-2:{start + 24}"
    assert [each.pointer for each in problem.related] == ["/workflows/1/id"]


@pytest.mark.parametrize(
    "text",
    [f"https://x.example.com/{ID}", f"run {ID} now", f"{{{{toLower '{ID}'}}}}", f"kustomer.workflow.{ID}.call or none"],
)
def test_an_id_is_found_in_addresses_sentences_and_templates(text: str) -> None:
    assert told(asking(uri=text))[0].startswith("hard-coded-id at /workflows/0/steps/1/params/uri:")


@pytest.mark.parametrize(
    "params",
    [
        {"next": ID},
        {"eventName": f"kustomer.workflow.{ID}.call, again"},
        {"uri": f"https://x.example.com/{OTHER}"},
        {"uri": f"https://x.example.com/x{ID}"},
        {f"in {ID}": 1},
    ],
)
def test_what_is_no_id_inside_text_is_right(params: dict[str, Any]) -> None:
    assert rules_of(asking(**params)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("please call remind-later", []), ("https://x.example.com/v1/workflows/remind-later", ["hard-coded-id"])],
)
def test_an_id_made_of_words_counts_only_where_an_id_has_to_stand(text: str, found: list[str]) -> None:
    assert rules_of(asking(id_="remind-later", uri=text)) == found


def test_an_id_in_a_condition_is_found() -> None:
    asked = step("cD4", to("dE5", when("contains", "/#steps.1.url", f"/{ID}/")))
    target = called("Remind", ID, asked, step("dE5"), inputs={"url": "string"})
    assert told(app(watching(), target))[0].startswith(
        "hard-coded-id at /workflows/1/steps/0/transitions/0/condition/values/1:"
    )


def test_what_is_installed_already_keeps_its_ids() -> None:
    resources = [
        {"type": "workflow", "id": each.get("id", "w"), "attributes": {**each, "id": each.get("id", "w")}}
        for each in asking(uri=f"https://x.example.com/{ID}")["workflows"]
    ]
    assert rules_of({"data": resources}) == []
