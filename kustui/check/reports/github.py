"""``github``: annotations of a pull request, as workflow commands of GitHub Actions."""

from __future__ import annotations

from collections.abc import Iterator

from kustui.check.problems import Problem
from kustui.check.reports import CheckResult, path_below
from kustui.config.severity import Severity
from kustui.text.terminal_safe import terminal_safe

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    for problem in checked.problems:
        yield _annotation(problem, checked.folder)


def _annotation(problem: Problem, folder: str) -> str:
    start, end = problem.span()
    properties = {"file": path_below(problem.path, folder), "line": start.line, "endLine": end.line}
    if start.line == end.line:  # GitHub rejects columns across several lines
        properties |= {"col": start.column, "endColumn": end.column}
    properties["title"] = f"kustui: {problem.rule}"
    lines = [problem.message]
    if problem.hint:
        lines.append(problem.hint)
    lines += (
        f"{path_below(related.path, folder)}:{related.span().start}: {related.message}" for related in problem.notes
    )
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[problem.severity]} {written}::{'%0A'.join(map(_data, lines))}\n"


def _data(text: str) -> str:
    return terminal_safe(text).replace("%", "%25")  # line breaks are already gone


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
