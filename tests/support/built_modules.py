"""Modules that put a definition together in steps, by chance."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from kustui.text.terminal_safe import UNKNOWN

_BEGIN = """\
const step = (id, action = 'kustomer.a') => ({ id, action, transitions: [] });
const steps = [step('s1'), { id: 's2', action: 'kustomer.b', transitions: [], params: { n: 1, list: ['x', 'y'] } }];
const wf = { id: 'w1', name: 'W1', trigger: { eventName: 'kustomer.x', transitions: [] }, steps };
const other = { id: 'w2', name: 'W2', trigger: { transitions: [] }, steps: [{ id: 's3', action: 'a', params: {} }] };
let count = 1, made;
const app = { app: 'a', version: '1.0.0', title: 'T', workflows: [wf, other], settings: { a: { b: 1 }, c: [1, 2] } };
"""
_OBJECTS = ("app", "wf", "other", "app.settings", "app.settings.a", "wf.trigger", "other.trigger", "app.workflows[0]",
            "app.workflows[1].steps[0]", "steps[0]", "wf.steps[1]", "steps[1].params", "module.exports")  # fmt: skip
_LISTS = ("steps", "wf.steps", "other.steps", "app.workflows", "app.settings.c", "steps[1].params.list",
          "app.workflows[0].steps")  # fmt: skip
_KEYS = ("title", "name", "description", "settings", "a", "n", "trigger", "eventName")
_STATEMENTS = (
    "{object}.{key} = {value};",
    "{object}['{key}'] = {value};",
    "{list}.push({value});",
    "{list}.push({value}, {value});",
    "{list}.unshift({value});",
    "{list}.{method}();",
    "{list}[{index}] = {value};",
    "{list}.splice({index}, 1);",
    "delete {object}.{key};",
    "Object.assign({object}, {{ {key}: {value} }});",
    "Object.assign({object}, {{ ...{object}, {key}: {value} }});",
    "const {name} = {object}; {name}.{key} = {value};",
    "const {name} = {list}; {name}.push({value});",
    "const {{ {key}: {name} = {{}} }} = {object}; if ({name}) {name}.{key} = {value};",
    "const [{name}] = {list}; if ({name}) {name}.{key} = {value};",
    "const {name} = {{ ...{object} }}; {name}.{key} = {value}; app.copy = {name};",
    "const {name} = [...{list}]; {name}.push({value}); app.copies = {name};",
    "const {name} = `${{{object}.{key}}}!`; app.text = {name};",
    "if ({condition}) {object}.{key} = {value};",
    "if ({condition}) {{ {list}.push({value}); }} else {object}.{key} = {value};",
    "for (const {name} of {list}) {name}.{key} = {value};",
    "for (const {name} of {list}) {{ {object}.{key} = {name}; }}",
    "for (let i = 0; i < {list}.length; i++) {list}[i].{key} = {value};",
    "{list}.forEach(({name}) => {{ {name}.{key} = {value}; }});",
    "{list}.forEach(({name}, i) => {{ {object}.{key} = i; }});",
    "{list}.filter(Boolean).forEach(({name}) => {{ {name}.{key} = {value}; }});",
    "const {name} = {list}.find(({name}) => {name}.id === 's2' || {name}.id === 'w2'); "
    "if ({name}) {name}.{key} = {value};",
    "const {name} = {condition} ? {object} : {object}; {name}.{key} = {value};",
    "function {name}(o, v) {{ o.{key} = v; }} {name}({object}, {value});",
    "const {name} = (o) => {{ const p = o; p.{key} = {value}; return p; }}; app.result = {name}({object});",
    "const {name} = () => {object}; {name}().{key} = {value};",
    "function {name}() {{ {object}.{key} = {value}; }} {name}();",
    "function {name}(l) {{ for (const x of l) x.{key} = {value}; }} {name}({list});",
    "(() => {{ {object}.{key} = {value}; }})();",
    "try {{ {object}.{key} = {value}; }} catch (error) {{ {list}.pop(); }}",
    "count += 1; app.count = count;",
    "count = count + 1; app.count = count;",
    "made = {object}; made.{key} = {value};",
    "if ({condition}) made = {object}; if (made) made.{key} = {value};",
    "app.list = {list}.map(({name}, i) => ({{ i, {key}: {value} }}));",
    "app.list = {list}.concat([{value}]);",
    "app.keys = Object.keys({object});",
    "{object}.{key} = {object}.{key} || {value};",
    "{object}.{key} ??= {value};",
    "{object}.{key} = {object}.{key} = {value};",
    "{object}[{condition} ? '{key}' : 'x'] = {value};",
    "[{object}.{key}, count] = [{value}, 2];",
    "switch ({condition}) {{ case true: {object}.{key} = {value}; }}",
    "{{ const wf = {{}}; wf.{key} = {value}; }}",
    "class {name} {{ go() {{ {object}.{key} = {value}; }} }} new {name}().go();",
    "const {name} = {{ set(o) {{ o.{key} = {value}; }} }}; {name}.set({object});",
    "const {name} = {{ set: (o) => {{ o.{key} = {value}; }} }}; {name}.set({object});",
)
_VALUES = ("'v'", "1", "null", "true", "[1, 'z']", "{ a: 1 }", "count", "undefined", "{ id: 's9', action: 'a' }",
           "wf.name", "app.version + 'x'", "step('s8')", "step('s7', 'b')", "[...steps]", "{ ...other }", "-0", "0x1f",
           "1_000", "`a${1 + 1}`", "unknown()", "(1, 2)", "!'' ", "1e21", "0.1 + 0.2", "'a' + 1.50")  # fmt: skip
_CONDITIONS = ("process.argv.length", "!process.argv.length", "true", "false", "app.title", "wf.missing", "count > 1")


def built_module(chance: Random) -> str:
    """A module that exports an app. A run of it may fail: then it is no example."""
    lines = [_statement(chance, f"name{at}") for at in range(chance.randint(1, 6))]
    begin = _BEGIN + "function unknown() { return process.argv.length; }\n"
    if chance.random() < 0.3:
        return f"{begin}module.exports = app;\n" + "\n".join(lines)
    return begin + "\n".join(lines).replace("module.exports", "app") + "\nmodule.exports = app;\n"


def _statement(chance: Random, name: str) -> str:
    text = chance.choice(_STATEMENTS)
    parts = {"object": _OBJECTS, "list": _LISTS, "key": _KEYS, "value": _VALUES, "condition": _CONDITIONS}
    parts |= {"method": ("pop", "shift", "reverse", "sort"), "index": ("0", "1", "2", "3")}
    for part, choices in parts.items():
        while f"{{{part}}}" in text:
            text = text.replace(f"{{{part}}}", chance.choice(choices), 1)
    return text.replace("{name}", name).replace("{{", "{").replace("}}", "}")


# What a run makes of them

NODE = shutil.which("node")


def results_of_runs(modules: Sequence[str], folder: Path) -> list[Any]:
    """What each module exports where it is run; None where it fails, or there is nothing that JSON has."""
    for at, module in enumerate(modules):
        (folder / f"{at}.js").write_text(module)
    script = (
        "for (let i = 0; i < +process.argv[2]; i++) { let text = 'null'; "
        "try { text = JSON.stringify(require(`${process.argv[1]}/${i}.js`)) ?? 'null'; } catch (error) {} "
        "console.log(text); }"
    )
    command = [NODE or "node", "-e", script, str(folder), str(len(modules))]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=120, encoding="utf-8").stdout
    return [json.loads(line) for line in printed.splitlines()]


def differences(read: Any, run: Any, at: str = "") -> Iterator[str]:
    """Where what was read is taken as certain, and is not what a run gives."""
    match read, run:
        case str(), _ if read[:1] == UNKNOWN:
            return
        case dict(), dict():
            certain = _certain(read)
            for key, value in certain.items():
                if key in run:
                    yield from differences(value, run[key], f"{at}/{key}")
                elif not str(value).startswith(UNKNOWN):
                    yield f"{at}/{key} is not there in a run"
            if not any(key.startswith(UNKNOWN) for key in read):
                yield from (f"{at}/{key} is missing" for key in run if key not in read)
        case list(), list():
            if any(str(element).startswith(UNKNOWN) for element in read):  # of which there may be any number
                return
            if len(read) != len(run):
                yield f"{at} has {len(read)} elements, in a run {len(run)}"
            for index, (one, other) in enumerate(zip(read, run, strict=False)):
                yield from differences(one, other, f"{at}/{index}")
        case _ if (type(read) is bool) != (type(run) is bool) or read != run:
            yield f"{at} is {read!r}, in a run {run!r}"


def _certain(read: dict[str, Any]) -> dict[str, Any]:
    """The members that come after all that may give an object any member."""
    certain: dict[str, Any] = {}
    for key, value in read.items():
        if key.startswith(UNKNOWN):
            certain.clear()
        else:
            certain[key] = value
    return certain
