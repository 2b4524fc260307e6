"""What statements do to a value after its declaration: ``app.workflows = […]``, ``steps.push({…})``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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


def changed(
    file: ModuleFile, value: Value, change: Change, evaluate: Callable[[Node], Value], keys_of: KeysOf
) -> Value | None:
    """A value after a change; None where that is not known."""
    right, place = change.node.child_by_field_name("right"), file.origin(change.node)
    if change.node.type == "assignment_expression" and right is not None:
        keys = keys_of(file, change.target)
        if keys is None or not keys:
            return None
        return _with_member(value, keys, evaluate(right), file.origin(right))
    arguments = change.node.child_by_field_name("arguments")
    function = change.node.child_by_field_name("function")
    if arguments is None or function is None:
        return None
    parts = [part for part in arguments.named_children if part.type != "comment"]
    if change.target.parent == arguments:  # Object.assign(it, …)
        members = [evaluate(part) for part in parts[1:]]
        if not isinstance(value, Object) or not file.text(function).endswith("assign"):
            return value if file.text(function).endswith(("freeze", "seal", "keys", "entries", "values")) else None
        if not all(isinstance(member, Object) for member in members):
            return None
        more = [child for member in members if isinstance(member, Object) for child in member.members]
        spread = [child._replace(is_spread=True) for child in (*value.members, *more)]
        return Object(value.origin, merged(spread))
    is_list = isinstance(value, List) and change.target.type == "identifier"
    if not is_list or not file.text(function).endswith(".push") or any(part.type == "spread_element" for part in parts):
        return None
    more = [Child(None, evaluate(part), file.origin(part)) for part in parts]
    return List(value.origin, (*value.elements, *more)) if isinstance(value, List) and place else None


def opened(file: ModuleFile, value: Value, change: Change, keys_of: KeysOf) -> Value:
    """A value of which is not known what was done to it."""
    keys = keys_of(file, change.target) if change.node.type != "call_expression" else None
    place = file.origin(change.node)
    doubt = unknown(place, file.text(change.node))
    if keys is not None and keys and (now := _with_member(value, keys, doubt, place)) is not None:
        return now
    match value:
        case Object():
            return Object(value.origin, (*value.members, Child(None, doubt, place, is_spread=True)))
        case List():
            return List(value.origin, (*value.elements, Child(None, doubt, place, is_spread=True)))
    return doubt


def _with_member(value: Value, keys: Sequence[str | int], member: Value, place: Origin) -> Value | None:
    """A value with another value under some keys, one inside the other; None where there is no such place."""
    key, *rest = keys
    if isinstance(value, Object):
        inner = _with_member(value.member(str(key)) or Undefined(place), rest, member, place) if rest else member
        if inner is None:
            return None
        old = [child for child in value.members if child.key is None or child.key.text != str(key)]
        same = next((child for child in value.members if child.key is not None and child.key.text == str(key)), None)
        name = Text(place, (Piece(str(key), place, is_verbatim=False),))
        now = same._replace(value=inner) if same is not None and rest else Child(name, inner, place)
        return Object(value.origin, tuple(now if child is same and rest else child for child in value.members)
                      if same is not None and rest else (*old, now))  # fmt: skip
    if isinstance(value, List) and isinstance(key, int) and key < len(value.elements) and not value.is_open:
        old_ = value.elements[key]
        inner = _with_member(old_.value, rest, member, place) if rest else member
        if inner is None:
            return None
        now = old_._replace(value=inner) if rest else Child(None, inner, place)
        return List(value.origin, (*value.elements[:key], now, *value.elements[key + 1 :]))
    return None
