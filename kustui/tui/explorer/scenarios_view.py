"""The list of scenarios: what came of each, those that fail first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from kustui.definition.folders import common_folder
from kustui.definition.source.source import Place
from kustui.text.messages import counted, holds_words, without_folder
from kustui.text.styled_lines import Line, wrapped
from kustui.tui.bindings import bindings
from kustui.tui.explorer.list_panes import ListView
from kustui.tui.widgets.rows import NodeKey, Row, Rows
from kustui.workspace.events import ScenariosReplayed

if TYPE_CHECKING:  # not before there are scenarios
    from kustui.simulate.engine.history import CoverageRatio
    from kustui.simulate.scenarios.suite import ScenarioResult

FAILED = ("✗", "error")
PASSED = ("✓", "good")
_WIDE = 100
"""Cells of the list in which it says what the numbers count."""
_MOST_ERRORS = 4
"""Errors of a scenario that are said in full."""


class ScenariosView(ListView):
    """The scenarios that hold every one of its words. Rows are made as they are drawn."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tests")
    NAME = "T Tests"
    ABOUT = (
        "Every scenario that lies with the definitions, replayed after each save that concerns it: those that fail (✗) "
        "first, newly failing ones above all. At the right is how many steps, transitions and error cases it takes of "
        "the workflows that run. Below the list, the first difference from what it expects stands in full. Enter "
        "opens the rehearsal there; the key of the pane closes it again."
    )

    def __init__(self, link_of: Callable[[ScenarioResult], NodeKey], *, id: str | None = None) -> None:
        """``link_of`` gives the node that a scenario is about."""
        super().__init__(id=id)
        self.words = ""
        self.lists_failed = False
        """Whether only those that fail are listed."""
        self.replayed: ScenariosReplayed | None = None
        """What came of them; None until they are replayed."""
        self.new: frozenset[str] = frozenset()
        """The paths of those that fail since a save, and that nobody has looked at."""
        self.guidance = ""
        """What to do where there is none."""
        self._link_of = link_of
        self._listed: Sequence[ScenarioResult] = ()

    @property
    def result(self) -> ScenarioResult | None:
        """The one under the cursor."""
        return self._listed[self.cursor] if self.cursor < len(self._listed) else None

    @property
    def failed(self) -> Sequence[ScenarioResult]:
        """Those listed that fail."""
        return [result for result in self._listed if not result.passed]

    def list_scenarios(self) -> None:
        """Show those that are to be listed, the cursor on the one it was on."""
        before, at = self.result, self.cursor
        results = self.replayed.results if self.replayed is not None else ()
        folder = common_folder([result.path for result in results]) if self.words else ""
        listed = [result for result in results if self._is_listed(result, folder)]
        self._listed = sorted(listed, key=lambda result: (result.path not in self.new, result.passed))
        self.empty = self._nothing()
        if before is not None:
            at = next((index for index, one in enumerate(self._listed) if one.path == before.path), at)
        with self.prevent(self.Moved):
            self.show(Rows(len(self._listed), self._row), at, top=self.top + at - self.cursor)
        self.post_message(self.Narrowed(self))

    def _nothing(self) -> str:
        """Why nothing is listed."""
        if self.replayed is None:
            return ""
        if not self.replayed.results:
            return self.replayed.in_words or f"no scenario lies with the definitions: {self.guidance}"
        return f"no scenario {'contains these words' if self.words else 'fails'}; Esc shows all"

    def _is_listed(self, result: ScenarioResult, folder: str) -> bool:
        if self.lists_failed and result.passed:
            return False
        if not self.words:
            return True
        path, errors = result.path.removeprefix(folder), (_without_place(result, error) for error in result.errors)
        texts = (result.title, path, *errors, *(placed.message for placed in result.differences))
        return holds_words("\n".join(texts), self.words)

    def _row(self, index: int) -> Row:
        result = self._listed[index]
        return _scenario_row(
            result, self._link_of(result), is_new=result.path in self.new, is_wide=self.size.width >= _WIDE
        )

    # Narrowing

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.lists_failed)

    def narrow(self, words: str) -> None:
        """Show only those that hold every one of some words."""
        self.words = words
        self._narrowed()

    def show_all(self) -> None:
        self.words, self.lists_failed = "", False

    def turn_to_failed(self) -> None:
        """Show only those that fail, or all again."""
        self.lists_failed = not self.lists_failed
        self._narrowed()

    def _narrowed(self) -> None:
        self.list_scenarios()
        self.post_message(self.Moved(self))

    # What it is called

    @property
    def title(self) -> str:
        only = [*(["failed"] if self.lists_failed else []), *([f"“{self.words}”"] if self.words else [])]
        title = f"{self.NAME}, only {', '.join(only)}" if only else self.NAME
        if self.replayed is None:
            return title
        parts = (self.replayed.in_words, totals(self.replayed.results), coverage_in_words(self.replayed))
        words = " · ".join(filter(None, parts))
        return f"{title}   {words}" if words else title


def totals(results: Sequence[ScenarioResult]) -> str:
    """``12 passed, 1 failed``; nothing where there are none."""
    failed = sum(not result.passed for result in results)
    counts = ((len(results) - failed, "passed"), (failed, "failed"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count)


def coverage_in_words(replayed: ScenariosReplayed) -> str:
    """What all of them take together: ``71 % of 34 steps, 60 % of 45 transitions``."""
    shares = ((replayed.steps, "step"), (replayed.edges, "transition"))
    return ", ".join(
        f"{int(share.percent)} % of {counted(share.total, noun)}"
        for share, noun in shares
        if share is not None and share.total
    )


def name_of(result: ScenarioResult) -> str:
    """What it says it shows, or the name of its file."""
    return result.title or without_folder(result.path)


def message_of(result: ScenarioResult) -> str:
    """The first thing that is wrong with it; empty where it has passed."""
    if result.errors:
        return _without_place(result, result.errors[0])
    return result.differences[0].message if result.differences else ""


_PLACE = re.compile(r"\A:(?:(\d+):(\d+):)? ?")
"""What stands in an error behind the path."""


def _without_place(result: ScenarioResult, error: str) -> str:
    return _PLACE.sub("", error.removeprefix(result.path), count=1)


def place_of(result: ScenarioResult) -> Place:
    """Where in its file the first thing stands that is wrong with it; the beginning where nothing is."""
    if result.differences:
        return Place(result.differences[0].line, result.differences[0].column)
    match = _PLACE.match(result.errors[0].removeprefix(result.path)) if result.errors else None
    return Place(int(match[1]), int(match[2])) if match is not None and match[1] else Place(1, 1)


def _scenario_row(result: ScenarioResult, link: NodeKey, *, is_new: bool, is_wide: bool) -> Row:
    """A scenario: whether it passed, what it shows, what is wrong, its file and what it takes."""
    glyph, look = PASSED if result.passed else FAILED
    new: Line = (("new ", "new"),) if is_new else ()
    line: Line = ((f"{glyph} ", look), *new, (name_of(result), "name"))
    if message := message_of(result):
        line = (*line, ("  ", ""), (message, ""))
    file: Line = ((without_folder(result.path), "muted"),) if result.title else ()
    return Row(line, file, ((_share_in_brief(result, is_wide=is_wide), "muted"),), link)


def _share_in_brief(result: ScenarioResult, *, is_wide: bool) -> str:
    """``5/8 steps, 3/9 transitions``."""
    if not result.steps.total:
        return "runs nothing" if not result.errors else ""
    steps, edges = (f"{share.taken}/{share.total}" for share in (result.steps, result.edges))
    return f"{steps} steps, {edges} transitions" if is_wide else f"{steps} {edges}"


def said_of(result: ScenarioResult, width: int, *, names: bool = False, after: Line = ()) -> list[Line]:
    """All that is to be said of one, over as many lines as it takes; with its name where it ``names`` it."""
    name: Line = ((name_of(result), "name"), (": ", "muted")) if names else ()
    if result.passed:
        return list(wrapped(((f"{PASSED[0]} ", "good"), *name, *_of_passed(result), *after), width, 2))
    begin: Line = ((f"{FAILED[0]} ", "error"), *name)
    place: Line = ((f"{without_folder(result.path)}:{place_of(result)}", "muted"),)
    if result.errors:
        messages = [_without_place(result, error) for error in result.errors[:_MOST_ERRORS]]
        said = [line for message in messages for line in wrapped((*begin, (message, "error")), width, 2)]
        more = len(result.errors) - _MOST_ERRORS
        rest: Line = ((f"  and {more:,} more", "muted"),) if more > 0 else ()
        return [*said, *wrapped((*place, ("  cannot be replayed", "muted"), *rest, *after), width)]
    first, more = result.differences[0], len(result.differences) - 1
    others: Line = ((f"  and {counted(more, 'other difference')}", "muted"),) if more else ()
    return list(wrapped((*begin, (first.message, "error"), ("  ", ""), *place, *others, *after), width, 2))


def _of_passed(result: ScenarioResult) -> Iterator[tuple[str, str]]:
    yield "takes ", "muted"
    yield f"{_of(result.steps, 'step')}, {_of(result.edges, 'transition')}", ""
    yield f" of {counted(len(result.workflows), 'workflow')}", "muted"
    for note in result.notes[:1]:
        yield f"  {note.message}", "warning"
    if len(result.notes) > 1:
        yield f"  and {counted(len(result.notes) - 1, 'other note')}", "muted"


def _of(share: CoverageRatio, noun: str) -> str:
    return f"{share.taken:,} of {counted(share.total, noun)}"
