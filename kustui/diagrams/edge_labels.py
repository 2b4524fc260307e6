"""Under which conditions a run comes to a step, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.analysis.must_reach import holds_always
from kustui.diagrams.words import condition_words, name_of

if TYPE_CHECKING:
    from kustui.analysis.flow import Flow, Way


def way_words(flow: Flow, way: Way) -> str:
    """``if status is "open"``, ``otherwise``, ``on failure``; nothing for a way that is always taken.

    The first way whose condition holds is taken [docs], so one that always holds is for what is left by those before.
    A name that people gave it comes first, in quotes.
    """
    label = f"“{way.transition.label}”" if way.transition.label else ""
    failure = "on failure" if way.after_failure else ""
    return " ".join(filter(None, (label, failure, _condition(flow, way))))


def leading_words(flow: Flow, node: str) -> str:
    """The ways that lead to a node from others, each told once; nothing where every one of them is always taken."""
    ways = [(way, way_words(flow, way)) for way in flow.into[node] if way.source != node]
    if not any(words for _, words in ways):
        return ""
    return ", or ".join(dict.fromkeys(words or f"after {name_of(flow, way.source)}" for way, words in ways))


def _condition(flow: Flow, way: Way) -> str:
    if not holds_always(way.transition):
        return f"if {condition_words(flow, way.transition)}"
    for tried in flow.written[way.source]:
        if tried.transition is way.transition:
            return ""
        if tried.after_failure == way.after_failure:
            return "otherwise"
    return ""
