"""``json``: a list of rehearsals, each with its trace, its differences and its coverage. Keys are sorted."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING, Any

from kustui.check.reports.json import record as problem_record
from kustui.definition.dates import iso_date
from kustui.definition.expressions import in_words, value_in_words
from kustui.definition.values import MISSING, to_json_value, undecided_in
from kustui.simulate.engine.coverage import Coverage, CoverageRatio
from kustui.text.terminal_safe import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.simulate.engine.trace import TraceEntry, TriedEdge
    from kustui.simulate.scenarios.assertions import Difference
    from kustui.simulate.scenarios.replay import Replay
    from kustui.simulate.values.condition_evaluation import Verdict


def report(replays: Sequence[Replay], *, told: bool = True, colour: bool = False) -> Iterator[str]:
    separator = "[\n"
    for replay in replays:
        yield separator + indent(to_json(_sorted(record(replay)), indent=2), "  ")
        separator = ",\n"
    yield "\n]\n" if replays else "[]\n"


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
        "begins": iso_date(replay.state.began),
        "held": replay.held,
        "cut": replay.cut,
        "differences": [_difference(replay, each) for each in replay.differences],
        "trace": [entry_record(entry) for entry in replay.entries],
        "coverage": {
            "steps": _share(coverage.steps),
            "transitions": _share(coverage.edges),
            "workflows": [
                {
                    "workflow": each.member.title,
                    "steps": _share(each.steps),
                    "transitions": _share(each.edges),
                    "steps_left": list(each.untaken_steps),
                    "transitions_left": [edge.transition.pointer for edge in each.untaken_edges],
                }
                for each in coverage.workflows
            ],
        },
    }


def _share(share: CoverageRatio) -> dict[str, int]:
    return {"taken": share.taken, "of": share.of}


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
    """One entry of the trace; what has nothing to say is left out."""
    told = entry.scheduled
    found: dict[str, Any] = {
        "run": entry.run,
        "workflow": entry.title,
        "node": entry.node,
        "name": entry.name,
        "action": entry.action,
        "invocation": entry.invocation,
        "cause": entry.cause,
        "params": to_json_value(entry.params),
        "left_out": list(entry.left_out),
        "undecided": undecided.why if (undecided := undecided_in([entry.params, entry.output])) else "",
        "output": None if entry.output is MISSING else to_json_value(entry.output),
        "mark": entry.mark.value if entry.mark and (entry.output is not MISSING or entry.failure) else "",
        "failure": {"status": entry.failure.status, "body": to_json_value(entry.failure.body)}
        if entry.failure
        else None,
        "tried": [_tried(each) for each in entry.tried],
        "taken": entry.taken,
        "target": entry.target,
        "forced": entry.forced,
        "answers": to_json_value(dict(entry.answers)),
        "scheduled": told
        and {
            "workflow_id": told.workflow_id,
            "workflow": told.title,
            "due": told.due,
            "inputs": to_json_value(told.inputs),
        },
        "published": entry.published,
        "started": len(entry.started),
        "ended": entry.ended,
        "broken": entry.broken,
        "problem": problem_record(entry.problem) if entry.problem else None,
        "problems": [problem_record(each) for each in entry.problems],
        "notes": list(entry.notes),
        "assumed": list(entry.assumed),
        "waited": entry.waited,
    }
    kept = {key: value for key, value in found.items() if value not in (None, "", 0, False) and value != []}
    return {"number": entry.number, "kind": entry.kind.value, "at": entry.at, **kept}


def _tried(tried: TriedEdge) -> dict[str, Any]:
    verdict = tried.verdict
    return {
        "pointer": tried.pointer,
        "name": tried.name,
        "target": tried.target,
        "target_name": tried.target_name,
        "holds": verdict.holds if verdict else None,
        "condition": in_words(verdict.condition) if verdict else "",
        "comparisons": [_comparison(each) for each in verdict.comparisons] if verdict else [],
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
