"""How a command ends, and how it says something beside its results."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable
from typing import NoReturn

from kustui.errors import reason_of
from kustui.text.terminal_safe import shown

PROBLEMS = 1
"""Exit status where something is wrong with the definitions."""
MISTAKE = 1
"""Exit status where the explorer made a mistake of its own."""
USAGE_ERROR = 2
"""Exit status where the command itself could not be carried out."""
INTERRUPTED = 130

COLOURS = ("auto", "always", "never")


class CannotError(Exception):
    """Why a command cannot be carried out, in lines for a person."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class SeenEnoughError(Exception):
    """Nobody reads on."""


def refuse(*reasons: str) -> int:
    """Say why a command cannot be carried out; its exit status."""
    for reason in reasons:
        say(f"kustui: {reason}")
    return USAGE_ERROR


def say(line: str) -> None:
    """A line on standard error."""
    if sys.stderr is not None:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(f"{shown(line).encode(encoding, 'backslashreplace').decode(encoding)}\n")
        sys.stderr.flush()


def write(pieces: Iterable[str], encoding: str | None = None) -> bool:
    """Put pieces of a result on standard output, in its own encoding unless one is given; whether anybody reads on.

    A reader that has seen enough, as ``head`` has, is no mistake. Raises OSError for what is.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding or sys.stdout.encoding, errors="backslashreplace")
    try:
        if sys.stdout is not None:  # it is closed
            sys.stdout.writelines(pieces)
            sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and must find nothing to fail on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def put_out(pieces: Iterable[str], format_: str) -> None:
    """The same in the encoding of a format. Raises CannotError, and SeenEnoughError where nobody reads on."""
    try:
        reads_on = write(pieces, None if format_ == "text" else "utf-8")
    except OSError as error:
        raise CannotError(f"standard output: {reason_of(error)}") from error
    if not reads_on:
        raise SeenEnoughError


def coloured(choice: str) -> bool:
    """Whether to colour what goes to standard output. ``auto``: a terminal that takes it, unless NO_COLOR is set."""
    if choice != "auto":
        return choice == "always"
    return (
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def takes_configuration(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which configuration holds, or that none does."""
    configuration = parser.add_mutually_exclusive_group()
    configuration.add_argument(
        "--config", metavar="FILE", help="instead of the nearest kustui.toml or pyproject.toml above the first PATH"
    )
    configuration.add_argument("--no-config", action="store_true", help="without any")


class Parser(argparse.ArgumentParser):
    """That of a command, its help with examples."""

    def __init__(self, command: str, description: str, examples: str) -> None:
        super().__init__(
            prog=f"kustui {command}".rstrip(),
            description=description,
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        super().error(shown(message))
