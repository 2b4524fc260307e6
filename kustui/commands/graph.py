"""``kustui graph``: the drawings of the explorer without a screen, and in formats that other tools draw."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence

from kustui.commands.command_line import Parser, whole_number
from kustui.commands.inputs import checked_definitions
from kustui.commands.output import ExitStatus, Output, drawn
from kustui.definition.collection import Entry
from kustui.definition.collection_messages import no_workflow_named, workflows_named
from kustui.diagrams.chain_lines import ChainLines
from kustui.diagrams.diagram import DiagramSet, flow_diagram, schedule_edges, schedules_diagram
from kustui.diagrams.formats.graph_languages import json_text
from kustui.diagrams.glyphs import problem_marks
from kustui.errors import KustuiError
from kustui.garbage_collection import gc_paused
from kustui.text.styled_lines import Line
from kustui.workspace.snapshot import Snapshot

FORMATS = ("text", "mermaid", "dot", "json", "svg")
_WIDTH = 100
"""Cells of a line of text where no terminal says how many there are."""
_DEPTH = 2
_EPILOG = """\
examples:
  kustui graph app.json                                        every workflow, one step per row
  kustui graph app.json --workflow order-created --boxes       one workflow as boxes and arrows
  kustui graph app.json --schedules                            which workflows schedule which, and when
  kustui graph app.json --format mermaid > flow.mmd            for a pull request; or dot, json, svg
  kustui graph app.json --map                                  events, workflows, fields and hosts in numbers
  kustui graph app.json --map --around workflow:order-created  what it brings about, and what leads to it
  kustui graph app.json --map --around field:customer.emails --format svg > emails.svg
"""


def parser() -> Parser:
    parser = Parser("graph", "Draw Kustomer workflows, or which of them schedule which.", _EPILOG)
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
    parser.add_output(FORMATS)
    add("--workflow", metavar="NAME-or-ID", help="draw only the workflow, or workflows, with this name or id")
    add("--schedules", action="store_true", help="draw which workflows schedule which instead")
    add("--map", action="store_true", help="draw workflows with the events, fields and hosts between them instead")
    add(
        "--around",
        metavar="KIND:NAME",
        help="with --map: only what is around a workflow:, event:, field: or host:, "
        "for example field:conversation.status",
    )
    add(
        "--depth",
        metavar="N",
        type=whole_number(1, 100),
        help=f"with --around: how many links to follow (default: {_DEPTH})",
    )
    add(
        "--rate",
        metavar="EVENT=RATE",
        action="append",
        default=[],
        help="with --map: how often an event happens, for example conversation.update=100/h, for the load of all "
        "chains together; text and JSON (repeatable)",
    )
    add("--boxes", action="store_true", help="text: draw boxes and arrows instead of one step per row")
    add(
        "--width",
        metavar="CELLS",
        type=whole_number(20, 10_000),
        help=f"text: cut lines at this width (default: that of the terminal, else {_WIDTH})",
    )
    parser.add_configuration()
    parser.add_cache()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Draw what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    _require_sense(options)
    with gc_paused():
        snapshot = checked_definitions(options, options.paths)
    output = Output.of(options)
    if options.map:
        from kustui.commands.graph_map import map_text  # networkx: for this alone

        output.write(map_text(snapshot, options, options.depth or _DEPTH, *_writer(options, output)))
        return ExitStatus.OK
    entries = snapshot.collection.entries
    if options.workflow is not None and not (entries := workflows_named(snapshot.collection, options.workflow)):
        raise KustuiError(no_workflow_named(snapshot.collection, options.workflow))
    output.write(_diagram(options, output, snapshot, entries))
    return ExitStatus.OK


def _require_sense(options: argparse.Namespace) -> None:
    """Raises KustuiError where options stand beside others that they exclude, or without one that they need."""
    if options.schedules and options.workflow is not None:
        raise KustuiError("--schedules draws all workflows: leave out --workflow")
    if options.map and (options.schedules or options.workflow is not None or options.boxes):
        raise KustuiError(
            "--map draws the whole organisation: use --around instead of --workflow, and no other drawing"
        )
    if not options.map and (options.around is not None or options.depth is not None or options.rate):
        raise KustuiError("--around, --depth and --rate are for a map: add --map")
    if options.depth is not None and options.around is None:
        raise KustuiError("--depth says how far around a node: add --around KIND:NAME")


def _diagram(
    options: argparse.Namespace, output: Output, snapshot: Snapshot, entries: Sequence[Entry]
) -> Iterator[str]:
    assert snapshot.schedules is not None, "examined"
    lines = ChainLines.of(snapshot)
    match options.format:
        case "text":
            return _text(options, output, snapshot, lines, entries)
        case "json":
            subjects = () if options.schedules else (lines.analysis(entry.key) for entry in entries)
            return json_text(subjects, lines, snapshot.schedules, only_schedules=options.schedules)
    return drawn(options.format, _diagrams(options, snapshot, lines, entries), "--workflow NAME-or-ID")


def _diagrams(
    options: argparse.Namespace, snapshot: Snapshot, lines: ChainLines, entries: Sequence[Entry]
) -> DiagramSet:
    assert snapshot.schedules is not None, "examined"
    if options.schedules:
        return DiagramSet((schedules_diagram(snapshot.schedules, snapshot.collection),))
    subjects = [lines.analysis(entry.key) for entry in entries]
    return DiagramSet(
        tuple(flow_diagram(analysis) for analysis in subjects),
        schedule_edges(snapshot.schedules, [entry.key for entry in entries]),
        tuple(problem_marks(analysis, snapshot.by_entry.get(analysis.entry.key, ())) for analysis in subjects),
    )


def _text(
    options: argparse.Namespace, output: Output, snapshot: Snapshot, lines: ChainLines, entries: Sequence[Entry]
) -> Iterator[str]:
    from kustui.diagrams.formats.text import boxes_text, chains_text, rail_text

    assert snapshot.schedules is not None, "examined"
    width, write = _writer(options, output)
    if options.schedules:
        yield from chains_text(lines, snapshot.schedules, width, write)
        return
    for number, entry in enumerate(entries):
        analysis = lines.analysis(entry.key)
        marks = problem_marks(analysis, snapshot.by_entry.get(entry.key, ()))
        if number:
            yield "\n"
        yield from (
            boxes_text(analysis, marks, width, write) if options.boxes else rail_text(analysis, marks, width, write)
        )


def _writer(options: argparse.Namespace, output: Output) -> tuple[int, Callable[[Line], str]]:
    """The cells that a line of text may have, and how it is written."""
    from kustui.diagrams.formats.text import writer

    to_terminal = not options.output and sys.stdout is not None and sys.stdout.isatty()
    width = options.width or (shutil.get_terminal_size((_WIDTH, 24)).columns if to_terminal else _WIDTH)
    return width, writer(colour=output.colour, ascii_only=output.ascii)
