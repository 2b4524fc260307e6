"""The analyses of the workflows that somebody has opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache, partial

from kustui.analysis.schedules import ids_named_in
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, Entry
from kustui.groups import grouped

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

    def is_called(self, id_: str) -> bool:
        """Whether a workflow schedules an id."""
        return any(id_ in self.of(entry).called_ids for entry in self._by_named_id.get(id_, ()))

    @cached_property
    def _by_named_id(self) -> Mapping[str, Sequence[Entry]]:
        """The workflows by the ids that their texts have, whatever for."""
        return grouped((id_, entry) for entry in self.collection.entries for id_ in ids_named_in(entry.text()))
