"""What a rule's page shows beside its own words: its examples as text, and what is found in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kustui.check.rule import Rule
from kustui.check.rules import RULES
from kustui.check.rules.suppressions import Configured
from kustui.config.severity import Severity

if TYPE_CHECKING:
    from kustui.check.problems import Problem

_ROOM = 96

UNREADABLE = Rule(
    "unreadable-file",
    Severity.ERROR,
    "a file or a folder, below a folder given, that cannot be read",
    "What it holds was not checked, so nothing can be said of it. A path that is itself given and cannot be read "
    "ends the command instead.",
    bad="",
    good="",
)
"""Of the file system, not of a definition: there is no example."""

PAGES: Mapping[str, Rule] = {**RULES, UNREADABLE.name: UNREADABLE}
"""Everything that a problem can be called."""


def written(example: object) -> str:
    """An example as text: JSON in which whatever has room in a line has one; a text as it is."""
    match example:
        case str():
            return example
        case Configured():
            return f"{example.configuration}\n{_value(example.definition, 0)}\n"
        case _:
            return f"{_value(example, 0)}\n"


def found_in(example: object) -> tuple[Problem, ...]:
    """The problems of an example, in the order in which ``check`` tells them."""
    from kustui.check.run import check
    from kustui.check.suppressions import suppressed
    from kustui.config.check_settings import Settings
    from kustui.config.configuration import settings_of
    from kustui.definition.collection import Collection, read_document

    settings, definition = Settings(), example
    if isinstance(example, Configured):
        settings, definition = settings_of("kustui.toml", example.configuration.encode(), PAGES), example.definition
    collection = Collection((read_document("example.json", written(definition).encode()),))
    _, problems = check(collection, settings)
    return suppressed(collection, problems, settings)


def _value(value: object, indent: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= _ROOM or not isinstance(value, dict | list):
        return flat
    margin = " " * (indent + 2)
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_value(member, indent + 2)}" for key, member in value.items()]
        opening, closing = "{}"
    else:
        rows = [_value(element, indent + 2) for element in value]
        opening, closing = "[]"
    inside = ",\n".join(f"{margin}{row}" for row in rows)
    return f"{opening}\n{inside}\n{' ' * indent}{closing}"
