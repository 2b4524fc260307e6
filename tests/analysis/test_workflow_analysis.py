"""The analysis of a workflow as a whole."""

from __future__ import annotations

import weakref

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.rule import called, schedule, step, to
from kustui.check.rules import RULES
from kustui.definition.collection import Collection
from kustui.garbage_collection import gc_paused
from tests.support.definitions import document_of

ID = "5f8e148232731d0015c14657"


def test_an_analysis_is_freed_at_once_as_many_are_made_without_garbage_collection() -> None:
    collection = Collection((document_of(called("Remind", ID, step("aB3", to("cD4")), schedule("cD4", ID))),))
    (entry,) = collection.entries
    analysis = WorkflowAnalysis(collection, entry)
    with gc_paused(freeze=False):
        for rule in RULES.values():
            assert rule.check_workflow is None or not list(rule.check_workflow(analysis))
        analysis.summary()
        flow = weakref.ref(analysis.flow)
        del analysis
        assert flow() is None
