"""The screen as somebody wants it: their keys, their theme, the room that they give each pane."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from textual.color import Color

from kustui.config.preferences import MAX_PANE_SIZE, MIN_PANE_SIZE, Preferences, load_theme
from kustui.config.preferences import THEMES as NAMES
from kustui.tui.help import Help
from kustui.tui.palette import commands, theme_commands
from kustui.tui.theme import LOOKS, THEMES, looks_of
from kustui.tui.widgets.rows_view import RowsView
from tests.support.explorer import CHAIN, ExplorerPilot, explorer
from tests.support.rehearsal import RehearsalPilot
from tests.support.trees import text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.theme import Theme

pytestmark = pytest.mark.slow

KEYS = {"view.flow": ("W",), "go.next-problem": (), "rows.down": ("Y", "down"), "view.source": ("O",)}


@asynccontextmanager
async def configured(size: tuple[int, int] = (120, 40), **preferences: Any) -> AsyncIterator[ExplorerPilot]:
    async with explorer(CHAIN, size=size, preferences=Preferences(**preferences)) as ui:
        yield ui


# Keys


async def test_a_key_of_ones_own_does_it_and_the_former_does_no_more() -> None:
    async with configured(keys=KEYS) as ui:
        first = ui.cursor_row
        await ui.press("j")
        assert ui.cursor_row == first
        await ui.press("Y")
        second = ui.cursor_row
        assert second != first
        await ui.press("down")
        assert ui.cursor_row not in (first, second)
        await ui.press("5")
        assert ui.focus == "tree"
        await ui.press("W")
        assert ui.focus == "flow"


async def test_two_keys_can_change_places() -> None:
    keys = {"go.back": ("right_square_bracket",), "go.forward": ("left_square_bracket",)}
    async with configured(keys=keys) as ui:
        first = ui.cursor_row
        await ui.go_to("⇒")
        await ui.press("enter")
        there = ui.cursor_row
        await ui.press("right_square_bracket")
        assert ui.cursor_row not in (first, there)
        await ui.press("left_square_bracket")
        assert ui.cursor_row == there


async def test_the_keys_in_force_are_told_wherever_keys_are_told() -> None:
    async with configured(size=(160, 48), keys=KEYS) as ui:
        assert "next problem" not in ui.keys  # that action has no key
        await ui.press("Y")
        assert "W flow" in ui.keys
        assert "5:flow" not in ui.keys
        assert "problem " not in ui.keys.replace("problems", "")
        assert "W:Flow" in str(ui.explorer.query_one("#flow").border_title)
        assert "O:Source" in str(ui.explorer.side.source.border_title)
        told = {command.title: command.help for command in commands(ui.app, ui.app.screen)}
        assert told["go to the flow: one row per step, lanes for branches"] == "W"
        await ui.press("question_mark")
        assert isinstance(ui.app.screen, Help)
        view = ui.app.screen.query_one(RowsView)
        rows = [text_of(view.rows.make(index).line) for index in range(view.rows.count)]
        assert any(row.split()[:2] == ["W", "go"] for row in rows)
        assert any(row.split()[:3] == ["Y", "Down", "one"] for row in rows)


async def test_the_keys_in_force_are_told_in_a_rehearsal_too() -> None:
    keys = {"rehearse.log": ("W",), "rehearse.edit-event": ("Z",), "rehearse.step-back": ("B",), "rehearse.restart": ()}
    async with configured(size=(160, 48), keys=keys) as ui:
        rehearsal_ui = RehearsalPilot(ui.pilot)
        await rehearsal_ui.do("r")
        while rehearsal_ui.screen.current.value is None:
            await rehearsal_ui.pilot.pause(0.01)
        await rehearsal_ui.pilot.pause()
        assert "W:Log" in " ".join(str(view.border_title) for view in rehearsal_ui.screen.query(RowsView))
        assert "Z changes it" in " ".join(rehearsal_ui.pane("table"))
        await rehearsal_ui.do("c", "s")
        assert "B back" in rehearsal_ui.news
        assert "restart" not in rehearsal_ui.news
        await rehearsal_ui.do("W")
        assert rehearsal_ui.focus == "log"


# Themes


def contrast(first: str, second: str) -> float:
    """That of WCAG 2, from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [part / 255 for part in Color.parse(colour).rgb]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_themes_are_those_that_can_be_named() -> None:
    assert {theme.name for theme in THEMES.values()} == set(NAMES)


@pytest.mark.parametrize("theme", [theme for theme in THEMES.values() if not theme.ansi], ids=lambda theme: theme.name)
async def test_every_look_can_be_read_on_everything_it_stands_on(theme: Theme) -> None:
    least = 7.0 if theme.name == "high-contrast" else 4.5
    async with configured(theme=theme.name) as ui:
        colours = ui.app.theme_variables
        grounds = ("background", "surface", "panel", "cursor", "cursor-blurred")
        for look in ("foreground", *filter(None, (variable for variable, _ in LOOKS.values()))):
            for ground in grounds:
                assert contrast(colours[look], colours[ground]) >= least, f"{look} on {ground}"
        assert contrast(colours["rule"], colours["background"]) >= 3
        assert contrast(colours["primary"], colours["background"]) >= 3, "the rule of the pane that has the keys"


@pytest.mark.parametrize("name", ["terminal", "monochrome"])
async def test_the_terminals_own_colours_are_taken_as_they_are(name: str) -> None:
    async with configured(theme=name) as ui:
        for look, style in looks_of(ui.app).items():
            for colour in (style.color, style.bgcolor):
                assert colour is None or colour.is_default or colour.is_system_defined, look
                assert colour is None or colour.number is None or colour.number < 16, look


async def test_monochrome_has_no_colour_at_all() -> None:
    async with configured(theme="monochrome") as ui:
        for widget in (ui.explorer.tree_view, ui.explorer.status, ui.explorer.query_one("#flow")):
            for y in range(widget.size.height):
                strip = widget.render_line(y)
                for each in ui.app.get_line_filters():
                    strip = strip.apply_filter(each, Color(0, 0, 0))
                assert all(
                    piece.style is None or (piece.style.color is None and piece.style.bgcolor is None)
                    for piece in strip
                )


@pytest.mark.parametrize("name", list(NAMES))
async def test_without_its_colours_every_look_that_matters_is_another(name: str) -> None:
    """What only a colour could tell has a glyph beside it; what has none has an attribute."""
    async with configured(theme=name) as ui:
        looks = looks_of(ui.app)
        plain = {look: style.without_color for look, style in looks.items()}
        assert plain["fault"] != plain[""]
        assert plain["link"] != plain[""]
        if name in ("terminal", "monochrome"):
            assert len({str(plain[look]) for look in ("", "cursor", "cursor-blurred")}) == 3


async def test_a_theme_is_chosen_by_its_name_and_remembered() -> None:
    async with configured() as ui:
        assert ui.app.theme == "dark"
        command = next(each for each in theme_commands(ui.app.set_theme) if each.title == "theme: light")
        command.callback()
        await ui.rest()
        assert ui.app.theme == "light"
        assert load_theme() == "light"
        assert ui.explorer.tree_view.rich_style.bgcolor == Color.parse("#fbfaf7").rich_color


async def test_nothing_is_remembered_where_nothing_is_to_be() -> None:
    before = load_theme()
    async with configured(state=False) as ui:
        ui.app.set_theme("terminal" if before != "terminal" else "light")
        await ui.rest()
    assert load_theme() == before


async def test_the_colours_go_and_come_back_with_the_theme() -> None:
    async with configured(state=False) as ui:
        ui.app.set_theme("monochrome")
        await ui.rest()
        assert ui.app.no_color
        ui.app.set_theme("dark")
        await ui.rest()
        assert not ui.app.no_color


async def test_where_no_colour_is_wanted_no_theme_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with configured(theme="light") as ui:
        assert ui.app.no_color


async def test_ascii_can_be_configured() -> None:
    async with configured(ascii=True) as ui:
        strip = ui.explorer.tree_view.render_line(0)
        for each in ui.app.get_line_filters():
            strip = strip.apply_filter(each, Color(0, 0, 0))
        assert "".join(piece.text for piece in strip).isascii()


# Panes


async def test_panes_are_as_large_as_somebody_wants_them() -> None:
    panes = {**Preferences().panes, "tree": 70, "detail": 40, "source": 20}
    async with configured(size=(160, 50), panes=panes) as ui:
        sizes = {name: ui.explorer.query_one(f"#{name}").outer_size for name in ("tree", "detail", "source", "side")}
        assert sizes["tree"].width == 112
        assert sizes["detail"].height == round(sizes["side"].height * 0.4)
        assert sizes["source"].height == pytest.approx(sizes["side"].height * 0.2, abs=1)


@pytest.mark.parametrize(("pane", "key"), [("tree", "1"), ("detail", "2"), ("source", "3"), ("problems", "4")])
async def test_a_pane_grows_and_shrinks_within_bounds(pane: str, key: str) -> None:
    async with configured(size=(160, 50)) as ui:
        await ui.press(key)
        view = ui.explorer.query_one(f"#{pane}")

        def size() -> int:
            return view.outer_size.width if pane == "tree" else view.outer_size.height

        first = size()
        await ui.press("greater_than_sign")
        assert size() > first
        await ui.press("less_than_sign", "less_than_sign")
        assert size() < first
        for way, bound in (("less_than_sign", MIN_PANE_SIZE), ("greater_than_sign", MAX_PANE_SIZE)):
            for _ in range(25):
                if ui.app.sizes.values[pane] == bound:
                    break
                await ui.strike(way)
            await ui.press(way, way)
            assert ui.app.sizes.values[pane] == bound
            assert size() > 0
        assert ui.focus == pane


async def test_a_drawing_grows_at_the_cost_of_the_tree() -> None:
    async with configured(size=(160, 50)) as ui:
        await ui.press("5")
        view = ui.explorer.query_one("#flow")
        before = view.size.width
        await ui.press("greater_than_sign")
        assert view.size.width > before


@pytest.mark.parametrize(("pane", "key"), [("tree", "1"), ("detail", "2"), ("source", "3")])
@pytest.mark.parametrize("size", [(160, 50), (100, 24)], ids=["tall", "short"])
async def test_a_pane_hides_until_it_is_gone_to_again(pane: str, key: str, size: tuple[int, int]) -> None:
    async with configured(size=size) as ui:
        await ui.press(key)
        assert pane in ui.panes
        await ui.press("Z")
        assert pane not in ui.panes
        assert ui.focus is not None
        assert ui.focus in ui.panes
        await ui.press(key)
        assert pane in ui.panes
        assert ui.focus == pane


async def test_a_narrow_terminal_never_loses_its_only_pane() -> None:
    async with configured(size=(60, 24)) as ui:
        await ui.press("Z")
        assert ui.panes == ["tree"]
        await ui.press("2", "Z")
        assert ui.panes == ["tree"]
