"""What a value of a definition stands for in a run: literals, references, functions and templates, however deep.

Templates are rendered as Handlebars 4 does, with Kustomer's helpers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from kustui.definition.expressions import Function, Literal, Reference, Template, expressions_in, parse
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
from kustui.definition.expressions.parse import may_hold_expression
from kustui.definition.expressions.paths import Expression
from kustui.definition.functions import BLOCKS, FUNCTIONS, HELPERS, HelperCall
from kustui.definition.source.positions import escape
from kustui.definition.values import MISSING, Undecided, is_missing, look_up, text_of
from kustui.text.json_words import quoted

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Where a run is when a value is worked out."""

    data: Mapping[str, Any]
    """``steps``, by id; ``variables``; and ``error`` after a failure."""
    now: int = 0
    """Milliseconds since 1970 on the virtual clock."""
    seed: str = ""
    """The same seed, the same random values."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What a person has said of values and conditions that cannot be decided, by their pointer."""

    def read(self, segments: Sequence[str]) -> Any:
        """What stands at a path of the run's data: a value, MISSING or Undecided."""
        if segments[:1] == ("variables",) and len(segments) > 1 and segments[1] not in self.data.get("variables", {}):
            return Undecided("variables are kept in the organisation, and not in the definition")
        return look_up(self.data, segments)

    def random_id(self, size: int, place: int) -> str:
        """Letters and digits that look random. ``place`` tells one call of a template from another."""
        letters = ""
        while len(letters) < size:
            drawn = hashlib.sha256(f"{self.seed}/{place}/{len(letters)}".encode(errors="backslashreplace")).digest()
            letters += "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn)
        return letters[:size]


def resolve(value: Any, context: EvaluationContext, pointer: str = "") -> Any:
    """What a value stands for: JSON, MISSING or Undecided, the last also inside of it.

    A member of an object that is missing is left out [docs], and so is an element of a list [assumed].
    """
    if isinstance(value, str):
        if pointer in context.answers:
            return context.answers[pointer]
        return evaluate(parse(value), context) if may_hold_expression(value) else value
    if isinstance(value, Mapping):
        members = ((key, resolve(each, context, f"{pointer}/{escape(str(key))}")) for key, each in value.items())
        return {key: each for key, each in members if each is not MISSING}
    if isinstance(value, list | tuple):
        elements = (resolve(each, context, f"{pointer}/{index}") for index, each in enumerate(value))
        return [each for each in elements if each is not MISSING]
    return value


def evaluate(expression: Expression, context: EvaluationContext) -> Any:
    """What one of the four forms of a string stands for."""
    match expression:
        case Literal(text):
            return text
        case Reference(paths=(path,)):
            return context.read(path.segments)
        case Reference(faults=(fault, *_)):
            return Undecided(fault.message)
        case Function():
            return _called(expression, context)
        case Template():
            return render(expression, context)
    return MISSING


def _called(written: Function, context: EvaluationContext) -> Any:
    """What a function gives: a typed value, MISSING or Undecided."""
    if written.faults:
        return Undecided(written.faults[0].message)
    function = FUNCTIONS.get(written.name)
    if function is None:
        return Undecided(f"kustui does not know the function {quoted(written.name)}")
    arguments = [context.read(each.path.segments) if each.path else each.text for each in written.arguments]
    undecided = next((each for each in arguments if isinstance(each, Undecided)), None)
    return undecided or function.evaluate(arguments)


def assumptions_in(value: Any) -> Iterator[str]:
    """What is our reading in how the expressions of a value are worked out."""
    for _, expression in expressions_in(value):
        yield from assumptions_of(expression)


def assumptions_of(expression: Expression | None) -> Iterator[str]:
    """What is our reading in how an expression is worked out."""
    if isinstance(expression, Function) and (function := FUNCTIONS.get(expression.name)) and function.assumed:
        yield function.assumed
    elif isinstance(expression, Template):
        for each in expression.helpers:
            if (helper := HELPERS.get(each.name)) and helper.assumed:
                yield helper.assumed


MOST_PARTS = 100_000
"""How many tags and texts one template may put out: loops in loops over long lists would never end."""
LONGEST = 10_000_000
"""Characters that one template may put out."""

_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"}
)


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


def render(template: Template, context: EvaluationContext) -> str | Undecided:
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
        value_ = self.lookup(value, frame)
        if isinstance(value_, Undecided):
            raise _UndecidedError(value_)
        return value_

    def lookup(self, lookup: Lookup, frame: _Frame) -> Any:
        segments = lookup.path.segments
        if lookup.reads_run or lookup.origin is Origin.ROOT:
            return self.context.read(segments)
        if lookup.origin is Origin.DATA:
            return look_up(frame.data, segments)
        if lookup.origin is Origin.PARAMETER:
            return look_up(frame.parameters, segments)
        if lookup.origin is Origin.NAME and not lookup.up and len(segments) == 1 and segments[0] in HELPERS:
            return self.help(segments[0], (), {}, lookup.start)
        depth = len(frame.contexts) - 1 - lookup.up
        value = look_up(frame.contexts[depth], segments) if depth >= 0 else MISSING
        if value is MISSING and depth == 0 and segments:
            # Nothing but steps, variables and error is there to be read: it may be a helper of Kustomer's.
            return Undecided(f"kustui knows no value and no helper called {quoted(lookup.path.text)}")
        return value

    def call(self, call: Call, frame: _Frame) -> Any:
        if call.name == "lookup" and len(call.arguments) == 2:
            whole, key = (self.value(each, frame) for each in call.arguments)
            return look_up(whole, (text_of(key),))
        arguments = [self.value(each, frame) for each in call.arguments]
        named = {each.name: self.value(each.value, frame) for each in call.named}
        return self.help(call.name, arguments, named, call.start)

    def help(self, name: str, arguments: Sequence[Any], named: Mapping[str, Any], start: int) -> Any:
        helper = HELPERS.get(name)
        if helper is None:
            raise _UndecidedError(Undecided(f"kustui does not know the helper {quoted(name)}"))
        # A loop comes to the same tag again: the parts so far tell one round from the next.
        place = start * MOST_PARTS + self.parts
        random_id = partial(self.context.random_id, place=place)
        made = helper.evaluate(HelperCall(arguments, named, self.context.now, random_id))
        if isinstance(made, Undecided):
            raise _UndecidedError(made)
        return made

    def block(self, block: Block, frame: _Frame) -> Iterable[str]:
        call = block.call
        if call.name not in BLOCKS or not call.arguments:
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
