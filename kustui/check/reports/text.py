"""``text``: for a person, as compilers put it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.names import fixed_and_new
from kustui.check.reports.excerpt import excerpt
from kustui.config.severity import Severity
from kustui.text.cells import cells
from kustui.text.quantities import counted
from kustui.text.terminal_safe import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kustui.check.problems import Problem
    from kustui.check.reports import Checked
    from kustui.definition.collection import Document
    from kustui.definition.source.source import Extent

_LOOKS = {"error": "1;31", "warning": "1;33", "info": "1;36", "note": "1;36", "place": "1", "mark": "32", "aside": "2"}


def report(checked: Checked, *, colour: bool = False) -> Iterator[str]:
    for problem in checked.problems:
        yield told(problem, colour=colour)
    yield f"{summary(checked)}\n"


def told(problem: Problem, *, colour: bool = False) -> str:
    """A problem with its hint, the line in which it is, and the places that belong to it."""
    lines = [headline(problem, colour=colour)]
    if problem.hint:
        lines.append(f"  {_painter(colour)('note', 'hint')}: {terminal_safe(problem.hint)}")
    lines.extend(_source_lines(problem.document, problem.where(), colour))
    for related in problem.related:
        place = _place(related.document, related.where(), colour)
        lines.append(f"{place}: {_painter(colour)('note', 'note')}: {terminal_safe(related.message)}")
    return "".join(f"{line}\n" for line in lines)


def headline(problem: Problem, *, colour: bool = False) -> str:
    """``path:line:column: severity: message [rule]``."""
    paint = _painter(colour)
    severity = str(problem.severity)
    return (
        f"{_place(problem.document, problem.where(), colour)}: {paint(severity, severity)}: "
        f"{terminal_safe(problem.message)} {paint('aside', f'[{problem.rule}]')}"
    )


def difference(before: Iterable[Problem], checked: Checked, *, colour: bool = False) -> Iterator[str]:
    """What is gone since, what is new, and the summary. A problem that only moved is the same."""
    fixed, new = fixed_and_new(before, checked.problems)
    for mark, problems in (("-", fixed), ("+", new)):
        for problem in problems:
            yield f"{mark} {headline(problem, colour=colour)}\n"
    yield f"{summary(checked)}\n"


def summary(checked: Checked) -> str:
    """``2 errors, 1 warning in 3 files``."""
    documents = set(checked.documents)
    files = len(documents)
    if not checked.problems:
        return f"no problems in {counted(files, 'file')}"
    concerned = len({problem.document for problem in checked.problems} & documents)
    of = f"{concerned} of " if 0 < concerned < files else ""
    return f"{counts(checked.problems)} in {of}{counted(files, 'file')}"


def counts(problems: Iterable[Problem]) -> str:
    """``2 errors, 1 warning, 3 info``."""
    severities = [problem.severity for problem in problems]
    return ", ".join(
        f"{number:,} {severity}" if severity is Severity.INFO else counted(number, str(severity))
        for severity in sorted(Severity, reverse=True)
        if (number := severities.count(severity))
    )


def _source_lines(document: Document, extent: Extent, colour: bool) -> Iterator[str]:
    found = excerpt(document.source, extent)
    if found is None:
        return
    paint = _painter(colour)
    number = str(document.source.place(extent.start).line)
    margin = " " * len(number)
    mark = "^" + "~" * (cells(found.marked) - 1)
    yield paint("aside", f"{margin} |")
    yield f"{paint('aside', f'{number} |')} {found.line}"
    yield f"{paint('aside', f'{margin} |')} {' ' * cells(found.before)}{paint('mark', mark)}"


def _place(document: Document, extent: Extent, colour: bool) -> str:
    return _painter(colour)("place", f"{terminal_safe(document.path)}:{document.source.place(extent.start)}")


def _painter(colour: bool) -> Callable[[str, str], str]:
    if not colour:
        return lambda _, text: text
    return lambda look, text: f"\x1b[{_LOOKS[look]}m{text}\x1b[0m"
