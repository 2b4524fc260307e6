"""Write a picture: SVG without the addresses of web fonts, the same every time, and PNG on request."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def save(name: str, svg: str, png: Path | None = None) -> None:
    """Write what Rich or Textual has drawn, and with a folder ``png`` the same as PNG, by rsvg-convert."""
    target = _path_of(name)
    target.write_text(_normalized(svg), encoding="utf-8")
    sys.stdout.write(f"{target.relative_to(FOLDER.parent)}\n")
    if png:
        png.mkdir(parents=True, exist_ok=True)
        subprocess.run(["rsvg-convert", "-o", png / f"{name}.png", target], check=True)


def is_current(name: str, svg: str) -> bool:
    """Whether the file holds exactly this picture."""
    return _path_of(name).is_file() and _path_of(name).read_text(encoding="utf-8") == _normalized(svg)


def _path_of(name: str) -> Path:
    return FOLDER / f"{name}.svg"


def _normalized(svg: str) -> str:
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code", "font-family: 'Fira Code', 'DejaVu Sans Mono'")
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    number = re.search(r"terminal-(\d+)", svg)
    return svg.replace(number.group(1), "0") if number else svg
