"""Lines that are kept in little memory: none is lost, and those that contain a word are found."""

from __future__ import annotations

from array import array
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from kustui.search.index_lines import LineBlock, LineKind, WorkflowLines
from kustui.search.line_store import LineStore
from kustui.search.segment import SEARCHED, Segment, SegmentStarts
from kustui.search.step_set import StepSet
from kustui.text.styled_lines import lowered

_NUMBERS = 3
"""Of each workflow: itself and two steps."""

Lines = list[tuple[str, int]]

_TEXTS = st.text("aAbB \t“”éÉſßẞİŉK\N{GRINNING FACE}", max_size=6)
_WORKFLOWS = st.lists(
    st.lists(st.lists(st.tuples(_TEXTS, st.integers(0, 2)), max_size=12), min_size=1, max_size=3),
    min_size=1,
    max_size=4,
)


def _lines_of_kinds(lines: list[Lines]) -> dict[LineKind, Lines]:
    by_kind = {kind: lines[number % len(lines)] for number, kind in enumerate(LineKind)}
    return by_kind | {LineKind.STEP: [("One\t1", 1), ("two\t2", 2)]}


def _packed(by_kind: dict[LineKind, Lines]) -> WorkflowLines:
    blocks = {
        kind: LineBlock("\n".join(text for text, _ in lines), array("L", (step for _, step in lines)))
        for kind, lines in by_kind.items()
    }
    return WorkflowLines(blocks)


@given(_WORKFLOWS, st.lists(st.integers(0, 3), max_size=2))
@example([[[("İA", 1), ("ŉ K", 0)] * 9]] * 3, [1])
@example([[[("aA B", 1), ("Kb", 0)] * 9]] * 3, [1])
def test_lines_are_those_that_came_and_are_found_by_what_is_in_them(
    workflows: list[list[Lines]], cuts: list[int]
) -> None:
    written = [*map(_lines_of_kinds, workflows)]
    came = [*map(_packed, written)]
    segments = [Segment(came[start:end]) for start, end in pairwise((0, *sorted(cuts), len(came)))]
    assert [segment.lines_of(number) for segment in segments for number in range(len(segment))] == came
    for kind in LineKind:
        store = LineStore(kind, segments, SegmentStarts.of(segments))
        lines = [(number, *line) for number, by_kind in enumerate(written) for line in by_kind[kind]]
        steps = [_NUMBERS * workflow + step for workflow, _, step in lines]
        everything = range(len(lines))
        assert len(store) == len(lines)
        assert [store.text(line) for line in everything] == [text for _, text, _ in lines]
        assert [store.step_of(line) for line in everything] == steps
        assert [line for number in range(len(came)) for line in store.lines_of(number)] == [*everything]
        for word in ("a", "b a", "é", "ß"):
            holding = [line for line, (_, text, _) in enumerate(lines) if word in lowered(text)]
            found = store.steps_where(lambda text, word=word: word in text)  # type: ignore[misc]
            assert [*found] == [steps[line] for line in holding]
            if kind in SEARCHED:
                assert [*store.containing(word)] == holding
            else:
                by_text = store.lines_by_text()
                assert sorted(line for text in by_text if word in lowered(text) for line in by_text[text]) == holding


@given(st.sets(st.integers(0, 20)), st.sets(st.integers(0, 20)))
def test_a_set_of_steps_is_a_set(one: set[int], other: set[int]) -> None:
    first, second = StepSet.of(one, 21), StepSet.of(other, 21)
    assert [*first] == sorted(one)
    assert len(first) == len(one)
    assert [number in first for number in range(21)] == [number in one for number in range(21)]
    assert {*first & second} == one & other
    assert {*first - second} == one - other
    assert first.is_everything == (len(one) == 21)
    assert StepSet.everything(21).is_everything
