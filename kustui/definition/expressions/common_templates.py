"""The most common templates at a single look: text, references, plain calls of helpers, conditions that do not nest.

Loaded for the first template. Its patterns take a millisecond to be compiled, for which no first key waits.
"""

from __future__ import annotations

import re

from kustui.definition.expressions.nodes import ROOTS, Helper, Path
from kustui.definition.expressions.spelling import FOREIGN

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


def read_common_template(text: str) -> tuple[list[Path], list[Helper]] | None:
    """The paths that a common template looks up and the helpers that it calls; None of any other."""
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
    return (paths, helpers) if not block else None


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
