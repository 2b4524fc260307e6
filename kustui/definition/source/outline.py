"""The outline of a file: which workflows it contains, and where, without decoding them.

msgspec splits a JSON text into its members and leaves each as the bytes it is, at about 1 GB/s. A workflow's id and
name are decoded, the rest when it is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from itertools import islice
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.platform import APP_KEYS, DISTINCTIVE_APP_KEYS, WORKFLOW_KEYS, called_id
from kustui.definition.source import recognition
from kustui.definition.source.positions import (
    BLANKS,
    MAX_DEPTH,
    Member,
    elements,
    elements_with_members,
    last_members,
    members,
    repeated_members,
    too_deep,
)
from kustui.definition.source.recognition import (
    begins_like_definition,
    is_app,
    is_step,
    is_trigger,
    is_workflow,
    stream_values,
)
from kustui.definition.source.source import Extent, Fault, Source, replace_lone_surrogates, wrong_kind

WRAPPED_KEYS = {*WORKFLOW_KEYS, "attributes", "data", "name", "description", "enabled"}
_PAGE_KEYS = {"data", "links", "meta", "included", "jsonapi"}  # of an API list
_MOST_LOOKED_AT = 3
"""Steps that are looked at to tell whether they are a workflow's."""


class Shape(Enum):
    """What a file as a whole contains (format.md §1)."""

    APP = "app definition"
    FRAGMENT = "fragment"
    WORKFLOW = "one workflow"
    LIST = "several workflows"
    EXPORT = "API export"
    NOTHING = "no workflow"
    BROKEN = "not readable"


class Item(NamedTuple):
    """One workflow of a file, not yet read."""

    pointer: str
    extent: Extent
    id: str | None = None
    """Its ``id``, else the one that its ``eventName`` calls [spec]; None where neither gives one."""
    name: str = ""
    display_name: str = ""
    event: str = ""
    """The ``eventName`` that starts it."""
    callable: bool = False
    enabled: bool = True
    declares_id: bool = True
    """Whether its id, if it has one, is its own and not that of its ``eventName``."""
    resource: bool = False
    """Whether it is an API resource, the workflow under its ``attributes``."""
    partial: bool = False
    """Whether it may have only some keys of a workflow, as the body of an update has: it is no app's or fragment's."""


class AppItem(Struct, frozen=True):
    """One app definition of a file, not yet read."""

    pointer: str
    extent: Extent
    members: Mapping[str, Extent]
    """The position of each of its members."""
    name: str = ""
    resource: bool = False
    """Whether it is the API's view of an app, the ``attributes`` of a resource: its name is under ``name`` there."""

    def moved(self, move: Callable[[Extent], Extent]) -> AppItem:
        """The same elsewhere in the file."""
        members = {key: move(extent) for key, extent in self.members.items()}
        return replace(self, extent=move(self.extent), members=members)


class Page(Struct, frozen=True):
    """One page of an API list: the links to itself and to the next one; an empty string where there is none."""

    own: str
    next: str


class Outline(Struct, frozen=True):
    shape: Shape
    items: tuple[Item, ...] = ()
    apps: tuple[AppItem, ...] = ()
    faults: tuple[Fault, ...] = ()
    values: tuple[Extent, ...] = ()
    """The values of a stream, whose JSON pointers begin as if they were one list; none in a file of one value."""
    is_recognized: bool = False
    """Whether it looks like a definition, and not only like something that one could be."""
    pages: tuple[Page, ...] = ()
    """The pages of API lists in it."""


def outline(source: Source) -> Outline:
    """The workflows of a file, in its order. Never raises: what is wrong is among the faults."""
    try:
        whole = _Walk(source.data).outline()
        is_definition = whole.shape is Shape.NOTHING and whole.faults and begins_like_definition(source.data)
        return replace(whole, shape=Shape.BROKEN, is_recognized=True) if is_definition else whole
    except (RecursionError, msgspec.DecodeError) as error:
        return _stream(source) or _broken(source, error)


def item_at(data: bytes, extent: Extent, item: Item) -> tuple[Item, Shape] | None:
    """A workflow that ``outline`` has given as it is now, and the shape that it gives its file; None if it is none any
    more, or does not look like one. Raises msgspec.DecodeError if it is not JSON."""
    walk = _Walk(data)
    if item.pointer.rpartition("/")[0].endswith("/workflows"):
        walk.add(extent, item.pointer, last_members(members(data, extent)), partial=item.partial)
        shape = Shape.FRAGMENT
    else:
        shape = walk.visit_object(extent, item.pointer)
    is_one = len(walk.items) == 1 and not walk.faults and not walk.apps
    return (walk.items[0], shape) if is_one and walk.is_recognized else None


def _stream(source: Source) -> Outline | None:
    """The outline of JSON values one after the other, of which some may be broken; None if the file is no stream."""
    from kustui.definition.source.syntax import fault_between

    data = replace_lone_surrogates(source.data)
    values = stream_values(data)
    if values is None:
        return None
    placed = [(value, f"/{index}") for index, value in enumerate(values)]
    whole = _Walk(data).outline_of([(value.extent, pointer) for value, pointer in placed if value.is_json])
    broken = [fault_between(source, value.extent, pointer) for value, pointer in placed if not value.is_json]
    return Outline(
        Shape.LIST if broken or whole.shape not in (Shape.EXPORT, Shape.NOTHING) else whole.shape,
        whole.items,
        whole.apps,
        (*whole.faults, *broken),
        tuple(value.extent for value in values),
        whole.is_recognized or begins_like_definition(data),
        whole.pages,
    )


def _broken(source: Source, error: Exception) -> Outline:
    """Why a file cannot be split into its workflows; or its outline, if lone surrogates were the only obstacle."""
    from kustui.definition.source.syntax import fault_in, nested_too_deep  # its many patterns are for files like this

    if isinstance(error, RecursionError):
        fault = nested_too_deep(too_deep(source.data) or 0)
    elif syntax_fault := fault_in(source):
        fault = syntax_fault
    elif (whole := replace_lone_surrogates(source.data)) != source.data:
        return outline(Source(source.path, whole))
    else:
        fault = Fault("invalid-json", f"this cannot be read as JSON: {error}", extent=Extent(0, 0))
    return Outline(Shape.BROKEN, faults=(fault,), is_recognized=begins_like_definition(source.data))


class _Walk:
    """One pass over the outermost levels of a file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pending: list[tuple[Extent, str]] = []
        """Values yet to be visited, the next one last."""
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.apps: list[AppItem] = []
        self.pages: list[Page] = []
        self.is_recognized = False

    def outline(self) -> Outline:
        start = BLANKS.match(self.data).end()  # type: ignore[union-attr]  # it matches the empty string
        end = len(self.data)
        while end > start and self.data[end - 1] in b" \t\r\n":  # rstrip would copy the whole file
            end -= 1
        return self.outline_of([(Extent(start, end), "")])

    def outline_of(self, values: Sequence[tuple[Extent, str]]) -> Outline:
        """The outline of some values, each with its pointer."""
        self.pending.extend(reversed(values))
        shapes: set[Shape] = set()
        while self.pending:
            shapes.add(self.visit(*self.pending.pop()))
        return Outline(
            shape=_overall(shapes),
            items=tuple(self.items),
            apps=tuple(self.apps),
            faults=tuple(self.faults),
            is_recognized=self.is_recognized,
            pages=tuple(self.pages),
        )

    def visit(self, extent: Extent, pointer: str) -> Shape:
        """Collect the workflows of a value; LIST or NOTHING if it is not one itself."""
        opening = self.opening(extent)
        if pointer.count("/") >= MAX_DEPTH:
            from kustui.definition.source.syntax import nested_too_deep

            self.faults.append(nested_too_deep(extent.start, pointer))
        elif opening == b"[":
            numbered = enumerate(elements(self.data, extent))
            self.pending.extend(reversed([(element, f"{pointer}/{index}") for index, element in numbered]))
            return Shape.LIST
        elif opening == b"{":
            return self.visit_object(extent, pointer)
        elif not pointer:
            msgspec.json.decode(self.raw(extent), type=msgspec.Raw)  # a lone value: it may be none
        return Shape.NOTHING

    def visit_object(self, extent: Extent, pointer: str) -> Shape:
        all_members = list(members(self.data, extent))
        extents = last_members(all_members)
        if "workflows" not in extents:
            if "attributes" in extents and (shape := self.visit_resource(extent, pointer, extents)):
                return shape
            if is_workflow(extents.keys()):
                self.add(extent, pointer, extents, partial=True)
                return Shape.WORKFLOW
            if not is_app(extents.keys()) or self.has_words(extents):
                return self.visit_wrapper(all_members, pointer, extents)
        elif self.has_words(extents):
            return Shape.NOTHING
        self.faults.extend(repeated_members(all_members, pointer))
        if "app" in extents:
            return self.add_app(extent, pointer, extents)
        self.faults.extend(recognition.mistyped_app(extents, pointer))
        self.add_all(extents["workflows"], f"{pointer}/workflows")
        self.add_page(extents)
        return Shape.FRAGMENT

    def has_words(self, extents: Mapping[str, Extent]) -> bool:
        """Whether ``app`` or ``workflows`` are keys of words for people, as translations have them."""
        if "app" in extents and self.opening(extents["app"]) in (b"{", b"["):
            return True
        is_list = "workflows" not in extents or self.opening(extents["workflows"]) == b"["
        return not is_list and not extents.keys() <= APP_KEYS

    def visit_wrapper(self, all_members: list[Member], pointer: str, extents: Mapping[str, Extent]) -> Shape:
        """Collect what is under ``data`` or ``workflow``."""
        self.add_page(extents)
        inner = self.object_members(extents, "workflow")
        key = "data" if "data" in extents else "workflow"
        if key == "workflow" and not inner.keys() & WRAPPED_KEYS:
            return Shape.NOTHING
        self.faults.extend(repeated_members(all_members, pointer))
        if key == "workflow" and not inner.keys() & {"attributes", "data"}:
            self.add(extents[key], f"{pointer}/{key}", inner, partial=True)
            return Shape.WORKFLOW
        self.pending.append((extents[key], f"{pointer}/{key}"))
        is_page = extents.keys() <= _PAGE_KEYS and self.opening(extents[key]) == b"["
        return Shape.EXPORT if is_page and not any(elements(self.data, extents[key])) else Shape.NOTHING

    def visit_resource(self, extent: Extent, pointer: str, extents: Mapping[str, Extent]) -> Shape | None:
        """Collect an API resource: a workflow, or an app with its workflows; None if it is neither."""
        type_ = self.text(extents.get("type")) or ""
        inner = self.object_members(extents, "attributes")
        if type_ == "workflow" or is_workflow(inner.keys()):
            if is_workflow(extents.keys()):
                return None  # a workflow with a key of that name
            self.is_recognized = True
            self.add(extent, pointer, extents, partial=True)
            return Shape.EXPORT
        if "workflows" not in inner and not ("app" in type_ and {"name", "version"} <= inner.keys()):
            return None
        return self.add_app(extents["attributes"], f"{pointer}/attributes", inner, resource=True)

    def add_app(self, extent: Extent, pointer: str, extents: Mapping[str, Extent], *, resource: bool = False) -> Shape:
        """An app and its workflows."""
        name = self.text(extents.get("app")) or (self.text(extents.get("name")) if resource else "") or ""
        self.apps.append(AppItem(pointer, extent, extents, name, resource))
        self.is_recognized = self.is_recognized or resource or bool(name and self.looks_like_app(extents))
        if "workflows" in extents and self.opening(extents["workflows"]) != b"n":  # null is as good as nothing [api]
            self.add_all(extents["workflows"], f"{pointer}/workflows", resource=resource)
        return Shape.APP

    def add_page(self, extents: Mapping[str, Extent]) -> None:
        """What the links of an API list say of the list."""
        if links := self.object_members(extents, "links"):
            self.pages.append(Page(self.link(links.get("self")), self.link(links.get("next"))))

    def link(self, extent: Extent | None) -> str:
        """A link, as a string or an object; empty where there is none."""
        if extent is None or self.opening(extent) in (b"n", b"f"):
            return ""
        text = self.text(extent)
        return bytes(self.raw(extent)).decode() if text is None else text

    def add_all(self, extent: Extent, pointer: str, *, resource: bool = False) -> None:
        """The workflows under the key ``workflows``; a ``resource`` may name them only."""
        if self.opening(extent) != b"[":
            if not resource:
                self.faults.append(wrong_kind("workflows", "a list", self.shallow(extent), pointer))
            return
        for index, (element, inner) in enumerate(elements_with_members(self.data, extent)):
            at = f"{pointer}/{index}"
            if self.opening(element) == b"{":
                self.add(element, at, last_members(inner), partial=resource)
            elif not resource:
                self.faults.append(wrong_kind("a workflow", "an object", self.shallow(element), at))

    def add(self, extent: Extent, pointer: str, extents: Mapping[str, Extent], *, partial: bool) -> None:
        """Add one workflow from its members: plain, or an API resource."""
        resource = "attributes" in extents and not is_workflow(extents.keys())
        inner = self.object_members(extents, "attributes") if resource else extents
        own_id = self.text(extents.get("id")) or self.text(inner.get("id"))
        trigger = self.object_members(inner, "trigger")
        event = self.text(trigger.get("eventName")) or ""
        self.is_recognized = self.is_recognized or self.looks_like_workflow(inner, trigger)
        self.items.append(
            Item(
                pointer,
                extent,
                own_id or called_id(event),
                name=self.text(inner.get("name")) or "",
                display_name=self.text(self.object_members(inner, "meta").get("displayName")) or "",
                event=event,
                callable="callable" in trigger and self.opening(trigger["callable"]) == b"t",
                enabled="enabled" not in inner or self.opening(inner["enabled"]) != b"f",
                declares_id=own_id is not None,
                resource=resource,
                partial=partial,
            )
        )

    def looks_like_workflow(self, extents: Mapping[str, Extent], trigger: Mapping[str, Extent]) -> bool:
        """Whether the members are a Kustomer workflow's, and not those of something else with steps."""
        if is_trigger(trigger.keys()):
            return True
        if "steps" not in extents or self.opening(extents["steps"]) != b"[":
            return False
        first = list(islice(elements(self.data, extents["steps"]), _MOST_LOOKED_AT))
        if not first and not trigger:
            return "trigger" in extents and self.opening(extents["trigger"]) == b"{"  # it is hardly begun
        steps = [last_members(members(self.data, step)) for step in first if self.opening(step) == b"{"]
        return any(is_step(step.keys(), self.text(step.get("action")) or "") for step in steps)

    def looks_like_app(self, extents: Mapping[str, Extent]) -> bool:
        """Whether the members beside ``app`` are an app definition's, and not those of translations, say."""
        distinctive = extents.keys() & DISTINCTIVE_APP_KEYS
        version = self.text(extents.get("version")) or ""
        return bool(distinctive and version.lstrip("v=")[:1].isdigit()) or any(
            self.opening(extents[key]) == b"[" for key in distinctive
        )

    def object_members(self, extents: Mapping[str, Extent], key: str) -> Mapping[str, Extent]:
        """The positions of the members of a member; none if it is not an object."""
        extent = extents.get(key)
        return last_members(members(self.data, extent)) if extent is not None and self.opening(extent) == b"{" else {}

    def opening(self, extent: Extent) -> bytes:
        return self.data[extent.start : extent.start + 1]

    def text(self, extent: Extent | None) -> str | None:
        """The string at this position, or None if it is not a string."""
        if extent is None or self.opening(extent) != b'"':
            return None
        return msgspec.json.decode(self.raw(extent), type=str)

    def raw(self, extent: Extent) -> memoryview:
        return memoryview(self.data)[extent.start : extent.end]

    def shallow(self, extent: Extent) -> object:
        """A value of which only the type is needed: decoded, but with objects and lists empty."""
        import json  # which only what is wrong needs

        match self.opening(extent):
            case b"{":
                return {}
            case b"[":
                return []
            case _:
                # Python reads no number of thousands of digits; twenty say enough.
                return json.loads(self.data[extent.start : extent.end], parse_int=lambda digits: int(digits[:20]))


def _overall(shapes: set[Shape]) -> Shape:
    """The shape of a file from the shapes of its contents."""
    held = shapes - {Shape.LIST, Shape.NOTHING}
    if not held or held == {Shape.EXPORT}:
        return Shape.EXPORT if held else Shape.NOTHING
    return Shape.LIST if Shape.LIST in shapes else held.pop()
