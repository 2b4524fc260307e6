"""The paths through workflows: for a person, and as JSON with a scenario for each."""

from __future__ import annotations

from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

from kustui.check.reports.writing import encoded
from kustui.definition.harmless import shown
from kustui.definition.models import TRIGGER_ID
from kustui.simulate.exploring import MOST_PATHS, scenario_of
from kustui.simulate.reports.text import WIDTH, painter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.simulate.exploring import Exploration, Path
    from kustui.simulate.organisation import Organisation


def text(explorations: Sequence[Exploration], *, colour: bool = False) -> Iterator[str]:
    """Every path with its steps and what has to hold, a workflow after the other."""
    paint = painter(colour)
    for index, exploration in enumerate(explorations):
        count = len(exploration.paths)
        more = ", and there are more" if exploration.cut else ""
        yield "\n" if index else ""
        heading = f"{exploration.member.title}: {count} path{'' if count == 1 else 's'}{more}"
        yield f"{paint('heading', shown(heading))}\n"
        for number, path in enumerate(exploration.paths, start=1):
            yield from _path(number, path, paint)
        if exploration.cut:
            yield f"  cut: no more than {MOST_PATHS} paths are looked for\n"


def _path(number: int, path: Path, paint: Any) -> Iterator[str]:
    steps = [_name(path, node) for node in path.nodes if node != TRIGGER_ID]
    yield from _wrapped(f"{number:>3}  {' -> '.join(steps) or 'no step'}", "", paint)
    for need in path.needs:
        yield from _wrapped(f"       if {need}", "aside", paint)
    if path.contradicts:
        yield from _wrapped(f"       contradicts itself: {path.clash}", "wrong", paint)
    elif path.prospect.worlds and path.prospect.worlds[0].solution.open:
        yield from _wrapped("       has to be forced: no value is known to decide all of it", "?", paint)
    elif not path.prospect.worlds:
        yield from _wrapped("       may contradict itself: not every combination was looked at", "?", paint)


def _wrapped(line: str, look: str, paint: Any) -> Iterator[str]:
    for part in wrap(shown(line), WIDTH, subsequent_indent=" " * 10, break_on_hyphens=False, drop_whitespace=False):
        yield f"{paint(look, part.rstrip())}\n"


def _name(path: Path, node: str) -> str:
    step = path.member.flow.steps.get(node)
    return step.name if step else node


def json(organisation: Organisation, explorations: Sequence[Exploration]) -> Iterator[str]:
    """A list of paths, each with a scenario that goes it."""
    separator = "[\n"
    for exploration in explorations:
        for path in exploration.paths:
            yield separator + indent(encoded(_record(organisation, path), indent=2), "  ")
            separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _record(organisation: Organisation, path: Path) -> dict[str, Any]:
    scenario = scenario_of(organisation, path)
    return {
        "workflow": path.member.title,
        "steps": [node for node in path.nodes if node != TRIGGER_ID],
        "needs": list(path.needs),
        "contradicts": path.contradicts,
        "clash": path.clash,
        "scenario": scenario and scenario.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
