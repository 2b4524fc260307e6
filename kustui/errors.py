"""The one family of exceptions whose words are meant for the person at the keyboard."""

from __future__ import annotations


class KustuiError(Exception):
    """Something that cannot be done, in ``lines`` that say what, where and what to do; never shown as a traceback.

    Commands raise it and ``kustui.cli`` prints it; the screen shows it where it happened.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def reason_of(error: OSError) -> str:
    """What the system says is wrong, in lower case to follow a colon: ``permission denied``."""
    return (error.strerror or str(error)).lower()
