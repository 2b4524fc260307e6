"""How it looks: pictures to compare with, made anew with ``pytest tests/tui/test_looks.py --snapshot-update``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kustui.config.preferences import Preferences
from kustui.tui.app import Kustui
from kustui.workspace.background import BackgroundWorkspace
from tests.support.explorer import ExplorerPilot
from tests.support.trees import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

pytestmark = pytest.mark.slow


SIZES = [(60, 20), (80, 24), (160, 48)]
BROKEN = "broken/unknown-target.json"


async def _draw(pilot: Pilot[None], keys: tuple[str, ...]) -> None:
    ui = ExplorerPilot(pilot)
    await ui.settle()
    await ui.press(*keys)


@pytest.fixture(autouse=True)
def _as_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # the path is drawn as it was given
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("size", SIZES[1:], ids=["80x24", "160x48"])
@pytest.mark.parametrize(
    ("name", "keys"),
    [("timer-chain.json", ("E", "j", "j", "j", "j")), ("timer-chain.json", ("question_mark",))],
    ids=["timer-chain", "help"],
)
def test_it_looks_as_it_did(
    snap_compare: Callable[..., bool], name: str, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    app = Kustui(BackgroundWorkspace([f"samples/{name}"]))
    assert snap_compare(app, terminal_size=size, run_before=lambda pilot: _draw(pilot, keys))


@pytest.mark.parametrize("size", SIZES, ids=["60x20", "80x24", "160x48"])
@pytest.mark.parametrize("theme", ["dark", "light", "terminal", "high-contrast"])
def test_each_theme_looks_as_it_did(snap_compare: Callable[..., bool], theme: str, size: tuple[int, int]) -> None:
    app = Kustui(BackgroundWorkspace([f"samples/{BROKEN}"]), preferences=Preferences(theme=theme))
    keys = ("E", "j", "j", "j")
    assert snap_compare(app, terminal_size=size, run_before=lambda pilot: _draw(pilot, keys))
