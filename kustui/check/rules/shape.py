"""Rules about the JSON of a definition: its syntax and its shape."""

from __future__ import annotations

from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis
from kustui.check.rule import Rule, Violation, Violations, app, collection_rule, step, workflow, workflow_rule
from kustui.check.rules.flow import unknown_error_actions, unreadable_conditions
from kustui.check.rules.schedules import unreadable_calls
from kustui.config.severity import Severity
from kustui.definition.source.positions import escape
from kustui.text.messages import closest, hint_of

APP_KEYS = frozenset({
    "app", "version", "title", "identifier", "visibility", "description", "instructions", "iconUrl",
    "screenshots", "appDetails", "tags", "changelog", "dependencies", "roles", "env", "url", "clientId",
    "clientSecret", "default", "system", "installUrl", "setupUrl", "postInstallMessage", "meta", "settings",
    "settingsPageConfig", "auth", "klasses", "kviews", "widgets", "hooks", "triggers", "actions",
    "workflows", "commands", "shortcuts", "outboundWebhooks", "inboundHookUris", "dataSubscriptions",
    "redirectUris", "i18n",
})  # fmt: skip
"""The known keys of an app definition [docs] [seen]; there may be more."""
_REQUIRED_KEYS = {"version", "title"}

_JSON = """\
{
  "app": "sample",
  "version": "1.0.0",
  "title": "Sample"%s
  "workflows": []
}
"""

_KEYS = """\
{
  "app": "sample",
  "version": "1.0.0",
  "title": "Sample",%s
  "workflows": []
}
"""

_GREET = workflow("Greet", step("aB3"))


INVALID_JSON = Rule(
    "invalid-json",
    Severity.ERROR,
    "text that is not JSON",
    "Neither Kustomer nor kustui can read anything in the file until its first syntax error is fixed.",
    bad=_JSON % "",
    good=_JSON % ",",
)

DUPLICATE_KEY = Rule(
    "duplicate-key",
    Severity.ERROR,
    "a key that occurs twice in one object",
    "JSON parsers silently keep only the last one: the value of the first is lost.",
    bad=_KEYS % '\n  "description": "Tags chats.",\n  "description": "Tags mail.",',
    good=_KEYS % '\n  "description": "Tags chats and mail.",',
)


@workflow_rule(
    "invalid-shape",
    Severity.ERROR,
    "a required field that is missing, or a value of the wrong type",
    "Kustomer rejects the whole definition. kustui skips the smallest invalid part and reads the rest.",
    bad=app({key: value for key, value in _GREET.items() if key != "name"}),
    good=app(_GREET),
)
def invalid_shape(analysis: WorkflowAnalysis) -> Violations:
    yield from unreadable_conditions(analysis)
    yield from unknown_error_actions(analysis)
    yield from unreadable_calls(analysis)


@collection_rule(
    "unknown-key",
    Severity.WARNING,
    "an unknown key at the top of an app definition",
    "Kustomer refuses to register an app with a key that it does not know.",
    bad=app(_GREET, publisher="Harbour & Pine"),
    good=app(_GREET, appDetails={"appDeveloper": {"name": "Harbour & Pine"}}),
)
def unknown_key(analysis: CollectionAnalysis) -> Violations:
    for document in analysis.collection.documents:
        given = document.app_members.keys()
        for key in given:
            if key in APP_KEYS or closest(key, APP_KEYS - given) in _REQUIRED_KEYS:
                continue  # a misspelt required key is reported as missing
            yield Violation(
                f"{document.app_pointer}/{escape(key)}",
                f'unknown key "{key}" in an app definition',
                hint_of(key, APP_KEYS - given, "keys"),
                document=document,
                on_key=True,
            )
