"""Renames: a new id for a step or a workflow, or a new name for an input, in every place that uses it.

All texts of a definition are looked at, not what of them could be read as a model: a transition that has another fault
leads to its step all the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.uses import property_of
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Related
from kustui.definition.collection import Collection, Entry
from kustui.definition.expressions import Path, Template, is_plain, parse
from kustui.definition.expressions.nodes import Expression
from kustui.definition.expressions.spelling import template_segment
from kustui.definition.expressions.tags import closing_lookups
from kustui.definition.models import Step
from kustui.definition.platform import TRIGGER_ID, call_event, called_by_address
from kustui.definition.source.positions import escape, key_of, parent
from kustui.definition.source.source import Source
from kustui.errors import KustuiError
from kustui.fix.edits import Fix, TextEdit
from kustui.fix.own_files import Named, in_scenario, in_suppressions
from kustui.fix.texts import Text, mention, texts_of, texts_outside, texts_with
from kustui.fix.written_edits import ComputedError, written_fix

_NOT_EVALUATED = {"id", "_id", "action", "appVersion", "eventName", "callable", "schema", "meta"}
"""The members of a trigger or step that hold no reference."""
_MOST_PLACES = 3
_SEPARATORS = re.compile(r"[\s.,]")
_CALL_PREFIX, _, _ = call_event("\0").partition("\0")


class RenameError(KustuiError):
    """Why something cannot be renamed so."""


class Rename(NamedTuple):
    """The edits that rename something."""

    fix: Fix
    untouched: tuple[Related, ...]
    """Places that hold the old id inside other text, or where nobody knows what they mean: they are not changed."""


def name_of(analysis: WorkflowAnalysis, pointer: str) -> str:
    """What a step, a workflow or an input is called that can be renamed, by its pointer. Raises RenameError."""
    entry = analysis.entry
    if (step := analysis.steps_by_pointer.get(pointer)) is not None:
        return step.id
    if pointer in (entry.item.pointer, analysis.workflow.pointer):
        if entry.id is None:
            raise RenameError(f'"{entry.title}" has no id: nothing else names it')
        return entry.id
    if pointer and property_of(analysis, key_of(pointer)) == pointer:
        return key_of(pointer)
    if analysis.workflow.trigger is not None and pointer == analysis.workflow.trigger.pointer:
        raise RenameError(f'the trigger cannot be renamed: references call it "{TRIGGER_ID}", whatever its id is')
    raise RenameError("only a step, a workflow or an input can be renamed")


def rename(analyses: AnalysisCache, entry: Entry, pointer: str, new: str, scenarios: Iterable[Source] = ()) -> Rename:
    """The edits that give a step, a workflow, or an input of a callable workflow another name: in its own place and in
    all that name it, in every file, in the suppressions of the settings, and in some scenarios.

    ``pointer`` is that of the step, of the workflow, or of the input's property in the schema. Raises RenameError where
    the name is taken or cannot be written in one of the places, and where it is unclear what the old name stands for.
    """
    analysis = analyses.of(entry)
    old = name_of(analysis, pointer)
    if not new or not new.isprintable():
        raise RenameError("the new name is empty" if not new else "the new name has characters that nobody can see")
    if new == old:
        raise RenameError(f'it is already called "{old}"')
    if (step := analysis.steps_by_pointer.get(pointer)) is not None:
        kind, change = Named.STEP, _of_step(analysis, step, new)
    elif pointer in (entry.item.pointer, analysis.workflow.pointer):
        kind, change = Named.WORKFLOW, _of_workflow(analyses, analysis, old, new)
    else:
        kind, change = Named.INPUT, _of_input(analyses, analysis, pointer, new)
    own = [*in_suppressions(analyses.settings, analyses.collection, entry, kind, old, new)]
    edits = [
        *change.edits,
        *(part for part in own if isinstance(part, TextEdit)),
        *(edit for source in scenarios for edit in in_scenario(source, analyses.collection, entry, kind, old, new)),
    ]
    others = (part for part in own if isinstance(part, Related))
    title = f'rename {kind.value} "{old}" to "{new}"'
    try:
        return Rename(written_fix(Fix(title, tuple(edits))), (*change.untouched, *others))
    except ComputedError as error:
        raise RenameError(f'"{old}" is {error}') from error


class _Change(NamedTuple):
    edits: Sequence[TextEdit]
    untouched: Sequence[Related] = ()


def _listed(places: Iterable[object]) -> str:
    first = [*map(str, islice(places, _MOST_PLACES + 1))]
    return ", ".join((*first[:_MOST_PLACES], *("…" for _ in first[_MOST_PLACES:])))


# Steps


def _of_step(analysis: WorkflowAnalysis, step: Step, new: str) -> _Change:
    old = step.id
    _require_segment(new)
    _require_free_step(analysis, old, new)

    def segment(path: Path) -> int | None:
        return 1 if path.step == old else None

    unreadable = re.compile(rf"steps\s*[./]\s*(\[?{re.escape(old)}\]?)(?![\w@$-])")
    pattern = mention(old, "step")
    edits: list[TextEdit] = []
    untouched: list[Related] = []
    for text in texts_of(analysis.document, analysis.entry):
        own: list[TextEdit] = []
        match _place(analysis, text):
            case "id" if text.pointer == f"{step.pointer}/id":
                own = [text.edit(new)]
            case "target" if text.text == old:
                own = [text.edit(new)]
            case "value":
                own = _in_expression(text, segment, unreadable, new)
        edits += own
        untouched += text.mentions(pattern, own, old)
    if analysis.app is not None:
        for text in texts_outside(analysis.document):
            untouched += text.mentions(unreadable, [], old)
    return _Change(edits, untouched)


def _require_free_step(analysis: WorkflowAnalysis, old: str, new: str) -> None:
    """Raises RenameError where the old id is not that of one step alone, or the new one is taken."""
    flow = analysis.flow
    same = [other for other in analysis.workflow.steps if other.id == old]
    if len(same) > 1 or old in flow.trigger_names:
        others = f"{len(same)} steps have" if len(same) > 1 else "the trigger also has"
        places = _listed(analysis.document.span(f"{other.pointer}/id").start for other in same)
        raise RenameError(f'{others} the id "{old}": it is unclear which one is meant where it is used ({places})')
    if new in flow.trigger_names:
        raise RenameError(f'"{new}" is the id of the trigger')
    if taken := next((other for other in analysis.workflow.steps if other.id == new), None):
        place = analysis.document.location(f"{taken.pointer}/id")
        raise RenameError(f'the id "{new}" is taken, by the step at {place}')


def _place(analysis: WorkflowAnalysis, text: Text) -> str:
    """What a text of a workflow is: an ``id``, the ``target`` of a transition, a ``value`` that is evaluated, or
    nothing of these."""
    if text.is_key or not text.pointer.startswith(f"{analysis.workflow.pointer}/"):
        return ""
    match text.pointer.removeprefix(analysis.workflow.pointer).split("/"):
        case ["", "trigger", key, *inner] | ["", "steps", _, key, *inner]:
            if key in _NOT_EVALUATED or (key != "params" and inner[1:2] == ["meta"]):
                return "id" if key == "id" else ""
            return "target" if key != "params" and inner[1:] == ["target"] else "value"
    return ""


# Workflows


def _of_workflow(analyses: AnalysisCache, analysis: WorkflowAnalysis, old: str, new: str) -> _Change:
    entry, collection = analysis.entry, analyses.collection
    _require_free_workflow(collection, entry, old, new)
    own_ids = {f"{entry.item.pointer}/id", f"{analysis.workflow.pointer}/id"}
    event = re.compile(rf"{re.escape(_CALL_PREFIX)}{re.escape(old)}\.[^.]*")
    pattern = mention(old, "workflow")
    edits: list[TextEdit] = []
    untouched: list[Related] = []
    for text in texts_with(collection, old):
        own: list[TextEdit] = []
        is_own_id = text.document.source is entry.source and text.pointer in own_ids
        if text.text == old and not text.is_key and (is_own_id or text.key == "workflowId"):
            own = [text.edit(new)]
        elif text.key == "eventName" and not text.is_key and event.fullmatch(text.text):
            own = [text.edit(new, len(_CALL_PREFIX), len(_CALL_PREFIX) + len(old))]
        edits += own
        untouched += text.mentions(pattern, own, old)
    return _Change(edits, untouched)


def _require_free_workflow(collection: Collection, entry: Entry, old: str, new: str) -> None:
    """Raises RenameError where the old id is not that of one workflow alone, or the new one is none, or taken."""
    if re.search(r"\s", new) or not is_plain(new):
        raise RenameError(f'"{new}" is no id: it has a blank, or reads like a reference or a template')
    # Others that have it in their eventName alone listen to a call of this one.
    declares = entry.item.declares_id
    same = [other for other in collection.entries if other.id == old and (other.item.declares_id or not declares)]
    if len(same) > 1:
        places = _listed(other.source.location(other.item.extent.start) for other in same)
        raise RenameError(f'{len(same)} workflows have the id "{old}": it is unclear which one is meant ({places})')
    if (taken := collection.by_id.get(new)) is not None:
        place = taken.source.location(taken.item.extent.start)
        raise RenameError(f'the id "{new}" is taken, by "{taken.title}" at {place}')


# Inputs


def _of_input(analyses: AnalysisCache, analysis: WorkflowAnalysis, pointer: str, new: str) -> _Change:
    old, entry, trigger = key_of(pointer), analysis.entry, analysis.workflow.trigger
    assert trigger is not None, "it has the property"
    _require_segment(new)
    if trigger.input_schema is not None and new in trigger.input_schema.names:
        raise RenameError(f'"{entry.title}" already has an input "{new}"')
    names = analysis.flow.trigger_names

    def segment(path: Path) -> int | None:
        return 2 if path.step in names and path.fields[:1] == (old,) else None

    steps = "|".join(map(re.escape, sorted(names)))
    unreadable = re.compile(rf"steps\s*[./]\s*(?:{steps})\s*[./]\s*(\[?{re.escape(old)}\]?)(?![\w@$-])")
    edits: list[TextEdit] = []
    for text in texts_of(analysis.document, entry):
        if text.pointer == pointer if text.is_key else _is_required(text, trigger.pointer) and text.text == old:
            edits.append(text.edit(new))
        elif _place(analysis, text) == "value":
            edits += _in_expression(text, segment, unreadable, new)
    calls = [*_in_calls(analyses, entry, old, new)]
    edits += (part for part in calls if isinstance(part, TextEdit))
    return _Change(edits, [part for part in calls if isinstance(part, Related)])


def _is_required(text: Text, trigger: str) -> bool:
    return parent(text.pointer) == f"{trigger}/schema/required"


def _in_calls(analyses: AnalysisCache, target: Entry, old: str, new: str) -> Iterator[TextEdit | Related]:
    """The edits of what the schedule calls of a workflow pass under a name, and the places where a request may pass it
    to the workflow. Raises RenameError."""
    if target.id is None or analyses.collection.has_taken_id(target):
        return
    for document in analyses.collection.documents:
        for entry in document.entries:
            if entry.may_hold(target.id) and entry.may_hold(old):
                texts = [*texts_of(document, entry)]
                yield from _in_schedules(texts, target.id, old, new)
                yield from _in_requests(texts, target.id, old)


def _in_schedules(texts: Sequence[Text], id_: str, old: str, new: str) -> Iterator[TextEdit]:
    keys = {text.pointer: text for text in texts if text.is_key}
    for params in dict.fromkeys(
        parent(text.pointer) for text in texts if text.key == "workflowId" and text.text == id_
    ):
        if (key := keys.get(f"{params}/inputs/{escape(old)}")) is not None:
            if f"{params}/inputs/{escape(new)}" in keys:
                place = key.document.location(key.pointer)
                raise RenameError(f'a call already passes an input "{new}", at {place}')
            yield key.edit(new)


def _in_requests(texts: Sequence[Text], id_: str, old: str) -> Iterator[Related]:
    requests = tuple(f"{parent(text.pointer)}/" for text in texts if called_by_address(text.text) == id_)
    for text in texts if requests else ():
        if text.is_key and text.text == old and text.pointer.startswith(requests):
            yield Related(f'"{old}" is not changed here', text.document, text.pointer, text.literal)


# Values


def _in_expression(
    text: Text, segment: Callable[[Path], int | None], unreadable: re.Pattern[str], new: str
) -> list[TextEdit]:
    """The edits of a string that is evaluated. ``segment`` gives which segment of a path is renamed, and ``unreadable``
    finds it where the string has a fault, behind which nothing is read. Raises RenameError."""
    written = text.text
    expression = parse(written)
    paths = [*_paths(expression)]
    changed = {path: index for path, _ in paths if (index := segment(path)) is not None}
    parts = dict(
        _spelled(written, path, index, new, is_template)
        for path, is_template in paths
        if (index := changed.get(path)) is not None
    )
    if expression.faults:
        known = {path.spans[index] for path, index in changed.items()}
        spelled = template_segment(("", new), 1) if "{{" in written else new
        parts |= dict.fromkeys(_unread(written, unreadable, known), spelled)
    elif parts:
        expected = [_replaced(path.segments, changed.get(path), new) for path, _ in paths]
        _require_written(written, parts, expected, new)
    return [text.edit(part, *span) for span, part in parts.items()]


def _unread(text: str, unreadable: re.Pattern[str], known: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The offsets of what a pattern finds in a text, but for what was read."""
    for match in unreadable.finditer(text):
        start, end = match.span(1)
        if not any(start <= other[0] and other[1] <= end for other in known):
            yield start, end


def _paths(expression: Expression) -> Iterator[tuple[Path, bool]]:
    """The paths in an expression, and whether each is written as a template writes it."""
    is_template = isinstance(expression, Template)
    yield from ((path, is_template) for path in expression.paths)
    if is_template and not expression.faults:
        yield from ((lookup.path, True) for lookup in closing_lookups(expression.text) if lookup.path.step is not None)
    yield from ((part.path, False) for part in expression.embedded if part.path is not None)
    yield from ((fault.path, False) for fault in expression.faults if fault.path is not None)


def _replaced(segments: tuple[str, ...], index: int | None, new: str) -> tuple[str, ...]:
    return segments if index is None else (*segments[:index], new, *segments[index + 1 :])


def _spelled(text: str, path: Path, index: int, new: str, is_template: bool) -> tuple[tuple[int, int], str]:
    """What to write instead of a segment of a path, and in place of which characters of the text.

    Brackets of a template come and go as the name needs them; those that the old name did not need stay."""
    start, end = path.spans[index]
    if not is_template:
        return (start, end), new
    spelled = template_segment(_replaced(path.segments, index, new), index)
    if text[start - 1 : start] != "[" or text[end : end + 1] != "]":
        return (start, end), spelled
    if not spelled.startswith("[") and not template_segment(path.segments, index).startswith("["):
        spelled = f"[{spelled}]"
    return (start - 1, end + 1), spelled


def _require_written(text: str, parts: dict[tuple[int, int], str], expected: list[tuple[str, ...]], new: str) -> None:
    """Raises RenameError where a text with its new parts does not read what it should."""
    after = text
    for (start, end), part in sorted(parts.items(), reverse=True):
        after = f"{after[:start]}{part}{after[end:]}"
    expression = parse(after)
    if expression.faults or [path.segments for path, _ in _paths(expression)] != expected:
        raise RenameError(f'"{new}" cannot be written in {json.dumps(text, ensure_ascii=False)}')


def _require_segment(new: str) -> None:
    """Raises RenameError for a name that no reference can hold."""
    if match := _SEPARATORS.search(new):
        what = {".": "a dot", ",": "a comma"}.get(match[0], "a blank")
        raise RenameError(f'"{new}" has {what}, which references cannot hold')
