"""What changed in the transitions and error cases of a step or trigger, and in their order, in words."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Hashable, Sequence
from functools import cached_property, partial
from typing import Any

from msgspec import Struct

from kustui.analysis.flow import FlowGraph
from kustui.analysis.names import node_name, path_namer
from kustui.definition.cases import FactTable, both
from kustui.definition.expressions import Condition, Path, cases_of, constant_outcome, in_words, parse_condition
from kustui.definition.expressions.conditions import leaf_cases
from kustui.definition.platform import ERROR_ACTIONS, TRIGGER_ID
from kustui.definition.values import MISSING, canonical_json
from kustui.diagrams.labels import short_action
from kustui.review.condition_changes import ConditionComparison
from kustui.review.part_changes import Changes, Owner, PartChange, Place, named, sentence, shown
from kustui.review.value_changes import Identities, ValueComparison
from kustui.text.styled_lines import Line
from kustui.workspace.difference import CHANGED, MOVED

_MOST_ORDERS = 500
"""Pairs of transitions in another order of which it is asked whether both can hold; of more, that is taken for sure."""


class Flows(Struct, frozen=True, eq=False, dict=True):
    """The flows of a workflow in both states, and what they call their parts."""

    old: FlowGraph
    new: FlowGraph
    identities: Identities

    @cached_property
    def values(self) -> ValueComparison:
        return ValueComparison(self.identities, path_namer(self.old), path_namer(self.new))

    def path_name(self, path: Path) -> str:
        """What a path is called whose step is named by its new id, also where that step is gone."""
        is_gone = path.step is not None and self.new.node(path.step) is None
        return (self.values.old_name if is_gone else self.values.new_name)(path)

    def name(self, node: str) -> str:
        """What people call a node by its new id, also where it is gone."""
        return node_name(
            self.old if self.new.node(node) is None and self.old.node(node) is not None else self.new, node
        )

    def owner(self, node: str) -> Owner:
        """A trigger or step that changes belong to."""
        name = self.name(node)
        if self.new.node(node) == TRIGGER_ID:
            return Owner(name, node, ((name, ""),))
        step = self.new.steps.get(node) or self.old.steps.get(node)
        if step is None or name != step.id:
            return Owner(name, node, named(name))
        return Owner(name, node, sentence("{} ({})", named(name), shown(short_action(step.action))))

    def part(self, node: str) -> Line:
        return self.owner(node).subject


class _Edge(Struct, frozen=True, eq=False, dict=True):
    """A transition or error case, with ids as they are now."""

    place: Place
    target: str
    """Empty where it has an error action in place of one."""
    error_action: str
    condition: Any
    """As it is written; MISSING where there is none."""
    label: str

    @property
    def destination(self) -> tuple[str, str]:
        return self.target, self.error_action

    @cached_property
    def condition_text(self) -> str:
        """The same for conditions that differ only in the order of the parts of a group."""
        return "" if self.condition is MISSING else condition_text(self.condition)

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """By which it is matched; also one that leads elsewhere, if it has the same condition or name."""
        return *edge_keys(self.destination, self.condition_text, self.label), self.condition_text, self.label or self

    @cached_property
    def parsed(self) -> Condition | None:
        """The condition; None where it cannot be read."""
        value = self.condition
        if isinstance(value, dict) and isinstance(value.get("op"), str) and isinstance(value.get("values"), list):
            return parse_condition(value["op"], value["values"])
        return None


class EdgeComparison(Struct, frozen=True, eq=False):
    """Says how the transitions of a node differ, or its error cases."""

    flows: Flows
    node: str
    """By its new id."""
    noun: str
    """``transition`` or ``error case``."""

    def changes(self, old: Place, new: Place) -> Changes:
        """The changes of two lists of them."""
        olds, news = self._edges(old, is_old=True), self._edges(new)
        if (not olds and not news) or olds is None or news is None:
            noun = "transitions" if self.noun == "transition" else "error cases"
            yield from self.flows.values.of(self._owner, noun, "", old, new)
            return
        matches = matched([edge.keys for edge in olds], [edge.keys for edge in news])
        pairs = [(olds[before], news[now]) for now, before in matches.items()]
        for one, other in pairs:
            yield from self._pair(one, other)
        gone = {*range(len(olds))} - {*matches.values()}
        for edge in (olds[index] for index in sorted(gone)):
            yield self._change(edge.place, Place(MISSING, new.pointer), self._removed(edge, is_last=not news))
        for index, edge in enumerate(news):
            if index not in matches:
                yield self._change(Place(MISSING, old.pointer), edge.place, self._added(edge, is_first=not olds))
        yield from self._moved(pairs, olds, news)

    @property
    def _owner(self) -> Owner:
        return self.flows.owner(self.node)

    def _change(self, old: Place, new: Place, words: Line, kind: str = "", noun: str = "") -> PartChange:
        return self._owner.change(noun or self.noun, old, new, words, kind)

    def _edges(self, place: Place, *, is_old: bool = False) -> list[_Edge] | None:
        """The edges of a list; none where nothing stands there, None where something else does."""
        if not place.is_there:
            return []
        edges = [self._edge(element, is_old=is_old) for element in place.elements]
        return [*filter(None, edges)] if isinstance(place.value, list) and None not in edges else None

    def _edge(self, place: Place, *, is_old: bool) -> _Edge | None:
        identities, condition = self.flows.identities, place.at("condition").value
        if (destination := _destination(place)) is None:
            return None
        target, error_action = destination
        if is_old:
            target, condition = identities.steps.get(target, target), identities.value(condition)
        labels = [place.at("meta").at(key).value for key in ("name", "displayName")]
        label = next((label for label in labels if isinstance(label, str) and label), "")
        return _Edge(place, target, error_action, MISSING if condition is None else condition, label)

    # What is said

    def _part(self, edge: _Edge) -> Line:
        """Where an edge leads."""
        if edge.target:
            return self.flows.part(edge.target)
        return named(ERROR_ACTIONS.get(edge.error_action, edge.error_action))

    @property
    def _leads(self) -> tuple[Line, str]:
        """What leads somewhere, and the verb."""
        subject = self._owner.subject
        return (sentence("a failure of {}", subject), "leads to") if self._is_failure else (subject, "goes to")

    @property
    def _is_failure(self) -> bool:
        return self.noun == "error case"

    def _if(self, edge: _Edge) -> Line:
        """When it is taken; nothing where that is always so."""
        if edge.parsed is None or (outcome := constant_outcome(edge.parsed)) is True:
            return ()
        words = in_words(edge.parsed, self.flows.path_name)
        return sentence(" if {}", shown(words)) if outcome is None else ((", which never holds", ""),)

    def _removed(self, edge: _Edge, *, is_last: bool) -> Line:
        source, verb = self._leads
        end = ", and a run ends there" if is_last and not self._is_failure else ""
        return sentence(f"{{}} no longer {verb} {{}}{{}}{end}", source, self._part(edge), self._if(edge))

    def _added(self, edge: _Edge, *, is_first: bool) -> Line:
        source, verb = self._leads
        template = f"{{}} {verb} {{}}{{}} now" if is_first else f"{{}} also {verb} {{}}{{}}"
        return sentence(template, source, self._part(edge), self._if(edge))

    def _pair(self, old: _Edge, new: _Edge) -> Changes:
        """What changed in an edge that is still there."""
        if old.destination != new.destination:
            source, verb = self._leads
            words = sentence(
                f"{{}} {verb} {{}} instead of {{}}{{}}", source, self._part(new), self._part(old), self._if(new)
            )
            yield self._change(old.place, new.place, words)
        if old.condition_text != new.condition_text:
            yield from self._condition(old, new)
        whole = Owner(self._owner.name, self.node, self._whole(new))
        handled = {"condition"}
        if old.label != new.label:
            handled |= {"meta.name", "meta.displayName"}
            words = _label_words(whole.subject, old.label, new.label)
            yield self._change(old.place.at("meta"), new.place.at("meta"), words, CHANGED)
        if old.destination != new.destination or (old.target and new.target):
            handled.add("target")
        if old.error_action or new.error_action:
            handled.add("errorAction.type")
        yield from self.flows.values.rest(whole, old.place, new.place, handled)

    def _whole(self, edge: _Edge) -> Line:
        """What an edge is called."""
        template = "the error case of {} that leads to {}" if self._is_failure else "the transition from {} to {}"
        return sentence(template, self._owner.subject, self._part(edge))

    # Conditions

    def _condition(self, old: _Edge, new: _Edge) -> Changes:
        subject = self._condition_subject(new)
        one, other = old.place.at("condition"), new.place.at("condition")
        changes = []
        if old.parsed is not None and new.parsed is not None:
            name = self.flows.path_name
            changes = [*ConditionComparison(subject, name, name).of(old.parsed, new.parsed)]
            words = sentence("{} is written in another way and asks for the same", subject)
        elif old.condition is MISSING or new.condition is MISSING:
            template = "{} is there now" if old.condition is MISSING else "{} is gone"
            words = sentence(template, subject)
        else:
            before, after = self.flows.values.pair(old.condition, new.condition)
            words = sentence("{} is {} instead of {}", subject, after, before)
        for change in changes:
            yield self._change(one, other, change.words, change.kind, "condition")
        if not changes:
            yield self._change(one, other, words, noun="condition")

    def _condition_subject(self, edge: _Edge) -> Line:
        """What its condition is called: by the step that it leads to alone, where nothing else leads there."""
        if self._is_failure:
            return sentence(
                "the condition after a failure of {} that leads to {}", self._owner.subject, self._part(edge)
            )
        flow = self.flows.new
        transitions = {id(other.transition) for other in flow.incoming.get(edge.target, ())}
        if len(transitions) == 1:
            return sentence("the condition of {}", self._part(edge))
        return sentence("the condition from {} to {}", self._owner.subject, self._part(edge))

    # Order

    def _moved(self, pairs: Sequence[tuple[_Edge, _Edge]], olds: Sequence[_Edge], news: Sequence[_Edge]) -> Changes:
        """The edges that are tried before others that came before them, where both can hold."""
        old_place, new_place = ({id(edge): at for at, edge in enumerate(edges)} for edges in (olds, news))
        in_order = sorted(pairs, key=lambda pair: new_place[id(pair[1])])
        places = [old_place[id(one)] for one, _ in in_order]
        kept = _increasing(places)
        asked = 0
        reported: set[tuple[int, int]] = set()
        for at, (one, other) in enumerate(in_order):
            if at in kept:
                continue
            for beside, (_, partner) in enumerate(in_order):
                if (beside < at) == (places[beside] < places[at]) or (beside, at) in reported:
                    continue
                asked += 1
                if asked > _MOST_ORDERS or _can_both_hold(other, partner):
                    reported.add((at, beside))
                    words = self._order(other, partner, "before" if at < beside else "after")
                    yield self._change(one.place, other.place, words, MOVED)
                    break

    def _order(self, edge: _Edge, partner: _Edge, order: str) -> Line:
        after_failure = " after a failure" if self._is_failure else ""
        is_same = edge.destination == partner.destination
        one, other = (sentence("{}{}", self._part(edge), self._if(edge) if is_same else ()) for edge in (edge, partner))
        return sentence(f"{{}} tries {{}} {order} {{}} now{after_failure}", self._owner.subject, one, other)


def edge_keys(destination: Hashable, condition: str, label: str) -> tuple[Hashable, ...]:
    """By which edges that lead to the same place are matched: those that are the same first, then those of the same
    condition, then all others. ``condition`` is a ``condition_text``."""
    return (destination, condition, label), (destination, condition), destination


def matched(olds: Sequence[Sequence[Hashable]], news: Sequence[Sequence[Hashable]]) -> dict[int, int]:
    """Which of some new parts was which old one, by their numbers. Each part is given by its keys: those of the same
    first key are matched first, in their order, then of what remains those of the same second key, and so on."""
    matches: dict[int, int] = {}
    taken: set[int] = set()
    for old_keys, new_keys in zip(zip(*olds, strict=True), zip(*news, strict=True), strict=False):
        waiting: dict[Hashable, deque[int]] = {}
        for number, key in enumerate(old_keys):
            if number not in taken:
                waiting.setdefault(key, deque()).append(number)
        for number, key in enumerate(new_keys):
            if number not in matches and waiting.get(key):
                matches[number] = waiting[key].popleft()
        taken.update(matches.values())
    return matches


def condition_text(condition: Any) -> str:
    """A condition as JSON, the same for those that differ only in the order of the parts of a group."""
    return canonical_json(_ordered_parts(condition))


def _ordered_parts(condition: Any) -> Any:
    """A condition with the parts of its groups in an order of their own, which says the same."""
    if not isinstance(condition, dict):
        return condition
    values = condition.get("values")
    if condition.get("op") not in ("and", "or") or not isinstance(values, list):
        return condition
    parts = sorted((_ordered_parts(part) for part in values), key=canonical_json)
    return {**condition, "values": parts}


def _destination(place: Place) -> tuple[str, str] | None:
    """The target of an edge, else the type of its error action; None where it has neither."""
    target, action = place.at("target").value, place.at("errorAction").at("type").value
    if isinstance(target, str) and target:
        return target, ""
    is_left_out = target in (None, "", MISSING)
    return ("", action) if is_left_out and isinstance(action, str) and action else None


def _label_words(subject: Line, old: str, new: str) -> Line:
    """What an edge is called now; an empty text where nobody gave it a name."""
    if not new:
        return sentence("{} is no longer called {}", subject, named(old))
    if not old:
        return sentence("{} is called {} now", subject, named(new))
    return sentence("{} is called {} instead of {}", subject, named(new), named(old))


def _increasing(places: Sequence[int]) -> set[int]:
    """The indices of the most numbers that follow each other in ascending order."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [at]
        before.append(last[length - 1] if length else -1)
    chain, at = set(), last[-1] if last else -1
    while at >= 0:
        chain.add(at)
        at = before[at]
    return chain


def _can_both_hold(one: _Edge, other: _Edge) -> bool:
    """Whether which of two edges is tried first may decide where a run goes."""
    if one.parsed is None or other.parsed is None:
        return True
    table = FactTable()
    leaf = partial(leaf_cases, table=table)
    holds = both(cases_of(one.parsed, True, leaf), cases_of(other.parsed, True, leaf))
    return bool(table.consistent(holds))
