"""A path that a value reads, such as ``steps.egu-awuO4.body.0.id``, and what is wrong with one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

ROOTS = ("steps", "variables", "error")
"""What the path of a reference, a function or a template can begin with [docs] [seen]."""

TRIGGER = "1"
"""The step id under which a trigger's output is read [docs]."""

_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Fault:
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


def read_path(written: str, start: int) -> Path | Fault:
    """The dotted path that ``written``, found at ``start`` of a string, is; or the first thing wrong with it.

    Step ids are random strings and fields are named by people, so a segment may hold anything but a dot and a
    blank [seen]. A path has to begin with one of ROOTS, and those of steps and variables name one [docs].
    """
    blank = _BLANK.search(written)
    if blank:
        return Fault("a path cannot hold a blank", start + blank.start(), start + blank.end(), "remove the blank")
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
            return Fault("a name is missing after the last dot", max(start, at - 1), end)
        if missing == 0:
            return Fault("a name is missing before the first dot", start, start + 1)
        return Fault("a name is missing between two dots", at - 1, at + 1, "remove one of the dots")
    if segments[0] not in ROOTS:
        return Fault(f'a path cannot begin with "{shortened(segments[0])}"', *spans[0], closest_root(segments[0]))
    if len(segments) == 1 and segments[0] != "error":
        what = "step" if segments[0] == "steps" else "variable"
        return Fault(f"the path names no {what}", start, end, f"write {segments[0]}.<{what} id>")
    return Path(segments, start, end, tuple(spans))


def closest_root(name: str) -> str:
    """What to write instead of a first segment that is no root."""
    from difflib import get_close_matches  # only a mistake needs it, and it is slow to import

    near = get_close_matches(name[:20].lower().lstrip("#/@"), ROOTS, n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else "a path begins with steps, variables or error"


def shortened(text: str, limit: int = 40) -> str:
    """At most ``limit`` characters of a text, so that a message stays readable."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
