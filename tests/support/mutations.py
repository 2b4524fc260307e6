"""Mistakes that people make, one at a time, in sound definitions."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from tests.benchmarks.generate import definition

Definition = dict[str, Any]
Mutation = Callable[[Definition, random.Random], bool]
"""Makes one mistake; False where the definition has no place for it."""

SCHEDULE = "kustomer.app.scheduler.schedule-workflow"
REFERENCE = re.compile(r"/#steps\.([\w-]{5,})\.")


def steps(value: Definition) -> list[Definition]:
    return [step for workflow in value["workflows"] for step in workflow["steps"]]


def edges(value: Definition) -> list[Definition]:
    owners = [*steps(value), *(workflow["trigger"] for workflow in value["workflows"])]
    return [edge for owner in owners for key in ("transitions", "errorCases") for edge in owner.get(key, ())]


def calls(value: Definition) -> list[Definition]:
    """The params of schedule steps whose target is in the definition and declares inputs."""
    return [step["params"] for step in steps(value) if step.get("action") == SCHEDULE]


def callables(value: Definition) -> list[Definition]:
    return [workflow for workflow in value["workflows"] if workflow["trigger"].get("callable")]


def strings(value: Any) -> Iterator[tuple[Any, Any, str]]:
    """Every string in params: its container, its key, and itself."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(members):
        if isinstance(part, str):
            yield value, key, part
        else:
            yield from strings(part)


def plain_params(value: Definition) -> list[tuple[Any, Any, str]]:
    return [place for step in steps(value) if step.get("action") != SCHEDULE for place in strings(step.get("params"))]


def misspelt(name: str) -> str:
    return f"{name[:-1]}{'Z' if name[-1] != 'Z' else 'Y'}"


def misspelt_target(value: Definition, chance: random.Random) -> bool:
    edge = chance.choice(edges(value))
    edge["target"] = misspelt(edge["target"])
    return True


def unheard_of_target(value: Definition, chance: random.Random) -> bool:
    chance.choice(edges(value))["target"] = "somewhere-else"
    return True


def misspelt_reference(value: Definition, chance: random.Random) -> bool:
    places = [place for place in plain_params(value) if REFERENCE.match(place[2])]
    if not places:
        return False
    container, key, text = chance.choice(places)
    container[key] = REFERENCE.sub(lambda found: f"/#steps.{misspelt(found[1])}.", text)
    return True


def misspelt_workflow_id(value: Definition, chance: random.Random) -> bool:
    if not calls(value):
        return False
    call = chance.choice(calls(value))
    call["workflowId"] = misspelt(call["workflowId"])
    return True


def negative_delay(value: Definition, chance: random.Random) -> bool:
    if not calls(value):
        return False
    chance.choice(calls(value))["runAt"] = {"type": "relative", "value": -5}
    return True


def _required(value: Definition, call: Definition) -> list[str]:
    target = next(workflow for workflow in value["workflows"] if workflow.get("id") == call["workflowId"])
    return [name for name in target["trigger"]["schema"].get("required", ()) if name in call["inputs"]]


def forgotten_input(value: Definition, chance: random.Random) -> bool:
    places = [(call, name) for call in calls(value) for name in _required(value, call)]
    if not places:
        return False
    call, name = chance.choice(places)
    del call["inputs"][name]
    return True


def misspelt_input(value: Definition, chance: random.Random) -> bool:
    places = [(call, name) for call in calls(value) for name in _required(value, call)]
    if not places:
        return False
    call, name = chance.choice(places)
    call["inputs"][misspelt(name)] = call["inputs"].pop(name)
    return True


def surplus_input(value: Definition, chance: random.Random) -> bool:
    if not calls(value):
        return False
    chance.choice(calls(value))["inputs"]["quiteUnheardOf"] = "x"
    return True


def step_twice(value: Definition, chance: random.Random) -> bool:
    workflow = chance.choice(value["workflows"])
    first = chance.choice(workflow["steps"])
    workflow["steps"].append({"id": first["id"], "action": "kustomer.note.create", "params": {}, "transitions": []})
    return True


def lonely_step(value: Definition, chance: random.Random) -> bool:
    chance.choice(value["workflows"])["steps"].append(
        {"id": "lonely-One", "action": "kustomer.note.create", "params": {}, "transitions": []}
    )
    return True


def forgotten_entry(value: Definition, chance: random.Random) -> bool:
    chance.choice(value["workflows"])["trigger"]["transitions"] = []
    return True


def same_name(value: Definition, chance: random.Random) -> bool:
    one, other = chance.sample(value["workflows"], 2)
    one["name"] = other["name"]
    return True


def forgotten_name(value: Definition, chance: random.Random) -> bool:
    del chance.choice(value["workflows"])["name"]
    return True


def nameless_step(value: Definition, chance: random.Random) -> bool:
    del chance.choice(steps(value))["id"]
    return True


def numeric_target(value: Definition, chance: random.Random) -> bool:
    chance.choice(edges(value))["target"] = 7
    return True


def unknown_operator(value: Definition, chance: random.Random) -> bool:
    chance.choice(edges(value))["condition"] = {"op": "resembles", "values": ["closed", "open"]}
    return True


def lone_operand(value: Definition, chance: random.Random) -> bool:
    chance.choice(edges(value))["condition"] = {"op": "eq", "values": ["open"]}
    return True


def _replace_text(value: Definition, chance: random.Random, text: str) -> bool:
    places = plain_params(value)
    if not places:
        return False
    container, key, _ = chance.choice(places)
    container[key] = text
    return True


def malformed_reference(value: Definition, chance: random.Random) -> bool:
    return _replace_text(value, chance, "/#step.1.conversationId")


def embedded_reference(value: Definition, chance: random.Random) -> bool:
    return _replace_text(value, chance, "Order /#variables.order, please")


def open_template(value: Definition, chance: random.Random) -> bool:
    return _replace_text(value, chance, "Order {{variables.order")


def unknown_function(value: Definition, chance: random.Random) -> bool:
    return _replace_text(value, chance, "/#fn:parseQuantity,12")


def wrong_event_name(value: Definition, chance: random.Random) -> bool:
    if not callables(value):
        return False
    trigger = chance.choice(callables(value))["trigger"]
    trigger["eventName"] = "kustomer.workflow.0000.call"
    return True


def forgotten_workflow_id(value: Definition, chance: random.Random) -> bool:
    called = {params["workflowId"] for params in calls(value)}
    others = [workflow for workflow in callables(value) if workflow["id"] not in called]
    if not others:
        return False
    workflow = chance.choice(others)
    del workflow["id"], workflow["trigger"]["eventName"]
    return True


def unlisted_key(value: Definition, chance: random.Random) -> bool:
    value["worfklows"] = []
    return True


def forgotten_dependency(value: Definition, chance: random.Random) -> bool:
    if not calls(value):
        return False
    value["dependencies"] = [entry for entry in value["dependencies"] if not entry.startswith("scheduler-")]
    return True


MUTATIONS: dict[Mutation, str] = {
    misspelt_target: "unknown-target",
    unheard_of_target: "unknown-target",
    misspelt_reference: "unknown-step-reference",
    misspelt_workflow_id: "unknown-workflow",
    negative_delay: "invalid-run-at",
    forgotten_input: "missing-input",
    misspelt_input: "missing-input",
    surplus_input: "unknown-input",
    step_twice: "duplicate-step-id",
    lonely_step: "unreachable-step",
    forgotten_entry: "no-entry",
    same_name: "duplicate-workflow-name",
    forgotten_name: "invalid-shape",
    nameless_step: "invalid-shape",
    numeric_target: "invalid-shape",
    unknown_operator: "unknown-operator",
    lone_operand: "operator-arity",
    malformed_reference: "malformed-reference",
    embedded_reference: "embedded-reference",
    open_template: "malformed-template",
    unknown_function: "unknown-function",
    wrong_event_name: "event-name-mismatch",
    forgotten_workflow_id: "missing-workflow-id",
    unlisted_key: "unknown-key",
    forgotten_dependency: "undeclared-dependency",
}

SOUND = st.builds(
    definition,
    workflows=st.integers(2, 4),
    steps=st.integers(2, 10),
    seed=st.integers(0, 10_000),
)
