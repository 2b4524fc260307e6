"""Where transitions and error cases lead."""

from __future__ import annotations

from collections.abc import Iterator

from kustui.check.closest import hint_of
from kustui.check.problems import Severity
from kustui.check.subjects import Finding, Rule, Subject


def _unknown_target(subject: Subject) -> Iterator[Finding]:
    for way in subject.flow.lost:
        kind = "error case" if way.after_failure else "transition"
        yield Finding(
            f"{way.transition.pointer}/target",
            f'the {kind} leads to "{way.target}", and there is no such step',
            hint_of(way.target, subject.flow.steps, "steps of this workflow"),
            way.source,
        )


UNKNOWN_TARGET = Rule(
    "unknown-target",
    Severity.ERROR,
    "a transition or error case leads to a step that is not there",
    _unknown_target,
)
