"""The help: the pane that one comes from with its keys and signs, then all others, each action and sign once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import ClassVar, NamedTuple, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from kustui.text.messages import holds_words
from kustui.text.signs import SIGNS, Sign, signs_in
from kustui.text.styled_lines import Line, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import leave
from kustui.tui.bindings import ACTIONS, GROUPS, Action, actions_of, bindings, pressed
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.filter_input import FilterInput
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
