"""Edits of JSON that was made of a module, as edits of the module: in the quotes and the manner of its text.

A value is changed where it stands as a literal, be that in a constant or in an imported file. What is computed is
nobody's to change but its author's.
"""

from __future__ import annotations

import json
import re

from kustui.definition.source.positions import member_at
from kustui.definition.source.source import Extent, Source
from kustui.errors import KustuiError
from kustui.fix.edits import Fix, TextEdit
from kustui.text.messages import shortened

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"(\s*:)?')
_NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")
_KEY_END = re.compile(rb"[ \t\r\n]*:")
_BLANKS = b" \t\r\n"
_BEHIND = re.compile(rb"[ \t\r\n]*,[ \t]*(?:\r?\n[ \t]*)?")
_BEFORE = re.compile(rb",\s*\Z")
_QUOTES = "\"'`"
_LITERALS = (b'"', b"-", b"t", b"f", b"n", *(b"%d" % digit for digit in range(10)))
_LONGEST_SHOWN = 40


class ComputedError(KustuiError):
    """What was to be changed is not written as it is, but comes of something else."""


def written_fix(fix: Fix) -> Fix:
    """A fix in the files as they are written. Raises ComputedError."""
    if all(edit.source.origins is None for edit in fix.edits):
        return fix
    return fix._replace(edits=tuple(dict.fromkeys(written_edit(edit) for edit in fix.edits)))


def written_edit(edit: TextEdit) -> TextEdit:
    """An edit of a file's JSON as one of its text as it is written. Raises ComputedError."""
    source, extent, text = edit
    if source.origins is None:
        return edit
    if source.origins.is_same:
        return TextEdit(source.text_source, extent, text)
    literal = source.origins.literal(extent)
    if extent.start < extent.end and literal is not None:
        return _of_literal(
            edit, is_whole=literal == extent and source.data[extent.start : extent.start + 1] in _LITERALS
        )
    if source.data[extent.start : extent.end].strip(_BLANKS) == b"":
        return _inserted(edit)
    if not text:
        return _removed(edit)
    raise _computed(source, extent)


def _computed(source: Source, extent: Extent) -> ComputedError:
    file, written = source.written(extent)
    text, place = " ".join(file.text(written).split()), file.location(written.start)
    return ComputedError(
        f"not written as it is, but made by {shortened(text, _LONGEST_SHOWN)} ({place}): change it there"
    )


def _of_literal(edit: TextEdit, *, is_whole: bool) -> TextEdit:
    """Another literal, or a part of a string between its quotes."""
    source, extent, text = edit
    file, written = source.written(extent)
    if not is_whole:
        quote = file.manner.quote_around(file.line_start(written.start), written.start)
        return TextEdit(file, written, _escaped(json.loads(f'"{text}"'), quote))
    old = file.text(written)
    is_key = source.data[extent.start : extent.start + 1] == b'"' and bool(_KEY_END.match(source.data, extent.end))
    if not text.startswith('"'):
        if is_key:
            raise _computed(source, extent)
        return TextEdit(file, written, text)
    new = json.loads(text)
    if old[:1] not in _QUOTES and not is_key:
        return TextEdit(file, written, _quoted(new, file.manner.quote))  # it was a number, true, false or null
    if old[:1] not in _QUOTES:
        value = member_at(source.data, extent).value
        if source.written(Extent(extent.start, value.start + 1)).extent == written:
            raise _computed(source, extent)  # { name }: the constant has the name too
        return TextEdit(file, written, new if _NAME.match(new) else _quoted(new, file.manner.quote))
    return TextEdit(file, written, _quoted(new, old[0]))


def _escaped(text: str, quote: str) -> str:
    """A text as it stands between quotes."""
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    if quote != '"':
        written = written.replace('\\"', '"').replace(quote, f"\\{quote}")
    return written.replace("${", "\\${") if quote == "`" else written


def _quoted(text: str, quote: str) -> str:
    return f"{quote}{_escaped(text, quote)}{quote}"


def _inserted(edit: TextEdit) -> TextEdit:
    """New members or elements in an object or list that is a literal."""
    source, extent, text = edit
    file, written = source.written(extent)
    if file.data[written.start : written.end].strip(_BLANKS):
        raise _computed(source, extent)
    holder = source.written(Extent(max(0, extent.start - 1), extent.start))
    if holder.source is not file:
        raise _computed(source, extent)
    quote, bare = file.manner.quote, file.manner.has_bare_keys

    def rewritten(match: re.Match[str]) -> str:
        key = match[1]
        value = json.loads(match.group()[: len(match.group()) - len(key or "")])
        if key is not None and bare and _NAME.match(value):
            return f"{value}{key}"
        return f"{_quoted(value, quote)}{key or ''}"

    return TextEdit(file, written, _STRING.sub(rewritten, text))


def _removed(edit: TextEdit) -> TextEdit:
    """Without a member or an element, and the comma that set it apart; what is said about it or the next one stays."""
    source, extent, _ = edit
    data = source.data[slice(*extent)]
    start = extent.start + len(data) - len(data.lstrip(_BLANKS + b","))
    end = extent.end - (len(data) - len(data.rstrip(_BLANKS + b",")))
    file, written = source.written(Extent(start, end))
    if written.start >= written.end:
        raise _computed(source, extent)
    if behind := _BEHIND.match(file.data, written.end):
        return TextEdit(file, Extent(written.start, behind.end()), "")
    before = _BEFORE.search(file.data[max(0, written.start - 4096) : written.start])
    if before is not None:
        return TextEdit(file, Extent(written.start - len(before.group()), written.end), "")
    return TextEdit(file, written, "")
