"""Many scenarios replayed: a result for each, which stands until something that it depends on has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct, field

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Problem
from kustui.config.check_settings import Settings
from kustui.definition.collection import Entry
from kustui.files import ReadError, read_file
from kustui.simulate.engine.history import Coverage, CoverageRatio
from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.differences import Difference
from kustui.simulate.scenarios.file import ScenarioError, read
from kustui.simulate.scenarios.replay import Replay, replay


class ScenarioText(NamedTuple):
    """What a scenario file holds."""

    path: str
    raw: bytes = b""
    error: str = ""
    """Why it cannot be read, in a line; empty where it can."""


class ReplayOptions(NamedTuple):
    """How scenarios are replayed, beside what they say themselves."""

    most: int | None = None
    """Steps after which each is stopped."""
    follow_events: bool = False
    """Whether each follows events."""


DEFAULT_OPTIONS = ReplayOptions()


class Outcome(Enum):
    PASSED = "passed"
    FAILED = "failed"
    UNREADABLE = "unreadable"
    """It is no scenario, or names workflows and steps that are not there."""


class PlacedDifference(NamedTuple):
    """A difference, or a note, and where in the scenario the expectation stands."""

    difference: Difference
    line: int
    column: int
    workflow: str = ""
    """The key of the workflow in which it shows; empty where it is at the end, or of no run."""
    node: str = ""
    """The step, or the trigger, at which it shows."""

    @property
    def message(self) -> str:
        return self.difference.message


class Question(NamedTuple):
    """Something that a replay asks the organisation."""

    about: str
    """A key of ``_ANSWERS``."""
    name: str = ""


class Basis(NamedTuple):
    """What a result depends on."""

    digest: bytes
    """Of the content of its file."""
    options: ReplayOptions
    answers: Mapping[Question, Hashable]
    """All that was asked of the organisation, and what it said."""


_NOTHING = CoverageRatio(0, 0)


class ScenarioResult(Struct, frozen=True):
    """What came of one scenario. Plain values, to be kept and sent to other processes."""

    path: str
    title: str = ""
    """What it says it shows; empty where it cannot be read."""
    differences: tuple[PlacedDifference, ...] = ()
    """From what it expects, in the order in which they happened."""
    notes: tuple[PlacedDifference, ...] = ()
    errors: tuple[str, ...] = ()
    """Why it cannot be replayed: a line each, with the place."""
    caused: tuple[str, ...] = ()
    """The runs that an event has started which it follows, in words."""
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Pointers of the triggers, steps, transitions and error cases that were taken, by the key of the workflow, from
    which on they lead."""
    concerns: frozenset[str] = frozenset()
    """The keys of the workflows that ran in it, or that it names."""
    workflows: tuple[str, ...] = ()
    """The keys of the workflows that ran, in the order in which they began."""
    steps: CoverageRatio = _NOTHING
    """How many steps of these it takes."""
    edges: CoverageRatio = _NOTHING
    """How many of their transitions and error cases."""
    text: str = ""
    """What a report has of the replay itself."""
    basis: Basis | None = None
    """All that it depends on; None where it is not kept."""

    @property
    def outcome(self) -> Outcome:
        if self.errors:
            return Outcome.UNREADABLE
        return Outcome.FAILED if self.differences else Outcome.PASSED

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def undecided(self) -> bool:
        """Whether a run of it was left because something is undecided, and it does not expect that."""
        return any(placed.difference.undecided for placed in self.differences)


Render = Callable[[Replay], str]
"""Makes the text of a result."""


def read_texts(paths: Iterable[str]) -> list[ScenarioText]:
    """The content of each scenario file."""
    texts = []
    for path in paths:
        try:
            texts.append(ScenarioText(path, read_file(path)))
        except ReadError as error:
            texts.append(ScenarioText(path, error=str(error)))
    return texts


def replay_all(
    texts: Sequence[ScenarioText],
    organisation: Organisation,
    before: Iterable[ScenarioResult] = (),
    options: ReplayOptions = DEFAULT_OPTIONS,
    render: Render | None = None,
) -> Iterator[ScenarioResult]:
    """The result of each scenario, in their order, as they come: that of ``before`` where nothing has changed that it
    depends on."""
    reusable = reusable_results(texts, organisation, before, options)
    for text in texts:
        yield reusable.get(text.path) or replay_one(text, organisation, options, render)


def reusable_results(
    texts: Iterable[ScenarioText],
    organisation: Organisation,
    before: Iterable[ScenarioResult],
    options: ReplayOptions = DEFAULT_OPTIONS,
) -> dict[str, ScenarioResult]:
    """The results of before that are still those of their scenarios, by path; all others are due."""
    results = {result.path: result for result in before}
    reusable = {}
    for text in texts:
        result = results.get(text.path)
        if result is not None and not text.error and _is_current(result, text, options, organisation):
            reusable[text.path] = result
    return reusable


def replay_one(
    text: ScenarioText,
    organisation: Organisation,
    options: ReplayOptions = DEFAULT_OPTIONS,
    render: Render | None = None,
) -> ScenarioResult:
    """The result of one scenario."""
    if text.error:
        return ScenarioResult(text.path, errors=(text.error,))
    asked = _AskedOrganisation.of(organisation)
    file, result, errors = None, None, tuple[str, ...]()
    try:
        file = read(text.path, text.raw)
        result = replay(file, asked, options.most, follow_events=options.follow_events)
    except ScenarioError as error:
        errors = error.lines
    answers = {question: _answer(organisation, question) for question in asked.questions}
    basis = Basis(_digest(text.raw), options, answers)
    if result is not None:
        return _result_of(result, asked.concerned, render, basis)
    title = file.scenario.scenario if file is not None else ""
    return ScenarioResult(text.path, title, errors=errors, concerns=asked.concerned, basis=basis)


def result_of(result: Replay, render: Render | None = None) -> ScenarioResult:
    """The result of a replay that nobody asks for again."""
    return _result_of(result, frozenset(result.state.taken), render, None)


def _result_of(result: Replay, concerned: frozenset[str], render: Render | None, basis: Basis | None) -> ScenarioResult:
    file, by_key = result.file, result.state.organisation.collection.by_key
    taken = {}
    for key, pointers in result.state.taken.merged.items():
        prefix = by_key[key].item.pointer
        taken[key] = frozenset(pointer.removeprefix(prefix) for pointer in pointers)
    caused = tuple(
        f"run {entry.run} of {entry.title} is started: {entry.cause}"
        for entry in result.entries
        if entry.caused_by and entry.kind is EntryKind.START
    )
    coverage = Coverage.of(result.state)
    return ScenarioResult(
        file.path,
        file.scenario.scenario,
        tuple(_placed(result, difference) for difference in result.differences),
        tuple(_placed(result, note) for note in result.notes),
        caused=caused,
        taken=taken,
        concerns=concerned,
        workflows=tuple(dict.fromkeys(entry.key for entry in result.entries if entry.run)),
        steps=coverage.steps,
        edges=coverage.edges,
        text=render(result) if render is not None else "",
        basis=basis,
    )


def _placed(result: Replay, difference: Difference) -> PlacedDifference:
    start = result.file.document.span(difference.pointer).start
    entry = next((entry for entry in result.entries if entry.number == difference.entry and entry.run), None)
    place = (entry.key, entry.node) if entry is not None else ("", "")
    return PlacedDifference(difference, start.line, start.column, *place)


def coverage_of(results: Iterable[ScenarioResult], organisation: Organisation, *, every: bool = False) -> Coverage:
    """What scenarios have taken together, of the workflows that ran, or of ``every`` workflow."""
    by_key = organisation.collection.by_key
    taken: dict[str, set[str]] = {key: set() for key in by_key} if every else {}
    for result in results:
        for key, pointers in result.taken.items():
            if key in by_key:
                prefix = by_key[key].item.pointer
                taken.setdefault(key, set()).update(f"{prefix}{pointer}" for pointer in pointers)
    return Coverage.over(organisation, taken)


# What a result depends on


class _AskedOrganisation(Organisation, frozen=True, eq=False, kw_only=True):
    """An organisation that notes what a replay asks of it."""

    original: Organisation
    questions: set[Question] = field(default_factory=set)

    @classmethod
    def of(cls, organisation: Organisation) -> _AskedOrganisation:
        return cls(analyses=organisation.analyses, problems=organisation.problems, original=organisation)

    @property
    def concerned(self) -> frozenset[str]:
        """The keys of the workflows that ran, or that were named."""
        return frozenset(question.name for question in self.questions if question.about == "workflow")

    @property
    def settings(self) -> Settings:
        self._ask("unit")
        return self.original.settings

    @property
    def titles(self) -> frozenset[str]:
        self._ask("names")
        return self.original.titles

    @property
    def events(self) -> tuple[str, ...]:
        self._ask("events")
        return self.original.events

    def analysis(self, key: str) -> WorkflowAnalysis:
        self._ask("workflow", key)
        return self.original.analysis(key)

    def by_id(self, id_: str) -> WorkflowAnalysis | None:
        self._ask("id", id_)
        analysis = self.original.by_id(id_)
        if analysis is not None:
            self._ask("workflow", analysis.key)
        return analysis

    def find(self, name: str, path: str = "") -> tuple[Entry, ...]:
        self._ask("name", name)
        entries = self.original.find(name, path)
        if len(entries) == 1:
            self._ask("workflow", entries[0].key)
        return entries

    def name_of(self, key: str) -> str:
        self._ask("names")
        return self.original.name_of(key)

    def listeners(self, event: str) -> tuple[str, ...]:
        self._ask("event", event)
        return self.original.listeners(event)

    def problems_at(self, key: str, pointer: str) -> tuple[Problem, ...]:
        self._ask("workflow", key)
        return self.original.problems_at(key, pointer)

    def _ask(self, about: str, name: str = "") -> None:
        self.questions.add(Question(about, name))


def _answer(organisation: Organisation, question: Question) -> Hashable:
    """What an organisation says to what a replay asked of it, or of an earlier one."""
    if question not in organisation.answers:
        organisation.answers[question] = _ANSWERS[question.about](organisation, question.name)
    return organisation.answers[question]


_ANSWERS: Mapping[str, Callable[[Organisation, str], Hashable]] = {
    "workflow": lambda organisation, key: _digest_of_workflow(organisation, key),
    "id": lambda organisation, id_: (entry := organisation.collection.by_id.get(id_)) and entry.key,
    "name": lambda organisation, name: tuple((entry.key, entry.source.path) for entry in organisation.find(name)),
    "event": lambda organisation, event: organisation.listeners(event),
    "events": lambda organisation, _: organisation.events,
    "names": lambda organisation, _: _digest(
        *(repr((e.key, e.id, e.item.name, e.title)).encode() for e in organisation.collection.entries)
    ),
    "unit": lambda organisation, _: organisation.settings.relative_unit_minutes,
}


_DECLARING = ("app", "name", "actions")
"""The members of an app that say what its actions return."""


def _digest_of_workflow(organisation: Organisation, key: str) -> bytes:
    """Of the text of a workflow and of what its app declares, and of the problems in it; empty where it is gone."""
    entry = organisation.collection.by_key.get(key)
    if entry is None:
        return b""
    app = organisation.collection.document_of(entry).app_at(entry.item.pointer)
    members = app.item.members if app is not None else {}
    declared = (app.source.data[slice(*members[name])] for name in _DECLARING if app and name in members)
    problems = sorted(
        repr((problem.rule, problem.severity, problem.pointer.removeprefix(entry.item.pointer), problem.message))
        for problem in organisation.problems.get(key, ())
    )
    return _digest(entry.text(), *declared, *(problem.encode() for problem in problems))


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.digest()


def _is_current(result: ScenarioResult, text: ScenarioText, options: ReplayOptions, organisation: Organisation) -> bool:
    """Whether nothing has changed that a result depends on."""
    basis = result.basis
    if basis is None or basis.digest != _digest(text.raw) or basis.options != options:
        return False
    return all(_answer(organisation, question) == answer for question, answer in basis.answers.items())
