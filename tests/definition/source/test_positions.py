"""Where each value of a JSON text stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.definition.source.character_places import extent_within
from kustui.definition.source.positions import (
    MAX_DEPTH,
    elements,
    elements_with_members,
    escape,
    key_of,
    members,
    parent,
    scan,
    spot_below,
    too_deep,
    unescape,
)
from kustui.definition.source.source import Extent, Source
from tests.benchmarks.growth import counted
from tests.support.strategies import JSON_KEYS, JSON_VALUES, printed_json


def everything(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Each value inside a value, by its pointer."""
    yield pointer, value
    members = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for key, inner in members:
        yield from everything(inner, f"{pointer}/{escape(str(key))}")


@given(printed_json())
def test_the_bytes_at_every_pointer_spell_the_value_found_there(case: tuple[bytes, Any]) -> None:
    data, value = case
    positions = scan(data)
    assert {p: json.loads(data[s.value.start : s.value.end]) for p, s in positions.spots.items()} == dict(
        everything(value)
    )
    assert positions.repeats == ()


@given(printed_json())
def test_the_key_of_every_member_spells_it_and_elements_have_none(case: tuple[bytes, Any]) -> None:
    data, value = case
    holders = dict(everything(value))
    for pointer, spot in scan(data).spots.items():
        if pointer and isinstance(holders[parent(pointer)], dict):
            assert spot.key
            assert json.loads(data[spot.key.start : spot.key.end]) == key_of(pointer)
        else:
            assert spot.key is None


@given(printed_json())
def test_elements_are_found_at_once_with_what_is_in_them(case: tuple[bytes, Any]) -> None:
    for spot in scan(case[0]).spots.values():
        data = case[0][spot.value.start : spot.value.end]
        for text in (data, b"[%s]" % data, b"[ %s , { } ,%s]" % (data, data)):
            if text.startswith(b"["):
                whole = Extent(0, len(text))
                apart = [
                    (element, list(members(text, element)) if text[element.start] == ord("{") else [])
                    for element in elements(text, whole)
                ]
                assert [(element, list(inner)) for element, inner in elements_with_members(text, whole)] == apart


@given(printed_json(), printed_json())
def test_a_value_inside_a_file_is_scanned_from_where_it_begins(
    case: tuple[bytes, Any], other: tuple[bytes, Any]
) -> None:
    data, _ = case
    before = b'{"x":' + other[0] + b',"y":'
    spots = scan(before + data + b"}", len(before), "/y").spots
    alone = scan(data).spots
    assert list(spots) == [f"/y{pointer}" for pointer in alone]
    assert [spot.value.start - len(before) for spot in spots.values()] == [s.value.start for s in alone.values()]


@given(printed_json(st.dictionaries(JSON_KEYS, JSON_VALUES, min_size=1, max_size=4)))
def test_what_is_skipped_is_recorded_and_not_entered(case: tuple[bytes, Any]) -> None:
    data, _ = case
    whole = scan(data).spots
    outermost = {pointer: spot for pointer, spot in whole.items() if pointer and not parent(pointer)}
    skip = {spot.value.start: spot.value.end for spot in outermost.values()}
    assert scan(data, skip=skip).spots == {"": whole[""], **outermost}


@given(JSON_KEYS)
def test_a_key_survives_being_a_segment_of_a_pointer(key: str) -> None:
    assert unescape(escape(key)) == key
    assert "/" not in escape(key)
    assert key_of(f"/steps/{escape(key)}") == key


def test_the_nearest_spot_is_that_of_the_closest_ancestor() -> None:
    positions = scan(b'{"a": [1, {"b": 2}]}')
    assert positions.nearest("/a/1/b") == positions.spots["/a/1/b"]
    assert positions.nearest("/a/1/c/d") == positions.spots["/a/1"]
    assert positions.nearest("/z") == positions.spots[""]
    assert scan(b"[7]", 1, "/0").nearest("/elsewhere").value == Extent(1, 2)


def spelt(data: bytes, extent: Extent) -> str:
    return data[extent.start : extent.end].decode()


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b'{"a": 1, "a": 2}', "/a"),
        (b'{"x": [{"a": 1, "b": 0, "a": 2}]}', "/x/0/a"),
        (b'{"a": 1, "\\u0061": 2}', "/a"),
        (b'{"a/b": 1, "a\\/b": 2}', "/a~1b"),
        (b'{"": 1, "": 2}', "/"),
    ],
)
def test_a_key_given_twice_is_told_with_both_its_places(data: bytes, pointer: str) -> None:
    (repeat,) = scan(data).repeats
    assert repeat.pointer == pointer
    assert json.loads(spelt(data, repeat.first)) == json.loads(spelt(data, repeat.second)) == key_of(pointer)
    assert repeat.first.end < repeat.second.start


def test_a_key_given_three_times_is_told_twice_each_time_with_the_one_before() -> None:
    first, second = scan(b'{"a":1,"a":2,"a":3}').repeats
    assert first.second == second.first


def test_the_value_of_a_key_given_twice_is_its_last() -> None:
    data = b'{"a": {"x": 1, "y": {"z": 0}}, "b": 5, "a": {"x": 2}}'
    spots = scan(data).spots
    assert spelt(data, spots["/a"].value) == '{"x": 2}'
    assert spelt(data, spots["/a/x"].value) == "2"
    assert list(spots) == ["", "/a", "/a/x", "/b"]


def test_the_same_key_in_two_objects_is_given_once_in_each() -> None:
    (repeat,) = scan(b'{"a": {"x": 1}, "a": {"x": 2}}').repeats
    assert repeat.pointer == "/a"


def test_half_a_surrogate_pair_in_a_key_is_a_replacement_character() -> None:
    assert list(scan(rb'{"\ud800": 1}').spots) == ["", "/\ufffd"]


def nested(levels: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * levels + "1" + closing * levels).encode()


def spot(data: bytes, pointer: str) -> object:
    return spot_below(data, Extent(0, len(data)), pointer)


@given(printed_json(), st.lists(JSON_KEYS | st.sampled_from(["0", "1", "01", "-1", "x"]), max_size=2))
def test_one_spot_is_the_one_that_a_scan_gives(case: tuple[bytes, Any], beyond: list[str]) -> None:
    data = case[0].strip()
    positions = scan(data)
    for inner in positions.spots:
        pointer = "/".join((inner, *map(escape, beyond)))
        assert spot(data, pointer) == positions.nearest(pointer), pointer


@pytest.mark.parametrize("pointer", ["/a", "/a/x", "/a/y", "/a/y/z", "/b", "/b/0", "/c"])
def test_one_spot_is_in_the_last_value_of_a_key_given_twice(pointer: str) -> None:
    data = b'{"a": {"x": 1, "y": {"z": 0}}, "b": 5, "a": {"x": 2}}'
    assert spot(data, pointer) == scan(data).nearest(pointer)


def test_one_spot_is_not_looked_for_deeper_than_a_scan_goes() -> None:
    data = nested(MAX_DEPTH + 100)
    pointer = "/0" * (MAX_DEPTH + 50)
    assert spot(data, pointer) == scan(data).nearest(pointer)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deep_has_a_place_and_its_parts_have_none(opening: str, closing: str) -> None:
    data = nested(MAX_DEPTH + 200, opening, closing)
    spots = scan(data).spots
    assert len(spots) == MAX_DEPTH + 1
    assert list(spots.values())[-1].value.start == too_deep(data) == len(opening) * MAX_DEPTH


def test_a_hundred_thousand_levels_are_scanned_like_any_other() -> None:
    assert len(scan(nested(100_000)).spots) == MAX_DEPTH + 1


def test_the_deepest_that_is_read_is_read_whole() -> None:
    assert too_deep(nested(MAX_DEPTH)) is None
    assert too_deep(nested(MAX_DEPTH + 1)) == MAX_DEPTH
    assert len(scan(nested(MAX_DEPTH)).spots) == MAX_DEPTH + 1


def test_brackets_inside_strings_are_no_nesting() -> None:
    assert too_deep(json.dumps(["[" * 1000, '"{' * 1000]).encode()) is None


def characters(literal: str, start: int, end: int) -> str:
    """The part of a literal that spells these characters of its string."""
    data = f"[{literal}]".encode()
    found = extent_within(Source("a.json", data), Extent(1, len(data) - 1), start, end)
    return data[found.start : found.end].decode()


@pytest.mark.parametrize(
    ("literal", "start", "end", "part"),
    [
        ('"abc"', 0, 1, "a"),
        ('"abc"', 1, 3, "bc"),
        ('"abc"', 3, 3, ""),
        (r'"a\nb"', 1, 2, r"\n"),
        (r'"\"x\""', 1, 2, "x"),
        (r'"\\x"', 1, 2, "x"),
        (r'"éx"', 1, 2, "x"),
        (r'"\u00e9x"', 1, 2, "x"),
        (r'"\ud83d\ude00x"', 0, 1, r"\ud83d\ude00"),
        (r'"\ud83d\ude00x"', 1, 2, "x"),
        ('"😀x"', 1, 2, "x"),
        (r'"\ud83dx"', 1, 2, "x"),
        (r'"\ude00\ud83dx"', 2, 3, "x"),
        ('"abc"', 0, 99, "abc"),
    ],
)
def test_characters_are_found_behind_escapes_of_any_length(literal: str, start: int, end: int, part: str) -> None:
    assert characters(literal, start, end) == part


@pytest.mark.parametrize("literal", ["12", '{"a": "b"}', "null"])
def test_what_is_no_string_is_answered_whole(literal: str) -> None:
    assert characters(literal, 0, 1) == literal


@given(st.text(max_size=20), st.booleans(), st.data())
def test_what_is_found_spells_the_characters_that_were_asked_for(
    text: str, ascii_only: bool, data: st.DataObject
) -> None:
    text = text.encode(errors="replace").decode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = characters(json.dumps(text, ensure_ascii=ascii_only), start, end)
    assert json.loads(f'"{found}"') == text[start:end]


def test_the_characters_of_a_long_text_are_placed_without_a_look_at_each_that_is_a_byte() -> None:
    data = json.dumps("plain text " * 1_000).encode()
    assert counted(lambda: extent_within(Source("a.json", data), Extent(0, len(data)), 5, 9)) < 100
