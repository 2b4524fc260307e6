"""How long the map of an organisation takes to make, beside the check that it is made from, and what is around a node.

python -m tests.benchmarks.organisation [--large]
"""

from __future__ import annotations

import argparse
import resource
import time
from functools import partial
from typing import TYPE_CHECKING

from kustui.analysis.organisation_graph import Kind, Node
from kustui.diagrams.organisation_lists import LISTS, listed_nodes
from kustui.diagrams.organisation_map import OrganisationMap
from kustui.workspace.snapshot import Workspace
from tests.benchmarks.measure import file_of, table

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE = 24
"""Rows that a usual terminal shows: the condition of each reads its workflow."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="5,000 workflows instead of 500")
    workspace = Workspace([str(file_of("L" if parser.parse_args().large else "M"))])
    began = time.process_time()
    workspace.open()
    snapshot = workspace.refresh()
    check, before = time.process_time() - began, _memory()
    began = time.process_time()
    drawing = OrganisationMap.of(snapshot)
    graph = drawing.graph.graph
    made = time.process_time() - began
    table(
        ("made", "s of the processor", "to the check", "target", "MB more"),
        [
            ("check", check, 1.0, "", ""),
            ("map", made, made / check, "≤ 0.1", _memory() - before),
        ],
    )
    by_size = sorted(graph, key=graph.degree, reverse=True)
    largest = {kind: next((node for node in by_size if node.kind is kind), None) for kind in Kind}

    def draw(node: Node) -> None:
        for row in [*drawing.around(node, 2)][:_PAGE]:
            assert row.line is not None

    rows = [
        (f"{kind} with {graph.degree(node):,} links", _milliseconds(partial(draw, node)))
        for kind, node in largest.items()
        if node is not None
    ]
    rows += [(f"list of every {kind}", _milliseconds(partial(listed_nodes, drawing.graph, kind, {}))) for kind in LISTS]
    table(("shown", "ms (target around a node: ≤ 100)"), rows)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def _memory() -> float:
    """The most that the process held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
