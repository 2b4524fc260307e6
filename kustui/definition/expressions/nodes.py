"""What expressions are made of: the paths that they read, such as ``steps.egu-awuO4.body.0.id``, and the syntax tree of
a template. Every node has its offsets in the string."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from msgspec import Struct

from kustui.text.messages import Suggestion, did_you_mean, shortened

ROOTS = ("steps", "variables", "error")
"""What the path of a reference, a function or a template can begin with [docs] [seen]."""

_BLANK = re.compile(r"\s+")
_NO_DOTS = re.compile(r"[./:\[\]'\"]+")
"""What people write between the names of a path, where only dots may stand."""
# Text around a reference ends with punctuation and holds addresses, so this is stricter than a reference:
# https://x.y/#section is none, nor is the footnote https://x.y/#fn:1 or the page https://x.y/#error.
_SEGMENTS = r"@?[\w$-]+(?:\.@?[\w$-]+)*+"
_EMBEDDED = re.compile(
    rf"/\#(?P<path>(?:steps|variables)\.(?:{_SEGMENTS})?)"
    rf"|(?<![\w/.-])/\#(?P<error>error(?:\.{_SEGMENTS})?)(?![\w-])"
    r"|/\#fn:[A-Za-z_]\w*(?:,[^\s,]*+)++"
)


class ExpressionFault(Struct, frozen=True):
    """One thing wrong with how an expression is written. Offsets are code points of the whole string."""

    message: str
    start: int
    end: int
    hint: str
    """How to put it right."""
    path: Path | None = None
    """What is read if the blank that is at fault belongs to a key, as it may in the payload of a hook [seen]."""
    intended: str | None = None
    """What was probably intended in that very place."""
    is_certain: bool = True
    """Whether nothing else can have been intended."""

    @property
    def suggestion(self) -> Suggestion:
        """How to put it right."""
        return Suggestion(self.hint, self.intended, self.intended is not None and self.is_certain)


class Path(Struct, frozen=True):
    """One path that is read, without what introduces it (``/#``, ``@root.``, ``this.``, ``../``)."""

    segments: tuple[str, ...]
    """``("steps", "egu-awuO4", "body", "0", "id")``; brackets around a template's segment are left out."""
    start: int
    end: int
    placed: tuple[tuple[int, int], ...] = ()
    """The offsets of each segment where more than a dot stands between some of them."""

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The offsets of each segment in the whole string, without brackets: a rename replaces exactly that."""
        return self.placed or spans_of(self.segments, self.start)

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
        segments = self.segments
        return segments[1] if len(segments) > 1 and segments[0] == "steps" else None

    @property
    def step_span(self) -> tuple[int, int] | None:
        """The offsets of the step id in the whole string."""
        return None if self.step is None else self.spans[1]

    @property
    def fields(self) -> tuple[str, ...]:
        """What follows the step's or the variable's id, or else what follows the first segment."""
        segments = self.segments
        return segments[2:] if segments and segments[0] in ("steps", "variables") else segments[1:]


class Embedded(Struct, frozen=True):
    """A reference or function inside longer text, where it has no effect."""

    text: str
    """As written, with its ``/#``."""
    start: int
    end: int
    path: Path | None
    """What it was to read; None for a function, or where no more than ``/#steps.`` is written."""
    reference: str = ""
    """The right spelling where the whole string is a reference but for how it begins, as ``#/steps.1.id`` is."""
    certain: bool = True
    """Whether it cannot be anything else; ``/steps.1.id`` might be an address."""

    @property
    def misspelt(self) -> bool:
        """Whether what is wrong is how it begins, and not the text around it."""
        return bool(self.reference) and not self.text.startswith("/#")


class Expression(Struct, frozen=True):
    """A string of a definition: a Literal, a Reference, a Function or a Template."""

    text: str
    paths: tuple[Path, ...] = ()
    """What it reads of the run's data, in order."""
    faults: tuple[ExpressionFault, ...] = ()
    """What is wrong with it: at most one, as nothing is read beyond it."""
    embedded: tuple[Embedded, ...] = ()
    """References in text, which Kustomer sends literally instead of following them [docs]."""

    @property
    def certain_paths(self) -> tuple[Path, ...]:
        """The paths that cannot be text for people: what they read can be judged."""
        return self.paths


def read_path(written: str, start: int) -> Path | ExpressionFault:
    """The dotted path that ``written`` is, which begins at ``start`` of a string; or the first thing wrong with it.

    Step ids are random strings and fields are named by people, so a segment may hold anything but a dot and a
    blank [seen]. A path has to begin with one of ROOTS, and those of steps and variables name one [docs].
    """
    segments = tuple(written.split("."))
    end = start + len(written)
    if blank := _BLANK.search(written):
        path = Path(segments, start, end) if _may_be_keys(segments) else None
        at, after = start + blank.start(), start + blank.end()
        return ExpressionFault("a path cannot contain spaces", at, after, "remove the space", path, "", path is None)
    if "" in segments:
        missing = segments.index("")
        at = spans_of(segments, start)[missing][0]
        if missing == len(segments) - 1:
            hint = "write the name, or remove the dot"
            return ExpressionFault("a name is missing after the last dot", max(start, at - 1), end, hint)
        if missing == 0:
            hint = "write steps and the id of a step before it"
            return ExpressionFault("a name is missing before the first dot", start, start + 1, hint)
        hint = "remove one of the dots"
        return ExpressionFault("a name is missing between two dots", at - 1, at + 1, hint, None, ".", False)
    root = segments[0]
    if root not in ROOTS:
        dotted = ".".join(filter(None, _NO_DOTS.split(written)))
        near = closest_root(root)
        if dotted.partition(".")[0] in ROOTS:
            near = Suggestion(f"write {dotted}", ".".join(filter(None, _NO_DOTS.split(root))), is_certain=True)
        behind = root.removeprefix("steps") if root.startswith("steps") else ""
        if near.intended == "steps" and (len(behind) > 1 or behind.isdigit()):
            near = did_you_mean(f"steps.{behind}")  # perhaps
        message = f'a path cannot begin with "{shortened(root)}"'
        return ExpressionFault(message, start, start + len(root), near.hint, None, near.intended, near.is_certain)
    if len(segments) == 1 and root != "error":
        what = "step" if root == "steps" else "variable"
        return ExpressionFault(f"the path names no {what}", start, end, f"write {root}.<{what} id>")
    return Path(segments, start, end)


def _may_be_keys(segments: tuple[str, ...]) -> bool:
    """Whether the blanks of a path are inside of its keys."""
    return len(segments) > 2 and all(segment and segment == segment.strip() for segment in segments)


def spans_of(segments: tuple[str, ...], start: int) -> tuple[tuple[int, int], ...]:
    """The offsets of segments that are written with dots between them, from ``start`` on."""
    spans = []
    for segment in segments:
        spans.append((start, start + len(segment)))
        start += len(segment) + 1
    return tuple(spans)


def closest_root(name: str) -> Suggestion:
    """What to write instead of a first segment that is no root."""
    return _closest_root(name[:20])


@lru_cache(maxsize=256)  # a function of very many arguments has the same again and again
def _closest_root(beginning: str) -> Suggestion:
    from difflib import get_close_matches  # slow to import, and only for mistakes

    near = get_close_matches(beginning.lower().lstrip("#/@"), ROOTS, n=1, cutoff=0.6)
    return (
        did_you_mean(near[0], is_certain=True) if near else Suggestion("a path begins with steps, variables or error")
    )


_NEARLY_A_REFERENCE = re.compile(
    r"\s*+(?P<lead>[/\\#][/\\#\s]*+)"
    r"(?P<path>(?P<root>steps?|variables?|error)(?P<fields>(?:\.[^\s.{}/]+)*+)|(?P<function>fn:[a-z_]\w*,\S+))\s*+",
    re.IGNORECASE,
)


def nearly_a_reference(text: str) -> Embedded | None:
    """A text that is a reference but for how it begins: ``#/steps.1.id``, ``#steps.1.id``, `` /#steps.1.id``.

    An address in an application (``#/steps``) and a hashtag (``#error``) are none: they have no dots.
    """
    match = _NEARLY_A_REFERENCE.fullmatch(text)
    if match is None:
        return None
    certain = "/" in match["lead"] and "#" in match["lead"]
    start, end = match.span("path")
    if match["function"]:
        path, right = None, match["path"]
    else:
        root = next(root for root in ROOTS if root.startswith(match["root"].lower()))
        right = f"{root}{match['fields']}"
        read = read_path(right, start)
        path = read if isinstance(read, Path) and (match["fields"] or text.strip().startswith("/#")) else None
        if path is None:
            return None
    return Embedded(text[match.start("lead") : end], match.start("lead"), end, path, f"/#{right}", certain)


def embedded_in(text: str, start: int, end: int) -> Iterator[Embedded]:
    """The references inside a stretch of text that is sent as it is."""
    for match in _EMBEDDED.finditer(text, start, end):
        written = match["path"] or match["error"]
        path = read_path(written, match.start() + 2) if written else None
        yield Embedded(match.group(), match.start(), match.end(), path if isinstance(path, Path) else None)


class Origin(Enum):
    """Where Handlebars looks for the first segment of a path."""

    NAME = "name"
    """A bare name, after any ``../``: a field of the context."""
    THIS = "this"
    """``this.x`` and ``./x``: a field of the context, never a helper or a block parameter."""
    PARAMETER = "parameter"
    """A block parameter: ``item`` inside ``{{#each xs as |item|}}``."""
    DATA = "data"
    """``@index``, ``@key``, ``@first``, ``@last``: the data of a loop."""
    ROOT = "root"
    """``@root.steps.1.x``: the run's data, whatever the context."""


class Lookup(Struct, frozen=True):
    """A path in a template: ``steps.1.id``, ``this``, ``../name``, ``@index``, ``@root.steps.1.id``."""

    path: Path
    """Without what introduces it; its segments are empty for ``this``, ``..`` and ``@root`` alone."""
    origin: Origin
    up: int
    """How many ``../`` stand before it."""
    contexts: int
    """How many blocks that replace the context (``each``, ``with``, a section) stand around it."""
    start: int
    end: int

    @property
    def is_of_top(self) -> bool:
        """Whether it looks in what the whole template is filled in with, and not in the element of a loop."""
        return self.origin is Origin.ROOT or (
            self.origin in (Origin.NAME, Origin.THIS) and self.up >= self.contexts  # beyond the top is nothing
        )

    @property
    def reads_run(self) -> bool:
        """Whether it reads the run's data: it begins with a root, or with one behind ``@root.``.

        Handlebars itself would look for a bare ``steps`` in the element of a loop; that its author
        meant the run's steps is [assumed]. An explicit ``this.steps`` in a loop is the element's.
        """
        if self.origin is Origin.THIS and not self.is_of_top:
            return False
        return self.path.root in ROOTS and self.origin in (Origin.NAME, Origin.THIS, Origin.ROOT)


class Scalar(Struct, frozen=True):
    """A string, a number, true, false, null or undefined (None, both) written into a tag."""

    value: str | int | float | bool | None
    start: int
    end: int


class Named(Struct, frozen=True):
    """A named argument: ``format='LL'``."""

    name: str
    value: Value
    start: int
    end: int


class Call(Struct, frozen=True):
    """A helper with its arguments, in a tag, in parentheses or at the head of a block."""

    callee: Lookup | Scalar
    arguments: tuple[Value, ...]
    named: tuple[Named, ...]
    start: int
    end: int

    @property
    def name(self) -> str:
        return self.callee.path.text if isinstance(self.callee, Lookup) else str(self.callee.value)


Value = Lookup | Scalar | Call


class Content(Struct, frozen=True):
    """Text between tags as it is rendered: escapes resolved, whitespace removed where tags ask for it."""

    text: str
    start: int
    end: int
    """The end of what is written, which may be longer than the text."""


class Comment(Struct, frozen=True):
    """``{{! … }}`` or ``{{!-- … --}}``: renders nothing."""

    text: str
    start: int
    end: int


class Mustache(Struct, frozen=True):
    """``{{x}}`` (escaped for HTML) or ``{{{x}}}`` and ``{{&x}}`` (not escaped).

    A bare name that is no path, as in ``{{randomId}}``, is a Lookup here; Handlebars tries a helper of that
    name first, unless its origin is THIS or DATA.
    """

    value: Value
    escaped: bool
    start: int
    end: int


class Block(Struct, frozen=True):
    """``{{#helper …}}body{{else}}inverse{{/helper}}``; ``{{else if y}}`` is a Block, alone in the inverse.

    With no arguments and no helper of that name it is a section: rendered for each element of a list, or with
    the value as context; its inverse if there is no value. The two parts of ``{{^x}}…{{/x}}`` are exchanged,
    so that it is a block like any other.
    """

    call: Call
    parameters: tuple[str, ...]
    body: tuple[Node, ...]
    inverse: tuple[Node, ...]
    start: int
    end: int


class Partial(Struct, frozen=True):
    """``{{> name …}}``, or ``{{#> name …}}body{{/name}}``: a template that is kept elsewhere."""

    call: Call
    body: tuple[Node, ...]
    start: int
    end: int


Node = Content | Comment | Mustache | Block | Partial


class Helper(Struct, frozen=True):
    """A helper that is certainly called: it has arguments, or stands in parentheses."""

    name: str
    start: int
    end: int
