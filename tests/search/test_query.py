"""What is typed, as a query, and what it can go on with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.search.index import indexes
from kustui.search.query import KEYS, Term, completions, parse_query, partial_term
from tests.support.trees import sample, sample_examined


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("  Find me ", [Term("find"), Term("me")]),
        ("action:Rest-API", [Term("rest-api", "action")]),
        ("-action:rest -old", [Term("rest", "action", True), Term("old", "", True)]),
        ('workflow:"Route by" "two words"', [Term("route by", "workflow"), Term("two words")]),
        ('workflow:"Route by', [Term("route by", "workflow")]),
        ("action:", []),
        ("-", []),
        ("https://shop.example", [Term("https://shop.example")]),
        ("/#steps.1.id", [Term("/#steps.1.id")]),
    ],
)
def test_a_query_is_read_as_far_as_it_goes(text: str, terms: list[Term]) -> None:
    assert list(parse_query(text).terms) == terms
    assert parse_query(text).unknown == ()


def test_an_unknown_key_is_told_and_looked_for_as_text() -> None:
    found = parse_query("acton:rest")
    assert found.unknown == ("acton",)
    assert found.words == ("acton:rest",)


@given(st.text(max_size=40))
def test_no_text_is_refused(text: str) -> None:
    parse_query(text)
    assert text.startswith(partial_term(text).before)
    for completion in completions(None, text):
        assert parse_query(completion.query).unknown == parse_query(partial_term(text).before).unknown


@given(st.sampled_from(sorted(KEYS)), st.text(alphabet=st.characters(categories=["L", "N", "Zs", "P"]), max_size=12))
def test_a_completed_value_is_asked_for_as_a_whole(key: str, value: str) -> None:
    asked = parse_query(partial_term("words -").completed(key, value))
    plain = value.replace('"', "").lower()
    assert asked.keyed == ((Term(plain, key, True),) if plain else ())


def shown(text: str, name: str = "organisation-export.json") -> list[str]:
    (*_, index) = indexes(sample(name).collection)
    return [completion.shown for completion in completions(index, text, sample_examined(name).problems or ())]


def test_keys_are_completed_and_then_their_values() -> None:
    assert shown("") == [f"{key}:" for key in KEYS]
    assert shown("vip ac") == ["action:"]
    assert shown("action:rest") == ["kustomer.rest-api.json"]
    assert shown("-event:customer.u") == ["kustomer.customer.update"]
    assert shown("schedules:wake") == ["Wake after delivery"]
    assert "never-scheduled" in shown("problem:")
    assert shown("text:") == []
    assert shown("nothing:") == []


def test_a_completion_is_the_query_with_its_last_part_whole() -> None:
    (*_, index) = indexes(sample("organisation-export.json").collection)
    assert completions(index, "vip -workflow:route")[0].query == 'vip -workflow:"Route by subject" '
    assert completions(index, "vip act")[0].query == "vip action:"
