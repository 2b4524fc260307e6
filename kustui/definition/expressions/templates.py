"""Templates: text with Handlebars tags, which always stands for a string [docs]."""

from __future__ import annotations

import re

from msgspec.structs import force_setattr

from kustui.definition.expressions.nodes import ROOTS, Expression, Helper, Lookup, Mustache, Node, Path
from kustui.definition.expressions.spelling import FOREIGN


class Template(Expression, frozen=True, eq=False):
    """A string with at least one ``{{``. Up to its first fault, everything that was understood is kept."""

    others: tuple[Lookup, ...] = ()
    """What it looks up besides its paths: fields of a loop's element, ``this``, ``@index``, bare names or helpers."""
    helpers: tuple[Helper, ...] = ()
    syntax: tuple[Node, ...] | None = None
    """Its nodes, if they were needed to tell what it reads."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self._compared == other._compared

    def __ne__(self, other: object) -> bool:
        return not self == other  # a Struct does not ask __eq__

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def _compared(self) -> tuple[object, ...]:
        """All but its nodes, which are what its text is parsed to, whether they are kept or not."""
        return self.text, self.paths, self.faults, self.embedded, self.others, self.helpers

    @property
    def nodes(self) -> tuple[Node, ...]:
        if self.syntax is None:
            force_setattr(self, "syntax", parse_any_template(self.text).syntax)
        return self.syntax or ()

    @property
    def only(self) -> Lookup | None:
        """The lookup of a template that is nothing but one, like ``{{{steps.1.id}}}``."""
        match self.nodes:
            case (Mustache(value=Lookup() as lookup),) if not self.faults:
                return lookup
        return None


def parse_template(text: str) -> Template:
    """The template that a string is. Never raises; takes time in proportion to the length."""
    return _common_template(text) or parse_any_template(text)


_LITERAL = r"(?:true|false|undefined|null|-?[0-9]+(?:\.[0-9]+)?)"
_RUN_PATH = rf"(?:{'|'.join(ROOTS)})(?:\.(?:(?!this\b|{_LITERAL}[}} ])[\w-]++|\[[^\]{{}}\\\0]++\]))++(?=[}} ])"
_STRING = r"\"[^\"{}\\\0]*+\"|'[^'{}\\\0]*+'"
_VALUE = rf"(?:{_RUN_PATH}|(?:{_STRING}|{_LITERAL})(?=[}} ]))"
_ARGUMENTS = rf"(?: ++{_VALUE})*+(?: ++(?!this\b)[A-Za-z]\w*+={_VALUE})*+"
_HELPER = rf"(?!(?:else|as|this|{_LITERAL})\b)[A-Za-z]\w*+"
_INSIDE = rf" *+(?:(?P<path>{_RUN_PATH})|(?P<helper>{_HELPER})(?= ++[^ }}])(?P<arguments>{_ARGUMENTS})) *+"
_TEXT = r"[^{}\\\0]*+"
_PIECE = re.compile(
    rf"{_TEXT}(?:\Z|\{{\{{(?:(?P<triple>\{{)?{_INSIDE}(?(triple)\}})"
    rf"|\#(?P<opened>if|unless) ++(?P<condition>{_RUN_PATH}) *+|(?P<otherwise>else)|/(?P<closed>if|unless))\}}\}})"
)
"""Text and a tag, or the text at the end, of a template of nothing but text, references, helpers with plain arguments,
and conditions that do not nest. A pattern of the whole template takes ten times as long to be compiled."""
_ARGUMENT = re.compile(rf" ++(?:[A-Za-z]\w*+=)?+(?:(?P<path>{_RUN_PATH})|{_STRING}|{_LITERAL})")
_NAME = re.compile(r"\[([^\]]*+)\]|([^.\[]++)")


def _common_template(text: str) -> Template | None:
    """What ``parse_any_template`` makes of a common one, without its nodes, which few ask for; None of any other."""
    if "/#" in text or (not text.isprintable() and FOREIGN.search(text)):
        return None
    paths: list[Path] = []
    helpers: list[Helper] = []
    at, block, has_else = 0, "", False
    while at < len(text):
        if (piece := _PIECE.match(text, at)) is None:
            return None
        at = piece.end()
        match piece.lastgroup:
            case None:
                break  # the text at the end
            case "path":
                paths.append(_run_path(piece["path"], piece.start("path")))
            case "condition" if not block:
                block = piece["opened"]
                helpers.append(Helper(block, *piece.span("opened")))
                paths.append(_run_path(piece["condition"], piece.start("condition")))
            case "arguments":
                helpers.append(Helper(piece["helper"], *piece.span("helper")))
                arguments = _ARGUMENT.finditer(text, piece.start("arguments"), piece.end("arguments") + 1)
                paths.extend(
                    _run_path(written, argument.start("path"))
                    for argument in arguments
                    if (written := argument["path"])
                )
            case "otherwise" if block and not has_else:
                has_else = True
            case "closed" if block == piece["closed"]:
                block, has_else = "", False
            case _:
                return None
    return Template(text, tuple(paths), helpers=tuple(helpers)) if not block else None


def _run_path(written: str, start: int) -> Path:
    end = start + len(written)
    if "[" not in written:
        return Path(tuple(written.split(".")), start, end)
    names = _NAME.findall(written)
    spans: list[tuple[int, int]] = []
    for bracketed, plain in names:
        start_of_name = start + bool(bracketed)
        spans.append((start_of_name, start_of_name + len(bracketed or plain)))
        start = spans[-1][1] + bool(bracketed) + 1  # the dot
    return Path(tuple([bracketed or plain for bracketed, plain in names]), end - len(written), end, tuple(spans))


def parse_any_template(text: str) -> Template:
    """The same, without a quick look for the most common ones."""
    from kustui.definition.expressions.template_tree import read_template  # few need it: no first key waits for it

    notes, nodes, fault = read_template(text)
    return Template(
        text,
        tuple(lookup.path for lookup in notes.lookups if lookup.reads_run),
        (fault,) if fault else (),
        tuple(notes.embedded),
        tuple(lookup for lookup in notes.lookups if not lookup.reads_run),
        tuple(notes.helpers),
        nodes,
    )
