"""What a rule is: a name, how bad what it finds is, why it matters, two examples, and a way of looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis
    from kustui.check.problems import Related
    from kustui.config.severity import Severity
    from kustui.definition.collection import Document, Entry


@dataclass(frozen=True, slots=True)
class Finding:
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


@dataclass(frozen=True, slots=True)
class Rule:
    """It only looks and reports. Exactly one of the two ways of looking is given; a fault of reading needs none."""

    name: str
    severity: Severity
    summary: str
    """What it finds: a clause that follows "finds"."""
    why: str
    """Why it matters at Kustomer, in a sentence or two."""
    bad: object
    """A definition in which it finds exactly one problem: a JSON value, or a text where it is about the writing."""
    good: object
    """The same put right: nothing is found in it."""
    look: Callable[[WorkflowAnalysis], Iterator[Finding]] | None = None
    """Look at one workflow."""
    survey: Callable[[CollectionAnalysis], Iterator[Finding]] | None = None
    """Look at all of them together."""
