"""What is wrong with what a configuration says of the screen: its theme, and the keys of its actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kustui.config.actions import BY_ID
from kustui.config.key_conflicts import clashes_of
from kustui.config.keys import NAMES, key_of, shown_key
from kustui.config.preferences import keys_of, preferences_of
from kustui.config.themes import THEMES
from kustui.config.toml_positions import Key
from kustui.text.json_words import kind
from kustui.text.suggestions import closest, hint_of

Fault = tuple[tuple[Key, ...], str]
"""The keys that lead to it, and what is told."""


def screen_faults(values: Mapping[str, Any], beneath: Sequence[Mapping[str, Any]] = ()) -> Iterator[Fault]:
    """What is wrong where the kinds of the values are right; ``beneath`` are the tables that these hold over."""
    theme, keys = values.get("theme"), values.get("keys")
    if isinstance(theme, str) and theme not in THEMES:
        yield ("theme",), unknown_theme(theme)
    if isinstance(keys, dict):
        for id_, written in keys.items():
            yield from _faults_of(id_, written)
        yield from _clashes(keys, beneath)


def unknown_theme(name: str) -> str:
    """What to say of a theme that there is not."""
    return f'there is no theme "{name}": {hint_of(name, THEMES, "themes")}'


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
