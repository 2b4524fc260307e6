"""Values of modules as one JSON text, laid out as the module is, and where each of its parts is written."""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring

from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.static_values import (
    Child,
    List,
    NotExported,
    Object,
    Origin,
    Scalar,
    Text,
    Undefined,
    Unknown,
    Value,
    unknown,
)
from kustui.definition.source.origins import Kind, OriginsBuilder
from kustui.definition.source.source import Extent
from kustui.errors import KustuiError
from kustui.text.terminal_safe import UNKNOWN

_MOST_LEVELS = 150
_MOST_TIMES = 50
_MOST_AT_LEAST = 10_000_000
"""Bytes of JSON: so many times the module, or so many; constants that hold constants can come to any number."""


class TooLargeError(KustuiError):
    """Constants that hold other constants come to more than anybody writes."""


class JsonText:
    """Writes values one after the other, each on lines of its own. ``files`` are those that they are written in, the
    module first: they become more while values are worked out."""

    def __init__(self, files: Sequence[ModuleFile]) -> None:
        module = files[0].source
        self.builder = OriginsBuilder(module)
        self._files = files
        self._parts: list[bytes] = []
        self._at = 0
        self.not_exported: list[NotExported] = []
        """What stands in it that a module takes of another, which does not export it."""
        self._open: set[int] = set()
        """The objects and lists that are being written: one that holds itself has no end."""
        self._most = max(_MOST_AT_LEAST, _MOST_TIMES * len(module.data))

    def write(self, value: Value) -> None:
        """Raises TooLargeError."""
        if self._at:
            self._add(b"\n")
        self._value(value, 0)

    @property
    def data(self) -> bytes:
        self.builder.end(0, self._at)
        return b"".join(self._parts)

    def mark(self) -> tuple[int, int, int, int]:
        """What has been written so far."""
        return len(self._parts), self._at, len(self.builder), len(self.not_exported)

    def since(self, mark: tuple[int, int, int, int]) -> bytes:
        return b"".join(self._parts[mark[0] :])

    def reset(self, mark: tuple[int, int, int, int]) -> None:
        """Take back what has been written since."""
        del self._parts[mark[0] :]
        self._at = mark[1]
        self.builder.reset(mark[2])
        del self.not_exported[mark[3] :]

    def place(self, origin: Origin) -> Extent:
        """Bytes of the text, behind all values, that are written at a place where no value is."""
        self.builder.add(self._at, self._at + 1, origin, 0, Kind.COMPUTED)
        self._add(b"\n")
        return Extent(self._at - 1, self._at)

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self._at += len(part)
        if self._at > self._most:
            raise TooLargeError("its constants come to more than kustui reads")

    def _value(self, value: Value, holder: int) -> int:
        """The row of the value."""
        if isinstance(value, Object | List) and self._is_written_out(value):
            self._open.add(id(value))
            row = self._container(value, holder)
            self._open.remove(id(value))
            return row
        row = self.builder.add(self._at, 0, value.origin, holder, Kind.LITERAL)
        match value:
            case Text():
                self._text(value, row)
            case Scalar():
                if not value.is_literal:
                    self.builder.set_kind(row, Kind.COMPUTED)
                self._add(value.json.encode())
            case _:
                if isinstance(value, NotExported):
                    self.not_exported.append(value)
                self.builder.set_kind(row, Kind.COMPUTED)
                self._add(_quoted(UNKNOWN + self._unknown(value)))
        self.builder.end(row, self._at)
        return row

    def _is_written_out(self, value: Object | List) -> bool:
        is_plain = not isinstance(value, Object) or not value.is_printed_otherwise
        return is_plain and id(value) not in self._open and len(self._open) < _MOST_LEVELS

    def _unknown(self, value: Value) -> str:
        if isinstance(value, Unknown):
            return value.text
        file, start, end = value.origin
        return unknown(value.origin, self._files[file].source.data[start:end].decode(errors="replace")).text

    def _text(self, text: Text, row: int) -> None:
        if len(text.pieces) == 1:
            if not text.pieces[0].is_verbatim:
                self.builder.set_kind(row, Kind.COMPUTED)
            self._add(_quoted(text.pieces[0].text))
            return
        self.builder.set_kind(row, Kind.CONTAINER)
        self._add(b'"')
        for piece in text.pieces:
            kind = Kind.LITERAL if piece.is_verbatim else Kind.COMPUTED
            inner = self.builder.add(self._at, 0, piece.origin, row, kind)
            self._add(_quoted(piece.text)[1:-1])
            self.builder.end(inner, self._at)
            if piece.is_verbatim and not text.origin.holds(piece.origin):
                self.builder.used_at(inner, text.origin)
        self._add(b'"')

    def _container(self, value: Object | List, holder: int) -> int:
        row = self.builder.add(self._at, 0, value.origin, holder, Kind.CONTAINER)
        opening, closing = (b"{", b"}") if isinstance(value, Object) else (b"[", b"]")
        children = value.members if isinstance(value, Object) else value.elements
        self._add(opening)
        keys: set[str] = set()
        is_first = True
        for child in children:
            if _is_left_out(child.value) and isinstance(value, Object):
                continue
            key = child.key
            if isinstance(value, Object) and key is None:  # members that are not known
                name = UNKNOWN + self._unknown(child.value)
                if name in keys:
                    continue
                keys.add(name)
            begin = key.origin if key is not None and value.origin.holds(key.origin) else child.place
            self._add((b"" if is_first else b",") + self._blanks(value.origin, begin))
            is_first = False
            if isinstance(value, List):
                self._child(child, row)
            elif key is None:
                self._unknown_members(child, name, row)
            else:
                self._key(key, child, row)
                self._add(b": ")
                self._child(child, row)
        self._add(self._blanks_before_end(value.origin) + closing)
        self.builder.end(row, self._at)
        return row

    def _key(self, key: Text, child: Child, row: int) -> None:
        is_written = len(key.pieces) == 1 and key.pieces[0].is_verbatim and not child.is_spread
        kind = Kind.LITERAL if is_written else Kind.COMPUTED
        inner = self.builder.add(self._at, 0, key.origin, row, kind)
        self._add(_quoted(key.text))
        self.builder.end(inner, self._at)
        if child.is_spread:
            self.builder.used_at(inner, child.place)

    def _unknown_members(self, child: Child, name: str, row: int) -> None:
        for text in (_quoted(name), b": null"):
            inner = self.builder.add(self._at, self._at + len(text), child.place, row, Kind.COMPUTED)
            self._add(text)
        self.builder.set_start(inner, self._at - 4)

    def _child(self, child: Child, row: int) -> None:
        value = child.value
        if _is_left_out(value):
            value = Scalar(value.origin, None, is_literal=False)
        inner = self._value(value, row)
        if child.is_spread or not child.place.holds(value.origin):
            self.builder.used_at(inner, child.place)

    # The layout

    def _blanks(self, holder: Origin, begin: Origin) -> bytes:
        """What stands before a member or element: a line break and its indentation, a blank, or nothing."""
        data = self._files[begin.file].source.data
        before = begin.start - 1
        while before >= 0 and data[before] in b" \t":
            before -= 1
        if before >= 0 and data[before] in b"\r\n" and begin.file == holder.file and begin.start > holder.start:
            return b"\n" + data[before + 1 : begin.start]
        return data[before + 1 : begin.start][:1]

    def _blanks_before_end(self, holder: Origin) -> bytes:
        end = Origin(holder.file, holder.end - 1, holder.end)
        return self._blanks(holder, end)


def _is_left_out(value: Value) -> bool:
    """Whether JSON has nothing for a value: it is undefined, and somebody meant that."""
    return isinstance(value, Undefined) and not isinstance(value, NotExported)


def _quoted(text: str) -> bytes:
    return encode_basestring(text).encode(errors="replace")
