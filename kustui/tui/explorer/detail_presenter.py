"""What the panes show of the node that the tree's cursor is on, once it rests there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from textual.screen import Screen
from textual.timer import Timer

from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.text.cells import cells
from kustui.text.messages import counted, without_folder
from kustui.text.styled_lines import Line, joined, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import first_key
from kustui.tui.explorer.views import PaneTitles, Views
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.bars import LinesFor, problem_lines
from kustui.tui.widgets.rows import BREADCRUMB_SEPARATOR, NodeKey, Row, Rows, Target
from kustui.tui.widgets.rows_view import REST, width_inside

_LOW = 15
"""Lines of a terminal in which a problem takes one, so that the panes have room."""
_LEAST_POINTER, _COUNTS = 16, 24
"""Characters of a pointer that are shown at least, and cells that are left for the counts beside it."""
_LEAST_LINES = 4
"""Lines that a problem may take in others at least, and otherwise a third of the lines."""


class DetailPresenter:
    """Lets detail, source, drawing and the status line follow the cursor of the tree."""

    def __init__(self, screen: Screen[None], views: Views, titles: PaneTitles) -> None:
        self._screen, self._views, self._titles = screen, views, titles
        self.ready = False
        """Whether what the panes need is imported, as it is after the first paint, or a key asks for it before."""
        self.shown: NodeKey | None = None
        """The node that the panes show; None where they are to show theirs anew."""
        self._last: NodeKey | None = None
        """The node that they showed last: shown anew, the place in it is kept."""
        self._target: Target | None = None
        """The place in a file that was jumped to and is yet to be shown."""
        self.problem: Problem | None = None
        """The problem that was gone to last."""
        self.read: Problem | None = None
        """The one whose line Enter has shown."""
        self.scenario_lines: Callable[[bool], LinesFor | None] = lambda _: None
        """What is to be said of the scenario at the cursor, given whether there is a problem."""
        self._failing = 0
        """How many scenarios fail."""
        self._progress = ""
        """How far what takes its time has come."""
        self._resting: Timer | None = None
        self._looking: Timer | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether the panes, or the lines at the bottom, are yet to follow a cursor."""
        return self._resting is not None or self._looking is not None

    def cursor_moved(self) -> None:
        """The cursor of the tree moved: the panes are to follow once it rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self._screen.set_timer(REST, self._rested)

    def source_moved(self) -> None:
        """The cursor of the source moved, or came or went: what is to be said of it is shown once it rests."""
        if self._looking is None:
            self._looking = self._screen.set_timer(REST, self._source_rested)

    def _source_rested(self) -> None:
        self._looking = None
        self.show_place()
        self._show_problem()

    def go_on_to(self, target: Target) -> None:
        """The panes are to show a place of a file once the cursor of the tree, which goes there, rests."""
        self._target, self.shown = target, None
        self.cursor_moved()

    def _rested(self) -> None:
        self._resting = None
        self.look()
        self.show()

    def follow_now(self) -> None:
        """Let the panes follow, whether or not the cursor of the tree rests already."""
        if self._resting is not None:
            self._resting.stop()
            self._rested()
        elif self.shown is None:
            self.show()

    def look(self) -> None:
        """Somebody looks at the node of the cursor: it is marked as changed no more."""
        view = self._views.tree
        if view.node is not None and view.state.look_at(view.node.key):
            view.refresh()

    def move(self, moved: Callable[[NodeKey], NodeKey]) -> None:
        """Nodes have other keys now."""
        if self._last is not None:
            self._last = moved(self._last)

    def show_again(self, target: Target | None = None) -> None:
        """Show the node of the cursor anew, in its source the place of a file if there is one to go to."""
        self._target = target or self._target
        self.shown = None
        self.show()

    def show(self) -> None:
        """Show the node of the cursor in the panes next to the tree and in the status line."""
        self.show_place()
        node, tree, side = self._views.tree.node, self._views.tree.state, self._views.side
        if not self.ready:
            return
        if node is None:
            self.shown = None
            self._show_problem()
            side.clear()
            return
        if self.shown == node.key:
            return
        from kustui.tui.explorer.detail import detail_rows  # not before the first paint

        again = node.key == self._last
        self.shown = self._last = node.key
        detail, rows = side.detail, Rows.of(detail_rows(tree, node, max(20, width_inside(side.detail) - 1)))
        if again and (detail.has_focus or detail.cursor or detail.top):
            detail.update_rows(rows)
        else:  # from its beginning, where what is wrong stands and what changed
            detail.show(rows, top=0)
        self._show_problem()
        self._show_source(node, again=again)
        side.show(tree, node)
        self._titles.update()

    def _show_source(self, node: Node, *, again: bool) -> None:
        """Show source, its cursor at the place that was jumped to, if one was."""
        target, self._target = self._target, None
        offset = target.offset if target is not None and target.document is node.document else None
        problems = self._views.tree.state.snapshot.by_document.get(node.document, ())
        self._views.side.source.show_part(node.document, node.pointer, problems, offset, again=again)

    @property
    def current_problem(self) -> Problem | None:
        """The problem that was gone to, while the cursor is still where it is."""
        node, tree = self._views.tree.node, self._views.tree.state
        problem = self.problem
        if node is None or problem is None or not tree.holds(problem.document):
            return None
        return problem if tree.key_at(problem.document, problem.pointer) == node.key else None

    def take_unread(self) -> Problem | None:
        """The problem that was gone to, once: from then on Enter does on its row what it does on any other."""
        problem = self.current_problem
        problem, self.read = (problem if problem is not self.read else None), problem
        return problem

    @property
    def problem_here(self) -> Problem | None:
        """What is wrong where the cursor is, be it in a list: the problem gone to, else the worst."""
        return self._problem_among(self._problems_here)

    @property
    def _problems_here(self) -> Sequence[Problem]:
        node = self._views.tree.node
        return here(self._views.tree.state, node) if node is not None else ()

    def _problem_among(self, problems: Sequence[Problem]) -> Problem | None:
        views = self._views
        source, listed, detail = views.side.source, views.problems, views.side.detail
        in_line = source.problem if source.has_focus else listed.problem if listed.has_focus else None
        if detail.has_focus and (target := detail.row.target) is not None:
            in_line = next((problem for problem in problems if Target.of(problem) == target), None)
        return in_line or self.current_problem or max(problems, key=lambda problem: problem.severity, default=None)

    def has_fix(self, problem: Problem) -> bool:
        """Whether there is a fix that can be shown."""
        if not self.ready:
            return False
        from kustui.fix.quick_fixes import fixes_of, is_fixable  # not before the first paint

        return is_fixable(problem) or bool(fixes_of(problem, self._views.tree.state.snapshot.analyses))

    def _fix_hint(self, problem: Problem) -> Line:
        """The key that shows the fix of a problem, if there is one."""
        key = first_key(self._screen.app, "fix.show")
        return ((key, "key"), (" fix  ", "muted")) if key and self.has_fix(problem) else ()

    def _show_problem(self) -> None:
        """Say in full what is wrong where the cursor is. Of what the banner says, only the rule and the place."""
        bar, problems = self._views.problem_bar, self._problems_here
        problem = self._problem_among(problems)
        height = self._screen.size.height
        most = max(_LEAST_LINES, height // 3) if height > _LOW else 1
        said = self.scenario_lines(problem is not None)
        if said is not None or problem is None:
            bar.show_text((lambda width: limited(said(width), most)) if said is not None else None)
            return
        place = f"{problem.rule} at {without_folder(problem.path)}:{problem.span().start}"
        fix = self._fix_hint(problem)
        others = f"  {len(problems) - 1:,} more here" if len(problems) > 1 and problem in problems else ""
        is_said = height > _LOW and self._views.banner.says(problem)

        def lines(width: int) -> Sequence[Line]:
            after: Line = (*fix, (place, "muted"), (others, "muted"))
            if is_said:
                return list(wrapped(after, width))
            return limited(problem_lines(problem, width, after=(("  ", ""), *after)), most)

        bar.show_text(lines)

    def show_place(self) -> None:
        """Say in the status line where the cursor is, and how much is wrong."""
        view = self._views.tree
        place = self._pointer() or (breadcrumbs(view.state, view.tree_rows, view.node) if view.node is not None else ())
        snapshot = view.state.snapshot
        counts = problem_counts(snapshot.problems) if snapshot.problems or snapshot.is_checked else ()
        progress: Line = ((f"  {self._progress}" if counts else self._progress, "info"),) if self._progress else ()
        failing: Line = ((f"  {failing_in_words(self._failing)}", "error"),) if self._failing else ()
        self._views.status.show_location(Row(place, mark=(*counts, *failing, *progress)))

    def show_failing(self, count: int) -> None:
        """Say how many scenarios fail."""
        if self._failing != count:
            self._failing = count
            self.show_place()
        self.source_moved()  # at the cursor it may be another one

    def _pointer(self) -> Line:
        """The file, line and pointer of the source's cursor while it has the keys."""
        source = self._views.side.source
        target = source.row.target if source.has_focus else None
        if target is None:
            return ()
        file = without_folder(target.document.source.line_location(target.offset))
        room = max(_LEAST_POINTER, self._views.status.size.width - cells(terminal_safe(file)) - _COUNTS)
        pointer = target.pointer or "/"
        if len(pointer) > room:
            pointer = "…" + pointer[-room:]
        return ((file, "muted"), ("  ", ""), (pointer, "name"))

    def show_progress(self, text: str) -> None:
        """Say how far what takes its time has come; with an empty text, that it is done."""
        if text == self._progress:
            return
        self._progress = text
        view = self._views.tree
        if text and not view.is_open:
            view.empty = text
            view.refresh()
        self.show_place()


def here(tree: TreeState, node: Node) -> tuple[Problem, ...]:
    """What is wrong at or below a node, and what is worth knowing of the node itself; of a file, what is wrong with the
    file itself."""
    problems = tree.problems(node)
    if node.entry is None:
        return tuple(problem for problem in problems if problem.entry is None)
    return tuple(
        problem
        for problem in problems
        if problem.severity > Severity.INFO or tree.key_at(problem.document, problem.pointer) == node.key
    )


def limited(lines: Sequence[Line], most: int) -> Sequence[Line]:
    """As many of the lines as there is room for; the last says that there are more."""
    return lines if len(lines) <= most else (*lines[: most - 1], (*lines[most - 1], ("…", "muted")))


def breadcrumbs(tree: TreeState, rows: TreeRows, node: Node) -> Line:
    """What a node stands below, and the node itself: ``orders.json › order-created › ● Find the customer``."""
    crumbs: list[Line] = []
    if tree.index(node.key[:1]) is None:  # a file that is one workflow has no row of its own
        crumbs.append(((node.document.path, "muted"),))
    for size in range(1, len(node.key) + 1):
        if (index := tree.index(node.key[:size])) is not None:
            look = "name" if size == len(node.key) else "muted"
            crumbs.append(tuple((text, look) for text, _ in rows.name(index)))
    return joined(crumbs, BREADCRUMB_SEPARATOR)


def failing_in_words(count: int) -> str:
    """``1 scenario fails``."""
    return f"{counted(count, 'scenario')} {'fails' if count == 1 else 'fail'}"


def problem_counts(problems: Sequence[Problem] | None) -> Line:
    """How many problems there are of each severity; nothing until they are known."""
    if problems is None:
        return ()
    if not problems:
        return (("no problems", "muted"),)
    counts = Counter(problem.severity for problem in problems)
    marks = ((SEVERITY_GLYPHS[severity], counts[severity]) for severity in sorted(counts, reverse=True))
    return tuple((f" {glyph}{count:,}", look) for (glyph, look), count in marks)
