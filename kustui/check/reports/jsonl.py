"""``jsonl``: a problem a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kustui.check.reports.json import record
from kustui.text.terminal_safe import to_json

if TYPE_CHECKING:
    from kustui.check.reports import Checked


def report(checked: Checked, *, colour: bool = False) -> Iterator[str]:
    for problem in checked.problems:
        yield to_json(record(problem)) + "\n"
