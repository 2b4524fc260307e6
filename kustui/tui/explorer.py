"""The main screen: the tree at the left; at the right what is selected, in words and as JSON."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen

from kustui.tui.actions import BY_ID, bindings, key_names
from kustui.tui.banner import Banner, broken_files
from kustui.tui.changes_view import ChangesView
from kustui.tui.diagram import REST, Diagram, Followed, Pointed
from kustui.tui.history import History
from kustui.tui.lines import Key, Row, Rows, Target, shown
from kustui.tui.live import Live
from kustui.tui.problems_view import ProblemsView
from kustui.tui.rows import RowsView
from kustui.tui.side import DIAGRAMS, PANES, Side
from kustui.tui.status import StatusBar
from kustui.tui.tree import Kind, Moves, Node
from kustui.tui.tree_view import TreeView
from kustui.tui.whereabouts import breadcrumbs, counts

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer
    from textual.widget import Widget
    from textual.widgets import Input

    from kustui.check.problems import Problem
    from kustui.difference import Difference
    from kustui.opening import Opening
    from kustui.tui.filter import Filter
    from kustui.workspace import Snapshot

_NARROW = 72
"""Columns below which one pane is shown at a time."""
_TALL = 34
"""Rows from which detail and source are shown together."""
_TREE_KEYS = (
    "rows.choose", "find.filter", "view.problems", "view.flow", "go.back", "view.next-pane", "app.help", "app.quit",
    "go.next-problem", "view.maximise", "tree.open-all", "tree.close-all", "app.palette",
)  # fmt: skip
_FILTER_KEYS = ("filter.keep", "filter.drop", "filter.up", "filter.down")
_PANE_KEYS = (
    "rows.choose", "view.leave", "view.next-pane", "view.maximise", "go.back", "app.help", "app.quit",
    "app.palette",
)  # fmt: skip


class Explorer(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = bindings("go", "view", "find")

    def __init__(self, opening: Opening, *, poll: bool = False) -> None:
        super().__init__()
        self.opening = opening
        self._poll = poll
        self._live: Live | None = None
        """What examines and follows the files; None until they are read."""
        self.snapshot: Snapshot | None = None
        self._ready = False
        """Whether what the panes need is imported: it is, after the first paint."""
        self._touched = False
        """Whether a key was pressed: then nothing opens by itself any more."""
        self._resting: Timer | None = None
        self._told: Key | None = None
        """The node that the panes tell of; None where they are to be told anew."""
        self._described: Key | None = None
        """The node that they told of last: told anew, its place in them is kept."""
        self._progress = ""
        self._history = History()
        self._titles: dict[Widget, str] = {}
        self._target: Target | None = None
        """The place in a file that was jumped to and is yet to be shown."""
        self._filtered: RowsView | None = None
        """The pane that the filter is for."""

    def compose(self) -> ComposeResult:
        yield Banner(id="banner")
        with Horizontal(id="panes"):
            yield TreeView(id="tree")
            yield Side(id="side")
        yield ProblemsView(empty="nothing is wrong", id="problems")
        yield ChangesView(empty="nothing has changed on disk since it was opened", id="changes")
        yield StatusBar(id="status")

    @property
    def tree_view(self) -> TreeView:
        return self.query_one("#tree", TreeView)

    @property
    def side(self) -> Side:
        return self.query_one("#side", Side)

    @property
    def detail(self) -> RowsView:
        return self.query_one("#detail", RowsView)

    @property
    def source(self) -> RowsView:
        return self.query_one("#source", RowsView)

    @property
    def problems(self) -> ProblemsView:
        return self.query_one("#problems", ProblemsView)

    @property
    def changes(self) -> ChangesView:
        return self.query_one("#changes", ChangesView)

    @property
    def status(self) -> StatusBar:
        return self.query_one("#status", StatusBar)

    # Reading and examining

    def on_mount(self) -> None:
        self.side.bring(DIAGRAMS[0])
        self._title_panes()
        self.tree_view.focus()
        self._offer_keys()
        if self.opening.done:
            self._opened()
        else:
            self.tree_view.empty = "reading …"
            self._wait_for_opening()

    @work(thread=True)
    def _wait_for_opening(self) -> None:
        while not self.opening.wait(0.1):
            read, total = self.opening.progress
            told = f"reading … {read * 100 // total} %" if total else "reading …"
            self.app.call_from_thread(self._tell_progress, told)
        self.app.call_from_thread(self._opened)

    def _opened(self) -> None:
        """Everything is read: show it, or leave where there is nothing to show."""
        from kustui.definition.loading import PathError, nothing_to_show

        self._progress = ""
        try:
            snapshot = self.opening.result()
            reason = nothing_to_show(snapshot.collection)
        except PathError as error:
            reason = str(error)
        if reason:
            self.app.exit(return_code=2, message=f"kustui: {reason}")
            return
        self.tree_view.empty = "no workflow has that in its name, id or event"
        self.take(snapshot)
        self.call_after_refresh(self._follow)

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Show a snapshot, and what is different in it."""
        self.snapshot = snapshot
        if difference is not None and self._described is not None:
            self._described = Moves(difference).key(self._described)
            self._history.move(Moves(difference).key)
        self.tree_view.take(snapshot, difference)
        self.problems.take(snapshot.problems, difference.new if difference is not None else ())
        self.query_one(Banner).take(snapshot)
        self._show_problems()
        self._told = None
        self._tell_where()
        self.call_after_refresh(self._tell_all)  # what is wrong is seen first

    def _tell_all(self) -> None:
        self._title_panes()
        self._tell()

    # Described in words: Textual would write out the arguments, the whole of the files among them.
    @work(thread=True, group="follow", description="following")
    def _follow(self) -> None:
        """Look at every workflow with every rule, then at what changes, beside the keys."""
        from kustui.drawing import flow_rail  # noqa: F401  # what the panes need, paid for beside the keys
        from kustui.tui import detail, source_rows  # noqa: F401

        self.app.call_from_thread(self._warm)
        live = self._live = Live(self.opening.workspace, self.post_message, poll=self._poll)
        if self.is_running:  # else nobody would end it
            live.run()

    def on_unmount(self) -> None:
        if self._live is not None:
            self._live.close()

    def on_live_next(self, event: Live.Next) -> None:
        self._progress = ""
        if (found := event.difference) is None:
            self.take(event.snapshot)
            return
        self.take(event.snapshot, found)
        from kustui.tui.change_rows import change_rows

        time = datetime.now().strftime("%H:%M:%S")
        self.changes.take(change_rows(time, found, self._key_of))
        key = (key_names(BY_ID["view.changes"])[0], "key")
        line = (("reloaded ", "new"), (f"{time} · {found.words}", ""))
        self.status.announce(Row(line, mark=(key, (" what changed", "muted"))))

    def _key_of(self, problem: Problem) -> Key:
        tree = self.tree_view.tree_of
        return (
            tree.key_at(problem.document, problem.pointer) if tree is not None and tree.holds(problem.document) else ()
        )

    def on_live_progress(self, event: Live.Progress) -> None:
        self._tell_progress(f"checking {event.done:,} of {event.total:,}")

    def on_live_refused(self, event: Live.Refused) -> None:
        told = "\n".join(shown(line) for line in event.lines)
        self.notify(told, severity="error", timeout=20, markup=False)

    def on_banner_clicked(self) -> None:
        if self.snapshot is not None and (broken := broken_files(self.snapshot)):
            fault = broken[0].faults[0]
            self.jump_to(Target(broken[0], fault.pointer, broken[0].fault_extent(fault).start))

    def _warm(self) -> None:
        self._ready = True
        view = self.tree_view
        if not self._touched and self.snapshot is not None and len(self.snapshot.collection.entries) <= 60:
            view.action_open()
        self._tell()

    def _tell_progress(self, text: str) -> None:
        self._progress = text
        if self.snapshot is None:
            self.tree_view.empty = text
            self.tree_view.refresh()
        self._tell_where()

    # Telling what is selected

    @on(RowsView.Moved, "#tree")
    def _moved(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        self._look()
        self._tell()

    def _look(self) -> None:
        """Somebody looks at the node of the cursor: if it was marked as different, it is no more."""
        view = self.tree_view
        if view.tree_of is not None and view.node is not None and view.tree_of.look_at(view.node.key):
            view.refresh()

    def _tell(self) -> None:
        """Show the node of the cursor in the panes at the right and in the status line."""
        self._tell_where()
        node, tree = self.tree_view.node, self.tree_view.tree_of
        if not self._ready or tree is None:
            return
        if node is None:
            self.detail.show(Rows.of(()))
            self.source.show(Rows.of(()))
            return
        if self._told == node.key:
            return
        from kustui.tui.detail import described
        from kustui.tui.source_rows import source_rows

        again = node.key == self._described
        self._told = self._described = node.key
        width = max(20, self.detail.content_size.width - 1)
        rows = Rows.of(described(tree, node, width))
        if again:
            self.detail.show_again(rows)
        else:
            self.detail.show(rows, top=0)
        self._show_source(source_rows(node.document, node.pointer, tree.problems(node)), node, again=again)
        self.side.tell(tree, node)
        self._title_panes()

    def _show_source(self, rows: Rows, node: Node, *, again: bool) -> None:
        """Show source, its cursor on the line that was jumped to, if one was."""
        target, self._target = self._target, None
        if again and target is None:
            self.source.show_again(rows, lambda row: row.line[1:])  # the number of a line may be another
            return
        line = 0
        if target is not None and target.document is node.document and rows.first_line:
            line = target.document.source.place(target.offset).line - rows.first_line
        self.source.show(rows, line, top=max(0, line - self.source.page // 2))

    def _show_problems(self) -> None:
        if self.has_class("-problems"):
            self.problems.list_problems()

    def _tell_where(self) -> None:
        node, tree = self.tree_view.node, self.tree_view.tree_of
        where = breadcrumbs(tree, node) if tree is not None and node is not None else ()
        found = self.snapshot.problems if self.snapshot is not None else None
        self.status.tell(Row(where, mark=((self._progress, "info"),) if self._progress else counts(found)))

    # Keys

    def on_key(self) -> None:
        self._touched = True
        self.status.announce(Row())
        self._look()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        focused = event.widget.id
        if focused == "filter" and self._filtered is not None:
            focused = self._filtered.id  # what is being filtered is to be seen
        for name in ("tree", *PANES, "problems", "changes"):
            self.set_class(focused == name, f"-on-{name}")
        if focused in PANES:
            self.side.bring(focused)
        self._offer_keys()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "-narrow")
        self.set_class(event.size.height < _TALL, "-short")
        self._title_panes()

    @on(RowsView.Widened, "#detail")
    def _widened(self) -> None:
        self._told = None
        self._tell()

    def _title_panes(self) -> None:
        """Name the panes with their keys, and in one that stands for two, the other."""
        tree, node = self.tree_view.tree_of, self.tree_view.node
        count = len(self.snapshot.collection.entries) if self.snapshot is not None else 0
        title = f"1 Workflows {count:,}" if count else "1 Workflows"
        if tree is not None and tree.filter:
            found = sum(1 for node in tree.nodes if node.kind is Kind.WORKFLOW)
            title = f"1 Workflows {found:,} of {count:,} with “{tree.filter}”"
        line = node.document.span(node.pointer).start.line if node and self._ready else 0
        place = f" from line {line:,}" if line else ""
        alone = self.has_class("-short")
        self._title(self.tree_view, title)
        self._title(self.detail, "2 Detail   3 Source   5 Flow" if alone else "2 Detail")
        self._title(self.problems, self.problems.title)
        self._title(self.changes, "What changed on disk")
        self._title(self.source, f"3 Source{place}   2 Detail   5 Flow" if alone else f"3 Source{place}")
        for view, title in self.side.titles(alone=alone):
            self._title(view, title)

    def _title(self, view: Widget, title: str) -> None:
        if self._titles.get(view) != title:  # a new title repaints the whole pane
            self._titles[view] = title
            view.border_title = Content(shown(title))  # content, since text would go through a markup parser

    def _offer_keys(self) -> None:
        on_tree = self.focused is None or self.focused.id == "tree"
        on_filter = self.focused is not None and self.focused.id == "filter"
        keys: tuple[str, ...] = _TREE_KEYS if on_tree else _FILTER_KEYS if on_filter else _PANE_KEYS
        if isinstance(self.focused, Diagram):
            keys = self.focused.KEYS
        self.status.offer([BY_ID[id_] for id_ in keys])

    @on(Diagram.Retitled)
    def _retitled(self) -> None:
        self._title_panes()

    @on(Pointed)
    def _pointed(self, event: Pointed) -> None:
        """Let the tree follow the cursor of a drawing, and the other panes the tree."""
        self._show(event.key)

    @on(Followed)
    def _followed(self, event: Followed) -> None:
        focused = self.focused
        if not event.key:
            self.action_detail()
        else:
            self.jump(event.key)
            if focused is not None:
                focused.focus()

    @on(RowsView.Chosen)
    def _chosen(self, event: RowsView.Chosen) -> None:
        view = self.tree_view
        if event.view is not view:
            row = event.view.row
            if row.target is not None:
                self.jump_to(row.target)
            elif row.link:
                self.jump(row.link)
            return
        node, tree = view.node, view.tree_of
        if node is None or tree is None:
            return
        if link := tree.link(node):
            self.jump(link)
        elif node.opens:
            view.action_fold()
        else:
            self.action_detail()

    def jump_to(self, target: Target) -> None:
        """Go to the node that holds a place of a file, and in its source to the line."""
        tree = self.tree_view.tree_of
        if tree is not None and not tree.holds(target.document):
            place = target.document.source.place(target.offset)
            self.notify(f"that is in {shown(target.document.path)}:{place}", markup=False)
        elif tree is not None:
            self._target = target
            self.jump(tree.key_at(target.document, target.pointer))
            self._told = None
            self._tell()

    def jump(self, key: Key) -> None:
        """Go to a node, remembering where you were."""
        node = self.tree_view.node
        if node is not None:
            self._history.leave(node.key)
        self._go(key)

    def _show(self, key: Key) -> bool:
        """Put the cursor of the tree on a node; whether it is there."""
        if self.tree_view.tree_of is not None and self.tree_view.tree_of.filter and not self._visible(key):
            self.tree_view.filter("")
            self._title_panes()
        return self.tree_view.go_to(key)

    def _go(self, key: Key) -> None:
        if self._show(key):
            self.action_tree()
        else:
            self.notify("that is gone", severity="warning", markup=False)

    def _visible(self, key: Key) -> bool:
        tree = self.tree_view.tree_of
        return tree is not None and tree.index(key[:2]) is not None

    def action_back(self) -> None:
        self._travel(self._history.back)

    def action_forward(self) -> None:
        self._travel(self._history.forward)

    def _travel(self, turn: Callable[[Key], Key]) -> None:
        node = self.tree_view.node
        key = turn(node.key) if node is not None else ()
        if key:
            self._go(key)
        else:
            self.notify("no further", timeout=1, markup=False)

    def action_next_problem(self) -> None:
        self._go_to_problem(1)

    def action_previous_problem(self) -> None:
        self._go_to_problem(-1)

    def _go_to_problem(self, by: int) -> None:
        tree = self.tree_view.tree_of
        if tree is None or self.snapshot is None or self.snapshot.problems is None:
            self.notify("still checking", timeout=1, markup=False)
            return
        problem = tree.problem_beyond(self.tree_view.cursor, by)
        if problem is None:
            self.notify("nothing is wrong", timeout=1, markup=False)
        else:
            self.jump_to(Target(problem.document, problem.pointer, problem.where().start))

    def action_tree(self) -> None:
        self.remove_class("-beside")
        self.tree_view.focus()

    def action_detail(self) -> None:
        self._enter("detail")

    def action_source(self) -> None:
        self._enter("source")

    def action_flow(self) -> None:
        self._enter("flow")

    def action_boxes(self) -> None:
        self._enter("boxes")

    def action_chains(self) -> None:
        self._enter("chains")

    def action_timeline(self) -> None:
        self._enter("timeline")

    def _enter(self, name: str) -> None:
        """Into one of the panes at the right."""
        self.add_class("-beside")
        self.side.bring(name).focus()
        self._title_panes()

    def action_problems(self) -> None:
        """Into the list of problems, or away with it from inside."""
        if self.focused is self.problems:
            self.remove_class("-problems")
            self.problems.look_at_all()
            self.action_tree()
        else:
            self._enter_problems()

    def _enter_problems(self) -> None:
        self.remove_class("-changes")
        self.add_class("-problems")
        self._show_problems()
        self.problems.focus()

    def action_changes(self) -> None:
        """To what changed on disk, or away from it: then everything was looked at."""
        if self.focused is self.changes:
            self.remove_class("-changes")
            if self.tree_view.tree_of is not None:
                self.tree_view.tree_of.look_at_all()
                self.tree_view.refresh()
            self.action_tree()
        else:
            self._enter_changes()

    def _enter_changes(self) -> None:
        self.remove_class("-problems")
        self.add_class("-changes")
        self.changes.focus()

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        panes: list[Callable[[], object]] = [
            self.action_tree,
            partial(self._enter, self.side.diagram),
            self.action_detail,
            self.action_source,
        ]
        names = ["tree", self.side.diagram, "detail", "source"]
        if self.has_class("-problems"):
            panes.append(self._enter_problems)
            names.append("problems")
        if self.has_class("-changes"):
            panes.append(self._enter_changes)
            names.append("changes")
        here = names.index(self.focused.id) if self.focused is not None and self.focused.id in names else 0
        panes[(here + by) % len(panes)]()

    def action_maximise(self) -> None:
        self.toggle_class("-maximised")

    def action_leave(self) -> None:
        tree = self.tree_view.tree_of
        if self.has_class("-maximised"):
            self.action_maximise()
        elif self.focused is self.problems and self.problems.words:
            self._filtered = self.problems
            self._end_filter()
        elif self.focused is not self.tree_view:
            self.action_tree()
        elif tree is not None and tree.filter:
            self._filtered = self.tree_view
            self._end_filter()

    # The filter

    async def action_filter(self) -> None:
        from kustui.tui.filter import Filter

        fields = self.query(Filter)
        field = fields.first() if fields else Filter()
        if not fields:
            await self.mount(field)
        self._filtered = self.problems if self.focused is self.problems else self.tree_view
        if self._filtered is self.tree_view:
            self.remove_class("-beside")
        tree = self.tree_view.tree_of
        field.value = self.problems.words if self._filtered is self.problems else tree.filter if tree else ""
        field.add_class("-open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        """Show only what holds every one of the words, in the pane that is being filtered."""
        if self._filtered is self.problems:
            self.problems.words = words
            self._show_problems()
        else:
            self.tree_view.filter(words)
        self._title_panes()

    def on_filter_kept(self) -> None:
        self._leave_filter()

    def on_filter_dropped(self) -> None:
        self._end_filter()

    def on_filter_stepped(self, event: Filter.Stepped) -> None:
        (self._filtered or self.tree_view).cursor += event.by

    def _end_filter(self) -> None:
        self._narrow("")
        self._leave_filter()

    def _leave_filter(self) -> None:
        self.query("Filter").remove_class("-open")
        if self._filtered is self.problems:
            self._enter_problems()
        else:
            self.action_tree()
