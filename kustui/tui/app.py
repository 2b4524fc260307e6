"""The application: themes, the screens, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import events
from textual.app import App, SuspendNotSupported, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import Theme

from kustui.config.actions import with_keys
from kustui.config.preferences import DEFAULT_THEME, PREFERENCE_NAMES, Preferences, save_theme
from kustui.garbage_collection import resume_gc
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.base_app import ENDING_SIGNALS, TypeAhead, enter
from kustui.tui.bindings import bindings, first_key, keymap_of
from kustui.tui.explorer.pane_sizes import Sizes
from kustui.tui.explorer.screen import Explorer
from kustui.tui.theme import ASCII, COLOURLESS, STEADY, THEMES, VARIABLES
from kustui.workspace.background import BackgroundWorkspace

if TYPE_CHECKING:
    from kustui.config.configuration import Configuration
    from kustui.tui.rehearsal.screen import RehearsalScreen


class Kustui(TypeAhead):
    """See, check and rehearse Kustomer workflows."""

    TITLE = "kustui"
    CSS_PATH = "kustui.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMAND_PALETTE_BINDING = "f24"  # the registry's own keys open it; this one is not shown

    def __init__(
        self,
        background: BackgroundWorkspace,
        *,
        configuration: Configuration | None = None,
        preferences: Preferences = Preferences(),  # noqa: B008  # it is frozen
        override: Callable[[Preferences], Preferences] = lambda preferences: preferences,
        poll: bool = False,
        keeps_session: bool = False,
        since: str = "",
    ) -> None:
        """``since``: the revision since which what changed is marked; empty for none."""
        self._configured = preferences
        self._override = override
        """What the command line says, put over a configuration."""
        self.preferences = override(preferences)
        """What is in force: the configuration with the command line over it."""
        self.sizes = Sizes(preferences.panes, lambda: self.refresh_css(animate=False))
        """Those of the panes. They come first: what is below asks for them."""
        self.set_reactive(App.theme, self.preferences.theme or DEFAULT_THEME)  # else all is styled twice
        super().__init__()
        self._configuration = configuration
        self.actions = with_keys(preferences.keys)
        """What the keys in force do."""
        self._no_color_asked = self.no_color
        """Whether the terminal asks for no colour, whatever the theme."""
        self.background = background
        self.poll = poll
        self._keeps_session, self._reviews_since = keeps_session, since
        self.internal_error: BaseException | None = None
        """The exception that ended it."""
        self.exit_message = ""
        """What the command line says when the terminal is given back."""
        self.recent_commands: list[str] = []
        """The ids of what was chosen in the palette, the latest first."""
        self._copied = ""
        self._is_drawn = False
        self.watch_theme()
        self.set_keymap(keymap_of(self.actions))
        if os.environ.get("SSH_CONNECTION"):
            self.animation_level = "none"

    @property
    def available_themes(self) -> dict[str, Theme]:
        return {**super().available_themes, **THEMES}

    def get_theme(self, theme_name: str) -> Theme | None:
        """One of ours at once: Textual asks for it several times for each widget that it draws."""
        return THEMES.get(theme_name) or super().get_theme(theme_name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLES | self.sizes.css_variables

    def is_bound(self, key: str) -> bool:
        return any(key in action.key_list for action in self.actions.values())

    def apply_preferences(self, configured: Preferences) -> Sequence[str]:
        """Do as the configuration says now, with the command line over it; the names of what is different.

        Preferences of a screen without a configuration stay what they are.
        """
        if self._configuration is None or configured == self._configured:
            return ()
        self._configured, before, now = configured, self.preferences, self._override(configured)
        self.preferences = now
        if now.theme != before.theme:
            self.theme = now.theme or DEFAULT_THEME
        if now.keys != before.keys:
            self.actions = with_keys(now.keys)
            self.set_keymap(keymap_of(self.actions))
        if now.panes != before.panes:
            self.sizes.change(now.panes)
        if now.mouse != before.mouse:
            self.set_mouse(now.mouse)
        if now.ascii != before.ascii:
            for screen in self.screen_stack:
                for widget in (screen, *screen.query("*")):
                    widget.refresh()  # each keeps what it drew last
        return [name for name in PREFERENCE_NAMES if getattr(now, name) != getattr(before, name)]

    def holds(self, key: events.Key) -> bool:
        """A key waits until the explorer is where it opens, and until what an earlier one asked for is done, so that it
        does the same however early it comes. One that does so in any case does not wait.

        Ctrl+Z waits for nothing. A key that leaves waits only behind others, and not even so while the files are yet to
        be read, unless it is a character: that may be typed for a filter.
        """
        if self.explorer.rehearsals.is_at_work:
            return self._waits_for_rehearsal(key)
        is_waiting = self.explorer.waiting.is_waiting
        if self.explorer.opening.is_done and not (self.held or is_waiting):
            return False
        if is_waiting and key.key in self.actions["view.leave"].key_list:
            self.held.clear()  # they were to follow what it cancels
            return False
        if key.key in self.actions["app.suspend"].key_list:
            return False
        if key.key in self.actions["app.quit"].key_list:
            return bool(self.held) and (key.is_printable or (self.background.done and not is_waiting))
        return bool(self.held) or is_waiting or not self.explorer.opening.is_ready_for(key.key)

    def _waits_for_rehearsal(self, key: events.Key) -> bool:
        """Whether a key waits until the rehearsal is done with what was asked for. Escape ends that at once, with all
        that was to come."""
        if key.key in self.actions["app.suspend"].key_list or self.quits(key):
            return False
        if key.key in self.actions["rehearse.return"].key_list:
            if not key.is_printable:
                self.held.clear()
            return bool(self.held)
        return True

    async def on_rehearsal_screen_ready(self, event: RehearsalScreen.Ready) -> None:
        if event.is_void:
            self.held.clear()
        await self.release()

    def quits(self, key: events.Key) -> bool:
        return key.key.startswith("ctrl+") and key.key in self.actions["app.quit"].key_list

    async def on_explorer_ready(self) -> None:
        await self.release()

    def on_explorer_preferred(self, event: Explorer.Preferred) -> None:
        if names := self.apply_preferences(event.preferences):
            self.explorer.preferences_changed(names)

    def set_theme(self, name: str) -> None:
        """Use another theme from now on, and the next time unless nothing is to be saved."""
        self.theme = name
        if self.preferences.state and (reason := save_theme(name)):
            self.notify(f"the theme is not saved: {terminal_safe(reason)}", severity="warning")

    def watch_theme(self) -> None:
        self.no_color = self._no_color_asked or self.theme == "monochrome"

    def get_default_screen(self) -> Screen[None]:
        return self.explorer

    @cached_property
    def explorer(self) -> Explorer:
        """The screen below all others."""
        keeps_session = self._keeps_session and self.preferences.state
        return Explorer(
            self.background,
            self.sizes,
            self._configuration,
            poll=self.poll,
            keeps_session=keeps_session,
            since=self._reviews_since,
        )

    def get_line_filters(self) -> Sequence[LineFilter]:
        plainer = (ASCII if self.preferences.ascii else STEADY, *((COLOURLESS,) if self.no_color else ()))
        return (*super().get_line_filters(), *plainer)

    def on_load(self) -> None:
        # Ended from outside, the terminal is given back as it was found; from here on it is no longer that.
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            for number in ENDING_SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, self._end_on_signal, number)
                signal.signal(number, self._take_signal)  # called even while the loop is kept by one long call

    def on_ready(self) -> None:
        resume_gc()  # what was made until now stays
        self._is_drawn = True
        if self.ended_by is not None:
            self._end_on_signal(self.ended_by)

    def _take_signal(self, number: int, _: object) -> None:
        self.ended_by = signal.Signals(number)
        self.end_soon()

    def _end_on_signal(self, number: signal.Signals) -> None:
        self.ended_by = number
        if self._is_drawn:  # before, the screens would be taken away while they are made
            self.exit(return_code=128 + number)

    def action_help(self) -> None:
        from kustui.tui.help import Help

        enter(self, Help(self.screen))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """What is too long for a line at the bottom: the last that was said, and no pile of them."""
        self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def action_toggle_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it again."""
        mouse = not self.preferences.mouse
        self.preferences = replace(self.preferences, mouse=mouse)
        self.set_mouse(mouse)
        key = first_key(self, "app.mouse")
        how = f"; {key} turns it on again" if key else ""
        self.notify("mouse on" if mouse else f"mouse off: the terminal selects text{how}", timeout=4)

    def action_suspend_process(self) -> None:
        """Stop as any other program does on Ctrl+Z, with all that was started beside it."""
        with contextlib.suppress(SuspendNotSupported), self.suspend():
            os.kill(0, signal.SIGTSTP)  # goes on from here

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the clipboard of the terminal, as Textual does, but through tmux and screen as well."""
        from kustui.tui.clipboard import osc52

        self._copied = text
        self.write_to_terminal(osc52(text))

    @property
    def clipboard(self) -> str:
        """What was copied last: it is pasted in fields."""
        return self._copied

    def action_command_palette(self) -> None:
        from kustui.tui.palette import Palette

        enter(self, Palette())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from kustui.tui.palette import commands, theme_commands

        yield from commands(self, screen)
        yield from theme_commands(self.set_theme)

    def exit(self, result: None = None, return_code: int = 0, message: object = None) -> None:
        """Leave. The message is kept for the command line, which tells it when the terminal is given back."""
        self.end_soon()  # even where the session cannot be written
        self.exit_message = str(message or "")
        if self.preferences.state and (reason := self.explorer.keep_session()) and not self.exit_message:
            self.exit_message = f"kustui: the session is not saved: {reason}"
        super().exit(result, return_code)

    def fail(self, error: BaseException | None) -> None:
        """Leave after an exception, which is kept for the command line."""
        self.internal_error = self.internal_error or error
        super().fail(error)
