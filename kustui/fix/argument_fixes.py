"""Fixes that add the arguments that a step lacks, read from what has always run before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Problem
from kustui.definition.collection import Document
from kustui.definition.platform import TRIGGER_ID, object_of_event
from kustui.definition.source.positions import key_of, parent
from kustui.fix.edits import Fix, TextEdit
from kustui.fix.json_edits import insert_members, member, text_of
from kustui.text.messages import quoted

_MOST = 3
"""Fixes of one problem that differ only in a name."""
_MOST_LOOKED_AT = 400
"""Fields of one name that are looked at for each problem: most workflows read fewer fields altogether."""


def add_arguments(problem: Problem, analyses: AnalysisCache) -> Iterator[Fix]:
    """The required inputs or params that are missing, where each can be read of something that has always run."""
    if problem.intended is not None or problem.entry is None:
        return
    analysis = analyses.of(problem.entry)
    names = [text_of(place.document.source, place.where()) for place in problem.related]
    most = _MOST if len(names) == 1 else None
    references = [islice(_references(analysis, problem.step, name), most) for name in names]
    for choice in zip(*references, strict=False):
        members = dict(zip(names, choice, strict=True))
        added = " and ".join(f"{quoted(name)}: {quoted(text, 60)}" for name, text in members.items())
        yield Fix(f"add {added}", (_added(problem.document, problem.pointer, members),))


def _added(document: Document, pointer: str, members: Mapping[str, object]) -> TextEdit:
    """New members of an object, and the object where there is none."""
    if member(document, pointer) is not None:
        return insert_members(document, pointer, members)
    return insert_members(document, parent(pointer), {key_of(pointer): members})


def _references(analysis: WorkflowAnalysis, node: str, name: str) -> Iterator[str]:
    """References to fields of a name, of what has always run before a step, the trigger first. Each once."""
    flow = analysis.flow.possible
    given = _trigger_reference(analysis, name)
    if given:
        yield given
    for reference, source in islice(analysis.offered_fields.named(name), _MOST_LOOKED_AT):
        if reference != given and (source == TRIGGER_ID or flow.has_always_succeeded(source, node)):
            yield reference


def _trigger_reference(analysis: WorkflowAnalysis, name: str) -> str:
    """The input of that name, or the id of the object whose event starts the workflow; else an empty string."""
    trigger = analysis.workflow.trigger
    event_object = object_of_event(trigger.event_name).rpartition(".")[2] if trigger is not None else ""
    if analysis.inputs is not None and name in analysis.inputs.names:
        return f"/#steps.{TRIGGER_ID}.{name}"
    return f"/#steps.{TRIGGER_ID}.id" if event_object and name == f"{event_object}Id" else ""
