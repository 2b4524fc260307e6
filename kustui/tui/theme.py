"""The colours of kustui, by what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

if TYPE_CHECKING:
    from textual.app import App

DARK = Theme(
    name="kustui",
    primary="#7aa2f7",
    secondary="#7dcfff",
    accent="#ff9e64",
    success="#9ece6a",
    warning="#e0af68",
    error="#f7768e",
    foreground="#d5daea",
    background="#15171e",
    surface="#1c1f29",
    panel="#20242f",
    dark=True,
    variables={
        "muted": "#7f88a3",
        "rule": "#3b4252",
        "cursor": "#2f4370",
        "cursor-blurred": "#262b38",
    },
)

VARIABLES = {"muted": "#808080", "rule": "#606060", "cursor": "#264f78", "cursor-blurred": "#303030"}
"""What our own variables are under a theme that does not know them."""

LOOKS = {
    "muted": ("muted", ""),
    "name": ("", "bold"),
    "heading": ("primary", "bold"),
    "event": ("secondary", ""),
    "action": ("accent", ""),
    "link": ("secondary", "underline"),
    "string": ("success", ""),
    "number": ("warning", ""),
    "key": ("primary", ""),
    "error": ("error", "bold"),
    "warning": ("warning", "bold"),
    "info": ("secondary", ""),
    "good": ("success", ""),
    "fault": ("error", "bold underline"),
    "new": ("accent", "bold"),
    "match": ("warning", "bold underline reverse"),
}
"""What a piece of text can look like: the variable of the theme that colours it, and its attributes."""


def looks_of(app: App[None]) -> Mapping[str, Style]:
    """The looks under the theme in force, and those of the rows that the cursor is on; made once a theme."""
    variables = app.theme_variables
    plain = app.no_color or app.native_ansi_color
    return _looks(tuple(variables[name] for name in _VARIABLES), plain=plain)


@lru_cache(maxsize=8)
def _looks(colours: tuple[str, ...], *, plain: bool) -> Mapping[str, Style]:
    colour_of = {name: Color.parse(value).rich_color for name, value in zip(_VARIABLES, colours, strict=True)}
    found = {"": Style()}
    for look, (variable, attributes) in LOOKS.items():
        found[look] = Style(color=colour_of.get(variable)) + Style.parse(attributes or "none")
    if plain:  # a background of its own is not to be had, or may not be told apart
        found["cursor"], found["cursor-blurred"] = Style(reverse=True), Style(underline=True)
    else:
        for look in ("cursor", "cursor-blurred"):
            found[look] = Style(bgcolor=colour_of[look])
        found["cursor"] += Style(bold=True)
    return found


_VARIABLES = (*sorted({variable for variable, _ in LOOKS.values() if variable}), "cursor", "cursor-blurred")
"""What the looks depend on."""
