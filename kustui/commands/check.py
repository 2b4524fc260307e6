"""``kustui check``: the same problems as the explorer shows, without a screen."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kustui.check.reports import FORMATS, Checked, report_of
from kustui.check.rule_pages import PAGES
from kustui.check.worker_pool import processes_for
from kustui.commands.output import COLOURS, PROBLEMS, Parser, coloured, refuse, say, takes_configuration, write
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration, ConfigurationError, unknown_rule
from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.definition.loader import STDIN, STDIN_NAME, PathError, nothing_to_show
from kustui.errors import reason_of
from kustui.garbage_collection import gc_paused
from kustui.text.quantities import counted
from kustui.workspace.snapshot import Snapshot, Workspace, examined, open_paths

if TYPE_CHECKING:
    from kustui.check.problems import Problem
    from kustui.definition.loader import Progress

_FAIL_ON = {**{str(severity): severity for severity in sorted(Severity, reverse=True)}, "never": None}

_EPILOG = """\
exit status:
  0  nothing at or above --fail-on      1  problems      2  the check could not be carried out

examples:
  kustui check app.json
  kustui check workflows/ --ignore never-scheduled --fail-on warning
  kustui check app.json --watch                     again after every save
  kustui check app.json --format sarif --output kustui.sarif
  kustui check . --write-baseline baseline.json     from now on, only what is new:
  kustui check . --baseline baseline.json
  curl … | kustui check -
"""


def run(arguments: Sequence[str]) -> int:
    """Check what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    if STDIN in options.paths:
        if options.watch:
            return refuse("--watch needs files: standard input does not change")
        if sys.stdin is not None and sys.stdin.isatty():
            return refuse("- reads standard input, and that is the terminal: pipe a definition into it")
    try:
        if options.watch:
            return _watch(options)
        stdin = sys.stdin.buffer.read() if STDIN in options.paths and sys.stdin is not None else b""
        with gc_paused():
            return _once(options, stdin)
    except PathError as error:
        return refuse(str(error))
    except ConfigurationError as error:
        return refuse(*error.lines)
    except _WritingError as error:
        return refuse(str(error))


def parser() -> argparse.ArgumentParser:
    parser = Parser("check", "Say what is wrong with Kustomer workflows.", _EPILOG)
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
    add("--format", choices=FORMATS, default="text", help="how problems are told (default: text)")
    add("--output", metavar="FILE", help="where they are told, instead of standard output")
    add("--select", metavar="RULES", type=_rules, action="extend", help="only these rules, with commas between")
    add("--ignore", metavar="RULES", type=_rules, action="extend", help="all but these rules")
    add("--fail-on", choices=_FAIL_ON, default="error", help="the mildest that fails (default: error)")
    takes_configuration(parser)
    baseline = parser.add_mutually_exclusive_group()
    baseline.add_argument("--baseline", metavar="FILE", help="leave out the problems that it records")
    baseline.add_argument("--write-baseline", metavar="FILE", help="record the problems that there are now")
    add("--watch", action="store_true", help="check again after every change, until Ctrl+C")
    add("--poll", action="store_true", help="with --watch: look at the files, where the system tells of no change")
    add("--color", choices=COLOURS, default="auto", help="colours in text (default: on a terminal)")
    return parser


def _rules(names: str) -> list[str]:
    rules = [name.strip() for name in names.split(",") if name.strip()]
    for name in rules:
        if name not in PAGES:
            raise argparse.ArgumentTypeError(unknown_rule(name, PAGES))
    return rules


def _once(options: argparse.Namespace, stdin: bytes) -> int:
    checked = _checked(options, stdin)
    if options.write_baseline:
        return _write_baseline(options.write_baseline, checked)
    _tell(options, checked)
    return PROBLEMS if checked.failing else 0


def _checked(options: argparse.Namespace, stdin: bytes) -> Checked:
    """Raises PathError and ConfigurationError."""
    settings = _settings(options, _configuration(options))
    opened = open_paths(options.paths, stdin)
    _refuse_nothing(options, opened.collection)
    return _told_of(options, examined(opened, settings, processes=processes_for(opened.collection)))


def _refuse_nothing(options: argparse.Namespace, collection: Collection) -> None:
    """Raises PathError where there is nothing to check in what a path names."""
    for path in options.paths:
        if reason := _holds_nothing(path, collection):
            raise PathError(reason)


def _told_of(options: argparse.Namespace, snapshot: Snapshot) -> Checked:
    """What there is to tell. Raises ConfigurationError."""
    problems = snapshot.problems or ()
    if options.baseline:
        from kustui.check import baseline

        known = baseline.read(options.baseline)
        problems = tuple(baseline.without(known, snapshot.collection, problems, snapshot.settings or Settings()))
    return Checked(snapshot.collection, problems, _FAIL_ON[options.fail_on])


def _configuration(options: argparse.Namespace) -> Configuration:
    return Configuration(options.paths, options.config, none=options.no_config)


def _settings(options: argparse.Namespace, configuration: Configuration) -> Settings:
    settings = configuration.settings(PAGES)
    severities = dict(settings.severities)
    if options.select:
        severities |= dict.fromkeys(PAGES)
        for name in options.select:
            severities[name] = settings.severities.get(name) or PAGES[name].severity
    severities |= dict.fromkeys(options.ignore or ())
    return settings.with_severities(severities)


def _holds_nothing(path: str, collection: Collection) -> str:
    """Why there is nothing to check in what a path names; an empty string where there is something."""
    name = STDIN_NAME if path == STDIN else path
    below = f"{path.rstrip(os.sep)}{os.sep}"
    documents = tuple(
        document for document in collection.documents if document.path == name or document.path.startswith(below)
    )
    if any(document.entries or document.faults for document in documents):
        return ""
    if documents or not collection.documents:
        return nothing_to_show(Collection(documents))
    return ""  # the same as another path names


def _tell(options: argparse.Namespace, checked: Checked) -> bool:
    """Write the report; whether anybody reads on."""
    report = report_of(options.format)
    if not options.output:
        encoding = None if options.format == "text" else "utf-8"
        return _written(report(checked, colour=coloured(options.color)), encoding)
    colour = options.color == "always"
    try:
        with Path(options.output).open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(report(checked, colour=colour))
    except OSError as error:
        raise _WritingError.of(options.output, error) from error
    return True


def _written(pieces: Iterator[str], encoding: str | None = None) -> bool:
    try:
        return write(pieces, encoding)
    except OSError as error:
        raise _WritingError.of("standard output", error) from error


def _write_baseline(path: str, checked: Checked) -> int:
    from kustui.check import baseline

    try:
        number = baseline.write(path, checked.problems)
    except OSError as error:
        raise _WritingError.of(path, error) from error
    say(f"{path}: {counted(number, 'problem')} recorded")
    return 0


def _watch(options: argparse.Namespace) -> int:
    """Until nobody reads on, or Ctrl+C."""
    from kustui.check.reports.text import difference
    from kustui.workspace.change_follower import followed
    from kustui.workspace.watch import Changes

    only_difference = options.format == "text" and not options.output and sys.stdout.isatty()
    configuration = _configuration(options)
    workspace = Workspace(options.paths, examiner=_examined_by_all)
    _refuse_nothing(options, workspace.open().collection)
    also = [*configuration.awaited, *filter(None, [options.baseline])]
    before: tuple[Problem, ...] | None = None

    def settings() -> Settings:
        return _settings(options, configuration)

    first = workspace.refresh(settings=settings())
    with Changes(options.paths, also, poll=options.poll) as changes:
        for outcome in itertools.chain([first], followed(workspace, changes, settings)):
            try:
                if not isinstance(outcome, Snapshot):
                    raise outcome
                _refuse_nothing(options, outcome.collection)
                checked = _told_of(options, outcome)
            except (PathError, ConfigurationError) as error:
                refuse(*getattr(error, "lines", (str(error),)))
                continue
            if before is None or not only_difference:
                reads_on = _tell(options, checked)
            else:
                reads_on = _written(difference(before, checked, colour=coloured(options.color)))
            if not reads_on:
                break
            before = checked.problems
    return 0


def _examined_by_all(
    snapshot: Snapshot, settings: Settings | None, progress: Progress | None, wanted: Callable[[], bool]
) -> Snapshot:
    """By all processors where that is worth it and nothing was examined yet."""
    processes = 1 if snapshot.examined else processes_for(snapshot.collection)
    return examined(snapshot, settings, progress, wanted, processes)


class _WritingError(Exception):
    """What could not be written, in words for a person."""

    @classmethod
    def of(cls, name: str, error: OSError) -> _WritingError:
        return cls(f"{name}: {reason_of(error)}")
