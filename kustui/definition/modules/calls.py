"""What calls come to: of functions of the modules, and of methods that only rearrange what they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from tree_sitter import Node

from kustui.definition.modules.declarations import parts_of
from kustui.definition.modules.execution import doubt, doubt_call, execute
from kustui.definition.modules.literals import elements
from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.references import may_change, open_up, references
from kustui.definition.modules.scopes import FUNCTIONS
from kustui.definition.modules.static_evaluation import MOST_LEVELS, Evaluate, Evaluator, part_of
from kustui.definition.modules.static_values import (
    Child,
    Function,
    List,
    Object,
    Origin,
    Piece,
    Scalar,
    Text,
    Undefined,
    Unknown,
    Value,
    merged,
    pieces_of,
    text_of,
    unknown,
    within,
)

_LEVELS_OF_A_CALL = 3
_CHANGES_WHAT_IT_IS_GIVEN = re.compile(r"(?i)(?:assign|merge|extend|defaults|mixin|append|\bset|\bunset|\bpatch)\w*$")
"""Names of functions of other packages that may change what they are given first."""
_PLAIN_FUNCTIONS = ("arrow_function", "function_expression", "function_declaration")


def function(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    if node.child_by_field_name("body") is None or node.children[0].type == "async":
        return evaluator.unknown(file, node)
    return Function(file.origin(node), node, evaluator.frame)


def call(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    """Worked out once: it may change something."""
    arguments = node.child_by_field_name("arguments") or node
    return evaluator.once(file, arguments, lambda _: _called(evaluator, file, node))


def _called(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    function, arguments = (node.child_by_field_name(field) for field in ("function", "arguments"))
    if function is None or arguments is None:
        return evaluator.unknown(file, node)
    parts = parts_of(arguments)
    value = _known(evaluator, file, node, function, parts)
    if value is not None:
        return value if not isinstance(value, Unknown) else evaluator.unknown(file, node)
    if not evaluator.is_idle_in(file, node):
        _may_change(evaluator, file, node, function, parts)
    return evaluator.unknown(file, node)


def _known(evaluator: Evaluator, file: ModuleFile, node: Node, function: Node, parts: Sequence[Node]) -> Value | None:
    """What a call comes to; None where that is not known."""
    if function.type == "identifier" and file.text(function) == "require" and len(parts) == 1:
        is_name = parts[0].type == "string"
        return evaluator.imported(file, file.quoted(parts[0]), "*") if is_name else None
    if function.type in ("member_expression", "subscript_expression"):
        return _method_known(evaluator, file, node, function, parts)
    return _function_known(evaluator, file, node, evaluator.value(file, function), parts)


def _method_known(
    evaluator: Evaluator, file: ModuleFile, node: Node, function: Node, parts: Sequence[Node]
) -> Value | None:
    """What a call of a method comes to; None where that is not known."""
    place = file.origin(node)
    object_, name = function.child_by_field_name("object"), evaluator.subscript(file, function)
    if object_ is None or not isinstance(name, str) or not name:
        return None
    if name in ("call", "apply") and parts:
        return _borrowed_known(evaluator, place, file, object_, name, parts)
    if object_.type == "identifier" and file.text(object_) == "Object":
        run = _OF_OBJECT.get(name)
        return run(evaluator, place, _values(evaluator, file, parts)) if run is not None else None
    owner = evaluator.value(file, object_)
    if isinstance(owner, List):
        of_list = _OF_LISTS.get(name)
        return of_list(evaluator, owner, place, _values(evaluator, file, parts)) if of_list is not None else None
    callee = part_of(owner, name) if isinstance(owner, Object) else None
    return _function_known(evaluator, file, node, callee, parts)


def _borrowed_known(
    evaluator: Evaluator, place: Origin, file: ModuleFile, function: Node, how: str, parts: Sequence[Node]
) -> Value | None:
    """``steps.push.apply(steps, […])``: what a method of lists comes to; None where that is not known."""
    lender = function.child_by_field_name("object")
    if lender is None:
        return None
    is_of_lists = file.text(lender) == "Array.prototype" or isinstance(evaluator.value(file, lender), List)
    run = _OF_LISTS.get(str(evaluator.subscript(file, function))) if is_of_lists else None
    given = _values(evaluator, file, parts)
    owner = given[0].value if given else None
    if run is None or not isinstance(owner, List):
        return None
    given = given[1:]
    if how == "apply" and given:
        listed = given[0].value
        if not isinstance(listed, List) or not evaluator.may_copy(listed):
            return None
        given = [child._replace(is_spread=True) for child in listed.elements]
    return run(evaluator, owner, place, given)


def _function_known(
    evaluator: Evaluator, file: ModuleFile, node: Node, callee: Value | None, parts: Sequence[Node]
) -> Value | None:
    """What a call of a function comes to; None where that is not known."""
    if not isinstance(callee, Function) or any(part.type == "spread_element" for part in parts):
        return None
    if evaluator.is_idle_in(file, node) and evaluator.imports.files[callee.origin.file].changes_in(callee.node):
        return None
    return result_of(evaluator, callee, [child.value for child in _values(evaluator, file, parts)])


def _values(evaluator: Evaluator, file: ModuleFile, parts: Sequence[Node]) -> list[Child]:
    return [child for part in parts for child in elements(evaluator, file, part)]


def result_of(evaluator: Evaluator, function: Function, arguments: Sequence[Value]) -> Value | None:
    """What a function comes to; None where that is not known."""
    if evaluator.turns <= 0 or evaluator.level + _LEVELS_OF_A_CALL >= MOST_LEVELS:
        return None
    evaluator.turns -= 1
    file, frame = evaluator.called(function, arguments)
    body = function.node.child_by_field_name("body")
    evaluator.executed.add((file.index, function.node.id))
    evaluator.level += _LEVELS_OF_A_CALL
    try:
        with evaluator.within(frame):
            if body is None or body.type != "statement_block":
                return evaluator.value(file, body) if body is not None else None
            return execute(evaluator, file, body.named_children) or Undefined(function.origin)
    finally:
        evaluator.level -= _LEVELS_OF_A_CALL


def _may_change(evaluator: Evaluator, file: ModuleFile, node: Node, function: Node, parts: Sequence[Node]) -> None:
    """Take what a call may change as not known."""
    for change in file.changes_in(node):
        if change.node == node:
            may_change(evaluator, file, change)
    for part in parts:
        if part.type in FUNCTIONS:
            doubt(evaluator, file, part)
    doubt_call(evaluator, file, node)
    if parts and _CHANGES_WHAT_IT_IS_GIVEN.search(file.text(function)[-40:]):
        note = unknown(file.origin(node), file.text(node))
        for value in within(references(evaluator, file, parts[0])):
            open_up(value, note)


# Methods of Object


def _frozen(evaluator: Evaluator, place: Origin, arguments: Sequence[Child]) -> Value | None:
    return arguments[0].value if arguments else None


def _assigned(evaluator: Evaluator, place: Origin, arguments: Sequence[Child]) -> Value | None:
    if not arguments or not all(isinstance(child.value, Object | Undefined) for child in arguments):
        return None
    target = arguments[0].value
    if not isinstance(target, Object):
        return None
    for argument in arguments[1:]:
        if not evaluator.may_copy(argument.value):
            return None
        for child in list(argument.value.members) if isinstance(argument.value, Object) else ():
            target.put(child._replace(is_spread=True))
    return target


def _from_entries(evaluator: Evaluator, place: Origin, arguments: Sequence[Child]) -> Value | None:
    pairs = arguments[0].value if arguments else None
    members: list[Child] = []
    for pair in pairs.elements if isinstance(pairs, List) else ():
        key, value = (part_of(pair.value, at) for at in (0, 1))
        pieces = pieces_of(key, key.origin) if key is not None else None
        if pieces is None or key is None or value is None:
            return None
        members.append(Child(Text(key.origin, pieces), value, pair.place, is_spread=True))
    return Object(place, merged(members)) if isinstance(pairs, List) else None


def _listed(part: Callable[[Text, Child], Value]) -> Callable[[Evaluator, Origin, Sequence[Child]], Value | None]:
    """``Object.keys``, ``values`` and ``entries`` of members that are all known."""

    def listed(evaluator: Evaluator, place: Origin, arguments: Sequence[Child]) -> Value | None:
        value = arguments[0].value if arguments else None
        if not isinstance(value, Object):
            return None
        elements: list[Child] = []
        for child in merged(child._replace(is_spread=True) for child in value.members):
            is_there = not isinstance(child.value, Unknown | Undefined)
            if child.key is None or child.key.text.isdecimal() or not is_there:  # digits come first, in their order
                return None
            elements.append(Child(None, part(child.key, child), child.place, is_spread=True))
        return List(place, elements)

    return listed


def _entry(key: Text, child: Child) -> Value:
    return List(child.place, [Child(None, key, key.origin), Child(None, child.value, child.place)])


_OF_OBJECT: Mapping[str, Callable[[Evaluator, Origin, Sequence[Child]], Value | None]] = {
    "freeze": _frozen,
    "seal": _frozen,
    "assign": _assigned,
    "fromEntries": _from_entries,
    "keys": _listed(lambda key, child: key),
    "values": _listed(lambda key, child: child.value),
    "entries": _listed(_entry),
}


# Methods of lists


def _joined(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value | None:
    """``[…].join("\\n")``: a text of lines."""
    between = arguments[0].value if len(arguments) == 1 else None
    if not isinstance(between, Text):
        return None
    pieces: list[Piece] = []
    for index, line in enumerate(owner.elements):
        is_nothing = isinstance(line.value, Undefined) or (isinstance(line.value, Scalar) and line.value.value is None)
        own = () if is_nothing else pieces_of(line.value, line.place)
        if own is None:
            return None
        pieces += [Piece(between.text, arguments[0].place, is_verbatim=False), *own] if index else own
    return text_of(place, pieces)


def _pushed(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value:
    owner.elements.extend(arguments)
    return Unknown(place, "push")


def _put_first(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value:
    owner.elements[:0] = arguments
    return Unknown(place, "unshift")


def _concatenated(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value | None:
    if not evaluator.may_copy(owner):
        return None
    elements = list(owner.elements)
    for argument in arguments:
        if isinstance(argument.value, Unknown) or not evaluator.may_copy(argument.value):
            return None
        elements += argument.value.elements if isinstance(argument.value, List) else [argument]
    return List(place, [child._replace(is_spread=True) for child in elements])


def _each(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> list[Child] | None:
    """What a function comes to for each element; None where that is not known of one."""
    function = arguments[0].value if len(arguments) == 1 else None
    if not isinstance(function, Function) or owner.is_open or evaluator.turns < len(owner.elements):
        return None
    results: list[Child] = []
    for at, line in enumerate(list(owner.elements)):
        value = result_of(evaluator, function, (line.value, Scalar(line.place, at, is_literal=False), owner))
        if value is None:
            return None
        results.append(Child(None, value, line.place, is_spread=True))
    return results


def _mapped(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value | None:
    results = _each(evaluator, owner, place, arguments)
    return List(place, results) if results is not None else None


def _flat_mapped(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value | None:
    results = _each(evaluator, owner, place, arguments)
    return _concatenated(evaluator, List(place, []), place, results) if results is not None else None


def _done_for_each(evaluator: Evaluator, owner: List, place: Origin, arguments: Sequence[Child]) -> Value | None:
    return Undefined(place) if _each(evaluator, owner, place, arguments) is not None else None


_OF_LISTS: Mapping[str, Callable[[Evaluator, List, Origin, Sequence[Child]], Value | None]] = {
    "join": _joined,
    "push": _pushed,
    "unshift": _put_first,
    "concat": _concatenated,
    "map": _mapped,
    "flatMap": _flat_mapped,
    "forEach": _done_for_each,
}


def instance(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    """``new Class(…)``: not known, but the module of the class may change what it is given."""
    if (class_ := node.child_by_field_name("constructor")) is not None:
        evaluator.value(file, class_)
    return evaluator.unknown(file, node)


CALLED: Mapping[str, Evaluate] = {
    **dict.fromkeys(_PLAIN_FUNCTIONS, function),
    "call_expression": call,
    "new_expression": instance,
}
"""By the type of the expression."""
