"""What is looked for among all names of a definition is looked for without going through these again and again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kustui.check.checker import check
from kustui.check.rule import app, called, step
from kustui.definition.collection import Collection, read_document
from kustui.text import messages
from tests.benchmarks.shapes import SHAPES, id_of
from tests.support.rules import problems_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustui.definition.collection import Entry

COUNT = 30


@pytest.mark.parametrize(
    "shape",
    ["unknown_targets", "unknown_references", "many_declarations", "many_dependencies", "many_inputs"],
)
def test_names_are_gone_through_once_for_all_that_are_mistyped(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = SHAPES[shape].make(COUNT)
    looked_up, original = 0, messages.names_of

    def names(given: tuple[str, ...]) -> Any:
        nonlocal looked_up
        looked_up += len(given)
        return original(given)

    monkeypatch.setattr(messages, "names_of", names)
    assert len(problems_in(definition)) >= COUNT
    assert looked_up <= COUNT


def test_the_ids_of_all_workflows_are_not_gone_through_for_each_of_them() -> None:
    definition = app(*(called(f"Workflow {at}", id_of(at), step("s0")) for at in range(COUNT)))
    collection = Collection((read_document("app.json", json.dumps(definition).encode()),))
    passed = 0

    class Ids(dict[str, "Entry"]):
        def __iter__(self) -> Iterator[str]:
            nonlocal passed
            passed += len(self)
            return super().__iter__()

    vars(collection)["by_id"] = Ids(collection.by_id)
    check(collection)
    assert passed <= 5 * COUNT
