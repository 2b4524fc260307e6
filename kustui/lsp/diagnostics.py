"""The problems of a state, as an editor shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from lsprotocol import types

from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.files import absolute
from kustui.lsp.state import State
from kustui.text.terminal_safe import terminal_safe

SOURCE = "kustui"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

RulePage = Callable[[str], str]
"""The URI of the page of a rule, by its name; empty where there is none."""
Diagnostics = Mapping[str, Sequence[types.Diagnostic]]
"""By the path of a file."""


def diagnostics_of(state: State, page: RulePage) -> Diagnostics:
    """What is wrong with each file, by its path; of a file whose text does not parse, what was wrong when it did too,
    as far as that has not been typed over."""
    by_path: dict[str, list[types.Diagnostic]] = {}
    for problem in state.snapshot.problems or ():
        if (diagnostic := diagnostic_of(state, problem, page)) is not None:
            by_path.setdefault(absolute(problem.path), []).append(diagnostic)
    return by_path


def diagnostic_of(state: State, problem: Problem, page: RulePage) -> types.Diagnostic | None:
    """A problem as the protocol has it; None where what it is about has been typed over."""
    range_ = state.range(problem.document, problem.where())
    if range_ is None:
        return None
    message = terminal_safe(problem.message)
    href = page(problem.rule)
    return types.Diagnostic(
        range=range_,
        message=f"{message}\nhint: {terminal_safe(problem.hint)}" if problem.hint else message,
        severity=_SEVERITIES[problem.severity],
        code=problem.rule,
        code_description=types.CodeDescription(href) if href else None,
        source=SOURCE,
        related_information=[*_related(state, problem)] or None,
    )


def _related(state: State, problem: Problem) -> Iterator[types.DiagnosticRelatedInformation]:
    for related in problem.notes:
        location = state.location(related.document, related.where())
        if location is not None:
            yield types.DiagnosticRelatedInformation(location, terminal_safe(related.message))
