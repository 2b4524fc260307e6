"""The edit between the old and the new bytes of a file, and the outline of the file after it.

Most saves change one workflow. Then only that one is outlined anew, not the file around it: at 24 MB that takes 5 ms
instead of 70.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.source.outline import Item, Outline, item_at
from kustui.definition.source.source import Extent, Source

_BLOCK, _SAMPLE = 1 << 16, 1 << 12  # bytes compared at once, and those that tell whether a place is as it was


class Edit(Struct, frozen=True):
    """The bytes from ``start`` to ``old_end`` were replaced by those from ``start`` to ``new_end``."""

    start: int
    old_end: int
    new_end: int

    def is_inside(self, extent: Extent) -> bool:
        """Whether it leaves both ends of a range of the old bytes unchanged."""
        return extent.start < self.start and self.old_end < extent.end

    def whole_characters(self, old: bytes) -> Extent:
        """What the new bytes have in place of the old ones, with the rest of the characters of which the edit changed a
        part: what is around it are whole characters, where the ``old`` bytes are UTF-8."""
        start, end = self.start, self.old_end
        while start > 0 and _continues(old, start):
            start -= 1
        while _continues(old, end):
            end += 1
        return Extent(start, end + self.new_end - self.old_end)

    def moved(self, extent: Extent) -> Extent:
        """The new position of a range that the edit is entirely inside or outside of."""
        by = self.new_end - self.old_end
        return Extent(
            extent.start + (by if extent.start >= self.old_end else 0),
            extent.end + (by if extent.end >= self.old_end else 0),
        )


def _continues(data: bytes, at: int) -> bool:
    """Whether a byte of UTF-8 is a later one of its character."""
    return at < len(data) and data[at] & 0xC0 == 0x80


def edit_between(old: bytes, new: bytes) -> Edit:
    """The single edit that turns the old bytes into the new ones."""
    shorter, view = min(len(old), len(new)), memoryview(old)  # whose slices are no copies
    start = _longest(shorter, lambda low, high: new.startswith(view[low:high], low))

    def same_from_end(low: int, high: int) -> bool:
        return new.startswith(view[len(old) - high : len(old) - low], len(new) - high)

    end = _longest(shorter - start, same_from_end)
    return Edit(start, len(old) - end, len(new) - end)


def first_difference(old: bytes, size: int, read: Callable[[int, int], bytes]) -> int:
    """The first byte in which a file of ``size`` bytes, of which ``read`` gives a range, differs from the old ones;
    what both have in common where none does.

    Looked for by halves where bytes came or went, as what is behind an edit has moved then and is not as it was: in a
    text that repeats itself that is not certain, and the place may be a later one.
    """
    start, end = 0, min(len(old), size)
    while size != len(old) and end - start > _BLOCK:
        middle = (start + end) // 2
        if old.startswith(read(middle, middle + _SAMPLE), middle):
            start = middle
        else:
            end = middle + _SAMPLE
    return start + _longest(end - start, lambda low, high: old.startswith(read(start + low, start + high), start + low))


def _longest(most: int, same: Callable[[int, int], bool]) -> int:
    """The number of equal bytes at the beginning, up to a limit. ``same(low, high)`` compares a range."""
    low = 0
    while low < most and same(low, min(low + _BLOCK, most)):
        low += _BLOCK
    high = min(low + _BLOCK, most)
    while low < high:  # the first that differs is in this block, if any
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return min(low, most)


def outline_after(before: Outline, old: Source, new: Source, edit: Edit) -> tuple[Outline, int] | None:
    """The outline of a file after an edit inside one of its workflows, as ``outline`` would give it, and which of its
    workflows that is: all others have the same text as before.

    None where the edit touches more than one workflow or what is around them, or where it left no workflow behind:
    the file is outlined anew then.
    """
    if before.faults or old.encoding != new.encoding or not before.items:
        return None
    # The braces at both ends stay as they are, so whatever is between them cannot change what is around it.
    touched = next((place for place, item in enumerate(before.items) if edit.is_inside(item.extent)), None)
    if touched is None:
        return None
    item = before.items[touched]
    try:
        now = item_at(new.data, edit.moved(item.extent), item)
        until_now = item_at(old.data, item.extent, item)
    except (RecursionError, msgspec.DecodeError):
        return None
    if now is None or until_now is None or now[1] is not until_now[1]:  # it gives the file another shape
        return None
    by = edit.new_end - edit.old_end
    after = before.items[touched + 1 :]
    moved = [Item(other.pointer, other.extent.moved(by), *other[2:]) for other in after]  # quicker than _replace
    items = (*before.items[:touched], now[0], *moved)
    apps = tuple(app.moved(edit.moved) for app in before.apps)
    return replace(before, items=items, apps=apps, values=tuple(map(edit.moved, before.values))), touched
