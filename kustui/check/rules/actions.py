"""Rules about the actions that an app declares: the steps that use them, and what their templates read; and the
reports of arguments that do not match a schema, which the rules about schedules have too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kustui.analysis.apps import AppDeclarations, declarations_of, declared_inputs, input_reads, is_readable_member
from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.schemas import SchemaArguments
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Related
from kustui.check.rule import Violation, Violations, app, collection_rule, step, workflow, workflow_rule
from kustui.config.severity import Severity
from kustui.definition.collection import Document
from kustui.definition.expressions import Template, expressions_in
from kustui.definition.models import Step
from kustui.definition.part_values import schema_of
from kustui.definition.source.positions import escape
from kustui.text.messages import Names, Suggestion, did_you_mean, enumerated, plural, suggested, suggestion

_ACTION = {
    "name": "kustomer.app.sample.get-order",
    "type": "rest_api",
    "inputTemplate": {"uri": "https://orders.example.com/{{orderId}}", "method": "GET"},
    "inputSchema": {
        "type": "object",
        "properties": {"orderId": {"type": "string"}},
        "required": ["orderId"],
        "additionalProperties": False,
    },
}


def _asking(action: str, **params: object) -> object:
    asking = step("aB3", action=f"kustomer.app.sample.{action}", params=params)
    return app(workflow("Ask", asking), actions=[_ACTION])


# The steps that use them.


def _own_steps(analysis: WorkflowAnalysis) -> Iterator[tuple[Step, str, AppDeclarations]]:
    """The steps that use an action of the app itself, with its plain name."""
    declared = declarations_of(analysis.document, analysis.app) if analysis.app is not None else None
    if declared is not None:
        for action, steps in analysis.steps_by_action.items():
            if action is not None and (name := declared.own_name(action)) is not None:
                yield from ((step_, name, declared) for step_ in steps)


@workflow_rule(
    "unknown-action",
    Severity.ERROR,
    "an action of this app that the app does not declare",
    "A step with an undeclared action fails when it runs.",
    bad=_asking("get-orders", orderId="/#steps.1.id"),
    good=_asking("get-order", orderId="/#steps.1.id"),
)
def unknown_action(analysis: WorkflowAnalysis) -> Violations:
    for step_, name, declared in _own_steps(analysis):
        actions = declared.actions
        if actions is None or name in actions or step_.action in analysis.settings.actions:
            continue
        place = f"{declared.pointer}/actions"
        yield Violation(
            f"{step_.pointer}/action",
            f'the app "{declared.app}" declares no action "{name}"',
            suggestion(name, declared.action_names, "actions of this app").within(step_.action or "", name),
            step_.id,
            related=(Related("its actions", analysis.document, place),) if actions else (),
        )


def _arguments(analysis: WorkflowAnalysis) -> Iterator[SchemaArguments]:
    """The params of each step whose action has a schema to check them with."""
    for step_, name, declared in _own_steps(analysis):
        index, action = (declared.actions or {}).get(name, (0, {}))
        schema = schema_of(action.get("inputSchema"))
        params = f"{step_.pointer}/params"
        if schema is not None and analysis.is_readable(params):
            place = f"{declared.pointer}/actions/{index}/inputSchema"
            owner = f'the action "{name}"'
            yield SchemaArguments(
                owner, "param", step_.params, params, schema, analysis.document, place, analysis.entry, step_.id
            )


@workflow_rule(
    "missing-param",
    Severity.ERROR,
    "a step without a param that the app's own action requires",
    "Kustomer validates params against the inputSchema of the action: the step fails without a required one.",
    bad=_asking("get-order"),
    good=_asking("get-order", orderId="/#steps.1.id"),
)
def missing_param(analysis: WorkflowAnalysis) -> Violations:
    for arguments in _arguments(analysis):
        yield from missing_arguments(arguments)


@workflow_rule(
    "unknown-param",
    Severity.WARNING,
    "a param that the app's own action does not take",
    "The inputSchema of the action allows no additional properties: the step is rejected or the value is lost.",
    bad=_asking("get-order", orderId="/#steps.1.id", store="main"),
    good=_asking("get-order", orderId="/#steps.1.id"),
)
def unknown_param(analysis: WorkflowAnalysis) -> Violations:
    for arguments in _arguments(analysis):
        # A schema allows additional properties unless it says otherwise (JSON Schema).
        others = arguments.schema.others
        if others.get("additionalProperties") is False and "patternProperties" not in others:
            yield from unknown_arguments(arguments)


# What an action declares of itself.


def _reading(name: str) -> object:
    """An app whose action reads a name."""
    template = {"uri": f"https://orders.example.com/{{{{{{{name}}}}}}}", "method": "GET"}
    return app(workflow("Greet", step("aB3")), actions=[{**_ACTION, "inputTemplate": template}])


def _signing(setting: str) -> object:
    """An app whose action is given a setting."""
    signing = {**_ACTION, "appSettings": {"token": {"key": f"sample.default.{setting}"}}}
    settings = {"default": {"token": {"type": "secret", "defaultValue": "", "required": True}}}
    return app(workflow("Greet", step("aB3")), settings=settings, actions=[signing])


def _actions(analysis: CollectionAnalysis) -> Iterator[tuple[Document, AppDeclarations, str, Mapping[str, Any], str]]:
    """Every declared action: file, app, name, the action and its pointer."""
    for document, app_ in analysis.collection.apps:
        declared = declarations_of(document, app_)
        if declared is not None and declared.actions is not None:
            for name, (index, action) in declared.actions.items():
                yield document, declared, name, action, f"{declared.pointer}/actions/{index}"


@collection_rule(
    "unknown-action-input",
    Severity.WARNING,
    "an action whose inputTemplate reads an input that the action does not declare",
    "An action gets the inputs in its inputSchema and the settings in its appSettings, and nothing else: what its "
    "template reads beyond them is left empty.",
    bad=_reading("order"),
    good=_reading("orderId"),
)
def unknown_action_input(analysis: CollectionAnalysis) -> Violations:
    for document, _, name, action, pointer in _actions(analysis):
        inputs = declared_inputs(action)
        if inputs is None or action.get("type") == _CODE:
            continue
        reported: set[str] = set()
        names = Names(inputs)
        for read in input_reads(action.get("inputTemplate"), f"{pointer}/inputTemplate"):
            if read.name in inputs or read.name in reported:
                continue
            reported.add(read.name)
            yield Violation(
                read.pointer,
                f'the template reads the input "{read.name}", which the action "{name}" does not declare',
                suggestion(read.name, names, "inputs"),
                within=read.within,
                related=(Related("its inputs are declared here", document, f"{pointer}/inputSchema"),),
                document=document,
            )


_CODE = "kode"
"""The type of an action whose template is a program: its braces are no tags [assumed]."""


@collection_rule(
    "unknown-setting",
    Severity.WARNING,
    "an action or a command that is given a setting which the app does not declare",
    "A setting that is not declared under settings cannot be filled in, so the action or command gets none.",
    bad=_signing("tokn"),
    good=_signing("token"),
)
def unknown_setting(analysis: CollectionAnalysis) -> Violations:
    for document, app_ in analysis.collection.apps:
        declared = declarations_of(document, app_)
        if declared is None or declared.settings is None:
            continue
        for key, parts in (("actions", app_.app.actions), ("commands", app_.app.commands)):
            for index, part in enumerate(parts if is_readable_member(document, app_, key) else ()):
                given = part.get("appSettings")
                for name, source in given.items() if isinstance(given, dict) else ():
                    setting = declared.own_setting(source.get("key") if isinstance(source, dict) else None)
                    if setting is not None and setting not in declared.settings:
                        yield Violation(
                            f"{declared.pointer}/{key}/{index}/appSettings/{escape(name)}/key",
                            f'the app "{declared.app}" declares no setting "{setting}"',
                            suggestion(setting, declared.setting_names, "settings of this app").within(
                                source["key"], setting
                            ),
                            related=(Related("its settings", document, f"{declared.pointer}/settings"),),
                            document=document,
                        )


def malformed_action_templates(analysis: CollectionAnalysis) -> Violations:
    """Templates of actions that cannot be parsed; ``malformed-template`` reports them."""
    for document, _, _, action, pointer in _actions(analysis):
        for key in ("inputTemplate", "outputTemplate") if action.get("type") != _CODE else ():
            for at, expression in expressions_in(action.get(key), f"{pointer}/{key}"):
                for fault in expression.faults if isinstance(expression, Template) else ():
                    within = fault.start, fault.end
                    yield Violation(at, fault.message, fault.suggestion, within=within, document=document)


_MOST_LISTED = 8


def missing_arguments(arguments: SchemaArguments) -> Violations:
    """Each misspelt name in its own place, and all other missing names together."""
    for given, name in arguments.misspelt.items():
        yield Violation(
            f"{arguments.pointer}/{escape(given)}",
            f'{arguments.owner} requires the {arguments.noun} "{name}", but is given "{given}"',
            did_you_mean(name, is_certain=given in arguments.certainly_misspelt),
            arguments.step,
            related=(_required(arguments, name),),
            entry=arguments.entry,
            on_key=True,
        )
    misspelt = {*arguments.misspelt.values()}
    rest = [name for name in arguments.missing if name not in misspelt]
    if rest:
        names = enumerated([f'"{name}"' for name in rest])
        verb = "is" if len(rest) == 1 else "are"
        yield Violation(
            arguments.pointer,
            f"{arguments.owner} requires the {plural(len(rest), arguments.noun)} {names}, which {verb} missing",
            f"add {'it' if len(rest) == 1 else 'them'} to {arguments.pointer.rpartition('/')[2]}",
            arguments.step,
            related=tuple(_required(arguments, name) for name in rest),
            entry=arguments.entry,
        )


def unknown_arguments(arguments: SchemaArguments) -> Violations:
    """Each name that the schema does not declare, except those reported as misspelt."""
    declared = f"its {arguments.noun}s are declared here"
    for name in arguments.unknown:
        yield Violation(
            f"{arguments.pointer}/{escape(name)}",
            f'{arguments.owner} has no {arguments.noun} "{name}"',
            _suggestion(arguments, name),
            arguments.step,
            related=(Related(declared, arguments.schema_document, arguments.schema_pointer),),
            entry=arguments.entry,
            on_key=True,
        )


def _required(arguments: SchemaArguments, name: str) -> Related:
    place = f"{arguments.schema_pointer}/required/{arguments.required_places[name]}"
    return Related("required here", arguments.schema_document, place)


def _suggestion(arguments: SchemaArguments, name: str) -> Suggestion:
    names = arguments.names.sorted
    listed = f"its {arguments.noun}s: {', '.join(names)}" if len(names) <= _MOST_LISTED else ""
    otherwise = listed if names else f"it has no {arguments.noun}s"
    return suggested(name, arguments.names, otherwise, without=arguments.given)
