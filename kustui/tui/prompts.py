"""What a screen asks of a person, docked above the line of keys: a line, a sheet of JSON, or one row of a list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Protocol

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from kustui.text.styled_lines import Piece, width_of, wrapped
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.bindings import bindings
from kustui.tui.editor import EditorError, edit_text
from kustui.tui.widgets.rows import Row, Rows
from kustui.tui.widgets.rows_view import LinesView, RowsView


class Announce(Protocol):
    """Says something in the place of the keys, until the next key; nothing brings the keys back."""

    def __call__(self, *pieces: Piece) -> None: ...


Accept = Callable[[str], str]
"""Takes what was typed and says what is wrong with it; an empty string accepts it."""

_LIST_SHARE = 40
"""Percent of the screen that a list takes at most."""
_IN_FULL_SHARE = 25
"""Percent of the screen in which the row of the cursor is shown in full."""


class LineField(Input):
    BINDINGS: ClassVar[list[BindingType]] = bindings("line")


class SheetField(TextArea):
    BINDINGS: ClassVar[list[BindingType]] = bindings("sheet")

    def render_lines(self, crop: Region) -> list[Strip]:
        """Blank until it is styled: on a busy machine the screen may be drawn between mounting and that."""
        try:
            return super().render_lines(crop)
        except KeyError:  # TextArea asks for a component style that is not there yet
            return [Strip.blank(crop.width)] * crop.height


class Prompt(Vertical):
    """A question and the field for its answer; what is wrong with an answer takes the place of the question."""

    DEFAULT_CSS = """
    Prompt { dock: bottom; height: auto; margin-bottom: 2; background: $panel; border-top: solid $primary; }
    Prompt Input { height: 1; border: none; padding: 0 1; background: $surface; }
    Prompt TextArea { height: 10; border: none; padding: 0; background: $surface; }
    Prompt Input:focus, Prompt TextArea:focus { border: none; }
    """

    def __init__(self, question: Row, text: str, accept: Accept, *, sheet: bool = False) -> None:
        super().__init__(id="prompt")
        self.question = question
        self._accept = accept
        self.keys = ("sheet.keep", "sheet.outside", "sheet.drop") if sheet else ("line.keep", "line.drop")
        self.field: LineField | SheetField = (
            SheetField(text, show_line_numbers=True) if sheet else LineField(text, compact=True, select_on_focus=False)
        )
        self.field.cursor_blink = False  # nothing is drawn while nobody does anything
        self._lines = LinesView(id="question")

    def compose(self) -> ComposeResult:  # not where it is removed before it is drawn
        yield self._lines
        yield self.field

    def on_mount(self) -> None:
        self._show_problem("")
        self.field.focus()

    @property
    def text(self) -> str:
        return self.field.text if isinstance(self.field, TextArea) else self.field.value

    @text.setter
    def text(self, text: str) -> None:
        if isinstance(self.field, TextArea):
            self.field.load_text(text)
        else:
            self.field.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_problem("")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._show_problem("")

    def accepts(self, text: str) -> bool:
        """Whether the text could be taken; else what is wrong with it is shown above the field."""
        problem = self._accept(text)
        self._show_problem(problem)
        return not problem

    def _show_problem(self, problem: str) -> None:
        self._lines.show(_problem_row(problem) if problem else self.question)


class ChoiceList(RowsView):
    """Rows from which one is chosen."""

    DEFAULT_CSS = """
    ChoiceList {
        background: $surface;
        border-top: solid $primary; border-title-color: $primary; border-title-style: bold;
    }
    """

    def __init__(self, title: str, rows: Sequence[Row]) -> None:
        super().__init__(id="choices")
        self.border_title = Content(terminal_safe(title))
        self._first_rows = tuple(rows)

    def on_mount(self) -> None:
        self.list_rows(self._first_rows, 0)
        self.focus()

    def list_rows(self, rows: Sequence[Row], cursor: int) -> None:
        room = max(4, self.app.size.height * _LIST_SHARE // 100)
        self.styles.height = min(len(rows) + 1, room)
        self.show(Rows.of(rows), cursor)
        self.post_message(self.Moved(self))


class ChoicePrompt(Vertical):
    """A list to choose from, and below it the row of the cursor in full where rows are cut.

    ``choose`` is given the index of the row, and returns whether the list is done with.
    """

    keys = ("rows.choose", "line.drop")

    DEFAULT_CSS = """
    ChoicePrompt { dock: bottom; height: auto; margin-bottom: 2; background: $surface; }
    ChoicePrompt LinesView { display: none; background: $surface; border-top: solid $rule; }
    ChoicePrompt LinesView.-needed { display: block; }
    """

    def __init__(self, title: str, rows: Sequence[Row], choose: Callable[[int], bool]) -> None:
        super().__init__()
        self.list = ChoiceList(title, rows)
        self.choose = choose
        self._in_full = LinesView(id="in-full")

    def compose(self) -> ComposeResult:
        yield self.list
        yield self._in_full

    def on_rows_view_moved(self) -> None:
        view, width = self._in_full, self.app.size.width - 2
        rows = [row for index in range(self.list.rows.count) if (row := self.list.rows.make(index))]
        view.set_class(any(width_of(row.line) + width_of(row.mark) >= width for row in rows), "-needed")
        lines = max(3, self.app.size.height * _IN_FULL_SHARE // 100)
        view.styles.height = lines + 1
        view.show(*(Row(line) for line in [*wrapped(self.list.row.line, width, 4)][:lines]))


class Prompts:
    """Opens and closes the prompts of a screen, one at a time; the focus goes back to where it was."""

    def __init__(self, screen: Screen[Any], announce: Announce, offer_keys: Callable[[], None], home: Widget) -> None:
        self._screen, self._announce, self._offer_keys, self._home = screen, announce, offer_keys, home
        self._focused_before: Widget | None = None
        self._mounting = asyncio.Lock()

    @property
    def open(self) -> Prompt | ChoicePrompt | None:
        return next(iter((*self._screen.query(Prompt), *self._screen.query(ChoicePrompt))), None)

    async def ask(self, question: Row, text: str, accept: Accept, *, sheet: bool = False) -> None:
        """Let the person type, beginning with ``text``: a line, or a sheet of JSON."""
        await self._mount(Prompt(question, text, accept, sheet=sheet))

    async def choose(self, title: str, rows: Sequence[Row], choose: Callable[[int], bool]) -> None:
        """Let the person choose a row; ``choose`` is given its index, and returns whether the list is done with."""
        await self._mount(ChoicePrompt(title, rows, choose))

    async def _mount(self, prompt: Prompt | ChoicePrompt) -> None:
        if self.open is None and self._screen.focused is not None:
            self._focused_before = self._screen.focused
        async with self._mounting:  # a list that was searched for may come while another prompt opens
            if (before := self.open) is not None:
                await before.remove()
            if self._screen.is_attached:  # else the rehearsal is being left
                await self._screen.mount(prompt)
                self._offer_keys()

    async def close(self) -> None:
        self._screen.set_focus(self._focused_before or self._home)  # first: what was accepted may open something else
        if (prompt := self.open) is not None:
            await prompt.remove()
        self._offer_keys()

    async def submit(self) -> None:
        if isinstance(prompt := self.open, Prompt):
            await self._submit(prompt, prompt.text)

    async def _submit(self, prompt: Prompt, text: str) -> bool:
        accepted = prompt.accepts(text)
        if accepted and self.open is prompt:  # accepting may have opened another
            await self.close()
        return accepted

    async def take_choice(self) -> None:
        """Choose the row of the cursor."""
        prompt = self.open
        if isinstance(prompt, ChoicePrompt) and prompt.choose(prompt.list.cursor) and self.open is prompt:
            await self.close()

    # In $EDITOR, in a worker: an editor with a window of its own leaves the keys to the screen meanwhile

    def continue_in_editor(self) -> None:
        """Go on with what is typed in $VISUAL or $EDITOR."""
        if isinstance(prompt := self.open, Prompt):
            self._run(partial(self._continue, prompt))

    async def _continue(self, prompt: Prompt) -> None:
        text = await self._edit(prompt.text)
        if text is not None and self.open is prompt and not await self._submit(prompt, text):
            prompt.text = text  # what somebody wrote is never lost for a comma
            prompt.accepts(text)

    def ask_in_editor(self, text: str, accept: Accept) -> None:
        """Ask in $VISUAL or $EDITOR; what is wrong afterwards can be corrected in a sheet."""
        self._run(partial(self._ask_in_editor, text, accept))

    async def _ask_in_editor(self, text: str, accept: Accept) -> None:
        edited = await self._edit(text)
        if edited is not None and (problem := accept(edited)):
            await self.ask(_problem_row(problem), edited, accept, sheet=True)

    async def _edit(self, text: str) -> str | None:
        try:
            return await edit_text(self._screen.app, text)
        except EditorError as error:
            self._announce(("✗ ", "error"), (str(error), "error"))
            return None

    def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        self._screen.run_worker(work, group="edit", exclusive=True, description="editing")


def _problem_row(problem: str) -> Row:
    return Row((("✗ ", "error"), (problem, "error")))
