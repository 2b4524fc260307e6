"""Rules about the JSON of a definition: its syntax and its shape."""

from __future__ import annotations

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rule import Rule, Violations, app, step, workflow, workflow_rule
from kustui.check.rules.flow import unknown_error_actions, unreadable_conditions
from kustui.check.rules.schedules import unreadable_calls
from kustui.config.severity import Severity
from kustui.definition.source import source
from kustui.definition.source.recognition import RELAXED_JSON

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

RELAXED_JSON_RULE = Rule(
    RELAXED_JSON,
    Severity.WARNING,
    "comments, and commas after a last value, in a .json file",
    "JSON has neither: Kustomer refuses the file as it is. kustui reads the rest as if they were not there. A file "
    "that is only for people and tools that read them can be called .jsonc or .json5.",
    bad=_JSON % ", // shown in the list of apps",
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


UNKNOWN_KEY = Rule(
    source.UNKNOWN_KEY,
    Severity.WARNING,
    "a mistyped key, or an unknown one at the top of an app definition",
    "Kustomer ignores a mistyped key: what it holds is as good as missing. Exports and future versions have keys that "
    "kustui does not know, so it reports a key only where it is close to a known one that is missing there, or that "
    "holds something of the same type. "
    "At the top of an app definition, where Kustomer refuses unknown keys, and in runAt it reports every unknown one.",
    bad=app(workflow("Greet", step("aB3", parms={"body": "Hello"}))),
    good=app(workflow("Greet", step("aB3", params={"body": "Hello"}))),
)
