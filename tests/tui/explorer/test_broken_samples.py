"""What is wrong with each of the broken samples: said where it is, fixed with a key, and said when a save brings it.

One walk through each sample sees all of that: starting the explorer takes longer than most keys.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kustui.definition.folders import is_definition
from kustui.tui.explorer.fix_pane import FixPane
from tests.support.definitions import a_workflow
from tests.support.explorer import ExplorerPilot, bar_text, explorer, is_said
from tests.support.saves import save
from tests.support.trees import SAMPLES

BROKEN = sorted(path for path in (SAMPLES / "broken").iterdir() if is_definition(path.name))
SIZES = ((60, 20), (80, 24))


@pytest.mark.parametrize("sample", BROKEN, ids=lambda path: path.stem)
async def test_what_is_wrong_is_said_in_full_fixed_and_said_after_a_save(sample: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(sample, tmp_path))
    async with explorer(tmp_path, size=SIZES[-1]) as ui:
        await p_says_what_is_wrong_in_full(ui)
        await its_fix_is_announced_shown_made_and_undone(ui, path)
        await a_save_that_brings_it_says_it_without_a_key(ui, path)


async def p_says_what_is_wrong_in_full(ui: ExplorerPilot) -> None:
    problem = max(ui.explorer.snapshot.problems or (), key=lambda problem: problem.severity)
    await ui.press("p")
    for size in SIZES:
        await ui.resize(*size)
        await ui.wait_until(lambda: sum(is_said(problem, bar_text(ui, bar)) for bar in ("banner", "problem")) == 1)
        assert problem.rule in bar_text(ui, "problem")


async def its_fix_is_announced_shown_made_and_undone(ui: ExplorerPilot, path: Path) -> None:
    written = path.read_bytes()
    announced = "x fix" in ui.keys
    assert announced == ("x fix" in bar_text(ui, "problem"))
    await ui.press("x")
    assert announced == bool(ui.explorer.query(FixPane))
    if announced:
        problem = ui.explorer.presenter.problem_here
        assert problem is not None
        await ui.press("enter")
        assert "done: " in ui.keys
        assert path.read_bytes() != written
        assert problem.key not in {other.key for other in ui.explorer.snapshot.problems or ()}
        await ui.press("U")
        await ui.wait_for_news("undone: ")
    assert path.read_bytes() == written


async def a_save_that_brings_it_says_it_without_a_key(ui: ExplorerPilot, path: Path) -> None:
    mistake, rule = path.read_text(), path.stem
    save(path, json.dumps([a_workflow("nothing is wrong with it")]))
    await ui.wait_until(lambda: ui.explorer.snapshot.problems == () and not bar_text(ui, "banner"))
    save(path, mistake)
    await ui.wait_until(lambda: any(p.rule == rule for p in ui.explorer.snapshot.problems or ()))
    problem = next(p for p in ui.explorer.snapshot.problems or () if p.rule == rule)
    for size in SIZES:
        await ui.resize(*size)
        await ui.wait_until(lambda: is_said(problem, bar_text(ui, "banner")))
