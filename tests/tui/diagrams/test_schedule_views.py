"""Chains and their timeline at the keyboard."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from kustui.tui.diagrams.schedule_views import ChainsView, TimelineView
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from kustui.tui.widgets.rows_view import RowsView

TIMERS = SAMPLES / "timer-chain.json"
MISSING = SAMPLES / "broken" / "missing-input.json"
ENDLESS = SAMPLES / "broken" / "endless-schedule.json"


def chains(ui: ExplorerPilot) -> ChainsView:
    return ui.explorer.query_one("#chains", ChainsView)


def timeline(ui: ExplorerPilot) -> TimelineView:
    return ui.explorer.query_one("#timeline", TimelineView)


def told(view: RowsView) -> list[str]:
    return [text_of(view.rows.make(index).line).rstrip() for index in range(view.rows.count)]


def drawn(view: RowsView) -> list[str]:
    return ["".join(segment.text for segment in view.render_line(y)).rstrip() for y in range(view.size.height)]


async def test_a_chain_tells_delays_inputs_and_what_is_wrong_with_a_call() -> None:
    async with explorer(MISSING, size=(160, 48)) as ui:
        await ui.press("7")
        assert ui.focus == "chains"
        assert told(chains(ui))[:5] == [
            "◆ chain-1-of-4  on conversation.update",
            "└─ after 30 min ⇒ chain-2-of-4  if custom.@fooAt exists  with conversationId, @fooAt",
            "   └─ after 30 min ⇒ chain-3-of-4  with conversationId, @fooAt",
            "      └─ after 60 min ⇒ chain-4-of-4  with conversationId, fooAt",
            '         ✗ "chain-4-of-4" requires the input "@fooAt", but is given "fooAt"',
        ]


async def test_enter_goes_along_the_chain_and_the_drawing_is_around_where_it_leads() -> None:
    async with explorer(MISSING, size=(160, 48)) as ui:
        await ui.press("7", "j", "j", "enter")
        assert ui.focus == "chains"
        assert "chain-3-of-4" in ui.cursor_row
        rows = told(chains(ui))
        assert rows[0].startswith("◆ chain-3-of-4")
        assert rows[rows.index("Scheduled by") + 1 :] == [
            "└─ ← chain-2-of-4 after 30 min",
            "   └─ ← chain-1-of-4 after 30 min  if custom.@fooAt exists",
        ]
        await ui.press("left_square_bracket")
        assert "chain-1-of-4" in ui.cursor_row


async def test_how_far_it_reaches_is_chosen() -> None:
    async with explorer(MISSING, size=(160, 48)) as ui:
        await ui.press("7", "minus", "minus")
        assert told(chains(ui))[1].endswith("with conversationId, @fooAt …")
        assert "1 schedule each way" in ui.titles
        await ui.press("plus")
        assert "chain-3-of-4" in told(chains(ui))[2]


async def test_all_chains_are_listed_and_sorted() -> None:
    async with explorer(SAMPLES / "organisation-export.json", size=(160, 48)) as ui:
        await ui.press("7", "o")
        by_length = told(chains(ui))
        assert len(by_length) > 5
        assert "by length" in ui.titles
        await ui.press("s")
        assert "by total delay" in ui.titles
        assert sorted(told(chains(ui))) == sorted(by_length)
        await ui.press("s", "s")
        assert told(chains(ui)) == sorted(by_length, key=lambda row: row.removeprefix("◆ ").removesuffix("  ↺ ring"))
        name = told(chains(ui))[0].removeprefix("◆ ").split("  ")[0]
        await ui.press("enter")
        assert name in ui.cursor_row
        assert told(chains(ui))[0].startswith(f"◆ {name}")


async def test_the_timeline_begins_where_the_chain_does_and_shows_a_ring_with_its_period() -> None:
    async with explorer(TIMERS, size=(160, 48)) as ui:
        await ui.go_to("followup-timer-3")
        await ui.press("8")
        rows = told(timeline(ui))
        assert [label.strip() for label in rows[0].split("T+")[1:]] == ["0", "60 min", "1 d 1 h", "8 d 1 h"]
        assert rows[1].startswith("followup-timer-1")
        assert "↺ every 4 h" in rows[3]
        assert "╌" in rows[3]


async def test_the_load_follows_the_rate_that_is_typed() -> None:
    async with explorer(ENDLESS, size=(160, 48)) as ui:
        await ui.press("8")
        assert any("100 events an hour" in row for row in told(timeline(ui)))
        await ui.press("i", *"9000", "slash", "h", "enter")
        assert ui.focus == "timeline"
        rows = told(timeline(ui))
        assert any("9,000 events an hour" in row for row in rows)
        assert any("▲ over the limit within" in row for row in rows)
        assert len(ui.tree) > 2, "what is typed is no filter"


async def test_what_is_no_rate_is_told_and_can_be_left() -> None:
    async with explorer(ENDLESS, size=(160, 48)) as ui:
        await ui.press("8", "i", *"often", "enter")
        assert ui.focus == "rate"
        assert "a rate is a number" in ui.keys
        await ui.press("backspace")
        assert ui.keys.strip() == "Enter apply   Esc cancel"
        await ui.press("escape")
        assert ui.focus == "timeline"
        assert any("100 events an hour" in row for row in told(timeline(ui)))


async def test_where_nothing_schedules_it_says_so(tmp_path: Path) -> None:
    path = tmp_path / "alone.json"
    path.write_text(json.dumps(workflow("a", step("a"))))
    async with explorer(path, size=(160, 48)) as ui:
        await ui.press("7")
        assert "   schedules nothing" in told(chains(ui))
        await ui.press("8")
        assert timeline(ui).empty == "this workflow is in no chain: it schedules nothing and is not scheduled here"
        await ui.press("7", "o")
        assert chains(ui).empty.startswith("no workflow here schedules another")


async def test_what_a_row_has_no_room_for_stands_at_the_foot() -> None:
    async with explorer(TIMERS, size=(80, 24)) as ui:
        await ui.press("7", "j")
        assert drawn(chains(ui))[1].endswith("…")
        assert drawn(chains(ui))[-1] == "   conversationId, @timerStartAt"


async def test_a_listed_chain_always_says_what_the_list_is_sorted_by() -> None:
    async with explorer(SAMPLES / "organisation-export.json", size=(80, 24)) as ui:
        await ui.press("7", "o", "s")
        rows = drawn(chains(ui))
        assert any(re.search(r"…  ↺ ring \d schedules, \d+ min i2$", row) for row in rows)
        assert all(re.search(r"\d schedules?\b", row) for row in rows[: chains(ui).rows.count])
