"""Chains and their timeline at the keyboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kustui.tui.diagrams.chains_view import ChainsView
from kustui.tui.diagrams.timeline_view import TimelineView
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES, text_of
from tests.tui.explorer.test_explorer import Eye, explorer

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.widgets.rows_view import RowsView

TIMERS = SAMPLES / "timer-chain.json"
MISSING = SAMPLES / "broken" / "missing-input.json"
ENDLESS = SAMPLES / "broken" / "endless-schedule.json"


def chains(eye: Eye) -> ChainsView:
    return eye.explorer.query_one("#chains", ChainsView)


def timeline(eye: Eye) -> TimelineView:
    return eye.explorer.query_one("#timeline", TimelineView)


def told(view: RowsView) -> list[str]:
    return [text_of(view.rows.make(index).line).rstrip() for index in range(view.rows.count)]


def drawn(view: RowsView) -> list[str]:
    return ["".join(segment.text for segment in view.render_line(y)).rstrip() for y in range(view.size.height)]


async def test_a_chain_tells_delays_inputs_and_what_is_wrong_with_a_call() -> None:
    async with explorer(MISSING, size=(160, 48)) as eye:
        await eye.press("7")
        assert eye.focus == "chains"
        assert told(chains(eye))[:5] == [
            "◆ chain-1-of-4  on conversation.update",
            "└─ after 30 min ⇒ chain-2-of-4  if custom.@fooAt exists  with conversationId, @fooAt",
            "   └─ after 30 min ⇒ chain-3-of-4  with conversationId, @fooAt",
            "      └─ after 1 h ⇒ chain-4-of-4  with conversationId, fooAt",
            '         ✗ "chain-4-of-4" requires the input "@fooAt", and is given "fooAt"',
        ]


async def test_enter_goes_along_the_chain_and_the_drawing_is_around_where_it_leads() -> None:
    async with explorer(MISSING, size=(160, 48)) as eye:
        await eye.press("7", "j", "j", "enter")
        assert eye.focus == "chains"
        assert "chain-3-of-4" in eye.here
        rows = told(chains(eye))
        assert rows[0].startswith("◆ chain-3-of-4")
        assert rows[rows.index("Scheduled by") + 1 :] == [
            "└─ ← chain-2-of-4 after 30 min",
            "   └─ ← chain-1-of-4 after 30 min  if custom.@fooAt exists",
        ]
        await eye.press("left_square_bracket")
        assert "chain-1-of-4" in eye.here


async def test_how_far_it_reaches_is_chosen() -> None:
    async with explorer(MISSING, size=(160, 48)) as eye:
        await eye.press("7", "minus", "minus")
        assert told(chains(eye))[1].endswith("with conversationId, @fooAt …")
        assert "1 steps either way" in eye.titles
        await eye.press("plus")
        assert "chain-3-of-4" in told(chains(eye))[2]


async def test_all_chains_are_listed_and_sorted() -> None:
    async with explorer(SAMPLES / "organisation-export.json", size=(160, 48)) as eye:
        await eye.press("7", "o")
        by_length = told(chains(eye))
        assert len(by_length) > 5
        assert "by length" in eye.titles
        await eye.press("s")
        assert "by total delay" in eye.titles
        assert sorted(told(chains(eye))) == sorted(by_length)
        await eye.press("s", "s")
        assert told(chains(eye)) == sorted(by_length, key=lambda row: row.removeprefix("◆ ").removesuffix("  ↺ ring"))
        name = told(chains(eye))[0].removeprefix("◆ ").split("  ")[0]
        await eye.press("enter")
        assert name in eye.here
        assert told(chains(eye))[0].startswith(f"◆ {name}")


async def test_the_timeline_begins_where_the_chain_does_and_shows_a_ring_with_its_period() -> None:
    async with explorer(TIMERS, size=(160, 48)) as eye:
        await eye.go_to("followup-timer-3")
        await eye.press("8")
        rows = told(timeline(eye))
        assert [label.strip() for label in rows[0].split("T+")[1:]] == ["0", "60 min", "1 d 1 h", "1 w 1 d 1 h"]
        assert rows[1].startswith("followup-timer-1")
        assert "↺ every 4 h" in rows[3]
        assert "╌" in rows[3]


async def test_the_load_follows_the_rate_that_is_typed() -> None:
    async with explorer(ENDLESS, size=(160, 48)) as eye:
        await eye.press("8")
        assert any("100 events an hour" in row for row in told(timeline(eye)))
        await eye.press("i", *"9000", "slash", "h", "enter")
        assert eye.focus == "timeline"
        rows = told(timeline(eye))
        assert any("9,000 events an hour" in row for row in rows)
        assert any("▲ over the limit within" in row for row in rows)
        assert len(eye.tree) > 2, "what is typed is no filter"


async def test_what_is_no_rate_is_told_and_can_be_left() -> None:
    async with explorer(ENDLESS, size=(160, 48)) as eye:
        await eye.press("8", "i", *"often", "enter")
        assert eye.focus == "rate"
        assert "a rate is a number" in eye.keys
        await eye.press("backspace")
        assert eye.keys.strip() == "Enter take it   Esc leave"
        await eye.press("escape")
        assert eye.focus == "timeline"
        assert any("100 events an hour" in row for row in told(timeline(eye)))


async def test_where_nothing_schedules_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "alone.json"
    path.write_text(json.dumps(workflow("a", step("a"))))
    async with explorer(path, size=(160, 48)) as eye:
        await eye.press("7")
        assert "   schedules nothing" in told(chains(eye))
        await eye.press("8")
        assert (
            timeline(eye).empty == "this workflow is in no chain: it schedules nothing, and nothing here schedules it"
        )
        await eye.press("7", "o")
        assert chains(eye).empty.startswith("nothing here schedules a workflow")


async def test_what_a_row_has_no_room_for_stands_at_the_foot() -> None:
    async with explorer(TIMERS, size=(80, 24)) as eye:
        await eye.press("7", "j")
        assert drawn(chains(eye))[1].endswith("…")
        assert drawn(chains(eye))[-1] == "   conversationId, @timerStartAt"


async def test_the_foot_of_a_listed_chain_tells_its_length_where_the_row_does_not() -> None:
    async with explorer(SAMPLES / "organisation-export.json", size=(80, 24)) as eye:
        await eye.press("7", "o")
        assert "schedules" not in drawn(chains(eye))[0]
        assert "3 schedules" in " ".join(drawn(chains(eye))[-2:])
