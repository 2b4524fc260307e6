"""``kustui simulate``: rehearse workflows without a screen, or replay scenarios of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.check.rule_pages import PAGES
from kustui.check.worker_pool import processes_for
from kustui.commands.output import (
    COLOURS,
    PROBLEMS,
    USAGE_ERROR,
    CannotError,
    Parser,
    SeenEnoughError,
    coloured,
    put_out,
    refuse,
    say,
    takes_configuration,
    write,
)
from kustui.config.configuration import Configuration, ConfigurationError
from kustui.definition.loader import SCENARIO_SUFFIX, STDIN, STDIN_NAME, PathError, left_out, nothing_to_show
from kustui.errors import reason_of
from kustui.garbage_collection import gc_paused, unfreeze_gc
from kustui.simulate.engine.start import RehearsalError, default_scenario
from kustui.simulate.engine.state import DEFAULT_MAX_STEPS
from kustui.simulate.reports import FORMATS, report_of
from kustui.workspace.snapshot import examined, open_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.scenarios.read import ScenarioFile
    from kustui.simulate.scenarios.replay import Replay

_MOST_ALLOWED = 1_000_000
_SETTLED = 0.1
"""Seconds without a change after which a save is over."""

_EPILOG = """\
exit status:
  0  every scenario held      1  one did not; without scenarios: a run met something broken
  2  the rehearsal could not be carried out

examples:
  kustui simulate app.json                              the workflows of its one event, with everything drafted
  kustui simulate app.json --workflow order-created     one workflow, by its name or id
  kustui simulate app.json --event order.json           with a payload of yours
  kustui simulate app.json --save late.scenario.json    to be edited, and replayed:
  kustui simulate app.json late.scenario.json           exit status 1 where it comes otherwise
  kustui simulate app.json late.scenario.json --watch   again after every save
  kustui simulate app.json --workflow order-created --explore     every path through it
  kustui simulate app.json --workflow order-created --chain       and on through the workflows that it schedules
  kustui simulate app.json --chain --save paths/                  a scenario for each that can be gone, in a folder
  kustui simulate --schema                              the JSON Schema of a scenario
"""


def run(arguments: Sequence[str]) -> int:
    """Rehearse or replay what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    options.explore |= options.chain
    if options.schema:
        return _schema()
    scenarios = [path for path in options.paths if path.lower().endswith(SCENARIO_SUFFIX)]
    definitions = [path for path in options.paths if path not in scenarios]
    if reason := _refusal(options, definitions, scenarios):
        return refuse(reason)
    try:
        return (_watch if options.watch else _once)(options, definitions, scenarios)
    except SeenEnoughError:
        return 0


def _refusal(options: argparse.Namespace, definitions: Sequence[str], scenarios: Sequence[str]) -> str:
    """Why these arguments do not go together; an empty string where they do."""
    if not definitions:
        return "there is no definition to rehearse: name a file or a folder"
    if scenarios and (options.workflow is not None or options.event or options.explore or options.save):
        return "a scenario says itself what starts: leave out --workflow, --event, --explore and --save"
    if options.explore and options.event:
        return "--explore makes up what starts each path: leave out --event"
    if STDIN in definitions and options.event == STDIN:
        return "only one of them can come from standard input: the definition or the payload of --event"
    if STDIN in (*definitions, options.event) and options.watch:
        return "--watch needs files: standard input does not change"
    if STDIN in (*definitions, options.event) and sys.stdin is not None and sys.stdin.isatty():
        what = "a payload" if options.event == STDIN else "a definition"
        return f"- reads standard input, and that is the terminal: pipe {what} into it"
    if options.save and options.watch:
        return "--watch would save again and again: leave out --save"
    if options.save and not options.explore and not options.save.lower().endswith(SCENARIO_SUFFIX):
        return f"{options.save}: the name of a scenario ends with {SCENARIO_SUFFIX}"
    return ""


def _once(options: argparse.Namespace, definitions: Sequence[str], scenarios: Sequence[str]) -> int:
    try:
        with gc_paused():
            organisation = _organisation(options, definitions)
            if options.explore:
                from kustui.commands.paths import told_or_saved

                told_or_saved(options, organisation)
                return 0
            files = [_scenario(path) for path in scenarios] or [_rehearsal(options, organisation)]
            return _told(options, organisation, files)
    except PathError as error:
        return refuse(str(error))
    except (ConfigurationError, RehearsalError, CannotError) as error:
        return refuse(*error.lines)


def _watch(options: argparse.Namespace, definitions: Sequence[str], scenarios: Sequence[str]) -> int:
    """Until Ctrl+C, or until nobody reads on."""
    from kustui.definition.loader import stamps_of
    from kustui.workspace.watch import Changes

    configurations = _configuration(options, definitions).paths
    also = [path for path in (*scenarios, options.event, *configurations) if path]
    before = None
    with Changes(definitions, also, poll=options.poll) as changes:
        while changes.take() is not None:
            while before is not None and changes.take(_SETTLED) is not None:
                pass  # until what is written in pieces is whole
            now = stamps_of((*definitions, *also))
            if now == before:
                continue
            unfreeze_gc()  # what the last look left
            status = _once(options, definitions, scenarios)
            if before is None and status == USAGE_ERROR:
                return status
            before = now
    return 0


def parser() -> argparse.ArgumentParser:
    parser = Parser("simulate", "Rehearse Kustomer workflows on a virtual clock.", _EPILOG)
    add = parser.add_argument
    add(
        "paths",
        metavar="PATH",
        nargs="*",
        help=f"definitions: a file, a folder, or - for standard input; and scenarios: *{SCENARIO_SUFFIX}",
    )
    add("--workflow", metavar="NAME-or-ID", help="the one to rehearse")
    add("--event", metavar="FILE", help="the payload that starts it, as a JSON object, or - for standard input")
    add("--format", choices=FORMATS, default="text", help="how it is told (default: text)")
    add("--trace", action="store_true", help="tell every step also of the scenarios that held")
    add("--watch", action="store_true", help="again after every change of a definition or scenario, until Ctrl+C")
    add("--poll", action="store_true", help="with --watch: look at the files, where the system tells of no change")
    add("--max-steps", metavar="N", type=_count, help=f"cut it after so many steps (default: {DEFAULT_MAX_STEPS:,})")
    add("--seed", metavar="TEXT", default="", help="what random values are drawn from")
    add("--save", metavar="FILE", help="write the rehearsal as a scenario; with --explore a folder, for all of them")
    add("--explore", action="store_true", help="list every path through --workflow or each workflow, and what it needs")
    add("--chain", action="store_true", help="the same, each path on through the workflows that it schedules")
    add("--schema", action="store_true", help="write the JSON Schema of a scenario, and nothing else")
    takes_configuration(parser)
    add("--color", choices=COLOURS, default="auto", help="colours in text (default: on a terminal)")
    return parser


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= _MOST_ALLOWED:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {_MOST_ALLOWED:,} is needed, not {text!r}")
    return int(text)


def _schema() -> int:
    from kustui.simulate.scenarios.model import schema
    from kustui.text.terminal_safe import encoded

    write([f"{encoded(schema(), indent=2)}\n"], "utf-8")
    return 0


def _configuration(options: argparse.Namespace, definitions: Sequence[str]) -> Configuration:
    return Configuration(definitions, options.config, none=options.no_config)


def _organisation(options: argparse.Namespace, definitions: Sequence[str]) -> Organisation:
    """Raises PathError, ConfigurationError and CannotError."""
    from kustui.simulate.engine.organisation import Organisation

    settings = _configuration(options, definitions).settings(PAGES)
    stdin = sys.stdin.buffer.read() if STDIN in definitions and sys.stdin is not None else b""
    opened = open_paths(definitions, stdin)
    if reason := nothing_to_show(opened.collection):
        raise CannotError(reason)
    for line in left_out(opened.collection):
        say(f"kustui: {line}")
    snapshot = examined(opened, settings, processes=processes_for(opened.collection))
    return Organisation(snapshot.collection, settings, snapshot.by_entry)


def _scenario(path: str) -> ScenarioFile:
    """Raises CannotError."""
    from kustui.simulate.scenarios.read import ScenarioError, read

    try:
        return read(path, _bytes(path))
    except ScenarioError as error:
        raise CannotError(*error.lines) from error


def _rehearsal(options: argparse.Namespace, organisation: Organisation) -> ScenarioFile:
    """Raises RehearsalError and CannotError."""
    name = STDIN_NAME if options.event == STDIN else options.event
    payload = None if options.event is None else (name, _bytes(options.event))
    return default_scenario(organisation, options.workflow, payload, options.seed)


def _bytes(path: str) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read() if sys.stdin is not None else b""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CannotError(f"{path}: {reason_of(error)}") from error
    except ValueError as error:  # a zero byte in the name
        raise CannotError(f"{path}: {error}") from error


def _told(options: argparse.Namespace, organisation: Organisation, files: Sequence[ScenarioFile]) -> int:
    """Raises CannotError."""
    from kustui.simulate.scenarios.read import ScenarioError
    from kustui.simulate.scenarios.replay import replay

    try:
        replays = [replay(file, organisation, options.max_steps) for file in files]
    except ScenarioError as error:
        raise CannotError(*error.lines) from error
    told = options.trace or not files[0].path
    put_out(report_of(options.format)(replays, told=told, colour=coloured(options.color)), options.format)
    if options.save:
        _save(options.save, replays[0])
    if files[0].path:
        return 0 if all(each.held for each in replays) else PROBLEMS
    return PROBLEMS if any(entry.broken for entry in replays[0].entries) else 0


def _save(path: str, replay: Replay) -> None:
    """Raises CannotError."""
    from kustui.simulate.scenarios.record import record_scenario
    from kustui.text.terminal_safe import encoded

    written = record_scenario(replay.file.scenario.scenario, replay.state, replay.entries)
    try:
        Path(path).write_text(f"{encoded(written, indent=2)}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotError(f"{path}: {reason_of(error)}") from error
    say(f"{path}: saved")
