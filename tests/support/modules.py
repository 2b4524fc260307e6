"""JSON values as modules that build them, in a style by chance; and what is read of modules."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from random import Random
from typing import Any

from kustui.definition.collection import Document, read_document
from kustui.definition.source.outline import Shape

_NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")
_COMMENTS = ("", "", "", " /* c, { */ ", " // it's\n", "\n", "\n\t")


class ModulePrinter:
    """Prints values: quotes, comments, trailing commas, constants and spreads differ from place to place."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._constants: list[str] = []

    def module(self, value: Any) -> str:
        """A module that exports a value."""
        written = self._written(value)
        export = self._chance.choice(
            ("module.exports = {};", "export default {};", "const app = {};\nmodule.exports = app")
        )
        return "'use strict';\n" + "".join(self._constants) + export.replace("{}", written) + "\n"

    def _written(self, value: Any) -> str:
        text = self._plain(value)
        if self._chance.random() < 0.1:
            self._constants.append(f"const c{len(self._constants)} = {text};\n")
            return f"c{len(self._constants) - 1}"
        return text

    def _plain(self, value: Any) -> str:
        match value:
            case dict():
                return self._object(value)
            case list():
                return self._list(value)
            case str():
                return self._text(value)
            case bool() | None:
                return json.dumps(value)
        return json.dumps(value)

    def _object(self, value: dict[str, Any]) -> str:
        members = [f"{self._key(key)}:{self._comment()}{self._written(member)}" for key, member in value.items()]
        if members and self._chance.random() < 0.1:
            at = self._chance.randrange(len(members) + 1)
            self._constants.append(f"const c{len(self._constants)} = {{{','.join(members[:at])}}};\n")
            members[:at] = [f"...c{len(self._constants) - 1}"]
        return self._brackets("{", members, "}")

    def _list(self, value: list[Any]) -> str:
        elements = [self._written(element) for element in value]
        if elements and self._chance.random() < 0.1:
            at = self._chance.randrange(len(elements))
            elements[at:] = [f"...[{', '.join(elements[at:])}]"]
        return self._brackets("[", elements, "]")

    def _brackets(self, opening: str, parts: list[str], closing: str) -> str:
        comma = "," if parts and self._chance.random() < 0.5 else ""
        between = f",{self._comment()}"
        return f"{opening}{self._comment()}{between.join(parts)}{comma}{self._comment()}{closing}"

    def _key(self, key: str) -> str:
        if _NAME.match(key) and key != "__proto__" and self._chance.random() < 0.7:
            return key
        return f"[{self._text(key)}]" if self._chance.random() < 0.2 else self._quoted(key, self._chance.choice("\"'"))

    def _text(self, text: str) -> str:
        if text and self._chance.random() < 0.1:
            at = self._chance.randrange(len(text))
            return f"{self._text(text[:at])} + {self._text(text[at:])}"
        if self._chance.random() < 0.3:
            return self._quoted(text, "`").replace("${", "\\${")
        return self._quoted(text, self._chance.choice("\"'"))

    def _quoted(self, text: str, quote: str) -> str:
        has_halves = any("\ud800" <= character <= "\udfff" for character in text)
        written = json.dumps(text, ensure_ascii=has_halves or self._chance.random() < 0.2)[1:-1].replace('\\"', '"')
        return quote + written.replace(quote, f"\\{quote}") + quote

    def _comment(self) -> str:
        return self._chance.choice(_COMMENTS)


def document_of(text: str, path: str = "app.js", files: Mapping[str, str] | None = None) -> Document:
    others = {name: content.encode() for name, content in (files or {}).items()}
    return read_document(path, text.encode(), read=others.get)


def value_of(text: str, path: str = "app.js", files: Mapping[str, str] | None = None) -> object:
    """What the value of ``x`` in the params of a step comes to."""
    before, _, expression = text.rpartition(";\n")
    step = f"{{ id: 'a', action: 'kustomer.x', params: {{ x: {expression} }}, transitions: [] }}"
    document = document_of(f"{before}\nmodule.exports = {{ name: 'W', trigger: {{}}, steps: [{step}] }};", path, files)
    assert document.shape is Shape.WORKFLOW, document.faults
    return json.loads(document.source.data)["steps"][0]["params"].get("x")
