"""Strings of a definition: references, functions, and where each stands in a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.expressions import Function, Literal, Reference, expressions_in, is_plain, parse
from tests.support.strategies import EXPRESSION_TEXTS, EXPRESSION_VALUES, PATHS


@pytest.mark.parametrize(
    ("text", "root", "step", "fields"),
    [
        ("/#steps.1.tags", "steps", "1", ("tags",)),
        ("/#steps.egu-awuO4.body.0.id", "steps", "egu-awuO4", ("body", "0", "id")),
        ("/#steps.o-FSRNTfu", "steps", "o-FSRNTfu", ()),
        ("/#steps.Z4L.custom.@effotim2TimerBool", "steps", "Z4L", ("custom", "@effotim2TimerBool")),
        ("/#variables.v_1", "variables", None, ()),
        ("/#error", "error", None, ()),
        ("/#error.message", "error", None, ("message",)),
    ],
)
def test_a_reference_says_what_it_reads(text: str, root: str, step: str | None, fields: tuple[str, ...]) -> None:
    read = parse(text)
    assert isinstance(read, Reference)
    assert not read.faults
    assert read.path
    assert (read.path.root, read.path.step, read.path.fields) == (root, step, fields)


def test_the_step_id_can_be_pointed_at_alone() -> None:
    (path,) = parse("/#steps.egu-awuO4.id").paths
    assert path.step_span == (8, 17)
    assert ["/#steps.egu-awuO4.id"[a:b] for a, b in path.spans] == ["steps", "egu-awuO4", "id"]


@pytest.mark.parametrize(
    ("text", "message", "hint", "at"),
    [
        ("/#", "nothing follows the /#", "write /#steps.", "/#"),
        ("/#/steps.1", "a slash follows the /#", "remove the slash", "/"),
        ("/#step.1", 'a path cannot begin with "step"', 'did you mean "steps"?', "step"),
        ("/#Steps.1", 'a path cannot begin with "Steps"', 'did you mean "steps"?', "Steps"),
        ("/#steps1.x", 'a path cannot begin with "steps1"', 'did you mean "steps.1"?', "steps1"),
        ("/#stepsab.x", 'a path cannot begin with "stepsab"', 'did you mean "steps.ab"?', "stepsab"),
        ("/#query", 'a path cannot begin with "query"', "a path begins with steps,", "query"),
        ("/#steps", "the path names no step", "write steps.<step id>", "steps"),
        ("/#variables", "the path names no variable", "write variables.<", "variables"),
        ("/#steps..a", "a name is missing between two dots", "remove one", ".."),
        ("/#steps.", "a name is missing after the last dot", "", "."),
        ("/#.steps", "a name is missing before the first dot", "", "."),
        ("/# steps.1.id", "a path cannot contain spaces", "remove the space", " "),
        ("/#steps.1.id ", "a path cannot contain spaces", "remove the space", " "),
        ("/#steps.1.id shipped", "text follows the reference", "template: {{{steps.1.id}}} …", " shipped"),
        ("/#steps.1.a/#steps.1.b", "a second reference begins", "join values", "/#"),
        ("/#parseInt,steps.1.n", "neither a path nor a function", "/#fn:name,path", "/#parseInt,steps.1.n"),
    ],
)
def test_a_malformed_reference_says_what_is_wrong_and_where(text: str, message: str, hint: str, at: str) -> None:
    read = parse(text)
    assert isinstance(read, Reference)
    assert not read.paths
    (fault,) = read.faults
    assert message in fault.message
    assert fault.hint.startswith(hint) or hint in fault.hint
    assert text[fault.start : fault.end] == at


@pytest.mark.parametrize(
    ("text", "embedded"),
    [
        ("Order /#steps.1.id", ["/#steps.1.id"]),
        ("Order /#steps.1.id.", ["/#steps.1.id"]),
        ("(/#variables.x), /#error!", ["/#variables.x", "/#error"]),
        (" /#steps.o-FSRNTfu.custom.@x", ["/#steps.o-FSRNTfu.custom.@x"]),
        ("n=/#fn:parseInt,steps.1.n now", ["/#fn:parseInt,steps.1.n"]),
        ("see /#steps.", ["/#steps."]),
        ("https://x.y/#section", []),
        ("https://x.y/#fn:1", []),
        ("https://x.y/#error", []),
        ("an /#errors page, /#stepsmother", []),
        ("#steps", []),
        ("#/steps", []),
        ("#hashtag", []),
        ("/steps/1/id", []),
        ("https://x.y/#/steps.1.id", []),
    ],
)
def test_a_reference_inside_text_is_found_and_an_address_is_none(text: str, embedded: list[str]) -> None:
    read = parse(text)
    assert isinstance(read, Literal)
    assert not read.paths
    assert [each.text for each in read.embedded] == embedded
    assert [text[each.start : each.end] for each in read.embedded] == embedded


@pytest.mark.parametrize(
    ("text", "reference", "certain"),
    [
        ("#/steps.1.id", "/#steps.1.id", True),
        ("/ #steps.1.id", "/#steps.1.id", True),
        (" /#steps.1.id\n", "/#steps.1.id", True),
        ("#/Step.aB3.id", "/#steps.aB3.id", True),
        ("#/error.message", "/#error.message", True),
        ("#/fn:parseInt,steps.1.n", "/#fn:parseInt,steps.1.n", True),
        ("#steps.1.id", "/#steps.1.id", False),
        ("/steps.min.js", "/#steps.min.js", False),
        ("\\#variables.v", "/#variables.v", False),
    ],
)
def test_a_reference_that_begins_wrongly_is_text_with_its_right_spelling(
    text: str, reference: str, certain: bool
) -> None:
    read = parse(text)
    assert isinstance(read, Literal)
    assert not read.paths
    (embedded,) = read.embedded
    assert (embedded.reference, embedded.certain) == (reference, certain)
    assert text[embedded.start : embedded.end] == embedded.text == text.strip()
    assert not is_plain(text)


@given(PATHS)
def test_any_path_that_is_written_is_read_back(segments: tuple[str, ...]) -> None:
    read = parse("/#" + ".".join(segments))
    assert read.faults == ()
    assert [path.segments for path in read.paths] == [segments]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("/#fn:parseInt,steps.1.custom.qtyStr", "parseInt", [("steps.1.custom.qtyStr", True)]),
        (
            "/#fn:dateFormat,steps.1.createdAt,MMM D",
            "dateFormat",
            [("steps.1.createdAt", True), ("MMM D", False)],
        ),
        ("/#fn:ifExists,error,", "ifExists", [("error", True), ("", False)]),
        ("/#fn:ifExists,variables.v,errors", "ifExists", [("variables.v", True), ("errors", False)]),
        ("/#fn:inBusinessHours", "inBusinessHours", []),
        ("/#fn:parseInt,5", "parseInt", [("5", False)]),
        (
            "/#fn:dateFormat,steps.1.createdAt, D MMM, YYYY",
            "dateFormat",
            [("steps.1.createdAt", True), (" D MMM, YYYY", False)],
        ),
        (
            "/#fn:ifExists,steps.1.name,steps. Then, bye",
            "ifExists",
            [("steps.1.name", True), ("steps. Then", False), (" bye", False)],
        ),
        ("/#fn:ifExists,steps.1.name,error", "ifExists", [("steps.1.name", True), ("error", False)]),
        ("/#fn:ifExists,steps.1.name,steps.2.x", "ifExists", [("steps.1.name", True), ("steps.2.x", True)]),
        ("/#fn:concat,steps.1.a, ,see /#top", "concat", [("steps.1.a", True), (" ", False), ("see /#top", False)]),
    ],
)
def test_a_function_says_its_name_and_arguments(text: str, name: str, arguments: list[tuple[str, bool]]) -> None:
    read = parse(text)
    assert isinstance(read, Function)
    assert not read.faults
    assert read.name == name == text[read.start : read.end]
    assert [(each.text, each.path is not None) for each in read.arguments] == arguments
    assert [text[each.start : each.end] for each in read.arguments] == [text for text, _ in arguments]


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("/#fn:", "the function has no name", "/#fn:"),
        ("/#fn:,steps.1", "the function has no name", "/#fn:"),
        ("/#fn: parseInt,steps.1", "a space before the function's name", " "),
        ("/#fn:parse Int,steps.1", "not the name of a function", "parse Int"),
        ("/#fn:parseInt, steps.1.n", "a space before an argument", " "),
        ("/#fn:parseInt,steps.1.n ", "a space after an argument", " "),
        ("/#fn:parseInt,", "input is missing", ","),
        ("/#fn:parseInt,/#steps.1.n", "written without /#", "/#"),
        ("/#fn:parseInt,{{steps.1.n}}", "cannot contain a template", "{{steps.1.n}}"),
        ("/#fn:parseInt,steps..n", "missing between two dots", ".."),
        ("/#fn:ifExists,steps.1.a, steps.1.b", "a space before an argument", " "),
        ("/#fn:ifExists,steps.1.a,see /#steps.1.b", "written without /#", "/#"),
        ("/#fn:ifExists,steps.1.a,{{steps.1.b}}", "cannot contain a template", "{{steps.1.b}}"),
        ("/#fn:parseInt,step.1.n", 'cannot begin with "step"', "step"),
    ],
)
def test_a_malformed_function_says_what_is_wrong_and_where(text: str, message: str, at: str) -> None:
    read = parse(text)
    assert isinstance(read, Function)
    (fault,) = read.faults
    assert message in fault.message
    assert text[fault.start : fault.end] == at


@given(st.from_regex(r"[A-Za-z]\w{0,8}", fullmatch=True), st.lists(PATHS, min_size=1, max_size=4))
def test_any_function_that_is_written_is_read_back(name: str, inputs: list[tuple[str, ...]]) -> None:
    read = parse(",".join([f"/#fn:{name}", *map(".".join, inputs)]))
    assert isinstance(read, Function)
    assert (read.name, read.faults) == (name, ())
    assert [path.segments for path in read.paths] == inputs


def dotted(written: str) -> str:
    """Without what a template may write otherwise: brackets, their escapes, slashes for dots."""
    return written.translate(str.maketrans("/", ".", "[]\\"))


@given(EXPRESSION_TEXTS)
def test_reading_never_fails_and_every_offset_fits(text: str) -> None:
    read = parse(text)
    assert read.text == text
    assert len(read.faults) <= 1
    for fault in read.faults:
        assert 0 <= fault.start < fault.end <= len(text)
        assert fault.message
    for embedded in read.embedded:
        assert text[embedded.start : embedded.end] == embedded.text
    for path in (*read.paths, *(each.path for each in read.embedded if each.path)):
        assert dotted(text[path.start : path.end]) == dotted(path.text)
        assert [dotted(each) for each in path.segments] == [dotted(text[a:b]) for a, b in path.spans]


def test_expressions_are_found_in_document_order_with_their_pointers() -> None:
    value = {
        "a/b": ["plain", "/#steps.1.x", {"~": "{{steps.1.y}}"}],
        "/#steps.9.key": 1,
        "empty": {},
        "c": ("see /#steps.2.z", "https://x.y/#top"),
        "d": "/#fn:parseInt,steps.1.n",
    }
    found = [(pointer, type(each).__name__) for pointer, each in expressions_in(value, "/params")]
    assert found == [
        ("/params/a~1b/1", "Reference"),
        ("/params/a~1b/2/~0", "Template"),
        ("/params/c/0", "Literal"),
        ("/params/d", "Function"),
    ]


def test_a_value_may_itself_be_the_expression() -> None:
    assert [pointer for pointer, _ in expressions_in("/#error", "/x")] == ["/x"]
    assert list(expressions_in("plain")) == list(expressions_in(3)) == []


def test_any_depth_is_read() -> None:
    value: object = "/#steps.1.x"
    for _ in range(2_000):
        value = [value]
    ((pointer, _),) = expressions_in(value)
    assert pointer == "/0" * 2_000


@given(EXPRESSION_VALUES)
def test_every_pointer_leads_to_its_string(value: object) -> None:
    for pointer, expression in expressions_in(value):
        at = value
        for key in pointer.split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            at = at[key] if isinstance(at, dict) else at[int(key)]  # type: ignore[index]
        assert at == expression.text
        assert not isinstance(expression, Literal) or expression.embedded


@pytest.mark.parametrize(
    "text",
    [
        "/#nope.1",
        "/#fn:parseInt,step.1.a",
        "/#-",
        "{{else}}",
        "{{/if}}",
        '{{a"b"}}',
        "{{a )}}",
        "{{a b=}}",
    ],
)
def test_a_fault_says_what_to_do(text: str) -> None:
    (fault,) = parse(text).faults
    assert fault.hint
