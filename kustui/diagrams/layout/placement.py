"""Where things in a row go: each as near as may be to where it wants to be, in order, and none on another."""

from __future__ import annotations

from collections.abc import Sequence


def placed(
    wanted: Sequence[float], gaps: Sequence[float], weights: Sequence[float] | None = None, least: float | None = None
) -> list[float]:
    """Positions with the least sum of weighted squared distances from the wanted ones (pool adjacent violators).

    ``gaps`` says how far each has to be from the one before it; its first element counts for nothing.
    ``least`` is what no position may be below.
    """
    if not wanted:
        return []
    offsets = [0.0]
    for gap in gaps[1:]:
        offsets.append(offsets[-1] + gap)
    # Less the room taken up by those before it, positions only must not fall.
    pools: list[tuple[float, float, int]] = []
    for index, want in enumerate(wanted):
        weight = weights[index] if weights else 1.0
        mean, total, count = want - offsets[index], weight, 1
        while pools and pools[-1][0] > mean:
            other, heavy, many = pools.pop()
            mean = (mean * total + other * heavy) / (total + heavy)
            total, count = total + heavy, count + many
        pools.append((mean, total, count))
    found: list[float] = []
    for mean, _, count in pools:
        level = mean if least is None else max(mean, least)
        for _ in range(count):
            found.append(level + offsets[len(found)])
    return found


def placed_within(wanted: Sequence[int], gap: int, low: int, high: int) -> list[int]:
    """Whole positions from ``low`` to ``high``, at least a gap apart, in order; there has to be room for all."""
    found: list[int] = []
    for index, position in enumerate(placed(wanted, [gap] * len(wanted))):
        least = low if not found else found[-1] + gap
        most = high - gap * (len(wanted) - 1 - index)
        found.append(min(max(round(position), least), most))
    return found
