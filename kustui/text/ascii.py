"""What is drawn where a terminal has no Unicode: ASCII in place of the glyphs of kustui's own."""

from __future__ import annotations

import unicodedata

from kustui.text.cells import cells, clusters

GLYPHS = str.maketrans(
    {
        "▸": "+", "▾": "-", "◆": "@", "●": "*", "◇": "?", "◷": "&", "→": ">", "↯": "!", "⇒": "=", "✗": "X",
        "▲": "!", "·": "-", "…": "~", "│": "|", "─": "-", "›": ">", "▌": ">", "←": "<", "≥": ">", "≤": "<",
        "“": '"', "”": '"', "’": "'", "–": "-", "×": "x", "∙": ".", "━": "=", "✓": "v", "○": "o", "└": "+", "↵": "<",
        "▶": ">", "■": "#",
        "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
        "◈": "#", "↺": "^", "‹": "<", "╎": ":", "╌": "~", "▼": "v", "◀": "<", "├": "+", "┤": "+", "┬": "+",
        "┴": "+", "┼": "+", "┌": "+", "┐": "+", "┘": "+", "┏": "#", "┓": "#", "┗": "#", "┛": "#", "┃": "#",
        "┻": "#", "┳": "#", "┣": "#", "╮": ".", "╭": ".", "╯": "'", "╰": "'",
    }
)  # fmt: skip
"""Every glyph of ours with its stand-in, for ``str.translate``; both are one cell wide."""


def to_ascii(text: str) -> str:
    """The same text in ASCII, of the same width in cells; what has no likeness in ASCII becomes ``?``."""
    text = text.translate(GLYPHS)
    if text.isascii():
        return text
    return "".join(_ascii_of(cluster) for cluster in clusters(text))


def _ascii_of(cluster: str) -> str:
    bare = unicodedata.normalize("NFKD", cluster)[:1]
    width = cells(cluster)
    return bare if bare.isascii() and width == 1 else "?" * width
