"""What a file is, judged by its text: a definition, one that is half written, or something else.

A folder holds much JSON that defines nothing. A definition that is broken is reported even so, and the rest is passed
over, without being parsed where a look at its bytes is enough. A text may also hold several values, one after the
other: ``jq -c '.data[]'`` prints one a line, ``jq '.data[]'`` each on lines of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache

import msgspec
from msgspec import Struct

from kustui.definition.platform import APP_KEYS, DISTINCTIVE_APP_KEYS, WORKFLOW_KEYS
from kustui.definition.source.positions import BLANKS, STRING, end_of, escape, members
from kustui.definition.source.source import UNKNOWN_KEY, Extent, Fault
from kustui.text.messages import quoted

_NEEDLES = (b'"workflows"', b'"workflow"', b'"trigger"', b'"steps"', b'"app"', b'"attributes"')
"""One of these is in every definition."""
_JSON_SUFFIXES = (".json", ".jsonc")
_MODULE_SUFFIXES = (".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".json5")
_MODULE_NEEDLES = (
    (b"workflows",),
    (b"trigger", b"steps"),
    (b"steps", b"transitions"),
    (b"eventName", b"transitions"),
    (b"app", b"version", b"title"),
)
"""All of one line of these are in every module that builds a definition."""


_DISTINCTIVE = f"(?:{'|'.join(sorted(DISTINCTIVE_APP_KEYS))})"


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
    (_key("app", '"'), _key("version", r'"[v=]?\d'), _key(_DISTINCTIVE)),
    (_key("app", '"'), _key(_DISTINCTIVE, r"\[")),
)
"""A text begins like a definition if all the expressions of one line are in it."""

RELAXED_JSON = "relaxed-json"
"""The rule of what other languages have and JSON does not, where the rest can be read."""
_MOST_COMMENTS, _MOST_COMMAS = 1, 100
_STEP_KEYS = {"transitions", "errorCases", "appVersion"}
_TRIGGER_KEYS = {"eventName", "transitions", "callable"}
# What is not closed reaches to the end, so that each character is looked at once.
_OPEN_STRING = STRING + rb"?"
_COMMENT = re.compile(rb"(" + _OPEN_STRING + rb")|//[^\n]*|/\*(?:.*?\*/|.*)", re.DOTALL)
_TRAILING_COMMA = re.compile(rb"(" + _OPEN_STRING + rb"|[{\[,]\s*,)|,(?=\s*[}\]])", re.DOTALL)
_TO_COMMENT = re.compile(rb"""(?s)(?:[^"/]++|"(?:[^"\\]++|\\.)*+"?|/(?![/*]))*+/""")
_BEFORE_CLOSING = re.compile(rb",\s*[}\]]")
"""These two are quick, and without a match there is no comment, or no comma after a last value."""
_COMMENT_SIGN = re.compile(rb"/[/*]")
_RELAXED = re.compile(_COMMENT_SIGN.pattern + rb"|,\s*[}\]]|[{\[]")
_CLOSING_NEXT = re.compile(rb"[}\]]")
_VISIBLE = re.compile(rb"[^\r\n]")
_NO_NUMBER = re.compile(rb"(" + _OPEN_STRING + rb")|-?\b(?:NaN|Infinity)\b", re.DOTALL)


def is_module(path: str) -> bool:
    """Whether a file of this name is JavaScript or TypeScript, of which what it builds is read."""
    return path.lower().endswith(_MODULE_SUFFIXES)


def is_json_or_module(path: str) -> bool:
    """Whether what is in a file of this name is read, in a folder or where a module imports it."""
    return path.lower().endswith((*_JSON_SUFFIXES, *_MODULE_SUFFIXES))


def may_define(raw: bytes, path: str = "") -> bool:
    """Whether the bytes of a file can hold a definition, whatever their encoding."""
    if is_module(path) and 0 not in raw[:4]:
        return any(all(word in raw for word in words) and _has_keys(raw, words) for words in _MODULE_NEEDLES)
    return 0 in raw[:4] or raw[:2] in (b"\xff\xfe", b"\xfe\xff") or any(needle in raw for needle in _NEEDLES)


def begins_like_definition(data: bytes, path: str = "") -> bool:
    """Whether a text that cannot be read was meant to be a definition."""
    beginnings = _beginnings_in_modules() if is_module(path) else _BEGINNINGS
    return any(all(part.search(data) for part in beginning) for beginning in beginnings)


def _has_keys(raw: bytes, words: Iterable[bytes]) -> bool:
    """Whether each word stands somewhere as a key does, or the name of what has it."""
    return all(re.search(rb"\b" + word + rb"""["'`]?\]?\s*(?:[:,}=(.]|$)""", raw, re.MULTILINE) for word in words)


@cache
def _beginnings_in_modules() -> tuple[tuple[re.Pattern[bytes], ...], ...]:
    """The same where quotes may be others, or none."""
    return tuple(
        tuple(re.compile(part.pattern.replace(b'"', b"[\"'`]?")) for part in beginning) for beginning in _BEGINNINGS
    )


def as_plain_json(data: bytes) -> bytes:
    """A text without the comments and the commas after a last value that the settings of many tools have, and with null
    for the numbers that JSON has not, but other programs write."""
    return _NO_NUMBER.sub(lambda match: match[1] or b"null", without_comments(data).data)


class PlainText(Struct, frozen=True):
    """A text with blanks in place of what JSON does not have: all else stays where it is."""

    data: bytes
    comments: tuple[Extent, ...]
    commas: tuple[Extent, ...]
    """Those after a last value."""


def without_comments(data: bytes) -> PlainText:
    """A text without comments and commas after a last value."""
    comments: list[Extent] = []
    commas: list[Extent] = []

    def blank(match: re.Match[bytes], extents: list[Extent]) -> bytes:
        if match[1]:
            return match[1]
        extents.append(Extent(*match.span()))
        return _VISIBLE.sub(b" ", match[0])

    plain = data
    if _TO_COMMENT.match(plain):
        plain = _COMMENT.sub(lambda match: blank(match, comments), plain)
    if _BEFORE_CLOSING.search(plain):
        plain = _TRAILING_COMMA.sub(lambda match: blank(match, commas), plain)
    return PlainText(plain, tuple(comments), tuple(commas))


def may_be_relaxed(data: bytes, faults: Iterable[Fault], values: Iterable[Extent]) -> bool:
    """Whether one of the faults of a text that is no JSON is a comment or a comma after a last value, or may be due to
    others, as a further value is and a text between those of a stream: else it is none either without them."""
    ends = {value.start: value.end for value in values}
    places = (fault.extent.start for fault in faults if fault.extent is not None)
    return any(
        _RELAXED.match(data, place) or (place in ends and _COMMENT_SIGN.search(data, place, ends[place]))
        for place in places
    )


def comment_faults(plain: PlainText) -> Iterator[Fault]:
    """The faults of comments and of commas after a last value in a text that is else JSON, in their order."""
    hint = "it was read without: Kustomer and other programs do not"
    for extent in plain.comments[:_MOST_COMMENTS]:
        more = len(plain.comments) - 1
        words = f"JSON has no comments{f', and {more} more follow' if more else ''}"
        yield Fault(RELAXED_JSON, words, hint, extent=extent)
    for extent in plain.commas[:_MOST_COMMAS]:
        closing = _CLOSING_NEXT.search(plain.data, extent.end)[0].decode()  # type: ignore[index]  # it was looked for
        message = f"a comma before the closing {closing}"
        yield Fault(RELAXED_JSON, message, "remove the comma", extent=extent, intended="", is_certain=True)


def is_workflow(keys: AbstractSet[str]) -> bool:
    """Whether an object with these keys is a workflow, be it part of an API resource."""
    return not keys.isdisjoint(WORKFLOW_KEYS)


def is_app(keys: AbstractSet[str]) -> bool:
    """Whether an object with these keys and no workflows can be an app definition: other things have ``app`` too."""
    return "app" in keys and (not keys.isdisjoint(DISTINCTIVE_APP_KEYS | {"version"}) or keys <= APP_KEYS)


def mistyped_app(keys: Iterable[str], pointer: str) -> Iterator[Fault]:
    """The fault of ``App`` in place of ``app``: without it, what holds the workflows is a fragment."""
    for key in keys:
        if key.strip().lower() == "app" != key:
            hint = 'did you mean "app"? Without it this is no app definition'
            message, place = f"unknown key {quoted(key)} beside workflows", f"{pointer}/{escape(key)}"
            yield Fault(UNKNOWN_KEY, message, hint, place, intended="app", is_certain=True)


def is_step(keys: AbstractSet[str], action: str) -> bool:
    """Whether an object with these keys is a step of a workflow, and not of something else that has steps."""
    return not keys.isdisjoint(_STEP_KEYS) or action.startswith("kustomer.")


def is_trigger(keys: AbstractSet[str]) -> bool:
    return not keys.isdisjoint(_TRIGGER_KEYS)


def other_kind(data: bytes) -> str:
    """What a text is, for a person, by the keys at its top, if it is something else that is met beside definitions; an
    empty string if that is unclear."""
    plain = as_plain_json(data)
    try:
        keys = {member.key for member in members(plain, Extent(0, len(plain)))}
    except (RecursionError, msgspec.DecodeError):  # it is no object
        return ""
    return next((kind for kind, (needed, any_of) in _KINDS.items() if needed <= keys and any_of & keys), "")


_KINDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "a scenario, for kustui simulate": (frozenset({"start"}), frozenset({"scenario", "expect", "mocks", "choices"})),
    "a JSON Schema": (frozenset({"$schema"}), frozenset({"properties", "$defs", "definitions", "oneOf", "anyOf"})),
    "a baseline, for kustui check --baseline": (frozenset({"version"}), frozenset({"problems"})),
    "a package of npm": (frozenset({"name"}), frozenset({"scripts", "devDependencies", "lockfileVersion", "main"})),
    "an event": (frozenset({"data"}), frozenset({"changes", "org", "client"})),
    "the record of a run": (frozenset({"event", "status"}), frozenset({"error", "meta"})),
}

_BEGINNING = re.compile(rb"\n[{\[]")
"""A line that may begin a value: what is inside one is indented, or follows a comma, a colon or a bracket."""
_VALUE_LINE = re.compile(rb"\n[{\[n]")
_MORE = "JSON is malformed: trailing characters"
"""How msgspec says that a value is followed by something else."""
_INSIDE = b",:{["
_MOST_IN_VAIN = 16
_NO_VALUE = re.compile(rb"(?![{\[]|null\r?$|[ \t\r]*$|\Z)", re.MULTILINE)
_OTHER_LINE = re.compile(rb"\n" + _NO_VALUE.pattern, re.MULTILINE)
"""A line that is no value by itself. A line feed is found sooner than the start of a line."""


class StreamValue(Struct, frozen=True):
    """One value of a stream, or the text in place of one."""

    extent: Extent
    is_json: bool


def stream_values(data: bytes) -> tuple[StreamValue, ...] | None:
    """The values of a text that is no single JSON value; None if it is no stream either.

    It is one if at least half of what it holds are JSON values, and two parts or more begin like an object or a list.
    """
    values = tuple(value for piece in _pieces(data) for value in _values(data, piece))
    begun = sum(data[value.extent.start] in b"{[" for value in values)
    good = sum(value.is_json for value in values)
    return values if begun > 1 and good and good * 2 >= len(values) else None


def _pieces(data: bytes) -> Iterator[Extent]:
    """The parts that their lines tell apart, without blanks around them: a broken one does not hide the others."""
    first = BLANKS.match(data).end()  # type: ignore[union-attr]  # it matches the empty string
    has_other = (first == 0 and _NO_VALUE.match(data)) or _OTHER_LINE.search(data, max(0, first - 1))
    is_line_by_line = not has_other
    beginnings = (match.end() - 1 for match in (_VALUE_LINE if is_line_by_line else _BEGINNING).finditer(data, first))
    starts = [first, *(_outside(data, first, beginnings) if is_line_by_line else _not_inside(data, beginnings))]
    for start, end in zip(starts, (*starts[1:], len(data)), strict=True):
        if start < (end := _trimmed_end(data, end)):
            yield Extent(start, end)


def _not_inside(data: bytes, lines: Iterable[int]) -> Iterator[int]:
    """The beginnings of lines that do not go on with what the line before is inside of."""
    return (at for at in lines if data[_trimmed_end(data, at) - 1] not in _INSIDE)


def _outside(data: bytes, before: int, lines: Iterable[int]) -> Iterator[int]:
    """The same where the line before may end in a value that is broken: a further one goes on with what it makes whole,
    which is looked for until that was in vain a few times."""
    whole, vain = before, 0
    for at in lines:
        if at >= whole and data[(end := _trimmed_end(data, at)) - 1] in _INSIDE and vain < _MOST_IN_VAIN:
            *_, last = _values(data, Extent(before, end))
            further = next(_values(data, Extent(last.extent.start, len(data))))
            whole, vain = (further.extent.end, vain) if further.is_json else (whole, vain + 1)
        if at >= whole:
            before = at
            yield at


def _trimmed_end(data: bytes, at: int) -> int:
    """The end of what is not blank before a place."""
    while at and data[at - 1] in b" \t\r\n":
        at -= 1
    return at


def _values(data: bytes, piece: Extent) -> Iterator[StreamValue]:
    """The values of a part; the last one is what is left where that is no JSON."""
    at = piece.start
    while at < piece.end:
        error = _error_in(data, Extent(at, piece.end))
        end = piece.end
        if error.startswith(_MORE) and data[at] in b"{[":
            end, error = end_of(data, at, piece.end), ""
        yield StreamValue(Extent(at, end), is_json=not error)
        at = BLANKS.match(data, end).end()  # type: ignore[union-attr]  # it matches the empty string


def _error_in(data: bytes, extent: Extent) -> str:
    """Why a range is no JSON value; an empty string where it is one."""
    try:
        msgspec.json.decode(memoryview(data)[extent.start : extent.end], type=msgspec.Raw)
    except (RecursionError, msgspec.DecodeError) as error:
        return str(error) or "no JSON"
    return ""
