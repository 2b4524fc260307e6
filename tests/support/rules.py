"""What the rules tell about a definition, as lines of text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kustui.check.checker import check
from kustui.definition.collection import Collection, read_document

if TYPE_CHECKING:
    from kustui.check.problems import Problem
    from kustui.config.check_settings import Settings


def problems_in(*definitions: object, settings: Settings | None = None) -> tuple[Problem, ...]:
    """The problems of files, each given as text or as a JSON value."""
    documents = tuple(
        read_document(f"{index}.json", (each if isinstance(each, str) else json.dumps(each)).encode())
        for index, each in enumerate(definitions)
    )
    return check(Collection(documents), settings)[1]


def told(*definitions: object, settings: Settings | None = None) -> list[str]:
    """Each problem as ``rule at /its/pointer: message``."""
    return [
        f"{problem.rule} at {problem.pointer}: {problem.message}"
        for problem in problems_in(*definitions, settings=settings)
    ]


def rules_of(*definitions: object, settings: Settings | None = None) -> list[str]:
    return [problem.rule for problem in problems_in(*definitions, settings=settings)]


def only(*definitions: object, settings: Settings | None = None) -> Problem:
    (problem,) = problems_in(*definitions, settings=settings)
    return problem


def place(problem: Problem) -> str:
    """``line:column-line:column``."""
    span = problem.span()
    return f"{span.start}-{span.end}"


def places(problem: Problem) -> list[str]:
    """Its related places as ``message line:column``."""
    return [
        f"{each.message} {each.document.source.span(each.extent or each.document.spot(each.pointer).value).start}"
        for each in problem.related
    ]
