"""Rules about what references, functions and templates read."""

from __future__ import annotations

import re

from kustui.analysis.flow import FlowGraph
from kustui.analysis.outputs import Absence, absence_of
from kustui.analysis.reads import Read
from kustui.analysis.walks import breadth_first
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Related
from kustui.check.rule import (
    Violation,
    Violations,
    app,
    called,
    schedule,
    step,
    to,
    violation_in,
    when,
    workflow,
    workflow_rule,
)
from kustui.config.severity import Severity
from kustui.definition.expressions import Template, template_path
from kustui.definition.expressions.nodes import ROOTS, Lookup, Origin
from kustui.definition.functions import BLOCKS, DATA_VARIABLES, HELPERS
from kustui.definition.models import ErrorCase, Schema, Step
from kustui.definition.platform import CONTINUE, RETRY_STEP, TRIGGER_ID
from kustui.text.messages import Names, Suggestion, suggested, suggestion

_TAGGED = step("aB3", action="kustomer.customer.find-by-email", params={"email": "/#steps.1.email"})


_OTHER_CONTEXT = re.compile(r"\{\{\{?~?#?[>*]")
"""A partial or decorator, whose part of the template may be rendered with other data."""


def _note(text: str) -> dict[str, object]:
    return {"body": text}


@workflow_rule(
    "unknown-step-reference",
    Severity.ERROR,
    "a reference, function or template that reads a step that does not exist",
    "Kustomer does not complain: the param is left out, the template stays empty, the condition never holds.",
    bad=app(workflow("Greet", {**_TAGGED, "transitions": [to("cD4")]}, step("cD4", params=_note("/#steps.aB4.id")))),
    good=app(workflow("Greet", {**_TAGGED, "transitions": [to("cD4")]}, step("cD4", params=_note("/#steps.aB3.id")))),
)
def unknown_step_reference(analysis: WorkflowAnalysis) -> Violations:
    if not analysis.knows_all_steps:
        return  # the step may be among those that could not be read
    flow = analysis.flow
    names = Names((TRIGGER_ID, *flow.steps))
    for read, path, node in analysis.paths:
        if node is None and path.step is not None:
            hint = suggestion(path.step, names, "steps of this workflow")
            near, run = flow.node(hint.intended or ""), analysis.intended_flow
            if run is not None and near is not None and not _has_run(run, read, near):
                hint = hint._replace(is_certain=False)
            yield Violation(
                read.pointer,
                f'{path.text} reads the unknown step "{path.step}"',
                hint,
                read.node,
                path.step_span,
            )


@workflow_rule(
    "reference-before-run",
    Severity.ERROR,
    "a reference to a step that cannot have run",
    "A step has an output only once it has run. No path leads from that step to this place, so it has none here.",
    bad=app(
        workflow("Greet", step("aB3", to("cD4"), params=_note("/#steps.cD4.id")), step("cD4")),
    ),
    good=app(
        workflow("Greet", step("aB3", to("cD4")), step("cD4", params=_note("/#steps.aB3.id"))),
    ),
)
def reference_before_run(analysis: WorkflowAnalysis) -> Violations:
    flow = analysis.intended_flow
    if flow is None:
        return
    reported: set[tuple[str, str]] = set()  # once a string and step
    for read, path, node in analysis.uncertain_paths:
        if _has_run(flow, read, node) or (read.pointer, node) in reported:
            continue
        reported.add((read.pointer, node))
        own = f"{path.text} reads the output of its own step, which has not run yet"
        other = f'{path.text} reads step "{_name(flow, node)}", which cannot have run: no path leads from it to here'
        yield violation_in(
            read,
            path,
            own if node == read.node else other,
            "read a step that has run by then" if node == read.node else "let that step run first, or read another one",
            related=_where_defined(analysis, flow, node),
        )


@workflow_rule(
    "reference-may-be-missing",
    Severity.WARNING,
    "a reference to a step that has not run, or has failed, on some path",
    "On a path that skips the step, or on which it has failed, its output is missing. Only paths count that a run can "
    "take. The reference is safe after a condition that checks that the output exists.",
    bad=app(
        workflow(
            "Greet",
            step("aB3", to("eF5")),
            step("eF5", params=_note("/#steps.aB3.id")),
            entry=(to("aB3", when("eq", "/#steps.1.status", "open")), to("eF5")),
        )
    ),
    good=app(
        workflow(
            "Greet",
            step("aB3", to("cD4")),
            step("cD4", to("eF5", when("exists", "/#steps.aB3.id"))),
            step("eF5", params=_note("/#steps.aB3.id")),
            entry=(to("aB3", when("eq", "/#steps.1.status", "open")), to("cD4")),
        )
    ),
)
def reference_may_be_missing(analysis: WorkflowAnalysis) -> Violations:
    flow, null_guards, paths = analysis.intended_flow, analysis.null_guards, analysis.feasible_paths
    if flow is None or null_guards is None or paths is None or analysis.workflow.trigger is None:
        return
    possible = flow.possible
    reported: set[tuple[str, str]] = set()  # once a string and step
    for read, path, node in analysis.uncertain_paths:
        if (read.pointer, node) in reported or possible.has_always_succeeded(node, read.node):
            continue
        if not possible.success_leads_to(node, read.node) or null_guards.is_guarded(read, path, node):
            continue
        path_around = paths.path_without(node, read)
        if path_around is not None:
            reported.add((read.pointer, node))
            names = [_name(flow, TRIGGER_ID)]
            for edge in path_around:
                names += ["fails", _name(flow, edge.target)] if edge.after_failure else [_name(flow, edge.target)]
            why = "has failed" if any(edge.source == node for edge in path_around) else "has not run"
            yield violation_in(
                read,
                path,
                f'{path.text} may be missing: step "{_name(flow, node)}" {why} on the path {" → ".join(names)}',
                "check in an earlier condition that it exists, or read something that is always there",
                _where_defined(analysis, flow, node),
            )


def _has_run(flow: FlowGraph, read: Read, node: str) -> bool:
    """Whether a step has run on some path to where it is read: before its own error cases it has."""
    if flow.has_always_run(node, read.node):
        return True
    return flow.leads_to(node, read.node) or (read.node == node and read.transition is not None)


@workflow_rule(
    "impossible-path",
    Severity.WARNING,
    "a path that never holds anything",
    "Nothing is ever there, so the param is left out, the template stays empty, the condition never holds. A step that "
    "has failed has no output: only /#error tells what happened; one without an action has none either. The changes of "
    "an object's event hold attributes and relationships, and for each field op, before and after.",
    bad=app(workflow("Greet", step("aB3", errorCases=[to("cD4")]), step("cD4", params=_note("/#steps.aB3.id")))),
    good=app(workflow("Greet", step("aB3", errorCases=[to("cD4")]), step("cD4", params=_note("/#error.message")))),
)
def impossible_path(analysis: WorkflowAnalysis) -> Violations:
    yield from _absent(analysis)
    yield from _misread_in_templates(analysis)
    flow, null_guards = analysis.intended_flow, analysis.null_guards
    if flow is None or null_guards is None:
        return
    reported: set[tuple[str, str]] = set()  # once a string and step
    for read, path, node in analysis.branch_paths:
        if (read.pointer, node) not in reported:
            reported.add((read.pointer, node))
            yield violation_in(
                read,
                path,
                f'{path.text} never holds anything: step "{_name(flow, node)}" has no action, and so no output',
                "read a step that has one, or give it an action",
                related=_where_defined(analysis, flow, node),
            )
    for read, path, node in analysis.uncertain_paths:
        if (node != read.node and node not in flow.failing) or (read.pointer, node) in reported:
            continue
        if not _has_run(flow, read, node) or flow.success_leads_to(node, read.node):
            continue
        if null_guards.is_guarded(read, path, node):
            continue
        reported.add((read.pointer, node))
        certain = node == read.node or flow.has_always_run(node, read.node)
        fate = "has failed here" if certain else "has failed here, or has not run"
        yield violation_in(
            read,
            path,
            f'{path.text} never holds anything: step "{_name(flow, node)}" {fate}, and has no output',
            "read /#error, or lead here from a transition of the step",
            _where_defined(analysis, flow, node),
        )


def _absent(analysis: WorkflowAnalysis) -> Violations:
    reported: set[tuple[str, str, tuple[str, ...]]] = set()  # once a string, or a condition, and mistake
    absences: dict[tuple[tuple[str, ...], bool], Absence | None] = {}
    for read, path, node in analysis.paths:
        in_template = isinstance(read.expression, Template)
        key = (path.segments, in_template)
        if key not in absences:
            absences[key] = absence_of(analysis, path, node, in_template=in_template)
        if (absence := absences[key]) is None:
            continue
        place = read.pointer if read.transition is None else read.transition.pointer
        mistake = (place, absence.reason, absence.mistake(path))
        if mistake in reported:
            continue
        reported.add(mistake)
        instead = template_path(absence.instead) if in_template else ".".join(absence.instead)
        yield violation_in(
            read,
            path,
            f"{path.text} never holds anything: {absence.reason}",
            Suggestion(f"read {instead}", instead) if instead else absence.hint,
        )


def _misread_in_templates(analysis: WorkflowAnalysis) -> Violations:
    """Paths that Handlebars takes for something else: for a helper, as something follows, or for its own data."""
    for read in analysis.reads:
        template = read.expression
        if not isinstance(template, Template) or not (template.helpers or template.others):
            continue
        for helper in template.helpers:
            dotted = "." in helper.name or template.text.startswith(".", helper.end)
            if dotted and helper.name.partition(".")[0] in ROOTS and not _breaks_off(template, helper.end):
                message = f"{helper.name} is called like a helper here, as something follows it"
                hint = "a helper stands first, and a name with a blank in brackets: [first name]"
                if template.text.startswith(".", helper.end):
                    hint = "remove the dot"
                yield violation_in(read, helper, message, hint)
        for lookup in template.others:
            message, suggestion_ = _misread_name(template, lookup)
            if message:
                yield violation_in(read, lookup, message, suggestion_)


def _breaks_off(template: Template, at: int) -> bool:
    """Whether the tag that holds an offset is the one that is malformed."""
    return any(fault.end >= at and "}}" not in template.text[at : fault.start] for fault in template.faults)


def _misread_name(template: Template, lookup: Lookup) -> tuple[str, Suggestion]:
    """Why a name holds nothing that reads nothing of the run, and what was probably meant; empty where it may hold
    something: it is a helper, or a field of the element of a loop."""
    name, others = lookup.path.root, lookup.path.segments[1:]
    if lookup.origin is Origin.DATA and name and name not in DATA_VARIABLES and not _has_unknown_helper(template):
        message = f"@{name} never holds anything: Handlebars looks for it in its own data, as for @index"
        if name in ROOTS:
            return message, Suggestion("remove the @", template_path((name, *others)), is_certain=True)
        bracketed = template_path((f"@{name}", *others))
        return message, Suggestion(f"write {bracketed}", bracketed) if lookup.contexts else Suggestion()
    if lookup.origin is not Origin.NAME or not lookup.is_of_top or not others:
        return "", Suggestion()  # a name without a dot may be a helper
    near = suggested(name, ROOTS, "what the trigger brings is read as steps.1")
    if near.intended is None and (_OTHER_CONTEXT.search(template.text) or _has_unknown_helper(template)):
        return "", Suggestion()
    if near.intended is not None:
        near = near._replace(intended=template_path((near.intended, *others)))
    return f"{lookup.path.text} never holds anything: a template reads {', '.join(ROOTS)}", near


def _has_unknown_helper(template: Template) -> bool:
    """Whether a helper of a template is one that may set data of its own."""
    return any(helper.name not in BLOCKS and helper.name not in HELPERS for helper in template.helpers)


@workflow_rule(
    "unknown-input-reference",
    Severity.WARNING,
    "an input that a callable workflow reads but does not declare",
    "A callable workflow gets the inputs in its schema and nothing else, so what it reads here never exists. Where it "
    "declares no inputs at all, this is only worth knowing: whoever calls it may give them all the same.",
    bad=app(
        workflow("Plan", schedule("aB3", "5f8e", inputs={"name": "/#steps.1.name"})),
        called("Later", "5f8e", step("cD4", params=_note("/#steps.1.nmae")), inputs={"name": "string"}),
    ),
    good=app(
        workflow("Plan", schedule("aB3", "5f8e", inputs={"name": "/#steps.1.name"})),
        called("Later", "5f8e", step("cD4", params=_note("/#steps.1.name")), inputs={"name": "string"}),
    ),
)
def unknown_input_reference(analysis: WorkflowAnalysis) -> Violations:
    trigger = analysis.workflow.trigger
    if trigger is None or not trigger.callable or not analysis.is_readable(f"{trigger.pointer}/schema"):
        return  # it may be declared in a part that could not be read
    schema = trigger.input_schema or Schema()
    if schema.is_open:
        return
    declared = schema.names
    names = Names(declared)
    related = (Related("the inputs are declared here", analysis.document, f"{trigger.pointer}/schema"),)
    for read, path, node in analysis.paths:
        if node != TRIGGER_ID or not path.fields:
            continue
        name = path.fields[0]
        if name not in declared:
            yield Violation(
                read.pointer,
                f'{path.text} reads input "{name}", which this workflow does not declare',
                suggestion(name, names, "inputs") if declared else "its schema declares no inputs",
                read.node,
                path.spans[2],
                related if declared else (),
                severity=None if declared else Severity.INFO,
            )


@workflow_rule(
    "error-reference",
    Severity.WARNING,
    "/#error where no error case leads",
    "There is an error only after a step has failed. If no error case leads here, nothing has failed.",
    bad=app(workflow("Greet", step("aB3", to("cD4")), step("cD4", params=_note("/#error.message")))),
    good=app(workflow("Greet", step("aB3", errorCases=[to("cD4")]), step("cD4", params=_note("/#error.message")))),
)
def error_reference(analysis: WorkflowAnalysis) -> Violations:
    flow = analysis.intended_flow
    of_error = [(read, path) for read, path, node in analysis.paths if node is None and path.root == "error"]
    if flow is None or not of_error:
        return
    reached = _after_failure(flow)
    for read, path in of_error:
        if isinstance(read.transition, ErrorCase) or read.node not in flow.reachable:
            continue
        actions = {edge.error_action for edge in flow.declared_edges[read.node]}
        tried_again = RETRY_STEP in actions or (read.transition is not None and CONTINUE in actions)
        if read.node not in reached and not tried_again:
            yield violation_in(
                read,
                path,
                f"{path.text} exists only after a failure, but no error case leads here",
                "read it in a step that an error case leads to",
            )


def _after_failure(flow: FlowGraph) -> set[str]:
    """The nodes that a run can reach after a step has failed."""
    failed = (edge.target for edges in flow.edges.values() for edge in edges if edge.after_failure)
    return set(breadth_first(failed, flow.targets))


def _name(flow: FlowGraph, node: str) -> str:
    part = flow.part(node)
    return part.name if isinstance(part, Step) else "trigger"


def _where_defined(analysis: WorkflowAnalysis, flow: FlowGraph, node: str) -> tuple[Related, ...]:
    part = flow.part(node)
    return (Related("the step is here", analysis.document, part.pointer),) if part is not None else ()
