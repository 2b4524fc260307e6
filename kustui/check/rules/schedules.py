"""What schedule calls schedule."""

from __future__ import annotations

from collections.abc import Iterator

from kustui.check.closest import hint_of
from kustui.check.problems import Severity
from kustui.check.subjects import Finding, Rule, Subject


def _unknown_workflow(subject: Subject) -> Iterator[Finding]:
    known = subject.collection.by_id
    in_app = subject.document.app_extent is not None
    for call in subject.calls:
        if call.workflow_id is not None and call.workflow_id not in known:
            yield Finding(
                f"{call.pointer}/params/workflowId",
                f'schedules workflow "{call.workflow_id}", and no workflow opened here has that id',
                hint_of(call.workflow_id, known, "ids"),
                call.step,
                severity=Severity.ERROR if in_app else Severity.WARNING,
            )


UNKNOWN_WORKFLOW = Rule(
    "unknown-workflow",
    Severity.ERROR,
    "a schedule call names a workflow that is not in the collection",
    _unknown_workflow,
)
