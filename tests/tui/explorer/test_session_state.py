"""The file in which a place is kept from one time to the next."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kustui.tui.explorer.session import SessionState, read_session, session_file, write_session

STATE = SessionState(
    selected=("a.json", "#w", "step x"), open=(("a.json", "#w"),), filter="ä", marks={"a": ("a.json",)}
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "place.json"
    write_session(file, STATE)
    assert read_session(file) == STATE
    assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "written",
    [
        b"", b"{", b"[]", b"null", b'{"version": 2}', b'{"selected": 1}', b'{"marks": {"a": "b"}}', b"\xff",
        b'{"surprise": 1}', b'{"open": [["a", 1]]}', b" " * 70_000,
    ],
)  # fmt: skip
def test_a_file_that_is_broken_or_not_ours_is_none(tmp_path: Path, written: bytes) -> None:
    file = tmp_path / "place.json"
    file.write_bytes(written)
    assert read_session(file) is None


@given(st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_raises(tmp_path: Path, written: bytes) -> None:
    file = tmp_path / "place.json"
    file.write_bytes(written)
    read_session(file)


def test_a_place_is_its_paths_however_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a.json")
    monkeypatch.chdir(tmp_path)
    files = {session_file(paths) for paths in (["a.json"], ["./a.json"], [str(tmp_path / "a.json")], ["link"])}
    assert len(files) == 1
    assert session_file(["a.json", "b.json"]) == session_file(["b.json", "a.json", "a.json"])
    assert session_file(["b.json"]) not in files
    folder = Path(os.environ["XDG_STATE_HOME"]) / "kustui" / "places"
    assert {file.parent for file in files if file is not None} == {folder}


def test_what_cannot_be_kept_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    write_session(tmp_path / "file" / "place.json", STATE)
    assert read_session(tmp_path / "file" / "place.json") is None
    write_session(tmp_path / "place.json", SessionState(filter="\ud800"))
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_file_stays_small_and_there_are_not_too_many(tmp_path: Path) -> None:
    much = SessionState(selected=("a",), open=tuple((f"{number}" * 100,) for number in range(400)), marks={"a": ("a",)})
    write_session(tmp_path / "much.json", much)
    assert read_session(tmp_path / "much.json") == SessionState(selected=("a",), marks={"a": ("a",)})
    for number in range(205):
        file = tmp_path / f"{number}.json"
        file.touch()
        os.utime(file, (number + 1, number + 1))
    write_session(tmp_path / "new.json", STATE)
    left = {path.name for path in tmp_path.iterdir()}
    assert len(left) == 200
    assert {"new.json", "much.json", "204.json"} <= left
    assert "0.json" not in left


def test_a_broken_file_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "place.json"
    for broken in (b"{", b'{"open": ' + b"[" * 100_000, b" " * 70_000):
        file.write_bytes(broken)
        assert read_session(file) is None
        assert [path.name for path in tmp_path.iterdir()] == ["place.broken"]
    write_session(file, STATE)
    assert read_session(file) == STATE


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "place.json")
    assert read_session(tmp_path / "place.json") is None
