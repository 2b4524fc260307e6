"""What a module builds, and where each value of it is written."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from kustui.definition.collection import Document
from kustui.definition.modules.syntax_errors import MOST_LEVELS
from kustui.definition.source.outline import Shape
from kustui.text.terminal_safe import UNKNOWN
from tests.benchmarks.growth import counted
from tests.support.modules import document_of, value_of

WORKFLOW = """{ id: 'w', name: 'W', trigger: { eventName: 'kustomer.message.create', transitions: [] }, steps: [] }"""

OTHER = WORKFLOW.replace("W", "V")


def written(document: Document, pointer: str) -> str:
    """Where a value is written, and what stands there."""
    source, extent = document.source.written(document.spot(pointer).value)
    return f"{source.path}:{source.place(extent.start)} {source.text(extent)}"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it\\'s'", "it's"),
        ('"a\\u00e9\\x41\\u{1F600}\\n\\\nb"', "aéA😀\nb"),
        ("'\\ud83d\\ude00'", "😀"),
        ("`a\nb`", "a\nb"),
        ("const a = 'x';\n`${a}-${1 + 1}-${null}`", "x-2-null"),
        ("'a' + 'b' + 1", "ab1"),
        ("1 + 2 + 'b'", f"{UNKNOWN}1 + 2 + 'b'"),
        ("60 * 60 * 1000", 3_600_000),
        ("-0x1F", -31),
        ("1_000", 1000),
        (".5e3", 500),
        ("!0", True),
        ("[1, , 'b', null, undefined]", [1, None, "b", None, None]),
        ("const [, a, , b = 1] = [1, 2, 3, 4];\n[a, b]", [2, 4]),
        ("({ __proto__: { a: 1 }, b: 2, ['__proto__']: 3 })", {"b": 2, "__proto__": 3}),
        ("[0 / 1 || 'a', NaN ? 1 : 2]", ["a", 2]),
        ("const given = { a: 2 };\n({ a: 1, ...given })", {"a": 2}),
        ("const usual = { a: 1, b: 1 };\n({ ...usual, a: 2 })", {"b": 1, "a": 2}),
        ("010", f"{UNKNOWN}010"),
        ("{ a: undefined, 'b-c': 1, 3: 2, ['d' + 1]: 4, }", {"b-c": 1, "3": 2, "d1": 4}),
        ("const a = { b: { c: [1, 2] } };\na.b.c[1]", 2),
        ("const a = { b: 1, c: 2 };\n({ ...a, b: 3 })", {"c": 2, "b": 3}),
        ("const a = [1];\n[...a, ...[2, 3]]", [1, 2, 3]),
        ("const { a, b: { c } } = { a: 1, b: { c: 2 } };\n[a, c]", [1, 2]),
        ("const a = 1;\n({ a })", {"a": 1}),
        ("const a = Object.freeze({ b: 1 });\na.b", 1),
        ("const f = () => ({ a: 1 });\nf()", {"a": 1}),
        ("function f() { const a = 1; return { a }; };\nf()", {"a": 1}),
        ("true ? 'a' : b()", "a"),
        ("null ?? 'a'", "a"),
        ("'' || 'a'", "a"),
        ("['a', 'b'].join('\\n')", "a\nb"),
        ("let a; a = 1;\na", 1),
        ("let a; if (x()) a = 1;\na", f"{UNKNOWN}a"),
        ("process.env.HOST", f"{UNKNOWN}process.env.HOST"),
        ("fetch('x')", f"{UNKNOWN}fetch('x')"),
        ("`/v1/${process.env.HOST}`", f"{UNKNOWN}`/v1/${{process.env.HOST}}`"),
        ("let a = { b: 1 }; a = { c: 1 };\na", {"c": 1}),
        ("let a = 1, b = 1; [a] = [2]; ({ b } = { b: 2 });\n[a, b]", [f"{UNKNOWN}a", f"{UNKNOWN}b"]),
        ("let a = 1; for (a of c());\na", f"{UNKNOWN}a"),
        ("const k = 'z', { [k]: a } = { z: 1 };\na", f"{UNKNOWN}a"),
        ("const a = {}; a.b = 1;\na", {"b": 1}),
        ("const a = [1]; a.push(2);\na", [1, 2]),
        ("const a = {}; for (const b of c()) a[b] = 1;\na", {f"{UNKNOWN}a[b] = 1": None}),
        ("const a = b, b = a;\na", f"{UNKNOWN}a"),
        ("const f = (a) => a;\nf(1)", 1),
        ("const f = (a) => g(a);\nf(1)", f"{UNKNOWN}f(1)"),
        ("const f = (a) => f(a);\nf(1)", f"{UNKNOWN}f(1)"),
        (
            "const f = ({ a, b = 2 }, [c], d = 4) => ({ a, b, c, d });\nf({ a: 1 }, [3])",
            {"a": 1, "b": 2, "c": 3, "d": 4},
        ),
        ("const f = (...a) => a;\nf(1)", f"{UNKNOWN}f(1)"),
        ("const f = (a) => ({ b: a });\n[1, 2].map(f)", [{"b": 1}, {"b": 2}]),
        ("[1, 2].flatMap((a, b) => [a, b])", [1, 0, 2, 1]),
        ("[1].concat([2], 3)", [1, 2, 3]),
        ("Object.fromEntries(['a', 'b'].map((k) => [k, k + 1]))", {"a": "a1", "b": "b1"}),
        ("Object.entries({ a: 1, b: 2 }).map(([k, v]) => `${k}${v}`)", ["a1", "b2"]),
        ("Object.assign({}, { a: 1, b: 2 }, { a: 3 })", {"a": 3, "b": 2}),
        ("class A { static b = 1 };\nA.b", f"{UNKNOWN}A.b"),
        ("({ b: 2, toJSON() { return 1; } })", f"{UNKNOWN}{{ b: 2, toJSON() {{ return 1; }} }}"),
        ("({ b: 2, toJSON: () => 1 })", f"{UNKNOWN}{{ b: 2, toJSON: () => 1 }}"),
        ("({ b: 2, toJSON: 1 })", {"b": 2, "toJSON": 1}),
        ("const a = { __proto__: { b: 1 } };\n[a.b, a]", [f"{UNKNOWN}a.b", {}]),
        ("const a = { __proto__: null };\na.b", None),
        ("const a = {}; a.__proto__ = { b: 1 };\na.b", f"{UNKNOWN}a.b"),
        ("const a = {};\n[a.toString ? 1 : 2]", [f"{UNKNOWN}a.toString ? 1 : 2"]),
        ("[9007199254740993, 9007199254740993 + 0, 1e21 * 10]", [9007199254740992, 9007199254740992, 1e22]),
        ("[-9007199254740993, 0x20000000000001, 123456789012345678901]", [-(2**53), 2**53, 123456789012345680000]),
        ("`${9007199254740993}`", "9007199254740992"),
        ("({ 9007199254740993: 1 })", {"9007199254740992": 1}),
        ("function f(a) { var a; return a; };\nf(1)", 1),
        ("function f(a) { var a = a || 2; return a; };\nf(1)", f"{UNKNOWN}f(1)"),
        ("function f(a) { if (a) { var a = 2; } return a; };\nf(1)", f"{UNKNOWN}f(1)"),
        ("var a = 1; const b = a; var a = 2;\nb", f"{UNKNOWN}b"),
        ("var a = 1; function a() {};\na", f"{UNKNOWN}a"),
    ],
)
def test_an_expression_comes_to_what_it_would_in_a_run_or_is_not_known(expression: str, value: object) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("({ a: 1 as const, b: <X>2, c: 3!, d: 4 satisfies number })", {"a": 1, "b": 2, "c": 3, "d": 4}),
        ("enum A { B = 'b' };\nA.B", "b"),
        ("enum A { B, C = 5, /* */ 'D', E = f(), F }\n;\n[A.B, A.D, A.F]", [0, 6, f"{UNKNOWN}A.F"]),
        ("const a: Record<string, string> = { b: 'c' };\na.b", "c"),
    ],
)
def test_types_change_nothing(expression: str, value: object) -> None:
    assert value_of(expression, "app.ts") == value


@pytest.mark.parametrize(
    ("expression", "files", "value"),
    [
        ("const { A } = require('./ids');\nA", {"src/ids.js": "exports.A = 'a';"}, "a"),
        ("const ids = require('./ids.js');\nids.A", {"src/ids.js": "module.exports = { A: 'a' };"}, "a"),
        ("import { A as b } from '../ids';\nb", {"ids.ts": "export const A = 'a';"}, "a"),
        ("import ids from './ids.js';\nids.A", {"src/ids.ts": "export default { A: 'a' };"}, "a"),
        ("import * as ids from './ids';\nids.A", {"src/ids/index.js": "export { a as A }; const a = 'a';"}, "a"),
        ("const x = require('./x.json');\nx.a[0]", {"src/x.json": '{"a": ["b"]}'}, "b"),
        (
            "import { A } from './all';\nA",
            {"src/all.js": "export * from './ids';", "src/ids.js": "export const A = 1;"},
            1,
        ),
        ("import { A } from './a';\nA", {"src/a.js": "export { A } from './app';"}, f"{UNKNOWN}A"),
        ("import { A } from 'lodash';\nA", {}, f"{UNKNOWN}A"),
        ("import { B } from './ids';\nB", {"src/ids.ts": "export const A = 'a';"}, f"{UNKNOWN}B"),
    ],
)
def test_what_is_imported_is_read_from_its_file(expression: str, files: dict[str, str], value: object) -> None:
    assert value_of(expression, "src/app.js", files) == value


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"module.exports = {WORKFLOW};", ["W"]),
        (f"export default {WORKFLOW};", ["W"]),
        (f"const w = {WORKFLOW};\nregister(w);", ["W"]),
        (f"kustomer.register({WORKFLOW});", ["W"]),
        (f"module.exports = () => ({WORKFLOW});", ["W"]),
        (f"module.exports = [{WORKFLOW}, {WORKFLOW.replace('W', 'V')}];", ["W", "V"]),
        (f"module.exports = {{ a: {WORKFLOW}, b: {WORKFLOW.replace('W', 'V')} }};", ["W", "V"]),
        (f"export const a = {WORKFLOW};\nexport const b = {WORKFLOW.replace('W', 'V')};", ["W", "V"]),
        (f"const w = {WORKFLOW};\nmodule.exports = {{ app: 'a', version: '1.0.0', workflows: [w] }};", ["W"]),
        (f"module.exports = {{ app: 'a', version: '1.0.0', workflows: [define({WORKFLOW}), x()] }}", ["W"]),
        (f"module.exports = {{ app: 'a', version: '1.0.0', workflows: a ? [{WORKFLOW}] : [] }}", ["W"]),
        (
            f"module.exports = {{ app: 'a', version: '1.0.0', workflows: [f({WORKFLOW}), {OTHER}, x()] }}",
            ["V", "W"],
        ),
        ("module.exports = { compilerOptions: { steps: 3 } };", []),
        ("const app = express(); app.listen(1);", []),
    ],
)
def test_a_definition_is_told_by_its_shape_wherever_it_is_built(text: str, names: list[str]) -> None:
    assert [entry.item.name for entry in document_of(text).entries] == names


def test_each_value_knows_where_it_is_written() -> None:
    text = """// ids
const EVENT = 'kustomer.message.create', more = { description: "d" };
module.exports = { ...more, name: `W ${EVENT}`, trigger: { eventName: EVENT, transitions: [] }, steps: [] };
"""
    document = document_of(text)
    assert written(document, "/trigger/eventName") == "app.js:2:15 'kustomer.message.create'"
    assert written(document, "/description") == 'app.js:2:64 "d"'
    assert written(document, "/name") == "app.js:3:35 `W ${EVENT}`"
    assert written(document, "/trigger") == "app.js:3:58 { eventName: EVENT, transitions: [] }"
    uses = document.source.origins.uses(document.spot("/trigger/eventName").value)  # type: ignore[union-attr]
    assert [source.location(extent.start) for source, extent in uses] == ["app.js:3:71"]


def test_a_definition_of_a_longer_file_is_read_once_however_it_is_exported() -> None:
    document = document_of("import w from './w';\nexport default w;", files={"w.js": f"export default {WORKFLOW};"})
    assert [entry.title for entry in document.entries] == ["W"]


def test_a_value_of_an_imported_file_is_written_there() -> None:
    files = {"lib/w.js": f"\nmodule.exports = {WORKFLOW};"}
    text = "const w = require('./lib/w');\nmodule.exports = { app: 'a', version: '1.0.0', workflows: [w] };"
    document = document_of(text, files=files)
    assert written(document, "/workflows/0/name") == "lib/w.js:2:35 'W'"


@pytest.mark.parametrize(
    "text", ["module.exports = { workflows: [{ name: 'a' trigger: {} }] };", "export default { steps: ["]
)
def test_what_is_no_valid_syntax_is_said_at_its_place(text: str) -> None:
    document = document_of(text)
    assert document.shape is Shape.BROKEN
    assert document.faults[0].rule == "invalid-json"


def test_constants_that_come_to_too_much_are_not_read() -> None:
    lines = [f"const a0 = ['{'0123456789' * 1000}'];", *(f"const a{n + 1} = [{f'a{n},' * 10}];" for n in range(9))]
    document = document_of("\n".join(lines) + f"\nmodule.exports = {{ ...{WORKFLOW}, meta: a9 }};")
    assert "more than kustui reads" in document.faults[0].message


def test_nesting_of_any_depth_is_survived() -> None:
    document = document_of(f"module.exports = {{ ...{WORKFLOW}, meta: {'[' * 5000}{']' * 5000} }};")
    assert "nested more than" in document.faults[0].message


@pytest.mark.parametrize("end", ["", "}`" * 5000])
def test_templates_in_each_other_are_nested(end: str) -> None:
    document = document_of(f"module.exports = {{ ...{WORKFLOW}, meta: {'`${' * 5000}1{end} }};")
    assert "nested more than" in document.faults[0].message


@pytest.mark.parametrize("part", ["a => ", "a = ", "!"])
def test_more_levels_than_the_queries_of_the_parser_count_are_told(part: str) -> None:
    deep = f"const deep = {part * (MOST_LEVELS + 1)}1;\nexport const id = 1;\n"
    (fault,) = document_of(f"{deep}module.exports = {WORKFLOW};").faults
    assert fault.message == "nested more than 60,000 levels deep from here on"
    assert fault.extent is not None
    assert fault.extent.start > len(part) * MOST_LEVELS


def test_an_imported_file_with_more_levels_is_not_followed() -> None:
    deep = f"const deep = {'!' * (MOST_LEVELS + 1)}1;\nexport const ID = 'a';\n"
    assert value_of("import { ID } from './deep';\nID", files={"src/deep.ts": deep}) == f"{UNKNOWN}ID"


def test_functions_may_call_each_other_deeper_than_python_does() -> None:
    calls = "".join(f"function f{n}(w) {{ f{n - 1}(w); }}\n" for n in range(1, 600))
    module = f"function f0(w) {{ w.steps.push(more); }}\n{calls}const w = {WORKFLOW};\nf599(w);\nmodule.exports = w;"
    (entry,) = document_of(module).entries
    assert UNKNOWN in entry.text().decode()


@pytest.mark.parametrize(
    "text",
    [
        "// a { or a (", "/* ( */", '"(",', "'it\\'s {',", "`don't ( ${'['}`,", "`$ { \\${ {`,",
        "`{ ${[1, `( ${{ a: 1 }} [`]} ${1}${2} (`,",
    ],
)  # fmt: skip
def test_a_bracket_in_a_text_or_a_comment_nests_nothing(text: str) -> None:
    lines = f"{text}\n" * 600
    assert len(document_of(f"const lines = [\n{lines}];\nmodule.exports = {WORKFLOW}").entries) == 1
    closed = f"const closed = ['{')' * 600}',\n{lines}];\n"
    document = document_of(f"{closed}module.exports = {{ ...{WORKFLOW}, more: {'[' * 600}{']' * 600} }}")
    assert "nested more than" in document.faults[0].message
    document = document_of(f"module.exports = {{ ...{WORKFLOW}, meta: {'[' * 300}{']' * 300} }};")
    assert [entry.item.name for entry in document.entries] == ["W"]


@pytest.mark.parametrize(
    "text",
    [
        '// c\n{"app": "a", "version": "1.0.0", "title": "t", /* é */\n "workflows": [],}\n',
        '{"app": "a", "version": "1.0.0", "title": "//", "workflows": [] /* \n */ }',
    ],
)
def test_comments_and_trailing_commas_in_json_leave_everything_else_in_its_place(text: str) -> None:
    document = document_of(text, "app.json")
    assert document.shape is Shape.APP
    assert {fault.rule for fault in document.faults} == {"relaxed-json"}
    assert written(document, "/workflows").endswith("[]")
    assert document_of(text, "app.jsonc").faults == ()
    assert json.loads(document.source.data)["version"] == "1.0.0"
    assert document_of(text, "app.json5").shape is Shape.APP


def test_the_parsers_are_loaded_for_modules_alone() -> None:
    code = (
        "import sys; from kustui.definition.collection import read_document; "
        "read_document('a.json', b'{\"workflows\": [], // c\\n}'); loaded = 'tree_sitter' in sys.modules; "
        "read_document('a.js', b'module.exports = {}'); sys.exit(loaded or 'tree_sitter' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_time_for_assignments_in_each_other_grows_with_their_number() -> None:
    module = f"const many = {'a = b = ' * 20_000}1;\nmodule.exports = {WORKFLOW}"
    began = time.process_time()
    assert len(document_of(module).entries) == 1
    assert time.process_time() - began < 5  # 50 s where each looks for what it is in from the top


def test_the_work_for_members_of_another_module_grows_with_their_number() -> None:
    """And not with the square of it, as where each looks at all that the other module exports."""

    def document(number: int) -> Document:
        constants = "".join(f"exports.K{n} = 'v{n}';\n" for n in range(number))
        uses = ", ".join(f"c.K{n}" for n in range(number))
        text = f"import * as c from './c';\nexport default {{ ...{WORKFLOW}, meta: {{ uses: [{uses}] }} }};"
        return document_of(text, "app.ts", {"c.js": constants})

    assert counted(lambda: document(400)) < 5 * counted(lambda: document(100))
    assert json.loads(document(400).source.data)["meta"]["uses"][-1] == "v399"


def test_what_is_not_known_inside_a_circle_of_modules_is_known_outside_of_it() -> None:
    files = {
        "b.js": "exports.x = { y: require('./c').z };\nexports.w = 'text';",
        "c.js": "exports.z = require('./b').w;\nexports.v = require('./b').x;",
        "d.js": "exports.u = require('./b').x.y;",
    }
    expression = "[require('./b').x.y, require('./d').u, require('./c').v]"
    assert value_of(expression, files=files) == ["text", "text", f"{UNKNOWN}require('./c').v"]


def test_a_number_that_is_greater_than_numbers_are_is_not_known() -> None:
    assert str(value_of(f"0x{'9' * 4_000}")).startswith(f"{UNKNOWN}0x99")
    assert str(value_of("9" * 400)).startswith(f"{UNKNOWN}99")
