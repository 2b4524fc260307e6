"""A rehearsal at the keyboard: over days of virtual time, back, and down another branch."""

from __future__ import annotations

import gc
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.config.preferences import Preferences
from kustui.simulate.engine.history import MAX_STATES
from kustui.tui.app import Kustui
from kustui.tui.bindings import ACTIONS
from kustui.tui.rehearsal.screen import RehearsalScreen
from kustui.workspace.background import BackgroundWorkspace
from tests.support.definitions import write_json
from tests.support.explorer import explorer
from tests.support.patience import PATIENCE
from tests.support.rehearsal import CHAIN, FOUR, MISSING_INPUT, RehearsalPilot, rehearsal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def chain_with_scenarios(tmp_path: Path) -> Path:
    for path in (CHAIN, *CHAIN.parent.glob("timer-chain*.scenario.json")):
        shutil.copy(path, tmp_path)
    return tmp_path / CHAIN.name


CALLED = "5f8e148232731d0015c14657"


async def test_the_status_line_says_which_row_of_a_pane_the_cursor_is_on() -> None:
    async with rehearsal(CHAIN, size=(100, 40)) as ui:
        await ui.do("C", "5", "g", "j")
        count = len(ui.pane("log"))
        assert count > 2
        status = ui.screen.status
        assert f"2 of {count}" in "".join(segment.text for segment in status.render_line(0))


async def test_what_is_given_up_before_it_has_begun_leaves_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    async with rehearsal(CHAIN) as ui:
        snapshot = ui.explorer.snapshot
        for _ in range(2):  # at once, so that the second ends the first before it has its turn
            ui.screen.show_snapshot(replace(snapshot))
    del ui
    gc.collect()
    assert [str(warning.message) for warning in recwarn if "never awaited" in str(warning.message)] == []


async def test_what_comes_once_the_screen_is_left_is_taken_without_a_word() -> None:
    """Its panes go before the screen itself, and with it what is carried out in the background."""
    async with rehearsal(CHAIN) as ui:
        screen, session = ui.screen, ui.session
        await ui.do("escape")
        await ui.wait_until(lambda: not screen.panes.is_attached and not screen.is_running)
        screen.current.replace(session, ("reloaded", ""))


async def test_the_timer_chain_is_rehearsed_over_four_workflows_back_and_down_another_branch() -> None:
    async with rehearsal(CHAIN) as ui:
        assert ui.heading[0].startswith(f"Rehearsal {FOUR[0]}  run 1 of 1  T+0 ")
        assert ui.heading[1] == "▶ next: the trigger → branch wvODZuCal drafted"
        seen = []
        while not ui.state.finished:
            await ui.do("s")
            title = ui.place.partition(":")[0]
            if title not in seen:
                seen.append(title)
        assert seen == FOUR
        assert ui.state.clock > 8 * 24 * 60 * 60_000, "days have passed"
        assert "T+8 d 21 h" in ui.heading[0]
        assert ui.heading[1] == "◉ ended: no further steps finished"
        steps = ui.session.steps_taken
        for _ in range(steps):
            await ui.do("b")
        assert ui.session.steps_taken == 0
        assert "T+0" in ui.heading[0]
        assert "step 0 of " in ui.heading[0]
        await ui.until("9YLjj12HE")
        await ui.do("w", "j", "enter")
        assert "not tried" not in " ".join(ui.pane("table"))
        assert any("forced" in row and "Look again in an hour" in row for row in ui.pane("table"))
        await ui.do("s")
        assert ui.place == f"{FOUR[0]}: lRQbINWoR", "the VIP's tag is left out"
        assert not ui.session.history.can_go_forward, "what was ahead is gone"
        assert any("forced" in row for row in ui.pane("log"))


async def test_the_chain_with_a_mistyped_input_ends_where_it_would_and_says_why() -> None:
    async with rehearsal(MISSING_INPUT, size=(80, 24)) as ui:
        await ui.do("c")
        assert ui.place == "chain-4-of-4: QqYYm1tFq"
        assert ui.heading[1] == "◉ ended: no transition holds: @fooAt is missing finished"
        table = " ".join(ui.pane("table"))
        assert "@fooAt = missing" in table
        assert '✗ "chain-4-of-4" requires the input "@fooAt", but is given "fooAt"' in table
        assert 'did you mean "@fooAt"?' in table
        assert "passed by chain-3-of-4, 95QPeHoP1" in table
        on_screen = ui.drawn("table")
        assert any('is given "fooAt"' in row for row in on_screen), "it is seen without scrolling at 80×24"


async def test_what_ended_a_run_is_in_full_on_the_screen_at_60_columns() -> None:
    async with rehearsal(MISSING_INPUT, size=(60, 20)) as ui:
        await ui.do("c")
        seen = " ".join(" ".join(ui.drawn("table")).split())
        assert '✗ "chain-4-of-4" requires the input "@fooAt", but is given "fooAt" did you mean "@fooAt"?' in seen
        assert "missing-input at " in seen
        assert "r restart" in ui.news


async def test_a_run_that_meets_a_broken_place_stops_there_and_shows_the_problem(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", app(workflow("W", step("aB3", to("gone")), step("cD4"))))
    async with rehearsal(path) as ui:
        await ui.do("c")
        assert ui.place == "W: aB3"
        assert ui.heading[1].startswith("✗ stopped: ")
        assert any("unknown-target at" in row for row in ui.pane("table"))


async def test_escape_and_q_go_back_to_the_place_that_is_rehearsed() -> None:
    for key in ("escape", "q"):
        async with rehearsal(CHAIN, size=(100, 40)) as ui:
            await ui.do("d", "d", "s")
            assert ui.place == f"{FOUR[2]}: yZVIBA9et"
            await ui.do(key)
            await ui.rest()
            assert ui.app.screen is ui.explorer
            assert "find conversation by id yZVIBA9et" in ui.cursor_row


async def test_a_rehearsal_in_which_nothing_was_done_comes_back_to_the_row_it_began_at() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        await ui.do("escape")
        await ui.rest()
        before = ui.cursor_row
        await ui.do("r", "escape")
        await ui.rest()
        assert ui.cursor_row == before


async def test_a_step_that_only_branches_cannot_fail_and_says_so_in_its_place() -> None:
    async with explorer(CHAIN.with_name("orders.json"), size=(80, 24)) as ui:
        await ui.press("E")
        await ui.go_to("◇ Known or new?")
        before = ui.cursor_row
        await ui.press("X")
        assert ui.app.screen is ui.explorer
        assert "“Known or new?” only branches: it cannot fail" in ui.keys
        assert ui.cursor_row == before


async def test_the_workflow_of_a_selected_step_is_rehearsed_and_a_callable_by_its_call() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[3]) as ui:
        assert ui.place == f"{FOUR[3]}: 1"
        await ui.do("s", "s")
        assert ui.state.run is not None
        assert ui.state.run.outputs["1"] == {"conversationId": "draft-conversationId"} | {
            "@timerStartAt": "2026-01-05T09:00:00.000Z"
        }


async def test_the_first_paint_of_the_explorer_pays_for_none_of_it() -> None:
    import subprocess
    import sys

    rooms = ("kustui.tui.rehearsal", "kustui.simulate")
    program = f"import sys, kustui.tui.app; print([name for name in sys.modules if name.startswith({rooms})])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# Going through it


@pytest.mark.parametrize("size", [(160, 48), (80, 24), (60, 20)])
async def test_the_first_step_leads_from_the_trigger_into_the_first_step_and_back(size: tuple[int, int]) -> None:
    async with rehearsal(CHAIN, size=size) as ui:
        assert ui.place == f"{FOUR[0]}: 1"
        assert any("→ wvODZuCal" in row for row in ui.drawn("table")), "where the trigger leads to is seen at once"
        await ui.do("s")
        assert ui.place == f"{FOUR[0]}: wvODZuCal"
        assert ui.heading[1].startswith("▶ next: branch wvODZuCal → Whose conversation")
        assert any("✓ yes" in row and "→ Whose conversation" in row for row in ui.drawn("table"))
        await ui.do("b")
        assert (ui.place, ui.session.steps_taken, ui.session.steps_ahead) == (f"{FOUR[0]}: 1", 0, 1)
        await ui.do("b")
        assert "already at the start" in ui.news


async def test_an_event_that_starts_two_workflows_leads_to_the_trigger_of_each(tmp_path: Path) -> None:
    both = app(workflow("V", step("aB3"), entry=(to("aB3"),)), workflow("W", step("cD4"), entry=(to("cD4"),)))
    async with rehearsal(write_json(tmp_path / "app.json", both)) as ui:
        await ui.do("c", "i", "enter", "ctrl+s")
        places = []
        for _ in range(5):
            await ui.do("s")
            places.append(ui.place)
        assert places == ["V: 1", "V: aB3", "V: aB3", "W: 1", "W: cD4"]


async def test_a_failed_step_has_the_sign_of_a_failure_and_setting_it_to_fail_is_no_step() -> None:
    async with rehearsal(CHAIN.with_name("error-actions.json"), size=(80, 24)) as ui:
        await ui.do("s")
        before = ui.heading[0].rpartition("step ")[2]
        await ui.do("f", "enter")
        assert "fails, mocked" in ui.heading[1]
        assert ui.heading[0].rpartition("step ")[2] == before
        await ui.do("s")
        row = next(row for row in ui.pane("flow") if "Ask the" in row)
        assert row.rstrip().endswith("╳")
        assert "✓" not in row


async def test_enter_steps_on_where_the_run_stands() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        await ui.do("enter")
        assert ui.session.steps_taken == 1


async def test_nothing_is_covered_where_nothing_ran() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        await ui.do("6")
        assert not any("█" in row and " 0 of 0" in row for row in ui.pane("coverage"))


async def test_step_back_gives_the_state_before_and_stepping_on_what_there_was() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("s", "space", "right")
        there = ui.session.history.state
        await ui.do("b", "left")
        assert ui.session.steps_taken == 1
        assert ui.session.history.can_go_forward
        await ui.do("s", "s")
        assert ui.session.history.state is there
        await ui.do("r")
        assert ui.session.steps_taken == 0
        await ui.do("b")
        assert "already at the start" in ui.news
        await ui.do("D")
        assert not ui.session.history.can_go_forward
        assert "3 steps ahead discarded" in ui.news
        await ui.do("D")
        assert "no steps ahead" in ui.news
        assert "R afresh" in ui.news


async def test_r_starts_over_as_decided_and_capital_r_afresh_as_in_the_explorer() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("9YLjj12HE")
        await ui.do("f", "enter", "s")
        steps = ui.session.steps_taken
        await ui.do("r")
        assert (ui.session.steps_taken, ui.session.steps_ahead) == (0, steps)
        await ui.do("R")
        assert (ui.session.steps_taken, ui.session.steps_ahead) == (0, 0)
        await ui.until("9YLjj12HE")
        assert not ui.state.overrides.failure


async def test_run_on_stops_at_breakpoints_and_run_to_the_end_does_not() -> None:
    async with rehearsal(CHAIN) as ui:
        while ui.screen.panes.rail.node != "PbymBzfzS":
            await ui.do("j")
        await ui.do("t")
        assert any(row.rstrip().endswith("■") and "Tag for the VIP queue" in row for row in ui.pane("flow"))
        await ui.do("c")
        assert ui.place.endswith(": PbymBzfzS")
        assert "stopped at a step" in ui.news
        await ui.do("c")
        assert ui.state.finished
        await ui.do("r", "C")
        assert ui.state.finished
        await ui.do("c")
        assert "is over" in ui.news
        await ui.do("j")
        assert ui.news.startswith("r restart   b back")
        assert "s step" not in ui.news
        await ui.do("b")
        await ui.do("j")
        assert ui.news.startswith("s step")


async def test_breakpoints_at_a_workflow_a_failure_and_a_schedule_are_chosen_from_a_list() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("T")
        assert ui.choices == [
            "before each run of followup-timer-1-of-4-start",
            "after any failure",
            "after any schedule",
        ]
        await ui.do("j", "j", "enter")
        assert ui.choices[2] == "■ after any schedule"
        await ui.do("escape")
        assert "■ at any schedule" in str(ui.screen.query_one("#flow").border_title)
        await ui.do("c")
        assert ui.state.last is not None
        assert ui.state.last.scheduled is not None
        assert "stopped after a schedule" in ui.news
        await ui.do("c")
        assert ui.state.last.scheduled is not None
        assert ui.place == f"{FOUR[1]}: 0CZe83-J3", "it goes on from where it stopped"
        await ui.do("T", "G", "enter", "escape", "s")
        assert ui.place == f"{FOUR[2]}: 1"
        await ui.do("T", "g", "enter", "escape", "c", "c")
        assert ui.place == f"{FOUR[2]}: 1"
        assert ui.state.run is not None
        assert ui.state.run.number == 5


async def test_run_to_the_next_scheduled_run() -> None:
    async with rehearsal(CHAIN) as ui:
        places = []
        for _ in range(3):
            await ui.do("d")
            places.append((ui.place, ui.heading[0].split("  ")[2].split(" 2026")[0]))
        assert [place for place, _ in places] == [f"{FOUR[1]}: 1", f"{FOUR[2]}: 1", f"{FOUR[2]}: 1"]


async def test_an_endless_ring_is_cut_and_says_so(tmp_path: Path) -> None:
    ring = called("C", CALLED, schedule("aB3", CALLED))
    async with rehearsal(write_json(tmp_path / "app.json", app(ring)), size=(100, 30)) as ui:
        await ui.do("c")
        assert "stopped  after 1,000 steps: it may loop for ever" in ui.news
        before = ui.state.run_count
        await ui.do("c")
        assert ui.state.run_count > before
        assert len(ui.session.history.states) < MAX_STATES


async def test_running_on_can_be_stopped_and_answers_keys_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kustui.tui.rehearsal.step_actions.DEFAULT_MAX_STEPS", 1_000_000)
    ring = called("C", CALLED, schedule("aB3", CALLED))
    async with rehearsal(write_json(tmp_path / "app.json", app(ring)), size=(100, 30)) as ui:
        await ui.strike("c")
        await ui.wait_until(lambda: ui.screen.current.is_running)
        await ui.strike("s")
        assert ui.screen.current.is_running
        await ui.do("escape")
        assert not ui.screen.current.is_running
        assert ui.news.startswith("stopped  after")
        await ui.do("s")


# What is seen


async def test_the_flow_shows_where_the_run_stands_and_where_it_has_been() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        await ui.until("PbymBzfzS")
        rows = ui.pane("flow")
        assert [row[0] for row in rows] == ["◆", "◇", "●", "▶", "○"]
        assert [row[-1] for row in rows] == ["✓", "✓", "✓", "▶", " "]
        await ui.do("k")
        assert ui.pane("table")[0].startswith("T+0  Whose conversation"), "what another step did is told"
        await ui.do("j", "j")
        assert "not reached in this run" in ui.pane("table")
        await ui.do("s")
        assert ui.screen.panes.rail.node == "lRQbINWoR"


async def test_the_table_tells_each_operand_and_the_verdict_in_words() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("wvODZuCal")
        table = " ".join(" ".join(ui.pane("table")).split())
        assert "✓ yes → Whose conversation “Timer started” if all of" in table
        assert '✓ status is not "done" [status = "other than done"]' in table
        assert "assumed what neq does" in table
        await ui.until("9YLjj12HE")
        table = " ".join(" ".join(ui.pane("table")).split())
        assert 'returns drafted {"tags": ["vip"]}' in table
        assert "not tried Look again in an hour otherwise" in table, "the word of the flow"


async def test_the_context_folds_and_marks_what_the_last_step_added() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("PbymBzfzS")
        rows = ui.pane("context")
        assert rows[0] == "▾ + Whose conversation 9YLjj12HE drafted"
        assert sum("+ " in row for row in rows) == 1
        await ui.do("3", "enter")
        assert ui.pane("context")[0].startswith('▸ + Whose conversation 9YLjj12HE  {"tags": ["vip"]}')
        await ui.do("l", "l", "l")
        assert "tags" in ui.pane("context")[1]
        assert '0  "vip"' in ui.pane("context")[2]
        await ui.do("s")
        assert "+ " not in ui.pane("context")[0] or "PbymBzfzS" in ui.pane("context")[0]
        await ui.do("g", "j", "h", "h")


async def test_clock_and_queue_are_one_line_of_time() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("d", "d")
        await ui.until("QOcprj_VJ")
        await ui.do("s")
        rows = ui.pane("queue")
        assert rows[0].startswith("T+0  ◆ kustomer.conversation.update")
        assert any(row.startswith("T+60 min  ✓ run 2") for row in rows)
        now = next(index for index, row in enumerate(rows) if "━━ now" in row)
        assert "⇒ followup-timer-3-of-4-1-day  in 4 h" in rows[now + 1]
        await ui.do("4", "k", "k", "enter")
        assert ui.state.last is not None
        assert ui.state.last.run == 2, "Enter goes to that moment"


async def test_the_log_labels_everything_and_goes_to_its_moments() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("c", "5")
        log = " ".join(" ".join(ui.pane("log")).split())
        for word in ("payload drafted", "returns drafted", "returns computed", "inputs passed in", "assumed"):
            assert word in log
        await ui.do("g", "enter")
        assert len(ui.state.trace) == 1


async def test_coverage_counts_all_ways_and_lists_what_was_never_taken() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("c", "6")
        rows = ui.pane("coverage")
        assert "21 of 26" in rows[0]
        assert "○ never Switch the timer off" in rows
        await ui.do("r")
        await ui.until("a0PCeCIpC")
        await ui.do("w", "enter", "c")
        assert "22 of 26" in ui.pane("coverage")[0], "what was gone back from counts"


@pytest.mark.parametrize("size", [(80, 24), (110, 24), (160, 48), (60, 20), (40, 10)])
async def test_the_panes_there_is_room_for_are_seen_and_all_can_be_reached(size: tuple[int, int]) -> None:
    async with rehearsal(CHAIN, size=size) as ui:
        await ui.do("s", "s")
        for key, name in zip("123456", ("flow", "table", "context", "queue", "log", "coverage"), strict=True):
            await ui.do(key)
            assert ui.focus == name
            assert name in ui.seen
        for _ in range(6):
            await ui.do("tab")
            assert ui.focus in ui.seen
        await ui.do("shift+tab", "z")
        assert ui.seen == [ui.focus]
        await ui.do("escape")
        assert len(ui.seen) > 1


async def test_the_keys_that_matter_fit_80_columns() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        for told in ("s step", "b back", "c run", "d next run", "e output", "f fail", "w force", "? help"):
            assert told in ui.news


async def test_a_definition_that_would_be_obeyed_by_a_terminal_is_shown_as_text(tmp_path: Path) -> None:
    nasty = "\x1b[31m[red]\u202e"
    edge = {"target": "a", "condition": {"op": "eq", "values": ["/#steps.1.x", nasty]}, "meta": {"name": nasty}}
    found: dict[str, Any] = {
        "name": nasty,
        "trigger": {"id": "1", "eventName": nasty, "transitions": [edge]},
        "steps": [
            {"id": "a", "action": "note.create", "meta": {"name": nasty}, "params": {nasty: nasty}, "transitions": []}
        ],
    }
    async with rehearsal(write_json(tmp_path / "app.json", found)) as ui:
        for key in ("s", "s", "s", "s", "w", "escape", "e", "escape", "T", "escape", "p", "escape"):
            await ui.do(key)
            svg = ui.app.export_screenshot()
            assert "\x1b" not in svg
            assert "\u202e" not in svg


async def test_keys_are_answered_while_a_rehearsal_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from kustui.simulate.paths import drafts
    from kustui.tui.rehearsal import session

    waits = threading.Event()
    original = drafts.draft_payload

    def slow(*given: Any, **named: Any) -> Any:
        waits.wait(PATIENCE)
        return original(*given, **named)

    monkeypatch.setattr(session, "draft_payload", slow)
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.strike("r")
        await ui.wait_until(lambda: isinstance(ui.app.screen, RehearsalScreen))
        await ui.strike(*(action.keys.split(",")[0] for action in ACTIONS if action.group == "rehearse"))
        await ui.wait_until(lambda: ui.app.screen is ui.explorer)  # the last of them goes back
        waits.set()
        await ui.rest()


async def test_keys_of_ones_own_work_and_are_told() -> None:
    keys = {"rehearse.step": ("X",), "rehearse.edit-event": ("W",), "rehearse.log": ("L",), "rehearse.restart": ()}
    app = Kustui(BackgroundWorkspace([str(CHAIN)]), preferences=Preferences(keys=keys))
    async with app.run_test(size=(160, 48)) as pilot:
        ui = RehearsalPilot(pilot)
        await ui.settle()
        await ui.do("r")
        assert "W changes it" in " ".join(ui.pane("table"))
        assert "X step" in ui.news
        assert "restart" not in ui.news
        assert "L:Log" in str(ui.screen.panes.pane("log").border_title)
        await ui.do("s", "space")
        assert ui.session.steps_taken == 0
        await ui.do("X", "L")
        assert ui.session.steps_taken == 1
        assert ui.focus == "log"


async def test_a_rehearsal_that_was_left_goes_on_where_it_stood() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[1]) as ui:
        await ui.do("s", "s", "s")
        place, steps = ui.place, len(ui.state.trace)
        await ui.do("escape")
        await ui.rest()
        assert "r continues it" in ui.keys
        await ui.strike("r")
        await ui.wait_until(lambda: isinstance(ui.app.screen, RehearsalScreen) and ui.screen.current.value is not None)
        await ui.wait_until(lambda: (ui.place, len(ui.state.trace)) == (place, steps))


async def test_a_rehearsal_can_be_begun_afresh() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[1]) as ui:
        await ui.do("s", "s", "s", "escape")
        await ui.rest()
        await ui.strike("R")
        await ui.wait_until(lambda: isinstance(ui.app.screen, RehearsalScreen) and ui.screen.current.value is not None)
        assert ui.session.steps_taken == 0


async def test_a_rehearsal_that_was_left_in_another_workflow_of_its_chain_goes_on_from_there() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("d", "s")
        place, steps = ui.place, len(ui.state.trace)
        assert place.startswith(f"{FOUR[1]}: ")
        await ui.do("escape")
        await ui.rest()
        assert "r continues it" in ui.keys
        await ui.strike("r")
        await ui.wait_until(lambda: isinstance(ui.app.screen, RehearsalScreen) and ui.screen.current.value is not None)
        await ui.wait_until(lambda: (ui.place, len(ui.state.trace)) == (place, steps))


async def test_keys_that_come_while_a_rehearsal_is_prepared_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from kustui.simulate.paths import drafts
    from kustui.tui.rehearsal import session

    waits = threading.Event()
    original = drafts.draft_payload

    def slow(*given: Any, **named: Any) -> Any:
        waits.wait(PATIENCE)
        return original(*given, **named)

    monkeypatch.setattr(session, "draft_payload", slow)
    async with explorer(CHAIN, size=(80, 24)) as explorer_ui:
        ui = RehearsalPilot(explorer_ui.pilot)
        await ui.strike("r", "s", "v")
        await ui.wait_until(lambda: isinstance(ui.app.screen, RehearsalScreen))
        await ui.strike(*"xy", "escape")
        assert not ui.app.held, "what is to be left takes no keys any more"
        await ui.wait_until(lambda: ui.app.screen is ui.explorer)
        await ui.strike("r", "s", "s", "2")
        await ui.wait_until(lambda: isinstance(ui.app.screen, RehearsalScreen))
        assert ui.screen.current.value is None
        waits.set()
        await ui.wait_until(lambda: ui.screen.current.value is not None and not ui.app.held)
        await ui.rest()
        assert ui.session.steps_taken == 2
        assert ui.focus == "table"
