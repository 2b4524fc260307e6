"""What a command writes replaces what was there or leaves it as it is, whatever happens to the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.commands import run_command
from tests.support.definitions import a_workflow, write_json
from tests.support.system import NOBODY, needs, run_in, small_disk
from tests.support.terminal import KUSTUI, SAMPLES

CHAIN = SAMPLES / "timer-chain.json"
WRITING = (
    ("graph", CHAIN, "--format", "svg", "--output", "FILE"), ("check", CHAIN, "--format", "sarif", "--output", "FILE"),
    ("check", CHAIN, "--write-baseline", "FILE"), ("simulate", CHAIN, "--force", "--save", "FILE"),
)  # fmt: skip
FILLED = 'n=$1; shift; echo old > $n; cat /dev/zero > filling 2>&1; "$@"; s=$?; cat $n; ls -A; exit $s'


@pytest.mark.parametrize("command", WRITING, ids=lambda command: command[-2])
def test_a_full_disk_leaves_what_was_there(command: tuple[str | Path, ...], tmp_path: Path) -> None:
    needs(small_disk(tmp_path))
    name = "x.scenario.json" if "--save" in command else "x.txt"
    words = [name if word == "FILE" else word for word in command]
    done = run_in((*small_disk(tmp_path), "sh", "-c", FILLED, "sh", name), *KUSTUI, *words)
    assert done.returncode == 2
    assert done.stdout == f"old\nfilling\n{name}\n"
    assert done.stderr.endswith(f"kustui: {name}: no space left on device\n")


def test_a_folder_in_which_no_file_may_be_made_is_told(tmp_path: Path) -> None:
    needs(NOBODY)
    (tmp_path / "baseline.json").write_text("old")
    tmp_path.chmod(0o500)
    try:
        done = run_in(NOBODY, *KUSTUI, "check", CHAIN, "--write-baseline", "baseline.json", cwd=tmp_path)
    finally:
        tmp_path.chmod(0o700)
    assert done.returncode == 2
    assert done.stderr == f"kustui: baseline.json: permission denied: no file may be made in {tmp_path}\n"


def test_a_scenario_is_not_replaced_unless_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(CHAIN, tmp_path / "chain.json")
    save = ("simulate", "chain.json", "--save", "x.scenario.json")
    assert run_command(capsys, *save)[0] == 0
    (tmp_path / "x.scenario.json").write_text("mine")
    status, _, errors = run_command(capsys, *save)
    assert status == 2
    assert errors == "kustui: x.scenario.json: the file already exists: use --force to replace it\n"
    assert (tmp_path / "x.scenario.json").read_text() == "mine"


def test_workflows_are_told_apart_by_their_names_in_any_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("工作流", "заказ", "🚀", "🎉", "e\u0301t\u00e9 " + "x" * 300)
    write_json(tmp_path / "a.json", {"workflows": [a_workflow(name, id=f"id{at}") for at, name in enumerate(names)]})
    for name in ("id0", "id1", "id2", "id3", "id4"):
        status, _, errors = run_command(
            capsys, "simulate", "a.json", "--workflow", name, "--explore", "--save", "paths"
        )
        assert status == 0, errors
    saved = sorted(path.name.removesuffix(".scenario.json") for path in (tmp_path / "paths").glob("*-1.*"))
    assert saved == ["id2-1", "id3-1", f"\u00e9t\u00e9-{'x' * 114}-1", "заказ-1", "工作流-1"]
