"""A picture as a file: SVG without addresses of web fonts, the same each time, and PNG where that is wanted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def save(name: str, svg: str, png: Path | None = None) -> None:
    """Write what Rich or Textual has drawn; ``png`` is a folder, for rsvg-convert."""
    target = _file(name)
    target.write_text(_tidied(svg), encoding="utf-8")
    sys.stdout.write(f"{target.relative_to(HERE.parent)}\n")
    if png:
        png.mkdir(parents=True, exist_ok=True)
        subprocess.run(["rsvg-convert", "-o", png / f"{name}.png", target], check=True)


def is_current(name: str, svg: str) -> bool:
    """Whether the file holds just this picture."""
    return _file(name).is_file() and _file(name).read_text(encoding="utf-8") == _tidied(svg)


def _file(name: str) -> Path:
    return HERE / f"{name}.svg"


def _tidied(svg: str) -> str:
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code", "font-family: 'Fira Code', 'DejaVu Sans Mono'")
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1)
    number = re.search(r"terminal-(\d+)", svg)
    return svg.replace(number.group(1), "0") if number else svg
