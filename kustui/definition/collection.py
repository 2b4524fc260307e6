"""The files that were opened together, and the workflows in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct, field

from kustui.definition.free_names import FreeNames
from kustui.definition.source.file_text import OutlinedText, OutlineOf, read_text
from kustui.definition.source.json_values import UNKNOWN_BYTES, UNKNOWN_VALUE, is_unknown
from kustui.definition.source.outline import AppItem, Item, Outline, Page, Shape, outline
from kustui.definition.source.positions import Positions, Spot, TextPositions, is_inside, may_hold, parent, scan
from kustui.definition.source.source import Extent, Fault, Source, Span
from kustui.files import ReadFile, no_file
from kustui.groups import grouped

if TYPE_CHECKING:
    from kustui.definition.models import App, Workflow
    from kustui.definition.parsed_workflow import ParsedWorkflow


class Entry(Struct, frozen=True, eq=False, dict=True):
    """One workflow of a file. Its outline is there at once; its model and its positions are read when asked for."""

    source: Source
    item: Item
    key: str
    """Its identity across reloads: its file, and its id, its name or its pointer."""
    text_positions: TextPositions = field(default_factory=TextPositions)

    @property
    def id(self) -> str | None:
        return self.item.id

    @property
    def title(self) -> str:
        """What people call it: its display name, else its name, its id or its place."""
        name = self.item.display_name or self.item.name or self.item.id
        return name or f"unnamed workflow at {self.source.place(self.item.extent.start)}"

    def parse(self) -> ParsedWorkflow:
        """Its model as far as it could be read. Parsed again on each call: for passes over all workflows."""
        from kustui.definition.parsed_workflow import read_workflow

        item = self.item
        return read_workflow(self.source.data, item.extent, item.pointer, resource=item.resource, partial=item.partial)

    @cached_property
    def parsed(self) -> ParsedWorkflow:
        """The same, kept: for a workflow that somebody has opened."""
        return self.parse()

    @property
    def workflow(self) -> Workflow:
        return self.parsed.workflow

    @property
    def size(self) -> int:
        """Of its text, in bytes."""
        return self.item.extent.end - self.item.extent.start

    @property
    def has_unknown(self) -> bool:
        """Whether something in it is known to a run of the module alone."""
        start, end = self.item.extent
        return self.source.origins is not None and self.source.data.find(UNKNOWN_BYTES, start, end) >= 0

    def has_text_of(self, other: Entry) -> bool:
        """Whether another is an earlier or later reading of the same text."""
        return self.text_positions is other.text_positions

    def text(self) -> bytes:
        start, end = self.item.extent
        return self.source.data[start:end]

    def may_hold(self, text: str) -> bool:
        """Whether one of its strings may hold a text; quick, and True for some where none does."""
        return may_hold(self.text(), text)

    @property
    def pointers(self) -> Iterator[str]:
        """The JSON pointers of all its values."""
        return (f"{self.item.pointer}{pointer}" for pointer in self.text_positions.of(self.text).spots)

    def holds(self, pointer: str) -> bool:
        """Whether there is a value at a pointer."""
        inner = pointer.removeprefix(self.item.pointer)
        return is_inside(pointer, self.item.pointer) and inner in self.text_positions.of(self.text).spots

    def spot(self, pointer: str) -> Spot:
        """The position of the value at a pointer into it, or of the nearest ancestor that exists."""
        if pointer == self.item.pointer:
            return Spot(self.item.extent)
        inner = pointer.removeprefix(self.item.pointer)
        return self.text_positions.spot(self.text, inner).moved(self.item.extent.start)

    def pointer_at(self, offset: int) -> str:
        """The pointer of the innermost value in it around a byte of the file."""
        inner = self.text_positions.of(self.text).innermost(offset - self.item.extent.start)
        return f"{self.item.pointer}{inner}"


class AppEntry(Struct, frozen=True, eq=False, dict=True):
    """One app definition of a file. Its outline is there at once; the rest is read when asked for."""

    source: Source
    item: AppItem

    @cached_property
    def _parsed(self) -> tuple[App, tuple[Fault, ...]]:
        from kustui.definition.parsed_workflow import read_app

        return read_app(self.source.data, self.item.members, self.item.pointer, resource=self.item.resource)

    @property
    def app(self) -> App:
        """The app, without its workflows."""
        return self._parsed[0]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return self._parsed[1]


class Document(Struct, frozen=True, eq=False, dict=True):
    """One file."""

    source: Source
    shape: Shape
    entries: tuple[Entry, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What is wrong with the file as a whole, not with one of its workflows."""
    apps: tuple[AppEntry, ...] = ()
    values: tuple[Extent, ...] = ()
    """The values of a stream; none in a file of one value."""
    is_recognized: bool = True
    """Whether it looks like a definition, and not only like something that one could be."""
    pages: tuple[Page, ...] = ()
    """The pages of API lists in it."""
    broken: Document | None = None
    """What the file holds now, if that cannot be read and this is what it held before."""

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def pointer(self) -> str:
        """That of the only app definition in it, else that of the whole."""
        return self.apps[0].item.pointer if len(self.apps) == 1 else ""

    @property
    def app_faults(self) -> tuple[Fault, ...]:
        """What is wrong with its apps, beside their workflows."""
        return tuple(fault for app in self.apps for fault in app.faults if fault.rule != UNKNOWN_VALUE)

    @property
    def may_hold_workflows(self) -> bool:
        """Whether it has a place for workflows, be it an empty list, as on the last page of an API list."""
        return self.shape not in (Shape.NOTHING, Shape.BROKEN)

    @property
    def is_fully_read(self) -> bool:
        """Whether no workflow can be in a part of it that is no JSON, or nested too deep."""
        lost = any(fault.rule == "invalid-json" and fault.pointer for fault in self.faults)
        return self.shape is not Shape.BROKEN and not lost

    @property
    def is_one_workflow(self) -> bool:
        """Whether it is a workflow and nothing else, with nothing wrong around it."""
        one = self.shape is Shape.WORKFLOW and len(self.entries) == 1
        return one and not self.faults and self.broken is None

    def app_at(self, pointer: str) -> AppEntry | None:
        """The app definition around a place; None outside of all."""
        while pointer and self.apps:
            pointer = parent(pointer)
            if app := self._apps_by_pointer.get(pointer):
                return app
        return None

    @cached_property
    def _apps_by_pointer(self) -> dict[str, AppEntry]:
        return {app.item.pointer: app for app in self.apps}

    @cached_property
    def entries_by_app(self) -> Mapping[AppEntry | None, Sequence[Entry]]:
        """Its workflows by the app definition around them; None for those outside of all."""
        return grouped((self.app_at(entry.item.pointer), entry) for entry in self.entries)

    @cached_property
    def free_names(self) -> FreeNames:
        """Names that none of its workflows has."""
        return FreeNames({entry.item.name for entry in self.entries}.__contains__, " ")

    @cached_property
    def _by_pointer(self) -> dict[str, Entry]:
        return {entry.item.pointer: entry for entry in self.entries}

    @cached_property
    def _outer(self) -> Positions:
        """The positions of everything outside of the workflows; of a file that is not readable, the whole."""
        if self.shape is Shape.BROKEN:
            return Positions({"": Spot(Extent(0, len(self.source.data)))})
        skip = {entry.item.extent.start: entry.item.extent.end for entry in self.entries}
        if not self.values:
            return scan(self.source.data, skip=skip)
        spots = {"": Spot(Extent(0, len(self.source.data)))}
        broken = {fault.pointer for fault in self.faults if fault.rule == "invalid-json"}
        for index, value in enumerate(self.values):
            pointer = f"/{index}"
            spots[pointer] = Spot(value)
            if pointer not in broken:
                spots |= scan(self.source.data, value.start, pointer, skip).spots
        return Positions(spots)

    @property
    def outer_pointers(self) -> Iterator[str]:
        """The JSON pointers of all values outside of its workflows, and those of the workflows."""
        return iter(self._outer.spots)

    def entry_at(self, pointer: str) -> Entry | None:
        """The workflow at a pointer, or around it; None outside of all workflows."""
        while True:
            if (entry := self._by_pointer.get(pointer)) or not pointer:
                return entry
            pointer = parent(pointer)

    def spot(self, pointer: str) -> Spot:
        """The position of the value at a pointer, or of the nearest ancestor that exists."""
        entry = self.entry_at(pointer)
        return entry.spot(pointer) if entry else self._outer.nearest(pointer)

    def children(self, pointer: str) -> dict[str, Spot]:
        """The positions of the members or elements of a value by the last segments of their pointers, in the order of
        the text. Found once: for all that is added to a list, everything that it has is asked for."""
        if (spots := self._children.get(pointer)) is None:
            inside = scan(self.source.data, self.spot(pointer).value.start).spots
            spots = {place[1:]: spot for place, spot in inside.items() if place.count("/") == 1}
            self._children[pointer] = spots
        return spots

    @cached_property
    def _children(self) -> dict[str, dict[str, Spot]]:
        return {}

    @cached_property
    def _by_place(self) -> Sequence[Entry]:
        return sorted(self.entries, key=lambda entry: entry.item.extent.start)

    def entries_between(self, start: int, end: int) -> Sequence[Entry]:
        """The workflows of which something lies between two bytes, in the order of the file."""
        first = bisect_right(self._by_place, start, key=lambda entry: entry.item.extent.end)
        return self._by_place[first : bisect_left(self._by_place, end, key=lambda entry: entry.item.extent.start)]

    def pointer_at(self, offset: int) -> str:
        """The pointer of the innermost value around a byte, its key being a part of it."""
        for entry in self.entries_between(offset, offset + 1):
            return entry.pointer_at(offset)
        return self._outer.innermost(offset)

    def span(self, pointer: str) -> Span:
        """The lines and columns of the value at a pointer."""
        return self.source.span(self.spot(pointer).value)

    def location(self, pointer: str) -> str:
        """``path:line:column`` of the value at a pointer, in the file in which it is written."""
        source, extent = self.source.written(self.spot(pointer).value)
        return source.location(extent.start)

    def is_unknown(self, pointer: str) -> bool:
        """Whether only a run of the module knows the value at a pointer, or some of what it holds directly; where there
        is none, whether there may be one."""
        is_one = bool(pointer or not self.values)
        return self.has_unknown and is_one and is_unknown(self.source.data, self.spot(pointer).value)

    @cached_property
    def has_unknown(self) -> bool:
        """Whether something in it is known to a run of the module alone."""
        return self.source.origins is not None and UNKNOWN_BYTES in self.source.data

    def is_judged(self, fault: Fault) -> bool:
        """Whether a fault is one: not where only a run of the module knows what is there."""
        return fault.extent is not None or not self.is_unknown(fault.pointer)

    def fault_extent(self, fault: Fault) -> Extent:
        return fault.extent or self.spot(fault.pointer).value


class Collection(Struct, frozen=True, eq=False, dict=True):
    """The files that were opened, in the order in which they are shown."""

    documents: tuple[Document, ...] = ()
    others: int = 0
    """How many files below the given folders define nothing, and are passed over."""
    paths: tuple[str, ...] = ()
    """The files and folders that were named."""

    @cached_property
    def is_empty(self) -> bool:
        """Whether it holds neither a workflow nor an app."""
        return not any(document.entries or document.apps for document in self.documents)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every workflow, file by file."""
        return tuple(entry for document in self.documents for entry in document.entries)

    @cached_property
    def _document_of(self) -> dict[Source, Document]:
        return {document.source: document for document in self.documents}

    @property
    def apps(self) -> Iterator[tuple[Document, AppEntry]]:
        """Every app definition, with its file."""
        return ((document, app) for document in self.documents for app in document.apps)

    @cached_property
    def incomplete(self) -> frozenset[Document]:
        """The files with a page of an API list of which the next page is in none of the files."""
        own = {page.own for document in self.documents for page in document.pages}
        return frozenset(one for one in self.documents if any(page.next and page.next not in own for page in one.pages))

    def document_of(self, entry: Entry | AppEntry) -> Document:
        return self._document_of[entry.source]

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Workflows by their id; of several with the same id, the first that declares it."""
        entries: dict[str, Entry] = {}
        for entry in sorted(self.entries, key=lambda entry: not entry.item.declares_id):
            if entry.id is not None:
                entries.setdefault(entry.id, entry)
        return entries

    def has_taken_id(self, entry: Entry) -> bool:
        """Whether an earlier workflow has the same id, so that whoever names the id means that one."""
        return entry.id is not None and self.by_id[entry.id] is not entry

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def by_name(self) -> tuple[Mapping[str | None, tuple[Entry, ...]], ...]:
        """Workflows by what they may be called: the id, the name, the display name, the key."""
        names = map(attrgetter, ("id", "item.name", "title", "key"))
        return tuple(grouped((name(entry), entry) for entry in self.entries) for name in names)


def read_document(
    path: str, raw: bytes, before: Document | None = None, read: ReadFile = no_file, outline_of: OutlineOf = outline
) -> Document:
    """The document that the bytes of a file hold. Never raises: what is wrong with it is among its faults.

    ``before`` is what the file held until now: what is known of a workflow whose text is the same is taken from it.
    ``read`` gives the files that a module imports.
    """
    known = None if before is None else _outlined(before)
    source, outlined, edited = read_text(path, raw, known, read, outline_of)
    return Document(
        source,
        outlined.shape,
        tuple(_entries(source, outlined, before, edited)),
        outlined.faults,
        tuple(AppEntry(source, app) for app in outlined.apps),
        outlined.values,
        outlined.is_recognized,
        outlined.pages,
    )


def _outlined(document: Document) -> OutlinedText:
    items, apps = tuple(entry.item for entry in document.entries), tuple(app.item for app in document.apps)
    rest = document.faults, document.values, document.is_recognized, document.pages
    return OutlinedText(document.source, Outline(document.shape, items, apps, *rest))


def _entries(source: Source, outlined: Outline, before: Document | None, edited: int | None) -> Iterator[Entry]:
    """``edited`` is the index of the only workflow whose text has changed, if that is known."""
    keys: set[str] = set()
    earlier = {entry.key: entry for entry in before.entries} if before is not None else {}
    for place, item in enumerate(outlined.items):
        key = f"{source.path}#{item.id or item.name or item.pointer}"
        while key in keys:  # a second one of the same id: told apart by where it stands
            key += f"#{item.pointer}"
        keys.add(key)
        old = earlier.get(key)
        if before is not None and edited is not None and place != edited:
            same = old is before.entries[place]
        else:
            start, end = item.extent
            same = old is not None and old.size == end - start and old.text() == source.data[start:end]
        yield Entry(source, item, key, old.text_positions) if old is not None and same else Entry(source, item, key)
