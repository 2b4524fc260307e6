"""The shape of a configuration, and what a person is told who missed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kustui.config.preferences import LARGEST, SMALLEST
from kustui.definition.validation import expected_by, message_of
from kustui.text.json_words import mismatch
from kustui.text.suggestions import closest

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


_Size = Annotated[int, Field(ge=SMALLEST, le=LARGEST)]


class _Panes(_Table):
    tree: _Size = 0
    detail: _Size = 0
    source: _Size = 0
    problems: _Size = 0
    changes: _Size = 0


class _Screen(_Table):
    """What a person may say for whatever they open."""

    theme: str = ""
    ascii: bool = False
    state: bool = True
    relative_unit_minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    panes: _Panes = _Panes.model_construct()
    keys: dict[str, Any] = {}


class _Configuration(_Screen):
    rules: dict[str, Literal["error", "warning", "info", "off"]] = {}
    external: list[_Text] = []
    operators: list[_Text] = []
    functions: list[_Text] = []
    actions: list[_Text] = []
    suppress: list[_Suppress] = []


_SIZE = f"a whole number of per cent from {SMALLEST} to {LARGEST}"
_WORDS = {
    "dict_type": "a table",
    "model_type": "a table",
    "int_type": _SIZE,
    "greater_than_equal": _SIZE,
    "less_than_equal": _SIZE,
    "greater_than": "a number above 0",
    "finite_number": "a number above 0",
    "literal_error": '"error", "warning", "info" or "off"',
}


def faults_of(values: Mapping[str, Any], *, of_user: bool = False) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong, each with the keys that lead to it; ``of_user`` where it is a person's own configuration."""
    try:
        (_Screen if of_user else _Configuration).model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors():
            yield error["loc"], _told(error, _Screen if of_user else _Configuration)
        return
    for index, table in enumerate(values.get("suppress", ())):
        if "step" in table and "workflow" not in table:
            yield ("suppress", index, "step"), "a step is of a workflow: name that too"


def _told(error: ErrorDetails, whole: type[_Table]) -> str:
    *above, last = error["loc"]
    match error["type"]:
        case "extra_forbidden" if not above and last in _names(_Configuration):
            return f'"{last}" is of a project: say it in the kustui.toml beside the definitions'
        case "extra_forbidden":
            model = whole if not above else _Panes if above[0] == "panes" else _Suppress
            near = closest(str(last), _names(model))
            return f'unknown key "{last}": ' + (
                f'did you mean "{near}"?' if near else f"keys: {', '.join(sorted(_names(model)))}"
            )
        case "missing":
            return f'a suppression needs a "{last}"'
    if expected := expected_by(error, _WORDS):
        name = f'"{last}"' if isinstance(last, str) else f'each of "{above[-1]}"'
        return mismatch(name, expected, error["input"])
    return message_of(error)


def _names(model: type[_Table]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
