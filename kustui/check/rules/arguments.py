"""Reports of arguments that do not match a schema: those of a schedule call, and of an app's own action."""

from __future__ import annotations

from collections.abc import Collection

from kustui.analysis.schemas import SchemaArguments
from kustui.check.problems import Related
from kustui.check.rule import Violation, Violations
from kustui.definition.source.positions import escape
from kustui.text.messages import closest, plural

_MOST_LISTED = 8


def missing_arguments(arguments: SchemaArguments) -> Violations:
    """Each misspelt name in its own place, and all other missing names together."""
    for given, name in arguments.misspelt.items():
        yield Violation(
            f"{arguments.pointer}/{escape(given)}",
            f'{arguments.owner} requires the {arguments.noun} "{name}", but is given "{given}"',
            f'did you mean "{name}"?',
            arguments.step,
            related=(_required(arguments, name),),
            entry=arguments.entry,
            on_key=True,
        )
    rest = [name for name in arguments.missing if name not in arguments.misspelt.values()]
    if rest:
        names = f"{plural(len(rest), arguments.noun)} {_listed(rest)}"
        verb = "is" if len(rest) == 1 else "are"
        yield Violation(
            arguments.pointer,
            f"{arguments.owner} requires the {names}, which {verb} missing",
            "",
            arguments.step,
            related=tuple(_required(arguments, name) for name in rest),
            entry=arguments.entry,
        )


def unknown_arguments(arguments: SchemaArguments) -> Violations:
    """Each name that the schema does not declare, except those reported as misspelt."""
    declared = f"its {arguments.noun}s are declared here"
    for name in arguments.unknown:
        yield Violation(
            f"{arguments.pointer}/{escape(name)}",
            f'{arguments.owner} has no {arguments.noun} "{name}"',
            _hint(arguments, name),
            arguments.step,
            related=(Related(declared, arguments.schema_document, arguments.schema_pointer),),
            entry=arguments.entry,
            on_key=True,
        )


def _required(arguments: SchemaArguments, name: str) -> Related:
    index = arguments.schema.required.index(name)
    return Related("required here", arguments.schema_document, f"{arguments.schema_pointer}/required/{index}")


def _hint(arguments: SchemaArguments, name: str) -> str:
    if near := closest(name, arguments.declared - arguments.given.keys()):
        return f'did you mean "{near}"?'
    if not arguments.declared:
        return f"it has no {arguments.noun}s"
    names = sorted(arguments.declared)
    return f"its {arguments.noun}s: {', '.join(names)}" if len(names) <= _MOST_LISTED else ""


def _listed(names: Collection[str]) -> str:
    *others, last = (f'"{name}"' for name in names)
    return f"{', '.join(others)} and {last}" if others else last
