"""``kustui man``: the manual page, made from the commands themselves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from importlib import import_module

from kustui import __version__
from kustui.commands import COMMANDS
from kustui.commands.command_line import Parser
from kustui.commands.output import ExitStatus, Output

_EPILOG = """\
examples:
  kustui man > ~/.local/share/man/man1/kustui.1      then: man kustui
"""
_FILES = (
    ("kustui.toml, pyproject.toml", "what a project says, in the folder of the first path or the nearest above it"),
    ("$XDG_CONFIG_HOME/kustui/kustui.toml", "what a person says of the screen, for whatever they open"),
    ("$XDG_STATE_HOME/kustui", "the place of the last time, and the theme that was chosen"),
)
_ENVIRONMENT = (
    ("NO_COLOR", "no colour, whatever the theme"),
    ("VISUAL, EDITOR", "the editor that a key of the explorer opens"),
)


def run(arguments: Sequence[str]) -> int:
    """Write the page; the exit status."""
    parser().parse_args(arguments)
    Output().write(_page())
    return ExitStatus.OK


def parser() -> argparse.ArgumentParser:
    return Parser("man", "Write the manual page, as man reads it.", _EPILOG)


def _page() -> Iterator[str]:
    parsers = [import_module(f"kustui.commands.{name}").parser() for name in ("explore", *COMMANDS)]
    first = parsers[0].description.rstrip(".")
    yield f'.TH KUSTUI 1 "" "kustui {__version__}"\n.SH NAME\nkustui \\- {_plain(first[0].lower() + first[1:])}\n'
    yield ".SH SYNOPSIS\n.ad l\n"
    yield ".br\n".join(f".B {_plain(parser.prog)}\n{_usage(parser)}\n" for parser in parsers)
    for parser in parsers:
        yield f".SH {_plain(parser.prog.upper())}\n{_plain(parser.description)}\n"
        for action in parser._actions:  # argparse has no public way to ask
            if action.help != argparse.SUPPRESS:
                yield f".TP\n.B {_plain(_shown(action))}\n{_plain(action.help or '')}\n"
        yield f".PP\n.nf\n{_plain(parser.epilog.rstrip())}\n.fi\n"
    for title, entries in (("FILES", _FILES), ("ENVIRONMENT", _ENVIRONMENT)):
        yield f".SH {title}\n"
        yield from (f".TP\n.B {_plain(name)}\n{_plain(what)}\n" for name, what in entries)


def _usage(parser: argparse.ArgumentParser) -> str:
    words = " ".join(parser.format_usage().partition(parser.prog)[2].split())
    return _plain(words or "")


def _shown(action: argparse.Action) -> str:
    name = action.metavar if isinstance(action.metavar, str) else "|".join(map(str, action.choices or ()))
    if not action.option_strings:
        return name
    return ", ".join(action.option_strings) + (f" {name}" if action.nargs != 0 and name else "")


def _plain(text: str) -> str:
    """A text in which nothing means anything to troff."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join(f"\\&{line}" if line.startswith((".", "\\(aq")) else line for line in escaped.split("\n"))
