"""Actions, events, params and versions of apps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kustui.analysis.apps import app_of, is_range, read_version
from kustui.check.rule import app, step, to, workflow
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from tests.support.rules import only, place, places, rules_of, told

STEP = "/workflows/0/steps/0"
SCHEMA = {
    "properties": {"orderId": {"type": "string"}, "expand": {"type": "string"}},
    "required": ["orderId"],
    "additionalProperties": False,
}
SUFFIX = "_6142bf2f6ef1940524f53d94"


def declaring(*actions: object) -> dict[str, Any]:
    return {"actions": list(actions)}


def action(name: str = "kustomer.app.sample.get-order", schema: object = None) -> dict[str, Any]:
    return {"name": name, "type": "rest_api", "inputSchema": SCHEMA if schema is None else schema}


def using(action_name: str, /, **params: object) -> dict[str, Any]:
    return workflow("Ask", step("aB3", action=action_name, params=params))


# unknown-action


def test_an_action_that_the_app_does_not_declare_is_told() -> None:
    text = json.dumps(app(using("kustomer.app.sample.get-orders", orderId="1"), **declaring(action())))
    problem = only(text.replace('"action"', '\n"action"').replace('"actions"', '\n"actions"'))
    assert (problem.rule, problem.severity, place(problem)) == ("unknown-action", Severity.ERROR, "3:11-3:43")
    assert problem.message == 'the app "sample" declares no action "get-orders"'
    assert problem.hint == 'did you mean "get-order"?'
    assert places(problem) == ["its actions 2:12"]


def test_an_app_without_actions_declares_none() -> None:
    problem = only(app(using("kustomer.app.sample.get-order")))
    assert (problem.rule, problem.hint) == ("unknown-action", "there are no actions of this app")


@pytest.mark.parametrize("name", ["kustomer.app.sample.get-order", f"kustomer.app.sample{SUFFIX}.get-order"])
@pytest.mark.parametrize(
    "declared", ["kustomer.app.sample.get-order", f"kustomer.app.sample{SUFFIX}.get-order", "get-order"]
)
@pytest.mark.parametrize("app_name", ["sample", f"sample{SUFFIX}"])
def test_an_app_installed_under_another_name_is_the_same(name: str, declared: str, app_name: str) -> None:
    definition = {**app(using(name, orderId="1"), **declaring(action(declared))), "app": app_name}
    assert rules_of(definition) == []


@pytest.mark.parametrize(
    "name",
    ["kustomer.app.sample_2.get", "kustomer.app.other.get", "kustomer.note.create", "get", "kustomer.app.sample"],
)
def test_actions_of_others_are_not_checked(name: str) -> None:
    assert rules_of(app(using(name), **declaring(action()))) == []


def test_nothing_is_checked_outside_of_an_app_definition() -> None:
    assert rules_of({"workflows": [using("kustomer.app.sample.get-order")]}) == []


def test_an_action_may_be_declared_in_the_configuration() -> None:
    known = Settings(actions=frozenset({"kustomer.app.sample.get-order"}))
    assert rules_of(app(using("kustomer.app.sample.get-order")), settings=known) == []


@pytest.mark.parametrize("actions", [{}, ["x"], [{"name": "get"}, 5]])
def test_nothing_follows_from_actions_that_cannot_be_read(actions: object) -> None:
    assert set(rules_of(app(using("kustomer.app.sample.get-order"), actions=actions))) == {"invalid-shape"}


def test_an_action_without_a_name_may_be_the_one() -> None:
    assert rules_of(app(using("kustomer.app.sample.get-order"), actions=[{"type": "kode"}])) == []


# unknown-event


def test_an_event_that_the_app_does_not_declare_is_told() -> None:
    hooks = [{"eventName": "kustomer.app.sample.order.create"}]
    definition = app(workflow("Greet", step("aB3"), event="kustomer.app.sample.order.created"), hooks=hooks)
    text = json.dumps(definition)
    problem = only(text.replace('"trigger": {"id": "1", ', '"trigger": {"id": "1",\n'))
    assert (problem.rule, problem.severity, place(problem)) == ("unknown-event", Severity.WARNING, "2:14-2:49")
    assert problem.message == 'no hook or trigger of the app "sample" declares the event "order.created"'
    assert problem.hint == 'did you mean "order.create"?'


@pytest.mark.parametrize(
    ("event", "near"),
    [
        ("kustomer.conversation.updated", "kustomer.conversation.update"),
        ("kustomer.Conversation.update", "kustomer.conversation.update"),
        ("kustomer.notes.create", "kustomer.note.create"),
        ("conversation.update", "kustomer.conversation.update"),
        ("kustomer.kobject.order.updated", "kustomer.kobject.order.update"),
    ],
)
def test_a_mistyped_event_of_an_object_is_told(event: str, near: str) -> None:
    problem = only(workflow("Greet", step("aB3"), event=event))
    assert (problem.rule, problem.severity, problem.hint) == (
        "unknown-event",
        Severity.WARNING,
        f'did you mean "{near}"?',
    )


@pytest.mark.parametrize(
    "event",
    [
        "kustomer.conversation.delete",
        "kustomer.conversation.merge",
        "kustomer.team.update",
        "kustomer.user.update",
        "kustomer.form.create",
        "kustomer.kobject.notes.create",
        "kustomer.kobject.a.b.updated",
        "kustomer.app.shop.conversation.updated",
        "kustomer.hooks.form.a.receive",
        "kustomer.conversation.{{steps.1.x}}",
        "",
    ],
)
def test_an_event_that_is_close_to_none_may_be_another(event: str) -> None:
    assert "unknown-event" not in rules_of(workflow("Greet", step("aB3"), event=event))


@pytest.mark.parametrize("key", ["hooks", "triggers"])
def test_hooks_and_triggers_declare_events(key: str) -> None:
    listening = workflow("Greet", step("aB3"), event=f"kustomer.app.sample{SUFFIX}.paid")
    assert rules_of(app(listening, **{key: [{"eventName": "kustomer.app.sample.paid"}]})) == []


@pytest.mark.parametrize("hooks", [{"paid": {}}, "x", [5], [{"eventName": 5}]])
def test_hooks_of_another_shape_may_declare_it(hooks: object) -> None:
    greet = workflow("Greet", step("aB3"), event="kustomer.app.sample.paid")
    assert rules_of(app(greet, hooks=hooks)) == ["invalid-shape"]


def test_hooks_without_a_name_may_declare_it() -> None:
    greet = workflow("Greet", step("aB3"), event="kustomer.app.sample.paid")
    assert rules_of(app(greet, hooks=[{"description": "without a name"}])) == []


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("kustomer.app.sample.paid", []),
        ("kustomer.app.sample.payed", ["unknown-event"]),
        ("kustomer.app.other.payed", []),
        ("payed", []),
        ("kustomer.app.sample.{{steps.1.kind}}", []),
    ],
)
def test_an_event_that_is_published_is_checked_within_the_app(name: str, found: list[str]) -> None:
    triggers = [{"eventName": "kustomer.app.sample.paid"}]
    assert rules_of(app(using("kustomer.event.publish", name=name), triggers=triggers)) == found


# missing-param, unknown-param


def test_a_missing_param_is_told_at_the_params() -> None:
    text = json.dumps(app(using("kustomer.app.sample.get-order"), **declaring(action())))
    problem = only(text.replace('"params"', '\n"params"').replace('"required"', '\n"required"'))
    assert (problem.rule, problem.severity, place(problem)) == ("missing-param", Severity.ERROR, "3:11-3:13")
    assert problem.message == 'the action "get-order" requires the param "orderId", which is missing'
    assert places(problem) == ["required here 2:14"]


def test_a_misspelt_param_is_one_problem() -> None:
    definition = app(using("kustomer.app.sample.get-order", orderid="1"), **declaring(action()))
    problem = only(definition)
    assert (problem.rule, problem.pointer, problem.on_key) == ("missing-param", f"{STEP}/params/orderid", True)
    assert problem.hint == 'did you mean "orderId"?'


def test_an_unknown_param_is_told_at_its_key() -> None:
    definition = app(using("kustomer.app.sample.get-order", orderId="1", store="x"), **declaring(action()))
    problem = only(definition)
    assert (problem.rule, problem.severity, problem.on_key) == ("unknown-param", Severity.WARNING, True)
    assert problem.pointer == f"{STEP}/params/store"
    assert problem.message == 'the action "get-order" has no param "store"'
    assert problem.hint == "its params: expand, orderId"


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"orderId": {}}},
        {"properties": {"orderId": {}}, "additionalProperties": True},
        {"properties": {"id": {"default": 1}}, "required": ["id"]},
        {"required": "orderId"},
    ],
)
def test_what_a_schema_allows_is_right(schema: object) -> None:
    assert rules_of(app(using("kustomer.app.sample.get-order", store="x"), **declaring(action(schema=schema)))) == []


def test_a_schema_of_the_wrong_type_allows_everything() -> None:
    using_it = using("kustomer.app.sample.get-order", store="x")
    assert rules_of(app(using_it, **declaring(action(schema="none")))) == ["invalid-shape"]


def test_params_that_could_not_be_read_are_not_missing() -> None:
    asking = workflow("Ask", step("aB3", action="kustomer.app.sample.get-order", params=[]))
    assert rules_of(app(asking, **declaring(action()))) == ["invalid-shape"]


# undeclared-dependency, invalid-version-range


def versions(*used: str, dependencies: list[Any] | None = None, name: str = "sample") -> dict[str, Any]:
    """An app with a step for each version that is used."""
    ids = [f"s{index}" for index in range(len(used))]
    steps = [
        step(id_, *(to(next_) for next_ in ids[index + 1 : index + 2]), appVersion=version)
        for index, (id_, version) in enumerate(zip(ids, used, strict=True))
    ]
    more = {} if dependencies is None else {"dependencies": dependencies}
    return {**app(workflow("Ask", *steps), **more), "app": name}


def test_an_app_that_is_used_and_not_declared_is_told_once() -> None:
    used = ("kustomer-^1.4.8", "scheduler-^1.0.1", "scheduler-^1.0.1", "scheduler-^1.0.2")
    problem = only(versions(*used, dependencies=["kustomer-^1.4.8"]))
    assert (problem.rule, problem.severity, problem.step) == ("undeclared-dependency", Severity.WARNING, "s1")
    assert problem.pointer == "/workflows/0/steps/1/appVersion"
    assert problem.message == '"scheduler" is used but is not in dependencies'
    assert problem.hint == 'add "scheduler-^1.0.1" to dependencies'
    assert [each.pointer for each in problem.related] == ["/dependencies"]


def test_a_misspelt_app_has_the_closest_as_its_hint() -> None:
    problem = only(versions("schedular-^1.0.1", dependencies=["scheduler-^1.0.1"]))
    assert problem.hint == 'did you mean "scheduler"?'
    assert not problem.is_certain, "it may be another app that is not declared"


@pytest.mark.parametrize(
    "definition",
    [
        versions("kustomer-^1.9.2", dependencies=["kustomer-^1.4.8"]),
        versions("sample-^1.0.0"),
        versions(f"timer{SUFFIX}-^0.0.30", dependencies=["timer-^0.0.1"]),
        versions("timer-^0.0.30", dependencies=[f"timer{SUFFIX}-^0.0.30"]),
        versions("timer_2-1.x", dependencies=["timer_2->=1.0.0 <2"]),
        workflow("Ask", step("aB3", appVersion="kustomer-^1.4.8")),
        {"workflows": [workflow("Ask", step("aB3", appVersion="kustomer-^1.4.8"))]},
    ],
)
def test_what_is_declared_or_need_not_be_is_right(definition: object) -> None:
    assert rules_of(definition) == []


def test_nothing_follows_from_dependencies_that_cannot_be_read() -> None:
    assert rules_of(versions("kustomer-^1.4.8", dependencies=["x-1", 5])) == ["invalid-shape"]


def test_a_range_that_cannot_be_read_is_told_where_it_stands() -> None:
    text = json.dumps(versions("kustomer-^1.9,2", "kustomer-^1.9,2", dependencies=["kustomer-^1.9.2"]))
    problem = only(text.replace('"appVersion"', '\n"appVersion"'))
    assert (problem.rule, problem.severity, place(problem)) == (
        "invalid-version-range",
        Severity.WARNING,
        "2:25-2:31",
    )
    assert problem.message == 'invalid version range "^1.9,2"'


@pytest.mark.parametrize("text", ["kustomer", "kustomer^1.0.0", "-^1.0.0"])
def test_a_version_that_is_none_is_told_whole(text: str) -> None:
    problem = only(versions("kustomer-^1.4.8", dependencies=["kustomer-^1.4.8", text]))
    assert (problem.pointer, problem.message) == ("/dependencies/1", f'no version range in "{text}"')


def test_a_dependency_that_cannot_be_read_still_names_its_app() -> None:
    assert told(versions("kustomer-^1.4.8", dependencies=["kustomer-^1,4"])) == [
        'invalid-version-range at /dependencies/0: invalid version range "^1,4"'
    ]


def test_ranges_are_read_outside_of_apps_too() -> None:
    assert rules_of(workflow("Ask", step("aB3", appVersion="kustomer-latest"))) == ["invalid-version-range"]


@pytest.mark.parametrize(
    "text",
    ["^1.4.8", "~1.4", "~>1.4", ">=1.0.0 <2.0.0", "> 1", "1.x", "1.2.*", "*", "1", "v1.2.3", "=1.2.3", "1.2.3-beta.1",
     "^1.2.3-rc.1+build.5", "1.0.0 - 2.0.0", "1.2 || >=2.5.0 <3 || 5.0.0 - 7.2.3", " ^1 "],
)  # fmt: skip
def test_ranges_are_those_of_npm(text: str) -> None:
    assert is_range(text)
    assert read_version(f"app_2-{text}") == ("app_2", text)


@pytest.mark.parametrize(
    "text", ["", " ", "^", "1.2.3.4", "1,2", "^1.9,2", "latest", "1.2.3beta", "^^1", ">=1<2", "1 -2"]
)
def test_what_is_no_range_of_npm_is_none(text: str) -> None:
    assert not is_range(text)


def test_a_version_is_split_before_its_range() -> None:
    assert read_version(f"effort_timer{SUFFIX}-^0.0.30") == (f"effort_timer{SUFFIX}", "^0.0.30")
    assert read_version("my-old-app-1.0.0-beta.1") == ("my-old-app", "1.0.0-beta.1")
    assert read_version("app-" + "1" * 500) is None
    assert app_of("scheduler^1.0.1") == "scheduler"
