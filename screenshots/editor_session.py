"""Draw kustui next to an editor: before a reference is broken, after that is saved, and after it is mended.

Nothing is staged: vim and kustui run in the two halves of a tmux window, in a terminal that pyte reads. Without vim or
tmux the script says so, and leaves the pictures as they are.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

from screenshots.svg_file import save
from tests.support.terminal import KUSTUI, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyte.screens import Char

ROOT = Path(__file__).parent.parent
NAME = "beside-editor"
SAMPLE, LINE = ROOT / "samples" / "orders.json", 286
REFERENCE, BROKEN = "UK-qZoysU", "UK-qZoysV"
COLUMNS, ROWS = 160, 48
_VIM = (
    "vim -u NONE -i NONE -N -n --cmd 'set background=dark termguicolors' +'syntax on' +'colorscheme habamax' "
    "+'set number cursorline nowrap laststatus=2 showcmd ruler shortmess+=I' +{line} +'normal zz' {name}"
)
_QUIET = 0.4
"""Seconds of silence after which all is drawn: tmux's server runs both, where nobody sees whether they are at work."""
_CLOCK = re.compile(r"(?<=reloaded )\d\d:\d\d:\d\d")


def draw(png: Path | None = None) -> None:
    missing = [name for name in ("vim", "tmux") if shutil.which(name) is None]
    if missing:
        sys.stdout.write(f"{NAME}: not drawn, for want of {' and '.join(missing)}\n")
        return
    with tempfile.TemporaryDirectory(prefix="kustui-picture-") as folder:
        path = Path(shutil.copy(SAMPLE, folder))
        for number, (what, svg) in enumerate(_pictures(path), 1):
            save(f"{NAME}-{number}-{what}", svg, png)


def _pictures(path: Path) -> Iterator[tuple[str, str]]:
    tmux = ("tmux", "-T", "RGB", "-S", str(path.with_suffix(".tmux")))

    def press(half: int, *keys: str) -> None:
        subprocess.run([*tmux, "send-keys", "-t", f"{half}", *keys], check=True)

    vim = _VIM.format(line=LINE, name=path.name)
    beside = ("split-window", "-h", "-l", str(COLUMNS // 2), f"{KUSTUI[0]} --no-state {path.name}")
    command = (*tmux, "-f", "/dev/null", "new-session", vim, ";", "set", "status", "off", ";", *beside)
    try:
        with Terminal(command=command, columns=COLUMNS, rows=ROWS, cwd=path.parent) as terminal:
            terminal.wait_for(" i2")  # everything is checked
            press(1, *["j"] * 8)
            terminal.wait_for("› ● message")
            terminal.settle(_QUIET)
            yield "well", _svg([terminal.styled(row) for row in range(ROWS)])
            press(0, f":s/{REFERENCE}/{BROKEN}/ | w", "Enter")
            terminal.wait_for("1 new problem")
            terminal.settle(_QUIET)
            yield "broken", _svg([terminal.styled(row) for row in range(ROWS)])
            press(0, f":s/{BROKEN}/{REFERENCE}/ | w", "Enter")
            terminal.wait_for("1 problem fixed")
            terminal.settle(_QUIET)
            yield "mended", _svg([terminal.styled(row) for row in range(ROWS)])
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)


def _svg(rows: Sequence[Sequence[Char]]) -> str:
    """The SVG of a screen that pyte has read, in the style of Textual's own."""
    console = Console(
        width=COLUMNS, height=ROWS, file=io.StringIO(), force_terminal=True, color_system="truecolor", record=True,
        legacy_windows=False,
    )  # fmt: skip
    console.print(Segments([segment for row in rows for segment in (*_segments(row), Segment.line())]), end="")
    return console.export_svg(title=f"vim {SAMPLE.name} beside kustui {SAMPLE.name}")


def _segments(row: Sequence[Char]) -> Iterator[Segment]:
    """The stretches of a row that look the same: a segment for each cell would make a file of a megabyte."""
    text = "".join(cell.data or " " for cell in row)
    same_time = _CLOCK.sub("10:24:07", text)  # so that the picture is the same every time
    cells = [(character, cell) for character, cell in zip(same_time, row, strict=True) if cell.data]
    for style, stretch in groupby(cells, key=lambda item: _style(item[1])):
        yield Segment("".join(character for character, _ in stretch), style)


def _style(cell: Char) -> Style:
    return Style(
        color=_colour(cell.fg),
        bgcolor=_colour(cell.bg),
        bold=cell.bold,
        italic=cell.italics,
        underline=cell.underscore,
        reverse=cell.reverse,
    )


def _colour(name: str) -> str | None:
    """What Rich calls a colour of pyte's."""
    if name == "default":
        return None
    if re.fullmatch("[0-9a-f]{6}", name):
        return f"#{name}"
    return {"brown": "yellow"}.get(name, name.replace("bright", "bright_").replace("brown", "yellow"))


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
