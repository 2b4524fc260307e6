"""The command line. Nothing here loads the screen before it is needed, nor the models of a definition."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn, Protocol, cast

from kustui.commands import COMMANDS
from kustui.commands.output import ExitStatus, ReaderGoneError, flush_printed, report_error
from kustui.errors import KustuiError
from kustui.garbage_collection import gc_paused


class _Command(Protocol):
    def run(self, arguments: Sequence[str]) -> int: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run kustui; the exit status. Whatever a command raises is caught and told here."""
    status = _run(arguments)
    if arguments is None and sys.getprofile() is None and sys.gettrace() is None:  # they write at the end of Python
        _end(status)
    return status


def _end(status: int) -> NoReturn:
    """End the process at once: all is written, and to free what is held takes a tenth as long as reading it did. Python
    would also wait for threads that are still at work, however long they take, and unwind some in code of C++, which
    aborts: they only read."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _run(arguments: Sequence[str] | None) -> int:
    if "_ARGCOMPLETE" in os.environ:  # a shell asks how a word can go on
        from kustui.commands.completion import complete

        complete()
    words = sys.argv[1:] if arguments is None else list(arguments)
    name, rest = (words[0], words[1:]) if words and words[0] in COMMANDS else ("explore", words)
    try:
        return _run_command(name, rest)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except ReaderGoneError:
        return ExitStatus.OK
    except KustuiError as error:
        return report_error(error)
    except Exception as error:
        return report_error(KustuiError(f"internal error ({type(error).__name__}); {_traceback_place(error)}"))


def _run_command(name: str, arguments: Sequence[str]) -> int:
    try:
        return _command(name).run(arguments)
    except SystemExit:  # argparse has printed something
        flush_printed()
        raise


def _command(name: str) -> _Command:
    with gc_paused(freeze=False):  # importing makes no garbage, and looking for it costs a tenth of the start
        return cast("_Command", import_module(f"kustui.commands.{name}"))


def _traceback_place(error: Exception) -> str:
    """Put the traceback where it can be found, and say where."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="kustui-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            traceback.print_exception(error, file=log)
    except OSError as reason:
        return f"details could not be written ({reason.strerror})"
    return f"details are in {log.name}"
