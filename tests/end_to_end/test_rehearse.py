"""A rehearsal in a real terminal of 80×24, an editor included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.terminal import SAMPLES
from tests.support.terminal_explorer import assert_restored, editor, open_explorer

if TYPE_CHECKING:
    from pathlib import Path


def test_a_chain_is_rehearsed_to_where_its_mistake_ends_it_and_left() -> None:
    with open_explorer(SAMPLES / "broken" / "missing-input.json") as terminal:
        terminal.wait_for("✗1")
        terminal.press("r")
        terminal.wait_for("payload  drafted")
        terminal.press("c")
        terminal.wait_for("ended: no transition holds: @fooAt is missing")
        terminal.wait_for('did you mean "@fooAt"?')
        terminal.press("b")
        terminal.wait_for("▶ next: find conversation by id")
        terminal.press("q")
        terminal.wait_for("1:Workflows")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_an_answer_is_edited_in_an_editor_and_the_rehearsal_goes_on_with_it(tmp_path: Path) -> None:
    body = """
print("in the editor", path.read_text(), flush=True)
sys.stdin.readline()
path.write_text('{"tags": []}')
"""
    with open_explorer(SAMPLES / "timer-chain.json", env={"EDITOR": editor(tmp_path, body)}) as terminal:
        terminal.wait_for("i1")
        terminal.press("r")
        terminal.wait_for("payload  drafted")
        for _ in range(2):
            terminal.press("s")
        terminal.wait_for("next: Whose conversation")
        terminal.press("E")
        terminal.wait_for("in the editor")
        terminal.press("\r")
        terminal.wait_for("output mocked")
        terminal.press("s")
        terminal.wait_for("next: Look again in an hour")
        terminal.press("q")
        terminal.wait_for("1:Workflows")
        terminal.settle()
        terminal.press("q")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_nothing_is_written_while_an_answer_is_typed_and_nobody_types() -> None:
    with open_explorer(SAMPLES / "timer-chain.json") as terminal:
        terminal.wait_for("i1")
        terminal.press("r")
        terminal.wait_for("payload  drafted")
        terminal.press("o")
        terminal.wait_for("scenario")
        terminal.press("\r")
        terminal.wait_for("passed")
        terminal.press("e")
        terminal.settle()
        mark = terminal.written
        assert not terminal.pump(1.2), f"wrote {terminal.raw[mark:]!r}"
        terminal.press("x")
        terminal.wait_until(lambda: len(terminal.raw) > mark, "an answer")
