"""Explains why a module is not valid syntax: the first token that cannot stand where it does, and what is missing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import tree_sitter
from tree_sitter import Node

from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.static_values import Origin
from kustui.definition.source.source import Extent, Fault, Source

_CLOSING = {"{": "}", "(": ")", "[": "]", "${": "}"}
_TEXTS = frozenset({"string", "template_string"})
_QUOTES = frozenset({"'", '"', "`"})
_MOST_BYTES = 200_000
"""A larger file is not read again to find the token: that takes some 3 ms for each kB."""
_PROCESS = re.compile(r"process version:\d+, version_count:\d+, state:\d+, row:(\d+), col:(\d+)")
_BETWEEN = re.compile(rb"(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*+")
_TOKEN = re.compile(rb"""/\*|[\w$\x80-\xff]+|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`|=>|\.\.\.|[^\s\w]""")
_WORD = re.compile(r"[\w$]+\Z")
_CONFLICT = re.compile(rb"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?= |\r?$)")
_DECLARES = frozenset({"const", "let", "var", "class", "function", "enum", "interface", "type", "import", "from"})
_STATEMENTS = frozenset({"const", "let", "var", "export", "import", "return", "if", "for", "while", "switch", "throw"})
_DECLARATIONS = ("const", "let", "var")
_NEEDS_A_VALUE = frozenset({"return", "typeof", "new", "await", "in", "of", "case", "default"})
_TYPOGRAPHIC = re.compile("|".join("“”„«»‘’").encode())
_NAMES = frozenset({"identifier", "property_identifier"})
_MOST_QUOTES = 200
_MOST_SHOWN = 40
_LOOK_BEFORE = "look for what is missing or too much before it"


class Opened(NamedTuple):
    """A bracket or quote that is open."""

    sign: str
    at: int


class SyntaxFault(NamedTuple):
    fault: Fault
    is_certain: bool
    """Whether no version of the language takes it."""
    place: Extent
    """From what the parser took last to what it did not take."""

    def is_at(self, part: Origin) -> bool:
        """Whether it is in a part of the module, or directly beside it."""
        return part.file == 0 and part.start <= self.place.end and self.place.start <= part.end


MOST_LEVELS = 60_000
"""The parser's queries count levels in 16 bits: beyond, they take the square of them, and find nothing deeper."""


def nested_too_deep_in(root: Node) -> Node | None:
    """A part of a module that is nested deeper than is read. Only what holds enough to be as deep is looked into."""
    pending = [(root, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MOST_LEVELS:
            return node
        pending.extend((child, depth + 1) for child in node.children if child.descendant_count > MOST_LEVELS - depth)
    return None


def syntax_fault(file: ModuleFile) -> SyntaxFault | None:
    """The first thing wrong with the syntax of a module; None where there is nothing, or it cannot be told."""
    if quote := _typographic_quote(file):
        return _certain("a typographic quote", 'write a plain "', quote)
    if not file.root.has_error:
        return None
    if conflict := _CONFLICT.search(file.source.data):
        return _certain("an unresolved merge conflict", "resolve it and remove its markers", conflict)
    before = _stop(file)
    return _Stop.of(file, before).explain() if before is not None else None


def _typographic_quote(file: ModuleFile) -> re.Match[bytes] | None:
    """One that stands where a plain one should; the grammar takes it for a letter."""
    for quote in islice(_TYPOGRAPHIC.finditer(file.source.data), _MOST_QUOTES):
        at = quote.start() + file.shift
        node = file.root.descendant_for_byte_range(at, at + 1)
        if node is not None and node.type in _NAMES:
            return quote
    return None


def _stop(file: ModuleFile) -> int | None:
    """The end of the last token that the parser took before it began to guess, which only its log says."""
    data = file.parsed
    if len(data) > _MOST_BYTES:
        return None
    stopped: list[str] = []
    last = ""

    def log(kind: tree_sitter.LogType, message: str) -> None:
        nonlocal last
        if kind == tree_sitter.LogType.PARSE and not stopped:
            if message.startswith("process "):
                last = message
            elif message.startswith("resume "):
                stopped.append(last)

    tree_sitter.Parser(file.tree.language, logger=log).parse(data)
    place = _PROCESS.match(stopped[0]) if stopped else None
    if place is None:
        return None
    row, column = int(place[1]), int(place[2])
    lines = data.split(b"\n", row)
    return len(data) - len(lines[row]) + column - file.shift


class _Stop(NamedTuple):
    """Where the parser stopped."""

    source: Source
    before: int
    """The end of the last token that it took."""
    start: int
    """The token that it did not take: its start, and its text, which is empty at the end of the file."""
    token: str
    opened: tuple[Opened, ...]
    """The brackets and quotes that are open there, the innermost last."""
    previous: str
    """The last token that it took."""
    earlier: str
    """The one before that."""

    @classmethod
    def of(cls, file: ModuleFile, before: int) -> _Stop:
        data = file.source.data
        between = _BETWEEN.match(data, before)
        start = between.end() if between is not None else before
        token = _TOKEN.match(data, start)
        leaves = list(_leaves(file, before))
        texts = [file.text(leaf) for leaf in leaves[-2:]]
        earlier, previous = ["", "", *texts][-2:]
        before = file.origin(leaves[-1]).end if leaves else before
        opened = _opened(file, leaves)
        return cls(
            file.source, before, start, token[0].decode(errors="replace") if token else "", opened, previous, earlier
        )

    def explain(self) -> SyntaxFault:
        for explain in (self._in_a_text, self._end_of_file, self._bracket, self._outside_an_object, self._not_closed):
            if fault := explain():
                return SyntaxFault(fault, is_certain=True, place=self.place)
        fault = self._missing() or self._missing_between() or self._other()
        return SyntaxFault(fault, is_certain=False, place=self.place)

    @property
    def place(self) -> Extent:
        return Extent(self.before, self.end)

    @property
    def end(self) -> int:
        return self.start + len(self.token.encode())

    @property
    def innermost(self) -> Opened | None:
        return self.opened[-1] if self.opened else None

    @property
    def shown(self) -> str:
        """The token, as a message has it."""
        is_long = len(self.token) > _MOST_SHOWN
        return f"{self.token[:_MOST_SHOWN]}…" if is_long else self.token

    def here(self, message: str, hint: str = "") -> Fault:
        """A fault of the token."""
        return _fault(message, hint, self.start, self.end)

    def _in_a_text(self) -> Fault | None:
        data, inner = self.source.data, self.innermost
        if self.previous.startswith("*") and len(self.previous) > 1:  # taken for a regular expression
            start = self.before - len(self.previous.encode()) - 1
            return _fault("this comment is never closed", "end it with */", start, start + 2)
        if inner is not None and inner.sign == "`":
            return _fault("this template is never closed", "end it with a `", inner.at, inner.at + 1)
        start = inner.at if inner is not None and inner.sign in _QUOTES else self.start
        quote = chr(data[start]) if start < len(data) else ""
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if quote in ("'", '"') and ((inner is not None and inner.sign == quote) or not self._is_closed(quote)):
            return _fault("this string is not closed on its line", f"end it with a {quote}", start, end)
        return None

    def _is_closed(self, quote: str) -> bool:
        return len(self.token) > 1 and self.token.endswith(quote)

    def _end_of_file(self) -> Fault | None:
        if self.token:
            return None
        if (inner := self.innermost) is None:
            return _fault(
                "the file ends in the middle of a statement", "write the rest of it", self.before, self.before
            )
        message = f"the file ends before the {inner.sign} at {self.source.place(inner.at)} is closed"
        return _fault(message, f"close it with {_CLOSING[inner.sign]}", self.before, self.before)

    def _bracket(self) -> Fault | None:
        """One that closes nothing, or another than is open."""
        if self.token not in _CLOSING.values():
            return None
        inner = self.innermost
        if inner is None:
            hint = "remove it, or look for a bracket closed too early"
            return self.here(f"this {self.token} closes nothing", hint)
        return self._unclosed(inner) if self.token != _CLOSING[inner.sign] else None

    def _unclosed(self, inner: Opened, more: str = "") -> Fault:
        place, closing = self.source.place(inner.at), _CLOSING[inner.sign]
        message = f"the {inner.sign} at {place} is not closed before this {self.shown}"
        return self.here(message, f"close it with {closing}{more}")

    def _outside_an_object(self) -> Fault | None:
        if self.token == ":" and not self.opened and self.earlier == ",":
            return self.here("a key outside an object", "look for a } that closes the object too early")
        return None

    def _not_closed(self) -> Fault | None:
        """A statement where a bracket is open."""
        inner = self.innermost
        if inner is None or self.earlier == ".":
            return None
        if self.previous in _DECLARATIONS and inner.sign in "[(":  # taken for a name
            start = self.before - len(self.previous)
            return self._replace(start=start, token=self.previous)._unclosed(inner)
        is_statement = self.token in _STATEMENTS and (inner.sign != "{" or self.previous != "{")
        return self._unclosed(inner) if is_statement else None

    def _missing(self) -> Fault | None:
        """A value or name that should stand before the token."""
        if self.previous == ".":
            return self.here("a name is missing after the .", "write the name of a member, or remove the .")
        if self.previous in _DECLARES and not _WORD.match(self.token):
            return self.here(f"a name is missing before {self.shown}", f"write it after {self.previous}")
        needs_one = self.previous in _NEEDS_A_VALUE or not _ends_a_value(self.previous)
        if needs_one and not _begins_a_value(self.token) and self.previous not in _CLOSING:
            return self.here(f"a value is missing before {self.shown}", "add the value, or remove what is not needed")
        return None

    def _missing_between(self) -> Fault | None:
        """A comma, a colon or a bracket that should stand before the token."""
        inner = self.innermost
        if inner is None or not _ends_a_value(self.previous):
            return None
        is_key = inner.sign == "{" and self.earlier in ("{", ",")
        if self.token == ";" or (inner.sign in "([" and self.token in ("{", ":")):
            return self._unclosed(inner, ", or write a comma" if self.token == ";" else "")
        if is_key and self.token == "=":
            return self.here("a colon is missing here, before the value", "write a member as key: value")
        if not _begins_a_value(self.token):
            return None
        if is_key:
            return self._before("a colon is missing here, before the value", "write a member as key: value")
        if inner.sign == "{" and self.token in ("{", "("):  # that are no keys
            return self._unclosed(inner)
        what = {"{": "member", "[": "element", "(": "argument"}.get(inner.sign)
        return self._before(f"a comma is missing here, before the next {what}", "add a comma") if what else None

    def _before(self, message: str, hint: str) -> Fault:
        return _fault(message, hint, self.before, self.before + 1)

    def _other(self) -> Fault:
        inner = self.innermost
        hint = _LOOK_BEFORE
        if inner is not None:
            hint += f"; the {inner.sign} at {self.source.place(inner.at)} is open here"
        return self.here(f"{self.shown} does not belong here", hint)


def _begins_a_value(token: str) -> bool:
    return token[0] in "\"'`{[(" or token == "..." or _WORD.match(token) is not None


def _ends_a_value(token: str) -> bool:
    return token[-1:] in ("'", '"', "`", "}", "]", ")") or _WORD.match(token) is not None


def _leaves(file: ModuleFile, end: int) -> Iterator[Node]:
    """The tokens of a file up to a place, as the parser took them."""
    cursor = file.tree.walk()
    while True:
        node = cursor.node
        if node is None or file.origin(node).start >= end:
            return
        is_text = node.type in _TEXTS and not node.has_error
        if not is_text and cursor.goto_first_child():
            continue
        if not node.is_missing and node.type != "comment" and file.origin(node).start >= 0:
            yield node
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _opened(file: ModuleFile, leaves: list[Node]) -> tuple[Opened, ...]:
    """The brackets and quotes that some tokens leave open."""
    opened: list[Opened] = []
    for leaf in leaves:
        sign, innermost = leaf.type, opened[-1].sign if opened else ""
        if (sign in _QUOTES and sign == innermost) or (innermost in _CLOSING and sign == _CLOSING[innermost]):
            opened.pop()
        elif sign in _QUOTES or sign in _CLOSING:
            opened.append(Opened(sign, file.origin(leaf).start))
    return tuple(opened)


def first_error(file: ModuleFile, parts: Iterable[Origin]) -> Node | None:
    """The first node that is missing, or no valid syntax, in the first of some parts of a module that has one."""
    errors = list(_errors(file))
    ends = [file.origin(node).end for node in errors]
    for part in parts:
        at = bisect_left(ends, part.start)
        if at < len(errors) and file.origin(errors[at]).start <= part.end:
            return errors[at]
    return None


def _errors(file: ModuleFile) -> Iterator[Node]:
    """The outermost nodes that are missing, or no valid syntax, in the order of the text."""
    pending = [file.root]
    while pending:
        node = pending.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            pending += reversed(node.children)


def fault_of_node(file: ModuleFile, node: Node) -> Fault:
    """The fault of a node of the syntax tree that is missing, or no valid syntax."""
    _, start, end = file.origin(node)
    size = len(file.source.data)
    start = max(0, min(start, size - 1))
    if node.is_missing:
        what = "a name" if "identifier" in node.type else f"a {node.type}"
        return _fault(f"{what} is missing here", _LOOK_BEFORE, start, start + 1)
    word = file.source.data[start:end].decode(errors="replace").split("\n", 1)[0][:_MOST_SHOWN]
    return _fault(f"{word} does not belong here", _LOOK_BEFORE, start, min(max(end, start + 1), size))


def _certain(message: str, hint: str, match: re.Match[bytes]) -> SyntaxFault:
    return SyntaxFault(_fault(message, hint, *match.span()), is_certain=True, place=Extent(*match.span()))


def _fault(message: str, hint: str, start: int, end: int) -> Fault:
    return Fault("invalid-json", message, hint, extent=Extent(start, end))
