"""The lines of some workflows, kept in little memory, for Python to search in C. Numbers count from 0 within them."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, compress, islice
from typing import NamedTuple

from kustui.search.index_lines import SEPARATOR, LineBlock, LineKind, WorkflowLines
from kustui.text.styled_lines import lowered

SEARCHED = (LineKind.WORKFLOW, LineKind.STEP, LineKind.CONDITION, LineKind.TEXT)
"""The kinds whose lines are searched for words. Of the others many are alike."""
_BETWEEN_STARTS = 8
"""Lines after which it is kept again where one begins."""
_DIFFERING_BITS = tuple(bytes((bits >> at & 1) << 5 for at in range(8)) for bits in range(256))
"""For eight characters of ASCII of which some are capitals: what tells these from small letters."""
_MAY_BE_CAPITAL = re.compile(r"[A-Z\x80-\U0010ffff]")


class Places:
    """Of which workflow and which step each line of a kind is."""

    def __init__(self, blocks: Sequence[LineBlock], first_steps: Sequence[int]) -> None:
        self._first_lines = firsts(len(block.steps) for block in blocks)
        self._steps = _narrow(
            [first + step for block, first in zip(blocks, first_steps, strict=True) for step in block.steps]
        )

    def __len__(self) -> int:
        return len(self._steps)

    def located(self, line: int) -> tuple[int, int]:
        """The workflow that a line is of, and its index among the lines of that workflow."""
        return located(self._first_lines, line)

    def step_of(self, line: int) -> int:
        return self._steps[line]

    def lines_of(self, workflow: int) -> range:
        return range(self._first_lines[workflow], self._first_lines[workflow + 1])

    def steps_where(self, chosen: Iterable[object]) -> Iterator[int]:
        """The steps of the lines for each of which something true is ``chosen``."""
        return compress(self._steps, chosen)


class TextLines:
    """Lines as one text in lower case, and which of its characters were written otherwise."""

    def __init__(self, blocks: Sequence[LineBlock], places: Places) -> None:
        self.places = places
        written = "\n".join(("", *(block.text for block in blocks if block.steps), ""))
        self._text = "\n".join(("", *(block.lowered for block in blocks if block.steps), ""))
        starts = accumulate((len(line) + 1 for line in self.all_lowered()), initial=1)
        self._starts = array("I", islice(starts, None, None, _BETWEEN_STARTS))
        """Where in the text some of the lines begin."""
        capitals = bytearray(len(written) // 8 + 1)
        self._others: dict[int, str] = {}
        """The characters, by their places, that were neither as in the text nor its capitals."""
        for match in _MAY_BE_CAPITAL.finditer(written):
            at, character = match.start(), match[0]
            if self._text[at] != character:
                capitals[at >> 3] |= 1 << (at & 7)
                if self._text[at].upper() != character:
                    self._others[at] = character
        self._capitals = bytes(capitals)
        """A bit for each character of the text, 1 where it was written otherwise."""

    @property
    def size(self) -> int:
        """Characters."""
        return len(self._text)

    def text(self, line: int) -> str:
        """A line as it was written."""
        return self._as_written(*self._span(line))

    def texts(self, lines: range) -> list[str]:
        """Some lines as they were written."""
        if not lines:
            return []
        return self._as_written(self._start(lines.start), self._start(lines.stop) - 1).split("\n")

    def lowered(self, line: int) -> str:
        start, end = self._span(line)
        return self._text[start:end]

    def all_lowered(self) -> list[str]:
        return self._text[1:-1].split("\n") if len(self.places) else []

    def containing(self, word: str, before: str = "") -> Iterator[int]:
        """The lines that contain a word, or those that contain it right after something."""
        needle, skip = before + word, len(before)
        at = self._text.find(needle)
        while at >= 0:
            line = self._line_at(at + skip)
            yield line
            at = self._text.find(needle, self._text.index("\n", at + skip))

    def matching(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """The lines in whose first part the group of a pattern matches, and how many characters up to its end. The
        pattern matches in single lines, and once in each."""
        for match in pattern.finditer(self._text):
            if match[1] is not None:
                line = self._line_at(match.start())
                if SEPARATOR not in self._text[self._start(line) : match.start()]:
                    yield line, match.end(1) - match.start()

    def counts(self) -> Mapping[str, int]:
        """How many lines there are with each text, as it was written."""
        return Counter(self.texts(range(len(self.places))))

    def steps_where(self, holds: Callable[[str], bool]) -> Iterator[int]:
        """The steps of the lines for whose text, in lower case, something holds."""
        return self.places.steps_where(map(holds, self.all_lowered()))

    def _span(self, line: int) -> tuple[int, int]:
        start = self._start(line)
        return start, self._text.index("\n", start)

    def _start(self, line: int) -> int:
        """Where a line begins, or where the one after the last would."""
        before, more = divmod(line, _BETWEEN_STARTS)
        at = self._starts[before]
        for _ in range(more):
            at = self._text.index("\n", at) + 1
        return at

    def _line_at(self, at: int) -> int:
        before = bisect_right(self._starts, at) - 1
        return before * _BETWEEN_STARTS + self._text.count("\n", self._starts[before], at)

    def _as_written(self, start: int, end: int) -> str:
        written = self._capitals[start >> 3 : (end >> 3) + 1]
        if self._text.isascii() and not self._others:  # the usual case, all of it in C
            differs = b"".join(map(_DIFFERING_BITS.__getitem__, written))[start & 7 :][: end - start]
            bits = int.from_bytes(self._text[start:end].encode("ascii"), "little") ^ int.from_bytes(differs, "little")
            return bits.to_bytes(end - start, "little").decode("ascii")
        bits = int.from_bytes(written, "little") >> (start & 7)
        is_capital = f"{bits:b}"[::-1]
        pieces: list[str] = []
        done, at = start, start + is_capital.find("1")
        while start <= at < end:
            pieces += (self._text[done:at], self._others.get(at) or self._text[at].upper())
            done = at + 1
            at = start + is_capital.find("1", done - start)
        return "".join((*pieces, self._text[done:end]))


class RepeatedLines:
    """Lines of which many are alike: what they say is kept once."""

    def __init__(self, blocks: Sequence[LineBlock], places: Places) -> None:
        self.places = places
        numbers: dict[str, int] = {}
        self.numbers = _narrow([numbers.setdefault(line, len(numbers)) for block in blocks for line in block.lines])
        """For each line the number of its text among the different ones."""
        self._different = "\n".join(numbers)

    @property
    def different(self) -> Sequence[str]:
        """The texts that there are, as they were written."""
        return self._different.split("\n") if self.numbers else ()

    def text(self, line: int) -> str:
        return self.different[self.numbers[line]]

    def texts(self, lines: range) -> list[str]:
        different = self.different
        return [different[self.numbers[line]] for line in lines]

    def counts(self) -> Mapping[str, int]:
        """How many lines there are with each text, as it was written."""
        different = self.different
        return {different[number]: count for number, count in Counter(self.numbers).items()}

    def steps_where(self, holds: Callable[[str], bool]) -> Iterator[int]:
        """The steps of the lines for whose text, in lower case, something holds; it is asked once for all alike."""
        answers = [holds(lowered(text)) for text in self.different]
        return self.places.steps_where(map(answers.__getitem__, self.numbers)) if any(answers) else iter(())


class Segment:
    """All lines of some workflows. Never changed."""

    def __init__(self, workflows: Sequence[WorkflowLines]) -> None:
        blocks = {kind: [workflow.blocks[kind] for workflow in workflows] for kind in LineKind}
        self.first_steps = firsts(len(block.steps) + 1 for block in blocks[LineKind.STEP])
        """The number of what stands for each workflow itself and its trigger, after which its steps are numbered."""
        places = {kind: Places(blocks[kind], self.first_steps[:-1]) for kind in LineKind}
        self.searched: Mapping[LineKind, TextLines] = {kind: TextLines(blocks[kind], places[kind]) for kind in SEARCHED}
        self.repeated: Mapping[LineKind, RepeatedLines] = {
            kind: RepeatedLines(blocks[kind], places[kind]) for kind in LineKind if kind not in SEARCHED
        }

    def __len__(self) -> int:
        """How many workflows there are."""
        return len(self.first_steps) - 1

    def lines(self, kind: LineKind) -> TextLines | RepeatedLines:
        return self.searched[kind] if kind in SEARCHED else self.repeated[kind]

    def lines_of(self, workflow: int) -> WorkflowLines:
        """The lines of a workflow, as they came."""
        first = self.first_steps[workflow]
        blocks = {}
        for kind in LineKind:
            lines = self.lines(kind)
            numbers = lines.places.lines_of(workflow)
            steps = array("L", (lines.places.step_of(number) - first for number in numbers))
            blocks[kind] = LineBlock("\n".join(lines.texts(numbers)), steps)
        return WorkflowLines(blocks)


class SegmentStarts(NamedTuple):
    """Where each of some segments begins among all of them, and at the end how many there are in all."""

    workflows: Sequence[int]
    steps: Sequence[int]

    @classmethod
    def of(cls, segments: Sequence[Segment]) -> SegmentStarts:
        return cls(firsts(map(len, segments)), firsts(segment.first_steps[-1] for segment in segments))


def firsts(sizes: Iterable[int]) -> Sequence[int]:
    """Where each of some groups begins that have these sizes, and at the end how many are in all of them."""
    return array("L", accumulate(sizes, initial=0))


def located(firsts: Sequence[int], number: int) -> tuple[int, int]:
    """The group in which a number is, and which of the group it is."""
    group = bisect_right(firsts, number) - 1
    return group, number - firsts[group]


def _narrow(numbers: Sequence[int]) -> Sequence[int]:
    """Some numbers in as few bytes each as the greatest of them takes."""
    greatest = max(numbers, default=0)
    return array("B" if greatest < 1 << 8 else "H" if greatest < 1 << 16 else "I", numbers)
