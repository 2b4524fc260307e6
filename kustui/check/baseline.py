"""Today's problems put into a file, so that only new ones are told.

A problem is known again by its rule, file, workflow and step, not by its line; where several share all of that, by
how many they are.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustui.check.names import Identity, identity, relative
from kustui.check.problems import Problem
from kustui.check.rules.suppressions import UNUSED
from kustui.check.suppressions import severity_of
from kustui.config.severity import Severity
from kustui.definition.collection import Document, read_document
from kustui.definition.loader import STDIN_NAME
from kustui.definition.source.outline import Shape
from kustui.errors import KustuiError
from kustui.files import ReadError, read_file, write_file

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Collection

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many problems of each identity are known, and where that is written."""

    document: Document
    folder: str
    """What its files are told relative to: where it is itself."""
    entries: Mapping[Identity, tuple[int, str]]
    """The number, and the JSON pointer of the entry."""


def write(path: str, problems: Iterable[Problem]) -> int:
    """Record problems in a file, replacing what was there; their number. Raises KustuiError."""
    folder = _folder(path)
    counted = Counter(identity(problem, folder) for problem in problems if problem.rule != UNUSED)
    rows = [
        json.dumps({**found._asdict(), "count": count}, ensure_ascii=False) for found, count in sorted(counted.items())
    ]
    inside = ",\n".join(f"    {row}" for row in rows)
    text = f'{{\n  "version": {_VERSION},\n  "problems": [\n{inside}\n  ]\n}}\n'
    write_file(path, [text], replace=True)
    return counted.total()


def read(path: str) -> Baseline:
    """The baseline of a file. Raises KustuiError."""
    try:
        raw = read_file(path)
    except ReadError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise KustuiError(f"{error} (--write-baseline makes one)") from error
        raise
    outline = read_document(path, raw)
    for fault in outline.faults:
        if fault.rule == "invalid-json":
            raise KustuiError(f"{path}:{outline.source.place(outline.fault_extent(fault).start)}: {fault.message}")
    found = Document(outline.source, Shape.NOTHING)  # with the positions of all that is in it
    entries = dict(_entry(found, index, value) for index, value in enumerate(_rows(found)))
    return Baseline(found, _folder(path), entries)


def _rows(found: Document) -> list[Any]:
    try:
        values = json.loads(found.source.data)
    except (ValueError, RecursionError):
        values = None
    if isinstance(values, dict) and values.get("version") == _VERSION:
        rows = values.get("problems")
        if isinstance(rows, list):
            return rows
    raise KustuiError(f"{found.path}:1:1: this is no baseline as --write-baseline makes it")


def without(
    baseline: Baseline, collection: Collection, problems: Iterable[Problem], settings: Settings
) -> Iterator[Problem]:
    """The problems that a baseline does not know, and behind them the entries that know of more than there are.

    Of several that share an identity the first are those that are known.
    """
    left = {found: count for found, (count, _) in baseline.entries.items()}
    for problem in problems:
        found = identity(problem, baseline.folder)
        if problem.rule != UNUSED and left.get(found, 0):
            left[found] -= 1
        else:
            yield problem
    severity = severity_of(UNUSED, settings)
    if severity is None:
        return
    looked_at = {relative(document.path, baseline.folder) for document in collection.documents}
    for found, count in left.items():
        if not count or severity_of(found.rule, settings) is None:
            continue  # of a rule that did not look nothing can be said, nor of a file that was not looked at
        if found.file in looked_at or _gone(baseline, found.file):
            yield _unused(baseline, found, count, severity)


def _gone(baseline: Baseline, file: str) -> bool:
    return file != STDIN_NAME and not Path(baseline.folder, file).exists()


def _entry(document: Document, index: int, value: Any) -> tuple[Identity, tuple[int, str]]:
    pointer = f"/problems/{index}"
    if isinstance(value, dict) and value.keys() == {*Identity._fields, "count"}:
        *names, count = (value[field] for field in (*Identity._fields, "count"))
        if all(isinstance(name, str) for name in names) and type(count) is int and count > 0:
            return Identity(*names), (count, pointer)
    place = document.span(pointer).start
    raise KustuiError(f"{document.path}:{place}: this is no entry as --write-baseline makes it")


def _unused(baseline: Baseline, found: Identity, count: int, severity: Severity) -> Problem:
    known, pointer = baseline.entries[found]
    place = f'workflow "{found.workflow}"' if found.workflow else found.file
    place += f', step "{found.step}"' if found.step else ""
    message = (
        f"this entry hides nothing: no {found.rule} is found in {place}"
        if count == known
        else f"this entry is about {known} {found.rule} in {place}: found {known - count}"
    )
    return Problem(UNUSED, severity, message, baseline.document, "make it anew with --write-baseline", pointer)


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120  # resolves no links
