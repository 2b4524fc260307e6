"""``text``: for people at a terminal, file by file and workflow by workflow. Where nothing differs, nothing is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from kustui.check.problems import Problem
from kustui.review.changed_files import Changed, ChangedFile, Review
from kustui.review.part_changes import NAME, VALUE, PartChange, named
from kustui.review.path_changes import PathComparison
from kustui.review.reports import ReportOptions, place_of
from kustui.text.cells import cells
from kustui.text.messages import counted
from kustui.text.signs import change_sign
from kustui.text.styled_lines import Line, wrapped
from kustui.text.terminal_safe import painter, terminal_safe
from kustui.workspace.difference import ADDED, CHANGED, REMOVED

T = TypeVar("T")

MOST_CHANGES, MOST_WORKFLOWS, MOST_PROBLEMS, MOST_SCENARIOS, MOST_EVENTS = 6, 30, 10, 10, 3
"""Of each workflow, of each file, of the new problems and of the fixed ones, of all scenarios, of the events of each
workflow: what is over that is counted, unless the report is full."""
_AROUND_PATH = 10
"""Cells beside a path that is not broken, however long it is."""
_LOOKS = {
    NAME: "1", VALUE: "36", "path": "1", "heading": "1", "aside": "2",
    "+": "32", "-": "31", "~": "33", "✓": "32", "✗": "31", "error": "1;31", "warning": "1;33", "info": "1;36",
}  # fmt: skip


def report(review: Review, options: ReportOptions) -> Iterator[str]:
    if not review.is_empty:
        yield from _Text(review, options).report()


class _Text:
    def __init__(self, review: Review, options: ReportOptions) -> None:
        self._review, self._options = review, options
        self._paint = painter(_LOOKS, colour=options.colour)

    def report(self) -> Iterator[str]:
        for file in self._review.files:
            yield from self._file(file)
        yield from self._problems()
        yield from self._behaviour()
        yield from self._line((("", ""), (self._review.summary, "heading")))

    # What changed

    def _file(self, file: ChangedFile) -> Iterator[str]:
        note = f" ({''.join(text for text, _ in file.note)})" if file.note else ""
        yield from self._line(((file.path, "path"), (note, "aside")))
        parts, more = self._first(file.parts, MOST_WORKFLOWS)
        for part in parts:
            yield from self._part(part)
        yield from self._more(more, "more", 2)
        yield "\n"

    def _part(self, part: Changed) -> Iterator[str]:
        yield from self._signed(part.kind, part.words, 2)
        changes, more = self._first(part.changes, MOST_CHANGES)
        for change in changes:
            yield from self._signed(change.kind, change.sentence, 6)
            if self._options.full:
                yield from self._places(part, change)
        nouns = Counter(change.noun for change in more)
        yield from self._more(more, ", ".join(counted(number, noun) for noun, number in nouns.items()), 6)

    def _places(self, part: Changed, change: PartChange) -> Iterator[str]:
        old, new = self._review.places(part, change)
        places = [place.place for place in (old, new) if place is not None]
        yield from self._line((("        ", ""), (" → ".join(places), "aside")), 10)

    def _signed(self, kind: str, words: Line, indent: int) -> Iterator[str]:
        sign, _ = change_sign(kind)
        shown = ((f"`{text}`", look) if look == NAME else (text, look) for text, look in words)
        yield from self._line(((" " * indent, ""), (sign, sign), (" ", ""), *shown), indent + 4)

    # Problems

    def _problems(self) -> Iterator[str]:
        review = self._review
        if not review.new_problems and not review.fixed_problems:
            return
        yield from self._line((("Problems", "heading"),))
        for kind, problems in ((ADDED, review.new_problems), (REMOVED, review.fixed_problems)):
            some, more = self._first(problems, MOST_PROBLEMS)
            for problem in some:
                yield from self._signed(kind, self._problem(problem, is_old=kind == REMOVED), 2)
            yield from self._more(more, "more new" if kind == ADDED else "more fixed", 2)
        yield "\n"

    def _problem(self, problem: Problem, *, is_old: bool) -> Line:
        comparison, severity = self._review.comparison, str(problem.severity)
        at = place_of(problem, comparison.old_state if is_old else comparison.new_state)
        place: Line = ((at, "path"), (": ", ""))
        return (*place, (severity, severity), (f": {problem.message} ", ""), (f"[{problem.rule}]", "aside"))

    # Behaviour

    def _behaviour(self) -> Iterator[str]:
        compared = self._review.behaviour.workflows
        workflows = [one for one in compared if one.paths.changes or self._options.full]
        partly = [one for one in compared if not (one.paths.changes or self._options.full)]
        scenarios, more = self._first(self._review.behaviour.scenarios, MOST_SCENARIOS)
        left_out = self._review.behaviour.not_compared
        if not compared and not scenarios and not left_out:
            return
        yield from self._line((("Behaviour", "heading"),))
        for scenario in scenarios:
            sign = {"fails": "✗", "unreadable": "✗", "passes": "✓"}.get(scenario.kind, "~")
            title: Line = ((scenario.title, NAME),) if scenario.title else ()
            yield from self._line((("  ", ""), (sign, sign), (" ", ""), (scenario.path, "path"), (" ", ""), *title), 6)
            yield from self._line((("      ", ""), (scenario.words, "")), 10)
        yield from self._more(more, "more scenarios", 2)
        for workflow in workflows:
            yield from self._signed(CHANGED, named(workflow.new.title), 2)
            yield from self._events(workflow.paths)
        first, others = self._first(partly, MOST_EVENTS)
        for workflow in first:
            words = f"  … the runs of `{workflow.new.title}` are compared only in part: {workflow.paths.gaps[0]}"
            yield from self._line(((words, "aside"),), 6)
        yield from self._more(others, "more are compared only in part", 2)
        if left_out:
            words = f"  … the runs of {counted(left_out, 'more workflow')} are not compared (--full compares all)"
            yield from self._line(((words, "aside"),), 6)
        yield "\n"

    def _events(self, paths: PathComparison) -> Iterator[str]:
        changes, more = self._first(paths.changes, MOST_EVENTS)
        for change in changes:
            others = f" (and {counted(change.others, 'more path')} likewise)" if change.others else ""
            yield from self._line((("      ", ""), (change.sentence, ""), (others, "aside")), 10)
        yield from self._more(more, "more", 6)
        for gap in paths.gaps[: None if self._options.full else 1]:
            yield from self._line(((f"      compared only in part: {gap}", "aside"),), 10)

    # Lines

    def _first(self, values: Sequence[T], most: int) -> tuple[Sequence[T], Sequence[T]]:
        """What is listed, and what is only counted: more than one, as that could as well be listed."""
        if self._options.full or len(values) <= most + 1:
            return values, ()
        return values[:most], values[most:]

    def _more(self, more: Sequence[object], what: str, indent: int) -> Iterator[str]:
        if more:
            number = "" if what[:1].isdigit() else f"{len(more):,} "
            yield from self._line(((f"{' ' * indent}… {number}{what} (--full lists all)", "aside"),), indent + 4)

    def _line(self, line: Line, indent: int = 4) -> Iterator[str]:
        longest = max((cells(terminal_safe(text)) for text, look in line if look == "path"), default=0)
        for part in wrapped(line, max(self._options.width, indent + longest + _AROUND_PATH), indent):
            yield f"{''.join(self._painted(text, look) for text, look in part)}\n"

    def _painted(self, text: str, look: str) -> str:
        safe = terminal_safe(text)
        return self._paint(look, safe) if safe.strip() else safe
