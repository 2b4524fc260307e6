"""What a step's action does: a few are worked out as Kustomer would, all others are mocked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from kustui.analysis.evaluation import PartlyKnown
from kustui.definition import regex
from kustui.definition.dates import parse_date
from kustui.definition.models import Step
from kustui.definition.platform import PUBLISH_ACTION, REGEX_ACTION, SCHEDULE_ACTION, TRANSFORM_ACTION
from kustui.definition.values import MISSING, Undecided, text_of
from kustui.simulate.engine.trace import OutputSource, ScheduledRun
from kustui.simulate.engine.words import elapsed
from kustui.simulate.organisation import Organisation
from kustui.text.messages import quoted


class ActionResult(Struct, frozen=True):
    """What came of an action."""

    output: Any = MISSING
    """MISSING where it has to be mocked."""
    source: OutputSource | None = None
    scheduled: ScheduledRun | None = None
    published: str = ""
    """The event that it publishes."""
    payload: Any = None
    question: tuple[str, str, str] | None = None
    """Where a value cannot be decided that is needed to go on: its pointer, what it is for, and why."""
    error: str = ""
    """Why the action cannot be executed at all."""
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def execute_action(
    organisation: Organisation, step: Step, params: Mapping[str, Any], clock: int, start_time: int
) -> ActionResult:
    """Execute an action with its resolved params. ``clock`` counts milliseconds from ``start_time``."""
    if step.action == SCHEDULE_ACTION:
        return _schedule(organisation, step, params, clock, start_time)
    if step.action == REGEX_ACTION:
        return _match(params)
    if step.action == PUBLISH_ACTION:
        return _publish(params)
    if step.action == TRANSFORM_ACTION:
        return ActionResult({"output": dict(params)}, OutputSource.COMPUTED)
    return ActionResult()


def _match(params: Mapping[str, Any]) -> ActionResult:
    text, pattern = params.get("testString"), params.get("regex")
    for name, value in (("testString", text), ("regex", pattern)):
        if isinstance(value, Undecided):
            why = f"{name} is undecided: {value.why}"
            return ActionResult({"match": value}, OutputSource.COMPUTED, notes=(why,))
    if not isinstance(pattern, str):
        return ActionResult({"match": Undecided("there is no regular expression to match")}, OutputSource.COMPUTED)
    match = regex.search(pattern, text_of(text))
    assumed = ("regular expressions follow JavaScript; match is the whole matched text",)
    if match is MISSING:
        return ActionResult({}, OutputSource.COMPUTED, notes=("nothing matches",), assumed=assumed)
    notes = (f"match is undecided: {match.why}",) if isinstance(match, Undecided) else ()
    return ActionResult({"match": match}, OutputSource.COMPUTED, notes=notes, assumed=assumed)


def _publish(params: Mapping[str, Any]) -> ActionResult:
    name = params.get("name")
    if isinstance(name, Undecided):
        return ActionResult(notes=(f"which event it publishes is undecided: {name.why}",))
    if not isinstance(name, str) or not name:
        return ActionResult(notes=("it names no event, so that it publishes none",))
    payload = {"attributes": {"data": params.get("data", {})}}
    assumed = ("a published event passes its data as a hook does",)
    return ActionResult(published=name, payload=payload, assumed=assumed)


def _schedule(
    organisation: Organisation, step: Step, params: Mapping[str, Any], clock: int, start_time: int
) -> ActionResult:
    place = f"{step.pointer}/params"
    id_, inputs, run_at = params.get("workflowId"), params.get("inputs"), params.get("runAt")
    if isinstance(id_, Undecided):
        return ActionResult(question=(f"{place}/workflowId", "the id of the workflow that is scheduled", id_.why))
    if not isinstance(id_, str) or not id_:
        return ActionResult(error="it names no workflow to schedule")
    if isinstance(inputs, Undecided):
        return ActionResult(question=(f"{place}/inputs", "the inputs that it passes", inputs.why))
    if not isinstance(inputs, Mapping):
        inputs = {}
    due = organisation.due_time(run_at, clock, start_time)
    if isinstance(due, str):
        return ActionResult(error=due)
    if isinstance(due, Undecided):
        pointer = f"{place}/runAt/value" if isinstance(run_at, Mapping) else f"{place}/runAt"
        return ActionResult(question=(pointer, "when the scheduled run is due", due.why))
    relative = isinstance(run_at, Mapping) and run_at.get("type") == "relative"
    assumed = f"a relative runAt counts {organisation.relative_unit}" if relative else "runAt may be a date"
    scheduled, notes = _scheduled_run(organisation, id_, inputs, due)
    notes = (*notes, *_notes_on(run_at, clock + start_time))
    return ActionResult({}, OutputSource.COMPUTED, scheduled, notes=notes, assumed=(assumed,))


def _notes_on(run_at: Any, now: int) -> Iterator[str]:
    """What is odd about when a run is due."""
    value = run_at.get("value") if isinstance(run_at, Mapping) else run_at
    for key in sorted(run_at.keys() - {"type", "value"}) if isinstance(run_at, Mapping) else ():
        yield f"what {quoted(key)} does in a runAt is not known, so it is ignored"
    moment = parse_date(value)
    if moment is not None and moment < now:
        yield f"runAt lies {elapsed(now - moment)} in the past, so the run is due at once"


def _scheduled_run(
    organisation: Organisation, id_: str, inputs: Mapping[str, Any], due: int
) -> tuple[ScheduledRun, tuple[str, ...]]:
    """The run that is queued, and what is worth noting about it."""
    target = organisation.by_id(id_)
    if target is None:
        note = f"no workflow here has the id {quoted(id_)}: its run is not rehearsed"
        return ScheduledRun(id_, None, id_, due, inputs), (note,)
    required = target.inputs.required if target.inputs and not isinstance(inputs, PartlyKnown) else ()
    missing = [name for name in required if name not in inputs]
    names = ", ".join(quoted(name) for name in missing)
    verb = "is" if len(missing) == 1 else "are"
    notes = (f"{quoted(target.title)} requires {names}, which {verb} not passed",) if missing else ()
    return ScheduledRun(id_, target.key, target.title, due, inputs), notes
