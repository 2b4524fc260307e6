"""What a path is searched with: what is known of its runs, values that nobody knows yet, and constraints on them.

A path leads through one or more runs, of which the first is started and the others are scheduled. While it is searched
nobody knows what the steps return: each field of an output that is read is an unknown, a ``ValueOrigin``. For an edge
to be taken comparisons have to come out true, or false: these constraints are kept in disjunctive normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from enum import Enum, auto
from itertools import islice, product
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from kustui.analysis.reads import Fields
from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.definition.expressions import AllOf, Always, AnyOf, Comparison, Condition, Never, Operand, Unreadable
from kustui.definition.models import Step
from kustui.definition.platform import COMPUTED_ACTIONS, SCHEDULE_ACTION, TRANSFORM_ACTION
from kustui.simulate.layered_map import LayeredMap

NOT_CHOSEN = (*COMPUTED_ACTIONS, SCHEDULE_ACTION)
"""Actions whose output nobody can choose."""
STATUS = ("statusCode",)
MESSAGE = ("body", "message")

K = TypeVar("K")
V = TypeVar("V")


class OutputKind(Enum):
    """What is known of the output of a trigger or a step that a path has passed."""

    UNKNOWN = auto()
    """It may be anything."""
    COMPUTED = auto()
    """Nobody can choose it, since kustui computes it."""
    NONE = auto()
    """It is what the data of the run has there, which is nothing where the step has failed."""


class ValueOrigin(NamedTuple):
    """A field whose value is unknown while a path is searched."""

    run: int
    """Which run of the path, counted from 0."""
    node: str
    fields: Fields
    failure: bool = False
    """Whether it is of the node's failure instead of its output: ``STATUS``, or ``body`` and what is below."""


def is_of_list(name: str) -> bool:
    """Whether a field is an element of a list, or its length."""
    return name == "length" or name.isdigit()


class Scope(NamedTuple):
    """From where something is read."""

    run: int = 0
    failed: str = ""
    """The step whose failure ``/#error`` reads; empty where none has failed on the path."""


class PathRun(Struct, frozen=True):
    """One run of a path: of which workflow, and where it is scheduled."""

    analysis: WorkflowAnalysis
    due: int = 0
    """Milliseconds after the first run, as far as that is written down."""
    scheduled_in: Scope | None = None
    """None for the first, which a payload starts."""
    step: str = ""
    """The step that schedules it."""
    inputs: Any = None
    """What the step passes on, as it is written."""


class SymbolicRun(Struct, frozen=True):
    """What is known of one run while its path is searched."""

    path_run: PathRun
    data: Mapping[str, Any]
    """The run's data so far, its ``steps`` a LayeredMap; outputs that are not known yet are missing."""
    now: int
    """Milliseconds since 1970."""
    outputs: LayeredMap[str, OutputKind] = field(default_factory=LayeredMap)
    """The nodes that the path has passed."""
    failed: str = ""
    """The step that has failed last; empty where none has."""
    transforms: tuple[Step, ...] = ()
    """The steps that the path has passed which only give their params back."""

    @property
    def analysis(self) -> WorkflowAnalysis:
        return self.path_run.analysis

    def after(self, node: str, *, fails: bool) -> SymbolicRun:
        """The run once a path has passed one more trigger or step."""
        part = self.analysis.flow.part(node)
        if fails:
            return replace(self, outputs=self.outputs.plus({node: OutputKind.NONE}), failed=node)
        if isinstance(part, Step) and part.schedules:
            data = {**self.data, "steps": self.data["steps"].plus({node: {}})}
            return replace(self, data=data, outputs=self.outputs.plus({node: OutputKind.NONE}))
        kind = OutputKind.UNKNOWN
        if isinstance(part, Step):
            computed = part.action in NOT_CHOSEN
            if part.action == TRANSFORM_ACTION:
                transforms = (*self.transforms, part)
                return replace(self, outputs=self.outputs.plus({node: OutputKind.COMPUTED}), transforms=transforms)
            kind = OutputKind.COMPUTED if computed else OutputKind.UNKNOWN if part.action else OutputKind.NONE
        return replace(self, outputs=self.outputs.plus({node: kind}))


class Trials(Struct):
    """How many values may still be tried in a search; with none left, what is not easily met stays unsolved."""

    remaining: int = 100_000


class SymbolicState(Struct, frozen=True):
    """What is known of the runs of a path while it is searched."""

    runs: tuple[SymbolicRun, ...]
    trials: Trials = field(default_factory=Trials)
    cache: dict[Hashable, Any] = field(default_factory=dict)
    """What came of constraints that were solved before: they come again on other paths."""
    number: int = 0
    """What distinguishes these runs from others that share the cache."""

    @property
    def scope(self) -> Scope:
        """From where the latest step reads."""
        return Scope(len(self.runs) - 1, self.runs[-1].failed)

    def after(self, node: str, *, fails: bool) -> SymbolicState:
        """The state once the latest run has passed one more trigger or step."""
        return replace(self, runs=(*self.runs[:-1], self.runs[-1].after(node, fails=fails)))

    def beginning(self, run: SymbolicRun) -> SymbolicState:
        """The state once one more run has begun."""
        key = (run.analysis.key, run.path_run.step, run.path_run.scheduled_in)
        return replace(self, runs=(*self.runs, run), number=self.numbered("runs", self.number, key))

    def once(self, key: Hashable, make: Callable[[], V]) -> V:
        """What is made for a key, once for all states that share the cache."""
        if key not in self.cache:
            self.cache[key] = make()
        made: V = self.cache[key]
        return made

    def numbered(self, *key: Hashable) -> int:
        """A number for something that is long, so that what is made of it can be found by that."""
        number: int = self.cache.setdefault(key, len(self.cache) + 1)
        return number


# Constraints

MAX_CONJUNCTIONS = 16
"""Combinations that are tried. A condition with more is never said to be impossible."""


class Constraint(NamedTuple):
    """A comparison that has to come out true, or false."""

    comparison: Comparison
    holds: bool
    scope: Scope = Scope()

    @property
    def key(self) -> tuple[str, bool, Scope]:
        """What distinguishes it from others of the same path: where it stands, and what is asked."""
        return self.comparison.pointer, self.holds, self.scope

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Those that count."""
        return self.comparison.operands[: self.comparison.meaning.reads]


Conjunction = tuple[Constraint, ...]
"""Constraints that have to be met together."""


class Disjunction(NamedTuple):
    """Conjunctions of which any is enough."""

    conjunctions: tuple[Conjunction, ...]
    complete: bool
    """Whether there are no others."""

    def and_(self, other: Disjunction) -> Disjunction:
        """Both have to be met."""
        pairs = product(self.conjunctions, other.conjunctions)
        conjunctions = tuple(_distinct((*left, *right)) for left, right in islice(pairs, MAX_CONJUNCTIONS))
        whole = len(self.conjunctions) * len(other.conjunctions) <= MAX_CONJUNCTIONS
        return Disjunction(conjunctions, self.complete and other.complete and whole)

    def or_(self, other: Disjunction) -> Disjunction:
        """One of both has to be met."""
        conjunctions = (*self.conjunctions, *other.conjunctions)
        whole = len(conjunctions) <= MAX_CONJUNCTIONS
        return Disjunction(conjunctions[:MAX_CONJUNCTIONS], self.complete and other.complete and whole)

    def in_scope(self, scope: Scope) -> Disjunction:
        """The same, read in a scope."""
        conjunctions = (tuple(part._replace(scope=scope) for part in conjunction) for conjunction in self.conjunctions)
        return Disjunction(tuple(conjunctions), self.complete)


ALWAYS_MET = Disjunction(((),), complete=True)
NEVER_MET = Disjunction((), complete=True)
UNKNOWN = Disjunction(((),), complete=False)
"""Nobody can say what meets it."""


def constraints_for(condition: Condition | None, holds: bool) -> Disjunction:
    """What makes a condition true, or false."""
    match condition:
        case None | Unreadable():
            return UNKNOWN
        case Always():
            return ALWAYS_MET if holds else NEVER_MET
        case Never():
            return NEVER_MET if holds else ALWAYS_MET
        case Comparison():
            return Disjunction(((Constraint(condition, holds),),), complete=True)
        case AllOf(parts) | AnyOf(parts) if not parts:
            return UNKNOWN
        case AllOf(outcome=bool(outcome)) | AnyOf(outcome=bool(outcome)):
            return ALWAYS_MET if outcome is holds else NEVER_MET
        case AllOf(parts):
            return _all(parts, holds) if holds else _any(parts, holds)
        case AnyOf(parts):
            return _any(parts, holds) if holds else _all(parts, holds)


def _all(parts: Iterable[Condition], holds: bool) -> Disjunction:
    """All have to be met. A way is a chain of what its parts ask, put together at the end: there may be thousands."""
    ways: list[_Chain] = [None]
    complete = True
    for part in parts:
        disjunction = constraints_for(part, holds)
        whole = len(ways) * len(disjunction.conjunctions) <= MAX_CONJUNCTIONS
        complete = complete and disjunction.complete and whole
        ways = list(islice(product(ways, disjunction.conjunctions), MAX_CONJUNCTIONS))
    return Disjunction(tuple(_distinct(_together(way)) for way in ways), complete)


_Chain = tuple["_Chain", Conjunction] | None


def _together(chain: _Chain) -> Conjunction:
    conjunctions: list[Conjunction] = []
    while chain is not None:
        chain, last = chain
        conjunctions.append(last)
    return tuple(constraint for conjunction in reversed(conjunctions) for constraint in conjunction)


def _any(parts: Iterable[Condition], holds: bool) -> Disjunction:
    result = NEVER_MET
    for part in parts:
        result = result.or_(constraints_for(part, holds))
    return result


def _distinct(conjunction: Conjunction) -> Conjunction:
    # Operands may hold lists, which have no hash: a comparison is identified by where it stands.
    if len(conjunction) < 2:
        return conjunction
    return tuple({(part.comparison.pointer, part.holds): part for part in conjunction}.values())


def literals_in(constraint: Constraint) -> Iterator[object]:
    """The values in a comparison that are written down and read nothing."""
    for operand in constraint.operands:
        expression = operand.expression
        if expression is None or not expression.paths:
            yield operand.value
