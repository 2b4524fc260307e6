"""What a person can tell the rules about their organisation, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kustui.check.problems import Severity


@dataclass(frozen=True, slots=True)
class Suppression:
    """Problems that somebody has looked at and lets stand; empty fields match everything."""

    rule: str
    reason: str
    workflow: str = ""
    """The id or the name of a workflow."""
    step: str = ""


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
    suppressions: tuple[Suppression, ...] = ()
