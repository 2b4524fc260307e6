"""The panes of a rehearsal: which there are, which there is room for, and what they show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from textual import on
from textual.containers import Container, Vertical
from textual.content import Content
from textual.screen import Screen

from kustui.diagrams.styled_lines import Line
from kustui.text.quantities import counted
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import BY_ID, actions_of, first_key, with_keys_in_force
from kustui.tui.rehearsal.context_view import ContextView
from kustui.tui.rehearsal.prompts import KEYS as CHOICE_KEYS
from kustui.tui.rehearsal.prompts import Choices, Prompt
from kustui.tui.rehearsal.run_rail import CourseView
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.rows import NodeKey, Row, Rows
from kustui.tui.widgets.rows_view import LinesView, RowsView

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.tui.rehearsal.history_rows import Log
    from kustui.tui.rehearsal.session import Session

COURSE = "course"
MIDDLE = ("table", "context")
RIGHT = ("queue", "log", "coverage")
PANES = (COURSE, *MIDDLE, *RIGHT)
NARROW = 110
"""Columns below which the flow stands above one pane, instead of beside all of them."""
SHORT = 30
"""Rows below which each column is one pane."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What somebody has looked at last, where not all can be seen."""

    narrow: bool = True
    short: bool = True
    below: str = "table"
    middle: str = "table"
    right: str = "log"
    record: str = "log"
    """Which of log and coverage stands below the queue."""

    def sized(self, width: int, height: int) -> Arrangement:
        return replace(self, narrow=width < NARROW, short=height < SHORT)

    def looked_at(self, pane: str) -> Arrangement:
        """With a pane in view."""
        if pane == COURSE:
            return self
        found = replace(self, below=pane)
        if pane in MIDDLE:
            return replace(found, middle=pane)
        return replace(found, right=pane, record=self.record if pane == "queue" else pane)

    @property
    def visible(self) -> tuple[str, ...]:
        if self.narrow:
            return (COURSE, self.below)
        if self.short:
            return (COURSE, self.middle, self.right)
        return (COURSE, *MIDDLE, "queue", self.record)


class About(NamedTuple):
    name: str
    about: str
    signs: str = ""


ABOUT = {
    "course": About(
        "1 Flow",
        "The workflow that runs, a row a step: where the run stands, where it has been, and where it will stop. "
        "The cursor follows it; put elsewhere, it shows in the step's pane what another step did.",
        "◆●◇▶○✓∙■↯⇒✗▲·",
    ),
    "table": About(
        "2 Step",
        "What is next: what its action is given, what it answers and where that comes from, and each way out with "
        "what came of its condition, each operand with its value. Enter on a way forces it.",
        "▶✓∙↯⇒■✗▲",
    ),
    "context": About(
        "3 Context",
        "All that later steps of the run can read, the latest first, each with where it comes from: handed over, "
        "drafted, mocked, computed. What the last step has added is marked.",
        "▸+",
    ),
    "queue": About(
        "4 Queue",
        "The virtual clock: which runs there were, now, and which runs and events are due. Enter on one that was "
        "goes back to it.",
        "◆✓▶⇒",
    ),
    "log": About(
        "5 Log",
        "Everything that happened, every value with where it comes from, every reading of ours as assumed, and what "
        "came otherwise than a scenario says. Enter goes to that moment.",
        "●✓∙⇒■✗▲",
    ),
    "coverage": About(
        "6 Coverage",
        "How much of each workflow was taken on all ways together, also those that were gone back from, and what "
        "never was.",
        "○→↯",
    ),
}


KEYS = {about.name.partition(" ")[2]: f"rehearse.{id_}" for id_, about in ABOUT.items()}
"""Which action leads to the pane of a name."""


def described(view: RowsView) -> RowsView:
    """A pane with what is said of it."""
    found = ABOUT[str(view.id)]
    view.NAME, view.ABOUT, view.SIGNS = found  # type: ignore[misc]  # a class of its own for each would say no more
    return view


_KEYS = (
    "rehearse.step", "rehearse.step-back", "rehearse.run-on", "rehearse.run-to-schedule", "rehearse.edit-answer",
    "rehearse.fail", "rehearse.force", "app.help", "rehearse.return", "rehearse.breakpoint", "rehearse.restart",
    "rehearse.edit-event", "rehearse.paths", "rehearse.scenarios", "rehearse.save", "view.maximise",
)  # fmt: skip
_NAMES = {name: found.name for name, found in ABOUT.items()}
_SHARE = 45
"""Percent of the height that the flow takes at most where it stands above another pane."""


class Stage(Screen[NodeKey]):
    """What a session shows. Nothing is decided in here."""

    DEFAULT_CSS = """
    Stage { background: $background; }
    Stage #heading { dock: top; height: 2; }
    Stage #stage { height: 1fr; layout: horizontal; }
    Stage #course, Stage #middle, Stage #right { width: 1fr; height: 1fr; }
    Stage #middle, Stage #right { border-left: solid $rule; }
    Stage #stage RowsView { border-top: solid $rule; border-title-color: $muted; }
    Stage #stage RowsView:focus {
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    Stage #context, Stage #queue { height: 40%; }
    Stage.-alone #context, Stage.-alone #queue { height: 1fr; }
    Stage.-narrow #stage { layout: vertical; }
    Stage.-narrow #middle, Stage.-narrow #right { border-left: none; width: 100%; }
    Stage.-narrow #course { width: 100%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self.arrangement = Arrangement()
        self._log: Log | None = None
        self._subjects: dict[tuple[object, str], WorkflowAnalysis] = {}
        self._titles: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield LinesView(id="heading")
        with Container(id="stage"):
            yield described(CourseView(id=COURSE))
            with Vertical(id="middle"):
                yield described(RowsView(cursor_always=False, id="table"))
                yield described(ContextView(id="context"))
            with Vertical(id="right"):
                yield described(RowsView(id="queue"))
                yield described(RowsView(empty="nothing has happened yet", cursor_always=False, id="log"))
                yield described(RowsView(empty="nothing was taken yet", cursor_always=False, id="coverage"))
        yield StatusBar(id="status")

    @property
    def course_view(self) -> CourseView:
        return self.query_one(f"#{COURSE}", CourseView)

    @property
    def status(self) -> StatusBar:
        return self.query_one("#status", StatusBar)

    def pane(self, name: str) -> RowsView:
        return self.query_one(f"#{name}", RowsView)

    # Which panes are seen

    def on_resize(self, event: events.Resize) -> None:
        self.arrangement = self.arrangement.sized(event.size.width, event.size.height)
        self.lay_out()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if event.widget.id in PANES:
            self.arrangement = self.arrangement.looked_at(event.widget.id)
            self.lay_out()
        self.offer_keys()

    @property
    def in_view(self) -> tuple[str, ...]:
        focused = self.focused.id if self.focused is not None else None
        if self.has_class("-maximised") and focused in PANES:
            return (focused,)
        return self.arrangement.visible

    def lay_out(self) -> None:
        """Show the panes that there is room for, and what has come into view."""
        visible = self.in_view
        self.set_class(self.arrangement.narrow, "-narrow")
        self.set_class(self.arrangement.narrow or self.arrangement.short or len(visible) == 1, "-alone")
        for name in PANES:
            self.pane(name).display = name in visible
        self.query_one("#middle").display = any(name in visible for name in MIDDLE)
        self.query_one("#right").display = any(name in visible for name in RIGHT)
        self._size_course(alone=visible == (COURSE,))
        for name in visible:
            if name != COURSE:
                self._fill(name)
        self.title_panes()

    def _size_course(self, *, alone: bool) -> None:
        course = self.course_view
        if not self.arrangement.narrow or alone:
            course.styles.height = "1fr"
            return
        room = max(5, (self.size.height - 4) * _SHARE // 100)
        foot = 0 if self.arrangement.short else course.FOOT + 1
        course.styles.height = min(room, course.rows.count + 1 + foot) if course.rows.count else room

    def title_panes(self) -> None:
        visible = self.in_view
        for name in PANES:
            title = self._title_of(name)
            if self.arrangement.narrow and name != COURSE:
                others = (_NAMES[other] for other in PANES if other not in (name, COURSE))
                title = f"{title}   {'  '.join(others)}"
            elif self.arrangement.short and name in (*MIDDLE, *RIGHT):
                others = (_NAMES[other] for other in (MIDDLE if name in MIDDLE else RIGHT) if other != name)
                title = f"{title}   {'  '.join(others)}"
            elif name in ("log", "coverage"):
                title = f"{title}   {_NAMES['coverage' if name == 'log' else 'log']}"
            if len(visible) == 1:
                title = f"{title}   {first_key(self.app, 'view.maximise')} all panes"
            title = with_keys_in_force(title, actions_of(self.app), KEYS)
            if self._titles.get(name) != title:  # a new title repaints the whole pane
                self._titles[name] = title
                self.pane(name).border_title = Content(terminal_safe(title))

    def _title_of(self, name: str) -> str:
        session = self.session
        if session is None:
            return _NAMES[name]
        if name == COURSE:
            stops = [stop.kind for stop in sorted(session.stops) if stop.kind != "step"]
            told = f"   ■ at {' and '.join(f'any {kind}' for kind in stops)}" if stops else ""
            title = session.organisation.analysis(session.place[0]).title
            return f"{_NAMES[name]} of {title}{told}"
        if name == "queue":
            queue = session.state.queue
            count = len(queue.runs) + len(queue.events)
            return f"{_NAMES[name]} {count:,} due" if count else _NAMES[name]
        if name == "coverage":
            return f"{_NAMES[name]} {session.coverage.steps.percent:.0f} %" if session.taken else _NAMES[name]
        return _NAMES[name]

    # What they show

    def show_session(self, session: Session) -> None:
        """Show where a rehearsal stands."""
        from kustui.tui.rehearsal.run_rail import course

        self.session = session
        key, node = session.place
        self.course_view.draw(course(session, self.analysis(key)), node)
        self._tell_heading()
        self.lay_out()
        self.tell_where()

    def analysis(self, key: str) -> WorkflowAnalysis:
        from kustui.analysis.workflow_analysis import WorkflowAnalysis

        assert self.session is not None
        organisation = self.session.organisation
        found = self._subjects.get((organisation, key))
        if found is None:
            entry = organisation.collection.by_key[key]
            found = WorkflowAnalysis(organisation.collection, entry, organisation.settings)
            self._subjects = {known: each for known, each in self._subjects.items() if known[0] is organisation}
            self._subjects[organisation, key] = found
        return found

    def _tell_heading(self) -> None:
        from kustui.tui.rehearsal.step_rows import heading_rows

        assert self.session is not None
        self.query_one("#heading", LinesView).tell(*heading_rows(self.session))

    def _fill(self, name: str) -> None:
        session = self.session
        if session is None:
            return
        view = self.pane(name)
        if not view.content_size.width:  # it has just come into view
            if view.display and self.size.width:
                self.call_after_refresh(self._fill_laid_out, name)
            return
        width = max(20, view.content_size.width - 1)
        match name:
            case "table":
                from kustui.tui.rehearsal.step_rows import step_rows

                view.show(
                    Rows.of(step_rows(session, self.course_view.node or session.place[1], width, actions_of(self.app))),
                    top=0,
                )
            case "context":
                self.query_one("#context", ContextView).tell(session)
            case "queue":
                from kustui.tui.rehearsal.history_rows import queue_rows

                rows, now = queue_rows(session)
                view.show(Rows.of(rows), now, top=max(0, now - view.page // 2))
            case "log":
                from kustui.tui.rehearsal.history_rows import Log

                self._log = self._log or Log()
                lines = self._log.rows(session, width)
                view.show(Rows.of(lines), len(lines) - 1)
            case "coverage":
                from kustui.tui.rehearsal.history_rows import coverage_rows

                view.show(Rows.of(coverage_rows(session, width)), view.cursor)

    def _fill_laid_out(self, name: str) -> None:
        if self.pane(name).content_size.width:
            self._fill(name)

    @on(RowsView.Moved, f"#{COURSE}")
    def _looked_elsewhere(self) -> None:
        if "table" in self.in_view:
            self._fill("table")
        self.tell_where()

    @on(RowsView.Widened)
    def _widened(self, event: RowsView.Widened) -> None:
        if event.view.id in self.in_view and event.view.id != COURSE:
            self._fill(str(event.view.id))

    # What is told below

    def tell_where(self) -> None:
        session = self.session
        if session is None:
            return
        followed = session.follows
        line: Line = (("nothing is sent; answers are drafts, or yours", "muted"),)
        if followed is not None:
            name = followed.file.path or "a path"
            verdict: Line = ()
            if followed.replayed:
                count = len(followed.differences)
                told = f" {counted(count, 'difference')}" if count else " held"
                verdict = ((told, "error" if count else "good"),)
            line = ((name, "name"), (f"  {followed.file.scenario.scenario}", "muted"), *verdict)
        covered = session.coverage
        mark: Line = (
            ((f"covered {covered.steps.taken} of {covered.steps.total} steps", "info"),) if covered.workflows else ()
        )
        self.status.tell(Row(line, mark=mark))

    def announce(self, *pieces: tuple[str, str]) -> None:
        """Say something in the place of the keys, until the next key."""
        self.status.announce(Row(pieces))

    def offer_keys(self) -> None:
        keys: tuple[str, ...] = _KEYS
        if self.query(Prompt):
            keys = self.query_one(Prompt).keys
        elif self.query(Choices):
            keys = CHOICE_KEYS
        self.status.offer([BY_ID[id_] for id_ in keys])
