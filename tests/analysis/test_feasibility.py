"""Rules about the flow against an oracle of another kind: every run of a small workflow, one by one, and networkx over
its expanded graph, in which each step has an outcome.

What conditions ask for are a few atoms; the oracle gives each of them every value and evaluates it by itself.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.analysis.feasibility import FeasiblePaths
from kustui.check import rule
from kustui.simulate.engine.engine import ExecuteStep, SetFailure, SetOutput, advance
from kustui.simulate.engine.trace import EntryKind
from tests.benchmarks.growth import counted
from tests.support.flows import flow_of
from tests.support.rules import problems_in, rules_of
from tests.support.runs import UNJUDGED, started
from tests.support.strategies import comparisons, nested_conditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Definition = dict[str, Any]
GONE = object()
STEPS = ("s0", "s1", "s2", "s3", "s4")
FIELDS: dict[str, tuple[Any, ...]] = {
    "a": ("x", "y", GONE),
    "b": ("x", "y", GONE),
    "n": (1, 5, 9, GONE),
    "tags": (["vip"], ["new"], GONE),
    "ok": (True, False, GONE),
}
"""What the event may have. A step that succeeds gives ``{"id": "x"}``, or an empty object."""


# Generated workflows

_OUTPUTS = [f"/#steps.{step}.id" for step in STEPS]


def _condition(op: str, *values: object) -> Definition:
    return {"op": op, "values": list(values)}


_ATOMS = (
    comparisons(["/#steps.1.a", "/#steps.1.a", "/#steps.1.b"], ["x", "y"]),
    [_condition(op, "/#steps.1.n", value) for op in ("gt", "gte") for value in (1, 4, "5", 7)],
    [_condition(op, "/#steps.1.tags", "vip") for op in ("contains", "not-contains")],
    [_condition(op, "/#steps.1.ok") for op in ("true", "exists")],
    [_condition(op, output) for op in ("exists", "dne") for output in _OUTPUTS],
    [_condition("eq", output, "x") for output in _OUTPUTS],
    [_condition(op, "/#error") for op in ("exists", "dne")],
    [_condition("true", True), _condition("exists", True, ""), _condition("false")],
)
_EACH_AS_OFTEN = 24
_CONDITIONS = nested_conditions(
    [atom for atoms in _ATOMS for atom in itertools.islice(itertools.cycle(atoms), _EACH_AS_OFTEN)]
)
_MOSTLY_ALWAYS = st.one_of(st.just(_condition("true", True)), _CONDITIONS)
_GOES_ON = st.lists(
    st.builds(
        lambda type_, condition: {"errorAction": {"type": type_}, "condition": condition},
        st.sampled_from(["continue", "stop-processing", "retry-action"]),
        _MOSTLY_ALWAYS,
    ),
    max_size=1,
)


@functools.cache
def _ways(targets: tuple[str, ...], most: int) -> st.SearchStrategy[list[Definition]]:
    return st.lists(
        st.builds(
            lambda target, condition: {"target": target, "condition": condition},
            st.sampled_from(targets),
            _MOSTLY_ALWAYS,
        ),
        max_size=most,
    )


@st.composite
def workflows(draw: st.DrawFn, *, acyclic: bool = True) -> Definition:
    count = draw(st.integers(2, len(STEPS)))
    names = STEPS[:count]

    def edges(at: int, most: int) -> list[Definition]:
        targets = names[at + 1 :] if acyclic else names
        return draw(_ways(targets, most)) if targets else []

    def error_cases(at: int) -> list[Definition]:
        return [*edges(at, 1), *draw(_GOES_ON)]

    read = st.sampled_from(_OUTPUTS[:count])
    steps = [
        {
            "id": name,
            "action": "kustomer.note.create",
            "params": {"body": draw(read)} if at else {},
            "transitions": edges(at, 3),
            "errorCases": error_cases(at),
        }
        for at, name in enumerate(names)
    ]
    trigger = {"id": "1", "eventName": "kustomer.conversation.update", "transitions": edges(-1, 3)}
    return {"name": "w", "trigger": trigger, "steps": steps}


# The oracle


class Moment(NamedTuple):
    """Where a run is, and what has an output."""

    path: tuple[str, ...]
    outputs: frozenset[str]
    ids: frozenset[str]
    """Those whose output has an id, and "error" once a step has failed."""


def holds(condition: Definition, event: Mapping[str, Any], ids: frozenset[str]) -> bool:
    op, values = condition["op"], condition["values"]
    if op in ("and", "or"):
        return (all if op == "and" else any)(holds(value, event, ids) for value in values)
    first: Any = values[0] if values else True
    if first == "/#error":
        first = {} if "error" in ids else GONE
    if isinstance(first, str):
        _, step, field = first.split(".")
        first = event.get(field, GONE) if step == "1" else "x" if step in ids else GONE
    gone = first is GONE
    other: Any = values[1] if len(values) > 1 else None
    match op:
        case "true" | "false":
            return not gone and first is (op == "true")
        case "exists" | "dne":
            return gone is (op == "dne")
        case "gt" | "gte":
            return not gone and (int(first) > int(other) or (op == "gte" and int(first) == int(other)))
        case "contains" | "not-contains":
            return (not gone and other in first) is (op == "contains")
    return (not gone and bool(first == other)) is (op == "eq")


def first_of(edges: Sequence[Definition], event: Mapping[str, Any], ids: frozenset[str]) -> Definition | None:
    return next((edge for edge in edges if holds(edge["condition"], event, ids)), None)


def runs(definition: Definition) -> Iterator[tuple[dict[str, Any], Moment]]:
    """Each step that some run comes to, and how: whatever the event holds, and whichever step fails."""
    asked = [field for field in FIELDS if f"/#steps.1.{field}" in json.dumps(definition)]
    for values in itertools.product(*(FIELDS[field] for field in asked)):
        event = {field: value for field, value in zip(asked, values, strict=True) if value is not GONE}
        begin = first_of(definition["trigger"]["transitions"], event, frozenset())
        pending = [Moment(("trigger", begin["target"]), frozenset(), frozenset())] if begin is not None else []
        while pending:
            moment = pending.pop()
            yield event, moment
            pending.extend(after(moment, part_of(definition, moment.path[-1]), event))


def part_of(definition: Definition, step: str) -> Definition:
    return next(part for part in definition["steps"] if part["id"] == step)


def after(moment: Moment, step: Definition, event: Mapping[str, Any]) -> Iterator[Moment]:
    """What may follow, with each outcome of a step."""
    outputs = moment.outputs | {step["id"]}
    for ids in having_run(moment, step):
        if edge := first_of(step["transitions"], event, ids):
            yield Moment((*moment.path, edge["target"]), outputs, ids)
    ids = moment.ids | {"error"}
    case = first_of(step["errorCases"], event, ids)
    if case is not None and case.get("errorAction") == {"type": "continue"}:
        case = first_of(step["transitions"], event, ids)
    if case is not None and "target" in case:
        yield Moment((*moment.path, "fails", case["target"]), moment.outputs, ids)


def having_run(moment: Moment, step: Definition) -> Iterator[frozenset[str]]:
    """What a step may give that does not fail, or not again: nobody knows whether its error then stays."""
    for ids in (moment.ids, moment.ids | {step["id"]}):
        yield ids
        if any(case.get("errorAction") == {"type": "retry-action"} for case in step["errorCases"]):
            yield ids | {"error"}


def holds_in_some_run(condition: Definition) -> bool:
    text = json.dumps(condition)
    fields = [field for field in FIELDS if f"/#steps.1.{field}" in text]
    steps = [step for step in (*STEPS, "error") if step in text]
    return any(
        holds(condition, {field: value for field, value in zip(fields, values, strict=True) if value is not GONE}, ids)
        for values in itertools.product(*(FIELDS[field] for field in fields))
        for ids in map(frozenset, itertools.chain.from_iterable(itertools.combinations(steps, n) for n in range(7)))
    )


def graph_of(definition: Definition, *, exact: bool = False) -> nx.DiGraph[tuple[str, str]]:
    """The expanded graph: a step, and the step with each outcome. Conditions do not count, unless they never hold."""
    possible = holds_in_some_run if exact else can_hold
    graph: nx.DiGraph[tuple[str, str]] = nx.DiGraph()
    graph.add_node(("1", "ran"))
    for part in (definition["trigger"], *definition["steps"]):
        here = part["id"]
        for outcome in ("succeeded", "failed", "continued"):
            graph.add_node((here, outcome))
        graph.add_edge((here, "ran"), (here, "succeeded"))
        for outcome in ("succeeded", "continued"):
            for edge in part["transitions"]:
                if possible(edge["condition"]):
                    graph.add_edge((here, outcome), (edge["target"], "ran"))
        for case in part.get("errorCases", ()):
            if possible(case["condition"]):
                graph.add_edge((here, "ran"), (here, "failed"))
                if "target" in case:
                    graph.add_edge((here, "failed"), (case["target"], "ran"))
                elif case["errorAction"]["type"] == "continue":
                    graph.add_edge((here, "failed"), (here, "continued"))
    return graph


def can_hold(condition: Definition) -> bool:
    match condition:
        case {"op": "false"}:
            return False
        case {"op": "and", "values": values}:
            return all(map(can_hold, values))
        case {"op": "or", "values": values}:
            return any(map(can_hold, values))
    return True


def reads_of(definition: Definition) -> Iterator[tuple[str, str]]:
    """Each step that reads another in its params, with that."""
    for step in definition["steps"]:
        if body := step["params"].get("body"):
            yield step["id"], body.split(".")[1]


def reported(definition: Definition, rule: str) -> dict[str, str]:
    """The messages of a rule about params and steps, by step."""
    return {
        problem.step: problem.message
        for problem in problems_in(definition)
        if problem.rule == rule and "/condition" not in problem.pointer
    }


# Properties

unhurried = settings(deadline=None)


@unhurried
@given(workflows())
def test_a_reference_may_be_missing_where_some_run_shows_it(definition: Definition) -> None:
    found = reported(definition, "reference-may-be-missing")
    reached = [moment for _, moment in runs(definition)]
    graph = graph_of(definition)
    for reader, node in reads_of(definition):
        here = [moment for moment in reached if moment.path[-1] == reader]
        without = {moment.path for moment in here if node not in moment.outputs}
        possible = any(node in moment.outputs for moment in here)
        if reader in found:
            path = tuple(re.sub(r".* on the path ", "", found[reader]).split(" → "))
            assert path in without
        elif without and possible:
            assert not nx.has_path(graph, (node, "succeeded"), (reader, "ran"))


def asked(definition: Definition, reader: str, number: int) -> Iterator[Moment]:
    """When a run asks the condition of a transition of a step: its own output may be there or not."""
    transitions = part_of(definition, reader)["transitions"]
    for event, moment in runs(definition):
        if moment.path[-1] == reader:
            for ids in having_run(moment, part_of(definition, reader)):
                if first_of(transitions[:number], event, ids) is None:
                    yield moment


@unhurried
@given(workflows())
def test_a_condition_may_read_what_is_missing_where_some_run_asks_it(definition: Definition) -> None:
    found = {
        problem.pointer.partition("/condition")[0]: problem.message
        for problem in problems_in(definition)
        if problem.rule == "reference-may-be-missing" and "/transitions/" in problem.pointer
    }
    for place, step in enumerate(definition["steps"]):
        for number, edge in enumerate(step["transitions"]):
            condition = edge["condition"]
            if condition["op"] != "eq" or condition["values"][0].startswith("/#steps.1."):
                continue
            node = condition["values"][0].split(".")[1]
            moments = list(asked(definition, step["id"], number)) if node != step["id"] else []
            without = {moment.path for moment in moments if node not in moment.outputs}
            possible = any(node in moment.outputs for moment in moments)
            message = found.get(f"/steps/{place}/transitions/{number}", "")
            if message:
                assert tuple(re.sub(r".* on the path ", "", message).split(" → ")) in without
            else:
                assert not (without and possible)


@unhurried
@given(workflows(acyclic=False))
def test_what_no_path_leads_to_is_unreachable_and_what_has_run_in_no_way_is_read_too_early(
    definition: Definition,
) -> None:
    graph = graph_of(definition)
    reached = {node for node, _ in nx.descendants(graph, ("1", "ran"))}
    unreachable = reported(definition, "unreachable-step")
    if definition["trigger"]["transitions"]:
        graph = graph_of(definition, exact=True)
        assert not unreachable.keys() & {node for node, _ in nx.descendants(graph, ("1", "ran"))}
        hidden = {step["id"] for step in definition["steps"]} - reached
        begun = {node for start in unreachable for node, _ in nx.descendants(graph, (start, "ran"))}
        assert hidden <= begun | unreachable.keys()
    early = reported(definition, "reference-before-run")
    impossible = reported(definition, "impossible-path")
    for reader, node in reads_of(definition):
        if reader in early:
            assert not nx.has_path(graph, (node, "ran"), (reader, "ran")) or reader == node
        if reader in impossible:
            assert not nx.has_path(graph, (node, "succeeded"), (reader, "ran"))


@unhurried
@given(workflows(acyclic=False))
def test_a_loop_is_reported_where_steps_form_one(definition: Definition) -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(step["id"] for step in definition["steps"])
    for step in definition["steps"]:
        for edge in (*step["transitions"], *step["errorCases"]):
            if "target" in edge:
                graph.add_edge(step["id"], edge["target"])
    loops = [problem.message for problem in problems_in(definition) if problem.rule == "loop"]
    rings = [ring for ring in nx.strongly_connected_components(graph) if len(ring) > 1]
    rings += [{node} for node in graph if graph.has_edge(node, node) and not any(node in ring for ring in rings)]
    assert len(loops) == len(rings)
    for message in loops:
        steps = message.removeprefix("the steps form a loop: ").split(" → ")
        assert steps[0] == steps[-1]
        assert all(graph.has_edge(here, there) for here, there in itertools.pairwise(steps))


@unhurried
@given(workflows(), st.data())
def test_a_rehearsal_takes_one_of_the_runs_and_leaves_out_what_is_missing(
    definition: Definition, data: st.DataObject
) -> None:
    event = {field: data.draw(st.sampled_from(values)) for field, values in FIELDS.items()}
    event = {field: value for field, value in event.items() if value is not GONE}
    paths = {moment.path for _, moment in runs(definition)}
    state = advance(started(definition, settings=UNJUDGED, **event), ExecuteStep())
    assert state.run is not None
    path: list[str] = ["trigger"]
    ids: set[str] = set()
    while state.run is not None:
        outcome: Any = data.draw(st.sampled_from([SetOutput({"id": "x"}), SetOutput({}), SetFailure(500)]))
        state = advance(advance(state, outcome) if state.run.node != "1" else state, ExecuteStep())
        assert state.question is None
        entry = state.last
        assert entry is not None
        if entry.error_action == "retry-action":
            continue
        if entry.kind is EntryKind.STEP:
            assert tuple(path) in paths
            assert path[-1] == entry.node
            read = part_of(definition, entry.node)["params"].get("body", "").split(".")
            assert bool(entry.omitted) is (len(read) > 1 and read[1] not in ids)
            ids |= {entry.node} if entry.output == {"id": "x"} else set()
        path += [*(["fails"] if entry.failure is not None else []), entry.target]


# Size


def diamonds(count: int, last: Definition, first: Definition | None = None, other: str = "") -> Definition:
    """A workflow that runs "x" only where ``k`` is "v" or ``first`` holds, then branches so many times, and reads "x"
    after a last condition, which asks again for everything that was asked before."""
    again = [_condition("exists", f"/#steps.1.f{at}") for at in range(count)]
    if other:
        again = [_condition("or", exists, _condition("exists", other)) for exists in again]
    forks = [
        part
        for at in range(count)
        for part in (
            rule.step(f"d{at}", rule.to(f"a{at}", _condition("eq", f"/#steps.1.f{at}", "y")), rule.to(f"d{at + 1}")),
            rule.step(f"a{at}", rule.to(f"d{at + 1}")),
        )
    ]
    return rule.workflow(
        "w",
        rule.step("x", rule.to("d0")),
        *forks,
        rule.step(f"d{count}", rule.to("r", _condition("and", last, *again))),
        rule.step("r", params={"id": "/#steps.x.id"}),
        entry=(rule.to("x", first or _condition("eq", "/#steps.1.k", "v")), rule.to("d0")),
    )


def test_what_every_way_to_a_read_needs_decides_however_many_ways_there_are() -> None:
    assert rules_of(diamonds(40, _condition("eq", "/#steps.1.k", "v"))) == []


def test_a_read_behind_many_branches_is_reported_like_one_behind_few() -> None:
    for count in (2, 30):
        asked = [_condition("eq", f"/#steps.1.f{at}", "other") for at in range(count)]
        (problem,) = problems_in(
            diamonds(count, _condition("or", *asked, _condition("true"), _condition("exists", "/#steps.1.z")))
        )
        assert problem.rule == "reference-may-be-missing"


def test_a_search_that_is_given_up_falls_back_to_what_decides_whether_the_step_runs() -> None:
    either = _condition("or", _condition("eq", "/#steps.1.k", "v"), _condition("eq", "/#steps.1.j", "w"))
    assert rules_of(diamonds(15, either, either, "/#steps.1.z")) == []
    beside = _condition("or", _condition("eq", "/#steps.1.k", "v"), _condition("exists", "/#steps.1.y"))
    assert rules_of(diamonds(15, beside, either, "/#steps.1.z")) == ["reference-may-be-missing"]


def test_a_search_that_is_not_given_up_finds_the_way_round() -> None:
    (problem,) = problems_in(diamonds(4, _condition("or", _condition("dne", "/#steps.x.id"), _condition("true"))))
    assert problem.rule == "reference-may-be-missing"


def test_the_ways_before_one_are_gone_through_once_for_all_of_them() -> None:
    def work(count: int) -> int:
        conditions = [{"op": "eq", "values": [f"/#steps.1.field{at}", "v"]} for at in range(count)]
        targets = [{"target": "b", "condition": condition} for condition in conditions]
        flow = flow_of({"trigger": {"id": "1", "transitions": targets}, "steps": [{"id": "b", "transitions": []}]})
        assert not flow.possible.loops
        return counted(lambda: FeasiblePaths(flow).ways())

    assert work(160) < 5 * work(40)
