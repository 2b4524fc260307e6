"""What each change of files comes to: read and checked again once it is whole; what is half written is passed over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kustui.definition.imported_files import imported_paths
from kustui.definition.loader import Progress
from kustui.definition.source.outline import Shape
from kustui.errors import KustuiError
from kustui.garbage_collection import gc_paused
from kustui.workspace.snapshot import Snapshot, Workspace

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.workspace.watch import ChangeWatcher

GRACE = 0.3
"""Seconds for which something has to stay broken, or gone, before it is told: what is half written, or deleted to be
made again, is neither."""
MAX_WAIT = 3.0
"""Seconds after which it is told even so, of what is written all the time."""
_MOMENT = 0.25
"""Seconds without another change after which there is time for what nobody waits for."""

Outcome = Snapshot | KustuiError
"""What a change comes to: the next snapshot, or why there is none."""
First = Callable[[frozenset[str], "Settings"], object]
"""Is given the paths that were reported, and the settings in force."""


def follow_changes(
    workspace: Workspace,
    changes: ChangeWatcher,
    settings: Callable[[], Settings],
    progress: Progress | None = None,
    otherwise: Callable[[], object] = lambda: None,
    rest: Callable[[], object] = lambda: None,
    first: First = lambda changed, settings: None,
) -> Iterator[Outcome]:
    """What each change that makes a difference comes to, until there are no more; ``otherwise`` is called after one
    that makes none to the definitions, and ``rest`` once nothing has changed for a moment: for what can wait until
    an outcome is shown, as the collection of garbage does. ``first`` is called before changed files are read.

    A change that comes while another is checked takes its place.
    """
    last: Outcome = workspace.snapshot
    changes.watch_also(imported_paths(workspace.snapshot.collection.documents))
    changed = changes.take()
    while changed is not None:
        with gc_paused(freeze=False):
            outcome = _settled(workspace, changes, changed, settings, progress, last, first)
            if outcome is None or outcome is last or (not isinstance(outcome, Snapshot) and str(outcome) == str(last)):
                otherwise()
            else:
                last = outcome
                yield outcome
            changed = changes.take(_MOMENT)
        if changed is None and not changes.closed:
            rest()
            changed = changes.take()


def _settled(
    workspace: Workspace,
    changes: ChangeWatcher,
    changed: frozenset[str],
    settings: Callable[[], Settings],
    progress: Progress | None,
    last: Outcome,
    first: First,
) -> Outcome | None:
    """What a change, and those that follow at once, come to; None when there are to be no more."""
    began = time.monotonic()
    more: frozenset[str] | None = changed
    outcome: Outcome | None = None
    while more is not None:
        try:
            in_force = settings()
            first(more, in_force)
            outcome = workspace.refresh(more, in_force, progress, lambda: not changes.pending)
            changes.watch_also(imported_paths(outcome.collection.documents))
        except KustuiError as error:
            outcome = error
        if isinstance(outcome, Snapshot) and outcome.problems is None:  # given up for a later change
            outcome, more = None, changes.take()
        elif time.monotonic() - began < MAX_WAIT and _is_worse(outcome, last):
            more = changes.take(GRACE)
        else:
            break
    return None if changes.closed else outcome


def _is_worse(outcome: Outcome, last: Outcome) -> bool:
    """Whether something is gone, or can no longer be read, that was not told to be so."""
    if not isinstance(outcome, Snapshot):
        return str(outcome) != str(last)
    before = {document.path: document for document in last.collection.documents} if isinstance(last, Snapshot) else {}
    now = {document.path: document for document in outcome.collection.documents}
    return not before.keys() <= now.keys() or any(
        (document.broken is not None or document.shape is Shape.BROKEN) and before.get(path) is not document
        for path, document in now.items()
    )
