"""What keys are called: by Textual, on a keyboard, and by whoever writes a configuration."""

from __future__ import annotations

import unicodedata

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""In the order in which Textual names them."""
NAMES = (
    "escape", "enter", "space", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25)),
)  # fmt: skip
"""Keys that type nothing that can be seen."""
_RENAMED = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Characters that Textual calls otherwise than Unicode does."""
_SHOWN = {
    "escape": "Esc", "enter": "Enter", "space": "Space", "tab": "Tab", "backspace": "Backspace", "delete": "Del",
    "insert": "Ins", "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End",
    "down": "Down", "up": "Up", "left": "Left", "right": "Right",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}  # fmt: skip
_MEANT = {name.lower(): key for key, name in _SHOWN.items()} | {"return": "enter", "esc": "escape"}


def parse_key(text: str) -> str:
    """Textual's name of a key that somebody wrote: a character (``?``), a name of Textual's (``question_mark``,
    ``ctrl+p``), or what the help shows (``Ctrl+P``, ``PgDn``). An empty string where there is no such key.
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
    """A key, by Textual's name, as a keyboard shows it."""
    *modifiers, last = key.split("+")
    shown = _SHOWN.get(last) or _character(last) or last
    return "+".join((*map(str.capitalize, modifiers), shown))


def _split(text: str) -> list[str]:
    """Modifiers and key; a plus at the end is the key."""
    if text.endswith("+"):
        return [*text[:-1].removesuffix("+").split("+"), "+"] if len(text) > 1 else ["+"]
    return text.split("+")


def _plain(name: str) -> str:
    """Textual's name of a key without modifiers."""
    if len(name) == 1:
        return _name(name)
    lowered = name.lower().replace("-", "_").replace(" ", "_")
    if lowered in NAMES:
        return lowered
    if lowered in _MEANT:
        return _MEANT[lowered]
    return _name(character) if (character := _character(lowered)) else ""


def _name(character: str) -> str:
    """That of a key which types a character."""
    if character.isalnum():
        return character
    if character == " ":
        return "space"
    if not character.isprintable():
        return ""
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


def _character(name: str) -> str:
    """What the key of a name types; an empty string where it types nothing."""
    return _TYPED.get(_RENAMED.get(name, name), "")


_TYPED = {_name(chr(code)): chr(code) for code in (*range(0x21, 0x7F), *range(0xA1, 0x100)) if chr(code).isprintable()}
"""What the keys of the usual keyboards type, by their names."""
