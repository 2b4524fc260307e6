"""``kustui config``: what is in force, and which file says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kustui.cli import main
from kustui.config.actions import ACTIONS
from tests.support.commands import run_command
from tests.support.terminal import SAMPLES, Terminal


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration, the current one, and a person's own elsewhere."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    own = tmp_path / "home" / "kustui" / "kustui.toml"
    own.parent.mkdir(parents=True)
    own.write_text('theme = "light"\npanes.tree = 30\n[keys]\n"view.flow" = "W"\n')
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "kustui.toml").write_text(
        'external = ["x"]\npanes.tree = 40\n[rules]\nloop = "off"\n[[suppress]]\nrule = "no-entry"\nreason = "known"\n'
    )
    monkeypatch.chdir(folder)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return run_command(capsys, "config", *arguments)


def test_each_setting_is_told_with_the_place_that_says_it(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    status, told, errors = run(capsys)
    assert (status, errors) == (0, "")
    own = project.parent / "home" / "kustui" / "kustui.toml"
    rows = {
        line.split()[0]: line.split()[1:]
        for line in told.splitlines()
        if line and not line.startswith(("configuration", " "))
    }
    assert rows["theme"] == ["light", f"{own}:1:1"]
    assert rows["panes.tree"] == ["40", "kustui.toml:2:1"]
    assert rows["panes.detail"] == ["30", "default"]
    assert rows["external"] == ['["x"]', "kustui.toml:1:1"]
    assert rows["rules.loop"] == ["off", "kustui.toml:4:1"]
    assert rows["suppress"][-1] == "kustui.toml:5:3"
    assert rows['keys."view.flow"'] == ["W", f"{own}:4:1"]
    assert told.splitlines()[1:3] == [f"  {own}", "  kustui.toml"]


def test_without_any_it_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, told, _ = run(capsys)
    assert status == 0
    assert "kustui.toml  (not found)" in told
    assert f"kustui.toml or pyproject.toml from . up to {Path(tmp_path.anchor)}  (not found)" in told


def test_the_keys_are_listed_by_the_id_that_rebinds_them(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    status, told, _ = run(capsys, "--keys")
    assert status == 0
    rows = {line.split()[0]: line.split() for line in told.splitlines() if line.startswith("  ")}
    assert set(rows) == {action.id for action in ACTIONS}
    assert rows["view.flow"][1] == "W"
    assert rows["view.flow"][-1].endswith("kustui.toml:4:1)")
    assert rows["rows.down"][1:3] == ["j", "Down"]


def test_a_program_reads_the_same(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    status, told, _ = run(capsys, "--format", "json")
    assert status == 0
    found = json.loads(told)
    assert found["files"] == [str(project.parent / "home" / "kustui" / "kustui.toml"), "kustui.toml"]
    settings = {each["name"]: each for each in found["settings"]}
    assert settings["ascii"] == {"name": "ascii", "value": False, "from": "default"}
    assert settings["panes.tree"] == {"name": "panes.tree", "value": 40, "from": "kustui.toml:2:1"}
    assert {each["name"] for each in found["keys"]} == {action.id for action in ACTIONS}


def test_a_mistake_is_told_with_its_place_and_nothing_else_is(
    capsys: pytest.CaptureFixture[str], project: Path
) -> None:
    (project / "kustui.toml").write_text('theme = "drak"\n[keys]\n"view.flwo" = "F"\n')
    status, told, errors = run(capsys)
    assert (status, told) == (2, "")
    assert errors.splitlines() == [
        'kustui: kustui.toml:1:1: unknown theme "drak": did you mean "dark"?',
        'kustui: kustui.toml:3:1: unknown action "view.flwo": did you mean "view.flow"?',
    ]


def test_check_tells_of_a_mistake_about_the_screen_too(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    (project / "kustui.toml").write_text('[keys]\n"go.back" = "]"\n')
    (project / "app.json").write_text("{}")
    assert main(["check", "app.json"]) == 2
    assert 'kustui.toml:2:1: "]" is already the key of "go.forward"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "hint"), [("drak", 'did you mean "dark"?'), ("x", "known themes: dark, high-contrast")]
)
def test_a_theme_that_there_is_not_is_refused_with_the_closest(
    capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--theme", name, str(SAMPLES / "timer-chain.json")])
    assert left.value.code == 2
    assert f'unknown theme "{name}": {hint}' in capsys.readouterr().err


@pytest.mark.slow
def test_the_explorer_has_the_keys_and_the_theme_of_a_configuration(project: Path) -> None:
    with Terminal(
        [SAMPLES / "timer-chain.json"],
        cwd=project,
        is_loaded=True,
        env={"XDG_CONFIG_HOME": str(project.parent / "home")},
    ) as terminal:
        terminal.wait_for("W:Flow")
        terminal.settle()
        assert b"48;2;251;250;247" in terminal.raw, "the light theme's background"
        terminal.press("j")
        terminal.wait_for("W flow")
        terminal.press("q")
        assert terminal.ended() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "env", "coloured"), [(["never"], {}, False), (["always"], {"NO_COLOR": "1"}, True)]
)
def test_the_explorer_has_colours_or_none(options: list[str], env: dict[str, str], coloured: bool) -> None:
    with Terminal(["--color", *options, SAMPLES / "timer-chain.json"], env=env, is_loaded=True) as terminal:
        terminal.wait_for("Workflows (4)")
        terminal.settle()
        assert (b"38;2;" in terminal.raw) is coloured
        terminal.press("q")
        assert terminal.ended() == 0


@pytest.mark.slow
def test_the_terminals_own_colours_are_no_others() -> None:
    with Terminal(["--theme", "terminal", SAMPLES / "timer-chain.json"], is_loaded=True) as terminal:
        terminal.wait_for("Workflows (4)")
        terminal.settle()
        assert b"38;2;" not in terminal.raw
        assert b"48;2;" not in terminal.raw
        terminal.press("q")
        assert terminal.ended() == 0
