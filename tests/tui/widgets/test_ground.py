"""The ground under other widgets looks as if Textual had drawn it line by line."""

from __future__ import annotations

from textual.widget import Widget

from kustui.tui.theme import THEMES
from kustui.tui.widgets.ground import Ground
from tests.support.explorer import CHAIN, explorer


async def test_ground_that_nothing_covers_looks_as_textual_draws_it() -> None:
    async with explorer(CHAIN) as ui:
        grounds = [ui.explorer, ui.explorer.query_one("#panes"), ui.explorer.side]
        assert all(isinstance(ground, Ground) for ground in grounds)
        for theme in THEMES:
            ui.app.set_theme(theme)
            await ui.rest()
            for ground in grounds:
                region = ground.size.region
                drawn, expected = ground.render_lines(region), Widget.render_lines(ground, region)
                assert [list(line) for line in drawn] == [list(line) for line in expected], (theme, ground)
