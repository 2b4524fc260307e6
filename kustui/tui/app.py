"""The application: themes, the screens, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import App

from kustui.tui.actions import bindings
from kustui.tui.explorer import Explorer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.app import SystemCommand
    from textual.binding import BindingType
    from textual.screen import Screen

    from kustui.opening import Opening


class Kustui(App[None]):
    """See, check and rehearse Kustomer workflows."""

    TITLE = "kustui"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    COMMAND_PALETTE_BINDING = "f2"  # the registry's own keys open it; this one is not told

    def __init__(self, opening: Opening, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.opening = opening
        self.ascii_only = ascii_only
        if os.environ.get("SSH_CONNECTION"):
            self.animation_level = "none"

    def get_default_screen(self) -> Screen[None]:
        return Explorer(self.opening, ascii_only=self.ascii_only)

    def on_mount(self) -> None:
        # Ended from outside, the terminal is given back as it was found.
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, self._ended_by, number)

    def _ended_by(self, number: signal.Signals) -> None:
        self.exit(return_code=128 + number)

    def action_help(self) -> None:
        from kustui.tui.help import Help

        if not isinstance(self.screen, Help):
            self.push_screen(Help(ascii_only=self.ascii_only))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from kustui.tui.palette import commands

        yield from commands(self, screen)

    def _fatal_error(self) -> None:
        """Say that kustui failed, and where the details are: no traceback on the terminal.

        Textual has no public hook for this; it calls this one where it would print its own traceback.
        """
        with tempfile.NamedTemporaryFile(
            "w", prefix="kustui-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
        error = sys.exc_info()[1]
        self.panic(
            Text(
                f"kustui: failed by a mistake of its own ({type(error).__name__}); details are in {log.name}"
            )
        )
