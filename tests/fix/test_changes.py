from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.source import Extent, Source
from kustui.files import WriteError
from kustui.fix.changes import Change, ChangeError, ChangeHistory, Made, changes_of, make
from kustui.fix.edits import TextEdit, difference, edited


def _edit(path: Path, old: str, new: str) -> TextEdit:
    source = Source.of(str(path), path.read_bytes())
    start = source.data.index(old.encode())
    return TextEdit(source, Extent(start, start + len(old.encode())), new)


@pytest.mark.parametrize(
    "written",
    [
        '{"name": "übrig"}\r\n'.encode(),
        codecs.BOM_UTF8 + '{"name": "übrig"}'.encode(),
        codecs.BOM_UTF16_LE + '{"name": "übrig"}'.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + '{"name": "übrig"}'.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + '{"name": "übrig"}'.encode("utf-32-le"),
        '{"name": "übrig"}'.encode("utf-16-be"),
    ],
)
def test_encoding_and_byte_order_mark_stay(tmp_path: Path, written: bytes) -> None:
    path = tmp_path / "definition.json"
    path.write_bytes(written)
    changes = changes_of([_edit(path, "übrig", "größer")])
    make(changes)
    now = path.read_bytes()
    assert Source.of("", now).data.decode() == Source.of("", written).data.decode().replace("übrig", "größer")
    assert now[:4] == written[:4]
    make([change.reversed for change in changes])
    assert path.read_bytes() == written


def test_a_file_that_has_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "definition.json"
    path.write_text("one")
    edit = _edit(path, "one", "two")
    path.write_text("other")
    with pytest.raises(ChangeError, match="changed meanwhile"):
        changes_of([edit])
    path.write_text("one")
    changes = changes_of([edit])
    path.write_text("other")
    with pytest.raises(ChangeError, match="changed meanwhile"):
        make(changes)
    assert path.read_text() == "other"


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "definition.json"
    path.write_text("one")
    edit = _edit(path, "one", "two")
    path.unlink()
    with pytest.raises(ChangeError, match="changed meanwhile"):
        changes_of([edit])


def test_standard_input_is_no_file() -> None:
    source = Source.of("<stdin>", b"one")
    with pytest.raises(ChangeError, match="standard input"):
        changes_of([TextEdit(source, Extent(0, 3), "two")])


def test_of_several_files_all_are_written_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second" / "second.json"
    second.parent.mkdir()
    first.write_text("one")
    second.write_text("one")
    changes = changes_of([_edit(first, "one", "two"), _edit(second, "one", "two")])
    made = [*changes, Change(str(tmp_path / "no-such-folder" / "third.json"), None, b"two")]
    with pytest.raises(WriteError):
        make(made)
    assert (first.read_text(), second.read_text()) == ("one", "one")
    make(changes)
    assert (first.read_text(), second.read_text()) == ("two", "two")


def test_a_new_file_is_made_and_undone(tmp_path: Path) -> None:
    path = tmp_path / "kustui.toml"
    change = Change(str(path), None, b"[rules]\n")
    make([change])
    assert path.read_bytes() == b"[rules]\n"
    make([change.reversed])
    assert not path.exists()


def test_of_two_changes_of_one_place_none_is_made(tmp_path: Path) -> None:
    path = tmp_path / "definition.json"
    path.write_text("one two")
    with pytest.raises(ChangeError, match="same place"):
        changes_of([_edit(path, "one two", "x"), _edit(path, "two", "y")])


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n", ["-b", "+B"]),
        (b"a\n", b"a\na\n", ["+a"]),
        (None, "é\n".encode(), ["+é"]),
        (b"a\r\nb", None, ["-a\r", "-b"]),
        (codecs.BOM_UTF16_LE + "a\nü\n".encode("utf-16-le"), codecs.BOM_UTF16_LE + "ü\n".encode("utf-16-le"), ["-a"]),
    ],
)
def test_a_change_shows_the_lines_that_differ(before: bytes | None, after: bytes | None, shown: list[str]) -> None:
    lines = difference([Change("x", before, after).edit])
    assert [str(line) for line in lines if line.sign and line.sign in "+-"] == shown


@given(st.lists(st.sampled_from("abé")), st.lists(st.sampled_from("abé")))
def test_the_lines_that_differ_lead_from_what_was_to_what_is(before: list[str], after: list[str]) -> None:
    change = Change("x", *("\n".join(lines).encode() for lines in (before, after)))
    assert edited(change.edit.source, [change.edit]) == change.after


def test_what_was_undone_is_made_again_until_something_else_is_made() -> None:
    one, two, three = (Made(name, (Change("definition.json", b"", name.encode()),)) for name in ("one", "two", "three"))
    history = ChangeHistory().with_made(one).with_made(two)
    assert history.after_undoing() == ChangeHistory((one,), (two,))
    assert history.after_undoing().after_undoing() == ChangeHistory((), (two, one))
    assert history.after_undoing().after_undoing().after_redoing() == ChangeHistory((one,), (two,))
    assert history.after_undoing().after_redoing() == history
    assert history.after_undoing().with_made(three) == ChangeHistory((one, three))


def test_what_was_made_first_is_forgotten_where_files_are_large() -> None:
    large = b" " * 40_000_000
    history = ChangeHistory()
    for number in range(5):
        history = history.with_made(Made(str(number), (Change("definition.json", large, large),)))
    assert [made.title for made in history.made] == ["3", "4"]
