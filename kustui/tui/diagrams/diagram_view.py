"""What the drawings of the selected workflow have in common as panes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from kustui.check.problems import Problem
from kustui.diagrams.glyphs import problem_marks
from kustui.text.styled_lines import Line
from kustui.tui.tree.nodes import Node
from kustui.tui.tree.tree_state import TreeState
from kustui.tui.widgets.rows import NodeKey
from kustui.tui.widgets.rows_view import REST

if TYPE_CHECKING:
    from kustui.analysis.workflow_analysis import WorkflowAnalysis


class NodeSelected(Message):
    """The cursor of a drawing came to rest on a node of the tree, which is to follow."""

    def __init__(self, diagram: DiagramView) -> None:
        super().__init__()
        self.diagram = diagram


class LinkFollowed(Message):
    """Enter in a drawing: to another place, or into the detail of the node that it is on."""

    def __init__(self, key: NodeKey) -> None:
        super().__init__()
        self.key = key
        """Empty for the detail."""


class DiagramView(Widget):
    """A pane that draws what the tree's cursor is on, or is a part of."""

    NAME: ClassVar[str] = ""
    """What the pane is called, with its key."""
    ABOUT: ClassVar[str] = ""
    """What the help says of it."""
    KEYS: ClassVar[tuple[str, ...]] = ()
    """The actions that the line of keys offers in it."""
    stands_apart: ClassVar[bool] = False
    """Whether the titles of other panes leave it out."""
    draws_both_states: ClassVar[bool] = False
    """Whether it draws in a review what is gone too."""

    class Retitled(Message):
        """Its title says something else."""

    zoom: str = ""
    """How large it draws, where it can be told to; kept for the next session."""
    _resting: Timer | None = None
    _key: NodeKey = ()
    """The node of the tree that it was given, or that it sent the tree to."""

    @property
    def title(self) -> str:
        """Its name, with what there is to say of what it shows."""
        return self.NAME

    @property
    def selected_key(self) -> NodeKey:
        """The node of the tree that its cursor is on."""
        raise NotImplementedError

    @property
    def position(self) -> tuple[int, int]:
        """Which of its things the cursor is on, counted from 1, and how many there are; 0 for none."""
        raise NotImplementedError

    @property
    def counted(self) -> str:
        """What its position counts, where that is to be said: ``box``."""
        return ""

    def whole(self) -> Iterator[Line]:
        """Everything that it draws, also what is not in view."""
        raise NotImplementedError

    def show_node(self, tree: TreeState, node: Node) -> None:
        """Show a node of the tree, of this snapshot or another, keeping the place where it is the same one."""
        raise NotImplementedError

    _marked: tuple[WorkflowAnalysis, Sequence[Problem], Mapping[str, Line]] | None = None

    def marks_of(self, tree: TreeState, analysis: WorkflowAnalysis) -> Mapping[str, Line]:
        """What is wrong with the nodes of a workflow, as it stands beside them; the same as before where nothing
        changed, which spares a cursor that moves the work."""
        problems = tree.snapshot.by_entry.get(analysis.key, ())
        if self._marked is None or self._marked[0] is not analysis or self._marked[1] is not problems:
            self._marked = analysis, problems, problem_marks(analysis, problems)
        return self._marked[2]

    def show_zoom(self, zoom: str) -> None:
        """Draw as large as it was told to, if it can be."""

    _worked_out: Any = None
    """What is being worked out, if anything."""

    def work_out(self, subject: object, work: Callable[[], object], done: Callable[[], object]) -> None:
        """Work something out that takes its time, while the keys go on; ``done`` is called unless something else, or
        nothing, is to be shown by then."""
        if self._worked_out != subject:
            self._worked_out = subject
            work_out: Callable[[], Awaitable[None]] = partial(self._work_out, subject, work, done)
            self.run_worker(work_out, group="drawing", description="drawing")

    async def _work_out(self, subject: object, work: Callable[[], object], done: Callable[[], object]) -> None:
        await asyncio.to_thread(work)
        if self._worked_out == subject:
            self._worked_out = None
            done()

    # The tree follows the cursor, and the cursor the tree

    @property
    def is_awaited(self) -> bool:
        """Whether the tree is yet to follow its cursor."""
        return self._resting is not None

    def accept(self, node: Node) -> bool:
        """Remember the node that is to be shown, so that the tree is not sent there again; whether the cursor is to
        follow. It is not where the tree only follows the cursor, or is yet to: the node is where the tree was."""
        if self.has_focus and (node.key == self._key or self.is_awaited):
            return False
        self._key = node.key
        return True

    def follow(self, key: NodeKey) -> None:
        """Go elsewhere, or with an empty key into the detail of what the cursor is on."""
        self.post_message(LinkFollowed(key))

    def moved(self, *, searched: bool = False) -> None:
        """The cursor moved, from a search where it is without the keys: the tree is to follow once it rests."""
        if not (self.has_focus or searched):
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, lambda: self.post_message(NodeSelected(self)))

    def take_moved(self) -> NodeKey:
        """Where the tree is to follow its cursor to, whether or not it rests already; empty where the tree is there."""
        if self._resting is None:
            return ()
        self._resting.stop()
        self._resting = None
        key = self.selected_key
        if key == self._key[: len(key)]:
            return ()
        self._key = key
        return key
