"""The parser of one tag: a path or a helper, its arguments, and the names of a block's parameters."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple, NoReturn

from msgspec import Struct, field

from kustui.definition.expressions.nodes import (
    Call,
    Embedded,
    Helper,
    Lookup,
    Named,
    Origin,
    Path,
    Scalar,
    Value,
    embedded_in,
    spans_of,
)
from kustui.definition.expressions.spelling import WHITESPACE
from kustui.definition.expressions.tokens import (
    MAX_DEPTH,
    SEGMENT,
    SEPARATOR,
    Kind,
    Tag,
    Token,
    refuse,
    scan,
)
from kustui.text.messages import shortened

_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_EXACT_DIGITS = 15
"""Whole numbers of more digits are not exact in JavaScript, whose numbers are floats."""

_NO_OPERATORS = "templates have no operators: use a helper to compare or decide"


class Notes(Struct):
    """What the parser meets in a template, in order."""

    text: str
    lookups: list[Lookup] = field(default_factory=list)
    helpers: list[Helper] = field(default_factory=list)
    embedded: list[Embedded] = field(default_factory=list)

    def look_for_embedded(self, start: int, end: int) -> None:
        if self.text.find("/#", start, end) >= 0:
            self.embedded.extend(embedded_in(self.text, start, end))


class Scope(Struct, frozen=True):
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
        opening = self._peek()
        if opening is not None and opening.kind == "(":
            self._at += 1
            callee = self._parenthesis(opening).callee
        else:
            callee = self._callee("the name of a partial")
        arguments, named = self._list()
        self._end()
        if len(arguments) > 1:
            hint = "others have names: {{> name context key=value}}"
            refuse("a partial takes one argument without a name", arguments[1].start, arguments[1].end, hint)
        return Call(callee, arguments, named, callee.start, self._tokens[-1].end)

    def closing(self) -> None:
        """The name of the block that the tag closes, which ``closing_name`` gives."""
        self._callee("the name of a block")
        self._end()

    def _callee(self, wanted: str) -> Lookup | Scalar:
        token = self._next(wanted)
        if token.kind == "path":
            return self._lookup(token)
        if token.kind in ("string", "literal"):
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
            if following and following.kind == "=" and _is_single_name(token):
                self._at += 2
                value = self._value()
                named.append(Named(_without_brackets(token.text), value, token.start, value.end))
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
        if token.kind in ("string", "literal"):
            return self._scalar(token)
        return self._refuse(token)

    def _parenthesis(self, opening: Token) -> Call:
        self._parentheses += 1
        if self._parentheses + self._scope.depth > MAX_DEPTH:
            message = f"parentheses nested more than {MAX_DEPTH} levels deep"
            refuse(message, opening.start, opening.end, "close some before it")
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
        opening = self._next("as |")
        names = []
        while (token := self._peek()) and _is_single_name(token):
            names.append(_without_brackets(token.text))
            self._at += 1
        closing = self._peek()
        if closing is None or closing.kind != "bar":
            refuse("the second bar of the block's names is missing", opening.end - 1, opening.end, "write as |name|")
        if not names:
            refuse("a name is missing between the bars", opening.end - 1, closing.end, "write as |name|")
        self._at += 1
        return tuple(names)

    def _at_parameters(self) -> bool:
        token = self._peek()
        return token is not None and token.kind == "as"

    def _lookup(self, token: Token) -> Lookup:
        return read_lookup(token, self._scope.contexts, self._scope.parameters)

    def _note_lookup(self, value: Lookup | Scalar) -> None:
        if isinstance(value, Lookup):
            self._notes.lookups.append(value)

    def _scalar(self, token: Token) -> Scalar:
        value: str | int | float | bool | None
        if token.text in _CONSTANTS:
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
            message = f"{wanted} is missing before the end of this tag"
            refuse(message, self._tag.start, self._tag.end, f"write {wanted} before the closing braces")
        self._at += 1
        return token

    def _end(self) -> None:
        if self._peek() is not None:
            self._refuse(self._next("nothing"))

    def _refuse(self, token: Token) -> NoReturn:
        """Raises FaultError: the token that was read last cannot stand where it does."""
        if token.kind == ")":
            refuse("this parenthesis was never opened", token.start, token.end, "remove it, or open it before")
        hint = "remove it, or write it in quotes"
        following = self._peek()
        if token.kind == "bar" or (token.kind == "=" and following and following.kind == "="):
            hint = _NO_OPERATORS
        elif token.kind == "=":
            hint = "arguments with a name follow a helper: {{helper name=value}}"
        elif token.kind == "(":
            hint = "a helper's name comes first: {{helper (other a b)}}"
        refuse(f'"{shortened(token.text)}" is not allowed here in a template', token.start, token.end, hint)


_PLAIN = re.compile(r"(?!this\b)[\w-]++(?:\.(?!this\b)[\w-]++)*+")
_ESCAPE = re.compile(r"\\([\\\]])")


def _is_single_name(token: Token) -> bool:
    """Whether a token can name an argument or a block's parameter."""
    return token.kind == "path" and SEGMENT.fullmatch(token.text) is not None


def _without_brackets(segment: str) -> str:
    return _ESCAPE.sub(r"\1", segment[1:-1]) if segment.startswith("[") else segment


def closing_name(token: Token) -> object:
    """What Handlebars compares of the first token of a block and the token that closes it: a path without brackets
    and blanks, the text of a string, the value of a number."""
    if token.kind == "string":
        return token.text[1:-1].replace(f"\\{token.text[0]}", token.text[0])
    if token.kind == "literal":
        return (token.text,) if token.text in _CONSTANTS else float(token.text)
    if token.kind != "path":
        return ("undefined",)  # a partial whose name is in parentheses
    parts = (separator + _without_brackets(segment.group()) for separator, segment in _segments(token))
    return "@" * token.text.startswith("@") + "".join(parts)


def closing_lookups(text: str) -> Iterator[Lookup]:
    """The paths in the closing tags of a template without faults, as in ``{{/steps.1.tags}}``: they read nothing, but
    have to be those of the tags that they close."""
    for piece in scan(text)[0] if "/" in text else ():
        if isinstance(piece, Tag) and piece.kind is Kind.CLOSE and piece.tokens[0].kind == "path":
            yield read_lookup(piece.tokens[0], 0, ())


def _segments(token: Token) -> Iterator[tuple[str, re.Match[str]]]:
    """The segments of a path, each with the dot or slash before it."""
    text = token.text
    at, separator = len(text) - len(text.removeprefix("@").lstrip(WHITESPACE)), ""
    while segment := SEGMENT.match(text, at):
        yield separator, segment
        between = SEPARATOR.match(text, segment.end())
        if between is None:
            return
        at, separator = between.end(), between.group().strip(WHITESPACE)


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
    segments, spans = tuple(part.text for part in parts), tuple((part.start, part.end) for part in parts)
    start = parts[0].start - parts[0].bracketed if parts else token.end
    path = Path(segments, start, token.end, spans if spans != spans_of(segments, start) else ())
    return Lookup(path, origin, ups, contexts, token.start, token.end)


def _plain_lookup(token: Token, contexts: int, parameters: Container[str]) -> Lookup:
    """A lookup of names with dots between them."""
    segments = tuple(token.text.split("."))
    origin = Origin.PARAMETER if segments[0] in parameters else Origin.NAME
    path = Path(segments, token.start, token.end)
    return Lookup(path, origin, 0, contexts, token.start, token.end)


def _origin_of(token: Token, parts: list[_Part], ups: int, this: bool, parameters: Container[str]) -> Origin:
    first = parts[0].text if parts and not ups else ""
    if token.text.startswith("@"):
        return Origin.ROOT if first == "root" else Origin.DATA
    if this:
        return Origin.THIS
    return Origin.PARAMETER if first in parameters else Origin.NAME


def _split(token: Token) -> tuple[list[_Part], int, bool]:
    """The segments of a path, how many ``../`` stand before them, and whether ``this`` or ``.`` does."""
    parts: list[_Part] = []
    ups, this = 0, False
    for _, segment in _segments(token):
        written = segment.group()
        start, end = token.start + segment.start(), token.start + segment.end()
        if written in (".", "..", "this"):
            if parts:
                refuse(f'"{written}" is not allowed inside a path', start, end, f"write [{written}]")
            ups += written == ".."
            this = this or written != ".."
        else:
            bracketed = written.startswith("[")
            parts.append(_Part(_without_brackets(written), start + bracketed, end - bracketed, bracketed))
    return parts, ups, this
