"""What people are told of a collection as a whole: which workflows a name stands for, why there is nothing to show, and
which files are left out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.outline import Shape
from kustui.definition.source.recognition import is_module, other_kind
from kustui.files import absolute
from kustui.groups import grouped
from kustui.text.messages import closest, counted, some_of

_MOST_LISTED, _MOST_PLACES = 8, 20
_MOST_LEFT_OUT, _MOST_OTHERS = 5, 20
_MOST_FOLDERS = 3

# Names


def workflows_named(collection: Collection, name: str) -> tuple[Entry, ...]:
    """The workflows of exactly that id, else name, else display name, else key; several where they share it."""
    return next((entries[name] for entries in collection.by_name if name in entries), ())


def named_by_scenario(collection: Collection, name: str, path: str = "") -> tuple[Entry, ...]:
    """What a scenario means by a name: the first workflow of that id, else all of that name or key; of several those
    that lie nearest to its own path, where it has one."""
    if (by_id := collection.by_id.get(name)) is not None:
        return (by_id,)
    entries = workflows_named(collection, name)
    if not path or len(entries) < 2:
        return entries
    folder = os.path.dirname(absolute(path))  # noqa: PTH120
    by_distance = grouped((_distance(folder, absolute(entry.source.path)), entry) for entry in entries)
    return by_distance[min(by_distance)]


def _distance(folder: str, path: str) -> tuple[int, int]:
    """How many folders to leave on the way from a folder to a file, then how many to enter."""
    way = Path(os.path.relpath(path, folder)).parts
    return way.count(os.pardir), len(way)


def no_workflow_named(collection: Collection, name: str) -> str:
    """That there is none of that name, with the one that was probably meant, or else some of those that there are."""
    names = [own for entry in collection.entries for own in (entry.title, entry.item.name, entry.id) if own]
    if near := closest(name, names):
        return f'unknown workflow "{name}": did you mean "{near}"?'
    titles = list(dict.fromkeys(entry.title for entry in collection.entries))
    listed = [title for title in titles if name.lower() in title.lower()] or titles
    quoted = ", ".join(f'"{title}"' for title in listed[:_MOST_LISTED])
    return f'unknown workflow "{name}": known workflows: {quoted}{", …" if len(listed) > _MOST_LISTED else ""}'


def unambiguous_name(collection: Collection, entry: Entry) -> str:
    """What names a workflow and no other: its name, else its id, else its key."""
    names = (entry.item.name, entry.id, entry.title)
    return next((name for name in names if name and workflows_named(collection, name) == (entry,)), entry.key)


def ambiguous_name(collection: Collection, name: str, matches: Sequence[Entry]) -> Iterator[str]:
    """That more than one is called so, then where each stands and what it alone is called, a line each."""
    yield f'"{name}" is ambiguous: {len(matches)} workflows have this name, choose one with:'
    for entry in matches[:_MOST_PLACES]:
        place = entry.source.location(entry.item.extent.start)
        yield f'{place}: --workflow "{unambiguous_name(collection, entry)}"'
    if len(matches) > _MOST_PLACES:
        yield f"and {len(matches) - _MOST_PLACES} more"


# What is not shown


def nothing_to_show(collection: Collection) -> str:
    """Why a collection has neither a workflow nor an app, in a line; an empty string where it has one."""
    if not collection.is_empty:
        return ""
    if broken := next((document for document in collection.documents if document.faults), None):
        return _fault_of(broken)
    match collection.documents:
        case () if collection.others:
            skipped = counted(collection.others, "file")
            return f"no definition was found in {_folders(collection)}: {skipped} of other kinds skipped"
        case ():
            looked_for = "looked for JSON and for modules; kustui --help says what can be given"
            return f"no definition was found in {_folders(collection)}: {looked_for}"
        case (one,) if one.may_hold_workflows:
            return f"{one.path} holds no workflow: its list is empty"
        case (one,) if kind := _other_kind(one):
            return f"{one.path} holds no workflow: it is {kind}"
        case (one,) if is_module(one.path):
            return _no_definition_in(one)
        case (one,):
            files = f"{one.path} holds"
        case (one, other):
            files = f"{one.path} and {other.path} hold"
        case (one, *others):
            files = f"{one.path} and {len(others)} more files hold"
    return f"{files} no workflow: expected an app definition, a workflow, a list of them or an API export"


def _folders(collection: Collection) -> str:
    """Where was looked."""
    folders = dict.fromkeys(os.path.normpath(path) for path in collection.paths)
    names = ["the current folder" if folder == os.curdir else folder for folder in folders]
    return some_of(names, _MOST_FOLDERS)


def _no_definition_in(module: Document) -> str:
    """What was looked for in a module, and how to print JSON instead."""
    path = module.path if module.path.startswith((".", "/")) else f"./{module.path}"
    command = f"""node -p "JSON.stringify(require('{path}'))" | kustui check -"""
    looked_for = "looked for an object with workflows, with trigger and steps, or with app and version"
    return f"{module.path} builds no definition that can be read without running it: {looked_for}; print it: {command}"


def nothing_to_run(collection: Collection) -> str:
    """Why a collection has no workflow, in a line; an empty string where it has one."""
    if collection.entries or collection.is_empty:
        return nothing_to_show(collection)
    document, app = next(collection.apps)
    return f'{document.path} holds no workflow: only the app "{app.item.name}"'


def other_files(collection: Collection) -> Iterator[str]:
    """The files that a person named and that hold nothing to check, a line each."""
    others = [document for document in collection.documents if document.shape is Shape.NOTHING]
    for document in others[:_MOST_OTHERS]:
        yield f"skipped {document.path}: {_other_kind(document) or 'it holds no workflow'}"
    if len(others) > _MOST_OTHERS:
        yield f"skipped {len(others) - _MOST_OTHERS:,} more files that hold no workflow"


def _other_kind(document: Document) -> str:
    if document.path.lower().endswith(SCENARIO_SUFFIX):
        return "a scenario, for kustui simulate"
    return other_kind(document.source.data)


def nothing_to_open(collection: Collection) -> str:
    """Why a screen has nothing to show, in a line; an empty string where it has something, or where a save can mend it:
    a file that is empty or broken."""
    mendable = (document for document in collection.documents if document.shape is Shape.BROKEN)
    return "" if any(document.path != STDIN_NAME for document in mendable) else nothing_to_show(collection)


def unreadable_files(collection: Collection) -> Iterator[str]:
    """The files that cannot be read and are passed over, a line each, with the first fault of each."""
    broken = [document for document in collection.documents if not document.is_fully_read]
    yield from (f"skipped {_fault_of(document)}" for document in broken[:_MOST_LEFT_OUT])
    if len(broken) > _MOST_LEFT_OUT:
        yield f"skipped {len(broken) - _MOST_LEFT_OUT:,} more files that cannot be read"


def _fault_of(document: Document) -> str:
    fault = next((fault for fault in document.faults if fault.rule == "invalid-json"), document.faults[0])
    hint = f" ({fault.hint})" if fault.hint else ""
    return f"{document.source.location(document.fault_extent(fault).start)}: {fault.message}{hint}"
