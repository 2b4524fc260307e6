"""How far a text is JSON, and which brackets are open there.

Values are passed over whole by msgspec, and only large ones and the one where JSON ends are gone into: a text of
megabytes takes little longer than reading it once, in steps so short that other threads have their turns.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from kustui.definition.source.positions import BLANKS, MAX_DEPTH
from kustui.definition.source.source import Extent

_LARGE = 1 << 16
"""Bytes from which a value is gone into."""
_SMALL = 1 << 9
"""Bytes below which values are passed over many at once."""
_APART = 1 << 6
"""Values that are passed over one by one where that was of no use."""
_STRING = rb'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![0-9.eE+-])"
_PLAIN = rb"(?:" + _STRING + rb"|(?:true|false|null|" + _NUMBER + rb")(?!\w))"
_BEFORE_COMMA = rb"[ \t\r\n]*+(?=,)"
_KEY = re.compile(_STRING + rb"[ \t\r\n]*+")
_PLAIN_VALUE = re.compile(_PLAIN)
_MORE_ELEMENTS = re.compile(rb"(?:,[ \t\r\n]*+" + _PLAIN + _BEFORE_COMMA + rb")*+")
_MORE_MEMBERS = re.compile(rb"(?:,[ \t\r\n]*+" + _KEY.pattern + rb":[ \t\r\n]*+" + _PLAIN + _BEFORE_COMMA + rb")*+")
"""Those with plain values, as many as there are before another comma."""
_TRAILING = re.compile(r"JSON is malformed: trailing characters \(byte (\d+)\)")
"""How msgspec says that a value is followed by something else: by the character before that byte."""
_CLOSING = {b"{": b"}", b"[": b"]"}


class JsonPrefix(NamedTuple):
    """The beginning of a text to which something could be added that makes JSON of it."""

    end: int
    """Where what does not belong there begins, or what is no whole string or number; or the end of the text."""
    opened: tuple[int, ...]
    """The places of the brackets that are open there, the outermost first."""
    resume: int
    """A place before the end from which another parser comes to the same end: not far before, unless a large string
    is in between."""
    stand_in: bytes
    """What has to stand directly before that place, for all that is left out. It is no longer than that."""


def json_prefix(data: bytes, extent: Extent) -> JsonPrefix:
    """The beginning of a range that is JSON. Raises RecursionError where that is nested deeper than MAX_DEPTH."""
    walk = _Walk(data, extent)
    while walk.pass_value() and walk.pass_comma():
        pass
    return JsonPrefix(walk.at, tuple(walk.opened), walk.resume, walk.stand_in)


class _Walk:
    """On the way through a text, from one value to the next."""

    def __init__(self, data: bytes, extent: Extent) -> None:
        self.data, self.end = data, extent.end
        self.opened: list[int] = []
        self.resume, self.stand_in = extent.start, b""
        self.closed = b""
        """The bracket that closes the small value passed over last; empty where that is plain or large."""
        self.apart = 0
        """How many such values are still to be passed over one by one."""
        self.go_to(extent.start)

    def go_to(self, at: int) -> None:
        """Go to the first from there on that is no blank."""
        self.at = BLANKS.match(self.data, at, self.end).end()  # type: ignore[union-attr]  # it matches the empty string

    @property
    def here(self) -> bytes:
        """What is there; empty at the end."""
        return self.data[self.at : min(self.at + 1, self.end)]

    @property
    def inside(self) -> bytes:
        """The innermost open bracket; empty outside of all."""
        return self.data[self.opened[-1] : self.opened[-1] + 1] if self.opened else b""

    def pass_value(self) -> bool:
        """Pass over a value with its key, and over the brackets that close behind it; False where it is not whole."""
        self.closed = b""
        while self.inside != b"{" or self.pass_key():
            start, opening = self.at, self.here
            if (end := self.value_end()) is not None:
                if opening in _CLOSING:
                    self.closed = _CLOSING[opening] if end - start < _SMALL else b""
                    self.leave_out(end, opening + _CLOSING[opening])
                self.go_to(end)
            elif opening in _CLOSING:
                self.go_into()
                if self.here != _CLOSING[opening]:
                    continue
            else:
                return False
            while self.opened and self.here == _CLOSING[self.inside]:
                opening, end = self.inside, self.at + 1
                self.opened.pop()
                self.leave_out(end, opening + _CLOSING[opening])
                self.go_to(end)
            return True
        return False

    def pass_key(self) -> bool:
        """Pass over a key and its colon."""
        if key := _KEY.match(self.data, self.at, self.end):
            self.at = key.end()
        if key is None or self.here != b":":
            return False
        self.go_to(self.at + 1)
        return True

    def value_end(self) -> int | None:
        """Where the value ends that begins here; None where it is not whole, or large and has others in it."""
        if self.here not in _CLOSING:
            plain = _PLAIN_VALUE.match(self.data, self.at, self.end)
            return plain.end() if plain else None
        end = min(self.at + _LARGE, self.end)
        try:
            msgspec.json.decode(memoryview(self.data)[self.at : end], type=msgspec.Raw)
        except RecursionError:
            return None
        except msgspec.DecodeError as error:
            trailing = _TRAILING.match(str(error))
            if trailing is None:
                return None
            end = self.at + int(trailing[1]) - 1
        return self.data.rindex(_CLOSING[self.here], self.at, end) + 1

    def go_into(self) -> None:
        """Go to the first value in an object or a list."""
        if len(self.opened) == MAX_DEPTH:
            raise RecursionError
        self.opened.append(self.at)
        self.resume, self.stand_in = self.at, b""
        self.go_to(self.at + 1)

    def leave_out(self, end: int, value: bytes) -> None:
        """Have the innermost open bracket with that value alone stand in for all before a place."""
        self.resume, self.stand_in = end, {b"{": b'{"":', b"[": b"[", b"": b""}[self.inside] + value

    def pass_comma(self) -> bool:
        """Pass over a comma, and over values that are plain or small behind it; False where there is none."""
        if not self.opened or self.here != b",":
            return False
        more = _MORE_MEMBERS if self.inside == b"{" else _MORE_ELEMENTS
        while True:
            self.leave_out(more.match(self.data, self.at, self.end).end(), b"0")  # type: ignore[union-attr]  # likewise
            self.go_to(self.resume + 1)
            if not self.pass_small_values():
                return True

    def pass_small_values(self) -> bool:
        """Go to the last comma for some way before which all values are whole, where those before were small."""
        if not self.closed or self.apart:
            self.apart -= bool(self.apart)
            return False
        end = self.data.rfind(self.closed + b",", self.at, min(self.at + _LARGE, self.end)) + 1
        try:
            whole = self.inside + self.data[self.at : end] + _CLOSING[self.inside]
            msgspec.json.decode(whole if end else b"", type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError):
            self.apart = _APART
            return False
        self.at = end
        return True
