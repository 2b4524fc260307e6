"""Which values an output has to have for the run to go as far as it can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.simulate.demands import Fields
    from kustui.simulate.organisation import Member


def aimed(member: Member, node: str, data: Mapping[str, Any], now: int) -> Mapping[Fields, Any]:
    return {}
