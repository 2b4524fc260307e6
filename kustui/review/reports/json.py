"""``json``: one object, described in docs/review.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kustui.check.problems import Problem
from kustui.check.reports.json import record, span_record
from kustui.definition.collection import Entry
from kustui.review.behaviour import WorkflowBehaviour
from kustui.review.changed_files import Changed, ChangedFile, Part, Review
from kustui.review.part_changes import PartChange, plain
from kustui.review.path_changes import PathChange
from kustui.review.reports import ReportOptions
from kustui.review.scenario_changes import ScenarioChange
from kustui.review.states import State
from kustui.text.terminal_safe import to_json


def report(review: Review, options: ReportOptions) -> Iterator[str]:
    comparison = review.comparison
    yield to_json(
        {
            "old": comparison.old_state.name,
            "new": comparison.new_state.name,
            "differs": not review.is_empty,
            "summary": review.summary,
            "files": [_file(review, file) for file in review.files],
            "problems": {
                "new": [_problem(problem, comparison.new_state) for problem in review.new_problems],
                "fixed": [_problem(problem, comparison.old_state) for problem in review.fixed_problems],
            },
            "scenarios": [_scenario(scenario) for scenario in review.behaviour.scenarios],
            "behaviour": [_behaviour(workflow) for workflow in review.behaviour.workflows],
            "not_compared": review.behaviour.not_compared,
        },
        indent=2,
    )
    yield "\n"


def _file(review: Review, file: ChangedFile) -> dict[str, Any]:
    return {
        "file": file.path,
        "kind": file.kind,
        "note": plain(file.note),
        "apps": [_changed(review, part) for part in file.parts if part.noun == "app"],
        "workflows": [_changed(review, part) for part in file.parts if part.noun == "workflow"],
    }


def _changed(review: Review, part: Changed) -> dict[str, Any]:
    now = part.new or part.old
    return {
        "name": part.name,
        **({"id": now.id} if isinstance(now, Entry) else {}),
        "kind": part.kind,
        "text": plain(part.words),
        "old": _place(review.part(part.old, part.old.item.pointer if part.old else None, is_old=True)),
        "new": _place(review.part(part.new, part.new.item.pointer if part.new else None, is_old=False)),
        "changes": [_change(review, part, change) for change in part.changes],
    }


def _change(review: Review, part: Changed, change: PartChange) -> dict[str, Any]:
    old, new = review.places(part, change)
    return {
        "kind": change.kind,
        "noun": change.noun,
        "of": change.name,
        "step": change.node,
        "text": change.text,
        "old": _place(old),
        "new": _place(new),
    }


def _place(part: Part | None) -> dict[str, Any] | None:
    """Lines and columns count from 1, columns in code points; the end is exclusive."""
    if part is None:
        return None
    return {"file": part.file, "pointer": part.pointer, **span_record(*part.span)}


def _problem(problem: Problem, state: State) -> dict[str, Any]:
    members = record(problem)
    related = [{**place, "file": state.name_of(place["file"])} for place in members["related"]]
    return {**members, "file": state.name_of(members["file"]), "related": related}


def _scenario(scenario: ScenarioChange) -> dict[str, Any]:
    return {
        "file": scenario.path,
        "title": scenario.title,
        "kind": scenario.kind,
        "status": scenario.status,
        "text": scenario.words,
    }


def _behaviour(workflow: WorkflowBehaviour) -> dict[str, Any]:
    return {
        "workflow": workflow.new.title,
        "id": workflow.new.id,
        "file": workflow.new.source.path,
        "events": [_event(change) for change in workflow.paths.changes],
        "undecided": list(workflow.paths.undecided),
        "limits": list(workflow.paths.limits),
    }


def _event(change: PathChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "text": change.sentence,
        "event": dict(change.event.payload),
        "outputs": [
            {"step": place.step, "invocation": place.invocation, "output": output}
            for place, output in change.event.outputs.items()
        ],
        "failures": [
            {"step": place.step, "invocation": place.invocation, **failure}
            for place, failure in change.event.failures.items()
        ],
        "old_path": [step.node for step in change.old.path.steps],
        "new_path": [step.node for step in change.new.path.steps],
        "others": change.others,
    }
