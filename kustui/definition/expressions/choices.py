"""Conditions of which the first that holds is taken: which of them can never be that one."""

from __future__ import annotations

from functools import partial

from kustui.definition.cases import ANY, Cases, FactTable, both
from kustui.definition.expressions.conditions import (
    Condition,
    cases_of,
    condition_key,
    constant_outcome,
    leaf_cases,
    texts_read,
)

_MOST_FACTS = 300
"""That are known of what comes to a condition. More are not looked at together."""


class Choice:
    """Conditions that are tried in order. None stands for one that could not be read."""

    def __init__(self) -> None:
        self._tried: list[Condition | None] = []
        self._same: dict[str, int] = {}
        self._reads: set[object] = set()
        self._none_holds: Cases = ANY
        self._table = FactTable()

    @property
    def is_exhausted(self) -> bool:
        """Whether one of the conditions so far holds in every run."""
        return not self._none_holds

    def winner(self, condition: Condition | None) -> int | None:
        """The number of a condition that is taken instead wherever this one holds; of several that share that, the
        last. None if this one may be taken."""
        if self.is_exhausted:
            return len(self._tried) - 1
        if condition is None:
            return None
        if (same := self._same.get(condition_key(condition))) is not None:
            return same
        if self._reads.isdisjoint(texts_read(condition)):
            return None
        holds = self._cases(condition, True)
        if self._table.consistent(both(holds, self._none_holds)):
            return None
        return next(
            (at for at in range(len(self._tried)) if not self._table.consistent(both(holds, self._fails(at)))),
            len(self._tried) - 1,
        )

    def add(self, condition: Condition | None) -> None:
        """Tries one more condition, which may be taken."""
        self._tried.append(condition)
        if condition is None:
            return
        self._same.setdefault(condition_key(condition), len(self._tried) - 1)
        reads = texts_read(condition)
        none_holds = both(self._none_holds, self._fails(len(self._tried) - 1))
        if constant_outcome(condition) is True:
            self._none_holds = ()
        elif all(len(case) <= _MOST_FACTS for case in none_holds):
            known = not self._reads.isdisjoint(reads)
            self._none_holds = self._table.consistent(none_holds) if known else none_holds
        self._reads.update(reads)

    def _fails(self, at: int) -> Cases:
        condition = self._tried[at]
        return self._cases(condition, False) if condition is not None else ANY

    def _cases(self, condition: Condition, holds: bool) -> Cases:
        return cases_of(condition, holds, partial(leaf_cases, table=self._table))
