"""Plain text, and the references inside it that Kustomer sends literally instead of following [docs]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.definition.expressions.paths import Fault, Path, read_path

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    faults: tuple[Fault, ...] = ()
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
