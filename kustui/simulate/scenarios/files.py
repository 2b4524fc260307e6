"""Scenario files: those beside definitions, and a rehearsal written as one without losing what was there."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustui.definition.loader import SCENARIO_SUFFIX, STDIN, walk_folders
from kustui.simulate.engine.state import DEFAULT_MAX_STEPS
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.read import as_file
from kustui.simulate.scenarios.record import record_scenario
from kustui.simulate.scenarios.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kustui.simulate.engine.state import State

MOST = 1_000
"""Scenario files that are looked for."""


def find_scenarios(paths: Sequence[str]) -> tuple[str, ...]:
    """The scenarios in the folder of each definition, and those below each folder, at most ``MOST``; each once."""
    found: dict[str, str] = {}
    for path in paths:
        for each in _below(path) if Path(path).is_dir() else _in(Path(path).parent) if path != STDIN else ():
            if len(found) == MOST:
                break
            found.setdefault(str(Path(each).absolute()), each)
    return tuple(found.values())


def _in(folder: Path) -> Iterator[str]:
    with suppress(OSError):
        yield from sorted(str(each) for each in folder.iterdir() if each.name.lower().endswith(SCENARIO_SUFFIX))


def _below(folder: str) -> Iterator[str]:
    for where, _, _ in walk_folders(folder):
        yield from _in(Path(where))


def unused_path(folder: Path, title: str) -> Path:
    """A name for the scenario of a workflow that no file there has, as far as one can be told."""
    stem = "-".join(re.findall(r"\w+", title, re.ASCII))[:80] or "rehearsal"
    names = (f"{stem}{f'-{number}' if number else ''}{SCENARIO_SUFFIX}" for number in range(MOST))
    return next((folder / name for name in names if not (folder / name).exists()), folder / f"{stem}{SCENARIO_SUFFIX}")


def complete_scenario(title: str, state: State) -> Mapping[str, Any]:
    """The JSON of a scenario for a rehearsal up to a state and on to its end, with what comes of it as expectations;
    with none of a rehearsal that is cut, since it has no end. Raises TraceTruncatedError."""
    written = record_scenario(title, state)
    most = len(state.trace) + DEFAULT_MAX_STEPS
    came = replay(as_file(Scenario.model_validate(written)), state.organisation, most)
    if came.cut:
        return {name: value for name, value in written.items() if name != "expect"}
    found = record_scenario(title, came.state, came.entries)
    return {**found, "maxSteps": most} if len(came.entries) > DEFAULT_MAX_STEPS else found


def write(path: str, text: str, *, replacing: bool = False) -> None:
    """Put a text into a file as a whole or not at all. Raises FileExistsError where there is one and it is not to be
    replaced, and OSError where it cannot be written."""
    target = Path(path)
    if not replacing:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return
    number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if target.exists():
            Path(name).chmod(target.stat().st_mode)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
