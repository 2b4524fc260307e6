"""What a watch of real files tells, by whatever the system offers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kustui.workspace.watch import ChangeWatcher
from tests.support.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

TICK = 0.05
QUIET = 0.3
"""Seconds after which nothing is expected any more: more than are waited for what belongs together, and some ticks."""


@pytest.fixture
def watch() -> Iterator[Callable[..., ChangeWatcher]]:
    """Begin to watch some paths; the beginning is taken already."""
    made: list[ChangeWatcher] = []

    def start(*paths: Path | str, also: tuple[Path, ...] = (), poll: bool = False) -> ChangeWatcher:
        changes = ChangeWatcher([str(path) for path in paths], [str(path) for path in also], poll=poll, tick=TICK)
        made.append(changes)
        if "-" not in paths:
            assert changes.take(PATIENCE) == frozenset()
        return changes

    yield start
    for changes in made:
        changes.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "app.json"
    path.write_text("{}")
    return path


def told(changes: ChangeWatcher) -> set[str]:
    """The names of what has changed, all that belongs together."""
    found = changes.take(PATIENCE)
    assert found is not None
    while (more := changes.take(0.12)) is not None:
        found |= more
    return {Path(path).name for path in found}


def write_until_told(path: Path, changes: ChangeWatcher) -> set[str]:
    """Write to a file until that is told, and what is then: of what is watched only now, nothing is told by name that
    was before."""
    end = time.monotonic() + PATIENCE
    names: set[str] = set()
    while path.name not in names:
        assert time.monotonic() < end, names
        path.write_text(str(time.monotonic_ns()))
        names = told(changes)
    return names


def test_it_tells_once_at_the_beginning_that_something_may_have_changed(file: Path) -> None:
    with ChangeWatcher([str(file)]) as changes:
        assert changes.take(PATIENCE) == frozenset()


def test_who_waits_goes_on_when_it_is_closed(file: Path, watch: Callable[..., ChangeWatcher]) -> None:
    changes = watch(file)
    changes.close()
    assert changes.take() is None
    assert changes.pending


def test_standard_input_does_not_change(watch: Callable[..., ChangeWatcher]) -> None:
    assert watch("-").take(0.1) is None


def test_a_file_that_is_written_replaced_gone_and_back(file: Path, watch: Callable[..., ChangeWatcher]) -> None:
    changes = watch(file)
    part = file.with_suffix(".part")
    part.write_text("[]")
    for change in (lambda: file.write_text('{"a": 1}'), lambda: part.rename(file), file.unlink, file.touch):
        change()
        assert told(changes) == {"app.json"}


def test_other_files_beside_it_are_nothing_to_it(file: Path, watch: Callable[..., ChangeWatcher]) -> None:
    changes = watch(file)
    (file.parent / "other.json").write_text("{}")
    (file.parent / "app.json.swp").write_text("{}")
    file.write_text("[]")
    assert told(changes) == {"app.json"}, "which is reported after the others"


def test_a_folder_with_files_that_come_and_go_at_any_depth(tmp_path: Path, watch: Callable[..., ChangeWatcher]) -> None:
    changes = watch(tmp_path)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    told(changes)
    (inner / "new.json").write_text("{}")
    assert told(changes) == {"new.json"}
    (inner / "new.json").unlink()
    assert told(changes) == {"new.json"}


def test_what_is_no_definition_below_a_folder_is_nothing_to_it(
    tmp_path: Path, watch: Callable[..., ChangeWatcher]
) -> None:
    for name in (".git", "node_modules"):
        (tmp_path / name).mkdir()
    changes = watch(tmp_path)
    (tmp_path / ".git" / "config.json").write_text("{}")
    (tmp_path / "node_modules" / "package.json").write_text("{}")
    (tmp_path / ".app.json.swp").write_text("{}")
    (tmp_path / "notes.md").write_text("")
    (tmp_path / "app.json").write_text("{}")
    assert told(changes) == {"app.json"}, "which is reported after the others"


def test_a_folder_in_the_place_of_the_watched_one_is_watched(
    tmp_path: Path, watch: Callable[..., ChangeWatcher]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    changes = watch(folder)
    folder.rename(tmp_path / "old")
    assert (changes.take(PATIENCE) or frozenset()) <= {str(folder)}
    folder.mkdir()
    assert write_until_told(folder / "new.json", changes) <= {"folder", "new.json"}


def test_what_a_link_leads_to(tmp_path: Path, watch: Callable[..., ChangeWatcher]) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    for each in (elsewhere / "inside", folder):
        each.mkdir(parents=True)
    (elsewhere / "target.json").write_text("{}")
    (folder / "link.json").symlink_to(elsewhere / "target.json")
    changes = watch(folder)
    assert write_until_told(elsewhere / "target.json", changes) == {"target.json"}
    (folder / "linked").symlink_to(elsewhere / "inside")
    assert told(changes) == {"linked"}
    assert write_until_told(elsewhere / "inside" / "new.json", changes) == {"new.json"}


def test_a_configuration_beside_it(tmp_path: Path, file: Path, watch: Callable[..., ChangeWatcher]) -> None:
    configuration = tmp_path / "kustui.toml"
    changes = watch(file, also=(configuration,))
    configuration.write_text("[rules]")
    assert told(changes) == {"kustui.toml"}


def test_files_that_are_looked_at_instead_also_those_saved_again_before_their_time_is_another(
    tmp_path: Path, watch: Callable[..., ChangeWatcher]
) -> None:
    changes = watch(tmp_path, poll=True)
    assert changes.take(QUIET) is None
    path = tmp_path / "new.json"
    path.write_text("[1]")
    status = path.stat()
    assert changes.take(PATIENCE) == frozenset([str(path)])
    path.write_text("[2]")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert changes.take(PATIENCE) == frozenset([str(path)]), "whoever reads it sees that it says something else"
    while changes.take(QUIET) is not None:  # and at last it cannot be the same tick any more
        pass
    path.write_text("[1, 2]")
    assert changes.take(PATIENCE) == frozenset([str(path)])


_LIMITED = """
import os, sys
from kustui.workspace.watch import ChangeWatcher

folder, limit, number = sys.argv[1:]
for name, value in ((limit, number),):
    open(f"/proc/sys/user/{name}", "w").write(value)
refused = []
with ChangeWatcher([folder], refused=refused.append, tick=0.05) as changes:
    while not refused:
        changes.take(0.1)
    print(*refused, flush=True)
    while changes.take(0.3) is not None:
        pass
    print("quiet", flush=True)
    print(*changes.take(20), flush=True)
"""


def _can_limit_watches() -> bool:
    """Whether a process may be started whose user may watch less: it needs a user namespace of its own."""
    command = ["unshare", "-U", "-r", "sh", "-c", "echo 1 > /proc/sys/user/max_inotify_watches"]
    return shutil.which("unshare") is not None and subprocess.run(command, capture_output=True).returncode == 0


@pytest.mark.skipif(not _can_limit_watches(), reason="the system does not let us limit watches")
@pytest.mark.parametrize(("limit", "number"), [("max_inotify_instances", 0), ("max_inotify_watches", 2)])
def test_a_system_that_watches_as_much_as_it_may_is_done_without(tmp_path: Path, limit: str, number: int) -> None:
    inner = tmp_path / "folder" / "a" / "b" / "c"
    inner.mkdir(parents=True)
    words = ["unshare", "-U", "-r", sys.executable, "-c", _LIMITED, str(tmp_path / "folder"), limit, str(number)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert limit.replace("inotify", "user") in process.stdout.readline()
        assert process.stdout.readline() == "quiet\n"
        (inner / "new.json").write_text("{}")
        assert process.stdout.readline() == f"{inner / 'new.json'}\n"


@pytest.mark.skipif(not _can_limit_watches(), reason="the system does not let us limit watches")
def test_folders_that_come_when_no_more_can_be_watched(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    ready = "open(f'{folder}/ready.json', 'w'); os.utime(f'{folder}/ready.json', (0, 0))"
    words = _LIMITED.replace("while not refused", f"{ready}\n    while not refused")
    command = ["unshare", "-U", "-r", sys.executable, "-c", words, str(tmp_path / "folder"), "max_inotify_watches", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for number in range(20):
            (tmp_path / "folder" / f"{number}" / "inner").mkdir(parents=True)
            time.sleep(0.02)
        assert "max_user_watches" in process.stdout.readline()
        assert process.stdout.readline() == "quiet\n"
        (tmp_path / "folder" / "19" / "inner" / "new.json").write_text("{}")
        assert any("/19/inner/new.json" in line for line in process.stdout)  # others of the folder may come with it
