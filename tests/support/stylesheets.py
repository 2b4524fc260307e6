"""Style sheets, parsed once for all apps of a process: each app parses them anew, which is a tenth of its start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.css.parse import parse
from textual.css.tokenize import tokenize_values

if TYPE_CHECKING:
    import pytest
    from textual.css.model import RuleSet
    from textual.css.tokenizer import Token
    from textual.css.types import CSSLocation

    Tokens = dict[str, list[Token]]


class ParsedOnce:
    """Stands for the tokenizer and the parser of style sheets. What they return is only read."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[tuple[str, str], ...], Tokens] = {}
        self._rules: dict[tuple[Any, ...], tuple[Tokens, list[RuleSet]]] = {}

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr("textual.css.stylesheet.tokenize_values", self._tokenize)
        patch.setattr("textual.css.stylesheet.parse", self._parse)

    def _tokenize(self, values: dict[str, str]) -> Tokens:
        key = tuple(values.items())
        if key not in self._tokens:
            self._tokens[key] = tokenize_values(values)
        return self._tokens[key]

    def _parse(
        self,
        scope: str,
        css: str,
        read_from: CSSLocation,
        *,
        variable_tokens: Tokens,
        is_default_rules: bool,
        tie_breaker: int,
    ) -> list[RuleSet]:
        """The tokens of variables are told apart by their identity, which they keep as they are kept here."""
        key = (scope, css, read_from, id(variable_tokens), is_default_rules, tie_breaker)
        if key not in self._rules:
            rules = parse(
                scope,
                css,
                read_from,
                variable_tokens=variable_tokens,
                is_default_rules=is_default_rules,
                tie_breaker=tie_breaker,
            )
            self._rules[key] = variable_tokens, list(rules)
        return self._rules[key][1]
