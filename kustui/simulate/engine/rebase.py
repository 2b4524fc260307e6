"""A rehearsal carried over to a definition that was edited meanwhile: the same decisions, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.simulate.engine.state import beginning
from kustui.simulate.engine.stepping import History
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.read import Cast, as_file
from kustui.simulate.scenarios.record import saved
from kustui.simulate.scenarios.replay import begun, played
from kustui.simulate.values.dates import iso

if TYPE_CHECKING:
    from kustui.simulate.engine.organisation import Organisation

_TITLE = "a rehearsal under way"


def rebased(history: History, organisation: Organisation) -> History:
    """The rehearsal up to the state at hand, in another organisation, as far as it comes there.

    Outputs stay as they were given or drafted. Raises ScenarioError where a workflow or step that a decision was made
    about is not there any more, and NotAllKeptError where the beginning is no longer kept.
    """
    now = history.state
    written = saved(_TITLE, now)
    if not written["start"]:  # nothing has been decided yet
        return History((beginning(organisation, now.seed, iso(now.began), now.variables),))
    file = as_file(Scenario.model_validate(written))
    cast = Cast(file, organisation)
    states = [begun(file, organisation, cast)]
    for state in played(states[0], cast):
        if len(state.trace) > len(now.trace):
            break
        states.append(state)
        if len(state.trace) == len(now.trace) and state.finished:
            break
    return History(tuple(states), len(states) - 1)
