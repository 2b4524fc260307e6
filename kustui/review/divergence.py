"""Two paths that one event takes, on the old and on the new side: where they part, in words."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from kustui.text.messages import enumerated

ENDS, BREAKS_OFF, IS_RETRIED, UNDECIDED = "ends", "breaks off", "is retried", "is undecided"
"""How a run comes to its end. One that is retried as a whole begins again, which is not followed."""
_MOST_NAMED = 3


class PathStep(NamedTuple):
    """A trigger or a step on a path, by the id that it has now."""

    node: str
    fails: bool = False


class Path(NamedTuple):
    """The way that a run goes through a workflow."""

    steps: tuple[PathStep, ...]
    """The trigger first."""
    end: str
    """``ENDS``, ``BREAKS_OFF``, ``IS_RETRIED`` or ``UNDECIDED``."""


class Divergence(NamedTuple):
    """Where two paths differ: what comes before and after is the same in both."""

    before: tuple[PathStep, ...]
    """The last step that is the same before they differ, alone."""
    old: tuple[PathStep, ...]
    new: tuple[PathStep, ...]
    goes_on: bool
    """Whether the same steps follow in both."""
    turn: Hashable
    """The last common step and how each path goes on from there, which is the same for all paths that part so."""

    @classmethod
    def of(cls, old: Path, new: Path) -> Divergence:
        one, other = old.steps, new.steps
        shortest = min(len(one), len(other))
        first = next((index for index in range(shortest) if one[index] != other[index]), shortest)
        alike = 0
        while old.end == new.end and alike < shortest - first and one[-1 - alike] == other[-1 - alike]:
            alike += 1
        return cls(
            one[first - 1 : first],
            one[first : len(one) - alike],
            other[first : len(other) - alike],
            alike > 0,
            (*one[first - 1 : first], _next(old, first), _next(new, first)),
        )


def _next(path: Path, index: int) -> str:
    """The step of a path at an index, or how it ends before."""
    return path.steps[index].node if index < len(path.steps) else f"/{path.end}"


def divergence_in_words(old: Path, new: Path, why: str, name_of: Callable[[str], str]) -> str:
    """What is different, in clauses: ``Escalate no longer runs; it ends after Find order``. ``why`` says why the new
    path ends."""

    def names(steps: Sequence[PathStep]) -> str:
        named = [f"{name_of(step.node)}{' failing' if step.fails else ''}" for step in steps]
        if len(named) > _MOST_NAMED:
            named = [*named[: _MOST_NAMED - 1], f"{len(named) - _MOST_NAMED + 1} more"]
        return enumerated(named)

    where = Divergence.of(old, new)
    if where.new and not where.old and old.end == BREAKS_OFF != new.end:
        return f"it no longer breaks off at {names(where.before)} and goes on to {names(where.new)}"
    clauses = (*_steps_in_words(where, names), *_end_in_words(where, old, new, why, names))
    return "; ".join(clauses)


_Names = Callable[[Sequence[PathStep]], str]


def _steps_in_words(where: Divergence, names: _Names) -> Iterator[str]:
    """Which steps run and which no longer do."""
    gone, came = where.old, where.new
    if gone and came:
        yield f"{names(came)} {'run' if came[1:] else 'runs'} instead of {names(gone)}"
    elif gone:
        yield f"{names(gone)} no longer {'run' if gone[1:] else 'runs'}"
    elif came and where.goes_on:
        yield f"{names(came)} {'run' if came[1:] else 'runs'} after {names(where.before)}"
    elif came:
        yield f"it goes on to {names(came)} after {names(where.before)}"


def _end_in_words(where: Divergence, old: Path, new: Path, why: str, names: _Names) -> Iterator[str]:
    """How the run ends now, where that is not as it was."""
    last = names(new.steps[-1:])
    if old.end == new.end:
        if where.old and not where.new and not where.goes_on:
            yield f"it ends after {last}"
    elif new.end == BREAKS_OFF:
        yield f"it breaks off at {last}: {why}"
    elif new.end == IS_RETRIED:
        yield f"the run is retried after {last}"
    else:
        yield f"it no longer {'breaks off at' if old.end == BREAKS_OFF else 'is retried after'} {names(old.steps[-1:])}"
