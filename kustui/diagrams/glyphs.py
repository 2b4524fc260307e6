"""The glyphs of diagrams and lists: of the kinds of nodes, and of problems by their severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from kustui.check.problems import Problem, by_part
from kustui.config.severity import Severity
from kustui.text.signs import ADDED, CHANGE_SIGNS, REMOVED, SIGNS
from kustui.text.styled_lines import Line, joined

if TYPE_CHECKING:
    from kustui.analysis.flow import Edge, FlowGraph
    from kustui.analysis.workflow_analysis import WorkflowAnalysis  # painted first: the analysis is not loaded yet


class NodeKind(StrEnum):
    TRIGGER = "trigger"
    STEP = "step"
    BRANCH = "branch"
    SCHEDULE = "schedule"
    WORKFLOW = "workflow"
    MISSING = "missing"
    FIELD = "field"
    HOST = "host"


NODE_GLYPHS: Mapping[NodeKind, tuple[str, str]] = {
    NodeKind.TRIGGER: ("◆", "event"),
    NodeKind.STEP: ("●", "action"),
    NodeKind.BRANCH: ("◇", "action"),
    NodeKind.SCHEDULE: ("⇒", "event"),
    NodeKind.WORKFLOW: ("●", "action"),
    NodeKind.MISSING: ("✗", "error"),
    NodeKind.FIELD: ("□", "key"),
    NodeKind.HOST: ("◎", "string"),
}
"""The glyph of each kind, and its look."""
END = "◉"
"""A step after which the run is over."""
FOLDED = "◈"
"""A step whose row stands for those of others too."""
ERROR_CASE = "↯"
"""What is done when the step itself fails."""
AFTER_FAILURE = "╌"
"""The line of an edge that is only taken after a failure."""


HEAVY = str.maketrans("─│╭╮╰╯┬┴├┤┼", "━┃┏┓┗┛┳┻┣┫╋")
DOTTED = str.maketrans("─│╌╎", "┈┊┈┊")
"""What lines become that came, and that went: no colour says it alone."""


class ChangeMarks(NamedTuple):
    """What a comparison says of nodes and edges: ``added``, ``removed`` or ``changed``; the others are unchanged."""

    nodes: Mapping[str, str] = {}
    edges: Mapping[str, str] = {}
    """By the pointer of the transition or error case."""
    labels_before: Mapping[str, str] = {}
    """When edges that changed were taken, by the same pointers."""

    def of_edge(self, edge: Edge) -> str:
        """The mark of an edge."""
        return self.edges.get(edge.transition.pointer, "")

    def edge_label(self, edge: Edge, label: str) -> str:
        """When an edge is taken, behind the sign of its change, and when it was."""
        mark = self.of_edge(edge)
        before = self.labels_before.get(edge.transition.pointer, label)
        if before != label:
            label = f"{label or 'always'} (was: {before or 'always'})"
        return f"{CHANGE_SIGNS[mark][0]} {label or 'always'}" if mark else label

    def sign(self, node: str) -> Line:
        """``+ ``: the sign of a node that came, went or changed."""
        return sign_line(self.nodes.get(node, ""))


def sign_line(mark: str) -> Line:
    """``+ ``, before what came; nothing without a mark."""
    return ((f"{CHANGE_SIGNS[mark][0]} ", CHANGE_SIGNS[mark][1]),) if mark else ()


def common_mark(marks: Iterable[str]) -> str:
    """What a comparison says of all of some edges; nothing where that is not the same."""
    different = {*marks}
    return different.pop() if len(different) == 1 else ""


NO_CHANGES = ChangeMarks()


def changed_line(glyph: str, look: str, mark: str) -> tuple[str, str]:
    """A piece of a line of a drawing, and its look, where a comparison says something of it."""
    if not mark:
        return glyph, look
    return glyph.translate(HEAVY if mark == ADDED else DOTTED if mark == REMOVED else {}), CHANGE_SIGNS[mark][1]


def legend(glyphs: Collection[str]) -> Line:
    """The glyphs that are in a drawing, each with its meaning, in one line."""
    signs = [sign for sign in SIGNS if sign.word and sign.glyph in glyphs]
    return joined([((f"{sign.glyph} ", sign.look), (sign.word, "muted")) for sign in signs], ("  ", ""))


def flow_glyph(flow: FlowGraph, node: str) -> str:
    """What stands for a node of a flow, wherever it is drawn."""
    if flow.is_end(node):
        return END
    is_branch = node in flow.steps and flow.steps[node].action is None
    kind = NodeKind.TRIGGER if node not in flow.steps else NodeKind.BRANCH if is_branch else NodeKind.STEP
    return NODE_GLYPHS[kind][0]


SEVERITY_GLYPHS = {
    Severity.ERROR: ("✗", "error"),
    Severity.WARNING: ("▲", "warning"),
    Severity.INFO: ("i", "info"),
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
    return {nodes[part]: problem_mark(inside) for part, inside in by_part(problems, nodes).items()}
