"""What the help says, as values: the pane at hand first, then everything else, each action and each sign once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from kustui.diagrams.styled_lines import Line, wrapped
from kustui.tui.bindings import ACTIONS, GROUPS, Action, pressed
from kustui.tui.widgets.rows import Row

_KEYS = 19
"""Cells of the column of the keys, and of the signs."""

_SIGNS = (
    ("▸ ▾", "muted", "there is more below it: closed, open"),
    ("◆", "event", "trigger: what starts a run"),
    ("●", "action", "step: what a run does"),
    ("◇", "action", "step without an action: it only branches"),
    ("→", "muted", "transition: the way to another step, and its condition"),
    ("↯", "warning", "error case: the way taken when the step fails"),
    ("│ ╎", "muted", "a way further down, and one after a failure"),
    ("↺", "warning", "a way back to what is above; of schedules, a ring"),
    ("◈", "action", "a step whose row stands for those that only it leads to"),
    ("▶", "new", "in a rehearsal: what is next"),
    ("✓", "good", "what it has been through; of a condition, that it holds"),
    ("∙", "muted", "what another run of it has taken; of a condition, that it does not hold"),
    ("○", "muted", "where the run has not been"),
    ("■", "error", "a breakpoint; in words, where a run is over"),
    ("⇒", "link", "schedules another workflow: Enter goes there, [ comes back"),
    ("✗", "error", "refused by Kustomer, or certain not to work"),
    ("▲", "warning", "probably wrong"),
    ("·", "info", "worth knowing"),
    ("+", "new", "added on disk since you looked; ~ changed"),
)


class Topic(NamedTuple):
    """What somebody asks about: a pane."""

    name: str = ""
    about: str = ""
    signs: str = ""
    own: Collection[str] = ()
    """The ids of the actions that its keys carry out."""
    around: Collection[str] = ()
    """Those that keys carry out in every pane of the screen."""
    actions: Collection[Action] = ACTIONS
    """All of them, with the keys in force."""


class Section(NamedTuple):
    title: str
    lines: tuple[tuple[Line, int], ...]
    """Each with how far it is indented where it goes on in another row."""


def sections(topic: Topic) -> Iterator[Section]:
    if topic.about:
        yield Section(topic.name, ((((topic.about, ""),), 0),))
    yield from _signs("Signs here", (sign for sign in _SIGNS if sign[0][0] in topic.signs))
    own = [action for action in topic.actions if action.id in topic.own]
    if own:  # first what is not the same in every list
        yield Section(
            "Keys here",
            tuple(_action(action, topic) for action in sorted(own, key=lambda action: action.group == "rows")),
        )
    rest = [action for action in topic.actions if action not in own]
    near = [action for action in rest if action.id in topic.around]
    yield from _groups(topic, near, "")
    yield from _groups(topic, [action for action in rest if action not in near], "Elsewhere: " if topic.own else "")
    yield from _signs("Other signs", (sign for sign in _SIGNS if sign[0][0] not in topic.signs))


def _groups(topic: Topic, actions: Collection[Action], before: str) -> Iterator[Section]:
    for group, title in GROUPS.items():
        if lines := tuple(_action(action, topic) for action in actions if action.group == group):
            yield Section(f"{before}{title[0].lower()}{title[1:]}" if before else title, lines)


def _action(action: Action, topic: Topic) -> tuple[Line, int]:
    keys = pressed(action, {each.id: each for each in topic.actions})
    return ((f"  {'  '.join(keys):<{_KEYS}}", "key"), (f" {action.help}", "")), _KEYS + 3


def _signs(title: str, signs: Iterable[tuple[str, str, str]]) -> Iterator[Section]:
    if lines := tuple((((f"  {sign:<{_KEYS}} ", look), (what, "")), _KEYS + 3) for sign, look, what in signs):
        yield Section(title, lines)


def help_rows(topic: Topic, words: str, width: int) -> Iterator[Row]:
    """The rows whose line, or the title above them, holds every one of the words."""
    wanted = words.lower().split()
    first = True
    for section in sections(topic):
        lines = [(line, indent) for line, indent in section.lines if _holds(line, section.title, wanted)]
        if lines:
            if not first:
                yield Row()
            first = False
            yield Row(((section.title, "heading"),))
        for line, indent in lines:
            yield from (Row(part) for part in wrapped(line, width, indent))


def _holds(line: Line, title: str, wanted: Collection[str]) -> bool:
    text = f"{title} {' '.join(text for text, _ in line)}".lower()
    return all(word in text for word in wanted)
