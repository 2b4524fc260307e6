"""Long texts wherever a definition can have one: none is said at length, and none takes a look from each of its
characters on, which takes minutes here."""

from __future__ import annotations

from typing import Any

import pytest

from kustui.check.rule import Part, app, step, to, when, workflow
from tests.support.rules import problems_in

LENGTH = 30_000


def definition(text: str) -> Part:
    rest_api: dict[str, Any] = {"action": "kustomer.rest-api.json", "appVersion": text}
    steps = [
        step("a", to("b", when("eq", "/#steps.1.x", text)), to("c", when("eq", "/#steps.1.x", f"{text}y")), **rest_api),
        step("b", to(text, when(text, "/#steps.1.x")), action=text, params={"uri": text, "method": text, text: text}),
        step("c", to("d"), params={"body": f"/#steps.{text}", "other": f"/#fn:{text}"}),
        step(text, to("d", when("eq", f"/#steps.1.{text}", 1)), errorCases=[{"errorAction": {"type": text}}]),
        step("d", params={"body": f"{{{{{text}}}}} {text}", "more": f"{{{{#if {text}}}}}{text}"}),
    ]
    return app(workflow(text, *steps), app=text, version=text, dependencies=[text], **{text: text})


@pytest.mark.parametrize("part", ["9", "\n", "x ", "a,", ".", '"', "e\u0301", "{{"])
def test_a_long_text_is_looked_at_once_and_said_in_short(part: str) -> None:
    found = problems_in(definition((part * LENGTH)[:LENGTH]))
    assert found
    for problem in found:
        texts = (problem.message, problem.hint, *(related.message for related in problem.related))
        assert max(map(len, texts)) < 2_100, problem.rule
