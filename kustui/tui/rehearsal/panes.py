"""What the panes of a rehearsal are called, and what the help says of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kustui.tui.widgets.rows_view import RowsView


class About(NamedTuple):
    name: str
    about: str
    signs: str = ""


ABOUT = {
    "course": About(
        "1 Flow",
        "The workflow that runs, a row a step: where the run stands, where it has been, and where it will stop. "
        "The cursor follows it; put elsewhere, it shows in the step's pane what another step did.",
        "◆●◇▶○✓∙■↯⇒✗▲·",
    ),
    "table": About(
        "2 Step",
        "What is next: what its action is given, what it answers and where that comes from, and each way out with "
        "what came of its condition, each operand with its value. Enter on a way forces it.",
        "▶✓∙↯⇒■✗▲",
    ),
    "context": About(
        "3 Context",
        "All that later steps of the run can read, the latest first, each with where it comes from: handed over, "
        "drafted, mocked, computed. What the last step has added is marked.",
        "▸+",
    ),
    "queue": About(
        "4 Queue",
        "The virtual clock: which runs there were, now, and which runs and events are due. Enter on one that was "
        "goes back to it.",
        "◆✓▶⇒",
    ),
    "log": About(
        "5 Log",
        "Everything that happened, every value with where it comes from, every reading of ours as assumed, and what "
        "came otherwise than a scenario says. Enter goes to that moment.",
        "●✓∙⇒■✗▲",
    ),
    "coverage": About(
        "6 Coverage",
        "How much of each workflow was taken on all ways together, also those that were gone back from, and what "
        "never was.",
        "○→↯",
    ),
}


KEYS = {about.name.partition(" ")[2]: f"rehearse.{id_}" for id_, about in ABOUT.items()}
"""Which action leads to the pane of a name."""


def described(view: RowsView) -> RowsView:
    """A pane with what is said of it."""
    found = ABOUT[str(view.id)]
    view.NAME, view.ABOUT, view.SIGNS = found  # type: ignore[misc]  # a class of its own for each would say no more
    return view
