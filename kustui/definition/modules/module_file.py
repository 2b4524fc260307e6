"""The syntax tree of one module: its declarations by scope, what is assigned to them later, and what it exports."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import NamedTuple

import tree_sitter
import tree_sitter_javascript
import tree_sitter_typescript
from msgspec import Struct
from tree_sitter import Node

from kustui.definition.modules.declarations import IDENTIFIERS, Binding, declared, descendants
from kustui.definition.modules.scopes import FUNCTIONS, Scopes
from kustui.definition.modules.static_values import Origin
from kustui.definition.source.source import Source

_TYPESCRIPT = (".ts", ".mts", ".cts")
_VALUES_ALONE = (".json", ".jsonc", ".json5")
_CHANGES_ITS_LIST = '(#match? @method "^(push|unshift|pop|shift|splice|sort|reverse|fill|copyWithin)$")'
_CHANGES = f"""
(assignment_expression left: (_) @target) @change
(augmented_assignment_expression left: (_) @target) @change
(update_expression argument: (_) @target) @change
(for_in_statement !kind left: (_) @target) @change
(unary_expression operator: "delete" argument: (_) @target) @change
(call_expression function: (member_expression object: (_) @target property: (property_identifier) @method)
  {_CHANGES_ITS_LIST}) @change
(call_expression function: (subscript_expression object: (_) @target)) @change
(call_expression function: (member_expression
    object: (member_expression object: (_) @target property: (property_identifier) @method)
    property: (property_identifier) @how) (#eq? @how "bind")
  {_CHANGES_ITS_LIST}) @change
(call_expression function: (member_expression
    object: (member_expression property: (property_identifier) @method)
    property: (property_identifier) @how) arguments: (arguments . (_) @target)
  (#match? @how "^(call|apply|bind)$")
  {_CHANGES_ITS_LIST}) @change
(call_expression function: (member_expression object: (identifier) @object)
  arguments: (arguments . (_) @target) (#eq? @object "Object")) @change
(call_expression function: (member_expression object: (identifier) @object)
  arguments: (arguments (_) @target) (#eq? @object "Reflect")) @change
"""
"""Whatever may change a value after its declaration."""
_GIVEN_TO_INSTANCES = """
(new_expression arguments: (arguments (_) @given))
(assignment_expression left: (member_expression object: (this)) right: (_) @given)
"""
_MOST_LOOKED_AT = 100
_MOST_AROUND = 300
_MOST_ASSIGNED_AT_ONCE = 5


class Change(NamedTuple):
    """A statement that changes what a name stands for, after its declaration."""

    target: Node
    """What is assigned to, or whose method is called."""
    node: Node
    """The assignment, or the call."""


class ModuleFile(Struct, frozen=True, eq=False, dict=True):
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
            return cls(index, source, _parser("javascript").parse(_in_parentheses(source.data)), 1)
        name = "typescript" if suffix.endswith(_TYPESCRIPT) else "javascript"
        return cls(index, source, _parser(name).parse(source.data))

    @property
    def parsed(self) -> bytes:
        """What was parsed."""
        return _in_parentheses(self.source.data) if self.shift else self.source.data

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
        return self._scopes.binding(name, self.around(at))

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.text, self._inner_variables)

    @cached_property
    def _inner_variables(self) -> Mapping[int, set[str]]:
        """The names that ``var`` declares in blocks of a function or of the module, by the node of its body."""
        names: dict[int, set[str]] = {}
        if b"var" not in self.source.data:
            return names
        bodies = {body.id for each in self.functions if (body := each.child_by_field_name("body")) is not None}
        for _, captured in _query(self.tree.language, "(_ (variable_declaration) @part) @holder").matches(self.root):
            part, holder = captured["part"][0], captured["holder"][0]
            if holder.type not in ("program", "export_statement") and holder.id not in bodies:
                key = next((node.id for node in reversed(self.around(part)) if node.id in bodies), self.root.id)
                names.setdefault(key, set()).update(name for name, _ in declared(part, self.text))
        return names

    def around(self, at: Node) -> list[Node]:
        """What holds a node, from the outside; nothing if it is too much. Each ``parent`` looks through the tree."""
        around = [node := self.root]
        while (inner := node.child_with_descendant(at)) is not None and inner != at:
            around.append(node := inner)
            if len(around) > _MOST_AROUND:
                return []
        return around

    def quoted(self, node: Node) -> str:
        """The text of a string literal without escapes."""
        return self.text(node)[1:-1]

    # What changes them

    @cached_property
    def changes(self) -> list[Change]:
        """Whatever may change a value, in the order of the text."""
        captures = (captured for _, captured in _query(self.tree.language, _CHANGES).matches(self.root))
        changes = [Change(captured["target"][0], captured["change"][0]) for captured in captures]
        return sorted(changes, key=lambda change: change.node.start_byte)

    @cached_property
    def changes_by_name(self) -> Mapping[str, list[Change]]:
        changes: dict[str, list[Change]] = {}
        for change in self.changes:
            inner = change.target
            while inner.type in ("member_expression", "subscript_expression"):
                object_ = inner.child_by_field_name("object")
                if object_ is None:
                    break
                inner = object_
            is_pattern = inner.type in ("array_pattern", "object_pattern")
            for name in descendants(inner) if is_pattern else [inner]:
                if name.type in IDENTIFIERS:
                    changes.setdefault(self.text(name), []).append(change)
        return changes

    def changes_of(self, name: str) -> list[Change]:
        """Whatever may change what a name stands for, in the order of the text."""
        return self.changes_by_name.get(name, [])

    def changes_in(self, node: Node) -> list[Change]:
        """Whatever may change a value in a part of it."""
        starts = self._starts_of_changes
        return self.changes[bisect_left(starts, node.start_byte) : bisect_left(starts, node.end_byte)]

    @cached_property
    def _starts_of_changes(self) -> list[int]:
        return [change.node.start_byte for change in self.changes]

    @cached_property
    def _calls(self) -> list[Node]:
        matches = _query(self.tree.language, "(call_expression) @call").matches(self.root)
        return sorted((captured["call"][0] for _, captured in matches), key=_start)

    def calls_in(self, node: Node) -> list[Node]:
        start = bisect_left(self._calls, node.start_byte, key=_start)
        return self._calls[start : bisect_left(self._calls, node.end_byte, start, key=_start)]

    @cached_property
    def calls(self) -> Mapping[str, list[Node]]:
        """The calls of a function by its name."""
        calls: dict[str, list[Node]] = {}
        for call in self._calls:
            function = call.child_by_field_name("function")
            if function is not None and function.type == "identifier":
                calls.setdefault(self.text(function), []).append(call)
        return calls

    @cached_property
    def calls_of_methods(self) -> Mapping[str, list[Node]]:
        """The calls of a method by its name; ``new`` is one of ``constructor``."""
        matches = _query(self.tree.language, "(new_expression) @created").matches(self.root)
        calls = {"constructor": [captured["created"][0] for _, captured in matches]}
        for call in self._calls:
            function = call.child_by_field_name("function")
            name = function.child_by_field_name("property") if function is not None else None
            if name is not None:
                calls.setdefault(self.text(name), []).append(call)
        return calls

    @cached_property
    def given_to_instances(self) -> list[Node]:
        """What is given to ``new``, and what ``this.key`` is set to."""
        matches = _query(self.tree.language, _GIVEN_TO_INSTANCES).matches(self.root)
        return [captured["given"][0] for _, captured in matches]

    @cached_property
    def functions(self) -> list[Node]:
        pattern = f"[{' '.join(f'({name})' for name in sorted(FUNCTIONS))}] @function"
        matches = _query(self.tree.language, pattern).matches(self.root)
        return sorted((captured["function"][0] for _, captured in matches), key=_start)

    @cached_property
    def names_of_module(self) -> frozenset[bytes]:
        """Those that are declared outside of all functions and blocks."""
        return frozenset(name.encode() for name in self._scopes.declarations(self.root))

    @cached_property
    def _counts(self) -> Counter[bytes]:
        return Counter(re.findall(rb"[\w$]+", self.source.data))

    def count(self, name: str) -> int:
        """How often a name is written."""
        return self._counts[name.encode()]

    @cached_property
    def _assigned_again(self) -> Mapping[str, list[Change]]:
        """What gives names another value after their declaration."""
        assigned: dict[str, list[Change]] = {}
        for change in self.changes:
            pending = [change.target] if change.node.type != "call_expression" else []
            while pending:
                target = pending.pop()
                if target.type in IDENTIFIERS:
                    assigned.setdefault(self.text(target), []).append(change)
                elif target.type not in ("member_expression", "subscript_expression"):
                    pending += target.named_children
        return assigned

    def assigned_again(self, name: str) -> list[Change]:
        return self._assigned_again.get(name, [])

    def is_assigned_by_chance(self, name: str, binding: Binding) -> bool:
        """Whether a name is given another value anywhere but in a statement of the module itself."""
        changes = self.assigned_again(name)
        if not changes:
            return False
        key = (name, binding.scope.id if binding.scope is not None else 0)
        if key not in self._by_chance:
            self._by_chance[key] = self._is_assigned_by_chance(name, binding, changes)
        return self._by_chance[key]

    @cached_property
    def _by_chance(self) -> dict[tuple[str, int], bool]:
        return {}

    def _is_assigned_by_chance(self, name: str, binding: Binding, changes: list[Change]) -> bool:
        return any(
            not (
                change.node.type == "assignment_expression"
                and change.target.type == "identifier"
                and self.is_whole(binding)
                and is_plain(change.node)
            )
            and (len(changes) > _MOST_LOOKED_AT or self._scope(name, change.node) in (None, binding.scope))
            for change in changes
        )

    def is_whole(self, binding: Binding) -> bool:
        """Whether a name of the module itself is declared for a whole value."""
        return binding.scope == self.root and not binding.path and binding.default is None

    def _scope(self, name: str, node: Node) -> Node | None:
        binding = self.binding(name, node)
        return binding.scope if binding is not None else None

    # What it exports

    @cached_property
    def exports(self) -> Mapping[str, Node | tuple[str, str]]:
        """What it exports by name, ``module`` for all that ``module.exports`` is: its node, or where it comes from."""
        exported: dict[str, Node | tuple[str, str]] = {}
        for statement in self.root.named_children:
            if statement.type == "export_statement":
                exported.update(self._exported(statement))
        named: dict[str, Node | tuple[str, str]] = {}
        for target, value in self._assigned_exports():
            if target == "module.exports":
                exported["module"] = value
            elif name := re.fullmatch(r"(?:module\.)?exports\.([\w$]+)", target):
                named[name[1]] = value
        return exported if "module" in exported else {**exported, **named}

    def _assigned_exports(self) -> Iterator[tuple[str, Node]]:
        """What is assigned to ``exports`` and its members, and the value: the assignment where it may not happen."""
        for change in self.changes_of("module") + self.changes_of("exports"):
            value = change.node
            while value.type == "assignment_expression" and (right := value.child_by_field_name("right")) is not None:
                value = right
            if value != change.node:
                yield re.sub(r"\s", "", self.text(change.target)), value if is_plain(change.node) else change.node

    @property
    def has_own_exports(self) -> bool:
        """Whether ``exports`` is still all that it exports."""
        return "module" not in self.exports or any(target == "exports" for target, _ in self._assigned_exports())

    @property
    def knows_exports(self) -> bool:
        """Whether it exports nothing but what ``exports`` has."""
        changes = self.changes_of("module") + self.changes_of("exports")
        return bool(self.exports) and all(is_plain(change.node) for change in changes) and not any(self.reexported)

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
        """The names of a declaration, and where each stands."""
        declarators = [part for part in declaration.named_children if part.type == "variable_declarator"]
        for part in declarators or [declaration]:
            name = part.child_by_field_name("name")
            for node in descendants(name) if name is not None else ():
                if node.type in IDENTIFIERS:
                    yield self.text(node), node

    def _listed(self, clause: Node, module: str) -> Iterator[tuple[str, Node | tuple[str, str]]]:
        """What ``export { a, b as c }`` exports, of another module where it names one."""
        for specifier in clause.named_children:
            name, alias = (specifier.child_by_field_name(field) for field in ("name", "alias"))
            if name is None:
                continue
            bound = None if module else self.binding(self.text(name), clause)
            imported = bound.imported if bound is not None else None
            yield self.text(alias or name), (module, self.text(name)) if module else imported or name

    @property
    def reexported(self) -> Iterator[str]:
        """The modules of which it exports all: ``export * from``."""
        for statement in self.root.named_children:
            source = statement.child_by_field_name("source") if statement.type == "export_statement" else None
            if source is not None and any(child.type == "*" for child in statement.children):
                yield self.quoted(source)


def _in_parentheses(data: bytes) -> bytes:
    return b"(" + data + b"\n)"


@cache
def _parser(name: str) -> tree_sitter.Parser:
    languages = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
    }
    return tree_sitter.Parser(tree_sitter.Language(languages[name]()))


@cache
def _query(language: tree_sitter.Language, pattern: str) -> tree_sitter.QueryCursor:
    return tree_sitter.QueryCursor(tree_sitter.Query(language, pattern))


def _start(node: Node) -> int:
    return node.start_byte


def is_plain(node: Node) -> bool:
    """Whether an expression is a statement of the module itself, or assigned in one to another: it happens once."""
    parent = node.parent
    for _ in range(_MOST_ASSIGNED_AT_ONCE):
        if parent is None or parent.type not in ("assignment_expression", "sequence_expression"):
            break
        parent = parent.parent
    return parent is not None and parent.type == "expression_statement" and _is_root(parent.parent)


def _is_root(node: Node | None) -> bool:
    return node is not None and node.type == "program"
