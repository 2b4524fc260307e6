"""Copying: what there is of a place in a file, the menu to choose from, and how it gets to the clipboard."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual.app import App, SuspendNotSupported
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import parse
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.diagram import DiagramSet, flow_diagram
from kustui.diagrams.formats.graph_languages import mermaid
from kustui.diagrams.formats.text import writer
from kustui.diagrams.glyphs import NO_CHANGES, ChangeMarks
from kustui.text.styled_lines import Line
from kustui.tui import clipboard
from kustui.tui.bindings import BY_ID, bindings, first_key
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.menu import Menu
from kustui.tui.widgets.rows import Row, Rows, Target

_MAX_JSON = 5_000_000
"""Bytes above which nobody wants it on a clipboard."""
_GLIMPSE = 200
"""Characters of a text that are shown of it in the menu."""
_SHORT = 60
"""Characters of a text that are repeated when it was copied."""


class Copyable(NamedTuple):
    """Something to copy: exactly this text, whatever is in it."""

    action: str
    """The id of the action that copies it."""
    what: str
    """What it is: ``id``."""
    glimpse: str
    """What is shown of it before it is chosen."""
    make: Callable[[], str]
    choices: tuple[Copyable, ...] = ()
    """Where there are several of its kind, all of them."""

    @classmethod
    def of(cls, action: str, what: str, text: str) -> Copyable:
        return cls(action, what, text[:_GLIMPSE], lambda: text)


def copyables(selected: Target) -> Iterator[Copyable]:
    """What there is of a value of a file."""
    document = selected.document
    data = document.source.data
    start, end = document.spot(selected.pointer).value if data.strip() else (0, 0)
    is_text = 0 < end - start <= _MAX_JSON and data[start : start + 1] == b'"'
    if selected.is_workflow or selected.part is not None:
        yield from _names_of(selected)
    elif is_text and (paths := list(dict.fromkeys(path.text for path in parse(_unquoted(data[start:end])).paths))):
        references = tuple(Copyable.of("copy.reference", "reference", f"/#{path}") for path in paths)
        some = Copyable.of("copy.reference", f"{len(paths):,} references", ", ".join(paths))
        yield references[0] if len(references) == 1 else some._replace(choices=references)
    if 0 < end - start <= _MAX_JSON:
        beginning = " ".join(data[start : min(end, start + _GLIMPSE)].decode(errors="replace").split())
        yield Copyable("copy.json", "JSON", beginning, lambda: data[start:end].decode(errors="replace"))
        if is_text and end - start > 2:  # nothing is no value to copy
            yield Copyable("copy.value", "value", beginning[1:-1], lambda: _unquoted(data[start:end]))
    yield Copyable.of("copy.place", "file and line", document.source.line_location(selected.offset))
    if selected.pointer:
        yield Copyable.of("copy.pointer", "pointer", selected.pointer)


def _names_of(selected: Target) -> Iterator[Copyable]:
    """The name and the id of a workflow, a trigger or a step, and the reference to its output."""
    entry, part = selected.entry, selected.part
    if selected.is_workflow and entry is not None:
        name, id_, step = entry.item.name, entry.id or "", ""
    elif isinstance(part, Step):
        name, id_, step = part.name if part.name != part.id else "", part.id, part.id
    else:
        name, id_, step = part.event_name if part is not None else "", "", TRIGGER_ID
    if name:
        yield Copyable.of("copy.name", "event" if step == TRIGGER_ID and not id_ else "name", name)
    if id_:
        yield Copyable.of("copy.id", "id", id_)
    if step:
        yield Copyable.of("copy.reference", "reference", f"/#steps.{step}")


def as_text(row: Line, name: str, drawing: Callable[[], Iterator[Line]]) -> Iterator[Copyable]:
    """A row, and all of a drawing, as text."""
    write = writer(colour=False, ascii_only=False)
    if text := write(row).strip():
        yield Copyable.of("copy.text", "row", text)
    if first := next((line for line in drawing() if line), None):
        yield Copyable("copy.diagram", name, write(first).rstrip("\n"), lambda: "".join(map(write, drawing())))


def flow_as_mermaid(analysis: WorkflowAnalysis, changes: ChangeMarks = NO_CHANGES) -> Copyable:
    """The flow of a workflow, as Mermaid source, with what a review says of it."""
    diagrams = DiagramSet((flow_diagram(analysis, changes),))
    return Copyable("copy.mermaid", "flow as Mermaid", analysis.title, lambda: "".join(mermaid(diagrams)))


def _unquoted(data: bytes) -> str:
    """What a string of JSON says, which may have been written in a way that only kustui still reads."""
    text = data.decode(errors="replace")
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        return text[1:-1]


class CopyMenu(Menu, inherit_bindings=False):
    """The short list, above the lines at the bottom, of what can be copied."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("menu", "copy")
    KEYS = ("menu.choose", "menu.plain", "menu.leave")
    ENDS_ON_OTHER_KEYS = True

    class Asked(Message):
        """Something is to be copied, or shown as plain text."""

        def __init__(self, item: Copyable, *, plain: bool) -> None:
            super().__init__()
            self.item = item
            self.plain = plain

    def __init__(self, items: Sequence[Copyable], last: str, came_from: Widget | None) -> None:
        super().__init__(came_from, id="copy-menu")
        self.items = tuple(items)
        ids = [item.action for item in items]
        rows = Rows.of([_menu_row(item, self.app) for item in items])
        self.border_title = "Copy"
        self.styles.height = len(items) + 1
        self.show(rows, ids.index(last) if last in ids else 0)

    def action_choose(self) -> None:
        self._ask(plain=False)

    def action_plain(self) -> None:
        self._ask(plain=True)

    def _ask(self, *, plain: bool) -> None:
        self.post_message(self.Asked(self.items[self.cursor], plain=plain))
        self.end()


def _menu_row(item: Copyable, app: App[object]) -> Row:
    key = first_key(app, item.action)
    return Row(((f" {key}  ", "key"), (f"{item.what:<17}", "muted"), (item.glimpse, "")))


class CopyController:
    """Copies what is selected, and says where it went. ``items`` gives what there is to copy now."""

    def __init__(self, screen: Screen[Any], status: StatusBar, items: Callable[[], Iterable[Copyable]]) -> None:
        self._screen, self._status, self._items = screen, status, items
        self._last = ""
        """The action that copied last."""
        self._menu: CopyMenu | None = None

    async def open_menu(self) -> None:
        """Let somebody choose what to copy."""
        items = list(self._items())
        if not items:
            self._status.say("nothing is selected", "muted")
            return
        await self._let_choose(items)

    async def _let_choose(self, items: Sequence[Copyable]) -> None:
        self._menu = CopyMenu(items, self._last, self._screen.focused)
        await self._menu.open(self._screen)

    async def copy(self, action: str) -> None:
        """Copy what an action is for: of the menu that is open, or of what is selected now."""
        menu, self._menu = self._menu, None
        items = menu.items if menu is not None and menu.is_attached else tuple(self._items())
        if menu is not None:
            menu.end()
        item = next((item for item in items if item.action == action), None)
        if item is not None:
            await self.take(item)
        else:
            self._status.say(f"the selection has no {BY_ID[action].verb} to copy", "muted")

    async def take(self, item: Copyable, *, plain: bool = False) -> None:
        """Copy something, or show it as plain text to be selected with the mouse; of several, let somebody choose."""
        self._last = item.action
        if item.choices:
            await self._let_choose(item.choices)
            return
        work: Callable[[], Awaitable[None]] = partial(self._show_plain if plain else self._send, item)
        self._screen.run_worker(work, group="copy", description="copying")

    async def _send(self, item: Copyable) -> None:
        """Put it where it can be put, and say where that was."""
        text, reachable, in_tmux = item.make(), clipboard.reach(), bool(os.environ.get("TMUX"))
        if reachable is clipboard.Reach.NO and not in_tmux:
            await self._show_plain(item)
            return
        size = len(clipboard.encode_text(text))
        if fits := size <= clipboard.clipboard_limit():
            self._screen.app.copy_to_clipboard(text)
        trouble = await clipboard.copy_to_tmux(text) if in_tmux else ""
        is_in_tmux = in_tmux and not trouble
        line: Line = ()
        if not fits:
            limit = clipboard.clipboard_limit()
            line = ((f" · too long for the terminal's clipboard: {size:,} bytes of {limit:,}", "warning"),)
            line = (*line, (" · it is in tmux's buffer", "muted")) if is_in_tmux else line
        if trouble:
            line = (*line, (f" · {trouble}", "warning"))
        if reachable is not clipboard.Reach.YES and not is_in_tmux:
            line = (*line, *self._way_out(copied=fits))
        self._announce(item.what, text, line, copied=fits or is_in_tmux)

    def _way_out(self, *, copied: bool) -> Line:
        """The keys that show a text as plain text, in case it did not reach the clipboard."""
        keys = " ".join(first_key(self._screen.app, id_) for id_ in ("selected.copy", "menu.plain"))
        return ((" · not there? " if copied else " · ", "muted"), (keys, "key"), (" shows it", "muted"))

    def _announce(self, what: str, text: str, line: Line, *, copied: bool) -> None:
        """What was copied comes first, and what may have gone wrong where there is room behind it."""
        begin: Line = (("copied ", "good") if copied else ("not copied: ", "warning"), *_repeated(what, text))
        self._status.announce(Row((*begin, *line)))

    async def _show_plain(self, item: Copyable) -> None:
        try:
            clipboard.show_plain(self._screen.app, item.make())
        except SuspendNotSupported:
            self._status.say("this terminal cannot be suspended", "error")


def _repeated(what: str, text: str) -> Line:
    """A short text itself; of a long one, what it is and how long."""
    if len(text) <= _SHORT and "\n" not in text:
        return ((text, "string"),)
    return ((f"the {what}", ""), (f" of {len(text):,} characters", "muted"))
