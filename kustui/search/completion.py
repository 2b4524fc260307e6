"""What a query can go on with: the keys, and the values that there are for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kustui.search.index_lines import BETWEEN, Kind
from kustui.search.query import KEYS, last

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kustui.check.problems import Problem
    from kustui.search.index import Index

_MOST = 12


class Completion(NamedTuple):
    query: str
    """The whole of it."""
    shown: str
    """What is new in it."""
    times: int = 0
    """How often the value occurs; 0 for a key."""


def completions(index: Index | None, text: str, problems: Sequence[Problem] = ()) -> tuple[Completion, ...]:
    """What the last part of a query can become, the likeliest first: a key while there is none, else a value of it."""
    typed = last(text)
    if not typed.key:
        word = typed.value.lower()
        keys = [key for key in KEYS if key.startswith(word)] if not text.strip() or word else []
        return tuple(Completion(typed.completed(key), f"{key}:") for key in keys)
    if index is None or typed.key not in KEYS:
        return ()
    wanted = typed.value.lower()
    found = [
        (not value.lower().startswith(wanted), -count, value)
        for value, count in _values(index, typed.key, problems).items()
        if wanted in value.lower() and value.lower() != wanted
    ]
    return tuple(
        Completion(typed.completed(typed.key, value), value, -count) for _, count, value in sorted(found)[:_MOST]
    )


def _values(index: Index, key: str, problems: Sequence[Problem]) -> Mapping[str, int]:
    match key:
        case "action":
            return {text: len(lines) for text, lines in index.actions.items()}
        case "event":
            return {text: len(lines) for text, lines in index.events.items()}
        case "workflow":
            return _first_parts(index, Kind.WORKFLOW)
        case "step":
            return _first_parts(index, Kind.STEP)
        case "refs":
            return _first_parts(index, Kind.REFERENCE)
        case "schedules":
            names = {leaf.entry.id: leaf.entry.title for leaf in index.leaves if leaf.entry.id is not None}
            ids = _first_parts(index, Kind.SCHEDULE)
            return Counter(names.get(id_, id_) for id_, count in ids.items() for _ in range(count))
        case "file":
            return Counter(leaf.entry.source.path for leaf in index.leaves)
        case "problem":
            return Counter(problem.rule for problem in problems)
        case _:
            return {}


def _first_parts(index: Index, kind: Kind) -> Mapping[str, int]:
    sheets: Iterable[str] = (leaf.sheets[kind].text for leaf in index.leaves if leaf.sheets[kind].places)
    return Counter(line.partition(BETWEEN)[0] for text in sheets for line in text.split("\n"))
