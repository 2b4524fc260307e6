"""The names of keys: Textual's, those on a keyboard, and those that a configuration may use."""

from __future__ import annotations

import unicodedata

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""In the order in which Textual names them."""
NAMES = (
    "escape", "enter", "space", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25)),
)  # fmt: skip
"""Keys that type no visible character."""
_RENAMED = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Textual's names of characters, where they differ from Unicode's."""
_LABELS = {
    "escape": "Esc", "enter": "Enter", "space": "Space", "tab": "Tab", "backspace": "Backspace", "delete": "Del",
    "insert": "Ins", "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End",
    "down": "Down", "up": "Up", "left": "Left", "right": "Right",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}  # fmt: skip
_BY_LABEL = {name.lower(): key for key, name in _LABELS.items()} | {"return": "enter", "esc": "escape"}


def parse_key(text: str) -> str:
    """Textual's name of a key, given as a character (``?``), by a name of Textual's (``question_mark``, ``ctrl+p``), or
    as the help shows it (``Ctrl+P``, ``PgDn``). An empty string where no such key exists.
    """
    *modifiers, last = _split(text)
    modifiers = [modifier.lower() for modifier in modifiers]
    if not set(modifiers) <= set(MODIFIERS) or len(set(modifiers)) < len(modifiers):
        return ""
    name = _plain(last)
    if modifiers and len(name) == 1:
        name = name.lower()
    if not name or (modifiers == ["shift"] and len(name) == 1):  # that is the capital letter
        return name.upper() if name else ""
    return "+".join((*sorted(modifiers), name))


def display_key(key: str) -> str:
    """The label of a key: ``Ctrl+P`` for Textual's ``ctrl+p``."""
    *modifiers, last = key.split("+")
    label = _LABELS.get(last) or _character(last) or last
    return "+".join((*map(str.capitalize, modifiers), label))


def _split(text: str) -> list[str]:
    """Modifiers and key; a plus sign at the end is the key."""
    if text.endswith("+"):
        return [*text[:-1].removesuffix("+").split("+"), "+"] if len(text) > 1 else ["+"]
    return text.split("+")


def _plain(name: str) -> str:
    """Textual's name of a key without modifiers; an empty string where no such key exists."""
    if len(name) == 1:
        return _name(name)
    lowered = name.lower().replace("-", "_").replace(" ", "_")
    if lowered in NAMES:
        return lowered
    if lowered in _BY_LABEL:
        return _BY_LABEL[lowered]
    return _name(character) if (character := _character(lowered)) else ""


def _name(character: str) -> str:
    """Textual's name of the key that types a character; an empty string for one that is not printable."""
    if character.isalnum():
        return character
    if character == " ":
        return "space"
    if not character.isprintable():
        return ""
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


def _character(name: str) -> str:
    """The character that a key types; an empty string where it types none."""
    return _TYPED.get(_RENAMED.get(name, name), "")


_TYPED = {_name(chr(code)): chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0x100)) if chr(code).isprintable()}
"""The characters of common keyboards by the names of their keys."""
