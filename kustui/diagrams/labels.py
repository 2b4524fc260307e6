"""What the parts of a workflow are called in diagrams and lists, with the names people gave their steps, and what a
step does, in a few words taken from its params: ``POST status.example.com/…``, ``tags + vip``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from kustui.analysis.flow import Edge, FlowGraph
from kustui.analysis.guards import guards_of
from kustui.analysis.names import node_name, path_namer
from kustui.analysis.schedules import ScheduleCall
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Collection
from kustui.definition.expressions import Path, Template, in_words, parse, value_in_words
from kustui.definition.expressions.nodes import Content, Lookup, Mustache
from kustui.definition.models import Step, Transition, Trigger
from kustui.definition.platform import REGEX_ACTION, REST_ACTIONS, SCHEDULE_ACTION, TRIGGER_ID, short_name
from kustui.diagrams.glyphs import NO_CHANGES, ChangeMarks
from kustui.text.messages import quoted, shortened
from kustui.text.signs import CHANGED
from kustui.text.styled_lines import Line

Namer = Callable[[Path], str]

_CUT_NAME = re.compile(r"\{([^{}…]+)…")

RUNTIME_NAME = "only a run can tell"
"""What stands for the name of a workflow whose id is not written down."""
RUNTIME_WORKFLOW = f"a workflow that {RUNTIME_NAME}"
LONGEST_SUMMARY, LONGEST_WHOLE = 72, 480
"""Characters of what a step does."""
LONGEST_LABEL = 36
"""The same, where other things stand beside it."""
LONGEST_IN_ROW = 4_000
"""Characters of a condition in a row, or below it, where a row that is cut is shown in full."""
NO_WORKFLOW, NO_STEP = "no such workflow", "no such step"

# Nodes


def short_action(action: str | None) -> str:
    """``rest-api.json`` for ``kustomer.rest-api.json``, ``schedule`` for what schedules a workflow, ``branch`` for a
    step without an action."""
    if action is None:
        return "branch"
    return "schedule" if action == SCHEDULE_ACTION else short_name(action)


def event_label(trigger: Trigger | None) -> str:
    """``on customer.update``, ``when called``: when a workflow starts."""
    if trigger is None:
        return "never: it has no trigger"
    if trigger.callable:
        return "when called"
    return f"on {short_name(trigger.event_name)}" if trigger.event_name else "on no event"


def node_label(flow: FlowGraph, node: str) -> Line:
    """What a row calls a node; a missing step by its id."""
    part = _part(flow, node)
    return step_label(flow, part) if isinstance(part, Step) else ((node_name(flow, node), ""),)


def _part(flow: FlowGraph, node: str) -> Trigger | Step | None:
    known = flow.node(node)
    return flow.part(known) if known is not None else None


def step_label(flow: FlowGraph, step: Step, longest: int = LONGEST_LABEL) -> Line:
    """What a row calls a step: its name, or what it does where nobody named it; and its id unless the name will do."""
    id_: Line = ((f" {step.id}", "muted"),)
    if step.name != step.id:
        return ((step.name, ""), *(id_ if step.name in flow.shared_names else ()))
    return (*summary_line(flow, step, "", longest), *id_)


def what_it_does(flow: FlowGraph, step: Step, name: Namer | None = None, longest: int = LONGEST_LABEL) -> str:
    """What a step does, as its params say it, else its action: ``tags + vip``, ``find customer by email``."""
    return shortened(step_summary(step, name or path_namer(flow), longest), longest) or short_action(step.action)


def summary_line(flow: FlowGraph, step: Step, look: str, longest: int = LONGEST_LABEL) -> Line:
    """What a step does, with the references set apart."""
    names = NameRecorder(flow)
    return names.set_apart(what_it_does(flow, step, names, longest), look)


class NameRecorder:
    """Calls paths as ``path_namer`` does, and finds the names again in the text that they have become a part of."""

    def __init__(self, flow: FlowGraph) -> None:
        self._name = path_namer(flow)
        self._names: list[str] = []

    def __call__(self, path: Path) -> str:
        self._names.append(self._name(path))
        return self._names[-1]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    def set_apart(self, text: str, look: str) -> Line:
        return set_apart(text, self._names, look)


def set_apart(text: str, names: Iterable[str], look: str) -> Line:
    """The text with some names, which stand in it in this order, in a look of their own, also one of which the text
    has only the beginning."""
    pieces, end = [], 0
    for name in names:
        at = text.find(name, end)
        start, stop = (at, at + len(name)) if at >= 0 else _cut_name(text, name, end)
        pieces += [(text[end:start], look), (text[start:stop], "key")]
        end = stop
    return tuple(piece for piece in (*pieces, (text[end:], look)) if piece[0])


def _cut_name(text: str, name: str, start: int) -> tuple[int, int]:
    """Where in braces the beginning of a name stands that an ellipsis cuts; an empty range where it does not."""
    for match in _CUT_NAME.finditer(text, start):
        if name.startswith(match[1]):
            return match.span(1)
    return start, start


# Edges


def condition_text(
    flow: FlowGraph, transition: Transition, name: Namer | None = None, longest: int | None = None
) -> str:
    """``always``, or the condition as a person reads it, or so many characters of it."""
    condition = flow.conditions.get(transition.pointer)
    if condition is None:
        return "a condition that could not be read holds"
    return in_words(condition, name or path_namer(flow), longest)


def edge_label(flow: FlowGraph, edge: Edge, name: Namer | None = None, longest: int | None = None) -> str:
    """``if status is "open"``, ``otherwise``, ``on failure``, ``on failure: retry the step``; nothing for one that is
    always taken.

    The first edge whose condition holds is taken [docs], so one that always holds is for the rest after those before.
    A name that people gave it comes first, in quotes.
    """
    label = f"“{edge.transition.label}”" if edge.transition.label else ""
    failure = f"on failure: {edge.destination}" if edge.error_action else "on failure" * edge.after_failure
    return " ".join(filter(None, (label, failure, _condition_label(flow, edge, name, longest))))


def incoming_label(flow: FlowGraph, node: str, name: Namer | None = None, changes: ChangeMarks = NO_CHANGES) -> str:
    """The edges that lead to a node from others, each label once, in a row; nothing where every one of them is always
    taken."""
    edges = (edge for edge in flow.incoming[node] if edge.source != node and not edge.continues)
    implied = mark if (mark := changes.nodes.get(node, "")) != CHANGED else ""
    labels = []
    for edge in edges:
        label = _incoming(flow, edge, name)
        if changes.of_edge(edge) not in ("", implied):
            label = changes.edge_label(edge, label or _after(flow, edge))
        labels.append((edge, label))
    if not any(label for _, label in labels):
        return ""
    return ", or ".join(dict.fromkeys(label or _after(flow, edge) for edge, label in labels))


def _after(flow: FlowGraph, edge: Edge) -> str:
    return f"after {node_name(flow, edge.source)}"


def step_condition(flow: FlowGraph, step: str) -> str:
    """What decides whether a run comes to a step: the last conditions on the way there, else what leads to it; empty
    where that says nothing."""
    guards = {guard.pointer for guard in guards_of(flow.possible, step)}
    edges = (edge for edges in flow.declared_edges.values() for edge in edges) if guards else ()
    labels = dict.fromkeys(
        edge_label(flow, edge, longest=LONGEST_IN_ROW) for edge in edges if edge.transition.pointer in guards
    )
    return ", or ".join(filter(None, labels)) or incoming_label(flow, step)


def _incoming(flow: FlowGraph, edge: Edge, name: Namer | None) -> str:
    """The label beside the node it leads to, where the failure has to be said to be that of another step."""
    if not edge.after_failure:
        return edge_label(flow, edge, name, LONGEST_IN_ROW)
    label = f"“{edge.transition.label}”" if edge.transition.label else ""
    condition = _condition_label(flow, edge, name, LONGEST_IN_ROW)
    others = condition == "otherwise"
    failure = f"after {'any other' if others else 'a'} failure of {node_name(flow, edge.source)}"
    return " ".join(filter(None, (label, failure, "" if others else condition)))


def _condition_label(flow: FlowGraph, edge: Edge, name: Namer | None, longest: int | None) -> str:
    if not flow.always_holds(edge.transition):
        return _if(condition_text(flow, edge.transition, name, longest))
    return "otherwise" if flow.is_otherwise(edge) else ""


# Rows


def part_line(analysis: WorkflowAnalysis, part: object, collection: Collection) -> tuple[Line, Line]:
    """The row of a trigger, step, edge or schedule call, and what stands at its right edge when there is room."""
    match part:
        case Trigger():
            return (("◆ ", "event"), (event_label(part), "event")), ()
        case Step():
            return _step_line(analysis, part)
        case Edge():
            return edge_line(analysis, part), ()
        case ScheduleCall():
            return call_line(part, collection), ()
        case _:
            raise TypeError(type(part))


def _step_line(analysis: WorkflowAnalysis, step: Step) -> tuple[Line, Line]:
    glyph = "◇ " if step.action is None else "● "
    label = step_label(analysis.flow, step)
    aside = summary_line(analysis.flow, step, "muted") if step.name != step.id else ()
    if analysis.flow.steps.get(step.id) is not step:
        return ((glyph, "action"), *label, (" the id is taken", "error")), aside
    if analysis.flow.is_never_reached(step.id):
        return ((glyph, "muted"), *label, (" never reached", "warning")), aside
    return ((glyph, "action"), *label), aside


def edge_line(analysis: WorkflowAnalysis, edge: Edge) -> Line:
    """``→ Send mail if status is "open"``, ``↯ on failure retry the step``."""
    if edge.error_action:
        words: Line = (("↯ on failure ", "warning"), (edge.destination, ""))
        return (*words, *condition_line(analysis, edge.transition))
    sign: Line = (("↯ on failure ", "warning"), ("→ ", "muted")) if edge.after_failure else (("→ ", "muted"),)
    node = analysis.flow.node(edge.target)
    target: Line = ((edge.target, "fault"), (f" {NO_STEP}", "error"))
    if node == TRIGGER_ID:
        target = (("the trigger", "fault"), (" cannot be a target", "error"))
    elif node is not None:
        target = node_label(analysis.flow, node)
    return (*sign, *target, *condition_line(analysis, edge.transition))


def condition_line(analysis: WorkflowAnalysis, transition: Transition) -> Line:
    """`` if status is "open"``; nothing for one that always holds and has no name."""
    name: Line = ((f" “{transition.label}”", "muted"),) if transition.label else ()
    if analysis.flow.always_holds(transition):
        return name
    names = NameRecorder(analysis.flow)
    words = condition_text(analysis.flow, transition, names, LONGEST_IN_ROW)
    return (*name, *names.set_apart(f" {_if(words)}", "muted"))


def _if(condition: str) -> str:
    return condition if condition == "never" else f"if {condition}"


def call_line(call: ScheduleCall, collection: Collection) -> Line:
    """``⇒ Timer after 60 min``."""
    due: Line = ((f" {call.due}", "muted"),)
    if call.workflow_id is None:
        return (("⇒ ", "warning"), (RUNTIME_WORKFLOW, "muted"), *due)
    target = collection.by_id.get(call.workflow_id)
    if target is None:
        return (("⇒ ", "error"), (call.workflow_id, "fault"), (f" {NO_WORKFLOW}", "error"))
    return (("⇒ ", "link"), (target.title, "link"), *due)


_LONGEST_TEXT, _LONGEST_VALUE = 48, 28
"""Characters of a text that is all of a summary, and of one value among several."""
_MOST_FIELDS = 3
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_SELECTS = frozenset({"id", "klass", "conversation", "customer", "channel", "direction"})
"""Params that say of which object something is written, or how, and not what."""


def step_summary(step: Step, name: Namer, longest: int = LONGEST_SUMMARY) -> str:
    """What a step does, as its params say it, with paths as ``name`` calls them; empty for an action that says it all,
    for a schedule, which is drawn as a link, and for a step that only branches. Where it may be longer than on a row,
    so may each of its values.
    """
    if step.action is None or step.schedules:
        return ""
    longest = max(longest, LONGEST_SUMMARY)
    values = _Values(step.params, name, longest - LONGEST_SUMMARY)
    return shortened(" ".join(_summary(step.action, values).split()), longest)


def _summary(action: str, values: _Values) -> str:
    object_, _, verb = action.removeprefix("kustomer.").rpartition(".")
    if action in REST_ACTIONS:
        return f"{values.text('method') or 'GET'} {_SCHEME.sub('', values.text('uri') or values.text('url'))}"
    if action == REGEX_ACTION:
        return f"match {values.text('regex')}"
    if action.endswith("event.publish"):
        return f"publish {values.text('name')}"
    if verb == "run-by-name":
        return f"run command {values.words('name')}"
    if verb == "respond":
        return f"answer {', '.join(values.members('outputs'))}"
    if object_ in ("note", "message") and "body" in values:
        return f"{object_} {values.words('body', _LONGEST_TEXT)}"
    return _summary_of_object(object_, verb, values)


def _summary_of_object(object_: str, verb: str, values: _Values) -> str:
    """What an action does with an object of the platform: ``find``, ``create``, ``update`` …"""
    if verb.endswith("-tags"):
        return f"tags {'+' if verb.startswith('append') else '-'} {values.listed('tags')}"
    if verb.startswith("assign-"):
        kind = verb.removeprefix("assign-")
        return f"assign {kind} {values.words(kind)}"
    noun = values.text("klass") or object_
    if verb.startswith("find"):
        how = verb.removeprefix("find").replace("-", " ").strip()
        return f"find {noun} {how}" if how.startswith("by ") else f"find {how} {noun}"
    if not (fields := ", ".join(values.fields())):
        return ""
    if verb in ("create", "create-with-customer"):
        return f"create {noun}: {fields}"
    return f"{verb}: {fields}" if "." in object_ else fields


class _Values:
    """The params of a step, each in words."""

    def __init__(self, params: Mapping[str, object], name: Namer, more: int) -> None:
        self._params, self._name, self._more = params, name, more

    def __contains__(self, key: str) -> bool:
        return key in self._params

    def words(self, key: str, limit: int = _LONGEST_VALUE) -> str:
        """A param in words: texts in quotes, and in braces what is only known in a run."""
        return self._words(self._params.get(key), limit)

    def text(self, key: str) -> str:
        """A param that is a text, without quotes."""
        value = self._params.get(key)
        return self._text(value) if isinstance(value, str) else ""

    def listed(self, key: str) -> str:
        """The elements of a list, or the one value, without quotes."""
        value = self._params.get(key)
        return ", ".join(self._text(member) for member in (value if isinstance(value, list) else [value]))

    def members(self, key: str) -> Iterable[str]:
        """The keys of an object."""
        value = self._params.get(key)
        return value if isinstance(value, dict) else ()

    def fields(self) -> Iterator[str]:
        """``status = "booked"`` for each param that is written, those of ``custom`` one by one."""
        written = {key: value for key, value in self._params.items() if key not in _SELECTS}
        custom = written.pop("custom", {})
        if isinstance(custom, dict):
            written |= {f"custom.{key}": value for key, value in custom.items()}
        for index, (key, value) in enumerate(written.items()):
            if index == _MOST_FIELDS and not self._more:
                yield "…"
                return
            yield f"{key} = {self._words(value, _LONGEST_VALUE)}"

    def _words(self, value: object, limit: int) -> str:
        limit += self._more
        if isinstance(value, str):
            if isinstance(parsed := parse(value), Template):
                return quoted(" ".join(self._text(value).split()), limit)
            if self._more and not parsed.paths:
                return quoted(value, limit)
        return shortened(value_in_words(value, self._in_braces), limit)

    def _in_braces(self, path: Path) -> str:
        return f"{{{self._name(path)}}}"

    def _text(self, value: object) -> str:
        if not isinstance(value, str):
            return value_in_words(value, self._in_braces)
        template = parse(value)
        if isinstance(template, Template) and not template.faults:
            return "".join(self._node(node) for node in template.nodes)
        return value_in_words(value, self._in_braces) if template.paths else value

    def _node(self, node: object) -> str:
        match node:
            case Content(text=text):
                return text
            case Mustache(value=Lookup(path=path) as lookup) if lookup.reads_run:
                return self._in_braces(path)
            case _:
                return "{…}"
