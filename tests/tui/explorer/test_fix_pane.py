"""A difference as the pane of fixes shows it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.source import Extent, Source
from kustui.fix.edits import TextEdit, difference
from kustui.text.styled_lines import width_of
from kustui.tui.explorer.difference_rows import difference_rows
from kustui.tui.widgets.rows import laid_out
from tests.support.trees import text_of


def rows(text: str, *edits: tuple[str, str], width: int = 60) -> list[str]:
    """What is shown of a difference that replaces parts of a text."""
    source = Source.of("app.json", text.encode())
    places = [(source.data.index(old.encode()), old, new) for old, new in edits]
    made = [TextEdit(source, Extent(at, at + len(old.encode())), new) for at, old, new in sorted(places)]
    lines = [laid_out(row, width) for row in difference_rows(difference(made), width)]
    assert all(width_of(line) <= width for line in lines)
    return [text_of(line) for line in lines]


def test_lines_that_go_and_come_have_their_signs() -> None:
    assert rows("one\ntwo\nthree\n", ("two", "2")) == ["app.json", "@@ -1,3 +1,3 @@", " one", "-two", "+2", " three"]


def test_a_long_line_is_cut_around_each_of_its_changes() -> None:
    minified = json.dumps({f"key-{index}": f"value {index}" for index in range(1_000)})
    shown = rows(minified, ('"value 500"', '"another"'), ('"value 800"', '"more"'))
    assert len(shown) == 6
    assert [line[0] for line in shown[2:]] == ["-", "+", "-", "+"], "each change with what it becomes"
    assert [part in line for part, line in zip(("value 500", "another", "value 800", '"more"'), shown[2:], strict=True)]
    assert all("…" in line for line in shown[2:])


def test_changes_close_to_each_other_share_a_line() -> None:
    minified = json.dumps([f"value {index}" for index in range(1_000)])
    shown = rows(minified, ("value 500", "a"), ("value 501", "b"), width=78)
    assert len(shown) == 4
    assert '"a", "b"' in shown[3]


def test_what_is_different_looks_different() -> None:
    source = Source.of("app.json", b'{"target": "a"}')
    edit = TextEdit(source, Extent(11, 14), '"b"')
    *_, before, after = difference_rows(difference([edit]), 60)
    assert ('"a"', "fault") in before.line
    assert ('"b"', "inserted") in after.line


@given(st.text(max_size=300), st.text(min_size=1, max_size=20), st.text(max_size=20), st.integers(8, 90))
def test_no_line_is_longer_than_there_is_room(around: str, old: str, new: str, width: int) -> None:
    source = Source.of("app.json", f"{around}{old}{around}".encode(errors="replace"))
    start = len(around.encode(errors="replace"))
    edit = TextEdit(
        source, Extent(start, start + len(old.encode(errors="replace"))), new.encode(errors="replace").decode()
    )
    for row in difference_rows(difference([edit]), width):
        assert width_of(laid_out(row, width)) <= width


def test_control_characters_are_data() -> None:
    assert all("\x1b" not in line and "[31m" in line for line in rows("a\x1b[31mb\n", ("a", "c"))[2:])
