"""All that can be found in a collection, ready to be searched at each key."""

from __future__ import annotations

import re
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from kustui.definition.collection import Collection, Entry
from kustui.definition.platform import short_name
from kustui.search.index_lines import BETWEEN, LineBlock, LineKind, WorkflowIndex, index_lines_of


class LineStore:
    """Lines are numbered from 0, workflow by workflow."""

    def __init__(self, blocks: Sequence[LineBlock]) -> None:
        self._sheets = blocks
        self._firsts = array("L")
        """The number of the first line of each workflow."""
        self._starts = array("L")
        """Where in the text each line begins."""
        pieces = ["\n"]
        at, count = 1, 0
        for block in blocks:
            self._firsts.append(count)
            for line in block.lowered.split("\n") if block.places else ():
                self._starts.append(at)
                at += len(line) + 1
            count += len(block.places)
            if block.places:
                pieces += (block.lowered, "\n")
        self._text = "".join(pieces)
        self._starts.append(at)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def owner(self, line: int) -> tuple[int, int]:
        """The number of the workflow that a line is of, and that of the line in it."""
        entry = bisect_right(self._firsts, line) - 1
        return entry, line - self._firsts[entry]

    def place(self, line: int) -> tuple[int, int]:
        """The number of the workflow, and of the step in it, that a line is of."""
        entry, index = self.owner(line)
        return entry, self._sheets[entry].places[index]

    def line_of(self, entry: int, index: int) -> int:
        return self._firsts[entry] + index

    def lines_of(self, entry: int) -> range:
        """The lines of one workflow."""
        return range(self._firsts[entry], self._firsts[entry] + len(self._sheets[entry].places))

    def said(self, line: int) -> str:
        """A line as it was written."""
        entry, index = self.owner(line)
        return self._sheets[entry].text.split("\n")[index]

    def lowered(self, line: int) -> str:
        return self._text[self._starts[line] : self._starts[line + 1] - 1]

    def holding(self, word: str, before: str = "") -> Iterator[int]:
        """The lines that hold a word, or those that hold it behind something."""
        starts, text = self._starts, self._text
        needle, skip = before + word, len(before)
        at = text.find(needle)
        while at >= 0:
            line = bisect_right(starts, at + skip) - 1
            yield line
            at = text.find(needle, starts[line + 1] - 1)

    def places_of(self, held: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
        """The places of the lines of which something holds; asked once for all lines that are alike."""
        known: dict[str, bool] = {}
        for number, block in enumerate(self._sheets):
            if block.places:
                for text, place in zip(block.lowered.split("\n"), block.places, strict=True):
                    holds = known.get(text)
                    if holds is None:
                        holds = known[text] = held(text)
                    if holds:
                        yield number, place

    def abbreviated(self, letters: str) -> Iterator[tuple[int, int]]:
        """The lines whose first part has these letters in this order, the first of them where a word begins, and how
        many characters they are spread over."""
        spread = [re.escape(letters[0])]
        spread += (f"[^{re.escape(letter)}\n{BETWEEN}]*+{re.escape(letter)}" for letter in letters[1:])
        for found in re.finditer(rf"(?<![^\W_]){''.join(spread)}", self._text):
            line = bisect_right(self._starts, found.start()) - 1
            if BETWEEN not in self._text[self._starts[line] : found.start()]:
                yield line, found.end() - found.start()


_MOST = 8


def similar_words(word: str, beginnings: Callable[[int], Sequence[str]]) -> tuple[str, ...]:
    """The words, or beginnings of words, that are nearest to ``word`` and within an edit or two of it: one of four
    letters or five, two of more, none of fewer. Edits are as in ``check.closest``. ``beginnings`` tells with how many
    letters words begin."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract_iter

    edits = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
    if not edits:
        return ()
    found: dict[str, int] = {}
    for cut in range(-1, 2):  # a letter may be missing, or one too many
        for near, distance, _ in extract_iter(
            word, beginnings(len(word) + cut), scorer=OSA.distance, score_cutoff=edits
        ):
            found[near] = int(distance)
    found.pop(word, None)
    nearest = min(found.values(), default=0)
    return tuple(near for near, distance in found.items() if distance == nearest)[:_MOST]


_TOKEN = re.compile(r"[^\W\d_]{3,}")
_FIRST_LOOK = 16
"""Workflows after which there is an index for the first time."""


class Index:
    """Some of the workflows of a collection, or all of them. Never changed."""

    def __init__(self, workflows: Sequence[WorkflowIndex], total: int) -> None:
        self.workflows = tuple(workflows)
        self.total = total
        """How many workflows there are to be put into it."""
        self.stores: Mapping[LineKind, LineStore] = {
            kind: LineStore([workflow.blocks[kind] for workflow in self.workflows])
            for kind in LineKind
            if kind is not LineKind.PROBLEM
        }

        self._beginnings: dict[int, Sequence[str]] = {}
        self.remembered: dict[tuple[str, str], frozenset[tuple[int, int]]] = {}
        """The steps that terms of queries leave, which are asked for again at each key."""

    @property
    def complete(self) -> bool:
        return len(self.workflows) == self.total

    def entry(self, number: int) -> Entry:
        return self.workflows[number].entry

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The names and ids of the workflows, in lower case."""
        store = self.stores[LineKind.WORKFLOW]
        return tuple(store.lowered(line) for line in range(len(store)))

    @cached_property
    def referred(self) -> frozenset[str]:
        """The ids and names of steps that something refers to, in lower case."""
        found: set[str] = set()
        for workflow in self.workflows:
            block = workflow.blocks[LineKind.REFERENCE]
            if block.places:
                found.update(part for line in set(block.lowered.split("\n")) for part in line.split(BETWEEN))
        return frozenset(found)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each workflow by its key."""
        return {workflow.entry.key: number for number, workflow in enumerate(self.workflows)}

    @cached_property
    def actions(self) -> Mapping[str, Sequence[int]]:
        """The lines of each action."""
        return self._alike(LineKind.ACTION)

    @cached_property
    def events(self) -> Mapping[str, Sequence[int]]:
        return self._alike(LineKind.EVENT)

    def _alike(self, kind: LineKind) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        line = 0
        for workflow in self.workflows:
            if workflow.blocks[kind].places:
                for text in workflow.blocks[kind].text.split("\n"):
                    found.setdefault(text, []).append(line)
                    line += 1
        return found

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """The words of which names, actions and events are made."""
        found: set[str] = set()
        for kind in (LineKind.WORKFLOW, LineKind.STEP):
            for workflow in self.workflows:
                for line in workflow.blocks[kind].lowered.split("\n"):
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
        block = self.workflows[number].blocks[LineKind.STEP]
        return [line.rpartition(BETWEEN)[2] for line in block.text.split("\n")] if block.places else []

    def action(self, number: int, place: int) -> str:
        """What a step of a workflow does; an empty string where it only branches."""
        block = self.workflows[number].blocks[LineKind.ACTION]
        index = bisect_left(block.places, place)
        at = index < len(block.places) and block.places[index] == place
        return block.text.split("\n")[index] if at else ""

    def pointer(self, kind: LineKind, line: int) -> str:
        """Where what a line says stands: the workflow is read again for it."""
        number, index = self.stores[kind].owner(line)
        found = [line.pointer for line in index_lines_of(self.entry(number)) if line.kind is kind]
        return found[index]


def indexes(
    collection: Collection, before: Index | None = None, wanted: Callable[[], bool] = lambda: True
) -> Iterator[Index]:
    """Indexes of ever more workflows, the last of all of them: from twice as many each time, so that it takes at most
    twice as long. Those whose text is the same as ``before`` are not read again. Ends early once it is no longer
    ``wanted``."""
    known = {workflow.entry.key: workflow for workflow in before.workflows} if before is not None else {}
    entries = collection.entries
    workflows: list[WorkflowIndex] = []
    look = _FIRST_LOOK
    for entry in entries:
        workflow = known.get(entry.key)
        if workflow is not None and workflow.entry.body is entry.body:
            workflows.append(WorkflowIndex(entry, workflow.blocks))
        else:
            workflows.append(WorkflowIndex.of(entry))
            time.sleep(0)  # a key waits no longer than for one workflow
        if not wanted():
            return
        if len(workflows) == look and look < len(entries):
            look *= 2
            yield Index(workflows, len(entries))
    yield Index(workflows, len(entries))
