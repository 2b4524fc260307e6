"""Inputs that nobody would write: bytes, tokens or the structure of good ones scrambled, by a seeded ``Random``."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

_RAW = {
    "\ue000inf": "1e999",
    "\ue000-inf": "-1e999",
    "\ue000huge": "9" * 400,
    "\ue000nan": "NaN",
    "\ue000tiny": "1e-400",
}
"""Numbers that ``json`` does not write, by the text that stands for them."""


def nested(depth: int, end: object = None, *, lists: bool = False) -> object:
    """A value that many levels deep."""
    value = end
    for _ in range(depth):
        value = [value] if lists else {"a": value}
    return value


VALUES: Sequence[Any] = (
    None, True, False, 0, 1, -1, 1.5, 1e300, -1e300, 1e306, 5e-324, 2**63, *_RAW,
    "", "a", "\x00", "\ud800", "\u202e", "\x9b31m", "1",
    "/#steps.1.x", "{{{/#steps.1.x}}}", "{{#if steps.1.a}}", "/#", "/#fn:date.now()", "{{", "a\nb", "[red]x[/]", "'",
    "%s",
    "kustomer.app.scheduler.schedule-workflow", "kustomer.conversation.create", "true", "null", "[", "{}",
    [], {}, [None], [[]], [{}], {"": None}, {"op": None}, {"values": None}, {"op": "and", "values": [None, {}]},
    [1, "a"], {"a": {"b": [{}]}}, {"target": None}, {"id": None}, {"id": ""}, {"type": "relative", "value": 1e300},
    {"type": "relative", "value": "\ue000inf"}, {"type": "exact", "value": "2020-13-45"}, "x" * 3000, "é漢👩‍👧" * 20,
    nested(70), nested(300), nested(300, lists=True), nested(900),
)  # fmt: skip


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every container in a value with a key or an index of it."""
    waiting = [value]
    while waiting:
        container = waiting.pop()
        if isinstance(container, dict | list):
            keys: Any = container if isinstance(container, dict) else range(len(container))
            for key in keys:
                yield container, key
                waiting.append(container[key])


@contextmanager
def deeper() -> Iterator[None]:
    """Values nested deeper than Python recurses can be copied and written within; nothing of kustui's may be called."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def scrambled_structure(value: object, chance: Random, keys: Sequence[str]) -> object:
    """A value with others of other kinds in some of its places, and keys of others."""
    value = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        places = list(_places(value))
        if not places:
            return chance.choice(VALUES)
        container, key = chance.choice(places)
        if key not in container and isinstance(container, dict):
            continue
        match chance.random():
            case part if part < 0.5:
                container[key] = copy.deepcopy(chance.choice(VALUES))
            case part if part < 0.62:
                del container[key]
            case part if part < 0.72 and isinstance(container, dict):
                container[chance.choice(keys)] = container.pop(key)
            case part if part < 0.82 and isinstance(container, dict):
                container[chance.choice(keys)] = copy.deepcopy(chance.choice(VALUES))
            case part if part < 0.95:
                other, name = chance.choice(places)
                container[key] = copy.deepcopy(other[name])
            case _ if isinstance(container, list):
                container.append(copy.deepcopy(container[key]))
    return value


def as_json(value: object) -> bytes:
    """A value as JSON, with the numbers that have no other form; what cannot be encoded as JSON escapes."""
    text = json.dumps(value)
    for written, number in _RAW.items():
        text = text.replace(json.dumps(written), number)
    return text.encode()


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|\{\{|\}\}|[\w.-]+|\s+|.', re.DOTALL)
_TOKENS = (
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"'", b"null", b"true", b"1e999", b"-0", b"NaN", b'"\\ud800"',
    b"[" * 2000,
    b'{"a":' * 1500, b"/#steps.1", b"{{{", b"}}}", b"{{/if}}", b"{{#each steps.1.x as |a b|}}", b"/#fn:", b"(", b")",
    b"\\",
    b"=", b"\n", b"|", b".", b"..", b"@root", b"this", b"''", b'"""', b"0x1", b"1e", b"1979-05-27T07:32:00Z", b"inf",
    b"nan",
    b"[[", b"]]", b"problem:", b"action:", b"-", b"*", b"9" * 5000, b"\xf0\x9f\x91\xa9", b"{" * 300, b"(" * 300,
)  # fmt: skip


def scrambled_tokens(data: bytes, chance: Random) -> bytes:
    """Some tokens left out, repeated, exchanged, or others in their place."""
    tokens = _TOKEN.findall(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        if not tokens:
            return chance.choice(_TOKENS)
        at = chance.randrange(len(tokens))
        match chance.randrange(5):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[chance.randrange(len(tokens))])
            case 2:
                other = chance.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = chance.choice(_TOKENS)
            case _:
                tokens.insert(at, chance.choice(_TOKENS))
    return b"".join(tokens)


_BYTES = (
    b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x1b[31m", b"\r", b"\x85",
    b"\xe2\x80\xae", b"\\u0000", b"\\ud83d", b"\xf4\x90\x80\x80",
)  # fmt: skip
_ENCODINGS = ("utf-16", "utf-8-sig", "utf-16-be", "latin-1")


def scrambled_bytes(data: bytes, chance: Random) -> bytes:
    """Some bytes changed, left out, or others among them."""
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data = data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + chance.choice((1, 1, 4, 100)) :]
            case 2:
                data = data[:at] + chance.choice(_BYTES) + data[at:]
            case 3:
                end = at + chance.choice((1, 10, 200))
                data = data[:end] + data[at:]
            case 4:
                data = data[:at]
            case _:
                data = data.decode("utf-8", "replace").encode(chance.choice(_ENCODINGS), "replace")
    return data
