"""What is different between two snapshots, for a person: workflows and steps that came, went or changed, and problems.

Compared are values, not texts: neither the layout of a file nor the keys that exports add to a workflow are told.
"""

from __future__ import annotations

import json
import marshal
import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

from kustui.check.problems import Problem, ProblemIdentities, Renames, Words, fixed_and_new
from kustui.definition.collection import Document, Entry
from kustui.definition.keys import BOOKKEEPING_KEYS
from kustui.definition.source.json_values import decoded
from kustui.definition.values import canonical_json
from kustui.text.messages import counted
from kustui.text.signs import ADDED as ADDED
from kustui.text.signs import CHANGED as CHANGED
from kustui.text.signs import REMOVED as REMOVED
from kustui.workspace.snapshot import Snapshot
from kustui.workspace.step_renames import renamed_steps

RENAMED, MOVED = "renamed", "moved"

_MOST_OPENED = 40
"""Changed workflows up to which it is said which of their steps changed; of more, only how many they are."""
_MOST_KEPT = 20_000
"""Characters of a part's JSON that are kept to show what changed."""


class Change(NamedTuple):
    """Something that is no longer as it was."""

    kind: str
    """``added``, ``removed``, ``changed``, ``renamed`` or ``moved``."""
    noun: str
    """``file``, ``app``, ``workflow``, ``trigger`` or ``step``."""
    name: str
    """What a person calls it, now if it is still there."""
    path: str
    entry: Entry | None = None
    """The workflow that it is, or was, or is part of."""
    step: str = ""
    """The id of the step; of the trigger the empty string."""
    before: str = ""
    """Its JSON, indented by two."""
    after: str = ""


class Difference(Struct, frozen=True, eq=False):
    changes: tuple[Change, ...] = ()
    fixed: tuple[Problem, ...] = ()
    new: tuple[Problem, ...] = ()
    broken: tuple[Document, ...] = ()
    """Files that can no longer be read, as they are now."""
    mended: tuple[Document, ...] = ()
    """Files that can be read again."""
    pairs: tuple[tuple[Entry | None, Entry | None], ...] = ()
    """Every workflow that is not the same as it was, and what it is now; None beside one that came or went."""
    workflows: Mapping[str, Entry] = field(default_factory=dict)
    """What the workflow of a key is now, where it goes by another one."""
    steps: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What the step of a workflow (by its key now) and an id is called now, where that is another."""

    @property
    def problems_in_words(self) -> str:
        """``1 problem fixed, 2 new``; an empty string where none came or went."""
        fixed = f"{counted(len(self.fixed), 'problem')} fixed" if self.fixed else ""
        if not self.new:
            return fixed
        return f"{fixed}, {len(self.new):,} new" if fixed else counted(len(self.new), "new problem")

    @property
    def summary(self) -> str:
        """``2 steps changed · 1 problem fixed, 2 new``."""
        numbers = Counter((change.noun, change.kind) for change in self.changes)
        parts = [f"{counted(number, noun)} {kind}" for (noun, kind), number in numbers.items()]
        files = [f"{document.path.rpartition('/')[2]} cannot be read" for document in self.broken[:1]]
        files += [f"{len(self.broken) - 1:,} more cannot be read"] if len(self.broken) > 1 else []
        files += [f"{document.path.rpartition('/')[2]} can be read again" for document in self.mended[:1]]
        groups = [*(", ".join(group) for group in (files, parts) if group), *filter(None, (self.problems_in_words,))]
        return " · ".join(groups) if groups else "no workflow changed"


def difference(before: Snapshot, now: Snapshot, most_opened: int = _MOST_OPENED) -> Difference:
    """What is different. Nothing is said of what the files hold beside their apps and workflows. Of more than
    ``most_opened`` workflows that changed it is not said which of their steps did."""
    old = {document.path: document for document in before.collection.documents}
    broken, mended = [], []
    for document in now.collection.documents:
        was = old.get(document.path)
        if document.broken is not None and (was is None or was.broken is None):
            broken.append(document.broken)
        elif document.broken is None and was is not None and was.broken is not None:
            mended.append(document)
    comparison = _Comparison(before, now, most_opened)
    changes = tuple(comparison.changes())
    pairs = tuple(comparison.pairs)
    fixed, new = fixed_and_new(before.problems or (), now.problems or (), comparison.words_now)
    return Difference(changes, fixed, new, tuple(broken), tuple(mended), pairs, comparison.workflows, comparison.steps)


class _Comparison:
    def __init__(self, before: Snapshot, now: Snapshot, most_opened: int) -> None:
        self._most_opened = most_opened
        self._old = {document.path: document for document in before.collection.documents}
        self._new = {document.path: document for document in now.collection.documents}
        self.pairs: list[tuple[Entry | None, Entry | None]] = []
        self.workflows: dict[str, Entry] = {}
        self.steps: dict[tuple[str, str], str] = {}
        self._renames = Renames()
        self._identities = ProblemIdentities(os.curdir)
        self._changed: dict[str, Entry] = {}  # by their old keys

    def words_now(self, problem: Problem) -> Words:
        """What identifies an old problem, its workflow and step being called as they are now, in its message too."""
        if (old := problem.entry) is None:
            return self._identities.of(problem), self._renames.apply(problem.message)
        entry = self._changed.get(old.key) or self.workflows.get(old.key, old)
        now = problem._replace(entry=entry, document=self._new.get(entry.source.path, problem.document))
        now = now._replace(step=self.steps.get((entry.key, problem.step), problem.step))
        return self._identities.of(now), self._renames.apply(problem.message, entry.key)

    def changes(self) -> Iterator[Change]:
        touched = [path for path in {**self._old, **self._new} if self._old.get(path) is not self._new.get(path)]
        old, new = _entries(self._old, touched), _entries(self._new, touched)
        for path in touched:
            yield from self._file(path)
        removed = [entry for key, entry in old.items() if key not in new]
        added = _Candidates([entry for key, entry in new.items() if key not in old])
        changed = [(old[key], entry) for key, entry in new.items() if key in old and not entry.has_text_of(old[key])]
        for entry in removed:
            match = added.take(entry)
            if match is not None:
                changed.append((entry, match))
            yield from self._removed(entry, match)
        for entry in added.remaining:
            self.pairs.append((None, entry))
            yield Change(ADDED, "workflow", entry.title, entry.source.path, entry)
        yield from self._inside(changed)

    def _removed(self, entry: Entry, match: Entry | None) -> Iterator[Change]:
        """What has become of a workflow whose key is gone; ``match`` is what it is now, if that can be told."""
        if match is None:
            self.pairs.append((entry, None))
            yield Change(REMOVED, "workflow", entry.title, entry.source.path, entry)
            match = self._copy_of(entry)
        elif entry.title != match.title:
            yield Change(RENAMED, "workflow", match.title, match.source.path, match, "", entry.title, match.title)
        elif entry.source.path != match.source.path:
            yield Change(MOVED, "workflow", match.title, match.source.path, match)
        if match is not None:
            self.workflows[entry.key] = match

    def _copy_of(self, entry: Entry) -> Entry | None:
        """A workflow of the same text, which was put where it is before this one was removed."""
        text = entry.text()
        others = (other for document in self._new.values() for other in document.entries if other.size == entry.size)
        return next((other for other in others if other.text() == text), None)

    def _file(self, path: str) -> Iterator[Change]:
        old, new = self._old.get(path), self._new.get(path)
        if old is None and new is not None:
            yield Change(ADDED, "file", path, path)
        elif new is None and old is not None:
            yield Change(REMOVED, "file", path, path)
        elif old is not None and new is not None and old.source is not new.source:
            before, after = _app(old), _app(new)
            if not _same(before, after):
                yield Change(CHANGED, "app", path, path, before=_text(before), after=_text(after))

    def _inside(self, changed: list[tuple[Entry, Entry]]) -> Iterator[Change]:
        """What changed in workflows that are still there."""
        different = []
        for old, new in changed:
            self._changed[old.key] = new
            self._renames.add({f'"{old.title}"': f'"{new.title}"', f'"{old.item.name}"': f'"{new.item.name}"'})
            values = None if _is_laid_out_anew(old, new) else (workflow_value(old), workflow_value(new))
            is_same = values is None or _same(*values)
            if values is not None and not is_same:
                different.append((new, *values))
            if not is_same or old.key != new.key:
                self.pairs.append((old, new))
        if len(different) > self._most_opened:
            for new, *_ in different:
                yield Change(CHANGED, "workflow", new.title, new.source.path, new)
            return
        for new, before, after in different:
            yield from self._parts(new, before, after)

    def _parts(self, entry: Entry, before: Any, after: Any) -> Iterator[Change]:
        old, new = _steps(before), _steps(after)
        added = {id_: step for id_, step in new.items() if id_ not in old}
        renamed = renamed_steps(old, new)
        path, changed = entry.source.path, False
        for id_, step in old.items():
            name = renamed.get(id_, id_)
            kind, now = (RENAMED, new[name]) if name != id_ else (CHANGED, new.get(id_))
            if name != id_:
                added.pop(name, None)
                self.steps[entry.key, id_] = name
            if now is None:
                changed = True
                yield Change(REMOVED, "step", _name(step, id_), path, entry, id_, _text(step), "")
            elif not _same(now, step):
                changed = True
                self._renames.add({id_: name, f'"{_name(step, id_)}"': f'"{_name(now, name)}"'}, entry.key)
                yield Change(kind, "step", _name(now, name), path, entry, name, _text(step), _text(now))
        for id_, step in added.items():
            changed = True
            yield Change(ADDED, "step", _name(step, id_), path, entry, id_, "", _text(step))
        old_trigger, new_trigger = _member(before, "trigger"), _member(after, "trigger")
        if not _same(old_trigger, new_trigger):
            changed = True
            yield Change(CHANGED, "trigger", entry.title, path, entry, "", _text(old_trigger), _text(new_trigger))
        rest = _rest(before), _rest(after)
        if not _same(*rest) or not changed:  # or in the order of its steps
            yield Change(CHANGED, "workflow", entry.title, path, entry, "", _text(rest[0]), _text(rest[1]))


def _entries(documents: Mapping[str, Document], paths: Iterable[str]) -> dict[str, Entry]:
    """The workflows of some files, by key."""
    return {entry.key: entry for path in paths if path in documents for entry in documents[path].entries}


class _Candidates:
    """Workflows that have come, of which some are what others have become that are gone."""

    def __init__(self, added: Iterable[Entry]) -> None:
        self._remaining = {entry.key: entry for entry in added}
        self._by: dict[Callable[[Entry], Hashable], dict[Hashable, list[Entry]]] = {}

    @property
    def remaining(self) -> Iterable[Entry]:
        """Those that are nothing that there was before."""
        return self._remaining.values()

    def take(self, entry: Entry) -> Entry | None:
        """Which of them a workflow that is gone has become, if that can be told: one of the same text, else one of the
        same file and name or id, else the only one of the same id or name, else the only one that is the same but for
        these, else one that stands where it stood and has more than half of its steps."""
        if not self._remaining:
            return None
        match = self._first(_text_of, entry) or self._first(_place_and_id, entry) or self._first(_place_and_name, entry)
        for key in (_id_of, _name_of, _unnamed_of):
            match = match or self._only(key, entry)
        if match is None:
            match = next((other for other in self._alike(_place_of, entry) if _shares_most_steps(entry, other)), None)
        return self._remaining.pop(match.key) if match is not None else None

    def _first(self, key: Callable[[Entry], Hashable], entry: Entry) -> Entry | None:
        return next(iter(self._alike(key, entry)), None)

    def _only(self, key: Callable[[Entry], Hashable], entry: Entry) -> Entry | None:
        alike = self._alike(key, entry)
        return alike[0] if len(alike) == 1 else None

    def _alike(self, key: Callable[[Entry], Hashable], entry: Entry) -> list[Entry]:
        """Those that are left of the same key as a workflow; none where it has no key."""
        if key not in self._by:
            by_key = self._by[key] = {}
            for other in self._remaining.values():
                by_key.setdefault(key(other), []).append(other)
        if (value := key(entry)) is None:
            return []
        return [other for other in self._by[key].get(value, ()) if other.key in self._remaining]


def _text_of(entry: Entry) -> Hashable:
    return blake2b(entry.text()).digest()


def _id_of(entry: Entry) -> Hashable:
    return entry.id


def _name_of(entry: Entry) -> Hashable:
    return entry.item.name or None


def _place_and_id(entry: Entry) -> Hashable:
    return (entry.source.path, entry.id) if entry.id else None


def _place_and_name(entry: Entry) -> Hashable:
    return (entry.source.path, entry.item.name) if entry.item.name else None


def _place_of(entry: Entry) -> Hashable:
    return entry.source.path, entry.item.pointer


def _unnamed_of(entry: Entry) -> Hashable:
    return blake2b(canonical_json(_unnamed(entry)).encode()).digest()


def _shares_most_steps(entry: Entry, other: Entry) -> bool:
    steps = _steps(workflow_value(entry)).keys()
    return 2 * len(steps & _steps(workflow_value(other)).keys()) > len(steps)


def _unnamed(entry: Entry) -> Any:
    """A workflow without what it is called."""
    value = workflow_value(entry)
    if isinstance(value, dict):
        value = {key: member for key, member in value.items() if key not in ("id", "name")}
        if isinstance(trigger := value.get("trigger"), dict):
            value["trigger"] = {key: member for key, member in trigger.items() if key != "eventName"}
    return value


# What is compared: values as they are written, whatever their shape


def _is_laid_out_anew(old: Entry, new: Entry) -> bool:
    """Whether only the blanks between their parts differ, without decoding them; False where that cannot be told."""
    try:
        return msgspec.json.format(old.text(), indent=-1) == msgspec.json.format(new.text(), indent=-1)
    except (msgspec.DecodeError, RecursionError):
        return False


def workflow_value(entry: Entry) -> Any:
    """The workflow as decoded, without the keys that exports add; None where it is nested too deep."""
    try:
        value = decoded(entry.text())
    except RecursionError:
        return None
    if entry.item.resource and isinstance(value, dict) and isinstance(value.get("attributes"), dict):
        value = {**value["attributes"], "id": value.get("id")}
    if isinstance(value, dict):
        for key in BOOKKEEPING_KEYS & value.keys():
            del value[key]
        for step in _listed_steps(value):
            step.pop("_id", None)
    return value


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same as JSON, where 1 is not true; the order of keys is not told apart."""
    if one != other:
        return False
    return marshal.dumps(one, 2) == marshal.dumps(other, 2) or canonical_json(one) == canonical_json(other)


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _steps(value: Any) -> dict[str, Any]:
    """The steps by id, the first of those of the same."""
    steps: dict[str, Any] = {}
    for step in _listed_steps(value):
        if isinstance(step.get("id"), str):
            steps.setdefault(step["id"], step)
    return steps


def _listed_steps(value: Any) -> Iterator[dict[str, Any]]:
    listed = _member(value, "steps")
    return (step for step in listed if isinstance(step, dict)) if isinstance(listed, list) else iter(())


def _rest(value: Any) -> Any:
    """A workflow without its trigger and its steps."""
    if not isinstance(value, dict):
        return value
    return {key: member for key, member in value.items() if key not in ("trigger", "steps")}


def _app(document: Document) -> dict[str, Any]:
    """What an app definition says beside its workflows."""
    members = {}
    pairs = [(app.item.name, key, extent) for app in document.apps for key, extent in app.item.members.items()]
    for name, member, (start, end) in pairs:
        if member != "workflows":
            key = f"{name}.{member}" if len(document.apps) > 1 else member
            try:
                members[key] = decoded(document.source.data[start:end])
            except RecursionError:
                members[key] = None
    return members


def _name(step: Any, id_: str) -> str:
    meta = _member(step, "meta")
    name = _member(meta, "displayName")
    return name if isinstance(name, str) and name else id_


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)[:_MOST_KEPT]
