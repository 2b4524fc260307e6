"""Which steps that went and which that came are the same, by another id."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable, Mapping, Set
from typing import Any

from kustui.definition.values import canonical_json
from kustui.groups import grouped

_MOST_ROUNDS = 20
"""Steps of which each leads to the next, or back, need a single one: the steps are gone through in both directions."""
_SELF = "\0"
_WORD = re.compile(r"[\w-]+")
_REFERENCE = re.compile(r'(?<=")[\w-]+(?="(?!:))|(?<=steps\.)[\w-]+|(?<=steps\.\[)[\w-]+')
"""Where JSON may name a step: a text of its own, and in a path. An id may be a word elsewhere."""


def renamed_steps(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """The new ids of steps that have another one, by the old ones. ``old`` and ``new`` are the steps by id.

    A step is the same that differs in nothing but its id, also where it names itself or others that are renamed, be it
    to the ids that others had; and, of what is left, the only one of the same display name and action.
    """
    renamed = _by_text({id_: _text(step) for id_, step in old.items()}, {id_: _text(step) for id_, step in new.items()})
    gone = [(_named(step), id_) for id_, step in old.items() if id_ not in new and id_ not in renamed]
    taken = set(renamed.values())
    came = [(_named(step), id_) for id_, step in new.items() if id_ not in old and id_ not in taken]
    remaining, by_name = _only(gone), _only(came)
    return {**renamed, **{id_: by_name[name] for name, id_ in remaining.items() if name in by_name}}


def _by_text(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The steps that differ in nothing but their ids, by their texts in both states."""
    gone, came = ({id_: one[id_] for id_ in one if id_ not in other} for one, other in ((old, new), (new, old)))
    changed = [id_ for id_, text in old.items() if new.get(id_, text) != text]
    if (not gone or not came) and len(changed) < 2:
        return {}
    renamed = _alike(gone, came)
    rest = {*changed, *gone, *came} - renamed.keys() - {*renamed.values()}
    return renamed | _alike_together(
        {id_: _renamed_in(text, renamed) for id_, text in old.items() if id_ in rest},
        {id_: text for id_, text in new.items() if id_ in rest},
    )


def _alike(gone: Mapping[str, str], came: Mapping[str, str]) -> dict[str, str]:
    """The steps that differ in nothing but their ids, by the texts of those that went and of those that came."""
    by_text = grouped(
        (spelled, id_)
        for id_, text in came.items()  # an id may also be a word
        for spelled in dict.fromkeys((text, _renamed_in(text, {id_: _SELF})))
    )
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    for number in range(_MOST_ROUNDS):
        before, direction = len(renamed), -1 if number % 2 else 1
        for id_ in [id_ for id_ in gone if id_ not in renamed][::direction]:
            texts = (_renamed_in(gone[id_], names) for names in ({}, renamed, {id_: _SELF}, {**renamed, id_: _SELF}))
            others = (other for text in texts for other in by_text.get(text, ())[::direction])
            other = next((other for other in others if other not in taken), None)
            if other is not None:
                renamed[id_] = other
                taken.add(other)
        if len(renamed) == before:
            break
    return renamed


def _alike_together(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The steps that differ in nothing but their ids and those of each other, by their texts. An id that a step takes
    over is given up by another."""
    same = _alike_but_for_ids(old, new)
    for _ in range(_MOST_ROUNDS):
        taken = {*same.values()}
        wrong = [id_ for id_ in same if not _can_be_same(id_, same, taken, old, new)]
        if not wrong:
            return {id_: now for id_, now in same.items() if id_ != now}
        for id_ in wrong:
            del same[id_]
    return {}


def _alike_but_for_ids(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Steps whose texts are the same whichever steps they name: those that may have kept their ids have."""
    ids = dict.fromkeys({**old, **new}, _SELF)
    by_text: dict[str, list[str]] = {}
    for id_, text in new.items():
        by_text.setdefault(_referring(text, ids), []).append(id_)
    alike = [(id_, by_text.get(_referring(text, ids), [])) for id_, text in old.items()]
    same = {id_: id_ for id_, others in alike if id_ in others}
    for id_ in same:
        by_text[_referring(new[id_], ids)].remove(id_)
    return same | {id_: others.pop(0) for id_, others in alike if others and id_ not in same}


def _can_be_same(
    id_: str, same: Mapping[str, str], taken: Set[str], old: Mapping[str, str], new: Mapping[str, str]
) -> bool:
    """Whether nothing speaks against a step being the same as another while all others are that are taken for it."""
    now = same[id_]
    is_given_up = (id_ not in new or id_ in taken) and (now not in old or now in same)
    return is_given_up and _referring(old[id_], same) == new[now]


def _referring(text: str, names: Mapping[str, str]) -> str:
    """JSON that refers to some steps by other ids."""
    return _REFERENCE.sub(lambda match: names.get(match[0], match[0]), text)


def _renamed_in(text: str, names: Mapping[str, str]) -> str:
    """JSON in which some ids are others."""
    if not names:
        return text
    written = {json.dumps(name)[1:-1]: json.dumps(now)[1:-1] for name, now in names.items()}
    others = "|".join(re.escape(name) for name in written if not _WORD.fullmatch(name))
    pattern = re.compile(rf"(?<![\w-])(?:{others})(?![\w-])|{_WORD.pattern}") if others else _WORD
    return pattern.sub(lambda match: written.get(match[0], match[0]), text)


def _only(pairs: Iterable[tuple[Hashable, str]]) -> dict[Hashable, str]:
    """The ids by what they alone have."""
    by_key = grouped(pairs)
    return {key: ids[0] for key, ids in by_key.items() if key is not None and len(ids) == 1}


def _named(step: Any) -> Hashable:
    """The name that people gave a step, and its action; None for one without a name."""
    meta, action = step.get("meta"), step.get("action")
    name = meta.get("displayName") if isinstance(meta, dict) else None
    return (name, action) if isinstance(name, str) and name and isinstance(action, str | None) else None


def _text(step: Mapping[str, Any]) -> str:
    """A step without its id, as JSON."""
    return canonical_json({key: value for key, value in step.items() if key != "id"})
