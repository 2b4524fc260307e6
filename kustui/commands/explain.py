"""``kustui explain``: what a rule finds, why it matters, and how to put it right."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from textwrap import fill, indent
from typing import TYPE_CHECKING

from kustui.check.reports.text import told
from kustui.check.rule_pages import PAGES, found_in, written
from kustui.commands.output import COLOURS, Parser, coloured, refuse, write
from kustui.config.configuration import unknown_rule

if TYPE_CHECKING:
    from kustui.check.rule import Rule

_WIDTH = 96
_EPILOG = """\
examples:
  kustui explain                     every rule, a line each
  kustui explain missing-input       one rule, with a bad and a good example
"""


def run(arguments: Sequence[str]) -> int:
    """Tell of a rule or of all; the exit status."""
    options = parser().parse_args(arguments)
    if options.rule is None:
        write(_list())
    elif rule := PAGES.get(options.rule):
        write(_page(rule, coloured(options.color)))
    else:
        return refuse(unknown_rule(options.rule, PAGES))
    return 0


def parser() -> argparse.ArgumentParser:
    parser = Parser("explain", "Say what a rule finds, why it matters, and how to put it right.", _EPILOG)
    add = parser.add_argument
    add("rule", metavar="RULE", nargs="?", help="its name, as in the brackets behind a problem")
    add("--color", choices=COLOURS, default="auto", help="colours (default: on a terminal that takes them)")
    return parser


def _list() -> Iterator[str]:
    width = max(map(len, PAGES))
    for rule in PAGES.values():
        yield f"{rule.name:<{width}}  {rule.severity!s:<7}  {rule.summary}\n"


def _page(rule: Rule, colour: bool) -> Iterator[str]:
    yield f"{_heading(rule.name, colour)} ({rule.severity})\n\n"
    yield f"{fill(f'Finds {rule.summary}.', _WIDTH)}\n\n"
    yield f"{fill(rule.why, _WIDTH)}\n"
    if not rule.bad:
        return
    yield f"\n{_heading('bad', colour)}\n\n{indent(written(rule.bad), '  ')}\n"
    for problem in found_in(rule.bad):
        yield indent(told(problem, colour=colour), "  ")
    yield f"\n{_heading('good', colour)}\n\n{indent(written(rule.good), '  ')}"


def _heading(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text
