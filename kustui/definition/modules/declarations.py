"""What statements of modules declare, and what patterns take of a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tree_sitter import Node

TextOf = Callable[[Node], str]
"""Gives the text of a node as it is written."""
IDENTIFIERS = frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"})


class Binding(NamedTuple):
    """What a name stands for."""

    node: Node | None
    """Its value, declaration or pattern; None for what only a run knows: a parameter, the variable of a loop."""
    path: tuple[str | int, ...] = ()
    """The keys that a pattern takes of the value."""
    default: Node | None = None
    """What it is where the pattern takes nothing."""
    imported: tuple[str, str] | None = None
    """The module that it is imported from, and the name there: ``*`` for all of it."""
    scope: Node | None = None
    """The block, function or loop that declares it."""

    def part(self, key: str | int) -> Binding:
        """What a pattern takes of it by a key."""
        return self._replace(path=(*self.path, key))


def declared(statement: Node, text: TextOf) -> Iterator[tuple[str, Binding]]:
    """The names that a statement declares, and what each stands for."""
    match statement.type:
        case "lexical_declaration" | "variable_declaration":
            for declarator in statement.named_children:
                if declarator.type == "variable_declarator":
                    pattern, value = (declarator.child_by_field_name(field) for field in ("name", "value"))
                    if pattern is not None:
                        yield from in_pattern(pattern, Binding(declarator if value is None else value), text)
        case "function_declaration" | "enum_declaration" | "class_declaration":
            if (name := statement.child_by_field_name("name")) is not None:
                yield text(name), Binding(statement)
        case "export_statement" if (inner := statement.child_by_field_name("declaration")) is not None:
            yield from declared(inner, text)
        case "ambient_declaration":
            for inner in statement.named_children:
                is_enum = inner.type == "enum_declaration"
                yield from ((name, bound if is_enum else Binding(None)) for name, bound in declared(inner, text))
        case "import_statement":
            yield from _imported(statement, text)


def in_pattern(pattern: Node, binding: Binding, text: TextOf) -> Iterator[tuple[str, Binding]]:
    """The names in a pattern, and what each takes of what the pattern stands for."""
    match pattern.type:
        case "identifier":
            yield text(pattern), binding
        case "shorthand_property_identifier_pattern":
            name = text(pattern)
            yield name, binding.part(name)
        case "object_pattern":
            for part in pattern.named_children:
                yield from in_pattern(part, binding, text)
        case "pair_pattern" if (taken := _taken(pattern, text)) is not None:
            key, value = taken
            yield from in_pattern(value, binding.part(key), text)
        case "array_pattern":
            index = 0
            for part in pattern.children:
                index += part.type == ","
                if part.is_named and part.type != "comment":
                    yield from in_pattern(part, binding.part(index), text)
        case "assignment_pattern" | "object_assignment_pattern" if own := _with_default(pattern, binding, text):
            yield own
        case _:  # the rest, or a default of a pattern
            names = (text(node) for node in descendants(pattern) if node.type in IDENTIFIERS)
            yield from ((name, Binding(None)) for name in names)


def _with_default(pattern: Node, binding: Binding, text: TextOf) -> tuple[str, Binding] | None:
    left, right = (pattern.child_by_field_name(field) for field in ("left", "right"))
    if left is None or right is None or left.type not in IDENTIFIERS:
        return None
    name = text(left)
    taken = binding.part(name) if pattern.type == "object_assignment_pattern" else binding
    return name, taken._replace(default=right)


def _taken(pair: Node, text: TextOf) -> tuple[str, Node] | None:
    """The key that ``key: pattern`` takes, and the pattern; None where the key is computed."""
    key, value = (pair.child_by_field_name(field) for field in ("key", "value"))
    if key is None or value is None or key.type not in ("property_identifier", "string", "number"):
        return None
    return text(key).strip("'\""), value


def _imported(statement: Node, text: TextOf) -> Iterator[tuple[str, Binding]]:
    source = statement.child_by_field_name("source")
    for clause in statement.named_children:
        if clause.type == "import_require_clause":  # import x = require("./x")
            names = [node for node in clause.named_children if node.type == "identifier"]
            inner = clause.child_by_field_name("source")
            if names and inner is not None:
                yield text(names[0]), Binding(None, imported=(text(inner)[1:-1], "*"))
        if clause.type != "import_clause" or source is None:
            continue
        module = text(source)[1:-1]
        for part in clause.named_children:
            if part.type == "identifier":
                yield text(part), Binding(None, imported=(module, "default"))
            elif part.type == "namespace_import":
                yield text(part.named_children[0]), Binding(None, imported=(module, "*"))
            elif part.type == "named_imports":
                yield from ((local, Binding(None, imported=(module, name))) for name, local in _renamed(part, text))


def _renamed(clause: Node, text: TextOf) -> Iterator[tuple[str, str]]:
    """The names of ``{ a, b as c }``, each as it is called on both sides."""
    for specifier in clause.named_children:
        name, alias = (specifier.child_by_field_name(field) for field in ("name", "alias"))
        if name is not None:
            yield text(name), text(alias if alias is not None else name)


def parts_of(node: Node) -> list[Node]:
    """What stands in a node, without comments."""
    return [child for child in node.named_children if child.type != "comment"]


def descendants(node: Node) -> Iterator[Node]:
    """A node and all that is in it."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(node.named_children)
