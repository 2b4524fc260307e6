"""The map of an organisation: as lines of text, whole or around one node, and as a diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from msgspec import Struct

from kustui.analysis.chains import End, Load
from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.effects import Reach
from kustui.analysis.event_rings import EventRing
from kustui.analysis.organisation_graph import Kind, Link, Neighbourhood, Node, OrganisationGraph, Role
from kustui.analysis.organisation_questions import (
    Branch,
    brings_about,
    leads_to,
    load_of_events,
    never_started,
    ring_hops,
)
from kustui.check.checker import collection_analysis
from kustui.definition.platform import short_name
from kustui.diagrams.chain_lines import ChainLines, tree_branches
from kustui.diagrams.diagram import Diagram, DiagramEdge, DiagramNode
from kustui.diagrams.glyphs import NODE_GLYPHS, NodeKind
from kustui.diagrams.labels import step_condition
from kustui.diagrams.load_lines import load_lines, rate_in_words
from kustui.diagrams.organisation_lists import (
    LISTS,
    NAME,
    ListedNode,
    Listing,
    by_group,
    columns_of,
    in_order,
    listed_nodes,
    numbers_line,
    titles_line,
)
from kustui.groups import grouped
from kustui.text.messages import counted, duration_in_words
from kustui.text.styled_lines import Line, fitted, width_of
from kustui.workspace.snapshot import Snapshot

KINDS = {
    Kind.WORKFLOW: NodeKind.WORKFLOW, Kind.EVENT: NodeKind.TRIGGER, Kind.FIELD: NodeKind.FIELD,
    Kind.HOST: NodeKind.HOST, Kind.MISSING: NodeKind.MISSING,
}  # fmt: skip
_MOST_FIELDS, _MOST_ROWS, _MOST_STARTED = 3, 12, 50
_WIDEST = 50
"""Branches below one; of more it is said how many there are."""
_MOST_READ = 300
"""Workflows that are read for the conditions in a text."""
_NAME_WIDTH = 42
"""Cells of a name in a table."""


class MapRow(Struct, frozen=True):
    """A line of the map."""

    text: Line | Callable[[], Line] = ()
    """Made when it is drawn, where workflows are read for it."""
    node: Node | None = None
    """The node that it names."""
    link: Link | None = None
    """The first of the edges that it stands for."""
    mark: Line = ()
    """At the right edge."""

    @property
    def line(self) -> Line:
        return self.text() if callable(self.text) else self.text


class OrganisationMap(Struct, frozen=True, eq=False, dict=True):
    """Draws a graph and the rings in it."""

    graph: OrganisationGraph
    analysis: CollectionAnalysis
    """What it is the graph of."""

    @classmethod
    def of(cls, snapshot: Snapshot, before: OrganisationGraph | None = None) -> OrganisationMap:
        """The map of a checked snapshot; ``before`` is an earlier graph, of which is kept what has not changed."""
        assert snapshot.settings is not None, "checked"
        analysis = collection_analysis(snapshot.collection, snapshot.every_result, snapshot.settings)
        return cls(OrganisationGraph.of(analysis, before), analysis)

    @cached_property
    def rings(self) -> tuple[EventRing, ...]:
        return (*self.analysis.event_rings, *self.analysis.own_rings)

    @property
    def unit(self) -> float:
        """That of a relative ``runAt``, in minutes."""
        return self.analysis.settings.relative_unit_minutes

    # Around a node

    def around_lines(self, centre: Node, depth: int) -> Iterator[Line]:
        """What a node brings about and what leads to it, as two trees, with what the signs mean."""
        trees = self._trees(centre, depth)
        workflows = {link.workflow for tree in trees for branch in tree for link in branch.links}
        conditions = len(workflows) <= _MOST_READ
        yield from (row.line for row in self._rows(centre, trees, conditions=conditions))
        if not conditions:
            yield ()
            yield (("conditions are left out of so many workflows: a smaller --depth shows them", "muted"),)
        yield ()
        yield LEGEND

    def around(self, centre: Node, depth: int) -> Iterator[MapRow]:
        """What a node brings about within so many edges, and what leads to it within as many, as two trees."""
        return self._rows(centre, self._trees(centre, depth), conditions=True)

    def _trees(self, centre: Node, depth: int) -> tuple[Sequence[Branch], Sequence[Branch]]:
        """What a node brings about, and what leads to it."""
        onward = brings_about(self.graph, centre, self.unit, depth, _WIDEST)
        return onward, leads_to(self.graph, centre, depth, _WIDEST)

    def _rows(
        self, centre: Node, trees: tuple[Sequence[Branch], Sequence[Branch]], *, conditions: bool
    ) -> Iterator[MapRow]:
        """``conditions``: whether to say what decides whether a run comes to a step, for which its workflow is read."""
        yield MapRow(self.name(centre), centre)
        headings = (_HEADINGS_ON[centre.kind], _HEADINGS_BACK[centre.kind])
        for heading, tree, back in zip(headings, trees, (False, True), strict=True):
            yield MapRow()
            nothing = "" if len(tree) > 1 else "  nothing that is opened here"
            yield MapRow(((heading, "heading"), (nothing, "muted")))
            yield from self._branch_rows(tree, back=back, conditions=conditions)
        if centre.kind is Kind.WORKFLOW:
            reads, writes = self.graph.links_to(centre, Role.READS), self.graph.links_from(centre, Role.WRITES)
            yield from self._fields("Reads", grouped((link.source, link) for link in reads))
            yield from self._fields("Writes", grouped((link.target, link) for link in writes))

    def _branch_rows(self, tree: Sequence[Branch], *, back: bool, conditions: bool) -> Iterator[MapRow]:
        """The rows of a tree but for its root, behind the branches of each how many of them are left out."""
        open_: list[Branch] = []
        for branch in (*tree, None):
            while open_ and (branch is None or open_[-1].depth >= branch.depth):
                if (above := open_.pop()).left_out:
                    yield MapRow((*tree_branches((*above.more, False)), (f"and {above.left_out:,} more", "muted")))
            if branch is None:
                return
            open_.append(branch)
            if branch.links:
                make = partial(self._branch_line, branch, tree[branch.parent], back=back, conditions=conditions)
                yield MapRow(make, branch.node, branch.links[0])

    def _fields(self, heading: str, links: Mapping[Node, Sequence[Link]]) -> Iterator[MapRow]:
        """The fields of a workflow, each with the steps in which it is read or written."""
        if links:
            yield MapRow()
            yield MapRow(((heading, "heading"),))
        for field, its_links in links.items():
            yield MapRow((*self.name(field), (_in_steps(its_links), "muted")), field, its_links[0])

    def _branch_line(self, branch: Branch, above: Branch, *, back: bool, conditions: bool) -> Line:
        link = branch.links[0]
        line: list[tuple[str, str]] = [*self._branches(branch), (_ROLE_WORDS.get((link.role, back), ""), "muted")]
        if link.call is not None:
            line += [(f"{link.call.due} ", "number"), ("by " * back, "muted")]
        written = _written(branch.links)
        if written and not back:
            line.append((f"writes {written} → ", "key"))
        line.extend(self.name(branch.node))
        if written and back:
            line.append((f"  writes {written}", "key"))
        line.extend(self._words_of_end(branch))
        if not back and link.call is not None and branch.due and above.due:
            line.append((f"  T+{duration_in_words(branch.due)}", "number"))
        if link.role is not Role.STARTS:
            where = _in_steps(branch.links)
            line.append((where or (self._condition(branch.links) if conditions else ""), "muted"))
        return tuple(line)

    def _condition(self, links: Sequence[Link]) -> str:
        """``  if status is "open"``: what decides whether a run comes to the step of some edges, where it is one."""
        link = links[0]
        if any(other.step != link.step for other in links):
            return ""
        condition = step_condition(self.graph.flow_of(link.workflow), link.step)
        return f"  {condition}" if condition else ""

    def _branches(self, branch: Branch) -> Line:
        """The branches left of a row, the last one dashed where the link is assumed."""
        ((text, look),) = tree_branches(branch.more)
        return ((text.replace("─", "╌") if branch.links[0].assumed else text, look),)

    def _words_of_end(self, branch: Branch) -> Iterator[tuple[str, str]]:
        verdict = branch.verdict
        if not self.graph.is_enabled(branch.node):
            yield ("  disabled", "muted")
        elif verdict is not None and verdict.reach is Reach.CANNOT:
            yield (f"  ∙ cannot start: {verdict.reason}", "muted")
        elif verdict is not None and verdict.reason:
            yield (f"  may start: {verdict.reason}", "")
        elif branch.node.kind is Kind.WORKFLOW and branch.links[0].role is Role.STARTS:
            asks = self.graph.summaries[branch.node.name].filter.asks
            if asks:
                yield (f"  if {_some(sorted(asks))} changed", "")
        match branch.end:
            case End.RING:
                yield ("  ↺", "warning")
            case End.REPEATED:
                yield ("  shown elsewhere", "muted")
            case End.TOO_DEEP:
                yield (" …", "muted")
        if branch.end in (End.RING, End.REPEATED, End.TOO_DEEP):
            yield from self._started(branch)

    def _started(self, branch: Branch) -> Iterator[tuple[str, str]]:
        """How many of the workflows on an event what is written can start, where they are told elsewhere."""
        effects = [link.effect for link in branch.links if link.effect is not None]
        links = self.graph.links_from(branch.node, Role.STARTS) if effects else ()
        listeners = [link for link in links if self.graph.is_enabled(link.target)]
        if branch.node.kind is not Kind.EVENT or not listeners or len(listeners) > _MOST_STARTED:
            return
        names = [
            self.graph.title(link.target)
            for link in listeners
            if any(self.graph.verdict(effect, link.target.name).reach is not Reach.CANNOT for effect in effects)
        ]
        yield (f"  may start {len(names)} of {len(listeners)}{f': {_some(names, 2)}' if names else ''}", "")

    def name(self, node: Node) -> Line:
        """What people call a node, with its glyph."""
        glyph, look = NODE_GLYPHS[KINDS[node.kind]]
        return ((f"{glyph} ", look), (short_name(self.graph.title(node)), "name"))

    # The whole

    def listed(
        self, listing: Listing, width: int, problems: Mapping[str, int], rates: Mapping[str, float]
    ) -> Iterator[MapRow]:
        """The rows of a list below the titles of the columns that so many cells have room for. ``problems``: how many a
        workflow has, by its key; ``rates``: how often a minute events happen, as far as that is known."""
        kind, order, words, grouped = listing
        columns = columns_of(kind, width, order)
        nodes = listed_nodes(self.graph, kind, problems)
        rows = in_order((row for row in nodes if row.holds(words)), order)
        count = f"{len(rows):,} of {counted(len(nodes), str(kind))}" if words else counted(len(rows), str(kind))
        about = (f" with “{words}”" if words else "") + (" by name" if order == NAME else "")
        yield MapRow(((count, ""), (about, "muted")), mark=titles_line(columns, order))
        for group, members in by_group(rows) if grouped else (("", rows),):
            if grouped:
                yield MapRow(((group or _NO_GROUP[kind], "heading"), (f"  {len(members):,}", "muted")))
            for row in members:
                name = self.name(row.node)
                line = name if self.graph.is_enabled(row.node) else (*name, ("  disabled", "muted"))
                if row.node.kind is Kind.EVENT and (rate := rates.get(row.node.name)) is not None:
                    line = (*line, (f"  {rate_in_words(rate)}", "number"))
                yield MapRow(line, row.node, mark=numbers_line(row, columns))

    def overview_lines(self) -> Iterator[Line]:
        """How many there are of everything, and the events, fields and hosts with the most around them."""
        graph = self.graph
        lists = {kind: in_order(listed_nodes(graph, kind, {}), columns[0]) for kind, columns in LISTS.items()}
        yield ((", ".join(counted(len(rows), str(kind)) for kind, rows in lists.items()), "heading"),)
        for kind, heading in _TABLES.items():
            yield from self._table(heading, LISTS[kind], lists[kind])
        yield from self._ring_lines()
        if alone := never_started(graph):
            yield ()
            yield (("Started by nothing here", "heading"),)
            yield from (self.name(node) for node in alone[:_MOST_ROWS])
            if len(alone) > _MOST_ROWS:
                yield ((f"  and {len(alone) - _MOST_ROWS:,} more", "muted"),)
        yield ()
        yield (("numbers are enabled workflows; what is published, written and comes round is assumed", "muted"),)
        if lists[Kind.EVENT]:
            busiest = lists[Kind.EVENT][0].node
            yield (("around one of them: --around ", "muted"), (str(busiest), ""), (" --depth 2", ""))

    def load(self, rates: Mapping[str, float], lines: ChainLines) -> Iterator[Line]:
        """The scheduled runs of all chains together that events cause which happen so often a minute, by their names,
        against the limit of the platform."""
        least, most = self.loads(rates, lines)
        words = ", ".join(f"{short_name(event)} {rate_in_words(rate)}" for event, rate in rates.items())
        yield from load_lines(least, most, words)

    def loads(self, rates: Mapping[str, float], lines: ChainLines) -> tuple[Load, Load]:
        """With only the calls that every run makes, and with every call made."""
        return (
            load_of_events(self.graph, rates, self.unit, lines.is_certain, lines.rounds_of),
            load_of_events(self.graph, rates, self.unit, rounds=lines.rounds_of),
        )

    def _table(self, heading: str, columns: Sequence[str], rows: Sequence[ListedNode]) -> Iterator[Line]:
        if not rows:
            return
        yield ()
        yield ((f"{heading:<44}", "heading"), *titles_line(columns, ""))
        for row in rows[:_MOST_ROWS]:
            glyph, name = self.name(row.node)
            line = fitted((name,), _NAME_WIDTH)
            yield (glyph, *line, (" " * (_NAME_WIDTH - width_of(line)), ""), *numbers_line(row, columns))
        if len(rows) > _MOST_ROWS:
            yield ((f"  and {len(rows) - _MOST_ROWS:,} more", "muted"),)

    def _ring_lines(self) -> Iterator[Line]:
        if not self.rings:
            return
        yield ()
        yield (("Rings through events", "heading"),)
        for ring in self.rings[:_MOST_ROWS]:
            for hop in ring_hops(self.graph, ring):
                effect = hop.cause.effect
                does = "schedules or calls the next one" if ".workflow." in effect.event else short_name(effect.event)
                fields = f"writes {_some(hop.fields)} → " if hop.fields else ""
                first = hop.cause is ring.causes[0]
                title = self.graph.summaries[hop.cause.workflow].entry.title
                yield (("↺ " if first else "  ", "warning"), (title, "name"), (f"  {fields}{does}", "muted"))
        if len(self.rings) > _MOST_ROWS:
            yield ((f"  and {len(self.rings) - _MOST_ROWS:,} more", "muted"),)

    # Diagrams

    def diagram(self, around: Neighbourhood | None = None) -> Diagram:
        """Nodes and edges, the steps of a workflow that do the same in one edge. Fields are drawn around a field;
        elsewhere an edge to an event says them."""
        links = self.links(around)
        if around is None or around.centre.kind is not Kind.FIELD:
            links = [link for link in links if Kind.FIELD not in (link.source.kind, link.target.kind)]
        nodes = dict.fromkeys([around.centre] if around is not None else ())
        nodes |= dict.fromkeys(node for link in links for node in (link.source, link.target))
        groups = grouped(((link.source, link.target, link.role), link) for link in links)
        edges = tuple(
            DiagramEdge(str(source), str(target), self._label(group), assumed=group[0].assumed)
            for (source, target, _), group in groups.items()
        )
        title = "the organisation" if around is None else f"around {self.graph.title(around.centre)}"
        return Diagram(f"{title} (dashed: assumed)", tuple(map(self._diagram_node, nodes)), edges)

    def links(self, around: Neighbourhood | None = None) -> list[Link]:
        """Those of a part of the graph, or of all of it."""
        if around is not None:
            return list(around.links)
        return [link for links in self.graph.links_of_workflow.values() for link in links]

    def _diagram_node(self, node: Node) -> DiagramNode:
        about = "disabled" if not self.graph.is_enabled(node) else str(node.kind)
        return DiagramNode(str(node), short_name(self.graph.title(node)), about, KINDS[node.kind])

    def _label(self, links: Sequence[Link]) -> str:
        link = links[0]
        if link.call is not None:
            return ", ".join(dict.fromkeys(other.call.due for other in links if other.call is not None))
        if link.role is Role.STARTS:
            asks = self.graph.summaries[link.workflow].filter.asks
            return f"if {_some(sorted(asks))} changed" if asks else "starts"
        if link.role is Role.PUBLISHES:
            return f"writes {written}" if (written := _written(links)) else "publishes"
        return str(link.role)


LEGEND: Line = (("◆ event  ● workflow  □ field  ◎ host  ↺ comes round  ╌ assumed: in no definition", "muted"),)
_TABLES = {Kind.EVENT: "Events", Kind.FIELD: "Fields", Kind.HOST: "Hosts"}
_NO_GROUP = {
    Kind.WORKFLOW: "scheduled or called", Kind.EVENT: "no object", Kind.FIELD: "no object", Kind.HOST: "hosts",
}  # fmt: skip
"""What a list calls those that are in none of its groups."""
_HEADINGS_ON = {
    Kind.EVENT: "What it brings about", Kind.WORKFLOW: "What it brings about", Kind.FIELD: "Read by",
    Kind.HOST: "What it brings about", Kind.MISSING: "What it brings about",
}  # fmt: skip
_HEADINGS_BACK = {
    Kind.EVENT: "Published by", Kind.WORKFLOW: "What leads to it", Kind.FIELD: "Written by", Kind.HOST: "Called by",
    Kind.MISSING: "Named by",
}  # fmt: skip
_ROLE_WORDS = {
    (Role.SCHEDULES, False): "schedules ", (Role.PUBLISHES, False): "", (Role.CALLS, False): "calls ",
    (Role.STARTS, True): "started by ", (Role.SCHEDULES, True): "scheduled ", (Role.CALLS, True): "called by ",
}  # fmt: skip


def _in_steps(links: Iterable[Link]) -> str:
    """``  in “Note it”``: the steps of some edges, as far as they have names."""
    names = [f"“{link.step_name}”" for link in links if link.step_name not in ("", link.step)]
    return f"  in {_some(names, 2)}" if names else ""


def _written(links: Sequence[Link]) -> str:
    fields = [
        name
        for link in links
        if link.effect is not None and link.role is Role.PUBLISHES
        for name in sorted(link.effect.fields or ())
    ]
    return _some(fields)


def _some(names: Iterable[str], most: int = _MOST_FIELDS) -> str:
    every = list(dict.fromkeys(names))
    rest = f" +{len(every) - most}" if len(every) > most else ""
    return ", ".join(every[:most]) + rest
