"""What a rule is: a function that checks, with its name, its severity, the words of its page and two examples.

A rule is all in one place: the function, and ``workflow_rule`` or ``collection_rule`` above it. Adding one to a file of
``rules/`` is enough for it to be checked, configured, explained and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis
from kustui.check.problems import Related
from kustui.config.severity import Severity
from kustui.definition.collection import Document, Entry


@dataclass(frozen=True, slots=True)
class Violation:
    """What a rule reports: the place by JSON pointer, and what a person should read."""

    pointer: str
    message: str
    hint: str = ""
    step: str = ""
    within: tuple[int, int] | None = None
    """Characters of the string at the pointer, where the mistake is only a part of it."""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """Other than the rule's own."""
    entry: Entry | None = None
    """The workflow, where the rule looks at more than one."""
    document: Document | None = None
    """The file, where it is not about a workflow."""
    on_key: bool = False
    """Whether it is the member's key that is wrong, not its value."""


Violations = Iterator[Violation]


@dataclass(frozen=True, slots=True)
class Rule:
    """It only looks and reports. One of the two functions is given; what reading a file reports needs none."""

    name: str
    severity: Severity
    summary: str
    """What it finds: a clause that follows "finds"."""
    why: str
    """Why it matters at Kustomer, in a sentence or two."""
    bad: object
    """A definition in which it finds exactly one problem: a JSON value, a text where it is about the writing, or an
    ``examples.Configured``. An empty text where no definition can show it."""
    good: object
    """The same put right: nothing is found in it."""
    check_workflow: Callable[[WorkflowAnalysis], Violations] | None = None
    check_collection: Callable[[CollectionAnalysis], Violations] | None = None


def workflow_rule(
    name: str, severity: Severity, summary: str, why: str, *, bad: object, good: object
) -> Callable[[Callable[[WorkflowAnalysis], Violations]], Rule]:
    """Make a rule of a function that checks one workflow by itself."""
    return lambda check: Rule(name, severity, summary, why, bad, good, check_workflow=check)


def collection_rule(
    name: str, severity: Severity, summary: str, why: str, *, bad: object, good: object
) -> Callable[[Callable[[CollectionAnalysis], Violations]], Rule]:
    """Make a rule of a function that checks all workflows together."""
    return lambda check: Rule(name, severity, summary, why, bad, good, check_collection=check)
