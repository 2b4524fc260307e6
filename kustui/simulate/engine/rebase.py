"""A rehearsal carried over to a definition that was edited meanwhile: the same decisions, made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustui.definition.dates import iso_date
from kustui.simulate.engine.state import initial_state
from kustui.simulate.engine.stepping import History
from kustui.simulate.scenarios.model import Scenario
from kustui.simulate.scenarios.read import ResolvedScenario, as_file
from kustui.simulate.scenarios.record import record_scenario
from kustui.simulate.scenarios.replay import replayed_states, start_scenario

if TYPE_CHECKING:
    from kustui.simulate.engine.organisation import Organisation

_TITLE = "a rehearsal under way"


def rebase(history: History, organisation: Organisation) -> History:
    """The rehearsal up to the state at hand, in another organisation, as far as it comes there.

    Outputs stay as they were given or drafted. Raises ScenarioError where a workflow or step that a decision was made
    about is not there any more, and TraceTruncatedError where the beginning is no longer kept.
    """
    now = history.state
    written = record_scenario(_TITLE, now)
    if not written["start"]:  # nothing has been decided yet
        return History((initial_state(organisation, now.seed, iso_date(now.began), now.variables),))
    file = as_file(Scenario.model_validate(written))
    cast = ResolvedScenario(file, organisation)
    states = [start_scenario(file, organisation, cast)]
    for state in replayed_states(states[0], cast):
        if len(state.trace) > len(now.trace):
            break
        states.append(state)
        if len(state.trace) == len(now.trace) and state.finished:
            break
    return History(tuple(states), len(states) - 1)
