"""Answers to questions about a place: where it is defined, who uses it, and what it says in words."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from kustui.analysis.names import node_name, path_namer
from kustui.analysis.outside_links import fields_read_at
from kustui.analysis.reads import Read
from kustui.analysis.uses import Use, UseKind, part_at, uses_of
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rules import RULES
from kustui.definition.collection import Document, Entry
from kustui.definition.expressions.words import in_words
from kustui.definition.models import Step
from kustui.definition.operators import OPERATORS
from kustui.definition.source.positions import is_inside
from kustui.diagrams import labels
from kustui.lsp.state import Spot, State
from kustui.lsp.typed_text import Position
from kustui.text.messages import counted, holds_words

_MOST_WRITERS = 5
_LONGEST = 200
"""Characters of what a step does."""
_WITH_STEPS = 300
"""Workflows up to which the steps of all are listed."""
_MOST_SYMBOLS = 500


# Places


def definitions(state: State, path: str, position: Position) -> Iterator[types.Location]:
    """What a place names."""
    spot = state.spot(path, position)
    for use in state.uses(spot) if spot is not None else ():
        yield from _location(state, use.target, use.target_pointer)


def references(state: State, path: str, position: Position, *, declared: bool) -> Iterator[types.Location]:
    """The uses of what a place is in, or of what it names if it is a name itself."""
    spot = state.spot(path, position)
    if spot is None or spot.entry is None:
        return
    analyses, schedules = state.snapshot.analyses, state.snapshot.schedules
    entry, pointer = part_at(analyses, spot.entry, spot.pointer, state.uses(spot))
    if declared:
        yield from _location(state, entry, pointer)
    for use in uses_of(analyses, schedules, entry, pointer):
        yield from _location(state, use.entry, use.pointer)


def _location(state: State, entry: Entry, pointer: str) -> Iterator[types.Location]:
    document = state.snapshot.collection.document_of(entry)
    key = document.spot(pointer).key  # of a property, or of a trigger; any other part is shown by its id
    location = state.location(document, key or document.spot(f"{pointer}/id").value)
    if location is not None:
        yield location


# Symbols


def document_symbols(state: State, path: str) -> list[types.DocumentSymbol]:
    """The apps and workflows of a file, with triggers and steps; of very many workflows the names alone."""
    document = state.document(path)
    if document is None:
        return []
    symbols: list[types.DocumentSymbol] = []
    for app, entries in document.entries_by_app.items():
        workflows = [symbol for entry in entries for symbol in _workflow_symbol(state, document, entry)]
        if app is None:
            symbols += workflows
        else:
            name, range_ = app.item.name or "an app", state.range(document, app.item.extent)
            if range_ is not None:
                symbols.append(types.DocumentSymbol(name, types.SymbolKind.Module, range_, range_, children=workflows))
    return symbols


def _workflow_symbol(state: State, document: Document, entry: Entry) -> Iterator[types.DocumentSymbol]:
    range_ = state.range(document, entry.item.extent)
    if range_ is None:
        return
    children = [*_parts(state, document, entry)] if len(document.entries) <= _WITH_STEPS else None
    start = types.Range(range_.start, range_.start)
    yield types.DocumentSymbol(
        entry.title, types.SymbolKind.Class, range_, start, detail=entry.id or "", children=children
    )


def _parts(state: State, document: Document, entry: Entry) -> Iterator[types.DocumentSymbol]:
    analysis = state.analysis(entry)
    trigger = analysis.workflow.trigger
    parts = [(trigger.pointer, labels.event_label(trigger), "", types.SymbolKind.Event)] if trigger is not None else []
    parts += (
        (step.pointer, step.name, labels.what_it_does(analysis.flow, step), types.SymbolKind.Method)
        for step in analysis.workflow.steps
    )
    for pointer, name, detail, kind in parts:
        range_ = state.range(document, document.spot(pointer).value)
        if range_ is not None:
            yield types.DocumentSymbol(name, kind, range_, types.Range(range_.start, range_.start), detail=detail)


def workspace_symbols(state: State, query: str) -> list[types.WorkspaceSymbol]:
    """The workflows, and in a small collection the steps, in whose name or id the words of a query occur."""
    symbols: list[types.WorkspaceSymbol] = []
    collection = state.snapshot.collection
    for entry in collection.entries:
        places = [(entry.item.pointer, entry.title, entry.id or "", types.SymbolKind.Class)]
        if len(collection.entries) <= _WITH_STEPS:
            steps = state.analysis(entry).workflow.steps
            places += ((step.pointer, step.name, step.id, types.SymbolKind.Method) for step in steps)
        for pointer, name, id_, kind in places:
            if holds_words(f"{name} {id_}", query):
                container = entry.title if kind is types.SymbolKind.Method else None
                symbols += (
                    types.WorkspaceSymbol(location, name, kind, container_name=container)
                    for location in _location(state, entry, pointer)
                )
        if len(symbols) >= _MOST_SYMBOLS:
            break
    return symbols[:_MOST_SYMBOLS]


# Words


def hover(state: State, path: str, position: Position) -> types.Hover | None:
    """What a place says in words, and what is wrong there."""
    spot = state.spot(path, position)
    if spot is None:
        return None
    sections = ["\n\n".join(paragraphs) for paragraphs in (_words(state, spot), _pages(state, spot))]
    text, range_ = "\n\n---\n\n".join(filter(None, sections)), state.range(spot.document, spot.extent)
    if not text or range_ is None:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), range_)


def _words(state: State, spot: Spot) -> Iterator[str]:
    if spot.entry is None:
        return
    analysis = state.analysis(spot.entry)
    rest = spot.pointer.removeprefix(analysis.workflow.pointer)
    yield from dict.fromkeys(filter(None, (_use(state, use) for use in state.uses(spot))))
    for read in analysis.reads:
        if read.pointer == spot.pointer and not spot.on_key:
            yield from _read(state, analysis, read)
    yield from _condition(analysis, spot.pointer)
    match rest.split("/")[1:]:
        case ["steps", _] | ["steps", _, "id" | "action"]:
            yield from _step(analysis, spot.pointer)
        case ["trigger"] | ["trigger", "eventName"]:
            yield f"Runs {_escaped(labels.event_label(analysis.workflow.trigger))}."
        case [*_, "op"]:
            yield from _operator(spot)
        case [] | ["id" | "name"]:
            yield _workflow(state, spot.entry)


def _use(state: State, use: Use) -> str:
    analysis = state.analysis(use.target)
    match use.kind:
        case UseKind.SCHEDULE:
            return _workflow(state, use.target)
        case UseKind.INPUT:
            schema = analysis.inputs
            type_ = schema.type_of(use.name) if schema is not None else ""
            required = ", required" if schema is not None and use.name in schema.required else ""
            return f"The input `{use.name}` of **{_escaped(use.target.title)}**: {type_ or 'of any type'}{required}."
        case UseKind.TRANSITION | UseKind.ERROR_CASE:
            return "\n\n".join(_step(analysis, use.target_pointer))
    return ""


def _workflow(state: State, entry: Entry) -> str:
    analysis = state.analysis(entry)
    lines = [f"Workflow **{_escaped(entry.title)}**, runs {_escaped(labels.event_label(analysis.workflow.trigger))}."]
    if analysis.workflow.description:
        lines.append(_escaped(analysis.workflow.description))
    if (schema := analysis.inputs) is not None and schema.names:
        named = (
            f"`{name}`{': ' + type_ if (type_ := schema.type_of(name)) else ''}"
            f"{' (required)' if name in schema.required else ''}"
            for name in sorted(schema.names)
        )
        lines.append(f"Inputs: {', '.join(named)}.")
    return "\n\n".join(lines)


def _step(analysis: WorkflowAnalysis, pointer: str) -> Iterator[str]:
    """What a step is called, does, and when it runs."""
    steps = analysis.workflow.steps
    step = next((step for step in steps if pointer.removesuffix("/id").removesuffix("/action") == step.pointer), None)
    if step is None:
        return
    does = labels.what_it_does(analysis.flow, step, longest=_LONGEST)
    for call in analysis.calls:
        if call.step == step.id:
            does = "".join(text for text, _ in labels.call_line(call, analysis.collection))
    named = f"**{_escaped(step.name)}**" + (f" `{step.id}`" if step.name != step.id else "")
    yield f"Step {named}: {_escaped(does)} (`{step.action or 'no action: it only branches'}`)."
    if step.description:
        yield _escaped(step.description)
    if analysis.flow.steps.get(step.id) is step and (condition := labels.step_condition(analysis.flow, step.id)):
        yield f"It runs {_escaped(condition)}."


def _read(state: State, analysis: WorkflowAnalysis, read: Read) -> Iterator[str]:
    """What a reference holds, and who writes it."""
    flow = analysis.flow
    for path in read.expression.paths:
        node = flow.node(path.step) if path.step is not None else None
        part = flow.part(node) if node is not None else None
        if node is None or part is None:
            continue
        fields = ".".join(path.fields)
        what = f"The field `{fields}` of" if fields else "All of"
        if isinstance(part, Step):
            given = f"the output of **{_escaped(flow.name_of(part))}**, `{part.action}`"
        elif analysis.workflow.callable:
            what, given = (f"The input `{fields}` of" if fields else "All inputs of"), "this workflow"
        else:
            given = f"the event `{part.event_name}`"
        yield f"{what} {given}{_type(analysis, node, path.fields)}."
    fields_ = fields_read_at(flow, analysis.reads, read.pointer)
    if fields_ and state.snapshot.is_checked:
        yield from _writers(state, fields_)


def _type(analysis: WorkflowAnalysis, node: str, fields: tuple[str, ...]) -> str:
    """The type of a field, as its schema declares it, or as what reads it shows."""
    if not fields:
        return ""
    step = analysis.flow.steps.get(node)
    schema = analysis.output_schema(step.action or "") if step is not None else analysis.inputs
    if schema is not None and len(fields) == 1 and (type_ := schema.type_of(fields[0])):
        return f": {type_}"
    kinds = {field.kind for field in analysis.inferred_fields.get(node, {}).get(fields, ()) if field.kind}
    return f": read as {' and as '.join(sorted(kinds))}" if kinds else ""


def _writers(state: State, fields: tuple[str, ...]) -> Iterator[str]:
    """The steps of all workflows that write some fields of objects."""
    from kustui.analysis.organisation_graph import Kind, Node, Role

    graph = state.organisation
    for field in fields:
        links = graph.links_to(Node(Kind.FIELD, field), Role.WRITES)
        entries = state.snapshot.collection.by_key
        named = [
            f"{_escaped(entries[link.workflow].title)} › "
            f"{_escaped(node_name(state.analysis(entries[link.workflow]).flow, link.step))}"
            for link in links[:_MOST_WRITERS]
        ]
        more = f" and {counted(len(links) - len(named), 'more step')}" if len(links) > len(named) else ""
        if named:
            yield f"`{field}` is written by {', '.join(named)}{more} (assumed)."
        else:
            yield f"No workflow here writes `{field}`."


def _condition(analysis: WorkflowAnalysis, pointer: str) -> Iterator[str]:
    """The condition that a place is in, in words; where it is a part of another, that part."""
    edges = (edge for edges in analysis.flow.declared_edges.values() for edge in edges)
    edge = next((edge for edge in edges if is_inside(pointer, edge.transition.pointer)), None)
    if edge is None:
        return
    at = edge.transition.pointer
    if not is_inside(pointer, f"{at}/condition"):
        target, label = node_name(analysis.flow, edge.destination), labels.edge_label(analysis.flow, edge)
        yield _escaped(f"→ {target} {label}".rstrip())
        return
    parts = [part for _, part in analysis.condition_parts if is_inside(pointer, part.pointer)]
    if parts:
        innermost = max(parts, key=lambda part: len(part.pointer))
        words = in_words(innermost, path_namer(analysis.flow))
        yield {"always": "Always holds.", "never": "Never holds."}.get(words, f"Holds if {_escaped(words)}")


def _operator(spot: Spot) -> Iterator[str]:
    name = spot.document.source.text(spot.document.spot(spot.pointer).value).strip('"')
    if (operator := OPERATORS.get(name)) is not None:
        yield (
            f"`{name}`: the first value {_escaped(operator.words)} the second"
            if operator.reads == 2
            else (f"`{name}`: the value {_escaped(operator.words)}")
        )


def _pages(state: State, spot: Spot) -> Iterator[str]:
    """The pages of the rules that report something at a place."""
    problems = [problem for problem in state.snapshot.by_document.get(spot.document, ()) if problem.entry is spot.entry]
    extents = ((problem.rule, problem.where()) for problem in problems)
    for name in dict.fromkeys(rule for rule, extent in extents if extent.start <= spot.offset <= extent.end):
        if (rule := RULES.get(name)) is not None:
            why = _escaped(rule.why)
            yield f"**{rule.name}** ({rule.severity}) finds {_escaped(rule.summary)}.\n\n{why}"


def _escaped(text: str) -> str:
    """A text of a definition as text: nothing in it is markup."""
    return "".join(f"\\{character}" if character in _MARKUP else character for character in text)


_MARKUP = frozenset("\\`*_{}[]<>#|!~&")
