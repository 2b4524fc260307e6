"""Answers and events that were given once, offered again: in the same session, in the next one, for other steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kustui.check.rule import app, step, to, workflow
from kustui.tui.prompts import Prompt
from kustui.tui.rehearsal.earlier_answers import EarlierAnswer, EarlierAnswers
from tests.support.definitions import write_json
from tests.support.rehearsal import CHAIN, FOUR, RehearsalPilot, rehearsal

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def output(text: str, *, action: str = "note.create", step: str = "aB3") -> EarlierAnswer:
    return EarlierAnswer("output", action, text, "W", step)


# What is kept


def test_answers_of_the_same_step_come_first_and_each_text_once() -> None:
    earlier = EarlierAnswers(saved=False)
    for answer in (output("1"), output("2", step="cD4"), output("1", step="cD4"), output("3", action="tags.add")):
        earlier.add(answer)
    assert [answer.text for answer in earlier.offered("output", "note.create", "W", "aB3")] == ["1", "2"]
    assert [answer.text for answer in earlier.offered("output", "note.create", "V", "xY1")] == ["1", "2"]
    assert not [*earlier.offered("failure", "note.create", "W", "aB3")]


def test_they_are_there_in_the_next_session_with_those_of_another_kustui(state: Path) -> None:
    one, other = EarlierAnswers(saved=True), EarlierAnswers(saved=True)
    one.add(output("1"))
    other.add(output("2"))
    texts = [answer.text for answer in EarlierAnswers(saved=True).offered("output", "note.create", "W", "aB3")]
    assert texts == ["2", "1"]
    file = next(state.rglob("answers.json"))
    assert file.stat().st_mode & 0o077 == 0, "nobody else reads it"


def test_what_is_saved_is_bounded(state: Path) -> None:
    earlier = EarlierAnswers(saved=True)
    earlier.add(output("x" * 100_000))
    for number in range(150):
        earlier.add(output(str(number)))
    assert next(state.rglob("answers.json")).stat().st_size < 100_000
    assert len([*earlier.offered("output", "note.create", "W", "aB3")]) == 100


def test_without_state_nothing_is_written(state: Path) -> None:
    EarlierAnswers(saved=False).add(output("1"))
    assert not state.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff", b'{"version": 99, "answers": []}'])
def test_a_file_that_is_not_ours_is_passed_over(state: Path, content: bytes) -> None:
    EarlierAnswers(saved=True).add(output("1"))
    file = next(state.rglob("answers.json"))
    file.write_bytes(content)
    assert not [*EarlierAnswers(saved=True).offered("output", "note.create")]


# What is offered


async def again(ui: RehearsalPilot) -> None:
    """Leave the rehearsal, and begin another one."""
    await ui.do("q")
    await ui.rest()
    await ui.do("R")


async def test_an_output_that_was_given_is_the_first_choice_the_next_time() -> None:
    async with rehearsal(CHAIN) as ui:
        await ui.until("9YLjj12HE")
        await ui.do("e")
        await ui.type('{"tags": []}')
        await ui.do("ctrl+s")
        await again(ui)
        await ui.until("9YLjj12HE")
        await ui.do("e")
        assert ui.choices == ['{"tags": []} given before', "… type another beginning with what there is"]
        await ui.do("enter")
        assert ui.state.overrides.output == {"tags": []}
        await ui.do("u", "e", "G", "enter")
        assert json.loads(ui.typed) == {"tags": ["vip"]}, "it begins with what is drafted"
        await ui.do("escape")
        assert not ui.screen.query(Prompt)


async def test_a_failure_is_offered_to_another_step_with_the_same_action(tmp_path: Path) -> None:
    flow = workflow("W", step("aB3", to("cD4")), step("cD4"), entry=(to("aB3"),))
    async with rehearsal(write_json(tmp_path / "app.json", app(flow))) as ui:
        await ui.until("aB3")
        await ui.do("f")
        await ui.type("404 gone")
        await ui.do("enter", "u", "s", "f")
        assert ui.choices[0] == "404 gone given elsewhere"
        await ui.do("enter")
        assert "fails, mocked" in ui.heading[1]


async def test_an_event_is_offered_to_every_workflow_it_starts_and_those_of_scenarios_too(tmp_path: Path) -> None:
    flows = app(workflow("V", step("aB3"), entry=(to("aB3"),)), workflow("W", step("cD4"), entry=(to("cD4"),)))
    event = flows["workflows"][0]["trigger"]["eventName"]
    path = write_json(tmp_path / "app.json", flows)
    start = [{"event": event, "payload": {"id": "of a scenario"}}]
    write_json(tmp_path / "one.scenario.json", {"scenario": "One", "start": start})
    async with rehearsal(path) as ui:
        await ui.do("v")
        assert ui.choices[0] == '{"id": "of a scenario"} one.scenario.json'
        await ui.do("G", "enter")
        await ui.type('{"id": "c7"}')
        await ui.do("ctrl+s")
        await ui.do("q")
        await ui.rest()
        await ui.do("C")
        await ui.go_to(" W")
        await ui.do("r", "v")
        assert [row.split("}")[0] for row in ui.choices[:2]] == ['{"id": "c7"', '{"id": "of a scenario"']
        await ui.do("enter")
        assert ui.session.event is not None
        assert ui.session.event.payload == {"id": "c7"}
        assert ui.place == "W: 1"


# What happens when a step fails


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_step_is_failed_from_the_explorer_with_one_key(size: tuple[int, int]) -> None:
    async with rehearsal(CHAIN, size=size, workflow=FOUR[1]) as ui:
        await ui.do("q")
        await ui.rest()
        await ui.do("E")
        await ui.go_to("● Switch the timer off")
        await ui.do("3", "X")  # from any pane that shows the step
        assert ui.place.endswith(": TZK54EHdd")
        assert "fails" in ui.heading[1]
        assert "is set to fail" in ui.news
        assert "s step" in ui.news
