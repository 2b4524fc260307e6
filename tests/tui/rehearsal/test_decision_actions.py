"""What a person decides during a rehearsal: answers, failures, ways, events; typed, chosen, or edited elsewhere."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from kustui.check.examples import app, called, step, to, when, workflow
from kustui.simulate.engine.trace import EntryKind
from kustui.tui.app import Kustui
from tests.support.rehearsals import CHAIN, FOUR, rehearsal
from tests.tui.explorer.test_explorer import written

CALLED = "5f8e148232731d0015c14657"


async def test_the_answer_is_edited_in_place_and_is_marked_as_mocked() -> None:
    async with rehearsal(CHAIN) as player:
        await player.until("9YLjj12HE")
        await player.do("e")
        assert json.loads(player.typed) == {"tags": ["vip"]}
        assert player.question.startswith("What is it to answer?  Whose conversation")
        await player.type('{"tags": []}')
        await player.do("ctrl+s")
        assert "answers  mocked {" in " ".join(player.pane("table"))
        assert player.heading[1].endswith("mocked")
        await player.do("s")
        assert player.place == f"{FOUR[0]}: lRQbINWoR"
        assert any("answers  mocked" in row for row in player.pane("log"))


async def test_what_is_no_json_is_told_with_its_place_and_nothing_typed_is_lost() -> None:
    async with rehearsal(CHAIN, size=(80, 24)) as player:
        await player.until("9YLjj12HE")
        before = player.session
        await player.do("e")
        await player.type('{"tags":\n  [1,]}')
        await player.do("ctrl+s")
        assert player.question.startswith("✗ line 2, column ")
        assert player.typed == '{"tags":\n  [1,]}'
        assert player.session is before
        await player.do("escape")
        assert player.screen.asking is None
        assert player.focus == "course"
        assert player.session is before


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
    async with rehearsal(CHAIN, workflow=FOUR[2]) as player:
        await player.until("yZVIBA9et")
        await player.do("f")
        await player.type(typed)
        await player.do("enter")
        assert any("DJ1MxBoGc" in row or "↯" in row for row in player.pane("table"))
        await player.do("s")
        assert player.state.last is not None
        failure = player.state.last.failure
        assert failure is not None
        assert (failure.status, failure.body) == (status, body)
        assert any(row.startswith("error") or "error" in row for row in player.pane("context"))


async def test_a_status_that_is_none_is_refused() -> None:
    async with rehearsal(CHAIN, workflow=FOUR[2]) as player:
        await player.until("yZVIBA9et")
        await player.do("f")
        await player.type("99")
        await player.do("enter")
        assert player.question == "✗ a status is a number from 100 to 599"


async def test_what_was_decided_of_the_step_at_hand_can_be_forgotten() -> None:
    async with rehearsal(CHAIN) as player:
        await player.until("9YLjj12HE")
        await player.do("f", "enter")
        assert player.heading[1].endswith("fails, mocked")
        await player.do("u")
        assert player.heading[1].endswith("drafted")


async def test_only_a_step_with_an_action_answers_or_fails() -> None:
    async with rehearsal(CHAIN) as player:
        await player.until("wvODZuCal")
        for key in ("e", "f"):
            await player.do(key)
            assert player.screen.asking is None
            assert "only a step with an action" in player.news


async def test_a_way_is_forced_from_the_table_or_from_a_list_and_the_run_may_be_made_to_end() -> None:
    async with rehearsal(CHAIN) as player:
        await player.until("9YLjj12HE")
        await player.do("2")
        view = player.screen.pane("table")
        view.cursor = next(index for index, row in enumerate(player.pane("table")) if "Look again" in row)
        await player.do("enter", "s")
        assert player.place == f"{FOUR[0]}: lRQbINWoR"
        await player.do("b", "b")
        assert player.place == f"{FOUR[0]}: 9YLjj12HE"
        await player.do("w", "G", "enter", "s")
        assert player.heading[1].startswith("■ over: it was made to end here")


# What nobody can decide


def undecided() -> object:
    return app(workflow("W", step("aB3"), entry=(to("aB3", when("looksLike", "/#steps.1.status", "open")),)))


async def test_what_is_undecided_is_asked_and_never_guessed(tmp_path: Path) -> None:
    async with rehearsal(written(tmp_path / "app.json", undecided()), size=(80, 24)) as player:
        await player.do("c")
        assert player.heading[1].startswith("? asks: status looksLike")
        assert "a decide" in player.news
        assert not player.state.finished
        await player.do("c", "c")
        assert player.state.run is not None
        assert player.state.run.at == "1"
        await player.do("s")
        assert player.question.startswith("? status looksLike")
        await player.type("perhaps")
        await player.do("enter")
        assert player.question == "✗ type y for yes or n for no"
        await player.type("y")
        await player.do("enter", "s", "5")
        assert player.place == "W: aB3"
        assert "answered by hand" in " ".join(player.pane("log"))


async def test_a_run_that_asks_can_be_left_or_forced(tmp_path: Path) -> None:
    async with rehearsal(written(tmp_path / "app.json", undecided())) as player:
        await player.do("c", "x")
        assert player.state.last is not None
        assert player.state.last.kind is EntryKind.LEFT
        await player.do("b", "w", "enter", "s")
        assert player.place == "W: aB3"


async def test_a_value_that_is_undecided_is_answered_as_json(tmp_path: Path) -> None:
    from kustui.check.examples import schedule

    found = app(workflow("W", schedule("aB3", "/#fn:whoKnows,steps.1.x")), called("C", CALLED, step("cD4")))
    async with rehearsal(written(tmp_path / "app.json", found)) as player:
        await player.until("aB3")
        await player.do("s")
        assert player.state.question is not None
        assert not player.state.question.condition
        await player.do("a")
        await player.type(CALLED)
        await player.do("enter")
        assert player.question.startswith("✗ line 1, column")
        await player.type(json.dumps(CALLED))
        await player.do("enter", "s", "s", "s")
        assert player.place == "C: cD4"


# Events


async def test_the_event_is_changed_from_anywhere_and_it_begins_again() -> None:
    async with rehearsal(CHAIN) as player:
        await player.do("d", "s")
        await player.do("v")
        payload = json.loads(player.typed)
        payload["changes"]["attributes"]["custom"]["before"]["@timerBool"] = True
        await player.type(json.dumps(payload))
        await player.do("ctrl+s")
        assert player.session.history.at == 0
        assert "payload  given {" in " ".join(player.pane("table"))
        await player.do("c")
        assert player.heading[1].startswith("■ over: no transition holds")


async def test_an_event_s_payload_is_an_object() -> None:
    async with rehearsal(CHAIN) as player:
        await player.do("e")
        assert player.question.startswith("What does the event bring?")
        await player.type("[1]")
        await player.do("ctrl+s")
        assert player.question == "✗ a payload is an object: { … }"


async def test_another_event_happens_while_a_schedule_is_pending() -> None:
    async with rehearsal(CHAIN) as player:
        await player.until("lRQbINWoR")
        await player.do("s")
        assert len(player.state.queue.runs) == 1
        await player.do("i")
        assert player.choices[0] == "◆ kustomer.conversation.update"
        assert player.choices[1:] == [f"⇒ call {name}" for name in FOUR[1:]]
        await player.do("enter")
        assert player.question.startswith("What does it bring?")
        await player.do("ctrl+s")
        assert len(player.state.queue.events) == 1
        assert len(player.state.queue.runs) == 1
        await player.do("c")
        starts = [entry.title for entry in player.state.trace if entry.kind is EntryKind.START]
        assert starts[:2] == [FOUR[0], FOUR[0]]
        assert starts.count(FOUR[1]) == 2
        await player.do("r", "R", "i", "j", "enter", "ctrl+s", "s", "s", "s", "s")


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
    async with rehearsal(CHAIN) as player:
        editor.write_text('{"id": "typed"}')
        await player.do("V")
        assert player.session.event is not None
        assert player.session.event.payload == {"id": "typed"}
        await player.do("R", "o", "escape")
    async with rehearsal(CHAIN) as player:
        await player.until("9YLjj12HE")
        editor.write_text('{"tags": ["typed"]}')
        await player.do("E")
        assert player.state.overrides.output == {"tags": ["typed"]}
        editor.write_text("{")
        await player.do("E")
        assert player.question.startswith("✗ line 1, column")
        assert player.typed.strip() == "{", "what was written is there to be put right"
        editor.write_text('{"tags": []}')
        await player.do("ctrl+o")
        assert player.screen.asking is None
        assert player.state.overrides.output == {"tags": []}


async def test_an_editor_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    async with rehearsal(CHAIN) as player:
        await player.do("V")
        assert "/nowhere/editor is not to be found" in player.news
