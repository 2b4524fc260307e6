"""Crafted definitions by which work has grown, or could grow, faster than its input: one function a shape.

Each takes how large to make it, and gives the same definition every time: a JSON value, or text where the JSON itself
matters. ``SHAPES`` holds them by name, with a size that a test can afford and four times of which a benchmark can.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from kustui.check.rule import Part, app, called, schedule, step, to, when, workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STATUS = "/#steps.1.conversation.status"
URI = "https://api.example.com/v1/orders"


class Shape(NamedTuple):
    """A shape, and sizes between which its growth is measured."""

    make: Callable[[int], object]
    counted: int
    """For work that is counted: a test traces it at this size and four times that."""
    timed: int
    """For work that is timed: it is made larger, by the same factor, until there is something to measure."""
    most: int = 10**9
    """It is not made larger than this."""

    def bytes_of(self, size: int) -> bytes:
        value = self.make(size)
        return (value if isinstance(value, str) else json.dumps(value)).encode()


SHAPES: dict[str, Shape] = {}


def shape(
    counted: int = 12, timed: int = 250, most: int = 10**9
) -> Callable[[Callable[[int], object]], Callable[[int], object]]:
    """Add a function to the shapes, by its name."""

    def add(make: Callable[[int], object]) -> Callable[[int], object]:
        SHAPES[make.__name__] = Shape(make, counted, timed, most)
        return make

    return add


def one(*steps: Part, entry: tuple[Part, ...] | None = None, **more: object) -> Part:
    """A definition with one workflow."""
    return app(workflow("Shape", *steps, entry=entry), **more)


def next_of(index: int, count: int) -> tuple[Part, ...]:
    return (to(f"s{index + 1}"),) if index + 1 < count else ()


def id_of(index: int) -> str:
    return f"5f8e148232731d00{index:08x}"


def rest(id_: str, *transitions: Part, **params: object) -> Part:
    return step(id_, *transitions, action="kustomer.rest-api.json", params={"uri": URI, "method": "POST", **params})


def is_value(number: int, field: str = STATUS) -> Part:
    return when("eq", field, f"v{number}")


# The flow of one workflow


@shape(timed=500)
def chain(n: int) -> Part:
    """Steps in a row."""
    return one(*(step(f"s{index}", *next_of(index, n)) for index in range(n)))


@shape(counted=3, timed=15)
def mesh(n: int) -> Part:
    """Steps that all lead to each other and all read each other."""
    ids = [f"s{index}" for index in range(n)]
    body = "".join(f"{{{{{{steps.{id_}.json.a}}}}}}" for id_ in ids)
    return one(
        *(
            rest(id_, *(to(other, is_value(at)) for at, other in enumerate(ids) if other != id_), body=body)
            for id_ in ids
        )
    )


@shape(counted=3, timed=15)
def forward_mesh(n: int) -> Part:
    """Steps that all lead to every later one: no loop, and as many paths as there are sets of steps."""
    return one(*(step(f"s{index}", *(to(f"s{at}", is_value(at)) for at in range(index + 1, n))) for index in range(n)))


def _ladder(n: int, field: Callable[[int], str], value: Callable[[int], str]) -> Part:
    steps = []
    for index in range(n):
        side = to(f"s{index + 1}") if index + 1 < n else to("end")
        steps.append(
            step(
                f"s{index}",
                to(f"left{index}", when("eq", field(index), value(index))),
                to(f"right{index}", when("neq", field(index), value(index))),
            )
        )
        steps += [step(f"left{index}", side), step(f"right{index}", side)]
    return one(*steps, step("end"))


@shape(counted=8, timed=90)
def ladder(n: int) -> Part:
    """Two ways at every third step, each asking for a field of its own."""
    return _ladder(n, lambda index: f"/#steps.1.conversation.f{index}", lambda _: "x")


@shape(counted=8, timed=90)
def ladder_of_one_field(n: int) -> Part:
    """Two ways at every third step, each comparing the same field with something else."""
    return _ladder(n, lambda _: STATUS, lambda index: f"v{index}")


@shape(timed=100)
def ways_out(n: int) -> Part:
    """Ways out of one step."""
    return one(
        step("hub", *(to(f"t{index}", is_value(index)) for index in range(n))),
        *(step(f"t{index}") for index in range(n)),
    )


@shape(timed=250)
def ways_of_two(n: int) -> Part:
    """Ways out of one step, each on two fields, so that a way is refused by either."""
    both = ({"op": "and", "values": [is_value(at), when("eq", "/#steps.1.kind", f"{at % 7}")]} for at in range(n))
    return one(step("hub", *(to("end", condition) for condition in both)), step("end"))


@shape(counted=8, timed=250)
def ways_in(n: int) -> Part:
    """Steps that all lead to one, from a step that leads to all."""
    return one(
        step("hub", *(to(f"t{index}", when("eq", f"/#steps.1.conversation.f{index}", 1)) for index in range(n))),
        *(step(f"t{index}", to("end")) for index in range(n)),
        step("end"),
    )


@shape(timed=250)
def ways_to_one(n: int) -> Part:
    """Transitions from one step to one other."""
    return one(step("hub", *(to("end", is_value(index)) for index in range(n))), step("end"))


@shape(timed=250)
def long_loop(n: int) -> Part:
    """One loop of all steps."""
    return one(*(step(f"s{index}", to(f"s{(index + 1) % n}")) for index in range(n)))


@shape(timed=120)
def small_loops(n: int) -> Part:
    """A row of steps each of which may lead back to the one before."""
    return one(
        *(
            step(f"s{index}", to(f"s{index + 1}", is_value(0)), to(f"s{max(0, index - 1)}", is_value(1)))
            for index in range(n)
        ),
        step(f"s{n}"),
    )


@shape(timed=250)
def error_cases(n: int) -> Part:
    """A step with as many error cases as transitions."""
    edges = [to(f"t{index}", is_value(index)) for index in range(n)]
    failures = [to(f"t{index}", when("eq", "/#error.statusCode", 400 + index % 100)) for index in range(n)]
    return one(step("hub", *edges, errorCases=failures), *(step(f"t{index}") for index in range(n)))


@shape(timed=250)
def unreachable_steps(n: int) -> Part:
    """Steps to which nothing leads, each of which leads to the next three."""
    return one(
        step("first"),
        *(step(f"s{at}", *(to(f"s{next_}") for next_ in range(at + 1, min(n, at + 4)))) for at in range(n)),
    )


@shape(timed=250)
def unknown_targets(n: int) -> Part:
    """Transitions to steps that are not there, with names like those of steps that are."""
    return one(step("first", *(to(f"nothere{at}") for at in range(n))), *(step(f"nowhere{at}") for at in range(n)))


@shape(timed=250)
def identical_steps(n: int) -> Part:
    """Steps with the same id."""
    return one(*(step("same", to("same")) for _ in range(n)))


@shape(timed=250)
def nameless_steps(n: int) -> Part:
    """Steps with an empty id."""
    return one(step("first", to("")), *(step("") for _ in range(n)))


# Conditions


def _asking(condition: Part) -> Part:
    return one(step("first", to("second", condition)), step("second"))


@shape(timed=250)
def all_of(n: int) -> Part:
    """A condition that asks for a value of as many fields."""
    return _asking(when("and", *(when("eq", f"/#steps.1.conversation.f{index}", "x") for index in range(n))))


@shape(timed=250)
def all_of_one_field(n: int) -> Part:
    """A condition that rules out as many values of one field."""
    return _asking(when("and", *(when("neq", STATUS, f"v{index}") for index in range(n))))


@shape(timed=250)
def any_of(n: int) -> Part:
    """A condition that allows as many values of one field."""
    return _asking(when("or", *(is_value(index) for index in range(n))))


@shape(counted=40, timed=250)
def numbers_of_one_field(n: int) -> Part:
    """A condition that holds one number against as many others."""
    return _asking(when("and", *(when("gt", "/#steps.1.conversation.count", index) for index in range(n))))


@shape(counted=8, timed=60)
def any_of_all(n: int) -> Part:
    """Pairs of which one has to hold, and all of these together: as many combinations as there are sets of pairs."""
    return _asking(
        when("and", *(when("or", is_value(0, f"/#steps.1.a{at}"), is_value(0, f"/#steps.1.b{at}")) for at in range(n)))
    )


@shape(counted=20, timed=24, most=400)
def deep_condition(n: int) -> Part:
    """Conditions in each other: above a hundred they are not read."""
    condition = is_value(0)
    for index in range(n):
        condition = when("and" if index % 2 else "or", condition, when("eq", f"/#steps.1.g{index}", "y"))
    return _asking(condition)


@shape(timed=1000)
def listed_values(n: int) -> Part:
    """A condition that compares with a long list."""
    return _asking(when("in", STATUS, [f"v{index}" for index in range(n)]))


@shape(counted=1000, timed=1000)
def fields_in_a_row(n: int) -> Part:
    """A reference with many parts: more than what a row shows of it."""
    return _asking(when("eq", "/#steps.1." + ".".join(f"a{index}" for index in range(n)), "x"))


# Texts


@shape(counted=500, timed=60_000)
def long_name(n: int) -> Part:
    """A step with a long id, and a transition to one that differs in its last letter."""
    return one(step("a" * n, to("a" * (n - 1) + "b")), step("c"))


@shape(counted=500, timed=60_000)
def long_title(n: int) -> Part:
    """Workflows with long names that differ in their last letter."""
    return app(workflow("n" * n + "a", step("first")), workflow("n" * n + "b", step("first")))


@shape(counted=500, timed=250_000)
def long_word(n: int) -> Part:
    """A text without a blank."""
    return one(rest("first", body="x" * n))


@shape(counted=500, timed=250_000)
def long_text(n: int) -> Part:
    """A text of many words."""
    return one(rest("first", body="some words " * (n // 11)))


@shape(counted=60, timed=1000)
def long_template(n: int) -> Part:
    """A template of many tags."""
    return one(rest("first", body="Hello {{{steps.1.name}}}, " * n))


@shape(counted=60, timed=250)
def broken_tags(n: int) -> Part:
    """A template of tags that do not close."""
    return one(rest("first", body="{{steps.1.name " * n))


@shape(counted=120, timed=250)
def unclosed_blocks(n: int) -> Part:
    """A template of blocks in each other that nothing closes."""
    return one(rest("first", body="{{#if steps.1.name}}a" * n))


@shape(counted=120, timed=250)
def nested_blocks(n: int) -> Part:
    """A template of blocks in each other."""
    return one(rest("first", body="{{#if steps.1.name}}a" * n + "{{/if}}" * n))


@shape(counted=12, timed=1000)
def escaped_text(n: int) -> Part:
    """A text of characters that are shown otherwise, on many lines."""
    return one(rest("first", body="\u202e\x1b[31m\t\n" * n))


# Params, keys and references


@shape(timed=250)
def many_params(n: int) -> Part:
    """A step with many params, each of which reads something."""
    return one(rest("first", **{f"p{index}": f"/#steps.1.field{index}" for index in range(n)}))


@shape(timed=60, most=400)
def deep_params(n: int) -> Part:
    """Params in each other."""
    value: Any = "/#steps.1.name"
    for _ in range(n):
        value = {"a": [value]}
    return one(rest("first", body=value))


@shape(timed=250)
def mistyped_keys(n: int) -> Part:
    """A step with keys that are like one that it may have."""
    return one({**step("first"), **{f"transitionz{index}": 1 for index in range(n)}})


@shape(timed=250)
def repeated_keys(n: int) -> str:
    """An object with the same key again and again."""
    whole = json.dumps(one(rest("first", body={"key": 1})))
    return whole.replace('"key": 1', ", ".join(f'"key": {index}' for index in range(n)))


@shape(timed=120)
def references_back(n: int) -> Part:
    """Steps in a row that each read the twenty before them."""
    return one(
        *(
            rest(
                f"s{index}",
                *next_of(index, n),
                body="".join(f"{{{{{{steps.s{at}.json.a}}}}}}" for at in range(max(0, index - 20), index)),
            )
            for index in range(n)
        )
    )


@shape(timed=250)
def unknown_references(n: int) -> Part:
    """Steps in a row that each read one that is not there, with a name like that of one that is."""
    return one(*(rest(f"s{index}", *next_of(index, n), body=f"/#steps.x{index}.a") for index in range(n)))


@shape(timed=120)
def transforms(n: int) -> Part:
    """Transforms in a row, each of which passes on what the one before has passed on."""
    return one(
        *(
            step(
                f"s{index}",
                *(to(f"s{at}", when("exists", f"/#steps.s{index}.output.a")) for at in (index + 1,) if at < n),
                action="kustomer.transform.generic",
                params={"a": f"/#steps.s{index - 1}.output.a" if index else "/#steps.1.name"},
            )
            for index in range(n)
        )
    )


# Workflows together


def _scheduling(index: int, targets: Sequence[int]) -> Part:
    """A callable workflow that schedules some others one after the other."""
    steps = [
        schedule(f"s{at}", id_of(target), *next_of(at, len(targets)), inputs={"round": "/#steps.1.round"})
        for at, target in enumerate(targets)
    ]
    return called(f"Workflow {index}", id_of(index), *(steps or [step("s0")]), inputs={"round": "number"})


@shape(timed=120)
def schedule_chain(n: int) -> Part:
    """Workflows each of which schedules the next."""
    return app(*(_scheduling(index, [index + 1] if index + 1 < n else []) for index in range(n)))


@shape(timed=120)
def schedule_ring(n: int) -> Part:
    """Workflows each of which schedules the next, the last the first."""
    return app(*(_scheduling(index, [(index + 1) % n]) for index in range(n)))


@shape(timed=120)
def starts_of_one_chain(n: int) -> Part:
    """Workflows that all schedule the first of the same chain of twenty."""
    links = [_scheduling(index, [index + 1] if index < 19 else []) for index in range(20)]
    starts = [workflow(f"Start {at}", schedule("s0", id_of(0), inputs={"round": 1})) for at in range(n)]
    return app(*starts, *links)


@shape(counted=3, timed=12)
def schedule_mesh(n: int) -> Part:
    """Workflows that all schedule each other."""
    return app(*(_scheduling(index, range(n)) for index in range(n)))


@shape(timed=80)
def schedule_ladder(n: int) -> Part:
    """Workflows each of which schedules both of the next two: as many ways through them as there are choices."""
    return app(
        *(_scheduling(index, [at for at in (index // 2 * 2 + 2, index // 2 * 2 + 3) if at < n]) for index in range(n))
    )


@shape(counted=6, timed=120)
def schedules_of_one(n: int) -> Part:
    """A workflow that schedules as many others."""
    return app(_scheduling(0, range(1, n + 1)), *(_scheduling(index, []) for index in range(1, n + 1)))


@shape(counted=2, timed=5)
def branching_chain(n: int) -> Part:
    """Workflows each of which schedules the next after a row of 40 steps, some of which branch."""

    def one_of(index: int) -> Part:
        steps = []
        for at in range(40):
            branch = [to("s39", when("eq", f"/#steps.s{at}.status", "failed"))] if at in (5, 15, 25) else []
            steps.append(rest(f"s{at}", *branch, *([to(f"s{at + 1}")] if at < 39 else [to("last")])))
        last = (
            schedule("last", id_of(index + 1), inputs={"round": "/#steps.1.round"}) if index + 1 < n else step("last")
        )
        return called(f"Workflow {index}", id_of(index), *steps, last, inputs={"round": "number"})

    return app(*map(one_of, range(n)))


@shape(timed=120)
def identical_ids(n: int) -> Part:
    """Workflows with the same id."""
    return app(*(called(f"Workflow {index}", id_of(0), step("s0")) for index in range(n)))


@shape(counted=24, timed=120)
def identical_names(n: int) -> Part:
    """Workflows with the same name."""
    return app(*(workflow("Same", step("s0"), event=f"kustomer.app.sample.e{index}") for index in range(n)))


@shape(timed=120)
def unknown_workflows(n: int) -> Part:
    """Workflows each of which schedules one that is not there, with an id like that of one that is."""
    return app(
        *(
            called(f"Workflow {index}", id_of(index), schedule("s0", id_of(index).replace("5f8e", "5f8f")))
            for index in range(n)
        )
    )


@shape(timed=120)
def listeners(n: int) -> Part:
    """Workflows that an event starts each of which writes a field that the others read."""
    return app(
        *(
            workflow(
                f"Workflow {index}",
                step(
                    "s0",
                    action="kustomer.conversation.update",
                    params={"id": "/#steps.1.conversation.id", "custom": {f"f{index}Str": "x"}},
                ),
                entry=(to("s0", when("eq", f"/#steps.1.conversation.custom.f{index + 1}Str", "x")),),
            )
            for index in range(n)
        )
    )


@shape(timed=120)
def many_inputs(n: int) -> Part:
    """A workflow with many inputs, and one that gives it as many with other names."""
    target = called("Target", id_of(0), step("s0"), inputs={f"input{at}": "string" for at in range(n)})
    required = target["trigger"]["schema"]["required"]
    required += [f"input{at}" for at in range(n)]
    return app(workflow("Caller", schedule("s0", id_of(0), inputs={f"inputs{at}": "x" for at in range(n)})), target)


@shape(timed=120)
def many_declarations(n: int) -> Part:
    """An app that declares many actions, and steps with actions of names like theirs."""
    actions = [{"name": f"kustomer.app.sample.act{at}", "type": "rest_api", "inputSchema": {}} for at in range(n)]
    steps = (step(f"s{at}", *next_of(at, n), action=f"kustomer.app.sample.axt{at}") for at in range(n))
    return one(*steps, actions=actions)


@shape(timed=120)
def many_dependencies(n: int) -> Part:
    """An app with many dependencies, and steps that each need another."""
    steps = (step(f"s{at}", *next_of(at, n), appVersion=f"other{at}-^1.0.0") for at in range(n))
    return one(*steps, dependencies=[f"app{at}-^1.0.0" for at in range(n)])


@shape(timed=120)
def many_workflows(n: int) -> Part:
    """Workflows of a few steps that have nothing to do with each other."""
    return app(*(workflow(f"Workflow {at}", step("s0", to("s1")), step("s1")) for at in range(n)))


# Mistakes that have a quick fix, beside those above


@shape(timed=250)
def surplus_values(n: int) -> Part:
    """A condition of comparisons each of which has a value too many."""
    return _asking(when("and", *(when("eq", f"/#steps.1.conversation.f{index}", 1, 2) for index in range(n))))


@shape(timed=120)
def error_readers(n: int) -> Part:
    """A step that leads to as many others, each of which reads an error that there is not."""
    hub = step("hub", *(to(f"t{index}", is_value(index)) for index in range(n)))
    return one(hub, *(rest(f"t{index}", body="/#error.statusCode") for index in range(n)))


@shape(timed=120)
def undeclared_apps(n: int) -> Part:
    """Steps that each need another app, none of which is declared."""
    return one(*(step(f"s{at}", *next_of(at, n), appVersion=f"other{at}-^1.0.0") for at in range(n)))


@shape(timed=120)
def missing_inputs(n: int) -> Part:
    """Calls in a row that lack an input, each of which passes on what one that comes after it may give."""
    target = called("Target", id_of(0), step("s0"), inputs={"orderId": "string"})
    target["trigger"]["schema"]["required"] += ["orderId"]
    calls = (
        schedule(f"s{at}", id_of(0), *next_of(at, n), inputs={"old": f"/#steps.s{n - 1 - at}.orderId"})
        for at in range(n)
    )
    return app(workflow("Caller", *calls), target)


@shape(timed=120)
def mistaken_events(n: int) -> Part:
    """Workflows that schedule each other, with events of other ids."""
    workflows = [_scheduling(index, [(index + 1) % n]) for index in range(n)]
    for index, one_of in enumerate(workflows):
        one_of["trigger"]["eventName"] = f"kustomer.workflow.{id_of(n + index)}.call"
    return app(*workflows)


@shape(timed=60)
def misshapen_workflows(n: int) -> Part:
    """Workflows that each have an object where a list has to be."""
    steps = ({**step("s0"), "errorCases": to("s0")} for _ in range(n))
    return app(*(workflow(f"Workflow {at}", one_of) for at, one_of in enumerate(steps)))
