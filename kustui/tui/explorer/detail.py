"""Everything about what is selected, in words: rows for the detail pane, made without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.references import Read, reads_from
from kustui.analysis.schedules import ScheduleCall
from kustui.definition.models import TRIGGER_ID, Schema, Step, Trigger
from kustui.diagrams import labels
from kustui.diagrams.labels import condition_words, event_words, label_of, name_of, step_label
from kustui.diagrams.styled_lines import Line, joined
from kustui.text.durations import due_in_words
from kustui.tui.explorer.file_detail import put_around, put_document
from kustui.tui.explorer.tree import Kind, Node, Tree, node_key, workflow_key
from kustui.tui.widgets.rows import MANY, Key, Page, Row
from kustui.tui.widgets.values import put_unknown, put_value

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.definition.collection import Entry


def described(tree: Tree, node: Node, width: int) -> list[Row]:
    """What there is to say of a row of the tree, for a pane of ``width`` cells."""
    page = Page(width)
    page.problems(tree.problems(node))
    match node.kind:
        case Kind.DOCUMENT:
            put_document(page, tree, node.document)
        case Kind.FAULT:
            put_around(page, node.document, node.document.fault_extent(node.part))  # type: ignore[arg-type]
        case Kind.WORKFLOW:
            _workflow(page, tree, _subject(tree, node))
        case Kind.TRIGGER:
            _trigger(page, _subject(tree, node))
        case Kind.STEP:
            _step(page, tree, _subject(tree, node), node)
        case Kind.EDGE:
            assert isinstance(node.part, Edge)
            _edge(page, _subject(tree, node), node.part)
        case Kind.SCHEDULE:
            assert isinstance(node.part, ScheduleCall)
            _call(page, tree, _subject(tree, node), node.part)
    return page.rows


def _subject(tree: Tree, node: Node) -> WorkflowAnalysis:
    assert node.entry is not None
    return tree.analysis(node.entry)


# A workflow


def _workflow(page: Page, tree: Tree, analysis: WorkflowAnalysis) -> None:
    workflow, entry, flow = analysis.workflow, analysis.entry, analysis.flow
    page.title(entry.title)
    if workflow.display_name and workflow.display_name != entry.title:
        page.put((workflow.display_name, "name"))
    if workflow.description:
        page.put((workflow.description, ""))
    if workflow.enabled is False:
        page.put(("switched off: it never runs", "warning"))
    page.field("runs", *_starts(workflow.trigger))
    page.field("id", (workflow.id or "", ""))
    page.field("file", (f"{entry.source.path}:{entry.source.place(entry.item.extent.start).line}", ""))
    if workflow.trigger is not None and workflow.trigger.callable:
        _schema(page, workflow.trigger.input_schema, "Inputs", "none declared")
    if workflow.response is not None:
        _schema(page, workflow.response.output_schema, "Answers", "nothing declared")
    page.heading(f"Steps ({len(workflow.steps)})")
    for step in flow.order:
        line, aside = labels.said(analysis, step, analysis.collection)
        page.item(*line, ("  ", ""), *aside, link=node_key(entry, step.id))
    if not workflow.steps:
        page.none("none: a run does nothing")
    _calls(page, "Schedules", [_call_out(tree, call) for call in analysis.calls])
    _scheduled_by(page, tree, entry)
    put_unknown(page, workflow)


def _starts(trigger: Trigger | None) -> Line:
    return ((event_words(trigger), "event" if trigger else "error"),)


def _schema(page: Page, schema: Schema | None, title: str, none: str) -> None:
    page.heading(title)
    for name in schema.properties if schema else {}:
        assert schema is not None
        kind = schema.type_of(name)
        needed = "required" if name in schema.required else ""
        page.item((name, "key"), ("  ", ""), (kind, "action"), (f"  {needed}" if needed else "", "muted"))
    if schema is None or not schema.properties:
        page.none(none)


def _calls(page: Page, title: str, calls: list[tuple[Line, Key]]) -> None:
    if calls:
        page.heading(title)
        for line, link in calls:
            page.item(*line, link=link)


def _call_out(tree: Tree, call: ScheduleCall) -> tuple[Line, Key]:
    target = tree.snapshot.collection.by_id.get(call.workflow_id or "")
    return labels.call_line(call, tree.snapshot.collection, tree.settings), workflow_key(target) if target else ()


def _scheduled_by(page: Page, tree: Tree, entry: Entry) -> None:
    schedules, collection = tree.snapshot.schedules, tree.snapshot.collection
    if schedules is None:
        if entry.item.callable:
            page.heading("Scheduled by")
            page.none("still reading the other workflows")
        return
    calls = schedules.to_workflow.get(entry.key, ())
    if not calls and not entry.item.callable:
        return
    page.heading("Scheduled by")
    for call in calls[:MANY]:
        caller = collection.by_key[call.caller]
        page.item(
            ("← ", "muted"),
            (caller.title, "link"),
            (f" {due_in_words(call.run_at, tree.settings.relative_unit_minutes)}, in step {call.step_name}", "muted"),
            link=node_key(caller, call.step),
        )
    if len(calls) > MANY:
        page.none(f"and {len(calls) - MANY} more")
    if not calls:
        page.none("nothing that is opened here")


# Its parts


def _trigger(page: Page, analysis: WorkflowAnalysis) -> None:
    trigger = analysis.workflow.trigger
    assert trigger is not None
    page.title("The trigger")
    page.field("runs", *_starts(trigger))
    page.field("event", (trigger.event_name, ""))
    page.field("read as", (f"/#steps.{TRIGGER_ID}.…", "string"))
    page.field("app", (trigger.app_version or "", ""))
    if trigger.callable:
        _schema(page, trigger.input_schema, "Inputs", "none declared")
    _edges(page, analysis, TRIGGER_ID)
    _readers(page, analysis, TRIGGER_ID)
    put_unknown(page, trigger)


def _step(page: Page, tree: Tree, analysis: WorkflowAnalysis, node: Node) -> None:
    step, flow = node.part, analysis.flow
    assert isinstance(step, Step)
    page.put(*((text, look or "heading") for text, look in step_label(step)))
    if step.description:
        page.put((step.description, ""))
    if flow.steps.get(step.id) is not step:
        page.put(("an earlier step has the same id, so nothing leads here", "error"))
    elif step.id not in flow.reachable:
        page.put(("no path leads here from the trigger", "warning"))
    page.field("does", (step.action or "nothing itself: it only branches", "action" if step.action else "muted"))
    page.field("id", (step.id, ""))
    page.field("read as", (f"/#steps.{step.id}.…", "string"))
    page.field("app", (step.app_version or "", ""))
    for call in analysis.calls:
        if call.pointer == step.pointer:
            _calls(page, "Schedules", [_call_out(tree, call)])
    if step.params:
        page.heading("Params")
        put_value(page, analysis, step.params, 2)
    if flow.steps.get(step.id) is step:
        _edges(page, analysis, step.id)
        _before(page, analysis, step.id)
        _readers(page, analysis, step.id)
    put_unknown(page, step)


def _edges(page: Page, analysis: WorkflowAnalysis, node: str) -> None:
    edges = analysis.flow.declared_edges[node]
    page.heading("Then")
    for edge in edges:
        there = edge.target in analysis.flow.steps
        line = labels.edge_line(analysis, edge)
        page.item(*line, link=node_key(analysis.entry, edge.target) if there else ())
    if not any(not edge.after_failure for edge in edges):
        page.none("the run ends")


def _before(page: Page, analysis: WorkflowAnalysis, node: str) -> None:
    flow = analysis.flow
    page.heading("Comes from")
    for edge in flow.incoming[node]:
        sign = "when it fails" if edge.after_failure else ""
        page.item(
            ("← ", "muted"),
            *label_of(flow, edge.source),
            (f" {sign}" if sign else "", "warning"),
            *labels.condition(analysis, edge.transition),
            link=node_key(analysis.entry, edge.source),
        )
    if not flow.incoming[node]:
        page.none("nowhere")
    above = [above for above in flow.always_before(node) if above != TRIGGER_ID]
    if above:
        page.heading("Has always run before")
        page.item(*joined((label_of(flow, step) for step in reversed(above)), (", ", "muted")))


def _readers(page: Page, analysis: WorkflowAnalysis, node: str) -> None:
    flow = analysis.flow
    found = list(reads_from(analysis.reads, flow, node))
    page.heading("Read by")
    for read in found[:MANY]:
        paths = [path for path in read.expression.paths if path.step is not None and flow.node(path.step) == node]
        page.item(
            ("← ", "muted"),
            *_reader(flow, read),
            (f"  {', '.join('.'.join(path.fields) or 'all of it' for path in paths)}", "string"),
            link=node_key(analysis.entry, read.node),
        )
    if len(found) > MANY:
        page.none(f"and {len(found) - MANY} more")
    if not found:
        page.none("nothing in this workflow")


def _reader(flow: FlowGraph, read: Read) -> Line:
    """The step, or the transition on whose condition it is."""
    edge: Line = ((" → ", "muted"), *label_of(flow, read.transition.target)) if read.transition else ()
    return (*label_of(flow, read.node), *edge)


def _edge(page: Page, analysis: WorkflowAnalysis, edge: Edge) -> None:
    flow, entry = analysis.flow, analysis.entry
    page.title("Error case" if edge.after_failure else "Transition")
    there = edge.target in flow.steps
    page.field("from", (name_of(flow, edge.source), "link"), link=node_key(entry, edge.source))
    page.field(
        "to",
        (name_of(flow, edge.target), "link" if there else "fault"),
        link=node_key(entry, edge.target) if there else (),
    )
    page.field("named", (edge.transition.label, ""))
    page.field("when", (condition_words(flow, edge.transition), ""))
    tried = flow.declared_edges[edge.source]
    same = [other for other in tried if other.after_failure == edge.after_failure]
    if len(same) > 1:
        place = next(index for index, other in enumerate(same, start=1) if other is edge)
        page.field("tried", (f"{_ordinal(place)} of {len(same)}; the first that holds is taken", ""))
    if edge.transition.condition is not None:
        page.heading("Condition as written")
        put_value(page, analysis, {"op": edge.transition.condition.op, "values": edge.transition.condition.values}, 2)
    put_unknown(page, edge.transition)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _call(page: Page, tree: Tree, analysis: WorkflowAnalysis, call: ScheduleCall) -> None:
    target = tree.snapshot.collection.by_id.get(call.workflow_id or "")
    page.title("Schedules a workflow")
    line, link = _call_out(tree, call)
    page.put(*line, link=link)
    page.field("in step", (call.step_name, "link"), link=node_key(analysis.entry, call.step))
    page.field("workflow id", (" " + (call.workflow_id or "told by a reference"), ""))
    schema = tree.analysis(target).workflow.trigger if target else None
    declared = schema.input_schema if schema else None
    page.heading("Inputs")
    put_value(page, analysis, dict(call.inputs), 2)
    if not call.inputs:
        page.none("none given")
    if declared is not None:
        page.heading("What it asks for")
        for name in declared.properties:
            given = name in call.inputs
            needed = name in declared.required
            sign = ("✓ ", "good") if given else ("✗ ", "error") if needed else ("  ", "")
            missing = "" if given else "  missing" if needed else "  not given"
            kind = declared.type_of(name)
            page.item(sign, (name, "key"), (f"  {kind}", "action"), (missing, "error" if needed else "muted"))
