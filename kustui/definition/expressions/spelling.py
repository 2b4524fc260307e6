"""How the parts of a template are spelt: names, literals and whitespace as in the lexer of Handlebars 4 [docs]."""

from __future__ import annotations

import re
from collections.abc import Sequence

WHITESPACE = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What JavaScript takes for whitespace."""
FOREIGN = re.compile(r"[\x1c-\x1f\x85]|\ufeff")
NAME = r"""[^\s!"#%&'()*+,./;<=>@\[\\\]^`{|}~]++"""
LITERAL = r"(?:(?:true|false|undefined|null)|-?[0-9]+(?:\.[0-9]+)?)"
_NEEDS_NO_BRACKETS = re.compile(NAME)
_IS_LITERAL = re.compile(LITERAL)


def template_path(segments: Sequence[str]) -> str:
    """A path as a template has to spell it: ``steps.1.custom.[@startAt]``."""
    return ".".join(template_segment(segments, at) for at in range(len(segments)))


def template_segment(segments: Sequence[str], at: int) -> str:
    """A segment of a path, in brackets where it needs them: ``[@startAt]``, ``[first name]``, a last ``[0]``."""
    segment, is_last = segments[at], at == len(segments) - 1
    plain = _NEEDS_NO_BRACKETS.fullmatch(segment) and not (at and segment == "this")
    if plain and not (is_last and _IS_LITERAL.fullmatch(segment)):
        return segment
    return f"[{segment.replace(']', chr(92) + ']')}]"
