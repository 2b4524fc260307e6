"""A check that looks only at what differs finds the same new and fixed problems as one that looks at everything."""

from __future__ import annotations

import copy
import json
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from kustui.cache import Cache
from kustui.check.problems import fixed_and_new
from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.config.check_settings import Settings
from kustui.definition.collection import Collection, read_document
from kustui.review.changed_check import check_changed
from kustui.review.comparison import check_states
from kustui.review.states import states_of
from kustui.workspace.check_cache import CachedCheck
from kustui.workspace.snapshot import Snapshot, check_snapshot
from tests.support.mutations import MUTATIONS, SOUND, edges

ID, OTHER = "5f8e148232731d0015c14657", "5f8e148232731d0015c14658"


def snapshot(definition: Any, like: Snapshot | None = None) -> Snapshot:
    before = like.collection.documents[0] if like is not None else None
    return Snapshot(Collection((read_document("app.json", json.dumps(definition).encode(), before),)))


def texts(problems: Any) -> list[str]:
    return sorted(f"{problem.rule} {problem.message}" for problem in problems)


def differences(before: Snapshot, now: Snapshot) -> list[list[str]]:
    return [texts(problems) for problems in fixed_and_new(before.problems or (), now.problems or ())]


def in_full(old: Any, new: Any) -> list[list[str]]:
    return differences(check_snapshot(snapshot(old)), check_snapshot(snapshot(new)))


def changed(old: Any, new: Any) -> tuple[Snapshot, Snapshot] | None:
    there = snapshot(new)
    return check_changed(snapshot(old, there), there, Settings())


def other_condition(value: Any, chance: random.Random) -> bool:
    chance.choice(edges(value))["condition"] = when("eq", "/#steps.1.vip", True)
    return True


def other_param(value: Any, chance: random.Random) -> bool:
    chance.choice(chance.choice(value["workflows"])["steps"]).setdefault("params", {})["more"] = "/#steps.gone.x"
    return True


EDITS = st.sampled_from([other_condition, other_param, *MUTATIONS])


@settings(max_examples=150, deadline=None)
@given(SOUND, st.lists(EDITS, min_size=1, max_size=3), st.lists(EDITS, max_size=1), st.integers())
def test_the_same_problems_are_new_and_fixed_as_in_a_full_check(
    sound: Any, edits: list[Any], before: list[Any], seed: int
) -> None:
    old, chance = copy.deepcopy(sound), random.Random(seed)
    for edit in before:  # there is something wrong in the old state, too
        edit(old, chance)
    new = copy.deepcopy(old)
    for edit in edits:
        with suppress(KeyError):  # what an edit asks for was taken away by another
            edit(new, chance)
    note(json.dumps([old, new]))
    if (checked := changed(old, new)) is not None:
        assert differences(*checked) == in_full(old, new)


def two(condition: Any, back: bool = False, remind: str = ID) -> dict[str, Any]:
    """A workflow that schedules another, which may schedule itself."""
    return app(
        workflow("Watch", step("find", to("wait", condition)), schedule("wait", remind)),
        called("Remind", ID, *([schedule("again", ID)] if back else [step("note")])),
    )


OPEN, DONE = when("eq", "/#steps.1.status", "open"), when("eq", "/#steps.1.status", "done")


def test_only_what_differs_is_checked() -> None:
    checked = changed(two(OPEN), two(DONE))
    assert checked is not None
    assert [[*one.results] for one in checked] == [["app.json#Watch"]] * 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (two(OPEN), two(OPEN, back=True)),  # schedules more
        (two(OPEN), {**two(DONE), "dependencies": ["x-^1.0.0"]}),  # around the workflows
        (two(OPEN, remind=OTHER), two(DONE, remind=OTHER)),  # calls what is not there
        (two(OPEN), app(two(DONE)["workflows"][0])),  # a workflow went
        (
            app(called("Loop", ID, step("a", to("b", OPEN)), schedule("b", ID))),
            app(called("Loop", ID, step("a", to("b", DONE)), schedule("b", ID))),
        ),  # in a ring
    ],
)
def test_everything_is_checked_where_others_may_have_other_problems(old: Any, new: Any) -> None:
    assert changed(old, new) is None


def test_scenarios_need_the_problems_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, condition in (("old.json", OPEN), ("new.json", DONE)):
        Path(name).write_text(json.dumps(two(condition)), encoding="utf-8")
    check = CachedCheck(Cache(None), lambda: check_snapshot)
    assert check_states(*states_of(["old.json", "new.json"], None), Settings(), check).new.partly
    start = {"scenario": "x", "start": [{"workflow": "Remind", "payload": {}}]}
    Path("x.scenario.json").write_text(json.dumps(start), encoding="utf-8")
    assert check_states(*states_of(["old.json", "new.json"], None), Settings(), check).new.is_checked
