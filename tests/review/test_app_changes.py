"""What changed in an app definition beside its workflows, as sentences."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.review.app_changes import app_changes, paired_apps
from tests.support.definitions import document_of
from tests.support.strategies import JSON_SAMPLES, WORKFLOW_VALUES, json_paths

Value = dict[str, Any]

APP: Value = {
    "app": "desk",
    "title": "Desk",
    "version": "1.0.0",
    "dependencies": ["kustomer-^1.4.8", "scheduler-^1.0.1"],
    "settings": {"default": {"key": {"type": "secret", "required": True}}},
    "actions": [
        {"name": "kustomer.app.desk.get", "inputSchema": {"properties": {"id": {"type": "string"}}}},
        {"name": "kustomer.app.desk.put"},
    ],
    "triggers": [{"eventName": "kustomer.app.desk.made"}],
    "workflows": [],
}


def sentences(old: Value, new: Value) -> list[str]:
    pairs = paired_apps(document_of(old), document_of(new))
    return [change.text for one, other in pairs if one and other for change in app_changes(one, other)]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"version": "1.1.0"}, "the app `Desk` has the version 1.1.0 instead of 1.0.0"),
        (
            {"dependencies": ["scheduler-^1.0.1", "kustomer-^2.0.0"]},
            "the app `Desk` depends on kustomer-^2.0.0 instead of kustomer-^1.4.8",
        ),
        ({"dependencies": ["kustomer-^1.4.8"]}, "the app `Desk` no longer depends on scheduler-^1.0.1"),
        ({"triggers": []}, "the app `Desk` no longer has the event `kustomer.app.desk.made`"),
        ({"actions": APP["actions"][:1]}, "the app `Desk` no longer has the action `kustomer.app.desk.put`"),
        (
            {
                "actions": [
                    APP["actions"][1],
                    {
                        "name": "kustomer.app.desk.get",
                        "inputSchema": {"properties": {"id": {"type": "string"}}, "required": ["id"]},
                    },
                ]
            },
            "the action `kustomer.app.desk.get` requires the input `id` now",
        ),
        (
            {"settings": {"default": {"key": {"type": "secret", "required": False}}}},
            "the value `required` of the setting `default.key` is false instead of true",
        ),
        ({"settings": {"default": {}}}, "the app `Desk` no longer has the setting `default.key`"),
        ({"visibility": "public"}, 'the app `Desk` has the value `visibility` now: "public"'),
    ],
)
def test_apps(new: Value, expected: str) -> None:
    assert sentences(APP, APP | new) == [expected]


def test_settings_without_any_are_not_silent() -> None:
    old = {key: value for key, value in APP.items() if key != "settings"}
    assert sentences(old, {**old, "settings": {}}) == ["the app `Desk` has the value `settings` now: {}"]


def test_the_order_of_dependencies_and_actions_is_no_difference() -> None:
    new = {**APP, "dependencies": APP["dependencies"][::-1], "actions": APP["actions"][::-1]}
    assert not sentences(APP, dict(reversed(new.items())))


def test_an_app_by_another_name_is_the_same_app() -> None:
    assert sentences(APP, APP | {"app": "bureau"}) == [
        'the value `app` of the app `Desk` is "bureau" instead of "desk"'
    ]


@given(st.sampled_from([sample for sample in JSON_SAMPLES if sample.get("app")]), st.data())
@settings(max_examples=200, deadline=None)
def test_nothing_that_changed_is_silent(old: Value, data: st.DataObject) -> None:
    new = copy.deepcopy(old)
    paths = [path for path in json_paths(new) if path and path[0] not in ("app", "workflows")]
    *above, last = data.draw(st.sampled_from(paths))
    container: Any = new
    for key in above:
        container = container[key]
    was = container[last]
    container[last] = value = data.draw(WORKFLOW_VALUES)
    if document_of(new).apps and repr(was) != repr(value) and {repr(was), repr(value)} - {"None", "[]", "{}", "False"}:
        assert sentences(old, new)
