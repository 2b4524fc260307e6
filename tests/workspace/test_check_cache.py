"""A check with the cache comes to the same as one without, whatever is in the cache and whatever has changed since."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kustui.analysis.workflow_summary import WorkflowSummary
from kustui.cache import Cache
from kustui.check import RULE_NAMES, checker
from kustui.check.checker import Results
from kustui.check.reports import FORMATS, CheckResult, report_of
from kustui.check.rule import EVENT, app, step, to, workflow
from kustui.check.rules import RULES
from kustui.config.check_settings import Settings
from kustui.config.configuration import Configuration
from kustui.config.severity import Severity
from kustui.definition.collection import Collection, read_document
from kustui.definition.platform import called_id
from kustui.workspace import check_cache
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import CheckOptions, Snapshot, Workspace, check_snapshot, open_paths
from tests.benchmarks.generate import definition
from tests.support.definitions import a_workflow
from tests.support.snapshots import plain, plain_problem
from tests.support.trees import SAMPLES

SUPPRESSED = '[[suppress]]\nrule = "unknown-target"\nreason = "x"\n[[suppress]]\nrule = "loop"\nreason = "x"\n'


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache" / "results.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for seed in range(2):
        value = definition(10, 5, seed=seed, mistakes=4)
        value["workflows"][0]["name"] = f"workflow {seed}"
        (folder / f"{seed}.json").write_text(json.dumps(value, indent=1))
    return folder


def checked(cache: Cache, paths: list[str], settings: Settings | None = None) -> tuple[Snapshot, int]:
    """A check with the cache, and how many workflows were checked for it."""
    count = 0

    def check(snapshot: Snapshot, options: CheckOptions) -> Snapshot:
        nonlocal count
        count = len(snapshot.collection.entries) - len(snapshot.results)
        return check_snapshot(snapshot, options)

    cached = CachedCheck(cache, lambda: check)
    snapshot = cached(open_paths(paths), CheckOptions(settings))
    cached.keep()
    return snapshot, count


def test_a_check_for_now_keeps_all_where_it_keeps_anything(cache: Cache, folder: Path) -> None:
    """A later check and the map of the organisation ask for what a check without a cache leaves out."""

    def summaries(used: Cache, *, for_now: bool) -> list[WorkflowSummary]:
        check = CachedCheck(used, lambda: check_snapshot)
        snapshot = check(open_paths([str(folder)]), CheckOptions(for_now=for_now))
        assert [plain_problem(problem) for problem in snapshot.problems or ()] == problems
        return [result.summary for result in snapshot.results.values()]

    note = step("aa", to("bb"), params={"body": "x"})
    again = step("bb", action=EVENT, params={"id": "/#steps.1.id", "priority": 4})
    (folder / "heard.json").write_text(json.dumps(app(workflow("heard", note, again))))
    problems = [plain_problem(problem) for problem in check_snapshot(open_paths([str(folder)])).problems or ()]
    whole, kept = summaries(Cache(), for_now=False), summaries(cache, for_now=True)
    assert [(one.digest, one.links, one.effects) for one in kept] == [
        (one.digest, one.links, one.effects) for one in whole
    ]
    assert all(one.links for one in kept)
    bare = summaries(Cache(), for_now=True)
    assert {(one.digest, one.links) for one in bare} == {(b"", b"")}
    heard = {one.event_name for one in whole}
    assert [one.effects for one in bare] == [
        tuple(effect for effect in one.effects if effect.event in heard or called_id(effect.event)) for one in whole
    ]
    assert 0 < sum(len(one.effects) for one in bare) < sum(len(one.effects) for one in whole)


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if rule.check_collection is not None])
def test_a_check_for_now_finds_the_same_between_workflows(name: str) -> None:
    for example in (RULES[name].bad, RULES[name].good):
        documents = (read_document("app.json", json.dumps(example).encode()),)
        snapshot = Snapshot(Collection(documents))
        now, then = (check_snapshot(snapshot, CheckOptions(for_now=for_now)).problems for for_now in (True, False))
        assert list(map(plain_problem, now or ())) == list(map(plain_problem, then or ()))


def told(snapshot: Snapshot) -> Any:
    """All that is shown of a snapshot, in every format."""
    result = CheckResult(snapshot.collection, snapshot.problems or (), Severity.WARNING)
    reports = ["".join(report_of(name)(result)) for name in FORMATS]
    return {**plain(snapshot), "facts": None}, reports


def facts(snapshot: Snapshot) -> Any:
    return plain(snapshot)["facts"]


def test_what_has_not_changed_is_not_checked_again(cache: Cache, folder: Path) -> None:
    paths = [str(folder)]
    first, count = checked(cache, paths)
    assert count == 20
    assert first.problems
    again, count = checked(cache, paths)
    assert count == 0
    assert told(again) == told(first) == told(check_snapshot(open_paths(paths)))
    assert facts(replace(again, results=again.every_result)) == facts(first)


def test_without_a_cache_no_byte_is_looked_at_for_its_keys(
    cache: Cache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.path is not None
    cache.path.parent.touch()  # no folder can be there
    monkeypatch.setattr(check_cache, "key_of", None)
    opened = open_paths([str(folder)])
    assert CachedCheck(cache, lambda: check_snapshot).kept_problems(opened, Settings()) is None
    first, count = checked(cache, [str(folder)])
    assert count == 20
    assert told(first) == told(check_snapshot(opened))


def test_problems_alone_are_the_same(cache: Cache, folder: Path) -> None:
    opened = open_paths([str(folder)])
    check = CachedCheck(cache, lambda: check_snapshot)
    assert check.kept_problems(opened, Settings()) is None
    first, _ = checked(cache, [str(folder)])
    kept = check.kept_problems(opened, Settings())
    assert kept is not None
    assert list(map(plain_problem, kept)) == list(map(plain_problem, first.problems or ()))


def test_only_a_workflow_that_has_changed_is_checked_again(cache: Cache, folder: Path) -> None:
    paths = [str(folder)]
    checked(cache, paths)
    file = folder / "0.json"
    value = json.loads(file.read_text())
    value["workflows"].insert(0, value["workflows"].pop())
    value["workflows"][3]["steps"][0]["params"] = {"body": "/#steps.gone.x"}
    file.write_text(json.dumps(value, indent=1))
    again, count = checked(cache, paths)
    assert count == 1
    fresh = check_snapshot(open_paths(paths))
    assert told(again) == told(fresh)
    assert facts(again) == facts(fresh)


def test_what_is_above_the_files_does_not_matter(cache: Cache, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(cache, [str(folder)])
    monkeypatch.chdir(folder)
    again, count = checked(cache, ["."])
    assert count == 0
    assert told(again) == told(check_snapshot(open_paths(["."])))


def test_suppressions_are_the_same(cache: Cache, folder: Path) -> None:
    (folder / "kustui.toml").write_text(SUPPRESSED)
    paths = [str(folder)]
    settings = Configuration(paths).settings(RULE_NAMES)
    first, _ = checked(cache, paths, settings)
    again, count = checked(cache, paths, settings)
    assert count == 0
    assert [problem.rule for problem in again.problems or ()].count("unused-suppression") == 1
    assert told(again) == told(first)


def test_a_workspace_goes_on_from_what_was_kept(cache: Cache, folder: Path) -> None:
    paths = [str(folder)]
    checked(cache, paths)
    check = CachedCheck(cache, lambda: check_snapshot)
    workspace = Workspace(paths, checker=check)
    workspace.open()
    workspace.refresh()
    for name in ("third", "fourth"):
        file = folder / "1.json"
        file.write_text(file.read_text().replace('"name": "workflow 1"', f'"name": "{name}"'))
        fresh = check_snapshot(open_paths(paths))
        snapshot = workspace.refresh([str(file)])
        assert told(snapshot) == told(fresh)
        assert facts(snapshot) == facts(fresh)
        check.keep()


def test_the_first_save_after_an_opening_looks_at_no_more_than_any_other(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = json.loads((SAMPLES / "broken" / "missing-input.json").read_text())
    file = tmp_path / "app.json"
    file.write_text(json.dumps(value, indent=1))
    checked(cache, [str(file)])
    seen: list[int] = []

    def check(snapshot: Snapshot, options: CheckOptions) -> Snapshot:
        seen.append(len(snapshot.collection.entries) - len(snapshot.results))
        return check_snapshot(snapshot, options)

    workspace = Workspace([str(file)], checker=CachedCheck(cache, lambda: check))
    workspace.open()
    before = workspace.refresh()
    assert (seen, before.results) == ([], {})
    monkeypatch.setattr(checker, "collection_analysis", None)  # what is wrong between workflows is not looked for
    assert before.between
    at = before.collection.entries.index(before.between[0].entry)
    value["workflows"][at] = {"note": "what is wrong moves, also within its workflow", **value["workflows"][at]}
    file.write_text(json.dumps(value, indent=1))
    now = workspace.refresh()
    monkeypatch.undo()
    assert seen == [1]
    assert told(now) == told(check_snapshot(open_paths([str(file)])))


def test_a_workflow_that_goes_to_the_end_of_the_file_before_is_found_there(cache: Cache, tmp_path: Path) -> None:
    workflows = [json.dumps(a_workflow(f"number {number}", steps=[])) for number in range(5)]
    for count in (3, 2):
        (tmp_path / "a.json").write_text("".join(workflows[:count]))
        (tmp_path / "b.json").write_text("".join(workflows[count:]))
        paths = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
        assert told(checked(cache, paths)[0]) == told(check_snapshot(open_paths(paths)))


def test_files_that_cannot_be_read_as_text_are_the_same(cache: Cache, folder: Path) -> None:
    (folder / "2.json").write_bytes('{"app": "é", "workflows": []}'.encode("latin-1"))
    (folder / "3.json").write_bytes('{"app": "é", "workflows": []}'.encode("utf-16"))
    (folder / "4.json").write_text('{"app": "x", "workflows": [{"name": "\\ud800", "steps": 12345678901234567890123}]}')
    paths = [str(folder)]
    first, _ = checked(cache, paths)
    again, _ = checked(cache, paths)
    assert told(again) == told(first)


@pytest.mark.parametrize("seed", range(6))
def test_records_that_say_something_else_are_made_again(
    cache: Cache, folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    first, _ = checked(cache, [str(folder)])
    read = Cache.read

    def other(self: Cache, keys: Any) -> dict[bytes, bytes]:
        kept = read(self, keys)
        choices: list[bytes] = [b"", b"\xc0", b"\x93\x01\x02\x03", b"\x91\xc0", b"\x81\xa1a\x01", dice.randbytes(30)]
        return {key: dice.choice(choices) for key in kept}

    monkeypatch.setattr(Cache, "read", other)
    again, count = checked(cache, [str(folder)])
    assert count == 20
    assert told(again) == told(first)


def test_what_was_found_out_before_a_check_was_left_is_kept(
    cache: Cache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_cache, "KEPT_AT_ONCE", 6)

    class Listener:
        selected = ""
        count = 0

        def take(self, results: Results, *, at_once: bool) -> None:
            self.count = len(results)

    listener = Listener()
    opened = open_paths([str(folder)])
    left = CachedCheck(cache, lambda: check_snapshot)
    assert left(opened, CheckOptions(wanted=lambda: listener.count < 13, listener=listener)).problems is None
    left.keep()
    again, count = checked(cache, [str(folder)])
    assert count == 20 - 12
    assert told(again) == told(check_snapshot(open_paths([str(folder)])))


def test_without_a_cache_everything_is_checked(folder: Path) -> None:
    for _ in range(2):
        _, count = checked(Cache(), [str(folder)])
        assert count == 20
