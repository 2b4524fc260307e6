"""Which steps that went and which that came are the same, by another id."""

from __future__ import annotations

import json
import re
from collections import deque
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
    to the ids that others had; and, of what is left, the only one of the same display name and action. Where no step
    has kept its id, a step is the same, too, that has the same action at the same place in the flow.
    """
    if old.keys() == new.keys() and sum(new[id_] != step for id_, step in old.items()) < 2:
        return {}  # as after most saves
    renamed = _by_text({id_: _text(step) for id_, step in old.items()}, {id_: _text(step) for id_, step in new.items()})
    gone = [(_named(step), id_) for id_, step in old.items() if id_ not in new and id_ not in renamed]
    taken = set(renamed.values())
    came = [(_named(step), id_) for id_, step in new.items() if id_ not in old and id_ not in taken]
    renamed |= _paired(_only(gone), _only(came))
    return renamed | _alike_in_flow(old, new, renamed) if old.keys().isdisjoint(new) else renamed


def _by_text(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The steps that differ in nothing but their ids, by their texts in both states."""
    gone, came = ({id_: one[id_] for id_ in one if id_ not in other} for one, other in ((old, new), (new, old)))
    changed = [id_ for id_, text in old.items() if new.get(id_, text) != text]
    if (not gone or not came) and len(changed) < 2:
        return {}
    renamed = _alike(gone, came)
    rest = {*changed, *gone, *came} - renamed.keys() - {*renamed.values()}
    spelling = _Spelling(renamed)
    for id_, now in renamed.items():
        spelling.add(id_, now)
    return renamed | _alike_together(
        {id_: spelling.of(text) for id_, text in old.items() if id_ in rest},
        {id_: text for id_, text in new.items() if id_ in rest},
    )


def _alike(gone: Mapping[str, str], came: Mapping[str, str]) -> dict[str, str]:
    """The steps that differ in nothing but their ids, by the texts of those that went and of those that came."""
    spelling, new_spelling = _Spelling(gone), _Spelling(came)
    by_text = grouped(
        (spelled, id_)
        for id_, text in came.items()  # an id may also be a word
        for spelled in dict.fromkeys((text, new_spelling.of(text, id_)))
    )
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    for number in range(_MOST_ROUNDS):
        before, direction = len(renamed), -1 if number % 2 else 1
        for id_ in [id_ for id_ in gone if id_ not in renamed][::direction]:
            texts = (spelling.of(gone[id_], own, renamed=names) for own in (None, id_) for names in (False, True))
            others = (other for text in texts for other in by_text.get(text, ())[::direction])
            other = next((other for other in others if other not in taken), None)
            if other is not None:
                renamed[id_] = other
                taken.add(other)
                spelling.add(id_, other)
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


def _alike_in_flow(old: Mapping[str, Any], new: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, str]:
    """Of the steps without another id yet, those that differ from all others of their state in more than the ids that
    they name, and from one of the other state in nothing else; then those with as many others of the same action to
    which the same step leads or none, or which lead to the same step, in their order."""
    taken = set(renamed.values())
    gone = {id_: step for id_, step in old.items() if id_ not in renamed}
    came = {id_: step for id_, step in new.items() if id_ not in taken}
    ids = {**renamed, **dict.fromkeys((*gone, *came), _SELF)}

    def texts(steps: Mapping[str, Any]) -> Mapping[Hashable, str]:
        return _only((_referring(_text(step), ids), id_) for id_, step in steps.items())

    same = _paired(texts(gone), texts(came))
    sides = [*zip(_neighbours(old), _neighbours(new), strict=True)]
    pending = deque([*renamed.items(), *same.items(), (_SELF, _SELF)])
    for id_, now in same.items():
        del gone[id_], came[now]
    while pending and gone and came:
        id_, now = pending.popleft()
        for neighbours, others in sides:
            left = grouped((_action(gone[at]), at) for at in neighbours.get(id_, ()) if at in gone)
            right = grouped((_action(came[at]), at) for at in others.get(now, ()) if at in came)
            as_many = [(at, right[action]) for action, at in left.items() if len(at) == len(right.get(action, ()))]
            for one, other in (pair for both in as_many for pair in zip(*both, strict=True)):
                same[one] = other
                pending.append((one, other))
                del gone[one], came[other]
    return same


def _neighbours(steps: Mapping[str, Any]) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """The ids of the steps to which each leads, and of those that lead to each, once each; by none, those to which none
    leads."""
    edges = dict.fromkeys(
        (id_, target)
        for id_, step in steps.items()
        for edges in (step.get("transitions"), step.get("errorCases"))
        for edge in (edges if isinstance(edges, list) else ())
        if isinstance(edge, dict) and isinstance(target := edge.get("target"), str)
    )
    sources = grouped((target, id_) for id_, target in edges)
    return grouped([*edges, *((_SELF, id_) for id_ in steps if id_ not in sources)]), sources


def _action(step: Any) -> str | None:
    action = step.get("action")
    return action if isinstance(action, str) else None


def _referring(text: str, names: Mapping[str, str]) -> str:
    """JSON that refers to some steps by other ids."""
    return _REFERENCE.sub(lambda match: names.get(match[0], match[0]), text)


class _Spelling:
    """Names in JSON, some of which are to be others."""

    def __init__(self, names: Iterable[str]) -> None:
        others = "|".join(re.escape(name) for name in map(_written, names) if not _WORD.fullmatch(name))
        self._pattern = re.compile(rf"(?<![\w-])(?:{others})(?![\w-])|{_WORD.pattern}") if others else _WORD
        self._now: dict[str, str] = {}

    def add(self, name: str, now: str) -> None:
        self._now[_written(name)] = _written(now)

    def of(self, text: str, self_id: str | None = None, *, renamed: bool = True) -> str:
        """JSON with the names of now; the step's own, if it is given, stands for itself."""
        now = self._now if renamed else {}
        own = _written(self_id) if self_id is not None else None
        return self._pattern.sub(lambda match: _SELF if match[0] == own else now.get(match[0], match[0]), text)


def _written(name: str) -> str:
    return json.dumps(name)[1:-1]


def _only(pairs: Iterable[tuple[Hashable, str]]) -> dict[Hashable, str]:
    """The ids by what they alone have."""
    by_key = grouped(pairs)
    return {key: ids[0] for key, ids in by_key.items() if key is not None and len(ids) == 1}


def _paired(old: Mapping[Hashable, str], new: Mapping[Hashable, str]) -> dict[str, str]:
    """The ids that two mappings have for the same keys."""
    return {id_: new[key] for key, id_ in old.items() if key in new}


def _named(step: Any) -> Hashable:
    """The name that people gave a step, and its action; None for one without a name."""
    meta, action = step.get("meta"), step.get("action")
    name = meta.get("displayName") if isinstance(meta, dict) else None
    return (name, action) if isinstance(name, str) and name and isinstance(action, str | None) else None


def _text(step: Mapping[str, Any]) -> str:
    """A step without its id, as JSON."""
    return canonical_json({key: value for key, value in step.items() if key != "id"})
