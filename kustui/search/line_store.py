"""The lines of one kind, of all workflows of an index."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from kustui.search.index_lines import SEPARATOR, LineKind
from kustui.search.segment import Segment, SegmentStarts, firsts, located


class LineStore:
    """Lines that are numbered from 0, workflow by workflow. Their steps are numbered among those of all workflows, each
    of which has a number before its steps for itself and its trigger."""

    def __init__(self, kind: LineKind, segments: Sequence[Segment], starts: SegmentStarts) -> None:
        self._kind = kind
        self._segments = segments
        self._lines = [segment.lines(kind) for segment in segments]
        self._first_lines = firsts(len(lines.places) for lines in self._lines)
        self._starts = starts

    def __len__(self) -> int:
        return self._first_lines[-1]

    def located(self, line: int) -> tuple[int, int]:
        """The number of the workflow that a line is of, and its index among the lines of that workflow."""
        segment, line = located(self._first_lines, line)
        workflow, index = self._lines[segment].places.located(line)
        return self._starts.workflows[segment] + workflow, index

    def step_of(self, line: int) -> int:
        segment, line = located(self._first_lines, line)
        return self._starts.steps[segment] + self._lines[segment].places.step_of(line)

    def lines_of(self, workflow: int) -> range:
        segment, workflow = located(self._starts.workflows, workflow)
        first, lines = self._first_lines[segment], self._lines[segment].places.lines_of(workflow)
        return range(first + lines.start, first + lines.stop)

    def text(self, line: int) -> str:
        """A line as it was written."""
        segment, line = located(self._first_lines, line)
        return self._lines[segment].text(line)

    def counts(self) -> Mapping[str, int]:
        """How many lines there are with each text, as it was written."""
        counts: Counter[str] = Counter()
        for lines in self._lines:
            counts.update(lines.counts())
        return counts

    def steps_where(self, holds: Callable[[str], bool]) -> Iterator[int]:
        """The steps of the lines for whose text, in lower case, something holds."""
        for first, lines in zip(self._starts.steps, self._lines, strict=False):
            for step in lines.steps_where(holds):
                yield first + step

    # Of the kinds that are searched for words

    def lowered(self, line: int) -> str:
        segment, line = located(self._first_lines, line)
        return self._segments[segment].searched[self._kind].lowered(line)

    def all_lowered(self) -> Iterator[str]:
        for segment in self._segments:
            yield from segment.searched[self._kind].all_lowered()

    def containing(self, word: str, before: str = "", most: float = math.inf) -> Iterator[int]:
        """The lines that contain a word, or those that contain it right after something: all of them, or those in the
        first ``most`` characters, rounded up to a segment."""
        searched = 0
        for first, segment in zip(self._first_lines, self._segments, strict=False):
            if searched >= most:
                return
            lines = segment.searched[self._kind]
            searched += lines.size
            for line in lines.containing(word, before):
                yield first + line

    def is_longer(self, characters: int) -> bool:
        """Whether the lines are longer, all together."""
        return sum(segment.searched[self._kind].size for segment in self._segments) > characters

    def with_letters(self, letters: str) -> Iterator[tuple[int, int]]:
        """The lines whose first part has these letters in this order, the first of them where a word begins, and how
        many characters they are spread over."""
        begin = re.escape(letters[0])
        others = "".join(f"[^{re.escape(letter)}\n{SEPARATOR}]*+{re.escape(letter)}" for letter in letters[1:])
        # A letter first: it is found in C. The rest of the line is passed over: where the others do not follow on the
        # first of the words that begin with it, they follow on none.
        pattern = re.compile(rf"{begin}(?<![^\W_]{begin})(?:({others})|)[^\n]*+")
        for first, segment in zip(self._first_lines, self._segments, strict=False):
            for line, size in segment.searched[self._kind].matching(pattern):
                yield first + line, size

    # Of the kinds of which many lines are alike

    def lines_by_text(self) -> Mapping[str, Sequence[int]]:
        """The lines of each text, as it was written."""
        by_text: dict[str, array[int]] = {}
        for first, segment in zip(self._first_lines, self._segments, strict=False):
            lines = segment.repeated[self._kind]
            groups = [by_text.setdefault(text, array("I")) for text in lines.different]
            for line, number in enumerate(lines.numbers, start=first):
                groups[number].append(line)
        return by_text
