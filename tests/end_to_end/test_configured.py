"""Which configuration holds, in a real terminal: that of the command line, that beside the definitions, or none."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.terminal import SAMPLES, Terminal

if TYPE_CHECKING:
    from pathlib import Path

READ = "Workflows (2)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A definition, a configuration beside it, and another."""
    shutil.copy(SAMPLES / "scheduling-pair.json", tmp_path / "app.json")
    (tmp_path / "kustui.toml").write_text("ascii = true\n")
    (tmp_path / "other.toml").write_text('[keys]\n"view.flow" = "W"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "is_ascii", "key"),
    [((), True, "5"), (("--no-config",), False, "5"), (("--config", "other.toml"), False, "W")],
    ids=["that beside it", "none", "that of the command line"],
)
def test_one_configuration_holds(folder: Path, arguments: tuple[str, ...], is_ascii: bool, key: str) -> None:
    with Terminal(["app.json", *arguments], cwd=folder, is_loaded=True) as terminal:
        terminal.wait_for(READ)
        terminal.settle()
        assert terminal.text.isascii() == is_ascii
        assert f"{key}:Flow" in terminal.text
        terminal.press("q")
        assert terminal.ended() == 0


def test_what_is_said_beside_it_does_not_count_where_another_was_asked_for(folder: Path) -> None:
    with Terminal(["app.json", "--config", "other.toml"], cwd=folder, is_loaded=True) as terminal:
        terminal.wait_for("no problems")
        (folder / "kustui.toml").write_text("ascii = true\n[keys]\n")
        (folder / "other.toml").write_text('[keys]\n"view.flow" = "W"\n')
        terminal.wait_for("W:Flow")
        assert not terminal.text.isascii()
        terminal.press("q")
        assert terminal.ended() == 0


def test_a_configuration_of_the_command_line_must_be_there(folder: Path) -> None:
    with Terminal(["app.json", "--config", "gone.toml"], cwd=folder, is_loaded=True) as terminal:
        terminal.wait_for("kustui: gone.toml: no such file or directory")
        assert terminal.ended() == 2


def test_what_the_command_line_says_holds_over_what_is_saved(folder: Path) -> None:
    with Terminal(["app.json", "--ascii"], cwd=folder, is_loaded=True) as terminal:
        terminal.wait_for("no problems")
        (folder / "kustui.toml").write_text('ascii = false\n[keys]\n"view.flow" = "W"\n')
        terminal.wait_for("W:Flow")
        assert terminal.text.isascii()
        terminal.press("q")
        assert terminal.ended() == 0


def test_a_configuration_that_comes_while_it_is_open_is_taken(folder: Path) -> None:
    (folder / "kustui.toml").unlink()
    with Terminal(["app.json"], cwd=folder, is_loaded=True) as terminal:
        terminal.wait_for("no problems")
        (folder / "kustui.toml").write_text("ascii = true\n")
        terminal.wait_until(lambda: terminal.text.isascii() and READ in terminal.text, "ASCII alone")
        terminal.press("q")
        assert terminal.ended() == 0
