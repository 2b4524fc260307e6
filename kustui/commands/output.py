"""Where a command writes its result, what can be shown there, and how it ends."""

from __future__ import annotations

import io
import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from msgspec import Struct

from kustui.errors import KustuiError, reason_of
from kustui.files import is_file, write_file
from kustui.text.messages import closest_path, seconds_in_words
from kustui.text.signs import GLYPHS
from kustui.text.terminal_safe import painter, terminal_safe

if TYPE_CHECKING:
    from kustui.diagrams.diagram import DiagramSet
    from kustui.fix.edits import DiffLine, TextEdit


class ExitStatus(IntEnum):
    """How every command ends."""

    OK = 0
    PROBLEMS = 1
    """The command ran, and something is wrong with the definitions."""
    FAILED = 2
    """The command itself could not be carried out."""
    INTERRUPTED = 130
    """Ctrl+C: 128 and the number of SIGINT."""


class ReaderGoneError(Exception):
    """Whatever read standard output has closed it, as ``head`` does when it has seen enough."""


def output_path(name: str) -> str | None:
    """The file that an option for output names; None for standard output, which is ``-``."""
    return None if name == "-" else name


class Output(Struct, frozen=True):
    """A file or standard output, and what may be written to it."""

    path: str | None = None
    """None for standard output."""
    encoding: str = "utf-8"
    """What it cannot express is written as a backslash escape."""
    colour: bool = False

    @classmethod
    def of(cls, options: Namespace) -> Output:
        """What the options of ``command_line.add_output`` ask for. Only text depends on the terminal: every other
        format is UTF-8 without colours."""
        if options.format != "text":
            return cls(options.output)
        if options.output is not None:
            return cls(options.output, "ascii" if options.ascii else "utf-8", options.color == "always")
        encoding = "ascii" if options.ascii else encoding_of(sys.stdout)
        return cls(None, encoding, _shows_colour(options.color))

    @property
    def ascii(self) -> bool:
        """Whether to draw without Unicode."""
        return not is_unicode(self.encoding)

    def write(self, pieces: Iterable[str]) -> None:
        """Write a result: a file whole or not at all, replacing what is there, unless that is a definition.

        Raises KustuiError where it cannot be written, and ReaderGoneError where nobody reads standard output any more.
        """
        if self.ascii:
            pieces = (piece.translate(GLYPHS) for piece in pieces)
        if self.path is not None:
            refuse_definition(self.path)
            write_file(self.path, self._encoded(pieces), replace=True)
            return
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding=self.encoding, errors="backslashreplace")
        with _standard_output() as stdout:
            stdout.writelines(pieces)

    def _encoded(self, pieces: Iterable[str]) -> Iterator[bytes]:
        return (piece.encode(self.encoding, "backslashreplace") for piece in pieces)


def refuse_definition(path: str) -> None:
    """Raises KustuiError where a result would replace a definition or a scenario: one was named in the wrong place."""
    from kustui.definition.folders import SCENARIO_SUFFIX
    from kustui.definition.loader import Reader
    from kustui.definition.source.recognition import is_json_or_module

    if not is_json_or_module(path) or not is_file(path):
        return
    kind = "scenario" if path.lower().endswith(SCENARIO_SUFFIX) else ""
    if not kind:
        with suppress(KustuiError):  # writing it says why it cannot be read
            documents = Reader([path]).read().documents
            kind = (
                "definition"
                if any(one.is_recognized and (one.entries or one.apps or one.faults) for one in documents)
                else ""
            )
    if kind:
        raise KustuiError(f"{path}: holds a {kind}, which a report would replace: write to another file")


def write_bytes(data: bytes) -> None:
    """Write to standard output as it is. Raises as ``Output.write``."""
    with _standard_output() as stdout:
        if isinstance(stdout, io.TextIOWrapper):
            stdout.flush()
            stdout.buffer.write(data)


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    """Standard output, which takes everything and keeps nothing where it is closed. Raises as ``Output.write``."""
    stdout = sys.stdout or io.StringIO()
    try:
        yield stdout
        stdout.flush()
    except OSError as error:
        _discard(stdout)
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError from error
        raise KustuiError(f"standard output: {reason_of(error)}") from error


def flush_printed() -> None:
    """Write what argparse has printed: the help, the version, or a mistake. Raises as ``Output.write``."""
    _write_error("")
    with _standard_output():
        pass


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere: Python writes it when it exits, and must have nothing to fail on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def encoding_of(stream: TextIO | None) -> str:
    """What a stream can show: its own encoding, but ASCII on a terminal in the C locale, where Python says UTF-8."""
    if stream is not None and stream.isatty() and _is_c_locale():
        return "ascii"
    return (stream.encoding if stream is not None else None) or "utf-8"


def is_unicode(encoding: str) -> bool:
    """Whether an encoding expresses every character."""
    return encoding.lower().replace("-", "").startswith("utf") or encoding == "cp65001"


def _is_c_locale() -> bool:
    name = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return name in ("C", "POSIX") and os.environ.get("LC_CTYPE", "C.UTF-8") == "C.UTF-8"


def _shows_colour(choice: str) -> bool:
    """Whether to colour standard output. ``auto``: a terminal that can, unless NO_COLOR is set."""
    if choice != "auto":
        return choice == "always"
    return (
        sys.stdout is not None
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def say(line: str) -> None:
    """Print a line to standard error, where that can be written to."""
    encoding = encoding_of(sys.stderr)
    text = terminal_safe(line) if is_unicode(encoding) else terminal_safe(line).translate(GLYPHS)
    _write_error(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}\n")


def _write_error(text: str) -> None:
    """Write to standard error, with what it holds already, where that can be written to."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _discard(sys.stderr)


WORTH_SHOWING, PAUSE = 1.0, 0.1
"""Seconds of work without a line about its progress, and between two changes of that."""


class ProgressLine:
    """How far a command has come, as the last line of a terminal at standard error. A context manager: at its end, and
    before anything else is written, the line is gone."""

    def __init__(self) -> None:
        self._began = self._written = time.monotonic()
        self._first: tuple[float, int] | None = None
        self._is_shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_shown:
            _write_error("\r\x1b[K")

    def reading(self, done: int, total: int) -> None:
        """So many bytes of so many are read."""
        self._show(f"reading: {done * 100 // max(1, total)} %")

    def checking(self, done: int, total: int) -> None:
        """So many workflows of so many are checked."""
        self._counting("checking", done, total)

    def comparing(self, done: int, total: int) -> None:
        """The runs of so many workflows of so many are compared."""
        self._counting("comparing runs", done, total)

    def replaying(self, done: int, total: int, failed: int) -> None:
        """So many scenarios of so many are replayed, and so many of them have not passed."""
        self._show(f"replaying: {done:,} of {total:,}{f', {failed:,} failed' if failed else ''}")

    def _counting(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        self._first = self._first or (now, done)
        began, before = self._first
        seconds = (now - began) * (total - done) / (done - before) if done > before else None
        left = f", about {seconds_in_words(seconds)}" if seconds is not None else ""
        self._show(f"{what}: {done:,} of {total:,}{left}")

    def _show(self, text: str) -> None:
        now = time.monotonic()
        if now - self._began > WORTH_SHOWING and now - self._written > PAUSE:
            self._written = now
            if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
                self._is_shown = True
                _write_error(f"\r{text}\x1b[K")


def report_error(error: KustuiError) -> ExitStatus:
    """Say why a command cannot be carried out; its exit status."""
    *first, last = error.lines
    for line in (*first, f"{last}{_path_hint(error)}"):
        say(f"kustui: {line}")
    return ExitStatus.FAILED


def _path_hint(error: KustuiError) -> str:
    """``, did you mean "samples/orders.json"?`` where a path is not there, and one like it is."""
    missing = error.__cause__
    if not isinstance(missing, FileNotFoundError) or not isinstance(missing.filename, str | os.PathLike):
        return ""
    near = closest_path(os.fspath(missing.filename))
    return f', did you mean "{near}"?' if near else ""


_LOOKS_OF_LINES = {"": "1", "@": "36", "-": "31", "+": "32"}


def write_difference(options: Namespace, edits: Iterable[TextEdit]) -> None:
    """Print what edits change, or write it to the file of the options.

    Raises KustuiError where it cannot be written, and ReaderGoneError where nobody reads standard output any more.
    """
    from kustui.fix.edits import difference  # for those commands alone that change files

    output = Output.of(options)
    is_shown = output.path is None and sys.stdout is not None and sys.stdout.isatty()
    lines = _difference_text(difference(edits), colour=output.colour, is_shown=is_shown)
    (output if is_shown or output.path else Output()).write(lines)


def _difference_text(lines: Iterable[DiffLine], *, colour: bool, is_shown: bool) -> Iterator[str]:
    """A difference as text: as ``patch`` reads it, or where a terminal shows it, with nothing that it would obey."""
    paint = painter(_LOOKS_OF_LINES, colour=colour)
    for line in lines:
        text = str(line)
        if is_shown:
            text = terminal_safe(text if line.sign else text.removesuffix("\t"))
        yield f"{paint(line.sign, text)}\n"


_MERMAID_EDGES, _MERMAID_CHARACTERS = 500, 50_000
"""What Mermaid draws unless it is told otherwise [docs]."""


def drawn(format: str, diagrams: DiagramSet, less: str) -> Iterator[str]:
    """Diagrams as Mermaid, DOT or SVG. What is more than Mermaid draws is reported, with how to ask for ``less``."""
    from kustui.diagrams.formats.graph_languages import dot, mermaid  # for those commands alone that draw

    if format == "mermaid":
        return _within_mermaid_limits(mermaid(diagrams), less)
    if format == "dot":
        return dot(diagrams)
    from kustui.diagrams.formats.svg import svg

    return svg(diagrams)


def _within_mermaid_limits(text: Iterable[str], less: str) -> Iterator[str]:
    edges = characters = 0
    for line in text:
        edges += any(arrow in line for arrow in (" --> ", " -.-> ", " ==> ", " -->|", " -.->|", " ==>|"))
        characters += len(line)
        yield line
    if edges > _MERMAID_EDGES or characters > _MERMAID_CHARACTERS:
        size = f"{edges:,} edges and {characters:,} characters"
        limits = f"{_MERMAID_EDGES} edges and {_MERMAID_CHARACTERS:,} characters"
        say(f"kustui: Mermaid draws at most {limits}, this has {size}: ask for less with {less}")
