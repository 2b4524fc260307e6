"""The panes of a rehearsal: which there are, which there is room for, and what they show."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.geometry import Size

from kustui.tui.bindings import actions_of, first_key, with_keys_in_force
from kustui.tui.rehearsal.context_view import ContextView
from kustui.tui.rehearsal.history_rows import LogRows, coverage_rows, queue_rows
from kustui.tui.rehearsal.run_rail_view import RunRailView, draw_rail
from kustui.tui.rehearsal.session import Session
from kustui.tui.rehearsal.step_rows import step_rows
from kustui.tui.widgets.border_titles import BorderTitles
from kustui.tui.widgets.rows import Rows
from kustui.tui.widgets.rows_view import RowsView

FLOW = "flow"
MIDDLE = ("table", "context")
RIGHT = ("queue", "log", "coverage")
PANES = (FLOW, *MIDDLE, *RIGHT)
NARROW = 110
"""Columns below which the flow stands above one pane, instead of next to all of them."""
SHORT = 30
"""Rows below which each column is one pane."""
_FLOW_SHARE = 45
"""Percent of the height that the flow takes at most where it stands above another pane."""


class PaneLayout(Struct, frozen=True):
    """Which panes there is room for: where not all can be seen, those that were entered last."""

    narrow: bool = True
    short: bool = True
    below: str = "table"
    middle: str = "table"
    right: str = "log"
    record: str = "log"
    """Which of log and coverage stands below the queue."""

    def sized(self, width: int, height: int) -> PaneLayout:
        return replace(self, narrow=width < NARROW, short=height < SHORT)

    def showing(self, pane: str) -> PaneLayout:
        """With a pane in view."""
        if pane == FLOW:
            return self
        below = replace(self, below=pane)
        if pane in MIDDLE:
            return replace(below, middle=pane)
        return replace(below, right=pane, record=self.record if pane == "queue" else pane)

    @property
    def visible(self) -> tuple[str, ...]:
        if self.narrow:
            return (FLOW, self.below)
        if self.short:
            return (FLOW, self.middle, self.right)
        return (FLOW, *MIDDLE, "queue", self.record)


class PaneHelp(NamedTuple):
    """What a pane is called, with its key, and what the help says of it."""

    title: str
    about: str


PANE_HELP = {
    "flow": PaneHelp(
        "1 Flow",
        "The workflow that runs, one row per step: where the run is, where it has been, and where it will stop. The "
        "cursor follows the run; moved to another step, it shows in the Step pane what that step did.",
    ),
    "table": PaneHelp(
        "2 Step",
        "What comes next: the params of the action, its output and where that comes from, and every transition with "
        "the result of its condition and the values of the operands. Enter on a transition forces it.",
    ),
    "context": PaneHelp(
        "3 Context",
        "Everything that later steps of the run can read, the latest first, each with where it comes from: passed "
        "in, drafted, mocked or computed. What the last step added is marked.",
    ),
    "queue": PaneHelp(
        "4 Queue",
        "The virtual clock: past runs, the present, and the runs and events that are due, those that a write has "
        "caused with the step that wrote. Enter on a past run goes back to it.",
    ),
    "log": PaneHelp(
        "5 Log",
        "Everything that happened, every value with where it comes from, every assumption about the format, and "
        "every difference from the scenario. Enter goes to that moment.",
    ),
    "coverage": PaneHelp(
        "6 Coverage",
        "How much of each workflow ran on all attempts together, including those you stepped back from, and what "
        "never ran.",
    ),
}
_TITLES = {name: help_.title for name, help_ in PANE_HELP.items()}
_PANE_ACTIONS = {
    title.partition(" ")[2]: f"rehearse.{'course' if name == FLOW else name}" for name, title in _TITLES.items()
}
"""Which action leads to the pane of a name."""


def pane_title(name: str, session: Session | None) -> str:
    """The title of a pane, with what of the session it sums up."""
    title = _TITLES[name]
    if session is None:
        return title
    if name == FLOW:
        stops = [stop.kind for stop in sorted(session.stop_points) if stop.kind != "step"]
        breakpoints = f"   ■ at {' and '.join(f'any {kind}' for kind in stops)}" if stops else ""
        return f"{title} of {session.organisation.analysis(session.position[0]).title}{breakpoints}"
    if name == "queue":
        count = len(session.state.queue)
        due = f"{title} {count:,} due" if count else title
        return f"{due}   follows events" if session.state.follows_events else due
    if name == "coverage" and session.taken:
        return f"{title} {session.coverage.steps.percent:.0f} %"
    return title


def _with_help(view: RowsView) -> RowsView:
    help_ = PANE_HELP[str(view.id)]
    view.NAME, view.ABOUT = help_  # type: ignore[misc]  # a class of its own for each would say no more
    return view


class RehearsalPanes(Container):
    """Shows a session in as many panes as there is room for."""

    DEFAULT_CSS = """
    RehearsalPanes { height: 1fr; layout: horizontal; }
    RehearsalPanes #flow, RehearsalPanes #middle, RehearsalPanes #right { width: 1fr; height: 1fr; }
    RehearsalPanes #middle, RehearsalPanes #right { border-left: solid $rule; }
    RehearsalPanes RowsView { border-top: solid $rule; border-title-color: $muted; }
    RehearsalPanes RowsView:focus {
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    RehearsalPanes #context, RehearsalPanes #queue { height: 40%; }
    RehearsalPanes.-alone #context, RehearsalPanes.-alone #queue { height: 1fr; }
    RehearsalPanes.-narrow { layout: vertical; }
    RehearsalPanes.-narrow #middle, RehearsalPanes.-narrow #right { border-left: none; width: 100%; }
    RehearsalPanes.-narrow #flow { width: 100%; }
    """

    def __init__(self) -> None:
        super().__init__(id="panes")
        self.rail = RunRailView(id=FLOW)
        self._context_view = ContextView(id="context")
        self._by_name: dict[str, RowsView] = {
            FLOW: self.rail,
            "table": RowsView(cursor_always=False, id="table"),
            "context": self._context_view,
            "queue": RowsView(id="queue"),
            "log": RowsView(empty="nothing has happened yet", cursor_always=False, id="log"),
            "coverage": RowsView(empty="nothing has run yet", cursor_always=False, id="coverage"),
        }
        self._middle, self._right = (
            Vertical(*(_with_help(self._by_name[name]) for name in names), id=id_)
            for id_, names in (("middle", MIDDLE), ("right", RIGHT))
        )
        self.maximised = False
        """Whether the pane with the focus is shown alone."""
        self._current = FLOW
        """The pane that has the keys, or had them last."""
        self._session: Session | None = None
        self._layout = PaneLayout()
        self._log_rows = LogRows()
        self._titles = BorderTitles()
        self._filled: dict[str, tuple[Session, int, str]] = {}
        """What each pane shows, in how many cells, of which node."""

    def compose(self) -> ComposeResult:
        yield _with_help(self.rail)
        yield self._middle
        yield self._right

    def pane(self, name: str) -> RowsView:
        return self._by_name[name]

    @property
    def current(self) -> RowsView:
        """The pane that has the keys, or had them last."""
        return self.pane(self._current)

    def show(self, session: Session) -> None:
        self._session = session
        key, node = session.position
        self.rail.draw(draw_rail(session, session.organisation.analysis(key)), node)
        self.lay_out()

    # Going to a pane

    def enter_pane(self, name: str) -> None:
        """Bring a pane into view and give it the focus."""
        self._layout = self._layout.showing(name)
        self.lay_out()
        self.pane(name).focus()

    def next(self, by: int) -> None:
        """Go to the next pane, or to the one before (``by`` -1)."""
        self.enter_pane(PANES[(PANES.index(self._current) + by) % len(PANES)])

    def maximise(self) -> None:
        """Show the pane with the focus alone, or all panes again."""
        self.maximised = not self.maximised
        self.lay_out()

    # Which panes are in view

    def fit(self, size: Size) -> None:
        """Show what there is room for on a screen of a size."""
        self._layout = self._layout.sized(size.width, size.height)
        self.lay_out()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if event.widget.id in PANES:
            self._current = event.widget.id
            self._layout = self._layout.showing(event.widget.id)
            self.lay_out()

    @property
    def visible_panes(self) -> tuple[str, ...]:
        return (self._current,) if self.maximised else self._layout.visible

    def lay_out(self) -> None:
        """Show the panes that there is room for, and fill those that have come into view."""
        visible, layout = self.visible_panes, self._layout
        self.set_class(layout.narrow, "-narrow")
        self.set_class(layout.narrow or layout.short or len(visible) == 1, "-alone")
        for name in PANES:
            self.pane(name).display = name in visible
        self._middle.display = any(name in visible for name in MIDDLE)
        self._right.display = any(name in visible for name in RIGHT)
        self._size_rail(alone=visible == (FLOW,))
        for name in visible:
            self._fill(name)
        self.show_titles()

    def _size_rail(self, *, alone: bool) -> None:
        if not self._layout.narrow or alone:
            self.rail.styles.height = "1fr"
            return
        room = max(5, (self.app.size.height - 4) * _FLOW_SHARE // 100)
        foot = 0 if self._layout.short else self.rail.FOOT + 1
        self.rail.styles.height = min(room, self.rail.rows.count + 1 + foot) if self.rail.rows.count else room

    def show_titles(self) -> None:
        """Name the panes anew, as far as they are called something else."""
        visible, actions = self.visible_panes, actions_of(self.app)
        for name in PANES:
            view, title = self.pane(name), pane_title(name, self._session)
            if view.highlights_matches:
                title = f"{title}   {len(view.matches):,} with “{view.search.text}”"
            beside = self._beside_title(name)
            before = "  ".join(_TITLES[other] for other in beside if PANES.index(other) < PANES.index(name))
            others = "  ".join(_TITLES[other] for other in beside if PANES.index(other) > PANES.index(name))
            if len(visible) == 1:
                others = f"{others}   {first_key(self.app, 'view.maximise')} all panes".strip()
            parts = (with_keys_in_force(text, actions, _PANE_ACTIONS) for text in (title, others, before))
            self._titles.name(view, *parts)

    def press(self, event: events.MouseDown) -> None:
        """The mouse is pressed."""
        self._titles.press(event)

    def action_at(self, event: events.Click) -> str:
        """The action that leads to the pane whose name is clicked in a title; empty for none."""
        return self._titles.action_at(event, _PANE_ACTIONS)

    def _beside_title(self, name: str) -> tuple[str, ...]:
        """The panes that a pane stands for, where there is no room for all."""
        others: tuple[str, ...] = ()
        if self._layout.narrow and name != FLOW:
            others = (*MIDDLE, *RIGHT)
        elif self._layout.short and name != FLOW:
            others = MIDDLE if name in MIDDLE else RIGHT
        elif name in ("log", "coverage"):
            others = ("log", "coverage")
        return tuple(other for other in others if other != name)

    # What they show

    def _fill(self, name: str) -> None:
        session = self._session
        if session is None or name == FLOW:
            return
        width = self._width_of(name)
        node = self.rail.node or session.position[1]
        filled = (session, width, node if name == "table" else "")
        before, width_before, node_before = self._filled.get(name, (None, 0, ""))
        again = before is session and node_before == filled[2]
        if again and (name in ("context", "queue") or width_before == width):
            return  # its cursor stays
        self._filled[name] = filled
        self._show(name, session, width, node, again=again)

    def _show(self, name: str, session: Session, width: int, node: str, *, again: bool) -> None:
        view = self.pane(name)
        match name:
            case "table":
                rows = step_rows(session, node, width, actions_of(self.app))
                view.update_rows(Rows.of(rows)) if again else view.show(Rows.of(rows), top=0)
            case "context":
                self._context_view.show_context(session)
            case "queue":
                rows, now = queue_rows(session)
                view.show(Rows.of(rows), now, top=max(0, now - view.page // 2))
            case "log":
                rows = self._log_rows.rows(session, width)
                view.update_rows(Rows.of(rows)) if again else view.show(Rows.of(rows), len(rows) - 1)
            case "coverage":
                view.show(Rows.of(coverage_rows(session, width)), view.cursor)

    def _width_of(self, name: str) -> int:
        """Cells of a row of a pane, also of one that has only just come into view: its first key is for what it
        shows."""
        alone = self.maximised or self._layout.narrow
        coming = self.app.size.width if alone else self.app.size.width // 3 - 1
        return max(20, (self.pane(name).content_size.width or coming) - 1)

    @on(RowsView.Moved, f"#{FLOW}")
    def _show_other_step(self) -> None:
        if "table" in self.visible_panes:
            self._fill("table")

    @on(RowsView.Widened)
    def _fill_again(self, event: RowsView.Widened) -> None:
        name, view = str(event.view.id), event.view
        if name in self.visible_panes:
            self._fill(name)
        if name == "queue":  # filled before it was known how high it is
            view.show(view.rows, view.cursor, top=max(0, view.cursor - view.page // 2))
