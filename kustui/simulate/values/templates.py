"""Templates put out, as Handlebars 4 does with Kustomer's helpers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.definition.expressions.nodes import (
    Block,
    Call,
    Content,
    Lookup,
    Mustache,
    Node,
    Origin,
    Partial,
    Scalar,
    Value,
)
from kustui.definition.faults import quoted
from kustui.simulate.values.casting import text_of
from kustui.simulate.values.helpers import HELPERS, Given
from kustui.simulate.values.values import MISSING, Undecided, is_missing, looked_up

if TYPE_CHECKING:
    from kustui.definition.expressions import Template
    from kustui.simulate.values.context import EvaluationContext

MOST_PARTS = 100_000
"""How many tags and texts one template may put out: loops in loops over long lists would never end."""
LONGEST = 10_000_000
"""Characters that one template may put out."""

_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"}
)
_BLOCKS = ("if", "unless", "each", "with")


class _UndecidedError(Exception):
    """Carries what cannot be decided out of the tags it stands in."""

    def __init__(self, undecided: Undecided) -> None:
        super().__init__(undecided.why)
        self.undecided = undecided


class _Frame(NamedTuple):
    """What a tag sees."""

    contexts: tuple[Any, ...]
    """Innermost last."""
    data: Mapping[str, Any]
    """``@index`` and the like."""
    parameters: Mapping[str, Any]


def put_out(template: Template, context: EvaluationContext) -> str | Undecided:
    """The text that a template makes; Undecided where one of its values is."""
    if template.faults:
        return Undecided(template.faults[0].message)
    frame = _Frame((context.data,), {}, {})
    try:
        return "".join(_Output(context).nodes(template.nodes, frame))
    except _UndecidedError as stop:
        return stop.undecided


@dataclass(slots=True)
class _Output:
    """One putting out of one template."""

    context: EvaluationContext
    parts: int = field(default=0)
    length: int = field(default=0)

    def nodes(self, nodes: Sequence[Node], frame: _Frame) -> Iterable[str]:
        for node in nodes:
            self.parts += 1
            if self.parts > MOST_PARTS or self.length > LONGEST:
                raise _UndecidedError(Undecided("the template puts out more than kustui follows"))
            match node:
                case Content(text):
                    self.length += len(text)
                    yield text
                case Mustache(value, escaped):
                    text = text_of(self.value(value, frame))
                    self.length += len(text)
                    yield text.translate(_ESCAPED) if escaped else text
                case Block():
                    yield from self.block(node, frame)
                case Partial(call):
                    raise _UndecidedError(Undecided(f"the partial {quoted(call.name)} is kept elsewhere"))

    def value(self, value: Value, frame: _Frame) -> Any:
        """Raises _UndecidedError."""
        match value:
            case Scalar(plain):
                return plain
            case Call():
                return self.call(value, frame)
        found = self.lookup(value, frame)
        if isinstance(found, Undecided):
            raise _UndecidedError(found)
        return found

    def lookup(self, lookup: Lookup, frame: _Frame) -> Any:
        segments = lookup.path.segments
        if lookup.reads_run or lookup.origin is Origin.ROOT:
            return self.context.read(segments)
        if lookup.origin is Origin.DATA:
            return looked_up(frame.data, segments)
        if lookup.origin is Origin.PARAMETER:
            return looked_up(frame.parameters, segments)
        if lookup.origin is Origin.NAME and not lookup.up and len(segments) == 1 and segments[0] in HELPERS:
            return self.help(segments[0], (), {}, lookup.start)
        depth = len(frame.contexts) - 1 - lookup.up
        found = looked_up(frame.contexts[depth], segments) if depth >= 0 else MISSING
        if found is MISSING and depth == 0 and segments:
            # Nothing but steps, variables and error is there to be read: it may be a helper of Kustomer's.
            return Undecided(f"kustui knows no value and no helper called {quoted(lookup.path.text)}")
        return found

    def call(self, call: Call, frame: _Frame) -> Any:
        if call.name == "lookup" and len(call.arguments) == 2:
            whole, key = (self.value(each, frame) for each in call.arguments)
            return looked_up(whole, (text_of(key),))
        arguments = [self.value(each, frame) for each in call.arguments]
        named = {each.name: self.value(each.value, frame) for each in call.named}
        return self.help(call.name, arguments, named, call.start)

    def help(self, name: str, arguments: Sequence[Any], named: Mapping[str, Any], start: int) -> Any:
        helper = HELPERS.get(name)
        if helper is None:
            raise _UndecidedError(Undecided(f"kustui does not know the helper {quoted(name)}"))
        # A loop comes to the same tag again: the parts so far tell one round from the next.
        made = helper.run(Given(arguments, named, self.context, start * MOST_PARTS + self.parts))
        if isinstance(made, Undecided):
            raise _UndecidedError(made)
        return made

    def block(self, block: Block, frame: _Frame) -> Iterable[str]:
        call = block.call
        if call.name not in _BLOCKS or not call.arguments:
            if call.arguments or call.named:
                raise _UndecidedError(Undecided(f"kustui does not know the block {quoted(call.name)}"))
            yield from self.section(block, frame)
            return
        analysis = self.value(call.arguments[0], frame)
        if call.name in ("if", "unless"):
            zero = any(each.name == "includeZero" and self.value(each.value, frame) for each in call.named)
            there = not _is_empty(analysis) and (zero or not _is_zero(analysis))
            yield from self.nodes(block.body if there == (call.name == "if") else block.inverse, frame)
        elif call.name == "with":
            if _is_empty(analysis):
                yield from self.nodes(block.inverse, frame)
            else:
                yield from self.nodes(block.body, _inside(block, frame, (analysis,), {}))
        else:
            yield from self.each(block, frame, analysis)

    def each(self, block: Block, frame: _Frame, analysis: Any) -> Iterable[str]:
        pairs: Sequence[tuple[Any, Any]] = ()
        if isinstance(analysis, Mapping):
            pairs = tuple(analysis.items())
        elif isinstance(analysis, list | tuple):
            pairs = tuple(enumerate(analysis))
        for index, (key, element) in enumerate(pairs):
            if isinstance(element, Undecided):
                raise _UndecidedError(element)
            data = {"index": index, "key": key, "first": index == 0, "last": index == len(pairs) - 1}
            yield from self.nodes(block.body, _inside(block, frame, (element, key), data))
        if not pairs:
            yield from self.nodes(block.inverse, frame)

    def section(self, block: Block, frame: _Frame) -> Iterable[str]:
        """A block whose name is a value: put out for each element, or with the value as context."""
        callee = block.call.callee
        analysis = self.value(callee, frame)
        if isinstance(analysis, list | tuple):
            yield from self.each(block, frame, analysis)
        elif analysis is True:
            yield from self.nodes(block.body, _inside(block, frame, (frame.contexts[-1],), {}))
        elif analysis is False or is_missing(analysis):
            yield from self.nodes(block.inverse, frame)
        else:
            yield from self.nodes(block.body, _inside(block, frame, (analysis,), {}))


def _inside(block: Block, frame: _Frame, values: tuple[Any, ...], data: Mapping[str, Any]) -> _Frame:
    parameters = dict(zip(block.parameters, values, strict=False))
    return _Frame((*frame.contexts, values[0]), {**frame.data, **data}, {**frame.parameters, **parameters})


def _is_empty(value: Any) -> bool:
    """What Handlebars calls empty: nothing, false, no text, and a list without elements."""
    if isinstance(value, bool):
        return not value
    return is_missing(value) or value in ("", ()) or value == []


def _is_zero(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == 0
