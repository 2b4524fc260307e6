"""How kustui looks: its colours by what they mean, and the filters that every cell passes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from kustui.text.cells import steady
from kustui.text.terminal_safe import pieces_to_ascii

_OWN = "ansi_default"

_DARK = Theme(
    name="dark",
    primary="#82aaff",
    secondary="#7dcfff",
    accent="#ff9e64",
    success="#9ece6a",
    warning="#e0af68",
    error="#ff8297",
    foreground="#d5daea",
    background="#15171e",
    surface="#1c1f29",
    panel="#20242f",
    dark=True,
    variables={"muted": "#99a2bd", "rule": "#666f89", "cursor": "#2b3654", "cursor-blurred": "#262b38"},
)
_LIGHT = Theme(
    name="light",
    primary="#0a4fae",
    secondary="#0b5c78",
    accent="#8f3500",
    success="#1a5e2a",
    warning="#704700",
    error="#a30d2d",
    foreground="#1f2328",
    background="#fbfaf7",
    surface="#f2f1ed",
    panel="#e9e8e3",
    dark=False,
    variables={"muted": "#50565e", "rule": "#7d848d", "cursor": "#cfdff7", "cursor-blurred": "#e4e6ea"},
)
_HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#9ecbff",
    secondary="#7ee7ff",
    accent="#ffb86b",
    success="#8cff8c",
    warning="#ffe066",
    error="#ffb3ba",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#101010",
    dark=True,
    variables={"muted": "#d0d0d0", "rule": "#b0b0b0", "cursor": "#00306e", "cursor-blurred": "#303030"},
)


def _plain(name: str, *, primary: str, accent: str, success: str, warning: str, error: str) -> Theme:
    """A theme on the terminal's own background."""
    return Theme(
        name=name,
        ansi=True,
        primary=primary,
        secondary=primary,
        accent=accent,
        success=success,
        warning=warning,
        error=error,
        foreground=_OWN,
        background=_OWN,
        surface=_OWN,
        panel=_OWN,
        boost=_OWN,
        variables={
            **dict.fromkeys(("muted", "rule", "cursor", "cursor-blurred"), _OWN),
            "border": primary,
            "ansi-background": "ansi_black",  # Textual's own styles ask for them
            "ansi-foreground": "ansi_white",
            "input-cursor-text-style": "reverse",
            "input-selection-background": primary,
            "input-selection-foreground": "ansi_black",
        },
    )


_TERMINAL = _plain(
    "terminal",
    primary="ansi_cyan",
    accent="ansi_magenta",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
)
_MONOCHROME = _plain("monochrome", primary=_OWN, accent=_OWN, success=_OWN, warning=_OWN, error=_OWN)
"""The colours go by the wayside in any case, as they do with NO_COLOR."""

THEMES = {theme.name: theme for theme in (_DARK, _LIGHT, _TERMINAL, _HIGH_CONTRAST, _MONOCHROME)}

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
    "removed": ("error", ""),
    "gone": ("error", "strike"),
    "inserted": ("success", "bold underline"),
    "new": ("accent", "bold"),
    "match": ("warning", "bold underline reverse"),
}
"""What a piece of text can look like: the variable of the theme that colours it, and its attributes."""


def looks_of(app: App[None]) -> Mapping[str, Style]:
    """The looks under the theme in force, and those of the rows that the cursor is on; made once a theme."""
    variables = app.theme_variables
    plain = app.no_color or app.native_ansi_color
    return _looks(tuple(variables[name] for name in _VARIABLES), plain=plain, ansi=app.native_ansi_color)


@lru_cache(maxsize=8)
def _looks(colours: tuple[str, ...], *, plain: bool, ansi: bool) -> Mapping[str, Style]:
    colour_of = {name: Color.parse(value).rich_color for name, value in zip(_VARIABLES, colours, strict=True)}
    styles = {"": Style()}
    for look, (variable, attributes) in LOOKS.items():
        styles[look] = Style(color=colour_of.get(variable)) + Style.parse(attributes or "none")
    if ansi:  # which grey can be read on its background only the terminal knows
        styles["muted"] += Style(dim=True)
    if plain:  # a background of its own is not available, or may be indistinguishable
        styles["cursor"] = Style(reverse=True, color="default", dim=False)
        styles["cursor-blurred"] = Style(underline=True)
    else:
        for look in ("cursor", "cursor-blurred"):
            styles[look] = Style(bgcolor=colour_of[look])
        styles["cursor"] += Style(bold=True)
    return styles


_VARIABLES = (*sorted({variable for variable, _ in LOOKS.values() if variable}), "cursor", "cursor-blurred")
"""What the looks depend on."""


# What every cell passes on its way to the terminal, borders and dialogs included


class Steady(LineFilter):
    """No emoji of which terminals disagree how wide it is: what is right of it would stand elsewhere."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(steady(text), style, control) for text, style, control in segments]


class Ascii(LineFilter):
    """No character that is not ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        texts = pieces_to_ascii([text for text, _, _ in segments])
        return [Segment(text, style, control) for text, (_, style, control) in zip(texts, segments, strict=True)]


class Colourless(LineFilter):
    """No colour, not even grey: Textual makes colours grey where NO_COLOR asks for none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and style.without_color, control) for text, style, control in segments]


ASCII, COLOURLESS, STEADY = Ascii(), Colourless(), Steady()
