"""A rule: a function that checks, with its name, severity, explanation and two examples.

A rule is defined in one place: a function decorated with ``workflow_rule`` or ``collection_rule``. Adding one to a
module of ``rules/`` is enough for it to be checked, configured, explained and reported. Its examples are small
definitions, made with the builders below.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from msgspec import Struct

from kustui.analysis.collection_analysis import CollectionAnalysis
from kustui.analysis.reads import Read
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.check.problems import Related
from kustui.config.severity import Severity
from kustui.definition.collection import Document, Entry
from kustui.definition.platform import SCHEDULE_ACTION, TRIGGER_ID, call_event
from kustui.text.messages import Suggestion


class Violation(Struct, frozen=True):
    """What a rule reports: a place, as a JSON pointer, and a message."""

    pointer: str
    message: str
    hint: str | Suggestion = ""
    step: str = ""
    within: tuple[int, int] | None = None
    """Character offsets in the string at the pointer, if only a part of it is wrong."""
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    """If it differs from the rule's own."""
    entry: Entry | None = None
    """The workflow, if the rule checks a whole collection."""
    document: Document | None = None
    """The file, if it is not about a workflow."""
    on_key: bool = False
    """Whether the member's key is wrong, not its value."""

    @property
    def suggestion(self) -> Suggestion:
        """How to put it right."""
        return self.hint if isinstance(self.hint, Suggestion) else Suggestion(self.hint)


Violations = Iterator[Violation]


class StringPart(Protocol):
    """A part of an expression, with its character offsets in the string."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def violation_in(
    read: Read,
    part: StringPart,
    message: str,
    hint: str | Suggestion = "",
    related: tuple[Related, ...] = (),
    severity: Severity | None = None,
) -> Violation:
    """What a rule reports of a part of a string that is read."""
    return Violation(read.pointer, message, hint, read.node, (part.start, part.end), related, severity)


class Rule(Struct, frozen=True):
    """A rule has one of the two functions, both where it checks actions of apps too, or none if its problems are found
    while reading the file."""

    name: str
    severity: Severity
    summary: str
    """What it finds, as the object of "finds"."""
    why: str
    """Why it matters at Kustomer, in a sentence or two."""
    bad: object
    """A definition with exactly one problem of this rule: a JSON value, a string if the JSON itself is wrong, or a
    ``Configured``. An empty string if no definition can show it."""
    good: object
    """The same definition without any problem."""
    check_workflow: Callable[[WorkflowAnalysis], Violations] | None = None
    check_collection: Callable[[CollectionAnalysis], Violations] | None = None
    of_rings: bool = False
    """Whether it asks for the rings of schedules, which take long: the others are checked meanwhile."""

    @property
    def example_titles(self) -> tuple[str, str]:
        """What the two examples are called: there is nothing wrong with what is only worth knowing."""
        return ("found here", "not found here") if self.severity is Severity.INFO else ("bad", "good")

    @property
    def page(self) -> str:
        """What it finds and why, with the two examples, in Markdown."""
        pages = [f"Finds {self.summary}.\n\n{self.why}"]
        for title, example in zip(self.example_titles, (self.bad, self.good), strict=True):
            if self.bad:
                pages.append(f"{title.capitalize()}:\n\n```json\n{format_example(example).rstrip()}\n```")
        return "\n\n".join(pages)


def workflow_rule(
    name: str, severity: Severity, summary: str, why: str, *, bad: object, good: object
) -> Callable[[Callable[[WorkflowAnalysis], Violations]], Rule]:
    """Make a rule of a function that checks one workflow by itself."""
    return lambda check: Rule(name, severity, summary, why, bad, good, check_workflow=check)


def collection_rule(
    name: str, severity: Severity, summary: str, why: str, *, bad: object, good: object, of_rings: bool = False
) -> Callable[[Callable[[CollectionAnalysis], Violations]], Rule]:
    """Make a rule of a function that checks all workflows together. ``of_rings`` as in ``Rule``."""
    return lambda check: Rule(name, severity, summary, why, bad, good, check_collection=check, of_rings=of_rings)


Part = dict[str, Any]

ALWAYS: Part = {"op": "true", "values": [True]}
EVENT = "kustomer.conversation.update"


def when(op: str, *values: object) -> Part:
    """A condition."""
    return {"op": op, "values": list(values)}


def to(target: str, condition: Part = ALWAYS) -> Part:
    """A transition or an error case."""
    return {"target": target, "condition": condition}


def step(id_: str, *transitions: Part, action: str = "kustomer.note.create", **more: object) -> Part:
    """A step; ``params``, ``errorCases`` and the like follow by name."""
    return {"id": id_, "action": action, **more, "transitions": list(transitions)}


def schedule(id_: str, workflow_id: object, *transitions: Part, **params: object) -> Part:
    """A step that schedules a workflow in an hour; ``inputs`` or ``runAt`` follow by name."""
    return step(
        id_,
        *transitions,
        action=SCHEDULE_ACTION,
        params={
            "runAt": {"type": "relative", "value": 60},
            "workflowId": workflow_id,
            "inputs": {},
            **params,
        },
    )


def workflow(name: str, *steps: Part, entry: tuple[Part, ...] | None = None, event: str = EVENT) -> Part:
    """A workflow that an event starts and that begins with its first step, unless ``entry`` says otherwise."""
    edges = entry if entry is not None else tuple(to(first["id"]) for first in steps[:1])
    return {
        "name": name,
        "trigger": {"id": TRIGGER_ID, "eventName": event, "transitions": list(edges)},
        "steps": list(steps),
    }


def called(name: str, id_: str, *steps: Part, inputs: Part | None = None, required: tuple[str, ...] = ()) -> Part:
    """A callable workflow; ``inputs`` are its schema's properties by name, with their types."""
    properties = {key: {"type": kind} for key, kind in (inputs or {}).items()}
    plain = workflow(name, *steps, event=call_event(id_))
    trigger = {
        **plain["trigger"],
        "callable": True,
        "schema": {"properties": properties, "required": list(required)},
    }
    return {"id": id_, **plain, "trigger": trigger}


def app(*workflows: Part, **more: object) -> Part:
    """An app definition."""
    return {"app": "sample", "version": "1.0.0", "title": "Sample", **more, "workflows": list(workflows)}


class Configured(Struct, frozen=True):
    """An example in which the configuration matters."""

    configuration: str
    """A ``kustui.toml``."""
    definition: object


_ROOM = 96
"""Characters of a line."""


def format_example(example: object) -> str:
    """An example as text: JSON in which whatever has room in a line has one; a text as it is."""
    match example:
        case str():
            return example
        case Configured():
            return f"{example.configuration}\n{_value(example.definition, 0)}\n"
        case _:
            return f"{_value(example, 0)}\n"


def _value(value: object, indent: int) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= _ROOM or not isinstance(value, dict | list):
        return flat
    margin = " " * (indent + 2)
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_value(member, indent + 2)}" for key, member in value.items()]
        opening, closing = "{}"
    else:
        rows = [_value(element, indent + 2) for element in value]
        opening, closing = "[]"
    inside = ",\n".join(f"{margin}{row}" for row in rows)
    return f"{opening}\n{inside}\n{' ' * indent}{closing}"
