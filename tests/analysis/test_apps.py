"""What apps declare, and what the templates of their actions read."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.analysis.apps import declared_inputs, general_name, input_reads
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rule import app, step, workflow
from kustui.definition.collection import Collection
from tests.support.definitions import document_of

SUFFIX = "61aa00bb22cc33dd44ee55ff"


@pytest.mark.parametrize("name", ["Shop_App", "shop_app", f"shop_app_{SUFFIX}", f"Shop_App_{SUFFIX.upper()}"])
def test_a_name_is_the_same_before_and_after_installation(name: str) -> None:
    assert general_name(name) == "shop_app"


@pytest.mark.parametrize("name", [f"shop_app{SUFFIX}", f"shop_app_{SUFFIX[1:]}", "shop_apps"])
def test_another_name_stays_another(name: str) -> None:
    assert general_name(name) != "shop_app"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{a}} {{{b.c}}} {{&d}}", ["a", "b", "d"]),
        ("/#a", ["a"]),
        ("/#a.b.0", ["a"]),
        ("/#fn:parseInt,a.b", ["a"]),
        ("/#fn:dateFormat,a,MMM D, YYYY", ["a"]),
        ("/#fn:now", []),
        ("no template", []),
        ({"headers": [{"x": "{{a}}"}], "n": 1}, ["a"]),
        ("{{toLower a}} {{dateFormat b format=c}}", ["a", "b", "c"]),
        ("{{randomId}} {{steps.1.id}} {{settings.default.a}}", []),
        ("{{#if a}}{{b}}{{else}}{{c}}{{/if}}", ["a", "b", "c"]),
        ("{{#each a}}{{b}}{{../c}}{{@index}}{{@root.d}}{{/each}}", ["a", "c", "d"]),
        ("{{#with a}}{{b}}{{/with}}{{this.c}}", ["a", "c"]),
        ("{{a}} {{{b}}", []),
    ],
)
def test_a_template_of_an_action_reads_inputs_by_their_bare_names(template: object, names: list[str]) -> None:
    assert [read.name for read in input_reads(template, "")] == names


def test_the_place_of_what_is_read_is_its_name() -> None:
    (read,) = input_reads({"uri": "x/{{{a.b}}}"}, "/actions/0/inputTemplate")
    assert (read.pointer, read.within) == ("/actions/0/inputTemplate/uri", (5, 6))


@pytest.mark.parametrize(
    ("action", "inputs"),
    [
        ({"inputSchema": {"properties": {"a": {}}}, "appSettings": {"b": {"key": "x.y.z"}}}, {"a", "b"}),
        ({"inputSchema": {"properties": {}, "additionalProperties": False}}, set()),
        ({"inputSchema": {"properties": {"a": {}}, "additionalProperties": True}}, None),
        ({"inputSchema": {"properties": {"a": {}}, "anyOf": []}}, None),
        ({"inputSchema": {"type": "object"}}, None),
        ({}, None),
    ],
)
def test_an_action_that_may_get_others_declares_no_inputs(action: dict[str, Any], inputs: set[str] | None) -> None:
    assert declared_inputs(action) == inputs


def test_the_output_of_an_own_action_has_its_schema_under_every_name_of_the_app() -> None:
    action = {"name": "kustomer.app.Sample.get", "type": "rest_api", "outputSchema": {"properties": {"a": {}}}}
    document = document_of(app(workflow("Greet", step("aB3")), app="Sample", actions=[action]))
    analysis = WorkflowAnalysis(Collection((document,)), document.entries[0])
    for name in ("kustomer.app.sample.get", f"kustomer.app.sample_{SUFFIX}.get"):
        schema = analysis.output_schema(name)
        assert schema is not None
        assert list(schema.properties) == ["a"]
    assert analysis.output_schema("kustomer.app.other.get") is None
