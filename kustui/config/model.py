"""The shape of a configuration, and what a person is told who missed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kustui.config.actions import BY_ID
from kustui.config.keys import NAMES, key_of, shown_key
from kustui.config.preferences import LARGEST, SMALLEST, THEMES, clashes_of, keys_of, preferences_of, unknown_theme
from kustui.config.toml_positions import Key
from kustui.definition.validation import expected_by, message_of
from kustui.text.json_words import kind, mismatch
from kustui.text.suggestions import closest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Fault = tuple[tuple[Key, ...], str]
"""The keys that lead to it, and what is told."""
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


def screen_faults(values: Mapping[str, Any], beneath: Sequence[Mapping[str, Any]] = ()) -> Iterator[Fault]:
    """What is wrong where the kinds of the values are right; ``beneath`` are the tables that these hold over."""
    theme, keys = values.get("theme"), values.get("keys")
    if isinstance(theme, str) and theme not in THEMES:
        yield ("theme",), unknown_theme(theme)
    if isinstance(keys, dict):
        for id_, written in keys.items():
            yield from _faults_of(id_, written)
        yield from _clashes(keys, beneath)


def _faults_of(id_: str, written: object) -> Iterator[Fault]:
    place = ("keys", id_)
    if isinstance(written, dict) and id_ not in BY_ID:
        name = next((f"{id_}.{inner}" for inner in written), id_)
        yield place, f'the id of an action has a dot in it, and so needs quotes: "{name}"'
        return
    if id_ not in BY_ID:
        near = closest(id_, BY_ID)
        yield (
            place,
            f'there is no action "{id_}"'
            + (f': did you mean "{near}"?' if near else "; kustui config --keys lists them"),
        )
        return
    texts = [written] if isinstance(written, str) else written
    if not isinstance(texts, list):
        yield place, f'"{id_}" must be a key or a list of keys, found {kind(written)}'
        return
    for index, text in enumerate(texts):
        where = (*place, index) if isinstance(written, list) else place
        if not isinstance(text, str):
            yield where, f'each of "{id_}" must be a key, found {kind(text)}'
        elif not key_of(text):
            yield where, _unknown_key(text)
    if not texts and id_ == "app.quit":
        yield place, "without a key for it kustui could not be left"


def _unknown_key(text: str) -> str:
    near = closest(text, NAMES)
    hint = f'did you mean "{near}"?' if near else 'a key is a character, or a name such as "pagedown" or "ctrl+o"'
    return f'there is no key "{text}": {hint}'


def _clashes(keys: Mapping[str, object], beneath: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    right = {id_: found for id_, written in keys.items() if id_ in BY_ID and (found := keys_of(written)) is not None}
    below = {id_: given for id_, given in preferences_of(*beneath).keys.items() if id_ not in right}
    for id_, key, other in clashes_of(below | right):
        if id_ in right:
            yield ("keys", id_), f'"{shown_key(key)}" is also "{other}": one of the two needs another key'
