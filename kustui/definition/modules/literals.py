"""What literals of modules come to: texts, numbers, objects, lists, enumerations."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from kustui.definition.modules.declarations import parts_of
from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.static_evaluation import Evaluate, Evaluator, first_child
from kustui.definition.modules.static_values import (
    Child,
    List,
    NotExported,
    Object,
    Origin,
    Piece,
    Scalar,
    Text,
    Undefined,
    Value,
    merged,
    pieces_of,
    text_of,
    unescaped,
)
from kustui.definition.values import whole_in_javascript

_WRAPPERS = {
    "parenthesized_expression": 0,
    "as_expression": 0,
    "satisfies_expression": 0,
    "non_null_expression": 0,
    "type_assertion": -1,
}
"""What stands around a value without changing it, and which of its children that is."""


def _string(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    file_, start, end = origin = file.origin(node)
    written = file.source.data[start + 1 : end - 1].decode(errors="replace")
    return Text(origin, (Piece(unescaped(written), Origin(file_, start + 1, end - 1)),))


def _template(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    origin = file.origin(node)
    pieces: list[Piece] = []
    at = origin.start + 1
    for part in node.named_children:
        if part.type == "template_substitution":
            _add_written(file, pieces, at, (place := file.origin(part)).start)
            inner = first_child(part)
            own = pieces_of(evaluator.value(file, inner), place) if inner is not None else None
            if own is None:
                return evaluator.unknown(file, node)
            pieces += own
            at = place.end
    _add_written(file, pieces, at, origin.end - 1)
    return text_of(origin, pieces) or evaluator.unknown(file, node)


def _add_written(file: ModuleFile, pieces: list[Piece], start: int, end: int) -> None:
    if start < end:
        written = file.source.data[start:end].decode(errors="replace").replace("\r\n", "\n")
        pieces.append(Piece(unescaped(written), Origin(file.index, start, end)))


def _number(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    text = file.text(node).replace("_", "").lower()
    try:
        if text.isdigit() and text[0] == "0" and len(text) > 1:
            return evaluator.unknown(file, node)
        is_whole = text.isdigit() or text[:2] in ("0x", "0o", "0b")
        number = whole_in_javascript(int(text, 0)) if is_whole else float(text)
        float(number)
    except (ValueError, OverflowError):  # 10n, more digits than Python reads, more than any number is
        return evaluator.unknown(file, node)
    return Scalar(file.origin(node), number)


def _constant(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    return Scalar(file.origin(node), {"true": True, "false": False}.get(node.type))


def _undefined(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    return Undefined(file.origin(node))


def _wrapped(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    inner = parts_of(node)
    return evaluator.value(file, inner[_WRAPPERS[node.type]]) if inner else evaluator.unknown(file, node)


def _object_literal(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    inherited: list[Value] = []
    return Object(file.origin(node), merged(_members(evaluator, file, node, inherited)), inherited)


def _members(evaluator: Evaluator, file: ModuleFile, node: Node, inherited: list[Value]) -> Iterator[Child]:
    """Its members; what it inherits from is put into a list."""
    for part in node.named_children:
        place = file.origin(part)
        match part.type:
            case "pair":
                child, written = _pair(evaluator, file, part), part.child_by_field_name("key")
                is_named = written is not None and written.type != "computed_property_name"
                if is_named and child.key is not None and child.key.text == "__proto__":  # no member
                    inherited.append(child.value)
                else:
                    yield child
            case "shorthand_property_identifier":
                key = Text(place, (Piece(file.text(part), place),))
                yield Child(key, evaluator.name(file, part), place)
            case "spread_element":
                yield from _spread(evaluator, file, part, place)
            case "method_definition":
                name = part.child_by_field_name("name")
                key_ = _key(evaluator, file, name) if name is not None else None
                yield Child(key_, evaluator.unknown(file, part), place)


def _pair(evaluator: Evaluator, file: ModuleFile, pair: Node) -> Child:
    children = pair.named_children
    key, value = children[0], children[-1]
    if len(children) != 2:  # a comment is among them
        fields = (pair.child_by_field_name("key"), pair.child_by_field_name("value"))
        key, value = fields[0] or key, fields[1] or value
    name, result = _key(evaluator, file, key), evaluator.value(file, value)
    place = file.origin(value)
    if name is None:
        return Child(None, evaluator.unknown(file, pair), file.origin(pair))
    return Child(name, result, place)


def _key(evaluator: Evaluator, file: ModuleFile, node: Node) -> Text | None:
    """The key of a member; None where it is not known."""
    origin = file.origin(node)
    if node.type == "property_identifier":
        return Text(origin, (Piece(unescaped(file.text(node)), origin),))
    if node.type != "computed_property_name":
        value: Value = evaluator.value(file, node)
    elif (inner := first_child(node)) is not None:
        value = evaluator.value(file, inner)
    else:
        return None
    if isinstance(value, Scalar) and (pieces := pieces_of(value, origin)):
        return Text(origin, pieces)
    if not isinstance(value, Text):
        return None
    is_opaque = node.type == "computed_property_name"
    return Text(origin, (Piece(value.text, origin, is_verbatim=False),)) if is_opaque else value


def _spread(evaluator: Evaluator, file: ModuleFile, node: Node, place: Origin) -> Iterator[Child]:
    inner = first_child(node)
    value = evaluator.value(file, inner) if inner is not None else evaluator.unknown(file, node)
    if not evaluator.may_copy(value):
        value = evaluator.unknown(file, node)
    match value:
        case Object():
            yield from (child._replace(place=place, is_spread=True) for child in value.members)
        case List():
            yield from (child._replace(key=None, place=place, is_spread=True) for child in value.elements)
        case NotExported():
            evaluator.unmet[value.origin] = value.unmet
            yield Child(None, evaluator.unknown(file, node), place, is_spread=True)
        case Undefined() | Scalar(value=None | False):
            pass
        case _:
            yield Child(None, evaluator.unknown(file, node), place, is_spread=True)


def _array(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    parts: list[Child] = []
    is_hole = True
    for part in node.children[1:]:
        if part.type == "," and is_hole:
            place = file.origin(part)
            parts.append(Child(None, Undefined(place), place))
        elif part.is_named and part.type != "comment":
            parts += elements(evaluator, file, part)
        is_hole = part.type == "," or (is_hole and part.type == "comment")
    return List(file.origin(node), parts)


def elements(evaluator: Evaluator, file: ModuleFile, node: Node) -> Iterator[Child]:
    """What an element of a list, or an argument, gives: several where it is spread."""
    place = file.origin(node)
    if node.type == "spread_element":
        yield from _spread(evaluator, file, node, place)
    else:
        yield Child(None, evaluator.value(file, node), place)


def _enumeration(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    body = node.child_by_field_name("body")
    members: list[Child] = []
    number: float | int | bool | None = -1
    for part in body.named_children if body is not None else ():
        name, value = (part.child_by_field_name(field) for field in ("name", "value"))
        if part.type == "enum_assignment" and name is not None and value is not None:
            members.append(Child(_key(evaluator, file, name), evaluator.value(file, value), file.origin(value)))
            last = members[-1].value
            number = last.value if isinstance(last, Scalar) else None
        elif part.type != "comment":  # one more than the member before it
            origin = file.origin(part)
            number = number + 1 if number is not None else None
            now = Scalar(origin, number, is_literal=False) if number is not None else evaluator.unknown(file, part)
            members.append(Child(_key(evaluator, file, part), now, origin))
    return Object(file.origin(node), members)


LITERALS: dict[str, Evaluate] = {
    "string": _string,
    "template_string": _template,
    "number": _number,
    **dict.fromkeys(("true", "false", "null"), _constant),
    **dict.fromkeys(("undefined", "variable_declarator"), _undefined),
    **dict.fromkeys(_WRAPPERS, _wrapped),
    "object": _object_literal,
    "array": _array,
    "enum_declaration": _enumeration,
}
"""How the value of a literal, or of what stands around one, is worked out, by its type."""
