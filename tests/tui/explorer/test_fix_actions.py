"""Fixes, renames and suppressions on the screen: shown as a difference, made, undone and made again."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from kustui.tui.app import Kustui
from kustui.tui.explorer.fix_pane import FixPane, Proposal
from kustui.tui.widgets.rows import Target
from kustui.workspace.background import BackgroundWorkspace
from tests.support.definitions import write_json
from tests.support.explorer import ExplorerPilot, explorer
from tests.support.flows import step, workflow
from tests.support.saves import save
from tests.support.trees import SAMPLES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A definition with a transition to a mistyped step."""
    return Path(shutil.copy(SAMPLES / "broken" / "unknown-target.json", tmp_path))


def pane(ui: ExplorerPilot) -> FixPane | None:
    return next(iter(ui.explorer.query(FixPane)), None)


def shown(ui: ExplorerPilot) -> str:
    """What the pane of fixes shows, of the part that is in view."""
    view = pane(ui)
    assert view is not None, ui.keys
    return "\n".join(view.render_line(y).text.rstrip() for y in range(view.size.height))


async def wait_for_reload(ui: ExplorerPilot, path: Path) -> None:
    """Wait until what somebody else saved is shown."""
    data = path.read_bytes()
    await ui.wait_until(lambda: ui.explorer.snapshot.collection.documents[0].source.data == data)


MISTYPED, INTENDED = '"target": "wX3kQ8xA-"', '"target": "wX3kQ8xAr"'


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (160, 48)])
async def test_a_fix_is_shown_as_a_difference_and_made_undone_and_redone(path: Path, size: tuple[int, int]) -> None:
    written = path.read_bytes()
    fixed = written.replace(MISTYPED.encode(), INTENDED.encode())
    async with explorer(path, size=size) as ui:
        await ui.press("p", "x")
        assert f"-              {MISTYPED}" in shown(ui)
        assert f"+              {INTENDED}" in shown(ui)
        assert path.read_bytes() == written
        await ui.press("enter")
        await ui.wait_for_news("done: ")
        assert path.read_bytes() == fixed
        assert "done: " in ui.keys
        assert "1 problem fixed" in ui.keys
        assert "U undo" in ui.keys
        assert not ui.explorer.snapshot.problems
        assert pane(ui) is None
        assert ui.focus == "tree"
        await ui.press("U")
        await ui.wait_for_news("undone: ")
        assert path.read_bytes() == written
        assert "undone: " in ui.keys
        assert len(ui.explorer.snapshot.problems or ()) == 1
        await ui.press("ctrl+r")
        await ui.wait_for_news("redone: ")
        assert path.read_bytes() == fixed
        assert not ui.explorer.snapshot.problems


async def test_a_difference_is_laid_out_anew_in_a_terminal_of_another_size(path: Path) -> None:
    async with explorer(path, size=(160, 48)) as ui:
        await ui.press("p", "x")
        for size in ((24, 12), (80, 24), (10, 4), (160, 48)):
            await ui.resize(*size)
            view = pane(ui)
            assert view is not None
            assert view.size.width == size[0]
            await ui.press("j", "space", "k")
        assert f"+              {INTENDED}" in shown(ui)
        await ui.press("enter")
        await ui.wait_for_news("done: ")
        assert MISTYPED not in path.read_text()


async def test_a_pane_whose_opening_is_cancelled_goes(path: Path) -> None:
    async with explorer(path) as ui:
        opening = asyncio.create_task(FixPane("", [Proposal("", (), tuple)], ui.explorer).open(ui.explorer))
        while pane(ui) is None:
            await asyncio.sleep(0)
        opening.cancel()
        await ui.wait_until(lambda: pane(ui) is None)
        assert opening.cancelled()
        assert ui.focus == "tree"


async def test_escape_leaves_everything_as_it_was(path: Path) -> None:
    written, before = path.read_bytes(), path.stat().st_mtime_ns
    async with explorer(path) as ui:
        await ui.press("p")
        here = ui.cursor_row, ui.focus, ui.tree
        await ui.press("x", "escape")
        assert (ui.cursor_row, ui.focus, ui.tree) == here
        assert pane(ui) is None
        await ui.press("U")
        assert "nothing to undo" in ui.keys
        await ui.press("ctrl+r")
        assert "nothing to redo" in ui.keys
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (written, before)


async def test_keys_typed_at_one_go_each_act_on_what_the_one_before_has_made(path: Path) -> None:
    written = path.read_bytes()
    async with explorer(path) as ui:
        await ui.strike("p", "x", "enter", "p", "x", "U", "p", "x")
        await ui.wait_for_keys()
        await ui.rest()
        assert path.read_bytes() == written
        assert INTENDED in shown(ui), "the problem is back, and its fix is shown again"


@pytest.mark.parametrize(
    "keys",
    [
        ("p",),
        ("4",),
        ("p", "3"),
        ("p", "enter"),
        ("p", "2"),
        ("p", "5"),
        ("p", "6"),
    ],
    ids=" ".join,
)
async def test_the_problem_under_the_cursor_is_fixed_from_every_pane(path: Path, keys: tuple[str, ...]) -> None:
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press(*keys, "x")
        assert INTENDED in shown(ui)
        focused = {"4": "problems", "3": "source", "enter": "source", "2": "detail", "5": "flow", "6": "boxes"}
        await ui.press("enter")
        await ui.wait_for_news("done: ")
        assert MISTYPED not in path.read_text()
        assert ui.focus == focused.get(keys[-1], "tree")


async def test_of_two_problems_in_the_detail_the_one_under_the_cursor_is_fixed(tmp_path: Path) -> None:
    flow = workflow("first", step("first", "secnd"), step("second", "thrd"), step("third"))
    path = write_json(tmp_path / "app.json", flow)
    async with explorer(path, size=(120, 40)) as ui:
        await ui.go_to("w")
        await ui.press("2", "slash", *"thrd", "enter")
        bar = ui.explorer.problem_bar
        assert '"thrd"' in "\n".join(bar.render_line(y).text for y in range(bar.size.height))
        await ui.press("x", "enter")
        await ui.wait_for_news("done: ")
        assert '"thrd"' not in path.read_text()
        assert '"secnd"' in path.read_text()


async def test_all_of_it_can_be_had_from_the_palette(path: Path) -> None:
    async with explorer(path, size=(120, 40)) as ui:
        await ui.press("p", "colon", *"quick fixes")
        await ui.wait_for_workers()
        await ui.press("enter")
        await ui.wait_until(lambda: pane(ui) is not None)
        assert INTENDED in shown(ui)
        await ui.press("enter")
        await ui.wait_for_news("done: ")
        assert MISTYPED not in path.read_text()
        await ui.press("colon", *"undo the last")
        await ui.wait_for_workers()
        await ui.press("enter")
        await ui.wait_for_news("undone: ")
        assert MISTYPED in path.read_text()


async def test_where_nothing_is_wrong_or_nobody_knows_a_fix_words_answer(tmp_path: Path) -> None:
    looping = workflow("a", step("a", "b"), step("b", "a"))
    async with explorer(write_json(tmp_path / "app.json", looping)) as ui:
        await ui.press("g", "x")
        assert "no quick fix for loop" in ui.keys
        save(tmp_path / "app.json", workflow("a", step("a")))
        await ui.wait_until(lambda: not ui.explorer.snapshot.problems)
        await ui.press("x")
        assert "no problem here" in ui.keys
        await ui.press("D")
        assert "no problem here" in ui.keys
        await ui.press("A")
        assert "no problems" in ui.keys


async def test_what_has_changed_meanwhile_is_neither_fixed_nor_undone(path: Path) -> None:
    async with explorer(path, size=(160, 40)) as ui:
        await ui.press("p", "x")
        later = path.read_text() + "\n"
        path.write_text(later)
        await ui.press("enter")
        await ui.wait_until(lambda: "changed meanwhile" in " ".join(ui.notifications))
        assert path.read_text() == later
        await wait_for_reload(ui, path)
        await ui.press("p", "x", "enter")
        await ui.wait_for_news("done: ")
        assert MISTYPED not in path.read_text()
        later = path.read_text() + "\n"
        path.write_text(later)
        await wait_for_reload(ui, path)
        await ui.press("U")
        await ui.wait_until(lambda: "has changed since" in " ".join((ui.keys, *ui.notifications)))
        assert path.read_text() == later


async def test_what_may_not_be_written_is_shown_and_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = path.read_bytes()
    may = os.access
    monkeypatch.setattr(os, "access", lambda file, mode: mode != os.W_OK and may(file, mode))
    async with explorer(path, size=(160, 40)) as ui:
        await ui.press("p", "x")
        assert "read-only" in shown(ui)
        assert INTENDED in shown(ui)
        await ui.press("enter")
        assert "read-only" in " ".join((ui.keys, *ui.notifications))
        await ui.press("U")
        assert "nothing to undo" in ui.keys
    assert path.read_bytes() == written


async def test_what_was_read_from_standard_input_has_no_file_to_change(path: Path) -> None:
    app = Kustui(BackgroundWorkspace(["-"], path.read_bytes()))
    async with app.run_test(size=(160, 40), notifications=True) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.settle()
        await ui.press("p", "x")
        assert "standard input: there is no file" in shown(ui)
        await ui.press("enter")
        assert "standard input: there is no file" in ui.keys


async def test_the_list_says_which_problems_have_a_fix_and_fixes_them(tmp_path: Path) -> None:
    for name in ("loop", "unknown-target"):
        shutil.copy(SAMPLES / "broken" / f"{name}.json", tmp_path)
    async with explorer(tmp_path, size=(100, 40)) as ui:
        await ui.press("4")
        listed = ui.explorer.problems
        assert [listed.rows.make(index).mark for index in listed.first_rows] == [(), (("fix", "good"),)]
        await ui.press("G", "x", "enter")
        assert MISTYPED not in (tmp_path / "unknown-target.json").read_text()
        assert ui.focus == "problems"


# All safe ones


def two_mistyped() -> list[object]:
    return [
        workflow("first", step("first", "remindr"), step("reminder"), id=id_, name=name)
        for id_, name in (("5f0000000000000000000001", "first"), ("5f0000000000000000000002", "second"))
    ]


async def test_all_safe_fixes_of_the_workflow_or_of_everything_are_made_together(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", two_mistyped())
    written = path.read_bytes()
    async with explorer(path) as ui:
        await ui.press("p")
        before = len(ui.explorer.snapshot.problems or ())
        await ui.press("A")
        assert "make 1 safe fix of “first”" in shown(ui)
        assert "make 2 safe fixes of everything" in shown(ui)
        await ui.press("j")
        assert shown(ui).count('"remindr"') == 2
        await ui.press("enter")
        await ui.wait_for_news("done: ")
        assert "remindr" not in path.read_text()
        assert len(ui.explorer.snapshot.problems or ()) <= before - 2
        await ui.press("U")
        await ui.wait_for_news("undone: ")
        assert path.read_bytes() == written
        await ui.press("p", "A", "enter")
        assert path.read_text().count("remindr") == 1


# Renaming


def uses() -> object:
    reads = {"body": "/#steps.first.id", "again": "{{steps.first.id}}"}
    return workflow("first", step("first", "second"), step("second", params=reads), id="5f0000000000000000000001")


async def test_a_step_is_renamed_wherever_it_is_used(tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", uses())
    written = path.read_text()
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("E")
        await ui.go_to("● note.create first")
        await ui.press("I")
        assert "Enter accept" in ui.keys
        await ui.press("end", *"-of-all", "enter")
        assert 'rename step "first" to "first-of-all": 4 places' in shown(ui)
        assert path.read_text() == written
        await ui.press("enter")
        await ui.wait_for_news("done: ")
        assert path.read_text() == written.replace('"first"', '"first-of-all"').replace("s.first.", "s.first-of-all.")
        assert "● note.create first-of-all" in ui.cursor_row
        await ui.press("U")
        await ui.wait_for_news("undone: ")
        assert path.read_text() == written


async def test_the_cursor_stays_on_what_is_renamed_and_scenarios_follow(tmp_path: Path) -> None:
    for path in SAMPLES.glob("timer-chain*.json"):
        shutil.copy(path, tmp_path)
    written = {path: path.read_bytes() for path in tmp_path.iterdir()}
    async with explorer(tmp_path / "timer-chain.json", size=(120, 40)) as ui:
        await ui.go_to("● Whose conversation")
        await ui.press("I", "ctrl+u", *"whose", "enter", "enter")
        assert "done: rename step" in ui.keys
        assert "● Whose conversation" in ui.cursor_row
        assert all(b"9YLjj12HE" not in path.read_bytes() for path in written)
        await ui.press("U")
        assert {path: path.read_bytes() for path in written} == written
        assert "● Whose conversation" in ui.cursor_row


async def test_what_a_rename_leaves_as_it_is_is_listed_above_the_difference(tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / "broken" / "hard-coded-id.json", tmp_path))
    async with explorer(path, size=(120, 40)) as ui:
        await ui.press("p")
        here = ui.explorer.presenter.problem_here
        assert here is not None
        assert here.related[0].document.path == str(path)
        ui.explorer.navigator.jump_to(Target.of(here.related[0]))
        await ui.rest()
        await ui.press("I", "ctrl+u", *"5f0000000000000000000009", "enter")
        assert "is not changed here" in shown(ui)
        assert "5f0000000000000000000009" in shown(ui)


@pytest.mark.parametrize(("name", "words"), [("second", "is taken"), ("a b", "blank"), ("", "empty")])
async def test_an_id_that_cannot_be_is_asked_for_again_with_the_reason(tmp_path: Path, name: str, words: str) -> None:
    path = write_json(tmp_path / "app.json", uses())
    written = path.read_bytes()
    async with explorer(path, size=(120, 24)) as ui:
        await ui.press("E")
        await ui.go_to("● note.create first")
        await ui.press("I", "ctrl+u", *(key if key != " " else "space" for key in name), "enter")
        assert pane(ui) is None
        question = ui.explorer.query_one("#question")
        assert words in question.render_line(0).text
        await ui.press("escape")
        assert ui.focus == "tree"
    assert path.read_bytes() == written


async def test_what_has_no_id_cannot_be_renamed(tmp_path: Path) -> None:
    async with explorer(write_json(tmp_path / "app.json", uses())) as ui:
        await ui.press("E")
        await ui.go_to("◆")
        await ui.press("I")
        assert "the trigger cannot be renamed" in " ".join((ui.keys, *ui.notifications))
        await ui.press("I", "escape", "1", "j")
        assert ui.focus == "tree"


# Suppressing


async def test_a_problem_is_suppressed_with_a_reason(path: Path) -> None:
    toml = path.with_name("kustui.toml")
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("p", "D", "enter")
        assert not toml.exists()
        await ui.press(*"known", "enter")
        assert "reason" in shown(ui)
        assert not toml.exists()
        await ui.press("enter")
        assert 'rule = "unknown-target"' in toml.read_text()
        assert 'reason = "known"' in toml.read_text()
        assert not ui.explorer.snapshot.problems
        await ui.press("U")
        assert not toml.exists()
        assert ui.explorer.snapshot.problems
        await ui.press("ctrl+r")
        assert not ui.explorer.snapshot.problems


async def test_a_configuration_keeps_what_it_says(path: Path) -> None:
    toml = path.with_name("kustui.toml")
    written = '# ours\ntheme = "light"  # é\n'
    toml.write_text(written)
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("p", "D", *"known", "enter", "enter")
        assert toml.read_text().startswith(written)
        assert not ui.explorer.snapshot.problems


async def test_a_reason_that_is_left_changes_nothing(path: Path) -> None:
    async with explorer(path, size=(80, 24)) as ui:
        await ui.press("p", "D", *"known", "escape")
        assert ui.focus == "tree"
        assert len(ui.explorer.snapshot.problems or ()) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]
