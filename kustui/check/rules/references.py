"""What references, functions and templates read."""

from __future__ import annotations

from collections.abc import Iterator

from kustui.check.closest import hint_of
from kustui.check.problems import Severity
from kustui.check.subjects import Finding, Rule, Subject


def _unknown_step_reference(subject: Subject) -> Iterator[Finding]:
    flow = subject.flow
    for read in subject.reads:
        for path in read.expression.paths:
            if path.step is not None and flow.node(path.step) is None:
                yield Finding(
                    read.pointer,
                    f'{path.text} reads step "{path.step}", and there is no such step',
                    hint_of(path.step, ("1", *flow.steps), "steps of this workflow"),
                    read.node,
                    (path.start, path.end),
                )


UNKNOWN_STEP_REFERENCE = Rule(
    "unknown-step-reference",
    Severity.ERROR,
    "a reference reads a step that is not there",
    _unknown_step_reference,
)
