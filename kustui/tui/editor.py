"""The person's editor: which it is, how it opens a file at a line, and how a text is edited in it."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from textual.app import App, SuspendNotSupported

from kustui.definition.source.source import Place
from kustui.errors import KustuiError, reason_of
from kustui.files import absolute, exists

_HOW_TO_SET = "set $VISUAL or $EDITOR"
_POLL_INTERVAL = 0.1
"""Seconds between two checks whether an editor with a window of its own has ended."""


class EditorError(KustuiError):
    """Why nothing was edited."""


class _Syntax(NamedTuple):
    """The arguments with which an editor opens a file at a place."""

    arguments: tuple[str, ...]
    wait: str = ""
    """For an editor with a window of its own: the option with which it ends only when the file is closed."""


_VIM = ("+call cursor({line},{column})", "{file}")
_LINE_COLON_COLUMN = ("+{line}:{column}", "{file}")
_BEHIND_THE_NAME = ("{file}:{line}:{column}",)
_GOTO = _Syntax(("--goto", "{file}:{line}:{column}"), "--wait")
_JETBRAINS = _Syntax(("--line", "{line}", "--column", "{column}", "{file}"), "--wait")
_SYNTAX = {
    "vi": _Syntax(("+{line}", "{file}")),  # of those that go by this name, some know nothing of columns
    "vim": _Syntax(_VIM),
    "nvim": _Syntax(_VIM),
    "gvim": _Syntax(_VIM, "-f"),
    "mvim": _Syntax(_VIM, "-f"),
    "nano": _Syntax(("+{line},{column}", "{file}")),
    # With a window of its own or without: until it ends there is nothing to do here either way.
    "emacs": _Syntax(_LINE_COLON_COLUMN),
    "emacsclient": _Syntax(_LINE_COLON_COLUMN),
    "kak": _Syntax(_LINE_COLON_COLUMN),
    "micro": _Syntax(_LINE_COLON_COLUMN),
    "hx": _Syntax(_BEHIND_THE_NAME),
    "helix": _Syntax(_BEHIND_THE_NAME),
    "code": _GOTO,
    "code-insiders": _GOTO,
    "codium": _GOTO,
    "vscodium": _GOTO,
    "cursor": _GOTO,
    "subl": _Syntax(_BEHIND_THE_NAME, "--wait"),
    "zed": _Syntax(_BEHIND_THE_NAME, "--wait"),
    "zeditor": _Syntax(_BEHIND_THE_NAME, "--wait"),
    "idea": _JETBRAINS,
    "pycharm": _JETBRAINS,
    "webstorm": _JETBRAINS,
}


class Editor(NamedTuple):
    """An editor with the arguments that the person gives it."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.words[0]).name

    @property
    def _syntax(self) -> _Syntax | None:
        return _SYNTAX.get(self.name)

    @property
    def has_window(self) -> bool:
        """Whether it opens a window of its own instead of using the terminal."""
        return self._syntax is not None and bool(self._syntax.wait)

    def command(self, path: Path, place: Place | None = None, *, wait: bool = False) -> tuple[str, ...]:
        """The command that opens a file, at ``place`` if the editor is known to take one.

        With ``wait`` it ends only once the file is closed.
        """
        syntax = self._syntax
        words = self.words
        if syntax is not None and syntax.wait and wait and not {syntax.wait, "-w"} & set(words):
            words = (*words, syntax.wait)
        file = absolute(path)  # no name begins with - or +, and an editor that is already running finds it
        if syntax is None or place is None:
            return (*words, file)
        return (
            *words,
            *(part.format(file=file, line=place.line, column=place.column) for part in syntax.arguments),
        )


def choose_editor(environment: Mapping[str, str] | None = None) -> Editor:
    """That of ``$VISUAL`` or ``$EDITOR``, else vi or nano. Raises EditorError if there is none."""
    environment = os.environ if environment is None else environment
    for name in ("VISUAL", "EDITOR"):
        try:
            words = tuple(shlex.split(environment.get(name, "")))
        except ValueError as error:
            raise EditorError(f"${name} cannot be read: {str(error).lower()}") from error
        if words:
            return Editor(words)
    for name in ("vi", "nano"):
        if shutil.which(name, path=environment.get("PATH")):
            return Editor((name,))
    raise EditorError(f"no editor found: {_HOW_TO_SET}")


async def edit_file(app: App[None], editor: Editor, path: Path, place: Place | None = None) -> None:
    """Open a file and wait for the editor to end. Raises EditorError if it could not be edited."""
    if not exists(path):
        raise EditorError(f"{path.name} no longer exists")
    await _run(app, editor, editor.command(path, place))


async def edit_text(app: App[None], text: str) -> str:
    """Edit a JSON text in a temporary file; the same text if nothing was changed.

    Raises EditorError if it could not be edited; what was written by then is kept, and the message says where.
    """
    editor = choose_editor()
    folder = Path(tempfile.mkdtemp(prefix="kustui-"))
    path = folder / "edit.json"
    ended = text if text.endswith("\n") else f"{text}\n"  # as many an editor would end it
    path.write_text(ended, encoding="utf-8", errors="backslashreplace", newline="")  # JSON spells lone surrogates so
    before = path.read_bytes()
    try:
        await _run(app, editor, editor.command(path, wait=True))
        after = path.read_bytes()
    except (EditorError, OSError) as error:
        reason = str(error) if isinstance(error, EditorError) else f"{editor.name} left no file to read"
        if exists(path) and path.read_bytes() != before:
            raise EditorError(f"{reason}; your text is in {path}") from error
        shutil.rmtree(folder, ignore_errors=True)
        raise EditorError(reason) from error
    shutil.rmtree(folder, ignore_errors=True)
    if after == before:
        return text
    edited = after.decode(errors="replace")
    return edited if ended == text else edited.removesuffix("\n")


async def _run(app: App[None], editor: Editor, command: Sequence[str]) -> None:
    if not shutil.which(command[0]):
        raise EditorError(f"{command[0]} was not found: {_HOW_TO_SET}")
    try:
        status = await _run_in_window(command) if editor.has_window else _run_in_terminal(app, command)
    except SuspendNotSupported as error:
        raise EditorError("an editor cannot be opened in this terminal") from error
    except OSError as error:
        raise EditorError(f"{editor.name} could not be started: {reason_of(error)}") from error
    if status < 0:
        raise EditorError(f"{editor.name} was killed by {signal.Signals(-status).name}")
    if status:
        raise EditorError(f"{editor.name} exited with status {status}")


def _run_in_terminal(app: App[None], command: Sequence[str]) -> int:
    """Give the terminal to the editor until it ends; its exit status. Raises OSError and SuspendNotSupported.

    The event loop stands still meanwhile: what would be drawn has nowhere to go. The files are still followed, in a
    thread.
    """
    failure: OSError | None = None
    status = 0
    with app.suspend(), _interrupts_left_to_child():
        try:
            status = subprocess.run(command, check=False).returncode
        except OSError as error:  # raised inside, it would keep the terminal from being taken back
            failure = error
    if failure is not None:
        raise failure
    return status


async def _run_in_window(command: Sequence[str]) -> int:
    """Start an editor with a window, and wait for its exit status; it outlives kustui. Raises OSError."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while (status := process.poll()) is None:
        await asyncio.sleep(_POLL_INTERVAL)
    return status


@contextmanager
def _interrupts_left_to_child() -> Iterator[None]:
    """Ctrl+C and Ctrl+\\ are for the child that has the terminal, as in a shell: a handler, unlike a signal that is
    ignored, is not inherited."""
    numbers = (signal.SIGINT, signal.SIGQUIT)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
