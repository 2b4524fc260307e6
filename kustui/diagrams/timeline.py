"""A chain on an axis of time, and how many runs it brings about: rows of text, made without a screen."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from kustui.analysis.chains import Chain, End, Link, Load, chain_from, chain_start, load_of
from kustui.analysis.schedules import Schedules
from kustui.diagrams.chain_lines import ChainLines, round_in_words
from kustui.diagrams.labels import RUNTIME_NAME
from kustui.diagrams.load_lines import load_lines, rate_in_words
from kustui.groups import grouped
from kustui.simulate.engine.words import moment
from kustui.text.cells import cells, crop, cut, pad
from kustui.text.styled_lines import Line, Piece, fitted, width_of, wrapped
from kustui.text.terminal_safe import terminal_safe

_NAME_WIDTH = 36
"""Cells of the names at most."""
_MOST_MOMENTS = 400
_LEGEND: Line = (
    ("━━", ""),
    (" always   ", "muted"),
    ("╌╌", ""),
    (" on a condition   ", "muted"),
    ("↺", "warning"),
    (" comes round again   ", "muted"),
    ("T+", "key"),
    (" from the first event on, not to scale", "muted"),
)
_WHOLE_WORDS = re.compile(r".*[\W_]")


class Timeline(Struct, frozen=True, eq=False, dict=True):
    """Each moment at which runs are due is a column, in order and equally far apart, whatever lies between."""

    chain: Chain
    lines: ChainLines
    per_minute: float
    """How often the first workflow starts: events a minute."""

    # The axis

    @cached_property
    def moments(self) -> tuple[float | None, ...]:
        """Minutes from the start; last, where a time is not known, None."""
        dues = sorted({link.due for link in self.chain.links if link.due is not None and link.end is not End.RING})
        has_unknown = any(link.due is None for link in self.chain.links)
        return (*dues[:_MOST_MOMENTS], *((None,) if has_unknown or len(dues) > _MOST_MOMENTS else ()))

    @cached_property
    def _labels(self) -> tuple[str, ...]:
        return tuple("T+?" if minutes is None else moment(round(minutes * 60_000)) for minutes in self.moments)

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        """Cells from the beginning of the axis to each moment, and to its end."""
        return (0, *itertools.accumulate(max(6, len(label) + 2) for label in self._labels))

    @cached_property
    def _index_of(self) -> Mapping[float | None, int]:
        return {moment: index for index, moment in enumerate(self.moments)}

    def _offset(self, link: Link) -> int:
        """Cells from the beginning of the axis to the moment of a link."""
        return self._offsets[self._index_of.get(link.due, len(self.moments) - 1)]

    def _name_width(self, width: int) -> int:
        """Cells of the names beside the axis in a pane of a width."""
        return min(self._longest_name, _NAME_WIDTH, max(8, width * 2 // 5))

    def last_first(self, width: int) -> int:
        """The first moment in view, in a pane of a width, when the last one has room."""
        end, room = self._offsets[-1], width - self._name_width(width) - 2
        fits = (index for index in range(len(self.moments)) if end - self._offsets[index] <= room)
        return next(fits, len(self.moments) - 1)

    # The rows

    @cached_property
    def _longest_name(self) -> int:
        return max(cells(terminal_safe(self._name(link))) for link in self.chain.links)

    @cached_property
    def _common_prefix(self) -> str:
        """What all names begin with, as those of a chain's workflows often do."""
        names = sorted({self._name(link) for link in self.chain.links if link.key})
        alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(names[0], names[-1], strict=False))
        return "".join(letter for letter, _ in alike) if len(names) > 1 else ""

    def _fitted_name(self, link: Link, width: int) -> Line:
        """A name in so many cells: where that is too few without the words that all begin with, or else, where all
        would look alike, without its middle."""
        name, look = terminal_safe(self._name(link)), "name" if link.key else "fault"
        if self._longest_name > width and link.key:
            words = _WHOLE_WORDS.match(self._common_prefix)
            if words is not None and len(words[0]) > 1:
                name = f"…{terminal_safe(self._name(link)[len(words[0]) :])}"
            elif cells(terminal_safe(self._common_prefix)) > width // 2 and cells(name) > width:
                end = width * 2 // 3
                name = f"{cut(name, width - end - 1)}…{crop(name, cells(name) - end)}"
        return fitted(((name, look),), width)

    def rows(self, width: int, first: int = 0) -> list[Line]:
        """All rows for a pane of a width, the axis from one of its moments on."""
        names = self._name_width(width)
        links = sorted((link for link in self.chain.links if link.end is not End.RING), key=_due)
        return [
            ((" " * (names + 2), ""), (self._axis(first, width - names - 2), "key")),
            *(self._row(link, names, first, width) for link in links),
            (),
            *wrapped(_LEGEND, width, 2),
            (),
            *(part for line in self._load_lines() for part in wrapped(line, width, 2)),
        ]

    def _axis(self, first: int, room: int) -> str:
        """The moments from one on that have room for all of their label, and a sign that there are later ones."""
        axis = ""
        for label, (start, end) in zip(self._labels[first:], itertools.pairwise(self._offsets[first:]), strict=True):
            sign = 2 if end < self._offsets[-1] else 0
            if axis and start - self._offsets[first] + len(label) + sign > room:
                return pad(axis, room - 1) + "›"
            axis += pad(label, end - start)
        return axis.rstrip()

    def _name(self, link: Link) -> str:
        if link.key:
            return self.lines.entry(link.key).title
        return (link.call.workflow_id if link.call is not None else None) or RUNTIME_NAME

    def _row(self, link: Link, names: int, first: int, width: int) -> Line:
        """A name, and on the axis a line from the moment of the call to that of the run."""
        name = self._fitted_name(link, names)
        pieces: list[Piece] = [*name, (" " * (names + 2 - width_of(name)), "")]
        certain = link.call is None or self.lines.is_certain(link.call)
        edge = self._offsets[first]
        end = self._offset(link) - edge
        start = self._offset(self.chain.links[link.parent]) - edge if link.parent >= 0 else end
        if end < 0:
            return fitted((*pieces, ("‹", "muted")), width)
        pieces.append((" " * max(start, 0), ""))
        if link.call is not None and end > start:
            bar = "━" if certain else "╌"
            pieces.append((f"├{bar * (end - start - 1)}" if start >= 0 else bar * end, "muted"))
        pieces.append(("◆", "event") if link.call is None else ("●", "action") if link.key else ("✗", "error"))
        pieces.extend(self._ring_labels(link))
        if link.call is not None and not certain:
            pieces.append((f"  {self.lines.condition(link.call)}", "muted"))
        return fitted(tuple(pieces), width)

    def _ring_labels(self, link: Link) -> Iterator[Piece]:
        """The links that lead back to a workflow, at the row of the workflow."""
        for ring in self._rings.get(link.key, ()) if link.end is None else ():
            words = round_in_words(self.chain.period(ring), self.lines.rounds_of(ring)).removeprefix("again, ")
            yield (f" ↺ {words}", "warning")

    @cached_property
    def _rings(self) -> Mapping[str, tuple[Link, ...]]:
        """By the key of the workflow that they lead back to."""
        return grouped((ring.key, ring) for ring in self.chain.rings)

    # The load

    @cached_property
    def at_least(self) -> Load:
        """With only the calls that every run makes."""
        return load_of(self.chain, self.per_minute, self.lines.is_certain, self.lines.rounds_of)

    @cached_property
    def at_most(self) -> Load:
        """With every call made."""
        return load_of(self.chain, self.per_minute, rounds=self.lines.rounds_of)

    def _load_lines(self) -> Iterator[Line]:
        yield from load_lines(self.at_least, self.at_most, rate_in_words(self.per_minute))
        if any(link.due is None and link.end is not End.UNKNOWN for link in self.chain.links):
            yield (("times that only a run can tell are taken for at once", "muted"),)


def timeline_of(lines: ChainLines, schedules: Schedules, key: str, per_minute: float) -> Timeline | None:
    """The chain that a workflow is in, from its beginning; None where it is in none."""
    root = chain_start(schedules, key)
    if not schedules.from_workflow.get(root):
        return None
    return Timeline(chain_from(schedules, root, lines.settings.relative_unit_minutes), lines, per_minute)


def _due(link: Link) -> float:
    """When a run is due; a time that only a run can tell comes last."""
    return math.inf if link.due is None else link.due
