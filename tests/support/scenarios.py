"""A folder of a workflow with scenarios beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.flows import step, workflow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFINITION = "watch.json"
WATCH = workflow("a", step("a", "b"), step("b"), id="watch", name="Watch")
"""Each run of it goes through both of its steps."""
STOPPED = workflow("a", step("a"), step("b"), id="watch", name="Watch")
"""None of its runs reaches the second step any more."""


def scenario(title: str, *steps: str, **more: Any) -> Mapping[str, Any]:
    """One that starts the workflow, and expects that it runs these steps."""
    expect = {"path": [{"workflow": "watch", "steps": list(steps)}]}
    return {"scenario": title, "start": [{"workflow": "watch"}], "expect": expect, **more}


BOTH = scenario("Both steps run", "a", "b")


def write_scenario(folder: Path, name: str, content: Mapping[str, Any] | str = BOTH) -> Path:
    path = folder / f"{name}.scenario.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
    return path


def watched_folder(folder: Path, **scenarios: Mapping[str, Any] | str) -> Path:
    """The folder with the definition and some scenarios in it; its definition."""
    for name, content in scenarios.items():
        write_scenario(folder, name, content)
    definition = folder / DEFINITION
    definition.write_text(json.dumps(WATCH, indent=2))
    return definition
