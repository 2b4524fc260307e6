"""What references, functions and templates read, and how they are written."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import ALWAYS, app, called, step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from tests.support.rules import only, place, places, problems_in, rules_of, told

ONWARD = '"condition": {"op": "true", "values": [true]}'
OPEN = when("eq", "/#steps.1.status", "open")


def text(param: str, more: str = ', "transitions": []') -> str:
    """A workflow whose step aB3 leads to cD4, which has a JSON string as its param on the second line."""
    entry = f'{{"target": "aB3", {ONWARD}}}'
    first = f'{{"id": "aB3", "transitions": [{{"target": "cD4", {ONWARD}}}]}}'
    return (
        f'{{"name": "W", "trigger": {{"eventName": "e", "transitions": [{entry}]}}, "steps": [{first}, {{"id": "cD4",\n'
        f'"params":{{"x":{param}}}{more}}}]}}'
    )


def reading(value: object, **more: Any) -> dict[str, Any]:
    """A workflow of two steps, the second with a param."""
    return workflow("W", step("aB3", to("cD4")), step("cD4", params={"x": value}, **more))


# unknown-step-reference


@pytest.mark.parametrize(
    ("param", "where", "path"),
    [
        ('"/#steps.aB4.id"', "2:24-2:27", "steps.aB4.id"),
        ('"/\\u0023steps.aB4.id"', "2:29-2:32", "steps.aB4.id"),
        ('"\\/#steps.aB4.größe"', "2:25-2:28", "steps.aB4.größe"),
        ('"/#fn:parseInt,steps.aB4.id"', "2:36-2:39", "steps.aB4.id"),
        ('"Größe \\ud83d\\ude00\\n😀 {{{steps.aB4.id}}}"', "2:47-2:50", "steps.aB4.id"),
        ('"{{steps.[aB4].id}}"', "2:25-2:28", "steps.aB4.id"),
    ],
)
def test_an_unknown_step_is_told_at_its_id(param: str, where: str, path: str) -> None:
    problem = only(text(param))
    assert (problem.rule, problem.severity, problem.step) == ("unknown-step-reference", Severity.ERROR, "cD4")
    assert place(problem) == where
    assert problem.message == f'{path} reads the unknown step "aB4"'
    assert problem.hint == 'did you mean "aB3"?'
    assert places(problem) == []


@pytest.mark.parametrize(
    "value",
    [
        "/#steps.gone.id",
        {"a": [{"b": {"c/d": ["/#steps.gone.id"]}}]},
        "/#fn:dateFormat,steps.gone.id",
        "/#fn:dateFormat,steps.1.id,steps.gone.id",
        "{{steps.gone.id}}",
        "{{{steps.gone.id}}}",
        "{{dateDiff 'days' from=steps.1.x to=steps.gone.y}}",
        "{{math steps.1.n '+' steps.gone.n}}",
        "{{toLower (trim steps.gone.n)}}",
        "{{#if steps.gone.x}}yes{{/if}}",
        "{{#if steps.1.x}}{{else}}{{#unless steps.gone.x}}no{{/unless}}{{/if}}",
        "{{#each steps.gone.list}}{{this}}{{/each}}",
        "{{#each steps.1.list}}{{name}} {{steps.gone.x}}{{/each}}",
    ],
)
def test_references_are_found_in_params_and_in_conditions(value: object) -> None:
    nested = when("and", OPEN, when("or", OPEN, when("and", when("eq", "x", value))))
    assert rules_of(reading(value)) == ["unknown-step-reference"]
    for key in ("transitions", "errorCases"):
        definition = reading("")
        definition["steps"][1][key] = [to("eF5", nested)]
        definition["steps"].append(step("eF5"))
        assert rules_of(definition) == ["unknown-step-reference"], key
    entry = workflow("W", step("aB3"), entry=(to("aB3", nested),))
    assert [problem.step for problem in problems_in(entry)] == ["1"]


def test_keys_are_not_references() -> None:
    assert rules_of(reading({"/#steps.gone.id": "x", "{{steps.gone.id}}": ["y"], "/#step": 1})) == []


def test_two_places_are_two_problems() -> None:
    assert rules_of(reading("{{steps.gone.a}} {{steps.gone.b}}")) == ["unknown-step-reference"] * 2


def test_a_step_that_could_not_be_read_is_not_missing() -> None:
    definition = reading("/#steps.gone.id")
    definition["steps"].append({"action": "kustomer.note.create", "transitions": []})
    assert rules_of(definition) == ["invalid-shape"]


def test_what_else_could_not_be_read_hides_no_step() -> None:
    assert sorted(rules_of({**reading("/#steps.gone.id"), "enabled": "x"})) == [
        "invalid-shape",
        "unknown-step-reference",
    ]


def test_the_steps_are_listed_where_they_are_few() -> None:
    assert only(reading("/#steps.somewhere.id")).hint == "steps of this workflow: 1, aB3, cD4"
    ids = [letter * 5 for letter in "abcdefgh"]
    steps = [step(a, *(to(b) for b in ids[at : at + 1])) for at, a in enumerate(ids, start=1)]
    steps[-1]["params"] = {"x": "/#steps.somewhere.id"}
    assert only(workflow("W", *steps)).hint == ""


# reference-before-run


def test_a_later_step_has_not_run() -> None:
    definition = text('"\\u00e4 {{steps.eF5.id}}"', f', "transitions": [{{"target": "eF5", {ONWARD}}}]')
    problem = only(
        definition.removesuffix("]}")
        + ',\n{"id": "eF5", "action": "a", "meta": {"displayName": "Last"}, "transitions": []}]}'
    )
    assert (problem.rule, problem.severity, problem.step) == ("reference-before-run", Severity.ERROR, "cD4")
    assert place(problem) == "2:25-2:37"
    assert problem.message == 'steps.eF5.id reads step "Last", which cannot have run: no path leads from it to here'
    assert (problem.hint, places(problem)) == (
        "let that step run first, or read another one",
        ["the step is here 3:1"],
    )


def test_a_step_has_no_output_while_it_runs_and_has_one_after() -> None:
    problem = only(reading("/#steps.cD4.id"))
    assert (problem.rule, problem.pointer) == ("reference-before-run", "/steps/1/params/x")
    assert problem.message == "steps.cD4.id reads the output of its own step, which has not run yet"
    after = workflow("W", step("aB3", to("cD4", when("eq", "/#steps.aB3.id", "x"))), step("cD4"))
    assert rules_of(after) == []


def test_the_trigger_asks_before_any_step() -> None:
    definition = workflow("W", step("aB3"), entry=(to("aB3", when("exists", "/#steps.aB3.id")),))
    assert rules_of(definition) == ["reference-before-run"]


def test_a_sibling_has_not_run() -> None:
    definition = workflow(
        "W", step("aB3", params={"x": "/#steps.cD4.id"}), step("cD4"), entry=(to("aB3", OPEN), to("cD4"))
    )
    assert rules_of(definition) == ["reference-before-run"]


@pytest.mark.parametrize("value", ["/#steps.eF5.id", "{{steps.eF5.id}} {{steps.gH6.id}}"])
def test_nothing_is_said_of_what_cannot_be_reached(value: str) -> None:
    reader = workflow("W", step("aB3"), step("eF5", to("gH6")), step("gH6", params={"x": value}))
    assert rules_of(reader) == ["unreachable-step"]
    read = workflow("W", step("aB3", params={"x": value}), step("eF5", to("gH6")), step("gH6"))
    assert rules_of(read) == ["unreachable-step"]


# reference-may-be-missing


def test_a_step_that_a_path_skips_is_told_with_the_path() -> None:
    entry = (
        f'{{"target": "aB3", "condition": {{"op": "eq", "values": ["/#steps.1.x", 2]}}}}, {{"target": "cD4", {ONWARD}}}'
    )
    problem = only(
        f'{{"name": "W", "trigger": {{"eventName": "e", "transitions": [{entry}]}}, "steps": [\n'
        f' {{"id": "aB3", "action": "a", "transitions": [{{"target": "cD4", {ONWARD}}}], '
        '"meta": {"displayName": "Ask"}},\n'
        '{"id": "cD4", "params": {"x": "\\"{{{steps.aB3.a}}} {{{steps.aB3.b}}}"}, "transitions": []}]}'
    )
    assert (problem.rule, problem.severity, problem.step) == ("reference-may-be-missing", Severity.WARNING, "cD4")
    assert place(problem) == "3:37-3:48"
    assert problem.message == 'steps.aB3.a may be missing: step "Ask" has not run on the path trigger → cD4'
    assert problem.hint == "check in an earlier condition that it exists, or read something that is always there"
    assert places(problem) == ["the step is here 2:2"]


def test_a_path_may_follow_a_failure() -> None:
    definition = workflow(
        "W",
        step("aB3", to("cD4"), errorCases=[to("eF5")]),
        step("cD4", to("eF5")),
        step("eF5", params={"x": "/#steps.cD4.id"}),
    )
    assert only(definition).message.endswith('step "cD4" has not run on the path trigger → aB3 → fails → eF5')


# impossible-path


def test_a_step_that_has_failed_has_no_output() -> None:
    definition = workflow(
        "W",
        step("aB3", errorCases=[to("cD4")]),
        step("cD4", to("eF5"), params={"x": "/#steps.aB3.body", "y": "/#steps.1.id", "z": "/#error.message"}),
        step("eF5", params={"x": "{{steps.aB3.a}} {{steps.aB3.b}}"}),
    )
    first, second = problems_in(definition)
    assert (first.rule, first.severity, first.pointer) == ("impossible-path", Severity.WARNING, "/steps/1/params/x")
    assert first.message == 'steps.aB3.body never holds anything: step "aB3" has failed here, and has no output'
    assert (second.rule, second.pointer) == ("impossible-path", "/steps/2/params/x")


def test_a_step_that_has_failed_or_has_not_run_has_no_output() -> None:
    reader = step("cD4", params={"x": "/#steps.aB3.id"})
    definition = workflow("W", step("aB3", errorCases=[to("cD4")]), reader, entry=(to("aB3", OPEN), to("cD4")))
    assert only(definition).message.endswith('step "aB3" has failed here, or has not run, and has no output')


@pytest.mark.parametrize(
    ("field", "right"),
    [("tags[0]", "tags.0"), ("custom['@x']", "custom.@x"), ("emails[0].email", "emails.0.email"), ("a[0][1]", "a.0.1")],
)
def test_a_field_of_kustomer_s_own_has_no_brackets_behind_its_name(field: str, right: str) -> None:
    definition = workflow("W", step("aB3", params={"x": f"/#steps.1.{field}"}))
    assert only(definition).rule == "impossible-path"
    assert only(definition).hint == f"read steps.1.{right}"
    hook = workflow("W", step("aB3", params={"x": f"/#steps.1.{field}"}), event="kustomer.hooks.form.a.receive")
    assert told(hook) == []


def test_what_never_holds_anything_says_what_to_read_instead() -> None:
    transform = step("aB3", to("cD4"), action="kustomer.transform.generic", params={"total": 1, "currency": "EUR"})
    reader = step("cD4", params={"x": "/#steps.aB3.output.sum"})
    assert only(workflow("W", transform, reader)).hint == "names there: currency, total"
    branch = {"id": "aB3", "transitions": [to("cD4")]}
    assert only(workflow("W", branch, step("cD4", params={"x": "/#steps.aB3.id"}))).hint.startswith(
        "read a step that has"
    )


def test_an_error_case_is_asked_after_its_own_step_has_failed() -> None:
    definition = workflow(
        "W", step("aB3", to("cD4"), errorCases=[to("cD4", when("eq", "/#steps.aB3.status", 404))]), step("cD4")
    )
    assert told(definition) == [
        "impossible-path at /steps/0/errorCases/0/condition/values/0: "
        'steps.aB3.status never holds anything: step "aB3" has failed here, and has no output'
    ]


def test_what_is_reached_after_success_and_after_failure_may_miss_the_output() -> None:
    reader = step("cD4", params={"x": "/#steps.aB3.id"})
    definition = workflow("W", step("aB3", to("cD4"), errorCases=[to("cD4")]), reader)
    problem = only(definition)
    assert problem.rule == "reference-may-be-missing"
    assert problem.message == (
        'steps.aB3.id may be missing: step "aB3" has failed on the path trigger → aB3 → fails → cD4'
    )
    definition["steps"][0]["transitions"] = [to("cD4", when("exists", "/#steps.aB3.id"))]
    definition["steps"][0]["errorCases"] = [to("cD4", when("exists", "/#steps.aB3.id"))]
    assert rules_of(definition) == []


def test_what_continues_after_a_failure_goes_on_without_the_output() -> None:
    goes_on = {"condition": when("and", ALWAYS), "errorAction": {"type": "continue"}}
    definition = workflow(
        "W", step("aB3", to("cD4"), errorCases=[goes_on]), step("cD4", params={"x": "/#steps.aB3.id"})
    )
    assert only(definition).message.endswith('step "aB3" has failed on the path trigger → aB3 → fails → cD4')
    definition["steps"][0]["transitions"] = [to("cD4", when("exists", "/#steps.aB3.id"))]
    assert rules_of(definition) == []
    for type_ in ("stop-processing", "retry-action", "retry-workflow"):
        definition["steps"][0] = step("aB3", to("cD4"), errorCases=[{**goes_on, "errorAction": {"type": type_}}])
        assert rules_of(definition) == []


# unknown-input-reference


def taking(value: object, **schema: Any) -> dict[str, Any]:
    """A callable workflow that reads one thing, in an app where nothing else is said of it."""
    definition = called("Later", "5f8e", step("aB3", params={"x": value}), inputs={"name": "string", "age": "number"})
    if schema:
        definition["trigger"] |= schema
    return definition


def inputs_told(definition: dict[str, Any]) -> list[str]:
    return [problem.message for problem in problems_in(definition) if problem.rule != "never-scheduled"]


def test_an_input_that_is_not_declared_is_told_at_its_name() -> None:
    schema = '"callable": true,\n"schema": {"properties": {"größe": {}}}'
    entry = f'"eventName": "kustomer.workflow.5f8e.call", "transitions": [{{"target": "aB3", {ONWARD}}}], {schema}'
    (problem,) = (
        each
        for each in problems_in(
            f'{{"id": "5f8e", "name": "W", "trigger": {{{entry}}},\n'
            '"steps": [{"id": "aB3", "params": {"x": "{{steps.1.gr\\u00f6\\u00dfen.kind}}"}, "transitions": []}]}'
        )
        if each.rule != "never-scheduled"
    )
    assert (problem.rule, problem.severity, problem.step) == ("unknown-input-reference", Severity.WARNING, "aB3")
    assert place(problem) == "3:52-3:68"
    assert problem.message == 'steps.1.größen.kind reads input "größen", which this workflow does not declare'
    assert problem.hint == 'did you mean "größe"?'
    assert places(problem) == ["the inputs are declared here 2:11"]


@pytest.mark.parametrize(
    "value", ["/#steps.1.name", "/#steps.1.name.first", "/#steps.1", "{{steps.1.age}}", "{{name}}"]
)
def test_a_declared_input_is_right(value: str) -> None:
    assert inputs_told(taking(value)) == []


def test_the_inputs_are_listed_and_what_the_condition_reads_is_checked() -> None:
    definition = taking("")
    definition["trigger"]["transitions"] = [to("aB3", when("eq", "/#steps.1.kind", "x"))]
    (problem,) = (each for each in problems_in(definition) if each.rule != "never-scheduled")
    assert (problem.rule, problem.hint) == ("unknown-input-reference", "inputs: age, name")


def test_a_bare_map_is_a_schema_too() -> None:
    assert inputs_told(taking("/#steps.1.name", schema={"name": "string"})) == []
    assert len(inputs_told(taking("/#steps.1.name", schema={"input1": "string"}))) == 1


@pytest.mark.parametrize("schema", [None, {}, {"properties": {}, "required": []}])
def test_where_no_input_is_declared_reading_one_is_only_worth_knowing(schema: object) -> None:
    definition = taking("/#steps.1.other", schema=schema)
    (problem,) = (each for each in problems_in(definition) if each.rule != "never-scheduled")
    assert (problem.rule, problem.severity) == ("unknown-input-reference", Severity.INFO)
    assert rules_of(reading("/#steps.1.other")) == []


@pytest.mark.parametrize("more", [{"additionalProperties": True}, {"required": ["other"]}])
def test_a_schema_may_take_more_than_its_properties(more: dict[str, object]) -> None:
    assert inputs_told(taking("/#steps.1.other", schema={"properties": {"name": {}}, **more})) == []


def test_a_schema_that_could_not_be_read_may_declare_it() -> None:
    definition = taking("/#steps.1.other", schema={"properties": ["other"]})
    assert {problem.rule for problem in problems_in(definition)} - {"never-scheduled"} == {"invalid-shape"}


# malformed-reference, malformed-template


@pytest.mark.parametrize(
    ("param", "where", "message", "hint"),
    [
        ('"/#step.1"', "2:18-2:22", 'a path cannot begin with "step"', 'did you mean "steps"?'),
        ('"\\/\\u0023step.1"', "2:24-2:28", 'a path cannot begin with "step"', 'did you mean "steps"?'),
        ('"/#"', "2:16-2:18", "nothing follows the /#", "write /#steps.<step id>.<field>"),
        ('"/#/steps.1"', "2:18-2:19", "a slash follows the /#", "remove the slash"),
        ('"/#fn:"', "2:16-2:21", "the function has no name", "write /#fn:name,path"),
        ('"/#fn:parseInt,/#steps.1"', "2:30-2:32", "a path inside a function is written without /#", "remove the /#"),
    ],
)
def test_a_malformed_reference_is_told_at_its_fault(param: str, where: str, message: str, hint: str) -> None:
    problem = only(text(param))
    assert (problem.rule, problem.severity, problem.step) == ("malformed-reference", Severity.ERROR, "cD4")
    assert (place(problem), problem.message, problem.hint) == (where, message, hint)


@pytest.mark.parametrize(
    ("param", "where", "message", "hint"),
    [
        ('"\\u00e4 {{steps.1.id"', "2:23-2:25", "this tag is never closed", "close it with }}"),
        ('"ä😀{{#if steps.1.x}}"', "2:18-2:35", 'the block "if" is never closed', "close it with {{/if}}"),
        ('"{{a.this}}"', "2:20-2:24", '"this" is not allowed inside a path', "write [this]"),
        ('"{{a\\"b\\"}}"', "2:19-2:21", "a quotation mark is not allowed here in a template", "remove it"),
    ],
)
def test_a_malformed_template_is_told_at_its_fault(param: str, where: str, message: str, hint: str) -> None:
    problem = only(text(param))
    assert (problem.rule, problem.severity, problem.step) == ("malformed-template", Severity.ERROR, "cD4")
    assert (place(problem), problem.message, problem.hint) == (where, message, hint)


# embedded-reference


@pytest.mark.parametrize(
    ("param", "where", "written", "hint"),
    [
        ('"Gr\\u00fc\\u00dfe /#steps.1.id!"', "2:32-2:44", "/#steps.1.id", "write {{{steps.1.id}}}"),
        ('"a /#fn:parseInt,steps.1.n"', "2:18-2:41", "/#fn:parseInt,steps.1.n", ""),
        ('"{{steps.1.x}} /#steps.1.id"', "2:30-2:42", "/#steps.1.id", "write {{{steps.1.id}}}"),
    ],
)
def test_a_reference_inside_text_is_told_where_it_stands(param: str, where: str, written: str, hint: str) -> None:
    problem = only(text(param))
    assert (problem.rule, problem.severity, problem.step) == ("embedded-reference", Severity.WARNING, "cD4")
    assert (place(problem), problem.hint) == (where, hint)
    assert problem.message == f"{written} is inside other text, so it is sent literally"


# unknown-function


def test_an_unknown_function_is_told_at_its_name() -> None:
    problem = only(text('"\\/#fn:parsInt,steps.1.n"'))
    assert (problem.rule, problem.severity, problem.step) == ("unknown-function", Severity.WARNING, "cD4")
    assert place(problem) == "2:22-2:29"
    assert problem.message == 'unknown function "parsInt"'
    assert problem.hint == 'did you mean "parseInt"?'
    assert only(text('"/#fn:sum,steps.1.n"')).hint == "if Kustomer does not have it either, it fails silently"


def test_functions_may_be_made_known() -> None:
    known = Settings(functions=frozenset({"sumOf"}))
    assert rules_of(reading("/#fn:sumOf,steps.1.n"), settings=known) == []
    assert only(reading("/#fn:sumof,steps.1.n"), settings=known).hint == 'did you mean "sumOf"?'


# error-reference


def test_the_error_is_told_where_no_error_case_leads() -> None:
    problem = only(text('"\\u00e4 {{error.message}}"'))
    assert (problem.rule, problem.severity, problem.step) == ("error-reference", Severity.WARNING, "cD4")
    assert place(problem) == "2:25-2:38"
    assert problem.message == "error.message exists only after a failure, but no error case leads here"


def test_the_error_is_there_behind_an_error_case_and_in_its_condition() -> None:
    definition = workflow(
        "W",
        step("aB3", to("eF5"), errorCases=[to("cD4", when("eq", "/#error.status", 404))]),
        step("cD4", to("eF5", when("exists", "/#error"))),
        step("eF5", params={"x": "{{error.message}}"}),
    )
    assert rules_of(definition) == []


def test_the_step_that_fails_has_no_error_yet() -> None:
    definition = workflow("W", step("aB3", params={"x": "/#error"}, errorCases=[to("cD4")]), step("cD4"))
    assert told(definition) == [
        "error-reference at /steps/0/params/x: error exists only after a failure, but no error case leads here"
    ]
    edge = workflow("W", step("aB3", to("cD4", when("exists", "/#error.x")), errorCases=[to("cD4")]), step("cD4"))
    assert rules_of(edge) == ["error-reference"]


def test_nothing_is_said_of_the_error_where_nothing_leads() -> None:
    definition = workflow("W", step("aB3"), step("cD4", params={"x": "/#error.message"}))
    assert rules_of(app(definition)) == ["unreachable-step"]
