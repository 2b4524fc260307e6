"""A path through a workflow as a row of a list: its steps, what it needs, and whether anything can make a run go it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.platform import TRIGGER_ID
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from kustui.diagrams.styled_lines import Line
    from kustui.simulate.paths.explore import ExploredPath

_ROOM = 40
"""Letters of a chain's workflow that are shown."""


def path_row(number: int, path: ExploredPath) -> Row:
    line: list[tuple[str, str]] = [(f"{number:>3} ", "muted")]
    for place, stretch in enumerate(path.described_runs):
        if place:
            line += [(" ⇒ ", "link"), (f"{stretch.member.title[-_ROOM:]}: ", "muted")]
        steps = " → ".join(stretch.name(node) for node in stretch.nodes if node != TRIGGER_ID)
        line.append((steps or "no step", "name"))
    needs = "; ".join(path.needs)
    return Row((*line, (f"  if {needs}" if needs else "", "muted")), mark=_verdict(path))


def _verdict(path: ExploredPath) -> Line:
    if path.contradicts:
        return (("✗ contradicts itself", "error"),)
    if not path.prospect.solutions:
        return (("? may contradict itself", "warning"),)
    return (("! has to be forced", "warning"),) if path.prospect.solutions[0].solution.open else ()
