"""Accepted problems: those suppressed by the configuration, and those recorded in a baseline.

A baseline is a file of recorded problems, so that only new ones are reported. It identifies a problem by its rule,
file, workflow and step, not by its line; problems that share all of these are counted.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from kustui.check.problems import UNUSED_SUPPRESSION, Identity, Problem, ProblemIdentities, relative_path
from kustui.config.check_settings import Settings, Suppression
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document, read_document
from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.definition.loader import STDIN, STDIN_NAME
from kustui.definition.source.outline import Shape
from kustui.errors import KustuiError
from kustui.files import ReadError, absolute, exists, read_file, write_file
from kustui.groups import grouped
from kustui.text.messages import Names, closest, shortened_message


def suppress(
    collection: Collection,
    problems: Iterable[Problem],
    settings: Settings,
    *,
    complete: bool = True,
    removable: bool = True,
) -> tuple[Problem, ...]:
    """The problems that no suppression hides, followed by one problem for each unused suppression.

    Where the collection is not ``complete``, a suppression whose workflow is not in it may be about another file.
    Unless they are ``removable``, nobody can be certain that they hide nothing elsewhere.
    """
    by_rule = grouped((suppression.rule, suppression) for suppression in settings.suppressions)
    visible: list[Problem] = []
    used: set[int] = set()
    for problem in problems:
        matches = [suppression for suppression in by_rule.get(problem.rule, ()) if _matches(suppression, problem)]
        used.update(map(id, matches))
        if not matches:
            visible.append(problem)
    unused = [suppression for suppression in settings.suppressions if id(suppression) not in used]
    problems_of_unused = _unused(unused, collection, settings, complete=complete)
    return (*visible, *(one if removable else one._replace(is_certain=False) for one in problems_of_unused))


def _matches(suppression: Suppression, problem: Problem) -> bool:
    if not suppression.workflow:
        return True
    if problem.entry is None or suppression.workflow not in (problem.entry.item.name, problem.entry.item.id):
        return False
    return not suppression.step or suppression.step == problem.step


def _severity_of(rule: str, settings: Settings) -> Severity | None:
    """That of a rule, which has to be imported for it: only of what is unused."""
    from kustui.check import rules

    return rules.severity_of(rule, settings)


def _unused(
    suppressions: Iterable[Suppression], collection: Collection, settings: Settings, *, complete: bool
) -> Iterator[Problem]:
    severity = _severity_of(UNUSED_SUPPRESSION, settings)
    if severity is None:
        return
    names = {name for entry in collection.entries for name in (entry.item.name, entry.item.id) if name}
    known = Names(names)
    for suppression in suppressions:
        if _severity_of(suppression.rule, settings) is None:
            continue  # the rule did not run
        if complete or not suppression.workflow or suppression.workflow in names:
            yield _unused_suppression(suppression, severity, names, known)


def _unused_suppression(suppression: Suppression, severity: Severity, names: set[str], known: Names) -> Problem:
    assert suppression.document is not None, "from a configuration"
    workflow, step = suppression.workflow, suppression.step
    hint, is_certain = "remove it, so that it does not hide a future problem", True
    if workflow and workflow not in names:
        reason = f'there is no workflow "{workflow}"'
        if near := closest(workflow, known):
            hint, is_certain = f'did you mean "{near}"?', False
    else:
        reason = f"no {suppression.rule}"
        reason += f' in workflow "{workflow}"' if workflow else ""
        reason += f', step "{step}"' if step else ""
    message = f"unused suppression: {reason}"
    document, extent = suppression.document, suppression.extent
    return Problem(
        UNUSED_SUPPRESSION, severity, shortened_message(message), document, shortened_message(hint), extent=extent,
        is_certain=is_certain,
    )  # fmt: skip


def covers_suppressions(paths: Iterable[str], collection: Collection, settings: Settings) -> bool:
    """Whether everything that the suppressions can be about was checked: the folder of the configuration, one above it,
    or an app definition in the same folder."""
    for suppression in settings.suppressions:
        if suppression.document is None:
            continue
        home = Path(absolute(suppression.document.path)).parent
        if any(Path(absolute(path)) in (home, *home.parents) for path in paths if path != STDIN):
            return True
        apps = (document for document in collection.documents if document.shape is Shape.APP)
        return any(Path(absolute(app.path)).parent == home for app in apps)
    return True


def may_remove_suppressions(paths: Iterable[str], collection: Collection, settings: Settings) -> bool:
    """Whether one that hides nothing here hides nothing anywhere: what was checked is the folder of the configuration,
    one above it, or all the files in it."""
    homes = {Path(absolute(one.document.path)).parent for one in settings.suppressions if one.document is not None}
    if STDIN in paths or not covers_suppressions(paths, collection, settings):
        return False
    checked = {Path(absolute(path)) for path in (*paths, *(document.path for document in collection.documents))}
    return all(
        not checked.isdisjoint((home, *home.parents))
        or all(file in checked or file.name.endswith(SCENARIO_SUFFIX) for file in home.glob("*.json"))
        for home in homes
    )


# Baselines

_VERSION = 1


class Baseline(Struct, frozen=True):
    """How many problems of each identity are recorded, and where."""

    document: Document
    folder: str
    """Its own folder, to which the paths of its files are relative."""
    entries: Mapping[Identity, tuple[int, str]]
    """The number, and the JSON pointer of the entry."""


def write_baseline(path: str, problems: Iterable[Problem]) -> int:
    """Write problems to a file, replacing its contents. Returns their number. Raises KustuiError."""
    text, count = baseline_text(problems, _folder(path))
    write_file(path, [text], replace=True)
    return count


def baseline_text(problems: Iterable[Problem], folder: str) -> tuple[str, int]:
    """What a file in a folder holds that records problems, and how many these are."""
    identities = ProblemIdentities(folder)
    counts = Counter(identities.of(problem) for problem in problems if problem.rule != UNUSED_SUPPRESSION)
    rows = [
        json.dumps({**identity._asdict(), "count": count}, ensure_ascii=False)
        for identity, count in sorted(counts.items())
    ]
    inside = ",\n".join(f"    {row}" for row in rows)
    return f'{{\n  "version": {_VERSION},\n  "problems": [\n{inside}\n  ]\n}}\n', counts.total()


def read_baseline(path: str) -> Baseline:
    """The baseline of a file. Raises KustuiError."""
    try:
        raw = read_file(path)
    except ReadError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise KustuiError(f"{error} (create it with --write-baseline)") from error
        raise
    outline = read_document(path, raw)
    for fault in outline.faults:
        if fault.rule == "invalid-json":
            raise KustuiError(f"{path}:{outline.source.place(outline.fault_extent(fault).start)}: {fault.message}")
    whole = Document(outline.source, Shape.NOTHING)  # with the positions of everything in it
    entries = dict(_entry(whole, index, value) for index, value in enumerate(_rows(whole)))
    return Baseline(whole, _folder(path), entries)


def _rows(baseline: Document) -> list[Any]:
    try:
        values = json.loads(baseline.source.data)
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict) and values.get("version") == _VERSION:
        rows = values.get("problems")
        if isinstance(rows, list):
            return rows
    raise KustuiError(f"{baseline.path}:1:1: not a baseline written by --write-baseline")


def without_baseline(
    baseline: Baseline, collection: Collection, problems: Iterable[Problem], settings: Settings
) -> Iterator[Problem]:
    """The problems that a baseline does not record, followed by the entries that record more problems than exist.

    If several problems share an identity, the first of them count as recorded.
    """
    remaining = {identity: count for identity, (count, _) in baseline.entries.items()}
    identities = ProblemIdentities(baseline.folder)
    for problem in problems:
        identity = identities.of(problem)
        if problem.rule != UNUSED_SUPPRESSION and remaining.get(identity, 0):
            remaining[identity] -= 1
        else:
            yield problem
    remaining = {identity: count for identity, count in remaining.items() if count}
    severity = _severity_of(UNUSED_SUPPRESSION, settings) if remaining else None
    if severity is None:
        return
    checked = {relative_path(document.path, baseline.folder) for document in collection.documents}
    for identity, count in remaining.items():
        if _severity_of(identity.rule, settings) is None:
            continue  # the rule did not run
        if identity.file in checked or _gone(baseline, identity.file):
            yield _unused_entry(baseline, identity, count, severity)


def _gone(baseline: Baseline, file: str) -> bool:
    return file != STDIN_NAME and not exists(Path(baseline.folder, file))


def _entry(document: Document, index: int, value: Any) -> tuple[Identity, tuple[int, str]]:
    pointer = f"/problems/{index}"
    if isinstance(value, dict) and value.keys() == {*Identity._fields, "count"}:
        *names, count = (value[field] for field in (*Identity._fields, "count"))
        if all(isinstance(name, str) for name in names) and type(count) is int and count > 0:
            return Identity(*names), (count, pointer)
    place = document.span(pointer).start
    raise KustuiError(f"{document.path}:{place}: not an entry written by --write-baseline")


def _unused_entry(baseline: Baseline, identity: Identity, count: int, severity: Severity) -> Problem:
    recorded, pointer = baseline.entries[identity]
    place = f'workflow "{identity.workflow}"' if identity.workflow else identity.file
    place += f', step "{identity.step}"' if identity.step else ""
    message = (
        f"unused entry: no {identity.rule} in {place}"
        if count == recorded
        else f"this entry records {recorded} {identity.rule} in {place}, found {recorded - count}"
    )
    return Problem(
        UNUSED_SUPPRESSION,
        severity,
        shortened_message(message),
        baseline.document,
        "write it again with --write-baseline",
        pointer,
        is_certain=count == recorded,
    )


def _folder(path: str) -> str:
    return os.path.dirname(absolute(path))  # noqa: PTH120
