"""What the outputs of triggers and steps hold, as far as it is known (format.md §5): paths that never hold anything."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from kustui.analysis.effects import CUSTOM
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import Path, is_plain
from kustui.definition.models import Step
from kustui.definition.platform import ANSWERS_OBJECT, OBJECT_EVENT, TRANSFORM_ACTION, TRIGGER_ID
from kustui.text.messages import closest, hint_of, quoted

_PARTS = ("attributes", "relationships")
"""What ``changes`` and an event's envelope hold [api]."""
_RELATIONSHIPS = frozenset({"customer", "company", "conversation", "message", "org", "createdBy", "modifiedBy"})
"""What Kustomer's objects have as relationships, and none of them as an attribute [assumed]."""
_CHANGE = ("op", "before", "after")
"""What each field of ``changes`` holds [api]."""
_SYNONYMS = {"new": "after", "current": "after", "to": "after", "old": "before", "previous": "before", "from": "before"}
_QUOTED = re.compile(r"\"[^\"]+\"|'[^']+'")
_BRACKET_OR_QUOTE = frozenset("['\"")
_BRACKETED = re.compile(r"\[[^\[\]]+\]")
_INDEXED = re.compile(r"[^\[\]]+(?:\[(?:\d+|\"[^\"\[\]]+\"|'[^'\[\]]+')\])+")
"""As JavaScript writes an element or a member: ``tags[0]``, ``custom['x']``."""


class Absence(Struct, frozen=True):
    """Why a path never holds anything."""

    reason: str
    """A clause."""
    instead: tuple[str, ...] = ()
    """The segments of the path that was probably intended."""
    wrong: int = 0
    """How many fields lead to what is wrong, so that all that begins with them is the same mistake; 0 for all."""
    hint: str = ""
    """What there is, where it cannot be told which of it was intended."""

    def mistake(self, path: Path) -> tuple[str, ...]:
        """The beginning of the path that is wrong."""
        return path.segments[: 2 + self.wrong] if self.wrong else path.segments


def absence_of(analysis: WorkflowAnalysis, path: Path, node: str | None, *, in_template: bool) -> Absence | None:
    """Why a path, which reads a node if that is given, never holds anything, wherever it is read; None where it may
    hold something."""
    spelling, fields = _absence_by_spelling(path, in_template=in_template), path.fields
    if spelling or node is None or not fields:
        return spelling
    if not in_template and (indexed := _absence_by_index(path)) and not may_have_blanks(analysis, path):
        return indexed
    absence = None
    if node != TRIGGER_ID:
        step = analysis.flow.steps[node]
        if step.action == TRANSFORM_ACTION:
            absence = _absence_in_transform(step, fields)
        elif (below := _below_length(fields)) and step.action is not None and ANSWERS_OBJECT.match(step.action):
            absence = below
    elif (trigger := analysis.workflow.trigger) is not None and not trigger.callable:
        absence = _absence_in_event(fields)
        if absence is not None and not OBJECT_EVENT.fullmatch(trigger.event_name):
            return None
    if absence is None or not absence.instead:
        return absence
    return replace(absence, instead=(*path.segments[:2], *absence.instead))


def may_have_blanks(analysis: WorkflowAnalysis, path: Path) -> bool:
    """Whether a key of the output that a path reads may have a blank: Kustomer's own fields have none, unlike those of
    a hook's payload [seen], a REST answer, an app's event or action, or a schema that says so."""
    node = analysis.flow.node(path.step) if path.step is not None else None
    part = analysis.flow.part(node) if node is not None else None
    if isinstance(part, Step):
        return part.action is not None and not ANSWERS_OBJECT.match(part.action)
    if part is None or not part.callable:
        return part is not None and not OBJECT_EVENT.fullmatch(part.event_name)
    return analysis.inputs is not None and path.fields[0] in analysis.inputs.properties


def _absence_by_spelling(path: Path, *, in_template: bool) -> Absence | None:
    if _BRACKET_OR_QUOTE.isdisjoint([segment[:1] for segment in path.segments]):
        return None
    wrong = _QUOTED if in_template else _BRACKETED
    if not any(map(wrong.fullmatch, path.segments)):
        return None
    instead = tuple(part[1:-1].strip("\"'") if wrong.fullmatch(part) else part for part in path.segments)
    what = "quotation marks are part of the name" if in_template else "only a template has brackets around a name"
    return Absence(what, instead)


def _absence_by_index(path: Path) -> Absence | None:
    """``tags[0]``: a field of Kustomer's own has no brackets in its name."""
    if not any(map(_INDEXED.fullmatch, path.fields)):
        return None
    instead = [*path.segments[:2]]
    for field in path.fields:
        instead += [field.strip("[]\"'") for field in field.split("[")] if _INDEXED.fullmatch(field) else [field]
    return Absence("a reference has no brackets", tuple(instead))


def _absence_in_event(fields: Sequence[str]) -> Absence | None:
    """``fields`` below the trigger of an object's event, whose output is the object with its ``changes``."""
    enveloped = fields[1:] if fields[0] == "data" else fields
    if len(enveloped) > 1 and enveloped[0] in _PARTS:
        # Each relationship is read as its id.
        instead = enveloped[1:] if enveloped[0] == "attributes" else enveloped[1:2]
        return Absence("a workflow reads the fields of the object directly", tuple(instead))
    if fields[0] != "changes" or len(fields) == 1:
        misspelt = len(fields) > 1 and fields[1] in _PARTS and closest(fields[0], ("changes",))
        instead = ("changes", *fields[1:])
        return Absence("no object has such a field", instead) if misspelt else _below_length(fields)
    return _absence_in_changes(fields)


def _absence_in_changes(fields: Sequence[str]) -> Absence | None:
    """``fields`` from ``changes`` on, and something below it."""
    if fields[1] not in _PARTS:
        reason = "changes holds attributes and relationships, and nothing else"
        return Absence(reason, _as_change(fields[1:]), 3 if fields[1] == CUSTOM else 2)
    if len(fields) > 3 and fields[3] not in _CHANGE:
        intended = _SYNONYMS.get(fields[3]) or closest(fields[3], _CHANGE)
        instead = (*fields[:3], intended) if intended else ()
        if fields[2] == CUSTOM:  # all custom fields are one field, whose values are objects [seen]
            instead = (*instead, *fields[4:]) if intended else _as_change(fields[1:])
        return Absence(f"each field of changes.{fields[1]} holds op, before and after, and nothing else", instead, 4)
    return None


def _as_change(written: Sequence[str]) -> tuple[str, ...]:
    """The path that was probably intended by what is written after ``changes``; empty if no field is among it."""
    part = closest(written[0], _PARTS)
    fields = [field for field in written[1 if part else 0 :] if field not in (*_PARTS, *_CHANGE)]
    change = [field for field in written if field in _CHANGE][:1]
    if not change and len(fields) > 1 and fields[-1] in _SYNONYMS:
        change = [_SYNONYMS[fields.pop()]]
    if fields[:1] == [CUSTOM] and len(fields) > 1:
        return ("changes", "attributes", CUSTOM, *(change or ["after"]), *fields[1:])
    if not fields:
        return ()
    return ("changes", part or _part_of(fields[0]), *fields, *change)


def _part_of(field: str) -> str:
    """The part of ``changes`` in which a field is."""
    return "relationships" if field in _RELATIONSHIPS else "attributes"


def _absence_in_transform(step: Step, fields: Sequence[str]) -> Absence | None:
    """``fields`` below a step that gives its params back under ``output`` [seen]."""
    if fields[0] != "output":
        return (
            Absence("the step gives its params under output", ("output", *fields)) if fields[0] in step.params else None
        )
    written: object = step.params
    for at, field in enumerate(fields[1:], 1):
        if isinstance(written, dict):
            if field not in written:
                near = closest(field, written)
                instead = (*fields[:at], near, *fields[at + 1 :]) if near else ()
                reason = f"{quoted('.'.join(fields[1 : at + 1]))} is not among the params of the step"
                return Absence(reason, instead, hint="" if near else hint_of(field, written, "names there"))
            written = written[field]
        elif isinstance(written, bool | int | float) or (isinstance(written, str) and is_plain(written)):
            return _below_scalar(fields, at)
        else:
            return None
    return None


def _below_scalar(fields: Sequence[str], at: int) -> Absence | None:
    """A field below one that is text, a number or a truth value; a text has a length and characters."""
    if len(fields) <= at or fields[at] == "length" or fields[at].isdigit():
        return _below_length(fields)
    return Absence(f"{'.'.join(fields[:at])} is a literal and has no fields", tuple(fields[:at]))


def _below_length(fields: Sequence[str]) -> Absence | None:
    if "length" not in fields[1:-1]:
        return None
    at = fields.index("length", 1)
    return Absence("a length is a number and has no fields", tuple(fields[: at + 1]))
