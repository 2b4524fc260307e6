"""``junit``: a test suite per file and a test case per workflow, for the test page of a build server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from kustui.check.problems import Problem
from kustui.check.reports import CheckResult
from kustui.check.reports.text import counts, headline
from kustui.definition.collection import Document
from kustui.text.terminal_safe import terminal_safe, xml_attribute

_FILE = "the file as a whole"


def report(checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    """Problems that fail the check are failures of their test case; the others go into its output."""
    problems: dict[Document, list[Problem]] = {document: [] for document in checked.documents}
    for problem in checked.problems:
        problems.setdefault(problem.document, []).append(problem)
    suites = [_Suite(checked, document, group) for document, group in problems.items()]
    tests, failures = sum(suite.tests for suite in suites), sum(suite.failures for suite in suites)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="kustui" tests="{tests}" failures="{failures}" errors="0">\n'
    for suite in suites:
        yield from suite.xml()
    yield "</testsuites>\n"


class _Suite:
    """One file."""

    def __init__(self, checked: CheckResult, document: Document, problems: Sequence[Problem]) -> None:
        self._checked, self._path = checked, document.path
        cases: dict[str | None, list[Problem]] = {None: []}
        cases |= {entry.key: [] for entry in document.entries}
        for problem in problems:
            cases[problem.entry.key if problem.entry else None].append(problem)
        titles = {None: _FILE} | {entry.key: entry.title for entry in document.entries}
        self._cases = [(titles[key], group) for key, group in cases.items()]
        self.tests = len(cases)
        self.failures = sum(any(map(checked.fails, group)) for group in cases.values())

    def xml(self) -> Iterator[str]:
        yield (
            f"  <testsuite name={xml_attribute(self._path)} tests={xml_attribute(self.tests)} "
            f'failures={xml_attribute(self.failures)} errors="0" skipped="0">\n'
        )
        for title, problems in self._cases:
            yield from self._case(title, problems)
        yield "  </testsuite>\n"

    def _case(self, title: str, problems: Sequence[Problem]) -> Iterator[str]:
        opening = f"    <testcase classname={xml_attribute(self._path)} name={xml_attribute(title)}"
        if not problems:
            yield f"{opening}/>\n"
            return
        yield f"{opening}>\n"
        failing = [problem for problem in problems if self._checked.fails(problem)]
        others = [problem for problem in problems if not self._checked.fails(problem)]
        if failing:
            message = failing[0].message if len(failing) == 1 else counts(failing)
            kinds = ", ".join(dict.fromkeys(problem.rule for problem in failing))
            about = f"type={xml_attribute(kinds)} message={xml_attribute(message)}"
            yield f"      <failure {about}>{_text(failing)}</failure>\n"
        if others:
            yield f"      <system-out>{_text(others)}</system-out>\n"
        yield "    </testcase>\n"


def _text(problems: Sequence[Problem]) -> str:
    lines = []
    for problem in problems:
        lines.append(headline(problem))
        if problem.hint:
            lines.append(f"  {terminal_safe(problem.hint)}")
    return escape("\n".join(lines))
