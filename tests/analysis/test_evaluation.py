"""References, functions and templates worked out: a table of cases, each with the source of what is expected.

[handlebars] is what Handlebars 4 does, [moment] what moment.js does; the others as in format.md.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kustui.analysis.evaluation import EvaluationContext, assumptions_in, resolve
from kustui.definition.dates import parse_date
from kustui.definition.functions import FUNCTIONS, HELPERS
from kustui.definition.regex import search
from kustui.definition.values import MISSING, Undecided, in_javascript, number_in_text, number_of, undecided_in
from tests.benchmarks.growth import counted

EVENT: dict[str, Any] = {
    "id": "c1", "tags": ["a", "b"], "n": "5", "zero": 0, "no": False, "nothing": None, "empty": "", "none": [],
    "name": "<Tom & 'x'>", "at": "2026-01-02T03:04:05Z", "later": "2026-03-01T00:00:00Z", "mail": "a@example.com",
    "smile": "a😀", "byKey": {"b": 1, "10": 2, "a": 3, "9": 4, "01": 5},
    "items": [{"t": "A", "sub": [1, 2]}, {"t": "B", "sub": []}], "custom": {"@x": 1.5},
}  # fmt: skip
NOW = parse_date("2026-01-01T09:00:00Z") or 0


class _Unknown:
    def __repr__(self) -> str:
        return "undecided"  # the same in every process: it is in the names of the tests


UNDECIDED = _Unknown()


def worked_out(value: Any) -> Any:
    data = {
        "steps": {"1": EVENT, "egu-awuO4": {"body": {"id": 7}}},
        "variables": {"v1": "secret"},
        "error": {"message": "no"},
    }
    return resolve(value, EvaluationContext(data, NOW, "seed"))


CASES: list[tuple[Any, Any, str]] = [
    # value, what it stands for, source
    ("done", "done", "[docs] a literal is itself"),
    (3, 3, "[docs]"),
    ("/#steps.1.tags", ["a", "b"], "[docs] a reference keeps the type"),
    ("/#steps.1.tags.1", "b", "[docs] elements by index"),
    ("/#steps.1.tags.-1", MISSING, "[docs]"),
    ("/#steps.1.tags.length", 2, "[docs] .length"),
    ("/#steps.1.id.length", 2, "[assumed] of a text as well"),
    ("/#steps.1.id.0", MISSING, "[assumed] a reference names elements of lists alone"),
    ("{{steps.1.id.[0]}} {{steps.1.id.[1]}} {{steps.1.id.[2]}}", "c 1 ", "Handlebars names characters of a text too"),
    ("{{steps.1.id.[-1]}}{{steps.1.id.[01]}}{{steps.1.n.[0].[0]}}", "5", "JavaScript, likewise"),
    ("{{steps.1.smile.[0]}} {{lookup steps.1.id 1}}", "a 1", "likewise"),
    ("{{#each steps.1.tags}}{{this.[0]}}{{/each}}", "ab", "likewise"),
    ("/#steps.1.smile.length", 3, "JavaScript counts UTF-16 units"),
    ("/#steps.1.custom.@x", 1.5, "[seen] segments may begin with @"),
    ("/#steps.egu-awuO4.body.id", 7, "[seen]"),
    ("/#variables.v1", "secret", "[docs]"),
    ("/#error.message", "no", "[docs]"),
    ("/#steps.1.gone.deeper", MISSING, "[docs] missing"),
    ("/#steps.9.id", MISSING, "[docs] a step that has not run"),
    ({"a": "/#steps.9.id", "b": "/#steps.1.n"}, {"b": "5"}, "[docs] a param whose reference is missing is left out"),
    (["/#steps.9.id", 1], [1], "[assumed] and so is an element"),
    ("Order /#steps.1.n", "Order /#steps.1.n", "[docs] a reference inside text does nothing"),
    ("/#step.1.n", UNDECIDED, "malformed"),
    # functions
    ("/#fn:parseInt,steps.1.n", 5, "[docs]"),
    ("/#fn:parseInt,steps.1.at", 2026, "[assumed] as JavaScript's: leading digits"),
    ("/#fn:parseInt,steps.1.name", MISSING, "[assumed]"),
    ("/#fn:parseFloat,steps.1.custom.@x", 1.5, "[docs]"),
    ("/#fn:parseFloat,steps.1.n", 5, "[docs]"),
    ("/#fn:ifExists,steps.1.id,none", "c1", "[docs]"),
    ("/#fn:ifExists,steps.1.gone,none", "none", "[assumed] the second argument"),
    ("/#fn:dateFormat,steps.1.at", "2026-01-02T03:04:05+00:00", "[moment] ISO 8601 where no format is given"),
    ("/#fn:dateFormat,steps.1.at,YYYY", "2026", "[assumed] the second argument is the format"),
    ("/#fn:isValidEmailAddress,steps.1.mail", True, "[seen]"),
    ("/#fn:isValidEmailAddress,steps.1.n", False, "[seen]"),
    ("/#fn:isValidPhoneNumber,steps.1.id", UNDECIDED, "has a digit and is not international: not known"),
    ("/#fn:isValidPhoneNumber,steps.1.tags", False, "has no digit"),
    ("/#fn:inBusinessHours", UNDECIDED, "[seen] the organisation's schedule"),
    ("/#fn:parseInt,steps.1.n,2", UNDECIDED, "whether Kustomer takes a radix is not known"),
    ("/#fn:ifExists,steps.1.gone,none,at all", UNDECIDED, "nor what a third argument does"),
    ("/#fn:isValidEmailAddress,steps.1.mail,strict=true", UNDECIDED, "nor a named one"),
    ("/#fn:dateFormat,steps.1.at,MMM D, YYYY", "Jan 2, 2026", "[docs] the format may hold commas"),
    ("/#fn:dateFormat,steps.1.at,LL,timezone=America/New_York", UNDECIDED, "an argument, and no format"),
    ("/#fn:dateFormat,steps.1.at,LL,Europe/Berlin", UNDECIDED, "a time zone, and no format"),
    ("/#fn:dateFormat,steps.1.at,LL,timezone=UTC\nLL", UNDECIDED, "an argument of several lines, and no format"),
    ("/#fn:parseMoney,steps.1.n", UNDECIDED, "[docs] the list of functions is longer than what is public"),
    # templates: values
    ("{{steps.1.n}}", "5", "[docs] always a string"),
    ("{{steps.1.zero}}", "0", "[handlebars]"),
    ("{{steps.1.no}}", "false", "[handlebars]"),
    ("[{{steps.1.gone}}{{steps.1.nothing}}]", "[]", "[docs] missing: empty"),
    ("{{steps.1.name}}", "&lt;Tom &amp; &#x27;x&#x27;&gt;", "[handlebars] two braces escape for HTML"),
    ("{{{steps.1.name}}}", "<Tom & 'x'>", "[handlebars] three do not"),
    ("{{{steps.1.tags}}} {{steps.1.custom}}", "a,b [object Object]", "[handlebars] JavaScript's text"),
    ("{{@root.steps.1.n}}", "5", "[handlebars]"),
    ("{{nobodyKnows}}", UNDECIDED, "neither a value nor a helper"),
    ("{{nobodyKnows steps.1.n}}", UNDECIDED, "a helper that is not known"),
    ("{{> part}}", UNDECIDED, "a partial is not in the definition"),
    # templates: helpers
    ("{{math steps.1.n \"+\" 1}}", "6", "[seen]"),
    ("{{math steps.1.n '-' 1}}{{math 2 '*' 3}}{{math 1 '/' 4}}{{math 7 '%' 4}}", "460.253", "[assumed]"),
    ("{{math steps.1.gone '+' 1}}", UNDECIDED, "NaN, or 1: not known"),
    ("{{math 1 '/' 0}}", UNDECIDED, "no number"),
    ("{{{date 'hours' count=0}}}", "2026-01-01T09:00:00.000Z", "[seen] now, of the virtual clock"),
    ("{{{date 'days' count=-1}}}", "2025-12-31T09:00:00.000Z", "[assumed]"),
    ("{{dateDiff 'milliseconds' from=steps.1.at to='2026-01-02T03:04:06.500Z'}}", "1500", "[seen]"),
    ("{{dateDiff 'hours' from=steps.1.at to='2026-01-03'}}", "20", "[moment] whole units"),
    ("{{dateDiff 'hours' from='2026-01-03' to=steps.1.at}}", "-20", "[moment]"),
    ("{{dateDiff 'months' from=steps.1.at to=steps.1.later}}", "1", "[moment] the calendar's months"),
    ("{{dateDiff 'fortnights' from=steps.1.at to=steps.1.later}}", UNDECIDED, "no unit"),
    ("{{dateDiff 'hours' from=steps.1.gone to=steps.1.at}}", UNDECIDED, "no date"),
    ("{{{dateFormat steps.1.at format='LL'}}}", "January 2, 2026", "[moment] [seen]"),
    ("{{{dateFormat steps.1.at format='LLL'}}}", "January 2, 2026 3:04 AM", "[moment]"),
    ("{{{dateFormat steps.1.at format='YYYY-MM-DD [at] HH:mm:ss.SSS'}}}", "2026-01-02 at 03:04:05.000", "[moment]"),
    ("{{{dateFormat steps.1.at format='ddd Do MMM YY h A'}}}", "Fri 2nd Jan 26 3 AM", "[moment]"),
    ("{{{dateFormat steps.1.at format='x X Z DDDD Q'}}}", "1767323045000 1767323045 +00:00 002 1", "[moment]"),
    ("{{{dateFormat steps.1.name format='LL'}}}", UNDECIDED, "no date"),
    ("{{{dateFormat steps.1.at format='LL' timezone='Asia/Tokyo'}}}", UNDECIDED, "an argument that is not known"),
    ("{{{dateFormat steps.1.at 'LL' 'de'}}}", UNDECIDED, "an argument that is not known"),
    ("{{{date 'hours' count=0 locale='de'}}}", UNDECIDED, "an argument that is not known"),
    ("{{dateDiff 'hours' from=steps.1.at to=steps.1.at timezone='UTC'}}", UNDECIDED, "an argument that is not known"),
    ("{{toLower steps.1.n locale='tr'}}{{toLower steps.1.n}}", UNDECIDED, "an argument that is not known"),
    ("{{math 1 '+' 1 round=true}}", UNDECIDED, "an argument that is not known"),
    ("{{{toLower steps.1.name}}}", "<tom & 'x'>", "[seen]"),
    ("{{lookup steps.1.tags 1}}", "b", "[handlebars]"),
    ("{{math (math 1 '+' 1) '*' 3}}", "6", "[handlebars] a helper in parentheses"),
    # templates: blocks
    ("{{#if steps.1.n}}y{{else}}n{{/if}}", "y", "[docs]"),
    ("{{#if steps.1.gone}}y{{else}}n{{/if}}", "n", "[docs]"),
    ("{{#if steps.1.empty}}y{{else}}n{{/if}}{{#if steps.1.none}}y{{else}}n{{/if}}", "nn", "[handlebars] empty"),
    ("{{#if steps.1.zero}}y{{else}}n{{/if}}", "n", "[handlebars]"),
    ("{{#if steps.1.zero includeZero=true}}y{{else}}n{{/if}}", "y", "[docs]"),
    ("{{#if steps.1.no includeZero=true}}y{{else}}n{{/if}}", "n", "[handlebars] zero alone is included"),
    ("{{#if steps.1.gone}}a{{else if steps.1.n}}b{{else}}c{{/if}}", "b", "[handlebars]"),
    ("{{#unless steps.1.gone}}y{{else}}n{{/unless}}", "y", "[docs]"),
    ("{{#each steps.1.tags}}{{@index}}{{this}}{{#unless @last}},{{/unless}}{{/each}}", "0a,1b", "[docs]"),
    ("{{#each steps.1.items}}{{t}}{{#each sub}}{{this}}{{../t}}{{else}}-{{/each}}{{/each}}", "A1A2AB-", "[handlebars]"),
    ("{{#each steps.1.items as |item at|}}{{at}}{{item.t}}{{/each}}", "0A1B", "[handlebars] block parameters"),
    ("{{#each steps.1.custom}}{{@key}}={{this}}{{/each}}", "@x=1.5", "[handlebars] members of an object"),
    ("{{#each steps.1.byKey}}{{@key}}{{this}} {{/each}}", "94 102 b1 a3 015 ", "JavaScript: whole numbers come first"),
    ("{{#each steps.1.items}}{{gone}}{{/each}}", "", "[handlebars] an element's member may be missing"),
    ("{{#each steps.1.gone}}x{{else}}none{{/each}}", "none", "[handlebars]"),
    ("{{#with steps.1.custom}}{{@x}}|{{lookup this '@x'}}{{/with}}", "|1.5", "[handlebars]"),
    ("{{#steps.1.items}}{{t}}{{/steps.1.items}}{{^steps.1.gone}}none{{/steps.1.gone}}", "ABnone", "[handlebars]"),
    ("{{#nobodyKnows steps.1.n}}x{{/nobodyKnows}}", UNDECIDED, "a block that is not known"),
    ("a{{! said }}b", "ab", "[handlebars]"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected", "source"), CASES, ids=lambda each: str(each)[:40])
def test_a_value(value: Any, expected: Any, source: str) -> None:
    made = worked_out(value)
    if expected is UNDECIDED:
        assert isinstance(made, Undecided), source
        assert made.why
    else:
        assert made == expected, source
        assert type(made) is type(expected), source


def test_every_function_that_is_known_is_worked_out_and_has_cases() -> None:
    for name in FUNCTIONS:
        assert any(isinstance(value, str) and value.startswith(f"/#fn:{name}") for value, _, _ in CASES)


def test_every_helper_that_is_known_has_cases() -> None:
    blocks = {"#if", "#unless", "#each", "#with", "lookup"}
    for name in (HELPERS.keys() - {"randomId"}) | blocks:  # that one has a test of its own
        written = re.compile(rf"[{{(]{name}[ }}]|[{{(]{name}$")
        assert any(isinstance(value, str) and written.search(value) for value, _, _ in CASES), name


def test_random_ids_come_from_the_seed_alone_and_differ_within_a_template() -> None:
    template = "{{#each steps.1.tags}}{{randomId size=6}} {{/each}}{{{randomId size=6}}}"
    made = worked_out(template)
    assert made == worked_out(template)
    assert len(set(made.split())) == 3
    assert all(len(each) == 6 and each.isalnum() for each in made.split())


def test_what_is_undecided_inside_a_value_is_found() -> None:
    assert undecided_in(worked_out({"a": [{"b": "/#fn:parseMoney,steps.1.n"}]})) == Undecided(
        'kustui does not know the function "parseMoney"'
    )


def test_loops_that_put_out_without_end_are_undecided() -> None:
    items = "{{#each steps.1.l}}" * 12 + "x" + "{{/each}}" * 12
    made = resolve(
        items.replace("each steps.1.l", "each @root.steps.1.l"), EvaluationContext({"steps": {"1": {"l": [1] * 9}}})
    )
    assert isinstance(made, Undecided)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"\d+", "ab12", "12"),
        (r".*", "a\r\nb", "a"),
        (r"a$", "a\n", MISSING),  # JavaScript's $ is the very end
        (r"[^]", "x", "x"),
        (r"\u00e9+", "caféé", "éé"),
        (r"[a-z[]+", "a[b", "a[b"),
        (r"\s", "a\u00a0b", "\u00a0"),
        (r"(?<word>\w+)", "#ab", "ab"),
        (r"(a+)+$", "a" * 5_000 + "b", MISSING),  # would never end where it is tried one way after the other
        (r"(?=a)", "a", Undecided("kustui cannot run a regular expression that looks ahead or behind")),
        (r"(a)\1", "aa", Undecided("kustui cannot run a regular expression that refers back")),
        (r"(", "a", Undecided("kustui cannot run this regular expression")),
    ],
)
def test_a_regular_expression_is_javascripts_and_never_hangs(pattern: str, text: str, expected: Any) -> None:
    assert search(pattern, text) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [(3.0, "3"), (1e21, "1e+21"), (1e-7, "1e-7"), (1.5e-5, "0.000015"), (-0.0, "0"), (0.1, "0.1"),
     (2**60, "1152921504606847000"), (10**400, "Infinity"),
     (9007199254740993, "9007199254740992"), (12345678901234567890, "12345678901234567000"), (-1e21, "-1e+21"),
     (1.0, "1"), (123456789012345680000.0, "123456789012345680000"), (float("nan"), "NaN")],
)  # fmt: skip
def test_numbers_are_written_as_javascript_does(number: float, text: str) -> None:
    assert number_in_text(number) == text


@given(st.recursive(st.integers() | st.booleans() | st.text(max_size=3), lambda inner: st.lists(inner) |
                    st.dictionaries(st.text(max_size=3), inner), max_leaves=6))  # fmt: skip
def test_whole_numbers_are_those_of_javascript_and_all_else_is_the_same(value: Any) -> None:
    lost: list[int] = []
    held = in_javascript(value, lost)
    again: list[int] = []
    assert in_javascript(held, again) == held
    assert not again
    assert lost or held == value
    assert all(abs(number) > 2**53 and number_in_text(number) != str(number) for number in lost)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_and_read_again_is_the_same(number: float) -> None:
    assert number_of(number_in_text(number)) == number


@given(st.text() | st.from_regex(r"\{\{[#/^{]?[a-z. @='0-9]*\}?\}\}", fullmatch=True))
def test_no_text_raises(text: str) -> None:
    worked_out(text)
    search(text, text)


def test_references_are_not_parsed_to_see_what_is_assumed_of_functions() -> None:
    references, called = [f"/#steps.1.field{at}" for at in range(10_000)], "/#fn:parseInt,steps.1.n"
    assert counted(lambda: [*assumptions_in(references)]) < 6 * len(references)
    assert [*assumptions_in([*references, called])] == [*assumptions_in(called)] != []
