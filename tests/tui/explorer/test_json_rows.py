"""The JSON of what is selected, as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.definition.source.source import Extent
from kustui.tui.explorer.json_rows import source_rows
from tests.support.definitions import a_workflow, document_of
from tests.support.trees import sample, text_of

if TYPE_CHECKING:
    from kustui.definition.collection import Document
    from kustui.tui.widgets.rows import Rows

INDENTED = json.dumps({"app": "a", "version": "1", "title": "t", "workflows": [a_workflow()]}, indent=2)


def texts(rows: Rows) -> list[str]:
    return [text_of(rows.make(index).line) for index in range(rows.count)]


def faults(rows: Rows) -> list[str]:
    """What is marked as wrong, row by row."""
    lines = (rows.make(index).line for index in range(rows.count))
    return ["".join(text for text, look in line if look == "fault") for line in lines]


def problem(document: Document, part: str, *, pointer: str = "") -> Problem:
    """A problem about the first occurrence of a text in a file."""
    start = document.source.data.index(part.encode())
    extent = Extent(start, start + len(part.encode()))
    return Problem("rule", Severity.ERROR, "wrong", document, pointer=pointer, extent=extent)


def test_lines_have_their_numbers_in_the_file_and_lose_the_indentation_common_to_all() -> None:
    assert texts(source_rows(document_of(INDENTED), "/workflows/0/steps/0")) == [
        "25 {",
        '26   "id": "a",',
        '27   "action": "kustomer.note.create",',
        '28   "params": {',
        '29     "body": "hi"',
        "30   },",
        '31   "transitions": []',
        "32 }",
    ]


def test_a_member_is_shown_with_its_key() -> None:
    assert texts(source_rows(document_of(INDENTED), "/workflows/0/steps/0/params"))[0] == '28 "params": {'


def test_tabs_and_carriage_returns_are_no_part_of_what_is_shown() -> None:
    text = INDENTED.replace("  ", "\t").replace("\n", "\r\n")
    assert texts(source_rows(document_of(text), "/workflows/0/steps/0/params")) == [
        '28 "params": {',
        '29 →"body": "hi"',
        "30 }",
    ]


@pytest.mark.parametrize("before", ["", "é", "漢字", "😀", "a\u0301"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("indent", ["  ", "\t"])
def test_the_characters_of_a_problem_are_marked_whatever_stands_before_them(
    before: str, newline: str, indent: str
) -> None:
    text = INDENTED.replace('"hi"', f'"{before} /#steps.gone.x"').replace("  ", indent).replace("\n", newline)
    document = document_of(text)
    found = problem(document, "steps.gone.x")
    for pointer in ("", "/workflows/0", "/workflows/0/steps/0", "/workflows/0/steps/0/params/body"):
        rows = source_rows(document, pointer, [found])
        assert [mark for mark in faults(rows) if mark] == ["steps.gone.x"]
        (marked,) = [rows.make(index) for index in range(rows.count) if rows.make(index).mark]
        assert text_of(marked.line).startswith("29 ")


def test_a_problem_without_an_extent_of_its_own_marks_one_character() -> None:
    document = document_of(INDENTED)
    start = document.source.data.index(b'"hi"')
    found = Problem("rule", Severity.ERROR, "wrong", document, extent=Extent(start, start))
    assert [mark for mark in faults(source_rows(document, "", [found])) if mark] == ['"']


def test_a_problem_of_several_lines_is_marked_where_it_begins() -> None:
    document = document_of(INDENTED)
    start = document.source.data.index(b'"params": {') + len('"params": ')
    found = Problem("rule", Severity.ERROR, "wrong", document, extent=Extent(start, start + 30))
    rows = source_rows(document, "/workflows/0/steps/0", [found])
    assert [index for index, mark in enumerate(faults(rows)) if mark] == [3]


def test_the_worst_of_several_problems_marks_the_line() -> None:
    document = document_of(INDENTED)
    start = document.source.data.index(b'"hi"')
    info, error = (
        Problem("rule", severity, "x", document, extent=Extent(start, start + 4))
        for severity in (Severity.INFO, Severity.ERROR)
    )
    rows = source_rows(document, "", [info, error])
    assert [text_of(rows.make(index).mark) for index in range(rows.count) if rows.make(index).mark] == ["✗"]


@given(st.text(st.sampled_from('{}[]",:\\ \t-1etrue.fal/#é😀'), max_size=60))
def test_no_character_of_a_line_is_lost(line: str) -> None:
    (shown,) = texts(source_rows(document_of("{" + line), ""))
    assert shown.removeprefix("1 ").replace("→", "\t") == "{" + line


def test_a_file_of_one_long_line_is_laid_out_for_reading() -> None:
    workflow = {"extra": ["x" * 3_000], **a_workflow()}
    document = document_of(json.dumps({"app": "a", "version": "1", "title": "t", "workflows": [workflow]}))
    assert texts(source_rows(document, "/workflows/0/steps/0")) == [
        "line 1 of the file is very long: shown reformatted",
        *json.dumps(workflow["steps"][0], indent=2).split("\n"),
    ]


def test_a_key_with_a_colon_is_a_key_in_a_long_line_as_well() -> None:
    document = document_of(json.dumps(a_workflow(**{"a:\\b": {"x": "y" * 3_000}})))
    assert texts(source_rows(document, "/a:\\b"))[1:] == ["{", f'  "x": "{"y" * 3_000}"', "}"]


def test_a_huge_value_is_cut_and_says_how_much_is_left() -> None:
    document = document_of(json.dumps(a_workflow(extra=list(range(100_000))), indent=2))
    rows = source_rows(document, "")
    assert text_of(rows.make(rows.count - 1).line).endswith("kB more in the file")
    assert rows.count < 60_000


def test_a_huge_line_is_cut() -> None:
    document = document_of(json.dumps(a_workflow(extra=list(range(200_000)))))
    rows = texts(source_rows(document, ""))
    assert len(rows) == 2
    assert rows[1].endswith("…")


@pytest.mark.parametrize("text", ["", "   \n\t\n"])
def test_an_empty_file_says_so(text: str) -> None:
    assert texts(source_rows(document_of(text), "")) == ["the file is empty"]


def test_a_broken_file_is_shown_whole_with_its_fault_marked() -> None:
    (document,) = sample("broken/invalid-json.json").collection.documents
    (fault,) = document.faults
    found = Problem("invalid-json", Severity.ERROR, fault.message, document, extent=fault.extent)
    rows = source_rows(document, "", [found])
    assert texts(rows)[0].strip() == "1 {"
    assert rows.count == document.source.data.count(b"\n") + 1
    assert len([index for index in range(rows.count) if rows.make(index).mark]) == 1
