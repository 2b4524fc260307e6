"""The shape of a configuration, and what a person is told who missed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kustui.check.closest import hint_of
from kustui.definition.faults import kind

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_Text = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class _Suppress(_Table):
    rule: _Text
    reason: _Text
    workflow: _Text | None = None
    step: _Text | None = None


class _Configuration(_Table):
    rules: dict[str, Literal["error", "warning", "info", "off"]] = {}
    external: list[_Text] = []
    operators: list[_Text] = []
    functions: list[_Text] = []
    actions: list[_Text] = []
    relative_unit_minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    suppress: list[_Suppress] = []


_KINDS = {
    "string_type": "a text",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "float_type": "a number",
    "string_too_short": "a text that is not empty",
    "greater_than": "a number above 0",
    "finite_number": "a number above 0",
    "literal_error": '"error", "warning", "info" or "off"',
}


def faults_of(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong, each with the keys that lead to it."""
    try:
        _Configuration.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors():
            yield error["loc"], _told(error)
        return
    for index, table in enumerate(values.get("suppress", ())):
        if "step" in table and "workflow" not in table:
            yield ("suppress", index, "step"), "a step is of a workflow: name that too"


def _told(error: ErrorDetails) -> str:
    *above, last = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            model = _Suppress if above else _Configuration
            names = [field.alias or name for name, field in model.model_fields.items()]
            return f'unknown key "{last}": {hint_of(str(last), names, "keys")}'
        case "missing":
            return f'a suppression needs a "{last}"'
        case known if known in _KINDS:
            name = f'"{last}"' if isinstance(last, str) else f'each of "{above[-1]}"'
            return f"{name} must be {_KINDS[known]}, found {kind(error['input'])}"
        case _:
            return error["msg"].lower()
