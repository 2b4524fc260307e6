"""The signs in drawings: what marks a problem, and what the others mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.definition.source.positions import parent
from kustui.diagrams.styled_lines import Line, joined

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis  # painted first: the analysis is not loaded yet


class NodeKind(StrEnum):
    TRIGGER = "trigger"
    STEP = "step"
    BRANCH = "branch"
    SCHEDULE = "schedule"
    WORKFLOW = "workflow"
    MISSING = "missing"


GLYPHS: Mapping[NodeKind, tuple[str, str]] = {
    NodeKind.TRIGGER: ("◆", "event"),
    NodeKind.STEP: ("●", "action"),
    NodeKind.BRANCH: ("◇", "action"),
    NodeKind.SCHEDULE: ("⇒", "event"),
    NodeKind.WORKFLOW: ("●", "action"),
    NodeKind.MISSING: ("✗", "error"),
}
"""The glyph of each kind, and its look."""


SEVERITY_GLYPHS = {
    Severity.ERROR: ("✗", "error"),
    Severity.WARNING: ("▲", "warning"),
    Severity.INFO: ("·", "info"),
}


def problem_mark(problems: Sequence[Problem]) -> Line:
    """``✗2``: the glyph of the worst, and how many there are of it."""
    if not problems:
        return ()
    counts = Counter(problem.severity for problem in problems)
    worst = max(counts)
    glyph, look = SEVERITY_GLYPHS[worst]
    return ((f"{glyph}{counts[worst] if counts[worst] > 1 else ''}", look),)


def problem_marks(analysis: WorkflowAnalysis, problems: Sequence[Problem]) -> Mapping[str, Line]:
    """The mark of each node of a workflow in which something is wrong. ``problems`` are those of the workflow."""
    flow = analysis.flow
    nodes = {part.pointer: node for node in flow.declared_edges if (part := flow.part(node)) is not None}
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        pointer = problem.pointer
        while pointer and pointer not in nodes:
            pointer = parent(pointer)
        if pointer:
            found.setdefault(nodes[pointer], []).append(problem)
    return {node: problem_mark(each) for node, each in found.items()}


FAILING = "╌"
"""The sign of a way that is only taken after a failure."""
_WORDS = {
    GLYPHS[NodeKind.TRIGGER]: "start",
    GLYPHS[NodeKind.STEP]: "step",
    GLYPHS[NodeKind.BRANCH]: "branch",
    ("◈", "action"): "folded",
    GLYPHS[NodeKind.SCHEDULE]: "schedule",
    (FAILING, "warning"): "on failure",
}


def legend(signs: Collection[str]) -> Line:
    """Those that are in a drawing, each with its meaning, in one line."""
    meant = [((f"{sign} ", look), (words, "muted")) for (sign, look), words in _WORDS.items() if sign in signs]
    return joined(meant, ("  ", ""))
