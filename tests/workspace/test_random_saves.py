"""Files written, moved, linked and removed at random: the workspace ends at what a fresh load gives.

By hand, for as long as one likes: ``python -m tests.workspace.test_random_saves FIRST COUNT``.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kustui.cache import Cache
from kustui.check.rules import RULES
from kustui.config.configuration import Configuration
from kustui.definition.loader import PathError
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import CheckOptions, Workspace, check_snapshot, open_paths
from tests.support.flows import step, workflow
from tests.support.snapshots import plain

IDS = ("greet", "order", "wait")
NAMES = ("a.json", "b.json", "A.json", "sub/c.json", "sub/d.JSON", "sub/deep/e.json", "n.txt", "s.scenario.json")
ENCODINGS = (*["utf-8"] * 6, "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "latin-1")
CONFIGURATIONS = (
    "",
    '[rules]\nunknown-target = "off"\n',
    '[[suppress]]\nrule = "unknown-step-reference"\nreason = "x"\n',
    'external = ["wait"]\n',
    '[rules]\nunknown-workflow = "info"\n',
)
FOUND = (193, 279, 663)
"""Seeds of sequences that once left what a fresh load has not."""


def content(dice: random.Random) -> bytes:
    """A definition, or what was meant to be one, in some encoding."""
    held = [_workflow(dice) for _ in range(dice.randrange(4))]
    value: Any = dice.choice(
        (
            {"app": dice.choice(("x", "y-z")), "version": "1.0.0", "workflows": held},
            held,
            held[0] if held else {},
            [1, 2],
            {"compilerOptions": {}},
            {"data": [{"type": "workflow", "id": one["id"], "attributes": one} for one in held]},
            {"workflows": []},
        )
    )
    text = json.dumps(value, indent=dice.choice((None, 1, 2)), ensure_ascii=dice.random() < 0.5)
    if dice.random() < 0.1:
        text += "\n" + json.dumps(held[0] if held else {})
    data = text.encode(dice.choice(ENCODINGS), "replace")
    whole = (data,) * 8
    return dice.choice(
        (*whole, data[: dice.randrange(len(data) + 1)], b"", b"> npm banner\n" + data, dice.randbytes(20))
    )


def _workflow(dice: random.Random) -> Any:
    body = dice.choice(("/#steps.a.id", "/#steps.gone.x", "plain", "greet", "é…"))
    first = step("a", dice.choice("ab"), params={"body": body})
    second = step("b", params={"workflowId": dice.choice(IDS)})
    return workflow(dice.choice(("a", "b", "gone")), first, second, id=dice.choice(IDS), name=dice.choice(("1", "2")))


def write(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    path.write_bytes(content(dice))


def rename(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    dice.choice(files).replace(path)


def remove(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    dice.choice(files).unlink()


def remove_folder(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    shutil.rmtree(root / "sub", ignore_errors=True)


def rename_folder(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    (root / "sub").rename(root / f"other{dice.randrange(100)}")


def link(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(dice.choice(files))


def type_(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    file = dice.choice(files)
    data = file.read_bytes()
    at = dice.randrange(len(data) + 1)
    file.write_bytes(data[:at] + dice.choice((b"", b"x", b'"', b",", b"greet", b" ")) + data[at + dice.randrange(4) :])


def exchange(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    file, (old, new) = dice.choice(files), dice.choice(((b"gone", b"a"), (b"greet", b"wait"), (b"wait", b"order")))
    file.write_bytes(file.read_bytes().replace(old, new))


def halve(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    file = dice.choice(files)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def configure(dice: random.Random, root: Path, path: Path, files: list[Path]) -> None:
    (root / "kustui.toml").write_text(dice.choice(CONFIGURATIONS))


WAYS = (write,) * 6 + (rename, remove, link, type_, exchange, halve) * 2 + (remove_folder, rename_folder, configure)


def change(dice: random.Random, root: Path) -> None:
    """Do something to the files below a folder; nothing where the system refuses."""
    path = root / dice.choice(NAMES)
    files = [file for file in sorted(root.rglob("*")) if not file.is_dir() and file.suffix != ".toml"]
    with suppress(OSError, IndexError):
        path.parent.mkdir(parents=True, exist_ok=True)
        dice.choice(WAYS)(dice, root, path, files)


def loaded(paths: list[str]) -> Any:
    """What a fresh load gives, or why there is none."""
    try:
        return plain(check_snapshot(open_paths(paths), CheckOptions(Configuration(paths).settings(RULES))))
    except PathError as error:
        return str(error)


def assert_ends_like_a_fresh_load(seed: int, folder: Path) -> None:
    """Where files are kept that cannot be read any more, once none is."""
    dice = random.Random(seed)
    root = folder / "root"
    root.mkdir()
    for _ in range(dice.randrange(1, 5)):
        change(dice, root)
    files = [str(path) for path in sorted(root.rglob("*.json")) if path.is_file()]
    paths = dice.choice(([str(root)], [str(root)], files, [*files[:1], str(root)])) or [str(root)]
    keep = dice.random() < 0.5
    workspace, configuration = Workspace(paths, keep=keep), Configuration(paths)
    with suppress(PathError):
        workspace.open()
        for number in range(dice.randrange(2, 9)):
            for _ in range(dice.choice((0, 1, 1, 1, 2, 3)) if number else 0):
                change(dice, root)
            touched = [str(path) for path in root.rglob("*")] if dice.random() < 0.7 else []
            expected = loaded(paths)
            outcome: Any
            try:
                snapshot = workspace.refresh(touched, configuration.settings(RULES))
                outcome = plain(snapshot)
            except PathError as error:
                outcome = str(error)
            keeps = isinstance(expected, str) or any(document.broken for document in snapshot.collection.documents)
            if not (keep and keeps):
                assert outcome == expected, f"seed {seed}, after {number} changes"


def assert_a_cache_changes_nothing(seed: int, folder: Path) -> None:
    """The same cache for all that the files were, damaged now and then."""
    dice = random.Random(seed)
    root = folder / "root"
    root.mkdir()
    cache = Cache(folder / "cache" / "results.sqlite")
    before: dict[str, bytes] = {}
    for number in range(dice.randrange(3, 10)):
        for _ in range(dice.choice((0, 1, 1, 2, 3)) if number else 4):
            change(dice, root)
        if dice.random() < 0.2:  # back to what it was
            for name, data in before.items():
                with suppress(OSError):
                    (root / name).write_bytes(data)
        before = {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        if dice.random() < 0.1 and cache.path is not None and cache.path.exists():
            damaged = bytearray(cache.path.read_bytes())
            for _ in range(20):
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
            cache.path.write_bytes(damaged)
        files = [str(path) for path in sorted(root.rglob("*.json")) if path.is_file()]
        paths = dice.choice(([str(root)], files, files[:1])) or [str(root)]
        check = CachedCheck(cache, lambda: check_snapshot)
        outcome: Any
        expected = loaded(paths)
        try:
            snapshot = check(open_paths(paths), CheckOptions(Configuration(paths).settings(RULES)))
            outcome = plain(snapshot)
            check.keep()
        except PathError as error:
            outcome = str(error)
        if isinstance(outcome, dict) and not outcome["facts"]:
            expected["facts"] = {}  # what has not changed at all is kept without them
        assert outcome == expected, f"seed {seed}, after {number} changes"


@pytest.mark.parametrize("seed", range(30))
def test_a_cache_changes_nothing(seed: int, tmp_path: Path) -> None:
    assert_a_cache_changes_nothing(seed, tmp_path)


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_found_stays_mended(seed: int, tmp_path: Path) -> None:
    assert_ends_like_a_fresh_load(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 200, 50))
def test_the_last_state_is_that_of_a_fresh_load(first: int) -> None:
    run(first, 50)


def run(first: int, count: int) -> None:
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            assert_ends_like_a_fresh_load(seed, Path(folder))


if __name__ == "__main__":
    run(*map(int, sys.argv[1:]))
