"""What the expressions of modules come to, without running anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from tree_sitter import Node

from kustui.definition.modules.declarations import Binding, in_pattern, parts_of
from kustui.definition.modules.import_faults import exported_names, is_whole, place_in_pattern, place_of_import
from kustui.definition.modules.imports import Imports
from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.scopes import FUNCTIONS
from kustui.definition.modules.static_values import (
    Child,
    Frame,
    Function,
    List,
    NotExported,
    Object,
    Origin,
    Piece,
    Scalar,
    Text,
    Undefined,
    Unknown,
    UnmetImport,
    Value,
    children_of,
    unknown,
)

MOST_LEVELS = 120
"""Values in values, and constants that stand for others, that are followed. Real definitions have fewer than thirty."""
_MOST_TURNS = 10_000
_MOST_COPIES = 300_000


class Evaluator:
    """Works out values in one module and in those that it imports; each declaration once."""

    def __init__(self, imports: Imports, computed: Mapping[str, Evaluate], follow: Follow) -> None:
        self.imports = imports
        self.frame: Frame | None = None
        """The call of a function that is being worked out."""
        self.doubted: set[tuple[int, int]] = set()
        """The calls of which has been taken as not known what they change, by their file and node."""
        self.executed: set[tuple[int, int]] = set()
        """The functions that have been, by their file and node."""
        self.unmet: dict[Origin, UnmetImport] = {}
        """The imports that lead nowhere, by where they are written."""
        self.turns = _MOST_TURNS
        """How many more calls and turns of loops are worked out."""
        self.copies = _MOST_COPIES
        """How many more members and elements are copied."""
        self._follow = follow
        self._followed: set[int] = set()
        self._evaluated: Mapping[str, Evaluate] = {**_EVALUATED, **computed}
        """How the value of an expression is worked out, by its type."""
        self._values: dict[tuple[object, ...], Value] = {}
        self._due: set[tuple[int, int, int]] = set()
        self.level = 0
        self._cuts = 0
        """How often a value was not known for want of levels, or because it was being worked out just then."""

    def follow(self, file: ModuleFile) -> None:
        """Work out what the statements of a module do, once."""
        if file.index not in self._followed and not file.shift:
            self._followed.add(file.index)
            with self.within(None):
                self._follow(self, file)

    def value(self, file: ModuleFile, node: Node) -> Value:
        """What an expression comes to."""
        if self.level >= MOST_LEVELS:
            self._cuts += 1
            return self.unknown(file, node)
        self.level += 1
        try:
            evaluate = self._evaluated.get(node.type)
            return evaluate(self, file, node) if evaluate is not None else self.unknown(file, node)
        finally:
            self.level -= 1

    def unknown(self, file: ModuleFile, node: Node) -> Unknown:
        return unknown(file.origin(node), file.text(node))

    def values(self) -> list[Value]:
        """All that has been worked out outside of calls so far."""
        return list(self._values.values())

    def may_copy(self, value: Value) -> bool:
        """Whether the parts of a value may be copied: lists that hold themselves twice come to any number."""
        self.copies -= len(children_of(value))
        return self.copies >= 0

    # Names

    def name(self, file: ModuleFile, node: Node) -> Value:
        name = file.text(node)
        binding = file.binding(name, node)
        if binding is None:
            return self._undeclared(file, name, node)
        if (argument := self._argument(file, name, binding)) is not None:
            return self.unknown(file, node) if file.is_assigned_by_chance(name, binding) else argument
        if binding.imported is not None:
            value = self.imported(file, *binding.imported)
        elif binding.node is None or file.is_assigned_by_chance(name, binding):
            return self.unknown(file, node)
        else:
            value = self.bound(file, binding)
        return self.unknown(file, node) if value is None or isinstance(value, Unknown) else value

    def _undeclared(self, file: ModuleFile, name: str, node: Node) -> Value:
        if name == "undefined":
            return Undefined(file.origin(node))
        if name in ("NaN", "Infinity"):
            return Scalar(file.origin(node), float(name[:3]))
        value = self.exported(file, "*") if name == "exports" and file.has_own_exports else None
        return value or self.unknown(file, node)

    def bound(self, file: ModuleFile, binding: Binding) -> Value | None:
        """What a declaration stands for; None where that is not known."""
        if binding.node is None:
            return None
        values = self.values_for(file, binding.node)
        taken = (file.index, binding.node.id, *binding.path)
        if binding.path and taken in values:
            return values[taken]
        value: Value | None = self.value_once(file, binding.node)
        for key in binding.path:
            value = part_of(value, key) if value is not None else None
        if isinstance(value, Undefined) and binding.default is not None:
            value = self.value(file, binding.default)
        elif isinstance(value, Undefined) and len(binding.path) == 1:
            name = str(binding.path[0])
            value = self._not_exported(file, binding.node, name, place_in_pattern(file, binding.node, name)) or value
        if binding.path and value is not None and not isinstance(value, Unknown):
            values[taken] = value
        return value

    def _argument(self, file: ModuleFile, name: str, binding: Binding) -> Value | None:
        """What a parameter or the variable of a loop stands for in the call that is being worked out."""
        frame = self.frame
        while frame is not None and binding.scope is not None:
            if frame.range.file == file.index and (value := frame.names.get((binding.scope.id, name))) is not None:
                return value
            frame = frame.outer
        return None

    @contextmanager
    def within(self, frame: Frame | None) -> Iterator[None]:
        """While a call is worked out."""
        outer, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = outer

    def bind(self, file: ModuleFile, scope: Node, pattern: Node, value: Value, frame: Frame) -> None:
        """Let the names of a pattern stand for what they take of a value."""
        for name, binding in in_pattern(pattern, Binding(pattern), file.text):
            taken: Value | None = value if binding.node is not None else None
            for key in binding.path:
                taken = part_of(taken, key) if taken is not None else None
            if isinstance(taken, Undefined) and binding.default is not None:
                with self.within(frame):
                    taken = self.value(file, binding.default)
            if taken is not None:
                frame.names[scope.id, name] = taken

    def called(self, function: Function, arguments: Sequence[Value]) -> tuple[ModuleFile, Frame]:
        """The file of a function, and a call of it."""
        file, node = self.imports.files[function.origin.file], function.node
        frame = Frame(function.origin, function.frame, {}, {})
        parameters = node.child_by_field_name("parameters")
        single = node.child_by_field_name("parameter")
        patterns = [single] if single is not None else parts_of(parameters) if parameters is not None else []
        for at, pattern in enumerate(patterns):
            given = arguments[at] if at < len(arguments) else Undefined(function.origin)
            default = pattern.child_by_field_name("value")
            if default is not None and isinstance(given, Undefined):
                with self.within(frame):
                    given = self.value(file, default)
            self.bind(file, node, pattern.child_by_field_name("pattern") or pattern, given, frame)
        return file, frame

    def rebind(self, file: ModuleFile, node: Node, value: Value) -> None:
        """Let a declaration stand for another value from now on."""
        self._values[file.index, node.id] = value

    def is_idle_in(self, file: ModuleFile, node: Node) -> bool:
        """Whether a part of a module is in a function of which no call is worked out."""
        function = next((at for at in reversed(file.around(node)) if at.type in FUNCTIONS), None)
        return function is not None and self.values_for(file, function) is self._values

    def values_for(self, file: ModuleFile, node: Node) -> dict[tuple[object, ...], Value]:
        """Where the value of a part of a module is kept: with the call that it belongs to."""
        frame = self.frame
        while frame is not None and not frame.range.holds(file.origin(node)):
            frame = frame.outer
        return frame.values if frame is not None else self._values

    def once(self, file: ModuleFile, node: Node, evaluate: Callable[[Node], Value]) -> Value:
        """A value that is worked out once, and not known where it depends on itself."""
        values = self.values_for(file, node) if self.frame is not None else self._values
        key = (file.index, node.id)
        if key not in values:
            due = (id(values), *key)
            if due in self._due:
                self._cuts += 1
                return self.unknown(file, node)
            self._due.add(due)
            try:
                values[key] = evaluate(node)
            finally:
                self._due.discard(due)
        return values[key]

    def value_once(self, file: ModuleFile, node: Node) -> Value:
        """What an expression comes to, worked out where it is first asked for."""
        return self.once(file, node, lambda at: self.value(file, at))

    def member(self, file: ModuleFile, node: Node) -> Value:
        object_ = node.child_by_field_name("object")
        key = self.subscript(file, node)
        if object_ is None or key is None:
            return self.unknown(file, node)
        if key == "exports" and file.text(object_) == "module":
            return self.exported(file, "*") or self.unknown(file, node)
        is_own = file.text(object_) in ("exports", "module.exports") and file.binding("exports", node) is None
        value = self.exported(file, str(key)) if is_own else part_of(self.value(file, object_), key)
        if isinstance(value, Undefined):
            value = self._not_exported(file, object_, str(key), node.child_by_field_name("property") or node) or value
        return self.unknown(file, node) if value is None or isinstance(value, Unknown) else value

    def subscript(self, file: ModuleFile, node: Node) -> str | int | None:
        """The key that ``.key`` or ``["key"]`` takes."""
        if (name := node.child_by_field_name("property")) is not None:
            return file.text(name)
        index = node.child_by_field_name("index")
        match self.value(file, index) if index is not None else None:
            case Text(text=key):
                return key
            case Scalar(value=int(number)):
                return int(number)
        return None

    # Other modules

    def imported(self, file: ModuleFile, module: str, name: str) -> Value | None:
        """What a module exports under a name; None where it cannot be read, or exports no such thing."""
        if (other := self._imported_file(file, module)) is None:
            return None
        value = self.exported(other, name)
        if (value is None or isinstance(value, Undefined)) and name not in ("*", "default" if is_whole(other) else "*"):
            names = exported_names(other, self.exported(other, "*"))
            if names is not None and name not in names:
                self._lead_nowhere(file, module, name, names)
                return None
        return value

    def _imported_file(self, file: ModuleFile, module: str) -> ModuleFile | None:
        """The file that a module imports by a name; None where it cannot be read."""
        other = self.imports.file(file, module)
        if other is None and self.imports.is_missing(file, module):
            self._lead_nowhere(file, module, "", ())
        return other

    def _lead_nowhere(self, file: ModuleFile, module: str, name: str, exported: tuple[str, ...]) -> None:
        if (place := place_of_import(file, module, name)) is not None:
            self.unmet[file.origin(place)] = UnmetImport(module, name, exported)

    def _not_exported(self, file: ModuleFile, node: Node, name: str, place: Node) -> Value | None:
        """What stands for a name that is taken of what an expression requires; None where that may have it."""
        if (module := self._required(file, node)) is None or (other := self.imports.file(file, module)) is None:
            return None
        names = exported_names(other, self.exported(other, "*"))
        if names is None:
            return self.unknown(file, place)
        return NotExported(file.origin(place), UnmetImport(module, name, names)) if name not in names else None

    def _required(self, file: ModuleFile, node: Node) -> str | None:
        """The module that an expression is all of: ``require("…")``, or a name that stands for it."""
        if node.type == "identifier" and (binding := file.binding(file.text(node), node)) is not None:
            if binding.imported is not None:
                return binding.imported[0] if binding.imported[1] == "*" else None
            if binding.node is None or binding.path or binding.node.type != "call_expression":
                return None
            node = binding.node
        function, arguments = (node.child_by_field_name(field) for field in ("function", "arguments"))
        if function is None or arguments is None or file.text(function) != "require":
            return None
        parts = parts_of(arguments)
        return file.quoted(parts[0]) if len(parts) == 1 and parts[0].type == "string" else None

    def exported(self, file: ModuleFile, name: str) -> Value | None:
        if self.level >= MOST_LEVELS:
            self._cuts += 1
            return None
        self.level += 1
        self.follow(file)
        try:
            return self._json(file, name) if file.shift else self._exported(file, name)
        finally:
            self.level -= 1

    def _json(self, file: ModuleFile, name: str) -> Value | None:
        """What a file is that holds a value and nothing else."""
        inner = first_child(file.root)
        if inner is None:
            return None
        value = self.once(file, inner, lambda at: self.value(file, first_child(at) or at))
        return value if name in ("*", "default") else part_of(value, name)

    def _exported(self, file: ModuleFile, name: str) -> Value | None:
        exports = file.exports
        if name not in exports and (name == "*" or "module" in exports):
            whole = self._whole(file)
            return whole if name in ("*", "default") else part_of(whole, name)
        target = exports.get(name)
        if isinstance(target, tuple):
            return self.imported(file, *target)
        if target is not None and target.type == "assignment_expression":  # that may not happen
            return self.unknown(file, target)
        if target is not None:
            return self.value_once(file, target)
        files = (self._imported_file(file, module) for module in file.reexported)
        others = (self.exported(other, name) for other in files if other is not None)
        return next((value for value in others if value is not None), None)

    def _whole(self, file: ModuleFile) -> Value:
        """All that a module exports, as ``require`` gives it: kept, unless some of it is being worked out just now."""
        key, cuts = (file.index, file.root.id), self._cuts
        if key in self._values:
            return self._values[key]
        whole = self._all_exported(file)
        if cuts == self._cuts:
            self._values[key] = whole
        return whole

    def _all_exported(self, file: ModuleFile) -> Value:
        place = file.origin(file.root)
        if isinstance(node := file.exports.get("module"), Node):
            return self.exported(file, "module") or self.unknown(file, node)
        members = [
            Child(Text(place, (Piece(name, place, is_verbatim=False),)), member, member.origin)
            for name, target in file.exports.items()
            if not isinstance(target, tuple) and (member := self.exported(file, name)) is not None
        ]
        if not file.knows_exports:
            members.insert(0, Child(None, unknown(place, file.source.path), place, is_spread=True))
        return Object(place, members)


def first_child(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type != "comment"), None)


def part_of(value: Value, key: str | int) -> Value | None:
    """The member or element of a value; None where that is not known."""
    if isinstance(value, Object):
        return value.member(str(key)) or Undefined(value.origin)
    if isinstance(value, List) and isinstance(key, int) and not value.is_open and 0 <= key < len(value.elements):
        return value.elements[key].value
    return None


Evaluate = Callable[[Evaluator, ModuleFile, Node], Value]
Follow = Callable[[Evaluator, ModuleFile], None]
"""Works out what the statements of a module do."""
_EVALUATED: dict[str, Evaluate] = {
    **dict.fromkeys(("identifier", "shorthand_property_identifier"), Evaluator.name),
    **dict.fromkeys(("member_expression", "subscript_expression"), Evaluator.member),
}
