"""Everything that is wrong, as rows: a problem, and below it the other places that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.diagrams.styled_lines import Line
from kustui.tui.widgets.rows import Row, Rows, Target

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kustui.check.problems import Problem, Related


def problem_rows(problems: Sequence[Problem], words: str = "", new: Collection[Problem] = ()) -> Rows:
    """Rows for the problems that hold every one of the words, those that are new first; each is made when it is
    drawn."""
    shown = [problem for problem in problems if _holds(problem, words.lower().split())]
    if new:
        shown.sort(key=lambda problem: problem not in new)
    places = [(problem, related) for problem in shown for related in (None, *problem.related)]
    return Rows(len(places), lambda index: _row(*places[index], new=places[index][0] in new))


def _holds(problem: Problem, words: Sequence[str]) -> bool:
    title = problem.entry.title if problem.entry is not None else ""
    text = "\n".join((problem.rule, str(problem.severity), problem.message, problem.document.path, title)).lower()
    return all(word in text for word in words)


def _row(problem: Problem, related: Related | None, *, new: bool) -> Row:
    if related is not None:
        where = related.where()
        line: Line = (("    └ ", "muted"), (related.message, ""), (f"  {_at(related, where.start)}", "muted"))
        return Row(line, target=Target(related.document, related.pointer, where.start))
    where = problem.where()
    glyph, look = SEVERITY_GLYPHS[problem.severity]
    sign: Line = (("new ", "new"),) if new else ()
    hint: Line = ((f"  {problem.hint}", "good"),) if problem.hint else ()
    where_ = ((f"{glyph} ", look), (_at(problem, where.start), "muted"), (" ", ""))
    return Row(
        (*sign, *where_, (problem.message, ""), *hint),
        aside=((problem.rule, "muted"),),
        target=Target(problem.document, problem.pointer, where.start),
    )


def _at(place: Problem | Related, offset: int) -> str:
    """``orders.json:120``: the file's own name is enough beside the tree."""
    return f"{place.document.path.rpartition('/')[2]}:{place.document.source.place(offset).line}"
