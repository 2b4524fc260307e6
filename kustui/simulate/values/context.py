"""What a value is worked out from: the run's data, the virtual clock, and a seed for what is random."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

from kustui.simulate.values.values import Undecided, looked_up

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Where a run is when a value is worked out."""

    data: Mapping[str, Any]
    """``steps``, by id; ``variables``; and ``error`` after a failure."""
    now: int = 0
    """Milliseconds since 1970 on the virtual clock."""
    seed: str = ""
    """The same seed, the same random values."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What a person has said of values and conditions that cannot be decided, by their pointer."""

    def read(self, segments: Sequence[str]) -> Any:
        """What stands at a path of the run's data: a value, MISSING or Undecided."""
        if segments[:1] == ("variables",) and len(segments) > 1 and segments[1] not in self.data.get("variables", {}):
            return Undecided("variables are kept in the organisation, and not in the definition")
        return looked_up(self.data, segments)

    def random_id(self, size: int, place: int) -> str:
        """Letters and digits that look random. ``place`` tells one call of a template from another."""
        letters = ""
        while len(letters) < size:
            drawn = hashlib.sha256(f"{self.seed}/{place}/{len(letters)}".encode(errors="backslashreplace")).digest()
            letters += "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn)
        return letters[:size]
