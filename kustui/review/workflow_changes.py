"""What changed in a workflow: its trigger, steps, transitions, error cases, conditions, inputs and schedules, in words.

Compared are the values as they are written, so that what could not be read as a model is not passed over. Formatting,
the order of keys and of steps, bookkeeping of exports, and null in place of what need not be there are no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import is_plain, value_in_words
from kustui.definition.models import RunAt, due_in_words, relative_minutes
from kustui.definition.platform import SCHEDULE_ACTION, TRIGGER_ID, short_name
from kustui.definition.values import MISSING
from kustui.diagrams.labels import short_action, what_it_does
from kustui.review.edge_changes import EdgeComparison, Flows
from kustui.review.part_changes import (
    Changes,
    Owner,
    PartChange,
    Place,
    as_objects,
    differing_members,
    differing_values,
    named,
    sentence,
    shown,
)
from kustui.review.schema_changes import SchemaComparison
from kustui.review.value_changes import Identities
from kustui.text.messages import duration_in_words
from kustui.text.styled_lines import Line
from kustui.workspace.difference import CHANGED, RENAMED, workflow_value

_EDGES = {"transitions": "transition", "errorCases": "error case"}


def workflow_changes(
    old: WorkflowAnalysis, new: WorkflowAnalysis, identities: Identities | None = None
) -> tuple[PartChange, ...]:
    """What changed in a workflow: what is of itself first, then of its trigger and of its steps in flow order.

    ``identities`` says which steps and workflows have other ids now.
    """
    comparison = _WorkflowComparison(old, new, identities or Identities())
    try:
        return tuple(comparison.changes())
    except RecursionError:
        return (comparison.too_deep,)


class _WorkflowComparison:
    def __init__(self, old: WorkflowAnalysis, new: WorkflowAnalysis, identities: Identities) -> None:
        self._old, self._new = old, new
        self._identities, self._same = identities, identities.same
        self._flows = Flows(old.flow, new.flow, identities)
        self._values = self._flows.values
        self._owner = Owner(new.title, "", named(new.title))

    @property
    def too_deep(self) -> PartChange:
        words = sentence("{} changed, but it is nested too deep to say where", self._owner.subject)
        old, new = (Place("", analysis.workflow.pointer) for analysis in (self._old, self._new))
        return self._owner.change("workflow", old, new, words)

    def changes(self) -> Changes:
        old, new = (
            Place(workflow_value(analysis.entry), analysis.workflow.pointer) for analysis in (self._old, self._new)
        )
        if not isinstance(old.value, dict) or not isinstance(new.value, dict):
            if self._old.entry.text() != self._new.entry.text():
                yield self.too_deep
            return
        ids = old.at("id"), new.at("id")
        if ids[0].value != ids[1].value and self._same(
            *(place.value for place in ids)
        ):  # a reference to it is the same
            yield from self._member("id", *ids)
        for key, one, other in differing_members(old, new, self._same, {"trigger", "steps"}):
            yield from self._member(key, one, other)
        trigger = old.at("trigger"), new.at("trigger")
        if not self._same(*(place.value for place in trigger)):
            yield from self._trigger(*trigger)
        yield from self._steps(old.at("steps"), new.at("steps"))

    # The workflow itself

    def _member(self, key: str, old: Place, new: Place) -> Changes:
        owner, subject = self._owner, self._owner.subject
        match key, old.value, new.value:
            case "name", str(), str():
                words = sentence("{} has the name {} instead of {}", subject, named(new.value), named(old.value))
                yield owner.change("workflow", old, new, words, RENAMED)
            case "id", str(), str():
                words = sentence("{} has the id {} instead of {}", subject, shown(new.value), shown(old.value))
                yield owner.change("workflow", old, new, words, RENAMED)
            case "enabled", one, other if _is_switch(one) and _is_switch(other):
                template = "{} is no longer enabled" if other is False else "{} is enabled now"
                yield owner.change("workflow", old, new, sentence(template, subject), CHANGED)
            case "description", _, _:
                yield from self._values.of(owner, "description", "", old, new)
            case "meta", _, _:
                yield from self._meta(owner, "workflow", old, new)
            case "response", _, _:
                yield from self._response(old, new)
            case _:
                yield from self._values.of(owner, "value", key, old, new)

    def _response(self, old: Place, new: Place) -> Changes:
        if (objects := as_objects(old, new)) is None:
            yield from self._values.of(self._owner, "value", "response", old, new)
            return
        for key, one, other in differing_members(*objects, self._same):
            if key == "schema":
                yield from SchemaComparison(self._values, self._owner, "answer", "gives").changes(one, other)
            else:
                yield from self._values.of(self._owner, "value", f"response.{key}", one, other)

    def _meta(self, owner: Owner, noun: str, old: Place, new: Place) -> Changes:
        """What people call a part, and what they say of it."""
        if (objects := as_objects(old, new)) is None:
            yield from self._values.of(owner, "value", "meta", old, new)
            return
        for key, one, other in differing_members(*objects, self._same):
            match key, one.value, other.value:
                case "displayName", str(), str():
                    words = sentence("{} is called {} now", named(one.value), named(other.value))
                    yield owner.change(noun, one, other, words, RENAMED)
                case "displayName", _, str():
                    words = sentence("{} is called {} now", self._unnamed(owner), named(other.value))
                    yield owner.change(noun, one, other, words, RENAMED)
                case "description", _, _:
                    yield from self._values.of(owner, "description", "", one, other)
                case _:
                    yield from self._values.of(owner, "value", f"meta.{key}", one, other)

    def _unnamed(self, owner: Owner) -> Line:
        """What people called a part before it had a display name."""
        return named(owner.node) if owner.node not in ("", TRIGGER_ID) else owner.subject

    # The trigger

    def _trigger(self, old: Place, new: Place) -> Changes:
        owner = self._flows.owner(TRIGGER_ID)._replace(name="the trigger", subject=(("the trigger", ""),))
        if not isinstance(old.value, dict) or not isinstance(new.value, dict):
            yield from self._values.of(self._owner, "trigger", "", old, new)
            return
        for key, one, other in differing_members(old, new, self._same):
            match key, one.value, other.value:
                case "eventName", str(), str():
                    words = sentence(
                        "{} starts on {} instead of {}",
                        self._owner.subject, *(shown(_event(place.value)) for place in (other, one)),
                    )  # fmt: skip
                    yield owner.change("trigger", one, other, words)
                case "callable", was, is_ if _is_switch(was) and _is_switch(is_):
                    can = "can be called by other workflows now" if other.value is True else "can no longer be called"
                    yield owner.change("trigger", one, other, sentence(f"{{}} {can}", self._owner.subject), CHANGED)
                case "schema", _, _:
                    whole = owner._replace(subject=self._owner.subject)
                    yield from SchemaComparison(self._values, whole, "input", "takes").changes(one, other)
                case "transitions", _, _:
                    yield from EdgeComparison(self._flows, TRIGGER_ID, "transition").changes(one, other)
                case "appVersion", str(), str():
                    yield owner.change("version range", one, other, _versions(owner, one, other))
                case "id", one_id, other_id if all(id_ in (MISSING, TRIGGER_ID) for id_ in (one_id, other_id)):
                    pass  # what it is by convention
                case "meta", _, _:
                    yield from self._meta(owner, "trigger", one, other)
                case _:
                    yield from self._values.of(owner, "value", key, one, other)

    # Steps

    def _steps(self, old: Place, new: Place) -> Changes:
        if not isinstance(old.value, list) or not isinstance(new.value, list):
            old, new = (place._replace(value=MISSING) if place.value is None else place for place in (old, new))
            yield from self._values.of(self._owner, "value", "steps", old, new)
            return
        olds, unread_old = _by_id(old, self._identities.steps)
        news, unread_new = _by_id(new, {})
        order = {step.id: at for at, step in enumerate(self._new.flow.order)}
        for key in sorted({**news, **olds}, key=lambda key: (key not in news, order.get(key[0], len(order)))):
            one, other = olds.get(key), news.get(key)
            if one is None and other is not None:
                yield self._added(key[0], other, old)
            elif other is None and one is not None:
                yield self._removed(key[0], one, new)
            elif one is not None and other is not None:
                yield from self._step(key[0], one, other)
        if unread_old or unread_new:
            yield from self._unread(unread_old, unread_new, old, new)

    def _added(self, id_: str, place: Place, old: Place) -> PartChange:
        owner = self._flows.owner(id_)
        step = self._new.flow.steps.get(id_)
        does = ""
        if step is not None and step.pointer == place.pointer:
            does = what_it_does(self._new.flow, step)
        words = sentence("{} is new: {}", owner.subject, shown(does)) if does else sentence("{} is new", owner.subject)
        return owner.change("step", Place(MISSING, old.pointer), place, words)

    def _removed(self, id_: str, place: Place, new: Place) -> PartChange:
        owner = self._flows.owner(id_)
        return owner.change("step", place, Place(MISSING, new.pointer), sentence("{} is gone", owner.subject))

    def _unread(self, olds: Sequence[Place], news: Sequence[Place], old: Place, new: Place) -> Changes:
        """The changes of what stands among the steps and is none."""
        for index in range(max(len(olds), len(news))):
            one = olds[index] if index < len(olds) else Place(MISSING, old.pointer)
            other = news[index] if index < len(news) else Place(MISSING, new.pointer)
            at = (other if other.is_there else one).pointer.rpartition("/")[2]
            yield from self._values.of(self._owner, "value", f"steps.{at}", one, other)

    def _step(self, id_: str, old: Place, new: Place) -> Changes:
        owner = self._flows.owner(id_)
        if old.value["id"] != new.value["id"]:
            before = self._old.flow.steps.get(old.value["id"])
            words = sentence(
                "{} has the id {} instead of {}",
                named(before.name if before else old.value["id"]), shown(new.value["id"]), shown(old.value["id"]),
            )  # fmt: skip
            yield owner.change("step", old.at("id"), new.at("id"), words, RENAMED)
        schedules = all(place.value.get("action") == SCHEDULE_ACTION for place in (old, new))
        for key, one, other in differing_members(old, new, self._same, {"id"}):
            if key in _EDGES:
                yield from EdgeComparison(self._flows, id_, _EDGES[key]).changes(one, other)
            elif key == "action":
                yield from self._action(owner, one, other)
            elif key == "params":
                yield from self._params(owner, one, other, schedules=schedules)
            elif key == "meta":
                yield from self._meta(owner, "step", one, other)
            elif key == "appVersion" and isinstance(one.value, str) and isinstance(other.value, str):
                yield owner.change("version range", one, other, _versions(owner, one, other))
            else:
                yield from self._values.of(owner, "value", key, one, other)

    def _action(self, owner: Owner, old: Place, new: Place) -> Changes:
        match old.value, new.value:
            case str(), str():
                one, other = short_action(old.value), short_action(new.value)
                if one == other:
                    one, other = old.value, new.value
                words = sentence("{} does {} instead of {}", owner.subject, shown(other), shown(one))
            case str(), _ if not new.is_there:
                words = sentence("{} only branches now; before, it did {}", owner.subject, shown(old.value))
            case _, str() if not old.is_there:
                words = sentence("{} does {} now; before, it only branched", owner.subject, shown(new.value))
            case _:
                yield from self._values.of(owner, "value", "action", old, new)
                return
        yield owner.change("action", old, new, words)

    # Params

    def _params(self, owner: Owner, old: Place, new: Place, *, schedules: bool) -> Changes:
        if (objects := as_objects(old, new)) is None:
            yield from self._values.of(owner, "params", "", old, new)
            return
        for key, before, after in differing_values(*objects, self._same):
            if schedules and key == "workflowId":
                yield self._scheduled(owner, before, after)
            elif schedules and key == "runAt":
                yield self._delay(owner, before, after)
            elif schedules and key == "inputs":
                yield from self._inputs(owner, before, after)
            else:
                yield from self._values.of(owner, "param", key, before, after)

    def _scheduled(self, owner: Owner, old: Place, new: Place) -> PartChange:
        before, after = (self._workflow_words(*side) for side in ((old, self._old), (new, self._new)))
        if before == after:
            before, after = self._values.pair(old.value, new.value)
        words = sentence("{} schedules {} instead of {}", owner.subject, after, before)
        return owner.change("schedule", old, new, words)

    def _workflow_words(self, place: Place, analysis: WorkflowAnalysis) -> Line:
        """A scheduled workflow, as people call it."""
        if not place.is_there:
            return (("no workflow", ""),)
        id_ = place.value
        entry = analysis.collection.by_id.get(id_) if isinstance(id_, str) else None
        if entry is not None:
            return named(entry.title)
        return named(id_) if isinstance(id_, str) and is_plain(id_) else shown(self._value_words(id_, analysis))

    def _value_words(self, value: Any, analysis: WorkflowAnalysis) -> str:
        return value_in_words(value, self._values.old_name if analysis is self._old else self._values.new_name)

    def _delay(self, owner: Owner, old: Place, new: Place) -> PartChange:
        """When a scheduled run is due, in words."""
        pairs = (old, self._old, self._values.old_name), (new, self._new, self._values.new_name)
        units = [analysis.settings.relative_unit_minutes for _, analysis, _ in pairs]
        times = [RunAt.of(place.value) for place, *_ in pairs]
        one, other = (relative_minutes(time, unit) for time, unit in zip(times, units, strict=True))
        if one is not None and other is not None:
            template, before, after = "{} waits {} instead of {}", duration_in_words(one), duration_in_words(other)
        else:
            template = "{} schedules its run {} instead of {}"
            before, after = (
                due_in_words(time, unit, name) for time, unit, (*_, name) in zip(times, units, pairs, strict=True)
            )
        if before == after:
            template = "the time of {} is {} instead of {}"
            before, after = ("".join(text for text, _ in line) for line in self._values.pair(old.value, new.value))
        return owner.change("delay", old, new, sentence(template, owner.subject, shown(after), shown(before)))

    def _inputs(self, owner: Owner, old: Place, new: Place) -> Changes:
        if (objects := as_objects(old, new)) is None:
            yield from self._values.of(owner, "param", "inputs", old, new)
            return
        for name, before, after in differing_values(*objects, self._same):
            if not before.is_there:
                words = sentence(
                    "{} passes {} as {} now", owner.subject, self._values.new_value(after.value), named(name)
                )
            elif not after.is_there:
                words = sentence("{} no longer passes {}", owner.subject, named(name))
            elif isinstance(before.value, dict | list) and isinstance(after.value, dict | list):
                yield from self._values.of(owner, "input", name, before, after)
                continue
            else:
                was, is_ = self._values.pair(before.value, after.value)
                words = sentence("{} passes {} as {} instead of {}", owner.subject, is_, named(name), was)
            yield owner.change("input", before, after, words)


def _is_switch(value: Any) -> bool:
    return isinstance(value, bool) or value is MISSING


def _event(name: str) -> str:
    return short_name(name) or "no event"


def _versions(owner: Owner, old: Place, new: Place) -> Line:
    return sentence("{} needs {} instead of {}", owner.subject, shown(new.value), shown(old.value))


def _by_id(steps: Place, now: Mapping[str, str]) -> tuple[dict[tuple[str, int], Place], list[Place]]:
    """The steps by their id as it is now, and how many of the same came before; and what is no step with an id."""
    by_id: dict[tuple[str, int], Place] = {}
    unread: list[Place] = []
    counts: Counter[str] = Counter()
    for place in steps.elements:
        id_ = place.value.get("id") if isinstance(place.value, dict) else None
        if isinstance(id_, str):
            id_ = now.get(id_, id_)
            by_id[id_, counts[id_]] = place
            counts[id_] += 1
        else:
            unread.append(place)
    return by_id, unread
