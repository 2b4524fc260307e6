"""The workflows and steps that hold some words: the names, ids, actions and params of all steps, read without their
models, at about 0.2 ms for a workflow of 40 steps."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from kustui.definition.collection import Collection, Entry
from kustui.definition.folders import common_folder
from kustui.definition.models import RunAt, due_in_words
from kustui.definition.platform import RELATIVE_UNIT_MINUTES, SCHEDULE_ACTION
from kustui.definition.source.source import replace_lone_surrogates
from kustui.text.messages import searched_words

_BETWEEN = "\0"
"""Between the steps of a workflow: no text holds one."""
_NAMES = ("displayName", "name", "description")
"""What people wrote about a step."""
_MOST_PARAMS = 5
"""Params of a step that are searched, about as many as its row has room for."""
_LONGEST = 72
"""Characters of a param that are."""


class _Workflow(msgspec.Struct):
    steps: object = None
    attributes: object = None
    """Where a resource of the API has its steps."""


_decode = msgspec.json.Decoder(_Workflow).decode


class Matches(NamedTuple):
    """What holds every word of a filter."""

    words: str = ""
    workflows: Mapping[str, bool] = {}
    """The workflows that match, or that have a step that does, by their keys in the order of the files; whether they
    do so themselves."""
    steps: Mapping[str, frozenset[int]] = {}
    """The steps that match, by the key of their workflow: their places in its file, counted from 0."""

    @property
    def total(self) -> int:
        """How many workflows and steps match."""
        return sum(self.workflows.values()) + sum(map(len, self.steps.values()))

    def count_in(self, key: str) -> int:
        """How many do of a workflow and its steps."""
        return self.workflows[key] + len(self.steps.get(key, ()))


class StepTexts:
    """The texts of the steps of a collection. Those of workflows that are as they were are taken over."""

    def __init__(
        self, collection: Collection, before: StepTexts | None = None, unit: float = RELATIVE_UNIT_MINUTES
    ) -> None:
        """``unit`` is that of delays, in minutes."""
        self.collection = collection
        self._unit = unit
        self._folder = common_folder([document.path for document in collection.documents])
        self._texts: dict[str, tuple[Entry, str]] = {}
        self._last = Matches()
        """What matched the text before, once everything is read."""
        for entry in collection.entries if before is not None else ():
            kept = before._texts.get(entry.key)  # type: ignore[union-attr]
            if kept is not None and kept[0].has_text_of(entry):
                self._texts[entry.key] = (entry, kept[1])

    @property
    def missing(self) -> Sequence[Entry]:
        """The workflows whose steps are yet to be read."""
        entries = self.collection.entries
        return [entry for entry in entries if entry.key not in self._texts] if len(self._texts) < len(entries) else ()

    def read(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Read the steps of all workflows. Ends early once it is no longer ``wanted``."""
        for entry in self.missing:
            if not wanted():
                return
            self._texts[entry.key] = (entry, _BETWEEN.join(_step_texts(entry, self._unit)).lower())
            time.sleep(0)  # a key does not wait for all of them

    def matches(self, text: str) -> Matches:
        """What holds every word of a text: a workflow in its name, id, event or path (below the folder of all); a step
        in what it is called and does, or some of them there and the others in its workflow."""
        words = _words_of(text)
        workflows: dict[str, bool] = {}
        steps: dict[str, frozenset[int]] = {}
        entries, last = self.collection.entries if words else (), self._last
        has_duration = max(map(len, words), default=0) > 1
        if last.words and text.startswith(last.words) and not has_duration:  # a key more leaves nothing else
            entries = tuple(self.collection.by_key[key] for key in last.workflows)
        for entry in entries:
            path = entry.source.path.removeprefix(self._folder)
            title = f"{entry.title}\n{entry.item.name}\n{entry.id}\n{entry.item.event}\n{path}".lower()
            others = [word for word in words if not _holds(title, word)]
            numbers = self._steps_with(entry, others or words)
            if numbers:
                steps[entry.key] = frozenset(numbers)
            if numbers or not others:
                workflows[entry.key] = not others
        matches = Matches(text, workflows, steps)
        self._last = Matches() if self.missing or has_duration else matches
        return matches

    def _steps_with(self, entry: Entry, words: Sequence[tuple[str, ...]]) -> Sequence[int]:
        """The places of the steps of a workflow that hold all of some words."""
        _, text = self._texts.get(entry.key, (entry, ""))
        for word in words:
            if not _holds(text, word):
                return ()
        lines = text.split(_BETWEEN)
        numbers: Sequence[int] = range(len(lines))
        for word in words:
            numbers = [number for number in numbers if _holds(lines[number], word)]
        return numbers


def _words_of(text: str) -> Sequence[tuple[str, ...]]:
    """The words of a filter, each with its spellings; without those of signs alone, as the + of ``tags + vip``."""
    words = list(searched_words(text))
    return [word for word in words if any(map(str.isalnum, word[0]))] or words


def _holds(text: str, spellings: Sequence[str]) -> bool:
    """Whether a text holds a word; a duration, in one of its spellings as words of their own."""
    if len(spellings) == 1:
        return spellings[0] in text
    return re.search(rf"(?<![\w.])(?:{'|'.join(map(re.escape, spellings))})s?(?!\w)", text) is not None


def _step_texts(entry: Entry, unit: float) -> Iterator[str]:
    """One text for each step, empty for what is none."""
    try:
        value = _decode(replace_lone_surrogates(entry.text()))
        whole = value.attributes if entry.item.resource else {"steps": value.steps}
        steps = whole.get("steps") if isinstance(whole, dict) else None
    except (msgspec.MsgspecError, RecursionError):  # its row says what is wrong with it
        return
    for step in steps if isinstance(steps, list) else ():
        yield _step_text(step, unit).replace(_BETWEEN, " ") if isinstance(step, dict) else ""


def _step_text(step: Mapping[str, object], unit: float) -> str:
    action, params = step.get("action"), step.get("params")
    meta = step.get("meta")
    names = [meta.get(key) for key in _NAMES] if isinstance(meta, dict) else []
    parts = [part for part in (*names, step.get("id"), action) if isinstance(part, str)]
    if isinstance(params, dict) and action == SCHEDULE_ACTION:  # whose workflow has a row of its own
        if (run_at := RunAt.of(params.get("runAt"))) is not None:
            parts.append(due_in_words(run_at, unit))
    elif isinstance(params, dict):
        written = dict(params)
        custom = written.pop("custom", None)
        for prefix, members in (("", written), ("custom.", custom)):
            if isinstance(members, dict):
                parts.extend(f"{prefix}{key} = {_words(members[key])}" for key in islice(members, _MOST_PARAMS))
    return "\n".join(parts)


def _words(value: object) -> str:
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, list):
        return ", ".join(member for member in value[:_MOST_PARAMS] if isinstance(member, str))[:_LONGEST]
    return str(value)[:_LONGEST] if not isinstance(value, dict) else ""
