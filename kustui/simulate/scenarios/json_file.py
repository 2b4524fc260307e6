"""What a JSON file holds that is no definition: a scenario or a payload."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kustui.definition.collection import read_document
from kustui.definition.parsed_workflow import whole_number
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import key_of, scan
from kustui.definition.source.source import replace_lone_surrogates
from kustui.errors import KustuiError
from kustui.text.json_words import quoted

if TYPE_CHECKING:
    from kustui.definition.collection import Document


class JsonFileError(KustuiError):
    """What is wrong with a file, a line each, each with its place."""


def read_json(path: str, raw: bytes, what: str) -> tuple[Document, Any]:
    """The file and its value. ``what`` it should hold, for a person: ``a scenario``. Raises JsonFileError."""
    found = read_document(path, raw)
    if found.shape is Shape.BROKEN:
        lines = []
        for fault in found.faults:
            hint = f" ({fault.hint.replace('a definition', what)})" if fault.hint else ""
            lines.append(f"{path}:{found.source.place(found.fault_extent(fault).start)}: {fault.message}{hint}")
        raise JsonFileError(*lines)
    if repeats := scan(found.source.data).repeats:
        places = ((found.source.place(repeat.second.start), key_of(repeat.pointer)) for repeat in repeats)
        raise JsonFileError(
            *(f"{path}:{place}: the key {quoted(key)} is given twice (remove one of them)" for place, key in places)
        )
    try:
        return found, json.loads(replace_lone_surrogates(found.source.data), parse_int=whole_number)
    except (ValueError, RecursionError) as error:
        raise JsonFileError(f"{path}:1:1: this cannot be read as JSON: {error}") from error
