"""The paths through workflows: for a person, and as JSON with a scenario for each."""

from __future__ import annotations

from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

from kustui.definition.platform import TRIGGER_ID
from kustui.simulate.paths.explore import MAX_PATHS, build_path_scenario, name_of
from kustui.simulate.paths.scenario_from_path import with_expectations
from kustui.simulate.reports.text import WIDTH, painter
from kustui.simulate.reports.words import moment
from kustui.text.quantities import counted
from kustui.text.terminal_safe import terminal_safe, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.paths.explore import DescribedRun, Exploration, ExploredPath


def text(
    organisation: Organisation, explorations: Iterable[Exploration], *, chain: bool = False, colour: bool = False
) -> Iterator[str]:
    """Every path with its steps and what has to hold, a workflow after the other."""
    paint = painter(colour)
    for index, exploration in enumerate(explorations):
        count = len(exploration.paths)
        more = ", and there are more" if exploration.cut else ""
        through = " through its chain" if chain else ""
        yield "\n" if index else ""
        heading = f"{exploration.member.title}: {counted(count, 'path')}{through}{more}"
        yield f"{paint('heading', terminal_safe(heading))}\n"
        beginnings: dict[tuple[str, ...], int] = {}
        for number, path in enumerate(exploration.paths, start=1):
            yield from _path(organisation, number, path, beginnings, paint)
        if exploration.cut:
            yield f"  cut: no more than {MAX_PATHS} paths are looked for\n"


def _path(
    organisation: Organisation, number: int, path: ExploredPath, beginnings: dict[tuple[str, ...], int], paint: Any
) -> Iterator[str]:
    """``beginnings`` are the runs that were told already, with the number of the path that they were told for."""
    described_runs = path.described_runs
    edges = [_key(run) for run in described_runs]
    known = max(count for count in range(len(edges)) if not count or tuple(edges[:count]) in beginnings)
    for index, run in enumerate(described_runs):
        told = beginnings.setdefault(tuple(edges[: index + 1]), number)
        start = f"{number:>3}  " if not index else "     "
        if index < known:
            if index == known - 1:
                yield from _wrapped(f"{number:>3}  as {told} up to {run.member.title}, then", "", paint)
            continue
        steps = " -> ".join(run.name(node) for node in run.nodes if node != TRIGGER_ID) or "no step"
        begins = f"{moment(run.path_run.due)}  {run.member.title}: " if index else ""
        yield from _wrapped(f"{start}{begins}{steps}", "", paint)
        for need in run.needs:
            yield from _wrapped(f"       if {need}", "aside", paint)
    for words in path.not_followed:
        yield from _wrapped(f"     {words}", "aside", paint)
    if path.contradicts:
        yield from _wrapped(f"       contradicts itself: {path.clash}", "wrong", paint)
        return
    if not path.prospect.solutions:
        yield from _wrapped("       may contradict itself: not every combination was looked at", "?", paint)
        return
    path_scenario = build_path_scenario(organisation, path)
    for forced in path_scenario.forced:
        where = f"{forced.member.title}, " if len(path.described_runs) > 1 else ""
        words = f"has to be forced at {where}{name_of(forced.member, forced.node)}, else {forced.why}"
        yield from _wrapped(f"       {words}", "?", paint)
    if path_scenario.stops:
        yield from _wrapped(f"       cannot be rehearsed to its end: {path_scenario.stops}", "wrong", paint)


def _key(run: DescribedRun) -> str:
    return repr((run.member.key, run.nodes, run.needs))


def _wrapped(line: str, look: str, paint: Any) -> Iterator[str]:
    for part in wrap(
        terminal_safe(line), WIDTH, subsequent_indent=" " * 10, break_on_hyphens=False, drop_whitespace=False
    ):
        yield f"{paint(look, part.rstrip())}\n"


def json(organisation: Organisation, explorations: Iterable[Exploration]) -> Iterator[str]:
    """A list of paths, each with a scenario that goes it, and with ``cut``: whether its workflow has more."""
    separator = "[\n"
    for exploration in explorations:
        for path in exploration.paths:
            record = {**_record(organisation, path), "cut": exploration.cut}
            yield separator + indent(to_json(record, indent=2), "  ")
            separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _record(organisation: Organisation, path: ExploredPath) -> dict[str, Any]:
    path_scenario = build_path_scenario(organisation, path)
    scenario = path_scenario.scenario and with_expectations(organisation, path_scenario.scenario)
    return {
        "workflow": path.member.title,
        "steps": [node for node in path.nodes if node != TRIGGER_ID],
        "then": [
            {
                "workflow": run.member.title,
                "at": run.path_run.due / 60_000,
                "steps": [node for node in run.nodes if node != TRIGGER_ID],
            }
            for run in path.described_runs[1:]
        ],
        "needs": list(path.needs),
        "contradicts": path.contradicts,
        "clash": path.clash,
        "notFollowed": list(path.not_followed),
        "forced": [
            {"workflow": forced.member.title, "step": forced.node, "else": forced.why}
            for forced in path_scenario.forced
        ],
        "stops": path_scenario.stops,
        "scenario": scenario and scenario.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
