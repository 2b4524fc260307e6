"""What a file is, judged by its text: a definition, one that is half written, or something else.

A folder holds much JSON that defines nothing. A definition that is broken is reported even so, and the rest is passed
over, without being parsed where a look at its bytes is enough.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from kustui.definition.platform import APP_KEYS, TELLING_APP_KEYS

_NEEDLES = (b'"workflows"', b'"workflow"', b'"trigger"', b'"steps"', b'"app"', b'"attributes"')
"""One of these is in every definition."""


_TELLING = f"(?:{'|'.join(sorted(TELLING_APP_KEYS))})"


def _key(name: str, value: str = "") -> re.Pattern[bytes]:
    return re.compile(rf'"{name}"\s*(?::\s*)?{value}'.encode() if value else rf'"{name}"\s*:'.encode())


_BEGINNINGS = (
    (_key("workflows", r"\["),),
    (_key("workflow", r"\{"),),
    (_key("trigger"), _key("steps")),
    (_key("steps"), _key("transitions")),
    (_key("type", '"workflow"'), _key("attributes")),
    (_key("type", r'"[\w-]*app"'), _key("attributes"), _key("version")),
    (_key("eventName", '"kustomer\\.'),),
    (_key("app", '"'), _key("version", r'"[v=]?\d'), _key(_TELLING)),
    (_key("app", '"'), _key(_TELLING, r"\[")),
)
"""A text begins like a definition if all the expressions of one line are in it."""

_STEP_KEYS = {"transitions", "errorCases", "appVersion"}
_TRIGGER_KEYS = {"eventName", "transitions", "callable"}
# What is not closed reaches to the end, so that each character is looked at once.
_NOT_IN_JSON = re.compile(
    rb"""("[^"\\]*(?:\\.[^"\\]*)*"?)|//[^\n]*|/\*(?:.*?\*/|.*)|(-?\b(?:NaN|Infinity)\b)""", re.DOTALL
)
_TRAILING_COMMA = re.compile(rb'("[^"\\]*(?:\\.[^"\\]*)*"?)|,(?=\s*[}\]])', re.DOTALL)


def may_define(raw: bytes) -> bool:
    """Whether the bytes of a file can hold a definition, whatever their encoding."""
    return 0 in raw[:4] or raw[:2] in (b"\xff\xfe", b"\xfe\xff") or any(needle in raw for needle in _NEEDLES)


def begins_like_definition(data: bytes) -> bool:
    """Whether a text that is no JSON was meant to be a definition."""
    return any(all(part.search(data) for part in beginning) for beginning in _BEGINNINGS)


def as_plain_json(data: bytes) -> bytes:
    """A text without the comments and the commas after a last value that the settings of many tools have, and with null
    for the numbers that JSON has not, but other programs write."""
    plain = _NOT_IN_JSON.sub(lambda match: match[1] or (b"null" if match[2] else b" "), data)
    return _TRAILING_COMMA.sub(lambda match: match[1] or b"", plain)


def is_app(keys: AbstractSet[str]) -> bool:
    """Whether an object with these keys and no workflows can be an app definition: other things have ``app`` too."""
    return "app" in keys and (not keys.isdisjoint(TELLING_APP_KEYS | {"version"}) or keys <= APP_KEYS)


def is_step(keys: AbstractSet[str], action: str) -> bool:
    """Whether an object with these keys is a step of a workflow, and not of something else that has steps."""
    return not keys.isdisjoint(_STEP_KEYS) or action.startswith("kustomer.")


def is_trigger(keys: AbstractSet[str]) -> bool:
    return not keys.isdisjoint(_TRIGGER_KEYS)


def other_kind(keys: AbstractSet[str]) -> str:
    """What a file with these keys at its top is, for a person, if it is something else that is met beside definitions;
    an empty string if that is unclear."""
    return next((kind for kind, (needed, any_of) in _KINDS.items() if needed <= keys and any_of & keys), "")


_KINDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "a scenario, for kustui simulate": (frozenset({"start"}), frozenset({"scenario", "expect", "mocks", "choices"})),
    "a JSON Schema": (frozenset({"$schema"}), frozenset({"properties", "$defs", "definitions", "oneOf", "anyOf"})),
    "a baseline, for kustui check --baseline": (frozenset({"version"}), frozenset({"problems"})),
    "a package of npm": (frozenset({"name"}), frozenset({"scripts", "devDependencies", "lockfileVersion", "main"})),
    "an event": (frozenset({"data"}), frozenset({"changes", "org", "client"})),
    "the record of a run": (frozenset({"event", "status"}), frozenset({"error", "meta"})),
}
