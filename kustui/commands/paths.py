"""``kustui simulate --explore``: every path through workflows, told or saved as scenarios."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.commands.output import CannotError, coloured, put_out, say
from kustui.definition.loader import SCENARIO_SUFFIX
from kustui.errors import reason_of
from kustui.simulate.engine.start import find_workflow
from kustui.simulate.paths.explore import MAX_PATHS, chain_heads, explore_paths, scenario_of
from kustui.simulate.reports.paths import json, text
from kustui.text.quantities import counted
from kustui.text.terminal_safe import encoded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from kustui.simulate.engine.organisation import Member, Organisation
    from kustui.simulate.paths.explore import Exploration


def told_or_saved(options: argparse.Namespace, organisation: Organisation) -> None:
    """Tell the paths that the options ask for, or save a scenario for each.

    Raises RehearsalError, CannotError and SeenEnoughError.
    """
    if options.format == "junit":
        raise CannotError("--explore checks nothing: it is told as text or json")
    members: Iterable[Member]
    if options.workflow is not None:
        members = [find_workflow(organisation, options.workflow)]
    elif options.chain:
        members = chain_heads(organisation)
    else:
        members = (organisation.member(entry.key) for entry in organisation.collection.entries)
    follow = organisation if options.chain else None
    explorations = (explore_paths(member, MAX_PATHS, follow) for member in members)
    if options.save:
        _save_paths(Path(options.save), organisation, explorations)
    elif options.format == "json":
        put_out(json(organisation, explorations), "json")
    else:
        put_out(text(organisation, explorations, chain=options.chain, colour=coloured(options.color)), "text")


def _save_paths(folder: Path, organisation: Organisation, explorations: Iterable[Exploration]) -> None:
    """Raises CannotError."""
    count = 0
    names: set[str] = set()
    if folder.exists() and not folder.is_dir():
        raise CannotError(f"{folder}: the scenarios of --explore need a folder, and this is a file")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for exploration in explorations:
            name = _file_name(exploration.member.title)
            while name.lower() in names:
                name += "-"  # another workflow of that name
            names.add(name.lower())
            for number, path in enumerate(exploration.paths, start=1):
                if scenario := scenario_of(organisation, path):
                    count += 1
                    file = folder / f"{name}-{number}{SCENARIO_SUFFIX}"
                    text = encoded(scenario.model_dump(mode="json", by_alias=True, exclude_unset=True), indent=2)
                    file.write_text(f"{text}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotError(f"{folder}: {reason_of(error)}") from error
    say(f"{folder}: {counted(count, 'scenario')} saved")


def _file_name(title: str) -> str:
    """What of a title every file system takes."""
    return re.sub(r"[^\w-]+", "-", title, flags=re.ASCII).strip("-")[:80] or "workflow"
