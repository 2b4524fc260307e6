"""Problems that somebody has looked at and lets stand, by the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kustui.check.problems import Problem
from kustui.check.rules import UNUSED_SUPPRESSION, severity_of
from kustui.config.check_settings import Settings, Suppression
from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.definition.loader import STDIN
from kustui.definition.source.outline import Shape
from kustui.text.messages import closest


def suppress(
    collection: Collection, problems: Iterable[Problem], settings: Settings, *, complete: bool = True
) -> tuple[Problem, ...]:
    """The problems that no suppression hides, and behind them the suppressions that hide none.

    Where the collection is not ``complete``, a suppression whose workflow is not in it may be about another file.
    """
    by_rule: dict[str, list[Suppression]] = {}
    for suppression in settings.suppressions:
        by_rule.setdefault(suppression.rule, []).append(suppression)
    visible: list[Problem] = []
    used: set[int] = set()
    for problem in problems:
        matches = [suppression for suppression in by_rule.get(problem.rule, ()) if _matches(suppression, problem)]
        used.update(map(id, matches))
        if not matches:
            visible.append(problem)
    unused = [suppression for suppression in settings.suppressions if id(suppression) not in used]
    return (*visible, *_unused(unused, collection, settings, complete=complete))


def _matches(suppression: Suppression, problem: Problem) -> bool:
    if not suppression.workflow:
        return True
    if problem.entry is None or suppression.workflow not in (problem.entry.item.name, problem.entry.item.id):
        return False
    return not suppression.step or suppression.step == problem.step


def _unused(
    suppressions: Iterable[Suppression], collection: Collection, settings: Settings, *, complete: bool
) -> Iterator[Problem]:
    severity = severity_of(UNUSED_SUPPRESSION.name, settings)
    if severity is None:
        return
    names = {name for entry in collection.entries for name in (entry.item.name, entry.item.id) if name}
    for suppression in suppressions:
        if severity_of(suppression.rule, settings) is None:
            continue  # of a rule that did not look nothing can be said
        if complete or not suppression.workflow or suppression.workflow in names:
            yield _unused_suppression(suppression, severity, names)


def _unused_suppression(suppression: Suppression, severity: Severity, names: set[str]) -> Problem:
    assert suppression.document is not None, "from a configuration"
    workflow, step = suppression.workflow, suppression.step
    hint = "remove it, so that it does not hide a problem to come"
    if workflow and workflow not in names:
        reason = f'there is no workflow "{workflow}"'
        if near := closest(workflow, names):
            hint = f'did you mean "{near}"?'
    else:
        reason = f"no {suppression.rule} is found"
        reason += f' in workflow "{workflow}"' if workflow else ""
        reason += f', step "{step}"' if step else ""
    message = f"this suppression hides nothing: {reason}"
    return Problem(UNUSED_SUPPRESSION.name, severity, message, suppression.document, hint, extent=suppression.extent)


def covers_suppressions(paths: Iterable[str], collection: Collection, settings: Settings) -> bool:
    """Whether everything that the suppressions can be about was checked: the folder in which the configuration is, one
    above it, or an app definition beside it."""
    for suppression in settings.suppressions:
        if suppression.document is None:
            continue
        home = _absolute(suppression.document.path).parent
        if any(_absolute(path) in (home, *home.parents) for path in paths if path != STDIN):
            return True
        apps = (document for document in collection.documents if document.shape is Shape.APP)
        return any(_absolute(app.path).parent == home for app in apps)
    return True


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # without "..", and no links resolved
