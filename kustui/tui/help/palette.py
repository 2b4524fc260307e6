"""The command palette: every action by name, ``group: what it does``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette

from kustui.config.themes import THEMES
from kustui.tui.bindings import GROUPS, PASSING, Action, actions_of, handler, pressed, textual_action

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode
    from textual.screen import Screen


class Palette(CommandPalette):
    """Textual's, from which the keys that always leave do so as well."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q,ctrl+c", "app.quit", show=False, priority=True)]


def commands(app: App[None], screen: Screen[object]) -> Iterator[SystemCommand]:
    """Every action that something on the screen can carry out now."""
    actions = actions_of(app)
    for action in actions.values():
        carrier = _carrier(action, app, screen)
        if carrier is not None and action.group not in PASSING and action.id != "app.palette":
            title = f"{GROUPS[action.group].title.lower()}: {action.help}"
            yield SystemCommand(
                title, f"{', '.join(pressed(action, actions))}   {action.id}", _run(action, app, carrier)
            )


def theme_commands(choose: Callable[[str], None]) -> Iterator[SystemCommand]:
    """Every theme, by its name."""
    for name, words in THEMES.items():
        yield SystemCommand(f"theme: {name}", words, partial(choose, name))


def _carrier(action: Action, app: App[None], screen: Screen[object]) -> DOMNode | None:
    if action.is_of_part:
        return screen if handler(screen, action) is not None else None
    places: tuple[DOMNode | None, ...] = (
        screen.focused,
        *screen.query("TreeView"),
        *screen.query(".diagram"),
        screen,
        app,
    )
    return next((place for place in places if hasattr(place, f"action_{action.method_name}")), None)


def _run(action: Action, app: App[None], carrier: DOMNode) -> Callable[[], None]:
    def run() -> None:
        app.call_later(app.run_action, textual_action(action), carrier)

    return run
