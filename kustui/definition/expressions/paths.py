"""A path that a value reads, such as ``steps.egu-awuO4.body.0.id``, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from kustui.text.json_words import shortened

ROOTS = ("steps", "variables", "error")
"""What the path of a reference, a function or a template can begin with [docs] [seen]."""

_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class ExpressionFault:
    """One thing wrong with how an expression is written. Offsets are code points of the whole string."""

    message: str
    start: int
    end: int
    hint: str = ""
    """What to do about it, where that is known."""


class Path(NamedTuple):
    """One path that is read, without what introduces it (``/#``, ``@root.``, ``this.``, ``../``)."""

    segments: tuple[str, ...]
    """``("steps", "egu-awuO4", "body", "0", "id")``; brackets around a template's segment are left out."""
    start: int
    end: int
    spans: tuple[tuple[int, int], ...]
    """Where each segment stands in the whole string, brackets left out: a rename replaces exactly that."""

    @property
    def text(self) -> str:
        """The path with dots: what is written, but for the brackets and slashes a template may have."""
        return ".".join(self.segments)

    @property
    def root(self) -> str:
        """``steps``, ``variables`` or ``error``; in a template also any other name."""
        return self.segments[0] if self.segments else ""

    @property
    def step(self) -> str | None:
        """The id of the step whose output is read."""
        return self.segments[1] if len(self.segments) > 1 and self.segments[0] == "steps" else None

    @property
    def step_span(self) -> tuple[int, int] | None:
        """Where the step id stands in the whole string."""
        return None if self.step is None else self.spans[1]

    @property
    def fields(self) -> tuple[str, ...]:
        """What follows the step's or the variable's id, or else what follows the first segment."""
        return self.segments[2:] if self.root in ("steps", "variables") else self.segments[1:]


def read_path(written: str, start: int) -> Path | ExpressionFault:
    """The dotted path that ``written``, found at ``start`` of a string, is; or the first thing wrong with it.

    Step ids are random strings and fields are named by people, so a segment may hold anything but a dot and a
    blank [seen]. A path has to begin with one of ROOTS, and those of steps and variables name one [docs].
    """
    blank = _BLANK.search(written)
    if blank:
        return ExpressionFault(
            "a path cannot hold a blank", start + blank.start(), start + blank.end(), "remove the blank"
        )
    segments = tuple(written.split("."))
    spans = []
    at = start
    for segment in segments:
        spans.append((at, at + len(segment)))
        at += len(segment) + 1
    end = start + len(written)

    if "" in segments:
        missing = segments.index("")
        at = spans[missing][0]
        if missing == len(segments) - 1:
            return ExpressionFault("a name is missing after the last dot", max(start, at - 1), end)
        if missing == 0:
            return ExpressionFault("a name is missing before the first dot", start, start + 1)
        return ExpressionFault("a name is missing between two dots", at - 1, at + 1, "remove one of the dots")
    if segments[0] not in ROOTS:
        return ExpressionFault(
            f'a path cannot begin with "{shortened(segments[0])}"', *spans[0], closest_root(segments[0])
        )
    if len(segments) == 1 and segments[0] != "error":
        what = "step" if segments[0] == "steps" else "variable"
        return ExpressionFault(f"the path names no {what}", start, end, f"write {segments[0]}.<{what} id>")
    return Path(segments, start, end, tuple(spans))


def closest_root(name: str) -> str:
    """What to write instead of a first segment that is no root."""
    from difflib import get_close_matches  # only a mistake needs it, and it is slow to import

    near = get_close_matches(name[:20].lower().lstrip("#/@"), ROOTS, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else "a path begins with steps, variables or error"


# Text around a reference ends with punctuation and holds addresses, so this is stricter than a reference:
# https://x.y/#section is none, nor is the footnote https://x.y/#fn:1 or the page https://x.y/#error.
_SEGMENTS = r"@?[\w$-]+(?:\.@?[\w$-]+)*+"
_EMBEDDED = re.compile(
    rf"/\#(?P<path>(?:steps|variables)\.(?:{_SEGMENTS})?)"
    rf"|(?<![\w/.-])/\#(?P<error>error(?:\.{_SEGMENTS})?)(?![\w-])"
    r"|/\#fn:[A-Za-z_]\w*(?:,[^\s,]*+)++"
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A reference or function inside longer text, which does nothing there."""

    text: str
    """As written, with its ``/#``."""
    start: int
    end: int
    path: Path | None
    """What it meant to read; None for a function, or where no more than ``/#steps.`` is there."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself."""

    text: str
    embedded: tuple[Embedded, ...] = ()
    paths: tuple[Path, ...] = ()
    """Always empty: text reads nothing."""
    faults: tuple[ExpressionFault, ...] = ()
    """Always empty: any text is a literal."""


def parse_literal(text: str) -> Literal:
    """The text as a literal, with the references embedded in it."""
    return Literal(text, tuple(embedded_in(text, 0, len(text))) if "/#" in text else ())


def embedded_in(text: str, start: int, end: int) -> Iterator[Embedded]:
    """The references inside a stretch of text, which is known to be sent as it is."""
    for found in _EMBEDDED.finditer(text, start, end):
        path = None
        if found["path"] or found["error"]:
            read = read_path(found["path"] or found["error"], found.start() + 2)
            path = read if isinstance(read, Path) else None
        yield Embedded(found.group(), found.start(), found.end(), path)


_REFERENCE = "/#"
_ANY_BLANK = re.compile(r"\s")


class Reference(NamedTuple):
    """A string that is, or was meant to be, a reference. It has either one path or one fault."""

    text: str
    paths: tuple[Path, ...] = ()
    faults: tuple[ExpressionFault, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    """Always empty."""

    @property
    def path(self) -> Path | None:
        """What it reads, or None where it is malformed."""
        return self.paths[0] if self.paths else None


def parse_reference(text: str) -> Reference:
    """The reference that a string is. Anything that is none is a malformed one, so ask ``parse`` first."""
    read = _read_reference(text)
    return Reference(text, paths=(read,)) if isinstance(read, Path) else Reference(text, faults=(read,))


def _read_reference(text: str) -> Path | ExpressionFault:
    if not text.startswith(_REFERENCE):
        return ExpressionFault("a reference begins with /#", 0, len(text))
    written = text[len(_REFERENCE) :]
    if not written:
        return ExpressionFault("nothing follows the /#", 0, len(_REFERENCE), "write /#steps.<step id>.<field>")
    if written.startswith("/"):
        slashes = len(written) - len(written.lstrip("/"))
        return ExpressionFault("a slash follows the /#", 2, 2 + slashes, "remove the slash")
    if written.startswith(("fn.", "fn,")) or written == "fn" or ("," in written and _root(written) not in ROOTS):
        return ExpressionFault(
            "this is neither a path nor a function", 0, len(text), "a function is written /#fn:name,path"
        )

    blank = _ANY_BLANK.search(written)
    if blank and blank.start() > 0 and written[blank.start() :].strip():
        return _text_follows(written, blank.start(), len(text))
    second = written.find(_REFERENCE)
    if second >= 0:
        return ExpressionFault(
            "a second reference begins inside this one",
            second + 2,
            second + 4,
            "join values with a template: {{{…}}}{{{…}}}",
        )
    return read_path(written, len(_REFERENCE))


def _text_follows(written: str, blank: int, end: int) -> ExpressionFault:
    path = read_path(written[:blank], len(_REFERENCE))
    if isinstance(path, ExpressionFault):
        return path
    return ExpressionFault(
        "text follows the reference, which has to be the whole string",
        blank + 2,
        end,
        f"write a template: {{{{{{{path.text}}}}}}} …",
    )


def _root(written: str) -> str:
    return written.partition(".")[0]
