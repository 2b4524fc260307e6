"""Which workflows and steps the terms of a query leave: ``action:rest-api -event:customer.update``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.search.index_lines import BETWEEN, Kind
from kustui.search.text_search import lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kustui.check.problems import Problem
    from kustui.search.index import Index
    from kustui.search.query import Query, Term

Step = tuple[int, int]
"""The number of a workflow, and which of its steps, as the file has them; 0 for itself and its trigger."""

_WORKFLOW_KEYS = ("workflow", "file", "event")
_STEP_KEYS = ("step", "action", "refs", "schedules", "problem")


@dataclass(frozen=True, slots=True)
class Places:
    """Where something is looked for."""

    workflows: frozenset[int] | None = None
    """Their numbers; None for all of them."""
    steps: frozenset[Step] | None = None
    without: frozenset[Step] = frozenset()

    @property
    def everything(self) -> bool:
        return self.workflows is None and self.steps is None and not self.without

    def allows(self, workflow: int, step: int) -> bool:
        return (
            (self.workflows is None or workflow in self.workflows)
            and (self.steps is None or (workflow, step) in self.steps)
            and (workflow, step) not in self.without
        )


def allowed(index: Index, asked: Query, problems: Sequence[Problem]) -> Places:
    """What every term leaves."""
    workflows: frozenset[int] | None = None
    steps: frozenset[Step] | None = None
    without: frozenset[Step] = frozenset()
    for term in asked.keyed:
        if term.key in _WORKFLOW_KEYS:
            found = frozenset(_workflows(index, term))
            found = frozenset(range(len(index.leaves))) - found if term.not_ else found
            workflows = found if workflows is None else workflows & found
        elif term.key in _STEP_KEYS:
            places = _steps(index, term, problems)
            if term.not_:
                without |= places
            else:
                steps = places if steps is None else steps & places
    return Places(workflows, steps, without)


def subject(asked: Query) -> Kind | None:
    """The only kind of which something is told; None where it is every kind."""
    keys = {term.key for term in asked.keyed}
    if "condition" in keys:
        return Kind.CONDITION
    if "text" in keys:
        return Kind.TEXT
    if asked.words:
        return None
    if any(term.key == "problem" and not term.not_ for term in asked.keyed):
        return Kind.PROBLEM
    return Kind.STEP if keys & set(_STEP_KEYS) else Kind.WORKFLOW


def _workflows(index: Index, term: Term) -> Iterator[int]:
    if term.key == "event":
        yield from (number for number, _ in index.shelves[Kind.EVENT].places_of(lambda text: term.value in text))
        return
    for number, leaf in enumerate(index.leaves):
        text = index.titles[number] if term.key == "workflow" else lowered(leaf.entry.source.path)
        if term.value in text:
            yield number


def _steps(index: Index, term: Term, problems: Sequence[Problem]) -> frozenset[Step]:
    if term.key == "problem":
        places = (place_of(index, problem) for problem in problems if is_about(problem, term.value))
        return frozenset(place for place in places if place is not None)
    held = (term.key, term.value)
    if held not in index.remembered:
        kind, holds = _held(index, term)
        index.remembered[held] = frozenset(index.shelves[kind].places_of(holds))
    return index.remembered[held]


def _held(index: Index, term: Term) -> tuple[Kind, Callable[[str], bool]]:
    """Which lines tell what a term asks of a step, and what has to hold of them."""
    value = term.value
    match term.key:
        case "schedules":
            called = {title.rpartition(BETWEEN)[2] for title in index.titles if value in title}
            return Kind.SCHEDULE, lambda text: value in text or text in called
        case "refs" if value in index.referred:  # the trigger is 1, which many ids hold
            return Kind.REFERENCE, lambda text: value in text.split(BETWEEN)
        case "refs":
            return Kind.REFERENCE, lambda text: value in text
        case key:
            return Kind[key.upper()], lambda text: value in text


def is_about(problem: Problem, value: str) -> bool:
    return value in problem.rule or value == str(problem.severity)


def place_of(index: Index, problem: Problem) -> Step | None:
    """Where a problem is; None outside of the workflows."""
    number = index.numbers.get(problem.entry.key) if problem.entry is not None else None
    if number is None:
        return None
    ids = index.steps(number)
    return number, ids.index(problem.step) + 1 if problem.step in ids else 0
