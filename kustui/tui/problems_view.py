"""The list of everything that is wrong, on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.tui.rows import RowsView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.check.problems import Problem


class ProblemsView(RowsView):
    """Rows are made only while it is shown: of the problems that hold every one of its words."""

    words = ""

    def list_problems(self, problems: Sequence[Problem]) -> None:
        """Show those that hold the words, the cursor where it was."""
        from kustui.tui.problem_rows import problem_rows

        self.show(problem_rows(problems, self.words), self.cursor)

    @property
    def title(self) -> str:
        return f"4 Problems with “{self.words}”" if self.words else "4 Problems"
