"""The values that expressions of a module have, as far as they can be known without running it.

Each says where it is written. What cannot be known is an ``Unknown``, which keeps its source text. Objects and lists
are as they are in a run: one of each, by whatever names it is called, which statements change where they stand.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct, field
from tree_sitter import Node

from kustui.definition.values import text_of as written

MOST_TEXT = 10_000_000
"""Characters of a text that is put together: one of more is not known."""
_MOST_SHOWN = 200
"""Characters that are shown of the source text of what is not known."""


_INHERITED = frozenset(
    {"__proto__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString",
     "toString", "valueOf"}
)  # fmt: skip
"""What every object has, whatever its members are."""
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(\r\n|[\s\S]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r\n": "", "\r": "",
            "\u2028": "", "\u2029": ""}  # fmt: skip
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")


def unescaped(written: str) -> str:
    """What the characters between the quotes of a JavaScript string spell."""
    if "\\" not in written:
        return written
    text = _ESCAPE.sub(_unescaped, written)
    text = _PAIR.sub(lambda pair: (pair[1] + pair[2]).encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _unescaped(match: re.Match[str]) -> str:
    braced, four, two, octal, other = match.groups()
    if code := braced or four or two:
        return chr(min(int(code, 16), 0x10FFFF))
    return chr(int(octal, 8)) if octal else _ESCAPED.get(other, other)


class Origin(NamedTuple):
    """A range of one of the files that were read, in bytes, by the file's index."""

    file: int
    start: int
    end: int

    def holds(self, other: Origin) -> bool:
        return self.file == other.file and self.start <= other.start and other.end <= self.end


class Piece(NamedTuple):
    """A part of a text, and where its characters stand, quotes left aside."""

    text: str
    origin: Origin
    is_verbatim: bool = True
    """Whether the characters stand there, if need be as escapes, and not something that comes to them."""


class Value(Struct, frozen=True, eq=False):
    origin: Origin


class Scalar(Value, frozen=True, eq=False):
    """A number, true, false or null."""

    value: float | int | bool | None
    is_literal: bool = True

    @property
    def is_true(self) -> bool:
        return bool(self.value) and not (isinstance(self.value, float) and math.isnan(self.value))

    @property
    def json(self) -> str:
        match self.value:
            case None:
                return "null"
            case bool():
                return "true" if self.value else "false"
            case float() if not math.isfinite(self.value):
                return "null"
            case float() if self.value.is_integer() and abs(self.value) < 2**53:
                return str(int(self.value))
        return str(self.value)


class Text(Value, frozen=True, eq=False):
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


class Unknown(Value, frozen=True, eq=False):
    """What cannot be known, by its source text."""

    text: str


class Undefined(Value, frozen=True, eq=False):
    """``undefined``: a member that is not there."""


class UnmetImport(NamedTuple):
    """An import that leads nowhere."""

    module: str
    """How it names the file."""
    name: str = ""
    """What the file does not export; nothing where there is no such file."""
    exported: tuple[str, ...] = ()
    """What it exports instead."""


class NotExported(Undefined, frozen=True, eq=False):
    """What a module takes of another by a name that it does not export."""

    unmet: UnmetImport


class Function(Value, frozen=True, eq=False):
    """A function whose result is worked out where it is called."""

    node: Node
    frame: Frame | None
    """The call in which it is made."""


class Frame(Struct, frozen=True, eq=False):
    """A call of a function, or a turn of a loop: what its own names stand for."""

    range: Origin
    outer: Frame | None
    names: dict[tuple[int, str], Value]
    """By the function or loop that declares a name, and the name: its parameters."""
    values: dict[tuple[object, ...], Value]
    """What its declarations come to."""


class Child(NamedTuple):
    """A member of an object, or an element of a list, whose key is None."""

    key: Text | None
    value: Value
    place: Origin
    """Where it stands in what holds it, its key left aside: where a constant is used, for one."""
    is_spread: bool = False
    """Whether it came with another object or list."""


class Object(Value, frozen=True, eq=False, dict=True):
    members: list[Child]
    """What is not known is among them: without a key where the key is not known either."""
    inherited: list[Value] = field(default_factory=list)
    """What it takes the members from that it does not have itself: the last that it was given."""

    @cached_property
    def _by_key(self) -> dict[str | None, int]:
        """Where the last member of each key is; under None the last of those that are not known."""
        return {child.key.text if child.key is not None else None: at for at, child in enumerate(self.members)}

    def member(self, name: str) -> Value | None:
        """The value of a key; None where there is none, unless it may be among what is not known."""
        at, opaque = self._by_key.get(name, -1), self._by_key.get(None, -1)
        if at > opaque:
            return self.members[at].value
        if opaque >= 0:
            return Unknown(self.members[opaque].place, name)
        is_inherited = name in _INHERITED or any(not isinstance(value, Scalar) for value in self.inherited[-1:])
        return Unknown(self.origin, name) if is_inherited else None

    @property
    def is_printed_otherwise(self) -> bool:
        """Whether a method of its own gives what ``JSON.stringify`` prints of it."""
        at = self._by_key.get("toJSON")
        return at is not None and isinstance(self.members[at].value, Function | Unknown)

    def put(self, child: Child) -> None:
        """Give it a member, in place of the one of that key, and after what may have the key too."""
        name = child.key.text if child.key is not None else None
        at, opaque = self._by_key.get(name, -1), self._by_key.get(None, -1)
        if name is not None and at > opaque:
            self.members[at] = child
            return
        if at >= 0 and (name is not None or self.members[at].place == child.place):
            self.members[at] = self.members[at]._replace(value=Undefined(child.place))
        self._by_key[name] = len(self.members)
        self.members.append(child)


class List(Value, frozen=True, eq=False):
    elements: list[Child]

    @property
    def is_open(self) -> bool:
        """Whether it may hold more, or less, than is known."""
        return any(child.is_spread and isinstance(child.value, Unknown) for child in self.elements)


def truth_of(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    match value:
        case Scalar():
            return value.is_true
        case Text():
            return bool(value.text)
        case Undefined():
            return False
    return None if isinstance(value, Unknown) else True


def children_of(value: Value) -> list[Child]:
    """The members or elements of a value."""
    if isinstance(value, Object):
        return value.members
    return value.elements if isinstance(value, List) else []


def within(values: Iterable[Value]) -> Iterator[Object | List]:
    """The objects and lists among values and all that they hold, each once."""
    pending, seen = list(values), set[int]()
    while pending:
        value = pending.pop()
        if isinstance(value, Object | List) and id(value) not in seen:
            seen.add(id(value))
            yield value
            pending.extend(child.value for child in children_of(value))


def unknown(origin: Origin, text: str) -> Unknown:
    """What is written at a place, as something that is not known."""
    text = " ".join(text.split())
    return Unknown(origin, text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…")


def merged(members: Iterable[Child]) -> list[Child]:
    """The members of an object literal, by key the last.

    Two that are written there with the same key both stay, as nobody means that: only what comes with another object
    overrides, or is overridden.
    """
    last: dict[str, int] = {}
    all_members = list(members)
    for index, child in enumerate(all_members):
        if child.key is not None:
            last[child.key.text] = index
    return [
        child
        for index, child in enumerate(all_members)
        if child.key is None
        or last[child.key.text] == index
        or not (child.is_spread or all_members[last[child.key.text]].is_spread)
    ]


def text_of(origin: Origin, pieces: list[Piece]) -> Text | None:
    """A text that is put together; None where it is too long."""
    if sum(len(piece.text) for piece in pieces) > MOST_TEXT or len(pieces) > MOST_TEXT // 100:
        return None
    return Text(origin, tuple(pieces) or (Piece("", origin._replace(start=origin.start + 1, end=origin.end - 1)),))


def pieces_of(value: Value, place: Origin) -> tuple[Piece, ...] | None:
    """A value as a part of a text; None where it is not known, or no text or number."""
    if isinstance(value, Text):
        return value.pieces
    if isinstance(value, Scalar):
        text = "null" if value.value is None else written(value.value)
        return (Piece(text, place, is_verbatim=False),)
    return (Piece("undefined", place, is_verbatim=False),) if isinstance(value, Undefined) else None
