"""Several tables or elements of TOML are taken out at once as if one was taken out after the other."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.source import Extent
from kustui.fix.toml_parts import WrittenElements, WrittenTables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kustui.fix.toml_parts import Cut

TABLE = b"[[s]]\na = 1"
ELEMENT = b"{a = 1}"


def after(data: bytes, cuts: Iterable[Cut]) -> bytes:
    for extent, text in reversed([*cuts]):
        data = data[: extent.start] + text.encode() + data[extent.end :]
    return data


def places(data: bytes, part: bytes) -> tuple[Extent, ...]:
    starts = [at for at in range(len(data)) if data.startswith(part, at)]
    return tuple(Extent(start, start + len(part)) for start in starts)


GAPS = st.lists(st.sampled_from([b"\n", b"\n\n", b" # x\n", b"# y\n\n", b"b = 1\n", b"  "]), max_size=3).map(b"".join)


@given(data=st.data(), gaps=st.lists(GAPS, min_size=2, max_size=6), is_windows=st.booleans())
def test_tables_are_taken_out_at_once_as_one_after_the_other(
    data: st.DataObject, gaps: list[bytes], is_windows: bool
) -> None:
    first, *others = gaps
    text = b"".join((first, *(b"[[s]]\na = 1" + gap for gap in others)))
    part = TABLE
    if is_windows:
        text, part = text.replace(b"\n", b"\r\n"), part.replace(b"\n", b"\r\n")
    chosen = sorted(data.draw(st.sets(st.integers(0, len(others) - 1), min_size=1)))
    one_by_one = text
    for before, index in enumerate(chosen):
        one_by_one = after(one_by_one, WrittenTables(one_by_one, places(one_by_one, part)).cuts([index - before]))
    assert after(text, WrittenTables(text, places(text, part)).cuts(chosen)) == one_by_one


@pytest.mark.parametrize(
    "text",
    ["s = [{a = 1}, {a = 1}, {a = 1}]\n",
     "s = [\n  {a = 1},\n  {a = 1},\n  {a = 1}\n]\n",
     "s = [\n  {a = 1},\n  {a = 1},\n  {a = 1},\n]\n",
     "s = [\n  {a = 1}, {a = 1},\n  {a = 1}\n]\n",
     "s = [{a = 1}]\n"],
)  # fmt: skip
def test_elements_are_taken_out_as_tomlkit_does(text: str) -> None:
    elements = WrittenElements(text.encode(), places(text.encode(), ELEMENT))
    assert elements.are_separated_by_commas
    count = len(elements.extents)
    for chosen in itertools.chain.from_iterable(
        itertools.combinations(range(count), size) for size in range(1, count + 1)
    ):
        document = tomlkit.parse(text)
        for before, index in enumerate(chosen):
            del document["s"][index - before]
        assert after(text.encode(), elements.cuts(chosen)).decode() == document.as_string()


@pytest.mark.parametrize("text", ["s = [{a = 1}, # x\n{a = 1}]", "s = [ # x\n{a = 1}]", "s = [{a = 1} # x\n]"])
def test_elements_among_comments_are_not_taken_out(text: str) -> None:
    assert not WrittenElements(text.encode(), places(text.encode(), ELEMENT)).are_separated_by_commas
