"""The workflows, events, fields and hosts of an organisation as lists: a row for each, with columns of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from msgspec import Struct

from kustui.analysis.organisation_graph import Kind, Link, Node, OrganisationGraph, Role
from kustui.definition.platform import called_id, object_of_event, short_name
from kustui.text.messages import holds_words
from kustui.text.styled_lines import Line

LISTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.WORKFLOW: ("problems", "schedules", "reads", "writes", "kB"),
    Kind.EVENT: ("starts", "published by"),
    Kind.FIELD: ("written by", "read by"),
    Kind.HOST: ("called by",),
}
"""What is listed, with the columns of each list. Those of a workflow are its own numbers of problems, schedule calls,
fields, and its size; the others count the enabled workflows that do something."""
NAME = "name"
"""The order that is no column."""
_GAP = 2
"""Cells between two columns."""
_SHARE = 0.6
"""What the columns may take of a row."""


class Listing(NamedTuple):
    """What is asked to be listed."""

    kind: Kind
    order: str
    """A column, or ``NAME``."""
    words: str = ""
    """Each of which the name or group of a row holds."""
    grouped: bool = False


class ListedNode(Struct, frozen=True):
    node: Node
    title: str
    numbers: tuple[int, ...]
    group: str
    """The event that starts a workflow, the object of a field or of an event; empty for none."""

    def holds(self, words: str) -> bool:
        """Whether each of some words is in its name or group."""
        return holds_words(f"{self.title}\n{self.group}", words)


def listed_nodes(graph: OrganisationGraph, kind: Kind, problems: Mapping[str, int]) -> tuple[ListedNode, ...]:
    """Every node of a kind. ``problems``: how many a workflow has, by its key."""
    return tuple(
        ListedNode(node, short_name(graph.title(node)), _numbers(graph, node, problems), _group(graph, node))
        for node in graph.nodes(kind)
    )


def in_order(rows: Iterable[ListedNode], column: str) -> list[ListedNode]:
    """The largest in a column first; in the order of their names for ``NAME``, and where they are equal."""

    def key(row: ListedNode) -> tuple[float, str]:
        columns = LISTS[row.node.kind]
        return (-row.numbers[columns.index(column)] if column in columns else 0, row.title.casefold())

    return sorted(rows, key=key)


def by_group(rows: Iterable[ListedNode]) -> list[tuple[str, list[ListedNode]]]:
    """Their groups in the order of their names, those of none last, each with its rows in the order that they had."""
    ordered = sorted(rows, key=lambda row: (not row.group, row.group))
    return [(group, list(members)) for group, members in groupby(ordered, key=lambda row: row.group)]


def columns_of(kind: Kind, width: int, sorted_by: str = NAME) -> tuple[str, ...]:
    """The columns of a list that a row of so many cells has room for: the one that it is sorted by, then the first."""
    columns = LISTS[kind]
    room = width * _SHARE
    chosen: set[str] = set()
    for column in sorted(columns, key=lambda column: column != sorted_by):
        if (size := len(column) + _GAP) <= room:
            chosen.add(column)
            room -= size
    return tuple(column for column in columns if column in chosen)


def titles_line(columns: Sequence[str], sorted_by: str) -> Line:
    """The titles of columns, above their numbers."""
    return tuple(
        (f" ▼{column}", "heading") if column == sorted_by else (" " * _GAP + column, "muted") for column in columns
    )


def numbers_line(row: ListedNode, columns: Sequence[str]) -> Line:
    """The numbers of a row in some columns; blank for none."""
    every = LISTS[row.node.kind]
    numbers = ((row.numbers[every.index(column)], len(column) + _GAP) for column in columns)
    return tuple((f"{number:>{size},}" if number else " " * size, "number") for number, size in numbers)


def _numbers(graph: OrganisationGraph, node: Node, problems: Mapping[str, int]) -> tuple[int, ...]:
    match node.kind:
        case Kind.WORKFLOW:
            summary = graph.summaries[node.name]
            extent = summary.entry.item.extent
            written = {link.target for link in graph.links_from(node, Role.WRITES)}
            read = {link.source for link in graph.links_to(node, Role.READS)}
            size = -(-(extent.end - extent.start) // 1000)
            return problems.get(node.name, 0), len(summary.calls), len(read), len(written), size
        case Kind.EVENT:
            return (
                workflow_count(graph, graph.links_from(node, Role.STARTS)),
                workflow_count(graph, graph.links_to(node)),
            )
        case Kind.FIELD:
            return workflow_count(graph, graph.writers(node)), workflow_count(graph, graph.readers(node))
    return (workflow_count(graph, graph.links_to(node)),)


def workflow_count(graph: OrganisationGraph, links: Iterable[Link]) -> int:
    """How many enabled workflows some edges stand in."""
    return len({link.workflow for link in links} - graph.schedules.disabled)


def _group(graph: OrganisationGraph, node: Node) -> str:
    match node.kind:
        case Kind.WORKFLOW:
            event = graph.summaries[node.name].event_name
            return short_name(event) if called_id(event) is None else ""
        case Kind.EVENT:
            return object_of_event(node.name) or short_name(node.name).partition(".")[0]
        case Kind.FIELD:
            return node.name.rpartition(".custom.")[0] or node.name.rpartition(".")[0]
    return ""
