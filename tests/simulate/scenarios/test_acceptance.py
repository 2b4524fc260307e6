"""What came of a scenario accepted: afterwards it passes, and nothing else of its file is different."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.check.rule import app, called, schedule, step, to, when, workflow
from kustui.definition.source.source import Source
from kustui.fix.edits import by_source, edited, overlaps
from kustui.simulate.scenarios.acceptance import AcceptanceError, acceptance
from kustui.simulate.scenarios.file import ScenarioError, read
from kustui.simulate.scenarios.replay import replay
from tests.support.runs import organisation

if TYPE_CHECKING:
    from collections.abc import Mapping

ID = "5f8e148232731d0015c14657"
WATCH = workflow("Watch", step("aB3", to("sC1", when("eq", "/#steps.aB3.status", "open"))), schedule("sC1", ID))
STAGE = organisation(app(WATCH, called("Remind", ID, step("rE1"))))
OPEN = [{"workflow": "Watch", "step": "aB3", "returns": {"status": "open", "more": 1}}]
START = {"scenario": "t", "start": [{"workflow": "Watch"}], "mocks": OPEN}
PATH = [{"workflow": "Watch", "steps": ["aB3", "sC1"]}, {"workflow": "Remind", "steps": ["rE1"]}]


def text_after(text: str) -> str:
    """The text of a scenario that expects what came of it."""
    file = read("t.scenario.json", text.encode())
    edits = acceptance(file, STAGE).edits
    (source, own), *others = by_source(edits).items()
    assert not others
    assert not overlaps(own)
    after = edited(source, own).decode()
    assert replay(read("t.scenario.json", after.encode()), STAGE).held
    return after


def accepted(expect: Mapping[str, Any], **more: Any) -> Any:
    """What it expects then."""
    text = json.dumps({**START, **more, "expect": expect}, indent=2)
    after = json.loads(text_after(text))
    assert {**after, "expect": 0} == {**START, **more, "expect": 0}
    return after["expect"]


@pytest.mark.parametrize(
    ("expect", "becomes"),
    [
        ({"path": [{"workflow": "Watch", "steps": ["aB3"]}]}, {"path": PATH}),
        ({"path": [*PATH, PATH[1]]}, {"path": PATH}),
        ({"scheduled": []}, {"scheduled": [{"workflow": "Remind", "at": 60, "inputs": {}}]}),
        ({"scheduled": [{"workflow": "Remind", "at": 30}]}, {"scheduled": [{"workflow": "Remind", "at": 60}]}),
        (
            {"path": [PATH[0], {"workflow": ID, "steps": []}]},
            {"path": [PATH[0], {"workflow": ID, "steps": ["rE1"]}]},
        ),
        ({"scheduled": [{"workflow": ID, "at": 30}]}, {"scheduled": [{"workflow": ID, "at": 60}]}),
        ({"notRun": [{"workflow": "Watch", "step": "sC1"}]}, {"notRun": []}),
        (
            {"outputs": [{"workflow": "Watch", "step": "aB3", "value": {"status": "shut"}}]},
            {"outputs": [{"workflow": "Watch", "step": "aB3", "value": {"status": "open"}}]},
        ),
        ({"left": [{"workflow": "Watch", "step": "aB3"}], "notRun": []}, {"notRun": []}),
        ({"cut": True, "path": PATH}, {"path": PATH}),
    ],
)
def test_only_what_differs_is_expected_anew(expect: Mapping[str, Any], becomes: Mapping[str, Any]) -> None:
    assert accepted(expect) == becomes


def test_coverage_is_what_was_taken() -> None:
    expect = accepted({"coverage": {"steps": 100, "transitions": 100}}, mocks=[{**OPEN[0], "returns": {}}])
    assert expect == {"coverage": {"steps": 50, "transitions": 50}}


def test_steps_that_are_gone_are_expected_no_more() -> None:
    """Such a scenario cannot be replayed as it is."""
    gone = {"workflow": "Watch", "step": "gone"}
    expect = {"path": [{"workflow": "Watch", "steps": ["gone"]}], "notRun": [gone], "outputs": [{**gone, "value": 1}]}
    assert accepted(expect) == {"path": PATH, "notRun": [], "outputs": []}


def test_the_way_in_which_it_is_written_is_kept() -> None:
    text = (
        '{"scenario": "t", "start": [{"workflow": "Watch"}],\n'
        '\t"mocks": [{"workflow": "Watch", "step": "aB3", "returns": {"status":"open"}}],\n'
        '\t"expect": {"path": [{"workflow": "Watch", "steps": ["aB3"]}, {"workflow": "Remind", "steps": ["rE1"]}]}}\n'
    )
    assert text_after(text) == text.replace('["aB3"]', '["aB3", "sC1"]')


def test_what_nobody_has_decided_is_not_accepted() -> None:
    asks = workflow("Watch", step("aB3", to("sC1", when("eq", "/#variables.x", "open"))), step("sC1"))
    raw = json.dumps({**START, "mocks": [], "expect": {"path": []}}).encode()
    with pytest.raises(AcceptanceError, match="decide how it goes on first, in the rehearsal"):
        acceptance(read("t.scenario.json", raw), organisation(app(asks)))


def test_what_passes_or_cannot_be_replayed_is_not_accepted() -> None:
    with pytest.raises(AcceptanceError, match="nothing differs"):
        text_after(json.dumps({**START, "expect": {"path": PATH}}))
    with pytest.raises(ScenarioError, match="unknown workflow"):
        text_after(json.dumps({**START, "start": [{"workflow": "Nobody"}]}))


_STEPS = st.lists(st.sampled_from(["aB3", "sC1", "rE1", "x"]), max_size=4)
_RUNS = st.lists(st.fixed_dictionaries({"workflow": st.sampled_from(["Watch", "Remind"]), "steps": _STEPS}), max_size=4)
_PLACES = st.fixed_dictionaries(
    {"workflow": st.just("Watch"), "step": st.sampled_from(["aB3", "sC1", "x"])},
    optional={"invocation": st.integers(1, 2)},
)
_VALUES = st.recursive(
    st.sampled_from(["open", 1, None, True]), lambda inner: st.dictionaries(st.sampled_from(["status", "more"]), inner)
)
_EXPECTED = st.fixed_dictionaries(
    {},
    optional={
        "path": _RUNS,
        "scheduled": st.lists(
            st.fixed_dictionaries(
                {"workflow": st.sampled_from(["Remind", "Watch"])},
                optional={"at": st.integers(0, 90), "inputs": st.just({"a": 1})},
            ),
            max_size=3,
        ),
        "outputs": st.lists(st.builds(lambda place, value: {**place, "value": value}, _PLACES, _VALUES), max_size=3),
        "params": st.lists(st.builds(lambda place, value: {**place, "value": value}, _PLACES, _VALUES), max_size=3),
        "notRun": st.lists(
            st.fixed_dictionaries({"workflow": st.just("Watch"), "step": st.sampled_from(["aB3", "sC1", "x"])}),
            max_size=3,
        ),
        "left": st.lists(_PLACES, max_size=2),
        "cut": st.booleans(),
        "coverage": st.fixed_dictionaries({}, optional={"steps": st.integers(0, 100)}),
    },
)


@given(_EXPECTED, st.sampled_from([None, 2, "\t"]), st.booleans())
def test_whatever_was_expected_it_passes_afterwards(expect: Any, indent: Any, last: bool) -> None:
    members = {**START, "expect": expect} if last else {"expect": expect, **START}
    text = json.dumps(members, indent=indent)
    try:
        is_met = replay(read("t.scenario.json", text.encode()), STAGE).held
    except ScenarioError:  # of what it expects
        is_met = False
    if not is_met:
        text_after(text)


def test_a_file_keeps_its_encoding_mark() -> None:
    raw = json.dumps({**START, "expect": {"notRun": [{"workflow": "Watch", "step": "aB3"}]}}).encode("utf-8-sig")
    fix = acceptance(read("t.scenario.json", raw), STAGE)
    source = Source.of("t.scenario.json", raw)
    assert source.encoded(edited(fix.edits[0].source, fix.edits)).startswith(b"\xef\xbb\xbf")
