"""A scenario read from its file, with the place of everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kustui.definition.collection import read_document
from kustui.definition.dates import parse_date
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.validation import expected_by, message_of, pointer_of
from kustui.errors import KustuiError
from kustui.simulate.engine.state import DEFAULT_START
from kustui.simulate.scenarios.json_file import JsonFileError, read_json
from kustui.simulate.scenarios.model import Choice, Mock, Place, Scenario, Schedule
from kustui.text.json_words import mismatch, quoted
from kustui.text.suggestions import closest, hint_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from kustui.definition.collection import Document
    from kustui.simulate.engine.organisation import Member, Organisation

_KEYS_SHOWN = 10
_UNKNOWN_KEY = "unknown key"


class ScenarioError(KustuiError):
    """What is wrong with a scenario, a line each, each with its place."""


@dataclass(frozen=True, eq=False)
class ScenarioFile:
    """A scenario and where its parts stand."""

    document: Document
    scenario: Scenario

    @property
    def path(self) -> str:
        return self.document.path

    def place(self, pointer: str) -> str:
        """``file:line:column`` of a part."""
        return f"{self.path}:{self.document.span(pointer).start}"

    @cached_property
    def began(self) -> str:
        return self.scenario.begins or DEFAULT_START


def read(path: str, raw: bytes) -> ScenarioFile:
    """The scenario that a file holds. Raises ScenarioError."""
    try:
        found, value = read_json(path, raw, "a scenario")
    except JsonFileError as error:
        raise ScenarioError(*error.lines) from error
    try:
        scenario = Scenario.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        told = [(pointer_of(value, error["loc"]), _told(error)) for error in errors if not _follows(error, errors)]
        raise ScenarioError(*_placed(found, told)) from invalid
    if mistakes := list(_contradictions(scenario)):
        raise ScenarioError(*_placed(found, mistakes))
    return ScenarioFile(found, scenario)


def as_file(scenario: Scenario) -> ScenarioFile:
    """A scenario that no file holds yet."""
    text = scenario.model_dump_json(by_alias=True, exclude_defaults=True, indent=2)
    return ScenarioFile(read_document("", text.encode()), scenario)


def _follows(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list is only too short as what is wrong with its elements is told already."""
    loc = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors
    )


def _placed(found: Document, told: Sequence[tuple[str, str]]) -> Iterator[str]:
    for start, message in sorted((_start(found, pointer, message), message) for pointer, message in told):
        yield f"{found.path}:{found.source.place(start)}: {message}"


def _start(found: Document, pointer: str, message: str) -> int:
    spot = found.spot(pointer)
    return (spot.key if spot.key is not None and message.startswith(_UNKNOWN_KEY) else spot.value).start


def _told(error: ErrorDetails) -> str:
    name = next((str(each) for each in reversed(error["loc"]) if isinstance(each, str)), "scenario")
    context = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return f"{_UNKNOWN_KEY} {quoted(name)}{_hint(name)}"
        case "missing":
            return f"{quoted(name)} is missing"
        case "greater_than_equal":
            return mismatch(quoted(name), f"at least {context['ge']:g}", error["input"])
        case "less_than_equal":
            return mismatch(quoted(name), f"at most {context['le']:g}", error["input"])
        case "too_short":
            return f"{quoted(name)} must not be empty"
    if expected := expected_by(error):
        return mismatch(quoted(name), expected, error["input"])
    return f"{quoted(name)}: {message_of(error)}"


def _hint(name: str) -> str:
    from kustui.simulate.scenarios import model

    models = [each for each in vars(model).values() if isinstance(each, type) and hasattr(each, "model_fields")]
    names = {field.alias or key for model in models for key, field in model.model_fields.items()}
    near = closest(name, names)
    return f": did you mean {quoted(near)}?" if near else ""


def _contradictions(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if scenario.begins is not None and parse_date(scenario.begins) is None:
        yield "/begins", f"{quoted(scenario.begins)} is no date in ISO 8601, such as {DEFAULT_START}"
    for index, start in enumerate(scenario.start):
        if (start.event is None) == (start.workflow is None):
            yield f"/start/{index}", 'something starts with an "event", or with a "workflow", and not with both'
    for index, mock in enumerate(scenario.mocks):
        if ("returns" in mock.model_fields_set) == (mock.fails is not None):
            yield f"/mocks/{index}", 'a mock "returns" something, or "fails", and not both'
    for index, choice in enumerate(scenario.choices):
        said = ["take" in choice.model_fields_set, choice.at is not None, choice.leave is not None]
        if said.count(True) != 1:
            yield f"/choices/{index}", 'a choice says which step to "take", or "at" what is answered, or why to "leave"'
        elif choice.at is not None and "answer" not in choice.model_fields_set:
            yield f"/choices/{index}", f'there is no "answer" for {quoted(choice.at)}'


# What a scenario names, looked up in the organisation.


class ResolvedScenario:
    """The workflows and steps that a scenario names. Raises ScenarioError where there are none of that name."""

    def __init__(self, file: ScenarioFile, organisation: Organisation) -> None:
        self._file, self._organisation = file, organisation
        self._mistakes: list[str] = []
        scenario, expect = file.scenario, file.scenario.expect
        self.starts = [
            self._workflow(each.workflow, f"/start/{index}/workflow") if each.workflow else None
            for index, each in enumerate(scenario.start)
        ]
        self.mocks = self._by_place(scenario.mocks, "/mocks")
        self.choices = self._by_place(scenario.choices, "/choices")
        self.paths = [
            self._workflow(each.workflow, f"/expect/path/{index}/workflow")
            for index, each in enumerate(expect.path or ())
        ]
        self.outputs = self._places(expect.outputs, "/expect/outputs")
        self.params = self._places(expect.params, "/expect/params")
        self.not_run = self._places(expect.not_run, "/expect/notRun")
        for index, choice in enumerate(scenario.choices):
            self._check_target(index, choice)
        if self._mistakes:
            raise ScenarioError(*self._mistakes)

    def mock(self, key: str, node: str, invocation: int) -> Mock | None:
        """The mock of an invocation, else that of every one."""
        among = self.mocks.get((key, node), ())
        exact = next((mock for _, mock in among if mock.invocation == invocation), None)
        return exact or next((mock for _, mock in among if mock.invocation is None), None)

    def choices_for(self, key: str, node: str, invocation: int) -> Iterator[Choice]:
        for _, choice in self.choices.get((key, node), ()):
            if choice.invocation in (None, invocation):
                yield choice

    def scheduled_id(self, schedule: Schedule) -> str:
        """The id that a scheduled workflow is called by."""
        found = self._organisation.named(schedule.workflow)
        return (found[0].id or "") if len(found) == 1 else schedule.workflow

    def _by_place(self, parts: Sequence[Any], pointer: str) -> Mapping[tuple[str, str], list[tuple[int, Any]]]:
        found: dict[tuple[str, str], list[tuple[int, Any]]] = {}
        for index, place in enumerate(self._places(parts, pointer)):
            found.setdefault(place, []).append((index, parts[index]))
        return found

    def _places(self, parts: Sequence[Place], pointer: str) -> list[tuple[str, str]]:
        """The key of the workflow and the node of each."""
        places = []
        for index, part in enumerate(parts):
            member = self._workflow(part.workflow, f"{pointer}/{index}/workflow")
            node = member.flow.node(part.step) if member else None
            if member and node is None:
                hint = hint_of(part.step, (TRIGGER_ID, *member.flow.steps), "its steps")
                self._miss(f"{pointer}/{index}/step", f"{quoted(member.title)} has no step {quoted(part.step)}", hint)
            places.append((member.key if member else "", node or ""))
        return places

    def _workflow(self, name: str, pointer: str) -> Member | None:
        found = self._organisation.named(name)
        if len(found) == 1:
            return self._organisation.member(found[0].key)
        if found:
            listed = ", ".join(quoted(self._organisation.name_of(each.key)) for each in found[:_KEYS_SHOWN])
            self._miss(pointer, f"{len(found)} workflows are called {quoted(name)}", f"name one of them: {listed}")
            return None
        names = {each.title for each in self._organisation.collection.entries}
        self._miss(
            pointer, f"no workflow here is called {quoted(name)}", hint_of(name, names, "workflows", _KEYS_SHOWN)
        )
        return None

    def _check_target(self, index: int, choice: Choice) -> None:
        if choice.take is None or "take" not in choice.model_fields_set:
            return
        for (key, node), parts in self.choices.items():
            if key and any(at == index for at, _ in parts):
                edges = self._organisation.member(key).flow.declared_edges.get(node, ())
                if not any(edge.target == choice.take for edge in edges):
                    hint = hint_of(choice.take, {edge.target for edge in edges}, "ways from there lead to")
                    message = f"no way leads from {quoted(choice.step)} to {quoted(choice.take)}"
                    self._miss(f"/choices/{index}/take", message, hint)

    def _miss(self, pointer: str, message: str, hint: str) -> None:
        self._mistakes.append(f"{self._file.place(pointer)}: {message}{f' ({hint})' if hint else ''}")
