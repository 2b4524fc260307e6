"""Everything about what is selected, in words: rows for the detail pane, made without a screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kustui.definition.delays import due_in_words
from kustui.definition.expressions import Function, Reference, Template, parse
from kustui.definition.models import TRIGGER_ID, Part, Schema, Step, Trigger
from kustui.graph.flow import Flow, Way
from kustui.graph.references import Read, reads_from
from kustui.graph.schedules import Call
from kustui.tui import part_lines
from kustui.tui.lines import Key, Line, Piece, Row, Target, fitted, joined, width_of, wrapped
from kustui.tui.tree import MARKS, Kind, Node, Tree, node_key, workflow_key
from kustui.tui.words import condition_words, event_words, label_of, name_of, naming, step_label

if TYPE_CHECKING:
    from kustui.check.problems import Problem
    from kustui.check.subjects import Subject
    from kustui.definition.collection import Document, Entry
    from kustui.definition.source import Extent

_LABEL = 11
"""Cells of the labels at the left."""
_MANY = 40
"""Elements of a list that are told before the rest is counted."""


def described(tree: Tree, node: Node, width: int) -> list[Row]:
    """What there is to say of a row of the tree, for a pane of ``width`` cells."""
    page = _Page(width)
    page.problems(tree.problems(node))
    match node.kind:
        case Kind.DOCUMENT:
            _document(page, tree, node.document)
        case Kind.FAULT:
            _around(page, node.document, node.document.fault_extent(node.part))  # type: ignore[arg-type]
        case Kind.WORKFLOW:
            _workflow(page, tree, _subject(tree, node))
        case Kind.TRIGGER:
            _trigger(page, _subject(tree, node))
        case Kind.STEP:
            _step(page, tree, _subject(tree, node), node)
        case Kind.WAY:
            assert isinstance(node.part, Way)
            _way(page, _subject(tree, node), node.part)
        case Kind.SCHEDULE:
            assert isinstance(node.part, Call)
            _call(page, tree, _subject(tree, node), node.part)
    return page.rows


def _subject(tree: Tree, node: Node) -> Subject:
    assert node.entry is not None
    return tree.subject(node.entry)


class _Page:
    """Rows as they are put down, wrapped to the pane's width."""

    def __init__(self, width: int) -> None:
        self.width = max(width, 16)
        self.rows: list[Row] = []

    def put(self, *pieces: Piece, indent: int = 0, link: Key = (), target: Target | None = None) -> None:
        """One paragraph; continued lines are indented."""
        for line in wrapped(pieces, self.width, indent):
            self.rows.append(Row(line, link=link, target=target))

    def line(self, *pieces: Piece) -> None:
        """One line, cut where the pane ends."""
        self.rows.append(Row(fitted(pieces, self.width)))

    def title(self, text: str, look: str = "heading") -> None:
        self.put((text, look))

    def heading(self, text: str) -> None:
        if self.rows and self.rows[-1].line:
            self.rows.append(Row())
        self.put((text, "heading"))

    def field(self, label: str, *pieces: Piece, link: Key = ()) -> None:
        """A label, and beside it what it is for."""
        if pieces and any(text for text, _ in pieces):
            self.put((f"{label:<{_LABEL}}", "muted"), *pieces, indent=_LABEL, link=link)

    def item(self, *pieces: Piece, link: Key = (), indent: int = 2) -> None:
        self.put((" " * indent, ""), *pieces, indent=indent + 2, link=link)

    def none(self, text: str) -> None:
        self.item((text, "muted"))

    def problems(self, problems: Iterable[Problem]) -> None:
        found = sorted(problems, key=lambda problem: -problem.severity)
        for problem in found[:_MANY]:
            glyph, look = MARKS[problem.severity]
            where = problem.where()
            target = Target(problem.document, problem.pointer, where.start)
            self.put((f"{glyph} ", look), (problem.message, ""), indent=2, target=target)
            if problem.hint:
                self.put(("  ", ""), (problem.hint, "good"), indent=2, target=target)
            self.put((f"  {problem.rule} at {problem.document.source.place(where.start)}", "muted"), target=target)
            for related in problem.related:
                start = related.where().start
                self.put(
                    ("  └ ", "muted"),
                    (related.message, ""),
                    (f" {related.document.path}:{related.document.source.place(start)}", "muted"),
                    indent=4,
                    target=Target(related.document, related.pointer, start),
                )
        if len(found) > _MANY:
            self.none(f"and {len(found) - _MANY} more")
        if found:
            self.rows.append(Row())


# A file


def _document(page: _Page, tree: Tree, document: Document) -> None:
    app = document.app
    if app is not None:
        page.title(app.title or app.app or document.path)
        if app.description:
            page.put((app.description, ""))
        page.field("app", (app.app, ""))
        page.field("version", (app.version, ""))
        page.field("needs", (", ".join(app.dependencies), ""))
    else:
        page.title(document.path)
    page.field("file", (document.path, ""))
    encoding = f", {document.source.encoding}" if document.source.encoding != "UTF-8" else ""
    mark = ", begins with a byte-order mark" if document.source.offset else ""
    page.field("holds", (f"{document.shape.value}{encoding}{mark}", ""))
    for fault in document.faults[:1]:
        if not document.entries:
            _around(page, document, document.fault_extent(fault))
    if app is not None:
        _app_parts(page, app.actions, "Actions of the app")
        _unknown(page, app)
    if document.entries:
        page.heading(f"Workflows ({len(document.entries)})")
        for entry in document.entries[:_MANY]:
            page.item((entry.title, "link"), link=workflow_key(entry))
        if len(document.entries) > _MANY:
            page.none(f"and {len(document.entries) - _MANY} more in the tree")
    elif tree.snapshot.collection.documents:
        page.heading("No workflow to show")


def _app_parts(page: _Page, actions: tuple[dict[str, Any], ...], title: str) -> None:
    if actions:
        page.heading(title)
        for action in actions:
            kind = action.get("type")
            page.item((str(action.get("name", "unnamed")), "action"), (f"  {kind}" if kind else "", "muted"))


def _around(page: _Page, document: Document, extent: Extent) -> None:
    """The text around a fault, its line marked."""
    source = document.source
    place = source.place(extent.start)
    page.heading(f"{document.path}:{place}")
    before = []
    start = extent.start
    for _ in range(2):
        start = source.line_start(start) - 1
        if start < 0:
            break
        before.append(source.line_at(start))
    for offset, text in zip(range(len(before), 0, -1), reversed(before), strict=True):
        page.line((f"{place.line - offset:>5} ", "muted"), (text, "muted"))
    text = source.line_at(extent.start)
    until = source.place(extent.end)
    end = until.column if until.line == place.line else place.column
    # A long line is shown from a little before the fault.
    cut = max(0, place.column - page.width // 2) if len(text) > page.width - 6 else 0
    page.line((f"{place.line:>5} ", "error"), (text[cut:], ""))
    # Below it in cells: what is wide, or spelt out, takes more than one for a character.
    left = 6 + width_of(((text[cut : place.column - 1], ""),))
    caret = width_of(((text[place.column - 1 : end - 1], ""),))
    page.line((" " * left, ""), ("^" * max(1, min(caret, page.width - left)), "error"))


# A workflow


def _workflow(page: _Page, tree: Tree, subject: Subject) -> None:
    workflow, entry, flow = subject.workflow, subject.entry, subject.flow
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
        line, aside = part_lines.said(subject, step, subject.collection)
        page.item(*line, ("  ", ""), *aside, link=node_key(entry, step.id))
    if not workflow.steps:
        page.none("none: a run does nothing")
    _calls(page, "Schedules", [_call_out(tree, call) for call in subject.calls])
    _scheduled_by(page, tree, entry)
    _unknown(page, workflow)


def _starts(trigger: Trigger | None) -> Line:
    return ((event_words(trigger), "event" if trigger else "error"),)


def _schema(page: _Page, schema: Schema | None, title: str, none: str) -> None:
    page.heading(title)
    for name in schema.properties if schema else {}:
        assert schema is not None
        kind = schema.type_of(name)
        needed = "required" if name in schema.required else ""
        page.item((name, "key"), ("  ", ""), (kind, "action"), (f"  {needed}" if needed else "", "muted"))
    if schema is None or not schema.properties:
        page.none(none)


def _calls(page: _Page, title: str, calls: list[tuple[Line, Key]]) -> None:
    if calls:
        page.heading(title)
        for line, link in calls:
            page.item(*line, link=link)


def _call_out(tree: Tree, call: Call) -> tuple[Line, Key]:
    target = tree.snapshot.collection.by_id.get(call.workflow_id or "")
    return part_lines.call_line(call, tree.snapshot.collection, tree.settings), workflow_key(target) if target else ()


def _scheduled_by(page: _Page, tree: Tree, entry: Entry) -> None:
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
    for call in calls[:_MANY]:
        caller = collection.by_key[call.caller]
        page.item(
            ("← ", "muted"),
            (caller.title, "link"),
            (f" {due_in_words(call.run_at, tree.settings.relative_unit_minutes)}, in step {call.step_name}", "muted"),
            link=node_key(caller, call.step),
        )
    if len(calls) > _MANY:
        page.none(f"and {len(calls) - _MANY} more")
    if not calls:
        page.none("nothing that is opened here")


# Its parts


def _trigger(page: _Page, subject: Subject) -> None:
    trigger = subject.workflow.trigger
    assert trigger is not None
    page.title("The trigger")
    page.field("runs", *_starts(trigger))
    page.field("event", (trigger.event_name, ""))
    page.field("read as", (f"/#steps.{TRIGGER_ID}.…", "string"))
    page.field("app", (trigger.app_version or "", ""))
    if trigger.callable:
        _schema(page, trigger.input_schema, "Inputs", "none declared")
    _ways(page, subject, TRIGGER_ID)
    _readers(page, subject, TRIGGER_ID)
    _unknown(page, trigger)


def _step(page: _Page, tree: Tree, subject: Subject, node: Node) -> None:
    step, flow = node.part, subject.flow
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
    for call in subject.calls:
        if call.pointer == step.pointer:
            _calls(page, "Schedules", [_call_out(tree, call)])
    if step.params:
        page.heading("Params")
        _value(page, subject, step.params, 2)
    if flow.steps.get(step.id) is step:
        _ways(page, subject, step.id)
        _before(page, subject, step.id)
        _readers(page, subject, step.id)
    _unknown(page, step)


def _ways(page: _Page, subject: Subject, node: str) -> None:
    ways = subject.flow.written[node]
    page.heading("Then")
    for way in ways:
        there = way.target in subject.flow.steps
        line = part_lines.way_line(subject, way)
        page.item(*line, link=node_key(subject.entry, way.target) if there else ())
    if not any(not way.after_failure for way in ways):
        page.none("the run ends")


def _before(page: _Page, subject: Subject, node: str) -> None:
    flow = subject.flow
    page.heading("Comes from")
    for way in flow.into[node]:
        sign = "when it fails" if way.after_failure else ""
        page.item(
            ("← ", "muted"),
            *label_of(flow, way.source),
            (f" {sign}" if sign else "", "warning"),
            *part_lines.condition(subject, way.transition),
            link=node_key(subject.entry, way.source),
        )
    if not flow.into[node]:
        page.none("nowhere")
    above = [above for above in flow.always_before(node) if above != TRIGGER_ID]
    if above:
        page.heading("Has always run before")
        page.item(*joined((((name_of(flow, step), ""),) for step in reversed(above)), (", ", "muted")))


def _readers(page: _Page, subject: Subject, node: str) -> None:
    flow = subject.flow
    found = list(reads_from(subject.reads, flow, node))
    page.heading("Read by")
    for read in found[:_MANY]:
        paths = [path for path in read.expression.paths if path.step is not None and flow.node(path.step) == node]
        page.item(
            ("← ", "muted"),
            *_reader(flow, read),
            (f"  {', '.join('.'.join(path.fields) or 'all of it' for path in paths)}", "string"),
            link=node_key(subject.entry, read.node),
        )
    if len(found) > _MANY:
        page.none(f"and {len(found) - _MANY} more")
    if not found:
        page.none("nothing in this workflow")


def _reader(flow: Flow, read: Read) -> Line:
    """The step, or the transition on whose condition it is."""
    way: Line = ((" → ", "muted"), *label_of(flow, read.transition.target)) if read.transition else ()
    return (*label_of(flow, read.node), *way)


def _way(page: _Page, subject: Subject, way: Way) -> None:
    flow, entry = subject.flow, subject.entry
    page.title("Error case" if way.after_failure else "Transition")
    there = way.target in flow.steps
    page.field("from", (name_of(flow, way.source), "link"), link=node_key(entry, way.source))
    page.field(
        "to",
        (name_of(flow, way.target), "link" if there else "fault"),
        link=node_key(entry, way.target) if there else (),
    )
    page.field("named", (way.transition.label, ""))
    page.field("when", (condition_words(flow, way.transition), ""))
    tried = flow.written[way.source]
    same = [other for other in tried if other.after_failure == way.after_failure]
    if len(same) > 1:
        place = next(index for index, other in enumerate(same, start=1) if other is way)
        page.field("tried", (f"{_ordinal(place)} of {len(same)}; the first that holds is taken", ""))
    if way.transition.condition is not None:
        page.heading("Condition as written")
        _value(page, subject, {"op": way.transition.condition.op, "values": way.transition.condition.values}, 2)
    _unknown(page, way.transition)


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _call(page: _Page, tree: Tree, subject: Subject, call: Call) -> None:
    target = tree.snapshot.collection.by_id.get(call.workflow_id or "")
    page.title("Schedules a workflow")
    line, link = _call_out(tree, call)
    page.put(*line, link=link)
    page.field("in step", (call.step_name, "link"), link=node_key(subject.entry, call.step))
    page.field("workflow id", (" " + (call.workflow_id or "told by a reference"), ""))
    schema = tree.subject(target).workflow.trigger if target else None
    declared = schema.input_schema if schema else None
    page.heading("Inputs")
    _value(page, subject, dict(call.inputs), 2)
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


# Values


def _value(page: _Page, subject: Subject, value: object, indent: int) -> None:
    """A JSON value laid out, its references told by the names of their steps; any depth, as no call nests."""
    naming_ = naming(subject.flow)
    pending: list[Iterator[tuple[str, object]]] = [_members(value)]
    while pending:
        for name, part in pending[-1]:
            depth = indent + 2 * (len(pending) - 1)
            label: Line = ((" " * min(depth, page.width // 2), ""), (name, "key"), (" ", ""))
            if isinstance(part, (dict, list, tuple)) and part:
                page.put(*label)
                pending.append(_members(part))
                break
            page.put(*label, *_scalar(subject, part, naming_), indent=min(depth + 2, page.width // 2))
        else:
            pending.pop()


def _members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        return iter(value.items())
    return ((f"{index}", part) for index, part in enumerate(value))  # type: ignore[var-annotated,arg-type]


def _scalar(subject: Subject, value: object, naming_: Any) -> Line:
    if not isinstance(value, str):
        return ((json.dumps(value, ensure_ascii=False), "number"),)
    expression = parse(value)
    flow = subject.flow
    lost = [path for path in expression.paths if path.step is not None and flow.node(path.step) is None]
    if isinstance(expression, Reference) and expression.paths and not expression.faults:
        (path,) = expression.paths
        if lost:
            return ((value, "fault"), (" no such step", "error"))
        return (("← ", "muted"), (naming_(path), "string"))
    look = "error" if expression.faults else "string"
    if not isinstance(expression, (Function, Template)):
        return ((json.dumps(value, ensure_ascii=False), look),)
    told: list[tuple[str, str]] = []
    at = 0
    for path in sorted(expression.paths, key=lambda path: path.start):
        if path.start < at:
            continue
        told.append((value[at : path.start], "muted"))
        told.append((value[path.start : path.end], "fault") if path in lost else (naming_(path), look))
        at = path.end
    told.append((value[at:], "muted"))
    return tuple(told)


def _unknown(page: _Page, part: Part) -> None:
    """Keys that kustui has no word of its own for: kept, and shown as they are."""
    extra = {key: value for key, value in (part.model_extra or {}).items() if not key.startswith("\0")}
    if extra:
        page.heading("Also written here")
        for key, value in extra.items():
            text = json.dumps(value, ensure_ascii=False)
            page.item((key, "key"), (f" {text[:200]}{'…' if len(text) > 200 else ''}", "muted"))
