"""``json``: what a diagram shows, for other programs to draw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.models import relative_minutes
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.diagram import flow_diagram
from kustui.text.terminal_safe import to_json


def json_text(
    analyses: Iterable[WorkflowAnalysis], lines: ChainLines, schedules: Schedules, *, only_schedules: bool
) -> Iterator[str]:
    """``{"workflows": […], "schedules": […]}``; of some workflows only the schedules that they make."""
    workflows = [_workflow(analysis) for analysis in analyses]
    keys = {workflow["key"] for workflow in workflows}
    calls = [_call(call, lines, schedules) for call in schedules.calls if only_schedules or call.caller in keys]
    parts: dict[str, Any] = {} if only_schedules else {"workflows": workflows}
    yield to_json({**parts, "schedules": calls}, indent=2)
    yield "\n"


def _workflow(analysis: WorkflowAnalysis) -> dict[str, Any]:
    diagram, entry = flow_diagram(analysis), analysis.entry
    return {
        "key": entry.key,
        "name": entry.title,
        "id": entry.id,
        "file": entry.source.path,
        "line": entry.source.place(entry.item.extent.start).line,
        "vertices": [
            {"id": node.id, "name": node.name, "kind": str(node.kind), "about": node.about} for node in diagram.nodes
        ],
        "edges": [
            {"source": edge.source, "target": edge.target, "when": edge.label, "after_failure": edge.after_failure}
            for edge in diagram.edges
        ],
    }


def _call(call: ScheduleCall, lines: ChainLines, schedules: Schedules) -> dict[str, Any]:
    return {
        "source": call.caller,
        "step": call.step,
        "target": schedules.target(call),
        "workflow_id": call.workflow_id,
        "minutes": relative_minutes(call.run_at, lines.settings.relative_unit_minutes),
        "when": lines.condition(call),
        "inputs": list(call.inputs),
        "problems": [problem.message for problem in lines.problems(call)],
    }
