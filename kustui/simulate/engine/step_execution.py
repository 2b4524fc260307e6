"""The execution of a trigger or a step: what it is given, what it returns, which edge the run takes, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from kustui.analysis.condition_evaluation import evaluate_condition
from kustui.analysis.evaluation import EvaluationContext, Failure, PartlyKnown, assumptions_in, resolve
from kustui.analysis.flow import Edge
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import in_words
from kustui.definition.models import Step, Trigger
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.positions import escape
from kustui.definition.values import MISSING, in_javascript, number_in_text
from kustui.simulate.engine.actions import ActionResult, execute_action
from kustui.simulate.engine.cascade import ASSUMED, as_written, consequence_of, queued, with_given
from kustui.simulate.engine.queue import QueueItem
from kustui.simulate.engine.state import Overrides, Question, Run, State
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry, TriedEdge
from kustui.simulate.layered_map import LayeredMap
from kustui.simulate.paths.drafts import draft_output, target_values
from kustui.text.messages import quoted

MAX_RETRIES = 10
"""How often a run is retried, or a step of it, before it is left: how often Kustomer does is not known."""


def new_entry(state: State, kind: EntryKind, **fields: Any) -> TraceEntry:
    """The next entry of a trace, at the time of the clock."""
    return TraceEntry(len(state.trace) + 1, kind, state.clock, **fields)


def initial_data(state: State, key: str, payload: Any) -> dict[str, Any]:
    """What a run begins with. Whatever the trigger calls itself, it is read as step 1 [docs], and so [assumed]."""
    trigger = state.organisation.analysis(key).workflow.trigger
    name = trigger.id if trigger is not None else TRIGGER_ID
    return {"steps": LayeredMap({TRIGGER_ID: payload, name: payload}), "variables": state.variables}


def execute_step(state: State, leave: str | None = None) -> State:
    """The state after the next trigger or step of the current run; or with a question.

    Where a transition is undecided, the step has run all the same, with ``before`` to decide from; with ``leave``,
    which says why or is empty, the run ends there. Where a value is undecided that the step itself needs, it has not
    run.
    """
    assert state.run is not None, "asked before"
    try:
        return _StepExecution(state, state.run, leave).execute()
    except RecursionError:  # a value that a ring of schedules has wrapped again and again, or that was written so
        return abandon_run(state, "its values are nested too deeply to rehearse")


def abandon_run(state: State, why: str) -> State:
    """The state in which the current run has ended where it stands; a step that has run and asks stays as it ran."""
    if state.before is not None:
        return execute_step(state.before, why)
    run = state.run
    assert run is not None, "asked before"
    asked = state.question.why if state.question else ""
    analysis = state.organisation.analysis(run.key)
    entry = _entry_of(state, run, analysis, EntryKind.ABANDONED, left=True, ended=why or asked or "run abandoned")
    ended = replace(state, run=None, last_run=run, overrides=Overrides(), question=None)
    return replace(ended, trace=state.trace.plus(entry))


def _entry_of(state: State, run: Run, analysis: WorkflowAnalysis, kind: EntryKind, **fields: Any) -> TraceEntry:
    """The next entry of a trace, about where a run stands."""
    return new_entry(
        state,
        kind,
        run=run.number,
        key=run.key,
        title=analysis.title,
        node=run.node,
        name=_name(analysis, run.node),
        invocation=state.invocation,
        **fields,
    )


class _StepExecution:
    """The execution of one trigger or step."""

    def __init__(self, state: State, run: Run, leave: str | None = None) -> None:
        self.state, self.run, self.leave = state, run, leave
        self.analysis = state.organisation.analysis(run.key)
        self.part = self.analysis.flow.part(run.node)
        self.pointer = self.part.pointer if self.part is not None else self.analysis.entry.item.pointer
        self.tried: list[TriedEdge] = []
        self.assumed: list[str] = []
        self.lost: list[int] = []
        """Numbers that JavaScript cannot hold."""
        self.fields: dict[str, Any] = {}
        """What else its entry of the trace says so far, by the entry's fields."""

    def execute(self) -> State:
        return self._step(self.part) if isinstance(self.part, Step) else self._trigger(self.part)

    def _trigger(self, trigger: Trigger | None) -> State:
        given = self.run.outputs[TRIGGER_ID]
        payload = in_javascript(given, self.lost)
        outputs = {name: payload if output is given else output for name, output in self.run.outputs.items()}
        self._set_data({**self.run.data, "steps": LayeredMap(outputs)})
        self._know(TRIGGER_ID, payload)
        self._record(output=payload, source=self.run.origin, waited=self.run.waited, cause=self.run.cause)
        if self.run.caused_by:
            self._record(caused_by=self.run.caused_by)
            self.assumed.append(ASSUMED)
        if trigger is None:
            return self._end("the workflow has no trigger", broken=True)
        self._record(notes=self._missing_inputs(payload))
        return self._take_first(self.analysis.flow.declared_edges[TRIGGER_ID])

    def _missing_inputs(self, payload: Any) -> tuple[str, ...]:
        schema = self.analysis.inputs
        if schema is None or not isinstance(payload, Mapping) or isinstance(payload, PartlyKnown):
            return ()
        missing = [name for name in schema.required if name not in payload]
        return tuple(f"the required input {quoted(name)} is missing" for name in missing)

    def _step(self, step: Step) -> State:
        organisation, overrides = self.state.organisation, self.state.overrides
        params = in_javascript(resolve(step.params, self._context(), f"{step.pointer}/params"), self.lost)
        # What is wrong with an edge is reported when the edge is tried.
        places = (f"{step.pointer}/params", f"{step.pointer}/action", f"{step.pointer}/appVersion")
        self._record(
            action=step.action or "",
            params=params,
            omitted=tuple(_omitted(step.params, params, f"{step.pointer}/params")),
            problems=tuple(problem for place in places for problem in organisation.problems_at(self.run.key, place)),
        )
        if problem := organisation.blocking_problem(self.run.key, *places):
            self._record(problem=problem)
            return self._end(problem.message, broken=True)
        self.assumed.extend(assumptions_in(step.params))
        if overrides.failure is not None and step.action is not None:
            return self._fail(step, overrides.failure)
        result = execute_action(organisation, step, params, self.state.clock, self.state.start_time)
        if result.question is not None:
            pointer, words, why = result.question
            return replace(self.state, question=Question(pointer, why, words, condition=False))
        if result.error:
            return self._end(result.error, broken=True)
        self._record(notes=result.notes, scheduled=result.scheduled, published=result.published)
        self.assumed.extend(result.assumed)
        return self._succeed(step, result, params)

    def _succeed(self, step: Step, result: ActionResult, params: Mapping[str, Any]) -> State:
        consequence, run = None, self.run
        if step.action is not None:
            output, source = self._output(step, result, params)
            output = in_javascript(output, self.lost)
            self._record(output=output, source=source)
            self._set_data({**self.run.data, "steps": self.run.outputs.plus({step.id: output})})
            if self.state.follows_events:
                consequence = consequence_of(self.state, run, step, params, output)
                self._record(caused=consequence and consequence.caused)
            self._know(step.id, output)
        edges = tuple(edge for edge in self.analysis.flow.declared_edges[step.id] if not edge.after_failure)
        after = self._queued(self._take_first(edges), step, result)
        if consequence is None:
            return after
        return queued(after, run, consequence, f"{self.analysis.title}, {step.name}", len(self.state.trace) + 1)

    def _output(self, step: Step, result: ActionResult, params: Mapping[str, Any]) -> tuple[Any, OutputSource]:
        overrides = self.state.overrides
        if overrides.output is not MISSING:
            return overrides.output, OutputSource.DRAFTED if overrides.drafted else OutputSource.MOCKED
        if result.output is not MISSING and result.source is not None:
            return result.output, result.source
        targets = target_values(self.analysis, self.run.node, self.run.data, self.state.now)
        draft = draft_output(self.analysis, step, self.run.data, self.state.now, targets)
        if self.state.follows_events:
            draft = as_written(self.state, step, params, draft)
        return draft, OutputSource.DRAFTED

    def _queued(self, after: State, step: Step, result: ActionResult) -> State:
        """The state with what the action has put on the queue."""
        number, cause = after.queued_count + 1, f"{self.analysis.title}, {step.name}"
        if (run := result.scheduled) is not None and run.key is not None:
            item = QueueItem(run.due, number, run.key, payload=run.inputs, cause=cause)
        elif result.published:
            payload, depth = result.payload, self.run.depth + 1
            item = QueueItem(after.clock, number, event=result.published, payload=payload, cause=cause, depth=depth)
        else:
            return after
        return replace(after, queue=after.queue.plus(item), queued_count=number)

    def _fail(self, step: Step, failure: Failure) -> State:
        self._set_data({**self.run.data, "error": failure.error})
        self._record(failure=failure, source=OutputSource.MOCKED)
        return self._take_first(tuple(e for e in self.analysis.flow.declared_edges[step.id] if e.after_failure))

    def _know(self, node: str, output: Any) -> None:
        """Keep what the trigger or a step gave of an object, where that is asked for."""
        if self.state.follows_events:
            self.run = replace(self.run, known=with_given(self.run.known, self.analysis.flow, node, output))

    def _set_data(self, data: Mapping[str, Any]) -> None:
        self.run = replace(self.run, data=data)

    def _context(self) -> EvaluationContext:
        seed = f"{self.state.seed}/{self.run.number}/{self.run.node}"
        return EvaluationContext(self.run.data, self.state.now, seed, self.state.overrides.answers)

    # The edges

    def _take_first(self, edges: Sequence[Edge]) -> State:
        """Try the edges in order: the first whose condition holds wins [docs]."""
        context = self._context()
        forced = self.state.overrides.edge
        if forced and all(edge.transition.pointer != forced for edge in edges):
            forced = None  # it leads from elsewhere
        for edge in edges:
            transition = edge.transition
            condition = self.analysis.flow.conditions.get(transition.pointer)
            verdict = evaluate_condition(condition, context) if condition is not None else None
            name = _name(self.analysis, edge.destination, with_id=True)
            target = edge.target or edge.error_action
            attempt = TriedEdge(transition.pointer, transition.label, target, verdict, name)
            self.tried.append(attempt)
            if forced is not None:
                if transition.pointer == forced:
                    self._record(forced=True)
                    return self._take(edge)
            elif verdict is None or verdict.holds is None:
                return self._undecided(attempt)
            elif verdict.holds:
                return self._take(edge)
        if forced is not None:
            self._record(forced=True)
        return self._end(self._why_no_edge(edges, forced))

    def _undecided(self, edge: TriedEdge) -> State:
        """The state after an edge whose condition could not be decided: with a question, or with the run ended."""
        pointer = edge.pointer if edge.verdict is None else f"{edge.pointer}/condition"
        if problem := self.state.organisation.blocking_problem(self.run.key, pointer):
            self._record(problem=problem)
            return self._end(problem.message, broken=True)
        if edge.verdict is None:
            kind = "an error case" if self._failed else "a transition"
            return self._end(f"{kind} has no condition", broken=True)
        asked = edge.verdict.question
        assert asked is not None, "what is undecided has a reason"
        question = Question(asked.condition.pointer, asked.why, in_words(asked.condition), condition=True)
        if self.leave is not None:
            self._record(left=True)
            return self._end(self.leave or question.why)
        return self._recorded(run=self.run, question=question, before=self.state, overrides=self.state.overrides)

    @property
    def _failed(self) -> bool:
        """Whether the step has failed, and no error case has continued."""
        return "failure" in self.fields and "error_action" not in self.fields

    def _why_no_edge(self, edges: Sequence[Edge], forced: str | None) -> str:
        if forced is not None:
            return "forced to end here"
        if self._failed:
            return "the step failed and no error case holds" if edges else "the step failed and has no error case"
        return "no transition holds" if edges else "no further steps"

    def _take(self, edge: Edge) -> State:
        if edge.error_action:
            return self._recover(edge)
        transition, target = edge.transition, edge.target
        self._record(taken=transition.pointer)
        if target not in self.analysis.flow.steps:
            problem = self.state.organisation.blocking_problem(self.run.key, transition.pointer)
            self._record(problem=problem)
            return self._end(problem.message if problem else f"there is no step {quoted(target)}", broken=True)
        if target in self.run.visited or target == self.run.node:
            problems = self.state.organisation.problems.get(self.run.key, ())
            loop = next((problem for problem in problems if problem.rule == "loop"), None)
            self._record(problem=loop)
            why = loop.message if loop else f"it would loop back to {quoted(target)}, which Kustomer refuses to save"
            return self._end(why, broken=True)
        self._record(target=target)
        run = replace(self.run, node=target, visited=self._visited)
        return self._recorded(run=run)

    def _recover(self, edge: Edge) -> State:
        """Do what an error case says instead of where to go [api]. A retry is another invocation."""
        self._record(error_case=edge.transition.pointer, error_action=edge.error_action)
        match edge.error_action:
            case "continue":
                edges = self.analysis.flow.declared_edges[self.run.node]
                return self._take_first(tuple(other for other in edges if not other.after_failure))
            case "stop-processing":
                return self._end("the step failed and an error case stops the run")
            case "retry-action" | "retry-workflow" if self.run.retries < MAX_RETRIES:
                return self._retry(whole=edge.error_action == "retry-workflow")
            case "retry-action" | "retry-workflow":
                self._record(left=True)
                return self._end(f"retried {MAX_RETRIES} times: how often Kustomer does is not known")
        pointer = edge.transition.pointer
        self._record(left=True, problem=self.state.organisation.blocking_problem(self.run.key, pointer))
        return self._end(f"what the error action {quoted(edge.error_action)} does is not known")

    def _retry(self, *, whole: bool) -> State:
        run = replace(self.run, retries=self.run.retries + 1)
        if whole:
            data = initial_data(self.state, run.key, run.outputs[TRIGGER_ID])
            run = replace(run, node=TRIGGER_ID, visited=LayeredMap(), data=data, known=LayeredMap())
        return self._recorded(run=run)

    # The trace

    def _record(self, **fields: Any) -> None:
        self.fields |= fields

    def _end(self, why: str, *, broken: bool = False) -> State:
        """The state in which the run is over with this trigger or step."""
        self._record(ended=why, broken=broken)
        return self._recorded(run=None, last_run=replace(self.run, visited=self._visited))

    @property
    def _visited(self) -> LayeredMap[str, bool]:
        """The nodes that the run has been through, this one included."""
        return self.run.visited.plus({self.run.node: True})

    def _recorded(self, **fields: Any) -> State:
        """The state with the entry in its trace, its coverage and its counts, and without overrides; with these fields
        of its own."""
        state, key, node = self.state, self.run.key, self.run.node
        for edge in self.tried:
            if edge.verdict is not None:
                self.assumed.extend(edge.verdict.assumptions)
        entry = _entry_of(
            state,
            self.run,
            self.analysis,
            EntryKind.STEP if isinstance(self.part, Step) else EntryKind.START,
            tried=tuple(self.tried),
            answers=state.overrides.answers,
            assumed=tuple(dict.fromkeys(self.assumed)),
            **self.fields,
        )
        if self.lost:
            entry = replace(entry, notes=(*entry.notes, *map(_precision_note, dict.fromkeys(self.lost))))
        taken, counts = state.taken.get(key) or LayeredMap(), state.invocations.get(key) or LayeredMap()
        new = {at: True for at in (self.pointer, entry.taken, entry.error_case) if at and at not in taken}
        invocations = counts.plus({node: (counts.get(node) or 0) + 1})
        recorded = {
            "trace": state.trace.plus(entry),
            "taken": state.taken.plus({key: taken.plus(new)}) if new else state.taken,
            "invocations": state.invocations.plus({key: invocations}),
            "overrides": Overrides(),
            "question": None,
        }
        return replace(state, **{**recorded, **fields})


def _precision_note(number: int) -> str:
    short = str(number) if abs(number) < 10**30 else f"{str(number)[:27]}…"
    return f"the number {short} cannot be held by JavaScript, which makes it {number_in_text(number)}"


def _omitted(written: Any, params: Any, pointer: str) -> Iterator[str]:
    """Pointers of the members that are written and were left out, as what they refer to is missing."""
    if isinstance(written, Mapping) and isinstance(params, Mapping):
        for name, value in written.items():
            place = f"{pointer}/{escape(str(name))}"
            if name not in params:
                yield place
            else:
                yield from _omitted(value, params[name], place)


def _name(analysis: WorkflowAnalysis, node: str, *, with_id: bool = False) -> str:
    """What people call a node, ``with_id`` where they call other steps the same."""
    if (step := analysis.flow.steps.get(node)) is not None:
        return analysis.flow.name_of(step) if with_id else step.name
    return analysis.title if node == TRIGGER_ID else node
