"""Checks every workflow of a collection with every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.check.problems import Problem, Related
from kustui.check.rule import Rule, Violation
from kustui.check.rules import RULES, severity_of
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.loader import Progress
from kustui.definition.source.positions import member_at
from kustui.definition.source.source import UNKNOWN_KEY, Extent, Fault
from kustui.text.messages import shortened_message

if TYPE_CHECKING:
    from kustui.analysis.analysis_cache import AnalysisCache
    from kustui.analysis.rings import Spread


class WorkflowResult(Struct, frozen=True):
    """The result of checking one workflow by itself."""

    summary: WorkflowSummary
    problems: tuple[Problem, ...]


Results = Mapping[str, WorkflowResult]
"""By the key of the workflow."""

SpreadBeside = Callable[[Callable[[], object]], "Spread"]
"""What works out something by other processes, given what this one does meanwhile."""


class CheckListener(Protocol):
    """Who looks on while the workflows of a collection are checked, and looks at one of them."""

    selected: str
    """The key of the workflow that is checked before all others. May be set by another thread."""

    def take(self, results: Results, *, at_once: bool) -> None:
        """Take the results so far; ``at_once`` where that of the selected workflow is the latest."""


def check(collection: Collection, settings: Settings | None = None) -> tuple[CollectionAnalysis, tuple[Problem, ...]]:
    """Check everything. Returns all problems, suppressed ones included, in the order of ``all_problems``."""
    settings = settings or Settings()
    results = check_workflows(collection, settings)
    analysis, between = check_between(collection, results, settings)
    return analysis, all_problems(collection, results, between, settings)


def check_workflows(
    collection: Collection,
    settings: Settings,
    progress: Progress | None = None,
    wanted: Callable[[], bool] = lambda: True,
    known: Results | None = None,
    listener: CheckListener | None = None,
    analyses: AnalysisCache | None = None,
    *,
    for_now: bool = False,
) -> dict[str, WorkflowResult]:
    """Check each workflow by itself, except those with ``known`` results. ``analyses`` keep what that takes, where it
    is of use afterwards. ``for_now`` as for ``analyses_for``.

    Stops early, with some results missing, once it is no longer ``wanted``.
    """
    analysis_of = analyses.of if analyses is not None else analyses_for(collection, settings, for_now=for_now)
    results = dict(known or {})
    for entry in collection.entries:
        if entry.key in results:
            continue
        if not wanted():
            break
        if (selected := selected_entry(collection, results, listener)) is not None:
            results[selected.key] = check_workflow(analysis_of(selected))
        if entry.key not in results:
            results[entry.key] = check_workflow(analysis_of(entry))
        if listener is not None:
            listener.take(results, at_once=selected is not None)
        if progress:
            progress(len(results), len(collection.entries))
    return results


def selected_entry(collection: Collection, results: Results, listener: CheckListener | None) -> Entry | None:
    """The workflow that a listener looks at, if it was not checked yet."""
    key = listener.selected if listener is not None else ""
    return collection.by_key.get(key) if key not in results else None


def analyses_for(
    collection: Collection, settings: Settings, *, for_now: bool = False
) -> Callable[[Entry], WorkflowAnalysis]:
    """Makes the analysis of each workflow. ``for_now``: for nothing but problems, neither for a later check, which is
    compared with this one, nor for a map of the organisation."""
    heard = frozenset(entry.item.event for entry in collection.entries) if for_now else None
    return partial(WorkflowAnalysis, collection, settings=settings, heard=heard)


def check_workflow(analysis: WorkflowAnalysis) -> WorkflowResult:
    """Check one workflow by itself. Its problems are sorted by line and column, then by rule."""
    settings = analysis.settings
    problems = list(_problems_of_faults(analysis.document, analysis.parsed.judged_faults, settings, analysis))
    for rule in RULES.values():
        if rule.check_workflow is not None and (severity := severity_of(rule.name, settings)) is not None:
            violations = rule.check_workflow(analysis)
            problems.extend(
                _problem(rule, severity, violation, analysis.document, analysis)
                for violation in violations
                if not analysis.document.is_unknown(violation.pointer)
            )
    problems.sort(key=_place)
    return WorkflowResult(analysis.summary(), tuple(problems))


def _place(problem: Problem) -> tuple[Extent, str, str]:
    return problem.where(), problem.rule, problem.message


def collection_analysis(
    collection: Collection, results: Results, settings: Settings, spread: Spread | None = None
) -> CollectionAnalysis:
    """The analysis of all workflows together, as far as they were checked."""
    summaries = {entry.key: results[entry.key].summary for entry in collection.entries if entry.key in results}
    return CollectionAnalysis(collection, summaries, settings, spread)


def check_between(
    collection: Collection, results: Results, settings: Settings, spread_beside: SpreadBeside | None = None
) -> tuple[CollectionAnalysis, tuple[Problem, ...]]:
    """The analysis of all workflows together, and the problems between them. Where others look for rings, this process
    checks the other rules meanwhile."""
    done: list[Problem] = []
    spread = spread_beside(lambda: done.extend(others)) if spread_beside is not None else None
    analysis = collection_analysis(collection, results, settings, spread)
    others = _problems_between(analysis, of_rings=False)
    return analysis, (*_problems_between(analysis, of_rings=True), *done, *others)


def _problems_between(analysis: CollectionAnalysis, *, of_rings: bool) -> Iterator[Problem]:
    """What the rules find between workflows that ask for rings, or those that do not."""
    for rule in RULES.values():
        severity = severity_of(rule.name, analysis.settings)
        if rule.check_collection is None or rule.of_rings is not of_rings or severity is None:
            continue
        for violation in rule.check_collection(analysis):
            document, entry = violation.document, violation.entry
            if document is None:
                assert entry is not None, rule.name
                document = analysis.collection.document_of(entry)
            if document.is_unknown(violation.pointer):
                continue
            around = WorkflowAnalysis(analysis.collection, entry, analysis.settings) if entry is not None else None
            yield _problem(rule, severity, violation, document, around)


def all_problems(
    collection: Collection, results: Results, between: Iterable[Problem], settings: Settings
) -> tuple[Problem, ...]:
    """The problems of the files, ``between`` workflows and of each workflow, sorted by file in the given order, then by
    line and column, then by rule."""
    problems = [*file_problems(collection, settings), *between]
    for result in results.values():
        problems.extend(result.problems)
    places: dict[Document, int] = {}
    for index, document in enumerate(collection.documents):
        places[document] = index
        if document.broken is not None:
            places[document.broken] = index
    problems.sort(key=lambda problem: (places[problem.document], _place(problem)))
    return tuple(problems)


def file_problems(collection: Collection, settings: Settings) -> Iterator[Problem]:
    """What is wrong with the files, outside of their workflows."""
    for document in collection.documents:
        if document.broken is not None:
            yield from _problems_of_faults(document.broken, document.broken.faults, settings)
        yield from _problems_of_faults(document, (*document.faults, *document.app_faults), settings)


def _problems_of_faults(
    document: Document, faults: Iterable[Fault], settings: Settings, analysis: WorkflowAnalysis | None = None
) -> Iterator[Problem]:
    """The problems of the faults of a file, or of one of its workflows."""
    for fault in faults:
        severity = severity_of(fault.rule, settings)
        if severity is not None and document.is_judged(fault):
            related = (Related("first given here", document, fault.pointer, fault.earlier),) if fault.earlier else ()
            yield Problem(
                fault.rule,
                severity,
                shortened_message(fault.message),
                document,
                hint=shortened_message(fault.hint),
                pointer=fault.pointer,
                extent=fault.extent,
                on_key=fault.rule == UNKNOWN_KEY or bool(fault.member),
                entry=analysis.entry if analysis is not None else document.entry_at(fault.pointer),
                step=fault.step or _step_at(fault.pointer, analysis),
                related=related,
                intended=fault.intended,
                is_certain=fault.is_certain or _is_twice_the_same(document, fault),
            )


def _is_twice_the_same(document: Document, fault: Fault) -> bool:
    """Whether a key is given twice with the same value."""
    if fault.earlier is None or fault.extent is None:
        return False
    data = document.source.data
    first, second = (member_at(data, key).value for key in (fault.earlier, fault.extent))
    return data[first.start : first.end] == data[second.start : second.end]


def _step_at(pointer: str, analysis: WorkflowAnalysis | None) -> str:
    # Asking for a step reads the workflow: not for what is outside of all.
    is_inside = "/steps/" in pointer or "/trigger" in pointer
    return analysis.step_at(pointer) if analysis is not None and is_inside else ""


def _problem(
    rule: Rule, severity: Severity, violation: Violation, document: Document, analysis: WorkflowAnalysis | None
) -> Problem:
    if violation.severity is not None and severity is rule.severity:
        severity = violation.severity  # unless the configuration sets a severity
    hint, intended, is_certain = violation.suggestion
    return Problem(
        rule.name,
        severity,
        shortened_message(violation.message),
        document,
        hint=shortened_message(hint),
        pointer=violation.pointer,
        within=violation.within,
        on_key=violation.on_key,
        entry=analysis.entry if analysis is not None else None,
        step=violation.step or _step_at(violation.pointer, analysis),
        related=tuple([replace(place, message=shortened_message(place.message)) for place in violation.related]),
        intended=intended,
        is_certain=is_certain,
    )
