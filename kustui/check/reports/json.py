"""``json`` and ``jsonl``: a list of problems, or one problem per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kustui.check.problems import Problem, Related
from kustui.check.reports import CheckResult, ReportedFix
from kustui.definition.source.source import Place
from kustui.text.terminal_safe import json_element, json_list, to_json


def report(checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    return json_list(json_element(_record(checked, problem)) for problem in checked.problems)


def report_lines(checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    for problem in checked.problems:
        yield to_json(_record(checked, problem)) + "\n"


def record(problem: Problem) -> dict[str, Any]:
    """One problem. Lines and columns count from 1, columns in code points; the end is exclusive."""
    return {
        "rule": problem.rule,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "file": problem.path,
        **span_record(*problem.span()),
        "pointer": problem.pointer,
        "workflow": problem.workflow_name,
        "step": problem.step,
        "related": [_related(related) for related in problem.notes],
    }


def span_record(start: Place, end: Place) -> dict[str, int]:
    return {"line": start.line, "column": start.column, "end_line": end.line, "end_column": end.column}


def _record(checked: CheckResult, problem: Problem) -> dict[str, Any]:
    return {**record(problem), "fixes": [_fix(fix) for fix in checked.fixes_of(problem)]}


def _fix(fix: ReportedFix) -> dict[str, Any]:
    """A fix, the ranges of its edits counted as those of problems."""
    edits = [
        {"file": edit.source.path, **span_record(*edit.source.span(edit.extent)), "text": edit.text}
        for edit in fix.edits
    ]
    return {"title": fix.title, "safe": fix.is_safe, "edits": edits}


def _related(related: Related) -> dict[str, Any]:
    start = related.span().start
    return {"message": related.message, "file": related.path, "line": start.line, "column": start.column}
