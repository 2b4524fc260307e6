"""A definition that is put together in steps: what is read as certain is what a run gives."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random

import pytest

from kustui.definition.collection import read_document
from kustui.text.terminal_safe import UNKNOWN
from tests.support.built_modules import NODE, built_module, differences, results_of_runs
from tests.support.modules import value_of

LINKS = " ".join(f"const l{at + 1} = x() ? l{at} : {{}};" for at in range(99))
WHAT = "const a = { b: { c: [1, { d: 1 }] }, e: 1 };\n"


@pytest.mark.parametrize(
    ("statements", "value"),
    [
        ("const { b } = a; b.c.push(2)", {"b": {"c": [1, {"d": 1}, 2]}, "e": 1}),
        ("const l = a.b.c; l.push(...[2, 3])", {"b": {"c": [1, {"d": 1}, 2, 3]}, "e": 1}),
        ("a.b.c[1].d = 'x'; a.b.c[2] = 3", {"b": {"c": [1, {"d": "x"}, 3]}, "e": 1}),
        ("a.b = a.e = 2", {"b": 2, "e": 2}),
        ("delete a.b, a.f = 1", {"e": 1, "f": 1}),
        ("Object.assign(a.b, { c: 2 }); Object.assign(a, { e: 2 })", {"b": {"c": 2}, "e": 2}),
        ("const l = [a.b]; for (const m of l) m.f = 1", {"b": {"c": [1, {"d": 1}], "f": 1}, "e": 1}),
        ("[a.b].forEach((m, i) => { m.c = i; })", {"b": {"c": 0}, "e": 1}),
        ("const add = (o, v) => { o.c.push(v); }; add(a.b, 2); add(a.b, 3)", {"b": {"c": [1, {"d": 1}, 2, 3]}, "e": 1}),
        ("function f() { a.e = 2; a.b = 1; } f()", {"b": 1, "e": 2}),
        ("(() => { a.e = 2; a.b = 1; })()", {"b": 1, "e": 2}),
        ("const l = { ...a }; l.e = 2; l.b = 3", {"b": {"c": [1, {"d": 1}]}, "e": 1}),
        ("if (a.e) a.b = 1; else a.b = 2", {"b": 1, "e": 1}),
        ("let n = 1; n = n + 1; a.b = n", {"b": 2, "e": 1}),
        ("const { e } = a; a.e = 2; a.b = e", {"b": 1, "e": 2}),
        ("const f = (n) => { n = x(); a.f = n; }; f(1)", {"b": {"c": [1, {"d": 1}]}, "e": 1, "f": f"{UNKNOWN}a.f = n"}),
        ("function f(a) { a.e = 3; } f({})", {"b": {"c": [1, {"d": 1}]}, "e": 1}),
        ("a.b = [1]; a.b['push'](2)", {"b": [1, 2], "e": 1}),
        ("a.b = [1]; a.b.push.apply(a.b, [2, 3])", {"b": [1, 2, 3], "e": 1}),
        ("a.b = [1]; Array.prototype.push.call(a.b, ...[2])", {"b": [1, 2], "e": 1}),
    ],
)
def test_what_statements_do_for_certain_is_read(statements: str, value: object) -> None:
    assert value_of(f"{WHAT}{statements};\na") == value


@pytest.mark.parametrize(
    ("statements", "note"),
    [
        ("if (x()) a.e = 2", {"e": "a.e = 2"}),
        ("while (x()) a.e = 2", {"e": "a.e = 2"}),
        ("try { a.e = x(); } catch {}", {"e": "a.e = x()"}),
        ("exports.f = () => { a.e = 2; }", {"e": "a.e = 2"}),
        ("class A { b() { a.e = 2; } }", {"e": "a.e = 2"}),
        ("const l = x() ? a : {}; l.e = 2", {"e": "l.e = 2"}),
        ("const l = [a].find((m) => m.e); l.e = 2", {"e": "l.e = 2"}),
        ("[a].filter(x).forEach((m) => { m.e = 2; })", {"e": "m.e = 2"}),
        ("function f(o) { while (x()) o.e = 2; } f(a)", {"e": "o.e = 2"}),
        ("a.e++", {"e": "a.e++"}),
        ("let l; if (x()) l = a; l.e = 2", {"e": "l.e = 2"}),
    ],
)
def test_what_statements_may_do_is_not_known(statements: str, note: dict[str, str]) -> None:
    assert value_of(f"{WHAT}{statements};\na") == {
        "b": {"c": [1, {"d": 1}]},
        **{key: f"{UNKNOWN}{text}" for key, text in note.items()},
    }


@pytest.mark.parametrize(
    ("statements", "note"),
    [
        (f"const l0 = x() || a; {LINKS} l99.e = 2", "l99.e = 2"),
        ("class A { constructor(m) { m.e = 2; } }; new A(a)", "m.e = 2"),
        ("class A { constructor(m) { this.m = m; } set(v) { this.m.e = v; } }; new A(a).set(2)", "this.m.e = v"),
        ("const l = { f(m) { m.e = 2; } }; l.f(a)", "m.e = 2"),
    ],
    ids=["a hundred links", "constructor", "instance", "method"],
)
def test_what_may_be_done_by_other_names_is_not_known(statements: str, note: str) -> None:
    assert value_of(f"const a = {{ e: 1 }};\n{statements};\na") == {"e": f"{UNKNOWN}{note}"}


@pytest.mark.parametrize(
    "call", ["a[x()](2)", "a.push.bind(a)", "Reflect.apply(a.push, a, [2])", "a.push.apply(a, x())"]
)
def test_what_a_method_may_add_to_a_list_is_not_known(call: str) -> None:
    assert value_of(f"const a = [1]; {call};\na") == [1, f"{UNKNOWN}{call}"]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("const a = require('./a'); a.b = 2;\n[a.b, require('./a').b]", {"a.js": "module.exports = { b: 1 };"}),
        ("const { a } = require('./a'); a.b = 2;\n[a.b, require('./a').a.b]", {"a.js": "exports.a = { b: 1 };"}),
        (
            "const a = { b: 1 }; const { f } = require('./f'); f(a);\n[a.b, 2]",
            {"f.js": "exports.f = (o) => { o.b = 2; };"},
        ),
        (
            "import a from './a'; import './f';\n[a.b, 2]",
            {"a.js": "export default { b: 1 };", "f.js": "import a from './a'; a.b = 2;"},
        ),
    ],
)
def test_what_is_imported_is_changed_as_in_a_run(text: str, files: dict[str, str]) -> None:
    assert value_of(text, files=files) == [2, 2]


def test_what_a_class_of_another_module_is_given_may_be_changed_there() -> None:
    text = "const A = require('./a'), b = [1]; new A(b).add(2);\nb"
    files = {"a.js": "module.exports = class A { constructor(m) { this.m = m; } add(v) { this.m.push(v); } };"}
    assert value_of(text, files=files) == [1, f"{UNKNOWN}this.m.push(v)"]


def test_what_may_be_done_to_exports_is_not_known() -> None:
    text = "module.exports = { app: 'a', version: '1.0.0', title: 'T', workflows: [] };\n"
    text += "if (x()) module.exports.title = 'U';"
    document = read_document("app.js", text.encode())
    assert json.loads(document.source.data)["title"] == f"{UNKNOWN}module.exports.title = 'U'"


def test_what_holds_itself_has_an_end() -> None:
    assert value_of("const a = { b: 1 }; a.c = [a];\na") == {"b": 1, "c": [f"{UNKNOWN}{{ b: 1 }}"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "statements",
    [
        f"for (const b of [{'1,' * 60}]) a.push(...a)",
        f"let b = a; {'b = b.concat(b); ' * 60}",
        "const f = (n) => f(n + 1), g = (n) => [g(n), g(n)]; a.push(f(1), g(1))",
        f"const o = {{}}; let p = o; {'p = { p }; ' * 2_000} o.p = p; a.push(o)",
        f"if (false) a.push(1); {'else if (false) a.push(2);' * 300}",
    ],
    ids=["a list into itself", "concat", "recursion", "objects in each other", "else if"],
)
def test_the_work_for_statements_is_bounded(statements: str) -> None:
    began = time.process_time()
    value_of(f"const a = [1]; {statements};\na")
    assert time.process_time() - began < 4


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="there is no node to run modules with")
def test_what_is_certain_is_what_a_run_gives(tmp_path: Path) -> None:
    modules = [built_module(Random(seed)) for seed in range(300)]
    for module, run in zip(modules, results_of_runs(modules, tmp_path), strict=True):
        if run is not None:
            document = read_document("app.js", module.encode())
            read, _ = json.JSONDecoder().raw_decode(document.source.data.decode())
            assert not list(differences(read, run)), module
