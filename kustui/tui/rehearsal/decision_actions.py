"""What the person decides: the output of the current step, its failure or transition, and which events happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from kustui.definition.models import Step
from kustui.definition.values import MISSING
from kustui.diagrams.labels import node_label
from kustui.errors import KustuiError
from kustui.files import read_file
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
from kustui.simulate.organisation import Organisation
from kustui.simulate.paths.drafts import draft_payload
from kustui.simulate.scenarios.file import find_scenarios, read
from kustui.simulate.scenarios.recorded_event import recorded_event, scenario_of_run
from kustui.tui.prompts import Accept, Prompts
from kustui.tui.rehearsal.current_session import CurrentSession
from kustui.tui.rehearsal.earlier_answers import EarlierAnswer, EarlierAnswers, Kind
from kustui.tui.rehearsal.session import Session, begin_scenario
from kustui.tui.rehearsal.step_rows import event_title
from kustui.tui.rehearsal.typed_values import (
    InputError,
    format_json,
    parse_failure,
    parse_json,
    parse_object,
    parse_yes_no,
)
from kustui.tui.widgets.rows import Row

# What is asked


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


_MAX_SCENARIOS = 50
"""Scenarios whose events are offered."""
_MAX_GLIMPSE = 300
"""Characters of an answer that are shown of it in a list."""


def _glimpse(text: str) -> str:
    return " ".join(text[:_MAX_GLIMPSE].split()) + ("…" if len(text) > _MAX_GLIMPSE else "")


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(parse_json(one) == parse_json(other))
    except InputError:
        return one == other


class _Question(NamedTuple):
    """What a person is asked for."""

    row: Row
    text: str
    """What there is now."""
    accept: Accept
    choices: Mapping[str, str] = MappingProxyType({})
    """What can be chosen instead of typing, and where each comes from."""
    sheet: bool = True
    """Whether it is JSON of several lines."""


class DecisionActions:
    """Asks for decisions, and makes them in the current session."""

    def __init__(self, current: CurrentSession, prompts: Prompts, earlier: EarlierAnswers) -> None:
        self._current, self._prompts, self._earlier = current, prompts, earlier
        self.paths: tuple[str, ...] = ()
        """The files and folders that were opened: events of the scenarios there are offered."""

    def _decide(self, decision: Decision, news: str) -> None:
        """What was ahead is dropped with it."""
        if (session := self._current.ready()) is not None:
            self._current.replace(session.decided(decision), (news, "new"))

    def _ready_at_action(self, verb: str) -> Session | None:
        """The session if the current step has an action; else it is announced that only such a step can do it."""
        session = self._current.session
        analysis, run = session.state.analysis, session.state.run
        part = analysis.flow.part(run.node) if analysis is not None and run is not None else None
        if isinstance(part, Step) and part.action is not None:
            return session
        self._current.announce((f"only a step with an action can {verb}: step to one first", "muted"))
        return None

    # The answer of a step

    async def edit_answer(self) -> None:
        if (asked := self._answer_or_event()) is not None:
            await self._offer(asked)

    def edit_answer_in_editor(self) -> None:
        if (asked := self._answer_or_event()) is not None:
            self._prompts.ask_in_editor(asked.text, asked.accept)

    async def _offer(self, asked: _Question) -> None:
        """Let the person choose an answer that was given earlier, or type another; without one to choose, type."""
        choices = {text: source for text, source in asked.choices.items() if not _same_json(text, asked.text)}
        if not choices:
            await self._prompts.ask(asked.row, asked.text, asked.accept, sheet=asked.sheet)
            return
        rows = [Row(((_glimpse(text), "string"),), mark=((source, "muted"),)) for text, source in choices.items()]
        rows.append(Row((("… ", "muted"), ("type another", "name")), mark=(("beginning with what there is", "muted"),)))

        def choose(index: int) -> bool:
            if index == len(choices):
                self._current.screen.call_next(
                    partial(self._prompts.ask, asked.row, asked.text, asked.accept, sheet=asked.sheet)
                )
                return False
            if problem := asked.accept([*choices][index]):
                self._current.announce(("✗ ", "error"), (problem, "error"))
            return True

        title = "".join(text for text, _ in asked.row.line)
        await self._prompts.choose(title, rows, choose)

    def _earlier_choices(self, kind: Kind, subject: str, workflow: str = "", step: str = "") -> dict[str, str]:
        """What was given earlier, and where."""
        return {
            answer.text: "given before" if (answer.workflow, answer.step) == (workflow, step) else "given elsewhere"
            for answer in self._earlier.offered(kind, subject, workflow, step)
        }

    def _place(self, session: Session) -> tuple[str, str, str]:
        """The action of the current step, its workflow and its id, under which its answers are kept."""
        run, analysis = session.state.run, session.state.analysis
        assert run is not None, "asked before"
        assert analysis is not None, "a run has one"
        part = analysis.flow.part(run.node)
        action = (part.action or "") if isinstance(part, Step) else ""
        return action, session.organisation.name_of(run.key), run.node

    def _keep(self, kind: Kind, subject: str, text: str, workflow: str = "", step: str = "") -> None:
        self._earlier.add(EarlierAnswer(kind, subject, text, workflow, step))

    def _answer_or_event(self) -> _Question | None:
        """The prompt for what the current step answers; at an event, that for its payload."""
        if _is_at_event(self._current.session):
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
        place = self._place(session)

        def use(value: Any) -> None:
            self._decide(SetOutput(value), "output mocked")
            self._keep("output", place[0], format_json(value, indent=None), *place[1:])

        text = format_json({} if output is MISSING else output)
        return _Question(question, text, _accept(parse_json, use), self._earlier_choices("output", *place))

    async def fail(self) -> None:
        session = self._ready_at_action("fail")
        if session is None:
            return
        place = self._place(session)
        example = 'a status and an optional body: 404 {"message": "gone"}'
        question = Row((("How the step fails  ", "name"), (example, "muted")))

        def accept(text: str) -> str:
            def use(failure: SetFailure) -> None:
                self._decide(failure, "failure mocked")
                self._keep("failure", place[0], text.strip(), *place[1:])

            return _accept(parse_failure, use)(text)

        choices = self._earlier_choices("failure", *place)
        await self._offer(_Question(question, "500", accept, choices, sheet=False))

    def clear_overrides(self) -> None:
        if self._current.session.history.state.overrides == Overrides():
            self._current.announce(("nothing to reset: you decided nothing about this step", "muted"))
        else:
            self._decide(ClearOverrides(), "reset: your decisions about this step are discarded")

    # The transition

    async def choose_edge(self) -> None:
        session = self._current.session
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
        session = self._current.session
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
        if self._current.session.state.run is None:
            self._current.announce(("no run is in progress", "muted"))
        else:
            self._decide(AbandonRun(), "run abandoned")

    # Events

    async def edit_event(self) -> None:
        if (asked := self._payload()) is not None:
            await self._offer(asked)

    def edit_event_in_editor(self) -> None:
        if (asked := self._payload()) is not None:
            self._prompts.ask_in_editor(asked.text, asked.accept)

    def _event_choices(self, organisation: Organisation, event: str) -> dict[str, str]:
        """Payloads that were given to an event earlier, then those of scenarios that begin with it."""
        payloads = self._earlier_choices("event", event)
        for path in find_scenarios(self.paths, _MAX_SCENARIOS):
            with suppress(KustuiError):
                for start in read(path, read_file(path)).scenario.start:
                    names = {
                        start.event,
                        *(entry.item.event for entry in organisation.find(start.workflow or "", path)),
                    }
                    if event in names:
                        payloads.setdefault(format_json(start.payload, indent=None), Path(path).name)
        return payloads

    def _payload(self) -> _Question | None:
        """The prompt for the payload of the event."""
        session = self._current.session
        event = session.event
        if event is None:
            self._current.announce(("the rehearsal is too long: its event is no longer kept", "muted"))
            return None

        name = event_title(session, event)

        def use(value: Mapping[str, Any]) -> None:
            self._keep("event", name, format_json(value, indent=None))
            now, recorded = self._current.ready(), recorded_event(value)
            if now is not None and recorded.is_run:
                file = scenario_of_run(now.organisation, now.organisation.analysis(now.key), recorded)
                news = ("restarted with what the recorded run read and its steps returned", "new")
                self._current.replace(begin_scenario(now, file, now.key), news)
            elif now is not None:
                news = ("payload changed: restarted from the event", "new")
                self._current.replace(now.with_payload(recorded.payload), news)

        question = Row((("Payload of the event  ", "name"), (name, "event")))
        choices = self._event_choices(session.organisation, name)
        return _Question(question, format_json(event.payload), _accept(parse_object, use), choices)

    async def start_another_event(self) -> None:
        session = self._current.session
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

        name = event or organisation.collection.by_key[key].item.event or organisation.analysis(key).title

        def accept(typed: str) -> str:
            def use(payload: Any) -> None:
                if typed != text:
                    self._keep("event", name, format_json(payload, indent=None))
                start = StartEvent(recorded_event(payload).payload, event, key, drafted=typed == text)
                self._decide(start, "queued after the current run")

            return _accept(parse_object, use)(typed)

        question = Row((("Its payload  ", "name"), (event or organisation.analysis(key).title, "event")))
        await self._offer(_Question(question, text, accept, self._event_choices(organisation, name)))


def _is_at_event(session: Session) -> bool:
    """Whether what comes next is an event that a person started, or the trigger of its first run."""
    state = session.state
    if state.run is None:
        return not state.waiting and bool(state.queue.starts)
    last = state.last
    return last is not None and last.kind is EntryKind.EVENT and not last.cause
