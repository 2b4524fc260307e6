"""Functions: ``/#fn:parseInt,steps.1.qtyStr``, the whole string, which stands for a typed result [docs]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kustui.definition.expressions.paths import (
    ROOTS,
    Embedded,
    ExpressionFault,
    Literal,
    Path,
    Reference,
    closest_root,
    parse_literal,
    parse_reference,
    read_path,
)
from kustui.definition.expressions.templates import Template, parse_template

_FUNCTION = "/#fn:"
_NAME = re.compile(r"[A-Za-z_$][\w$.-]*")
_LIKE_A_PATH = re.compile(r"[A-Za-z]+\.[\w@-]")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument as written: a path without ``/#``, or a literal (``path`` is None; it may be empty)."""

    text: str
    start: int
    end: int
    path: Path | None


class Function(NamedTuple):
    """A string that is, or was meant to be, a function. What was understood before a fault is kept."""

    text: str
    name: str
    start: int
    """Where the name begins; an unknown name is told there."""
    end: int
    arguments: tuple[Argument, ...] = ()
    paths: tuple[Path, ...] = ()
    faults: tuple[ExpressionFault, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    """Always empty."""


def parse_function(text: str) -> Function:
    """The function that a string is: ``/#fn:name,argument,…`` without blanks around the commas [docs].

    Which names exist and what they take is not decided here.
    """
    start = len(_FUNCTION)
    if not text.startswith(_FUNCTION):
        return Function(text, "", 0, 0, faults=(ExpressionFault("a function begins with /#fn:", 0, len(text)),))
    name, *written = text[start:].split(",")
    end = start + len(name)
    fault = _fault_of_name(name, start)
    arguments: list[Argument] = []
    at = end + 1
    for each in written:
        if fault:
            break
        read = _argument(each, at, is_input=not arguments)
        if isinstance(read, ExpressionFault):
            fault = read
        else:
            arguments.append(read)
        at += len(each) + 1
    return Function(
        text,
        name,
        start,
        end,
        tuple(arguments),
        tuple(each.path for each in arguments if each.path),
        (fault,) if fault else (),
    )


def _fault_of_name(name: str, start: int) -> ExpressionFault | None:
    if not name:
        return ExpressionFault("the function has no name", 0, start, "write /#fn:name,path")
    if name != name.strip():
        return _blank(name, start, "the function's name")
    if not _NAME.fullmatch(name):
        return ExpressionFault("this is not the name of a function", start, start + len(name), "write /#fn:name,path")
    return None


def _argument(written: str, start: int, *, is_input: bool) -> Argument | ExpressionFault:
    end = start + len(written)
    if is_input and not written:
        return ExpressionFault("the function's input is missing after the comma", start - 1, start)
    if written != written.strip():
        return _blank(written, start, "an argument")
    if "/#" in written:
        at = start + written.index("/#")
        return ExpressionFault("a path inside a function is written without /#", at, at + 2, "remove the /#")
    if "{{" in written:
        at = start + written.index("{{")
        return ExpressionFault("a function cannot hold a template", at, end, "write the path without braces")
    root, dot, _ = written.partition(".")
    if root in ROOTS and (dot or root == "error"):
        path = read_path(written, start)
        return path if isinstance(path, ExpressionFault) else Argument(written, start, end, path)
    if is_input and _LIKE_A_PATH.match(written):
        near = closest_root(root)
        if near.startswith("did you mean"):
            return ExpressionFault(f'a path cannot begin with "{root[:40]}"', start, start + len(root), near)
    return Argument(written, start, end, None)


def _blank(written: str, start: int, what: str) -> ExpressionFault:
    before = len(written) - len(written.lstrip())
    if before:
        return ExpressionFault(f"a blank before {what}", start, start + before, "commas stand without blanks")
    end = len(written.rstrip())
    return ExpressionFault(f"a blank after {what}", start + end, start + len(written), "commas stand without blanks")


Expression = Literal | Reference | Function | Template

_LONG = 1_000


def parse(text: str) -> Expression:
    """What a string of a definition stands for. Never raises: what is malformed is told in its ``faults``.

    A string is a function when it begins with ``/#fn:``, else a template when it holds ``{{`` (a reference in
    it would be text), else a reference when it begins with ``/#``, and a literal otherwise.
    """
    if not may_hold_expression(text):
        return Literal(text)
    # Most references are written many times over; long texts are not, and would be kept for nothing.
    return _parse_known(text) if len(text) < _LONG else _parse(text)


def may_hold_expression(text: str) -> bool:
    """Whether a string may be anything but plain text; quick, and True for some that are not."""
    return "/#" in text or "{{" in text


def _parse(text: str) -> Expression:
    if text.startswith(_FUNCTION):
        return parse_function(text)
    if "{{" in text:
        return parse_template(text)
    if text.startswith("/#"):
        return parse_reference(text)
    return parse_literal(text)


_parse_known = lru_cache(maxsize=8_192)(_parse)


def expressions_in(value: object, pointer: str = "") -> Iterator[tuple[str, Expression]]:
    """The strings of a JSON value that are not plain text, in document order, with their pointers (RFC 6901).

    ``pointer`` is that of the value itself. Keys are not looked at: they are never evaluated. A literal is
    among them only if it has a reference embedded. Any depth is read, as no call nests.
    """
    if isinstance(value, str):
        yield from _expression(value, pointer)
        return
    keys: list[str | int] = []
    open_parts = [iter(_members(value))]
    while open_parts:
        for key, part in open_parts[-1]:
            if isinstance(part, str):
                # Asked here rather than in parse: a call for every string of a definition would be felt.
                if "/#" in part or "{{" in part:
                    yield from _expression(part, _pointer(pointer, keys, key))
            elif part and isinstance(part, (dict, list, tuple)):
                keys.append(key)
                open_parts.append(iter(_members(part)))
                break
        else:
            open_parts.pop()
            if keys:
                keys.pop()


def _expression(text: str, pointer: str) -> Iterator[tuple[str, Expression]]:
    expression = parse(text)
    if not isinstance(expression, Literal) or expression.embedded:
        yield pointer, expression


def _members(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    return ()


def _pointer(base: str, keys: list[str | int], key: str | int) -> str:
    escaped = [str(each).replace("~", "~0").replace("/", "~1") for each in (*keys, key)]
    return f"{base}/{'/'.join(escaped)}"
