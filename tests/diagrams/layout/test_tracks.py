"""Wires that run sideways in a channel each take the first track with room for them."""

from __future__ import annotations

import random
from itertools import count

import pytest

from kustui.diagrams.layout.routing import Net, route_channel
from kustui.diagrams.layout.tracks import Tracks
from tests.benchmarks.growth import counted


def first_with_room(tracks: list[list[tuple[int, int]]], low: int, high: int, least: int) -> int:
    """As ``Tracks.take``, by looking at one track after the other."""
    for track in count(least):
        if track == len(tracks):
            tracks.append([])
        if all(end + 1 < low or high + 1 < start for start, end in tracks[track]):
            tracks[track] = sorted([*tracks[track], (low, high)])
            return track
    raise AssertionError("tracks never end")


@pytest.mark.parametrize(("columns", "length"), [(10, 3), (10, 200), (50, 20), (500, 20), (500, 3)])
def test_a_wire_takes_the_first_track_with_room_for_it(columns: int, length: int) -> None:
    chance, tracks, expected = random.Random(1), Tracks(), list[list[tuple[int, int]]]()
    for _ in range(150):
        low = chance.randrange(columns)
        high = low + chance.randrange(length)
        least = chance.choice((0, chance.randrange(len(expected) + 1)))
        assert tracks.take(low, high, least) == first_with_room(expected, low, high, least)
    assert tracks.spans == expected


def test_many_wires_that_are_above_each_other_are_not_held_against_each_other() -> None:
    def calls(number: int) -> int:
        nets = [Net(at, (at,), (3 * number - at,)) for at in range(number)]
        return counted(lambda: route_channel(nets, ()))

    assert calls(800) < 5 * calls(200)  # 15, if they are
