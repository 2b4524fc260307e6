"""From changes on disk to the snapshots that somebody should see."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kustui.definition.source.outline import Shape
from kustui.errors import KustuiError
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.definition.loader import Progress
    from kustui.workspace.snapshot import Workspace
    from kustui.workspace.watch import Changes

Outcome = Snapshot | KustuiError
"""What a change comes to: the next snapshot, or why there is none."""

_GRACE = 0.3
"""Seconds for which something has to stay broken, or gone, before it is told: what is half written, or deleted to be
made again, is neither."""
MAX_WAIT = 3.0
"""Seconds after which it is told even so, of what is written all the time."""


def followed(
    workspace: Workspace, changes: Changes, settings: Callable[[], Settings], progress: Progress | None = None
) -> Iterator[Outcome]:
    """What each change that makes a difference comes to, until there are no more.

    A change that comes while another is looked at takes its place.
    """
    told: Outcome = workspace.snapshot
    while (changed := changes.take()) is not None:
        found = _settled(workspace, changes, changed, settings, progress, told)
        if found is not None and found is not told and (isinstance(found, Snapshot) or str(found) != str(told)):
            told = found
            yield found


def _settled(
    workspace: Workspace,
    changes: Changes,
    changed: frozenset[str],
    settings: Callable[[], Settings],
    progress: Progress | None,
    told: Outcome,
) -> Outcome | None:
    """What is to be told of a change and of those that follow at once; None when there are to be no more."""
    began = time.monotonic()
    more: frozenset[str] | None = changed
    found: Outcome | None = None
    while more is not None:
        try:
            found = workspace.refresh(more, settings(), progress, lambda: not changes.pending)
        except KustuiError as error:
            found = error
        if isinstance(found, Snapshot) and found.problems is None:  # given up for a later change
            found, more = None, changes.take()
        elif time.monotonic() - began < MAX_WAIT and _is_worse(found, told):
            more = changes.take(_GRACE)
        else:
            break
    return None if changes.closed else found


def _is_worse(found: Outcome, told: Outcome) -> bool:
    """Whether something is gone, or can no longer be read, that was not told to be so."""
    if not isinstance(found, Snapshot):
        return str(found) != str(told)
    before = {document.path: document for document in told.collection.documents} if isinstance(told, Snapshot) else {}
    now = {document.path: document for document in found.collection.documents}
    return not before.keys() <= now.keys() or any(
        (document.broken is not None or document.shape is Shape.BROKEN) and before.get(path) is not document
        for path, document in now.items()
    )
