"""What is said of the links of a chain."""

from __future__ import annotations

from kustui.check.rule import app, called, schedule, to
from kustui.diagrams.chain_lines import ChainLines, chain_rows
from tests.benchmarks.growth import counted
from tests.benchmarks.shapes import SHAPES
from tests.support.trees import snapshot_of


def test_what_is_wrong_with_a_call_takes_no_longer_to_find_where_more_is_wrong() -> None:
    def work(count: int) -> int:
        snapshot = snapshot_of(SHAPES["missing_inputs"].bytes_of(count))
        assert snapshot.schedules is not None
        lines, calls = ChainLines.of(snapshot), snapshot.schedules.calls
        problems = [lines.problems(call) for call in calls]
        assert all(problems)
        assert all(one.pointer.startswith(call.pointer) for call, of in zip(calls, problems, strict=True) for one in of)
        return counted(lambda: [ChainLines.of(snapshot).problems(calls[-1]), *map(lines.problems, calls)])

    assert work(80) < 6 * work(20)


def test_the_branches_to_what_follows_go_on_beside_the_problems_of_a_link() -> None:
    steps = [
        schedule("aB3", "b", to("cD4"), inputs={"x": 1}),
        schedule("cD4", "b"),
        schedule("eF5", "c", inputs={"x": 1}),
    ]
    middle, last = called("Middle", "b", steps[2]), called("Last", "c")
    snapshot = snapshot_of(app(called("First", "a", *steps[:2]), middle, last))
    assert snapshot.schedules is not None
    rows = chain_rows(ChainLines.of(snapshot), snapshot.schedules, snapshot.collection.entries[0].key, 9, 30)
    texts = ["".join(text for text, _ in chain_row.row.line) for chain_row in rows]
    assert texts[1:7] == [
        "├─ after 60 min ⇒ Middle  with x",
        '│  ▲ "Middle" has no input "x"',
        "│  └─ after 60 min ⇒ Last  with x",
        '│     ▲ "Last" has no input',
        '│       "x"',
        "└─ after 60 min ⇒ Middle as above",
    ]
