"""From a keystroke in an editor to the diagnostics of what was typed, beside a refresh of the workspace after a save.

python -m tests.benchmarks.language_server [--size M] [--rounds 40]
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from lsprotocol import types

from kustui.workspace.snapshot import Workspace
from tests.benchmarks.keys import percentile
from tests.benchmarks.measure import SIZES, file_of, table
from tests.support.editor import editing

_PARAMS = '"params": {'
_MISTAKE = '"mistake": "/#steps.nowhere.x",'
_NAME = "app.json"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", choices=SIZES, default="M")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kustui-lsp-")) / "project"
    folder.mkdir()
    path = Path(shutil.copy(file_of(options.size), folder / _NAME))
    refreshed = saves(path, options.rounds)
    typed = asyncio.run(keystrokes(folder, options.rounds))
    rows = [
        (name, statistics.median(seconds) * 1000, percentile(seconds, 0.95) * 1000)
        for name, seconds in (("refresh of the workspace", refreshed), ("keystroke to diagnostics", typed))
    ]
    table((f"{path.stat().st_size / 1e6:.0f} MB", "median ms", "p95 ms"), rows)
    print(f"p95s: {percentile(typed, 0.95) / percentile(refreshed, 0.95):.2f} (target ≤ 1.5)\n")
    shutil.rmtree(folder.parent)


def _place(text: str) -> int:
    return text.index(_PARAMS, len(text) // 2) + len(_PARAMS)


def saves(path: Path, rounds: int) -> list[float]:
    """Seconds that the workspace takes after each save, a mistake coming and going."""
    good = path.read_text(encoding="utf-8")
    at = _place(good)
    wrong = f"{good[:at]}{_MISTAKE}{good[at:]}".encode()
    workspace = Workspace([str(path)], keep=True)
    workspace.open()
    workspace.refresh()
    seconds = []
    for number in range(rounds):
        path.write_bytes(good.encode() if number % 2 else wrong)
        began = time.perf_counter()
        workspace.refresh([str(path)])
        seconds.append(time.perf_counter() - began)
    path.write_bytes(good.encode())
    return seconds


async def keystrokes(folder: Path, rounds: int) -> list[float]:
    """Seconds from what is typed to its diagnostics, the same mistake coming and going."""
    seconds = []
    async with editing(folder) as editor:
        editor.open(_NAME)
        context, start = types.ReferenceContext(include_declaration=False), types.Position(0, 0)
        whole = types.ReferenceParams(context, editor.document(_NAME), start)
        await asyncio.wait_for(editor.text_document_references_async(whole), 600)  # once everything is checked
        before = await editor.until_known(_NAME, seconds=600)
        text = editor.texts[_NAME]
        start = editor.position(text, _place(text))
        end = types.Position(start.line, start.character + len(_MISTAKE))
        for number in range(rounds):
            began = time.perf_counter()
            if number % 2 == 0:
                editor.take_change(_NAME, types.Range(start, start), _MISTAKE)
            else:
                editor.take_change(_NAME, types.Range(start, end), "")
            now = await editor.until_known(_NAME, seconds=600)
            seconds.append(time.perf_counter() - began)
            assert (len(now) - len(before)) == (1 if number % 2 == 0 else 0), (before, now)
    return seconds


if __name__ == "__main__":
    main()
