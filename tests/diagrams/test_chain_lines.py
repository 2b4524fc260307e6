"""What is said of the links of a chain."""

from __future__ import annotations

from kustui.diagrams.chain_lines import ChainLines
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
