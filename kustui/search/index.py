"""All that can be found in a collection, ready to be searched at each key."""

from __future__ import annotations

import re
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.cache import Cache
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Entry
from kustui.definition.platform import short_name
from kustui.groups import grouped
from kustui.search.index_lines import SEPARATOR, LineBlock, LineKind, WorkflowIndex, index_lines_of
from kustui.text.styled_lines import lowered

StepNumber = tuple[int, int]
"""The number of a workflow, and which of its steps, as the file has them; 0 for itself and its trigger."""

LINES_OF_KEY: Mapping[str, tuple[LineKind, ...]] = {
    "workflow": (LineKind.WORKFLOW,), "event": (LineKind.EVENT,), "step": (LineKind.STEP,),
    "action": (LineKind.ACTION,), "refs": (LineKind.REFERENCE,), "schedules": (LineKind.SCHEDULE,),
    "starts": (LineKind.CAUSE,), "reads": (LineKind.READ,), "writes": (LineKind.WRITE,),
    "field": (LineKind.READ, LineKind.WRITE), "host": (LineKind.HOST,),
}  # fmt: skip
"""The lines that say what a key asks for; the first part of each is a value of it."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_FIRST_SIZE = 16
"""Workflows after which there is an index for the first time."""
_MOST_SIMILAR = 8
_KEPT_AT_ONCE = 64
"""Workflows that are read from the cache, or written there."""


class LineStore:
    """The lines of one kind, of all workflows, as one text, which Python searches in C. They are numbered from 0,
    workflow by workflow."""

    def __init__(self, blocks: Sequence[LineBlock]) -> None:
        self._blocks = blocks
        self._firsts = array("L")
        """The number of the first line of each workflow."""
        self._starts = array("L")
        """Where in the text each line begins."""
        pieces = ["\n"]
        at, count = 1, 0
        for block in blocks:
            self._firsts.append(count)
            for line in block.lowered_lines:
                self._starts.append(at)
                at += len(line) + 1
                pieces += (line, "\n")
            count += len(block.steps)
        self._text = "".join(pieces)
        self._starts.append(at)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def locate(self, line: int) -> tuple[int, int]:
        """The number of the workflow that a line is of, and its index among the lines of that workflow."""
        workflow = bisect_right(self._firsts, line) - 1
        return workflow, line - self._firsts[workflow]

    def step_of(self, line: int) -> StepNumber:
        """The step that a line belongs to."""
        workflow, index = self.locate(line)
        return workflow, self._blocks[workflow].steps[index]

    def line(self, workflow: int, index: int) -> int:
        """The number of the line that has an index in a workflow."""
        return self._firsts[workflow] + index

    def lines_of(self, workflow: int) -> range:
        first = self._firsts[workflow]
        return range(first, first + len(self._blocks[workflow].steps))

    def text(self, line: int) -> str:
        """A line as it was written."""
        workflow, index = self.locate(line)
        return self._blocks[workflow].lines[index]

    def lowered(self, line: int) -> str:
        return self._text[self._starts[line] : self._starts[line + 1] - 1]

    def containing(self, word: str, before: str = "") -> Iterator[int]:
        """The lines that contain a word, or those that contain it right after something."""
        starts, text = self._starts, self._text
        needle, skip = before + word, len(before)
        at = text.find(needle)
        while at >= 0:
            line = bisect_right(starts, at + skip) - 1
            yield line
            at = text.find(needle, starts[line + 1] - 1)

    def steps_where(self, holds: Callable[[str], bool]) -> Iterator[StepNumber]:
        """The steps of the lines for whose text something holds; it is asked once for all lines that are alike."""
        answers: dict[str, bool] = {}
        for number, block in enumerate(self._blocks):
            for text, step in zip(block.lowered_lines, block.steps, strict=True):
                answer = answers.get(text)
                if answer is None:
                    answer = answers[text] = holds(text)
                if answer:
                    yield number, step

    def with_letters(self, letters: str) -> Iterator[tuple[int, int]]:
        """The lines whose first part has these letters in this order, the first of them where a word begins, and how
        many characters they are spread over."""
        pattern = [re.escape(letters[0])]
        pattern += (f"[^{re.escape(letter)}\n{SEPARATOR}]*+{re.escape(letter)}" for letter in letters[1:])
        for match in re.finditer(rf"(?<![^\W_]){''.join(pattern)}", self._text):
            line = bisect_right(self._starts, match.start()) - 1
            if SEPARATOR not in self._text[self._starts[line] : match.start()]:
                yield line, match.end() - match.start()


class Index:
    """Some of the workflows of a collection, or all of them. Never changed."""

    def __init__(
        self, collection: Collection, workflows: Sequence[WorkflowIndex], settings: Settings | None = None
    ) -> None:
        self._collection = collection
        self.settings = settings or Settings()
        self.workflows = tuple(workflows)
        self.total = len(collection.entries)
        """How many workflows there are to be put into it."""
        self.stores: Mapping[LineKind, LineStore] = {
            kind: LineStore([workflow.blocks[kind] for workflow in self.workflows])
            for kind in LineKind
            if kind is not LineKind.PROBLEM
        }
        self._beginnings: dict[int, Sequence[str]] = {}
        self._steps_by_term: dict[tuple[str, str], frozenset[StepNumber]] = {}

    @property
    def is_complete(self) -> bool:
        return len(self.workflows) == self.total

    def prepare(self) -> None:
        """Work out what the first query would wait for."""
        _ = self._vocabulary, self._referenced

    def entry(self, number: int) -> Entry:
        return self.workflows[number].entry

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The names and ids of the workflows, in lower case."""
        store = self.stores[LineKind.WORKFLOW]
        return tuple(store.lowered(line) for line in range(len(store)))

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each workflow by its key."""
        return {workflow.entry.key: number for number, workflow in enumerate(self.workflows)}

    @cached_property
    def actions(self) -> Mapping[str, Sequence[int]]:
        """The lines of each action."""
        return self._lines_by_text(LineKind.ACTION)

    @cached_property
    def events(self) -> Mapping[str, Sequence[int]]:
        """The lines of each event."""
        return self._lines_by_text(LineKind.EVENT)

    def _lines_by_text(self, kind: LineKind) -> Mapping[str, Sequence[int]]:
        texts = (text for workflow in self.workflows for text in workflow.blocks[kind].lines)
        return grouped((text, number) for number, text in enumerate(texts))

    def step_ids(self, number: int) -> Sequence[str]:
        """The ids of the steps of a workflow, as its file has them."""
        return [line.rpartition(SEPARATOR)[2] for line in self.workflows[number].blocks[LineKind.STEP].lines]

    def action(self, number: int, step: int) -> str:
        """What a step of a workflow does; an empty string where it only branches."""
        block = self.workflows[number].blocks[LineKind.ACTION]
        index = bisect_left(block.steps, step)
        return block.lines[index] if index < len(block.steps) and block.steps[index] == step else ""

    def pointer(self, kind: LineKind, line: int) -> str:
        """Where what a line says stands: the workflow is read again for it."""
        number, index = self.stores[kind].locate(line)
        lines = index_lines_of(WorkflowAnalysis(self._collection, self.entry(number), self.settings))
        return [line.pointer for line in lines if line.kind is kind][index]

    # What the terms of a query leave

    def steps_with(self, key: str, value: str) -> frozenset[StepNumber]:
        """The steps that a key and a value leave. Kept, as they are asked for again at each key that is typed."""
        if (key, value) not in self._steps_by_term:
            holds = self._test_for(key, value)
            self._steps_by_term[key, value] = frozenset(
                step for kind in LINES_OF_KEY[key] for step in self.stores[kind].steps_where(holds)
            )
        return self._steps_by_term[key, value]

    def _test_for(self, key: str, value: str) -> Callable[[str], bool]:
        """What has to hold for a line that says what a key asks of a step."""
        match key:
            case "schedules":
                ids = self._ids_of(value)
                return lambda text: value in text or text in ids
            case "starts":
                events = {lowered(event) for event in self._events_of(value)}
                return lambda text: value in text or text in events
            case "refs" if value in self._referenced:  # the trigger is 1, which many ids contain
                return lambda text: value in text.split(SEPARATOR)
        return lambda text: value in text

    def _ids_of(self, value: str) -> frozenset[str]:
        """The ids, in lower case, of the workflows with something in their name or id."""
        return frozenset(title.rpartition(SEPARATOR)[2] for title in self.titles if value in title)

    def _events_of(self, value: str) -> Iterator[str]:
        """The events on which those workflows run."""
        for number, title in enumerate(self.titles):
            if value in title:
                yield from self.workflows[number].blocks[LineKind.EVENT].lines

    @cached_property
    def _referenced(self) -> frozenset[str]:
        """The ids and names of steps that something refers to, in lower case."""
        return frozenset(
            part
            for workflow in self.workflows
            for line in set(workflow.blocks[LineKind.REFERENCE].lowered_lines)
            for part in line.split(SEPARATOR)
        )

    # Misspelt words

    def similar_words(self, word: str) -> tuple[str, ...]:
        """The words of names, actions and events, or beginnings of them, that are nearest to a word and within an edit
        or two of it: one of four letters or five, two of more, none of fewer. Edits are as in ``suggestions``."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract_iter

        edits = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
        if not edits:
            return ()
        distances: dict[str, int] = {}
        for length in range(len(word) - 1, len(word) + 2):  # a letter may be missing, or one too many
            words = self._beginnings_of(length)
            for similar, distance, _ in extract_iter(word, words, scorer=OSA.distance, score_cutoff=edits):
                distances[similar] = int(distance)
        distances.pop(word, None)
        nearest = min(distances.values(), default=0)
        return tuple(similar for similar, distance in distances.items() if distance == nearest)[:_MOST_SIMILAR]

    def _beginnings_of(self, letters: int) -> Sequence[str]:
        """The words of the vocabulary as far as so many letters, once each."""
        if letters not in self._beginnings:
            self._beginnings[letters] = sorted({word[:letters] for word in self._vocabulary})
        return self._beginnings[letters]

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """The words of which names, actions and events are made."""
        words: set[str] = set()
        for kind in (LineKind.WORKFLOW, LineKind.STEP):
            for workflow in self.workflows:
                for line in workflow.blocks[kind].lowered_lines:
                    words.update(_WORD.findall(line.partition(SEPARATOR)[0]))
        for text in (*self.actions, *self.events):
            words.update(_WORD.findall(short_name(text).lower()))
        return frozenset(words)


def indexes(
    collection: Collection,
    before: Index | None = None,
    wanted: Callable[[], bool] = lambda: True,
    cache: Cache | None = None,
    settings: Settings | None = None,
) -> Iterator[Index]:
    """Indexes of ever more workflows, the last of all of them: from twice as many each time, so that it takes at most
    twice as long. Those whose text is the same as in the index ``before``, or that the cache has, are not read again.
    Ends early once it is no longer ``wanted``. Of the ``settings``, delays are reckoned in the unit."""
    settings = settings or Settings()
    if before is not None and before.settings.relative_unit_minutes != settings.relative_unit_minutes:
        before = None
    workflows: list[WorkflowIndex] = []
    next_size = _FIRST_SIZE
    for workflow in _workflows(collection, before, cache or Cache(), settings):
        if not wanted():
            return
        workflows.append(workflow)
        if len(workflows) == next_size and next_size < len(collection.entries):
            next_size *= 2
            yield Index(collection, workflows, settings)
    yield Index(collection, workflows, settings)


def _workflows(
    collection: Collection, before: Index | None, cache: Cache, settings: Settings
) -> Iterator[WorkflowIndex]:
    known = {workflow.entry.key: workflow for workflow in before.workflows} if before is not None else {}
    for start in range(0, len(collection.entries), _KEPT_AT_ONCE):
        entries = collection.entries[start : start + _KEPT_AT_ONCE]
        same = {entry.key for entry in entries if entry.key in known and entry.has_text_of(known[entry.key].entry)}
        keys = {entry.key: WorkflowIndex.key(entry, settings) for entry in entries if entry.key not in same}
        kept = cache.read([*keys.values()])
        new: list[tuple[bytes, bytes]] = []
        for entry in entries:
            if entry.key in same:
                yield WorkflowIndex(entry, known[entry.key].blocks)
                continue
            key = keys[entry.key]
            workflow = WorkflowIndex.unpacked(entry, kept[key]) if key in kept else None
            if workflow is None:
                workflow = WorkflowIndex.of(WorkflowAnalysis(collection, entry, settings))
                time.sleep(0)  # a key waits no longer than for one workflow
                with suppress(UnicodeError):
                    new.append((key, workflow.packed()))
            yield workflow
        if new:
            cache.write(new)
