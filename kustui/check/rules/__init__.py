"""Every rule, a file a family, in the order in which they are explained.

A rule is whatever a family defines with ``workflow_rule``, ``collection_rule`` or ``Rule``; nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

from kustui.check.rule import Rule
from kustui.check.rules import apps, flow, hard_coded, identity, references, rings, schedules, shape, skipped
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity

FAMILIES = (shape, identity, flow, references, schedules, rings, hard_coded, apps, skipped)

RULES: Mapping[str, Rule] = {
    rule.name: rule for family in FAMILIES for rule in vars(family).values() if isinstance(rule, Rule)
}
"""By name: everything that a problem can be called."""


def severity_of(name: str, settings: Settings) -> Severity | None:
    """How bad what a rule finds is; None where it is switched off. A rule that is not known is taken for an error."""
    return settings.severity_of(name, RULES[name].severity if name in RULES else Severity.ERROR)
