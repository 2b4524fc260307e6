"""What a rehearsal asks of a person above the line of keys: a line, a sheet of JSON, or one of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, TextArea

from kustui.diagrams.styled_lines import width_of, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import LinesView, RowsView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

LINE_KEYS = ("line.keep", "line.drop")
SHEET_KEYS = ("sheet.keep", "sheet.outside", "sheet.drop")


class TypedLine(Input):
    """A line in which something is typed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("line")

    def action_keep_typed(self) -> None:
        self.post_message(Prompt.Kept(self.value))

    def action_drop_typed(self) -> None:
        self.post_message(Prompt.Dropped())


class TypedSheet(TextArea):
    """A sheet for JSON."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("sheet")

    def action_keep_typed(self) -> None:
        self.post_message(Prompt.Kept(self.text))

    def action_drop_typed(self) -> None:
        self.post_message(Prompt.Dropped())

    def action_type_outside(self) -> None:
        self.post_message(Prompt.Outside(self.text))


class Prompt(Vertical):
    """What is asked, and the field it is typed in. ``take`` reads what was typed and says what is wrong with it."""

    DEFAULT_CSS = """
    Prompt { dock: bottom; height: auto; margin-bottom: 2; background: $panel; border-top: solid $primary; }
    Prompt Input { height: 1; border: none; padding: 0 1; background: $surface; }
    Prompt TextArea { height: 10; border: none; padding: 0; background: $surface; }
    Prompt Input:focus, Prompt TextArea:focus { border: none; }
    """

    class Kept(Message):
        """What is typed is to be taken."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Outside(Kept):
        """What is typed is to be edited in a program of its own."""

    class Dropped(Message):
        """Nothing is to come of it."""

    def __init__(self, question: Row, text: str, take: Callable[[str], str], *, sheet: bool = False) -> None:
        super().__init__(id="prompt")
        self.question = question
        self.take = take
        self.keys = SHEET_KEYS if sheet else LINE_KEYS
        self.field: TypedLine | TypedSheet = (
            TypedSheet(text, show_line_numbers=True) if sheet else TypedLine(text, compact=True, select_on_focus=False)
        )

        self.field.cursor_blink = False  # nothing is drawn while nobody does anything

    def compose(self) -> ComposeResult:
        yield LinesView(id="question")
        yield self.field

    def on_mount(self) -> None:
        self.query_one(LinesView).tell(self.question)
        self.field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._tell("")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._tell("")

    def try_to_take(self, text: str) -> bool:
        """Whether it could be taken; else what is wrong is said above the field."""
        fault = self.take(text)
        self._tell(fault)
        return not fault

    def _tell(self, fault: str) -> None:
        question = self.question
        self.query_one(LinesView).tell(Row((("✗ ", "error"), (fault, "error"))) if fault else question)

    def put(self, text: str) -> None:
        """Another text to go on from."""
        if isinstance(self.field, TextArea):
            self.field.load_text(text)
        else:
            self.field.value = text


KEYS = ("rows.choose", "line.drop")
_SHARE = 40
"""Percent of the screen that the list takes at most."""
_IN_FULL = 25
"""Percent of the screen in which the row of the cursor is told."""


class Choices(RowsView):
    """``chosen`` is given the number of the row, and says whether the list is done with."""

    DEFAULT_CSS = """
    Choices {
        background: $surface;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    def __init__(self, title: str, rows: Sequence[Row], chosen: Callable[[int], bool], cursor: int = 0) -> None:
        super().__init__(id="choices")
        self.border_title = Content(terminal_safe(title))
        self.chosen = chosen
        self._begin = (tuple(rows), cursor)

    def on_mount(self) -> None:
        self.list_rows(*self._begin)
        self.focus()

    def list_rows(self, rows: Sequence[Row], cursor: int) -> None:
        room = max(4, self.screen.size.height * _SHARE // 100)
        self.styles.height = min(len(rows) + 1, room)
        self.show(Rows.of(rows), cursor)
        self.post_message(self.Moved(self))


class Offer(Vertical):
    """The list, and below it what has no room in it."""

    DEFAULT_CSS = """
    Offer { dock: bottom; height: auto; margin-bottom: 2; background: $surface; }
    Offer LinesView { display: none; background: $surface; border-top: solid $rule; }
    Offer LinesView.-needed { display: block; }
    """

    def __init__(self, choices: Choices) -> None:
        super().__init__()
        self.choices = choices

    def compose(self) -> ComposeResult:
        yield self.choices
        yield LinesView(id="in-full")

    def on_rows_view_moved(self) -> None:
        """Nothing stands for what is cut but itself."""
        view, width = self.query_one(LinesView), self.screen.size.width - 2
        rows = [row for index in range(self.choices.rows.count) if (row := self.choices.rows.make(index))]
        view.set_class(any(width_of(row.line) + width_of(row.mark) >= width for row in rows), "-needed")
        lines = max(3, self.screen.size.height * _IN_FULL // 100)
        view.styles.height = lines + 1
        view.tell(*(Row(line) for line in [*wrapped(self.choices.row.line, width, 4)][:lines]))
