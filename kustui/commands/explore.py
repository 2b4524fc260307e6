"""``kustui PATH...``: the explorer."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kustui import __version__
from kustui.commands import COMMANDS
from kustui.commands.command_line import Parser
from kustui.commands.output import ExitStatus, encoding_of, is_unicode, say
from kustui.config.preferences import THEMES, Preferences, load_theme, unknown_theme
from kustui.errors import KustuiError, reason_of
from kustui.files import read_file
from kustui.garbage_collection import pause_gc
from kustui.text.messages import closest

if TYPE_CHECKING:
    from kustui.cache import Cache
    from kustui.config.configuration import Configuration
    from kustui.workspace.background import BackgroundWorkspace

_SYNOPSES = "".join(
    f"  {f'kustui {name} {words}'.rstrip():<30} {what}\n"
    for name, (words, what) in {**COMMANDS, "COMMAND": ("--help", "more about a command")}.items()
)
_EPILOG = f"""\
commands:
{_SYNOPSES}
examples:
  kustui app.json             open an app definition
  kustui workflows/           open every *.json below a folder as one collection
  kustui --since main .       review what changed since a revision of git
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
    add("--since", metavar="REVISION", default="", help="mark everything that changed since a revision of git")
    add("--theme", metavar="NAME", type=_theme, help=f"colour theme: {', '.join(THEMES)}")
    add("--no-mouse", action="store_true", help="leave the mouse to the terminal, which selects text with it")
    add("--no-state", action="store_true", help="do not save or restore the session")
    parser.add_configuration()
    parser.add_cache()
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
    if options.since and "-" in options.paths:
        raise KustuiError("--since: standard input has no earlier revision")
    pause_gc()  # until the first screen stands: what is made until then stays
    _require_paths(options.paths)
    stdin = _read_stdin() if "-" in options.paths else b""
    _take_terminal()
    _set_colour(options.color)

    from kustui.config.configuration import Configuration
    from kustui.workspace.background import BackgroundWorkspace

    configuration = Configuration(options.paths, options.config, none=options.no_config)
    if options.config is not None:
        read_file(options.config)  # what is wrong in it is shown on the screen, but it has to be there
    loading = BackgroundWorkspace(options.paths, stdin, lambda: _cache(options, configuration))
    _import_asyncio()
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
        since=options.since,
    )
    app.run(mouse=app.preferences.mouse)
    if app.internal_error:
        raise app.internal_error
    if app.exit_message:
        say(app.exit_message)
    if app.ended_by in (signal.SIGQUIT, signal.SIGABRT):  # whoever sends them wants a core dump, or to see it die
        signal.signal(app.ended_by, signal.SIG_DFL)
        signal.raise_signal(app.ended_by)
    return app.return_code or ExitStatus.OK


def _read_stdin() -> bytes:
    """Standard input. Raises KustuiError."""
    from kustui.commands.inputs import read_stdin  # with what checks need: not before the first paint

    return read_stdin()


def _import_asyncio() -> None:
    """Without ssl, which it does without where Python has none: loading that takes a thirtieth of the start."""
    if not sys.modules.keys() & {"asyncio", "ssl"}:
        sys.modules["ssl"] = None  # type: ignore[assignment]  # as good as not installed
        try:
            import asyncio  # noqa: F401
        finally:
            del sys.modules["ssl"]


def _cache(options: argparse.Namespace, configuration: Configuration) -> Cache:
    from kustui.commands.inputs import cache_of  # with what checks need: not before the first paint

    return cache_of(options, configuration)


def _require_paths(paths: Sequence[str]) -> None:
    """Raises KustuiError for the first path that is not there, and may be a mistyped command."""
    for path in paths:
        try:
            if path and path != "-":
                Path(path).stat()
        except FileNotFoundError as error:
            if path == paths[0] and (command := closest(path, COMMANDS)):
                raise KustuiError(f'{path}: no such command or file, did you mean "{command}"?') from None
            raise KustuiError(f"{path}: {reason_of(error)}") from error
        except OSError:
            pass  # whoever reads it says why it cannot be read


def _take_terminal() -> None:
    """Put the terminal in the place of standard input where that is something else, as behind a pipe or xargs. Raises
    KustuiError where there is none."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdout, sys.stderr)):
        raise KustuiError("the explorer needs a terminal for input and output: kustui check reports without one")
    if os.environ.get("TERM") == "dumb":
        raise KustuiError("the explorer cannot draw on this terminal, TERM is dumb: kustui check reports without it")
    if sys.stdin is not None and sys.stdin.isatty():
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError as error:
        raise KustuiError("there is no terminal to read keys from") from error
    if terminal:
        os.dup2(terminal, 0)
        os.close(terminal)
    if sys.stdin is None:  # it was closed
        sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", closefd=False)  # type: ignore[misc]  # noqa: SIM115


def _set_colour(choice: str) -> None:
    """Textual asks the environment."""
    if choice == "never":
        os.environ["NO_COLOR"] = "1"
    elif choice == "always":
        os.environ.pop("NO_COLOR", None)


def _require_workflows(loading: BackgroundWorkspace) -> None:
    """Raises KustuiError where a small collection holds nothing; the screen says so of a large one."""
    from kustui.definition.collection_messages import nothing_to_open

    if loading.wait(0.05) and (reason := nothing_to_open(loading.result().collection)):
        raise KustuiError(reason)


def _with_options(preferences: Preferences, options: argparse.Namespace) -> Preferences:
    """The configured preferences, with those of the command line over them."""
    state = preferences.state and not options.no_state
    theme = options.theme or preferences.theme or (load_theme() if state else "")
    mouse = preferences.mouse and not options.no_mouse
    return replace(preferences, theme=theme, ascii=options.ascii or preferences.ascii, mouse=mouse, state=state)
