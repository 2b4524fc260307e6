"""The definitions that a module builds, as JSON text that knows where each part is written.

An app, a workflow or a list of them is told by its shape, wherever the module builds it: what is exported first, then
any other object. Nothing of it is ever run.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace
from tree_sitter import Node

from kustui.definition.modules.calls import CALLED, result_of
from kustui.definition.modules.computed_values import COMPUTED
from kustui.definition.modules.execution import EXECUTED, follow
from kustui.definition.modules.import_faults import import_fault
from kustui.definition.modules.imports import Imports
from kustui.definition.modules.json_text import JsonText, TooLargeError
from kustui.definition.modules.literals import LITERALS
from kustui.definition.modules.static_evaluation import Evaluator
from kustui.definition.modules.static_values import Function, List, NotExported, Object, Origin, Scalar, Unknown, Value
from kustui.definition.modules.syntax_errors import (
    MOST_LEVELS,
    fault_of_node,
    first_error,
    nested_too_deep_in,
    syntax_fault,
)
from kustui.definition.source.outline import outline
from kustui.definition.source.positions import MAX_DEPTH
from kustui.definition.source.source import Extent, Fault, Source
from kustui.definition.source.syntax import nested_too_deep
from kustui.files import ReadFile

_KEYS = re.compile(rb"(?<![\w$.])(?:workflows|workflow|trigger|steps|app|attributes)(?![\w$])")
"""One of these is a key of every definition."""
_NAMES_OF_APPS, _NAMES_OF_WORKFLOWS = frozenset({"app", "version"}), frozenset({"trigger", "steps"})
"""What a module exports by name that is an app or a workflow itself."""
_MOST_CANDIDATES = 20_000


class ReadModule(NamedTuple):
    """What a module builds."""

    source: Source
    """Its definitions as JSON, several one after the other; ``null`` where there are none."""
    faults: tuple[Fault, ...] = ()
    """Why it cannot be read."""
    import_faults: tuple[Fault, ...] = ()
    """The imports that lead nowhere; the rest is read."""


def read_module(module: Source, read: ReadFile) -> ReadModule:
    """The definitions of a module, whose text is given. ``read`` gives it the files that it imports."""
    if (deep := _too_deep(module.data)) is not None:
        return ReadModule(module, (nested_too_deep(deep),))
    reading = _Reading(module, read)
    if (part := nested_too_deep_in(reading.file.root)) is not None:
        return ReadModule(module, (nested_too_deep(reading.file.origin(part).start, most=MOST_LEVELS),))
    try:
        reading.take_all()
    except TooLargeError as error:
        fault = Fault("invalid-json", str(error), "write out what they come to", extent=Extent(0, 1))
        return ReadModule(reading.source(b"null"), (fault,))
    if faults := tuple(reading.errors()):
        return ReadModule(module, faults)
    if not reading.text.data:
        reading.text.write(Scalar(reading.file.origin(reading.file.root), None, is_literal=False))
    import_faults = tuple(reading.import_faults())
    return ReadModule(reading.source(reading.text.data), import_faults=import_faults)


class _Reading:
    """The reading of one module."""

    def __init__(self, module: Source, read: ReadFile) -> None:
        self.imports = Imports(module, read)
        self.file = self.imports.files[0]
        self.evaluator = Evaluator(self.imports, {**LITERALS, **COMPUTED, **CALLED, **EXECUTED}, follow)
        self.text = JsonText(self.imports.files)
        self._taken: list[Origin] = []
        """What is part of a definition already, in order."""
        self._unknown: list[Origin] = []
        """What of that is not known, in order: it may build definitions of its own."""
        self._taken_within: list[Origin] = []
        """Those definitions, in order."""
        self._not_exported: list[NotExported] = []
        """What it exports as a whole, and takes of another module that does not export it."""
        self._spread: list[Origin] = []
        """The keys in it that came with another object, in order."""

    def source(self, data: bytes) -> Source:
        files = tuple(file.source for file in self.imports.files)
        origins = self.text.builder.origins(files, self.imports.contents)
        return replace(files[0], data=data, origins=origins)

    def take_all(self) -> None:
        """Raises TooLargeError."""
        if self.file.shift:
            self._take(self.evaluator.exported(self.file, "*"))
            return
        exports = self.file.exports
        self.evaluator.follow(self.file)
        if _NAMES_OF_APPS.issubset(exports) or _NAMES_OF_WORKFLOWS.issubset(exports):
            self._take(self.evaluator.exported(self.file, "*"))
        for name in ("module", "default", *exports):
            if name in exports and not isinstance(exports[name], tuple):
                self._take(self.evaluator.exported(self.file, "*" if name == "module" else name))
        for node in self._candidates():
            if not self._is_taken(self.file.origin(node)):
                self._take(self.evaluator.value(self.file, node))

    def _take(self, value: Value | None) -> None:
        if isinstance(value, NotExported):
            self._not_exported.append(value)
        if isinstance(value, Function):
            value = result_of(self.evaluator, value, ())
        if not isinstance(value, Object | List) or self._is_taken(value.origin):
            return
        mark = self.text.mark()
        self.text.write(value)
        outlined = outline(Source(self.file.source.path, self.text.since(mark)))
        if outlined.is_recognized and (outlined.items or outlined.apps):
            self._take_in(value)
        else:
            self.text.reset(mark)

    def _is_taken(self, origin: Origin) -> bool:
        if self._taken_around(origin) is not None:
            return True
        at = bisect_left(self._spread, origin)
        return at < len(self._spread) and origin.holds(self._spread[at])

    def _taken_around(self, origin: Origin) -> Origin | None:
        around = self._around(self._taken, origin)
        inner = self._around(self._unknown, origin)
        if around is None or inner is None or inner < around:
            return around
        return self._around(self._taken_within, origin)

    def _around(self, ranges: list[Origin], origin: Origin) -> Origin | None:
        at = bisect_left(ranges, Origin(origin.file, origin.start + 1, 0))
        around = ranges[at - 1] if at else None
        return around if around is not None and around.holds(origin) else None

    def _take_in(self, value: Value) -> None:
        """Note where a definition is written, what in it is written elsewhere, and which objects are spread into it."""
        pending: list[tuple[Value, Origin | None]] = [(value, None)]
        seen: set[int] = set()
        while pending:
            value, outer = pending.pop()
            if id(value) in seen or not isinstance(value, Object | List):
                continue
            seen.add(id(value))
            if outer is None or not outer.holds(value.origin):
                outer = value.origin
                if self._taken_around(outer) is None:
                    insort(self._taken_within if self._around(self._taken, outer) else self._taken, outer)
            children = value.members if isinstance(value, Object) else value.elements
            for child in children:
                if child.is_spread and child.key is not None:
                    insort(self._spread, child.key.origin)
                if isinstance(child.value, Unknown) and not self._around(self._unknown, child.value.origin):
                    insort(self._unknown, child.value.origin)
            pending.extend((child.value, outer) for child in children)

    def _candidates(self) -> Iterator[Node]:
        """The outermost objects with a key that a definition has, then those in them that are none."""
        data, seen, count = self.file.source.data, set[int](), 0
        at = 0
        while (match := _KEYS.search(data, at)) and count < _MOST_CANDIDATES:
            at = match.end()
            origin = Origin(0, match.start(), match.end())
            if (taken := self._taken_around(origin)) is not None:
                inner = bisect_left(self._unknown, origin)
                start = self._unknown[inner].start if inner < len(self._unknown) else taken.end
                at = max(at, min(start, taken.end))
                continue
            node = self.file.root.descendant_for_byte_range(match.start(), match.end())
            around = [*self.file.around(node), node] if node is not None else []
            for holder in [part for part in around if part.type == "object" and part.id not in seen]:
                seen.add(holder.id)
                count += 1
                yield holder

    def import_faults(self) -> Iterator[Fault]:
        """The imports that lead nowhere, and that something in the definitions depends on."""
        unmet = dict(self.evaluator.unmet)
        unmet |= {value.origin: value.unmet for value in (*self.text.not_exported, *self._not_exported)}
        yield from (import_fault(each, self.text.place(origin)) for origin, each in sorted(unmet.items()))

    def errors(self) -> Iterator[Fault]:
        """What is no valid syntax in a definition or instead of one, and what no version of the language has."""
        explained = syntax_fault(self.file)
        if explained is not None and (explained.is_certain or not self._taken):
            yield explained.fault
        elif self.file.root.has_error:
            ranges = self._taken or [self.file.origin(self.file.root)]
            node = first_error(self.file, (taken for taken in ranges if not taken.file))
            if node is not None:
                places = [*ranges, self.file.origin(node)]
                is_there = explained is not None and any(explained.is_at(place) for place in places)
                yield explained.fault if explained is not None and is_there else fault_of_node(self.file, node)


_TEMPLATE = rb"[^`\\$]*+(?:(?:\\.|\$(?!\{))[^`\\$]*+)*+(?:`|(\$\{))?"
"""The text of a template up to its end, or to the next part that is code."""
_BRACKETS = re.compile(
    rb"""(?s)([{(\[]+)|([})\]]+)"""
    rb"""|//[^\n]*|/\*(?:.*?\*/|.*)"""
    rb"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'?|`""" + _TEMPLATE
)
"""Those that open, those that close, and what begins a template; comments, strings and templates are passed over."""
_TEMPLATE_GOES_ON = re.compile(rb"(?s)" + _TEMPLATE)


def _too_deep(data: bytes) -> int | None:
    """The place where brackets first are nested deeper than is read; None where they are not."""
    depth = at = 0
    templates: list[int] = []  # how deep each template is that code stands in
    while (match := _BRACKETS.search(data, at)) is not None:
        at, begins_code = match.end(), match[3] is not None
        closed = len(match[2] or b"")
        if templates and closed >= depth - templates[-1]:
            at, depth = match.start() + depth - templates[-1], templates.pop()
            text = _TEMPLATE_GOES_ON.match(data, at)
            assert text is not None, "it may be empty"
            at, begins_code = text.end(), text[1] is not None
        else:
            depth += len(match[1] or b"") - closed
        if begins_code:
            templates.append(depth)
            depth += 1
        if depth > MAX_DEPTH:
            return match.start()
    return None
