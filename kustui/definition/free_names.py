"""Names that nobody has yet, made of one that several have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from msgspec import Struct, field


class FreeNames(Struct, frozen=True, eq=False):
    """Puts the next free number behind names. What was found for a name is kept: as many may ask as share it."""

    is_taken: Callable[[str], bool]
    between: str
    """What stands between a name and its number."""
    _found: dict[str, str] = field(default_factory=dict)

    def numbered(self, name: str) -> str:
        """A name with the first number from 2 on that nobody has."""
        if name not in self._found:
            names = (f"{name}{self.between}{number}" for number in count(2))
            self._found[name] = next(new for new in names if not self.is_taken(new))
        return self._found[name]
