"""Step, back, run on, breakpoints: going through a rehearsal."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work

from kustui.definition.platform import TRIGGER_ID
from kustui.diagrams.styled_lines import Line
from kustui.text.quantities import counted
from kustui.tui.rehearsal.panes import Stage
from kustui.tui.rehearsal.prompts import Choices, Offer, Prompt
from kustui.tui.terminal.editor import EditorError, edit_text
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from textual.widget import Widget

    from kustui.simulate.engine.history import Breakpoint
    from kustui.simulate.engine.state import State
    from kustui.tui.rehearsal.session import Session, Stop

_BREATH = 0.03
"""Seconds of running on after which keys are looked at."""


class Asking(Stage):
    """One thing is asked at a time; the keys go back to where they were."""

    def __init__(self) -> None:
        super().__init__()
        self._before: Widget | None = None

    @property
    def asking(self) -> Prompt | Offer | None:
        return next(iter((*self.query(Prompt), *self.query(Offer))), None)

    async def ask(self, question: Row, text: str, take: Callable[[str], str], *, sheet: bool = False) -> None:
        """Let somebody type; ``take`` is given what was typed, and says what is wrong with it or nothing."""
        await self._make_room()
        await self.mount(Prompt(question, text, take, sheet=sheet))
        self.offer_keys()

    async def offer(self, title: str, rows: Sequence[Row], chosen: Callable[[int], bool], cursor: int = 0) -> None:
        """Let somebody choose; ``chosen`` is given the number of the row, and says whether the list is done with."""
        await self._make_room()
        await self.mount(Offer(Choices(title, rows, chosen, cursor)))
        self.offer_keys()

    async def _make_room(self) -> None:
        if (asking := self.asking) is not None:
            await asking.remove()
        elif self.focused is not None:
            self._before = self.focused

    async def done_asking(self) -> None:
        if (asking := self.asking) is not None:
            await asking.remove()
        (self._before or self.course_view).focus()
        self.offer_keys()

    @on(Prompt.Kept)
    async def _kept(self, event: Prompt.Kept) -> None:
        if isinstance(event, Prompt.Outside) or not self.query(Prompt):
            return
        prompt = self.query_one(Prompt)
        if prompt.try_to_take(event.text) and self.asking is prompt:
            await self.done_asking()

    @on(Prompt.Outside)
    def _go_on_outside(self, event: Prompt.Outside) -> None:
        if self.query(Prompt):
            self._type_on_outside(self.query_one(Prompt), event.text)

    @work(exclusive=True, group="edit", description="editing")
    async def _type_on_outside(self, prompt: Prompt, before: str) -> None:
        text = await self._typed_outside(before)
        if text is None or self.asking is not prompt:
            return
        if prompt.try_to_take(text):
            if self.asking is prompt:
                await self.done_asking()
        else:  # what somebody wrote is never lost for a comma
            prompt.put(text)
            prompt.try_to_take(text)

    # A worker: an editor with a window of its own leaves the keys to this screen meanwhile.
    @work(exclusive=True, group="edit", description="editing")
    async def ask_outside(self, question: Row, text: str, take: Callable[[str], str]) -> None:
        """The same in $VISUAL or $EDITOR; what is wrong afterwards can be put right in a sheet."""
        found = await self._typed_outside(text)
        if found is not None and (fault := take(found)):
            await self.ask(Row((("✗ ", "error"), (fault, "error"))), found, take, sheet=True)

    async def _typed_outside(self, text: str) -> str | None:
        try:
            return await edit_text(self.app, text)
        except EditorError as error:
            self.announce(("✗ ", "error"), (str(error), "error"))
            return None

    @on(Prompt.Dropped)
    async def _dropped(self) -> None:
        await self.done_asking()


class Stepping(Asking):
    """Where a session goes on by itself, and back."""

    def __init__(self) -> None:
        super().__init__()
        self.runs_on = False
        """Whether it runs on by itself just now."""
        self._halted = False

    def ready(self) -> Session | None:
        """The session, if something can be decided of it now."""
        if self.session is None:
            self.announce(("it is still being prepared", "muted"))
        elif self.runs_on:
            self.announce(("it runs on: Esc stops it", "muted"))
        else:
            return self.session
        return None

    def turn(self, session: Session, *news: tuple[str, str]) -> None:
        """Show another state of things, and say what there is to say of it."""
        self.show_session(session)
        if news:
            self.announce(*news)

    async def action_step(self) -> None:
        session = self.ready()
        if session is None:
            return
        if session.state.question is not None:
            await self.run_action("answer")
        elif session.state.finished and not session.history.can_go_forward:
            self.announce(
                ("■ nothing is left to happen", "name"), *hint(self.app, "rehearse.step-back", "rehearse.restart")
            )
        else:
            after = session.stepped()
            self.turn(after, *_asks(self.app, after))

    def action_step_back(self) -> None:
        session = self.ready()
        if session is None:
            return
        if session.history.can_go_back:
            self.turn(session.back())
        else:
            self.announce(("this is the beginning", "muted"))

    def action_restart(self) -> None:
        if (session := self.ready()) is not None:
            self.turn(session.restarted())

    def action_forget(self) -> None:
        if (session := self.ready()) is not None:
            count = len(session.history.states) - session.history.at - 1
            told = f"{counted(count, 'step')} ahead forgotten" if count else "nothing lies ahead"
            self.turn(session.forgotten(), (told, "muted"))

    def action_run_on(self) -> None:
        if (session := self.ready()) is not None:
            self._run(session, *session.breakpoints)

    def action_run_to_end(self) -> None:
        if (session := self.ready()) is not None:
            self._run(session)

    def action_run_to_schedule(self) -> None:
        from kustui.tui.rehearsal.session import SCHEDULED

        if (session := self.ready()) is not None:
            self._run(session, SCHEDULED)

    @work(exclusive=True, group="run", description="running on")
    async def _run(self, session: Session, *breakpoints: Breakpoint) -> None:
        from kustui.simulate.engine.state import DEFAULT_MAX_STEPS

        self.runs_on, self._halted = True, False
        states: list[State] = []
        try:
            rested = time.monotonic()
            for state in session.onward(DEFAULT_MAX_STEPS, *breakpoints):
                states.append(state)
                if time.monotonic() - rested > _BREATH:
                    self.announce((f"running on … {len(states):,} steps, Esc stops it", "info"))
                    await asyncio.sleep(0.001)
                    rested = time.monotonic()
                if self._halted:
                    break
        finally:
            self.runs_on = False
        if states and self.session is session:
            after = session.went(states)
            self.turn(after, *self._why_stopped(after, len(states)))
        elif not states:
            self.announce(
                ("■ nothing is left to happen", "name"), *hint(self.app, "rehearse.step-back", "rehearse.restart")
            )

    def halt(self) -> bool:
        """Whether it ran on by itself, and is stopped."""
        self._halted = self.runs_on
        return self.runs_on

    def _why_stopped(self, session: Session, count: int) -> Line:
        state = session.state
        steps = f"  after {counted(count, 'step')}"
        if state.question is not None:
            return _asks(self.app, session)
        if state.finished:
            return (("■ to the end", "good"), (steps, "muted"), *hint(self.app, "rehearse.restart", "rehearse.save"))
        if self._halted:
            return (("stopped", "name"), (steps, "muted"))
        if told := session.stopped_by():
            return ((f"■ stopped {told}", "name"), (steps, "muted"))
        from kustui.simulate.engine.state import DEFAULT_MAX_STEPS

        if count >= DEFAULT_MAX_STEPS:
            return (
                ("▲ cut", "warning"),
                (f"{steps}: it may go round for ever", "muted"),
                *hint(self.app, "rehearse.run-on"),
            )
        return ()

    # Breakpoints

    def action_breakpoint(self) -> None:
        session = self.ready()
        if session is None or not self.course_view.node:
            return
        from kustui.diagrams.labels import node_name
        from kustui.tui.rehearsal.session import Stop

        node, key = self.course_view.node, session.place[0]
        stop = Stop("step", key, node)
        name = node_name(session.organisation.analysis(key).flow, node)
        told = "no longer stops" if stop in session.stops else "stops"
        self._with_stop(session, stop, node)
        self.announce((f"■ {told} before ", "name"), (name, "name"), *hint(self.app, "rehearse.run-on"))

    def _with_stop(self, session: Session, stop: Stop, node: str) -> None:
        self.turn(session.toggled(stop))
        self.course_view.cursor = self.course_view.drawing.row_of.get(node, 0) if self.course_view.drawing else 0

    async def action_breakpoints(self) -> None:
        session = self.ready()
        if session is None:
            return
        from kustui.tui.rehearsal.session import FAILURE, SCHEDULE, Stop

        key, node = session.place[0], self.course_view.node
        here = [Stop("step", key, node)] if node else []
        stops = [*dict.fromkeys((*here, Stop("step", key, TRIGGER_ID), FAILURE, SCHEDULE, *sorted(session.stops)))]

        def toggle(index: int) -> bool:
            if (now := self.ready()) is not None:
                from kustui.tui.rehearsal.prompts import Choices

                self._with_stop(now, stops[index], node)
                if self.session is not None:
                    self.query_one(Choices).list_rows(_stop_rows(self.session, stops), index)
            return False

        await self.offer("Stop where", _stop_rows(session, stops), toggle)


def _stop_rows(session: Session, stops: list[Stop]) -> list[Row]:
    from kustui.diagrams.labels import node_name

    rows = []
    for stop in stops:
        title = name = ""
        if stop.key in session.organisation.collection.by_key:
            analysis = session.organisation.analysis(stop.key)
            title, name = analysis.title, node_name(analysis.flow, stop.node)
        told = {"failure": "after any failure", "schedule": "after any schedule"}.get(stop.kind)
        told = told or (f"before each run of {title}" if stop.node == TRIGGER_ID else f"before {name}  in {title}")
        rows.append(Row((("■ " if stop in session.stops else "  ", "error"), (told, ""))))
    return rows


def _asks(app: object, session: Session) -> Line:
    if (question := session.state.question) is None:
        return ()
    return (("? ", "warning"), (question.words, "warning"), *hint(app, "rehearse.answer", "rehearse.force"))


def hint(app: object, *ids: str) -> Line:
    """The keys that somebody may want next."""
    from kustui.tui.bindings import BY_ID, first_key

    pieces: list[tuple[str, str]] = []
    for id_ in ids:
        if key := first_key(app, id_):
            pieces += [("   ", ""), (key, "key"), (f" {BY_ID[id_].verb}", "muted")]
    return tuple(pieces)
