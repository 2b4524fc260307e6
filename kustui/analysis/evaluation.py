"""What a value of a definition stands for in a run: literals, references, functions and templates, however deep.

Templates are rendered as Handlebars 4 does, with Kustomer's helpers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, field

from kustui.definition.expressions import Expression, Function, Literal, Reference, Template, parse
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
from kustui.definition.expressions.parse import may_call, may_hold_expression, texts_in
from kustui.definition.functions import BLOCKS, FUNCTIONS, HELPERS, HelperCall
from kustui.definition.source.positions import escape
from kustui.definition.values import MISSING, Undecided, in_javascript_order, is_missing, is_number, look_up, text_of
from kustui.text.messages import quoted
from kustui.text.terminal_safe import UNKNOWN

MOST_PARTS = 100_000
"""Tags and texts that one template may render: loops in loops over long lists would never end."""
LONGEST = 10_000_000
"""Characters that one template may render."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"}
)


class PartlyKnown(Mapping[str, Any]):
    """An object of which only some members are known; every other is Undecided, and ``why``."""

    def __init__(self, members: Mapping[str, Any], why: str = "only a run knows it") -> None:
        self.members, self.why = members, why

    def get(self, key: str, default: Any = None) -> Any:
        return self[key]

    def __getitem__(self, key: str) -> Any:
        return self.members[key] if key in self.members else Undecided(self.why)

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)


class EvaluationContext(Struct, frozen=True):
    """The state of a run that values are evaluated in."""

    data: Mapping[str, Any]
    """``steps``, by id; ``variables``; and ``error`` after a failure."""
    now: int = 0
    """Milliseconds since 1970 on the virtual clock."""
    seed: str = ""
    """The same seed gives the same random values."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What a person has decided of values and conditions that kustui cannot, by their pointer."""
    of_one_run: bool = True
    """Whether it is that of one run; otherwise what varies from run to run is Undecided."""

    def read(self, segments: Sequence[str], *, in_template: bool = False) -> Any:
        """The value at a path of the run's data, MISSING or Undecided."""
        if segments[:1] == ("variables",) and len(segments) > 1 and segments[1] not in self.data.get("variables", {}):
            return Undecided("variables are kept in the organisation, and not in the definition")
        return look_up(self.data, segments, in_template=in_template)

    def random_id(self, size: int, place: int) -> str:
        """Letters and digits that look random. ``place`` tells one call of a template from another."""
        letters = ""
        while len(letters) < size:
            digest = hashlib.sha256(f"{self.seed}/{place}/{len(letters)}".encode(errors="backslashreplace")).digest()
            letters += "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
        return letters[:size]


class Failure(Struct, frozen=True):
    """How a step failed."""

    status: int | None = None
    body: Any = None

    @property
    def message(self) -> str:
        """``502: gateway is gone``."""
        reason = self.body.get("message") if isinstance(self.body, dict) else self.body
        return ": ".join(str(part) for part in (self.status, reason) if part not in (None, "")) or "the step failed"

    @property
    def error(self) -> dict[str, Any]:
        """What ``/#error`` reads: statusCode, message, body, and the members of the body [assumed]."""
        members = self.body if isinstance(self.body, dict) else {}
        status = {} if self.status is None else {"statusCode": self.status}
        body = {} if self.body is None else {"body": self.body}
        return {"message": self.message, **members, **status, **body}


def resolve(value: Any, context: EvaluationContext, pointer: str = "") -> Any:
    """What a JSON value stands for: JSON, MISSING or Undecided, the last also inside of it.

    A member of an object that is missing is left out [docs], and so is an element of a list [assumed].
    """
    if isinstance(value, str):
        if pointer in context.answers:
            return context.answers[pointer]
        return evaluate(parse(value), context) if may_hold_expression(value) else value
    if isinstance(value, Mapping):
        members = {}
        for key, member in value.items():  # a loop, as Python recurses into a comprehension as well
            if (resolved := resolve(member, context, f"{pointer}/{escape(str(key))}")) is not MISSING:
                members[key] = resolved
        return members
    if isinstance(value, list | tuple):
        elements = []
        for index, member in enumerate(value):
            if (resolved := resolve(member, context, f"{pointer}/{index}")) is not MISSING:
                elements.append(resolved)
        return elements
    return value


def evaluate(expression: Expression, context: EvaluationContext) -> Any:
    """What an expression stands for: JSON, MISSING or Undecided."""
    if expression.faults:
        return Undecided(expression.faults[0].message)
    match expression:
        case Literal(text):
            return text
        case Reference(paths=(path,)):
            return context.read(path.segments)
        case Function():
            return _call_function(expression, context)
        case Template():
            return render(expression, context)
    return MISSING


def _call_function(call: Function, context: EvaluationContext) -> Any:
    if call.name == UNKNOWN:
        return Undecided(f"only a run of the module knows {call.text.removeprefix(UNKNOWN)}")
    function = FUNCTIONS.get(call.name)
    if function is None:
        return Undecided(f"kustui does not know the function {quoted(call.name)}")
    arguments = [
        context.read(argument.path.segments) if argument.path else argument.text for argument in call.arguments
    ]
    undecided = next((argument for argument in arguments if isinstance(argument, Undecided)), None)
    if len(arguments) > function.arity:
        extra = call.arguments[function.arity].text
        return Undecided(f"kustui does not know what {quoted(extra)} does to {call.name}")
    return undecided or function.evaluate(arguments)


def assumptions_in(value: Any) -> Iterator[str]:
    """What is kustui's own reading in how the expressions of a JSON value are evaluated."""
    for expression in map(parse, filter(may_call, texts_in(value))):
        if isinstance(expression, Function) and (function := FUNCTIONS.get(expression.name)) and function.assumed:
            yield function.assumed
        elif isinstance(expression, Template):
            helpers = (HELPERS.get(call.name) for call in expression.helpers)
            yield from (helper.assumed for helper in helpers if helper and helper.assumed)


def render(template: Template, context: EvaluationContext) -> str | Undecided:
    """The text of a template; Undecided where one of its values is."""
    frame = _Frame((context.data,), {}, {})
    try:
        return "".join(_Renderer(context).nodes(template.nodes, frame))
    except _UndecidedError as error:
        return Undecided(str(error))


class _UndecidedError(Exception):
    """Ends the rendering of a template at a value that kustui cannot decide; says why in a clause."""


def _decided(value: Any) -> Any:
    """The same value. Raises _UndecidedError where it is Undecided."""
    if isinstance(value, Undecided):
        raise _UndecidedError(value.why)
    return value


class _Frame(Struct, frozen=True):
    """What a tag sees."""

    contexts: tuple[Any, ...]
    """Innermost last."""
    data: Mapping[str, Any]
    """``@index`` and the like."""
    parameters: Mapping[str, Any]

    def inside(self, block: Block, values: tuple[Any, ...], data: Mapping[str, Any] = {}) -> _Frame:
        """What the tags of a block see whose context is the first of the values; all name its parameters."""
        parameters = dict(zip(block.parameters, values, strict=False))
        return _Frame((*self.contexts, values[0]), {**self.data, **data}, {**self.parameters, **parameters})


class _Renderer(Struct):
    """Renders one template, once. All methods raise _UndecidedError."""

    context: EvaluationContext
    parts: int = 0
    length: int = 0

    def nodes(self, nodes: Sequence[Node], frame: _Frame) -> Iterator[str]:
        for node in nodes:
            self.parts += 1
            if self.parts > MOST_PARTS or self.length > LONGEST:
                raise _UndecidedError("the template produces more than kustui evaluates")
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
                    raise _UndecidedError(f"the partial {quoted(call.name)} is not in the definition")

    def value(self, value: Value, frame: _Frame) -> Any:
        match value:
            case Scalar(plain):
                return plain
            case Call():
                return self.call(value, frame)
        return _decided(self.lookup(value, frame))

    def lookup(self, lookup: Lookup, frame: _Frame) -> Any:
        segments = lookup.path.segments
        if lookup.reads_run or lookup.origin is Origin.ROOT:
            return self.context.read(segments, in_template=True)
        if lookup.origin is Origin.DATA:
            return look_up(frame.data, segments, in_template=True)
        if lookup.origin is Origin.PARAMETER:
            return look_up(frame.parameters, segments, in_template=True)
        if lookup.origin is Origin.NAME and not lookup.up and len(segments) == 1 and segments[0] in HELPERS:
            return self.help(segments[0], (), {}, lookup.start)
        depth = len(frame.contexts) - 1 - lookup.up
        value = look_up(frame.contexts[depth], segments, in_template=True) if depth >= 0 else MISSING
        if value is MISSING and depth == 0 and segments:
            # The outermost context has nothing but steps, variables and error: it may be a helper of Kustomer's.
            return Undecided(f"kustui knows no value and no helper called {quoted(lookup.path.text)}")
        return value

    def call(self, call: Call, frame: _Frame) -> Any:
        if call.name == "lookup" and len(call.arguments) == 2:
            whole, key = (self.value(argument, frame) for argument in call.arguments)
            return look_up(whole, (text_of(key),), in_template=True)
        arguments = [self.value(argument, frame) for argument in call.arguments]
        named = {argument.name: self.value(argument.value, frame) for argument in call.named}
        return self.help(call.name, arguments, named, call.start)

    def help(self, name: str, arguments: Sequence[Any], named: Mapping[str, Any], start: int) -> Any:
        helper = HELPERS.get(name)
        if helper is None:
            raise _UndecidedError(f"kustui does not know the helper {quoted(name)}")
        for argument in (*sorted(named.keys() - {*helper.named}), *map(text_of, arguments[helper.arity :])):
            raise _UndecidedError(f"kustui does not know what {quoted(argument)} does to {name}")
        if helper.varies and not self.context.of_one_run:
            raise _UndecidedError("only a run knows it")
        # A loop comes to the same tag again: the parts so far tell one round from the next.
        random_id = partial(self.context.random_id, place=start * MOST_PARTS + self.parts)
        return _decided(helper.evaluate(HelperCall(arguments, named, self.context.now, random_id)))

    def block(self, block: Block, frame: _Frame) -> Iterator[str]:
        call = block.call
        if call.name not in BLOCKS or not call.arguments:
            if call.arguments or call.named:
                raise _UndecidedError(f"kustui does not know the block {quoted(call.name)}")
            yield from self.section(block, frame)
            return
        argument = self.value(call.arguments[0], frame)
        match call.name:
            case "each":
                yield from self.each(block, frame, argument)
            case "with":
                inner = None if _is_empty(argument) else frame.inside(block, (argument,))
                yield from self.nodes(block.body, inner) if inner else self.nodes(block.inverse, frame)
            case _:
                zero = any(named.name == "includeZero" and self.value(named.value, frame) for named in call.named)
                holds = not _is_empty(argument) and (zero or not (is_number(argument) and argument == 0))
                yield from self.nodes(block.body if holds == (call.name == "if") else block.inverse, frame)

    def each(self, block: Block, frame: _Frame, elements: Any) -> Iterator[str]:
        pairs: Sequence[tuple[Any, Any]] = ()
        if isinstance(elements, PartlyKnown):
            raise _UndecidedError(elements.why)
        if isinstance(elements, Mapping):
            pairs = tuple(in_javascript_order(elements))
        elif isinstance(elements, list | tuple):
            pairs = tuple(enumerate(elements))
        for index, (key, element) in enumerate(pairs):
            data = {"index": index, "key": key, "first": index == 0, "last": index == len(pairs) - 1}
            yield from self.nodes(block.body, frame.inside(block, (_decided(element), key), data))
        if not pairs:
            yield from self.nodes(block.inverse, frame)

    def section(self, block: Block, frame: _Frame) -> Iterator[str]:
        """A block whose name is a value: rendered for each element of a list, or with the value as context."""
        value = self.value(block.call.callee, frame)
        if isinstance(value, list | tuple):
            yield from self.each(block, frame, value)
        elif value is False or is_missing(value):
            yield from self.nodes(block.inverse, frame)
        else:
            context = frame.contexts[-1] if value is True else value
            yield from self.nodes(block.body, frame.inside(block, (context,)))


def _is_empty(value: Any) -> bool:
    """What Handlebars calls empty: nothing, false, no text, and a list without elements."""
    if isinstance(value, bool):
        return not value
    return is_missing(value) or value in ("", ()) or value == []
