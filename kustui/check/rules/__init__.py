"""Every rule, a file a family, in the order in which they are explained.

A rule is whatever a family defines with ``workflow_rule``, ``collection_rule`` or ``Rule``; nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

from kustui.check.rule import Configured, Rule, app, step, to, workflow
from kustui.check.rules import apps, flow, identity, references, rings, schedules, shape
from kustui.config.check_settings import Settings
from kustui.config.severity import Severity

FAMILIES = (shape, identity, flow, references, schedules, rings, apps)

_SUPPRESSION = """\
[[suppress]]
rule = "unreachable-step"
workflow = "Greet"
step = "cD4"
reason = "kept for the campaign in spring"
"""

UNUSED_SUPPRESSION = Rule(
    "unused-suppression",
    Severity.WARNING,
    "a suppression or a baseline entry that no longer hides anything",
    "The problem was mended, or what it was found in has another name now. Left where it is, it would hide the "
    "next problem of that kind, which nobody has looked at.",
    bad=Configured(_SUPPRESSION, app(workflow("Greet", step("aB3", to("cD4")), step("cD4")))),
    good=Configured(_SUPPRESSION, app(workflow("Greet", step("aB3"), step("cD4")))),
)
"""``suppressions`` and ``baseline`` report it."""

UNREADABLE_FILE = Rule(
    "unreadable-file",
    Severity.ERROR,
    "a file or a folder, below a folder given, that cannot be read",
    "What it holds was not checked, so nothing can be said of it. A path that is itself given and cannot be read "
    "ends the command instead.",
    bad="",
    good="",
)
"""Of the file system, not of a definition: there is no example."""

_OF_FAMILIES = (value for family in FAMILIES for value in vars(family).values() if isinstance(value, Rule))
RULES: Mapping[str, Rule] = {rule.name: rule for rule in (*_OF_FAMILIES, UNUSED_SUPPRESSION, UNREADABLE_FILE)}
"""By name: everything that a problem can be called."""


def severity_of(name: str, settings: Settings) -> Severity | None:
    """How bad what a rule finds is; None where it is switched off. A rule that is not known is taken for an error."""
    return settings.severity_of(name, RULES[name].severity if name in RULES else Severity.ERROR)
