"""Why a text is not JSON, and where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import MAX_DEPTH
from kustui.definition.source.source import Source
from kustui.definition.source.syntax import fault_in
from tests.support.definitions import a_workflow, document_of, only_fault, told

MISTAKES = [
    # Strings.
    ('["abc', "1:2-1:3 this string is never closed"),
    ('["a\\', "1:2-1:3 this string is never closed"),
    ('{"a": "b,\n"c": 1}', "1:7-1:10 this string is not closed on its line"),
    ('{"a": "b,\r\n"c": 1}', "1:7-1:10 this string is not closed on its line"),
    ('["a", "b\n', "1:7-1:9 this string is not closed on its line"),
    ('["a\tb"]', "1:4-1:5 a tab inside a string"),
    ('["a\x1b[2Jb"]', "1:4-1:5 a control character inside a string"),
    ('["C:\\work"]', "1:5-1:7 \\w is not a valid JSON escape"),
    ('["\\u12g4"]', "1:3-1:9 \\u12g4 is not a valid JSON escape"),
    ('["a\\\x1b"]', "1:4-1:5 \\ is not a valid JSON escape"),
    ('{"a": "say "hi" now"}', "1:13-1:14 text after a closing quote"),
    ('{"a: 1, "b": 2}', "1:10-1:11 text after a closing quote"),
    ("['a']", "1:2-1:3 JSON strings use \", not '"),
    ('{"a": `x`}', '1:7-1:8 JSON strings use ", not `'),
    ("{“a”: 1}", "1:2-1:3 a typographic quote"),
    # Commas, colons, brackets.
    ('{"a":1,}', "1:7-1:8 a comma before the closing }"),
    ("[1, \t\r\n ]", "1:3-1:4 a comma before the closing ]"),
    ("[1,,2]", "1:4-1:5 an extra comma"),
    ("[,]", "1:2-1:3 an extra comma"),
    ('{"a":1,,"b":2}', "1:8-1:9 an extra comma"),
    ('{"a":1\n"b":2}', "1:7-2:1 a comma is missing here, before the next member"),
    ('[{"a":1} {"a":2}]', "1:9-1:10 a comma is missing here, before the next element"),
    ("[1 -2]", "1:3-1:4 a comma is missing here, before the next element"),
    ('{"a" 1}', "1:6-1:7 a colon is missing before 1"),
    ('{"a"=1}', "1:5-1:6 a colon is missing before ="),
    ('["a": 1]', "1:5-1:6 a key outside an object"),
    ('"a": 1', "1:4-1:5 a key outside an object"),
    ('{"a":}', "1:6-1:7 a value is missing before }"),
    ('{"a":[1}', "1:8-1:9 } closes an object, but a list is open"),
    ('{"a":1]', "1:7-1:8 ] closes a list, but an object is open"),
    ("[}", "1:2-1:3 } closes an object, but a list is open"),
    ("[1;2]", "1:3-1:4 ; does not belong here"),
    # The end.
    ('{"a": [1, {"b": 2\n', "1:18-2:1 the file ends before the { at 1:11 is closed"),
    ("[1", "1:3-1:3 the file ends before the [ at 1:1 is closed"),
    ("{}\n}", "2:1-2:2 this } closes nothing"),
    ("{}\nx", "2:1-2:2 text after the end of the JSON value"),
    ("{}, {}", "1:3-1:4 text after the end of the JSON value"),
    # A module that has yet to be printed.
    ("module.exports = {app: 'shop'}", "1:1-1:15 this is JavaScript, not JSON"),
    ("// the app\nconst app = {}", "2:1-2:8 this is JavaScript, not JSON"),
    ("/* the\napp */ export default {}", "2:8-2:15 this is JavaScript, not JSON"),
    ("'use strict';\nmodule.exports = {}", "1:1-1:13 this is JavaScript, not JSON"),
    ('"use strict";\nmodule.exports = {}', "1:1-1:13 this is JavaScript, not JSON"),
    # What a package manager prints before it.
    ("\n> shop@1.0.0 build\n> node build.js\n\n{}", "2:1-2:19 npm has printed a banner before the JSON"),
    ("\n> shop@1.0.0 build /home/me/shop\n> node x\n{}", "2:1-2:33 pnpm has printed a banner before the JSON"),
    ("yarn run v1.22.19\n$ node x\n{}\nDone in 0.12s.", "1:1-1:18 yarn has printed a banner before the JSON"),
    ("$ node x\r\n{}", "1:1-1:9 yarn has printed a banner before the JSON"),
    ("> node x", "1:1-1:9 npm has printed a banner before the JSON"),
    ("\x1b[2m$ node x\x1b[0m\n{}", "1:1-1:17 yarn has printed a banner before the JSON"),
    (
        "\x1b[1myarn run v1.22.19\x1b[22m\n\x1b[2m$ node x\x1b[22m\n{}",
        "1:1-1:27 yarn has printed a banner before the JSON",
    ),
    ("\n\x1b[0m> shop@1.0.0 build\x1b[0m\n{}", "2:1-2:27 npm has printed a banner before the JSON"),
    ("\x1b]0;npm\x07\n> shop@1.0.0 build\n{}", "1:1-1:9 npm has printed a banner before the JSON"),
    (
        "npm WARN config production\n\n> shop@1.0.0 build\n> x\n\n{}",
        "1:1-1:27 npm has printed a banner before the JSON",
    ),
    ("npm ERR! code 1\n{}", "1:1-1:16 npm has printed a banner before the JSON"),
    ("npm warn Unknown env\nnpm notice New\n{}", "1:1-1:21 npm has printed a banner before the JSON"),
    ("\x1b[33mnpm\x1b[39m WARN x\r\n{}", "1:1-1:21 npm has printed a banner before the JSON"),
    ("npm WARN x\n$ node x\n{}", "1:1-1:11 yarn has printed a banner before the JSON"),
    ("warning package.json: No license\n$ node x\n{}", "1:1-1:33 yarn has printed a banner before the JSON"),
    (
        "\x1b[43m\u2009WARN\u2009\x1b[49m old\n\n> a@1.0.0 b /a\n{}",
        "1:1-1:21 pnpm has printed a banner before the JSON",
    ),
    ("warning: nothing of these\n{}", "1:1-1:8 warning is not a JSON value"),
    ("npm\n{}", "1:1-1:4 npm is not a JSON value"),
    ("\x1b[1m{}\x1b[0m", "1:1-1:2 U+001B (a control character) outside a string"),
    ("{},\n", "1:3-1:4 a comma after the last value"),
    (",0", "1:1-1:2 a value is missing before ,"),
    (",{}", "1:1-1:2 a value is missing before ,"),
    # Values of other languages.
    ("[True]", "1:2-1:6 True is not a JSON value"),
    ("[None]", "1:2-1:6 None is not a JSON value"),
    ("[undefined]", "1:2-1:11 undefined is not a JSON value"),
    ("[NaN]", "1:2-1:5 NaN is not a JSON value"),
    ('["NaN", {"Infinity": -Infinity}]', "1:22-1:31 -Infinity is not a JSON value"),
    ("[NaNs]", "1:2-1:5 NaN is not a JSON value"),
    ("[-NaN]", "1:2-1:3 - does not belong here"),
    ("[1, Infinity]", "1:5-1:13 Infinity is not a JSON value"),
    ("hello", "1:1-1:6 hello is not a JSON value"),
    ("{a: 1}", "1:2-1:3 the key a has no quotes"),
    ("{1: 1}", "1:2-1:3 1 where a key should be"),
    ("[007]", "1:2-1:5 007 is not a valid JSON number"),
    ("[+1]", "1:2-1:4 +1 is not a valid JSON number"),
    ("[-.5]", "1:2-1:5 -.5 is not a valid JSON number"),
    ("[1.]", "1:2-1:4 1. is not a valid JSON number"),
    ("[0x1F]", "1:2-1:6 0x1F is not a valid JSON number"),
    ("[12-05-2024]", "1:2-1:12 12-05-2024 is not a valid JSON number"),
    ("1_000", "1:1-1:6 1_000 is not a valid JSON number"),
    # What JSON has nowhere.
    ("// ours\n{}", "1:1-1:3 JSON has no comments"),
    ("{} // ours", "1:4-1:6 JSON has no comments"),
    ("[1, # one\n2]", "1:5-1:7 JSON has no comments"),
    ('{"steps": [...]}', "1:12-1:15 JSON has no …"),
    ("[…]", "1:2-1:3 JSON has no …"),
    ('{"a": {{{steps.1.id}}}}', "1:7-1:9 a template without quotes"),
    ('{"a": /#steps.1.id}', "1:7-1:9 a reference without quotes"),
    ('{"a":1,\n<<<<<<< HEAD\n"b":2}', "2:1-2:8 an unresolved merge conflict"),
    ('{"a":1\n=======\n}', "2:1-2:8 an unresolved merge conflict"),
    ('{"a":1\n>>>>>>> theirs\n}', "2:1-2:8 an unresolved merge conflict"),
    ('{"a":\u00a01}', "1:6-1:7 U+00A0 (no-break space) outside a string"),
    ("[]\0", "1:3-1:4 U+0000 (a control character) outside a string"),
    ("\ufeff\ufeff[]", "1:1-1:2 U+FEFF (zero width no-break space) outside a string"),
    # Nothing at all.
    ("", "1:1-1:1 the file is empty"),
    ("\ufeff", "1:1-1:1 the file is empty"),
    (" \t\r\n", "1:1-1:1 the file contains only whitespace"),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_a_mistake_is_told_with_its_place(text: str, expected: str) -> None:
    found = document_of(text)
    assert told(found) == [expected]
    assert found.shape is Shape.BROKEN
    assert found.entries == ()
    assert only_fault(found).rule == "invalid-json"


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_every_mistake_says_what_to_do(text: str, expected: str) -> None:
    assert only_fault(document_of(text)).hint


def test_the_hint_says_how_it_is_written() -> None:
    assert only_fault(document_of("[True]")).hint == "write true"
    assert only_fault(document_of("{key: 1}")).hint == 'write "key"'
    assert only_fault(document_of('["a\tb"]')).hint == "write it as \\t"
    assert only_fault(document_of("[[1], [2")).hint == "close it with ]"


@pytest.mark.parametrize("text", ['{"a":', '{"a"', '[{"a": 1, "b": \n', '{"a": {"b"'])
def test_a_bracket_is_not_what_a_file_lacks_that_ends_before_a_value(text: str) -> None:
    fault = only_fault(document_of(text))
    assert fault.hint == "add the value of the last key, and close it with }"
    assert fault.intended is None
    assert only_fault(document_of(f"{text.rstrip().removesuffix(':')}: 1")).intended


ABOUT_THE_END = (
    "the file",
    "text after the end",
    "this }",
    "this string is never",
    "a comma after the last value",
    "U+0000",
    "U+FEFF",
    "JSON has no comments",
)
INSIDE = [
    text for text, told in MISTAKES if text[:1] in ("[", "{") and not told.split(" ", 1)[1].startswith(ABOUT_THE_END)
]


@pytest.mark.parametrize("text", INSIDE)
def test_a_mistake_has_its_place_behind_text_of_any_script(text: str) -> None:
    before = '{"é😀": "日本",\r\n\t"x": '
    alone, moved = only_fault(document_of(text)), only_fault(document_of(before + text))
    assert moved.message == alone.message
    assert moved.extent
    assert alone.extent
    assert moved.extent.start - alone.extent.start == len(before.encode())


def test_only_the_first_fault_of_a_file_is_told() -> None:
    assert told(document_of('{"a": tru,\n"b": fals}')) == ["1:7-1:10 tru is not a JSON value"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_a_hundred_thousand_levels_are_told_where_they_pass_what_is_read(text: str) -> None:
    fault = only_fault(document_of(text))
    assert fault.message == f"nested more than {MAX_DEPTH} levels deep from here on"
    assert fault.extent
    assert fault.extent.start == len(text.split("]")[0]) // 100_000 * MAX_DEPTH


def test_a_mistake_before_the_depth_is_told_first() -> None:
    assert told(document_of("[NaN," + "[" * 100_000)) == ["1:2-1:5 NaN is not a JSON value"]


def test_text_that_a_terminal_would_obey_is_never_repeated() -> None:
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x200B, 0xFEFF):
        for text in (f"[{chr(code)}]", f'["\\{chr(code)}"]', f'["{chr(code)}"]', f'{{"{chr(code)}": 1,}}'):
            found = document_of(f" {text}")
            assert all(line.isprintable() for line in told(found)), text


def test_json_has_no_fault() -> None:
    for text in ("1e308", "1" * 5000, '"\\ud800"', "[]", "{}", json.dumps(a_workflow())):
        assert fault_in(Source("x", text.encode())) is None


def test_one_mistake_deep_in_a_big_file_has_its_line() -> None:
    text = json.dumps([a_workflow(str(number)) for number in range(500)], indent=2)
    lines = text.split("\n")
    lines[9_000] = lines[9_000].rstrip(",") + "?"
    (line,) = told(document_of("\n".join(lines)))
    assert line.startswith("9001:")


@given(st.text(st.sampled_from('[]{}",:\\ \n1.5-etrun/#u0dN<=\u00a0é'), max_size=12))
def test_whatever_python_refuses_has_one_fault_inside_the_file(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda _: json.loads(""))
    except json.JSONDecodeError:
        found = document_of(b" " + text.encode())
        (fault,) = found.faults
        assert fault.extent
        assert 0 <= fault.extent.start <= fault.extent.end <= len(found.source.data)
        assert fault.message.isprintable()
        assert "cannot be read as JSON" not in fault.message
    else:
        assert document_of(b" " + text.encode()).shape is Shape.NOTHING


def test_text_in_another_encoding_is_read_and_told() -> None:
    found = document_of(json.dumps(a_workflow("grüße"), ensure_ascii=False).encode("utf-16"))
    assert [entry.title for entry in found.entries] == ["grüße"]
    assert told(found) == ["1:1-1:2 the file is written in UTF-16"]


def test_bytes_that_are_not_text_are_told_at_their_place() -> None:
    assert told(document_of('{"é": "'.encode() + b'\xe9"}')) == [
        "1:8-1:9 byte 0xE9 is not UTF-8: save the file as UTF-8"
    ]
    assert document_of(b"\xff\xfe\xfa").shape is Shape.BROKEN
