"""Files as they were in a revision."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from kustui.errors import KustuiError
from kustui.review.revisions import Repository, Revision
from tests.support.history import History

ONE, OTHER = {"name": "one"}, {"name": "other"}


def revision_texts(revision: str, paths: list[str]) -> Mapping[str, bytes]:
    return Revision.at(revision, paths).texts()


def names(texts: dict[str, bytes]) -> dict[str, str]:
    return {path: json.loads(text)["name"] for path, text in texts.items()}


def test_a_folder_as_it_was(history: History) -> None:
    history.commit(a=ONE, sub__b=OTHER)
    history.write(a=OTHER, sub__b=None, c=ONE)
    assert names(dict(revision_texts("HEAD", ["."]))) == {"./a.json": "one", "./sub/b.json": "other"}
    assert names(dict(revision_texts("HEAD", ["sub"]))) == {"sub/b.json": "other"}
    assert history.git("status", "--porcelain").splitlines() == ["M a.json", " D sub/b.json", "?? c.json"]


def test_paths_are_those_of_the_folder_that_one_is_in(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.commit(a=ONE, sub__b=OTHER)
    monkeypatch.chdir(history.folder / "sub")
    assert names(dict(revision_texts("HEAD", ["../a.json", "."]))) == {"../a.json": "one", "./b.json": "other"}
    absolute = str(history.folder / "sub")
    assert names(dict(revision_texts("HEAD", [absolute]))) == {f"{absolute}/b.json": "other"}


def test_a_file_is_read_with_the_scenarios_beside_it(history: History) -> None:
    history.commit(sub__b=ONE, **{"sub__b.scenario": OTHER, "sub__deep__c.scenario": OTHER, "d.scenario": OTHER})
    assert sorted(revision_texts("HEAD", ["sub/b.json"])) == ["sub/b.json", "sub/b.scenario.json"]


def test_what_a_walk_passes_over_is_passed_over(history: History) -> None:
    history.commit(a=ONE, node_modules__x=OTHER, **{".hidden__y": OTHER})
    (history.folder / "notes.txt").write_text("x")
    history.commit()
    assert list(revision_texts("HEAD", ["."])) == ["./a.json"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_a_link_is_what_it_leads_to(history: History) -> None:
    history.commit(a=ONE, sub__b=OTHER)
    Path("sub/same.json").symlink_to("b.json")
    Path("sub/a.json").symlink_to("../a.json")
    Path("sub/gone.json").symlink_to("nothing.json")
    Path("sub/folder.json").symlink_to("..")
    Path("sub/outside.json").symlink_to("/etc/hostname")
    history.commit()
    assert names(dict(revision_texts("HEAD", ["sub"]))) == {"sub/b.json": "other", "sub/a.json": "one"}


@pytest.mark.parametrize("name", ["ümlaut", "with blank", 'quo"te', "-dash", "line\nbreak", "tab\t", "\udcff"])
def test_names_of_files(history: History, name: str) -> None:
    history.commit(**{f"sub__{name}": ONE})
    assert names(dict(revision_texts("HEAD", ["sub"]))) == {f"sub/{name}.json": "one"}


def test_a_submodule_is_what_it_was(history: History, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    part = History(tmp_path / "part")
    part.commit(w__a=ONE)
    history.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part.folder), "part")
    history.commit(b=OTHER)
    part.commit(w__a=OTHER)
    assert names(dict(revision_texts("HEAD", ["."]))) == {"./b.json": "other", "./part/w/a.json": "one"}
    assert names(dict(revision_texts("HEAD", ["part/w"]))) == {"part/w/a.json": "one"}
    history.git("submodule", "--quiet", "deinit", "-f", "part")
    assert list(revision_texts("HEAD", ["."])) == ["./b.json"]


def test_a_path_outside_of_the_work_tree(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history.commit(a=ONE)
    monkeypatch.setenv("GIT_DIR", str(history.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(history.folder))
    with pytest.raises(KustuiError, match="not in the work tree"):
        revision_texts("HEAD", [str(tmp_path)])


def test_a_file_that_is_gone_is_found(history: History) -> None:
    history.commit(sub__b=ONE)
    history.commit(sub__b=None)
    assert names(dict(revision_texts("HEAD~1", ["sub/b.json"]))) == {"sub/b.json": "one"}


def test_a_large_file_and_many(history: History) -> None:
    large = {"name": "x" * 3_000_000}
    history.commit(large=large, **{f"f{number}": {"name": f"{number}"} for number in range(300)})
    texts = names(dict(revision_texts("HEAD", ["."])))
    assert len(texts) == 301
    assert texts["./f299.json"] == "299"
    assert texts["./large.json"] == large["name"]


@pytest.mark.parametrize("revision", ["nothing", "--all", "-h", "HEAD~99", "a b", "HEAD:a.json"])
def test_no_such_revision(history: History, revision: str) -> None:
    history.commit(a=ONE)
    with pytest.raises(KustuiError, match="no such revision"):
        revision_texts(revision, ["."])


def test_a_shallow_clone_says_so(history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history.commit(a=ONE)
    history.commit(a=OTHER)
    history.git("clone", "-q", "--depth", "1", f"file://{history.folder}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    with pytest.raises(KustuiError, match="git fetch --unshallow gets the rest"):
        revision_texts("HEAD~1", ["."])


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KustuiError, match=r"^\.: not in a git repository$"):
        revision_texts("HEAD", ["."])


def test_without_git(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.commit(a=ONE)
    monkeypatch.setenv("PATH", str(history.folder))
    with pytest.raises(KustuiError, match="git is not installed"):
        revision_texts("HEAD", ["."])


def test_large_file_storage_is_said(history: History) -> None:
    history.commit(a="version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(KustuiError, match=r"^\./a\.json: kept in Git LFS"):
        revision_texts("HEAD", ["."])


def test_where_two_branches_parted(history: History) -> None:
    base = history.commit(a=ONE)
    history.git("switch", "-q", "-c", "other")
    history.commit(a=OTHER)
    repository = Repository.around(".")
    assert repository.common_ancestor(repository.commit("main"), repository.commit("other")).id == base
