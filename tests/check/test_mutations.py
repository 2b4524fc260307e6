"""One mistake in a sound definition gives its rule, and nothing else."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.check.checker import check
from kustui.definition.collection import Collection, read_document
from tests.support.mutations import MUTATIONS, SOUND, Definition, Mutation


def rules_found(value: Definition) -> Counter[tuple[str, str]]:
    return _rules_found(json.dumps(value))


@lru_cache(maxsize=100)  # mutations begin with the same definitions, as the same examples are drawn for each
def _rules_found(text: str) -> Counter[tuple[str, str]]:
    found = check(Collection((read_document("app.json", text.encode()),)))
    return Counter((problem.rule, str(problem.severity)) for problem in found[1])


@given(SOUND)
@settings(max_examples=60, deadline=None)
def test_a_sound_definition_gives_no_error_and_no_warning(value: Definition) -> None:
    assert not [found for found in rules_found(value) if found[1] != "info"]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@given(value=SOUND, chance=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_one_mistake_gives_one_problem(mutation: Mutation, value: Definition, chance: random.Random) -> None:
    before = rules_found(value)
    mutated = json.loads(json.dumps(value))
    if not mutation(mutated, chance):
        return
    added = rules_found(mutated) - before
    assert [rule for rule, _ in added.elements()] == [MUTATIONS[mutation]]
