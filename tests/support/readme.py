"""The parts of the README that are made from the code: ``python -m tests.support.readme`` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from kustui.check.rule_pages import PAGES

README = Path(__file__).parents[2] / "README.md"
_RULES = re.compile(r"(?<=<!-- rules -->\n).*?(?=<!-- /rules -->)", re.DOTALL)


def rules() -> str:
    """Every rule in a row."""
    rows = "".join(f"| `{rule.name}` | {rule.severity} | {rule.summary} |\n" for rule in PAGES.values())
    return f"\n| rule | severity | finds |\n|---|---|---|\n{rows}\n"


def current(text: str) -> str:
    """The text of the README with what is made as it is now."""
    return _RULES.sub(lambda _: rules(), text)


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
