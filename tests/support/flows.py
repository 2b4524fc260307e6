"""Workflows given by their arrows, as the graph's tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kustui.analysis.flow import FlowGraph
from tests.support.definitions import ALWAYS, a_workflow, document_of


def edge(target: str) -> dict[str, Any]:
    return {"target": target, "condition": ALWAYS}


def step(id_: str, targets: str = "", failing: str = "", **members: Any) -> dict[str, Any]:
    """A step; ``targets`` and ``failing`` are the ids, separated by blanks, that its ways lead to."""
    return {
        "id": id_,
        "action": "kustomer.note.create",
        "transitions": [edge(target) for target in targets.split()],
        "errorCases": [edge(target) for target in failing.split()],
        **members,
    }


def workflow(first: str, *steps: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A workflow whose trigger leads to the ids of ``first``."""
    return {
        "id": "w",
        "name": "w",
        "trigger": {
            "id": "1",
            "eventName": "kustomer.conversation.create",
            "transitions": [edge(target) for target in first.split()],
        },
        "steps": list(steps),
        **members,
    }


def flow_of(definition: Mapping[str, Any]) -> FlowGraph:
    return FlowGraph(document_of(definition).entries[0].workflow)


def flow(first: str, *steps: Mapping[str, Any]) -> FlowGraph:
    return flow_of(workflow(first, *steps))


def arrows(first: str, **targets: str) -> FlowGraph:
    """The flow of steps in the order given: ``arrows("a", a="b c", b="", c="")``."""
    return flow(first, *(step(id_, there) for id_, there in targets.items()))


SCHEDULE_ACTION = "kustomer.app.scheduler.schedule-workflow"


def scheduling_workflow(*ids: str, **members: Any) -> dict[str, Any]:
    """A workflow with a step for each workflow id that it schedules after an hour."""
    steps = [
        step(f"s{place}", f"s{place + 1}" if place + 1 < len(ids) else "", action=SCHEDULE_ACTION,
             params={"workflowId": id_, "runAt": {"type": "relative", "value": 60}})
        for place, id_ in enumerate(ids)
    ]  # fmt: skip
    return workflow("s0", *steps, **members)


def callable_workflow(id_: str) -> dict[str, Any]:
    trigger = {"id": "1", "eventName": f"kustomer.workflow.{id_}.call", "callable": True, "schema": {},
               "transitions": []}  # fmt: skip
    return a_workflow(id_, id=id_, trigger=trigger, steps=[])


def named_workflow(name: str, *steps: Any) -> dict[str, Any]:
    return workflow(steps[0]["id"] if steps else "a", *(steps or (step("a"),)), id=name, name=name)
