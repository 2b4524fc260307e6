"""The bars at the edges of the screen: unreadable files and new problems at the top; what is wrong here, where you are,
and the keys at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kustui.check.problems import Problem
from kustui.config.key_names import display_key
from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.definition.source.outline import Shape
from kustui.diagrams.glyphs import SEVERITY_GLYPHS
from kustui.text.messages import without_folder
from kustui.text.styled_lines import Line, Piece, joined, width_of, wrapped
from kustui.tui.bindings import Action, actions_of, first_key, key_names
from kustui.tui.widgets.rows import Row, laid_out, shorten_breadcrumbs
from kustui.tui.widgets.rows_view import line_strip
from kustui.workspace.snapshot import Snapshot


def broken_files(snapshot: Snapshot) -> tuple[Document, ...]:
    """The unreadable contents of files: of those whose last readable ones are shown, and of those that have none."""
    documents = snapshot.collection.documents
    current = (document if document.shape is Shape.BROKEN else document.broken for document in documents)
    return tuple(document for document in current if document is not None and document.faults)


def banner_lines(document: Document, room: int, *, shows_earlier: bool = False, is_brief: bool = False) -> list[Line]:
    """The fault of a file in full, and its line, cut to ``room`` cells; of one without any text only the fault.
    ``shows_earlier``: whether what could be read before is still shown; ``is_brief``: the fault is cut to one line as
    well."""
    from kustui.check.reports.text import excerpt  # only where a file is broken, not before the first paint

    fault = document.faults[0]
    extent = document.fault_extent(fault)
    place = document.source.span(extent).start
    glyph = SEVERITY_GLYPHS[Severity.ERROR]
    where: Line = ((_place_of_fault(document), "name"), ("  ", ""))
    note: Line = (("showing its last good version", "muted"),) if shows_earlier else ()
    if not document.source.data.strip():
        return said_in_full(glyph, fault.message, fault.hint, room, where, (("  ", ""), *note))
    number: Line = ((f"{place.line} ", "muted"), ("│ ", "muted"))
    part = excerpt(document.source, extent, max(1, room - width_of(number)))
    before, marked, after = (part.before.lstrip(), part.marked, part.after) if part is not None else ("", "", "")
    if not marked:  # the character in its place
        marked, after = after[:1] or "▌", after[1:]
    last: Line = (*number, (before, ""), (marked, "fault"), (after, ""))
    if width_of(last) + width_of(note) + 1 > room:
        note = ()  # the text around the fault is worth more
    said = said_in_full(glyph, fault.message, fault.hint, room, where)
    if is_brief and len(said) > 1:
        said = [laid_out(Row((*said[0], (" …", "muted"))), room)]
    return [*said, laid_out(Row(last, mark=note), room)]


def _place_of_fault(document: Document) -> str:
    """``orders.json:12:3``: the file's own name is enough next to the tree, and leaves room for the message."""
    name = without_folder(document.path)
    return (
        f"{name}:{document.source.place(document.fault_extent(document.faults[0]).start)}"
        if document.source.data
        else name
    )


LinesFor = Callable[[int], Sequence[Line]]
"""The lines of a text in so many cells."""


def broken_banner(snapshot: Snapshot, app: object) -> LinesFor | None:
    """What is wrong with the file that cannot be read, in brief where it stands above other files; of several, how many
    they are, in one line."""
    documents, broken = snapshot.collection.documents, broken_files(snapshot)
    if not broken:
        return None
    if len(broken) > 1:
        keys = keys_row(app, (("go.next-problem", "goes to them"), ("view.problems", "lists them"))).line
        count: Line = (
            (SEVERITY_GLYPHS[Severity.ERROR][0], "error"),
            (f" {len(broken):,} files cannot be read", "error"),
        )
        first: Line = ((": ", "muted"), (_place_of_fault(broken[0]), "name"), (f"  {broken[0].faults[0].message}", ""))
        return lambda width: [laid_out(Row((*count, *first), mark=(("  ", ""), *keys)), width)]
    shows_earlier, is_brief = broken[0] not in documents, len(documents) > 1
    return lambda width: banner_lines(broken[0], width, shows_earlier=shows_earlier, is_brief=is_brief)


class TextBar(Widget):
    """A text over as many lines as it takes; not there while there is none."""

    DEFAULT_CSS = """
    TextBar { height: auto; background: $panel; color: $foreground; display: none; }
    TextBar.-open { display: block; }
    TextBar.-over { dock: bottom; layer: above; margin-bottom: 2; }
    """

    class Clicked(Message):
        """The place that it is about is to be shown."""

        def __init__(self, bar: TextBar) -> None:
            super().__init__()
            self.bar = bar

        @property
        def control(self) -> TextBar:
            return self.bar

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines_for: LinesFor = _no_lines
        self._lines: Sequence[Line] = ()
        self._lacks_room = False
        """Whether it has yet to take its lines from what is above it, or to give them back."""

    def says(self, problem: Problem) -> bool:
        """Whether a problem stands there in full."""
        text = " ".join("".join(text for text, _ in line).strip() for line in self._lines)
        return all(" ".join(part.split()) in text for part in (problem.message, problem.hint))

    def show_text(self, lines_for: LinesFor | None, *, first: bool = False) -> None:
        """Show another text, or none. Where it takes as many lines as the one before, only they are painted.

        ``first``: it is painted before all else, over what is there, until ``make_room`` is called.
        """
        self._lines_for = lines_for or _no_lines
        lines = self._lines_for(self.screen.size.width - 2)
        if lines == self._lines:
            return
        before, self._lines = self._lines, lines
        self._lacks_room = first and not (lines and before)
        self.set_class(bool(lines) or self._lacks_room, "-open")
        self.set_class(self._lacks_room and bool(lines), "-over")
        self.refresh(layout=len(lines) != len(before) and not self._lacks_room)

    def make_room(self) -> None:
        """Give it as many lines as its text takes."""
        if self._lacks_room:
            self._lacks_room = False
            self.set_class(bool(self._lines), "-open")
            self.remove_class("-over")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._lines = self._lines_for(width - 2)
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        return line_strip(self, self._lines[y] if y < len(self._lines) else ())

    def on_click(self) -> None:
        self.post_message(self.Clicked(self))


def _no_lines(width: int) -> Sequence[Line]:
    return ()


def problem_lines(problem: Problem, width: int, before: Line = (), after: Line = ()) -> list[Line]:
    """A problem in words: what is wrong, and what to do about it."""
    return said_in_full(SEVERITY_GLYPHS[problem.severity], problem.message, problem.hint, width, before, after)


def said_in_full(sign: Piece, message: str, hint: str, width: int, before: Line = (), after: Line = ()) -> list[Line]:
    """A message with its hint behind a sign, over as many lines as they take."""
    glyph, look = sign
    between = ", " if hint.startswith("did you mean") else "; "
    remedy: Line = ((f"{between}{hint}", "good"),) if hint else ()
    text = (message, look if look == "error" else "")
    return list(wrapped(((f"{glyph} ", look), *before, text, *remedy, *after), width, 2))


_ROOM_FOR_POSITION = 50
"""Columns in which the status line says where in a list the cursor is."""


_ALWAYS = ("app.help", "app.quit")
"""Actions whose keys are always shown where they are offered."""


def _key_hint(key: str, verb: str) -> Line:
    """A key and what it does; ``4 problems`` would be four of them."""
    return (key, "key"), (f"{':' if key.isdigit() else ' '}{verb}", "muted")


class StatusBar(Widget):
    """Where you are and what there is, and below it the keys of the focused pane, or news."""

    DEFAULT_CSS = "StatusBar { dock: bottom; height: 2; background: $panel; color: $foreground; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._location = Row()
        self._position = ""
        self._action_ids: tuple[str, ...] = ()
        self._verbs: Mapping[str, str] = {}
        self._news = Row()

    def show_location(self, location: Row) -> None:
        """The first line: where you are, and at the right what there is."""
        if self._location != location:
            self._location = location
            self.refresh(Region(0, 0, self.size.width, 1))

    def show_position(self, position: tuple[int, int], counted: str = "") -> None:
        """On the first line, where there is room: which one of a list the cursor is on, and how many there are, of what
        is counted: ``step 3 of 12``."""
        text = f"{counted} {position[0]:,} of {position[1]:,}".lstrip() if position[0] else ""
        if self._position != text:
            self._position = text
            self.refresh(Region(0, 0, self.size.width, 1))

    def offer_keys(self, ids: Sequence[str], verbs: Mapping[str, str] | None = None) -> None:
        """The second line: these actions with their keys, as many as there is room for; some do something else here
        than is their usual ``verbs``."""
        self._action_ids, self._verbs = tuple(ids), verbs or {}
        self.refresh()

    def announce(self, news: Row) -> None:
        """Show news in the place of the keys; an empty row brings the keys back."""
        if self._news != news:
            self._news = news
            self.refresh(Region(0, 1, self.size.width, 1))

    def say(self, text: str, look: str = "") -> None:
        """Announce a short text."""
        self.announce(Row(((text, look),)))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0 and not (self.size.height == 1 and self._news.line):
            mark = self._location.mark
            if self._position and width >= _ROOM_FOR_POSITION:
                mark = ((f"{self._position}{'  ' if mark else ''}", "muted"), *mark)
            room = width - 3 - width_of(mark)
            line = laid_out(Row(shorten_breadcrumbs(self._location.line, room), mark=mark), width - 2)
        else:
            line = laid_out(self._news, width - 2) if self._news.line else self._keys(width - 2)
        return line_strip(self, line)

    def _keys(self, width: int) -> Line:
        return joined([hint for _, hint in self._key_hints(width)], ("   ", ""))

    def _key_hints(self, width: int) -> list[tuple[Action, Line]]:
        """The actions that have a key, each with key and verb, as many as there is room for; help and quit always."""
        actions = map(actions_of(self.app).__getitem__, self._action_ids)
        keys = ((action, key_names(action)) for action in actions)
        verbs = self._verbs
        hints = [(action, _key_hint(names[0], verbs.get(action.id, action.verb))) for action, names in keys if names]
        always = [hint for hint in hints if hint[0].id in _ALWAYS]
        room = width - sum(width_of(hint) + 3 for _, hint in always)
        others: list[tuple[Action, Line]] = []
        for action, hint in hints:
            if action.id not in _ALWAYS:
                room -= width_of(hint) + (3 if others else 0)
                if room < 0:
                    break
                others.append((action, hint))
        return [*others, *always]

    def on_click(self, event: events.Click) -> None:
        """A click on a key presses it; on what there is, lists it."""
        if event.y == 0 and event.x >= self.size.width - 1 - width_of(self._location.mark):
            self.app.simulate_key(actions_of(self.app)["view.problems"].keys.partition(",")[0])
        if event.y == 1 and not self._news.line:
            start = 1
            for action, hint in self._key_hints(self.size.width - 2):
                end = start + width_of(hint)
                if start <= event.x < end <= self.size.width - 1:
                    self.app.simulate_key(action.keys.partition(",")[0])
                start = end + 3


FIRST_KEYS = (
    ("app.help", "explain every key"),
    ("app.palette", "commands"),
    ("go.next-problem", "next problem"),
    ("app.quit", "quit"),
)
"""What somebody who has never been here needs, until the first key is pressed."""
PROBLEM_KEYS = (
    ("rows.choose", "shows the source"),
    ("selected.edit", "edits it"),
    ("go.next-problem", "next"),
    ("app.help", "help"),
)
"""What is needed by somebody who has gone to a problem."""


def keys_row(app: object, keys: Sequence[tuple[str, str]]) -> Row:
    """Keys of actions, each with what it does here."""
    line: Line = ()
    for id_, what in keys:
        if key := first_key(app, id_):
            line = (*line, ("   " if line else "", ""), (key, "key"), (f" {what}", "muted"))
    return Row(line)


def unbound_key_line(app: object, key: str) -> str:
    """What to press instead of a key that does nothing in a pane."""
    label = display_key(key)
    if key in actions_of(app)["problems.explain"].key_list:
        return f"{label} explains a problem in the list of problems: {first_key(app, 'view.problems')} goes there"
    return f"{label} does nothing here: {first_key(app, 'app.help')} lists the keys, {first_key(app, 'app.quit')} quits"
