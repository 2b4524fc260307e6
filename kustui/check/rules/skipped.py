"""What a check leaves out: problems that are suppressed, and files that cannot be read."""

from __future__ import annotations

from kustui.check.examples import Configured, app, step, to, workflow
from kustui.check.rule import Rule
from kustui.config.severity import Severity

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
