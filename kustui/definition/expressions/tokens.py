"""The lexer of templates: text, comments and tags, and the tokens of each tag, in one pass.

It has the rules of the lexer of Handlebars 4, in its order [docs]: which characters a name may have, that ``\\{{``
is text and ``\\\\{{`` a backslash before a tag, that three braces close what three braces opened, that the ``0`` of
``{{tags.0}}`` is a number, and that of ``{{tags.0.name}}`` a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from kustui.definition.expressions.nodes import Comment, Content, ExpressionFault
from kustui.definition.expressions.spelling import (
    FOREIGN,
    LITERAL,
    NAME,
    WHITESPACE,
    template_path,
    template_segment,
)
from kustui.text.messages import shortened

MAX_DEPTH = 100
"""How deep blocks, else-if chains and parentheses may nest, taken together: real templates reach five."""


class Kind(Enum):
    """What a tag begins with."""

    VALUE = "{{"
    RAW = "{{{"
    OPEN = "{{#"
    INVERTED = "{{^"
    ELSE = "{{else"
    CLOSE = "{{/"
    PARTIAL = "{{>"
    PARTIAL_BLOCK = "{{#>"


class Token(Struct, frozen=True):
    """``kind`` is ``path``, ``literal`` (a number, true, false, null or undefined), ``string``, ``as`` (``as |``),
    ``bar`` or a sign: a parenthesis or ``=``."""

    kind: str
    text: str
    start: int
    end: int


class Tag(Struct, frozen=True):
    kind: Kind
    tokens: tuple[Token, ...]
    start: int
    end: int
    opening: str
    """The braces as written, with what follows them: ``{{~#``."""
    trims_before: bool = False
    trims_after: bool = False


class Remark(Struct, frozen=True):
    """A comment, which can take away whitespace around it like a tag."""

    comment: Comment
    start: int
    end: int
    trims_before: bool
    trims_after: bool


Piece = Content | Tag | Remark

_AS_IN_JAVASCRIPT = {**dict.fromkeys((*range(0x1C, 0x20), 0x85), "\x01"), 0xFEFF: " "}
"""What the patterns below see in place of what is whitespace in JavaScript alone, or in Python alone."""

_STOP = re.compile(r"\\{0,2}\{\{")
_OPENING = re.compile(r"\{\{(~?)(#>|#\*|[#/^>{&!*]?)")
_ELSE = re.compile(r"\{\{(~?)(?:\^|\s*else)\s*(~?)\}\}")
_ELSE_IF = re.compile(r"\{\{(~?)\s*(else)(?![A-Za-z0-9_])")
_COMMENT_END = re.compile(r"--(~?)\}\}")
_PLAIN_COMMENT_END = re.compile(r"(~?)\}\}")
_BLANKS = re.compile(r"\s+")
_AFTER = r"[=~}\s/.)|]"
_AFTER_LITERAL = r"[~}\s)]"
_SEGMENT = (
    rf"(?:\[(?:\\\]|[^\]])*\]|\.\.|\.(?={_AFTER}|\Z)"
    rf"|(?!{LITERAL}{_AFTER_LITERAL}|as\s+\|){NAME}(?={_AFTER}|\Z))"
)
_SEPARATOR = rf"\s*+(?:/\s*+|\.(?!{_AFTER}|\.|\Z))"
_PATH = rf"(?:@\s*+)?{_SEGMENT}(?:{_SEPARATOR}{_SEGMENT})*+"
SEPARATOR = re.compile(_SEPARATOR)
SEGMENT = re.compile(_SEGMENT)
# A string is not possessive: where no quote follows, an escaped one closes it, and the first step back finds that.
_TOKEN = re.compile(
    r"""(?P<closing>\}\}\}\}|(?:\}~?|~)?\}\})"""
    r"""|(?P<sign>[()=])"""
    r"""|(?P<string>"(?:\\"|[^"])*"|'(?:\\'|[^'])*')"""
    rf"""|(?P<literal>{LITERAL})(?={_AFTER_LITERAL})"""
    rf"""|(?P<as>as\s+\|)"""
    r"""|(?P<bar>\|)"""
    rf"""|(?P<path>{_PATH})"""
)
_BEFORE_CHARACTER = re.compile(rf"(?:{_SEPARATOR})?(?:{NAME})?")
# A path as people write it who do not know the grammar: custom.@x, custom['@x'], tags.0, tags[0].
_LOOSE_START = re.compile(r"@?(?:\.{1,2}/)*")
_LOOSE_SEGMENT = re.compile(
    rf"(?P<dot>[./]?)(?:\[\s*(?P<quote>[\"']?)(?P<inside>[^\]\"'{{}}]+)(?P=quote)\s*\]"
    rf"|(?P<name>(?:{NAME}|[@#])+))"
)
_END_OF_PATH = re.compile(r"(?=[=~}\s)|])")
_END_OF_RAW = re.compile(rf"\{{\{{\{{\{{/({NAME})(?=[=}}\s/.])\}}\}}\}}\}}")

_KINDS = {
    "": Kind.VALUE, "*": Kind.VALUE, "&": Kind.RAW, "{": Kind.RAW, "#": Kind.OPEN, "#*": Kind.OPEN,
    "^": Kind.INVERTED, "else": Kind.ELSE, "/": Kind.CLOSE, ">": Kind.PARTIAL, "#>": Kind.PARTIAL_BLOCK,
}  # fmt: skip
_MISPLACED = {
    "[": ("this bracket is never closed", "close it with ]"),
    "(": ("a space is missing before the parenthesis", "a helper's name stands inside: (helper a b)"),
}
_NO_OPERATORS = "templates have no operators: use a helper to compare or calculate"


class FaultError(Exception):
    """The first fault of a template, which ends its parsing."""

    def __init__(self, fault: ExpressionFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def refuse(
    message: str, start: int, end: int, hint: str, intended: str | None = None, *, is_certain: bool = True
) -> NoReturn:
    raise FaultError(ExpressionFault(message, start, end, hint, None, intended, is_certain))


def scan(text: str) -> tuple[list[Piece], ExpressionFault | None]:
    """The pieces of a template in order, up to the first fault."""
    if not FOREIGN.search(text):
        return _scan(text)
    pieces, fault = _scan(text.translate(_AS_IN_JAVASCRIPT))
    return [_as_written(piece, text) if isinstance(piece, Content) else piece for piece in pieces], fault


def _as_written(content: Content, text: str) -> Content:
    return replace(content, text=text[content.start : content.start + len(content.text)])


def _scan(text: str) -> tuple[list[Piece], ExpressionFault | None]:
    pieces: list[Piece] = []
    at = 0
    try:
        while at < len(text):
            opening = text.find("{{", at)
            if opening < 0:
                pieces.append(_content(text, at, len(text), len(text)))
                break
            if text.endswith("\\", at, opening) and not text.endswith("\\\\", at, opening):
                at = _escaped(text, at, opening, pieces)
                continue
            backslash = 1 if text.endswith("\\\\", at, opening) else 0
            if opening > at:
                pieces.append(_content(text, at, opening - backslash, opening))
            at = _tag(text, opening, pieces)
    except FaultError as stop:
        return pieces, stop.fault
    return pieces, None


def _content(text: str, start: int, shown: int, end: int) -> Content:
    """Text from ``start`` to ``end`` of which what stands before ``shown`` is rendered."""
    nul = text.find("\0", start, end)
    if nul >= 0:
        refuse(f"{_quoted_character(text[nul])} is not allowed in a template", nul, nul + 1, "remove it")
    return Content(text[start:shown], start, end)


def _escaped(text: str, at: int, opening: int, pieces: list[Piece]) -> int:
    """Adds the text before ``\\{{`` and what follows as text, up to the next tag."""
    if opening - 1 > at:
        pieces.append(_content(text, at, opening - 1, opening))
    following = _STOP.search(text, opening + 2)
    end = following.start() if following else len(text)
    pieces.append(_content(text, opening, end, end))
    return end


def _tag(text: str, start: int, pieces: list[Piece]) -> int:
    """Adds the tag or comment that begins at ``start``. Returns the offset of its end."""
    if bare_else := _ELSE.match(text, start):
        trims = bool(bare_else[1]), bool(bare_else[2])
        pieces.append(Tag(Kind.ELSE, (), start, bare_else.end(), "{{else", *trims))
        return bare_else.end()
    if text.startswith("{{{{", start):
        return _raw_block(text, start, pieces)
    opening = _ELSE_IF.match(text, start) or _OPENING.match(text, start)
    assert opening  # the caller has seen its braces
    sign, at = opening[2], opening.end()
    if sign == "!":
        return _comment(text, start, at, bool(opening[1]), pieces)
    tokens, closing = _tokens(text, start, at, opening.group())
    _check_braces(text, start, sign, closing)
    trims = bool(opening[1]), "~" in closing.group()
    if not tokens:
        refuse("this tag is empty", start, closing.end(), "write a path or a helper between its braces")
    pieces.append(Tag(_KINDS[sign], tuple(tokens), start, closing.end(), opening.group(), *trims))
    return closing.end()


def _check_braces(text: str, start: int, sign: str, closing: re.Match[str]) -> None:
    wants, has = 3 if sign == "{" else 2, closing.group().count("}")
    if wants == has:
        return
    words = {2: "two", 3: "three", 4: "four"}
    hint = f"close it with {'}' * wants}"
    if has > wants and sign != "{":
        hint += "; a brace of the text needs a blank before it"
    message = f"{words[wants]} braces open this tag and {words[has]} close it"
    intended = f"{closing.group().rstrip('}')}{'}' * wants}"
    refuse(message, closing.start(), closing.end(), hint, intended, is_certain=False)


def _comment(text: str, start: int, at: int, trims_before: bool, pieces: list[Piece]) -> int:
    # {{!--}} is complete: its dashes may be those that close it.
    dashes = text.startswith("--", at)
    closing = (_COMMENT_END if dashes else _PLAIN_COMMENT_END).search(text, at)
    if not closing:
        how = "--}}" if dashes else "}}"
        refuse("this comment is never closed", start, at + 2 * dashes, f"close it with {how}")
    inside = text[at + 2 if dashes else at : closing.start()]
    comment = Comment(inside, start, closing.end())
    pieces.append(Remark(comment, start, closing.end(), trims_before, bool(closing[1])))
    return closing.end()


def _raw_block(text: str, start: int, pieces: list[Piece]) -> int:
    """``{{{{name}}}} verbatim {{{{/name}}}}``: a block around text without tags, but for raw blocks inside."""
    tokens, closing = _tokens(text, start, start + 4, "{{{{")
    ending = _end_of_raw_block(text, closing.end()) if closing.group() == "}}}}" else None
    if ending is None or not tokens:
        hint = "write two or three braces"
        refuse("four braces open a raw block, which is never closed", start, start + 4, hint)
    pieces.append(Tag(Kind.OPEN, tuple(tokens), start, closing.end(), "{{{{"))
    if ending.start() > closing.end():
        pieces.append(_content(text, closing.end(), ending.start(), ending.start()))
    name = Token("path", ending[1], *ending.span(1))
    pieces.append(Tag(Kind.CLOSE, (name,), *ending.span(), "{{{{/"))
    return ending.end()


def _end_of_raw_block(text: str, at: int) -> re.Match[str] | None:
    depth = 0
    while (at := text.find("{{{{", at)) >= 0:
        if not text.startswith("/", at + 4):
            depth += 1
            at += 4
            continue
        ending = _END_OF_RAW.match(text, at)
        if ending and not depth:
            return ending
        depth -= bool(ending)
        at = ending.end() if ending else at + 1
    return None


def _tokens(text: str, start: int, at: int, opening: str) -> tuple[list[Token], re.Match[str]]:
    """The tokens of a tag from ``at`` on, and the braces that close it."""
    tokens: list[Token] = []
    while at < len(text):
        if blanks := _BLANKS.match(text, at):
            at = blanks.end()
        match = _TOKEN.match(text, at)
        if match is None:
            break
        kind = str(match.lastgroup)
        if kind == "closing":
            return tokens, match
        tokens.append(Token(match.group() if kind == "sign" else kind, match.group(), at, match.end()))
        at = match.end()
    return _refuse_character(text, start, at, opening, tokens)


def _refuse_unclosed(start: int, opening: str) -> NoReturn:
    end = start + len(opening.rstrip())
    refuse("this tag is never closed", start, end, f"close it with {'}' * max(2, opening.count('{'))}")


def _refuse_spelling(text: str, start: int, tag_start: int, opening_end: int) -> None:
    """Raises FaultError with the right spelling where the path at ``start`` is written as it would be in JavaScript."""
    at = _LOOSE_START.match(text, start).end()  # type: ignore[union-attr]  # it also matches nothing
    lead, segments = text[start:at], list[re.Match[str]]()
    while segment := _LOOSE_SEGMENT.match(text, at):
        segments.append(segment)
        at = segment.end()
    if not segments or segments[0]["dot"] or not _END_OF_PATH.match(text, at):
        return
    names = [segment["name"] or segment["inside"] for segment in segments]
    for index, segment in enumerate(segments):
        if _is_spelt(segment, names, index):
            continue
        message = f'"{shortened(names[index])}" is written in brackets in the path of a template'
        if not segment["name"]:
            message = "in a template, brackets follow a dot and hold no quotation marks"
        whole, closing = f"{lead}{template_path(names)}", _TOKEN.match(text, at)
        if closing and closing["closing"] and not text[opening_end:start].strip(WHITESPACE):
            whole = f"{text[tag_start:opening_end]}{whole}{closing.group()}"
        intended = f"{'' if segment['dot'] or not index else '.'}{template_segment(names, index)}"
        refuse(message, segment.end("dot"), segment.end(), f"write {whole}", intended)


def _is_spelt(segment: re.Match[str], names: Sequence[str], at: int) -> bool:
    """Whether a segment of a path is written as a template has to spell it."""
    return segment.group() == segment["dot"] + template_segment(names, at) and bool(segment["dot"]) == bool(at)


def _refuse_character(text: str, start: int, at: int, opening: str, tokens: list[Token]) -> NoReturn:
    """Raises FaultError with what a character that cannot stand in a tag most likely means.

    ``at`` is where no token begins: at the character, or at the separator or name before it.
    """
    path_start = tokens[-1].start if tokens and tokens[-1].kind == "path" and tokens[-1].end == at else at
    first, at = at, _BEFORE_CHARACTER.match(text, at).end()  # type: ignore[union-attr]  # it also matches nothing
    closed, opened = text.find("}}", at), text.find("{{", at)
    if closed < 0 or 0 <= opened < closed:
        _refuse_unfinished(text, start, at, opening)
    if text.startswith("/#", at - 1):
        refuse("a path inside a template is written without /#", at - 1, at + 1, "remove the /#", "")
    _refuse_spelling(text, path_start, start, start + len(opening))
    if at < closed:
        _refuse_unfinished(text, start, at, opening, is_closed=True)
    _refuse_misplaced(text, first, at, "before" if path_start == first else "after")


def _refuse_unfinished(text: str, start: int, at: int, opening: str, *, is_closed: bool = False) -> None:
    """Raises FaultError where a string, a tag or its last brace is missing; always where the tag is not closed."""
    character = text[at : at + 1]
    if character and character in "\"'" and text.find(character, at + 1) < 0:
        refuse("this string is never closed", at, at + 1, f"close it with {character}")
    if character == "}" and not text.startswith("}}", at):
        braces = "}" * opening.count("{")
        refuse("one brace closes this tag", at, at + 1, f"close it with {braces}", braces)
    if not is_closed:
        _refuse_unclosed(start, opening)


def _refuse_misplaced(text: str, first: int, at: int, where: str) -> NoReturn:
    """Raises FaultError for the character at ``at``, or for the separator at ``first``, in a tag that is closed.

    ``where`` says on which side of the separator a name is missing.
    """
    character = text[at]
    if character in _MISPLACED:
        refuse(_MISPLACED[character][0], at, at + 1, _MISPLACED[character][1])
    if character == "@" and _END_OF_PATH.match(text, at + 1):
        refuse("a name is missing after the @", at, at + 1, "write the name, or remove the @")
    if text[first] in "./" and (character in "./" or _END_OF_PATH.match(text, at)):
        separator = text[first]
        hint = f"write the name, or remove the {separator}"
        refuse(f'a name is missing {where} "{separator}"', first, first + 1, hint)
    hint = _NO_OPERATORS if character in "<>!&+*%^" else "remove it"
    refuse(f"{_quoted_character(character)} is not allowed here in a template", at, at + 1, hint)


def _quoted_character(character: str) -> str:
    if character == '"':
        return "a quotation mark"
    return f'"{character}"' if character.isprintable() else f"the character U+{ord(character):04X}"
