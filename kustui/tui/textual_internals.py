"""The private parts of Textual that kustui uses, each because nothing public does the same. Tested with Textual 8.2.8:
look at them again with every other version."""

from __future__ import annotations

import sys

from textual.app import App


class TerminalApp(App[None]):
    """An application that writes escape sequences of its own, and says itself how it ends after an exception."""

    def write_to_terminal(self, text: str) -> None:
        """Write an escape sequence to the terminal between two frames.

        ``_driver``: all output goes through it, in one thread. Whatever is written past it could land inside a frame,
        and what is printed is captured.
        """
        if self._driver is not None:
            self._driver.write(text)

    def fail(self, error: BaseException | None) -> None:
        """Leave after an exception; the terminal is given back without a traceback on it."""
        self.panic()

    def _fatal_error(self) -> None:
        """Textual calls it where it would print its traceback; it has no public hook there."""
        self.fail(sys.exc_info()[1])
