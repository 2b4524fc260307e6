"""Every rule, a file a family, in the order in which they are explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.check.rules import apps, conditions, flow, identity, references, schedules, shape, suppressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.check.rule import Rule

FAMILIES = (shape, identity, flow, conditions, references, schedules, apps, suppressions)

RULES: Mapping[str, Rule] = {rule.name: rule for family in FAMILIES for rule in family.RULES}
"""By name."""
