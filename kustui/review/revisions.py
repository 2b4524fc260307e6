"""What files held in a revision of their git repository, read through git: nothing there is touched."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kustui.definition.loader import SCENARIO_SUFFIX, is_definition, is_ignored
from kustui.errors import KustuiError, reason_of
from kustui.files import ReadFile, absolute

_MOST_LINKS = 40
"""How many links may follow each other, as in Linux."""
_LFS = b"version https://git-lfs.github.com/spec/"
_LINK_MODE, _FILE, _SUBMODULE = b"120000", b"blob", b"commit"


@dataclass(frozen=True)
class Repository:
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

    def find(self, revision: str) -> str | None:
        """The id of the commit that a revision names; None where it names none."""
        if revision.startswith("-"):  # which git would take for an option
            return None
        result = _git(self.top, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return None if result.returncode else result.stdout.decode().strip()

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names. Raises KustuiError where it names none."""
        if (commit := self.find(revision)) is None:
            raise KustuiError(f"{revision}: no such revision in {self.top}{self._shallow_hint()}")
        return commit

    def common_ancestor(self, one: str, other: str) -> str:
        """The commit at which two commits parted. Raises KustuiError where they have nothing in common."""
        result = _git(self.top, "merge-base", one, other)
        if result.returncode:
            raise KustuiError(f"{one[:12]} and {other[:12]} have no commit in common{self._shallow_hint()}")
        return result.stdout.decode().strip()

    def _shallow_hint(self) -> str:
        result = _git(self.top, "rev-parse", "--is-shallow-repository")
        is_shallow = result.stdout.strip() == b"true"
        return ": only a part of its history is here, git fetch --unshallow gets the rest" if is_shallow else ""

    def texts(self, commit: str, path: str) -> Mapping[str, bytes]:
        """What the definitions and scenarios at or below a path held in a commit, by their paths as they would be
        written from here. A file that is named is read whatever its name; a link to a folder is not followed. Raises
        KustuiError where git does."""
        real = Path(os.path.realpath(path or "."))
        if not real.is_relative_to(self.top):
            raise KustuiError(f"{path or '.'}: not in the work tree {self.top}")
        inner = "" if real == self.top else real.relative_to(self.top).as_posix()
        blobs = list(self._blobs(commit, inner))
        if any(blob.path == inner for blob in blobs):
            blobs += self._scenarios_beside(commit, inner)
        blobs.sort(key=lambda blob: _walk_order(blob.path))
        contents = self._contents({blob.id for blob in blobs if not blob.is_submodule})
        links = {blob.path: _target(blob.path, contents.get(blob.id, b"")) for blob in blobs if blob.is_link}
        ids = {blob.path: blob.id for blob in blobs if not blob.is_link}
        ends = {link: _link_end(links, link) for link in links}
        contents |= self._contents({f"{commit}:{end}" for end in ends.values() if end not in ids})
        texts: dict[str, bytes] = {}
        read: set[str] = set()
        for blob in blobs:
            at = _path_from_here(path, inner, blob.path)
            if blob.is_submodule:
                texts |= self._submodule_texts(blob, at)
                continue
            file = ends.get(blob.path, blob.path)
            data = contents.get(ids.get(file, f"{commit}:{file}"))
            if data is None or file in read:  # each file once, by the first of its paths, as in a walk
                continue
            read.add(file)
            if data.startswith(_LFS):
                raise KustuiError(f"{at}: kept in Git LFS at {commit[:12]}, which is not read")
            texts[at] = data
        return texts

    def read(self, commit: str, path: str) -> bytes | None:
        """What the file at a path held in a commit, be it here or gone; None where there was none."""
        folder, name = os.path.split(absolute(path))
        real = Path(os.path.realpath(folder)) / name
        if not real.is_relative_to(self.top):
            return None
        links = _links(self, commit)
        inner = real.relative_to(self.top).as_posix()
        for _ in range(_MOST_LINKS):
            if not links.get(inner):
                break
            inner = _target(inner, self._contents({f"{commit}:{inner}"}).get(f"{commit}:{inner}", b""))
        return self._contents({f"{commit}:{inner}"}).get(f"{commit}:{inner}") if inner in links else None

    def _submodule_texts(self, blob: _Blob, path: str) -> Mapping[str, bytes]:
        """What a submodule held, where it is checked out."""
        top = self.top / blob.path
        if not (top / ".git").exists():
            return {}
        repository = Repository(top)
        return repository.texts(repository.commit(blob.id), path)

    def _blobs(self, commit: str, inner: str) -> Iterator[_Blob]:
        """The files at or below a path of the repository that are read."""
        paths = ["--", inner] if inner else []
        result = _git(self.top, "ls-tree", "-r", "-z", "--full-tree", commit, *paths)
        if result.returncode:
            raise KustuiError(f"{inner or '.'}: {_reason(result.stderr)}")
        for record in result.stdout.split(b"\0"):
            head, _, name = record.partition(b"\t")
            mode, kind, id_ = (*head.split(b" "), b"", b"")[:3]
            path = os.fsdecode(name)
            below = path.removeprefix(f"{inner}/") if inner else path
            is_submodule = kind == _SUBMODULE and not any(map(is_ignored, below.split("/")))
            if is_submodule or (kind == _FILE and (path == inner or _is_read(below))):
                yield _Blob(path, id_.decode(), mode == _LINK_MODE, is_submodule)

    def _scenarios_beside(self, commit: str, inner: str) -> Iterator[_Blob]:
        """The scenarios in the folder of a file."""
        folder = posixpath.dirname(inner)
        for blob in self._blobs(commit, folder):
            if posixpath.dirname(blob.path) == folder and blob.path.lower().endswith(SCENARIO_SUFFIX):
                yield blob

    def _contents(self, names: set[str]) -> dict[str, bytes]:
        """The contents of files, by the names of their blobs; without those that are none."""
        asked = sorted(name for name in names if "\n" not in name)
        result = _git(self.top, "cat-file", "--batch", given="".join(f"{name}\n" for name in asked))
        if result.returncode:
            raise KustuiError(f"{self.top}: {_reason(result.stderr)}")
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


class _Blob(NamedTuple):
    path: str
    """From the top of the repository."""
    id: str
    """Of a submodule, the id of its commit."""
    is_link: bool
    is_submodule: bool


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


def revision_texts(revision: str, paths: Sequence[str]) -> Mapping[str, bytes]:
    """What the definitions and scenarios at and below some paths held in a revision of their repositories, by path.

    Raises KustuiError where a path is in no repository, or that has no such revision."""
    texts: dict[str, bytes] = {}
    read: set[str] = set()
    for path in paths:
        repository = Repository.around(path)
        new = repository.texts(repository.commit(revision), path)
        files = {at: absolute(at) for at in new}
        texts |= {at: text for at, text in new.items() if files[at] not in read}
        read |= set(files.values())
    return texts


@cache
def _links(repository: Repository, commit: str) -> Mapping[str, bool]:
    """The files of a commit by their paths, and whether each is a link."""
    result = _git(repository.top, "ls-tree", "-r", "-z", "--full-tree", commit)
    records = (record.partition(b"\t") for record in result.stdout.split(b"\0"))
    return {os.fsdecode(name): head.startswith(_LINK_MODE) for head, _, name in records}


def revision_reader(revision: str, paths: Sequence[str]) -> ReadFile:
    """What reads files of the repositories of some paths as they were in a revision, listed below those or not."""
    repositories = dict.fromkeys(Repository.around(path) for path in paths)
    commits = [(repository, repository.commit(revision)) for repository in repositories]

    def read(path: str) -> bytes | None:
        texts = (repository.read(commit, path) for repository, commit in commits)
        return next((text for text in texts if text is not None), None)

    return read


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
