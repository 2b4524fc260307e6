"""``kustui check``: the same problems as the explorer shows, without a screen."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kustui.check import RULE_NAMES
from kustui.check.problems import Problem
from kustui.check.reports import FORMATS, CheckResult, report_of, repository_folder
from kustui.check.reports.text import difference
from kustui.commands.command_line import Parser
from kustui.commands.inputs import cache_of, cached_check, configuration_of, read_stdin
from kustui.commands.output import ExitStatus, Output, ProgressLine, ReaderGoneError, report_error, say
from kustui.config.check_settings import Settings, unknown_rule
from kustui.config.configuration import Configuration
from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.definition.collection_messages import nothing_to_show, other_files
from kustui.definition.loader import STDIN
from kustui.errors import KustuiError
from kustui.files import is_folder
from kustui.garbage_collection import gc_paused
from kustui.text.messages import counted
from kustui.workspace.snapshot import Snapshot, Workspace, always, open_paths

_FAIL_ON = {**{str(severity): severity for severity in sorted(Severity, reverse=True)}, "never": None}

_EPILOG = """\
exit status:
  0  no problem of the --fail-on severity or above
  1  at least one such problem
  2  the check could not be carried out

examples:
  kustui check app.json
  kustui check workflows/ --ignore never-scheduled --fail-on warning
  kustui check app.json --watch                     again after every save
  kustui check app.json --format sarif --output kustui.sarif
  kustui check . --write-baseline baseline.json     record today's problems, then report only new ones:
  kustui check . --baseline baseline.json
  curl … | kustui check -
  kustui check - --stdin-filename src/app.json      what an editor has not saved yet, as the file that it will be
"""


def parser() -> Parser:
    parser = Parser("check", "Check Kustomer workflows for problems.", _EPILOG)
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+", help="a file, a folder, or - for standard input")
    add(
        "--stdin-filename",
        metavar="PATH",
        help="check standard input as the content of PATH, beside the other definitions of its folder or of the other "
        "paths, and report only the problems in it",
    )
    parser.add_output(FORMATS)
    add("--select", metavar="RULES", type=_rules, action="extend", help="check only these rules (comma-separated)")
    add("--ignore", metavar="RULES", type=_rules, action="extend", help="skip these rules (comma-separated)")
    add(
        "--fail-on",
        choices=_FAIL_ON,
        default="error",
        help="lowest severity that makes the check fail (default: error)",
    )
    parser.add_configuration()
    parser.add_cache()
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--baseline", metavar="FILE", help="leave out the problems recorded in FILE")
    group.add_argument("--write-baseline", metavar="FILE", help="record all current problems in FILE")
    parser.add_watch()
    return parser


def _rules(names: str) -> list[str]:
    rules = [name.strip() for name in names.split(",") if name.strip()]
    for name in rules:
        if name not in RULE_NAMES:
            raise argparse.ArgumentTypeError(unknown_rule(name, RULE_NAMES))
    return rules


def run(arguments: Sequence[str]) -> int:
    """Check what the arguments name; the exit status."""
    options = parser().parse_args(arguments)
    if options.watch:
        return _watch(options)
    with gc_paused():
        return _check_once(options)


def _check_once(options: argparse.Namespace) -> int:
    """Raises KustuiError."""
    paths, stdin_path = _paths(options)
    configuration = configuration_of(options, [stdin_path] if stdin_path else paths)
    settings = _settings(options, configuration)
    stdin = read_stdin() if STDIN in options.paths else b""
    with ProgressLine() as progress:
        opened = open_paths(paths, stdin, progress.reading, stdin_path=stdin_path)
    _require_definitions(opened.collection)
    _report_others(opened.collection)
    check = cached_check(options, configuration)
    problems = check.kept_problems(opened, settings)
    if problems is not None:
        snapshot = replace(opened, problems=problems, settings=settings)
    else:
        with ProgressLine() as progress:
            snapshot = check(opened, settings, progress.checking, always, None)
        check.keep()
    checked = _checked(options, snapshot)
    if options.write_baseline:
        _write_baseline(options.write_baseline, checked)
        return ExitStatus.OK
    with suppress(ReaderGoneError):  # the status says the same however much of the report was read
        _write_report(options, checked)
    return ExitStatus.PROBLEMS if checked.failing else ExitStatus.OK


def _paths(options: argparse.Namespace) -> tuple[list[str], str | None]:
    """The paths to read, and the file of them whose content is standard input. Raises KustuiError."""
    path = options.stdin_filename
    if path is None:
        return options.paths, None
    if STDIN not in options.paths:
        raise KustuiError("--stdin-filename names what - reads: write kustui check - --stdin-filename PATH")
    folder = Path(path).parent
    others = [other for other in options.paths if other != STDIN]
    return others or ([str(folder)] if is_folder(folder) else []), path


def _settings(options: argparse.Namespace, configuration: Configuration) -> Settings:
    """Those of the configuration, with the rules that the options choose."""
    settings = configuration.settings(RULE_NAMES, cache_of(options, configuration))
    severities = dict(settings.severities)
    if options.select:
        from kustui.check.rules import RULES  # slow to import

        severities |= dict.fromkeys(RULES)
        for name in options.select:
            severities[name] = settings.severities.get(name) or RULES[name].severity
    severities |= dict.fromkeys(options.ignore or ())
    return replace(settings, severities=severities)


def _require_definitions(collection: Collection) -> None:
    """Raises KustuiError where the paths name nothing to check. A folder may hold JSON of other kinds alone, as that of
    many a JavaScript project does, and a list may be empty, as the last page of an API list: that is only reported."""
    if not any(document.faults for document in collection.documents) and (reason := nothing_to_show(collection)):
        is_wrong = collection.documents or not collection.others
        if is_wrong and not any(document.may_hold_workflows for document in collection.documents):
            raise KustuiError(reason)
        say(f"kustui: {reason}")


def _report_others(collection: Collection) -> None:
    """Say which of the named files hold nothing to check."""
    for line in other_files(collection):
        say(f"kustui: {line}")


def _checked(options: argparse.Namespace, snapshot: Snapshot) -> CheckResult:
    """The problems to report: those that no baseline records. Raises KustuiError."""
    problems = snapshot.problems or ()
    if options.baseline:
        from kustui.check.suppressions import read_baseline, without_baseline

        recorded = read_baseline(options.baseline)
        problems = tuple(without_baseline(recorded, snapshot.collection, problems, snapshot.settings or Settings()))
    collection, path = snapshot.collection, options.stdin_filename
    if path is not None:  # what is read beside it is reported when somebody checks that
        collection = Collection(tuple(document for document in collection.documents if document.path == path))
        problems = tuple(problem for problem in problems if problem.document in collection.documents)
    folder = repository_folder(options.paths if path is None else [path])
    return CheckResult(collection, problems, _FAIL_ON[options.fail_on], folder)


def _write_report(options: argparse.Namespace, checked: CheckResult) -> None:
    output = Output.of(options)
    output.write(report_of(options.format)(checked, colour=output.colour))


def _write_baseline(path: str, checked: CheckResult) -> None:
    from kustui.check.suppressions import write_baseline

    count = write_baseline(path, checked.problems)
    say(f"{path}: {counted(count, 'problem')} recorded")


def _watch(options: argparse.Namespace) -> int:
    """Check again after every change, until Ctrl+C. Raises ReaderGoneError when nobody reads the reports any more."""
    from kustui.workspace.background import follow_changes
    from kustui.workspace.watch import ChangeWatcher  # loads watchfiles

    if STDIN in options.paths or options.stdin_filename is not None:
        raise KustuiError("--watch needs files: standard input does not change")
    only_difference = options.format == "text" and not options.output and sys.stdout.isatty()
    configuration = configuration_of(options, options.paths)
    check = cached_check(options, configuration)
    workspace = Workspace(options.paths, checker=check)
    _require_definitions(workspace.open().collection)
    _report_others(workspace.snapshot.collection)
    also = [*configuration.watched_paths, *filter(None, [options.baseline])]
    before: Iterable[Problem] | None = None

    def settings() -> Settings:
        return _settings(options, configuration)

    first = workspace.refresh(settings=settings())
    refused = lambda words: say(f"kustui: {words}")  # noqa: E731
    with ChangeWatcher(options.paths, also, poll=options.poll, refused=refused) as changes:
        for outcome in itertools.chain([first], follow_changes(workspace, changes, settings)):
            try:
                if not isinstance(outcome, Snapshot):
                    raise outcome
                _require_definitions(outcome.collection)
                checked = _checked(options, outcome)
            except KustuiError as error:
                report_error(error)
                continue
            if before is None or not only_difference:
                _write_report(options, checked)
            else:
                output = Output.of(options)
                output.write(difference(before, checked, colour=output.colour))
            before = checked.problems
            check.keep()
    return ExitStatus.OK
