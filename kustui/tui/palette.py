"""The command palette: every action by name, the most likely first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import App, ComposeResult, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widgets import Input, LoadingIndicator, OptionList

from kustui.config.preferences import THEMES
from kustui.text.cells import cells
from kustui.tui.base_app import is_ending, is_on_top, leave
from kustui.tui.bindings import PASSING, Action, actions_of, handler, pressed, textual_action

_LIKELY = (
    "find.everything", "find.filter", "selected.copy", "view.rehearse", "go.next-problem", "view.problems", "view.flow",
    "selected.edit", "go.back", "app.help", "app.quit",
)  # fmt: skip
"""What most people look for, in the order in which it is offered."""
_UNLIKELY = ("rows", "tree", "boxes", "rail", "timeline", "chains", "map", "source", "problems")
"""Groups whose keys are under the fingers, or are of use in one pane."""
_MOST_RECENT = 5
"""Commands that are offered again before all others."""
_LOW = 30
"""Lines of a terminal in which the palette takes all of them."""
_INPUT = 3
"""Lines that what is typed takes there."""
_MARGIN = 6
"""Cells beside a command of the palette."""


class Commands(Provider):
    """Textual's, in an order of our own: the most likely commands first, and what begins with the words typed, or is
    called so in the line of keys. Each is a line, with its keys at the right."""

    async def discover(self) -> Hits:
        for command in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(self._line(command, Content(command.title)), command.callback, command.title)

    async def search(self, query: str) -> Hits:
        words = query.strip().lower().removesuffix("!")  # :q!
        matcher = self.matcher(words)
        verbs = {action.help: action.verb.lower() for action in actions_of(self.app).values()}
        for command in self.app.get_system_commands(self.screen):
            title, verb = command.title.lower(), verbs.get(command.title, "")
            is_verb = bool(words) and verb.startswith(words)
            if (score := matcher.match(command.title)) > 0 or is_verb:
                begins = 3 if verb == words else 2 if is_verb or title.startswith(words) else int(f" {words}" in title)
                line = self._line(command, matcher.highlight(command.title))
                yield Hit(begins + score / 1000, line, command.callback, command.title)

    def _line(self, command: SystemCommand, title: Content) -> Content:
        keys, width = command.help, self.app.size.width - _MARGIN
        if title.cell_length + 2 + cells(keys) > width:
            keys = keys.partition(", ")[0]
        shown = title.truncate(max(1, width - 2 - cells(keys)), ellipsis=True, pad=True)
        return Content.assemble(shown, ("  ", ""), (keys, "$muted"))


class _CommandList(CommandList):
    def on_click(self, event: events.Click) -> None:
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()  # there are fewer than are drawn; Textual looks for it all the same


class _Busy(LoadingIndicator):
    """Turns while it is seen; Textual's does all the time, sixteen times a second."""

    def on_mount(self, event: events.Mount) -> None:
        event.prevent_default()

    def on_show(self) -> None:
        self.auto_refresh = 1 / 16

    def on_hide(self) -> None:
        self.auto_refresh = None


class Palette(CommandPalette):
    """Textual's, which is left once."""

    DEFAULT_CSS = """
    Palette SearchIcon { display: none; }
    Palette.-low > Vertical { margin-top: 0; }
    Palette.-low #--input, Palette.-low CommandList { border: none; }
    Palette.-low #--input Label { margin-top: 0; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page('page_down')", show=False),
        Binding("pageup", "page('page_up')", show=False),
    ]

    def __init__(self) -> None:
        super().__init__([Commands], id="--command-palette")

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            if isinstance(widget, CommandList):
                yield _CommandList()
            else:
                yield _Busy() if isinstance(widget, LoadingIndicator) else widget

    def on_resize(self, event: events.Resize) -> None:
        is_low = event.size.height < _LOW
        self.set_class(is_low, "-low")
        for matches in self.query(CommandList):  # the rows below what is typed
            matches.styles.max_height = max(1, event.size.height - _INPUT) if is_low else None

    def action_page(self, action: str) -> None:
        """Page through the list, which Textual's cannot while it has no room, or is yet to be drawn."""
        for matches in self.query(OptionList):
            if matches.option_count and matches.scrollable_content_region:
                getattr(matches, f"action_{action}")()

    @on(Input.Changed)
    def _typed_too_late(self, event: Input.Changed) -> None:
        if is_ending(self.app) or not is_on_top(self):
            event.prevent_default()  # Textual would look for matches, and for the list that is gone

    def on_click(self, event: events.Click) -> None:
        try:
            self.get_widget_at(event.screen_x, event.screen_y)
        except NoWidget:  # the terminal has become smaller, or is not laid out yet; Textual asks what is there too
            event.prevent_default()

    def dismiss(self, result: None = None) -> AwaitComplete:
        if is_on_top(self) and self.is_mounted:
            return super().dismiss(result)
        if is_on_top(self):
            self.call_later(leave, self)
        return AwaitComplete()


def commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Every action that something on the screen can carry out now, verb first: those chosen last, those of the pane
    that has the keys, the most likely ones, then the others."""
    actions = actions_of(app)
    recent: list[str] = getattr(app, "recent_commands", [])

    own = {shown.binding.id for shown in screen.active_bindings.values() if shown.node is screen.focused}

    def unlikelihood(action: Action) -> tuple[int, bool, int, bool]:
        is_own = action.id in own and action.group not in ("rows", "tree")
        likely = _LIKELY.index(action.id) if action.id in _LIKELY else len(_LIKELY)
        last = recent.index(action.id) if action.id in recent else len(recent)
        return last, not is_own, likely, action.group in _UNLIKELY

    carriers = _carriers(app, screen)
    for action in sorted(actions.values(), key=unlikelihood):
        carrier = carriers.get(action.id)
        if action.is_of_part:
            carrier = screen if handler(screen, action) is not None else None
        if carrier is not None and action.group not in PASSING and action.id != "app.palette":
            title, keys = action.help, ", ".join(pressed(action, actions))
            if action.group == "copy":
                title = f"copy: {action.verb}"
            elif action.group == "rows":
                title = f"move: {action.help}"
            yield SystemCommand(title, keys, _run(action, app, carrier, recent))


def theme_commands(choose: Callable[[str], None]) -> Iterator[SystemCommand]:
    """Every theme, by its name."""
    for name, words in THEMES.items():
        yield SystemCommand(f"theme: {name}", words, partial(choose, name))


def _carriers(app: App[None], screen: Screen[object]) -> Mapping[str | None, DOMNode]:
    """By the id of each action whose keys something takes, the first that takes them."""
    places: tuple[DOMNode | None, ...] = (
        screen.focused,
        *screen.query("TreeView"),
        *screen.query(".diagram"),
        *screen.query("ProblemsView"),
        *screen.query("SourceView"),
        screen,
        app,
    )
    carriers: dict[str | None, DOMNode] = {}
    for place in (place for place in places if place is not None):
        for id_ in _bound_in(type(place)):
            carriers.setdefault(id_, place)
    return carriers


def _bound_in(kind: type[object]) -> Collection[str | None]:
    """The ids of the actions whose keys a class takes."""
    declared = (binding for part in kind.__mro__ for binding in vars(part).get("BINDINGS", ()))
    return {binding.id for binding in declared if isinstance(binding, Binding)}


def _run(action: Action, app: App[None], carrier: DOMNode, recent: list[str]) -> Callable[[], None]:
    def run() -> None:
        recent[:] = [action.id, *(id_ for id_ in recent if id_ != action.id)][:_MOST_RECENT]
        app.call_later(app.run_action, textual_action(action), carrier)

    return run
