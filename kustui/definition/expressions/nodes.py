"""The syntax tree of a template. Every node has its offsets in the string."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from kustui.definition.expressions.paths import ROOTS, Path


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


class Lookup(NamedTuple):
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
    def reads_run(self) -> bool:
        """Whether it reads the run's data: it begins with a root, or with one behind ``@root.``.

        Handlebars itself would look for a bare ``steps`` in the element of a loop; that its author
        meant the run's steps is [assumed]. An explicit ``this.steps`` in a loop is the element's.
        """
        if self.origin is Origin.THIS and self.contexts:
            return False
        return self.path.root in ROOTS and self.origin in (Origin.NAME, Origin.THIS, Origin.ROOT)


class Scalar(NamedTuple):
    """A string, a number, true, false, null or undefined (None, both) written into a tag."""

    value: str | int | float | bool | None
    start: int
    end: int


class Named(NamedTuple):
    """A named argument: ``format='LL'``."""

    name: str
    value: Value
    start: int
    end: int


class Call(NamedTuple):
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


class Content(NamedTuple):
    """Text between tags as it is rendered: escapes resolved, whitespace removed where tags ask for it."""

    text: str
    start: int
    end: int
    """The end of what is written, which may be longer than the text."""


class Comment(NamedTuple):
    """``{{! … }}`` or ``{{!-- … --}}``: renders nothing."""

    text: str
    start: int
    end: int


class Mustache(NamedTuple):
    """``{{x}}`` (escaped for HTML) or ``{{{x}}}`` and ``{{&x}}`` (not escaped).

    A bare name that is no path, as in ``{{randomId}}``, is a Lookup here; Handlebars tries a helper of that
    name first, unless its origin is THIS or DATA.
    """

    value: Value
    escaped: bool
    start: int
    end: int


class Block(NamedTuple):
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


class Partial(NamedTuple):
    """``{{> name …}}``, or ``{{#> name …}}body{{/name}}``: a template that is kept elsewhere."""

    call: Call
    body: tuple[Node, ...]
    start: int
    end: int


Node = Content | Comment | Mustache | Block | Partial
