"""How bad a problem is. Here, since a configuration can change it and knows rules by their names only."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How sure it is that something does not work; the higher, the worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()
