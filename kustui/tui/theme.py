"""The colours of kustui, by what they mean."""

from __future__ import annotations

from textual.theme import Theme

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
