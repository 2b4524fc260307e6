from __future__ import annotations

import codecs
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kustui.definition.source.source import Extent, Source
from kustui.fix.edits import DiffLine, TextEdit, by_source, composed, difference, edited, overlaps, text_difference


@st.composite
def edits_of_a_file(draw: st.DrawFn) -> tuple[Source, list[TextEdit]]:
    lines = draw(st.lists(st.text("abé\r", max_size=4), max_size=40))
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n"]))
    source = Source.of("definition.json", text.encode())
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=10)))
    ends = [len(text[:cut].encode()) for cut in cuts]
    extents = [Extent(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)]
    return source, [TextEdit(source, extent, draw(st.text("xyü\n", max_size=4))) for extent in extents]


@given(edits_of_a_file())
def test_nothing_but_the_ranges_of_the_edits_changes(made: tuple[Source, list[TextEdit]]) -> None:
    source, edits = made
    data = source.data
    for edit in reversed(edits):
        data = data[: edit.extent.start] + edit.text.encode() + data[edit.extent.end :]
    assert edited(source, edits) == data


@given(edits_of_a_file())
def test_the_difference_leads_from_the_old_text_to_the_new_and_back(made: tuple[Source, list[TextEdit]]) -> None:
    source, edits = made
    new = Source.of(source.path, edited(source, edits))
    lines = [*difference(edits)][2:]
    assert _patched(source.data.decode(), lines, "-", "+") == new.data.decode()
    assert _patched(new.data.decode(), lines, "+", "-") == source.data.decode()


@given(edits_of_a_file())
def test_what_is_marked_in_lines_is_all_that_is_different_in_them(made: tuple[Source, list[TextEdit]]) -> None:
    source, edits = made
    assume(not any("\n" in edit.text or b"\n" in source.data[slice(*edit.extent)] for edit in edits))
    rest = {"-": "", "+": ""}
    for sign, words, changed in difference(edits):
        if sign in rest and sign:
            at = 0
            for start, end in (*changed, (len(words), len(words))):
                assert at <= start <= end <= len(words)
                rest[sign] += words[at:start]
                at = end
    assert rest["-"] == rest["+"]


def _patched(text: str, lines: list[DiffLine], gone: str, come: str) -> str:
    """A text after the hunks of a difference, which has to say of each line that goes or stays what the text holds."""
    old = [*_with_ends(text)]
    new: list[str] = []
    at = 0
    for place, (sign, words, _) in enumerate(lines):
        if sign == "@":
            first, count, *_ = _numbers(words, gone)
            start = first - 1 if count else first
            new += old[at:start]
            at = start
        elif sign:
            line = (
                words
                if lines[place + 1 : place + 2] == [DiffLine("", "\\ No newline at end of file")]
                else f"{words}\n"
            )
            if sign in (gone, " "):
                assert old[at] == line
                at += 1
            if sign in (come, " "):
                new.append(line)
    return "".join(new + old[at:])


def _with_ends(text: str) -> Iterator[str]:
    *whole, rest = text.split("\n")
    yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _numbers(head: str, sign: str) -> tuple[int, int]:
    match = re.search(rf"{re.escape(sign)}(\d+)(?:,(\d+))?", head)
    assert match
    return int(match[1]), int(match[2] or 1)


def test_the_difference_shows_three_lines_around_a_change() -> None:
    source = Source.of("a.json", "".join(f"{number}\n" for number in range(1, 21)).encode())
    where = source.data.index(b"10\n")
    edit = TextEdit(source, Extent(where, where + 2), "ten")
    assert [str(line) for line in difference([edit])] == [
        *("--- a.json", "+++ a.json", "@@ -7,7 +7,7 @@"),
        *(" 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"),
    ]


def test_changes_that_are_far_apart_are_two_hunks_and_near_ones_are_one() -> None:
    source = Source.of("a.json", "".join(f"{number:02}\n" for number in range(1, 41)).encode())

    def heads(*lines: int) -> list[str]:
        edits = [TextEdit(source, Extent(3 * line - 3, 3 * line - 1), "x\ny") for line in lines]
        return [line.text for line in difference(edits) if line.sign == "@"]

    assert heads(5, 12) == ["@@ -2,14 +2,16 @@"]
    assert heads(5, 20) == ["@@ -2,7 +2,8 @@", "@@ -17,7 +18,8 @@"]


def test_the_same_edit_twice_is_one_and_two_of_the_same_place_overlap() -> None:
    source = Source.of("a.json", b"abcdef")
    one, other = TextEdit(source, Extent(1, 3), "x"), TextEdit(source, Extent(2, 4), "y")
    assert by_source([one, one]) == {source: (one,)}
    assert overlaps([one, other])
    assert not overlaps([one, TextEdit(source, Extent(3, 4), "y")])
    assert overlaps([TextEdit(source, Extent(3, 3), "x"), TextEdit(source, Extent(3, 3), "y")])


@given(edits_of_a_file(), st.data())
def test_edits_after_edits_are_edits_of_the_file_as_it_was(
    made: tuple[Source, list[TextEdit]], data: st.DataObject
) -> None:
    source, edits = made
    between = Source.of(source.path, edited(source, edits))
    text = between.data.decode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=10)))
    ends = [len(text[:cut].encode()) for cut in cuts]
    extents = [Extent(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)]
    later = [TextEdit(between, extent, data.draw(st.text("zw", max_size=3))) for extent in extents]
    together = composed(edits, later)
    assert not overlaps(together)
    assert edited(source, together) == edited(between, later)
    assert all(edit.source is (source if edits else between) for edit in together)


@pytest.mark.skipif(shutil.which("patch") is None or shutil.which("git") is None, reason="neither patch nor git")
@pytest.mark.parametrize("tool", [("patch", "-s", "-p0", "--binary"), ("git", "apply", "-p0")])
@pytest.mark.parametrize(
    "name", ["./a.json", "a b.json", 'q"\\.json', "n\nl\t.json", "\x1b[1mü.json", os.fsdecode(b"\xff.json")]
)
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_the_difference_is_what_patch_and_git_take(
    tmp_path: Path, tool: tuple[str, ...], name: str, mark: bytes
) -> None:
    source = Source.of(name, mark + b"{\r\n1,\r\n2}\r\n")
    edits = [TextEdit(source, Extent(3, 4), "one")]
    (tmp_path / name).write_bytes(mark + source.data)
    text = "".join(f"{line}\n" for line in difference(edits))
    subprocess.run(tool, input=text.encode(), check=True, cwd=tmp_path)
    assert (tmp_path / name).read_bytes() == mark + edited(source, edits)


@given(*[st.lists(st.text("ab é0", max_size=6), max_size=3).map("\n".join)] * 2)
def test_the_difference_of_two_texts_has_the_lines_of_both(before: str, after: str) -> None:
    lines = [line for line in text_difference(before, after) if line.sign in "-+ "]
    if before == after:
        assert not lines
        return
    assert [line.text for line in lines if line.sign in "- "] == (before.split("\n") if before else [])
    assert [line.text for line in lines if line.sign in "+ "] == (after.split("\n") if after else [])


def test_what_is_different_in_a_line_is_whole_words() -> None:
    lines = [line for line in text_difference('"value": 2880,', '"value": 1440,') if line.sign in "-+"]
    assert [line.text[slice(*line.changed[0])] for line in lines] == ["2880", "1440"]
