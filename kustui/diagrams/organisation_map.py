"""The map of an organisation: as lines of text, whole or around one node, and as a diagram."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kustui.analysis.chains import End
from kustui.analysis.event_rings import EventRing
from kustui.analysis.events import Reach
from kustui.analysis.organisation_graph import Kind, Link, Neighbourhood, Node, OrganisationGraph, Role
from kustui.analysis.organisation_questions import (
    Branch,
    brings_about,
    busiest_events,
    leads_to,
    never_started,
    ring_hops,
)
from kustui.definition.models import due_in_words
from kustui.definition.platform import short_name
from kustui.diagrams.chain_lines import tree_branches
from kustui.diagrams.diagram import Diagram, DiagramEdge, DiagramNode
from kustui.diagrams.glyphs import NODE_GLYPHS, NodeKind
from kustui.text.messages import counted, duration_in_words
from kustui.text.styled_lines import Line, fitted, width_of

KINDS = {
    Kind.WORKFLOW: NodeKind.WORKFLOW, Kind.EVENT: NodeKind.TRIGGER, Kind.FIELD: NodeKind.FIELD,
    Kind.HOST: NodeKind.HOST, Kind.MISSING: NodeKind.MISSING,
}  # fmt: skip
_MOST_FIELDS, _MOST_ROWS, _MOST_STARTED = 3, 12, 50
_NAME = 42
"""Cells of a name in a table."""


@dataclass(frozen=True, eq=False)
class OrganisationMap:
    """Draws a graph and the rings in it."""

    graph: OrganisationGraph
    rings: tuple[EventRing, ...] = ()
    unit: float = 1
    """That of a relative ``runAt``, in minutes."""

    # Around a node

    def around_lines(self, centre: Node, depth: int) -> Iterator[Line]:
        """What a node brings about and what leads to it, as two trees."""
        yield self._name(centre)
        if centre.kind is Kind.WORKFLOW:
            for word, links in (
                ("reads ", self.graph.links_to(centre, Role.READS)),
                ("writes", self.graph.links_from(centre, Role.WRITES)),
            ):
                names = [(link.source if link.role is Role.READS else link.target).name for link in links]
                if names:
                    yield ((f"  {word} ", "muted"), (_some(names, 8), "key"))
        trees = (
            (_HEADINGS_ON[centre.kind], brings_about(self.graph, centre, self.unit, depth), False),
            (_HEADINGS_BACK[centre.kind], leads_to(self.graph, centre, depth), True),
        )
        for heading, tree, back in trees:
            yield ()
            yield ((heading, "heading"), ("" if len(tree) > 1 else "  nothing that is opened here", "muted"))
            for branch in tree[1:]:
                yield self._branch_line(branch, tree[branch.parent], back=back)
        yield ()
        yield ((_LEGEND, "muted"),)

    def _branch_line(self, branch: Branch, above: Branch, *, back: bool) -> Line:
        link = branch.links[0]
        line: list[tuple[str, str]] = [*self._branches(branch), (_ROLE_WORDS.get((link.role, back), ""), "muted")]
        if link.call is not None:
            line.append((f"{due_in_words(link.call.run_at, self.unit)} ", "number"))
        written = _written(branch.links)
        if written and not back:
            line.append((f"writes {written} → ", "key"))
        line.extend(self._name(branch.node))
        if written and back:
            line.append((f"  writes {written}", "key"))
        line.extend(self._words_of_end(branch))
        if not back and link.call is not None and branch.due and above.due:
            line.append((f"  T+{duration_in_words(branch.due)}", "number"))
        if names := [f"“{other.step_name}”" for other in branch.links if other.step_name != other.step]:
            line.append(("" if link.role is Role.STARTS else f"  in {_some(names, 2)}", "muted"))
        return tuple(line)

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
            asks = self.graph.summaries[branch.node.name].links.filter.asks
            if asks:
                yield (f"  if {_some(sorted(asks))} changed", "")
        match branch.end:
            case End.RING:
                yield ("  ↺", "warning")
            case End.REPEATED:
                yield ("  told elsewhere", "muted")
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

    def _name(self, node: Node) -> Line:
        glyph, look = NODE_GLYPHS[KINDS[node.kind]]
        return ((f"{glyph} ", look), (short_name(self.graph.title(node)), "name"))

    # The whole

    def overview_lines(self) -> Iterator[Line]:
        """How many there are of everything, and the events, fields and hosts with the most around them."""
        graph, busiest = self.graph, busiest_events(self.graph)
        counts = {kind: sum(1 for _ in graph.nodes(kind)) for kind in Kind}
        words = ", ".join(
            counted(counts[kind], str(kind)) for kind in (Kind.WORKFLOW, Kind.EVENT, Kind.FIELD, Kind.HOST)
        )
        yield ((words, "heading"),)
        yield from self._table(
            "Events", ("starts", "published by"),
            [(node, (number, len(_workflows(graph.links_to(node))))) for node, number in busiest],
        )  # fmt: skip
        fields = [
            (node, (len(_workflows(graph.writers(node))), len(_workflows(graph.readers(node)))))
            for node in graph.nodes(Kind.FIELD)
        ]
        yield from self._table("Fields", ("written by", "read by"), sorted(fields, key=_most_first))
        hosts = [(node, (len(_workflows(graph.links_to(node))),)) for node in graph.nodes(Kind.HOST)]
        yield from self._table("Hosts", ("called by",), sorted(hosts, key=_most_first))
        yield from self._ring_lines()
        if alone := never_started(graph):
            yield ()
            yield (("Nothing here starts", "heading"),)
            yield from (self._name(node) for node in alone[:_MOST_ROWS])
            if len(alone) > _MOST_ROWS:
                yield ((f"  and {len(alone) - _MOST_ROWS:,} more", "muted"),)
        yield ()
        yield (("numbers are workflows; what is published, written and comes round is assumed", "muted"),)
        if busiest:
            yield (("around one of them: --around ", "muted"), (str(busiest[0][0]), ""), (" --depth 2", ""))

    def _table(
        self, heading: str, columns: Sequence[str], rows: Sequence[tuple[Node, Sequence[int]]]
    ) -> Iterator[Line]:
        if not rows:
            return
        yield ()
        titles = "".join(f"{column:>14}" for column in columns)
        yield ((f"{heading:<44}", "heading"), (titles, "muted"))
        for node, numbers in rows[:_MOST_ROWS]:
            glyph, name = self._name(node)
            line = fitted((name,), _NAME)
            figures = "".join(f"{number or '':>14}" for number in numbers)
            yield (glyph, *line, (" " * (_NAME - width_of(line)), ""), (figures, "number"))
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
                does = "schedules or calls the next" if ".workflow." in effect.event else short_name(effect.event)
                fields = f"writes {_some(hop.fields)} → " if hop.fields else ""
                first = hop.cause is ring.causes[0]
                title = self.graph.summaries[hop.cause.workflow].entry.title
                yield (("↺ " if first else "  ", "warning"), (title, "name"), (f"  {fields}{does}", "muted"))
        if len(self.rings) > _MOST_ROWS:
            yield ((f"  and {len(self.rings) - _MOST_ROWS:,} more", "muted"),)

    # Diagrams

    def diagram(self, around: Neighbourhood | None = None) -> Diagram:
        """Nodes and edges, the steps of a workflow that do the same in one edge. Fields are drawn around a field or a
        workflow; elsewhere an edge to an event says them."""
        links = self.links(around)
        if around is None or around.centre.kind not in (Kind.FIELD, Kind.WORKFLOW):
            links = [link for link in links if Kind.FIELD not in (link.source.kind, link.target.kind)]
        nodes = dict.fromkeys([around.centre] if around is not None else ())
        groups: dict[tuple[Node, Node, Role], list[Link]] = {}
        for link in links:
            nodes.update(dict.fromkeys((link.source, link.target)))
            groups.setdefault((link.source, link.target, link.role), []).append(link)
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
            return ", ".join(
                dict.fromkeys(due_in_words(other.call.run_at, self.unit) for other in links if other.call is not None)
            )
        if link.role is Role.STARTS:
            asks = self.graph.summaries[link.workflow].links.filter.asks
            return f"if {_some(sorted(asks))} changed" if asks else "starts"
        if link.role is Role.PUBLISHES:
            return f"writes {written}" if (written := _written(links)) else "publishes"
        return str(link.role)

    def json_of(self, around: Neighbourhood | None = None) -> dict[str, Any]:
        """``{"nodes": […], "links": […], "rings": […], "never_started": […]}``."""
        links = self.links(around)
        nodes = self.graph.nodes() if around is None else around.distances
        return {
            "nodes": [
                {
                    "id": str(node),
                    "kind": str(node.kind),
                    "name": self.graph.title(node),
                    "enabled": self.graph.is_enabled(node),
                    **({"distance": around.distances[node]} if around is not None else {}),
                }
                for node in nodes
            ],
            "links": [_plain_link(link, self.graph, self.unit) for link in links],
            **({} if around is not None else self._json_of_whole()),
        }

    def _json_of_whole(self) -> Mapping[str, Any]:
        rings = [
            {
                "certain": ring.certain,
                "hops": [
                    {
                        "workflow": hop.cause.workflow,
                        "step": hop.cause.effect.step,
                        "event": hop.cause.effect.event,
                        "fields": hop.fields,
                    }
                    for hop in ring_hops(self.graph, ring)
                ],
            }
            for ring in self.rings
        ]
        return {"rings": rings, "never_started": [str(node) for node in never_started(self.graph)]}


_LEGEND = "◆ event  ● workflow  □ field  ◎ host  ↺ comes round  ╌ assumed: in no definition"
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
    (Role.STARTS, True): "started by ", (Role.SCHEDULES, True): "scheduled by ", (Role.CALLS, True): "called by ",
}  # fmt: skip


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


def _workflows(links: Iterable[Link]) -> frozenset[str]:
    return frozenset(link.workflow for link in links)


def _most_first(row: tuple[Node, Sequence[int]]) -> tuple[int, str]:
    return -sum(row[1]), row[0].name


def _plain_link(link: Link, graph: OrganisationGraph, unit: float) -> dict[str, Any]:
    call, effect = link.call, link.effect
    filtered = graph.summaries[link.workflow].links.filter.asks if link.role is Role.STARTS else None
    return {
        "role": str(link.role),
        "source": str(link.source),
        "target": str(link.target),
        "workflow": link.workflow,
        "step": link.step,
        "pointer": link.pointer,
        "assumed": link.assumed,
        **({"due": due_in_words(call.run_at, unit), "inputs": list(call.inputs)} if call is not None else {}),
        **({"fields": sorted(effect.fields) if effect.fields is not None else None} if effect is not None else {}),
        **({"if_changed": sorted(filtered)} if filtered else {}),
    }
