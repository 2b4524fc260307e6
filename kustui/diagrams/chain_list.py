"""All chains of a collection in a list, in one of several orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kustui.analysis.chains import beginnings, chain_from
from kustui.diagrams.marks import mark
from kustui.text.durations import duration_in_words

if TYPE_CHECKING:
    from kustui.analysis.schedules import Schedules
    from kustui.check.problems import Problem
    from kustui.diagrams.chain_lines import ChainLines
    from kustui.diagrams.styled_lines import Line

ORDERS = ("length", "total delay", "problems", "name")


class Listed(NamedTuple):
    """What the list says of a chain."""

    root: str
    title: str
    length: int
    """How many schedules follow one another at most."""
    delay: float
    """Minutes until the last run is due, before anything comes round again."""
    rings: int
    problems: tuple[Problem, ...]
    """What is wrong with its calls."""


def listed(schedules: Schedules, lines: ChainLines, order: int) -> tuple[Listed, ...]:
    """Every chain, by ``ORDERS[order]``: the longest, slowest or worst first."""
    found = []
    for root in beginnings(schedules, (entry.key for entry in lines.collection.entries)):
        chain = chain_from(schedules, root, lines.settings.relative_unit_minutes)
        calls = [link.call for link in chain.links if link.call is not None]
        problems = tuple(problem for call in calls for problem in lines.problems(call))
        title = lines.entry(root).title
        found.append(Listed(root, title, chain.length, chain.delay, len(chain.rings), problems))
    return tuple(sorted(found, key=lambda chain: _rank(chain, ORDERS[order])))


def _rank(chain: Listed, order: str) -> tuple[float, float, str]:
    match order:
        case "length":
            return -chain.length, -chain.delay, chain.title
        case "total delay":
            return -chain.delay, -chain.length, chain.title
        case "problems":
            worst = max((problem.severity for problem in chain.problems), default=0)
            return -worst, -len(chain.problems), chain.title
    return 0, 0, chain.title


def chain_row(chain: Listed, lines: ChainLines) -> tuple[Line, Line, Line]:
    """A line, what stands aside, and its mark."""
    length = f"{chain.length} schedule{'' if chain.length == 1 else 's'}"
    delay = f", {duration_in_words(chain.delay)}" if chain.delay else ""
    ring = (("  ↺ ring", "warning"),) if chain.rings else ()
    line = (("◆ ", "event"), (chain.title, "name"), *ring)
    return line, ((f"{length}{delay}", "muted"),), mark(chain.problems)
