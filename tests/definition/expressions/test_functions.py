from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.expressions import Function, parse
from tests.support.strategies import PATHS


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
        ("/#fn: parseInt,steps.1", "a blank before the function's name", " "),
        ("/#fn:parse Int,steps.1", "not the name of a function", "parse Int"),
        ("/#fn:parseInt, steps.1.n", "a blank before an argument", " "),
        ("/#fn:parseInt,steps.1.n ", "a blank after an argument", " "),
        ("/#fn:parseInt,", "input is missing", ","),
        ("/#fn:parseInt,/#steps.1.n", "written without /#", "/#"),
        ("/#fn:parseInt,{{steps.1.n}}", "cannot hold a template", "{{steps.1.n}}"),
        ("/#fn:parseInt,steps..n", "missing between two dots", ".."),
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
