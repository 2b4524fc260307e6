"""Who uses a part, as rows: how it is named, where, and on which condition. Made without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.uses import How, Use
from kustui.diagrams import labels
from kustui.diagrams.labels import node_label, node_name
from kustui.diagrams.styled_lines import Line
from kustui.tui.widgets.rows import Row, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.tui.tree.tree_state import TreeState

_SIGNS: dict[How, Line] = {
    How.TRANSITION: (("→ from ", "muted"),),
    How.ERROR_CASE: (("↯ ", "warning"), ("on failure of ", "muted")),
    How.REFERENCE: (("← read by ", "muted"),),
    How.SCHEDULE: (("⇒ ", "link"), ("scheduled by ", "muted")),
    How.INPUT: (("⇒ ", "link"), ("given by ", "muted")),
}


def use_rows(tree: TreeState, uses: Sequence[Use]) -> list[Row]:
    """A row a use; Enter on it goes to where it stands."""
    return [_row(tree, use, (*_SIGNS[use.how], *_where(tree, use))) for use in uses]


def name_rows(tree: TreeState, uses: Sequence[Use]) -> list[Row]:
    """A row for each of the parts that are named, from which Enter goes to them."""
    found = []
    for use in uses:
        line: Line = ((f"{use.how.value} ", "muted"), (part_name(tree, use), "link"))
        document = tree.snapshot.collection.document_of(use.target)
        target = Target(document, use.named, document.spot(use.named).value.start)
        found.append(Row(line, link=tree.key_at(document, use.named), target=target))
    return found


def _row(tree: TreeState, use: Use, line: Line) -> Row:
    document = tree.snapshot.collection.document_of(use.entry)
    offset = document.spot(use.pointer).value.start
    place = f"{document.path.rpartition('/')[2]}:{document.source.place(offset).line}"
    # The key, for when the file has become another.
    key = tree.key_at(document, use.pointer)
    return Row(line, aside=((place, "muted"),), link=key, target=Target(document, use.pointer, offset))


def _where(tree: TreeState, use: Use) -> Line:
    analysis = tree.analysis(use.entry)
    line = node_label(analysis.flow, use.node)
    if use.how in (How.SCHEDULE, How.INPUT):
        line = ((use.entry.title, "name"), (" › ", "muted"), *line)
    if use.how is How.REFERENCE:
        where = f", on the way to {node_name(analysis.flow, use.edge.target)}" if use.edge is not None else ""
        return (*line, (f"  {use.words or 'all of it'}", "string"), (where, "muted"))
    return (*line, *labels.condition_line(analysis, use.edge)) if use.edge is not None else line


def part_name(tree: TreeState, use: Use) -> str:
    """What people call what is named."""
    return name_at(tree, use.target.key, use.named)


def name_at(tree: TreeState, key: str, pointer: str) -> str:
    """What people call the part of a workflow that a pointer leads to."""
    entry = tree.snapshot.collection.by_key[key]
    flow = tree.analysis(entry).flow
    for step in flow.workflow.steps:
        if step.pointer == pointer:
            return step.name
    trigger = flow.workflow.trigger
    if trigger is not None and pointer == trigger.pointer:
        return f"the trigger of {entry.title}"
    return entry.title if pointer == entry.item.pointer else pointer.rpartition("/")[2]
