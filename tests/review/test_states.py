"""What the words of a command line name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kustui.errors import KustuiError
from kustui.review.comparison import Comparison, read_state
from kustui.review.states import State, left_out_paths, states_of
from tests.support.definitions import a_workflow
from tests.support.history import History


def titles(state: State) -> list[str]:
    return [entry.title for entry in read_state(state).collection.entries]


@pytest.fixture
def branches(history: History) -> History:
    """``main`` with "second" and ``topic`` with "third", which both began with "first"; "now" is not committed."""
    history.commit(sub__a=a_workflow("first"))
    history.git("switch", "-q", "-c", "topic")
    history.commit(sub__a=a_workflow("third"))
    history.git("switch", "-q", "main")
    history.commit(sub__a=a_workflow("second"))
    history.git("switch", "-q", "topic")
    history.write(sub__a=a_workflow("now"))
    return history


@pytest.mark.usefixtures("branches")
@pytest.mark.parametrize(
    ("words", "paths", "old", "new"),
    [
        pytest.param([], None, "third", "now", id="nothing"),
        pytest.param(["main"], None, "second", "now", id="a revision"),
        pytest.param(["main", "topic"], None, "second", "third", id="two revisions"),
        pytest.param(["main.."], None, "second", "third", id="to HEAD"),
        pytest.param(["..main"], None, "third", "second", id="from HEAD"),
        pytest.param(["main...topic"], None, "first", "third", id="since they parted"),
        pytest.param(["main..."], None, "first", "third", id="since HEAD left it"),
        pytest.param(["main"], ["sub"], "second", "now", id="paths"),
        pytest.param(["main", "sub"], None, "second", "now", id="paths without dashes"),
        pytest.param(["sub"], None, "third", "now", id="only a path"),
        pytest.param([], ["sub"], "third", "now", id="only a path behind dashes"),
    ],
)
def test_revisions(words: list[str], paths: list[str] | None, old: str, new: str) -> None:
    states = states_of(words, paths)
    assert [titles(state) for state in states] == [[old], [new]]


def test_files_and_folders_are_known_by_the_paths_of_the_new(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write(old__sub__a=a_workflow("before"), new__sub__a=a_workflow("after"), new__b=a_workflow("more"))
    old, new = states_of([f"{tmp_path}/old", f"{tmp_path}/new"], None)
    assert [titles(old), titles(new)] == [["before"], ["more", "after"]]
    [path] = old.names
    assert path == f"{tmp_path}/new/sub/a.json"
    assert old.name_of(path) == f"{tmp_path}/old/sub/a.json"

    old, new = states_of([f"{tmp_path}/old/sub/a.json", f"{tmp_path}/new/b.json"], None)
    assert [titles(old), titles(new)] == [["before"], ["more"]]


def test_standard_input_is_either(tmp_path: Path) -> None:
    History(tmp_path).write(a=a_workflow("file"))
    given = b'{"name": "given", "trigger": {"id": "1"}, "steps": []}'
    for words, expected in (
        (["-", f"{tmp_path}/a.json"], ["given", "file"]),
        ([f"{tmp_path}/a.json", "-"], ["file", "given"]),
    ):
        old, new = states_of(words, None, given)
        assert [*titles(old), *titles(new)] == expected


def test_standard_input_is_compared_with_a_folder(tmp_path: Path) -> None:
    History(tmp_path).write(a=a_workflow("file"))
    given = json.dumps(a_workflow("given")).encode()
    assert [titles(state) for state in states_of(["-", str(tmp_path)], None, given)] == [["given"], ["file"]]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_both_states_read_a_file_once_by_the_first_of_its_paths(history: History) -> None:
    history.write(w__m=a_workflow("one"), w__z=a_workflow("two"), w__n__a=a_workflow("three"))
    Path("w/a.json").symlink_to("m.json")
    history.commit()
    for words, paths in (["w", "w"], None), ([], ["w"]), ([], ["w", "./w"]):
        old, new = (
            [document.path for document in read_state(state).collection.documents] for state in states_of(words, paths)
        )
        assert old == new == ["w/a.json", "w/z.json", "w/n/a.json"]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="the owner of the machine may read all")
def test_an_old_file_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    History(tmp_path).write(old__a=a_workflow("one"), new__a=a_workflow("one"))
    (tmp_path / "old/a.json").chmod(0)
    with pytest.raises(KustuiError, match=r"old/a\.json: permission denied"):
        states_of([f"{tmp_path}/old", f"{tmp_path}/new"], None)


def test_what_git_refuses_is_said_where_a_word_is_no_path_either(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.commit(a=a_workflow("one"))
    history.commit(a=a_workflow("two"))
    history.git("clone", "-q", "--depth", "1", f"file://{history.folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    with pytest.raises(KustuiError, match="git fetch --unshallow gets the rest"):
        states_of(["HEAD~1"], None)


def test_a_file_that_is_gone_is_compared_with_nothing(history: History) -> None:
    history.commit(a=a_workflow("one"))
    history.write(a=None)
    old, new = states_of([], ["a.json"])
    assert [titles(old), titles(new)] == [["one"], []]


def test_a_file_that_is_gone_can_be_named_beside_one_that_is_there(history: History) -> None:
    history.commit(a=a_workflow("one"), b=a_workflow("other"))
    history.write(a=None)
    old, new = states_of([], ["a.json", "b.json"])
    assert [titles(old), titles(new)] == [["one", "other"], ["other"]]


@pytest.mark.usefixtures("branches")
@pytest.mark.parametrize(
    ("words", "paths", "message"),
    [
        (["nothing"], None, "^nothing: no such file or folder, and no such revision in /"),
        (["main", "nothing.json"], None, "^nothing.json: no such file or folder"),
        (["nothing.."], None, r"^nothing\.\.: no such file or folder, and no such revision in /"),
        (["main", "topic", "HEAD"], None, "this is a third"),
        (["main", "-"], None, "- stands for a file only where two are compared"),
        (["-", "-"], None, "only one of them can be standard input"),
        (["sub", "sub", "sub"], None, "two can be compared"),
        (["main"], ["elsewhere"], "elsewhere"),
        (["main"], [""], "a path is empty"),
    ],
)
def test_what_names_nothing(words: list[str], paths: list[str] | None, message: str) -> None:
    with pytest.raises(KustuiError, match=message):
        [read_state(state) for state in states_of(words, paths)]


def test_a_name_of_both_a_path_and_a_revision_is_refused(branches: History) -> None:
    (branches.folder / "main").mkdir()
    with pytest.raises(KustuiError, match=r"write \./main for the path, or main -- for the revision"):
        states_of(["main"], None)
    assert titles(states_of(["main"], [])[0]) == ["second"]


def test_old_files_are_called_as_in_git(branches: History) -> None:
    old, _ = states_of(["main"], ["sub"])
    assert old.name_of("sub/a.json") == "main:sub/a.json"
    assert old.name_of("parts/imported.js") == "main:parts/imported.js"
    assert branches.git("status", "--porcelain") == "M sub/a.json"


def test_both_states_have_every_scenario_however_many_there_are(history: History) -> None:
    history.commit(a=a_workflow("A"), **{f"s{number}.scenario": "{}" for number in range(1_100)})
    old, new = states_of(["HEAD"], None)
    assert len(old.scenarios) == 1_100
    assert new.scenarios.keys() == old.scenarios.keys()
    (copied, _) = states_of([".", str(history.folder)], None)
    assert len(copied.scenarios) == 1_100


# What is there and no part of a revision


def differing(*words: str) -> list[str]:
    """The titles of the workflows that differ in the states that words name."""
    old_state, new_state = states_of(words, None)
    new = read_state(new_state)
    pairs = Comparison(old_state, new_state, read_state(old_state, like=new.collection), new).pairs
    return [entry.title for pair in pairs if (entry := pair.new or pair.old) is not None]


def test_what_git_ignores_is_not_compared(history: History) -> None:
    (history.folder / ".gitignore").write_text("made/\nlocal*.json\n!local-too.json\n")
    history.commit(flows__a=a_workflow("a"), **{"flows__local-too": a_workflow("kept")})
    history.write(flows__made__b=a_workflow("made"), flows__local=a_workflow("local"), flows__c=a_workflow("came"))
    history.write(**{"flows__made__b.scenario": {"scenario": "s"}, "flows__a.scenario": {"scenario": "s"}})
    assert differing("HEAD") == differing("HEAD", "flows/") == ["came"]
    assert [*states_of(["HEAD"], None)[1].scenarios] == ["flows/a.scenario.json"]
    history.git("add", "--force", "flows/local.json")  # which git no longer ignores
    assert differing("HEAD") == ["came", "local"]


def test_what_is_ignored_is_there_for_others_in_both_states(history: History) -> None:
    (history.folder / ".gitignore").write_text("local.json\n")
    step = {"id": "s", "action": "kustomer.app.scheduler.schedule-workflow", "params": {"workflowId": "id-of-called"}}
    history.commit(a=a_workflow("a", steps=[{**step, "transitions": []}]))
    history.write(local=a_workflow("called"))
    old_state, new_state = states_of(["HEAD"], None)
    new = read_state(new_state)
    old = read_state(old_state, like=new.collection)
    assert [document.path for document in old.collection.documents] == ["./a.json", "./local.json"]
    assert old.collection.by_id["id-of-called"].title == "called"


def test_an_ignored_file_that_is_named_is_left_out_and_said_to_be(history: History) -> None:
    (history.folder / ".gitignore").write_text("local.json\n")
    history.commit(a=a_workflow("a"))
    history.write(local=a_workflow("local"), more=a_workflow("more"))
    assert differing("HEAD", "local.json", "more.json") == ["more"]
    assert left_out_paths(*states_of(["HEAD", "local.json", "more.json", "a.json"], None)) == ["local.json"]


def test_what_a_tracked_module_imports_of_ignored_ones_is_no_difference(history: History) -> None:
    (history.folder / ".gitignore").write_text("made.js\n")
    (history.folder / "made.js").write_text("exports.name = 'local';\n")
    workflow = json.dumps(a_workflow("x")).replace('"name": "x"', '"name": require("./made").name')
    (history.folder / "a.js").write_text(f"module.exports = {workflow};\n")
    history.commit()
    assert titles(states_of(["HEAD"], None)[0]) == ["local"]
    assert differing("HEAD") == []


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_links_to_folders_and_what_they_lead_to_are_no_news(history: History, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    outside = History(tmp_path / "outside")
    outside.write(o=a_workflow("outside"))
    history.commit(flows__a=a_workflow("a"), shared__s=a_workflow("shared"))
    (history.folder / "flows" / "also").symlink_to("../shared")
    (history.folder / "flows" / "out").symlink_to(tmp_path / "outside")
    (history.folder / "flows" / "Now.json").symlink_to("a.json")  # before which it is sorted
    assert differing("HEAD") == differing("HEAD", "flows") == []
    history.write(shared__s=a_workflow("shared", description="other"), shared__t=a_workflow("new"))
    outside.write(o=a_workflow("outside", description="other"))
    assert differing("HEAD") == differing("HEAD", "flows") == ["shared", "new"]


def test_a_submodule_has_its_own_ignored_files(history: History, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    part = History(tmp_path / "part")
    part.commit(s=a_workflow("part"))
    history.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part.folder), "part")
    history.commit(a=a_workflow("a"))
    (history.folder / "part" / ".gitignore").write_text("local.json\n")
    history.write(part__local=a_workflow("local"), part__new=a_workflow("new"))
    assert differing("HEAD") == ["new"]
