"""The parser of one tag: a path or a helper, its arguments, and the names of a block's parameters."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from kustui.definition.expressions.nodes import (
    Call,
    Embedded,
    Lookup,
    Named,
    Origin,
    Path,
    Scalar,
    Value,
    embedded_in,
    spans_of,
)
from kustui.definition.expressions.tokens import MAX_DEPTH, Tag, Token, refuse
from kustui.text.messages import shortened

_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_EXACT_DIGITS = 15
"""Whole numbers of more digits are not exact in JavaScript, whose numbers are floats."""

_NAMES = ("path", "word", "number")
_NO_OPERATORS = "templates have no operators: use a helper to compare or decide"


class Helper(NamedTuple):
    """A helper that is certainly called: it has arguments, or stands in parentheses."""

    name: str
    start: int
    end: int


@dataclass(slots=True)
class Notes:
    """What the parser meets in a template, in order."""

    text: str
    lookups: list[Lookup] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
    embedded: list[Embedded] = field(default_factory=list)

    def look_for_embedded(self, start: int, end: int) -> None:
        if self.text.find("/#", start, end) >= 0:
            self.embedded.extend(embedded_in(self.text, start, end))


class Scope(NamedTuple):
    """The blocks around a tag."""

    contexts: int
    """How many of them replace the context."""
    parameters: frozenset[str]
    """The names of their parameters."""
    depth: int
    """How many there are."""


class Arguments:
    """Parses the tokens of one tag, once, by one of its four public methods. They raise FaultError."""

    def __init__(self, tag: Tag, notes: Notes, scope: Scope) -> None:
        self._tag = tag
        self._tokens = tag.tokens
        self._at = 0
        self._notes = notes
        self._scope = scope
        self._parentheses = 0

    def mustache(self) -> Value:
        """``path`` or ``helper argument…``."""
        callee = self._callee("a path or a helper")
        if self._peek() is None:
            self._note_lookup(callee)
            return callee
        call = self._call(callee, callee.start)
        self._end()
        return call

    def block(self) -> tuple[Call, tuple[str, ...]]:
        """``helper argument… as |name…|``, or only a path."""
        callee = self._callee("a helper")
        if self._peek() is None or self._at_parameters():
            self._note_lookup(callee)
            call = Call(callee, (), (), callee.start, callee.end)
        else:
            call = self._call(callee, callee.start)
        parameters = self._parameters() if self._at_parameters() else ()
        self._end()
        return call, parameters

    def partial(self) -> Call:
        """``name argument…``. A partial's name reads nothing and is no helper."""
        callee = self._callee("the name of a partial")
        arguments, named = self._list()
        self._end()
        return Call(callee, arguments, named, callee.start, self._tokens[-1].end)

    def closing(self) -> Lookup | Scalar:
        """The name of the block that the tag closes."""
        callee = self._callee("the name of a block")
        self._end()
        return callee

    def _callee(self, wanted: str) -> Lookup | Scalar:
        token = self._next(wanted)
        if token.kind == "path":
            return self._lookup(token)
        if token.kind in ("string", "number", "word"):
            return self._scalar(token)
        return self._refuse(token)

    def _call(self, callee: Lookup | Scalar, start: int) -> Call:
        name = callee.path.text if isinstance(callee, Lookup) else str(callee.value)
        self._notes.helpers.append(Helper(name, callee.start, callee.end))
        arguments, named = self._list()
        return Call(callee, arguments, named, start, self._tokens[self._at - 1].end)

    def _list(self) -> tuple[tuple[Value, ...], tuple[Named, ...]]:
        arguments: list[Value] = []
        named: list[Named] = []
        while (token := self._peek()) and token.kind != ")" and not self._at_parameters():
            following = self._peek(1)
            if token.kind in _NAMES and following and following.kind == "=":
                self._at += 2
                value = self._value()
                named.append(Named(token.text, value, token.start, value.end))
                continue
            value = self._value()
            if named:
                hint = "arguments with a name come last"
                refuse("an argument without a name follows one with a name", value.start, value.end, hint)
            arguments.append(value)
        return tuple(arguments), tuple(named)

    def _value(self) -> Value:
        token = self._next("a value")
        if token.kind == "(":
            return self._parenthesis(token)
        if token.kind == "path":
            lookup = self._lookup(token)
            self._notes.lookups.append(lookup)
            return lookup
        if token.kind in ("string", "number", "word"):
            return self._scalar(token)
        return self._refuse(token)

    def _parenthesis(self, opening: Token) -> Call:
        self._parentheses += 1
        if self._parentheses + self._scope.depth > MAX_DEPTH:
            refuse(f"parentheses nested more than {MAX_DEPTH} levels deep", opening.start, opening.end)
        following = self._peek()
        if following and following.kind == ")":
            refuse("these parentheses are empty", opening.start, following.end, "write a helper between them")
        call = self._call(self._callee("a helper"), opening.start)
        closing = self._peek()
        if closing is None or closing.kind != ")":
            refuse("this parenthesis is never closed", opening.start, opening.end, "close it with )")
        self._at += 1
        self._parentheses -= 1
        return Call(call.callee, call.arguments, call.named, opening.start, closing.end)

    def _parameters(self) -> tuple[str, ...]:
        bar = self._tokens[self._at + 1]
        self._at += 2
        names = []
        while (token := self._peek()) and token.kind in _NAMES:
            names.append(token.text)
            self._at += 1
        closing = self._peek()
        if closing is None or closing.kind != "|":
            refuse("the second bar of the block's names is missing", bar.start, bar.end, "write as |name|")
        if not names:
            refuse("a name is missing between the bars", bar.start, closing.end, "write as |name|")
        self._at += 1
        return tuple(names)

    def _at_parameters(self) -> bool:
        token, following = self._peek(), self._peek(1)
        return token is not None and token.text == "as" and following is not None and following.kind == "|"

    def _lookup(self, token: Token) -> Lookup:
        return read_lookup(token, self._scope.contexts, self._scope.parameters)

    def _note_lookup(self, value: Lookup | Scalar) -> None:
        if isinstance(value, Lookup):
            self._notes.lookups.append(value)

    def _scalar(self, token: Token) -> Scalar:
        value: str | int | float | bool | None
        if token.kind == "word":
            value = _CONSTANTS[token.text]
        elif token.kind == "string":
            self._notes.look_for_embedded(token.start, token.end)
            quote = token.text[0]
            value = token.text[1:-1].replace(f"\\{quote}", quote)
        else:
            whole = "." not in token.text and len(token.text) <= _EXACT_DIGITS
            value = int(token.text) if whole else float(token.text)
        return Scalar(value, token.start, token.end)

    def _peek(self, ahead: int = 0) -> Token | None:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _next(self, wanted: str) -> Token:
        token = self._peek()
        if token is None:
            refuse(f"{wanted} is missing before the end of this tag", self._tag.start, self._tag.end)
        self._at += 1
        return token

    def _end(self) -> None:
        if self._peek() is not None:
            self._refuse(self._next("nothing"))

    def _refuse(self, token: Token) -> NoReturn:
        """Raises FaultError: the token that was read last cannot stand where it does."""
        if token.kind == ")":
            refuse("this parenthesis was never opened", token.start, token.end)
        hint = ""
        following = self._peek()
        if token.kind == "|" or (token.kind == "=" and following and following.kind == "="):
            hint = _NO_OPERATORS
        elif token.kind == "=":
            hint = "arguments with a name follow a helper: {{helper name=value}}"
        elif token.kind == "(":
            hint = "a helper's name comes first: {{helper (other a b)}}"
        refuse(f'"{shortened(token.text)}" is not allowed here in a template', token.start, token.end, hint)


_PART = re.compile(r"\[((?:\\\]|[^\]])*+)\]|\.\.|[^./\[]++|")
_PLAIN = re.compile(r"(?!this\b)[\w-]++(?:\.@?(?!this\b)[\w-]++)*+")
_ESCAPE = re.compile(r"\\([\\\]])")


class _Part(NamedTuple):
    """One segment, with the offsets of its text."""

    text: str
    start: int
    end: int
    bracketed: bool


def read_lookup(token: Token, contexts: int, parameters: Container[str]) -> Lookup:
    """The lookup that a token of kind ``path`` is.

    ``contexts`` counts the blocks around it that replace the context; ``parameters`` are the names of block
    parameters in sight. Raises FaultError where it is malformed.
    """
    if _PLAIN.fullmatch(token.text):  # nearly all of them
        return _plain_lookup(token, contexts, parameters)
    parts, ups, this = _split(token)
    origin = _origin_of(token, parts, ups, this, parameters)
    if origin is Origin.ROOT:
        parts = parts[1:]
    for part in parts:
        if part.text in (".", "..", "this") and not part.bracketed:
            refuse(f'"{part.text}" is not allowed inside a path', part.start, part.end, f"write [{part.text}]")
    spans = tuple((part.start, part.end) for part in parts)
    start = parts[0].start - parts[0].bracketed if parts else token.end
    path = Path(tuple(part.text for part in parts), start, token.end, spans)
    return Lookup(path, origin, ups, contexts, token.start, token.end)


def _plain_lookup(token: Token, contexts: int, parameters: Container[str]) -> Lookup:
    """A lookup of names with dots between them."""
    segments = tuple(token.text.split("."))
    origin = Origin.PARAMETER if segments[0] in parameters else Origin.NAME
    path = Path(segments, token.start, token.end, spans_of(segments, token.start))
    return Lookup(path, origin, 0, contexts, token.start, token.end)


def _origin_of(token: Token, parts: list[_Part], ups: int, this: bool, parameters: Container[str]) -> Origin:
    first = parts[0].text if parts and not ups else ""
    if token.text.startswith("@"):
        if not parts:
            refuse("a name is missing after the @", token.start, token.end)
        return Origin.ROOT if first == "root" else Origin.DATA
    if this:
        return Origin.THIS
    return Origin.PARAMETER if first in parameters else Origin.NAME


def _split(token: Token) -> tuple[list[_Part], int, bool]:
    """The segments of a path, how many ``../`` stand before them, and whether ``this`` or ``.`` does."""
    parts: list[_Part] = []
    ups, this = 0, False
    at = token.start + token.text.startswith("@")
    while True:
        leading = not parts and not this
        written = _segment_at(token, at, leading)
        if leading and written == "..":
            ups += 1
        elif leading and written in ("this", "."):
            this = True
        else:
            parts.append(_part(token, at, written))
        at += len(written)
        if at == token.end:
            return parts, ups, this
        if token.text[at - token.start] not in "./":
            refuse("a dot is missing between two names", at, at + 1)
        at += 1


def _segment_at(token: Token, at: int, leading: bool) -> str:
    """The text from an offset up to the next dot or slash; ``leading``: no name precedes it."""
    text, start = token.text, at - token.start
    match = _PART.match(text, start)
    if match and match[0]:
        return match[0]
    if not leading or text[start : start + 1] != "." or text[start + 1 : start + 2] not in ("", "/"):
        _refuse_gap(token, at)
    return "."


def _part(token: Token, at: int, written: str) -> _Part:
    end = at + len(written)
    if written.startswith("["):
        return _Part(_ESCAPE.sub(r"\1", written[1:-1]), at + 1, end - 1, True)
    if written == "..":
        _refuse_gap(token, at + 1)
    if "@" in written.lstrip("@"):
        inner = at + written.index("@", 1)
        refuse('"@" cannot stand inside a name', inner, inner + 1, f"write [{written}]")
    return _Part(written, at, end, False)


def _refuse_gap(token: Token, at: int) -> NoReturn:
    if token.text == "@":
        refuse("a name is missing after the @", token.start, token.end)
    if at >= token.end:
        refuse("a name is missing after the last dot", token.end - 1, token.end)
    if at <= token.start + 1:
        refuse("a name is missing before the first dot", token.start, at + 1)
    refuse("a name is missing between two dots", at - 1, at + 1, "remove one of the dots")
