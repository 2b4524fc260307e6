"""The lines of one kind, of all workflows, as one text: it is searched at once, by what Python does in C."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from kustui.search.index_lines import BETWEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kustui.search.workflow_index import Sheet


class Shelf:
    """Lines are numbered from 0, workflow by workflow."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._firsts = array("L")
        """The number of the first line of each workflow."""
        self._starts = array("L")
        """Where in the text each line begins."""
        pieces = ["\n"]
        at, count = 1, 0
        for sheet in sheets:
            self._firsts.append(count)
            for line in sheet.lowered.split("\n") if sheet.places else ():
                self._starts.append(at)
                at += len(line) + 1
            count += len(sheet.places)
            if sheet.places:
                pieces += (sheet.lowered, "\n")
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
        for number, sheet in enumerate(self._sheets):
            if sheet.places:
                for text, place in zip(sheet.lowered.split("\n"), sheet.places, strict=True):
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
