"""What files held in a revision of their git repository, read through git: nothing there is touched."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from kustui.definition.folders import SCENARIO_SUFFIX, is_definition, is_ignored
from kustui.errors import KustuiError, reason_of
from kustui.files import absolute, is_file, read_regular_file, resolved

_MOST_LINKS = 40
"""How many links may follow each other, as in Linux."""
_LFS = b"version https://git-lfs.github.com/spec/"
_LINK_MODE, _FILE, _SUBMODULE = b"120000", b"blob", b"commit"


class Repository(Struct, frozen=True):
    """A git repository with a work tree."""

    top: Path
    """The top folder of the work tree, without links."""

    @classmethod
    def around(cls, path: str) -> Repository:
        """The one that a file or folder is in, be it gone by now. Raises KustuiError where it is in none."""
        folder = Path(os.path.realpath(path or "."))
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        result = _git(folder, "rev-parse", "--show-toplevel")
        top = os.fsdecode(result.stdout.removesuffix(b"\n"))
        if result.returncode or not top:
            reason = "not in a git repository" if b"not a git repository" in result.stderr else _reason(result.stderr)
            raise KustuiError(f"{path or '.'}: {reason or 'not in the work tree of a git repository'}")
        return cls(Path(os.path.realpath(top)))

    def find(self, revision: str) -> Commit | None:
        """The commit that a revision names; None where it names none."""
        if revision.startswith("-"):  # which git would take for an option
            return None
        result = _git(self.top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return None if result.returncode else Commit(self, result.stdout.decode().strip())

    def commit(self, revision: str) -> Commit:
        """The commit that a revision names. Raises KustuiError where it names none."""
        if (commit := self.find(revision)) is None:
            raise KustuiError(f"{revision}: no such revision in {self.top}{self._shallow_hint()}")
        return commit

    def common_ancestor(self, one: Commit, other: Commit) -> Commit:
        """The commit at which two commits parted. Raises KustuiError where they have nothing in common."""
        result = _git(self.top, "merge-base", one.id, other.id)
        if result.returncode:
            raise KustuiError(f"{one.id[:12]} and {other.id[:12]} have no commit in common{self._shallow_hint()}")
        return Commit(self, result.stdout.decode().strip())

    def unversioned(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of some files that are there which no revision of it is to have: what git ignores, and what links lead
        to outside of it. Those of submodules are asked about there."""
        outside: set[str] = set()
        inside: dict[Path, dict[str, set[str]]] = {}
        for path in paths:
            real = Path(resolved(path))
            if not real.is_relative_to(self.top):
                outside.add(path)
                continue
            top = next(folder for folder in real.parents if folder == self.top or (folder / ".git").exists())
            inside.setdefault(top, {}).setdefault(real.relative_to(top).as_posix(), set()).add(path)
            if top != self.top:
                inside.setdefault(self.top, {}).setdefault(top.relative_to(self.top).as_posix(), set()).add(path)
        for top, names in inside.items():
            result = _git(top, "check-ignore", "--stdin", "-z", given="".join(f"{name}\0" for name in names))
            outside.update(*(names.get(os.fsdecode(name), ()) for name in result.stdout.split(b"\0")))
        return frozenset(outside)

    def _shallow_hint(self) -> str:
        result = _git(self.top, "rev-parse", "--is-shallow-repository")
        is_shallow = result.stdout.strip() == b"true"
        return ": only a part of its history is here, git fetch --unshallow gets the rest" if is_shallow else ""


class Commit(Struct, frozen=True, dict=True):
    """A commit of a repository, and the files in it."""

    repository: Repository
    id: str

    def texts(self, path: str) -> Mapping[str, bytes]:
        """What the definitions and scenarios at or below a path held, by their paths as they would be written from
        here. A file that is named is read whatever its name; a link to a folder is not followed. Raises KustuiError
        where git does."""
        top = self.repository.top
        real = Path(os.path.realpath(path or "."))
        if not real.is_relative_to(top):
            raise KustuiError(f"{path or '.'}: not in the work tree {top}")
        inner = "" if real == top else real.relative_to(top).as_posix()
        blobs = list(self._blobs(inner))
        if any(blob.path == inner for blob in blobs):
            blobs += self._scenarios_beside(inner)
        blobs.sort(key=lambda blob: _walk_order(blob.path))
        files = self._files([blob for blob in blobs if not blob.is_submodule])
        texts: dict[str, bytes] = {}
        read: set[str] = set()
        for blob in blobs:
            at = _path_from_here(path, inner, blob.path)
            if blob.is_submodule:
                texts |= self._submodule_texts(blob, at)
            elif blob.path in files and files[blob.path].path not in read:  # each file once, by the first of its paths
                file = files[blob.path]
                read.add(file.path)
                if file.data.startswith(_LFS):
                    raise KustuiError(f"{at}: kept in Git LFS at {self.id[:12]}, which is not read")
                texts[at] = file.data
        return texts

    def read(self, path: str) -> bytes | None:
        """What the file at a path held, be it here or gone; None where there was none."""
        top = self.repository.top
        folder, name = os.path.split(absolute(path))
        real = Path(os.path.realpath(folder)) / name
        if not real.is_relative_to(top):
            return None
        inner = real.relative_to(top).as_posix()
        for _ in range(_MOST_LINKS):
            if not self._links.get(inner):
                break
            inner = _target(inner, self._content(inner) or b"")
        return self._content(inner) if inner in self._links else None

    def linked(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """What files that are there held which links to folders lead to, or links that the commit does not have, by
        their paths; without those that it does not have either."""
        inner = {path: resolved(path) for path in paths}
        names = {
            path: f"{self.id}:{Path(real).relative_to(self.repository.top).as_posix()}"
            for path, real in inner.items()
            if real != absolute(path) and Path(real).is_relative_to(self.repository.top)
        }
        contents = self._contents({*names.values()}) if names else {}
        return {path: contents[name] for path, name in names.items() if name in contents}

    @cached_property
    def _links(self) -> Mapping[str, bool]:
        """All its files by their paths, and whether each is a link."""
        return {blob.path: blob.is_link for blob in self._listed()}

    def _listed(self, *paths: str) -> Iterator[_Blob]:
        """The files and submodules at and below some paths of the repository, of all where none is given."""
        result = _git(self.repository.top, "ls-tree", "-r", "-z", "--full-tree", self.id, "--", *paths)
        if result.returncode:
            raise KustuiError(f"{paths[0] if paths else '.'}: {_reason(result.stderr)}")
        for record in result.stdout.split(b"\0"):
            head, _, name = record.partition(b"\t")
            mode, kind, id_ = (*head.split(b" "), b"", b"")[:3]
            if kind in (_FILE, _SUBMODULE):
                yield _Blob(os.fsdecode(name), id_.decode(), mode == _LINK_MODE, kind == _SUBMODULE)

    def _blobs(self, inner: str) -> Iterator[_Blob]:
        """The files at or below a path of the repository that are read, and the submodules."""
        for blob in self._listed(*([inner] if inner else [])):
            below = blob.path.removeprefix(f"{inner}/") if inner else blob.path
            if blob.is_submodule:
                is_read = not any(map(is_ignored, below.split("/")))
            else:
                is_read = blob.path == inner or _is_read(below)
            if is_read:
                yield blob

    def _scenarios_beside(self, inner: str) -> Iterator[_Blob]:
        """The scenarios in the folder of a file."""
        folder = posixpath.dirname(inner)
        for blob in self._blobs(folder):
            if posixpath.dirname(blob.path) == folder and blob.path.lower().endswith(SCENARIO_SUFFIX):
                yield blob

    def _submodule_texts(self, blob: _Blob, path: str) -> Mapping[str, bytes]:
        """What a submodule held, where it is checked out."""
        top = self.repository.top / blob.path
        return Repository(top).commit(blob.id).texts(path) if (top / ".git").exists() else {}

    def _files(self, blobs: Sequence[_Blob]) -> Mapping[str, _File]:
        """The files that are, or that links lead to, by the paths of those; without links that lead to none."""
        contents = self._contents({blob.id for blob in blobs})
        links = {blob.path: _target(blob.path, contents.get(blob.id, b"")) for blob in blobs if blob.is_link}
        names = {blob.path: blob.id for blob in blobs if not blob.is_link}
        ends = {blob.path: _link_end(links, blob.path) for blob in blobs}
        names |= {end: f"{self.id}:{end}" for end in ends.values() if end not in names}
        contents |= self._contents({names[end] for end in ends.values()} - contents.keys())
        return {
            path: _File(end, contents[names[end]]) for path, end in ends.items() if contents.get(names[end]) is not None
        }

    def _content(self, inner: str) -> bytes | None:
        """What a file holds, by its path from the top; None where there is none."""
        name = f"{self.id}:{inner}"
        return self._contents({name}).get(name)

    def _contents(self, names: set[str]) -> dict[str, bytes]:
        """The contents of files, by the names of their blobs; without those that are none."""
        asked = sorted(name for name in names if "\n" not in name)
        result = _git(self.repository.top, "cat-file", "--batch", given="".join(f"{name}\n" for name in asked))
        if result.returncode:
            raise KustuiError(f"{self.repository.top}: {_reason(result.stderr)}")
        contents, at, data = {}, 0, result.stdout
        for name in asked:
            end = data.find(b"\n", at)
            kind, size = (*data[at:end].rsplit(b" ", 2)[1:], b"")[:2]
            at = end + 1
            if size.isdigit():
                if kind == _FILE:
                    contents[name] = data[at : at + int(size)]
                at += int(size) + 1
        return contents


class Revision(Struct, frozen=True):
    """A revision of the repositories that some paths are in. Two are equal where it is the same commits."""

    name: str
    """As a person gives it: ``HEAD~3``."""
    commits: tuple[tuple[str, Commit], ...]
    """The commit that it names at each path."""

    @classmethod
    def at(cls, name: str, paths: Sequence[str]) -> Revision:
        """Raises KustuiError where a path is in no repository, or that has no such revision."""
        repositories = [Repository.around(path) for path in paths]
        commits = {repository: repository.commit(name) for repository in dict.fromkeys(repositories)}
        return cls(name, tuple(zip(paths, map(commits.__getitem__, repositories), strict=True)))

    def texts(self) -> Mapping[str, bytes]:
        """What the definitions and scenarios at and below the paths held, by path, each file once. Raises KustuiError
        where git does."""
        texts: dict[str, bytes] = {}
        read: set[str] = set()
        for path, commit in self.commits:
            new = commit.texts(path)
            files = {at: absolute(at) for at in new}
            texts |= {at: text for at, text in new.items() if files[at] not in read}
            read |= set(files.values())
        return texts

    def unversioned(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of some files that are there which none of its repositories is to have: what git ignores, and what
        links lead to outside of them."""
        rest = frozenset(paths)
        for repository in dict.fromkeys(commit.repository for _, commit in self.commits):
            rest = repository.unversioned(rest) if rest else rest
        return rest

    def linked(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """What files that are there held which links lead to, by their paths, if it has these but not the links."""
        paths, texts = tuple(paths), dict[str, bytes]()
        for commit in dict.fromkeys(commit for _, commit in self.commits):
            texts = {**commit.linked(paths), **texts}
        return texts

    def name_of(self, path: str) -> str:
        """What a person calls a file in it: ``HEAD~3:workflows/orders.json``."""
        return f"{self.name}:{path}"

    def read(self, path: str) -> bytes | None:
        """What a file of the repositories held, listed below the paths or not, and what one holds that is no part of
        them; None where there was none."""
        for commit in dict.fromkeys(commit for _, commit in self.commits):
            if (text := commit.read(path)) is not None:
                return text
        with suppress(OSError):
            return read_regular_file(path) if is_file(path) and self.unversioned([path]) else None
        return None


class _Blob(NamedTuple):
    path: str
    """From the top of the repository."""
    id: str
    """Of a submodule, the id of its commit."""
    is_link: bool
    is_submodule: bool


class _File(NamedTuple):
    path: str
    """From the top of the repository."""
    data: bytes


def _path_from_here(path: str, inner: str, name: str) -> str:
    """How a file at, below or beside a path is called, by its name and that of the path in the repository."""
    if name == inner:
        return path
    below = posixpath.relpath(name, inner) if inner else name
    if below.startswith("../"):  # beside a file
        path, below = os.path.dirname(path), below.removeprefix("../")  # noqa: PTH120
    return os.path.join(path, below)  # noqa: PTH118  # as the walk of folders does


def _walk_order(path: str) -> list[tuple[bool, str]]:
    """By what files are sorted as they are when folders are walked: those of a folder before those of its folders."""
    *folders, name = path.split("/")
    return [*((True, folder) for folder in folders), (False, name)]


def _target(path: str, content: bytes) -> str:
    """Where a link leads, from the top of the repository."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), os.fsdecode(content)))


def _link_end(links: Mapping[str, str], path: str) -> str:
    """Where a path leads through links, from the top of the repository; one that leads nowhere stays in them."""
    for _ in range(_MOST_LINKS):
        path = links.get(path, path)
    return path


def _is_read(path: str) -> bool:
    """Whether a file of this path below a folder is read: a definition or a scenario."""
    *folders, name = path.split("/")
    is_scenario = name.lower().endswith(SCENARIO_SUFFIX) and not is_ignored(name)
    return (is_definition(name) or is_scenario) and not any(map(is_ignored, folders))


def _git(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[bytes]:
    """What git answers. Raises KustuiError where it is not installed."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *arguments],  # the one on the PATH, as in a shell
            input=os.fsencode(given),
            capture_output=True,
            env=environment,
            check=False,
        )
    except FileNotFoundError as error:
        raise KustuiError("git is not installed: a revision cannot be read without it") from error
    except OSError as error:
        raise KustuiError(f"git: {reason_of(error)}") from error


def _reason(stderr: bytes) -> str:
    """What git says in its first line."""
    lines = stderr.decode(errors="replace").splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "git fails without saying why"
