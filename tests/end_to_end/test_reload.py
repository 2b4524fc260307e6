"""The explorer in a real terminal beside something that saves, in each way in which editors do."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.flows import step, workflow
from tests.support.saves import WAYS_OF_SAVING
from tests.support.terminal import KUSTUI, Terminal
from tests.support.terminal_explorer import assert_restored, wait_for_cursor

if TYPE_CHECKING:
    from collections.abc import Iterator


def definition(*, reads: str = "a", names: tuple[str, ...] = ("first", "second", "third")) -> str:
    steps = step("a", "b"), step("b", params={"body": f"/#steps.{reads}.id"})
    return json.dumps([workflow("a", *steps, id=name, name=name) for name in names], indent=2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "app.json"
    found.write_text(definition())
    return found


@contextmanager
def naming(case: str) -> Iterator[None]:
    """What fails is said to do so in a case."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"the case: {case}")
        raise


def following(path: Path, *arguments: str, **options: Any) -> Terminal:
    """The explorer, everything examined and followed."""
    terminal = Terminal([*(arguments or ("app.json",))], cwd=path.parent, is_loaded=True, **options)
    terminal.wait_for("no problems")
    terminal.settle()
    return terminal


def test_a_reference_that_breaks_is_flagged_and_mended(path: Path) -> None:
    with following(path) as terminal:
        for save in WAYS_OF_SAVING:
            with naming(save.__name__):
                save(path, definition(reads="gone"))
                terminal.wait_for("3 steps changed · 3 new problems")
                terminal.wait_for("✗3")
                assert "cannot be read" not in terminal.raw.decode(errors="replace"), "half a file is nobody's fault"
                save(path, definition())
                terminal.wait_for("3 steps changed · 3 problems fixed")
                terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_a_folder_opened_whole_with_files_that_come_and_go(path: Path) -> None:
    with following(path, ".") as terminal:
        (path.parent / "more").mkdir()
        (path.parent / "more" / "new.json").write_text(definition(names=("fourth",)))
        terminal.wait_for("1 file added")
        terminal.wait_for("fourth")
        shutil.rmtree(path.parent / "more")
        terminal.wait_for("1 file removed")
        terminal.wait_until(lambda: "fourth" not in terminal.text, "the file gone")


def test_files_that_are_looked_at_on_request(path: Path) -> None:
    with following(path, "--poll", "app.json") as terminal:
        path.write_text(definition(reads="gone"))
        terminal.wait_for("3 new problems")


def _can_limit_watches() -> bool:
    """Whether a process may be started whose user may watch less: it needs a user namespace of its own."""
    command = ["unshare", "-U", "-r", "sh", "-c", "echo 1 > /proc/sys/user/max_inotify_watches"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_limit_watches(), reason="the system does not let us limit watches")
@pytest.mark.parametrize("limit", ["max_inotify_instances", "max_inotify_watches"])
def test_where_the_system_watches_no_more_it_says_so_and_looks_at_the_files(path: Path, limit: str) -> None:
    limited = f'echo 0 > /proc/sys/user/{limit}; exec "$@"'
    command = ["unshare", "-U", "-r", "sh", "-c", limited, "sh", *KUSTUI]
    with Terminal(["app.json"], command=command, cwd=path.parent) as terminal:
        terminal.wait_for(limit.replace("inotify", "user"))
        path.write_text(definition(reads="gone"))
        terminal.wait_for("✗3")


def test_a_file_that_cannot_be_read_at_once_holds_up_neither_keys_nor_the_end(path: Path) -> None:
    with following(path) as terminal:
        handle = os.open(path, os.O_RDWR)
        try:
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)  # whoever opens it waits
        except OSError:
            pytest.skip("the file system knows no leases")
        own = signal.signal(signal.SIGIO, signal.SIG_IGN)
        try:
            os.utime(path)
            terminal.wait_for("reading app.json …")
            terminal.press("j")
            wait_for_cursor(terminal, "on conversation.create")
            os.write(handle, definition(reads="gone").encode())
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            terminal.wait_for("3 new problems")
            terminal.wait_until(lambda: "reading app.json" not in terminal.text, "nothing being read")
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            os.utime(path)
            terminal.wait_for("reading app.json …")
            terminal.press("q")
            assert terminal.ended() == 0
            assert_restored(terminal)
        finally:
            os.close(handle)
            signal.signal(signal.SIGIO, own)


def test_a_file_that_turns_into_a_pipe_a_folder_or_a_device_is_read_again_when_it_is_back(path: Path) -> None:
    def device(path: Path) -> None:
        path.symlink_to("/dev/zero")

    with following(path) as terminal:
        for special in (os.mkfifo, Path.mkdir, device):
            with naming(special.__name__):
                path.unlink()
                special(path)
                if not path.is_dir():
                    terminal.wait_for("not a file but a")
                terminal.press("j")
                terminal.settle()
                path.rmdir() if path.is_dir() else path.unlink()
                path.write_text(definition(reads="gone"))
                terminal.wait_for("✗3")
                path.write_text(definition())
                terminal.wait_until(lambda: "✗3" not in terminal.text, "the problems gone")
        terminal.press("q")
        assert terminal.ended() == 0


def test_half_a_file_that_stays_is_told_with_the_place_and_its_last_state(path: Path) -> None:
    with following(path) as terminal:
        text = definition()
        path.write_text(text[: text.index('"second"')])
        terminal.wait_for("✗ app.json:")
        terminal.wait_for("showing its last good version")
        assert "third" in terminal.text
        path.write_text(text)
        terminal.wait_for("app.json can be read again")
        terminal.wait_until(lambda: "last good version" not in terminal.text, "the banner gone")


def test_the_cursor_stays_on_its_workflow_and_keys_are_answered(path: Path) -> None:
    with following(path) as terminal:
        terminal.press("jjjj")
        wait_for_cursor(terminal, "second")
        path.write_text(definition(names=("zeroth", "first", "second", "third")))
        terminal.wait_for("1 workflow added")
        wait_for_cursor(terminal, "second")
        terminal.press("j")
        wait_for_cursor(terminal, "third")


def test_a_window_that_is_resized_while_a_file_is_saved(path: Path) -> None:
    with following(path) as terminal:
        path.write_text(definition(reads="gone"))
        terminal.resize(100, 30)
        terminal.wait_for("✗3")
        terminal.press("c")
        terminal.wait_for("What changed on disk")


def test_nothing_is_written_while_nothing_changes(path: Path) -> None:
    with following(path) as terminal:
        path.touch()
        (path.parent / "other.json").write_text("{")
        assert not terminal.pump(0.8), "longer than until the files are looked at, and until that is told"


def test_without_colour_and_unicode_what_changed_is_told_by_signs(path: Path) -> None:
    with following(path, "--ascii", "app.json", env={"NO_COLOR": "1"}) as terminal:
        path.write_text(definition(reads="gone"))
        terminal.wait_for("3 steps changed ; 3 new problems")
        terminal.wait_for("~ !")
        path.write_text("[")
        terminal.wait_for("! app.json:1:")
        assert all(ord(character) < 128 for character in terminal.text)
