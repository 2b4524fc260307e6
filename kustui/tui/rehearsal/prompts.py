"""What a rehearsal asks of a person: a line, a sheet of JSON, or one of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from kustui.tui.rehearsal.choices import Choices, Offer
from kustui.tui.rehearsal.panes_stage import Stage
from kustui.tui.rehearsal.prompt import Prompt
from kustui.tui.terminal.editor import EditorError, edit_text
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.widget import Widget


class Asking(Stage):
    """One thing is asked at a time; the keys go back to where they were."""

    def __init__(self) -> None:
        super().__init__()
        self._before: Widget | None = None

    @property
    def asking(self) -> Prompt | Offer | None:
        return next(iter((*self.query(Prompt), *self.query(Offer))), None)

    async def ask(self, question: Row, text: str, take: Callable[[str], str], *, sheet: bool = False) -> None:
        """Let somebody type; ``take`` is given what was typed, and says what is wrong with it or nothing."""
        await self._make_room()
        await self.mount(Prompt(question, text, take, sheet=sheet))
        self.offer_keys()

    async def offer(self, title: str, rows: Sequence[Row], chosen: Callable[[int], bool], cursor: int = 0) -> None:
        """Let somebody choose; ``chosen`` is given the number of the row, and says whether the list is done with."""
        await self._make_room()
        await self.mount(Offer(Choices(title, rows, chosen, cursor)))
        self.offer_keys()

    async def _make_room(self) -> None:
        if (asking := self.asking) is not None:
            await asking.remove()
        elif self.focused is not None:
            self._before = self.focused

    async def done_asking(self) -> None:
        if (asking := self.asking) is not None:
            await asking.remove()
        (self._before or self.course_view).focus()
        self.offer_keys()

    @on(Prompt.Kept)
    async def _kept(self, event: Prompt.Kept) -> None:
        if isinstance(event, Prompt.Outside) or not self.query(Prompt):
            return
        prompt = self.query_one(Prompt)
        if prompt.try_to_take(event.text) and self.asking is prompt:
            await self.done_asking()

    @on(Prompt.Outside)
    def _go_on_outside(self, event: Prompt.Outside) -> None:
        if self.query(Prompt):
            self._type_on_outside(self.query_one(Prompt), event.text)

    @work(exclusive=True, group="edit", description="editing")
    async def _type_on_outside(self, prompt: Prompt, before: str) -> None:
        text = await self._typed_outside(before)
        if text is None or self.asking is not prompt:
            return
        if prompt.try_to_take(text):
            if self.asking is prompt:
                await self.done_asking()
        else:  # what somebody wrote is never lost for a comma
            prompt.put(text)
            prompt.try_to_take(text)

    # A worker: an editor with a window of its own leaves the keys to this screen meanwhile.
    @work(exclusive=True, group="edit", description="editing")
    async def ask_outside(self, question: Row, text: str, take: Callable[[str], str]) -> None:
        """The same in $VISUAL or $EDITOR; what is wrong afterwards can be put right in a sheet."""
        found = await self._typed_outside(text)
        if found is not None and (fault := take(found)):
            await self.ask(Row((("✗ ", "error"), (fault, "error"))), found, take, sheet=True)

    async def _typed_outside(self, text: str) -> str | None:
        try:
            return await edit_text(self.app, text)
        except EditorError as error:
            self.announce(("✗ ", "error"), (str(error), "error"))
            return None

    @on(Prompt.Dropped)
    async def _dropped(self) -> None:
        await self.done_asking()
