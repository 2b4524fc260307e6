"""Scenario files: found next to definitions, read with the place of every error in them, and the
workflows and steps that they name."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import Struct
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.collection import Document, read_document
from kustui.definition.dates import parse_date
from kustui.definition.folders import SCENARIO_SUFFIX, walk_folders
from kustui.definition.loader import STDIN
from kustui.definition.platform import TRIGGER_ID
from kustui.definition.source.outline import Shape
from kustui.definition.source.positions import key_of, pointer_of, scan
from kustui.definition.source.source import Source, UndecodableError, replace_lone_surrogates
from kustui.definition.values import finite_number
from kustui.errors import KustuiError
from kustui.files import ReadError, absolute, exists, is_folder, read_file
from kustui.groups import grouped
from kustui.simulate import DEFAULT_START
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios import model
from kustui.simulate.scenarios.model import Choice, ExpectedSchedule, Mock, Place, Scenario
from kustui.text.messages import closest, expected_by, hint_of, kind, message_of, mismatch, quoted

_MAX_NAMES = 1_000
"""Names that are tried for a new scenario."""
_MAX_LISTED = 10
_LONGEST_NAME = 1_000
"""Characters of a name that somebody is to copy: one that is cut names nothing."""
_MOST_BYTES = 120
"""Of the stem of a name: file systems take 255 for all of it."""
_UNKNOWN_KEY = "unknown key"


class ScenarioError(KustuiError):
    """What is wrong with a scenario or a payload, or why there is nothing to rehearse; a line each, with its place."""


class UnrecordableError(KustuiError):
    """A rehearsal that no scenario can hold."""


# The files


def find_scenarios(paths: Sequence[str], most: int | None = None, *, beside_files: bool = True) -> tuple[str, ...]:
    """The scenarios below each folder, and those in the folder of each definition unless ``beside_files`` is false, at
    most so many if that is given; each once."""
    scenarios: dict[str, str] = {}
    for path in paths:
        if path == STDIN or not (beside_files or is_folder(path)):
            continue
        for scenario in _below(path) if is_folder(path) else _in(Path(path).parent):
            if len(scenarios) == most:
                break
            scenarios.setdefault(absolute(scenario), scenario)
    return tuple(scenarios.values())


def scenario_sources(paths: Sequence[str]) -> Iterator[Source]:
    """The text of each scenario that ``find_scenarios`` gives, but for those that cannot be read."""
    for path in find_scenarios(paths):
        with suppress(ReadError, UndecodableError):
            yield Source.of(path, read_file(path))


def _in(folder: Path) -> Iterator[str]:
    with suppress(OSError):
        names = sorted(path for path in folder.iterdir() if path.name.lower().endswith(SCENARIO_SUFFIX))
        yield from (str(path) for path in names if path.is_file())  # reading a pipe would wait for somebody to write


def _below(folder: str) -> Iterator[str]:
    for inner, _, _ in walk_folders(folder):
        yield from _in(Path(inner))


def file_stem(title: str, *others: str) -> str:
    """The words of a title as the beginning of a file's name, in any script; those of the first of some others that has
    any where it has none, as a title of symbols."""
    for text in (title, *others):
        words = "-".join(re.findall(r"\w+", unicodedata.normalize("NFC", text)))
        if stem := words.encode(errors="ignore")[:_MOST_BYTES].decode(errors="ignore").rstrip("-"):
            return stem
    return "scenario"


def unused_path(folder: Path, title: str) -> Path:
    """A path for the scenario of a workflow at which there is no file, as far as one can be found."""
    stem = file_stem(title, "rehearsal")
    names = (f"{stem}{f'-{number}' if number else ''}{SCENARIO_SUFFIX}" for number in range(_MAX_NAMES))
    return next((folder / name for name in names if not exists(folder / name)), folder / f"{stem}{SCENARIO_SUFFIX}")


# Reading


class ScenarioFile(Struct, frozen=True, eq=False, dict=True):
    """A scenario and where its parts stand."""

    document: Document
    scenario: Scenario
    notes: tuple[str, ...] = ()
    """What is worth knowing of how it was made."""
    faithful: bool = True
    """Whether the recorded run that it was made of happens again in it."""

    @property
    def path(self) -> str:
        """Empty where no file holds it yet."""
        return self.document.path

    def place(self, pointer: str) -> str:
        """``file:line:column`` of a part."""
        return f"{self.path}:{self.document.span(pointer).start}"

    @cached_property
    def start_time(self) -> str:
        """The date at which it begins, in ISO 8601."""
        return self.scenario.begins or DEFAULT_START


def read(path: str, raw: bytes) -> ScenarioFile:
    """The scenario that a file holds. Raises ScenarioError."""
    file, value = _read_json(path, raw, "a scenario")
    try:
        scenario = Scenario.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        mistakes = [
            (pointer_of(value, error["loc"]), _in_words(error)) for error in errors if not _follows(error, errors)
        ]
        raise ScenarioError(*_with_places(file, mistakes)) from invalid
    if mistakes := list(_contradictions(scenario)):
        raise ScenarioError(*_with_places(file, mistakes))
    return ScenarioFile(file, scenario)


def scenario_of(content: Mapping[str, Any]) -> Scenario:
    """The scenario of a rehearsal, from the JSON that a file would have. Raises UnrecordableError, as for values that
    are nested too deep."""
    try:
        return Scenario.model_validate(content)
    except ValidationError as invalid:
        error = invalid.errors(include_url=False)[0]
        raise UnrecordableError(f"no scenario can hold this: {_in_words(error)}") from invalid


def as_file(scenario: Scenario, notes: tuple[str, ...] = (), *, faithful: bool = True) -> ScenarioFile:
    """A scenario that no file holds yet. Raises UnrecordableError for values that are nested too deep to be written."""
    try:
        text = scenario.model_dump_json(by_alias=True, exclude_defaults=True, indent=2)
    except ValueError as unwritable:  # pydantic reads a little deeper than it writes
        raise UnrecordableError("no scenario can hold this: its values are nested too deep") from unwritable
    return ScenarioFile(read_document("", text.encode()), scenario, notes, faithful)


def read_payload(path: str, raw: bytes) -> dict[str, Any]:
    """The payload that a file holds. Raises ScenarioError, with the place."""
    _, value = _read_json(path, raw, "a payload")
    if not isinstance(value, dict):
        raise ScenarioError(f"{path}:1:1: a payload must be an object, found {kind(value)}: write {{…}}")
    return value


def _read_json(path: str, raw: bytes, content: str) -> tuple[Document, Any]:
    """A JSON file that is no definition, and its value. ``content`` is what it should hold, for a person: ``a
    scenario``. Raises ScenarioError."""
    file = read_document(path, raw)
    if file.shape is Shape.BROKEN:
        lines = []
        for fault in file.faults:
            hint = f" ({fault.hint.replace('a definition', content)})" if fault.hint else ""
            lines.append(f"{path}:{file.source.place(file.fault_extent(fault).start)}: {fault.message}{hint}")
        raise ScenarioError(*lines)
    if file.values:
        place = file.source.place(file.values[1].start)
        raise ScenarioError(f"{path}:{place}: text after the end of the JSON value (a file holds {content})")
    try:
        return file, json.loads(
            replace_lone_surrogates(file.source.data),
            parse_int=finite_number,
            parse_float=finite_number,
            object_pairs_hook=_without_repeats,
        )
    except _RepeatError as error:
        repeats = scan(file.source.data).repeats  # slow, as it knows every place
        places = ((file.source.place(repeat.second.start), key_of(repeat.pointer)) for repeat in repeats)
        raise ScenarioError(
            *(f"{path}:{place}: the key {quoted(key)} is given twice (remove one of them)" for place, key in places)
        ) from error
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{path}:1:1: this cannot be read: {error}") from error


class _RepeatError(Exception):
    """An object has a key twice."""


def _without_repeats(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) < len(members):
        raise _RepeatError
    return value


def _follows(error: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """Whether a list is too short only because its elements are wrong, which is reported already."""
    loc = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in errors
    )


def _with_places(file: Document, mistakes: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Each mistake with its place in the file, in the order of the places. ``mistakes`` are pointers and messages."""
    for start, message in sorted((_start(file, pointer, message), message) for pointer, message in mistakes):
        yield f"{file.path}:{file.source.place(start)}: {message}"


def _start(file: Document, pointer: str, message: str) -> int:
    spot = file.spot(pointer)
    return (spot.key if spot.key is not None and message.startswith(_UNKNOWN_KEY) else spot.value).start


def _in_words(error: ErrorDetails) -> str:
    name = next((str(key) for key in reversed(error["loc"]) if isinstance(key, str)), "scenario")
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
    models = [value for value in vars(model).values() if isinstance(value, type) and issubclass(value, BaseModel)]
    names = {field.alias or key for each in models for key, field in each.model_fields.items()}
    near = closest(name, names)
    return f": did you mean {quoted(near)}?" if near else ""


def _contradictions(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if scenario.begins is not None and parse_date(scenario.begins) is None:
        yield "/begins", f"{quoted(scenario.begins)} is not an ISO 8601 date such as {DEFAULT_START}"
    for index, start in enumerate(scenario.start):
        if (start.event is None) == (start.workflow is None):
            yield f"/start/{index}", 'a start has either an "event" or a "workflow"'
    for index, mock in enumerate(scenario.mocks):
        if ("returns" in mock.model_fields_set) == (mock.fails is not None):
            yield f"/mocks/{index}", 'a mock either "returns" or "fails"'
    for index, choice in enumerate(scenario.choices):
        decisions = ["take" in choice.model_fields_set, choice.at is not None, choice.leave is not None]
        if decisions.count(True) != 1:
            yield f"/choices/{index}", 'a choice has exactly one of "take", "at" and "leave"'
        elif choice.at is not None and "answer" not in choice.model_fields_set:
            yield f"/choices/{index}", f'there is no "answer" for {quoted(choice.at)}'


# The names


class ResolvedScenario:
    """The workflows and steps that a scenario names. Raises ScenarioError where there are none of that name."""

    def __init__(self, file: ScenarioFile, organisation: Organisation) -> None:
        self._file, self._organisation = file, organisation
        self._mistakes: list[str] = []
        scenario, expect = file.scenario, file.scenario.expect
        self.starts = [
            self._workflow(start.workflow, f"/start/{index}/workflow") if start.workflow else None
            for index, start in enumerate(scenario.start)
        ]
        """The one workflow of each start; None where it is an event's."""
        self.mocks = mocks = self._places(scenario.mocks, "/mocks")
        self.choices = choices = self._places(scenario.choices, "/choices")
        self._mocks = grouped((place, mock) for place, mock in zip(mocks, scenario.mocks, strict=True))
        self._choices = grouped((place, choice) for place, choice in zip(choices, scenario.choices, strict=True))
        self.paths = [
            self._workflow(path.workflow, f"/expect/path/{index}/workflow")
            for index, path in enumerate(expect.path or ())
        ]
        self.path_steps = [
            [
                self._node(self.paths[index], step, f"/expect/path/{index}/steps/{number}")
                for number, step in enumerate(path.steps)
            ]
            for index, path in enumerate(expect.path or ())
        ]
        self.outputs = self._places(expect.outputs, "/expect/outputs")
        self.params = self._places(expect.params, "/expect/params")
        self.not_run = self._places(expect.not_run, "/expect/notRun")
        self.left = self._places(expect.left, "/expect/left")
        for index, (place, choice) in enumerate(zip(choices, scenario.choices, strict=True)):
            self._check_target(index, place, choice)
        if self._mistakes:
            raise ScenarioError(*self._mistakes)

    def mock(self, key: str, node: str, invocation: int) -> Mock | None:
        """The mock of an invocation, else that of every one."""
        mocks = self._mocks.get((key, node), ())
        exact = next((mock for mock in mocks if mock.invocation == invocation), None)
        return exact or next((mock for mock in mocks if mock.invocation is None), None)

    def choices_for(self, key: str, node: str, invocation: int) -> Iterator[Choice]:
        for choice in self._choices.get((key, node), ()):
            if choice.invocation in (None, invocation):
                yield choice

    def scheduled_id(self, schedule: ExpectedSchedule) -> str:
        """The id that a scheduled workflow is called by."""
        entries = self._organisation.find(schedule.workflow, self._file.path)
        return (entries[0].id or "") if len(entries) == 1 else schedule.workflow

    def hint(self, schedule: ExpectedSchedule) -> str:
        """What may have been meant by an expected schedule that no workflow here has the name of."""
        if self._organisation.find(schedule.workflow):
            return ""
        near = closest(schedule.workflow, self._organisation.titles)
        return f" (did you mean {quoted(near, _LONGEST_NAME)}?)" if near else ""

    def _places(self, parts: Sequence[Place], pointer: str) -> list[tuple[str, str]]:
        """The key of the workflow and the node of each part."""
        places = []
        for index, part in enumerate(parts):
            analysis = self._workflow(part.workflow, f"{pointer}/{index}/workflow")
            node = self._node(analysis, part.step, f"{pointer}/{index}/step")
            places.append((analysis.key if analysis else "", node))
        return places

    def _node(self, analysis: WorkflowAnalysis | None, step: str, pointer: str) -> str:
        """The node of a step; an empty string, and a mistake, where the workflow has none of that id."""
        node = analysis.flow.node(step) if analysis else ""
        if analysis and node is None:
            hint = hint_of(step, (TRIGGER_ID, *analysis.flow.steps), "its steps")
            self._report(pointer, f"{quoted(analysis.title)} has no step {quoted(step)}", hint)
        return node or ""

    def _workflow(self, name: str, pointer: str) -> WorkflowAnalysis | None:
        organisation = self._organisation
        entries = organisation.find(name, self._file.path)
        if len(entries) == 1:
            return organisation.analysis(entries[0].key)
        if entries:
            names = (organisation.name_of(entry.key) for entry in entries[:_MAX_LISTED])
            listed = ", ".join(quoted(name, _LONGEST_NAME) for name in names)
            self._report(
                pointer, f"{quoted(name)} is ambiguous: {len(entries)} workflows have this name", f"use one of {listed}"
            )
            return None
        hint = hint_of(name, organisation.titles, "workflows", _MAX_LISTED)
        self._report(pointer, f"unknown workflow {quoted(name)}", hint)
        return None

    def _check_target(self, index: int, place: tuple[str, str], choice: Choice) -> None:
        """Report the step that a choice takes where no edge leads to it."""
        key, node = place
        if not key or choice.take is None:
            return
        edges = self._organisation.analysis(key).flow.declared_edges.get(node, ())
        targets = {edge.target or edge.error_action for edge in edges}
        if choice.take not in targets:
            hint = hint_of(choice.take, targets, "it leads to")
            message = f"{quoted(choice.step)} does not lead to {quoted(choice.take)}"
            self._report(f"/choices/{index}/take", message, hint)

    def _report(self, pointer: str, message: str, hint: str) -> None:
        self._mistakes.append(f"{self._file.place(pointer)}: {message}{f' ({hint})' if hint else ''}")
