"""What a save has made of the one workflow that it changed, said before all of the file is read and worked out again.

Most saves change one workflow: which one, a few places of the file tell, and it is judged by itself. Whatever else a
save may have done is seen, and what was said put right, when all of it is read. Nothing is said of any other save.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection as Paths
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.checker import check_workflow
from kustui.check.problems import UNUSED_SUPPRESSION, Problem
from kustui.check.suppressions import suppress
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.source.edits import first_difference
from kustui.definition.source.outline import item_at
from kustui.definition.source.source import Extent, Source, UndecodableError
from kustui.files import absolute, open_regular_file, size_of
from kustui.workspace.difference import difference
from kustui.workspace.events import WorkflowSeen
from kustui.workspace.snapshot import Snapshot, Workspace

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.workspace.events import Notify

_SHOWN_IN = 0.006
"""Seconds in which that is painted where no other thread takes turns."""
_BEHIND = 1 << 12
"""Bytes behind the workflow that have to be as they were."""


class Glances:
    """Tells what saves have fixed or made wrong in one workflow, and remembers that until it is told in full."""

    def __init__(self, workspace: Workspace, notify: Notify) -> None:
        self._workspace, self._notify = workspace, notify
        self._has_told = False

    def look(self, changed: Paths[str], settings: Settings) -> None:
        """Tell what is seen at once of some changed files."""
        seen = glance(self._workspace, changed, settings)
        if seen is not None and (seen.difference.new or seen.difference.fixed):
            self._notify(seen)
            self._has_told = True
            time.sleep(_SHOWN_IN)

    def forget(self) -> bool:
        """Leave what was told to what is told in full, or takes it back; whether anything was."""
        told, self._has_told = self._has_told, False
        return told


def glance(workspace: Workspace, changed: Paths[str], settings: Settings) -> WorkflowSeen | None:
    """What is different in the one workflow that a save changed; None where it may be anything else."""
    before = workspace.snapshot
    documents, names = before.collection.documents, tuple(map(os.path.basename, changed))
    touched = [one for one in documents if one.path.endswith(names) and absolute(one.path) in changed]
    is_known = before.is_checked and before.between is not None and settings == before.settings
    if len(touched) != 1 or not is_known or not _is_plain(document := touched[0]):
        return None
    try:
        with workspace.at(document.path):
            pair = _changed_entry(document)
    except (OSError, msgspec.DecodeError, RecursionError, UndecodableError):
        return None
    if pair is None:
        return None
    entry, now = pair
    entries = tuple(now if one is entry else one for one in document.entries)
    saved = replace(document, source=now.source, entries=entries)
    # The text of all others is in the document as it was, which has nothing else to say any more.
    others = replace(document, entries=(), apps=())
    collection = Collection((*(saved if one is document else one for one in documents), others))
    analysis = WorkflowAnalysis(collection, now, settings)
    judged = replace(settings, severities={**settings.severities, UNUSED_SUPPRESSION: None})
    problems = suppress(collection, check_workflow(analysis).problems, judged)
    alone = [problem for problem in before.by_entry.get(entry.key, ()) if problem not in (before.between or ())]
    return WorkflowSeen(difference(_only(document, entry, alone), _only(saved, now, problems)), analysis)


def _is_plain(document: Document) -> bool:
    """Whether the workflows of a file are parts of its own bytes, and nothing is wrong around them."""
    source = document.source
    is_own = source.codec == "utf-8" and not source.mark and source.origins is None
    return is_own and document.broken is None and not document.faults


def _changed_entry(document: Document) -> tuple[Entry, Entry] | None:
    """The workflow in which a file differs from what it held, and what it is now, with a source of its own text alone;
    None where others see it otherwise, or more than that may be different. Raises OSError where nothing can be read,
    and msgspec.DecodeError, RecursionError or UndecodableError where something else than a workflow is there."""
    old = document.source.data
    with open_regular_file(document.path) as file:
        size = size_of(file)

        def read(start: int, end: int) -> bytes:
            file.seek(start)
            return file.read(end - start)

        place = first_difference(old, size, read)
        entry = next(iter(document.entries_between(place, place + 1)), None)
        if entry is None:
            return None
        (start, end), by = entry.item.extent, size - len(old)
        text, behind = read(start, end + by), read(end + by, end + by + _BEHIND)
    source, whole = Source.of(document.path, text), Extent(0, len(text))
    now, until_now = item_at(text, whole, entry.item), item_at(old, entry.item.extent, entry.item)
    if not old.startswith(behind, end) or now is None or until_now is None or now[1] is not until_now[1]:
        return None
    return (entry, Entry(source, now[0], entry.key)) if now[0][2:] == entry.item[2:] else None


def _only(document: Document, entry: Entry, problems: Sequence[Problem]) -> Snapshot:
    """One workflow with its problems, as if there were no other."""
    return Snapshot(Collection((replace(document, entries=(entry,), apps=()),)), tuple(problems))
