"""A trigger or a step carried out: what it is given, what it answers, which way the run goes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kustui.definition.expressions import in_words
from kustui.definition.models import Step, Transition, Trigger
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.positions import escape
from kustui.definition.values import MISSING
from kustui.simulate.engine.actions import ActionResult, execute_action
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import Overrides, Question, Run, State
from kustui.simulate.engine.trace import EntryKind, Failure, OutputSource, TraceEntry, TriedEdge
from kustui.simulate.paths import drafts
from kustui.simulate.paths.draft_targets import target_values
from kustui.simulate.values.condition_evaluation import evaluate_condition
from kustui.simulate.values.evaluation import EvaluationContext, assumptions_in, resolve
from kustui.text.json_words import quoted

if TYPE_CHECKING:
    from kustui.analysis.flow import Edge
    from kustui.simulate.engine.organisation import Member


def entry_of(state: State, kind: EntryKind, **what: Any) -> TraceEntry:
    """The next entry of a trace, at the time of the clock."""
    return TraceEntry(len(state.trace) + 1, kind, state.clock, **what)


def execute_step(state: State) -> State:
    """The state after the trigger or step at hand; or the same with a question."""
    assert state.run is not None, "asked before"
    member = state.organisation.member(state.run.key)
    try:
        return _Carrying(state, state.run, member).done()
    except RecursionError:  # a value that a ring of schedules has wrapped again and again, or that was written so
        return left(state, "its values are nested too deep to be rehearsed")


@dataclass(slots=True)
class _Carrying:
    """The carrying out of one trigger or step."""

    state: State
    run: Run
    member: Member

    def done(self) -> State:
        part = self.member.flow.part(self.run.at)
        if part is None or isinstance(part, Trigger):
            return self._trigger(part)
        return self._step(part)

    def _trigger(self, trigger: Trigger | None) -> State:
        payload = self.run.steps[TRIGGER_ID]
        what: dict[str, Any] = {"output": payload, "mark": self.run.origin, "invocation": self.state.invocation}
        place = trigger.pointer if trigger else self.member.entry.item.pointer
        if trigger is None:
            return self._ended(EntryKind.START, place, what, "the workflow has no trigger", broken=True)
        what["notes"] = self._missing_inputs(payload)
        return self._onward(
            EntryKind.START, place, what, self.member.flow.declared_edges[TRIGGER_ID], self._surroundings()
        )

    def _missing_inputs(self, payload: Any) -> tuple[str, ...]:
        schema = self.member.inputs
        if schema is None or not isinstance(payload, Mapping):
            return ()
        missing = [name for name in schema.required if name not in payload]
        return tuple(f"the required input {quoted(name)} is missing" for name in missing)

    def _step(self, step: Step) -> State:
        what: dict[str, Any] = {"action": step.action or "", "invocation": self.state.invocation}
        context = self._surroundings()
        params = resolve(step.params, context, f"{step.pointer}/params")
        what["params"] = params
        what["left_out"] = tuple(_left_out(step.params, params, f"{step.pointer}/params"))
        # What is wrong with a way is told when the way is tried.
        places = (f"{step.pointer}/params", f"{step.pointer}/action", f"{step.pointer}/appVersion")
        what["problems"] = tuple(problem for place in places for problem in self.member.problems_at(place))
        if problem := self.member.stopping(*places):
            return self._ended(EntryKind.STEP, step.pointer, {**what, "problem": problem}, problem.message, broken=True)
        overrides = self.state.overrides
        what["assumed"] = tuple(assumptions_in(step.params))
        if overrides.failure is not None and step.action is not None:
            return self._failed(step, what, overrides.failure)
        outcome = execute_action(self.state.organisation, step, params, self.state.clock, self.state.began)
        if outcome.asks is not None:
            pointer, words, why = outcome.asks
            return replace(self.state, question=Question(pointer, why, words, condition=False))
        if outcome.broken:
            return self._ended(EntryKind.STEP, step.pointer, what, outcome.broken, broken=True)
        what |= {"notes": outcome.notes, "scheduled": outcome.scheduled, "published": outcome.published}
        what["assumed"] = (*what["assumed"], *outcome.assumed)
        if step.action is not None:
            what["output"], what["mark"] = self._output(step, outcome)
        return self._succeeded(step, what, outcome)

    def _output(self, step: Step, outcome: ActionResult) -> tuple[Any, OutputSource]:
        overrides = self.state.overrides
        if overrides.output is not MISSING:
            return overrides.output, OutputSource.DRAFTED if overrides.drafted else OutputSource.MOCKED
        if outcome.output is not MISSING and outcome.mark is not None:
            return outcome.output, outcome.mark
        targets = target_values(self.member, self.run.at, self.run.data, self.state.now)
        return drafts.output(self.member, step, self.run.data, self.state.now, targets), OutputSource.DRAFTED

    def _succeeded(self, step: Step, what: dict[str, Any], outcome: ActionResult) -> State:
        if "output" in what:
            self._learn({**self.run.data, "steps": {**self.run.steps, step.id: what["output"]}})
        edges = tuple(edge for edge in self.member.flow.declared_edges[step.id] if not edge.after_failure)
        after = self._onward(EntryKind.STEP, step.pointer, what, edges, self._surroundings())
        return after if after.question is not None else self._with_dues(after, step, outcome)

    def _with_dues(self, after: State, step: Step, outcome: ActionResult) -> State:
        """What the action has put on the queue, if the step came to its end."""
        number = after.queued_count + 1
        if outcome.scheduled is not None and outcome.scheduled.key is not None:
            told = outcome.scheduled
            due = QueueItem(
                told.due, number, told.key or "", payload=told.inputs, cause=f"{self.member.title}, {step.name}"
            )
        elif outcome.published:
            cause = f"{self.member.title}, {step.name}"
            due = QueueItem(after.clock, number, event=outcome.published, payload=outcome.payload, cause=cause)
        else:
            return after
        return replace(after, queue=after.queue.plus(due), queued_count=number)

    def _failed(self, step: Step, what: dict[str, Any], failure: Failure) -> State:
        self._learn({**self.run.data, "error": failure.error})
        edges = tuple(edge for edge in self.member.flow.declared_edges[step.id] if edge.after_failure)
        what |= {"failure": failure, "mark": OutputSource.MOCKED}
        return self._onward(EntryKind.STEP, step.pointer, what, edges, self._surroundings())

    def _learn(self, data: Mapping[str, Any]) -> None:
        self.run = replace(self.run, data=data)

    def _surroundings(self) -> EvaluationContext:
        seed = f"{self.state.seed}/{self.run.number}/{self.run.at}"
        return EvaluationContext(self.run.data, self.state.now, seed, self.state.overrides.answers)

    def _onward(
        self, kind: EntryKind, place: str, what: dict[str, Any], edges: Sequence[Edge], context: EvaluationContext
    ) -> State:
        """Tries the ways in order: the first whose condition holds wins [docs]."""
        forced = self.state.overrides.edge
        if forced and all(edge.transition.pointer != forced for edge in edges):
            forced = None  # it leads from elsewhere
        tried: list[TriedEdge] = []
        for edge in edges:
            pointer = edge.transition.pointer
            condition = self.member.conditions.get(pointer)
            verdict = evaluate_condition(condition, context) if condition is not None else None
            tried.append(
                TriedEdge(pointer, edge.transition.label, edge.target, verdict, _name(self.member, edge.target))
            )
            if forced is not None:
                if pointer == forced:
                    return self._taken(kind, place, {**what, "tried": tuple(tried), "forced": True}, edge.transition)
                continue
            if verdict is None or verdict.holds is None:
                if problem := self.member.stopping(f"{pointer}/condition" if verdict is not None else pointer):
                    what |= {"tried": tuple(tried), "problem": problem}
                    return self._ended(kind, place, what, problem.message, broken=True)
                if verdict is None:
                    what |= {"tried": tuple(tried)}
                    return self._ended(kind, place, what, "a way has no condition", broken=True)
                asked = verdict.question
                assert asked is not None, "what is undecided has a reason"
                question = Question(asked.condition.pointer, asked.why, in_words(asked.condition), condition=True)
                return replace(self.state, question=question)
            if verdict.holds:
                return self._taken(kind, place, {**what, "tried": tuple(tried)}, edge.transition)
        what |= {"tried": tuple(tried), "forced": forced is not None}
        return self._ended(kind, place, what, self._why_over(edges, what.get("failure"), forced))

    def _why_over(self, edges: Sequence[Edge], failure: Failure | None, forced: str | None) -> str:
        if forced is not None:
            return "it was made to end here"
        if failure is not None:
            return "it failed, and no error case holds" if edges else "it failed, and has no error case"
        return "no transition holds" if edges else "nothing follows"

    def _taken(self, kind: EntryKind, place: str, what: dict[str, Any], edge: Transition) -> State:
        target, flow = edge.target, self.member.flow
        what["taken"] = edge.pointer
        if target not in flow.steps:
            problem = self.member.stopping(edge.pointer)
            why = problem.message if problem else f"there is no step {quoted(target)}"
            return self._ended(kind, place, {**what, "problem": problem}, why, broken=True)
        if target in self.run.path or target == self.run.at:
            loop = next((each for each in self.member.problems if each.rule == "loop"), None)
            why = loop.message if loop else f"it would come back to {quoted(target)}, which saving refuses"
            return self._ended(kind, place, {**what, "problem": loop}, why, broken=True)
        run = replace(self.run, at=target, path=(*self.run.path, self.run.at))
        return replace(self._with_entry(kind, place, {**what, "target": target}), run=run)

    def _ended(self, kind: EntryKind, place: str, what: dict[str, Any], why: str, *, broken: bool = False) -> State:
        over = self._with_entry(kind, place, {**what, "ended": why, "broken": broken})
        run = replace(self.run, path=(*self.run.path, self.run.at))
        return replace(over, run=None, last_run=run)

    def _with_entry(self, kind: EntryKind, place: str, what: dict[str, Any]) -> State:
        """The state with what happened in its trace, its coverage and its counts, and nothing planned any more."""
        state, run, key = self.state, self.run, self.run.key
        assumed = [*what.pop("assumed", ())]
        for tried in what.get("tried", ()):
            if tried.verdict is not None:
                assumed.extend(tried.verdict.assumptions)
        entry = entry_of(
            state,
            kind,
            run=run.number,
            key=key,
            title=self.member.title,
            node=run.at,
            name=_name(self.member, run.at),
            waited=run.waited if kind is EntryKind.START else 0,
            cause=run.cause if kind is EntryKind.START else "",
            answers=state.overrides.answers,
            assumed=tuple(dict.fromkeys(assumed)),
            **what,
        )
        taken = state.taken.get(key, frozenset())
        new = {place, entry.taken} - taken - {""}
        counts = state.invocations.get(key, {})
        return replace(
            state,
            trace=state.trace.plus(entry),
            taken={**state.taken, key: taken | new} if new else state.taken,
            invocations={**state.invocations, key: {**counts, run.at: counts.get(run.at, 0) + 1}},
            overrides=Overrides(),
            question=None,
        )


def _left_out(written: Any, params: Any, pointer: str) -> Iterator[str]:
    """Pointers of the members that are written and were left out, as what they refer to is missing."""
    if isinstance(written, Mapping) and isinstance(params, Mapping):
        for name, value in written.items():
            place = f"{pointer}/{escape(str(name))}"
            if name not in params:
                yield place
            else:
                yield from _left_out(value, params[name], place)


def left(state: State, why: str) -> State:
    """With the run at hand over where it stands."""
    run, member = state.run, state.member
    assert run is not None, "asked before"
    assert member is not None, "a run has one"
    asked = state.question.why if state.question else ""
    entry = entry_of(
        state,
        EntryKind.LEFT,
        run=run.number,
        key=run.key,
        title=member.title,
        node=run.at,
        name=_name(member, run.at),
        invocation=state.invocation,
        ended=why or asked or "the run was left",
    )
    over = replace(state, run=None, last_run=run, overrides=Overrides(), question=None)
    return replace(over, trace=state.trace.plus(entry))


def _name(member: Member, node: str) -> str:
    part = member.flow.part(node) if node == TRIGGER_ID or node in member.flow.steps else None
    return part.name if isinstance(part, Step) else member.title if node == TRIGGER_ID else node
