"""``kustui explain``: what a rule finds, why it matters, and how to fix it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill, indent

from kustui.check.checker import check
from kustui.check.problems import Problem
from kustui.check.reports.text import FIX_MARK, describe
from kustui.check.rule import Configured, Rule, format_example
from kustui.check.rules import RULES
from kustui.check.suppressions import suppress
from kustui.commands.command_line import Parser
from kustui.commands.output import ExitStatus, Output
from kustui.config.check_settings import Settings, unknown_rule
from kustui.config.configuration import parse_settings
from kustui.definition.collection import Collection, read_document
from kustui.errors import KustuiError
from kustui.fix.quick_fixes import FIXES
from kustui.text.terminal_safe import painter

_WIDTH = 96
_EPILOG = """\
examples:
  kustui explain                     list all rules; [*] marks those with fixes
  kustui explain missing-input       explain one, with a bad and a good example
"""


def parser() -> Parser:
    parser = Parser("explain", "Explain what a rule finds, why it matters, and how to fix it.", _EPILOG)
    parser.add_argument(
        "rule", metavar="RULE", nargs="?", help="the name in brackets after a problem (default: list all)"
    )
    parser.add_output()
    return parser


def run(arguments: Sequence[str]) -> int:
    """Explain a rule or list them all; the exit status."""
    options = parser().parse_args(arguments)
    output = Output.of(options)
    if options.rule is None:
        output.write(_list())
    elif rule := RULES.get(options.rule):
        output.write(_page(rule, output.colour))
    else:
        raise KustuiError(unknown_rule(options.rule, RULES))
    return ExitStatus.OK


def _list() -> Iterator[str]:
    width = max(map(len, RULES))
    for rule in RULES.values():
        mark = FIX_MARK if rule.name in FIXES else ""
        yield f"{rule.name:<{width}}  {rule.severity!s:<7}  {mark:<{len(FIX_MARK)}}  {rule.summary}\n"


def _page(rule: Rule, colour: bool) -> Iterator[str]:
    paint = painter({"heading": "1"}, colour=colour)
    yield f"{paint('heading', rule.name)} ({rule.severity})\n\n"
    yield f"{fill(f'Finds {rule.summary}.', _WIDTH)}\n\n"
    yield f"{fill(rule.why, _WIDTH)}\n"
    if rule.name in FIXES:
        yield f"\n{fill(f'The fix {FIXES[rule.name].words}.', _WIDTH)}\n"
    if not rule.bad:
        return
    bad, good = rule.example_titles
    yield f"\n{paint('heading', bad)}\n\n{indent(format_example(rule.bad), '  ')}\n"
    for problem in problems_in(rule.bad):
        yield indent(describe(problem, colour=colour), "  ")
    yield f"\n{paint('heading', good)}\n\n{indent(format_example(rule.good), '  ')}"


def problems_in(example: object) -> tuple[Problem, ...]:
    """The problems of an example, in the order in which ``check`` reports them."""
    settings, definition = Settings(), example
    if isinstance(example, Configured):
        settings = parse_settings("kustui.toml", example.configuration.encode(), RULES)
        definition = example.definition
    collection = Collection((read_document("example.json", format_example(definition).encode()),))
    _, problems = check(collection, settings)
    return suppress(collection, problems, settings)
