"""Imports that lead nowhere are told where they stand, and nothing else is said for want of what they were to give."""

from __future__ import annotations

from pathlib import Path

import pytest

from kustui.check.checker import check
from kustui.definition.collection_messages import nothing_to_show
from kustui.definition.loader import Reader
from kustui.definition.source.source import UNKNOWN_IMPORT
from tests.support.modules import document_of

OTHER = "{ id: 'o', name: 'O', trigger: { eventName: 'x', transitions: [] }, steps: [] }"
APP = "{ app: 'a', version: '1.0.0', title: 'T', workflows: [%s] }"


def faults_of(text: str, path: str, files: dict[str, str]) -> list[str]:
    document = document_of(text, path, files)
    return [
        f"{document.source.location(document.fault_extent(fault).start)}: {fault.message} ({fault.hint})"
        for fault in document.faults
        if fault.rule == UNKNOWN_IMPORT
    ]


@pytest.mark.parametrize(
    ("text", "files", "place", "message"),
    [
        (
            "const { w } = require('./lib');\nmodule.exports = %s",
            {},
            "app.ts:1:23",
            'cannot find the imported file "./lib"',
        ),
        (
            "import w from './lib.mjs';\nexport default %s",
            {},
            "app.ts:1:15",
            'cannot find the imported file "./lib.mjs"',
        ),
        (
            "import w from './lib';\nexport { w }; const a = %s",
            {"lib.js": "export * from './b';"},
            "lib.js:1:15",
            'imported file "./b"',
        ),
        (
            "const { w } = require('./lib');\nmodule.exports = %s",
            {"lib.js": f"exports.wf = {OTHER};"},
            "app.ts:1:9",
            '"./lib" does not export "w" (did you mean "wf"?)',
        ),
        (
            "const lib = require('./lib'), w = lib.w;\nmodule.exports = %s",
            {"lib.js": f"module.exports = {{ other: {OTHER} }};"},
            "app.ts:1:39",
            '"./lib" does not export "w" (it exports other)',
        ),
        (
            "import { w } from './lib';\nexport default %s",
            {"lib.ts": f"export const other = {OTHER};\nexport type Name = string;"},
            "app.ts:1:10",
            '"./lib" does not export "w" (it exports other, Name)',
        ),
        (
            "import * as lib from './lib';\nconst w = lib.w;\nexport default %s",
            {"lib.ts": f"const w = {OTHER};\nexport {{ w as wf }};"},
            "app.ts:2:15",
            '"./lib" does not export "w" (did you mean "wf"?)',
        ),
        (
            "import w from './lib';\nexport default %s",
            {"lib.ts": f"export const other = {OTHER};"},
            "app.ts:1:15",
            '"./lib" has no default export (it exports other)',
        ),
        (
            "import { w } from './lib.json';\nexport default %s",
            {"lib.json": '{"v": 1}'},
            "app.ts:1:10",
            '"./lib.json" does not export "w" (it exports v)',
        ),
    ],
)
def test_an_import_that_leads_nowhere_is_told_where_it_stands(
    text: str, files: dict[str, str], place: str, message: str
) -> None:
    found = faults_of(text % (APP % "w"), "app.ts", files)
    assert len(found) == 1
    assert found[0].startswith(f"{place}: ")
    assert message in found[0]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("import w from './lib';", {"lib.tsx": "export default 1"}),
        ("import w from './lib.yaml';", {}),
        ("import w from 'lib';", {}),
        ("let w; try { w = require('./lib'); } catch { w = null; }", {}),
        ("const w = process.env.LIB ? require('./lib') : x();", {}),
        ("import { w } from './lib';", {"lib.ts": "export class w {}"}),
        ("import { w } from './lib';", {"lib.ts": "export abstract class w {}"}),
        ("import { w } from './lib';", {"lib.ts": "export * from 'other';"}),
        ("import { w } from './lib';", {"lib.ts": "export * as w from 'other';"}),
        ("import { w } from './lib';", {"lib.ts": "export namespace w {}"}),
        ("import w from './lib';", {"lib.js": "exports.a = 1;"}),
        ("const { w } = require('./lib');", {"lib.js": "Object.defineProperty(exports, 'w', { get: f });"}),
        ("const { w } = require('./lib');", {"lib.js": "exports.a = 1; fill(exports);"}),
        ("const { w = x() } = require('./lib');", {"lib.js": "exports.a = 1;"}),
        ("const lib = require('./lib'), w = lib.w || x();", {"lib.js": "exports.a = 1;"}),
        ("import { A } from './types'; const w = x() as A;", {}),
        ("const w = x(); import './lib.css';", {}),
    ],
)
def test_nothing_is_said_of_an_import_that_may_lead_somewhere(text: str, files: dict[str, str]) -> None:
    assert not faults_of(f"{text}\nexport default {APP % 'w'}", "app.ts", files)


def test_a_module_that_builds_nothing_names_the_import_that_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "app.mjs"
    path.write_text("import w from './workflow.mjs';\nexport default w;\n")
    collection = Reader([str(path)]).read()
    assert nothing_to_show(collection).startswith(f'{path}:1:15: cannot find the imported file "./workflow.mjs"')
    assert [problem.rule for problem in check(collection)[1]] == ["unknown-import"]


def test_an_import_is_found_once_its_file_is_there(tmp_path: Path) -> None:
    (tmp_path / "app.mjs").write_text("import w from './workflow.mjs';\nexport default w;\n")
    reader = Reader([str(tmp_path / "app.mjs")], keep=True)
    assert reader.read().is_empty
    (tmp_path / "workflow.mjs").write_text(f"export default {OTHER};")
    assert [entry.id for entry in reader.read().entries] == ["o"]
