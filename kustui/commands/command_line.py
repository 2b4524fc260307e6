"""What the commands' options have in common: each is declared once, in the same words for every command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


def parser_of(command: str) -> Parser:
    """The parser of a command, or of ``explore``."""
    return cast("Parser", import_module(f"kustui.commands.{command}").parser())


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """The type of an option that takes a whole number."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least:,} to {most:,}, found {text!r}")
        return int(text[:9])

    return number


class Parser(argparse.ArgumentParser):
    """The parser of a command; its help ends with exit statuses and examples as they are written."""

    def __init__(self, command: str, description: str, epilog: str) -> None:
        super().__init__(
            prog=f"kustui {command}".rstrip(),
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        super().error(terminal_safe(message))

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Print help as any result: argparse passes over what cannot be written, at once where Python buffers none."""
        from kustui.commands.output import Output, encoding_of

        if file is not None and id(file) == id(sys.stdout):
            Output(encoding=encoding_of(sys.stdout)).write([message])
        else:
            super()._print_message(message, file)

    def arguments(self) -> Iterator[argparse.Action]:
        """Everything that can stand on the command line and is meant to be known; argparse has no public way to ask."""
        return (action for action in self._actions if action.help != argparse.SUPPRESS)

    def add_configuration(self) -> None:
        """Let the user name another configuration, or none."""
        group = self.add_mutually_exclusive_group()
        group.add_argument(
            "--config", metavar="FILE", help="use FILE instead of the nearest kustui.toml or pyproject.toml"
        )
        group.add_argument("--no-config", action="store_true", help="ignore every configuration file")

    def add_cache(self) -> None:
        """Let the user do without the cache of earlier results."""
        self.add_argument("--no-cache", action="store_true", help="do not read or write the cache of earlier results")

    def add_output(self, formats: Sequence[str] = ()) -> None:
        """What ``output.Output.of`` needs; ``formats`` of what can go to a file, none for what is only text."""
        self.set_defaults(format="text", output=None)
        if formats:
            self.add_argument("--format", choices=formats, default="text", help="output format (default: text)")
            self.add_output_file()
        self.add_appearance()

    def add_output_file(self) -> None:
        """Let the user say where something is written: None for standard output, as for ``-``."""
        from kustui.commands.output import output_path

        help_ = "write to FILE instead of standard output"
        self.add_argument("--output", metavar="FILE", type=output_path, help=help_)

    def add_appearance(self) -> None:
        """How text looks."""
        self.add_argument(
            "--color",
            choices=("auto", "always", "never"),
            default="auto",
            help="when to use colours (default: auto, which is on a terminal unless NO_COLOR is set)",
        )
        self.add_argument("--ascii", action="store_true", help="use ASCII characters only")

    def add_watch(self) -> None:
        """Let the user see what comes of every change."""
        self.add_argument("--watch", action="store_true", help="run again after every change, until Ctrl+C")
        self.add_poll()

    def add_poll(self) -> None:
        self.add_argument("--poll", action="store_true", help="poll for changes instead of watching")
