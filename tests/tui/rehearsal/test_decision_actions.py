"""What a person decides during a rehearsal: answers, failures, ways, events; typed, chosen, or edited elsewhere."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from textual.app import App
from textual.geometry import Region
from textual.widgets import TextArea

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.simulate.engine.trace import EntryKind
from kustui.tui.app import Kustui
from kustui.tui.prompts import SheetField
from tests.support.definitions import write_json
from tests.support.rehearsal import CHAIN, FOUR, rehearsal, undecided

CALLED = "5f8e148232731d0015c14657"


async def test_the_answer_is_edited_in_place_and_is_marked_as_mocked() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("9YLjj12HE")
        await ui.do("e")
        assert json.loads(ui.typed) == {"tags": ["vip"]}
        assert ui.question.startswith("Output of the step  Whose conversation")
        await ui.type('{"tags": []}')
        await ui.do("ctrl+s")
        assert "returns  mocked {" in " ".join(ui.pane("table"))
        assert ui.heading[1].endswith("mocked")
        await ui.do("s")
        assert ui.place == f"{FOUR[0]}: lRQbINWoR"
        assert any("returns  mocked" in row for row in ui.pane("log"))


async def test_what_is_no_json_is_told_with_its_place_and_nothing_typed_is_lost() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as ui:
        await ui.until("9YLjj12HE")
        before = ui.session
        await ui.do("e")
        await ui.type('{"tags":\n  [1,]}')
        await ui.do("ctrl+s")
        assert ui.question.startswith("✗ line 2, column ")
        assert ui.typed == '{"tags":\n  [1,]}'
        assert ui.session is before
        await ui.do("escape")
        assert ui.screen.prompts.open is None
        assert ui.focus == "flow"
        assert ui.session is before


@pytest.mark.parametrize(
    ("typed", "status", "body"),
    [
        ("", None, None),
        ("404", 404, None),
        ('502 {"message": "gone"}', 502, {"message": "gone"}),
        ("gone", None, "gone"),
    ],
)
async def test_a_step_is_let_fail(typed: str, status: int | None, body: object) -> None:
    async with rehearsal(CHAIN, workflow=FOUR[2]) as ui:
        await ui.until("yZVIBA9et")
        await ui.do("f")
        await ui.type(typed)
        await ui.do("enter")
        assert any("DJ1MxBoGc" in row or "↯" in row for row in ui.pane("table"))
        await ui.do("s")
        assert ui.state.last is not None
        failure = ui.state.last.failure
        assert failure is not None
        assert (failure.status, failure.body) == (status, body)
        assert any(row.startswith("error") or "error" in row for row in ui.pane("context"))


async def test_a_status_that_is_none_is_refused() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[2]) as ui:
        await ui.until("yZVIBA9et")
        await ui.do("f")
        await ui.type("99")
        await ui.do("enter")
        assert ui.question == "✗ a status is a number from 100 to 599"


async def test_what_was_decided_of_the_step_at_hand_can_be_forgotten() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("9YLjj12HE")
        await ui.do("f", "enter")
        assert ui.heading[1].endswith("fails, mocked")
        await ui.do("u")
        assert ui.heading[1].endswith("drafted")


async def test_only_a_step_with_an_action_answers_or_fails() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("wvODZuCal")
        for key in ("e", "f"):
            await ui.do(key)
            assert ui.screen.prompts.open is None
            assert "only a step with an action" in ui.news


async def test_a_way_is_forced_from_the_table_or_from_a_list_and_the_run_may_be_made_to_end() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("9YLjj12HE")
        await ui.do("2")
        view = ui.screen.panes.pane("table")
        view.cursor = next(index for index, row in enumerate(ui.pane("table")) if "Look again" in row)
        await ui.do("enter", "s")
        assert ui.place == f"{FOUR[0]}: lRQbINWoR"
        await ui.do("b", "b")
        assert ui.place == f"{FOUR[0]}: 9YLjj12HE"
        await ui.do("w", "G", "enter", "s")
        assert ui.heading[1].startswith("◉ ended: forced to end here")


# What nobody can decide


async def test_what_is_undecided_is_asked_and_never_guessed(tmp_path: Path) -> None:
    async with rehearsal(write_json(tmp_path / "app.json", undecided()), size=(80, 24)) as ui:
        await ui.do("c")
        assert ui.heading[1].startswith("? asks: status looksLike")
        assert "a answer" in ui.news
        assert not ui.state.finished
        await ui.do("c", "c")
        assert ui.state.run is not None
        assert ui.state.run.node == "1"
        await ui.do("s")
        assert ui.question.startswith("? status looksLike")
        await ui.type("perhaps")
        await ui.do("enter")
        assert ui.question == "✗ type y for yes or n for no"
        await ui.type("y")
        await ui.do("enter", "s", "5")
        assert ui.place == "W: aB3"
        assert "answered by hand" in " ".join(ui.pane("log"))


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_step_that_asks_what_comes_next_has_run(tmp_path: Path, size: tuple[int, int]) -> None:
    asks = schedule("aB3", CALLED, to("cD4", when("looksLike", 1)), inputs={"n": 7})
    found = app(workflow("W", asks, step("cD4")), called("C", CALLED, step("eF5")))
    async with rehearsal(write_json(tmp_path / "app.json", found), size=size) as ui:
        await ui.until("aB3")
        before = ui.session.steps_taken
        await ui.do("s")
        assert "the step has run, and what comes next cannot be decided" in " ".join(ui.pane("table"))
        assert "schedules C for T+60 min" in " ".join(ui.pane("table"))
        assert len(ui.state.queue.runs) == 1
        assert ui.session.coverage.steps.taken == 1
        assert any(" ? " in row or "? " in row for row in ui.pane("flow"))
        await ui.do("b")
        assert (ui.session.steps_taken, ui.state.question, len(ui.state.queue.runs)) == (before, None, 0)
        await ui.do("s", "a")
        await ui.type("n")
        await ui.do("enter", "s")
        assert ui.state.run is None
        assert len(ui.state.queue.runs) == 1


async def test_a_run_that_asks_can_be_left_or_forced(tmp_path: Path) -> None:
    async with rehearsal(write_json(tmp_path / "app.json", undecided())) as ui:
        await ui.do("c", "x")
        assert ui.state.last is not None
        assert (ui.state.last.kind, ui.state.last.left) == (EntryKind.START, True)
        assert "left: " in ui.heading[1]
        await ui.do("b", "w", "enter", "s")
        assert ui.place == "W: aB3"


async def test_a_value_that_is_undecided_is_answered_as_json(tmp_path: Path) -> None:
    found = app(workflow("W", schedule("aB3", "/#fn:whoKnows,steps.1.x")), called("C", CALLED, step("cD4")))
    async with rehearsal(write_json(tmp_path / "app.json", found)) as ui:
        await ui.until("aB3")
        await ui.do("s")
        assert ui.state.question is not None
        assert not ui.state.question.condition
        await ui.do("a")
        await ui.type(CALLED)
        await ui.do("enter")
        assert ui.question.startswith("✗ line 1, column")
        await ui.type(json.dumps(CALLED))
        await ui.do("enter", "s", "s", "s")
        assert ui.place == "C: cD4"


# Events


async def test_the_event_is_changed_from_anywhere_and_it_begins_again() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("d", "s")
        await ui.do("v", "G", "enter")
        payload = json.loads(ui.typed)
        payload["changes"]["attributes"]["custom"]["before"]["@timerBool"] = True
        await ui.type(json.dumps(payload))
        await ui.do("ctrl+s")
        assert ui.session.steps_taken == 0
        assert "payload  given {" in " ".join(ui.pane("table"))
        await ui.do("c")
        assert ui.heading[1].startswith("◉ ended: no transition holds")


async def test_an_event_is_pasted_as_it_travelled() -> None:
    event = {"name": "kustomer.conversation.update", "data": {"id": "c7", "attributes": {"status": "done"}}}
    async with rehearsal(CHAIN) as ui:
        await ui.do("v", "G", "enter")
        await ui.type(json.dumps({"event": event}))
        await ui.do("ctrl+s")
        assert ui.session.event is not None
        assert ui.session.event.payload == {"id": "c7", "status": "done"}


async def test_a_recorded_run_is_pasted_and_happens_again(tmp_path: Path) -> None:
    asks = step("aB3", to("cD4"), errorCases=[to("eF5", when("eq", "/#error.statusCode", 404))])
    path = write_json(tmp_path / "app.json", app(workflow("W", asks, step("cD4"), step("eF5"))))
    context = {"steps": {"1": {"id": "c7"}}}
    record = {"error": {"statusCode": 404}, "status": "failed", "event": {"id": "x"}, "meta": {"context": context}}
    async with rehearsal(path) as ui:
        await ui.do("v")
        await ui.type(json.dumps({"data": {"attributes": record}}))
        await ui.do("ctrl+s", "s", "s")
        assert ui.place == "W: eF5"
        assert ui.state.run is not None
        assert ui.state.run.outputs["1"] == {"id": "c7"}


async def test_an_event_s_payload_is_an_object() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.do("e", "G", "enter")
        assert ui.question.startswith("Payload of the event")
        await ui.type("[1]")
        await ui.do("ctrl+s")
        assert ui.question == "✗ a payload is a JSON object: { … }"


async def test_another_event_happens_while_a_schedule_is_pending() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("lRQbINWoR")
        await ui.do("s")
        assert len(ui.state.queue.runs) == 1
        await ui.do("i")
        assert ui.choices[0] == "◆ kustomer.conversation.update"
        assert ui.choices[1:] == [f"⇒ call {name}" for name in FOUR[1:]]
        await ui.do("enter")
        assert ui.choices[0].endswith("timer-chain-done.scenario.json"), "events of scenarios come first"
        await ui.do("G", "enter")
        assert ui.question.startswith("Its payload")
        await ui.do("ctrl+s")
        assert len(ui.state.queue.starts) == 1
        assert len(ui.state.queue.runs) == 1
        await ui.do("c")
        starts = [entry.title for entry in ui.state.trace if entry.kind is EntryKind.START]
        assert starts[:2] == [FOUR[0], FOUR[0]]
        assert starts.count(FOUR[1]) == 2
        await ui.do("r", "R", "i", "j", "enter", "ctrl+s", "s", "s", "s", "s")


# In an editor


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file: what it holds is what the editor makes of whatever it is given."""
    new = tmp_path / "typed"
    script = tmp_path / "editor"
    script.write_text(f'#!/bin/sh\ncp "{new}" "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setattr(Kustui, "suspend", lambda self: contextlib.nullcontext())
    return new


async def test_answer_and_event_are_edited_in_an_editor(editor: Path) -> None:
    async with rehearsal(CHAIN) as ui:
        editor.write_text('{"id": "typed"}')
        await ui.do("V")
        assert ui.session.event is not None
        assert ui.session.event.payload == {"id": "typed"}
        await ui.do("R", "o", "escape")
    async with rehearsal(CHAIN) as ui:
        await ui.until("9YLjj12HE")
        editor.write_text('{"tags": ["typed"]}')
        await ui.do("E")
        assert ui.state.overrides.output == {"tags": ["typed"]}
        editor.write_text("{")
        await ui.do("E")
        assert ui.question.startswith("✗ line 1, column")
        assert ui.typed.strip() == "{", "what was written is there to be put right"
        editor.write_text('{"tags": []}')
        await ui.do("ctrl+o")
        assert ui.screen.prompts.open is None
        assert ui.state.overrides.output == {"tags": []}


async def test_an_editor_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    async with rehearsal(CHAIN) as ui:
        await ui.do("V")
        assert "/nowhere/editor was not found" in ui.news


async def test_a_sheet_that_is_drawn_before_it_is_styled_is_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the screen was drawn between mounting and styling, and Textual's TextArea ended kustui."""

    def unstyled(_: TextArea, crop: Region) -> None:
        raise KeyError("No 'text-area--gutter' key in COMPONENT_CLASSES")

    monkeypatch.setattr(TextArea, "render_lines", unstyled)
    async with App[None]().run_test():
        strips = SheetField("{}").render_lines(Region(0, 0, 20, 3))
    assert [strip.text for strip in strips] == [" " * 20] * 3
