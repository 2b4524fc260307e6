"""From the bytes of a file to its JSON text and its outline: as it is, without comments, or as a module builds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from kustui.definition.source.edits import Edit, edit_between, outline_after
from kustui.definition.source.outline import Outline, Shape, outline
from kustui.definition.source.recognition import (
    begins_like_definition,
    comment_faults,
    is_module,
    may_be_relaxed,
    without_comments,
)
from kustui.definition.source.source import Extent, Fault, Source, UndecodableError
from kustui.files import ReadFile, no_file

OutlineOf = Callable[[Source], Outline]
"""What does as ``outline``."""


class OutlinedText(NamedTuple):
    """A text with what is in it."""

    source: Source
    outline: Outline
    edited: int | None = None
    """The index of the only workflow whose text is other than before, if that is known."""


def read_text(
    path: str,
    raw: bytes,
    before: OutlinedText | None = None,
    read: ReadFile = no_file,
    outline_of: OutlineOf = outline,
) -> OutlinedText:
    """What the bytes of a file hold. Never raises: what is wrong is among the faults of the outline."""
    edit, changed = None, None
    if before is not None and _is_as_written(before.source):
        edit = edit_between(before.source.data, raw)
        changed = edit.whole_characters(before.source.data)
    try:
        source = Source.of(path, raw, changed)
    except UndecodableError as error:
        fault = Fault("invalid-json", str(error), extent=error.extent)
        recognized = begins_like_definition(error.source.data)
        return OutlinedText(error.source, Outline(Shape.BROKEN, faults=(fault,), is_recognized=recognized))
    text = _module(source, read) if is_module(path) else _json(source, before, edit, outline_of)
    if source.encoding != "UTF-8":
        hint = "save it as UTF-8: nothing else can be uploaded"
        start = Extent(0, min(1, len(source.data)))
        fault = Fault("invalid-json", f"the file is written in {source.encoding}", hint, extent=start)
        return text._replace(outline=replace(text.outline, faults=(*text.outline.faults, fault)))
    return text


def _module(source: Source, read: ReadFile) -> OutlinedText:
    from kustui.definition.modules.module_reader import read_module  # and with it the parsers

    made = read_module(source, read)
    if made.faults:
        recognized = begins_like_definition(source.data, source.path)
        return OutlinedText(source, Outline(Shape.BROKEN, faults=made.faults, is_recognized=recognized))
    outlined = outline(made.source)
    return OutlinedText(made.source, replace(outlined, faults=(*outlined.faults, *made.import_faults)))


def _json(source: Source, before: OutlinedText | None, edit: Edit | None, outline_of: OutlineOf) -> OutlinedText:
    edited = _edited(before, source, edit) if before is not None else None
    if edited is not None:
        return OutlinedText(source, *edited)
    outlined = outline_of(source)
    if _is_invalid(outlined) and may_be_relaxed(source.data, outlined.faults, outlined.values):
        return _relaxed(source) or OutlinedText(source, outlined)
    return OutlinedText(source, outlined)


def _edited(before: OutlinedText, source: Source, edit: Edit | None) -> tuple[Outline, int] | None:
    """The outline after an edit of what was read before, and which workflow is other than it was. ``edit``: that of the
    bytes of the file, where it is known."""
    if not before.source.encoding == source.encoding == "UTF-8" or before.source.origins is not None:
        return None  # another encoding is among the faults
    if edit is None or not _is_as_written(source):
        edit = edit_between(before.source.data, source.data)
    return outline_after(before.outline, before.source, source, edit)


def _is_as_written(source: Source) -> bool:
    """Whether the data of a source are the bytes of the file."""
    return source.codec == "utf-8" and not source.mark and source.origins is None


def _is_invalid(outlined: Outline) -> bool:
    return any(fault.rule == "invalid-json" for fault in outlined.faults)


def _relaxed(source: Source) -> OutlinedText | None:
    """A text that is no JSON without what other languages have; None where it is none even so."""
    plain = without_comments(source.data)
    from kustui.definition.source.origins import SameOrigins  # only where the file is not the JSON that is read

    now = replace(source, data=plain.data, origins=SameOrigins((source,)))
    outlined = outline(now)
    if not outlined.is_recognized or _is_invalid(outlined):
        return None
    faults = () if source.path.lower().endswith(".jsonc") else tuple(comment_faults(plain))
    return OutlinedText(now, replace(outlined, faults=(*outlined.faults, *faults)))
