"""How much of the workflows was taken on all ways together, and what never was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.diagrams.labels import condition_text, node_label
from kustui.diagrams.styled_lines import width_of
from kustui.tui.widgets.rows import RowBuilder

if TYPE_CHECKING:
    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.engine.coverage import CoverageRatio, WorkflowCoverage
    from kustui.tui.rehearsal.session import Session
    from kustui.tui.widgets.rows import Row

_BAR = 10


def coverage_rows(session: Session, width: int) -> list[Row]:
    builder = RowBuilder(width)
    coverage = session.coverage
    _shares(builder, coverage.steps, coverage.edges)
    for covered in coverage.workflows:
        _workflow(builder, covered)
    return builder.rows


def _workflow(builder: RowBuilder, covered: WorkflowCoverage) -> None:
    flow = covered.member.flow
    builder.heading(covered.member.title)
    _shares(builder, covered.steps, covered.edges, indent=2)
    for id_ in covered.untaken_steps:
        builder.add(("  ○ never ", "warning"), *node_label(flow, id_), indent=10)
    for edge in covered.untaken_edges:
        sign = "↯" if edge.after_failure else "→"
        name: Line = ((f" “{edge.transition.label}”", "muted"),) if edge.transition.label else ()
        builder.add(
            (f"  {sign} never ", "warning"),
            *node_label(flow, edge.source),
            (" → ", "muted"),
            *node_label(flow, edge.target),
            *name,
            (f"  {condition_text(flow, edge.transition)}", "muted"),
            indent=10,
        )
    if not covered.untaken_steps and not covered.untaken_edges:
        builder.add(("  ✓ everything was taken", "good"))


def _shares(builder: RowBuilder, steps: CoverageRatio, edges: CoverageRatio, indent: int = 0) -> None:
    """Beside each other where there is room for both."""
    margin, one, other = (" " * indent, ""), _share("steps", steps), _share("transitions", edges)
    both: Line = (margin, *one, ("   ", ""), *other)
    if width_of(both) <= builder.width:
        builder.add(*both)
    else:
        builder.add(margin, *one)
        builder.add(margin, *other)


def _share(noun: str, share: CoverageRatio) -> Line:
    full = round(_BAR * share.percent / 100)
    bar = "█" * full + "▁" * (_BAR - full)
    look = "good" if share.taken == share.of else "warning"
    return ((f"{noun} ", "muted"), (bar, look), (f" {share.taken} of {share.of}", ""))
