"""How it looks: pictures to compare with, made anew with ``pytest tests/tui/test_looks.py --snapshot-update``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kustui.opening import Opening
from kustui.tui.app import Kustui
from tests.tui.cases import ROOT
from tests.tui.test_explorer import Eye

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("timer-chain.json", ("E", "j", "j", "j", "j")),
        ("broken/unknown-target.json", ("E", "j", "j", "j")),
        ("timer-chain.json", ("question_mark",)),
    ],
    ids=["timer-chain", "unknown-target", "help"],
)
def test_it_looks_as_it_did(
    snap_compare: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    keys: tuple[str, ...],
    size: tuple[int, int],
) -> None:
    monkeypatch.chdir(ROOT)  # the path is drawn as it was given
    monkeypatch.delenv("NO_COLOR", raising=False)

    async def drawn(pilot: Pilot[None]) -> None:
        eye = Eye(pilot)
        await eye.settle()
        await eye.press(*keys)

    assert snap_compare(Kustui(Opening([f"samples/{name}"])), terminal_size=size, run_before=drawn)
