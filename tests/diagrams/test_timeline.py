"""The timeline and rates, as text."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from kustui.analysis.chains import Chain, chain_from, chain_starts
from kustui.check.rule import app, called, schedule, step, to
from kustui.diagrams.load_lines import parse_rate, rate_in_words
from kustui.diagrams.timeline import Timeline
from kustui.text.cells import cells
from tests.benchmarks.growth import counted
from tests.benchmarks.shapes import id_of
from tests.support.diagrams import lines_of
from tests.support.trees import SAMPLE_PATHS, sample_examined, snapshot_of


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("100", 100 / 60), ("100/h", 100 / 60), ("5 / min", 5), ("5 per minute", 5), ("2,000 a day", 2000 / 1440),
        ("1 000/d", 1000 / 1440), ("0.5/min", 0.5), ("7/week", 7 / 10080), ("0", 0),
        ("", None), ("often", None), ("-3", None), ("5/fortnight", None), ("9" * 20, None), ("1e400", None),
    ],
)  # fmt: skip
def test_rates_are_read_as_people_write_them(text: str, rate: float | None) -> None:
    assert parse_rate(text) == (pytest.approx(rate) if rate is not None else None)


def test_rates_are_told_by_the_hour_and_seldom_ones_by_the_day() -> None:
    assert rate_in_words(100 / 60) == "100 events an hour"
    assert rate_in_words(10 / 1440) == "10 events a day"


def drawn(name: str, width: int, first: int = 0) -> list[list[str]]:
    snapshot = sample_examined(name)
    lines, schedules = lines_of(snapshot), snapshot.schedules
    assert schedules is not None
    roots = list(chain_starts(schedules, [entry.key for entry in snapshot.collection.entries]))
    found = [Timeline(chain_from(schedules, root, 1), lines, 1.0).rows(width, first) for root in roots[:20]]
    return [["".join(text for text, _ in line) for line in rows] for rows in found]


@pytest.mark.parametrize("name", SAMPLE_PATHS)
@pytest.mark.parametrize("width", [30, 45, 94])
def test_every_row_has_room(name: str, width: int) -> None:
    for rows in drawn(name, width):
        assert all(cells(row) <= width for row in rows)


def test_each_run_stands_below_its_moment() -> None:
    for rows in drawn("timer-chain.json", 94):
        axis = rows[0]
        for row, label in zip(rows[1:5], ("T+0", "T+60 min", "T+1 d 1 h", "T+8 d 1 h"), strict=True):
            assert row[axis.index(label)] in "◆●"


@pytest.mark.parametrize("width", range(30, 95))
def test_the_axis_names_moments_in_full_or_says_that_there_are_later_ones(width: int) -> None:
    (rows,) = drawn("timer-chain.json", width)
    labels = re.split("  +", rows[0].strip())
    later = labels.pop() if labels[-1].endswith("›") else ""
    everything = ["T+0", "T+60 min", "T+1 d 1 h", "T+8 d 1 h"]
    labels += filter(None, [later.removesuffix("›").strip()])
    assert labels == everything[: len(labels)]
    assert bool(later) == (labels != everything)


def test_later_moments_come_into_view() -> None:
    (rows,) = drawn("timer-chain.json", 70, first=2)
    assert [label.strip() for label in rows[0].split("T+")[1:]] == ["1 d 1 h", "8 d 1 h"]
    assert rows[1].endswith("‹")
    assert "●" in rows[3]


def test_what_names_have_in_common_is_left_out_where_they_would_be_cut() -> None:
    (rows,) = drawn("timer-chain.json", 39)
    assert [row.split("  ")[0] for row in rows[1:5]] == [
        "…1-of-4-start",
        "…2-of-4-60-min…",
        "…3-of-4-1-day",
        "…4-of-4-7-days",
    ]


def test_the_load_can_be_read_in_a_narrow_pane() -> None:
    (rows,) = drawn("broken/endless-schedule.json", 39)
    assert "after 60 min             15         15" in rows
    assert "after many days    ▲ no end   ▲ no end" in rows
    assert "Kustomer starts 1,000 scheduled runs in 15 minutes" in " ".join(row.strip() for row in rows)


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_the_rows_of_a_timeline_are_in_the_order_of_time(name: str) -> None:
    for axis, *rows in drawn(name, 200):
        runs = [min(row.index(sign) for sign in "◆●✗" if sign in row) for row in rows[: rows.index("")]]
        assert runs == sorted(runs), axis


def test_names_that_would_look_alike_lose_their_middle() -> None:
    (rows,) = drawn("scheduling-pair.json", 53)
    assert [row.split("  ")[0] for row in rows[1:3]] == ["appCon…dulingworkflow", "appCon…eduledworkflow"]


def test_the_labels_of_a_ring_take_no_longer_to_find_where_there_are_more() -> None:
    class Name(str):
        """Whose comparisons are counted."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return super().__eq__(other)

    def work(count: int) -> int:
        following = [[schedule("next", id_of(at + 1))] if at + 1 < count else [step("next")] for at in range(count)]
        workflows = (
            called(f"w{at}", id_of(at), schedule("again", id_of(at), to("next")), *steps)
            for at, steps in enumerate(following)
        )
        snapshot = snapshot_of(app(*workflows))
        assert snapshot.schedules is not None
        chain = chain_from(snapshot.schedules, snapshot.collection.entries[0].key, 1)
        assert len(chain.rings) == count
        links = tuple(replace(link, key=Name(link.key)) for link in chain.links)
        timeline = Timeline(Chain(links), lines_of(snapshot), 1.0)
        timeline.rows(94)
        return counted(lambda: [[*timeline._ring_labels(link)] for link in links])

    assert work(80) < 6 * work(20)
