"""Trees with everything open, of samples and of definitions written in a test."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kustui.analysis.flow import FlowGraph
from kustui.analysis.schedules import Schedules, calls_of
from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.definition.folders import is_definition
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import Row
from kustui.workspace.snapshot import Snapshot, check_snapshot, open_paths
from tests.support.definitions import document_of

if TYPE_CHECKING:
    from kustui.text.styled_lines import Line
    from kustui.tui.tree.nodes import Node

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
SAMPLE_PATHS = sorted(
    str(path.relative_to(SAMPLES))
    for path in (*SAMPLES.glob("*.json"), *SAMPLES.glob("broken/*.json"), SAMPLES / "one-per-file")
    if path.is_dir() or is_definition(path.name)
)


def read(*definitions: object) -> Snapshot:
    """The definitions as files ``0.json``, ``1.json`` …, with their schedules and without looking for problems."""
    return scheduled(
        Collection(tuple(document_of(definition, f"{number}.json") for number, definition in enumerate(definitions)))
    )


def scheduled(collection: Collection) -> Snapshot:
    calls = [call for entry in collection.entries for call in calls_of(entry.key, FlowGraph(entry.workflow))]
    keys = {id_: entry.key for id_, entry in collection.by_id.items()}
    return Snapshot(collection, (), Schedules.of(calls, keys))


def with_problems(snapshot: Snapshot, **severities: Severity) -> Snapshot:
    """The same with a problem at the only occurrence of each text in its first file."""
    document = snapshot.collection.documents[0]
    problems = []
    for text, severity in severities.items():
        pointer = next(
            pointer
            for entry in document.entries
            for pointer in entry.pointers
            if document.source.text(entry.spot(pointer).value) == f'"{text}"'
        )
        entry = document.entry_at(pointer)
        problems.append(Problem("rule", severity, f"{text} is wrong", document, pointer=pointer, entry=entry))
    return replace(snapshot, problems=tuple(sorted(problems, key=lambda problem: problem.where())))


def snapshot_of(*definitions: object) -> Snapshot:
    """The same with every problem that there is."""
    return check_snapshot(read(*definitions))


@cache
def sample(name: str) -> Snapshot:
    return scheduled(open_paths([str(SAMPLES / name)]).collection)


@cache
def sample_examined(name: str) -> Snapshot:
    return check_snapshot(sample(name))


def all_open(snapshot: Snapshot) -> TreeState:
    tree = TreeState(snapshot)
    index = 0
    while index < len(tree.nodes):
        tree.open(index)
        index += 1
    return tree


def tree_of(*definitions: object) -> TreeState:
    return all_open(read(*definitions))


def text_of(line: Line) -> str:
    return "".join(terminal_safe(text) for text, _ in line)


def row_text(row: Row) -> str:
    """A row's line and its mark, without the blanks before it."""
    return " ".join(filter(None, (text_of(row.line).strip(), text_of(row.mark))))


def rows_of(tree: TreeState) -> list[str]:
    """Every row as it is drawn, but for what stands aside."""
    return [
        " ".join(filter(None, (text_of(row.line).rstrip(), text_of(row.mark))))
        for row in map(TreeRows(tree).row, range(len(tree.nodes)))
    ]


def node(tree: TreeState, text: str) -> Node:
    """The first node whose row holds a text."""
    return next(node for index, node in enumerate(tree.nodes) if text in text_of(TreeRows(tree).row(index).line))
