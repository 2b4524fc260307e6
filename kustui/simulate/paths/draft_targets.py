"""Which values a draft has to have for the run to go as far as it can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustui.simulate.paths.path_search import PathSearch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.analysis.inferred_fields import Fields
    from kustui.simulate.engine.organisation import Member

_BUDGET = 60
"""Nodes that are looked at: a draft that aims shorter is still a draft."""


def target_values(member: Member, node: str, data: Mapping[str, Any], now: int) -> Mapping[Fields, Any]:
    """Values for fields of what a node gives, so that the way goes on as far as it can, schedules above all.

    The farthest way is sought first, and the first that does not contradict itself is aimed at.
    """
    if node not in member.inferred_fields:
        return {}
    for path in PathSearch(member, data, now, _BUDGET, failures=False, farthest=True).from_(node):
        for solved in path.solutions:
            return {
                origin.fields: value
                for origin, value in solved.solution.values.items()
                if origin.node == node and origin.fields
            }
    return {}
