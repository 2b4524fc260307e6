from __future__ import annotations

import json
from typing import Any

import pytest

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check import RULE_NAMES
from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.config.configuration import parse_settings
from kustui.definition.collection import Collection, read_document
from kustui.definition.source.source import Source
from kustui.fix.edits import by_source, edited
from kustui.fix.renames import Rename, rename

DEFINITION = app(
    called("Remind", "remind", step("aB3", to("cD4")), step("cD4"), inputs={"day": "string"}),
    workflow("Watch", schedule("aB3", "remind", inputs={"day": "x"})),
)
STEP, WORKFLOW, INPUT = "/workflows/0/steps/0", "/workflows/0", "/workflows/0/trigger/schema/properties/day"


def renamed(pointer: str, new: str, scenario: Any = None, configuration: str = "", path: str = "kustui.toml") -> Rename:
    settings = parse_settings(path, configuration.encode(), RULE_NAMES)
    collection = Collection((read_document("app.json", json.dumps(DEFINITION).encode()),))
    sources = [Source.of("x.scenario.json", json.dumps(scenario).encode())] if scenario is not None else []
    return rename(AnalysisCache(collection, settings), collection.entries[0], pointer, new, sources)


def after(change: Rename, path: str) -> str | None:
    """What a file holds after it; None where nothing in it changes."""
    edits = {source.path: (source, own) for source, own in by_source(change.fix.edits).items()}
    return edited(*edits[path]).decode() if path in edits else None


def scenario(step_: str = "aB3", workflow_: str = "remind", input_: str = "day") -> dict[str, Any]:
    data = {"workflow": "remind", "step": "aB3", "day": 1}
    return {
        "scenario": "remind aB3",
        "start": [{"workflow": workflow_, "payload": {input_: data}},
                  {"event": f"kustomer.workflow.{workflow_}.call", "payload": data}],
        "mocks": [{"workflow": workflow_, "step": step_, "returns": data},
                  {"workflow": "Remind", "step": step_, "returns": {}},
                  {"workflow": "Watch", "step": "aB3", "returns": [data]}],
        "choices": [{"workflow": workflow_, "step": "1", "take": step_}],
        "expect": {
            "path": [{"workflow": "Watch", "steps": ["aB3"]}, {"workflow": workflow_, "steps": [step_, "cD4"]}],
            "scheduled": [{"workflow": workflow_, "at": 60, "inputs": {input_: "x"}}],
            "params": [{"workflow": "Watch", "step": "aB3", "value": {"workflowId": workflow_}}],
            "notRun": [{"workflow": workflow_, "step": step_}],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [(STEP, scenario(step_="new")), (WORKFLOW, scenario(workflow_="new")), (INPUT, scenario(input_="new"))],
)
def test_a_scenario_names_it_anew_and_its_data_stays(pointer: str, expected: Any) -> None:
    assert json.loads(after(renamed(pointer, "new", scenario()), "x.scenario.json") or "") == expected


@pytest.mark.parametrize("text", [[], {"mocks": [{"workflow": 3, "step": "aB3"}]}, "aB3"])
def test_a_scenario_that_names_nothing_of_it_is_left_alone(text: Any) -> None:
    assert after(renamed(STEP, "new", text), "x.scenario.json") is None


ONE = '[[suppress]]\nrule = "loop"\nworkflow = "remind"\nstep = "aB3" # why\nreason = "aB3"\n'
NAMED = ONE.replace("remind", "Remind")
OTHER = '[[suppress]]\nrule = "loop"\nworkflow = "Watch"\nstep = "aB3"\nreason = "x"\n\n'


@pytest.mark.parametrize(
    ("pointer", "new", "before", "expected"),
    [
        (STEP, "new", ONE, ONE.replace('step = "aB3"', 'step = "new"')),
        (STEP, 'q"', ONE, ONE.replace('step = "aB3"', 'step = "q\\""')),
        (WORKFLOW, "new", ONE, ONE.replace('"remind"', '"new"')),
        (STEP, "new", ONE.replace('"aB3" #', "'aB3' #"), ONE.replace('"aB3" #', "'new' #")),
        (STEP, "new", OTHER + ONE, OTHER + ONE.replace('step = "aB3"', 'step = "new"')),
        (STEP, "new", NAMED, NAMED.replace('step = "aB3"', 'step = "new"')),
        (STEP, "new", 'suppress = [{rule="loop", reason="r", workflow="remind", step="aB3"}]\n',
         'suppress = [{rule="loop", reason="r", workflow="remind", step="new"}]\n'),
        (STEP, "new", ONE.replace("remind", "Watch"), None),
        (INPUT, "new", ONE, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["kustui.toml", "pyproject.toml"])
def test_a_suppression_names_it_anew(pointer: str, new: str, before: str, expected: str | None, path: str) -> None:
    def placed(text: str) -> str:
        if path == "kustui.toml":
            return text
        return f"[tool.kustui]\n{text.replace('[[suppress', '[[tool.kustui.suppress')}"

    change = renamed(pointer, new, configuration=placed(before), path=path)
    assert after(change, path) == (placed(expected) if expected is not None else None)
    assert not change.untouched


def test_a_suppression_that_cannot_be_changed_is_listed() -> None:
    text = ONE.replace('"aB3" #', '"""aB3""" #')
    change = renamed(STEP, "new", configuration=text)
    assert after(change, "kustui.toml") is None
    assert [(place.document.path, str(place.span().start)) for place in change.untouched] == [("kustui.toml", "1:3")]
