from __future__ import annotations

from hypothesis import given

from kustui.definition.expressions import Literal, expressions_in, parse
from tests.support.strategies import EXPRESSION_TEXTS, EXPRESSION_VALUES


def dotted(written: str) -> str:
    """Without what a template may write otherwise: brackets, their escapes, slashes for dots."""
    return written.translate(str.maketrans("/", ".", "[]\\"))


@given(EXPRESSION_TEXTS)
def test_reading_never_fails_and_every_offset_fits(text: str) -> None:
    read = parse(text)
    assert read.text == text
    assert len(read.faults) <= 1
    for fault in read.faults:
        assert 0 <= fault.start < fault.end <= len(text)
        assert fault.message
    for embedded in read.embedded:
        assert text[embedded.start : embedded.end] == embedded.text
    for path in (*read.paths, *(each.path for each in read.embedded if each.path)):
        assert dotted(text[path.start : path.end]) == dotted(path.text)
        assert [dotted(each) for each in path.segments] == [dotted(text[a:b]) for a, b in path.spans]


def test_expressions_are_found_in_document_order_with_their_pointers() -> None:
    value = {
        "a/b": ["plain", "/#steps.1.x", {"~": "{{steps.1.y}}"}],
        "/#steps.9.key": 1,
        "empty": {},
        "c": ("see /#steps.2.z", "https://x.y/#top"),
        "d": "/#fn:parseInt,steps.1.n",
    }
    found = [(pointer, type(each).__name__) for pointer, each in expressions_in(value, "/params")]
    assert found == [
        ("/params/a~1b/1", "Reference"),
        ("/params/a~1b/2/~0", "Template"),
        ("/params/c/0", "Literal"),
        ("/params/d", "Function"),
    ]


def test_a_value_may_itself_be_the_expression() -> None:
    assert [pointer for pointer, _ in expressions_in("/#error", "/x")] == ["/x"]
    assert list(expressions_in("plain")) == list(expressions_in(3)) == []


def test_any_depth_is_read() -> None:
    value: object = "/#steps.1.x"
    for _ in range(10_000):
        value = [value]
    ((pointer, _),) = expressions_in(value)
    assert pointer == "/0" * 10_000


@given(EXPRESSION_VALUES)
def test_every_pointer_leads_to_its_string(value: object) -> None:
    for pointer, expression in expressions_in(value):
        at = value
        for key in pointer.split("/")[1:]:
            key = key.replace("~1", "/").replace("~0", "~")
            at = at[key] if isinstance(at, dict) else at[int(key)]  # type: ignore[index]
        assert at == expression.text
        assert not isinstance(expression, Literal) or expression.embedded
