"""The fixes of problems: which rules have one, and what it does."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.check.problems import Problem
from kustui.definition.expressions import Reference, parse, template_path
from kustui.definition.source.source import Extent, Source
from kustui.errors import KustuiError
from kustui.fix import part_fixes
from kustui.fix.argument_fixes import add_arguments
from kustui.fix.edits import Fix, TextEdit, overlaps
from kustui.fix.json_edits import replace_string, text_of
from kustui.fix.written_edits import ComputedError, written_fix
from kustui.text.messages import quoted

_LONGEST_CHANGE = 24
_REFERENCE = "/#"
_FOLLOWED = re.compile(r"(/#[^\s,;:!?{}]+)([\s,;:!?].*)", re.DOTALL)
_OPEN_TAG = re.compile(r"(\{{2,3})[^\s{}]+\Z")
_LONGEST_TEXT = 60


def fixes_of(problem: Problem, analyses: AnalysisCache) -> tuple[Fix, ...]:
    """The fixes of a problem, the best first; none where nobody can know what was intended."""
    return fixes_and_reason(problem, analyses)[0]


def fixes_and_reason(problem: Problem, analyses: AnalysisCache) -> tuple[tuple[Fix, ...], str]:
    """The fixes of a problem that can be made, the best first, and why there are not more."""
    fixes = list[Fix]()
    reason = f"no quick fix for {problem.rule}: only you know what is to stand here"
    rule = FIXES.get(problem.rule)
    for maker in rule.makers if rule is not None else ():
        for fix in maker(problem, analyses):
            try:
                fixes.append(written_fix(fix))
            except ComputedError as error:
                reason = f"no quick fix: {error}"
    return tuple(fixes), reason


def is_fixable(problem: Problem) -> bool:
    """Whether a problem has a fix, as far as that is known without its workflow."""
    return problem.intended is not None or problem.is_certain or problem.rule in _ALWAYS_FIXABLE


def safe_fixes(problems: Iterable[Problem], analyses: AnalysisCache, *, unsafe: bool = False) -> dict[int, Fix]:
    """The fixes that are made without asking, those that are not safe among them if that is wanted: for each problem
    its first one, by which of the problems it is of.

    Without those that touch the bytes of an earlier one, unless both are made jointly: then the first of these has the
    edits of all, and the others have none.
    """
    chosen: dict[int, Fix] = {}
    taken: dict[Source, list[TextEdit]] = {}
    joined: dict[Hashable, dict[tuple[TextEdit, ...], int]] = {}
    for index, problem in enumerate(problems):
        fix = next(iter(fixes_of(problem, analyses)), None) if problem.is_certain or unsafe else None
        if fix is None or not (fix.is_safe or unsafe):
            continue
        together = joined.get(fix.joint.place) if fix.joint is not None else None
        if together is not None:
            if together.setdefault(fix.edits, index) == index:  # else it says the same as one of them
                chosen[index] = fix
        elif all(_is_free(edit, taken) for edit in fix.edits):
            chosen[index] = fix
            if fix.joint is not None:
                joined[fix.joint.place] = {fix.edits: index}
            for edit in fix.edits:
                insort(taken.setdefault(edit.source, []), edit, key=_place)
    for together in joined.values():
        _join(chosen, [*together.values()])
    return chosen


def _join(chosen: dict[int, Fix], joined: Sequence[int]) -> None:
    """Let the first of some fixes make all of them; if they cannot be made together, only itself."""
    first, *others = joined
    joint, parts = chosen[first].joint, [fix.joint.part for fix in map(chosen.__getitem__, joined) if fix.joint]
    if joint is None or not others:
        return
    try:
        chosen[first] = written_fix(chosen[first]._replace(edits=joint.edits(parts)))
    except KustuiError:
        for other in others:
            del chosen[other]
    else:
        chosen.update({other: chosen[other]._replace(edits=()) for other in others})


def _is_free(edit: TextEdit, taken: Mapping[Source, list[TextEdit]]) -> bool:
    """Whether an edit touches none of others, which are in the order of their places."""
    others = taken.get(edit.source, [])
    at = bisect_left(others, edit.extent, key=_place)
    return not overlaps((*others[max(0, at - 1) : at], edit, *others[at : at + 1]))


def _place(edit: TextEdit) -> Extent:
    return edit.extent


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
    if problem.intended.startswith(_REFERENCE):
        extent = whole  # a reference is never only a part of a string
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


def _template(problem: Problem, analyses: AnalysisCache) -> Iterator[Fix]:
    """A template in place of a reference that text follows; the braces that are missing at the end of a template."""
    source, extent = problem.document.source, problem.document.spot(problem.pointer).value
    if problem.intended is not None or source.data[extent.start : extent.start + 1] != b'"':
        return
    text = text_of(source, extent)
    if (match := _FOLLOWED.fullmatch(text)) and isinstance(reference := parse(match[1]), Reference):
        written = f"{{{{{{{template_path(reference.paths[0].segments)}}}}}}}" if reference.paths else ""
        if written and not parse(f"{written}{match[2]}").faults:
            edits = (replace_string(source, extent, f"{written}{match[2]}"),)
            yield Fix(f"write {quoted(written, _LONGEST_TEXT)} before the text", edits)
    if match := _OPEN_TAG.search(text):
        braces = "}" * len(match[1])
        if not parse(f"{text}{braces}").faults:
            yield Fix(f"close it with {braces}", (replace_string(source, extent, f"{text}{braces}"),))


class RuleFix(NamedTuple):
    """The fixes of the problems of a rule."""

    makers: tuple[Callable[[Problem, AnalysisCache], Iterator[Fix]], ...]
    """What makes them, the best first."""
    words: str
    """What the best one does, as the predicate of a sentence, and when it is safe."""


_NAME = RuleFix((_intended,), "writes the closest name; safe where no other name is close")
_ARGUMENT = _NAME._replace(makers=(_intended, part_fixes.remove_argument))
_MISSING = RuleFix(
    (_intended, add_arguments),
    "corrects a misspelt name, which is safe where no other is missing; adds a missing one where a step that has "
    "always run has such a field",
)
_EXPRESSION = RuleFix((_intended, _template), "writes it as Kustomer reads it; safe where it can mean nothing else")

FIXES: Mapping[str, RuleFix] = {
    "invalid-json": RuleFix(
        (part_fixes.right_syntax,),
        "adds the comma, colon, quotes or bracket that is missing, or removes what is too much; safe where nothing "
        "else can be right",
    ),
    "relaxed-json": RuleFix((part_fixes.remove_text,), "removes the comma, which is safe, or the comment"),
    "duplicate-key": RuleFix(
        (part_fixes.remove_one_of_two,), "removes the earlier one, which does not count; safe where both hold the same"
    ),
    "invalid-shape": RuleFix(
        (_intended, part_fixes.right_type),
        "writes the closest name, which is safe where no other is close; adds or removes quotes, or puts a value into "
        "a list, where that is all that is wrong",
    ),
    "unknown-key": _ARGUMENT._replace(words=f"{_NAME.words}, or removes a key that is close to none"),
    "duplicate-workflow-id": RuleFix((part_fixes.unique_workflow_id,), "gives the later workflow an id of its own"),
    "duplicate-workflow-name": RuleFix(
        (part_fixes.unique_workflow_name,), "gives the later workflow a name of its own"
    ),
    "duplicate-step-id": RuleFix((part_fixes.unique_step_id,), "gives the later step an id of its own"),
    "missing-workflow-id": RuleFix((part_fixes.add_workflow_id,), "adds an id that no other workflow has"),
    "event-name-mismatch": RuleFix(
        (part_fixes.event_and_id,),
        "names the event after the id; safe where the event is that of another workflow",
    ),
    "unknown-target": _NAME,
    "no-entry": RuleFix((part_fixes.lead_to_first_step,), "leads to the step that nothing else leads to"),
    "unknown-operator": RuleFix(
        (_intended,), "writes the operator that says the same, or the closest name; safe where there is only one"
    ),
    "operator-arity": RuleFix((part_fixes.remove_values,), "removes the values that are not read"),
    "unknown-step-reference": _NAME,
    "impossible-path": RuleFix((_intended,), "reads what was probably intended"),
    "unknown-input-reference": _NAME,
    "error-reference": RuleFix((part_fixes.add_error_case,), "adds an error case to the only step that leads there"),
    "malformed-reference": _EXPRESSION,
    "embedded-reference": _EXPRESSION,
    "malformed-template": _EXPRESSION,
    "unknown-function": RuleFix((_intended,), "writes the closest name; safe where only capitals differ"),
    "unknown-workflow": RuleFix(
        (_intended,), "writes the closest id; safe in an app definition, where no other id is close"
    ),
    "missing-input": _MISSING,
    "unknown-input": _ARGUMENT,
    "invalid-run-at": _NAME,
    "unknown-action": _NAME,
    "missing-param": _MISSING,
    "unknown-param": _ARGUMENT,
    "unknown-action-input": _NAME,
    "unknown-setting": _NAME,
    "unknown-event": _NAME,
    "app-name": RuleFix((_intended,), "writes an underscore in place of each dash and blank"),
    "app-version": RuleFix((_intended,), "writes all three numbers, which is safe"),
    "undeclared-dependency": RuleFix(
        (_intended, part_fixes.add_dependency),
        "adds it to dependencies, which is safe, or writes the name of one that is close",
    ),
    "invalid-version-range": RuleFix(
        (_intended,), "writes the dash before the range, and dots for commas; safe where that is a range"
    ),
    "unused-suppression": RuleFix(
        (part_fixes.remove_unused,), "removes it, which is safe; none where other files may have the problem"
    ),
}
"""By rule: one that is not here has no fix, as nobody can know what was intended."""
_ALWAYS_FIXABLE = frozenset((
    "duplicate-key", "duplicate-step-id", "duplicate-workflow-id", "duplicate-workflow-name", "missing-workflow-id",
    "unknown-input", "unknown-param",
))  # fmt: skip
"""The rules of which every problem has a fix, whatever else is known."""
