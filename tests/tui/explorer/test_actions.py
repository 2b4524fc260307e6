"""Every action of the registry, carried out by its key.

An action that is new in ``kustui/config/actions.py`` needs a line in one of ``WALKS``: ``Did(before, seen, becomes)``
with the keys that lead there from the line above, what somebody sees of it, and what that becomes when the first key of
the action is pressed.
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
    """The keys that lead from the action before to where the action is carried out."""
    seen: Callable[[Scene], Any]
    becomes: Callable[[Any, Any], object]
    """Whether that has become, from what it was, what it should be."""


class Walk(NamedTuple):
    did: Mapping[str, Did]
    """What actions did, by their ids."""
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
    return Did((), focus, is_(pane))


def copies(becomes: Callable[[Any, Any], object]) -> Did:
    """From the menu."""
    return Did(("y",), copied, becomes)


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


FAILING, FAILING_TOO = scenario("Only one runs", "a"), scenario("No other runs", "a")
MISTYPED = workflow("reminder", step("reminder", "remindr2"), step("reminder2"), id="5f0000000000000000000001")
WALKS = {
    "the tree": Walk({
        "rows.down": Did((), cursor(), by(1)),
        "rows.up": Did((), cursor(), by(-1)),
        "rows.last": Did((), lambda scene: scene.view("tree").rows.count - scene.view("tree").cursor, is_(1)),
        "rows.first": Did((), cursor(), is_(0)),
        "tree.next-sibling": Did(("j",), cursor(), lambda before, now: now - before > 1),
        "tree.previous-sibling": Did((), cursor(), lambda before, now: before - now > 1),
        "tree.close": Did((), count(), less),
        "tree.open": Did((), count(), more),
        "tree.fold": Did((), count(), less),
        "rows.choose": Did(("l",), count(), less),
        "tree.open-all": Did((), count(), more),
        "tree.close-all": Did((), count(), less),
    }),
    "a large tree": Walk({
        "rows.page-down": Did((), cursor(), lambda _, now: now > 20),
        "rows.page-up": Did(("G",), cursor(), lambda before, now: before - now > 20),
        "rows.half-down": Did(("g",), cursor(), lambda _, now: 10 < now < 25),
        "rows.half-up": Did(("G",), cursor(), lambda before, now: 10 < before - now < 25),
    }, ORGANISATION),
    "places": Walk({
        "go.definition": Did(("E", "j", "j"), here, lambda _, now: "◇ branch" in now),
        "go.back": Did((), here, another),
        "go.forward": Did((), here, another),
        "go.uses": Did(("g", *"jjj"), focus, is_("uses")),
        "view.uses": Did(("1",), focus, is_("uses")),
    }),
    "marks": Walk({
        "go.mark": Did((), focus, is_("marks")),
        "go.to-mark": Did(("a",), focus, is_("marks")),
        "marks.leave": Did((), focus, is_("tree")),
        "marks.down": Did(("E", *"jjjjj", "m", "b", "apostrophe"), cursor("marks"), by(1)),
        "marks.up": Did((), cursor("marks"), by(-1)),
        "marks.choose": Did((), here, holds("followup-timer-1-of-4-start")),
        "marks.forget": Did(("apostrophe",), count("marks"), by(-1)),
    }),
    "panes": Walk({
        "view.next-pane": goes_to("flow"),
        "view.previous-pane": Did(("1",), focus, is_("source")),
        **{f"view.{name}": goes_to(name) for name in (
            "detail", "source", "flow", "boxes", "chains", "timeline", "map", "map-boxes", "problems", "changes",
            "tests", "tree",
        )},
        "view.leave": Did(("2",), focus, is_("tree")),
        "view.larger": Did((), size_of("tree"), more),
        "view.smaller": Did((), size_of("tree"), less),
        "view.maximise": Did((), lambda scene: scene.ui.panes, is_(["tree"])),
        "view.hide": Did(("z",), lambda scene: "tree" in scene.ui.panes, is_(False)),
    }, size=(160, 48)),
    "the flow": Walk({
        "rail.fold": Did(("j", "5", "j", "j", "j"), count("flow"), by(-4)),
        "rail.unfold-all": Did((), count("flow"), by(4)),
    }, ORDERS, (160, 48)),
    "a wide flow": Walk({
        "rail.lanes-right": Did(("5", "j"), lambda scene: scene.drawn("flow"), another),
        "rail.lanes-left": Did((), lambda scene: scene.drawn("flow"), another),
    }, WIDE, (80, 24)),
    "boxes": Walk({
        "boxes.down": Did(ORDER, lambda scene: box(scene)[1], more),
        "boxes.up": Did((), lambda scene: box(scene)[1], less),
        "boxes.last": Did((), lambda scene: box(scene)[1], more),
        "boxes.first": Did((), lambda scene: box(scene)[1], is_(0)),
        "boxes.zoom-out": Did((), lambda scene: scene.boxes.zoom, is_("compact")),
        "boxes.zoom-in": Did(("plus",), lambda scene: scene.boxes.zoom, is_("full")),
        "boxes.choose": Did((), focus, is_("detail")),
    }, ORDERS),
    "boxes higher than the pane": Walk({
        "boxes.pan-down": Did(ORDER, lambda scene: window(scene)[1], more),
        "boxes.pan-up": Did((), lambda scene: window(scene)[1], less),
        "boxes.page-down": Did((), lambda scene: window(scene)[1], more),
        "boxes.page-up": Did((), lambda scene: window(scene)[1], is_(0)),
    }, ORDERS, (80, 24)),
    "boxes wider than the pane": Walk({
        "boxes.left": Did(("6", "j", "j", "l"), lambda scene: box(scene)[0], less),
        "boxes.right": Did(("h", "h"), lambda scene: box(scene)[0], more),
        "boxes.pan-right": Did((), lambda scene: window(scene)[0], more),
        "boxes.pan-left": Did((), lambda scene: window(scene)[0], less),
    }, WIDE),
    "chains": Walk({
        "chains.further": Did(("7",), lambda scene: scene.chains.steps, by(1)),
        "chains.nearer": Did((), lambda scene: scene.chains.steps, by(-1)),
        "chains.overview": Did((), lambda scene: scene.chains.lists_all, is_(True)),
        "chains.sort": Did((), lambda scene: scene.chains.title, lambda was, now: was != now and " by " in now),
    }),
    "the map": Walk({
        "map.further": Did(("0",), lambda scene: scene.view("map").reach, by(1)),  # type: ignore[attr-defined]
        "map.nearer": Did((), lambda scene: scene.view("map").reach, by(-1)),  # type: ignore[attr-defined]
        "map.lists": Did((), lambda scene: scene.drawn("map"), holds("44 workflows")),
        "map.back": Did(("enter",), lambda scene: scene.drawn("map"), holds("44 workflows")),
        "map.sort": Did((), lambda scene: scene.drawn("map"), holds("▼schedules")),
        "map.group": Did((), lambda scene: scene.drawn("map"), holds("company.create  1")),
        "map.rate": Did(("o", "j"), focus, is_("rate")),
        "map.choose": Did(("escape",), lambda scene: scene.drawn("map"), holds("What it brings about")),
    }, ORGANISATION),
    "the timeline": Walk({
        "timeline.later": Did(("8", "z"), lambda scene: "T+0" in scene.drawn("timeline"), is_(False)),
        "timeline.earlier": Did((), lambda scene: scene.drawn("timeline"), holds("T+0")),
    }, size=(50, 24)),
    "the rate of events": Walk({
        "timeline.rate": Did(("8",), focus, is_("rate")),
        "rate.drop": Did(tuple("2000/d"), focus, is_("timeline")),
        "rate.keep": Did(("i", *"2000/d"), lambda scene: scene.drawn("timeline"), holds("83.3333 events an hour")),
    }),
    "tests": Walk({
        "tests.failed": Did(("T",), count("tests"), is_(2)),
        "tests.edit": Did((), lambda scene: scene.ui.keys, holds("no-such-editor was not found")),
        "tests.accept": Did((), focus, is_("fix-pane")),
        "tests.accept-all": Did(("escape",), focus, is_("fix-pane")),
        "tests.definition": Did(("escape",), focus, is_("tree")),
    }, WATCH, scenarios=(BOTH, FAILING, FAILING_TOO)),
    "problems": Walk({
        "go.next-problem": Did((), here, another),
        "go.previous-problem": Did(("g",), here, another),
        "problems.explain": Did(("4",), lambda scene: scene.ui.titles, holds("9 missing-input")),
        "problems.severity": Did(("escape",), lambda scene: scene.ui.titles, holds("4:Problems, only errors")),
        "problems.rule": Did(("escape",), lambda scene: scene.ui.titles, holds("4:Problems, only missing-input")),
    }, BROKEN / "missing-input.json"),
    "the source": Walk({
        "source.close": Did(("3",), count("source"), less),
        "source.open": Did((), count("source"), more),
        "source.fold": Did((), count("source"), less),
        "source.fold-all": Did(("space", "j", "j"), count("source"), less),
        "source.unfold-all": Did((), count("source"), more),
        "source.whole": Did((), count("source"), more),
    }),
    "the source of orders": Walk({
        "source.next-sibling": Did(("3", "j"), cursor("source"), more),
        "source.previous-sibling": Did((), cursor("source"), less),
    }, ORDERS),
    "lines of the source wider than the pane": Walk({
        "source.scroll-right": Did(("3",), lambda scene: '"descr' in scene.drawn("source"), is_(False)),
        "source.scroll-left": Did((), lambda scene: scene.drawn("source"), holds('"descr')),
        "source.line-end": Did(("j", "j"), lambda scene: scene.drawn("source"), holds("customer's timeline.")),
        "source.line-start": Did((), lambda scene: scene.drawn("source"), holds('"descr')),
        "source.wrap": Did((), lambda scene: scene.drawn("source"), holds("╎")),
    }, ORDERS, (60, 24)),
    "a review": Walk({
        "view.review": Did((), focus, is_("review")),
        "go.next-change": Did(("1", "g"), here, another),
        "go.previous-change": Did(("1", "g"), here, another),
    }, WIDE, committed=NARROW),
    "copies": Walk({
        "selected.copy": Did((), focus, is_("copy-menu")),
        "menu.down": Did((), cursor("copy-menu"), by(1)),
        "menu.up": Did((), cursor("copy-menu"), by(-1)),
        "menu.plain": Did((), lambda scene: scene.board.plain[-1:], is_(["followup-timer-1-of-4-start"])),
        "menu.leave": Did(("y",), lambda scene: len(scene.ui.explorer.query(CopyMenu)), is_(0)),
        "menu.choose": Did(("y",), copied, is_("followup-timer-1-of-4-start")),
        "copy.name": Did(("E", *"jjjjj", "y"), copied, is_("Whose conversation")),
        "copy.id": copies(lambda _, now: len(now) == 9),
        "copy.reference": copies(lambda _, now: now.startswith("/#steps.")),
        "copy.json": copies(lambda _, now: "action" in json.loads(now)),
        "copy.place": copies(lambda _, now: now.startswith(f"{CHAIN}:")),
        "copy.pointer": copies(lambda _, now: now.startswith("/workflows/0/steps/")),
        "copy.text": copies(lambda _, now: "● Whose conversation" in now),
        "copy.diagram": copies(lambda _, now: "●─╮ Whose conversation" in now),
        "copy.mermaid": copies(lambda _, now: now.startswith("flowchart")),
        "copy.value": Did(
            ("3", "slash", *"customer.find", "enter", "y"), copied, is_("kustomer.customer.find")
        ),
    }),
    "fixes": Walk({
        "fix.rename": Did((), lambda scene: typed(scene), holds("5f")),
        "fix.suppress": Did(("escape", "p"), lambda scene: scene.ui.keys, holds("accept")),
        "fix.show": Did(("escape", "p"), focus, is_("fix-pane")),
        "difference.leave": Did((), focus, is_("tree")),
        "difference.apply": Did(("x",), lambda scene: scene.ui.keys, holds("done: ")),
        "fix.undo": Did((), lambda scene: scene.ui.keys, holds("undone: ")),
        "fix.redo": Did((), lambda scene: scene.ui.keys, holds("redone: ")),
    }, MISTYPED),
    "a difference": Walk({
        "fix.show-all": Did(("p",), focus, is_("fix-pane")),
        "difference.down": Did(("escape", "x"), top, by(1)),
        "difference.up": Did((), top, by(-1)),
        "difference.page-down": Did((), top, more),
        "difference.page-up": Did((), top, is_(0)),
    }, BROKEN / "unknown-target.json", (80, 12)),
    "searches": Walk({
        "find.everything": Did((), lambda scene: finder(scene) is not None, is_(True)),
        "finder.complete": Did(tuple("acti"), typed, is_("action:")),
        "finder.leave": Did((), focus, is_("tree")),
        "find.filter": Did((), focus, is_("filter")),
        "filter.keep": Did(tuple("4-of"), focus, is_("tree")),
        "filter.drop": Did(("slash",), count(), more),
        "filter.down": Did(("3", "slash", *"id"), cursor("source"), more),
        "filter.up": Did((), cursor("source"), less),
        "find.next-match": Did(("enter",), cursor("source"), more),
        "find.previous-match": Did((), cursor("source"), less),
    }),
    "the finder": Walk({
        "finder.down": Did(("F", *"VIP"), found, more),
        "finder.up": Did((), found, less),
        "finder.page-down": Did((), found, more),
        "finder.page-up": Did((), found, less),
        "finder.go": Did((), here, lambda was, now: "VIP" in now and now != was),
    }, ORGANISATION),
    "the application": Walk({
        "selected.edit": Did((), lambda scene: scene.ui.keys, holds("no-such-editor was not found")),
        "app.suspend": Did((), lambda scene: scene.ui.keys, another),
        "app.redraw": Did((), frames, more),
        "app.mouse": Did((), lambda scene: scene.ui.app.preferences.mouse, is_(False)),
        "app.help": Did((), lambda scene: isinstance(scene.ui.app.screen, Help), is_(True)),
        "help.filter": Did((), focus, is_("filter")),
        "help.leave": Did(("escape",), lambda scene: isinstance(scene.ui.app.screen, Help), is_(False)),
        "app.palette": Did((), lambda scene: isinstance(scene.ui.app.screen, CommandPalette), is_(True)),
        "app.quit": Did(("escape",), lambda scene: scene.ui.app.return_code, is_(0)),
    }),
}  # fmt: skip
"""What each action did, by its id, one after the other in one explorer: starting one takes longer than most keys."""


def test_no_action_is_without_a_test_and_no_test_without_an_action() -> None:
    actions = [action.id for action in ACTIONS if not belongs_to_the_rehearsal(action)]
    tested = [id_ for walk in WALKS.values() for id_ in walk.did]
    assert sorted(tested) == sorted(actions), f"WALKS in {Path(__file__).name} say of every action once what it does"


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
async def test_an_action_does_what_it_is_for(
    walk: Walk, board: Clipboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    of = walk.of
    if isinstance(of, dict):
        for index, content in enumerate(walk.scenarios):
            write_scenario(tmp_path, str(index), content)
        of = tmp_path / "app.json"
        of.write_text(json.dumps(walk.of))
        if walk.committed is not None:
            History(tmp_path).commit(app=walk.committed)
            of.write_text(json.dumps(walk.of))
    async with explorer(of, size=walk.size) as ui:
        scene = Scene(ui, board)
        for id_, did in walk.did.items():
            key = BY_ID[id_].key_list[0]
            await ui.press(*did.before)
            was = did.seen(scene)
            await ui.press(key)
            now = did.seen(scene)
            assert did.becomes(was, now), f"{id_}, {key}: from {was!r} to {now!r}"
