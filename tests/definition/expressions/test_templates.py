from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kustui.definition.expressions import Template, parse, parse_template
from kustui.definition.expressions.nodes import (
    Block,
    Call,
    Comment,
    Content,
    Lookup,
    Mustache,
    Origin,
    Partial,
    Scalar,
)
from kustui.definition.expressions.templates import parse_any_template


def read(text: str) -> Template:
    template = parse(text)
    assert isinstance(template, Template)
    assert template.faults == ()
    return template


@pytest.mark.parametrize(
    ("text", "paths", "others", "helpers"),
    [
        ("Order {{{steps.1.id}}} shipped", ["steps.1.id"], [], []),
        ("{{steps.1.a}}{{&variables.b}}{{error.c}}", ["steps.1.a", "variables.b", "error.c"], [], []),
        ("{{steps.Z4.custom.[@fooBool]}}", ["steps.Z4.custom.@fooBool"], [], []),
        ("{{steps.1.[first name].x}}", ["steps.1.first name.x"], [], []),
        ("{{steps.1.tags.[0]}}{{steps.1.tags.0.x}}", ["steps.1.tags.0", "steps.1.tags.0.x"], [], []),
        ("{{ steps.x .a }}{{steps/1/ b}}{{@ root.steps.1.c}}", ["steps.x.a", "steps.1.b", "steps.1.c"], [], []),
        ("{{a..b}}{{a.}}", [], ["", "b", ""], ["a", "a"]),
        ("{{*steps.1.a}}{{#*inline 'x'}}{{steps.1.b}}{{/inline}}", ["steps.1.a", "steps.1.b"], [], ["inline"]),
        ("{{#> (lookup this steps.1.a)}}{{/undefined}}", ["steps.1.a"], [""], ["lookup"]),
        ("{{#each x as |else|}}{{&else}}{{/each}}", [], ["x", "else"], ["each"]),
        (
            "{{dateDiff 'milliseconds' from=steps.a.x to=steps.b.match}}",
            ["steps.a.x", "steps.b.match"],
            [],
            ["dateDiff"],
        ),
        ('{{math steps.a.match "+" steps.b.n}}', ["steps.a.match", "steps.b.n"], [], ["math"]),
        ("{{{randomId size=6}}}", [], [], ["randomId"]),
        ("{{randomId}}", [], ["randomId"], []),
        ("{{toLower (trim steps.1.a) x}}", ["steps.1.a"], ["x"], ["toLower", "trim"]),
        ("{{#if steps.1.a}}{{error.b}}{{^}}{{error}}{{/if}}", ["steps.1.a", "error.b", "error"], [], ["if"]),
        (
            "{{#if steps.1.a}}A{{else if steps.1.b}}B{{else}}C{{/if}}",
            ["steps.1.a", "steps.1.b"],
            [],
            ["if", "if"],
        ),
        (
            "{{#each steps.1.xs as |item i|}}{{item.b}}{{i}}{{n}}{{this.a}}{{@index}}{{steps.1.y}}{{/each}}",
            ["steps.1.xs", "steps.1.y"],
            ["item.b", "i", "n", "a", "index"],
            ["each"],
        ),
        ("{{#each a as |steps|}}{{steps.x}}{{else}}{{steps.b2}}{{/each}}",
         ["steps.b2"], ["a", "steps.x"], ["each"]),
        ("{{#with steps.1.a}}{{../steps.2.b}}{{@root.steps.3.c}}{{this.steps}}{{/with}}",
         ["steps.1.a", "steps.2.b", "steps.3.c"], ["steps"], ["with"]),
        ("{{#steps.1.xs}}{{id}}{{/steps.1.xs}}", ["steps.1.xs"], ["id"], []),
        ("{{! steps.1.a }}{{!-- {{steps.1.b}} --}}", [], [], []),
        (r"\{{steps.1.a}} {{steps.1.b}}", ["steps.1.b"], [], []),
        (r"\\{{steps.1.a}}", ["steps.1.a"], [], []),
        ("{{> card steps.1.a n=1}}", ["steps.1.a"], [], []),
        ("{{{{raw}}}}{{steps.1.a}}{{{{/raw}}}}", [], ["raw"], []),
        ("{{{{raw}}}}{{{{b}}}}{{x}}{{{{/b}}}}{{{{/raw}}}}{{steps.1.a}}", ["steps.1.a"], ["raw"], []),
        ("no tag but }}, and {{this}}", [], [""], []),
    ],
)  # fmt: skip
def test_a_template_says_what_it_reads_and_calls(
    text: str, paths: list[str], others: list[str], helpers: list[str]
) -> None:
    template = read(text)
    assert [path.text for path in template.paths] == paths
    assert [lookup.path.text for lookup in template.others] == others
    assert [helper.name for helper in template.helpers] == helpers
    assert [text[helper.start : helper.end] for helper in template.helpers] == helpers


@pytest.mark.parametrize(
    ("text", "origin", "up", "contexts"),
    [
        ("{{a}}", Origin.NAME, 0, 0),
        ("{{this.a}}", Origin.THIS, 0, 0),
        ("{{./a}}", Origin.THIS, 0, 0),
        ("{{#each}}{{../a}}{{/each}}", Origin.NAME, 1, 1),
        ("{{#if x}}{{a}}{{/if}}", Origin.NAME, 0, 0),
        ("{{#each x}}{{else}}{{a}}{{/each}}", Origin.NAME, 0, 0),
        ("{{^x}}{{a}}{{/x}}", Origin.NAME, 0, 0),
        ("{{#each x as |a|}}{{a}}{{/each}}", Origin.PARAMETER, 0, 1),
        ("{{#each x}}{{@../a}}{{/each}}", Origin.DATA, 1, 1),
        ("{{@root.a}}", Origin.ROOT, 0, 0),
    ],
)
def test_a_lookup_says_where_it_looks(text: str, origin: Origin, up: int, contexts: int) -> None:
    lookup = read(text).others[-1]
    assert (lookup.origin, lookup.up, lookup.contexts) == (origin, up, contexts)
    assert lookup.path.segments == ("a",)


def test_each_form_has_its_node() -> None:
    nodes = read("a{{{x}}}{{x}}{{!c}}{{> p}}{{f 'it''s' \"\\\"\" 1 -2.5 true null (g) k=undefined}}").nodes
    content, raw, escaped, comment, partial, call = nodes
    assert isinstance(content, Content)
    assert isinstance(raw, Mustache)
    assert not raw.escaped
    assert isinstance(escaped, Mustache)
    assert escaped.escaped
    assert isinstance(comment, Comment)
    assert comment.text == "c"
    assert isinstance(partial, Partial)
    assert isinstance(call, Mustache)
    assert isinstance(call.value, Call)
    values = [each.value for each in call.value.arguments if isinstance(each, Scalar)]
    assert values == ["it", "s", '"', 1, -2.5, True, None]
    assert isinstance(call.value.arguments[-1], Call)
    assert [(each.name, each.value) for each in call.value.named] == [("k", Scalar(None, 66, 75))]


def test_an_else_if_is_a_block_in_the_inverse() -> None:
    (block,) = read("{{#if a}}1{{else if b}}2{{else}}3{{/if}}").nodes
    assert isinstance(block, Block)
    (inner,) = block.inverse
    assert isinstance(inner, Block)
    assert inner.call.name == "if"
    assert [node.text for node in (*block.body, *inner.body, *inner.inverse) if isinstance(node, Content)] == [
        "1",
        "2",
        "3",
    ]


def test_an_inverted_block_has_its_parts_exchanged() -> None:
    (block,) = read("{{^a}}none{{else}}some{{/a}}").nodes
    assert isinstance(block, Block)
    assert [node.text for node in (*block.body, *block.inverse) if isinstance(node, Content)] == [
        "some",
        "none",
    ]


@pytest.mark.parametrize(
    ("text", "put_out"),
    [
        ("a {{~x~}} b", ["a", "b"]),
        ("a {{!c}} b", ["a ", " b"]),
        ("{{#if x}}\n  yes\n{{else}}\n  no\n{{/if}}\nend", ["  yes\n", "  no\n", "end"]),
        ("  {{#if x}}  \r\n  yes\n{{/if}}", ["", "  yes\n"]),
        ("a {{#if x}}\nb{{/if}}", ["a ", "\nb"]),
        ("a\n{{x}}\nb", ["a\n", "\nb"]),
        (r"a \{{x}} b", ["a ", "{{x}} b"]),
        (r"a \\{{x}} b", ["a \\", " b"]),
    ],
)
def test_whitespace_is_put_out_as_handlebars_does(text: str, put_out: list[str]) -> None:
    def contents(nodes: tuple[object, ...]) -> list[str]:
        found = []
        for node in nodes:
            if isinstance(node, Content):
                found.append(node.text)
            elif isinstance(node, Block):
                found += contents(node.body) + contents(node.inverse)
        return found

    assert contents(read(text).nodes) == put_out


@pytest.mark.parametrize(
    ("text", "message", "hint", "at"),
    [
        ("{{", "this tag is never closed", "close it with }}", "{{"),
        ("a {{steps.1.x and {{b}}", "this tag is never closed", "close it with }}", "{{"),
        ("{{{a", "this tag is never closed", "close it with }}}", "{{{"),
        ("{{a} b", "one brace closes this tag", "close it with }}", "}"),
        ("{{}}", "this tag is empty", "", "{{}}"),
        ("{{{ }}}", "this tag is empty", "", "{{{ }}}"),
        ("{{{a}}", "three braces open this tag and two close it", "}}}", "}}"),
        ('{"a":{{a}}}', "two braces open this tag and three close it", "blank", "}}}"),
        ("{{f 'a}}", "this string is never closed", "close it with '", "'"),
        ("{{!-- a }}", "this comment is never closed", "--}}", "{{!--"),
        ("{{! a }", "this comment is never closed", "}}", "{{!"),
        ("{{[a}}", "this bracket is never closed", "]", "["),
        ("{{{{a}}}} b", "a raw block, which is never closed", "two or three", "{{{{"),
        ("x{{#if a}}b", 'the block "if" is never closed', "{{/if}}", "{{#if a}}"),
        (
            "{{#steps.1.id}}",
            'the block "steps.1.id" is never closed',
            "write {{steps.1.id}}",
            "{{#steps.1.id}}",
        ),
        (
            "{{#if a}}{{#each b}}{{/if}}",
            'this closes "if", but the block "each" is open',
            "{{/each}}",
            "{{/if}}",
        ),
        ("{{/if}}", 'no open block "if"', "", "{{/if}}"),
        ("{{else}}", "belongs to no block", "", "{{else}}"),
        ("{{#if a}}{{else}}{{^}}{{/if}}", "a second else", "", "{{^}}"),
        ("{{steps.1//x}}", 'a name is missing after "/"', "", "/"),
        ("{{.x}}", 'a name is missing before "."', "", "."),
        ("{{@}}", "a name is missing after the @", "", "@"),
        ("{{steps.1.custom.@x}}", '"@x" is written in brackets', "write {{steps.1.custom.[@x]}}", "@x"),
        ("{{{ steps.1.custom.@x}~}}", '"@x" is written in brackets', "write {{{steps.1.custom.[@x]}~}}", "@x"),
        ("{{f n=steps.1.@x}}", '"@x" is written in brackets', "write steps.1.[@x]", "@x"),
        ("{{#if steps.1.@x.y}}a{{/if}}", '"@x" is written in brackets', "write steps.1.[@x].y", "@x"),
        ("{{../@x}}", '"@x" is written in brackets', "write {{../[@x]}}", "@x"),
        ("{{steps.1.custom['@x']}}", "brackets follow a dot", "write {{steps.1.custom.[@x]}}", "['@x']"),
        ('{{steps.1["first name"].x}}', "brackets follow a dot", "write {{steps.1.[first name].x}}", '["first name"]'),
        ("{{steps.1.items[0].x}}", "brackets follow a dot", "write {{steps.1.items.0.x}}", "[0]"),
        ("{{steps.1.tags.0}}", '"0" is written in brackets', "write {{steps.1.tags.[0]}}", "0"),
        ("{{steps.1}}", '"1" is written in brackets', "write {{steps.[1]}}", "1"),
        ("{{a.true}}", '"true" is written in brackets', "write {{a.[true]}}", "true"),
        ("{{a@b}}", '"a@b" is written in brackets', "write {{[a@b]}}", "a@b"),
        ("{{> a b c}}", "a partial takes one argument", "key=value", "c"),
        ("{{#*inline 'a'}}{{else}}{{/inline}}", "a decorator has no else", "", "{{else}}"),
        ("{{#a/b}}{{/a.b}}", 'this closes "a.b", but the block "a/b" is open', "{{/a/b}}", "{{/a.b}}"),
        ("{{{{a}}}}{{{{/b}}}}", 'this closes "b", but the block "a"', "", "{{{{/b}}}}"),
        ("a\0{{b}}", "the character U+0000 is not allowed", "", "\0"),
        ("{{f a.b=1}}", '"=" is not allowed here', "", "="),
        ("{{a.this}}", '"this" is not allowed inside a path', "[this]", "this"),
        ("{{/#steps.1.id}}", "written without /#", "remove the /#", "/#"),
        ("{{ /#steps.1.id }}", "written without /#", "remove the /#", "/#"),
        ("{{a == 2}}", '"=" is not allowed here', "no operators", "="),
        ("{{a || b}}", '"|" is not allowed here', "no operators", "|"),
        ("{{a > 2}}", '">" is not allowed here', "no operators", ">"),
        ("{{a=1}}", '"=" is not allowed here', "follow a helper", "="),
        ("{{f n=1 b}}", "an argument without a name", "come last", "b"),
        ("{{f n=}}", "a value is missing", "", "{{f n=}}"),
        ("{{f (a}}", "this parenthesis is never closed", ")", "("),
        ("{{f a)}}", "this parenthesis was never opened", "", ")"),
        ("{{f ()}}", "these parentheses are empty", "", "()"),
        ("{{f(a)}}", "a space is missing before the parenthesis", "(helper a b)", "("),
        ("{{#each a as ||}}{{/each}}", "a name is missing between the bars", "as |name|", "||"),
        ("{{#each a as |x}}{{/each}}", "the second bar", "as |name|", "|"),
        ("{{a, b}}", '"," is not allowed here', "", ","),
    ],
)
def test_a_malformed_template_says_what_is_wrong_and_where(text: str, message: str, hint: str, at: str) -> None:
    (fault,) = parse_template(text).faults
    assert message in fault.message
    assert hint in fault.hint
    assert text[fault.start : fault.end] == at


def test_the_first_of_several_faults_is_told() -> None:
    (fault,) = parse_template("{{a,b}} {{'x}}").faults
    assert fault.start == 3


def test_what_stands_before_a_fault_is_kept() -> None:
    template = parse_template("{{steps.1.a}} {{#if steps.1.b}} {{")
    assert [path.text for path in template.paths] == ["steps.1.a", "steps.1.b"]


def test_references_in_the_text_and_the_strings_of_a_template_are_told() -> None:
    text = "/#steps.1.a {{f '/#steps.2.b'}} {{! /#steps.3.c }}"
    assert [each.text for each in read(text).embedded] == ["/#steps.1.a", "/#steps.2.b"]


@pytest.mark.parametrize(
    ("text", "faulty"),
    [
        ("{{#if a}}" * 100 + "{{/if}}" * 100, False),
        ("{{#if a}}" * 101 + "{{/if}}" * 101, True),
        ("{{f " + "(g " * 100 + ")" * 100 + "}}", False),
        ("{{f " + "(g " * 101 + ")" * 101 + "}}", True),
        ("{{#if a}}" + "{{else if b}}" * 100 + "{{/if}}", True),
        ("{{#if a}}" * 60 + "{{f " + "(g " * 60, True),
    ],
)
def test_nesting_is_bounded(text: str, faulty: bool) -> None:
    assert bool(parse_template(text).faults) == faulty


@pytest.mark.parametrize(
    "text",
    [
        "{{", "{{{", "{{{{", "{{!--", "{{!", "{{[", "{{'", '{{"\\"', "{{a.", "{{(", "{{f (", "{{#if a}}",
        "{{else}}", "\\{{", "\\", "{{a}}", "{{~", "}}", "{{x\\", "{{ ", "/#steps.", "/#fn:a,",
        "{{a}} \n", "{{#a}}\n", "[a",
        "../", "{{../", "{{a=", "{{a|", "{{^}}", "{{{{a}}}}", "/#error.",
    ],
)  # fmt: skip
def test_hostile_text_is_read_without_harm(text: str) -> None:
    for hostile in (text * 20_000, "{{f " + text * 20_000, "{{f '" + text * 20_000 + "'}}"):
        parse(hostile)


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,6}", fullmatch=True).filter(
    lambda name: name not in ("as", "else", "this", "true", "false", "null", "undefined", "steps", "variables", "error")
)
read_paths = st.lists(names, min_size=1, max_size=3).map(lambda rest: ".".join(("steps", *rest)))
content = st.text(st.characters(exclude_characters="{}\\/#\0"), max_size=5)
Written = tuple[str, list[str]]


def together(parts: list[Written]) -> Written:
    return "".join(text for text, _ in parts), [path for _, paths in parts for path in paths]


values = st.recursive(
    st.one_of(
        read_paths.map(lambda path: (path, [path])),
        st.sampled_from(["'a b'", '"}}"', "12", "true", "name", "@index", "this"]).map(
            lambda text: (text, list[str]())
        ),
    ),
    lambda inner: st.tuples(names, st.lists(inner, max_size=2)).map(
        lambda call: (f"({' '.join([call[0], *(text for text, _ in call[1])])})", together(call[1])[1])
    ),
    max_leaves=4,
)
calls = st.tuples(names, st.lists(values, min_size=1, max_size=3), st.lists(st.tuples(names, values), max_size=2)).map(
    lambda call: (
        " ".join([call[0], *(text for text, _ in call[1]), *(f"{name}={text}" for name, (text, _) in call[2])]),
        together([*call[1], *(value for _, value in call[2])])[1],
    )
)
tags = st.one_of(
    read_paths.map(lambda path: (f"{{{{{path}}}}}", [path])),
    read_paths.map(lambda path: (f"{{{{{{~ {path} }}}}}}".replace("{~", "{"), [path])),
    calls.map(lambda call: (f"{{{{~{call[0]} ~}}}}", call[1])),
    content.map(lambda text: (text, list[str]())),
)
templates = st.recursive(
    st.lists(tags, max_size=3).map(together),
    lambda inner: st.tuples(values, inner, inner).map(
        lambda block: together(
            [
                ("{{#each ", []),
                block[0],
                (" as |item|}}", []),
                block[1],
                ("{{else}}", []),
                block[2],
                ("{{/each}}", []),
            ]
        )
    ),
    max_leaves=4,
)


@given(templates)
def test_any_template_that_is_written_is_read_back(written: Written) -> None:
    text, paths = written
    template = parse_template(text)
    assert template.faults == ()
    assert [path.text for path in template.paths] == paths
    assert [text[path.start : path.end] for path in template.paths] == paths


def test_only_says_the_single_lookup_of_a_template() -> None:
    assert isinstance(parse_template("{{{steps.1.a}}}").only, Lookup)
    assert parse_template("{{{steps.1.a}}} ").only is None
    assert parse_template("{{f a}}").only is None


_PIECES = (
    "{{", "}}", "{{{", "}}}", "{", "}", "{{steps.1.a}}", "{{{steps.a-b.c}}}", "{{variables.x}}", "{{error.message}}",
    "{{steps.1}}", "{{steps.a.1.5}}", "{{steps.a.true}}", "{{steps.truex.a}}", "{{steps.a.this}}", "{{steps.a.this-x}}",
    "{{steps.a.null }}", "{{steps..a}}", "{{~steps.a.b}}", "{{steps.²}}", "{{#if steps.a.b}}", "{{else}}", "{{/if}}",
    "/#steps.a.b", "steps.", "this", "1.5", ".", "a", "é", " ", "\n", "\\", "\0", "\u2028", "\ufeff", "~",
)  # fmt: skip


_WORDS = (
    "steps.a.b", "steps.1.[b c]", "steps.1.[0]", "variables.x", "error.message", "steps.1.0", "steps.[this]", "item",
    "this", "'a b'", '"c"', "'\\'", "1", "-2.5", "2.", "true", "null", "(f steps.a.b)", "k=steps.a.b", "k='v'",
    "true=1", "this=1", "steps=steps.a.b", "as", "else", "as |x|", "", " ", "=", "\n",
)  # fmt: skip
_TAGS = (
    ("{{", "{{{", "{{ ", "{{#if ", "{{#unless ", "{{#each ", "{{#", "{{~"),
    ("", "f ", "f  ", "if ", "else ", "this ", "true ", "f.g ", "else", "randomId"),
    ("}}", "}}}", " }}", "~}}", "}"),
)
_CLOSINGS = ("{{else}}", "{{ else }}", "{{else if steps.a.b}}", "{{/if}}", "{{/unless}}", "{{/each}}")


def _text(random: Random) -> str:
    """A piece or a few, a third of them tags: in a hundredth of the time that strategies take to draw one."""
    return "".join(random.choice((_piece, _tag, _closing))(random) for _ in range(random.randint(1, 6)))


def _piece(random: Random) -> str:
    return random.choice(_PIECES)


def _closing(random: Random) -> str:
    return random.choice(_CLOSINGS)


def _tag(random: Random) -> str:
    start, head, end = map(random.choice, _TAGS)
    return f"{start}{head}{' '.join(random.choices(_WORDS, k=random.randint(0, 3)))}{end}"


@given(st.integers(0, 2**32))
@settings(max_examples=100)
def test_a_quick_look_sees_the_same(seed: int) -> None:
    random = Random(seed)
    for _ in range(40):
        text = _text(random)
        quick, full = parse_template(text), parse_any_template(text)
        assert (quick, quick.nodes) == (full, full.nodes), text


def test_a_quick_look_is_enough_for_most() -> None:
    common = (
        "Dear {{ steps.1.name }}, {{{dateFormat steps.1.custom.[@at] format='LL' zone=\"UTC\"}}}: {{{random size=12}}} "
        "{{#if steps.aB3.[0]}}{{steps.aB3.[0].id}}{{else}}-{{/if}}{{#unless error.message}}fine{{/unless}}"
    )
    template = parse_template(common)
    assert template.syntax is None
    full = parse_any_template(common)
    assert (template == full, template != full) == (True, False)
    assert template.nodes == full.nodes
