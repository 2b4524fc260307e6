"""Apps: what a definition of one declares, and how ``appVersion`` and ``dependencies`` name one.

They read ``<app>-<semver range>``, with the ranges that npm knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from msgspec import Struct

from kustui.definition.collection import AppEntry, Document
from kustui.definition.expressions import Template, expressions_in
from kustui.definition.expressions.nodes import ROOTS
from kustui.definition.functions import HELPERS
from kustui.definition.keys import has_mistyped
from kustui.definition.part_values import schema_of
from kustui.definition.platform import app_and_name
from kustui.definition.source.source import UNKNOWN_KEY
from kustui.text.messages import Names

_NUMBER = r"(?:\d+|[xX*])"
_MORE = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = rf"[vV=]?\s*{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(?:-{_MORE})?(?:\+{_MORE})?)?)?"
_COMPARED = re.compile(rf"(?:\^|~>?|[<>]=?|=)?\s*{_VERSION}", re.ASCII)
_HYPHENS = re.compile(rf"\s*{_VERSION}\s+-\s+{_VERSION}\s*", re.ASCII)
_BLANK = re.compile(r"\s*")
_INSTALLED_AS = re.compile(r"_[0-9a-f]{24}$")

_LONGEST = 200  # characters of a version: a longer one is not a version


class AppVersion(NamedTuple):
    """``kustomer-^1.4.8`` in its two parts."""

    app: str
    range: str


@lru_cache(maxsize=1_024)
def read_version(text: str) -> AppVersion | None:
    """The two parts, or None if no range follows a dash.

    Names of apps have no dashes [docs], so most often the first one ends it; where what follows is no range,
    a later one may.
    """
    if len(text) > _LONGEST:
        return None
    app, dash, rest = text.partition("-")
    while dash:
        if app and is_range(rest):
            return AppVersion(app, rest)
        more, dash, rest = rest.partition("-")
        app = f"{app}-{more}"
    return None


def is_range(text: str) -> bool:
    """Whether a text is a range as npm reads it: ``^1.2``, ``~1``, ``>=1.0.0 <2``, ``1.x``, ``*``, ``1 - 2 || 3``."""
    return bool(text.strip()) and all(map(_is_alternative, text.split("||")))


def app_of(text: str) -> str:
    """The name of the app, even if the range is invalid."""
    version = read_version(text)
    return version.app if version else re.split(r"[-^~<>=@\s]", text, maxsplit=1)[0]


def general_name(app: str) -> str:
    """The name of an app without what installation does to it: it is lower-cased, and may get a suffix [seen]."""
    return _INSTALLED_AS.sub("", app.lower())


def _is_alternative(text: str) -> bool:
    if _HYPHENS.fullmatch(text):
        return True
    at = _BLANK.match(text).end()  # type: ignore[union-attr]  # it matches the empty string
    while at < len(text):
        comparison = _COMPARED.match(text, at)
        if not comparison:
            return False
        blank = _BLANK.match(text, comparison.end())
        at = blank.end() if blank else comparison.end()
        if at == comparison.end() and at < len(text):
            return False  # two of them are set apart by a blank
    return True


# Declarations

_INPUT = re.compile(r"/#(?:fn:[^,]+,)?([\w@-]+)(?=[.,]|$)")
_OTHER_ROOTS = {*ROOTS, "settings", "appSettings", "context", "org"}
"""What a template of an action may read besides its own inputs and settings: what of it is there is not documented."""
_OTHER_NAMES = _OTHER_ROOTS | HELPERS.keys()


class AppDeclarations(Struct, frozen=True, dict=True):
    """What an app definition declares, by name without ``kustomer.app.<app>.``; None if that is unclear."""

    app: str
    pointer: str
    """Of the app definition."""
    actions: Mapping[str, tuple[int, Mapping[str, Any]]] | None
    """By name: the index in the list, and the action."""
    events: frozenset[str] | None
    settings: frozenset[str] | None
    """As ``<category>.<name>``."""

    @cached_property
    def action_names(self) -> Names:
        """Those that a mistyped action is compared with."""
        return Names(self.actions or ())

    @cached_property
    def event_names(self) -> Names:
        return Names(self.events or ())

    @cached_property
    def setting_names(self) -> Names:
        return Names(self.settings or ())

    def own_name(self, name: str) -> str | None:
        """The name of an action or event without the prefix of this app; None for another app's."""
        return _own_name(self.app, name)

    def own_setting(self, key: object) -> str | None:
        """The setting ``<category>.<name>`` that a key ``<app>.<category>.<name>`` means; None for another app's."""
        app, _, setting = key.partition(".") if isinstance(key, str) else ("", "", "")
        return setting if "." in setting and general_name(app) == general_name(self.app) else None


@lru_cache(maxsize=1)  # no more: it keeps a whole file, also one that was saved over since
def declarations_of(document: Document, entry: AppEntry) -> AppDeclarations | None:
    """What an app of a file declares; None if it has no name. Cached, as each of its workflows asks."""
    name = entry.app.app
    if not name:
        return None
    return AppDeclarations(
        name,
        entry.item.pointer,
        _declared_actions(document, entry),
        _declared_events(document, entry),
        _declared_settings(document, entry),
    )


def _declared_actions(document: Document, entry: AppEntry) -> Mapping[str, tuple[int, Mapping[str, Any]]] | None:
    app = entry.app
    names = [action.get("name") for action in app.actions]
    if not is_readable_member(document, entry, "actions") or not all(isinstance(name, str) for name in names):
        return None
    plain = (_own_name(app.app, str(name)) or str(name) for name in names)
    return {name: (index, action) for index, (name, action) in enumerate(zip(plain, app.actions, strict=True))}


def _declared_events(document: Document, entry: AppEntry) -> frozenset[str] | None:
    """The names of the events that its hooks and triggers declare; None where an action may send others."""
    names: list[str] = []
    app = entry.app
    if any(action.get("type") == "event" for action in app.actions):
        return None
    for key, parts in (("hooks", app.hooks), ("triggers", app.triggers)):
        if not is_readable_member(document, entry, key):
            return None
        for part in parts:
            name = part.get("eventName") or part.get("name")
            if not isinstance(name, str):
                return None
            names.append(_own_name(app.app, name) or name)
    return frozenset(names)


def _declared_settings(document: Document, entry: AppEntry) -> frozenset[str] | None:
    categories = entry.app.settings
    if "settings" not in entry.app.given or not all(isinstance(settings, dict) for settings in categories.values()):
        return None
    if not is_readable_member(document, entry, "settings"):
        return None
    return frozenset(f"{category}.{name}" for category, settings in categories.items() for name in settings)


def is_readable_member(document: Document, entry: AppEntry, key: str) -> bool:
    """Whether nothing is reported about what an app definition has under a key, but for mistyped keys of its parts, and
    it is known without a run of the module."""
    pointer = f"{entry.item.pointer}/{key}"
    if document.is_unknown(pointer):
        return False
    for fault in (*entry.faults, *document.faults):
        place = fault.member or fault.pointer
        if place == pointer or (place.startswith(f"{pointer}/") and fault.rule != UNKNOWN_KEY):
            return False
    return True


@lru_cache(maxsize=1_024)  # each step of a workflow has one of a few
def _own_name(app: str, name: str) -> str | None:
    its_app, own_name = app_and_name(name)
    return own_name if own_name and general_name(its_app) == general_name(app) else None


# Templates of actions


class InputRead(Struct, frozen=True):
    """An input or a setting that a template of an action reads."""

    name: str
    pointer: str
    within: tuple[int, int]
    """Its offsets in the string at the pointer."""


def input_reads(template: object, pointer: str) -> Iterator[InputRead]:
    """What an ``inputTemplate`` reads. It is filled in with the inputs and settings of the action alone [seen], so that
    names stand in it without ``steps``: ``{{orderId}}``, ``/#orderId``, ``/#fn:parseInt,orderId``."""
    for at, expression in expressions_in(template, pointer):
        if not isinstance(expression, Template):
            if (match := _INPUT.match(expression.text)) and match[1] not in _OTHER_ROOTS:
                yield InputRead(match[1], at, match.span(1))
        elif not expression.faults:
            yield from (
                InputRead(lookup.path.root, at, lookup.path.spans[0])
                for lookup in expression.others
                if lookup.path.segments and lookup.is_of_top and lookup.path.root not in _OTHER_NAMES
            )


def declared_inputs(action: Mapping[str, Any]) -> frozenset[str] | None:
    """The inputs and settings that an action declares; None where it may get others."""
    names, settings = _closed_names(action.get("inputSchema")), action.get("appSettings") or {}
    if names is None or not isinstance(settings, dict) or has_mistyped(action, "appSettings"):
        return None
    return frozenset((*names, *settings))


_OPEN_SCHEMA = {"patternProperties", "$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"}


def _closed_names(schema: object) -> frozenset[str] | None:
    """The names that a schema declares; None where it allows others, or says nothing of names. A schema without
    ``additionalProperties`` is taken for a complete one [assumed]."""
    model = schema_of(schema)
    words = model.others if model is not None else {}
    if model is None or words.keys() & _OPEN_SCHEMA or words.get("additionalProperties", False) is not False:
        return None
    if not model.properties and "additionalProperties" not in words:
        return None
    return frozenset((*model.properties, *model.required))
