"""``<app>-<semver range>``: how ``appVersion`` and ``dependencies`` name an app, in the ranges that npm knows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_NUMBER = r"(?:\d+|[xX*])"
_MORE = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = rf"[vV=]?\s*{_NUMBER}(?:\.{_NUMBER}(?:\.{_NUMBER}(?:-{_MORE})?(?:\+{_MORE})?)?)?"
_COMPARED = re.compile(rf"(?:\^|~>?|[<>]=?|=)?\s*{_VERSION}", re.ASCII)
_HYPHENS = re.compile(rf"\s*{_VERSION}\s+-\s+{_VERSION}\s*", re.ASCII)
_BLANK = re.compile(r"\s*")
_INSTALLED_AS = re.compile(r"_[0-9a-f]{24}$")

_LONGEST = 200  # characters of a version: a longer one is none


class AppVersion(NamedTuple):
    """``kustomer-^1.4.8`` in its two parts."""

    app: str
    range: str


@lru_cache(maxsize=1_024)
def read_version(text: str) -> AppVersion | None:
    """The two parts, or None where there is no range behind a dash.

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
    return bool(text.strip()) and all(_is_alternative(each) for each in text.split("||"))


def app_of(text: str) -> str:
    """The app that is meant, also where no range can be read."""
    version = read_version(text)
    return version.app if version else re.split(r"[-^~<>=@\s]", text, maxsplit=1)[0]


def general_name(app: str) -> str:
    """The name of an app without what an installation under another name adds to it [seen]."""
    return _INSTALLED_AS.sub("", app)


def _is_alternative(text: str) -> bool:
    if _HYPHENS.fullmatch(text):
        return True
    at = _BLANK.match(text).end()  # type: ignore[union-attr]  # it matches the empty string
    while at < len(text):
        found = _COMPARED.match(text, at)
        if not found:
            return False
        blank = _BLANK.match(text, found.end())
        at = blank.end() if blank else found.end()
        if at == found.end() and at < len(text):
            return False  # two of them are set apart by a blank
    return True
