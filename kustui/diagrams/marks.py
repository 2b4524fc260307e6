"""The sign of a problem beside what it is about: a glyph and a look for each severity."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kustui.config.severity import Severity
from kustui.definition.source.positions import parent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.check.problems import Problem
    from kustui.diagrams.styled_lines import Line

MARKS = {
    Severity.ERROR: ("✗", "error"),
    Severity.WARNING: ("▲", "warning"),
    Severity.INFO: ("·", "info"),
}


def mark(problems: Sequence[Problem]) -> Line:
    """``✗2``: the glyph of the worst, and how many there are of it."""
    if not problems:
        return ()
    counts = Counter(problem.severity for problem in problems)
    worst = max(counts)
    glyph, look = MARKS[worst]
    return ((f"{glyph}{counts[worst] if counts[worst] > 1 else ''}", look),)


def marks_of(analysis: WorkflowAnalysis, problems: Sequence[Problem]) -> Mapping[str, Line]:
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
    return {node: mark(each) for node, each in found.items()}
