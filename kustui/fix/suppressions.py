"""Suppressions: written into the configuration of a project, and taken out of it, with every other byte as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.check.problems import UNUSED_SUPPRESSION, Problem
from kustui.config.configuration import ConfigurationError, ConfigurationFile, parse_file
from kustui.definition.source.source import Extent
from kustui.files import ReadError, read_file
from kustui.fix.changes import Change, ChangeError, OutdatedError
from kustui.fix.edits import Joint, TextEdit
from kustui.fix.toml_parts import WrittenElements, WrittenTables

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT, Array, Table

_MARK = "\0"
"""Marks a place of a text while tomlkit writes it: no TOML holds it."""
_KEY = "suppress"


def suppression_of(problem: Problem, path: str, reason: str) -> Change:
    """The change that suppresses a problem, and those of the same rule in the same step, in a ``kustui.toml`` or a
    ``pyproject.toml``, which may not exist yet.

    Raises ChangeError, and ConfigurationError where the file is no TOML.
    """
    if not reason.strip() or not reason.isprintable():
        raise ChangeError("a suppression needs a reason, in a line")
    if problem.rule == UNUSED_SUPPRESSION:
        raise ChangeError("remove the suppression instead of suppressing that it is unused")
    if problem.entry is not None and not problem.workflow_name:
        raise ChangeError("the workflow has neither a name nor an id by which a suppression could name it")
    places = {"workflow": problem.workflow_name, "step": problem.step if problem.workflow_name else ""}
    fields = {"rule": problem.rule, **{key: name for key, name in places.items() if name}, "reason": reason.strip()}
    try:
        raw = read_file(path)
    except ReadError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return Change(path, None, _table((_KEY,), fields).encode())
        raise
    file = parse_file(path, raw)
    suppressions = file.values.get(_KEY, [])
    return _change(file, raw, lambda: _with(file, fields), [*suppressions, fields])


# Removal


def suppression_removal(problem: Problem) -> Joint:
    """How the suppression that an ``unused-suppression`` is about is removed, and others of its file with it. Raises
    ChangeError, as do the edits, also where the problem is about something else, such as an entry of a baseline."""
    path, source = problem.document.path, problem.document.source
    if problem.rule != UNUSED_SUPPRESSION or not path.endswith(".toml"):
        raise ChangeError("there is no suppression to remove")
    raw = read_file(path)
    written = _written(path, raw)
    index = written.indices.get(problem.extent) if problem.extent is not None else None
    if written.file.source.data != source.data or index is None:
        raise OutdatedError(path)

    def edits(indices: Sequence[int]) -> tuple[TextEdit, ...]:
        if written.parts is not None:
            cuts = written.parts.cuts(sorted(indices))
            return tuple(TextEdit(source, extent, text) for extent, text in cuts)
        suppressions, gone = written.file.values.get(_KEY, []), frozenset(indices)
        left = [one for at, one in enumerate(suppressions) if at not in gone]
        change = _change(written.file, raw, lambda: _without(written.file, indices), left)
        return (change.edit._replace(source=source),)

    return Joint((source, _KEY), index, edits)


class _Written(NamedTuple):
    """The suppressions of a file, and where they are written."""

    file: ConfigurationFile
    indices: Mapping[Extent, int]
    """Which one each place is of."""
    parts: WrittenTables | WrittenElements | None
    """None where it is not certain that each can be taken out without what stands around it."""


@lru_cache(maxsize=1)
def _written(path: str, raw: bytes) -> _Written:
    """What a file holds. Kept, as each of many suppressions that hide nothing asks for it."""
    file = parse_file(path, raw)
    places = [file.extent((_KEY, index)) for index in range(len(file.values.get(_KEY, [])))]
    return _Written(file, {place: index for index, place in reversed([*enumerate(places)])}, _parts(file, places))


def _parts(file: ConfigurationFile, places: Sequence[Extent]) -> WrittenTables | WrittenElements | None:
    """Where the suppressions begin and end, whose headers or brackets stand at some places."""
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import AoT, Array

    try:
        document, table = _document(file)
        present = table[_KEY]
        if isinstance(present, AoT):
            return _tables(file, document, present)
        return _elements(file, present, places) if isinstance(present, Array) else None
    except (TOMLKitError, ConfigurationError, ValueError, KeyError):
        return None


def _tables(file: ConfigurationFile, document: TOMLDocument, tables: AoT) -> WrittenTables | None:
    """Each has to say by itself what it is, and all that is left without them what the file says besides, so that any
    of them may be taken out."""
    for one in tables.body:
        one.trivia.indent = f"{_MARK}{one.trivia.indent}"
        _mark_end(one)
    pieces = document.as_string().split(_MARK)
    said = [parse_file(file.path, piece.encode()).values for piece in pieces[1::2]]
    others = parse_file(file.path, "".join(pieces[::2]).encode()).values
    suppressions = file.values[_KEY]
    if said != [{_KEY: [one]} for one in suppressions] or {**others, _KEY: suppressions} != file.values:
        return None
    ends = [*accumulate(len(piece.encode()) for piece in pieces)]
    return WrittenTables(file.source.data, tuple(map(Extent, ends[::2], ends[1::2])))


def _elements(file: ConfigurationFile, array: Array, places: Sequence[Extent]) -> WrittenElements | None:
    literals = [one.as_string().encode() for one in array]
    if len(literals) != len(places):
        return None
    extents = (Extent(place.start, place.start + len(one)) for place, one in zip(places, literals, strict=True))
    elements = WrittenElements(file.source.data, tuple(extents))
    return elements if literals == elements.literals and elements.are_separated_by_commas else None


def _change(
    file: ConfigurationFile, raw: bytes, write: Callable[[], str], suppressions: Sequence[Mapping[str, str]]
) -> Change:
    """The change of a file to a new text. Raises ChangeError where tomlkit cannot write it, or where it would not say
    what the file says, but for its suppressions."""
    from tomlkit.exceptions import TOMLKitError

    try:
        after = write().encode()
        values = parse_file(file.path, after).values
    except (TOMLKitError, ConfigurationError, ValueError):
        values = {}
    if {**values, _KEY: values.get(_KEY, [])} != {**file.values, _KEY: [*suppressions]}:
        raise ChangeError(f"{file.path}: the suppressions cannot be changed there: write them by hand")
    return Change(file.path, raw, file.source.encoded(after))


def _document(file: ConfigurationFile) -> tuple[TOMLDocument, Any]:
    """The text of a file, and in it kustui's table, or None where it has none. Raises ValueError where tomlkit would
    write it in another order, as it does with an array whose tables stand apart."""
    import tomlkit  # slow to import, and few suppress anything

    text = file.source.data.decode()
    document = tomlkit.parse(text)
    if document.as_string() != text:
        raise ValueError
    table: Any = document
    for key in file.above:
        table = table.get(key) if hasattr(table, "get") else None
    return document, table


def _with(file: ConfigurationFile, fields: Mapping[str, str]) -> str:
    """The text of a file with one more suppression, behind those that it has."""
    import tomlkit
    from tomlkit.items import AoT, Array, Table

    document, table = _document(file)
    present = table.get(_KEY) if table is not None else None
    if isinstance(present, Array):
        element = tomlkit.inline_table()
        element.update(fields)
        present.append(element)
        return document.as_string()
    text = document.as_string()
    at = len(text)
    if isinstance(present, AoT):
        at = _end(document, _last_table(present))
    elif file.above and isinstance(table, Table):
        at = _end(document, _last_table(table))
    before, after = text[:at], text[at:]
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    new = f"{gap}{_table((*map(str, file.above), _KEY), fields)}"
    if after.strip() and not after.lstrip(" \t").startswith(("\n", "\r\n")):
        new += "\n"
    return f"{before}{new.replace(chr(10), _line_break(text))}{after}"


def _table(keys: Sequence[str], fields: Mapping[str, str]) -> str:
    import tomlkit

    return f"[[{'.'.join(keys)}]]\n{tomlkit.dumps(fields)}"


def _without(file: ConfigurationFile, indices: Sequence[int]) -> str:
    """The text of a file without some of its suppressions. Raises ValueError where these are tables."""
    from tomlkit.items import Array

    document, table = _document(file)
    present = table[_KEY]
    if not isinstance(present, Array):
        raise ValueError
    for before, index in enumerate(sorted(indices)):
        del present[index - before]
    return document.as_string()


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _last_table(table: Table | AoT) -> Table:
    """The table of which the text stands last, among a table and those in it."""
    from tomlkit.items import AoT, Table

    while True:
        if isinstance(table, AoT):
            table = table.body[-1]
        items = [item for key, item in table.value.body if key is not None]
        if not items or not isinstance(items[-1], (AoT, Table)):
            return table
        table = items[-1]


def _end(document: TOMLDocument, table: Table) -> int:
    """Where the last value of a table ends, before the blank lines and comments that may belong to what follows."""
    at = _mark_end(table)
    end = document.as_string().index(_MARK)
    table.value.body.pop(at)
    return end


def _mark_end(table: Table) -> int:
    """Mark where the last value of a table ends; at which place in its body."""
    from tomlkit.items import Whitespace

    body = table.value.body
    count = next((at for at in range(len(body), 0, -1) if body[at - 1][0] is not None), 0)
    body.insert(count, (None, Whitespace(_MARK)))
    return count
