"""What is written down at once: pictures, and the schedules that lead from one of them to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kustui.text.durations import due_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kustui.analysis.schedules import Schedules
    from kustui.config.check_settings import Settings
    from kustui.diagrams.pictures import Picture
    from kustui.diagrams.styled_lines import Line


class Leap(NamedTuple):
    """A schedule from a vertex of one picture to another picture."""

    source: int
    """The number of the picture."""
    vertex: str
    target: int
    words: str


class Sheet(NamedTuple):
    pictures: tuple[Picture, ...]
    leaps: tuple[Leap, ...] = ()
    marks: tuple[Mapping[str, Line], ...] = ()
    """For each picture, what stands beside its vertices; or nothing for any."""


def leaps_of(schedules: Schedules, keys: Sequence[str], settings: Settings) -> tuple[Leap, ...]:
    """The schedules among workflows, given by their keys in the order of their pictures."""
    place = {key: number for number, key in enumerate(keys)}
    return tuple(
        Leap(place[call.caller], call.step, place[target], due_in_words(call.run_at, settings.relative_unit_minutes))
        for call in schedules.calls
        if call.caller in place and (target := schedules.target(call)) is not None and target in place
    )
