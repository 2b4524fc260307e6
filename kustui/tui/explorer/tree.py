"""The tree as a value: which rows there are, what each says, and where each leads. No screen in here."""

from __future__ import annotations

import os
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.names import short_name
from kustui.definition.source.outline import Shape
from kustui.diagrams.glyphs import MARKS as MARKS
from kustui.diagrams.glyphs import mark as mark
from kustui.diagrams.styled_lines import Line, joined
from kustui.tui.widgets.rows import NodeKey, Row, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.analysis.flow import Edge
    from kustui.analysis.schedules import ScheduleCall
    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.check.problems import Problem
    from kustui.config.check_settings import Settings
    from kustui.definition.collection import Document, Entry
    from kustui.definition.faults import Fault
    from kustui.definition.models import Step, Trigger
    from kustui.workspace.difference import Change, Difference
    from kustui.workspace.snapshot import Snapshot


ADDED_SIGN, CHANGED_SIGN = "+", "~"


class Kind(Enum):
    DOCUMENT = auto()
    WORKFLOW = auto()
    TRIGGER = auto()
    STEP = auto()
    EDGE = auto()
    SCHEDULE = auto()
    FAULT = auto()


class Node(NamedTuple):
    """One row: what it stands for and where that is."""

    kind: Kind
    key: NodeKey
    depth: int
    document: Document
    pointer: str
    entry: Entry | None = None
    part: Trigger | Step | Edge | ScheduleCall | Fault | None = None
    opens: bool = False
    """Whether there is something below it."""


def workflow_key(entry: Entry) -> NodeKey:
    return (entry.source.path, entry.key)


def node_key(entry: Entry, node: str) -> NodeKey:
    """The key of a trigger or step."""
    return (*workflow_key(entry), "trigger" if node == "1" else f"step {node}")


class Moves:
    """Where the nodes of a tree are after a change of the files."""

    def __init__(self, difference: Difference) -> None:
        self._difference = difference

    def key(self, key: NodeKey) -> NodeKey:
        """The key that a node has now."""
        entry = self._difference.workflows.get(key[1]) if len(key) > 1 else None
        if entry is not None:
            key = (*workflow_key(entry), *key[2:])
        if len(key) > 2 and key[2].startswith("step "):
            step = self._difference.steps.get((key[1], key[2].removeprefix("step ")))
            key = (*key[:2], f"step {step}", *key[3:]) if step is not None else key
        return key


def key_of(change: Change) -> NodeKey:
    """The node that a change is about: of a step that is gone, the workflow it was part of."""
    if change.entry is None:
        return (change.path,)
    if change.noun == "trigger":
        return node_key(change.entry, "1")
    if change.noun == "step" and change.kind != "removed":
        return node_key(change.entry, change.step)
    return workflow_key(change.entry)


def news_of(difference: Difference) -> Iterator[tuple[NodeKey, str]]:
    """The nodes that are to be marked, with the sign of each: of what is gone, what it was part of."""
    for change in difference.changes:
        if change.kind != "removed" or change.noun == "step":
            yield key_of(change), ADDED_SIGN if change.kind == "added" else CHANGED_SIGN


def _shadowed(step: Step) -> str:
    """The last of the key of a step whose id another has."""
    return f"step {step.id} {step.pointer}"


class Tree:
    """The rows that are visible, and the changes to which they are."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.expanded: set[NodeKey] = set()
        self.news: dict[NodeKey, str] = {}
        """What is different since somebody has looked at it: its sign, by its node."""
        self.filter = ""
        self.snapshot = snapshot
        self._marks: dict[NodeKey, Line] = {}
        self._documents: dict[Document, int] = {}
        self._folder = ""
        self.nodes: list[Node] = []
        for document in snapshot.collection.documents:
            self.expanded.add((document.path,))
        self.take(snapshot)

    def take(self, snapshot: Snapshot, difference: Difference | None = None) -> None:
        """Show another snapshot, whatever is open staying open, also where it goes by another name now.

        What is different is marked until somebody has looked at it.
        """
        if difference is not None:
            moved = Moves(difference)
            self.expanded = set(map(moved.key, self.expanded))
            self.news = {moved.key(key): sign for key, sign in self.news.items()} | dict(news_of(difference))
            known = {document.path for document in self.snapshot.collection.documents}
            self.expanded.update((found.path,) for found in snapshot.collection.documents if found.path not in known)
        self._documents = {}
        for place, document in enumerate(snapshot.collection.documents):
            self._documents[document] = place
            if document.broken is not None:
                self._documents[document.broken] = place
        self._folder = _common_folder([document.path for document in snapshot.collection.documents])
        self.snapshot = snapshot
        self._marks.clear()
        self._rebuild()

    @property
    def rows(self) -> Rows:
        return Rows(len(self.nodes), self.row)

    @property
    def first_workflow(self) -> int:
        """The row of the first workflow; the first row where there is none."""
        return next((index for index, node in enumerate(self.nodes) if node.kind is Kind.WORKFLOW), 0)

    @property
    def settings(self) -> Settings:
        """What the snapshot was examined with; the defaults until it is."""
        from kustui.config.check_settings import Settings

        return self.snapshot.settings or Settings()

    def analysis(self, entry: Entry) -> WorkflowAnalysis:
        """A workflow opened: its model, its flow, what it reads."""
        return self.snapshot.analyses.of(entry)

    # Which rows there are

    def _rebuild(self) -> None:
        self.nodes = [node for root in self._roots() for node in self._with_open(root)]

    def _with_open(self, node: Node) -> Iterator[Node]:
        yield node
        if node.key in self.expanded or (self.filter and node.kind is Kind.DOCUMENT):
            for child in self._children(node):
                yield from self._with_open(child)
        elif node.kind is Kind.STEP:
            yield from (child for child in self._children(node) if child.kind is Kind.SCHEDULE)

    def _roots(self) -> Iterator[Node]:
        for document in self.snapshot.collection.documents:
            if self._alone(document):
                yield from self._workflows(document, 0)
            elif document.entries or document.faults or document.broken or document.app_extent is not None:
                if self.filter and not any(_holds(entry, self.filter) for entry in document.entries):
                    continue
                yield Node(Kind.DOCUMENT, (document.path,), 0, document, document.app_pointer, opens=True)

    @staticmethod
    def _alone(document: Document) -> bool:
        """A file that is one workflow needs no row of its own."""
        return (
            document.shape is Shape.WORKFLOW
            and len(document.entries) == 1
            and not document.faults
            and document.broken is None
        )

    def _workflows(self, document: Document, depth: int) -> Iterator[Node]:
        for entry in document.entries:
            if not self.filter or _holds(entry, self.filter):
                yield Node(Kind.WORKFLOW, workflow_key(entry), depth, document, entry.item.pointer, entry, opens=True)

    def _children(self, node: Node) -> Iterator[Node]:
        match node.kind:
            case Kind.DOCUMENT:
                for index, (document, fault) in enumerate(self._file_faults(node.document)):
                    found = self._below(node, f"fault {index}", Kind.FAULT, fault.pointer, fault)
                    yield found._replace(document=document)
                yield from self._workflows(node.document, node.depth + 1)
            case Kind.WORKFLOW:
                yield from self._parts(node)
            case Kind.STEP | Kind.TRIGGER:
                yield from self._edges(node)
            case _:
                pass

    def _file_faults(self, document: Document) -> Iterator[tuple[Document, Fault]]:
        """What is wrong with a file outside of its workflows; with its app, once that was looked at anyway."""
        if document.broken is not None:
            yield from ((document.broken, fault) for fault in document.broken.faults)
        examined = self.snapshot.problems is not None
        yield from ((document, fault) for fault in (*document.faults, *(document.app_faults if examined else ())))

    def _below(
        self,
        node: Node,
        name: str,
        kind: Kind,
        pointer: str,
        part: Trigger | Step | Edge | ScheduleCall | Fault,
        *,
        opens: bool = False,
    ) -> Node:
        return Node(kind, (*node.key, name), node.depth + 1, node.document, pointer, node.entry, part, opens)

    def _parts(self, node: Node) -> Iterator[Node]:
        assert node.entry is not None
        analysis = self.analysis(node.entry)
        flow = analysis.flow
        for index, fault in enumerate(analysis.parsed.faults):
            yield self._below(node, f"fault {index}", Kind.FAULT, fault.pointer, fault)
        if (trigger := analysis.workflow.trigger) is not None:
            yield self._below(node, "trigger", Kind.TRIGGER, trigger.pointer, trigger, opens=bool(trigger.transitions))
        for step in flow.order:
            opens = bool(step.transitions or step.error_cases or step.schedules)
            yield self._below(node, f"step {step.id}", Kind.STEP, step.pointer, step, opens=opens)
        for step in flow.duplicates:
            yield self._below(node, _shadowed(step), Kind.STEP, step.pointer, step)

    def _edges(self, node: Node) -> Iterator[Node]:
        assert node.entry is not None
        analysis = self.analysis(node.entry)
        name = "1" if node.kind is Kind.TRIGGER else node.part.id  # type: ignore[union-attr]
        for call in analysis.calls:
            if call.pointer == node.pointer:
                yield self._below(node, "schedule", Kind.SCHEDULE, f"{call.pointer}/params", call)
        for index, edge in enumerate(analysis.flow.declared_edges.get(name, ())):
            yield self._below(node, f"way {index}", Kind.EDGE, edge.transition.pointer, edge)

    # Opening, closing, going

    def open(self, index: int) -> None:
        node = self.nodes[index]
        if node.opens and node.key not in self.expanded:
            self._set(index, True)

    def close(self, index: int) -> None:
        if self.nodes[index].key in self.expanded:
            self._set(index, False)

    def is_open(self, index: int) -> bool:
        return self.nodes[index].key in self.expanded

    def _set(self, index: int, is_open: bool) -> None:
        node = self.nodes[index]
        (self.expanded.add if is_open else self.expanded.discard)(node.key)
        self._marks.pop(node.key, None)  # what is different below it is told while it is closed
        self.nodes[index : self._end(index)] = self._with_open(node)

    def _end(self, index: int) -> int:
        """The index behind everything below a row."""
        depth, end = self.nodes[index].depth, index + 1
        while end < len(self.nodes) and self.nodes[end].depth > depth:
            end += 1
        return end

    def open_all(self, index: int) -> None:
        """Open a row and everything below it; of a file, its workflows but not their steps."""
        top = self.nodes[index]
        self.expanded.add(top.key)
        self._marks.clear()
        if top.kind is not Kind.DOCUMENT:
            for child in self._children(top):
                if child.opens:
                    self.expanded.add(child.key)
        self.nodes[index : self._end(index)] = self._with_open(top)

    def close_all(self) -> None:
        self.expanded = {(document.path,) for document in self.snapshot.collection.documents}
        self._marks.clear()
        self._rebuild()

    def parent(self, index: int) -> int:
        """The row it stands below, or itself at the top."""
        depth = self.nodes[index].depth
        above = index
        while above > 0 and self.nodes[above].depth >= depth and depth:
            above -= 1
        return above

    def index(self, key: NodeKey) -> int | None:
        """The row of a node, or None where it is not visible."""
        return next((index for index, node in enumerate(self.nodes) if node.key == key), None)

    def reveal(self, key: NodeKey) -> int | None:
        """Open all that a node stands below; its row, that of its nearest parent that exists, or None."""
        changed = False
        for size in range(1, len(key)):
            if key[:size] not in self.expanded:
                self.expanded.add(key[:size])
                changed = True
        if changed:
            self._marks.clear()
            self._rebuild()
        for size in range(len(key), 0, -1):
            if (found := self.index(key[:size])) is not None:
                return found
        return None

    def holds(self, document: Document) -> bool:
        """Whether a file is one of those that are shown; a configuration is not."""
        return document in self._documents

    def key_at(self, document: Document, pointer: str) -> NodeKey:
        """The node that a pointer leads to: the transition, step, trigger or workflow that holds its value."""
        from kustui.definition.models import TRIGGER_ID, Step

        entry = document.entry_at(pointer)
        if entry is None:
            current = self.snapshot.collection.documents[self._documents[document]]
            return (document.path, "fault 0") if current is not document else (document.path,)
        workflow = self.analysis(entry).workflow
        for part in (workflow.trigger, *workflow.steps):
            if part is not None and within(pointer, part.pointer):
                if isinstance(part, Step) and self.analysis(entry).flow.steps.get(part.id) is not part:
                    return (*workflow_key(entry), _shadowed(part))
                key = node_key(entry, part.id if isinstance(part, Step) else TRIGGER_ID)
                edges = enumerate(part.edges)
                return next(((*key, f"way {place}") for place, edge in edges if within(pointer, edge.pointer)), key)
        return workflow_key(entry)

    def problem_beyond(self, index: int, by: int) -> Problem | None:
        """The next problem below a row (``by`` 1) or the one above it (-1), from the other end where there is none;
        None where nothing is wrong. Only workflows that are passed are read."""
        problems = [problem for problem in self.snapshot.problems or () if self.holds(problem.document)]
        if not problems or not self.nodes:
            return next(iter(problems), None)
        groups: dict[tuple[int, int], list[Problem]] = {}
        for problem in problems:
            groups.setdefault(self._place(problem.document, problem.entry), []).append(problem)
        node = self.nodes[index]
        here = self._place(node.document, node.entry)
        rank: tuple[int, int] | None = self._rank(node.key)
        beyond = [place for place in groups if (place > here if by > 0 else place < here)]
        behind = [place for place in groups if (place < here if by > 0 else place > here)]
        for place in (here, *sorted(beyond)[::by], *sorted(behind)[::by], here):
            ranked = [
                (self._rank(self.key_at(problem.document, problem.pointer)), problem)
                for problem in groups.get(place, ())
            ]
            if place == here and rank is not None:  # the first time only what is beyond the row
                ranked = [found for found in ranked if (found[0] > rank if by > 0 else found[0] < rank)]
                rank = None
            if ranked:
                return (min if by > 0 else max)(ranked, key=lambda found: found[0])[1]
        return None

    def _place(self, document: Document, entry: Entry | None) -> tuple[int, int]:
        """What sorts workflows as their rows are sorted, what is wrong with a file itself before them."""
        return self._documents[document], entry.item.extent.start if entry is not None else -1

    def _rank(self, key: NodeKey) -> tuple[int, int]:
        """What sorts the rows of one workflow: where its step comes, and which of the step's ways it is."""
        entry = self.snapshot.collection.by_key.get(key[1]) if len(key) > 2 else None
        if entry is None:
            return -1, -1
        flow = self.analysis(entry).flow
        steps = [*(f"step {step.id}" for step in flow.order), *(_shadowed(step) for step in flow.duplicates)]
        names = {name: place for place, name in enumerate(("trigger", *steps))}
        edge = key[3].removeprefix("way ") if len(key) > 3 else ""
        return names.get(key[2], -1), int(edge) if edge.isdigit() else -1

    def set_filter(self, text: str) -> None:
        self.filter = text.strip()
        self._rebuild()

    def matching(self, words: str) -> list[NodeKey]:
        """The workflows that a filter leaves, whether it is in force or not."""
        return [workflow_key(entry) for entry in self.snapshot.collection.entries if _holds(entry, words)]

    def place_among(self, keys: Sequence[NodeKey], node: Node | None) -> float:
        """Where a node stands among some workflows: the number of one of them, or between two numbers."""
        if node is None:
            return -0.5
        here = self._place(node.document, node.entry)
        for index, key in enumerate(keys):
            entry = self.snapshot.collection.by_key[key[1]]
            there = self._place(self.snapshot.collection.document_of(entry), entry)
            if there >= here:
                return index if there == here else index - 0.5
        return len(keys) - 0.5

    def link(self, node: Node) -> NodeKey:
        """Where Enter on a row leads: the scheduled workflow, the step a transition names; else nowhere."""
        from kustui.analysis.flow import Edge
        from kustui.analysis.schedules import ScheduleCall

        if isinstance(node.part, ScheduleCall) and node.part.workflow_id is not None:
            target = self.snapshot.collection.by_id.get(node.part.workflow_id)
            return workflow_key(target) if target else ()
        if isinstance(node.part, Edge) and node.entry is not None:
            return (
                node_key(node.entry, node.part.target)
                if node.part.target in self.analysis(node.entry).flow.steps
                else ()
            )
        return ()

    # What each row says

    def row(self, index: int) -> Row:
        node = self.nodes[index]
        line, aside = self._said(node)
        if node.document.broken is not None:  # what it was before
            line = tuple((text, "muted") for text, _ in line)
            aside = (("not readable now", "error"),) if node.kind is Kind.DOCUMENT else aside
        return Row((("  " * node.depth, ""), (self._sign(node), "muted"), *line), aside, self._mark(node))

    def _sign(self, node: Node) -> str:
        if not node.opens:
            return "  "
        is_open = node.key in self.expanded or (self.filter and node.kind is Kind.DOCUMENT)
        return "▾ " if is_open else "▸ "

    def _said(self, node: Node) -> tuple[Line, Line]:
        match node.kind:
            case Kind.DOCUMENT:
                return _document_line(node.document, node.document.path.removeprefix(self._folder))
            case Kind.WORKFLOW:
                return self._workflow_line(node)
            case Kind.FAULT:
                return (("✗ ", "error"), (node.part.message, "error")), ()  # type: ignore[union-attr]
            case _:
                return self._part_line(node)

    def _workflow_line(self, node: Node) -> tuple[Line, Line]:
        assert node.entry is not None
        item = node.entry.item
        line: Line = ((node.entry.title, "name" if item.enabled else "muted"),)
        if not item.enabled:
            return line, (("switched off", "muted"),)
        return line, (("called" if item.callable else short_name(item.event), "muted"),)

    def _part_line(self, node: Node) -> tuple[Line, Line]:
        from kustui.diagrams import labels

        assert node.entry is not None
        return labels.said(self.analysis(node.entry), node.part, self.snapshot.collection)

    def _mark(self, node: Node) -> Line:
        """The worst kind of problem at or below a row, and how many of it."""
        if node.kind is Kind.FAULT:
            return ()
        found = self._marks.get(node.key)
        if found is None:
            found = self._marks[node.key] = joined(
                filter(None, (self._new(node), mark(self.problems(node)))), (" ", "")
            )
        return found

    def _new(self, node: Node) -> Line:
        """The sign of what is different at a row, or below one that is closed."""
        sign = self.news.get(node.key, "")
        if not sign and node.key not in self.expanded:
            size = len(node.key)
            sign = CHANGED_SIGN if any(key[:size] == node.key for key in self.news) else ""
        return ((sign, "new"),) if sign else ()

    def look_at(self, key: NodeKey) -> bool:
        """Somebody has looked at a node, and it is marked no more; whether it was."""
        if self.news.pop(key, None) is None:
            return False
        self._marks.clear()
        return True

    def look_at_all(self) -> None:
        self.news.clear()
        self._marks.clear()

    def problems(self, node: Node) -> tuple[Problem, ...]:
        """What is wrong at or below a row, as far as it was looked at."""
        if node.entry is None:
            broken = self.snapshot.by_document.get(node.document.broken, ()) if node.document.broken else ()
            return (*broken, *self.snapshot.by_document.get(node.document, ()))
        found = self.snapshot.by_entry.get(node.entry.key, ())
        return tuple(problem for problem in found if within(problem.pointer, node.pointer)) if found else ()


def _holds(entry: Entry, words: str) -> bool:
    """Whether a filter leaves a workflow: every word is in its name, its id, its event or its file's path."""
    text = f"{entry.title}\n{entry.id}\n{entry.item.event}\n{entry.source.path}".lower()
    return all(word in text for word in words.lower().split())


def within(pointer: str, part: str) -> bool:
    """Whether a pointer leads to a part or into it."""
    return pointer == part or pointer.startswith(f"{part}/")


def _document_line(document: Document, name: str) -> tuple[Line, Line]:
    count = len(document.entries)
    if document.shape is Shape.BROKEN:
        return ((name, "error"),), (("not readable", "error"),)
    aside = f"{count} workflow{'s' if count != 1 else ''}"
    return ((name, "heading"),), ((aside, "muted"),)


def _common_folder(paths: Sequence[str]) -> str:
    """What the paths of several files begin with, which need not be said of each."""
    folders = [path.rpartition("/")[0] for path in paths]
    common = os.path.commonpath(folders) if len(paths) > 1 and all(folders) and not _mixed(folders) else ""
    return f"{common}/" if common and common != "/" else ""


def _mixed(paths: Sequence[str]) -> bool:
    """Whether some are absolute and some are not: they have nothing in common then."""
    return len({path.startswith("/") for path in paths}) > 1
