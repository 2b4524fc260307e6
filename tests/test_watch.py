"""Changes of real files, told by whatever the system offers."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kustui.watch import changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 20.0
QUIET = 1.5
"""Seconds after which nothing is expected any more."""


class Watching:
    """Changes as they come, from a thread."""

    def __init__(self, paths: list[Path], also: list[Path]) -> None:
        self._told: queue.Queue[None] = queue.Queue()
        self.stop = threading.Event()
        names = [str(path) for path in paths], [str(path) for path in also]
        self._thread = threading.Thread(target=self._run, args=names, daemon=True)
        self._thread.start()
        self.told()

    def _run(self, paths: list[str], also: list[str]) -> None:
        for _ in changes(paths, also, self.stop):
            self._told.put(None)

    def told(self) -> None:
        """Wait for a change, and for all that belong to it."""
        self._told.get(timeout=PATIENCE)

    def quiet(self) -> bool:
        time.sleep(QUIET)
        return self._told.empty()

    def settle(self) -> None:
        while not self.quiet():
            self.told()

    def end(self) -> None:
        self.stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def watch() -> Iterator[Callable[..., Watching]]:
    made: list[Watching] = []

    def start(*paths: Path, also: tuple[Path, ...] = ()) -> Watching:
        made.append(Watching(list(paths), list(also)))
        return made[-1]

    yield start
    for watching in made:
        watching.end()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.json"
    path.write_text("{}")
    return path


def replace(path: Path, text: str) -> None:
    """Write as careful editors do."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.rename(path)


def test_it_yields_at_once_and_ends_when_told(file: Path, watch: Callable[..., Watching]) -> None:
    assert watch(file).quiet()


def test_a_file_that_is_written_replaced_or_gone(file: Path, watch: Callable[..., Watching]) -> None:
    watching = watch(file)
    for change in (
        lambda: file.write_text('{"a": 1}'),
        lambda: replace(file, "[]"),
        file.unlink,
        lambda: file.write_text("{}"),
    ):
        change()
        watching.told()
        watching.settle()


def test_other_files_beside_it_are_nothing_to_it(file: Path, watch: Callable[..., Watching]) -> None:
    watching = watch(file)
    (file.parent / "other.json").write_text("{}")
    (file.parent / "app.json.swp").write_text("{}")
    assert watching.quiet()


def test_a_folder_with_files_that_come_and_go_at_any_depth(tmp_path: Path, watch: Callable[..., Watching]) -> None:
    watching = watch(tmp_path)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    watching.settle()
    (inner / "app.json").write_text("{}")
    watching.told()
    watching.settle()
    (inner / "notes.txt").write_text("no definition")
    assert watching.quiet()
    (inner / "app.json").unlink()
    watching.told()


def test_the_target_of_a_link(file: Path, tmp_path: Path, watch: Callable[..., Watching]) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "app.json"
    link.symlink_to(file)
    watching = watch(link)
    replace(file, "[1]")
    watching.told()


def test_further_files_count_even_outside_of_the_folder(tmp_path: Path, watch: Callable[..., Watching]) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    configuration = tmp_path / "kustui.toml"
    watching = watch(folder, also=(configuration,))
    configuration.write_text("[rules]")
    watching.told()


def test_a_change_while_somebody_still_works_on_the_last_is_not_lost(file: Path) -> None:
    stop = threading.Event()
    told = changes([str(file)], stop=stop)
    next(told)
    file.write_text("before the watching began")
    next(told)
    file.write_text("while the last change was worked on, and longer")
    next(told)
    stop.set()
    assert list(told) == []
