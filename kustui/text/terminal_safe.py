"""Text that a terminal can draw, and only draws: nothing in it is obeyed as a control sequence, whatever a definition
holds; and in ASCII, for a terminal without Unicode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice

from kustui.text.cells import MOST_KEPT, cells, clusters
from kustui.text.signs import GLYPHS, LINES

UNKNOWN = "\ufdd0"
"""What a string begins with that stands for a value, or for members, that only a run of a module knows. The rest is
their source text, and all that is shown of it. It is a noncharacter, which Unicode keeps free for uses like this."""
_JOINER = "\u200d"
_CUT = "…"


def terminal_safe(text: str) -> str:
    """The same text with every character spelled out that a terminal obeys or does not show."""
    return _kept(text) if len(text) <= MOST_KEPT else _terminal_safe(text)


def _terminal_safe(text: str) -> str:
    if text.isprintable():
        return text
    if _JOINER in text and (joins := _joins(text)):
        return "".join(
            character if is_terminal_safe(character) or index in joins else spelled_out(character)
            for index, character in enumerate(text)
        )
    unsafe = {ord(character): spelled_out(character) for character in set(text) if not is_terminal_safe(character)}
    return text.translate(unsafe) if unsafe else text


_kept = lru_cache(maxsize=4096)(_terminal_safe)


def is_terminal_safe(character: str) -> bool:
    """Whether a terminal only draws a character."""
    # Python calls printable what is no control (Cc), format (Cf: bidi, zero width), surrogate, private use,
    # unassigned character and no separator but the space.
    return character.isprintable() or character == "\u00a0"


def spelled_out(character: str) -> str:
    """A character that is not safe, in characters that are: ``^[``, ``<U+202E>``."""
    if character == UNKNOWN:
        return ""
    if character == "\t":
        return "⇥"
    if character == "\n":
        return "↵"
    code = ord(character)
    if code < 0x20:
        return f"^{chr(code + 0x40)}"
    return f"<{code:02X}>" if code < 0x100 else f"<U+{code:04X}>"


def _joins(text: str) -> frozenset[int]:
    """The indices of the zero width joiners that hold an emoji or a syllable together; others hide between letters."""
    return frozenset(
        match.start()
        for match in re.finditer(f"(?<=.){_JOINER}(?=.)", text)
        if unicodedata.category(text[match.start() - 1]) in ("So", "Sk", "Mn", "Mc")
        and unicodedata.category(text[match.end()]) in ("So", "Lo")
    )


_SUSPECT = re.compile(r"[^\x20-\x7e\n]")


def to_json(value: object, indent: int | None = None) -> str:
    """JSON with the letters of all scripts unescaped, and what a terminal would obey escaped."""
    import json  # not before the first paint

    text = json.dumps(value, ensure_ascii=False, indent=indent).replace(UNKNOWN, "")
    return text if text.isascii() and "\x7f" not in text else _SUSPECT.sub(_escaped, text)


def json_element(value: object) -> str:
    """A value as an element of ``json_list``."""
    return "  " + to_json(value, indent=2).replace("\n", "\n  ")


def json_list(elements: Iterable[str]) -> Iterator[str]:
    """The pieces of a JSON array, an element at a time."""
    separator = "[\n"
    for element in elements:
        yield separator + element
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def xml_attribute(value: object) -> str:
    """A value as that of an attribute of XML, in quotes. Text that is safe for a terminal is legal there: what is not
    are controls and noncharacters."""
    from xml.sax.saxutils import quoteattr  # loads ssl, which only reports in XML have to wait for

    return quoteattr(terminal_safe(str(value)))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    halves = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{halves[at : at + 2].hex()}" for at in range(0, len(halves), 2))


def pieces_to_ascii(pieces: Sequence[str]) -> list[str]:
    """The pieces of a line in ASCII. Three dots mark a cut, since one would be a full stop: the two more take the place
    of blanks that follow, else of what stands beside them."""
    if _CUT not in "".join(pieces):
        return [_to_ascii(piece) for piece in pieces]
    clusters_of = [list(clusters(piece)) if piece else [] for piece in pieces]
    line = list(chain.from_iterable(clusters_of))
    dotted = [cluster if cluster == _CUT else _to_ascii(cluster) for cluster in line]
    for at, cluster in enumerate(line):
        if cluster == _CUT:
            _write_dots(dotted, at, line)
    cells_of = iter(dotted)
    return ["".join(islice(cells_of, len(piece))) for piece in clusters_of]


def _write_dots(dotted: list[str], at: int, line: Sequence[str]) -> None:
    """Write the dots of one cut; ``line`` is what stood there, of which lines that were drawn stay in their place."""
    end = at + 1
    while end < len(line) and line[end] not in LINES and dotted[end : end + 2] != [" ", " "]:
        end += 1
    gap = next((index for index in range(end, len(line)) if dotted[index] != " "), len(line)) - end
    if gap > 2 or (gap == 2 and end + gap == len(line)):
        dotted[at] = "..."
        dotted[end : end + 2] = ["", ""]
        return
    is_end = at > 0 and (dotted[at - 1] != " " or dotted[at + 1 : at + 2] in ([], [" "]))
    first = max(0, at - 2) if is_end else at
    for index in range(first, min(first + 3, len(line))):
        dotted[index] = "."


def _to_ascii(text: str) -> str:
    text = text.translate(GLYPHS)
    return text if text.isascii() else "".join(_ascii_of(cluster) for cluster in clusters(text))


def _ascii_of(cluster: str) -> str:
    bare = unicodedata.normalize("NFKD", cluster)[:1]
    width = cells(cluster)
    return bare if bare.isascii() and width == 1 else "?" * width


Paint = Callable[[str, str], str]
"""Writes a text in a look: ``paint("error", "failed")``."""


def plain(look: str, text: str) -> str:
    """A text without colours."""
    return text


def painter(looks: Mapping[str, str], *, colour: bool) -> Paint:
    """What writes texts in colours. ``looks`` are what a terminal is told for each (``1;31``, as in ECMA-48); a text in
    any other look stays as it is."""
    if not colour:
        return plain
    return lambda look, text: f"\x1b[{looks[look]}m{text}\x1b[0m" if looks.get(look) else text
