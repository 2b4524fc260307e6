"""Which workflow a person means who names one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kustui.definition.collection import Collection, Entry
from kustui.text.suggestions import closest

_MOST_LISTED = 8
_MOST_PLACES = 20


def workflows_named(collection: Collection, name: str) -> tuple[Entry, ...]:
    """The workflows of exactly that id, else of that name, else the one of that key; several where they share it."""
    by_id = tuple(entry for entry in collection.entries if entry.id == name)
    by_name = by_id or tuple(entry for entry in collection.entries if entry.title == name)
    by_key = collection.by_key.get(name)
    return by_name or ((by_key,) if by_key is not None else ())


def no_workflow_named(collection: Collection, name: str) -> str:
    """That there is none of that name, with the one that was probably meant, or else some of those that there are."""
    names = dict.fromkeys(name for entry in collection.entries for name in (entry.title, entry.id) if name)
    if near := closest(name, names):
        return f'unknown workflow "{name}": did you mean "{near}"?'
    titles = dict.fromkeys(entry.title for entry in collection.entries)
    listed = [title for title in titles if name.lower() in title.lower()] or list(titles)
    quoted = ", ".join(f'"{title}"' for title in listed[:_MOST_LISTED])
    return f'unknown workflow "{name}": known workflows: {quoted}{", …" if len(listed) > _MOST_LISTED else ""}'


def unambiguous_name(collection: Collection, entry: Entry) -> str:
    """What names a workflow and no other: its name, else its id, else its key."""
    names = (entry.item.name, entry.id, entry.title)
    return next((name for name in names if name and workflows_named(collection, name) == (entry,)), entry.key)


def ambiguous_name(collection: Collection, name: str, matches: Sequence[Entry]) -> Iterator[str]:
    """That more than one is called so, then where each stands and what it alone is called, a line each."""
    yield f'"{name}" is ambiguous: {len(matches)} workflows are called so, choose one with:'
    for entry in matches[:_MOST_PLACES]:
        place = entry.source.place(entry.item.extent.start)
        yield f'{entry.source.path}:{place}: --workflow "{unambiguous_name(collection, entry)}"'
    if len(matches) > _MOST_PLACES:
        yield f"and {len(matches) - _MOST_PLACES} more"
