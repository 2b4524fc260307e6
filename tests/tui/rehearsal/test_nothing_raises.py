"""Whatever a definition holds and whatever is decided, every pane of a rehearsal can be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kustui.analysis.workflow_analysis import WorkflowAnalysis
from kustui.simulate.engine.engine import (
    AbandonRun,
    AnswerQuestion,
    ClearOverrides,
    ForceEdge,
    SetFailure,
    SetOutput,
    preview_edges,
)
from kustui.simulate.engine.history import MAX_STATES
from kustui.simulate.organisation import Organisation
from kustui.simulate.scenarios.explore import build_path_scenario, explore_paths
from kustui.simulate.scenarios.file import as_file
from kustui.text.styled_lines import width_of
from kustui.tui.rehearsal.context_view import context_rows
from kustui.tui.rehearsal.history_rows import LogRows, coverage_rows, queue_rows
from kustui.tui.rehearsal.run_rail_view import draw_rail
from kustui.tui.rehearsal.scenario_actions import path_row, rebase_session
from kustui.tui.rehearsal.session import FAILURE, SCHEDULE, Session, StopPoint, begin_scenario
from kustui.tui.rehearsal.step_rows import heading_rows, step_rows
from kustui.tui.rehearsal.typed_values import (
    InputError,
    format_json,
    parse_failure,
    parse_json,
    parse_object,
    parse_yes_no,
)
from kustui.tui.widgets.rows import laid_out
from tests.support.strategies import WORKFLOW_VALUES, mutated_samples
from tests.support.trees import SAMPLE_PATHS, sample_examined, snapshot_of

if TYPE_CHECKING:
    from kustui.workspace.snapshot import Snapshot

pytestmark = pytest.mark.slow

DECISIONS = st.sampled_from(
    ["step", "step", "step", "step", "back", "give", "fail", "force", "answer", "leave", "undo"]
)


def look_at_everything(session: Session, width: int) -> None:
    key, node = session.position
    organisation = session.organisation
    entry = organisation.collection.by_key[key]
    drawn = draw_rail(session, WorkflowAnalysis(organisation.collection, entry, organisation.settings))
    for place in range(len(drawn.nodes)):
        drawn.row(place)
    pages = [
        *step_rows(session, node, width),
        *(row for each in drawn.nodes[:3] for row in step_rows(session, each, width)),
        *LogRows().rows(session, width),
        *coverage_rows(session, width),
    ]
    for row in pages:
        assert width_of(laid_out(row, width)) <= width
    for row in (*heading_rows(session), *context_rows(session, frozenset()), *queue_rows(session)[0]):
        laid_out(row, width)


def decided(session: Session, what: str, value: Any) -> Session:
    edges = preview_edges(session.state)
    match what:
        case "step":
            return session.stepped()
        case "back":
            return session.back()
        case "give":
            return session.decided(SetOutput(value))
        case "fail":
            return session.decided(SetFailure(404, value))
        case "force":
            return session.decided(ForceEdge(edges[-1].pointer if edges else ""))
        case "answer" if (question := session.state.question) is not None:
            return session.decided(AnswerQuestion(question.pointer, question.condition or value))
        case "leave":
            return session.decided(AbandonRun())
        case "undo":
            return session.decided(ClearOverrides()).toggled(StopPoint("step", *session.position))
    return session


def sessions_of(snapshot: Snapshot) -> list[Session]:
    organisation = Organisation(snapshot.analyses, snapshot.by_entry)
    return [Session.begin(organisation, entry.key) for entry in snapshot.collection.entries]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(mutated_samples(), st.lists(st.tuples(DECISIONS, WORKFLOW_VALUES), max_size=25))
def test_a_mutilated_definition_is_rehearsed_all_the_same(definition: Any, decisions: list[tuple[str, Any]]) -> None:
    for session in sessions_of(snapshot_of(definition)):
        for what, value in decisions:
            session = decided(session, what, value)
        look_at_everything(session, 40)
        again = rebase_session(session, session.organisation)
        assert again is not None
        look_at_everything(again.session, 78)


@settings(deadline=None, max_examples=60)
@given(WORKFLOW_VALUES)
def test_any_json_is_rehearsed(value: Any) -> None:
    for definition in (value, {"workflows": [{"name": "w", "trigger": value, "steps": [value]}]}):
        for session in sessions_of(snapshot_of(definition)):
            for _ in range(4):
                session = session.stepped()
                look_at_everything(session, 40)


@pytest.mark.parametrize("name", SAMPLE_PATHS)
def test_a_sample_is_rehearsed_from_each_of_its_workflows_and_along_its_paths(name: str) -> None:
    for session in sessions_of(sample_examined(name))[:6]:
        session = session.toggled(SCHEDULE).toggled(FAILURE)
        for _ in range(12):
            session = session.stepped()
            look_at_everything(session, 52)
        session = session.after_running([*session.run_on(60, *session.breakpoints)] or session.history.states[:0])
        look_at_everything(session, 78)
        analysis = session.organisation.analysis(session.key)
        for number, path in enumerate(explore_paths(analysis, 6).paths, start=1):
            path_row(number, path)
            if (scenario := build_path_scenario(session.organisation, path).scenario) is not None:
                begun = begin_scenario(session, as_file(scenario), session.key)
                look_at_everything(begun.after_running([*begun.run_on(20)]), 52)
        assert len(session.history.states) < MAX_STATES


ODD = ["{", "[1,]", "NaN", "9" * 5_000, "[" * 5_000, '"\\ud800"', "404 {"]


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.sampled_from(ODD)))
def test_whatever_is_typed_is_read_or_refused_with_a_reason(text: str) -> None:
    for read in (parse_json, parse_object, parse_failure, parse_yes_no):
        told = "it is read"
        try:
            read(text)
        except InputError as refused:
            told = str(refused)
        assert told


@given(WORKFLOW_VALUES)
def test_what_is_offered_to_be_edited_is_json_again(value: Any) -> None:
    text = format_json(value)
    assert format_json(parse_json(text)) == text
