"""``kustui simulate FOLDER``: all scenarios replayed, reported with their coverage, and again what a save concerns."""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kustui.check.reports import repository_folder
from kustui.commands.output import ExitStatus, Output, ProgressLine, output_path, say
from kustui.errors import KustuiError
from kustui.simulate.organisation import Organisation
from kustui.simulate.reports import render_of, report_of
from kustui.simulate.reports.coverage import WRITERS, CoverageReport
from kustui.simulate.scenarios.file import read
from kustui.simulate.scenarios.suite import (
    Outcome,
    ReplayOptions,
    ScenarioResult,
    ScenarioText,
    coverage_of,
    read_texts,
    reusable_results,
)
from kustui.text.messages import counted, some_of
from kustui.workspace.scenario_pool import replay_with_pool

if TYPE_CHECKING:
    from kustui.fix.edits import TextEdit

_MAX_LISTED = 5


class Suite:
    """The scenarios that are replayed, and their results so far. ``definitions`` are the paths of these."""

    def __init__(self, options: argparse.Namespace, definitions: Sequence[str]) -> None:
        self._options, self._definitions = options, definitions
        self._coverage_file = output_path(options.coverage_file) if options.coverage_file else None
        self._results: Sequence[ScenarioResult] | None = None

    def replay(self, organisation: Organisation, texts: Sequence[ScenarioText]) -> ExitStatus:
        """Replay the scenarios, from the second time on only those that a change concerns, and report them. Raises
        KustuiError where none can be replayed, and ReaderGoneError where nobody reads on."""
        options, output, before = self._options, Output.of(self._options), self._results
        render = render_of(options.format, show_steps=options.trace, colour=output.colour)
        kept = before if before is not None and render is None else ()
        replay_options, shown = ReplayOptions(options.max_steps, options.follow_events), None
        if before is not None:
            current = reusable_results(texts, organisation, kept, replay_options)
            shown = [text.path for text in texts if text.path not in current]
            _report_due(shown, len(texts))
            if not shown and len(before) == len(texts):
                return ExitStatus.OK

        def replayed(texts: Sequence[ScenarioText], before: Iterable[ScenarioResult]) -> list[ScenarioResult]:
            with ProgressLine() as progress:
                return replay_with_pool(texts, organisation, before, replay_options, render, progress.replaying)

        results = replayed(texts, kept)
        failed = [text for text, result in zip(texts, results, strict=True) if result.differences]
        if options.update and failed:
            _update(failed, organisation)
            results = replayed(read_texts(text.path for text in texts), results if render is None else ())
        self._results = results
        self._write(organisation, results, self._report(organisation, results, shown, output), output)
        return max(map(_status, results), default=ExitStatus.OK)

    def _report(
        self,
        organisation: Organisation,
        results: Sequence[ScenarioResult],
        shown: Sequence[str] | None,
        output: Output,
    ) -> Iterable[str]:
        """The report, after what cannot be replayed where that is not in front of whoever asked. Raises KustuiError."""
        options = self._options
        errors = [line for result in results for line in result.errors]
        if options.format == "text" and all(result.errors for result in results):
            raise KustuiError(*errors)
        for line in errors if options.format != "text" or options.output else ():
            say(f"kustui: {line}")
        shows_coverage = options.format == "text" and (not options.coverage or self._coverage_file)
        coverage = coverage_of(results, organisation) if shows_coverage else None
        return report_of(options.format)(results, coverage, shown=shown, colour=output.colour)

    def _write(
        self, organisation: Organisation, results: Sequence[ScenarioResult], report: Iterable[str], output: Output
    ) -> None:
        """Write the report, and the coverage to its own file or after the report, or where only that has a file, to
        standard output."""
        format_, file = self._options.coverage, self._coverage_file
        if not format_:
            output.write(report)
            return
        folder = repository_folder(self._definitions)
        coverage = WRITERS[format_](CoverageReport.of(results, organisation, folder, round(time.time())))
        if file or output.path:
            output.write(report)
            Output(file).write(coverage)
        else:
            output.write(itertools.chain(report, ["\n"], coverage))


def _status(result: ScenarioResult) -> ExitStatus:
    if result.outcome is Outcome.UNREADABLE:
        return ExitStatus.FAILED
    return ExitStatus.OK if result.passed else ExitStatus.PROBLEMS


def _update(texts: Sequence[ScenarioText], organisation: Organisation) -> None:
    """Let scenarios expect what came of them; those that cannot are reported. Raises KustuiError."""
    from kustui.fix.changes import changes_of, make
    from kustui.simulate.scenarios.acceptance import acceptance

    edits: list[TextEdit] = []
    updated = 0
    for text in texts:
        try:
            edits += acceptance(read(text.path, text.raw), organisation).edits
        except KustuiError as error:
            say(f"kustui: {text.path}: not updated: {error}")
        else:
            updated += 1
    make(changes_of(edits))
    say(f"kustui: {counted(updated, 'scenario')} updated")


def _report_due(paths: Sequence[str], total: int) -> None:
    """Say which scenarios a change concerns."""
    replayed = f"replaying {len(paths):,} of {counted(total, 'scenario')}: {some_of(paths, _MAX_LISTED)}"
    say(f"kustui: {replayed if paths else 'no scenario is concerned'}")
