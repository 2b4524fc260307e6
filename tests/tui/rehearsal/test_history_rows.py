"""How much of a long rehearsal the panes of its history show."""

from __future__ import annotations

from kustui.check.rule import app, called, schedule
from kustui.simulate.organisation import Organisation
from kustui.tui.rehearsal.history_rows import MAX_DUE, MAX_ENTRIES, LogRows, queue_rows
from kustui.tui.rehearsal.session import Session
from tests.support.trees import row_text, snapshot_of

CALLED = "5f8e148232731d0015c14657"


def test_a_long_rehearsal_shows_its_last_runs_and_entries_and_counts_the_others() -> None:
    snapshot = snapshot_of(app(called("C", CALLED, schedule("aB3", CALLED))))
    organisation = Organisation(snapshot.analyses, snapshot.by_entry)
    session = Session.begin(organisation, snapshot.collection.entries[0].key)
    session = session.after_running([*session.run_on(1_000)])
    rows, now = queue_rows(session)
    assert now == MAX_DUE + 1
    assert row_text(rows[0]).strip().endswith("more earlier")
    log = [row_text(row) for row in LogRows().rows(session, 80)]
    assert log[0].endswith("earlier entries are not shown")
    assert sum(row.startswith(("T+", "●")) for row in log) == MAX_ENTRIES
