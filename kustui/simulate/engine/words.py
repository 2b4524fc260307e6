"""A rehearsal in words, for reports and screens alike, which make harmless what a definition holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kustui.analysis.condition_evaluation import OperandValue, Verdict
from kustui.definition.expressions import in_words, value_in_words
from kustui.definition.expressions.parse import Literal
from kustui.definition.expressions.words import Namer, path_in_words
from kustui.definition.platform import TRIGGER_ID, short_name
from kustui.definition.values import MISSING, Undecided, to_json_value
from kustui.simulate import MINUTE
from kustui.simulate.engine.trace import EntryKind, OutputSource, TraceEntry, TriedEdge
from kustui.text.messages import counted, duration_in_words, some_of

_LONGEST_TEXT = 60
_LONGEST_OBJECT = 600
_MOST_FIELDS = 5
SOURCES = {
    OutputSource.EVENT: "given",
    OutputSource.INPUTS: "passed in",
    OutputSource.COMPUTED: "computed",
    OutputSource.MOCKED: "mocked",
    OutputSource.DRAFTED: "drafted",
}
"""The label of each source of an output."""


def moment(milliseconds: int) -> str:
    """A time on the virtual clock: ``T+0``, ``T+90 min``, ``T+1 d 1 h``."""
    return f"T+{elapsed(milliseconds)}"


def elapsed(milliseconds: int) -> str:
    """How long something took on the virtual clock: ``0``, ``90 min``, ``1 d 1 h``."""
    return duration_in_words(milliseconds / MINUTE) if milliseconds else "0"


def value(of: Any) -> str:
    """A value of a run, on one line."""
    if of is MISSING:
        return "missing"
    if isinstance(of, Undecided):
        return f"undecided ({of.why})"
    return value_in_words(of, _quoted_path) if not isinstance(of, str) else text(of)


def whole(of: Any) -> str:
    """An object as JSON, all of it unless it is long."""
    written = json.dumps(to_json_value(of), ensure_ascii=False)
    return written if len(written) <= _LONGEST_OBJECT else f"{written[: _LONGEST_OBJECT - 1]}…"


def text(of: str) -> str:
    """A text that a run has: in quotes, and never read as a reference."""
    shortened = of if len(of) <= _LONGEST_TEXT else f"{of[: _LONGEST_TEXT - 1]}…"
    return '"' + shortened.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted_path(path: Any) -> str:
    return text(f"/#{path.text}")


def outcome(tried: TriedEdge) -> str:
    """What came of an edge: ``yes``, ``no``, or ``?``."""
    if tried.verdict is None or tried.verdict.holds is None:
        return "?"
    return "yes" if tried.verdict.holds else "no"


def condition(verdict: Verdict | None) -> str:
    """The condition of an edge as a person reads it."""
    return "no condition" if verdict is None else in_words(verdict.condition)


def operands(verdict: Verdict, namer: Namer = path_in_words) -> Iterator[str]:
    """The values of the operands that are not written down: ``status = "open"``, each once."""
    named: set[str] = set()
    for comparison in verdict.comparisons:
        for seen in comparison.operands:
            name = operand_name(seen, namer)
            if name and name not in named:
                named.add(name)
                yield f"{name} = {value(seen.value)}"


def operand_name(seen: OperandValue, namer: Namer = path_in_words) -> str:
    """The name of an operand; an empty string for a literal."""
    expression = seen.operand.expression
    is_literal = expression is None or isinstance(expression, Literal)
    return "" if is_literal else value_in_words(seen.operand.value, namer)


def why(entry: TraceEntry) -> str:
    """Why a run ends with an entry, with the names of the operands that were missing."""
    if entry.ended != "no transition holds":
        return entry.ended
    missing = [
        operand_name(seen)
        for tried in entry.tried
        if tried.verdict is not None
        for comparison in tried.verdict.comparisons
        for seen in comparison.operands
        if seen.value is MISSING and operand_name(seen)
    ]
    if not missing:
        return entry.ended
    names = ", ".join(dict.fromkeys(missing))
    return f"{entry.ended}: {names} {'is' if len(set(missing)) == 1 else 'are'} missing"


def caused(entry: TraceEntry) -> tuple[str, str]:
    """What a step wrote, and the event that comes of it; both empty where events are not followed."""
    if (event := entry.caused) is None:
        return "", ""
    fields = some_of([f"{event.of_object}.{field}" for field in event.fields], _MOST_FIELDS) or event.of_object
    starts = counted(event.starts, "workflow") if event.starts else "no workflow here"
    then = event.dropped or (f"starts {starts}" if event.of_object else f"calls {starts}")
    return fields, f"event {short_name(event.event)} (assumed): {then}"


def heading(entry: TraceEntry) -> str:
    """What an entry is about, on one line."""
    match entry.kind:
        case EntryKind.EVENT:
            count = len(entry.started)
            runs = counted(count, "run")
            return f"{entry.name or entry.title} starts {runs}"
        case EntryKind.START:
            return f"run {entry.run} of {entry.title}"
        case EntryKind.SKIPPED:
            return f"{entry.title} does not run"
    part = f"{entry.name} ({entry.node})" if entry.name != entry.node else entry.node
    if entry.kind is EntryKind.ABANDONED:
        return f"{'the trigger' if entry.node == TRIGGER_ID else part} is abandoned"
    return part
