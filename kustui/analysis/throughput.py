"""How many scheduled runs a chain brings about in a day, against what the platform runs.

A fluid model, minute by minute: so many events a minute, each run making its calls, each call a run when it is due.
An organisation's scheduled workflows run at most 1,000 times in 15 minutes; what is over waits [docs].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.analysis.chains import End
from kustui.analysis.walks import cycles, reverse_postorder
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES

if TYPE_CHECKING:
    from kustui.analysis.chains import Chain
    from kustui.analysis.schedules import ScheduleCall

DAY = 24 * 60


@dataclass(frozen=True)
class Load:
    """What happens in each window of the first day after the events begin."""

    due: tuple[float, ...]
    """Runs that become due."""
    waiting: tuple[float, ...]
    """Runs that are due and have not been run at its end."""
    in_the_long_run: float | None
    """Runs due in a window once everything has come through; None where they grow without end."""

    @property
    def over(self) -> int | None:
        """Minutes until runs begin to wait; None where they never do in the first day."""
        return next((index * WINDOW_MINUTES for index, waiting in enumerate(self.waiting) if waiting >= 1), None)

    def due_after(self, minutes: int) -> float:
        """Runs due in the window that ends so many minutes after the beginning."""
        return self.due[minutes // WINDOW_MINUTES - 1]

    def waiting_after(self, minutes: int) -> float:
        return self.waiting[minutes // WINDOW_MINUTES - 1]


def load_of(chain: Chain, per_minute: float, happens: Callable[[ScheduleCall], bool] = lambda _: True) -> Load:
    """The load of a chain whose first workflow starts so many times a minute, counting the calls that happen.

    A call whose time is not known, or less than a minute away, is due a minute later.
    """
    calls = _calls(chain, happens)
    horizon = DAY + 1
    pending: dict[str, list[float]] = {key: [0.0] * horizon for key in _keys(chain)}
    ready = dict.fromkeys(pending, 0.0)
    due: list[float] = []
    waiting: list[float] = []
    budget, became_due = 0.0, 0.0
    for minute in range(1, DAY + 1):
        if (minute - 1) % WINDOW_MINUTES == 0:
            budget, became_due = float(RUNS_PER_WINDOW), 0.0
        for key, coming in pending.items():
            ready[key] += coming[minute]
            became_due += coming[minute]
        total = sum(ready.values())
        share = min(1.0, budget / total) if total else 0.0
        budget -= total * share
        for key, delay, target in calls:
            runs = ready[key] * share + (per_minute if key == chain.root else 0.0)
            if minute + delay < horizon:
                pending[target][minute + delay] += runs
        for key in ready:
            ready[key] -= ready[key] * share
        if minute % WINDOW_MINUTES == 0:
            due.append(became_due)
            waiting.append(sum(ready.values()))
    return Load(tuple(due), tuple(waiting), _in_the_long_run(chain, per_minute, calls))


def _keys(chain: Chain) -> dict[str, None]:
    return dict.fromkeys(link.key for link in chain.links if link.key)


def _calls(chain: Chain, happens: Callable[[ScheduleCall], bool]) -> list[tuple[str, int, str]]:
    """Caller, minutes and target of each call that happens."""
    found = []
    for link in chain.links:
        if link.call is None or link.end is End.UNKNOWN or not happens(link.call):
            continue
        found.append((link.call.caller, max(1, round(link.delay or 0)), link.key))
    return found


def _in_the_long_run(chain: Chain, per_minute: float, calls: list[tuple[str, int, str]]) -> float | None:
    """Each event counts for as many runs as there are ways through the chain; in a ring there is no end of them."""
    onward: dict[str, list[str]] = {}
    for caller, _, target in calls:
        onward.setdefault(caller, []).append(target)
    order = reverse_postorder((chain.root,), lambda key: onward.get(key, ()))
    if cycles(order, lambda key: onward.get(key, ())):
        return None
    runs = {chain.root: per_minute * WINDOW_MINUTES}
    total = 0.0
    for key in order:
        for target in onward.get(key, ()):
            runs[target] = runs.get(target, 0.0) + runs.get(key, 0.0)
            total += runs.get(key, 0.0)
    return total
