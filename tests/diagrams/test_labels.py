"""What a step does, in a few words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.analysis.names import node_name
from kustui.definition.expressions import Path
from kustui.definition.models import Step
from kustui.diagrams.labels import (
    LONGEST_SUMMARY,
    LONGEST_WHOLE,
    NameRecorder,
    edge_label,
    node_label,
    set_apart,
    step_summary,
    summary_line,
)
from tests.support.flows import edge, flow, step
from tests.support.trees import text_of

FIRST = {"id": "/#steps.1.id"}


@pytest.mark.parametrize(
    ("action", "params", "summary"),
    [
        ("rest-api.json", {"method": "POST", "uri": "https://status.example.com/a/{{{steps.1.id}}}"},
         "POST status.example.com/a/{steps.1.id}"),
        ("rest-api.generic", {"uri": "/#steps.1.url"}, "GET {steps.1.url}"),
        ("conversation.update", {**FIRST, "status": "booked", "priority": 4}, 'status = "booked", priority = 4'),
        ("kobject.update", {**FIRST, "custom": {"aStr": "x", "bAt": "/#steps.1.at"}},
         'custom.aStr = "x", custom.bAt = {steps.1.at}'),
        ("conversation.append-tags", {**FIRST, "tags": ["vip", "late"]}, "tags + vip, late"),
        ("conversation.remove-tags", {**FIRST, "tags": "vip"}, "tags - vip"),
        ("note.create", {"conversation": "/#steps.1.id", "body": "Hello {{steps.1.name}},\n\nyou"},
         'note "Hello {steps.1.name}, you"'),
        ("customer.find-by-email", {"email": "/#steps.1.email"}, "find customer by email"),
        ("kobject.find", {"klass": "order", **FIRST}, "find order"),
        ("message.find-last", {"conversation": "/#steps.1.id"}, "find last message"),
        ("kobject.create", {"klass": "order", "title": "A"}, 'create order: title = "A"'),
        ("conversation.assign-team", {**FIRST, "team": "5c1a"}, 'assign team "5c1a"'),
        ("event.publish", {"name": "kustomer.app.shop.paid", "data": {}}, "publish kustomer.app.shop.paid"),
        ("regex-match.generic", {"testString": "/#steps.1.x", "regex": "\\d+"}, "match \\d+"),
        ("command.run-by-name", {"name": "Out of office"}, 'run command "Out of office"'),
        ("responsive-workflow.respond", {"outputs": {"found": True, "total": 1}}, "answer found, total"),
        ("app.shop.get-order", {"number": 5}, "get-order: number = 5"),
        ("conversation.update", {"a": 1, "b": 2, "c": 3, "d": 4}, "a = 1, b = 2, c = 3, …"),
        ("note.create", {}, ""),
        ("app.scheduler.schedule-workflow", {"workflowId": "x"}, ""),
    ],
)  # fmt: skip
def test_a_step_says_what_it_does(action: str, params: dict[str, Any], summary: str) -> None:
    step = Step(id="a", action=f"kustomer.{action}", params=params)
    assert step_summary(step, lambda path: path.text) == summary


def test_a_summary_that_may_be_longer_cuts_neither_values_nor_fields() -> None:
    params = {"a": f"{'x' * 40}\n{'y' * 40}", "b": f"Hello {{{{steps.1.{'name' * 10}}}}}", "c": 1, "d": 2}
    step = Step(id="a", action="kustomer.kobject.update", params=params)
    whole = step_summary(step, lambda path: path.text, LONGEST_WHOLE)
    assert whole == f'a = "{"x" * 40}\\n{"y" * 40}", b = "Hello {{steps.1.{"name" * 10}}}", c = 1, d = 2'
    assert len(step_summary(step, lambda path: path.text)) <= LONGEST_SUMMARY


@pytest.mark.parametrize("value", [None, 5, True, [], {}, [["x"]], {"a": {"b": 1}}, "{{", "/#", "\x1b[31m", "x" * 9999])
@pytest.mark.parametrize(
    ("action", "keys"),
    [("rest-api.json", ("method", "uri")), ("note.create", ("body",)), ("conversation.append-tags", ("tags",)),
     ("conversation.update", ("custom", "x")), ("responsive-workflow.respond", ("outputs",)), ("x", ("y",))],
)  # fmt: skip
def test_any_value_has_a_short_summary(action: str, keys: tuple[str, ...], value: object) -> None:
    params = dict.fromkeys(keys, value)
    assert len(step_summary(Step(id="a", action=f"kustomer.{action}", params=params), lambda path: path.text)) <= 72


TWINS = flow(
    "a",
    step("a", "b", meta={"displayName": "Note"}),
    {
        **step("b", meta={"displayName": "Note"}, params={"body": "{{steps.1.name}}: {{steps.a.id}}"}),
        "transitions": [
            {"target": "c", "condition": {"op": "eq", "values": ["/#steps.a.status", "status"]}},
            edge("d"),
        ],
    },
    step("c", params={"body": "Hi {{steps.1.name}}"}),
    step("d", meta={"displayName": "Done"}),
)


def test_steps_of_the_same_name_are_told_apart_by_their_ids() -> None:
    assert [node_name(TWINS, node) for node in "abd"] == ["Note (a)", "Note (b)", "Done"]
    assert [text_of(node_label(TWINS, node)) for node in "abd"] == ["Note a", "Note b", "Done"]
    assert text_of(node_label(TWINS, "c")) == 'note "Hi {name}" c'


def test_references_are_set_apart_from_the_words_around_them() -> None:
    assert [text for text, look in summary_line(TWINS, TWINS.steps["b"], "muted") if look == "key"] == [
        "name",
        "Note (a).id",
    ]
    names = NameRecorder(TWINS)
    label = edge_label(TWINS, TWINS.declared_edges["b"][0], names)
    line = names.set_apart(label, "muted")
    assert text_of(line) == 'if Note (a).status is "status"'
    assert [piece for piece in line if piece[1] == "key"] == [("Note (a).status", "key")]


def test_a_reference_that_is_cut_is_set_apart_too() -> None:
    text = 'note "Hi {name} of {Note (a).cus…"'
    assert [words for words, look in set_apart(text, ("name", "Note (a).customer", "other"), "") if look] == [
        "name",
        "Note (a).cus",
    ]


@given(st.lists(st.text("ab{}… ", max_size=4), max_size=4), st.text("ab{}… ", max_size=12))
def test_a_text_keeps_every_character_whatever_is_set_apart_in_it(words: list[str], text: str) -> None:
    names = NameRecorder(TWINS)
    for word in words:
        names(Path(("steps", "1", word), 0, 0, ()))
    assert text_of(names.set_apart(text, "")) == text
