"""``kustui graph``: the drawings of the explorer without a screen, and in formats that other tools draw."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.analysis.workflow_lookup import named, unknown
from kustui.check.rule_pages import PAGES
from kustui.check.worker_pool import processes_for
from kustui.commands.output import COLOURS, Parser, coloured, refuse, say, write
from kustui.config.configuration import Configuration, ConfigurationError
from kustui.definition.loader import STDIN, PathError, left_out, nothing_to_show
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.glyphs import problem_marks
from kustui.errors import reason_of
from kustui.garbage_collection import gc_paused
from kustui.workspace.snapshot import examined, open_paths

if TYPE_CHECKING:
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Entry
    from kustui.diagrams.diagram import DiagramSet
    from kustui.workspace.snapshot import Snapshot

FORMATS = ("text", "mermaid", "dot", "json", "svg")
_WIDTH = 100
"""Cells of a line of text where no terminal says how many there are."""
_EPILOG = """\
examples:
  kustui graph app.json                                        every workflow, a row a step
  kustui graph app.json --workflow order-created --boxes       one of them, as boxes and arrows
  kustui graph app.json --schedules                            who schedules whom, and after how long
  kustui graph app.json --format mermaid > flow.mmd            for a pull request; or dot, json, svg
"""


def run(arguments: Sequence[str]) -> int:
    """Draw what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    if STDIN in options.paths and sys.stdin is not None and sys.stdin.isatty():
        return refuse("- reads standard input, and that is the terminal: pipe a definition into it")
    if options.schedules and options.workflow is not None:
        return refuse("--schedules draws the schedules of all workflows: leave --workflow out")
    stdin = sys.stdin.buffer.read() if STDIN in options.paths and sys.stdin is not None else b""
    try:
        with gc_paused():
            settings = Configuration(options.paths, none=options.no_config).settings(PAGES)
            opened = open_paths(options.paths, stdin)
            if reason := nothing_to_show(opened.collection):
                return refuse(reason)
            entries = opened.collection.entries
            if options.workflow is not None and not (entries := named(opened.collection, options.workflow)):
                return refuse(unknown(opened.collection, options.workflow))
            for line in left_out(opened.collection):
                say(f"kustui: {line}")
            snapshot = examined(opened, settings, processes=processes_for(opened.collection))
        return _written(options, _drawn(options, snapshot, settings, entries))
    except PathError as error:
        return refuse(str(error))
    except ConfigurationError as error:
        return refuse(*error.lines)


def parser() -> argparse.ArgumentParser:
    parser = Parser("graph", "Draw Kustomer workflows: how they flow, and who schedules whom.", _EPILOG)
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
    add("--format", choices=FORMATS, default="text", help="what it is drawn as (default: text)")
    add("--output", metavar="FILE", help="where it is drawn, instead of standard output")
    add("--workflow", metavar="NAME-or-ID", help="only the workflow of this name or id, or all that share it")
    add("--schedules", action="store_true", help="not the workflows, but who schedules whom")
    add("--boxes", action="store_true", help="text: boxes and arrows instead of a row a step")
    add("--width", metavar="CELLS", type=_width, help=f"text: where lines are cut (default: the terminal's, {_WIDTH})")
    add("--ascii", action="store_true", help="text: draw with ASCII only")
    add("--no-config", action="store_true", help="without kustui.toml or pyproject.toml")
    add("--color", choices=COLOURS, default="auto", help="text: colours (default: on a terminal)")
    return parser


def _width(text: str) -> int:
    if not text.isdecimal() or not 20 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"a number of cells from 20 to 10,000, found {text}")
    return int(text)


def _drawn(
    options: argparse.Namespace, snapshot: Snapshot, settings: Settings, entries: Sequence[Entry]
) -> Iterator[str]:
    assert snapshot.schedules is not None, "examined"
    lines = ChainLines(snapshot.analyses, snapshot.by_entry)
    match options.format:
        case "text":
            return _text(options, snapshot, lines, entries)
        case "json":
            from kustui.diagrams.formats.json import json_text

            subjects = () if options.schedules else (lines.analysis(entry.key) for entry in entries)
            return json_text(subjects, lines, snapshot.schedules, only_schedules=options.schedules)
        case "mermaid":
            from kustui.diagrams.formats.mermaid import mermaid

            return mermaid(_sheet(options, snapshot, lines, entries))
        case "dot":
            from kustui.diagrams.formats.dot import dot

            return dot(_sheet(options, snapshot, lines, entries))
    from kustui.diagrams.formats.svg import svg

    return svg(_sheet(options, snapshot, lines, entries))


def _sheet(options: argparse.Namespace, snapshot: Snapshot, lines: ChainLines, entries: Sequence[Entry]) -> DiagramSet:
    from kustui.diagrams.diagram import DiagramSet, flow_diagram, schedule_edges, schedules_diagram

    assert snapshot.schedules is not None, "examined"
    if options.schedules:
        return DiagramSet((schedules_diagram(snapshot.schedules, snapshot.collection, lines.settings),))
    subjects = [lines.analysis(entry.key) for entry in entries]
    return DiagramSet(
        tuple(flow_diagram(analysis) for analysis in subjects),
        schedule_edges(snapshot.schedules, [entry.key for entry in entries], lines.settings),
        tuple(problem_marks(analysis, snapshot.by_entry.get(analysis.entry.key, ())) for analysis in subjects),
    )


def _text(
    options: argparse.Namespace, snapshot: Snapshot, lines: ChainLines, entries: Sequence[Entry]
) -> Iterator[str]:
    from kustui.diagrams.formats.text import boxes_text, chains_text, rail_text, writer

    assert snapshot.schedules is not None, "examined"
    to_terminal = not options.output and sys.stdout is not None and sys.stdout.isatty()
    width = options.width or (shutil.get_terminal_size((_WIDTH, 24)).columns if to_terminal else _WIDTH)
    colour = coloured(options.color) if not options.output else options.color == "always"
    put = writer(colour=colour, ascii_only=options.ascii or not (options.output or _speaks_unicode()))
    if options.schedules:
        yield from chains_text(lines, snapshot.schedules, width, put)
        return
    for number, entry in enumerate(entries):
        analysis = lines.analysis(entry.key)
        marks = problem_marks(analysis, snapshot.by_entry.get(entry.key, ()))
        if number:
            yield "\n"
        yield from boxes_text(analysis, marks, put) if options.boxes else rail_text(analysis, marks, width, put)


def _speaks_unicode() -> bool:
    return sys.stdout is None or (sys.stdout.encoding or "").lower().startswith("utf")


def _written(options: argparse.Namespace, pieces: Iterable[str]) -> int:
    name = options.output or "standard output"
    try:
        if not options.output:
            write(pieces, None if options.format == "text" else "utf-8")
        else:
            with Path(name).open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.writelines(pieces)
    except OSError as error:
        return refuse(f"{name}: {reason_of(error)}")
    return 0
