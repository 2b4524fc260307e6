"""Looking at every workflow of a collection with every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis, WorkflowSummary
from kustui.check.problems import Problem, Related
from kustui.check.rules import RULES
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity

if TYPE_CHECKING:
    from kustui.check.rule import Finding, Rule
    from kustui.definition.collection import Collection, Document, Entry
    from kustui.definition.loader import Progress
    from kustui.definition.source.source import Fault


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out about one workflow by itself."""

    facts: WorkflowSummary
    problems: tuple[Problem, ...]


def check(
    collection: Collection, settings: Settings | None = None, processes: int = 1
) -> tuple[CollectionAnalysis, tuple[Problem, ...]]:
    """Look at everything.

    Problems are in the order in which they are told: by file as it was given, then by line and column, then by rule.
    """
    settings = settings or Settings()
    return concluded(collection, examine_all(collection, settings, processes=processes), settings)


def examine_all(
    collection: Collection,
    settings: Settings,
    progress: Progress | None = None,
    wanted: Callable[[], bool] = lambda: True,
    processes: int = 1,
    known: Mapping[str, Examined] | None = None,
) -> dict[str, Examined]:
    """Look at each workflow by itself, but for those that are ``known``: what was found, by the workflow's key.

    It is given up, and some are missing, once it is no longer ``wanted``. With more than one process nothing is
    asked, and nothing told of the progress.
    """
    found = dict(known or {})
    due = [entry for entry in collection.entries if entry.key not in found]
    if processes > 1:
        from kustui.check.worker_pool import examined_by

        return found | examined_by(processes, collection, due, settings)
    for entry in due:
        if not wanted():
            break
        found[entry.key] = examine(collection, entry, settings)
        if progress:
            progress(len(found), len(collection.entries))
    return found


def concluded(
    collection: Collection, examined: Mapping[str, Examined], settings: Settings
) -> tuple[CollectionAnalysis, tuple[Problem, ...]]:
    """All problems, when every workflow was looked at."""
    survey = surveyed(collection, examined, settings)
    return survey, all_problems(collection, examined, survey_problems(survey), settings)


def surveyed(collection: Collection, examined: Mapping[str, Examined], settings: Settings) -> CollectionAnalysis:
    return CollectionAnalysis(
        collection, {entry.key: examined[entry.key].facts for entry in collection.entries}, settings
    )


def all_problems(
    collection: Collection, examined: Mapping[str, Examined], between: Iterable[Problem], settings: Settings
) -> tuple[Problem, ...]:
    """Those of the files, those ``between`` workflows, and those of each."""
    problems = [*_file_problems(collection, settings), *between]
    for found in examined.values():
        problems.extend(found.problems)
    return in_order(collection, problems)


def examine(collection: Collection, entry: Entry, settings: Settings) -> Examined:
    """Look at one workflow by itself."""
    analysis = WorkflowAnalysis(collection, entry, settings)
    problems = list(_of_faults(analysis.document, analysis.parsed.faults, settings, entry))
    for rule in RULES.values():
        if rule.look is not None and (severity := settings.severity_of(rule.name, rule.severity)) is not None:
            findings = rule.look(analysis)
            problems.extend(_problem(rule, severity, finding, analysis.document, entry) for finding in findings)
    return Examined(analysis.summary(), tuple(problems))


def survey_problems(survey: CollectionAnalysis) -> Iterator[Problem]:
    """What is wrong between workflows."""
    for rule in RULES.values():
        if rule.survey is not None and (severity := survey.settings.severity_of(rule.name, rule.severity)) is not None:
            for finding in rule.survey(survey):
                document = finding.document
                if document is None:
                    assert finding.entry is not None, rule.name
                    document = survey.collection.document_of(finding.entry)
                yield _problem(rule, severity, finding, document, finding.entry)


def in_order(collection: Collection, problems: list[Problem]) -> tuple[Problem, ...]:
    """Problems by file, line and column, then by rule."""
    places: dict[Document, int] = {}
    for index, document in enumerate(collection.documents):
        places[document] = index
        if document.broken is not None:
            places[document.broken] = index
    return tuple(
        sorted(
            problems,
            key=lambda problem: (places[problem.document], problem.where(), problem.rule, problem.message),
        )
    )


def _file_problems(collection: Collection, settings: Settings) -> Iterator[Problem]:
    for document in collection.documents:
        if document.broken is not None:
            yield from _of_faults(document.broken, document.broken.faults, settings)
        yield from _of_faults(document, (*document.faults, *document.app_faults), settings)


def _of_faults(
    document: Document, faults: tuple[Fault, ...], settings: Settings, entry: Entry | None = None
) -> Iterator[Problem]:
    for fault in faults:
        severity = settings.severity_of(fault.rule, Severity.ERROR)
        if severity is not None:
            related = (Related("first given here", document, fault.pointer, fault.earlier),) if fault.earlier else ()
            yield Problem(
                fault.rule,
                severity,
                fault.message,
                document,
                hint=fault.hint,
                pointer=fault.pointer,
                extent=fault.extent,
                entry=entry,
                related=related,
            )


def _problem(rule: Rule, severity: Severity, finding: Finding, document: Document, entry: Entry | None) -> Problem:
    if finding.severity is not None and severity is rule.severity:
        severity = finding.severity  # the rule's own distinction, unless a person has set a severity
    return Problem(
        rule.name,
        severity,
        finding.message,
        document,
        hint=finding.hint,
        pointer=finding.pointer,
        within=finding.within,
        on_key=finding.on_key,
        entry=entry,
        step=finding.step,
        related=finding.related,
    )
