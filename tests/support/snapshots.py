"""What a snapshot says, to be compared with another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kustui.check.problems import Problem
    from kustui.workspace.snapshot import Snapshot


def plain(snapshot: Snapshot) -> dict[str, Any]:
    """All that a snapshot says, without the objects that say it."""
    documents = snapshot.collection.documents
    return {
        "files": [
            (found.path, found.source.data, found.shape, found.faults, [app.item for app in found.apps])
            for found in documents
        ],
        "workflows": [(entry.key, entry.item, entry.text()) for entry in snapshot.collection.entries],
        "problems": [plain_problem(problem) for problem in snapshot.problems or ()],
        "facts": {
            key: {name: value for name, value in found.summary._asdict().items() if name != "entry"}
            for key, found in snapshot.results.items()
        },
        "calls": snapshot.schedules.calls if snapshot.schedules else None,
        "components": snapshot.schedules.components if snapshot.schedules else None,
    }


def plain_problem(problem: Problem) -> tuple[Any, ...]:
    related = [(each.message, each.document.path, each.pointer, each.where()) for each in problem.related]
    entry = problem.entry
    assert entry is None or problem.document.entry_at(problem.pointer) in (entry, None)
    return (
        problem.rule,
        problem.severity,
        problem.message,
        problem.document.path,
        problem.hint,
        problem.pointer,
        problem.where(),
        problem.on_key,
        entry and entry.key,
        problem.step,
        related,
    )
