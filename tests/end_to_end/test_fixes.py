"""From a problem to its fix, and back, in a real terminal, with a second explorer beside it that follows the file."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.terminal import SAMPLES
from tests.support.terminal_explorer import ENTER, assert_restored, open_explorer

REDO = "\x12"


def test_a_problem_is_fixed_undone_and_fixed_again_and_another_explorer_sees_each_save(tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / "broken" / "unknown-target.json", tmp_path))
    written = path.read_bytes()
    fixed = written.replace(b'"wX3kQ8xA-"', b'"wX3kQ8xAr"')
    options = {"cwd": tmp_path, "columns": 80, "rows": 24}
    with (
        open_explorer("--no-state", path.name, **options) as terminal,
        open_explorer("--no-state", path.name, **options) as beside,
    ):
        beside.wait_for("✗1")
        terminal.wait_for("✗1")
        terminal.press("p")
        terminal.wait_for("did you mean")
        terminal.press("x")
        terminal.wait_for('-              "target": "wX3kQ8xA-"')
        terminal.wait_for('+              "target": "wX3kQ8xAr"')
        assert path.read_bytes() == written
        terminal.press(ENTER)
        terminal.wait_for("done: ")
        terminal.wait_for("no problems")
        assert path.read_bytes() == fixed
        beside.wait_for("1 problem fixed")
        beside.wait_for("no problems")
        terminal.press("U")
        terminal.wait_for("undone: ")
        terminal.wait_for("✗1")
        assert path.read_bytes() == written
        beside.wait_for("1 new problem")
        terminal.press(REDO)
        terminal.wait_for("redone: ")
        terminal.wait_for("no problems")
        assert path.read_bytes() == fixed
        beside.wait_for("1 problem fixed")
        for one in (terminal, beside):
            one.press("q")
            assert one.ended() == 0
            assert_restored(one)
