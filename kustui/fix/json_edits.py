"""Edits of JSON values in place: a string or a part of it, a key, a member or an element that is added or removed.

What is added is written as its neighbours are: indentation, line breaks, and the blanks around colons and commas. The
text has to be JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kustui.definition.collection import Document
from kustui.definition.source.positions import BLANKS, Spot, escape, key_of, key_text, member_at, parent
from kustui.definition.source.source import Extent, Source
from kustui.definition.values import is_number
from kustui.fix.edits import TextEdit

_QUOTE = b'"'
_BLANKS = b" \t\r\n"
_COMMA = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*")
_UNIT = "  "
"""The indentation of a level where nothing in the file shows another."""


# Strings


def replace_string(source: Source, extent: Extent, text: str) -> TextEdit:
    """Another text for a string or a key, whose literal is given with its quotes, or for a part between them."""
    written = _inside(source, text)
    whole = source.data[extent.start : extent.start + 1] == _QUOTE  # no part of a string begins with one unescaped
    return TextEdit(source, extent, f'"{written}"' if whole else written)


def text_of(source: Source, extent: Extent) -> str:
    """What a string literal, or a part between its quotes, spells."""
    written = source.text(extent)
    try:
        return str(json.loads(written if written.startswith('"') else f'"{written}"'))
    except ValueError:
        return written


def _inside(source: Source, text: str) -> str:
    """A text as it stands between quotes: escaped as far as JSON demands it, or as all of the file is."""
    only_ascii = not _is_encodable(text) or (not text.isascii() and source.manner.is_escaped)
    return json.dumps(text, ensure_ascii=only_ascii)[1:-1]


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


# Members and elements


def member(document: Document, pointer: str) -> Spot | None:
    """The position of a member, if there is one."""
    spot = document.spot(pointer)
    if spot.key is None:
        return None
    literal = document.source.data[spot.key.start : spot.key.end]
    return spot if key_text(literal) == key_of(pointer) else None


def insert_members(document: Document, pointer: str, members: Mapping[str, object], *, before: str = "") -> TextEdit:
    """New members of an object: before the one of another key, else behind the last one."""
    return _inserted(document, pointer, members, before)


def append_elements(document: Document, pointer: str, values: Sequence[object]) -> TextEdit:
    """New last elements of a list."""
    return _inserted(document, pointer, values)


def _inserted(
    document: Document, pointer: str, parts: Mapping[str, object] | Sequence[object], before: str = ""
) -> TextEdit:
    source, outer = document.source, document.spot(pointer).value
    spots = document.children(pointer)
    gap, colon = _gap(document, pointer, spots), _colon_of(source, spots) or _colon_around(document, pointer)
    between = gap if len(spots) > 1 or "\n" in gap else " " if colon.endswith(" ") else ""
    text = "".join(_parts(source, parts, gap, between, _unit(document, pointer, gap), colon))
    if not spots:
        closing = _blanks_before(source, document.spot(pointer).begin) if "\n" in gap else ""
        return TextEdit(source, Extent(outer.start + 1, outer.end - 1), f"{gap}{text}{closing}")
    following = spots.get(escape(before)) if before else None
    if following is not None:
        return TextEdit(source, Extent(following.begin, following.begin), f"{text},{between}")
    end = _last(spots).value.end
    return TextEdit(source, Extent(end, end), f",{between}{text}")


def change_value(document: Document, pointer: str, old: object, new: object) -> Iterator[TextEdit]:
    """What makes another of the value at a place: only members and elements that differ are written."""
    if old == new and (type(old) is type(new) or (is_number(old) and is_number(new))):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        yield from _change_members(document, pointer, old, new)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _change_elements(document, pointer, old, new)
    else:
        source, spot = document.source, document.spot(pointer)
        own = _blanks_before(source, spot.begin)
        text = "".join(_value(source, new, own, _unit(document, pointer, own), _colon_around(document, pointer)))
        yield TextEdit(source, spot.value, text)


def _change_members(
    document: Document, pointer: str, old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[TextEdit]:
    for name, value in old.items():
        place = f"{pointer}/{escape(name)}"
        if name in new:
            yield from change_value(document, place, value, new[name])
        else:
            yield remove(document, place)
    if added := {name: value for name, value in new.items() if name not in old}:
        yield insert_members(document, pointer, added)


def _change_elements(
    document: Document, pointer: str, old: Sequence[object], new: Sequence[object]
) -> Iterator[TextEdit]:
    for index, (one, other) in enumerate(zip(old, new, strict=False)):
        yield from change_value(document, f"{pointer}/{index}", one, other)
    if len(new) > len(old):
        yield _inserted(document, pointer, new[len(old) :])
    elif len(new) < len(old):
        last, end = (document.spot(f"{pointer}/{index}").value.end for index in (len(new) - 1, len(old) - 1))
        yield TextEdit(document.source, Extent(last, end), "")


def remove(document: Document, pointer: str) -> TextEdit:
    """Without a member or an element, and without the comma that set it apart."""
    return _removed(document.source, document.spot(pointer))


def remove_elements(document: Document, pointers: Iterable[str]) -> tuple[TextEdit, ...]:
    """Without some elements of a list. The last ones go together, with the comma before the first of them."""
    source, edits, end = document.source, list[TextEdit](), 0
    for spot in sorted(map(document.spot, pointers), key=lambda spot: spot.begin, reverse=True):
        edit = _removed(source, spot)
        if edits and edit.extent.end > edits[-1].extent.start:
            edits[-1] = _removed(source, Spot(Extent(spot.begin, end)))
        else:
            edits.append(edit)
            end = spot.value.end
    return tuple(reversed(edits))


def remove_member(source: Source, key: Extent) -> TextEdit:
    """Without the member of a key literal, which may be one of several of the same name."""
    return _removed(source, member_at(source.data, key))


def _removed(source: Source, spot: Spot) -> TextEdit:
    data, (start, end) = source.data, (spot.begin, spot.value.end)
    if comma := _COMMA.match(data, end):
        return TextEdit(source, Extent(start, comma.end()), "")
    before = _start_of_blanks(data, start)
    if data[before - 1 : before] == b",":
        return TextEdit(source, Extent(before - 1, end), "")
    after = BLANKS.match(data, end)
    return TextEdit(source, Extent(before, after.end() if after else end), "")


# How neighbours are written


def _last(spots: dict[str, Spot]) -> Spot:
    return next(reversed(spots.values()))


def _gap(document: Document, pointer: str, spots: dict[str, Spot]) -> str:
    """What stands before each member or element of a value: blanks, or a line break and an indentation."""
    source = document.source
    if spots:  # the first may follow its bracket at once where the others follow a comma and a blank
        return _blanks_before(source, _last(spots).begin)
    own = _blanks_before(source, document.spot(pointer).begin)
    return f"{own}{_unit(document, pointer, own)}" if "\n" in own else ""


def _blanks_before(source: Source, at: int) -> str:
    return source.data[_start_of_blanks(source.data, at) : at].decode()


def _start_of_blanks(data: bytes, at: int) -> int:
    """Where the blanks before a byte begin."""
    while at and data[at - 1] in _BLANKS:
        at -= 1
    return at


def _unit(document: Document, pointer: str, gap: str) -> str:
    """By how much a level is indented, judged by the value around one, and else by the file as a whole."""
    inner, source = gap, document.source
    while "\n" in inner:
        outer = _blanks_before(source, document.spot(pointer).begin) if pointer else "\n"
        deeper, less = inner.rpartition("\n")[2], outer.rpartition("\n")[2]
        if "\n" in outer and deeper.startswith(less) and deeper != less:
            return deeper[len(less) :]
        if not pointer:
            break
        inner, pointer = outer if "\n" in outer else inner, parent(pointer)
    return source.manner.indentation or _UNIT


def _colon_of(source: Source, spots: dict[str, Spot]) -> str:
    first = next(iter(spots.values()), None)
    return source.data[first.key.end : first.value.start].decode() if first is not None and first.key else ""


def _colon_around(document: Document, pointer: str) -> str:
    """The colon of the closest member around a value."""
    while pointer:
        spot = document.spot(pointer)
        if spot.key is not None:
            return document.source.data[spot.key.end : spot.value.start].decode()
        pointer = parent(pointer)
    return ": "


def _parts(
    source: Source,
    parts: Mapping[str, object] | Sequence[object],
    gap: str,
    between: str,
    unit: str,
    colon: str,
) -> Iterator[str]:
    """Members or elements as text, each on a line of its own where those of its neighbours are."""
    for index, part in enumerate(parts):
        value = part
        yield f",{between}" if index else ""
        if isinstance(parts, Mapping):
            yield f'"{_inside(source, str(part))}"{colon}'
            value = parts[str(part)]
        yield from _value(source, value, gap, unit, colon)


def _value(source: Source, value: object, gap: str, unit: str, colon: str) -> Iterator[str]:
    """A value as text, where ``gap`` stands before it or its key."""
    if isinstance(value, str):
        yield f'"{_inside(source, value)}"'
    elif isinstance(value, Mapping | list) and value:
        inner = f"{gap}{unit}" if "\n" in gap else ""
        opening, closing = "{}" if isinstance(value, Mapping) else "[]"
        yield f"{opening}{inner}"
        yield from _parts(source, value, inner, inner or (" " if colon.endswith(" ") else ""), unit, colon)
        yield f"{gap if inner else ''}{closing}"
    else:
        yield json.dumps(value)
