"""All that can be found in a collection, ready to be searched at each key."""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.definition.names import short_name
from kustui.search.index_lines import BETWEEN, Kind, sayings
from kustui.search.line_store import Shelf
from kustui.search.workflow_index import Leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kustui.definition.collection import Collection, Entry

_TOKEN = re.compile(r"[^\W\d_]{3,}")
_FIRST_LOOK = 16
"""Workflows after which there is an index for the first time."""


class Index:
    """Some of the workflows of a collection, or all of them. Never changed."""

    def __init__(self, leaves: Sequence[Leaf], total: int) -> None:
        self.leaves = tuple(leaves)
        self.total = total
        """How many workflows there are to be put into it."""
        self.shelves: Mapping[Kind, Shelf] = {
            kind: Shelf([leaf.sheets[kind] for leaf in self.leaves]) for kind in Kind if kind is not Kind.PROBLEM
        }

        self._beginnings: dict[int, Sequence[str]] = {}
        self.remembered: dict[tuple[str, str], frozenset[tuple[int, int]]] = {}
        """The steps that terms of queries leave, which are asked for again at each key."""

    @property
    def complete(self) -> bool:
        return len(self.leaves) == self.total

    def entry(self, number: int) -> Entry:
        return self.leaves[number].entry

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The names and ids of the workflows, in lower case."""
        shelf = self.shelves[Kind.WORKFLOW]
        return tuple(shelf.lowered(line) for line in range(len(shelf)))

    @cached_property
    def referred(self) -> frozenset[str]:
        """The ids and names of steps that something refers to, in lower case."""
        found: set[str] = set()
        for leaf in self.leaves:
            sheet = leaf.sheets[Kind.REFERENCE]
            if sheet.places:
                found.update(part for line in set(sheet.lowered.split("\n")) for part in line.split(BETWEEN))
        return frozenset(found)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each workflow by its key."""
        return {leaf.entry.key: number for number, leaf in enumerate(self.leaves)}

    @cached_property
    def actions(self) -> Mapping[str, Sequence[int]]:
        """The lines of each action."""
        return self._alike(Kind.ACTION)

    @cached_property
    def events(self) -> Mapping[str, Sequence[int]]:
        return self._alike(Kind.EVENT)

    def _alike(self, kind: Kind) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        line = 0
        for leaf in self.leaves:
            if leaf.sheets[kind].places:
                for text in leaf.sheets[kind].text.split("\n"):
                    found.setdefault(text, []).append(line)
                    line += 1
        return found

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """The words of which names, actions and events are made."""
        found: set[str] = set()
        for kind in (Kind.WORKFLOW, Kind.STEP):
            for leaf in self.leaves:
                for line in leaf.sheets[kind].lowered.split("\n"):
                    found.update(_TOKEN.findall(line.partition(BETWEEN)[0]))
        for text in (*self.actions, *self.events):
            found.update(_TOKEN.findall(short_name(text).lower()))
        return tuple(sorted(found))

    def beginnings(self, letters: int) -> Sequence[str]:
        """The words of the vocabulary as far as so many letters, once each."""
        if letters not in self._beginnings:
            self._beginnings[letters] = sorted({word[:letters] for word in self.vocabulary})
        return self._beginnings[letters]

    def steps(self, number: int) -> Sequence[str]:
        """The ids of the steps of a workflow, as its file has them."""
        sheet = self.leaves[number].sheets[Kind.STEP]
        return [line.rpartition(BETWEEN)[2] for line in sheet.text.split("\n")] if sheet.places else []

    def action(self, number: int, place: int) -> str:
        """What a step of a workflow does; an empty string where it only branches."""
        sheet = self.leaves[number].sheets[Kind.ACTION]
        index = bisect_left(sheet.places, place)
        at = index < len(sheet.places) and sheet.places[index] == place
        return sheet.text.split("\n")[index] if at else ""

    def pointer(self, kind: Kind, line: int) -> str:
        """Where what a line says stands: the workflow is read again for it."""
        number, index = self.shelves[kind].owner(line)
        found = [saying.pointer for saying in sayings(self.entry(number)) if saying.kind is kind]
        return found[index]


def indexes(
    collection: Collection, before: Index | None = None, wanted: Callable[[], bool] = lambda: True
) -> Iterator[Index]:
    """Indexes of ever more workflows, the last of all of them: from twice as many each time, so that it takes at most
    twice as long. Those whose text is the same as ``before`` are not read again. Ends early once it is no longer
    ``wanted``."""
    known = {leaf.entry.key: leaf for leaf in before.leaves} if before is not None else {}
    entries = collection.entries
    leaves: list[Leaf] = []
    look = _FIRST_LOOK
    for entry in entries:
        leaf = known.get(entry.key)
        if leaf is not None and leaf.entry.body is entry.body:
            leaves.append(Leaf(entry, leaf.sheets))
        else:
            leaves.append(Leaf.of(entry))
            time.sleep(0)  # a key waits no longer than for one workflow
        if not wanted():
            return
        if len(leaves) == look and look < len(entries):
            look *= 2
            yield Index(leaves, len(entries))
    yield Index(leaves, len(entries))
