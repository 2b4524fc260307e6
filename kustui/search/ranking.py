"""What answers a query: lines by kind, the best first, with where in them it was found."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from kustui.search.index import similar_words
from kustui.search.index_lines import BETWEEN, LineKind
from kustui.search.query import Scope, is_about, only_kind, place_of, scope_of
from kustui.search.text_search import Stretch, lowered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kustui.check.problems import Problem
    from kustui.definition.collection import Entry
    from kustui.search.index import Index
    from kustui.search.query import Query

MOST = 100
"""Lines of one kind that are told."""
_LOOKED_AT = 500
"""Lines of one kind that are looked at for a word: a key is not to wait for all that have an e."""
_FEW = 5
"""Lines below which other words are tried that may have been meant."""
_SEARCHED = (LineKind.WORKFLOW, LineKind.STEP, LineKind.CONDITION, LineKind.TEXT)
"""The kinds of which each line is told by itself; actions and events are told once for all that have the same."""
_SPREAD, _GUESSED = 4, 5
"""How well letters spread over a name match, and a word that was only similar; a whole part matches by 0, its
beginning by 1, that of a word in it by 2, anything else by 3."""


class Match(NamedTuple):
    kind: LineKind
    text: str
    stretches: tuple[Stretch, ...]
    """Where in the text the words stand."""
    entry: Entry | None
    """The workflow; None for what several have."""
    about: str = ""
    """Of a step, what it does; of what is in a step, the step's name."""
    line: int = -1
    """For the index, which tells where it stands; none for a problem and for what several have."""
    times: int = 1
    """How many have it."""
    problem: Problem | None = None


class MatchGroup(NamedTuple):
    kind: LineKind
    found: tuple[Match, ...]
    more: bool = False
    """Whether there are more than are told."""


class _Ranked(NamedTuple):
    rank: int
    size: int
    line: int
    stretches: tuple[Stretch, ...]


def find_matches(index: Index, asked: Query, problems: Sequence[Problem] = ()) -> tuple[MatchGroup, ...]:
    """What was found, grouped by kind, the group with the best of all first. Nothing is asked: nothing is found."""
    if not asked.terms:
        return ()
    places = scope_of(index, asked, problems)
    words = {word: (word,) for word in asked.words}
    ranked = _ranked_groups(index, asked, places, words)
    if asked.words and sum(len(group.found) for _, group in ranked) < _FEW:
        guessed = {word: (word, *similar_words(word, index.beginnings)) for word in asked.words}
        if guessed != words or len(words) == 1:
            ranked = _ranked_groups(index, asked, places, guessed, spread=True)
    if any(term.key == "problem" and not term.negated for term in asked.keyed):
        ranked.append((-1, _problems(index, asked, places, problems)))
    return tuple(group for _, group in sorted(ranked, key=lambda each: _tier(each[0])) if group.found)


def _tier(rank: int) -> int:
    """What sorts the groups: those in which a word begins with what is asked, those that hold it, those that may."""
    return rank if rank < 0 else 0 if rank < 3 else rank


def _ranked_groups(
    index: Index, asked: Query, places: Scope, words: Mapping[str, tuple[str, ...]], *, spread: bool = False
) -> list[tuple[int, MatchGroup]]:
    groups = []
    wanted = only_kind(asked)
    for kind in LineKind:
        if kind not in index.stores or (wanted is not None and kind is not wanted):
            continue
        if kind in (LineKind.ACTION, LineKind.EVENT):
            best, group = _alike(index, kind, asked, places, words)
        elif kind in _SEARCHED:
            best, group = _lines(index, kind, asked, places, words, spread=spread)
        else:
            continue
        groups.append((best, group))
    return groups


# Lines


def _lines(
    index: Index, kind: LineKind, asked: Query, places: Scope, words: Mapping[str, tuple[str, ...]], *, spread: bool
) -> tuple[int, MatchGroup]:
    store = index.stores[kind]
    found: dict[int, _Ranked] = {}
    cut = False

    def take(lines: Iterator[int], most: int) -> bool:
        """Rank those of some lines that match, looking at no more than so many; whether those were all."""
        for looked, line in enumerate(lines):
            if looked == most:
                return False
            if line not in found and places.allows(*store.place(line)):
                ranked = _rank(index, kind, line, words)
                if ranked is not None and _wanted(index, kind, line, asked):
                    found[line] = ranked
        return True

    if not words:
        for line in _all_lines(index, kind, places):
            if not places.allows(*store.place(line)) or not _wanted(index, kind, line, asked):
                continue
            if len(found) == MOST:
                cut = True
                break
            found[line] = _Ranked(0, 0, line, tuple(_named(store.lowered(line), kind, asked)))
    else:
        longest = max(words, key=len)  # the rarest, most likely
        for needle in words[longest]:
            if not take(store.holding(needle), _LOOKED_AT):
                cut = True
                for before in ("\n", BETWEEN, " "):  # what begins with it is to be among those that are told
                    take(store.holding(needle, before), MOST)
        if len(words) > 1:
            named = (n for n, title in enumerate(index.titles) if any(each in title for each in words[longest]))
            cut = not take((line for number in named for line in store.lines_of(number)), _LOOKED_AT) or cut
        elif spread and kind in (LineKind.WORKFLOW, LineKind.STEP) and len(longest) > 1:
            for line, size in itertools.islice(store.abbreviated(longest), MOST):
                if line not in found and places.allows(*store.place(line)) and _wanted(index, kind, line, asked):
                    starts, stretches = _letters(store.lowered(line).partition(BETWEEN)[0], longest)
                    found[line] = _Ranked(_SPREAD, size - 1_000 * starts, line, stretches)
    ordered = sorted(found.values(), key=lambda each: each[:3])
    told = tuple(_found(index, kind, each) for each in ordered[:MOST])
    return (ordered[0].rank if ordered else 9), MatchGroup(kind, told, cut or len(ordered) > MOST)


def _named(text: str, kind: LineKind, asked: Query) -> Iterator[Stretch]:
    """Where in the line of a workflow or step stands what asks for its name."""
    for term in asked.keyed:
        if term.key == kind.name.lower() and not term.negated and (at := text.find(term.value)) >= 0:
            yield at, at + len(term.value)


def _all_lines(index: Index, kind: LineKind, places: Scope) -> Iterator[int]:
    """The lines of what is allowed, without looking at all others where it is few."""
    store = index.stores[kind]
    if kind is LineKind.STEP and places.steps is not None and len(places.steps) < len(store):
        for entry, place in sorted(places.steps):
            if place and place <= len(index.workflows[entry].blocks[kind].places):
                yield store.line_of(entry, place - 1)
    else:
        yield from range(len(store))


def _wanted(index: Index, kind: LineKind, line: int, asked: Query) -> bool:
    """Whether none of the words stands in a line or in the name of its workflow that are not to."""
    if not asked.unwanted:
        return True
    store = index.stores[kind]
    text = f"{store.lowered(line)}\n{index.titles[store.place(line)[0]]}"
    return not any(word in text for word in asked.unwanted)


def _rank(index: Index, kind: LineKind, line: int, words: Mapping[str, tuple[str, ...]]) -> _Ranked | None:
    """How well a line matches; None where one of the words is neither in it nor in the name of its workflow."""
    store = index.stores[kind]
    text = store.lowered(line)
    worst = total = 0
    stretches: list[Stretch] = []  # at least one: a line is not found by the name of its workflow alone
    title = ""
    for word, others in words.items():
        needle = word if word in text else next((other for other in others[1:] if other in text), "")
        if needle:
            rank, start = _best(text, needle)
            rank = rank if needle == word else _GUESSED
            stretches.append((start, start + len(needle)))
        else:
            title = title or index.titles[store.place(line)[0]]
            if not any(other in title for other in others):
                return None
            rank = 3
        worst, total = max(worst, rank), total + rank
    if not stretches:
        return None
    return _Ranked(worst, total * 10_000 + min(len(text), 9_999), line, tuple(sorted(stretches)))


def _best(text: str, word: str) -> tuple[int, int]:
    """How well a word matches the part of a text that it matches best, and where."""
    best = (3, text.find(word))
    at = best[1]
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        rank = (0 if after in ("", BETWEEN) else 1) if before in ("", BETWEEN) else 3 if before.isalnum() else 2
        best = min(best, (rank, at))
        if rank < 2:
            break
        at = text.find(word, at + 1)
    return best


def _letters(text: str, letters: str) -> tuple[int, tuple[Stretch, ...]]:
    """Where the letters stand that are spread over a text, at the beginnings of words where they can, and how many of
    them do."""
    starts = [at for at, each in enumerate(text) if each.isalnum() and not text[at - 1 : at].isalnum()]
    for first in (at for at in starts if text[at] == letters[0]):
        for among in (starts, range(len(text))):
            found = [first]
            for letter in letters[1:]:
                place = next((at for at in among if at > found[-1] and text[at] == letter), None)
                if place is None:
                    place = text.find(letter, found[-1] + 1)
                found.append(place)
                if place < 0:
                    break
            if found[-1] >= 0:
                return sum(at in starts for at in found), tuple((at, at + 1) for at in found)
    return 0, ()


def _found(index: Index, kind: LineKind, ranked: _Ranked) -> Match:
    store = index.stores[kind]
    entry, place = store.place(ranked.line)
    about = ""
    if kind is LineKind.STEP:
        about = index.action(entry, place)
    elif place:
        steps = index.stores[LineKind.STEP]
        about = steps.said(steps.line_of(entry, place - 1)).partition(BETWEEN)[0]
    return Match(kind, store.said(ranked.line), ranked.stretches, index.entry(entry), about, ranked.line)


# Actions and events


def _alike(
    index: Index, kind: LineKind, asked: Query, places: Scope, words: Mapping[str, tuple[str, ...]]
) -> tuple[int, MatchGroup]:
    """Each action, or event, that has all of the words, with how many steps or workflows have it."""
    store = index.stores[kind]
    ranked = []
    for text, lines in (index.actions if kind is LineKind.ACTION else index.events).items():
        low = lowered(text)
        if any(word in low for word in asked.unwanted) or not words:
            continue
        spots = []
        worst = 0
        for word, others in words.items():
            needle = next((other for other in others if other in low), None)
            if needle is None:
                break
            rank, start = _best(low, needle)
            worst = max(worst, rank if needle == word else _GUESSED)
            spots.append((start, start + len(needle)))
        else:
            held = lines if places.everything else [line for line in lines if places.allows(*store.place(line))]
            if held:
                entry = index.entry(store.owner(held[0])[0]) if len(held) == 1 else None
                found = Match(kind, text, tuple(sorted(spots)), entry, "", held[0], len(held))
                ranked.append((worst, -len(held), found))
    ranked.sort(key=lambda each: each[:2])
    told = tuple(found for _, _, found in ranked[:MOST])
    return (ranked[0][0] if ranked else 9), MatchGroup(kind, told, len(ranked) > MOST)


# Problems


def _problems(index: Index, asked: Query, places: Scope, problems: Sequence[Problem]) -> MatchGroup:
    """Those that the rules in question found, in the places in question."""
    about = [term for term in asked.keyed if term.key == "problem"]
    elsewhere = len(about) < len(asked.keyed)
    found = []
    for problem in problems:
        text = f"{problem.message}{BETWEEN}{problem.rule}"
        low = lowered(text)
        context = f"{low}\n{lowered(problem.entry.title if problem.entry is not None else problem.document.path)}"
        place = place_of(index, problem) if elsewhere else None
        if (
            all(is_about(problem, term.value) != term.negated for term in about)
            and all(word in context for word in asked.words)
            and not any(word in context for word in asked.unwanted)
            and (not elsewhere or (place is not None and places.allows(*place)))
        ):
            values = (*asked.words, *(term.value for term in about if not term.negated))
            stretches = sorted((at, at + len(value)) for value in values if (at := low.find(value)) >= 0)
            found.append(Match(LineKind.PROBLEM, text, tuple(stretches), problem.entry, problem=problem))
    return MatchGroup(LineKind.PROBLEM, tuple(found[:MOST]), len(found) > MOST)
