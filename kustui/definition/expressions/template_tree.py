"""A template in full: its syntax tree, what it looks up and calls, its first fault. Loaded for what is not common."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.definition.expressions.nodes import (
    Block,
    Call,
    Content,
    ExpressionFault,
    Lookup,
    Mustache,
    Node,
    Partial,
)
from kustui.definition.expressions.spelling import WHITESPACE
from kustui.definition.expressions.tags import Arguments, Notes, Scope, closing_name
from kustui.definition.expressions.tokens import MAX_DEPTH, FaultError, Kind, Piece, Remark, Tag, refuse, scan
from kustui.definition.functions import BLOCKS
from kustui.text.messages import shortened

_TOP = Scope(0, frozenset(), 0)
"""Outside of any block."""


class Reading(NamedTuple):
    """What is understood of a template up to its first fault."""

    notes: Notes
    nodes: tuple[Node, ...]
    fault: ExpressionFault | None


def read_template(text: str) -> Reading:
    """Never raises; takes time in proportion to the length."""
    pieces, unreadable = scan(text)
    tree = _Tree(Notes(text))
    fault = None
    try:
        for piece in without_whitespace(pieces):
            tree.take(piece)
        fault = unreadable or tree.unclosed()
    except FaultError as stop:
        fault = stop.fault
    return Reading(tree.notes, tuple(tree.nodes), fault)


class _Open(Struct):
    """A block that is not closed yet."""

    tag: Tag
    call: Call
    parameters: tuple[str, ...]
    chained: bool
    """Whether ``{{else if}}`` opened it: the ``{{/…}}`` of the block around it closes it too."""
    replaces_context: bool
    body: list[Node] = field(default_factory=list)
    inverse: list[Node] | None = None
    """None before its ``{{else}}``."""

    @property
    def nodes(self) -> list[Node]:
        return self.body if self.inverse is None else self.inverse

    @property
    def in_main_part(self) -> bool:
        """Whether its context and its parameters are in force."""
        return (self.inverse is None) == (self.tag.kind is not Kind.INVERTED)


class _Tree:
    """Builds the nodes of one template from its pieces."""

    def __init__(self, notes: Notes) -> None:
        self.nodes: list[Node] = []
        self.notes = notes
        self._open: list[_Open] = []

    def take(self, piece: Piece) -> None:
        if isinstance(piece, Content):
            self.notes.look_for_embedded(piece.start, piece.end)
            self._add(piece)
        elif isinstance(piece, Remark):
            self._add(piece.comment)
        elif piece.kind in (Kind.VALUE, Kind.RAW):
            value = self._arguments(piece).mustache()
            self._add(Mustache(value, piece.kind is Kind.VALUE, piece.start, piece.end))
        elif piece.kind is Kind.ELSE:
            self._else(piece)
        elif piece.kind is Kind.CLOSE:
            self._close(piece)
        elif piece.kind is Kind.PARTIAL:
            self._add(Partial(self._arguments(piece).partial(), (), piece.start, piece.end))
        else:
            self._open_block(piece, chained=False)

    def unclosed(self) -> ExpressionFault | None:
        """The fault of a template that ends while a block is open, at the innermost one."""
        block = self._innermost()
        if block is None:
            return None
        name, callee = shortened(block.call.name), block.call.callee
        is_value = isinstance(callee, Lookup) and callee.path.step is not None and not block.call.arguments
        hint = f"to show the value, write {{{{{name}}}}}" if is_value else f"close it with {{{{/{name}}}}}"
        tag = f"{{{{{block.call.name}}}}}" if is_value else None
        return ExpressionFault(f'the block "{name}" is never closed', block.tag.start, block.tag.end, hint, None, tag)

    def _innermost(self) -> _Open | None:
        """The block that the next closing tag has to close."""
        return next((block for block in reversed(self._open) if not block.chained), None)

    def _add(self, node: Node) -> None:
        (self._open[-1].nodes if self._open else self.nodes).append(node)

    def _arguments(self, tag: Tag) -> Arguments:
        if not self._open:
            return Arguments(tag, self.notes, _TOP)
        active = [block for block in self._open if block.in_main_part]
        contexts = sum(block.replaces_context for block in active)
        parameters = frozenset(name for block in active for name in block.parameters)
        return Arguments(tag, self.notes, Scope(contexts, parameters, len(self._open)))

    def _open_block(self, tag: Tag, *, chained: bool) -> None:
        if len(self._open) >= MAX_DEPTH:
            refuse(f"blocks nested more than {MAX_DEPTH} levels deep", tag.start, tag.end, "close some before it")
        if tag.kind is Kind.PARTIAL_BLOCK:
            call, parameters = self._arguments(tag).partial(), tuple[str, ...]()
            replaces_context = False
        else:
            call, parameters = self._arguments(tag).block()
            is_section = not call.arguments and not call.named
            replaces_context = is_section or (call.name in BLOCKS and BLOCKS[call.name].replaces_context)
        self._open.append(_Open(tag, call, parameters, chained, replaces_context))

    def _else(self, tag: Tag) -> None:
        if not self._open:
            refuse(
                "this else belongs to no block", tag.start, tag.end, "open one before it, as {{#if …}}, or remove it"
            )
        block = self._open[-1]
        if block.inverse is not None:
            refuse("a second else in the same block", tag.start, tag.end, "use else if for the first; else comes last")
        if block.tag.kind is Kind.PARTIAL_BLOCK:
            refuse("a partial has no else", tag.start, tag.end, "remove it")
        if "*" in block.tag.opening:
            refuse("a decorator has no else", tag.start, tag.end, "remove it")
        if tag.tokens and block.tag.kind is Kind.INVERTED:
            refuse(
                "a block that begins with ^ cannot have else if",
                tag.start,
                tag.end,
                "nest another block in its else",
            )
        block.inverse = []
        if tag.tokens:
            self._open_block(tag, chained=True)

    def _close(self, tag: Tag) -> None:
        self._arguments(tag).closing()
        opened, name = self._innermost(), shortened(tag.tokens[0].text)
        if opened is None:
            message = f'there is no open block "{name}" to close'
            refuse(message, tag.start, tag.end, "open it before, or remove this")
        if closing_name(opened.tag.tokens[0]) != closing_name(tag.tokens[0]):
            expected = shortened(opened.tag.tokens[0].text)
            message = f'this closes "{name}", but the block "{expected}" is open'
            refuse(message, tag.start, tag.end, f"close it with {{{{/{expected}}}}} first")
        while True:
            block = self._open.pop()
            self._add(_closed(block, tag.start if block.chained else tag.end))
            if not block.chained:
                return


def _closed(block: _Open, end: int) -> Node:
    if block.tag.kind is Kind.PARTIAL_BLOCK:
        return Partial(block.call, tuple(block.body), block.tag.start, end)
    body, inverse = tuple(block.body), tuple(block.inverse or ())
    if block.tag.kind is Kind.INVERTED:
        body, inverse = inverse, body
    return Block(block.call, block.parameters, body, inverse, block.tag.start, end)


_REST_OF_LINE = re.compile(r"[ \t]*(\r?\n)?")


def without_whitespace(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, the texts among them without the whitespace that neighbouring tags take away."""
    return [_trimmed(pieces, at, piece) if isinstance(piece, Content) else piece for at, piece in enumerate(pieces)]


def _trimmed(pieces: list[Piece], at: int, content: Content) -> Content:
    text = content.text
    before = pieces[at - 1] if at else None
    after = pieces[at + 1] if at + 1 < len(pieces) else None
    if isinstance(before, Tag | Remark):
        if before.trims_after:
            text = text.lstrip(WHITESPACE)
        elif _alone(pieces, at - 1):
            text = text[_end_of_line(text) :]
    if isinstance(after, Tag | Remark):
        if after.trims_before:
            text = text.rstrip(WHITESPACE)
        elif _alone(pieces, at + 1):
            text = text.rstrip(" \t")
    return content if text == content.text else replace(content, text=text)


def _alone(pieces: list[Piece], at: int) -> bool:
    """Whether the tag at ``at`` renders nothing itself and has its line to itself."""
    piece = pieces[at]
    if isinstance(piece, Tag) and (piece.kind in (Kind.VALUE, Kind.RAW) or piece.opening.startswith("{{{{")):
        return False
    return _line_begins(pieces, at) and _line_ends(pieces, at)


def _line_begins(pieces: list[Piece], at: int) -> bool:
    if at == 0:
        return True
    before = pieces[at - 1]
    if not isinstance(before, Content):
        return False
    text = before.text.rstrip(" \t")
    return text.endswith("\n") or (not text and at == 1)


def _line_ends(pieces: list[Piece], at: int) -> bool:
    if at + 1 == len(pieces):
        return True
    after = pieces[at + 1]
    if not isinstance(after, Content):
        return False
    match = _REST_OF_LINE.match(after.text)
    return match is not None and (match[1] is not None or (match.end() == len(after.text) and at + 2 == len(pieces)))


def _end_of_line(text: str) -> int:
    match = _REST_OF_LINE.match(text)
    return match.end() if match else 0
