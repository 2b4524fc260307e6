"""What statements do to a value after its declaration: ``app.workflows = […]``, ``steps.push({…})``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tree_sitter import Node

from kustui.definition.modules.module_file import Change, ModuleFile
from kustui.definition.modules.static_values import (
    Child,
    List,
    Object,
    Origin,
    Piece,
    Text,
    Undefined,
    Value,
    merged,
    unknown,
)

KeysOf = Callable[[ModuleFile, Node], list[str | int] | None]
"""The keys of ``name.a["b"][0]``; None where one of them is not known."""
_ONLY_READ = ("freeze", "seal", "keys", "entries", "values")
"""Methods of ``Object`` that leave what they are given as it is."""


def changed(
    file: ModuleFile, value: Value, change: Change, evaluate: Callable[[Node], Value], keys_of: KeysOf
) -> Value | None:
    """A value after a change; None where that is not known."""
    right = change.node.child_by_field_name("right")
    if change.node.type == "assignment_expression" and right is not None:
        keys = keys_of(file, change.target)
        return _with_member(value, keys, evaluate(right), file.origin(right)) if keys else None
    arguments = change.node.child_by_field_name("arguments")
    function = change.node.child_by_field_name("function")
    if arguments is None or function is None:
        return None
    parts, name = [part for part in arguments.named_children if part.type != "comment"], file.text(function)
    if change.target.parent == arguments:
        return _given_to_object(value, name, map(evaluate, parts[1:]))
    if isinstance(value, List) and change.target.type == "identifier" and name.endswith(".push"):
        return _pushed(file, value, parts, evaluate)
    return None


def _given_to_object(value: Value, name: str, arguments: Iterable[Value]) -> Value | None:
    """A value after ``Object.assign(it, …)``, or after what leaves it as it is."""
    if not isinstance(value, Object) or not name.endswith("assign"):
        return value if name.endswith(_ONLY_READ) else None
    members = list(value.members)
    for argument in arguments:
        if not isinstance(argument, Object):
            return None
        members += argument.members
    return Object(value.origin, merged(child._replace(is_spread=True) for child in members))


def _pushed(file: ModuleFile, value: List, parts: Sequence[Node], evaluate: Callable[[Node], Value]) -> List | None:
    if any(part.type == "spread_element" for part in parts):
        return None
    return List(value.origin, (*value.elements, *(Child(None, evaluate(part), file.origin(part)) for part in parts)))


def opened(file: ModuleFile, value: Value, change: Change, keys_of: KeysOf) -> Value:
    """A value of which is not known what was done to it."""
    keys = keys_of(file, change.target) if change.node.type != "call_expression" else None
    place = file.origin(change.node)
    doubt = unknown(place, file.text(change.node))
    if keys == []:
        return doubt  # it is another value altogether
    if keys is not None and (now := _with_member(value, keys, doubt, place)) is not None:
        return now
    match value:
        case Object():
            return Object(value.origin, (*value.members, Child(None, doubt, place, is_spread=True)))
        case List():
            return List(value.origin, (*value.elements, Child(None, doubt, place, is_spread=True)))
    return doubt


def _with_member(value: Value, keys: Sequence[str | int], member: Value, place: Origin) -> Value | None:
    """A value with another value under some keys, one inside the other; None where there is no such place."""
    match value, keys[0]:
        case Object(), key:
            return _with_key(value, str(key), keys[1:], member, place)
        case List(), int(index) if index < len(value.elements) and not value.is_open:
            return _with_element(value, index, keys[1:], member, place)
    return None


def _with_key(value: Object, key: str, rest: Sequence[str | int], member: Value, place: Origin) -> Object | None:
    if not rest:
        name = Text(place, (Piece(key, place, is_verbatim=False),))
        others = (child for child in value.members if child.key is None or child.key.text != key)
        return Object(value.origin, (*others, Child(name, member, place)))
    same = [child for child in value.members if child.key is not None and child.key.text == key]
    inner = _with_member(value.member(key) or Undefined(place), rest, member, place)
    if inner is None:
        return None
    return Object(
        value.origin,
        tuple(child._replace(value=inner) if child is same[-1] else child for child in value.members),
    )


def _with_element(value: List, index: int, rest: Sequence[str | int], member: Value, place: Origin) -> List | None:
    before, element, after = value.elements[:index], value.elements[index], value.elements[index + 1 :]
    inner = _with_member(element.value, rest, member, place) if rest else member
    if inner is None:
        return None
    now = element._replace(value=inner) if rest else Child(None, inner, place)
    return List(value.origin, (*before, now, *after))
