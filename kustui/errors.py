"""The one family of exceptions that a command tells in words for a person."""

from __future__ import annotations


class KustuiError(Exception):
    """Something that cannot be done, in ``lines`` that say what, where and what to do; never a traceback."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def reason_of(error: OSError) -> str:
    """What the system says is wrong, in lower case to follow a colon: ``permission denied``."""
    return (error.strerror or str(error)).lower()
