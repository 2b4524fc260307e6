"""What is said of a save before all of the file is read: the same as is said of it afterwards, or nothing."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kustui.config.check_settings import Settings, Suppression
from kustui.definition.source.edits import edit_between, first_difference
from kustui.workspace.background import BackgroundWorkspace
from kustui.workspace.difference import difference
from kustui.workspace.events import Event, SnapshotReady, WorkflowSeen
from kustui.workspace.glance import glance
from kustui.workspace.snapshot import Workspace
from kustui.workspace.watch import ChangeWatcher
from tests.support.definitions import document_of, write_json
from tests.support.flows import step, workflow
from tests.support.patience import PATIENCE
from tests.support.saves import save

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kustui.workspace.difference import Difference

Json = Any


def app(**values: str) -> Json:
    """Three workflows that read and schedule what ``values`` say, by the id of the workflow."""
    return {
        "app": "shop",
        "version": "1.0.0",
        "workflows": [
            workflow(
                "a", step("a", "b", params={"body": values.get(id_, "plain")}), step("b"), id=id_, name=f"the {id_}"
            )
            for id_ in ("one", "two", "three")
        ],
    }


READS_NOTHING = "/#steps.gone.x"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_json(tmp_path / "app.json", app())


def opened(path: Path, in_force: Settings | None = None) -> Workspace:
    workspace = Workspace([str(path)])
    workspace.open()
    workspace.refresh(settings=in_force)
    return workspace


def words(found: Difference) -> tuple[str, list[Any], list[Any]]:
    return found.summary, [problem.key for problem in found.new], [problem.key for problem in found.fixed]


def seen(workspace: Workspace, path: Path, in_force: Settings | None = None) -> WorkflowSeen | None:
    return glance(workspace, {str(path)}, in_force or Settings())


@pytest.mark.parametrize("values", [{"two": READS_NOTHING}, {"three": "/#steps.a.x, plain"}, {"one": "/#steps"}])
def test_what_one_workflow_has_become_is_said_in_the_words_that_follow(path: Path, values: dict[str, str]) -> None:
    workspace = opened(path)
    for found in (app(**values), app()):
        before = workspace.snapshot
        save(path, found)
        at_once = seen(workspace, path)
        now = workspace.refresh([str(path)])
        assert at_once is not None
        assert words(at_once.difference) == words(difference(before, now))
        assert [problem.step for problem in at_once.difference.new] == [
            problem.step for problem in difference(before, now).new
        ]


def renamed(found: Json) -> None:
    found["workflows"][1]["name"] = "another"


def with_two_mistakes(found: Json) -> None:
    for one in found["workflows"][:2]:
        one["steps"][0]["params"] = {"body": READS_NOTHING}


def of_another_app(found: Json) -> None:
    found["app"] = "store"


def without_a_workflow(found: Json) -> None:
    del found["workflows"][1]


@pytest.mark.parametrize("change", [renamed, with_two_mistakes, of_another_app, without_a_workflow])
def test_nothing_is_said_of_more_than_one_workflow_or_of_what_others_see(
    path: Path, change: Callable[[Json], None]
) -> None:
    workspace, found = opened(path), app()
    change(found)
    save(path, found)
    assert seen(workspace, path) is None


@pytest.mark.parametrize("damage", ["cut", "brace", "bytes", "gone", "folder"])
def test_nothing_is_said_of_what_cannot_be_read(path: Path, damage: str) -> None:
    workspace, data = opened(path), path.read_bytes()
    at = data.index(b'"plain"', len(data) // 2)
    match damage:
        case "cut":
            path.write_bytes(data[:at])
        case "brace":
            path.write_bytes(data[:at] + b"}" + data[at:])
        case "bytes":
            path.write_bytes(data[:at] + b'"\xff' + data[at + 1 :])
        case _:
            path.unlink()
            if damage == "folder":
                path.mkdir()
    assert seen(workspace, path) is None
    assert not workspace.reading


def test_nothing_is_said_of_an_unchanged_file_of_others_or_with_other_settings(path: Path, tmp_path: Path) -> None:
    workspace, other = opened(path), write_json(tmp_path / "other.json", app())
    assert seen(workspace, path) is None
    save(path, app(two=READS_NOTHING))
    assert seen(workspace, other) is None
    assert seen(workspace, path, Settings(severities={"unknown-step-reference": None})) is None
    assert seen(workspace, path) is not None


def test_what_is_suppressed_is_not_said(path: Path) -> None:
    configuration = document_of([], "kustui.toml")
    suppression = Suppression("unknown-step-reference", workflow="two", reason="known", document=configuration)
    in_force = Settings(suppressions=(suppression,))
    workspace = opened(path, in_force)
    save(path, app(two=READS_NOTHING))
    at_once = seen(workspace, path, in_force)
    assert at_once is not None
    assert not at_once.difference.new
    save(path, app(one=READS_NOTHING))
    at_once = seen(workspace, path, in_force)
    assert at_once is not None
    assert len(at_once.difference.new) == 1


def test_what_a_workflow_schedules_in_its_own_and_other_files_is_known(tmp_path: Path) -> None:
    def calls(id_: str) -> Json:
        return step("call", action="com.kustomer.workflow.schedule", params={"workflowId": id_, "time": "1h"})

    folder = tmp_path / "all"
    folder.mkdir()
    first, second = (
        workflow("call", calls(target), id=own, name=own) for own, target in (("one", "two"), ("two", "three"))
    )
    third = workflow("a", step("a"), id="three", name="three")
    path = write_json(folder / "app.json", [first, second])
    write_json(folder / "other.json", [third])
    workspace = opened(folder)
    for target in ("nowhere", "one", "three"):
        before = workspace.snapshot
        save(path, [first, workflow("call", calls(target), id="two", name="two")])
        at_once = seen(workspace, path)
        between = {
            problem.rule for problem in (*(before.between or ()), *(workspace.refresh([str(path)]).between or ()))
        }
        found = difference(before, workspace.snapshot)
        if at_once is not None:
            for mine, whole in ((at_once.difference.new, found.new), (at_once.difference.fixed, found.fixed)):
                assert [one.key for one in mine] == [one.key for one in whole if one.rule not in between]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_edit_is_found_wherever_it_is(data: st.DataObject) -> None:
    old = b"".join(b"%d" % number for number in range(60_000))
    start = data.draw(st.integers(0, len(old)))
    end = min(len(old), start + data.draw(st.sampled_from((0, 1, 5, 70_000))))
    new = old[:start] + data.draw(st.sampled_from((b"", b"x", b"xyzzy", b"x" * 70_000))) + old[end:]
    assume(old != new)
    read = lambda low, high: new[low:high]  # noqa: E731
    assert first_difference(old, len(new), read) == edit_between(old, new).start


class Reported(ChangeWatcher):
    """The changes that a test reports."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__(())
        self.changes: queue.Queue[frozenset[str] | None] = queue.Queue()

    @property
    def pending(self) -> bool:
        return self.closed

    def close(self) -> None:
        super().close()
        self.changes.put(None)

    def take(self, seconds: float | None = None) -> frozenset[str] | None:
        try:
            return self.changes.get(timeout=seconds)
        except queue.Empty:
            return None


class Background:
    """A file that is followed, and what is told of it."""

    def __init__(self, path: Path, changes: Reported) -> None:
        self.path, self._changes = path, changes
        self.workspace = BackgroundWorkspace([str(path)])
        self.workspace.result()
        self._told: queue.Queue[Event] = queue.Queue()
        self.workspace.follow(self._told.put)
        self.next_snapshot()

    def save(self, found: Json) -> tuple[SnapshotReady, list[WorkflowSeen]]:
        """Save something: the next snapshot, and what was said before it."""
        save(self.path, found)
        self._changes.changes.put(frozenset({str(self.path)}))
        return self.next_snapshot()

    def next_snapshot(self) -> tuple[SnapshotReady, list[WorkflowSeen]]:
        before: list[WorkflowSeen] = []
        while not isinstance(event := self._told.get(timeout=PATIENCE), SnapshotReady):
            before += [event] if isinstance(event, WorkflowSeen) else []
        return event, before


@pytest.fixture
def background(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Background]:
    changes = Reported()
    monkeypatch.setattr("kustui.workspace.watch.ChangeWatcher", lambda *_, **__: changes)
    made = Background(path, changes)
    try:
        yield made
    finally:
        made.workspace.close()
        for thread in threading.enumerate():
            if thread.name == "background":  # else it would switch the collector on in another test
                thread.join(PATIENCE)


def test_a_mistake_is_told_before_the_snapshot_that_has_it(background: Background) -> None:
    for found in (app(two=READS_NOTHING), app()):
        ready, (at_once,) = background.save(found)
        assert ready.difference is not None
        assert words(at_once.difference) == words(ready.difference)
    assert background.save(app(two="nothing wrong"))[1] == []


def test_what_is_no_longer_so_when_all_is_read_is_taken_back(
    background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, path = background.workspace.workspace, background.path
    good, refresh = path.read_bytes(), workspace.refresh

    def refresh_what_was_put_back(*arguments: Any) -> Any:
        path.write_bytes(good)
        return refresh(*arguments)

    monkeypatch.setattr(workspace, "refresh", refresh_what_was_put_back)
    ready, seen_before = background.save(app(two=READS_NOTHING))
    assert len(seen_before) == 1
    assert ready.snapshot is workspace.snapshot
    assert ready.difference is not None
    assert ready.difference.summary == "no workflow changed"
