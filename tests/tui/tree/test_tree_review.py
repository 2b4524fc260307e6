"""The tree of two states: whatever changed has a row, is marked, and can be gone to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kustui.review.comparison import Comparison, read_state
from kustui.review.states import State
from kustui.tui.tree.places import drawn, link_of
from kustui.tui.tree.tree_review import TreeReview
from kustui.tui.tree.tree_rows import TreeRows
from kustui.tui.tree.tree_state import TreeState
from tests.support.flows import step, workflow

Files = Mapping[str, list[dict[str, Any]]]


@st.composite
def workflows(draw: st.DrawFn, name: str) -> dict[str, Any]:
    ids = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    targets = st.lists(st.sampled_from(ids), max_size=2).map(" ".join)
    steps = [step(id_, draw(targets), params={"body": draw(st.sampled_from("xy"))}) for id_ in ids]
    return {**workflow(draw(st.sampled_from(ids)), *steps), "id": name, "name": name}


@st.composite
def files(draw: st.DrawFn) -> Files:
    paths = draw(st.lists(st.sampled_from(["one.json", "two.json"]), min_size=1, unique=True))
    names = {path: draw(st.lists(st.sampled_from("uvw"), max_size=2, unique=True)) for path in paths}
    return {path: [draw(workflows(f"{path[0]}{name}")) for name in its_names] for path, its_names in names.items()}


def state_of(files: Files) -> State:
    texts = {path: json.dumps({"app": "a", "version": "1.0.0", "title": "A", "workflows": each}).encode()
             for path, each in files.items()}  # fmt: skip
    return State("before", ("one.json", "two.json"), texts)


@given(files(), files())
def test_every_change_has_a_row_that_is_marked(old: Files, new: Files) -> None:
    old_state, new_state = state_of(old), state_of(new)
    snapshot = read_state(new_state)
    review = TreeReview(Comparison(old_state, new_state, read_state(old_state, like=snapshot.collection), snapshot))
    review.work_out()
    tree = TreeState(snapshot)
    tree.show_review(review)
    for change in review.changes:
        index = tree.reveal(change.key)
        assert index is not None
        node = tree.nodes[index]
        assert node.key == change.key
        assert (change.mark == "removed") == node.removed
        assert review.mark(node, snapshot, tree.expanded) == change.mark
        assert review.place(node.key) == review.place(change.key)
    assert [change.key for change in review.changes] == sorted(
        (change.key for change in review.changes), key=lambda key: tree.index(key) or 0
    ), "in the order of the rows"
    for index, node in enumerate(tree.nodes):
        assert TreeRows(tree).row(index).line
        link_of(tree, node)
        if node.entry is not None:
            analysis, marks = drawn(tree, node)
            assert set(marks.nodes) <= {"1", *analysis.flow.steps}
    tree.show_review(None)
    assert not any(node.removed for node in tree.nodes)


@given(files())
def test_nothing_is_marked_where_nothing_changed(same: Files) -> None:
    state = state_of(same)
    snapshot = read_state(state)
    review = TreeReview(Comparison(state, state, read_state(state, like=snapshot.collection), snapshot))
    assert not review.changes
    tree = TreeState(snapshot)
    before = [node.key for node in tree.nodes]
    tree.show_review(review)
    assert [node.key for node in tree.nodes] == before
