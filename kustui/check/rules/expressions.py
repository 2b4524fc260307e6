"""Rules about how references, functions and templates are written."""

from __future__ import annotations

from msgspec.structs import replace

from kustui.analysis.outputs import may_have_blanks
from kustui.analysis.reads import Read
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rule import Violation, Violations, app, step, violation_in, workflow, workflow_rule
from kustui.check.rules.actions import malformed_action_templates
from kustui.config.severity import Severity
from kustui.definition.expressions import Function, Path, Template, template_path
from kustui.definition.expressions.nodes import Embedded, ExpressionFault
from kustui.definition.functions import FUNCTIONS
from kustui.text.messages import Suggestion, shortened, suggested


def _note(text: str) -> dict[str, object]:
    return {"body": text}


@workflow_rule(
    "malformed-reference",
    Severity.ERROR,
    "a string that begins like a reference but is not one",
    "A string that begins with /# but cannot be resolved is sent literally, or not at all. So is a reference that "
    "begins with #/ or # alone. A key with a blank is a warning where it may be one of a hook or another app.",
    bad=app(workflow("Greet", step("aB3", params=_note("/#step.1.id")))),
    good=app(workflow("Greet", step("aB3", params=_note("/#steps.1.id")))),
)
def malformed_reference(analysis: WorkflowAnalysis) -> Violations:
    for read in analysis.suspect_reads:
        if isinstance(read.expression, Template):
            continue
        for fault in read.expression.faults:
            if fault.path is not None and may_have_blanks(analysis, fault.path):
                key = next(segment for segment in fault.path.segments if any(map(str.isspace, segment)))
                yield violation_in(
                    read,
                    fault.path,
                    f'the key "{shortened(key)}" has a blank, and what such a reference gives is not known',
                    f"in a template it is {template_path(fault.path.segments)}",
                    severity=Severity.WARNING,
                )
            else:
                yield _violation(read, fault)
        for embedded in read.expression.embedded:
            if embedded.misspelt and (embedded.certain or _reads_step(analysis, embedded.path)):
                message = "a reference begins with /#, so this is sent literally"
                hint = Suggestion(f"write {embedded.reference}", embedded.reference, embedded.certain)
                yield violation_in(read, embedded, message, hint)


def _reads_step(analysis: WorkflowAnalysis, path: Path | None) -> bool:
    """Whether a path reads a step that exists."""
    return path is not None and path.step is not None and analysis.flow.node(path.step) is not None


@workflow_rule(
    "embedded-reference",
    Severity.WARNING,
    "a reference inside other text",
    "A reference must be the whole string. Inside other text it is sent literally; use a template to put a value "
    "into text.",
    bad=app(workflow("Greet", step("aB3", params=_note("Order /#steps.1.id")))),
    good=app(workflow("Greet", step("aB3", params=_note("Order {{{steps.1.id}}}")))),
)
def embedded_reference(analysis: WorkflowAnalysis) -> Violations:
    for read in analysis.suspect_reads:
        for embedded in read.expression.embedded:
            if embedded.misspelt:
                continue
            hint = Suggestion()
            if embedded.reference:
                hint = Suggestion(f"remove the blanks around it: {embedded.reference}", embedded.reference, True)
            elif embedded.path is not None:
                template = f"{{{{{{{template_path(embedded.path.segments)}}}}}}}"
                hint = Suggestion(f"write {template}", template, _stands_alone(read.expression.text, embedded))
            yield violation_in(
                read,
                embedded,
                f"{embedded.text} is inside other text, so it is sent literally",
                hint,
            )


def _stands_alone(text: str, embedded: Embedded) -> bool:
    """Whether a reference in a text is no part of a word, an address or something in braces."""
    before, after = text[max(0, embedded.start - 1) : embedded.start], text[embedded.end : embedded.end + 1]
    return (not before or before.isspace() or before in "([\"'=:,;>") and after not in ("/", "}")


@workflow_rule(
    "malformed-template",
    Severity.ERROR,
    "a Handlebars template that is not closed or cannot be parsed",
    "Kustomer cannot render it, so the step fails or sends nothing. The grammar is that of Handlebars 4: a name that "
    "begins with @ or holds a blank, and a number at the end of a path, are written in brackets, as in tags.[0].",
    bad=app(workflow("Greet", step("aB3", params=_note("Order {{{steps.1.id}} shipped")))),
    good=app(workflow("Greet", step("aB3", params=_note("Order {{{steps.1.id}}} shipped")))),
)
def malformed_template(analysis: WorkflowAnalysis) -> Violations:
    for read in analysis.suspect_reads:
        if isinstance(read.expression, Template):
            yield from (_violation(read, fault) for fault in read.expression.faults)


malformed_template = replace(malformed_template, check_collection=malformed_action_templates)


def _violation(read: Read, fault: ExpressionFault) -> Violation:
    return violation_in(read, fault, fault.message, fault.suggestion)


@workflow_rule(
    "unknown-function",
    Severity.WARNING,
    "an unknown function",
    "A function that Kustomer does not have fails silently. Kustomer has more functions than are documented, so one "
    "that kustui does not know may be right.",
    bad=app(workflow("Greet", step("aB3", params=_note("/#fn:parseint,steps.1.number")))),
    good=app(workflow("Greet", step("aB3", params=_note("/#fn:parseInt,steps.1.number")))),
)
def unknown_function(analysis: WorkflowAnalysis) -> Violations:
    known = {*FUNCTIONS, *analysis.settings.functions}
    for read in analysis.reads:
        expression = read.expression
        if isinstance(expression, Function) and expression.name not in known and not expression.faults:
            otherwise = "if Kustomer does not have it either, it fails silently"
            hint = suggested(expression.name, known, otherwise)
            if hint.intended is not None and hint.intended.lower() != expression.name.lower():
                hint = hint._replace(is_certain=False)  # it may be one that is not documented
            yield violation_in(read, expression, f'unknown function "{expression.name}"', hint)
