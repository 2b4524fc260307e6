"""What changed between two states, file by file: the content of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.check.problems import Problem
from kustui.definition.collection import AppEntry, Document, Entry
from kustui.definition.source.outline import Shape
from kustui.definition.source.source import Span
from kustui.diagrams.labels import event_label
from kustui.groups import grouped
from kustui.review.app_changes import app_changes, paired_apps
from kustui.review.behaviour import Behaviour
from kustui.review.comparison import Comparison, WorkflowPair
from kustui.review.part_changes import NAME, VALUE, PartChange, named, sentence, shown
from kustui.review.scenario_changes import ScenarioChange
from kustui.review.workflow_changes import workflow_changes
from kustui.text.messages import counted
from kustui.text.styled_lines import Line
from kustui.workspace.difference import ADDED, CHANGED, MOVED, REMOVED, RENAMED

_KINDS = (CHANGED, RENAMED, MOVED, ADDED, REMOVED)
SCENARIO_VERBS = {
    "fails": ("fails", "fail"),
    "unreadable": ("cannot be read", "cannot be read"),
    "passes": ("passes", "pass"),
    "elsewhere": ("ends otherwise", "end otherwise"),
}
"""What a scenario does now, and what several do, by the kind of the change."""


class Part(NamedTuple):
    """A value in one of the states."""

    file: str
    """What a person calls the file in which it is written: ``HEAD~3:workflows/orders.json``."""
    pointer: str
    span: Span

    @property
    def place(self) -> str:
        """``file:line:column``."""
        return f"{self.file}:{self.span.start}"


class Changed(Struct, frozen=True, eq=False):
    """A workflow or an app that is not as it was. At least one of ``old`` and ``new`` is there."""

    kind: str
    """``added``, ``removed``, ``changed``, ``renamed`` or ``moved``."""
    noun: str
    name: str
    """As it is now, if it is still there."""
    words: Line
    """What became of it, in a sentence, with its name: ``Refund is new: 5 steps, on conversation.create``."""
    old: Entry | AppEntry | None
    new: Entry | AppEntry | None
    changes: tuple[PartChange, ...] = ()
    pair: WorkflowPair | None = None
    """Of a workflow."""


class ChangedFile(Struct, frozen=True, eq=False):
    path: str
    """As a person calls it, in the state that has it."""
    kind: str
    """``added``, ``removed`` or ``renamed``, else ``changed``."""
    note: Line = ()
    """In a few words what became of it, where that is to be said: why it is not compared, or what it was called."""
    parts: tuple[Changed, ...] = ()
    """Its apps, then its workflows."""


class Review(Struct, frozen=True, eq=False):
    """What there is to say of two states."""

    comparison: Comparison
    files: tuple[ChangedFile, ...]
    behaviour: Behaviour = field(default_factory=Behaviour)

    @property
    def new_problems(self) -> tuple[Problem, ...]:
        return self.comparison.difference.new

    @property
    def fixed_problems(self) -> tuple[Problem, ...]:
        return self.comparison.difference.fixed

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return not (self.files or self.new_problems or self.fixed_problems or self.events or self.behaviour.scenarios)

    @property
    def events(self) -> int:
        """How many events go another way."""
        return sum(len(workflow.paths.changes) for workflow in self.behaviour.workflows)

    @property
    def counts(self) -> Mapping[str, Counter[str]]:
        """How many workflows, apps and files came, went or changed, by noun and kind."""
        counts: dict[str, Counter[str]] = {"workflow": Counter(), "app": Counter(), "file": Counter()}
        for file in self.files:
            counts["file"][file.kind] += 1
            for part in file.parts:
                counts[part.noun][part.kind] += 1
        return counts

    @property
    def summary(self) -> str:
        """``3 workflows changed, 1 added · 1 problem fixed, 2 new``."""
        counts = self.counts
        words = [_in_words(noun, [(counts[noun][kind], kind) for kind in _KINDS]) for noun in ("workflow", "app")]
        words.append(self.comparison.difference.problems_in_words)
        words.append(_scenarios_in_words(self.behaviour.scenarios))
        if renames := counts["file"][RENAMED]:
            words.append(f"{counted(renames, 'file')} renamed")
        if self.events:
            words.append(events_in_words(self.events))
        if not any(words) and self.files:
            words.append(f"{counted(len(self.files), 'file')} changed")
        return " · ".join(filter(None, words))

    def part(self, at: Entry | AppEntry | None, pointer: str | None, *, is_old: bool) -> Part | None:
        """A value of a workflow or an app; None where nothing stands there."""
        if at is None or pointer is None:
            return None
        comparison = self.comparison
        state, snapshot = (comparison.old_state, comparison.old) if is_old else (comparison.new_state, comparison.new)
        spot = at.spot(pointer) if isinstance(at, Entry) else snapshot.collection.document_of(at).spot(pointer)
        return Part(state.name_of(at.source.path_of(spot.value)), pointer, at.source.span(spot.value))

    def places(self, changed: Changed, change: PartChange) -> tuple[Part | None, Part | None]:
        """Where a change stands in the old and in the new state."""
        return self.part(changed.old, change.old, is_old=True), self.part(changed.new, change.new, is_old=False)


def review_of(comparison: Comparison, behaviour: Behaviour | None = None) -> Review:
    """What there is to say of two states; formatting, order and bookkeeping make no difference."""
    files = tuple(_ReviewedFiles(comparison).files())
    return Review(comparison, files, behaviour or Behaviour())


def events_in_words(number: int) -> str:
    """``1 event goes another way``."""
    return f"{counted(number, 'event')} {'goes' if number == 1 else 'go'} another way"


def _scenarios_in_words(scenarios: Sequence[ScenarioChange]) -> str:
    """``2 scenarios fail, 1 passes``; an empty string for none."""
    counts = Counter(scenario.kind for scenario in scenarios)
    verbs = ((counts[kind], verbs) for kind, verbs in SCENARIO_VERBS.items())
    return _in_words("scenario", [(number, one if number == 1 else several) for number, (one, several) in verbs])


def _in_words(noun: str, numbers: Iterable[tuple[int, str]]) -> str:
    """``3 workflows changed, 1 added``: how many of what a noun names are what; an empty string for none."""
    words = [(number, what) for number, what in numbers if number]
    first = [f"{counted(number, noun)} {what}" for number, what in words[:1]]
    return ", ".join((*first, *(f"{number:,} {what}" for number, what in words[1:])))


class _ReviewedFiles:
    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._old = {document.path: document for document in comparison.old.collection.documents}
        self._new = {document.path: document for document in comparison.new.collection.documents}

    def files(self) -> Iterator[ChangedFile]:
        parts = self._parts()
        renamed = self._renamed(parts)
        before = frozenset(renamed.values())
        for path in {**self._new, **self._old}:
            old, new = self._old.get(path), self._new.get(path)
            if old is new or path in before:
                continue
            if path in renamed:
                note = sentence("was {}", named(self._comparison.old_state.name_of(renamed[path])))
                yield ChangedFile(path, RENAMED, note, tuple(map(_in_place, filter(_is_more, parts[path]))))
                continue
            kind = CHANGED if old is not None and new is not None else REMOVED if new is None else ADDED
            words = self._note(path) or {ADDED: "new", REMOVED: "gone"}.get(kind, "")
            if words or parts.get(path):
                name = self._comparison.old_state.name_of(path) if kind == REMOVED else path
                yield ChangedFile(name, kind, ((words, ""),) if words else (), tuple(parts.get(path, ())))

    def _renamed(self, parts: Mapping[str, Sequence[Changed]]) -> Mapping[str, str]:
        """The files that came and hold what one that is gone held, with the paths of those."""
        renamed: dict[str, str] = {}
        taken = {*self._new, *parts}
        for path, there in parts.items():
            before = {part.old.source.path for part in there if part.old is not None}
            all_moved = len(before) == 1 and all(part.old is not None and part.new is not None for part in there)
            if all_moved and path not in self._old and not before & taken:
                taken |= before
                renamed[path] = before.pop()
        return renamed

    def _note(self, path: str) -> str:
        old, new = _is_broken(self._old.get(path)), _is_broken(self._new.get(path))
        if old is new or path not in self._old or path not in self._new:
            return ""
        return (
            "cannot be read now, so that it is not compared" if new else "could not be read, so that it is not compared"
        )

    def _parts(self) -> Mapping[str, Sequence[Changed]]:
        """What changed, by the path of its file now, or then if it is gone."""
        return grouped(
            (at.source.path, part)
            for part in (*self._apps(), *self._workflows())
            if (at := part.new or part.old) is not None and not self._note(at.source.path)
        )

    # Apps

    def _apps(self) -> Iterator[Changed]:
        gone: dict[str, AppEntry] = {}
        came: list[AppEntry] = []
        for path in {**self._new, **self._old}:
            old, new = self._old.get(path), self._new.get(path)
            if old is new:
                continue
            for one, other in paired_apps(old, new):
                if one is not None and other is not None:
                    yield from self._app(one, other)
                elif one is not None:
                    gone[one.item.name] = one
                elif other is not None:
                    came.append(other)
        for app in came:
            before = gone.pop(app.item.name, None)
            yield from self._app(before, app) if before is not None else [_came_or_went(ADDED, app)]
        for app in gone.values():
            yield _came_or_went(REMOVED, app)

    def _app(self, old: AppEntry, new: AppEntry) -> Iterator[Changed]:
        changes = app_changes(old, new)
        is_moved = old.source.path != new.source.path
        if changes or is_moved:
            name = new.app.title or new.item.name
            words = self._moved(name, old.source.path) if is_moved else sentence("app {}", named(name))
            yield Changed(MOVED if is_moved else CHANGED, "app", name, words, old, new, changes)

    def _moved(self, name: str, old_path: str) -> Line:
        return sentence("{} was in {}", named(name), named(self._comparison.old_state.name_of(old_path)))

    # Workflows

    def _workflows(self) -> Iterator[Changed]:
        for pair in self._comparison.pairs:
            if pair.old is not None and pair.new is not None:
                yield from self._workflow(pair.old, pair.new, pair)
            elif (entry := pair.new or pair.old) is not None:
                kind, became = (ADDED, "is new") if pair.old is None else (REMOVED, "is gone")
                workflow = entry.workflow
                about = f"{counted(len(workflow.steps), 'step')}, {event_label(workflow.trigger)}"
                words = sentence(f"{{}} {became}: {{}}", named(entry.title), shown(about))
                yield Changed(kind, "workflow", entry.title, words, pair.old, pair.new, (), pair)

    def _workflow(self, old: Entry, new: Entry, pair: WorkflowPair) -> Iterator[Changed]:
        comparison = self._comparison
        identities = comparison.identities(pair)
        changes = workflow_changes(comparison.old_analysis(old), comparison.new_analysis(new), identities)
        kind, words = CHANGED, named(new.title)
        if old.title != new.title:
            kind, words = RENAMED, sentence("{} was called {}", named(new.title), named(old.title))
            changes = tuple(change for change in changes if not _says_same(change, words))
        elif old.source.path != new.source.path:
            kind, words = MOVED, self._moved(new.title, old.source.path)
        if changes or kind != CHANGED:
            yield Changed(kind, "workflow", new.title, words, old, new, changes, pair)


def _says_same(change: PartChange, words: Line) -> bool:
    """Whether a change says once more that a workflow was called otherwise: by its name, else by its id."""
    return change.kind == RENAMED and not change.node and _names(change.sentence) == _names(words)


def _names(sentence: Line) -> set[str]:
    return {text for text, look in sentence if look in (NAME, VALUE)}


def _came_or_went(kind: str, app: AppEntry) -> Changed:
    name = app.app.title or app.item.name
    words = sentence("the app {} is new" if kind == ADDED else "the app {} is gone", named(name))
    return Changed(kind, "app", name, words, *((None, app) if kind == ADDED else (app, None)))


def _is_broken(document: Document | None) -> bool:
    return document is not None and document.shape is Shape.BROKEN


def _is_more(part: Changed) -> bool:
    """Whether a part of a file that was renamed is not only in another file."""
    return bool(part.changes) or part.kind != MOVED


def _in_place(part: Changed) -> Changed:
    """The same, where that it is in another file goes without saying."""
    return replace(part, kind=CHANGED, words=named(part.name)) if part.kind == MOVED else part
