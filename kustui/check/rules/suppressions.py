"""What hides problems, and no longer does."""

from __future__ import annotations

from dataclasses import dataclass

from kustui.check.examples import app, step, to, workflow
from kustui.check.rule import Rule
from kustui.config.severity import Severity


@dataclass(frozen=True, slots=True)
class Configured:
    """An example in which the configuration matters."""

    configuration: str
    """A ``kustui.toml``."""
    definition: object


UNUSED = "unused-suppression"

_SUPPRESSION = """\
[[suppress]]
rule = "unreachable-step"
workflow = "Greet"
step = "cD4"
reason = "kept for the campaign in spring"
"""

RULES = (
    Rule(
        UNUSED,
        Severity.WARNING,
        "a suppression or a baseline entry that no longer hides anything",
        "The problem was mended, or what it was found in has another name now. Left where it is, it would hide the "
        "next problem of that kind, which nobody has looked at.",
        bad=Configured(_SUPPRESSION, app(workflow("Greet", step("aB3", to("cD4")), step("cD4")))),
        good=Configured(_SUPPRESSION, app(workflow("Greet", step("aB3"), step("cD4")))),
    ),
)
