"""What the statements of a module do to its values, in their order: ``app.workflows = […]``, ``steps.push({ … })``.

Statements that happen for certain are followed. Where one may not happen, or cannot be followed, what it would
change is not known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from tree_sitter import Node

from kustui.definition.modules.declarations import Binding, in_pattern, parts_of
from kustui.definition.modules.module_file import Change, ModuleFile
from kustui.definition.modules.references import may_change, put
from kustui.definition.modules.static_evaluation import MOST_LEVELS, Evaluate, Evaluator, first_child
from kustui.definition.modules.static_values import (
    Frame,
    Function,
    List,
    Object,
    Undefined,
    Unknown,
    Value,
    truth_of,
    unknown,
)

_WORD = re.compile(rb"[\w$]+")
_DECLARATIONS = ("lexical_declaration", "variable_declaration")
_INERT = frozenset({"function_declaration", "comment", "empty_statement", "enum_declaration",
                    "interface_declaration", "type_alias_declaration", "ambient_declaration"})  # fmt: skip
_LEAVES = re.compile(r"\b(?:return|break|continue|throw|await|yield)\b")
_MOST_TARGETS = 20
"""What one value is assigned to at once."""


def follow(evaluator: Evaluator, file: ModuleFile) -> None:
    """All statements of a module that have to do with changes, then what functions may do that were not followed."""
    _run(evaluator, file, _statements(file))
    for function in file.functions if file.changes else ():
        if file.changes_in(function) and not _is_followed(evaluator, file, function):
            doubt(evaluator, file, function)


def _statements(file: ModuleFile) -> Sequence[Node]:
    """Those that change something, or call something, and those that share names with them."""
    statements = file.root.named_children
    names = {name.encode() for name in file.changes_by_name} - {b"module", b"exports"}
    if not names:
        return [statement for statement in statements if _may_do_something(file, statement)]
    words = [frozenset(_WORD.findall(file.source.data, node.start_byte, node.end_byte)) for node in statements]
    taken = _sharing_names(words, names, file.names_of_module)
    return [statement for at, statement in enumerate(statements) if at in taken or _may_do_something(file, statement)]


def _sharing_names(words: Sequence[Set[bytes]], names: Set[bytes], declared: Set[bytes]) -> Set[int]:
    """Which statements mention some names, or one that is ``declared`` and that such a one mentions, and so on."""
    by_name: dict[bytes, list[int]] = defaultdict(list)
    for at, mentioned in enumerate(words):
        for name in mentioned & declared:
            by_name[name].append(at)
    due, taken = [at for at, mentioned in enumerate(words) if mentioned & names], set[int]()
    while due:
        at = due.pop()
        if at not in taken:
            taken.add(at)
            for name in words[at] & declared:
                due += by_name.pop(name, ())
    return taken


def _may_do_something(file: ModuleFile, statement: Node) -> bool:
    return statement.type in ("expression_statement", "import_statement") or bool(file.changes_in(statement))


def _is_followed(evaluator: Evaluator, file: ModuleFile, function: Node) -> bool:
    """Whether all that a function does is known: it was followed wherever it is called, and nothing else has it."""
    if (file.index, function.id) not in evaluator.executed:
        return False
    parent = function.parent
    named = function if function.type == "function_declaration" else parent
    if parent is None or named is None or (name := named.child_by_field_name("name")) is None:
        return parent is not None and parent.type in ("arguments", "parenthesized_expression")
    text = file.text(name)
    return file.count(text) == 1 + len(file.calls.get(text, ()))


# Statements


def execute(evaluator: Evaluator, file: ModuleFile, statements: Sequence[Node]) -> Value | None:
    """What is returned; None where nothing is."""
    for at, statement in enumerate(statements):
        result = _executed(evaluator, file, statement)
        if result is not None:
            for other in statements[at + 1 :] if isinstance(result, Unknown) else ():
                doubt(evaluator, file, other)
            return result
    return None


def _run(evaluator: Evaluator, file: ModuleFile, statements: Sequence[Node]) -> None:
    for statement in statements:
        _executed(evaluator, file, statement)


def _executed(evaluator: Evaluator, file: ModuleFile, statement: Node) -> Value | None:
    if evaluator.level >= MOST_LEVELS:
        return _not_followed(evaluator, file, statement)
    evaluator.level += 1
    try:
        if (run := _STATEMENTS.get(statement.type)) is not None:
            return run(evaluator, file, statement)
        return None if statement.type in _INERT else _not_followed(evaluator, file, statement)
    finally:
        evaluator.level -= 1


def _not_followed(evaluator: Evaluator, file: ModuleFile, statement: Node) -> Value | None:
    doubt(evaluator, file, statement)
    return evaluator.unknown(file, statement) if _LEAVES.search(file.text(statement)) else None


def _declare(evaluator: Evaluator, file: ModuleFile, declaration: Node) -> None:
    for declarator in declaration.named_children:
        if (value := declarator.child_by_field_name("value")) is not None:
            evaluator.value_once(file, value)
            pattern = declarator.child_by_field_name("name")
            for _, binding in in_pattern(pattern, Binding(value), file.text) if pattern is not None else ():
                evaluator.bound(file, binding)  # what is taken now, whatever becomes of what it is taken from


def _express(evaluator: Evaluator, file: ModuleFile, statement: Node) -> None:
    expression = first_child(statement)
    if expression is None:
        return
    value = evaluator.value(file, expression)
    if isinstance(value, Unknown) and expression.type not in _FOLLOWED:
        doubt(evaluator, file, expression)


def _export(evaluator: Evaluator, file: ModuleFile, statement: Node) -> None:
    value, inner = (statement.child_by_field_name(field) for field in ("value", "declaration"))
    if value is not None:
        evaluator.exported(file, "default")
    elif inner is not None and inner.type in _DECLARATIONS:
        _declare(evaluator, file, inner)


def _import(evaluator: Evaluator, file: ModuleFile, statement: Node) -> None:
    """``import "./file"``, for what it does."""
    source = statement.child_by_field_name("source")
    is_alone = all(child.type != "import_clause" for child in statement.named_children)
    if is_alone and source is not None and (other := evaluator.imports.file(file, file.quoted(source))) is not None:
        evaluator.follow(other)


def _return(evaluator: Evaluator, file: ModuleFile, statement: Node) -> Value:
    value = first_child(statement)
    return evaluator.value(file, value) if value is not None else Undefined(file.origin(statement))


def _block(evaluator: Evaluator, file: ModuleFile, statement: Node) -> Value | None:
    return execute(evaluator, file, statement.named_children)


def _choose(evaluator: Evaluator, file: ModuleFile, statement: Node) -> Value | None:
    """The branch of ``if`` that is taken."""
    condition = statement.child_by_field_name("condition")
    truth = truth_of(evaluator.value(file, condition)) if condition is not None else None
    if truth is None:
        return _not_followed(evaluator, file, statement)
    branch = statement.child_by_field_name("consequence" if truth else "alternative")
    if branch is not None and branch.type == "else_clause":
        branch = first_child(branch)
    return _executed(evaluator, file, branch) if branch is not None else None


def _loop(evaluator: Evaluator, file: ModuleFile, statement: Node) -> Value | None:
    """``for (const … of […])``."""
    pattern, over, body = (statement.child_by_field_name(field) for field in ("left", "right", "body"))
    is_declared = statement.child_by_field_name("kind") is not None and any(
        child.type == "of" for child in statement.children
    )
    values = evaluator.value(file, over) if over is not None and is_declared else None
    if (
        pattern is None
        or body is None
        or not isinstance(values, List)
        or values.is_open
        or evaluator.turns < len(values.elements)
        or _LEAVES.search(file.text(body))
    ):
        return _not_followed(evaluator, file, statement)
    for element in list(values.elements):
        evaluator.turns -= 1
        frame = Frame(file.origin(statement), evaluator.frame, {}, {})
        evaluator.bind(file, statement, pattern, element.value, frame)
        with evaluator.within(frame):
            _executed(evaluator, file, body)
    return None


Execute = Callable[[Evaluator, ModuleFile, Node], Value | None]
_STATEMENTS: Mapping[str, Execute] = {
    **dict.fromkeys(_DECLARATIONS, _declare),
    "expression_statement": _express,
    "export_statement": _export,
    "import_statement": _import,
    "return_statement": _return,
    "statement_block": _block,
    "if_statement": _choose,
    "for_in_statement": _loop,
}


# Expressions


def _sequence(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    return [evaluator.value(file, part) for part in parts_of(node)][-1]


def _assign(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    target = node.child_by_field_name("left") or node
    return evaluator.once(file, target, lambda _: _assigned(evaluator, file, node))


def _assigned(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    targets: list[Node] = []
    right: Node | None = node
    while right is not None and right.type == "assignment_expression":
        targets += filter(None, [right.child_by_field_name("left")])
        right = right.child_by_field_name("right")
    if right is None or len(targets) > _MOST_TARGETS or evaluator.is_idle_in(file, node):
        return evaluator.unknown(file, node)
    names = [_exported_name(file, target) for target in targets]
    for name in filter(None, names):
        evaluator.exported(file, name)
    value = evaluator.value_once(file, right)
    for target, name in zip(targets[::-1], names[::-1], strict=True):
        if not name:
            _assign_to(evaluator, file, target, value, right)
    return value


def _exported_name(file: ModuleFile, target: Node) -> str:
    """The name under which a module exports what is assigned; empty where it is no such assignment."""
    text = file.text(target) if target.type in ("member_expression", "identifier") else ""
    if text in ("module.exports", "exports"):
        return "module" if "module" in file.exports else ""
    name = text.rpartition(".")[2]
    is_name = text in (f"exports.{name}", f"module.exports.{name}")
    return name if is_name and "module" not in file.exports and name in file.exports else ""


def _assign_to(evaluator: Evaluator, file: ModuleFile, target: Node, value: Value, right: Node) -> None:
    change = Change(target, target.parent or target)
    object_ = target.child_by_field_name("object")
    owner = evaluator.value(file, object_) if object_ is not None else None
    if target.type == "identifier":
        binding = file.binding(file.text(target), target)
        if binding is not None and binding.node is not None and file.is_whole(binding):
            evaluator.rebind(file, binding.node, value)
    elif isinstance(owner, Object | List):
        note = unknown(file.origin(change.node), file.text(change.node))
        put(owner, evaluator.subscript(file, target), value, file.origin(right), note)
    else:
        may_change(evaluator, file, change)


def update(evaluator: Evaluator, file: ModuleFile, node: Node) -> Value:
    """``delete app.title``; what else changes a value by what it is, is not known."""
    target = node.child_by_field_name("argument") if node.type == "unary_expression" else None
    object_ = target.child_by_field_name("object") if target is not None else None
    owner = evaluator.value(file, object_) if object_ is not None else None
    note = evaluator.unknown(file, node)
    if target is not None and isinstance(owner, Object):
        put(owner, evaluator.subscript(file, target), Undefined(note.origin), note.origin, note)
    else:
        doubt(evaluator, file, node)
    return note


EXECUTED: Mapping[str, Evaluate] = {
    "assignment_expression": _assign,
    "sequence_expression": _sequence,
    **dict.fromkeys(("augmented_assignment_expression", "update_expression"), update),
}
"""By the type of the expression."""
_FOLLOWED = frozenset({"call_expression", "assignment_expression", "sequence_expression", "identifier", "string"})


# What may happen


def doubt(evaluator: Evaluator, file: ModuleFile, node: Node) -> None:
    """Take what a part of a module would change as not known, with what the functions would that it calls."""
    _doubt_in_turn(evaluator, _Body(evaluator.frame, file, node))


def doubt_call(evaluator: Evaluator, file: ModuleFile, call: Node) -> None:
    """The same for what a function would change that is called."""
    if (body := _called(evaluator, file, call)) is not None:
        _doubt_in_turn(evaluator, body)


class _Body(NamedTuple):
    """A part of a module, and the call in which it is looked at."""

    frame: Frame | None
    file: ModuleFile
    node: Node


def _doubt_in_turn(evaluator: Evaluator, first: _Body) -> None:
    """Without calling itself: functions call each other deeper than Python does."""
    opened = [(first.frame, _doubted(evaluator, first))]
    while opened:
        frame, bodies = opened[-1]
        with evaluator.within(frame):
            body = next(bodies, None)
        if body is None:
            opened.pop()
        else:
            opened.append((body.frame, _doubted(evaluator, body)))


def _doubted(evaluator: Evaluator, body: _Body) -> Iterator[_Body]:
    """The functions that a part calls, once what it changes itself is taken as not known."""
    for change in body.file.changes_in(body.node):
        if evaluator.turns > 0:
            evaluator.turns -= 1
            may_change(evaluator, body.file, change)
    for call in body.file.calls_in(body.node):
        if (called := _called(evaluator, body.file, call)) is not None:
            yield called


def _called(evaluator: Evaluator, file: ModuleFile, call: Node) -> _Body | None:
    """The function that is called; None where that is not known, or was asked before."""
    name, arguments = (call.child_by_field_name(field) for field in ("function", "arguments"))
    function = evaluator.value(file, name) if name is not None and name.type in _NAMES else None
    key = (file.index, call.id)
    if not isinstance(function, Function) or key in evaluator.doubted or arguments is None:
        return None
    evaluator.doubted.add(key)
    given = [evaluator.value(file, part) for part in parts_of(arguments)]
    other, frame = evaluator.called(function, given)
    return _Body(frame, other, function.node)


_NAMES = ("identifier", "member_expression", "parenthesized_expression")
