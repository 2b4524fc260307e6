"""What a configuration tells the rules about an organisation, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.definition.platform import RELATIVE_UNIT_MINUTES
from kustui.definition.source.source import Extent
from kustui.text.messages import hint_of


class Suppression(Struct, frozen=True):
    """Problems that are known and accepted; empty fields match everything."""

    rule: str
    reason: str
    workflow: str = ""
    """The id or the name of a workflow."""
    step: str = ""
    document: Document | None = None
    """The file that it is in, with its place there."""
    extent: Extent | None = None


class Settings(Struct, frozen=True):
    """The defaults apply without a configuration."""

    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    """By rule, where it is not the rule's own severity; None disables the rule."""
    external: frozenset[str] = frozenset()
    """Ids of workflows that exist elsewhere."""
    operators: frozenset[str] = frozenset()
    """Condition operators to accept, in addition to those that kustui knows."""
    functions: frozenset[str] = frozenset()
    """``/#fn:`` functions to accept, likewise."""
    actions: frozenset[str] = frozenset()
    """Actions of apps to accept, in addition to those that the definitions declare."""
    relative_unit_minutes: float = RELATIVE_UNIT_MINUTES
    """How many minutes one unit of a relative ``runAt`` is."""
    suppressions: tuple[Suppression, ...] = ()

    def severity_of(self, rule: str, own: Severity) -> Severity | None:
        """The severity of a rule here, where ``own`` is its default; None where it is disabled."""
        return self.severities.get(rule, own)

    def judges_like(self, other: Settings) -> bool:
        """Whether the rules find the same problems with both, whichever are suppressed."""
        return replace(self, suppressions=()) == replace(other, suppressions=())


def unknown_rule(name: str, rules: Collection[str]) -> str:
    """The message about a rule that does not exist; ``rules`` are the names of those that do."""
    return f'unknown rule "{name}": {hint_of(name, rules, "known rules") or "kustui explain lists all rules"}'
