"""The page of a rule, as ``kustui explain`` has it, in the list below the panes."""

from __future__ import annotations

from kustui.check.rule import Rule, format_example
from kustui.check.rules import RULES
from kustui.tui.explorer.panes import Panes
from kustui.tui.explorer.views import Views
from kustui.tui.widgets.rows import RowBuilder


class RulePages:
    """Explains the rule of the problem under the cursor of the list."""

    def __init__(self, views: Views, panes: Panes) -> None:
        self._views, self._panes = views, panes

    async def explain_rule(self) -> None:
        problem = self._views.problems.problem
        if problem is not None:
            builder = RowBuilder(self._views.problems.size.width - 2)
            add_page(builder, RULES[problem.rule])
            await self._panes.list_uses(f"9 {problem.rule}", builder.rows)


def add_page(builder: RowBuilder, rule: Rule) -> None:
    """What a rule finds and why, with a bad and a good example."""
    builder.add((f"finds {rule.summary}", "heading"), (f"  {rule.severity}", "muted"))
    builder.add((rule.why, ""))
    for title, example in (("Bad", rule.bad), ("Good", rule.good)):
        if example:
            builder.heading(title)
            for line in format_example(example).splitlines():
                builder.line((line, ""))
