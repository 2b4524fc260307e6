"""What a person decides of the step at hand: what it answers, that it fails, which way it takes; and of events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kustui.definition.source.source import replace_lone_surrogates
from kustui.definition.values import to_json_value
from kustui.errors import KustuiError
from kustui.simulate.engine.engine import SetFailure
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.rehearsal.step_actions import Stepping
from kustui.tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kustui.simulate.engine.engine import Decision
    from kustui.tui.rehearsal.session import Session

_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")


class TypedError(KustuiError):
    """What is wrong with what was typed, for the person who did."""


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON to be edited, without a character in it that a terminal would obey."""
    text = json.dumps(to_json_value(value), ensure_ascii=False, indent=indent)
    return (
        text
        if terminal_safe(text.replace("\n", "")) == text.replace("\n", "")
        else json.dumps(to_json_value(value), indent=indent)
    )


def value_of(text: str) -> Any:
    """Any JSON value. Raises TypedError, with the place."""
    raw = replace_lone_surrogates(text.encode("utf-8", "replace")).decode()
    try:
        return json.loads(raw, parse_constant=_no_json)
    except json.JSONDecodeError as error:
        told = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise TypedError(f"line {error.lineno}, column {error.colno}: {told}") from error
    except (ValueError, RecursionError) as error:
        raise TypedError(f"this is no JSON: {error}") from error


def _no_json(constant: str) -> Any:
    raise ValueError(f"JSON has no {constant}")


def object_of(text: str) -> dict[str, Any]:
    """A JSON object, as a payload is. Raises TypedError."""
    value = value_of(text)
    if not isinstance(value, dict):
        raise TypedError("a payload is an object: { … }")
    return value


def failure_of(text: str) -> SetFailure:
    """``404``, ``404 {"message": "gone"}``, ``404 gone``, ``gone``, or nothing. Raises TypedError."""
    first, _, rest = text.strip().partition(" ")
    status: int | None = None
    if first.isascii() and first.isdigit():
        if len(first) != 3 or not 100 <= int(first) <= 599:
            raise TypedError("a status is a number from 100 to 599")
        status = int(first)
    else:
        rest = text
    rest = rest.strip()
    if not rest:
        return SetFailure(status)
    return SetFailure(status, value_of(rest) if rest[0] in '{["' else rest)


def truth_of(text: str) -> bool:
    """Yes or no. Raises TypedError."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise TypedError("type y for yes or n for no")


class Deciding(Stepping):
    """Where decisions are asked for, read, and made."""

    def decide(self, decision: Decision, told: str) -> None:
        """Make a decision, and say so; what lies ahead is gone with it."""
        if (session := self.ready()) is not None:
            self.turn(session.decided(decision), (told, "new"))

    def _step_at_hand(self, verb: str) -> Session | None:
        """The session, if a step with an action is at hand; else it is said that there is none."""
        from kustui.definition.models import Step

        session = self.ready()
        if session is None:
            return None
        analysis, run = session.state.analysis, session.state.run
        part = analysis.flow.part(run.node) if analysis is not None and run is not None else None
        if isinstance(part, Step) and part.action is not None:
            return session
        self.announce((f"only a step with an action can {verb}: step on to one", "muted"))
        return None

    # The answer

    async def action_edit_answer(self) -> None:
        session = self.ready()
        if session is not None and _before_event(session):
            await self.action_edit_event()
        elif (found := self._answer()) is not None:
            await self.ask(*found, sheet=True)

    def action_edit_answer_outside(self) -> None:
        session = self.ready()
        if session is not None and _before_event(session):
            self.action_edit_event_outside()
        elif (found := self._answer()) is not None:
            self.ask_outside(*found)

    def _answer(self) -> tuple[Row, str, Callable[[str], str]] | None:
        session = self._step_at_hand("answer")
        if session is None:
            return None
        from kustui.definition.values import MISSING
        from kustui.diagrams.labels import node_label
        from kustui.simulate.engine.engine import SetOutput, preview

        run, analysis = session.state.run, session.state.analysis
        assert run is not None, "asked before"
        assert analysis is not None, "a run has one"
        found = preview(session.state)
        output = session.state.overrides.output if found is None else found.output
        question = Row((("What is it to answer?  ", "name"), *node_label(analysis.flow, run.node)))

        def take(text: str) -> str:
            return self._taken(value_of, text, lambda value: self.decide(SetOutput(value), "its answer is mocked"))

        return question, json_text({} if output is MISSING else output), take

    def _taken(self, read: Callable[[str], Any], text: str, use: Callable[[Any], object]) -> str:
        """What is wrong with what was typed; nothing where it could be read, and was used."""

        try:
            value = read(text)
        except TypedError as error:
            return str(error)
        use(value)
        return ""

    async def action_fail(self) -> None:
        if self._step_at_hand("fail") is None:
            return

        def take(text: str) -> str:
            return self._taken(failure_of, text, lambda fail: self.decide(fail, "it is to fail"))

        question = Row(
            (("How does it fail?  ", "name"), ('a status, and a body if you like: 404 {"message": "gone"}', "muted"))
        )
        await self.ask(question, "500", take)

    def action_replan(self) -> None:
        from kustui.simulate.engine.engine import ClearOverrides
        from kustui.simulate.engine.state import Overrides

        session = self.ready()
        if session is not None and session.history.state.overrides == Overrides():
            self.announce(("nothing was decided of what is next", "muted"))
        else:
            self.decide(ClearOverrides(), "as it was before you decided")

    # The way

    async def action_force(self) -> None:
        session = self.ready()
        if session is None:
            return
        from dataclasses import replace

        from kustui.simulate.engine import words
        from kustui.simulate.engine.engine import preview_edges
        from kustui.simulate.engine.words import condition

        if session.state.run is None:
            self.announce(("no run is at hand: step on to one", "muted"))
            return
        edges = preview_edges(replace(session.state, question=None)) or ()
        rows = [
            Row(
                ((f"{words.outcome(edge):<4}", "muted"), ("→ ", "muted"), (edge.target_name, "name"),
                 (f" “{edge.name}”" if edge.name else "", "muted"), (f"  {condition(edge.verdict)}", "muted"))
            )
            for edge in edges
        ]  # fmt: skip
        rows.append(Row((("    ■ the run ends here", ""),)))

        def chosen(index: int) -> bool:
            self.force(edges[index].pointer if index < len(edges) else "")
            return True

        await self.offer("Which way, whatever the conditions say", rows, chosen)

    def force(self, pointer: str) -> None:
        from kustui.simulate.engine.engine import ForceEdge

        self.decide(ForceEdge(pointer), "the way is forced")

    # What is undecided

    async def action_answer(self) -> None:
        session = self.ready()
        if session is None:
            return
        from kustui.simulate.engine.engine import AnswerQuestion

        question = session.state.question
        if question is None:
            self.announce(("nothing is asked", "muted"))
            return
        how = "  y or n" if question.condition else "  as JSON"
        pointer = question.pointer

        def take(text: str) -> str:
            read: Callable[[str], Any] = truth_of if question.condition else value_of
            return self._taken(
                read, text, lambda value: self.decide(AnswerQuestion(pointer, value), "answered by hand")
            )

        asked = Row((("? ", "warning"), (question.words, "name"), (how, "muted")), ((question.why, "muted"),))
        await self.ask(asked, "", take)

    def action_leave_run(self) -> None:
        from kustui.simulate.engine.engine import AbandonRun

        session = self.ready()
        if session is not None and session.state.run is None:
            self.announce(("no run is at hand", "muted"))
        else:
            self.decide(AbandonRun(), "the run was left")

    # Events

    async def action_edit_event(self) -> None:
        if (found := self._event()) is not None:
            await self.ask(*found, sheet=True)

    def action_edit_event_outside(self) -> None:
        if (found := self._event()) is not None:
            self.ask_outside(*found)

    def _event(self) -> tuple[Row, str, Callable[[str], str]] | None:
        session = self.ready()
        if session is None:
            return None
        due = session.event
        if due is None:
            self.announce(("its event is no longer kept: the rehearsal is too long", "muted"))
            return None
        from kustui.tui.rehearsal.step_rows import event_name

        def use(payload: Mapping[str, Any]) -> None:
            if (now := self.ready()) is not None:
                self.turn(now.with_payload(payload), ("the event has another payload: it begins again", "new"))

        question = Row((("What does the event bring?  ", "name"), (event_name(session, due), "event")))
        return question, json_text(due.payload), lambda text: self._taken(object_of, text, use)

    async def action_another_event(self) -> None:
        session = self.ready()
        if session is None:
            return
        organisation = session.organisation
        events = organisation.events
        called = [entry for entry in organisation.collection.entries if entry.item.callable]
        rows = [
            *(Row((("◆ ", "event"), (event, "event")), ((f"starts {len(organisation.listeners(event))}", "muted"),))
              for event in events),
            *(Row((("⇒ call ", "link"), (entry.title, ""))) for entry in called),
        ]  # fmt: skip

        def chosen(index: int) -> bool:
            if index < len(events):
                self.call_next(self._ask_payload, events[index], "")
            else:
                self.call_next(self._ask_payload, "", called[index - len(events)].key)
            return False

        if rows:
            await self.offer("What happens as well", rows, chosen)
        else:
            self.announce(("no workflow here is started by an event or a call", "muted"))

    async def _ask_payload(self, event: str, key: str) -> None:
        session = self.ready()
        if session is None:
            return
        from kustui.simulate.engine.engine import StartEvent
        from kustui.simulate.paths.drafts import draft_payload

        organisation = session.organisation
        keys = organisation.listeners(event) if event else (key,)
        text = json_text(draft_payload(*(organisation.analysis(each) for each in keys)))

        def take(typed: str) -> str:
            def use(payload: Any) -> None:
                self.decide(
                    StartEvent(payload, event, key, drafted=typed == text), "it happens after what is under way"
                )

            return self._taken(object_of, typed, use)

        name = event or organisation.analysis(key).title
        await self.ask(Row((("What does it bring?  ", "name"), (name, "event"))), text, take, sheet=True)


def _before_event(session: Session) -> bool:
    """Whether what is at hand is an event, and no step."""
    state = session.state
    return state.run is None and not state.waiting and session.event in state.queue.events
