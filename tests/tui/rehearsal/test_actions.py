"""Every action of a rehearsal, carried out by its key."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from textual.binding import Binding

from kustui.config.actions import ACTIONS, BY_ID
from kustui.tui.app import Kustui
from kustui.tui.bindings import handler, textual_action
from kustui.tui.prompts import LineField, SheetField
from kustui.tui.rehearsal.screen import RehearsalScreen
from tests.support.definitions import write_json
from tests.support.rehearsal import CHAIN, FOUR, RehearsalPilot, belongs_to_the_rehearsal, rehearsal, undecided

pytestmark = pytest.mark.slow

ACTING = "@9YLjj12HE"
"""On to the first step with an action."""
AFRESH = BY_ID["rehearse.afresh"].key_list[0]


class Did(NamedTuple):
    before: tuple[str, ...]
    """The keys that lead from the action before to where it is carried out, or ``@`` with the step that is to be at
    hand."""
    seen: Callable[[RehearsalPilot], Any]
    becomes: Callable[[Any], object]
    """Whether it has become what it should be; before, it was not."""


def at(ui: RehearsalPilot) -> int:
    """How many steps were gone."""
    return ui.session.steps_taken


def pane(name: str) -> Callable[[RehearsalPilot], str]:
    return lambda ui: " ".join(ui.pane(name))


def news(ui: RehearsalPilot) -> str:
    return ui.news


def heading(ui: RehearsalPilot) -> str:
    return " ".join(ui.heading)


def focus(ui: RehearsalPilot) -> str | None:
    return ui.focus


def asked(ui: RehearsalPilot) -> str:
    """What stands above the field, if there is one."""
    return ui.question if ui.screen.prompts.open is not None else ""


def chosen_from(ui: RehearsalPilot) -> list[str]:
    return ui.choices if ui.screen.query("#choices") else []


def has_become(did: Did, ui: RehearsalPilot) -> object:
    return did.becomes(did.seen(ui))


def is_(value: object) -> Callable[[Any], object]:
    return lambda now: now == value


def holds(part: str) -> Callable[[Any], object]:
    return lambda now: part in now


def begins(part: str) -> Callable[[Any], object]:
    return lambda now: now.startswith(part)


def failing_step(ui: RehearsalPilot) -> str:
    """What is next where that is a step set to fail."""
    on_screen = isinstance(ui.app.screen, RehearsalScreen) and ui.screen.current.value is not None
    return ui.heading[1] if on_screen and "fails, mocked" in ui.heading[1] else ""


def rehearses(ui: RehearsalPilot) -> bool:
    return isinstance(ui.app.screen, RehearsalScreen)


def goes_to(name: str, *before: str) -> Did:
    return Did(before, focus, is_(name))


WALKS = {
    "steps": {
        "rehearse.step": Did((), at, is_(1)),
        "rehearse.step-back": Did(("s",), at, is_(1)),
        "rehearse.forget": Did((), lambda ui: ui.session.history.can_go_forward, is_(False)),
        "rehearse.restart": Did(("s",), at, is_(0)),
        "rehearse.afresh": Did(("s", "s"), lambda ui: (at(ui), ui.session.history.can_go_forward), is_((0, False))),
        "rehearse.run-to-schedule": Did((), lambda ui: ui.place, is_(f"{FOUR[1]}: 1")),
        "rehearse.run-on": Did((), lambda ui: ui.state.finished, is_(True)),
        "rehearse.run-to-end": Did((AFRESH,), lambda ui: ui.state.finished, is_(True)),
    },
    "an answer": {
        "rehearse.edit-answer": Did((ACTING,), asked, begins("Output of the step")),
        "sheet.drop": Did((), lambda ui: ui.screen.prompts.open is None, is_(True)),
        "sheet.outside": Did(("e",), pane("table"), holds('"outside"')),
    },
    "an answer that is kept": {
        "sheet.keep": Did((ACTING, "e"), heading, holds("mocked")),
    },
    "an answer from an editor": {
        "rehearse.edit-answer-outside": Did((ACTING,), heading, holds("mocked")),
    },
    "a failure": {
        "rehearse.fail": Did((ACTING,), lambda ui: ui.screen.prompts.open is not None, is_(True)),
        "line.drop": Did((), lambda ui: ui.screen.prompts.open is None, is_(True)),
        "line.keep": Did(("f",), heading, holds("fails, mocked")),
        "rehearse.replan": Did((), heading, lambda now: now.endswith("drafted")),
        "rehearse.force": Did((), chosen_from, lambda now: len(now) > 2),
    },
    "what is undecided": {
        "rehearse.answer": Did(("c",), asked, begins("? status looksLike")),
        "rehearse.leave-run": Did(("escape",), lambda ui: ui.state.finished, is_(True)),
    },
    "choices": {
        "rehearse.edit-event": Did((), chosen_from, lambda now: "… type another beginning with what there is" in now),
        "rehearse.another-event": Did(("escape",), chosen_from, holds("◆ kustomer.conversation.update")),
        "rehearse.breakpoints": Did(("escape",), chosen_from, holds("after any failure")),
        "rehearse.paths": Did(("escape",), chosen_from, lambda now: len(now) > 1),
        "rehearse.chain-paths": Did(("escape",), chosen_from, lambda now: len(now) > 1),
        "rehearse.scenarios": Did(("escape",), chosen_from, lambda now: any("scenario" in row for row in now)),
        "rehearse.save": Did(("escape",), asked, bool),
        "rehearse.follow-events": Did(("escape",), lambda ui: ui.status, holds("follows events (assumed)")),
        "rehearse.edit-event-outside": Did((), pane("table"), holds("payload  given {")),
    },
    "panes": {
        "rehearse.breakpoint": Did(("j",), pane("flow"), holds("■")),
        "rehearse.course": goes_to("flow", "2"),
        "rehearse.table": goes_to("table"),
        "rehearse.context": goes_to("context"),
        "rehearse.queue": goes_to("queue"),
        "rehearse.log": goes_to("log"),
        "rehearse.coverage": goes_to("coverage"),
        "rehearse.return": Did((), rehearses, is_(False)),
        "view.rehearse": Did((), rehearses, is_(True)),
        "view.rehearse-afresh": Did(("escape",), rehearses, is_(True)),
        "view.rehearse-failure": Did(
            ("escape", "slash", *"Whose", "enter"), failing_step, begins("▶ next: Whose conversation")
        ),
    },
    "the context": {
        "context.close": Did(("@PbymBzfzS", "3"), lambda ui: ui.pane("context")[0], begins("▸")),
        "context.open": Did((), lambda ui: ui.pane("context")[0], begins("▾")),
    },
}
"""What each action did, by its id, one after the other in one rehearsal: beginning one takes longer than most keys."""
DEFINITIONS = {"what is undecided": undecided()}
"""Those of walks that do not go through the chain."""


def test_no_action_is_without_a_test_and_no_test_without_an_action() -> None:
    actions = [action.id for action in ACTIONS if belongs_to_the_rehearsal(action)]
    tested = [id_ for walk in WALKS.values() for id_ in walk]
    assert sorted(tested) == sorted(actions), f"WALKS in {Path(__file__).name} say of every action once what it does"


async def test_every_action_leads_from_its_key_to_the_handler_that_the_registry_names() -> None:
    binders = {"rehearse": RehearsalScreen, "line": LineField, "sheet": SheetField}
    async with rehearsal(CHAIN) as ui:
        for action in (action for action in ACTIONS if action.group in binders):
            binder = binders[action.group]
            if action.is_of_part:
                assert callable(handler(ui.screen, action)), action.id
            else:
                assert action.target_name == binder.__name__, action.id
                assert callable(getattr(binder, f"action_{action.method_name}", None)), action.id
            bindings = [
                found.action
                for found in vars(binder)["BINDINGS"]
                if isinstance(found, Binding) and found.id == action.id
            ]
            assert bindings == [textual_action(action)], action.id


@pytest.fixture
def _editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that writes the same whatever it is given."""
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf \'{"outside": true}\' > "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    monkeypatch.setattr(Kustui, "suspend", lambda self: contextlib.nullcontext())


@pytest.mark.usefixtures("_editor")
@pytest.mark.parametrize("name", WALKS)
async def test_an_action_does_what_it_is_for(name: str, tmp_path: Path) -> None:
    path = write_json(tmp_path / "app.json", DEFINITIONS[name]) if name in DEFINITIONS else CHAIN
    async with rehearsal(path) as ui:
        for id_, did in WALKS[name].items():
            key = BY_ID[id_].key_list[0]
            for each in did.before:
                await (ui.until(each[1:]) if each.startswith("@") else ui.do(each))
            was = did.seen(ui)
            assert not did.becomes(was), f"{id_}, before {key}: {was!r}"
            await ui.do(key)
            try:
                await ui.wait_until(partial(has_become, did, ui))
            except AssertionError as error:
                error.add_note(f"{id_}, {key}: from {was!r} to {did.seen(ui)!r}")
                raise
