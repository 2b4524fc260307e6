"""Workflows given by their arrows, as the graph's tests need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kustui.analysis.flow import FlowGraph
from tests.support.definitions import ALWAYS, opened


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
    return FlowGraph(opened(definition).entries[0].workflow)


def flow(first: str, *steps: Mapping[str, Any]) -> FlowGraph:
    return flow_of(workflow(first, *steps))


def arrows(first: str, **targets: str) -> FlowGraph:
    """The flow of steps in the order given: ``arrows("a", a="b c", b="", c="")``."""
    return flow(first, *(step(id_, there) for id_, there in targets.items()))
