"""How a rehearsal looks: pictures to compare with, made anew with ``--snapshot-update``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kustui.tui.app import Kustui
from kustui.workspace.background import BackgroundWorkspace
from tests.support.rehearsal import RehearsalPilot
from tests.support.trees import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("timer-chain.json", ("r", "d", "d", "s")),
        ("broken/missing-input.json", ("r", "c")),
        ("timer-chain.json", ("r", "s", "s", "s", "s", "e")),
    ],
    ids=["timer-chain", "missing-input", "answer"],
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
        ui = RehearsalPilot(pilot)
        await ui.settle()
        await ui.do(*keys)
        await ui.rest()

    assert snap_compare(Kustui(BackgroundWorkspace([f"samples/{name}"])), terminal_size=size, run_before=drawn)
