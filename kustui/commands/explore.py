"""``kustui PATH...``: the explorer."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kustui import __version__
from kustui.commands.output import Parser, refuse, say, takes_configuration
from kustui.config.remembered import remembered_theme
from kustui.config.themes import THEMES
from kustui.garbage_collection import pause_gc

if TYPE_CHECKING:
    from kustui.config.preferences import Preferences

_EPILOG = """\
commands:
  kustui check PATH...        the problems without a screen, for scripts and builds
  kustui graph PATH...        the diagrams without a screen, as text, Mermaid, DOT, JSON or SVG
  kustui explain [RULE]       what a rule finds, why it matters, how to put it right
  kustui simulate PATH...     rehearse a run, schedules and all, or replay scenarios of one
  kustui config [PATH]        what is configured, and which file says it; --keys lists the keys
  kustui completion SHELL     what bash, zsh or fish needs to complete all of this
  kustui man                  the manual page
  kustui COMMAND --help       all about a command

examples:
  kustui app.json             open an app definition
  kustui workflows/           every *.json below a folder, as one collection
  kustui --theme light .      in other colours
  kustui ./check              a path with the name of a command
  curl … | kustui -           what comes from standard input
"""


def run(arguments: Sequence[str]) -> int:
    """Open what the arguments name; the exit status."""
    return _explore(parser().parse_args(arguments))


def parser() -> argparse.ArgumentParser:
    parser = Parser("", "See, check and rehearse Kustomer workflows in a terminal.", _EPILOG)
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
    parser.add_argument("--theme", metavar="NAME", type=_theme, help=f"how it looks: {', '.join(THEMES)}")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    parser.add_argument("--poll", action="store_true", help="look at the files, where the system tells of no change")
    parser.add_argument("--no-state", action="store_true", help="remember nothing, and nothing of the last time")
    takes_configuration(parser)
    parser.add_argument("--version", action="version", version=f"kustui {__version__}")
    return parser


def _theme(name: str) -> str:
    if name not in THEMES:
        from kustui.config.screen_settings import unknown_theme

        raise argparse.ArgumentTypeError(unknown_theme(name))
    return name


def _explore(options: argparse.Namespace) -> int:
    pause_gc()  # until the first screen stands: what is made until then stays
    stdin = b""
    if "-" in options.paths:
        if sys.stdin.isatty():
            return refuse("- reads standard input, and that is the terminal: pipe a definition into it")
        stdin = sys.stdin.buffer.read()
        if not _keyboard_from_terminal():
            return refuse("there is no terminal to read keys from")
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return refuse("the explorer needs a terminal for input and output")

    from kustui.config.configuration import Configuration, ConfigurationError, contents
    from kustui.definition.loader import PathError, nothing_to_show
    from kustui.workspace.background_load import BackgroundLoad

    configuration = Configuration(options.paths, options.config, none=options.no_config)
    try:
        if options.config is not None:
            contents(options.config)  # what is wrong in it is told on the screen, but there it must be
    except ConfigurationError as error:
        return refuse(*error.lines)
    opening = BackgroundLoad(options.paths, stdin)
    from kustui.tui.app import Kustui  # while the files are read

    if opening.wait(0.05):  # what is small and wrong is told without a screen
        try:
            if reason := nothing_to_show(opening.result().collection):
                return refuse(reason)
        except PathError as error:
            return refuse(str(error))
    options.ascii = options.ascii or not _speaks_unicode()  # the screen has another standard output
    app = Kustui(
        opening,
        configuration=configuration,
        preferences=configuration.preferences(),
        over=lambda preferences: _over(options, preferences),
        poll=options.poll,
        keeps_place="-" not in options.paths,
    )
    app.run()
    if app.mistake:
        raise app.mistake
    if app.last_words:
        say(app.last_words)
    return app.return_code or 0


def _over(options: argparse.Namespace, preferences: Preferences) -> Preferences:
    """What the configuration says of the screen, with what the command line says over it."""
    state = preferences.state and not options.no_state
    theme = options.theme or preferences.theme or (remembered_theme() if state else "")
    return replace(preferences, theme=theme, ascii=options.ascii or preferences.ascii, state=state)


def _keyboard_from_terminal() -> bool:
    """Put the terminal where standard input was."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    os.dup2(terminal, 0)
    os.close(terminal)
    return True


def _speaks_unicode() -> bool:
    # Python's own encoding does not tell: in the C locale it takes UTF-8.
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    if locale in ("C", "POSIX") and os.environ.get("LC_CTYPE", "C.UTF-8") == "C.UTF-8":
        return False
    return (sys.stdout.encoding or "").lower().replace("-", "") in ("utf8", "utf16", "utf32", "cp65001")
