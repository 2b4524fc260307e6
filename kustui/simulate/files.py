"""Scenario files: those beside definitions, and a rehearsal written as one without losing what was there."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kustui.definition.loading import SCENARIO_SUFFIX, STDIN, walked
from kustui.simulate.proposing import expecting
from kustui.simulate.saving import saved
from kustui.simulate.scenario_model import Scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kustui.simulate.state import State

MOST = 1_000
"""Scenario files that are looked for."""


def beside(paths: Sequence[str]) -> tuple[str, ...]:
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
    for where, _, names in walked(folder, []):
        yield from (str(Path(where) / name) for name in sorted(names) if name.lower().endswith(SCENARIO_SUFFIX))


def as_scenario(title: str, state: State) -> Mapping[str, Any]:
    """The JSON of a scenario for a rehearsal up to a state and on to its end, with what comes of it as expectations;
    with none of a rehearsal that is cut, since it has no end. Raises NotAllKeptError."""
    written = saved(title, state)
    scenario = Scenario.model_validate(written)
    concluded = expecting(state.organisation, scenario)
    if concluded is scenario:
        return {name: value for name, value in written.items() if name != "expect"}
    found: Mapping[str, Any] = concluded.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return found


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
