"""How a definition is written: as JSON, in the shape that Kustomer reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.examples import app, step, workflow
from kustui.check.rule import Finding, Rule
from kustui.check.rules.conditions import unreadable_conditions
from kustui.check.rules.schedules import unreadable_calls
from kustui.config.severity import Severity
from kustui.definition.source.positions import escape
from kustui.text.suggestions import closest, hint_of

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import CollectionAnalysis, WorkflowAnalysis

APP_KEYS = frozenset({
    "app", "version", "title", "identifier", "visibility", "description", "instructions", "iconUrl",
    "screenshots", "appDetails", "tags", "changelog", "dependencies", "roles", "env", "url", "clientId",
    "clientSecret", "default", "system", "installUrl", "setupUrl", "postInstallMessage", "meta", "settings",
    "settingsPageConfig", "auth", "klasses", "kviews", "widgets", "hooks", "triggers", "actions",
    "workflows", "commands", "shortcuts", "outboundWebhooks", "inboundHookUris", "dataSubscriptions",
    "redirectUris", "i18n",
})  # fmt: skip
"""The keys of an app definition that are known [docs] [seen]; there may be more."""

_NEEDED = {"version", "title"}


def _invalid_shape(analysis: WorkflowAnalysis) -> Iterator[Finding]:
    yield from unreadable_conditions(analysis)
    yield from unreadable_calls(analysis)


def _unknown_key(survey: CollectionAnalysis) -> Iterator[Finding]:
    for document in survey.collection.documents:
        given = document.app_members.keys()
        for key in document.app_members:
            if key in APP_KEYS or closest(key, APP_KEYS - given) in _NEEDED:
                continue  # what is needed and misspelt is told as missing
            yield Finding(
                f"{document.app_pointer}/{escape(key)}",
                f'"{key}" is no key of an app definition that kustui knows',
                hint_of(key, APP_KEYS - given, "keys"),
                document=document,
                on_key=True,
            )


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

RULES = (
    Rule(
        "invalid-json",
        Severity.ERROR,
        "text that is not JSON",
        "Nothing of the file can be read, by Kustomer or by kustui, until its first fault is mended.",
        bad=_JSON % "",
        good=_JSON % ",",
    ),
    Rule(
        "duplicate-key",
        Severity.ERROR,
        "a key that is given twice in one object",
        "JSON keeps the last of them and says nothing; what the first one held is lost.",
        bad=_KEYS % '\n  "description": "Tags chats.",\n  "description": "Tags mail.",',
        good=_KEYS % '\n  "description": "Tags chats and mail.",',
    ),
    Rule(
        "invalid-shape",
        Severity.ERROR,
        "a required field that is missing, or a value of the wrong type",
        "Kustomer refuses the whole definition. kustui leaves out the smallest part that is wrong and reads the rest.",
        bad=app({key: value for key, value in _GREET.items() if key != "name"}),
        good=app(_GREET),
        look=_invalid_shape,
    ),
    Rule(
        "unknown-key",
        Severity.WARNING,
        "a key at the top of an app definition that no app definition has",
        "Registration refuses an app with a key that Kustomer does not know.",
        bad=app(_GREET, publisher="Harbour & Pine"),
        good=app(_GREET, appDetails={"appDeveloper": {"name": "Harbour & Pine"}}),
        survey=_unknown_key,
    ),
)
