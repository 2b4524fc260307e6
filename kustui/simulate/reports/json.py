"""``json``: a list of rehearsals, each with its differences first, then its coverage and its trace, keys sorted within
them; or of paths, each with a scenario that takes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from kustui.analysis.condition_evaluation import Verdict
from kustui.check.reports.json import record as problem_record
from kustui.definition.dates import iso_date
from kustui.definition.expressions import in_words, value_in_words
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING, to_json_value, undecided_in
from kustui.simulate import MINUTE
from kustui.simulate.engine.history import Coverage, CoverageRatio
from kustui.simulate.engine.trace import CausedEvent, TraceEntry, TriedEdge
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.differences import Difference
from kustui.simulate.scenarios.explore import Exploration, ExploredPath, build_path_scenario
from kustui.simulate.scenarios.path_scenario import with_expectations
from kustui.simulate.scenarios.replay import Replay
from kustui.simulate.scenarios.suite import ScenarioResult
from kustui.text.terminal_safe import json_element, json_list


def report(
    results: Sequence[ScenarioResult],
    coverage: Coverage | None = None,
    *,
    shown: Collection[str] | None = None,
    colour: bool = False,
) -> Iterator[str]:
    return json_list(result.text or _unreadable(result) for result in results)


def render(replay: Replay) -> str:
    """One rehearsal, as an element of the list."""
    return json_element({key: _sorted(value) for key, value in record(replay).items()})


def _unreadable(result: ScenarioResult) -> str:
    """A scenario that cannot be replayed, and why."""
    return json_element({"scenario": result.title, "file": result.path, "held": False, "errors": [*result.errors]})


def _sorted(value: Any) -> Any:
    """The same with the keys of every object in order, so that the same rehearsal is the same text."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(each) for each in value] if isinstance(value, list) else value


def record(replay: Replay) -> dict[str, Any]:
    """One rehearsal. Times are milliseconds after its beginning."""
    coverage = Coverage.of(replay.state)
    return {
        "scenario": replay.file.scenario.scenario,
        "file": replay.file.path,
        "held": replay.held,
        "differences": [_difference(replay, difference) for difference in replay.differences],
        "notes": [_difference(replay, note) for note in replay.notes],
        "begins": iso_date(replay.state.start_time),
        "cut": replay.cut,
        "coverage": {
            "steps": _share(coverage.steps),
            "transitions": _share(coverage.edges),
            "workflows": [
                {
                    "workflow": covered.analysis.title,
                    "steps": _share(covered.steps),
                    "transitions": _share(covered.edges),
                    "steps_left": list(covered.untaken_steps),
                    "transitions_left": [edge.transition.pointer for edge in covered.untaken_edges],
                }
                for covered in coverage.workflows
            ],
        },
        "trace": [entry_record(entry) for entry in replay.entries],
    }


def _share(share: CoverageRatio) -> dict[str, int]:
    return {"taken": share.taken, "of": share.total}


def _difference(replay: Replay, difference: Difference) -> dict[str, Any]:
    start = replay.file.document.span(difference.pointer).start
    return {
        "message": difference.message,
        "pointer": difference.pointer,
        "line": start.line,
        "column": start.column,
        "entry": difference.entry,
    }


def entry_record(entry: TraceEntry) -> dict[str, Any]:
    """One entry of the trace; empty fields are left out."""
    run = entry.scheduled
    fields: dict[str, Any] = {
        "run": entry.run,
        "workflow": entry.title,
        "node": entry.node,
        "name": entry.name,
        "action": entry.action,
        "invocation": entry.invocation,
        "cause": entry.cause,
        "params": to_json_value(entry.params),
        "left_out": list(entry.omitted),
        "undecided": undecided.why if (undecided := undecided_in([entry.params, entry.output])) else "",
        "output": None if entry.output is MISSING else to_json_value(entry.output),
        "mark": entry.source.value if entry.source and (entry.output is not MISSING or entry.failure) else "",
        "failure": {"status": entry.failure.status, "body": to_json_value(entry.failure.body)}
        if entry.failure
        else None,
        "tried": [_tried(edge) for edge in entry.tried],
        "taken": entry.taken,
        "target": entry.target,
        "error_case": entry.error_case,
        "error_action": entry.error_action,
        "forced": entry.forced,
        "answers": to_json_value(dict(entry.answers)),
        "scheduled": run
        and {
            "workflow_id": run.workflow_id,
            "workflow": run.title,
            "due": run.due,
            "inputs": to_json_value(run.inputs),
        },
        "published": entry.published,
        "caused": entry.caused and _caused(entry.caused),
        "caused_by": entry.caused_by,
        "started": len(entry.started),
        "ended": entry.ended,
        "left": entry.left,
        "broken": entry.broken,
        "problem": problem_record(entry.problem) if entry.problem else None,
        "problems": [problem_record(problem) for problem in entry.problems],
        "notes": list(entry.notes),
        "assumed": list(entry.assumed),
        "waited": entry.waited,
    }
    kept = {key: value for key, value in fields.items() if value not in (None, "", 0, False) and value != []}
    return {"number": entry.number, "kind": entry.kind.value, "at": entry.at, **kept}


def _caused(caused: CausedEvent) -> dict[str, Any]:
    dropped = {"dropped": caused.dropped} if caused.dropped else {}
    fields = [f"{caused.of_object}.{field}" for field in caused.fields]
    return {"event": caused.event, "fields": fields, "starts": caused.starts, "assumed": True, **dropped}


def _tried(tried: TriedEdge) -> dict[str, Any]:
    verdict = tried.verdict
    return {
        "pointer": tried.pointer,
        "name": tried.name,
        "target": tried.target,
        "target_name": tried.target_name,
        "holds": verdict.holds if verdict else None,
        "condition": in_words(verdict.condition) if verdict else "",
        "comparisons": [_comparison(part) for part in verdict.comparisons] if verdict else [],
    }


def _comparison(verdict: Verdict) -> dict[str, Any]:
    return {
        "condition": in_words(verdict.condition),
        "holds": verdict.holds,
        "why": verdict.why,
        "answered": verdict.answered,
        "operands": [
            {
                "operand": value_in_words(seen.operand.value),
                "value": to_json_value(seen.value),
                "missing": seen.value is MISSING,
            }
            for seen in verdict.operands
        ],
    }


def paths_report(organisation: Organisation, explorations: Iterable[Exploration]) -> Iterator[str]:
    """A list of paths, each with a scenario that takes it, and with ``cut``: whether its workflow has more."""
    return json_list(
        json_element({**_path(organisation, path), "cut": exploration.cut})
        for exploration in explorations
        for path in exploration.paths
    )


def _path(organisation: Organisation, path: ExploredPath) -> dict[str, Any]:
    path_scenario = build_path_scenario(organisation, path)
    scenario = path_scenario.scenario and with_expectations(organisation, path_scenario.scenario)
    return {
        "workflow": path.analysis.title,
        "steps": [node for node in path.nodes if node != TRIGGER_ID],
        "then": [
            {
                "workflow": run.analysis.title,
                "at": run.path_run.due / MINUTE,
                "steps": [node for node in run.nodes if node != TRIGGER_ID],
            }
            for run in path.described_runs[1:]
        ],
        "needs": list(path.needs),
        "noValueFound": [*path.unsolved] if path_scenario.forced or path_scenario.stops else [],
        "contradicts": path.is_contradiction,
        "clash": path.contradiction,
        "notFollowed": list(path.not_followed),
        "forced": [
            {"workflow": forced.analysis.title, "step": forced.node, "else": forced.why}
            for forced in path_scenario.forced
        ],
        "stops": path_scenario.stops,
        "scenario": scenario and scenario.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
