"""What the links of a chain say, the chains around a workflow, and the list of all chains of a collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.chains import Chain, End, Link, branches, callers_of, chain_from, chain_starts
from kustui.analysis.rings import Ring, rings_of
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Problem, by_part
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Entry
from kustui.diagrams.glyphs import SEVERITY_GLYPHS, problem_mark
from kustui.diagrams.labels import NO_WORKFLOW, RUNTIME_WORKFLOW, event_label, step_condition
from kustui.text.cells import crop
from kustui.text.messages import counted, duration_in_words
from kustui.text.styled_lines import Line, StyledRow, wrapped
from kustui.workspace.snapshot import Snapshot

_MOST_INPUTS = 6
_INDENT = 3
"""Cells of a level of the tree."""
_MARK = 2
"""Cells of the sign of a problem before its message."""


class ChainRow(Struct, frozen=True):
    row: StyledRow
    workflow: str = ""
    """The key of the workflow that it leads to."""
    step: str = ""
    """The step of the workflow that it leads to."""


class ChainLines(Struct, frozen=True, eq=False, dict=True):
    """The lines of links, from what is known of the workflows of a collection."""

    analyses: AnalysisCache
    problems_by_workflow: Mapping[str, tuple[Problem, ...]]
    """By the key of the workflow."""
    schedules: Schedules | None = None
    """All schedule calls of the collection; without them, nothing is said of how often a ring comes round."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> ChainLines:
        return cls(snapshot.analyses, snapshot.by_entry, snapshot.schedules)

    @property
    def collection(self) -> Collection:
        return self.analyses.collection

    @property
    def settings(self) -> Settings:
        return self.analyses.settings

    def entry(self, key: str) -> Entry:
        return self.collection.by_key[key]

    def analysis(self, key: str) -> WorkflowAnalysis:
        return self.analyses.of(self.entry(key))

    # Calls

    def condition(self, call: ScheduleCall) -> str:
        """What decides whether a call is made; empty where every run makes it."""
        analysis = self.analysis(call.caller)
        if call.pointer in analysis.must_reach:
            return ""
        return step_condition(analysis.flow, call.step) or "on some paths"

    def is_certain(self, call: ScheduleCall) -> bool:
        """Whether every run of the caller makes the call, short of a failure."""
        return call.pointer in self.analysis(call.caller).must_reach

    @cached_property
    def rings(self) -> Mapping[str, Ring]:
        """The ring that each workflow is in, by its key."""
        rings = rings_of(self.schedules, lambda key: self.analysis(key).flow) if self.schedules is not None else ()
        return {key: ring for ring in rings for key in ring.members}

    def rounds(self, call: ScheduleCall, target: str) -> int:
        """How often the ring at most comes round that a call to a workflow, by its key, is part of; 0 if it is part of
        none, or if that is not known."""
        ring = self.rings.get(target)
        return ring.bound.rounds if ring is not None and call.caller in ring.members else 0

    def rounds_of(self, link: Link) -> int:
        """How often the ring that a link closes comes round at most; 0 if that is not known."""
        return self.rounds(link.call, link.key) if link.end is End.RING and link.call is not None else 0

    def problems(self, call: ScheduleCall) -> tuple[Problem, ...]:
        """What is wrong with the step that makes a call."""
        return self._problems_by_call.get((call.caller, call.pointer), ())

    @cached_property
    def _problems_by_call(self) -> Mapping[tuple[str, str], tuple[Problem, ...]]:
        """By the key of the caller and the pointer of the step."""
        calls = self.schedules.from_workflow if self.schedules is not None else {}
        return {
            (key, step): inside
            for key, made in calls.items()
            for step, inside in by_part(self.problems_by_workflow.get(key, ()), {call.pointer for call in made}).items()
        }

    # Links

    def link_line(self, link: Link, chain: Chain) -> Line:
        """A link of a chain with its branches: when it is due, what it starts, and under which condition."""
        if link.call is None:
            trigger = self.analysis(link.key).workflow.trigger
            beginning: Line = (("◆ ", "event"), (self.entry(link.key).title, "name"))
            return (*beginning, (f"  {event_label(trigger)}", "event"))
        condition = self.condition(link.call)
        return (
            *tree_branches(branches(chain.links, link)),
            (f"{link.call.due} ", "number"),
            *self._target(link),
            *_ending(link, chain.period(link) if link.end is End.RING else None, self.rounds_of(link)),
            (f"  {condition}" if condition else "", "muted"),
            (f"  with {_inputs(link.call)}" if link.call.inputs else "", "string"),
            (" …" if link.end is End.TOO_DEEP else "", "muted"),
        )

    def caller_line(self, link: Link, call: ScheduleCall, callers: Sequence[Link]) -> Line:
        """A link from a workflow back to one that schedules it, among all ``callers``."""
        condition = self.condition(call)
        more = " …" if link.end is End.TOO_DEEP else ""
        return (
            *tree_branches(branches(callers, link)),
            ("← ", "muted"),
            (self.entry(link.key).title, "link"),
            (f" {call.due}", "muted"),
            (f"  {condition}{more}" if condition else more, "muted"),
            *_ending(link),
        )

    def problem_lines(self, link: Link, chain: Chain, width: int) -> Iterator[Line]:
        """What is wrong with the call that leads to a link, wrapped to a width; the branches to what follows go on."""
        if link.call is None:
            return
        margin = crop(_branches_above(branches(chain.links, link)), 0, min(_INDENT * link.depth, width // 2))
        for problem in self.problems(link.call):
            glyph, look = SEVERITY_GLYPHS[problem.severity]
            for line in wrapped(((f"{glyph} ", look), (problem.message, "")), width - len(margin), _MARK):
                yield (margin, "muted"), *line

    def _target(self, link: Link) -> Line:
        if link.key:
            glyph = ("↺ ", "warning") if link.end is End.RING else ("⇒ ", "link")
            return (glyph, (self.entry(link.key).title, "link"))
        assert link.call is not None
        if link.call.workflow_id is None:
            return (("⇒ ", "warning"), (RUNTIME_WORKFLOW, "muted"))
        return (("✗ ", "error"), (link.call.workflow_id, "fault"), (f" {NO_WORKFLOW}", "error"))


def tree_branches(more: Sequence[bool]) -> Line:
    """The branches of a tree left of a row: for each level down to it, whether another row of that level follows."""
    if not more:
        return ()
    return ((f"{_branches_above(more[:-1])}{'├─ ' if more[-1] else '└─ '}", "muted"),)


def _branches_above(more: Sequence[bool]) -> str:
    return "".join("│  " if follows else "   " for follows in more)


def _ending(link: Link, period: float | None = None, rounds: int = 0) -> Line:
    match link.end:
        case End.RING:
            return ((f" {round_in_words(period, rounds)}", "warning"),)
        case End.REPEATED:
            return ((" as above", "muted"),)
    return ()


def round_in_words(period: float | None, rounds: int) -> str:
    """How a ring comes round: ``again, every 4 h, at most 6 runs``."""
    every = f", every {duration_in_words(period)}" if period else ""
    return f"again{every}{', at most ' if rounds else ''}{counted(rounds, 'run') if rounds else ''}"


def _inputs(call: ScheduleCall) -> str:
    names = list(call.inputs)
    return ", ".join(names[:_MOST_INPUTS]) + (" …" if len(names) > _MOST_INPUTS else "")


# The chains around a workflow


def chain_rows(lines: ChainLines, schedules: Schedules, key: str, steps: int, width: int) -> Iterator[ChainRow]:
    """What a workflow schedules, and what schedules it, so many steps either way. Problems are wrapped to a width."""
    chain = chain_from(schedules, key, lines.settings.relative_unit_minutes, steps)
    for link in chain.links:
        mark = problem_mark(lines.problems(link.call)) if link.call is not None else ()
        yield ChainRow(StyledRow(lines.link_line(link, chain), mark=mark), link.key)
        for line in lines.problem_lines(link, chain, width):
            assert link.call is not None
            yield ChainRow(StyledRow(line), link.call.caller, link.call.step)
    if len(chain.links) == 1:
        yield ChainRow(StyledRow((("   schedules nothing", "muted"),)))
    yield ChainRow(StyledRow())
    yield ChainRow(StyledRow((("Scheduled by", "heading"),)))
    callers = callers_of(schedules, key, steps)
    for link in callers:
        assert link.call is not None
        yield ChainRow(StyledRow(lines.caller_line(link, link.call, callers)), link.key)
    if not callers:
        yield ChainRow(StyledRow((("   nothing that is opened here", "muted"),)))


# All chains

ORDERS = ("length", "total delay", "problems", "name")


class ChainSummary(Struct, frozen=True):
    """What the list says of a chain."""

    root: str
    """The key of the workflow that it begins with."""
    title: str
    length: int
    """How many schedules follow one another at most."""
    delay: float
    """Minutes until the last run is due, before anything comes round again."""
    rings: int
    problems: tuple[Problem, ...]
    """What is wrong with its calls."""

    @property
    def row(self) -> ChainRow:
        ring = (("  ↺ ring", "warning"),) if self.rings else ()
        delay = f", {duration_in_words(self.delay)}" if self.delay else ""
        problems = problem_mark(self.problems)
        figures = f"{counted(self.length, 'schedule')}{delay}{' ' if problems else ''}"
        line = (("◆ ", "event"), (self.title, "name"), *ring)
        return ChainRow(StyledRow(line, (), ((figures, "muted"), *problems), kept=len(ring)), self.root)


def chain_summaries(schedules: Schedules, lines: ChainLines, order: int) -> tuple[ChainSummary, ...]:
    """Every chain, by ``ORDERS[order]``: the longest, slowest or worst first."""
    summaries = []
    for root in chain_starts(schedules, (entry.key for entry in lines.collection.entries)):
        chain = chain_from(schedules, root, lines.settings.relative_unit_minutes)
        calls = [link.call for link in chain.links if link.call is not None]
        problems = tuple(problem for call in calls for problem in lines.problems(call))
        title = lines.entry(root).title
        summaries.append(ChainSummary(root, title, chain.length, chain.delay, len(chain.rings), problems))
    return tuple(sorted(summaries, key=lambda summary: _sort_key(summary, ORDERS[order])))


def _sort_key(chain: ChainSummary, order: str) -> tuple[float, float, str]:
    match order:
        case "length":
            return -chain.length, -chain.delay, chain.title
        case "total delay":
            return -chain.delay, -chain.length, chain.title
        case "problems":
            worst = max((problem.severity for problem in chain.problems), default=0)
            return -worst, -len(chain.problems), chain.title
    return 0, 0, chain.title
