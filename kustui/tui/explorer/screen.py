"""The main screen: composed of its widgets and of parts, each of which carries out some of the registry's actions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from kustui.config.preferences import Preferences
from kustui.tui.base_app import is_ending
from kustui.tui.bindings import bindings, carry_out
from kustui.tui.diagrams.diagram_view import DiagramView, LinkFollowed, NodeSelected
from kustui.tui.explorer.background_events import BackgroundEvent, BackgroundEvents
from kustui.tui.explorer.check_waiter import CheckWaiter
from kustui.tui.explorer.detail_presenter import DetailPresenter
from kustui.tui.explorer.find import FilterController, FinderController
from kustui.tui.explorer.list_panes import ListView
from kustui.tui.explorer.navigator import Navigator, ProblemNavigator
from kustui.tui.explorer.opening import Opening
from kustui.tui.explorer.pane_sizes import PaneSizes, Sizes
from kustui.tui.explorer.panes import FIRST_CLASSES, Panes
from kustui.tui.explorer.part import Shared
from kustui.tui.explorer.rehearsal_opener import RehearsalOpener
from kustui.tui.explorer.reviewer import Reviewer
from kustui.tui.explorer.scenario_tests import ScenarioTests
from kustui.tui.explorer.source_view import SourceView
from kustui.tui.explorer.tree_view import TreeView
from kustui.tui.explorer.views import DIAGRAMS, PaneTitles, TreeAndSide, Views
from kustui.tui.tree.nodes import Moves
from kustui.tui.widgets.bars import TextBar, unbound_key_line
from kustui.tui.widgets.ground import Ground
from kustui.tui.widgets.menu import Menu
from kustui.tui.widgets.rows import Row
from kustui.tui.widgets.rows_view import RowsView
from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:
    from kustui.config.configuration import Configuration
    from kustui.tui.copy_menu import CopyController, CopyMenu
    from kustui.tui.explorer.definitions import Definitions, RulePages
    from kustui.tui.explorer.fix_actions import FixActions
    from kustui.tui.explorer.fix_pane import FixPane
    from kustui.tui.explorer.marks import BookmarkMenu, MarksController
    from kustui.tui.explorer.selection import CurrentSelection
    from kustui.tui.finder import Finder
    from kustui.tui.prompts import Prompts
    from kustui.tui.widgets.filter_input import FilterInput
    from kustui.workspace.difference import Difference

_MOMENT = 0.03
"""Seconds after which the panes show another snapshot."""
_ONLY_MOVING = ("find.next-match", "find.previous-match")
"""Actions of parts after which the panes follow once the cursor rests, as after any other move."""


class Explorer(Screen[None], Ground):
    """The panes of a snapshot, and of the next one as soon as there is one.

    An action of the registry whose target is a part is carried out by the attribute of that name (``carry_out``).
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("view", "go", "find", "selected", "fix")

    class Ready(Message):
        """It is where it opens: keys that came before are its own now."""

    class Preferred(Message):
        """The configuration was read again: what it says of the screen."""

        def __init__(self, preferences: Preferences) -> None:
            super().__init__()
            self.preferences = preferences

    def __init__(
        self,
        background: BackgroundWorkspace,
        sizes: Sizes,
        configuration: Configuration | None = None,
        *,
        poll: bool = False,
        keeps_session: bool = False,
        since: str = "",
    ) -> None:
        super().__init__(classes=FIRST_CLASSES)
        self._background, self._configuration = background, configuration
        views = self._views = Views.make()
        self.tree_view, self.side, self.problems, self.changes, self.banner, self.problem_bar, self.status = views
        self.titles = PaneTitles(self, views)
        self.presenter = DetailPresenter(self, views, self.titles)
        self.panes = Panes(self, views, self.titles, self.presenter)
        self.pane_sizes = PaneSizes(self, views, sizes)
        self.waiting = CheckWaiter(self, views, self._release_keys)
        self.navigator = Navigator(views, self.titles, self.presenter, self.panes)
        self.problem_navigator = ProblemNavigator(views, self.presenter, self.navigator)
        self._shared = Shared(
            self, views, self.presenter, self.panes, self.navigator, self.problem_navigator, self.waiting
        )
        self.background_events = BackgroundEvents(
            self._shared, self.take, self._prefer, lambda event: self.tests.take(event)
        )
        self.finder = FinderController(self._shared, lambda: background.cache)
        self.filter = FilterController(self._shared, self.titles, self.finder)
        self.rehearsals = RehearsalOpener(
            self._shared, lambda: self.selection.current, self._release_keys, keeps_answers=keeps_session
        )
        self.reviewer = Reviewer(self._shared, since)
        self.tests = ScenarioTests(self._shared, self.rehearsals, lambda: self.fixes, lambda: self.selection)
        self.opening = Opening(
            self._shared,
            background,
            take=self.take,
            opened=self.reviewer.begin,
            keeps_session=keeps_session,
            configuration=configuration,
            poll=poll,
        )

    def compose(self) -> ComposeResult:
        self.panes.fit(self.app.size)
        yield TreeAndSide(self.tree_view, self.side, id="panes")
        yield from (self.problems, self.changes, self.problem_bar, self.banner, self.status)

    # Parts that are made, and what they need imported, when a key first asks for them

    @cached_property
    def selection(self) -> CurrentSelection:
        from kustui.tui.explorer.selection import CurrentSelection

        return CurrentSelection(self._shared)

    @cached_property
    def copier(self) -> CopyController:
        from kustui.tui.copy_menu import CopyController

        return CopyController(self, self.status, self.selection.copyables)

    @cached_property
    def definitions(self) -> Definitions:
        from kustui.tui.explorer.definitions import Definitions

        return Definitions(self._shared, self.selection)

    @cached_property
    def rule_pages(self) -> RulePages:
        from kustui.tui.explorer.definitions import RulePages

        return RulePages(self._shared)

    @cached_property
    def prompts(self) -> Prompts:
        from kustui.tui.prompts import Prompts

        return Prompts(self, lambda *line: self.status.announce(Row(line)), self.panes.offer_keys, self.tree_view)

    @cached_property
    def fixes(self) -> FixActions:
        from kustui.tui.explorer.fix_actions import FixActions

        return FixActions(self._shared, self.selection, self.prompts, self._configuration)

    @cached_property
    def marks(self) -> MarksController:
        from kustui.tui.explorer.marks import MarksController

        return MarksController(self._shared, self.keep_session)

    async def action_carry_out(self, id_: str) -> None:
        """Let the part that the registry names carry out an action."""
        if id_ == "view.leave" and self.waiting.cancel():
            return
        if id_ not in _ONLY_MOVING:
            self._follow_now()
        if not self.waiting.holds_back(id_, needs_all=id_ == "go.definition" and self.definitions.needs_all):
            await carry_out(self, id_)

    def _follow_now(self) -> None:
        """Let tree and panes follow the cursors, whether or not they rest already: what a key does is not to depend on
        how long ago the one before it was pressed."""
        if isinstance(self.focused, DiagramView):
            self.navigator.follow(self.focused)
        self.presenter.ready = self.presenter.ready or self.opening.is_done
        self.presenter.follow_now()

    def set_focus(self, widget: Widget | None, *args: Any, **options: Any) -> None:
        self._follow_now()  # the cursor of a pane that is left: later the tree may be elsewhere
        super().set_focus(widget, *args, **options)

    # Opening and leaving

    def on_mount(self) -> None:
        self.side.bring(DIAGRAMS[0])
        self.tree_view.focus()
        self.panes.offer_keys()
        self.opening.begin()
        self.titles.update()  # once it is known how many workflows there are: another title paints the pane again

    def _prefer(self, now: Preferences) -> None:
        self.post_message(self.Preferred(now))

    def _release_keys(self) -> None:
        self.post_message(self.Ready())

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.is_finished:
            self._release_keys()

    def on_unmount(self) -> None:
        self._background.close()

    def keep_session(self) -> str:
        """Save the place for the next time, once there is one; why that is not possible, or an empty string."""
        self._follow_now()
        return self.opening.session.keep() if self.opening.session is not None else ""

    # Snapshots

    @property
    def snapshot(self) -> Snapshot:
        """What is shown; empty until something was read."""
        return self.tree_view.state.snapshot

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Show a snapshot, and what is different in it."""
        moved = Moves(difference).key
        self.presenter.move(moved)
        self.navigator.move(moved)
        self.tree_view.take(snapshot, difference)
        new = difference.new if difference is not None else ()
        self.problems.take(snapshot, new)
        self.problem_navigator.take(snapshot, new)
        self.rehearsals.take(snapshot, difference)
        self.panes.list_problems()
        self.finder.take(snapshot)
        self.waiting.take(difference)
        self.reviewer.take(snapshot)
        self.tests.show()
        self.presenter.shown = None
        self.presenter.show_place()
        self.set_timer(_MOMENT, self._show_anew)  # what is wrong is painted and written out first

    def _show_anew(self) -> None:
        self.banner.make_room()
        self.titles.update()
        self.presenter.show()
        self.panes.show_position()

    @on(BackgroundEvent)
    def _background_event(self, message: BackgroundEvent) -> None:
        if not is_ending(self.app):  # else a rehearsal would begin anew without its panes
            self.background_events.show(message.event)

    def preferences_changed(self, names: Sequence[str]) -> None:
        """Do as preferences of some names say now."""
        self.titles.update()
        self.panes.offer_keys()
        self.status.say(f"configuration reloaded: {', '.join(names)}")

    # What happens in the widgets

    @on(RowsView.Moved)
    @on(RowsView.Replaced)
    def _position_changed(self) -> None:
        self.panes.show_position()

    @on(RowsView.Moved, "#tree")
    def _tree_moved(self) -> None:
        self.opening.select()
        self.presenter.cursor_moved()

    @on(RowsView.Moved, "#source, #detail")
    def _source_moved(self) -> None:
        self.presenter.source_moved()

    @on(RowsView.Widened, "#detail")
    def _detail_widened(self) -> None:
        self.presenter.show_again()

    @on(RowsView.Chosen)
    def _row_chosen(self, event: RowsView.Chosen) -> None:
        self._follow_now()
        if not self.tests.choose(event.view):
            self.navigator.choose(event.view)

    @on(NodeSelected)
    def _diagram_node_selected(self, event: NodeSelected) -> None:
        self.navigator.follow(event.diagram)
        self.panes.show_position()

    @on(LinkFollowed)
    def _diagram_link_followed(self, event: LinkFollowed) -> None:
        self._follow_now()
        self.navigator.follow_link(event.key, self.focused)

    @on(DiagramView.Retitled)
    @on(SourceView.Retitled)
    @on(ListView.Narrowed)
    def _retitled(self) -> None:
        self.titles.update()

    @on(TextBar.Clicked, "#banner")
    async def _banner_clicked(self) -> None:
        if not await self.tests.go_to_banner():
            self.problem_navigator.go_to_banner()

    @on(RowsView.Moved, "#problems, #review, #tests")
    def _listed_chosen(self, event: RowsView.Moved) -> None:
        if event.view is not self.problems:
            self.tests.preview()
            self.reviewer.preview()
        elif self.problems.problem is not None:
            self.problem_navigator.preview(self.problems.problem)

    def on_input_changed(self, event: FilterInput.Changed) -> None:
        if event.input.id == "filter":
            self.filter.narrow(event.value)

    async def on_filter_input_accepted(self, event: FilterInput.Accepted) -> None:
        await self.filter.keep(event.text)

    @on(TreeView.StepsRead)
    def _steps_read(self) -> None:
        self.filter.filter_again()

    def on_filter_input_cancelled(self) -> None:
        self.filter.drop()

    def on_filter_input_moved(self, event: FilterInput.Moved) -> None:
        self.filter.step(event.by)

    def on_finder_left(self) -> None:
        self.finder.leave()

    def on_finder_highlighted(self, event: Finder.Highlighted) -> None:
        self.finder.preview(event)

    def on_finder_chosen(self, event: Finder.Chosen) -> None:
        self.finder.go(event)

    def on_fix_pane_accepted(self, event: FixPane.Accepted) -> None:
        self.fixes.apply(event.proposal)

    async def on_copy_menu_asked(self, event: CopyMenu.Asked) -> None:
        await self.copier.take(event.item, plain=event.plain)

    def on_bookmark_menu_lettered(self, event: BookmarkMenu.Lettered) -> None:
        self.marks.take_letter(event.letter, setting=event.setting)

    def on_bookmark_menu_forgotten(self, event: BookmarkMenu.Forgotten) -> None:
        self.marks.forget(event.letter)

    # Focus, room, keys and mouse

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, RowsView):  # in the same frame: the message comes when the rows are painted
            self.watch(event.widget, "cursor", self.panes.show_position, init=False)
        self.panes.focus_changed(event.widget)
        self.presenter.source_moved()  # what is said of it is said while it has the keys

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        event.refresh_styles = self.stack_updates > 0  # before, all are as they were styled when they were mounted

    def on_resize(self, event: events.Resize) -> None:
        self.panes.fit(event.size)
        self.titles.update()

    def on_key(self, event: events.Key) -> None:
        self._look_anew()
        pane = isinstance(self.focused, RowsView | DiagramView) and not isinstance(self.focused, Menu)
        if pane and event.key not in self.active_bindings:
            self.status.say(unbound_key_line(self.app, event.key), "muted")

    def _look_anew(self) -> None:
        self.status.announce(Row())
        self.presenter.look()

    async def on_click(self, event: events.Click) -> None:
        self.opening.clicked = True
        self._look_anew()
        if id_ := self.titles.action_at(event):
            await carry_out(self, id_)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.titles.press(event)
        self.pane_sizes.take_hold(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.pane_sizes.drag(event)

    def on_mouse_up(self) -> None:
        self.pane_sizes.let_go()
