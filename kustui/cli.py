"""The command line. Nothing here loads the screen before it is needed, nor networkx at all."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from kustui import __version__

FAILURE = 1
"""Exit status where kustui made a mistake."""
USAGE_ERROR = 2
"""Exit status where the command itself could not be carried out."""

_EXAMPLES = """\
examples:
  kustui app.json             open an app definition
  kustui workflows/           every *.json below a folder, as one collection
  curl … | kustui -           what comes from standard input
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run kustui; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _explore(options)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _failed(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kustui",
        description="See, check and rehearse Kustomer workflows in a terminal.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII only")
    parser.add_argument("--version", action="version", version=f"kustui {__version__}")
    return parser


def _explore(options: argparse.Namespace) -> int:
    stdin = b""
    if "-" in options.paths:
        if sys.stdin.isatty():
            return _refuse("- reads standard input, and that is the terminal: pipe a definition into it")
        stdin = sys.stdin.buffer.read()
        if not _keyboard_from_terminal():
            return _refuse("there is no terminal to read keys from")
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return _refuse("the explorer needs a terminal for input and output")

    from kustui.definition.loading import PathError, nothing_to_show
    from kustui.opening import Opening

    opening = Opening(options.paths, stdin)
    from kustui.tui.app import Kustui  # while the files are read

    if opening.wait(0.05):  # what is small and wrong is told without a screen
        try:
            if reason := nothing_to_show(opening.result().collection):
                return _refuse(reason)
        except PathError as error:
            return _refuse(str(error))
    app = Kustui(opening, ascii_only=options.ascii or not _speaks_unicode())
    app.run()
    if app.mistake:
        raise app.mistake
    if app.last_words:
        _say(app.last_words)
    return app.return_code or 0


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


def _refuse(reason: str) -> int:
    _say(f"kustui: {reason}")
    return USAGE_ERROR


def _failed(error: Exception) -> int:
    """Say so in a line, and put the traceback where it can be found."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="kustui-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            traceback.print_exception(error, file=log)
        details = f"details are in {log.name}"
    except OSError as reason:
        details = f"details could not be written ({reason.strerror})"
    _say(f"kustui: failed by a mistake of its own ({type(error).__name__}); {details}")
    return FAILURE


def _say(line: str) -> None:
    from kustui.tui.lines import shown

    sys.stderr.write(f"{shown(line)}\n")
