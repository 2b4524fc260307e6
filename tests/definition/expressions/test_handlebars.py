"""kustui takes for a template what Handlebars 4 takes for one: both judge thousands of generated ones alike.

Skipped where node or its package ``handlebars`` is missing; CONTRIBUTING.md says how to run it.
"""

from __future__ import annotations

import functools
import json
import random
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kustui.definition.expressions import parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_JUDGE = """
const handlebars = require('handlebars');
const judged = JSON.parse(require('fs').readFileSync(0, 'utf8')).map((text) => {
  try { handlebars.precompile(text); return null; } catch (error) { return String(error.message); }
});
process.stdout.write(JSON.stringify([handlebars.VERSION, judged]));
"""

_NAMES = (
    "a", "steps.1.id", "steps.aB3.custom.x", "this", "this.x", ".", "..", "../x", "../../a.b", "./x", "a/b", "a.0",
    "a.0.b", "a.[0]", "[@x]", "a.[first name].b", "steps.1.custom.@x", "custom['@x']", "custom.['@x']", "a[0]",
    "@root.steps.1.x", "@index", "@../key", "@", "@this", "a.this", "a.[this]", "true", "true.a", "null", "undefined",
    "12", "-2.5", "1.", "1.5.b", "a.1.5", "'text'", '"it\\"s"', "'it\\'s'", "''", "as", "else", "elsewhere", "a-b_c",
    "$a", "é.ö", "名", "a:b", "a?", "a b", "a..b", "a.", ".a", "a//b", "a /b", "a .b", "a. b", "a/ b", "[]", "[a", "a]",
    "[a\\]b]", "steps.1", "variables.v", "a@b", "if", "each", "lookup", "#a", "/#steps.1.id", "a,b", "a+b", "(f)",
    "(f a k=b)", "(f (g 1))", "()", "(f", "f)",
)  # fmt: skip
_KEYS = ("k", "format", "[a b]", "true", "1", "é-1", "k ", "k\n", "..")
_SOUP = (
    "{{", "}}", "{{{", "}}}", "{{{{", "}}}}", "{{#", "{{/", "{{^", "{{>", "{{#>", "{{*", "{{#*", "{{&", "{{~", "~}}",
    "{{!", "{{!--", "--}}", "{{else", "{{else}}", "{{^}}", "{{/if}}", "{{#if a}}", "{{/a}}", "a", "b.c", ".", "..", "/",
    "@", "#", "[", "]", "(", ")", "=", "|", " as |x|", "'", '"', "\\", " ", "\n", "~", "x", "1", "-", ",", "else", "!",
    "{", "}", "text", "é", "\u2028", "\ufeff", "\x1c", "\x85", "\0",
)  # fmt: skip


class _Generator(NamedTuple):
    """Makes templates, from mostly well-formed ones to a soup of tokens."""

    random: random.Random

    def template(self) -> str:
        if self.random.random() < 0.2:
            return "{{" + "".join(self.some(_SOUP, 10))
        text = self.program(2)
        return self.damaged(text) if self.random.random() < 0.2 else text

    def some(self, choices: Sequence[str], most: int) -> list[str]:
        return self.random.choices(choices, k=self.random.randrange(most + 1))

    def damaged(self, text: str) -> str:
        for _ in range(self.random.randrange(1, 3)):
            at = self.random.randrange(len(text) + 1)
            text = text[:at] + self.random.choice(("", *_SOUP)) + text[at + self.random.randrange(3) :]
        return text

    def program(self, depth: int) -> str:
        forms: list[Callable[[int], str]] = [self.text, self.mustache, self.mustache, self.mustache, self.comment]
        if depth:
            forms += [self.block, self.block, self.inverted, self.partial_block, self.raw_block]
        return "".join(self.random.choice(forms)(depth - 1) for _ in range(self.random.randrange(1, 4)))

    def text(self, _: int) -> str:
        return self.random.choice(("text", " ", "\n", "text", "\\", "\\\\", "\\\\\\", "}", "}} ", "{ ", "é\n\n"))

    def name(self) -> str:
        return self.random.choice(_NAMES[:6] if self.random.random() < 0.85 else _NAMES)

    def call(self) -> str:
        named = [f"{self.random.choice(_KEYS)}={self.name()}" for _ in range(self.random.choice((0, 0, 0, 1, 2)))]
        blank = self.random.choice((" ", " ", "\n", "  "))
        return blank.join([self.name(), *(self.name() for _ in range(self.random.choice((0, 0, 1, 2)))), *named])

    def braces(self, sign: str, inside: str) -> str:
        before, after = self.random.choice((("", ""), ("", ""), ("~", ""), ("", "~"), ("~", "~")))
        return f"{{{{{before}{sign}{inside}{after}}}}}"

    def mustache(self, _: int) -> str:
        if self.random.random() < 0.3:
            return f"{{{{{{{self.call()}}}}}}}"
        return self.braces(self.random.choice(("", "", "", "", " ", "\n", "&", "> ", "*")), self.call())

    def comment(self, _: int) -> str:
        return self.random.choice(("{{! a {{b }}", "{{!-- }} {{a}} --}}", "{{!}}", "{{~!--~}}"))

    def block(self, depth: int) -> str:
        name, sign = self.name(), self.random.choice(("#", "#", "#", "# ", "#*"))
        head = " ".join([name, self.name(), *self.some((" as |x|", " as |x y|", "as |", "as |1 a|", " as |a.b|"), 1)])
        middle = "".join(
            self.braces("", self.random.choice(("else", "^", "else if a", "else a as |b|", "else\n"))) + self.program(0)
            for _ in range(self.random.choice((0, 0, 1, 2)))
        )
        end = name if self.random.random() < 0.9 else self.name()
        return self.braces(sign, head) + self.program(depth) + middle + self.braces("/", end)

    def inverted(self, depth: int) -> str:
        middle = self.random.choice(("", "{{else}}b", "{{^}}b", "{{else if b}}c"))
        return self.braces("^", name := self.name()) + self.program(depth) + middle + self.braces("/", name)

    def partial_block(self, depth: int) -> str:
        name = self.name()
        return (
            self.braces("#>", f"{name} {' '.join(self.some(_NAMES[:6], 2))}") + self.program(depth) + f"{{{{/{name}}}}}"
        )

    def raw_block(self, depth: int) -> str:
        name = self.name()
        inside = self.random.choice(("", "{{a", "{{{{b}}}} {{{{/b}}}}", "{{{{b}}}}", "{{{{/b}}}}", "{{{{/ b}}}}", "\n"))
        return f"{{{{{{{{{name} {self.name()}}}}}}}}}{self.text(depth)}{inside}{{{{{{{{/{name}}}}}}}}}"


@functools.cache
def handlebars_is_there() -> bool:
    node = shutil.which("node")
    return bool(node) and not subprocess.run([str(node), "-e", "require('handlebars')"], capture_output=True).returncode


def judged_by_handlebars(templates: Sequence[str]) -> list[str | None]:
    """What Handlebars says of each template; None where it takes it."""
    answer = subprocess.run(
        ["node", "-e", _JUDGE], input=json.dumps(templates).encode(), capture_output=True, check=True
    )
    version, judged = json.loads(answer.stdout)
    assert version.startswith("4."), f"Kustomer has Handlebars 4, this is {version}"
    return list(judged)


def _assert_positions_roughly(templates: Sequence[str], judged: Sequence[str | None]) -> None:
    """kustui's fault is on the line that Handlebars names, or before it, where the block or tag begins.

    Not always: Handlebars takes the end of a name for its place, and of two faults in one tag kustui tells that of the
    lexer.
    """
    late = [
        text
        for text, verdict in zip(templates, judged, strict=True)
        if verdict is not None
        and (line := re.search(r"on line (\d+)", verdict))
        and (faults := parse_template(text).faults)
        and text.count("\n", 0, faults[0].start) >= int(line[1])
    ]
    assert len(late) < len(templates) / 20


@pytest.mark.parametrize("seed", range(4))
def test_kustui_and_handlebars_take_the_same_templates(seed: int) -> None:
    if not handlebars_is_there():
        pytest.skip("needs node and its package handlebars, see CONTRIBUTING.md")
    generator = _Generator(random.Random(seed))
    templates = [text for _ in range(5_000) if "{{" in (text := generator.template())]
    judged = judged_by_handlebars(templates)
    assert 0.2 < sum(verdict is None for verdict in judged) / len(templates) < 0.8
    _assert_positions_roughly(templates, judged)
    differences = [
        f"{text!r}: Handlebars {verdict!r}, kustui {parse_template(text).faults}"
        for text, verdict in zip(templates, judged, strict=True)
        if (verdict is None) != (parse_template(text).faults == ())
    ]
    assert differences == []
