"""Everything that happened, in order, each with where its values come from and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.reports import words
from kustui.tui.rehearsal.queue_rows import ENTRY
from kustui.tui.rehearsal.trace_rows import put_answer, put_asides, put_effects, put_given, put_over, put_ways
from kustui.tui.widgets.rows import Row, RowBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustui.simulate.engine.organisation import Organisation
    from kustui.simulate.engine.trace import TraceEntry
    from kustui.tui.rehearsal.session import Session

MOST = 500
"""Entries that are told; of a longer rehearsal the latest."""


class Log:
    """The rows of a rehearsal's entries, of which only those are made anew that have not been told."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[TraceEntry, tuple[Row, ...]]] = {}
        self._width = 0

    def rows(self, session: Session, width: int) -> list[Row]:
        if width != self._width:
            self._known.clear()
            self._width = width
        differences = _differences(session)
        entries = [*session.state.trace]
        hidden = len(session.state.trace) - min(len(entries), MOST)
        rows = [Row(((f"{hidden:,} entries before are not shown", "muted"),))] if hidden else []
        for entry in entries[-MOST:]:
            known = self._known.get(entry.number)
            if known is None or known[0] is not entry:
                known = self._known[entry.number] = (entry, tuple(entry_rows(session.organisation, entry, width)))
            rows.extend(known[1])
            rows.extend(
                Row((("  !! ", "error"), (message, "error")), link=(ENTRY, str(entry.number)))
                for message in differences.get(entry.number, ())
            )
        return rows


def _differences(session: Session) -> Mapping[int, list[str]]:
    """What came otherwise than the scenario says, by the entry where it shows."""
    found: dict[int, list[str]] = {}
    for each in session.follows.differences if session.follows is not None else ():
        if each.entry is not None:
            found.setdefault(each.entry, []).append(f"{each.message}, says the scenario")
    return found


def entry_rows(organisation: Organisation, entry: TraceEntry, width: int) -> list[Row]:
    """One entry, its first row with the time where something begins."""
    builder = RowBuilder(width)
    link = (ENTRY, str(entry.number))
    if entry.kind in (EntryKind.EVENT, EntryKind.START, EntryKind.SKIPPED):
        builder.add((f"{words.moment(entry.at)}  ", "info"), (words.heading(entry), "heading"))
        if entry.cause:
            builder.add(("  because  ", "muted"), (entry.cause, "muted"), indent=11)
    else:
        forced = (("  forced", "new"),) if entry.forced else ()
        builder.add(("● ", "action"), (words.heading(entry), "name"), *forced)
    if entry.kind is not EntryKind.START or entry.mark is not None:
        put_answer(builder, entry)
    put_given(builder, entry)
    put_effects(builder, entry)
    if entry.run and entry.key in organisation.collection.by_key:
        put_ways(builder, organisation.member(entry.key), entry)
    put_over(builder, entry)
    put_asides(builder, entry)
    return [row._replace(link=link) for row in builder.rows if row.line]
