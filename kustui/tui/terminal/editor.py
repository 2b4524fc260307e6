"""The editor that somebody has chosen, and what each of those known takes to open at a line."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual.app import SuspendNotSupported

from kustui.errors import KustuiError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from textual.app import App

    from kustui.definition.source.source import Place

_HOW_TO_SET = "set $VISUAL or $EDITOR"
_GLANCE = 0.1
"""Seconds between two looks at whether an editor with a window of its own has ended."""


class EditorError(KustuiError):
    """Why nothing was edited, said to a person."""


class _Known(NamedTuple):
    """What opens a file at a place."""

    arguments: tuple[str, ...]
    wait: str = ""
    """For an editor with a window of its own: what makes it end only when the file is closed."""


_VIM = ("+call cursor({line},{column})", "{file}")
_LINE_COLON_COLUMN = ("+{line}:{column}", "{file}")
_BEHIND_THE_NAME = ("{file}:{line}:{column}",)
_GOTO = _Known(("--goto", "{file}:{line}:{column}"), "--wait")
_JETBRAINS = _Known(("--line", "{line}", "--column", "{column}", "{file}"), "--wait")
_KNOWN = {
    "vi": _Known(("+{line}", "{file}")),  # of those that go by this name, some know nothing of columns
    "vim": _Known(_VIM),
    "nvim": _Known(_VIM),
    "gvim": _Known(_VIM, "-f"),
    "mvim": _Known(_VIM, "-f"),
    "nano": _Known(("+{line},{column}", "{file}")),
    # With a window of its own or without: until it ends there is nothing to do here either way.
    "emacs": _Known(_LINE_COLON_COLUMN),
    "emacsclient": _Known(_LINE_COLON_COLUMN),
    "kak": _Known(_LINE_COLON_COLUMN),
    "micro": _Known(_LINE_COLON_COLUMN),
    "hx": _Known(_BEHIND_THE_NAME),
    "helix": _Known(_BEHIND_THE_NAME),
    "code": _GOTO,
    "code-insiders": _GOTO,
    "codium": _GOTO,
    "vscodium": _GOTO,
    "cursor": _GOTO,
    "subl": _Known(_BEHIND_THE_NAME, "--wait"),
    "zed": _Known(_BEHIND_THE_NAME, "--wait"),
    "zeditor": _Known(_BEHIND_THE_NAME, "--wait"),
    "idea": _JETBRAINS,
    "pycharm": _JETBRAINS,
    "webstorm": _JETBRAINS,
}


class Editor(NamedTuple):
    """An editor and the arguments that somebody gives it."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.words[0]).name

    @property
    def _known(self) -> _Known | None:
        return _KNOWN.get(self.name)

    @property
    def has_window(self) -> bool:
        """Whether it leaves the terminal alone."""
        return self._known is not None and bool(self._known.wait)

    def command(self, path: Path, place: Place | None = None, *, wait: bool = False) -> tuple[str, ...]:
        """What opens a file, at a place where it can, and on request does not end before it is closed."""
        found = self._known
        words = self.words
        if found is not None and found.wait and wait and not {found.wait, "-w"} & set(words):
            words = (*words, found.wait)
        file = str(path.absolute())  # no name begins with - or + then, and whatever is asked to open it finds it
        if found is None or place is None:
            return (*words, file)
        return (
            *words,
            *(part.format(file=file, line=place.line, column=place.column) for part in found.arguments),
        )


def chosen(environment: Mapping[str, str] | None = None) -> Editor:
    """That of ``$VISUAL``, of ``$EDITOR``, or one that is everywhere. Raises EditorError where there is none."""
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
    raise EditorError(f"there is no editor: {_HOW_TO_SET}")


async def edit_file(app: App[None], editor: Editor, path: Path, place: Place | None = None) -> None:
    """Open a file, and wait for the editor to end. Raises EditorError where it could not be edited."""
    if not path.exists():
        raise EditorError(f"{path.name} is not there any more")
    await _run(app, editor, editor.command(path, place))


async def edit_text(app: App[None], text: str, suffix: str = ".json") -> str:
    """What becomes of a text in the editor: the same where nothing was changed. Raises EditorError where it could not
    be edited; what was written by then is kept, and the message says where."""
    editor = chosen()
    folder = Path(tempfile.mkdtemp(prefix="kustui-"))
    path = folder / f"edit{suffix}"
    # Half of a surrogate pair is no UTF-8; spelt out so, JSON says the same.
    ended = text if text.endswith("\n") else f"{text}\n"  # else many an editor would end it so
    path.write_text(ended, encoding="utf-8", errors="backslashreplace", newline="")
    before = path.read_bytes()
    try:
        await _run(app, editor, editor.command(path, wait=True))
        after = path.read_bytes()
    except (EditorError, OSError) as error:
        told = str(error) if isinstance(error, EditorError) else f"{editor.name} left nothing to read"
        if path.exists() and path.read_bytes() != before:
            raise EditorError(f"{told}; what was written is in {path}") from error
        shutil.rmtree(folder, ignore_errors=True)
        raise EditorError(told) from error
    shutil.rmtree(folder, ignore_errors=True)
    if after == before:
        return text
    written = after.decode(errors="replace")
    return written if ended == text else written.removesuffix("\n")


async def _run(app: App[None], editor: Editor, command: Sequence[str]) -> None:
    if not shutil.which(command[0]):
        raise EditorError(f"{command[0]} is not to be found: {_HOW_TO_SET}")
    try:
        status = await _beside(command) if editor.has_window else _instead(app, command)
    except SuspendNotSupported as error:
        raise EditorError("the terminal cannot be given to an editor here") from error
    except OSError as error:
        raise EditorError(f"{editor.name} could not be started: {reason_of(error)}") from error
    if status < 0:
        raise EditorError(f"{editor.name} was ended by {signal.Signals(-status).name}")
    if status:
        raise EditorError(f"{editor.name} ended with the exit status {status}")


def _instead(app: App[None], command: Sequence[str]) -> int:
    """Give it the terminal until it ends.

    Nothing else goes on meanwhile: what would be drawn has nowhere to go. The files are followed all the same, in a
    thread of their own.
    """
    failure: OSError | None = None
    status = 0
    with app.suspend(), _left_to_the_child():
        try:
            status = subprocess.run(command, check=False).returncode
        except OSError as error:  # beyond here, the terminal would not be taken back
            failure = error
    if failure is not None:
        raise failure
    return status


async def _beside(command: Sequence[str]) -> int:
    """Start it, and wait without holding anything up. It goes on when kustui ends."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while (status := process.poll()) is None:
        await asyncio.sleep(_GLANCE)
    return status


@contextmanager
def _left_to_the_child() -> Iterator[None]:
    """Ctrl+C and Ctrl+\\ are for what has the terminal, as in a shell. The child itself takes them as ever: a handler,
    unlike a signal that is ignored, is not handed down."""
    numbers = (signal.SIGINT, signal.SIGQUIT)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
