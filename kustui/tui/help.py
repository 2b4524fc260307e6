"""The help: the pane that one comes from with its keys and signs, then all others, each action and sign once; and the
command palette, with every action by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import ClassVar, NamedTuple, TypeVar

from textual import events, on
from textual.app import App, ComposeResult, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.errors import NoWidget
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList

from kustui.config.preferences import THEMES
from kustui.text.cells import cells
from kustui.text.messages import holds_words
from kustui.text.signs import SIGNS, Sign, signs_in
from kustui.text.styled_lines import Line, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import is_ending, is_on_top, leave
from kustui.tui.bindings import ACTIONS, GROUPS, PASSING, Action, actions_of, bindings, handler, pressed, textual_action
from kustui.tui.widgets.bars import FilterInput, StatusBar
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import RowsView

T = TypeVar("T")

_KEYS = 19
"""Cells of the column of the keys, and of the signs."""


class Topic(NamedTuple):
    """The pane that the help was asked for in."""

    name: str = ""
    about: str = ""
    signs: Collection[Sign] = ()
    """Those that are on the screen."""
    own: Collection[str] = ()
    """The ids of the actions that its keys carry out."""
    around: Collection[str] = ()
    """The ids of those that the keys of its screen carry out."""
    actions: Collection[Action] = ACTIONS
    """All of them, with the keys in force."""


class Section(NamedTuple):
    title: str
    lines: tuple[tuple[Line, int], ...]
    """Each with the indentation of its continued rows."""


def sections(topic: Topic) -> Iterator[Section]:
    """The current pane first, then the rest of its screen, then everything else."""
    signs, other_signs = _partition(SIGNS, lambda sign: sign in topic.signs)
    own, others = _partition(topic.actions, lambda action: action.id in topic.own)
    around, elsewhere = _partition(others, lambda action: action.id in topic.around)
    own.sort(key=lambda action: action.group == "rows")  # what every list has comes last
    if topic.about:
        yield Section(topic.name, ((((topic.about, ""),), 0),))
    yield from _sign_section("Signs on the screen", signs)
    if own:
        yield Section("Keys here", tuple(_action_line(action, topic) for action in own))
    yield from _group_sections(topic, around, "")
    yield from _group_sections(topic, elsewhere, "Elsewhere: " if topic.own else "")
    yield from _sign_section("Other signs", other_signs)


def _partition(items: Iterable[T], belongs: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """The items that belong, and the others."""
    parts: tuple[list[T], list[T]] = ([], [])
    for item in items:
        parts[0 if belongs(item) else 1].append(item)
    return parts


def _group_sections(topic: Topic, actions: Collection[Action], prefix: str) -> Iterator[Section]:
    for name, group in GROUPS.items():
        if lines := tuple(_action_line(action, topic) for action in actions if action.group == name):
            title = group.title
            yield Section(f"{prefix}{title[0].lower()}{title[1:]}" if prefix else title, lines)


def _action_line(action: Action, topic: Topic) -> tuple[Line, int]:
    keys = pressed(action, {other.id: other for other in topic.actions})
    return ((f"  {'  '.join(keys):<{_KEYS}}", "key"), (f" {action.help}", "")), _KEYS + 3


def _sign_section(title: str, signs: Iterable[Sign]) -> Iterator[Section]:
    if lines := tuple((((f"  {sign.glyph:<{_KEYS}} ", sign.look), (sign.meaning, "")), _KEYS + 3) for sign in signs):
        yield Section(title, lines)


def help_rows(topic: Topic, words: str, width: int) -> Iterator[Row]:
    """The lines that contain every one of the words, the title of their section counting as well."""
    first = True
    for section in sections(topic):
        lines = [(line, indent) for line, indent in section.lines if _matches(line, section.title, words)]
        if lines:
            if not first:
                yield Row()
            first = False
            yield Row(((section.title, "heading"),))
        for line, indent in lines:
            yield from (Row(part) for part in wrapped(line, width, indent))


def _matches(line: Line, title: str, words: str) -> bool:
    return holds_words(f"{title} {' '.join(text for text, _ in line)}", words)


class HelpRows(RowsView):
    """A text that is read a page at a time: the cursor stays where on the screen it is."""

    def action_page(self, by: int) -> None:
        rows = by * (self.page - 1)
        self.show(self.rows, self.cursor + rows, top=self.top + rows)


class Help(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    DEFAULT_CSS = """
    Help { background: $background; }
    Help #help { border-top: solid $primary; border-title-color: $primary; border-title-style: bold; }
    """

    def __init__(self, asked_from: Screen[object]) -> None:
        super().__init__()
        self._topic = topic_of(asked_from)
        self._words = ""
        self._rows = HelpRows(empty="no line contains all these words; Esc shows every line", id="help")
        self._filter = FilterInput()
        self._filter.placeholder = "words from the help"
        self._status = StatusBar()

    def compose(self) -> ComposeResult:
        yield self._rows
        yield self._filter
        yield self._status

    def on_mount(self) -> None:
        self._rows.focus()
        self._show_rows()

    @on(RowsView.Widened)
    def _show_rows(self) -> None:
        rows = list(help_rows(self._topic, self._words, max(20, self._rows.size.width - 1)))
        self._rows.border_title = Content(f"Help with “{terminal_safe(self._words)}”" if self._words else "Help")
        self._rows.show(Rows.of(rows), self._rows.cursor)
        keys = ("filter.keep", "filter.drop") if self._filter.has_focus else ("help.leave", "help.filter")
        self._status.offer_keys(keys)

    def action_leave(self) -> None:
        if self._words:
            self.on_filter_input_cancelled()
        else:
            leave(self)

    def action_filter(self) -> None:
        field = self._filter
        field.add_class("-open")
        self.set_focus(field)
        self._show_rows()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._words = event.value.strip()
        self._rows.cursor = 0
        self._show_rows()

    def on_filter_input_moved(self, event: FilterInput.Moved) -> None:
        self._rows.cursor += event.by

    def on_filter_input_cancelled(self) -> None:
        self._words = self._filter.value = ""
        self.on_filter_input_accepted()

    def on_filter_input_accepted(self) -> None:
        self._filter.remove_class("-open")
        self.set_focus(self._rows)
        self._show_rows()


def topic_of(screen: Screen[object]) -> Topic:
    """The pane of a screen that has the focus, and what the keys do there."""
    pane = screen.focused
    active = screen.active_bindings.values()
    own = {shown.binding.id or "" for shown in active if shown.node is pane}
    around = {shown.binding.id or "" for shown in active if shown.node is not pane}
    name, about = (getattr(pane, name, "") for name in ("NAME", "ABOUT"))
    return Topic(name, about, _signs_on(screen), own, around - own, tuple(actions_of(screen.app).values()))


def _signs_on(screen: Screen[object]) -> Collection[Sign]:
    """The signs in what a screen shows."""
    shown = [widget for widget in screen.query(Widget) if not widget.children and widget.is_on_screen]
    lines = (widget.render_line(y) for widget in shown for y in range(widget.size.height))
    return tuple(signs_in(segment.text for line in lines for segment in line))


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
            yield _CommandList() if isinstance(widget, CommandList) else widget

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
