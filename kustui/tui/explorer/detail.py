"""The detail pane: everything about what is selected, in words. Made without a screen."""

from __future__ import annotations

from typing import Any

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.names import node_name
from kustui.analysis.reads import Read, reads_from
from kustui.analysis.schedules import ScheduleCall
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Document, Entry
from kustui.definition.models import App, ErrorCase, Schema, Step, Trigger
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.source import Extent
from kustui.diagrams import labels
from kustui.diagrams.labels import condition_text, event_label, node_label, step_label, step_summary
from kustui.text.styled_lines import Line, joined, width_of
from kustui.tui.explorer.json_rows import add_unknown_keys, add_value
from kustui.tui.tree.nodes import Kind, Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import MAX_LISTED, NodeKey, Row, RowBuilder, node_key, workflow_key


def detail_rows(tree: TreeState, node: Node, width: int) -> list[Row]:
    """What there is to say of a node of the tree, for a pane of ``width`` cells."""
    builder = RowBuilder(width)
    if tree.review is not None:
        from kustui.tui.explorer.review_pane import add_review  # only for a review

        add_review(builder, tree, node)
    builder.problems(tree.problems(node))
    match node.kind:
        case Kind.DOCUMENT:
            _document(builder, tree, node.document)
        case Kind.FAULT:
            _fault_excerpt(builder, node.document, node.document.fault_extent(node.part))  # type: ignore[arg-type]
        case Kind.WORKFLOW:
            _workflow(builder, tree, _analysis(tree, node))
        case Kind.TRIGGER:
            _trigger(builder, _analysis(tree, node))
        case Kind.STEP:
            _step(builder, tree, _analysis(tree, node), node)
        case Kind.EDGE:
            assert isinstance(node.part, Edge)
            _edge(builder, _analysis(tree, node), node.part)
        case Kind.SCHEDULE:
            assert isinstance(node.part, ScheduleCall)
            _call(builder, tree, _analysis(tree, node), node.part)
    return builder.rows


def _analysis(tree: TreeState, node: Node) -> WorkflowAnalysis:
    assert node.entry is not None
    return tree.analysis(node.entry)


# A file


def _document(builder: RowBuilder, tree: TreeState, document: Document) -> None:
    apps = [entry.app for entry in document.apps[:MAX_LISTED]]
    if not apps:
        builder.title(document.path)
    for app in apps:
        _app(builder, app, document.path)
    builder.field("file", (document.path, ""))
    encoding = f", {document.source.encoding}" if document.source.encoding != "UTF-8" else ""
    mark = ", begins with a byte-order mark" if document.source.offset else ""
    builder.field("holds", (f"{document.shape.value}{encoding}{mark}", ""))
    for fault in document.faults[:1]:
        if not document.entries:
            _fault_excerpt(builder, document, document.fault_extent(fault))
    for app in apps:
        _app_actions(builder, app.actions)
        add_unknown_keys(builder, app)
    if document.entries:
        builder.heading(f"Workflows ({len(document.entries)})")
        for entry in document.entries[:MAX_LISTED]:
            builder.item((entry.title, "link"), link=workflow_key(entry))
        if len(document.entries) > MAX_LISTED:
            builder.none(f"and {len(document.entries) - MAX_LISTED} more in the tree")
    elif tree.snapshot.collection.documents:
        builder.heading("No workflow to show")


def _app(builder: RowBuilder, app: App, path: str) -> None:
    builder.title(app.title or app.app or path)
    if app.description:
        builder.add((app.description, ""))
    builder.field("app", (app.app, ""))
    builder.field("version", (app.version, ""))
    builder.field("needs", (", ".join(app.dependencies), ""))


def _app_actions(builder: RowBuilder, actions: tuple[dict[str, Any], ...]) -> None:
    if actions:
        builder.heading("Actions of the app")
        for action in actions:
            kind = action.get("type")
            builder.item((str(action.get("name", "unnamed")), "action"), (f"  {kind}" if kind else "", "muted"))


def _fault_excerpt(builder: RowBuilder, document: Document, extent: Extent) -> None:
    """The text around a fault, its line marked."""
    source, extent = document.source.written(extent)
    place = source.place(extent.start)
    builder.heading(f"{source.path}:{place}")
    before = []
    start = extent.start
    for _ in range(2):
        start = source.line_start(start) - 1
        if start < 0:
            break
        before.append(source.line_at(start))
    for offset, text in zip(range(len(before), 0, -1), reversed(before), strict=True):
        builder.line((f"{place.line - offset:>5} ", "muted"), (text, "muted"))
    text = source.line_at(extent.start)
    until = source.place(extent.end)
    end = until.column if until.line == place.line else place.column
    # A long line is shown from a little before the fault.
    cut = max(0, place.column - builder.width // 2) if len(text) > builder.width - 6 else 0
    builder.line((f"{place.line:>5} ", "error"), (text[cut:], ""))
    # Below it in cells: what is wide, or spelt out, takes more than one for a character.
    left = 6 + width_of(((text[cut : place.column - 1], ""),))
    caret = width_of(((text[place.column - 1 : end - 1], ""),))
    builder.line((" " * left, ""), ("^" * max(1, min(caret, builder.width - left)), "error"))


# A workflow


def _workflow(builder: RowBuilder, tree: TreeState, analysis: WorkflowAnalysis) -> None:
    workflow, entry, flow = analysis.workflow, analysis.entry, analysis.flow
    builder.title(entry.title)
    if workflow.description:
        builder.add((workflow.description, ""))
    if workflow.enabled is False:
        builder.add(("switched off: it never runs", "warning"))
    builder.field("runs", *_starts(workflow.trigger))
    if workflow.name != entry.title:
        builder.field("name", (workflow.name, ""))
    builder.field("id", (entry.id or "", ""))
    builder.field("file", (entry.source.line_location(entry.item.extent.start), ""))
    if workflow.trigger is not None and workflow.trigger.callable:
        _schema(builder, workflow.trigger.input_schema, "Inputs", "none declared")
    if workflow.response is not None:
        _schema(builder, workflow.response.output_schema, "Answers", "nothing declared")
    builder.heading(f"Steps ({len(workflow.steps)})")
    for step in flow.order:
        line, aside = labels.part_line(analysis, step, analysis.collection)
        builder.item(*line, ("  ", ""), *aside, link=node_key(entry, step.id))
    if not workflow.steps:
        builder.none("none: a run does nothing")
    _calls(builder, [_call_out(tree, call) for call in analysis.calls])
    _scheduled_by(builder, tree, entry)
    add_unknown_keys(builder, workflow)


def _starts(trigger: Trigger | None) -> Line:
    return ((event_label(trigger), "event" if trigger else "error"),)


def _schema(builder: RowBuilder, schema: Schema | None, title: str, none: str) -> None:
    builder.heading(title)
    for name in schema.properties if schema else {}:
        assert schema is not None
        kind = schema.type_of(name)
        needed = "required" if name in schema.required else ""
        builder.item((name, "key"), ("  ", ""), (kind, "action"), (f"  {needed}" if needed else "", "muted"))
    if schema is None or not schema.properties:
        builder.none(none)


def _calls(builder: RowBuilder, calls: list[tuple[Line, NodeKey]]) -> None:
    if calls:
        builder.heading("Schedules")
        for line, link in calls:
            builder.item(*line, link=link)


def _call_out(tree: TreeState, call: ScheduleCall) -> tuple[Line, NodeKey]:
    target = tree.snapshot.collection.by_id.get(call.workflow_id or "")
    return labels.call_line(call, tree.snapshot.collection), workflow_key(target) if target else ()


def _scheduled_by(builder: RowBuilder, tree: TreeState, entry: Entry) -> None:
    schedules, collection = tree.snapshot.schedules, tree.snapshot.collection
    if schedules is None:
        if entry.item.callable:
            builder.heading("Scheduled by")
            builder.none("the other workflows are still being read")
        return
    calls = schedules.to_workflow.get(entry.key, ())
    if not calls and not entry.item.callable:
        return
    builder.heading("Scheduled by")
    for call in calls[:MAX_LISTED]:
        caller = collection.by_key[call.caller]
        builder.item(
            ("← ", "muted"),
            (caller.title, "link"),
            (f" {call.due}, in step {call.step_name}", "muted"),
            link=node_key(caller, call.step),
        )
    if len(calls) > MAX_LISTED:
        builder.none(f"and {len(calls) - MAX_LISTED} more")
    if not tree.snapshot.is_checked:
        builder.none("the other workflows are still being read")
    elif not calls:
        builder.none("no workflow that is open here")


# Its parts


def _trigger(builder: RowBuilder, analysis: WorkflowAnalysis) -> None:
    trigger = analysis.workflow.trigger
    assert trigger is not None
    builder.title("The trigger")
    builder.field("runs", *_starts(trigger))
    builder.field("event", (trigger.event_name, ""))
    builder.field("read as", (f"/#steps.{TRIGGER_ID}.…", "string"))
    builder.field("app", (trigger.app_version or "", ""))
    if trigger.callable:
        _schema(builder, trigger.input_schema, "Inputs", "none declared")
    _edges(builder, analysis, TRIGGER_ID)
    _readers(builder, analysis, TRIGGER_ID)
    add_unknown_keys(builder, trigger)


def _step(builder: RowBuilder, tree: TreeState, analysis: WorkflowAnalysis, node: Node) -> None:
    step, flow = node.part, analysis.flow
    assert isinstance(step, Step)
    builder.add(*((text, look or "heading") for text, look in step_label(flow, step)))
    if step.description:
        builder.add((step.description, ""))
    if flow.steps.get(step.id) is not step:
        builder.add(("an earlier step has the same id, so nothing leads here", "error"))
    elif flow.is_never_reached(step.id):
        builder.add(("no path leads here from the trigger", "warning"))
    names = labels.NameRecorder(flow)
    _action(builder, step, names.set_apart(step_summary(step, names), ""))
    builder.field("id", (step.id, ""))
    builder.field("read as", (f"/#steps.{step.id}.…", "string"))
    builder.field("app", (step.app_version or "", ""))
    for call in analysis.calls:
        if call.pointer == step.pointer:
            _calls(builder, [_call_out(tree, call)])
    if step.params:
        builder.heading("Params")
        add_value(builder, analysis, step.params, f"{step.pointer}/params")
    if flow.steps.get(step.id) is step:
        _edges(builder, analysis, step.id)
        _before(builder, analysis, step.id)
        _readers(builder, analysis, step.id)
    add_unknown_keys(builder, step)


def _action(builder: RowBuilder, step: Step, summary: Line) -> None:
    if summary:
        builder.field("does", *summary)
    what = (step.action or "no action: it only branches", "action" if step.action else "muted")
    builder.field("action" if summary else "does", what)


def _edges(builder: RowBuilder, analysis: WorkflowAnalysis, node: str) -> None:
    edges = analysis.flow.declared_edges[node]
    builder.heading("Then")
    for edge in edges:
        target = analysis.flow.node(edge.target)
        line = labels.edge_line(analysis, edge)
        builder.item(*line, link=node_key(analysis.entry, target) if target is not None else ())
    if not any(not edge.after_failure for edge in edges):
        builder.none("the run ends")
    step = analysis.flow.steps.get(node)
    if step is not None and step.action and not any(edge.after_failure for edge in edges):
        builder.none("if it fails, the run ends: it has no error case")


def _before(builder: RowBuilder, analysis: WorkflowAnalysis, node: str) -> None:
    flow = analysis.flow
    builder.heading("Comes from")
    for edge in flow.incoming[node]:
        sign = "when it fails" if edge.after_failure else ""
        builder.item(
            ("← ", "muted"),
            *node_label(flow, edge.source),
            (f" {sign}" if sign else "", "warning"),
            *labels.condition_line(analysis, edge.transition),
            link=node_key(analysis.entry, edge.source),
        )
    if not flow.incoming[node]:
        builder.none("nowhere")
    above = [above for above in flow.possible.always_before(node) if above != TRIGGER_ID]
    if above:
        builder.heading("Always runs before")
        builder.item(*joined((node_label(flow, step) for step in reversed(above)), (", ", "muted")))


def _readers(builder: RowBuilder, analysis: WorkflowAnalysis, node: str) -> None:
    flow = analysis.flow
    reads = list(reads_from(analysis.reads, flow, node))
    builder.heading("Read by")
    for read in reads[:MAX_LISTED]:
        paths = [path for path in read.expression.paths if path.step is not None and flow.node(path.step) == node]
        builder.item(
            ("← ", "muted"),
            *_reader(flow, read),
            (f"  {', '.join('.'.join(path.fields) or 'all of it' for path in paths)}", "string"),
            link=node_key(analysis.entry, read.node),
            value=read.pointer,
        )
    if len(reads) > MAX_LISTED:
        builder.none(f"and {len(reads) - MAX_LISTED} more")
    if not reads:
        builder.none("nothing in this workflow")


def _reader(flow: FlowGraph, read: Read) -> Line:
    """The step, or the transition on whose condition it is."""
    edge: Line = ((" → ", "muted"), *node_label(flow, read.transition.destination)) if read.transition else ()
    return (*node_label(flow, read.node), *edge)


def _edge(builder: RowBuilder, analysis: WorkflowAnalysis, edge: Edge) -> None:
    flow, entry = analysis.flow, analysis.entry
    builder.title("Error case" if edge.after_failure else "Transition")
    target = flow.node(edge.target)
    builder.field("from", (node_name(flow, edge.source), "link"), link=node_key(entry, edge.source))
    if edge.error_action:
        builder.field("does", (edge.destination, ""))
    else:
        builder.field(
            "to",
            (node_name(flow, edge.target), "link" if target in flow.steps else "fault"),
            link=node_key(entry, target) if target is not None else (),
        )
    builder.field("named", (edge.transition.label, ""))
    names = labels.NameRecorder(flow)
    builder.field("when", *names.set_apart(condition_text(flow, edge.transition, names), ""))
    tried = flow.declared_edges[edge.source]
    same = [other for other in tried if other.after_failure == edge.after_failure]
    if len(same) > 1:
        place = next(index for index, other in enumerate(same, start=1) if other is edge)
        builder.field("tried", (f"{_ordinal(place)} of {len(same)}; the first one that holds is taken", ""))
    if edge.transition.condition is not None:
        builder.heading("Condition as written")
        condition = {"op": edge.transition.condition.op, "values": edge.transition.condition.values}
        add_value(builder, analysis, condition, f"{edge.transition.pointer}/condition")
    add_unknown_keys(builder, edge.transition)
    action = edge.transition.error_action if isinstance(edge.transition, ErrorCase) else None
    if action is not None:
        if not edge.error_action:
            builder.none(f"errorAction {action.type}: not taken, as the target wins")
        add_unknown_keys(builder, action)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _call(builder: RowBuilder, tree: TreeState, analysis: WorkflowAnalysis, call: ScheduleCall) -> None:
    target = tree.snapshot.collection.by_id.get(call.workflow_id or "")
    builder.title("Schedules a workflow")
    line, link = _call_out(tree, call)
    builder.add(*line, link=link)
    builder.field("in step", (call.step_name, "link"), link=node_key(analysis.entry, call.step))
    builder.field("workflow id", (" " + (call.workflow_id or "given by a reference"), ""))
    schema = tree.analysis(target).workflow.trigger if target else None
    declared = schema.input_schema if schema else None
    builder.heading("Inputs")
    add_value(builder, analysis, dict(call.inputs), f"{call.pointer}/params/inputs")
    if not call.inputs:
        builder.none("none given")
    if declared is not None:
        builder.heading("Its inputs")
        for name in declared.properties:
            given = name in call.inputs
            needed = name in declared.required
            sign = ("✓ ", "good") if given else ("✗ ", "error") if needed else ("  ", "")
            missing = "" if given else "  missing" if needed else "  not given"
            kind = declared.type_of(name)
            builder.item(sign, (name, "key"), (f"  {kind}", "action"), (missing, "error" if needed else "muted"))
