"""Explains why a text is not JSON: its first syntax error, where it is and how to fix it."""

from __future__ import annotations

import json
import re
import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.source.json_prefix import json_prefix
from kustui.definition.source.positions import MAX_DEPTH, too_deep
from kustui.definition.source.source import Extent, Fault, Source

_BLANKS = " \t\r\n"
_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_MAYBE_CUT = re.compile(_STRING[:-1] + '("?)')
_ESCAPE = re.compile(r"\\(?:u[0-9A-Za-z]{0,4}|[!-~])?")
_TEMPLATE = re.compile(r"\{[\w{#/!@~]")  # from its second brace on
_WORD = re.compile(r"[A-Za-z_$][\w$]{0,40}")
_WORDS = {
    "true": "write true",
    "false": "write false",
    "null": "write null",
    "none": "write null",
    "undefined": "JSON has no undefined: leave the key out, or write null",
    "nan": "JSON has no NaN: write null or a number",
    "infinity": "JSON has no Infinity: write null or a number",
}
_VALUES = {"true": "true", "false": "false", **dict.fromkeys(("null", "none", "undefined", "nan", "infinity"), "null")}
_PYTHON = frozenset({"true", "false", "null", "none"})
"""Those of Python and of other languages that can stand for nothing else."""
_KEY = re.compile(_STRING + r"[ \t\r\n]*:", re.DOTALL)
_COLON = re.compile(r"[ \t\r\n]*:")
_VALUE = re.compile(rf"{_STRING}|\[|\{{(?![\w{{#/!@~])|(?:-?\d|true\b|false\b|null\b)", re.DOTALL)
"""What certainly begins a value."""
_BANNER = re.compile(
    r"(?:(?:(?P<log>npm (?i:warn|notice|info|http|verb|sill|timing|err!|error))|warning|info|WARN)(?!\w)[^\n]*\s+)*"
    r"(?:(?P<npm>> \S{1,214}@\S{1,99} [\w:.-]{1,214}(?P<pnpm> [/A-Z]\S*)?$|> \S)"
    r"|(?P<yarn>yarn (?:run|node|exec) v\d|\$ \S))?",
    re.MULTILINE,
)
"""What a package manager logs, and the first line that it prints, before what a script prints."""
_BANNER_LENGTH = 4096
_COLOURS = re.compile(r"\x1b(?:\[[\d;?]*[A-Za-z]|\][^\x07\x1b]*\x07)")
_SCRIPT = re.compile(
    r"""\s*(?>(?>//[^\n]*\n\s*|/\*[\s\S]*?\*/\s*)*)"""
    r"""(["']use strict["']|(?:module\.)?exports\b|export\s|import\s|(?:const|let|var)\s+[\w{$])"""
)
"""The first statement of a module."""
_NUMBER_SO_FAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\Z", re.ASCII)
_NUMBER_MEANT = re.compile(r"[+-]?\.?\d[\w.+-]{0,80}", re.ASCII)


def fault_in(source: Source, extent: Extent | None = None) -> Fault | None:
    """The first fault of a file that a JSON parser refused, or of a value of it; None where there is none.

    Python's parser says what it expected, of the part of the text that is not JSON any more.
    """
    extent = extent or Extent(0, len(source.data))
    try:
        prefix = json_prefix(source.data, extent)
    except RecursionError:
        return nested_too_deep(too_deep(source.data, extent.start) or extent.start)
    text = prefix.stand_in.decode() + source.text(Extent(prefix.resume, extent.end))
    stop = _Stop(source, Extent(prefix.resume - len(prefix.stand_in), extent.end), text, 0, "", prefix.opened)
    if not text.strip(_BLANKS):
        what = "contains only whitespace" if text else "is empty"
        return stop.fault(f"the file {what}", "write a definition, or remove the file", length=0)
    try:
        json.loads(text, parse_constant=_refuse, parse_int=len)
    except json.JSONDecodeError as error:
        return _explain(replace(stop, at=error.pos, complaint=error.msg))
    except _ConstantError as error:
        at = len(prefix.stand_in) + len(source.text(Extent(prefix.resume, prefix.end)))
        return stop.fault(f"{error} is not a JSON value", "write null or a number", at, len(str(error)), "null")
    return None


def fault_between(source: Source, extent: Extent, pointer: str) -> Fault:
    """The fault of a part of a stream that is no JSON value."""
    if source.data[extent.start] in b"{[" or pointer == "/0":  # before the first there may be a banner
        fault = fault_in(source, extent) or Fault("invalid-json", "this cannot be read as JSON", extent=extent)
        return replace(fault, pointer=pointer)
    comma = source.data[extent.start] == 0x2C
    message = "a comma between JSON values" if comma else "text between JSON values"
    hint = "remove it, or put the values into one list: [ …, … ]" if comma else "remove it"
    return Fault("invalid-json", message, hint, pointer, Extent(extent.start, extent.start + 1))


def nested_too_deep(at: int, pointer: str = "", most: int = MAX_DEPTH) -> Fault:
    """The fault of brackets, or of other parts of a module, nested deeper than kustui reads."""
    return Fault(
        "invalid-json",
        f"nested more than {most:,} levels deep from here on",
        "no workflow needs that: is this the right file?",
        pointer,
        Extent(at, at + 1),
    )


class _ConstantError(ValueError):
    """NaN, Infinity or -Infinity, which Python's parser accepts although JSON does not have them."""


def _refuse(constant: str) -> None:
    raise _ConstantError(constant)


class _Stop(Struct, frozen=True):
    """The place where Python's parser stopped, and its error message."""

    source: Source
    extent: Extent
    """What was parsed, to the end of the value."""
    text: str
    """The same, where what stands in for all before it may be other than in the file."""
    at: int
    complaint: str
    opened: tuple[int, ...]
    """The places in the file of the brackets that are open there, the outermost first."""

    @property
    def character(self) -> str:
        """The character there; empty at the end of the file."""
        return self.text[self.at : self.at + 1]

    @property
    def before(self) -> str:
        """The character directly before it."""
        return self.text[max(0, self.at - 1) : self.at]

    @property
    def word(self) -> str:
        """The word that begins there, or an empty string."""
        word = _WORD.match(self.text, self.at)
        return word.group() if word else ""

    @property
    def previous(self) -> int:
        """The index of the last character before it that is not whitespace; -1 if there is none."""
        at = self.at - 1
        while at >= 0 and self.text[at] in _BLANKS:
            at -= 1
        return at

    @property
    def previous_character(self) -> str:
        """That character, or an empty string."""
        return self.text[self.previous] if self.previous >= 0 else ""

    @property
    def inside(self) -> str:
        """The innermost bracket open there, or an empty string."""
        return chr(self.source.data[self.opened[-1]]) if self.opened else ""

    def offset(self, at: int) -> int:
        """The place in the file of a character of the text."""
        return self.extent.start + len(self.text[:at].encode())

    def begins(self, *prefixes: str) -> bool:
        return self.text.startswith(prefixes, self.at)

    def complains(self, *prefixes: str) -> bool:
        return self.complaint.startswith(prefixes)

    def fault(
        self,
        message: str,
        hint: str = "",
        at: int | None = None,
        length: int = 1,
        intended: str | None = None,
        *,
        is_certain: bool = False,
    ) -> Fault:
        """The fault of ``length`` characters from ``at``, by default from where the parser stopped, and what the file
        should have there."""
        at = self.at if at is None else at
        start = self.offset(at)
        return Fault(
            "invalid-json",
            message,
            hint,
            extent=Extent(start, start + len(self.text[at : at + length].encode())),
            intended=intended,
            is_certain=is_certain,
        )


def _explain(stop: _Stop) -> Fault:
    """Python's parser says what it expected; people want to know what is there and how to fix it."""
    for explain in (_banner, _in_a_string, _not_in_json, _misplaced, _missing):
        if fault := explain(stop):
            return fault
    return stop.fault(
        f"{stop.character or 'an end'} does not belong here", "expected a value, a comma or a closing bracket"
    )


def _banner(stop: _Stop) -> Fault | None:
    """What a package manager prints before the output of a script that it runs, or a script itself."""
    if script := _SCRIPT.match(stop.text):
        hint = """print it as JSON: node -p "JSON.stringify(require('./app.js'))" | kustui check -"""
        return stop.fault("this is JavaScript, not JSON", hint, script.start(1), len(script[1]))
    banner = _BANNER.match(_COLOURS.sub("", stop.text[stop.at : stop.at + _BANNER_LENGTH]).lstrip())
    if banner is None or not banner.lastgroup or stop.previous >= 0:
        return None
    name = "pnpm" if banner["pnpm"] else "yarn" if banner["yarn"] else "npm"
    remedy = {"npm": "npm run --silent (pnpm --silent)", "pnpm": "pnpm --silent", "yarn": "yarn --silent"}[name]
    length = len(stop.text[stop.at :].partition("\n")[0].rstrip())
    message = f"{name} has printed a banner before the JSON"
    return stop.fault(message, f"run the script with {remedy}, which prints none", length=length)


def _in_a_string(stop: _Stop) -> Fault | None:
    if stop.complains("Unterminated string"):
        return stop.fault("this string is never closed", 'end it with a "')
    if stop.complains("Invalid control character"):
        if stop.character in "\r\n":
            return _line_break(stop)
        if stop.character == "\t":
            return stop.fault("a tab inside a string", "write it as \\t", intended="\\t", is_certain=True)
        escape = f"\\u{ord(stop.character):04x}"
        hint = f"remove it, or write it as {escape}"
        return stop.fault("a control character inside a string", hint, intended=escape)
    if stop.complains("Invalid \\"):
        at = stop.text.rfind("\\", 0, stop.at + 1)  # of \u, the parser points at the u
        match = _ESCAPE.match(stop.text, at)
        written = match.group() if match else "\\"
        message, hint = f"{written} is not a valid JSON escape", "write a backslash as \\\\"
        return stop.fault(message, hint, at, len(written), f"\\{written}", is_certain=written[1:].isalpha())
    return None


def _line_break(stop: _Stop) -> Fault:
    line = stop.text.rfind("\n", 0, stop.at) + 1
    strings = _MAYBE_CUT.finditer(stop.text, line, stop.at)
    opened = next((string.start() for string in strings if not string[1]), stop.at)
    hint = 'end it with a ", or write line breaks as \\n'
    text = stop.text[opened : stop.at].rstrip(_BLANKS)
    closed = f'{text.removesuffix(",")}"{"," if text.endswith(",") else ""}'
    return stop.fault("this string is not closed on its line", hint, opened, stop.at - opened, closed)


def _not_in_json(stop: _Stop) -> Fault | None:
    """Syntax that other languages have and JSON does not."""
    if stop.begins("<<<<<<<", "|||||||", "=======", ">>>>>>>"):
        return stop.fault("an unresolved merge conflict", "resolve it and remove its markers", length=7)
    if stop.begins("/#", "#/"):
        return stop.fault("a reference without quotes", 'write it as text: "/#…"', length=2)
    if stop.before == "{" and _TEMPLATE.match(stop.text, stop.at):
        return stop.fault("a template without quotes", 'write it as text: "{{…}}"', stop.at - 1, 2)
    if stop.begins("//", "/*", "#"):
        return stop.fault("JSON has no comments", "remove it, or put it into a description", length=2)
    if stop.begins("...", "…"):
        hint = "fill in what was left out, or remove it"
        return stop.fault("JSON has no …", hint, length=1 if stop.character == "…" else 3)
    if stop.begins("'", "`"):
        return stop.fault(f'JSON strings use ", not {stop.character}', 'write "…"')
    if stop.begins("“", "”", "„", "«", "»", "‘", "’"):
        return stop.fault("a typographic quote", 'write a plain "')
    if stop.character and (not stop.character.isprintable() or stop.character.isspace()):
        name = f"U+{ord(stop.character):04X} ({unicodedata.name(stop.character, 'a control character').lower()})"
        message, hint = f"{name} outside a string", "remove it, or use a plain space"
        return stop.fault(message, hint, intended=" " if stop.character.isspace() else "", is_certain=True)
    return _unfinished_number(stop)


def _unfinished_number(stop: _Stop) -> Fault | None:
    """``+1``, ``.5``, ``1.``, ``007``, ``0x1F``: numbers in other languages, but not in JSON."""
    begun = _NUMBER_SO_FAR.search(stop.text, max(0, stop.at - 40), stop.at)
    if not begun and not stop.complains("Expecting value"):
        return None
    at = begun.start() if begun else stop.at
    number = _NUMBER_MEANT.match(stop.text, at)
    if not number or number.end() <= stop.at:
        return None
    hint = "write 7, -7, 0.7 or 7e3, or put it in quotes if it is text"
    written = number.group()
    plain = re.sub(r"^\.", "0.", written.removeprefix("+")).removesuffix(".")
    intended = plain if _NUMBER_SO_FAR.match(plain) and (plain[:1] != "0" or plain[1:2] in ("", ".")) else None
    message, certain = f"{written} is not a valid JSON number", intended is not None
    return stop.fault(message, hint, at, len(written), intended, is_certain=certain)


def _misplaced(stop: _Stop) -> Fault | None:
    """Something in the wrong place."""
    if stop.begins(":") and stop.previous_character == '"' and stop.inside != "{":
        return stop.fault("a key outside an object", "put { before it and } after its value")
    if stop.complaint == "Extra data":
        return _beyond_the_end(stop)
    if fault := _end_of_file(stop) or _comma_before_closing(stop):
        return fault
    if stop.begins(",") and stop.previous_character in (",", "[", "{"):
        return stop.fault("an extra comma", "remove it, or add the value before it", intended="")
    if stop.before == '"' and (stop.character.isalnum() or stop.begins("_", "\\")):
        hint = 'write a quote inside text as \\", or look for a missing one earlier'
        return stop.fault("text after a closing quote", hint)
    return _wrong_bracket(stop)


def _wrong_bracket(stop: _Stop) -> Fault | None:
    if not stop.begins("}", "]") or stop.inside + stop.character not in ("[}", "{]"):
        return None
    closed, opened, right = ("a list", "an object", "}") if stop.character == "]" else ("an object", "a list", "]")
    message, hint = f"{stop.character} closes {closed}, but {opened} is open", "close the innermost bracket first"
    return stop.fault(message, hint, intended=f"{right}{stop.character}")


def _beyond_the_end(stop: _Stop) -> Fault:
    if stop.begins("}", "]"):
        hint = "remove it, or look for a bracket closed too early"
        return stop.fault(f"this {stop.character} closes nothing", hint, intended="")
    if stop.begins(",") and not stop.text[stop.at + 1 :].strip(_BLANKS):
        return stop.fault("a comma after the last value", "remove the comma", intended="", is_certain=True)
    return stop.fault("text after the end of the JSON value", "put several definitions into one list: [ …, … ]")


def _end_of_file(stop: _Stop) -> Fault | None:
    if stop.character or not stop.opened:
        return None
    opened, bracket = stop.opened[-1], stop.inside
    what = "file" if stop.extent.end == len(stop.source.data) else "value"
    message = f"the {what} ends before the {bracket} at {stop.source.place(opened)} is closed"
    closing, at = f"close it with {'}' if bracket == '{' else ']'}", stop.previous + 1
    if stop.text[stop.previous] == ":" or stop.complains("Expecting ':'"):
        return stop.fault(message, f"add the value of the last key, and {closing}", at)
    return stop.fault(message, closing, at, intended=f"{_closing(stop)}{stop.text[at : at + 1]}")


def _closing(stop: _Stop) -> str:
    """The brackets that close all that are open, each on a line of its own where the one that it closes is on one."""
    data, end = stop.source.data, stop.offset(stop.previous + 1)
    line_end, text = "\r\n" if data[: data.find(b"\n") + 1].endswith(b"\r\n") else "\n", ""
    for opened in reversed(stop.opened):
        line = data[stop.source.line_start(opened) : opened]
        if data.find(b"\n", opened, end) >= 0:
            indentation = line[: len(line) - len(line.lstrip(b" \t"))].decode()
            text += f"{line_end}{indentation}"
        text += "}" if data[opened] == 0x7B else "]"
    return text


def _comma_before_closing(stop: _Stop) -> Fault | None:
    comma = stop.at if stop.complains("Illegal trailing comma") else stop.previous  # Python 3.13 points at the comma
    if comma < 0 or stop.text[comma] != ",":
        return None
    closing = stop.text[comma + 1 :].lstrip(_BLANKS)[:1]
    if closing and closing in "}]":
        message = f"a comma before the closing {closing}"
        return stop.fault(message, "remove the comma", comma, intended="", is_certain=True)
    return None


def _missing(stop: _Stop) -> Fault | None:
    """Something that is missing."""
    if stop.complains("Expecting ','") and (stop.begins('"', "{", "[", "-") or stop.character.isalnum()):
        return _missing_comma(stop)
    if stop.complains("Expecting ':'"):
        return _missing_colon(stop)
    if stop.complains("Expecting property name"):
        return _missing_quotes(stop)
    if stop.begins(",", "}", "]", ":"):
        hint = "add the value, or remove what is not needed"
        return stop.fault(f"a value is missing before {stop.character}", hint)
    if stop.word:
        word = stop.word.lower()
        message, hint = f"{stop.word} is not a JSON value", _WORDS.get(word, f'text is written "{stop.word}"')
        intended = _VALUES.get(word, f'"{stop.word}"')
        return stop.fault(message, hint, None, len(stop.word), intended, is_certain=word in _PYTHON)
    return None


def _missing_comma(stop: _Stop) -> Fault:
    message = f"a comma is missing here, before the next {'member' if stop.inside == '{' else 'element'}"
    at = stop.previous + 1
    # Two strings in a line may be one, with a quote in it that is not escaped.
    is_apart = stop.previous_character != '"' or "\n" in stop.text[at : stop.at]
    following = _VALUE if stop.inside == "[" else _KEY
    is_certain = is_apart and following.match(stop.text, stop.at) is not None
    return stop.fault(message, "add a comma", at, 1, f",{stop.text[at : at + 1]}", is_certain=is_certain)


def _missing_colon(stop: _Stop) -> Fault:
    message, hint = f"a colon is missing before {stop.character}", 'write a key as "key": value'
    is_value = stop.character.isalnum() or stop.begins('"', "{", "[", "-")
    intended = ":" if stop.begins("=") else f": {stop.character}" if is_value else None
    is_certain = stop.begins("=") or (stop.begins("{", "[") and _VALUE.match(stop.text, stop.at) is not None)
    return stop.fault(message, hint, intended=intended, is_certain=is_certain)


def _missing_quotes(stop: _Stop) -> Fault:
    if not stop.word:
        return stop.fault(f"{stop.character} where a key should be", 'keys are written "key"')
    quoted, length = f'"{stop.word}"', len(stop.word)
    intended = quoted if _COLON.match(stop.text, stop.at + length) else None
    message, certain = f"the key {stop.word} has no quotes", intended is not None
    return stop.fault(message, f"write {quoted}", None, length, intended, is_certain=certain)
