"""What the links of a chain say, and the list of all chains of a collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kustui.analysis.chains import Chain, End, Link, beginnings, chain_from
from kustui.analysis.flow import Edge
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import AnalysisCache, WorkflowAnalysis
from kustui.check.problems import Problem
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Entry
from kustui.definition.models import due_in_words
from kustui.diagrams.glyphs import SEVERITY_GLYPHS, problem_mark
from kustui.diagrams.labels import edge_label, event_label, incoming_label
from kustui.diagrams.styled_lines import Line
from kustui.text.quantities import counted, duration_in_words

_MOST_INPUTS = 6


@dataclass(frozen=True, eq=False)
class ChainLines:
    """Links told with what is known of the collection's workflows."""

    analyses: AnalysisCache
    by_entry: Mapping[str, tuple[Problem, ...]]
    """The problems of each workflow, by its key."""

    @property
    def collection(self) -> Collection:
        return self.analyses.collection

    @property
    def settings(self) -> Settings:
        return self.analyses.settings

    def analysis(self, key: str) -> WorkflowAnalysis:
        return self.analyses.of(self.collection.by_key[key])

    def line(self, link: Link, chain: Chain | None = None) -> Line:
        """A link with its branches; ``chain`` is the one that it is of, and None of a link to a caller."""
        if link.call is None:
            return (*_guides(link), *self._beginning(link.key))
        due = due_in_words(link.call.run_at, self.settings.relative_unit_minutes)
        condition = self.condition(link.call)
        if chain is None:
            name = self.collection.by_key[link.key].title
            line: Line = (*_guides(link), ("← ", "muted"), (name, "link"), (f" {due}", "muted"))
            more = " …" if link.end is End.FAR else ""
            return (*line, (f"  {condition}{more}" if condition else more, "muted"), *_ending(link, None))
        line = (*_guides(link), (f"{due} ", "number"), *self._target(link))
        period = chain.period(link) if link.end is End.RING else None
        return (
            *line,
            *_ending(link, period),
            (f"  {condition}" if condition else "", "muted"),
            (f"  with {_inputs(link.call)}" if link.call.inputs else "", "string"),
            (" …" if link.end is End.FAR else "", "muted"),
        )

    def _beginning(self, key: str) -> Line:
        analysis = self.analysis(key)
        return (
            ("◆ ", "event"),
            (analysis.entry.title, "name"),
            (f"  {event_label(analysis.workflow.trigger)}", "event"),
        )

    def _target(self, link: Link) -> Line:
        if link.key:
            glyph = "↺ " if link.end is End.RING else "⇒ "
            return ((glyph, "warning" if link.end is End.RING else "link"), (self.entry(link.key).title, "link"))
        assert link.call is not None
        if link.call.workflow_id is None:
            return (("⇒ ", "warning"), ("a workflow that only a run can tell", "muted"))
        return (("✗ ", "error"), (link.call.workflow_id, "fault"), (" no such workflow", "error"))

    def entry(self, key: str) -> Entry:
        return self.collection.by_key[key]

    def condition(self, call: ScheduleCall) -> str:
        """What decides whether a call is made; empty where every run makes it."""
        analysis = self.analysis(call.caller)
        if call.pointer in analysis.must_reach:
            return ""
        deciding = analysis.guards.get(call.pointer, ())
        edges = [edge for edge in _edges(analysis) if any(edge.transition is each for each in deciding)]
        words = dict.fromkeys(edge_label(analysis.flow, edge) for edge in edges)
        told = ", or ".join(filter(None, words)) or incoming_label(analysis.flow, call.step)
        return told or "on some paths"

    def is_certain(self, call: ScheduleCall) -> bool:
        """Whether every run of the caller makes the call, short of a failure."""
        return call.pointer in self.analysis(call.caller).must_reach

    def told_problems(self, link: Link) -> tuple[Line, ...]:
        """What is wrong with the call that leads to a link, a line each."""
        if link.call is None:
            return ()
        margin = " " * (3 * link.depth)
        return tuple(
            (
                (margin, ""),
                (f"{SEVERITY_GLYPHS[problem.severity][0]} ", SEVERITY_GLYPHS[problem.severity][1]),
                (problem.message, ""),
            )
            for problem in self.problems(link.call)
        )

    def problems(self, call: ScheduleCall) -> tuple[Problem, ...]:
        """What is wrong with the step that makes a call."""
        found = self.by_entry.get(call.caller, ())
        return tuple(problem for problem in found if f"{problem.pointer}/".startswith(f"{call.pointer}/"))


def _edges(analysis: WorkflowAnalysis) -> tuple[Edge, ...]:
    return tuple(edge for edges in analysis.flow.declared_edges.values() for edge in edges)


def _guides(link: Link) -> Line:
    """The branches of the tree left of a link."""
    if not link.depth:
        return ()
    above = "".join("│  " if more else "   " for more in link.more[:-1])
    return ((f"{above}{'├─ ' if link.more[-1] else '└─ '}", "muted"),)


def _ending(link: Link, period: float | None) -> Line:
    match link.end:
        case End.RING:
            return ((f" again{f', every {duration_in_words(period)}' if period else ''}", "warning"),)
        case End.TOLD:
            return ((" as above", "muted"),)
    return ()


def _inputs(call: ScheduleCall) -> str:
    names = list(call.inputs)
    return ", ".join(names[:_MOST_INPUTS]) + (" …" if len(names) > _MOST_INPUTS else "")


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
    length = counted(chain.length, "schedule")
    delay = f", {duration_in_words(chain.delay)}" if chain.delay else ""
    ring = (("  ↺ ring", "warning"),) if chain.rings else ()
    line = (("◆ ", "event"), (chain.title, "name"), *ring)
    return line, ((f"{length}{delay}", "muted"),), problem_mark(chain.problems)
