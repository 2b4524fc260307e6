"""The schema of a configuration, and the messages about a file that does not follow it.

Strict: a key that kustui does not know is an error. Only a configuration that exists loads this, and pydantic with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from kustui.config.actions import BY_ID
from kustui.config.check_settings import unknown_rule
from kustui.config.key_names import NAMES, display_key, parse_key
from kustui.config.preferences import (
    MAX_PANE_SIZE,
    MIN_PANE_SIZE,
    THEMES,
    key_conflicts,
    merge_preferences,
    parse_keys,
    unknown_theme,
)
from kustui.config.toml_positions import Key
from kustui.text.messages import closest, expected_by, kind, message_of, mismatch

Error = tuple[tuple[Key, ...], str]
"""The keys that lead to the place of an error, and the message."""

_Text = Annotated[str, Field(min_length=1)]
_Size = Annotated[int, Field(ge=MIN_PANE_SIZE, le=MAX_PANE_SIZE)]


class _Table(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-")
    )


class _Suppress(_Table):
    rule: _Text
    reason: _Text
    workflow: _Text | None = None
    step: _Text | None = None


class _Panes(_Table):
    tree: _Size = 0
    detail: _Size = 0
    source: _Size = 0
    problems: _Size = 0
    changes: _Size = 0


class _Personal(_Table):
    """What a user's own configuration may hold, which applies to every project."""

    theme: str = ""
    ascii: bool = False
    mouse: bool = True
    state: bool = True
    cache: bool = True
    relative_unit_minutes: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1
    panes: _Panes = _Panes.model_construct()
    keys: dict[str, Any] = {}


class _Project(_Personal):
    rules: dict[str, Literal["error", "warning", "info", "off"]] = {}
    external: list[_Text] = []
    operators: list[_Text] = []
    functions: list[_Text] = []
    actions: list[_Text] = []
    suppress: list[_Suppress] = []


_SIZE = f"a whole number from {MIN_PANE_SIZE} to {MAX_PANE_SIZE} (per cent)"
_EXPECTED = {
    "dict_type": "a table",
    "model_type": "a table",
    "int_type": _SIZE,
    "greater_than_equal": _SIZE,
    "less_than_equal": _SIZE,
    "greater_than": "a number above 0",
    "finite_number": "a number above 0",
    "literal_error": '"error", "warning", "info" or "off"',
}


def validation_errors(
    values: Mapping[str, Any], rules: Collection[str], overridden: Sequence[Mapping[str, Any]], *, is_personal: bool
) -> Iterator[Error]:
    """Everything wrong with kustui's table of a file. ``rules`` are the names of all rules, and ``overridden`` the
    tables of files that this one overrides, which share keys with it."""
    yield from _schema_errors(values, _Personal if is_personal else _Project)
    theme, keys = values.get("theme"), values.get("keys")
    if isinstance(theme, str) and theme not in THEMES:
        yield ("theme",), unknown_theme(theme)
    if isinstance(keys, dict):
        for id_, written in keys.items():
            yield from _key_errors(id_, written)
        yield from _conflicts(keys, overridden)
    for path, name in _rule_names(values):
        if isinstance(name, str) and name not in rules:
            yield path, unknown_rule(name, rules)


def _schema_errors(values: Mapping[str, Any], model: type[_Table]) -> Iterator[Error]:
    try:
        model.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors():
            yield error["loc"], _schema_message(error, model)
        return
    for index, table in enumerate(values.get("suppress", ())):
        if "step" in table and "workflow" not in table:
            yield ("suppress", index, "step"), 'a suppression with a "step" needs a "workflow" too'


def _schema_message(error: ErrorDetails, whole: type[_Table]) -> str:
    *above, last = error["loc"]
    match error["type"]:
        case "extra_forbidden" if not above and last in _names(_Project):
            return f'"{last}" belongs to a project: put it in the project\'s kustui.toml'
        case "extra_forbidden":
            model = whole if not above else _Panes if above[0] == "panes" else _Suppress
            near = closest(str(last), _names(model))
            return f'unknown key "{last}": ' + (
                f'did you mean "{near}"?' if near else f"known keys: {', '.join(sorted(_names(model)))}"
            )
        case "missing":
            return f'a suppression needs a "{last}"'
    if expected := expected_by(error, _EXPECTED):
        name = f'"{last}"' if isinstance(last, str) else f'each element of "{above[-1]}"'
        return mismatch(name, expected, error["input"])
    return message_of(error)


def _names(model: type[_Table]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _rule_names(values: Mapping[str, Any]) -> Iterator[tuple[tuple[Key, ...], object]]:
    """The names of rules in a table, each with the keys that lead to it."""
    severities, suppressions = values.get("rules"), values.get("suppress")
    if isinstance(severities, dict):
        yield from ((("rules", name), name) for name in severities)
    if isinstance(suppressions, list):
        for index, table in enumerate(suppressions):
            yield ("suppress", index, "rule"), table.get("rule") if isinstance(table, dict) else None


def _key_errors(id_: str, written: object) -> Iterator[Error]:
    """What is wrong with the keys of one action."""
    path = ("keys", id_)
    if id_ not in BY_ID:
        yield path, _unknown_action(id_, written)
        return
    texts = [written] if isinstance(written, str) else written
    if not isinstance(texts, list):
        yield path, mismatch(f'"{id_}"', "a key or a list of keys", written)
        return
    for index, text in enumerate(texts):
        place = (*path, index) if isinstance(written, list) else path
        if not isinstance(text, str):
            yield place, f'each element of "{id_}" must be a key, found {kind(text)}'
        elif not parse_key(text):
            near = closest(text, NAMES)
            hint = f'did you mean "{near}"?' if near else 'a key is a character or a name like "pagedown" or "ctrl+o"'
            yield place, f'unknown key name "{text}": {hint}'
    if not texts and id_ == "app.quit":
        yield path, '"app.quit" needs a key: there would be no way to leave kustui'


def _unknown_action(id_: str, written: object) -> str:
    if isinstance(written, dict):  # the id without quotes is a table in a table
        name = next((f"{id_}.{inner}" for inner in written), id_)
        return f'action ids contain a dot and must be quoted: "{name}"'
    near = closest(id_, BY_ID)
    hint = f'did you mean "{near}"?' if near else "kustui config --keys lists all actions"
    return f'unknown action "{id_}": {hint}'


def _conflicts(keys: Mapping[str, object], overridden: Sequence[Mapping[str, Any]]) -> Iterator[Error]:
    own = {id_: parsed for id_, written in keys.items() if id_ in BY_ID and (parsed := parse_keys(written)) is not None}
    others = {id_: parsed for id_, parsed in merge_preferences(*overridden).keys.items() if id_ not in own}
    for id_, key, other in key_conflicts(others | own):
        if id_ in own:
            message = f'"{display_key(key)}" is already the key of "{other}": one of the two needs another'
            yield ("keys", id_), message
