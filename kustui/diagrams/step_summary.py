"""What a step does, in a few words taken from its params: ``POST status.example.com/…``, ``tags + vip``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from kustui.definition.expressions import Path, Template, parse, value_in_words
from kustui.definition.expressions.nodes import Content, Lookup, Mustache
from kustui.definition.models import Step
from kustui.definition.platform import REGEX_ACTION, REST_ACTIONS
from kustui.text.messages import quoted, shortened

Namer = Callable[[Path], str]

_LONGEST = 72
"""Characters of a summary."""
_LONGEST_TEXT, _LONGEST_VALUE = 48, 28
"""Characters of a text that is all of a summary, and of one value among several."""
_MOST_FIELDS = 3
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_SELECTS = frozenset({"id", "klass", "conversation", "customer", "channel", "direction"})
"""Params that say of which object something is written, or how, and not what."""


def step_summary(step: Step, name: Namer) -> str:
    """What a step does, as its params say it, with paths as ``name`` calls them; empty for an action that says it all,
    for a schedule, which is drawn as a link, and for a step that only branches.
    """
    if step.action is None or step.schedules:
        return ""
    values = _Values(step.params, name)
    return shortened(" ".join(_summary(step.action, values).split()), _LONGEST)


def _summary(action: str, values: _Values) -> str:
    object_, _, verb = action.removeprefix("kustomer.").rpartition(".")
    if action in REST_ACTIONS:
        return f"{values.text('method') or 'GET'} {_SCHEME.sub('', values.text('uri') or values.text('url'))}"
    if action == REGEX_ACTION:
        return f"match {values.text('regex')}"
    if action.endswith("event.publish"):
        return f"publish {values.text('name')}"
    if verb == "run-by-name":
        return f"run command {values.words('name')}"
    if verb == "respond":
        return f"answer {', '.join(values.members('outputs'))}"
    if object_ in ("note", "message") and "body" in values:
        return f"{object_} {values.words('body', _LONGEST_TEXT)}"
    return _summary_of_object(object_, verb, values)


def _summary_of_object(object_: str, verb: str, values: _Values) -> str:
    """What an action does with an object of the platform: ``find``, ``create``, ``update`` …"""
    if verb.endswith("-tags"):
        return f"tags {'+' if verb.startswith('append') else '-'} {values.listed('tags')}"
    if verb.startswith("assign-"):
        kind = verb.removeprefix("assign-")
        return f"assign {kind} {values.words(kind)}"
    noun = values.text("klass") or object_
    if verb.startswith("find"):
        how = verb.removeprefix("find").replace("-", " ").strip()
        return f"find {noun} {how}" if how.startswith("by ") else f"find {how} {noun}"
    if not (fields := ", ".join(values.fields())):
        return ""
    if verb in ("create", "create-with-customer"):
        return f"create {noun}: {fields}"
    return f"{verb}: {fields}" if "." in object_ else fields


class _Values:
    """The params of a step, each in words."""

    def __init__(self, params: Mapping[str, object], name: Namer) -> None:
        self._params, self._name = params, name

    def __contains__(self, key: str) -> bool:
        return key in self._params

    def words(self, key: str, limit: int = _LONGEST_VALUE) -> str:
        """A param in words: texts in quotes, and in braces what is only known in a run."""
        return self._words(self._params.get(key), limit)

    def text(self, key: str) -> str:
        """A param that is a text, without quotes."""
        value = self._params.get(key)
        return self._text(value) if isinstance(value, str) else ""

    def listed(self, key: str) -> str:
        """The elements of a list, or the one value, without quotes."""
        value = self._params.get(key)
        return ", ".join(self._text(member) for member in (value if isinstance(value, list) else [value]))

    def members(self, key: str) -> Iterable[str]:
        """The keys of an object."""
        value = self._params.get(key)
        return value if isinstance(value, dict) else ()

    def fields(self) -> Iterator[str]:
        """``status = "booked"`` for each param that is written, those of ``custom`` one by one."""
        written = {key: value for key, value in self._params.items() if key not in _SELECTS}
        custom = written.pop("custom", {})
        if isinstance(custom, dict):
            written |= {f"custom.{key}": value for key, value in custom.items()}
        for index, (key, value) in enumerate(written.items()):
            if index == _MOST_FIELDS:
                yield "…"
                return
            yield f"{key} = {self._words(value, _LONGEST_VALUE)}"

    def _words(self, value: object, limit: int) -> str:
        if isinstance(value, str) and isinstance(parse(value), Template):
            return quoted(" ".join(self._text(value).split()), limit)
        return shortened(value_in_words(value, self._in_braces), limit)

    def _in_braces(self, path: Path) -> str:
        return f"{{{self._name(path)}}}"

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            return value_in_words(value, self._in_braces)
        template = parse(value)
        if isinstance(template, Template) and not template.faults:
            return "".join(self._node(node) for node in template.nodes)
        return value_in_words(value, self._in_braces) if template.paths else value

    def _node(self, node: object) -> str:
        match node:
            case Content(text=text):
                return text
            case Mustache(value=Lookup(path=path) as lookup) if lookup.reads_run:
                return self._in_braces(path)
            case _:
                return "{…}"
