"""``kustui check`` as somebody at a shell, or a build, meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kustui.commands import check as command
from tests.support.commands import run_command, run_with_input
from tests.support.patience import PATIENCE
from tests.support.saves import save
from tests.support.terminal import KUSTUI, ROOT, Terminal, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ALWAYS = {"op": "true", "values": [True]}


def definition(target: str = "cD4", name: str = "Greet") -> dict[str, Any]:
    first = {"id": "aB3", "action": "kustomer.note.create", "transitions": [{"target": target, "condition": ALWAYS}]}
    second = {"id": "cD4", "action": "kustomer.note.create", "transitions": []}
    trigger = {"id": "1", "eventName": "kustomer.note.create", "transitions": [{"target": "aB3", "condition": ALWAYS}]}
    return {"name": name, "trigger": trigger, "steps": [first, second]}


def write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a right definition, a wrong one, and a file that is none."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "right.json", definition())
    write(tmp_path / "wrong.json", definition("cD5"))
    write(tmp_path / "other.json", {"some": "thing"})
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return run_command(capsys, "check", *arguments)


def run_apart(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """In a process of its own."""
    done = subprocess.run(
        [*KUSTUI, "check", *arguments],
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
        **options,
    )
    assert b"Traceback" not in done.stderr
    return done


def run_given(text: bytes, *arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """With a text on standard input."""
    return run_with_input("check", *arguments, given=text, **options)


# Exit status


def test_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "right.json") == (0, "no problems in 1 file\n", "")


def test_something_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, errors = run(capsys, "wrong.json")
    assert (status, errors) == (1, "")
    assert told.startswith("wrong.json:1:")
    assert told.endswith("\n1 error in 1 file; [*] 1 can be fixed with --fix\n")


@pytest.mark.parametrize(
    ("fail_on", "error", "warning"), [("error", 1, 0), ("warning", 1, 1), ("info", 1, 1), ("never", 0, 0)]
)
def test_the_mildest_that_fails_can_be_chosen(
    capsys: pytest.CaptureFixture[str], folder: Path, fail_on: str, error: int, warning: int
) -> None:
    mild = definition()
    del mild["steps"][0]["transitions"][0]
    write(folder / "mild.json", mild)
    assert run(capsys, "wrong.json", "--fail-on", fail_on)[0] == error
    assert run(capsys, "mild.json", "--fail-on", fail_on)[0] == warning


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["no-such.json"], "kustui: no-such.json: no such file or directory"),
        (["right.json", "no-such.json"], "kustui: no-such.json: no such file or directory"),
        (["other.json"], "kustui: other.json holds no workflow: expected an app definition"),
        (["empty"], "kustui: no definition was found in empty: looked for JSON and for modules"),
        (["right.json", "--config", "none.toml"], "kustui: none.toml: no such file or directory"),
        (["right.json", "--baseline", "none.json"], "kustui: none.json: no such file or directory"),
        (["right.json", "--output", "no/such/file"], "kustui: no/such/file: no such file or directory"),
        (["right.json", "--write-baseline", "no/such"], "kustui: no/such: no such file or directory"),
        (["-", "--watch"], "kustui: --watch needs files"),
    ],
)
def test_what_cannot_be_carried_out_is_one_line(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: list[str], reason: str
) -> None:
    (folder / "empty").mkdir()
    status, told, errors = run(capsys, *arguments)
    assert (status, told) == (2, "")
    assert errors.startswith(reason)
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "PATH"),
        (["--nonsense", "right.json"], "--nonsense"),
        (["--format", "xml", "right.json"], "invalid choice: 'xml'"),
        (["--select", "lop", "right.json"], 'unknown rule "lop": did you mean "loop"?'),
        (["--ignore", "loop,xyzzy", "right.json"], 'unknown rule "xyzzy": kustui explain lists all rules'),
        (["--config", "a", "--no-config", "right.json"], "not allowed with"),
        (["--sel", "loop", "right.json"], "--sel"),
        (["--\x1b[31m", "right.json"], "--^[[31m"),
    ],
)
def test_options_that_are_wrong(capsys: pytest.CaptureFixture[str], arguments: list[str], reason: str) -> None:
    status, told, errors = run(capsys, *arguments)
    assert (status, told) == (2, "")
    assert reason in errors.splitlines()[-1]
    assert errors.splitlines()[-1].startswith("kustui check: error: ")


def test_a_file_that_is_named_and_is_no_json_is_a_problem(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder / "broken.json", '{"workflows": [,]}')
    status, told, _ = run(capsys, "broken.json", "right.json")
    assert status == 1
    assert told.startswith("broken.json:1:16: error: ")
    assert "[invalid-json]" in told


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_file_in_a_folder_that_may_not_be_read_is_an_error(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "right.json").chmod(0)
    status, told, _ = run(capsys, ".", "--ignore", "unknown-target")
    assert status == 1
    assert "[unreadable-file]" in told


def test_an_internal_error_is_one_line_and_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("injected")

    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(command, "cached_check", fail)
    status, told, errors = run(capsys, "right.json")
    assert (status, told) == (2, "")
    assert errors.startswith("kustui: internal error (RuntimeError); details are in ")
    assert "injected" in Path(errors.strip().rpartition(" ")[2]).read_text()


def test_a_reader_that_has_seen_enough_is_no_mistake(folder: Path) -> None:
    write(folder / "many.json", [definition("x" * 2000, f"w{number}") for number in range(500)])
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -c 10; exit', "sh", *KUSTUI, "check", "many.json", "--format", "jsonl"],
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    assert done.stdout == b'{"rule": "'
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_output_that_cannot_be_written_is_told(folder: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*KUSTUI, "check", "right.json"], stdout=full, stderr=subprocess.PIPE, env=environment(), check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"kustui: standard output: no space left on device\n"


def test_closed_output_is_no_mistake() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *KUSTUI, "check", "wrong.json"],
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b""


# Paths


def test_a_folder_is_every_definition_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, ".", "--format", "json", "--ignore", "duplicate-workflow-name")
    assert status == 1
    assert [problem["file"] for problem in json.loads(told)] == ["./wrong.json"]


def test_standard_input() -> None:
    done = run_apart("-", input=json.dumps(definition("cD5")).encode())
    assert done.returncode == 1
    assert done.stdout.startswith(b"<stdin>:1:")


def test_a_named_file_of_another_kind_keeps_nothing_from_being_checked(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder / "late.scenario.json", {"scenario": "late", "start": []})
    write(folder / "tsconfig.json", '{ // strict\n "strict": true, }')
    status, told, errors = run(capsys, "other.json", "wrong.json", "late.scenario.json", "tsconfig.json")
    assert status == 1
    assert "\n1 error in 1 file; " in told
    assert errors.splitlines() == [
        "kustui: skipped other.json: it holds no workflow",
        "kustui: skipped late.scenario.json: a scenario, for kustui simulate",
        "kustui: skipped tsconfig.json: it holds no workflow",
    ]
    assert run(capsys, "tsconfig.json", "other.json")[0] == 2


@pytest.mark.parametrize(
    "empty",
    [
        {"data": []},
        {"data": [], "links": {"self": "/v1/workflows?page=9", "next": None}, "meta": {"page": 9}},
        {"workflows": []},
    ],
)
def test_an_empty_list_of_definitions_has_no_problems(
    capsys: pytest.CaptureFixture[str], folder: Path, empty: Any
) -> None:
    write(folder / "page.json", empty)
    reason = "kustui: page.json holds no workflow: its list is empty\n"
    assert run(capsys, "page.json") == (0, "no problems in 1 file\n", reason)
    assert run(capsys, "page.json", "--format", "json") == (0, "[]\n", reason)
    assert run(capsys, "page.json", "right.json") == (0, "no problems in 2 files\n", "")
    assert run_given(json.dumps(empty).encode(), "-").returncode == 0


@pytest.mark.parametrize(
    "other",
    [{}, [], {"data": None}, {"data": {}}, {"data": [], "rows": 1}, {"data": [{"type": "user"}]}, {"workflow": {}}],
)
def test_what_has_no_place_for_definitions_cannot_be_checked(
    capsys: pytest.CaptureFixture[str], folder: Path, other: Any
) -> None:
    write(folder / "rows.json", other)
    assert run(capsys, "rows.json")[0] == 2


def test_the_samples_are_checked_all_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    samples = sorted(str(path) for path in (ROOT / "samples").glob("*.json"))
    status, told, errors = run(capsys, *samples)
    assert status in (0, 1)
    assert told
    assert len(errors.splitlines()) == sum(path.endswith(".scenario.json") for path in samples)


def test_a_project_without_definitions_has_no_problems(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "project").mkdir()
    write(folder / "project/package.json", {"name": "shop", "scripts": {"build": "tsc"}})
    write(folder / "project/tsconfig.json", '{ /* strict */ "strict": true, }')
    passed_over = "no definition was found in project: 2 files of other kinds skipped"
    assert run(capsys, "project") == (0, "no problems in 0 files\n", f"kustui: {passed_over}\n")
    write(folder / "project/app.json", {"app": "shop", "version": "1.0.0", "title": "Shop"})
    assert run(capsys, "project") == (0, "no problems in 1 file\n", "")
    write(folder / "project/app.json", '{"app": "shop", "version": "1.0.0" "title": "Shop"}')
    status, told, errors = run(capsys, "project")
    assert (status, errors) == (1, "")
    assert told.startswith("project/app.json:1:35: error: a comma is missing here")


def as_file(path: str, content: Any, *options: str) -> subprocess.CompletedProcess[bytes]:
    """What ``check`` says of standard input as the content of a file."""
    return run_given(json.dumps(content).encode(), "-", "--stdin-filename", path, *options)


def test_standard_input_is_checked_as_a_file_among_its_neighbours(folder: Path) -> None:
    (folder / "defs").mkdir()
    called = {**definition(name="Later"), "id": "later-1"}
    called["trigger"] = {"eventName": "kustomer.workflow.later-1.call", "callable": True, "transitions": []}
    write(folder / "defs/later.json", called)
    write(folder / "defs/app.json", definition("cD5"))
    calling = definition()
    run_at = {"type": "relative", "value": 1}
    action = "kustomer.app.scheduler.schedule-workflow"
    calling["steps"][1] |= {"action": action, "params": {"workflowId": "later-1", "runAt": run_at}}
    done = as_file("defs/app.json", calling, "--format", "json")
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, [], b"")
    calling["steps"][1]["params"]["workflowId"] = "later-2"
    for path in ("defs/app.json", "defs/new.json", str(folder / "defs/app.json")):
        done = as_file(path, calling, "--format", "json", "--fail-on", "warning")
        (problem,) = json.loads(done.stdout)
        assert (done.returncode, problem["rule"], problem["file"]) == (1, "unknown-workflow", path)
        assert "later-1" in problem["hint"]
    assert as_file("defs/later.json", called).returncode == 0, "what is wrong in a neighbour is not reported"
    text = json.dumps(calling).encode()
    beside = run_given(text, "-", "right.json", "--stdin-filename", "defs/app.json", "--format", "json")
    assert "later-1" not in json.loads(beside.stdout)[0]["hint"], "the other paths are its neighbours then"
    assert as_file("none/app.json", definition()).returncode == 0


def test_standard_input_as_a_file_goes_by_its_configuration_and_baseline(folder: Path) -> None:
    (folder / "defs").mkdir()
    done = run_given(b"{", "-", "--stdin-filename", "defs/app.json", "--write-baseline", "known.json")
    assert done.returncode == 0
    assert as_file("defs/app.json", definition("cD5"), "--baseline", "known.json").returncode == 1
    write(folder / "defs/kustui.toml", '[rules]\nunknown-target = "off"\n')
    assert as_file("defs/app.json", definition("cD5")).returncode == 0
    assert as_file("app.json", definition("cD5")).returncode == 1


def test_standard_input_as_a_file_is_told_where_it_is_none(folder: Path) -> None:
    done = as_file("package.json", {"name": "shop", "scripts": {}})
    assert (done.returncode, done.stderr) == (0, b"kustui: skipped package.json: a package of npm\n")
    done = run_given(b"", "right.json", "--stdin-filename", "app.json")
    assert (done.returncode, b"write kustui check -" in done.stderr) == (2, True)


def test_nothing_on_standard_input() -> None:
    done = run_apart("-", stdin=subprocess.DEVNULL)
    assert done.returncode == 1
    assert b"[invalid-json]" in done.stdout


def test_standard_input_that_is_the_terminal() -> None:
    with Terminal(["check", "-"], columns=200) as terminal:
        assert terminal.ended() == 2
        assert "pipe a definition into it" in terminal.text


# Options


def test_only_some_rules(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    both = definition("cD5")
    both["steps"].append({"id": "eF5", "action": "kustomer.note.create", "transitions": []})
    write(folder / "both.json", both)

    def rules(*options: str) -> set[str]:
        return {problem["rule"] for problem in json.loads(run(capsys, "both.json", "--format", "json", *options)[1])}

    assert rules() == {"unknown-target", "unreachable-step"}
    assert rules("--select", "unknown-target,loop") == {"unknown-target"}
    assert rules("--select", "unknown-target", "--select", "unreachable-step") == {"unknown-target", "unreachable-step"}
    assert rules("--ignore", "unknown-target, loop") == {"unreachable-step"}
    assert rules("--select", "unknown-target", "--ignore", "unknown-target") == set()


def test_the_configuration_beside_the_definition_counts(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder / "kustui.toml", '[rules]\nunknown-target = "warning"\n')
    status, told, _ = run(capsys, "wrong.json")
    assert status == 0
    assert ": warning: " in told
    assert run(capsys, "wrong.json", "--no-config")[0] == 1
    write(folder / "other.toml", '[rules]\nunknown-target = "off"\n')
    assert run(capsys, "wrong.json", "--config", "other.toml") == (0, "no problems in 1 file\n", "")
    status, told, _ = run(capsys, "wrong.json", "--config", "other.toml", "--select", "unknown-target")
    assert status == 1


def test_a_configuration_that_is_wrong_is_told_with_every_place(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder / "kustui.toml", 'externl = []\n[rules]\nlop = "off"\n')
    status, told, errors = run(capsys, "right.json")
    assert (status, told) == (2, "")
    assert errors == (
        'kustui: kustui.toml:1:1: unknown key "externl": did you mean "external"?\n'
        'kustui: kustui.toml:3:1: unknown rule "lop": did you mean "loop"?\n'
    )


def test_a_suppression_hides_a_problem(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    write(folder / "kustui.toml", '[[suppress]]\nrule = "unknown-target"\nworkflow = "Greet"\nreason = "x"\n')
    assert run(capsys, "wrong.json")[0] == 0
    status, told, _ = run(capsys, "right.json", "--fail-on", "warning")
    assert status == 1
    assert told.startswith("kustui.toml:1:3: warning: unused suppression")


def test_a_baseline_is_made_and_used(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    status, told, errors = run(capsys, "wrong.json", "--write-baseline", "known.json")
    assert (status, told, errors) == (0, "", "known.json: 1 problem recorded\n")
    assert run(capsys, "wrong.json", "--baseline", "known.json") == (0, "no problems in 1 file\n", "")
    write(folder / "wrong.json", definition("cD6", "New"))
    assert run(capsys, "wrong.json", "--baseline", "known.json")[0] == 1


def test_a_baseline_may_have_a_byte_order_mark(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    run(capsys, "wrong.json", "--write-baseline", "known.json")
    text = (folder / "known.json").read_text()
    (folder / "known.json").write_text(text, encoding="utf-8-sig")
    assert run(capsys, "wrong.json", "--baseline", "known.json") == (0, "no problems in 1 file\n", "")
    (folder / "known.json").write_text(text, encoding="utf-16")
    status, told, errors = run(capsys, "wrong.json", "--baseline", "known.json")
    assert (status, told) == (2, "")
    assert errors == "kustui: known.json:1:1: the file is written in UTF-16\n"


def test_output_goes_to_a_file(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(capsys, "wrong.json", "--output", "report.txt", "--color", "auto") == (1, "", "")
    report = (folder / "report.txt").read_text()
    assert "\x1b" not in report
    assert report == run(capsys, "wrong.json")[1]


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_on_a_terminal(folder: Path, options: list[str], env: dict[str, str], coloured: bool) -> None:
    with Terminal(["check", "wrong.json", *options], env=env, cwd=folder) as terminal:
        assert terminal.ended() == 1
        written = terminal.raw.replace(b"\x1b[K", b"")  # after the progress, on a slow machine
        assert (b"\x1b[" in written) is coloured


def test_no_colour_into_a_pipe() -> None:
    assert b"\x1b" not in run_given(b"", "wrong.json").stdout
    assert b"\x1b" in run_given(b"", "wrong.json", "--color", "always").stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_terminal_will_do(folder: Path, encoding: str) -> None:
    write(folder / "wrong.json", json.dumps(definition("漢\t"), ensure_ascii=False))
    done = run_given(b"", "wrong.json", encoding=encoding)
    assert done.returncode == 1
    assert ("漢" if encoding == "utf-8" else "\\u6f22").encode() in done.stdout
    for format_ in ("json", "sarif", "junit", "github"):
        assert "漢".encode() in run_given(b"", "wrong.json", "--format", format_, encoding=encoding).stdout


def test_ascii_writes_the_look_alikes_of_its_own_signs_and_escapes_the_rest(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    write(folder / "wrong.json", json.dumps(definition("漢→"), ensure_ascii=False))
    assert run(capsys, "wrong.json", "--ascii", "--output", "report.txt") == (1, "", "")
    assert "\\u6f22>" in (folder / "report.txt").read_text(encoding="ascii")
    assert b"\\u6f22>" in run_given(b"", "wrong.json", "--ascii").stdout


def test_a_terminal_in_the_c_locale_is_sent_ascii_only(folder: Path) -> None:
    write(folder / "wrong.json", json.dumps(definition("漢"), ensure_ascii=False))
    with Terminal(["check", "wrong.json"], env={"LC_ALL": "C"}, cwd=folder) as terminal:
        assert terminal.ended() == 1
        assert terminal.raw.isascii()
        assert b"\\u6f22" in terminal.raw


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    status, told, _ = run(capsys, "--help")
    assert status == 0
    assert "examples:\n  kustui check app.json\n" in told
    assert "exit status:" in told


# What is not loaded


def test_check_loads_no_screen_and_nothing_else_it_does_not_need() -> None:
    script = """
import sys
from kustui.cli import main
main(["check", "wrong.json"])
main(["explain", "loop"])
sys.stderr.write(" ".join(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment(), check=True)
    loaded = {*done.stderr.split()}
    assert "kustui.check.checker" in loaded
    assert loaded.isdisjoint({"textual", "rich", "asyncio", "watchfiles", "anyio", "tomllib", "jsonschema", "wcwidth"})
    assert loaded.isdisjoint({"platformdirs", "kustui.simulate", "kustui.search", "kustui.diagrams", "email"})
    assert loaded.isdisjoint({"kustui.config.preferences", "kustui.config.actions", "kustui.config.model"})


# Again after every change


@pytest.fixture
def watching(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*KUSTUI, "check", "wrong.json", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=folder,
    )
    yield process
    process.kill()
    process.communicate()


def report_of(process: subprocess.Popen[str]) -> str:
    """The next report, up to its summary."""
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if " in 1 file" in line:
            return told
    raise AssertionError(told)


def test_watching_prints_the_whole_report_into_a_pipe(watching: subprocess.Popen[str], folder: Path) -> None:
    assert "cD5" in report_of(watching)
    save(folder / "wrong.json", json.dumps(definition("cD6")))
    second = report_of(watching)
    assert "cD6" in second
    assert "unknown-target" in second
    save(folder / "wrong.json", json.dumps(definition()))
    assert report_of(watching) == "no problems in 1 file\n"
    watching.send_signal(signal.SIGINT)
    assert watching.wait(PATIENCE) == 130
    assert watching.stderr is not None
    assert watching.stderr.read() == ""


def test_watching_survives_a_file_that_vanishes(watching: subprocess.Popen[str], folder: Path) -> None:
    report_of(watching)
    (folder / "wrong.json").unlink()
    assert watching.stderr is not None
    assert watching.stderr.readline() == "kustui: wrong.json: no such file or directory\n"
    save(folder / "wrong.json", json.dumps(definition()))
    assert report_of(watching) == "no problems in 1 file\n"


def test_watching_checks_again_when_the_baseline_changes(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert run(capsys, "right.json", "--write-baseline", "known.json")[0] == 0
    process = subprocess.Popen(
        [*KUSTUI, "check", "wrong.json", "--watch", "--baseline", "known.json"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=folder,
    )
    with process:
        try:
            assert "cD5" in report_of(process)
            assert run(capsys, "wrong.json", "--write-baseline", "known.json")[0] == 0
            assert report_of(process) == "no problems in 1 file\n"
        finally:
            process.terminate()


def test_watching_prints_the_difference_on_a_terminal(folder: Path) -> None:
    with Terminal(["check", "wrong.json", "--watch"], cwd=folder, columns=160) as terminal:
        terminal.wait_for("1 error in 1 file")
        save(folder / "wrong.json", json.dumps(definition("cD6")))
        terminal.wait_for("+ wrong.json:")
        terminal.settle()
        lines = [line.strip() for line in terminal.lines if line.strip()]
        assert lines[-3].startswith("- wrong.json:1:")
        assert "cD5" in lines[-3]
        assert lines[-2].startswith("+ wrong.json:1:")
        assert "cD6" in lines[-2]
        assert lines[-1] == "1 error in 1 file"


def test_watching_what_is_not_there_ends_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    assert run(capsys, "nothing.json", "--watch")[0] == 2
    assert time.monotonic() - began < PATIENCE


def test_samples_are_checked_from_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, str(ROOT / "samples" / "broken" / "loop.json"))[0] == 1
