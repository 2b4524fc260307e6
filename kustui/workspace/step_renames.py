"""Which steps that went and which that came are the same, by another id."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

_MOST_ROUNDS = 20
"""Steps of which each leads to the next, or back, need a single one: the steps are gone through in both directions."""
_SELF = "\0"


def renamed_steps(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """The new ids of steps that have another one, by the old ones. ``old`` and ``new`` are the steps by id.

    A step is the same that differs in nothing but its id, also where it names itself or others that are renamed; and,
    of what is left, the only one of the same display name and action.
    """
    gone = {id_: step for id_, step in old.items() if id_ not in new}
    came = {id_: step for id_, step in new.items() if id_ not in old}
    if not gone or not came:
        return {}
    renamed = _alike({id_: _text(step) for id_, step in gone.items()}, {id_: _text(step) for id_, step in came.items()})
    taken = set(renamed.values())
    by_name = _only((_named(step), id_) for id_, step in came.items() if id_ not in taken)
    remaining = _only((_named(step), id_) for id_, step in gone.items() if id_ not in renamed)
    return {**renamed, **{id_: by_name[name] for name, id_ in remaining.items() if name in by_name}}


def _alike(gone: Mapping[str, str], came: Mapping[str, str]) -> dict[str, str]:
    """The steps that differ in nothing but their ids, by the texts of those that went and of those that came."""
    by_text: dict[str, list[str]] = {}
    for id_, text in came.items():
        for spelled in dict.fromkeys((text, _renamed_in(text, {id_: _SELF}))):  # an id may also be a word
            by_text.setdefault(spelled, []).append(id_)
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    for number in range(_MOST_ROUNDS):
        pending, direction = [id_ for id_ in gone if id_ not in renamed], -1 if number % 2 else 1
        for id_ in pending[::direction]:
            texts = (_renamed_in(gone[id_], names) for names in ({}, renamed, {id_: _SELF}, {**renamed, id_: _SELF}))
            others = (other for text in texts for other in by_text.get(text, ())[::direction])
            other = next((other for other in others if other not in taken), None)
            if other is not None:
                renamed[id_] = other
                taken.add(other)
        if not pending or all(id_ not in renamed for id_ in pending):
            break
    return renamed


def _renamed_in(text: str, names: Mapping[str, str]) -> str:
    """JSON in which some ids are others."""
    if not names:
        return text
    written = {json.dumps(name)[1:-1]: json.dumps(now)[1:-1] for name, now in names.items()}
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, written))})(?![\w-])")
    return pattern.sub(lambda match: written[match[0]], text)


def _only(pairs: Iterable[tuple[Hashable, str]]) -> dict[Hashable, str]:
    """The ids by what they alone have."""
    by_key: dict[Hashable, list[str]] = {}
    for key, id_ in pairs:
        by_key.setdefault(key, []).append(id_)
    return {key: ids[0] for key, ids in by_key.items() if key is not None and len(ids) == 1}


def _named(step: Any) -> Hashable:
    """The name that people gave a step, and its action; None for one without a name."""
    meta, action = step.get("meta"), step.get("action")
    name = meta.get("displayName") if isinstance(meta, dict) else None
    return (name, action) if isinstance(name, str) and name and isinstance(action, str | None) else None


def _text(step: Mapping[str, Any]) -> str:
    """A step without its id, as JSON."""
    return json.dumps({key: value for key, value in step.items() if key != "id"}, sort_keys=True)
