"""What is wrong between workflows, while other processes look for rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from kustui.check.checker import check, check_between, check_workflows
from kustui.check.rule import Rule, Violations, app, called, schedule, workflow
from kustui.check.rules import RULES
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection
from tests.support.definitions import document_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pytest

    from kustui.analysis.collection_analysis import CollectionAnalysis
    from kustui.analysis.rings import Spread


def test_all_rules_that_ask_for_no_rings_are_checked_while_others_look_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rings = [called(f"Ring {id_}", id_, schedule("s", id_)) for id_ in ("aB3", "cD4")]
    collection = Collection((document_of(app(*rings, workflow("Lost", schedule("t", "eF5")))),))
    alone = check(collection)[1]
    between = {name: rule for name, rule in RULES.items() if rule.check_collection is not None}
    checked: list[str] = []
    meanwhile: list[str] = []

    def noted(rule: Rule) -> Callable[[CollectionAnalysis], Violations]:
        def check_collection(analysis: CollectionAnalysis) -> Violations:
            checked.append(rule.name)
            assert rule.check_collection is not None
            yield from rule.check_collection(analysis)

        return check_collection

    def spread_beside(do_meanwhile: Callable[[], object]) -> Spread:
        def spread(work: Callable[[Sequence[Any]], Iterable[Any]], parts: Sequence[Any], /) -> Iterable[Any]:
            before = len(checked)
            do_meanwhile()
            meanwhile.extend(checked[before:])
            return work(parts)

        return spread

    for name, rule in between.items():
        monkeypatch.setitem(RULES, name, replace(rule, check_collection=noted(rule)))
    results = check_workflows(collection, Settings())
    found = check_between(collection, results, Settings(), spread_beside)[1]
    assert meanwhile == [name for name, rule in between.items() if not rule.of_rings]
    assert sorted(checked) == sorted(between), "each once"
    assert {"unknown-workflow", "endless-schedule"} <= {problem.rule for problem in found}
    assert {problem for problem in alone if problem.rule in between} == set(found)
