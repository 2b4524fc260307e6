"""The lexer of templates: text, comments and tags, and the tokens of each tag, in one pass.

It follows the lexer of Handlebars 4: which characters a name may have, that ``\\{{`` is text and
``\\\\{{`` a backslash before a tag, that three braces close what three braces opened. It is more tolerant in
two things, as references are: a segment may begin with ``@``, and a number may end a path (``tags.0``)
[assumed].
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple, NoReturn

from kustui.definition.expressions.nodes import Comment, Content, ExpressionFault

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


class Token(NamedTuple):
    """``kind`` is ``path``, ``number``, ``word`` (true, false, null, undefined), ``string`` or a sign."""

    kind: str
    text: str
    start: int
    end: int


class Tag(NamedTuple):
    kind: Kind
    tokens: tuple[Token, ...]
    start: int
    end: int
    opening: str
    """The braces as written, with what follows them: ``{{~#``."""
    trims_before: bool = False
    trims_after: bool = False


class Remark(NamedTuple):
    """A comment, which can take away whitespace around it like a tag."""

    comment: Comment
    start: int
    end: int
    trims_before: bool
    trims_after: bool


Piece = Content | Tag | Remark

_STOP = re.compile(r"\\{0,2}\{\{")
_OPENING = re.compile(r"\{\{\{\{|\{\{(~?)(#>|[#/^>{&!]?)")
_ELSE = re.compile(r"\{\{(~?)(?:\^|\s*else)\s*(~?)\}\}")
_COMMENT_END = re.compile(r"--(~?)\}\}")
_PLAIN_COMMENT_END = re.compile(r"(~?)\}\}")
_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# A run is possessive: it is worth no second look, and hostile text would make many of them. A string is not: where
# no quote follows, an escaped one closes it, and the first step back finds that.
_TOKEN = re.compile(
    r"""(?P<closing>\}\}\}\}|(?:\}~?|~)?\}\})"""
    r"""|(?P<run>(?:\[(?:\\\]|[^\]])*+\]|[^\s!"#%&'()*+,;<=>\[\\\]^`{|}~])++)"""
    r"""|(?P<string>"(?:\\"|[^"])*"|'(?:\\'|[^'])*')"""
    r"""|(?P<sign>[()=|])"""
)
_AFTER_RUN = re.compile(r"[=~}\s)|]|\Z")

_KINDS = {
    "": Kind.VALUE, "&": Kind.RAW, "{": Kind.RAW, "#": Kind.OPEN, "^": Kind.INVERTED,
    "/": Kind.CLOSE, ">": Kind.PARTIAL, "#>": Kind.PARTIAL_BLOCK,
}  # fmt: skip
_WORDS = frozenset(("true", "false", "null", "undefined"))
_NO_OPERATORS = "templates have no operators: use a helper to compare or calculate"


class FaultError(Exception):
    """The first fault of a template, which ends its parsing."""

    def __init__(self, fault: ExpressionFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def refuse(message: str, start: int, end: int, hint: str = "") -> NoReturn:
    raise FaultError(ExpressionFault(message, start, end, hint))


def scan(text: str) -> tuple[list[Piece], ExpressionFault | None]:
    """The pieces of a template in order, up to the first fault."""
    pieces: list[Piece] = []
    at = 0
    try:
        while at < len(text):
            opening = text.find("{{", at)
            if opening < 0:
                pieces.append(Content(text[at:], at, len(text)))
                break
            if text.endswith("\\", at, opening) and not text.endswith("\\\\", at, opening):
                at = _escaped(text, at, opening, pieces)
                continue
            backslash = 1 if text.endswith("\\\\", at, opening) else 0
            if opening > at:
                pieces.append(Content(text[at : opening - backslash], at, opening))
            at = _tag(text, opening, pieces)
    except FaultError as stop:
        return pieces, stop.fault
    return pieces, None


def _escaped(text: str, at: int, opening: int, pieces: list[Piece]) -> int:
    """Adds the text before ``\\{{`` and what follows as text, up to the next tag."""
    if opening - 1 > at:
        pieces.append(Content(text[at : opening - 1], at, opening))
    following = _STOP.search(text, opening + 2)
    end = following.start() if following else len(text)
    pieces.append(Content(text[opening:end], opening, end))
    return end


def _tag(text: str, start: int, pieces: list[Piece]) -> int:
    """Adds the tag or comment that begins at ``start``. Returns the offset of its end."""
    if bare_else := _ELSE.match(text, start):
        trims = bool(bare_else[1]), bool(bare_else[2])
        pieces.append(Tag(Kind.ELSE, (), start, bare_else.end(), "{{else", *trims))
        return bare_else.end()
    opening = _OPENING.match(text, start)
    assert opening  # the caller has seen its braces
    sign, at = opening[2], opening.end()
    if sign is None:
        return _raw_block(text, start, pieces)
    if sign == "!":
        return _comment(text, start, at, bool(opening[1]), pieces)
    tokens, closing = _tokens(text, start, at, opening.group())
    _check_braces(text, start, opening.group(), sign, closing)
    trims = bool(opening[1]), "~" in closing.group()
    kind = _KINDS[sign]
    if kind is Kind.VALUE and tokens and tokens[0][:2] == ("path", "else"):
        kind, tokens = Kind.ELSE, tokens[1:]
    elif not tokens:
        refuse("this tag is empty", start, closing.end(), "write a path or a helper between its braces")
    pieces.append(Tag(kind, tuple(tokens), start, closing.end(), opening.group(), *trims))
    return closing.end()


def _check_braces(text: str, start: int, opening: str, sign: str, closing: re.Match[str]) -> None:
    wants, has = 3 if sign == "{" else 2, closing.group().count("}")
    if wants == has:
        return
    words = {2: "two", 3: "three", 4: "four"}
    hint = f"close it with {'}' * wants}"
    if has > wants and sign != "{":
        hint += "; a brace of the text needs a blank before it"
    refuse(f"{words[wants]} braces open this tag and {words[has]} close it", closing.start(), closing.end(), hint)


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
    """``{{{{name}}}} verbatim {{{{/name}}}}``: a block around text without tags."""
    tokens, closing = _tokens(text, start, start + 4, "{{{{")
    ending = text.find("{{{{/", closing.end()) if closing.group() == "}}}}" else -1
    if ending < 0 or not tokens:
        refuse(
            "four braces open a raw block, which is never closed",
            start,
            start + 4,
            "write two or three braces",
        )
    end_tokens, end = _tokens(text, ending, ending + 5, "{{{{/")
    if end.group() != "}}}}":
        refuse("this raw block is not closed with four braces", end.start(), end.end(), "write }}}}")
    pieces.append(Tag(Kind.OPEN, tuple(tokens), start, closing.end(), "{{{{"))
    if ending > closing.end():
        pieces.append(Content(text[closing.end() : ending], closing.end(), ending))
    pieces.append(Tag(Kind.CLOSE, tuple(end_tokens), ending, end.end(), "{{{{/"))
    return end.end()


def _tokens(text: str, start: int, at: int, opening: str) -> tuple[list[Token], re.Match[str]]:
    """The tokens of a tag from ``at`` on, and the braces that close it."""
    tokens: list[Token] = []
    while at < len(text):
        if blanks := _BLANKS.match(text, at):
            at = blanks.end()
        match = _TOKEN.match(text, at)
        if match is None:
            if at == len(text):
                break
            _refuse_character(text, start, at, opening)
        match match.lastgroup:
            case "closing":
                return tokens, match
            case "run":
                tokens.append(_run(text, match))
                if tokens[-1].kind == "path" and not _AFTER_RUN.match(text, match.end()):
                    _refuse_character(text, start, match.end(), opening)
            case "string":
                tokens.append(Token("string", match.group(), at, match.end()))
            case _:
                tokens.append(Token(match.group(), match.group(), at, match.end()))
        at = match.end()
    return _refuse_unclosed(start, opening)


def _run(text: str, match: re.Match[str]) -> Token:
    run = match.group()
    is_number = text[match.start()] in "-0123456789" and _NUMBER.fullmatch(run)
    return Token("number" if is_number else "word" if run in _WORDS else "path", run, *match.span())


def _refuse_unclosed(start: int, opening: str) -> NoReturn:
    end = start + len(opening)
    refuse("this tag is never closed", start, end, f"close it with {'}' * max(2, opening.count('{'))}")


def _refuse_character(text: str, start: int, at: int, opening: str) -> NoReturn:
    """Raises FaultError with what a character that cannot stand in a tag most likely means."""
    character = text[at]
    closed, opened = text.find("}}", at), text.find("{{", at)
    if character in "\"'" and text.find(character, at + 1) < 0:
        refuse("this string is never closed", at, at + 1, f"close it with {character}")
    if character == "}" and at + 1 != closed:
        refuse("one brace closes this tag", at, at + 1, f"close it with {'}' * opening.count('{')}")
    if closed < 0 or 0 <= opened < closed:
        _refuse_unclosed(start, opening)
    if character == "#" and text[at - 1] == "/":
        refuse("a path inside a template is written without /#", at - 1, at + 1, "remove the /#")
    if character == "[":
        refuse("this bracket is never closed", at, at + 1, "close it with ]")
    if character == "(":
        refuse(
            "a space is missing before the parenthesis",
            at,
            at + 1,
            "a helper's name stands inside: (helper a b)",
        )
    hint = _NO_OPERATORS if character in "<>!&+*%^" else ""
    refuse(f"{_quoted_character(character)} is not allowed here in a template", at, at + 1, hint)


def _quoted_character(character: str) -> str:
    if character == '"':
        return "a quotation mark"
    return f'"{character}"' if character.isprintable() else f"the character U+{ord(character):04X}"
