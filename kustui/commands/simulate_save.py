"""``kustui simulate --save``: a rehearsal as a scenario, or a scenario for each path that none takes yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kustui.commands.output import Output, output_path, say
from kustui.definition.loader import SCENARIO_SUFFIX
from kustui.errors import KustuiError, reason_of
from kustui.files import ExistsError, ReadError, exists, read_file, write_file
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.explore import Exploration, TakenPaths, expected_path_scenario
from kustui.simulate.scenarios.file import ScenarioError, as_file, file_stem, find_scenarios, read
from kustui.simulate.scenarios.record import record_scenario
from kustui.simulate.scenarios.replay import Replay, replay
from kustui.text.messages import counted
from kustui.text.terminal_safe import to_json


def save_rehearsal(path: str, rehearsal: Replay, *, force: bool) -> None:
    """Save it to a file, or write it to standard output where the path is ``-``. Raises KustuiError, and
    ReaderGoneError where nobody reads that."""
    title = rehearsal.file.scenario.scenario
    scenario = record_scenario(title, rehearsal.state, rehearsal.entries, cut=rehearsal.cut)
    if output_path(path) is None:
        Output().write([_text(scenario)])
        return
    try:
        _write(path, scenario, force=force)
    except ExistsError as error:
        raise KustuiError(f"{error}: use --force to replace it") from error
    say(f"{path}: saved")


def save_paths(
    folder: Path, organisation: Organisation, explorations: Iterable[Exploration], *, chain: bool, force: bool
) -> None:
    """Save a scenario in a folder for each path that no scenario in it takes, under names that no file has; with
    ``force`` for every path, and files of the same name are replaced. ``chain``: a path goes on through what it
    schedules. Raises KustuiError; what was saved before that stays."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise KustuiError(f"{folder}: not a folder, which --explore needs to save scenarios in") from error
    except OSError as error:
        raise KustuiError(f"{folder}: {reason_of(error)}") from error
    taken = TakenPaths(() if force else _replays_in(folder, organisation), chain=chain)
    saved = kept = 0
    names: set[str] = set()
    for exploration in explorations:
        entry = exploration.analysis.entry
        name = file_stem(entry.title, entry.id or "", "workflow")
        while name.lower() in names:
            name += "-"  # another workflow of that name
        names.add(name.lower())
        for number, path in enumerate(exploration.paths, start=1):
            scenario = expected_path_scenario(organisation, path)
            if scenario is None:
                continue
            if not force and replay(as_file(scenario), organisation) in taken:
                kept += 1
                continue
            content = scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)
            _write_under_free_name(folder, name, number, content, force=force)
            saved += 1
    already = f", {counted(kept, 'path')} already taken by one" if kept else ""
    say(f"{folder}: {counted(saved, 'scenario')} saved{already}")


def _replays_in(folder: Path, organisation: Organisation) -> Iterator[Replay]:
    """The scenarios in a folder replayed; those that cannot be are reported."""
    for path in find_scenarios([str(folder)]):
        try:
            yield replay(read(path, read_file(path)), organisation)
        except (ReadError, ScenarioError) as error:
            for line in error.lines:
                say(f"kustui: {line}")


def _write_under_free_name(folder: Path, stem: str, number: int, content: Mapping[str, Any], *, force: bool) -> None:
    """Write ``stem-number.scenario.json``, or with the next number that no file has. Raises KustuiError."""
    while True:
        path = folder / f"{stem}-{number}{SCENARIO_SUFFIX}"
        number += 1
        if not force and exists(path):
            continue
        try:
            _write(path, content, force=force)
        except ExistsError:  # it came just now
            continue
        return


def _write(path: str | Path, scenario: Mapping[str, Any], *, force: bool) -> None:
    """Raises KustuiError, where there is a file of that name ExistsError unless ``force`` says to replace it."""
    write_file(path, [_text(scenario)], replace=force)


def _text(scenario: Mapping[str, Any]) -> str:
    return f"{to_json(scenario, indent=2)}\n"
