"""The analyses of the workflows that somebody has opened."""

from __future__ import annotations

from functools import lru_cache, partial

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Entry

_MOST_KEPT = 512
"""How many analyses are kept, each some eight times the size of its text: more than a person opens."""


class AnalysisCache:
    """The analyses of the opened workflows of a collection, shared by all who need them.

    The last ones that were asked for are kept. Who looks at all workflows once makes their own and keeps none.
    """

    def __init__(self, collection: Collection, settings: Settings | None = None) -> None:
        self.collection = collection
        self.settings = settings or Settings()
        make = partial(WorkflowAnalysis, collection, settings=self.settings)
        self._kept = lru_cache(maxsize=_MOST_KEPT)(make)

    def of(self, entry: Entry) -> WorkflowAnalysis:
        return self._kept(entry)
