"""Reading a module of 1 MB, beside ``node --check`` of it; and a folder of unrelated scripts, beside ``git ls-files``.

python -m tests.benchmarks.modules [--scripts 5000] [--rounds 7]
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.generate import definition
from tests.benchmarks.measure import in_turns, table
from tests.support.modules import ModulePrinter
from tests.support.terminal import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORKFLOWS, _STEPS = 28, 40
"""Printed as a module, some 1 MB."""
_IN_A_FOLDER = 50
_WORDS = {"word": "label", "other": "at", "third": "context"}
_WORDS_OF_APPS = {"word": "title", "other": "version", "third": "app"}
"""Those of one script in 20, which has to be parsed to see that it builds no app."""
_LOAD = "import sys; from kustui.definition.loader import Reader; print(len(Reader(sys.argv[1:]).read().entries))"
_NOTHING = "import kustui.definition.loader"
_SCRIPT = """\
import {{ join }} from "path";
import {{ {name} }} from "../lib/{name}";

const STEPS = [{numbers}];

/** What stands between two steps, and who asks for it. */
export async function {name}All(options = {{ depth: {depth}, {word}: "{name}" }}) {{
  for (const step of STEPS) {{
    if (step % {depth} === 0) {{
      await {name}(join(options.{word}, `${{step}}`), {{ {third}: options, {other}: step }});
    }}
  }}
}}
"""


def _processor(*words: object, folder: Path | None = None) -> tuple[float, float]:
    """Seconds of the processor and peak megabytes of a process."""
    child = subprocess.Popen(
        [str(word) for word in words],
        env=environment({"XDG_CACHE_HOME": os.devnull}),
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{words} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write_scripts(folder: Path, count: int) -> None:
    """A repository of scripts between 1 and 10 kB, none of which builds a definition."""
    dice = random.Random(1)
    for index in range(count):
        path = folder / f"package{index // _IN_A_FOLDER}" / f"script{index}.{dice.choice(('js', 'ts', 'mjs'))}"
        path.parent.mkdir(exist_ok=True)
        numbers = ", ".join(str(dice.randrange(1_000)) for _ in range(dice.randrange(20, 200)))
        words = _WORDS if index % 20 else _WORDS_OF_APPS
        script = _SCRIPT.format(name=f"visit{index}", numbers=numbers, depth=dice.randrange(2, 9), **words)
        path.write_text(script * dice.randrange(1, 9), encoding="utf-8")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def _beside(what: str, runs: dict[str, Callable[[], Sequence[float]]], rounds: int) -> None:
    """Print a table of processes in seconds of the processor, each beside the last of them."""
    figures = in_turns(runs, rounds)
    *_, (peer, (least, _)) = figures.items()
    rows = [(name, seconds * 1000, seconds / least, memory) for name, (seconds, memory) in figures.items()]
    table((what, "ms of the processor", f"to {peer}", "peak MB"), rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scripts", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    load, imports = [sys.executable, "-c", _LOAD], partial(_processor, sys.executable, "-c", _NOTHING)
    with tempfile.TemporaryDirectory() as name:
        module, scripts = Path(name) / "app.js", Path(name) / "scripts"
        text = ModulePrinter(random.Random(1)).module(definition(_WORKFLOWS, _STEPS))
        module.write_text(text, encoding="utf-8", errors="replace")
        runs: dict[str, Callable[[], Sequence[float]]] = {"load": partial(_processor, *load, module)}
        if (node := shutil.which("node")) is None:
            print("node is not there: not measured beside node --check")
        else:
            runs["node --check"] = partial(_processor, node, "--check", module)
        _beside(
            f"a module of {module.stat().st_size / 1e6:.1f} MB", {"only the imports": imports, **runs}, options.rounds
        )

        scripts.mkdir()
        write_scripts(scripts, options.scripts)
        listing = ["git", "ls-files"]
        _beside(
            f"{options.scripts:,} scripts",
            {
                "only the imports": imports,
                "load": partial(_processor, *load, scripts),
                "git ls-files --others": partial(_processor, *listing, "--others", folder=scripts),
                "git ls-files": partial(_processor, *listing, folder=scripts),
            },
            options.rounds,
        )


if __name__ == "__main__":
    main()
