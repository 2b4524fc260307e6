"""The keys of the tree's nodes, and those that they have after a change."""

from __future__ import annotations

import pytest

from kustui.definition.platform import TRIGGER_ID
from kustui.tui.tree.nodes import Moves
from kustui.tui.widgets.rows import node_key
from kustui.workspace.difference import difference
from tests.support.flows import step, workflow
from tests.support.trees import read


@pytest.mark.parametrize(("before", "now"), [(TRIGGER_ID, "first"), ("first", TRIGGER_ID)])
def test_the_trigger_is_no_step_that_has_its_id_by_mistake(before: str, now: str) -> None:
    old, new = (read(workflow("b", step("b"), step(id_, name="Tag"))) for id_ in (before, now))
    changed = difference(old, new)
    assert now in changed.steps.values()
    keys = [node_key(old.collection.entries[0], node) for node in (TRIGGER_ID, before)]
    assert [*map(Moves(changed).key, keys)] == keys
