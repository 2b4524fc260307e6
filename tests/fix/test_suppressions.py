from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kustui.check import RULE_NAMES
from kustui.check.problems import Problem
from kustui.check.rule import step, workflow
from kustui.config.configuration import Configuration, ConfigurationError
from kustui.fix.changes import Change, ChangeError, changes_of, make
from kustui.fix.suppressions import suppression_of, suppression_removal
from kustui.workspace.snapshot import CheckOptions, Snapshot, check_snapshot, open_paths
from tests.benchmarks.growth import counted
from tests.support.definitions import write_json

NEW = '[[suppress]]\nrule = "unreachable-step"\nworkflow = "Greet"\nstep = "cD4"\nreason = "a campaign"\n'


def checked(folder: Path) -> Snapshot:
    """A folder, checked with its configuration."""
    paths = [str(folder / "app.json")]
    return check_snapshot(open_paths(paths), CheckOptions(Configuration(paths).settings(RULE_NAMES)))


def problem_in(folder: Path, rule: str = "unreachable-step") -> Problem:
    problems = checked(folder).problems or ()
    return next(problem for problem in problems if problem.rule == rule)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_json(tmp_path / "app.json", workflow("Greet", step("aB3"), step("cD4"), step("eF5")))
    return tmp_path


def suppressed(folder: Path, text: str | bytes, name: str = "kustui.toml") -> str:
    """What a file holds once the problem is suppressed in it, which has to hide that one problem and no other."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = checked(folder).problems or ()
    problem = problem_in(folder)
    change = suppression_of(problem, str(path), "a campaign")
    make([change])
    after = checked(folder).problems or ()
    assert [one.key for one in before if one.key != problem.key] == [one.key for one in after]
    now = path.read_bytes()
    make([change.reversed])
    assert path.read_bytes() == (text if isinstance(text, bytes) else text.encode())
    return now.decode()


def test_where_there_is_no_file_it_is_made(folder: Path) -> None:
    problem = problem_in(folder)
    path = Configuration([str(folder)]).project_path
    assert path is not None
    change = suppression_of(problem, path, "a campaign")
    make([change])
    assert (folder / "kustui.toml").read_text() == NEW
    assert [one.step for one in checked(folder).problems or ()] == ["eF5"]
    make([change.reversed])
    assert not (folder / "kustui.toml").exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("# ours\n", "\n"),
        ("cache = true  # kept", "\n\n"),
        ('# ours\ncache=true\n\n[rules]\nloop = "off" # why\n\n# the end\n', "\n"),
    ],
)
def test_it_comes_last_where_there_is_none_yet(folder: Path, before: str, after: str) -> None:
    assert suppressed(folder, before) == before + after + NEW


def test_it_comes_behind_the_others_and_before_what_belongs_to_what_follows(folder: Path) -> None:
    first = '# Accepted\n[[suppress]]  # one\nrule = "loop"\nreason = "a\\u00e9" # here\n'
    rest = '\n# Severities\n[rules]\nloop = "off"\n'
    assert suppressed(folder, first + rest) == f"{first}\n{NEW}{rest}"
    assert suppressed(folder, first + rest.lstrip()) == f"{first}\n{NEW}\n{rest.lstrip()}"


def test_it_joins_a_list_of_tables_in_braces(folder: Path) -> None:
    before = 'suppress = [\n  {rule = "loop", reason = "b"},  # one\n]\ncache = true\n'
    after = suppressed(folder, before)
    assert after.startswith(before[: before.index("]")].rstrip("\n"))
    assert after.endswith("\n]\ncache = true\n")


@pytest.mark.parametrize("rest", ["", "\n# Ruff\n[tool.ruff]\nline-length = 120\n"])
@pytest.mark.parametrize("own", ["[tool.kustui]\ncache = true\n", '[tool.kustui.rules]\nloop = "off"\n'])
def test_in_a_pyproject_it_stands_in_the_table_of_kustui(folder: Path, own: str, rest: str) -> None:
    before = f'[project]\nname = "x"\n\n{own}'
    expected = f"{before}\n{NEW.replace('[[', '[[tool.kustui.')}{rest}"
    assert suppressed(folder, before + rest, "pyproject.toml") == expected


def test_in_a_pyproject_whose_tables_are_scattered_nothing_else_changes(folder: Path) -> None:
    before = '[tool.kustui]\ncache = true\n[tool.ruff]\nfix = true\n[tool.kustui.rules]\nloop = "off"\n'
    after = suppressed(folder, before, "pyproject.toml")
    assert after == f"{before}\n{NEW.replace('[[', '[[tool.kustui.')}"


def test_line_ends_and_a_byte_order_mark_stay(folder: Path) -> None:
    before = codecs.BOM_UTF8 + b'# ours\r\n\r\n[rules]\r\nloop = "off"\r\n'
    assert suppressed(folder, before) == before.decode() + f"\n{NEW}".replace("\n", "\r\n")


def test_what_tomlkit_cannot_extend_is_refused(folder: Path) -> None:
    path = folder / "pyproject.toml"
    path.write_text("[tool]\nkustui = {cache = true}\n")
    with pytest.raises(ChangeError, match="by hand"):
        suppression_of(problem_in(folder), str(path), "a campaign")
    path.write_text("[tool\n")
    (folder / "kustui.toml").write_text("")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml:1:6"):
        suppression_of(problem_in(folder), str(path), "a campaign")


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "\x1b[2J", "half \ud800"])
def test_a_reason_is_needed(folder: Path, reason: str) -> None:
    with pytest.raises(ChangeError, match="needs a reason"):
        suppression_of(problem_in(folder), str(folder / "kustui.toml"), reason)


def test_any_reason_and_any_name_is_quoted_as_toml_asks(folder: Path) -> None:
    name = 'a "b" \\ \U0001f600 \u202e\t'
    write_json(folder / "app.json", workflow(name, step("aB3"), step("cD4")))
    path = folder / "kustui.toml"
    make([suppression_of(problem_in(folder), str(path), '"\\" \'é')])
    assert tomllib.loads(path.read_text()) == {
        "suppress": [{"rule": "unreachable-step", "workflow": name, "step": "cD4", "reason": '"\\" \'é'}]
    }
    assert not checked(folder).problems


# Removal


def without_suppression(problem: Problem) -> Change:
    joint = suppression_removal(problem)
    (change,) = changes_of(joint.edits([joint.part]))
    return change


OLD = '[[suppress]]\nrule = "loop"\nworkflow = "Greet"\nreason = "old" # still\n'
ELEMENT = '{rule = "loop", workflow = "Greet", reason = "old"}'
USED = '[[suppress]]\nrule = "unreachable-step"\nreason = "campaigns"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (OLD, ""),
        (f"{OLD}\n# used\n{USED}", f"# used\n{USED}"),
        (f"{USED}\n{OLD}", USED),
        (f"cache = true\n\n{OLD}\n{USED}\n# S\n[rules]\nloop = 'error'\n",
         f"cache = true\n\n{USED}\n# S\n[rules]\nloop = 'error'\n"),
        (f"cache = true\n\n{USED}\n{OLD}\n# S\n[rules]\nloop = 'error'\n",
         f"cache = true\n\n{USED}\n# S\n[rules]\nloop = 'error'\n"),
        ('suppress = [{rule = "loop", reason = "x"}, {rule = "unreachable-step", reason = "y"}]\n',
         'suppress = [{rule = "unreachable-step", reason = "y"}]\n'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_an_unused_suppression_is_removed_and_nothing_else(folder: Path, before: str, after: str, ends: str) -> None:
    path = folder / "kustui.toml"
    path.write_bytes(before.replace("\n", ends).encode())
    change = without_suppression(problem_in(folder, "unused-suppression"))
    make([change])
    assert path.read_bytes() == after.replace("\n", ends).encode()
    assert not any(problem.rule == "unused-suppression" for problem in checked(folder).problems or ())
    make([change.reversed])
    assert path.read_bytes() == before.replace("\n", ends).encode()


def test_what_has_changed_meanwhile_and_what_is_no_suppression_is_refused(folder: Path) -> None:
    path = folder / "kustui.toml"
    path.write_text(OLD)
    problem = problem_in(folder, "unused-suppression")
    path.write_text(f"# more\n{OLD}")
    with pytest.raises(ChangeError, match="changed meanwhile"):
        without_suppression(problem)
    with pytest.raises(ChangeError, match="no suppression to remove"):
        without_suppression(problem_in(folder))
    with pytest.raises(ChangeError, match="remove the suppression"):
        suppression_of(problem, str(path), "because")


def test_a_problem_of_a_workflow_that_nothing_names_is_refused(folder: Path) -> None:
    definition = workflow("", step("aB3"), step("cD4"))
    write_json(folder / "app.json", definition)
    with pytest.raises(ChangeError, match="neither a name nor an id"):
        suppression_of(problem_in(folder), str(folder / "kustui.toml"), "because")


def test_the_file_of_the_project_is_the_one_in_force(folder: Path, tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    assert Path(Configuration([str(below)]).project_path or "").name == "kustui.toml"
    assert Path(Configuration([str(below)]).project_path or "").parent.name == "below"
    (tmp_path / "pyproject.toml").write_text("[tool.kustui]\n")
    assert Configuration([str(below)]).project_path == str(tmp_path / "pyproject.toml")
    assert Configuration([str(below)], "other.toml").project_path == "other.toml"
    assert Configuration([str(below)], none=True).project_path is None


# Any configuration

TOP = st.sampled_from(["cache = false", "external = [\n  'a', # one\n]", "ascii = true # why", "# only"])
BLOCKS = st.sampled_from(
    [
        '[rules]\nloop = "off"',
        '[[suppress]]\nrule = "loop"\nreason = """a\n[[suppress]]\n# no"""',
        "[[suppress]] # one\nreason = 'x' # y\nrule = 'no-entry'\nworkflow = 'Greet'",
        "[keys]",
    ]
)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    lines = draw(st.lists(TOP, unique=True, max_size=2))
    blocks = draw(st.lists(BLOCKS, max_size=4).filter(lambda each: each.count(TABLES[0]) < 2 > each.count(TABLES[1])))
    text = "\n".join(part for block in (*lines, *blocks) for part in (*draw(GAPS), block)) + draw(
        st.sampled_from(["", "\n", "\n\n# end\n"])
    )
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


TABLES = ('[rules]\nloop = "off"', "[keys]")
HEADER = re.compile(r"(?m)(?<!a\n)(?<!a\r\n)^\[.*")
GAPS = st.lists(st.sampled_from(["", "# x", "  # [[suppress]]", "#é"]), max_size=3)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=configurations(), name=st.sampled_from(["kustui.toml", "pyproject.toml"]))
def test_what_is_added_is_an_insertion_and_what_is_removed_a_deletion(
    text: str, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = write_json(folder / "app.json", workflow("Greet", step("aB3"), step("cD4"))).with_name(name)
    tables = re.sub(r"(?m)^(\[+)", r"\1tool.kustui.", text)
    own = text if name == "kustui.toml" else f"[tool.kustui]\n{tables}"
    path.write_bytes(own.encode())
    before = own_values(own, name)
    headers = [line.startswith(("[[suppress]]", "[[tool.kustui.suppress]]")) for line in HEADER.findall(own)]
    if any(headers) and False in headers[headers.index(True) : len(headers) - headers[::-1].index(True)]:
        with pytest.raises(ChangeError, match="by hand"):  # tomlkit does not keep the order of such tables
            suppression_of(problem_in(folder), str(path), "a campaign")
        return
    change = suppression_of(problem_in(folder), str(path), "a campaign")
    assert change.edit.extent.start == change.edit.extent.end or not own.endswith("\n")
    added = {"rule": "unreachable-step", "workflow": "Greet", "step": "cD4", "reason": "a campaign"}
    assert own_values((change.after or b"").decode(), name) == {
        **before,
        "suppress": [*before.get("suppress", ()), added],
    }
    for problem in checked(folder).problems or ():
        if problem.rule == "unused-suppression":
            removal = without_suppression(problem)
            assert not removal.edit.text.strip()
            after = own_values((removal.after or b"").decode(), name)
            assert len(after.pop("suppress", ())) + 1 == len(before["suppress"])
            assert after == {key: value for key, value in before.items() if key != "suppress"}


def own_values(text: str, name: str) -> dict[str, Any]:
    """What kustui reads in a file."""
    values = tomllib.loads(text)
    return dict(values if name == "kustui.toml" else values.get("tool", {}).get("kustui", {}))


@pytest.mark.parametrize(
    "written",
    [lambda count: "\n".join(OLD for _ in range(count)),
     lambda count: f'suppress = [{", ".join([ELEMENT] * count)}]\n'],
    ids=["tables", "an array"],
)  # fmt: skip
def test_the_work_to_remove_many_grows_with_their_number(folder: Path, written: Callable[[int], str]) -> None:
    """And not with the square of it, as where the file is parsed again for each."""

    def work(count: int) -> int:
        (folder / "kustui.toml").write_text(written(count))
        problems = [one for one in checked(folder).problems or () if one.rule == "unused-suppression"]
        assert len(problems) == count
        return counted(lambda: [suppression_removal(problem).edits([at]) for at, problem in enumerate(problems)])

    assert work(40) < 6 * work(10)
