"""Every way in which a file is saved, with real files and the real watch, to the snapshot that follows."""

from __future__ import annotations

import gc
import json
import os
import queue
import shutil
import subprocess
import threading
import time
import weakref
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.rules import RULES
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration
from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.events import Event, SnapshotReady
from kustui.workspace.following import follow_changes
from kustui.workspace.snapshot import Snapshot, Workspace
from kustui.workspace.watch import ChangeWatcher
from tests.support.definitions import a_workflow
from tests.support.flows import step, workflow
from tests.support.patience import PATIENCE
from tests.support.saves import WAYS_OF_SAVING, atomically, in_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.workspace.following import Outcome

pytestmark = pytest.mark.slow

TICK = 0.35
"""Seconds, which are more than those for which something has to stay broken before it is told, as they always are."""
QUIET = 0.5
"""Seconds after which nothing is told any more."""


def text(target: str = "a", *names: str) -> str:
    """A workflow whose trigger leads to a step of that name, which is there if it is ``a``."""
    return json.dumps([workflow(target, step("a"), id=name, name=name) for name in names or ("greet",)], indent=2)


class Follower:
    """What somebody is told, from a thread."""

    def __init__(self, *paths: Path, keep: bool, poll: bool, also: tuple[str, ...], tick: float) -> None:
        names = [str(path) for path in paths]
        self.workspace = Workspace(names, keep=keep)
        self.workspace.open()
        configuration = Configuration(names)
        self.workspace.refresh(settings=configuration.settings(RULES))
        self.changes = ChangeWatcher(names, also, poll=poll, tick=tick)
        self._told: queue.Queue[Outcome] = queue.Queue()
        begun = threading.Event()

        def follow() -> None:
            settings = partial(configuration.settings, RULES)
            for outcome in follow_changes(self.workspace, self.changes, settings, otherwise=begun.set):
                self._told.put(outcome)

        self._thread = threading.Thread(target=follow, daemon=True)
        self._thread.start()
        assert begun.wait(PATIENCE), "it is said once, when the watch begins, that something may have changed"
        assert self._told.empty()

    def told(self) -> str:
        """The next thing that is told, in short: how many workflows and problems, and what is broken."""
        return self._short(self._told.get(timeout=PATIENCE))

    def until(self, expected: str) -> list[str]:
        """What is told up to something."""
        seen = [self.told()]
        while seen[-1] != expected:
            seen.append(self.told())
        return seen

    def quiet(self, seconds: float = QUIET) -> bool:
        with suppress(queue.Empty):
            self._told.put(self._told.get(timeout=seconds))
        return self._told.empty()

    @staticmethod
    def _short(outcome: Outcome) -> str:
        if not isinstance(outcome, Snapshot):
            return str(outcome)
        broken = sum(1 for document in outcome.collection.documents if document.broken)
        rules = ",".join(sorted({problem.rule for problem in outcome.problems or ()}))
        return f"{len(outcome.collection.entries)} {rules}{' broken' if broken else ''}"

    def end(self) -> None:
        self.changes.close()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


class Changes(ChangeWatcher):
    """Changes that come as they are given: None where nothing changes for a while."""

    def __init__(self, *changes: frozenset[str] | None) -> None:
        super().__init__(())
        self._coming = list(changes)

    def take(self, seconds: float | None = None) -> frozenset[str] | None:
        if not self._coming:
            self.close()
            return None
        return self._coming.pop(0)


def test_what_can_wait_is_done_once_an_outcome_is_shown_and_nothing_more_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    path.write_text(text())
    workspace, changed = Workspace([str(path)]), frozenset({str(path)})
    workspace.open()
    done: list[object] = []
    changes = Changes(changed, changed, None, changed, changed, None)
    for _ in follow_changes(workspace, changes, Settings, rest=lambda: done.append(gc.isenabled())):
        done.append("shown")
        path.write_text(text("a", *map(str, range(len(done) + 1))))
        assert not gc.isenabled()
    assert done == ["shown", "shown", True, "shown", "shown", True]


@pytest.fixture
def follow() -> Iterator[Callable[..., Follower]]:
    made: list[Follower] = []

    def start(
        *paths: Path, keep: bool = True, poll: bool = False, also: tuple[str, ...] = (), tick: float = TICK
    ) -> Follower:
        made.append(Follower(*paths, keep=keep, poll=poll, also=also, tick=tick))
        return made[-1]

    yield start
    for follower in made:
        follower.end()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "app.json"
    path.write_text(text())
    return path


def many_times(path: Path, new: str) -> None:
    """A burst, of which only the last counts."""
    for number in range(20):
        path.write_text(text(f"wrong{number}"))
    path.write_text(new)


@pytest.mark.parametrize("save", WAYS_OF_SAVING, ids=lambda save: save.__name__)
def test_a_mistake_is_told_when_it_is_saved_and_when_it_is_mended(
    save: Callable[[Path, str], None], file: Path, follow: Callable[..., Follower]
) -> None:
    followers = follow(file), follow(file.parent)
    save(file, text("gone"))
    for follower in followers:
        assert follower.told() == "1 unknown-target"
    save(file, text())
    for follower in followers:
        assert follower.told() == "1 "
    assert followers[0].quiet()
    assert followers[1].quiet(0)


def test_of_a_burst_the_last_is_told(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file)
    many_times(file, text("a", "one", "two"))
    assert follower.until("2 ")[:-1] in ([], ["1 unknown-target"])
    assert follower.quiet()


def test_a_save_that_changes_nothing_is_not_told(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file)
    atomically(file, file.read_text())
    file.touch()
    assert follower.quiet()


def test_what_stays_broken_is_told_and_keeps_its_last_good_state(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file)
    file.write_text(text()[:40])
    assert follower.told() == "1 invalid-json broken"
    file.write_text(text())
    assert follower.told() == "1 "


def test_what_is_written_all_the_time_is_told_even_so(
    file: Path, follow: Callable[..., Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kustui.workspace.following.MAX_WAIT", 1.0)
    follower = follow(file)
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.wait(0.05):
            file.write_text(text()[: 40 + time.monotonic_ns() % 40])

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        assert follower.told() == "1 invalid-json broken"
    finally:
        stop.set()
        writer.join()


def test_a_file_that_vanishes_and_returns(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file)
    old = file.read_text()
    file.unlink()
    assert follower.told() == "1 unreadable-file broken"
    file.write_text(old)
    assert follower.told() == "1 "


def test_a_file_that_vanishes_where_nothing_is_kept(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file, keep=False)
    old = file.read_text()
    file.unlink()
    assert follower.told() == f"{file}: no such file or directory"
    file.write_text(old)
    assert follower.told() == "1 "


def test_a_file_that_turns_into_a_folder(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file)
    file.unlink()
    file.mkdir()
    (file / "one.json").write_text(text("gone"))
    follower.until("1 unknown-target")
    (file / "two.json").write_text(json.dumps(a_workflow("other")))
    follower.until("2 unknown-target")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_no_longer_be_read(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file.parent)
    file.chmod(0)
    assert follower.told() == "1 unreadable-file broken"
    file.chmod(0o644)
    assert follower.told() == "1 "


def test_a_folder_that_gains_and_loses_files(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file.parent)
    inner = file.parent / "deeper" / "still"
    inner.mkdir(parents=True)
    (inner / "new.json").write_text(json.dumps(a_workflow("new")))
    assert follower.told() == "2 "
    shutil.rmtree(file.parent / "deeper")
    assert follower.told() == "1 "


def test_a_folder_of_300_files_that_is_removed(tmp_path: Path, follow: Callable[..., Follower]) -> None:
    folder = tmp_path / "work" / "inner"
    folder.mkdir(parents=True)
    for number in range(300):
        (folder / f"{number}.json").write_text(text("a", f"workflow {number}"))
    opened = [follow(folder, poll=poll) for poll in (False, True)]
    below = [follow(folder.parent, poll=poll) for poll in (False, True)]
    for path in sorted(folder.iterdir()):  # slower than the system would
        path.unlink()
        time.sleep(0.001)
    folder.rmdir()
    for follower in opened:
        follower.until("0 unreadable-file")
    for follower in below:
        follower.until("0 ")
    assert opened[0].quiet()
    assert all(follower.quiet(0) for follower in (*opened, *below))
    assert [len(follower.workspace.snapshot.collection.documents) for follower in (*opened, *below)] == [1, 1, 0, 0]


def test_a_folder_that_is_moved_away_and_another_put_in_its_place(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file.parent)
    file.parent.rename(file.parent.with_name("away"))
    assert follower.told() == "0 unreadable-file"
    file.parent.mkdir()
    file.write_text(text("gone"))
    follower.until("1 unknown-target")
    file.write_text(text())
    follower.until("1 ")


def test_a_link_to_a_file_and_to_a_folder(file: Path, tmp_path: Path, follow: Callable[..., Follower]) -> None:
    (tmp_path / "link.json").symlink_to(file)
    follower = follow(tmp_path / "link.json")
    atomically(file, text("gone"))
    assert follower.told() == "1 unknown-target"
    other = tmp_path / "other"
    other.mkdir()
    (other / "linked").symlink_to(file.parent)
    follower = follow(other)
    atomically(file, text())
    assert follower.told() == "1 "


def test_a_configuration_that_changes(file: Path, tmp_path: Path, follow: Callable[..., Follower]) -> None:
    configuration = tmp_path / "kustui.toml"
    configuration.write_text("")
    file.write_text(text("gone"))
    follower = follow(file.parent, also=(str(configuration),))
    configuration.write_text('[rules]\nunknown-target = "off"')
    assert follower.told() == "1 "
    configuration.write_text("[rules")
    assert "kustui.toml:1:7" in follower.told()
    configuration.write_text("")
    assert follower.told() == "1 unknown-target"


def test_looking_at_the_files_instead(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file.parent, poll=True, tick=0.05)
    for save in (in_place, atomically):
        save(file, text("gone"))
        assert follower.told() == "1 unknown-target"
        save(file, text("a"))
        assert follower.told() == "1 "


def git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")
def test_a_checkout_that_changes_300_files_at_once(tmp_path: Path, follow: Callable[..., Follower]) -> None:
    git(tmp_path, "init", "-b", "one")

    def put(number: int, target: str) -> None:
        folder = tmp_path / f"team-{number % 7}"
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.json").write_text(text(target, f"workflow {number}"))

    for number in range(300):
        put(number, "a")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    git(tmp_path, "checkout", "-b", "two")
    for number in range(300):
        put(number, "gone")
    put(300, "gone")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "two")
    follower = follow(tmp_path)
    git(tmp_path, "checkout", "one")
    follower.until("300 ")
    git(tmp_path, "checkout", "two")
    follower.until("301 unknown-target")
    assert follower.quiet()
    last = follower.workspace.snapshot
    assert len(last.problems or ()) == 301


def test_the_last_of_many_saves_is_never_missed(file: Path, follow: Callable[..., Follower]) -> None:
    follower = follow(file)
    last = ""
    for number in range(60):
        last = text("a", *(f"workflow {each}" for each in range(2 + number % 5)))
        WAYS_OF_SAVING[number % 3](file, last)
        time.sleep(0.005 * (number % 4))
    end = time.monotonic() + PATIENCE
    while follower.workspace.snapshot.collection.documents[0].source.data != last.encode():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_later_change_takes_the_place_of_one_that_is_looked_at(
    file: Path, follow: Callable[..., Follower], monkeypatch: pytest.MonkeyPatch
) -> None:
    from kustui.check import checker

    original = checker.check_workflow
    slow = threading.Event()

    def examine(analysis: Any) -> Any:
        if analysis.title.startswith("slow"):
            slow.set()
            time.sleep(0.2)
        return original(analysis)

    monkeypatch.setattr(checker, "check_workflow", examine)
    follower = follow(file)
    file.write_text(text("a", *(f"slow {number}" for number in range(400))))
    assert slow.wait(PATIENCE)
    file.write_text(text("gone", "quick"))
    began = time.monotonic()
    assert follower.told() == "1 unknown-target"
    assert time.monotonic() - began < PATIENCE / 2, "the many were not waited for"


def test_nothing_is_kept_of_what_was_opened_once_another_is_there(file: Path) -> None:
    background = BackgroundWorkspace([str(file)])
    opened = weakref.ref(background.result())
    events: queue.Queue[Event] = queue.Queue()
    background.follow(events.put)
    try:
        while not isinstance(event := events.get(timeout=PATIENCE), SnapshotReady):
            pass
        checked = weakref.ref(event.snapshot)
        in_place(file, text("b"))
        while not isinstance(event := events.get(timeout=PATIENCE), SnapshotReady):
            pass
        end = time.monotonic() + PATIENCE
        while (opened() is not None or checked() is not None) and time.monotonic() < end:
            gc.unfreeze()
            gc.collect()
            time.sleep(0.01)
        assert (opened(), checked()) == (None, None)
    finally:
        background.close()
