"""Copying what is selected."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from kustui.tui import clipboard
from kustui.tui.clipboard import Reach, clipboard_limit, osc52, reach
from kustui.tui.copy_menu import CopyMenu
from tests.support.clipboard import Clipboard
from tests.support.definitions import a_workflow, write_json
from tests.support.explorer import CHAIN, explorer
from tests.support.flows import step, workflow
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.explorer import ExplorerPilot

OUTSIDE = {"TERM": "xterm-256color"}
NASTY = "a\u202eb\x1b]0;evil\x07"


def offered(ui: ExplorerPilot) -> dict[str, str]:
    """The keys of the list that is open, and what each would copy."""
    found = ui.explorer.query(CopyMenu)
    rows = ui.rows(found.first()) if found else []
    return {row.split()[0]: row.split(maxsplit=1)[1] for row in rows}


# What there is


async def test_a_step_is_copied_by_what_it_has(board: Clipboard) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press("E")
        await ui.go_to("● Whose conversation")
        node = ui.explorer.tree_view.node
        assert node is not None
        for key, text in (
            ("n", "Whose conversation"),
            ("i", node.part.id),  # type: ignore[union-attr]
            ("r", f"/#steps.{node.part.id}"),  # type: ignore[union-attr]
            ("l", f"{CHAIN}:{node.document.span(node.pointer).start.line}"),
            ("p", node.pointer),
            ("t", "▾ ● Whose conversation"),
        ):
            await ui.press("y")
            assert ui.focus == "copy-menu"
            await ui.press(key)
            assert board.terminal.pop() == text
            assert f"copied {text}" in ui.keys
            assert ui.focus == "tree"
        await ui.press("y", "j")
        copied = board.terminal.pop()
        assert copied in CHAIN.read_text()
        assert json.loads(copied)["id"] == node.part.id  # type: ignore[union-attr]
        await ui.press("j")
        assert "copied" not in ui.keys


async def test_only_what_the_selection_has_is_offered(board: Clipboard, tmp_path: Path) -> None:
    named = workflow("a", step("a"), name="first", id="5f0000000000000000000001")
    async with explorer(write_json(tmp_path / "two.json", [named, workflow("c", step("c"))])) as ui:
        await ui.press("g", "y")
        assert set(offered(ui)) == set("jlt"), "a file"
        await ui.press("escape", "j", "y")
        assert set(offered(ui)) == set("nijlptdm"), "a workflow"
        await ui.press("escape", "E")
        await ui.go_to("◆")
        await ui.press("y")
        assert set(offered(ui)) == set("nrjlptdm"), "a trigger"
        assert offered(ui)["r"].split() == ["reference", "/#steps.1"]
        await ui.press("r")
        assert board.terminal == ["/#steps.1"]
        await ui.go_to("→")
        await ui.press("y")
        assert set(offered(ui)) == set("jltpdm"), "a transition"
        await ui.press("i")
        assert board.terminal == ["/#steps.1"], "nothing is copied by the key of what is not offered"


async def test_the_drawing_that_is_shown_is_copied_whole_and_the_flow_as_mermaid(board: Clipboard) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        await ui.press("y", "d")
        rail = board.terminal.pop()
        assert rail.startswith("followup-timer-1-of-4-start\n◆")
        assert "◉─╯ Look again in an hour ⇒ followup-timer-2-of-4-60-minutes" in rail
        await ui.press("6", "y", "d")
        assert "┌" in board.terminal[-1]
        assert len(board.terminal.pop().splitlines()) > 22, "also what is not in view"
        await ui.press("7", "y", "d")
        assert "followup-timer-4" in board.terminal.pop()
        await ui.press("1", "y", "m")
        assert board.terminal.pop().startswith("flowchart TD\n")


async def test_a_drawing_that_is_yet_to_be_laid_out_is_copied_whole(board: Clipboard) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        ui.type_ahead("7", "y", "d")  # at one go
        await ui.wait_for_keys()
        await ui.rest()
        assert "followup-timer-4" in board.terminal.pop()


async def test_a_line_of_the_source_a_problem_and_a_link_are_selected_where_the_keys_are(board: Clipboard) -> None:
    broken = SAMPLES / "broken" / "missing-input.json"
    async with explorer(broken, size=(160, 48)) as ui:
        await ui.press("4", "y", "p")
        assert board.terminal.pop().startswith("/workflows/")
        assert ui.focus == "problems"
        await ui.press("y", "l")
        line = int(board.terminal.pop().rpartition(":")[2])
        assert '"fooAt"' in broken.read_text().splitlines()[line - 1]
        await ui.press("4", "E", "3", "j", "j", "y", "j")
        view = ui.explorer.side.source
        assert view.cursor == 2
        assert view.source is not None
        copied, line = board.terminal.pop(), view.source.lines.number(2)
        assert copied.splitlines()[0] in broken.read_text().splitlines()[line - 1]
        assert json.loads(copied)["eventName"] == "kustomer.conversation.update"


async def test_what_is_copied_is_exact_and_what_is_said_is_harmless(board: Clipboard, tmp_path: Path) -> None:
    nasty = workflow("a", step("a", meta={"displayName": NASTY}), name=NASTY, id="[b]x[/b]")
    async with explorer(write_json(tmp_path / "nasty.json", nasty)) as ui:
        await ui.press("y")
        menu = ui.explorer.query_one(CopyMenu)
        drawn = "".join(segment.text for y in range(menu.size.height) for segment in menu.render_line(y))
        assert drawn.isprintable()
        assert "a<U+202E>b^[]0;evil^G" in drawn
        await ui.press("n")
        assert board.terminal == [NASTY]
        assert ui.keys.isprintable()
        assert "a<U+202E>b" in ui.keys
        await ui.press("y", "i")
        assert board.terminal[-1] == "[b]x[/b]"
        assert "[b]x[/b]" in ui.keys


# The list


async def test_the_list_begins_with_what_was_copied_last_and_moves_nothing(board: Clipboard) -> None:
    async with explorer(CHAIN, size=(80, 24)) as ui:
        before = ui.explorer.tree_view.region
        await ui.press("y")
        assert ui.explorer.tree_view.region == before
        assert ui.explorer.query_one(CopyMenu).region.bottom == 22
        await ui.press("down", "down", "up", "enter")
        await ui.press("y", "enter")
        assert board.terminal == [board.terminal[0]] * 2
        await ui.press("y", "y")
        assert board.plain == board.terminal[:1]


async def test_the_list_ends_with_any_other_key_or_where_the_keys_go_elsewhere(board: Clipboard) -> None:
    async with explorer(CHAIN) as ui:
        for keys in (("escape",), ("q",), ("z",), ("slash",)):
            await ui.press("y", *keys)
            assert not ui.explorer.query(CopyMenu), keys
            assert ui.focus == "tree"
        assert not ui.explorer.has_class("-maximised")
        await ui.press("y")
        await ui.pilot.click(ui.explorer.tree_view, offset=(8, 2))
        await ui.rest()
        assert not ui.explorer.query(CopyMenu)
        await ui.press("y", "question_mark")
        assert ui.app.screen is not ui.explorer
        await ui.press("escape")
        assert ui.focus == "tree"
        assert not board.terminal


@pytest.mark.parametrize("pane", ["1", "2", "3", "5", "7"])
async def test_the_keys_of_the_list_are_offered_while_it_is_open(pane: str, board: Clipboard) -> None:
    async with explorer(CHAIN) as ui:
        await ui.press(pane, "y")
        await ui.settle()
        assert "Enter copy" in ui.keys
        await ui.press("down")
        await ui.settle()
        assert "Enter copy" in ui.keys
        await ui.press("escape")
        await ui.settle()
        assert "Enter copy" not in ui.keys


async def test_copying_goes_on_when_the_keys_come_at_once(board: Clipboard) -> None:
    async with explorer(CHAIN) as ui:
        await ui.strike("y", "p", "y", "y", "y", "l")
        await ui.wait_for_workers()
        assert board.terminal[0] == "/workflows/0"
        assert board.terminal[1].startswith(f"{CHAIN}:")
        assert board.plain == ["/workflows/0"]
        assert ui.focus == "tree"


async def test_of_several_references_in_a_value_one_is_chosen(board: Clipboard) -> None:
    async with explorer(SAMPLES / "orders.json", size=(80, 24)) as ui:
        await ui.press("j", "2")
        view = ui.explorer.side.detail
        view.cursor = next(index for index, row in enumerate(ui.rows(view)) if row.startswith('← message "Hello'))
        await ui.press("y")
        menu = ui.explorer.query_one(CopyMenu)
        assert any("references" in row for row in ui.rows(menu))
        await ui.press("r")
        references = [row.split()[-1] for row in ui.rows(ui.explorer.query_one(CopyMenu))]
        assert len(references) > 2
        await ui.press("down", "enter")
        await ui.wait_until(lambda: board.terminal == [references[1]])
        await ui.press("y", "r", "r")
        await ui.wait_until(lambda: board.terminal == [references[1], references[0]])
        assert ui.focus == "detail"


async def test_each_thing_is_copied_without_the_list_as_well(board: Clipboard) -> None:
    async with explorer(CHAIN) as ui:
        await ui.app.run_action("screen.carry_out('copy.pointer')")
        await ui.rest()
        assert board.terminal == ["/workflows/0"]
        await ui.app.run_action("screen.carry_out('copy.reference')")
        await ui.rest()
        assert board.terminal == ["/workflows/0"]
        assert "has no reference" in ui.keys


# Where it goes


@pytest.mark.parametrize(
    ("surroundings", "trouble", "said", "hint"),
    [
        ({}, "", "copied /workflows/0  ", False),
        ({"TERM": "xterm-256color"}, "", "copied /workflows/0 · not there? y y shows it", True),
        ({"TMUX": "/tmp/tmux,1,0"}, "", "copied /workflows/0  ", False),
        ({"TMUX": "/tmp/tmux,1,0"}, "tmux: no server", "copied /workflows/0 · tmux: no server · not there? y y", True),
    ],
    ids=["a known terminal", "an unknown one", "tmux", "tmux that fails"],
)
async def test_what_was_copied_is_said_first_and_then_only_what_may_have_gone_wrong(
    board: Clipboard,
    monkeypatch: pytest.MonkeyPatch,
    surroundings: dict[str, str],
    trouble: str,
    said: str,
    hint: bool,
) -> None:
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    board.trouble = trouble
    async with explorer(CHAIN, size=(60, 20)) as ui:
        await ui.press("y", "p")
        assert said in ui.keys
        assert ("y y" in ui.keys) == hint
        assert board.tmux == (["/workflows/0"] if "TMUX" in surroundings else [])


async def test_a_text_with_escapes_is_repeated_as_far_as_there_is_room(board: Clipboard, tmp_path: Path) -> None:
    definition = a_workflow(name="[bold]" + "\x1b[31m" * 8)
    async with explorer(write_json(tmp_path / "a.json", definition), size=(40, 24)) as ui:
        await ui.press("y", "n")
        assert "copied [bold]^[[31m" in ui.keys
        assert board.terminal == [definition["name"]]


async def test_a_terminal_that_takes_nothing_gets_plain_text_at_once(
    board: Clipboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    async with explorer(CHAIN) as ui:
        await ui.press("y", "p")
        assert board.plain == ["/workflows/0"]
        assert not board.terminal


async def test_what_is_too_long_for_the_terminal_is_told(board: Clipboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "MAX_BYTES", 5)
    monkeypatch.setattr(clipboard, "MAX_BYTES_OF_KNOWN", 5)
    async with explorer(CHAIN, size=(160, 30)) as ui:
        await ui.press("y", "p")
        assert not board.terminal
        assert "not copied: /workflows/0 · too long for the terminal's clipboard: 12 bytes of 5" in ui.keys
        monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
        await ui.press("y", "p")
        assert board.tmux == ["/workflows/0"]
        assert "copied /workflows/0 · too long" in ui.keys
        assert "it is in tmux's buffer" in ui.keys


# The bytes


def carried(sequence: str) -> bytes:
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\a")
    return b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\a"), validate=True)


@pytest.mark.parametrize("text", ["", "a", "ab", "abc", "größer ⇒ 大", "x" * 1000, "\x1b]0;evil\x07\x9b"])
def test_osc_52_carries_the_bytes_of_the_text(text: str) -> None:
    assert carried(osc52(text, OUTSIDE)) == text.encode()
    wrapped = osc52(text, {"TERM": "tmux-256color", "TMUX": "x"})
    inner = wrapped.removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")
    assert carried(inner) == text.encode()
    pieces = osc52(text, {"TERM": "screen", "STY": "x"}).split("\x1b\\")
    assert pieces.pop() == ""
    assert all(piece.startswith("\x1bP") and len(piece) < 256 for piece in pieces)
    assert carried("".join(piece.removeprefix("\x1bP") for piece in pieces)) == text.encode()


def test_half_of_a_surrogate_pair_goes_as_json_spells_it() -> None:
    assert carried(osc52("\ud800", OUTSIDE)) == b"\\ud800"


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"TERM": "xterm-kitty"}, Reach.YES),
        ({"TERM": "foot"}, Reach.YES),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Reach.YES),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, Reach.YES),
        ({"TERM": "xterm-256color"}, Reach.PERHAPS),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1"}, Reach.PERHAPS),
        ({"TERM": "tmux-256color", "TMUX": "x", "TERM_PROGRAM": "WezTerm"}, Reach.PERHAPS),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, Reach.NO),
        ({"TERM": "linux"}, Reach.NO),
        ({}, Reach.PERHAPS),
    ],
)
def test_what_a_terminal_takes_is_known_of_some(environment: dict[str, str], found: Any) -> None:
    assert reach(environment) is found
    assert clipboard_limit(environment) == (700_000 if found is Reach.YES else 74_994)


async def test_a_value_in_the_detail_is_copied_with_its_own_reference_and_its_whole_row(board: Clipboard) -> None:
    async with explorer(SAMPLES / "orders.json", size=(80, 24)) as ui:
        await ui.go_to("● Add to the timeline")
        await ui.press("2")
        view = ui.explorer.side.detail
        view.cursor = next(index for index, row in enumerate(ui.detail) if row.startswith("title"))
        await ui.press("y", "r")
        assert board.terminal.pop() == "/#steps.1.attributes.data.order.number"
        await ui.press("y", "v")
        assert board.terminal.pop() == "Order {{{steps.1.attributes.data.order.number}}}"
        view.cursor = next(index for index, row in enumerate(ui.detail) if row.startswith("placedAt"))
        assert "createdAt" not in ui.detail[view.cursor], "it is wrapped"
        for _ in range(2):  # the second line of it as well
            await ui.press("y", "t")
            copied = board.terminal.pop()
            assert copied.startswith("placedAt")
            assert "attributes.data.order.createdAt" in copied
            await ui.press("j")
        view.cursor = next(index for index, row in enumerate(ui.detail) if row.startswith("read as"))
        await ui.press("y", "r")
        assert board.terminal.pop().startswith("/#steps.")


async def test_a_line_of_the_source_is_copied_by_what_it_reads(board: Clipboard) -> None:
    async with explorer(SAMPLES / "orders.json") as ui:
        await ui.press("3", "/", *"we have your order", "enter", "y")
        assert offered(ui)["r"].split()[:3] == ["4", "references", "steps.UK-qZoysU.name,"]
        await ui.press("escape", "/", *"/#steps.1.attr", "enter", "y", "r")
        assert board.terminal.pop().startswith("/#steps.1.attributes.data.order.")
