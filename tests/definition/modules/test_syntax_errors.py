"""What is said of a module that is no valid syntax: in words of people, and where."""

from __future__ import annotations

import pytest

from kustui.definition.modules.module_file import ModuleFile
from kustui.definition.modules.syntax_errors import first_error
from kustui.definition.source.source import Source
from tests.benchmarks.growth import counted
from tests.support.modules import document_of

START = "module.exports = {\n  id: 'w', name: 'W', trigger: { eventName: 'x', transitions: [] },\n"


@pytest.mark.parametrize("path", ["app.js", "app.ts"])
@pytest.mark.parametrize(
    ("rest", "place", "message"),
    [
        ("  steps: [\n    { id: 'a', action: \n", "4:23", "the file ends before the { at 4:5 is closed"),
        ("  steps: [\n    { id: \n  ],\n};", "5:3", "the { at 4:5 is not closed before this ]"),
        ("  steps: [{ id: 'a' \n { id: 'b' }],\n};", "4:2", "the { at 3:11 is not closed before this {"),
        ("  steps: [],\n};\nconst a = {", "5:12", "the file ends before the { at 5:11 is closed"),
        ("  steps: []\n};\n}", "5:1", "this } closes nothing"),
        ("  steps: [f(a],\n};", "3:14", "the ( at 3:12 is not closed before this ]"),
        ("  steps: [f(a,\n  b: 1],\n};", "4:4", "the ( at 3:12 is not closed before this :"),
        ("  steps: [\n};\nexport const b = 1;", "4:1", "the [ at 3:10 is not closed before this }"),
        ("  steps: [\nconst b = 1;", "4:1", "the [ at 3:10 is not closed before this const"),
        ("  steps: [];\n};", "3:12", "the { at 1:18 is not closed before this ;"),
        ("  },\n  steps: [],\n};", "4:8", "a key outside an object"),
        ("  steps: [] // none\n  callable: true,\n};", "3:12", "a comma is missing here, before the next member"),
        ("  steps: ['a' 'b'],\n};", "3:14", "a comma is missing here, before the next element"),
        ("  steps: f('a' b),\n};", "3:15", "a comma is missing here, before the next argument"),
        ("  steps [],\n};", "3:8", "a colon is missing here, before the value"),
        ("  'steps' 'a',\n};", "3:10", "a colon is missing here, before the value"),
        ("  steps = [],\n};", "3:9", "a colon is missing here, before the value"),
        ("  steps: ,\n};", "3:10", "a value is missing before ,"),
        ("  steps: a.,\n};", "3:12", "a name is missing after the ."),
        ("  steps: 'a,\n};", "3:10", "this string is not closed on its line"),
        ("  steps: `a ${b} c,\n};", "3:10", "this template is never closed"),
        ("  steps: [],\n};\n/* a", "5:1", "this comment is never closed"),
        ("  steps: “a”,\n};", "3:10", "a typographic quote"),
        ("<<<<<<< HEAD\n  steps: [],\n=======\n  steps: [1],\n>>>>>>> b\n};", "3:1", "an unresolved merge conflict"),
    ],
)
def test_a_syntax_error_says_what_is_missing_and_where(path: str, rest: str, place: str, message: str) -> None:
    document = document_of(START + rest, path)
    fault = next(fault for fault in document.faults if fault.rule == "invalid-json")
    assert fault.extent is not None
    assert (str(document.source.text_source.place(fault.extent.start)), fault.message) == (place, message)


def test_a_value_alone_has_its_places_too() -> None:
    document = document_of("{ id: 'w', steps: [", "app.json5")
    fault = document.faults[0]
    assert (fault.extent and fault.extent.start, fault.message) == (19, "the file ends before the [ at 1:19 is closed")


@pytest.mark.parametrize(
    "text",
    [
        "const  = 1;",  # no valid syntax, but the definition is whole
        "function f(a: Flow) {}",
        "const quote = '“', other = /[“{]/;",
        "// it's “so” {\nconst a = `${'{'}`;",
    ],
)
def test_nothing_is_said_of_syntax_beside_a_definition_that_may_be_valid_elsewhere(text: str) -> None:
    assert not document_of(f"{text}\n{START}  steps: [],\n}};").faults


def test_a_large_module_is_not_parsed_again_to_say_what_is_wrong() -> None:
    document = document_of(START + "  steps: [\n" + "    { id: 'a' },\n" * 20_000 + "    { id: \n  ],\n};")
    assert any("missing" in fault.message or "belong" in fault.message for fault in document.faults)


def test_the_work_to_find_an_error_in_many_parts_grows_with_their_number() -> None:
    """And not with the square of it, as where all of the module is looked through for each part of its definition."""

    def work(number: int) -> int:
        parts = "".join(f"const p{n} = {{ id: 's{n}' }};\n" for n in range(number))
        steps = ", ".join(f"p{n}" for n in range(number))
        module = ModuleFile.of(0, Source("app.js", f"{parts}{START}  steps: [{steps}]\n}};\nconst  = 1;".encode()))
        ranges = [module.origin(node) for node in module.root.children]
        return counted(lambda: first_error(module, ranges[:number]))

    assert work(400) < 5 * work(100)
