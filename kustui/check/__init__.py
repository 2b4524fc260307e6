"""The rules, and what is made of what they report."""

from __future__ import annotations

from collections.abc import Collection, Iterator


class _RuleNames(Collection[str]):
    """The names of all rules, which are slow to import: only when they are asked for."""

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> Collection[str]:
        from kustui.check.rules import RULES

        return RULES.keys()


RULE_NAMES = _RuleNames()
