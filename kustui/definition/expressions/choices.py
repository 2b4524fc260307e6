"""Conditions of which the first that holds is taken: which of them can never be that one."""

from __future__ import annotations

from functools import partial

from kustui.definition.cases import ANY, Cases, FactTable, both
from kustui.definition.expressions.conditions import (
    AllOf,
    Always,
    AnyOf,
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
        self._reads: set[str] = set()
        self._pending: list[tuple[int, Condition]] = []
        """Those of which the following was not worked out yet, as most share nothing, with their number."""
        self._same: dict[str, int] = {}
        self._table = FactTable()
        self._none_holds = self._table.combination()

    @property
    def is_exhausted(self) -> bool:
        """Whether one of the conditions so far holds in every run."""
        return self._none_holds.is_impossible

    def winner(self, condition: Condition | None) -> int | None:
        """The number of a condition that is taken instead wherever this one holds; of several that share that, the
        last. None if this one may be taken."""
        if self.is_exhausted:
            return len(self._tried) - 1
        if condition is None or self._shares_nothing(condition):
            return None
        self._work_out_pending()
        if (same := self._same.get(condition_key(condition))) is not None:
            return same
        if self._reads.isdisjoint(texts_read(condition)):
            return None
        holds = self._cases(condition, True)
        if self._none_holds.allows(holds):
            return None
        return next(
            (at for at in range(len(self._tried)) if not self._table.consistent(both(holds, self._fails(at)))),
            len(self._tried) - 1,
        )

    def _shares_nothing(self, condition: Condition) -> bool:
        """Whether a condition compares nothing but what none before it reads: then it cannot be the same as one."""
        if isinstance(condition, (AllOf, AnyOf)):
            return bool(condition.parts) and all(map(self._shares_nothing, condition.parts))
        reads = texts_read(condition)
        return isinstance(condition, Always) or (bool(reads) and self._reads.isdisjoint(reads))

    def add(self, condition: Condition | None) -> None:
        """Tries one more condition, which may be taken."""
        self._tried.append(condition)
        if condition is None:
            return
        reads = texts_read(condition)
        self._pending.append((len(self._tried) - 1, condition))
        if constant_outcome(condition) is True:
            self._none_holds.add(())
        elif not self._reads.isdisjoint(reads):
            self._work_out_pending()
        self._reads.update(reads)

    def _work_out_pending(self) -> None:
        """Finds what is true where no condition so far holds."""
        for at, condition in self._pending:
            self._same.setdefault(condition_key(condition), at)
            fails = self._fails(at)
            if self._none_holds.most_facts + max(map(len, fails), default=0) <= _MOST_FACTS:
                self._none_holds.add(fails)
        self._pending.clear()

    def _fails(self, at: int) -> Cases:
        condition = self._tried[at]
        return self._cases(condition, False) if condition is not None else ANY

    def _cases(self, condition: Condition, holds: bool) -> Cases:
        return cases_of(condition, holds, partial(leaf_cases, table=self._table))
