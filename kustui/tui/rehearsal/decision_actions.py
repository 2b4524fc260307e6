"""What the person decides: the output of the current step, its failure or transition, and which events happen."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kustui.definition.models import Step
from kustui.definition.source.source import replace_lone_surrogates
from kustui.definition.values import MISSING, finite_number, to_json_value
from kustui.diagrams.labels import node_label
from kustui.errors import KustuiError
from kustui.simulate.engine import words
from kustui.simulate.engine.engine import (
    AbandonRun,
    AnswerQuestion,
    ClearOverrides,
    Decision,
    ForceEdge,
    SetFailure,
    SetOutput,
    StartEvent,
    preview,
    preview_edges,
)
from kustui.simulate.engine.state import Overrides
from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.paths.drafts import draft_payload
from kustui.simulate.scenarios.recorded_event import recorded_event, scenario_of_run
from kustui.text.terminal_safe import terminal_safe
from kustui.tui.rehearsal.prompts import Accept, Prompts
from kustui.tui.rehearsal.session import CurrentSession, Session, begin_scenario
from kustui.tui.rehearsal.step_rows import event_title
from kustui.tui.widgets.rows import Row

_YES, _NO = ("y", "yes", "true"), ("n", "no", "false")

# Reading what is typed


class InputError(KustuiError):
    """What is wrong with what was typed, in words for the person."""


def format_json(value: Any, *, indent: int | None = 2) -> str:
    """A value as JSON to edit, without a character that a terminal would obey."""
    plain = to_json_value(value)
    text = json.dumps(plain, ensure_ascii=False, indent=indent)
    is_safe = all(terminal_safe(line) == line for line in text.split("\n"))
    return text if is_safe else json.dumps(plain, indent=indent)


def parse_json(text: str) -> Any:
    """Any JSON value. Raises InputError, with line and column."""
    raw = replace_lone_surrogates(text.encode("utf-8", "replace")).decode()
    try:
        return json.loads(raw, parse_constant=_refuse_constant, parse_int=finite_number, parse_float=finite_number)
    except json.JSONDecodeError as error:
        raise InputError(
            f"line {error.lineno}, column {error.colno}: {error.msg[:1].lower()}{error.msg[1:]}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON: {error}") from error


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"JSON has no {constant}")


def parse_object(text: str) -> dict[str, Any]:
    """A JSON object, which a payload is. Raises InputError."""
    value = parse_json(text)
    if not isinstance(value, dict):
        raise InputError("a payload is a JSON object: { … }")
    return value


def parse_failure(text: str) -> SetFailure:
    """``404``, ``404 {"message": "gone"}``, ``404 gone``, ``gone``, or nothing. Raises InputError."""
    first, _, rest = text.strip().partition(" ")
    status: int | None = None
    if first.isascii() and first.isdigit():
        if len(first) != 3 or not 100 <= int(first) <= 599:
            raise InputError("a status is a number from 100 to 599")
        status = int(first)
    else:
        rest = text
    rest = rest.strip()
    if not rest:
        return SetFailure(status)
    return SetFailure(status, parse_json(rest) if rest[0] in '{["' else rest)


def parse_yes_no(text: str) -> bool:
    """Raises InputError."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise InputError("type y for yes or n for no")


def _accept(parse: Callable[[str], Any], use: Callable[[Any], object]) -> Accept:
    """Parses what is typed and uses it; what is wrong with it is what the prompt shows."""

    def accept(text: str) -> str:
        try:
            value = parse(text)
        except InputError as error:
            return str(error)
        use(value)
        return ""

    return accept


# Deciding


class DecisionActions:
    """Asks for decisions, and makes them in the current session."""

    def __init__(self, current: CurrentSession, prompts: Prompts) -> None:
        self._current, self._prompts = current, prompts

    def _decide(self, decision: Decision, news: str) -> None:
        """What was ahead is dropped with it."""
        if (session := self._current.ready()) is not None:
            self._current.replace(session.decided(decision), (news, "new"))

    def _ready_at_action(self, verb: str) -> Session | None:
        """The session if the current step has an action; else it is announced that only such a step can do it."""
        session = self._current.ready()
        if session is None:
            return None
        analysis, run = session.state.analysis, session.state.run
        part = analysis.flow.part(run.node) if analysis is not None and run is not None else None
        if isinstance(part, Step) and part.action is not None:
            return session
        self._current.announce((f"only a step with an action can {verb}: step to one first", "muted"))
        return None

    # The answer of a step

    async def edit_answer(self) -> None:
        if (asked := self._answer_or_event()) is not None:
            await self._prompts.ask(*asked, sheet=True)

    def edit_answer_in_editor(self) -> None:
        if (asked := self._answer_or_event()) is not None:
            self._prompts.ask_in_editor(*asked[1:])

    def _answer_or_event(self) -> tuple[Row, str, Accept] | None:
        """The prompt for what the current step answers; at an event, that for its payload."""
        session = self._current.ready()
        if session is not None and _is_at_event(session):
            return self._payload()
        session = self._ready_at_action("answer")
        if session is None:
            return None
        run, analysis = session.state.run, session.state.analysis
        assert run is not None, "asked before"
        assert analysis is not None, "a run has one"
        entry = preview(session.state)
        output = session.state.overrides.output if entry is None else entry.output
        question = Row((("Output of the step  ", "name"), *node_label(analysis.flow, run.node)))
        accept = _accept(parse_json, lambda value: self._decide(SetOutput(value), "output mocked"))
        return question, format_json({} if output is MISSING else output), accept

    async def fail(self) -> None:
        if self._ready_at_action("fail") is None:
            return
        example = 'a status and an optional body: 404 {"message": "gone"}'
        question = Row((("How the step fails  ", "name"), (example, "muted")))
        accept = _accept(parse_failure, lambda failure: self._decide(failure, "failure mocked"))
        await self._prompts.ask(question, "500", accept)

    def clear_overrides(self) -> None:
        session = self._current.ready()
        if session is not None and session.history.state.overrides == Overrides():
            self._current.announce(("nothing to reset: you decided nothing about this step", "muted"))
        else:
            self._decide(ClearOverrides(), "reset: your decisions about this step are discarded")

    # The transition

    async def choose_edge(self) -> None:
        session = self._current.ready()
        if session is None:
            return
        if session.state.run is None:
            self._current.announce(("no run is in progress: step to one first", "muted"))
            return
        edges = preview_edges(replace(session.state, question=None)) or ()
        rows = [
            Row(
                ((f"{words.outcome(edge):<4}", "muted"), ("→ ", "muted"), (edge.target_name, "name"),
                 (f" “{edge.name}”" if edge.name else "", "muted"), (f"  {words.condition(edge.verdict)}", "muted"))
            )
            for edge in edges
        ]  # fmt: skip
        rows.append(Row((("    ◉ the run ends here", ""),)))

        def choose(index: int) -> bool:
            self.force(edges[index].pointer if index < len(edges) else "")
            return True

        await self._prompts.choose("Which transition to force", rows, choose)

    def force(self, pointer: str) -> None:
        """Take an edge whatever its condition says; an empty pointer ends the run."""
        self._decide(ForceEdge(pointer), "transition forced")

    # What is undecided

    async def answer(self) -> None:
        session = self._current.ready()
        if session is None:
            return
        question = session.state.question
        if question is None:
            self._current.announce(("there is no question to answer", "muted"))
            return
        form = "  y or n" if question.condition else "  as JSON"
        row = Row((("? ", "warning"), (question.words, "name"), (form, "muted")), ((question.why, "muted"),))
        accept = _accept(
            parse_yes_no if question.condition else parse_json,
            lambda value: self._decide(AnswerQuestion(question.pointer, value), "answered by hand"),
        )
        await self._prompts.ask(row, "", accept)

    def abandon_run(self) -> None:
        session = self._current.ready()
        if session is not None and session.state.run is None:
            self._current.announce(("no run is in progress", "muted"))
        else:
            self._decide(AbandonRun(), "run abandoned")

    # Events

    async def edit_event(self) -> None:
        if (asked := self._payload()) is not None:
            await self._prompts.ask(*asked, sheet=True)

    def edit_event_in_editor(self) -> None:
        if (asked := self._payload()) is not None:
            self._prompts.ask_in_editor(*asked[1:])

    def _payload(self) -> tuple[Row, str, Accept] | None:
        """The prompt for the payload of the event."""
        session = self._current.ready()
        if session is None:
            return None
        event = session.event
        if event is None:
            self._current.announce(("the rehearsal is too long: its event is no longer kept", "muted"))
            return None

        def use(value: Mapping[str, Any]) -> None:
            now, recorded = self._current.ready(), recorded_event(value)
            if now is not None and recorded.is_run:
                file = scenario_of_run(now.organisation, now.organisation.analysis(now.key), recorded)
                news = ("restarted with what the recorded run read and its steps returned", "new")
                self._current.replace(begin_scenario(now, file, now.key), news)
            elif now is not None:
                news = ("payload changed: restarted from the event", "new")
                self._current.replace(now.with_payload(recorded.payload), news)

        question = Row((("Payload of the event  ", "name"), (event_title(session, event), "event")))
        return question, format_json(event.payload), _accept(parse_object, use)

    async def start_another_event(self) -> None:
        session = self._current.ready()
        if session is None:
            return
        organisation = session.organisation
        events = organisation.events
        callables = [entry for entry in organisation.collection.entries if entry.item.callable]
        rows = [
            *(Row((("◆ ", "event"), (event, "event")), ((f"starts {len(organisation.listeners(event))}", "muted"),))
              for event in events),
            *(Row((("⇒ call ", "link"), (entry.title, ""))) for entry in callables),
        ]  # fmt: skip

        def choose(index: int) -> bool:
            is_event = index < len(events)
            event, key = (events[index], "") if is_event else ("", callables[index - len(events)].key)
            self._current.screen.call_next(self._ask_payload, event, key)
            return False

        if rows:
            await self._prompts.choose("Which event to trigger, or which workflow to call", rows, choose)
        else:
            self._current.announce(("no workflow here is started by an event or a call", "muted"))

    async def _ask_payload(self, event: str, key: str) -> None:
        """Ask for the payload of an event, or of a call of the workflow ``key``, and let it happen."""
        session = self._current.ready()
        if session is None:
            return
        organisation = session.organisation
        keys = organisation.listeners(event) if event else (key,)
        text = format_json(draft_payload(*(organisation.analysis(key) for key in keys)))

        def accept(typed: str) -> str:
            def use(payload: Any) -> None:
                start = StartEvent(recorded_event(payload).payload, event, key, drafted=typed == text)
                self._decide(start, "queued after the current run")

            return _accept(parse_object, use)(typed)

        name = event or organisation.analysis(key).title
        await self._prompts.ask(Row((("Its payload  ", "name"), (name, "event"))), text, accept, sheet=True)


def _is_at_event(session: Session) -> bool:
    """Whether what comes next is an event that a person started, or the trigger of its first run."""
    state = session.state
    if state.run is None:
        return not state.waiting and session.event in state.queue.events
    last = state.last
    return last is not None and last.kind is EntryKind.EVENT and not last.cause
