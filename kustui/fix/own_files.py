"""Renames in what kustui itself keeps about definitions: the suppressions of a configuration, and scenarios.

They name a workflow by its id or its name, and a step of it by its id. Left as they are, a suppression would no longer
hide anything, and a scenario would fail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum

from kustui.check.problems import Related
from kustui.config.check_settings import Settings, Suppression
from kustui.definition.collection import Collection, Document, Entry
from kustui.definition.collection_messages import named_by_scenario
from kustui.definition.platform import call_event
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import parent
from kustui.definition.source.source import Extent, Source
from kustui.fix.edits import TextEdit
from kustui.fix.texts import Text, texts_outside


class Named(Enum):
    """What is renamed."""

    STEP = "step"
    WORKFLOW = "workflow"
    INPUT = "input"


# Suppressions

_VALUE = re.compile(rb"""[ \t]*=[ \t]*(?:"((?:[^"\\\n]|\\.)+)"|'([^'\n]+)')""")


def in_suppressions(
    settings: Settings, collection: Collection, entry: Entry, kind: Named, old: str, new: str
) -> Iterator[TextEdit | Related]:
    """The edits of the suppressions that name what is renamed; a place where that is written in another way, or where
    one may be about a workflow of the same name too."""
    same = [other for other in collection.entries if entry.item.name and other.item.name == entry.item.name]
    counts: dict[Source, int] = {}
    for suppression in settings.suppressions:
        if (document := suppression.document) is None:
            continue
        index = counts[document.source] = counts.get(document.source, -1) + 1
        if not _is_about(suppression, entry, kind, old):
            continue
        is_clear = kind is Named.WORKFLOW or suppression.workflow == entry.item.id or len(same) == 1
        edit = _in_table(document.source, index, kind, new) if is_clear else None
        yield edit or Related(f'a suppression names "{old}" and is not changed', document, "", suppression.extent)


def _is_about(suppression: Suppression, entry: Entry, kind: Named, old: str) -> bool:
    if kind is Named.STEP:
        return suppression.step == old and suppression.workflow in (entry.item.name, entry.item.id)
    return kind is Named.WORKFLOW and suppression.workflow == old


def _in_table(source: Source, index: int, kind: Named, new: str) -> TextEdit | None:
    """The edit of a value of a suppression, of which only what stands between its quotes changes."""
    from kustui.config.configuration import parse_file

    key = parse_file(source.path, source.data).extent(("suppress", index, kind.value))
    value = _VALUE.match(source.data, key.end)
    if value is None or not new.isprintable() or (value[2] is not None and "'" in new):
        return None
    written = new if value[2] is not None else new.replace("\\", "\\\\").replace('"', '\\"')
    return TextEdit(source, Extent(*value.span(value.lastindex or 0)), written)


# Scenarios

_PLACE = re.compile(
    r"/(?:start|mocks|choices|expect/(?:path|scheduled|outputs|params|notRun|left))/\d+"
    r"/(?:(?P<key>workflow|step|take|event)|(?P<step>steps/\d+)|(?:inputs|payload)/(?P<input>[^/]+)"
    r"|value/(?:.*/)?(?P<id>workflowId))"
)
"""Where a scenario names something, as the pointer of a value."""


def in_scenario(
    source: Source, collection: Collection, entry: Entry, kind: Named, old: str, new: str
) -> Iterator[TextEdit]:
    """The edits of a scenario that names what is renamed; none of a file that is no JSON."""
    texts = _texts_of(source)
    values = {text.pointer: text.text for text in texts if not text.is_key}
    for text in texts:
        place = _PLACE.fullmatch(text.pointer)
        if place is None or text.is_key is not bool(place["input"]):
            continue
        if kind is Named.WORKFLOW and place["key"] == "event" and text.text == call_event(old):
            yield text.edit(call_event(new))
        elif text.text == old:
            name = _workflow_at(place, values)
            is_about = name is not None and named_by_scenario(collection, name, source.path) == (entry,)
            if _names(place, kind, is_about=is_about):
                yield text.edit(new)


def _workflow_at(place: re.Match[str], values: Mapping[str, str]) -> str | None:
    """What names the workflow that a place is about: the member beside it, or beside the object that holds it."""
    part = place.string[: place.start(place.lastgroup or 0) - 1]
    return values.get(f"{parent(part) if place['input'] else part}/workflow")


def _names(place: re.Match[str], kind: Named, *, is_about: bool) -> bool:
    """Whether a place that holds a name names a part of that kind; ``is_about``: of the workflow named there."""
    match kind:
        case Named.STEP:
            return is_about and (place["key"] in ("step", "take") or place["step"] is not None)
        case Named.INPUT:
            return is_about and place["input"] is not None
    return place["id"] is not None or (is_about and place["key"] == "workflow")


def _texts_of(source: Source) -> list[Text]:
    try:
        json.loads(source.data)
    except (ValueError, RecursionError):
        return []
    return [*texts_outside(Document(source, Shape.NOTHING))]
