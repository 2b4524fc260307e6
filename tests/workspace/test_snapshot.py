"""A workspace that follows its files: the next snapshot is the one that a fresh load would give."""

from __future__ import annotations

import copy
import gc
import json
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from kustui.check import checker
from kustui.config.check_settings import Settings, Suppression
from kustui.definition.collection import Document
from kustui.definition.loader import PathError
from kustui.definition.source import file_text
from kustui.workspace.snapshot import Snapshot, Workspace, check_snapshot, open_paths
from tests.benchmarks.generate import definition
from tests.support.definitions import a_workflow
from tests.support.flows import step, workflow
from tests.support.snapshots import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.check.checker import WorkflowResult


Json = Any


def fresh(*paths: Path | str) -> Snapshot:
    return check_snapshot(open_paths([str(path) for path in paths]))


def write(path: Path, value: Json, indent: int | None = 2) -> None:
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value, indent=indent).encode())


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the workflows that were examined."""
    seen: list[str] = []
    original = checker.check_workflow

    def examine(analysis: Any) -> Any:
        seen.append(analysis.title)
        return original(analysis)

    monkeypatch.setattr(checker, "check_workflow", examine)
    return seen


# Random edits

IDS = ["5f8e148232731d0015c14657", "60e7c927171e7a6abdc56982", "aB3dE5fG7h", "second"]
NAMES = ["greet", "watch", "remind", ""]
TEXTS = [
    "/#steps.1.id",
    "/#steps.a.body",
    "/#steps.gone.x",
    "{{steps.a.x}}",
    "{{broken",
    f"https://x.example/workflows/{IDS[0]}",
    f"see\n{IDS[1]}",
    "é" * 3,
]


# Made once: to make a strategy anew takes longer than to draw from it.
_SOME_ID, _SOME_TEXT, _SOME_NAME = st.sampled_from([*IDS, None]), st.sampled_from(TEXTS), st.sampled_from(NAMES)
_SOME_DELAY, _SOME_INPUT = st.sampled_from([60, -1]), st.sampled_from(["orderId", "orderIds"])


@st.composite
def workflows(draw: st.DrawFn) -> Json:
    id_ = draw(_SOME_ID)
    schedules = draw(_SOME_ID)
    steps = [step("a", "b", params={"body": draw(_SOME_TEXT)})]
    if schedules is not None:
        params = {
            "runAt": {"type": "relative", "value": draw(_SOME_DELAY)},
            "workflowId": schedules,
            "inputs": {draw(_SOME_INPUT): "/#steps.1.id"},
        }
        steps.append(
            {"id": "b", "action": "kustomer.app.scheduler.schedule-workflow", "params": params, "transitions": []}
        )
    found = workflow("a", steps=steps, name=draw(_SOME_NAME))
    if id_ is not None:
        found["id"] = id_
        if draw(st.booleans()):
            found["trigger"] |= {
                "callable": True,
                "eventName": f"kustomer.workflow.{id_}.call",
                "schema": {"properties": {"orderId": {"type": "string"}}, "required": ["orderId"]},
            }
    return found


ACTION = {"name": "kustomer.app.sample.ask", "inputSchema": {"properties": {"body": {}}, "required": ["body"]}}


_SOME_WORKFLOWS, _INDENTS = st.lists(workflows(), max_size=4), st.sampled_from([None, 1, 2])
_SHAPES = st.sampled_from(["app", "app", "app", "list", "one", "export", "broken", "nothing"])


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """The bytes of a file, most often of an app definition."""
    held = draw(_SOME_WORKFLOWS)
    kind = draw(_SHAPES)
    value: Json = held
    if kind == "app":
        value = {"app": "sample", "version": "1.0.0", "title": "Sample", "workflows": held}
        if draw(st.booleans()):
            value["actions"] = [ACTION]
    elif kind == "one":
        value = held[0] if held else {}
    elif kind == "export":
        value = {"data": [{"type": "workflow", "id": each.pop("id", "x"), "attributes": each} for each in held]}
    elif kind == "nothing":
        return b"[1, 2]"
    text = json.dumps(value, indent=draw(_INDENTS), ensure_ascii=draw(st.booleans())).encode()
    return text[: len(text) // 2] if kind == "broken" else text


_CONTENTS, _EDITS = contents(), st.sampled_from(["write", "swap", "type", "cut", "insert", "drop", "remove"])
_OLD_WORDS, _NEW_WORDS = st.sampled_from([*IDS, *NAMES[:3], "orderId", "steps", '"a"']), st.sampled_from(IDS)


@st.composite
def edits(draw: st.DrawFn) -> Callable[[bytes], bytes | None]:
    """What somebody does to the bytes of a file."""
    kind = draw(_EDITS)
    new = draw(_CONTENTS)
    place, size = draw(st.floats(0, 1)), draw(st.integers(0, 12))
    old_word, new_word = (
        draw(_OLD_WORDS),
        draw(_NEW_WORDS),
    )

    def edit(data: bytes) -> bytes | None:
        at = int(place * len(data))
        if kind == "write":
            return new
        if kind == "remove":
            return None
        if kind == "type":
            return data.replace(old_word.encode(), new_word.encode(), 1)
        if kind == "cut":
            return data[:at] + data[at + size :]
        try:
            value = json.loads(data)
            held = value["workflows"]
        except (ValueError, KeyError, TypeError):
            return new
        if kind == "swap":
            held.reverse()
        elif kind == "insert":
            held.insert(int(place * len(held)), copy.deepcopy(held[-1]) if held else a_workflow())
        elif held:
            held.pop(int(place * (len(held) - 1)))
        return json.dumps(value, indent=2).encode()

    return edit


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(contents(), min_size=2, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), edits()), min_size=1, max_size=4),
)
def test_the_next_snapshot_is_that_of_a_fresh_load(files: list[bytes], changes: list[tuple[int, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name, f"{number}.json") for number in range(3)]
        for path, data in zip(paths, files, strict=False):
            path.write_bytes(data)
        workspace = Workspace([name])
        workspace.open()
        workspace.refresh()
        for number, edit in changes:
            path = paths[number]
            new = edit(path.read_bytes() if path.exists() else b"{}")
            if new is not None:
                path.write_bytes(new)
            elif path.exists():
                path.unlink()
            assert plain(workspace.refresh([str(path)])) == plain(fresh(name))


@pytest.mark.parametrize("before", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("after", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["greet", "meet", "g"])
@pytest.mark.parametrize("keep", [True, False])
def test_a_file_in_another_encoding_is_read_anew(
    tmp_path: Path, before: str, after: str, name: str, keep: bool
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps({"workflows": [a_workflow("greet")]}).encode(before))
    workspace = opened(tmp_path, keep=keep)
    path.write_bytes(json.dumps({"workflows": [a_workflow(name)]}).encode(after))
    assert plain(workspace.refresh([str(path)])) == plain(fresh(tmp_path))


def test_a_workflow_that_becomes_one_of_an_app_or_a_fragment_is_looked_at_again(tmp_path: Path) -> None:
    path, nameless = tmp_path / "a.json", {"trigger": {"eventName": "e"}, "steps": []}
    workspace = Workspace([str(path)])
    for value in ([nameless], {"workflows": [nameless]}, {"workflow": nameless}, {"workflows": [nameless]}):
        write(path, value)
        now = workspace.refresh([str(path)])
        assert plain(now) == plain(fresh(path))
        assert any(problem.message.endswith("no name") for problem in now.problems or ()) == ("workflows" in value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(contents(), st.lists(edits(), min_size=1, max_size=4))
def test_what_cannot_be_read_stays_what_it_was(data: bytes, changes: list[Any]) -> None:
    """A file that is kept gives the snapshot of its last good state, and beside it what is the matter."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        path, good = Path(name, "0.json"), Path(other, "0.json")
        path.write_bytes(data)
        workspace = Workspace([str(path)], keep=True)
        workspace.open()
        for edit in (lambda data: data, *changes):
            new = edit(path.read_bytes())
            path.write_bytes(data if new is None else new)
            now = workspace.refresh([str(path)])
            (document,) = fresh(path).collection.documents
            kept = now.collection.documents[0]
            if document.shape.name != "BROKEN":
                assert kept.broken is None
                good.write_bytes(path.read_bytes())
            elif good.exists():
                assert kept.broken is not None
                assert kept.broken.faults == document.faults
                told = [problem for problem in now.problems or () if problem.document is not kept.broken]
                assert now.problems is not None
                assert len(told) < len(now.problems)
                now = replace(now, problems=tuple(told))
            if good.exists():
                assert plain(now) == renamed(plain(fresh(good)), other, name)


def renamed(value: Any, old: str, new: str) -> Any:
    """The same about files in another folder."""
    match value:
        case str():
            return value.replace(old, new)
        case dict():
            return {renamed(key, old, new): renamed(each, old, new) for key, each in value.items()}
        case list():
            return [renamed(each, old, new) for each in value]
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*(renamed(each, old, new) for each in value))
        case tuple():
            return tuple(renamed(each, old, new) for each in value)
        case _ if isinstance(value, Struct) and hasattr(value, "caller"):
            return replace(value, caller=renamed(value.caller, old, new))
    return value


# Only what has changed


@pytest.fixture
def app(tmp_path: Path) -> Path:
    value = definition(8, 5, seed=3)
    write(tmp_path / "app.json", value)
    return tmp_path / "app.json"


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def opened(*paths: Path, keep: bool = False) -> Workspace:
    workspace = Workspace([str(path) for path in paths], keep=keep)
    workspace.open()
    workspace.refresh()
    return workspace


def test_nothing_changed_is_the_same_snapshot(app: Path) -> None:
    workspace = opened(app)
    before = workspace.snapshot
    assert workspace.refresh() is before
    os.utime(app)
    assert workspace.refresh([str(app)]) is before


def test_only_the_workflow_whose_text_changed_is_looked_at_again(app: Path, looked_at: list[str]) -> None:
    workspace = opened(app)
    title = workspace.snapshot.collection.entries[3].title
    looked_at.clear()
    text = app.read_text()
    at = text.index(json.dumps(title))
    at = text.index('"params": {', at) + len('"params": {')
    app.write_text(f'{text[:at]}"extra": "/#steps.1.x", {text[at:]}')
    now = workspace.refresh()
    assert looked_at == [title]
    assert plain(now) == plain(fresh(app))


def test_a_workflow_put_before_the_others_is_the_only_one_that_is_looked_at(app: Path, looked_at: list[str]) -> None:
    workspace = opened(app)
    looked_at.clear()
    value = json.loads(app.read_text())
    value["workflows"].insert(0, a_workflow("new one"))
    write(app, value)
    now = workspace.refresh()
    assert looked_at == ["new one"]
    assert plain(now) == plain(fresh(app))


def test_only_files_that_changed_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        write(tmp_path / f"{number}.json", a_workflow(f"workflow {number}"))
    workspace = opened(tmp_path)
    read: list[str] = []
    original = os.open

    def open_file(path: str, flags: int) -> int:
        read.append(Path(path).name)
        return original(path, flags)

    write(tmp_path / "3.json", a_workflow("another"))
    monkeypatch.setattr(os, "open", open_file)
    workspace.refresh()
    assert read == ["3.json"]


def test_the_analysis_with_which_a_workflow_was_looked_at_again_is_that_of_the_screen(
    app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(app)
    changed(app, '"steps": [', '"note": "", "steps": [')
    original = checker.check_workflow
    seen: list[WorkflowAnalysis] = []

    def examine(analysis: WorkflowAnalysis) -> WorkflowResult:
        seen.append(analysis)
        return original(analysis)

    monkeypatch.setattr(checker, "check_workflow", examine)
    analyses = workspace.refresh().analyses
    assert seen == [analyses.of(analysis.entry) for analysis in seen]
    assert len(seen) == 1


def test_no_state_of_a_file_is_kept_that_was_saved_over(app: Path) -> None:
    workspace = opened(app)
    for _ in range(3):
        app.write_text(f"{app.read_text()}\n")
        workspace.refresh()
    gc.collect()
    kept = [thing for thing in gc.get_objects() if type(thing) is Document and thing.path == str(app)]
    assert kept == list(workspace.snapshot.collection.documents)


def test_an_edit_inside_a_workflow_does_not_split_the_file_anew(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = opened(app)
    monkeypatch.setattr(file_text, "outline", None)
    changed(app, '"eventName"', '"eventname"')
    now = workspace.refresh()
    monkeypatch.undo()
    assert plain(now) == plain(fresh(app))


CALLED = "5f8e148232731d0015c14657"


def calling(inputs: Json) -> Json:
    params = {"runAt": {"type": "relative", "value": 60}, "workflowId": CALLED, "inputs": inputs}
    return workflow(
        "a",
        steps=[{"id": "a", "action": "kustomer.app.scheduler.schedule-workflow", "params": params, "transitions": []}],
    )


def scheduled(*required: str) -> Json:
    found = workflow("a", steps=[step("a")], name="second", id=CALLED)
    found["trigger"] |= {
        "callable": True,
        "eventName": f"kustomer.workflow.{CALLED}.call",
        "schema": {"properties": {name: {"type": "string"} for name in required}, "required": list(required)},
    }
    return found


def rules(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [(problem.rule, Path(problem.document.path).name) for problem in snapshot.problems or ()]


def test_a_schema_that_changed_is_held_against_those_who_schedule_it(tmp_path: Path, looked_at: list[str]) -> None:
    write(tmp_path / "caller.json", calling({"foo": "/#steps.1.id"}))
    write(tmp_path / "called.json", scheduled("foo"))
    workspace = opened(tmp_path)
    assert not rules(workspace.snapshot)
    looked_at.clear()
    write(tmp_path / "called.json", scheduled("@foo"))
    assert rules(workspace.refresh()) == [("missing-input", "caller.json")]
    assert looked_at == ["second"]


def test_what_is_wrong_between_workflows_is_not_looked_for_again_while_they_say_the_same_to_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, called = calling({"@fo": "/#steps.1.id"}), scheduled("@foo", "bar")
    write(tmp_path / "app.json", [caller, called])
    workspace = opened(tmp_path)
    assert rules(workspace.snapshot) == [("missing-input", "app.json"), ("missing-input", "app.json")]
    monkeypatch.setattr(checker, "collection_analysis", None)
    caller["description"] = "one more line"
    called["steps"][0]["params"] = {"body": "/#steps.gone.x"}
    write(tmp_path / "app.json", [caller, called], indent=4)
    now = workspace.refresh()
    monkeypatch.undo()
    assert ("unknown-step-reference", "app.json") in rules(now)
    assert plain(now) == plain(fresh(tmp_path))


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ({"foo": True}, ["input-type"]),  # to Python the same as 1
        ({"foo": {}}, []),
        ({"foos": 1}, ["missing-input"]),
        ({}, ["missing-input"]),
        ({"bar": 2, "foo": 1}, ["unknown-input", "input-type"]),
    ],
)
def test_other_inputs_are_held_against_the_schema(tmp_path: Path, inputs: Json, found: list[str]) -> None:
    called = scheduled("foo")
    called["trigger"]["schema"]["properties"] = {"foo": {"type": "object"}}
    write(tmp_path / "app.json", [calling({"foo": 1}), called])
    workspace = opened(tmp_path)
    assert rules(workspace.snapshot) == [("input-type", "app.json")]
    write(tmp_path / "app.json", [calling(inputs), called])
    now = workspace.refresh()
    assert plain(now) == plain(fresh(tmp_path))
    assert [rule for rule, _ in rules(now)] == found


def test_an_id_that_vanished_is_told_where_it_is_named(tmp_path: Path) -> None:
    write(tmp_path / "caller.json", calling({"foo": "/#steps.1.id"}))
    write(tmp_path / "called.json", scheduled("foo"))
    workspace = opened(tmp_path)
    (tmp_path / "called.json").unlink()
    assert rules(workspace.refresh()) == [("unknown-workflow", "caller.json")]


def test_a_text_that_mentions_a_workflow_is_looked_at_when_that_appears(tmp_path: Path) -> None:
    mentioning = step("a", params={"uri": f"https://x.example/v1/workflows/{CALLED}"})
    write(
        tmp_path / "caller.json",
        {"app": "x", "version": "1.0.0", "title": "X", "workflows": [workflow("a", steps=[mentioning])]},
    )
    workspace = opened(tmp_path)
    assert not rules(workspace.snapshot)
    write(tmp_path / "called.json", scheduled())
    assert ("hard-coded-id", "caller.json") in rules(workspace.refresh())


def test_other_settings_are_another_look(app: Path) -> None:
    changed(app, '"/#steps.', '"/#stepz.')
    workspace = opened(app)
    assert workspace.snapshot.problems
    rule = workspace.snapshot.problems[0].rule
    off = workspace.refresh(settings=Settings(severities={rule: None}))
    assert rule not in {problem.rule for problem in off.problems or ()}
    again = workspace.refresh(settings=Settings())
    assert plain(again) == plain(fresh(app))


def test_a_suppression_alone_looks_at_no_workflow_again(app: Path, looked_at: list[str]) -> None:
    workspace = opened(app)
    looked_at.clear()
    other = Settings(suppressions=(Suppression("unknown-target", "it is known", workflow="elsewhere"),))
    workspace.refresh(settings=replace(other, severities={"unused-suppression": None}))
    assert len(looked_at) == 8, "a severity is another look"
    looked_at.clear()
    workspace.refresh(settings=Settings(severities={"unused-suppression": None}))
    assert looked_at == []


def test_what_was_looked_at_before_it_was_given_up_is_not_looked_at_again(app: Path, looked_at: list[str]) -> None:
    workspace = Workspace([str(app)])
    workspace.open()
    given_up = workspace.refresh(wanted=lambda: len(looked_at) < 3)
    assert given_up.problems is None
    assert len(looked_at) == 3
    now = workspace.refresh()
    assert len(looked_at) == 8
    assert plain(now) == plain(fresh(app))


# Files that come and go


def test_a_named_file_that_is_gone_stays_what_it_was(app: Path) -> None:
    workspace = opened(app, keep=True)
    before = plain(workspace.snapshot)
    text = app.read_bytes()
    app.unlink()
    gone = workspace.refresh()
    assert [problem.message for problem in gone.problems or ()][:1] == ["no such file or directory"]
    assert plain(gone)["workflows"] == before["workflows"]
    assert workspace.refresh() is gone
    app.write_bytes(text)
    assert plain(workspace.refresh()) == before


def test_a_named_file_that_is_gone_is_an_error_where_nothing_is_kept(app: Path) -> None:
    workspace = opened(app)
    app.unlink()
    with pytest.raises(PathError, match="no such file"):
        workspace.refresh()


def test_a_folder_that_is_gone_holds_nothing_however_far_its_removal_had_come(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(3):
        write(folder / f"{number}.json", a_workflow(f"workflow {number}"))
    workspace = opened(folder, keep=True)
    before = plain(workspace.snapshot)
    (folder / "0.json").unlink()
    workspace.refresh()
    folder.rename(tmp_path / "elsewhere")
    gone = workspace.refresh()
    assert [problem.message for problem in gone.problems or ()] == ["no such file or directory"]
    assert not gone.collection.entries
    (tmp_path / "elsewhere").rename(folder)
    write(folder / "0.json", a_workflow("workflow 0"))
    assert plain(workspace.refresh()) == before


def test_a_file_below_a_folder_that_is_gone_is_gone(tmp_path: Path) -> None:
    write(tmp_path / "a.json", a_workflow("a"))
    write(tmp_path / "b.json", a_workflow("b"))
    workspace = opened(tmp_path, keep=True)
    (tmp_path / "a.json").unlink()
    assert [entry.title for entry in workspace.refresh().collection.entries] == ["b"]
    write(tmp_path / "c.json", a_workflow("c"))
    assert [entry.title for entry in workspace.refresh().collection.entries] == ["b", "c"]


def test_a_file_that_may_no_longer_be_read_stays_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.json", a_workflow("a"))
    workspace = opened(tmp_path, keep=True)

    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refuse)
    closed = workspace.refresh([str(tmp_path / "a.json")])
    assert [problem.message for problem in closed.problems or ()] == ["permission denied"]
    assert [entry.title for entry in closed.collection.entries] == ["a"]
    monkeypatch.undo()
    assert not workspace.refresh([str(tmp_path / "a.json")]).problems


@pytest.mark.parametrize("special", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_a_file_that_turns_into_what_cannot_be_read_stays_what_it_was(
    tmp_path: Path, special: Callable[[Path], None]
) -> None:
    path = tmp_path / "a.json"
    write(path, a_workflow("a"))
    text = path.read_bytes()
    workspace = opened(path, keep=True)
    path.unlink()
    special(path)
    for _ in range(2):
        now = workspace.refresh([str(path)])
        kind = "pipe" if path.is_fifo() else "device"
        assert [problem.message for problem in now.problems or ()] == [f"not a file but a {kind}"]
        assert [entry.title for entry in now.collection.entries] == ["a"]
    path.unlink()
    path.write_bytes(text)
    assert not workspace.refresh().problems


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=(json.dumps(a_workflow("a")),))
    writer.start()
    workspace = opened(path, keep=True)
    writer.join()
    assert [entry.title for entry in workspace.refresh([str(path)]).collection.entries] == ["a"]


def test_a_file_that_turns_into_a_folder_is_what_the_folder_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write(path, a_workflow("a"))
    workspace = opened(path, keep=True)
    path.unlink()
    path.mkdir()
    write(path / "inside.json", a_workflow("inside"))
    assert [entry.title for entry in workspace.refresh().collection.entries] == ["inside"]


def test_a_link_that_points_elsewhere_is_read_again(tmp_path: Path) -> None:
    write(tmp_path / "one", a_workflow("one"))
    write(tmp_path / "two", a_workflow("two"))
    link = tmp_path / "link.json"
    link.symlink_to("one")
    workspace = opened(link)
    link.unlink()
    link.symlink_to("two")
    assert [entry.title for entry in workspace.refresh().collection.entries] == ["two"]


def test_standard_input_is_read_once() -> None:
    workspace = Workspace(["-"], json.dumps(a_workflow("piped")).encode())
    workspace.open()
    now = workspace.refresh()
    assert [entry.title for entry in now.collection.entries] == ["piped"]
    assert workspace.refresh() is now


# Texts in place of files


def test_what_an_editor_has_stands_for_the_file_until_it_is_closed(tmp_path: Path) -> None:
    one, two, outside = tmp_path / "one.json", tmp_path / "two.json", tmp_path.parent / "outside.json"
    saved, typed = a_workflow("saved"), a_workflow("typed")
    write(one, {"workflows": [saved]})
    write(two, {"workflows": [a_workflow("other")]})
    workspace = Workspace([str(tmp_path)], keep=True)
    workspace.open()
    before = workspace.refresh()

    def titles() -> list[str]:
        return [entry.title for entry in workspace.refresh().collection.entries]

    text = json.dumps({"workflows": [typed]}).encode()
    workspace.overlay({str(one): text, str(outside): text, str(tmp_path / "package.json"): b'{"name": "x"}'})
    assert titles() == ["typed", "other", "typed"]
    after = workspace.snapshot
    assert after.collection.documents[1] is before.collection.documents[1]
    assert workspace.refresh() is after
    write(one, {"workflows": [a_workflow("saved anew")]})
    assert titles() == ["typed", "other", "typed"]
    workspace.overlay({str(one): b'{"workflows": ['})
    assert titles() == ["typed", "other"]
    assert [problem.rule for problem in workspace.snapshot.problems or ()] == ["invalid-json"]
    workspace.overlay({})
    assert titles() == ["saved anew", "other"]
    assert plain(workspace.snapshot) == plain(fresh(tmp_path))
