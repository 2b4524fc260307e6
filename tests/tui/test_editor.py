"""Which editor is chosen, how it is told the place, and what becomes of a text in it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.app import App

from kustui.definition.source.source import Place
from kustui.tui.editor import Editor, EditorError, choose_editor, edit_file, edit_text
from tests.support.explorer import CHAIN, explorer
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path("/somewhere/my orders.json")
PLACE = Place(12, 3)


@pytest.mark.parametrize(
    ("editor", "arguments"),
    [
        ("vi", ["+12", str(FILE)]),
        ("vim", ["+call cursor(12,3)", str(FILE)]),
        ("nvim", ["+call cursor(12,3)", str(FILE)]),
        ("gvim", ["+call cursor(12,3)", str(FILE)]),
        ("nano", ["+12,3", str(FILE)]),
        ("emacs -nw", ["+12:3", str(FILE)]),
        ("emacsclient -t", ["+12:3", str(FILE)]),
        ("kak", ["+12:3", str(FILE)]),
        ("micro", ["+12:3", str(FILE)]),
        ("hx", [f"{FILE}:12:3"]),
        ("helix", [f"{FILE}:12:3"]),
        ("code", ["--goto", f"{FILE}:12:3"]),
        ("codium --wait", ["--goto", f"{FILE}:12:3"]),
        ("subl", [f"{FILE}:12:3"]),
        ("zed", [f"{FILE}:12:3"]),
        ("idea", ["--line", "12", "--column", "3", str(FILE)]),
        ("/opt/bin/nvim -p", ["+call cursor(12,3)", str(FILE)]),
        ("ed", [str(FILE)]),
        ("env LANG=C vim", [str(FILE)]),
    ],
)
def test_an_editor_is_told_the_place_as_it_understands_it(editor: str, arguments: list[str]) -> None:
    words = editor.split()
    assert list(Editor(tuple(words)).command(FILE, PLACE)) == [*words, *arguments]


def test_without_a_place_every_editor_gets_the_file() -> None:
    for name in ("vim", "code", "ed"):
        assert Editor((name,)).command(FILE) == (name, str(FILE))


def test_an_editor_with_a_window_is_made_to_wait_for_once() -> None:
    assert Editor(("code",)).command(FILE, wait=True) == ("code", "--wait", str(FILE))
    assert Editor(("code", "-w")).command(FILE, wait=True) == ("code", "-w", str(FILE))
    assert Editor(("gvim",)).command(FILE, wait=True) == ("gvim", "-f", str(FILE))
    assert Editor(("vim",)).command(FILE, wait=True) == ("vim", str(FILE))


def test_no_name_of_a_file_is_taken_for_an_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("-c :q.json", "+3.json"):
        assert Editor(("vim",)).command(Path(name), PLACE)[-1] == str(tmp_path / name)


def test_visual_goes_before_editor_and_both_may_have_arguments() -> None:
    assert choose_editor({"VISUAL": "code --wait", "EDITOR": "vi"}).words == ("code", "--wait")
    assert choose_editor({"VISUAL": "  ", "EDITOR": "'/opt/my editor/ed' -x"}).words == ("/opt/my editor/ed", "-x")


def test_without_either_it_is_one_that_is_there(tmp_path: Path) -> None:
    nano = tmp_path / "nano"
    nano.write_text("#!/bin/sh\n")
    nano.chmod(0o755)
    assert choose_editor({"PATH": str(tmp_path)}).words == ("nano",)
    nano.rename(tmp_path / "vi")
    assert choose_editor({"PATH": str(tmp_path)}).words == ("vi",)


def test_without_any_editor_it_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(EditorError, match=r"set \$VISUAL or \$EDITOR"):
        choose_editor({"PATH": str(tmp_path)})
    with pytest.raises(EditorError, match=r"\$EDITOR cannot be read"):
        choose_editor({"EDITOR": "vim 'unclosed"})


# What becomes of a text


class Suspended(App[None]):
    """Gives the terminal away without having one."""

    @contextmanager
    def suspend(self) -> Iterator[None]:
        yield


def script(folder: Path, body: str, name: str = "my editor") -> str:
    """An editor that does to the file of its last argument what the body of Python says; as a value of $EDITOR."""
    path = folder / name
    text = f"#!{sys.executable}\nimport os, pathlib, signal, sys\npath = pathlib.Path(sys.argv[-1])\n{body}\n"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return f"'{path}' --some 'option'"


async def edited(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str, body: str) -> str:
    monkeypatch.setenv("VISUAL", script(folder, body))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return await edit_text(Suspended(), text)


async def test_a_text_comes_back_as_it_was_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = "assert path.suffix == '.json'; path.write_text(path.read_text().replace('old', 'new – neu'))"
    assert await edited(monkeypatch, tmp_path, '{"is": "old"}\r\n', body) == '{"is": "new – neu"}\n'
    assert await edited(monkeypatch, tmp_path, '"\ud800"\r\n', "pass") == '"\ud800"\r\n'
    assert await edited(monkeypatch, tmp_path, "1", "assert path.read_text() == '1\\n'; path.write_text('2\\n')") == "2"
    assert await edited(monkeypatch, tmp_path, "1", "path.write_text('2')") == "2"
    assert not list(tmp_path.glob("kustui-*")), "nothing is left behind"


async def test_an_editor_that_fails_is_told_and_what_was_written_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(EditorError, match=r"my editor exited with status 3$"):
        await edited(monkeypatch, tmp_path, "1", "sys.exit(3)")
    assert not list(tmp_path.glob("kustui-*"))
    with pytest.raises(EditorError, match="SIGKILL; your text is in ") as caught:
        await edited(monkeypatch, tmp_path, "1", "path.write_text('2'); os.kill(os.getpid(), signal.SIGKILL)")
    assert Path(str(caught.value).rpartition(" in ")[2]).read_text() == "2"
    with pytest.raises(EditorError, match="left no file to read"):
        await edited(monkeypatch, tmp_path, "1", "path.unlink()")


async def test_an_editor_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor -x")
    with pytest.raises(EditorError, match="no-such-editor was not found"):
        await edit_file(Suspended(), choose_editor(), CHAIN)


async def test_ctrl_c_in_the_editor_is_not_for_kustui(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = "os.kill(os.getppid(), signal.SIGINT); os.kill(os.getppid(), signal.SIGQUIT); path.write_text('2')"
    before = signal.getsignal(signal.SIGINT)
    assert await edited(monkeypatch, tmp_path, "1", body) == "2"
    assert signal.getsignal(signal.SIGINT) == before
    own = "path.write_text(str(signal.getsignal(signal.SIGINT) == signal.default_int_handler))"
    assert await edited(monkeypatch, tmp_path, "1", own) == "True"


# From the explorer


async def opened_by(
    monkeypatch: pytest.MonkeyPatch, file: Path, *keys: str, editor: str = "vim", size: tuple[int, int] = (160, 48)
) -> tuple[list[str], str]:
    """What ``e`` starts after some keys, and what is said then."""
    ran: list[list[str]] = []

    def run(command: Any, **_: object) -> subprocess.CompletedProcess[bytes]:
        ran.append(list(command))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setenv("VISUAL", editor)
    monkeypatch.setattr("kustui.tui.app.Kustui.suspend", Suspended.suspend)
    monkeypatch.setattr("shutil.which", lambda name, **_: None if name == "no-such-editor" else name)
    async with explorer(file, size=size) as ui:
        with monkeypatch.context() as patched:
            patched.setattr("kustui.tui.editor.subprocess.run", run)
            await ui.press(*keys, "e")
            await ui.wait_for_workers()
        return (ran[0] if ran else []), ui.keys


@pytest.mark.parametrize(
    ("keys", "begins"),
    [
        ((), "{\n"),
        (("E", "j"), '"trigger": {\n'),
        (("3", "j"), '"name": "followup-timer-1-of-4-start"'),
    ],
    ids=["a workflow", "its trigger", "a line of its source"],
)
async def test_e_opens_the_line_of_what_is_selected(
    monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...], begins: str
) -> None:
    command, _ = await opened_by(monkeypatch, CHAIN, *keys)
    line, column = map(int, command[1].removeprefix("+call cursor(").removesuffix(")").split(","))
    assert command[-1] == str(CHAIN)
    rest = "\n".join(CHAIN.read_text().splitlines()[line - 1 :])
    assert rest.strip().startswith(begins), (line, column, rest[:200])


async def test_e_in_a_drawing_opens_the_step_of_its_cursor_before_the_tree_has_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kustui.tui.diagrams.diagram_view.REST", 60.0)
    command, _ = await opened_by(monkeypatch, CHAIN, "5", "j", "j")
    line = int(command[1].removeprefix("+call cursor(").partition(",")[0])
    rest = "\n".join(CHAIN.read_text().splitlines()[line - 1 :])
    flow = [step["id"] for step in json.loads(CHAIN.read_text())["workflows"][0]["steps"]]
    assert json.JSONDecoder().raw_decode(rest.strip())[0]["id"] in flow


async def test_e_in_the_list_of_problems_opens_the_place_of_the_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SAMPLES / "broken" / "missing-input.json"
    command, _ = await opened_by(monkeypatch, broken, "4")
    assert command[1].startswith("+call cursor(")
    line = int(command[1].removeprefix("+call cursor(").partition(",")[0])
    assert '"fooAt"' in broken.read_text().splitlines()[line - 1]


async def test_what_came_from_standard_input_cannot_be_edited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kustui.tui.app import Kustui
    from kustui.workspace.background import BackgroundWorkspace
    from tests.support.explorer import ExplorerPilot

    app = Kustui(BackgroundWorkspace(["-"], CHAIN.read_bytes()))
    async with app.run_test(size=(100, 30)) as pilot:
        ui = ExplorerPilot(pilot)
        await ui.settle()
        await ui.press("e")
        await ui.wait_for_workers()
        assert "standard input" in ui.keys
        await ui.press("j")
        assert "standard input" not in ui.keys


async def test_a_file_that_is_gone_and_an_editor_that_is_not_there_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command, told = await opened_by(monkeypatch, CHAIN, editor="no-such-editor")
    assert not command
    assert "no-such-editor was not found" in told
    copy = tmp_path / "chain.json"
    copy.write_bytes(CHAIN.read_bytes())
    async with explorer(copy) as ui:
        copy.unlink()
        await ui.press("e")
        await ui.wait_for_workers()
        assert "no longer exists" in ui.keys


async def test_an_editor_with_a_window_leaves_the_screen_alone_and_is_told_of_when_it_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # It is a window that stays until the test closes it. In a test there is no terminal to give away.
    body = """
import time
here = pathlib.Path(sys.argv[0]).parent
here.joinpath("got").write_text(repr(sys.argv[1:]))
while not here.joinpath("closed").exists():
    time.sleep(0.02)
sys.exit(7)"""
    monkeypatch.setenv("VISUAL", script(tmp_path, body, name="code"))
    got = tmp_path / "got"
    async with explorer(CHAIN) as ui:
        await ui.press("e")
        await ui.wait_for_news("code opens")
        await ui.wait_until(lambda: got.exists() and bool(got.read_text()))
        assert f"{CHAIN}:" in got.read_text()
        before = ui.cursor_row
        await ui.press("j")
        assert ui.cursor_row != before
        (tmp_path / "closed").touch()
        await ui.wait_for_news("code exited with status 7")
