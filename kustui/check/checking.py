"""Looking at every workflow of a collection with every rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustui.check.problems import Problem, Related, Severity
from kustui.check.rules import RULES
from kustui.check.subjects import Finding, Rule, Subject

if TYPE_CHECKING:
    from kustui.definition.collection import Collection, Document, Entry
    from kustui.definition.faults import Fault
    from kustui.graph.schedules import Call


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out about one workflow; its model is not kept."""

    entry: Entry
    problems: tuple[Problem, ...]
    calls: tuple[Call, ...]


def examine(collection: Collection, entry: Entry) -> Examined:
    """Look at one workflow with every rule."""
    subject = Subject(collection, entry, entry.read())
    problems = [_of_fault(subject.document, fault, entry) for fault in subject.reading.faults]
    for rule in RULES:
        problems.extend(_of_finding(subject, rule, finding) for finding in rule.look(subject))
    return Examined(entry, tuple(problems), subject.calls)


def file_problems(collection: Collection) -> Iterator[Problem]:
    """What is wrong with files as a whole, outside of their workflows."""
    for document in collection.documents:
        for fault in (*document.faults, *document.app_faults):
            yield _of_fault(document, fault)


def _of_fault(document: Document, fault: Fault, entry: Entry | None = None) -> Problem:
    related = (Related("first given here", document, fault.pointer, fault.earlier),) if fault.earlier else ()
    return Problem(
        fault.rule,
        Severity.ERROR,
        fault.message,
        document,
        hint=fault.hint,
        pointer=fault.pointer,
        extent=fault.extent,
        entry=entry,
        related=related,
    )


def _of_finding(subject: Subject, rule: Rule, finding: Finding) -> Problem:
    return Problem(
        rule.name,
        finding.severity or rule.severity,
        finding.message,
        subject.document,
        hint=finding.hint,
        pointer=finding.pointer,
        within=finding.within,
        entry=subject.entry,
        step=finding.step,
        related=finding.related,
    )
