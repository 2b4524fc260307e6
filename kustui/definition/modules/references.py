"""The objects and lists that an expression may stand for, where which it is cannot be told without running anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct
from tree_sitter import Node

from kustui.definition.modules.declarations import Binding
from kustui.definition.modules.module_file import Change, ModuleFile
from kustui.definition.modules.scopes import FUNCTIONS
from kustui.definition.modules.static_evaluation import Evaluator
from kustui.definition.modules.static_values import (
    Child,
    Function,
    List,
    Object,
    Origin,
    Piece,
    Text,
    Value,
    unknown,
    within,
)

_MOST = 2_000
"""Objects and lists that one expression may stand for."""
_MOST_STEPS = 80
_MOST_USES = 100
"""Calls of a function, and assignments to a name, that are looked at."""
_ONLY_READ = ("freeze", "seal", "keys", "entries", "values", "fromEntries", "is")
"""Methods of ``Object`` that leave what they are given as it is."""
_ONE_OF_THEM = frozenset({"find", "findLast", "at", "pop", "shift"})
_SOME_OF_THEM = frozenset({"filter", "slice", "reverse", "sort", "toSorted", "toReversed"})
_GIVE_ELEMENTS = frozenset({"forEach", "map", "filter", "find", "some", "every", "flatMap"})
"""Methods of lists: that give one element, or a list of some; and that call what they are given with each element."""

Container = Object | List


class Steps(Struct, frozen=True):
    """How many more links are followed from name to name, and what has been found on the way."""

    left: int
    found: dict[tuple[int, int], Sequence[Container]]
    """By file and node; nothing while it is being looked for."""

    @property
    def next(self) -> Steps:
        return Steps(self.left - 1, self.found)


def references(evaluator: Evaluator, file: ModuleFile, node: Node, steps: Steps | None = None) -> Sequence[Container]:
    """What an expression may stand for: one where that is known."""
    value = evaluator.value(file, node)
    if isinstance(value, Object | List):
        return [value]
    steps = steps or Steps(_MOST_STEPS, {})
    if node.type in FUNCTIONS:
        return []
    if steps.left == 0:  # it may be anything
        return list(islice(within(evaluator.values()), _MOST))
    key = (file.index, node.id)
    if key not in steps.found:
        steps.found[key] = ()
        steps.found[key] = list(islice(_possible(evaluator, file, node, steps.next), _MOST))
    return steps.found[key]


def _possible(evaluator: Evaluator, file: ModuleFile, node: Node, steps: Steps) -> Iterator[Container]:
    match node.type:
        case "identifier":
            binding = file.binding(file.text(node), node)
            if binding is not None:
                yield from _bound(evaluator, file, file.text(node), binding, steps)
        case "member_expression" | "subscript_expression":
            object_ = node.child_by_field_name("object")
            if object_ is not None and object_.type == "this":
                yield from _held_by_instances(evaluator, steps)
                return
            key = evaluator.subscript(file, node)
            for value in references(evaluator, file, object_, steps) if object_ is not None else ():
                yield from _parts(value, key)
        case "call_expression":
            yield from _results(evaluator, file, node, steps)
            yield from _returned(evaluator, file, node, steps)
        case _:
            for child in node.named_children:
                yield from references(evaluator, file, child, steps)


def _bound(evaluator: Evaluator, file: ModuleFile, name: str, binding: Binding, steps: Steps) -> Iterator[Container]:
    for change in file.assigned_again(name)[:_MOST_USES]:
        right = change.node.child_by_field_name("right")
        yield from references(evaluator, file, right, steps) if right is not None else ()
    if binding.node is not None:
        values: Iterable[Container] = references(evaluator, file, binding.node, steps)
        for key in binding.path:
            values = [part for value in values for part in _parts(value, key)]
        yield from values
    elif binding.scope is not None and binding.scope.type == "for_in_statement":
        over = binding.scope.child_by_field_name("right")
        yield from within(references(evaluator, file, over, steps) if over is not None else ())
    elif binding.scope is not None and binding.scope.type in FUNCTIONS:
        if binding.scope.type == "method_definition":
            yield from _given_to_method(evaluator, file, binding.scope, steps)
        for call in _calls_of(file, binding.scope):
            yield from _given(evaluator, file, call, steps)


def _given(evaluator: Evaluator, file: ModuleFile, call: Node, steps: Steps) -> Iterator[Container]:
    """What a call may give to a function."""
    owner, method = method_of(file, call)
    if owner is not None and method in _GIVE_ELEMENTS:
        for value in references(evaluator, file, owner, steps):
            yield from _parts(value, None)
    else:
        yield from within(_used_in(evaluator, file, call, steps))


def _given_to_method(evaluator: Evaluator, file: ModuleFile, method: Node, steps: Steps) -> Iterator[Container]:
    """What a method of any class or object with that name is given."""
    name = method.child_by_field_name("name")
    called = file.text(name) if name is not None else ""
    for other in list(evaluator.imports.files):
        for call in other.calls_of_methods.get(called, [])[:_MOST_USES]:
            arguments = call.child_by_field_name("arguments")
            for part in arguments.named_children if arguments is not None else ():
                yield from within(references(evaluator, other, part, steps))


def _held_by_instances(evaluator: Evaluator, steps: Steps) -> Iterator[Container]:
    """What ``this.key`` may be: whatever an instance of any class may have been given."""
    for file in list(evaluator.imports.files):
        for given in file.given_to_instances[:_MOST_USES]:
            yield from within(references(evaluator, file, given, steps))


def _calls_of(file: ModuleFile, function: Node) -> Sequence[Node]:
    """The calls that a function is given to, or that call it by its name."""
    parent = function.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    if parent is None:
        return []
    if parent.type in ("arguments", "call_expression"):
        call = parent if parent.type == "call_expression" else parent.parent
        return [call] if call is not None else []
    name = function.child_by_field_name("name") or parent.child_by_field_name("name")
    return file.calls.get(file.text(name), [])[:_MOST_USES] if name is not None else []


def _results(evaluator: Evaluator, file: ModuleFile, call: Node, steps: Steps) -> Iterator[Container]:
    """What a method may take out of what it belongs to, or is given."""
    owner, method = method_of(file, call)
    if owner is None or method not in _ONE_OF_THEM | _SOME_OF_THEM:
        yield from within(_used_in(evaluator, file, call, steps))
        return
    for value in references(evaluator, file, owner, steps):
        if method in _SOME_OF_THEM:
            yield value
        else:
            yield from _parts(value, None)


def method_of(file: ModuleFile, call: Node) -> tuple[Node | None, str]:
    """What a method belongs to, and its name."""
    function = call.child_by_field_name("function")
    if function is None or function.type != "member_expression":
        return None, ""
    object_, method = (function.child_by_field_name(field) for field in ("object", "property"))
    return object_, file.text(method) if method is not None else ""


def _used_in(evaluator: Evaluator, file: ModuleFile, call: Node, steps: Steps) -> Iterator[Container]:
    """What a call is given, and whose method it is."""
    function, arguments = (call.child_by_field_name(field) for field in ("function", "arguments"))
    for part in arguments.named_children if arguments is not None else ():
        yield from references(evaluator, file, part, steps)
    if function is not None and function.type == "member_expression":
        yield from references(evaluator, file, function.named_children[0], steps)


def _returned(evaluator: Evaluator, file: ModuleFile, call: Node, steps: Steps) -> Iterator[Container]:
    """What stands in a function that is called."""
    callee = call.child_by_field_name("function")
    function = evaluator.value(file, callee) if callee is not None and callee.type == "identifier" else None
    if isinstance(function, Function) and (body := function.node.child_by_field_name("body")) is not None:
        other, frame = evaluator.called(function, ())
        with evaluator.within(frame):
            yield from references(evaluator, other, body, steps)


def _parts(value: Container, key: str | int | None) -> Iterator[Container]:
    """What a key may take of a value: all that it may have there."""
    if isinstance(value, List):
        is_certain = isinstance(key, int) and not value.is_open
        children = value.elements[key : key + 1] if is_certain and isinstance(key, int) else value.elements
    else:
        children = [child for child in value.members if key is None or (child.key and child.key.text == str(key))]
    return (child.value for child in children if isinstance(child.value, Object | List))


# What is changed


def put(value: Container, key: str | int | None, part: Value, place: Origin, doubt: Value) -> None:
    """Give an object or list a part; ``doubt`` where it cannot be told which part, or how many there are."""
    if isinstance(value, Object) and key == "__proto__":
        value.inherited.append(part)
        return
    if isinstance(value, Object) and key is not None:
        value.put(Child(Text(place, (Piece(str(key), place, is_verbatim=False),)), part, place))
    elif isinstance(value, List) and isinstance(key, int) and 0 <= key <= len(value.elements) and not value.is_open:
        value.elements[key : key + 1] = [Child(None, part, place)]
    elif isinstance(value, List) and key == "length" and getattr(part, "value", None) == 0:
        value.elements.clear()
    else:
        open_up(value, doubt)


def open_up(value: Container, doubt: Value) -> None:
    """Let an object or list hold something that is not known."""
    child = Child(None, doubt, doubt.origin, is_spread=True)
    if isinstance(value, Object):
        value.put(child)
    elif not value.elements or value.elements[-1].place != child.place:
        value.elements.append(child)


def may_change(evaluator: Evaluator, file: ModuleFile, change: Change) -> None:
    """Take what a change would be done to as not known, since it may not happen, or more than once."""
    doubt = unknown(file.origin(change.node), file.text(change.node))
    if change.node.type == "call_expression":
        function = change.node.child_by_field_name("function")
        if change.target.parent != function and function is not None and file.text(function).endswith(_ONLY_READ):
            return
        for value in references(evaluator, file, change.target):
            open_up(value, doubt)
        return
    pending = [change.target]
    while pending:
        target = pending.pop()
        if target.type not in ("member_expression", "subscript_expression"):
            pending += target.named_children
        elif (object_ := target.child_by_field_name("object")) is not None:
            key = evaluator.subscript(file, target)
            for value in references(evaluator, file, object_):
                put(value, key, doubt, doubt.origin, doubt)
