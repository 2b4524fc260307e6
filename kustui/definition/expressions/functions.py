"""Functions: ``/#fn:parseInt,steps.1.qtyStr``, the whole string, which stands for a typed result [docs]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.expressions.paths import ROOTS, Fault, Path, closest_root, read_path

if TYPE_CHECKING:
    from kustui.definition.expressions.literals import Embedded

PREFIX = "/#fn:"
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
    faults: tuple[Fault, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    """Always empty."""


def parse_function(text: str) -> Function:
    """The function that a string is: ``/#fn:name,argument,…`` without blanks around the commas [docs].

    Which names exist and what they take is not decided here.
    """
    start = len(PREFIX)
    if not text.startswith(PREFIX):
        return Function(text, "", 0, 0, faults=(Fault("a function begins with /#fn:", 0, len(text)),))
    name, *written = text[start:].split(",")
    end = start + len(name)
    fault = _fault_of_name(name, start)
    arguments: list[Argument] = []
    at = end + 1
    for each in written:
        if fault:
            break
        read = _argument(each, at, is_input=not arguments)
        if isinstance(read, Fault):
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


def _fault_of_name(name: str, start: int) -> Fault | None:
    if not name:
        return Fault("the function has no name", 0, start, "write /#fn:name,path")
    if name != name.strip():
        return _blank(name, start, "the function's name")
    if not _NAME.fullmatch(name):
        return Fault("this is not the name of a function", start, start + len(name), "write /#fn:name,path")
    return None


def _argument(written: str, start: int, *, is_input: bool) -> Argument | Fault:
    end = start + len(written)
    if is_input and not written:
        return Fault("the function's input is missing after the comma", start - 1, start)
    if written != written.strip():
        return _blank(written, start, "an argument")
    if "/#" in written:
        at = start + written.index("/#")
        return Fault("a path inside a function is written without /#", at, at + 2, "remove the /#")
    if "{{" in written:
        at = start + written.index("{{")
        return Fault("a function cannot hold a template", at, end, "write the path without braces")
    root, dot, _ = written.partition(".")
    if root in ROOTS and (dot or root == "error"):
        path = read_path(written, start)
        return path if isinstance(path, Fault) else Argument(written, start, end, path)
    if is_input and _LIKE_A_PATH.match(written):
        near = closest_root(root)
        if near.startswith("did you mean"):
            return Fault(f'a path cannot begin with "{root[:40]}"', start, start + len(root), near)
    return Argument(written, start, end, None)


def _blank(written: str, start: int, what: str) -> Fault:
    before = len(written) - len(written.lstrip())
    if before:
        return Fault(f"a blank before {what}", start, start + before, "commas stand without blanks")
    end = len(written.rstrip())
    return Fault(f"a blank after {what}", start + end, start + len(written), "commas stand without blanks")
