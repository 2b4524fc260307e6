"""What a step's action does: the few that are worked out as Kustomer would, and all others, which are mocked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustui.definition import regex
from kustui.definition.dates import parse_date
from kustui.definition.platform import PUBLISH_ACTION, REGEX_ACTION, SCHEDULE_ACTION
from kustui.definition.values import MISSING, Undecided, is_missing, number_of, text_of, undecided_in
from kustui.simulate.engine.trace import OutputSource, ScheduledRun
from kustui.text.json_words import kind, quoted

if TYPE_CHECKING:
    from kustui.definition.models import Step
    from kustui.simulate.engine.organisation import Organisation

_MINUTE = 60_000
_LATEST = 10_000 * 366 * 24 * 60 * _MINUTE
"""Ten thousand years: what is due later is due never."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What came of an action."""

    output: Any = MISSING
    """MISSING where it has to be mocked."""
    mark: OutputSource | None = None
    scheduled: ScheduledRun | None = None
    published: str = ""
    """The event that it made happen."""
    payload: Any = None
    asks: tuple[str, str, str] | None = None
    """Where a value cannot be decided and the run cannot do without: its pointer, what it is for, and why."""
    broken: str = ""
    """Why it could not be carried out at all."""
    notes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def execute_action(
    organisation: Organisation, step: Step, params: Mapping[str, Any], clock: int, began: int
) -> ActionResult:
    """Carry out an action with its params as resolved. ``clock`` counts milliseconds from ``began``."""
    match step.action:
        case None:
            return ActionResult()
        case action if action == SCHEDULE_ACTION:
            return _scheduled(organisation, step, params, clock, began)
        case action if action == REGEX_ACTION:
            return _matched(step, params)
        case action if action == PUBLISH_ACTION:
            return _published(params)
    return ActionResult()


def _matched(step: Step, params: Mapping[str, Any]) -> ActionResult:
    text, pattern = params.get("testString"), params.get("regex")
    for name, value in (("testString", text), ("regex", pattern)):
        if isinstance(value, Undecided):
            return ActionResult({"match": value}, OutputSource.COMPUTED, notes=(f"{name} is not decided: {value.why}",))
    if not isinstance(pattern, str):
        return ActionResult({"match": Undecided("there is no regular expression to match")}, OutputSource.COMPUTED)
    found = regex.search(pattern, text_of(text))
    assumed = "regular expressions are JavaScript's, and match is the whole stretch"
    if found is MISSING:
        return ActionResult({}, OutputSource.COMPUTED, notes=("nothing matches",), assumed=(assumed,))
    notes = (f"match is not decided: {found.why}",) if isinstance(found, Undecided) else ()
    return ActionResult({"match": found}, OutputSource.COMPUTED, notes=notes, assumed=(assumed,))


def _published(params: Mapping[str, Any]) -> ActionResult:
    name = params.get("name")
    if not isinstance(name, str):
        return ActionResult()
    payload = {"attributes": {"data": params.get("data", {})}}
    return ActionResult(
        published=name, payload=payload, assumed=("a published event hands over its data as a hook does",)
    )


def _scheduled(
    organisation: Organisation, step: Step, params: Mapping[str, Any], clock: int, began: int
) -> ActionResult:
    place = f"{step.pointer}/params"
    id_, inputs = params.get("workflowId"), params.get("inputs")
    if isinstance(id_, Undecided):
        return ActionResult(asks=(f"{place}/workflowId", "the id of the workflow that is scheduled", id_.why))
    if not isinstance(id_, str) or not id_:
        return ActionResult(broken="it names no workflow to schedule")
    if isinstance(inputs, Undecided):
        return ActionResult(asks=(f"{place}/inputs", "the inputs that are handed over", inputs.why))
    if not isinstance(inputs, Mapping):
        inputs = {}
    run_at = params.get("runAt")
    due = due_of(run_at, organisation.settings.relative_unit_minutes, clock, began)
    if isinstance(due, str):
        return ActionResult(broken=due)
    if isinstance(due, Undecided):
        pointer = f"{place}/runAt/value" if isinstance(run_at, Mapping) else f"{place}/runAt"
        return ActionResult(asks=(pointer, "when the scheduled run is due", due.why))
    return _on_the_queue(organisation, id_, inputs, due, run_at)


def _on_the_queue(
    organisation: Organisation, id_: str, inputs: Mapping[str, Any], due: int, run_at: Any
) -> ActionResult:
    target = organisation.of_id(id_)
    notes = []
    if target is None:
        notes.append(f"no workflow here has the id {quoted(id_)}: its run is not rehearsed")
    else:
        declared = target.inputs
        missing = [name for name in (declared.required if declared else ()) if name not in inputs]
        if missing:
            names = ", ".join(quoted(name) for name in missing)
            notes.append(f"{quoted(target.title)} requires {names}, and it is not handed over")
    relative = isinstance(run_at, Mapping) and run_at.get("type") == "relative"
    scheduled = ScheduledRun(id_, target.key if target else None, target.title if target else id_, due, dict(inputs))
    assumed = "a relative runAt counts minutes" if relative else "runAt may be a date"
    return ActionResult({}, OutputSource.COMPUTED, scheduled=scheduled, notes=tuple(notes), assumed=(assumed,))


def due_of(run_at: Any, unit_minutes: float, clock: int, began: int) -> int | str | Undecided:
    """When a run is due on the clock, or why that cannot be told."""
    type_, value = (run_at.get("type"), run_at.get("value")) if isinstance(run_at, Mapping) else ("date", run_at)
    if undecided := undecided_in([type_, value]):
        return undecided
    if is_missing(value):
        return "nothing says when the scheduled workflow is to run"
    if type_ == "relative":
        delay = number_of(value)
        if delay is None or not 0 <= delay * unit_minutes * _MINUTE < _LATEST:
            return f"a relative runAt takes a number, found {kind(value)}"
        return clock + round(delay * unit_minutes * _MINUTE)
    if type_ in ("absolute", "date"):
        moment = parse_date(value)
        return f"runAt takes a date, found {kind(value)}" if moment is None else max(clock, moment - began)
    return f"no runAt is of the type {kind(type_)}"
