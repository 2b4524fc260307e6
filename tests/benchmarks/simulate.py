"""A step of a rehearsal beside a deep copy of the data it works on, and a ring of schedules that never ends.

python -m tests.benchmarks.simulate [--steps 100000] [--rounds 7]
"""

from __future__ import annotations

import argparse
import copy
import json
import resource
import time
from typing import Any

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check.rule import app, called, schedule, step, to, when
from kustui.definition.collection import Collection, read_document
from kustui.simulate.engine.engine import ExecuteStep, SetOutput, StartEvent, advance
from kustui.simulate.engine.state import State, initial_state
from kustui.simulate.organisation import Organisation
from tests.benchmarks.measure import in_turns, table

ID = "5f8e148232731d0015c14657"
STEPS = 40
OUTPUT = {
    "id": "5f1b0c5e7a3d2c0019c0ffee", "status": "open", "tags": ["vip", "late"], "subject": "Where is my parcel?",
    "custom": {f"field{index}Str": f"value {index}" for index in range(12)},
    "assignedUsers": ["5f1b0c5e7a3d2c0019beef01"], "createdAt": "2026-01-05T09:00:00.000Z",
}  # fmt: skip
"""What an action answers: a conversation with its custom fields."""


def organisation(*workflows: Any) -> Organisation:
    return Organisation(AnalysisCache(Collection((read_document("app.json", json.dumps(app(*workflows)).encode()),))))


def long_workflow() -> Organisation:
    """One of 40 steps, each with params of every form and two ways, the second of which is taken."""
    steps = []
    for index in range(STEPS):
        before = f"steps.s{index - 1}" if index else "steps.1"
        params = {
            "id": f"/#{before}.id",
            "body": f"Hello {{{{{{{before}.subject}}}}}}, it is {{{{dateFormat {before}.createdAt format='LL'}}}}",
            "custom": {"a": f"/#{before}.custom.field3Str", "b": index, "c": "text"},
        }
        edges = [to(f"s{index + 1}", when("eq", f"/#steps.s{index}.status", "done"))]
        if index < STEPS - 1:
            found = when("contains", f"/#steps.s{index}.tags", "vip")
            edges.append(to(f"s{index + 1}", when("and", found, when("exists", "/#steps.1.id"))))
        steps.append(step(f"s{index}", *edges, params=params))
    return organisation(called("Long", ID, *steps))


def one_step() -> tuple[float, float]:
    """Seconds of an average step of a run of 40, and of a deep copy of the data that the run has in the end."""
    stage = _LONG
    state = advance(initial_state(stage), StartEvent(OUTPUT, key=stage.collection.entries[0].key))
    state = advance(advance(advance(state, ExecuteStep()), ExecuteStep()), ExecuteStep())
    began = time.perf_counter()
    while state.run is not None:
        state = advance(advance(state, SetOutput(OUTPUT)), ExecuteStep())
    took = time.perf_counter() - began
    assert state.last_run is not None
    assert len([*state.last_run.visited]) == STEPS + 1, state.last
    own = copy.deepcopy(dict(state.last_run.data))  # outputs of their own, as a run has them
    own["steps"] = {key: copy.deepcopy(value) for key, value in own["steps"].items()}
    began = time.perf_counter()
    copy.deepcopy(own)
    return took / STEPS, time.perf_counter() - began


def ring(steps: int) -> tuple[float, float, State]:
    """Seconds, and megabytes that the process grew by, of so many steps of a workflow that schedules itself."""
    stage = organisation(
        called(
            "Ring",
            ID,
            step(
                "m",
                to("s"),
                action="kustomer.regex-match.generic",
                params={"testString": "{{math steps.1.n '+' 1}}", "regex": r"\d+"},
            ),
            schedule("s", ID, inputs={"n": "/#fn:parseInt,steps.m.match"}, runAt={"type": "relative", "value": 1}),
        )
    )
    state = advance(initial_state(stage), StartEvent({"n": 1}, key=stage.collection.entries[0].key))
    before = _megabytes()
    began = time.perf_counter()
    while len(state.trace) < steps:
        state = advance(state, ExecuteStep())
    return time.perf_counter() - began, _megabytes() - before, state


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_LONG = long_workflow()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    (seconds, copied) = in_turns({"step": one_step}, options.rounds)["step"]
    table(
        ("", "µs", "to the copy"),
        [
            (f"a deep copy of the data of a run of {STEPS} steps", copied * 1e6, 1.0),
            ("a step of it, its output given", seconds * 1e6, seconds / copied),
        ],
    )
    rows = []
    for count in (options.steps // 10, options.steps):
        took, grown, state = ring(count)
        kept = len(list(state.trace))
        rows.append((f"{count:,} steps of a ring", took, count / took, grown, kept))
    table(("", "s", "steps a second", "MB grown", "entries kept"), rows)


if __name__ == "__main__":
    main()
