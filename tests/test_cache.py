"""The cache: what is written under a key is read again, and whatever happens to the file, nothing else is."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kustui import cache as module
from kustui.cache import Cache, cache_path, key_of
from tests.support.patience import PATIENCE
from tests.support.system import NOBODY, needs, run_in

KEY, OTHER = key_of("one"), key_of("other")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "below" / "results.sqlite")


def test_what_is_written_is_read_again(cache: Cache) -> None:
    cache.write([(KEY, b"value"), (OTHER, b"")])
    assert cache.read([KEY, OTHER, key_of("none")]) == {KEY: b"value", OTHER: b""}
    cache.write([(KEY, b"another")])
    assert cache.read([KEY]) == {KEY: b"another"}


def test_many_are_read_at_once(cache: Cache) -> None:
    values = {key_of(str(number)): b"%d" % number for number in range(2_000)}
    cache.write(values.items())
    assert cache.read(list(values)) == values


def test_parts_of_a_key_are_told_apart() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("abc"), key_of("abc", "")}) == 4


def test_another_kustui_has_other_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__version__", "0.0.0")
    module.version.cache_clear()
    try:
        assert key_of("one") != KEY
    finally:
        monkeypatch.undo()
        module.version.cache_clear()


def test_other_code_that_decides_what_is_kept_has_other_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "__file__", str(tmp_path / "cache.py"))
    versions = [module.version.__wrapped__()]
    for name in ("groups.py", "analysis/schedules.py", "tui/app.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("other = True\n")
        versions.append(module.version.__wrapped__())
    assert len(set(versions)) == 3
    assert versions[3] == versions[2], "the screen decides nothing"


def test_without_a_file_nothing_is_kept() -> None:
    cache = Cache()
    cache.write([(KEY, b"value")])
    assert cache.read([KEY]) == {}
    assert cache.size == 0


def test_only_the_user_may_read_it(cache: Cache) -> None:
    cache.write([(KEY, b"value")])
    assert cache.path is not None
    assert cache.path.stat().st_mode & 0o777 == 0o600
    assert cache.size > 0


@pytest.mark.parametrize("number", range(40))
def test_a_damaged_file_gives_what_was_written_or_nothing_and_heals(cache: Cache, number: int) -> None:
    dice = random.Random(number)
    values = {key_of(str(number)): dice.randbytes(dice.randrange(6_000)) for number in range(30)}
    cache.write(values.items())
    assert cache.path is not None
    data = bytearray(cache.path.read_bytes())
    for _ in range(dice.choice((1, 10, 200))):
        data[dice.randrange(len(data))] = dice.randrange(256)
    cache.path.write_bytes(data[: dice.choice((len(data), len(data), dice.randrange(len(data))))])
    assert cache.read(list(values)).items() <= values.items()
    for _ in range(4):  # what is damaged may be found only when it is asked for
        cache.write(values.items())
        assert cache.read(list(values)).items() <= values.items()
    assert cache.read(list(values)) == values


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4_000)])
def test_another_file_in_its_place_is_replaced(cache: Cache, content: bytes) -> None:
    assert cache.path is not None
    cache.path.parent.mkdir()
    cache.path.write_bytes(content)
    assert cache.read([KEY]) == {}
    for _ in range(2):
        cache.write([(KEY, b"value")])
    assert cache.read([KEY]) == {KEY: b"value"}


def test_what_is_no_file_is_left_alone(cache: Cache) -> None:
    assert cache.path is not None
    cache.path.mkdir(parents=True)
    cache.write([(KEY, b"value")])
    assert cache.read([KEY]) == {}
    cache.path.rmdir()
    os.mkfifo(cache.path)  # which nobody writes to
    cache.write([(KEY, b"value")])
    assert cache.read([KEY]) == {}


def test_a_folder_that_cannot_be_made_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "results.sqlite")
    cache.write([(KEY, b"value")])
    assert cache.read([KEY]) == {}


_OVERWRITE = """
import sys
from pathlib import Path
from kustui.cache import Cache
cache, key = Cache(Path(sys.argv[1])), bytes.fromhex(sys.argv[2])
cache.write([(key, b"another")])
print(cache.read([key])[key])
"""


def test_a_folder_that_may_only_be_read_is_read(cache: Cache) -> None:
    needs(NOBODY)  # whom root's rights do not let write anywhere
    cache.write([(KEY, b"value")])
    assert cache.path is not None
    cache.path.chmod(0o400)
    cache.path.parent.chmod(0o500)
    try:
        done = run_in(NOBODY, sys.executable, "-c", _OVERWRITE, cache.path, KEY.hex())
    finally:
        cache.path.parent.chmod(0o700)
    assert (done.stdout, done.stderr) == ("b'value'\n", "")


def test_nothing_is_made_that_cannot_be_kept(tmp_path: Path) -> None:
    def made() -> Iterator[tuple[bytes, bytes]]:
        raise AssertionError("made")
        yield KEY, b"value"

    tmp_path.joinpath("file").touch()
    for path in (None, tmp_path / "file" / "results.sqlite", tmp_path):
        Cache(path).write(made())


def test_a_locked_file_is_not_waited_for_long(cache: Cache) -> None:
    cache.write([(KEY, b"value")])
    assert cache.path is not None
    connection = sqlite3.connect(cache.path)
    connection.execute("BEGIN EXCLUSIVE")
    cache.write([(KEY, b"another")])
    assert cache.read([KEY]) == {}
    connection.close()
    assert cache.read([KEY]) == {KEY: b"value"}


def test_a_full_disk_keeps_what_was_there(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.write([(KEY, b"value")])
    connect = sqlite3.connect

    def full(*arguments: object, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        connection.execute("PRAGMA max_page_count = 10")  # SQLite answers as for a full disk
        return connection

    monkeypatch.setattr(sqlite3, "connect", full)
    cache.write([(OTHER, bytes(1_000_000))])
    assert cache.read([KEY, OTHER]) == {KEY: b"value"}


def test_the_oldest_go_where_there_is_no_more_room(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 300_000)
    keys = [key_of(str(number)) for number in range(20)]
    for key in keys:
        cache.write([(key, os.urandom(50_000))])
    kept = cache.read(keys)
    assert keys[-1] in kept
    assert keys[0] not in kept
    assert cache.size < 500_000


def test_what_nobody_used_for_long_goes(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    day = 24 * 60 * 60
    now = time.time()
    for days in (0, 20):
        monkeypatch.setattr(time, "time", lambda days=days: now + days * day)
        cache.write([(KEY, b"value"), (OTHER, b"value")] if not days else [])
        cache.read([KEY])
    monkeypatch.setattr(time, "time", lambda: now + 40 * day)
    cache.write([])
    assert cache.read([KEY, OTHER]) == {KEY: b"value"}


def test_two_kustuis_write_at_once(cache: Cache) -> None:
    program = (
        "import sys; from pathlib import Path; from kustui.cache import Cache, key_of\n"
        "cache = Cache(Path(sys.argv[1]))\n"
        "for number in range(30): cache.write([(key_of(sys.argv[2], str(number)), bytes(3_000))])\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(cache.path), name]) for name in "abc"]
    assert [child.wait(PATIENCE) for child in children] == [0, 0, 0]
    keys = [key_of(name, str(number)) for name in "abc" for number in range(30)]
    kept = cache.read(keys)
    assert set(kept.values()) == {bytes(3_000)}
    assert len(kept) == 90


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = cache_path()
    assert path is not None
    assert path.parent == tmp_path / "kustui"
