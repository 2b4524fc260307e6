"""Sheets of every sample, and of names that a format could take for its own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.diagram import DiagramSet, flow_diagram, schedule_edges, schedules_diagram
from kustui.diagrams.glyphs import problem_marks
from tests.support.flows import edge, step, workflow
from tests.support.trees import sample_examined, snapshot_of

if TYPE_CHECKING:
    from kustui.workspace.snapshot import Snapshot

HOSTILE = (
    'quo"te', "[bracket]", "]]", "-->", "<script>alert(1)</script>", "a\nb\r\n", "end", "%%{init: {}}%%", "`tick`",
    "#34;", "&lt;", "\\N \\", "classDef x:#a;", "style y:#b;", "漢字", "😀 👨\u200d👩\u200d👧", "e\u0301", "|pipe|",
    "\x1b[31m", "\u202eevil", "{{x}}", "(round)", ";", "__init__", "*bold*", "", " ", "\ud800",
)  # fmt: skip


def lines_of(snapshot: Snapshot) -> ChainLines:
    assert snapshot.settings is not None
    return ChainLines.of(snapshot)


def flow_diagrams_of(snapshot: Snapshot) -> DiagramSet:
    lines, keys = lines_of(snapshot), [entry.key for entry in snapshot.collection.entries]
    subjects = [lines.analysis(key) for key in keys]
    assert snapshot.schedules is not None
    return DiagramSet(
        tuple(flow_diagram(analysis) for analysis in subjects),
        schedule_edges(snapshot.schedules, keys),
        tuple(problem_marks(analysis, snapshot.by_entry.get(analysis.entry.key, ())) for analysis in subjects),
    )


def schedules_diagram_of(snapshot: Snapshot) -> DiagramSet:
    assert snapshot.schedules is not None
    return DiagramSet((schedules_diagram(snapshot.schedules, snapshot.collection),))


@cache
def sample_diagram_sets(name: str) -> tuple[DiagramSet, ...]:
    """All workflows, each by itself, and the schedules, as far as there are any."""
    snapshot = sample_examined(name)
    found = flow_diagrams_of(snapshot)
    alone = (DiagramSet((diagram,)) for diagram in found.diagrams[:6])
    schedules = (schedules_diagram_of(snapshot),) if snapshot.schedules and snapshot.schedules.calls else ()
    return (found, *alone, *schedules) if found.diagrams else ()


def named(names: tuple[str, ...]) -> dict[str, Any]:
    """A workflow whose steps, ways and own name are those given."""
    steps = [
        step(
            f"s{index}",
            transitions=[{**edge(f"s{index + 1}"), "meta": {"name": name}}] if index + 1 < len(names) else [],
            meta={"displayName": name},
        )
        for index, name in enumerate(names)
    ]
    return workflow("s0", *steps, name="".join(names))


@cache
def hostile_diagram_sets() -> tuple[DiagramSet, ...]:
    first, second = named(HOSTILE), {**named(HOSTILE[::-1]), "id": "other", "name": '"]]--> <b>'}
    snapshot = snapshot_of({"workflows": [first, second]})
    found = flow_diagrams_of(snapshot)
    return (found, DiagramSet(found.diagrams[:1]))
