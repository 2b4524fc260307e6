"""References: ``/#steps.egu-awuO4.body.id``, the whole string; stands for a value with its type [docs]."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from kustui.definition.expressions.paths import ROOTS, Fault, Path, read_path

if TYPE_CHECKING:
    from kustui.definition.expressions.literals import Embedded

PREFIX = "/#"
_BLANK = re.compile(r"\s")


class Reference(NamedTuple):
    """A string that is, or was meant to be, a reference. It has either one path or one fault."""

    text: str
    paths: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    """Always empty."""

    @property
    def path(self) -> Path | None:
        """What it reads, or None where it is malformed."""
        return self.paths[0] if self.paths else None


def parse_reference(text: str) -> Reference:
    """The reference that a string is. Anything that is none is a malformed one, so ask ``parse`` first."""
    read = _read(text)
    return Reference(text, paths=(read,)) if isinstance(read, Path) else Reference(text, faults=(read,))


def _read(text: str) -> Path | Fault:
    if not text.startswith(PREFIX):
        return Fault("a reference begins with /#", 0, len(text))
    written = text[len(PREFIX) :]
    if not written:
        return Fault("nothing follows the /#", 0, len(PREFIX), "write /#steps.<step id>.<field>")
    if written.startswith("/"):
        slashes = len(written) - len(written.lstrip("/"))
        return Fault("a slash follows the /#", 2, 2 + slashes, "remove the slash")
    if written.startswith(("fn.", "fn,")) or written == "fn" or ("," in written and _root(written) not in ROOTS):
        return Fault("this is neither a path nor a function", 0, len(text), "a function is written /#fn:name,path")

    blank = _BLANK.search(written)
    if blank and blank.start() > 0 and written[blank.start() :].strip():
        return _text_follows(written, blank.start(), len(text))
    second = written.find(PREFIX)
    if second >= 0:
        return Fault(
            "a second reference begins inside this one",
            second + 2,
            second + 4,
            "join values with a template: {{{…}}}{{{…}}}",
        )
    return read_path(written, len(PREFIX))


def _text_follows(written: str, blank: int, end: int) -> Fault:
    path = read_path(written[:blank], len(PREFIX))
    if isinstance(path, Fault):
        return path
    return Fault(
        "text follows the reference, which has to be the whole string",
        blank + 2,
        end,
        f"write a template: {{{{{{{path.text}}}}}}} …",
    )


def _root(written: str) -> str:
    return written.partition(".")[0]
