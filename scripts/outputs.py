"""The outputs of every command on every sample, into a folder: compare two with diff -r.

python scripts/outputs.py FOLDER [KUSTUI]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]


def commands() -> list[list[str]]:
    samples = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "samples").rglob("*.json"))]
    places = [*samples, "samples/one-per-file", "samples/broken", "samples/nothing-here.json"]
    found = [[*name, "--help"] for name in ([], ["check"], ["graph"], ["explain"], ["simulate"], ["config"], ["man"])]
    found += [["man"], ["config"], ["config", "--keys"], ["config", "samples"], ["explain"], ["--version"], []]
    found += [["completion", shell] for shell in ("bash", "zsh", "fish")]
    listed = subprocess.run([*KUSTUI, "explain"], cwd=ROOT, capture_output=True, text=True).stdout
    found += [["explain", rule] for rule in re.findall(r"^\s*([a-z]+(?:-[a-z]+)+)\b", listed, re.MULTILINE)]
    for place in places:
        found += [["check", "--format", kind, place] for kind in ("text", "json", "jsonl", "sarif", "github", "junit")]
        found += [["graph", "--format", kind, place] for kind in ("text", "mermaid", "dot", "json", "svg")]
        found += [
            ["graph", "--schedules", "--format", kind, place] for kind in ("text", "mermaid", "dot", "json", "svg")
        ]
        found += [["graph", "--ascii", place], ["simulate", place], ["simulate", "--format", "json", place]]
        found += [["simulate", "--explore", place], ["simulate", "--explore", "--chain", "--format", "json", place]]
    return found


def run(words: list[str]) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    environment |= {
        "LANG": "C.UTF-8",
        "XDG_STATE_HOME": "/dev/null/no",
        "XDG_CONFIG_HOME": "/dev/null/no",
        "COLUMNS": "100",
    }
    done = subprocess.run(
        [*KUSTUI, *words], cwd=ROOT, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL
    )
    return (
        f"$ kustui {' '.join(words)}\nexit status {done.returncode}\n{done.stdout}\n--- standard error\n{done.stderr}"
    )


if __name__ == "__main__":
    KUSTUI = sys.argv[2:] or ["kustui"]
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    words = commands()
    with ThreadPoolExecutor(2) as pool:
        for command, text in zip(words, pool.map(run, words), strict=True):
            (folder / f"{re.sub(r'[^a-z0-9.-]+', '_', ' '.join(command)) or 'nothing'}.txt").write_text(text)
