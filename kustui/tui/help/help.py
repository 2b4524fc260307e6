"""The help: the pane that one comes from, its keys and signs, and then all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.content import Content
from textual.screen import Screen

from kustui.text.terminal_safe import shown
from kustui.tui.bindings import BY_ID, actions_of, bindings
from kustui.tui.help.help_rows import Topic, help_rows
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.filter_input import Filter
from kustui.tui.widgets.rows import Rows
from kustui.tui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widgets import Input


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

    def compose(self) -> ComposeResult:
        yield RowsView(empty="no line holds all these words; Esc shows every line again", id="help")
        yield Filter()
        yield StatusBar()

    def on_mount(self) -> None:
        self.query_one(Filter).placeholder = "words of what a key does, or of a sign"
        self.view.focus()
        self._tell()

    @property
    def view(self) -> RowsView:
        return self.query_one("#help", RowsView)

    @on(RowsView.Widened)
    def _tell(self) -> None:
        found = list(help_rows(self._topic, self._words, max(20, self.view.size.width - 1)))
        self.view.border_title = Content(f"Help with “{shown(self._words)}”" if self._words else "Help")
        self.view.show(Rows.of(found), self.view.cursor)
        keys = ("filter.keep", "filter.drop") if self.query_one(Filter).has_focus else ("help.leave", "help.filter")
        self.query_one(StatusBar).offer([BY_ID[id_] for id_ in keys])

    def action_leave(self) -> None:
        if self._words:
            self.on_filter_dropped()
        else:
            self.dismiss()

    def action_filter(self) -> None:
        field = self.query_one(Filter)
        field.add_class("-open")
        self.set_focus(field)
        self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._words = event.value.strip()
        self.view.cursor = 0
        self._tell()

    def on_filter_stepped(self, event: Filter.Stepped) -> None:
        self.view.cursor += event.by

    def on_filter_dropped(self) -> None:
        self._words = self.query_one(Filter).value = ""
        self.on_filter_kept()

    def on_filter_kept(self) -> None:
        self.query_one(Filter).remove_class("-open")
        self.set_focus(self.view)
        self._tell()


def topic_of(screen: Screen[object]) -> Topic:
    """The pane of a screen that has the keys, and what the keys do there."""
    pane = screen.focused
    active = screen.active_bindings.values()
    own = {found.binding.id or "" for found in active if found.node is pane}
    around = {found.binding.id or "" for found in active if found.node is not pane}
    name, about, signs = (getattr(pane, name, "") for name in ("NAME", "ABOUT", "SIGNS"))
    return Topic(name, about, signs, own, around - own, tuple(actions_of(screen.app).values()))
