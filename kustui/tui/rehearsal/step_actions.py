"""Going through a rehearsal: step, back, run on, breakpoints."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from kustui.analysis.names import node_name
from kustui.definition.platform import TRIGGER_ID
from kustui.errors import KustuiError
from kustui.simulate import DEFAULT_MAX_STEPS
from kustui.simulate.engine.history import Breakpoint, at_scheduled_run
from kustui.simulate.engine.state import State
from kustui.text.messages import counted
from kustui.text.styled_lines import Line
from kustui.tui.prompts import ChoicePrompt, Prompts
from kustui.tui.rehearsal.current_session import CurrentSession
from kustui.tui.rehearsal.run_rail_view import RunRailView
from kustui.tui.rehearsal.session import FAILURE, SCHEDULE, Session, StopPoint
from kustui.tui.widgets.rows import Row

_BREATH = 0.03
"""Seconds of running on after which keys are looked at."""


class StepActions:
    """Moves the current session on and back, and sets its breakpoints; ``answer`` asks for what is undecided."""

    def __init__(
        self, current: CurrentSession, prompts: Prompts, rail: RunRailView, answer: Callable[[], Awaitable[None]]
    ) -> None:
        self._current, self._prompts, self._rail, self._answer = current, prompts, rail, answer
        self._halted = False

    async def step(self) -> None:
        session = self._current.session
        if session.state.question is not None:
            await self._answer()
        elif session.state.finished and not session.history.can_go_forward:
            self._announce_finished()
        else:
            after = session.stepped()
            self._current.replace(after, *self._question(after))

    def step_back(self) -> None:
        session = self._current.session
        if session.can_go_back:
            self._current.replace(session.back())
        else:
            self._current.announce(("already at the start", "muted"))

    def restart(self) -> None:
        self._current.replace(self._current.session.restarted())

    def start_afresh(self) -> None:
        """Go back to the start, and decide everything again."""
        news: Line = (("at the start again, nothing decided", "muted"),)
        self._current.replace(self._current.session.restarted().without_steps_ahead(), *news)

    def forget(self) -> None:
        """Forget the steps ahead."""
        session = self._current.session
        if count := session.steps_ahead:
            self._current.replace(session.without_steps_ahead(), (f"{counted(count, 'step')} ahead discarded", "muted"))
        else:
            hints = self._current.key_hints("rehearse.restart", "rehearse.afresh")
            self._current.announce(("there are no steps ahead", "muted"), *hints)

    # Events

    def follow_events(self) -> None:
        """Follow the events that writes cause, or no longer."""
        self._current.in_background(partial(self._follow_events, self._current.session), "scenario", "following events")

    async def _follow_events(self, session: Session) -> None:
        current, follows = self._current, not session.state.follows_events
        try:
            after = await asyncio.to_thread(session.following_events, follows)
            while (now := current.value) is not None and now is not session:  # somebody has gone on meanwhile
                session = now
                after = await asyncio.to_thread(session.following_events, follows)
        except KustuiError as error:
            current.announce(("✗ ", "error"), (str(error).splitlines()[0], "error"))
            return
        news = "writes start what listens to their event (assumed)" if follows else "events are no longer followed"
        again = ": what you decided so far is repeated" if session.steps_taken else ""
        current.replace(after, (news, "new"), (again, "muted"))

    # Running on

    def run_on(self) -> None:
        session = self._current.session
        self._start_running(session, *session.breakpoints)

    def run_to_end(self) -> None:
        self._start_running(self._current.session)

    def run_to_schedule(self) -> None:
        self._start_running(self._current.session, at_scheduled_run)

    def _start_running(self, session: Session, *breakpoints: Breakpoint) -> None:
        self._current.in_background(partial(self._run, session, *breakpoints), "run", "running")

    async def _run(self, session: Session, *breakpoints: Breakpoint) -> None:
        current = self._current
        current.is_running, self._halted = True, False
        states: list[State] = []
        try:
            rested = time.monotonic()
            for state in session.run_on(DEFAULT_MAX_STEPS, *breakpoints):
                states.append(state)
                if time.monotonic() - rested > _BREATH:
                    current.announce((f"running … {len(states):,} steps, Esc stops it", "info"))
                    await asyncio.sleep(0.001)
                    rested = time.monotonic()
                if self._halted:
                    break
        finally:
            current.is_running = False
        if states and current.value is session:
            after = session.after_running(states)
            current.replace(after, *self._why_stopped(after, len(states)))
        elif not states:
            self._announce_finished()

    def halt(self) -> bool:
        """Stop running on; whether it did run."""
        self._halted = self._current.is_running
        return self._halted

    def _why_stopped(self, session: Session, count: int) -> Line:
        hints = self._current.key_hints
        state, steps = session.state, f"  after {counted(count, 'step')}"
        if state.question is not None:
            return self._question(session)
        if state.finished:
            return (("◉ ran to the end", "good"), (steps, "muted"), *hints("rehearse.restart", "rehearse.save"))
        if self._halted:
            return (("stopped", "name"), (steps, "muted"))
        if reason := session.stop_reason:
            return ((f"■ stopped {reason}", "name"), (steps, "muted"))
        if count >= DEFAULT_MAX_STEPS:
            endless = f"{steps}: it may loop for ever"
            return (("▲ stopped", "warning"), (endless, "muted"), *hints("rehearse.run-on"))
        return ()

    def _question(self, session: Session) -> Line:
        """What the current state asks, if it does."""
        if (question := session.state.question) is None:
            return ()
        hints = self._current.key_hints("rehearse.answer", "rehearse.force")
        return (("? ", "warning"), (question.words, "warning"), *hints)

    def _announce_finished(self) -> None:
        hints = self._current.key_hints("rehearse.step-back", "rehearse.restart")
        self._current.announce(("◉ the rehearsal is over", "name"), *hints)

    # Breakpoints

    def toggle_breakpoint(self) -> None:
        """At the step of the rail's cursor."""
        session, node = self._current.session, self._rail.node
        if not node:
            return
        key = session.position[0]
        stop = StopPoint("step", key, node)
        verb = "breakpoint cleared" if stop in session.stop_points else "breakpoint set"
        self._toggle(session, stop, node)
        name = node_name(session.organisation.analysis(key).flow, node)
        self._current.announce(
            (f"■ {verb} before ", "name"), (name, "name"), *self._current.key_hints("rehearse.run-on")
        )

    def _toggle(self, session: Session, stop: StopPoint, node: str) -> None:
        self._current.replace(session.toggled(stop))
        self._rail.cursor = self._rail.drawing.row_of.get(node, 0) if self._rail.drawing else 0

    async def choose_breakpoints(self) -> None:
        session = self._current.session
        key, node = session.position[0], self._rail.node
        here = [StopPoint("step", key, node)] if node else []
        stops = [
            *dict.fromkeys((*here, StopPoint("step", key, TRIGGER_ID), FAILURE, SCHEDULE, *sorted(session.stop_points)))
        ]

        def toggle(index: int) -> bool:
            if (now := self._current.ready()) is not None:
                self._toggle(now, stops[index], node)
                if self._current.value is not None and isinstance(prompt := self._prompts.open, ChoicePrompt):
                    prompt.list.list_rows(_breakpoint_rows(self._current.value, stops), index)
            return False

        await self._prompts.choose("Stop at", _breakpoint_rows(session, stops), toggle)


def _breakpoint_rows(session: Session, stops: list[StopPoint]) -> list[Row]:
    rows = []
    for stop in stops:
        text = {"failure": "after any failure", "schedule": "after any schedule"}.get(stop.kind, "")
        if not text:
            title = name = ""
            if stop.key in session.organisation.collection.by_key:
                analysis = session.organisation.analysis(stop.key)
                title, name = analysis.title, node_name(analysis.flow, stop.node)
            text = f"before each run of {title}" if stop.node == TRIGGER_ID else f"before {name}  in {title}"
        rows.append(Row((("■ " if stop in session.stop_points else "  ", "error"), (text, ""))))
    return rows
