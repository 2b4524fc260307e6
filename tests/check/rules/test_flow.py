"""Targets, entries, unreachable steps, loops, and ways that are never taken."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import ALWAYS, app, step, to, when, workflow
from kustui.config.severity import Severity
from tests.support.rules import only, place, places, problems_in, rules_of, told

OPEN = when("eq", "/#steps.1.status", "open")
VIP = when("contains", "/#steps.1.tags", "vip")
DONE = when("eq", "/#steps.1.status", "done")
ONWARD = '"condition": {"op": "true", "values": [true]}'


def text(*lines: str) -> str:
    """A workflow that begins with aB3, its steps from the second line on."""
    steps = ",\n".join(lines)
    entry = f'{{"target": "aB3", {ONWARD}}}'
    return f'{{"name": "Greet", "trigger": {{"eventName": "e", "transitions": [{entry}]}}, "steps": [\n{steps}]}}'


# unknown-target


def test_a_target_that_is_not_there_is_told_where_it_stands() -> None:
    line = f'{{"id": "aB3", "meta": {{"displayName": "Grüße"}}, "transitions": [{{"target": "cD5", {ONWARD}}}]}}'
    problem = only(text(line, '{"id": "cD4", "transitions": []}'))
    assert (problem.rule, problem.severity, problem.step) == ("unknown-target", Severity.ERROR, "aB3")
    assert place(problem) == "2:76-2:81"
    assert problem.message == 'the transition leads to the unknown step "cD5"'
    assert problem.hint == 'did you mean "cD4"?'
    assert places(problem) == []


def test_an_error_case_is_told_as_one() -> None:
    assert told(workflow("W", step("aB3", errorCases=[to("somewhere")]))) == [
        'unknown-target at /steps/0/errorCases/0/target: the error case leads to the unknown step "somewhere"'
    ]


def test_a_target_of_the_trigger_is_told_at_the_trigger() -> None:
    problem = only(workflow("W", step("aB3"), entry=(to("aB4"),)))
    assert (problem.pointer, problem.step) == ("/trigger/transitions/0/target", "1")


def test_the_steps_are_listed_where_they_are_few_and_none_is_close() -> None:
    few = workflow("W", step("aB3", to("somewhere"), to("cD4")), step("cD4"))
    assert next(problem.hint for problem in problems_in(few)) == "steps of this workflow: aB3, cD4"
    ids = [f"step{letter * 5}" for letter in "abcdefghi"]
    many = workflow("W", *(step(a, to(b)) for a, b in zip(ids, [*ids[1:], "nowhere"], strict=True)))
    assert only(many).hint == ""


def test_nothing_leads_to_the_trigger() -> None:
    problem = only(workflow("W", step("aB3", to("1"))))
    assert (problem.rule, problem.message) == (
        "unknown-target",
        "the transition leads to the trigger, which cannot be a target",
    )


def test_a_target_that_may_have_been_left_out_is_not_told() -> None:
    definition = workflow("W", step("aB3", to("cD4")), {"id": 7})
    assert rules_of(definition) == ["invalid-shape"]


@pytest.mark.parametrize(
    "wrong",
    [{"enabled": "yes"}, {"name": 3}, {"response": {"schema": 1}}, {"meta": []}, {"description": {}}, {"id": []}],
)
def test_what_leads_nowhere_may_be_unreadable(wrong: dict[str, Any]) -> None:
    assert sorted(rules_of({**workflow("W", step("aB3", to("cD5"))), **wrong})) == ["invalid-shape", "unknown-target"]


def test_params_that_are_unreadable_do_not_hide_a_target() -> None:
    assert rules_of(workflow("W", step("aB3", to("cD5"), params=[]))) == ["invalid-shape", "unknown-target"]


def test_a_misspelt_target_is_one_problem_whatever_lies_behind() -> None:
    definition = workflow(
        "W",
        step("aB3", to("step5")),
        step("step2", to("step3")),
        step("step3", to("step4"), params={"x": "/#steps.aB3.id"}),
        step("step4", params={"x": "/#steps.step3.id", "y": "/#steps.step2.id", "z": "/#steps.1.id"}),
    )
    assert rules_of(definition) == ["unknown-target"]


def test_a_misspelt_target_means_a_step_that_nothing_leads_to() -> None:
    definition = workflow("W", step("step1", to("step2"), to("step4", OPEN)), step("step2"), step("step3"))
    definition["steps"][0]["transitions"].reverse()
    problem = only(definition)
    assert (problem.rule, problem.hint) == ("unknown-target", 'did you mean "step3"?')


def test_a_target_unlike_any_step_leaves_what_lies_behind_unsaid() -> None:
    definition = workflow("W", step("aB3", to("elsewhere")), step("cD4", params={"x": "/#steps.aB3.id"}))
    assert rules_of(definition) == ["unknown-target"]


# no-entry


def test_a_trigger_without_transitions_is_told_once() -> None:
    problem = only(
        '{"name": "W",\n "trigger": {"eventName": "e", "transitions": []},\n'
        ' "steps": [{"id": "aB3", "params": {"x": "/#steps.cD4.y"}, "transitions": []},'
        ' {"id": "cD4", "transitions": []}]}'
    )
    assert (problem.rule, problem.severity, place(problem)) == ("no-entry", Severity.WARNING, "2:13-2:50")
    assert problem.message == "the trigger has no transitions, so a run does nothing"
    assert problem.hint == "add one to the first step"


def test_a_transition_of_the_trigger_that_cannot_be_read_is_one() -> None:
    assert rules_of(workflow("W", step("aB3"), entry=({"condition": ALWAYS},))) == ["invalid-shape"]


# unreachable-step


def test_a_step_that_no_path_leads_to_is_told_at_the_step() -> None:
    problem = only(
        text('{"id": "aB3", "transitions": []}', '  {"id": "cD4", "meta": {"displayName": "Größe"}, "transitions": []}')
    )
    assert (problem.rule, problem.severity, place(problem)) == ("unreachable-step", Severity.WARNING, "3:3-3:69")
    assert (problem.message, problem.hint, problem.step) == (
        'no path leads from the trigger to step "Größe"',
        "let a transition lead to it, or remove it",
        "cD4",
    )


def lone(*steps: dict[str, Any]) -> list[str]:
    """The unreachable steps that are told."""
    found = problems_in(workflow("W", step("aB3"), *steps))
    return [problem.step for problem in found if problem.rule == "unreachable-step"]


@pytest.mark.parametrize(
    ("steps", "begins"),
    [
        ((step("c", to("d")), step("d", to("e")), step("e")), ["c"]),
        ((step("e"), step("d", to("e")), step("c", to("d"))), ["c"]),
        ((step("c", to("d")), step("d", to("c", OPEN))), ["c"]),
        ((step("x"), step("c", to("d")), step("d", to("c", OPEN), to("x"))), ["c"]),
        ((step("d", to("c"), to("x", OPEN)), step("x", to("d")), step("c", to("d"))), ["d"]),
        ((step("e"), step("c", to("e")), step("d", to("e"))), ["c", "d"]),
        ((step("c", to("c")),), ["c"]),
        ((step("c", to("aB3")),), ["c"]),
        ((step("c", errorCases=[to("d")]), step("d")), ["c"]),
    ],
)
def test_only_where_the_unreachable_part_begins(steps: tuple[dict[str, Any], ...], begins: list[str]) -> None:
    assert sorted(lone(*steps)) == begins


def test_error_cases_lead_too() -> None:
    assert rules_of(workflow("W", step("aB3", errorCases=[to("cD4")]), step("cD4"))) == []


def test_mention_is_not_reachability() -> None:
    definition = workflow("W", step("aB3", params={"x": "cD4"}), step("cD4"))
    assert rules_of(definition) == ["unreachable-step"]


# loop


def test_a_loop_is_told_from_its_earliest_step_where_it_closes() -> None:
    problem = only(
        text(
            f'{{"id": "eF5", "transitions": [{{"target": "cD4", {ONWARD}}}]}}',
            f'{{"id": "cD4", "transitions": [{{"target": "eF5", {ONWARD}}}]}}',
            f'{{"id": "aB3", "transitions": [{{"target": "cD4", {ONWARD}}}]}}',
        )
    )
    assert (problem.rule, problem.severity, problem.step) == ("loop", Severity.ERROR, "eF5")
    assert place(problem) == "2:42-2:47"
    assert problem.message == "the steps form a loop: cD4 → eF5 → cD4"
    assert problem.hint == "Kustomer refuses to save it; to repeat steps, schedule a workflow"


def test_a_step_that_leads_to_itself() -> None:
    assert told(workflow("W", step("aB3", to("aB3", OPEN)))) == [
        "loop at /steps/0/transitions/0/target: the steps form a loop: aB3 → aB3"
    ]


def test_each_ring_is_told_and_error_cases_close_one() -> None:
    definition = workflow(
        "W",
        step("a", to("b")),
        step("b", to("c"), errorCases=[to("a")]),
        step("c", to("d", OPEN)),
        step("d", to("c", DONE)),
    )
    assert told(definition) == [
        "loop at /steps/1/errorCases/0/target: the steps form a loop: a → b → a",
        "loop at /steps/3/transitions/0/target: the steps form a loop: c → d → c",
    ]


# shadowed-transition


def test_a_way_behind_one_that_always_holds_is_told_with_it() -> None:
    problem = only(
        text(
            f'{{"id": "aB3", "transitions": [{{"target": "cD4", {ONWARD}}},\n'
            '  {"target": "eF5", "condition": {"op": "eq", "values": ["/#steps.1.x", "y"]}}]}',
            f'{{"id": "cD4", "transitions": [{{"target": "eF5", {ONWARD}}}]}}, {{"id": "eF5", "transitions": []}}',
        )
    )
    assert (problem.rule, problem.severity, problem.step) == ("shadowed-transition", Severity.WARNING, "aB3")
    assert place(problem) == "3:3-3:79"
    assert problem.message == "this transition is never taken: an earlier one always holds"
    assert problem.hint == "the first one that holds is taken"
    assert places(problem) == ["this one is tried first 2:31"]


def shadowed(*conditions: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """What is told of ways with these conditions, each with what is tried before it."""
    found = problems_in(workflow("W", step("aB3", *(to("cD4", each) for each in conditions), **more), step("cD4")))
    assert {problem.rule for problem in found} <= {"shadowed-transition"}
    return [(problem.pointer[-1], problem.related[0].pointer[-1]) for problem in found]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ((OPEN, DONE, ALWAYS), []),
        ((ALWAYS, OPEN, DONE), [("1", "0"), ("2", "0")]),
        ((OPEN, DONE, OPEN, OPEN), [("2", "0"), ("3", "0")]),
        ((OPEN, ALWAYS, OPEN), [("2", "1")]),
        ((when("or", OPEN, ALWAYS), DONE), [("1", "0")]),
        ((when("and", OPEN, ALWAYS), DONE), []),
        ((when("eq", "/#steps.1.x", 1), when("eq", "/#steps.1.x", True)), []),
        ((when("and", OPEN, VIP), {"values": [OPEN, VIP], "op": "and"}), [("1", "0")]),
        ((OPEN, {**OPEN, "meta": {"name": "again"}}), [("1", "0")]),
        ((VIP, OPEN, when("eq", ["/#steps.1.x"], "y"), when("eq", ["/#steps.1.x"], "y")), [("3", "2")]),
        ((OPEN, VIP, when("neq", "/#steps.1.status", "open"), ALWAYS), [("3", "2")]),
    ],
)
def test_what_stands_behind_what(conditions: tuple[dict[str, Any], ...], found: list[tuple[str, str]]) -> None:
    assert shadowed(*conditions) == found


def test_error_cases_are_tried_apart_from_transitions() -> None:
    assert shadowed(ALWAYS, errorCases=[to("cD4")]) == []
    assert shadowed(ALWAYS, errorCases=[to("cD4"), to("cD4", OPEN)]) == [("1", "0")]


# Size


def test_a_chain_of_three_thousand_steps_is_read() -> None:
    ids = [f"step{number}x" for number in range(3_000)]
    steps = [
        step(id_, to(next_), params={"x": f"/#steps.{before}.id"})
        for before, id_, next_ in zip(["1", *ids], ids, [*ids[1:], "end"], strict=False)
    ]
    assert rules_of(app(workflow("W", *steps, step("end")))) == []
    assert rules_of(app(workflow("W", step("first"), *steps, step("end")))) == ["unreachable-step"]


def test_three_hundred_branches_that_merge_are_read() -> None:
    ids = [f"step{number}x" for number in range(300)]
    entry = tuple(to(id_, when("eq", "/#steps.1.kind", id_)) for id_ in ids)
    end = step("end", params={id_: f"/#steps.{id_}.id" for id_ in ids})
    found = rules_of(app(workflow("W", *(step(id_, to("end")) for id_ in ids), end, entry=entry)))
    assert found == ["reference-may-be-missing"] * 300
