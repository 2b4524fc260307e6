"""``junit``: a test suite with a test case a scenario, for the test page of a build server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from xml.sax.saxutils import escape

from kustui.simulate.engine.history import Coverage
from kustui.simulate.scenarios.suite import Outcome, PlacedDifference, ScenarioResult
from kustui.text.terminal_safe import terminal_safe, xml_attribute


def report(
    results: Sequence[ScenarioResult],
    coverage: Coverage | None = None,
    *,
    shown: Collection[str] | None = None,
    colour: bool = False,
) -> Iterator[str]:
    failures = sum(result.outcome is Outcome.FAILED for result in results)
    errors = sum(result.outcome is Outcome.UNREADABLE for result in results)
    counts = f'tests="{len(results)}" failures="{failures}" errors="{errors}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="kustui" {counts}>\n'
    yield f'  <testsuite name="kustui simulate" {counts} skipped="0">\n'
    for result in results:
        yield from _case(result)
    yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _case(result: ScenarioResult) -> Iterator[str]:
    opening = f"    <testcase classname={xml_attribute(result.path or 'rehearsal')} name={xml_attribute(_name(result))}"
    if result.path:
        line = result.differences[0].line if result.differences else 1
        opening += f' file={xml_attribute(result.path)} line="{line}"'
    if result.passed and not result.notes and not result.caused:
        yield f"{opening}/>\n"
        return
    yield f"{opening}>\n"
    if result.errors:
        yield f"      <error message={xml_attribute(result.errors[0])}>{_text(result.errors)}</error>\n"
    elif result.differences:
        message = xml_attribute(result.differences[0].message)
        yield f"      <failure message={message}>{_text(_placed(result, result.differences))}</failure>\n"
    if result.notes or result.caused:
        started = (f"{result.path}:1:1: {words}" for words in result.caused)
        yield f"      <system-out>{_text((*_placed(result, result.notes), *started))}</system-out>\n"
    yield "    </testcase>\n"


def _name(result: ScenarioResult) -> str:
    """What it shows; of a scenario that cannot be read its file."""
    return result.title or result.path


def _placed(result: ScenarioResult, differences: Sequence[PlacedDifference]) -> Iterator[str]:
    return (f"{result.path}:{placed.line}:{placed.column}: {placed.message}" for placed in differences)


def _text(lines: Collection[str] | Iterator[str]) -> str:
    return escape("\n".join(map(terminal_safe, lines)))
