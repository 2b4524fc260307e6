"""``kustui check``: the same problems as the explorer shows, without a screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from kustui.check import RULE_NAMES
from kustui.check.problems import Problem
from kustui.check.reports import FORMATS, FORMATS_WITH_FIXES, CheckResult, report_of, repository_folder
from kustui.check.reports.text import difference
from kustui.commands.command_line import Parser
from kustui.commands.inputs import (
    WATCHES_FILES,
    WatchedDefinitions,
    cache_of,
    cached_check,
    checked_snapshot,
    configuration_of,
    opened_definitions,
    read_stdin,
)
from kustui.commands.output import ExitStatus, Output, ReaderGoneError, output_path, refuse_definition, say
from kustui.config.check_settings import Settings, unknown_rule
from kustui.config.configuration import Configuration
from kustui.config.severity import Severity
from kustui.definition.collection import Collection
from kustui.definition.collection_messages import nothing_to_show, other_files
from kustui.definition.loader import STDIN, STDIN_NAME
from kustui.errors import KustuiError
from kustui.files import current_folder, is_folder
from kustui.garbage_collection import gc_paused
from kustui.text.messages import counted
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import Snapshot

_FAIL_ON = {**{str(severity): severity for severity in sorted(Severity, reverse=True)}, "never": None}

_EPILOG = """\
exit status:
  0  no problem of the --fail-on severity or above
  1  at least one such problem
  2  the check could not be carried out
With --fix, what is left counts; with --diff, 1 says that something would be fixed.

examples:
  kustui check app.json
  kustui check workflows/ --ignore never-scheduled --fail-on warning
  kustui check app.json --fix                       fix what is certain; the rest: --unsafe-fixes
  kustui check app.json --diff --unsafe-fixes       see all fixes first
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
    add("--full", action="store_true", help="text: list all problems, also where many in a step are of one kind")
    add("--select", metavar="RULES", type=_rules, action="extend", help="check only these rules (comma-separated)")
    add("--ignore", metavar="RULES", type=_rules, action="extend", help="skip these rules (comma-separated)")
    add(
        "--fail-on",
        choices=_FAIL_ON,
        default="error",
        help="lowest severity that makes the check fail (default: error)",
    )
    add("--fix", action="store_true", help="fix what can be fixed in one way only, and report what is left")
    add("--unsafe-fixes", action="store_true", help="also make the fixes that may not be what was meant")
    add("--diff", action="store_true", help="print what --fix would change, and write nothing")
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
    _require_sense(options)
    if options.watch:
        return _watch(options)
    with gc_paused():
        return _check_once(options)


def _require_sense(options: argparse.Namespace) -> None:
    """Raises KustuiError where the options for fixes stand beside others that they exclude."""
    fixes = options.fix or options.diff
    if options.unsafe_fixes and not fixes:
        raise KustuiError("--unsafe-fixes says which fixes to make: add --fix, or --diff to see them")
    if fixes and options.watch:
        raise KustuiError("--watch only reports: run --fix or --diff without it")
    if fixes and options.write_baseline:
        raise KustuiError("--write-baseline records problems: run --fix or --diff first, without it")


def _check_once(options: argparse.Namespace) -> int:
    """Raises KustuiError."""
    paths, stdin_path = _paths(options)
    configuration = configuration_of(options, [stdin_path] if stdin_path else paths)
    settings = _settings(options, configuration)
    stdin = read_stdin() if STDIN in options.paths else b""
    check = cached_check(options, configuration)
    opened = opened_definitions(paths, stdin, stdin_path, check)
    _require_definitions(opened.collection)
    _report_others(opened.collection)
    problems = check.kept_problems(opened, settings)
    if problems is not None:
        snapshot = replace(opened, problems=problems, settings=settings)
    else:
        snapshot = checked_snapshot(opened, settings, check, for_now=not (options.fix or options.diff))
    if options.fix or options.diff:
        return _fix(options, snapshot, settings, check)
    checked = _checked(options, snapshot)
    if options.write_baseline:
        _write_baseline(options.write_baseline, checked)
        return ExitStatus.OK
    with suppress(ReaderGoneError):  # the status says the same however much of the report was read
        _write_report(options, _with_fixes(options, checked, snapshot))
    return ExitStatus.PROBLEMS if checked.failing else ExitStatus.OK


def _with_fixes(options: argparse.Namespace, checked: CheckResult, snapshot: Snapshot) -> CheckResult:
    """The same with the fixes of its problems, for a report that has them."""
    if options.format not in FORMATS_WITH_FIXES or not checked.problems:
        return checked
    from kustui.fix.quick_fixes import fixes_of  # the analyses: whoever reads text alone goes without

    return replace(checked, fixes_of=lambda problem: fixes_of(problem, snapshot.analyses))


def _fix(options: argparse.Namespace, snapshot: Snapshot, settings: Settings, check: CachedCheck) -> int:
    """Make the fixes, or print them, and report what is left; the exit status. Raises KustuiError."""
    from kustui.commands.check_fixes import FixRounds, report_difference, write_fixes

    rounds = FixRounds(check, settings, lambda after: _checked(options, after).problems, options.unsafe_fixes)
    result = rounds.fixed(snapshot)
    if options.diff:
        return report_difference(options, result)
    stdin = options.stdin_filename or STDIN_NAME if STDIN in options.paths else None
    write_fixes(result, stdin)
    check.keep()
    left = replace(_checked(options, result.snapshot), problems=result.problems)
    left = replace(_with_fixes(options, left, result.snapshot), fixed=result.fixed, hidden=result.hidden)
    with suppress(ReaderGoneError):
        if stdin is None or options.output:
            _write_report(options, left)
        else:  # standard output has the text
            for line in "".join(report_of(options.format)(left)).splitlines():
                say(line)
    return ExitStatus.PROBLEMS if left.failing else ExitStatus.OK


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
    return CheckResult(collection, problems, _FAIL_ON[options.fail_on], folder, full=options.full)


def _write_report(options: argparse.Namespace, checked: CheckResult) -> None:
    output = Output.of(options)
    output.write(report_of(options.format)(checked, colour=output.colour))


def _write_baseline(name: str, checked: CheckResult) -> None:
    from kustui.check.suppressions import baseline_text, write_baseline

    if (path := output_path(name)) is not None:
        refuse_definition(path)
        count = write_baseline(path, checked.problems)
    else:
        text, count = baseline_text(checked.problems, current_folder())
        Output().write([text])
    say(f"{path or 'standard output'}: {counted(count, 'problem')} recorded")


def _watch(options: argparse.Namespace) -> int:
    """Check again after every change, until Ctrl+C. Raises ReaderGoneError when nobody reads the reports any more."""
    if STDIN in options.paths or options.stdin_filename is not None:
        raise KustuiError(WATCHES_FILES)
    only_difference = options.format == "text" and not options.output and sys.stdout.isatty()
    configuration = configuration_of(options, options.paths)
    watched = WatchedDefinitions(options, options.paths, configuration)
    _report_others(watched.workspace.open().collection)
    before: Iterable[Problem] | None = None

    def show(snapshot: Snapshot) -> None:
        nonlocal before
        _require_definitions(snapshot.collection)
        checked = _checked(options, snapshot)
        if before is None or not only_difference:
            _write_report(options, checked)
        else:
            output = Output.of(options)
            output.write(difference(before, checked, colour=output.colour))
        before = checked.problems

    baseline = [options.baseline] if options.baseline else []
    watched.follow(lambda: _settings(options, configuration), show, lambda: baseline)
    return ExitStatus.OK
