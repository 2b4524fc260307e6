"""The two states that are compared, as a person names them: files, folders, standard input, or revisions of git.

Files of the old state are known by the paths of the new one, so that what is at the same place can be compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from msgspec import Struct, field

from kustui.definition.folders import SCENARIO_SUFFIX
from kustui.definition.loader import STDIN, STDIN_NAME, stamps_of
from kustui.errors import KustuiError
from kustui.files import ReadFile, is_file, is_folder, read_file, read_regular_file
from kustui.review.revisions import Repository, Revision
from kustui.simulate.scenarios.file import find_scenarios
from kustui.simulate.scenarios.suite import ScenarioText, read_texts


class State(Struct, frozen=True, eq=False, dict=True):
    """What some paths hold, or held."""

    name: str
    """What a person calls it: ``HEAD~3``, ``old/``; of what is there now, the paths."""
    paths: tuple[str, ...]
    """Of the new state, by which both are known."""
    texts: Mapping[str, bytes] | None = None
    """The content of its definitions and scenarios, by path; None for what is there now."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What a person calls its files, by path."""
    read_import: ReadFile | None = None
    """What reads a file by its path that modules import; None where that is on the disk."""
    name_import: Callable[[str], str] | None = None
    """What a person calls such a file, by its path; None where that is the path."""
    revision: Revision | None = None
    """That of the old state, of which both are part: what is there and no part of it is not compared."""

    def name_of(self, path: str) -> str:
        """What a person calls a file of it: ``HEAD~3:workflows/orders.json``, ``old/orders.json``."""
        if path in self.names or self.name_import is None:
            return self.names.get(path, path)
        return self.name_import(path)

    @cached_property
    def definitions(self) -> Mapping[str, bytes]:
        """The content of its definitions, by path, where it is not what is there now."""
        return {path: text for path, text in (self.texts or {}).items() if not _is_scenario(path)}

    @cached_property
    def scenarios(self) -> Mapping[str, ScenarioText]:
        """Its scenarios, by path, however that is written. Of what is there now they are those of the first time."""
        if self.texts is None:
            paths = [os.path.normpath(path) for path in find_scenarios(self.paths)]
            left_out = self.revision.unversioned(paths) if self.revision is not None else ()
            return {text.path: text for text in read_texts(path for path in paths if path not in left_out)}
        texts = {os.path.normpath(path): text for path, text in self.texts.items() if _is_scenario(path)}
        return {path: ScenarioText(path, text) for path, text in texts.items()}


def _is_scenario(path: str) -> bool:
    return path.lower().endswith(SCENARIO_SUFFIX)


def state_now(paths: Sequence[str]) -> State:
    """What is there now."""
    return State(" ".join(paths), tuple(paths))


def revision_state(revision: Revision, paths: Sequence[str]) -> State:
    """What was there in a revision at some paths. Raises KustuiError where git does."""
    return State(revision.name, tuple(paths), revision.texts(), {}, revision.read, revision.name_of, revision)


def states_of(words: Sequence[str], paths: Sequence[str] | None, stdin: bytes = b"") -> tuple[State, State]:
    """The old and the new state that words name, as ``git diff`` takes them: ``OLD NEW``, ``REVISION``, ``A..B``,
    ``A...B``, or none, which is HEAD; ``paths`` are those after ``--``, None where that is not there.

    One revision is compared with what is there now. Raises KustuiError for what is neither file nor revision, or both.
    """
    if paths is None:
        revisions, paths = _parted(words)
        if not revisions and len(paths) == 2:
            return _two_places(paths[0], paths[1], stdin)
        if not revisions and len(paths) > 2:
            raise KustuiError(f"{paths[2]}: two can be compared: write -- before the paths to compare with a revision")
    else:
        revisions, paths = list(words), list(paths)
    if STDIN in paths:
        raise KustuiError("- stands for a file only where two are compared: kustui diff - NEW, kustui diff OLD -")
    if "" in paths:
        raise KustuiError("a path is empty: write . for the current folder")
    paths = list(paths) or ["."]
    if len(revisions) > 2:
        raise KustuiError(f"{revisions[2]}: two revisions can be compared, this is a third")
    old, new = _ends(revisions, paths)
    old_state = revision_state(Revision.at(old, paths), paths)
    if new is not None:
        return old_state, revision_state(Revision.at(new, paths), paths)
    there = [path for path in paths if os.path.lexists(path) or not _holds(old_state, path)]
    return old_state, State(" ".join(paths), tuple(there), revision=old_state.revision)


def left_out_paths(old: State, new: State) -> Sequence[str]:
    """The files that a person named of the new state and that are not compared, as they are no part of the revision."""
    named = [path for path in new.paths if is_file(path) and path not in (old.texts or {})]
    return sorted(new.revision.unversioned(named)) if new.revision is not None and named else ()


def _holds(state: State, path: str) -> bool:
    below = os.path.join(path, "")  # noqa: PTH118
    return any(name == path or name.startswith(below) for name in state.texts or ())


def _parted(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The revisions that words begin with, and the paths after them."""
    for index, word in enumerate(words):
        if word != STDIN and not os.path.lexists(word):
            for revision in word.replace("...", "..").split(".."):
                _check_revision(word, revision)
            continue
        if word != STDIN and _is_revision(word) and word not in (".", ".."):
            raise KustuiError(
                f"{word}: both a path and a revision: write ./{word} for the path, or {word} -- for the revision"
            )
        return list(words[:index]), list(words[index:])
    return list(words), []


def _check_revision(word: str, revision: str) -> None:
    """Raises KustuiError, with git's reason, where one that a word names, and that is no path, is none here."""
    try:
        Repository.around(".").commit(revision or "HEAD")
    except KustuiError as error:
        reason = str(error).removeprefix(".: ").removeprefix(f"{revision}: ")
        raise KustuiError(f"{word}: no such file or folder, and {reason}") from error


def _is_revision(word: str) -> bool:
    """Whether git knows a revision here; an empty word stands for HEAD."""
    with suppress(KustuiError):
        return Repository.around(".").find(word or "HEAD") is not None
    return False


def _ends(revisions: Sequence[str], paths: Sequence[str]) -> tuple[str, str | None]:
    """The revisions to compare; None for what is there now."""
    if not revisions:
        return "HEAD", None
    if len(revisions) == 2:
        return revisions[0], revisions[1]
    word = revisions[0]
    if "..." in word:
        one, _, other = word.partition("...")
        repository = Repository.around(paths[0])
        ends = repository.commit(one or "HEAD"), repository.commit(other or "HEAD")
        return repository.common_ancestor(*ends).id[:12], other or "HEAD"
    if ".." in word:
        one, _, other = word.partition("..")
        return one or "HEAD", other or "HEAD"
    return word, None


def _two_places(old: str, new: str, stdin: bytes) -> tuple[State, State]:
    """Two files or folders, of which the first is the old state of the second."""
    if old == new == STDIN:
        raise KustuiError("only one of them can be standard input")
    at = STDIN_NAME if new == STDIN else new
    named = STDIN_NAME if old == STDIN else old
    texts, names = _contents(old, at, stdin)
    imports = _imports_beside(old, at) if old != STDIN else (None, None)
    new_state = State(at, (at,), {at: stdin}) if new == STDIN else state_now([new])
    return State(named, (at,), texts, names, *imports), new_state


def _imports_beside(old: str, new: str) -> tuple[ReadFile, Callable[[str], str]]:
    """What reads the files beside an old file or folder by their paths beside a new one, and what these are called."""
    here, there = (path if is_folder(path) else os.path.dirname(path) for path in (old, new))  # noqa: PTH120

    def name(path: str) -> str:
        return os.path.join(here, os.path.relpath(path, there or os.curdir))  # noqa: PTH118

    def read(path: str) -> bytes | None:
        with suppress(OSError):
            return read_regular_file(name(path))
        return None

    return read, name


def _contents(old: str, new: str, stdin: bytes) -> tuple[Mapping[str, bytes], Mapping[str, str]]:
    """What the files of a file or folder hold, by their paths in another, and what they are called. A file alone has
    the scenarios of the other: it is a state of the definition. Raises KustuiError where one cannot be read."""
    if old == STDIN or not is_folder(old):
        name, text = (STDIN_NAME, stdin) if old == STDIN else (old, read_file(old))
        at = os.path.join(new, Path(name).name) if is_folder(new) else new  # noqa: PTH118
        scenarios = read_texts(find_scenarios([new]) if new != STDIN_NAME else ())
        return {at: text} | {one.path: one.raw for one in scenarios if not one.error}, {at: name}
    texts, names = {}, {}
    base = new if is_folder(new) else os.path.dirname(new)  # noqa: PTH120
    for path in (*stamps_of([old]), *find_scenarios([old])):
        at = os.path.join(base, os.path.relpath(path, old))  # noqa: PTH118
        texts[at], names[at] = read_file(path), path
    return texts, names
