"""``junit``: a test suite with a test case a scenario, for the test page of a build server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from kustui.simulate.engine.trace import EntryKind
from kustui.simulate.scenarios.differences import Difference
from kustui.simulate.scenarios.replay import Replay
from kustui.text.terminal_safe import terminal_safe


def report(replays: Sequence[Replay], *, show_steps: bool = True, colour: bool = False) -> Iterator[str]:
    failures = sum(not replay.held for replay in replays)
    counts = f'tests="{len(replays)}" failures="{failures}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="kustui" {counts}>\n'
    yield f'  <testsuite name="kustui simulate" {counts} skipped="0">\n'
    for replay in replays:
        yield from _case(replay)
    yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _case(replay: Replay) -> Iterator[str]:
    title = replay.file.scenario.scenario
    opening = f"    <testcase classname={_attribute(replay.file.path or 'rehearsal')} name={_attribute(title)}"
    caused = [entry for entry in replay.entries if entry.caused_by and entry.kind is EntryKind.START]
    if replay.held and not replay.notes and not caused:
        yield f"{opening}/>\n"
        return
    yield f"{opening}>\n"
    if not replay.held:
        message = _attribute(replay.differences[0].message)
        yield f"      <failure message={message}>{_lines(replay, replay.differences)}</failure>\n"
    if replay.notes or caused:
        starts = (Difference("", f"run {entry.run} of {entry.title} is started: {entry.cause}") for entry in caused)
        yield f"      <system-out>{_lines(replay, (*replay.notes, *starts))}</system-out>\n"
    yield "    </testcase>\n"


def _lines(replay: Replay, differences: Sequence[Difference]) -> str:
    lines = (f"{replay.file.place(difference.pointer)}: {difference.message}" for difference in differences)
    return escape("\n".join(map(terminal_safe, lines)))


def _attribute(value: str) -> str:
    # What is harmless to a terminal is legal in XML.
    return quoteattr(terminal_safe(value))
