"""Apps: what a definition of one declares, and how ``appVersion`` and ``dependencies`` name one.

They read ``<app>-<semver range>``, with the ranges that npm knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from kustui.definition.collection import AppEntry, Document

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

_OF_AN_APP = re.compile(r"kustomer\.app\.([^.]+)\.(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AppDeclarations:
    """What an app definition declares, by name without ``kustomer.app.<app>.``; None if that is unclear."""

    app: str
    pointer: str
    """Of the app definition."""
    actions: Mapping[str, tuple[int, Mapping[str, Any]]] | None
    """By name: the index in the list, and the action."""
    events: frozenset[str] | None

    def own_name(self, name: str) -> str | None:
        """The name of an action or event without the prefix of this app; None for another app's."""
        return _own_name(self.app, name)


def declarations_of(document: Document, pointer: str) -> AppDeclarations | None:
    """What the app around a place in a file declares; None outside of all."""
    entry = document.app_at(pointer)
    return _declarations_of(document, entry) if entry is not None else None


@lru_cache(maxsize=8)
def _declarations_of(document: Document, entry: AppEntry) -> AppDeclarations | None:
    """Cached, as each of its workflows asks."""
    name = entry.app.app
    if not name:
        return None
    return AppDeclarations(
        name, entry.item.pointer, _declared_actions(document, entry), _declared_events(document, entry)
    )


def _declared_actions(document: Document, entry: AppEntry) -> Mapping[str, tuple[int, Mapping[str, Any]]] | None:
    app = entry.app
    names = [action.get("name") for action in app.actions]
    if not is_readable_member(document, entry, "actions") or not all(isinstance(name, str) for name in names):
        return None
    plain = (_own_name(app.app, str(name)) or str(name) for name in names)
    return {name: (index, action) for index, (name, action) in enumerate(zip(plain, app.actions, strict=True))}


def _declared_events(document: Document, entry: AppEntry) -> frozenset[str] | None:
    """The names of the events that its hooks and triggers declare."""
    names: list[str] = []
    app = entry.app
    for key in ("hooks", "triggers"):
        declared = (app.model_extra or {}).get(key) or []
        if not isinstance(declared, list) or not is_readable_member(document, entry, key):
            return None
        for part in declared:
            name = (part.get("eventName") or part.get("name")) if isinstance(part, dict) else None
            if not isinstance(name, str):
                return None
            names.append(_own_name(app.app, name) or name)
    return frozenset(names)


def is_readable_member(document: Document, entry: AppEntry, key: str) -> bool:
    """Whether nothing is reported about what an app definition has under a key."""
    pointer = f"{entry.item.pointer}/{key}"
    faults = (*entry.faults, *document.faults)
    places = (fault.intended or fault.pointer for fault in faults)
    return not any(place == pointer or place.startswith(f"{pointer}/") for place in places)


def _own_name(app: str, name: str) -> str | None:
    match = _OF_AN_APP.fullmatch(name)
    return match[2] if match and general_name(match[1]) == general_name(app) else None
