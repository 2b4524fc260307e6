"""Every problem that has a fix is gone after it, nothing else is wrong then, and no other byte has changed."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check.checker import check
from kustui.check.problems import Problem
from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.check.rules import RULES
from kustui.definition.collection import Collection, read_document
from kustui.fix import part_fixes
from kustui.fix.changes import changes_of, make
from kustui.fix.edits import Fix, by_source, edited, overlaps
from kustui.fix.quick_fixes import FIXES, fixes_of, safe_fixes
from tests.support.mutations import MUTATIONS, SOUND, Definition, Mutation

_ID = "5f8e148232731d0015c14657"
_OTHER_ID = "60e7c927171e7a6abdc56982"
_REVEALED = {"never-scheduled", "unreachable-step"}
"""What is said of a workflow or a step only once it has an id of its own."""


class Checked:
    """A file with its problems."""

    def __init__(self, raw: bytes, path: str = "app.json") -> None:
        self.document = read_document(path, raw)
        self.collection = Collection((self.document,))

    @cached_property
    def problems(self) -> Sequence[Problem]:
        return check(self.collection)[1]

    @property
    def rules(self) -> Counter[str]:
        return Counter(problem.rule for problem in self.problems)

    def fixes(self, rule: str) -> Iterator[Fix]:
        analyses = AnalysisCache(self.collection)
        for problem in self.problems:
            if problem.rule == rule:
                yield from fixes_of(problem, analyses)

    def after(self, *fixes: Fix) -> Checked:
        (edits,) = by_source(edit for fix in fixes for edit in fix.edits).values()
        assert not overlaps(edits)
        return Checked(edited(self.document.source, edits))


def checked(value: object) -> Checked:
    return Checked((value if isinstance(value, str) else json.dumps(value, indent=2)).encode())


def fixed(value: object, rule: str, place: int = 0) -> Any:
    """What a definition is after one of the fixes of its problem."""
    before = checked(value)
    fix = [*before.fixes(rule)][place]
    after = before.after(fix)
    assert not after.rules[rule]
    assert not set(after.rules - before.rules) - _REVEALED
    return json.loads(after.document.source.data)


# The rules


def test_only_rules_have_fixes() -> None:
    assert FIXES.keys() <= RULES.keys()


@pytest.mark.parametrize("name", [name for name in FIXES if isinstance(RULES[name].bad, dict | str)])
def test_the_first_fix_of_a_bad_example_puts_it_right(name: str) -> None:
    before = checked(RULES[name].bad)
    for fix in [*before.fixes(name)][:1]:
        after = before.after(fix)
        assert not after.rules[name]
        assert not set(after.rules) - _REVEALED


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if isinstance(rule.bad, dict | str)])
def test_a_fix_is_safe_where_the_check_says_so(name: str) -> None:
    before = checked(RULES[name].bad)
    analyses = AnalysisCache(before.collection)
    for problem in before.problems:
        fixes = fixes_of(problem, analyses)
        assert problem.is_certain == any(fix.is_safe for fix in fixes[:1])
        assert not any(fix.is_safe for fix in fixes[1:])
    assert len(safe_fixes(before.problems, analyses)) == sum(problem.is_certain for problem in before.problems)


def test_a_name_that_is_close_to_several_is_not_safe() -> None:
    value = app(workflow("Greet", step("aB3", to("cD5")), step("cD4"), step("cD6")))
    before = checked(value)
    (fix,) = before.fixes("unknown-target")
    assert not fix.is_safe


@pytest.mark.parametrize(
    ("text", "is_safe"),
    [
        ("Order /#steps.1.name", True),
        ("(/#steps.1.name)", True),
        ("https://shop.example/orders/#steps.1.id", False),
        ("{/#steps.1.id}", False),
        ("/#fn:parseint,steps.1.id", True),
        ("/#fn:parseInts,steps.1.id", False),
    ],
)
def test_a_text_that_may_be_meant_as_it_is_stays(text: str, is_safe: bool) -> None:
    before = checked(app(workflow("Greet", step("aB3", params={"body": text}))))
    (problem,) = before.problems
    assert problem.is_certain is is_safe
    assert bool(safe_fixes(before.problems, AnalysisCache(before.collection))) is is_safe


def test_a_call_of_an_id_that_may_be_elsewhere_is_not_changed_unasked() -> None:
    called_one = called("Remind", _ID, step("cD4"))
    call = workflow("Watch", schedule("aB3", f"{_ID[:-1]}8"))
    for value, is_safe in ((app(call, called_one), True), ([call, called_one], False)):
        assert [fix.is_safe for fix in checked(value).fixes("unknown-workflow")] == [is_safe]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("/#step.1.id", "/#steps.1.id"),
        ("#/steps.1.id", "/#steps.1.id"),
        (" /#steps.1.id ", "/#steps.1.id"),
        ("/#/steps.1.id", "/#steps.1.id"),
        ("/#steps/1/id", "/#steps.1.id"),
        ("/#fn:parseInt, steps.1.id", "/#fn:parseInt,steps.1.id"),
        ("/#fn:parseInt,/#steps.1.id", "/#fn:parseInt,steps.1.id"),
        ("/#fn:parseint,steps.1.id", "/#fn:parseInt,steps.1.id"),
        ("/#steps.1.name, hello", "{{{steps.1.name}}}, hello"),
        ("Order /#steps.1.name", "Order {{{steps.1.name}}}"),
        ("{{steps.1.custom.@x}}", "{{steps.1.custom.[@x]}}"),
        ("{{steps.1.tags[0]}}", "{{steps.1.tags.[0]}}"),
        ("{{/#steps.1.name}}", "{{steps.1.name}}"),
        ("Order {{steps.1.name", "Order {{steps.1.name}}"),
        ("{{{steps.1.name}}", "{{{steps.1.name}}}"),
        ("{{steps.1.name}", "{{steps.1.name}}"),
        ("{{#steps.1.name}}", "{{steps.1.name}}"),
        ("{{step.1.name}}", "{{steps.1.name}}"),
        ("{{@steps.1.name}}", "{{steps.1.name}}"),
        ("/#steps.1.changes.status.after", "/#steps.1.changes.attributes.status.after"),
        ('é \\u "/#steps.1.name"', 'é \\u "{{{steps.1.name}}}"'),
    ],
)
def test_an_expression_is_written_as_kustomer_reads_it(wrong: str, right: str) -> None:
    before = checked(app(workflow("Greet", step("aB3", params={"body": wrong}))))
    for _ in range(3):  # one thing at a time
        fix = next((fix for rule in before.rules for fix in before.fixes(rule)), None)
        if fix is not None:
            before = before.after(fix)
    assert json.loads(before.document.source.data)["workflows"][0]["steps"][0]["params"]["body"] == right
    assert not before.problems


def _asking(**inputs: object) -> object:
    target = called("Remind", _ID, step("cD4"), inputs={"orderId": "string"}, required=("orderId",))
    note = step("aB3", to("bC4"), params={"body": "/#steps.1.orderId"})
    return app(workflow("Watch", note, schedule("bC4", _ID, **inputs)), target)


@pytest.mark.parametrize("inputs", [{"inputs": {}}, {"inputs": {"x": 1}}, {"inputs": None}])
def test_a_missing_input_is_read_where_something_has_such_a_field(inputs: dict[str, object]) -> None:
    value: Any = _asking(**inputs)
    if inputs["inputs"] is None:
        del value["workflows"][0]["steps"][1]["params"]["inputs"]
    after = fixed(value, "missing-input")
    assert after["workflows"][0]["steps"][1]["params"]["inputs"]["orderId"] == "/#steps.1.orderId"


def test_a_missing_input_that_nothing_has_is_not_made_up() -> None:
    target = called("Remind", _ID, step("cD4"), inputs={"orderId": "string"}, required=("orderId",))
    assert not [*checked(app(workflow("Watch", schedule("bC4", _ID)), target)).fixes("missing-input")]


def test_a_missing_input_is_not_read_of_a_step_that_may_not_have_run() -> None:
    target = called("Remind", _ID, step("cD4"), inputs={"orderId": "string"}, required=("orderId",))
    entry = (to("aB3", when("eq", "/#steps.1.status", "open")), to("bC4"))
    read = step("eF5", params={"body": "/#steps.aB3.orderId"})
    value = app(workflow("Watch", step("aB3", to("bC4")), schedule("bC4", _ID, to("eF5")), read, entry=entry), target)
    assert not [*checked(value).fixes("missing-input")]


def test_the_id_of_the_object_is_read_of_its_event() -> None:
    target = called("Remind", _ID, step("cD4"), inputs={"conversationId": "string"}, required=("conversationId",))
    after = fixed(app(workflow("Watch", schedule("bC4", _ID)), target), "missing-input")
    assert after["workflows"][0]["steps"][0]["params"]["inputs"] == {"conversationId": "/#steps.1.id"}


def test_the_event_is_named_after_the_id_or_the_id_after_the_event() -> None:
    value = app(called("Remind", _ID, step("cD4")))
    value["workflows"][0]["trigger"]["eventName"] = f"kustomer.workflow.{_OTHER_ID}.call"
    for place, id_ in enumerate((_ID, _OTHER_ID)):
        (one,) = fixed(value, "event-name-mismatch", place)["workflows"]
        assert (one["id"], one["trigger"]["eventName"]) == (id_, f"kustomer.workflow.{id_}.call")


def test_the_event_of_another_workflow_is_certainly_wrong() -> None:
    copied = called("Remind again", _OTHER_ID, step("cD4"))
    copied["trigger"]["eventName"] = f"kustomer.workflow.{_ID}.call"
    value = app(workflow("Watch", schedule("aB3", _ID)), called("Remind", _ID, step("cD4")), copied)
    (fix,) = checked(value).fixes("event-name-mismatch")
    assert fix.is_safe


def test_a_workflow_that_is_to_be_callable_gets_an_id_that_no_other_has() -> None:
    value = app(called("Remind", _ID, step("cD4")), called("Later", _OTHER_ID, step("cD4")))
    del value["workflows"][0]["id"], value["workflows"][0]["trigger"]["eventName"]
    one, other = fixed(value, "missing-workflow-id")["workflows"]
    assert one["id"] != other["id"]
    assert one["trigger"]["eventName"] == f"kustomer.workflow.{one['id']}.call"


def test_a_call_event_makes_a_workflow_callable() -> None:
    value = app({"id": _ID, **workflow("Remind", step("cD4"), event=f"kustomer.workflow.{_ID}.call")})
    place = len([*checked(value).fixes("event-name-mismatch")]) - 1
    assert fixed(value, "event-name-mismatch", place)["workflows"][0]["trigger"]["callable"] is True


def test_a_second_step_of_an_id_gets_its_own_where_it_goes_back_to_itself() -> None:
    second = {**step("aB3", to("aB3", when("eq", "/#steps.aB3.x", 1)), params={"body": "b"})}
    before = checked(app(workflow("Greet", step("aB3"), second)))
    after = before.after(next(before.fixes("duplicate-step-id")))
    one, other = json.loads(after.document.source.data)["workflows"][0]["steps"]
    (edge,) = other["transitions"]
    assert (one["id"], other["id"], edge["target"]) == ("aB3", "aB3-2", "aB3-2")
    assert edge["condition"]["values"][0] == "/#steps.aB3-2.x"


def test_a_step_that_only_repeats_another_is_removed() -> None:
    (only,) = fixed(app(workflow("Greet", step("aB3"), step("aB3"))), "duplicate-step-id")["workflows"]
    assert [one["id"] for one in only["steps"]] == ["aB3"]


def test_values_that_an_operator_does_not_read_are_removed() -> None:
    entry = (to("aB3", when("eq", "/#steps.1.status", "open", "x", [1, 2])),)
    (only,) = fixed(app(workflow("Tag", step("aB3"), entry=entry)), "operator-arity")["workflows"]
    assert only["trigger"]["transitions"][0]["condition"]["values"] == ["/#steps.1.status", "open"]


def test_an_error_case_is_declared_where_the_error_is_read() -> None:
    value = app(workflow("Greet", step("aB3", to("cD4")), step("cD4", params={"body": "/#error.message"})))
    first = fixed(value, "error-reference")["workflows"][0]["steps"][0]
    assert [edge["target"] for edge in first["errorCases"]] == ["cD4"]


@pytest.mark.parametrize("dependencies", [None, [], ["kustomer-^1.4.8"]])
def test_a_dependency_is_declared(dependencies: list[str] | None) -> None:
    value: Any = app(workflow("Ask", step("aB3", appVersion="scheduler-^1.0.1")))
    if dependencies is not None:
        value["dependencies"] = dependencies
    assert fixed(value, "undeclared-dependency")["dependencies"] == [*(dependencies or []), "scheduler-^1.0.1"]


@pytest.mark.parametrize(
    ("key", "wrong", "right"),
    [
        ("callable", "true", True),
        ("transitions", to("7"), [to("7")]),
        ("transitions", [{**to("7"), "target": 7}], [to("7")]),
        ("transitions", [{**to("7"), "target": 8}], None),
        ("callable", "yes", None),
    ],
)
def test_a_value_of_the_wrong_type_is_written_as_the_right_one(key: str, wrong: object, right: object) -> None:
    value = app(workflow("Watch", schedule("aB3", _ID)), called("Remind", _ID, step("7")))
    value["workflows"][1]["trigger"][key] = wrong
    if right is None:
        assert not [*checked(value).fixes("invalid-shape")]
    else:
        assert fixed(value, "invalid-shape")["workflows"][1]["trigger"][key] == right


def test_of_a_large_workflow_the_first_values_of_the_wrong_type_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    value = app(workflow("Watch", *(step(f"aB{at}", to(f"aB{at + 1}"), appVersion=1) for at in range(3)), step("aB3")))
    assert len([*checked(value).fixes("invalid-shape")]) == 3
    monkeypatch.setattr(part_fixes, "MOST_CHECKED", 0)
    assert len([*checked(value).fixes("invalid-shape")]) == 1


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("kustomer-^1,4,8", "kustomer-^1.4.8"),
        ("kustomer@^1.4.8", "kustomer-^1.4.8"),
        ("kustomer ^1.4.8", "kustomer-^1.4.8"),
        ("kustomer^1.4.8", "kustomer-^1.4.8"),
        ("kustomer-latest", None),
        ("kustomer", None),
    ],
)
def test_a_version_range_is_written_as_kustomer_reads_it(wrong: str, right: str | None) -> None:
    value = app(workflow("Ask", step("aB3", appVersion=wrong)), dependencies=["kustomer-^1.4.8"])
    if right is None:
        assert not [*checked(value).fixes("invalid-version-range")]
    else:
        assert fixed(value, "invalid-version-range")["workflows"][0]["steps"][0]["appVersion"] == right


# The text


@pytest.mark.parametrize(
    ("wrong", "right", "is_safe"),
    [
        ('{"app": "a",\n "version": "1.0.0"\n "title": "A", "workflows": []}', ',\n "title"', True),
        ('{"app": "a", "version": "1.0.0",}', '"1.0.0"}', True),
        ('{"app": "a", "version": "1.0.0", "workflows": [],,}', '"workflows": [],}', False),
        ('{"app": "a", "version": "1.0.0", "editable": True}', '"editable": true}', True),
        ('{"app": "a", "version": "1.0.0", "hooks": None}', '"hooks": null}', True),
        ('{"app": "a", "version": "1.0.0", description: "b"}', '"description": "b"', True),
        ('{"app": "a", "version": "1.0.0", "description" = "b"}', '"description" : "b"', True),
        ('{"app": "a", "version": "1.0.0", "description" {}}', '"description" : {}', True),
        ('{"app": "a", "version": "1.0.0", "description": "a\tb"}', '"a\\tb"', True),
        ('{"app": "a", "version": "1.0.0", "description": "\\d"}', '"\\\\d"', True),
        ('{"app": "a", "version": "1.0.0", "x": .5}', '"x": 0.5}', True),
        ('{"app": "a", "version": "1.0.0", "x": +5}', '"x": 5}', True),
        ('{"app": "a",\u00a0"version": "1.0.0"}', '"a", "version"', True),
        ('{"app": "a", "version": "1.0.0", "workflows": [{}', '"workflows": [{}]}', False),
        ('{\n  "app": "a",\n  "version": "1.0.0",\n  "workflows": [\n    {}\n', "    {}\n  ]\n}\n", False),
        ('{"app": "a", "version": "1.0.0", "workflows": [}', '"workflows": []}', False),
        ('{"app": "a", "version": "1.0.0", "workflows": [{},', '"workflows": [{},]}', False),
        ('{"app": "a", "version": "1.0.0", "title": "A,\n "workflows": []}', '"title": "A",\n "workflows"', False),
        ('{"app": "a", "version": "1.0.0", "title": "say "hi" "}', None, False),
        ('{"app": "a", "version": "1.0.0", "title": "say " hi "}', None, False),
    ],
)
def test_what_is_no_json_is_put_right_where_that_is_known(wrong: str, right: str | None, is_safe: bool) -> None:
    before = checked(wrong)
    fixes = [*before.fixes("invalid-json")]
    if right is None:
        assert not any(fix.is_safe for fix in fixes)
        return
    (fix,) = fixes
    assert fix.is_safe is is_safe
    after = before.after(fix).document.source.text_source.data.decode()
    assert right in after
    while more := next((fix for rule in ("invalid-json", "relaxed-json") for fix in checked(after).fixes(rule)), None):
        after = checked(after).after(more).document.source.text_source.data.decode()
    json.loads(after)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('{"app": "a",\n "version": "1.0.0"\n "title": "A"}', "add a comma"),
        ('{"app": "a", "version": "1.0.0",}', "remove the comma"),
        ('{"app": "a", "version": "1.0.0", "x": NaN}', "write null"),
        ('{"app": "a", "version": "1.0.0", description: "b"}', 'write "description"'),
        ('{"app": "a",\n "version": "1.0.0",\n "workflows": [\n  {}', "add ] }"),
        ('{"app": "a", "version" = "1.0.0"}', "write a colon"),
    ],
)
def test_the_title_says_what_changes_in_the_text(text: str, title: str) -> None:
    assert [fix.title for fix in checked(text).fixes("invalid-json")] == [title]


@pytest.mark.parametrize(("second", "is_safe"), [('"Tags chats."', True), ('"Tags mail."', False)])
def test_the_earlier_of_two_keys_is_removed_as_it_does_not_count(second: str, is_safe: bool) -> None:
    text = (
        f'{{"app": "a", "version": "1.0.0",\n "description": "Tags chats.",\n "description": {second},\n "title": "A"}}'
    )
    before = checked(text)
    fix = next(before.fixes("duplicate-key"))
    assert fix.is_safe is is_safe
    after = before.after(fix)
    assert after.document.source.data.decode() == text.replace('"description": "Tags chats.",\n ', "", 1)


# Mutations

_LAYOUTS: dict[str, dict[str, Any]] = {
    "two blanks": {"indent": 2, "ensure_ascii": False},
    "tabs": {"indent": "\t", "ensure_ascii": False},
    "escapes": {"indent": 4},
    "one line": {"separators": (",", ":"), "ensure_ascii": False},
}
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


def _raw(value: Definition, layout: str, line_end: str, encoding: str) -> bytes:
    return json.dumps(value, **_LAYOUTS[layout]).replace("\n", line_end).encode(encoding)


_WITHOUT_FIX = {
    "unheard_of_target", "negative_delay", "forgotten_input", "lonely_step", "forgotten_name", "nameless_step",
    "numeric_target", "unknown_operator", "lone_operand", "unknown_function",
}  # fmt: skip
"""Mutations of which nobody can know what was intended, or only sometimes."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@given(
    value=SOUND,
    chance=st.randoms(use_true_random=False),
    layout=st.sampled_from([*_LAYOUTS]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(_ENCODINGS),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mistake_is_fixed_and_undone(
    tmp_path: Path,
    mutation: Mutation,
    value: Definition,
    chance: random.Random,
    layout: str,
    line_end: str,
    encoding: str,
) -> None:
    value["title"] = "Über – 漢字 \U0001f600"
    mutated, rule = json.loads(json.dumps(value)), MUTATIONS[mutation]
    if not mutation(mutated, chance):
        return
    sound = Checked(_raw(value, layout, line_end, encoding))
    path, raw = tmp_path / "app.json", _raw(mutated, layout, line_end, encoding)
    path.write_bytes(raw)
    before = Checked(raw, str(path))
    own = [problem for problem in before.problems if problem.rule == rule]
    fixes = [fix for problem in own for fix in fixes_of(problem, AnalysisCache(before.collection))]
    assert fixes or mutation.__name__ in _WITHOUT_FIX
    outcomes = []
    for fix in fixes:
        changes = changes_of(fix.edits)
        make(changes)
        after = Checked(path.read_bytes(), str(path))
        if encoding != "utf-16":  # nothing else can be uploaded, which is reported of the whole
            outcomes.append(not after.rules - before.rules - sound.rules and after.rules[rule] < before.rules[rule])
        assert json.loads(path.read_bytes()) != mutated
        make([change.reversed for change in changes])
        assert path.read_bytes() == raw
    assert not outcomes or any(outcomes)
