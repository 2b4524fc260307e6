"""Building blocks of messages: numbers with units, JSON values in words, and suggestions of similar names.

JSON values are shortened, with control characters escaped. ``json`` is imported inside the functions, as no value is
shown before the first paint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kustui.groups import grouped
from kustui.text.terminal_safe import UNKNOWN

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LONGEST_TEXT = 40
"""The most characters of a text to show where a whole value is shown."""
_LONGEST_QUOTATION = 24
_LONGEST_IN_MESSAGE = 100
_NAMED_IN_MESSAGE = re.compile(rf'"[^"]*+(")?|[^\s"]{{{_LONGEST_IN_MESSAGE + 1},}}+')
"""What is quoted, and what is long and has no blank."""
_LONGEST_MESSAGE = 2_000
_MOST_ELEMENTS = 5
_LONGEST_DURATION = 1e15
_UNITS = ((24 * 60, "d"), (60, "h"), (1, "min"))
_LONGEST_IN_MINUTES = 120
"""Minutes from which on a duration is said in hours and days."""
_EXPECTED = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
}
"""What a value has to be, by the type of pydantic's error."""


def without_folder(place: str) -> str:
    """A file, or a place in it, without the folder: ``orders.json:12``."""
    return place.rpartition("/")[2]


def counted(number: int, noun: str) -> str:
    """A number and its noun, of which the plural is regular: ``1 step``, ``1,200 steps``."""
    return f"{number:,} {plural(number, noun)}"


def plural(number: int, noun: str) -> str:
    """The noun as it stands behind a number."""
    return noun if number == 1 else f"{noun}s"


def enumerated(parts: Sequence[str]) -> str:
    """Several things in one sentence: ``a, b and c``."""
    return ", ".join(parts[:-1]) + (" and " if parts[1:] else "") + "".join(parts[-1:])


def some_of(parts: Sequence[str], most: int) -> str:
    """The first of several things, and how many more there are: ``a, b and 3 more``."""
    more = len(parts) - most
    return ", ".join(parts[:most]) + (f" and {more:,} more" if more > 0 else "")


def duration_in_words(minutes: float) -> str:
    """Minutes as all of kustui spells a duration: ``90 min``, from two hours on ``4 h``, ``1 d 12 h``."""
    if abs(minutes) >= _LONGEST_DURATION:
        return "longer than anybody waits"
    if minutes < 0:
        return f"-{duration_in_words(-minutes)}"
    if minutes < _LONGEST_IN_MINUTES or minutes % 1:
        return f"{minutes:.10g} min"
    parts = []
    rest = int(minutes)
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts)


_DURATION_UNITS = {"min": ("minute", 1), "h": ("hour", 60), "d": ("day", 24 * 60), "w": ("week", 7 * 24 * 60)}
_COUNT = r"\d{1,9}(?:\.\d{1,9})?\s?(?:min(?:ute)?s?|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)(?!\w)"
DURATION = re.compile(rf"(?:after\s+)?(?<![\w.:-]){_COUNT}(?:\s{_COUNT})*", re.IGNORECASE)
"""A duration as somebody may type it."""


def searched_words(text: str) -> Iterator[tuple[str, ...]]:
    """The words of what is searched for, in lower case. A duration is one, however it is spelled, with all spellings
    that it may have: ``1 w`` is ``after 7 d``, ``7 days``, ``1-week``."""
    at = 0
    for match in DURATION.finditer(text):
        yield from ((word,) for word in text[at : match.start()].lower().split())
        yield duration_spellings(match[0])
        at = match.end()
    yield from ((word,) for word in text[at:].lower().split())


def holds_words(text: str, words: str) -> bool:
    """Whether every one of some words is in a text, in whatever case."""
    text = text.lower()
    return all(word in text for word in words.lower().split())


def duration_spellings(duration: str) -> tuple[str, ...]:
    """The spelling of a schedule first, then those of names and texts in each unit that counts it wholly."""
    counts = re.findall(r"([\d.]+)\s?([a-z]+)", duration.lower())
    units = [(float(count), unit if unit in _DURATION_UNITS else unit[0]) for count, unit in counts]
    minutes = sum(count * _DURATION_UNITS["min" if unit == "m" else unit][1] for count, unit in units)
    names = [
        f"{minutes / size:.10g}{between}{name}"
        for short, (long, size) in _DURATION_UNITS.items()
        if minutes and not minutes % size
        for between in (" ", "-", "")
        for name in dict.fromkeys((long, short if len(short) > 1 else long))
    ]
    return (f"after {duration_in_words(minutes)}", *names)


def seconds_in_words(seconds: float) -> str:
    """About how long something takes: ``8 s``, ``3 min``."""
    return f"{max(1, round(seconds))} s" if seconds < 100 else f"{round(seconds / 60)} min"


def kind(value: object) -> str:
    """What a JSON value is, for a message that expected another: ``the number 3``, ``a list``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 1e15 else "a huge number"
        case str():
            return f"the text {quoted(value)}" if value else "an empty text"
        case list() | tuple():
            return "a list"
        case _:
            return "an object"


def mismatch(name: str, expected: str, value: object) -> str:
    """``name must be a list, found the text "x"``."""
    return f"{name} must be {expected}, found {kind(value)}"


def quoted(text: str, limit: int = _LONGEST_QUOTATION) -> str:
    """The beginning of a text in quotes, escaped as in JSON, control characters included."""
    import json

    return printable(json.dumps(shortened(text, limit), ensure_ascii=False))


def printable(text: str) -> str:
    """A text with control characters, bidirectional overrides and the like as JSON's escapes."""
    if text.isprintable():
        return text
    text = text.replace(UNKNOWN, "")
    import json

    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in text)


def shortened(text: str, limit: int = LONGEST_TEXT) -> str:
    """At most ``limit`` characters of a text, so that a message stays readable."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def shortened_message(message: str) -> str:
    """A message without most of what it says of names and texts that are longer than anybody reads: a definition may
    have them of a million characters, in thousands of messages."""
    if len(message) > _LONGEST_IN_MESSAGE:
        message = _NAMED_IN_MESSAGE.sub(_shortened_name, message)
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[: _LONGEST_MESSAGE * 2 // 3]} … {message[-_LONGEST_MESSAGE // 3 :]}"
    return message


def _shortened_name(name: re.Match[str]) -> str:
    return name[0] if len(name[0]) <= _LONGEST_IN_MESSAGE else f"{name[0][:_LONGEST_IN_MESSAGE]}…{name[1] or ''}"


def json_in_words(value: object, string: Callable[[str], str] | None = None, level: int = 0) -> str:
    """A JSON value on one line: two levels of it, and the first elements of each. ``string`` formats texts that are not
    keys; they are quoted if it is None."""
    if isinstance(value, str):
        return string(value) if string else quoted(value, LONGEST_TEXT)
    if isinstance(value, list | tuple):
        return f"[{_elements((json_in_words(member, string, level + 1) for member in value), level)}]"
    if isinstance(value, Mapping):
        members = (
            f"{quoted(str(key), LONGEST_TEXT)}: {json_in_words(member, string, level + 1)}"
            for key, member in value.items()
        )
        return f"{{{_elements(members, level)}}}"
    import json

    try:
        return shortened(json.dumps(value))
    except (TypeError, ValueError):  # not JSON, or a number with thousands of digits
        return "…"


def _elements(elements: Iterable[str], level: int) -> str:
    """The first few elements, taken lazily, so that nothing beyond them is formatted."""
    if level > 1:
        return "…"
    shown: list[str] = []
    for element in elements:
        if len(shown) == _MOST_ELEMENTS:
            return ", ".join((*shown, "…"))
        shown.append(element)
    return ", ".join(shown)


def expected_by(error: ErrorDetails, words: Mapping[str, str] = {}) -> str:
    """What a value that pydantic rejected must be, such as ``a list``; empty if the error is about something else.

    ``words`` overrides the default words, by the type of the error.
    """
    return words.get(error["type"]) or _EXPECTED.get(error["type"], "")


def message_of(error: ErrorDetails) -> str:
    """pydantic's own message, to follow a colon."""
    return f"{error['msg'][:1].lower()}{error['msg'][1:]}"


_MOST_COMPARED = 1_000
"""Names that are all compared with another one. Of more, those up to so long are found only by a single edit."""
_LONGEST_INDEXED = 64
_LONGEST_WITH_SWAPS = 1_000
"""Characters up to which a swap of neighbours is one edit: to look for swaps takes the square of them."""


class Names:
    """Names among which the closest to others are looked for: to be made once where that is done for many."""

    def __init__(self, names: Iterable[str]) -> None:
        self._given = names

    @cached_property
    def sorted(self) -> Sequence[str]:
        """All of them, each once."""
        return sorted(set(self._given))

    @cached_property
    def _lowered(self) -> Mapping[str, str]:
        return {name: name.lower() for name in self.sorted}

    @cached_property
    def _by_deletion(self) -> Mapping[str, Sequence[str]]:
        """The names that are a word, or become one when a character is deleted."""
        return grouped((word, name) for name, lowered in self._lowered.items() for word in _with_deletions(lowered))

    def closest(self, name: str, limit: int, without: Container[str], count: int) -> list[str]:
        """The first ``count`` names that are at most so many edits away, the closest first."""
        from rapidfuzz.distance import OSA, Levenshtein
        from rapidfuzz.process import extract

        names, lowered = self.sorted, name.lower()
        if len(names) > _MOST_COMPARED:
            limit = 1
            names = sorted({near for word in _with_deletions(lowered) for near in self._by_deletion.get(word, ())})
        if without or len(name) == 1 or name in self._lowered:
            names = [other for other in names if other not in without and self._may_be(name, other)]
        choices = list(map(self._lowered.__getitem__, names))
        if len(lowered) > _LONGEST_INDEXED:  # others are cheaply ruled out by what they have in common with it
            near = extract(lowered, choices, scorer=Levenshtein.distance, score_cutoff=2 * limit, limit=None)
            names = sorted(names[index] for *_, index in near)
            choices = list(map(self._lowered.__getitem__, names))
        scorer = OSA.distance if len(lowered) <= _LONGEST_WITH_SWAPS else Levenshtein.distance
        best = extract(lowered, choices, scorer=scorer, score_cutoff=limit, limit=count)
        return [names[index] for *_, index in best]

    def _may_be(self, name: str, other: str) -> bool:
        """Whether it is another name, and the two are not two different characters."""
        return other != name and (len(name) + len(other) > 2 or self._lowered[other] == name.lower())


def _with_deletions(word: str) -> set[str]:
    """The word, and what it becomes when one of its characters is deleted; of a long one only an empty text."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))} if len(word) <= _LONGEST_INDEXED else {""}


@lru_cache(maxsize=16)
def names_of(names: tuple[str, ...]) -> Names:
    """Names that misspelt ones are compared with: for the same names again what was made of them before."""
    return Names(names)


def closest(name: str, names: Iterable[str] | Names, without: Container[str] = ()) -> str:
    """The closest of some names to ``name``, or an empty string if none is within a few edits.

    Edits are insertions, deletions, substitutions and swaps of neighbours, which are two in a name of more than 1,000
    characters. A third of the name may differ, at most three characters (one, where there are more than a thousand
    names), and letter case counts for nothing. One character is not close to another. Of names that are as close the
    first in order, and none of those ``without``.
    """
    return next(iter(_closest(name, names, without, 1)), "")


def _closest(name: str, names: Iterable[str] | Names, without: Container[str], count: int) -> list[str]:
    known = names if isinstance(names, Names) else names_of(tuple(names))
    return known.closest(name, min(3, max(1, len(name) // 3)), without, count)


def closest_path(path: str) -> str:
    """The path that is there and is called almost like one that is not, or an empty string."""
    whole = Path(path)
    place = Path(whole.anchor)
    for name in whole.relative_to(place).parts:
        try:
            if not (place / name).exists():
                names = sorted(entry.name for entry in place.iterdir())
                name = closest(name, names) or next((other for other in names if other.startswith(f"{name}.")), "")
        except OSError:
            return ""
        if not name:
            return ""
        place /= name
    return str(place)


class Suggestion(NamedTuple):
    """How to put something right."""

    hint: str = ""
    """In words."""
    intended: str | None = None
    """What to write in its place, if that is known; an empty string where nothing should be there."""
    is_certain: bool = False
    """Whether nothing else can have been intended."""

    def within(self, text: str, part: str) -> Suggestion:
        """The same where a whole text is wrong, of which the name is the last such part."""
        before, _, after = text.rpartition(part)
        return self if self.intended is None else self._replace(intended=f"{before}{self.intended}{after}")


def did_you_mean(name: str, *, is_certain: bool = False, more: str = "") -> Suggestion:
    """``did you mean "x"?``, with ``more`` behind the name."""
    hint = f'did you mean "{name}"{more}?'
    return Suggestion(hint) if "\ufffd" in name else Suggestion(hint, name, is_certain)  # half of a surrogate pair


def suggested(name: str, names: Iterable[str] | Names, otherwise: str = "", without: Container[str] = ()) -> Suggestion:
    """The closest of some names to another, certain if no other is close; without one a hint in other words."""
    near = _closest(name, names, without, 2)
    return did_you_mean(near[0], is_certain=len(near) == 1) if near else Suggestion(otherwise)


def suggestion(name: str, names: Iterable[str] | Names, what: str, limit: int = 8) -> Suggestion:
    """``did you mean "x"?``; else all names, if they are few: ``steps here: "a", "b"``; else no hint."""
    known = names if isinstance(names, Names) else names_of(tuple(names))
    shown = [other for other in known.sorted if other]
    listed = f"{what}: {', '.join(shown)}" if len(shown) <= limit else ""
    return suggested(name, known, listed if shown else f"there are no {what}")


def hint_of(name: str, names: Iterable[str], what: str, limit: int = 8) -> str:
    """The hint of ``suggestion``."""
    return suggestion(name, names, what, limit).hint
