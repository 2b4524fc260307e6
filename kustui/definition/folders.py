"""Which folders and files below a folder are read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from kustui.definition.source.recognition import is_json_or_module, is_module
from kustui.files import resolved

SCENARIO_SUFFIX = ".scenario.json"
"""How the name of a scenario ends, which ``kustui simulate`` replays: it defines nothing."""

_NOBODYS = (".min.js", ".d.ts", ".d.mts", ".d.cts")
"""What tools make of modules."""
_MADE_FOLDERS = {"dist"}
"""Folders in which modules are what a compiler has made of others."""
_SKIPPED_FOLDERS = {"node_modules"}


def walk_folders(folder: str, refused: list[OSError] | None = None) -> Iterator[tuple[str, list[str], list[str]]]:
    """Each folder below a folder, itself first: its path, and the names of the folders and definitions in it, sorted.

    Links are followed, but into no folder twice. ``refused`` takes in what could not be entered.
    """
    entered: set[str] = set()

    def refuse(error: OSError) -> None:
        if refused is not None:
            refused.append(error)

    for root, folders, names in os.walk(folder, followlinks=True, onerror=refuse):
        real = resolved(root)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        is_made = not _MADE_FOLDERS.isdisjoint(Path(root.removeprefix(folder)).parts)
        yield root, folders, sorted(name for name in names if is_definition(name) and not (is_made and is_module(name)))


def common_folder(paths: Collection[str]) -> str:
    """The folder in which all of some files lie, with the slash behind it; empty where there is none, or it is ``/``.

    It tells none of them from another: nobody searches for a word in it.
    """
    folders = {path.rpartition("/")[0] for path in paths}
    mixed = len({folder.startswith("/") for folder in folders}) > 1  # these have nothing in common
    common = os.path.commonpath(folders) if folders and all(folders) and not mixed else ""
    return f"{common}/" if common and common != "/" else ""


def is_ignored(name: str) -> bool:
    """Whether a file or folder of this name is nobody's definition, nor holds any."""
    return name.startswith(".") or name in _SKIPPED_FOLDERS


def is_definition(name: str) -> bool:
    """Whether a file of this name below a folder is read: scenarios are not."""
    lowered = name.lower()
    return is_json_or_module(name) and not lowered.endswith((*_NOBODYS, SCENARIO_SUFFIX)) and not is_ignored(name)
