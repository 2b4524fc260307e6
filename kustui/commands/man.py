"""``kustui man``: the manual page, made from the parsers of the commands.

By hand, since argparse-manpage keeps the epilog of the first parser only, and fills its lines: the exit statuses and
examples of every command would be lost.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from kustui import __version__
from kustui.commands import COMMANDS
from kustui.commands.command_line import Parser, parser_of
from kustui.commands.output import ExitStatus, Output

_EPILOG = """\
examples:
  kustui man > ~/.local/share/man/man1/kustui.1      then: man kustui
"""
_FILES = (
    ("kustui.toml, pyproject.toml", "the configuration of a project, in the folder of the first path or above it"),
    ("$XDG_CONFIG_HOME/kustui/kustui.toml", "your own configuration of the explorer, for every project"),
    ("$XDG_STATE_HOME/kustui", "the saved session and the theme you chose last"),
    ("$XDG_CACHE_HOME/kustui", "what was found out about definitions, to be removed at any time"),
)
_ENVIRONMENT = (
    ("NO_COLOR", "no colours, whatever the theme"),
    ("VISUAL, EDITOR", "the editor that the explorer opens"),
)


def parser() -> Parser:
    return Parser("man", "Print the manual page.", _EPILOG)


def run(arguments: Sequence[str]) -> int:
    """Print the page; the exit status."""
    parser().parse_args(arguments)
    Output().write(_page())
    return ExitStatus.OK


def _page() -> Iterator[str]:
    parsers = [parser_of(command) for command in ("explore", *COMMANDS)]
    name = (parsers[0].description or "").rstrip(".")
    yield f'.TH KUSTUI 1 "" "kustui {__version__}"\n.SH NAME\nkustui \\- {_plain(name[0].lower() + name[1:])}\n'
    yield ".SH SYNOPSIS\n.ad l\n"
    yield ".br\n".join(f".B {_plain(parser.prog)}\n{_usage(parser)}\n" for parser in parsers)
    for parser in parsers:
        yield f".SH {_plain(parser.prog.upper())}\n{_plain(parser.description or '')}\n"
        for argument in parser.arguments():
            yield f".TP\n.B {_plain(_synopsis(argument))}\n{_plain(argument.help or '')}\n"
        yield f".PP\n.nf\n{_plain((parser.epilog or '').rstrip())}\n.fi\n"
    for title, entries in (("FILES", _FILES), ("ENVIRONMENT", _ENVIRONMENT)):
        yield f".SH {title}\n"
        yield from (f".TP\n.B {_plain(name)}\n{_plain(what)}\n" for name, what in entries)


def _usage(parser: Parser) -> str:
    return _plain(" ".join(parser.format_usage().partition(parser.prog)[2].split()))


def _synopsis(argument: argparse.Action) -> str:
    """``--format text|json``."""
    value = argument.metavar if isinstance(argument.metavar, str) else "|".join(map(str, argument.choices or ()))
    if not argument.option_strings:
        return value
    return ", ".join(argument.option_strings) + (f" {value}" if argument.nargs != 0 and value else "")


def _plain(text: str) -> str:
    """A text without anything that troff would obey."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join(f"\\&{line}" if line.startswith((".", "\\(aq")) else line for line in escaped.split("\n"))
