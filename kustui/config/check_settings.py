"""What a person can tell the rules about their organisation, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kustui.definition.platform import RELATIVE_UNIT_MINUTES
from kustui.text.suggestions import hint_of

if TYPE_CHECKING:
    from kustui.config.severity import Severity
    from kustui.definition.collection import Document
    from kustui.definition.source.source import Extent


@dataclass(frozen=True, slots=True)
class Suppression:
    """Problems that somebody has looked at and lets stand; empty fields match everything."""

    rule: str
    reason: str
    workflow: str = ""
    """The id or the name of a workflow."""
    step: str = ""
    document: Document | None = None
    """The file it is written in."""
    extent: Extent | None = None
    """Where in that file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The defaults are what holds without a configuration."""

    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    """Severity by rule, where it is not the rule's own; None switches the rule off."""
    external: frozenset[str] = frozenset()
    """Ids of workflows that exist elsewhere."""
    operators: frozenset[str] = frozenset()
    """Condition operators beside those that kustui knows."""
    functions: frozenset[str] = frozenset()
    """``/#fn:`` functions beside those that kustui knows."""
    actions: frozenset[str] = frozenset()
    """Actions of apps beside those that the definitions declare."""
    relative_unit_minutes: float = RELATIVE_UNIT_MINUTES
    """What one unit of a relative ``runAt`` is."""
    suppressions: tuple[Suppression, ...] = ()

    def severity_of(self, rule: str, own: Severity) -> Severity | None:
        """How bad what a rule finds is here, where its own severity is given; None where it is switched off."""
        return self.severities.get(rule, own)

    def judges_like(self, other: Settings) -> bool:
        """Whether the rules find the same with both; what is suppressed of it may be different."""
        return replace(self, suppressions=()) == replace(other, suppressions=())

    def with_severities(self, severities: Mapping[str, Severity | None]) -> Settings:
        """The same with other severities."""
        return replace(self, severities=severities)


def unknown_rule(name: str, rules: Collection[str]) -> str:
    """The message about a rule that does not exist; ``rules`` are the names of those that do."""
    return f'unknown rule "{name}": {hint_of(name, rules, "known rules") or "kustui explain lists all rules"}'
