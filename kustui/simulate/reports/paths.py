"""The paths through workflows: for a person, and as JSON with a scenario for each."""

from __future__ import annotations

from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

from kustui.definition.models import TRIGGER_ID
from kustui.simulate.paths.explore import MOST_PATHS, name_of, proposal_of
from kustui.simulate.paths.scenario_from_path import expecting
from kustui.simulate.reports.text import WIDTH, painter
from kustui.simulate.reports.words import moment
from kustui.text.terminal_safe import shown
from kustui.text.terminal_safe_json import encoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.paths.explore import Exploration, Path, Stretch


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
        heading = f"{exploration.member.title}: {count} path{'' if count == 1 else 's'}{through}{more}"
        yield f"{paint('heading', shown(heading))}\n"
        beginnings: dict[tuple[str, ...], int] = {}
        for number, path in enumerate(exploration.paths, start=1):
            yield from _path(organisation, number, path, beginnings, paint)
        if exploration.cut:
            yield f"  cut: no more than {MOST_PATHS} paths are looked for\n"


def _path(
    organisation: Organisation, number: int, path: Path, beginnings: dict[tuple[str, ...], int], paint: Any
) -> Iterator[str]:
    """``beginnings`` are the runs that were told already, with the number of the path that they were told for."""
    stretches = path.stretches
    edges = [_key(stretch) for stretch in stretches]
    known = max(count for count in range(len(edges)) if not count or tuple(edges[:count]) in beginnings)
    for index, stretch in enumerate(stretches):
        told = beginnings.setdefault(tuple(edges[: index + 1]), number)
        start = f"{number:>3}  " if not index else "     "
        if index < known:
            if index == known - 1:
                yield from _wrapped(f"{number:>3}  as {told} up to {stretch.member.title}, then", "", paint)
            continue
        steps = " -> ".join(stretch.name(node) for node in stretch.nodes if node != TRIGGER_ID) or "no step"
        begins = f"{moment(stretch.passage.due)}  {stretch.member.title}: " if index else ""
        yield from _wrapped(f"{start}{begins}{steps}", "", paint)
        for need in stretch.needs:
            yield from _wrapped(f"       if {need}", "aside", paint)
    for words in path.passed_by:
        yield from _wrapped(f"     {words}", "aside", paint)
    if path.contradicts:
        yield from _wrapped(f"       contradicts itself: {path.clash}", "wrong", paint)
        return
    if not path.prospect.worlds:
        yield from _wrapped("       may contradict itself: not every combination was looked at", "?", paint)
        return
    proposal = proposal_of(organisation, path)
    for forced in proposal.forced:
        where = f"{forced.member.title}, " if len(path.stretches) > 1 else ""
        words = f"has to be forced at {where}{name_of(forced.member, forced.node)}, else {forced.why}"
        yield from _wrapped(f"       {words}", "?", paint)
    if proposal.stops:
        yield from _wrapped(f"       cannot be rehearsed to its end: {proposal.stops}", "wrong", paint)


def _key(stretch: Stretch) -> str:
    return repr((stretch.member.key, stretch.nodes, stretch.needs))


def _wrapped(line: str, look: str, paint: Any) -> Iterator[str]:
    for part in wrap(shown(line), WIDTH, subsequent_indent=" " * 10, break_on_hyphens=False, drop_whitespace=False):
        yield f"{paint(look, part.rstrip())}\n"


def json(organisation: Organisation, explorations: Iterable[Exploration]) -> Iterator[str]:
    """A list of paths, each with a scenario that goes it, and with ``cut``: whether its workflow has more."""
    separator = "[\n"
    for exploration in explorations:
        for path in exploration.paths:
            record = {**_record(organisation, path), "cut": exploration.cut}
            yield separator + indent(encoded(record, indent=2), "  ")
            separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _record(organisation: Organisation, path: Path) -> dict[str, Any]:
    proposal = proposal_of(organisation, path)
    scenario = proposal.scenario and expecting(organisation, proposal.scenario)
    return {
        "workflow": path.member.title,
        "steps": [node for node in path.nodes if node != TRIGGER_ID],
        "then": [
            {
                "workflow": stretch.member.title,
                "at": stretch.passage.due / 60_000,
                "steps": [node for node in stretch.nodes if node != TRIGGER_ID],
            }
            for stretch in path.stretches[1:]
        ],
        "needs": list(path.needs),
        "contradicts": path.contradicts,
        "clash": path.clash,
        "notFollowed": list(path.passed_by),
        "forced": [
            {"workflow": forced.member.title, "step": forced.node, "else": forced.why} for forced in proposal.forced
        ],
        "stops": proposal.stops,
        "scenario": scenario and scenario.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
