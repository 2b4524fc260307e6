"""App definitions of any size for the benchmarks: sound, varied, the same for the same arguments.

    python -m tests.benchmarks.generate --workflows 500 --steps 40 --seed 1 --mistakes 0 > file.json

500 workflows of 40 steps come to about 24 MB. Each workflow is drawn from its own random stream, so that
one at a time is enough to write a file that would not fit into memory.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

T = TypeVar("T")
Json = dict[str, Any]

PLATFORM = "kustomer-^1.9.2"
SCHEDULER = "scheduler-^1.0.1"
ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

EVENTS = (
    "kustomer.conversation.create",
    "kustomer.customer.create",
    "kustomer.company.create",
    "kustomer.customer.update",
    "kustomer.kobject.order.update",
)
"""None that a step causes: a sound workflow does not start itself."""
VERBS = (
    "Route",
    "Merge",
    "Escalate",
    "Follow up",
    "Tag",
    "Close",
    "Remind about",
    "Translate",
    "Check",
    "Sync",
    "Archive",
)
ADJECTIVES = (
    "stale",
    "urgent",
    "unanswered",
    "VIP",
    "late",
    "wholesale",
    "duplicate",
    "unpaid",
    "foreign",
    "quiet",
)
THINGS = (
    "chats",
    "orders",
    "returns",
    "emails",
    "complaints",
    "refunds",
    "deliveries",
    "invoices",
    "surveys",
)
DISPLAY = (
    "Find it",
    "Ask the shop",
    "Who is it?",
    "Tell the team",
    "Write it down",
    "Which way?",
    "Try again later",
)
TAGS = ("vip", "wholesale", "refund", "late", "legal", "spare-part", "first-contact", "marketplace")
WORDS = (
    *("customer", "has", "written", "again", "and", "waits", "for", "an", "answer", "from", "the", "team"),
    *("that", "looks", "after", "orders", "please", "see", "the", "timeline", "check", "last", "delivery"),
    *("before", "next", "parcel", "leaves", "the", "warehouse", "today", "tomorrow", "price", "invoice"),
)
INPUTS = {
    "@startedAt": "string",
    "customerId": "string",
    "attempt": "number",
    "escalate": "boolean",
}


class Mistake(NamedTuple):
    """A mistake put in on purpose: the rule that finds it and the JSON pointer of the value."""

    rule: str
    pointer: str
    value: str


class CallableWorkflow(NamedTuple):
    """What other workflows have to know about a callable one."""

    id: str
    inputs: tuple[str, ...]
    required: tuple[str, ...]


class Dice:
    """Random choices built on `random()` alone, the one stream that no Python version changes."""

    def __init__(self, *name: object) -> None:
        self._next = random.Random("/".join(map(str, name))).random

    def below(self, limit: int) -> int:
        return int(self._next() * limit)

    def chance(self, share: float) -> bool:
        return self._next() < share

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in items]

    def letters(self, count: int, alphabet: str = ID_LETTERS) -> str:
        return "".join(self.pick(alphabet) for _ in range(count))

    def sentence(self, words: int) -> str:
        return " ".join(self.pick(WORDS) for _ in range(words)).capitalize() + "."


def callable_at(seed: int, index: int) -> CallableWorkflow | None:
    """The callable workflow at this place, `None` where an event starts the workflow."""
    dice = Dice(seed, "callable", index)
    if index == 0 or dice.chance(0.6):
        return None
    optional = [name for name in INPUTS if dice.chance(0.6)]
    required = ["conversationId", *(name for name in optional if dice.chance(0.6))]
    return CallableWorkflow(
        f"{0x5F000000 + index:08x}{dice.letters(16, '0123456789abcdef')}",
        ("conversationId", *optional),
        tuple(required),
    )


class Writer:
    """Draws one workflow, region by region.

    `known` holds the steps that have run on every path to the place being written, so that a reference to one
    of them never comes up empty.
    """

    def __init__(self, workflows: int, steps: int, seed: int, index: int) -> None:
        self.dice = Dice(seed, "workflow", index)
        self.workflows, self.seed, self.index = workflows, seed, index
        self.callable = callable_at(seed, index)
        self.ids: set[str] = set()
        self.steps: list[Json] = []
        self.repeated = False
        self.schedule_next = self._callable(index + 1) is not None
        self.size = steps

    def workflow(self) -> Json:
        dice = self.dice
        name = f"{dice.pick(VERBS)} {dice.pick(ADJECTIVES)} {dice.pick(THINGS)} {self.index + 1}"
        trigger: Json = {"transitions": []}
        if self.size:
            entry = self.new_id()
            condition = always() if self.callable or dice.chance(0.4) else self.condition(())
            trigger["transitions"].append(transition(entry, condition))
            self.region(entry, self.size, (), None)
        trigger["id"] = "1"
        out: Json = {"name": name, "description": dice.sentence(8)}
        if self.callable:
            trigger["callable"] = True
            types = {"conversationId": "string", **INPUTS}
            trigger["schema"] = {
                "properties": {name: {"type": types[name]} for name in self.callable.inputs},
                "required": list(self.callable.required),
            }
            trigger["eventName"] = f"kustomer.workflow.{self.callable.id}.call"
            out = {"id": self.callable.id, **out}
        else:
            trigger["eventName"] = dice.pick(EVENTS)
            trigger["appVersion"] = PLATFORM
        return out | {"steps": dice.shuffled(self.steps), "trigger": trigger}

    # -- shape

    def region(self, entry: str, size: int, known: tuple[str, ...], after: str | None) -> None:
        """Write `size` steps that begin at `entry` and go on to `after`."""
        while size:
            if self.schedule_next and size == 1 and after is None:
                self.schedule(entry, known, self.index + 1, None)
                return
            take = self.block_size(size - (self.schedule_next and after is None))
            size -= take
            following = self.new_id() if size else after
            known = self.block(entry, take, known, following)
            entry = following or ""

    def block_size(self, room: int) -> int:
        return min(room, self.dice.pick((1, 1, 1, 1, 2, 2, 4, 6, 9)))

    def block(self, entry: str, size: int, known: tuple[str, ...], after: str | None) -> tuple[str, ...]:
        """Write a block of one way in and one way on; return what has run behind it."""
        if size == 1:
            if self.dice.chance(0.06) and self.schedule_later(entry, known, after):
                return known
            self.step(entry, known, [transition(after)] if after else [])
            return (*known, entry)
        if size == 2:
            handler = self.new_id()
            busy = condition("gte", "/#error.statusCode", 500)
            self.step(
                entry,
                known,
                [transition(after)] if after else [],
                [transition(handler, self.dice.pick((always(), busy)))],
            )
            self.handler(handler, known)
            return (*known, entry)
        return self.branch(entry, size, known, after)

    def branch(self, entry: str, size: int, known: tuple[str, ...], after: str | None) -> tuple[str, ...]:
        pure = self.dice.chance(0.3)
        inside = known if pure else (*known, entry)
        arms = 2 if size < 6 or self.dice.chance(0.6) else 3
        sizes = [(size - 1) // arms + (arm < (size - 1) % arms) for arm in range(arms)]
        entries = [self.new_id() for _ in sizes]
        transitions = [
            transition(arm, self.condition(inside, place), self.dice.sentence(2)[:-1])
            for place, arm in enumerate(entries[:-1])
        ]
        transitions.append(transition(entries[-1]))
        if pure:
            self.add(entry, transitions, meta=True)
        else:
            self.step(entry, known, transitions)
        for place, (arm, count) in enumerate(zip(entries, sizes, strict=True)):
            last = place == arms - 1
            if count == 1 and not last and self.schedule_itself(arm, inside):
                continue
            ends = after is not None and not last and self.dice.chance(0.25)
            self.arm(arm, count, inside, None if ends else after)
        return inside

    def arm(self, entry: str, size: int, known: tuple[str, ...], after: str | None) -> None:
        wanted, self.schedule_next = self.schedule_next, False
        self.region(entry, size, known, after)
        self.schedule_next = wanted

    # -- steps

    def add(
        self,
        entry: str,
        transitions: list[Json],
        action: str | None = None,
        params: Json | None = None,
        errors: list[Json] | None = None,
        version: str = PLATFORM,
        meta: bool = False,
    ) -> None:
        step: Json = {"transitions": transitions, "errorCases": errors or [], "id": entry}
        if action:
            step |= {"action": action, "params": params or {}, "appVersion": version}
        if meta or self.dice.chance(0.5):
            step["meta"] = {"displayName": self.dice.pick(DISPLAY)}
            if self.dice.chance(0.3):
                step["meta"]["description"] = self.dice.sentence(9)
        self.steps.append(step)

    def step(
        self, entry: str, known: tuple[str, ...], transitions: list[Json], errors: list[Json] | None = None
    ) -> None:
        dice = self.dice
        others = (self._find, self._note, self._update, self._match, self._message, self._kobject)
        action, params = (self._rest if dice.chance(0.3) else dice.pick(others))(known)
        self.add(entry, transitions, action, params, errors)

    def _find(self, known: tuple[str, ...]) -> tuple[str, Json]:
        return "kustomer.conversation.find-by-id", {"id": self.reference(known)}

    def _note(self, known: tuple[str, ...]) -> tuple[str, Json]:
        return "kustomer.note.create", {
            "conversation": self.reference(known),
            "body": self.text(known, 38),
            "userMentions": [{"user": self.reference(known)}],
        }

    def _message(self, known: tuple[str, ...]) -> tuple[str, Json]:
        return "kustomer.message.create", {
            "conversation": self.reference(known),
            "channel": self.dice.pick(("email", "chat", "sms")),
            "direction": "out",
            "subject": self.text(known, 6),
            "body": self.text(known, 50),
        }

    def _update(self, known: tuple[str, ...]) -> tuple[str, Json]:
        custom = {f"{self.dice.pick(WORDS)}{number}Str": self.value(known) for number in range(8)}
        return "kustomer.conversation.update", {
            "id": self.reference(known),
            "priority": self.dice.below(5) + 1,
            "tags": [self.dice.pick(TAGS), self.dice.pick(TAGS)],
            "custom": custom,
        }

    def _kobject(self, known: tuple[str, ...]) -> tuple[str, Json]:
        return "kustomer.kobject.create", {
            "klass": "order",
            "customer": self.reference(known),
            "title": self.text(known, 7),
            "custom": {
                "totalNum": f"/#fn:parseFloat,{self.path(known)}",
                "noteStr": self.text(known, 22),
                "placedAt": f"/#fn:dateFormat,{self.path(known)}",
            },
        }

    def _match(self, known: tuple[str, ...]) -> tuple[str, Json]:
        return "kustomer.regex-match.generic", {
            "testString": self.text(known, 12),
            "regex": "(?i)\\b[a-z]{2}\\d{6}\\b",
        }

    def _rest(self, known: tuple[str, ...]) -> tuple[str, Json]:
        dice = self.dice
        lines = [
            {
                "article": dice.letters(8),
                "quantity": dice.below(9) + 1,
                "price": dice.below(90000) / 100,
                "reference": self.value(known),
                "giftWrap": dice.chance(0.5),
            }
            for _ in range(3)
        ]
        return "kustomer.rest-api.json", {
            "uri": f"https://api.example.com/v2/{dice.pick(THINGS)}/{{{{{{{self.looked_up(known)}}}}}}}",
            "method": dice.pick(("POST", "PUT", "PATCH")),
            "json": True,
            "headers": {
                "Authorization": "Bearer {{{variables.5f3c2a97d4b1e8001c7d90aa}}}",
                "Content-Type": "application/json",
                "X-Request-Id": "{{{randomId size=12}}}",
            },
            "data": {
                "order": {
                    "number": self.value(known),
                    "lines": lines,
                    "shipTo": {"name": self.text(known, 3), "zip": dice.letters(5, "0123456789")},
                },
                "comment": self.text(known, 16),
            },
        }

    def handler(self, entry: str, known: tuple[str, ...]) -> None:
        self.add(
            entry,
            [],
            "kustomer.rest-api.json",
            {
                "uri": "https://ops.example.com/kustomer/failures",
                "method": "POST",
                "json": True,
                "data": {
                    "message": "/#error.message",
                    "status": "/#error.statusCode",
                    "about": self.reference(known),
                    "text": f"{self.dice.sentence(9)} {{{{{{error.message}}}}}}",
                },
            },
        )

    # -- schedules

    def _callable(self, index: int) -> CallableWorkflow | None:
        return callable_at(self.seed, index) if index < self.workflows else None

    def schedule(self, entry: str, known: tuple[str, ...], index: int, after: str | None) -> None:
        target = self._callable(index)
        if target is None:
            raise ValueError(f"workflow {index} is not callable")
        wanted = [name for name in target.inputs if name in target.required or self.dice.chance(0.5)]
        self.add(
            entry,
            [transition(after)] if after else [],
            "kustomer.app.scheduler.schedule-workflow",
            {
                "runAt": {"value": self.dice.pick((5, 15, 30, 60, 240, 1440, 10080)), "type": "relative"},
                "workflowId": target.id,
                "inputs": {name: self.input(name, known) for name in wanted},
            },
            version=SCHEDULER,
        )

    def schedule_later(self, entry: str, known: tuple[str, ...], after: str | None) -> bool:
        """Schedule a workflow further down the file: chains, never a ring."""
        ahead = [index for index in range(self.index + 2, self.index + 10) if self._callable(index)]
        if ahead:
            self.schedule(entry, known, self.dice.pick(ahead), after)
        return bool(ahead)

    def schedule_itself(self, entry: str, known: tuple[str, ...]) -> bool:
        """Now and then a polling ring, which the condition on the way to it can end."""
        if self.callable is None or self.repeated or not self.dice.chance(0.08):
            return False
        self.repeated = True
        self.schedule(entry, known, self.index, None)
        return True

    def input(self, name: str, known: tuple[str, ...]) -> Any:
        match INPUTS.get(name, "string"):
            case "number":
                return self.dice.pick((1, self.dice.below(9), f"/#fn:parseInt,{self.path(known)}"))
            case "boolean":
                return self.dice.chance(0.5)
            case _:
                return self.reference(known)

    # -- values

    def path(self, known: tuple[str, ...]) -> str:
        dice = self.dice
        if known and dice.chance(0.7):
            field = dice.pick(("id", "name", "status", "body.id", "custom.@dueAt"))
            return f"steps.{dice.pick(known[-8:])}.{field}"
        if self.callable:
            return f"steps.1.{dice.pick(self.callable.required)}"
        return f"steps.1.{dice.pick(('id', 'customer', 'name', 'custom.orderStr', 'tags.0'))}"

    def looked_up(self, known: tuple[str, ...]) -> str:
        """A path as a template spells it."""
        return re.sub(r"\.(@\w+|\d+)$", r".[\1]", self.path(known))

    def reference(self, known: tuple[str, ...]) -> str:
        return f"/#{self.path(known)}"

    def value(self, known: tuple[str, ...]) -> Any:
        return self.dice.pick(
            (
                self.reference(known),
                self.text(known, 4),
                self.dice.below(1000),
                self.dice.chance(0.5),
                self.dice.letters(10),
            )
        )

    def text(self, known: tuple[str, ...], words: int) -> str:
        path, sentence = self.looked_up(known), self.dice.sentence(words)
        return self.dice.pick(
            (
                sentence,
                f"{{{{{{{path}}}}}}} {sentence}",
                f"{sentence} {{{{{{dateFormat {path} format='LL'}}}}}}",
                f"{{{{#if {path}}}}}{sentence}{{{{else}}}}-{{{{/if}}}}",
            )
        )

    def condition(self, known: tuple[str, ...], place: int = 0) -> Json:
        """A condition that is never always true, nor holds wherever another one at this step does."""
        left, dice = self.reference(known), self.dice
        one = dice.pick(
            (
                condition("eq", left, f"{dice.pick(('open', 'done', 'snoozed'))}-{place}"),
                condition("contains", left, [dice.pick(TAGS), f"group-{place}"]),
                condition("gt", left, str(100 * (9 - place) + dice.below(100))),
            )
        )
        if dice.chance(0.3):
            op, right = dice.pick(("and", "or")), self.reference(known)
            return condition(
                op, one, condition("exists", right) if op == "and" else condition("eq", right, f"else-{place}")
            )
        return one

    def new_id(self) -> str:
        while True:
            made = f"{self.dice.letters(3)}{self.dice.pick('-_abcdefgh')}{self.dice.letters(5)}"
            if made not in self.ids:
                self.ids.add(made)
                return made


def always() -> Json:
    return {"op": "true", "values": [True]}


def condition(op: str, *values: Any) -> Json:
    return {"op": op, "values": list(values)}


def transition(target: str, when: Json | None = None, name: str | None = None) -> Json:
    made: Json = {"target": target, "condition": when or always()}
    return made | {"meta": {"name": name}} if name else made


# -- mistakes


def misspelt(name: str, taken: set[str]) -> str:
    """A name one letter off, as a slip of the hand would leave it."""
    for letter in ID_LETTERS:
        if (wrong := name[:-1] + letter) not in taken:
            return wrong
    raise ValueError(name)


def spots(workflow: Json) -> dict[str, list[tuple[str, Any, str | int]]]:
    """Where each kind of mistake can go: pointer, container and key of the value."""
    arrivals: dict[str, int] = {}
    for node in (workflow["trigger"], *workflow["steps"]):
        for move in (*node["transitions"], *node.get("errorCases", ())):
            arrivals[move["target"]] = arrivals.get(move["target"], 0) + 1
    found: dict[str, list[tuple[str, Any, str | int]]] = {
        "unknown-target": [],
        "unknown-step-reference": [],
        "unknown-workflow": [],
    }
    for number, step in enumerate(workflow["steps"]):
        place = f"/steps/{number}"
        for edge, move in enumerate(step["transitions"]):
            if arrivals[move["target"]] > 1:  # otherwise the target would be out of reach: a second problem
                found["unknown-target"].append((f"{place}/transitions/{edge}/target", move, "target"))
        for pointer, holder, key in strings(step.get("params", {}), f"{place}/params"):
            if holder[key].startswith("/#steps.") and not holder[key].startswith("/#steps.1."):
                found["unknown-step-reference"].append((pointer, holder, key))
            if key == "workflowId":
                found["unknown-workflow"].append((pointer, holder, key))
    return found


def strings(value: Any, pointer: str) -> Iterator[tuple[str, Any, str | int]]:
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, str):
            yield f"{pointer}/{key}", value, key
        elif isinstance(inner, dict | list):
            yield from strings(inner, f"{pointer}/{key}")


def spoil(workflow: Json, dice: Dice) -> Mistake | None:
    """Put one mistake into the workflow; `None` if it has no place for any."""
    kinds = {rule: places for rule, places in spots(workflow).items() if places}
    if not kinds:
        return None
    rule = dice.pick(sorted(kinds))
    pointer, holder, key = dice.pick(kinds[rule])
    ids = {step["id"] for step in workflow["steps"]}
    if rule == "unknown-target":
        holder[key] = misspelt(holder[key], ids)
    elif rule == "unknown-workflow":
        holder[key] = f"6{holder[key][1:]}"
    else:
        start, step, *rest = holder[key].split(".")
        holder[key] = ".".join((start, misspelt(step, ids), *rest))
    return Mistake(rule, pointer, holder[key])


# -- the file


def header(workflows: int, steps: int) -> Json:
    return {
        "app": "generated",
        "version": "1.0.0",
        "title": f"Generated: {workflows} workflows of {steps} steps",
        "dependencies": [PLATFORM, SCHEDULER],
    }


def drawn(workflows: int, steps: int, seed: int, mistakes: int) -> Iterator[tuple[Json, list[Mistake]]]:
    """The workflows one after another, each with the mistakes put into it (at most one a workflow).

    Mistakes go to workflows drawn without repetition; one that has no place for any passes its turn on to the
    next in the file, so fewer than `mistakes` come about only when the file is too small for them.
    """
    chosen = set(Dice(seed, "mistakes").shuffled(range(workflows))[:mistakes]) if mistakes else set()
    owed = 0
    for index in range(workflows):
        workflow = Writer(workflows, steps, seed, index).workflow()
        owed += index in chosen
        made = spoil(workflow, Dice(seed, "mistake", index)) if owed else None
        owed -= made is not None
        yield workflow, [made._replace(pointer=f"/workflows/{index}{made.pointer}")] if made else []


def definition(workflows: int, steps: int, seed: int = 1, mistakes: int = 0) -> Json:
    """The app definition, sound but for the mistakes asked for (`mistakes_in` tells where they are).

    `steps` is the exact number in each workflow, at least 1.
    """
    every = [workflow for workflow, _ in drawn(workflows, steps, seed, mistakes)]
    return header(workflows, steps) | {"workflows": every}


def mistakes_in(workflows: int, steps: int, seed: int = 1, mistakes: int = 0) -> list[Mistake]:
    """The mistakes that `definition` puts in for the same arguments."""
    return [one for _, made in drawn(workflows, steps, seed, mistakes) for one in made]


def write(path: Path | str, workflows: int, steps: int, seed: int = 1, mistakes: int = 0) -> list[Mistake]:
    """Write the definition to `path`, indented by two spaces, one workflow in memory at a time."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as out:
        return stream(out, workflows, steps, seed, mistakes)


def stream(out: TextIO, workflows: int, steps: int, seed: int = 1, mistakes: int = 0) -> list[Mistake]:
    made: list[Mistake] = []
    head = json.dumps(header(workflows, steps), indent=2, ensure_ascii=False).removesuffix("\n}")
    out.write(f'{head},\n  "workflows": [')
    separator = "\n"
    for workflow, here in drawn(workflows, steps, seed, mistakes):
        text = json.dumps(workflow, indent=2, ensure_ascii=False).replace("\n", "\n    ")
        out.write(f"{separator}    {text}")
        separator = ",\n"
        made += here
    out.write("\n  ]\n}\n" if workflows else "]\n}\n")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.generate", description="Write an app definition.")
    parser.add_argument("--workflows", type=int, default=20)
    parser.add_argument("--steps", type=int, default=15, help="steps in each workflow")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mistakes", type=int, default=0, help="told on standard error, with their place")
    parser.add_argument("-o", "--output", type=Path, help="a file instead of standard output")
    given = parser.parse_args()
    sizes = (given.workflows, given.steps, given.seed, given.mistakes)
    made = write(given.output, *sizes) if given.output else stream(sys.stdout, *sizes)
    for mistake in made:
        print(mistake.pointer, mistake.rule, mistake.value, file=sys.stderr)


if __name__ == "__main__":
    main()
