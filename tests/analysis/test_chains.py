"""Chains of schedules, and what they bring about in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.analysis.chains import DAY, End, branches, callers_of, chain_from, chain_start, chain_starts, load_of
from kustui.analysis.schedules import ScheduleCall, Schedules
from kustui.definition.models import RunAt
from kustui.definition.platform import RUNS_PER_WINDOW, WINDOW_MINUTES
from tests.benchmarks.growth import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

Arrow = tuple[str, str, float | None]


def schedules_of(*arrows: Arrow) -> Schedules:
    """Caller, target and minutes of each call; a target in capitals is not in the collection."""
    calls = [
        ScheduleCall(caller, f"s{index}", "", f"/{index}", target, _run_at(delay), "", {})
        for index, (caller, target, delay) in enumerate(arrows)
    ]
    keys = dict.fromkeys(name for caller, target, _ in arrows for name in (caller, target) if name.islower())
    return Schedules.of(calls, {name: name for name in keys})


def _run_at(delay: float | None) -> RunAt:
    return RunAt(type="relative", value=delay) if delay is not None else RunAt(type="date", value="/#steps.1.at")


def told(schedules: Schedules, root: str, most: int | None = None) -> list[tuple[int, str, End | None, float | None]]:
    return [(link.depth, link.key, link.end, link.due) for link in chain_from(schedules, root, 1, most).links]


def test_a_chain_adds_up_its_delays() -> None:
    chain = chain_from(schedules_of(("a", "b", 60), ("b", "c", 30), ("a", "c", 5)), "a", 2)
    assert [(link.depth, link.key, link.due) for link in chain.links] == [
        (0, "a", 0), (1, "b", 120), (2, "c", 180), (1, "c", 10),
    ]  # fmt: skip
    assert (chain.length, chain.delay) == (2, 180)


def test_what_is_told_already_is_not_told_again() -> None:
    schedules = schedules_of(("a", "b", 1), ("a", "c", 1), ("b", "d", 1), ("c", "d", 1), ("d", "e", 1))
    assert (2, "d", End.REPEATED, 2.0) in told(schedules, "a")
    assert sum(key == "e" for _, key, _, _ in told(schedules, "a")) == 1


def test_a_ring_is_marked_once_with_its_period() -> None:
    chain = chain_from(schedules_of(("a", "b", 10), ("b", "c", 20), ("c", "b", 40)), "a", 1)
    (ring,) = chain.rings
    assert (ring.key, ring.end, chain.period(ring)) == ("b", End.RING, 60)
    assert len(chain.links) == 4


def test_unknown_targets_and_times_are_told_as_such() -> None:
    assert told(schedules_of(("a", "B", 1), ("a", "c", None), ("c", "d", 5)), "a") == [
        (0, "a", None, 0), (1, "", End.UNKNOWN, 1), (1, "c", None, None), (2, "d", None, None),
    ]  # fmt: skip


def test_it_ends_where_more_is_not_asked_for() -> None:
    assert told(schedules_of(("a", "b", 1), ("b", "c", 1)), "a", 1)[-1] == (1, "b", End.TOO_DEEP, 1)
    assert told(schedules_of(("a", "b", 1)), "a", 1)[-1] == (1, "b", None, 1)


def test_callers_are_told_backwards_and_nobody_twice() -> None:
    schedules = schedules_of(("a", "b", 1), ("b", "c", 1), ("c", "b", 1))
    assert [(link.depth, link.key, link.end) for link in callers_of(schedules, "b", 5)] == [
        (1, "a", None), (1, "c", None), (2, "b", End.REPEATED),
    ]  # fmt: skip


def test_chains_begin_where_nothing_schedules_and_in_rings_of_their_own() -> None:
    schedules = schedules_of(("x", "y", 1), ("y", "x", 1), ("a", "b", 1), ("b", "c", 1))
    assert list(chain_starts(schedules, ["x", "y", "a", "b", "c"])) == ["x", "a"]
    assert [chain_start(schedules, key) for key in "cyab"] == ["a", "y", "a", "a"]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcdeX"), st.integers(0, 90)), max_size=12))
def test_every_chain_ends_and_tells_every_call_that_it_comes_to_once(arrows: Sequence[Arrow]) -> None:
    schedules = schedules_of(*arrows)
    for root in chain_starts(schedules, "abcde"):
        chain = chain_from(schedules, root, 1)
        calls = [link.call.pointer for link in chain.links if link.call is not None]
        assert len(calls) == len(set(calls))
        reached = {root} | {link.key for link in chain.links if link.key}
        assert set(calls) == {call.pointer for call in schedules.calls if call.caller in reached}
        load_of(chain, 1.0)


# The load


def test_a_line_of_schedules_brings_one_run_each_an_event_once_they_are_due() -> None:
    load = load_of(chain_from(schedules_of(("a", "b", 60), ("b", "c", 60)), "a", 1), 2.0)
    assert load.due[:4] == (0, 0, 0, 0)
    assert load.due_after(DAY) == pytest.approx(2 * 2.0 * WINDOW_MINUTES)
    assert load.in_the_long_run == pytest.approx(2 * 2.0 * WINDOW_MINUTES)
    assert load.over is None


def test_what_is_over_the_limit_waits() -> None:
    load = load_of(chain_from(schedules_of(("a", "b", 15)), "a", 1), 100.0)
    assert load.due_after(DAY) == pytest.approx(100.0 * WINDOW_MINUTES)
    windows = DAY // WINDOW_MINUTES - 1
    assert load.waiting_after(DAY) == pytest.approx(windows * (100.0 * WINDOW_MINUTES - RUNS_PER_WINDOW), rel=0.01)
    assert load.over == WINDOW_MINUTES


def test_a_ring_grows_by_one_run_an_event_each_time_round() -> None:
    load = load_of(chain_from(schedules_of(("a", "b", 60), ("b", "b", 60)), "a", 1), 1.0)
    assert load.in_the_long_run is None
    assert load.due_after(180) == pytest.approx(2 * WINDOW_MINUTES, rel=0.1)
    assert load.due_after(360) == pytest.approx(5 * WINDOW_MINUTES, rel=0.1)


def test_calls_that_do_not_happen_bring_nothing() -> None:
    chain = chain_from(schedules_of(("a", "b", 1), ("b", "c", 1)), "a", 1)
    assert max(load_of(chain, 1.0, lambda call: call.caller != "a").due) == 0


@given(st.floats(0, 1000), st.integers(1, 200), st.integers(1, 200))
def test_what_becomes_due_is_run_or_waits(rate: float, first: int, second: int) -> None:
    load = load_of(chain_from(schedules_of(("a", "b", first), ("a", "c", second)), "a", 1), rate)
    run = sum(load.due) - load.waiting[-1]
    assert run <= RUNS_PER_WINDOW * len(load.due) * 1.000001
    for before, due, waiting in zip((0.0, *load.waiting), load.due, load.waiting, strict=False):
        assert waiting == pytest.approx(max(0, before + due - RUNS_PER_WINDOW), rel=0.05, abs=rate * 2 + 1)


def test_a_link_of_a_chain_takes_no_longer_where_more_are_above_it() -> None:
    def work(count: int) -> int:
        schedules = schedules_of(*((f"w{at}", f"w{at + 1}", 1.0) for at in range(count)))
        return counted(lambda: chain_from(schedules, "w0", 1))

    assert work(80) < 6 * work(20)


def test_a_link_that_repeats_another_takes_no_longer_the_deeper_it_is() -> None:
    def work(count: int) -> int:
        pairs = (((f"w{at}", f"w{at + 1}", 1.0), (f"w{at}", "w1", 1.0)) for at in range(count))
        schedules = schedules_of(*(arrow for pair in pairs for arrow in pair))
        return counted(lambda: chain_from(schedules, "w0", 1))

    assert work(400) < 6 * work(100)


def test_where_chains_begin_takes_no_longer_for_each_where_they_share_more() -> None:
    def work(count: int) -> int:
        shared = [(f"w{at}", f"w{at + 1}", 1.0) for at in range(count)]
        schedules = schedules_of(*((f"s{at}", "w0", 1.0) for at in range(count)), *shared)
        keys = [*schedules.keys]
        return counted(lambda: [*chain_starts(schedules, keys)])

    assert work(80) < 6 * work(20)


def test_the_branches_to_a_link_say_which_levels_go_on() -> None:
    chain = chain_from(schedules_of(("a", "b", 1), ("b", "c", 1), ("a", "d", 1)), "a", 1)
    assert {link.key: branches(chain.links, link) for link in chain.links} == {
        "a": (), "b": (True,), "c": (True, False), "d": (False,),
    }  # fmt: skip
    callers = callers_of(schedules_of(("b", "a", 1), ("c", "b", 1), ("d", "a", 1)), "a", 5)
    assert {link.key: branches(callers, link) for link in callers} == {"b": (True,), "c": (True, False), "d": (False,)}


def test_workflows_that_no_run_reaches_that_day_take_next_to_nothing() -> None:
    class Name(str):
        """Whose looks at a table are counted."""

        __slots__ = ()

        def __hash__(self) -> int:
            return super().__hash__()

    def work(count: int) -> int:
        schedules = schedules_of(*((Name(f"w{at}"), Name(f"w{at + 1}"), 300.0) for at in range(count)))
        chain = chain_from(schedules, Name("w0"), 1)
        return counted(lambda: load_of(chain, 1.0))

    assert work(80) < 1.5 * work(20)
