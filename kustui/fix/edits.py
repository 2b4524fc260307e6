"""Edits of files: new text for ranges of bytes, what a file holds after them, and the difference as people read it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from kustui.definition.source.source import Extent, Source

_CONTEXT = 3  # lines around a change, as diff shows them

_ESCAPES = (
    {code: f"\\{code:03o}" for code in (*range(32), 127)}
    | {0xDC00 + byte: f"\\{byte:03o}" for byte in range(128, 256)}  # of a name that is no UTF-8 (PEP 383)
    | str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})
)


class TextEdit(NamedTuple):
    """New text for a range of a file, in bytes of ``Source.data``. An empty range inserts."""

    source: Source
    extent: Extent
    text: str


class Joint(NamedTuple):
    """How what a fix does is done together with what others do at the same place, such as the end of a list: their own
    edits would touch the same bytes."""

    place: Hashable
    """Fixes of the same place are made together."""
    part: object
    """What this one does there."""
    edits: Callable[[Sequence[Any]], tuple[TextEdit, ...]]
    """The edits that do several parts, in their order, as if one was done after the other."""


class Fix(NamedTuple):
    """Edits that are made together or not at all, in one file or in several."""

    title: str
    """What they do, as a sentence without its full stop: ``change "cD3" to "cD4"``."""
    edits: tuple[TextEdit, ...]
    is_safe: bool = False
    """Whether only one thing can have been meant, so that nobody has to be asked."""
    joint: Joint | None = None
    """None where it waits for others that touch its bytes."""


def by_source(edits: Iterable[TextEdit]) -> dict[Source, tuple[TextEdit, ...]]:
    """The edits of each file, in the order of their places; the same edit given twice counts once."""
    edits_of: dict[Source, dict[TextEdit, None]] = {}
    for edit in edits:
        edits_of.setdefault(edit.source, {})[edit] = None
    return {source: tuple(sorted(own, key=lambda edit: edit.extent)) for source, own in edits_of.items()}


def overlaps(edits: Sequence[TextEdit]) -> bool:
    """Whether two of the edits of one file, in the order of their places, touch the same bytes."""
    return any(
        later.extent.start < earlier.extent.end or later.extent == earlier.extent for earlier, later in pairwise(edits)
    )


def edited(source: Source, edits: Iterable[TextEdit]) -> bytes:
    """The data of a file after edits of it, which are in the order of their places and do not overlap."""
    return b"".join(_pieces(source.data, edits, Extent(0, len(source.data))))


def composed(edits: Sequence[TextEdit], later: Sequence[TextEdit]) -> tuple[TextEdit, ...]:
    """What edits of a file, and others of what they made of it, come to together, as edits of the file as it was.

    Both are in the order of their places and do not overlap. Those that touch become one.
    """
    if not edits or not later:
        return (*edits, *later)
    source, between = edits[0].source, later[0].source.data
    made, moved = [], 0  # the ranges that the first ones made, and by how much what follows them has moved
    for edit in edits:
        start, size = edit.extent.start + moved, len(edit.text.encode())
        made.append(Extent(start, start + size))
        moved += size - (edit.extent.end - edit.extent.start)
    first, second, together = deque(zip(made, edits, strict=True)), deque(later), list[TextEdit]()
    moved = 0
    for extent in _joined(sorted([*made, *(edit.extent for edit in later)])):
        start, own = extent.start - moved, list[TextEdit]()
        while first and first[0][0].start <= extent.end:
            range_, edit = first.popleft()
            moved += range_.end - range_.start - (edit.extent.end - edit.extent.start)
        while second and second[0].extent.start <= extent.end:
            own.append(second.popleft())
        text = b"".join(_pieces(between, own, extent)).decode()
        together.append(TextEdit(source, Extent(start, extent.end - moved), text))
    return tuple(together)


def _joined(extents: Iterable[Extent]) -> Iterator[Extent]:
    """Ranges in their order, those that touch as one."""
    last: Extent | None = None
    for extent in extents:
        if last is not None and extent.start <= last.end:
            last = Extent(last.start, max(last.end, extent.end))
            continue
        if last is not None:
            yield last
        last = extent
    if last is not None:
        yield last


def _pieces(data: bytes, edits: Iterable[TextEdit], extent: Extent) -> Iterator[bytes]:
    """A range of the data, which holds the edits, after them."""
    at = extent.start
    for edit in edits:
        yield data[at : edit.extent.start]
        yield edit.text.encode()
        at = edit.extent.end
    yield data[at : extent.end]


class DiffLine(NamedTuple):
    """A line of a difference."""

    sign: str
    """``-`` for a line that goes, ``+`` for one that comes, a blank for one that stays, ``@`` for the head of a hunk,
    and an empty string for the names of the file."""
    text: str
    """Without the sign and the line break."""
    changed: tuple[tuple[int, int], ...] = ()
    """Which characters of a line that goes are replaced, and which of one that comes are new: where each range begins
    and ends, in order. An empty range is where something is inserted or was removed."""

    def __str__(self) -> str:
        return f"{self.sign}{self.text}" if self.sign in "+- " else self.text


_NO_NEWLINE = DiffLine("", "\\ No newline at end of file")


def difference(edits: Iterable[TextEdit]) -> Iterator[DiffLine]:
    """What edits change, file by file, as ``diff -u`` would show it (POSIX, diff -u)."""
    for source, own in by_source(edits).items():
        name = _name(source.path)
        yield DiffLine("", f"--- {name}")
        yield DiffLine("", f"+++ {name}")
        if source.offset:  # patch compares the first line with what the file holds
            whole = Source(source.path, source.mark + source.data)
            own = tuple(TextEdit(whole, edit.extent.moved(source.offset), edit.text) for edit in own)
            source = whole
        more = 0  # lines that the hunks so far have brought
        for hunk in _hunks(source, own):
            lines = [*_hunk_lines(source, hunk)]
            old, new = (sum(line.sign in signs for line in lines) for signs in ((" ", "-"), (" ", "+")))
            first = source.place(_context_start(source, hunk[0].extent.start)).line
            yield DiffLine("@", f"@@ -{_range(first, old)} +{_range(first + more, new)} @@")
            yield from lines
            more += new - old


def text_difference(before: str, after: str) -> Iterator[DiffLine]:
    """The lines in which two texts differ, and those around them."""
    from difflib import SequenceMatcher  # only for texts

    old, new = (with_breaks(f"{text}\n".encode(errors="replace")) if text else [] for text in (before, after))
    source = Source("", b"".join(old))
    starts = [0, *accumulate(map(len, old))]
    edits: list[TextEdit] = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "replace" and last - first == end - begin:
            lines = zip(starts[first:last], old[first:last], new[begin:end], strict=True)
            edits += (_line_edit(source, *line) for line in lines if line[1] != line[2])
        elif kind != "equal":
            extent = Extent(starts[first], starts[last])
            edits.append(TextEdit(source, extent, b"".join(new[begin:end]).decode()))
    return (line for line in difference(edits) if line.sign)


def _line_edit(source: Source, start: int, old: bytes, new: bytes) -> TextEdit:
    """What makes one line another, without the words that both begin and end with."""
    before, after = old.decode(), new.decode()
    head = shared(before, after)
    while head and before[head - 1].isalnum():
        head -= 1
    tail = shared(before[head:][::-1], after[head:][::-1])
    while tail and before[-tail].isalnum():
        tail -= 1
    first, last = (len(text.encode()) for text in (before[:head], before[: len(before) - tail]))
    return TextEdit(source, Extent(start + first, start + last), after[head : len(after) - tail])


def _name(path: str) -> str:
    """The name of a file as ``git diff`` writes it, for ``patch`` and ``git apply`` to find the file: in quotes where
    it has characters that would end it, with a tab behind it where it has a blank (git-config, core.quotePath)."""
    path = path.removeprefix("./")
    name = path.translate(_ESCAPES)
    return f'"{name}"' if name != path else f"{path}\t" if " " in path else path


def _range(first: int, count: int) -> str:
    return f"{first}" if count == 1 else f"{first},{count}" if count else f"{first - 1},0"


def _hunks(source: Source, edits: Sequence[TextEdit]) -> Iterator[list[TextEdit]]:
    """The edits whose lines of context touch, together."""
    hunk: list[TextEdit] = []
    line_end = context_end = -1
    for edit in edits:
        if hunk and _context_start(source, edit.extent.start) > context_end:
            yield hunk
            hunk = []
        hunk.append(edit)
        if edit.extent.end >= line_end:  # else it ends in the line of the one before, which may be long
            line_end = _line_end(source.data, edit.extent.end)
            context_end = _context_end(source, edit.extent.end)
    if hunk:
        yield hunk


def _hunk_lines(source: Source, edits: Sequence[TextEdit]) -> Iterator[DiffLine]:
    """The lines that change, in runs of neighbours, with the lines around them."""
    data = source.data
    at = _context_start(source, edits[0].extent.start)
    for run in _runs(source, edits):
        extent = Extent(source.line_start(run[0].extent.start), _line_end(data, run[-1].extent.end))
        yield from _lines(" ", data[at : extent.start])
        old, new = with_breaks(data[extent.start : extent.end]), with_breaks(b"".join(_pieces(data, run, extent)))
        first = shared(old, new)
        last = shared(old[first:][::-1], new[first:][::-1])  # an edit may end where a line begins
        same = b"".join(old[:first])
        start = extent.start + len(same)
        yield from _lines(" ", same)
        yield from _lines("-", b"".join(old[first : len(old) - last]), [edit.extent.moved(-start) for edit in run])
        yield from _lines("+", b"".join(new[first : len(new) - last]), [*_new_extents(run, start)])
        yield from _lines(" ", b"".join(old[len(old) - last :]))
        at = extent.end
    yield from _lines(" ", data[at : _context_end(source, edits[-1].extent.end)])


def _runs(source: Source, edits: Sequence[TextEdit]) -> Iterator[list[TextEdit]]:
    """The edits that share a line, together."""
    run: list[TextEdit] = []
    line_end = -1
    for edit in edits:
        if run and source.line_start(edit.extent.start) >= line_end:
            yield run
            run = []
        run.append(edit)
        if edit.extent.end >= line_end:
            line_end = _line_end(source.data, edit.extent.end)
    yield run


def with_breaks(data: bytes) -> list[bytes]:
    """The lines of a text, each with its line break."""
    return BytesIO(data).readlines()


def shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many elements two sequences begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, others) in pairs if mine != others), min(len(one), len(other)))


def _new_extents(edits: Sequence[TextEdit], start: int) -> Iterator[Extent]:
    """Where the new texts stand, counted from the ``start`` of the first line that changes."""
    by = -start
    for edit in edits:
        new = Extent(edit.extent.start + by, edit.extent.start + by + len(edit.text.encode()))
        yield new
        by = new.end - edit.extent.end


def _lines(sign: str, data: bytes, changed: Sequence[Extent] = ()) -> Iterator[DiffLine]:
    start = first = 0
    while start < len(data):
        end = _line_end(data, start)
        while first < len(changed) and changed[first].end <= start and changed[first].start < start:
            first += 1
        line, here = data[start:end].removesuffix(b"\n"), []
        for extent in map(changed.__getitem__, range(first, len(changed))):
            if extent.start >= end:
                break
            here.append(Extent(max(0, extent.start - start), min(len(line), extent.end - start)))
        yield DiffLine(sign, line.decode(errors="replace"), _in_characters(line, here))
        start = end
    if not data.endswith(b"\n") and data:
        yield _NO_NEWLINE


def _in_characters(line: bytes, extents: Iterable[Extent]) -> tuple[tuple[int, int], ...]:
    """Ranges of bytes of a line, in order, as ranges of its characters."""
    ranges, at, characters = [], 0, 0
    for extent in extents:
        marks = []
        for mark in (min(extent.start, len(line)), extent.end):
            characters += len(line[at:mark].decode(errors="replace"))
            at = max(at, mark)
            marks.append(characters)
        ranges.append((marks[0], marks[1]))
    return tuple(ranges)


def _line_end(data: bytes, offset: int) -> int:
    """Behind the line break of the line that holds an offset."""
    newline = data.find(b"\n", offset)
    return newline + 1 if newline >= 0 else len(data)


def _context_start(source: Source, offset: int) -> int:
    start = source.line_start(offset)
    for _ in range(_CONTEXT):
        start = source.line_start(max(0, start - 1))
    return start


def _context_end(source: Source, offset: int) -> int:
    end = _line_end(source.data, offset)
    for _ in range(_CONTEXT):
        end = _line_end(source.data, end)
    return end
