"""What somebody asks for, what it can go on with, and which workflows and steps its terms leave.

Words, and terms such as ``action:rest-api``; each may be meant the other way by a ``-``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kustui.check.problems import Problem
from kustui.search.index import Index
from kustui.search.index_lines import BETWEEN, LineKind
from kustui.search.text_search import lowered

KEYS = {
    "workflow": "of workflows with this in their name or id",
    "file": "of workflows in files with this in their path",
    "event": "of workflows that this event starts",
    "step": "steps with this in their name or id",
    "action": "steps that do this",
    "refs": "steps that refer to this step",
    "schedules": "steps that schedule this workflow",
    "problem": "what this rule finds wrong",
    "condition": "conditions with this in their words",
    "text": "parameters with this in their text",
}
"""What can stand before a colon, and what it is for."""

_OF_LINES = ("", "condition", "text")
"""The keys of what stands in a line itself, not where the line stands."""
_TOKEN = re.compile(r'(-?)(?:([A-Za-z]+):(?!//))?("[^"]*"?|\S*)')


class Term(NamedTuple):
    """A word, or a value behind a key. What is ``negated`` must not hold."""

    value: str
    """In lower case."""
    key: str = ""
    negated: bool = False


class Query(NamedTuple):
    terms: tuple[Term, ...] = ()
    unknown: tuple[str, ...] = ()
    """What stands before a colon and is no key: it is looked for as text."""

    @property
    def words(self) -> tuple[str, ...]:
        """What has to stand in a line, whichever kind of line is asked for."""
        return tuple(term.value for term in self.terms if term.key in _OF_LINES and not term.negated)

    @property
    def unwanted(self) -> tuple[str, ...]:
        return tuple(term.value for term in self.terms if term.key in _OF_LINES and term.negated)

    @property
    def keyed(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.key)


def parse_query(text: str) -> Query:
    """What is typed, as far as it goes: never raises. A key without a value asks for nothing yet."""
    terms: list[Term] = []
    unknown: list[str] = []
    for sign, key, quoted in _TOKEN.findall(text):
        value = quoted.strip('"').lower() if quoted.startswith('"') else quoted.lower()
        value = value.replace("\n", " ")  # no line that is searched has a break in it
        if key and key.lower() not in KEYS:
            unknown.append(key)
            value = f"{key.lower()}:{value}"
            key = ""
        if value:
            terms.append(Term(value, key.lower(), bool(sign)))
    return Query(tuple(terms), tuple(unknown))


class PartialTerm(NamedTuple):
    """The part of a query that is being typed: its last."""

    before: str
    """All that stands before it."""
    sign: str
    key: str
    value: str
    """Without quotes."""

    def completed(self, key: str, value: str | None = None) -> str:
        """The query with its last part as ``key:value``, or with the key alone yet to be given a value."""
        if value is None:
            return f"{self.before}{self.sign}{key}:"
        plain = value and not re.search(r'[\s"]', value)
        written = value if plain else '"' + value.replace('"', "") + '"'
        return f"{self.before}{self.sign}{key}:{written} "


def partial_term(text: str) -> PartialTerm:
    found = PartialTerm(text, "", "", "")
    for token in _TOKEN.finditer(text):
        sign, key, quoted = token.groups()
        if token.end() == len(text) and token.group():
            found = PartialTerm(text[: token.start()], sign, (key or "").lower(), quoted.strip('"'))
    return found


Step = tuple[int, int]
"""The number of a workflow, and which of its steps, as the file has them; 0 for itself and its trigger."""

_WORKFLOW_KEYS = ("workflow", "file", "event")
_STEP_KEYS = ("step", "action", "refs", "schedules", "problem")


@dataclass(frozen=True, slots=True)
class Scope:
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


def scope_of(index: Index, asked: Query, problems: Sequence[Problem]) -> Scope:
    """What every term leaves."""
    workflows: frozenset[int] | None = None
    steps: frozenset[Step] | None = None
    without: frozenset[Step] = frozenset()
    for term in asked.keyed:
        if term.key in _WORKFLOW_KEYS:
            found = frozenset(_workflows(index, term))
            found = frozenset(range(len(index.workflows))) - found if term.negated else found
            workflows = found if workflows is None else workflows & found
        elif term.key in _STEP_KEYS:
            places = _steps(index, term, problems)
            if term.negated:
                without |= places
            else:
                steps = places if steps is None else steps & places
    return Scope(workflows, steps, without)


def only_kind(asked: Query) -> LineKind | None:
    """The only kind of which something is told; None where it is every kind."""
    keys = {term.key for term in asked.keyed}
    if "condition" in keys:
        return LineKind.CONDITION
    if "text" in keys:
        return LineKind.TEXT
    if asked.words:
        return None
    if any(term.key == "problem" and not term.negated for term in asked.keyed):
        return LineKind.PROBLEM
    return LineKind.STEP if keys & set(_STEP_KEYS) else LineKind.WORKFLOW


def _workflows(index: Index, term: Term) -> Iterator[int]:
    if term.key == "event":
        yield from (number for number, _ in index.stores[LineKind.EVENT].places_of(lambda text: term.value in text))
        return
    for number, workflow in enumerate(index.workflows):
        text = index.titles[number] if term.key == "workflow" else lowered(workflow.entry.source.path)
        if term.value in text:
            yield number


def _steps(index: Index, term: Term, problems: Sequence[Problem]) -> frozenset[Step]:
    if term.key == "problem":
        places = (place_of(index, problem) for problem in problems if is_about(problem, term.value))
        return frozenset(place for place in places if place is not None)
    held = (term.key, term.value)
    if held not in index.remembered:
        kind, holds = _held(index, term)
        index.remembered[held] = frozenset(index.stores[kind].places_of(holds))
    return index.remembered[held]


def _held(index: Index, term: Term) -> tuple[LineKind, Callable[[str], bool]]:
    """Which lines tell what a term asks of a step, and what has to hold of them."""
    value = term.value
    match term.key:
        case "schedules":
            called = {title.rpartition(BETWEEN)[2] for title in index.titles if value in title}
            return LineKind.SCHEDULE, lambda text: value in text or text in called
        case "refs" if value in index.referred:  # the trigger is 1, which many ids hold
            return LineKind.REFERENCE, lambda text: value in text.split(BETWEEN)
        case "refs":
            return LineKind.REFERENCE, lambda text: value in text
        case key:
            return LineKind[key.upper()], lambda text: value in text


def is_about(problem: Problem, value: str) -> bool:
    return value in problem.rule or value == str(problem.severity)


def place_of(index: Index, problem: Problem) -> Step | None:
    """Where a problem is; None outside of the workflows."""
    number = index.numbers.get(problem.entry.key) if problem.entry is not None else None
    if number is None:
        return None
    ids = index.steps(number)
    return number, ids.index(problem.step) + 1 if problem.step in ids else 0


_MOST = 12


class Completion(NamedTuple):
    query: str
    """The whole of it."""
    shown: str
    """What is new in it."""
    times: int = 0
    """How often the value occurs; 0 for a key."""


def completions(index: Index | None, text: str, problems: Sequence[Problem] = ()) -> tuple[Completion, ...]:
    """What the last part of a query can become, the likeliest first: a key while there is none, else a value of it."""
    typed = partial_term(text)
    if not typed.key:
        word = typed.value.lower()
        keys = [key for key in KEYS if key.startswith(word)] if not text.strip() or word else []
        return tuple(Completion(typed.completed(key), f"{key}:") for key in keys)
    if index is None or typed.key not in KEYS:
        return ()
    wanted = typed.value.lower()
    found = [
        (not value.lower().startswith(wanted), -count, value)
        for value, count in _values(index, typed.key, problems).items()
        if wanted in value.lower() and value.lower() != wanted
    ]
    return tuple(
        Completion(typed.completed(typed.key, value), value, -count) for _, count, value in sorted(found)[:_MOST]
    )


def _values(index: Index, key: str, problems: Sequence[Problem]) -> Mapping[str, int]:
    match key:
        case "action":
            return {text: len(lines) for text, lines in index.actions.items()}
        case "event":
            return {text: len(lines) for text, lines in index.events.items()}
        case "workflow":
            return _first_parts(index, LineKind.WORKFLOW)
        case "step":
            return _first_parts(index, LineKind.STEP)
        case "refs":
            return _first_parts(index, LineKind.REFERENCE)
        case "schedules":
            names = {
                workflow.entry.id: workflow.entry.title for workflow in index.workflows if workflow.entry.id is not None
            }
            ids = _first_parts(index, LineKind.SCHEDULE)
            return Counter(names.get(id_, id_) for id_, count in ids.items() for _ in range(count))
        case "file":
            return Counter(workflow.entry.source.path for workflow in index.workflows)
        case "problem":
            return Counter(problem.rule for problem in problems)
        case _:
            return {}


def _first_parts(index: Index, kind: LineKind) -> Mapping[str, int]:
    blocks: Iterable[str] = (workflow.blocks[kind].text for workflow in index.workflows if workflow.blocks[kind].places)
    return Counter(line.partition(BETWEEN)[0] for text in blocks for line in text.split("\n"))
