"""Fixes that add a part to a definition, remove one, or make an id unique."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count

import msgspec

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.analysis.flow import FlowGraph
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.checker import check_workflow
from kustui.check.problems import Problem
from kustui.check.rule import to
from kustui.definition.collection import Collection, Document, Entry, read_document
from kustui.definition.expressions import AllOf, AnyOf, Comparison, Condition
from kustui.definition.models import Step
from kustui.definition.platform import call_event, called_id
from kustui.definition.source.character_places import extent_within
from kustui.definition.source.outline import item_at
from kustui.definition.source.positions import key_of, parent
from kustui.definition.source.source import Extent, Source
from kustui.errors import KustuiError
from kustui.fix.edits import Fix, Joint, TextEdit, edited
from kustui.fix.json_edits import (
    append_elements,
    insert_members,
    member,
    remove,
    remove_elements,
    remove_member,
    replace_string,
    text_of,
)
from kustui.fix.suppressions import suppression_removal
from kustui.text.messages import printable, quoted, shortened

Fixes = Iterator[Fix]

_LITERAL = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?|true|false")
_QUOTED_LITERAL = re.compile(rf'"(?:{_LITERAL.pattern})"')
MOST_CHECKED = 2_000_000
"""Bytes of a workflow that are checked to try fixes of it."""
_NOUNS = {",": "comma", ":": "colon"}
_MOST = 3
"""Fixes of one problem that differ only in a name."""


# Syntax and keys


def right_syntax(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """What the text should have where it is no JSON, if it can be read farther with that."""
    if problem.intended is None:
        return
    source, extent = problem.document.source, problem.where()
    edit = TextEdit(source, extent, problem.intended)
    after = read_document(source.path, edited(source, [edit]))
    faults = [fault for fault in after.faults if fault.rule == problem.rule and fault.extent is not None]
    end = extent.start + len(problem.intended.encode())
    if all(after.fault_extent(fault).start >= end or fault.is_certain for fault in faults):
        yield Fix(_syntax_title(source.text(extent), problem.intended), (edit,), problem.is_certain)


def remove_text(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """Without what JSON does not have."""
    extent = problem.where()
    title = "remove the comma" if problem.is_certain else "remove the comment"
    yield Fix(title, (TextEdit(problem.document.source, extent, ""),), problem.is_certain)


def _syntax_title(old: str, new: str) -> str:
    """What is removed, added before what stays, or written in place of it."""
    verb, text = ("add", new.removesuffix(old)) if new.endswith(old) else ("write", new)
    if not new:
        verb, text = "remove", old
    text = text.strip()
    if text in _NOUNS:
        return f"{verb} {'the' if verb == 'remove' else 'a'} {_NOUNS[text]}"
    return f"{verb} {printable(shortened(' '.join(text.split()), 60)) or 'nothing'}"


def remove_one_of_two(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """The earlier of two members with the same key counts for nothing."""
    source, name = problem.document.source, quoted(text_of(problem.document.source, problem.where()))
    for related in problem.related:
        earlier = remove_member(source, related.where())
        yield Fix(f"remove the earlier {name}, which does not count", (earlier,), problem.is_certain)
        yield Fix(f"remove the later {name}", (remove_member(source, problem.where()),))


def remove_argument(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """Without an input, a param or a key that is not known, and that stands for nothing else."""
    if problem.intended is None and member(problem.document, problem.pointer) is not None:
        yield Fix(f"remove {quoted(key_of(problem.pointer))}", (remove(problem.document, problem.pointer),))


def right_type(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """A value without quotes or with them, or in a list, if nothing is wrong with its workflow that was not before."""
    entry, document = problem.entry, problem.document
    if problem.intended is not None or problem.on_key or entry is None or not entry.holds(problem.pointer):
        return
    extent = document.spot(problem.pointer).value
    title, opening, closing = _other_type(document.source.text(extent))
    if not title or not _is_tried(problem, analyses.of(entry)):
        return
    if closing is None:
        edits: tuple[TextEdit, ...] = (TextEdit(document.source, extent, opening),)
    else:
        ends = ((extent.start, opening), (extent.end, closing))
        edits = tuple(TextEdit(document.source, Extent(at, at), bracket) for at, bracket in ends)
    after = _alone_after(edits, entry, document, analyses.collection)
    if after is None:
        return
    rules, before = (
        Counter(one.rule for one in check_workflow(analysis).problems)
        for analysis in (WorkflowAnalysis(*after, analyses.settings), analyses.of(entry))
    )
    if rules < before:
        yield Fix(title, edits)


def _is_tried(problem: Problem, analysis: WorkflowAnalysis) -> bool:
    """Whether it is among the first problems of its workflow, for which what they come to is tried: each takes a check
    of the workflow, so of a large one only a few are."""
    place = analysis.places_of_misshapen.get(problem.pointer)
    if place is None:  # in a step that could be read: counted by that
        index = problem.pointer.removeprefix(f"{analysis.workflow.pointer}/steps/").partition("/")[0]
        place = int(index) if index.isdecimal() else 0
    return place <= MOST_CHECKED // analysis.entry.size


def _alone_after(
    edits: Sequence[TextEdit], entry: Entry, document: Document, collection: Collection
) -> tuple[Collection, Entry] | None:
    """A workflow after edits of it, in a collection without all that its check does not ask for; None where it is none
    any more."""
    start, end = entry.item.extent
    own = Source("", document.source.data[start:end])
    data = edited(own, [TextEdit(own, edit.extent.moved(-start), edit.text) for edit in edits])
    try:
        placed = item_at(data, Extent(0, len(data)), entry.item)
    except msgspec.DecodeError:  # it is a list now
        return None
    if placed is None:
        return None
    item, shape = placed
    now = Entry(Source("", data), item, entry.key)
    alone = Document(now.source, shape, (now,), apps=document.apps)
    same = collection.by_id.get(now.id or "")
    others = () if same is None or same is entry else (Document(same.source, shape, (same,)),)
    return Collection((*others, alone)), now


def _other_type(written: str) -> tuple[str, str, str | None]:
    """What is written in place of a value of the wrong type, or before and behind it, with the title of the fix; an
    empty title where nothing would do."""
    if _QUOTED_LITERAL.fullmatch(written):
        return f"write {written[1:-1]}", written[1:-1], None
    if _LITERAL.fullmatch(written):
        return f'write "{written}"', f'"{written}"', None
    return ("put it into a list", "[", "]") if written.startswith("{") else ("", "", None)


def _appending(title: str, document: Document, pointer: str, value: object, *, before: str = "") -> Fix:
    """A new last element of a list, which others may follow; where there is none, the list, before another member."""

    def edits(values: Sequence[object]) -> tuple[TextEdit, ...]:
        if member(document, pointer) is not None:
            return (append_elements(document, pointer, values),)
        return (insert_members(document, parent(pointer), {key_of(pointer): [*values]}, before=before),)

    return Fix(title, edits([value]), joint=Joint((document.source, pointer), value, edits))


# Ids and names


def _free_id(analyses: AnalysisCache, entry: Entry) -> str:
    """An id that no other workflow has: the same one every time, made as those of Kustomer look."""
    ids = (sha256(f"{entry.key} {number}".encode(errors="replace")).hexdigest()[:24] for number in count())
    return next(id_ for id_ in ids if id_ not in analyses.collection.by_id)


def _id_edits(analysis: WorkflowAnalysis, id_: str) -> Iterator[TextEdit]:
    """The edits that give a workflow an id: in its own member, and in the event that calls it."""
    document, item, workflow = analysis.document, analysis.entry.item, analysis.workflow
    places = (f"{item.pointer}/id", f"{workflow.pointer}/id")
    own = [spot for place in places if (spot := member(document, place)) is not None]
    if own:
        yield replace_string(document.source, own[0].value, id_)
    else:
        yield insert_members(document, item.pointer, {"id": id_}, before="name")
    if workflow.trigger is not None and workflow.callable:
        event = member(document, f"{workflow.trigger.pointer}/eventName")
        if event is None:
            members = {"eventName": call_event(id_)}
            yield insert_members(document, workflow.trigger.pointer, members, before="callable")
        elif document.source.text(event.value) != f'"{call_event(id_)}"':
            yield replace_string(document.source, event.value, call_event(id_))


def add_workflow_id(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """A new id, in the workflow and in its event."""
    if problem.entry is not None:
        id_ = _free_id(analyses, problem.entry)
        yield Fix(f'add the id "{id_}"', tuple(_id_edits(analyses.of(problem.entry), id_)))


def unique_workflow_id(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """Another id for the later workflow; whoever schedules the id goes on to mean the earlier one."""
    if problem.entry is not None:
        id_ = _free_id(analyses, problem.entry)
        yield Fix(f'give it an id of its own, "{id_}"', tuple(_id_edits(analyses.of(problem.entry), id_)))


def event_and_id(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """The event named after the id, or the id after the event, whichever the calls mean; for a workflow that is not
    callable, that it is."""
    trigger = analyses.of(problem.entry).workflow.trigger if problem.entry is not None else None
    if trigger is None or problem.entry is None:
        return
    called = called_id(trigger.event_name)
    if problem.intended is not None:
        edit = replace_string(problem.document.source, problem.where(), problem.intended)
        fix = Fix(f"write {quoted(problem.intended, 60)}", (edit,), problem.is_certain)
        others = [*_id_after_event(problem.entry, called, analyses)] if called is not None else []
        yield from (*others, fix) if called is not None and analyses.is_called(called) else (fix, *others)
    elif not trigger.callable:
        value = member(problem.document, f"{trigger.pointer}/callable")
        if value is not None:
            edit = TextEdit(problem.document.source, value.value, "true")
        else:
            edit = insert_members(problem.document, trigger.pointer, {"callable": True})
        yield Fix('add "callable": true', (edit,))
    else:
        yield from add_workflow_id(problem, analyses)


def _id_after_event(entry: Entry, called: str, analyses: AnalysisCache) -> Fixes:
    """The id that its event names, for a workflow of another id, if neither is that of a call that would go astray."""
    if called not in analyses.collection.by_id and not analyses.is_called(entry.id or ""):
        yield Fix(f"change the id to {quoted(called, 60)}", tuple(_id_edits(analyses.of(entry), called)))


def unique_workflow_name(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """A number behind the name of the later workflow."""
    source, extent = problem.document.source, problem.where()
    name = problem.document.free_names.numbered(text_of(source, extent))
    yield Fix(f"call it {quoted(name)}", (replace_string(source, extent, name),))


def unique_step_id(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """Without a step that only repeats another; else another id for the later step, and where it reads itself."""
    assert problem.entry is not None, "it is about a step"
    analysis, pointer, document = analyses.of(problem.entry), parent(problem.pointer), problem.document
    step = analysis.steps_by_pointer.get(pointer)
    if step is None:
        return
    without = Fix("remove this step", (remove(document, pointer),))
    first = analysis.flow.steps.get(step.id)
    if first is not None and _is_same(document, first.pointer, pointer):
        yield without._replace(title="remove this step, which repeats the earlier one")
        return
    id_ = analysis.free_step_ids.numbered(step.id)
    edits = (replace_string(document.source, problem.where(), id_), *_own_uses(analysis, document, step, id_))
    yield Fix(f"give it an id of its own, {quoted(id_)}", edits)
    yield without


def _is_same(document: Document, first: str, second: str) -> bool:
    """Whether two values are written alike."""
    one, other = (document.spot(pointer).value for pointer in (first, second))
    data = document.source.data
    return one.end - one.start == other.end - other.start and data[slice(*one)] == data[slice(*other)]


def _own_uses(analysis: WorkflowAnalysis, document: Document, step: Step, id_: str) -> Iterator[TextEdit]:
    """Where the transitions of a step go back to it, or read its output."""
    for edge in step.edges:
        if edge.target == step.id and (target := member(document, f"{edge.pointer}/target")) is not None:
            yield replace_string(document.source, target.value, id_)
        for pointer, expression in analysis.flow.condition_reads.get(edge.pointer, ()):
            for path in expression.paths:
                if path.step == step.id and path.step_span is not None:
                    part = extent_within(document.source, document.spot(pointer).value, *path.step_span)
                    yield replace_string(document.source, part, id_)


# The flow


def lead_to_first_step(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """A transition from the trigger to each step that nothing leads to."""
    analysis = analyses.of(problem.entry) if problem.entry is not None else None
    trigger = analysis.workflow.trigger if analysis is not None else None
    if analysis is None or trigger is None:
        return
    flow = analysis.flow
    led_to = {edge.target for node in flow.steps for edge in flow.declared_edges[node]}
    place = f"{trigger.pointer}/transitions"
    for id_ in [id_ for id_ in flow.steps if id_ not in led_to][:_MOST] or [*flow.steps][:1]:
        yield _appending(
            f"begin with the step {quoted(flow.name_of(flow.steps[id_]))}", problem.document, place, to(id_)
        )


def add_error_case(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """An error case to where the error is read, of the only step that leads there."""
    analysis = analyses.of(problem.entry) if problem.entry is not None else None
    if analysis is None:
        return
    flow, document = analysis.flow, problem.document
    edges = flow.incoming.get(problem.step, ())  # those of one source one after the other
    source = flow.steps.get(edges[0].source) if edges and edges[0].source == edges[-1].source else None
    if source is None or source.action is None:
        return
    title = f"lead here by an error case of {quoted(flow.name_of(source))}"
    yield _appending(title, document, f"{source.pointer}/errorCases", to(problem.step))


def remove_values(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """Without the values that an operator does not read."""
    analysis = analyses.of(problem.entry) if problem.entry is not None else None
    part = _condition_at(analysis.flow, parent(problem.pointer)) if analysis is not None else None
    most = part.meaning.most if isinstance(part, Comparison) else None
    if not most or key_of(problem.pointer) != "values":
        return
    source = problem.document.source
    ends = [spot.value.end for spot in problem.document.children(problem.pointer).values()]
    if len(ends) > most:
        extent = Extent(ends[most - 1], ends[-1])
        yield Fix(f"remove {quoted(source.text(extent).lstrip(', '))}", (TextEdit(source, extent, ""),))


def _condition_at(flow: FlowGraph, pointer: str) -> Condition | None:
    """The condition at a place, which may be inside others; None where there is none."""
    edge = pointer
    while edge and edge not in flow.conditions:
        edge = parent(edge)
    part = flow.conditions.get(edge)
    for index in pointer.removeprefix(f"{edge}/condition").split("/values/")[1:]:
        inner = part.parts if isinstance(part, AllOf | AnyOf) else ()
        part = inner[int(index)] if index.isdecimal() and int(index) < len(inner) else None
    return part if part is not None and part.pointer == pointer else None


# Dependencies and suppressions


def add_dependency(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """The app and its range, as a step names it, among the dependencies."""
    document = problem.document
    app = document.app_at(problem.pointer)
    if app is None or problem.intended is not None:
        return
    text, place = text_of(document.source, problem.where()), f"{app.item.pointer}/dependencies"
    fix = _appending(f"add {quoted(text, 60)} to dependencies", document, place, text, before="workflows")
    yield fix._replace(is_safe=problem.is_certain)


def remove_unused(problem: Problem, analyses: AnalysisCache) -> Fixes:
    """Without a suppression, or an entry of a baseline, that hides nothing any more."""
    if not problem.is_certain:
        return
    if problem.pointer:
        document, pointer = problem.document, problem.pointer
        joint = Joint((document.source, parent(pointer)), pointer, lambda pointers: remove_elements(document, pointers))
        yield Fix("remove this entry", joint.edits([pointer]), is_safe=True, joint=joint)
        return
    try:
        joint = suppression_removal(problem)
        edits = joint.edits([joint.part])
    except KustuiError:  # the file has changed meanwhile, or is written in a way that cannot be edited
        return
    yield Fix("remove this suppression", edits, is_safe=True, joint=joint)
