"""What matches a query: lines by kind, the best first, with where in them the words stand."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from kustui.check.problems import Problem
from kustui.definition.collection import Entry
from kustui.search.index import Index
from kustui.search.index_lines import SEPARATOR, LineKind
from kustui.search.query import Query, is_about, scope_of, step_of
from kustui.search.segment import SEARCHED
from kustui.search.step_set import StepSet
from kustui.text.messages import DURATION, duration_spellings
from kustui.text.styled_lines import Span, lowered

MOST = 100
"""Lines of one kind that are shown."""
_MOST_EXAMINED = 500
"""Lines of one kind that are examined for a word: a key is not to wait for all that contain an e."""
_MOST_SEARCHED = 8_000_000
"""Characters of one kind that are searched, at 1.5 per nanosecond, for what is only better than enough others, or only
similar: of 5,000 workflows of 40 steps all but the texts have fewer."""
_FEW = 5
"""Lines below which similar words are tried."""
_WHOLE, _BEGINNING, _WORD, _INSIDE, _SPREAD, _SIMILAR, _NONE = 0, 1, 2, 3, 4, 5, 9
"""How well a word matches: a whole part of a line, its beginning, that of a word in it, anything else in it; letters
spread over a name, and a word that is only similar."""

Alternatives = Mapping[str, tuple[str, ...]]
"""Each word that is asked for, with what may stand for it, itself first."""


class Match(NamedTuple):
    kind: LineKind
    text: str
    spans: tuple[Span, ...]
    """Where in the text the words stand."""
    entry: Entry | None
    """The workflow; None for what several have."""
    context: str = ""
    """Of a step, what it does; of what is in a step, the step's name."""
    line: int = -1
    """For the index, which knows where it stands; none for a problem and for what several have."""
    occurrences: int = 1
    """How many have it."""
    problem: Problem | None = None


class MatchGroup(NamedTuple):
    kind: LineKind
    matches: tuple[Match, ...]
    has_more: bool = False
    """Whether there are more than are shown."""


class _RankedLine(NamedTuple):
    rank: int
    size: int
    line: int
    spans: tuple[Span, ...]


def find_matches(index: Index, query: Query, problems: Sequence[Problem] = ()) -> tuple[MatchGroup, ...]:
    """What matches a query, grouped by kind, the group with the best of all first. Nothing matches an empty one."""
    if not query.terms:
        return ()
    scope = scope_of(index, query, problems)
    words: Alternatives = {
        word: duration_spellings(word) if DURATION.fullmatch(word) else (word,) for word in query.words
    }
    ranked = _ranked_groups(index, query, scope, words)
    if query.words and sum(len(group.matches) for _, group in ranked) < _FEW:
        similar = {word: (*words[word], *index.similar_words(word)) for word in query.words}
        if similar != words or len(words) == 1:
            ranked = _ranked_groups(index, query, scope, similar, spread=True)
    if query.asks_for_problems:
        ranked.append((-1, _problems(index, query, scope, problems)))
    return tuple(group for _, group in sorted(ranked, key=lambda pair: _tier(pair[0])) if group.matches)


def _tier(rank: int) -> int:
    """What sorts the groups: those in which a word begins with what is asked, those that contain it, those that may."""
    return rank if rank < 0 else _WHOLE if rank < _INSIDE else rank


def _ranked_groups(
    index: Index, query: Query, scope: StepSet, words: Alternatives, *, spread: bool = False
) -> list[tuple[int, MatchGroup]]:
    groups = []
    for kind in LineKind:
        if query.only_kind not in (None, kind):
            continue
        if kind in (LineKind.ACTION, LineKind.EVENT):  # a match for all lines that are alike
            groups.append(_shared(index, kind, query, scope, words))
        elif kind in SEARCHED:
            groups.append(_LineSearch(index, kind, query, scope).group(words, spread=spread))
    return groups


# Lines


class _LineSearch:
    """The lines of one kind that match a query."""

    def __init__(self, index: Index, kind: LineKind, query: Query, scope: StepSet) -> None:
        self._index = index
        self._kind = kind
        self._query = query
        self._excluded = query.excluded
        self._scope = scope
        self._store = index.stores[kind]
        self._ranked: dict[int, _RankedLine] = {}
        self._was_cut = False
        """Whether there may be more than were examined."""

    def group(self, words: Alternatives, *, spread: bool) -> tuple[int, MatchGroup]:
        """The best rank, and the matches; with ``spread`` names too that only have the letters of a word."""
        if not words:
            self._take_all()
        else:
            longest = max(words, key=len)  # the rarest, most likely
            self._take_with_word(longest, words)
            if len(words) > 1:
                self._take_in_workflows(longest, words)
            elif spread and self._kind in (LineKind.WORKFLOW, LineKind.STEP) and len(longest) > 1:
                self._take_with_letters(longest)
        in_order = sorted(self._ranked.values(), key=lambda ranked: ranked[:3])
        matches = tuple(self._match(ranked) for ranked in in_order[:MOST])
        has_more = self._was_cut or len(in_order) > MOST
        return (in_order[0].rank if in_order else _NONE), MatchGroup(self._kind, matches, has_more)

    def _take_all(self) -> None:
        for line in self._lines_in_scope():
            if not self._is_allowed(line):
                continue
            if len(self._ranked) == MOST:
                self._was_cut = True
                return
            self._ranked[line] = _RankedLine(_WHOLE, 0, line, tuple(self._name_spans(line)))

    def _take_with_word(self, word: str, words: Alternatives) -> None:
        """Those that contain a word, or what may stand for it."""
        is_duration = DURATION.fullmatch(word) is not None
        for alternative in words[word]:
            is_similar = alternative != word and not is_duration
            lines = self._store.containing(alternative, most=_MOST_SEARCHED if is_similar else math.inf)
            was_cut = not self._take(lines, _MOST_EXAMINED, words)
            self._was_cut |= was_cut or (is_similar and self._store.is_longer(_MOST_SEARCHED))
            if was_cut and alternative == word:  # nothing is better because it begins with what is only similar
                for before in ("\n", SEPARATOR, " "):  # what begins with it is to be among those that are shown
                    self._take(self._store.containing(word, before, _MOST_SEARCHED), MOST, words)

    def _take_in_workflows(self, word: str, words: Alternatives) -> None:
        """Those of workflows whose name contains a word."""
        named = (
            number
            for number, title in enumerate(self._index.titles)
            if any(alternative in title for alternative in words[word])
        )
        lines = (line for number in named for line in self._store.lines_of(number))
        self._was_cut = not self._take(lines, _MOST_EXAMINED, words) or self._was_cut

    def _take_with_letters(self, word: str) -> None:
        """Those whose name has the letters of a word in their order."""
        for line, size in islice(self._store.with_letters(word), MOST):
            if line not in self._ranked and self._is_allowed(line):
                starts, spans = _letters(self._store.lowered(line).partition(SEPARATOR)[0], word)
                self._ranked[line] = _RankedLine(_SPREAD, size - 1_000 * starts, line, spans)

    def _take(self, lines: Iterable[int], most: int, words: Alternatives) -> bool:
        """Rank those of some lines that match, examining no more than so many; whether those were all."""
        for examined, line in enumerate(lines):
            if examined == most:
                return False
            if line not in self._ranked and self._store.step_of(line) in self._scope:
                ranked = self._rank(line, words)
                if ranked is not None and not self._is_excluded(line):
                    self._ranked[line] = ranked
        return True

    def _is_allowed(self, line: int) -> bool:
        return self._store.step_of(line) in self._scope and not self._is_excluded(line)

    def _is_excluded(self, line: int) -> bool:
        """Whether a line, or the name of its workflow, contains a word that it must not."""
        if not self._excluded:
            return False
        if self._workflow_is_excluded[self._store.located(line)[0]]:
            return True
        text = self._store.lowered(line)
        return any(word in text for word in self._excluded)

    @cached_property
    def _workflow_is_excluded(self) -> Sequence[bool]:
        """Of each workflow whether its name contains a word that a line of it must not."""
        return [any(word in title for word in self._excluded) for title in self._index.titles]

    def _title_of(self, line: int) -> str:
        return self._index.titles[self._store.located(line)[0]]

    def _lines_in_scope(self) -> Iterator[int]:
        """The lines of what is allowed, without looking at all others where it is few."""
        if self._kind is LineKind.STEP and len(self._scope) < len(self._store):
            for number in self._scope:
                workflow, step = self._index.located_step(number)
                if step:
                    yield self._store.lines_of(workflow)[step - 1]
        else:
            yield from range(len(self._store))

    def _name_spans(self, line: int) -> Iterator[Span]:
        """Where in the line of a workflow or step stands what asks for its name."""
        text = self._store.lowered(line)
        for term in self._query.keyed:
            if term.key == self._kind.name.lower() and not term.negated and (at := text.find(term.value)) >= 0:
                yield at, at + len(term.value)

    def _rank(self, line: int, words: Alternatives) -> _RankedLine | None:
        """How well a line matches; None where one of the words is neither in it nor in the name of its workflow."""
        text = self._store.lowered(line)
        worst = total = 0
        spans: list[Span] = []  # at least one: a line does not match by the name of its workflow alone
        for alternatives in words.values():
            if (best := _best_of(text, alternatives)) is not None:
                rank, span = best
                spans.append(span)
            elif any(alternative in self._title_of(line) for alternative in alternatives):
                rank = _INSIDE
            else:
                return None
            worst, total = max(worst, rank), total + rank
        if not spans:
            return None
        return _RankedLine(worst, total * 10_000 + min(len(text), 9_999), line, tuple(sorted(spans)))

    def _match(self, ranked: _RankedLine) -> Match:
        number = self._store.step_of(ranked.line)
        workflow, step = self._index.located_step(number)
        context = ""
        if self._kind is LineKind.STEP:
            context = self._index.action(number)
        elif step:
            context = self._index.step_name(workflow, step)
        text, entry = self._store.text(ranked.line), self._index.entries[workflow]
        return Match(self._kind, text, ranked.spans, entry, context, ranked.line)


def _best_of(text: str, alternatives: Sequence[str]) -> tuple[int, Span] | None:
    """How well the first of some alternatives that a text contains matches, and where; None where it contains none."""
    word = next((alternative for alternative in alternatives if alternative in text), None)
    if word is None:
        return None
    rank, start = _best(text, word)
    return (rank if word == alternatives[0] else _SIMILAR), (start, start + len(word))


def _best(text: str, word: str) -> tuple[int, int]:
    """How well a word matches the part of a text that it matches best, and where."""
    part = 0 if text.startswith(word) else text.find(f"{SEPARATOR}{word}") + 1 or -1
    if part >= 0:
        return (_WHOLE if text[part + len(word) :][:1] in ("", SEPARATOR) else _BEGINNING), part
    first = at = text.find(word)
    while at >= 0:
        if not text[at - 1].isalnum():
            return _WORD, at
        at = text.find(word, at + 1)
    return _INSIDE, first


def _letters(text: str, letters: str) -> tuple[int, tuple[Span, ...]]:
    """Where the letters stand that are spread over a text, at the beginnings of words where they can, and how many of
    them do."""
    starts = [at for at, letter in enumerate(text) if letter.isalnum() and not text[at - 1 : at].isalnum()]
    first = next((at for at in starts if text[at] == letters[0]), None)
    if first is None:
        return 0, ()
    # What is not behind the first of its letters is not behind a later one either.
    places = _places(text, letters, first, starts) or _places(text, letters, first, ()) or []
    return len({*starts}.intersection(places)), tuple((at, at + 1) for at in places)


def _places(text: str, letters: str, first: int, preferred: Sequence[int]) -> list[int] | None:
    """Where the letters stand from the place of the first on, each at the next preferred place that has it; None where
    they do not all stand there in order."""
    places = [first]
    for letter in letters[1:]:
        behind = islice(preferred, bisect_right(preferred, places[-1]), None)
        place = next((at for at in behind if text[at] == letter), None)
        if place is None:
            place = text.find(letter, places[-1] + 1)
        if place < 0:
            return None
        places.append(place)
    return places


# Actions and events


def _shared(index: Index, kind: LineKind, query: Query, scope: StepSet, words: Alternatives) -> tuple[int, MatchGroup]:
    """Each action, or event, that has all of the words, with how many steps or workflows have it."""
    store = index.stores[kind]
    ranked = []
    for text, lines in (index.actions if kind is LineKind.ACTION else index.events).items():
        best = _best_of_all(lowered(text), query, words)
        if best is None:
            continue
        rank, spans = best
        allowed = lines if scope.is_everything else [line for line in lines if store.step_of(line) in scope]
        if allowed:
            entry = index.entries[store.located(allowed[0])[0]] if len(allowed) == 1 else None
            match = Match(kind, text, spans, entry, "", allowed[0], len(allowed))
            ranked.append((rank, -len(allowed), match))
    ranked.sort(key=lambda triple: triple[:2])
    matches = tuple(match for _, _, match in ranked[:MOST])
    return (ranked[0][0] if ranked else _NONE), MatchGroup(kind, matches, len(ranked) > MOST)


def _best_of_all(text: str, query: Query, words: Alternatives) -> tuple[int, tuple[Span, ...]] | None:
    """How well a text matches that has all of the words and none that it must not; None for any other."""
    if not words or any(word in text for word in query.excluded):
        return None
    worst = 0
    spans = []
    for alternatives in words.values():
        best = _best_of(text, alternatives)
        if best is None:
            return None
        worst = max(worst, best[0])
        spans.append(best[1])
    return worst, tuple(sorted(spans))


# Problems


def _problems(index: Index, query: Query, scope: StepSet, problems: Sequence[Problem]) -> MatchGroup:
    """Those of the rules, and in the steps, that a query asks for."""
    terms = [term for term in query.keyed if term.key == "problem"]
    asks_for_steps = len(terms) < len(query.keyed)
    values = (*query.words, *(term.value for term in terms if not term.negated))
    matches = []
    for problem in problems:
        if any(is_about(problem, term.value) == term.negated for term in terms):
            continue
        if asks_for_steps and ((step := step_of(index, problem)) is None or step not in scope):
            continue
        text = f"{problem.message}{SEPARATOR}{problem.rule}"
        place = problem.entry.title if problem.entry is not None else problem.document.path
        low, low_place = lowered(text), lowered(place)
        if _has_words(f"{low}\n{low_place}", query):
            spans = sorted((at, at + len(value)) for value in values if (at := low.find(value)) >= 0)
            matches.append(Match(LineKind.PROBLEM, text, tuple(spans), problem.entry, problem=problem))
    return MatchGroup(LineKind.PROBLEM, tuple(matches[:MOST]), len(matches) > MOST)


def _has_words(text: str, query: Query) -> bool:
    """Whether a text contains all of the words and none that it must not."""
    return all(word in text for word in query.words) and not any(word in text for word in query.excluded)
