"""``kustui PATH...``: the explorer."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kustui import __version__
from kustui.commands import COMMANDS
from kustui.commands.command_line import Parser
from kustui.commands.output import ExitStatus, encoding_of, is_unicode, say
from kustui.config.preferences import THEMES, load_theme, unknown_theme
from kustui.errors import KustuiError
from kustui.files import read_file
from kustui.garbage_collection import pause_gc

if TYPE_CHECKING:
    from kustui.config.preferences import Preferences
    from kustui.workspace.background import BackgroundWorkspace

_SYNOPSES = "".join(
    f"  {f'kustui {name} {words}'.rstrip():<27} {what}\n"
    for name, (words, what) in {**COMMANDS, "COMMAND": ("--help", "more about a command")}.items()
)
_EPILOG = f"""\
commands:
{_SYNOPSES}
examples:
  kustui app.json             open an app definition
  kustui workflows/           open every *.json below a folder as one collection
  kustui --theme light .      in another theme
  kustui ./check              a path with the name of a command
  curl … | kustui -           open what comes from standard input
"""


def parser() -> Parser:
    parser = Parser("", "See, check and rehearse Kustomer workflows in a terminal.", _EPILOG)
    add = parser.add_argument
    add(
        "paths",
        metavar="PATH",
        nargs="*",
        help="a file, a folder, or - for standard input (default: the current folder)",
    )
    add("--theme", metavar="NAME", type=_theme, help=f"colour theme: {', '.join(THEMES)}")
    add("--no-state", action="store_true", help="do not save or restore the session")
    parser.add_configuration()
    parser.add_appearance()
    parser.add_poll()
    add("--version", action="version", version=f"kustui {__version__}")
    return parser


def _theme(name: str) -> str:
    if name not in THEMES:
        raise argparse.ArgumentTypeError(unknown_theme(name))
    return name


def run(arguments: Sequence[str]) -> int:
    """Open what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    options.paths = options.paths or ["."]
    pause_gc()  # until the first screen stands: what is made until then stays
    stdin = _read_stdin() if "-" in options.paths else b""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise KustuiError("the explorer needs a terminal for input and output")
    _set_colour(options.color)

    from kustui.config.configuration import Configuration
    from kustui.workspace.background import BackgroundWorkspace

    configuration = Configuration(options.paths, options.config, none=options.no_config)
    if options.config is not None:
        read_file(options.config)  # what is wrong in it is shown on the screen, but it has to be there
    loading = BackgroundWorkspace(options.paths, stdin)
    from kustui.tui.app import Kustui  # slow, so while the files are read

    _require_workflows(loading)
    options.ascii = options.ascii or not is_unicode(encoding_of(sys.stdout))  # the screen has another standard output
    app = Kustui(
        loading,
        configuration=configuration,
        preferences=configuration.preferences(),
        override=lambda preferences: _with_options(preferences, options),
        poll=options.poll,
        keeps_session="-" not in options.paths,
    )
    app.run()
    if app.internal_error:
        raise app.internal_error
    if app.exit_message:
        say(app.exit_message)
    return app.return_code or ExitStatus.OK


def _read_stdin() -> bytes:
    """Standard input, with the terminal put in its place afterwards. Raises KustuiError."""
    if sys.stdin.isatty():
        raise KustuiError("- reads standard input, which is the terminal: pipe a definition into it")
    stdin = sys.stdin.buffer.read()
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError as error:
        raise KustuiError("there is no terminal to read keys from") from error
    os.dup2(terminal, 0)
    os.close(terminal)
    return stdin


def _set_colour(choice: str) -> None:
    """Textual asks the environment."""
    if choice == "never":
        os.environ["NO_COLOR"] = "1"
    elif choice == "always":
        os.environ.pop("NO_COLOR", None)


def _require_workflows(loading: BackgroundWorkspace) -> None:
    """Raises KustuiError where a small collection holds nothing; the screen says so of a large one."""
    from kustui.definition.loader import nothing_to_open

    if loading.wait(0.05) and (reason := nothing_to_open(loading.result().collection)):
        raise KustuiError(reason)


def _with_options(preferences: Preferences, options: argparse.Namespace) -> Preferences:
    """The configured preferences, with those of the command line over them."""
    from dataclasses import replace  # slow to import, which --help need not wait for

    state = preferences.state and not options.no_state
    theme = options.theme or preferences.theme or (load_theme() if state else "")
    return replace(preferences, theme=theme, ascii=options.ascii or preferences.ascii, state=state)
