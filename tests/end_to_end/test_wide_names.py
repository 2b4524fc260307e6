"""Names that are wide, joined or marked leave everything beside them in its column."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kustui.text.cells import cells, steady
from tests.support.flows import step, workflow
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    "漢字テスト", "e\u0301te\u0301", "👨\u200d👩\u200d👧 family", "🇩🇪 flag 🇫🇷", "❤\ufe0f heart", "👍🏽 skin",
    "ｗｉｄｅ", "한국어 이름", "1\ufe0f\u20e3 key", "❤\ufe0f\u200d🔥 joined",
)  # fmt: skip
COLUMNS, ROWS = 110, 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    def named(index: int) -> dict[str, Any]:
        return {"meta": {"displayName": NAMES[index]}, "params": {"body": NAMES[index]}}

    onward = [f"s{index + 1}" for index in range(len(NAMES) - 1)]
    steps = [step(f"s{index}", " ".join(onward[index : index + 1]), **named(index)) for index in range(len(NAMES))]
    found = tmp_path / "wide.json"
    found.write_text(json.dumps(workflow("s0", *steps, name=NAMES[2]), ensure_ascii=False), encoding="utf-8")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_is_as_wide_as_what_it_stands_for(name: str) -> None:
    assert cells(steady(name)) == cells(name)
    assert not {"\ufe0f", "🏽"} & set(steady(name))


def test_letters_that_are_joined_stay_as_they_are() -> None:
    assert steady("क्\u200dष e\u0301 漢字") == "क्\u200dष e\u0301 漢字"


def test_columns_stand_below_each_other_in_each_view(path: Path) -> None:
    with Terminal([path], columns=COLUMNS, rows=ROWS, is_loaded=True) as terminal:
        terminal.wait_for("Workflows (1)")
        terminal.settle()
        for pane in "5678":
            terminal.press(pane)
            terminal.settle()
            rows = [[char.data for char in terminal.styled(row)] for row in range(1, 14)]
            edges = [column for column in range(20, 90) if all(row[column] in "│┤├" for row in rows)]
            assert edges, f"after {pane}:\n{terminal.text}"
            assert "漢" in rows[2][: edges[0]], f"after {pane}:\n{terminal.text}"
        terminal.press("q")
        terminal.ended()
