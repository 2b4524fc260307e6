"""What somebody asks for: words, and terms such as ``action:rest-api``; a ``-`` before one means the opposite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kustui.check.problems import Problem
from kustui.search.index import LINES_OF_KEY, Index
from kustui.search.index_lines import SEPARATOR, LineKind
from kustui.search.step_set import StepSet
from kustui.text.messages import DURATION, duration_spellings
from kustui.text.styled_lines import lowered

KEYS = {
    "workflow": "of workflows with this in their name or id",
    "file": "of workflows in files with this in their path",
    "event": "of workflows that this event starts",
    "step": "steps with this in their name or id",
    "action": "steps that do this",
    "refs": "steps that refer to this step",
    "schedules": "steps that schedule this workflow",
    "starts": "steps whose event, or call, starts this workflow, or that cause this event",
    "reads": "steps that read this field of an object",
    "writes": "steps that write this field of an object",
    "field": "steps that read or write this field of an object",
    "host": "steps that call this host",
    "problem": "what this rule finds wrong",
    "condition": "conditions with this in their words",
    "text": "parameters with this in their text",
}
"""What can stand before a colon, and what it is for."""

_LINE_KEYS = ("", "condition", "text")
"""The keys of what stands in a line itself, not where the line stands."""
_WORKFLOW_KEYS = ("workflow", "file", "event")
_STEP_KEYS = ("step", "action", "refs", "schedules", "starts", "reads", "writes", "field", "host", "problem")
_TERM = re.compile(r'(-?)(?:([A-Za-z]+):(?!//))?("[^"]*"?|\S*)')
_MOST_COMPLETIONS = 12


class Term(NamedTuple):
    """A word, or a value behind a key."""

    value: str
    """In lower case."""
    key: str = ""
    negated: bool = False
    """Whether it must not hold."""


class Query(NamedTuple):
    terms: tuple[Term, ...] = ()
    unknown: tuple[str, ...] = ()
    """What stands before a colon and is no key: it is looked for as text."""

    @property
    def words(self) -> tuple[str, ...]:
        """What has to stand in a line, whichever kind of line is asked for."""
        return tuple(term.value for term in self.terms if term.key in _LINE_KEYS and not term.negated)

    @property
    def excluded(self) -> tuple[str, ...]:
        """What must not stand in a line."""
        return tuple(term.value for term in self.terms if term.key in _LINE_KEYS and term.negated)

    @property
    def keyed(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.key)

    @property
    def only_kind(self) -> LineKind | None:
        """The only kind of line that is looked for; None where it is every kind."""
        keys = {term.key for term in self.keyed}
        if "condition" in keys:
            return LineKind.CONDITION
        if "text" in keys:
            return LineKind.TEXT
        if self.words:
            return None
        if self.asks_for_problems:
            return LineKind.PROBLEM
        return LineKind.STEP if keys & set(_STEP_KEYS) else LineKind.WORKFLOW

    @property
    def asks_for_problems(self) -> bool:
        return any(term.key == "problem" and not term.negated for term in self.keyed)


def parse_query(text: str) -> Query:
    """What is typed, as far as it goes: never raises. A key without a value asks for nothing yet."""
    terms: list[Term] = []
    unknown: list[str] = []
    if '"' not in text:  # a duration is one term, spelled as that of a schedule
        text = DURATION.sub(lambda match: f'"{duration_spellings(match[0])[0]}"', text)
    for sign, key, quoted in _TERM.findall(text):
        value = quoted.strip('"').lower() if quoted.startswith('"') else quoted.lower()
        value = value.replace("\n", " ")  # no line that is searched has a break in it
        if key and key.lower() not in KEYS:
            unknown.append(key)
            value = f"{key.lower()}:{value}"
            key = ""
        if value:
            terms.append(Term(value, key.lower(), bool(sign)))
    return Query(tuple(terms), tuple(unknown))


# The workflows and steps that the terms leave


def scope_of(index: Index, query: Query, problems: Sequence[Problem]) -> StepSet:
    """What every term leaves: steps, and what stands for a workflow itself."""
    scope = index.all_steps()
    for term in query.keyed:
        if term.key in _WORKFLOW_KEYS:
            matching = index.steps_of(_workflows(index, term))
        elif term.key in _STEP_KEYS:
            matching = _steps(index, term, problems)
        else:
            continue
        scope = scope - matching if term.negated else scope & matching
    return scope


def _workflows(index: Index, term: Term) -> Iterator[int]:
    if term.key == "event":
        for step in index.stores[LineKind.EVENT].steps_where(lambda text: term.value in text):
            yield index.located_step(step)[0]
        return
    for number, entry in enumerate(index.entries):
        text = index.titles[number] if term.key == "workflow" else lowered(entry.source.path)
        if term.value in text:
            yield number


def _steps(index: Index, term: Term, problems: Sequence[Problem]) -> StepSet:
    if term.key != "problem":
        return index.steps_with(term.key, term.value)
    steps = (step_of(index, problem) for problem in problems if is_about(problem, term.value))
    return index.step_set(step for step in steps if step is not None)


def is_about(problem: Problem, value: str) -> bool:
    """Whether a problem is of the rule, or the severity, that a value names."""
    return value in problem.rule or value == str(problem.severity)


def step_of(index: Index, problem: Problem) -> int | None:
    """The number of the step where a problem is; None outside of the workflows."""
    number = index.numbers.get(problem.entry.key) if problem.entry is not None else None
    if number is None:
        return None
    ids = index.step_ids(number)
    return index.step_number(number, ids.index(problem.step) + 1 if problem.step in ids else 0)


# Completion


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
    term = PartialTerm(text, "", "", "")
    for match in _TERM.finditer(text):
        sign, key, quoted = match.groups()
        if match.end() == len(text) and match.group():
            term = PartialTerm(text[: match.start()], sign, (key or "").lower(), quoted.strip('"'))
    return term


class Completion(NamedTuple):
    query: str
    """The whole of it."""
    shown: str
    """What is new in it."""
    occurrences: int = 0
    """How often the value occurs; 0 for a key."""


def completions(index: Index | None, text: str, problems: Sequence[Problem] = ()) -> tuple[Completion, ...]:
    """What the last part of a query can become, the likeliest first: a key while there is none, else a value of it."""
    typed = partial_term(text)
    value = typed.value.lower()
    if not typed.key:
        keys = [key for key in KEYS if key.startswith(value)] if not text.strip() or value else []
        return tuple(Completion(typed.completed(key), f"{key}:") for key in keys)
    if index is None or typed.key not in KEYS:
        return ()
    matches = sorted(
        (not known.lower().startswith(value), -count, known)
        for known, count in _values_of(index, typed.key, problems).items()
        if value in known.lower() and known.lower() != value
    )
    return tuple(
        Completion(typed.completed(typed.key, known), known, -count) for _, count, known in matches[:_MOST_COMPLETIONS]
    )


def _values_of(index: Index, key: str, problems: Sequence[Problem]) -> Mapping[str, int]:
    """The values that there are for a key, with how often each occurs."""
    match key:
        case "action" | "event":
            lines_by_text = index.actions if key == "action" else index.events
            return {text: len(lines) for text, lines in lines_by_text.items()}
        case "schedules":
            titles = {entry.id: entry.title for entry in index.entries if entry.id is not None}
            by_id = _first_parts(index, LineKind.SCHEDULE)
            return _added((titles.get(id_, id_), count) for id_, count in by_id)
        case "file":
            return Counter(entry.source.path for entry in index.entries)
        case "problem":
            return Counter(problem.rule for problem in problems)
    return _added(pair for kind in LINES_OF_KEY.get(key, ()) for pair in _first_parts(index, kind))


def _first_parts(index: Index, kind: LineKind) -> Iterator[tuple[str, int]]:
    for line, count in index.stores[kind].counts().items():
        yield line.partition(SEPARATOR)[0], count


def _added(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for name, count in pairs:
        sums[name] += count
    return sums
