"""What modules have beside their own file: what they import, and what git ignores."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kustui.definition.imported_files import imported_paths
from kustui.definition.loader import Reader

WORKFLOW = (
    "{{ id: '{0}', name: '{0}', trigger: {{ eventName: 'kustomer.message.create', transitions: [] }}, steps: [] }}"
)
APP = "const w = require('./lib/w');\nmodule.exports = { app: 'a', version: '1.0.0', title: 'A', workflows: [w] };\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def names(reader: Reader) -> list[str]:
    return [entry.item.name for entry in reader.read().entries]


def test_a_module_is_read_again_when_what_it_imports_changes_comes_or_goes() -> None:
    put("app.js", APP)
    reader = Reader(["app.js"], keep=True)
    assert names(reader) == []
    lib = put("lib/w.js", f"module.exports = {WORKFLOW.format('one')};")
    assert names(reader) == ["one"]
    before = reader.read()
    assert reader.read() is before
    assert "lib/w.js" in imported_paths(before.documents)
    lib.write_text(f"module.exports = {WORKFLOW.format('two')};\n\n")
    assert names(reader) == ["two"]


def test_what_an_editor_has_of_an_imported_file_stands_for_it() -> None:
    put("app.js", APP)
    put("lib/w.js", f"module.exports = {WORKFLOW.format('one')};")
    reader = Reader(["app.js"])
    reader.texts = {"lib/w.js": f"module.exports = {WORKFLOW.format('typed')};".encode()}
    assert "typed" in names(reader)
    reader.texts = {}
    assert names(reader) == ["one"]


def test_a_workflow_in_a_file_of_its_own_belongs_to_the_app_that_imports_it() -> None:
    put("app.js", APP)
    put("lib/w.js", f"module.exports = {WORKFLOW.format('one')};")
    put("other.ts", f"export default {WORKFLOW.format('two')};")
    assert [document.path for document in Reader(["."]).read().documents] == ["./app.js", "./other.ts"]
    assert [document.path for document in Reader(["app.js", "lib/w.js"]).read().documents] == ["app.js", "lib/w.js"]


def test_a_list_of_workflows_in_files_of_their_own_belongs_to_the_app_that_imports_it() -> None:
    put("app.js", APP.replace("[w]", "[...w]"))
    put("lib/w.js", f"module.exports = [{WORKFLOW.format('one')}, require('./x')];")
    put("lib/x.js", f"module.exports = {WORKFLOW.format('two')};")
    collection = Reader(["."]).read()
    assert [document.path for document in collection.documents] == ["./app.js"]
    assert [entry.item.name for entry in collection.entries] == ["one", "two"]


@pytest.mark.parametrize(
    "path", ["dist/a.js", "node_modules/x/a.js", "a.min.js", "a.d.ts", "src/dist/a.mjs", ".cache/a.js", "made/a.js"]
)
def test_what_tools_have_made_is_passed_over_in_a_folder_and_read_where_it_is_named(path: str) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    put(".gitignore", "made/\n")
    put("b.json", '{"name": "b", "trigger": {"eventName": "x"}, "steps": []}')
    put(path, f"module.exports = {WORKFLOW.format('one')};")
    assert [document.path for document in Reader(["."]).read().documents] == ["./b.json"]
    assert [entry.item.name for entry in Reader([path]).read().entries] == ["one"]


def test_scripts_that_define_nothing_are_passed_over_without_a_word() -> None:
    put("a.js", "const workflows = require('x'); module.exports = { steps: 1, trigger: () => workflows };")
    put("b.js", "type A = {| workflows: ?string |}; return @@;")
    assert Reader(["."]).read().documents == ()


def test_what_asks_git_and_knows_places_is_loaded_for_modules_alone() -> None:
    put("a/b.json", "{}")
    code = (
        "import sys; from kustui.definition.loader import Reader; Reader(['a']).read(); "
        "sys.exit(not sys.modules.keys().isdisjoint({'subprocess', 'kustui.definition.source.origins'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
