"""What somebody asks for: words, and terms such as ``action:rest-api``; each may be meant the other way by a ``-``."""

from __future__ import annotations

import re
from typing import NamedTuple

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
    """A word, or a value behind a key. What is ``not_`` must not hold."""

    value: str
    """In lower case."""
    key: str = ""
    not_: bool = False


class Query(NamedTuple):
    terms: tuple[Term, ...] = ()
    unknown: tuple[str, ...] = ()
    """What stands before a colon and is no key: it is looked for as text."""

    @property
    def words(self) -> tuple[str, ...]:
        """What has to stand in a line, whichever kind of line is asked for."""
        return tuple(term.value for term in self.terms if term.key in _OF_LINES and not term.not_)

    @property
    def unwanted(self) -> tuple[str, ...]:
        return tuple(term.value for term in self.terms if term.key in _OF_LINES and term.not_)

    @property
    def keyed(self) -> tuple[Term, ...]:
        return tuple(term for term in self.terms if term.key)


def query(text: str) -> Query:
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


class Last(NamedTuple):
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


def last(text: str) -> Last:
    found = Last(text, "", "", "")
    for token in _TOKEN.finditer(text):
        sign, key, quoted = token.groups()
        if token.end() == len(text) and token.group():
            found = Last(text[: token.start()], sign, (key or "").lower(), quoted.strip('"'))
    return found
