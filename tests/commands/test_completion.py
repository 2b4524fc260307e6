"""What the shells complete, asked of the shells themselves."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kustui.cli import main
from kustui.commands import COMMANDS
from kustui.commands.command_line import parser_of
from kustui.commands.completion import SHELLS
from kustui.config.preferences import THEMES
from tests.support.patience import PATIENCE
from tests.support.terminal import ROOT, Terminal, environment

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
TIMERS = "samples/timer-chain.json"
NAMES = {
    "followup-timer-1-of-4-start",
    "followup-timer-2-of-4-60-minutes",
    "followup-timer-3-of-4-1-day",
    "followup-timer-4-of-4-7-days",
}
BASH = """
source {script}
compopt() {{ :; }}
COMP_LINE={line}
COMP_POINT=${{#COMP_LINE}}
COMP_TYPE=9
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
_python_argcomplete kustui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def script(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[[str], Path]:
    """The script of a shell, in a file."""

    def written(shell: str) -> Path:
        assert main(["completion", shell]) == 0
        path = tmp_path / f"kustui.{shell}"
        path.write_text(capsys.readouterr().out)
        return path

    return written


def lines_of(command: list[str], home: Path) -> set[str]:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment({"PATH": PATH, "HOME": str(home)}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert not done.stderr
    return {line.split("\t")[0] for line in done.stdout.splitlines() if line}


def completed(shell: str, script: Path, words: list[str]) -> set[str]:
    """What a shell offers for the last of some words."""
    if shutil.which(shell, path=PATH) is None:
        pytest.skip(f"there is no {shell} on this machine")
    if shell == "bash":
        line = shlex.quote(" ".join(words))
        return lines_of(["bash", "--norc", "-c", BASH.format(script=script, line=line)], script.parent)
    asked = f"source {script}; complete -C'{' '.join(words)}'"
    return lines_of(["fish", "--no-config", "-c", asked], script.parent)


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["kustui", "chec"], {"check"}),
        (["kustui", "--theme", ""], set(THEMES)),
        (["kustui", "check", "--fa"], {"--fail-on"}),
        (["kustui", "check", "--format", "s"], {"sarif"}),
        (["kustui", "check", "--select", "loop,no-e"], {"loop,no-entry"}),
        (["kustui", "explain", "missing-"], {"missing-input", "missing-param", "missing-workflow-id"}),
        (["kustui", "completion", ""], set(SHELLS)),
        (["kustui", "graph", TIMERS, "--workflow", "followup"], NAMES),
        (["kustui", "simulate", TIMERS, "--workflow", "followup"], NAMES),
        (["kustui", "rename", "", "new", TIMERS, "--workflow", "followup"], NAMES),
        (["kustui", "samples/timer-chain.j"], {TIMERS}),
        (["kustui", "check", "samples/timer-chain.j"], {TIMERS}),
        (["kustui", "check", "samples/timer-chain"], {TIMERS}),
        (["kustui", "simulate", "samples/timer-chain."], {TIMERS, "samples/timer-chain.scenario.json"}),
        (["kustui", "check", "--config", "pyp"], {"pyproject.toml"}),
        (["kustui", "sam"], {"samples/"}),
        (["kustui", "check", "samples/broken/ap"], {f"samples/broken/app-{name}.json" for name in ("name", "version")}),
    ],
)
def test_a_shell_offers_what_can_stand_there(
    script: Callable[[str], Path], shell: str, words: list[str], offered: set[str]
) -> None:
    assert completed(shell, script(shell), words) == offered


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize("words", [["kustui", ""], ["kustui", "check", ""], ["kustui", "check", "LIC"]])
def test_no_file_is_offered_that_is_no_definition(script: Callable[[str], Path], shell: str, words: list[str]) -> None:
    offered = completed(shell, script(shell), words)
    assert {name for name in offered if not name.endswith("/")} <= {*COMMANDS}


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_nothing_is_offered_for_what_is_made_up(script: Callable[[str], Path], shell: str) -> None:
    assert completed(shell, script(shell), ["kustui", "simulate", "--seed", ""]) == set()


def test_bash_takes_an_equals_sign_for_a_word_of_its_own(script: Callable[[str], Path]) -> None:
    assert completed("bash", script("bash"), ["kustui", "graph", "--format=m"]) == {"mermaid"}


def test_a_path_behind_the_cursor_names_workflows_too() -> None:
    line = f"kustui graph --workflow followup-timer-4 {TIMERS}"
    done = subprocess.run(
        ["bash", "-c", f"{shlex.quote(sys.executable)} -m kustui 8>&1"],
        env=environment({"COMP_LINE": line, "COMP_POINT": str(line.index(" samples")), "_ARGCOMPLETE": "1"}),
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == "followup-timer-4-of-4-7-days"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("kustui chec\t", "kustui check"),
        ("kustui check --fail-o\t", "--fail-on"),
        ("kustui check --format sar\t", "--format sarif"),
        ("kustui check --select unreachable-s\t", "--select unreachable-step"),
        ("kustui --theme hi\t", "--theme high-contrast"),
        (f"kustui graph {TIMERS} --workflow followup-timer-4\t", "followup-timer-4-of-4-7-days"),
        ("kustui check samples/timer-chain.j\t", TIMERS),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_tab_at_the_prompt_completes(
    script: Callable[[str], Path], tmp_path: Path, shell: str, typed: str, shown: str
) -> None:
    if shutil.which(shell, path=PATH) is None:
        pytest.skip(f"there is no {shell} on this machine")
    written, before = script(shell), "autoload -Uz compinit && compinit -u\n" if shell == "zsh" else ""
    (tmp_path / f".{shell}rc").write_text(f"{before}source {written}\nPS1='ready> '\n")
    command = ("zsh",) if shell == "zsh" else ("bash", "--rcfile", str(tmp_path / ".bashrc"), "-i")
    env = {"PATH": PATH, "ZDOTDIR": str(tmp_path), "HOME": str(tmp_path)}
    with Terminal(command=command, env=env, columns=120) as terminal:
        terminal.wait_for("ready>")
        terminal.press(typed)
        terminal.wait_for(shown)


@pytest.mark.parametrize("command", ["explore", *COMMANDS])
def test_every_option_of_every_command_is_offered(script: Callable[[str], Path], command: str) -> None:
    name = [] if command == "explore" else [command]
    known = {option for argument in parser_of(command).arguments() for option in argument.option_strings}
    assert completed("bash", script("bash"), ["kustui", *name, "-"]) == known


def test_of_what_cannot_be_read_there_are_no_workflows(script: Callable[[str], Path]) -> None:
    assert completed("bash", script("bash"), ["kustui", "graph", "LICENSE", "--workflow", ""]) == set()


def test_a_shell_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["completion"])
    assert left.value.code == 2
    assert "the following arguments are required: SHELL" in capsys.readouterr().err


def test_only_its_own_command_loads_the_library() -> None:
    code = "import sys; from kustui.cli import main; main(['explain', 'loop']); sys.exit('argcomplete' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, env=environment(), check=True)
