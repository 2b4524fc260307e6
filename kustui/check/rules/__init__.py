"""All rules, one module per family, in the order in which ``kustui explain`` lists them.

Everything that a family defines with ``workflow_rule``, ``collection_rule`` or ``Rule`` is a rule; no list is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from kustui.check.problems import UNUSED_SUPPRESSION
from kustui.check.rule import Configured, Rule, app, step, to, workflow
from kustui.check.rules import actions, apps, expressions, flow, identity, references, rings, schedules, shape
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity
from kustui.definition.source.source import UNKNOWN_IMPORT

FAMILIES = (shape, identity, flow, references, expressions, schedules, rings, actions, apps)

_SUPPRESSION = """\
[[suppress]]
rule = "unreachable-step"
workflow = "Greet"
step = "cD4"
reason = "kept for the campaign in spring"
"""

_UNUSED_SUPPRESSION = Rule(
    UNUSED_SUPPRESSION,
    Severity.WARNING,
    "a suppression or a baseline entry that no longer hides anything",
    "The problem was fixed, or what it was in has been renamed. Left in place, it would hide the next problem of "
    "that kind, which nobody has looked at.",
    bad=Configured(_SUPPRESSION, app(workflow("Greet", step("aB3", to("cD4")), step("cD4")))),
    good=Configured(_SUPPRESSION, app(workflow("Greet", step("aB3"), step("cD4")))),
)
"""Reported by ``suppressions`` and ``baseline``."""

UNREADABLE_FILE = Rule(
    "unreadable-file",
    Severity.ERROR,
    "a file or folder, inside a given folder, that cannot be read",
    "Its contents were not checked. If a path given on the command line cannot be read, the command ends instead.",
    bad="",
    good="",
)
"""About the file system, not a definition, so it has no example."""

_UNKNOWN_IMPORT = Rule(
    UNKNOWN_IMPORT,
    Severity.ERROR,
    "an import of a file that is not there, or of a name that the file does not export",
    "The module cannot be loaded, or what it takes is undefined. Only imports that a definition is made of are looked "
    "at, by relative paths; none that need not happen, or may fail.",
    bad="",
    good="",
)
"""About modules, so it has no example, which is JSON."""

_OF_FAMILIES = (value for family in FAMILIES for value in vars(family).values() if isinstance(value, Rule))
_OTHERS = (_UNKNOWN_IMPORT, _UNUSED_SUPPRESSION, UNREADABLE_FILE)
RULES: Mapping[str, Rule] = {rule.name: rule for rule in (*_OF_FAMILIES, *_OTHERS)}
"""By name."""


def severity_of(name: str, settings: Settings) -> Severity | None:
    """The severity of a rule; None if it is switched off. An unknown rule counts as an error."""
    return settings.severity_of(name, RULES[name].severity if name in RULES else Severity.ERROR)
