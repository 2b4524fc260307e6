"""Write the documents that are made from the code: ``python scripts/write_docs.py [--check]``.

``docs/rules.md`` is made from the pages of ``kustui explain``; ``docs/scenario.schema.json`` is what
``kustui simulate --schema`` prints. A rule without a sample in ``samples/broken`` gets its bad example as one, and a
row in ``samples/README.md``. With ``--check`` nothing is written; the exit status is 1 when something is out of date.
"""

from __future__ import annotations

import difflib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kustui.check.reports.text import describe
from kustui.check.rule import Configured, Rule, format_example
from kustui.check.rules import RULES
from kustui.commands.explain import problems_in
from kustui.fix.quick_fixes import FIXES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SAMPLES = ROOT / "samples"


def documents() -> Iterator[tuple[Path, str]]:
    """Each document that is made, with its text."""
    yield DOCS / "rules.md", "".join(rules())
    yield DOCS / "scenario.schema.json", command("simulate", "--schema")
    yield from new_samples()


def new_samples() -> Iterator[tuple[Path, str]]:
    """A sample for each rule that has none, and the list of samples with it."""
    listed = (SAMPLES / "README.md").read_text(encoding="utf-8")
    for rule in RULES.values():
        path = SAMPLES / "broken" / f"{rule.name}.json"
        if rule.bad and not isinstance(rule.bad, Configured) and not path.exists():
            yield path, format_example(rule.bad)
            listed += f"| `broken/{rule.name}.json` | {rule.summary[:1].upper()}{rule.summary[1:]} |\n"
    yield SAMPLES / "README.md", listed


def rules() -> Iterator[str]:
    yield "# Rules\n\n"
    yield "<!-- written by scripts/write_docs.py from the pages of `kustui explain` -->\n\n"
    yield (
        "Every problem that kustui reports carries the name of its rule in brackets. `kustui explain RULE` prints\n"
        "what stands here, with both examples in full. Severities can be changed, and rules switched off, in the\n"
        "[configuration](configuration.md#rules).\n\n"
    )
    yield (
        "A ✓ marks a rule with fixes: `kustui check --fix` makes those that are safe, `--unsafe-fixes` the others.\n\n"
    )
    yield "| rule | severity | fix | finds |\n|---|---|---|---|\n"
    for rule in RULES.values():
        mark = "✓" if rule.name in FIXES else ""
        yield f"| [`{rule.name}`](#{rule.name}) | {rule.severity} | {mark} | {rule.summary} |\n"
    for rule in RULES.values():
        yield from page(rule)


def page(rule: Rule) -> Iterator[str]:
    yield f"\n## {rule.name}\n\n"
    yield f"**{rule.severity}**: finds {rule.summary}.\n\n{rule.why}\n"
    if rule.name in FIXES:
        yield f"\nThe fix {FIXES[rule.name].words}.\n"
    if not rule.bad:
        return
    yield "\nFound in the bad example:\n\n"
    problems = "".join(describe(problem, colour=False) for problem in problems_in(rule.bad))
    yield f"```\n{problems.rstrip()}\n```\n"
    yield "\nFrom the bad example to the good one:\n\n"
    bad, good = format_example(rule.bad).splitlines(), format_example(rule.good).splitlines()
    changes = [line.rstrip("\n") for line in difflib.unified_diff(bad, good, lineterm="", n=2)][2:]
    yield "\n".join(("```diff", *changes, "```", ""))


def command(*words: str) -> str:
    """What a command of kustui prints."""
    done = subprocess.run(
        [sys.executable, "-m", "kustui", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def main() -> int:
    old = []
    for path, text in documents():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            old.append(path)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8", newline="\n")
    for path in old:
        print(path.relative_to(ROOT))  # noqa: T201
    return 1 if old and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
