"""What the README promises."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kustui.check.rule_pages import PAGES
from kustui.cli import main
from kustui.commands import COMMANDS
from kustui.commands.grammar import grammar
from kustui.config.configuration import settings_of
from tests.support.readme import README, current
from tests.support.terminal import ROOT, SAMPLES, environment

TEXT = README.read_text(encoding="utf-8")
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_list_of_rules_is_the_one_there_is() -> None:
    assert current(TEXT) == TEXT, "the rules are others: python -m tests.support.readme"
    assert all(f"| `{name}` |" in TEXT for name in PAGES)


@pytest.mark.parametrize("block", blocks("toml"))
def test_a_configuration_that_it_shows_has_no_mistake(block: str) -> None:
    settings_of("kustui.toml", block.encode(), PAGES)


def test_every_command_and_option_that_it_names_is_one() -> None:
    known = {
        command.name: {name for option in command.options for name in option.names} for command in grammar(COMMANDS)
    }
    found = 0
    for line in re.findall(
        r"(?:^|[`|:] ?|run: )kustui ([^\n`]*)", "\n".join([*blocks("sh"), *blocks("yaml")]), re.MULTILINE
    ):
        words = shlex.split(line, comments=True)
        command = words[0] if words and words[0] in COMMANDS else ""
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in known[command], f"kustui {line}"
                found += 1
    assert found > 10


def test_every_picture_is_there() -> None:
    for name in re.findall(r"\]\((screenshots/[^)]*)\)", TEXT):
        assert (ROOT / name).is_file(), name


@pytest.mark.parametrize(("samples", "status"), [("timer-chain.json", 0), ("broken/missing-input.json", 1)])
def test_the_hook_for_commits_finds_what_is_broken(tmp_path: Path, samples: str, status: int) -> None:
    hook = dict(line.strip(" -").split(": ", 1) for line in HOOKS.read_text().splitlines())
    assert hook["language"] == "python"
    assert hook["pass_filenames"] == "false"  # what schedules what is seen in all files together alone
    assert re.search(hook["files"], samples)
    assert re.search(hook["files"], "kustui.toml")
    assert not re.search(hook["files"], "README.md")
    (tmp_path / "app.json").write_bytes((SAMPLES / samples).read_bytes())
    entry = hook["entry"].replace("kustui", f"{shlex.quote(sys.executable)} -m kustui", 1)
    words = [*shlex.split(entry), *hook["args"].strip("[]").split(", ")]
    done = subprocess.run(words, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr


def test_the_report_for_a_repository_is_written_whatever_is_wrong(tmp_path: Path) -> None:
    line = next(line for block in blocks("yaml") for line in block.splitlines() if "--format sarif" in line)
    words = shlex.split(line.partition("kustui ")[2].replace("kustui.sarif", str(tmp_path / "kustui.sarif")))
    assert main([str(SAMPLES / "broken") if word == "." else word for word in words]) == 0
    assert '"2.1.0"' in (tmp_path / "kustui.sarif").read_text()
