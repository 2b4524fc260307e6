"""``kustui rename`` as somebody at a shell meets it."""

from __future__ import annotations

import codecs
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from kustui.check.rule import app, called, schedule, step, to, workflow
from kustui.cli import main
from tests.support.commands import run_command
from tests.support.definitions import write_json
from tests.support.terminal import SAMPLES, Terminal

ID = "5f8e148232731d0015c14657"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files: one workflow schedules that of the other, and both have a step ``aB3``."""
    monkeypatch.chdir(tmp_path)
    calls = step("bC4", params={"uri": f"https://x.y/workflows/{ID}/call"})
    write_json(
        tmp_path / "watch.json", app(workflow("Watch", schedule("aB3", ID, to("bC4"), inputs={"day": 1}), calls))
    )
    reads = step("aB3", params={"at": "{{steps.1.day}}"})
    write_json(tmp_path / "remind.json", app(called("Remind", ID, reads, inputs={"day": "number"})))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], list[str]]:
    """The exit status, and the lines of standard output and standard error."""
    status, output, errors = run_command(capsys, "rename", *arguments)
    return status, output.splitlines(), errors.splitlines()


def contents(place: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(place.glob("*.json"))}


def test_a_step_is_renamed_in_its_file(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(place)
    assert run(capsys, "bC4", "call", ".") == (0, ['renamed step "bC4" to "call": 2 places in 1 file'], [])
    assert contents(place) == {**before, "watch.json": before["watch.json"].replace("bC4", "call")}


def test_a_workflow_is_renamed_by_its_name_in_all_files_and_what_is_not_changed_is_listed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(place)
    status, told, errors = run(capsys, "Remind", "remind", "remind.json", "watch.json")
    line = next(at for at, text in enumerate(before["watch.json"].splitlines(), 1) if "https" in text)
    assert (status, errors) == (0, [])
    assert told == [
        "remind.json: 2 places",
        "watch.json: 1 place",
        f'renamed workflow "{ID}" to "remind": 3 places in 2 files',
        f'watch.json:{line}:43: not changed: "uri": "https://x.y/workflows/{ID}/call"',
    ]
    after = contents(place)
    assert after["remind.json"] == before["remind.json"].replace(ID, "remind")
    assert after["watch.json"] == before["watch.json"].replace(f'"{ID}"', '"remind"')


def test_an_input_is_renamed_where_it_is_passed_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(place)
    assert run(capsys, "day", "date", "remind.json", "watch.json")[:2] == (
        0,
        ["remind.json: 2 places", "watch.json: 1 place", 'renamed input "day" to "date": 3 places in 2 files'],
    )
    assert contents(place) == {name: text.replace("day", "date") for name, text in before.items()}


def test_a_difference_is_a_patch_and_nothing_is_written(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(place)
    status, told, errors = run(capsys, ID, "remind", "remind.json", "watch.json", "--diff")
    assert (status, contents(place)) == (0, before)
    assert len(errors) == 1
    assert "not changed" in errors[0]
    if shutil.which("patch") is None:
        pytest.skip("there is no patch on this machine")
    subprocess.run(["patch", "-s", "-p0"], input="\n".join(told) + "\n", text=True, check=True, cwd=place)
    patched = contents(place)
    for name, text in before.items():
        (place / name).write_text(text)
    assert run(capsys, ID, "remind", "remind.json", "watch.json")[0] == 0
    assert contents(place) == patched


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["aB3", "x", "."], ['"aB3" is ambiguous: it has 2 meanings, choose one with:',
                             './remind.json:34:9: step of "Remind": --workflow "Remind"',
                             './watch.json:24:9: step of "Watch": --workflow "Watch"']),
        (["Remnd", "x", "."], ['unknown step, workflow or input "Remnd": did you mean "Remind"?']),
        (["bC5", "x", "."], ['unknown step, workflow or input "bC5": did you mean "bC4"?']),
        (["bC5", "x", ".", "--workflow", "Watch"],
         ['unknown step or input "bC5" in workflow "Watch": did you mean "bC4"?']),
        (["aB3", "x", ".", "--workflow", "Wach"], ['unknown workflow "Wach": did you mean "Watch"?']),
        (["1", "x", "."], ['"1" is the trigger, whose id cannot be changed']),
        (["Watch", "x", "."], ['"Watch" has no id: nothing else names it']),
        (["bC4", "aB3", "."], ['the id "aB3" is taken, by the step at ./watch.json:25:17']),
        (["bC4", "a.b", "."], ['"a.b" has a dot, which references cannot hold']),
        (["bC4", "x", "-"], ["standard input cannot be changed: name the files"]),
        (["bC4", "x", "gone.json"], ["gone.json: no such file or directory"]),
    ],
)  # fmt: skip
def test_what_cannot_be_renamed_is_refused_in_words(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    before = contents(place)
    status, told, errors = run(capsys, *arguments)
    assert (status, told) == (2, [])
    assert [line.removeprefix("kustui: ") for line in errors] == words
    assert contents(place) == before


def test_the_workflow_chooses_the_step(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(place)
    assert run(capsys, "aB3", "tell", ".", "--workflow", "Remind")[0] == 0
    assert contents(place) == {**before, "remind.json": before["remind.json"].replace("aB3", "tell")}


def test_a_terminal_obeys_nothing_in_a_difference(tmp_path: Path) -> None:
    definition = workflow("Greet", step("aB3"), step("cD4", params={"x": "\u202etxt"}))
    (tmp_path / "odd.json").write_text(json.dumps(definition, ensure_ascii=False, indent=1), encoding="utf-8")
    with Terminal(["rename", "cD4", "new", "odd.json", "--diff", "--color", "never"], cwd=tmp_path) as terminal:
        assert terminal.ended() == 0
        assert any("<U+202E>txt" in line for line in terminal.lines)
        assert not any("\u202e" in line for line in terminal.lines)


def test_what_is_renamed_is_checked_with_the_same_outcome(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = shutil.copy(SAMPLES / "orders.json", place / "orders.json")
    main(["check", str(path), "--format", "jsonl", "--no-cache"])
    before = capsys.readouterr().out
    assert run(capsys, "KUGbgU8yn", "kUGbgU8yn", str(path))[0] == 0
    main(["check", str(path), "--format", "jsonl", "--no-cache"])
    assert capsys.readouterr().out == before.replace("KUGbgU8yn", "kUGbgU8yn")


@pytest.mark.parametrize(
    ("mark", "codec"),
    [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (b"", "utf-16-be")],
)
def test_renaming_back_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mark: bytes, codec: str
) -> None:
    definition = workflow("Grüße \\ \u2028", step("aB3", to("cD4")), step("cD4", params={"x": "€ {{steps.aB3.x}}\n"}))
    text = json.dumps(definition, ensure_ascii=False, indent="\t").replace("\n", "\r\n")
    path = tmp_path / "greet.json"
    path.write_bytes(mark + text.encode(codec))
    assert run(capsys, "aB3", "ü/b", "greet.json")[0] == 0
    expected = text.replace("steps.aB3", "steps.[ü/b]").replace("aB3", "ü/b")
    assert path.read_bytes() == mark + expected.encode(codec)
    assert run(capsys, "ü/b", "aB3", "greet.json")[0] == 0
    assert path.read_bytes() == mark + text.encode(codec)
