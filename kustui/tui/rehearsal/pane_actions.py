"""What can be done in the panes of a rehearsal, whichever has the keys: search in it, copy what its cursor is on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.screen import Screen

from kustui.definition.platform import TRIGGER_ID
from kustui.definition.values import to_json_value
from kustui.simulate.engine.trace import TraceEntry
from kustui.text.terminal_safe import to_json
from kustui.tui.copy_menu import Copyable, as_text, copyables, flow_as_mermaid
from kustui.tui.rehearsal.context_view import ContextView
from kustui.tui.rehearsal.history_rows import ENTRY
from kustui.tui.rehearsal.panes import FLOW, RehearsalPanes
from kustui.tui.rehearsal.session import Session
from kustui.tui.rehearsal.trace_rows import EDGE
from kustui.tui.widgets.bars import StatusBar
from kustui.tui.widgets.filter_input import FilterInput
from kustui.tui.widgets.pane_search import PaneSearch
from kustui.tui.widgets.rows import Target
from kustui.tui.widgets.rows_view import RowsView


class PaneSearchActions:
    """``/``, ``n`` and ``N`` in the pane or the list that has the keys, or had them last."""

    def __init__(self, screen: Screen[Any], panes: RehearsalPanes, status: StatusBar) -> None:
        self._screen, self._panes, self._search = screen, panes, PaneSearch(status)
        self._searched: RowsView = panes.rail
        """The one in which a text is typed."""

    @property
    def _pane(self) -> RowsView:
        focused = self._screen.focused
        return focused if isinstance(focused, RowsView) else self._panes.current

    async def open(self) -> None:
        """Let somebody type what is to be searched for."""
        pane = self._searched = self._pane
        self._search.begin(pane)
        if isinstance(pane, ContextView):
            pane.open_all()
        await FilterInput.open_in(self._screen, "text in this pane")

    def type(self, text: str) -> None:
        self._search.type(self._searched, text)
        self._panes.show_titles()

    def step(self, by: int) -> None:
        self._search.step(self._searched, by)

    def keep(self, text: str) -> None:
        self._search.keep(self._searched, text)
        self._close()

    def drop(self) -> None:
        pane = self._searched
        if isinstance(pane, ContextView):
            pane.restore_folds()
        self._search.drop(pane)
        self._close()

    def _close(self) -> None:
        self._screen.query(FilterInput).remove_class("-open")
        self._panes.show_titles()
        self._searched.focus()

    def end(self) -> bool:
        """Mark the matches no longer; whether they were."""
        ended = self._search.end(self._pane)
        self._panes.show_titles()
        return ended

    def next(self, by: int) -> None:
        self._search.next(self._pane, by)
        self._panes.show_titles()


def pane_copyables(session: Session, panes: RehearsalPanes) -> Iterator[Copyable]:
    """What there is to copy of the row under the cursor: a value of the run, a part of the definition, the row."""
    pane = panes.current
    match pane.row.link:
        case (kind, number) if kind == ENTRY:
            yield from _of_entry(session, int(number))
        case (kind, pointer) if kind == EDGE:
            yield from copyables(_target(session, session.position[0], pointer))
        case path if path and isinstance(pane, ContextView):
            yield from _of_value(session, path)
        case _ if pane.id in (FLOW, "table"):
            yield from _of_node(session, session.position[0], panes.rail.node)
    yield from as_text(pane.row.line, "flow as text", panes.rail.whole)
    yield flow_as_mermaid(session.organisation.analysis(session.position[0]))


def _target(session: Session, key: str, pointer: str) -> Target:
    collection = session.organisation.collection
    return Target.at(collection.document_of(collection.by_key[key]), pointer)


def _of_node(session: Session, key: str, node: str) -> Iterator[Copyable]:
    entry = session.last_entry_of(key, node)
    if entry is not None:
        yield from _of_output(entry)
    part = session.organisation.analysis(key).flow.part(node) if node else None
    if part is not None:
        yield from copyables(_target(session, key, part.pointer))


def _of_entry(session: Session, number: int) -> Iterator[Copyable]:
    entry = next((entry for entry in session.state.trace if entry.number == number), None)
    if entry is None:
        return
    if entry.key in session.organisation.collection.by_key and entry.node:
        yield from _of_node(session, entry.key, entry.node)
    else:
        yield from _of_output(entry)


def _of_output(entry: TraceEntry) -> Iterator[Copyable]:
    if entry.source is not None and entry.failure is None:
        yield Copyable.of("copy.value", "output", to_json(to_json_value(entry.output), indent=2))


def _of_value(session: Session, path: tuple[str, ...]) -> Iterator[Copyable]:
    """A value of the context, by the path that its row has as link."""
    run = session.state.run or session.state.last_run
    if run is None:
        return
    of_step = path[0] in run.outputs
    value: Any = run.outputs if of_step else run.data
    for name in path:
        try:
            value = value[int(name)] if isinstance(value, list | tuple) else value[name]
        except (LookupError, TypeError, ValueError):
            return
    json = to_json(to_json_value(value), indent=2)
    yield Copyable.of("copy.value", "value", value if isinstance(value, str) else json)
    yield Copyable.of("copy.reference", "reference", f"/#{'.'.join(('steps', *path) if of_step else path)}")
    if len(path) > 1 or path[0] != TRIGGER_ID:
        yield Copyable.of("copy.name", "name", path[-1])
    yield Copyable.of("copy.json", "JSON", json)
