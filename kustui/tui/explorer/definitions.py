"""What is known of the name under the cursor: its definition, all its uses, the page of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from kustui.analysis.names import node_name
from kustui.analysis.uses import Use, UseKind, part_at, targets_at, uses_in, uses_of
from kustui.check.rule import Rule, format_example
from kustui.check.rules import RULES
from kustui.definition.collection import Entry
from kustui.definition.platform import short_name
from kustui.diagrams import labels
from kustui.diagrams.labels import node_label
from kustui.text.messages import without_folder
from kustui.text.styled_lines import Line
from kustui.tui.explorer.part import Part, Shared
from kustui.tui.explorer.selection import CurrentSelection
from kustui.tui.tree.places import link_of
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, Row, RowBuilder, Target
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from kustui.analysis.organisation_graph import Link, Node  # networkx: only once it is asked for

_SIGNS: dict[UseKind, Line] = {
    UseKind.TRANSITION: (("→ from ", "muted"),),
    UseKind.ERROR_CASE: (("→ ", "warning"), ("after a failure of ", "muted")),
    UseKind.REFERENCE: (("← read by ", "muted"),),
    UseKind.SCHEDULE: (("⇒ ", "link"), ("scheduled by ", "muted")),
    UseKind.INPUT: (("⇒ ", "link"), ("given by ", "muted")),
}
_LINK_SIGNS: dict[str, Line] = {
    "writes": (("← ", "muted"), ("written by ", "muted")),
    "publishes": (("← ", "muted"), ("published by ", "muted")),
    "calls": (("← ", "muted"), ("called by ", "muted")),
    "schedules": (("⇒ ", "link"), ("scheduled by ", "muted")),
    "reads": (("→ ", "muted"), ("read by ", "muted")),
    "starts": (("→ ", "muted"), ("starts ", "muted")),
}
"""By the role of the edge."""


class Definitions(Part):
    """Goes to what the current row names, and lists the uses of what the cursor is on."""

    def __init__(self, shared: Shared, selection: CurrentSelection) -> None:
        super().__init__(shared)
        self._selection = selection

    @property
    def _link(self) -> NodeKey:
        """Where the current row leads by itself: in the tree, and in panes that show other places."""
        focused, tree = self._screen.focused, self._views.tree
        if focused is tree and tree.node is not None:
            return link_of(tree.state, tree.node)
        return focused.row.link if isinstance(focused, RowsView) else ()

    @property
    def needs_all(self) -> bool:
        """Whether what is defined here depends on every workflow: a field is, by those that write it."""
        return not self._link and bool(self._fields_read())

    @property
    def _selected(self) -> tuple[Entry, Target] | None:
        """What the cursor is on, behind the workflow that it is a part of; None where that is no longer there."""
        selected, tree = self._selection.current, self._views.tree.state
        if selected is None or (entry := selected.entry) is None or not tree.holds(selected.document):
            return None
        return entry, selected

    def _fields_read(self) -> tuple[str, ...]:
        """The fields that the selected string reads."""
        from kustui.analysis.outside_links import fields_read_at

        if (place := self._selected) is None:
            return ()
        entry, selected = place
        analysis = self._views.tree.state.analysis(entry)
        return fields_read_at(analysis.flow, analysis.reads, selected.pointer)

    def _named(self) -> Sequence[Use]:
        """What the selected place names."""
        if (place := self._selected) is None:
            return ()
        entry, selected = place
        uses = uses_in(self._views.tree.state.snapshot.analyses, entry)
        if selected.is_workflow:  # of all that it names, what is not in itself
            uses = (use for use in uses if use.kind is UseKind.SCHEDULE)
        return targets_at(uses, selected.pointer)

    def go_to_definition(self) -> None:
        """Go to what the current row or value names, or to a list where that is more than one thing."""
        if link := self._link:
            self._navigator.jump(link)
        elif fields := self._fields_read():
            self._waiting.run(partial(self._go_to_writes, fields), "listing", exclusive=True)
        else:
            self._go_to_names()

    async def _go_to_writes(self, fields: Sequence[str]) -> None:
        """List what is named here and what writes the fields that are read here; without such, go to what is named."""
        from kustui.analysis.organisation_graph import Kind, Node, Role

        tree = self._views.tree.state
        graph = (await self._views.side.map.map_of(tree.snapshot)).graph
        nodes = [Node(Kind.FIELD, field) for field in fields]
        links = [link for node in nodes for link in graph.links_to(node, Role.WRITES)]
        if links:
            rows = [*name_rows(tree, self._named()), *link_rows(tree, links)]
            await self._panes.list_uses(f"9 Written elsewhere: {', '.join(fields)}", rows)
        else:
            self._go_to_names()

    def _go_to_names(self) -> None:
        tree, named = self._views.tree.state, self._named()
        if len(named) == 1:
            self._navigator.jump_to(_target(tree, named[0]))
        elif named:
            self._list("9 Named here", name_rows(tree, named))
        else:
            self._views.status.say("nothing is named here", "muted")

    def list_uses(self) -> None:
        """List the uses of what the cursor is on, or of what it names if it is a name itself."""
        shown = self._views.side.map.node if self._screen.focused is self._views.side.map else None
        if shown is not None and shown.name not in self._views.tree.state.snapshot.collection.by_key:
            self._waiting.run(partial(self._list_links, shown), "listing", exclusive=True)
        else:
            self._list_uses_of_selected()

    async def _list_links(self, node: Node) -> None:
        """What writes and reads a field, publishes and listens to an event, or calls a host."""
        tree = self._views.tree.state
        graph = (await self._views.side.map.map_of(tree.snapshot)).graph
        links = [*graph.links_to(node), *graph.links_from(node)]
        await self._panes.list_uses(f"9 Uses of {short_name(node.name)} ({len(links):,})", link_rows(tree, links))

    def _list_uses_of_selected(self) -> None:
        tree = self._views.tree.state
        if (place := self._selected) is None:
            self._views.status.say("only a step, a trigger or a workflow has uses: select one", "muted")
            return
        entry, selected = place
        analyses, schedules = tree.snapshot.analyses, tree.snapshot.schedules
        entry, pointer = part_at(analyses, entry, selected.pointer, uses_in(analyses, entry))
        uses = list(uses_of(analyses, schedules, entry, pointer))
        title = name_at(tree, entry.key, pointer)
        if uses:
            self._list(f"9 Uses of {title} ({len(uses):,})", use_rows(tree, uses))
        else:
            self._views.status.say(f"nothing uses {title}", "muted")

    def _list(self, title: str, rows: list[Row]) -> None:
        self._waiting.run(partial(self._panes.list_uses, title, rows), "listing", exclusive=True)


def use_rows(tree: TreeState, uses: Sequence[Use]) -> list[Row]:
    """A row a use; Enter on it goes to where it stands."""
    return [_row_at(tree, use.entry, use.pointer, (*_SIGNS[use.kind], *_where(tree, use))) for use in uses]


def name_rows(tree: TreeState, uses: Sequence[Use]) -> list[Row]:
    """A row for each of the parts that are named, from which Enter goes to them."""
    rows = []
    for use in uses:
        line: Line = ((f"{use.kind.value} ", "muted"), (name_at(tree, use.target.key, use.target_pointer), "link"))
        target = _target(tree, use)
        rows.append(Row(line, link=tree.key_at(target.document, use.target_pointer), target=target))
    return rows


def link_rows(tree: TreeState, links: Iterable[Link]) -> list[Row]:
    """A row for each edge of the organisation's graph; Enter on it goes to the step that it stands in."""
    rows = []
    for link in links:
        entry = tree.snapshot.collection.by_key[link.workflow]
        line = (
            *_LINK_SIGNS[link.role],
            (entry.title, "name"),
            (" › ", "muted"),
            *node_label(tree.analysis(entry).flow, link.step),
        )
        rows.append(_row_at(tree, entry, link.pointer, line))
    return rows


def _target(tree: TreeState, use: Use) -> Target:
    """The place of what a use names."""
    document = tree.snapshot.collection.document_of(use.target)
    return Target.at(document, use.target_pointer)


def _row_at(tree: TreeState, entry: Entry, pointer: str, line: Line) -> Row:
    document = tree.snapshot.collection.document_of(entry)
    offset = document.spot(pointer).value.start
    place = without_folder(document.source.line_location(offset))
    # The key, for when the file has become another.
    return Row(
        line, aside=((place, "muted"),), link=tree.key_at(document, pointer), target=Target(document, pointer, offset)
    )


def _where(tree: TreeState, use: Use) -> Line:
    analysis = tree.analysis(use.entry)
    line = node_label(analysis.flow, use.node)
    if use.kind in (UseKind.SCHEDULE, UseKind.INPUT):
        line = ((use.entry.title, "name"), (" › ", "muted"), *line)
    if use.kind is UseKind.REFERENCE:
        where = (
            f", in the transition to {node_name(analysis.flow, use.edge.destination)}" if use.edge is not None else ""
        )
        return (*line, (f"  {use.name or 'all of it'}", "string"), (where, "muted"))
    return (*line, *labels.condition_line(analysis, use.edge)) if use.edge is not None else line


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


class RulePages(Part):
    """Explains the rule of the problem under the cursor of the list."""

    async def explain_rule(self) -> None:
        problem = self._views.problems.problem
        if problem is not None:
            builder = RowBuilder(self._views.problems.size.width - 2)
            add_page(builder, RULES[problem.rule])
            await self._panes.list_uses(f"9 {problem.rule}", builder.rows)


def add_page(builder: RowBuilder, rule: Rule) -> None:
    """What a rule finds and why, with an example of it and one without it."""
    builder.add((f"finds {rule.summary}", "heading"), (f"  {rule.severity}", "muted"))
    builder.add((rule.why, ""))
    for title, example in zip(rule.example_titles, (rule.bad, rule.good), strict=True):
        if example:
            builder.heading(title.capitalize())
            for line in format_example(example).splitlines():
                builder.add((line, ""), indent=len(line) - len(line.lstrip()) + 2)
