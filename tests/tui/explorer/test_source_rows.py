"""The source of what is selected, as rows: folded, unfolded, searched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.problems import Problem
from kustui.config.severity import Severity
from kustui.definition.source.source import Extent
from kustui.text.styled_lines import TextSearch
from kustui.tui.explorer.source_lines import SourceLines
from kustui.tui.explorer.source_rows import FoldedSource, ProblemPlaces
from tests.support.definitions import a_workflow, document_of
from tests.support.trees import sample, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustui.definition.collection import Document

INDENTED = json.dumps({"app": "a", "version": "1", "title": "t", "workflows": [a_workflow()]}, indent=2)


def source_rows(document: Document, pointer: str, problems: Sequence[Problem] = ()) -> FoldedSource:
    return FoldedSource(SourceLines(document, pointer), ProblemPlaces(document, problems))


def row(source: FoldedSource, index: int) -> str:
    return text_of((source.number(index), *source.pieces(index)))


def texts(source: FoldedSource) -> list[str]:
    return [row(source, index) for index in range(source.count)]


def faults(source: FoldedSource) -> list[str]:
    """What is marked as wrong, row by row."""
    lines = (source.pieces(index) for index in range(source.count))
    return ["".join(text for text, look in line if look == "fault") for line in lines]


def signs(source: FoldedSource) -> dict[int, str]:
    """What stands at the right edge of the rows."""
    signs = {index: text_of(source.sign(index)) for index in range(source.count)}
    return {index: sign for index, sign in signs.items() if sign}


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
        '29 ⇥"body": "hi"',
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
        (marked,) = signs(rows)
        assert row(rows, marked).startswith("29 ")


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
    assert list(signs(rows).values()) == ["✗"]


@given(st.text(st.sampled_from('{}[]",:\\ \t-1etrue.fal/#é😀'), max_size=60))
def test_no_character_of_a_line_is_lost(line: str) -> None:
    (shown,) = texts(source_rows(document_of("{" + line), ""))
    assert shown.removeprefix("1 ").replace("⇥", "\t") == "{" + line


def test_a_file_of_one_long_line_is_laid_out_for_reading() -> None:
    workflow = {"extra": ["x" * 3_000], **a_workflow()}
    document = document_of(json.dumps({"app": "a", "version": "1", "title": "t", "workflows": [workflow]}))
    rows = source_rows(document, "/workflows/0")
    first, *others = json.dumps(workflow, indent=2).split("\n")
    assert texts(rows) == [f"1 {first}", *(f"  {line}" for line in others)]
    assert rows.lines.is_laid_out


def test_a_key_with_a_colon_is_a_key_in_a_long_line_as_well() -> None:
    document = document_of(json.dumps(a_workflow(**{"a:\\b": {"x": "y" * 3_000}})))
    assert texts(source_rows(document, "/a:\\b")) == ['1 "a:\\\\b": {', f'    "x": "{"y" * 3_000}"', "  }"]


def test_a_huge_value_is_shown_to_its_end() -> None:
    document = document_of(json.dumps(a_workflow(extra=list(range(200_000)))))
    rows = source_rows(document, "")
    assert rows.count > 200_000
    index = rows.row_of(rows.lines.line_of(document.source.data.index(b"199999")))
    assert row(rows, index) == "      199999"
    assert rows.lines.pointer_at(index) == "/extra/199999"


def test_a_broken_file_is_shown_whole_with_its_fault_marked() -> None:
    (document,) = sample("broken/invalid-json.json").collection.documents
    (fault,) = document.faults
    found = Problem("invalid-json", Severity.ERROR, fault.message, document, extent=fault.extent)
    rows = source_rows(document, "", [found])
    assert texts(rows)[0].strip() == "1 {"
    assert rows.count == document.source.data.count(b"\n") + 1
    assert len(signs(rows)) == 1


# Folding

NESTED = json.dumps(
    {**a_workflow(), "extra": {"a": [1, {"b": [2, [], {}]}], "c": "x", "d": [[3, 4], [5]]}, "last": True}, indent=2
)


def places_of(source: FoldedSource) -> list[tuple[str, int]]:
    return [(source.text(index), source.lines.number(source.place(index)[0])) for index in range(source.count)]


@pytest.mark.parametrize("laid_out", [False, True])
def test_folding_hides_what_is_inside_and_unfolding_shows_it_again(*, laid_out: bool) -> None:
    text = NESTED if not laid_out else json.dumps({**json.loads(NESTED), "long": "y" * 3_000})
    rows = source_rows(document_of(text), "")
    assert rows.lines.is_laid_out is laid_out
    line = next(index for index in range(rows.count) if '"extra"' in rows.text(index))
    folded = rows.folded(line)
    assert folded.text(line) == '  "extra": { 3 keys },'
    assert '"last"' in folded.text(line + 1)
    assert places_of(folded.unfolded(line)) == places_of(rows)
    inner = rows.folded(next(index for index in range(rows.count) if '"a": [' in rows.text(index)))
    assert '    "a": [ 2 ],' in [inner.text(index) for index in range(inner.count)]


@pytest.mark.parametrize("laid_out", [False, True])
def test_everything_folded_and_unfolded_is_the_same_text(*, laid_out: bool) -> None:
    text = NESTED if not laid_out else json.dumps({**json.loads(NESTED), "long": "y" * 3_000})
    rows = source_rows(document_of(text), "")
    folded = rows
    for line in range(rows.lines.count):
        folded = folded.folded(line)
    assert folded.count == 1
    for line in range(rows.lines.count):
        assert places_of(folded.revealed(line))[folded.revealed(line).row_of(line)][0].strip()
        folded = folded.unfolded(line)
    assert places_of(folded) == places_of(rows)


@given(
    st.recursive(
        st.integers() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
        max_leaves=20,
    ),
    st.booleans(),
    st.data(),
)
def test_any_folds_keep_every_other_row_where_it_is(value: object, laid_out: bool, data: st.DataObject) -> None:
    extra = {"extra": value, "long": "y" * 3_000} if laid_out else {"extra": value}
    text = json.dumps(a_workflow(**extra), indent=None if laid_out else 2)
    rows = source_rows(document_of(text), "")
    folded = rows
    for line in data.draw(st.lists(st.integers(0, rows.lines.count - 1), max_size=6)):
        folded = folded.folded(line) if line not in folded.folds else folded.unfolded(line)
    shown = [folded.place(index)[0] for index in range(folded.count)]
    assert shown == [line for line in range(rows.lines.count) if not folded.is_hidden(line)]
    assert [folded.row_of(line) for line in shown] == list(range(folded.count))
    for first, last in folded.folds.items():
        assert rows.lines.holder(last) == first


@pytest.mark.parametrize("laid_out", [False, True])
def test_each_line_has_the_pointer_of_the_value_that_begins_in_it(*, laid_out: bool) -> None:
    text = NESTED if not laid_out else json.dumps({**json.loads(NESTED), "long": "y" * 3_000})
    document = document_of(text)
    lines = SourceLines(document, "")
    for pointer in document.entries[0].pointers:
        line = lines.line_of(document.spot(pointer).begin)
        assert lines.pointer_at(line) == pointer
        if lines.opens(line):
            end = lines.end(line)
            assert end is not None
            assert lines.pointer_at(end) == pointer


def test_what_is_beside_it_is_folded_and_unfolded_together() -> None:
    rows = source_rows(document_of(NESTED), "/extra")
    line = next(index for index in range(rows.count) if '"c"' in rows.text(index))
    folded = rows.with_siblings_folded(line)
    assert [folded.text(index) for index in range(folded.count)] == [
        '"extra": {', '  "a": [ 2 ],', '  "c": "x",', '  "d": [ 2 ]', "}",
    ]  # fmt: skip
    assert places_of(folded.with_siblings_unfolded(line)) == places_of(rows)


def test_a_fold_that_hides_a_problem_says_so() -> None:
    document = document_of(NESTED)
    rows = source_rows(document, "", [problem(document, '"b"')])
    line = next(index for index in range(rows.count) if '"extra"' in rows.text(index))
    assert signs(rows.folded(line)) == {line: "1 in it ✗"}
    assert list(signs(rows).values()) == ["✗"]


def test_what_is_not_closed_does_not_fold() -> None:
    rows = source_rows(document_of('{\n  "a": [\n    1,\n  "b": {\n    "c": 2\n  }\n'), "")
    assert [line for line in range(rows.count) if rows.lines.opens(line)] == [3]


# Strings


def shown_string(value: object) -> list[str]:
    rows = source_rows(document_of(json.dumps({"name": "w", "steps": [], "x": value}, indent=2)), "")
    unfolded = rows.with_next_string(3)
    assert places_of(unfolded.without_string(3)) == places_of(rows)
    assert places_of(unfolded.with_next_string(3)) == places_of(rows)
    return [unfolded.text(index) for index in range(unfolded.count)][3 : 3 + unfolded.count - rows.count + 1]


def test_a_string_is_unfolded_into_its_lines() -> None:
    assert shown_string('Hello "é"\n\tyou\r\n') == [
        '  "x": ▾ text, 3 lines', '    │ Hello "é"', "    │ \tyou", "    │ ",
    ]  # fmt: skip


def test_json_in_a_string_is_laid_out() -> None:
    assert shown_string('{"a":[1.50,{"b":"c\\n"}]}') == [
        '  "x": ▾ JSON in a string, 8 lines', "    │ {", '    │   "a": [', "    │     1.50,", "    │     {",
        '    │       "b": "c\\n"', "    │     }", "    │   ]", "    │ }",
    ]  # fmt: skip


def test_the_strings_of_a_line_are_unfolded_one_after_the_other() -> None:
    text = '{"name": "w", "steps": [],\n"x": ["one\\n1", "plain", "two\\n2"]\n}'
    rows = source_rows(document_of(text), "")
    line = next(index for index in range(rows.count) if '"x"' in rows.text(index))

    def shown(source: FoldedSource) -> list[str]:
        return [source.text(row).split("│ ")[1] for row in range(source.count) if source.place(row)[1]]

    first = rows.with_next_string(line)
    second = first.with_next_string(line)
    assert [shown(source) for source in (first, second)] == [["one", "1"], ["two", "2"]]
    assert shown(source_rows(document_of(f"\n{text}"), "").with_folds_of(second)) == ["two", "2"]
    assert places_of(second.with_next_string(line)) == places_of(rows)


@pytest.mark.parametrize("value", ["plain", "", 12, None])
def test_what_says_no_more_unfolded_stays(value: object) -> None:
    assert len(shown_string(value)) == 1


# Searching


@given(st.text(max_size=30), st.text(min_size=1, max_size=3), st.booleans())
def test_what_a_value_holds_is_found_however_it_is_written(value: str, text: str, ascii_only: bool) -> None:
    written = json.dumps(a_workflow(extra=value), indent=2, ensure_ascii=ascii_only)
    try:
        document = document_of(written)
    except UnicodeEncodeError:
        return
    rows = source_rows(document, "/extra")
    found = bool(rows.matches(TextSearch(text), 0))
    plain = text in value if text != text.lower() else any(text in each for each in (value, value.lower()))
    if plain:
        assert found


def test_what_is_folded_is_searched() -> None:
    rows = source_rows(document_of(NESTED), "")
    line = next(index for index in range(rows.count) if '"b"' in rows.text(index))
    (match,) = rows.folded(0).matches(TextSearch('"b"'), 0)
    assert rows.lines.match_place(match) == (line, rows.text(line).index('"b"'))


def test_what_is_nested_deeper_than_anybody_reads_is_not_laid_out() -> None:
    deep = '{"a":' * 400 + '"[' + "y" * 3_000 + '"' + "}" * 400
    lines = SourceLines(document_of(f'{{"name": "w", "steps": [], "x": {deep}}}'), "")
    assert not lines.is_laid_out
    text = json.dumps({"name": "w", "steps": [], "x": ["["] * 300 + ["y" * 3_000]})
    assert SourceLines(document_of(text), "").is_laid_out


def test_what_is_beside_a_line_is_folded_as_far_as_what_holds_it_however_the_text_is_written() -> None:
    value = json.loads(INDENTED)
    value["workflows"][0]["steps"] *= 3
    written, laid_out = (
        SourceLines(document_of(json.dumps(value, indent=indent).encode()), "") for indent in (2, None)
    )
    assert laid_out.is_laid_out
    assert not written.is_laid_out
    assert laid_out.count == written.count
    for index in range(written.count):
        if not written.is_closing(index):
            assert laid_out.openings(index, 100) == written.openings(index, 100)
