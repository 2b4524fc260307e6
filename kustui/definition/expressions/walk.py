"""Every expression in a JSON value, with the place where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.expressions.literals import Literal
from kustui.definition.expressions.parse import Expression, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def expressions_in(value: object, pointer: str = "") -> Iterator[tuple[str, Expression]]:
    """The strings of a JSON value that are not plain text, in document order, with their pointers (RFC 6901).

    ``pointer`` is that of the value itself. Keys are not looked at: they are never evaluated. A literal is
    among them only if it has a reference embedded. Any depth is read, as no call nests.
    """
    if isinstance(value, str):
        yield from _expression(value, pointer)
        return
    keys: list[str | int] = []
    open_parts = [iter(_members(value))]
    while open_parts:
        for key, part in open_parts[-1]:
            if isinstance(part, str):
                # Asked here rather than in parse: a call for every string of a definition would be felt.
                if "/#" in part or "{{" in part:
                    yield from _expression(part, _pointer(pointer, keys, key))
            elif part and isinstance(part, (dict, list, tuple)):
                keys.append(key)
                open_parts.append(iter(_members(part)))
                break
        else:
            open_parts.pop()
            if keys:
                keys.pop()


def _expression(text: str, pointer: str) -> Iterator[tuple[str, Expression]]:
    expression = parse(text)
    if not isinstance(expression, Literal) or expression.embedded:
        yield pointer, expression


def _members(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return value.items()
    if isinstance(value, (list, tuple)):
        return enumerate(value)
    return ()


def _pointer(base: str, keys: list[str | int], key: str | int) -> str:
    escaped = [str(each).replace("~", "~0").replace("/", "~1") for each in (*keys, key)]
    return f"{base}/{'/'.join(escaped)}"
