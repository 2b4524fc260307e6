"""Going from place to place: links, jumps, back and forward, the next problem."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.widget import Widget

from kustui.check.problems import Problem, worst_first
from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.text.messages import counted, without_folder
from kustui.text.styled_lines import Line
from kustui.tui.bindings import first_key
from kustui.tui.diagrams.diagram_view import DiagramView
from kustui.tui.explorer.detail_presenter import DetailPresenter, limited
from kustui.tui.explorer.panes import Panes
from kustui.tui.explorer.views import PaneTitles, Views
from kustui.tui.tree.places import key_of_place, link_of
from kustui.tui.tree.row_order import RowOrder
from kustui.tui.widgets.bars import PROBLEM_KEYS, LinesFor, broken_banner, broken_files, keys_row, problem_lines
from kustui.tui.widgets.rows import NodeKey, Target
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:  # not before the first paint
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.workspace.events import WorkflowSeen

_MOST_PLACES = 100
"""Places that can be gone back to."""


class Place(NamedTuple):
    """Where somebody was: a node of the tree, and what the tree was filtered by."""

    key: NodeKey
    filter: str = ""


class History:
    """The places left by jumps. As in a browser, a jump after going back forgets what was ahead."""

    def __init__(self) -> None:
        self._behind: deque[Place] = deque(maxlen=_MOST_PLACES)
        self._ahead: deque[Place] = deque(maxlen=_MOST_PLACES)

    def leave(self, here: Place) -> None:
        """Remember the place that a jump leads away from."""
        self._behind.append(here)
        self._ahead.clear()

    def back(self, here: Place) -> Place | None:
        """The place before; None where there is none."""
        return self._turn(here, self._behind, self._ahead)

    def forward(self, here: Place) -> Place | None:
        """The place that was gone back from; None where there is none."""
        return self._turn(here, self._ahead, self._behind)

    def move(self, moved: Callable[[NodeKey], NodeKey]) -> None:
        """Nodes have other keys now."""
        for places in (self._behind, self._ahead):
            for index, place in enumerate(places):
                places[index] = place._replace(key=moved(place.key))

    @staticmethod
    def _turn(here: Place, source: deque[Place], target: deque[Place]) -> Place | None:
        while source and source[-1] == here:
            source.pop()  # a jump that led nowhere else
        if not source:
            return None
        target.append(here)
        return source.pop()


class Navigator:
    """Puts the cursor of the tree on places, and brings it back to where it was."""

    def __init__(self, views: Views, titles: PaneTitles, presenter: DetailPresenter, panes: Panes) -> None:
        self._views, self._titles, self._presenter, self._panes = views, titles, presenter, panes
        self.history = History()
        self.marks: dict[str, NodeKey] = {}
        """The places that were given a letter."""

    def move(self, moved: Callable[[NodeKey], NodeKey]) -> None:
        """Nodes have other keys now."""
        self.history.move(moved)
        self.marks = {letter: moved(key) for letter, key in self.marks.items()}

    # Links

    def choose(self, view: RowsView) -> None:
        """Enter on the row of a pane: go where it leads, or open it."""
        tree = self._views.tree
        if view is not tree:
            row = view.row
            current = row.target is not None and tree.state.holds(row.target.document)
            if row.target is not None and (current or not row.link):
                self.jump_to(row.target)
            elif row.link:
                self.jump(key_of_place(tree.state, row.link))
        elif (problem := self._presenter.take_unread()) is not None:
            self._panes.enter("source")
            self._presenter.show_again(Target.of(problem))
        elif (node := tree.node) is not None:
            if link := link_of(tree.state, node):
                self.jump(link)
            elif node.opens:
                tree.action_fold()
            else:
                self._panes.enter("detail")

    def follow(self, diagram: DiagramView) -> None:
        """Let the tree follow the cursor of a drawing, and the other panes the tree.

        At once, for that cursor has rested: shown only once the tree's has too, the drawing would be sent back from
        where its cursor went meanwhile.
        """
        if key := diagram.take_moved():
            self.show(key)
            self._presenter.show()

    def follow_link(self, key: NodeKey, focused: Widget | None) -> None:
        """Enter in a drawing: go to a node while the drawing keeps the keys, or with an empty key to the detail."""
        if not key:
            self._panes.enter("detail")
        else:
            self.jump(key)
            if focused is not None:
                focused.focus()

    # Jumps

    def jump_to(self, target: Target) -> None:
        """Go to the node that holds a place of a file, and in its source to the line."""
        tree = self._views.tree.state
        if not tree.holds(target.document):
            self._views.status.say(f"that is in {target.document.source.location(target.offset)}")
        else:
            self.jump(tree.key_at(target.document, target.pointer))
            self._presenter.show_again(target)

    def jump(self, key: NodeKey) -> None:
        """Go to a node, remembering where one was."""
        self.leave_place()
        self._go(key)

    def leave_place(self, key: NodeKey = ()) -> None:
        """Remember where one is, or the node that a filter has led away from."""
        if key:
            self.history.leave(Place(key))
        elif (here := self._here) is not None:
            self.history.leave(here)

    @property
    def _here(self) -> Place | None:
        tree = self._views.tree
        return Place(tree.node.key, tree.state.filter) if tree.node is not None else None

    def show(self, key: NodeKey) -> bool:
        """Put the cursor of the tree on a node, ending a filter that hides it; whether it is there."""
        tree = self._views.tree
        if tree.state.filter and tree.state.index(key[:2]) is None:
            tree.filter("")
            self._titles.update()
        return tree.go_to(key)

    def _go(self, key: NodeKey) -> None:
        if self.show(key):
            self._panes.enter_tree()
        else:
            self._views.status.say("that no longer exists", "warning")

    def back(self) -> None:
        self._travel(self.history.back)

    def forward(self) -> None:
        self._travel(self.history.forward)

    def _travel(self, turn: Callable[[Place], Place | None]) -> None:
        """Go to another place, with the filter that was in force there."""
        tree, here = self._views.tree, self._here
        if here is None or (place := turn(here)) is None:
            self._views.status.say("no further", "muted")
            return
        if place.filter != here.filter:
            tree.filter(place.filter)
            self._titles.update()
        self._go(place.key)


class ProblemNavigator:
    """Goes to problems: new ones first, the latest of them before all others, then the worst."""

    def __init__(self, views: Views, presenter: DetailPresenter, navigator: Navigator) -> None:
        self._views, self._presenter, self._navigator = views, presenter, navigator
        self._new: tuple[Problem, ...] = ()
        """The problems that saves have brought and nobody has gone to, the latest first."""
        self._failure: LinesFor | None = None
        """What is said of the scenario that a save has broken, until somebody looks at it."""
        self._shows_source = False
        """Whether the source stands where a drawing would, had anything been readable."""

    def take(self, snapshot: Snapshot, new: Sequence[Problem] = ()) -> None:
        """Take the problems of another snapshot, of which some are new since the one before."""
        by_key = {problem.key: problem for problem in snapshot.problems or ()}
        before = (by_key.get(problem.key) for problem in self._new)
        self._new = tuple(dict.fromkeys((*worst_first(new), *filter(None, before))))
        if (gone_to := self._presenter.problem) is not None:
            self._presenter.problem = by_key.get(gone_to.key)
        self._show_banner(snapshot, self._new, first=True)
        self._leave_source(snapshot)

    def foresee(self, seen: WorkflowSeen) -> None:
        """Say already what a save made wrong in a workflow, of which the snapshot is yet to come."""
        fixed = {problem.key for problem in seen.difference.fixed}
        left = (problem for problem in self._new if problem.key not in fixed)
        new = (*worst_first(seen.difference.new), *left)
        self._show_banner(self._views.tree.state.snapshot, new, seen.analysis, first=True)

    def _show_banner(
        self,
        snapshot: Snapshot,
        new: Sequence[Problem],
        analysis: WorkflowAnalysis | None = None,
        *,
        first: bool = False,
    ) -> None:
        """The first file that cannot be read, or else the latest of the ``new`` problems; nothing after a look.
        ``analysis``: that of a workflow which is not in the snapshot yet."""
        alarming = [problem for problem in new if problem.severity > Severity.INFO] or new
        if lines := broken_banner(snapshot, self._views.banner.app):
            self._views.banner.show_text(lines, first=first)
        elif alarming:
            before, after = self._place_in_words(alarming[0], analysis), self._way_there(len(alarming) - 1)
            failure = self._failure

            def lines(width: int) -> Sequence[Line]:
                return (
                    *problem_lines(alarming[0], width, before, after),
                    *(limited(failure(width), 2) if failure else ()),
                )

            self._views.banner.show_text(lines, first=first)
        else:
            self._views.banner.show_text(self._failure, first=first)

    @property
    def shows_failure(self) -> bool:
        """Whether the banner says nothing but that a scenario fails."""
        return self._failure is not None and not self._new and not broken_files(self._views.tree.state.snapshot)

    def show_failure(self, failure: LinesFor | None) -> None:
        """Say in the banner that a save has broken a scenario, or that no more."""
        if failure is not self._failure:
            self._failure = failure
            self._show_banner(self._views.tree.state.snapshot, self._new)

    def _place_in_words(self, problem: Problem, analysis: WorkflowAnalysis | None) -> Line:
        """``orders · Add a note: ``."""
        names = [without_folder(problem.document.path)]
        if problem.entry is not None:
            from kustui.analysis.names import node_name  # not before the first paint

            names = [problem.entry.title]
            if analysis is None or analysis.entry is not problem.entry:
                analysis = self._views.tree.state.analysis(problem.entry)
            flow = analysis.flow
            names += [node_name(flow, problem.step)] if problem.step in flow.steps else []
        return ((" · ".join(names), "name"), (": ", "muted"))

    def _way_there(self, others: int) -> Line:
        key = first_key(self._views.banner.app, "go.next-problem")
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
        """Go to what the banner says."""
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
        problem = RowOrder(tree.state).problem_beyond(tree.cursor, by, self._presenter.current_problem)
        if problem is None:
            self._views.status.say("no problems", "good")
        else:
            self.go_to(problem)

    def go_to(self, problem: Problem) -> None:
        """Go to a problem, in the tree and in the source, and say it in full."""
        self._looked_at(problem)
        self._navigator.jump_to(Target.of(problem))
        if self._presenter.current_problem is problem:
            self._presenter.read = None
            fix = (("fix.show", "fixes it"),) if self._presenter.has_fix(problem) else ()
            self._views.status.announce(keys_row(self._views.banner.app, (*fix, *PROBLEM_KEYS)))

    def preview(self, problem: Problem) -> None:
        """Show a problem beside the list that has the keys."""
        tree = self._views.tree
        if tree.state.holds(problem.document):
            self._looked_at(problem)
            self._navigator.show(tree.state.key_at(problem.document, problem.pointer))
            self._presenter.go_on_to(Target.of(problem))

    def _looked_at(self, problem: Problem) -> None:
        self._presenter.problem = problem
        self._views.problems.put_cursor_on(problem)
        if problem in self._new:
            self._new = tuple(other for other in self._new if other != problem)
            self._show_banner(self._views.tree.state.snapshot, self._new)


def _fault_target(document: Document) -> Target:
    fault = document.faults[0]
    return Target(document, fault.pointer, document.fault_extent(fault).start)
