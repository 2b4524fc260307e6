"""The order of the rows of a tree, also of those that are not visible, and the next problem or match in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from kustui.check.problems import Problem
from kustui.definition.collection import Document, Entry
from kustui.definition.platform import TRIGGER_ID
from kustui.groups import grouped
from kustui.tui.tree.nodes import Node, duplicate_name, edge_number, number_of
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey, part_name, workflow_key

if TYPE_CHECKING:  # not before the first paint
    from kustui.search.step_texts import Matches

Position = tuple[int, int]
"""What sorts workflows, or the rows of one workflow, as they stand in the tree."""


class MatchPlace(Struct, frozen=True):
    key: NodeKey
    number: int
    """Which of the matches it is, counted from 0."""
    wrapped: bool
    """Whether it is from the other end."""


class RowOrder:
    """Reads only the workflows that are passed."""

    def __init__(self, tree: TreeState) -> None:
        self._tree = tree
        self._numbers: dict[Entry, Mapping[str, int]] = {}

    def problem_beyond(self, index: int, by: int, current: Problem | None = None) -> Problem | None:
        """The next problem below a row (``by`` 1) or above it (-1): one of the worst, if need be from the other end.
        From the ``current`` one, of several at a row, the next as bad, then those that are less bad: errors, warnings,
        infos. None where nothing is wrong.

        Only the workflows that are passed are read.
        """
        problems = [problem for problem in self._tree.snapshot.problems or () if self._tree.holds(problem.document)]
        if not problems or not self._tree.nodes:
            return next(iter(problems), None)
        groups = grouped(((-one.severity, self.position(one.document, one.entry)), one) for one in problems)
        if current in problems:
            here = (-current.severity, self.position(current.document, current.entry))
            ranked = self._ranked(groups[here])
            beyond, not_before = ranked.index(current), ranked.index(current) + 1
        else:
            node = self._tree.nodes[index]
            here = (min(groups)[0], self.position(node.document, node.entry))
            ranked = self._ranked(groups.get(here, ()))
            ranks, rank = [self._rank_of(problem) for problem in ranked], self.rank(node.key)
            beyond, not_before = bisect_left(ranks, rank), bisect_right(ranks, rank)
            groups = {group: problems for group, problems in groups.items() if group[0] == here[0]}
        ahead = ranked[not_before:] if by > 0 else ranked[:beyond]
        order = sorted({*groups, here}, reverse=by < 0)
        start = order.index(here)
        for group in (*order[start + 1 :], *order[:start], here):
            ahead = ahead or self._ranked(groups.get(group, ()))
        return ahead[0 if by > 0 else -1]

    def match_beyond(self, matches: Matches, node: Node | None, by: int) -> MatchPlace | None:
        """The next match below a node (``by`` 1) or above it (-1), else from the other end; None for no match."""
        collection = self._tree.snapshot.collection
        entries = [collection.by_key[key] for key in matches.workflows if key in collection.by_key]
        positions = [self.position(collection.document_of(entry), entry) for entry in entries]
        here = self.position(node.document, node.entry) if node is not None else (-1, -1)
        at = bisect_left(positions, here)
        is_inside = at < len(entries) and positions[at] == here
        if node is not None and is_inside:
            keys = self._match_keys(matches, entries[at])
            ranks, rank = [self.rank(key) for key in keys], self.rank(node.key)
            number = bisect_right(ranks, rank) if by > 0 else bisect_left(ranks, rank) - 1
            if 0 <= number < len(keys):
                return self._match_place(matches, entries, at, number)
        start = at + is_inside if by > 0 else at - 1
        for place in range(start, start + by * len(entries), by):
            if keys := self._match_keys(matches, entries[place % len(entries)]):
                return self._match_place(matches, entries, place, 0 if by > 0 else len(keys) - 1)
        return None

    def _match_place(self, matches: Matches, entries: Sequence[Entry], place: int, number: int) -> MatchPlace:
        """One of the matches of a workflow, which stands beyond an end where its place does."""
        at = place % len(entries)
        before = sum(matches.count_in(entry.key) for entry in entries[:at])
        return MatchPlace(self._match_keys(matches, entries[at])[number], before + number, place != at)

    def _match_keys(self, matches: Matches, entry: Entry) -> list[NodeKey]:
        """The keys of a workflow and of its steps, as far as they match."""
        top = workflow_key(entry)
        numbers = matches.steps.get(entry.key, frozenset())
        flow = self._tree.analysis(entry).flow
        steps = [(step, part_name(step.id)) for step in flow.order] + [(s, duplicate_name(s)) for s in flow.duplicates]
        names = [name for step, name in steps if number_of(step.pointer) in numbers]
        return [*([top] if matches.workflows[entry.key] else ()), *((*top, name) for name in names)]

    def _ranked(self, problems: Iterable[Problem]) -> list[Problem]:
        """Some problems of one workflow in the order of their rows."""
        return sorted(problems, key=self._rank_of)

    def _rank_of(self, problem: Problem) -> Position:
        return self.rank(self._tree.key_at(problem.document, problem.pointer))

    def position(self, document: Document, entry: Entry | None) -> Position:
        """What sorts workflows as their rows are sorted, with what is wrong with a file itself before them."""
        return self._tree.place_of(document), entry.item.extent.start if entry is not None else -1

    def rank(self, key: NodeKey) -> Position:
        """What sorts the rows of one workflow: where its step comes, and which of the step's edges it is."""
        entry = self._tree.entry_of(key) if len(key) > 2 else None
        if entry is None:
            return -1, -1
        if entry not in self._numbers:
            self._numbers[entry] = self._numbers_of(entry)
        return self._numbers[entry].get(key[2], -1), edge_number(key[3]) if len(key) > 3 else -1

    def _numbers_of(self, entry: Entry) -> Mapping[str, int]:
        """How many rows of its trigger and steps are above that of each, by its name."""
        flow = self._tree.analysis(entry).flow
        nodes = (TRIGGER_ID, *(step.id for step in flow.order))
        names = [*map(part_name, nodes), *map(duplicate_name, flow.duplicates)]
        return {name: number for number, name in reversed([*enumerate(names)])}
