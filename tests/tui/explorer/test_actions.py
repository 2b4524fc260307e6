"""Every action of the registry, carried out by its key.

An action that is new in ``kustui/config/actions.py`` needs a line in ``DID``: ``Did(before, seen, becomes)`` with
the keys that lead there, what somebody sees of it, and what that becomes when the first key of the action is pressed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from kustui.config.actions import ACTIONS, BY_ID
from kustui.tui.copy_menu import CopyMenu
from kustui.tui.diagrams.boxes_view import BoxesView
from kustui.tui.diagrams.schedule_views import ChainsView
from kustui.tui.help import Help
from kustui.tui.widgets.rows_view import RowsView
from tests.support.explorer import CHAIN, ORGANISATION, ExplorerPilot, explorer
from tests.support.flows import step, workflow
from tests.support.history import History
from tests.support.rehearsal import belongs_to_the_rehearsal
from tests.support.scenarios import BOTH, WATCH, scenario, write_scenario
from tests.support.trees import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.tui.finder import Finder
    from tests.support.clipboard import Clipboard

pytestmark = pytest.mark.slow

ORDERS, BROKEN, ORDER = SAMPLES / "orders.json", SAMPLES / "broken", ("j", "6")
SIDES = [f"s{index}" for index in range(40)]
WIDE = workflow("a", step("a", " ".join(SIDES)), *(step(each) for each in SIDES))
"""With more lanes, and more boxes in a row, than there is room for."""
NARROW = workflow("a", step("a", " ".join(SIDES[1:])), *(step(each) for each in SIDES[1:]))
"""The same with one less."""


class Scene(NamedTuple):
    """What somebody sees, and where what they copy ends up."""

    ui: ExplorerPilot
    board: Clipboard

    def view(self, name: str) -> RowsView:
        return self.ui.app.screen.query_one(f"#{name}", RowsView)

    @property
    def boxes(self) -> BoxesView:
        return self.ui.explorer.query_one(BoxesView)

    @property
    def chains(self) -> ChainsView:
        return self.ui.explorer.query_one(ChainsView)

    def drawn(self, name: str) -> str:
        view: Any = self.ui.app.screen.query_one(f"#{name}")
        return "\n".join("".join(piece.text for piece in view.render_line(y)) for y in range(view.size.height))


class Did(NamedTuple):
    before: tuple[str, ...]
    """The keys that lead to where the action is carried out."""
    seen: Callable[[Scene], Any]
    becomes: Callable[[Any, Any], object]
    """Whether that has become, from what it was, what it should be."""
    of: Path | dict[str, Any] = CHAIN
    size: tuple[int, int] = (100, 40)
    committed: dict[str, Any] | None = None
    """What the last commit of its repository holds, where it is in one."""
    scenarios: tuple[Mapping[str, Any], ...] = ()
    """What lies beside it."""


def cursor(name: str = "tree") -> Callable[[Scene], int]:
    return lambda scene: scene.view(name).cursor


def count(name: str = "tree") -> Callable[[Scene], int]:
    return lambda scene: scene.view(name).rows.count


def focus(scene: Scene) -> str | None:
    return scene.ui.focus


def here(scene: Scene) -> str:
    return scene.ui.cursor_row


def box(scene: Scene) -> tuple[int, int]:
    """The middle of the selected one, in the picture."""
    drawing = scene.boxes.drawing
    assert drawing is not None
    found = drawing.layout.box_of[scene.boxes.selected]
    return found.x + found.width // 2, found.y


def window(scene: Scene) -> tuple[int, int]:
    """Which cell of the picture is in the upper left corner."""
    return scene.boxes.left, scene.boxes.top


def copied(scene: Scene) -> str:
    return scene.board.terminal[-1] if scene.board.terminal else ""


def is_(value: object) -> Callable[[Any, Any], object]:
    return lambda before, now: before != now == value


def by(number: int) -> Callable[[Any, Any], object]:
    return lambda before, now: now - before == number


def another(before: Any, now: Any) -> object:
    return now != before


def more(before: Any, now: Any) -> object:
    return now > before


def less(before: Any, now: Any) -> object:
    return now < before


def holds(*parts: str) -> Callable[[Any, Any], object]:
    return lambda before, now: all(part in now for part in parts) and not all(part in before for part in parts)


def goes_to(pane: str) -> Did:
    return Did((), focus, is_(pane), size=(160, 48))


def copies(key: str, becomes: Callable[[Any, Any], object]) -> Did:
    """From the menu, of the second step in the first workflow."""
    return Did(("E", *"jjjjj", key), copied, becomes)


def size_of(name: str) -> Callable[[Scene], int]:
    return lambda scene: scene.ui.explorer.query_one(f"#{name}").outer_size.width


def finder(scene: Scene) -> Finder | None:
    open_now = scene.ui.explorer.finder.pane
    return open_now if open_now is not None and open_now.display else None


def found(scene: Scene) -> int:
    """Which of what was found has the cursor."""
    open_now = finder(scene)
    return open_now.results.cursor if open_now is not None else -1


def frames(scene: Scene) -> int:
    """How often something was drawn since this was asked first."""
    counted: list[int] = vars(scene.ui.app).setdefault("frames", [])
    vars(scene.ui.app)["post_display_hook"] = lambda: counted.append(1)
    return len(counted)


def top(scene: Scene) -> int:
    """The first line of the difference that is in view."""
    return scene.view("fix-pane").top


def typed(scene: Scene) -> str:
    return scene.ui.app.focused.value if isinstance(scene.ui.app.focused, Input) else ""


FAILING = scenario("Only one runs", "a")
MARKED = ("m", "a", "E", *"jjjjj", "m", "b", "apostrophe")
TYPED = ("8", "i", *"2000/d")
MISTYPED = workflow("reminder", step("reminder", "remindr2"), step("reminder2"), id="5f0000000000000000000001")
FIXED, SCROLLED = ("p", "x", "enter"), ("p", "x")
FOUND = ("3", "slash", *"id", "enter")
DID = {
    "rows.down": Did((), cursor(), by(1)),
    "rows.up": Did(("j", "j"), cursor(), by(-1)),
    "rows.page-down": Did(("g",), cursor(), lambda _, now: now > 20, ORGANISATION),
    "rows.page-up": Did(("G",), cursor(), lambda before, now: before - now > 20, ORGANISATION),
    "rows.half-down": Did(("g",), cursor(), lambda _, now: 10 < now < 25, ORGANISATION),
    "rows.half-up": Did(("G",), cursor(), lambda before, now: 10 < before - now < 25, ORGANISATION),
    "rows.first": Did(("j", "j"), cursor(), is_(0)),
    "rows.last": Did((), lambda scene: scene.view("tree").rows.count - scene.view("tree").cursor, is_(1)),
    "rows.choose": Did((), count(), less),
    "tree.open": Did(("h",), count(), more),
    "tree.close": Did((), count(), less),
    "tree.fold": Did((), count(), less),
    "tree.open-all": Did((), count(), more),
    "tree.close-all": Did(("E",), count(), less),
    "tree.next-sibling": Did((), cursor(), lambda before, now: now - before > 1),
    "tree.previous-sibling": Did(("J",), cursor(), lambda before, now: before - now > 1),
    "rail.fold": Did(("j", "5", "j", "j", "j"), count("flow"), by(-4), ORDERS, (160, 48)),
    "rail.unfold-all": Did(("j", "5", "j", "j", "j", "space"), count("flow"), by(4), ORDERS, (160, 48)),
    "rail.lanes-left": Did(("5", "j", "l"), lambda scene: scene.drawn("flow"), another, WIDE, (80, 24)),
    "rail.lanes-right": Did(("5", "j"), lambda scene: scene.drawn("flow"), another, WIDE, (80, 24)),
    "boxes.down": Did(ORDER, lambda scene: box(scene)[1], more, ORDERS),
    "boxes.up": Did((*ORDER, "j"), lambda scene: box(scene)[1], less, ORDERS),
    "boxes.left": Did(("6", "j", "j", "l"), lambda scene: box(scene)[0], less, WIDE),
    "boxes.right": Did(("6", "j", "j", "h", "h"), lambda scene: box(scene)[0], more, WIDE),
    "boxes.first": Did((*ORDER, "j", "j"), lambda scene: box(scene)[1], is_(0), ORDERS),
    "boxes.last": Did(ORDER, lambda scene: box(scene)[1], more, ORDERS),
    "boxes.choose": Did(ORDER, focus, is_("detail"), ORDERS),
    "boxes.pan-down": Did(ORDER, lambda scene: window(scene)[1], more, ORDERS, (80, 24)),
    "boxes.pan-up": Did((*ORDER, "J"), lambda scene: window(scene)[1], less, ORDERS, (80, 24)),
    "boxes.pan-left": Did(("6", "L"), lambda scene: window(scene)[0], less, WIDE),
    "boxes.pan-right": Did(("6",), lambda scene: window(scene)[0], more, WIDE),
    "boxes.zoom-in": Did(ORDER, lambda scene: scene.boxes.zoom, is_("full"), ORDERS),
    "boxes.zoom-out": Did(ORDER, lambda scene: scene.boxes.zoom, is_("compact"), ORDERS),
    "boxes.page-down": Did(ORDER, lambda scene: window(scene)[1], more, ORDERS, (80, 24)),
    "boxes.page-up": Did((*ORDER, "pagedown"), lambda scene: window(scene)[1], is_(0), ORDERS, (80, 24)),
    "chains.overview": Did(("7",), lambda scene: scene.chains.lists_all, is_(True)),
    "chains.sort": Did(("7", "o"), lambda scene: scene.chains.title, lambda was, now: was != now and " by " in now),
    "chains.further": Did(("7",), lambda scene: scene.chains.steps, by(1)),
    "chains.nearer": Did(("7",), lambda scene: scene.chains.steps, by(-1)),
    "map.choose": Did(("0", "o", "o"), lambda scene: scene.drawn("map"), holds("What it brings about"), ORGANISATION),
    "map.back": Did(("0", "o", "enter"), lambda scene: scene.drawn("map"), holds("44 workflows"), ORGANISATION),
    "map.lists": Did(("0",), lambda scene: scene.drawn("map"), holds("44 workflows"), ORGANISATION),
    "map.sort": Did(("0", "o"), lambda scene: scene.drawn("map"), holds("▼schedules"), ORGANISATION),
    "map.group": Did(("0", "o"), lambda scene: scene.drawn("map"), holds("company.create  1"), ORGANISATION),
    "map.rate": Did(("0", "o", "o"), focus, is_("rate"), ORGANISATION),
    "map.further": Did(("0",), lambda scene: scene.view("map").reach, by(1)),  # type: ignore[attr-defined]
    "map.nearer": Did(("0",), lambda scene: scene.view("map").reach, by(-1)),  # type: ignore[attr-defined]
    "tests.accept": Did(("T",), focus, is_("fix-pane"), WATCH, scenarios=(FAILING,)),
    "tests.accept-all": Did(("T",), focus, is_("fix-pane"), WATCH, scenarios=(FAILING, BOTH, FAILING)),
    "tests.failed": Did(("T",), count("tests"), is_(1), WATCH, scenarios=(BOTH, FAILING)),
    "tests.definition": Did(("T",), focus, is_("tree"), WATCH, scenarios=(BOTH,)),
    "tests.edit": Did(
        ("T",), lambda scene: scene.ui.keys, holds("no-such-editor was not found"), WATCH, scenarios=(BOTH,)
    ),
    "problems.severity": Did(
        ("4",), lambda scene: scene.ui.titles, holds("4:Problems, only errors"), BROKEN / "missing-input.json"
    ),
    "problems.rule": Did(
        ("4",), lambda scene: scene.ui.titles, holds("4:Problems, only missing-input"), BROKEN / "missing-input.json"
    ),
    "problems.explain": Did(
        ("4",), lambda scene: scene.ui.titles, holds("9 missing-input"), BROKEN / "missing-input.json"
    ),
    "source.fold": Did(("3",), count("source"), less),
    "source.close": Did(("3",), count("source"), less),
    "source.open": Did(("3", "h"), count("source"), more),
    "source.fold-all": Did(("3", "j", "j"), count("source"), less),
    "source.unfold-all": Did(("3", "j", "j", "C"), count("source"), more),
    "source.next-sibling": Did(("3", "j"), cursor("source"), more, of=ORDERS),
    "source.previous-sibling": Did(("3", "j", "J"), cursor("source"), less, of=ORDERS),
    "source.whole": Did(("3",), count("source"), more),
    "source.wrap": Did(("3",), lambda scene: scene.drawn("source"), holds("╎"), ORDERS, (60, 24)),
    "source.scroll-left": Did(("3", "L"), lambda scene: scene.drawn("source"), holds('"descr'), ORDERS, (60, 24)),
    "source.scroll-right": Did(("3",), lambda scene: '"descr' in scene.drawn("source"), is_(False), ORDERS, (60, 24)),
    "source.line-start": Did(
        ("3", "j", "j", "dollar_sign"), lambda scene: scene.drawn("source"), holds('"descr'), ORDERS, (60, 24)
    ),
    "source.line-end": Did(
        ("3", "j", "j"), lambda scene: scene.drawn("source"), holds("customer's timeline."), ORDERS, (60, 24)
    ),
    "timeline.earlier": Did(("8", "z", "l"), lambda scene: scene.drawn("timeline"), holds("T+0"), size=(50, 24)),
    "timeline.later": Did(
        ("8", "z"), lambda scene: "T+0" in scene.drawn("timeline"), is_(False), size=(50, 24)
    ),
    "timeline.rate": Did(("8",), focus, is_("rate")),
    "rate.keep": Did(TYPED, lambda scene: scene.drawn("timeline"), holds("83.3333 events an hour")),
    "rate.drop": Did(TYPED, focus, is_("timeline")),
    "go.back": Did(("j", "j", "p"), here, another),
    "go.forward": Did(("p", "left_square_bracket"), here, another),
    "go.next-problem": Did((), here, another, BROKEN / "missing-input.json"),
    "go.previous-problem": Did((), here, another, BROKEN / "missing-input.json"),
    "go.definition": Did(("E", "j", "j"), here, lambda _, now: "◇ branch" in now),
    "go.uses": Did(("E", *"jjj"), focus, is_("uses")),
    "go.mark": Did((), focus, is_("marks")),
    "go.to-mark": Did(("m", "a"), focus, is_("marks")),
    "view.uses": Did(("E", *"jjj", "u", "1"), focus, is_("uses")),
    "view.next-pane": goes_to("flow"),
    "view.previous-pane": goes_to("source"),
    "view.tree": Did(("2",), focus, is_("tree")),
    "view.detail": goes_to("detail"),
    "view.source": goes_to("source"),
    "view.flow": goes_to("flow"),
    "view.boxes": goes_to("boxes"),
    "view.chains": goes_to("chains"),
    "view.timeline": goes_to("timeline"),
    "view.map": goes_to("map"),
    "view.map-boxes": goes_to("map-boxes"),
    "view.problems": goes_to("problems"),
    "view.changes": goes_to("changes"),
    "view.tests": goes_to("tests"),
    "view.review": Did((), focus, is_("review"), WIDE, committed=NARROW),
    "go.next-change": Did(("1", "g"), here, another, WIDE, committed=NARROW),
    "go.previous-change": Did(("1", "g"), here, another, WIDE, committed=NARROW),
    "view.maximise": Did((), lambda scene: scene.ui.panes, is_(["tree"])),
    "view.larger": Did((), size_of("tree"), more, size=(160, 48)),
    "view.smaller": Did((), size_of("tree"), less, size=(160, 48)),
    "view.hide": Did((), lambda scene: "tree" in scene.ui.panes, is_(False)),
    "view.leave": Did(("2",), focus, is_("tree")),
    "selected.copy": Did((), focus, is_("copy-menu")),
    "selected.edit": Did((), lambda scene: scene.ui.keys, holds("no-such-editor was not found")),
    "copy.name": copies("y", is_("Whose conversation")),
    "copy.id": copies("y", lambda _, now: len(now) == 9),
    "copy.reference": copies("y", lambda _, now: now.startswith("/#steps.")),
    "copy.json": copies("y", lambda _, now: "action" in json.loads(now)),
    "copy.value": Did(
        ("E", *"jjjjj", "3", "slash", *"customer.find", "enter", "y"), copied, is_("kustomer.customer.find")
    ),
    "copy.place": copies("y", lambda _, now: now.startswith(f"{CHAIN}:")),
    "copy.pointer": copies("y", lambda _, now: now.startswith("/workflows/0/steps/")),
    "copy.text": copies("y", lambda _, now: "● Whose conversation" in now),
    "copy.diagram": copies("y", lambda _, now: "●─╮ Whose conversation" in now),
    "copy.mermaid": copies("y", lambda _, now: now.startswith("flowchart")),
    "menu.down": Did(("y",), cursor("copy-menu"), by(1)),
    "menu.up": Did(("y", "down"), cursor("copy-menu"), by(-1)),
    "menu.choose": Did(("y",), copied, is_("followup-timer-1-of-4-start")),
    "menu.plain": Did(("y",), lambda scene: scene.board.plain[-1:], is_(["followup-timer-1-of-4-start"])),
    "menu.leave": Did(("y",), lambda scene: len(scene.ui.explorer.query(CopyMenu)), is_(0)),
    "fix.show": Did(("p",), focus, is_("fix-pane"), BROKEN / "unknown-target.json"),
    "fix.show-all": Did(("p",), focus, is_("fix-pane"), BROKEN / "unknown-target.json"),
    "fix.undo": Did(FIXED, lambda scene: scene.ui.keys, holds("undone: "), MISTYPED),
    "fix.redo": Did((*FIXED, "U"), lambda scene: scene.ui.keys, holds("redone: "), MISTYPED),
    "fix.rename": Did((), lambda scene: typed(scene), holds("5f"), MISTYPED),
    "fix.suppress": Did(("p",), lambda scene: scene.ui.keys, holds("accept"), MISTYPED),
    "difference.down": Did(SCROLLED, top, by(1), BROKEN / "unknown-target.json", (80, 12)),
    "difference.up": Did((*SCROLLED, "j"), top, by(-1), BROKEN / "unknown-target.json", (80, 12)),
    "difference.page-down": Did(SCROLLED, top, more, BROKEN / "unknown-target.json", (80, 12)),
    "difference.page-up": Did((*SCROLLED, "space"), top, is_(0), BROKEN / "unknown-target.json", (80, 12)),
    "difference.apply": Did(("p", "x"), lambda scene: scene.ui.keys, holds("done: "), MISTYPED),
    "difference.leave": Did(("p", "x"), focus, is_("tree"), MISTYPED),
    "find.filter": Did((), focus, is_("filter")),
    "find.next-match": Did(FOUND, cursor("source"), more),
    "find.previous-match": Did((*FOUND, "n"), cursor("source"), less),
    "find.everything": Did((), lambda scene: finder(scene) is not None, is_(True)),
    "marks.down": Did(MARKED, cursor("marks"), by(1)),
    "marks.up": Did((*MARKED, "down"), cursor("marks"), by(-1)),
    "marks.choose": Did(MARKED, here, holds("followup-timer-1-of-4-start")),
    "marks.forget": Did(MARKED, count("marks"), by(-1)),
    "marks.leave": Did(MARKED, focus, is_("tree")),
    "finder.go": Did(("F", *"VIP"), here, lambda was, now: "VIP" in now and now != was, ORGANISATION),
    "finder.leave": Did(("F",), focus, is_("tree")),
    "finder.down": Did(("F", *"VIP"), found, more, ORGANISATION),
    "finder.up": Did(("F", *"VIP", "down", "down"), found, less, ORGANISATION),
    "finder.page-down": Did(("F", *"VIP"), found, more, ORGANISATION),
    "finder.page-up": Did(("F", *"VIP", "pagedown"), found, less, ORGANISATION),
    "finder.complete": Did(("F", *"acti"), typed, is_("action:")),
    "filter.keep": Did(("slash", *"4-of"), focus, is_("tree")),
    "filter.drop": Did(("slash", *"4-of"), count(), more),
    "filter.up": Did(("3", "slash", *"id", "down"), cursor("source"), less),
    "filter.down": Did(("3", "slash", *"id"), cursor("source"), more),
    "help.filter": Did(("question_mark",), focus, is_("filter")),
    "help.leave": Did(("question_mark",), lambda scene: isinstance(scene.ui.app.screen, Help), is_(False)),
    "app.help": Did((), lambda scene: isinstance(scene.ui.app.screen, Help), is_(True)),
    "app.palette": Did((), lambda scene: isinstance(scene.ui.app.screen, CommandPalette), is_(True)),
    "app.mouse": Did((), lambda scene: scene.ui.app.preferences.mouse, is_(False)),
    "app.redraw": Did((), frames, more),
    "app.suspend": Did((), lambda scene: scene.ui.keys, another),
    "app.quit": Did((), lambda scene: scene.ui.app.return_code, is_(0)),
}  # fmt: skip
"""What each action did, by its id."""


def test_no_action_is_without_a_test_and_no_test_without_an_action() -> None:
    actions = {action.id for action in ACTIONS if not belongs_to_the_rehearsal(action)}
    assert DID.keys() == actions, f"DID in {Path(__file__).name} says of every action what it does, and of no other"


@pytest.mark.parametrize("id_", DID)
async def test_an_action_does_what_it_is_for(
    id_: str, board: Clipboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    did, key = DID[id_], BY_ID[id_].key_list[0]
    of = did.of
    if isinstance(of, dict):
        for index, content in enumerate(did.scenarios):
            write_scenario(tmp_path, str(index), content)
        of = tmp_path / "app.json"
        of.write_text(json.dumps(did.of))
        if did.committed is not None:
            History(tmp_path).commit(app=did.committed)
            of.write_text(json.dumps(did.of))
    async with explorer(of, size=did.size) as ui:
        scene = Scene(ui, board)
        await ui.press(*did.before)
        was = did.seen(scene)
        await ui.press(key)
        now = did.seen(scene)
        assert did.becomes(was, now), f"{key}: from {was!r} to {now!r}"
