"""The list of everything that is wrong, on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kustui.check.problems import Problem
    from kustui.tui.widgets.rows import Row

_Who = tuple[str, str, str, str, str]
"""Which problem it is, in whatever snapshot."""


class ProblemsView(RowsView):
    """Rows are made only while it is shown: of the problems that hold every one of its words."""

    words = ""
    NAME = "4 Problems"
    ABOUT = (
        "Everything that is wrong, the worst of each workflow first; what a save has brought comes first of all. "
        "Below a problem, the other places that belong to it. Enter goes to the place; the key of the pane closes "
        "it again."
    )
    SIGNS = "✗▲·"
    _problems: tuple[Problem, ...] | None = None
    _new: frozenset[_Who] = frozenset()
    """What has come since somebody looked: it is told first."""

    def take(self, problems: Sequence[Problem] | None, new: Iterable[Problem] = ()) -> None:
        """Other problems, None while nobody has looked for them; those that are ``new`` stay so until looked at."""
        self._problems = None if problems is None else tuple(problems)
        self._new = frozenset({*self._new, *map(_who, new)})

    def look_at_all(self) -> None:
        """Nothing is new any more."""
        self._new = frozenset()

    def list_problems(self) -> None:
        """Show those that hold the words, the cursor on the one it was on."""
        from kustui.tui.explorer.problem_rows import problem_rows

        if self._problems is None:
            self.empty = "still checking …"
        else:
            self.empty = "no problem holds these words; Esc shows all" if self.words else "nothing is wrong"
            new = {problem for problem in self._problems if _who(problem) in self._new} if self._new else ()
            self.show_again(problem_rows(self._problems, self.words, new), _said)

    @property
    def first_rows(self) -> Sequence[int]:
        """The rows that a problem begins with, without the places that belong to it."""
        return [index for index in range(self.rows.count) if self.rows.make(index).aside]

    @property
    def title(self) -> str:
        return f"4 Problems with “{self.words}”" if self.words else "4 Problems"


def _who(problem: Problem) -> _Who:
    key = problem.entry.key if problem.entry is not None else ""
    return problem.document.path, key, problem.step, problem.rule, problem.message


def _said(row: Row) -> object:
    """What a row says, but for its line in the file and whether it is new."""
    return row.target and (row.target.document.path, row.target.pointer), row.aside
