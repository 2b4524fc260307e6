"""The actions of the screen as Textual's bindings, and the keys that a person gave them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from inspect import isawaitable

from textual.binding import Binding, BindingType, Keymap

from kustui.config.actions import ACTIONS as ACTIONS
from kustui.config.actions import BY_ID as BY_ID
from kustui.config.actions import GROUPS as GROUPS
from kustui.config.actions import PASSING as PASSING
from kustui.config.actions import Action as Action
from kustui.config.actions import key_names as key_names

_NO_KEY = "unbound"
"""A key that no keyboard has: Textual takes an empty one for none given."""


def bindings(*groups: str) -> list[BindingType]:
    """The bindings of a widget that carries out these groups of actions, or of the screen whose parts do."""
    return [
        Binding(action.keys, textual_action(action), action.verb, show=False, id=action.id)
        for action in ACTIONS
        if action.group in groups
    ]


def textual_action(action: Action) -> str:
    """What Textual runs for a key: the widget's own method, or the dispatch of the screen to one of its parts."""
    if action.is_of_part:
        return f"screen.carry_out('{action.id}')"
    return f"{action.method_name}({action.argument!r})" if action.argument else action.method_name


def handler(screen: object, action: Action) -> Callable[[], object] | None:
    """What carries out an action of a part; None where a screen has no such part."""
    method = getattr(getattr(screen, action.target_name, None), action.method_name, None)
    if method is None:
        return None
    return partial(method, action.argument) if action.argument else method


async def carry_out(screen: object, id_: str) -> None:
    """Let the part of a screen that the registry names carry out an action."""
    carried_out = handler(screen, BY_ID[id_])
    if carried_out is not None and isawaitable(result := carried_out()):
        await result


def keymap_of(actions: Mapping[str, Action]) -> Keymap:
    """The keymap of the actions whose keys are not those of the table."""
    return {action.id: action.keys or _NO_KEY for action in actions.values() if action != BY_ID[action.id]}


PANE_ACTIONS = {
    **{str(action.argument).capitalize(): action.id for action in ACTIONS if action.method == "enter"},
    "Workflows": "view.tree", "Problems": "view.problems", "Uses": "view.uses", "Named": "view.uses",
    "What changed": "view.changes", "Review": "view.review", "Tests": "view.tests",
}  # fmt: skip
"""Which action leads to the pane of a name."""


def with_keys_in_force(title: str, actions: Mapping[str, Action], panes: Mapping[str, str] = PANE_ACTIONS) -> str:
    """The title of a pane, written with the keys of the table, with those that lead to the panes now: ``4:Problems``,
    for a number before a name is read as a count."""

    def named(pane: re.Match[str]) -> str:
        keys = key_names(actions[panes[pane[1]]])
        return ":".join((*keys[:1], pane[1]))

    return re.sub(rf"\b[\dcVT] ({'|'.join(panes)})\b", named, title)


def panes_in(title: str, panes: Mapping[str, str] = PANE_ACTIONS) -> Iterator[tuple[int, int, str]]:
    """The panes that a title names with their keys: where each begins and ends in it, and the action leading there."""
    for match in re.finditer(rf"(?:\S+:)?\b({'|'.join(panes)})\b", title):
        yield match.start(), match.end(), panes[match[1]]


def actions_of(app: object) -> Mapping[str, Action]:
    """The actions by id with the keys in force: those of the application, or of the table where it has none."""
    actions: Mapping[str, Action] = getattr(app, "actions", BY_ID)
    return actions


def pressed(action: Action, actions: Mapping[str, Action]) -> tuple[str, ...]:
    """What is pressed in a pane for an action: before a key of the list of what to copy, the one that opens it."""
    if action.group != "copy":
        return key_names(action)
    opening = key_names(actions["selected.copy"])[:1]
    return tuple(f"{before} {key}" for before in opening for key in key_names(action))


def first_key(app: object, id_: str) -> str:
    """The first key of an action; an empty string where it has none."""
    return next(iter(key_names(actions_of(app)[id_])), "")
