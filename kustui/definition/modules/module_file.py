"""The syntax tree of one module: its declarations by scope, what is assigned to them later, and what it exports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Node

from kustui.definition.modules.static_values import Origin
from kustui.definition.source.source import Source

_TYPESCRIPT = (".ts", ".mts", ".cts")
_VALUES_ALONE = (".json", ".jsonc", ".json5")
_FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition", "generator_function",
     "generator_function_declaration"}
)  # fmt: skip
_SCOPES = frozenset({"program", "statement_block", "switch_body", "class_body"})
_OTHER_SCOPES = frozenset({"for_statement", "for_in_statement", "catch_clause"})
_IDENTIFIERS = frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"})
_CHANGES = """
(assignment_expression left: (_) @target) @change
(augmented_assignment_expression left: (_) @target) @change
(update_expression argument: (_) @target) @change
(for_in_statement !kind left: (_) @target) @change
(unary_expression operator: "delete" argument: (_) @target) @change
(call_expression function: (member_expression object: (_) @target property: (property_identifier) @method)
  (#match? @method "^(push|unshift|pop|shift|splice|sort|reverse|fill|copyWithin)$")) @change
(call_expression function: (member_expression object: (identifier) @object)
  arguments: (arguments . (_) @target) (#eq? @object "Object")) @change
"""
"""Whatever may change a value after its declaration."""


class Binding(NamedTuple):
    """What a name stands for."""

    node: Node | None
    """Its value, declaration or pattern; None for what only a run knows: a parameter, the variable of a loop."""
    path: tuple[str | int, ...] = ()
    """The keys that a pattern takes of the value."""
    imported: tuple[str, str] | None = None
    """The module that it is imported from, and the name there: ``*`` for all of it."""
    scope: Node | None = None
    """The block that declares it."""

    def part(self, key: str | int) -> Binding:
        """What a pattern takes of it by a key."""
        return self._replace(path=(*self.path, key))


class Change(NamedTuple):
    """A statement that changes what a name stands for, after its declaration."""

    target: Node
    """What is assigned to, or whose method is called."""
    node: Node
    """The assignment, or the call."""


@dataclass(frozen=True, eq=False)
class ModuleFile:
    """One file: ``source`` is its text as it is."""

    index: int
    source: Source
    tree: tree_sitter.Tree
    shift: int = 0
    """Bytes that were put before the text to have it read: a JSON text is read as an expression in parentheses."""

    @classmethod
    def of(cls, index: int, source: Source) -> ModuleFile:
        suffix = source.path.lower()
        if suffix.endswith(_VALUES_ALONE):
            return cls(index, source, _parser("javascript").parse(b"(" + source.data + b"\n)"), 1)
        name = "typescript" if suffix.endswith(_TYPESCRIPT) else "javascript"
        return cls(index, source, _parser(name).parse(source.data))

    @property
    def root(self) -> Node:
        return self.tree.root_node

    def origin(self, node: Node) -> Origin:
        return Origin(self.index, node.start_byte - self.shift, node.end_byte - self.shift)

    def text(self, node: Node) -> str:
        return self.source.data[node.start_byte - self.shift : node.end_byte - self.shift].decode(errors="replace")

    # Names

    def binding(self, name: str, at: Node) -> Binding | None:
        """What a name stands for in a place; None where nothing declares it."""
        node = at.parent
        while node is not None:
            if node.type in _SCOPES:
                if binding := self._declarations(node).get(name):
                    return binding
            elif (node.type in _FUNCTIONS or node.type in _OTHER_SCOPES) and name in self._local_names(node):
                return Binding(None)
            node = node.parent
        return None

    @cached_property
    def _scopes(self) -> dict[int, Mapping[str, Binding]]:
        return {}

    @cached_property
    def _locals(self) -> dict[int, frozenset[str]]:
        return {}

    def _declarations(self, scope: Node) -> Mapping[str, Binding]:
        if scope.id not in self._scopes:
            self._scopes[scope.id] = {
                name: binding._replace(scope=scope)
                for statement in scope.named_children
                for name, binding in self._declared(statement)
            }
        return self._scopes[scope.id]

    def _local_names(self, node: Node) -> frozenset[str]:
        """The parameters of a function, or the variables of a loop."""
        if node.id not in self._locals:
            fields = ("parameters", "parameter", "left", "initializer")
            heads = [head for field in fields if (head := node.child_by_field_name(field)) is not None]
            names = {self.text(each) for head in heads for each in _descendants(head) if each.type in _IDENTIFIERS}
            self._locals[node.id] = frozenset(names)
        return self._locals[node.id]

    def _declared(self, statement: Node) -> Iterator[tuple[str, Binding]]:
        match statement.type:
            case "lexical_declaration" | "variable_declaration":
                for declarator in statement.named_children:
                    if declarator.type == "variable_declarator":
                        pattern, value = (declarator.child_by_field_name(field) for field in ("name", "value"))
                        if pattern is not None:
                            yield from self._in_pattern(pattern, Binding(value))
            case "function_declaration" | "enum_declaration" | "class_declaration":
                if (name := statement.child_by_field_name("name")) is not None:
                    yield self.text(name), Binding(statement)
            case "export_statement" if (inner := statement.child_by_field_name("declaration")) is not None:
                yield from self._declared(inner)
            case "ambient_declaration":
                for inner in statement.named_children:
                    yield from self._declared(inner)
            case "import_statement":
                yield from self._imported(statement)

    def _in_pattern(self, pattern: Node, binding: Binding) -> Iterator[tuple[str, Binding]]:
        match pattern.type:
            case "identifier":
                yield self.text(pattern), binding
            case "shorthand_property_identifier_pattern":
                name = self.text(pattern)
                yield name, binding.part(name)
            case "object_pattern":
                for part in pattern.named_children:
                    yield from self._in_pattern(part, binding)
            case "pair_pattern" if (taken := self._taken(pattern)) is not None:
                key, value = taken
                yield from self._in_pattern(value, binding.part(key))
            case "array_pattern":
                index = 0
                for part in pattern.children:
                    index += part.type == ","
                    if part.is_named and part.type != "comment":
                        yield from self._in_pattern(part, binding.part(index))
            case _:  # a default, or the rest
                names = (self.text(node) for node in _descendants(pattern) if node.type in _IDENTIFIERS)
                yield from ((name, Binding(None)) for name in names)

    def _taken(self, pair: Node) -> tuple[str, Node] | None:
        """The key that ``key: pattern`` takes, and the pattern; None where the key is computed."""
        key, value = (pair.child_by_field_name(field) for field in ("key", "value"))
        if key is None or value is None or key.type not in ("property_identifier", "string", "number"):
            return None
        return self.text(key).strip("'\""), value

    def _imported(self, statement: Node) -> Iterator[tuple[str, Binding]]:
        source = statement.child_by_field_name("source")
        for clause in statement.named_children:
            if clause.type == "import_require_clause":  # import x = require("./x")
                names = [node for node in clause.named_children if node.type == "identifier"]
                inner = clause.child_by_field_name("source")
                if names and inner is not None:
                    yield self.text(names[0]), Binding(None, imported=(self.quoted(inner), "*"))
            if clause.type != "import_clause" or source is None:
                continue
            module = self.quoted(source)
            for part in clause.named_children:
                if part.type == "identifier":
                    yield self.text(part), Binding(None, imported=(module, "default"))
                elif part.type == "namespace_import":
                    yield self.text(part.named_children[0]), Binding(None, imported=(module, "*"))
                elif part.type == "named_imports":
                    yield from ((local, Binding(None, imported=(module, name))) for name, local in self.renamed(part))

    def renamed(self, clause: Node) -> Iterator[tuple[str, str]]:
        """The names of ``{ a, b as c }``, each as it is called on both sides."""
        for specifier in clause.named_children:
            name, alias = (specifier.child_by_field_name(field) for field in ("name", "alias"))
            if name is not None:
                yield self.text(name), self.text(alias if alias is not None else name)

    def quoted(self, node: Node) -> str:
        """The text of a string literal without escapes."""
        return self.text(node)[1:-1]

    # What changes them

    @cached_property
    def _changes(self) -> Mapping[str, list[Change]]:
        changes: dict[str, list[Change]] = {}
        for _, captured in _query(self.tree.language).matches(self.root):
            [target], [change] = captured["target"], captured["change"]
            inner = target
            while inner.type in ("member_expression", "subscript_expression"):
                object_ = inner.child_by_field_name("object")
                if object_ is None:
                    break
                inner = object_
            is_pattern = inner.type in ("array_pattern", "object_pattern")
            for name in _descendants(inner) if is_pattern else [inner]:
                if name.type in _IDENTIFIERS:
                    changes.setdefault(self.text(name), []).append(Change(target, change))
        return changes

    def changes_of(self, name: str) -> list[Change]:
        """Whatever may change what a name stands for, in the order of the text."""
        return sorted(self._changes.get(name, ()), key=lambda change: change.node.start_byte)

    # What it exports

    @cached_property
    def exports(self) -> Mapping[str, Node | tuple[str, str]]:
        """What it exports by name, ``module`` for all that ``module.exports`` is: its node, or where it comes from."""
        exported: dict[str, Node | tuple[str, str]] = {}
        for statement in self.root.named_children:
            if statement.type == "export_statement":
                exported.update(self._exported(statement))
        for change in self.changes_of("module") + self.changes_of("exports"):
            value = change.node.child_by_field_name("right")
            if value is None or change.node.type != "assignment_expression":
                continue
            target = re.sub(r"\s", "", self.text(change.target))
            if target == "module.exports" or (target == "exports" and value.type == "assignment_expression"):
                exported["module"] = value
            elif name := re.fullmatch(r"(?:module\.)?exports\.([\w$]+)", target):
                exported[name[1]] = value
        return exported

    @property
    def knows_exports(self) -> bool:
        """Whether it exports nothing but what ``exports`` has."""
        changes = self.changes_of("module") + self.changes_of("exports")
        values = {target for target in self.exports.values() if isinstance(target, Node)}
        assigned = sum(change.node.child_by_field_name("right") in values for change in changes)
        return bool(self.exports) and assigned == len(changes) and not any(self.reexported)

    def _exported(self, statement: Node) -> Iterator[tuple[str, Node | tuple[str, str]]]:
        source = statement.child_by_field_name("source")
        declaration, value = (statement.child_by_field_name(field) for field in ("declaration", "value"))
        is_default = any(child.type == "default" for child in statement.children)
        if value is not None:
            yield "default", value
        elif declaration is not None and is_default:
            yield "default", declaration
        elif declaration is not None:
            yield from self._declared_values(declaration)
        for child in statement.named_children:
            if child.type == "export_clause":
                yield from self._listed(child, self.quoted(source) if source is not None else "")
            elif any(each.type == "=" for each in statement.children) and child is not value:  # export = {...}
                yield "module", child

    def _declared_values(self, declaration: Node) -> Iterator[tuple[str, Node]]:
        """The names of a declaration that stand for a whole value."""
        for name, binding in self._declared(declaration):
            if binding.node is not None and not binding.path:
                yield name, binding.node

    def _listed(self, clause: Node, module: str) -> Iterator[tuple[str, Node | tuple[str, str]]]:
        """What ``export { a, b as c }`` exports, of another module where it names one."""
        for name, alias in self.renamed(clause):
            if module:
                yield alias, (module, name)
            elif (bound := self.binding(name, clause)) is not None and bound.imported:
                yield alias, bound.imported
            elif bound is not None and bound.node is not None and not bound.path:
                yield alias, bound.node

    @property
    def reexported(self) -> Iterator[str]:
        """The modules of which it exports all: ``export * from``."""
        for statement in self.root.named_children:
            source = statement.child_by_field_name("source") if statement.type == "export_statement" else None
            if source is not None and any(child.type == "*" for child in statement.children):
                yield self.quoted(source)

    # What is wrong

    def first_error(self, within: Origin | None = None) -> Node | None:
        """The first place that is no valid syntax, in a range of it."""
        pending = [self.root]
        while pending:
            node = pending.pop()
            if node.is_error or node.is_missing:
                return node
            if node.has_error:
                pending += [
                    child
                    for child in reversed(node.children)
                    if within is None or (child.end_byte >= within.start and child.start_byte <= within.end)
                ]
        return None


@cache
def _parser(name: str) -> tree_sitter.Parser:
    languages = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
    }
    return tree_sitter.Parser(tree_sitter.Language(languages[name]()))


@cache
def _query(language: tree_sitter.Language) -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(language, _CHANGES))


def _descendants(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(node.named_children)
