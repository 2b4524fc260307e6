"""What came of a scenario accepted as what it expects from now on: the edits of its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from kustui.definition.values import MISSING, to_json_value
from kustui.errors import KustuiError
from kustui.fix.edits import Fix, by_source, overlaps
from kustui.fix.json_edits import change_value, insert_members
from kustui.simulate.engine.trace import TraceEntry
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.differences import Difference
from kustui.simulate.scenarios.file import ScenarioError, ScenarioFile
from kustui.simulate.scenarios.model import Expectations
from kustui.simulate.scenarios.record import expectations_of
from kustui.simulate.scenarios.replay import Replay, replay
from kustui.text.messages import quoted

_ROUNDS = 4
"""How often what is expected is changed: once more shows only after the first difference of a kind is gone."""
_RECORDED = ("path", "scheduled", "left", "coverage")
"""The members that are recorded as a whole."""

_Expected = dict[str, Any]
"""The JSON of expectations."""


class AcceptanceError(KustuiError):
    """Why what came of a scenario cannot be what is expected."""


def acceptance(file: ScenarioFile, organisation: Organisation) -> Fix:
    """The edits after which a scenario expects what came of it, in the members of its expectations that it has. Raises
    AcceptanceError where nobody has decided how a run goes on, and ScenarioError where it cannot be replayed."""
    before: _Expected = file.scenario.expect.model_dump(mode="json", by_alias=True, exclude_unset=True)
    expected = before
    for _ in range(_ROUNDS):
        try:
            result = replay(_expecting(file, expected), organisation)
        except ScenarioError:
            result = replay(_expecting(file, {}), organisation)  # it may be the expectations that name what is gone
            expected = _without_unknown(expected, result)
            continue
        if result.held:
            break
        if undecided := next((difference for difference in result.differences if difference.undecided), None):
            raise AcceptanceError(f"decide how it goes on first, in the rehearsal: {undecided.message}")
        expected = _accepted(expected, result)
    else:
        raise AcceptanceError("what came of it cannot be expected: edit the scenario")
    if expected == before:
        raise AcceptanceError("nothing differs from what is expected")
    return _fix(file, before, expected)


def _expecting(file: ScenarioFile, expected: _Expected) -> ScenarioFile:
    expectations = Expectations.model_validate(expected)
    return replace(file, scenario=file.scenario.model_copy(update={"expect": expectations}))


def _fix(file: ScenarioFile, before: _Expected, after: _Expected) -> Fix:
    document = file.document
    title = f"expect what came of {quoted(file.scenario.scenario)}"
    if "expect" not in file.scenario.model_fields_set:
        return Fix(title, (insert_members(document, "", {"expect": after}),))
    edits = tuple(change_value(document, "/expect", before, after))
    if any(map(overlaps, by_source(edits).values())):
        edits = tuple(change_value(document, "/expect", None, after))
    return Fix(title, edits)


def _without_unknown(expected: _Expected, result: Replay) -> _Expected:
    """Expectations without what they say of workflows and steps that are not there."""
    recorded = expectations_of(result.state, result.entries)
    after = {name: recorded[name] if name in _RECORDED else value for name, value in expected.items()
             if name not in _RECORDED or name in recorded}  # fmt: skip
    for name in ("outputs", "params", "notRun"):
        if name in after:
            after[name] = [place for place in after[name] if _is_there(result, place)]
    return after


def _is_there(result: Replay, place: Mapping[str, Any]) -> bool:
    organisation = result.state.organisation
    entries = organisation.find(place["workflow"], result.file.path)
    return len(entries) == 1 and organisation.analysis(entries[0].key).flow.node(place["step"]) is not None


def _accepted(expected: _Expected, result: Replay) -> _Expected:
    """The expectations that differ, as it came."""
    recorded = expectations_of(result.state, result.entries)
    after = dict(expected)
    dropped: dict[str, set[int]] = {}
    for difference in result.differences:
        _, _, rest = difference.pointer.partition("/expect")
        member, _, place = rest.removeprefix("/").partition("/")
        if member in ("outputs", "params"):
            index = int(place.partition("/")[0])
            value = _value_of(difference, member, result.entries)
            if value is MISSING:
                dropped.setdefault(member, set()).add(index)
            else:
                elements = list(after[member])
                elements[index] = {**elements[index], "value": _as_far_as(value, elements[index]["value"])}
                after[member] = elements
        elif member == "notRun":
            dropped.setdefault(member, set()).add(int(place))
        elif member == "cut":
            del after["cut"]
        elif difference.pointer == "/maxSteps":
            after["cut"] = True
        elif member == "scheduled":
            after[member] = _named_as(expected[member], _scheduled(expected[member], recorded[member]), result)
        elif member == "coverage":
            after[member] = {**after[member], place: recorded[member][place]}
        elif member in ("", "left") and difference.pointer.startswith("/expect"):
            after.pop("left", None)
            after.update({"left": recorded["left"]} if "left" in recorded else {})
        else:  # the path, a start that starts nothing, or nothing that is expected
            after["path"] = _named_as(expected.get("path", ()), recorded["path"], result)
    for member, indexes in dropped.items():
        after[member] = [element for index, element in enumerate(after[member]) if index not in indexes]
    return after


def _named_as(
    before: Sequence[Mapping[str, Any]], elements: Sequence[Mapping[str, Any]], result: Replay
) -> list[dict[str, Any]]:
    """Runs with the names that the same workflows have in the same places before."""
    find, path = result.state.organisation.find, result.file.path
    named = []
    for index, element in enumerate(elements):
        name = before[index]["workflow"] if index < len(before) else element["workflow"]
        is_same = find(name, path) == find(element["workflow"], path)
        named.append({**element, **({"workflow": name} if is_same else {})})
    return named


def _scheduled(expected: Sequence[Mapping[str, Any]], recorded: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The schedules as they came, each with what the one in its place says."""
    names = [tuple(element) for element in expected]
    return [
        {name: value for name, value in element.items() if index >= len(names) or name in names[index]}
        for index, element in enumerate(recorded)
    ]


def _value_of(difference: Difference, member: str, entries: Sequence[TraceEntry]) -> Any:
    """The output or the params that came; MISSING where none did."""
    entry = next((entry for entry in entries if entry.number == difference.entry), None)
    if entry is None:
        return MISSING
    value = entry.output if member == "outputs" else entry.params
    return MISSING if value is MISSING else to_json_value(value)


def _as_far_as(value: Any, expected: Any) -> Any:
    """A value with the members that one has which is expected; all of it where it is of another kind."""
    if isinstance(value, Mapping) and isinstance(expected, Mapping):
        return {name: _as_far_as(value[name], member) for name, member in expected.items() if name in value}
    if isinstance(value, list) and isinstance(expected, list) and len(value) == len(expected):
        return [_as_far_as(one, other) for one, other in zip(value, expected, strict=True)]
    return value
