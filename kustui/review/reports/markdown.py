"""``markdown``: for a comment at a pull request. A summary first, then what is new and wrong; the rest is folded.

Whatever a definition holds stands in code spans, where neither Markdown nor HTML, nor a mention of a person, is obeyed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from kustui.check.problems import Problem
from kustui.definition.collection import Entry
from kustui.diagrams.diagram import DiagramSet, flow_diagram
from kustui.diagrams.formats.graph_languages import mermaid
from kustui.review.changed_files import SCENARIO_VERBS, Changed, ChangedFile, Review, events_in_words
from kustui.review.merged_flow import MergedWorkflow
from kustui.review.part_changes import PartChange
from kustui.review.reports import ReportOptions, place_of
from kustui.review.scenario_changes import ScenarioChange
from kustui.review.states import State
from kustui.text.messages import counted, plural
from kustui.text.signs import change_sign
from kustui.text.styled_lines import Line
from kustui.text.terminal_safe import terminal_safe

T = TypeVar("T")

MARK = "<!-- kustui diff -->"
"""The first line, by which a build finds the comment that it made before."""
MOST_CHARACTERS = 60_000
"""Code hosts take comments of some 65,000 characters. Drawings are left away first, then what is listed last."""
_MOST_IN_A_DRAWING, _MOST_EDGES = 40_000, 250
"""Characters and edges: Mermaid draws at most 50,000 and 500, and nobody finds their way in as many."""
_LISTED, _LEAST_LISTED = 25, 3
_BACKTICKS = re.compile("`+")


def report(review: Review, options: ReportOptions) -> Iterator[str]:
    if options.full:
        yield from _Markdown(review, None, draws=True).report()
        return
    for most, draws in ((_LISTED, True), (_LISTED, False), (_LEAST_LISTED, False)):
        text = _joined(_Markdown(review, most, draws=draws).report())
        if text is not None:
            yield text
            return
    yield from _Markdown(review, 0, draws=False).report()


def _joined(pieces: Iterable[str]) -> str | None:
    """The pieces of a report as one text; None where that is too long, and then the rest of them is not made."""
    text, room = [], MOST_CHARACTERS
    for piece in pieces:
        text.append(piece)
        room -= len(piece)
        if room < 0:
            return None
    return "".join(text)


class _Markdown:
    """``most`` is listed of everything, all of it where that is None."""

    def __init__(self, review: Review, most: int | None, *, draws: bool) -> None:
        self._review, self._most, self._draws = review, most, draws
        self._behaviour = {workflow.new.key: workflow.paths for workflow in review.behaviour.workflows}

    def report(self) -> Iterator[str]:
        review = self._review
        yield f"{MARK}\n### {review.summary or 'Nothing changed in the workflows'}\n\n"
        yield from self._problems(review.new_problems, "New problems", review.comparison.new_state)
        yield from self._scenarios()
        yield from self._list(review.files, "file", self._file)
        if left_out := review.behaviour.not_compared:
            yield f"The runs of {counted(left_out, 'more workflow')} are not compared.\n\n"
        fixed = "".join(self._problems(review.fixed_problems, "", review.comparison.old_state))
        if fixed:
            yield from _folded(counted(len(review.fixed_problems), "problem") + " fixed", fixed)

    def _list(self, values: Sequence[T], noun: str, pieces: Callable[[T], Iterable[str]]) -> Iterator[str]:
        """The pieces of the first of some values, and how many more there are."""
        most = len(values) if self._most is None else self._most
        for value in values[:most]:
            yield from pieces(value)
        if more := len(values[most:]):
            yield f"- … and {more:,} more {plural(more, noun)}\n"

    def _problems(self, problems: Sequence[Problem], title: str, state: State) -> Iterator[str]:
        def line(problem: Problem) -> Iterator[str]:
            place = code(place_of(problem, state))
            yield f"- **{problem.severity}** {code(problem.message)} ({code(problem.rule)}) at {place}\n"

        if problems:
            yield f"**{title}**\n\n" if title else ""
            yield from self._list(problems, "problem", line)
            yield "\n"

    def _scenarios(self) -> Iterator[str]:
        if scenarios := self._review.behaviour.scenarios:
            yield "**Scenarios**\n\n"
            yield from self._list(scenarios, "scenario", _scenario)
            yield "\n"

    # Files

    def _file(self, file: ChangedFile) -> Iterator[str]:
        yield f"#### {code(file.path)}{f' ({_markdown(file.note)})' if file.note else ''}\n\n"
        yield from self._list(file.parts, "workflow", self._part)
        yield "\n" if self._most is not None and len(file.parts) > self._most else ""

    def _part(self, part: Changed) -> Iterator[str]:
        paths = self._behaviour.get(part.new.key) if isinstance(part.new, Entry) else None
        events = paths.changes if paths is not None else ()
        counts = [counted(len(part.changes), "change")] if part.changes else []
        if events:
            counts.append(events_in_words(len(events)))
        gaps = paths.gaps if paths is not None else ()
        counts += ["runs compared only in part"] if gaps else []
        about = f": {', '.join(counts)}" if counts else ""
        title = f"<b>{_sign(part.kind)}</b> {_html(part.words)}{about}"
        content = (
            *self._list(part.changes, "change", _change),
            *self._texts("Events that go another way", [event.sentence for event in events], "event"),
            *self._texts("Compared only in part", gaps, "reason"),
            self._drawing(part),
        )
        yield from _folded(title, "".join(content))

    def _texts(self, title: str, texts: Sequence[str], noun: str) -> Iterator[str]:
        if texts:
            yield f"\n{title}:\n\n"
            yield from self._list(texts, noun, lambda text: (f"- {code(text)}\n",))

    def _drawing(self, part: Changed) -> str:
        """Both states of a workflow in one drawing; nothing where that would show nothing, or too much."""
        pair = part.pair
        if not self._draws or pair is None or pair.new is None:
            return ""
        comparison = self._review.comparison
        old = comparison.old_analysis(pair.old) if pair.old is not None else None
        merged = MergedWorkflow.of(old, comparison.new_analysis(pair.new), comparison.identities(pair))
        diagram = flow_diagram(merged, merged.changes)
        text = "".join(mermaid(DiagramSet((diagram,))))
        if not any(merged.changes[:2]) or len(text) > _MOST_IN_A_DRAWING or len(diagram.edges) > _MOST_EDGES:
            return ""
        fence = _fence(text, 3)
        return f"\n{fence}mermaid\n{text}{fence}\n"


def _folded(title: str, content: str) -> Iterator[str]:
    """Something that is opened by its title; the title alone where there is nothing in it."""
    if content:
        yield f"<details><summary>{title}</summary>\n\n{content}\n</details>\n\n"
    else:
        yield f"{title}\n\n"


def _sign(kind: str) -> str:
    sign, _ = change_sign(kind)
    return "−" if sign == "-" else sign  # as wide as the others


def _change(change: PartChange) -> Iterator[str]:
    yield f"- **{_sign(change.kind)}** {_markdown(change.sentence)}\n"


def _scenario(scenario: ScenarioChange) -> Iterator[str]:
    title = f" {code(scenario.title)}" if scenario.title else ""
    bold = "**" if scenario.kind in ("fails", "unreadable") else ""
    does = f"{bold}{SCENARIO_VERBS[scenario.kind][0]}{bold}"
    yield f"- {code(scenario.path)}{title} {does}: {code(scenario.words)}\n"


def code(text: str) -> str:
    """A text of a definition as a code span, in which nothing is obeyed."""
    safe = terminal_safe(text)
    fence = _fence(safe, 1)
    padded = f" {safe} " if safe[:1] in "` " or safe[-1:] in "` " else safe
    return f"{fence}{padded}{fence}"


def _fence(text: str, least: int) -> str:
    """More backquotes than follow one another in a text."""
    return "`" * max(least, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))


def _markdown(sentence: Line) -> str:
    return "".join(code(text) if look else text for text, look in sentence)


def _html(sentence: Line) -> str:
    pieces = ((html.escape(terminal_safe(text)), look) for text, look in sentence)
    return "".join(f"<code>{text}</code>" if look else text for text, look in pieces)
