"""``junit``: a test suite with a test case a scenario, for the test page of a build server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

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
    if replay.held:
        yield f"{opening}/>\n"
        return
    lines = [f"{replay.file.place(difference.pointer)}: {difference.message}" for difference in replay.differences]
    yield f"{opening}>\n"
    text = escape("\n".join(map(terminal_safe, lines)))
    yield f"      <failure message={_attribute(replay.differences[0].message)}>{text}</failure>\n"
    yield "    </testcase>\n"


def _attribute(value: str) -> str:
    # What is harmless to a terminal is legal in XML.
    return quoteattr(terminal_safe(value))
