"""The explorer at the keyboard."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from textual import events
from textual.binding import Binding
from textual.command import CommandInput, CommandList
from textual.content import Content
from textual.css.stylesheet import Stylesheet
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget

from kustui.config.actions import BY_ID
from kustui.text.cells import cells
from kustui.tui.app import Kustui
from kustui.tui.bindings import ACTIONS, PASSING, handler, textual_action
from kustui.tui.copy_menu import CopyMenu
from kustui.tui.diagrams.boxes_view import BoxesView
from kustui.tui.diagrams.boxes_window import BoxesWindow
from kustui.tui.diagrams.map_view import MapView
from kustui.tui.diagrams.rail_view import RailView
from kustui.tui.diagrams.rate_input import RateInput
from kustui.tui.diagrams.schedule_views import ChainsView, TimelineView
from kustui.tui.explorer.fix_pane import FixPane
from kustui.tui.explorer.list_panes import ProblemsView
from kustui.tui.explorer.marks import BookmarkMenu
from kustui.tui.explorer.scenarios_view import ScenariosView
from kustui.tui.explorer.screen import Explorer
from kustui.tui.explorer.source_view import SourceView
from kustui.tui.explorer.tree_view import TreeView
from kustui.tui.finder import FinderInput
from kustui.tui.help import Help
from kustui.tui.palette import commands
from kustui.tui.rehearsal.context_view import ContextView
from kustui.tui.tree.nodes import Kind
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.filter_input import FilterInput
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.background import BackgroundWorkspace
from tests.support.definitions import a_workflow, write_json
from tests.support.explorer import CHAIN, ORGANISATION, ExplorerPilot, explorer, wait_for_exit
from tests.support.flows import callable_workflow, scheduling_workflow, step, workflow
from tests.support.patience import PATIENCE
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.dom import DOMNode


pytestmark = pytest.mark.slow


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A workflow that schedules another, which reads a step that is not there."""
    wrong = step("note", params={"body": "/#steps.gone.x"})
    trigger = {**callable_workflow("second")["trigger"], "transitions": workflow("note")["trigger"]["transitions"]}
    second = {**callable_workflow("second"), "trigger": trigger, "steps": [wrong]}
    return write_json(tmp_path / "pair.json", [scheduling_workflow("second", name="first", id="first"), second])


# Walking


async def test_it_opens_on_the_first_workflow_opened() -> None:
    async with explorer(CHAIN) as ui:
        assert ui.cursor_row.startswith("▾ followup-timer-1-of-4-start")
        assert ui.detail[0] == "followup-timer-1-of-4-start"
        assert ui.focus == "tree"


async def test_keys_walk_the_rows() -> None:
    async with explorer(ORGANISATION, size=(100, 20)) as ui:
        view = ui.explorer.tree_view
        last = view.rows.count - 1
        for keys, row in (
            (("G",), last),
            (("j",), last),
            (("g",), 0),
            (("k",), 0),
            (("j", "down", "j"), 3),
            (("up",), 2),
            (("end",), last),
            (("home",), 0),
            (("pagedown",), view.page - 1),
            (("pageup", "pageup"), 0),  # what is wrong is said below, and takes lines from the page meanwhile
            (("ctrl+d",), view.page // 2),
            (("ctrl+u",), 0),
        ):
            await ui.press(*keys)
            assert view.cursor == row, keys
            assert ui.sees_the_cursor, keys


async def test_l_opens_and_goes_in_and_h_closes_and_goes_out() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("h")
        assert ui.cursor_row.startswith("▸ followup-timer-1")
        await ui.press("l", "l")
        assert ui.cursor_row.startswith("▸ ◆ on conversation.update")
        await ui.press("right", "right")
        assert ui.cursor_row.startswith("→ branch")
        await ui.press("h")
        assert ui.cursor_row.startswith("▾ ◆")
        await ui.press("left", "left")
        assert ui.cursor_row.startswith("▾ followup-timer-1")
        await ui.press("space")
        assert ui.cursor_row.startswith("▸ followup-timer-1")


async def test_everything_below_opens_and_every_workflow_closes() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("C")
        assert len(ui.tree) == 5
        await ui.press("E")
        assert any(row.startswith("⇒ followup-timer-2") for row in ui.tree)
        assert ui.cursor_row.startswith("▾ followup-timer-1")


async def test_capital_j_and_k_pass_over_what_is_open_below_and_stay_below_the_same_row() -> None:
    async with explorer(CHAIN) as ui:
        assert ui.cursor_row.startswith("▾ followup-timer-1")
        await ui.press("J")
        assert ui.cursor_row.startswith("▸ followup-timer-2")
        await ui.press("K", "K")
        assert ui.cursor_row.startswith("▾ followup-timer-1"), "there is none before it"
        await ui.press("j", "K")
        assert ui.cursor_row.startswith("▸ ◆ on conversation.update"), "the workflow is above it, not beside it"
        await ui.press(*"JJJJJJJJJ")
        last_step = ui.cursor_row
        assert not last_step.startswith("▸ ◆")
        await ui.press("j")
        assert "followup-timer-2" in ui.cursor_row, "the next workflow is not beside a step"


@pytest.mark.parametrize(("pane", "to_fold"), [("tree", ()), ("flow", ("5", "j", "space")), ("source", ("3", "C"))])
async def test_equals_opens_all_as_minus_closes_all(pane: str, to_fold: tuple[str, ...]) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press(*to_fold)
        folded = ui.app.screen.query_one(f"#{pane}", RowsView).rows.count
        await ui.press("equals_sign")
        assert ui.app.screen.query_one(f"#{pane}", RowsView).rows.count > folded


async def test_enter_follows_a_schedule_and_brackets_go_back_and_forth() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("E")
        await ui.go_to("⇒ followup-timer-2")
        await ui.press("enter")
        assert "followup-timer-2-of-4" in ui.cursor_row
        assert ui.detail[0].startswith("followup-timer-2-of-4") or "followup-timer-2" in " ".join(ui.detail)
        await ui.press("left_square_bracket")
        assert ui.cursor_row.startswith("⇒ followup-timer-2")
        await ui.press("right_square_bracket")
        assert "followup-timer-2-of-4" in ui.cursor_row
        assert not ui.cursor_row.startswith("⇒")
        await ui.press("right_square_bracket")
        assert "followup-timer-2-of-4" in ui.cursor_row


async def test_enter_on_a_transition_goes_to_its_step() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("E")
        await ui.go_to("→ Whose conversation")
        await ui.press("enter")
        assert ui.cursor_row.removeprefix("▾ ").removeprefix("▸ ").startswith("● Whose conversation")


async def test_enter_on_a_row_of_the_detail_goes_where_it_leads() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("2")
        detail = ui.explorer.side.detail
        detail.cursor = next(index for index in range(detail.rows.count) if "⇒" in ui.detail[index])
        await ui.press("enter")
        assert "followup-timer-2-of-4" in ui.cursor_row
        assert ui.focus == "tree"
        await ui.press("left_square_bracket")
        assert "followup-timer-1-of-4" in ui.cursor_row


async def test_enter_on_a_step_opens_it_and_on_one_with_nothing_below_tells_of_it(pair: Path) -> None:
    async with explorer(pair) as ui:
        await ui.press("E")
        await ui.go_to("◆ ")
        before = len(ui.tree)
        await ui.press("enter")
        assert len(ui.tree) < before
        assert ui.cursor_row.startswith("▸ ◆")
        await ui.go_to("● schedule s0")
        await ui.press("enter")
        assert ui.focus == "detail", "whom it schedules is shown anyway"
        await ui.press("escape")
        await ui.go_to("▸ second")
        await ui.press("E")
        await ui.go_to("● note {gone.x} note")
        await ui.press("enter")
        assert ui.focus == "detail"


async def test_p_goes_to_what_is_wrong_and_round(pair: Path) -> None:
    async with explorer(pair) as ui:
        await ui.press("p")
        first = ui.cursor_row
        places = [first]
        for _ in range(30):
            await ui.strike("p")
            if ui.cursor_row == first:
                break
            places.append(ui.cursor_row)
        else:
            pytest.fail("never came round")
        assert any(place.startswith("● note {gone.x} note") for place in places)
        await ui.press("P")
        assert ui.cursor_row == places[-1]


async def test_p_says_when_nothing_is_wrong(tmp_path: Path) -> None:
    good = workflow("a", step("a"))
    async with explorer(write_json(tmp_path / "good.json", good)) as ui:
        before = ui.cursor_row
        for key in ("p", "P"):
            await ui.press(key)
            assert "no problems" in ui.keys
        assert ui.cursor_row == before


# Panes


@pytest.mark.parametrize(
    ("size", "panes"),
    [
        ((60, 20), ["tree"]),
        ((80, 24), ["tree", "flow"]),
        ((160, 48), ["tree", "flow", "detail", "source"]),
        ((300, 100), ["tree", "flow", "detail", "source"]),
    ],
)
async def test_each_size_shows_the_panes_it_has_room_for_and_leads_to_all(
    size: tuple[int, int], panes: list[str]
) -> None:
    async with explorer(CHAIN, size=size) as ui:
        assert ui.panes == panes
        by_key = [("2", "detail"), ("3", "source"), ("5", "flow"), ("f", "flow"), ("1", "tree")]
        for key, name in (*by_key, ("tab", "flow"), ("tab", "detail"), ("tab", "source")):
            await ui.press(key)
            assert (ui.focus, name in ui.panes) == (name, True)
        await ui.press("tab")
        assert ui.focus == "tree"
        await ui.press("shift+tab")
        assert ui.focus == "source"
        await ui.press("escape")
        assert ui.focus == "tree"
        assert len(ui.panes) == len(panes)


@pytest.mark.parametrize("size", [(60, 20), (160, 48)])
async def test_a_pane_alone_takes_all_the_room(size: tuple[int, int]) -> None:
    panes = (("1", "tree"), ("2", "detail"), ("3", "source"), ("5", "flow"))
    async with explorer(CHAIN, size=size) as ui:
        for key, name in panes:
            await ui.press(key, "z")
            assert ui.panes == [name]
            assert ui.explorer.query_one(f"#{name}").outer_size.width == size[0]
            for other, there in panes if key == "1" else panes[:1]:
                await ui.press(other)
                assert (ui.focus, ui.panes) == (there, [there])
            await ui.press("escape")
            assert len(ui.panes) >= (1 if size[0] == 60 else 2)


async def test_going_to_another_pane_styles_all_of_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are laid out and painted as often."""
    styled, update_nodes = [], Stylesheet.update_nodes

    def counted(sheet: Stylesheet, nodes: Iterable[DOMNode], animate: bool = False) -> None:
        found = list(nodes)
        styled.append(len(found) > 5)
        update_nodes(sheet, found, animate)

    monkeypatch.setattr(Stylesheet, "update_nodes", counted)
    async with explorer(CHAIN, size=(80, 24)) as ui:
        for key in "5613241c1":
            styled.clear()
            await ui.press(key)
            assert sum(styled) == 1, key


async def test_the_list_of_problems_opens_below_and_goes_again(pair: Path) -> None:
    async with explorer(pair, size=(80, 24)) as ui:
        await ui.press("4")
        assert ui.focus == "problems"
        assert "problems" in ui.panes
        assert any("gone" in row for row in ui.rows(ui.explorer.problems))
        await ui.press("4")
        assert ui.focus == "tree"
        assert "problems" not in ui.panes


@pytest.mark.parametrize("size", [(60, 20), (160, 48)])
async def test_a_resize_keeps_what_is_selected(size: tuple[int, int]) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("E")
        await ui.go_to("● Look again in an hour")
        here, node = ui.cursor_row, ui.explorer.tree_view.node
        assert node is not None
        await ui.resize(*size)
        await ui.rest()
        assert ui.cursor_row == here
        after = ui.explorer.tree_view.node
        assert after is not None
        assert after.key == node.key
        assert ui.sees_the_cursor


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
@pytest.mark.parametrize(
    "before",
    [
        *("4", "F", "slash", "question_mark", "colon", "u", "r", "8", "y", "m", "F x", "slash x", "colon x"),
        *("question_mark slash", "m a apostrophe", "8 i", "4 slash"),
        *(f"r {asked}" for asked in ("s e", "s f", "s w", "v", "i", "T", "p", "P", "o", "S", "question_mark", "colon")),
    ],
)
async def test_what_always_leaves_does_so_wherever_the_keys_go(key: str, before: str) -> None:
    """Menus, prompts and fields do not get it, and nothing is asked."""
    async with explorer(CHAIN) as ui:
        for typed in before.split():
            await ui.strike(typed)
        await ui.strike(key)
        await wait_for_exit(ui.pilot)
        assert ui.app.return_code == 0


async def test_where_one_is_is_told_also_in_a_narrow_terminal() -> None:
    async with explorer(CHAIN, size=(40, 12)) as ui:
        await ui.go_to("● Whose conversation")
        assert "› ● Whose conversation" in ui.status
        assert ui.status.startswith(" … ›")


@pytest.mark.parametrize("key", ["4", "c", "F", "slash", "y", "6"])
async def test_in_a_tiny_terminal_no_bar_to_scroll_everything_appears(key: str) -> None:
    async with explorer(CHAIN, size=(20, 5)) as ui:
        await ui.press(key)
        assert not ui.explorer.show_vertical_scrollbar
        await ui.resize(10, 3)
        await ui.resize(80, 24)
        await ui.rest()
        assert "tree" in ui.panes


async def test_a_resize_keeps_the_place_in_the_detail() -> None:
    async with explorer(CHAIN, size=(160, 30)) as ui:
        await ui.press("2", "j", "j", "j", "j")
        await ui.resize(150, 30)
        await ui.rest()
        assert ui.explorer.side.detail.cursor == 4


async def test_the_detail_waits_for_the_cursor_to_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    from kustui.tui.explorer import detail

    told_of: list[str] = []
    original = detail.detail_rows

    def counted(tree: Any, node: Any, width: int) -> Any:
        told_of.append(node.pointer)
        return original(tree, node, width)

    async with explorer(ORGANISATION) as ui:
        monkeypatch.setattr(detail, "detail_rows", counted)
        for _ in range(10):
            ui.explorer.tree_view.action_move(1)
        await ui.pilot.pause()
        await ui.rest()
        assert len(told_of) == 1
        node = ui.explorer.tree_view.node
        assert node is not None
        assert told_of == [node.pointer]


# The filter


async def test_typing_narrows_and_the_cursor_is_on_a_match() -> None:
    async with explorer(ORGANISATION) as ui:
        everything = len(ui.tree)
        snapshot = ui.explorer.snapshot
        assert snapshot is not None
        word = snapshot.collection.entries[11].title
        await ui.press("slash", *_keys_of(word))
        assert ui.focus == "filter"
        node = ui.explorer.tree_view.node
        assert node is not None
        assert node.kind is Kind.WORKFLOW
        assert len(ui.tree) < everything
        assert f"of {len(snapshot.collection.entries)}" in ui.titles
        await ui.press("escape")
        assert ui.focus == "tree"
        assert sum(row.startswith(("▸", "▾")) for row in ui.tree) >= len(snapshot.collection.entries)


async def test_enter_keeps_what_was_found_and_escape_shows_all_again() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("h", "slash", *"timer-3")
        await ui.press("up", "down")
        assert ui.focus == "filter"
        assert ui.cursor_row.startswith("▸ followup-timer-3")
        await ui.press("enter")
        assert ui.focus == "tree"
        assert len(ui.tree) == 2
        assert not ui.explorer.query_one(FilterInput).region.area
        await ui.press("escape")
        assert len(ui.tree) == 5
        assert ui.cursor_row.startswith("▸ followup-timer-3")


async def test_arrow_keys_move_while_a_filter_is_typed() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("h", "slash", *"called")
        await ui.press(*["backspace"] * 6)
        before = ui.explorer.tree_view.cursor
        await ui.press("down", "down")
        assert ui.explorer.tree_view.cursor == before + 2
        await ui.press("up")
        assert ui.explorer.tree_view.cursor == before + 1


async def test_nothing_found_says_so_and_keys_do_no_harm() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("slash", *"zzz")
        assert ui.tree == []
        assert ui.detail == []
        await ui.press("enter", "j", "k", "l", "h", "enter", "space", "E", "G", "p", "2", "enter", "1", "z", "z")
        await ui.press("escape", "escape")
        assert ui.tree


@pytest.mark.parametrize("size", [(60, 20), (160, 48)])
@pytest.mark.parametrize(
    ("before", "pane"), [(("3",), "source"), (("z",), "tree"), (("2", "z"), "detail"), (("2", "1"), "tree")]
)
async def test_what_a_filter_finds_is_seen_while_it_is_typed(
    size: tuple[int, int], before: tuple[str, ...], pane: str
) -> None:
    async with explorer(CHAIN, size=size) as ui:
        await ui.press(*before, "slash", "t")
        assert ui.focus == "filter"
        assert pane in ui.panes


async def test_a_jump_out_of_what_is_filtered_ends_the_filter() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("h", "slash", *"timer-1", "enter")
        await ui.press("E")
        await ui.go_to("⇒ followup-timer-2")
        await ui.press("enter")
        assert "followup-timer-2" in ui.cursor_row
        assert not ui.cursor_row.startswith("⇒")
        await ui.press("left_square_bracket")
        assert ui.cursor_row.startswith("⇒ followup-timer-2")


def _keys_of(text: str) -> Iterable[str]:
    names = {" ": "space", "-": "minus", "_": "underscore", ":": "colon", ".": "full_stop", ",": "comma"}
    return [names.get(character, character) for character in text]


# The palette


async def test_the_palette_runs_an_action() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("colon")
        await ui.strike(*"close every")
        options = ui.app.screen.query_one(CommandList)
        await ui.wait_until(lambda: options.option_count == 1)
        await ui.press("enter")
        await ui.wait_until(lambda: ui.app.screen is ui.explorer)
        assert len(ui.tree) == 5
        assert ui.cursor_row.startswith("▸")


def offered(ui: ExplorerPilot) -> list[str]:
    options = ui.app.screen.query_one(CommandList)
    return [str(option.prompt).split("  ")[0] for option in options.options]


async def test_q_finds_quit_first_and_what_is_copied_begins_with_the_verb() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("colon", "q")
        await ui.wait_until(lambda: offered(ui) and offered(ui)[0] == "quit kustui")
        await ui.press("backspace", *"copy: po")
        await ui.wait_until(lambda: offered(ui) and offered(ui)[0] == "copy: pointer")


@pytest.mark.parametrize(
    ("words", "id_"),
    [("help", "app.help"), ("maximise", "view.maximise"), ("definition", "go.definition"), ("q!", "app.quit")],
)
async def test_the_palette_knows_the_words_of_the_line_of_keys(words: str, id_: str) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("colon")
        await ui.strike(*words)
        await ui.wait_until(lambda: offered(ui)[:1] == [BY_ID[id_].help])


async def test_the_palette_uses_the_height_of_the_terminal() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("colon")
        await ui.wait_until(lambda: offered(ui))
        shown = ui.app.screen.query_one(CommandList).region.intersection(ui.app.screen.region)
        assert shown.height >= 19
        assert all(cells(str(option.prompt)) <= 74 for option in ui.app.screen.query_one(CommandList).options)
        assert "quit kustui" in offered(ui)[:12]


async def test_the_palette_begins_with_what_was_chosen_last_and_what_the_pane_can_do() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("colon")
        await ui.wait_until(lambda: offered(ui))
        assert offered(ui)[0] == BY_ID["find.everything"].help
        assert offered(ui).index("go to the next pane") < offered(ui).index("close every workflow")
        await ui.press(*"go to the next pane")
        await ui.wait_until(lambda: offered(ui)[:1] == ["go to the next pane"])
        await ui.press("enter")
        await ui.wait_until(lambda: ui.focus == "flow")
        await ui.press("colon")
        await ui.wait_until(lambda: offered(ui))
        assert offered(ui)[:2] == ["go to the next pane", "hide or show the steps that only this one leads to"]


# Where one is in a list


async def test_the_status_line_says_which_of_a_list_the_cursor_is_on() -> None:
    async with explorer(ORGANISATION, size=(80, 24)) as ui:
        count = len(ui.explorer.snapshot.collection.entries)
        assert f"1 of {count}" in ui.status
        await ui.press("j", "j")
        assert " step 1 of 9 " in ui.status  # in its steps
        await ui.press("C", "g")
        assert "of" not in ui.status.split("json")[-1]
        await ui.press("G")
        assert f"{count} of {count}" in ui.status
        await ui.press("slash", *"vip watch,")
        assert "1 of 2" in ui.status
        await ui.press("escape", "4", "G")
        problems = len(ui.explorer.snapshot.problems or ())
        assert f"{problems} of {problems}" in ui.status
        await ui.press("7", "o", "g", "j")
        assert f"2 of {ui.explorer.query_one('#chains', RowsView).position[1]}" in ui.status
        await ui.press("F", *"vip")
        hint = ui.app.screen.query_one("#hint")
        await ui.wait_until(lambda: "1 of" in "".join(segment.text for segment in hint.render_line(0)))
        await ui.press("down", "down")
        assert "3 of" in "".join(segment.text for segment in hint.render_line(0))


# A very small terminal


async def test_at_20_by_5_every_list_shows_a_row_and_what_is_typed() -> None:
    async with explorer(ORGANISATION, size=(20, 5)) as ui:

        def shown(view: Widget) -> bool:
            return view.region.intersection(ui.app.screen.region).height >= 1

        assert shown(ui.explorer.tree_view)
        await ui.press("slash", *"note")
        assert ui.explorer.tree_view.content_size.height >= 1
        assert shown(ui.explorer.query_one(FilterInput))
        await ui.press("escape", "4")
        assert ui.explorer.problems.content_size.height >= 1
        await ui.press("slash", "e")
        assert ui.explorer.problems.content_size.height >= 1
        assert shown(ui.explorer.query_one(FilterInput))
        await ui.press("escape", "1", "F", *"note")
        pane = ui.explorer.finder.pane
        assert pane is not None
        assert shown(pane.input)
        assert shown(pane.results)
        await ui.press("escape", "colon", "q")
        await ui.wait_until(lambda: offered(ui)[:1] == ["quit kustui"])
        assert shown(ui.app.screen.query_one(CommandInput))
        assert shown(ui.app.screen.query_one(CommandList))


async def test_nothing_raises_while_a_terminal_of_no_size_is_resized() -> None:
    async with explorer(ORGANISATION, size=(20, 5)) as ui:
        for keys in ((), ("slash", "n"), ("escape", "4"), ("1", "F", "n"), ("escape", "colon", "q"), ("escape", "3")):
            await ui.press(*keys)
            for size in ((1, 1), (2, 5), (20, 1), (3, 2), (7, 4), (20, 5)):
                await ui.resize(*size)
                await ui.press("down", "up")
        assert ui.app.internal_error is None


async def test_the_palette_offers_what_can_be_done_and_nothing_twice() -> None:
    async with explorer(CHAIN) as ui:
        offered = list(commands(ui.app, cast("Screen[object]", ui.explorer)))
        actions = [
            action
            for action in ACTIONS
            if action.group not in (*PASSING, "rehearse", "context") and action.id != "app.palette"
        ]
        words = {"copy": "copy: {0.verb}", "rows": "move: {0.help}"}
        assert sorted(command.title for command in offered) == sorted(
            words.get(action.group, "{0.help}").format(action) for action in actions
        )
        shown = " ".join(f"{command.title} {command.help}" for command in offered)
        assert not [action.id for action in actions if action.id in shown]
        assert offered[0].title == BY_ID["find.everything"].help


async def test_every_action_leads_from_its_key_to_the_handler_that_the_registry_names() -> None:
    widgets: dict[str, type[Widget | Kustui]] = {
        found.__name__: found
        for found in (
            RowsView, TreeView, RailView, BoxesView, ChainsView, TimelineView, RateInput, CopyMenu, FilterInput,
            FinderInput, BookmarkMenu, Help, Kustui, ContextView, ProblemsView, SourceView, MapView, BoxesWindow,
            FixPane,
        )
    }  # fmt: skip
    async with explorer(CHAIN) as ui:
        for action in (action for action in ACTIONS if action.group not in ("rehearse", "line", "sheet")):
            if action.is_of_part:
                # What is copied: with its keys in the menu, and without it from the palette.
                ours: dict[str, type[Widget]] = {"copy": CopyMenu, "problems": ProblemsView, "tests": ScenariosView}
                binder: type[Widget | Kustui] = ours.get(action.group, Explorer)
                assert callable(handler(ui.explorer, action)), action.id
            else:
                binder = widgets[action.target_name]
                assert callable(getattr(binder, f"action_{action.method_name}", None)), action.id
            bindings = [
                binding
                for part in binder.__mro__
                for binding in vars(part).get("BINDINGS", ())
                if isinstance(binding, Binding) and binding.id == action.id
            ]
            assert [binding.action for binding in bindings] == [textual_action(action)], action.id


def test_no_action_takes_the_place_of_one_that_every_screen_has() -> None:
    theirs = {name for name in set(dir(Screen)) - set(dir(Widget)) if name.startswith("action_")}
    ours = {f"action_{action.method_name}" for action in ACTIONS if not action.is_of_part and action.group != "app"}
    ours.add("action_carry_out")
    assert not theirs & ours  # Ctrl+C is one of theirs: it copied a row where it was to leave


def test_no_key_is_given_twice_where_both_would_be_heard() -> None:
    together = [
        {"rows", "tree", "go", "view", "selected", "find", "app"},
        {"filter", "app"},
        {"finder", "app"},
        {"copy", "menu"},
        {"rows", "help"},
        {"rows", "rehearse", "context"},
    ]
    for groups in together:
        keys = [key for action in ACTIONS if action.group in groups for key in action.keys.split(",")]
        assert sorted(set(keys)) == sorted(keys)


# The mouse


@pytest.mark.parametrize("y", [3, 4], ids=["the row of the cursor", "another row"])
async def test_a_click_selects_and_a_double_click_opens_once(y: int) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("C", "g", "j", "j")
        view = ui.explorer.tree_view
        before = ui.tree
        await ui.pilot.click(view, offset=Offset(8, y))
        await ui.rest()
        assert view.cursor == y - 1
        assert ui.tree == before
        assert f"followup-timer-{y - 1}-of-4" in ui.detail[0]
        for times in (2, 3):
            await ui.pilot.click(view, offset=Offset(8 + times, y), times=times)  # elsewhere: clicks are counted anew
            await ui.rest()
            assert (len(ui.tree) > len(before)) == (times == 2), "open, then closed again"
            assert view.cursor == y - 1


async def test_a_double_click_on_a_link_follows_it() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("E")
        await ui.go_to("⇒ followup-timer-2")
        view = ui.explorer.tree_view
        await ui.pilot.click(view, offset=Offset(12, view.cursor - view.top + 1), times=2)
        await ui.rest()
        assert ui.cursor_row.startswith(("▸ followup-timer-2", "▾ followup-timer-2"))


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with explorer(ORGANISATION, size=(100, 20)) as ui:
        view = ui.explorer.tree_view
        before = view.cursor
        ui.app.post_message(events.MouseScrollDown(None, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False))
        await ui.rest()
        assert (view.top, view.cursor) == (3, before)


async def test_the_edge_of_the_tree_is_dragged() -> None:
    async with explorer(CHAIN, size=(100, 24)) as ui:
        view = ui.explorer.tree_view
        edge, here = view.outer_size.width - 1, view.cursor
        await ui.pilot.mouse_down(offset=Offset(edge, 8))
        for x in (45, 40, 30):
            await ui.pilot.hover(offset=Offset(x - 1, 8))
            await ui.rest()
            assert view.outer_size.width == x
        await ui.pilot.mouse_up(offset=Offset(29, 8))
        await ui.pilot.hover(offset=Offset(60, 8))
        await ui.rest()
        assert (view.outer_size.width, view.cursor) == (30, here)
        for x, width in ((0, 10), (99, 80)):
            await ui.pilot.mouse_down(offset=Offset(view.outer_size.width - 1, 8))
            await ui.pilot.hover(offset=Offset(x, 8))
            await ui.pilot.mouse_up(offset=Offset(x, 8))
            await ui.rest()
            assert view.outer_size.width == width
        await ui.press("z")
        await ui.pilot.mouse_down(offset=Offset(99, 8))
        await ui.pilot.hover(offset=Offset(50, 8))
        await ui.pilot.mouse_up(offset=Offset(50, 8))
        await ui.press("z")
        assert view.outer_size.width == 80


async def test_a_click_on_a_title_goes_to_the_pane_that_it_names() -> None:
    async with explorer(CHAIN, size=(160, 24)) as ui:
        for text, name in (("6:Boxes", "boxes"), ("2:Detail", "detail"), ("5:Flow", "flow"), ("8:Time", "timeline")):
            shown = next(
                view for view in ui.explorer.side.children if view.region.area and text in str(view.border_title)
            )
            title = Content.from_markup(str(shown.border_title)).plain
            await ui.pilot.click(shown, offset=Offset(1 + title.index(text) + 3, 0))
            await ui.rest()
            assert ui.focus == name
        view = ui.explorer.tree_view
        here = view.cursor
        await ui.pilot.click(view, offset=Offset(3, 0))
        await ui.rest()
        assert (ui.focus, view.cursor) == ("tree", here)


@pytest.mark.parametrize("title", ["5:Flow", "6:Boxes", "7:Chains"])
async def test_a_click_is_on_what_the_mouse_was_pressed_on(title: str) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("j")
        flow = ui.explorer.query_one("#flow")
        x = flow.region.x + 1 + Content.from_markup(str(flow.border_title)).plain.index(title) + len(title) - 1
        for event in (events.MouseDown, events.MouseUp):
            ui.app.post_message(event(None, x, 0, 0, 0, 1, False, False, False, x, 0))
            await ui.rest()
            assert flow.region.x < 39, "it has the keys, and more room"
        assert ui.focus == title[2:].lower()


async def test_a_click_on_a_key_of_the_bottom_line_is_that_key() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("j", "k")
        keys = ui.keys
        await ui.pilot.click(ui.explorer.status, offset=Offset(keys.index("5:flow") + 4, 1))
        await ui.rest()
        assert ui.focus == "flow"
        await ui.pilot.click(ui.explorer.status, offset=Offset(ui.keys.index("Esc back"), 1))
        await ui.rest()
        assert ui.focus == "tree"
        await ui.pilot.click(ui.explorer.status, offset=Offset(ui.keys.index("? help"), 1))
        await ui.rest()
        assert isinstance(ui.app.screen, Help)
        bar = ui.app.screen.query_one(StatusBar)
        await ui.pilot.click(bar, offset=Offset(2, 1))
        await ui.rest()
        assert len(ui.app.screen_stack) == 1
        before = ui.cursor_row
        for x in (0, ui.keys.index("   "), 79):
            await ui.pilot.click(ui.explorer.status, offset=Offset(x, 1))
        await ui.pilot.click(ui.explorer.status, offset=Offset(3, 0))
        await ui.rest()
        assert (ui.cursor_row, ui.focus) == (before, "tree")


async def test_a_click_below_the_last_row_does_nothing() -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("C")
        before = ui.cursor_row
        await ui.pilot.click(ui.explorer.tree_view, offset=Offset(8, 20))
        assert ui.cursor_row == before


# Before, and instead of, something to show


class Slow(BackgroundWorkspace):
    """A reading that ends when the test says so."""

    def __init__(self, path: Path) -> None:
        self._may_end = threading.Event()
        super().__init__([str(path)])

    @property
    def progress(self) -> tuple[int, int]:
        """As of a file of 100 MB, as soon as it is being read."""
        return (30_000_000, 100_000_000) if self.workspace.reading else (0, 0)

    @progress.setter
    def progress(self, value: tuple[int, int]) -> None:
        if value != (0, 0):
            self._may_end.wait()

    def finish(self) -> None:
        self._may_end.set()


async def test_reading_tells_how_far_it_is_and_keys_meanwhile_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    opening = Slow(write_json(tmp_path / "two.json", [a_workflow("one"), a_workflow("two")]))
    app = Kustui(opening)
    async with app.run_test(size=(80, 24)) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.wait_until(lambda: "reading two.json, 30 % of 100 MB …" in ui.status)
        keys = [action.keys.split(",")[0] for action in ACTIONS if action.group != "app"]
        await ui.strike(*keys, "escape", "escape", "question_mark", "escape", "1")
        await ui.rest()
        assert ui.focus == "tree"
        assert ui.tree == []
        opening.finish()
        await ui.settle()
        await ui.wait_until(lambda: not app.held)
        await ui.rest()
        assert app.is_running
        assert "reading two.json" not in ui.status
        assert any("one" in row for row in ui.tree)


async def test_checking_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from kustui.workspace import snapshot as module

    monkeypatch.setattr("kustui.workspace.background.PROGRESS_AFTER", 0.0)
    original = module.check_snapshot
    seen: list[str] = []

    def slow(snapshot: Any, options: Any) -> Any:
        import time

        for done in range(4):
            options.progress(done, 4)
        end = time.monotonic() + PATIENCE
        while "checking 3 of 4" not in ui.status and time.monotonic() < end:
            time.sleep(0.01)
        seen.append(ui.status)
        return original(snapshot, options._replace(progress=None))

    monkeypatch.setattr("kustui.workspace.check_processes.check_snapshot", slow)
    app = Kustui(BackgroundWorkspace([str(CHAIN)]))
    async with app.run_test(size=(80, 24)) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.settle()
        assert "checking 3 of 4" in seen[-1]
        assert "checking" not in ui.status


@pytest.mark.parametrize(
    "definition",
    [
        {"app": "shop", "version": "1.0.0", "title": "Shop", "hooks": [], "actions": [{"name": "pay"}]},
        {"steps": [{"id": "a", "action": "kustomer.note.create", "transitions": []}]},
        {"workflow": {"name": "w"}},
        {"trigger": {"eventName": "kustomer.note.create", "transitions": []}},
    ],
)
async def test_every_pane_shows_what_is_no_whole_workflow(tmp_path: Path, definition: object) -> None:
    async with explorer(write_json(tmp_path / "shop.json", definition)) as ui:
        assert len(ui.tree) >= 1
        for key in "1234567890":
            await ui.press(key, "j", "enter", "k", "z", "z")
        await ui.press(
            "1", "g", "l", "j", "u", "escape", "d", "escape", "y", "escape", "colon", "escape", "s", "escape"
        )
        assert ui.app.return_code is None


async def test_nothing_to_show_ends_it_with_a_reason(tmp_path: Path) -> None:
    opening = Slow(write_json(tmp_path / "nothing.json", {"nothing": "here"}))
    app = Kustui(opening)
    async with app.run_test() as pilot:
        opening.finish()
        await wait_for_exit(pilot)
    assert app.return_code == 2
    assert "no workflow" in app.exit_message


async def test_a_file_that_is_gone_ends_it_with_a_reason(tmp_path: Path) -> None:
    app = Kustui(BackgroundWorkspace([str(tmp_path / "gone.json")]))
    async with app.run_test() as pilot:
        await wait_for_exit(pilot)
    assert app.return_code == 2
    assert "gone.json: no such file or directory" in app.exit_message


async def test_a_file_that_goes_after_it_was_read_is_shown_all_the_same(pair: Path) -> None:
    async with explorer(pair) as ui:
        pair.unlink()
        await ui.press("E", "j", "j", "3", "j", "1", "p")
        assert ui.detail


async def test_markup_and_control_characters_are_text(tmp_path: Path) -> None:
    name = "[bold red]x[/] \x1b[31m\x07 \u202e [/nothing] $x [@click=app.quit]y[/]"
    nasty = workflow(name, step(name, meta={"displayName": name}), name=name, id=name, description=name)
    async with explorer(write_json(tmp_path / "[b]nasty.json", [nasty])) as ui:
        await ui.press("E", "j", "j", "enter", "slash", "x", "left_square_bracket", "[", "escape", "3", "z", "colon")
        await ui.press("escape", "question_mark", "escape", "escape")
        for view in (ui.explorer.tree_view, ui.explorer.side.detail, ui.explorer.side.source):
            for y in range(view.size.height):
                text = "".join(segment.text for segment in view.render_line(y))
                assert text.isprintable()
        assert any("[bold red]x[/] ^[[31m^G <U+202E> [/nothing]" in row for row in ui.tree)


async def test_what_enter_does_is_said_of_the_row_that_the_cursor_is_on() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.press("j")
        assert "Enter open" in ui.keys
        await ui.press("enter")
        assert "Enter close" in ui.keys
        await ui.press("j")
        assert "Enter go there" in ui.keys
        await ui.go_to("Look again in an hour")
        assert "Enter detail" in ui.keys
        await ui.press("p")
        await ui.press("l")
        assert "Enter source" in ui.keys


async def test_the_keys_of_the_pane_at_hand_are_told() -> None:
    async with explorer(CHAIN, size=(160, 48)) as ui:
        await ui.press("j")
        assert "Enter open" in ui.keys
        await ui.press("2")
        assert "Esc back" in ui.keys
        await ui.press("1", "slash")
        assert "keep" not in ui.keys  # nothing is typed that could be
        await ui.press(*"vip")
        assert "Enter keep" in ui.keys
        await ui.press("z", "q")
        assert "keep" not in ui.keys
        assert "Esc " in ui.keys
        await ui.press("escape", "3", "slash", *"ev")
        assert "Enter keep" in ui.keys


async def test_steps_of_one_name_are_told_apart_by_the_status_line(tmp_path: Path) -> None:
    steps = [step(id_, targets, meta={"displayName": "Add a note"}) for id_, targets in (("one", "two"), ("two", ""))]
    async with explorer(write_json(tmp_path / "a.json", workflow("one", *steps))) as ui:
        for id_ in ("one", "two"):
            await ui.go_to(f"● Add a note {id_}")
            assert f"› ● Add a note {id_}" in ui.status


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_what_a_step_row_can_do_and_how_to_quit_stand_among_the_keys(size: tuple[int, int]) -> None:
    async with explorer(SAMPLES / "orders.json", size=size) as ui:
        await ui.press("E", "j")
        assert "? help" in ui.keys
        assert "q quit" in ui.keys
        await ui.go_to("● Create the customer")
        for hint in ("X if it fails", "y copy", "? help", "q quit"):
            assert hint in ui.keys
        await ui.go_to("◇ Known or new?")
        assert "X if it fails" not in ui.keys


async def test_a_key_that_does_nothing_says_what_to_press_instead() -> None:
    async with explorer(SAMPLES / "orders.json", size=(80, 24)) as ui:
        await ui.press("escape")
        assert "q quits" in ui.keys
        await ui.press("percent_sign")
        assert "% does nothing here: ? lists the keys, q quits" in ui.keys
        await ui.press("i")
        assert "4 goes there" in ui.keys
        await ui.press("j")
        assert "q quit" in ui.keys
        assert "does nothing" not in ui.keys


async def test_a_key_in_a_title_is_no_count_and_the_names_keep_their_order() -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        assert "1:Workflows (4)" in ui.titles
        await ui.press("j", "k")
        assert "5:flow" in ui.keys
        strip = "5:Flow  6:Boxes  7:Chains  8:Timeline"
        for key, name in (("5", "flow"), ("7", "chains"), ("8", "timeline"), ("6", "boxes")):
            await ui.press(key)
            title = Content.from_markup(str(ui.explorer.query_one(f"#{name}").border_title)).plain
            assert title.startswith(strip)
