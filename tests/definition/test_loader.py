"""From paths to a collection: files, folders and standard input."""

from __future__ import annotations

import gc
import json
import os
from pathlib import Path

import pytest

from kustui.definition.collection_messages import nothing_to_show, other_files
from kustui.definition.loader import PathError, Reader
from kustui.definition.source.outline import Shape
from tests.support.definitions import a_workflow

DENIED = PermissionError(13, "Permission denied")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: str, *workflows: str, text: str | None = None) -> str:
    """A file that holds workflows of these names."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text if text is not None else json.dumps([a_workflow(name) for name in workflows]))
    return path


def paths(*named: str) -> list[str]:
    return [document.path for document in Reader(named).read().documents]


def titles(*named: str) -> list[str]:
    return [entry.title for entry in Reader(named).read().entries]


def test_a_file_is_opened_under_the_path_it_was_named_by(here: Path) -> None:
    put("app.json", "one")
    assert paths("app.json") == ["app.json"]
    assert paths("./app.json") == ["./app.json"]
    assert paths(str(here / "app.json")) == [str(here / "app.json")]


def test_a_file_that_is_named_needs_no_particular_ending() -> None:
    assert titles(put("export.txt", "one")) == ["one"]
    assert titles(put(".hidden", "two")) == ["two"]


def test_several_files_are_one_collection_in_the_order_they_were_named() -> None:
    put("b.json", "two")
    put("a.json", "one")
    assert titles("b.json", "a.json") == ["two", "one"]


def test_a_folder_stands_for_every_json_file_below_it_sorted() -> None:
    for path in ("z.json", "a.JSON", "b/2.json", "b/10.json", "a/deep/er/x.json", "notes.txt", "json"):
        put(f"defs/{path}", path)
    assert paths("defs") == [
        "defs/a.JSON",
        "defs/z.json",
        "defs/a/deep/er/x.json",
        "defs/b/10.json",
        "defs/b/2.json",
    ]


def test_a_folder_is_read_with_or_without_a_slash() -> None:
    put("defs/a.json", "one")
    assert paths("defs/") == ["defs/a.json"]
    assert paths("./defs") == ["./defs/a.json"]
    assert paths(".") == ["./defs/a.json"]


def test_hidden_folders_hidden_files_and_node_modules_are_passed_over() -> None:
    for path in (
        ".git/a.json",
        "node_modules/b.json",
        "x/node_modules/y/c.json",
        "x/.vscode/d.json",
        ".e.json",
    ):
        put(f"defs/{path}", "hidden")
    put("defs/x/seen.json", "seen")
    assert titles("defs") == ["seen"]


def test_scenarios_below_a_folder_are_no_definitions() -> None:
    for path in ("late.scenario.json", "x/LATE.Scenario.JSON", "x/scenario.json"):
        put(f"defs/{path}", path)
    assert titles("defs") == ["x/scenario.json"]
    assert titles("defs/late.scenario.json") == ["late.scenario.json"]  # somebody names it


def test_a_hidden_folder_is_read_when_it_is_named() -> None:
    put(".kustomer/a.json", "one")
    put("node_modules/app/b.json", "two")
    assert titles(".kustomer", "node_modules") == ["one", "two"]


def test_a_file_is_read_once_however_it_is_named() -> None:
    put("defs/a.json", "one")
    Path("link.json").symlink_to("defs/a.json")
    os.link("defs/a.json", "hard.json")
    assert paths("defs/a.json", "defs/a.json", "./defs/a.json", "defs", "link.json", "hard.json") == ["defs/a.json"]
    assert paths("link.json", "defs") == ["link.json"]


def test_standard_input_is_read_once_and_named_for_people() -> None:
    put("a.json", "two")
    collection = Reader(["-", "a.json", "-"], json.dumps(a_workflow("one")).encode()).read()
    assert [document.path for document in collection.documents] == ["<stdin>", "a.json"]
    assert [entry.title for entry in collection.entries] == ["one", "two"]


def test_a_folder_linked_into_itself_ends() -> None:
    put("defs/a.json", "one")
    Path("defs/again").symlink_to(Path("defs").absolute())
    Path("defs/up").symlink_to("..")
    assert titles("defs") == ["one"]


def test_a_linked_folder_is_entered_once() -> None:
    put("elsewhere/a.json", "one")
    Path("defs").mkdir()
    for name in ("first", "second"):
        Path(f"defs/{name}").symlink_to(Path("elsewhere").absolute())
    assert paths("defs") == ["defs/first/a.json"]


def test_links_that_lead_nowhere_are_passed_over_in_a_folder() -> None:
    put("defs/a.json", "one")
    Path("defs/gone.json").symlink_to("nowhere.json")
    Path("defs/loop.json").symlink_to("loop.json")
    assert paths("defs") == ["defs/a.json"]


def test_a_pipe_in_a_folder_is_not_waited_for() -> None:
    put("defs/a.json", "one")
    os.mkfifo("defs/pipe.json")
    Path("defs/folder.json").mkdir()
    assert paths("defs") == ["defs/a.json"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none.json", "none.json: no such file or directory"),
        ("", "'': no such file or directory"),
        ("gone.json", "gone.json: no such file or directory"),
        ("loop.json", "loop.json: too many levels of symbolic links"),
        ("a.json/b.json", "a.json/b.json: not a directory"),
        ("zero.json", "zero.json: not a file but a device"),
    ],
)
def test_a_path_that_is_not_there_is_told_in_a_line(path: str, message: str) -> None:
    put("a.json", "one")
    Path("gone.json").symlink_to("nowhere.json")
    Path("loop.json").symlink_to("loop.json")
    Path("zero.json").symlink_to("/dev/zero")
    with pytest.raises(PathError) as caught:
        Reader(["a.json", path]).read()
    assert str(caught.value) == message


def refuse(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Reading a file as somebody who may not: the tests may run as root, who may."""
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if str(self) == path:
            raise DENIED
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)


def test_a_file_that_is_named_and_cannot_be_read_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, put("a.json", "one"))
    with pytest.raises(PathError, match=r"^a\.json: permission denied$"):
        Reader(["a.json"]).read()


def test_a_file_in_a_folder_that_cannot_be_read_costs_that_file(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, put("defs/a.json", "one"))
    put("defs/b.json", "two")
    collection = Reader(["defs"]).read()
    broken, good = collection.documents
    (fault,) = broken.faults
    assert (fault.rule, fault.message, broken.path, broken.shape) == (
        "unreadable-file",
        "permission denied",
        "defs/a.json",
        Shape.BROKEN,
    )
    assert str(broken.source.place(broken.fault_extent(fault).start)) == "1:1"
    assert [entry.title for entry in good.entries] == ["two"]


def refuse_to_enter(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    real = os.scandir

    def scandir(folder: str) -> object:
        if folder == path:
            raise PermissionError(13, "Permission denied", path)
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_below_that_cannot_be_entered_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    put("defs/closed/a.json", "one")
    put("defs/open/b.json", "two")
    refuse_to_enter(monkeypatch, "defs/closed")
    good, closed = Reader(["defs"]).read().documents
    assert good.path == "defs/open/b.json"
    assert (closed.path, [fault.message for fault in closed.faults]) == ("defs/closed", ["permission denied"])


def test_a_folder_that_is_named_and_cannot_be_entered_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("defs/a.json", "one")
    refuse_to_enter(monkeypatch, "defs")
    with pytest.raises(PathError, match=r"^defs: permission denied$"):
        Reader(["defs"]).read()


def test_a_broken_file_costs_that_file() -> None:
    put("defs/a.json", text='{"workflows": [')
    put("defs/b.json", "two")
    put("defs/c.json", text="")
    collection = Reader(["defs"]).read()
    assert [entry.title for entry in collection.entries] == ["two"]
    assert [document.shape for document in collection.documents] == [Shape.BROKEN, Shape.LIST]
    assert collection.others == 1  # an empty file may be anything's


def test_json_that_holds_no_workflow_is_no_mistake_beside_what_does() -> None:
    put("defs/package.json", text='{"name": "shop", "scripts": {}}')
    put("defs/shop.json", "one")
    collection = Reader(["defs"]).read()
    assert nothing_to_show(collection) == ""
    assert [document.path for document in collection.documents] == ["defs/shop.json"]
    assert [document.shape for document in Reader(["defs/package.json"]).read().documents] == [Shape.NOTHING]


def test_progress_is_told_in_bytes_up_to_the_whole() -> None:
    sizes = [Path(put(f"defs/{name}.json", name * 50)).stat().st_size for name in "ab"]
    told: list[tuple[int, int]] = []
    Reader(["defs"]).read(progress=lambda done, total: told.append((done, total)))
    assert told == [(0, sum(sizes)), (sizes[0], sum(sizes)), (sum(sizes), sum(sizes))]


@pytest.mark.parametrize("enabled", [True, False])
def test_garbage_collection_is_left_as_it_was_found(enabled: bool) -> None:
    put("a.json", "one")
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        Reader(["a.json"]).read()
        assert gc.isenabled() is enabled
        with pytest.raises(PathError):
            Reader(["none.json"]).read()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


EXPECTED = "expected an app definition, a workflow, a list of them or an API export"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.json": "{}"}, f"a.json holds no workflow: {EXPECTED}"),
        ({"a.json": '{"start": [], "expect": {}}'}, "a.json holds no workflow: it is a scenario, for kustui simulate"),
        ({"a.json": "{}", "b.json": "[]"}, f"a.json and b.json hold no workflow: {EXPECTED}"),
        (
            {"a.json": "{}", "b.json": "[]", "c.json": "1"},
            f"a.json and 2 more files hold no workflow: {EXPECTED}",
        ),
        (
            {"a.json": "{}", "b.json": '[1,\n "é" 2]'},
            "b.json:2:5: a comma is missing here, before the next element (add a comma)",
        ),
        ({"a.json": ""}, "a.json:1:1: the file is empty (write a definition, or remove the file)"),
        (
            {"a.json": '{"workflows": {}}'},
            "a.json:1:15: workflows must be a list, found an object",
        ),
    ],
)
def test_a_collection_without_workflows_says_why_in_a_line(files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        put(name, text=text)
    assert nothing_to_show(Reader(sorted(files)).read()) == message


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "no definition was found in defs: looked for JSON and for modules; kustui --help says what can be given"),
        (["{}"], "no definition was found in defs: 1 file of other kinds skipped"),
        (["{}", "", "[1"], "no definition was found in defs: 3 files of other kinds skipped"),
    ],
)
def test_a_folder_without_definitions_says_why_in_a_line(files: list[str], message: str) -> None:
    Path("defs").mkdir()
    for number, text in enumerate(files):
        put(f"defs/{number}.json", text=text)
    assert nothing_to_show(Reader(["defs"]).read()) == message


def test_where_no_definition_was_found_is_said_of_many_folders_in_short() -> None:
    folders = ["a", "b", "c", "d", "e"]
    for folder in folders:
        Path(folder).mkdir()
    assert "found in a, b, c and 2 more: " in nothing_to_show(Reader([*folders, "a/"]).read())
    assert "found in the current folder: " in nothing_to_show(Reader(["."]).read())


APP = {"app": "shop", "version": "1.0.0", "title": "Shop"}
STEP = {"id": "a", "action": "kustomer.note.create", "transitions": []}
DEFINITIONS = {
    "an app": APP,
    "an app without a title": {"app": "shop", "version": "1.0.0", "workflows": []},
    "an app without a version": {"app": "shop", "title": "Shop", "kviews": []},
    "an app of hooks": {"app": "shop", "hooks": []},
    "a fragment": {"workflows": [a_workflow()]},
    "a workflow": a_workflow(),
    "a list": [a_workflow()],
    "a body of steps": {"steps": [STEP]},
    "a body of a trigger": {"trigger": {"eventName": "kustomer.note.create"}},
    "a wrapper": {"workflow": {"steps": [STEP]}},
    "a resource": {"data": {"type": "workflow", "attributes": {"name": "a"}}},
    "an available app": {"data": [{"type": "available-app", "attributes": {"name": "shop", "version": "1.0.0"}}]},
    "a workflow that is hardly begun": {"name": "a", "trigger": {}, "steps": []},
}
OTHERS = {
    "package.json": {"name": "shop", "version": "1.0.0", "scripts": {}, "dependencies": {}},
    "package-lock.json": {"name": "shop", "lockfileVersion": 3, "packages": {"": {"name": "shop"}}},
    "tsconfig.json": '{\n  // strict\n  "compilerOptions": {"strict": true,},\n  /* "steps": [] */\n}',
    "eslintrc.json": '{"rules": {"steps": 2},}',
    "cdk.json": {"app": "npx ts-node bin/app.ts", "context": {}},
    "release.json": {"app": "web", "version": "1.2.3", "env": "prod"},
    "places.geojson.json": {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]},
    "en.json": {"app": {"title": "Shop"}, "workflows": "Workflows", "steps": {"one": "One"}, "trigger": "Trigger"},
    "de.json": {"workflows": {"title": "Abläufe"}},
    "fr.json": {"app": "Boutique", "version": "Version", "title": "Titre", "settings": {"title": "Réglages"}},
    "drone.json": {"kind": "pipeline", "trigger": {"branch": ["main"]}, "steps": [{"name": "a", "image": "node"}]},
    "clicks.json": {"steps": [{"id": "1", "action": "click"}]},
    "it.json": '{"app": "Negozio", // nome\n "title": "Titolo"}',
    "cloudbuild.json": {"steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["build"]}]},
    "tour.json": {"title": "Tour", "steps": [{"file": "a.js", "line": 3, "description": "here"}]},
    "actions.json": {"total_count": 1, "workflows": [{"id": 1, "name": "CI", "path": "ci.yml"}]},
    "message.json": {"id": "5f", "app": "postmark", "channel": "email", "meta": {}},
    "event.json": {"id": "5f", "data": {"type": "conversation", "attributes": {"status": "open"}}, "changes": {}},
    "schema.json": {"$schema": "http://json-schema.org/draft-07/schema#", "properties": {"steps": {"type": "array"}}},
    "late.json": {"start": [{"workflow": "a"}], "mocks": [{"workflow": "a", "step": "b", "returns": {}}]},
    "log.json": '{"level": 1}\n{"level": 2}\n',
    "empty.json": "",
    "words.json": "nothing",
    "latin-1.json": b'{"name": "\xe9"}',
    "list.json": [1, 2, {"steps": []}],
}


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_what_looks_like_a_definition_is_read_below_a_folder(kind: str) -> None:
    put("defs/a.json", text=json.dumps(DEFINITIONS[kind]))
    assert paths("defs") == ["defs/a.json"]
    put("defs/a.json", text=json.dumps(DEFINITIONS[kind], indent=2).replace(",", "", 1) + ",")
    (document,) = Reader(["defs"]).read().documents
    assert document.shape is Shape.BROKEN or kind == "a list"


@pytest.mark.parametrize("name", OTHERS)
def test_other_json_below_a_folder_is_passed_over(name: str) -> None:
    other = OTHERS[name]
    Path("defs").mkdir()
    data = other if isinstance(other, bytes) else (other if isinstance(other, str) else json.dumps(other)).encode()
    Path("defs", name).write_bytes(data)
    collection = Reader(["defs"]).read()
    assert (collection.documents, collection.others) == ((), 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_definition_below_a_folder_may_be_in_any_encoding(encoding: str) -> None:
    Path("defs").mkdir()
    Path("defs/a.json").write_bytes(json.dumps(a_workflow("one")).encode(encoding))
    assert titles("defs") == ["one"]


def test_other_json_that_lacks_every_key_of_a_definition_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    put("defs/huge.json", text=json.dumps({"rows": [{"id": number} for number in range(10_000)]}))
    monkeypatch.setattr("kustui.definition.loader.read_document", None)
    assert Reader(["defs"]).read().documents == ()


def test_what_a_named_file_is_instead_is_told_in_a_line() -> None:
    named = ["package.json", "tsconfig.json", "event.json", "schema.json", "late.json", "list.json"]
    for name in named:
        put(name, text=other if isinstance(other := OTHERS[name], str) else json.dumps(other))
    put("late.scenario.json", text="{}")
    assert list(other_files(Reader([*named, "late.scenario.json"]).read())) == [
        "skipped package.json: a package of npm",
        "skipped tsconfig.json: it holds no workflow",
        "skipped event.json: an event",
        "skipped schema.json: a JSON Schema",
        "skipped late.json: a scenario, for kustui simulate",
        "skipped late.scenario.json: a scenario, for kustui simulate",
    ]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"compilerOptions": {"strict": true,},}', "it holds no workflow"),
        (b'{"name": "shop", "scripts": {}, /* ours */}', "a package of npm"),
        (b'[{"a": NaN}, {"a": -Infinity}]', "it holds no workflow"),
        (b'{"a": NaN}\n{"a": 1,}\n', "it holds no workflow"),
        (b'{"app": {"title": "Laden",}, "workflows": "Abl\xe4ufe"}', "it holds no workflow"),
        (json.dumps({"a": 1}).encode("utf-16"), "it holds no workflow"),
        (json.dumps({"name": "shop", "scripts": {}}).encode("utf-16-le"), "a package of npm"),
        (b"[" * 600 + b"]" * 600, "it holds no workflow"),
        (b'{"data": {}, "data": 1}', "it holds no workflow"),
    ],
)
def test_a_named_file_of_another_kind_has_no_faults_however_it_is_written(raw: bytes, kind: str) -> None:
    put("defs/a.json", "one")
    Path("other.json").write_bytes(raw)
    collection = Reader(["other.json", "defs"]).read()
    assert [document.faults for document in collection.documents] == [(), ()]
    assert list(other_files(collection)) == [f"skipped other.json: {kind}"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"trigger": {}, "steps": [],}',
        b'{"steps": [],}',
        b'{"workflows": [], "app": "shop" /* ours */}',
        b'{"description": "", "data": {"type": "workflow", "attributes": {"name": NaN}}}',
        b'{"data": [{"type": "workflow", "attributes": {}}], "data": []}',
        b'{"a": 1 "b": 2}',
        b'{"a": 1,',
        b"",
    ],
)
def test_a_named_file_that_may_be_a_definition_is_never_skipped(raw: bytes) -> None:
    put("defs/a.json", "one")
    Path("broken.json").write_bytes(raw)
    collection = Reader(["broken.json", "defs"]).read()
    assert len(collection.documents[0].faults) == 1
    assert list(other_files(collection)) == []


def test_a_file_that_is_something_else_is_read_again_only_once_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    put("defs/a.json", "one")
    put("defs/package.json", text='{"steps": []}')
    reader = Reader(["defs"], keep=True)
    before = reader.read()
    with monkeypatch.context() as patch:
        patch.setattr("kustui.definition.loader.read_document", None)
        assert reader.read() is before
    put("defs/package.json", text='{"steps": [], "name": "shop"}')
    put("defs/other.json", text="{}")
    assert reader.read() is before, "what it is makes no difference"
    put("defs/package.json", "two")
    assert [entry.title for entry in reader.read().entries] == ["one", "two"]
    put("defs/package.json", text="")
    kept = reader.read().documents[1]
    assert (kept.shape, kept.broken and kept.broken.shape) == (Shape.LIST, Shape.BROKEN)
    put("defs/package.json", text="{}")
    assert [entry.title for entry in reader.read().entries] == ["one"]


def test_the_many_files_of_an_organisation_are_read() -> None:
    for number in range(300):
        put(f"defs/{number:03}.json", f"w{number}")
    assert len(Reader(["defs"]).read().by_key) == 300
