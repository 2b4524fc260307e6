"""Events that go another way through a workflow than they did, and the paths that are gone or new with them.

Paths are searched on both sides, an event is drafted for each that a change can concern, and the engine runs every
event on both: only what it confirms is a change.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from kustui.review.affected_paths import MOST_PATHS, Draft, Paths, affected_nodes, drafts_for
from kustui.review.divergence import UNDECIDED, Divergence, Path, divergence_in_words
from kustui.review.event_runs import Event, EventRun, Side, event_in_words, run_event, smallest_event, step_namer
from kustui.text.messages import counted

_MOST_STEPS = 4_000
"""That are executed for the comparison of one workflow, in all its runs; as many again to make the events small."""
_MOST_ALIKE = 3
"""Events that come along the changed parts in the same way, one after the other without showing anything new."""
_MOST_IDLE = 30
"""The same, as long as nothing is shown by any."""
_MOST_ASKED = 3
"""Pairs of paths that differ in the same way of which it is asked whether they are gone or new."""
_MOST_UNDECIDED = 5


class PathChange(Struct, frozen=True):
    """An event whose run takes another path now."""

    event: Event
    old: EventRun
    new: EventRun
    is_gone: bool
    """Whether no event takes the old path any more."""
    is_new: bool
    """Whether no event took the new path before."""
    words: str
    """What is different: ``Escalate no longer runs; the run ends after Find order``."""
    condition: str
    """What the event holds: ``status "open"``; empty for an event without anything."""
    others: int = 0
    """How many more pairs of paths differ in the same way, as the engine has confirmed."""

    @property
    def kind(self) -> str:
        """``gone``, ``new``, ``replaced`` for both, or ``elsewhere``: both paths exist on both sides, as far as can
        be told, and the event takes the other one."""
        if self.is_gone and self.is_new:
            return "replaced"
        return "gone" if self.is_gone else "new" if self.is_new else "elsewhere"

    @property
    def sentence(self) -> str:
        """The change for a person, with the event that shows it."""
        return f"with {self.condition or 'an empty event'}: {self.words}"


class PathComparison(Struct, frozen=True):
    """The changed behaviour of one workflow."""

    changes: tuple[PathChange, ...] = ()
    undecided: tuple[str, ...] = ()
    """What nobody can decide in a run on either side, so that the event says nothing, and why."""
    limits: tuple[str, ...] = ()
    """What was not looked at, because there is too much of it."""

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why events may go another way that are not among the changes."""
        return (*self.limits, *self.undecided)


def compare_paths(old: Side, new: Side) -> PathComparison:
    """The changed behaviour of a workflow that is there in both states."""
    affected = affected_nodes(old, new)
    return _Comparison(old, new, affected).result() if affected else PathComparison()


# The comparison


class _Shown(NamedTuple):
    """What one event has shown."""

    event: Event
    old: EventRun
    new: EventRun


class _Comparison:
    def __init__(self, old: Side, new: Side, affected: frozenset[str]) -> None:
        self._old, self._new = old, new
        self._old_paths, self._new_paths = Paths(old), Paths(new)
        (paths, more), (paths_now, more_now) = (side.explore(affected) for side in (self._old_paths, self._new_paths))
        self._drafts = [*drafts_for(old, paths, affected), *drafts_for(new, paths_now, affected)]
        self._are_more = more or more_now
        self._steps_left = _MOST_STEPS
        self._shown: dict[Hashable, dict[tuple[Path, Path], _Shown]] = {}
        """The smallest event for each two paths, by where they part."""
        self._undecided: dict[str, None] = {}
        self._untried = 0

    def result(self) -> PathComparison:
        self._try_events()
        self._steps_left = _MOST_STEPS
        changes = tuple(self._change([*alike.values()]) for alike in self._shown.values())
        return PathComparison(changes, tuple(self._undecided)[:_MOST_UNDECIDED], tuple(self._limits()))

    def _limits(self) -> Iterator[str]:
        if self._are_more:
            yield f"only {MOST_PATHS} of the paths through what changed were searched"
        if self._untried:
            yield f"{counted(self._untried, 'event')} more might show a change and had no turn"

    def _try_events(self) -> None:
        """Try one event of each kind in turn, as long as the kind shows anything new; for longer, where none does."""
        kinds = [iter(drafts) for drafts in self._drafts]
        for most in (_MOST_ALIKE, _MOST_IDLE):
            pending = [] if self._shown else [(drafts, 0) for drafts in kinds]
            while pending:
                drafts, idle = pending.pop(0)
                if idle == most or (draft := next(drafts, None)) is None:
                    continue
                if self._steps_left <= 0:
                    self._untried += 1 + sum(1 for _ in drafts)
                    continue
                pending.append((drafts, most // 2 if self._shows_new(draft) else idle + 1))

    def _shows_new(self, draft: Draft) -> bool:
        """Run an event and keep what it shows; whether its paths part in a way that was not seen before."""
        event, path = draft.event(), draft.expected_path
        other = self._new if draft.side is self._old else self._old
        if path is not None and self._goes(event, other, path):
            return False
        shown = self._run(event)
        paths = shown.old.path, shown.new.path
        if UNDECIDED in (paths[0].end, paths[1].end):
            self._undecided |= {run.why: None for run in shown[1:] if run.path.end == UNDECIDED}
            return False
        if paths[0] == paths[1]:
            return False
        turn = Divergence.of(*paths).turn
        alike = self._shown.setdefault(turn, {})
        is_new = not alike
        if paths not in alike or shown.event.size < alike[paths].event.size:
            alike[paths] = shown
        return is_new

    def _run(self, event: Event) -> _Shown:
        shown = _Shown(event, run_event(self._old, event), run_event(self._new, event))
        self._steps_left -= len(shown.old.path.steps) + len(shown.new.path.steps)
        return shown

    def _change(self, alike: Sequence[_Shown]) -> PathChange:
        """One change for those that turn from the old path in the same way, shown by the smallest event; if one of the
        smaller ones shows that a path is gone or new, by that."""
        by_size = sorted(alike, key=lambda shown: shown.event.size)
        claims = ((shown, self._claims(shown)) for shown in by_size[:_MOST_ASKED])
        first, claim = next((pair for pair in claims if any(pair[1])), (by_size[0], (False, False)))
        paths = first.old.path, first.new.path

        asked: dict[str, bool] = {}

        def still(event: Event) -> bool:
            key = repr((event.payload, [pair for pair in event.outputs.items() if pair[1] != {}], event.failures))
            if key not in asked:
                sides = zip((self._old, self._new), paths, strict=True)
                asked[key] = all(self._goes(event, side, path) for side, path in sides)
            return asked[key]

        event, old, new = self._run(smallest_event(first.event, still, lambda: self._steps_left > 0))
        names = step_namer(self._old, self._new)
        words, condition = divergence_in_words(*paths, new.why, names), event_in_words(event, names)
        return PathChange(event, old, new, *claim, words, condition, len(alike) - 1)

    def _goes(self, event: Event, side: Side, path: Path) -> bool:
        """Whether an event takes a path on a side; not where no more steps are allowed."""
        if self._steps_left <= 0:
            return False
        run = run_event(side, event, path)
        self._steps_left -= len(run.path.steps)
        return run.path == path

    def _claims(self, shown: _Shown) -> tuple[bool, bool]:
        """Whether the old path is gone, and whether the new one is new."""
        return self._new_paths.excludes(shown.old.path), self._old_paths.excludes(shown.new.path)
