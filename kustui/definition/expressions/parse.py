"""Strings of a definition: which of the four forms one has, and its parts [docs]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from kustui.definition.expressions.nodes import (
    ROOTS,
    Expression,
    ExpressionFault,
    Path,
    closest_root,
    embedded_in,
    nearly_a_reference,
    read_path,
)
from kustui.definition.expressions.spelling import template_path
from kustui.definition.expressions.templates import parse_template
from kustui.definition.functions import FUNCTIONS
from kustui.text.terminal_safe import UNKNOWN

_REFERENCE, _FUNCTION = "/#", "/#fn:"
_BLANK = re.compile(r"\s")
_NAME = re.compile(r"[A-Za-z_$][\w$.-]*")
_CALLED = re.compile(r"(\w+)\s*[(:; ]\s*([^\s()]+)\)?")
_LIKE_A_PATH = re.compile(r"[A-Za-z]+\.[\w@-]")
_EXPRESSION_IN_TEXT = re.compile(r"\{\{|/#(?=(?:steps|variables|error)\.|fn:)")
_MOST_CACHED = 1_000  # characters
BEGINNINGS = frozenset("/#\\ ")
"""What a misspelt reference may begin with: what begins with anything else, and holds no ``/#``, is plain text."""


class Literal(Expression, frozen=True):
    """Text that stands for itself. It reads nothing and has no faults."""


class Reference(Expression, frozen=True):
    """``/#steps.egu-awuO4.body.id``, which stands for a value with its type. It has either one path or one fault."""

    @property
    def path(self) -> Path | None:
        """What it reads, or None where it is malformed."""
        return self.paths[0] if self.paths else None


class Argument(Struct, frozen=True):
    """One argument of a function: a path without ``/#``, or a literal (``path`` is None; it may be empty)."""

    text: str
    start: int
    end: int
    path: Path | None
    is_text: bool = False
    """Whether the function takes text for people here, which is a path only if Kustomer takes it for one."""


class Function(Expression, frozen=True):
    """``/#fn:parseInt,steps.1.qtyStr``, which stands for a typed result. What precedes a fault is kept."""

    name: str = ""
    start: int = len(_FUNCTION)
    """The offset of the name; an unknown function is reported there."""
    end: int = 0
    arguments: tuple[Argument, ...] = ()

    @property
    def certain_paths(self) -> tuple[Path, ...]:
        return tuple(argument.path for argument in self.arguments if argument.path and not argument.is_text)


def parse(text: str) -> Expression:
    """What a string of a definition stands for. Never raises: what is malformed is among its ``faults``.

    A string is a function when it begins with ``/#fn:``, else a template when it holds ``{{`` (a reference in
    it would be text), else a reference when it begins with ``/#``, and a literal otherwise.
    """
    if not may_hold_expression(text):
        nearly = nearly_a_reference(text) if text[:1] in BEGINNINGS else None
        return Literal(text, embedded=(nearly,) if nearly else ())
    return _parse_any(text)


def _parse_any(text: str) -> Expression:
    # Most references are written many times over; long texts are not, and would be cached for nothing.
    return _parse_cached(text) if len(text) < _MOST_CACHED else _parse(text)


def may_hold_expression(text: str) -> bool:
    """Whether a string may be anything but plain text; quick, and True for some that are not."""
    return "/#" in text or "{{" in text or text[:1] == UNKNOWN


def may_call(text: str) -> bool:
    """Whether a string may be anything but plain text or a reference, of which most params are."""
    return "{{" in text or text.startswith(_FUNCTION)


def is_plain(text: str) -> bool:
    """Whether a string is text that stands for itself, without a reference in it, rightly spelt or not."""
    return _is_text(parse(text))


def _is_text(expression: Expression) -> bool:
    return isinstance(expression, Literal) and not expression.embedded


def _parse(text: str) -> Expression:
    if text[:1] == UNKNOWN:
        return Function(text, name=UNKNOWN, end=len(text))
    if text.startswith(_FUNCTION):
        return _parse_function(text)
    if "{{" in text:
        return parse_template(text)
    if text.startswith(_REFERENCE):
        path = _read_reference(text)
        return Reference(text, (path,)) if isinstance(path, Path) else Reference(text, faults=(path,))
    nearly = nearly_a_reference(text)
    return Literal(text, embedded=(nearly,) if nearly else tuple(embedded_in(text, 0, len(text))))


_parse_cached = lru_cache(maxsize=1_024)(_parse)  # 8,192 took 6 MB more, and were found hardly more often


_PLAIN_REFERENCE = re.compile(r"/#(?:(?:steps|variables)(?:\.[\w@$-]+)+|error(?:\.[\w@$-]+)*)")


def _read_reference(text: str) -> Path | ExpressionFault:
    written = text[len(_REFERENCE) :]
    if _PLAIN_REFERENCE.fullmatch(text):  # nearly all of them
        return Path(tuple(written.split(".")), len(_REFERENCE), len(text))
    if not written:
        return ExpressionFault("nothing follows the /#", 0, len(_REFERENCE), "write /#steps.<step id>.<field>")
    if written.startswith("/"):
        slashes = len(written) - len(written.lstrip("/"))
        return ExpressionFault("a slash follows the /#", 2, 2 + slashes, "remove the slash", None, "")
    is_list = "," in written and written.partition(".")[0] not in ROOTS
    if written.startswith(("fn.", "fn,")) or written == "fn" or is_list:
        hint = "a function is written /#fn:name,path"
        return ExpressionFault("this is neither a path nor a function", 0, len(text), hint)
    blank = _BLANK.search(written)
    if blank and blank.start() > 0 and written[blank.start() :].strip():
        return _text_follows(written, blank.start(), len(text))
    second = written.find(_REFERENCE) + len(_REFERENCE)
    if second >= len(_REFERENCE):
        hint = "join values with a template: {{{…}}}{{{…}}}"
        return ExpressionFault("a second reference begins inside this one", second, second + 2, hint)
    return read_path(written, len(_REFERENCE))


def _text_follows(written: str, blank: int, end: int) -> ExpressionFault:
    first = written[:blank].rstrip(",;:!?")
    path = read_path(first, len(_REFERENCE))
    if isinstance(path, ExpressionFault):
        return path
    message = "text follows the reference, which has to be the whole string"
    hint = f"write a template: {{{{{{{template_path(path.segments)}}}}}}} …"
    # A label, as "City, state" is, begins with a capital letter; the name of a field before a comma does not.
    is_text = _REFERENCE in written or (len(first) < blank and path.segments[-1][:1].islower())
    with_blank = None if is_text else read_path(written, len(_REFERENCE))
    key = with_blank.path if isinstance(with_blank, ExpressionFault) else None
    return ExpressionFault(message, len(first) + len(_REFERENCE), end, hint, key)


def _parse_function(text: str) -> Function:
    """``/#fn:name,argument,…`` without blanks around the commas [docs]. Any name and any arguments will do here."""
    start = len(_FUNCTION)
    name = text[start:].partition(",")[0]
    end = start + len(name)
    known = FUNCTIONS.get(name)
    written = text[end + 1 :].split(",", known.most - 1 if known and known.most else -1) if end < len(text) else []
    text_from = 1 if known is None else known.text_from
    asks = known is not None and known.asks_for_input
    fault = _fault_of_name(name, start) if known is None else None
    arguments: list[Argument] = []
    at = end + 1
    for index, argument in enumerate(written if fault is None else ()):
        if text_from is not None and index >= text_from:
            read = _read_text(argument, at, known=known is not None, is_text=asks)
        else:
            read = _read_argument(argument, at, is_input=not index)
        if isinstance(read, ExpressionFault):
            fault = read
            break
        arguments.append(read)
        at += len(argument) + 1
    paths = tuple(argument.path for argument in arguments if argument.path)
    return Function(text, paths, (fault,) if fault else (), (), name, start, end, tuple(arguments))


def _fault_of_name(name: str, start: int) -> ExpressionFault | None:
    if not name:
        return ExpressionFault("the function has no name", 0, start, "write /#fn:name,path")
    if name != name.strip():
        return _blank(name, start, "the function's name")
    if not _NAME.fullmatch(name):
        called = _CALLED.fullmatch(name)
        hint = f"write /#fn:{called[1]},{called[2]}" if called else "write /#fn:name,path"
        intended = f"{called[1]},{called[2]}" if called else None
        return ExpressionFault("this is not the name of a function", start, start + len(name), hint, None, intended)
    return None


def _read_argument(written: str, start: int, *, is_input: bool) -> Argument | ExpressionFault:
    end = start + len(written)
    if is_input and not written:
        hint = "write the path that it reads behind the comma"
        return ExpressionFault("the function's input is missing after the comma", start - 1, start, hint)
    if written != written.strip():
        return _blank(written, start, "an argument")
    if "/#" in written:
        at = start + written.index("/#")
        return ExpressionFault("a path inside a function is written without /#", at, at + 2, "remove the /#", None, "")
    if "{{" in written:
        at = start + written.index("{{")
        return ExpressionFault("a function cannot contain a template", at, end, "write the path without braces")
    root, dot, _ = written.partition(".")
    if root in ROOTS and (dot or root == "error"):
        path = read_path(written, start)
        return path if isinstance(path, ExpressionFault) else Argument(written, start, end, path)
    if is_input and _LIKE_A_PATH.match(written):
        near = closest_root(root)
        if near.intended is not None:
            message = f'a path cannot begin with "{root[:40]}"'
            return ExpressionFault(message, start, start + len(root), near.hint, None, near.intended)
    return Argument(written, start, end, None)


def _read_text(written: str, start: int, *, known: bool, is_text: bool) -> Argument | ExpressionFault:
    """An argument that may be text for people: it is a path only where it cannot be anything else."""
    end = start + len(written)
    inside = written.strip()
    path = read_path(inside, start + written.index(inside)) if "." in inside or not known else None
    if isinstance(path, Path) and inside != written:
        return _blank(written, start, "an argument")
    if match := _EXPRESSION_IN_TEXT.search(written):
        at = start + match.start()
        if match.group() == "{{":
            return ExpressionFault("a function cannot contain a template", at, end, "write the path without braces")
        return ExpressionFault("a path inside a function is written without /#", at, at + 2, "remove the /#", None, "")
    return Argument(written, start, end, path if isinstance(path, Path) else None, is_text=is_text)


def _blank(written: str, start: int, what: str) -> ExpressionFault:
    before = len(written) - len(written.lstrip())
    if before:
        return ExpressionFault(f"a space before {what}", start, start + before, "write commas without spaces", None, "")
    end = len(written.rstrip())
    return ExpressionFault(
        f"a space after {what}", start + end, start + len(written), "write commas without spaces", None, ""
    )


def expressions_in(value: object, pointer: str = "") -> list[tuple[str, Expression]]:
    """The strings of a JSON value that are not plain text, in document order, with their pointers (RFC 6901).

    ``pointer`` is that of the value itself. Keys are skipped: Kustomer never evaluates them. A literal is
    among the strings only if it has a reference embedded. Any depth will do, as no call nests.
    """
    if isinstance(value, str):
        return [] if _is_text(expression := parse(value)) else [(pointer, expression)]
    return expressions_among(strings_in(value, pointer))


HeldString = tuple[str, str | int, str]
"""The pointer of what holds a string, its key or index there, and the string."""


def strings_in(value: object, pointer: str = "") -> list[HeldString]:
    """The strings that a JSON value holds, in document order; ``pointer`` is that of the value itself."""
    strings: list[HeldString] = []
    open_parts = [(pointer, iter(_members(value)))]
    while open_parts:
        base, members = open_parts[-1]
        for key, part in members:
            if isinstance(part, str):
                strings.append((base, key, part))
            elif part and isinstance(part, (dict, list, tuple)):
                open_parts.append((_pointer(base, key), iter(_members(part))))
                break
        else:
            open_parts.pop()
    return strings


def texts_in(value: object) -> list[str]:
    """The strings of a JSON value, which may be one itself."""
    return [value] if isinstance(value, str) else [text for _, _, text in strings_in(value)]


def expressions_among(strings: Iterable[HeldString]) -> list[tuple[str, Expression]]:
    """Those of some strings that are not plain text, with their pointers."""
    found: list[tuple[str, Expression]] = []
    for base, key, text in strings:
        # Asked here rather than in parse: a call for every string of a definition would be felt.
        if "/#" in text or "{{" in text:
            expression = _parse_any(text)
        elif text[:1] in BEGINNINGS:
            expression = parse(text)
        else:
            continue
        if not _is_text(expression):
            found.append((_pointer(base, key), expression))
    return found


def paths_in(value: object) -> Iterator[Path]:
    """Every path that a value or what is inside it reads."""
    for _, expression in expressions_in(value):
        yield from expression.paths


def _members(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, (list, tuple)) else ()


def _pointer(base: str, key: str | int) -> str:
    if isinstance(key, str) and ("~" in key or "/" in key):
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{base}/{key}"
