"""``text``: for people, in the style of compilers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from kustui.check.problems import Problem, fixed_and_new
from kustui.check.reports import CheckResult
from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.definition.source.source import Extent, Source
from kustui.text.cells import cells, crop, cut
from kustui.text.messages import counted
from kustui.text.terminal_safe import Paint, painter, plain, terminal_safe

_LOOKS = {"error": "1;31", "warning": "1;33", "info": "1;36", "note": "1;36", "place": "1", "mark": "32", "aside": "2"}
FIX_MARK = "[*]"
MOST_ALIKE = 10
"""Problems of one kind in one step that are listed; more are counted."""


def report(checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    paint = painter(_LOOKS, colour=colour)
    for problem, more in _listed(checked.problems, full=checked.full):
        yield describe(problem, colour=colour, marks_fix=checked.fixed is None)
        if more:
            yield paint("aside", f"… {more:,} more like this (--full lists all)") + "\n"
    yield f"{'; '.join(_last_line(checked, paint))}\n"


def _listed(problems: Sequence[Problem], *, full: bool) -> Iterator[tuple[Problem, int]]:
    """The problems that are listed, each with how many like it are left out behind it: more than one, as that could as
    well be listed. Where every step reads every other, each reference is a problem."""
    kinds = [None if full else _kind(problem) for problem in problems]
    numbers = Counter(kinds)
    seen = Counter[object]()
    for problem, kind in zip(problems, kinds, strict=True):
        seen[kind] += 1
        if kind is None or numbers[kind] <= MOST_ALIKE + 1:
            yield problem, 0
        elif seen[kind] <= MOST_ALIKE:
            yield problem, numbers[kind] - MOST_ALIKE if seen[kind] == MOST_ALIKE else 0


def _kind(problem: Problem) -> object:
    """What problems share of which one tells what to do about all; None for what is in no step."""
    if problem.entry is None or not problem.step:
        return None
    return problem.document, problem.entry.key, problem.step, problem.rule, problem.hint


def _last_line(checked: CheckResult, paint: Paint) -> Iterator[str]:
    if checked.fixed is not None:
        yield f"{counted(checked.fixed, 'problem') if checked.fixed else 'nothing'} fixed"
    yield summary(checked)
    if checked.fixed is None and (fixable := sum(problem.is_certain for problem in checked.problems)):
        yield f"{paint('mark', FIX_MARK)} {fixable:,} can be fixed with --fix"
    if checked.hidden:
        yield f"{checked.hidden:,} can be fixed with --unsafe-fixes"


def describe(problem: Problem, *, colour: bool = False, marks_fix: bool = False) -> str:
    """A problem with its hint, its source line and related places; marked where ``--fix`` fixes it, if that is said."""
    paint = painter(_LOOKS, colour=colour)
    lines = [headline(problem, paint)]
    if marks_fix and problem.is_certain:
        lines[0] += f" {paint('mark', FIX_MARK)}"
    if problem.hint:
        lines.append(f"  {paint('note', 'hint')}: {terminal_safe(problem.hint)}")
    lines.extend(_source_lines(problem.document, problem.where(), paint))
    for related in problem.notes:
        place = _place(related.document, related.where(), paint)
        lines.append(f"{place}: {paint('note', 'note')}: {terminal_safe(related.message)}")
    return "".join(f"{line}\n" for line in lines)


def headline(problem: Problem, paint: Paint = plain) -> str:
    """``path:line:column: severity: message [rule]``."""
    severity = str(problem.severity)
    return (
        f"{_place(problem.document, problem.where(), paint)}: {paint(severity, severity)}: "
        f"{terminal_safe(problem.message)} {paint('aside', f'[{problem.rule}]')}"
    )


def difference(before: Iterable[Problem], checked: CheckResult, *, colour: bool = False) -> Iterator[str]:
    """The problems that are gone, the new ones, and the summary. A problem that only moved is neither."""
    paint = painter(_LOOKS, colour=colour)
    fixed, new = fixed_and_new(before, checked.problems)
    for mark, problems in (("-", fixed), ("+", new)):
        for problem in problems:
            yield f"{mark} {headline(problem, paint)}\n"
    yield f"{summary(checked)}\n"


def summary(checked: CheckResult) -> str:
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


def _source_lines(document: Document, extent: Extent, paint: Paint) -> Iterator[str]:
    line = excerpt(document.source, extent)
    if line is None:
        return
    number = str(document.source.span(extent).start.line)
    margin = " " * len(number)
    mark = "^" + "~" * (cells(line.marked) - 1)
    yield paint("aside", f"{margin} |")
    yield f"{paint('aside', f'{number} |')} {line.line}"
    yield f"{paint('aside', f'{margin} |')} {' ' * cells(line.before)}{paint('mark', mark)}"


def _place(document: Document, extent: Extent, paint: Paint) -> str:
    source, extent = document.source.written(extent)
    return paint("place", terminal_safe(source.location(extent.start)))


# Excerpts

ROOM = 100
"""The default width of a source line, in cells."""
_REACH = 1 << 10  # bytes examined on either side: a definition without line breaks is one line of megabytes
_TAB = "    "


class Excerpt(Struct, frozen=True):
    """A source line, made safe for a terminal: the text before, in and after a place."""

    before: str
    marked: str
    after: str

    @property
    def line(self) -> str:
        return self.before + self.marked + self.after


def excerpt(source: Source, extent: Extent, room: int = ROOM) -> Excerpt | None:
    """The line where an extent begins, at most ``room`` cells of it; None if it is blank."""
    source, extent = source.written(extent)
    before, marked, after = (terminal_safe(part.replace("\t", _TAB)) for part in _parts(source.data, extent))
    if not (before + marked + after).strip():
        return None
    if cells(before + marked + after) > room:
        before = _end_of(before, room - min(cells(marked + after), room * 2 // 3))
        marked = _start_of(marked, room - cells(before))
        after = _start_of(after, room - cells(before + marked))
    return Excerpt(before, marked, after)


def _parts(data: bytes, extent: Extent) -> tuple[str, str, str]:
    """The text before, in and after an extent, of the line in which it begins, as far as within reach."""
    start = min(extent.start, len(data))
    low, high = max(0, start - _REACH), min(len(data), start + _REACH)
    begins = data.rfind(b"\n", low, start) + 1 or low
    ends = data.find(b"\n", start, high)
    if ends < 0:
        ends = high
    elif data[start:ends].endswith(b"\r"):
        ends -= 1
    middle = max(start, min(extent.end, ends))
    # The reach may end inside a character.
    before, marked, after = (
        part.decode(errors="ignore") for part in (data[begins:start], data[start:middle], data[middle:ends])
    )
    return before, marked.rstrip() or marked if extent.end > ends else marked, after


def _start_of(text: str, room: int) -> str:
    """As much of a text as fits, with an ellipsis at its end if it was cut."""
    if cells(text) <= room:
        return text
    return f"{cut(text, room - 1)}…" if room > 0 else ""


def _end_of(text: str, room: int) -> str:
    size = cells(text)
    if size <= room:
        return text
    return f"…{crop(text, size - room + 1)}" if room > 0 else ""
