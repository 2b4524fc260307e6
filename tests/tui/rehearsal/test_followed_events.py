"""Events are followed in a rehearsal: turned on and off, and what the panes say of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kustui.check.rule import app, step, to, when, workflow
from tests.support.definitions import write_json
from tests.support.organisations import writes
from tests.support.rehearsal import RehearsalPilot, rehearsal

if TYPE_CHECKING:
    from pathlib import Path

CLOSED = when("eq", "/#steps.1.changes.attributes.status.after", "done")
CLOSES = app(
    workflow("Closes", writes("aa", status="done"), event="kustomer.conversation.create"),
    workflow("Thanks", step("bb"), entry=(to("bb", CLOSED),)),
)


@pytest.fixture
def closes(tmp_path: Path) -> Path:
    return write_json(tmp_path / "closes.json", CLOSES)


def pane(ui: RehearsalPilot, name: str) -> str:
    return " ".join(" ".join(ui.pane(name)).split())


async def test_what_a_step_wrote_starts_what_listens_and_every_pane_says_why(closes: Path) -> None:
    async with rehearsal(closes) as ui:
        assert "follows events" not in ui.status
        await ui.do("F")
        assert "follows events (assumed)" in ui.status
        await ui.until("aa")
        assert "wrote conversation.status → event conversation.update (assumed): starts 1 workflow" in pane(ui, "table")
        await ui.do("s")
        assert "◆ kustomer.conversation.update at once ← run 1 of Closes, aa (assumed)" in pane(ui, "queue")
        assert "because run 1 of Closes, aa (assumed)" in pane(ui, "table")
        await ui.do("s")
        assert ui.place == "Thanks: 1"
        assert "because conversation.update (assumed), by run 1 of Closes, aa" in pane(ui, "table")
        await ui.do("C")
        assert ui.state.finished
        assert "because conversation.update (assumed), by run 1 of Closes, aa" in pane(ui, "log")
        assert "2 of 2 steps" in ui.status
        await ui.do("6")
        assert "Thanks" in pane(ui, "coverage")


def titles(ui: RehearsalPilot) -> list[str]:
    """The workflows that ran."""
    return list(dict.fromkeys(entry.title for entry in ui.state.trace if entry.run))


async def test_turned_on_at_the_end_what_was_decided_is_repeated_and_then_goes_on(closes: Path) -> None:
    async with rehearsal(closes) as ui:
        await ui.do("C")
        assert (ui.state.finished, titles(ui)) == (True, ["Closes"])
        await ui.do("F")
        assert ui.news.endswith("(assumed): what you decided so far is repeated")
        assert (ui.state.finished, ui.place) == (False, "Closes: aa")
        await ui.do("C")
        assert (ui.state.finished, titles(ui)) == (True, ["Closes", "Thanks"])
        await ui.do("F")
        assert ui.news == "events are no longer followed: what you decided so far is repeated"
        assert (ui.state.finished, titles(ui)) == (True, ["Closes"])


async def test_a_decision_is_kept_when_it_is_turned_on(closes: Path) -> None:
    async with rehearsal(closes) as ui:
        await ui.until("aa")
        await ui.do("f", "enter", "s", "F", "C")
        assert (ui.state.finished, titles(ui)) == (True, ["Closes"]), "a step that failed has written nothing"


async def test_a_saved_scenario_keeps_that_events_are_followed(closes: Path) -> None:
    async with rehearsal(closes) as ui:
        await ui.do("F", "C", "S", "enter")
        (path,) = closes.parent.glob("*.scenario.json")
        saved = json.loads(path.read_text())
        assert saved["followEvents"] is True
        assert [run["workflow"] for run in saved["expect"]["path"]] == ["Closes", "Thanks"]
        await ui.do("F")
        assert not ui.state.follows_events
        await ui.do("o", "enter")
        assert ui.state.follows_events, "as the scenario says"


async def test_what_is_not_known_of_an_object_stands_in_the_context_as_that(closes: Path) -> None:
    async with rehearsal(closes) as ui:
        await ui.do("F")
        await ui.until("aa")
        await ui.do("s", "s", "s")
        assert "… undecided (what else the conversation holds is not known)" in pane(ui, "context")
