"""Going from problem to problem, and what stands at the top after a save that made something wrong."""

from __future__ import annotations

from collections.abc import Sequence

from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.text.messages import counted
from kustui.text.styled_lines import Line
from kustui.tui.bindings import first_key
from kustui.tui.explorer.detail_presenter import DetailPresenter
from kustui.tui.explorer.navigator import Navigator
from kustui.tui.explorer.views import Views
from kustui.tui.widgets.bars import TextBar, banner_lines, broken_files, problem_lines
from kustui.tui.widgets.rows import Target
from kustui.workspace.snapshot import Snapshot


class ProblemNavigator:
    """Goes to problems: new ones first, the latest of them before all others, then the worst."""

    def __init__(self, banner: TextBar, views: Views, presenter: DetailPresenter, navigator: Navigator) -> None:
        self._banner, self._views, self._presenter, self._navigator = banner, views, presenter, navigator
        self._new: tuple[Problem, ...] = ()
        """The problems that saves have brought and nobody has gone to, the latest first."""
        self._shows_source = False
        """Whether the source stands where a drawing would, had anything been readable."""

    def take(self, snapshot: Snapshot, new: Sequence[Problem] = ()) -> None:
        """Take the problems of another snapshot, of which some are new since the one before."""
        by_key = {problem.key: problem for problem in snapshot.problems or ()}
        before = (by_key.get(problem.key) for problem in self._new)
        worst_first = sorted(new, key=lambda problem: -problem.severity)
        self._new = tuple(dict.fromkeys((*worst_first, *filter(None, before))))
        if (gone_to := self._presenter.problem) is not None:
            self._presenter.problem = by_key.get(gone_to.key)
        self._show_banner(snapshot)
        self._leave_source(snapshot)

    def _show_banner(self, snapshot: Snapshot) -> None:
        """The first file that cannot be read, or else the latest problem that a save brought; nothing after a look."""
        alarming = [problem for problem in self._new if problem.severity > Severity.INFO]
        if broken := broken_files(snapshot):
            shows_earlier = broken[0] not in snapshot.collection.documents
            self._banner.show_text(lambda width: banner_lines(broken, width, shows_earlier=shows_earlier))
        elif alarming:
            before, after = self._place_in_words(alarming[0]), self._way_there(len(alarming) - 1)
            self._banner.show_text(lambda width: problem_lines(alarming[0], width, before, after))
        else:
            self._banner.show_text(None)

    def _place_in_words(self, problem: Problem) -> Line:
        """``orders · Add a note: ``."""
        names = [problem.document.path.rpartition("/")[2]]
        if problem.entry is not None:
            names = [problem.entry.title]
            step = self._views.tree.state.analysis(problem.entry).flow.steps.get(problem.step)
            names += [step.name or step.id] if step is not None else []
        return ((" · ".join(names), "name"), (": ", "muted"))

    def _way_there(self, others: int) -> Line:
        key = first_key(self._banner.app, "go.next-problem")
        more: Line = ((f" · {counted(others, 'more new problem')}", "muted"),) if others else ()
        return (*more, (" · ", "muted"), (key, "key"), (" goes there", "muted")) if key else more

    def open_source(self) -> None:
        """Where nothing can be drawn yet, show the source at the fault instead, until a save mends it."""
        state = self._views.tree.state
        if broken := broken_files(state.snapshot) if not state.snapshot.collection.entries else ():
            self._shows_source = True
            self._views.side.bring("source")
            self._presenter.show_again(_fault_target(broken[0]))

    def _leave_source(self, snapshot: Snapshot) -> None:
        if self._shows_source and snapshot.collection.entries:
            self._shows_source = False
            self._views.side.bring(self._views.side.diagram_name)

    def go_to_banner(self) -> None:
        """Go to what stands at the top."""
        if broken := broken_files(self._views.tree.state.snapshot):
            self._navigator.jump_to(_fault_target(broken[0]))
        else:
            self.next()

    def next(self) -> None:
        """Go to the latest new problem, else to the next of the worst."""
        if self._new:
            self.go_to(self._new[0])
        else:
            self._go_beyond(1)

    def previous(self) -> None:
        self._go_beyond(-1)

    def _go_beyond(self, by: int) -> None:
        tree = self._views.tree
        if tree.state.snapshot.problems is None:
            self._views.status.say("still checking", "info")
            return
        problem = tree.state.problem_beyond(tree.cursor, by, self._presenter.current_problem)
        if problem is None:
            self._views.status.say("no problems", "good")
        else:
            self.go_to(problem)

    def go_to(self, problem: Problem) -> None:
        """Go to a problem, in the tree and in the source, and say it in full."""
        self._looked_at(problem)
        self._navigator.jump_to(target_of(problem))

    def preview(self, problem: Problem) -> None:
        """Show a problem beside the list that has the keys."""
        tree = self._views.tree
        if tree.state.holds(problem.document):
            self._looked_at(problem)
            self._navigator.show(tree.state.key_at(problem.document, problem.pointer))
            self._presenter.go_on_to(target_of(problem))

    def _looked_at(self, problem: Problem) -> None:
        self._presenter.problem = problem
        self._views.problems.put_cursor_on(problem)
        if problem in self._new:
            self._new = tuple(other for other in self._new if other != problem)
            self._show_banner(self._views.tree.state.snapshot)


def _fault_target(document: Document) -> Target:
    fault = document.faults[0]
    return Target(document, fault.pointer, document.fault_extent(fault).start)


def target_of(problem: Problem) -> Target:
    """Where a problem is in its file."""
    return Target(problem.document, problem.pointer, problem.where().start)
