"""Where something is typed during a rehearsal: a line, or a sheet of JSON; what is wrong with it is said above."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, TextArea

from kustui.tui.bindings import bindings
from kustui.tui.widgets.rows import Row
from kustui.tui.widgets.rows_view import LinesView

if TYPE_CHECKING:
    from collections.abc import Callable

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
