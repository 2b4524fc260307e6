"""The keys that the parts of a definition may have, and which of them a mistyped one stands for.

Exports and future versions of the platform have more keys than are known: an unknown one is kept and shown. It is
reported only where it is so close to a known one that it has probably been mistyped. Where that one is there too, the
unknown one has to hold something of the same type: ``"errorCases": []`` beside ``"errorCase": [...]`` [assumed].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.models import (
    App,
    Condition,
    ErrorAction,
    ErrorCase,
    Part,
    Response,
    RunAt,
    ScheduleCall,
    Schema,
    Step,
    Transition,
    Trigger,
    Workflow,
    keys_of,
)
from kustui.definition.platform import APP_KEYS, SCHEDULE_ACTION
from kustui.definition.source.positions import escape
from kustui.definition.source.source import UNKNOWN_KEY, Fault
from kustui.text.messages import closest, quoted

APP = "an app definition"
AVAILABLE_APP = "an available app"
WORKFLOW = "a workflow"

_MOST_LISTED = 8
EVERY_KEY = "*"
"""Stands for every key of an object whose keys people choose."""
BOOKKEEPING_KEYS = frozenset({
    "rev", "createdAt", "updatedAt", "modifiedAt", "loggingAt", "editable", "appDisabled", "systemDisabled",
    "containsVariables", "schedules", "dynamicSchedules", "appSettings", "objectMapping", "relationships", "links",
})  # fmt: skip
"""What exports add to a workflow [seen], beside ``_id`` in each step."""


class PartKeys(Struct, frozen=True):
    """The keys of one kind of part."""

    keys: frozenset[str]
    parts: Mapping[str, str]
    """What the parts under some of its keys are, alone or in a list: names of ``PARTS``."""
    closed: bool = False
    """Whether it has no other keys, so that every unknown one is reported."""
    some: SomeParts | None = None
    model: type[Part] | None = None
    """What takes it; None where none does."""


class SomeParts(Struct, frozen=True):
    """Parts that only those of a kind have whose ``key`` has one of some ``values``: what is there ``under`` a key."""

    key: str
    values: tuple[str, ...]
    under: str
    part: str


def _keys(model: type[Part] | None = None, more: str = "", **parts: str) -> PartKeys:
    """The keys that a model names, and more."""
    own = keys_of(model) if model is not None else ()
    return PartKeys(frozenset((*own, *more.split())), parts, model=model)


_SCHEMA_WORDS = "type additionalProperties items enum format default description"

_APP_KEYS = replace(
    _keys(
        App,
        " ".join(APP_KEYS),
        actions="an action",
        commands="a command",
        hooks="a hook",
        kviews="a kview",
        outboundWebhooks="an outbound webhook",
        settings="settings",
        triggers="a declared trigger",
    ),
    closed=True,
)

PARTS: Mapping[str, PartKeys] = {
    WORKFLOW: _keys(Workflow, "replaces", trigger="a trigger", steps="a step", response="response", meta="meta"),
    "a trigger": _keys(Trigger, transitions="a transition", schema="a schema", meta="meta"),
    "a step": replace(
        _keys(Step, transitions="a transition", errorCases="an error case", meta="meta"),
        some=SomeParts("action", (SCHEDULE_ACTION,), "params", "params"),
    ),
    "a transition": _keys(Transition, condition="a condition", meta="meta"),
    "an error case": _keys(ErrorCase, condition="a condition", errorAction="errorAction", meta="meta"),
    "errorAction": _keys(ErrorAction),
    "a condition": replace(
        _keys(Condition),
        some=SomeParts("op", ("and", "or", "not"), "values", "a condition"),
    ),
    "meta": _keys(more="displayName description name"),
    "response": _keys(Response, schema="a schema"),
    "a schema": _keys(Schema, _SCHEMA_WORDS, properties="properties", items="a property"),
    "properties": PartKeys(frozenset(), {EVERY_KEY: "a property"}),
    "a property": _keys(Schema, _SCHEMA_WORDS, properties="properties", items="a property"),
    "params": _keys(ScheduleCall, runAt="runAt"),
    "runAt": replace(_keys(RunAt), closed=True),
    APP: _APP_KEYS,
    AVAILABLE_APP: replace(_APP_KEYS, keys=_APP_KEYS.keys | {"name", "cards", "vendor", "website"}, closed=False),
    "an action": _keys(
        more="name type description inputTemplate inputSchema outputTemplate outputSchema appSettings "
        "sampleOutputContext",
        inputSchema="a schema",
        outputSchema="a schema",
    ),
    "a command": _keys(
        more="name displayName url httpMethod permittedArgs auditLogging cacheSeconds appSettings inputSchema "
        "outputSchema headers",
        inputSchema="a schema",
        outputSchema="a schema",
    ),
    "a hook": _keys(more="eventName displayEventName type description name"),
    "a kview": _keys(more="name template resource context meta"),
    "an outbound webhook": _keys(more="name url events headers"),
    "settings": PartKeys(frozenset(), {EVERY_KEY: "a category"}),
    "a category": PartKeys(frozenset(), {EVERY_KEY: "a setting"}),
    "a setting": _keys(more="type defaultValue required description hidden"),
    "a declared trigger": _keys(
        more="eventName name description inputTemplate outputTemplate outputSchema sampleOutputSchema "
        "sampleOutputContext",
        outputSchema="a schema",
    ),
}
"""By what messages call a part. [spec] [docs] [seen] [api]; those of an app may be incomplete."""


def mistyped_keys(value: Mapping[str, Any], part: str, pointer: str) -> Iterator[Fault]:
    """The faults of mistyped keys in a part, which is named as in ``PARTS``, and in all parts below it: to be asked for
    where it ``holds_unknown_key``."""
    pending = [(value, part, pointer)]
    while pending:
        value, part, pointer = pending.pop()
        keys = PARTS[part]
        if EVERY_KEY not in keys.parts and not value.keys() <= keys.keys:
            yield from _unknown_keys(value, part, pointer)
        for key, below in parts_below(value, part).items():
            inner = value.get(key)
            if type(inner) is dict:
                pending.append((inner, below, f"{pointer}/{escape(key)}"))
            elif type(inner) is list:
                for index, element in enumerate(inner):
                    if type(element) is dict:
                        pending.append((element, below, f"{pointer}/{escape(key)}/{index}"))


def holds_unknown_key(value: Mapping[str, Any], part: str) -> bool:
    """Whether any key in a part, or in the parts below it, is unknown: few have one, and then no place is asked for.
    Parts of a kind that are below others of one kind are looked at together."""
    pending = [(part, [value])]
    while pending:
        part, values = pending.pop()
        own, some = PARTS[part], PARTS[part].some
        if EVERY_KEY in own.parts:
            members = chain.from_iterable([value.values() for value in values])
            pending.append((own.parts[EVERY_KEY], _objects_of(members)))
            continue
        if not own.keys.issuperset(chain.from_iterable(values)):
            return True
        below = [(kind, _objects_of([value.get(key) for value in values])) for key, kind in own.parts.items()]
        if some is not None:
            those = [value.get(some.under) for value in values if value.get(some.key) in some.values]
            below.append((some.part, _objects_of(those)))
        pending.extend((kind, objects) for kind, objects in below if objects)
    return False


def _objects_of(members: Iterable[Any]) -> list[Mapping[str, Any]]:
    """The objects among some members, and in those that are lists."""
    objects: list[Mapping[str, Any]] = []
    for member in members:
        if type(member) is dict:
            objects.append(member)
        elif type(member) is list:
            objects.extend([element for element in member if type(element) is dict])
    return objects


def parts_below(value: Mapping[str, Any], part: str) -> Mapping[str, str]:
    """What the parts under some keys of a part are, alone or in a list: the params of a step where it schedules,
    the values of a condition where it combines them."""
    parts, some = PARTS[part].parts, PARTS[part].some
    if EVERY_KEY in parts:
        return dict.fromkeys(value, parts[EVERY_KEY])
    if some is not None and value.get(some.key) in some.values:
        return {**parts, some.under: some.part}
    return parts


def _unknown_keys(value: Mapping[str, Any], part: str, pointer: str) -> Iterator[Fault]:
    keys, unknown = PARTS[part].keys, unknown_words(value, part)
    intended = {key: _intended(value, key, keys) for key in unknown}
    lacking, counts = _lacking(value, part, intended.values()), Counter(intended.values())
    for key in unknown:
        if not _is_reported(value, part, key, near := intended[key]):
            continue
        message = f"unknown key {quoted(key)} in {part}"
        missed = near
        is_certain = near not in value and counts[near] == len(close_keys(key, keys)) == 1
        if near and near != "target" and isinstance(value.get(near), str | bool | int | float):
            missed = ""  # it is as it was given
        elif not near and lacking:
            message += f", which has no {' or '.join(lacking)}"
            missed, lacking = lacking[0], []
        elif not near:
            near = closest(key, keys, without=value)
        hint = f'did you mean "{near}"?' if near else _listed(part) or "remove it, if Kustomer does not know it either"
        fault = Fault(UNKNOWN_KEY, message, hint, f"{pointer}/{escape(key)}", member=missed and f"{pointer}/{missed}")
        yield _with_name(fault, near or missed, value, is_certain=is_certain)


def _with_name(fault: Fault, name: str, value: Mapping[str, Any], *, is_certain: bool) -> Fault:
    """The fault of a key with the name that it should have, if no other key has that."""
    return replace(fault, intended=name, is_certain=is_certain) if name and name not in value else fault


def _lacking(value: Mapping[str, Any], part: str, intended: Collection[str]) -> list[str]:
    """What an unknown key of ``runAt`` probably stands for, however it is written: ``{"in": 5}``."""
    return sorted(key for key in keys_of(RunAt) if part == "runAt" and value.get(key) is None and key not in intended)


def _listed(part: str) -> str:
    keys = sorted(PARTS[part].keys)
    return f"keys of {part}: {', '.join(keys)}" if len(keys) < _MOST_LISTED else ""


def _intended(value: Mapping[str, Any], key: str, keys: frozenset[str]) -> str:
    """The known key for which an unknown one stands; what is beside that one holds something of the same type."""
    for near in close_keys(key, keys):
        own, other = value[key], value.get(near)
        if other is None or (type(own) is type(other) and own not in ({}, [], "")):
            return near
    return ""


def _is_reported(value: Mapping[str, Any], part: str, key: str, intended: str) -> bool:
    if part == "params" and intended != "inputs" and value.get(intended) is None:
        return False  # without a workflowId or runAt it is certain to fail, which other rules report
    if part == "a schema" and not _is_schema_word(value, intended, value[key]):
        return False
    return bool(intended) or PARTS[part].closed


def unknown_words(value: Mapping[str, Any], part: str) -> list[str]:
    """The keys of a part that are none of its own, except those that only programs write."""
    return [key for key in value if key not in PARTS[part].keys and _is_word(key)]


def has_mistyped(part: Mapping[str, Any], key: str) -> bool:
    """Whether a key that a part lacks has probably been mistyped there, which is reported."""
    only = frozenset((key,))
    others = (other for other in part if other != key and _is_word(other))
    return part.get(key) is None and any(close_keys(other, only) for other in others)


def _is_word(key: str) -> bool:
    """Whether a person may have written a key: ``_id`` and ``$schema`` are written by programs."""
    return key.lstrip()[:1].isalpha()


def _is_schema_word(schema: Mapping[str, Any], intended: str, value: object) -> bool:
    """Whether a key of a schema stands for one of its words, and not for a property of a bare map [seen]."""
    if intended == "properties":
        return isinstance(value, dict) and all(isinstance(member, dict) for member in value.values())
    if intended == "required":
        return isinstance(value, list | bool)
    return not schema.keys().isdisjoint(("properties", "required", "type"))


@lru_cache(maxsize=2_048)
def close_keys(key: str, keys: frozenset[str]) -> tuple[str, ...]:
    """The keys that another may have been mistyped for, the closest first.

    Those that differ only in capitals, dashes and underscores; else those of four letters or more that are one edit
    away, and of seven or more two. What is close to a shorter one is too often another word, as is what begins
    otherwise than one of four letters: ``game`` is no ``name``.
    """
    if key in BOOKKEEPING_KEYS:
        return ()
    plain = _plain(key)
    limits = {name: _most_edits(plain, name) for name in keys}
    candidates = [name for name, limit in limits.items() if _may_be_close(plain, _plain(name), limit)]
    if not candidates:
        return ()
    from rapidfuzz.distance import OSA  # slow to import, which the keys of an export need not wait for

    near: list[tuple[int, str]] = []
    for name in candidates:
        distance = OSA.distance(plain, _plain(name), score_cutoff=limits[name])
        if distance <= limits[name] and (not distance or len(name) > 4 or name[0] in plain[:2]):
            near.append((distance, name))
    return tuple(name for _, name in sorted(near))


def _most_edits(plain: str, name: str) -> int:
    if len(name) < 4 or len(plain) < 3:
        return 0
    return 1 if min(len(plain), len(name)) < 7 else 2


def _may_be_close(one: str, other: str, edits: int) -> bool:
    """Whether so many edits can be enough: each puts at most one letter in the place of another."""
    return abs(len(one) - len(other)) <= edits and len({*one} ^ {*other}) <= 2 * edits


def _plain(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "").replace(" ", "")
