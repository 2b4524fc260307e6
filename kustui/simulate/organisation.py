"""The organisation that a rehearsal stands in for: the workflows that were opened, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Problem
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Entry
from kustui.definition.collection_messages import named_by_scenario, unambiguous_name
from kustui.definition.dates import parse_date
from kustui.definition.source.positions import parent
from kustui.definition.values import Undecided, is_missing, number_of, undecided_in
from kustui.groups import grouped
from kustui.simulate import MINUTE
from kustui.text.messages import duration_in_words, kind

BLOCKING_RULES = frozenset(
    (
        *("invalid-shape", "unknown-target", "malformed-reference", "malformed-template", "unknown-workflow"),
        *("not-callable", "invalid-run-at", "unknown-action", "missing-param"),
    )
)
"""Rules whose errors end a run that meets them. Every other problem is reported and the run goes on: a missing input,
say, does to a rehearsal what it does to a run."""
_LATEST = 10_000 * 366 * 24 * 60 * MINUTE
"""Ten thousand years in milliseconds: what is due later is never due."""


class Organisation(Struct, frozen=True, eq=False, dict=True, weakref=True):
    """Every workflow that can run in a rehearsal. Models are made when one first runs."""

    analyses: AnalysisCache
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    """By the key of the workflow, as ``Snapshot.by_entry`` has them."""
    answers: dict[Hashable, Hashable] = field(default_factory=dict)
    """What it has said to what replays ask, by the question: ``scenarios.suite`` keeps it here."""
    _names: dict[str, str] = field(default_factory=dict)
    _by_place: dict[str, Mapping[str, tuple[Problem, ...]]] = field(default_factory=dict)
    """By the key of the workflow and the pointer of each part that they are in."""

    @property
    def collection(self) -> Collection:
        return self.analyses.collection

    @property
    def settings(self) -> Settings:
        return self.analyses.settings

    def analysis(self, key: str) -> WorkflowAnalysis:
        """The workflow of a key. Raises KeyError for an unknown one."""
        return self.analyses.of(self.collection.by_key[key])

    def by_id(self, id_: str) -> WorkflowAnalysis | None:
        """The first workflow that declares an id."""
        entry = self.collection.by_id.get(id_)
        return self.analyses.of(entry) if entry is not None else None

    def find(self, name: str, path: str = "") -> tuple[Entry, ...]:
        """What a scenario at a path means by a name, as ``named_by_scenario``."""
        return named_by_scenario(self.collection, name, path)

    @cached_property
    def titles(self) -> frozenset[str]:
        """What people call the workflows."""
        return frozenset(entry.title for entry in self.collection.entries)

    def name_of(self, key: str) -> str:
        """What a scenario calls a workflow: its name, its id or its key, the first that means no other."""
        if key not in self._names:
            self._names[key] = unambiguous_name(self.collection, self.collection.by_key[key])
        return self._names[key]

    # Events

    @cached_property
    def _by_event(self) -> Mapping[str, tuple[str, ...]]:
        return grouped(
            (entry.item.event, entry.key)
            for entry in self.collection.entries
            if entry.item.enabled and entry.item.event and not entry.item.callable
        )

    @property
    def events(self) -> tuple[str, ...]:
        """The events that start a workflow, in the order of the workflows."""
        return tuple(self._by_event)

    def listeners(self, event: str) -> tuple[str, ...]:
        """The keys of the enabled workflows that an event starts, in their order [docs]; callables are called."""
        return self._by_event.get(event, ())

    # Problems

    def problems_at(self, key: str, pointer: str) -> tuple[Problem, ...]:
        """The problems of a part of a workflow and of everything in it."""
        if key not in self._by_place:
            places: dict[str, list[Problem]] = {}
            for problem in self.problems.get(key, ()):
                place = problem.pointer
                places.setdefault(place, []).append(problem)
                while place:
                    place = parent(place)
                    places.setdefault(place, []).append(problem)
            self._by_place[key] = {place: tuple(problems) for place, problems in places.items()}
        return self._by_place[key].get(pointer, ())

    def blocking_problem(self, key: str, *pointers: str) -> Problem | None:
        """The first error in these parts of a workflow with which a run cannot go on."""
        for pointer in pointers:
            for problem in self.problems_at(key, pointer):
                if problem.rule in BLOCKING_RULES and problem.severity is Severity.ERROR:
                    return problem
        return None

    # Time

    @property
    def relative_unit(self) -> str:
        """What a relative ``runAt`` counts, in words: ``minutes``, ``units of 60 min``."""
        minutes = self.settings.relative_unit_minutes
        return "minutes" if minutes == 1 else f"units of {duration_in_words(minutes)}"

    def due_time(self, run_at: Any, clock: int, start_time: int) -> int | str | Undecided:
        """When a scheduled run is due, in milliseconds on the clock; or, in a clause, why it never is.

        ``run_at`` as resolved. ``clock`` counts milliseconds from ``start_time``, which counts from 1970.
        """
        type_, value = (run_at.get("type"), run_at.get("value")) if isinstance(run_at, Mapping) else ("date", run_at)
        if undecided := undecided_in([type_, value]):
            return undecided
        if is_missing(value):
            return "no runAt says when the scheduled workflow runs"
        if type_ == "relative":
            delay, unit = number_of(value), self.settings.relative_unit_minutes
            if delay is None or not 0 <= delay * unit * MINUTE < _LATEST:
                return f"a relative runAt takes a number, found {kind(value)}"
            return clock + round(delay * unit * MINUTE)
        if type_ in ("absolute", "date"):
            moment = parse_date(value)
            return f"runAt takes a date, found {kind(value)}" if moment is None else max(clock, moment - start_time)
        return f"unknown runAt type {kind(type_).removeprefix('the text ')}"
