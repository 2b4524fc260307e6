"""The context of a run: a tree that folds, with what the trigger and each step gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from textual.binding import BindingType

from kustui.analysis.evaluation import PartlyKnown
from kustui.analysis.names import node_name
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import MISSING, Undecided
from kustui.simulate.engine import words
from kustui.simulate.engine.state import Run
from kustui.simulate.engine.trace import EntryKind, TraceEntry
from kustui.text.styled_lines import Line
from kustui.tui.bindings import bindings
from kustui.tui.rehearsal.session import Session
from kustui.tui.rehearsal.trace_rows import source_mark
from kustui.tui.widgets.rows import NodeKey, Row, Rows
from kustui.tui.widgets.rows_view import RowsView

MAX_MEMBERS = 200
"""Members of a value that are listed before the rest is counted."""
_MAX_DEPTH = 60
"""Levels that are shown: a ring of schedules may wrap a value again and again."""


def context_rows(session: Session, folded: frozenset[NodeKey] | None) -> list[Row]:
    """One row for each value, with its path as link. Steps are open and deeper values closed; of those in ``folded`` it
    is the other way round, and where that is None, all are open."""
    run = session.state.run or session.state.last_run
    if run is None:
        return []
    return [*_ContextRows(session, run, folded).rows()]


class _ContextRows:
    def __init__(self, session: Session, run: Run, folded: frozenset[NodeKey] | None) -> None:
        self._run, self._folded = run, folded
        self._analysis = session.organisation.analysis(run.key)
        last = session.state.last
        self._added = (
            last.node if last is not None and last.run == run.number and last.kind is not EntryKind.ABANDONED else ""
        )
        self._marks: Mapping[str, TraceEntry] = {
            entry.node: entry for entry in session.state.trace if entry.run == run.number and entry.source is not None
        }

    def rows(self) -> Iterator[Row]:
        data = self._run.data
        trigger = self._analysis.workflow.trigger
        twin = trigger.id if trigger is not None and trigger.id != TRIGGER_ID else ""
        for node, value in reversed([*data["steps"].items()]):  # the latest is what somebody looks for
            if node != twin or node == TRIGGER_ID:
                yield from self._step(node, value)
        for field in ("error", "variables"):
            if data.get(field):
                yield from self._value((field,), ((field, "warning" if field == "error" else "name"),), data[field], 0)

    def _step(self, node: str, value: Any) -> Iterator[Row]:
        new: Line = (("+ ", "new"),) if node == self._added else (("  ", ""),)
        name = node_name(self._analysis.flow, node)
        label: Line = (*new, (name, "name"), *(((f" {node}", "muted"),) if name != node and node != TRIGGER_ID else ()))
        entry = self._marks.get(node)
        yield from self._value((node,), label, value, 0, source_mark(entry) if entry is not None else ())

    def _value(self, path: NodeKey, label: Line, value: Any, depth: int, mark: Line = ()) -> Iterator[Row]:
        inner = _members(value)
        margin: Line = (("  " * min(depth, 20), ""),)
        if inner is None or depth > _MAX_DEPTH:
            look = "warning" if isinstance(value, Undecided) else "error" if value is MISSING else "string"
            yield Row((*margin, ("  ", ""), *label, ("  ", ""), (words.value(value), look)), mark=mark, link=path)
            return
        is_open = self._folded is None or (depth < 1) != (path in self._folded)
        sign = ("▾ " if is_open else "▸ ") if inner else "  "
        summary = "" if is_open and inner else f"  {words.value(value)}"
        yield Row((*margin, (sign, "muted"), *label, (summary, "muted")), mark=mark, link=path)
        if not is_open:
            return
        for name, member in inner[:MAX_MEMBERS]:
            indent: Line = (("  ", ""),) if depth == 0 else ()
            yield from self._value((*path, name), (*indent, (name, "key")), member, depth + 1)
        if len(inner) > MAX_MEMBERS:
            yield Row((*margin, (f"      and {len(inner) - MAX_MEMBERS:,} more", "muted")))


def _members(value: Any) -> list[tuple[str, Any]] | None:
    """The members of an object or list; None for any other value."""
    if isinstance(value, Mapping):
        members = [(str(name), member) for name, member in value.items()]
        return [*members, ("…", Undecided(value.why))] if isinstance(value, PartlyKnown) else members
    if isinstance(value, list | tuple):
        return [(str(index), member) for index, member in enumerate(value)]
    return None


class ContextView(RowsView):
    """A tree of values; what is opened or closed stays so, by its path, while the rehearsal goes on."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("context")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="there is no context until a run begins", cursor_always=False, id=id)
        self._folded: frozenset[NodeKey] = frozenset()
        self._folded_before = self._folded
        """What was folded before a search opened everything."""
        self._session: Session | None = None

    def show_context(self, session: Session) -> None:
        """Show the context of a session from its top, where what the last step added is."""
        self._session = session
        self._show_rows(0)

    def _show_rows(self, cursor: int) -> None:
        if self._session is not None:
            self.show(Rows.of(context_rows(self._session, self._folded)), cursor)

    def action_choose(self) -> None:
        """Open the value under the cursor, or close it."""
        if path := self.row.link:
            self._folded ^= {path}
            self._show_rows(self.cursor)

    def open_all(self) -> None:
        """Open every value, for a search to look into."""
        self._folded_before = self._folded
        if self._session is not None:
            path = self.row.link
            rows = context_rows(self._session, None)
            self._folded = frozenset(row.link for row in rows if len(row.link) > 1 and _sign(row) == "▾")
            self._show_rows(next((index for index, row in enumerate(rows) if row.link == path), 0))

    def restore_folds(self) -> None:
        """Close again what a search opened."""
        self._folded = self._folded_before
        self._show_rows(self.cursor)

    def action_open_value(self) -> None:
        if _sign(self.row) == "▸":
            self.action_choose()
        else:
            self.cursor += 1

    def action_close_value(self) -> None:
        path = self.row.link
        if _sign(self.row) == "▾":
            self.action_choose()
        elif len(path) > 1:
            above = (index for index in range(self.cursor, -1, -1) if self.rows.make(index).link == path[:-1])
            self.cursor = next(above, self.cursor)


def _sign(row: Row) -> str:
    return next((text.strip() for text, _ in row.line if text.strip()), "")
