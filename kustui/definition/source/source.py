"""The bytes of one file, their lines and columns, and the faults in them.

Everything inside kustui counts in byte offsets into ``Source.data``; lines and columns are made only when
somebody is shown one, because counting is cheap and asking is rare.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from msgspec import Struct

from kustui.definition.source.manner import Manner
from kustui.errors import KustuiError
from kustui.text.messages import mismatch, quoted

BLOCK_SIZE = 1 << 16  # one mark per 64 KiB: 239 MB cost 3,600 of them
_PIECE = 1 << 20
_MOST_BLOCKS = 32
_NEWLINE = re.compile(rb"\n")
_CONTINUATIONS = bytes(range(0x80, 0xC0))  # the bytes of a UTF-8 character after its first
_BOMS = (
    # UTF-32's little-endian mark begins with UTF-16's, so it is asked first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Place(NamedTuple):
    """A point in a file: line and column, both from 1, the column in characters (code points)."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Span(NamedTuple):
    """A range of a file; ``end`` is the place just after its last character."""

    start: Place
    end: Place


class Extent(NamedTuple):
    """A range of ``Source.data`` in bytes, ``end`` exclusive."""

    start: int
    end: int

    def moved(self, by: int) -> Extent:
        """The same range moved by a number of bytes."""
        return Extent(self.start + by, self.end + by)


class Written(NamedTuple):
    """A range of a file as it is written, in bytes of its text."""

    source: Source
    extent: Extent


class Origins(Protocol):
    """Where the parts of a JSON text are written, where it was made of other text."""

    @property
    def is_same(self) -> bool:
        """Whether a range of the JSON text is the same range of the file."""

    @property
    def files(self) -> tuple[Source, ...]:
        """The texts as they are written: that of the file itself, then those of what it imports."""

    @property
    def contents(self) -> Mapping[str, bytes | None]:
        """What was read beside the file itself, by path; None where there was nothing."""

    def written(self, data: bytes, extent: Extent) -> Written:
        """Where a range of the JSON text is written."""

    def uses(self, extent: Extent, around: Extent | None = None) -> Iterator[Written]:
        """Where a value is used that is written elsewhere, or something around it, the innermost first: as far as it is
        inside a range."""

    def literal(self, extent: Extent) -> Extent | None:
        """The bytes of the value, the key or the part of a text around a range of ``data``, if it is written as it is:
        None for what is computed, and for what holds other values."""

    def offset(self, data: bytes, source: Source, at: int, within: Extent) -> int:
        """The byte of the JSON text, in a range of it, that is written at a byte of a file; else what holds it, or
        stands before it."""


class UndecodableError(KustuiError):
    """Bytes that are not valid text in the detected encoding. ``source`` is what can be shown of them, the rest
    replaced by U+FFFD; ``extent`` is the first of those."""

    def __init__(self, message: str, source: Source, extent: Extent) -> None:
        super().__init__(message)
        self.source = source
        self.extent = extent


class Mark(NamedTuple):
    """What lies before a block of ``BLOCK_SIZE`` bytes."""

    newlines: int
    line_start: int
    """The start of the line that reaches into the block."""
    characters: int


class Source(Struct, frozen=True, eq=False, dict=True):
    """One file as UTF-8 without a byte-order mark, whatever it was on disk."""

    path: str
    """As the user named it, or as found below the folder they named."""
    data: bytes
    codec: str = "utf-8"
    """That of the file on disk: ``utf-8``, ``utf-16-le`` …"""
    mark: bytes = b""
    """The byte-order mark that the file begins with, if it has one; ``data`` is without."""
    origins: Origins | None = None
    """Where ``data`` is written, if it is not what the file holds but JSON made of it."""

    @property
    def text_source(self) -> Source:
        """The file as it is written."""
        return self.files[0]

    @property
    def files(self) -> tuple[Source, ...]:
        """All files of which ``data`` was made, as they are written, itself first."""
        return (self,) if self.origins is None else self.origins.files

    def written(self, extent: Extent) -> Written:
        """Where a range of ``data`` is written: in this file, or in one that it imports."""
        return Written(self, extent) if self.origins is None else self.origins.written(self.data, extent)

    def path_of(self, extent: Extent) -> str:
        """The path of the file in which a range of ``data`` is written."""
        return self.written(extent).source.path

    def location(self, offset: int) -> str:
        """``path:line:column`` of a byte of ``data``, in the file in which it is written."""
        return f"{self.path_of(Extent(offset, offset + 1))}:{self.place(offset)}"

    def line_location(self, offset: int) -> str:
        """``path:line`` of a byte of ``data``, in the file in which it is written."""
        return self.location(offset).rpartition(":")[0]

    @property
    def encoding(self) -> str:
        """What the file on disk is written in: ``UTF-8``, ``UTF-16`` or ``UTF-32``."""
        return self.codec[:6].upper()

    @property
    def offset(self) -> int:
        """Bytes of the file before ``data``: 3 where it begins with UTF-8's byte-order mark."""
        return len(self.mark) if self.codec == "utf-8" else 0

    def encoded(self, data: bytes) -> bytes:
        """The bytes of a file with other data, in the same encoding, behind the same byte-order mark."""
        return self.mark + (data if self.codec == "utf-8" else data.decode().encode(self.codec))

    @classmethod
    def of(cls, path: str, raw: bytes, changed: Extent | None = None) -> Source:
        """Decode the bytes of a file. Raises UndecodableError if they are not text. ``changed``: the part that may be
        something else than whole characters of UTF-8, where that is known of the rest."""
        codec, offset = _codec_of(raw)
        data = raw[offset:]  # no copy where that is all
        new = data if changed is None or offset else data[changed.start : changed.end]
        if codec != "utf-8" or not (new.isascii() or _is_utf8(new)):
            return _decoded(path, raw, codec, offset)  # raises where it is not text, and says where
        return cls(path, data, mark=raw[:offset])

    @cached_property
    def marks(self) -> list[Mark]:
        """What lies before each block, as far as it was needed."""
        return [Mark(0, 0, 0)]

    @cached_property
    def of_literal(self) -> dict[Extent, Sequence[int]]:
        """Where each character of the string literal begins that was asked about last, and where they end."""
        return {}

    @cached_property
    def manner(self) -> Manner:
        """How ``data`` is written."""
        return Manner(self.data)

    def _mark(self, block: int) -> Mark:
        """What lies before a block: no place is farther than a block from a known one."""
        marks = self.marks
        for earlier in range(len(marks) - 1, block):
            start = earlier * BLOCK_SIZE
            piece = self.data[start : start + BLOCK_SIZE]
            newlines, line_start, characters = marks[earlier]
            last = piece.rfind(b"\n")
            marks.append(
                Mark(
                    newlines + piece.count(b"\n"),
                    start + last + 1 if last >= 0 else line_start,
                    characters + _characters(piece),
                )
            )
        return marks[block]

    def place(self, offset: int) -> Place:
        """Line and column of a byte offset, in the file in which it is written."""
        if self.origins is not None:
            source, extent = self.written(Extent(offset, offset + 1))
            return source.place(extent.start)
        offset = self._within(offset)
        block = offset // BLOCK_SIZE
        line = self._mark(block).newlines + self.data.count(b"\n", block * BLOCK_SIZE, offset)
        start = self.line_start(offset)
        if offset - start <= BLOCK_SIZE:
            column = _characters(self.data[start:offset])
        else:
            column = self._characters_before(offset) - self._characters_before(start)
        return Place(line + 1, column + 1)

    def span(self, extent: Extent) -> Span:
        """The same range in lines and columns, in the file in which it is written."""
        if self.origins is not None:
            source, extent = self.written(extent)
            return source.span(extent)
        return Span(self.place(extent.start), self.place(extent.end))

    def line_start(self, offset: int) -> int:
        """The byte offset at which the line of ``offset`` begins."""
        offset = self._within(offset)
        block = offset // BLOCK_SIZE
        newline = self.data.rfind(b"\n", block * BLOCK_SIZE, offset)
        return newline + 1 if newline >= 0 else self._mark(block).line_start

    def line_offset(self, line: int) -> int:
        """The byte offset at which a line begins, counted from 1; of a line that there is not, that of the last."""
        marks, newlines = self.marks, line - 1
        while marks[-1].newlines < newlines and len(marks) * BLOCK_SIZE <= len(self.data):
            self._mark(len(marks))
        if newlines <= 0:
            return 0
        block = bisect_left(marks, newlines, key=lambda mark: mark.newlines) - 1
        breaks = self._line_breaks(block)
        return breaks[min(newlines - marks[block].newlines, len(breaks)) - 1] + 1 if breaks else marks[block].line_start

    def _line_breaks(self, block: int) -> Sequence[int]:
        """Where the line breaks of a block are; those of the last blocks that were asked for are kept."""
        if block not in self._breaks:
            start = block * BLOCK_SIZE
            if len(self._breaks) >= _MOST_BLOCKS:
                self._breaks.pop(next(iter(self._breaks)))
            self._breaks[block] = [match.start() for match in _NEWLINE.finditer(self.data, start, start + BLOCK_SIZE)]
        return self._breaks[block]

    @cached_property
    def _breaks(self) -> dict[int, Sequence[int]]:
        return {}

    def line_at(self, offset: int) -> str:
        """The text of the line that contains ``offset``, without its line break."""
        end = self.data.find(b"\n", self._within(offset))
        line = self.data[self.line_start(offset) : end if end >= 0 else len(self.data)]
        return line.decode(errors="replace").removesuffix("\r")

    def text(self, extent: Extent) -> str:
        return self.data[extent.start : extent.end].decode(errors="replace")

    def _within(self, offset: int) -> int:
        return max(0, min(offset, len(self.data)))

    def _characters_before(self, offset: int) -> int:
        block = offset // BLOCK_SIZE
        return self._mark(block).characters + _characters(self.data[block * BLOCK_SIZE : offset])


def _characters(piece: bytes) -> int:
    """How many characters begin in a piece of UTF-8, which may cut one in two."""
    return len(piece if piece.isascii() else piece.translate(None, _CONTINUATIONS))


def _codec_of(raw: bytes) -> tuple[str, int]:
    """The codec of the bytes of a file, and the length of the byte-order mark before the text."""
    for bom, codec in _BOMS:
        if raw.startswith(bom):
            return codec, len(bom)
    if codec := _unmarked(raw):
        return codec, 0
    return "utf-8", len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0


def _unmarked(raw: bytes) -> str:
    """The codec of UTF-16 or UTF-32 without a mark, or an empty string.

    JSON begins with an ASCII character, so zeros among the first bytes tell them apart (RFC 4627, section 3).
    """
    match tuple(bool(byte) for byte in raw[:4]):
        case (False, False, False, True):
            return "utf-32-be"
        case (True, False, False, False):
            return "utf-32-le"
        case (False, True, *_):
            return "utf-16-be"
        case (True, False, *_):
            return "utf-16-le"
        case _:
            return ""


def _decoded(path: str, raw: bytes, codec: str, offset: int) -> Source:
    """The source of what follows a byte-order mark. Raises UndecodableError if it is not text."""
    mark = raw[:offset]
    try:
        return Source(path, raw[offset:].decode(codec).encode(), codec, mark)
    except UnicodeDecodeError as error:
        before = raw[offset : offset + error.start].decode(codec).encode()
        shown = Source(path, raw[offset:].decode(codec, errors="replace").encode(), codec, mark)
        wrong = raw[offset + error.start]
        raise UndecodableError(
            f"byte 0x{wrong:02X} is not UTF-8: save the file as UTF-8"
            if codec == "utf-8"
            else f"the file begins like {shown.encoding} but is not: save it as UTF-8",
            shown,
            Extent(len(before), len(before) + len("\N{REPLACEMENT CHARACTER}".encode())),
        ) from error


def _is_utf8(data: bytes) -> bool:
    """Decode in pieces, to avoid a second copy in memory."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(data)
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(view[start : start + _PIECE], final=start + _PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


UNKNOWN_KEY, UNKNOWN_IMPORT = "unknown-key", "unknown-import"
"""The rules of mistyped and unknown keys, and of imports that lead nowhere."""


class Fault(Struct, frozen=True):
    """One thing wrong with how a definition is written, found while reading it."""

    rule: str
    """One of those that are found while reading, such as ``invalid-json``."""
    message: str
    hint: str = ""
    pointer: str = ""
    """The JSON pointer, from the file's root, of the value at fault."""
    extent: Extent | None = None
    """Its bytes, if no pointer leads there."""
    earlier: Extent | None = None
    """The first of two, if the fault is the second."""
    step: str = ""
    """The id of the step in which it is, where the workflow itself cannot be asked."""
    member: str = ""
    """The pointer of the member that was intended, if the fault is its mistyped key: nothing is said of its absence."""
    intended: str | None = None
    """What was probably intended in that very place: a key, or text as the file has it."""
    is_certain: bool = False
    """Whether nothing else can have been intended."""


def wrong_kind(name: str, expected: str, value: object, pointer: str, hint: str = "") -> Fault:
    """The fault of a value of the wrong type."""
    return Fault("invalid-shape", mismatch(name, expected, value), hint, pointer)


def duplicate_key(key: str, pointer: str, first: Extent, second: Extent) -> Fault:
    """The fault of a key that is given twice in one object."""
    message = f"the key {quoted(key)} is given twice in one object"
    return Fault("duplicate-key", message, "only the last one counts: remove one of them", pointer, second, first)


# What is no half is passed over first: an escaped backslash, and both halves of a pair.
_HALF = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def replace_lone_surrogates(text: bytes) -> bytes:
    """The same JSON text with ``\\ufffd`` for each half of a surrogate pair that has no other half.

    Nothing moves, so offsets into the one are offsets into the other.
    """
    if b"\\u" not in text or (b"\\ud" not in text and b"\\uD" not in text):
        return text
    return _HALF.sub(lambda match: match[1] or rb"\ufffd", text)
