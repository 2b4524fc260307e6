"""Files are written whole or not at all."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kustui.files import ExistsError, ReadBuffer, ReadError, WriteError, read_file, read_regular_file, write_file


def test_a_new_file_holds_all_pieces(tmp_path: Path) -> None:
    write_file(tmp_path / "new", ["é", b"\xff\n", "\ud800"], replace=False)
    assert (tmp_path / "new").read_bytes() == b"\xc3\xa9\xff\n\\ud800"


def test_what_is_there_is_replaced_only_on_request(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    with pytest.raises(ExistsError, match="already"):
        write_file(path, ["new"], replace=False)
    assert path.read_text() == "old"
    write_file(path, ["new"], replace=True)
    assert path.read_text() == "new"


def test_a_write_that_fails_half_way_leaves_the_old_and_no_remains(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    path = tmp_path / "old"
    path.write_text("old")
    with pytest.raises(WriteError, match="old: no space left on device"):
        write_file(path, pieces(), replace=True)
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_link_stays_one_and_the_mode_is_kept(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "old").chmod(0o640)
    (tmp_path / "link").symlink_to("old")
    write_file(tmp_path / "link", ["new"], replace=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "old").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_is_kept(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    os.chown(tmp_path / "old", 4242, 4243)
    write_file(tmp_path / "old", ["new"], replace=True)
    status = (tmp_path / "old").stat()
    assert (status.st_uid, status.st_gid) == (4242, 4243)


def test_other_names_of_a_file_keep_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "other").hardlink_to(tmp_path / "old")
    write_file(tmp_path / "old", ["new"], replace=True)
    assert [(tmp_path / name).read_text() for name in ("old", "other")] == ["new", "old"]


_WRITES = """
import itertools, sys
from kustui.files import write_file
for number in itertools.count():
    write_file(sys.argv[1], [f"{number % 10}" * 3_000_000], replace=True)
    if not number:
        print("begun", flush=True)
"""


def test_whoever_is_killed_while_writing_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", _WRITES, tmp_path / "file"], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.kill()
        content = (tmp_path / "file").read_bytes()
        assert (len(content), len({*content})) == (3_000_000, 1)


def test_a_private_file_is_readable_for_its_owner_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "new", ["new"], replace=False, private=True)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_file(os.devnull, ["gone"], replace=False)
    assert not Path(os.devnull).is_file()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no such file or directory"):
        write_file(tmp_path / "no" / "file", ["text"], replace=False)


def test_without_links_on_the_file_system_a_new_file_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    write_file(tmp_path / "new", ["new"], replace=False)
    assert (tmp_path / "new").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        (tmp_path / "new").write_text("another's")
        yield "ours"

    with pytest.raises(ExistsError, match="already"):
        write_file(tmp_path / "new", pieces(), replace=False)
    assert (tmp_path / "new").read_text() == "another's"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_what_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff")
    assert read_file(tmp_path / "file") == b"\xff"
    with pytest.raises(ReadError, match="is a directory"):
        read_file(tmp_path)


@pytest.mark.parametrize("change", [-(1 << 20), -1, 0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 3 << 20])
def test_a_large_file_is_read_into_memory_that_was_prepared(tmp_path: Path, change: int) -> None:
    path, buffer = tmp_path / "large", ReadBuffer()
    data = random.Random(0).randbytes(3 << 20)
    path.write_bytes(data)
    first = read_regular_file(str(path), buffer)
    for _ in range(2):
        buffer.prepare()
        changed = data[: len(data) + change] + b"x" * change
        path.write_bytes(changed)
        assert read_regular_file(str(path), buffer) == changed
        path.write_bytes(b"small")
        assert read_regular_file(str(path), buffer) == b"small"
    assert first == data, "what was read stays what it is"


def device(path: str) -> object:
    return pytest.param(path, marks=pytest.mark.skipif(not Path(path).exists(), reason="there is no such device here"))


@pytest.mark.parametrize("path", [device("/dev/zero"), device("/dev/full"), device("/dev/urandom")])
def test_a_device_is_not_read_as_it_might_never_end(path: str) -> None:
    with pytest.raises(ReadError, match=f"^{path}: not a file but a device$"):
        read_file(path)


def test_the_device_that_is_empty_is_read() -> None:
    assert read_file(os.devnull) == b""


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="open files have no names here")
def test_what_a_shell_gives_in_place_of_a_file_is_read() -> None:
    """As ``<(...)`` is."""
    output, into = os.pipe()
    os.write(into, b"{}")
    os.close(into)
    with os.fdopen(output):
        assert read_file(f"/dev/fd/{output}") == b"{}"
