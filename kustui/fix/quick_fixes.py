"""The fixes of problems: which rules have one, and what it does."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kustui.analysis.workflow_analysis import AnalysisCache
from kustui.check.problems import Problem
from kustui.definition.source.source import Extent, Source
from kustui.fix.edits import Fix, TextEdit
from kustui.fix.json_edits import replace_string, text_of
from kustui.text.messages import quoted

_LONGEST_CHANGE = 24
_LONGEST_TEXT = 60


def fixes_of(problem: Problem, analyses: AnalysisCache) -> tuple[Fix, ...]:
    """The fixes of a problem, the best first; none where nobody can know what was intended."""
    rule = FIXES.get(problem.rule)
    return tuple(rule.fixes(problem, analyses)) if rule is not None else ()


def safe_fixes(problems: Iterable[Problem], analyses: AnalysisCache, *, unsafe: bool = False) -> tuple[Fix, ...]:
    """The fixes that are made without asking, those that are not safe among them if that is wanted: for each problem
    its first one, without those that touch the bytes of an earlier one."""
    chosen: list[Fix] = []
    taken: dict[Source, list[Extent]] = {}
    for problem in problems:
        if not (problem.is_certain or unsafe):
            continue
        fix = next(iter(fixes_of(problem, analyses)), None)
        if fix is not None and (fix.is_safe or unsafe) and all(_is_free(edit, taken) for edit in fix.edits):
            chosen.append(fix)
            for edit in fix.edits:
                extents = taken.setdefault(edit.source, [])
                extents.insert(bisect_left(extents, edit.extent), edit.extent)
    return tuple(chosen)


def _is_free(edit: TextEdit, taken: Mapping[Source, list[Extent]]) -> bool:
    extents = taken.get(edit.source, [])
    at = bisect_left(extents, edit.extent)
    before, after = extents[max(0, at - 1) : at], extents[at : at + 1]
    return all(extent.end <= edit.extent.start for extent in before) and all(
        edit.extent.end <= extent.start and extent != edit.extent for extent in after
    )


def _intended(problem: Problem, analyses: AnalysisCache) -> Iterator[Fix]:
    """What was probably intended, in the very place of the problem: in a key, a string or a part of one."""
    if problem.intended is None:
        return
    source, extent = problem.document.source, problem.where()
    value, key = problem.document.spot(problem.pointer)
    whole = key if problem.on_key else value
    if whole is None or source.data[whole.start : whole.start + 1] != b'"':
        return
    if not whole.start <= extent.start <= extent.end <= whole.end:
        return
    yield Fix(
        _title(text_of(source, extent), problem.intended),
        (replace_string(source, extent, problem.intended),),
        problem.is_certain,
    )


def _title(old: str, new: str) -> str:
    if not new:
        return f"remove {quoted(old)}"
    if max(len(old), len(new)) <= _LONGEST_CHANGE:
        return f"change {quoted(old)} to {quoted(new)}"
    return f"write {quoted(new, _LONGEST_TEXT)}"  # the two are most often the same at first


class RuleFix(NamedTuple):
    """The fixes of the problems of a rule."""

    fixes: Callable[[Problem, AnalysisCache], Iterator[Fix]]
    words: str
    """What the best one does, as the predicate of a sentence, and when it is safe."""


_NAME = RuleFix(_intended, "writes the name that is close; safe where no other is")

FIXES: Mapping[str, RuleFix] = dict.fromkeys(
    (
        "unknown-target",
        "unknown-step-reference",
        "unknown-workflow",
        "unknown-input-reference",
        "missing-input",
        "unknown-input",
        "missing-param",
        "unknown-param",
        "unknown-operator",
        "unknown-function",
        "unknown-key",
        "invalid-shape",
        "unknown-event",
        "unknown-setting",
        "unknown-action",
        "unknown-action-input",
        "invalid-run-at",
        "undeclared-dependency",
        "impossible-path",
        "malformed-reference",
        "embedded-reference",
        "malformed-template",
        "event-name-mismatch",
        "app-version",
        "app-name",
    ),
    _NAME,
)
"""By rule: whatever is not here has no fix."""
