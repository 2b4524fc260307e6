"""What comes in the place of a file that was read: nothing, a folder, a link, or what is no file at all."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from kustui.definition.loader import PathError, Reader
from tests.support.definitions import a_workflow


def nothing(path: Path) -> None:
    """Leaves it without anything."""


def file(path: Path) -> None:
    path.write_text(json.dumps(a_workflow("one")))


def other_file(path: Path) -> None:
    path.write_text(json.dumps(a_workflow("another")))


def broken_file(path: Path) -> None:
    path.write_text('[{"name": "one"}')


def folder(path: Path) -> None:
    path.mkdir()
    other_file(path / "b.json")


def bound_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))  # the name of a socket may not be long


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def ring(path: Path) -> None:
    path.symlink_to(path.name)


def link(path: Path, make: Callable[[Path], object]) -> None:
    target = path.with_name("target")
    make(target)
    path.symlink_to(target.name)


PLAIN: tuple[Callable[[Path], object], ...] = (nothing, file, other_file, broken_file, folder, bound_socket, os.mkfifo)
STATES: Mapping[str, Callable[[Path], object]] = {
    **{make.__name__: make for make in (*PLAIN, device, ring)},
    **{f"link to {make.__name__}": partial(link, make=make) for make in PLAIN},
}
SPECIAL = ("mkfifo", "bound_socket", "device")


def put(path: Path, state: str) -> None:
    for old in (path, path.with_name("target")):
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    STATES[state](path)


def after(path: Path, *states: str, keep: bool) -> list[object]:
    """What is read of a path once it was in all these states, one after the other; why it is not, where that is so."""
    put(path, "file")
    reader = Reader([str(path)], keep=keep)
    result: list[object] = [reader.read()]
    for state in states:
        put(path, state)
        try:
            documents = reader.read().documents
            result = [
                (
                    document.path,
                    [fault.message for fault in (document.broken or document).faults],
                    [entry.title for entry in document.entries] if document.broken is None else "as it was",
                )
                for document in documents
            ]
        except PathError as error:
            result = [str(error)]
    return result


@pytest.mark.parametrize("keep", [True, False])
def test_what_is_said_of_a_path_does_not_depend_on_what_was_there_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, keep: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.json"
    expected = {state: after(path, state, keep=keep) for state in STATES}
    for before, now in product(STATES, repeat=2):
        result = after(path, before, now, keep=keep)
        assert _messages(result) == _messages(expected[now]), f"{before}, then {now}"


def _messages(result: list[object]) -> list[object]:
    """Without what is shown of the last good state."""
    return [one[:2] if isinstance(one, tuple) else one for one in result]


@pytest.mark.parametrize("state", SPECIAL)
def test_what_is_no_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.chdir(tmp_path)
    kind = {"mkfifo": "a pipe", "bound_socket": "a socket", "device": "a device"}[state]
    path = tmp_path / "a.json"
    assert after(path, "nothing", state, keep=True) == [(str(path), [f"not a file but {kind}"], "as it was")]
    assert after(path, "nothing", state, keep=False) == [f"{path}: not a file but {kind}"]


def test_a_folder_that_became_a_pipe_holds_nothing_any_more(tmp_path: Path) -> None:
    path = tmp_path / "definitions"
    folder(path)
    reader = Reader([str(path)], keep=True)
    reader.read()
    put(path, "mkfifo")
    [document] = reader.read().documents
    assert (document.path, document.faults[0].message) == (str(path), "not a file but a pipe")


def test_a_pipe_that_was_named_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=file, args=(path,))
    writer.start()
    reader = Reader([str(path)])
    assert [entry.title for entry in reader.read().entries] == ["one"]
    writer.join()
    assert reader.read([str(path)]) is reader.read([str(path)])
