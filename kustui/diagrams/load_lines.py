"""How many scheduled runs events cause, against the limit of the platform, and at which rate the events come."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kustui.analysis.chains import DAY, Load
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from kustui.text.messages import duration_in_words
from kustui.text.styled_lines import Line

_BARS, _MOST_BARS = "▁▂▃▄▅▆▇█", 32
_HOUR = 60
_LABELS = 16
"""Cells of the words before the figures."""


def load_lines(least: Load, most: Load, rates: str) -> list[Line]:
    """Scheduled runs at some rates of events, at least and at most, against the limit of the platform."""
    rows: list[Line] = [
        ((f"Scheduled runs due in {WINDOW_MINUTES} minutes", "heading"), (", with ", ""), (rates, "number")),
        ((f"{'':<{_LABELS}}{'at least':>11}{'at most':>11}", "muted"),),
    ]
    for minutes in (_HOUR, DAY):
        due, waiting = f"after {duration_in_words(minutes)}", "  have to wait"
        rows.append(_figures(due, least.due_after(minutes), most.due_after(minutes), RUNS_PER_WINDOW))
        rows.append(_figures(waiting, least.waiting_after(minutes), most.waiting_after(minutes), 0.5))
    rows.append(_figures("after many days", least.in_the_long_run, most.in_the_long_run, RUNS_PER_WINDOW))
    rows.append(_verdict(least, most))
    rows.append(())
    rows.append((("at least: only the schedules that depend on no condition", "muted"),))
    rows.append((("at most: as if every condition held", "muted"),))
    limit = f"Kustomer starts {RUNS_PER_WINDOW:,} scheduled runs in {WINDOW_MINUTES} minutes, of all workflows together"
    rows.append(((f"{limit}; the others wait", "muted"),))
    highest = f" {max(most.due):,.0f} in {WINDOW_MINUTES} minutes at most"
    rows.append((("the first day ", "muted"), *_bars(most.due), (highest, "muted")))
    return rows


def _figures(name: str, least: float | None, most: float | None, limit: float) -> Line:
    return ((f"{name:<{_LABELS}}", ""), *_figure(least, limit), *_figure(most, limit))


def _figure(number: float | None, limit: float) -> Line:
    text = "no end" if number is None else f"{number:,.0f}" if number < 1e6 else f"{number:.1e}"
    is_over = number is None or number > limit
    return ((f"{'▲ ' if is_over else ''}{text}".rjust(11), "warning" if is_over else "number"),)


def _bars(values: Sequence[float]) -> Line:
    """A bar for each few windows, as high as the highest of them; those above the limit in another look."""
    size = max(1, len(values) // _MOST_BARS)
    groups = [max(values[start : start + size]) for start in range(0, len(values), size)]
    top = max(RUNS_PER_WINDOW, *groups)
    return tuple(
        (_BARS[min(len(_BARS) - 1, int(value / top * len(_BARS)))], "warning" if value > RUNS_PER_WINDOW else "good")
        for value in groups
    )


def _verdict(least: Load, most: Load) -> Line:
    """Whether runs have to wait, and after how long."""
    for load, words in ((least, "whatever its conditions say"), (most, "if every condition holds")):
        if load.over is not None:
            when = duration_in_words(load.over + WINDOW_MINUTES)
            return (("▲ ", "warning"), (f"over the limit within {when}, {words}: runs wait", "warning"))
    for load, words in ((least, "whatever its conditions say"), (most, "while its conditions hold")):
        if load.in_the_long_run is None:
            return (("▲ ", "warning"), (f"within the limit for a day, then ever more, {words}", "warning"))
    if most.in_the_long_run is not None and most.in_the_long_run > RUNS_PER_WINDOW:
        return (("▲ ", "warning"), ("within the limit for a day, but not later", "warning"))
    return (("✓ ", "good"), ("no run has to wait", ""))


# The rate of events

_MINUTES = {
    "min": 1, "minute": 1, "h": 60, "hour": 60, "d": 24 * 60, "day": 24 * 60, "w": 7 * 24 * 60, "week": 7 * 24 * 60,
}  # fmt: skip
_RATE = re.compile(r"\s*(\d[\d,_ ]*(?:\.\d+)?)\s*(?:(?:/|per|an?)?\s*([a-z]+))?\s*")
_MOST_EVENTS = 1e9


def parse_rate(text: str) -> float | None:
    """Events a minute, from ``100``, ``100/h``, ``5 / min`` or ``2,000 a day``; None where a text says no rate."""
    match = _RATE.fullmatch(text.lower())
    if match is None:
        return None
    unit = _MINUTES.get(match[2] or "h")
    number = float(re.sub(r"[,_ ]", "", match[1]))
    return number / unit if unit is not None and number <= _MOST_EVENTS else None


def rate_in_words(rate: float) -> str:
    """``100 events an hour``; seldom ones by the day."""
    if rate * 60 >= 1 or not rate:
        return f"{rate * 60:,.6g} events an hour"
    return f"{rate * 24 * 60:,.6g} events a day"
