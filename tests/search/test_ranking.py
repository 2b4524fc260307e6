"""What is found in workflows, and in which order."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kustui.analysis.analysis_cache import AnalysisCache
from kustui.cache import Cache
from kustui.config.check_settings import Settings
from kustui.definition.platform import SCHEDULE_ACTION
from kustui.search.index import Index, indexes
from kustui.search.index_lines import SEPARATOR, IndexLine, LineKind, WorkflowLines, index_lines_of, names_in
from kustui.search.query import parse_query
from kustui.search.ranking import MOST, Match, find_matches
from kustui.text.styled_lines import lowered
from tests.benchmarks.growth import counted
from tests.support.definitions import ALWAYS
from tests.support.flows import step, workflow
from tests.support.trees import read, sample, sample_examined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kustui.analysis.workflow_analysis import WorkflowAnalysis
    from kustui.check.problems import Problem

ORGANISATION = "organisation-export.json"


def trigger(event: str) -> dict[str, object]:
    return {"eventName": event, "transitions": []}


def index_of(*definitions: object) -> Index:
    (*_, index) = indexes(read(*definitions).collection)
    return index


def sample_index(name: str = ORGANISATION) -> Index:
    (*_, index) = indexes(sample(name).collection)
    return index


def groups(index: Index, text: str, problems: Sequence[Problem] = ()) -> dict[LineKind, list[str]]:
    """The first parts of what is found."""
    return {
        group.kind: [match.text.partition(SEPARATOR)[0] for match in group.matches]
        for group in find_matches(index, parse_query(text), problems)
    }


def edge(target: str, values: list[str]) -> dict[str, object]:
    return {"target": target, "condition": {"op": "equals", "values": values}}


def named(*names: str) -> Index:
    return index_of(*({"name": name, "trigger": {"eventName": "x.y"}, "steps": []} for name in names))


def workflows(index: Index, text: str) -> list[str]:
    return groups(index, text).get(LineKind.WORKFLOW, [])


# The order


def test_the_whole_name_comes_first_then_what_begins_with_it_then_words_then_the_rest() -> None:
    index = named("reorder", "late orders", "order late", "order", "orders", "borders of a country")
    assert workflows(index, "order") == [
        "order",
        "orders",
        "order late",
        "late orders",
        "reorder",
        "borders of a country",
    ]


def test_a_word_that_is_mistyped_finds_what_was_meant_and_only_where_nothing_has_it() -> None:
    index = named("Merge duplicate customers", "Close stale chats")
    assert workflows(index, "custmer") == ["Merge duplicate customers"]
    assert workflows(index, "dupilcate custom") == ["Merge duplicate customers"]
    exact = named(*(f"custmer {number}" for number in range(6)), "customer")
    assert "customer" not in workflows(exact, "custmer")


def test_what_is_only_better_or_similar_is_not_looked_for_in_all_of_what_is_long() -> None:
    index = named(*(f"mail number {number}" for number in range(200)))
    store = index.stores[LineKind.WORKFLOW]
    assert len(index.segments) > 3
    for before in ("", "\n"):
        assert list(store.containing("mail", before)) == [*range(200)]
        first = list(store.containing("mail", before, most=1))
        assert first == [*range(len(index.segments[0]))]
    assert store.is_longer(2_000)
    assert not store.is_longer(20_000)


def test_letters_find_a_name_that_has_them_in_this_order_from_the_beginning_of_a_word() -> None:
    index = named("First reply: watch", "Far west", "Wake after delivery")
    assert workflows(index, "frw") == ["First reply: watch", "Far west"]
    (group,) = find_matches(index, parse_query("frw"))
    match = group.matches[0]
    assert [match.text[start:end] for start, end in match.spans] == ["F", "r", "w"]


@pytest.mark.parametrize(("word", "letters"), [("a ", "ab"), ("ab ", "abz"), ("a b c ", "abcd")])
def test_letters_that_are_not_in_a_long_name_are_looked_for_once_and_not_behind_each_word(
    word: str, letters: str
) -> None:
    index = named(word * 200_000)  # half a minute and more, where it grows with the square
    assert not find_matches(index, parse_query(letters))


@pytest.mark.parametrize("name", ["xab" + " a" * 2_000, "a " * 2_000 + "b"])
def test_where_letters_stand_in_a_long_name_is_found_in_time_that_grows_with_it(name: str) -> None:
    index, longer = named(name), named(name.replace(" a", " a" * 4))
    assert workflows(longer, "ab")
    assert counted(lambda: workflows(longer, "ab")) < 5 * counted(lambda: workflows(index, "ab"))


def test_a_long_condition_is_not_put_into_words_to_say_where_it_stands() -> None:
    parts = [{"op": "eq", "values": [f"/#steps.1.f{at}", "x"]} for at in range(2_000)]
    first = step("first", transitions=[edge("last", ["/#steps.1.tier", "gold"])])
    first["transitions"][0]["condition"] = {"op": "and", "values": parts}
    collection = read({**workflow("first"), "steps": [first, step("last")]}).collection
    (*_, index) = indexes(collection)
    (match,) = find_matches(index, parse_query("f1999"))[0].matches
    assert match.kind is LineKind.CONDITION
    analyses = AnalysisCache(collection)
    assert index.pointer(match.kind, match.line, analyses) == "/steps/0/transitions/0"
    assert counted(lambda: index.pointer(match.kind, match.line, analyses)) < 100


def test_of_a_long_condition_only_the_references_are_named_that_are_shown() -> None:
    parts = [{"op": "eq", "values": [f"/#steps.1.f{at}", "x"]} for at in range(2_000)]
    start = {**trigger("x.y"), "transitions": [{"target": "a", "condition": {"op": "and", "values": parts}}]}
    collection = read({**workflow("a"), "trigger": start}).collection
    (entry,) = collection.entries
    analysis = AnalysisCache(collection).of(entry)
    (text,) = (line.text for line in index_lines_of(analysis) if line.kind is LineKind.CONDITION)
    assert names_in(analysis, LineKind.CONDITION, 0, text, 40)[:3] == ("f0", "f1", "f2")
    assert counted(lambda: names_in(analysis, LineKind.CONDITION, 0, text, 40)) < 200


def test_every_word_has_to_be_there_or_in_the_name_of_the_workflow() -> None:
    first = {**workflow("note"), "name": "orders", "steps": [step("note", meta={"displayName": "Write a note"})]}
    second = {**workflow("note"), "name": "returns", "steps": [step("note", meta={"displayName": "Write a note"})]}
    index = index_of(first, second)
    (match,) = find_matches(index, parse_query("order note"))[0].matches
    assert (match.kind, match.entry and match.entry.title) == (LineKind.STEP, "orders")
    assert LineKind.STEP not in groups(index, "order")


def test_the_kinds_are_told_in_their_order_those_that_only_hold_it_last() -> None:
    index = sample_index()
    assert list(groups(index, "vip")) == [LineKind.WORKFLOW, LineKind.CONDITION, LineKind.TEXT]
    assert next(iter(groups(index, "conversation.up"))) is LineKind.ACTION


@given(st.text(alphabet="abc -", min_size=1, max_size=6), st.lists(st.text(alphabet="abc -", min_size=1), max_size=8))
def test_no_name_that_holds_every_word_is_missed(text: str, names: list[str]) -> None:
    index = named(*names)
    asked = parse_query(text)
    titles = [entry.title for group in find_matches(index, asked) if group.kind is LineKind.WORKFLOW
             for entry in (match.entry for match in group.matches) if entry]  # fmt: skip
    for name in names:
        words = [*asked.words]
        if words and all(word in name for word in words) and not any(word in name for word in asked.excluded):
            assert name in titles or not name.strip()


def test_what_is_marked_is_what_was_asked_for() -> None:
    for group in find_matches(sample_index(), parse_query("conversation")):
        for match in group.matches:
            marked = {lowered(match.text[start:end]) for start, end in match.spans}
            assert marked == {"conversation"}, match


# What is found


def test_names_ids_actions_events_conditions_and_parameters_are_found() -> None:
    note = step(
        "abc-1",
        transitions=[edge("abc-1", ["/#steps.1.tier", "gold"])],
        meta={"displayName": "Tell the team"},
        action="kustomer.note.create",
        params={"body": "Dear\nreader", "deep": [{"uri": "https://shop.example/api"}]},
    )
    index = index_of({**workflow("abc-1"), "id": "W1", "name": "first", "steps": [note]})
    for text, kind in (
        ("first", LineKind.WORKFLOW),
        ("w1", LineKind.WORKFLOW),
        ("team", LineKind.STEP),
        ("abc-1", LineKind.STEP),
        ("note.create", LineKind.ACTION),
        ("gold", LineKind.CONDITION),
        ('tier equals "gold', LineKind.CONDITION),
        ("reader", LineKind.TEXT),
        ("shop.example", LineKind.TEXT),
        ("uri", LineKind.TEXT),
    ):
        assert kind in groups(index, text), text


def places(index: Index, text: str, problems: Sequence[Problem] = ()) -> list[tuple[LineKind, str]]:
    return [
        (match.kind, index.pointer(match.kind, match.line))
        for group in find_matches(index, parse_query(text), problems)
        for match in group.matches
        if match.line >= 0
    ]


def test_where_it_stands_is_told() -> None:
    index = sample_index("timer-chain.json")
    for group in find_matches(index, parse_query("timer")):
        for match in group.matches:
            if match.entry is not None:
                pointer = index.pointer(match.kind, match.line)
                value = match.entry.source.data[slice(*match.entry.spot(pointer).value)]
                assert b"imer" in value or "imer" in pointer, (match, pointer)


def test_actions_and_events_are_told_once_with_how_many_have_them() -> None:
    index = sample_index()
    (group,) = [group for group in find_matches(index, parse_query("rest-api")) if group.kind is LineKind.ACTION]
    assert [(match.text, match.occurrences) for match in group.matches] == [("kustomer.rest-api.json", 11)]
    (event,) = [match for match in _matches(index, "customer.update") if match.kind is LineKind.EVENT]
    assert event.occurrences == 2


def _matches(index: Index, text: str) -> list[Match]:
    return [match for group in find_matches(index, parse_query(text)) for match in group.matches]


@pytest.mark.parametrize("name", [ORGANISATION, "timer-chain.json", "broken", "one-per-file"])
def test_every_step_of_the_samples_is_found_by_its_id(name: str) -> None:
    index = sample_index(name)
    for entry in sample(name).collection.entries:
        for number, a_step in enumerate(entry.workflow.steps, start=1):
            lines = [match for match in _matches(index, f'"{a_step.id}"') if match.kind is LineKind.STEP]
            assert (entry.key, number) in [
                (
                    match.entry and match.entry.key,
                    index.located_step(index.stores[LineKind.STEP].step_of(match.line))[1],
                )
                for match in lines
            ]


# Terms


def test_terms_leave_what_they_say() -> None:
    index = sample_index()
    assert groups(index, "event:customer.update") == {
        LineKind.WORKFLOW: ["Welcome, loyalty members", "🎂 Birthday voucher"]
    }
    assert len(groups(index, "action:rest-api")[LineKind.STEP]) == 11
    assert set(groups(index, "action:rest-api order")) == {LineKind.TEXT}
    assert groups(index, "schedules:wake")[LineKind.STEP] == ["x5YhHcB0W"]
    assert groups(index, "schedules:648113f52a175df9bab9b606")[LineKind.STEP] == ["x5YhHcB0W"]
    assert set(groups(index, "condition:vip")) == {LineKind.CONDITION}
    assert set(groups(index, "text:vip")) == {LineKind.TEXT}
    assert groups(index, 'workflow:"route by subject"')[LineKind.WORKFLOW] == ["Route by subject"]
    assert set(groups(index, "file:organisation")) == {LineKind.WORKFLOW}


def test_what_is_not_wanted_is_left_out() -> None:
    index = sample_index()
    every = groups(index, "file:json")[LineKind.WORKFLOW]
    vip = groups(index, "workflow:vip")[LineKind.WORKFLOW]
    assert groups(index, "-workflow:vip")[LineKind.WORKFLOW] == [name for name in every if name not in vip]
    assert groups(index, "-vip")[LineKind.WORKFLOW] == [name for name in every if name not in vip]
    rest = set(places(index, "action:rest-api"))
    assert rest
    assert not rest & set(places(index, "step:a -action:rest-api"))


def test_references_are_found_by_the_step_they_mean_and_by_no_other_whose_id_holds_it() -> None:
    reads = [
        step("a"),
        step("a2", params={"x": "/#steps.a.id"}),
        step("b", params={"x": "/#steps.a2.id"}),
        step("c", params={"x": "say {{steps.a.id}}"}),
        step("d", transitions=[edge("a", ["/#steps.a.id", "1"])]),
    ]
    index = index_of({**workflow("a"), "steps": reads})
    assert groups(index, "refs:a")[LineKind.STEP] == ["a2", "c", "d"]
    assert groups(index, "refs:a -step:c")[LineKind.STEP] == ["a2", "d"]


def test_steps_are_found_by_what_links_them_to_the_organisation() -> None:
    update = {"id": "/#steps.1.id"}
    writer = [
        step(
            "a", action="kustomer.conversation.update", params={**update, "status": "open", "custom": {"sizeStr": "x"}}
        ),
        step("b", action="kustomer.rest-api.json", params={"uri": "https://one.example.com/{{steps.1.status}}"}),
    ]
    index = index_of(
        workflow("a", *writer, name="writer", trigger=trigger("kustomer.conversation.create")),
        workflow("c", step("c"), name="listener", trigger=trigger("kustomer.conversation.update")),
    )
    for query, found in {
        "writes:status": ["a"],
        "writes:conversation.custom.sizestr": ["a"],
        "reads:status": ["b"],
        "field:conversation.status": ["a", "b"],
        "host:one.example": ["b"],
        "starts:listener": ["a"],
        "starts:conversation.update": ["a"],
        "starts:writer": [],
        "-writes:status host:example": ["b"],
    }.items():
        assert groups(index, query).get(LineKind.STEP, []) == found, query


def test_delays_are_spelled_in_the_unit_of_the_settings() -> None:
    later = step("a", action=SCHEDULE_ACTION, params={"runAt": {"type": "relative", "value": 2}, "workflowId": "x"})
    collection = read({**workflow("a"), "steps": [later]}).collection
    (*_, minutes) = indexes(collection)
    (*_, hours) = indexes(collection, minutes, settings=Settings(relative_unit_minutes=60))
    assert [len(groups(index, '"2 h"')) for index in (minutes, hours)] == [0, 1]


def test_problems_are_found_by_their_rule_or_severity() -> None:
    snapshot = sample_examined("broken")
    (*_, index) = indexes(snapshot.collection)
    problems = snapshot.problems or ()
    for value in ("unknown-target", "warning"):
        (group,) = find_matches(index, parse_query(f"problem:{value}"), problems)
        wanted = [problem for problem in problems if value in (problem.rule, str(problem.severity))]
        assert [match.problem for match in group.matches] == wanted[:MOST]
    assert find_matches(index, parse_query("problem:unknown-target -file:json"), problems) == ()


def test_nothing_is_found_while_nothing_is_asked() -> None:
    assert find_matches(sample_index(), parse_query("")) == ()
    assert find_matches(sample_index(), parse_query("action:")) == ()


@given(st.text(max_size=25))
@example('"\n')
def test_no_query_raises(text: str) -> None:
    for group in find_matches(_timers, parse_query(text), _timer_problems):
        for match in group.matches:
            assert all(0 <= start < end <= len(match.text) for start, end in match.spans)


_timers = sample_index("timer-chain.json")
_timer_problems = sample_examined("timer-chain.json").problems or ()


# The index


def lines_of(index: Index) -> list[WorkflowLines]:
    return [index.lines_of(number) for number in range(len(index.entries))]


def test_an_index_grows_and_the_last_has_everything() -> None:
    definitions = [{"name": f"w{number}", "trigger": {"eventName": "e"}, "steps": []} for number in range(70)]
    collection = read(*definitions).collection
    sizes = [(len(index.entries), index.is_complete) for index in indexes(collection)]
    assert sizes == [(16, False), (32, False), (64, False), (70, True)]


def test_what_did_not_change_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from kustui.definition.collection import Collection, read_document
    from kustui.search import index_lines

    def text(*names: str) -> bytes:
        return json.dumps([{"id": name[0], "name": name, "trigger": {}, "steps": []} for name in names]).encode()

    before = read_document("a.json", text("a", "b", "c"))
    (*_, first) = indexes(Collection((before,)))
    read_again: list[str] = []

    def noted(analysis: WorkflowAnalysis) -> Iterator[IndexLine]:
        read_again.append(analysis.title)
        return index_lines_of(analysis)

    monkeypatch.setattr(index_lines, "index_lines_of", noted)
    after = read_document("a.json", text("a", "bx", "c"), before)
    (*_, second) = indexes(Collection((after,)), first)
    assert read_again == ["bx"]
    assert workflows(second, "bx") == ["bx"]
    (match,) = find_matches(second, parse_query("c"))[0].matches
    assert match.entry is after.entries[2]


def test_what_was_kept_is_not_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kustui.search import index_lines

    cache, collection = Cache(tmp_path / "results.sqlite"), sample(ORGANISATION).collection
    (*_, first) = indexes(collection, cache=cache)
    monkeypatch.setattr(index_lines, "index_lines_of", None)
    again = sample(ORGANISATION).collection
    (*_, second) = indexes(again, cache=cache)
    assert lines_of(second) == lines_of(first)
    assert second.entries == again.entries


@pytest.mark.parametrize("kept", [b"", b"x", zlib.compress(b"\x90"), zlib.compress(b"\x91\x92\xa1x\x91\xff")])
def test_what_was_kept_and_is_something_else_is_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: bytes
) -> None:
    cache, collection = Cache(tmp_path / "results.sqlite"), sample(ORGANISATION).collection
    (*_, first) = indexes(collection)
    monkeypatch.setattr(Cache, "read", lambda _, keys: dict.fromkeys(keys, kept))
    (*_, second) = indexes(collection, cache=cache)
    assert lines_of(second) == lines_of(first)


def test_it_ends_when_it_is_no_longer_wanted() -> None:
    assert list(indexes(sample(ORGANISATION).collection, wanted=lambda: False)) == []


@pytest.mark.parametrize("text", ["retry-action", "retry the step"])
def test_what_is_done_after_a_failure_is_found_by_its_type_and_in_words(text: str) -> None:
    case = {"condition": ALWAYS, "errorAction": {"type": "retry-action"}}
    index = index_of(workflow("a", step("a", errorCases=[case])))
    assert [match.text for match in _matches(index, text)] == [f"{SEPARATOR}on failure: retry the step (retry-action)"]


@pytest.mark.parametrize("words", ["7 d", "1 w", "7 days", "after 1 w", "Warranty 168 h"])
def test_what_schedules_after_a_delay_is_found_however_the_delay_is_spelled(words: str) -> None:
    matches = groups(sample_index(), words)
    assert matches[LineKind.TEXT] == ["runAt"]
    assert not matches.get(LineKind.STEP)
