"""Every key and every sign, explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.screen import Screen

from kustui.tui.actions import ACTIONS, BY_ID, GROUPS, key_names
from kustui.tui.lines import Row, Rows
from kustui.tui.rows import RowsView
from kustui.tui.status import StatusBar

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_SIGNS = (
    ("◆", "event", "trigger: what starts a run"),
    ("●", "action", "step: what a run does"),
    ("◇", "action", "step without an action: it only branches"),
    ("→", "muted", "transition: the way to another step, and its condition"),
    ("↯", "warning", "error case: the way taken when the step fails"),
    ("│ ╎", "muted", "a way further down, and one after a failure"),
    ("↺", "warning", "a way back to what is above; of schedules, a ring"),
    ("◈", "action", "a step whose row stands for those that only it leads to"),
    ("⇒", "link", "schedules another workflow: Enter goes there, [ comes back"),
    ("✗", "error", "refused by Kustomer, or certain not to work"),
    ("▲", "warning", "probably wrong"),
    ("·", "info", "worth knowing"),
    ("+", "new", "added on disk since you looked; ~ changed"),
)


class Help(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1", "dismiss", "back", show=False)]
    DEFAULT_CSS = """
    Help { background: $background; }
    Help RowsView { border-top: solid $primary; border-title-color: $primary; border-title-style: bold; }
    """

    def compose(self) -> ComposeResult:
        yield RowsView(id="help")
        yield StatusBar()

    def on_mount(self) -> None:
        view = self.query_one(RowsView)
        view.border_title = "Help"
        view.show(Rows.of(list(help_rows())))
        view.focus()
        self.query_one(StatusBar).offer([BY_ID["view.leave"]])


def help_rows() -> list[Row]:
    rows = []
    for group, title in GROUPS.items():
        rows.append(Row(((title, "heading"),)))
        for action in ACTIONS:
            if action.group == group:
                keys = "  ".join(key_names(action))
                rows.append(Row(((f"  {keys:<19}", "key"), (action.help, ""))))
        rows.append(Row())
    rows.append(Row((("Signs", "heading"),)))
    rows.extend(Row(((f"  {sign:<19}", look), (what, ""))) for sign, look, what in _SIGNS)
    return rows
