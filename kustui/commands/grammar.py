"""What can stand on kustui's command line, read off the parsers themselves: for what completes it as it is typed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from importlib import import_module

from kustui.check.rule_pages import PAGES
from kustui.config.themes import THEMES


class Takes(Enum):
    """What an option or a place expects."""

    NOTHING = auto()
    WORDS = auto()
    """One of some words."""
    LIST = auto()
    """Some of them, with commas between."""
    FILE = auto()
    WORKFLOW = auto()
    """One of the definitions that the command line names."""
    ANYTHING = auto()


@dataclass(frozen=True)
class Option:
    names: tuple[str, ...]
    """The long one last; none for what has a place of its own."""
    help: str
    takes: Takes
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    name: str
    """Empty for that without a word of its own."""
    help: str
    options: tuple[Option, ...]
    place: Option
    """What stands there beside the options."""


def grammar(names: Sequence[str]) -> tuple[Command, ...]:
    """The commands of these names, and first of all the one that needs none."""
    return tuple(_command("" if name == "explore" else name, name) for name in ("explore", *names))


def _command(name: str, module: str) -> Command:
    parser: argparse.ArgumentParser = import_module(f"kustui.commands.{module}").parser()
    found = list(_options(parser))
    places = [option for option in found if not option.names]
    named = tuple(option for option in found if option.names)
    nothing = Option((), "", Takes.ANYTHING)
    return Command(name, parser.description or "", named, places[0] if places else nothing)


def _options(parser: argparse.ArgumentParser) -> Iterator[Option]:
    for action in parser._actions:  # argparse has no public way to ask
        if action.help == argparse.SUPPRESS:
            continue
        takes, words = _taken(action)
        yield Option(tuple(sorted(action.option_strings, key=len)), action.help or "", takes, words)


def _taken(action: argparse.Action) -> tuple[Takes, tuple[str, ...]]:
    match action.dest:
        case _ if action.nargs == 0:
            return Takes.NOTHING, ()
        case _ if action.choices is not None:
            return Takes.WORDS, tuple(map(str, action.choices))
        case "theme":
            return Takes.WORDS, tuple(THEMES)
        case "rule":
            return Takes.WORDS, tuple(PAGES)
        case "select" | "ignore":
            return Takes.LIST, tuple(PAGES)
        case "workflow":
            return Takes.WORKFLOW, ()
    return (Takes.FILE if action.metavar in ("FILE", "PATH") else Takes.ANYTHING), ()
