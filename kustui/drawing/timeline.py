"""A chain on an axis of time, and how many runs it brings about: rows of text, made without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kustui.definition.delays import duration_in_words
from kustui.definition.harmless import shown
from kustui.drawing.cells import cells, padded
from kustui.drawing.lines import fitted
from kustui.drawing.rates import rate_in_words
from kustui.graph.chains import End
from kustui.graph.load import DAY, MOST_RUNS, WINDOW, Load, load_of

if TYPE_CHECKING:
    from kustui.drawing.chain_lines import ChainLines
    from kustui.drawing.lines import Line, Piece
    from kustui.graph.chains import Chain, Link

_NAMES = 30
"""Cells of the names at most."""
_BARS = "▁▂▃▄▅▆▇█"
_HOUR = 60
_MOST_COLUMNS = 400


@dataclass(frozen=True, eq=False)
class Timeline:
    """Each moment at which runs are due is a column, in order and equally far apart, whatever lies between."""

    chain: Chain
    lines: ChainLines
    per_minute: float
    """How often the first workflow starts."""

    # The axis

    @cached_property
    def moments(self) -> tuple[float | None, ...]:
        """Minutes from the start; last, where a time is not known, None."""
        known = sorted({link.due for link in self.chain.links if link.due is not None and link.end is not End.RING})
        unknown = any(link.due is None for link in self.chain.links)
        return (*known[:_MOST_COLUMNS], *((None,) if unknown or len(known) > _MOST_COLUMNS else ()))

    @cached_property
    def _labels(self) -> tuple[str, ...]:
        return tuple("T+?" if each is None else _moment(each) for each in self.moments)

    @cached_property
    def step(self) -> int:
        """Cells from one moment to the next."""
        return max(8, 2 + max(map(len, self._labels)))

    @cached_property
    def _places(self) -> dict[float | None, int]:
        return {moment: index for index, moment in enumerate(self.moments)}

    def _place(self, link: Link) -> int:
        return self._places.get(link.due, len(self.moments) - 1)

    def names(self, width: int) -> int:
        """Cells of the names beside the axis in a pane of a width."""
        longest = max(cells(shown(self._name(link))) for link in self.chain.links)
        return min(longest, _NAMES, max(8, width // 3))

    def visible(self, width: int) -> int:
        """How many moments have room in a pane of a width."""
        return max(1, (width - self.names(width) - 2) // self.step)

    # The rows

    def rows(self, width: int, first: int = 0) -> list[Line]:
        """All rows for a pane of a width, the axis from one of its moments on."""
        names = self.names(width)
        axis = "".join(padded(label, self.step) for label in self._labels[first:])
        found: list[Line] = [fitted(((" " * (names + 2), ""), (axis, "key")), width)]
        shown_links = (link for link in self.chain.links if link.end is not End.RING)
        found.extend(self._row(link, names, first, width) for link in shown_links)
        found.append(())
        found.append(
            (
                ("━━", "muted"),
                (" every run   ", "muted"),
                ("╌╌", "muted"),
                (" under a condition   ↺ comes round again", "muted"),
            )
        )
        found.append(())
        found.extend(fitted(line, width) for line in self.load_rows())
        return found

    def _name(self, link: Link) -> str:
        if link.key:
            return self.lines.entry(link.key).title
        return (link.call.workflow_id if link.call is not None else None) or "only a run can tell"

    def _row(self, link: Link, names: int, first: int, width: int) -> Line:
        """A name, and on the axis a line from the moment of the call to that of the run."""
        cut = fitted(((self._name(link), "name" if link.key else "fault"),), names)
        pieces: list[Piece] = [*cut, (" " * (names + 2 - sum(cells(shown(text)) for text, _ in cut)), "")]
        certain = link.call is None or self.lines.is_certain(link.call)
        end = self._place(link) - first
        start = self._place(self.chain.links[link.parent]) - first if link.parent >= 0 else end
        if end < 0:
            return fitted((*pieces, ("‹", "muted")), width)
        line = ("━" if certain else "╌") * ((end - max(start, 0)) * self.step - (1 if start >= 0 else 0))
        pieces.append((" " * (max(start, 0) * self.step), ""))
        if link.call is not None and end > start:
            pieces.append((("├" if start >= 0 else "") + line, "muted"))
        glyph, look = ("◆", "event") if link.call is None else ("✗", "error") if not link.key else ("●", "action")
        pieces.append((glyph, look))
        for ring in self._rings(link):
            period = self.chain.period(ring)
            pieces.append((f" ↺ every {duration_in_words(period)}" if period else " ↺ again", "warning"))
        if link.call is not None and not certain:
            pieces.append((f"  {self.lines.condition(link.call)}", "muted"))
        return fitted(tuple(pieces), width)

    def _rings(self, link: Link) -> list[Link]:
        """The links that lead back to a workflow, at the place where it is told."""
        if link.end is not None:
            return []
        return [ring for ring in self.chain.rings if ring.key == link.key]

    # The load

    @cached_property
    def at_least(self) -> Load:
        """With only the calls that every run makes."""
        return load_of(self.chain, self.per_minute, self.lines.is_certain)

    @cached_property
    def at_most(self) -> Load:
        """With every call made."""
        return load_of(self.chain, self.per_minute)

    def load_rows(self) -> list[Line]:
        least, most = self.at_least, self.at_most
        rate = rate_in_words(self.per_minute)
        found: list[Line] = [
            (("Scheduled runs at ", "heading"), (rate, "number"), ("   i: another rate", "muted")),
            ((f"{'':<26}{'at least':>14}{'at most':>14}", "muted"),),
        ]
        for name, minutes in (("an hour", _HOUR), ("a day", DAY)):
            due, waiting = f"due in 15 min after {name}", f"waiting after {name}"
            found.append(_figures(due, least.due_after(minutes), most.due_after(minutes), MOST_RUNS))
            found.append(_figures(waiting, least.waiting_after(minutes), most.waiting_after(minutes), 0.5))
        found.append(_figures("due in the long run", least.in_the_long_run, most.in_the_long_run, MOST_RUNS))
        found.append((("at least: calls that every run makes; at most: every condition holds", "muted"),))
        found.append(())
        found.append((("over the first day  ", "muted"), *_bars(most.due), (f" at most {max(most.due):,.0f}", "muted")))
        found.append(_verdict(least, most))
        found.append(
            ((f"  an organisation has {MOST_RUNS:,} in {WINDOW} minutes, for all its chains together", "muted"),)
        )
        if any(link.due is None and link.end is not End.UNKNOWN for link in self.chain.links):
            found.append((("  times that only a run can tell are taken for at once", "muted"),))
        return found


def _moment(minutes: float) -> str:
    """``T+1 d 1 h``."""
    days, rest = divmod(minutes, DAY)
    hours, rest = divmod(rest, _HOUR)
    parts = [(days, "d"), (hours, "h"), (rest, "min")]
    return f"T+{' '.join(f'{number:g} {unit}' for number, unit in parts if number) or 0}"


def _figures(name: str, least: float | None, most: float | None, limit: float) -> Line:
    return ((f"{name:<26}", ""), *_figure(least, limit), *_figure(most, limit))


def _figure(number: float | None, limit: float) -> Line:
    told = "no end" if number is None else f"{number:,.0f}"
    over = number is None or number > limit
    return ((f"{'▲ ' if over else ''}{told}".rjust(14), "warning" if over else "number"),)


def _bars(values: Sequence[float], count: int = 32) -> Line:
    """A bar for each few windows, as high as the highest of them; those above the limit in another look."""
    each = max(1, len(values) // count)
    groups = [max(values[start : start + each]) for start in range(0, len(values), each)]
    top = max(MOST_RUNS, *groups)
    return tuple(
        (_BARS[min(len(_BARS) - 1, int(value / top * len(_BARS)))], "warning" if value > MOST_RUNS else "good")
        for value in groups
    )


def _verdict(least: Load, most: Load) -> Line:
    for load, words in ((least, "whatever its conditions say"), (most, "if every condition holds")):
        if load.over is not None:
            when = f"within {duration_in_words(load.over + WINDOW)}"
            return (("▲ ", "warning"), (f"runs begin to wait {when}, {words}", "warning"))
    for load, words in ((least, "whatever its conditions say"), (most, "while its conditions hold")):
        if load.in_the_long_run is None:
            return (("▲ ", "warning"), (f"runs do not wait in a day, but grow without end, {words}", "warning"))
    if most.in_the_long_run is not None and most.in_the_long_run > MOST_RUNS:
        return (("▲ ", "warning"), ("runs do not wait in a day, but will later", "warning"))
    return (("✓ ", "good"), ("no run has to wait", ""))
