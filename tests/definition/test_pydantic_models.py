"""Two libraries that know the same models: whatever one of them takes, the other takes."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError, convert

from kustui.definition.models import App, Workflow
from kustui.definition.pydantic_models import errors_of, pydantic_model
from tests.support.patience import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

TRANSITION = {"target": "a", "condition": {"op": "equals", "values": ["a", 1]}, "meta": {"name": "n"}}
VALUES: dict[type[Workflow | App], dict[str, Any]] = {
    Workflow: {
        "id": "w",
        "name": "n",
        "description": "d",
        "enabled": True,
        "trigger": {
            "id": "1",
            "eventName": "e",
            "callable": True,
            "schema": {"properties": {"p": {"type": "string"}}, "required": ["p"]},
            "appVersion": "a-^1.0.0",
            "meta": {},
            "transitions": [TRANSITION],
        },
        "steps": [
            {
                "id": "a",
                "action": "x",
                "params": {"p": [1, {"q": None}]},
                "transitions": [TRANSITION],
                "errorCases": [{**TRANSITION, "errorAction": {"type": "continue"}}],
                "appVersion": "a-^1.0.0",
                "meta": {},
            }
        ],
        "response": {"schema": {"properties": {}}},
        "meta": {},
    },
    App: {
        "app": "a",
        "version": "1.0.0",
        "title": "t",
        "description": "d",
        "dependencies": ["b-^1.0.0"],
        "actions": [{"name": "a"}],
        "hooks": [{}],
        "triggers": [{}],
        "commands": [{}],
        "settings": {"default": {"s": {}}},
    },
}


def _places(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, member in members for place in _places(member, (*at, key)))]


def _with(value: Any, place: tuple[str | int, ...], other: object) -> Any:
    """A value with another at a place."""
    changed = copy.deepcopy(value)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = other
    return changed


OTHERS: list[object] = [None, True, 0, 1, 1.5, 10**30, "", "text", "true", [], [None], [[]], {}, {"a": 1}, [{}], ["a"]]


def takes(model: type[Workflow | App], value: object) -> bool:
    """Whether msgspec and pydantic both take a value as the model of a part; fails where only one of them does."""
    try:
        convert(value, model)
    except ValidationError:
        assert errors_of(model, value), "what msgspec refuses, pydantic refuses"
        return False
    assert errors_of(model, value) == []
    return True


@pytest.mark.parametrize("model", VALUES)
def test_what_is_right_is_taken_by_both(model: type[Workflow | App]) -> None:
    assert takes(model, VALUES[model])
    assert takes(model, {}) == (errors_of(model, {}) == [])


@pytest.mark.parametrize("model", VALUES)
@given(st.data())
def test_what_one_refuses_the_other_refuses(model: type[Workflow | App], data: st.DataObject) -> None:
    value = VALUES[model]
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(_places(value)[1:]))
        value = _with(value, place, data.draw(st.sampled_from(OTHERS)))
    takes(model, value)


def test_pydantic_tells_all_that_is_wrong_where_msgspec_tells_the_first() -> None:
    value = {"id": 1, "name": 2, "steps": [{"id": 3}, {"transitions": {}}]}
    places = [error["loc"] for error in errors_of(Workflow, value)]
    assert places == [("id",), ("name",), ("steps", 0, "id"), ("steps", 1, "id"), ("steps", 1, "transitions")]


def test_pydantic_knows_the_models_by_their_names_keys_and_descriptions() -> None:
    field = pydantic_model(Workflow).model_fields["name"]
    assert (pydantic_model(Workflow).__name__, field.alias, field.description) == (
        "Workflow",
        "name",
        "By which people identify it.",
    )


@pytest.mark.parametrize(("name", "loaded"), [("n", False), (5, True)])
def test_a_definition_without_a_value_of_the_wrong_type_is_checked_without_pydantic(
    tmp_path: Path, name: object, *, loaded: bool
) -> None:
    path = tmp_path / "app.json"
    path.write_text(json.dumps({**VALUES[App], "workflows": [{**VALUES[Workflow], "name": name}]}))
    program = (
        f"import sys; from kustui.cli import main; main(['check', {str(path)!r}, '--no-cache']);"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout.endswith(f"\n{loaded}\n")
