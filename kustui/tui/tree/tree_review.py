"""What changed since another state of the files, as the tree and the drawings show it: the nodes that are marked, those
that are gone, and the flow of both states. No screen in here."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import itemgetter

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Document, Entry
from kustui.definition.platform import TRIGGER_ID
from kustui.groups import grouped
from kustui.review.app_changes import app_changes, paired_apps
from kustui.review.comparison import Comparison, WorkflowPair
from kustui.review.merged_flow import MergedWorkflow
from kustui.text.signs import ADDED, CHANGED, REMOVED, mark_of
from kustui.text.styled_lines import Line
from kustui.tui.tree.nodes import Kind, Node, changed_node
from kustui.tui.widgets.rows import NodeKey, node_key, node_of, part_name, workflow_key
from kustui.workspace.difference import Change
from kustui.workspace.snapshot import Snapshot

_MOST_KEPT = 512
"""Flows of both states that are kept: as many as analyses, of which they are made."""
_MOST_READ = 300
"""Workflows that changed of which it is said what changed in them; of more, only that they did."""

Place = tuple[int, int, int]
"""What sorts nodes as they stand in the tree: by file, workflow and step."""


class ReviewedChange(Struct, frozen=True):
    """What changed in a node of the tree, be it gone."""

    key: NodeKey
    mark: str
    """``added``, ``removed`` or ``changed``."""
    noun: str
    name: str
    entry: Entry | None
    """The workflow that it is, or is a part of."""
    sentences: tuple[Line, ...] = ()
    """What changed, in words."""


class TreeReview(Struct, frozen=True, eq=False, dict=True):
    """A comparison of the files with another state of them."""

    comparison: Comparison
    _merged: dict[str, MergedWorkflow] = field(default_factory=dict)
    """The flows that were drawn last, by the key of the workflow."""

    @property
    def name(self) -> str:
        """What the other state is called: ``HEAD~3``."""
        return self.comparison.old_state.name

    def work_out(self) -> None:
        """Work out what is asked for at once, where that is done in the background."""
        _ = self.above, self.texts

    # What is marked

    @property
    def changes(self) -> Sequence[ReviewedChange]:
        """Every change, in the order of the tree."""
        return self._placed[0]

    @property
    def places(self) -> Sequence[Place]:
        """Where they are, in the same order."""
        return self._placed[1]

    @cached_property
    def _placed(self) -> tuple[Sequence[ReviewedChange], Sequence[Place]]:
        # One after the other: the flow that says what changed in a workflow also says where.
        placed = [(change, self.place(change.key)) for change in chain(self._of_files(), self._of_workflows())]
        placed.sort(key=itemgetter(1))
        return [change for change, _ in placed], [place for _, place in placed]

    def _of_files(self) -> Iterator[ReviewedChange]:
        for change in self.comparison.difference.changes:
            if change.noun == "app" or (change.noun == "file" and not self._says_workflows(change)):
                mark = mark_of(change.kind)
                sentences = tuple(self._of_apps(change.path)) if change.noun == "app" else ()
                yield ReviewedChange((change.path,), mark, change.noun, change.name, None, sentences)

    def _says_workflows(self, change: Change) -> bool:
        """Whether a file that came or went is told by its workflows, which did too."""
        document = self._document_at(change.path, is_old=change.kind == REMOVED)
        return document is not None and document.is_one_workflow

    def _document_at(self, path: str, *, is_old: bool) -> Document | None:
        return self._documents[is_old].get(path)

    @cached_property
    def _documents(self) -> tuple[Mapping[str, Document], Mapping[str, Document]]:
        """The files of the new state and those of the old one, by path."""
        new, old = (
            {document.path: document for document in snapshot.collection.documents}
            for snapshot in (self.comparison.new, self.comparison.old)
        )
        return new, old

    def _of_apps(self, path: str) -> Iterator[Line]:
        for old, new in paired_apps(*(self._document_at(path, is_old=is_old) for is_old in (True, False))):
            if old is not None and new is not None:
                yield from (change.sentence for change in app_changes(old, new))

    def _of_workflows(self) -> Iterator[ReviewedChange]:
        for number, pair in enumerate(self.comparison.pairs):
            if (entry := pair.new or pair.old) is None:
                continue
            mark = ADDED if pair.old is None else REMOVED if pair.new is None else CHANGED
            if mark != CHANGED or number >= _MOST_READ:
                yield ReviewedChange(workflow_key(entry), mark, "workflow", entry.title, entry)
            else:
                yield from self._of_workflow(entry)

    def _of_workflow(self, entry: Entry) -> Iterator[ReviewedChange]:
        """What changed in a workflow that is still there; where nothing did, it was moved or has another name."""
        merged = self.merged(entry, self.comparison.new_analysis(entry))
        sentences: dict[str, list[Line]] = {}
        names: dict[str, str] = {}
        for change in merged.part_changes if merged is not None else ():
            sentences.setdefault(change.node, []).append(change.sentence)
            names[change.node] = change.name
        marks = merged.changes.nodes if merged is not None else {}
        pair = self._pairs[entry.key]
        if pair.old is not None and pair.old.key != entry.key and "" not in sentences:
            sentences[""] = [(("was ", ""), (pair.old.title, "key"), (f" in {pair.old.source.path}", "muted"))]
        for node, lines in sentences.items():
            mark = marks.get(node, CHANGED) if node != TRIGGER_ID else CHANGED
            noun = "step" if node else "workflow"
            yield ReviewedChange(node_key(entry, node), mark, noun, names.get(node, entry.title), entry, tuple(lines))

    @cached_property
    def texts(self) -> Mapping[NodeKey, Sequence[Change]]:
        """What nodes were and are, as JSON."""
        return grouped((changed_node(change), change) for change in self.comparison.difference.changes)

    def at(self, key: NodeKey) -> ReviewedChange | None:
        """What changed in a node."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> Mapping[NodeKey, ReviewedChange]:
        return {change.key: change for change in self.changes}

    @cached_property
    def above(self) -> frozenset[NodeKey]:
        """The nodes below which something is marked."""
        return frozenset(key[:size] for key in self._by_key for size in range(1, len(key)))

    def mark(self, node: Node, snapshot: Snapshot, expanded: Container[NodeKey]) -> str:
        """What is said of a row of the tree, and of what is below one that is closed."""
        if node.removed:
            return REMOVED
        if node.kind is Kind.EDGE:
            merged = self.merged_of(node, snapshot)
            return merged.changes.edges.get(node.pointer, "") if merged is not None else ""
        if (change := self.at(node.key)) is not None:
            return change.mark
        return CHANGED if node.key not in expanded and node.key in self.above else ""

    def place(self, key: NodeKey) -> Place:
        """Where a node is."""
        file, workflows = self._places.get(key[0], (len(self._places), {}))
        workflow = workflows.get(key[1], len(workflows)) if len(key) > 1 else -1
        return file, workflow, self._step_place(key) if len(key) > 2 else -1

    @cached_property
    def _places(self) -> Mapping[str, tuple[int, Mapping[str, int]]]:
        """The number of each file, and those of its workflows, what is gone behind what is there."""
        workflows: dict[str, dict[str, int]] = {}
        for snapshot in (self.comparison.new, self.comparison.old):
            for document in snapshot.collection.documents:
                numbers = workflows.setdefault(document.path, {})
                for entry in document.entries:
                    numbers.setdefault(entry.key, len(numbers))
        return {path: (number, keys) for number, (path, keys) in enumerate(workflows.items())}

    def _step_place(self, key: NodeKey) -> int:
        entry = self.comparison.new.collection.by_key.get(key[1])
        merged = self.merged(entry, self.comparison.new_analysis(entry)) if entry is not None else None
        return merged.flow.places.get(node_of(key), 0) if merged is not None else 0

    # What is gone

    @cached_property
    def _pairs(self) -> Mapping[str, WorkflowPair]:
        """By the key of the workflow now, or before where it is gone."""
        return {(pair.new or pair.old).key: pair for pair in self.comparison.pairs}  # type: ignore[union-attr]

    @cached_property
    def _removed(self) -> Mapping[str, Sequence[Entry]]:
        return grouped(
            (old.source.path, old) for old, new, _ in self.comparison.pairs if new is None and old is not None
        )

    def removed_workflows(self, path: str, depth: int, snapshot: Snapshot) -> Iterator[Node]:
        """The workflows of a file that are gone."""
        for entry in self._removed.get(path, ()):
            if entry.key not in snapshot.collection.by_key:
                at = entry.item.pointer
                yield Node(
                    Kind.WORKFLOW, workflow_key(entry), depth, self._document(entry), at, entry, None, True, True
                )

    def removed_roots(self, paths: Container[str]) -> Iterator[Node]:
        """The files that are gone, and not among those ``paths``; of one that was a single workflow, that."""
        for document in self.comparison.old.collection.documents:
            if document.path in paths or not (document.entries or document.apps):
                continue
            if document.is_one_workflow:
                yield from self.removed_workflows(document.path, 0, self.comparison.new)
            else:
                opens = bool(document.entries)
                yield Node(Kind.DOCUMENT, (document.path,), 0, document, document.pointer, None, None, opens, True)

    def removed_step(self, workflow: Node, merged: MergedWorkflow, id_: str, *, opens: bool) -> Node:
        """A step of a workflow that is gone."""
        assert merged.old is not None, "it was there"
        step = merged.old.flow.steps[id_]
        return self._gone(workflow.child(part_name(id_), Kind.STEP, step.pointer, step, opens=opens), merged.old)

    def removed_edges(self, step: Node, merged: MergedWorkflow, id_: str) -> Iterator[Node]:
        """The edges out of a step that are gone."""
        edges = (merged.flow.removed.get(edge.transition.pointer) for edge in merged.flow.declared_edges[id_])
        for index, edge in enumerate(filter(None, edges)):
            assert merged.old is not None, "it was there"
            yield self._gone(step.child(f"gone {index}", Kind.EDGE, edge.transition.pointer, edge), merged.old)

    def _gone(self, node: Node, old: WorkflowAnalysis) -> Node:
        return replace(node, entry=old.entry, document=self._document(old.entry), removed=True)

    def is_gone(self, entry: Entry, snapshot: Snapshot) -> bool:
        """Whether a workflow is only one of the other state."""
        is_now = snapshot.collection.by_key.get(entry.key) is entry
        return not is_now and self.comparison.old.collection.by_key.get(entry.key) is entry

    def _document(self, entry: Entry) -> Document:
        """The file that a workflow of the other state was in."""
        return self.comparison.old.collection.document_of(entry)

    # Both states as one

    def merged_of(self, node: Node, snapshot: Snapshot) -> MergedWorkflow | None:
        """That of the workflow that a node is, or is a part of."""
        if node.entry is None:
            return None
        now = snapshot.collection.by_key.get(node.key[1])
        if now is None and not self.is_gone(node.entry, snapshot):
            return None
        return self.merged(now or node.entry, snapshot.analyses.of(now) if now is not None else None)

    def merged(self, entry: Entry, analysis: WorkflowAnalysis | None) -> MergedWorkflow | None:
        """The flow of both states of a workflow; None where it is the same in both. ``analysis`` is that of what it is
        now, which may be later than what was compared, or None for one that is gone."""
        pair = self._pairs.get(entry.key)
        old = pair.old if pair is not None else self.comparison.old.collection.by_key.get(entry.key)
        if analysis is not None and old is not None and (old is entry or old.has_text_of(entry)) and pair is None:
            return None
        kept = self._merged.get(entry.key)
        if kept is None or kept.new is not analysis:
            before = self.comparison.old_analysis(old) if old is not None else None
            kept = MergedWorkflow.of(before, analysis, self.comparison.identities(pair))
            if len(self._merged) >= _MOST_KEPT:
                self._merged.clear()
            self._merged[entry.key] = kept
        return kept
