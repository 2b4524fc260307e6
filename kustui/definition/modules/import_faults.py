"""Imports that lead nowhere: to a file that is not there, or to a name that the file does not export."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from kustui.definition.modules.declarations import descendants
from kustui.definition.modules.module_file import ModuleFile, is_plain
from kustui.definition.modules.scopes import FUNCTIONS
from kustui.definition.modules.static_values import Object, UnmetImport, Value
from kustui.definition.source.source import UNKNOWN_IMPORT, Extent, Fault
from kustui.text.messages import closest, quoted

_MOST_LISTED = 5
_NAMED_DECLARATIONS = frozenset(
    {"function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration",
     "enum_declaration", "interface_declaration", "type_alias_declaration"}
)  # fmt: skip
_BY_CHANCE = FUNCTIONS | {
    "if_statement", "try_statement", "switch_statement", "ternary_expression", "binary_expression"
}  # fmt: skip
"""What holds an import that need not happen, or may fail."""


def import_fault(unmet: UnmetImport, extent: Extent) -> Fault:
    """The fault of an import that leads nowhere."""
    module, name, exported = unmet
    if not name:
        message = f"cannot find the imported file {quoted(module)}"
        return Fault(UNKNOWN_IMPORT, message, "correct the path, or create the file", extent=extent)
    what = "has no default export" if name == "default" else f"does not export {quoted(name)}"
    hint = "it exports nothing: export it there"
    if near := closest(name, exported):
        hint = f"did you mean {quoted(near)}?"
    elif exported:
        hint = f"it exports {', '.join(exported[:_MOST_LISTED])}{', …' if len(exported) > _MOST_LISTED else ''}"
    return Fault(UNKNOWN_IMPORT, f"{quoted(module)} {what}", hint, extent=extent)


def exported_names(file: ModuleFile, whole: Value | None) -> tuple[str, ...] | None:
    """All names that a file exports, of which ``require`` gives ``whole``; None where only a run knows them."""
    if file.root.has_error:
        return None
    statements = [part for part in file.root.named_children if part.type == "export_statement"]
    if statements:
        if any(file.reexported) or file.count("exports") or "module" in file.exports:
            return None
        listed = [_names_of(file, statement) for statement in statements]
        return tuple(name for names in listed for name in names or ()) if None not in listed else None
    if not file.shift and not _only_assigns_exports(file):
        return None
    if not isinstance(whole, Object) or any(child.key is None for child in whole.members):
        return None
    return tuple(child.key.text for child in whole.members if child.key is not None)


def is_whole(file: ModuleFile) -> bool:
    """Whether all that a file exports is what it exports by default: where it is JSON, or has no ``export``."""
    return bool(file.shift) or not any(part.type == "export_statement" for part in file.root.named_children)


def _names_of(file: ModuleFile, statement: Node) -> list[str] | None:
    """What one statement exports; None where it is of a kind that is not known."""
    if any(child.type == "default" for child in statement.children):
        return ["default"]
    declaration = statement.child_by_field_name("declaration")
    if declaration is None:
        specifiers = [node for node in descendants(statement) if node.type == "export_specifier"]
        names = (node.child_by_field_name("alias") or node.child_by_field_name("name") for node in specifiers)
        is_clause = any(child.type == "export_clause" for child in statement.named_children)
        return [file.text(name) for name in names if name is not None] if is_clause else None
    if declaration.type in _NAMED_DECLARATIONS:
        named = declaration.child_by_field_name("name")
        return [file.text(named)] if named is not None else None
    if declaration.type not in ("lexical_declaration", "variable_declaration"):
        return None
    patterns = (part.child_by_field_name("name") for part in declaration.named_children)
    return [file.text(node) for pattern in patterns if pattern is not None for node in descendants(pattern)]


def _only_assigns_exports(file: ModuleFile) -> bool:
    """Whether whatever a file does with ``exports`` is to assign to it, each in a statement of the module itself."""
    changes = file.changes_of("module") + file.changes_of("exports")
    plain = sum(change.node.type == "assignment_expression" and is_plain(change.node) for change in changes)
    return 0 < plain == file.count("exports")


def place_of_import(file: ModuleFile, module: str, name: str) -> Node | None:
    """Where a file imports a name from another, or the other itself; None where that need not happen."""
    sources = (node for node in _sources(file) if file.quoted(node) == module)
    for source in sources:
        holder = source.parent
        if any(around.type in _BY_CHANCE for around in file.around(source)) or holder is None:
            continue
        if not name:
            return source
        specifiers = [node for node in descendants(holder) if node.type in ("import_specifier", "export_specifier")]
        for specifier in specifiers:
            own = specifier.child_by_field_name("name")
            if own is not None and file.text(own) == name:
                return own
        if name == "default":
            return source
    return None


def _sources(file: ModuleFile) -> Iterator[Node]:
    """The texts that name other files."""
    for statement in file.root.named_children:
        source = statement.child_by_field_name("source")
        if source is not None and source.type == "string":
            yield source
    for call in file.calls.get("require", []):
        arguments = call.child_by_field_name("arguments")
        yield from (part for part in arguments.named_children[:1] if part.type == "string") if arguments else ()


def place_in_pattern(file: ModuleFile, value: Node, key: str) -> Node:
    """Where the pattern of a declaration takes a key of its value; the value where it cannot be told."""
    pattern = value.parent.child_by_field_name("name") if value.parent is not None else None
    named = (node for node in descendants(pattern) if file.text(node) == key) if pattern is not None else iter(())
    return next(named, value)
