"""The tree as a value: which nodes there are, which are open, filtered or marked as changed. No screen in here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kustui.check.problems import Problem
from kustui.definition.collection import Document, Entry
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import is_inside
from kustui.definition.source.source import UNKNOWN_KEY
from kustui.tui.tree.nodes import (
    Kind,
    Moves,
    Node,
    change_signs,
    duplicate_name,
    edge_name,
    file_faults,
    key_inside,
    number_of,
)
from kustui.tui.widgets.rows import NodeKey, part_name, workflow_key
from kustui.workspace.snapshot import Snapshot

if TYPE_CHECKING:  # not before the first paint
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.config.check_settings import Settings
    from kustui.review.merged_flow import MergedWorkflow
    from kustui.search.step_texts import Matches, StepTexts
    from kustui.tui.tree.tree_review import TreeReview
    from kustui.workspace.difference import Difference


_MOST_NARROWED = 15
"""Workflows that a filter opens at the steps that match; the others say how many there are."""
_SMALL = 4_000_000
"""Bytes whose steps are read at once for a filter; of more, in the background."""


class TreeState:
    """The nodes of a snapshot that are visible, and what changes which they are."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.expanded: set[NodeKey] = {(document.path,) for document in snapshot.collection.documents}
        self.changed: dict[NodeKey, str] = {}
        """The nodes that have changed since somebody looked at them, each with its sign."""
        self.matches: Matches | None = None
        """What the filter leaves; None without one."""
        self._narrowed: set[NodeKey] = set()
        """The workflows of which the steps that match are visible, and no others."""
        self._unfiltered: frozenset[NodeKey] = frozenset()
        """What was open before there was a filter."""
        self._texts: StepTexts | None = None
        """What a filter searches; None until there was one."""
        self.review: TreeReview | None = None
        """What changed since another state of the files, where that is shown."""
        self.failing: Mapping[NodeKey, int] = {}
        """How many scenarios fail at or below a node."""
        self.snapshot = snapshot
        self.nodes: list[Node] = []
        self.revision = 0
        """Another number whenever a row may say something else."""
        self._documents: dict[Document, int] = {}
        self._paths: dict[str, int] = {}
        self.take(snapshot)

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Show another snapshot. What is open stays open, under whatever name it has now; what is different is marked
        until somebody has looked at it."""
        if difference is not None:
            moved = Moves(difference).key
            self.expanded = set(map(moved, self.expanded))
            self._unfiltered = frozenset(map(moved, self._unfiltered))
            changed = {moved(key): sign for key, sign in self.changed.items()} | dict(change_signs(difference))
            before = {document.path for document in self.snapshot.collection.documents}
            now = {document.path for document in snapshot.collection.documents}
            workflows = snapshot.collection.by_key
            self.changed = {
                key: sign for key, sign in changed.items() if (key[1] in workflows if len(key) > 1 else key[0] in now)
            }
            self.expanded = {key for key in self.expanded if len(key) > 1 or key[0] in now}
            self.expanded |= {(path,) for path in now - before}
        self._number_documents(snapshot)
        self.snapshot = snapshot
        if self.matches is not None:
            self.set_filter(self.filter)
        else:
            self._rebuild()

    def _number_documents(self, snapshot: Snapshot) -> None:
        documents = snapshot.collection.documents
        self._paths = {document.path: index for index, document in enumerate(documents)}
        self._documents = {document: index for index, document in enumerate(documents)}
        self._documents |= {one.broken: index for index, one in enumerate(documents) if one.broken is not None}

    @property
    def first_workflow(self) -> int:
        """The row of the first workflow; the first row where there is none."""
        return next((index for index, node in enumerate(self.nodes) if node.kind is Kind.WORKFLOW), 0)

    @property
    def settings(self) -> Settings:
        """What the snapshot was checked with; the defaults until it is."""
        from kustui.config.check_settings import Settings  # not before the first paint

        return self.snapshot.settings or Settings()

    def entry_of(self, key: NodeKey) -> Entry | None:
        """The workflow that a node is, or is a part of, as it is now; None where it is gone, and for a file."""
        return self.snapshot.collection.by_key.get(key[1]) if len(key) > 1 else None

    def analysis(self, entry: Entry) -> WorkflowAnalysis:
        """The analysis of a workflow of the snapshot, or of one that is gone."""
        if self.review is not None and self.review.is_gone(entry, self.snapshot):
            return self.review.comparison.old_analysis(entry)
        return self.snapshot.analyses.of(entry)

    def show_review(self, review: TreeReview | None) -> None:
        """Mark what changed since another state of the files, or no longer."""
        self.review = review
        self._rebuild()

    def show_failing(self, failing: Mapping[NodeKey, int]) -> bool:
        """Mark the nodes at which so many scenarios fail; whether they are others than before."""
        if are_others := self.failing != failing:
            self.failing = failing
            self.revision += 1
        return are_others

    def merged(self, node: Node) -> MergedWorkflow | None:
        """The flow of both states of the workflow that a node is, or is a part of, where a review has two."""
        return self.review.merged_of(node, self.snapshot) if self.review is not None else None

    def problems(self, node: Node) -> tuple[Problem, ...]:
        """What is wrong at or below a node, as far as it was checked."""
        if node.removed:
            return ()
        if node.entry is None:
            broken = self.snapshot.by_document.get(node.document.broken, ()) if node.document.broken else ()
            return (*broken, *self.snapshot.by_document.get(node.document, ()))
        problems = self.snapshot.by_entry.get(node.entry.key, ())
        return tuple(problem for problem in problems if is_inside(problem.pointer, node.pointer)) if problems else ()

    # Which nodes are visible

    def _rebuild(self) -> None:
        self.nodes = [node for root in self._roots() for node in self._with_open(root)]
        self.revision += 1

    def _with_open(self, node: Node) -> Iterator[Node]:
        yield node
        if self.shows_children(node):
            for child in self._children(node):
                if child.kind is Kind.WORKFLOW and not self.shows_children(child):
                    yield child  # as most are: quicker than by calling itself
                else:
                    yield from self._with_open(child)
        elif node.kind is Kind.STEP:
            yield from (child for child in self._children(node) if child.kind is Kind.SCHEDULE)

    def shows_children(self, node: Node) -> bool:
        """Whether what is below a node is visible: it is open, or a file whose workflows are filtered."""
        is_filtered = self.matches is not None and (node.kind is Kind.DOCUMENT or node.key in self._narrowed)
        return is_filtered or node.key in self.expanded

    def _roots(self) -> Iterator[Node]:
        for document in self.snapshot.collection.documents:
            if document.is_one_workflow:
                yield from self._workflows(document, 0)
                continue
            parts = (document.entries, document.faults, document.broken, document.apps)
            is_left = self.matches is None or any(map(self._is_left, document.entries))
            if is_left and (any(parts) or any(self._removed_in(document))):
                yield Node(Kind.DOCUMENT, (document.path,), 0, document, document.pointer, opens=True)
        if self.review is not None and self.matches is None:
            yield from self.review.removed_roots(self._paths)

    def _workflows(self, document: Document, depth: int) -> Iterator[Node]:
        for entry in document.entries if document.path in self._paths else ():
            if self._is_left(entry):
                yield Node(Kind.WORKFLOW, workflow_key(entry), depth, document, entry.item.pointer, entry, opens=True)
        yield from self._removed_in(document, depth)

    def _removed_in(self, document: Document, depth: int = 0) -> Iterator[Node]:
        """The workflows of a file that are gone, while there is no filter."""
        if self.review is not None and self.matches is None:
            yield from self.review.removed_workflows(document.path, depth, self.snapshot)

    def _is_left(self, entry: Entry) -> bool:
        """Whether the filter leaves a workflow."""
        return self.matches is None or entry.key in self.matches.workflows

    def _children(self, node: Node) -> Iterator[Node]:
        match node.kind:
            case Kind.DOCUMENT:
                faults = file_faults(node.document, is_checked=self.snapshot.is_checked)
                for index, (document, fault) in enumerate(faults):
                    child = node.child(f"fault {index}", Kind.FAULT, fault.pointer, fault)
                    yield replace(child, document=document)
                yield from self._workflows(node.document, node.depth + 1)
            case Kind.WORKFLOW if node.key in self._narrowed and node.key not in self.expanded:
                yield from (child for child in self._parts(node) if self.is_match(child))
            case Kind.WORKFLOW:
                yield from self._parts(node)
            case Kind.STEP | Kind.TRIGGER:
                yield from self._edges(node)
            case _:
                pass

    def _parts(self, node: Node) -> Iterator[Node]:
        assert node.entry is not None
        analysis = self.analysis(node.entry)
        flow = analysis.flow
        for index, fault in enumerate(analysis.parsed.judged_faults):
            if fault.rule == UNKNOWN_KEY:
                continue  # what has the key is there, and marked
            yield node.child(f"fault {index}", Kind.FAULT, fault.pointer, fault)
        if (trigger := analysis.workflow.trigger) is not None:
            name, opens = part_name(TRIGGER_ID), bool(trigger.transitions)
            yield node.child(name, Kind.TRIGGER, trigger.pointer, trigger, opens=opens)
        merged = self.merged(node)
        for step in flow.order if merged is None or node.removed else merged.flow.order:
            opens = bool(step.transitions or step.error_cases)  # whom it schedules is shown anyway
            if (now := flow.steps.get(step.id)) is not None:
                yield node.child(part_name(step.id), Kind.STEP, now.pointer, now, opens=opens)
            elif self.review is not None and merged is not None:
                yield self.review.removed_step(node, merged, step.id, opens=opens)
        for step in flow.duplicates:
            yield node.child(duplicate_name(step), Kind.STEP, step.pointer, step)

    def _edges(self, node: Node) -> Iterator[Node]:
        assert node.entry is not None
        analysis = self.analysis(node.entry)
        id_ = TRIGGER_ID if node.kind is Kind.TRIGGER else node.part.id  # type: ignore[union-attr]
        for call in analysis.calls:
            if call.pointer == node.pointer:
                yield node.child("schedule", Kind.SCHEDULE, f"{call.pointer}/params", call)
        for index, edge in enumerate(analysis.flow.declared_edges.get(id_, ())):
            yield node.child(edge_name(index), Kind.EDGE, edge.transition.pointer, edge)
        if self.review is not None and not node.removed and (merged := self.merged(node)) is not None:
            yield from self.review.removed_edges(node, merged, id_)

    # Opening, closing, finding

    def open(self, index: int) -> None:
        node = self.nodes[index]
        if node.opens and node.key not in self.expanded:
            self.expanded.add(node.key)
            self._rebuild_below(index)

    def close(self, index: int) -> None:
        if self.is_open(index):
            self.expanded.discard(self.nodes[index].key)
            self._narrowed.discard(self.nodes[index].key)
            self._rebuild_below(index)

    def is_open(self, index: int) -> bool:
        key = self.nodes[index].key
        return key in self.expanded or key in self._narrowed

    def open_all(self, index: int) -> None:
        """Open a node and everything below it; of a file, its workflows but not their steps."""
        top = self.nodes[index]
        self.expanded.add(top.key)
        if top.kind is not Kind.DOCUMENT:
            self.expanded |= {child.key for child in self._children(top) if child.opens}
        self._rebuild_below(index)

    def close_all(self) -> None:
        """Close everything but the files."""
        self.expanded = {(document.path,) for document in self.snapshot.collection.documents}
        self._rebuild()

    def _rebuild_below(self, index: int) -> None:
        depth, end = self.nodes[index].depth, index + 1
        while end < len(self.nodes) and self.nodes[end].depth > depth:
            end += 1
        self.nodes[index:end] = self._with_open(self.nodes[index])
        self.revision += 1

    def parent(self, index: int) -> int:
        """The row that a row stands below; at the top, the row itself."""
        depth = self.nodes[index].depth
        above = index
        while above > 0 and self.nodes[above].depth >= depth and depth:
            above -= 1
        return above

    def index(self, key: NodeKey) -> int | None:
        """The row of a node, or None where it is not visible."""
        return next((index for index, node in enumerate(self.nodes) if node.key == key), None)

    def reveal(self, key: NodeKey) -> int | None:
        """Open everything that a node stands below; its row, that of its nearest parent that exists, or None."""
        if (index := self.index(key)) is not None:
            return index
        self.expanded |= {key[:size] for size in range(1, len(key))}
        self._rebuild()
        rows = (self.index(key[:size]) for size in range(len(key), 0, -1))
        return next((row for row in rows if row is not None), None)

    # The filter

    @property
    def filter(self) -> str:
        """The words that workflows and steps are filtered by; empty without a filter."""
        return self.matches.words if self.matches is not None else ""

    def set_filter(self, text: str) -> None:
        """Leave only the workflows and steps that hold every word of a text, the first of them open."""
        if self.matches is None:
            self._unfiltered = frozenset(self.expanded)
            self.expanded = {key for key in self.expanded if len(key) == 1}
        self.matches = self.search(text.strip())
        keys = (workflow_key(self.snapshot.collection.by_key[key]) for key in self.matches.steps)
        self._narrowed = set(islice(keys, _MOST_NARROWED))
        self._rebuild()

    def search(self, text: str) -> Matches:
        """What holds every word of a text; of a large collection, steps as far as they were read."""
        from kustui.search.step_texts import StepTexts  # not before the first paint

        if self._texts is None or self._texts.collection is not self.snapshot.collection:
            self._texts = StepTexts(self.snapshot.collection, self._texts, self.settings.relative_unit_minutes)
        if sum(entry.size for entry in self._texts.missing) <= _SMALL:
            self._texts.read()
        return self._texts.matches(text)

    def end_filter(self, expanded: Collection[NodeKey]) -> None:
        """Show everything again, with these nodes open."""
        self.matches = None
        self.expanded = set(expanded)
        self._rebuild()

    @property
    def opened(self) -> frozenset[NodeKey]:
        """What is open, the filter aside."""
        return self._unfiltered | self.expanded if self.matches is not None else frozenset(self.expanded)

    @property
    def unread(self) -> StepTexts | None:
        """What the filter is yet to be given, in the background: the steps of a large collection."""
        return self._texts if self.matches is not None and self._texts is not None and self._texts.missing else None

    def is_match(self, node: Node) -> bool:
        """Whether the filter is for a workflow or step itself."""
        if self.matches is None or node.entry is None:
            return False
        if node.kind is Kind.WORKFLOW:
            return self.matches.workflows.get(node.entry.key, False)
        numbers = self.matches.steps.get(node.entry.key, ())
        return node.kind is Kind.STEP and number_of(node.pointer) in numbers

    def matching_steps(self, node: Node) -> int:
        """How many steps of a workflow the filter is for."""
        return len(self.matches.steps.get(node.entry.key, ())) if self.matches is not None and node.entry else 0

    @property
    def first_match(self) -> int:
        """The row of the first workflow that the filter is for, else of the first step."""
        rows = [index for index, node in enumerate(self.nodes) if self.is_match(node)]
        workflows = (index for index in rows if self.nodes[index].kind is Kind.WORKFLOW)
        return next(workflows, rows[0] if rows else self.first_workflow)

    def look_at(self, key: NodeKey) -> bool:
        """Mark a node as changed no more; whether it was."""
        if self.changed.pop(key, None) is None:
            return False
        self.revision += 1
        return True

    def look_at_all(self) -> None:
        """Mark nothing as changed."""
        self.changed.clear()
        self.revision += 1

    # Where something is in the tree

    def place_of(self, document: Document) -> int:
        """Which of the files it is, counted from 0; one that is gone comes last."""
        return self._documents.get(document, self._paths.get(document.path, len(self._documents)))

    def holds(self, document: Document) -> bool:
        """Whether a file is one of those that are shown; a configuration file is not."""
        return document in self._documents

    def key_at(self, document: Document, pointer: str) -> NodeKey:
        """The node that a pointer leads to."""
        entry = document.entry_at(pointer)
        if entry is None:
            current = self.snapshot.collection.documents[self._documents[document]]
            unreadable = current is not document or (document.shape is Shape.BROKEN and document.faults)
            return (document.path, "fault 0") if unreadable else (document.path,)
        return key_inside(entry, self.analysis(entry), pointer)
