"""All that can be found in a collection, ready to be searched at each key."""

from __future__ import annotations

import re
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.cache import Cache
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Entry
from kustui.definition.platform import short_name
from kustui.search.index_lines import SEPARATOR, LineKind, WorkflowLines, pointers_of
from kustui.search.line_store import LineStore
from kustui.search.segment import Segment, SegmentStarts, located
from kustui.search.step_set import StepSet
from kustui.text.styled_lines import lowered

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
_SEGMENT_SIZE = 64
"""Workflows in a segment at most. So many are read from the cache, or written there, at once."""


class Index:
    """Some of the workflows of a collection, or all of them. Never changed."""

    def __init__(
        self,
        collection: Collection,
        segments: Sequence[Segment],
        entries: Sequence[Entry],
        settings: Settings | None = None,
    ) -> None:
        """``entries`` are the workflows whose lines the segments have."""
        self._collection = collection
        self.settings = settings or Settings()
        self.segments = tuple(segments)
        self.entries = tuple(entries)
        self.total = len(collection.entries)
        """How many workflows there are to be put into it."""
        starts = SegmentStarts.of(self.segments)
        self.stores: Mapping[LineKind, LineStore] = {kind: LineStore(kind, self.segments, starts) for kind in LineKind}
        self._first_workflows = starts.workflows
        self._first_steps = array("L", [0])
        for first, segment in zip(starts.steps, self.segments, strict=False):
            self._first_steps.extend(first + step for step in segment.first_steps[1:])
        self._beginnings: dict[int, Sequence[str]] = {}
        self._steps_by_term: dict[tuple[str, str], StepSet] = {}

    @property
    def is_complete(self) -> bool:
        return len(self.entries) == self.total

    def prepare(self) -> None:
        """Work out what the first query would wait for."""
        _ = self._vocabulary

    def lines_of(self, workflow: int) -> WorkflowLines:
        segment, workflow = located(self._first_workflows, workflow)
        return self.segments[segment].lines_of(workflow)

    # Steps, numbered as ``LineStore`` says

    def step_number(self, workflow: int, step: int) -> int:
        """``step`` is which of the workflow, as the file has them, counted from 1; 0 is itself and its trigger."""
        return self._first_steps[workflow] + step

    def located_step(self, number: int) -> tuple[int, int]:
        """The workflow of a step and which of it the step is."""
        return located(self._first_steps, number)

    def step_set(self, numbers: Iterable[int]) -> StepSet:
        return StepSet.of(numbers, self._first_steps[-1])

    def all_steps(self) -> StepSet:
        return StepSet.everything(self._first_steps[-1])

    def steps_of(self, workflows: Iterable[int]) -> StepSet:
        """All steps of some workflows, and these themselves."""
        flags = bytearray(self._first_steps[-1])
        for workflow in workflows:
            first, end = self._first_steps[workflow], self._first_steps[workflow + 1]
            flags[first:end] = b"\1" * (end - first)
        return StepSet(bytes(flags))

    # What there is

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The names and ids of the workflows, in lower case."""
        return tuple(self.stores[LineKind.WORKFLOW].all_lowered())

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each workflow by its key."""
        return {entry.key: number for number, entry in enumerate(self.entries)}

    @cached_property
    def actions(self) -> Mapping[str, Sequence[int]]:
        """The lines of each action."""
        return self.stores[LineKind.ACTION].lines_by_text()

    @cached_property
    def events(self) -> Mapping[str, Sequence[int]]:
        """The lines of each event."""
        return self.stores[LineKind.EVENT].lines_by_text()

    def step_ids(self, workflow: int) -> Sequence[str]:
        """The ids of the steps of a workflow, as its file has them."""
        store = self.stores[LineKind.STEP]
        return [store.text(line).rpartition(SEPARATOR)[2] for line in store.lines_of(workflow)]

    def step_name(self, workflow: int, step: int) -> str:
        store = self.stores[LineKind.STEP]
        return store.text(store.lines_of(workflow)[step - 1]).partition(SEPARATOR)[0]

    def action(self, step: int) -> str:
        """What the step with a number does; an empty string where it only branches."""
        store = self.stores[LineKind.ACTION]
        lines = store.lines_of(self.located_step(step)[0])
        at = bisect_left(lines, step, key=store.step_of)
        return store.text(lines[at]) if at < len(lines) and store.step_of(lines[at]) == step else ""

    def pointer(self, kind: LineKind, line: int, analyses: AnalysisCache | None = None) -> str:
        """Where what a line says stands: the workflow is read again for it, unless it is among the analyses."""
        number, index = self.stores[kind].located(line)
        if analyses is None or analyses.collection is not self._collection:
            analyses = AnalysisCache(self._collection, self.settings)
        pointers = pointers_of(analyses.of(self.entries[number]), kind)
        return next(islice(pointers, index, None))

    # What the terms of a query leave

    def steps_with(self, key: str, value: str) -> StepSet:
        """The steps that a key and a value leave. Kept, as they are asked for again at each key that is typed."""
        if (key, value) not in self._steps_by_term:
            holds = self._test_for(key, value)
            self._steps_by_term[key, value] = self.step_set(
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
            case "refs" if self._is_referred_to(value):  # the trigger is 1, which many ids contain
                return lambda text: value in text.split(SEPARATOR)
        return lambda text: value in text

    def _ids_of(self, value: str) -> frozenset[str]:
        """The ids, in lower case, of the workflows with something in their name or id."""
        return frozenset(title.rpartition(SEPARATOR)[2] for title in self.titles if value in title)

    def _events_of(self, value: str) -> Iterator[str]:
        """The events on which those workflows run."""
        store = self.stores[LineKind.EVENT]
        for number, title in enumerate(self.titles):
            if value in title:
                yield from map(store.text, store.lines_of(number))

    def _is_referred_to(self, step: str) -> bool:
        """Whether something refers to a step with this id or name, in lower case."""
        lines = (line for segment in self.segments for line in segment.repeated[LineKind.REFERENCE].different)
        return any(step in lowered(line).split(SEPARATOR) for line in lines)

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
            self._beginnings[letters] = sorted({word[:letters] for word in self._vocabulary.split()})
        return self._beginnings[letters]

    @cached_property
    def _vocabulary(self) -> str:
        """The words of which names, actions and events are made, with blanks between them."""
        words: set[str] = set()
        for kind in (LineKind.WORKFLOW, LineKind.STEP):
            for line in self.stores[kind].all_lowered():
                words.update(_WORD.findall(line.partition(SEPARATOR)[0]))
        for text in (*self.actions, *self.events):
            words.update(_WORD.findall(short_name(text).lower()))
        return " ".join(words)


def indexes(
    collection: Collection,
    before: Index | None = None,
    wanted: Callable[[], bool] = lambda: True,
    cache: Cache | None = None,
    settings: Settings | None = None,
) -> Iterator[Index]:
    """Indexes of ever more workflows, the last of all of them: from twice as many each time. Those whose text is the
    same as in the index ``before``, or that the cache has, are not read again. Ends early once it is no longer
    ``wanted``. Of the ``settings``, delays are reckoned in the unit."""
    settings, cache = settings or Settings(), cache or Cache()
    if before is not None and before.settings.relative_unit_minutes != settings.relative_unit_minutes:
        before = None
    known = _KnownLines(before) if before is not None else None
    entries, segments = collection.entries, list[Segment]()
    start, next_size = 0, _FIRST_SIZE
    while start < len(entries) or not segments:
        end = min(next_size, start + _SEGMENT_SIZE, len(entries))
        segment = known.segment(entries[start:end]) if known is not None else None
        if segment is None:
            workflows: list[WorkflowLines] = []
            for lines in _read(collection, entries[start:end], known, cache, settings):
                if not wanted():
                    return
                workflows.append(lines)
            segment = Segment(workflows)
        segments.append(segment)
        start = end
        if end == next_size and end < len(entries):
            next_size *= 2
            yield Index(collection, segments, entries[:end], settings)
    if wanted():
        yield Index(collection, segments, entries, settings)


class _KnownLines:
    """The lines of an earlier index, of the workflows whose text is the same."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._segments: dict[str, tuple[Segment, Sequence[Entry]]] = {}
        """By the key of the first workflow of each, with all of its workflows."""
        first = 0
        for segment in index.segments:
            entries = index.entries[first : first + len(segment)]
            self._segments.update((entry.key, (segment, entries)) for entry in entries[:1])
            first += len(segment)

    def segment(self, entries: Sequence[Entry]) -> Segment | None:
        """That of all these workflows and no others; None where there is none."""
        segment, before = self._segments.get(entries[0].key, (None, ())) if entries else (None, ())
        is_same = len(entries) == len(before) and all(map(_is_same, entries, before))
        return segment if is_same else None

    def lines(self, entry: Entry) -> WorkflowLines | None:
        number = self._index.numbers.get(entry.key)
        is_known = number is not None and _is_same(entry, self._index.entries[number])
        return self._index.lines_of(number) if number is not None and is_known else None


def _is_same(entry: Entry, before: Entry) -> bool:
    return entry.key == before.key and entry.has_text_of(before)


def _read(
    collection: Collection, entries: Sequence[Entry], known: _KnownLines | None, cache: Cache, settings: Settings
) -> Iterator[WorkflowLines]:
    """The lines of each workflow: those that are known, else those that the cache has, else what is found in it."""
    same = {entry.key: lines for entry in entries if known is not None and (lines := known.lines(entry)) is not None}
    keys = {entry.key: WorkflowLines.key(entry, settings) for entry in entries if entry.key not in same}
    kept = cache.read([*keys.values()])
    new: list[tuple[bytes, bytes]] = []
    for entry in entries:
        if entry.key in same:
            yield same[entry.key]
            continue
        key = keys[entry.key]
        lines = WorkflowLines.unpacked(kept[key]) if key in kept else None
        if lines is None:
            lines = WorkflowLines.of(WorkflowAnalysis(collection, entry, settings))
            time.sleep(0)  # a key waits no longer than for one workflow
            with suppress(UnicodeError):
                new.append((key, lines.packed()))
        yield lines
    if new:
        cache.write(new)
